//! The host's own mathematical library: the one place of `semantics` that leaves Rust.
//!
//! Results must equal, to the last bit, what the program's native build gets from glibc, so these
//! functions are glibc's. Everything correctly rounded by definition (`sqrt`, `floor`, ...) comes from
//! `std` instead. Long double functions take their argument on the x87 stack, which Rust's ABI cannot
//! express; on x86-64 a few lines of assembly call them, elsewhere they go through `double`.

macro_rules! math {
    ($name:ident, $doc:literal, $($variant:ident $single:ident $double:ident $extended:ident),* $(,)?) => {
        #[doc = $doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)] // the names are C's
        pub enum $name {
            $($variant),*
        }

        math!(@decl $name $($variant $single $double $extended)*);
    };
    (@decl Math1 $($variant:ident $single:ident $double:ident $extended:ident)*) => {
        // SAFETY: these are glibc's own prototypes; the functions take and return plain values, and may
        // only set errno and floating-point status flags.
        #[link(name = "m")]
        unsafe extern "C" {
            $(safe fn $single(x: f32) -> f32;
            safe fn $double(x: f64) -> f64;)*
        }

        fn single1(f: Math1) -> extern "C" fn(f32) -> f32 {
            match f { $(Math1::$variant => $single),* }
        }

        fn double1(f: Math1) -> extern "C" fn(f64) -> f64 {
            match f { $(Math1::$variant => $double),* }
        }

        #[cfg(target_arch = "x86_64")]
        fn extended1(f: Math1) -> unsafe extern "C" fn() {
            // SAFETY: declared without arguments, since Rust cannot name `long double`; only their
            // addresses are taken, and `extended::call` passes the argument as the ABI says.
            #[link(name = "m")]
            unsafe extern "C" {
                $(fn $extended();)*
            }
            match f { $(Math1::$variant => $extended),* }
        }
    };
    (@decl Math2 $($variant:ident $single:ident $double:ident $extended:ident)*) => {
        // SAFETY: as for the functions of one argument.
        #[link(name = "m")]
        unsafe extern "C" {
            $(safe fn $single(x: f32, y: f32) -> f32;
            safe fn $double(x: f64, y: f64) -> f64;)*
        }

        fn single2(f: Math2) -> extern "C" fn(f32, f32) -> f32 {
            match f { $(Math2::$variant => $single),* }
        }

        fn double2(f: Math2) -> extern "C" fn(f64, f64) -> f64 {
            match f { $(Math2::$variant => $double),* }
        }

        #[cfg(target_arch = "x86_64")]
        fn extended2(f: Math2) -> unsafe extern "C" fn() {
            // SAFETY: as for the functions of one argument.
            #[link(name = "m")]
            unsafe extern "C" {
                $(fn $extended();)*
            }
            match f { $(Math2::$variant => $extended),* }
        }
    };
}

impl Math1 {
    /// Where the function for `float` or for `double` is, for generated code.
    pub fn address(self, single: bool) -> usize {
        if single { single1(self) as *const () as usize } else { double1(self) as *const () as usize }
    }
}

impl Math2 {
    /// Where the function for `float` or for `double` is, for generated code.
    pub fn address(self, single: bool) -> usize {
        if single { single2(self) as *const () as usize } else { double2(self) as *const () as usize }
    }
}

math!(Math1, "Functions of one argument.",
    Exp expf exp expl,
    Exp2 exp2f exp2 exp2l,
    Exp10 exp10f exp10 exp10l,
    Log logf log logl,
    Log2 log2f log2 log2l,
    Log10 log10f log10 log10l,
    Sin sinf sin sinl,
    Cos cosf cos cosl,
    Tan tanf tan tanl,
    Asin asinf asin asinl,
    Acos acosf acos acosl,
    Atan atanf atan atanl,
    Sinh sinhf sinh sinhl,
    Cosh coshf cosh coshl,
    Tanh tanhf tanh tanhl,
);

math!(Math2, "Functions of two arguments.",
    Pow powf pow powl,
    Atan2 atan2f atan2 atan2l,
);

/// How results are rounded: the mode that the program has chosen with `fesetround`, which is the host's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// To nearest, ties to even.
    Nearest,
    /// Towards minus infinity.
    Down,
    /// Towards plus infinity.
    Up,
    /// Towards zero.
    Zero,
}

/// The current rounding mode of this thread.
pub fn rounding() -> Rounding {
    // SAFETY: glibc's prototype; reads the thread's control word.
    #[link(name = "m")]
    unsafe extern "C" {
        safe fn fegetround() -> i32;
    }
    match fegetround() {
        FE_DOWNWARD => Rounding::Down,
        FE_UPWARD => Rounding::Up,
        FE_TOWARDZERO => Rounding::Zero,
        _ => Rounding::Nearest,
    }
}

/// Sets the rounding mode of this thread, of SSE and x87 both.
pub fn set_rounding(mode: Rounding) {
    // SAFETY: glibc's prototype; writes the thread's control words.
    #[link(name = "m")]
    unsafe extern "C" {
        safe fn fesetround(mode: i32) -> i32;
    }
    fesetround(match mode {
        Rounding::Nearest => 0,
        Rounding::Down => FE_DOWNWARD,
        Rounding::Up => FE_UPWARD,
        Rounding::Zero => FE_TOWARDZERO,
    });
}

#[cfg(target_arch = "x86_64")]
mod modes {
    pub const FE_DOWNWARD: i32 = 0x400;
    pub const FE_UPWARD: i32 = 0x800;
    pub const FE_TOWARDZERO: i32 = 0xc00;
}

#[cfg(not(target_arch = "x86_64"))]
mod modes {
    pub const FE_UPWARD: i32 = 0x40_0000;
    pub const FE_DOWNWARD: i32 = 0x80_0000;
    pub const FE_TOWARDZERO: i32 = 0xc0_0000;
}

use modes::{FE_DOWNWARD, FE_TOWARDZERO, FE_UPWARD};

/// The `float` functions.
pub mod single {
    // SAFETY: glibc's prototypes; `frexpf` writes one int through a valid reference.
    #[link(name = "m")]
    unsafe extern "C" {
        safe fn rintf(x: f32) -> f32;
        safe fn ldexpf(x: f32, n: i32) -> f32;
        safe fn frexpf(x: f32, n: &mut i32) -> f32;
    }

    /// Calls a function of one argument.
    pub fn call1(f: super::Math1, x: f32) -> f32 {
        super::single1(f)(x)
    }

    /// Calls a function of two arguments.
    pub fn call2(f: super::Math2, x: f32, y: f32) -> f32 {
        super::single2(f)(x, y)
    }

    /// To an integral value, in the current rounding mode.
    pub fn rint(x: f32) -> f32 {
        rintf(x)
    }

    /// `x * 2^n`.
    pub fn ldexp(x: f32, n: i32) -> f32 {
        ldexpf(x, n)
    }

    /// Fraction and exponent.
    pub fn frexp(x: f32) -> (f32, i32) {
        let mut n = 0;
        (frexpf(x, &mut n), n)
    }
}

/// The `double` functions.
pub mod double {
    mod c {
        // SAFETY: glibc's prototypes; `frexp` writes one int through a valid reference.
        #[link(name = "m")]
        unsafe extern "C" {
            pub safe fn rint(x: f64) -> f64;
            pub safe fn ldexp(x: f64, n: i32) -> f64;
            pub safe fn frexp(x: f64, n: &mut i32) -> f64;
        }
    }

    /// Calls a function of one argument.
    pub fn call1(f: super::Math1, x: f64) -> f64 {
        super::double1(f)(x)
    }

    /// Calls a function of two arguments.
    pub fn call2(f: super::Math2, x: f64, y: f64) -> f64 {
        super::double2(f)(x, y)
    }

    /// To an integral value, in the current rounding mode.
    pub fn rint(x: f64) -> f64 {
        c::rint(x)
    }

    /// `x * 2^n`.
    pub fn ldexp(x: f64, n: i32) -> f64 {
        c::ldexp(x, n)
    }

    /// Fraction and exponent.
    pub fn frexp(x: f64) -> (f64, i32) {
        let mut n = 0;
        (c::frexp(x, &mut n), n)
    }
}

/// The `long double` functions, on the ten bytes of their operands.
#[cfg(target_arch = "x86_64")]
pub mod extended {
    /// Calls a function of one argument.
    pub fn call1(f: super::Math1, x: [u8; 10]) -> [u8; 10] {
        call(super::extended1(f), &x, &[0; 10])
    }

    /// Calls a function of two arguments.
    pub fn call2(f: super::Math2, x: [u8; 10], y: [u8; 10]) -> [u8; 10] {
        call(super::extended2(f), &x, &y)
    }

    /// Calls `f(x, y)`; a function of one argument does not look at `y`.
    fn call(f: unsafe extern "C" fn(), x: &[u8; 10], y: &[u8; 10]) -> [u8; 10] {
        let mut out = [0u8; 10];
        // SAFETY: `f` is one of the libm functions above, which take one or two long doubles in
        // consecutive 16-byte stack slots and return one in st(0), popped here. The stack is aligned
        // to 16 bytes on entry and lowered by 32. The pointers are in registers that `f` preserves or
        // are used before the call; everything else a C function may change is declared clobbered.
        unsafe {
            std::arch::asm!(
                "sub rsp, 32",
                "fld tbyte ptr [{y}]",
                "fstp tbyte ptr [rsp + 16]",
                "fld tbyte ptr [{x}]",
                "fstp tbyte ptr [rsp]",
                "call {f}",
                "add rsp, 32",
                "fstp tbyte ptr [r12]",
                x = in(reg) x.as_ptr(),
                y = in(reg) y.as_ptr(),
                f = in(reg) f,
                in("r12") out.as_mut_ptr(),
                clobber_abi("C"),
            );
        }
        out
    }
}

/// Without an x87 the nearest `double` has to do.
#[cfg(not(target_arch = "x86_64"))]
pub mod extended {
    use crate::semantics::{Fp, X87};

    /// Calls a function of one argument.
    pub fn call1(f: super::Math1, x: [u8; 10]) -> [u8; 10] {
        super::double::call1(f, X87::from_bytes(x).to_f64()).to_x87().to_bytes()
    }

    /// Calls a function of two arguments.
    pub fn call2(f: super::Math2, x: [u8; 10], y: [u8; 10]) -> [u8; 10] {
        super::double::call2(f, X87::from_bytes(x).to_f64(), X87::from_bytes(y).to_f64()).to_x87().to_bytes()
    }
}
