//! Progress on a terminal; silent elsewhere.

use crate::exec::Event;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The bars of a run.
pub(super) struct Progress {
    files: ProgressBar,
    commands: ProgressBar,
    resamples: ProgressBar,
}

impl Progress {
    /// Bars on standard error, drawn only where it is a terminal.
    pub(super) fn new() -> Self {
        let bar = |template: &str| {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(8));
            let style = ProgressStyle::with_template(template)
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.set_style(style);
            bar
        };
        Progress {
            files: bar("reading   {bar:30} {pos}/{len} files {wide_msg}"),
            commands: bar("running   {bar:30} {pos}/{len} runs {wide_msg}"),
            resamples: bar("resampling {bar:30} {pos}/{len} {eta} left"),
        }
    }

    /// Takes note of an event.
    pub(super) fn tell(&self, event: Event<'_>) {
        match event {
            Event::Files(n) => self.files.inc_length(n),
            Event::Reading(path) => self.files.set_message(path.display().to_string()),
            Event::Bytes(_) => self.files.tick(),
            Event::Read => self.files.inc(1),
            Event::Commands(open, _) => {
                self.files.finish_and_clear();
                self.commands.set_length(open as u64);
            }
            Event::Began(name) => self.commands.set_message(name.to_owned()),
            Event::Ended(..) => self.commands.inc(1),
            Event::Resamples(n) => {
                self.files.finish_and_clear();
                self.commands.finish_and_clear();
                self.resamples.set_length(n);
            }
            Event::Drawn(n) => self.resamples.inc(n),
        }
    }

    /// Does something that prints, with the bars out of the way.
    pub(super) fn hide(&self, print: impl FnOnce()) {
        self.files.suspend(print);
    }

    /// Takes the bars away.
    pub(super) fn done(&self) {
        self.files.finish_and_clear();
        self.commands.finish_and_clear();
        self.resamples.finish_and_clear();
    }
}
