//! Running a program from start to end: constructors, `main`, handlers, destructors, outcome.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use svm_memory::{GuestPtr, ObjectInfo};

use super::{Cx, Process, Result, Thread, Trap};
use crate::host::{CallbackSig, libc};
use crate::ir::{Symbol, Type};
use crate::report;

/// How a program ended.
#[derive(Debug)]
pub struct Outcome {
    /// Why: [`Trap::Exit`] for an ordinary end.
    pub trap: Trap,
    /// The guest's call stack at that point, innermost first; empty for an ordinary end.
    pub backtrace: Vec<report::Frame>,
    /// The host function that ran then, if one did.
    pub host_function: Option<&'static str>,
    /// Heap objects that nothing pointed to at exit, if [`super::Config::leaks`] asked for them.
    pub leaks: Vec<ObjectInfo>,
}

static MAIN: CallbackSig = CallbackSig { ret: Type::I32, params: &[Type::I32, Type::Ptr, Type::Ptr] };
static STRUCTOR: CallbackSig = CallbackSig { ret: Type::Void, params: &[Type::I32, Type::Ptr, Type::Ptr] };

impl Process {
    /// Keeps the time limit, if there is one, until it is dropped.
    pub(crate) fn watchdog(&self) -> Option<Watchdog> {
        self.config.timeout.map(|after| Watchdog::start(self, after))
    }

    /// What is worth knowing of a guest that has stopped; its output is written out first.
    pub(crate) fn outcome(&self, thread: &mut Thread, trap: Trap) -> Outcome {
        // An exception that lifted code throws leaves it through a function of the host's.
        let own = thread.host_function.is_empty() || matches!(trap, Trap::Unwind { .. });
        let lifted = own && self.in_lifted_code(thread);
        let trap = if lifted { super::wasm::in_lifted_code(trap) } else { trap };
        let ended = matches!(trap, Trap::Exit(_));
        let host_function = Some(thread.host_function).filter(|name| !ended && !name.is_empty());
        let backtrace = if ended { Vec::new() } else { thread.backtrace(self) };
        // A signal ends a native program with what it has buffered unwritten.
        if !matches!(trap, Trap::Exit(_) | Trap::Signal(_)) {
            libc::flush_all(&mut Cx { process: self, thread });
        }
        libc::flush_mappings(&Cx { process: self, thread });
        thread.publish();
        let leaks = if ended && self.config.leaks { self.mem.leaks() } else { Vec::new() };
        Outcome { trap, backtrace, host_function, leaks }
    }

    /// Whether the innermost function is of a lifted WebAssembly module.
    fn in_lifted_code(&self, thread: &Thread) -> bool {
        let innermost = thread.positions(1).first().copied();
        let code = innermost.and_then(|at| Some((self.codes.get(at.code)?, at.word)));
        // The code may be a caller's, into which the lifted function was inlined.
        let function = code.and_then(|(code, word)| Some(code.functions_at(word as usize).next()?.0));
        function.is_some_and(|name| name.starts_with(super::wasm::PREFIX))
    }

    /// What comes before `main`: the C library's variables, arguments, constructors.
    pub(crate) fn start(&self, thread: &mut Thread, args: &[Vec<u8>]) -> Result<libc::Start> {
        let mut cx = Cx { process: self, thread };
        self.globals.start_host(&mut cx)?;
        self.wasi.set_args(args);
        let start = libc::start(&mut cx, args)?;
        for ctor in &self.module.ctors {
            let f = self.funcs[ctor.func.0 as usize].address;
            cx.call(f, &STRUCTOR, &main_arguments(start))?;
        }
        Ok(start)
    }

    /// `main` and what follows it.
    pub(crate) fn enter(
        &self,
        thread: &mut Thread,
        entry: &str,
        start: libc::Start,
    ) -> Result<std::convert::Infallible> {
        let mut cx = Cx { process: self, thread };
        let main = match self.export(entry) {
            Some((Symbol::Func(_), address)) => address,
            _ => return Err(Trap::MissingFunction(entry.into())),
        };
        let status = cx.call(main, &MAIN, &main_arguments(start))? as i32;
        cx.thread.host_function = "exit";
        libc::exit(&mut cx, status)?;
        Err(Trap::Exit(status & 0xff))
    }
}

fn main_arguments(start: libc::Start) -> [u64; 3] {
    [u64::from(start.argc as u32), start.argv.bits(), start.envp.bits()]
}

impl Cx<'_> {
    /// Runs the module's destructors, last constructor's first: a part of `exit`.
    pub fn run_destructors(&mut self) -> Result<()> {
        let process = self.process;
        for dtor in &process.module.dtors {
            let f = process.funcs[dtor.func.0 as usize].address;
            self.call(f, &STRUCTOR, &[0, GuestPtr::NULL.bits(), GuestPtr::NULL.bits()])?;
        }
        Ok(())
    }
}

/// A thread that interrupts the guest when its time is over.
pub(crate) struct Watchdog {
    done: Arc<(Mutex<bool>, Condvar)>,
}

impl Watchdog {
    fn start(process: &Process, after: Duration) -> Watchdog {
        let done = Arc::new((Mutex::new(false), Condvar::new()));
        let (theirs, interrupt, passed) =
            (done.clone(), process.interrupt.clone(), process.deadline_passed.clone());
        let started = std::thread::Builder::new().name("svm-timeout".into()).spawn(move || {
            let (lock, changed) = &*theirs;
            let Ok(guard) = lock.lock() else { return };
            if let Ok((_, wait)) = changed.wait_timeout_while(guard, after, |done| !*done)
                && wait.timed_out()
            {
                passed.store(true, Ordering::Relaxed);
                interrupt.interrupt();
            }
        });
        if started.is_err() {
            // Without a thread the limit cannot be kept: stop at once rather than never.
            mark(&process.deadline_passed);
            process.interrupt.interrupt();
        }
        Watchdog { done }
    }
}

fn mark(flag: &AtomicBool) {
    flag.store(true, Ordering::Relaxed);
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        if let Ok(mut done) = self.done.0.lock() {
            *done = true;
        }
        self.done.1.notify_all();
    }
}
