//! Floating point: against native operations and, for x87, against the host's own.

use proptest::prelude::*;

use crate::ir::{BinOp, CastOp, FCmpPred, Intrinsic, Type};
use crate::semantics::float::{self, Fp};
use crate::semantics::{self, X87};

/// The host's x87, as the oracle.
#[cfg(target_arch = "x86_64")]
mod host {
    use crate::semantics::X87;

    macro_rules! x87 {
        ($name:ident, $($code:literal),*) => {
            pub fn $name(a: X87, b: X87) -> X87 {
                let (a, b, mut out) = (a.to_bytes(), b.to_bytes(), [0u8; 10]);
                // SAFETY: loads two ten-byte operands, leaves one register, pops it into `out`.
                unsafe {
                    std::arch::asm!(
                        "fld tbyte ptr [{a}]", "fld tbyte ptr [{b}]", $($code,)* "fstp tbyte ptr [{out}]",
                        a = in(reg) a.as_ptr(), b = in(reg) b.as_ptr(), out = in(reg) out.as_mut_ptr(),
                        out("st(0)") _, out("st(1)") _, out("st(2)") _, out("st(3)") _,
                        out("st(4)") _, out("st(5)") _, out("st(6)") _, out("st(7)") _,
                    );
                }
                X87::from_bytes(out)
            }
        };
    }

    x87!(add, "faddp");
    x87!(sub, "fsubp");
    x87!(mul, "fmulp");
    x87!(div, "fdivp");
    x87!(sqrt, "fstp st(0)", "fsqrt");
    x87!(rint, "fstp st(0)", "frndint");

    /// Sets the thread's rounding mode, and nearest again when dropped.
    pub struct RoundingMode;

    // SAFETY: glibc's prototype; changes this thread's control words only.
    #[link(name = "m")]
    unsafe extern "C" {
        safe fn fesetround(mode: i32) -> i32;
    }

    impl RoundingMode {
        pub fn set(mode: i32) -> RoundingMode {
            fesetround(mode);
            RoundingMode
        }
    }

    impl Drop for RoundingMode {
        fn drop(&mut self) {
            fesetround(0);
        }
    }

    macro_rules! store {
        ($name:ident, $t:ty, $code:literal) => {
            pub fn $name(a: X87) -> $t {
                let (a, mut out) = (a.to_bytes(), <$t>::default());
                // SAFETY: loads ten bytes and pops them, converted, into `out`.
                unsafe {
                    std::arch::asm!(
                        "fld tbyte ptr [{a}]", $code,
                        a = in(reg) a.as_ptr(), out = in(reg) &raw mut out,
                        out("st(0)") _, out("st(1)") _, out("st(2)") _, out("st(3)") _,
                        out("st(4)") _, out("st(5)") _, out("st(6)") _, out("st(7)") _,
                    );
                }
                out
            }
        };
    }

    /// `cvttsd2si` to 32 and 64 bits.
    pub fn truncate(x: f64) -> (i32, i64) {
        use std::arch::x86_64::{_mm_cvttsd_si32, _mm_cvttsd_si64, _mm_set_sd};
        // SAFETY: x86-64 has SSE2.
        unsafe { (_mm_cvttsd_si32(_mm_set_sd(x)), _mm_cvttsd_si64(_mm_set_sd(x))) }
    }

    /// `cvttss2si` to 32 and 64 bits.
    pub fn truncate_single(x: f32) -> (i32, i64) {
        use std::arch::x86_64::{_mm_cvttss_si32, _mm_cvttss_si64, _mm_set_ss};
        // SAFETY: x86-64 has SSE2.
        unsafe { (_mm_cvttss_si32(_mm_set_ss(x)), _mm_cvttss_si64(_mm_set_ss(x))) }
    }

    store!(to_f32, f32, "fstp dword ptr [{out}]");
    store!(to_f64, f64, "fstp qword ptr [{out}]");
    store!(to_i16, i16, "fisttp word ptr [{out}]");
    store!(to_i32, i32, "fisttp dword ptr [{out}]");
    store!(to_i64, i64, "fisttp qword ptr [{out}]");
}

fn x87(significand: u64, head: u16) -> X87 {
    X87::from_slots(&[significand, head.into()])
}

/// All kinds of x87 values, the unsupported ones included, with exponents that meet each other.
fn any_x87() -> impl Strategy<Value = X87> {
    let significand = prop_oneof![
        any::<u64>(),
        any::<u64>().prop_map(|s| s | 1 << 63),
        any::<u64>().prop_map(|s| s | 1 << 63),
        Just(1 << 63),
        Just(3 << 62),
        Just(u64::MAX),
        Just(0),
        (0u32..64).prop_map(|n| 1 << n),
        any::<u32>().prop_map(|s| u64::from(s) << 32 | 1 << 63),
    ];
    let exponent = prop_oneof![
        any::<u16>(),
        Just(0u16),
        Just(0x7fffu16),
        0x3fffu16..0x4045,
        0x3fffu16..0x4045,
        0x3f80u16..0x4080,
        0x7ff0u16..0x7fff,
        0u16..80,
    ];
    (significand, exponent, any::<bool>()).prop_map(|(s, e, neg)| x87(s, e & 0x7fff | u16::from(neg) << 15))
}

fn any_f64() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<u64>().prop_map(f64::from_bits),
        any::<i64>().prop_map(|v| v as f64),
        any::<i32>().prop_map(|v| f64::from(v) + 0.5),
        any::<i32>().prop_map(|v| f64::from(v) / 16.0),
        prop::sample::select(vec![0.0, -0.0, f64::NAN, f64::INFINITY, -f64::INFINITY, 0.5, -0.5, 1e300]),
    ]
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn x87_arithmetic_is_the_hosts(a in any_x87(), b in any_x87()) {
        prop_assert_eq!(a.add(b), host::add(a, b), "{:?} + {:?}", a, b);
        prop_assert_eq!(a.sub(b), host::sub(a, b), "{:?} - {:?}", a, b);
        prop_assert_eq!(a.mul(b), host::mul(a, b), "{:?} * {:?}", a, b);
        prop_assert_eq!(a.div(b), host::div(a, b), "{:?} / {:?}", a, b);
        prop_assert_eq!(a.sqrt(), host::sqrt(a, b), "sqrt {:?}", a);
        prop_assert_eq!(a.round_even(), host::rint(a, b), "rint {:?}", a);
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn rounding_modes_are_honoured(a in any_x87(), b in any_x87(), x in any_f64(), mode in 0i32..4) {
        let _guard = host::RoundingMode::set(mode << 10);
        prop_assert_eq!(a.add(b), host::add(a, b), "{:?} + {:?}", a, b);
        prop_assert_eq!(a.mul(b), host::mul(a, b), "{:?} * {:?}", a, b);
        prop_assert_eq!(a.div(b), host::div(a, b), "{:?} / {:?}", a, b);
        prop_assert_eq!(a.sqrt(), host::sqrt(a, b), "sqrt {:?}", a);
        prop_assert_eq!(a.rint(), host::rint(a, b), "rint {:?}", a);
        prop_assert_eq!(a.to_f64().to_bits(), host::to_f64(a).to_bits(), "{:?}", a);
        let wide = x.to_x87();
        prop_assert!(same(x.rint(), host::rint(wide, wide).to_f64()), "rint {}", x);
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn x87_conversions_are_the_hosts(a in any_x87()) {
        prop_assert_eq!(a.to_f32().to_bits(), host::to_f32(a).to_bits(), "{:?}", a);
        prop_assert_eq!(a.to_f64().to_bits(), host::to_f64(a).to_bits(), "{:?}", a);
        prop_assert_eq!(a.to_signed(16) as i16, host::to_i16(a), "{:?}", a);
        prop_assert_eq!(a.to_signed(32) as i32, host::to_i32(a), "{:?}", a);
        prop_assert_eq!(a.to_signed(64) as i64, host::to_i64(a), "{:?}", a);
        prop_assert_eq!(a.to_unsigned(32) as u32, host::to_i64(a) as u32, "{:?}", a);
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn doubles_survive_x87(a in any_f64(), b in any::<f32>(), n in any::<i64>(), u in any::<u64>()) {
        let (wide, single) = (a.to_x87(), b.to_x87());
        prop_assert!(same(wide.to_f64(), a));
        prop_assert!(same(single.to_f32().into(), b.into()));
        prop_assert_eq!(X87::from_i128(n.into()).to_signed(64) as i64, n);
        prop_assert_eq!(X87::from_u128(u.into()).to_unsigned(64) as u64, u);
        let (fraction, exp) = wide.frexp();
        if a.is_finite() {
            prop_assert_eq!(fraction.ldexp(exp), wide);
        }
    }

    #[test]
    fn x87_roundings(a in any_x87()) {
        let (down, up, zero) = (a.floor(), a.ceil(), a.trunc());
        if !a.is_nan() {
            use std::cmp::Ordering::Greater;
            prop_assert!(down.order(a) != Some(Greater) && a.order(up) != Some(Greater));
            prop_assert_eq!(zero, if a.is_negative() { up } else { down });
            prop_assert_eq!(down.round_even(), down);
        }
    }

    #[test]
    fn x87_fma_rounds_once(a in any::<u32>(), b in any::<u32>(), c in any::<i64>()) {
        // Exact in 64 bits of significand as long as the sum fits.
        let r = X87::from_u128(a.into()).fma(X87::from_u128(b.into()), X87::from_i128(c.into()));
        let exact = i128::from(a) * i128::from(b) + i128::from(c);
        prop_assert_eq!(r, X87::from_i128(exact));
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn truncation_is_cvttsd2si(x in any_f64()) {
        let f = x as f32;
        prop_assert_eq!(float::f64_to_i32(x), host::truncate(x).0);
        prop_assert_eq!(float::f64_to_i64(x), host::truncate(x).1);
        prop_assert_eq!(float::f32_to_i32(f), host::truncate_single(f).0);
        prop_assert_eq!(float::f32_to_i64(f), host::truncate_single(f).1);
        if x > -1.0 && x < 18446744073709551616.0 {
            prop_assert_eq!(float::f64_to_u64(x), x as u64);
            prop_assert_eq!(x.to_unsigned(64) as u64, x as u64);
        }
        if f > -1.0 && f < 18446744073709551616.0 {
            prop_assert_eq!(float::f32_to_u64(f), f as u64);
        }
        if x.abs() < 1e38 {
            prop_assert_eq!(x.to_signed(128) as i128, x as i128);
            prop_assert_eq!(x.to_x87().to_signed(128) as i128, x as i128);
        }
        prop_assert_eq!(x.to_x87().to_i128_sat(), x as i128);
        prop_assert_eq!(x.to_x87().to_u128_sat(), x as u128);
    }

    #[test]
    fn saturating_conversions(x in any_f64()) {
        let run = |i, bits| {
            let mut out = [0xdead];
            let arg = [x.to_bits()];
            semantics::intrinsic(i, &[&Type::Double], &Type::Int(bits), &[&arg], &mut out).unwrap();
            out[0]
        };
        prop_assert_eq!(run(Intrinsic::FpToSiSat, 32), u64::from(x as i32 as u32));
        prop_assert_eq!(run(Intrinsic::FpToUiSat, 8), u64::from(x as u8));
        prop_assert_eq!(run(Intrinsic::FpToSiSat, 8), u64::from(x as i8 as u8));
        prop_assert_eq!(run(Intrinsic::FpToUiSat, 64), x as u64);
        prop_assert_eq!(run(Intrinsic::FpToSiSat, 64), x as i64 as u64);
    }

    #[test]
    fn wide_integers_round_once(v in any::<[u64; 3]>(), drop in 0u32..192) {
        let v = semantics::wide::Wide::new(192, &v).lshr(drop);
        let mut out = [0];
        semantics::cast(CastOp::UiToFp, &Type::Int(192), &Type::Double, v.words(), &mut out);
        let nearest = f64::from_bits(out[0]);
        // Through x87 (64 bits) and back to an integer: never further off than half a unit.
        let mut back = [0; 3];
        semantics::cast(CastOp::FpToUi, &Type::Double, &Type::Int(192), &out, &mut back);
        if v.significant_bits() < 192 {
            let back = semantics::wide::Wide::new(192, &back);
            let off = v.sub(&back);
            let off = off.magnitude();
            prop_assert!(off.significant_bits() <= v.significant_bits().saturating_sub(53), "{}", nearest);
        }
    }

    #[test]
    fn f64_operations(a in any_f64(), b in any_f64()) {
        let run = |op| {
            let mut out = [0];
            semantics::binary(op, &Type::Double, &[a.to_bits()], &[b.to_bits()], &mut out).unwrap();
            f64::from_bits(out[0])
        };
        prop_assert!(same(run(BinOp::FAdd), a + b));
        prop_assert!(same(run(BinOp::FSub), a - b));
        prop_assert!(same(run(BinOp::FMul), a * b));
        prop_assert!(same(run(BinOp::FDiv), a / b));
        prop_assert!(same(run(BinOp::FRem), a % b));
        let unequal = a.partial_cmp(&b).is_some_and(std::cmp::Ordering::is_ne);
        let x87_rem = a.to_x87().rem(b.to_x87()).to_f64();
        prop_assert!(same(x87_rem, a % b), "{} % {} = {}", a, b, x87_rem);
        for (pred, expected) in [
            (FCmpPred::Oeq, a == b),
            (FCmpPred::Ogt, a > b),
            (FCmpPred::Oge, a >= b),
            (FCmpPred::Olt, a < b),
            (FCmpPred::Ole, a <= b),
            (FCmpPred::One, unequal),
            (FCmpPred::Ord, !a.is_nan() && !b.is_nan()),
            (FCmpPred::Uno, a.is_nan() || b.is_nan()),
            (FCmpPred::Ueq, !unequal),
            (FCmpPred::Ugt, a.is_nan() || b.is_nan() || a > b),
            (FCmpPred::Uge, a.is_nan() || b.is_nan() || a >= b),
            (FCmpPred::Ult, a.is_nan() || b.is_nan() || a < b),
            (FCmpPred::Ule, a.is_nan() || b.is_nan() || a <= b),
            (FCmpPred::Une, a != b),
            (FCmpPred::True, true),
            (FCmpPred::False, false),
        ] {
            let mut out = [7];
            semantics::fcmp(pred, &Type::Double, &[a.to_bits()], &[b.to_bits()], &mut out);
            prop_assert_eq!(out[0], u64::from(expected), "{} {:?} {}", a, pred, b);
            let (a, b) = (a.to_x87().to_slots(), b.to_x87().to_slots());
            semantics::fcmp(pred, &Type::X87, &a, &b, &mut out);
            prop_assert_eq!(out[0], u64::from(expected), "x87");
        }
    }
}

fn unary(i: Intrinsic, x: f64) -> f64 {
    let mut out = [0xdead];
    let arg = [x.to_bits()];
    assert_eq!(semantics::intrinsic(i, &[&Type::Double], &Type::Double, &[&arg], &mut out), Ok(true));
    f64::from_bits(out[0])
}

#[test]
fn roundings_at_ties() {
    for (i, expected) in [
        (Intrinsic::Round, [3.0, -3.0, 4.0, 0.0, -1.0]),
        (Intrinsic::RoundEven, [2.0, -2.0, 4.0, 0.0, -0.0]),
        (Intrinsic::Rint, [2.0, -2.0, 4.0, 0.0, -0.0]),
        (Intrinsic::Floor, [2.0, -3.0, 3.0, 0.0, -1.0]),
        (Intrinsic::Ceil, [3.0, -2.0, 4.0, 1.0, -0.0]),
        (Intrinsic::FTrunc, [2.0, -2.0, 3.0, 0.0, -0.0]),
    ] {
        for (x, e) in [2.5, -2.5, 3.5, 0.25, -0.5].into_iter().zip(expected) {
            assert!(same(unary(i, x), e), "{i:?} {x}");
            let mut out = [0; 2];
            let arg = x.to_x87().to_slots();
            semantics::intrinsic(i, &[&Type::X87], &Type::X87, &[&arg], &mut out).unwrap();
            assert!(same(X87::from_slots(&out).to_f64(), e), "x87 {i:?} {x}");
        }
    }
}

#[test]
fn roundings_quiet_a_signalling_nan() {
    use Intrinsic::{Ceil, FTrunc, Floor, NearbyInt, Rint, Round, RoundEven};
    for i in [Round, RoundEven, Rint, NearbyInt, Floor, Ceil, FTrunc] {
        let rounded = unary(i, f64::from_bits(0xfff4_0000_0000_0001)).to_bits();
        assert_eq!(rounded, 0xfffc_0000_0000_0001, "{i:?}");
    }
}

#[test]
fn minimum_and_its_relatives() {
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    // As the code that clang emits for `fmin`: of two zeros the first, a number before a NaN.
    for (a, b, min, max) in [
        (0.0, -0.0, 0.0, 0.0),
        (-0.0, 0.0, -0.0, -0.0),
        (nan, 1.0, 1.0, 1.0),
        (1.0, nan, 1.0, 1.0),
        (inf, 2.0, 2.0, inf),
    ] {
        assert!(same(float::minnum(a, b), min) && same(float::maxnum(a, b), max), "{a} {b}");
    }
    assert!(same(float::minimum(0.0, -0.0, false), -0.0) && same(float::minimum(-0.0, 0.0, true), 0.0));
    assert!(float::minimum(nan, 1.0, false).is_nan() && float::minimum(1.0, nan, true).is_nan());
    assert!(same(float::minimum_num(nan, 1.0, false), 1.0) && same(float::minimum_num(0.0, -0.0, true), 0.0));
}

#[test]
fn classes() {
    let values = [
        f64::from_bits(0x7ff0_0000_0000_0001),
        f64::from_bits(0x7ff8_0000_0000_0000),
        f64::NEG_INFINITY,
        -1.0,
        -5e-324,
        -0.0,
        0.0,
        5e-324,
        1.0,
        f64::INFINITY,
    ];
    for (bit, x) in values.into_iter().enumerate() {
        for mask in 0..10 {
            assert_eq!(float::is_class(x, 1 << mask), bit == mask, "{x} {mask}");
        }
    }
    assert!(float::is_class(x87(1 << 63, 0x7fff), 1 << 9) && float::is_class(x87(3 << 62, 0xffff), 1 << 1));
}

#[test]
fn results_of_two_fields() {
    let pair = |i, second: &Type, x: f64| {
        let ret = Type::structure(vec![Type::Double, second.clone()], false);
        let (mut out, arg) = ([0xdead; 2], [x.to_bits()]);
        assert_eq!(semantics::intrinsic(i, &[&Type::Double], &ret, &[&arg], &mut out), Ok(true));
        (f64::from_bits(out[0]), out[1])
    };
    assert_eq!(pair(Intrinsic::FrExp, &Type::I32, 10.0), (0.625, 4));
    assert_eq!(pair(Intrinsic::FrExp, &Type::I32, 0.125), (0.5, 0xffff_fffe));
    assert_eq!(pair(Intrinsic::Modf, &Type::Double, -2.5), (-0.5, (-2.0f64).to_bits()));
    assert_eq!(pair(Intrinsic::SinCos, &Type::Double, 1.0), (1f64.sin(), 1f64.cos().to_bits()));
    let (fraction, whole) = pair(Intrinsic::Modf, &Type::Double, f64::NEG_INFINITY);
    assert!(same(fraction, -0.0) && f64::from_bits(whole) == f64::NEG_INFINITY);
}

#[test]
fn library_functions_of_all_formats() {
    assert_eq!(unary(Intrinsic::Exp, 1.0), 1f64.exp());
    assert_eq!(unary(Intrinsic::Sin, 0.5), 0.5f64.sin());
    assert_eq!(unary(Intrinsic::Sqrt, 2.0), 2f64.sqrt());
    // 2^0.5 in extended precision, as sqrtl(2) gives it.
    let two = X87::from_u128(2);
    let power = two.math2(0.5f64.to_x87(), semantics::libm::Math2::Pow);
    #[cfg(target_arch = "x86_64")]
    assert_eq!(power, two.sqrt());
    assert_eq!(power.to_f64(), 2f64.sqrt());
    assert_eq!(two.math1(semantics::libm::Math1::Log2).to_f64(), 1.0);
    assert_eq!(float::powi(3.0f64, -2), 1.0 / 9.0);
    assert_eq!(float::powi(2.0f64, i32::MIN), 0.0);
}

#[test]
fn unsigned_conversions_out_of_range_are_clangs() {
    // What `(unsigned long)x` and friends give natively at -O2.
    assert_eq!((-1.0f64).to_unsigned(64) as u64, u64::MAX);
    assert_eq!(1e20f64.to_unsigned(64) as u64, 1 << 63);
    assert_eq!(f64::NAN.to_unsigned(64) as u64, 1 << 63);
    assert_eq!((-1.0f64).to_unsigned(32) as u32, u32::MAX);
    assert_eq!(4294967296.0f64.to_unsigned(32), 0);
    assert_eq!(300.0f64.to_unsigned(8), 44);
    assert_eq!(1e10f64.to_unsigned(8), 0);
}
