//! `<complex.h>`, and what compilers call for products and quotients. A complex double travels in two registers, a
//! complex float in one; a complex long double is copied by the caller and comes as a pointer.

use svm_memory::GuestPtr;

use super::ffi::math::{self as libm, LongDouble, long_double, real};
use super::math::eval;
use crate::host::{Cap, HostFn, X87, host_table};
use crate::machine::{Cx, Result};

/// The result of a function that writes two parts.
fn parts<T: Copy + Default>(f: impl FnOnce(&mut [T; 2])) -> (T, T) {
    let mut r = [T::default(); 2];
    f(&mut r);
    (r[0], r[1])
}

/// The same of long doubles.
fn long_parts(f: impl FnOnce(&mut [LongDouble; 2])) -> (X87, X87) {
    let (re, im) = parts(f);
    (re.into(), im.into())
}

/// A complex long double behind a pointer.
fn load(cx: &Cx<'_>, p: GuestPtr) -> Result<[LongDouble; 2]> {
    let mut bytes = [0; 32];
    cx.mem().read(p, &mut bytes)?;
    let part = |at: usize| {
        let mut ten = [0; 10];
        ten.copy_from_slice(&bytes[at..at + 10]);
        X87(ten).into()
    };
    Ok([part(0), part(16)])
}

/// Rows of functions of one complex argument, in all three widths.
macro_rules! unary {
    ($($name:ident $double:ident $float:ident $long:ident),* $(,)?) => {
        &[$(
            HostFn::row(
                concat!("double _Complex ", stringify!($name), "(double re, double im)"),
                Cap::None,
                |cx, args| {
                    let (re, im): (f64, f64) = (args.next()?, args.next()?);
                    let result = eval(cx, || parts(|r| libm::$double(&[re, im], r)))?;
                    args.ret(result);
                    Ok(())
                },
            ),
            HostFn::row(
                concat!("float _Complex ", stringify!($name), "f(float _Complex x)"),
                Cap::None,
                |cx, args| {
                    let (re, im): (f32, f32) = args.next()?;
                    let result = eval(cx, || parts(|r| libm::$float(&[re, im], r)))?;
                    args.ret(result);
                    Ok(())
                },
            ),
            HostFn::row(
                concat!("long double _Complex ", stringify!($name), "l(const void *x[r 32])"),
                Cap::None,
                |cx, args| {
                    let x = load(cx, args.next()?)?;
                    let result = eval(cx, || long_parts(|r| libm::$long(&x, r)))?;
                    args.ret(result);
                    Ok(())
                },
            ),
        )*]
    };
}

/// Functions of one complex argument that give another.
pub static UNARY: &[HostFn] = unary! {
    cacos svm_cacos svm_cacosf svm_cacosl,
    cacosh svm_cacosh svm_cacoshf svm_cacoshl,
    casin svm_casin svm_casinf svm_casinl,
    casinh svm_casinh svm_casinhf svm_casinhl,
    catan svm_catan svm_catanf svm_catanl,
    catanh svm_catanh svm_catanhf svm_catanhl,
    ccos svm_ccos svm_ccosf svm_ccosl,
    ccosh svm_ccosh svm_ccoshf svm_ccoshl,
    cexp svm_cexp svm_cexpf svm_cexpl,
    clog svm_clog svm_clogf svm_clogl,
    clog10 svm_clog10 svm_clog10f svm_clog10l,
    conj svm_conj svm_conjf svm_conjl,
    cproj svm_cproj svm_cprojf svm_cprojl,
    csin svm_csin svm_csinf svm_csinl,
    csinh svm_csinh svm_csinhf svm_csinhl,
    csqrt svm_csqrt svm_csqrtf svm_csqrtl,
    ctan svm_ctan svm_ctanf svm_ctanl,
    ctanh svm_ctanh svm_ctanhf svm_ctanhl,
};

host_table! {
    /// The other functions of complex numbers.
    pub static TABLE = [
        "double cabs(double re, double im)" => cabs: re, im,
        "float cabsf(float _Complex x)" => cabsf: x,
        "long double cabsl(const void *x[r 32])" => cabsl: x,
        "double carg(double re, double im)" => carg: re, im,
        "float cargf(float _Complex x)" => cargf: x,
        "long double cargl(const void *x[r 32])" => cargl: x,
        "double creal(double re, double im)" => creal: re, im,
        "float crealf(float _Complex x)" => crealf: x,
        "long double creall(const void *x[r 32])" => creall: x,
        "double cimag(double re, double im)" => cimag: re, im,
        "float cimagf(float _Complex x)" => cimagf: x,
        "long double cimagl(const void *x[r 32])" => cimagl: x,
        "double _Complex cpow(double xre, double xim, double yre, double yim)" => cpow: a, b, c, d,
        "float _Complex cpowf(float _Complex x, float _Complex y)" => cpowf: x, y,
        "long double _Complex cpowl(const void *x[r 32], const void *y[r 32])" => cpowl: x, y,
        "double _Complex __muldc3(double xre, double xim, double yre, double yim)" => muldc3: a, b, c, d,
        "double _Complex __divdc3(double xre, double xim, double yre, double yim)" => divdc3: a, b, c, d,
        "float _Complex __mulsc3(float xre, float xim, float yre, float yim)" => mulsc3: a, b, c, d,
        "float _Complex __divsc3(float xre, float xim, float yre, float yim)" => divsc3: a, b, c, d,
        "long double _Complex __mulxc3(long double xre, long double xim, long double yre, long double yim)" => mulxc3: a, b, c, d,
        "long double _Complex __divxc3(long double xre, long double xim, long double yre, long double yim)" => divxc3: a, b, c, d,
    ];
}

fn cabs(cx: &mut Cx<'_>, re: f64, im: f64) -> Result<f64> {
    eval(cx, || libm::svm_cabs(&[re, im]))
}

fn cabsf(cx: &mut Cx<'_>, (re, im): (f32, f32)) -> Result<f32> {
    eval(cx, || libm::svm_cabsf(&[re, im]))
}

fn cabsl(cx: &mut Cx<'_>, x: GuestPtr) -> Result<X87> {
    let x = load(cx, x)?;
    eval(cx, || long_double(|r| libm::svm_cabsl(&x, r)))
}

fn carg(cx: &mut Cx<'_>, re: f64, im: f64) -> Result<f64> {
    eval(cx, || libm::svm_carg(&[re, im]))
}

fn cargf(cx: &mut Cx<'_>, (re, im): (f32, f32)) -> Result<f32> {
    eval(cx, || libm::svm_cargf(&[re, im]))
}

fn cargl(cx: &mut Cx<'_>, x: GuestPtr) -> Result<X87> {
    let x = load(cx, x)?;
    eval(cx, || long_double(|r| libm::svm_cargl(&x, r)))
}

fn creal(_: &mut Cx<'_>, re: f64, im: f64) -> Result<f64> {
    Ok(real(re, im))
}

fn crealf(_: &mut Cx<'_>, (re, _): (f32, f32)) -> Result<f32> {
    Ok(re)
}

fn creall(cx: &mut Cx<'_>, x: GuestPtr) -> Result<X87> {
    Ok(load(cx, x)?[0].into())
}

fn cimag(_: &mut Cx<'_>, re: f64, im: f64) -> Result<f64> {
    Ok(real(im, re))
}

fn cimagf(_: &mut Cx<'_>, (_, im): (f32, f32)) -> Result<f32> {
    Ok(im)
}

fn cimagl(cx: &mut Cx<'_>, x: GuestPtr) -> Result<X87> {
    Ok(load(cx, x)?[1].into())
}

fn cpow(cx: &mut Cx<'_>, a: f64, b: f64, c: f64, d: f64) -> Result<(f64, f64)> {
    eval(cx, || parts(|r| libm::svm_cpow(&[a, b], &[c, d], r)))
}

fn cpowf(cx: &mut Cx<'_>, (a, b): (f32, f32), (c, d): (f32, f32)) -> Result<(f32, f32)> {
    eval(cx, || parts(|r| libm::svm_cpowf(&[a, b], &[c, d], r)))
}

fn cpowl(cx: &mut Cx<'_>, x: GuestPtr, y: GuestPtr) -> Result<(X87, X87)> {
    let (x, y) = (load(cx, x)?, load(cx, y)?);
    eval(cx, || long_parts(|r| libm::svm_cpowl(&x, &y, r)))
}

fn muldc3(cx: &mut Cx<'_>, a: f64, b: f64, c: f64, d: f64) -> Result<(f64, f64)> {
    eval(cx, || parts(|r| libm::svm_muldc3(&[a, b], &[c, d], r)))
}

fn divdc3(cx: &mut Cx<'_>, a: f64, b: f64, c: f64, d: f64) -> Result<(f64, f64)> {
    eval(cx, || parts(|r| libm::svm_divdc3(&[a, b], &[c, d], r)))
}

fn mulsc3(cx: &mut Cx<'_>, a: f32, b: f32, c: f32, d: f32) -> Result<(f32, f32)> {
    eval(cx, || parts(|r| libm::svm_mulsc3(&[a, b], &[c, d], r)))
}

fn divsc3(cx: &mut Cx<'_>, a: f32, b: f32, c: f32, d: f32) -> Result<(f32, f32)> {
    eval(cx, || parts(|r| libm::svm_divsc3(&[a, b], &[c, d], r)))
}

fn mulxc3(cx: &mut Cx<'_>, a: X87, b: X87, c: X87, d: X87) -> Result<(X87, X87)> {
    eval(cx, || long_parts(|r| libm::svm_mulxc3(&[a.into(), b.into()], &[c.into(), d.into()], r)))
}

fn divxc3(cx: &mut Cx<'_>, a: X87, b: X87, c: X87, d: X87) -> Result<(X87, X87)> {
    eval(cx, || long_parts(|r| libm::svm_divxc3(&[a.into(), b.into()], &[c.into(), d.into()], r)))
}
