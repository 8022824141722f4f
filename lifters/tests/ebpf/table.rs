//! Every row of the instruction table: encoding, decoding, disassembly and assembly agree.

use proptest::prelude::*;
use svm_lifters::ebpf::code::Code;
use svm_lifters::ebpf::isa::{self, Field, Op, Raw, Row};
use svm_lifters::ebpf::{asm, disasm};

/// An instruction of a row with these operands; jumps stay where they are.
fn instance(row: &Row, dst: u8, src: u8, off: i16, imm: i32, high: i32) -> Vec<u8> {
    let mut raw = row.template();
    let jumps = matches!(row.op, Op::Jump { .. } | Op::Goto { .. });
    if row.dst == Field::Any {
        raw.dst = dst;
    }
    if row.src == Field::Any {
        raw.src = src;
    }
    if row.off == Field::Any {
        raw.off = if jumps { -1 } else { off };
    }
    if row.imm == Field::Any {
        raw.imm = if matches!(row.op, Op::Goto { .. }) { -1 } else { imm };
    }
    let mut bytes = raw.bytes().to_vec();
    if matches!(row.op, Op::LoadImm { .. }) {
        bytes.extend(Raw { imm: high, ..Raw::default() }.bytes());
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_instruction_survives_text(
        dst in 0u8..10, src in 0u8..10, off: i16, imm: i32, high: i32,
    ) {
        for row in isa::rows() {
            let bytes = instance(row, dst, src, off, imm, high);
            let code = Code::decode(&bytes, false).map_err(|e| TestCaseError::fail(format!("{row:?}: {e}")))?;
            let insn = code.iter().next().unwrap();
            prop_assert_eq!(insn.op(), row.op);
            let text = disasm::instruction(insn);
            let back = asm::assemble(&text).map_err(|e| TestCaseError::fail(format!("{text}: {e}")))?;
            prop_assert_eq!(&back, &bytes, "{}", text);
        }
    }

    #[test]
    fn the_big_endian_encoding_says_the_same(dst in 0u8..10, src in 0u8..10, off: i16, imm: i32) {
        let raw = Raw { opcode: 0x61, dst, src, off, imm };
        let [opcode, regs, o0, o1, i0, i1, i2, i3] = raw.bytes();
        let big = [opcode, regs.rotate_left(4), o1, o0, i3, i2, i1, i0];
        prop_assert_eq!(Raw::read(big, true), raw);
    }
}

#[test]
fn no_two_rows_share_an_encoding() {
    for row in isa::rows() {
        let raw = row.template();
        assert_eq!(isa::rows().iter().filter(|r| r.matches(&raw)).count(), 1, "{row:?}");
    }
}

#[test]
fn opcodes_are_those_of_the_rfc() {
    // RFC 9669, appendix A, one of each group; and what clang -mcpu=v4 adds.
    let known = [
        (0x07, 0, "add"),
        (0x0c, 0, "add32"),
        (0x3f, 1, "sdiv"),
        (0x9c, 1, "smod32"),
        (0xbf, 8, "movsx864"),
        (0xbf, 32, "movsx3264"),
        (0xbc, 16, "movsx1632"),
        (0x91, 0, "ldxbsx"),
        (0x81, 0, "ldxwsx"),
        (0x79, 0, "ldxdw"),
        (0x7b, 0, "stxdw"),
        (0x72, 0, "stb"),
        (0x95, 0, "exit"),
        (0x8d, 0, "callx"),
        (0xdd, 5, "jsle"),
        (0xa6, 5, "jlt32"),
    ];
    for (opcode, off, name) in known {
        let raw = Raw { opcode, off, ..Raw::default() };
        assert_eq!(isa::find(&raw).map(|r| r.name.as_str()), Some(name));
    }
    let atomic = |imm, opcode| isa::find(&Raw { opcode, imm, ..Raw::default() }).map(|r| r.name.as_str());
    assert_eq!(atomic(0xf1, 0xdb), Some("lock cmpxchg"));
    assert_eq!(atomic(0xe1, 0xc3), Some("lock xchg32"));
    assert_eq!(atomic(0x01, 0xdb), Some("lock fetch add"));
}

#[test]
fn the_assembler_takes_the_syntax_of_the_public_vectors() {
    let same = [
        ("mov %r0, 0x10", "mov r0, 16"),
        ("ldxw %r0, [%r1 + 4] # comment", "ldxw r0, [r1+4]"),
        ("stxdw [r10-8], %r2", "stxdw [r10-8], r2"),
        ("call %r2", "callx r2"),
        ("lddw %r0, 0x1122334455667788", "lddw r0, 1234605616436508552"),
        ("mov r0, 0xffffffffffffffff", "mov r0, -1"),
        ("mov32 r0, 0xffffffff", "mov32 r0, -1"),
        ("again: ja again", "ja -1"),
    ];
    for (a, b) in same {
        assert_eq!(asm::assemble(a).unwrap(), asm::assemble(b).unwrap(), "{a}");
    }
    for wrong in [
        "mov r16, 0",
        "ja nowhere",
        "mov r0",
        "frob r1",
        "ldxw r0, [4]",
        "mov r0, 0x1122334455",
        "stxw [r1], 5",
    ] {
        let error = asm::assemble(wrong).unwrap_err().to_string();
        assert!(error.contains("line 1") && error.contains(wrong), "{error}");
    }
}
