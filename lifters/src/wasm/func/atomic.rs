//! Threads: atomic accesses, wait and notify.

use inkwell::values::{BasicValue, InstructionValue, IntValue, PointerValue};
use inkwell::{AtomicOrdering, AtomicRMWBinOp as Rmw, IntPredicate};
use svm_memory::abi::wasm::{self as abi, Trap};
use wasmparser::{MemArg, Operator};

use super::super::error::{LiftError, Result};
use super::FuncLifter;
use super::memory::target;

const SEQ: AtomicOrdering = AtomicOrdering::SequentiallyConsistent;

/// What an atomic access does.
enum Access {
    Load,
    Store,
    Rmw(Rmw),
    CompareExchange,
}

/// (access, bits in memory, bits of the operand), read off the operator's name, for example `I64AtomicRmw16AddU`.
fn decode(name: &str) -> Option<(Access, u32, u32)> {
    let operand = if name.starts_with("I32") { 32 } else { 64 };
    let rest = name.strip_prefix("I32Atomic").or_else(|| name.strip_prefix("I64Atomic"))?;
    let (rest, rmw) = match rest.strip_prefix("Rmw") {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let (rest, is_load) =
        if rmw { (rest, false) } else { (rest.trim_start_matches("Load"), rest.starts_with("Load")) };
    let rest = if rmw || is_load { rest } else { rest.strip_prefix("Store")? };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let bits = rest[..digits].parse().unwrap_or(operand);
    let access = match (rmw, is_load, rest[digits..].trim_end_matches('U')) {
        (false, true, "") => Access::Load,
        (false, false, "") => Access::Store,
        (true, _, "Add") => Access::Rmw(Rmw::Add),
        (true, _, "Sub") => Access::Rmw(Rmw::Sub),
        (true, _, "And") => Access::Rmw(Rmw::And),
        (true, _, "Or") => Access::Rmw(Rmw::Or),
        (true, _, "Xor") => Access::Rmw(Rmw::Xor),
        (true, _, "Xchg") => Access::Rmw(Rmw::Xchg),
        (true, _, "Cmpxchg") => Access::CompareExchange,
        _ => return None,
    };
    Some((access, bits, operand))
}

/// The access's immediates: read off the operator, whose every atomic variant has the one field.
macro_rules! memarg_of {
    ($op:expr, $($name:ident)*) => {
        match $op { $(Operator::$name { memarg })|* => Some(*memarg), _ => None }
    };
}

fn memarg(op: &Operator<'_>) -> Option<MemArg> {
    memarg_of!(op,
        I32AtomicLoad I64AtomicLoad I32AtomicLoad8U I32AtomicLoad16U I64AtomicLoad8U I64AtomicLoad16U I64AtomicLoad32U
        I32AtomicStore I64AtomicStore I32AtomicStore8 I32AtomicStore16 I64AtomicStore8 I64AtomicStore16 I64AtomicStore32
        I32AtomicRmwAdd I64AtomicRmwAdd I32AtomicRmw8AddU I32AtomicRmw16AddU I64AtomicRmw8AddU I64AtomicRmw16AddU
        I64AtomicRmw32AddU I32AtomicRmwSub I64AtomicRmwSub I32AtomicRmw8SubU I32AtomicRmw16SubU I64AtomicRmw8SubU
        I64AtomicRmw16SubU I64AtomicRmw32SubU I32AtomicRmwAnd I64AtomicRmwAnd I32AtomicRmw8AndU I32AtomicRmw16AndU
        I64AtomicRmw8AndU I64AtomicRmw16AndU I64AtomicRmw32AndU I32AtomicRmwOr I64AtomicRmwOr I32AtomicRmw8OrU
        I32AtomicRmw16OrU I64AtomicRmw8OrU I64AtomicRmw16OrU I64AtomicRmw32OrU I32AtomicRmwXor I64AtomicRmwXor
        I32AtomicRmw8XorU I32AtomicRmw16XorU I64AtomicRmw8XorU I64AtomicRmw16XorU I64AtomicRmw32XorU I32AtomicRmwXchg
        I64AtomicRmwXchg I32AtomicRmw8XchgU I32AtomicRmw16XchgU I64AtomicRmw8XchgU I64AtomicRmw16XchgU
        I64AtomicRmw32XchgU I32AtomicRmwCmpxchg I64AtomicRmwCmpxchg I32AtomicRmw8CmpxchgU I32AtomicRmw16CmpxchgU
        I64AtomicRmw8CmpxchgU I64AtomicRmw16CmpxchgU I64AtomicRmw32CmpxchgU)
}

impl<'ctx> FuncLifter<'_, '_, 'ctx> {
    pub(super) fn atomic(&mut self, op: &Operator<'_>) -> Result<bool> {
        match op {
            Operator::AtomicFence { .. } => {
                self.e.b.build_fence(SEQ, false, "")?;
            }
            Operator::MemoryAtomicNotify { memarg } => {
                let count = self.pop_int()?;
                let (memory, at) = self.wait_address(memarg, 4)?;
                let v = self.run_value(abi::ATOMIC_NOTIFY, &[memory.into(), at.into(), count.into()])?;
                self.push(v);
            }
            Operator::MemoryAtomicWait32 { memarg } => self.wait(memarg, 4, abi::ATOMIC_WAIT32)?,
            Operator::MemoryAtomicWait64 { memarg } => self.wait(memarg, 8, abi::ATOMIC_WAIT64)?,
            _ => {
                let Some(m) = memarg(op) else { return Ok(false) };
                let Some((access, bits, operand)) = decode(&super::name(op)) else { return Ok(false) };
                self.access(&m, access, bits, operand)?;
            }
        }
        Ok(true)
    }

    fn wait(&mut self, m: &MemArg, bytes: u64, name: &'static str) -> Result<()> {
        let (timeout, expected) = (self.pop_int()?, self.pop_int()?);
        let (memory, at) = self.wait_address(m, bytes)?;
        let v = self.run_value(name, &[memory.into(), at.into(), expected.into(), timeout.into()])?;
        self.push(v);
        Ok(())
    }

    fn wait_address(&mut self, m: &MemArg, bytes: u64) -> Result<(PointerValue<'ctx>, IntValue<'ctx>)> {
        let index = self.pop_int()?;
        let at = self.effective(m, index)?;
        self.check_aligned(at, bytes)?;
        Ok((self.memory(target(m)?)?, at))
    }

    fn check_aligned(&mut self, at: IntValue<'ctx>, bytes: u64) -> Result<()> {
        if bytes == 1 {
            return Ok(());
        }
        let low = self.e.b.build_and(at, self.e.c64(bytes - 1), "")?;
        let odd = self.e.icmp(IntPredicate::NE, low, self.e.c64(0))?;
        self.trap_if(odd, Trap::UnalignedAtomic)
    }

    fn access(&mut self, m: &MemArg, access: Access, bits: u32, operand: u32) -> Result<()> {
        let bytes = u64::from(bits / 8);
        let values = match access {
            Access::Load => 0,
            Access::Store | Access::Rmw(_) => 1,
            Access::CompareExchange => 2,
        };
        let mut args = Vec::new();
        for v in self.pop_n(values)? {
            let v = v.into_int_value();
            args.push(if bits < operand {
                self.e.b.build_int_truncate(v, self.e.int(bits), "")?
            } else {
                v
            });
        }
        // The index stays on the stack for `address`.
        let index = self.pop_int()?;
        let at = self.effective(m, index)?;
        self.check_aligned(at, bytes)?;
        self.push(index);
        let p = self.address(m, bytes)?;
        let align = bytes as u32;
        let old = match access {
            Access::Load => {
                let v = self.e.load(self.int_type(bits), p, align)?;
                ordered(v.as_instruction_value())?;
                v.into_int_value()
            }
            Access::Store => {
                let i = self.e.b.build_store(p, args[0])?;
                i.set_alignment(align).map_err(|e| LiftError::Internal(e.to_string()))?;
                return ordered(Some(i));
            }
            Access::Rmw(op) => self.e.b.build_atomicrmw(op, p, args[0], SEQ)?,
            Access::CompareExchange => {
                let pair = self.e.b.build_cmpxchg(p, args[0], args[1], SEQ, SEQ)?;
                self.e.b.build_extract_value(pair, 0, "")?.into_int_value()
            }
        };
        let old =
            if bits < operand { self.e.b.build_int_z_extend(old, self.e.int(operand), "")? } else { old };
        self.push(old);
        Ok(())
    }
}

fn ordered(i: Option<InstructionValue<'_>>) -> Result<()> {
    let i = i.ok_or_else(|| LiftError::Internal("an access that is no instruction".into()))?;
    i.set_atomic_ordering(SEQ).map_err(|e| LiftError::Internal(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let of = |name| decode(name).map(|(_, bits, operand)| (bits, operand));
        assert_eq!(of("I32AtomicLoad"), Some((32, 32)));
        assert_eq!(of("I64AtomicLoad16U"), Some((16, 64)));
        assert_eq!(of("I64AtomicStore32"), Some((32, 64)));
        assert_eq!(of("I64AtomicRmw8CmpxchgU"), Some((8, 64)));
        assert_eq!(of("I32AtomicRmwXor"), Some((32, 32)));
        assert_eq!(of("I32Add"), None);
    }
}
