//! What a program asks of the system: names, ids, limits, sleeping.

use std::time::{Duration, Instant};

use rustix::process as host;
use svm_memory::GuestPtr;

use super::fd::check_interrupt;
use super::{clock, sys};
use crate::host::host_table;
use crate::machine::{Cx, Result};

host_table! {
    /// The system and the process.
    pub static TABLE = [
        "int __gethostname_chk(char *name[w], size_t size, size_t known)" => gethostname_chk: name, size, known,
        "unsigned __sched_cpucount(size_t size, const void *set[r size])" => cpu_count: size, set,
        "int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time[r 16], struct timespec *rest[?w 16])" => clock_nanosleep: clock, flags, time, rest,
        "int get_nprocs(void)" => get_nprocs,
        "int get_nprocs_conf(void)" => get_nprocs,
        "gid_t getegid(void)" => getegid,
        "uid_t geteuid(void)" => geteuid,
        "gid_t getgid(void)" => getgid,
        "int getgroups(int n, gid_t *groups[w n*4])" => getgroups: n, groups,
        "int getdomainname(char *name[w], size_t size)" => getdomainname: name, size,
        "int getdtablesize(void)" => getdtablesize,
        "long gethostid(void)" => gethostid,
        "int gethostname(char *name[w], size_t size)" => gethostname: name, size,
        "int getpagesize(void)" => getpagesize,
        "pid_t getpgid(pid_t pid)" => getpgid: pid,
        "pid_t getpgrp(void)" => getpgrp,
        "pid_t getpid(void)" => getpid,
        "pid_t getppid(void)" => getppid,
        "int getpriority(int which, unsigned who)" => getpriority: which, who,
        "int getresgid(gid_t *real[w 4], gid_t *effective[w 4], gid_t *saved[w 4])" => getresgid: real, effective, saved,
        "int getresuid(uid_t *real[w 4], uid_t *effective[w 4], uid_t *saved[w 4])" => getresuid: real, effective, saved,
        "int getrlimit(int resource, struct rlimit *to[w 16])" => getrlimit: resource, to,
        "int getrlimit64(int resource, struct rlimit *to[w 16])" => getrlimit: resource, to,
        "int getrusage(int who, struct rusage *to[w 144])" => getrusage: who, to,
        "pid_t getsid(pid_t pid)" => getsid: pid,
        "pid_t gettid(void)" => getpid,
        "uid_t getuid(void)" => getuid,
        "int nanosleep(const struct timespec *time[r 16], struct timespec *rest[?w 16])" => nanosleep: time, rest,
        "int nice(int by)" [Process] => nice: by,
        "int sched_getaffinity(pid_t pid, size_t size, void *set[w size])" => sched_getaffinity: pid, size, set,
        "int setegid(gid_t id)" [Process] => set_group: id,
        "int seteuid(uid_t id)" [Process] => set_user: id,
        "int setgid(gid_t id)" [Process] => set_group: id,
        "int setpriority(int which, unsigned who, int priority)" [Process] => setpriority: which, who, priority,
        "int setrlimit(int resource, const struct rlimit *to[r 16])" [Process] => setrlimit: resource, to,
        "int setrlimit64(int resource, const struct rlimit *to[r 16])" [Process] => setrlimit: resource, to,
        "int setuid(uid_t id)" [Process] => set_user: id,
        "unsigned sleep(unsigned seconds)" => sleep: seconds,
        "long sysconf(int name)" => sysconf: name,
        "int sysinfo(struct sysinfo *to[w 112])" => sysinfo: to,
        "int uname(struct utsname *to[w 390])" => uname: to,
        "int usleep(unsigned microseconds)" => usleep: microseconds,
    ];
}

const PAGE: i32 = 4096;

/// Whether the guest shall not learn about the machine.
fn hidden(cx: &Cx<'_>) -> bool {
    cx.process.config.sandbox
}

/// Sleeps in slices, so that an interrupt ends it; what is left if it does is nobody's business.
fn rest(cx: &Cx<'_>, duration: Duration) -> Result<()> {
    const SLICE: Duration = Duration::from_millis(20);
    let start = Instant::now();
    loop {
        check_interrupt(cx)?;
        let left = duration.saturating_sub(start.elapsed());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(SLICE));
    }
}

fn sleep(cx: &mut Cx<'_>, seconds: u32) -> Result<u32> {
    rest(cx, Duration::from_secs(seconds.into()))?;
    Ok(0)
}

fn usleep(cx: &mut Cx<'_>, microseconds: u32) -> Result<i32> {
    rest(cx, Duration::from_micros(microseconds.into()))?;
    Ok(0)
}

/// A `struct timespec`; none if it is no valid time.
fn time_at(cx: &Cx<'_>, at: GuestPtr) -> Result<Option<Duration>> {
    let [seconds, nanos]: [i64; 2] = cx.mem().load(at)?;
    let valid = seconds >= 0 && (0..1_000_000_000).contains(&nanos);
    Ok(valid.then(|| Duration::new(seconds as u64, nanos as u32)))
}

fn nanosleep(cx: &mut Cx<'_>, time: GuestPtr, _left: GuestPtr) -> Result<i32> {
    match time_at(cx, time)? {
        Some(duration) => rest(cx, duration).map(|()| 0),
        None => cx.fail(libc::EINVAL, -1),
    }
}

/// Gives the error number instead of setting errno.
fn clock_nanosleep(cx: &mut Cx<'_>, id: i32, flags: i32, time: GuestPtr, _left: GuestPtr) -> Result<i32> {
    let Some(mut duration) = time_at(cx, time)? else { return Ok(libc::EINVAL) };
    if flags & libc::TIMER_ABSTIME != 0 {
        let (seconds, nanos) = clock::now(cx, id);
        duration = duration.saturating_sub(Duration::new(seconds.max(0) as u64, nanos as u32));
    }
    rest(cx, duration).map(|()| 0)
}

fn getpid(_: &mut Cx<'_>) -> Result<i32> {
    Ok(host::getpid().as_raw_nonzero().get())
}

fn getppid(_: &mut Cx<'_>) -> Result<i32> {
    Ok(host::getppid().map_or(0, |pid| pid.as_raw_nonzero().get()))
}

fn getpgrp(_: &mut Cx<'_>) -> Result<i32> {
    Ok(host::getpgrp().as_raw_nonzero().get())
}

fn getpgid(cx: &mut Cx<'_>, pid: i32) -> Result<i32> {
    match host::getpgid(host::Pid::from_raw(pid)) {
        Ok(group) => Ok(group.as_raw_nonzero().get()),
        Err(errno) => cx.fail(errno.raw_os_error(), -1),
    }
}

fn getsid(cx: &mut Cx<'_>, pid: i32) -> Result<i32> {
    match host::getsid(host::Pid::from_raw(pid)) {
        Ok(session) => Ok(session.as_raw_nonzero().get()),
        Err(errno) => cx.fail(errno.raw_os_error(), -1),
    }
}

fn getuid(_: &mut Cx<'_>) -> Result<u32> {
    Ok(host::getuid().as_raw())
}

fn geteuid(_: &mut Cx<'_>) -> Result<u32> {
    Ok(host::geteuid().as_raw())
}

fn getgid(_: &mut Cx<'_>) -> Result<u32> {
    Ok(host::getgid().as_raw())
}

fn getegid(_: &mut Cx<'_>) -> Result<u32> {
    Ok(host::getegid().as_raw())
}

/// Identities belong to the whole host process: a guest may "change" to what it is already.
fn set_user(cx: &mut Cx<'_>, id: u32) -> Result<i32> {
    if id == host::geteuid().as_raw() { Ok(0) } else { cx.fail(libc::EPERM, -1) }
}

fn set_group(cx: &mut Cx<'_>, id: u32) -> Result<i32> {
    if id == host::getegid().as_raw() { Ok(0) } else { cx.fail(libc::EPERM, -1) }
}

fn three(cx: &mut Cx<'_>, to: [GuestPtr; 3], ids: [u32; 3]) -> Result<i32> {
    for (to, id) in to.into_iter().zip(ids) {
        cx.mem().store(to, id)?;
    }
    Ok(0)
}

fn getresuid(cx: &mut Cx<'_>, real: GuestPtr, effective: GuestPtr, saved: GuestPtr) -> Result<i32> {
    let (uid, euid) = (host::getuid().as_raw(), host::geteuid().as_raw());
    three(cx, [real, effective, saved], [uid, euid, euid])
}

fn getresgid(cx: &mut Cx<'_>, real: GuestPtr, effective: GuestPtr, saved: GuestPtr) -> Result<i32> {
    let (gid, egid) = (host::getgid().as_raw(), host::getegid().as_raw());
    three(cx, [real, effective, saved], [gid, egid, egid])
}

fn getgroups(cx: &mut Cx<'_>, n: i32, to: GuestPtr) -> Result<i32> {
    let groups = host::getgroups().unwrap_or_default();
    if n == 0 {
        return Ok(groups.len() as i32);
    }
    if (n as usize) < groups.len() || n < 0 {
        return cx.fail(libc::EINVAL, -1);
    }
    cx.mem().slice_mut(to, n as u64 * 4)?;
    for (at, group) in groups.iter().enumerate() {
        cx.mem().store(to.offset(at as i64 * 4), group.as_raw())?;
    }
    Ok(groups.len() as i32)
}

fn getpriority(cx: &mut Cx<'_>, which: i32, who: u32) -> Result<i32> {
    let user = || host::Uid::from_raw(who);
    let pid = || host::Pid::from_raw(who as i32);
    let result = match which {
        0 => host::getpriority_process(pid()),
        1 => host::getpriority_pgrp(pid()),
        2 => host::getpriority_user(user()),
        _ => return cx.fail(libc::EINVAL, -1),
    };
    match result {
        Ok(priority) => Ok(priority),
        Err(errno) => cx.fail(errno.raw_os_error(), -1),
    }
}

/// Priorities belong to the whole host process.
fn setpriority(cx: &mut Cx<'_>, _which: i32, _who: u32, _priority: i32) -> Result<i32> {
    cx.fail(libc::EACCES, -1)
}

fn nice(cx: &mut Cx<'_>, by: i32) -> Result<i32> {
    if by == 0 { getpriority(cx, 0, 0) } else { cx.fail(libc::EPERM, -1) }
}

fn getpagesize(_: &mut Cx<'_>) -> Result<i32> {
    Ok(PAGE)
}

fn getdtablesize(cx: &mut Cx<'_>) -> Result<i32> {
    sysconf(cx, libc::_SC_OPEN_MAX).map(|n| i32::try_from(n).unwrap_or(i32::MAX))
}

fn sysconf(cx: &mut Cx<'_>, name: i32) -> Result<i64> {
    let machine = [libc::_SC_NPROCESSORS_CONF, libc::_SC_NPROCESSORS_ONLN];
    match name {
        libc::_SC_PAGESIZE => Ok(PAGE.into()),
        _ if hidden(cx) && machine.contains(&name) => Ok(1),
        _ => match sys::sysconf(name) {
            Some(value) => Ok(value),
            None => cx.fail(libc::EINVAL, -1),
        },
    }
}

fn get_nprocs(cx: &mut Cx<'_>) -> Result<i32> {
    sysconf(cx, libc::_SC_NPROCESSORS_ONLN).map(|n| n as i32)
}

/// One bit for each processor that the guest may use.
fn sched_getaffinity(cx: &mut Cx<'_>, _pid: i32, size: u64, set: GuestPtr) -> Result<i32> {
    cx.mem().slice_mut(set, size)?;
    let count = get_nprocs(cx)? as u64;
    if size * 8 < count || !size.is_multiple_of(8) {
        return cx.fail(libc::EINVAL, -1);
    }
    cx.mem().fill(set, 0, size)?;
    for cpu in 0..count {
        let at = set.offset((cpu / 8) as i64);
        let byte: u8 = cx.mem().load(at)?;
        cx.mem().store(at, byte | 1 << (cpu % 8))?;
    }
    Ok(0)
}

fn cpu_count(cx: &mut Cx<'_>, size: u64, set: GuestPtr) -> Result<u32> {
    let bytes = cx.mem().slice(set, size)?;
    Ok(bytes.iter().map(u8::count_ones).sum())
}

fn resource(number: i32) -> Option<host::Resource> {
    use host::Resource;
    Some(match number {
        0 => Resource::Cpu,
        1 => Resource::Fsize,
        2 => Resource::Data,
        3 => Resource::Stack,
        4 => Resource::Core,
        5 => Resource::Rss,
        6 => Resource::Nproc,
        7 => Resource::Nofile,
        8 => Resource::Memlock,
        9 => Resource::As,
        10 => Resource::Locks,
        11 => Resource::Sigpending,
        12 => Resource::Msgqueue,
        13 => Resource::Nice,
        14 => Resource::Rtprio,
        15 => Resource::Rttime,
        _ => return None,
    })
}

fn limits(cx: &Cx<'_>, number: i32) -> Option<[u64; 2]> {
    let limit = host::getrlimit(resource(number)?);
    let [mut current, maximum] = [limit.current, limit.maximum].map(|n| n.unwrap_or(u64::MAX));
    match number {
        // The guest's stack is ours to limit.
        3 => current = cx.process.config.max_stack,
        9 => current = cx.process.config.max_memory.unwrap_or(current),
        _ => {}
    }
    Some([current, maximum.max(current)])
}

fn getrlimit(cx: &mut Cx<'_>, number: i32, to: GuestPtr) -> Result<i32> {
    cx.mem().slice_mut(to, 16)?;
    let Some(limits) = limits(cx, number) else { return cx.fail(libc::EINVAL, -1) };
    cx.mem().store(to, limits)?;
    Ok(0)
}

/// Limits belong to the whole host process: a guest may set what is set already.
fn setrlimit(cx: &mut Cx<'_>, number: i32, to: GuestPtr) -> Result<i32> {
    let wanted: [u64; 2] = cx.mem().load(to)?;
    match limits(cx, number) {
        None => cx.fail(libc::EINVAL, -1),
        Some(limits) if limits == wanted => Ok(0),
        Some(_) => cx.fail(libc::EPERM, -1),
    }
}

fn getrusage(cx: &mut Cx<'_>, who: i32, to: GuestPtr) -> Result<i32> {
    cx.mem().slice_mut(to, 144)?;
    match sys::usage(who) {
        Ok(usage) => {
            let usage = if clock::is_frozen(cx) { [0; 18] } else { usage };
            cx.mem().store(to, usage)?;
            Ok(0)
        }
        Err(errno) => cx.fail(errno.raw_os_error(), -1),
    }
}

fn sysinfo(cx: &mut Cx<'_>, to: GuestPtr) -> Result<i32> {
    let info = rustix::system::sysinfo();
    let mut words = [0_u64; 14];
    if !hidden(cx) {
        words[0] = info.uptime as u64;
        for (word, load) in words[1..4].iter_mut().zip(info.loads) {
            *word = load;
        }
    }
    words[4..10].copy_from_slice(&[
        info.totalram,
        info.freeram,
        info.sharedram,
        info.bufferram,
        info.totalswap,
        info.freeswap,
    ]);
    words[10] = u64::from(info.procs);
    words[11] = info.totalhigh;
    words[12] = info.freehigh;
    words[13] = u64::from(info.mem_unit);
    cx.mem().store(to, words)?;
    Ok(0)
}

fn uname(cx: &mut Cx<'_>, to: GuestPtr) -> Result<i32> {
    let info = rustix::system::uname();
    let node = if hidden(cx) { b"svm" } else { info.nodename().to_bytes() };
    let fields = [
        info.sysname().to_bytes(),
        node,
        info.release().to_bytes(),
        info.version().to_bytes(),
        info.machine().to_bytes(),
        info.domainname().to_bytes(),
    ];
    let mut bytes = [0; 390];
    for (field, room) in fields.iter().zip(bytes.chunks_exact_mut(65)) {
        let len = field.len().min(64);
        room[..len].copy_from_slice(&field[..len]);
    }
    cx.mem().write(to, &bytes)?;
    Ok(0)
}

/// A name with its NUL if it fits.
fn give_name(cx: &mut Cx<'_>, name: &[u8], to: GuestPtr, size: u64) -> Result<i32> {
    let text = [name, b"\0"].concat();
    let fits = text.len() as u64 <= size;
    cx.mem().write(to, &text[..text.len().min(size as usize)])?;
    if fits { Ok(0) } else { cx.fail(libc::ENAMETOOLONG, -1) }
}

fn gethostname(cx: &mut Cx<'_>, to: GuestPtr, size: u64) -> Result<i32> {
    let info = rustix::system::uname();
    let name = if hidden(cx) { b"svm" } else { info.nodename().to_bytes() };
    give_name(cx, name, to, size)
}

fn gethostname_chk(cx: &mut Cx<'_>, to: GuestPtr, size: u64, known: u64) -> Result<i32> {
    if size > known {
        cx.mem().slice_mut(to, size)?;
        return Err(
            cx.misuse(format!("may write {size} bytes, but only {known} are left in the destination"))
        );
    }
    gethostname(cx, to, size)
}

fn getdomainname(cx: &mut Cx<'_>, to: GuestPtr, size: u64) -> Result<i32> {
    let info = rustix::system::uname();
    let name = if hidden(cx) { b"(none)" } else { info.domainname().to_bytes() };
    give_name(cx, name, to, size)
}

fn gethostid(_: &mut Cx<'_>) -> Result<i64> {
    Ok(0)
}
