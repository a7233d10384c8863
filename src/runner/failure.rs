//! Why a task failed.

use super::record::Exit;
use crate::diagnostic::Diagnostic;
use std::path::PathBuf;
use std::time::Duration;

/// A task that failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// How.
    pub kind: FailureKind,
    /// The folder it had while it ran; what is said of files there holds of `failed/KEY` afterwards.
    pub folder: PathBuf,
    /// The last lines it complained with; of what it printed where it complained of nothing.
    pub said: Vec<String>,
    /// How often it was tried.
    pub attempts: u32,
}

/// How a task failed.
#[derive(Debug, Clone)]
pub enum FailureKind {
    /// It ended with a code that is not 0.
    Exit(i32),
    /// A signal ended it.
    Signal(i32),
    /// It took longer than this.
    Timeout(Duration),
    /// Its program cannot be started: the program, why, and whether there is no such program.
    NotStarted(String, String, bool),
    /// It ended well and wrote no output.
    NoOutput,
    /// Asked as a server, it gave nothing that could be measured: why, and how it ended.
    Unserved(String, Exit),
    /// Its output cannot be used.
    BadOutput(Vec<Diagnostic>),
    /// It wrote to a file it was given to read.
    InputChanged(String),
    /// Its folder or record could not be written: the file, why, whether the disk is full.
    Unwritable(String, String, bool),
}

impl FailureKind {
    /// Whether it is the command's own failure, which trying again might mend.
    pub(super) fn exit(&self) -> Option<Exit> {
        match self {
            FailureKind::Exit(code) => Some(Exit::Code(*code)),
            FailureKind::Signal(signal) => Some(Exit::Signal(*signal)),
            FailureKind::Timeout(_) => Some(Exit::TimedOut),
            FailureKind::Unserved(_, exit) => Some(*exit),
            FailureKind::NotStarted(..)
            | FailureKind::NoOutput
            | FailureKind::BadOutput(_)
            | FailureKind::InputChanged(_)
            | FailureKind::Unwritable(..) => None,
        }
    }

    /// In a few words, lower case.
    pub fn text(&self) -> String {
        match self {
            FailureKind::Exit(code) => format!("ended with exit code {code}"),
            FailureKind::Signal(signal) => format!("was ended by {}", signal_name(*signal)),
            FailureKind::Timeout(limit) => format!("took longer than {}", seconds(*limit)),
            FailureKind::NotStarted(program, why, _) => {
                format!("could not be started: `{program}`: {why}")
            }
            FailureKind::Unserved(why, _) => format!("gave nothing to measure: {why}"),
            FailureKind::NoOutput => "ended well and wrote no output".to_string(),
            FailureKind::BadOutput(found) => {
                let first = found.first().map_or("", |d| d.message.as_str());
                format!("wrote an output that cannot be used: {first}")
            }
            FailureKind::InputChanged(file) => {
                format!("wrote to `{file}`, which it was given to read")
            }
            FailureKind::Unwritable(file, why, _) => format!("could not be kept: `{file}`: {why}"),
        }
    }
}

/// A time as people read it.
pub(super) fn seconds(time: Duration) -> String {
    let s = time.as_secs_f64();
    if s >= 7200.0 {
        format!("{} h", (s / 360.0).round() / 10.0)
    } else if s >= 120.0 {
        format!("{} min", (s / 6.0).round() / 10.0)
    } else {
        format!("{} s", (s * 1000.0).round() / 1000.0)
    }
}

/// The name of a signal, as `kill -l` has it, with what it tells.
pub(super) fn signal_name(signal: i32) -> String {
    let named = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL (an instruction the machine does not know)",
        6 => "SIGABRT (it gave up by itself)",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL (from outside; when memory runs out, the system does it)",
        11 => "SIGSEGV (it read memory that is not its own)",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ (a file grew beyond what is allowed)",
        _ => return format!("signal {signal}"),
    };
    named.to_string()
}
