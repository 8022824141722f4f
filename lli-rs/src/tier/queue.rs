//! Compiling in the background: a queue of jobs, the hottest first, and threads that start with the first job.
//!
//! Threads point to the process, which is pinned and closes the queue before it goes.
#![allow(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex};

use crate::bytecode::{Code, Head};
use crate::ir::FuncId;
use crate::machine::Process;
use crate::opt::compiled::Level;

/// LLVM's passes recurse deeply on large functions.
const STACK: usize = 256 << 20;
/// More threads than this do not pay: the guest is one thread.
const MAX_THREADS: usize = 4;

/// What to compile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    /// The function.
    pub(super) func: FuncId,
    /// A loop of it: the number of the code that is to be left, and the word of the head.
    pub(super) head: Option<(u32, u32)>,
    /// How well.
    pub(super) level: Level,
}

impl Job {
    /// For frames that are in a loop.
    pub(super) fn at_loop(code: &Code, head: &Head, level: Level) -> Job {
        Job { func: code.func, head: Some((code.number, head.word)), level }
    }
}

#[derive(Default)]
struct State {
    jobs: Vec<Job>,
    threads: Vec<JoinHandle<()>>,
    idle: usize,
    closed: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

/// The jobs of one level of a process.
pub(super) struct Queue {
    shared: Arc<Shared>,
    level: Level,
}

/// The process that a thread compiles for.
struct Client(*const Process);

// SAFETY: a process may be used by several threads (see below); the pointer is good as long as the thread runs.
unsafe impl Send for Client {}

const _: fn() = || {
    fn shared<T: Sync>() {}
    shared::<Process>();
};

impl Queue {
    /// An empty one.
    pub(super) fn new(level: Level) -> Queue {
        Queue { shared: Arc::default(), level }
    }

    /// Adds a job; starts a thread if all are busy and a core may be free.
    pub(super) fn push(&self, process: &Process, job: Job) {
        let mut state = self.shared.state.lock();
        if state.closed {
            return;
        }
        state.jobs.push(job);
        if state.idle > 0 {
            self.shared.wake.notify_one();
        } else if state.threads.len() < self.thread_limit() {
            let (shared, client) = (Arc::clone(&self.shared), Client(process));
            let thread = std::thread::Builder::new().name("svm-compile".into()).stack_size(STACK);
            // Without a thread everything stays interpreted.
            state.threads.extend(thread.spawn(move || shared.work(&client)));
        }
    }

    /// Quick jobs are few and short; full ones may use all cores but the guest's.
    fn thread_limit(&self) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
        match self.level {
            Level::Quick => 1,
            Level::Full => (cores - 1).clamp(1, MAX_THREADS),
        }
    }

    /// Whether a thread compiles.
    pub(super) fn is_busy(&self) -> bool {
        let state = self.shared.state.lock();
        state.idle < state.threads.len()
    }

    /// Drops what waits, and waits for what runs.
    pub(super) fn close(&self) {
        let mut state = self.shared.state.lock();
        state.closed = true;
        state.jobs.clear();
        let threads = std::mem::take(&mut state.threads);
        drop(state);
        self.shared.wake.notify_all();
        for thread in threads {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn work(&self, client: &Client) {
        // SAFETY: the process is pinned, and when it is dropped it joins this thread before anything else.
        let process = unsafe { &*client.0 };
        while let Some(job) = self.next(process) {
            let _ = catch_unwind(AssertUnwindSafe(|| process.tiering.run(process, job)));
        }
    }

    /// Waits for a job; `None` when the queue is closed.
    fn next(&self, process: &Process) -> Option<Job> {
        let mut state = self.state.lock();
        loop {
            if state.closed {
                return None;
            }
            let best = (0..state.jobs.len()).max_by_key(|i| process.tiering.urgency(process, state.jobs[*i]));
            if let Some(best) = best {
                return Some(state.jobs.swap_remove(best));
            }
            state.idle += 1;
            self.wake.wait(&mut state);
            state.idle -= 1;
        }
    }
}

/// Runs a job of this thread's on a stack that suits LLVM.
pub(super) fn on_big_stack<T>(job: impl FnOnce() -> T) -> T {
    stacker::grow(STACK, job)
}
