//! Rust types for guest arguments and results, checked against a function's signature before a call.

use svm_memory::GuestPtr;

use crate::ir::{Signature, Type};

/// A Rust type that has a guest type.
pub trait GuestType: Sized {
    /// Whether a guest value of that type may be taken for it.
    fn is(ty: &Type) -> bool;
    /// Its name in C, for messages.
    fn c_name() -> &'static str;
}

/// A Rust type that goes into one register slot.
pub trait GuestValue: GuestType + Copy {
    /// As a slot, zero-extended.
    fn into_slot(self) -> u64;
    /// From a slot; what lies above its width is not looked at.
    fn from_slot(slot: u64) -> Self;
}

macro_rules! values {
    ($($ty:ty = $c:literal, $is:pat, |$v:ident| $into:expr, |$s:ident| $from:expr;)*) => {$(
        impl GuestType for $ty {
            fn is(ty: &Type) -> bool {
                matches!(ty, $is)
            }

            fn c_name() -> &'static str {
                $c
            }
        }

        impl GuestValue for $ty {
            fn into_slot(self) -> u64 {
                let $v = self;
                $into
            }

            fn from_slot($s: u64) -> Self {
                $from
            }
        }
    )*};
}

values! {
    bool = "bool", Type::Int(1 | 8), |v| u64::from(v), |s| s & 1 != 0;
    i8 = "int8_t", Type::Int(8), |v| u64::from(v as u8), |s| s as i8;
    u8 = "uint8_t", Type::Int(8), |v| u64::from(v), |s| s as u8;
    i16 = "int16_t", Type::Int(16), |v| u64::from(v as u16), |s| s as i16;
    u16 = "uint16_t", Type::Int(16), |v| u64::from(v), |s| s as u16;
    i32 = "int32_t", Type::Int(32), |v| u64::from(v as u32), |s| s as i32;
    u32 = "uint32_t", Type::Int(32), |v| u64::from(v), |s| s as u32;
    i64 = "int64_t", Type::Int(64), |v| v as u64, |s| s as i64;
    u64 = "uint64_t", Type::Int(64), |v| v, |s| s;
    f32 = "float", Type::Float, |v| u64::from(v.to_bits()), |s| f32::from_bits(s as u32);
    f64 = "double", Type::Double, |v| v.to_bits(), |s| f64::from_bits(s);
    GuestPtr = "void *", Type::Ptr, |v| v.bits(), |s| GuestPtr::new(s);
}

impl GuestType for () {
    fn is(ty: &Type) -> bool {
        *ty == Type::Void
    }

    fn c_name() -> &'static str {
        "void"
    }
}

/// What a guest function returns: a value, or nothing.
pub trait CallResult: GuestType {
    /// From the result's slot.
    fn result(slot: u64) -> Self;
}

impl CallResult for () {
    fn result(_: u64) {}
}

impl<T: GuestValue> CallResult for T {
    fn result(slot: u64) -> T {
        T::from_slot(slot)
    }
}

/// The arguments of a call: a tuple of [`GuestValue`]s.
pub trait CallArgs {
    /// Whether these are the parameters of a function.
    fn fit(params: &[Type]) -> bool;
    /// Their types, for messages.
    fn c_names() -> Vec<&'static str>;
    /// One slot each.
    fn slots(self) -> Vec<u64>;
}

macro_rules! tuples {
    ($(($($name:ident),*))*) => {$(
        impl<$($name: GuestValue),*> CallArgs for ($($name,)*) {
            #[allow(non_snake_case)]
            fn fit(params: &[Type]) -> bool {
                let [$($name),*] = params else { return false };
                true $(&& <$name as GuestType>::is($name))*
            }

            fn c_names() -> Vec<&'static str> {
                vec![$($name::c_name()),*]
            }

            #[allow(non_snake_case)]
            fn slots(self) -> Vec<u64> {
                let ($($name,)*) = self;
                vec![$($name.into_slot()),*]
            }
        }
    )*};
}

tuples! {
    () (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) (A, B, C, D, E, F, G)
    (A, B, C, D, E, F, G, H)
}

/// A function type as text.
pub(super) fn signature(sig: &Signature) -> String {
    crate::bytecode::emit::call::signature_text(sig).into()
}
