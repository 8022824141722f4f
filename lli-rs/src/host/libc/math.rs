//! libm in its three widths, complex doubles, and the floating-point environment: the host's own
//! functions on the guest's values.
//!
//! The rounding mode and the exception flags are the host thread's, so that guest arithmetic and printing
//! obey them, too; [`isolate`] puts the host's back.

use parking_lot::Mutex;
use svm_memory::GuestPtr;

use super::access::at;
use super::ffi::math::{self as libm, LongDouble, long_double};
use super::ffi::with_errno;
use crate::host::{Cap, HostFn, HostGlobal, X87, host_table};
use crate::machine::{Cx, Result};

pub use super::ffi::math::FloatEnvironment;

/// Saves the host's floating-point environment while a guest runs; it comes back with the drop.
pub fn isolate() -> FloatEnvironment {
    FloatEnvironment::save()
}

/// The places of the guest's `signgam`.
#[derive(Default)]
pub struct State {
    signgam: Mutex<Vec<GuestPtr>>,
}

/// `signgam`, under both of its names.
pub static GLOBALS: &[HostGlobal] = &[
    HostGlobal { name: "signgam", size: 4, align: 4, init: init_signgam },
    HostGlobal { name: "__signgam", size: 4, align: 4, init: init_signgam },
];

fn init_signgam(cx: &mut Cx<'_>, p: GuestPtr) -> Result<()> {
    cx.process.libc.math.signgam.lock().push(p);
    Ok(())
}

/// Runs `f`; an error that it leaves in `errno` becomes the guest's.
pub(super) fn eval<T>(cx: &mut Cx<'_>, f: impl FnOnce() -> T) -> Result<T> {
    let (value, errno) = with_errno(f);
    if errno != 0 {
        cx.set_errno(errno)?;
    }
    Ok(value)
}

/// Rows of functions that take and give plain values: for each, the result's and the parameters' C types
/// with the Rust expression, in one width or in all three.
macro_rules! rows {
    (@row $ret:literal, $params:literal, ($($arg:ident: $ty:ty),*), $name:ident, $value:expr) => {
        HostFn::row(
            concat!($ret, " ", stringify!($name), $params),
            Cap::None,
            |cx, args| {
                $(let $arg: $ty = args.next()?;)*
                let result = eval(cx, || $value)?;
                args.ret(result);
                Ok(())
            },
        )
    };
    ($($ret:literal $params:literal $args:tt { $($name:ident => $value:expr),* $(,)? })*) => {
        &[$($(rows!(@row $ret, $params, $args, $name, $value)),*),*]
    };
}

/// Rows for each function of one argument in three widths.
macro_rules! unary {
    ($($d:ident $f:ident $l:ident $shim:ident),* $(,)?) => {
        &[$(
            HostFn::row(
                concat!("double ", stringify!($d), "(double x)"),
                Cap::None,
                |cx, args| {
                    let x: f64 = args.next()?;
                    let result = eval(cx, || libm::$d(x))?;
                    args.ret(result);
                    Ok(())
                },
            ),
            HostFn::row(
                concat!("float ", stringify!($f), "(float x)"),
                Cap::None,
                |cx, args| {
                    let x: f32 = args.next()?;
                    let result = eval(cx, || libm::$f(x))?;
                    args.ret(result);
                    Ok(())
                },
            ),
            HostFn::row(
                concat!("long double ", stringify!($l), "(long double x)"),
                Cap::None,
                |cx, args| {
                    let x: X87 = args.next()?;
                    let result = eval(cx, || long_double(|r| libm::$shim(&x.into(), r)))?;
                    args.ret(result);
                    Ok(())
                },
            ),
        )*]
    };
}

/// Rows for each function of two arguments in three widths.
macro_rules! binary {
    ($($d:ident $f:ident $l:ident $shim:ident),* $(,)?) => {
        &[$(
            HostFn::row(
                concat!("double ", stringify!($d), "(double x, double y)"),
                Cap::None,
                |cx, args| {
                    let (x, y): (f64, f64) = (args.next()?, args.next()?);
                    let result = eval(cx, || libm::$d(x, y))?;
                    args.ret(result);
                    Ok(())
                },
            ),
            HostFn::row(
                concat!("float ", stringify!($f), "(float x, float y)"),
                Cap::None,
                |cx, args| {
                    let (x, y): (f32, f32) = (args.next()?, args.next()?);
                    let result = eval(cx, || libm::$f(x, y))?;
                    args.ret(result);
                    Ok(())
                },
            ),
            HostFn::row(
                concat!("long double ", stringify!($l), "(long double x, long double y)"),
                Cap::None,
                |cx, args| {
                    let (x, y): (X87, X87) = (args.next()?, args.next()?);
                    let result = eval(cx, || long_double(|r| libm::$shim(&x.into(), &y.into(), r)))?;
                    args.ret(result);
                    Ok(())
                },
            ),
        )*]
    };
}

/// Functions of one argument.
pub static UNARY: &[HostFn] = unary! {
    acos acosf acosl svm_acosl, acosh acoshf acoshl svm_acoshl, asin asinf asinl svm_asinl,
    asinh asinhf asinhl svm_asinhl, atan atanf atanl svm_atanl, atanh atanhf atanhl svm_atanhl,
    cbrt cbrtf cbrtl svm_cbrtl, ceil ceilf ceill svm_ceill, cos cosf cosl svm_cosl,
    cosh coshf coshl svm_coshl, erf erff erfl svm_erfl, erfc erfcf erfcl svm_erfcl,
    exp expf expl svm_expl, exp2 exp2f exp2l svm_exp2l, exp10 exp10f exp10l svm_exp10l,
    expm1 expm1f expm1l svm_expm1l, fabs fabsf fabsl svm_fabsl, floor floorf floorl svm_floorl,
    j0 j0f j0l svm_j0l, j1 j1f j1l svm_j1l, y0 y0f y0l svm_y0l, y1 y1f y1l svm_y1l,
    log logf logl svm_logl, log10 log10f log10l svm_log10l, log1p log1pf log1pl svm_log1pl,
    log2 log2f log2l svm_log2l, logb logbf logbl svm_logbl,
    nearbyint nearbyintf nearbyintl svm_nearbyintl, nextup nextupf nextupl svm_nextupl,
    nextdown nextdownf nextdownl svm_nextdownl, rint rintf rintl svm_rintl,
    round roundf roundl svm_roundl, roundeven roundevenf roundevenl svm_roundevenl,
    significand significandf significandl svm_significandl, sin sinf sinl svm_sinl,
    sinh sinhf sinhl svm_sinhl, sqrt sqrtf sqrtl svm_sqrtl, tan tanf tanl svm_tanl,
    tanh tanhf tanhl svm_tanhl, tgamma tgammaf tgammal svm_tgammal, trunc truncf truncl svm_truncl,
};

/// Functions of two arguments.
pub static BINARY: &[HostFn] = binary! {
    atan2 atan2f atan2l svm_atan2l, copysign copysignf copysignl svm_copysignl,
    drem dremf dreml svm_dreml, fdim fdimf fdiml svm_fdiml, fmax fmaxf fmaxl svm_fmaxl,
    fmin fminf fminl svm_fminl, fmod fmodf fmodl svm_fmodl, hypot hypotf hypotl svm_hypotl,
    nextafter nextafterf nextafterl svm_nextafterl, pow powf powl svm_powl,
    remainder remainderf remainderl svm_remainderl, scalb scalbf scalbl svm_scalbl,
};

/// Bits of a classification, as `<math.h>` numbers them.
fn classify(category: std::num::FpCategory) -> i32 {
    use std::num::FpCategory::{Infinite, Nan, Normal, Subnormal, Zero};
    match category {
        Nan => 0,
        Infinite => 1,
        Zero => 2,
        Subnormal => 3,
        Normal => 4,
    }
}

fn infinite_sign(infinite: bool, negative: bool) -> i32 {
    match (infinite, negative) {
        (false, _) => 0,
        (true, true) => -1,
        (true, false) => 1,
    }
}

fn signaling(quiet_bit: bool, nan: bool) -> i32 {
    i32::from(nan && !quiet_bit)
}

/// The other functions of plain values.
pub static PLAIN: &[HostFn] = rows! {
    "double" "(double x, double y, double z)" (x: f64, y: f64, z: f64) { fma => libm::fma(x, y, z) }
    "float" "(float x, float y, float z)" (x: f32, y: f32, z: f32) { fmaf => libm::fmaf(x, y, z) }
    "long double" "(long double x, long double y, long double z)" (x: X87, y: X87, z: X87) {
        fmal => long_double(|r| libm::svm_fmal(&x.into(), &y.into(), &z.into(), r))
    }
    "long" "(double x)" (x: f64) {
        lrint => libm::lrint(x), llrint => libm::lrint(x), lround => libm::lround(x),
        llround => libm::lround(x), llogb => libm::llogb(x),
    }
    "long" "(float x)" (x: f32) {
        lrintf => libm::lrintf(x), llrintf => libm::lrintf(x), lroundf => libm::lroundf(x),
        llroundf => libm::lroundf(x), llogbf => libm::llogbf(x),
    }
    "long" "(long double x)" (x: X87) {
        lrintl => libm::svm_lrintl(&x.into()), llrintl => libm::svm_lrintl(&x.into()),
        lroundl => libm::svm_lroundl(&x.into()), llroundl => libm::svm_lroundl(&x.into()),
        llogbl => libm::svm_llogbl(&x.into()),
    }
    "int" "(double x)" (x: f64) {
        ilogb => libm::ilogb(x), finite => i32::from(x.is_finite()), __finite => i32::from(x.is_finite()),
        isnan => i32::from(x.is_nan()), __isnan => i32::from(x.is_nan()),
        isinf => infinite_sign(x.is_infinite(), x < 0.0), __isinf => infinite_sign(x.is_infinite(), x < 0.0),
        __fpclassify => classify(x.classify()), __signbit => i32::from(x.is_sign_negative()),
        __issignaling => signaling(x.to_bits() & 1 << 51 != 0, x.is_nan()),
    }
    "int" "(float x)" (x: f32) {
        ilogbf => libm::ilogbf(x), finitef => i32::from(x.is_finite()),
        __finitef => i32::from(x.is_finite()), isnanf => i32::from(x.is_nan()),
        __isnanf => i32::from(x.is_nan()), isinff => infinite_sign(x.is_infinite(), x < 0.0),
        __isinff => infinite_sign(x.is_infinite(), x < 0.0), __fpclassifyf => classify(x.classify()),
        __signbitf => i32::from(x.is_sign_negative()),
        __issignalingf => signaling(x.to_bits() & 1 << 22 != 0, x.is_nan()),
    }
    "int" "(long double x)" (x: X87) {
        ilogbl => libm::svm_ilogbl(&x.into()), finitel => libm::svm_finitel(&x.into()),
        __finitel => libm::svm_finitel(&x.into()), isnanl => libm::svm_isnanl(&x.into()),
        __isnanl => libm::svm_isnanl(&x.into()), isinfl => libm::svm_isinfl(&x.into()),
        __isinfl => libm::svm_isinfl(&x.into()), __fpclassifyl => libm::svm_fpclassifyl(&x.into()),
        __signbitl => libm::svm_signbitl(&x.into()),
    }
    "double" "(double x, int n)" (x: f64, n: i32) {
        ldexp => libm::ldexp(x, n), scalbn => libm::scalbn(x, n)
    }
    "float" "(float x, int n)" (x: f32, n: i32) {
        ldexpf => libm::ldexpf(x, n), scalbnf => libm::scalbnf(x, n)
    }
    "long double" "(long double x, int n)" (x: X87, n: i32) {
        ldexpl => long_double(|r| libm::svm_ldexpl(&x.into(), n, r)),
        scalbnl => long_double(|r| libm::svm_scalbnl(&x.into(), n, r)),
    }
    "double" "(double x, long n)" (x: f64, n: i64) { scalbln => libm::scalbln(x, n) }
    "float" "(float x, long n)" (x: f32, n: i64) { scalblnf => libm::scalblnf(x, n) }
    "long double" "(long double x, long n)" (x: X87, n: i64) {
        scalblnl => long_double(|r| libm::svm_scalblnl(&x.into(), n, r))
    }
    "double" "(int n, double x)" (n: i32, x: f64) { jn => libm::jn(n, x), yn => libm::yn(n, x) }
    "float" "(int n, float x)" (n: i32, x: f32) { jnf => libm::jnf(n, x), ynf => libm::ynf(n, x) }
    "long double" "(int n, long double x)" (n: i32, x: X87) {
        jnl => long_double(|r| libm::svm_jnl(n, &x.into(), r)),
        ynl => long_double(|r| libm::svm_ynl(n, &x.into(), r)),
    }
    "double" "(double x, long double y)" (x: f64, y: X87) { nexttoward => libm::svm_nexttoward(x, &y.into()) }
    "float" "(float x, long double y)" (x: f32, y: X87) { nexttowardf => libm::svm_nexttowardf(x, &y.into()) }
    "long double" "(long double x, long double y)" (x: X87, y: X87) {
        nexttowardl => long_double(|r| libm::svm_nextafterl(&x.into(), &y.into(), r))
    }
};

host_table! {
    /// Functions that write through pointers, and the floating-point environment.
    pub static TABLE = [
        "double frexp(double x, int *e[w 4])" => frexp: x, e,
        "float frexpf(float x, int *e[w 4])" => frexpf: x, e,
        "long double frexpl(long double x, int *e[w 4])" => frexpl: x, e,
        "double modf(double x, double *whole[w 8])" => modf: x, whole,
        "float modff(float x, float *whole[w 4])" => modff: x, whole,
        "long double modfl(long double x, long double *whole[w 10])" => modfl: x, whole,
        "double remquo(double x, double y, int *q[w 4])" => remquo: x, y, q,
        "float remquof(float x, float y, int *q[w 4])" => remquof: x, y, q,
        "long double remquol(long double x, long double y, int *q[w 4])" => remquol: x, y, q,
        "void sincos(double x, double *s[w 8], double *c[w 8])" => sincos: x, s, c,
        "void sincosf(float x, float *s[w 4], float *c[w 4])" => sincosf: x, s, c,
        "void sincosl(long double x, long double *s[w 10], long double *c[w 10])" => sincosl: x, s, c,
        "double lgamma_r(double x, int *sign[w 4])" => lgamma_r: x, sign,
        "float lgammaf_r(float x, int *sign[w 4])" => lgammaf_r: x, sign,
        "long double lgammal_r(long double x, int *sign[w 4])" => lgammal_r: x, sign,
        "double lgamma(double x)" => lgamma: x,
        "float lgammaf(float x)" => lgammaf: x,
        "long double lgammal(long double x)" => lgammal: x,
        "double gamma(double x)" => lgamma: x,
        "float gammaf(float x)" => lgammaf: x,
        "long double gammal(long double x)" => lgammal: x,
        "double nan(const char *tag[str])" => nan: tag,
        "float nanf(const char *tag[str])" => nanf: tag,
        "long double nanl(const char *tag[str])" => nanl: tag,
        "int fegetround(void)" => fegetround,
        "int fesetround(int mode)" => fesetround: mode,
        "int fetestexcept(int which)" => fetestexcept: which,
        "int feclearexcept(int which)" => feclearexcept: which,
        "int feraiseexcept(int which)" => feraiseexcept: which,
        "int fesetexcept(int which)" => feraiseexcept: which,
        "int fegetexceptflag(void *out[w 2], int which)" => fegetexceptflag: out, which,
        "int fesetexceptflag(const void *flags[r 2], int which)" => fesetexceptflag: flags, which,
        "int fegetenv(void *env[w 32])" => fegetenv: env,
        "int feholdexcept(void *env[w 32])" => feholdexcept: env,
        "int fesetenv(const void *env[opaque])" => fesetenv: env,
        "int feupdateenv(const void *env[opaque])" => feupdateenv: env,
        "int feenableexcept(int which)" => feenableexcept: which,
        "int fedisableexcept(int which)" => fedisableexcept: which,
        "int fegetexcept(void)" => fegetexcept,
    ];
}

fn frexp(cx: &mut Cx<'_>, x: f64, e: GuestPtr) -> Result<f64> {
    let mut exponent = 0;
    let value = libm::frexp(x, &mut exponent);
    cx.mem().store(e, exponent)?;
    Ok(value)
}

fn frexpf(cx: &mut Cx<'_>, x: f32, e: GuestPtr) -> Result<f32> {
    let mut exponent = 0;
    let value = libm::frexpf(x, &mut exponent);
    cx.mem().store(e, exponent)?;
    Ok(value)
}

fn frexpl(cx: &mut Cx<'_>, x: X87, e: GuestPtr) -> Result<X87> {
    let mut exponent = 0;
    let value = long_double(|r| libm::svm_frexpl(&x.into(), &mut exponent, r));
    cx.mem().store(e, exponent)?;
    Ok(value)
}

fn modf(cx: &mut Cx<'_>, x: f64, whole: GuestPtr) -> Result<f64> {
    let mut part = 0.0;
    let value = libm::modf(x, &mut part);
    cx.mem().store(whole, part)?;
    Ok(value)
}

fn modff(cx: &mut Cx<'_>, x: f32, whole: GuestPtr) -> Result<f32> {
    let mut part = 0.0;
    let value = libm::modff(x, &mut part);
    cx.mem().store(whole, part)?;
    Ok(value)
}

/// Ten bytes, as a store of an x86_fp80 writes.
fn store_long_double(cx: &Cx<'_>, p: GuestPtr, value: LongDouble) -> Result<()> {
    Ok(cx.mem().write(p, &X87::from(value).0)?)
}

fn modfl(cx: &mut Cx<'_>, x: X87, whole: GuestPtr) -> Result<X87> {
    let mut part = LongDouble::default();
    let value = long_double(|r| libm::svm_modfl(&x.into(), &mut part, r));
    store_long_double(cx, whole, part)?;
    Ok(value)
}

fn remquo(cx: &mut Cx<'_>, x: f64, y: f64, q: GuestPtr) -> Result<f64> {
    let mut quotient = 0;
    let value = eval(cx, || libm::remquo(x, y, &mut quotient))?;
    cx.mem().store(q, quotient)?;
    Ok(value)
}

fn remquof(cx: &mut Cx<'_>, x: f32, y: f32, q: GuestPtr) -> Result<f32> {
    let mut quotient = 0;
    let value = eval(cx, || libm::remquof(x, y, &mut quotient))?;
    cx.mem().store(q, quotient)?;
    Ok(value)
}

fn remquol(cx: &mut Cx<'_>, x: X87, y: X87, q: GuestPtr) -> Result<X87> {
    let mut quotient = 0;
    let value = eval(cx, || long_double(|r| libm::svm_remquol(&x.into(), &y.into(), &mut quotient, r)))?;
    cx.mem().store(q, quotient)?;
    Ok(value)
}

fn sincos(cx: &mut Cx<'_>, x: f64, s: GuestPtr, c: GuestPtr) -> Result<()> {
    let (mut sine, mut cosine) = (0.0, 0.0);
    eval(cx, || libm::sincos(x, &mut sine, &mut cosine))?;
    cx.mem().store(s, sine)?;
    Ok(cx.mem().store(c, cosine)?)
}

fn sincosf(cx: &mut Cx<'_>, x: f32, s: GuestPtr, c: GuestPtr) -> Result<()> {
    let (mut sine, mut cosine) = (0.0, 0.0);
    eval(cx, || libm::sincosf(x, &mut sine, &mut cosine))?;
    cx.mem().store(s, sine)?;
    Ok(cx.mem().store(c, cosine)?)
}

fn sincosl(cx: &mut Cx<'_>, x: X87, s: GuestPtr, c: GuestPtr) -> Result<()> {
    let (mut sine, mut cosine) = (LongDouble::default(), LongDouble::default());
    eval(cx, || libm::svm_sincosl(&x.into(), &mut sine, &mut cosine))?;
    store_long_double(cx, s, sine)?;
    store_long_double(cx, c, cosine)
}

fn lgamma_r(cx: &mut Cx<'_>, x: f64, sign: GuestPtr) -> Result<f64> {
    let mut s = 0;
    let value = eval(cx, || libm::lgamma_r(x, &mut s))?;
    cx.mem().store(sign, s)?;
    Ok(value)
}

fn lgammaf_r(cx: &mut Cx<'_>, x: f32, sign: GuestPtr) -> Result<f32> {
    let mut s = 0;
    let value = eval(cx, || libm::lgammaf_r(x, &mut s))?;
    cx.mem().store(sign, s)?;
    Ok(value)
}

fn lgammal_r(cx: &mut Cx<'_>, x: X87, sign: GuestPtr) -> Result<X87> {
    let mut s = 0;
    let value = eval(cx, || long_double(|r| libm::svm_lgammal_r(&x.into(), &mut s, r)))?;
    cx.mem().store(sign, s)?;
    Ok(value)
}

/// Stores the sign that a gamma function found to the program's `signgam`, if it has one.
fn set_signgam(cx: &Cx<'_>, sign: i32) -> Result<()> {
    for p in cx.process.libc.math.signgam.lock().iter() {
        cx.mem().store(*p, sign)?;
    }
    Ok(())
}

fn lgamma(cx: &mut Cx<'_>, x: f64) -> Result<f64> {
    let mut sign = 0;
    let value = eval(cx, || libm::lgamma_r(x, &mut sign))?;
    set_signgam(cx, sign)?;
    Ok(value)
}

fn lgammaf(cx: &mut Cx<'_>, x: f32) -> Result<f32> {
    let mut sign = 0;
    let value = eval(cx, || libm::lgammaf_r(x, &mut sign))?;
    set_signgam(cx, sign)?;
    Ok(value)
}

fn lgammal(cx: &mut Cx<'_>, x: X87) -> Result<X87> {
    let mut sign = 0;
    let value = eval(cx, || long_double(|r| libm::svm_lgammal_r(&x.into(), &mut sign, r)))?;
    set_signgam(cx, sign)?;
    Ok(value)
}

fn nan(cx: &mut Cx<'_>, tag: GuestPtr) -> Result<f64> {
    Ok(libm::nans(&cx.mem().c_str(tag)?).0)
}

fn nanf(cx: &mut Cx<'_>, tag: GuestPtr) -> Result<f32> {
    Ok(libm::nans(&cx.mem().c_str(tag)?).1)
}

fn nanl(cx: &mut Cx<'_>, tag: GuestPtr) -> Result<X87> {
    Ok(libm::nans(&cx.mem().c_str(tag)?).2)
}

// `<fenv.h>` for x86.
const ALL_EXCEPT: i32 = 0x3d;
const TO_NEAREST: i32 = 0;

fn fegetround(_: &mut Cx<'_>) -> Result<i32> {
    Ok(libm::fegetround())
}

fn fesetround(_: &mut Cx<'_>, mode: i32) -> Result<i32> {
    Ok(libm::fesetround(mode))
}

fn fetestexcept(_: &mut Cx<'_>, which: i32) -> Result<i32> {
    Ok(libm::fetestexcept(which & ALL_EXCEPT))
}

fn feclearexcept(_: &mut Cx<'_>, which: i32) -> Result<i32> {
    Ok(libm::feclearexcept(which & ALL_EXCEPT))
}

fn feraiseexcept(_: &mut Cx<'_>, which: i32) -> Result<i32> {
    Ok(libm::feraiseexcept(which & ALL_EXCEPT))
}

fn fegetexceptflag(cx: &mut Cx<'_>, out: GuestPtr, which: i32) -> Result<i32> {
    cx.mem().store(out, libm::fetestexcept(which & ALL_EXCEPT) as u16)?;
    Ok(0)
}

fn fesetexceptflag(cx: &mut Cx<'_>, flags: GuestPtr, which: i32) -> Result<i32> {
    let flags = i32::from(cx.mem().load::<u16>(flags)?);
    libm::feclearexcept(which & ALL_EXCEPT);
    Ok(libm::feraiseexcept(flags & which & ALL_EXCEPT))
}

/// A `fenv_t` of ours: rounding mode and flags. Traps stay masked whatever a program stores there.
fn fegetenv(cx: &mut Cx<'_>, env: GuestPtr) -> Result<i32> {
    cx.mem().fill(env, 0, 32)?;
    cx.mem().store(env, [libm::fegetround(), libm::fetestexcept(ALL_EXCEPT)])?;
    Ok(0)
}

fn feholdexcept(cx: &mut Cx<'_>, env: GuestPtr) -> Result<i32> {
    fegetenv(cx, env)?;
    Ok(libm::feclearexcept(ALL_EXCEPT))
}

/// Mode and flags from a `fenv_t`, or the defaults for `FE_DFL_ENV` (-1) and `FE_NOMASK_ENV` (-2).
fn environment(cx: &Cx<'_>, env: GuestPtr) -> Result<[i32; 2]> {
    if env.bits() >= u64::MAX - 1 {
        return Ok([TO_NEAREST, 0]);
    }
    cx.mem().slice(env, 32)?;
    let [mode, flags]: [i32; 2] = cx.mem().load(at(env, 0))?;
    Ok([mode & 0xc00, flags & ALL_EXCEPT])
}

fn fesetenv(cx: &mut Cx<'_>, env: GuestPtr) -> Result<i32> {
    let [mode, flags] = environment(cx, env)?;
    libm::fesetround(mode);
    libm::feclearexcept(ALL_EXCEPT);
    Ok(libm::feraiseexcept(flags))
}

fn feupdateenv(cx: &mut Cx<'_>, env: GuestPtr) -> Result<i32> {
    let raised = libm::fetestexcept(ALL_EXCEPT);
    fesetenv(cx, env)?;
    Ok(libm::feraiseexcept(raised))
}

/// Traps cannot be enabled: a floating-point exception of a guest must not stop the host.
fn feenableexcept(_: &mut Cx<'_>, which: i32) -> Result<i32> {
    Ok(if which & ALL_EXCEPT == 0 { 0 } else { -1 })
}

fn fedisableexcept(_: &mut Cx<'_>, _which: i32) -> Result<i32> {
    Ok(0)
}

fn fegetexcept(_: &mut Cx<'_>) -> Result<i32> {
    Ok(0)
}
