//! From one function of our IR to its bytecode.
//!
//! [`compile`] reads on one screen: flow, plan, live ranges, slots, then one pass over the blocks that emits
//! words, and a last one that patches branch targets. Frame layout, from slot 0:
//! parameters and other values | hoisted constants | outgoing arguments | scratch.

mod arith;
pub mod call;
mod compare;
mod control;
mod intrinsic;
mod memory;
mod places;
mod vector;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32};

use rustc_hash::FxHashMap;

use crate::host::{HostClosure, HostFn};
use crate::ir::{
    BlockId, Const, FuncId, Function, GlobalId, Inst, InstId, LocId, Module, Signature, Symbol, Type, Value,
};
use crate::opt::Roots;
use crate::semantics;

pub use places::{Places, places};

use super::code::{Code, Desc, Head, Span};
use super::flow::Flow;
use super::live::Live;
use super::op::{Op, Word};
use super::plan::Plan;
use super::slots::Slots;

/// What the compiler asks of the process that it compiles for.
pub trait Env {
    /// The module.
    fn module(&self) -> &Module;
    /// The address of a symbol; thread-local globals are asked for by [`Env::thread_local`] first.
    fn address(&self, symbol: Symbol) -> u64;
    /// Number of a thread-local global.
    fn thread_local(&self, global: GlobalId) -> Option<u32>;
    /// What a function of the module is bound to.
    fn target(&self, func: FuncId) -> Target;
    /// The number of a call type.
    fn signature_id(&self, sig: &Arc<Signature>) -> u32;
    /// Whether executed instructions are counted.
    fn fuel(&self) -> bool;
    /// The embedder's closure of that number.
    fn closure(&self, _number: u32) -> Option<&HostClosure> {
        None
    }
}

/// What a function is bound to.
#[derive(Clone, Copy)]
pub enum Target {
    /// A body of the module.
    Guest,
    /// The host.
    Host(&'static HostFn),
    /// A closure of the embedder's.
    Closure(u32),
    /// Nothing.
    Missing,
}

/// Values that may live in slots that 16-bit fields reach; above it, scratch slots and far moves are used.
const NEAR: u32 = 60_000;
/// Scratch slots for far values, constants and intermediate results of one instruction.
const SCRATCH: u32 = 64;
/// The most slots of constants that are kept for a whole function.
const MAX_HOISTED: u32 = 64;
/// A constant of more slots than this is made where it is used.
const MAX_HOISTED_SLOTS: u32 = 4;

/// Compiles a function.
pub fn compile(f: &Function, roots: &Roots, env: &dyn Env) -> Result<Code, String> {
    let flow = Flow::compute(f);
    let plan = Plan::new(f, &flow, roots);
    let twice = call::returns_twice(f, env);
    let live = Live::compute(&plan);
    let slots = assign(&plan, live, twice);
    let mut emitter = Emitter::new(&plan, &slots, env, twice)?;
    emitter.body()?;
    emitter.finish(twice)
}

fn assign(plan: &Plan<'_>, live: Live, twice: bool) -> Slots {
    let slots = Slots::assign(plan, live, !twice, 0);
    if slots.count > NEAR { Slots::assign(plan, Live::compute(plan), !twice, SCRATCH) } else { slots }
}

/// A forward reference: the word of the instruction, the word that holds the offset, its shift there.
enum Fixup {
    /// Low or high half of the word at `.1`, relative to the instruction at `.0`.
    Word(usize, usize, u32),
    /// Entry of a descriptor: index, entry (`u32::MAX` for the default), instruction.
    Desc(usize, u32, usize),
    /// A landing pad of the call at that word.
    Landing(usize),
}

/// A place in the code, known now or later.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Label(u32);

struct Emitter<'a> {
    f: &'a Function,
    plan: &'a Plan<'a>,
    slots: &'a Slots,
    env: &'a dyn Env,
    words: Vec<u64>,
    descs: Vec<Desc>,
    pcs: Vec<(u32, LocId)>,
    /// Position of every label; the first labels are the blocks.
    labels: Vec<Option<usize>>,
    fixups: Vec<(Label, Fixup)>,
    /// Edges that need moves and have no place in line.
    stubs: Vec<(Label, BlockId, BlockId)>,
    landings: Vec<(u32, u32)>,
    /// Constants that the prologue puts into slots.
    hoisted: FxHashMap<(Const, Type), u32>,
    hoist_limit: u32,
    hoist_used: u32,
    hoist_base: u32,
    /// First slot of the outgoing arguments.
    out: u32,
    near_scratch: u32,
    near_used: u32,
    temp_base: u32,
    temp_used: u32,
    temp_max: u32,
    /// Depth of the block that is emitted.
    depth: u32,
    mark: Option<u32>,
    cleanup: bool,
}

impl<'a> Emitter<'a> {
    fn new(plan: &'a Plan<'a>, slots: &'a Slots, env: &'a dyn Env, twice: bool) -> Result<Self, String> {
        let f = plan.f;
        let wide = slots.count > NEAR;
        let params: u32 = f.params.iter().map(|p| f.ty(*p).slots()).sum();
        if params > 4096 {
            return Err(format!("a function with {params} words of parameters"));
        }
        let out_slots = call::outgoing_slots(plan);
        if out_slots > 4096 {
            return Err(format!("a call with {out_slots} words of arguments"));
        }
        let loops = plan.flow.order.iter().any(|b| plan.flow.depth[b.0 as usize] > 0);
        let hoist_limit = if loops && !wide { call::loop_constants(plan).min(MAX_HOISTED) } else { 0 };
        let marks = call::makes_stack_objects(f, twice);
        let mark = marks.then_some(slots.count);
        let hoist_base = slots.count + u32::from(marks);
        let out = hoist_base + hoist_limit;
        let near_scratch = if wide { params } else { out + out_slots };
        let temp_base = if wide { out + out_slots } else { near_scratch + SCRATCH };
        Ok(Self {
            f,
            plan,
            slots,
            env,
            words: Vec::with_capacity(f.insts.len() * 2),
            descs: Vec::new(),
            pcs: Vec::new(),
            labels: vec![None; f.blocks.len()],
            fixups: Vec::new(),
            stubs: Vec::new(),
            landings: Vec::new(),
            hoisted: FxHashMap::default(),
            hoist_limit,
            hoist_used: 0,
            hoist_base,
            out,
            near_scratch,
            near_used: 0,
            temp_base,
            temp_used: 0,
            temp_max: 0,
            depth: 0,
            mark,
            cleanup: false,
        })
    }

    fn body(&mut self) -> Result<(), String> {
        self.at(self.f.decl_loc);
        self.prologue();
        let order = &self.plan.flow.order;
        for (i, &b) in order.iter().enumerate() {
            self.bind(Label(b.0));
            self.depth = self.plan.flow.depth[b.0 as usize];
            let insts = &self.f.block(b).insts;
            if self.env.fuel() {
                self.op_ext(Op::Fuel, 0, 0, 0, insts.len() as u64);
            }
            for &id in insts {
                self.near_used = 0;
                self.temp_used = 0;
                let data = self.f.inst(id);
                self.at(data.loc);
                match &data.inst {
                    Inst::Term(t) => self.terminator(b, id, t, order.get(i + 1).copied())?,
                    _ => self.inst(id)?,
                }
            }
        }
        self.emit_stubs();
        Ok(())
    }

    fn prologue(&mut self) {
        if let Some(mark) = self.mark {
            self.cleanup = true;
            let near = self.near_def(mark);
            self.op(Op::Enter, near, 0, 0);
            self.store_def(mark, near);
        }
        let module = self.env.module();
        let attrs = &module.func(self.f.id).sig.attrs;
        for (i, &p) in self.f.params.iter().enumerate() {
            if let Some(crate::ir::ParamAttr::ByVal { size, align }) = attrs.get(i) {
                let slot = self.span(p).at;
                self.generic(Desc::ByVal(slot, *size, *align));
            }
        }
    }

    fn inst(&mut self, id: InstId) -> Result<(), String> {
        if self.plan.folded[id.0 as usize] {
            return Ok(());
        }
        let data = self.f.inst(id);
        if let Some(r) = data.result
            && self.plan.rep[r.0 as usize].0 != r
        {
            return Ok(());
        }
        let result = data.result;
        match (&data.inst, result) {
            (Inst::Phi(_), _) => Ok(()),
            (Inst::Call(call), _) => self.call(call, result).map(|_| ()),
            (Inst::Intrinsic(i, args), _) => self.intrinsic(*i, args, result),
            (Inst::Asm(asm), _) => self.asm(asm, result),
            (Inst::Store { .. } | Inst::Load { .. } | Inst::CmpXchg { .. } | Inst::AtomicRmw { .. }, _)
            | (Inst::Fence(_) | Inst::Alloca { .. } | Inst::Gep { .. }, _) => self.memory(&data.inst, result),
            (Inst::Unsupported(what), _) => {
                self.trap(super::code::TrapKind::Unsupported(what.as_ref().into()));
                Ok(())
            }
            (inst, Some(r)) => self.pure(inst, r),
            (_, None) => Err("an instruction without a result where one is needed".into()),
        }
    }

    // ---- words ----

    fn at(&mut self, loc: LocId) {
        let here = self.words.len() as u32;
        match self.pcs.last_mut() {
            Some((_, last)) if *last == loc => {}
            Some((word, last)) if *word == here => *last = loc,
            _ => self.pcs.push((here, loc)),
        }
    }

    fn op(&mut self, op: Op, a: u16, b: u16, c: u16) -> usize {
        self.words.push(Word::new(op, a, b, c).0);
        self.words.len() - 1
    }

    fn op_ext(&mut self, op: Op, a: u16, b: u16, c: u16, ext: u64) -> usize {
        let at = self.op(op, a, b, c);
        self.words.push(ext);
        at
    }

    fn desc(&mut self, desc: Desc) -> u64 {
        self.descs.push(desc);
        self.descs.len() as u64 - 1
    }

    fn generic(&mut self, desc: Desc) {
        let index = self.desc(desc);
        self.op_ext(Op::Generic, 0, 0, 0, index);
    }

    fn trap(&mut self, kind: super::code::TrapKind) {
        self.generic(Desc::Trap(kind));
    }

    // ---- slots ----

    fn near(&mut self) -> u16 {
        let slot = self.near_scratch + self.near_used.min(SCRATCH - 1);
        self.near_used += 1;
        slot as u16
    }

    fn temp(&mut self, n: u32) -> u32 {
        let at = self.temp_base + self.temp_used;
        self.temp_used += n;
        self.temp_max = self.temp_max.max(self.temp_used);
        at
    }

    /// Where a value is, constants put into scratch slots first.
    fn span(&mut self, v: Value) -> Span {
        let n = self.f.ty(v).slots();
        if let Some(c) = self.f.as_const(v) {
            let c = c.clone();
            let at = if n == 1 {
                u32::from(self.constant(&c, self.f.ty(v)))
            } else {
                self.constants(&c, self.f.ty(v))
            };
            return Span { at, n };
        }
        let (rep, offset) = self.plan.rep[v.0 as usize];
        Span { at: self.slots.of(rep) + offset, n }
    }

    /// The slot of a one-slot operand, within reach of a 16-bit field.
    fn slot(&mut self, v: Value) -> u16 {
        let span = self.span(v);
        self.reach(span.at)
    }

    fn reach(&mut self, slot: u32) -> u16 {
        u16::try_from(slot).unwrap_or_else(|_| {
            let near = self.near();
            self.op_ext(Op::LoadFar, near, 0, 0, u64::from(slot));
            near
        })
    }

    /// A slot to write a result to that belongs in `slot`; to be followed by [`Self::store_def`].
    fn near_def(&mut self, slot: u32) -> u16 {
        u16::try_from(slot).unwrap_or_else(|_| self.near())
    }

    fn store_def(&mut self, slot: u32, near: u16) {
        if slot > u32::from(u16::MAX) {
            self.op_ext(Op::StoreFar, near, 0, 0, u64::from(slot));
        }
    }

    /// Emits code for a one-slot result.
    fn define<T>(&mut self, v: Value, emit: impl FnOnce(&mut Self, u16) -> T) -> T {
        let slot = self.slots.of(v);
        let near = self.near_def(slot);
        let out = emit(self, near);
        self.store_def(slot, near);
        out
    }

    /// Where a result of any size goes.
    fn result_span(&self, v: Value) -> Span {
        Span { at: self.slots.of(v), n: self.f.ty(v).slots() }
    }

    // ---- constants ----

    /// The bits of a one-slot constant, if they are the same for every thread.
    fn bits(&self, c: &Const, ty: &Type) -> Option<u64> {
        if ty.slots() != 1 {
            return None;
        }
        if let Const::Addr(Symbol::Global(g), _) = c
            && self.env.thread_local(*g).is_some()
        {
            return None;
        }
        let mut out = [0];
        semantics::const_slots(c, ty, &|s| self.env.address(s), &mut out);
        Some(out[0])
    }

    /// Where a constant used in a loop is kept for the whole function, while there is room.
    fn hoist(&mut self, c: &Const, ty: &Type) -> Option<u32> {
        if self.depth == 0 {
            return None;
        }
        let key = (c.clone(), ty.clone());
        if let Some(&slot) = self.hoisted.get(&key) {
            return Some(slot);
        }
        let n = ty.slots();
        if n > MAX_HOISTED_SLOTS || self.hoist_used + n > self.hoist_limit {
            return None;
        }
        let slot = self.hoist_base + self.hoist_used;
        self.hoist_used += n;
        self.hoisted.insert(key, slot);
        Some(slot)
    }

    /// A slot that holds the one-slot constant.
    fn constant(&mut self, c: &Const, ty: &Type) -> u16 {
        if let Some(slot) = self.hoist(c, ty) {
            return slot as u16;
        }
        let near = self.near();
        self.put_constant(near, c, ty);
        near
    }

    /// The first of the slots that hold a constant of several.
    fn constants(&mut self, c: &Const, ty: &Type) -> u32 {
        if let Some(slot) = self.hoist(c, ty) {
            return slot;
        }
        let n = ty.slots();
        let at = self.temp(n);
        self.wide_constant(Span { at, n }, c, ty);
        at
    }

    fn put_constant(&mut self, slot: u16, c: &Const, ty: &Type) {
        match self.bits(c, ty) {
            Some(bits) => self.put_bits(slot, bits),
            None => {
                if let Const::Addr(Symbol::Global(g), offset) = c
                    && let Some(n) = self.env.thread_local(*g)
                {
                    self.op_ext(Op::Tls, slot, 0, 0, u64::from(n) | (*offset as u64) << 32);
                }
            }
        }
    }

    fn put_bits(&mut self, slot: u16, bits: u64) {
        if let Ok(small) = u32::try_from(bits) {
            self.op(Op::Const, slot, small as u16, (small >> 16) as u16);
        } else {
            self.op_ext(Op::Const64, slot, 0, 0, bits);
        }
    }

    fn wide_constant(&mut self, to: Span, c: &Const, ty: &Type) {
        let mut words = vec![0; to.n as usize];
        semantics::const_slots(c, ty, &|s| self.env.address(s), &mut words);
        self.generic(Desc::Const(to, words.into()));
    }

    /// A constant integer operand, zero-extended.
    fn unsigned(&self, v: Value) -> Option<u64> {
        match (self.f.as_const(v)?, self.f.ty(v)) {
            (Const::Int(n), Type::Int(1..=64)) => Some(*n),
            (Const::Zero, Type::Int(1..=64) | Type::Ptr) => Some(0),
            _ => None,
        }
    }

    /// A constant integer operand, sign-extended from its width.
    fn signed(&self, v: Value) -> Option<i64> {
        let n = self.unsigned(v)?;
        let bits = self.f.ty(v).bits() as u32;
        Some((n << (64 - bits)) as i64 >> (64 - bits))
    }

    // ---- labels ----

    fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() as u32 - 1)
    }

    fn bind(&mut self, label: Label) {
        self.labels[label.0 as usize] = Some(self.words.len());
    }

    fn finish(mut self, twice: bool) -> Result<Code, String> {
        let entry = self.constants_prologue();
        for (label, fixup) in std::mem::take(&mut self.fixups) {
            let target = self.labels[label.0 as usize].ok_or("a branch to nowhere")?;
            let relative = |from: usize| target as i64 - from as i64;
            match fixup {
                Fixup::Word(inst, word, shift) => {
                    let offset = relative(inst) as i32 as u32 as u64;
                    self.words[word] |= offset << shift;
                }
                Fixup::Landing(call) => self.landings.push((call as u32, target as u32)),
                Fixup::Desc(desc, entry, inst) => {
                    let offset = relative(inst) as i32;
                    match (&mut self.descs[desc], entry) {
                        (Desc::SparseSwitch(_, _, default), u32::MAX) => *default = offset,
                        (Desc::SparseSwitch(_, cases, _), i) => cases[i as usize].1 = offset,
                        (Desc::IndirectBr(_, cases), i) => cases[i as usize].1 = offset,
                        _ => return Err("a branch from nowhere".into()),
                    }
                }
            }
        }
        self.landings.sort_unstable();
        let param_slots = self.f.params.iter().map(|p| self.f.ty(*p).slots()).sum();
        let heads = self.heads();
        Ok(Code {
            number: 0,
            func: self.f.id,
            name: self.f.name.clone(),
            words: self.words.into(),
            entry: entry as u32,
            frame_slots: self.temp_base + self.temp_max + 1,
            param_slots,
            descs: self.descs.into(),
            mark: self.mark,
            cleanup: self.cleanup,
            returns_twice: twice,
            landings: self.landings.into(),
            pcs: self.pcs.into(),
            pc_frames: Box::default(),
            inlined: Box::default(),
            locs: self.f.locs.clone(),
            native: None,
            ret_slots: self.f.sig.ret.slots(),
            decl_loc: self.f.decl_loc,
            heads,
            quick: None,
        })
    }

    /// The blocks that an edge leads back to, in the order of emission.
    fn heads(&self) -> Box<[Head]> {
        let flow = self.plan.flow;
        let at = |b: BlockId| flow.position[b.0 as usize];
        let is_head = |b: &BlockId| flow.preds[b.0 as usize].iter().any(|p| at(*p) >= at(*b));
        let word = |b: &BlockId| self.labels[b.0 as usize];
        // Of blocks that begin at the same word (all but the last are empty) control is in the last one.
        let groups = flow.order.chunk_by(|a, b| word(a) == word(b));
        let head = |group: &[BlockId]| {
            let block = *group.last().filter(|_| group.iter().any(is_head))?;
            Some(Head {
                word: word(&block)? as u32,
                block,
                heat: AtomicU32::new(0),
                asked: AtomicBool::new(false),
                compiled: AtomicU32::new(0),
            })
        };
        groups.filter_map(head).collect()
    }

    /// Puts hoisted constants into their slots, then goes to the body.
    fn constants_prologue(&mut self) -> usize {
        if self.hoisted.is_empty() {
            return 0;
        }
        let entry = self.words.len();
        self.at(self.f.decl_loc);
        let mut hoisted: Vec<_> = std::mem::take(&mut self.hoisted).into_iter().collect();
        hoisted.sort_unstable_by_key(|(_, slot)| *slot);
        for ((c, ty), slot) in hoisted {
            match ty.slots() {
                1 => self.put_constant(slot as u16, &c, &ty),
                n => self.wide_constant(Span { at: slot, n }, &c, &ty),
            }
        }
        let here = self.words.len();
        self.op_ext(Op::Br, 0, 0, 0, super::op::branch_ext(-(here as i32), 0));
        entry
    }
}
