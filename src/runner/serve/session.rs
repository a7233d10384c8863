//! Asking a server from its start to its end.

use super::super::capture::Captured;
use super::super::group::End;
use super::super::process::{Command, Ended, Running, wait};
use super::super::record::{Exit, Peak};
use super::http::Http;
use super::pipe::{Lines, shown};
use super::replies::{Came, Reply, Served};
use super::{Serving, Way};
use rustix::event::PollFd;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// The longest wait between two looks at memory and interrupts.
const TICK: Duration = Duration::from_millis(40);

/// After so many requests in a row without any answer there is nothing to measure.
const HOPELESS: u32 = 20;

/// The number of the request that finds out whether a server answers; timed ones count from 0.
const PROBE: usize = usize::MAX;

/// What a server said.
#[derive(Debug)]
pub(super) enum Heard {
    /// An answer to a request.
    Answer(usize, Map<String, Value>),
    /// Something that is no answer, to a request, and why it is none.
    Bad(usize, String),
    /// Something that no one waits for.
    Stray,
}

/// What came of asking: the replies with their figures, or why there are none.
#[derive(Debug)]
pub(in crate::runner) struct Asked {
    pub(in crate::runner) replies: Result<(Vec<Reply>, Served), Unserved>,
    /// How the processes went, as one.
    pub(in crate::runner) ended: Ended,
}

/// Why nothing was measured.
#[derive(Debug)]
pub(in crate::runner) enum Unserved {
    /// The run was ended.
    Stopped,
    /// It took longer than the task may.
    TimedOut,
    /// The process ended before its first answer, or too often.
    Ended(String, Exit),
    /// No first answer in time.
    Silent(Duration),
    /// What it says is no answer.
    Useless(String),
    /// It cannot be started.
    NotStarted(io::Error),
}

/// Starts a server and asks it. `rows` are the requests' bodies, one a line, and `words` the command's once its port is
/// known.
pub(in crate::runner) fn execute(
    serving: &Serving,
    rows: &str,
    command: &Command<'_>,
    words: &dyn Fn(u16) -> Vec<String>,
    stop: &dyn Fn() -> bool,
) -> Asked {
    let rows: Vec<(String, &str)> = rows.lines().map(|line| (id_of(line), line)).collect();
    let known: BTreeSet<String> = rows.iter().map(|(id, _)| id.clone()).collect();
    let mut session = Session {
        serving,
        rows: &rows,
        known: &known,
        command,
        words,
        stop,
        until: command.limit.map(|limit| Instant::now() + limit),
        began: Instant::now(),
        running: None,
        link: Link::None,
        ended: nothing(),
        restarts: 0,
        strays: 0,
        looked: Instant::now(),
        last_answer: Instant::now(),
        fruitless: 0,
    };
    let replies = session.measure();
    session.end();
    let mut ended = session.ended;
    ended.wall = session.began.elapsed();
    ended.exit = match &replies {
        Ok(_) => Exit::Code(0),
        Err(Unserved::Stopped) => Exit::Stopped,
        Err(Unserved::TimedOut | Unserved::Silent(_)) => Exit::TimedOut,
        Err(Unserved::Ended(_, exit)) => *exit,
        Err(Unserved::NotStarted(_)) => Exit::NotStarted,
        Err(Unserved::Useless(_)) => ended.exit,
    };
    Asked { replies, ended }
}

fn nothing() -> Ended {
    Ended {
        exit: Exit::Code(0),
        stdout: Captured::default(),
        stderr: Captured::default(),
        wall: Duration::ZERO,
        cpu_user: Duration::ZERO,
        cpu_system: Duration::ZERO,
        peak: None,
    }
}

fn id_of(line: &str) -> String {
    let row: Map<String, Value> = serde_json::from_str(line).unwrap_or_default();
    row.get("id").map_or(String::new(), super::pipe::as_text)
}

enum Link<'a> {
    None,
    Lines(Lines<'a>),
    Http(Http),
}

struct Session<'a> {
    serving: &'a Serving,
    rows: &'a [(String, &'a str)],
    known: &'a BTreeSet<String>,
    /// Without its words.
    command: &'a Command<'a>,
    words: &'a dyn Fn(u16) -> Vec<String>,
    stop: &'a dyn Fn() -> bool,
    /// When the task's own time is over.
    until: Option<Instant>,
    began: Instant,
    running: Option<Running>,
    link: Link<'a>,
    /// What the processes that ended took and said.
    ended: Ended,
    restarts: u32,
    strays: u64,
    looked: Instant,
    last_answer: Instant,
    /// Requests without an answer since the last one with.
    fruitless: u32,
}

/// A request under way.
struct UnderWay {
    due: Instant,
    /// From when on it is given up.
    over: Instant,
}

/// When requests are due.
enum Pace {
    /// When one is answered.
    Closed,
    /// One in so much time.
    Open(Duration),
}

impl Session<'_> {
    fn measure(&mut self) -> Result<(Vec<Reply>, Served), Unserved> {
        if self.rows.is_empty() {
            return Err(Unserved::Useless("there are no rows to ask for".into()));
        }
        self.start()?;
        let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        self.drive(count(self.serving.warmup), &Pace::Closed)?;
        let (strays, restarts) = (self.strays, self.restarts);
        let pace = match self.serving.arrival {
            Some(rate) => Pace::Open(Duration::from_secs_f64(1.0 / rate)),
            None => Pace::Closed,
        };
        let (replies, time) = self.drive(count(self.serving.requests), &pace)?;
        let served = Served {
            load: self.serving.load(),
            strays: self.strays - strays,
            restarts: u64::from(self.restarts - restarts),
            ..Served::of(&replies, time)
        };
        Ok((replies, served))
    }

    /// Starts the process and waits until it answers.
    fn start(&mut self) -> Result<(), Unserved> {
        let over = Instant::now() + self.serving.start;
        let mut address = String::new();
        let path = match &self.serving.way {
            Way::Endpoint(host, path) => {
                address.clone_from(host);
                path
            }
            Way::Port(path) => path,
            Way::Lines => "",
        };
        if !matches!(self.serving.way, Way::Endpoint(..)) {
            let port = match self.serving.way {
                Way::Port(_) => free_port().map_err(Unserved::NotStarted)?,
                Way::Lines | Way::Endpoint(..) => 0,
            };
            address = format!("127.0.0.1:{port}");
            let (stdin, heard) = match self.serving.way {
                Way::Lines => (Stdio::piped(), true),
                Way::Port(_) | Way::Endpoint(..) => (Stdio::null(), false),
            };
            let words = (self.words)(port);
            let command = Command {
                words: &words,
                ..*self.command
            };
            let running = Running::start(&command, stdin, heard);
            self.running = Some(running.map_err(Unserved::NotStarted)?);
        }
        self.link = match self.serving.way {
            Way::Lines => {
                let stdin = self.running.as_mut().and_then(Running::stdin);
                Link::Lines(Lines::new(stdin, self.known))
            }
            Way::Port(_) | Way::Endpoint(..) => {
                let http = Http::new(address, path.to_string());
                self.listening(&http, over)?;
                Link::Http(http)
            }
        };
        self.send(PROBE, 0);
        loop {
            let now = Instant::now();
            self.alive(now)?;
            let over_already = self.is_over();
            for heard in self.hear() {
                match heard {
                    Heard::Answer(..) => {
                        self.last_answer = Instant::now();
                        return Ok(());
                    }
                    Heard::Bad(_, why) => {
                        let first = "its first answer is none";
                        return Err(Unserved::Useless(format!("{first}: {why}")));
                    }
                    Heard::Stray => {}
                }
            }
            self.may_start(over_already, now >= over)?;
            self.wait(over.saturating_duration_since(now));
        }
    }

    /// Whether a first answer may still come.
    fn may_start(&mut self, ended: bool, late: bool) -> Result<(), Unserved> {
        if ended {
            let (said, exit) = self.gone();
            let said = format!("before its first answer {said}");
            return Err(Unserved::Ended(said, exit));
        }
        match late {
            true => Err(Unserved::Silent(self.serving.start)),
            false => Ok(()),
        }
    }

    /// Waits until someone listens at the port.
    fn listening(&mut self, http: &Http, over: Instant) -> Result<(), Unserved> {
        loop {
            let now = Instant::now();
            self.alive(now)?;
            if http.reachable() {
                return Ok(());
            }
            let ended = self.is_over();
            self.may_start(ended, now >= over)?;
            self.wait(Duration::from_millis(5));
        }
    }

    /// Asks for so many rows in turn; the replies, and how long it took.
    fn drive(&mut self, count: usize, pace: &Pace) -> Result<(Vec<Reply>, Duration), Unserved> {
        let begin = Instant::now();
        let mut replies: Vec<Option<Reply>> = vec![None; count];
        let mut under_way: BTreeMap<usize, UnderWay> = BTreeMap::new();
        let mut next = 0;
        let mut end = begin;
        let due = |number: usize| match pace {
            Pace::Closed => None,
            // Far below 2^32 requests, of which none is late by rounding.
            Pace::Open(every) => Some(begin + every.mul_f64(number as f64)),
        };
        let timeout = self.serving.timeout;
        loop {
            self.alive(Instant::now())?;
            let over_already = self.is_over();
            let heard = self.hear();
            let now = Instant::now();
            for heard in heard {
                let (number, came, fields) = match heard {
                    Heard::Answer(number, fields) if usable(&fields) => {
                        (number, Came::Answered, fields)
                    }
                    Heard::Answer(number, fields) => {
                        self.useless(&unusable(&fields))?;
                        (number, Came::Unusable, Map::new())
                    }
                    Heard::Bad(number, why) => {
                        self.useless(&why)?;
                        (number, Came::Unusable, Map::new())
                    }
                    Heard::Stray => {
                        self.strays += 1;
                        self.heard_from(now);
                        continue;
                    }
                };
                if came == Came::Answered {
                    self.heard_from(now);
                }
                if let Some(asked) = under_way.remove(&number) {
                    end = now;
                    let reply = self.reply(number, begin, asked.due, now, came, fields);
                    set(&mut replies, number, reply);
                }
            }
            if over_already {
                let (said, exit) = self.gone();
                for (number, asked) in std::mem::take(&mut under_way) {
                    let reply = self.reply(number, begin, asked.due, now, Came::Lost, Map::new());
                    set(&mut replies, number, reply);
                }
                self.again(&said, exit)?;
                continue;
            }
            let late: Vec<usize> = under_way
                .iter()
                .filter(|(_, asked)| asked.over <= now)
                .map(|(&number, _)| number)
                .collect();
            let mut hangs = false;
            for number in late {
                let Some(asked) = under_way.remove(&number) else {
                    continue;
                };
                self.forget(number);
                let answered_since = self.last_answer > now.checked_sub(timeout).unwrap_or(begin);
                hangs |= !answered_since;
                let reply = self.reply(number, begin, asked.due, now, Came::TimedOut, Map::new());
                set(&mut replies, number, reply);
                self.useless("nothing in time")?;
            }
            if hangs && self.running.is_some() {
                // What is under way there will not be answered either.
                for (number, asked) in std::mem::take(&mut under_way) {
                    let reply = self.reply(number, begin, asked.due, now, Came::Lost, Map::new());
                    set(&mut replies, number, reply);
                }
                self.again("it hung", Exit::TimedOut)?;
                continue;
            }
            let room = |under_way: &BTreeMap<usize, UnderWay>| {
                under_way.len() < self.serving.concurrency as usize
            };
            while next < count && room(&under_way) && due(next).is_none_or(|due| due <= now) {
                let (number, sent) = (next, Instant::now());
                let due = due(number).unwrap_or(sent);
                next += 1;
                if due + timeout <= sent {
                    // It waited for its turn as long as an answer may take.
                    let reply = self.reply(number, begin, due, sent, Came::TimedOut, Map::new());
                    set(&mut replies, number, reply);
                    continue;
                }
                let over = due + timeout;
                self.send(number, number % self.rows.len());
                under_way.insert(number, UnderWay { due, over });
            }
            if next == count && under_way.is_empty() {
                let all = replies.into_iter().flatten().collect();
                return Ok((all, end.max(begin).duration_since(begin)));
            }
            let over = under_way.values().map(|asked| asked.over).min();
            let coming = due(next).filter(|_| next < count && room(&under_way));
            let until = over.into_iter().chain(coming).min();
            let now = Instant::now();
            self.wait(until.map_or(TICK, |until| until.saturating_duration_since(now)));
        }
    }

    fn reply(
        &self,
        number: usize,
        begin: Instant,
        due: Instant,
        now: Instant,
        came: Came,
        fields: Map<String, Value>,
    ) -> Reply {
        let took = now.saturating_duration_since(due);
        Reply {
            id: self
                .rows
                .get(number % self.rows.len())
                .map_or(String::new(), |(id, _)| id.clone()),
            due: due.saturating_duration_since(begin),
            latency: match came {
                Came::Answered => took,
                Came::Unusable | Came::TimedOut | Came::Lost => took.max(self.serving.timeout),
            },
            came,
            fields,
        }
    }

    fn heard_from(&mut self, now: Instant) {
        self.last_answer = now;
        self.fruitless = 0;
    }

    /// One more request without an answer.
    fn useless(&mut self, why: &str) -> Result<(), Unserved> {
        self.fruitless += 1;
        if self.fruitless < HOPELESS {
            return Ok(());
        }
        let n = self.fruitless;
        Err(Unserved::Useless(format!(
            "{n} requests in a row had no answer, the last: {why}"
        )))
    }

    /// Whether the session may go on.
    fn alive(&mut self, now: Instant) -> Result<(), Unserved> {
        if (self.stop)() {
            return Err(Unserved::Stopped);
        }
        if self.until.is_some_and(|until| until <= now) {
            return Err(Unserved::TimedOut);
        }
        Ok(())
    }

    /// Whether the process has ended or no longer talks. What it said before is then there to be heard.
    fn is_over(&mut self) -> bool {
        let talks = match &self.link {
            Link::Lines(lines) => lines.is_open(),
            Link::Http(_) | Link::None => true,
        };
        let ended = self.running.as_ref().is_some_and(Running::ended);
        if ended {
            self.wait(Duration::ZERO);
        }
        ended || !talks
    }

    /// Takes leave of a process that is over, and says how it ended.
    fn gone(&mut self) -> (String, Exit) {
        let ended = self.running.as_ref().is_none_or(Running::ended);
        let exit = self.close((!ended).then_some(Exit::TimedOut));
        let said = match exit {
            Exit::Code(code) => format!("it ended with exit code {code}"),
            Exit::Signal(signal) => {
                format!(
                    "it was ended by {}",
                    super::super::failure::signal_name(signal)
                )
            }
            Exit::TimedOut | Exit::Stopped | Exit::NotStarted => {
                "it closed its standard output".to_string()
            }
        };
        (said, exit)
    }

    /// Starts the process again, if it may be.
    fn again(&mut self, said: &str, exit: Exit) -> Result<(), Unserved> {
        self.close(Some(Exit::TimedOut));
        if self.restarts >= self.serving.restarts {
            let n = self.restarts;
            let often = match n {
                0 => "while it was asked".to_string(),
                1 => "while it was asked, started again once".to_string(),
                n => format!("while it was asked, started again {n} times"),
            };
            return Err(Unserved::Ended(format!("{often}: {said}"), exit));
        }
        self.restarts += 1;
        self.start()
    }

    /// Ends the process in peace: it has been asked all there was to ask.
    fn end(&mut self) {
        let Some(running) = &mut self.running else {
            return;
        };
        match &mut self.link {
            Link::Lines(lines) => lines.close(),
            Link::Http(_) | Link::None => running.ask(End::Asked),
        }
        let grace = self.command.grace;
        let mut over = Instant::now() + grace;
        let mut asked = matches!(self.link, Link::Http(_));
        while !running.ended() {
            let now = Instant::now();
            if now >= over && asked {
                break;
            }
            if now >= over {
                running.ask(End::Asked);
                asked = true;
                over = now + grace;
            }
            let left = over.saturating_duration_since(now);
            running.attend(Vec::new(), left.min(Duration::from_millis(2)));
        }
        let why = (!running.ended()).then_some(Exit::Code(0));
        self.close(why);
    }

    /// Ends the process at once, and adds up what it took and said.
    fn close(&mut self, why: Option<Exit>) -> Exit {
        self.link = Link::None;
        let Some(mut running) = self.running.take() else {
            return self.ended.exit;
        };
        running.look();
        let Ok(ended) = running.finish(why, self.command.mark) else {
            return Exit::TimedOut;
        };
        self.ended.cpu_user += ended.cpu_user;
        self.ended.cpu_system += ended.cpu_system;
        self.ended.stdout.push(&ended.stdout.bytes());
        self.ended.stderr.push(&ended.stderr.bytes());
        self.ended.peak = most(self.ended.peak, ended.peak);
        self.ended.exit = ended.exit;
        ended.exit
    }

    fn send(&mut self, number: usize, row: usize) {
        let Some((id, body)) = self.rows.get(row) else {
            return;
        };
        match &mut self.link {
            Link::Lines(lines) => lines.send(number, id, body),
            Link::Http(http) => http.send(number, id, body),
            Link::None => {}
        }
    }

    fn forget(&mut self, number: usize) {
        match &mut self.link {
            Link::Lines(lines) => lines.forget(number),
            Link::Http(http) => http.forget(number),
            Link::None => {}
        }
    }

    fn hear(&mut self) -> Vec<Heard> {
        match (&mut self.link, &mut self.running) {
            (Link::Lines(lines), Some(running)) => {
                lines.write();
                lines.take(running.heard())
            }
            (Link::Http(http), _) => http.take(),
            (Link::Lines(_) | Link::None, _) => Vec::new(),
        }
    }

    /// Waits until something is to be heard, or for the time.
    fn wait(&mut self, time: Duration) {
        let fds: Vec<PollFd<'_>> = match &self.link {
            Link::Lines(lines) => lines.poll().into_iter().collect(),
            Link::Http(http) => http.poll(),
            Link::None => Vec::new(),
        };
        let time = time.min(TICK);
        match &mut self.running {
            Some(running) => {
                running.attend(fds, time);
                if self.looked.elapsed() >= TICK {
                    running.look();
                    self.looked = Instant::now();
                }
            }
            None => {
                let mut fds = fds;
                wait(&mut fds, time);
            }
        }
    }
}

fn set(replies: &mut [Option<Reply>], number: usize, reply: Reply) {
    if let Some(slot) = replies.get_mut(number) {
        slot.get_or_insert(reply);
    }
}

/// An answer predicts something and complains of nothing.
fn usable(fields: &Map<String, Value>) -> bool {
    fields.get("prediction").is_some_and(|p| !p.is_null())
        && fields.get("error").is_none_or(Value::is_null)
}

fn unusable(fields: &Map<String, Value>) -> String {
    let text = serde_json::to_vec(fields).unwrap_or_default();
    let what = if fields.get("error").is_none_or(Value::is_null) {
        "has no `prediction`"
    } else {
        "is an error"
    };
    format!("`{}` {what}", shown(&text))
}

fn most(a: Option<Peak>, b: Option<Peak>) -> Option<Peak> {
    a.into_iter().chain(b).max_by_key(|peak| peak.bytes)
}

/// A port that no one uses just now.
fn free_port() -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}
