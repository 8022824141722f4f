//! Arguments, environment, clocks, random numbers, and the program's end.

use rustix::time::ClockId;

use super::access::Linear;
use super::{Errno, Wasi, wasi_table};
use crate::host::host_table;
use crate::host::libc::{clock, random};
use crate::machine::{Cx, Result, Trap};
use svm_memory::GuestPtr;

wasi_table! {
    /// What the program is told about itself and the time.
    pub(super) static TABLE = [
        "args_get"(", uint32_t argv, uint32_t text") => args_get: argv, text,
        "args_sizes_get"(", uint32_t count, uint32_t bytes") => args_sizes_get: count, bytes,
        "environ_get"(", uint32_t environ, uint32_t text") [Env] => environ_get: environ, text,
        "environ_sizes_get"(", uint32_t count, uint32_t bytes") [Env] => environ_sizes_get: count, bytes,
        "clock_res_get"(", uint32_t id, uint32_t out") [Clock] => clock_res_get: id, out,
        "clock_time_get"(", uint32_t id, uint64_t precision, uint32_t out") [Clock]
            => clock_time_get: id, precision, out,
        "random_get"(", uint32_t out, uint32_t n") [Random] => random_get: out, n,
        "sched_yield"("") => sched_yield,
        "proc_raise"(", uint32_t signal") => proc_raise: signal,
    ];
}

host_table! {
    /// The only function without a result.
    pub(super) static EXIT = [
        "void wasm$wasi_snapshot_preview1$proc_exit(void *memory, uint32_t status)" => proc_exit: memory, status,
    ];
}

fn proc_exit(_: &mut Cx<'_>, _: GuestPtr, status: u32) -> Result<()> {
    Err(Trap::Exit((status & 0xff) as i32))
}

/// Writes strings one behind the other, each with a NUL, and the array of their addresses.
fn strings_get(m: Linear<'_>, strings: &[Vec<u8>], array: u32, text: u32) -> Wasi {
    let mut at = text;
    for (n, string) in (0u32..).zip(strings) {
        m.store(array.checked_add(n * 4).ok_or(Errno::Fault)?, at)?;
        m.write(at, &[string, &b"\0"[..]].concat())?;
        at = at.checked_add(string.len() as u32 + 1).ok_or(Errno::Overflow)?;
    }
    Ok(())
}

fn strings_sizes(m: Linear<'_>, strings: &[Vec<u8>], count: u32, bytes: u32) -> Wasi {
    m.store(count, strings.len() as u32)?;
    m.store(bytes, strings.iter().map(|s| s.len() as u32 + 1).sum::<u32>())
}

fn args_get(cx: &mut Cx<'_>, m: Linear<'_>, argv: u32, text: u32) -> Wasi {
    strings_get(m, &cx.process.wasi.args.lock(), argv, text)
}

fn args_sizes_get(cx: &mut Cx<'_>, m: Linear<'_>, count: u32, bytes: u32) -> Wasi {
    strings_sizes(m, &cx.process.wasi.args.lock(), count, bytes)
}

/// Only what was given by name, whatever else the host's environment has.
fn environment(cx: &Cx<'_>) -> Vec<Vec<u8>> {
    use std::os::unix::ffi::OsStringExt;
    let value = |name: &str, given: &Option<String>| match given {
        Some(value) => Some(value.clone().into_bytes()),
        None => std::env::var_os(name).map(OsStringExt::into_vec),
    };
    let granted = &cx.process.config.env;
    granted
        .iter()
        .filter_map(|(name, given)| Some([name.as_bytes(), b"=", &value(name, given)?].concat()))
        .collect()
}

fn environ_get(cx: &mut Cx<'_>, m: Linear<'_>, environ: u32, text: u32) -> Wasi {
    strings_get(m, &environment(cx), environ, text)
}

fn environ_sizes_get(cx: &mut Cx<'_>, m: Linear<'_>, count: u32, bytes: u32) -> Wasi {
    strings_sizes(m, &environment(cx), count, bytes)
}

/// The host's number of a clock, and its other name.
pub(super) fn clock_of(id: u32) -> Wasi<(i32, ClockId)> {
    Ok(match id {
        0 => (libc::CLOCK_REALTIME, ClockId::Realtime),
        1 => (libc::CLOCK_MONOTONIC, ClockId::Monotonic),
        2 => (libc::CLOCK_PROCESS_CPUTIME_ID, ClockId::ProcessCPUTime),
        3 => (libc::CLOCK_THREAD_CPUTIME_ID, ClockId::ThreadCPUTime),
        _ => return Err(Errno::Inval.into()),
    })
}

/// Nanoseconds of a clock, which in a sandbox stands still unless it was granted.
pub(super) fn nanos(cx: &Cx<'_>, id: u32) -> Wasi<u64> {
    let (seconds, nanos) = clock::now(cx, clock_of(id)?.0);
    Ok((seconds as u64).wrapping_mul(1_000_000_000).wrapping_add(nanos as u64))
}

fn clock_res_get(_: &mut Cx<'_>, m: Linear<'_>, id: u32, out: u32) -> Wasi {
    let step = rustix::time::clock_getres(clock_of(id)?.1);
    m.store(out, step.tv_sec as u64 * 1_000_000_000 + step.tv_nsec as u64)
}

fn clock_time_get(cx: &mut Cx<'_>, m: Linear<'_>, id: u32, _precision: u64, out: u32) -> Wasi {
    m.store(out, nanos(cx, id)?)
}

fn random_get(_: &mut Cx<'_>, m: Linear<'_>, out: u32, n: u32) -> Wasi {
    let mut bytes = vec![0; 256];
    m.range(out, u64::from(n))?;
    for start in (0..n).step_by(256) {
        let len = (n - start).min(256) as usize;
        random::system_bytes(&mut bytes[..len])?;
        m.write(out + start, &bytes[..len])?;
    }
    Ok(())
}

fn sched_yield(_: &mut Cx<'_>, _: Linear<'_>) -> Wasi {
    std::thread::yield_now();
    Ok(())
}

/// Signals of preview 1 that have a number of the host's.
fn proc_raise(_: &mut Cx<'_>, _: Linear<'_>, signal: u32) -> Wasi {
    let host = match signal {
        1 => libc::SIGHUP,
        2 => libc::SIGINT,
        3 => libc::SIGQUIT,
        4 => libc::SIGILL,
        5 => libc::SIGTRAP,
        6 => libc::SIGABRT,
        7 => libc::SIGBUS,
        8 => libc::SIGFPE,
        9 => libc::SIGKILL,
        10 => libc::SIGUSR1,
        11 => libc::SIGSEGV,
        12 => libc::SIGUSR2,
        13 => libc::SIGPIPE,
        14 => libc::SIGALRM,
        15 => libc::SIGTERM,
        0 | 16..=30 => return Ok(()),
        _ => return Err(Errno::Inval.into()),
    };
    Err(Trap::Signal(host).into())
}
