//! Reading clocks. A sandboxed program without the clock sees time stand still at a fixed moment.

use rustix::time::ClockId;
use svm_memory::GuestPtr;

use crate::host::host_table;
use crate::machine::{Cx, Result};

host_table! {
    /// Clocks.
    pub static TABLE = [
        "time_t time(time_t *out[? w 8])" [Clock] => time: out,
        "clock_t clock(void)" [Clock] => clock,
        "int gettimeofday(void *tv[? w 16], void *tz[? w 8])" [Clock] => gettimeofday: tv, tz,
        "int clock_gettime(clockid_t clock, void *ts[w 16])" [Clock] => clock_gettime: clock, ts,
        "int clock_getres(clockid_t clock, void *ts[? w 16])" [Clock] => clock_getres: clock, ts,
        "int clock_settime(clockid_t clock, const void *ts[r 16])" [Process] => clock_settime: clock, ts,
        "int settimeofday(const void *tv[? r 16], const void *tz[? r 8])" [Process] => settimeofday: tv, tz,
        "int timespec_get(void *ts[w 16], int timebase)" [Clock] => timespec_get: ts, base,
        "clock_t times(void *out[? w 32])" [Clock] => times: out,
        "double difftime(time_t a, time_t b)" => difftime: a, b,
    ];
}

/// 2020-01-01T00:00:00Z: the moment at which time stands still.
const FROZEN: i64 = 1_577_836_800;

/// Whether the program sees no time pass.
pub fn is_frozen(cx: &Cx<'_>) -> bool {
    cx.process.config.sandbox && !cx.process.config.clock
}

fn clock_id(clock: i32) -> Option<ClockId> {
    Some(match clock {
        libc::CLOCK_REALTIME => ClockId::Realtime,
        libc::CLOCK_MONOTONIC => ClockId::Monotonic,
        libc::CLOCK_PROCESS_CPUTIME_ID => ClockId::ProcessCPUTime,
        libc::CLOCK_THREAD_CPUTIME_ID => ClockId::ThreadCPUTime,
        libc::CLOCK_MONOTONIC_RAW => ClockId::MonotonicRaw,
        libc::CLOCK_REALTIME_COARSE => ClockId::RealtimeCoarse,
        libc::CLOCK_MONOTONIC_COARSE => ClockId::MonotonicCoarse,
        libc::CLOCK_BOOTTIME => ClockId::Boottime,
        _ => return None,
    })
}

/// Seconds and nanoseconds of a clock; unknown ones read as the real time.
pub fn now(cx: &Cx<'_>, clock: i32) -> (i64, i64) {
    let id = clock_id(clock).unwrap_or(ClockId::Realtime);
    if is_frozen(cx) {
        let real = matches!(id, ClockId::Realtime | ClockId::RealtimeCoarse);
        return (if real { FROZEN } else { 0 }, 0);
    }
    let ts = rustix::time::clock_gettime(id);
    (ts.tv_sec, ts.tv_nsec)
}

fn time(cx: &mut Cx<'_>, out: GuestPtr) -> Result<i64> {
    // The coarse clock is what `time` reads natively: it never runs ahead of file times.
    let (seconds, _) = now(cx, libc::CLOCK_REALTIME_COARSE);
    if !out.is_null() {
        cx.mem().store(out, seconds)?;
    }
    Ok(seconds)
}

/// Processor time in CLOCKS_PER_SEC (a million).
fn clock(cx: &mut Cx<'_>) -> Result<i64> {
    let (seconds, nanos) = now(cx, libc::CLOCK_PROCESS_CPUTIME_ID);
    Ok(seconds * 1_000_000 + nanos / 1000)
}

fn gettimeofday(cx: &mut Cx<'_>, tv: GuestPtr, tz: GuestPtr) -> Result<i32> {
    let (seconds, nanos) = now(cx, libc::CLOCK_REALTIME);
    if !tv.is_null() {
        cx.mem().store(tv, [seconds, nanos / 1000])?;
    }
    if !tz.is_null() {
        cx.mem().store(tz, [0i32; 2])?;
    }
    Ok(0)
}

fn clock_gettime(cx: &mut Cx<'_>, clock: i32, ts: GuestPtr) -> Result<i32> {
    if clock_id(clock).is_none() {
        return cx.fail(libc::EINVAL, -1);
    }
    let (seconds, nanos) = now(cx, clock);
    cx.mem().store(ts, [seconds, nanos])?;
    Ok(0)
}

fn clock_getres(cx: &mut Cx<'_>, clock: i32, ts: GuestPtr) -> Result<i32> {
    let Some(id) = clock_id(clock) else { return cx.fail(libc::EINVAL, -1) };
    if !ts.is_null() {
        let res = rustix::time::clock_getres(id);
        cx.mem().store(ts, [res.tv_sec, res.tv_nsec])?;
    }
    Ok(0)
}

/// Nobody may set the host's clock through a guest.
fn clock_settime(cx: &mut Cx<'_>, clock: i32, ts: GuestPtr) -> Result<i32> {
    cx.mem().slice(ts, 16)?;
    let errno = if clock_id(clock).is_some() { libc::EPERM } else { libc::EINVAL };
    cx.fail(errno, -1)
}

fn settimeofday(cx: &mut Cx<'_>, tv: GuestPtr, tz: GuestPtr) -> Result<i32> {
    for (p, size) in [(tv, 16), (tz, 8)] {
        if !p.is_null() {
            cx.mem().slice(p, size)?;
        }
    }
    cx.fail(libc::EPERM, -1)
}

fn timespec_get(cx: &mut Cx<'_>, ts: GuestPtr, base: i32) -> Result<i32> {
    const TIME_UTC: i32 = 1;
    if base != TIME_UTC {
        return Ok(0);
    }
    let (seconds, nanos) = now(cx, libc::CLOCK_REALTIME);
    cx.mem().store(ts, [seconds, nanos])?;
    Ok(base)
}

/// User, system, children's user and system time, and elapsed time as the result, in 1/100 s.
fn times(cx: &mut Cx<'_>, out: GuestPtr) -> Result<i64> {
    let ticks = |(seconds, nanos): (i64, i64)| seconds * 100 + nanos / 10_000_000;
    if !out.is_null() {
        let used = ticks(now(cx, libc::CLOCK_PROCESS_CPUTIME_ID));
        cx.mem().write(out, bytemuck::cast_slice(&[used, 0, 0, 0]))?;
    }
    Ok(ticks(now(cx, libc::CLOCK_MONOTONIC)))
}

fn difftime(_: &mut Cx<'_>, a: i64, b: i64) -> Result<f64> {
    // Exact where both fit a double, and rounded once otherwise.
    Ok((i128::from(a) - i128::from(b)) as f64)
}
