//! `poll_oneoff`: waiting for times and descriptors at once.

use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::access::Linear;
use super::process::{clock_of, nanos};
use super::table::{self, Object, rights};
use super::{Errno, Wasi, wasi_table};
use crate::host::libc::fd::check_interrupt;
use crate::machine::Cx;

wasi_table! {
    /// Waiting.
    pub(super) static TABLE = [
        "poll_oneoff"(", uint32_t in, uint32_t out, uint32_t n, uint32_t count") [Clock]
            => poll_oneoff: subscriptions, events, n, count,
    ];
}

/// Bytes of a `subscription` and of an `event`.
const SUBSCRIPTION: u32 = 48;
const EVENT: u32 = 32;
/// The most subscriptions of one call.
const MAX: u32 = 4096;
/// How long a wait does not look at the interrupt flag.
const SLICE: Duration = Duration::from_millis(20);
/// The other side is gone.
const HANGUP: u16 = 1;

/// What one subscription waits for.
enum Ask {
    /// Until so long after the call.
    Time(Duration),
    /// A descriptor to become readable, or writable.
    Ready(u32, PollFlags),
    /// It is answered already.
    Wrong(Errno),
}

struct Event {
    user: u64,
    errno: u16,
    tag: u8,
    bytes: u64,
    flags: u16,
}

fn ask(cx: &Cx<'_>, m: Linear<'_>, at: u32) -> Wasi<(u64, u8, Ask)> {
    let (user, tag) = (m.load(at)?, m.load::<u8>(at + 8)?);
    let ask = match tag {
        0 => match deadline(cx, m.load(at + 16)?, m.load(at + 24)?, m.load(at + 40)?) {
            Ok(wait) => Ask::Time(wait),
            Err(super::Fail::Errno(errno)) => Ask::Wrong(errno),
            Err(trap) => return Err(trap),
        },
        1 => Ask::Ready(m.load(at + 16)?, PollFlags::IN),
        2 => Ask::Ready(m.load(at + 16)?, PollFlags::OUT),
        _ => return Err(Errno::Inval.into()),
    };
    Ok((user, tag, ask))
}

/// `flags` 1: `time` is a time of the clock, not a span.
fn deadline(cx: &Cx<'_>, clock: u32, time: u64, flags: u16) -> Wasi<Duration> {
    clock_of(clock)?;
    let span = if flags & 1 != 0 { time.saturating_sub(nanos(cx, clock)?) } else { time };
    Ok(Duration::from_nanos(span))
}

fn poll_oneoff(cx: &mut Cx<'_>, m: Linear<'_>, subscriptions: u32, events: u32, n: u32, count: u32) -> Wasi {
    if n == 0 || n > MAX {
        return Err(Errno::Inval.into());
    }
    m.range(subscriptions, u64::from(n * SUBSCRIPTION))?;
    m.range(events, u64::from(n * EVENT))?;
    let asks = (0..n).map(|i| ask(cx, m, subscriptions + i * SUBSCRIPTION)).collect::<Wasi<Vec<_>>>()?;
    let start = Instant::now();
    let soonest =
        asks.iter().filter_map(|(.., ask)| if let Ask::Time(t) = ask { Some(*t) } else { None }).min();
    loop {
        let left = soonest.map_or(SLICE, |t| t.saturating_sub(start.elapsed())).min(SLICE);
        let answers = look(cx, &asks, start, left)?;
        if !answers.is_empty() {
            for (at, event) in (0u32..).zip(&answers) {
                m.write(events + at * EVENT, &encode(event))?;
            }
            return m.store(count, answers.len() as u32);
        }
        check_interrupt(cx)?;
    }
}

fn encode(event: &Event) -> [u8; 32] {
    let mut out = [0u8; 32];
    out[..8].copy_from_slice(&event.user.to_le_bytes());
    out[8..10].copy_from_slice(&event.errno.to_le_bytes());
    out[10] = event.tag;
    out[16..24].copy_from_slice(&event.bytes.to_le_bytes());
    out[24..26].copy_from_slice(&event.flags.to_le_bytes());
    out
}

/// One look that waits no longer than `wait`.
fn look(cx: &Cx<'_>, asks: &[(u64, u8, Ask)], start: Instant, wait: Duration) -> Wasi<Vec<Event>> {
    let mut answers = Vec::new();
    let mut files = Vec::new();
    for (user, tag, ask) in asks {
        let done = |errno: u16, bytes| Event { user: *user, errno, tag: *tag, bytes, flags: 0 };
        match ask {
            Ask::Wrong(errno) => answers.push(done(*errno as u16, 0)),
            Ask::Time(_) => {}
            Ask::Ready(fd, events) => match table::with(cx, *fd, rights::POLL_FD_READWRITE) {
                Err(super::Fail::Errno(errno)) => answers.push(done(errno as u16, 0)),
                Err(trap) => return Err(trap),
                Ok(entry) => match entry.object {
                    // Captured output and input from bytes are always ready.
                    Object::File(file) if file.host().is_some() => files.push((*user, *tag, file, *events)),
                    _ => answers.push(done(0, 1)),
                },
            },
        }
    }
    let wait = if answers.is_empty() { wait } else { Duration::ZERO };
    let mut fds: Vec<PollFd<'_>> = Vec::new();
    for (_, _, file, events) in &files {
        fds.push(PollFd::from_borrowed_fd(file.host_or(rustix::io::Errno::BADF)?, *events));
    }
    let timeout = Timespec { tv_sec: wait.as_secs() as i64, tv_nsec: i64::from(wait.subsec_nanos()) };
    match poll(&mut fds, Some(&timeout)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(errno) => return Err(errno.into()),
    }
    for ((user, tag, file, _), fd) in files.iter().zip(&fds) {
        let found = fd.revents();
        if !found.is_empty() {
            let waiting = file.host().and_then(|h| rustix::io::ioctl_fionread(h).ok());
            let bytes = if *tag == 1 { waiting.unwrap_or(1) } else { 1 };
            let flags = if found.contains(PollFlags::HUP) { HANGUP } else { 0 };
            answers.push(Event { user: *user, errno: 0, tag: *tag, bytes, flags });
        }
    }
    for (user, tag, ask) in asks {
        if let Ask::Time(after) = ask
            && start.elapsed() >= *after
        {
            answers.push(Event { user: *user, errno: 0, tag: *tag, bytes: 0, flags: 0 });
        }
    }
    Ok(answers)
}
