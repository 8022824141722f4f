//! Waiting for descriptors: poll and select. Standard input from bytes and captured output are always ready.

use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll as host_poll};
use rustix::io::Errno;
use svm_memory::GuestPtr;

use super::fd::{self, OpenFile, check_interrupt};
use crate::host::host_table;
use crate::machine::{Cx, Result};

host_table! {
    /// Waiting.
    pub static TABLE = [
        "long __fdelt_chk(long fd)" => fdelt: fd,
        "int __poll_chk(struct pollfd *fds[rw n*8], nfds_t n, int timeout, size_t size)" => poll_chk: fds, n, timeout, size,
        "int poll(struct pollfd *fds[rw n*8], nfds_t n, int timeout)" => poll: fds, n, timeout,
        "int ppoll(struct pollfd *fds[rw n*8], nfds_t n, const struct timespec *timeout[?r 16], const void *mask)" => ppoll: fds, n, timeout, mask,
        "int pselect(int n, fd_set *read[?rw], fd_set *write[?rw], fd_set *except[?rw], const struct timespec *timeout[?r 16], const void *mask)" => pselect: n, read, write, except, timeout, mask,
        "int select(int n, fd_set *read[?rw], fd_set *write[?rw], fd_set *except[?rw], struct timeval *timeout[?rw 16])" => select: n, read, write, except, timeout,
    ];
}

const SLICE: Duration = Duration::from_millis(20);
const MAX: u64 = 1 << 16;

/// What is asked of one descriptor, and the answer.
struct Ask {
    file: Option<Arc<OpenFile>>,
    events: PollFlags,
    answer: PollFlags,
}

fn ask(cx: &Cx<'_>, fd: i32, events: u16) -> Ask {
    let file = (fd >= 0).then(|| fd::get(cx, fd).ok()).flatten();
    let answer = if fd >= 0 && file.is_none() { PollFlags::NVAL } else { PollFlags::empty() };
    Ask { file, events: PollFlags::from_bits_retain(events), answer }
}

/// One look without waiting longer than `wait`; how many have an answer.
fn look(asks: &mut [Ask], wait: Duration) -> std::result::Result<usize, Errno> {
    let mut hosts: Vec<(usize, Arc<OpenFile>)> = Vec::new();
    let mut ready = 0;
    for (at, ask) in asks.iter_mut().enumerate() {
        match &ask.file {
            Some(file) if file.host().is_some() => hosts.push((at, Arc::clone(file))),
            Some(_) => {
                ask.answer =
                    ask.events & (PollFlags::IN | PollFlags::OUT | PollFlags::RDNORM | PollFlags::WRNORM)
            }
            None => {}
        }
        ready += usize::from(!ask.answer.is_empty());
    }
    let wait = if ready > 0 { Duration::ZERO } else { wait };
    let timeout = Timespec { tv_sec: wait.as_secs() as i64, tv_nsec: i64::from(wait.subsec_nanos()) };
    let mut fds: Vec<PollFd<'_>> = Vec::new();
    for (at, file) in &hosts {
        let host: BorrowedFd<'_> = file.host_or(Errno::BADF)?;
        fds.push(PollFd::from_borrowed_fd(host, asks[*at].events));
    }
    match host_poll(&mut fds, Some(&timeout)) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(errno) => return Err(errno),
    }
    for ((at, _), fd) in hosts.iter().zip(&fds) {
        asks[*at].answer = fd.revents();
        ready += usize::from(!fd.revents().is_empty());
    }
    Ok(ready)
}

/// Waits until something is ready or the time is over (never, if none is given).
fn wait(
    cx: &Cx<'_>,
    asks: &mut [Ask],
    timeout: Option<Duration>,
) -> Result<std::result::Result<usize, Errno>> {
    let start = Instant::now();
    loop {
        let left = timeout.map(|t| t.saturating_sub(start.elapsed()));
        match look(asks, left.unwrap_or(SLICE).min(SLICE)) {
            Ok(0) => {}
            result => return Ok(result),
        }
        check_interrupt(cx)?;
        if timeout.is_some_and(|t| start.elapsed() >= t) {
            return Ok(Ok(0));
        }
    }
}

fn poll_for(cx: &mut Cx<'_>, fds: GuestPtr, n: u64, timeout: Option<Duration>) -> Result<i32> {
    if n > MAX {
        return cx.fail(libc::EINVAL, -1);
    }
    cx.mem().slice_mut(fds, n * 8)?;
    let mut asks = Vec::new();
    for at in 0..n as i64 {
        let fd: i32 = cx.mem().load(fds.offset(at * 8))?;
        let events: u16 = cx.mem().load(fds.offset(at * 8 + 4))?;
        asks.push(ask(cx, fd, events));
    }
    match wait(cx, &mut asks, timeout)? {
        Err(errno) => cx.fail(errno.raw_os_error(), -1),
        Ok(count) => {
            for (at, ask) in asks.iter().enumerate() {
                cx.mem().store(fds.offset(at as i64 * 8 + 6), ask.answer.bits())?;
            }
            Ok(count as i32)
        }
    }
}

fn poll(cx: &mut Cx<'_>, fds: GuestPtr, n: u64, timeout: i32) -> Result<i32> {
    let timeout = u64::try_from(timeout).ok().map(Duration::from_millis);
    poll_for(cx, fds, n, timeout)
}

fn poll_chk(cx: &mut Cx<'_>, fds: GuestPtr, n: u64, timeout: i32, size: u64) -> Result<i32> {
    if n.saturating_mul(8) > size {
        cx.mem().slice_mut(fds, n.saturating_mul(8))?;
        return Err(cx.misuse(format!("is to look at {n} descriptors, but the array has only {size} bytes")));
    }
    poll(cx, fds, n, timeout)
}

/// A `timespec` (1 ns a unit) or `timeval` (1000 ns); the outer none is an invalid one.
fn duration(cx: &Cx<'_>, at: GuestPtr, nanos_per_unit: i64) -> Result<Option<Option<Duration>>> {
    if at.is_null() {
        return Ok(Some(None));
    }
    let [seconds, units]: [i64; 2] = cx.mem().load(at)?;
    let valid = seconds >= 0 && (0..1_000_000_000 / nanos_per_unit).contains(&units);
    Ok(valid.then(|| Some(Duration::new(seconds as u64, (units * nanos_per_unit) as u32))))
}

fn ppoll(cx: &mut Cx<'_>, fds: GuestPtr, n: u64, timeout: GuestPtr, _mask: GuestPtr) -> Result<i32> {
    match duration(cx, timeout, 1)? {
        Some(timeout) => poll_for(cx, fds, n, timeout),
        None => cx.fail(libc::EINVAL, -1),
    }
}

/// `FD_SET` with a check, from `_FORTIFY_SOURCE`.
fn fdelt(cx: &mut Cx<'_>, fd: i64) -> Result<i64> {
    if !(0..1024).contains(&fd) {
        return Err(cx.misuse(format!("descriptor {fd} does not fit an fd_set")));
    }
    Ok(fd / 64)
}

fn select_for(cx: &mut Cx<'_>, n: i32, sets: [GuestPtr; 3], timeout: Option<Duration>) -> Result<i32> {
    if !(0..=MAX as i32).contains(&n) {
        return cx.fail(libc::EINVAL, -1);
    }
    // Whole words, as the kernel does.
    let bytes = (n as u64).div_ceil(64) * 8;
    let events = [PollFlags::IN, PollFlags::OUT, PollFlags::PRI];
    let mut asks = Vec::new();
    let mut places = Vec::new();
    for (set, events) in sets.into_iter().zip(events).filter(|(set, _)| !set.is_null()) {
        cx.mem().slice_mut(set, bytes)?;
        for fd in 0..n {
            let byte: u8 = cx.mem().load(set.offset(i64::from(fd / 8)))?;
            if byte >> (fd % 8) & 1 != 0 {
                let ask = ask(cx, fd, events.bits());
                if ask.file.is_none() {
                    return cx.fail(libc::EBADF, -1);
                }
                asks.push(ask);
                places.push((set, fd));
            }
        }
    }
    if let Err(errno) = wait(cx, &mut asks, timeout)? {
        return cx.fail(errno.raw_os_error(), -1);
    }
    for set in sets.into_iter().filter(|set| !set.is_null()) {
        cx.mem().fill(set, 0, bytes)?;
    }
    let mut count = 0;
    for (ask, (set, fd)) in asks.iter().zip(places) {
        // The end of a file and errors count as readable and writable.
        let also = PollFlags::HUP | PollFlags::ERR;
        let wanted = if ask.events == PollFlags::PRI { ask.events } else { ask.events | also };
        if ask.answer.intersects(wanted) {
            let at = set.offset(i64::from(fd / 8));
            let byte: u8 = cx.mem().load(at)?;
            cx.mem().store(at, byte | 1 << (fd % 8))?;
            count += 1;
        }
    }
    Ok(count)
}

fn select(
    cx: &mut Cx<'_>,
    n: i32,
    read: GuestPtr,
    write: GuestPtr,
    except: GuestPtr,
    timeout: GuestPtr,
) -> Result<i32> {
    let Some(limit) = duration(cx, timeout, 1000)? else { return cx.fail(libc::EINVAL, -1) };
    let start = Instant::now();
    let result = select_for(cx, n, [read, write, except], limit)?;
    if let Some(limit) = limit {
        // Linux stores what is left.
        let left = limit.saturating_sub(start.elapsed());
        cx.mem().store(timeout, [left.as_secs() as i64, i64::from(left.subsec_micros())])?;
    }
    Ok(result)
}

fn pselect(
    cx: &mut Cx<'_>,
    n: i32,
    read: GuestPtr,
    write: GuestPtr,
    except: GuestPtr,
    timeout: GuestPtr,
    _mask: GuestPtr,
) -> Result<i32> {
    match duration(cx, timeout, 1)? {
        Some(limit) => select_for(cx, n, [read, write, except], limit),
        None => cx.fail(libc::EINVAL, -1),
    }
}
