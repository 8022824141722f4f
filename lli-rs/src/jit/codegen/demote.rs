//! Functions that call what returns twice. After a `longjmp` control goes on behind a call that was made long ago,
//! from whichever call has failed since: so each value has a home in memory, from which every use reads it, and
//! LLVM finds out how little of that is needed.

use std::mem::take;

use super::Gen;
use crate::bytecode::{Desc, Op};
use crate::ir::{BlockId, CallSite, Inst, Type, Value};
use crate::jit::llvm::Val;

/// The homes of values.
#[derive(Default)]
pub(super) struct Homes {
    /// By value.
    values: Vec<Option<Val>>,
    /// Where the blocks before it leave a phi's value.
    phis: Vec<Option<Val>>,
}

impl Gen<'_> {
    /// Makes the homes, in the function's first block.
    pub(super) fn make_homes(&mut self) -> Result<(), String> {
        let Some(mut homes) = take(&mut self.homes) else { return Ok(()) };
        let n = self.f.values.len();
        (homes.values, homes.phis) = (vec![None; n], vec![None; n]);
        let blocks = self.flow.order.iter().flat_map(|b| &self.f.block(*b).insts);
        for data in blocks.map(|id| self.f.inst(*id)) {
            let Some(r) = data.result else { continue };
            homes.values[r.0 as usize] = Some(self.new_home(r)?);
            if matches!(data.inst, Inst::Phi(_)) {
                homes.phis[r.0 as usize] = Some(self.new_home(r)?);
            }
        }
        for &p in &self.f.params {
            homes.values[p.0 as usize] = Some(self.new_home(p)?);
        }
        self.homes = Some(homes);
        Ok(())
    }

    fn new_home(&self, v: Value) -> Result<Val, String> {
        let b = self.b;
        let ty = self.ty(self.f.ty(v))?;
        let home = b.alloca(ty, 16);
        b.store(b.zero(ty), home, 16);
        Ok(home)
    }

    /// Where a value is kept, if it is.
    pub(super) fn home(&self, v: Value) -> Option<Val> {
        self.homes.as_ref().and_then(|h| h.values[v.0 as usize])
    }

    /// Gives a value what it is from here on.
    pub(super) fn define(&mut self, v: Value, to: Val) {
        match self.home(v) {
            Some(home) => {
                self.b.store(to, home, 16);
            }
            None => self.vals[v.0 as usize] = Some(to),
        }
    }

    /// At its block's beginning, a phi takes what the block before has left. Whether phis have homes.
    pub(super) fn phi_from_home(&mut self, r: Value) -> Result<bool, String> {
        let Some(from) = self.homes.as_ref().and_then(|h| h.phis[r.0 as usize]) else { return Ok(false) };
        let v = self.b.load(self.ty(self.f.ty(r))?, from, 16);
        self.define(r, v);
        Ok(true)
    }

    /// At an edge: what the phis behind it take.
    pub(super) fn leave_for_phis(&mut self, from: BlockId, to: BlockId) -> Result<(), String> {
        if self.homes.is_none() {
            return Ok(());
        }
        for id in self.f.block(to).insts.clone() {
            let data = self.f.inst(id);
            let (Inst::Phi(incoming), Some(r)) = (&data.inst, data.result) else { continue };
            let v = incoming.iter().find(|(b, _)| *b == from).ok_or("a phi without its edge")?.1;
            let v = self.val(v)?;
            if let Some(at) = self.homes.as_ref().and_then(|h| h.phis[r.0 as usize]) {
                self.b.store(v, at, 16);
            }
        }
        Ok(())
    }

    /// `setjmp`: what follows is reached once more for each jump.
    pub(super) fn set_jump(&mut self, call: &CallSite, result: Option<Value>) -> Result<Option<Val>, String> {
        let b = self.b;
        let buffer = self.spill(call.args[0])?.at;
        let to = self.scratch(1).at;
        let desc = self.desc(Desc::SetJmp(to, buffer));
        let word = self.words.len() as u32;
        self.run(Op::Generic, 0, desc);
        let after = b.block(self.func);
        b.br(after);
        self.resumes.push((word, after));
        b.at(after);
        let ty = result.map_or(Type::Void, |r| self.f.ty(r).clone());
        result.map(|_| self.get(&ty, to)).transpose()
    }

    /// Where all failed calls end up: back to a call that returns twice, if a jump leads there, or out.
    pub(super) fn exits(&mut self) {
        let b = self.b;
        b.at(self.fail);
        if !self.resumes.is_empty() {
            let word = self.call_helper("svm.resume", self.top, &[]);
            let out = b.block(self.func);
            let cases: Vec<_> =
                self.resumes.iter().map(|(word, to)| (b.i64(u64::from(*word)), *to)).collect();
            b.switch(word, out, &cases);
            b.at(out);
        }
        b.ret(b.const_struct_with_status(&self.f.sig.ret, self.native_ret(&self.f.sig.ret)));
    }
}
