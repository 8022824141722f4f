//! Templates and constraints to steps.

use smallvec::SmallVec;

use super::{Cond, Do, Output, Place, Program, Reg, Step};
use crate::ir::Type;

/// One operand of the `asm`: what `$n` stands for.
#[derive(Clone, Copy)]
struct Operand {
    place: Place,
    /// Bytes, for instructions without a suffix.
    width: u8,
}

pub(super) fn program(template: &str, constraints: &str, types: &[&Type], ret: &Type) -> Option<Program> {
    let mut program = Program { steps: Vec::new(), inputs: Vec::new(), outputs: Vec::new(), registers: 16 };
    let operands = operands(constraints, types, ret, &mut program)?;
    for statement in template.split(['\n', ';']) {
        statement_into(statement.trim(), &operands, &mut program.steps)?;
    }
    Some(program)
}

/// Gives every operand a register; a result's constraint starts with `=`.
fn operands(constraints: &str, types: &[&Type], ret: &Type, program: &mut Program) -> Option<Vec<Operand>> {
    let fields: Vec<Type> = match ret {
        Type::Void => Vec::new(),
        Type::Struct(s) => s.fields.clone(),
        ty => vec![ty.clone()],
    };
    let mut results = fields.iter();
    let mut args = types.iter();
    let mut operands: Vec<Operand> = Vec::new();
    for text in constraints.split(',').filter(|c| !c.is_empty() && !c.starts_with('~')) {
        let (output, text) = match text.strip_prefix('=') {
            Some(rest) => (true, rest.trim_start_matches('&')),
            None => (false, text.trim_start_matches('%')),
        };
        // Of alternatives, each of which would do, the first.
        let text = text.split('|').next()?;
        if let Some(flag) = text.strip_prefix("{@cc") {
            let (cond, positive) = condition(flag.strip_suffix('}')?)?;
            let width = results.next()?.bits() as u32;
            program.outputs.push((Output::Flag(cond, positive), width));
            operands.push(Operand { place: Place::Imm(0), width: 1 });
            continue;
        }
        let operand = if text.starts_with('*') {
            args.next()?;
            let reg = fresh(program)?;
            program.inputs.push(reg);
            Operand { place: Place::Mem(reg), width: 0 }
        } else if output {
            let ty = results.next()?;
            let reg = named(text).map_or_else(|| fresh(program), Some)?;
            program.outputs.push((Output::Reg(reg), scalar_bits(ty)?));
            Operand { place: Place::Reg(reg), width: scalar_bytes(ty)? }
        } else {
            let ty = args.next()?;
            let reg = match text.parse::<usize>() {
                Ok(tied) => match operands.get(tied)?.place {
                    Place::Reg(reg) => reg,
                    // A value that the template finds in memory (`+g`): it is stored before all else.
                    memory @ Place::Mem(_) => {
                        let (reg, width) = (fresh(program)?, in_memory(ty)?);
                        program.inputs.push(reg);
                        let places = SmallVec::from_slice(&[Place::Reg(reg), memory]);
                        program.steps.push(Step { what: Do::Mov, width, places });
                        operands.push(Operand { place: memory, width });
                        continue;
                    }
                    Place::Imm(_) => return None,
                },
                Err(_) => named(text).map_or_else(|| fresh(program), Some)?,
            };
            program.inputs.push(reg);
            Operand { place: Place::Reg(reg), width: scalar_bytes(ty)? }
        };
        operands.push(operand);
    }
    (results.next().is_none() && args.next().is_none()).then_some(operands)
}

fn fresh(program: &mut Program) -> Option<Reg> {
    let reg = Reg::try_from(program.registers).ok()?;
    program.registers += 1;
    Some(reg)
}

fn scalar_bits(ty: &Type) -> Option<u32> {
    match ty {
        Type::Int(1..=64) | Type::Ptr => Some(ty.bits() as u32),
        _ => None,
    }
}

fn scalar_bytes(ty: &Type) -> Option<u8> {
    scalar_bits(ty).map(|bits| bits.div_ceil(8).next_power_of_two() as u8)
}

/// Bytes of a value that is stored for a template.
fn in_memory(ty: &Type) -> Option<u8> {
    match ty {
        Type::Float => Some(4),
        Type::Double => Some(8),
        ty => scalar_bytes(ty),
    }
}

/// `{ax}` and the like.
fn named(constraint: &str) -> Option<Reg> {
    let name = constraint.strip_prefix('{')?.strip_suffix('}')?;
    register(name).map(|r| r.0)
}

/// Number and width of a register by any of its names.
fn register(name: &str) -> Option<(Reg, u8)> {
    const LEGACY: [&str; 8] = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"];
    if let Some(i) = LEGACY.iter().position(|n| *n == name) {
        return Some((i as Reg, 2));
    }
    if let Some(i) = LEGACY.iter().position(|n| name.get(1..) == Some(*n)) {
        return match name.as_bytes()[0] {
            b'r' => Some((i as Reg, 8)),
            b'e' => Some((i as Reg, 4)),
            _ => None,
        };
    }
    if let Some(i) = ["al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"].iter().position(|n| *n == name) {
        return Some((i as Reg, 1));
    }
    let rest = name.strip_prefix('r')?;
    let (number, width) = match rest.as_bytes().last()? {
        b'd' => (&rest[..rest.len() - 1], 4),
        b'w' => (&rest[..rest.len() - 1], 2),
        b'b' => (&rest[..rest.len() - 1], 1),
        _ => (rest, 8),
    };
    number.parse::<Reg>().ok().filter(|n| (8..16).contains(n)).map(|n| (n, width))
}

fn condition(name: &str) -> Option<(Cond, bool)> {
    let (name, positive) = match name {
        "ne" | "nz" => ("e", false),
        "nb" | "nc" | "ae" | "nae" if name != "nae" => ("b", false),
        "a" | "nbe" => ("be", false),
        "ge" | "nl" => ("l", false),
        "g" | "nle" => ("le", false),
        "no" => ("o", false),
        "ns" => ("s", false),
        "np" | "po" => ("p", false),
        other => (other, true),
    };
    let cond = match name {
        "o" => Cond::O,
        "b" | "c" | "nae" => Cond::B,
        "e" | "z" => Cond::E,
        "be" | "na" => Cond::Be,
        "s" => Cond::S,
        "p" | "pe" => Cond::P,
        "l" | "nge" => Cond::L,
        "le" | "ng" => Cond::Le,
        _ => return None,
    };
    Some((cond, positive))
}

fn statement_into(statement: &str, operands: &[Operand], steps: &mut Vec<Step>) -> Option<()> {
    let statement = statement.split('#').next()?.trim();
    let (name, rest) = statement.split_once(char::is_whitespace).unwrap_or((statement, ""));
    let rest = rest.trim();
    match name {
        "" | "nop" | "pause" | "mfence" | "lfence" | "sfence" | "endbr64" => return Some(()),
        ".p2align" | ".align" | ".balign" => return Some(()),
        "rep" | "lock" if rest.is_empty() || rest == "nop" => return Some(()),
        // One guest thread at a time runs here, and exchanges with memory are atomic in any case.
        "lock" => return statement_into(rest, operands, steps),
        ".byte" if rest.replace(' ', "").to_lowercase() == "0x0f,0x01,0xd0" => {
            steps.push(Step { what: Do::Xgetbv, width: 4, places: SmallVec::new() });
            return Some(());
        }
        _ => {}
    }
    let mut places: SmallVec<[Place; 2]> = SmallVec::new();
    let mut width = 0;
    for text in rest.split(',').map(str::trim).filter(|t| !t.is_empty()) {
        let (place, w) = place(text, operands)?;
        places.push(place);
        // The destination, the last operand, decides.
        if w != 0 {
            width = w;
        }
    }
    let (what, suffix) = mnemonic(name)?;
    let width = if suffix != 0 { suffix } else { width };
    let arity = places.len();
    let fits = match what {
        Do::Cpuid | Do::Xgetbv | Do::Rdtsc => arity == 0,
        Do::Not | Do::Neg | Do::Inc | Do::Dec | Do::Mul | Do::Div | Do::Bswap | Do::Set(..) => arity == 1,
        Do::IMul => (1..=3).contains(&arity),
        Do::Shl | Do::Shr | Do::Sar | Do::Rol | Do::Ror => (1..=2).contains(&arity),
        _ => arity == 2,
    };
    if !fits || (width == 0 && arity > 0) {
        return None;
    }
    steps.push(Step { what, width, places });
    Some(())
}

/// An operand of an instruction with its width, 0 if it has none of its own.
fn place(text: &str, operands: &[Operand]) -> Option<(Place, u8)> {
    if let Some(imm) = text.strip_prefix("$$") {
        return Some((Place::Imm(number(imm)?), 0));
    }
    if let Some(name) = text.strip_prefix('%') {
        let (reg, width) = register(name)?;
        return Some((Place::Reg(reg), width));
    }
    let (inner, memory) = match text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    if let (true, Some(name)) = (memory, inner.strip_prefix('%')) {
        return Some((Place::Mem(register(name)?.0), 0));
    }
    let reference = inner.strip_prefix('$')?;
    let (index, modifier) = match reference.strip_prefix('{').and_then(|r| r.strip_suffix('}')) {
        Some(inner) => inner.split_once(':').unwrap_or((inner, "")),
        None => (reference, ""),
    };
    let operand = operands.get(index.parse::<usize>().ok()?)?;
    let width = match modifier {
        "" => operand.width,
        "b" => 1,
        "w" => 2,
        "k" => 4,
        "q" => 8,
        _ => return None,
    };
    match (operand.place, memory) {
        (Place::Reg(reg), true) => Some((Place::Mem(reg), 0)),
        (place, false) => Some((place, width)),
        _ => None,
    }
}

fn number(text: &str) -> Option<u64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let value = match digits.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    Some(if negative { value.wrapping_neg() } else { value })
}

/// The instruction and the width that its suffix names.
fn mnemonic(name: &str) -> Option<(Do, u8)> {
    let plain = |name: &str| {
        Some(match name {
            "mov" => Do::Mov,
            "add" => Do::Add,
            "adc" => Do::Adc,
            "sub" => Do::Sub,
            "sbb" => Do::Sbb,
            "cmp" => Do::Cmp,
            "and" => Do::And,
            "or" => Do::Or,
            "xor" => Do::Xor,
            "test" => Do::Test,
            "not" => Do::Not,
            "neg" => Do::Neg,
            "inc" => Do::Inc,
            "dec" => Do::Dec,
            "mul" => Do::Mul,
            "imul" => Do::IMul,
            "div" => Do::Div,
            "shl" | "sal" => Do::Shl,
            "shr" => Do::Shr,
            "sar" => Do::Sar,
            "rol" => Do::Rol,
            "ror" => Do::Ror,
            "bsf" => Do::Bsf,
            "bsr" => Do::Bsr,
            "tzcnt" => Do::TzCnt,
            "lzcnt" => Do::LzCnt,
            "popcnt" => Do::PopCnt,
            "bswap" => Do::Bswap,
            "xchg" => Do::Xchg,
            "xadd" => Do::Xadd,
            "cmpxchg" => Do::CmpXchg,
            "cpuid" => Do::Cpuid,
            "xgetbv" => Do::Xgetbv,
            "rdtsc" => Do::Rdtsc,
            _ => {
                if let Some(cc) = name.strip_prefix("cmov") {
                    let (cond, positive) = condition(cc)?;
                    return Some(Do::Cmov(cond, positive));
                }
                let (cond, positive) = condition(name.strip_prefix("set")?)?;
                return Some(Do::Set(cond, positive));
            }
        })
    };
    if let Some(what) = plain(name) {
        return Some((what, if matches!(what, Do::Set(..)) { 1 } else { 0 }));
    }
    let width = match name.as_bytes().last()? {
        b'b' => 1,
        b'w' => 2,
        b'l' => 4,
        b'q' => 8,
        _ => return None,
    };
    plain(&name[..name.len() - 1]).map(|what| (what, width))
}
