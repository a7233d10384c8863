//! `benchwright seal`.

use super::args::SealArgs;
use super::progress::Progress;
use super::{exit, io};
use crate::analysis::{self, Analysis, Registered, hold};
use crate::data;
use crate::diagnostic::{Answer, Diagnostic, Level};
use crate::exec::{self, Shelf};
use crate::registry::{self, Event, Finding, Found, Place, Seal, When, seal, sign};
use crate::report;
use crate::text::DiskWorld;
use std::path::Path;
use std::process::ExitCode;

/// Seals a plan.
pub(super) fn seal(args: &SealArgs) -> ExitCode {
    let mut analysis = match io::load(&args.plan, &args.policy) {
        Ok(analysis) => analysis,
        Err(code) => return code,
    };
    let shelf = match looked_over(args, &mut analysis) {
        Ok(shelf) => shelf,
        Err(code) => return code,
    };
    let seed = Some(args.seed);
    let mut registered = analysis::registered(&analysis, &DiskWorld, &args.plan, &shelf, seed);
    if let Err(code) = unbroken(args, &analysis, &mut registered) {
        return code;
    }
    let text = match &registered.standing.sealed {
        Some(found) if found.whole && registered.standing.changes.is_empty() => {
            return kept(args, found, &registered);
        }
        Some(found) if !args.again => return changed(args, found, &registered),
        Some(_) | None => new(args, &analysis, &registered).text(),
    };
    match written(args, &registered, &text) {
        Ok(()) => {
            told(args, &analysis, &shelf);
            ExitCode::from(exit::OK)
        }
        Err(code) => code,
    }
}

/// Checks the plan, and its data where they are there.
fn looked_over(args: &SealArgs, analysis: &mut Analysis) -> Result<Shelf, ExitCode> {
    let refuse = |analysis: &Analysis, code: u8| {
        io::complain(&analysis.diagnostics, analysis, args.color);
        io::err("the plan has errors and was not sealed\n");
        Err(ExitCode::from(code))
    };
    if analysis.has_errors() {
        return refuse(analysis, exit::ERRORS);
    }
    let place = Place::of(&args.plan);
    let data = analysis::datasets(&analysis.plan, &DiskWorld, &place, &Shelf::default());
    let absent: Vec<&str> = data
        .iter()
        .filter(|d| d.sha256.is_none())
        .map(|d| d.dataset.as_str())
        .collect();
    if !absent.is_empty() {
        // Plans may be sealed before their data are gathered.
        io::err(&format!(
            "note: the data of {} aren't there yet, so their bytes are not sealed\n",
            absent.join(", ")
        ));
        return Ok(Shelf::default());
    }
    let progress = Progress::new();
    let events = |event: exec::Event<'_>| progress.tell(event);
    let read = analysis::audit(analysis, &DiskWorld, &events);
    progress.done();
    // A policy that can't be followed was told when the plan was loaded.
    let _ = hold(&mut analysis.diagnostics, &io::policy(&args.policy));
    match read {
        Ok(_) if analysis.has_errors() => refuse(analysis, exit::ERRORS),
        Ok(shelf) => Ok(shelf),
        Err(found) => {
            analysis.diagnostics.extend(found);
            refuse(analysis, exit::OUTSIDE)
        }
    }
}

/// Refuses where ledger or seal are not what was written, unless a whole new seal is asked for.
fn unbroken(
    args: &SealArgs,
    analysis: &Analysis,
    registered: &mut Registered,
) -> Result<(), ExitCode> {
    let mut only = analysis.without_findings();
    registered.check(&mut only, When::Early, None);
    let broken: Vec<Diagnostic> = only
        .diagnostics
        .into_iter()
        .filter(Diagnostic::is_error)
        .collect();
    let chain = registered
        .ledger
        .faults
        .iter()
        .any(registry::Fault::is_tampering);
    if broken.is_empty() || args.again && !chain {
        return Ok(());
    }
    io::complain(&broken, analysis, args.color);
    io::err("the plan was not sealed\n");
    Err(ExitCode::from(exit::ERRORS))
}

/// A plan that is sealed and unchanged stays as it is; a ledger that lost the race with a crash is told.
fn kept(args: &SealArgs, found: &Found, registered: &Registered) -> ExitCode {
    let name = args.plan.display();
    let known = registered.ledger.entries.iter().any(|e| {
        matches!(&e.event, Event::Seal { lock_sha256, .. } if *lock_sha256 == found.lock_sha256)
    });
    if !known || args.sign.is_some() {
        let text = found.seal.text();
        if let Err(code) = written(args, registered, &text) {
            return code;
        }
        let what = if args.sign.is_some() {
            "signed"
        } else {
            "recorded in the ledger"
        };
        io::out(&format!(
            "{name}: sealed {} and unchanged; {what}\n",
            found.seal.day()
        ));
        return ExitCode::from(exit::OK);
    }
    io::out(&format!(
        "{name}: sealed {} already, and unchanged\n",
        found.seal.day()
    ));
    ExitCode::from(exit::OK)
}

/// A plan that has changed is sealed again only where that is asked for.
fn changed(args: &SealArgs, found: &Found, registered: &Registered) -> ExitCode {
    let name = args.plan.display();
    io::err(&format!(
        "{name} was sealed {} and has changed since:\n",
        found.seal.day()
    ));
    for change in &registered.standing.changes {
        let bears = if change.bears {
            "bears"
        } else {
            "does not bear"
        };
        io::err(&format!(
            "  {}; {bears} on a decision\n",
            registry::words(change)
        ));
    }
    io::err("`--again` seals it as it is now; the ledger keeps both seals\n");
    ExitCode::from(exit::ERRORS)
}

fn new(args: &SealArgs, analysis: &Analysis, registered: &Registered) -> Seal {
    let plan = &analysis.plan;
    let (reads, _) = exec::sizes(&DiskWorld, plan, &analysis.sources);
    let power = report::power_json(&registered.place.name(), plan, &reads, &[]);
    let finding = |d: &Diagnostic| Finding {
        code: d.code.code.to_owned(),
        name: d.code.name.to_owned(),
        message: d.message.clone(),
        reason: d.waived.clone(),
    };
    let all = || analysis.diagnostics.iter();
    let stem = args.plan.file_stem().unwrap_or_default().to_string_lossy();
    let title = plan.header.as_ref().map(|h| h.common.name.clone());
    let open = |d: &&Diagnostic| d.waived.is_none() && d.answer == Answer::Open;
    let warns = |d: &&Diagnostic| {
        d.waived.is_none() && d.answer == Answer::Refuted && d.level == Level::Warning
    };
    Seal {
        format: seal::FORMAT.to_owned(),
        plan: registered.place.name(),
        title: title.unwrap_or_else(|| stem.into_owned()),
        sealed: registry::now(),
        meaning_sha256: analysis.meaning_sha256().to_owned(),
        seed: args.seed,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        git: registry::git(registered.place.project()),
        library: registered.library.clone(),
        data: registered.data.clone(),
        power: serde_json::from_str(&power).unwrap_or_default(),
        open: all().filter(open).map(finding).collect(),
        warnings: all().filter(warns).map(finding).collect(),
        waivers: all().filter(|d| d.waived.is_some()).map(finding).collect(),
        meaning: analysis.meaning().items.clone(),
        sha256: String::new(),
    }
    .closed()
}

/// Writes the seal, its signature, and its entry.
fn written(args: &SealArgs, registered: &Registered, text: &str) -> Result<(), ExitCode> {
    let outside = |said: String| {
        io::err(&format!("error: {said}\n"));
        ExitCode::from(exit::OUTSIDE)
    };
    let lock = seal::path(&args.plan);
    let signature = args.sign.as_ref().map(|key| sign::sign(text, key));
    let signature = signature.transpose().map_err(|e| {
        outside(format!(
            "the seal was not signed, and nothing was written: {e}"
        ))
    })?;
    let write = |path: &Path, text: &str| {
        data::write_atomic(path, text.as_bytes())
            .map_err(|e| outside(data::diagnose(&e, None).message))
    };
    write(&lock, text)?;
    let beside = sign::path(&lock);
    match &signature {
        Some(signature) => write(&beside, signature)?,
        None if beside.exists() => {
            // That of another seal would only look like this one's.
            std::fs::remove_file(&beside)
                .map_err(|e| outside(format!("cannot remove `{}`: {e}", beside.display())))?;
        }
        None => {}
    }
    let sealed: Option<Seal> = serde_json::from_str(text).ok();
    let event = Event::Seal {
        plan: registered.place.name(),
        meaning_sha256: sealed.map_or(String::new(), |s| s.meaning_sha256),
        lock_sha256: data::sha256(text.as_bytes()),
        signed: signature.is_some(),
    };
    registry::ledger::append(&registered.place.folder(), event).map_err(|e| {
        let d = registry::diagnose(&e);
        let mut said = d.message;
        for line in d.witness {
            said += &format!("\n  {line}");
        }
        outside(said)
    })?;
    Ok(())
}

/// What was sealed, and what the ledger knows of earlier looks.
fn told(args: &SealArgs, analysis: &Analysis, shelf: &Shelf) {
    let lock = seal::path(&args.plan).display().to_string();
    let meaning = analysis.meaning_sha256().get(..8).unwrap_or_default();
    let signed = if args.sign.is_some() { ", signed" } else { "" };
    io::out(&format!(
        "{}: sealed{signed}, meaning {meaning}…, seed {}\n  {lock}\n",
        args.plan.display(),
        args.seed
    ));
    let open = |d: &&Diagnostic| d.waived.is_none() && d.answer == Answer::Open;
    let warns = |d: &&Diagnostic| {
        d.waived.is_none() && d.answer == Answer::Refuted && d.level == Level::Warning
    };
    let all = || analysis.diagnostics.iter();
    let counts = [
        (all().filter(warns).count(), "warning", "stands", "stand"),
        (
            all().filter(open).count(),
            "question",
            "is open",
            "are open",
        ),
        (
            all().filter(|d| d.waived.is_some()).count(),
            "waiver",
            "is kept",
            "are kept",
        ),
    ];
    for (n, what, one, many) in counts.iter().filter(|(n, ..)| *n > 0) {
        io::out(&match n {
            1 => format!("  1 {what} {one}\n"),
            n => format!("  {n} {what}s {many}\n"),
        });
    }
    let seed = Some(args.seed);
    let mut registered = analysis::registered(analysis, &DiskWorld, &args.plan, shelf, seed);
    let mut late = analysis.without_findings();
    registered.check(&mut late, When::Late, None);
    io::complain(&late.diagnostics, analysis, args.color);
}
