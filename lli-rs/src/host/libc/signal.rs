//! Signals that a program sends to itself: dispositions, masks, delivery to handlers in the guest, and the
//! default actions. Signals from outside reach the host process, not the guest's handlers.

use parking_lot::Mutex;
use svm_memory::{GuestPtr, Memory, ObjectKind, SiteId};

use super::access::at;
use crate::host::{CallbackSig, host_table};
use crate::ir::Type;
use crate::machine::{Cx, Limit, Result, Trap};

host_table! {
    /// Signals.
    pub static TABLE = [
        "void *signal(int signal, void *handler[opaque])" => signal: number, handler,
        "void *bsd_signal(int signal, void *handler[opaque])" => signal: number, handler,
        "void *ssignal(int signal, void *handler[opaque])" => signal: number, handler,
        "void *__sysv_signal(int signal, void *handler[opaque])" => sysv_signal: signal, handler,
        "void *sysv_signal(int signal, void *handler[opaque])" => sysv_signal: signal, handler,
        "int sigaction(int signal, const void *action[? r 152], void *old[? w 152])" => sigaction: signal, action, old,
        "int __sigaction(int signal, const void *action[? r 152], void *old[? w 152])" => sigaction: signal, action, old,
        "int siginterrupt(int signal, int on)" => siginterrupt: signal, on,
        "int raise(int signal)" => raise_function: signal,
        "int gsignal(int signal)" => raise_function: signal,
        "int kill(pid_t pid, int signal)" => kill: pid, signal,
        "int killpg(pid_t group, int signal)" => killpg: group, signal,
        "int pthread_kill(pthread_t thread, int signal)" => pthread_kill: thread, signal,
        "int sigprocmask(int how, const void *set[? r 128], void *old[? w 128])" => sigprocmask: how, set, old,
        "int pthread_sigmask(int how, const void *set[? r 128], void *old[? w 128])" => pthread_sigmask: how, set, old,
        "int sigpending(void *set[w 128])" => sigpending: set,
        "int sigsuspend(const void *set[r 128])" => sigsuspend: set,
        "int sigwait(const void *set[r 128], int *signal[w 4])" => sigwait: set, signal,
        "int pause(void)" => pause,
        "unsigned int alarm(unsigned int seconds)" => alarm: seconds,
        "int sigaltstack(const void *stack[? r 24], void *old[? w 24])" => sigaltstack: stack, old,
        "int sigemptyset(void *set[w 128])" => sigemptyset: set,
        "int sigfillset(void *set[w 128])" => sigfillset: set,
        "int sigaddset(void *set[rw 128], int signal)" => sigaddset: set, signal,
        "int sigdelset(void *set[rw 128], int signal)" => sigdelset: set, signal,
        "int sigismember(const void *set[r 128], int signal)" => sigismember: set, signal,
        "int sigisemptyset(const void *set[r 128])" => sigisemptyset: set,
        "int sigandset(void *set[w 128], const void *a[r 128], const void *b[r 128])" => sigandset: set, a, b,
        "int sigorset(void *set[w 128], const void *a[r 128], const void *b[r 128])" => sigorset: set, a, b,
        "int __libc_current_sigrtmin(void)" => sigrtmin,
        "int __libc_current_sigrtmax(void)" => sigrtmax,
    ];
}

const SIG_DFL: GuestPtr = GuestPtr::new(0);
const SIG_IGN: GuestPtr = GuestPtr::new(1);
const SIG_ERR: GuestPtr = GuestPtr::new(u64::MAX);

// `struct sigaction` and `sigset_t` as glibc has them.
const SA_MASK: i64 = 8;
const SA_FLAGS: i64 = 136;
const SET_SIZE: u64 = 128;
const SIGINFO_SIZE: u64 = 128;
const UCONTEXT_SIZE: u64 = 968;

static HANDLER: CallbackSig = CallbackSig { ret: Type::Void, params: &[Type::I32] };
static INFO_HANDLER: CallbackSig =
    CallbackSig { ret: Type::Void, params: &[Type::I32, Type::Ptr, Type::Ptr] };

/// What happens on a signal.
#[derive(Clone, Copy, Default)]
struct Action {
    handler: GuestPtr,
    mask: u64,
    flags: i32,
}

/// Dispositions, mask and pending signals.
#[derive(Default)]
pub struct State {
    inner: Mutex<Inner>,
}

struct Inner {
    actions: [Action; 65],
    blocked: u64,
    pending: u64,
    alt_stack: [u64; 3],
}

impl Default for Inner {
    fn default() -> Self {
        const SS_DISABLE: u64 = 2;
        Self { actions: [Action::default(); 65], blocked: 0, pending: 0, alt_stack: [0, SS_DISABLE, 0] }
    }
}

/// The bit of a signal in a mask.
fn bit(signal: i32) -> u64 {
    1 << (signal - 1)
}

/// Signals that cannot be caught or blocked.
const UNSTOPPABLE: u64 = 1 << (libc::SIGKILL - 1) | 1 << (libc::SIGSTOP - 1);

/// Whether a program may name the signal: glibc keeps 32 and 33 for itself.
fn usable(signal: i32) -> bool {
    (1..=64).contains(&signal) && signal != 32 && signal != 33
}

fn catchable(signal: i32) -> bool {
    usable(signal) && bit(signal) & UNSTOPPABLE == 0
}

fn set_handler(cx: &mut Cx<'_>, signal: i32, handler: GuestPtr, flags: i32) -> Result<GuestPtr> {
    if !catchable(signal) || handler == SIG_ERR {
        return cx.fail(libc::EINVAL, SIG_ERR);
    }
    let mut inner = cx.process.libc.signal.inner.lock();
    let action = &mut inner.actions[signal as usize];
    let old = action.handler;
    *action = Action { handler, mask: 0, flags };
    Ok(old)
}

fn signal(cx: &mut Cx<'_>, signal: i32, handler: GuestPtr) -> Result<GuestPtr> {
    set_handler(cx, signal, handler, libc::SA_RESTART)
}

fn sysv_signal(cx: &mut Cx<'_>, signal: i32, handler: GuestPtr) -> Result<GuestPtr> {
    set_handler(cx, signal, handler, libc::SA_RESETHAND | libc::SA_NODEFER)
}

fn sigaction(cx: &mut Cx<'_>, signal: i32, action: GuestPtr, old: GuestPtr) -> Result<i32> {
    let mem = cx.mem();
    let new = if action.is_null() {
        None
    } else {
        mem.slice(action, 152)?;
        Some(Action {
            handler: mem.load(action)?,
            mask: mem.load(action.offset(SA_MASK))?,
            flags: mem.load(action.offset(SA_FLAGS))?,
        })
    };
    if !usable(signal) || (new.is_some() && !catchable(signal)) {
        return cx.fail(libc::EINVAL, -1);
    }
    let mut inner = cx.process.libc.signal.inner.lock();
    let was = inner.actions[signal as usize];
    if !old.is_null() {
        mem.fill(old, 0, 152)?;
        mem.store(old, was.handler)?;
        mem.store(old.offset(SA_MASK), was.mask)?;
        mem.store(old.offset(SA_FLAGS), was.flags)?;
    }
    if let Some(new) = new {
        inner.actions[signal as usize] = new;
    }
    Ok(0)
}

fn siginterrupt(cx: &mut Cx<'_>, signal: i32, on: i32) -> Result<i32> {
    if !catchable(signal) {
        return cx.fail(libc::EINVAL, -1);
    }
    let mut inner = cx.process.libc.signal.inner.lock();
    let flags = &mut inner.actions[signal as usize].flags;
    *flags = if on != 0 { *flags & !libc::SA_RESTART } else { *flags | libc::SA_RESTART };
    Ok(0)
}

/// Takes a signal out of the mask, so that the next one is delivered.
pub fn unblock(cx: &mut Cx<'_>, signal: i32) {
    cx.process.libc.signal.inner.lock().blocked &= !bit(signal);
}

/// The calling thread gets `signal` (valid): it is kept if blocked, else its handler runs or its default
/// action is taken, which may end the program.
pub fn raise(cx: &mut Cx<'_>, signal: i32) -> Result<()> {
    let process = cx.process;
    {
        let mut inner = process.libc.signal.inner.lock();
        if inner.blocked & bit(signal) & !UNSTOPPABLE != 0 {
            inner.pending |= bit(signal);
            return Ok(());
        }
    }
    deliver(cx, signal)
}

/// Delivers what is pending and no longer blocked.
fn deliver_pending(cx: &mut Cx<'_>) -> Result<()> {
    let process = cx.process;
    loop {
        let next = {
            let mut inner = process.libc.signal.inner.lock();
            let ready = inner.pending & !inner.blocked;
            if ready == 0 {
                return Ok(());
            }
            inner.pending &= !(ready & ready.wrapping_neg());
            ready.trailing_zeros() as i32 + 1
        };
        deliver(cx, next)?;
    }
}

fn deliver(cx: &mut Cx<'_>, signal: i32) -> Result<()> {
    let process = cx.process;
    let (action, old_mask) = {
        let mut inner = process.libc.signal.inner.lock();
        let (action, old_mask) = (inner.actions[signal as usize], inner.blocked);
        if action.handler != SIG_DFL && action.handler != SIG_IGN {
            if action.flags & libc::SA_RESETHAND != 0 {
                inner.actions[signal as usize].handler = SIG_DFL;
            }
            let own = if action.flags & libc::SA_NODEFER == 0 { bit(signal) } else { 0 };
            inner.blocked |= (action.mask | own) & !UNSTOPPABLE;
        }
        (action, old_mask)
    };
    match action.handler {
        SIG_IGN => return Ok(()),
        SIG_DFL => return default_action(signal),
        _ => {}
    }
    let called = call_handler(cx, signal, action);
    // A jump out of the handler gets the mask back as well: what `sigsetjmp` with a saved mask does.
    process.libc.signal.inner.lock().blocked = old_mask;
    called?;
    deliver_pending(cx)
}

fn default_action(signal: i32) -> Result<()> {
    match signal {
        libc::SIGCHLD | libc::SIGURG | libc::SIGWINCH | libc::SIGCONT => Ok(()),
        libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU => {
            Err(Trap::Unsupported("stopping the program by a signal".into()))
        }
        _ => Err(Trap::Signal(signal)),
    }
}

fn call_handler(cx: &mut Cx<'_>, signal: i32, action: Action) -> Result<()> {
    let number = u64::from(signal as u32);
    if action.flags & libc::SA_SIGINFO == 0 {
        cx.call(action.handler, &HANDLER, &[number])?;
        return Ok(());
    }
    let mem = cx.mem();
    let object =
        |size| mem.alloc(size, 16, ObjectKind::Host, SiteId::NONE).map_err(|_| Trap::Limit(Limit::Memory));
    let (info, context) = (object(SIGINFO_SIZE)?, object(UCONTEXT_SIZE)?);
    mem.store(info, signal)?;
    mem.store(at(info, 8), libc::SI_TKILL)?;
    mem.store(at(info, 16), std::process::id())?;
    let called = cx.call(action.handler, &INFO_HANDLER, &[number, info.bits(), context.bits()]);
    mem.release(info);
    mem.release(context);
    called.map(drop)
}

fn raise_function(cx: &mut Cx<'_>, signal: i32) -> Result<i32> {
    if !(1..=64).contains(&signal) {
        return cx.fail(libc::EINVAL, -1);
    }
    raise(cx, signal)?;
    Ok(0)
}

/// To the program itself; signals to other processes are a matter of processes, which come later.
fn kill(cx: &mut Cx<'_>, pid: i32, signal: i32) -> Result<i32> {
    if !(0..=64).contains(&signal) {
        return cx.fail(libc::EINVAL, -1);
    }
    if pid != std::process::id() as i32 && pid != 0 {
        if cx.process.config.sandbox {
            return cx.fail(libc::EPERM, -1);
        }
        return Err(Trap::Unsupported("kill of another process".into()));
    }
    if signal != 0 {
        raise(cx, signal)?;
    }
    Ok(0)
}

fn killpg(cx: &mut Cx<'_>, group: i32, signal: i32) -> Result<i32> {
    kill(cx, group, signal)
}

fn pthread_kill(cx: &mut Cx<'_>, thread: u64, signal: i32) -> Result<i32> {
    if thread != super::thread::SELF {
        return Ok(libc::ESRCH);
    }
    if !(0..=64).contains(&signal) {
        return Ok(libc::EINVAL);
    }
    if signal != 0 {
        raise(cx, signal)?;
    }
    Ok(0)
}

fn store_set(mem: &Memory, set: GuestPtr, bits: u64) -> Result<()> {
    mem.fill(set, 0, SET_SIZE)?;
    Ok(mem.store(set, bits)?)
}

fn load_set(mem: &Memory, set: GuestPtr) -> Result<u64> {
    mem.slice(set, SET_SIZE)?;
    Ok(mem.load(set)?)
}

/// Changes the mask; an error number.
fn change_mask(cx: &mut Cx<'_>, how: i32, set: GuestPtr, old: GuestPtr) -> Result<i32> {
    let process = cx.process;
    let mem = cx.mem();
    let was = process.libc.signal.inner.lock().blocked;
    let new = if set.is_null() {
        was
    } else {
        let bits = load_set(mem, set)?;
        match how {
            libc::SIG_BLOCK => was | bits,
            libc::SIG_UNBLOCK => was & !bits,
            libc::SIG_SETMASK => bits,
            _ => return Ok(libc::EINVAL),
        }
    };
    if !old.is_null() {
        store_set(mem, old, was)?;
    }
    process.libc.signal.inner.lock().blocked = new & !UNSTOPPABLE;
    deliver_pending(cx)?;
    Ok(0)
}

fn sigprocmask(cx: &mut Cx<'_>, how: i32, set: GuestPtr, old: GuestPtr) -> Result<i32> {
    match change_mask(cx, how, set, old)? {
        0 => Ok(0),
        errno => cx.fail(errno, -1),
    }
}

fn pthread_sigmask(cx: &mut Cx<'_>, how: i32, set: GuestPtr, old: GuestPtr) -> Result<i32> {
    change_mask(cx, how, set, old)
}

fn sigpending(cx: &mut Cx<'_>, set: GuestPtr) -> Result<i32> {
    let pending = cx.process.libc.signal.inner.lock().pending;
    store_set(cx.mem(), set, pending)?;
    Ok(0)
}

#[cold]
fn waits_for_ever() -> Trap {
    Trap::Unsupported("waiting for a signal from outside".into())
}

fn sigsuspend(cx: &mut Cx<'_>, set: GuestPtr) -> Result<i32> {
    let process = cx.process;
    let mask = load_set(cx.mem(), set)? & !UNSTOPPABLE;
    let (old, ready) = {
        let mut inner = process.libc.signal.inner.lock();
        (std::mem::replace(&mut inner.blocked, mask), inner.pending & !mask)
    };
    let delivered = if ready == 0 { Err(waits_for_ever()) } else { deliver_pending(cx) };
    process.libc.signal.inner.lock().blocked = old;
    delivered?;
    cx.fail(libc::EINTR, -1)
}

fn sigwait(cx: &mut Cx<'_>, set: GuestPtr, signal: GuestPtr) -> Result<i32> {
    let mem = cx.mem();
    let set = load_set(mem, set)?;
    mem.slice_mut(signal, 4)?;
    let mut inner = cx.process.libc.signal.inner.lock();
    let ready = inner.pending & set;
    if ready == 0 {
        return Err(waits_for_ever());
    }
    inner.pending &= !(ready & ready.wrapping_neg());
    mem.store(signal, ready.trailing_zeros() + 1)?;
    Ok(0)
}

fn pause(_: &mut Cx<'_>) -> Result<i32> {
    Err(waits_for_ever())
}

fn alarm(_: &mut Cx<'_>, seconds: u32) -> Result<u32> {
    match seconds {
        0 => Ok(0),
        _ => Err(Trap::Unsupported("alarm: signals that arrive by themselves".into())),
    }
}

/// Kept and given back; handlers run on the engine's own stack.
fn sigaltstack(cx: &mut Cx<'_>, stack: GuestPtr, old: GuestPtr) -> Result<i32> {
    let mem = cx.mem();
    let mut inner = cx.process.libc.signal.inner.lock();
    let new = if stack.is_null() { inner.alt_stack } else { mem.load::<[u64; 3]>(stack)? };
    if !old.is_null() {
        mem.store(old, inner.alt_stack)?;
    }
    inner.alt_stack = new;
    Ok(0)
}

fn sigemptyset(cx: &mut Cx<'_>, set: GuestPtr) -> Result<i32> {
    store_set(cx.mem(), set, 0)?;
    Ok(0)
}

/// All but the two signals that glibc keeps for itself.
fn sigfillset(cx: &mut Cx<'_>, set: GuestPtr) -> Result<i32> {
    cx.mem().fill(set, 0xff, SET_SIZE)?;
    cx.mem().store(set, !(bit(32) | bit(33)))?;
    Ok(0)
}

fn sigaddset(cx: &mut Cx<'_>, set: GuestPtr, signal: i32) -> Result<i32> {
    let bits = load_set(cx.mem(), set)?;
    if !usable(signal) {
        return cx.fail(libc::EINVAL, -1);
    }
    cx.mem().store(set, bits | bit(signal))?;
    Ok(0)
}

fn sigdelset(cx: &mut Cx<'_>, set: GuestPtr, signal: i32) -> Result<i32> {
    let bits = load_set(cx.mem(), set)?;
    if !usable(signal) {
        return cx.fail(libc::EINVAL, -1);
    }
    cx.mem().store(set, bits & !bit(signal))?;
    Ok(0)
}

fn sigismember(cx: &mut Cx<'_>, set: GuestPtr, signal: i32) -> Result<i32> {
    let bits = load_set(cx.mem(), set)?;
    if !(1..=64).contains(&signal) {
        return cx.fail(libc::EINVAL, -1);
    }
    Ok(i32::from(bits & bit(signal) != 0))
}

fn sigisemptyset(cx: &mut Cx<'_>, set: GuestPtr) -> Result<i32> {
    Ok(i32::from(load_set(cx.mem(), set)? == 0))
}

fn sigandset(cx: &mut Cx<'_>, set: GuestPtr, a: GuestPtr, b: GuestPtr) -> Result<i32> {
    let bits = load_set(cx.mem(), a)? & load_set(cx.mem(), b)?;
    store_set(cx.mem(), set, bits)?;
    Ok(0)
}

fn sigorset(cx: &mut Cx<'_>, set: GuestPtr, a: GuestPtr, b: GuestPtr) -> Result<i32> {
    let bits = load_set(cx.mem(), a)? | load_set(cx.mem(), b)?;
    store_set(cx.mem(), set, bits)?;
    Ok(0)
}

fn sigrtmin(_: &mut Cx<'_>) -> Result<i32> {
    Ok(34)
}

fn sigrtmax(_: &mut Cx<'_>) -> Result<i32> {
    Ok(64)
}
