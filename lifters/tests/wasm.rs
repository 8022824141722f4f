//! Modules in text form, lifted; LLVM's verifier judges every result, and a few properties of the text are asserted.

use svm_lifters::wasm::{ExternType, LiftError, LiftOptions, MemoryForm, lift, lift_to_text};

fn options(memory: MemoryForm) -> LiftOptions {
    LiftOptions { name: "m".into(), memory, ctor: true, ..LiftOptions::default() }
}

/// The text of a module, verified in every form of memory; that of the default form is returned.
fn text(wat: &str) -> String {
    for form in [MemoryForm::Symbol, MemoryForm::Checked] {
        lift_to_text(wat.as_bytes(), &options(form)).unwrap_or_else(|e| panic!("{form:?}: {e}\n{wat}"));
    }
    lift_to_text(wat.as_bytes(), &options(MemoryForm::Loaded)).unwrap_or_else(|e| panic!("{e}\n{wat}"))
}

/// A function of the given parameters, result and body.
fn func(signature: &str, body: &str) -> String {
    text(&format!("(module (memory 1) (table 2 funcref) (func (export \"f\") {signature} {body}))"))
}

#[test]
fn integers() {
    for width in ["i32", "i64"] {
        for op in "add sub mul and or xor shl shr_s shr_u rotl rotr div_s div_u rem_s rem_u".split(' ') {
            let ir = func(
                &format!("(param {width} {width}) (result {width})"),
                &format!("({width}.{op} (local.get 0) (local.get 1))"),
            );
            assert_eq!(ir.contains("svm.wasm.trap"), op.starts_with("div") || op.starts_with("rem"), "{op}");
        }
        for op in "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u".split(' ') {
            func(
                &format!("(param {width} {width}) (result i32)"),
                &format!("({width}.{op} (local.get 0) (local.get 1))"),
            );
        }
        for op in "clz ctz popcnt extend8_s extend16_s".split(' ') {
            func(&format!("(param {width}) (result {width})"), &format!("({width}.{op} (local.get 0))"));
        }
    }
}

#[test]
fn a_known_divisor_is_not_tested() {
    let ir = func("(param i32) (result i32)", "(i32.div_s (local.get 0) (i32.const 7))");
    assert!(!ir.contains("svm.wasm.trap"), "{ir}");
    let ir = func("(param i32) (result i32)", "(i32.div_s (local.get 0) (i32.const -1))");
    assert!(ir.contains("svm.wasm.trap"), "{ir}");
}

#[test]
fn floats_and_conversions() {
    for width in ["f32", "f64"] {
        for op in "add sub mul div min max copysign".split(' ') {
            func(
                &format!("(param {width} {width}) (result {width})"),
                &format!("({width}.{op} (local.get 0) (local.get 1))"),
            );
        }
        for op in "abs neg ceil floor trunc nearest sqrt".split(' ') {
            func(&format!("(param {width}) (result {width})"), &format!("({width}.{op} (local.get 0))"));
        }
        for int in ["i32", "i64"] {
            for sign in ["s", "u"] {
                let params = format!("(param {width}) (result {int})");
                let ir = func(&params, &format!("({int}.trunc_{width}_{sign} (local.get 0))"));
                assert!(ir.contains("svm.wasm.trap"));
                let ir = func(&params, &format!("({int}.trunc_sat_{width}_{sign} (local.get 0))"));
                assert!(!ir.contains("svm.wasm.trap"));
                let params = format!("(param {int}) (result {width})");
                func(&params, &format!("({width}.convert_{int}_{sign} (local.get 0))"));
            }
        }
    }
    let ir = func("(result f32)", "(f32.const nan:0x200000)");
    assert!(ir.contains("0x7FF4000000000000"), "a signalling NaN stays as it is: {ir}");
}

#[test]
fn control_flow() {
    func(
        "(param i32) (result i32)",
        "(if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 2)))",
    );
    func("(param i32)", "(loop $l (br_if $l (local.get 0)))");
    func(
        "(param i32) (result i32)",
        "(block $a (block $b (br_table $a $b $a (local.get 0))) (return (i32.const 1))) (i32.const 2)",
    );
    func("(result i32)", "(block (result i32) (br 0 (i32.const 1)) (drop) (i32.const 2))");
    func("", "(loop (br 0) (if (i32.const 1) (then (unreachable)) (else (nop))))");
    func("(param i32) (result i32)", "(if (local.get 0) (then (unreachable))) (i32.const 1)");
    func("(param i32) (result i32 i64)", "(block (result i32 i64) (local.get 0) (i64.const 2))");
    func(
        "(param i32 i64) (result i64)",
        "(local.get 0) (local.get 1) (loop (param i32 i64) (result i64) (br 1) )",
    );
    func("(result i32)", "(unreachable) (i32.add) (select)");
}

#[test]
fn memories_and_tables() {
    let ir = func("(param i32) (result i64)", "(i64.load32_s offset=4294967295 (local.get 0))");
    assert!(ir.contains("zext i32") && ir.contains("i64 4294967295"), "{ir}");
    let ir =
        text("(module (memory i64 1) (func (param i64) (result i32) (i32.load8_u offset=9 (local.get 0))))");
    assert!(ir.contains("llvm.uadd.sat.i64"), "an address must not wrap around: {ir}");
    func("(param i32 i32 i32)", "(memory.copy (local.get 0) (local.get 1) (local.get 2))");
    func("(param i32 i32 i32)", "(memory.fill (local.get 0) (local.get 1) (local.get 2))");
    text(
        "(module (memory 1) (memory $b i64 2) (data $d \"abc\") (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 3)) (data.drop $d) (memory.copy 0 $b (i32.const 0) (i64.const 0) (i32.const 3)) (drop (memory.grow $b (i64.const 1)))))",
    );
    text(
        "(module (table $t 2 externref) (table $u i64 2 funcref) (elem $e funcref (ref.func $f) (ref.null func)) (func $f (param externref) (table.set $t (i32.const 0) (local.get 0)) (table.init $u $e (i64.const 0) (i32.const 0) (i32.const 1)) (elem.drop $e) (drop (table.grow $t (ref.null extern) (i32.const 1))) (table.fill $t (i32.const 0) (table.get $t (i32.const 1)) (table.size $t))))",
    );
}

#[test]
fn calls() {
    text(
        "(module (type $t (func (param i32) (result i32))) (table 1 funcref) (func $f (type $t) (call_indirect (type $t) (call $f (local.get 0)) (i32.const 0))) (elem (i32.const 0) $f))",
    );
    let ir = text(
        "(module (type $t (func (param i32 i64))) (table 1 funcref) (func $f (type $t) (return_call $g (local.get 0))) (func $g (param i32) (return_call_indirect (type $t) (local.get 0) (i64.const 1) (i32.const 0))))",
    );
    assert_eq!(ir.matches("musttail call tailcc").count(), 2, "{ir}");
    text(
        "(module (type $t (func)) (func $f (param (ref null $t)) (block $l (call_ref $t (br_on_null $l (local.get 0))))))",
    );
}

#[test]
fn atomics() {
    for op in "add sub and or xor xchg".split(' ') {
        func(
            "(param i32 i32) (result i32)",
            &format!("(i32.atomic.rmw16.{op}_u (local.get 0) (local.get 1))"),
        );
        func("(param i32 i64) (result i64)", &format!("(i64.atomic.rmw.{op} (local.get 0) (local.get 1))"));
    }
    func(
        "(param i32 i64) (result i64)",
        "(i64.atomic.rmw32.cmpxchg_u (local.get 0) (local.get 1) (local.get 1))",
    );
    func(
        "(param i32 i64)",
        "(atomic.fence) (i64.atomic.store16 (local.get 0) (local.get 1)) (drop (i32.atomic.load8_u (local.get 0)))",
    );
    func("(param i32 i64) (result i32)", "(memory.atomic.wait64 (local.get 0) (local.get 1) (local.get 1))");
}

#[test]
fn the_interface() {
    let wat = r#"(module (import "a.b" "f" (func (param i64))) (import "wasi_snapshot_preview1" "g" (func (result i32)))
        (memory (export "mem") 1 2) (global (export "g") (mut i32) (i32.const 3))
        (export "f" (func 0)) (func (export "x") (export "y") (result f64) (f64.const 1)) (func $s) (start $s))"#;
    let info = lift(wat.as_bytes(), &options(MemoryForm::Loaded)).unwrap().info;
    assert_eq!(info.imports[0].symbol, "wasm$a$$2Eb$f");
    let of = |name: &str| info.exports.iter().find(|e| e.name == name).unwrap();
    assert_eq!(of("mem").symbol, "wasm$m$mem");
    assert!(matches!(&of("mem").ty, ExternType::Memory(m) if m.min == 1 && m.max == Some(2)));
    assert_eq!(of("f").symbol, "wasm$a$$2Eb$f");
    assert_eq!(of("y").symbol, "wasm$m$x");
    assert!(info.start);
    let ir = text(wat);
    assert!(ir.contains("@\"wasm$m$y\" = alias double (), ptr @\"wasm$m$x\""), "{ir}");
    assert!(ir.contains("declare i32 @\"wasm$wasi_snapshot_preview1$g\"(ptr)"), "{ir}");
    assert!(ir.contains("define void @\"wasm_invoke$m$y\"(ptr"), "{ir}");
}

#[test]
fn what_is_refused() {
    let error = |wat: &str| lift(wat.as_bytes(), &options(MemoryForm::Loaded)).unwrap_err();
    assert!(matches!(error("(module (func (i32.add)))"), LiftError::Invalid { .. }));
    assert!(matches!(error("(module"), LiftError::Text(_)));
    assert_eq!(error("(module (type (struct)))"), LiftError::Unsupported("garbage collection".into()));
    let component = lift(b"\0asm\x0d\0\x01\0", &options(MemoryForm::Loaded)).unwrap_err();
    assert_eq!(component, LiftError::Unsupported("the component model".into()));
}

/// Damaged modules are errors, never panics. The generator is a fixed xorshift.
#[test]
fn damaged_modules() {
    let wat = r#"(module (import "e" "f" (func (param i32))) (memory 1) (table 2 funcref) (elem (i32.const 0) 0 1) (data (i32.const 8) "abc")
        (func (export "g") (param i32 f64) (result i32) (local i64) (block (br_if 0 (local.get 0)) (call 0 (i32.const 1)))
        (i32.load8_u (i32.div_u (local.get 0) (i32.const 3)))))"#;
    let good = lift_binary(wat);
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |n: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % n as u64) as usize
    };
    let mut accepted = 0;
    for _ in 0..3000 {
        let mut bytes = good.clone();
        for _ in 0..1 + next(3) {
            let at = 8 + next(bytes.len() - 8);
            bytes[at] = next(256) as u8;
        }
        accepted += usize::from(lift_to_text(&bytes, &options(MemoryForm::Loaded)).is_ok());
        assert!(!matches!(lift(&bytes, &options(MemoryForm::Checked)), Err(LiftError::Internal(_))));
    }
    assert!(accepted > 0, "some of the damage must leave valid modules");
}

fn lift_binary(wat: &str) -> Vec<u8> {
    wat::parse_str(wat).expect("valid text")
}

/// Every SIMD operator without immediates, by its type.
#[test]
fn vectors() {
    let each = |shapes: &str, ops: &str, params: &str, result: &str| {
        let args: Vec<String> = (0..params.split(' ').count()).map(|i| format!("(local.get {i})")).collect();
        for shape in shapes.split(' ') {
            for op in ops.split(' ') {
                func(
                    &format!("(param {params}) (result {result})"),
                    &format!("({shape}.{op} {})", args.join(" ")),
                );
            }
        }
    };
    let ints = "i8x16 i16x8 i32x4 i64x2";
    each("v128", "and andnot or xor", "v128 v128", "v128");
    each("v128", "not", "v128", "v128");
    each("v128", "bitselect", "v128 v128 v128", "v128");
    each("v128", "any_true", "v128", "i32");
    each(ints, "all_true bitmask", "v128", "i32");
    each(ints, "abs neg", "v128", "v128");
    each(ints, "shl shr_s shr_u", "v128 i32", "v128");
    each(ints, "add sub eq ne lt_s gt_s le_s ge_s", "v128 v128", "v128");
    each("i16x8 i32x4 i64x2", "mul", "v128 v128", "v128");
    each("i8x16 i16x8 i32x4", "lt_u gt_u le_u ge_u min_s min_u max_s max_u", "v128 v128", "v128");
    each("i8x16 i16x8", "add_sat_s add_sat_u sub_sat_s sub_sat_u avgr_u", "v128 v128", "v128");
    each("i8x16", "popcnt", "v128", "v128");
    each("i8x16", "swizzle relaxed_swizzle narrow_i16x8_s narrow_i16x8_u", "v128 v128", "v128");
    each(
        "i16x8",
        "narrow_i32x4_s narrow_i32x4_u q15mulr_sat_s relaxed_q15mulr_s relaxed_dot_i8x16_i7x16_s extmul_low_i8x16_s extmul_high_i8x16_u",
        "v128 v128",
        "v128",
    );
    each("i32x4", "dot_i16x8_s extmul_low_i16x8_u extmul_high_i16x8_s", "v128 v128", "v128");
    each("i64x2", "extmul_low_i32x4_u extmul_high_i32x4_s", "v128 v128", "v128");
    each(
        "i16x8",
        "extadd_pairwise_i8x16_s extadd_pairwise_i8x16_u extend_low_i8x16_s extend_high_i8x16_u",
        "v128",
        "v128",
    );
    each("i32x4", "extadd_pairwise_i16x8_s extend_low_i16x8_u extend_high_i16x8_s", "v128", "v128");
    each("i64x2", "extend_low_i32x4_s extend_high_i32x4_u", "v128", "v128");
    each("f32x4 f64x2", "ceil floor trunc nearest abs neg sqrt", "v128", "v128");
    each(
        "f32x4 f64x2",
        "add sub mul div min max pmin pmax relaxed_min relaxed_max eq ne lt gt le ge",
        "v128 v128",
        "v128",
    );
    each("f32x4 f64x2", "relaxed_madd relaxed_nmadd", "v128 v128 v128", "v128");
    each(ints, "relaxed_laneselect", "v128 v128 v128", "v128");
    each(
        "i32x4",
        "trunc_sat_f32x4_s trunc_sat_f32x4_u trunc_sat_f64x2_s_zero trunc_sat_f64x2_u_zero relaxed_trunc_f32x4_s relaxed_trunc_f64x2_u_zero",
        "v128",
        "v128",
    );
    each("i32x4", "relaxed_dot_i8x16_i7x16_add_s", "v128 v128 v128", "v128");
    each("f32x4", "convert_i32x4_s convert_i32x4_u demote_f64x2_zero", "v128", "v128");
    each("f64x2", "convert_low_i32x4_s convert_low_i32x4_u promote_low_f32x4", "v128", "v128");
    each("i8x16 i16x8 i32x4", "splat", "i32", "v128");
    each("i64x2", "splat", "i64", "v128");
    each("f32x4", "splat", "f32", "v128");
    each("f64x2", "splat", "f64", "v128");
}

#[test]
fn vector_lanes_and_memory() {
    for (shape, lane) in [
        ("i8x16", "i32"),
        ("i16x8", "i32"),
        ("i32x4", "i32"),
        ("i64x2", "i64"),
        ("f32x4", "f32"),
        ("f64x2", "f64"),
    ] {
        let signs = if shape == "i8x16" || shape == "i16x8" { vec!["_s", "_u"] } else { vec![""] };
        for sign in signs {
            func(
                &format!("(param v128) (result {lane})"),
                &format!("({shape}.extract_lane{sign} 1 (local.get 0))"),
            );
        }
        func(
            &format!("(param v128 {lane}) (result v128)"),
            &format!("({shape}.replace_lane 1 (local.get 0) (local.get 1))"),
        );
    }
    for op in "load load8x8_s load8x8_u load16x4_s load16x4_u load32x2_s load32x2_u load8_splat load64_splat load32_zero load64_zero".split(' ') {
        func("(param i32) (result v128)", &format!("(v128.{op} offset=4 (local.get 0))"));
    }
    for bits in [8, 16, 32, 64] {
        func(
            "(param i32 v128) (result v128)",
            &format!("(v128.load{bits}_lane 1 (local.get 0) (local.get 1))"),
        );
        func("(param i32 v128)", &format!("(v128.store{bits}_lane 1 (local.get 0) (local.get 1))"));
    }
    func(
        "(param i32 v128)",
        "(v128.store (local.get 0) (i8x16.shuffle 0 1 2 3 4 5 6 7 24 25 26 27 28 29 30 31 (local.get 1) (v128.const i64x2 1 2)))",
    );
    text(
        "(module (global $g (mut v128) (v128.const i32x4 1 2 3 4)) (func (export \"f\") (param v128 i32) (result v128 v128) (local v128) (local.set 2 (i32x4.add (local.get 0) (global.get $g))) (global.set $g (f32x4.neg (local.get 2))) (if (result v128) (local.get 1) (then (i64x2.neg (local.get 2))) (else (local.get 0))) (select (f64x2.neg (local.get 2)) (local.get 0) (local.get 1))))",
    );
}
