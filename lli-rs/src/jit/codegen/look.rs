//! What code that was compiled quickly does to be left: at its entry and at its loop heads it counts down the thread's
//! budget. When that is used up, what is live is laid into slots, as bytecode has it there, and the tiers are asked; they
//! may run the rest of the frame in better code.

use std::sync::atomic::{AtomicBool, AtomicU32};

use inkwell::llvm_sys::LLVMIntPredicate as IP;

use super::Gen;
use super::value::in_register;
use crate::bytecode::Op;
use crate::bytecode::code::Head;
use crate::ir::{BlockId, Value};
use crate::machine::native::offset;

impl Gen<'_> {
    /// Counts, and looks if it is time: at a head, where these values are live, or at the entry.
    pub(super) fn look(&mut self, live: &[Value], head: Option<BlockId>) -> Result<(), String> {
        let b = self.b;
        let budget = self.field(offset::BUDGET);
        let left = b.scoped(b.load(b.int(32), budget, 4), self.scopes.frame);
        let left = b.sub(left, b.i32(1));
        b.scoped(b.store(left, budget, 4), self.scopes.frame);
        let [looks, done, on] = [0; 3].map(|_| b.block(self.func));
        let spent = b.icmp(IP::LLVMIntSGE, left, b.i32(0));
        b.likely(b.cond_br(spent, on, looks));
        b.at(looks);
        let mut slot = self.out;
        for &v in live {
            let ty = self.f.ty(v).clone();
            let value = self.val(v)?;
            self.put(value, &ty, slot)?;
            slot += ty.slots();
        }
        let word = self.words.len() as u32;
        let pc = self.place(Op::Exit, 0, 0);
        if let Some(block) = head {
            self.heads.push(Head {
                word,
                block,
                heat: AtomicU32::new(0),
                asked: AtomicBool::new(false),
                compiled: AtomicU32::new(0),
            });
        }
        let status = self.call_helper("svm.look", pc, &[]);
        b.likely(b.cond_br(b.icmp(IP::LLVMIntEQ, status, b.i32(0)), on, done));
        // The frame is gone: 1 with a trap, otherwise with its result in its first slots.
        b.at(done);
        let status = b.and(status, b.i32(1));
        let ty = self.f.sig.ret.clone();
        if in_register(&ty) {
            let value = self.get(&ty, 0)?;
            let result = b.zero(b.structure(&[b.int(32), self.ty(&ty)?]));
            b.ret(b.insert(b.insert(result, status, 0), value, 1));
        } else {
            b.ret(b.insert(b.zero(b.structure(&[b.int(32)])), status, 0));
        }
        b.at(on);
        Ok(())
    }
}
