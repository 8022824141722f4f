//! Conformance vectors: uBPF's, those in rbpf's tests, and our own, which together have every instruction of the table.

use std::collections::BTreeSet;

use svm_engine::Config;
use svm_lifters::ebpf::code::Code;
use svm_lifters::ebpf::isa::{self, Raw};
use svm_tests::{Check, paths, programs};

use super::tiers;
use super::vectors::{Expect, Vector, data, rbpf_cases};
use crate::Test;

/// uBPF's vectors that have code and something to check; six more are for its assembler alone.
const UBPF_VECTORS: usize = 110;
/// The cases in rbpf's tests.
const RBPF_CASES: usize = 311;

/// Where a vector's author and RFC 9669 disagree: the vector, what must come out, and why.
type Differences = [(&'static str, Expect, &'static str)];

/// uBPF of 2018 stops at a division by zero; RFC 9669, section 4.1, defines its result. The RFC also has more opcodes.
const UBPF_DIFFERENCES: &Differences = &[
    ("err-div-by-zero-imm", Expect::Value(0), "the quotient by zero is 0"),
    ("err-div-by-zero-reg", Expect::Value(0), "the quotient by zero is 0"),
    ("err-div64-by-zero-reg", Expect::Value(0), "the quotient by zero is 0"),
    ("err-mod-by-zero-reg", Expect::Value(1), "the remainder by zero is the dividend"),
    ("err-mod64-by-zero-reg", Expect::Value(1), "the remainder by zero is the dividend"),
    ("err-unknown-opcode", Expect::Value(0), "opcode 0x06 is ja with a 32-bit distance"),
    ("err-too-many-instructions", Expect::Value(0), "uBPF's own limit of 65,536 instructions"),
];

pub fn collect(tests: &mut Vec<Test>) {
    for (tier, config) in tiers() {
        let mut push = |name: &str, check: fn(&Config) -> Check| {
            let config = config.clone();
            let name = tier.test_name(&format!("ebpf/conformance/{name}"));
            tests.push((name, Box::new(move || check(&config))));
        };
        push("ubpf", |config| judge(&ubpf()?, config, UBPF_DIFFERENCES));
        push("rbpf", |config| judge(&rbpf()?, config, RBPF_DIFFERENCES));
        push("own", |config| judge(&own()?, config, &[]));
    }
    tests.push(("ebpf/conformance/every-instruction".into(), Box::new(every_instruction)));
}

pub fn ubpf() -> Result<Vec<Vector>, String> {
    programs::fetch("ubpf")?;
    let vectors = data::folder(&programs::sources("ubpf").join("lib/ubpf/tests"))?;
    match vectors.len() {
        n if n < UBPF_VECTORS => Err(format!("only {n} vectors were read")),
        _ => Ok(vectors),
    }
}

pub fn own() -> Result<Vec<Vector>, String> {
    data::folder(&paths::in_root("tests/ebpf/vectors"))
}

fn rbpf() -> Result<Vec<Vector>, String> {
    programs::fetch("rbpf")?;
    let cases = rbpf_cases::read(&programs::sources("rbpf"))?;
    let known: BTreeSet<&str> = RBPF_SKIPPED.iter().map(|(name, _)| *name).collect();
    let surprising: Vec<_> =
        cases.skipped.iter().filter(|(name, _)| !known.contains(name.as_str())).collect();
    match cases.vectors.len() {
        _ if !surprising.is_empty() => Err(format!("not read: {surprising:#?}")),
        n if n < RBPF_CASES => Err(format!("only {n} cases were read")),
        _ => Ok(cases.vectors),
    }
}

/// Whether a vector of uBPF's says what RFC 9669 does not.
pub fn different(name: &str) -> bool {
    UBPF_DIFFERENCES.iter().any(|(known, _, _)| *known == name)
}

/// Runs all vectors. A difference that is not there any more is an error, too.
fn judge(vectors: &[Vector], config: &Config, differences: &Differences) -> Check {
    let mut wrong = Vec::new();
    for (name, _, _) in differences {
        if !vectors.iter().any(|v| v.name == *name) {
            wrong.push(format!("{name}: there is no such vector"));
        }
    }
    for vector in vectors {
        let got = vector.run(config);
        let different = differences.iter().find(|(name, _, _)| *name == vector.name);
        let as_written = vector.judge(&got);
        match different {
            None => wrong.extend(as_written),
            Some(_) if as_written.is_none() => {
                wrong.push(format!("{}: is as written, and listed as different", vector.name));
            }
            Some((_, expect, why)) => {
                let ours = Vector { expect: expect.clone(), ..vector.clone() };
                wrong.extend(ours.judge(&got).map(|w| format!("{w} ({why})")));
            }
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(format!("{} of {}:\n{}", wrong.len(), vectors.len(), wrong.join("\n")))
    }
}

/// Every row of the instruction table runs in a vector with a result, of uBPF's or our own.
fn every_instruction() -> Check {
    let mut seen = vec![false; isa::rows().len()];
    for vector in ubpf()?.iter().chain(&own()?) {
        // What is refused may not be decodable.
        let Ok(code) = Code::decode(&vector.code, false) else { continue };
        for insn in code.iter() {
            if let Some(row) = isa::rows().iter().position(|row| std::ptr::eq(row, insn.row)) {
                seen[row] |= matches!(vector.expect, Expect::Value(_)) || refused(&insn.raw);
            }
        }
    }
    let missing: Vec<_> =
        isa::rows().iter().zip(&seen).filter(|(_, seen)| !**seen).map(|(row, _)| describe(row)).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("{} of {} instructions in no vector:\n{}", missing.len(), seen.len(), missing.join("\n")))
    }
}

/// Calls of kernel functions are refused: no vector can have a result.
fn refused(raw: &Raw) -> bool {
    raw.opcode == 0x85 && raw.src == 2
}

fn describe(row: &isa::Row) -> String {
    format!("{:#04x} {} (src {:?}, off {:?}, imm {:?})", row.opcode, row.name, row.src, row.off, row.imm)
}

/// rbpf's LD_ABS and LD_IND read the raw memory in host order, whatever r6 is; the RFC's need a packet.
const DIALECT: &str = "LD_ABS and LD_IND of raw memory";
/// An instruction whose unused field is not 0, which the RFC forbids.
const UNUSED: &str = "an immediate that the instruction does not have";

/// rbpf's dialect, and where RFC 9669 disagrees.
const RBPF_DIFFERENCES: &Differences = &[
    ("ubpf_jit_x86_64/test_jit_div_reg_with_nonzero_imm", Expect::Error, UNUSED),
    ("ubpf_jit_x86_64/test_jit_mod_reg_with_nonzero_imm", Expect::Error, UNUSED),
    ("ubpf_verifier/test_verifier_err_too_many_instructions", Expect::Value(0), "uBPF's own limit"),
    (
        "ubpf_verifier/test_verifier_err_unknown_opcode",
        Expect::Value(0),
        "opcode 0x06 is ja, 32-bit distance",
    ),
    ("misc/test_vm_jit_ldabsb", Expect::Error, DIALECT),
    ("misc/test_vm_jit_ldabsh", Expect::Error, DIALECT),
    ("misc/test_vm_jit_ldabsw", Expect::Error, DIALECT),
    ("misc/test_vm_jit_ldabsdw", Expect::Error, DIALECT),
    ("misc/test_vm_jit_ldindb", Expect::Error, DIALECT),
    ("misc/test_vm_jit_ldindh", Expect::Error, DIALECT),
    ("misc/test_vm_jit_ldindw", Expect::Error, DIALECT),
    ("misc/test_vm_jit_ldinddw", Expect::Error, DIALECT),
    ("misc/test_verifier_fail", Expect::Value(0xbee), "its verifier is the test's own"),
    ("misc/test_stack_overflow", Expect::Value(0x10), "a limit of the stack that the test sets"),
];

/// Test functions of rbpf's that are no program with a result.
const RBPF_SKIPPED: &[(&str, &str)] = &[
    (
        "ubpf_vm/test_vm_jmp_unsigned_extend",
        "an immediate that is not sign-extended, against RFC 9669, section 4.3",
    ),
    ("ubpf_verifier/test_verifier_err_no_exit_backward_jump", "it looks at no result"),
    ("misc/test_vm_mbuff_with_rust_api", "the program of test_vm_mbuff, built by calls"),
    ("misc/test_vm_exec_no_program", "it has no program"),
];
