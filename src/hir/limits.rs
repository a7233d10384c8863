//! `limits:` of a system: how long a run may take, and which failures of it are tried again.

use super::errors::HirError;
use super::model::*;
use super::schema::FieldSpec;
use super::scope::Resolver;
use super::values::{as_word, is_number, plain};
use crate::syntax::ast::Value;
use crate::text::Spanned;
use crate::types::Measure;

const FIELDS: [FieldSpec; 3] = [
    FieldSpec::named("time"),
    FieldSpec::named("retries"),
    FieldSpec::named("retry_on"),
];

/// A hundred days, in ms.
const LONGEST: f64 = 8.64e9;

impl<'a> Resolver<'a> {
    /// `{ time: 30min, retries: 2, retry_on: [75, timeout] }`
    pub(super) fn limits(&mut self, value: &'a Value) -> Option<Limits> {
        let Some(body) = value.record.as_ref().filter(|_| value.expr.is_none()) else {
            self.shape("limits such as `{ time: 30min, retries: 2 }`", value);
            return None;
        };
        let fields = self.fields("`limits:`", Some(body), &FIELDS);
        let time = fields.get("time").and_then(|v| {
            let what = "a time above 0 and below 100 days, such as `30min`";
            self.number(v, what, &[Measure::time()], f64::MIN_POSITIVE..=LONGEST)
        });
        let retries = fields
            .get("retries")
            .and_then(|v| {
                self.number(
                    v,
                    "a number of retries up to 100",
                    &[Measure::Number],
                    0.0..=100.0,
                )
            })
            .filter(|n| n.value.fract() == 0.0);
        let retry_on = match fields.get("retry_on") {
            Some(v) => self
                .items(v)
                .into_iter()
                .filter_map(|v| self.transient(v))
                .collect(),
            None => Vec::new(),
        };
        Some(Limits {
            time,
            retries,
            retry_on,
        })
    }

    /// An exit code, or the word for another end.
    fn transient(&mut self, value: &'a Value) -> Option<Spanned<Transient>> {
        let number = plain(value).is_some_and(is_number);
        let word = plain(value).and_then(as_word).filter(|_| !number);
        let Some(word) = word else {
            let what = "an exit code from 1 to 255, `timeout` or `signal`";
            let code = self.number(value, what, &[Measure::Number], 1.0..=255.0)?;
            // In range, so the cast is exact.
            return Some(Spanned::new(Transient::Exit(code.value as i32), code.span));
        };
        let found = match word.value.as_str() {
            "timeout" => Transient::Timeout,
            "signal" => Transient::Signal,
            _ => {
                self.errors.push(HirError::Choice {
                    word: word.value,
                    span: word.span,
                    choices: ["timeout", "signal"].map(String::from).to_vec(),
                });
                return None;
            }
        };
        Some(Spanned::new(found, word.span))
    }
}
