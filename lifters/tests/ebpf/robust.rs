//! Damaged and random input: an error with its position, never a panic, never bitcode that LLVM refuses.

use proptest::prelude::*;
use svm_lifters::ebpf::isa::{self, Field, Op, Raw};
use svm_lifters::ebpf::{self, ErrorKind, Format, Helpers, Options, asm};

/// A random instruction of the table, with operands that mostly make sense.
fn instruction() -> impl Strategy<Value = Vec<u8>> {
    let rows = isa::rows();
    (0..rows.len(), 0u8..10, 0u8..11, -4i16..8, any::<i32>(), 0i32..16).prop_map(
        |(row, dst, src, off, imm, small)| {
            let row = &isa::rows()[row];
            let mut raw = row.template();
            let any = |field: Field| field == Field::Any;
            raw.dst = if any(row.dst) { dst } else { raw.dst };
            raw.src = if any(row.src) { src.min(9) } else { raw.src };
            raw.off = if any(row.off) { off } else { raw.off };
            let short =
                matches!(row.op, Op::Goto { .. } | Op::CallLocal | Op::CallHelper | Op::LoadImm { kind: 4 });
            raw.imm = if any(row.imm) { if short { small - 4 } else { imm } } else { raw.imm };
            let mut bytes = raw.bytes().to_vec();
            if matches!(row.op, Op::LoadImm { .. }) {
                bytes.extend(Raw { imm: small, ..Raw::default() }.bytes());
            }
            bytes
        },
    )
}

fn never_our_bug(bytes: &[u8], options: &Options) -> Result<bool, TestCaseError> {
    match ebpf::lift("random", bytes, options) {
        Ok(lifted) => {
            prop_assert!(lifted.bitcode.starts_with(b"BC"));
            Ok(true)
        }
        Err(e) => {
            prop_assert!(e.kind != ErrorKind::Internal, "{}", e);
            Ok(false)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_bytes_are_refused_or_lifted(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        never_our_bug(&bytes, &Options { format: Format::Raw, ..Options::default() })?;
    }

    #[test]
    fn random_instructions_are_refused_or_lifted(
        code in proptest::collection::vec(instruction(), 1..24), plain: bool,
    ) {
        let mut bytes = code.concat();
        bytes.extend(asm::assemble("exit").unwrap());
        let helpers = if plain { Helpers::Plain } else { Helpers::Linux };
        never_our_bug(&bytes, &Options { helpers, format: Format::Raw })?;
    }

    #[test]
    fn damaged_objects_are_refused_or_lifted(
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<proptest::sample::Index>(), whole in 0..4,
    ) {
        let Some(object) = super::objects::compiled() else { return Ok(()) };
        let mut bytes = object.clone();
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if whole == 0 {
            bytes.truncate(cut.index(bytes.len()));
        }
        never_our_bug(&bytes, &Options { format: Format::Elf, ..Options::default() })?;
    }
}

#[test]
fn errors_tell_section_instruction_and_offset() {
    let cases = [
        ("mov r0, 0", "runs past its end"),
        (
            "mov r0, 0\nja +5\nexit",
            "instruction 1 (offset 0x8): invalid: ja to 7, which is outside of the section",
        ),
        ("ja +1\nlddw r0, 1\nexit", "the second half of lddw"),
        (
            "call kfunc 77\nexit",
            "instruction 0 (offset 0x0): unsupported: call of the kernel function BTF id 77",
        ),
    ];
    for (text, expected) in cases {
        let bytes = asm::assemble(text).unwrap();
        let error = ebpf::lift("x", &bytes, &Options::default()).unwrap_err();
        assert!(error.to_string().contains(expected), "{text}: {error}");
    }
    for (bytes, expected) in [
        (&[0xffu8, 0, 0, 0, 0, 0, 0, 0][..], "no instruction has opcode 0xff"),
        (&[0x95, 0, 0], "3 bytes are left"),
        (&[0xb7, 0x0a, 0, 0, 0, 0, 0, 0], "writes r10"),
        (&[0xb7, 0x0c, 0, 0, 0, 0, 0, 0], "register r12"),
        (&[0xb7, 0x00, 3, 0, 0, 0, 0, 0], "takes no"),
        (&[0x18, 0, 0, 0, 0, 0, 0, 0], "lacks its second half"),
        (&[], "there is no instruction"),
    ] {
        let error = ebpf::lift("x", bytes, &Options::default()).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}
