//! Compiling in the background: a queue of jobs, the hottest first, and threads that start with the first job.
//!
//! Threads point to the process, which is pinned and closes the queue before it goes.
#![allow(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex};

use crate::ir::FuncId;
use crate::machine::Process;

/// LLVM's passes recurse deeply on large functions.
const STACK: usize = 256 << 20;
/// More threads than this do not pay: the guest is one thread.
const MAX_THREADS: usize = 4;

/// What to compile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    /// The function.
    pub(super) func: FuncId,
    /// A loop of it: the number of its bytecode, and the word of the head.
    pub(super) head: Option<(u32, u32)>,
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

/// The queue of one process.
#[derive(Default)]
pub(super) struct Queue(Arc<Shared>);

/// The process that a thread compiles for.
struct Client(*const Process);

// SAFETY: a process may be used by several threads (see below); the pointer is good as long as the thread runs.
unsafe impl Send for Client {}

const _: fn() = || {
    fn shared<T: Sync>() {}
    shared::<Process>();
};

impl Queue {
    /// Adds a job; starts a thread if all are busy and a core may be free.
    pub(super) fn push(&self, process: &Process, job: Job) {
        let mut state = self.0.state.lock();
        if state.closed {
            return;
        }
        state.jobs.push(job);
        if state.idle > 0 {
            self.0.wake.notify_one();
        } else if state.threads.len() < thread_limit() {
            let (shared, client) = (Arc::clone(&self.0), Client(process));
            let thread = std::thread::Builder::new().name("svm-compile".into()).stack_size(STACK);
            // Without a thread everything stays interpreted.
            state.threads.extend(thread.spawn(move || shared.work(&client)));
        }
    }

    /// Whether a thread compiles.
    pub(super) fn is_busy(&self) -> bool {
        let state = self.0.state.lock();
        state.idle < state.threads.len()
    }

    /// Drops what waits, and waits for what runs.
    pub(super) fn close(&self) {
        let mut state = self.0.state.lock();
        state.closed = true;
        state.jobs.clear();
        let threads = std::mem::take(&mut state.threads);
        drop(state);
        self.0.wake.notify_all();
        for thread in threads {
            let _ = thread.join();
        }
    }
}

fn thread_limit() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    (cores - 1).clamp(1, MAX_THREADS)
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
            // Frames that are in a loop wait longest; else the hottest now, not when it was put in.
            let heat = |job: &Job| process.funcs[job.func.0 as usize].warmth.heat.load(Ordering::Relaxed);
            let best =
                (0..state.jobs.len()).max_by_key(|i| (state.jobs[*i].head.is_some(), heat(&state.jobs[*i])));
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
