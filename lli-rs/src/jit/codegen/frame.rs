//! The frame's record: pushed where the first thing happens that needs it.
//!
//! A record costs some stores and two tests, so it is pushed in the block that dominates all calls and slow
//! operations, outside of every loop; a way through the function that makes none of them has none. Operations
//! elsewhere push it for themselves ([`Gen::open`]), and helpers on cold paths push it if their place says so
//! ([`Gen::cold_place`]): whoever called has made sure that there is room for it.

use inkwell::llvm_sys::LLVMIntPredicate as IP;

use super::Gen;
use crate::bytecode::flow::{Flow, successors};
use crate::ir::{BinOp, BlockId, CastOp, Function, Inst, Terminator, Type};
use crate::jit::llvm::Val;
use crate::machine::native::{offset, trap_kind};
use crate::machine::registers::Frame;
use crate::opt::{cfg::Cfg, dom::DomTree};

/// Bytes of a record.
const RECORD: u64 = size_of::<Frame>() as u64;

/// Where the record is pushed.
pub(super) struct Record {
    /// The block, if there is one.
    at: Option<BlockId>,
    /// Blocks that it dominates.
    inside: Vec<bool>,
    /// Blocks that come after it on some way.
    after: Vec<bool>,
}

impl Record {
    /// `always`: at the entry.
    pub(super) fn place(f: &Function, flow: &Flow, always: bool) -> Record {
        let dom = DomTree::new(&Cfg::new(f));
        let mut at = always.then_some(BlockId::ENTRY);
        for &b in &flow.order {
            if at != Some(BlockId::ENTRY)
                && f.block(b).insts.iter().any(|i| needs_record(f, &f.inst(*i).inst))
            {
                at = Some(at.map_or(b, |known| meet(&dom, known, b)));
            }
        }
        while let Some(b) = at.filter(|b| flow.depth[b.0 as usize] > 0) {
            at = dom.idom(b).or(Some(BlockId::ENTRY)).filter(|up| *up != b);
        }
        let mut record =
            Record { at, inside: vec![false; f.blocks.len()], after: vec![false; f.blocks.len()] };
        if let Some(at) = at {
            record.inside = f.block_ids().map(|b| flow.reachable(b) && dom.dominates(at, b)).collect();
            let mut work = vec![at];
            while let Some(b) = work.pop() {
                if !std::mem::replace(&mut record.after[b.0 as usize], true) {
                    work.extend(successors(f, b));
                }
            }
        }
        record
    }
}

fn meet(dom: &DomTree, mut a: BlockId, b: BlockId) -> BlockId {
    while !dom.dominates(a, b) {
        match dom.idom(a) {
            Some(up) => a = up,
            None => return BlockId::ENTRY,
        }
    }
    a
}

/// Whether the processor computes with this type.
fn native(ty: &Type) -> bool {
    !ty.is_aggregate() && ty.scalar() != &Type::X87 && ty.scalar().bits() <= 64
}

/// Whether an instruction calls or runs something on its usual way. An instruction that does so although this
/// says no costs a record of its own.
fn needs_record(f: &Function, inst: &Inst) -> bool {
    match inst {
        Inst::Phi(_)
        | Inst::ICmp(..)
        | Inst::FCmp(..)
        | Inst::Select(..)
        | Inst::Freeze(_)
        | Inst::FNeg(_)
        | Inst::ExtractValue(..)
        | Inst::InsertValue(..)
        | Inst::ExtractElement(..)
        | Inst::InsertElement(..)
        | Inst::Shuffle(..)
        | Inst::Check { .. }
        | Inst::Range { .. }
        | Inst::Locate(_)
        | Inst::RawLoad { .. }
        | Inst::RawStore { .. }
        | Inst::Poll
        | Inst::Fuel(_) => false,
        Inst::Gep { base, terms, .. } => {
            f.ty(*base).as_vector().is_some() || terms.iter().any(|t| f.ty(t.0).as_vector().is_some())
        }
        Inst::Binary(op, x, _) => {
            let divides = matches!(op, BinOp::UDiv | BinOp::SDiv | BinOp::URem | BinOp::SRem | BinOp::FRem);
            !native(f.ty(*x)) || divides && f.ty(*x).as_vector().is_some()
        }
        Inst::Cast(op, x) => !native(f.ty(*x)) || matches!(op, CastOp::FpToSi | CastOp::FpToUi),
        Inst::Intrinsic(_, args) => {
            // Most that have a native form compute on numbers.
            args.is_empty() || !args.iter().all(|a| native(f.ty(*a)) && *f.ty(*a) != Type::Ptr)
        }
        Inst::Term(t) => matches!(t, Terminator::Invoke { .. } | Terminator::Resume(_)),
        _ => true,
    }
}

impl Gen<'_> {
    /// Whether the record has been pushed wherever the current block is reached.
    pub(super) fn inside(&self) -> bool {
        self.record.inside[self.block.0 as usize]
    }

    /// Pushes the record if this is its block: with the tests that there is room, and a look at the stop flag.
    pub(super) fn enter_record(&mut self) {
        if self.record.at != Some(self.block) {
            return;
        }
        self.top = self.push(true);
        self.poll();
    }

    /// The record on the way of a rare call outside of the record's reach: what [`Gen::close`] needs.
    pub(super) fn open(&mut self) -> Option<Val> {
        (!self.inside()).then(|| self.push(false))
    }

    /// The end of what [`Gen::open`] began.
    pub(super) fn close(&mut self, opened: Option<Val>) {
        if let Some(top) = opened {
            self.store_top(self.b.byte(top, self.b.i64(RECORD)));
        }
    }

    /// Before a return.
    pub(super) fn leave_record(&mut self) {
        if self.inside() {
            self.store_top(self.b.byte(self.top, self.b.i64(RECORD)));
        } else if self.record.after[self.block.0 as usize] {
            self.store_top(self.caller_top);
        }
    }

    /// The innermost record, wherever the caller is.
    pub(super) fn load_top(&self) -> Val {
        self.b.scoped(self.b.load(self.b.ptr(), self.field(offset::TOP), 8), self.scopes.frame)
    }

    fn store_top(&self, top: Val) {
        self.b.scoped(self.b.store(top, self.field(offset::TOP), 8), self.scopes.frame);
    }

    /// Pushes the record; tests whether slots and stack have room for the frame, too, if told so.
    fn push(&mut self, test: bool) -> Val {
        let b = self.b;
        let caller_top = self.load_top();
        if test {
            self.test_room(caller_top);
        }
        let top = b.byte(caller_top, b.i64(RECORD.wrapping_neg()));
        let code = self.fixed(self.code.as_ptr() as usize);
        self.store_record(top, offset::CODE, code);
        if self.arrival.is_none() && !self.f.sig.variadic {
            self.store_record(top, offset::VARARGS, b.zero(b.ptr()));
        }
        self.store_top(top);
        top
    }

    fn test_room(&mut self, caller_top: Val) {
        let b = self.b;
        let slots = u64::from(self.out + self.outgoing + 1) * 8;
        let end = b.byte(self.fp, b.i64(slots));
        let no_room = b.icmp(IP::LLVMIntUGT, end, b.byte(caller_top, b.i64((2 * RECORD).wrapping_neg())));
        let sp = b.stack_pointer();
        let limit = b.invariant(b.load(b.int(64), self.field(offset::LIMIT), 8));
        let deep = b.icmp(IP::LLVMIntULT, sp, limit);
        let (room, full) = (b.block(self.func), b.block(self.func));
        b.likely(b.cond_br(b.or(no_room, deep), full, room));
        b.at(full);
        self.call_helper("svm.exhausted", b.zero(b.ptr()), &[]);
        b.unreachable();
        b.at(room);
    }

    fn store_record(&self, top: Val, offset: usize, v: Val) {
        let at = self.b.byte(top, self.b.i64(offset as u64));
        self.b.scoped(self.b.store(v, at, 8), self.scopes.frame);
    }

    /// What the record below this frame's says of the call that is about to be made.
    pub(super) fn store_call(&self, pc: Val) {
        let b = self.b;
        let record = |offset: usize| b.byte(self.top, b.i64((offset as u64).wrapping_sub(RECORD)));
        b.scoped(b.store(pc, record(offset::CALL_PC), 8), self.scopes.frame);
        b.scoped(b.store(self.fp, record(offset::CALLER_FP), 8), self.scopes.frame);
    }

    /// Looks at the stop flag.
    pub(super) fn poll(&mut self) {
        let b = self.b;
        let stop = b.invariant(b.load(b.ptr(), self.field(offset::STOP), 8));
        let flag = b.load(b.int(8), stop, 1);
        b.volatile(flag);
        b.scoped(flag, self.scopes.frame);
        let set = b.icmp(IP::LLVMIntNE, flag, b.num(b.int(8), 0));
        self.trap_if(set, trap_kind::STOP);
    }
}
