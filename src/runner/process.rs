//! One command as a process: started in a group of its own, listened to, timed, ended whole.

use super::capture::Captured;
use super::record::{Exit, Peak};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// What is started.
#[derive(Debug, Clone, Copy)]
pub(super) struct Command<'a> {
    /// The program and its arguments; never empty.
    pub(super) words: &'a [String],
    /// The program's file, where it was found.
    pub(super) program: Option<&'a Path>,
    /// The folder it works in.
    pub(super) folder: &'a Path,
    /// Variables set beside the inherited ones.
    pub(super) env: &'a BTreeMap<String, String>,
    /// The mark of its processes.
    pub(super) mark: &'a str,
    /// The longest it may take.
    pub(super) limit: Option<Duration>,
    /// How long it may take to clean up when asked to end.
    pub(super) grace: Duration,
}

/// How a command went.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) exit: Exit,
    pub(super) stdout: Captured,
    pub(super) stderr: Captured,
    pub(super) wall: Duration,
    pub(super) cpu_user: Duration,
    pub(super) cpu_system: Duration,
    pub(super) peak: Option<Peak>,
}

#[cfg(not(unix))]
pub(super) fn execute(_: &Command<'_>, _: &dyn Fn() -> bool) -> std::io::Result<Ended> {
    let why = "commands are run on Linux and macOS only";
    Err(std::io::Error::new(std::io::ErrorKind::Unsupported, why))
}

#[cfg(unix)]
pub(super) use unix::{Running, execute, wait};

#[cfg(unix)]
mod unix {
    use super::super::group::{self, End, MARK};
    use super::*;
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    use std::io::{self, Read};
    use std::os::fd::{AsFd, OwnedFd};
    use std::os::unix::process::{CommandExt, ExitStatusExt};
    use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Stdio};
    use std::time::Instant;
    use wait4::Wait4;

    /// The longest wait between two looks at memory and interrupts.
    const LONGEST_TICK: Duration = Duration::from_millis(40);

    /// How long output is waited for once the command has ended; whoever still holds it then has left the group.
    const DRAIN: Duration = Duration::from_millis(200);

    /// Runs a command to its end; `stop` tells that it shall be ended.
    ///
    /// # Errors
    /// It cannot be started.
    pub(in crate::runner) fn execute(
        command: &Command<'_>,
        stop: &dyn Fn() -> bool,
    ) -> io::Result<Ended> {
        let mut running = Running::start(command, Stdio::null(), false)?;
        let ended_by_us = running.watch(command, stop);
        running.finish(ended_by_us, command.mark)
    }

    /// The most memory of a process. What the system counts begins with what this process held when it started the
    /// command (the new process is a copy of it for a moment), so it tells only where it is more than that.
    fn memory(counted: u64, own: Option<u64>, seen: Option<u64>) -> Option<Peak> {
        if own.is_none_or(|own| counted > own) {
            return Some(Peak {
                bytes: counted,
                sampled: false,
            });
        }
        seen.map(|bytes| Peak {
            bytes,
            sampled: true,
        })
    }

    /// The most memory a process has held, in bytes.
    fn peak(id: u32) -> Option<u64> {
        let text = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
        let kb: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kb * 1024)
    }

    /// A command that was started.
    pub(in crate::runner) struct Running {
        child: Child,
        id: u32,
        out: Stream<ChildStdout>,
        err: Stream<ChildStderr>,
        /// The most memory seen so far.
        seen: Option<u64>,
        /// The most that this process held when it started the command.
        own: Option<u64>,
        began: Instant,
    }

    impl Running {
        /// Starts a command. Where it is `heard`, what it prints is handed on by [`Running::heard`], beside being kept.
        pub(in crate::runner) fn start(
            command: &Command<'_>,
            stdin: Stdio,
            heard: bool,
        ) -> io::Result<Running> {
            let (program, args) = command.words.split_first().ok_or(io::ErrorKind::NotFound)?;
            let own = peak(std::process::id());
            let began = Instant::now();
            let file = command.program.unwrap_or(Path::new(program));
            let mut child = std::process::Command::new(file)
                .arg0(program)
                .args(args)
                .current_dir(command.folder)
                .envs(command.env)
                .env(MARK, command.mark)
                .stdin(stdin)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .process_group(0)
                .spawn()?;
            let id = child.id();
            Ok(Running {
                id,
                out: Stream::new(child.stdout.take(), heard),
                err: Stream::new(child.stderr.take(), false),
                seen: peak(id),
                own,
                began,
                child,
            })
        }

        /// Ends whatever is left of the command, and says how it went; `why` where it was made to end.
        pub(in crate::runner) fn finish(
            mut self,
            why: Option<Exit>,
            mark: &str,
        ) -> io::Result<Ended> {
            let wall = self.began.elapsed();
            // The leader is a zombie still, so the group's number cannot be anyone else's yet.
            group::end(self.id, End::Forced);
            if !self.drain(DRAIN) || why.is_some() {
                group::sweep(mark);
                self.drain(DRAIN);
            }
            let used = self.child.wait4()?;
            let exit = why.unwrap_or_else(|| match used.status.code() {
                Some(code) => Exit::Code(code),
                None => Exit::Signal(used.status.signal().unwrap_or_default()),
            });
            Ok(Ended {
                exit,
                wall,
                cpu_user: used.rusage.utime,
                cpu_system: used.rusage.stime,
                peak: memory(used.rusage.maxrss, self.own, self.seen),
                stdout: self.out.captured,
                stderr: self.err.captured,
            })
        }

        /// The end of the pipe to what it reads.
        pub(in crate::runner) fn stdin(&mut self) -> Option<ChildStdin> {
            self.child.stdin.take()
        }

        /// What it printed since it was heard last, and whether it still can print more.
        pub(in crate::runner) fn heard(&mut self) -> (Vec<u8>, bool) {
            let heard = self.out.heard.as_mut().map(std::mem::take);
            (heard.unwrap_or_default(), self.out.pipe.is_some())
        }

        /// Asks it to end, or makes it.
        pub(in crate::runner) fn ask(&self, how: End) {
            group::end(self.id, how);
        }

        /// Waits for output, for `others` or for the time, and takes what output there is.
        pub(in crate::runner) fn attend(&mut self, others: Vec<PollFd<'_>>, time: Duration) {
            let mut fds = others;
            fds.extend(self.out.poll());
            fds.extend(self.err.poll());
            wait(&mut fds, time);
            drop(fds);
            self.out.take();
            self.err.take();
        }

        /// Looks at how much memory it holds.
        pub(in crate::runner) fn look(&mut self) {
            self.seen = self.seen.max(peak(self.id));
        }

        /// Listens until the command ends by itself, or is made to: then why.
        fn watch(&mut self, command: &Command<'_>, stop: &dyn Fn() -> bool) -> Option<Exit> {
            let exited = pidfd(self.id);
            let mut tick = Duration::from_millis(1);
            let mut limit = command.limit.map(|limit| self.began + limit);
            let mut why: Option<Exit> = None;
            loop {
                if self.ended() {
                    return why;
                }
                let now = Instant::now();
                if why.is_none() && stop() {
                    why = Some(Exit::Stopped);
                    group::end(self.id, End::Asked);
                    limit = Some(now + command.grace);
                } else if limit.is_some_and(|limit| limit <= now) {
                    if why.is_some() {
                        group::end(self.id, End::Forced);
                        limit = None;
                    } else {
                        why = Some(Exit::TimedOut);
                        group::end(self.id, End::Asked);
                        limit = Some(now + command.grace);
                    }
                }
                let left = limit.map_or(tick, |limit| limit.saturating_duration_since(now));
                self.listen(
                    exited.as_ref(),
                    left.min(tick).max(Duration::from_millis(1)),
                );
                self.seen = self.seen.max(peak(self.id));
                tick = (tick * 2).min(LONGEST_TICK);
            }
        }

        /// Whether the command has ended; it is left to be waited for.
        pub(in crate::runner) fn ended(&self) -> bool {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
            match pid(self.id).map(|pid| waitid(WaitId::Pid(pid), options)) {
                Some(Ok(status)) => status.is_some(),
                Some(Err(rustix::io::Errno::INTR)) => false,
                Some(Err(_)) | None => true,
            }
        }

        /// Waits for output, the end or the time, and takes what output there is.
        fn listen(&mut self, exited: Option<&OwnedFd>, time: Duration) {
            let mut fds: Vec<PollFd<'_>> = Vec::with_capacity(3);
            fds.extend(self.out.poll());
            fds.extend(self.err.poll());
            fds.extend(exited.map(|fd| PollFd::new(fd, PollFlags::IN)));
            wait(&mut fds, time);
            drop(fds);
            self.out.take();
            self.err.take();
        }

        /// Takes the rest of the output; whether it came to its end in time.
        fn drain(&mut self, time: Duration) -> bool {
            let until = Instant::now() + time;
            loop {
                self.out.take();
                self.err.take();
                if self.out.pipe.is_none() && self.err.pipe.is_none() {
                    return true;
                }
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return false;
                }
                self.listen(None, left);
            }
        }
    }

    /// Waits until one of these can be read or written as asked, or for the time.
    pub(in crate::runner) fn wait(fds: &mut [PollFd<'_>], time: Duration) {
        let time = Timespec {
            tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(time.subsec_nanos()),
        };
        let _ = poll(fds, Some(&time));
    }

    fn pid(id: u32) -> Option<Pid> {
        i32::try_from(id).ok().and_then(Pid::from_raw)
    }

    /// A handle that tells when the process ends; where there is none, it is looked for now and then.
    #[cfg(target_os = "linux")]
    fn pidfd(id: u32) -> Option<OwnedFd> {
        use rustix::process::{PidfdFlags, pidfd_open};
        pidfd_open(pid(id)?, PidfdFlags::empty()).ok()
    }

    #[cfg(not(target_os = "linux"))]
    fn pidfd(_: u32) -> Option<OwnedFd> {
        None
    }

    /// One of the command's streams, until its end.
    struct Stream<P> {
        pipe: Option<P>,
        captured: Captured,
        /// What came since someone listened, where someone does.
        heard: Option<Vec<u8>>,
    }

    impl<P: Read + AsFd> Stream<P> {
        fn new(pipe: Option<P>, heard: bool) -> Self {
            if let Some(pipe) = &pipe {
                // A pipe that blocks would still be read, only later.
                let _ = rustix::io::ioctl_fionbio(pipe, true);
            }
            Stream {
                pipe,
                captured: Captured::default(),
                heard: heard.then(Vec::new),
            }
        }

        fn poll(&self) -> Option<PollFd<'_>> {
            let pipe = self.pipe.as_ref()?;
            Some(PollFd::new(pipe, PollFlags::IN))
        }

        /// Takes what is there, at most some megabytes at once.
        fn take(&mut self) {
            let mut buffer = [0u8; 32 * 1024];
            for _ in 0..64 {
                let Some(pipe) = &mut self.pipe else { return };
                match pipe.read(&mut buffer) {
                    Ok(0) => self.pipe = None,
                    Ok(n) => {
                        let bytes = buffer.get(..n).unwrap_or_default();
                        self.captured.push(bytes);
                        if let Some(heard) = &mut self.heard {
                            heard.extend_from_slice(bytes);
                        }
                    }
                    Err(e) if e.kind() == io::ErrorKind::WouldBlock => return,
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => self.pipe = None,
                }
            }
        }
    }
}
