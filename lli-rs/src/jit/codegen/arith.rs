//! Arithmetic, comparison, conversion.

use inkwell::llvm_sys::{LLVMIntPredicate as IP, LLVMOpcode as O, LLVMRealPredicate as RP};

use super::Gen;
use crate::bytecode::Desc;
use crate::ir::{BinOp, CastOp, FCmpPred, ICmpPred, Inst, Type, Value};
use crate::jit::llvm::Val;
use crate::machine::native::trap_kind;

fn int_predicate(p: ICmpPred) -> IP {
    match p {
        ICmpPred::Eq => IP::LLVMIntEQ,
        ICmpPred::Ne => IP::LLVMIntNE,
        ICmpPred::Ugt => IP::LLVMIntUGT,
        ICmpPred::Uge => IP::LLVMIntUGE,
        ICmpPred::Ult => IP::LLVMIntULT,
        ICmpPred::Ule => IP::LLVMIntULE,
        ICmpPred::Sgt => IP::LLVMIntSGT,
        ICmpPred::Sge => IP::LLVMIntSGE,
        ICmpPred::Slt => IP::LLVMIntSLT,
        ICmpPred::Sle => IP::LLVMIntSLE,
    }
}

fn real_predicate(p: FCmpPred) -> RP {
    match p {
        FCmpPred::False => RP::LLVMRealPredicateFalse,
        FCmpPred::Oeq => RP::LLVMRealOEQ,
        FCmpPred::Ogt => RP::LLVMRealOGT,
        FCmpPred::Oge => RP::LLVMRealOGE,
        FCmpPred::Olt => RP::LLVMRealOLT,
        FCmpPred::Ole => RP::LLVMRealOLE,
        FCmpPred::One => RP::LLVMRealONE,
        FCmpPred::Ord => RP::LLVMRealORD,
        FCmpPred::Uno => RP::LLVMRealUNO,
        FCmpPred::Ueq => RP::LLVMRealUEQ,
        FCmpPred::Ugt => RP::LLVMRealUGT,
        FCmpPred::Uge => RP::LLVMRealUGE,
        FCmpPred::Ult => RP::LLVMRealULT,
        FCmpPred::Ule => RP::LLVMRealULE,
        FCmpPred::Une => RP::LLVMRealUNE,
        FCmpPred::True => RP::LLVMRealPredicateTrue,
    }
}

/// Whether the processor has the floats of this type in its vector registers.
fn is_sse(ty: &Type) -> bool {
    matches!(ty.scalar(), Type::Float | Type::Double)
}

impl Gen<'_> {
    pub(super) fn pure(&mut self, inst: &Inst, r: Value) -> Result<Val, String> {
        match inst {
            Inst::Binary(op, x, y) => self.arithmetic(*op, *x, *y, r),
            Inst::FNeg(x) => {
                let v = self.val(*x)?;
                Ok(self.b.fneg(v))
            }
            Inst::ICmp(p, x, y) => {
                let (x, y) = (self.val(*x)?, self.val(*y)?);
                Ok(self.b.icmp(int_predicate(*p), x, y))
            }
            Inst::FCmp(p, x, y) => {
                let (x, y) = (self.val(*x)?, self.val(*y)?);
                Ok(self.b.fcmp(real_predicate(*p), x, y))
            }
            Inst::Cast(op, v) => self.conversion(*op, *v, r),
            Inst::Select(c, x, y) => {
                let (c, x, y) = (self.val(*c)?, self.val(*x)?, self.val(*y)?);
                Ok(self.b.select(c, x, y))
            }
            Inst::Freeze(v) => self.val(*v),
            Inst::ExtractElement(..) | Inst::InsertElement(..) | Inst::Shuffle(..) => self.lanes(inst, r),
            Inst::ExtractValue(v, path) => {
                let mut v = self.val(*v)?;
                for i in path {
                    v = self.b.extract(v, *i);
                }
                Ok(v)
            }
            Inst::InsertValue(v, e, path) => {
                let (v, e) = (self.val(*v)?, self.val(*e)?);
                Ok(self.insert_at(v, e, path))
            }
            other => Err(format!("an instruction without native form: {other:?}")),
        }
    }

    fn insert_at(&self, v: Val, e: Val, path: &[u32]) -> Val {
        match path {
            [] => e,
            [i, rest @ ..] => {
                let inner = self.b.extract(v, *i);
                self.b.insert(v, self.insert_at(inner, e, rest), *i)
            }
        }
    }

    fn arithmetic(&mut self, op: BinOp, x: Value, y: Value, r: Value) -> Result<Val, String> {
        let ty = self.f.ty(r).clone();
        let bits = ty.scalar().bits() as u32;
        if self.strict && is_sse(&ty) {
            let name = match op {
                BinOp::FAdd => Some("llvm.experimental.constrained.fadd"),
                BinOp::FSub => Some("llvm.experimental.constrained.fsub"),
                BinOp::FMul => Some("llvm.experimental.constrained.fmul"),
                BinOp::FDiv => Some("llvm.experimental.constrained.fdiv"),
                _ => None,
            };
            if let Some(name) = name {
                let (x, y) = (self.val(x)?, self.val(y)?);
                return Ok(self.b.constrained(name, self.ty(&ty)?, &[x, y]));
            }
        }
        let plain = match op {
            BinOp::Add => Some(O::LLVMAdd),
            BinOp::Sub => Some(O::LLVMSub),
            BinOp::Mul if bits <= 128 => Some(O::LLVMMul),
            BinOp::And => Some(O::LLVMAnd),
            BinOp::Or => Some(O::LLVMOr),
            BinOp::Xor => Some(O::LLVMXor),
            BinOp::FAdd if is_sse(&ty) => Some(O::LLVMFAdd),
            BinOp::FSub if is_sse(&ty) => Some(O::LLVMFSub),
            BinOp::FMul if is_sse(&ty) => Some(O::LLVMFMul),
            BinOp::FDiv if is_sse(&ty) => Some(O::LLVMFDiv),
            _ => None,
        };
        if let Some(plain) = plain {
            let (x, y) = self.operands(op, x, y)?;
            return Ok(self.b.binary(plain, x, y));
        }
        let shift = match op {
            BinOp::Shl => Some(O::LLVMShl),
            BinOp::LShr => Some(O::LLVMLShr),
            BinOp::AShr => Some(O::LLVMAShr),
            _ => None,
        };
        if let Some(op) = shift.filter(|_| bits.is_power_of_two()) {
            let (x, y) = (self.val(x)?, self.val(y)?);
            let ty = self.ty(&ty)?;
            return Ok(self.b.binary(op, x, self.masked(y, &self.f.ty(r).clone(), ty, bits)));
        }
        let division = match op {
            BinOp::UDiv => Some((O::LLVMUDiv, false)),
            BinOp::SDiv => Some((O::LLVMSDiv, true)),
            BinOp::URem => Some((O::LLVMURem, false)),
            BinOp::SRem => Some((O::LLVMSRem, true)),
            _ => None,
        };
        if let (Some((op, signed)), Type::Int(1..=64)) = (division, &ty) {
            return self.division(op, signed, x, y, bits);
        }
        self.generic(&[x, y], Some(r), |s, d| Desc::Binary(op, ty, [d, s[0], s[1]])).map(must)
    }

    /// A shift count, masked to the width.
    fn masked(&self, count: Val, ty: &Type, llvm: crate::jit::llvm::Ty, bits: u32) -> Val {
        let b = self.b;
        let mask = match ty.as_vector() {
            Some((_, n)) => b.splat(b.num(b.int(bits), u64::from(bits - 1)), n),
            None => b.num(llvm, u64::from(bits - 1)),
        };
        b.and(count, mask)
    }

    fn division(&mut self, op: O, signed: bool, x: Value, y: Value, bits: u32) -> Result<Val, String> {
        let (x, y) = (self.val(x)?, self.val(y)?);
        let b = self.b;
        let ty = b.int(bits);
        let zero = b.icmp(IP::LLVMIntEQ, y, b.zero(ty));
        self.trap_if(zero, trap_kind::DIVIDE_BY_ZERO);
        if signed {
            let minus_one = b.icmp(IP::LLVMIntEQ, y, b.num(ty, u64::MAX >> (64 - bits)));
            let lowest = b.icmp(IP::LLVMIntEQ, x, b.num(ty, 1 << (bits - 1)));
            self.trap_if(b.and(minus_one, lowest), trap_kind::DIVIDE_OVERFLOW);
        }
        Ok(b.binary(op, x, y))
    }

    fn conversion(&mut self, op: CastOp, v: Value, r: Value) -> Result<Val, String> {
        let (from, to) = (self.f.ty(v).clone(), self.f.ty(r).clone());
        let llvm = self.ty(&to)?;
        let small = |ty: &Type| ty.scalar().bits() <= 64;
        let native = match op {
            CastOp::Trunc => Some(O::LLVMTrunc),
            CastOp::ZExt => Some(O::LLVMZExt),
            CastOp::SExt => Some(O::LLVMSExt),
            CastOp::PtrToInt | CastOp::IntToPtr => {
                let (a, b) = (from.scalar().bits(), to.scalar().bits());
                match a.cmp(&b) {
                    std::cmp::Ordering::Less => Some(O::LLVMZExt),
                    std::cmp::Ordering::Greater => Some(O::LLVMTrunc),
                    std::cmp::Ordering::Equal => return self.val(v),
                }
            }
            // Between vectors of different lanes the order of bits is memory's, as LLVM has it.
            CastOp::BitCast if !from.is_aggregate() && !to.is_aggregate() => Some(O::LLVMBitCast),
            CastOp::FpTrunc | CastOp::FpExt if is_sse(&from) && is_sse(&to) => {
                Some(if op == CastOp::FpTrunc { O::LLVMFPTrunc } else { O::LLVMFPExt })
            }
            CastOp::SiToFp if small(&from) && is_sse(&to) => Some(O::LLVMSIToFP),
            CastOp::UiToFp if small(&from) && is_sse(&to) => Some(O::LLVMUIToFP),
            _ => None,
        };
        if let Some(native) = native {
            let v = if op == CastOp::FpTrunc { self.narrowed(v)? } else { self.val(v)? };
            return Ok(if self.b.type_of(v) == llvm { v } else { self.b.cast(native, v, llvm) });
        }
        if let (CastOp::FpToSi | CastOp::FpToUi, Type::Int(bits @ 1..=64), Type::Float | Type::Double) =
            (op, &to, &from)
        {
            let v = self.val(v)?;
            return Ok(self.float_to_int(v, &from, *bits, op == CastOp::FpToSi));
        }
        self.generic(&[v], Some(r), |s, d| Desc::Cast(op, from, to, [d, s[0]])).map(must)
    }

    /// Truncation as the processor does it: out of range gives the integer indefinite.
    fn float_to_int(&self, v: Val, from: &Type, bits: u32, signed: bool) -> Val {
        let b = self.b;
        let narrow = if signed { bits <= 32 } else { bits < 32 };
        let convert = |v: Val| {
            let (name, lanes) = match (from, narrow) {
                (Type::Double, true) => ("llvm.x86.sse2.cvttsd2si", 2),
                (Type::Double, false) => ("llvm.x86.sse2.cvttsd2si64", 2),
                (_, true) => ("llvm.x86.sse.cvttss2si", 4),
                (_, false) => ("llvm.x86.sse.cvttss2si64", 4),
            };
            let vector = b.zero(b.vector(b.type_of(v), lanes));
            b.intrinsic(name, &[], &[b.insert_element(vector, v, b.i32(0))])
        };
        let mut result = convert(v);
        if !signed && bits == 64 {
            let limit = match from {
                Type::Double => b.const_bitcast(b.i64(0x43e0_0000_0000_0000), b.double()),
                _ => b.const_bitcast(b.i32(0x5f00_0000), b.float()),
            };
            let big = convert(b.binary(O::LLVMFSub, v, limit));
            let sign = b.binary(O::LLVMAShr, result, b.i64(63));
            result = b.or(result, b.and(big, sign));
        }
        let have = if narrow { 32 } else { 64 };
        if bits < have { b.cast(O::LLVMTrunc, result, b.int(bits)) } else { result }
    }
}

/// The result of an operation that has one.
pub(super) fn must(v: Option<Val>) -> Val {
    v.unwrap_or(std::ptr::null_mut())
}
