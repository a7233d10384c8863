//! Ending processes: whole groups, and those that left their group.

use std::path::Path;

/// The variable that tells the processes of a task, whatever group they moved to.
pub(super) const MARK: &str = "BENCHWRIGHT_TASK";

/// How strongly a group is asked to end.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    /// It may clean up.
    Asked,
    /// At once.
    Forced,
}

/// Ends every process of a group.
#[cfg(unix)]
pub(super) fn end(group: u32, how: End) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let signal = match how {
        End::Asked => Signal::TERM,
        End::Forced => Signal::KILL,
    };
    let pid = i32::try_from(group).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // A group whose processes are all gone is what is wanted.
        let _ = kill_process_group(pid, signal);
    }
}

#[cfg(not(unix))]
pub(super) fn end(_group: u32, _how: End) {}

/// Ends every process that bears a mark beginning with `mark`; how many there were. Where the system does not show the
/// variables of processes (it does on Linux), none is found.
#[cfg(unix)]
pub(super) fn sweep(mark: &str) -> usize {
    use rustix::process::{Pid, Signal, kill_process};
    let wanted = format!("{MARK}={mark}").into_bytes();
    let own = std::process::id();
    let entries = std::fs::read_dir(Path::new("/proc"));
    let pids = entries.into_iter().flatten().flatten().filter_map(|entry| {
        let name = entry.file_name();
        name.to_str()?.parse::<u32>().ok()
    });
    let mut ended = 0;
    for pid in pids.filter(|&pid| pid != own) {
        let variables = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let marked = variables.split(|&b| b == 0).any(|v| v.starts_with(&wanted));
        let raw = i32::try_from(pid).ok().and_then(Pid::from_raw);
        if let (true, Some(raw)) = (marked, raw) {
            ended += usize::from(kill_process(raw, Signal::KILL).is_ok());
        }
    }
    ended
}

#[cfg(not(unix))]
pub(super) fn sweep(_mark: &str) -> usize {
    0
}
