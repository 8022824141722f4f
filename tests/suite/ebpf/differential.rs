//! SVM against rbpf: every arithmetic and jump instruction on a million random register states, and random valid
//! programs with memory, branches and local calls: equal results, or both refuse.

use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, TestCaseError, TestRunner};
use svm_engine::machine::Tier;
use svm_engine::{Config as Settings, Fault, Instance};
use svm_lifters::ebpf::asm;
use svm_lifters::ebpf::isa::{self, Alu, Cond, Field, Op};
use svm_tests::{Check, paths};

use super::tiers;
use super::vectors::{Input, instance, load};
use crate::Test;

/// Random states of one run, all instructions together.
const STATES: u64 = 1_000_000;
/// Random programs on the interpreter; compiling takes longer, so that other tiers run fewer.
const PROGRAMS: u32 = 1500;
const PROGRAMS_COMPILED: u32 = 150;

pub fn collect(tests: &mut Vec<Test>) {
    for (tier, config) in tiers() {
        let programs = if config.tier == Tier::Interp { PROGRAMS } else { PROGRAMS_COMPILED };
        let settings = config.clone();
        tests.push((tier.test_name("ebpf/differential/states"), Box::new(move || states(&settings))));
        let check = move || random_programs(&config, programs);
        tests.push((tier.test_name("ebpf/differential/programs"), Box::new(check)));
    }
}

/// A small generator: the same states in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // One in four is a value at an edge.
        match self.0 >> 60 {
            0 => 0,
            1 => self.0 & 63,
            2 => u64::MAX << (self.0 & 63),
            3 => 1u64.rotate_left(self.0 as u32 & 63),
            _ => self.0,
        }
    }
}

fn assemble(text: &str) -> Result<Vec<u8>, String> {
    asm::assemble(text).map_err(|e| e.to_string())
}

/// Each arithmetic and jump instruction that rbpf has, on registers from memory.
fn cases() -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut cases = Vec::new();
    for row in isa::rows() {
        let mut raw = row.template();
        raw.dst = 2;
        let (jump, imm) = match row.op {
            // rbpf knows version 3: no signed division.
            Op::Alu { op: Alu::Sdiv | Alu::Smod, .. } => continue,
            Op::Alu { imm, .. } => (false, imm),
            Op::Neg { .. } | Op::End { order: isa::Order::Big | isa::Order::Little, .. } => (false, false),
            Op::Jump { imm, .. } => (true, imm),
            _ => continue,
        };
        if row.src == Field::Any {
            raw.src = 3;
        }
        if jump {
            raw.off = 1;
        }
        let constants = match row.op {
            // rbpf takes the immediate as unsigned; RFC 9669, section 4.3, has it sign-extended.
            Op::Jump { wide: true, imm: true, cond } if unsigned(cond) => vec![1, 7, 31, i32::MAX],
            _ if imm => vec![1, 7, 31, -1],
            _ => vec![raw.imm],
        };
        for constant in constants {
            raw.imm = constant;
            let mut code = assemble("ldxdw r2, [r1]\nldxdw r3, [r1+8]\nmov r0, 1")?;
            if matches!(row.op, Op::Alu { op: Alu::Mod, wide: false, imm: false }) {
                // rbpf keeps the upper half of the dividend where the divisor is 0; section 4.1 has it zeroed.
                code.extend(assemble("or r3, 1")?);
            }
            code.extend(raw.bytes());
            code.extend(assemble(if jump { "mov r0, 0\nexit" } else { "mov r0, r2\nexit" })?);
            cases.push((format!("{} {constant}", row.name), code));
        }
    }
    Ok(cases)
}

/// Conditions on which rbpf does not sign-extend an immediate.
fn unsigned(cond: Cond) -> bool {
    matches!(cond, Cond::Eq | Cond::Ne | Cond::Gt | Cond::Ge | Cond::Lt | Cond::Le)
}

fn text(fault: Fault) -> String {
    fault.title().to_owned()
}

fn states(config: &Settings) -> Check {
    let cases = cases()?;
    let each = STATES / cases.len() as u64 + 1;
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut wrong = Vec::new();
    for (name, code) in &cases {
        let module = load(name, code, &Input::None)?;
        let mut ours =
            Instance::builder(&module).config(config.clone()).build().map_err(|e| e.to_string())?;
        let theirs = rbpf::EbpfVmRaw::new(Some(code)).map_err(|e| format!("rbpf refuses {name}: {e}"))?;
        let at = ours.memory().alloc(16).map_err(text)?;
        for _ in 0..each {
            let (a, b) = (random.next(), random.next());
            let mut memory = [a.to_le_bytes(), b.to_le_bytes()].concat();
            ours.memory().write(at, &memory).map_err(text)?;
            let ours = ours.call::<_, u64>("bpf_prog", (at, 16u64)).map_err(text)?;
            let theirs = theirs.execute_program(&mut memory).map_err(|e| format!("rbpf, {name}: {e}"))?;
            if ours != theirs {
                wrong.push(format!("{name} on {a:#x}, {b:#x}: {ours:#x}, rbpf {theirs:#x}"));
                break;
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// Bytes that random programs are run on.
const MEMORY: usize = 32;

/// One step of a random program, as text. Registers 0, 2 to 5 and 7 to 9 hold data, r6 points to the memory; pointers
/// are only ever bases, since they differ between machines.
fn step() -> impl Strategy<Value = String> {
    let data = || prop_oneof![Just(0u8), 2u8..6, 7u8..10];
    let alu = proptest::sample::select(vec![
        "add", "sub", "mul", "div", "or", "and", "lsh", "rsh", "xor", "mov", "arsh",
    ]);
    let signed = || proptest::sample::select(vec!["jset", "jsgt", "jsge", "jslt", "jsle"]);
    let unsigned = || proptest::sample::select(vec!["jeq", "jgt", "jge", "jne", "jlt", "jle"]);
    let wide = prop_oneof![Just(""), Just("32")];
    let operand = || prop_oneof![data().prop_map(|r| format!("r{r}")), value().prop_map(|v| v.to_string())];
    let size = || proptest::sample::select(vec![("b", 1i32), ("h", 2), ("w", 4), ("dw", 8)]);
    // Mostly inside, sometimes across an end.
    let memory = || (0i32..MEMORY as i32 + 2).prop_map(|o| (6u8, o - 1));
    let stack = || (0i32..520).prop_map(|o| (10u8, o - 516));
    let place = move || prop_oneof![4 => memory(), 2 => stack()];
    let address = |(base, offset): (u8, i32)| format!("[r{base}{offset:+}]");
    prop_oneof![
        6 => (alu, wide.clone(), data(), operand()).prop_map(|(op, w, d, s)| format!("{op}{w} r{d}, {s}")),
        1 => (wide.clone(), data()).prop_map(|(w, d)| format!("neg{w} r{d}")),
        1 => (proptest::sample::select(vec!["le16", "le32", "le64", "be16", "be32", "be64"]), data())
            .prop_map(|(op, d)| format!("{op} r{d}")),
        1 => (data(), any::<u64>()).prop_map(|(d, v)| format!("lddw r{d}, {v:#x}")),
        3 => (size(), data(), place()).prop_map(move |((s, _), d, p)| format!("ldx{s} r{d}, {}", address(p))),
        2 => (size(), data(), place()).prop_map(move |((s, _), d, p)| format!("stx{s} {}, r{d}", address(p))),
        1 => (size(), value(), place()).prop_map(move |((s, _), v, p)| format!("st{s} {}, {v}", address(p))),
        1 => (wide.clone(), data(), 1..i32::MAX).prop_map(|(w, d, v)| format!("mod{w} r{d}, {v}")),
        1 => (data(), data()).prop_map(|(d, s)| format!("mod r{d}, r{s}")),
        1 => (signed(), wide.clone(), data(), operand(), 0u8..6)
            .prop_map(|(op, w, d, s, over)| format!("{op}{w} r{d}, {s}, +{over}")),
        1 => (unsigned(), wide, data(), data(), 0u8..6)
            .prop_map(|(op, w, d, s, over)| format!("{op}{w} r{d}, r{s}, +{over}")),
        1 => (unsigned(), data(), value(), 0u8..6)
            .prop_map(|(op, d, v, over)| format!("{op} r{d}, {}, +{over}", v & i32::MAX)),
        1 => (unsigned(), data(), value(), 0u8..6)
            .prop_map(|(op, d, v, over)| format!("{op}32 r{d}, {v}, +{over}")),
        1 => (0u8..4).prop_map(|over| format!("ja +{over}")),
    ]
}

/// An immediate: small, at an edge, or anything.
fn value() -> impl Strategy<Value = i32> {
    prop_oneof![0i32..64, Just(-1), Just(i32::MIN), Just(i32::MAX), any::<i32>()]
}

/// A program of these steps: registers get values from memory, and r0 sums them up in the end.
fn program(steps: &[String]) -> Result<Vec<u8>, String> {
    let mut lines = vec!["mov r6, r1".to_owned(), "mov r1, 0".into(), "mov r0, 0".into()];
    for (n, register) in [2, 3, 4, 5, 7, 8, 9].into_iter().enumerate() {
        lines.push(format!("ldxw r{register}, [r6+{}]", n * 4));
    }
    // Jumps may not end inside of a lddw, nor behind the last step: each step that could be their end is one unit.
    lines.extend(steps.iter().cloned());
    lines.extend((0..6).map(|_| "mov r1, 0".to_owned()));
    lines.extend([2, 3, 4, 5, 7, 8, 9].map(|register| format!("add r0, r{register}")));
    for at in (0..MEMORY).step_by(8) {
        lines.push(format!("ldxdw r2, [r6+{at}]"));
        lines.push("xor r0, r2".into());
    }
    lines.push("exit".into());
    assemble(&lines.join("\n"))
}

fn compare(settings: &Settings, code: &[u8], memory: &[u8]) -> Result<(), TestCaseError> {
    let Ok(theirs) = rbpf::EbpfVmRaw::new(Some(code)) else {
        // Jumps into the second half of a lddw.
        let ours = load("random", code, &Input::None);
        prop_assert!(ours.is_err(), "rbpf refuses to load it");
        return Ok(());
    };
    let (mut left, mut right) = (memory.to_vec(), memory.to_vec());
    let theirs = theirs.execute_program(&mut right).map_err(|e| e.to_string());
    let module = load("random", code, &Input::None).map_err(TestCaseError::fail)?;
    let mut ours = instance(&module, settings).map_err(TestCaseError::fail)?;
    let ours = ours.bpf_run_memory(None, &mut left).map_err(text);
    match (&ours, &theirs) {
        (Ok(a), Ok(b)) => {
            prop_assert_eq!(a, b, "r0");
            prop_assert_eq!(left, right, "memory");
        }
        (Err(_), Err(_)) => {}
        _ => return Err(TestCaseError::fail(format!("{ours:x?}, rbpf {theirs:x?}"))),
    }
    Ok(())
}

/// Random programs; those that once failed are in `tests/ebpf/regressions.txt` and run first.
fn random_programs(settings: &Settings, cases: u32) -> Check {
    let kept: &'static str =
        Box::leak(paths::in_root("tests/ebpf/regressions.txt").display().to_string().into());
    let persistence = FileFailurePersistence::Direct(kept);
    let config = Config { cases, failure_persistence: Some(Box::new(persistence)), ..Config::default() };
    let strategy = (proptest::collection::vec(step(), 1..40), proptest::collection::vec(any::<u8>(), MEMORY));
    let mut runner = TestRunner::new(config);
    let result = runner.run(&strategy, |(steps, memory)| {
        let code = program(&steps).map_err(TestCaseError::fail)?;
        compare(settings, &code, &memory)
    });
    result.map_err(|e| e.to_string())
}
