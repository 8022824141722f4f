//! What each compile cost, by phase: for `--tier-log`.

use std::cell::RefCell;
use std::time::Instant;

use parking_lot::Mutex;

/// A stop watch for one job: processor time of its thread.
pub(super) struct Watch {
    last: RefCell<u64>,
    laps: RefCell<Vec<(&'static str, u64)>>,
}

/// Processor time of this thread, in microseconds.
fn now() -> u64 {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    used.tv_sec as u64 * 1_000_000 + used.tv_nsec as u64 / 1000
}

impl Watch {
    pub(super) fn start() -> Watch {
        Watch { last: now().into(), laps: RefCell::default() }
    }

    /// The phase of that name ends here.
    pub(super) fn lap(&self, phase: &'static str) {
        let at = now();
        self.laps.borrow_mut().push((phase, at - self.last.replace(at)));
    }
}

/// All jobs of a process, in the order in which they were done.
pub(super) struct Times {
    start: Instant,
    lines: Mutex<Vec<String>>,
}

impl Default for Times {
    fn default() -> Self {
        Times { start: Instant::now(), lines: Mutex::default() }
    }
}

impl Times {
    /// Adds a job: its symbol, its function, the size of that in instructions.
    pub(super) fn add(&self, watch: &Watch, symbol: &str, function: &str, insts: usize) {
        use std::fmt::Write;
        let mut line = format!("{} ms: {symbol} {function} {insts}", self.start.elapsed().as_millis());
        for (phase, micros) in watch.laps.borrow().iter() {
            let _ = write!(line, ", {phase} {}.{:03}", micros / 1000, micros % 1000);
        }
        self.lines.lock().push(line);
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.lines.lock().clone()
    }
}
