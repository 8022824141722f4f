//! `pthread_*` and `sched_*` of a program with one thread: locks keep their state in the guest's own
//! objects, laid out as glibc's; what would wait for another thread is a fault that says so.

use std::time::Duration;

use parking_lot::Mutex;
use svm_memory::{GuestPtr, Memory};

use super::access::at;
use crate::host::{CallbackSig, VarArgs, host_table};
use crate::ir::Type;
use crate::machine::{Cx, Limit, MAIN_THREAD, Result, Trap};

host_table! {
    /// Threads.
    pub static TABLE = [
        "int pthread_create(void *thread[w 8], const void *attr[? r 56], void *start[fn], void *arg[opaque])" => create: thread, attr, start, arg,
        "int pthread_join(pthread_t thread, void **result[? w 8])" => join: thread, result,
        "int pthread_detach(pthread_t thread)" => detach: thread,
        "void pthread_exit(void *result[opaque])" => exit: result,
        "int pthread_cancel(pthread_t thread)" => cancel: thread,
        "pthread_t pthread_self(void)" => self_id,
        "int pthread_equal(pthread_t a, pthread_t b)" => equal: a, b,
        "int pthread_once(int *control[rw 4], void *f[fn])" => once: control, f,
        "int pthread_setname_np(pthread_t thread, const char *name[str])" => setname: thread, name,
        "int prctl(int option, ...)" => prctl: option, args,
        "int pthread_setcancelstate(int state, int *old[? w 4])" => setcancel: state, old,
        "int pthread_setcanceltype(int kind, int *old[? w 4])" => setcancel: kind, old,
        "void pthread_testcancel(void)" => testcancel,
        "int pthread_atfork(void *before[? fn], void *parent[? fn], void *child[? fn])" => atfork: before, parent, child,
        "int sched_yield(void)" => sched_yield,
        "int pthread_yield(void)" => sched_yield,
        "int pthread_mutex_init(void *m[w 40], const void *attr[? r 4])" => mutex_init: m, attr,
        "int pthread_mutex_destroy(void *m[rw 40])" => mutex_destroy: m,
        "int pthread_mutex_lock(void *m[rw 40])" => mutex_lock: m,
        "int pthread_mutex_trylock(void *m[rw 40])" => mutex_trylock: m,
        "int pthread_mutex_timedlock(void *m[rw 40], const void *until[r 16])" => mutex_timedlock: m, until,
        "int pthread_mutex_unlock(void *m[rw 40])" => mutex_unlock: m,
        "int pthread_mutex_consistent(void *m[rw 40])" => mutex_consistent: m,
        "int pthread_mutexattr_init(void *a[w 4])" => word_init: a,
        "int pthread_mutexattr_destroy(void *a[w 4])" => word_destroy: a,
        "int pthread_mutexattr_settype(void *a[rw 4], int kind)" => mutexattr_settype: a, kind,
        "int pthread_mutexattr_gettype(const void *a[r 4], int *kind[w 4])" => mutexattr_gettype: a, kind,
        "int pthread_mutexattr_setpshared(void *a[rw 4], int value)" => mutexattr_ignore: a, value,
        "int pthread_mutexattr_setrobust(void *a[rw 4], int value)" => mutexattr_ignore: a, value,
        "int pthread_mutexattr_setprotocol(void *a[rw 4], int value)" => mutexattr_ignore: a, value,
        "int pthread_spin_init(void *l[w 4], int shared)" => spin_init: l, shared,
        "int pthread_spin_destroy(void *l[w 4])" => word_destroy: l,
        "int pthread_spin_lock(void *l[rw 4])" => spin_lock: l,
        "int pthread_spin_trylock(void *l[rw 4])" => spin_trylock: l,
        "int pthread_spin_unlock(void *l[rw 4])" => spin_unlock: l,
        "int pthread_rwlock_init(void *l[w 56], const void *attr[opaque])" => rwlock_init: l, attr,
        "int pthread_rwlock_destroy(void *l[rw 56])" => rwlock_destroy: l,
        "int pthread_rwlock_rdlock(void *l[rw 56])" => rwlock_rdlock: l,
        "int pthread_rwlock_tryrdlock(void *l[rw 56])" => rwlock_tryrdlock: l,
        "int pthread_rwlock_wrlock(void *l[rw 56])" => rwlock_wrlock: l,
        "int pthread_rwlock_trywrlock(void *l[rw 56])" => rwlock_trywrlock: l,
        "int pthread_rwlock_unlock(void *l[rw 56])" => rwlock_unlock: l,
        "int pthread_cond_init(void *c[w 48], const void *attr[? r 4])" => cond_init: c, attr,
        "int pthread_cond_destroy(void *c[rw 48])" => cond_destroy: c,
        "int pthread_cond_signal(void *c[rw 48])" => cond_signal: c,
        "int pthread_cond_broadcast(void *c[rw 48])" => cond_signal: c,
        "int pthread_cond_wait(void *c[rw 48], void *m[rw 40])" => cond_wait: c, m,
        "int pthread_cond_timedwait(void *c[rw 48], void *m[rw 40], const void *until[r 16])" => cond_timedwait: c, m, until,
        "int pthread_condattr_init(void *a[w 4])" => word_init: a,
        "int pthread_condattr_destroy(void *a[w 4])" => word_destroy: a,
        "int pthread_condattr_setclock(void *a[rw 4], clockid_t clock)" => condattr_setclock: a, clock,
        "int pthread_key_create(unsigned int *key[w 4], void *destructor[? fn])" => key_create: key, destructor,
        "int pthread_key_delete(unsigned int key)" => key_delete: key,
        "void *pthread_getspecific(unsigned int key)" => getspecific: key,
        "int pthread_setspecific(unsigned int key, const void *value[opaque])" => setspecific: key, value,
        "int pthread_attr_init(void *a[w 56])" => attr_init: a,
        "int pthread_attr_destroy(void *a[rw 56])" => attr_destroy: a,
        "int pthread_attr_setdetachstate(void *a[rw 56], int value)" => attr_setdetachstate: a, value,
        "int pthread_attr_setstacksize(void *a[rw 56], size_t value)" => attr_setstacksize: a, value,
        "int pthread_attr_getstacksize(const void *a[r 56], size_t *value[w 8])" => attr_getstacksize: a, value,
    ];
}

/// The only thread's identity.
pub const SELF: u64 = MAIN_THREAD;

/// Thread-specific data.
#[derive(Default)]
pub struct State {
    keys: Mutex<Vec<Key>>,
    /// As `prctl(PR_SET_NAME)` has set it.
    name: Mutex<Option<[u8; NAME_ROOM]>>,
}

/// TASK_COMM_LEN: a thread's name with its NUL.
const NAME_ROOM: usize = 16;

#[derive(Clone, Copy, Default)]
struct Key {
    used: bool,
    value: GuestPtr,
}

/// PTHREAD_KEYS_MAX.
const KEYS_MAX: usize = 1024;

static NO_ARGS: CallbackSig = CallbackSig { ret: Type::Void, params: &[] };

#[cold]
fn unsupported(what: &str) -> Trap {
    Trap::Unsupported(what.into())
}

fn create(
    _: &mut Cx<'_>,
    _thread: GuestPtr,
    _attr: GuestPtr,
    _start: GuestPtr,
    _arg: GuestPtr,
) -> Result<i32> {
    Err(unsupported("pthread_create: threads"))
}

/// No other thread exists, so none can be joined, detached or cancelled.
fn join(cx: &mut Cx<'_>, thread: u64, result: GuestPtr) -> Result<i32> {
    if !result.is_null() {
        cx.mem().slice_mut(result, 8)?;
    }
    Ok(if thread == SELF { libc::EDEADLK } else { libc::ESRCH })
}

fn detach(_: &mut Cx<'_>, thread: u64) -> Result<i32> {
    Ok(if thread == SELF { 0 } else { libc::ESRCH })
}

/// The last thread ends the process, with status 0.
fn exit(cx: &mut Cx<'_>, _result: GuestPtr) -> Result<()> {
    super::exit::exit(cx, 0)
}

fn cancel(_: &mut Cx<'_>, thread: u64) -> Result<i32> {
    if thread == SELF { Err(unsupported("pthread_cancel of the calling thread")) } else { Ok(libc::ESRCH) }
}

fn self_id(_: &mut Cx<'_>) -> Result<u64> {
    Ok(SELF)
}

fn equal(_: &mut Cx<'_>, a: u64, b: u64) -> Result<i32> {
    Ok(i32::from(a == b))
}

fn once(cx: &mut Cx<'_>, control: GuestPtr, f: GuestPtr) -> Result<i32> {
    const DONE: i32 = 2;
    const RUNNING: i32 = 1;
    let mem = cx.mem();
    match mem.load::<i32>(control)? {
        DONE => return Ok(0),
        RUNNING => return Err(cx.misuse("the function calls itself through the same control variable")),
        _ => {}
    }
    mem.store(control, RUNNING)?;
    if let Err(trap) = cx.call(f, &NO_ARGS, &[]) {
        // A jump out of the function: it may be tried again.
        mem.store(control, 0)?;
        return Err(trap);
    }
    mem.store(control, DONE)?;
    Ok(0)
}

fn setname(cx: &mut Cx<'_>, thread: u64, name: GuestPtr) -> Result<i32> {
    const MAX: u64 = 16;
    let len = cx.mem().str_len(name)?;
    Ok(match thread {
        SELF if len < MAX => 0,
        SELF => libc::ERANGE,
        _ => libc::ESRCH,
    })
}

/// The thread's name, and what tells that nothing else is there to be set: programs ask for the rest (names of mappings,
/// timer slack) as a wish, and go on without.
fn prctl(cx: &mut Cx<'_>, option: i32, mut args: VarArgs<'_>) -> Result<i32> {
    match option {
        libc::PR_SET_NAME => {
            let from = args.next_ptr(cx)?;
            // The kernel cuts longer names off (prctl(2)).
            let mut name = [0; NAME_ROOM];
            for (at, byte) in name[..NAME_ROOM - 1].iter_mut().enumerate() {
                *byte = cx.mem().load(from.offset(at as i64))?;
                if *byte == 0 {
                    break;
                }
            }
            *cx.process.libc.thread.name.lock() = Some(name);
            Ok(0)
        }
        libc::PR_GET_NAME => {
            let to = args.next_ptr(cx)?;
            let own = *cx.process.libc.thread.name.lock();
            let name = own.unwrap_or_else(|| {
                let mut name = [0; NAME_ROOM];
                let program = cx.process.libc.program.short_name();
                let len = program.len().min(NAME_ROOM - 1);
                name[..len].copy_from_slice(&program[..len]);
                name
            });
            cx.mem().write(to, &name)?;
            Ok(0)
        }
        _ => cx.fail(libc::EINVAL, -1),
    }
}

fn setcancel(cx: &mut Cx<'_>, value: i32, old: GuestPtr) -> Result<i32> {
    if !(0..=1).contains(&value) {
        return Ok(libc::EINVAL);
    }
    if !old.is_null() {
        cx.mem().store(old, 0i32)?;
    }
    Ok(0)
}

fn testcancel(_: &mut Cx<'_>) -> Result<()> {
    Ok(())
}

/// Nothing forks yet, so nothing is ever called.
fn atfork(_: &mut Cx<'_>, _before: GuestPtr, _parent: GuestPtr, _child: GuestPtr) -> Result<i32> {
    Ok(0)
}

fn sched_yield(_: &mut Cx<'_>) -> Result<i32> {
    std::thread::yield_now();
    Ok(0)
}

// `pthread_mutex_t`: lock, count, owner, number of users, kind.
const LOCK: u64 = 0;
const COUNT: u64 = 4;
const OWNER: u64 = 8;
const USERS: u64 = 12;
const KIND: u64 = 16;
const KIND_MASK: i32 = 3;
const RECURSIVE: i32 = 1;
const ERRORCHECK: i32 = 2;

fn mutex_init(cx: &mut Cx<'_>, m: GuestPtr, attr: GuestPtr) -> Result<i32> {
    let mem = cx.mem();
    let kind = if attr.is_null() { 0 } else { mem.load::<i32>(attr)? & KIND_MASK };
    mem.fill(m, 0, 40)?;
    mem.store(at(m, KIND), kind)?;
    Ok(0)
}

fn mutex_destroy(cx: &mut Cx<'_>, m: GuestPtr) -> Result<i32> {
    let mem = cx.mem();
    mem.slice_mut(m, 40)?;
    if mem.load::<i32>(at(m, USERS))? != 0 {
        return Ok(libc::EBUSY);
    }
    mem.store(at(m, KIND), -1i32)?;
    Ok(0)
}

/// Tries to take the mutex; an error number, EBUSY where a thread would wait (for itself).
fn take_mutex(mem: &Memory, m: GuestPtr) -> Result<i32> {
    mem.slice_mut(m, 40)?;
    let kind = mem.load::<i32>(at(m, KIND))?;
    if kind == -1 {
        return Ok(libc::EINVAL);
    }
    if mem.load::<i32>(at(m, LOCK))? == 0 {
        mem.store(at(m, LOCK), 1i32)?;
        mem.store(at(m, COUNT), 1u32)?;
        mem.store(at(m, OWNER), SELF as i32)?;
        mem.store(at(m, USERS), 1u32)?;
        return Ok(0);
    }
    if kind & KIND_MASK != RECURSIVE {
        return Ok(libc::EBUSY);
    }
    let count: u32 = mem.load(at(m, COUNT))?;
    match count.checked_add(1) {
        Some(count) => mem.store(at(m, COUNT), count)?,
        None => return Ok(libc::EAGAIN),
    }
    Ok(0)
}

fn mutex_lock(cx: &mut Cx<'_>, m: GuestPtr) -> Result<i32> {
    let mem = cx.mem();
    match take_mutex(mem, m)? {
        libc::EBUSY if mem.load::<i32>(at(m, KIND))? & KIND_MASK == ERRORCHECK => Ok(libc::EDEADLK),
        libc::EBUSY => Err(cx.misuse("deadlock: the thread holds the mutex already")),
        errno => Ok(errno),
    }
}

fn mutex_trylock(cx: &mut Cx<'_>, m: GuestPtr) -> Result<i32> {
    take_mutex(cx.mem(), m)
}

fn mutex_timedlock(cx: &mut Cx<'_>, m: GuestPtr, until: GuestPtr) -> Result<i32> {
    cx.mem().slice(until, 16)?;
    match take_mutex(cx.mem(), m)? {
        libc::EBUSY => sleep_until(cx, until),
        errno => Ok(errno),
    }
}

fn mutex_unlock(cx: &mut Cx<'_>, m: GuestPtr) -> Result<i32> {
    let mem = cx.mem();
    mem.slice_mut(m, 40)?;
    let kind: i32 = mem.load(at(m, KIND))?;
    let held = mem.load::<i32>(at(m, LOCK))? != 0;
    if !held {
        // As natively: the checking kinds notice, the others do not.
        return Ok(if kind & KIND_MASK == 0 { 0 } else { libc::EPERM });
    }
    let count: u32 = mem.load(at(m, COUNT))?;
    if kind & KIND_MASK == RECURSIVE && count > 1 {
        mem.store(at(m, COUNT), count - 1)?;
        return Ok(0);
    }
    mem.fill(m, 0, KIND)?;
    Ok(0)
}

/// No owner ever died.
fn mutex_consistent(cx: &mut Cx<'_>, m: GuestPtr) -> Result<i32> {
    cx.mem().slice_mut(m, 40)?;
    Ok(libc::EINVAL)
}

fn word_init(cx: &mut Cx<'_>, a: GuestPtr) -> Result<i32> {
    cx.mem().store(a, 0i32)?;
    Ok(0)
}

fn word_destroy(cx: &mut Cx<'_>, a: GuestPtr) -> Result<i32> {
    cx.mem().slice_mut(a, 4)?;
    Ok(0)
}

fn mutexattr_settype(cx: &mut Cx<'_>, a: GuestPtr, kind: i32) -> Result<i32> {
    let old: i32 = cx.mem().load(a)?;
    if !(0..=3).contains(&kind) {
        return Ok(libc::EINVAL);
    }
    cx.mem().store(a, old & !KIND_MASK | kind)?;
    Ok(0)
}

fn mutexattr_gettype(cx: &mut Cx<'_>, a: GuestPtr, kind: GuestPtr) -> Result<i32> {
    let value: i32 = cx.mem().load(a)?;
    cx.mem().store(kind, value & KIND_MASK)?;
    Ok(0)
}

/// Properties that make no difference to one thread.
fn mutexattr_ignore(cx: &mut Cx<'_>, a: GuestPtr, _value: i32) -> Result<i32> {
    cx.mem().slice_mut(a, 4)?;
    Ok(0)
}

fn condattr_setclock(cx: &mut Cx<'_>, a: GuestPtr, clock: i32) -> Result<i32> {
    cx.mem().slice_mut(a, 4)?;
    if clock != libc::CLOCK_REALTIME && clock != libc::CLOCK_MONOTONIC {
        return Ok(libc::EINVAL);
    }
    cx.mem().store(a, clock << 1)?;
    Ok(0)
}

fn spin_init(cx: &mut Cx<'_>, l: GuestPtr, _shared: i32) -> Result<i32> {
    word_init(cx, l)
}

fn spin_trylock(cx: &mut Cx<'_>, l: GuestPtr) -> Result<i32> {
    let mem = cx.mem();
    if mem.load::<i32>(l)? != 0 {
        return Ok(libc::EBUSY);
    }
    mem.store(l, 1i32)?;
    Ok(0)
}

fn spin_lock(cx: &mut Cx<'_>, l: GuestPtr) -> Result<i32> {
    match spin_trylock(cx, l)? {
        0 => Ok(0),
        _ => Err(cx.misuse("deadlock: the thread holds the lock already")),
    }
}

fn spin_unlock(cx: &mut Cx<'_>, l: GuestPtr) -> Result<i32> {
    word_init(cx, l)
}

// `pthread_rwlock_t`, as far as it is used: readers, and in another word whether a writer holds it.
const READERS: u64 = 0;
const WRITER: u64 = 24;

fn rwlock_init(cx: &mut Cx<'_>, l: GuestPtr, _attr: GuestPtr) -> Result<i32> {
    cx.mem().fill(l, 0, 56)?;
    Ok(0)
}

fn rwlock_destroy(cx: &mut Cx<'_>, l: GuestPtr) -> Result<i32> {
    cx.mem().slice_mut(l, 56)?;
    Ok(0)
}

fn rwlock_tryrdlock(cx: &mut Cx<'_>, l: GuestPtr) -> Result<i32> {
    let mem = cx.mem();
    mem.slice_mut(l, 56)?;
    if mem.load::<i32>(at(l, WRITER))? != 0 {
        return Ok(libc::EBUSY);
    }
    let readers: u32 = mem.load(at(l, READERS))?;
    mem.store(at(l, READERS), readers.wrapping_add(1))?;
    Ok(0)
}

fn rwlock_trywrlock(cx: &mut Cx<'_>, l: GuestPtr) -> Result<i32> {
    let mem = cx.mem();
    mem.slice_mut(l, 56)?;
    if mem.load::<i32>(at(l, WRITER))? != 0 || mem.load::<u32>(at(l, READERS))? != 0 {
        return Ok(libc::EBUSY);
    }
    mem.store(at(l, WRITER), SELF as i32)?;
    Ok(0)
}

fn rwlock_rdlock(cx: &mut Cx<'_>, l: GuestPtr) -> Result<i32> {
    Ok(if rwlock_tryrdlock(cx, l)? == 0 { 0 } else { libc::EDEADLK })
}

fn rwlock_wrlock(cx: &mut Cx<'_>, l: GuestPtr) -> Result<i32> {
    if rwlock_trywrlock(cx, l)? == 0 {
        return Ok(0);
    }
    if cx.mem().load::<i32>(at(l, WRITER))? != 0 {
        return Ok(libc::EDEADLK);
    }
    Err(cx.misuse("deadlock: the thread holds the lock for reading"))
}

fn rwlock_unlock(cx: &mut Cx<'_>, l: GuestPtr) -> Result<i32> {
    let mem = cx.mem();
    mem.slice_mut(l, 56)?;
    let readers: u32 = mem.load(at(l, READERS))?;
    if mem.load::<i32>(at(l, WRITER))? != 0 {
        mem.store(at(l, WRITER), 0i32)?;
    } else if readers > 0 {
        mem.store(at(l, READERS), readers - 1)?;
    }
    Ok(0)
}

/// Bit of the second word of a condition that tells its clock.
const COND_CLOCK: u64 = 4;

fn cond_init(cx: &mut Cx<'_>, c: GuestPtr, attr: GuestPtr) -> Result<i32> {
    let mem = cx.mem();
    let clock = if attr.is_null() { 0 } else { mem.load::<i32>(attr)? };
    mem.fill(c, 0, 48)?;
    mem.store(at(c, COND_CLOCK), clock)?;
    Ok(0)
}

fn cond_destroy(cx: &mut Cx<'_>, c: GuestPtr) -> Result<i32> {
    cx.mem().slice_mut(c, 48)?;
    Ok(0)
}

/// No thread waits.
fn cond_signal(cx: &mut Cx<'_>, c: GuestPtr) -> Result<i32> {
    cx.mem().slice_mut(c, 48)?;
    Ok(0)
}

fn cond_wait(cx: &mut Cx<'_>, c: GuestPtr, m: GuestPtr) -> Result<i32> {
    cx.mem().slice_mut(c, 48)?;
    cx.mem().slice_mut(m, 40)?;
    Err(cx.misuse("deadlock: no other thread can signal the condition"))
}

fn cond_timedwait(cx: &mut Cx<'_>, c: GuestPtr, m: GuestPtr, until: GuestPtr) -> Result<i32> {
    let mem = cx.mem();
    mem.slice_mut(c, 48)?;
    mem.slice_mut(m, 40)?;
    mem.slice(until, 16)?;
    let monotonic = mem.load::<i32>(at(c, COND_CLOCK))? >> 1 == libc::CLOCK_MONOTONIC;
    wait_until(cx, until, if monotonic { libc::CLOCK_MONOTONIC } else { libc::CLOCK_REALTIME })
}

fn sleep_until(cx: &mut Cx<'_>, until: GuestPtr) -> Result<i32> {
    wait_until(cx, until, libc::CLOCK_REALTIME)
}

/// Lets time pass until the moment at `until`: what waiting for nobody comes to. Short steps, so that an
/// interrupt is seen.
fn wait_until(cx: &mut Cx<'_>, until: GuestPtr, clock: i32) -> Result<i32> {
    let [seconds, nanos] = cx.mem().load::<[i64; 2]>(until)?;
    if !(0..1_000_000_000).contains(&nanos) {
        return Ok(libc::EINVAL);
    }
    let end = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    loop {
        if cx.process.interrupt.is_set() {
            return Err(Trap::Limit(Limit::Interrupted));
        }
        let (seconds, nanos) = super::clock::now(cx, clock);
        let left = end - (i128::from(seconds) * 1_000_000_000 + i128::from(nanos));
        if left <= 0 {
            return Ok(libc::ETIMEDOUT);
        }
        let step = u64::try_from(left).unwrap_or(u64::MAX).min(10_000_000);
        std::thread::sleep(Duration::from_nanos(step));
        if super::clock::is_frozen(cx) {
            return Ok(libc::ETIMEDOUT);
        }
    }
}

/// Destructors of keys do not run: natively they do not for the main thread, either.
fn key_create(cx: &mut Cx<'_>, key: GuestPtr, _destructor: GuestPtr) -> Result<i32> {
    cx.mem().slice_mut(key, 4)?;
    let mut keys = cx.process.libc.thread.keys.lock();
    let free = keys.iter().position(|k| !k.used).unwrap_or(keys.len());
    if free >= KEYS_MAX {
        return Ok(libc::EAGAIN);
    }
    if free == keys.len() {
        keys.push(Key::default());
    }
    keys[free] = Key { used: true, value: GuestPtr::NULL };
    cx.mem().store(key, free as u32)?;
    Ok(0)
}

fn key_delete(cx: &mut Cx<'_>, key: u32) -> Result<i32> {
    match cx.process.libc.thread.keys.lock().get_mut(key as usize) {
        Some(k) if k.used => *k = Key::default(),
        _ => return Ok(libc::EINVAL),
    }
    Ok(0)
}

fn getspecific(cx: &mut Cx<'_>, key: u32) -> Result<GuestPtr> {
    let keys = cx.process.libc.thread.keys.lock();
    Ok(keys.get(key as usize).map_or(GuestPtr::NULL, |k| k.value))
}

fn setspecific(cx: &mut Cx<'_>, key: u32, value: GuestPtr) -> Result<i32> {
    match cx.process.libc.thread.keys.lock().get_mut(key as usize) {
        Some(k) if k.used => k.value = value,
        _ => return Ok(libc::EINVAL),
    }
    Ok(0)
}

// `pthread_attr_t`, as far as it is used.
const ATTR_FLAGS: u64 = 8;
const ATTR_STACKSIZE: u64 = 32;
const DEFAULT_STACK: u64 = 8 << 20;
const MIN_STACK: u64 = 16384;

fn attr_init(cx: &mut Cx<'_>, a: GuestPtr) -> Result<i32> {
    cx.mem().fill(a, 0, 56)?;
    Ok(0)
}

fn attr_destroy(cx: &mut Cx<'_>, a: GuestPtr) -> Result<i32> {
    cx.mem().slice_mut(a, 56)?;
    Ok(0)
}

fn attr_setdetachstate(cx: &mut Cx<'_>, a: GuestPtr, value: i32) -> Result<i32> {
    cx.mem().slice_mut(a, 56)?;
    if !(0..=1).contains(&value) {
        return Ok(libc::EINVAL);
    }
    cx.mem().store(at(a, ATTR_FLAGS), value)?;
    Ok(0)
}

fn attr_setstacksize(cx: &mut Cx<'_>, a: GuestPtr, value: u64) -> Result<i32> {
    cx.mem().slice_mut(a, 56)?;
    if value < MIN_STACK {
        return Ok(libc::EINVAL);
    }
    cx.mem().store(at(a, ATTR_STACKSIZE), value)?;
    Ok(0)
}

fn attr_getstacksize(cx: &mut Cx<'_>, a: GuestPtr, value: GuestPtr) -> Result<i32> {
    cx.mem().slice(a, 56)?;
    let size: u64 = cx.mem().load(at(a, ATTR_STACKSIZE))?;
    cx.mem().store(value, if size == 0 { DEFAULT_STACK } else { size })?;
    Ok(0)
}
