//! `benchwright score` and `benchwright compare`.

use super::args::{AnswerFormat, AskedArgs, Color, CompareArgs, ScoreArgs};
use super::progress::Progress;
use super::{exit, io};
use crate::data;
use crate::exec::Event;
use crate::quick::{self, Asked, Kind, Question, Refused};
use crate::render::{self, Options};
use crate::report;
use crate::text::{DiskWorld, SourceMap};
use std::path::Path;
use std::process::ExitCode;

/// Scores the outputs of one system.
pub(super) fn score(args: &ScoreArgs) -> ExitCode {
    let mut question = question(Kind::Score, &args.asked);
    question.files.extend(args.file.clone());
    question.files.extend(args.merge.iter().cloned());
    let how = match &args.partial {
        Some(file) => How::Partial(file),
        None if args.merge.is_empty() => How::Whole,
        None => How::Merged,
    };
    answer(&question, &args.asked, how)
}

/// What is answered, and from what.
#[derive(Clone, Copy)]
enum How<'a> {
    /// The question, from its files.
    Whole,
    /// Nothing: the counts of the files go to this one.
    Partial(&'a Path),
    /// The question, from such counts.
    Merged,
}

/// Compares the outputs of several.
pub(super) fn compare(args: &CompareArgs) -> ExitCode {
    let mut question = question(Kind::Compare, &args.asked);
    question.files.clone_from(&args.files);
    question.test.clone_from(&args.test);
    question.correct.clone_from(&args.correct);
    answer(&question, &args.asked, How::Whole)
}

fn question(kind: Kind, args: &AskedArgs) -> Question {
    Question {
        kind,
        files: Vec::new(),
        truth: args.truth.clone(),
        label: args.label.clone(),
        predictions: args.prediction.clone(),
        score: args.score.clone(),
        columns: args.column.clone(),
        id: args.id.clone(),
        group: args.group.clone(),
        weight: args.weight.clone(),
        metrics: args.metric.clone(),
        positive: args.positive.clone(),
        labels: args.labels.clone(),
        slices: args.slice.clone(),
        interval: args.interval.clone(),
        resamples: args.resamples.clone(),
        level: args.level.clone(),
        test: None,
        correct: None,
    }
}

fn answer(question: &Question, args: &AskedArgs, how: How<'_>) -> ExitCode {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads.map_or(0, usize::from))
        .build();
    match pool {
        Ok(pool) => pool.install(|| answered(question, args, how)),
        Err(_) => answered(question, args, how),
    }
}

fn answered(question: &Question, args: &AskedArgs, how: How<'_>) -> ExitCode {
    let asked = match how {
        How::Whole => quick::ask(&DiskWorld, question),
        How::Partial(file) => return partial(question, file, args.color),
        How::Merged => quick::ask_merged(&DiskWorld, question),
    };
    let asked = match asked {
        Ok(asked) => asked,
        Err(refused) => return refuse(&refused, args.color),
    };
    if args.plan {
        io::out(&asked.plan_file());
        return ExitCode::from(exit::OK);
    }
    let progress = Progress::new();
    let events = |event: Event<'_>| progress.tell(event);
    let result = asked.answer(&DiskWorld, args.seed, &events);
    progress.done();
    match result {
        Ok(result) => {
            let guessed = guessed(&asked);
            io::out(&match args.format {
                AnswerFormat::Terminal => {
                    let style = io::stdout_style(args.color);
                    report::answer(&result, &args.metric, &guessed, &style)
                }
                AnswerFormat::Json => report::answer_json(&result, &guessed),
            });
            ExitCode::from(exit::OK)
        }
        Err(refused) => refuse(&refused, args.color),
    }
}

/// Writes the counts of a shard.
fn partial(question: &Question, file: &Path, color: Color) -> ExitCode {
    let counts = match quick::counts(&DiskWorld, question) {
        Ok(Ok(counts)) => counts,
        Ok(Err(why)) => {
            io::err(&format!(
                "error: `--partial`: the rows cannot be counted\n  {why}\n"
            ));
            return ExitCode::from(exit::ERRORS);
        }
        Err(refused) => return refuse(&refused, color),
    };
    match data::write_atomic(file, counts.as_bytes()) {
        Ok(()) => {
            io::out(&format!("wrote {}\n", file.display()));
            ExitCode::from(exit::OK)
        }
        Err(error) => {
            let refused = Refused {
                diagnostics: vec![data::diagnose(&error, None)],
                sources: SourceMap::default(),
            };
            refuse(&refused, color)
        }
    }
}

/// `--label y (its name says so)`, one for each guess.
fn guessed(asked: &Asked) -> Vec<report::Guessed> {
    let one = |g: &quick::Guess| {
        let gap = if g.option.ends_with('=') { "" } else { " " };
        format!("{}{gap}{} ({})", g.option, g.value, g.why)
    };
    asked.guesses.iter().map(one).collect()
}

fn refuse(refused: &Refused, color: Color) -> ExitCode {
    let options = Options {
        style: io::stderr_style(color),
        fixable: false,
        proofs: false,
    };
    io::err(&render::terminal(
        &refused.diagnostics,
        &refused.sources,
        &options,
    ));
    let outside = |d: &crate::diagnostic::Diagnostic| d.code.code.starts_with('F');
    ExitCode::from(if refused.diagnostics.iter().any(outside) {
        exit::OUTSIDE
    } else {
        exit::ERRORS
    })
}
