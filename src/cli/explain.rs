//! `benchwright explain`: codes, metrics and items of the language.

use super::args::ExplainArgs;
use super::{exit, io, metrics};
use crate::analysis::{MetricFacts, codes};
use crate::diagnostic::{CodeInfo, suggest};
use crate::reference;
use crate::syntax::ast::Keyword;
use std::process::ExitCode;

/// Prints a code's page, what is known of a metric or of an item, or the list of codes.
pub(super) fn explain(args: &ExplainArgs) -> ExitCode {
    let known = match metrics::known(args.plan.as_deref()) {
        Ok(known) => known,
        Err(failed) => return failed,
    };
    let words: Vec<&str> = args.what.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => {
            for info in codes() {
                let level = format!("{:?}", info.level).to_lowercase();
                io::out(&format!("{:<5} {:<26} {level}\n", info.code, info.name));
            }
            ExitCode::from(exit::OK)
        }
        ["metric", name] => metric(name, &known),
        [asked] => one(asked, &known),
        [other, ..] => {
            io::err(&format!(
                "error: `{other}` takes no name; write `benchwright explain metric NAME`\n"
            ));
            ExitCode::from(exit::OUTSIDE)
        }
    }
}

fn one(asked: &str, known: &[MetricFacts]) -> ExitCode {
    let codes = codes();
    let is = |c: &&&'static CodeInfo| c.code.eq_ignore_ascii_case(asked) || c.name == asked;
    if let Some(info) = codes.iter().find(is) {
        io::out(info.page.trim_end());
        io::out("\n");
        return ExitCode::from(exit::OK);
    }
    if !metrics::named(asked, known).is_empty() {
        return metric(asked, known);
    }
    if let Some(keyword) = Keyword::ALL.into_iter().find(|k| k.text() == asked) {
        io::out(&reference::item(keyword));
        return ExitCode::from(exit::OK);
    }
    let mut names: Vec<&str> = known.iter().map(|m| m.name.as_str()).collect();
    for code in &codes {
        names.extend([code.code, code.name]);
    }
    for keyword in Keyword::ALL {
        names.push(keyword.text());
    }
    let near = suggest(asked, names).map_or_else(
        || "`benchwright explain` lists the codes, `benchwright metrics` the metrics".to_string(),
        |near| format!("did you mean `{near}`?"),
    );
    io::err(&format!(
        "error: there is no code, metric or item `{asked}`; {near}\n"
    ));
    ExitCode::from(exit::OUTSIDE)
}

fn metric(name: &str, known: &[MetricFacts]) -> ExitCode {
    match metrics::named(name, known).as_slice() {
        [] => {
            let names = known.iter().map(|m| m.name.as_str());
            let near = suggest(name, names).map_or_else(
                || "`benchwright metrics` lists them".to_string(),
                |near| format!("did you mean `{near}`?"),
            );
            io::err(&format!("error: there is no metric `{name}`; {near}\n"));
            ExitCode::from(exit::OUTSIDE)
        }
        [one] => {
            io::out(&metrics::page(one));
            ExitCode::from(exit::OK)
        }
        several => {
            let modules: Vec<String> = several
                .iter()
                .map(|m| format!("`{}.{}`", m.module, m.name))
                .collect();
            io::err(&format!(
                "error: there are several metrics `{name}`: {}\n",
                modules.join(", ")
            ));
            ExitCode::from(exit::OUTSIDE)
        }
    }
}
