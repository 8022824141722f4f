//! Text to instructions: uBPF's syntax, as the public conformance vectors use it. `%` before registers is optional,
//! jumps go to labels or distances, `#` and `;` begin comments, numbers are decimal or hexadecimal.

use rustc_hash::FxHashMap;

use super::error::Error;
use super::isa::{self, Op, Raw, Row};

/// An operand as it is written.
#[derive(Clone, Debug, PartialEq)]
enum Operand {
    Register(u8),
    Number(i128),
    Address(u8, i16),
    Word(String),
}

struct Line<'a> {
    number: usize,
    text: &'a str,
    at: usize,
    row: &'static Row,
    operands: Vec<Operand>,
}

impl Line<'_> {
    fn error(&self, e: &Error) -> Error {
        located(self.number, self.text, e)
    }
}

fn located(number: usize, text: &str, e: &Error) -> Error {
    Error::invalid(format!("line {}: {}: `{text}`", number + 1, e.message))
}

/// Assembles a program to its little-endian encoding. Errors carry the line's number in their text.
pub fn assemble(text: &str) -> Result<Vec<u8>, Error> {
    let mut labels = FxHashMap::default();
    let mut lines = Vec::new();
    let mut at = 0;
    for (number, line) in text.lines().enumerate() {
        let mut line = line.split(['#', ';']).next().unwrap_or_default().trim();
        while let Some((label, rest)) = line.split_once(':') {
            labels.insert(label.trim().to_owned(), at);
            line = rest.trim();
        }
        if !line.is_empty() {
            let (row, operands) = parse(line).map_err(|e| located(number, line, &e))?;
            lines.push(Line { number, text: line, at, row, operands });
            at += if matches!(row.op, Op::LoadImm { .. }) { 2 } else { 1 };
        }
    }
    let mut bytes = Vec::new();
    for line in lines {
        let units = encode(&line, &labels).map_err(|e| line.error(&e))?;
        units.iter().for_each(|raw| bytes.extend(raw.bytes()));
    }
    Ok(bytes)
}

fn invalid<T>(message: impl Into<String>) -> Result<T, Error> {
    Err(Error::invalid(message))
}

/// A line to its row and operands.
fn parse(line: &str) -> Result<(&'static Row, Vec<Operand>), Error> {
    let is = |prefix: &str| line.starts_with(prefix);
    let words = if is("lock fetch ") {
        3
    } else {
        1 + usize::from(is("lock ") || is("call local ") || is("call kfunc "))
    };
    let mut rest = line;
    let mut name = Vec::new();
    for _ in 0..words {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        name.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    let mut name = name.join(" ").replace("fetch xchg", "xchg").replace("fetch cmpxchg", "cmpxchg");
    let operands: Vec<Operand> = if rest.is_empty() {
        Vec::new()
    } else {
        rest.split(',').map(|word| operand(word.trim())).collect::<Result<_, _>>()?
    };
    if name == "call" && matches!(operands[..], [Operand::Register(_)]) {
        "callx".clone_into(&mut name);
    }
    let kind = match operands.get(1) {
        Some(Operand::Word(word)) if name == "lddw" => source_kind(word)?.0,
        _ => 0,
    };
    let by_register = matches!(operands.get(1), Some(Operand::Register(_)));
    let row = isa::named(&name, |row| match row.op {
        Op::Alu { imm, .. } | Op::Jump { imm, .. } | Op::Store { imm, .. } => imm != by_register,
        Op::LoadImm { kind: k } => k == kind,
        _ => true,
    });
    row.map(|row| (row, operands)).map_or_else(|| invalid("no such instruction with such operands"), Ok)
}

fn register(text: &str) -> Option<u8> {
    let digits = text.strip_prefix('%').unwrap_or(text).strip_prefix('r')?;
    // The field has four bits: that r11 and above do not exist is the decoder's to say.
    digits.parse().ok().filter(|r| *r <= 15 && !digits.starts_with('+'))
}

fn number(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let value = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => i128::from(u64::from_str_radix(hex, 16).ok()?),
        None => i128::from(digits.parse::<u64>().ok()?),
    };
    Some(if negative { -value } else { value })
}

fn operand(text: &str) -> Result<Operand, Error> {
    if let Some(inner) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        let end = inner.find(['+', '-']).unwrap_or(inner.len());
        let Some(base) = register(inner[..end].trim()) else { return invalid("an address needs a register") };
        let off: String = inner[end..].split_whitespace().collect();
        let off = if off.is_empty() { Some(0) } else { number(&off) };
        return match off.and_then(|off| i16::try_from(off).ok()) {
            Some(off) => Ok(Operand::Address(base, off)),
            None => invalid("the offset of an address does not fit 16 bits"),
        };
    }
    if let Some(register) = register(text) {
        return Ok(Operand::Register(register));
    }
    Ok(number(text).map_or_else(|| Operand::Word(text.to_owned()), Operand::Number))
}

/// The source kind of LD_IMM64 and its two immediates, from what stands after the register.
fn source_kind(word: &str) -> Result<(u8, i32, i32), Error> {
    let bad = || Error::invalid(format!("`{word}` is nothing that lddw loads"));
    let (name, rest) = word.split_once('(').ok_or_else(bad)?;
    let (low, high) = rest.split_once(')').ok_or_else(bad)?;
    let immediate = |text: &str| number(text).and_then(|n| i32::try_from(n).ok()).ok_or_else(bad);
    let names = ["map_by_fd", "map_value_by_fd", "variable", "code", "map_by_idx", "map_value_by_idx"];
    let kind = 1 + names.iter().position(|n| *n == name).ok_or_else(bad)?;
    Ok((kind as u8, immediate(low)?, if high.is_empty() { 0 } else { immediate(high)? }))
}

fn imm32(value: i128) -> Result<i32, Error> {
    if let Ok(value) = i32::try_from(value).or_else(|_| u32::try_from(value).map(|v| v as i32)) {
        return Ok(value);
    }
    // The sign extension of an immediate, written in full.
    match u64::try_from(value).map(|v| v as i64) {
        Ok(wide) if i64::from(wide as i32) == wide => Ok(wide as i32),
        _ => invalid(format!("{value} does not fit the 32-bit immediate")),
    }
}

fn distance(operand: &Operand, at: usize, labels: &FxHashMap<String, usize>) -> Result<i32, Error> {
    match operand {
        Operand::Number(n) => i32::try_from(*n).map_err(|_| Error::invalid("the distance is too large")),
        Operand::Word(label) => match labels.get(label) {
            Some(target) => Ok((*target as i64 - at as i64 - 1) as i32),
            None => invalid(format!("there is no label `{label}`")),
        },
        _ => invalid("a label or a distance is expected"),
    }
}

fn encode(line: &Line<'_>, labels: &FxHashMap<String, usize>) -> Result<Vec<Raw>, Error> {
    use Operand::{Address, Number, Register, Word};
    let mut raw = line.row.template();
    let long = |operand| distance(operand, line.at, labels);
    let short = |operand| {
        i16::try_from(long(operand)?).map_err(|_| Error::invalid("the distance does not fit 16 bits"))
    };
    let mut high = None;
    match (line.row.op, &line.operands[..]) {
        (Op::Alu { imm: true, .. }, [Register(dst), Number(n)]) => (raw.dst, raw.imm) = (*dst, imm32(*n)?),
        (Op::Alu { .. } | Op::Movsx { .. }, [Register(dst), Register(src)]) => {
            (raw.dst, raw.src) = (*dst, *src)
        }
        (Op::Neg { .. } | Op::End { .. } | Op::CallRegister, [Register(dst)]) => raw.dst = *dst,
        (Op::LoadImm { kind: 0 }, [Register(dst), Number(n)]) => {
            (raw.dst, raw.imm) = (*dst, *n as i32);
            high = Some((*n >> 32) as i32);
        }
        (Op::LoadImm { .. }, [Register(dst), Word(word)]) => {
            let (_, low, second) = source_kind(word)?;
            (raw.dst, raw.imm, high) = (*dst, low, Some(second));
        }
        (Op::Packet { indirect: false, .. } | Op::CallHelper | Op::CallKfunc, [Number(n)]) => {
            raw.imm = imm32(*n)?
        }
        (Op::Packet { .. }, [Register(src), Number(n)]) => (raw.src, raw.imm) = (*src, imm32(*n)?),
        (Op::Load { .. } | Op::LoadAcquire { .. }, [Register(dst), Address(base, off)]) => {
            (raw.dst, raw.src, raw.off) = (*dst, *base, *off);
        }
        (Op::Store { imm: true, .. }, [Address(base, off), Number(n)]) => {
            (raw.dst, raw.off, raw.imm) = (*base, *off, imm32(*n)?);
        }
        (
            Op::Store { imm: false, .. } | Op::StoreRelease { .. } | Op::Atomic { .. },
            [Address(base, off), Register(src)],
        ) => (raw.dst, raw.off, raw.src) = (*base, *off, *src),
        (Op::Jump { imm: true, .. }, [Register(dst), Number(n), to]) => {
            (raw.dst, raw.imm, raw.off) = (*dst, imm32(*n)?, short(to)?);
        }
        (Op::Jump { .. }, [Register(dst), Register(src), to]) => {
            (raw.dst, raw.src, raw.off) = (*dst, *src, short(to)?);
        }
        (Op::Goto { long: false }, [to]) => raw.off = short(to)?,
        (Op::Goto { .. } | Op::CallLocal, [to]) => raw.imm = long(to)?,
        (Op::CallKfunc, [Number(n), Number(off)]) => {
            raw.imm = imm32(*n)?;
            raw.off = i16::try_from(*off).map_err(|_| Error::invalid("the offset does not fit 16 bits"))?;
        }
        (Op::Exit, []) => {}
        _ => return invalid("these operands do not fit the instruction"),
    }
    let mut units = vec![raw];
    units.extend(high.map(|imm| Raw { imm, ..Raw::default() }));
    Ok(units)
}
