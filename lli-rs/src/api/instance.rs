//! A program that runs in this process: building it, its `main`, typed calls, what it printed.
//!
//! **After a fault** in a call the instance stays usable: what the guest did before the fault is done, the
//! frames of the call are dropped as by `longjmp` (their stack objects end), and the next call starts afresh.
//! Data that the guest was in the middle of changing are as it left them, which only the embedder can judge;
//! they are memory-safe in any case. After `exit`, after a signal that kills, after `run_main`, and after a
//! panic of a host closure the instance has ended: memory and output can be read, calls are refused.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parking_lot::Mutex;

use super::value::{CallResult, signature};
use super::{CallArgs, Fault, GuestMemory, Module};
use crate::error::LoadError;
use crate::host::{Args, Closures, HostClosure, IntoRet, ProtoError, libc};
use crate::interp;
use crate::ir::{FuncId, ParamAttr, Symbol};
use crate::machine::{
    Bodies, Config, Cx, Grant, Input, Interrupt, Outcome, Output, Process, Result as Run, Stats, Thread,
    Trap, native,
};
use crate::report::{Report, Sources};

/// Collects what an [`Instance`] is made with.
pub struct Builder<'m> {
    module: &'m Module,
    config: Config,
    closures: Closures,
    source_paths: Vec<PathBuf>,
    error: Option<LoadError>,
}

impl Builder<'_> {
    /// All settings at once.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Changes settings.
    #[must_use]
    pub fn configure(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    /// A host function: the annotated C prototype (see [`crate::host`]), and what a call of it does. It is found
    /// before a function of that name in the C library, and only where the module itself defines none.
    ///
    /// Arguments are taken in their order with `args.next()`, those after `...` through
    /// [`crate::host::VarArgs`]. Guest memory is reached through `cx.mem()`; `?` hands its faults on.
    /// `cx.misuse("...")` makes an error of the function's own.
    #[must_use]
    pub fn host_fn<R, F>(self, prototype: &str, call: F) -> Self
    where
        R: IntoRet,
        F: Fn(&mut Cx<'_>, &mut Args<'_>) -> Run<R> + Send + Sync + 'static,
    {
        self.closure(HostClosure::new(prototype, call))
    }

    pub(super) fn closure(mut self, made: Result<HostClosure, ProtoError>) -> Self {
        match made {
            Ok(closure) => self.closures.add(closure),
            Err(e) => {
                self.error.get_or_insert(LoadError::HostFunction { cause: e.0 });
            }
        }
        self
    }

    /// Standard input.
    #[must_use]
    pub fn stdin(self, bytes: impl Into<Arc<[u8]>>) -> Self {
        self.configure(|c| c.stdin = Input::Bytes(bytes.into()))
    }

    /// Keeps standard output for [`Instance::take_stdout`].
    #[must_use]
    pub fn capture_stdout(self) -> Self {
        self.configure(|c| c.stdout = Output::Capture(Arc::default()))
    }

    /// Keeps standard error for [`Instance::take_stderr`].
    #[must_use]
    pub fn capture_stderr(self) -> Self {
        self.configure(|c| c.stderr = Output::Capture(Arc::default()))
    }

    /// Denies files, environment, clock and network but for what is granted.
    #[must_use]
    pub fn sandbox(self) -> Self {
        self.configure(|c| c.sandbox = true)
    }

    /// Grants a sandboxed guest a directory.
    #[must_use]
    pub fn dir(self, host: impl Into<PathBuf>, guest: impl Into<PathBuf>, writable: bool) -> Self {
        let grant = Grant { host: host.into(), guest: guest.into(), writable };
        self.configure(|c| c.dirs.push(grant))
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(self, name: &str, value: &str) -> Self {
        self.configure(|c| c.env.push((name.into(), Some(value.into()))))
    }

    /// IR instructions to execute; more can be given later with [`Instance::set_fuel`].
    #[must_use]
    pub fn fuel(self, instructions: u64) -> Self {
        self.configure(|c| c.fuel = Some(instructions))
    }

    /// Wall time of each call.
    #[must_use]
    pub fn timeout(self, each_call: Duration) -> Self {
        self.configure(|c| c.timeout = Some(each_call))
    }

    /// Bytes of guest memory.
    #[must_use]
    pub fn max_memory(self, bytes: u64) -> Self {
        self.configure(|c| c.max_memory = Some(bytes))
    }

    /// Keeps compiled code in that folder, and uses what it has: see [`crate::CacheFolder::open`].
    #[must_use]
    pub fn cache(self, folder: Arc<crate::CacheFolder>) -> Self {
        self.configure(|c| c.cache = Some(folder))
    }

    /// Where reports look for source files. A sandboxed guest's report reads only there.
    #[must_use]
    pub fn source_path(mut self, dir: impl Into<PathBuf>) -> Self {
        self.source_paths.push(dir.into());
        self
    }

    /// Makes the instance; no guest code has run.
    ///
    /// # Errors
    ///
    /// A prototype that does not parse, or global variables that do not fit into memory.
    pub fn build(self) -> Result<Instance, LoadError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let process = Process::with_closures(self.module.clone(), self.config, self.closures)?;
        Ok(Instance { source_paths: self.source_paths, ..Instance::of(process) })
    }
}

/// What an instance can do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No guest code has run.
    New,
    /// Constructors have run; calls can be made.
    Ready,
    /// The program has ended; calls are refused.
    Ended,
}

/// One running program. It may move between threads; calls take it exclusively.
pub struct Instance {
    // Dropped before the process whose code and memory it points to.
    thread: Option<Thread>,
    process: Pin<Box<Process>>,
    source_paths: Vec<PathBuf>,
    state: State,
}

impl Instance {
    /// An instance of `module` with these settings.
    ///
    /// # Errors
    ///
    /// As [`Builder::build`].
    pub fn new(module: &Module, config: Config) -> Result<Instance, LoadError> {
        Self::builder(module).config(config).build()
    }

    /// Starts to build an instance.
    pub fn builder(module: &Module) -> Builder<'_> {
        Builder {
            module,
            config: Config::default(),
            closures: Closures::default(),
            source_paths: Vec::new(),
            error: None,
        }
    }

    /// An instance that alone uses what it is loaded from: bodies are not kept for others.
    pub(crate) fn sole(bodies: impl Bodies + 'static, config: Config) -> Result<Instance, LoadError> {
        Ok(Self::of(Process::new(bodies, config)?))
    }

    fn of(process: Pin<Box<Process>>) -> Instance {
        Instance { thread: None, process, source_paths: Vec::new(), state: State::New }
    }

    /// What it can do next.
    pub fn state(&self) -> State {
        self.state
    }

    /// Runs constructors, `main` with these arguments (the first is the program's name), and what `exit` does.
    /// The instance has ended then.
    ///
    /// # Errors
    ///
    /// Whatever stopped the program before it came to its end.
    pub fn run_main<A: AsRef<[u8]>>(&mut self, args: &[A]) -> Result<i32, Fault> {
        let args: Vec<Vec<u8>> = args.iter().map(|a| a.as_ref().to_vec()).collect();
        if self.state == State::Ended {
            return Err(self.ended());
        }
        let outcome = self.run("main", &args);
        match outcome.trap {
            Trap::Exit(status) => Ok(status),
            _ => Err(self.fault(*outcome)),
        }
    }

    /// The same with another function in the place of `main`, and all that is known of the end.
    pub(crate) fn run(&mut self, entry: &str, args: &[Vec<u8>]) -> Box<Outcome> {
        let ended: Result<std::convert::Infallible, _> = self.guarded(|process, thread, state| {
            let start = match state {
                State::New => process.start(thread, args)?,
                // Constructors have run, with other arguments than `main` gets.
                State::Ready | State::Ended => libc::start(&mut Cx { process, thread }, args)?,
            };
            process.enter(thread, entry, start)
        });
        self.state = State::Ended;
        let Err(outcome) = ended;
        outcome
    }

    /// Calls a function of the module by name, with a tuple of arguments: integers, floats and
    /// [`svm_memory::GuestPtr`]s, which must be its parameters in number and type. (Structures by value follow the
    /// ABI: clang has cut them into such parts.) Constructors run before the first call.
    ///
    /// # Errors
    ///
    /// No such function, another type, or whatever stopped it.
    pub fn call<A: CallArgs, R: CallResult>(&mut self, name: &str, args: A) -> Result<R, Fault> {
        let id = self.typed::<A, R>(name)?;
        let slots = args.slots();
        self.start()?;
        let called = self.guarded(|process, thread, _| interp::enter_guest(process, thread, id, &slots));
        match called {
            Ok(slot) => Ok(R::result(slot)),
            Err(outcome) => Err(self.fault(*outcome)),
        }
    }

    /// Runs the constructors, if nothing has run yet.
    ///
    /// # Errors
    ///
    /// Whatever stopped one of them; the instance has ended then.
    pub fn start(&mut self) -> Result<(), Fault> {
        match self.state {
            State::Ready => Ok(()),
            State::Ended => Err(self.ended()),
            State::New => {
                let name = self.process.module.name.as_bytes().to_vec();
                let started =
                    self.guarded(|process, thread, _| process.start(thread, std::slice::from_ref(&name)));
                match started {
                    Ok(_) => {
                        self.state = State::Ready;
                        Ok(())
                    }
                    Err(outcome) => {
                        self.state = State::Ended;
                        Err(self.fault(*outcome))
                    }
                }
            }
        }
    }

    /// The function of that name, if it has these parameters and this result.
    fn typed<A: CallArgs, R: CallResult>(&self, name: &str) -> Result<FuncId, Fault> {
        let module = &self.process.module;
        let id = match module.exports.get(name) {
            Some(Symbol::Func(id)) if module.func(*id).defined => *id,
            _ => {
                let title =
                    format!("the module defines no function `{name}` that can be called from outside");
                return Err(Fault::refused("no-such-function", title, &module.name));
            }
        };
        let sig = &module.func(id).sig;
        let in_memory = sig.attrs.iter().any(|a| matches!(a, ParamAttr::ByVal { .. } | ParamAttr::SRet));
        if sig.variadic || in_memory || !A::fit(&sig.params) || !R::is(&sig.ret) {
            let title = format!(
                "`{name}` is {}, and cannot be called as {} ({})",
                signature(sig),
                R::c_name(),
                A::c_names().join(", ")
            );
            return Err(Fault::refused("call-type-mismatch", title, &module.name));
        }
        Ok(id)
    }

    /// Runs guest code on the instance's thread, within the time limit, and puts all in order when it was stopped.
    fn guarded<T>(
        &mut self,
        body: impl FnOnce(&Process, &mut Thread, State) -> Run<T>,
    ) -> Result<T, Box<Outcome>> {
        let process = &*self.process;
        let lost =
            |trap| Box::new(Outcome { trap, backtrace: Vec::new(), host_function: None, leaks: Vec::new() });
        let mut thread = match self.thread.take() {
            Some(thread) => thread,
            None => Thread::new(process).map_err(lost)?,
        };
        // Should a host closure panic, the thread is lost with its frames, and this is what remains.
        let state = std::mem::replace(&mut self.state, State::Ended);
        let watchdog = process.watchdog();
        let result = native::on_big_stack(process, &mut thread, |thread| body(process, thread, state));
        drop(watchdog);
        let result = result.map_err(|trap| {
            let outcome = process.outcome(&mut thread, trap);
            thread.abandon(&process.mem);
            process.forget_stop();
            Box::new(outcome)
        });
        self.state = match &result {
            Err(outcome) if matches!(outcome.trap, Trap::Exit(_) | Trap::Signal(_)) => State::Ended,
            _ => state,
        };
        self.thread = Some(thread);
        result
    }

    /// Runs `body` as guest code of an instance whose constructors have run.
    pub(crate) fn with_cx<T>(&mut self, body: impl FnOnce(&mut Cx<'_>) -> Run<T>) -> Result<T, Box<Outcome>> {
        let first = self.state == State::New;
        let result = self.guarded(|process, thread, _| {
            if first {
                process.start(thread, &[process.module.name.as_bytes().to_vec()])?;
            }
            body(&mut Cx { process, thread })
        });
        if self.state == State::New {
            self.state = State::Ready;
        }
        result
    }

    pub(super) fn fault(&self, outcome: Outcome) -> Fault {
        let Outcome { trap, backtrace, host_function, leaks: _ } = outcome;
        let report = Report::new(&trap, backtrace, host_function, &*self.process);
        Fault::new(trap, report, &self.process.module.name, self.sources())
    }

    /// A fault outside of any guest code.
    pub(super) fn fault_of(&self, trap: &Trap) -> Fault {
        let report = Report::new(trap, Vec::new(), None, &*self.process);
        Fault::new(trap.clone(), report, &self.process.module.name, self.sources())
    }

    fn ended(&self) -> Fault {
        let title = "the program has ended: nothing of it can be called".into();
        Fault::refused("instance-ended", title, &self.process.module.name)
    }

    fn sources(&self) -> Sources {
        Sources { roots: self.source_paths.clone(), restricted: self.process.config.sandbox }
    }

    /// Guest memory.
    pub fn memory(&self) -> GuestMemory<'_> {
        GuestMemory { instance: self }
    }

    /// The address of a global variable, or of a function to be handed to the guest.
    pub fn symbol(&self, name: &str) -> Option<svm_memory::GuestPtr> {
        self.process.export(name).map(|(_, address)| address)
    }

    /// Stops the running call from another thread; if none runs, the next one. One call is stopped, later ones
    /// run.
    pub fn interrupt_handle(&self) -> Interrupt {
        self.process.interrupt.clone()
    }

    /// IR instructions left, if they are counted.
    pub fn fuel(&self) -> Option<u64> {
        self.process.config.fuel?;
        let given = || self.process.fuel_given.load(Ordering::Relaxed);
        Some(self.thread.as_ref().map_or_else(given, |thread| thread.fuel))
    }

    /// Gives the next calls so many IR instructions, together. Only in an instance that was built with a limit.
    pub fn set_fuel(&mut self, instructions: u64) {
        if self.process.config.fuel.is_some() {
            self.process.fuel_given.store(instructions, Ordering::Relaxed);
            if let Some(thread) = &mut self.thread {
                thread.fuel = instructions;
            }
        }
    }

    /// What went to standard output since the last time; the guest's own buffers are flushed first.
    pub fn take_stdout(&mut self) -> Vec<u8> {
        self.flush();
        taken(&self.process.config.stdout)
    }

    /// The same of standard error.
    pub fn take_stderr(&mut self) -> Vec<u8> {
        self.flush();
        taken(&self.process.config.stderr)
    }

    /// Writes out what the guest's streams have buffered.
    pub fn flush(&mut self) {
        if let Some(thread) = &mut self.thread {
            libc::flush_all(&mut Cx { process: &self.process, thread });
        }
    }

    /// Counters.
    pub fn stats(&self) -> Stats {
        self.process.stats(self.thread.as_ref())
    }

    pub(crate) fn process(&self) -> &Process {
        &self.process
    }
}

fn taken(output: &Output) -> Vec<u8> {
    match output {
        Output::Capture(bytes) => std::mem::take(&mut *Mutex::lock(bytes)),
        Output::Inherit => Vec::new(),
    }
}

impl Process {
    /// A stop that has been carried out is over.
    fn forget_stop(&self) {
        self.interrupt.flag().store(false, Ordering::Relaxed);
        self.deadline_passed.store(false, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Instance")
            .field("module", &self.process.module.name)
            .field("state", &self.state)
            .finish()
    }
}
