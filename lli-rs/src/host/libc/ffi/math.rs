//! libm. Its functions are defined for every argument, so calling them is safe; those that cannot be
//! called from Rust go through `shim/math.c`.

use std::ffi::{c_char, c_int, c_long};

use crate::host::X87;

/// A long double as C stores it.
#[repr(C, align(16))]
#[derive(Clone, Copy, Default)]
pub struct LongDouble([u8; 16]);

impl From<X87> for LongDouble {
    fn from(value: X87) -> Self {
        let mut bytes = [0; 16];
        bytes[..10].copy_from_slice(&value.0);
        Self(bytes)
    }
}

impl From<LongDouble> for X87 {
    fn from(value: LongDouble) -> Self {
        let mut bytes = [0; 10];
        bytes.copy_from_slice(&value.0[..10]);
        X87(bytes)
    }
}

/// Declares functions by signature, each bound to its name with the list's suffix.
///
/// glibc's own names with the suffixes of C23 (`cbrtf64`) are asked for, since the plain ones may be bound
/// to the Rust runtime's functions of the same name, which round differently and set no `errno`.
macro_rules! libm {
    ($($params:tt -> $ret:ty, $suffix:literal: $names:tt;)*) => {
        $(libm! { @list $params -> $ret, $suffix: $names })*
    };
    (@list $params:tt -> $ret:ty, $suffix:literal: { $($name:ident)* }) => {
        // SAFETY: these have the C types given and no effect but on errno and the floating-point flags.
        unsafe extern "C" {
            $(
                #[link_name = concat!(stringify!($name), $suffix)]
                pub safe fn $name $params -> $ret;
            )*
        }
    };
}

libm! {
    (x: f64) -> f64, "f64": {
        acos acosh asin asinh atan atanh cbrt ceil cos cosh erf erfc exp exp2 exp10 expm1 fabs floor
        j0 j1 y0 y1 log log10 log1p log2 logb nearbyint nextup nextdown rint round roundeven sin
        sinh sqrt tan tanh tgamma trunc
    };
    (x: f64) -> f64, "": { significand };
    (x: f32) -> f32, "32": {
        acosf acoshf asinf asinhf atanf atanhf cbrtf ceilf cosf coshf erff erfcf expf exp2f exp10f
        expm1f fabsf floorf j0f j1f y0f y1f logf log10f log1pf log2f logbf nearbyintf nextupf
        nextdownf rintf roundf roundevenf sinf sinhf sqrtf tanf tanhf tgammaf truncf
    };
    (x: f32) -> f32, "": { significandf };
    (x: f64, y: f64) -> f64, "f64": { atan2 copysign fdim fmax fmin fmod hypot nextafter pow remainder };
    (x: f64, y: f64) -> f64, "": { drem scalb };
    (x: f32, y: f32) -> f32, "32": {
        atan2f copysignf fdimf fmaxf fminf fmodf hypotf nextafterf powf remainderf
    };
    (x: f32, y: f32) -> f32, "": { dremf scalbf };
    (x: f64, y: f64, z: f64) -> f64, "f64": { fma };
    (x: f32, y: f32, z: f32) -> f32, "32": { fmaf };
    (x: f64) -> c_long, "f64": { lrint lround llogb };
    (x: f32) -> c_long, "32": { lrintf lroundf llogbf };
    (x: f64) -> c_int, "f64": { ilogb };
    (x: f32) -> c_int, "32": { ilogbf };
    (x: f64, n: c_int) -> f64, "f64": { ldexp scalbn };
    (x: f32, n: c_int) -> f32, "32": { ldexpf scalbnf };
    (x: f64, n: c_long) -> f64, "f64": { scalbln };
    (x: f32, n: c_long) -> f32, "32": { scalblnf };
    (n: c_int, x: f64) -> f64, "f64": { jn yn };
    (n: c_int, x: f32) -> f32, "32": { jnf ynf };
    (x: f64, e: &mut c_int) -> f64, "f64": { frexp };
    (x: f32, e: &mut c_int) -> f32, "32": { frexpf };
    (x: f64, whole: &mut f64) -> f64, "f64": { modf };
    (x: f32, whole: &mut f32) -> f32, "32": { modff };
    (x: f64, y: f64, q: &mut c_int) -> f64, "f64": { remquo };
    (x: f32, y: f32, q: &mut c_int) -> f32, "32": { remquof };
    (x: f64, s: &mut f64, c: &mut f64) -> (), "f64": { sincos };
    (x: f32, s: &mut f32, c: &mut f32) -> (), "32": { sincosf };
    (x: &LongDouble, r: &mut LongDouble) -> (), "": {
        svm_acosl svm_acoshl svm_asinl svm_asinhl svm_atanl svm_atanhl svm_cbrtl svm_ceill svm_cosl
        svm_coshl svm_erfl svm_erfcl svm_expl svm_exp2l svm_exp10l svm_expm1l svm_fabsl svm_floorl
        svm_j0l svm_j1l svm_y0l svm_y1l svm_logl svm_log10l svm_log1pl svm_log2l svm_logbl
        svm_nearbyintl svm_nextupl svm_nextdownl svm_rintl svm_roundl svm_roundevenl
        svm_significandl svm_sinl svm_sinhl svm_sqrtl svm_tanl svm_tanhl svm_tgammal svm_truncl
    };
    (x: &LongDouble, y: &LongDouble, r: &mut LongDouble) -> (), "": {
        svm_atan2l svm_copysignl svm_dreml svm_fdiml svm_fmaxl svm_fminl svm_fmodl svm_hypotl
        svm_nextafterl svm_powl svm_remainderl svm_scalbl
    };
    (x: &LongDouble, y: &LongDouble, z: &LongDouble, r: &mut LongDouble) -> (), "": { svm_fmal };
    (x: &LongDouble) -> c_long, "": { svm_lrintl svm_lroundl svm_llogbl };
    (x: &LongDouble) -> c_int, "": {
        svm_ilogbl svm_finitel svm_isnanl svm_isinfl svm_signbitl svm_fpclassifyl
    };
    (x: &LongDouble, n: c_int, r: &mut LongDouble) -> (), "": { svm_ldexpl svm_scalbnl };
    (x: &LongDouble, n: c_long, r: &mut LongDouble) -> (), "": { svm_scalblnl };
    (n: c_int, x: &LongDouble, r: &mut LongDouble) -> (), "": { svm_jnl svm_ynl };
    (x: &LongDouble, e: &mut c_int, r: &mut LongDouble) -> (), "": { svm_frexpl svm_lgammal_r };
    (x: &LongDouble, whole: &mut LongDouble, r: &mut LongDouble) -> (), "": { svm_modfl };
    (x: &LongDouble, y: &LongDouble, q: &mut c_int, r: &mut LongDouble) -> (), "": { svm_remquol };
    (x: &LongDouble, s: &mut LongDouble, c: &mut LongDouble) -> (), "": { svm_sincosl };
    (x: f64, y: &LongDouble) -> f64, "": { svm_nexttoward };
    (x: f32, y: &LongDouble) -> f32, "": { svm_nexttowardf };
    (x: &[f64; 2], r: &mut [f64; 2]) -> (), "": {
        svm_cacos svm_cacosh svm_casin svm_casinh svm_catan svm_catanh svm_ccos svm_ccosh svm_cexp
        svm_clog svm_clog10 svm_conj svm_cproj svm_csin svm_csinh svm_csqrt svm_ctan svm_ctanh
    };
    (x: &[f32; 2], r: &mut [f32; 2]) -> (), "": {
        svm_cacosf svm_cacoshf svm_casinf svm_casinhf svm_catanf svm_catanhf svm_ccosf svm_ccoshf
        svm_cexpf svm_clogf svm_clog10f svm_conjf svm_cprojf svm_csinf svm_csinhf svm_csqrtf
        svm_ctanf svm_ctanhf
    };
    (x: &[LongDouble; 2], r: &mut [LongDouble; 2]) -> (), "": {
        svm_cacosl svm_cacoshl svm_casinl svm_casinhl svm_catanl svm_catanhl svm_ccosl svm_ccoshl
        svm_cexpl svm_clogl svm_clog10l svm_conjl svm_cprojl svm_csinl svm_csinhl svm_csqrtl
        svm_ctanl svm_ctanhl
    };
    (x: &[f64; 2]) -> f64, "": { svm_cabs svm_carg };
    (x: &[f32; 2]) -> f32, "": { svm_cabsf svm_cargf };
    (x: &[LongDouble; 2], r: &mut LongDouble) -> (), "": { svm_cabsl svm_cargl };
    (x: &[f64; 2], y: &[f64; 2], r: &mut [f64; 2]) -> (), "": { svm_cpow svm_muldc3 svm_divdc3 };
    (x: &[f32; 2], y: &[f32; 2], r: &mut [f32; 2]) -> (), "": { svm_cpowf svm_mulsc3 svm_divsc3 };
    (x: &[LongDouble; 2], y: &[LongDouble; 2], r: &mut [LongDouble; 2]) -> (), "": {
        svm_cpowl svm_mulxc3 svm_divxc3
    };
    (exceptions: c_int) -> c_int, "": { fetestexcept feclearexcept feraiseexcept fesetround };
    () -> c_int, "": { fegetround };
}

unsafe extern "C" {
    #[link_name = "lgammaf64_r"]
    pub safe fn lgamma_r(x: f64, sign: &mut c_int) -> f64;
    #[link_name = "lgammaf32_r"]
    pub safe fn lgammaf_r(x: f32, sign: &mut c_int) -> f32;
}

/// The first of two parts.
pub fn real(part: f64, _other: f64) -> f64 {
    part
}

/// A long double result through a pointer.
pub fn long_double(f: impl FnOnce(&mut LongDouble)) -> X87 {
    let mut r = LongDouble::default();
    f(&mut r);
    r.into()
}

unsafe extern "C" {
    fn nan(tag: *const c_char) -> f64;
    fn nanf(tag: *const c_char) -> f32;
    fn svm_nanl(tag: *const c_char, r: &mut LongDouble);
    fn strtof(text: *const c_char, end: *mut *mut c_char) -> f32;
    fn svm_strtold(text: *const c_char, r: &mut LongDouble) -> usize;
}

/// `nan`, `nanf` and `nanl` of a tag.
pub fn nans(tag: &[u8]) -> (f64, f32, X87) {
    let tag = super::c_string(tag);
    // SAFETY: the tag is a C string that outlives the calls.
    unsafe { (nan(tag.as_ptr()), nanf(tag.as_ptr()), long_double(|r| svm_nanl(tag.as_ptr(), r))) }
}

/// The number at the start of `text`, and how many bytes it took.
pub fn read_double(text: &[u8]) -> (f64, usize) {
    let text = super::c_string(text);
    let mut end = std::ptr::null_mut();
    // SAFETY: a C string; the end is set to a place in it.
    let value = unsafe { libc::strtod(text.as_ptr(), &mut end) };
    (value, end.addr() - text.as_ptr().addr())
}

/// As [`read_double`], rounded to a float.
pub fn read_float(text: &[u8]) -> (f32, usize) {
    let text = super::c_string(text);
    let mut end = std::ptr::null_mut();
    // SAFETY: as above.
    let value = unsafe { strtof(text.as_ptr(), &mut end) };
    (value, end.addr() - text.as_ptr().addr())
}

/// As [`read_double`], rounded to a long double.
pub fn read_long_double(text: &[u8]) -> (X87, usize) {
    let text = super::c_string(text);
    let mut used = 0;
    // SAFETY: as above.
    let value = long_double(|r| used = unsafe { svm_strtold(text.as_ptr(), r) });
    (value, used)
}

/// `fenv_t`: 28 bytes of x87 state and the SSE control word.
#[repr(C, align(4))]
struct Fenv([u8; 32]);

unsafe extern "C" {
    safe fn fegetenv(env: &mut Fenv) -> c_int;
    fn fesetenv(env: &Fenv) -> c_int;
}

/// The host thread's floating-point environment as it was; put back when dropped.
pub struct FloatEnvironment(Fenv);

impl FloatEnvironment {
    /// Saves it.
    pub fn save() -> Self {
        let mut env = Fenv([0; 32]);
        fegetenv(&mut env);
        Self(env)
    }
}

impl Drop for FloatEnvironment {
    fn drop(&mut self) {
        // SAFETY: an environment that `fegetenv` gave, so it unmasks nothing that was masked.
        unsafe { fesetenv(&self.0) };
    }
}
