//! One task from its folder to its record: given its files, run, tried again where that may help, judged, kept.

use super::failure::{Failure, FailureKind};
use super::machine::Energy;
use super::process::{self, Command, Ended};
use super::record::{Exit, FileHash, Log, TaskRecord};
use super::schedule::{Settings, Validate};
use super::serve::{self, Asked, Reply, Served, Serving, Unserved};
use super::store::{RECORD, Store, StoreError, is_full, output};
use super::task::{Handed, Place, RetryOn, Source, Task};
use crate::data;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How many lines of a failed command's complaint are shown.
const SAID: usize = 8;

/// Beyond this many bytes a file is given by a second name, not copied.
const LARGE: u64 = 16 * 1024 * 1024;

/// What came of asking a server.
type Answers = Result<(Vec<Reply>, Served), Unserved>;

/// All that running a task takes.
pub(super) struct Runner<'a> {
    pub(super) store: &'a Store,
    pub(super) tasks: &'a [Task],
    pub(super) keys: &'a [String],
    pub(super) settings: &'a Settings<'a>,
    pub(super) validate: Validate<'a>,
    pub(super) energy: Energy,
}

/// Why a task has no result.
pub(super) enum Unfinished {
    Failed(Box<Failure>),
    /// It was ended with the run.
    Stopped,
}

/// A failure to keep something.
pub(super) fn unkept(error: &StoreError) -> Failure {
    let (path, reason, full) = match error {
        StoreError::Unwritable { path, reason, full } => (path, reason.clone(), *full),
        StoreError::Held { path, holder } => (path, format!("held by {holder}"), false),
    };
    Failure {
        kind: FailureKind::Unwritable(path.display().to_string(), reason, full),
        folder: PathBuf::new(),
        said: Vec::new(),
        attempts: 1,
    }
}

fn failed(error: &StoreError) -> Unfinished {
    Unfinished::Failed(Box::new(unkept(error)))
}

impl Runner<'_> {
    /// Runs the task at a place; its record and the folder in which it is kept.
    pub(super) fn run(
        &self,
        at: usize,
        stop: &dyn Fn() -> bool,
        alone: &dyn Fn() -> bool,
    ) -> Result<(TaskRecord, PathBuf), Unfinished> {
        let (Some(task), Some(key)) = (self.tasks.get(at), self.keys.get(at)) else {
            return Err(Unfinished::Stopped);
        };
        let mut attempts = 0;
        loop {
            attempts += 1;
            let folder = self.store.begin(key).map_err(|e| failed(&e))?;
            match self.attempt(at, (task, key), &folder, attempts, stop, alone)? {
                (record, None) => {
                    let kept = self.store.settle(&folder, "runs", key);
                    return Ok((record, kept.map_err(|e| failed(&e))?));
                }
                (_, Some(failure)) if task.limits.again(&failure.kind, attempts) => {
                    let _ = fs::remove_dir_all(&folder);
                }
                (_, Some(failure)) => {
                    // What it printed and wrote is kept for whoever looks into it.
                    let kept = self.store.settle(&folder, "failed", key);
                    kept.map_err(|e| failed(&e))?;
                    return Err(Unfinished::Failed(Box::new(failure)));
                }
            }
        }
    }

    fn attempt(
        &self,
        at: usize,
        (task, key): (&Task, &str),
        folder: &Path,
        attempts: u32,
        stop: &dyn Fn() -> bool,
        alone: &dyn Fn() -> bool,
    ) -> Result<(TaskRecord, Option<Failure>), Unfinished> {
        let given = self.give(task, folder).map_err(|e| failed(&e))?;
        let words = self.words(task, folder, 0);
        let before = self.energy.now();
        let started = (self.settings.clock)();
        let mark = format!("{}{key}-{}", self.store.mark(), std::process::id());
        let command = Command {
            words: &words,
            program: task.found.as_deref(),
            folder: self.settings.folder,
            env: &task.env,
            mark: &mark,
            limit: task.limits.time.or(self.settings.time),
            grace: self.settings.grace,
        };
        let (ran, asked) = match &task.serve {
            None => (process::execute(&command, stop), None),
            Some(serving) => self.ask((task, serving), folder, &command, stop)?,
        };
        let mut record = TaskRecord {
            started: utc(started),
            ended: utc((self.settings.clock)()),
            attempts,
            ..self.described(task, key)
        };
        let spent = self.energy.spent(&before, &self.energy.now());
        record.energy_j = spent.filter(|_| alone());
        let failure = match ran {
            Ok(ended) if ended.exit == Exit::Stopped => return Err(Unfinished::Stopped),
            Ok(ended) => {
                measure(&mut record, &ended);
                write_logs(folder, &ended).map_err(|e| failed(&e))?;
                let unserved = match asked {
                    Some(Ok((replies, served))) => {
                        let bytes = serve::lines(&replies);
                        write(&folder.join(&task.output), &bytes).map_err(|e| failed(&e))?;
                        record.served = Some(served);
                        None
                    }
                    Some(Err(why)) => self.unserved(task, why, ended.exit),
                    None => None,
                };
                let judge = || self.judge(at, task, &ended, folder, &given, &mut record);
                let kind = unserved.or_else(judge);
                kind.map(|kind| Failure {
                    kind,
                    folder: folder.to_owned(),
                    said: said(&ended),
                    attempts,
                })
            }
            Err(error) => {
                record.exit = Exit::NotStarted;
                let program = words.first().cloned().unwrap_or_default();
                let missing = error.kind() == io::ErrorKind::NotFound;
                Some(Failure {
                    kind: FailureKind::NotStarted(program, error.to_string(), missing),
                    folder: folder.to_owned(),
                    said: Vec::new(),
                    attempts,
                })
            }
        };
        record.failure = failure.as_ref().map(|f| f.kind.text());
        let _ = fs::remove_dir_all(folder.join("in"));
        let mut text = serde_json::to_string_pretty(&record).unwrap_or_default();
        text.push('\n');
        write(&folder.join(RECORD), text.as_bytes()).map_err(|e| failed(&e))?;
        Ok((record, failure))
    }

    /// Asks a server, whose rows lie in the store.
    fn ask(
        &self,
        (task, serving): (&Task, &Serving),
        folder: &Path,
        command: &Command<'_>,
        stop: &dyn Fn() -> bool,
    ) -> Result<(io::Result<Ended>, Option<Answers>), Unfinished> {
        let from = match &serving.rows.source {
            Source::Split(name) => self.store.split_path(name),
            Source::File(path) => path.clone(),
        };
        let rows = fs::read_to_string(&from)
            .map_err(|error| failed(&StoreError::unwritable(&from, &error)))?;
        let words = |port: u16| self.words(task, folder, port);
        let Asked { replies, ended } = serve::execute(serving, &rows, command, &words, stop);
        Ok(match replies {
            Err(Unserved::NotStarted(error)) => (Err(error), None),
            other => (Ok(ended), Some(other)),
        })
    }

    /// The failure of a server that was not measured.
    fn unserved(&self, task: &Task, why: Unserved, exit: Exit) -> Option<FailureKind> {
        Some(match why {
            // Told before anything is judged.
            Unserved::Stopped | Unserved::NotStarted(_) => return None,
            Unserved::TimedOut => {
                let limit = task.limits.time.or(self.settings.time);
                FailureKind::Timeout(limit.unwrap_or_default())
            }
            Unserved::Silent(time) => {
                let time = super::failure::seconds(time);
                FailureKind::Unserved(format!("it had no answer within {time}"), Exit::TimedOut)
            }
            Unserved::Ended(why, exit) => FailureKind::Unserved(why, exit),
            Unserved::Useless(why) => FailureKind::Unserved(why, exit),
        })
    }

    /// Why what a command did is no result, if it isn't; the output is noted in the record.
    fn judge(
        &self,
        at: usize,
        task: &Task,
        ended: &Ended,
        folder: &Path,
        given: &[Given],
        record: &mut TaskRecord,
    ) -> Option<FailureKind> {
        match ended.exit {
            Exit::Code(0) => {}
            Exit::Code(code) => return Some(FailureKind::Exit(code)),
            Exit::Signal(signal) => return Some(FailureKind::Signal(signal)),
            Exit::TimedOut => {
                let limit = task.limits.time.or(self.settings.time);
                return Some(FailureKind::Timeout(limit.unwrap_or_default()));
            }
            Exit::Stopped | Exit::NotStarted => {}
        }
        if let Some(changed) = given.iter().find(|g| g.changed()) {
            return Some(FailureKind::InputChanged(changed.name.clone()));
        }
        let file = folder.join(&task.output);
        if !file.is_file() {
            return Some(FailureKind::NoOutput);
        }
        let found = (self.validate)(at, &file);
        if !found.is_empty() {
            return Some(FailureKind::BadOutput(found));
        }
        match fs::read(&file) {
            Ok(bytes) => {
                record.output = Some(FileHash {
                    file: task.output.clone(),
                    sha256: data::sha256(&bytes),
                    bytes: bytes.len() as u64,
                    ..FileHash::default()
                });
                None
            }
            Err(error) => Some(FailureKind::Unwritable(
                file.display().to_string(),
                error.to_string(),
                false,
            )),
        }
    }

    /// Puts the task's files into a folder of its own, where nothing else lies.
    fn give(&self, task: &Task, folder: &Path) -> Result<Vec<Given>, StoreError> {
        let inside = folder.join("in");
        let mut given = Vec::new();
        for input in &task.inputs {
            let to = inside.join(&input.name);
            let unwritable = |error: io::Error| StoreError::unwritable(&to, &error);
            fs::create_dir_all(&inside).map_err(unwritable)?;
            match &input.source {
                Source::Split(name) => {
                    let from = self.store.split_path(name);
                    // A second name of one file costs nothing, where the file system knows such; of a small one a copy
                    // costs little, and whoever writes to it harms no one else.
                    let large = fs::metadata(&from).is_ok_and(|m| m.len() > LARGE);
                    if !large || fs::hard_link(&from, &to).is_err() {
                        fs::copy(&from, &to).map_err(unwritable)?;
                    }
                }
                Source::File(from) => {
                    fs::copy(from, &to).map_err(unwritable)?;
                }
            }
            given.extend(Given::new(input, &to));
        }
        Ok(given)
    }

    fn words(&self, task: &Task, folder: &Path, port: u16) -> Vec<String> {
        let path = |place: &Place| -> String {
            let path = match place {
                Place::Port => return port.to_string(),
                Place::Input(name) => folder.join("in").join(name),
                Place::Output => folder.join(&task.output),
                Place::OutputStem => folder.join("out"),
                Place::Upstream(at) => match (self.tasks.get(*at), self.keys.get(*at)) {
                    (Some(task), Some(key)) => output(self.store.root(), key, &task.output),
                    _ => PathBuf::new(),
                },
                Place::UpstreamStem(at) => {
                    let key = self.keys.get(*at).map_or("", String::as_str);
                    output(self.store.root(), key, "out")
                }
            };
            path.display().to_string()
        };
        task.words.iter().map(|w| w.fill(path)).collect()
    }

    /// The record of a task before it is run.
    fn described(&self, task: &Task, key: &str) -> TaskRecord {
        let input = |h: &Handed| FileHash {
            file: h.name.clone(),
            sha256: h.sha256.clone(),
            bytes: h.bytes,
            rows: Some(h.rows).filter(|&rows| rows > 0),
            holds: h.holds.clone(),
        };
        let keys = task.upstream.iter().filter_map(|&at| self.keys.get(at));
        TaskRecord {
            schema_version: 1,
            key: key.to_string(),
            name: task.name.clone(),
            what: task.what.clone(),
            command: task.canonical(self.tasks),
            program: task.program.clone(),
            scripts: task.scripts.clone(),
            inputs: task
                .inputs
                .iter()
                .chain(task.serve.iter().map(|s| &s.rows))
                .map(input)
                .collect(),
            upstream: keys.cloned().collect(),
            env: task.env.clone(),
            surroundings: task.surroundings.clone(),
            declared: task.declared.clone(),
            machine: self.settings.machine.clone(),
            tool: env!("CARGO_PKG_VERSION").to_string(),
            ..TaskRecord::default()
        }
    }
}

impl super::task::Limits {
    /// Whether a task that failed so is tried once more.
    fn again(&self, kind: &FailureKind, attempts: u32) -> bool {
        let Some(exit) = kind.exit() else {
            return false;
        };
        let named = |on: &RetryOn| match (on, exit) {
            (RetryOn::Exit(code), Exit::Code(found)) => *code == found,
            (RetryOn::Timeout, Exit::TimedOut) | (RetryOn::Signal, Exit::Signal(_)) => true,
            _ => false,
        };
        attempts <= self.retries && (self.retry_on.is_empty() || self.retry_on.iter().any(named))
    }
}

/// A file that a task was given, as it was.
struct Given {
    name: String,
    path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
}

impl Given {
    fn new(input: &Handed, path: &Path) -> Option<Self> {
        let found = fs::metadata(path).ok()?;
        Some(Given {
            name: input.name.clone(),
            path: path.to_owned(),
            length: found.len(),
            modified: found.modified().ok(),
        })
    }

    /// Whether someone wrote to it. One that is gone can no longer mislead anyone.
    fn changed(&self) -> bool {
        fs::metadata(&self.path)
            .is_ok_and(|found| found.len() != self.length || found.modified().ok() != self.modified)
    }
}

fn measure(record: &mut TaskRecord, ended: &Ended) {
    let ms = |d: std::time::Duration| (d.as_secs_f64() * 1e6).round() / 1e3;
    record.exit = ended.exit;
    record.wall_ms = ms(ended.wall);
    record.cpu_user_ms = ms(ended.cpu_user);
    record.cpu_system_ms = ms(ended.cpu_system);
    record.peak_memory = ended.peak;
    let log = |c: &super::Captured| Log {
        bytes: c.total(),
        dropped: c.dropped(),
    };
    record.stdout = log(&ended.stdout);
    record.stderr = log(&ended.stderr);
}

fn said(ended: &Ended) -> Vec<String> {
    let complaint = ended.stderr.last_lines(SAID);
    if complaint.is_empty() {
        ended.stdout.last_lines(SAID)
    } else {
        complaint
    }
}

fn write_logs(folder: &Path, ended: &Ended) -> Result<(), StoreError> {
    for (name, stream) in [("stdout.log", &ended.stdout), ("stderr.log", &ended.stderr)] {
        if stream.total() > 0 {
            write(&folder.join(name), &stream.bytes())?;
        }
    }
    Ok(())
}

/// Writes a file of a folder that has no name yet, so that it need not be whole at once.
fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    fs::write(path, bytes).map_err(|error| StoreError::Unwritable {
        path: path.to_owned(),
        reason: error.to_string(),
        full: is_full(&error),
    })
}

/// A moment as `2026-11-30T16:20:34Z`.
pub fn utc(time: SystemTime) -> String {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since.map_or(0, |d| d.as_secs());
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Days to a date (Hinnant 2013, `civil_from_days`), of days after 1970.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn moments_are_written_in_utc() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_200, "2024-03-01T00:00:00Z"),
            (1_798_761_599, "2026-12-31T23:59:59Z"),
        ] {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(utc(time), text);
        }
    }
}
