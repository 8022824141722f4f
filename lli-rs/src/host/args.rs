//! Arguments and results of host functions, as register slots.

use svm_memory::GuestPtr;

use super::varargs::ArgClass;
use super::{CType, VarArgs};
use crate::machine::{Result, Trap};

/// An x86_fp80 value by its ten bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct X87(pub [u8; 10]);

impl X87 {
    /// From two register slots.
    pub fn from_slots(lo: u64, hi: u64) -> Self {
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&lo.to_le_bytes());
        bytes[8..].copy_from_slice(&hi.to_le_bytes()[..2]);
        Self(bytes)
    }

    /// As two register slots.
    pub fn slots(self) -> [u64; 2] {
        let (lo, hi) = self.0.split_at(8);
        [u64::from_le_bytes(lo.try_into().unwrap_or_default()), u64::from(u16::from_le_bytes([hi[0], hi[1]]))]
    }
}

/// The slots of a result: a long double takes two, a complex one four.
pub type Ret = [u64; 4];

/// The register slots of one host call: fixed arguments first, then variadic ones.
pub struct Args<'a> {
    slots: &'a [u64],
    variadic: &'a [ArgClass],
    ret: &'a mut Ret,
}

impl<'a> Args<'a> {
    /// Arguments in `slots`, of which the last ones are variadic, of the given classes; the result
    /// goes to `ret`. The caller has checked the call against the prototype.
    pub fn new(slots: &'a [u64], variadic: &'a [ArgClass], ret: &'a mut Ret) -> Self {
        Self { slots, variadic, ret }
    }

    /// The next argument.
    #[inline]
    #[allow(clippy::should_implement_trait)] // generic in what it gives: no iterator
    pub fn next<T: FromArg<'a>>(&mut self) -> Result<T> {
        T::take(self)
    }

    /// The next slot. A call with too few is refused before; this is the second line of defence.
    #[inline]
    fn slot(&mut self) -> Result<u64> {
        let (first, rest) = self.slots.split_first().ok_or_else(missing)?;
        self.slots = rest;
        Ok(*first)
    }

    /// Stores the result.
    #[inline]
    pub fn ret<T: IntoRet>(&mut self, value: T) {
        *self.ret = value.into_slots();
    }
}

#[cold]
fn missing() -> Trap {
    Trap::Unsupported("a host call with fewer arguments than its prototype".into())
}

/// A Rust type that a C argument can be read as.
pub trait FromArg<'a>: Sized {
    /// Takes it from the front of the arguments.
    fn take(args: &mut Args<'a>) -> Result<Self>;
}

macro_rules! from_slot {
    ($($ty:ty: $slot:ident => $value:expr),* $(,)?) => {$(
        impl<'a> FromArg<'a> for $ty {
            #[inline]
            fn take(args: &mut Args<'a>) -> Result<Self> {
                let $slot = args.slot()?;
                Ok($value)
            }
        }
    )*};
}

from_slot! {
    GuestPtr: s => GuestPtr::new(s),
    i32: s => s as i32,
    u32: s => s as u32,
    i64: s => s as i64,
    u64: s => s,
    u16: s => s as u16,
    f64: s => f64::from_bits(s),
    f32: s => f32::from_bits(s as u32),
}

impl<'a> FromArg<'a> for (f32, f32) {
    fn take(args: &mut Args<'a>) -> Result<Self> {
        let both = args.slot()?;
        Ok((f32::from_bits(both as u32), f32::from_bits((both >> 32) as u32)))
    }
}

impl<'a> FromArg<'a> for X87 {
    fn take(args: &mut Args<'a>) -> Result<Self> {
        Ok(X87::from_slots(args.slot()?, args.slot()?))
    }
}

impl<'a> FromArg<'a> for VarArgs<'a> {
    fn take(args: &mut Args<'a>) -> Result<Self> {
        Ok(VarArgs::direct(std::mem::take(&mut args.slots), args.variadic))
    }
}

/// A Rust type that a C function can return.
pub trait IntoRet {
    /// As register slots, zero-extended.
    fn into_slots(self) -> Ret;
    /// Whether it is what a C function of that result type returns.
    fn fits(c: CType) -> bool;
}

macro_rules! into_slots {
    ($($ty:ty: $v:ident => $value:expr, $c:pat),* $(,)?) => {$(
        impl IntoRet for $ty {
            #[inline]
            fn into_slots(self) -> Ret {
                let $v = self;
                let mut slots = Ret::default();
                for (slot, value) in slots.iter_mut().zip($value) {
                    *slot = value;
                }
                slots
            }

            fn fits(c: CType) -> bool {
                matches!(c, $c)
            }
        }
    )*};
}

into_slots! {
    (): _v => [], CType::Void,
    GuestPtr: v => [v.bits()], CType::Ptr,
    i32: v => [u64::from(v as u32)], CType::Int { bits: ..=32, .. },
    u32: v => [u64::from(v)], CType::Int { bits: ..=32, .. },
    i64: v => [v as u64], CType::Int { bits: 64, .. },
    u64: v => [v], CType::Int { bits: 64, .. },
    bool: v => [u64::from(v)], CType::Int { bits: 1, .. },
    u16: v => [u64::from(v)], CType::Int { bits: 16, .. },
    f64: v => [v.to_bits()], CType::Double,
    f32: v => [u64::from(v.to_bits())], CType::Float,
    X87: v => v.slots(), CType::LongDouble,
    (u64, u64): v => [v.0, v.1], CType::IntPair,
    (f64, f64): v => [v.0.to_bits(), v.1.to_bits()], CType::DoublePair,
    (X87, X87): v => v.0.slots().into_iter().chain(v.1.slots()), CType::LongDoublePair,
    (f32, f32): v => [u64::from(v.0.to_bits()) | u64::from(v.1.to_bits()) << 32], CType::FloatPair,
}
