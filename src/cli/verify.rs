//! `benchwright verify`.

use super::args::VerifyArgs;
use super::{drifting, exit, io, run, vouched};
use crate::analysis::{self, Analysis, Policy, hold};
use crate::diagnostic::Diagnostic;
use crate::exec;
use crate::registry::{Cause, Standing, When, causes, first_difference};
use crate::report;
use crate::result::{self, RunResult};
use crate::text::{DiskWorld, World};
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The fields of a report in reading order, so that the first difference is the one that matters most.
const ORDER: [&str; 8] = [
    "decisions",
    "selections",
    "comparisons",
    "metrics",
    "ablations",
    "factorials",
    "plan",
    "data",
];

/// Makes the report again.
pub(super) fn verify(args: &VerifyArgs) -> ExitCode {
    match again(args) {
        Ok(code) | Err(code) => code,
    }
}

fn outside(said: &str) -> ExitCode {
    io::err(&format!("error: {said}\n"));
    ExitCode::from(exit::OUTSIDE)
}

fn again(args: &VerifyArgs) -> Result<ExitCode, ExitCode> {
    let name = args.report.display().to_string();
    let bytes =
        std::fs::read(&args.report).map_err(|e| outside(&format!("cannot read `{name}`: {e}")))?;
    let report: Value = serde_json::from_slice(&bytes)
        .map_err(|e| outside(&format!("`{name}` is no report.json: {e}")))?;
    let text = |pointer: &str| report.pointer(pointer).and_then(Value::as_str);
    let (Some(file), Some(seed)) = (
        text("/plan/file"),
        report.pointer("/provenance/seed").and_then(Value::as_u64),
    ) else {
        return Err(outside(&format!(
            "`{name}` is no report.json: it has no `plan.file` or no `provenance.seed`"
        )));
    };
    let file = Path::new(file);
    let world = Moved {
        from: file.parent().unwrap_or(Path::new("")).to_path_buf(),
        to: project(args, file, text("/provenance/evidence/0")),
    };
    let remade = remade(args, &report, &world, file, seed)?;
    let result = &remade.result;
    let made = report::json(result);
    let now: Value = serde_json::from_str(&made)
        .map_err(|e| outside(&format!("the report made again cannot be read: {e}")))?;
    if made.as_bytes() != bytes {
        differs(&name, &report, &now);
        return Ok(ExitCode::from(exit::ERRORS));
    }
    let edited = beside(args, result)?;
    let vouched = manifest(args, &remade)?;
    if !edited.is_empty() || !vouched.is_empty() {
        vouched.iter().for_each(|said| io::err(said));
        for file in edited {
            io::err(&format!(
                "{file}: {name} is as it was made, and this file beside it is not: it was edited\n"
            ));
        }
        return Ok(ExitCode::from(exit::ERRORS));
    }
    io::out(&format!("{name}: made again, the same bytes\n"));
    Ok(ExitCode::from(exit::OK))
}

/// The other views of a report that lie beside it and are not what it makes. One that isn't there is no view.
fn beside(args: &VerifyArgs, result: &RunResult) -> Result<Vec<String>, ExitCode> {
    let mut edited = Vec::new();
    for (name, text) in run::views(result) {
        let file = args.report.with_file_name(name);
        if file == args.report || !file.exists() {
            continue;
        }
        let shown = file.display().to_string();
        let bytes =
            std::fs::read(&file).map_err(|e| outside(&format!("cannot read `{shown}`: {e}")))?;
        if bytes != text.as_bytes() {
            edited.push(shown);
        }
    }
    Ok(edited)
}

/// What is wrong with the manifest beside a report. One that isn't there vouches for nothing.
fn manifest(args: &VerifyArgs, remade: &Remade) -> Result<Vec<String>, ExitCode> {
    let file = args.report.with_file_name("manifest.json");
    if !file.exists() {
        return Ok(Vec::new());
    }
    let shown = file.display().to_string();
    let bytes =
        std::fs::read(&file).map_err(|e| outside(&format!("cannot read `{shown}`: {e}")))?;
    let made = vouched::Made {
        plan: &remade.analysis.plan,
        result: &remade.result,
        library: &remade.library,
        status: &remade.status,
        store: &store(args),
    };
    let report = args.report.display();
    Ok(match vouched::slips(&bytes, &made) {
        Ok(fields) => {
            let one = |field: &&str| {
                format!(
                    "{shown}: `{field}` is not what {report} was made from: the manifest was edited, or is of another run\n"
                )
            };
            fields.iter().map(one).collect()
        }
        Err(why) => vec![format!("{shown}: no manifest can be read there: {why}\n")],
    })
}

/// The folder of the report: absolute, so that it is found whatever has moved.
fn store(args: &VerifyArgs) -> PathBuf {
    let store = args.report.parent().unwrap_or(Path::new(""));
    std::path::absolute(store).unwrap_or_else(|_| store.to_path_buf())
}

/// A report made again, and what it was made with.
struct Remade {
    result: RunResult,
    analysis: Analysis,
    /// Hash of the library.
    library: String,
    /// How the plan stands to its seal, in a word.
    status: String,
}

/// The folder of the plan: as the report has it, seen from where the report lies.
fn project(args: &VerifyArgs, file: &Path, evidence: Option<&str>) -> PathBuf {
    let above = |path: &Path| path.parent().unwrap_or(Path::new("")).to_path_buf();
    if let Some(plan) = &args.plan {
        return above(plan);
    }
    let here = above(file);
    if file.is_absolute() && file.exists() {
        return here;
    }
    let report = std::fs::canonicalize(&args.report).unwrap_or_else(|_| args.report.clone());
    // `.bench/plan/report.json` of the plan's folder, unless `--out` named another.
    let beside = report.ancestors().nth(3).map(Path::to_path_buf);
    let name = file.file_name().unwrap_or_default();
    if let Some(beside) = beside.filter(|b| b.join(name).exists()) {
        return beside;
    }
    if let Some(evidence) = evidence.map(Path::new)
        && report.ends_with(evidence)
        && let Some(base) = report.ancestors().nth(evidence.components().count())
    {
        return base.join(here);
    }
    here
}

fn remade(
    args: &VerifyArgs,
    report: &Value,
    world: &Moved,
    file: &Path,
    seed: u64,
) -> Result<Remade, ExitCode> {
    let policy = policy(report);
    let mut analysis = analysis::analyse(world, file).map_err(|error| io::unread(file, &error))?;
    let _ = hold(&mut analysis.diagnostics, &policy);
    let stopped = |analysis: &Analysis, found: &[Diagnostic], code: u8| {
        io::complain(found, analysis, args.color);
        io::err("the report cannot be made again\n");
        ExitCode::from(code)
    };
    if analysis.has_errors() {
        return Err(stopped(&analysis, &analysis.diagnostics, exit::ERRORS));
    }
    let quiet = |_: exec::Event<'_>| {};
    let ready = exec::refuse(&analysis.plan);
    let read = ready.and_then(|()| analysis::audit(&mut analysis, world, &quiet));
    let shelf = read.map_err(|found| stopped(&analysis, &found, exit::OUTSIDE))?;
    let mut registered = analysis::registered(&analysis, world, file, &shelf, Some(seed));
    if report.pointer("/plan/sealed").is_none() {
        // It was made before the plan was sealed.
        registered.standing = Standing::default();
    }
    registered.check(&mut analysis, When::Early, None);
    let store = store(args);
    let evidence = evidence(&store, world, &analysis, seed, shelf)
        .map_err(|found| stopped(&analysis, &found, exit::OUTSIDE))?;
    let key = analysis::key(&analysis, &evidence, seed);
    registered.check(&mut analysis, When::Late, Some(&key));
    let _ = hold(&mut analysis.diagnostics, &policy);
    let shown = file.display().to_string();
    let mut result = run::conclude(&analysis, &shown, seed, &evidence, &quiet);
    registered.standing.mark(&mut result);
    result.checks = run::checks(&analysis);
    result.provenance.policy = used(&policy);
    let evidence = report
        .pointer("/provenance/evidence")
        .and_then(Value::as_array);
    let evidence = evidence.into_iter().flatten().filter_map(Value::as_str);
    result.provenance.evidence = evidence.map(str::to_owned).collect();
    named_as_then(&mut result, &store, file);
    drifting::compare_again(report, &analysis.plan, &mut result)?;
    Ok(Remade {
        result,
        library: registered.library.sha256.clone(),
        status: registered.standing.word().to_owned(),
        analysis,
    })
}

/// Measures the outputs again: files as they are, and what the commands of the run left beside the report.
fn evidence(
    store: &Path,
    world: &Moved,
    analysis: &Analysis,
    seed: u64,
    shelf: exec::Shelf,
) -> Result<exec::Evidence, Vec<Diagnostic>> {
    let (plan, sources) = (&analysis.plan, &analysis.sources);
    let folder = world.path(&exec::folder(plan, sources));
    let commands = exec::commands(plan, analysis.dag(), &folder, &shelf)?;
    let prepared = exec::prepare(plan, shelf)?;
    let made = exec::kept(&commands, store);
    exec::measure(world, plan, sources, seed, &|_| {}, prepared, &made)
}

/// What commands made is named as in the report: from the plan's folder, in the folder of the report.
fn named_as_then(result: &mut RunResult, store: &Path, file: &Path) {
    let first = result.provenance.evidence.first().map(PathBuf::from);
    let then = first
        .as_deref()
        .and_then(Path::parent)
        .unwrap_or(Path::new(""));
    let folder = file.parent().unwrap_or(Path::new(""));
    for input in &mut result.provenance.inputs {
        if let Ok(below) = Path::new(&input.path).strip_prefix(store) {
            let named = then.join(below);
            let named = named.strip_prefix(folder).unwrap_or(&named);
            input.path = named.display().to_string();
        }
    }
}

fn policy(report: &Value) -> Policy {
    let list = |key: &str| {
        let found = report.pointer(&format!("/provenance/policy/{key}"));
        let words = found.and_then(Value::as_array).into_iter().flatten();
        words.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    Policy {
        deny: list("deny"),
        select: list("select"),
        ignore: list("ignore"),
    }
}

fn used(policy: &Policy) -> Option<result::Policy> {
    let used = result::Policy {
        deny: policy.deny.clone(),
        select: policy.select.clone(),
        ignore: policy.ignore.clone(),
    };
    (used != result::Policy::default()).then_some(used)
}

/// Says what explains the difference. Where the evidence has changed, nothing is shown of what it leads to
/// now: that would be a look at held-out rows that nobody records.
fn differs(name: &str, report: &Value, now: &Value) {
    let causes = causes(report, now);
    let short = |hash: &str| match hash.char_indices().nth(12) {
        Some((end, _)) if hash.len() == 64 => format!("{}…", hash.get(..end).unwrap_or(hash)),
        _ => hash.to_owned(),
    };
    let told = |c: &Cause| {
        format!(
            "  {}: {} then, {} now\n",
            c.what,
            short(&c.then),
            short(&c.now)
        )
    };
    if causes.iter().any(|c| c.evidence) {
        io::err(&format!(
            "{name}: what it was made from has changed since\n"
        ));
        for cause in &causes {
            io::err(&told(cause));
        }
        io::err("  get those back to verify the report, or run the plan as it is now\n");
        return;
    }
    match first_difference(report, now, &ORDER) {
        None => io::err(&format!(
            "{name}: the same values, laid out in other bytes: the file was edited\n"
        )),
        Some(found) => {
            let value = |v: &Option<Value>| v.as_ref().map_or("nothing".to_owned(), excerpt);
            io::err(&format!("{name}: another report than its evidence makes\n"));
            io::err(&format!(
                "  {}: {} in the report, {} made again\n",
                found.field,
                value(&found.report),
                value(&found.again)
            ));
            if causes.is_empty() {
                io::err(
                    "  plan, data, outputs, seed and version are the same: the report was edited\n",
                );
            }
        }
    }
    for cause in &causes {
        io::err(&told(cause));
    }
}

/// No more of a value than a line can bear.
fn excerpt(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(&text)),
        None => text,
    }
}

/// Files of one folder, found in another: a report keeps the paths that it was made with.
struct Moved {
    from: PathBuf,
    to: PathBuf,
}

impl Moved {
    fn path(&self, path: &Path) -> PathBuf {
        if path.is_absolute() && !self.from.is_absolute() {
            return path.to_path_buf();
        }
        match path.strip_prefix(&self.from) {
            Ok(below) => self.to.join(below),
            Err(_) => path.to_path_buf(),
        }
    }
}

impl World for Moved {
    fn open(&self, path: &Path) -> std::io::Result<Box<dyn Read + Send + '_>> {
        let moved = self.path(path);
        Ok(Box::new(std::io::Cursor::new(DiskWorld.read(&moved)?)))
    }

    fn list(&self, folder: &Path) -> std::io::Result<Vec<String>> {
        let moved = self.path(folder);
        DiskWorld.list(if moved.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &moved
        })
    }
}
