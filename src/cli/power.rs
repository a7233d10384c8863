//! `benchwright power`.

use super::args::{PolicyArgs, PowerArgs, PowerFormat};
use super::{exit, io};
use crate::exec;
use crate::report::{self, Effect};
use crate::text::DiskWorld;
use crate::types::{Measure, parse_unit};
use std::process::ExitCode;

/// Says what the claims of a plan can show.
pub(super) fn power(args: &PowerArgs) -> ExitCode {
    let effects: Result<Vec<Effect>, String> = args.effect.iter().map(|e| effect(e)).collect();
    let effects = match effects {
        Ok(effects) => effects,
        Err(reason) => {
            io::err(&format!("error: {reason}\n"));
            return ExitCode::from(exit::OUTSIDE);
        }
    };
    let analysis = match io::load(&args.plan, &PolicyArgs::default()) {
        Ok(analysis) => analysis,
        Err(code) => return code,
    };
    if analysis.has_errors() {
        io::complain(&analysis.diagnostics, &analysis, args.color);
        io::err("the plan has errors, so what it claims isn't known\n");
        return ExitCode::from(exit::ERRORS);
    }
    let (reads, wrong) = exec::sizes(&DiskWorld, &analysis.plan, &analysis.sources);
    // A file that isn't there yet is what the command is for.
    for d in &wrong {
        io::err(&format!("not read: {} ({})\n", d.message, d.code.code));
    }
    for idle in report::idle_effects(&analysis.plan, &reads, &effects) {
        let of = match &idle.metric {
            Some(metric) => format!("no claim in `{metric}` has gains of this unit"),
            None => "no claim has gains of this unit".to_owned(),
        };
        io::err(&format!(
            "`--effect` fits nothing: {of} ({})\n",
            idle.measure
        ));
    }
    let file = args.plan.display().to_string();
    io::out(&match args.format {
        PowerFormat::Terminal => {
            let style = io::stdout_style(args.color);
            report::power(&analysis.plan, &reads, &effects, &style)
        }
        PowerFormat::Json => report::power_json(&file, &analysis.plan, &reads, &effects),
    });
    ExitCode::from(exit::OK)
}

fn effect(text: &str) -> Result<Effect, String> {
    let (metric, size, measure) = amount("--effect", text)?;
    Ok(Effect {
        metric,
        size,
        measure,
    })
}

/// `1pp`, `accuracy=1pp`: the metric, where one is named, the amount in base units, and its measure.
pub(super) fn amount(option: &str, text: &str) -> Result<(Option<String>, f64, Measure), String> {
    let wrong = || format!("`{option} {text}` is no effect; write `1pp`, `5ms` or `accuracy=1pp`");
    let (metric, size) = match text.split_once('=') {
        Some((metric, size)) => (Some(metric.trim().to_owned()), size),
        None => (None, text),
    };
    let size: String = size
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '_')
        .collect();
    let end = size
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(size.len());
    let (number, unit) = size.split_at(end);
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let (size, measure) = if unit.is_empty() {
        (number, Measure::Number)
    } else {
        let unit = parse_unit(unit).map_err(|_| wrong())?;
        (unit.canonical(number), unit.measure.difference())
    };
    if !(size > 0.0 && size.is_finite()) {
        return Err(wrong());
    }
    Ok((metric, size, measure))
}
