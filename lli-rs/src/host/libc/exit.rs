//! Ending the program: `exit` with its handlers, `abort`, and what runs at the end.

use parking_lot::Mutex;
use svm_memory::GuestPtr;

use crate::host::{CallbackSig, host_table};
use crate::ir::Type;
use crate::machine::{Cx, Result, Trap};

use super::signal;

host_table! {
    /// Ending the program.
    pub static TABLE = [
        "void exit(int status)" => exit: status,
        "void _exit(int status)" => exit_now: status,
        "void _Exit(int status)" => exit_now: status,
        "void quick_exit(int status)" => quick_exit: status,
        "void abort(void)" => abort,
        "int atexit(void *f[fn])" => atexit: f,
        "int at_quick_exit(void *f[fn])" => at_quick_exit: f,
        "int on_exit(void *f[fn], void *arg[opaque])" => on_exit: f, arg,
        "int __cxa_atexit(void *f[fn], void *arg[opaque], void *dso[opaque])" => cxa_atexit: f, arg, dso,
        "int __cxa_at_quick_exit(void *f[fn], void *dso[opaque])" => cxa_at_quick_exit: f, dso,
        "int __cxa_thread_atexit_impl(void *f[fn], void *arg[opaque], void *dso[opaque])" => cxa_thread_atexit: f, arg, dso,
        "int __cxa_thread_atexit(void *f[fn], void *arg[opaque], void *dso[opaque])" => cxa_thread_atexit: f, arg, dso,
        "void __cxa_finalize(void *dso[opaque])" => cxa_finalize: dso,
    ];
}

static PLAIN: CallbackSig = CallbackSig { ret: Type::Void, params: &[] };
static WITH_ARG: CallbackSig = CallbackSig { ret: Type::Void, params: &[Type::Ptr] };
static WITH_STATUS: CallbackSig = CallbackSig { ret: Type::Void, params: &[Type::I32, Type::Ptr] };

/// How a handler is called.
#[derive(Clone, Copy)]
enum Handler {
    Plain(GuestPtr),
    Arg { f: GuestPtr, arg: GuestPtr, dso: GuestPtr },
    Status { f: GuestPtr, arg: GuestPtr },
}

impl Handler {
    fn run(self, cx: &mut Cx<'_>, status: i32) -> Result<()> {
        match self {
            Handler::Plain(f) => cx.call(f, &PLAIN, &[])?,
            Handler::Arg { f, arg, .. } => cx.call(f, &WITH_ARG, &[arg.bits()])?,
            Handler::Status { f, arg } => {
                cx.call(f, &WITH_STATUS, &[u64::from(status as u32), arg.bits()])?
            }
        };
        Ok(())
    }
}

/// Handlers to run, last one first.
#[derive(Default)]
pub struct State {
    at_exit: Mutex<Vec<Handler>>,
    at_quick_exit: Mutex<Vec<Handler>>,
    /// Destructors of thread-local objects; they run before the others.
    at_thread_exit: Mutex<Vec<Handler>>,
}

/// Runs a list from its end. A handler may add others, and may itself end the program: the rest then
/// runs from there.
fn run_all(cx: &mut Cx<'_>, list: fn(&State) -> &Mutex<Vec<Handler>>, status: i32) -> Result<()> {
    let process = cx.process;
    loop {
        let next = list(&process.libc.exit).lock().pop();
        match next {
            Some(handler) => handler.run(cx, status)?,
            None => return Ok(()),
        }
    }
}

/// `exit`: what a return from `main` does, too. Runs the handlers, flushes the streams and ends in
/// [`Trap::Exit`].
pub fn exit(cx: &mut Cx<'_>, status: i32) -> Result<()> {
    run_all(cx, |s| &s.at_thread_exit, status)?;
    run_all(cx, |s| &s.at_exit, status)?;
    cx.run_destructors()?;
    super::flush_streams(cx)?;
    exit_now(cx, status)
}

fn exit_now(_: &mut Cx<'_>, status: i32) -> Result<()> {
    Err(Trap::Exit(status & 0xff))
}

fn quick_exit(cx: &mut Cx<'_>, status: i32) -> Result<()> {
    run_all(cx, |s| &s.at_quick_exit, status)?;
    exit_now(cx, status)
}

/// `abort`: a handler for SIGABRT may run, but the program ends. Streams are not flushed.
pub fn abort(cx: &mut Cx<'_>) -> Result<()> {
    signal::unblock(cx, libc::SIGABRT);
    signal::raise(cx, libc::SIGABRT)?;
    Err(Trap::Signal(libc::SIGABRT))
}

/// So many handlers may be registered in each list.
const MAX_HANDLERS: usize = 1 << 20;

fn register(cx: &mut Cx<'_>, list: fn(&State) -> &Mutex<Vec<Handler>>, handler: Handler) -> Result<i32> {
    let process = cx.process;
    let mut list = list(&process.libc.exit).lock();
    if list.len() >= MAX_HANDLERS {
        return Ok(-1);
    }
    list.push(handler);
    Ok(0)
}

fn atexit(cx: &mut Cx<'_>, f: GuestPtr) -> Result<i32> {
    register(cx, |s| &s.at_exit, Handler::Plain(f))
}

fn at_quick_exit(cx: &mut Cx<'_>, f: GuestPtr) -> Result<i32> {
    register(cx, |s| &s.at_quick_exit, Handler::Plain(f))
}

fn on_exit(cx: &mut Cx<'_>, f: GuestPtr, arg: GuestPtr) -> Result<i32> {
    register(cx, |s| &s.at_exit, Handler::Status { f, arg })
}

fn cxa_atexit(cx: &mut Cx<'_>, f: GuestPtr, arg: GuestPtr, dso: GuestPtr) -> Result<i32> {
    register(cx, |s| &s.at_exit, Handler::Arg { f, arg, dso })
}

fn cxa_at_quick_exit(cx: &mut Cx<'_>, f: GuestPtr, _dso: GuestPtr) -> Result<i32> {
    at_quick_exit(cx, f)
}

fn cxa_thread_atexit(cx: &mut Cx<'_>, f: GuestPtr, arg: GuestPtr, dso: GuestPtr) -> Result<i32> {
    register(cx, |s| &s.at_thread_exit, Handler::Arg { f, arg, dso })
}

/// Runs the handlers that `__cxa_atexit` got for `dso` (for any, if null), last one first.
fn cxa_finalize(cx: &mut Cx<'_>, dso: GuestPtr) -> Result<()> {
    let process = cx.process;
    loop {
        let next = {
            let mut list = process.libc.exit.at_exit.lock();
            let mine = |h: &Handler| matches!(h, Handler::Arg { dso: d, .. } if dso.is_null() || *d == dso);
            list.iter().rposition(mine).map(|i| list.remove(i))
        };
        match next {
            Some(handler) => handler.run(cx, 0)?,
            None => return Ok(()),
        }
    }
}
