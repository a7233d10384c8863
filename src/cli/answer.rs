//! `benchwright score` and `benchwright compare`.

use super::args::{AnswerFormat, AskedArgs, Color, CompareArgs, ScoreArgs};
use super::progress::Progress;
use super::{exit, io};
use crate::exec::Event;
use crate::quick::{self, Asked, Kind, Question, Refused};
use crate::render::{self, Options};
use crate::report;
use crate::text::DiskWorld;
use std::process::ExitCode;

/// Scores the outputs of one system.
pub(super) fn score(args: &ScoreArgs) -> ExitCode {
    let mut question = question(Kind::Score, &args.asked);
    question.files = vec![args.file.clone()];
    answer(&question, &args.asked)
}

/// Compares the outputs of several.
pub(super) fn compare(args: &CompareArgs) -> ExitCode {
    let mut question = question(Kind::Compare, &args.asked);
    question.files.clone_from(&args.files);
    question.test.clone_from(&args.test);
    question.correct.clone_from(&args.correct);
    answer(&question, &args.asked)
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

fn answer(question: &Question, args: &AskedArgs) -> ExitCode {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads.map_or(0, usize::from))
        .build();
    match pool {
        Ok(pool) => pool.install(|| answered(question, args)),
        Err(_) => answered(question, args),
    }
}

fn answered(question: &Question, args: &AskedArgs) -> ExitCode {
    let asked = match quick::ask(&DiskWorld, question) {
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
