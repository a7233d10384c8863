//! Ctrl-C and SIGTERM: running commands are ended, what is finished is kept.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

struct Flags {
    came: Arc<AtomicBool>,
    /// Whether the next one ends the process at once.
    at_once: Arc<AtomicBool>,
}

static FLAGS: OnceLock<Flags> = OnceLock::new();

/// From now on an interrupt ends the process with 130 at once, but while tasks run: then they are ended
/// first. A second one does not wait for that.
pub fn catch_interrupts() {
    let flags = FLAGS.get_or_init(|| Flags {
        came: Arc::default(),
        at_once: Arc::new(AtomicBool::new(true)),
    });
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        // Where they cannot be caught, the system's own way holds: the process ends.
        let _ = signal_hook::flag::register_conditional_shutdown(
            signal,
            130,
            Arc::clone(&flags.at_once),
        );
        let _ = signal_hook::flag::register(signal, Arc::clone(&flags.came));
        let _ = signal_hook::flag::register(signal, Arc::clone(&flags.at_once));
    }
}

/// Whether an interrupt came while tasks ran.
pub fn interrupted() -> bool {
    FLAGS
        .get()
        .is_some_and(|flags| flags.came.load(Ordering::SeqCst))
}

/// While it lives, an interrupt ends tasks before it ends the process.
pub(super) struct Deferred;

impl Deferred {
    pub(super) fn new() -> Self {
        if let Some(flags) = FLAGS.get() {
            flags.at_once.store(false, Ordering::SeqCst);
        }
        Deferred
    }
}

impl Drop for Deferred {
    fn drop(&mut self) {
        if let Some(flags) = FLAGS.get() {
            flags.at_once.store(true, Ordering::SeqCst);
        }
    }
}
