//! Calls of native functions: `native.roc_auc(score, label)`.

use super::formula::*;
use super::formulas::Typed;
use super::inside::Inside;
use super::natives::{
    ArgKind, Family, Gives, NativeOption, OptionKind, Signature, native, natives,
};
use super::scope::Resolver;
use super::show;
use crate::diagnostic::suggest;
use crate::syntax::ast::{Arg, Expr, ExprKind};
use crate::types::Measure;

impl<'a> Resolver<'a> {
    /// A native where a number of all rows is meant.
    pub(super) fn native_of_rows(
        &mut self,
        e: &'a Expr,
        name: &str,
        args: &'a [Arg],
        cx: &mut Inside,
    ) -> Typed<Formula> {
        let native = self.native_named(e, name)?;
        if native.family == Family::Row {
            return self.illegal(
                e,
                format!("`native.{name}` belongs to one row, and a metric is about all of them"),
                &format!("wrap it in an aggregate: `mean({})`", show::expr(e)),
            );
        }
        let named = |a: &&Arg| a.name.as_ref().is_some_and(|n| n.text == "where");
        let filter = match args.iter().find(named) {
            Some(arg) => Some(self.row_condition(arg.value.expr.as_ref()?, cx)?),
            None => None,
        };
        let (call, measure) = self.native_call(e, native, args, cx)?;
        let aggregate = Aggregate {
            kind: AggregateKind::Native(Box::new(call)),
            filter,
            span: e.span,
        };
        Some((Formula::Aggregate(Box::new(aggregate)), measure))
    }

    /// A native where a number of one row is meant.
    pub(super) fn native_of_row(
        &mut self,
        e: &'a Expr,
        name: &str,
        args: &'a [Arg],
        cx: &mut Inside,
    ) -> Typed<RowNumber> {
        let native = self.native_named(e, name)?;
        if native.family != Family::Row {
            return self.illegal(
                e,
                "an aggregate stands inside another",
                "take it out: aggregates are of rows, not of aggregates",
            );
        }
        let (call, measure) = self.native_call(e, native, args, cx)?;
        Some((RowNumber::Native(Box::new(call)), measure))
    }

    fn native_named(&mut self, e: &Expr, name: &str) -> Option<&'static Signature> {
        if let Some(found) = native(name) {
            return Some(found);
        }
        let near = suggest(name, natives().map(|n| n.name));
        let help = match near {
            Some(near) => format!("did you mean `native.{near}`?"),
            None => {
                let all: Vec<&str> = natives().map(|n| n.name).collect();
                format!("there are {}", all.join(", "))
            }
        };
        self.illegal(e, format!("there is no native `{name}`"), &help)
    }

    fn native_call(
        &mut self,
        e: &'a Expr,
        native: &'static Signature,
        args: &'a [Arg],
        cx: &mut Inside,
    ) -> Typed<NativeCall> {
        let plain: Vec<&Arg> = args.iter().filter(|a| a.name.is_none()).collect();
        let enough = match native.rest {
            None => plain.len() == native.args.len(),
            Some(_) => plain.len() >= native.args.len(),
        };
        if !enough {
            return self.illegal(
                e,
                format!(
                    "`native.{}` does not take {} argument(s)",
                    native.name,
                    plain.len()
                ),
                &format!("write `{}`", usage(native)),
            );
        }
        let kinds = native.args.iter().copied().chain(std::iter::repeat_n(
            native.rest.unwrap_or(ArgKind::Number),
            plain.len() - native.args.len(),
        ));
        let (mut found, mut first) = (Vec::new(), None);
        for (arg, kind) in plain.iter().zip(kinds) {
            let (arg, measure) = self.native_arg(arg.value.expr.as_ref()?, kind, native, cx)?;
            first.get_or_insert(measure);
            found.push(arg);
        }
        let options = self.native_options(e, native, args, cx)?;
        let measure = match native.gives {
            Gives::Number => Measure::Number,
            Gives::Ratio => Measure::Ratio,
            Gives::First => first.unwrap_or(Measure::Number),
        };
        let call = NativeCall {
            native,
            args: found,
            options,
            span: e.span,
        };
        Some((call, measure))
    }

    fn native_arg(
        &mut self,
        e: &'a Expr,
        kind: ArgKind,
        native: &Signature,
        cx: &mut Inside,
    ) -> Typed<NativeArg> {
        let plain = |arg| (arg, Measure::Number);
        Some(match kind {
            ArgKind::Number => {
                let (number, measure) = self.row_number(e, cx)?;
                (NativeArg::Number(number), measure)
            }
            ArgKind::Condition => plain(NativeArg::Condition(self.native_condition(e, cx)?)),
            ArgKind::Class => plain(NativeArg::Class(self.native_class(e, cx)?)),
            ArgKind::Text => plain(NativeArg::Text(self.cell_expr(e, "text", cx)?.0)),
            ArgKind::List => plain(NativeArg::List(self.cell_expr(e, "list", cx)?.0)),
            ArgKind::Scores => match &e.kind {
                ExprKind::Path(path) if path.text() == "score" => plain(NativeArg::Scores),
                _ => {
                    return self.illegal(
                        e,
                        format!(
                            "`native.{}` takes the scores of all classes here",
                            native.name
                        ),
                        "write `score`",
                    );
                }
            },
        })
    }

    /// A bare role asks whether it is the positive class.
    fn native_condition(&mut self, e: &'a Expr, cx: &mut Inside) -> Option<RowCondition> {
        if let ExprKind::Path(path) = &e.kind
            && let Some(name) = path.single()
            && matches!(name.text.as_str(), "label" | "prediction")
        {
            let cell = Operand::Cell(Cell::Role(name.text.clone()));
            return Some(RowCondition::Same(cell, Operand::Positive, true));
        }
        self.row_condition(e, cx)
    }

    fn native_class(&mut self, e: &'a Expr, cx: &mut Inside) -> Option<Operand> {
        let bound = |e: &Expr, cx: &Inside| match &e.kind {
            ExprKind::Path(path) => {
                let text = path.text();
                text == "positive" || cx.bound.contains(&text)
            }
            _ => false,
        };
        if bound(e, cx) {
            return self.operand(e, cx);
        }
        if let ExprKind::Path(path) = &e.kind
            && let Some(i) = cx.column_param(&path.text())
        {
            return Some(Operand::Param(i));
        }
        Some(Operand::Cell(self.cell_expr(e, "class", cx)?.0))
    }

    fn native_options(
        &mut self,
        e: &'a Expr,
        native: &'static Signature,
        args: &'a [Arg],
        cx: &mut Inside,
    ) -> Option<Vec<Formula>> {
        for name in args.iter().filter_map(|a| a.name.as_ref()) {
            let known = native.options.iter().any(|o| o.name == name.text);
            let filter = name.text == "where" && native.family != Family::Row;
            if !known && !filter {
                let near = suggest(&name.text, native.options.iter().map(|o| o.name));
                let help = near.map_or_else(
                    || format!("write `{}`", usage(native)),
                    |n| format!("did you mean `{n}`?"),
                );
                return self.illegal(
                    e,
                    format!("`native.{}` has no option `{}`", native.name, name.text),
                    &help,
                );
            }
        }
        let mut found = Vec::new();
        for option in native.options {
            let given = args
                .iter()
                .find(|a| a.name.as_ref().is_some_and(|n| n.text == option.name));
            found.push(match (given, option.default) {
                (Some(arg), _) => {
                    self.native_option(native, option, arg.value.expr.as_ref()?, cx)?
                }
                (None, Some(default)) => Formula::Constant(default, Measure::Number),
                (None, None) => {
                    return self.illegal(
                        e,
                        format!("`native.{}` needs `{}:`", native.name, option.name),
                        &format!("write `{}`", usage(native)),
                    );
                }
            });
        }
        Some(found)
    }

    fn native_option(
        &mut self,
        native: &Signature,
        option: &NativeOption,
        e: &'a Expr,
        cx: &mut Inside,
    ) -> Option<Formula> {
        match option.kind {
            OptionKind::Choice(words) => {
                let word = super::values::as_word(e)
                    .map(|w| w.value)
                    .unwrap_or_default();
                match words.iter().position(|w| *w == word) {
                    Some(place) => Some(Formula::Constant(place as f64, Measure::Number)),
                    None => {
                        self.errors.push(super::errors::HirError::Choice {
                            word,
                            span: e.span,
                            choices: words.iter().map(ToString::to_string).collect(),
                        });
                        None
                    }
                }
            }
            OptionKind::Number(low, high, whole) => {
                let (number, _) = self.formula(e, cx)?;
                let fine = |n: f64| (low..=high).contains(&n) && (!whole || n.fract() == 0.0);
                match number {
                    Formula::Param(_) => Some(number),
                    Formula::Constant(n, _) if fine(n) => Some(number),
                    _ => self.illegal(
                        e,
                        format!(
                            "`{}` of `native.{}` is a {}number from {low} to {high}",
                            option.name,
                            native.name,
                            if whole { "whole " } else { "" },
                        ),
                        "write such a number, or a parameter of the metric",
                    ),
                }
            }
        }
    }
}

/// How a native is written: `native.cohen_kappa(class, class, weights: none)`.
pub fn usage(native: &Signature) -> String {
    let word = |kind: &ArgKind| match kind {
        ArgKind::Number => "number",
        ArgKind::Condition => "condition",
        ArgKind::Class => "class",
        ArgKind::Text => "text",
        ArgKind::List => "list",
        ArgKind::Scores => "score",
    };
    let mut parts: Vec<String> = native.args.iter().map(|k| word(k).to_string()).collect();
    parts.extend(native.rest.map(|_| "…".to_string()));
    parts.extend(native.options.iter().map(|o| match o.kind {
        OptionKind::Choice(words) => format!("{}: {}", o.name, words.join("|")),
        OptionKind::Number(..) => match o.default {
            Some(n) => format!("{}: {n}", o.name),
            None => format!("{}: n", o.name),
        },
    }));
    format!("native.{}({})", native.name, parts.join(", "))
}
