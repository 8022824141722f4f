//! What is left of `<stdlib.h>` and its neighbourhood: integer arithmetic, base-64 numbers, facts about
//! the system.

use svm_memory::GuestPtr;

use super::access::{Cursor, Lazy, at, put_str};
use super::errno::constant;
use crate::host::{HostGlobal, host_table};
use crate::machine::{Cx, Result, Trap};

host_table! {
    /// Odds and ends.
    pub static TABLE = [
        "int abs(int n)" => abs: n,
        "long labs(long n)" => labs: n,
        "long llabs(long n)" => labs: n,
        "long imaxabs(long n)" => labs: n,
        "div_t div(int n, int d)" => div: n, d,
        "ldiv_t ldiv(long n, long d)" => ldiv: n, d,
        "lldiv_t lldiv(long n, long d)" => ldiv: n, d,
        "ldiv_t imaxdiv(long n, long d)" => ldiv: n, d,
        "int ffs(int n)" => ffs: n,
        "int ffsl(long n)" => ffsl: n,
        "int ffsll(long n)" => ffsl: n,
        "long a64l(const char *s[str])" => a64l: s,
        "char *l64a(long n)" => l64a: n,
        "int system(const char *command[? str])" => system: command,
        "int getloadavg(double *out[w n*8], int n)" => getloadavg: out, n,
        "unsigned long getauxval(unsigned long kind)" => getauxval: kind,
        "const char *gnu_get_libc_version(void)" => libc_version,
        "const char *gnu_get_libc_release(void)" => libc_release,
        "int __cpu_indicator_init(void)" => cpu_init,
    ];
}

/// What the compiler's runtime tells of the processor: a plain x86-64 one (cmov, mmx, sse, sse2).
pub static GLOBALS: &[HostGlobal] = &[
    HostGlobal {
        name: "__cpu_model",
        size: 16,
        align: 16,
        init: |cx, p| Ok(cx.mem().store(at(p, 12), 0x1bu32)?),
    },
    HostGlobal { name: "__cpu_features2", size: 12, align: 4, init: |_, _| Ok(()) },
];

/// The buffer of `l64a`.
#[derive(Default)]
pub struct State {
    base64: Lazy,
}

fn abs(_: &mut Cx<'_>, n: i32) -> Result<i32> {
    Ok(n.wrapping_abs())
}

fn labs(_: &mut Cx<'_>, n: i64) -> Result<i64> {
    Ok(n.wrapping_abs())
}

fn divide(n: i64, d: i64, min: i64) -> Result<(i64, i64)> {
    match d {
        0 => Err(Trap::DivideByZero),
        -1 if n == min => Err(Trap::DivideOverflow),
        _ => Ok((n / d, n % d)),
    }
}

/// Both results in one register, the quotient below.
fn div(_: &mut Cx<'_>, n: i32, d: i32) -> Result<u64> {
    let (quotient, rest) = divide(i64::from(n), i64::from(d), i64::from(i32::MIN))?;
    Ok(u64::from(quotient as u32) | u64::from(rest as u32) << 32)
}

fn ldiv(_: &mut Cx<'_>, n: i64, d: i64) -> Result<(u64, u64)> {
    let (quotient, rest) = divide(n, d, i64::MIN)?;
    Ok((quotient as u64, rest as u64))
}

fn ffs(_: &mut Cx<'_>, n: i32) -> Result<i32> {
    Ok(if n == 0 { 0 } else { n.trailing_zeros() as i32 + 1 })
}

fn ffsl(_: &mut Cx<'_>, n: i64) -> Result<i32> {
    Ok(if n == 0 { 0 } else { n.trailing_zeros() as i32 + 1 })
}

const DIGITS64: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

fn a64l(cx: &mut Cx<'_>, s: GuestPtr) -> Result<i64> {
    let (mut text, mut value) = (Cursor::new(cx.mem(), s), 0u64);
    for i in 0..6 {
        let byte = text.next()?;
        let Some(digit) = DIGITS64.iter().position(|d| *d == byte) else { break };
        value |= (digit as u64) << (6 * i);
    }
    Ok(i64::from(value as i32))
}

fn l64a(cx: &mut Cx<'_>, n: i64) -> Result<GuestPtr> {
    let process = cx.process;
    let buf = process.libc.stdlib.base64.buffer(cx, 7)?;
    let (mut rest, mut text) = (n as u32, Vec::new());
    while rest != 0 {
        text.push(DIGITS64[(rest & 63) as usize]);
        rest >>= 6;
    }
    put_str(cx.mem(), buf, &text)?;
    Ok(buf)
}

/// No command processor: processes come later. Asked whether there is one, it tells so.
fn system(cx: &mut Cx<'_>, command: GuestPtr) -> Result<i32> {
    if command.is_null() {
        return Ok(0);
    }
    cx.mem().str_len(command)?;
    Err(Trap::Unsupported("system: other programs".into()))
}

fn getloadavg(cx: &mut Cx<'_>, out: GuestPtr, n: i32) -> Result<i32> {
    let n = n.clamp(0, 3) as usize;
    cx.mem().slice_mut(out, n as u64 * 8)?;
    if cx.process.config.sandbox {
        return Ok(-1);
    }
    // The kernel counts in units of 1/65536.
    let loads = rustix::system::sysinfo().loads;
    for (i, load) in loads.iter().take(n).enumerate() {
        cx.mem().store(at(out, i as u64 * 8), *load as f64 / 65536.0)?;
    }
    Ok(n as i32)
}

fn getauxval(cx: &mut Cx<'_>, kind: u64) -> Result<u64> {
    match kind {
        libc::AT_PAGESZ => Ok(4096),
        libc::AT_CLKTCK => Ok(100),
        libc::AT_SECURE | libc::AT_HWCAP | libc::AT_HWCAP2 | libc::AT_FLAGS => Ok(0),
        _ => cx.fail(libc::ENOENT, 0),
    }
}

/// The version whose interface the host functions have.
fn libc_version(cx: &mut Cx<'_>) -> Result<GuestPtr> {
    constant(cx, b"2.36")
}

fn libc_release(cx: &mut Cx<'_>) -> Result<GuestPtr> {
    constant(cx, b"stable")
}

fn cpu_init(_: &mut Cx<'_>) -> Result<i32> {
    Ok(0)
}
