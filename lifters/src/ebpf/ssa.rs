//! One function as blocks and values: which instructions are reached from its entry, what each register holds
//! before each of them, and which values are pointers.
//!
//! Any instruction can be the entry of a function; what is reached from it by jumps is its body. So functions may
//! share code, and code that nothing reaches is not looked at.

use std::collections::{BTreeMap, BTreeSet};

use super::code::Insn;
use super::error::Error;
use super::isa::{Alu, Atomic, Op};
use super::object::Unit;
use super::{Helpers, helper_proto};

/// A value: an index into [`Function::defs`].
pub type Val = u32;

/// How a value comes about, as far as the search for pointers needs to know.
#[derive(Clone, Debug, PartialEq)]
pub enum Def {
    /// Never written: 0.
    Undef,
    /// The parameter r1, ...
    Arg(u8),
    /// r10.
    Frame,
    /// A constant.
    Const(u64),
    /// A register at a join; the inputs are found in the predecessors.
    #[allow(missing_docs, reason = "the block and the register")]
    Phi { block: usize, register: u8 },
    /// Another value.
    Copy(Val),
    /// Another value and a constant.
    AddConst(Val, i64),
    /// A sum.
    Add(Val, Val),
    /// A difference.
    Sub(Val, Val),
    /// A pointer by nature: of a map, a variable, a function, or from a helper.
    Pointer,
    /// 8 bytes of memory, or the result of a local call.
    Word,
    /// A 32-bit field of the context.
    Field,
    /// Any other number.
    Number,
}

/// A basic block.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// First instruction.
    pub start: usize,
    /// The instructions.
    pub insns: Vec<usize>,
    /// Where it goes: the jump's target first, then what follows.
    pub succs: Vec<usize>,
    /// Where it is entered from.
    pub preds: Vec<usize>,
    /// The registers at its end.
    pub out: [Val; 11],
    /// Its phis, by register.
    pub phis: Vec<(u8, Val)>,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its blocks, by address.
    pub blocks: Vec<Block>,
    /// The block of the entry.
    pub entry: usize,
    /// An order in which all predecessors but those of back edges come first.
    pub order: Vec<usize>,
    /// All values.
    pub defs: Vec<Def>,
    /// By value: whether it is kept as a pointer.
    pub pointer: Vec<bool>,
    /// The registers before each instruction.
    pub before: BTreeMap<usize, [Val; 11]>,
    /// The value that an instruction makes.
    pub made: BTreeMap<usize, Val>,
    /// The values that accesses are based on.
    bases: BTreeSet<Val>,
}

/// What the entry finds in the registers.
pub const UNDEF: Val = 0;
/// The frame pointer's value.
pub const FRAME: Val = 1;

/// The registers that an instruction reads, as a mask.
fn reads(insn: &Insn, helpers: Helpers) -> u16 {
    let (dst, src) = (1u16 << insn.raw.dst, 1u16 << insn.raw.src);
    match insn.op() {
        Op::Alu { op: Alu::Mov, imm, .. } => {
            if imm {
                0
            } else {
                src
            }
        }
        Op::Alu { imm, .. } | Op::Jump { imm, .. } | Op::Store { imm, .. } => {
            if imm {
                dst
            } else {
                dst | src
            }
        }
        Op::Movsx { .. } | Op::Load { .. } | Op::LoadAcquire { .. } => src,
        Op::Neg { .. } | Op::End { .. } => dst,
        Op::LoadImm { .. } | Op::Goto { .. } => 0,
        Op::Packet { indirect, .. } => 1 << 6 | if indirect { src } else { 0 },
        Op::Atomic { op: Atomic::Cmpxchg, .. } => dst | src | 1,
        Op::Atomic { .. } | Op::StoreRelease { .. } => dst | src,
        Op::CallHelper => {
            let proto = helper_proto(insn.raw.imm, helpers);
            ((2 << (proto.len() - 1)) - 2) as u16
        }
        Op::CallLocal | Op::CallKfunc => 0b11_1110,
        Op::CallRegister => dst | 0b11_1110,
        Op::Exit => 1,
    }
}

/// The registers that an instruction overwrites, as a mask.
fn clobbers(insn: &Insn) -> u16 {
    match insn.op() {
        Op::CallHelper | Op::CallLocal | Op::CallKfunc | Op::CallRegister | Op::Packet { .. } => 0b11_1111,
        _ => insn.writes().map_or(0, |r| 1 << r),
    }
}

impl Function {
    /// Finds the body that begins at `entry`.
    pub fn build(unit: &Unit, entry: usize, program: bool, helpers: Helpers) -> Result<Function, Error> {
        let (mut blocks, at_entry) = blocks(unit, entry)?;
        let order = order(&blocks, at_entry);
        let live = liveness(unit, &blocks, helpers);
        let mut f = Function {
            entry: at_entry,
            order,
            defs: vec![Def::Undef, Def::Frame],
            pointer: Vec::new(),
            before: BTreeMap::new(),
            made: BTreeMap::new(),
            bases: BTreeSet::new(),
            blocks: Vec::new(),
        };
        let mut initial = [UNDEF; 11];
        initial[10] = FRAME;
        for r in 1..=if program { 2 } else { 5 } {
            initial[r as usize] = f.def(Def::Arg(r));
        }
        for at in f.order.clone() {
            let block = &mut blocks[at];
            let mut regs = initial;
            if at != at_entry || !block.preds.is_empty() {
                if let ([pred], true) = (&block.preds[..], at != at_entry) {
                    let pred = *pred;
                    regs = blocks[pred].out;
                } else {
                    for r in 0..10u8 {
                        regs[r as usize] = UNDEF;
                        if live[at] & 1 << r != 0 {
                            let phi = f.def(Def::Phi { block: at, register: r });
                            blocks[at].phis.push((r, phi));
                            regs[r as usize] = phi;
                        }
                    }
                }
            }
            for i in blocks[at].insns.clone() {
                if let Some(insn) = unit.code.get(i) {
                    f.step(insn, unit, helpers, &mut regs);
                }
            }
            blocks[at].out = regs;
        }
        f.blocks = blocks;
        f.find_pointers();
        Ok(f)
    }

    fn def(&mut self, def: Def) -> Val {
        self.defs.push(def);
        self.defs.len() as Val - 1
    }

    /// What an instruction does to the registers.
    fn step(&mut self, insn: &Insn, unit: &Unit, helpers: Helpers, regs: &mut [Val; 11]) {
        self.before.insert(insn.at, *regs);
        let (dst, src) = (regs[insn.raw.dst as usize], regs[insn.raw.src as usize]);
        let imm = i64::from(insn.raw.imm);
        match insn.op() {
            Op::Load { .. } | Op::LoadAcquire { .. } => self.bases.insert(src),
            Op::Store { .. } | Op::StoreRelease { .. } | Op::Atomic { .. } => self.bases.insert(dst),
            _ => false,
        };
        let def = match insn.op() {
            Op::Alu { op: Alu::Mov, wide, imm: true } => {
                Def::Const(if wide { imm as u64 } else { u64::from(imm as u32) })
            }
            Op::Alu { op: Alu::Mov, wide: true, .. } => Def::Copy(src),
            Op::Alu { op: Alu::Add, wide: true, imm: true } => Def::AddConst(dst, imm),
            Op::Alu { op: Alu::Sub, wide: true, imm: true } => Def::AddConst(dst, -imm),
            Op::Alu { op: Alu::Add, wide: true, .. } => Def::Add(dst, src),
            Op::Alu { op: Alu::Sub, wide: true, .. } => Def::Sub(dst, src),
            Op::LoadImm { .. } if unit.refs.contains_key(&insn.at) => Def::Pointer,
            Op::LoadImm { kind: 0 } => Def::Const(insn.imm64()),
            Op::LoadImm { .. } => Def::Pointer,
            Op::Load { size: 8, .. } | Op::LoadAcquire { size: 8 } => Def::Word,
            Op::Load { size: 4, signed: false } if self.is_argument(src) => Def::Field,
            Op::Atomic { size: 8, fetch: true, .. } => Def::Word,
            Op::CallLocal | Op::CallRegister | Op::CallKfunc => Def::Word,
            Op::CallHelper => match helper_proto(insn.raw.imm, helpers).as_bytes()[0] {
                b'p' => Def::Pointer,
                b'q' if helpers == Helpers::Plain => Def::Word,
                _ => Def::Number,
            },
            _ => Def::Number,
        };
        let clobbered = clobbers(insn);
        if clobbered != 0 {
            let value = self.def(def);
            self.made.insert(insn.at, value);
            if clobbered == 0b11_1111 {
                regs[1..6].fill(UNDEF);
                regs[0] = value;
            } else {
                regs[clobbered.trailing_zeros() as usize] = value;
            }
        }
    }

    fn is_argument(&self, mut v: Val) -> bool {
        while let Def::Copy(from) = self.defs[v as usize] {
            v = from;
        }
        matches!(self.defs[v as usize], Def::Arg(_))
    }

    /// The values that a phi joins.
    pub fn inputs(&self, block: usize, register: u8) -> Vec<Val> {
        let block_ref = &self.blocks[block];
        let mut inputs: Vec<Val> =
            block_ref.preds.iter().map(|p| self.blocks[*p].out[register as usize]).collect();
        if block == self.entry {
            inputs.push(self.argument(register));
        }
        inputs
    }

    /// What a register holds at the entry.
    pub fn argument(&self, register: u8) -> Val {
        let found = self.defs.iter().position(|d| *d == Def::Arg(register));
        found.map_or(UNDEF, |v| v as Val)
    }

    /// Decides which values are pointers: those that are by nature, what is computed from them, and what accesses
    /// are based on, followed back to where it comes from.
    fn find_pointers(&mut self) {
        let numbers = self.numbers();
        self.pointer = self.defs.iter().map(|d| matches!(d, Def::Pointer | Def::Frame)).collect();
        let mut work: Vec<Val> = Vec::new();
        loop {
            let before = self.pointer.iter().filter(|p| **p).count();
            for v in 0..self.defs.len() {
                let is = |v: Val| self.pointer[v as usize];
                let number = |v: Val| numbers[v as usize];
                let forward = match self.defs[v] {
                    Def::Copy(a) | Def::AddConst(a, _) => is(a),
                    Def::Add(a, b) => is(a) && !is(b) || is(b) && !is(a),
                    Def::Sub(a, b) => is(a) && number(b),
                    Def::Phi { block, register } => self.inputs(block, register).iter().any(|i| is(*i)),
                    _ => false,
                };
                self.pointer[v] |= forward;
            }
            if self.pointer.iter().filter(|p| **p).count() == before {
                break;
            }
        }
        work.extend(&self.bases);
        let mut seen = vec![false; self.defs.len()];
        while let Some(v) = work.pop() {
            if std::mem::replace(&mut seen[v as usize], true) {
                continue;
            }
            match self.defs[v as usize] {
                Def::Copy(a) | Def::AddConst(a, _) => work.push(a),
                Def::Phi { block, register } => work.extend(self.inputs(block, register)),
                Def::Add(..) | Def::Sub(..) => match self.base(v, &numbers) {
                    Some(base) => work.push(base),
                    None => continue,
                },
                Def::Arg(_) | Def::Word | Def::Field | Def::Pointer | Def::Frame => {}
                Def::Undef | Def::Const(_) | Def::Number => continue,
            }
            self.pointer[v as usize] = true;
        }
    }

    /// Which operand of a sum or difference is the pointer.
    fn base(&self, v: Val, numbers: &[bool]) -> Option<Val> {
        let is = |v: Val| self.pointer[v as usize];
        let number = |v: Val| numbers[v as usize];
        match self.defs[v as usize] {
            Def::Add(a, b) if is(a) != is(b) => Some(if is(a) { a } else { b }),
            Def::Add(a, b) if number(a) != number(b) => Some(if number(a) { b } else { a }),
            Def::Sub(a, b) if number(b) && !number(a) => Some(a),
            _ => None,
        }
    }

    /// Which operand of a sum that is a pointer is the base: true for the first.
    pub fn first_is_base(&self, v: Val) -> bool {
        match self.defs[v as usize] {
            Def::Add(a, b) => self.pointer[a as usize] || !self.pointer[b as usize],
            _ => true,
        }
    }

    /// By value: whether it is surely no pointer.
    fn numbers(&self) -> Vec<bool> {
        let mut numbers = vec![true; self.defs.len()];
        loop {
            let mut changed = false;
            for v in 0..self.defs.len() {
                let number = match self.defs[v] {
                    Def::Undef | Def::Const(_) | Def::Number => true,
                    Def::Arg(_) | Def::Frame | Def::Pointer | Def::Word | Def::Field => false,
                    Def::Copy(a) | Def::AddConst(a, _) => numbers[a as usize],
                    Def::Add(a, b) | Def::Sub(a, b) => numbers[a as usize] && numbers[b as usize],
                    Def::Phi { block, register } => {
                        self.inputs(block, register).iter().all(|i| numbers[*i as usize])
                    }
                };
                changed |= numbers[v] != number;
                numbers[v] = number;
            }
            if !changed {
                return numbers;
            }
        }
    }
}

/// Splits what is reached from `entry` into blocks.
fn blocks(unit: &Unit, entry: usize) -> Result<(Vec<Block>, usize), Error> {
    let (mut reached, mut leaders) = (BTreeSet::new(), BTreeSet::from([entry]));
    let mut work = vec![entry];
    while let Some(at) = work.pop() {
        let Some(insn) = unit.code.get(at) else {
            return Err(
                Error::invalid("the code runs past its end: an exit is missing").at(at.saturating_sub(1))
            );
        };
        if !reached.insert(at) {
            continue;
        }
        if let Some(target) = insn.jump() {
            let target = unit.code.check_target(insn, target)?;
            leaders.insert(target);
            work.push(target);
        }
        if !matches!(insn.op(), Op::Exit | Op::Goto { .. }) {
            let next = at + insn.units();
            if matches!(insn.op(), Op::Jump { .. }) {
                leaders.insert(next);
            }
            work.push(next);
        }
    }
    let index: BTreeMap<usize, usize> = leaders.iter().enumerate().map(|(i, at)| (*at, i)).collect();
    let mut blocks: Vec<Block> = leaders.iter().map(|at| Block { start: *at, ..Block::default() }).collect();
    for (start, b) in &index {
        let mut at = *start;
        while let Some(insn) = unit.code.get(at) {
            blocks[*b].insns.push(at);
            let next = at + insn.units();
            let target = insn.jump().map(|t| index[&(t as usize)]);
            match insn.op() {
                Op::Exit => {}
                Op::Goto { .. } => blocks[*b].succs.extend(target),
                Op::Jump { .. } => {
                    blocks[*b].succs.extend(target);
                    // A jump to what follows is one edge.
                    if target != Some(index[&next]) {
                        blocks[*b].succs.push(index[&next]);
                    }
                }
                _ if leaders.contains(&next) => blocks[*b].succs.push(index[&next]),
                _ => {
                    at = next;
                    continue;
                }
            }
            break;
        }
        for succ in blocks[*b].succs.clone() {
            blocks[succ].preds.push(*b);
        }
    }
    Ok((blocks, index[&entry]))
}

/// Reverse postorder.
fn order(blocks: &[Block], entry: usize) -> Vec<usize> {
    let mut order = Vec::new();
    let mut seen = vec![false; blocks.len()];
    seen[entry] = true;
    let mut stack = vec![(entry, 0)];
    while let Some((block, next)) = stack.last_mut() {
        match blocks[*block].succs.get(*next) {
            Some(succ) => {
                *next += 1;
                if !std::mem::replace(&mut seen[*succ], true) {
                    stack.push((*succ, 0));
                }
            }
            None => {
                order.push(*block);
                stack.pop();
            }
        }
    }
    order.reverse();
    order
}

/// The registers that are live at the start of each block.
fn liveness(unit: &Unit, blocks: &[Block], helpers: Helpers) -> Vec<u16> {
    let effects: Vec<(u16, u16)> = blocks
        .iter()
        .map(|block| {
            block.insns.iter().rev().filter_map(|at| unit.code.get(*at)).fold(
                (0, 0),
                |(uses, kills), insn| {
                    let killed = clobbers(insn);
                    (uses & !killed | reads(insn, helpers), kills | killed)
                },
            )
        })
        .collect();
    let mut live = vec![0u16; blocks.len()];
    let mut work: Vec<usize> = (0..blocks.len()).collect();
    while let Some(b) = work.pop() {
        let out = blocks[b].succs.iter().fold(0, |all, s| all | live[*s]);
        let now = effects[b].0 | out & !effects[b].1;
        if now != live[b] {
            live[b] = now;
            work.extend(&blocks[b].preds);
        }
    }
    live
}
