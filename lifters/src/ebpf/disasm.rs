//! Instructions to text, in uBPF's syntax, which [`super::asm`] reads back.

use std::fmt::Write;

use super::code::Insn;
use super::isa::Op;
use super::object::{Object, Ref};

/// An address operand: `[r1+8]`.
fn address(base: u8, off: i16) -> String {
    match off {
        0 => format!("[r{base}]"),
        _ => format!("[r{base}{off:+}]"),
    }
}

/// What LD_IMM64 loads, by its source kind.
fn wide(insn: &Insn, kind: u8) -> String {
    let (low, high) = (insn.raw.imm, insn.high);
    let name = ["", "map_by_fd", "map_value_by_fd", "variable", "code", "map_by_idx", "map_value_by_idx"];
    match (kind, high) {
        (0, _) => format!("{:#x}", insn.imm64()),
        (_, 0) => format!("{}({low})", name[usize::from(kind)]),
        _ => format!("{}({low}){high:+}", name[usize::from(kind)]),
    }
}

/// One instruction, without its number.
pub fn instruction(insn: &Insn) -> String {
    let (raw, name) = (insn.raw, insn.row.name.as_str());
    let (dst, src, off, imm) = (raw.dst, raw.src, raw.off, raw.imm);
    match insn.op() {
        Op::Alu { imm: true, .. } => format!("{name} r{dst}, {imm}"),
        Op::Alu { .. } | Op::Movsx { .. } => format!("{name} r{dst}, r{src}"),
        Op::Neg { .. } | Op::End { .. } | Op::CallRegister => format!("{name} r{dst}"),
        Op::LoadImm { kind } => format!("{name} r{dst}, {}", wide(insn, kind)),
        Op::Packet { indirect: false, .. } => format!("{name} {imm}"),
        Op::Packet { .. } => format!("{name} r{src}, {imm}"),
        Op::Load { .. } | Op::LoadAcquire { .. } => format!("{name} r{dst}, {}", address(src, off)),
        Op::Store { imm: true, .. } => format!("{name} {}, {imm}", address(dst, off)),
        Op::Store { .. } | Op::StoreRelease { .. } | Op::Atomic { .. } => {
            format!("{name} {}, r{src}", address(dst, off))
        }
        Op::Jump { imm: true, .. } => format!("{name} r{dst}, {imm}, {off:+}"),
        Op::Jump { .. } => format!("{name} r{dst}, r{src}, {off:+}"),
        Op::Goto { long: false } => format!("{name} {off:+}"),
        Op::Goto { .. } | Op::CallLocal => format!("{name} {imm:+}"),
        Op::CallKfunc if off != 0 => format!("{name} {imm}, {off}"),
        Op::CallHelper | Op::CallKfunc => format!("{name} {imm}"),
        Op::Exit => name.to_owned(),
    }
}

/// All sections with code, with the names of their functions and what relocated instructions refer to.
pub fn object(object: &Object) -> String {
    let mut text = String::new();
    for unit in &object.units {
        if !unit.section.is_empty() {
            let _ = writeln!(text, "section {}:", unit.section);
        }
        for insn in unit.code.iter() {
            if let Some(name) = unit.functions.get(&insn.at) {
                let _ = writeln!(text, "{name}:");
            }
            let _ = write!(text, "{:8}: {}", insn.at, instruction(insn));
            let _ = match unit.refs.get(&insn.at) {
                None => writeln!(text),
                Some(target) => writeln!(text, "    # {}", reference(object, target)),
            };
        }
    }
    text
}

fn reference(object: &Object, target: &Ref) -> String {
    match target {
        Ref::Map(map) => format!("map {}", object.maps[*map].name),
        Ref::Variable(variable, offset) => format!("{}{offset:+}", object.variables[*variable].name),
        Ref::Function { unit, at } => match object.units[*unit].functions.get(at) {
            Some(name) => name.clone(),
            None => format!("{}:{at}", object.units[*unit].section),
        },
        Ref::Extern(name) => format!("extern {name}"),
    }
}
