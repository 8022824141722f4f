//! Intrinsics with a native form, and what is left to the executor.

use inkwell::llvm_sys::LLVMOpcode as O;

use super::Gen;
use crate::bytecode::Desc;
use crate::bytecode::code::TrapKind;
use crate::intrinsics::{asm, is_pure};
use crate::ir::{Inst, Intrinsic, Type, Value};
use crate::jit::llvm::Val;
use crate::semantics::{math1, math2};

impl Gen<'_> {
    pub(super) fn intrinsic(
        &mut self,
        i: Intrinsic,
        args: &[Value],
        result: Option<Value>,
    ) -> Result<Option<Val>, String> {
        match i {
            Intrinsic::VaEnd | Intrinsic::X86Pause => return Ok(None),
            Intrinsic::MemCpy | Intrinsic::MemMove => return self.copy(args).map(|()| None),
            Intrinsic::MemSet => return self.fill(args).map(|()| None),
            Intrinsic::Trap | Intrinsic::DebugTrap => {
                return self.raise_here(TrapKind::TrapInstruction, result);
            }
            _ => {}
        }
        if let Some(r) = result
            && let Some(v) = self.native_intrinsic(i, args, r)?
        {
            return Ok(Some(v));
        }
        let types: Box<[Type]> = args.iter().map(|a| self.f.ty(*a).clone()).collect();
        let ret = result.map_or(Type::Void, |r| self.f.ty(r).clone());
        self.generic(args, result, |s, d| {
            let spans = s.iter().copied().collect();
            if is_pure(i) {
                Desc::Pure(i, types, ret, d, spans)
            } else {
                Desc::Intrinsic(i, types, ret, d, spans)
            }
        })
    }

    fn native_intrinsic(&mut self, i: Intrinsic, args: &[Value], r: Value) -> Result<Option<Val>, String> {
        let b = self.b;
        let ty = self.f.ty(r).clone();
        let Some(first) = args.first() else { return Ok(None) };
        let operand = self.f.ty(*first).clone();
        let bits = operand.scalar().bits() as u32;
        let power = matches!(bits, 8 | 16 | 32 | 64) && !operand.is_float();
        let sse = matches!(operand.scalar(), Type::Float | Type::Double);
        let name = match i {
            Intrinsic::SMin if power => "llvm.smin",
            Intrinsic::SMax if power => "llvm.smax",
            Intrinsic::UMin if power => "llvm.umin",
            Intrinsic::UMax if power => "llvm.umax",
            Intrinsic::SAddSat if power => "llvm.sadd.sat",
            Intrinsic::UAddSat if power => "llvm.uadd.sat",
            Intrinsic::SSubSat if power => "llvm.ssub.sat",
            Intrinsic::USubSat if power => "llvm.usub.sat",
            Intrinsic::SAddOverflow if power => "llvm.sadd.with.overflow",
            Intrinsic::UAddOverflow if power => "llvm.uadd.with.overflow",
            Intrinsic::SSubOverflow if power => "llvm.ssub.with.overflow",
            Intrinsic::USubOverflow if power => "llvm.usub.with.overflow",
            Intrinsic::SMulOverflow if power => "llvm.smul.with.overflow",
            Intrinsic::UMulOverflow if power => "llvm.umul.with.overflow",
            Intrinsic::CtPop if power => "llvm.ctpop",
            Intrinsic::BSwap if power && bits > 8 => "llvm.bswap",
            Intrinsic::BitReverse if power => "llvm.bitreverse",
            Intrinsic::FShl if power => "llvm.fshl",
            Intrinsic::FShr if power => "llvm.fshr",
            Intrinsic::Abs if power => "llvm.abs",
            Intrinsic::CtLz if power => "llvm.ctlz",
            Intrinsic::CtTz if power => "llvm.cttz",
            Intrinsic::FAbs if sse => "llvm.fabs",
            Intrinsic::CopySign if sse => "llvm.copysign",
            Intrinsic::Sqrt if sse => "llvm.sqrt",
            Intrinsic::FMulAdd if sse => {
                let (x, y, z) = (self.val(args[0])?, self.val(args[1])?, self.val(args[2])?);
                return Ok(Some(b.binary(O::LLVMFAdd, b.binary(O::LLVMFMul, x, y), z)));
            }
            Intrinsic::Floor if sse && self.rounds => "llvm.floor",
            Intrinsic::Ceil if sse && self.rounds => "llvm.ceil",
            Intrinsic::FTrunc if sse && self.rounds => "llvm.trunc",
            Intrinsic::RoundEven if sse && self.rounds => "llvm.roundeven",
            _ if matches!(operand, Type::Float | Type::Double) && !self.strict => {
                return self.library(i, args, &operand);
            }
            Intrinsic::PtrMask if ty == Type::Ptr => {
                let (p, mask) = (self.val(args[0])?, self.val(args[1])?);
                return Ok((self.f.ty(args[1]).bits() == 64).then(|| b.and(p, mask)));
            }
            _ => return Ok(None),
        };
        let flagged = matches!(i, Intrinsic::Abs | Intrinsic::CtLz | Intrinsic::CtTz);
        let count = if flagged { 1 } else { args.len() };
        let mut list = args[..count].iter().map(|a| self.val(*a)).collect::<Result<Vec<_>, _>>()?;
        if flagged {
            // Neither INT_MIN nor zero is poison here.
            list.push(b.num(b.int(1), 0));
        }
        Ok(Some(b.intrinsic(name, &[self.ty(&operand)?], &list)))
    }

    /// A call of the C library's function that the interpreter uses as well.
    fn library(&mut self, i: Intrinsic, args: &[Value], ty: &Type) -> Result<Option<Val>, String> {
        let single = *ty == Type::Float;
        let (address, n) = match (math1(i), math2(i)) {
            (Some(f), _) => (f.address(single), 1),
            (_, Some(f)) => (f.address(single), 2),
            _ => return Ok(None),
        };
        let list = args[..n].iter().map(|a| self.val(*a)).collect::<Result<Vec<_>, _>>()?;
        let (b, ty) = (self.b, self.ty(ty)?);
        let call = b.call(b.function_type(ty, &vec![ty; n]), self.fixed(address), &list);
        b.only_computes(call);
        Ok(Some(call))
    }

    pub(super) fn rare(&mut self, inst: &Inst, result: Option<Value>) -> Result<Option<Val>, String> {
        match inst {
            Inst::Unsupported(what) => self.raise_here(TrapKind::Unsupported(what.as_ref().into()), result),
            Inst::LandingPad { cleanup, .. } => {
                self.generic(&[], result, |_, d| Desc::LandingPad(d, *cleanup))
            }
            Inst::Asm(call) => {
                let ret = result.map_or(Type::Void, |r| self.f.ty(r).clone());
                let types: Vec<&Type> = call.args.iter().map(|a| self.f.ty(*a)).collect();
                match asm::find(&call.template, &call.constraints, &types, &ret) {
                    Some(op) => {
                        self.generic(&call.args, result, |s, d| Desc::Asm(op, s.iter().copied().collect(), d))
                    }
                    None => {
                        let text = call.template.replace('\n', "\\n").replace('\t', " ");
                        let what = format!("inline assembly `{text}`");
                        self.raise_here(TrapKind::Unsupported(what.into()), result)
                    }
                }
            }
            other => Err(format!("an instruction without a compiled form: {other:?}")),
        }
    }
}
