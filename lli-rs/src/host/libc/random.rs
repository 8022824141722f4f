//! Pseudo-random numbers: exactly glibc's sequences; and true ones, from the system.

use parking_lot::Mutex;
use svm_memory::{GuestPtr, Memory};

use super::access::{Lazy, at};
use crate::host::host_table;
use crate::machine::{Cx, Result, Trap};

host_table! {
    /// Pseudo-random numbers.
    pub static TABLE = [
        "int rand(void)" => rand,
        "void srand(unsigned int seed)" => srandom: seed,
        "int rand_r(unsigned int *seed[rw 4])" => rand_r: seed,
        "long random(void)" => random,
        "void srandom(unsigned int seed)" => srandom: seed,
        "char *initstate(unsigned int seed, char *state[w n], size_t n)" => initstate: seed, state, n,
        "char *setstate(char *state[rw])" => setstate: state,
        "double drand48(void)" => drand48,
        "double erand48(unsigned short *x[rw 6])" => erand48: x,
        "long lrand48(void)" => lrand48,
        "long nrand48(unsigned short *x[rw 6])" => nrand48: x,
        "long mrand48(void)" => mrand48,
        "long jrand48(unsigned short *x[rw 6])" => jrand48: x,
        "void srand48(long seed)" => srand48: seed,
        "unsigned short *seed48(unsigned short *x[r 6])" => seed48: x,
        "void lcong48(unsigned short *p[r 14])" => lcong48: p,
        "ssize_t getrandom(void *out[w n], size_t n, unsigned int flags)" [Random] => getrandom: out, n, flags,
        "int getentropy(void *out[w n], size_t n)" [Random] => getentropy: out, n,
        "uint32_t arc4random(void)" [Random] => arc4random,
        "void arc4random_buf(void *out[w n], size_t n)" [Random] => arc4random_buf: out, n,
        "uint32_t arc4random_uniform(uint32_t below)" [Random] => arc4random_uniform: below,
    ];
}

/// Words and distance of the two taps of the additive feedback generators, smallest first; the first is
/// a linear congruence.
const KINDS: [(usize, usize); 5] = [(0, 0), (7, 3), (15, 1), (31, 3), (63, 1)];
/// Least bytes of state for each of them.
const SIZES: [u64; 5] = [8, 32, 64, 128, 256];
const DEFAULT_KIND: usize = 3;

/// An additive feedback generator of `random`.
struct Additive {
    kind: usize,
    words: Vec<u32>,
    /// The place of the trailing tap; the other is the kind's distance ahead.
    rear: usize,
}

impl Additive {
    fn seeded(kind: usize, seed: u32) -> Self {
        let (degree, _) = KINDS[kind];
        let first = seed.max(1);
        let mut words = vec![first; degree.max(1)];
        for i in 1..degree {
            // 16807 * x modulo 2^31 - 1, as Schrage computes it on 32 bits.
            let last = i64::from(words[i - 1] as i32);
            let (high, low) = (last / 127_773, last % 127_773);
            let next = (16807 * low - 2836 * high) as i32;
            words[i] = if next < 0 { next.wrapping_add(i32::MAX) } else { next } as u32;
        }
        let mut this = Self { kind, words, rear: 0 };
        for _ in 0..degree * 10 {
            this.next();
        }
        this
    }

    fn next(&mut self) -> u32 {
        let (degree, distance) = KINDS[self.kind];
        if degree == 0 {
            let next = self.words[0].wrapping_mul(1_103_515_245).wrapping_add(12345) & 0x7fff_ffff;
            self.words[0] = next;
            return next;
        }
        let front = (self.rear + distance) % degree;
        let value = self.words[front].wrapping_add(self.words[self.rear]);
        self.words[front] = value;
        self.rear = (self.rear + 1) % degree;
        value >> 1
    }

    /// To a state array, as `setstate` reads it: the kind and the place, then the words.
    fn save(&self, mem: &Memory, state: GuestPtr) -> Result<()> {
        mem.store(state, (self.rear * KINDS.len() + self.kind) as u32)?;
        Ok(mem.write(at(state, 4), bytemuck::cast_slice(&self.words))?)
    }

    /// From a state array, if it is one.
    fn load(mem: &Memory, state: GuestPtr) -> Result<Option<Self>> {
        let info = mem.load::<u32>(state)? as usize;
        let (rear, kind) = (info / KINDS.len(), info % KINDS.len());
        let (degree, _) = KINDS[kind];
        if rear >= degree.max(1) {
            return Ok(None);
        }
        let mut words = vec![0u32; degree.max(1)];
        mem.read(at(state, 4), bytemuck::cast_slice_mut(&mut words))?;
        Ok(Some(Self { kind, words, rear }))
    }
}

/// The 48-bit linear congruence.
struct Congruence {
    x: u64,
    a: u64,
    c: u64,
}

const MASK48: u64 = (1 << 48) - 1;
const A: u64 = 0x5_DEEC_E66D;
const C: u64 = 0xB;

impl Congruence {
    fn step(&self, x: u64) -> u64 {
        x.wrapping_mul(self.a).wrapping_add(self.c) & MASK48
    }
}

struct Generators {
    additive: Additive,
    /// The state array that the generator's words go back to; null: the library's own.
    array: GuestPtr,
    congruence: Congruence,
}

/// The generators of one process.
pub struct State {
    inner: Mutex<Generators>,
    /// Stands for the library's own state array in results.
    own_array: Lazy,
    old48: Lazy,
}

impl Default for State {
    fn default() -> Self {
        let inner = Generators {
            additive: Additive::seeded(DEFAULT_KIND, 1),
            array: GuestPtr::NULL,
            congruence: Congruence { x: 0, a: A, c: C },
        };
        Self { inner: Mutex::new(inner), own_array: Lazy::default(), old48: Lazy::default() }
    }
}

fn rand(cx: &mut Cx<'_>) -> Result<i32> {
    Ok(random(cx)? as i32)
}

fn random(cx: &mut Cx<'_>) -> Result<i64> {
    Ok(i64::from(cx.process.libc.random.inner.lock().additive.next()))
}

fn srandom(cx: &mut Cx<'_>, seed: u32) -> Result<()> {
    let mut inner = cx.process.libc.random.inner.lock();
    inner.additive = Additive::seeded(inner.additive.kind, seed);
    Ok(())
}

fn rand_r(cx: &mut Cx<'_>, seed: GuestPtr) -> Result<i32> {
    let mut next: u32 = cx.mem().load(seed)?;
    let mut step = |modulus| {
        next = next.wrapping_mul(1_103_515_245).wrapping_add(12345);
        (next / 65536) % modulus
    };
    let value = (step(2048) << 20) ^ (step(1024) << 10) ^ step(1024);
    cx.mem().store(seed, next)?;
    Ok(value as i32)
}

/// Puts the current generator's words into its array and gives that array.
fn retire(cx: &mut Cx<'_>) -> Result<GuestPtr> {
    let process = cx.process;
    let own = process.libc.random.own_array.buffer(cx, SIZES[4])?;
    let inner = process.libc.random.inner.lock();
    let array = if inner.array.is_null() { own } else { inner.array };
    inner.additive.save(cx.mem(), array)?;
    Ok(array)
}

fn initstate(cx: &mut Cx<'_>, seed: u32, state: GuestPtr, n: u64) -> Result<GuestPtr> {
    let Some(kind) = SIZES.iter().rposition(|size| n >= *size) else {
        return cx.fail(libc::EINVAL, GuestPtr::NULL);
    };
    let old = retire(cx)?;
    let additive = Additive::seeded(kind, seed);
    additive.save(cx.mem(), state)?;
    let mut inner = cx.process.libc.random.inner.lock();
    (inner.additive, inner.array) = (additive, state);
    Ok(old)
}

fn setstate(cx: &mut Cx<'_>, state: GuestPtr) -> Result<GuestPtr> {
    // The generator's words come back here when it is left again.
    cx.mem().slice_mut(state, SIZES[0])?;
    let old = retire(cx)?;
    let Some(additive) = Additive::load(cx.mem(), state)? else {
        return cx.fail(libc::EINVAL, GuestPtr::NULL);
    };
    let mut inner = cx.process.libc.random.inner.lock();
    (inner.additive, inner.array) = (additive, state);
    Ok(old)
}

/// The next state of the library's own sequence.
fn next48(cx: &Cx<'_>) -> u64 {
    let congruence = &mut cx.process.libc.random.inner.lock().congruence;
    congruence.x = congruence.step(congruence.x);
    congruence.x
}

fn pack48(words: [u16; 3]) -> u64 {
    u64::from(words[0]) | u64::from(words[1]) << 16 | u64::from(words[2]) << 32
}

fn unpack48(x: u64) -> [u16; 3] {
    [x as u16, (x >> 16) as u16, (x >> 32) as u16]
}

/// The next state of the sequence in the guest's own array.
fn next48_in(cx: &Cx<'_>, array: GuestPtr) -> Result<u64> {
    let x = pack48(cx.mem().load(array)?);
    let next = cx.process.libc.random.inner.lock().congruence.step(x);
    cx.mem().store(array, unpack48(next))?;
    Ok(next)
}

fn to_unit(x: u64) -> f64 {
    x as f64 / (1u64 << 48) as f64
}

fn to_signed(x: u64) -> i64 {
    i64::from((x >> 16) as i32)
}

fn drand48(cx: &mut Cx<'_>) -> Result<f64> {
    Ok(to_unit(next48(cx)))
}

fn erand48(cx: &mut Cx<'_>, array: GuestPtr) -> Result<f64> {
    Ok(to_unit(next48_in(cx, array)?))
}

fn lrand48(cx: &mut Cx<'_>) -> Result<i64> {
    Ok((next48(cx) >> 17) as i64)
}

fn nrand48(cx: &mut Cx<'_>, array: GuestPtr) -> Result<i64> {
    Ok((next48_in(cx, array)? >> 17) as i64)
}

fn mrand48(cx: &mut Cx<'_>) -> Result<i64> {
    Ok(to_signed(next48(cx)))
}

fn jrand48(cx: &mut Cx<'_>, array: GuestPtr) -> Result<i64> {
    Ok(to_signed(next48_in(cx, array)?))
}

fn srand48(cx: &mut Cx<'_>, seed: i64) -> Result<()> {
    let x = u64::from(seed as u32) << 16 | 0x330E;
    cx.process.libc.random.inner.lock().congruence = Congruence { x, a: A, c: C };
    Ok(())
}

fn seed48(cx: &mut Cx<'_>, array: GuestPtr) -> Result<GuestPtr> {
    let process = cx.process;
    let x = pack48(cx.mem().load(array)?);
    let out = process.libc.random.old48.buffer(cx, 6)?;
    let old =
        std::mem::replace(&mut process.libc.random.inner.lock().congruence, Congruence { x, a: A, c: C });
    cx.mem().store(out, unpack48(old.x))?;
    Ok(out)
}

fn lcong48(cx: &mut Cx<'_>, p: GuestPtr) -> Result<()> {
    let [x0, x1, x2, a0, a1, a2, c]: [u16; 7] = cx.mem().load(p)?;
    let congruence = Congruence { x: pack48([x0, x1, x2]), a: pack48([a0, a1, a2]), c: u64::from(c) };
    cx.process.libc.random.inner.lock().congruence = congruence;
    Ok(())
}

/// Random bytes of the system's.
pub fn system_bytes(buf: &mut [u8]) -> Result<()> {
    match super::ffi::random_bytes(buf) {
        true => Ok(()),
        false => Err(Trap::Unsupported("random numbers, which this system does not give".into())),
    }
}

/// True random bytes, piece by piece.
fn fill_random(cx: &Cx<'_>, out: GuestPtr, n: u64) -> Result<()> {
    let mem = cx.mem();
    mem.slice_mut(out, n)?;
    let (mut done, mut buf) = (0, [0u8; 256]);
    while done < n {
        let piece = &mut buf[..(n - done).min(256) as usize];
        system_bytes(piece)?;
        mem.write(at(out, done), piece)?;
        done += piece.len() as u64;
    }
    Ok(())
}

fn getrandom(cx: &mut Cx<'_>, out: GuestPtr, n: u64, flags: u32) -> Result<i64> {
    const KNOWN: u32 = libc::GRND_NONBLOCK | libc::GRND_RANDOM | 4;
    /// What the kernel gives at most in one call.
    const MAX: u64 = (1 << 25) - 1;
    if flags & !KNOWN != 0 {
        return cx.fail(libc::EINVAL, -1);
    }
    cx.mem().slice_mut(out, n)?;
    let n = n.min(MAX);
    fill_random(cx, out, n)?;
    Ok(n as i64)
}

fn getentropy(cx: &mut Cx<'_>, out: GuestPtr, n: u64) -> Result<i32> {
    if n > 256 {
        return cx.fail(libc::EIO, -1);
    }
    fill_random(cx, out, n)?;
    Ok(0)
}

fn arc4random(_: &mut Cx<'_>) -> Result<u32> {
    let mut bytes = [0; 4];
    system_bytes(&mut bytes)?;
    Ok(u32::from_ne_bytes(bytes))
}

fn arc4random_buf(cx: &mut Cx<'_>, out: GuestPtr, n: u64) -> Result<()> {
    fill_random(cx, out, n)
}

fn arc4random_uniform(cx: &mut Cx<'_>, below: u32) -> Result<u32> {
    if below < 2 {
        return Ok(0);
    }
    // Numbers from the incomplete last round of `below` would favour some results.
    let incomplete = (1u64 << 32) % u64::from(below);
    loop {
        let n = arc4random(cx)?;
        if u64::from(n) < (1 << 32) - incomplete {
            return Ok(n % below);
        }
    }
}
