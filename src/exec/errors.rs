//! What can keep a plan from being run, beside its files.

use super::served;
use super::wanted::Wanted;
use crate::checks;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::hir::{Outputs, Plan};
use crate::metrics::CompileError;
use crate::runner::Unquoted;
use crate::text::Span;
use std::path::PathBuf;

codes! {
    /// A system whose outputs this version cannot make.
    E102 "command-not-run" Error include_str!("pages/E102.md");
    /// Two runs read one file.
    E104 "shared-outputs" Error include_str!("pages/E104.md");
    /// A metric that cannot be computed for this label.
    E105 "metric-not-computable" Error include_str!("pages/E105.md");
    /// Nothing is claimed.
    E106 "nothing-to-run" Error include_str!("pages/E106.md");
    /// A metric reads a figure of the run that nothing measured.
    E107 "figure-not-measured" Error include_str!("pages/E107.md");
    /// A built-in predictor learns from other data than it is judged on.
    E109 "learns-elsewhere" Error include_str!("pages/E109.md");
    /// A command ended with an exit code that is not 0.
    E110 "command-failed" Error include_str!("pages/E110.md");
    /// A signal ended a command.
    E111 "command-killed" Error include_str!("pages/E111.md");
    /// A command took too long.
    E112 "command-timed-out" Error include_str!("pages/E112.md");
    /// A command's program cannot be started.
    E113 "command-not-started" Error include_str!("pages/E113.md");
    /// A command ended well and wrote no output.
    E114 "no-output" Error include_str!("pages/E114.md");
    /// What a command wrote cannot be used.
    E115 "bad-output" Error include_str!("pages/E115.md");
    /// What a run makes cannot be kept.
    E116 "run-not-kept" Error include_str!("pages/E116.md");
    /// Another run works in the folder.
    E117 "folder-in-use" Error include_str!("pages/E117.md");
    /// A command cannot be written out.
    E118 "command-incomplete" Error include_str!("pages/E118.md");
    /// A command wrote to a file it was given to read.
    E119 "input-changed" Error include_str!("pages/E119.md");
    /// A server gave nothing that could be measured.
    E120 "server-failed" Error include_str!("pages/E120.md");
    /// Two systems are served under different loads.
    E121 "served-unlike" Error include_str!("pages/E121.md");
}

/// Something that keeps a plan from being run.
#[derive(Debug, Clone, PartialEq)]
pub enum ExecError {
    /// A command whose outputs were not made.
    Command {
        /// The system.
        system: String,
        /// Its `run:`.
        span: Span,
    },
    /// A hole of a command stands for rows or outputs that there are not.
    NoRows {
        /// The hole's name.
        hole: String,
        /// The system.
        system: String,
        /// Why there are none.
        why: String,
        /// The command.
        span: Span,
    },
    /// A quote of a command has no end.
    OpenQuote {
        /// Which.
        quote: Unquoted,
        /// The command.
        span: Span,
    },
    /// Latencies of systems that are asked in different ways.
    ServedApart {
        /// The metric, as shown.
        metric: String,
        /// The systems.
        systems: (String, String),
        /// The `serve:` of each.
        spans: (Span, Span),
        /// Where the metric is asked for.
        metric_span: Span,
    },
    /// A column that is not mapped.
    NeedsColumn {
        /// The metric, as shown.
        metric: String,
        /// The role it needs.
        role: String,
        /// The system.
        system: String,
        /// Where the metric is asked for.
        metric_span: Span,
        /// Where the outputs are mapped.
        span: Span,
    },
    /// A metric of all classes' scores, and another number of score columns than of classes.
    Scores {
        /// The metric, as shown.
        metric: String,
        /// The system.
        system: String,
        /// How many columns are mapped.
        found: usize,
        /// The label's classes.
        classes: Vec<String>,
        /// Where the metric is asked for.
        metric_span: Span,
        /// Where the scores are mapped.
        span: Span,
    },
    /// A figure of a whole run that nothing measured.
    NoFigure {
        /// The metric, as shown.
        metric: String,
        /// The figure, as written.
        figure: &'static str,
        /// The system.
        system: String,
        /// Where the metric is asked for.
        span: Span,
    },
    /// Two runs read one file.
    Shared {
        /// The file.
        path: PathBuf,
        /// The two runs.
        runs: (String, String),
        /// The hole that would tell them apart.
        hole: &'static str,
        /// The template.
        span: Span,
    },
    /// A metric that cannot be computed.
    Metric {
        /// The metric, as shown.
        metric: String,
        /// The dataset.
        dataset: String,
        /// Why.
        error: CompileError,
        /// Where it is asked for.
        span: Span,
    },
    /// A metric that reads the label otherwise than the dataset declares it.
    LabelKind {
        /// The metric, as shown.
        metric: String,
        /// The dataset.
        dataset: String,
        /// What is declared.
        declared: Declared,
        /// Where the metric is asked for.
        span: Span,
        /// Where the label is declared; the dataset's name where it isn't.
        label: Span,
    },
    /// One metric reads a column as a number, another as a class.
    Both {
        /// `label` or `prediction`.
        role: &'static str,
        /// The one that reads numbers, and where it is asked for.
        number: (String, Span),
        /// The one that reads classes.
        class: (String, Span),
        /// Where the label is declared.
        label: Span,
    },
    /// A built-in predictor that learns from another dataset.
    LearnsElsewhere {
        /// The system.
        system: String,
        /// The dataset it is judged on.
        dataset: String,
        /// Where the rows are named that it learns from.
        span: Span,
        /// Where the rows are named that judge.
        on: Span,
    },
    /// Nothing is claimed.
    Nothing {
        /// The file's first place.
        span: Span,
    },
}

impl ExecError {
    /// Whether the outputs lack a column, or some of several.
    pub(super) fn is_column(&self) -> bool {
        matches!(
            self,
            ExecError::NeedsColumn { .. } | ExecError::Scores { .. }
        )
    }
}

/// How a dataset declares its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declared {
    /// Not at all.
    Nothing,
    /// By classes.
    Classes,
    /// By a unit.
    Unit,
}

/// What is refused before any file is read.
pub(super) fn refusals(plan: &Plan, wanted: &[Wanted]) -> Vec<ExecError> {
    let published = plan.systems.ids().any(|s| plan.is_reported(s));
    if wanted.is_empty() && !published {
        let span = Span::new(plan.root, 0, 0);
        return vec![ExecError::Nothing { span }];
    }
    let mut found: Vec<ExecError> = Vec::new();
    for w in wanted {
        found.extend(served::apart(plan, w));
        for variant in w.variants.keys() {
            let system = &plan.systems[variant.system];
            if let Some(Outputs::Predict {
                from: Some(from), ..
            }) = &system.outputs
                && from.data.dataset != w.on.dataset
            {
                found.push(ExecError::LearnsElsewhere {
                    system: system.common.name.clone(),
                    dataset: plan.datasets[w.on.dataset].common.name.clone(),
                    span: from.span,
                    on: w.on_span,
                });
            }
        }
    }
    found
}

/// Turns an error into what people see.
pub fn diagnose(error: &ExecError) -> Diagnostic {
    match error {
        ExecError::Command { system, span } => Diagnostic::new(
            &E102,
            format!("`{system}` gets its outputs by a command, and it was not run"),
        )
        .label(*span, "not run")
        .help("`benchwright run` runs it"),
        ExecError::NoRows {
            hole,
            system,
            why,
            span,
        } => Diagnostic::new(&E118, format!("nothing can be handed to `{system}` as `{{{hole}}}`: {why}"))
            .label(*span, "the hole is in this command")
            .help(match hole.as_str() {
                "train" => "say what it is trained on: `train: reviews.train`".to_string(),
                "val" => "say what tunes it: `tune: reviews.val { by: f1_macro, trials: 20 }`".to_string(),
                _ => format!("leave `{{{hole}}}` out of the command, or say where its rows come from"),
            }),
        ExecError::OpenQuote { quote, span } => Diagnostic::new(&E118, format!("a quote `{}` of this command has no end", quote.0))
            .label(*span, "in this command")
            .help("close it; `\\\\'` stands for the quote itself"),
        ExecError::ServedApart {
            metric,
            systems,
            spans,
            metric_span,
        } => Diagnostic::new(
            &E121,
            format!("`{metric}` of `{}` and `{}` is measured under different loads", systems.0, systems.1),
        )
        .label(spans.0, "asked in one way")
        .label(spans.1, "asked in another")
        .label(*metric_span, "compared here")
        .help("give both the same `requests:`, `arrival:` and `concurrency:`"),
        ExecError::NeedsColumn {
            metric,
            role,
            system,
            metric_span,
            span,
        } => Diagnostic::new(checks::NEEDS_COLUMN, format!("`{metric}` needs the {role} of each row, and the outputs of `{system}` have none"))
            .label(*span, format!("maps no `{role}`"))
            .label(*metric_span, "asked for here")
            .help(match role.as_str() {
                "latency" => "add `latency: column in ms` to the column map, or leave the metric out".to_string(),
                _ => format!("add `{role}: column` to the column map, or leave the metric out"),
            }),
        ExecError::Scores {
            metric,
            system,
            found,
            classes,
            metric_span,
            span,
        } => scores(metric, system, *found, classes, (*metric_span, *span)),
        ExecError::NoFigure {
            metric,
            figure,
            system,
            span,
        } => Diagnostic::new(&E107, format!("`{metric}` reads `{figure}`, and nothing measured it for `{system}`"))
            .label(*span, "asked for here")
            .help("map a column of the outputs, such as `latency: column in ms`, and use that, or leave the metric out"),
        ExecError::Shared {
            path,
            runs,
            hole,
            span,
        } => Diagnostic::new(&E104, format!("{} and {} would read one file, `{}`", runs.0, runs.1, path.display()))
            .label(*span, format!("has no `{{{hole}}}`"))
            .why("two runs that are one file look as if they agreed perfectly")
            .help(format!("give each run a file of its own: put `{{{hole}}}` into the name")),
        ExecError::Metric {
            metric,
            dataset,
            error,
            span,
        } => metric_error(metric, dataset, error, *span),
        ExecError::LabelKind {
            metric,
            dataset,
            declared,
            span,
            label,
        } => label_kind(metric, dataset, *declared, *span, *label),
        ExecError::Both {
            role,
            number,
            class,
            label,
        } => both(role, number, class, *label),
        ExecError::LearnsElsewhere {
            system,
            dataset,
            span,
            on,
        } => Diagnostic::new(&E109, format!("`{system}` learns from another dataset than `{dataset}`, which judges it"))
            .label(*span, "learns here")
            .label(*on, "judged here")
            .help(format!("name rows of `{dataset}`, or give `{system}` its outputs by `predictions:`")),
        ExecError::Nothing { span } => Diagnostic::new(&E106, "the plan claims nothing, so there is nothing to run")
            .label(*span, "")
            .help("add `compare candidate with baseline { on: data.test, metrics: […] }`"),
    }
}

fn scores(
    metric: &str,
    system: &str,
    found: usize,
    classes: &[String],
    (asked, mapped): (Span, Span),
) -> Diagnostic {
    let message = format!(
        "`{metric}` needs the score of each of {} classes, and the outputs of `{system}` map {found}",
        classes.len(),
    );
    let columns: Vec<String> = classes.iter().map(|c| format!("p_{c}")).collect();
    Diagnostic::new(checks::NEEDS_COLUMN, message)
        .label(mapped, "scores are mapped here")
        .label(asked, "asked for here")
        .help(format!(
            "map one column for each class, in their order, `score: [{}]`, or by name, `score: \"p_{{class}}\"`",
            columns.join(", ")
        ))
}

fn label_kind(
    metric: &str,
    dataset: &str,
    declared: Declared,
    span: Span,
    label: Span,
) -> Diagnostic {
    let (reads, place, help) = match declared {
        Declared::Nothing => (
            format!("it reads the label, and `{dataset}` declares none"),
            "has no `label:`",
            "add `label: column` to the dataset, or leave the metric out",
        ),
        Declared::Classes => (
            format!(
                "it reads the label as a number, and that of `{dataset}` is one of some classes"
            ),
            "declares classes",
            "declare a number, `label: column`, or choose a metric of classes",
        ),
        Declared::Unit => (
            format!("it reads the label as a class, and that of `{dataset}` is a number"),
            "declares a unit",
            "declare classes, `label: column in [a, b]`, or choose a metric of numbers",
        ),
    };
    Diagnostic::new(&E105, format!("`{metric}` cannot be computed: {reads}"))
        .label(span, "asked for here")
        .label(label, place)
        .help(help)
}

fn both(role: &str, number: &(String, Span), class: &(String, Span), label: Span) -> Diagnostic {
    let message = if number.0 == class.0 {
        format!("`{}` reads the {role} as a number and as a class", number.0)
    } else {
        format!(
            "`{}` reads the {role} as a number, and `{}` reads it as a class",
            number.0, class.0
        )
    };
    let found = Diagnostic::new(&E105, message).label(number.1, "a number here");
    let found = if number.0 == class.0 {
        found
    } else {
        found.label(class.1, "a class here")
    };
    found
        .label(label, "the column is read in one way")
        .help("leave one of them out, or make their claims on two datasets of the same file")
}

fn metric_error(metric: &str, dataset: &str, error: &CompileError, span: Span) -> Diagnostic {
    let (message, help) = match error {
        CompileError::NoFormula => (
            "it has no formula".to_string(),
            "give the metric a `value:`".to_string(),
        ),
        CompileError::NoPositive => (
            format!("it is about the positive class, and `{dataset}` names none"),
            "add `positive: CLASS` to the dataset".into(),
        ),
        CompileError::NoClass(class, _) => (
            format!("it names the class `{class}`, which the label of `{dataset}` does not have"),
            "correct the class, or declare it in the label".into(),
        ),
        CompileError::NoClasses => (
            format!("it is about classes, and the label of `{dataset}` has none"),
            "declare them: `label: column in [a, b]`".into(),
        ),
        CompileError::NoPrice => (
            "it needs a price".into(),
            "add `price:` to the system's hardware".into(),
        ),
        CompileError::BadQuantile => (
            "a quantile lies between 0 % and 100 %".into(),
            "write a quantile such as `95%`".into(),
        ),
        CompileError::WeightedOrder => (
            format!(
                "quantiles of weighted rows are not defined here, and `{dataset}` has `weight:`"
            ),
            "leave the metric or the weights out".into(),
        ),
        CompileError::BadBins => (
            "a number of bins is a whole number of at least 1".into(),
            "write a number such as `15`".into(),
        ),
        CompileError::BadOption(native, option) => (
            format!("`{option}` of `native.{native}` is not in its range"),
            "`benchwright explain metric` shows the formula; correct the argument".into(),
        ),
    };
    Diagnostic::new(&E105, format!("`{metric}` cannot be computed: {message}"))
        .label(span, "asked for here")
        .help(help)
}
