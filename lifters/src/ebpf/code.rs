//! Decoding and validating: bytes to instructions of the table, with every rule of the encoding checked.

use super::error::Error;
use super::isa::{self, Op, Raw, Row};

/// One decoded instruction.
#[derive(Clone, Copy, Debug)]
pub struct Insn {
    /// Its number: the 8-byte unit where it starts.
    pub at: usize,
    /// The encoding.
    pub raw: Raw,
    /// What it is.
    pub row: &'static Row,
    /// The immediate of the second unit, for LD_IMM64.
    pub high: i32,
}

impl Insn {
    /// What it does.
    pub fn op(&self) -> Op {
        self.row.op
    }

    /// How many units it takes.
    pub fn units(&self) -> usize {
        if matches!(self.op(), Op::LoadImm { .. }) { 2 } else { 1 }
    }

    /// The 64-bit immediate of LD_IMM64.
    pub fn imm64(&self) -> u64 {
        u64::from(self.raw.imm as u32) | u64::from(self.high as u32) << 32
    }

    /// Where it jumps to, as a number that may lie outside of the section.
    pub fn jump(&self) -> Option<i64> {
        let distance = match self.op() {
            Op::Jump { .. } | Op::Goto { long: false } => i64::from(self.raw.off),
            Op::Goto { long: true } => i64::from(self.raw.imm),
            _ => return None,
        };
        Some(self.at as i64 + 1 + distance)
    }

    /// The register that it writes.
    pub fn writes(&self) -> Option<u8> {
        match self.op() {
            Op::Alu { .. } | Op::Movsx { .. } | Op::Neg { .. } | Op::End { .. } => Some(self.raw.dst),
            Op::LoadImm { .. } | Op::Load { .. } | Op::LoadAcquire { .. } => Some(self.raw.dst),
            Op::Atomic { op: isa::Atomic::Cmpxchg, .. } | Op::Packet { .. } => Some(0),
            Op::Atomic { fetch: true, .. } => Some(self.raw.src),
            _ => None,
        }
    }
}

/// The instructions of one section, by unit; the second unit of LD_IMM64 is `None`.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// By unit.
    pub units: Vec<Option<Insn>>,
}

/// How many units a section may have: the largest program that the kernel takes has a million instructions.
const MAX_UNITS: usize = 1 << 20;

impl Code {
    /// Decodes a section; `big` for big-endian objects.
    pub fn decode(bytes: &[u8], big: bool) -> Result<Code, Error> {
        let (chunks, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() {
            let message = format!("{} bytes are left after the last whole instruction", rest.len());
            return Err(Error::invalid(message).at(chunks.len()));
        }
        if chunks.len() > MAX_UNITS {
            return Err(Error::unsupported(format!("more than {MAX_UNITS} instructions in one section")));
        }
        let mut units = Vec::with_capacity(chunks.len());
        while let Some(chunk) = chunks.get(units.len()) {
            let at = units.len();
            let next = chunks.get(at + 1).map(|bytes| Raw::read(*bytes, big));
            let insn = decode_one(at, Raw::read(*chunk, big), next).map_err(|e| e.at(at))?;
            units.push(Some(insn));
            units.resize(at + insn.units(), None);
        }
        let code = Code { units };
        for insn in code.iter() {
            if let Some(target) = insn.jump() {
                code.check_target(insn, target)?;
            }
        }
        Ok(code)
    }

    /// The instruction that starts at a unit.
    pub fn get(&self, at: usize) -> Option<&Insn> {
        self.units.get(at).and_then(Option::as_ref)
    }

    /// All instructions in order.
    pub fn iter(&self) -> impl Iterator<Item = &Insn> {
        self.units.iter().flatten()
    }

    /// Checks that an instruction's target is the start of an instruction.
    pub fn check_target(&self, insn: &Insn, target: i64) -> Result<usize, Error> {
        let at = usize::try_from(target).unwrap_or(usize::MAX);
        let message = match self.units.get(at) {
            Some(Some(_)) => return Ok(at),
            Some(None) => format!("{} to {target}, the second half of lddw", insn.row.name),
            None => format!("{} to {target}, which is outside of the section", insn.row.name),
        };
        Err(Error::invalid(message).at(insn.at))
    }
}

fn decode_one(at: usize, raw: Raw, next: Option<Raw>) -> Result<Insn, Error> {
    let Some(row) = isa::find(&raw) else { return Err(unknown(&raw)) };
    let mut high = 0;
    if matches!(row.op, Op::LoadImm { .. }) {
        match next {
            Some(Raw { opcode: 0, dst: 0, src: 0, off: 0, imm }) => high = imm,
            Some(_) => {
                return Err(Error::invalid("the second half of lddw is not of opcode 0, or has operands"));
            }
            None => return Err(Error::invalid("lddw lacks its second half")),
        }
    }
    let insn = Insn { at, raw, row, high };
    for register in [raw.dst, raw.src] {
        if register > 10 {
            return Err(Error::invalid(format!("register r{register} in {}: there are r0 to r10", row.name)));
        }
    }
    if insn.writes() == Some(10) {
        return Err(Error::invalid(format!("{} writes r10, the frame pointer", row.name)));
    }
    Ok(insn)
}

fn unknown(raw: &Raw) -> Error {
    let known = isa::rows().iter().find(|row| row.opcode == raw.opcode);
    let fields = format!("dst {}, src {}, offset {}, immediate {:#x}", raw.dst, raw.src, raw.off, raw.imm);
    match (raw.opcode, known) {
        (0xe5, _) => Error::unsupported("may_goto (opcode 0xe5), which only the kernel defines"),
        (0xbf, _) if raw.off == 1 => Error::unsupported("addr_space_cast, which only the kernel defines"),
        (opcode, Some(row)) => {
            Error::invalid(format!("opcode {opcode:#04x} ({} and its like) takes no {fields}", row.name))
        }
        (opcode, None) => Error::invalid(format!("no instruction has opcode {opcode:#04x}")),
    }
}
