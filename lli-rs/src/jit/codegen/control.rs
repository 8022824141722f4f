//! Terminators.

use inkwell::llvm_sys::LLVMIntPredicate as IP;

use super::Gen;
use super::value::in_register;
use crate::bytecode::code::{BLOCK_TAG, TrapKind};
use crate::bytecode::{Desc, Op};
use crate::ir::{BlockId, InstId, Terminator, Type, Value};
use crate::machine::native::trap_kind;

impl Gen<'_> {
    pub(super) fn terminator(&mut self, block: BlockId, id: InstId, t: &Terminator) -> Result<(), String> {
        let b = self.b;
        match t {
            Terminator::Br(to) => {
                let target = self.edge(block, *to)?;
                b.br(target);
            }
            Terminator::CondBr(cond, x, y) => {
                let cond = self.val(*cond)?;
                let (x, y) = (self.edge(block, *x)?, self.edge(block, *y)?);
                b.cond_br(cond, x, y);
            }
            Terminator::Switch { value, cases, default } => {
                let v = self.val(*value)?;
                let ty = b.type_of(v);
                let other = self.edge(block, *default)?;
                let mut list = Vec::new();
                for &(k, to) in cases {
                    let to = self.edge(block, to)?;
                    list.push((b.wide(ty, &[k as u64, (k >> 64) as u64]), to));
                }
                b.switch(v, other, &list);
            }
            Terminator::IndirectBr(value, targets) => self.indirect_br(block, *value, targets)?,
            Terminator::Ret(v) => self.ret(*v)?,
            Terminator::Invoke { call, normal, unwind } => {
                let result = self.f.inst(id).result;
                let v = self.call(call, result, Some((block, *unwind)))?;
                if let (Some(r), Some(v)) = (result, v) {
                    self.define(r, v);
                }
                let target = self.edge(block, *normal)?;
                b.br(target);
            }
            Terminator::Resume(v) => {
                self.generic(&[*v], None, |s, _| Desc::Resume(s[0].at))?;
                b.br(self.fail);
            }
            Terminator::Unreachable => {
                self.raise(TrapKind::Unreachable);
            }
        }
        Ok(())
    }

    /// Notes an edge that leaves from where the builder stands.
    pub(super) fn edge(&mut self, from: BlockId, to: BlockId) -> Result<crate::jit::llvm::Block, String> {
        self.leave_for_phis(from, to)?;
        self.edges.push((from, to, self.b.here()));
        self.block_of(to)
    }

    /// Raises a trap that the interpreter's executor makes, and ends the block.
    pub(super) fn raise(&mut self, kind: TrapKind) {
        let desc = self.desc(Desc::Trap(kind));
        self.run(Op::Generic, 0, desc);
        self.b.br(self.fail);
    }

    fn indirect_br(&mut self, block: BlockId, value: Value, targets: &[BlockId]) -> Result<(), String> {
        let b = self.b;
        let v = self.val(value)?;
        let mut known = targets.to_vec();
        known.sort_unstable();
        known.dedup();
        let mut cases = Vec::new();
        for to in known {
            let target = self.edge(block, to)?;
            cases.push((b.i64(BLOCK_TAG + u64::from(to.0)), target));
        }
        let bad = b.block(self.func);
        b.switch(v, bad, &cases);
        b.at(bad);
        self.trap(trap_kind::BAD_JUMP, v);
        Ok(())
    }

    fn ret(&mut self, value: Option<Value>) -> Result<(), String> {
        let b = self.b;
        let v = value.map(|v| self.val(v)).transpose()?;
        let ty = self.f.sig.ret.clone();
        if let Some(mark) = self.mark {
            let height = self.get(&Type::I64, mark)?;
            let desc = self.desc(Desc::Leave(Default::default()));
            let pc = self.place(Op::Leave, 0, desc);
            self.call_helper("svm.release", pc, &[height]);
        }
        self.leave_record();
        let ok = b.i32(0);
        match v {
            Some(v) if in_register(&ty) => {
                let result = b.zero(b.structure(&[b.int(32), self.ty(&ty)?]));
                let result = b.insert(b.insert(result, ok, 0), v, 1);
                b.ret(result);
            }
            Some(v) => {
                self.put(v, &ty, 0)?;
                b.ret(b.const_struct(&[ok]));
            }
            None => {
                debug_assert_eq!(ty, Type::Void);
                b.ret(b.const_struct(&[ok]));
            }
        }
        Ok(())
    }

    /// Where a failed call goes: out, or to the landing pad of an invoke.
    pub(super) fn after_call(
        &mut self,
        status: crate::jit::llvm::Val,
        unwind: Option<(BlockId, BlockId)>,
    ) -> Result<(), String> {
        let Some((from, pad)) = unwind else {
            self.fail_if(status);
            return Ok(());
        };
        let b = self.b;
        let (ok, bad) = (b.block(self.func), b.block(self.func));
        let fine = b.icmp(IP::LLVMIntEQ, status, b.i32(0));
        b.likely(b.cond_br(fine, ok, bad));
        b.at(bad);
        let landed = self.call_helper("svm.landing", self.top, &[]);
        let landed = b.icmp(IP::LLVMIntNE, landed, b.i32(0));
        let pad = self.edge(from, pad)?;
        b.cond_br(landed, pad, self.fail);
        b.at(ok);
        Ok(())
    }
}
