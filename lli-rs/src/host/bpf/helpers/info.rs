//! Time, random numbers, and who runs: what a program asks of its surroundings.

use svm_memory::GuestPtr;

use super::super::state;
use super::status;
use crate::host::host_table;
use crate::host::libc::clock::now;
use crate::machine::{Cx, Result};

host_table! {
    /// Time, random numbers, processor, task.
    pub static TABLE = [
        "uint64_t bpf_ktime_get_ns(void)" [Clock] => monotonic,
        "uint64_t bpf_ktime_get_boot_ns(void)" [Clock] => boot,
        "uint64_t bpf_ktime_get_coarse_ns(void)" [Clock] => monotonic,
        "uint64_t bpf_ktime_get_tai_ns(void)" [Clock] => tai,
        "uint64_t bpf_jiffies64(void)" [Clock] => jiffies,
        "uint32_t bpf_get_prandom_u32(void)" => random,
        "uint32_t bpf_get_smp_processor_id(void)" => processor,
        "long bpf_get_numa_node_id(void)" => zero_long,
        "uint64_t bpf_get_current_pid_tgid(void)" [Process] => pid_tgid,
        "uint64_t bpf_get_current_uid_gid(void)" [Process] => uid_gid,
        "long bpf_get_current_comm(void *buf[w size], uint32_t size)" => comm: buf, size,
    ];
}

fn nanoseconds(cx: &Cx<'_>, clock: i32) -> u64 {
    let (seconds, nanoseconds) = now(cx, clock);
    (seconds as u64).wrapping_mul(1_000_000_000).wrapping_add(nanoseconds as u64)
}

fn monotonic(cx: &mut Cx<'_>) -> Result<u64> {
    Ok(nanoseconds(cx, libc::CLOCK_MONOTONIC))
}

fn boot(cx: &mut Cx<'_>) -> Result<u64> {
    Ok(nanoseconds(cx, libc::CLOCK_BOOTTIME))
}

fn tai(cx: &mut Cx<'_>) -> Result<u64> {
    Ok(nanoseconds(cx, libc::CLOCK_TAI))
}

/// At 250 a second, as most distributions configure.
fn jiffies(cx: &mut Cx<'_>) -> Result<u64> {
    Ok(nanoseconds(cx, libc::CLOCK_MONOTONIC) / 4_000_000)
}

/// Pseudo-random and the same in every run: xorshift64* (Vigna 2016).
fn random(cx: &mut Cx<'_>) -> Result<u32> {
    let mut bpf = state(cx)?;
    let mut x = bpf.random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    bpf.random = x;
    Ok((x.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as u32)
}

fn processor(cx: &mut Cx<'_>) -> Result<u32> {
    Ok(state(cx)?.cpu)
}

fn zero_long(_: &mut Cx<'_>) -> Result<i64> {
    Ok(0)
}

/// A sandboxed program sees process 1 of user 0.
fn pid_tgid(cx: &mut Cx<'_>) -> Result<u64> {
    let pid = if cx.process.config.sandbox { 1 } else { u64::from(std::process::id()) };
    Ok(pid << 32 | pid)
}

fn uid_gid(cx: &mut Cx<'_>) -> Result<u64> {
    if cx.process.config.sandbox {
        return Ok(0);
    }
    let (uid, gid) = (rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw());
    Ok(u64::from(gid) << 32 | u64::from(uid))
}

/// The name of the current task: at most 15 characters, zero-padded.
fn comm(cx: &mut Cx<'_>, buf: GuestPtr, size: u32) -> Result<i64> {
    let to = cx.mem().slice_mut(buf, u64::from(size))?;
    if size == 0 {
        return Ok(status(Err(libc::EINVAL)));
    }
    let name = b"svm-lli";
    to.fill(0);
    to.copy_from(0, &name[..name.len().min(size as usize - 1)]);
    Ok(0)
}
