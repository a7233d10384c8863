//! What can be wrong with names, types and units, and how it is said.

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::text::Span;

codes! {
    /// A name that nothing declares.
    N101 "unknown-name" Error include_str!("pages/N101.md");
    /// A field that this item does not have.
    N102 "unknown-field" Error include_str!("pages/N102.md");
    /// Two declarations of one name, or one field twice.
    N103 "declared-twice" Error include_str!("pages/N103.md");
    /// A field that has to be there.
    N104 "missing-field" Error include_str!("pages/N104.md");
    /// A name of another kind than is needed here.
    N105 "wrong-kind" Error include_str!("pages/N105.md");
    /// Things that are made of each other.
    N106 "circle" Error include_str!("pages/N106.md");
    /// A file or module that cannot be used.
    N107 "unusable-import" Error include_str!("pages/N107.md");
    /// A component the system does not have, or a level the component does not have.
    N108 "no-such-variant" Error include_str!("pages/N108.md");
    /// A hole nobody fills.
    N109 "unknown-hole" Error include_str!("pages/N109.md");
    /// No way to get outputs, or several.
    N110 "outputs-unclear" Error include_str!("pages/N110.md");
    /// A decision that nothing measures.
    N111 "nothing-compared" Error include_str!("pages/N111.md");
    /// An interaction that nothing measures.
    N112 "nothing-varied" Error include_str!("pages/N112.md");
    /// A value of the wrong shape.
    T101 "wrong-shape" Error include_str!("pages/T101.md");
    /// Units that do not go together.
    T102 "unit-clash" Error include_str!("pages/T102.md");
    /// A unit nobody knows.
    T103 "unknown-unit" Error include_str!("pages/T103.md");
    /// A number outside what the field allows.
    T104 "out-of-range" Error include_str!("pages/T104.md");
    /// A word that is none of the choices.
    T105 "not-a-choice" Error include_str!("pages/T105.md");
    /// A formula that cannot be computed.
    T106 "illegal-formula" Error include_str!("pages/T106.md");
    /// A factorial design that cannot be run.
    T111 "no-such-design" Error include_str!("pages/T111.md");
    /// A statistical method that does not fit what it is used on.
    T120 "unfit-method" Error include_str!("pages/T120.md");
}

/// Something wrong with the meaning of a plan.
#[derive(Debug, Clone, PartialEq)]
pub enum HirError {
    /// A name that nothing declares.
    UnknownName {
        /// What was looked for: “a system”.
        wanted: &'static str,
        /// The name.
        name: String,
        /// Where.
        span: Span,
        /// A near name that would be legal.
        near: Option<String>,
        /// The legal names, where there are few.
        legal: Vec<String>,
    },
    /// A name that nothing declares, but that the library has.
    NotImported {
        /// What was looked for: “metric”.
        wanted: &'static str,
        /// The name.
        name: String,
        /// Where.
        span: Span,
        /// The library's module that has it.
        module: &'static str,
        /// Where to write what imports it.
        place: Span,
        /// What to write there.
        text: String,
    },
    /// A field that this item does not have.
    UnknownField {
        /// The item or record.
        of: String,
        /// The field.
        name: String,
        /// Where.
        span: Span,
        /// A near field that would be legal.
        near: Option<String>,
        /// The legal fields.
        legal: Vec<String>,
    },
    /// Declared twice.
    Twice {
        /// What: “field” or “name”.
        what: &'static str,
        /// The name.
        name: String,
        /// The first place.
        first: Span,
        /// The second.
        second: Span,
    },
    /// A field that has to be there.
    Missing {
        /// The item, as shown.
        of: String,
        /// The field.
        field: &'static str,
        /// An example of it.
        example: &'static str,
        /// Where.
        span: Span,
        /// The item or record that lacks it.
        inside: Span,
    },
    /// A name of another kind.
    WrongKind {
        /// What was looked for.
        wanted: &'static str,
        /// What it is.
        found: &'static str,
        /// The name.
        name: String,
        /// Where.
        span: Span,
        /// Where it is declared.
        declared: Option<Span>,
    },
    /// A step that is no judge where one is needed, or has what only judges have.
    NoJudge {
        /// The step.
        step: String,
        /// Its kind.
        kind: String,
        /// Where a judge is needed.
        span: Span,
        /// Where its kind is written.
        declared: Span,
    },
    /// Made of each other.
    Circle {
        /// What goes round: “`a` → `b` → `a`”.
        path: String,
        /// What it does: “inherits from itself”.
        verb: &'static str,
        /// The places on the way.
        spans: Vec<(Span, String)>,
    },
    /// An import that cannot be used.
    Import {
        /// What is wrong.
        message: String,
        /// Where.
        span: Span,
        /// What to do.
        help: String,
    },
    /// A component or level that is not there.
    NoVariant {
        /// What is wrong.
        message: String,
        /// Where.
        span: Span,
        /// Another place that takes part.
        declared: Option<(Span, String)>,
        /// What to do.
        help: String,
    },
    /// A hole nobody fills, or a malformed one.
    Hole {
        /// What is wrong.
        message: String,
        /// Where.
        span: Span,
        /// A near hole, and the text that would replace the hole.
        near: Option<String>,
        /// What to do.
        help: String,
    },
    /// No way to get outputs, or several.
    Outputs {
        /// The system.
        system: String,
        /// The places of the ways; empty where there is none.
        ways: Vec<Span>,
        /// The system's head.
        span: Span,
    },
    /// A decision that nothing measures.
    NothingCompared {
        /// The decided.
        subject: String,
        /// The other side.
        against: String,
        /// Where the decision is.
        span: Span,
    },
    /// An interaction that nothing measures.
    NothingVaried {
        /// The first component.
        a: String,
        /// The second.
        b: String,
        /// The system.
        of: String,
        /// Where it is read.
        span: Span,
    },
    /// A factorial design that cannot be run.
    Design {
        /// What is wrong.
        message: String,
        /// Where.
        span: Span,
        /// What is to be seen there.
        label: String,
        /// What to do.
        help: String,
    },
    /// A value of the wrong shape.
    Shape {
        /// What is expected.
        wanted: String,
        /// What was found.
        found: String,
        /// Where.
        span: Span,
    },
    /// Units that do not go together.
    Units {
        /// What is wrong.
        message: String,
        /// The two sides, with what each is.
        sides: Vec<(Span, String)>,
        /// What to do.
        help: String,
        /// The text that would mend it, and where.
        fix: Option<(Span, String)>,
    },
    /// A unit nobody knows.
    UnknownUnit {
        /// The unit.
        unit: String,
        /// Where.
        span: Span,
        /// A near one.
        near: Option<String>,
    },
    /// A number outside what the field allows.
    Range {
        /// What is wrong.
        message: String,
        /// Where.
        span: Span,
        /// What to do.
        help: String,
    },
    /// A word that is none of the choices.
    Choice {
        /// The word.
        word: String,
        /// Where.
        span: Span,
        /// The choices.
        choices: Vec<String>,
    },
    /// A formula that cannot be computed.
    Formula {
        /// What is wrong.
        message: String,
        /// Where.
        span: Span,
        /// What to do.
        help: String,
    },
    /// A method that doesn't fit what it is used on.
    Unfit {
        /// What is wrong.
        message: String,
        /// The method.
        span: Span,
        /// What is to be seen there.
        label: String,
        /// What it doesn't fit.
        other: Option<(Span, String)>,
        /// What to do.
        help: String,
    },
}

/// Turns an error into what people see.
pub fn diagnose(error: &HirError) -> Diagnostic {
    match error {
        HirError::UnknownName {
            wanted,
            name,
            span,
            near,
            legal,
        } => {
            let d = Diagnostic::new(&N101, format!("there is no {wanted} `{name}`"))
                .label(*span, "not declared anywhere");
            suggestion(d, *span, near.as_deref(), legal)
        }
        HirError::NotImported {
            wanted,
            name,
            span,
            module,
            place,
            text,
        } => Diagnostic::new(&N101, format!("there is no {wanted} `{name}`"))
            .label(*span, "in the library, but not imported")
            .help(format!("write `use std.{module}.{name}` at the top"))
            .fix(format!("import `{name}`"), true, *place, text),
        HirError::UnknownField {
            of,
            name,
            span,
            near,
            legal,
        } => {
            let d = Diagnostic::new(&N102, format!("{of} has no field `{name}`"))
                .label(*span, "not a field here");
            suggestion(d, *span, near.as_deref(), legal)
        }
        HirError::Twice {
            what,
            name,
            first,
            second,
        } => Diagnostic::new(&N103, format!("the {what} `{name}` is given twice"))
            .label(*second, "given again here")
            .label(*first, "first given here")
            .help("keep one of the two, or rename one"),
        HirError::Missing {
            of,
            field,
            example,
            span,
            inside: _,
        } => Diagnostic::new(&N104, format!("{of} has no `{field}:`"))
            .label(*span, format!("needs `{field}:`"))
            .help(format!("add `{example}`")),
        HirError::WrongKind {
            wanted,
            found,
            name,
            span,
            declared,
        } => {
            let d = Diagnostic::new(&N105, format!("`{name}` is {found}, not {wanted}"))
                .label(*span, format!("{wanted} is needed here"));
            let d = match declared {
                Some(at) => d.label(*at, "declared here"),
                None => d,
            };
            d.help(format!("name {wanted}"))
        }
        HirError::Circle { path, verb, spans } => spans
            .iter()
            .fold(
                Diagnostic::new(&N106, format!("{path} {verb}")),
                |d, (span, text)| d.label(*span, text.clone()),
            )
            .help("take one of these links away"),
        HirError::Import {
            message,
            span,
            help,
        } => Diagnostic::new(&N107, message.clone())
            .label(*span, "used here")
            .help(help.clone()),
        HirError::NoJudge {
            step,
            kind,
            span,
            declared,
        } => Diagnostic::new(&N105, format!("`{step}` is a {kind}, not a judge"))
            .label(*span, "a judge is needed here")
            .label(*declared, "its kind")
            .help("name a step of `kind: judge`, or leave the field out"),
        HirError::NoVariant {
            message,
            span,
            declared,
            help,
        } => {
            let d = Diagnostic::new(&N108, message.clone()).label(*span, "asked for here");
            let d = match declared {
                Some((at, text)) => d.label(*at, text.clone()),
                None => d,
            };
            d.help(help.clone())
        }
        HirError::Hole {
            message,
            span,
            near,
            help,
        } => {
            let d = Diagnostic::new(&N109, message.clone()).label(*span, "this hole");
            match near {
                Some(near) => d
                    .help(format!("did you mean `{near}`?"))
                    .fix(format!("write `{near}`"), false, *span, near.clone()),
                None => d.help(help.clone()),
            }
        }
        HirError::Outputs { system, ways, span } if ways.is_empty() => Diagnostic::new(
            &N110,
            format!("nothing says how the outputs of `{system}` come to be"),
        )
        .label(*span, "no way to get outputs")
        .help("add one of `predictions: \"file-{seed}.csv\"`, `run: \"command\"`, `predict: majority(data.train)` or `reported: { metric: 82% }`"),
        HirError::Outputs { system, ways, .. } => ways
            .iter()
            .fold(
                Diagnostic::new(&N110, format!("`{system}` has several ways to get outputs")),
                |d, span| d.label(*span, "one way"),
            )
            .help("keep exactly one of `run:`, `predictions:`, `predict:`, `reported:`"),
        HirError::NothingCompared {
            subject,
            against,
            span,
        } => Diagnostic::new(
            &N111,
            format!("no comparison or ablation measures `{subject}` against `{against}`"),
        )
        .label(*span, "decided here, measured nowhere")
        .help(format!(
            "add `compare {subject} with {against} {{ on: …, metrics: […] }}`"
        )),
        HirError::NothingVaried { a, b, of, span } => Diagnostic::new(
            &N112,
            format!("no factorial of `{of}` varies `{a}` and `{b}` together"),
        )
        .label(*span, "read here, measured nowhere")
        .help(format!(
            "add `factorial of {of} {{ on: …, over: [{a}, {b}] }}`"
        )),
        HirError::Design {
            message,
            span,
            label,
            help,
        } => Diagnostic::new(&T111, message.clone())
            .label(*span, label.clone())
            .help(help.clone()),
        HirError::Shape {
            wanted,
            found,
            span,
        } => Diagnostic::new(&T101, format!("{wanted} is needed here, not {found}"))
            .label(*span, format!("{wanted} is needed"))
            .help(format!("write {wanted}")),
        HirError::Units {
            message,
            sides,
            help,
            fix,
        } => {
            let d = sides
                .iter()
                .fold(Diagnostic::new(&T102, message.clone()), |d, (span, text)| {
                    d.label(*span, text.clone())
                })
                .help(help.clone());
            match fix {
                Some((span, text)) => d.fix(format!("write `{text}`"), false, *span, text.clone()),
                None => d,
            }
        }
        HirError::UnknownUnit { unit, span, near } => {
            let d = Diagnostic::new(&T103, format!("there is no unit `{unit}`"))
                .label(*span, "not a unit");
            suggestion(
                d,
                *span,
                near.as_deref(),
                &crate::types::known_words()
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>(),
            )
        }
        HirError::Range {
            message,
            span,
            help,
        } => Diagnostic::new(&T104, message.clone())
            .label(*span, "out of range")
            .help(help.clone()),
        HirError::Choice {
            word,
            span,
            choices,
        } => {
            let near = crate::diagnostic::suggest(word, choices.iter().map(String::as_str));
            let d = Diagnostic::new(&T105, format!("`{word}` is none of the choices here"))
                .label(*span, "not a choice");
            suggestion(d, *span, near, choices)
        }
        HirError::Formula {
            message,
            span,
            help,
        } => Diagnostic::new(&T106, message.clone())
            .label(*span, "cannot be computed")
            .help(help.clone()),
        HirError::Unfit {
            message,
            span,
            label,
            other,
            help,
        } => {
            let d = Diagnostic::new(&T120, message.clone()).label(*span, label.clone());
            let d = match other {
                Some((at, text)) => d.label(*at, text.clone()),
                None => d,
            };
            d.help(help.clone())
        }
    }
}

fn suggestion(d: Diagnostic, span: Span, near: Option<&str>, legal: &[String]) -> Diagnostic {
    match near {
        Some(near) => d.help(format!("did you mean `{near}`?")).fix(
            format!("write `{near}`"),
            false,
            span,
            near,
        ),
        None if legal.is_empty() => d.help("declare it, or import it with `use`"),
        None => d.help(format!("legal here: {}", legal.join(", "))),
    }
}
