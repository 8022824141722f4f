//! What each instruction becomes. Calls are in `calls.rs`.

use smallvec::SmallVec;

use super::body::BodyCx;
use super::consts::Folder;
use super::raw::{TyKind, Val, op};
use super::types::Refusal;
use crate::ir::{BinOp, CastOp, Clause, Const, FCmpPred, ICmpPred, Inst, Ordering, RmwOp, Terminator, Type};

fn bin_op(opcode: i32) -> Option<BinOp> {
    Some(match opcode {
        op::ADD => BinOp::Add,
        op::SUB => BinOp::Sub,
        op::MUL => BinOp::Mul,
        op::UDIV => BinOp::UDiv,
        op::SDIV => BinOp::SDiv,
        op::UREM => BinOp::URem,
        op::SREM => BinOp::SRem,
        op::SHL => BinOp::Shl,
        op::LSHR => BinOp::LShr,
        op::ASHR => BinOp::AShr,
        op::AND => BinOp::And,
        op::OR => BinOp::Or,
        op::XOR => BinOp::Xor,
        op::FADD => BinOp::FAdd,
        op::FSUB => BinOp::FSub,
        op::FMUL => BinOp::FMul,
        op::FDIV => BinOp::FDiv,
        op::FREM => BinOp::FRem,
        _ => return None,
    })
}

fn cast_op(opcode: i32) -> Option<CastOp> {
    Some(match opcode {
        op::TRUNC => CastOp::Trunc,
        op::ZEXT => CastOp::ZExt,
        op::SEXT => CastOp::SExt,
        op::FP_TRUNC => CastOp::FpTrunc,
        op::FP_EXT => CastOp::FpExt,
        op::FP_TO_UI => CastOp::FpToUi,
        op::FP_TO_SI => CastOp::FpToSi,
        op::UI_TO_FP => CastOp::UiToFp,
        op::SI_TO_FP => CastOp::SiToFp,
        op::PTR_TO_INT | op::PTR_TO_ADDR => CastOp::PtrToInt,
        op::INT_TO_PTR => CastOp::IntToPtr,
        op::BIT_CAST => CastOp::BitCast,
        _ => return None,
    })
}

/// By LLVM's number, from 32.
const ICMP: [ICmpPred; 10] = [
    ICmpPred::Eq,
    ICmpPred::Ne,
    ICmpPred::Ugt,
    ICmpPred::Uge,
    ICmpPred::Ult,
    ICmpPred::Ule,
    ICmpPred::Sgt,
    ICmpPred::Sge,
    ICmpPred::Slt,
    ICmpPred::Sle,
];

/// By LLVM's number, from 0.
pub const FCMP: [FCmpPred; 16] = [
    FCmpPred::False,
    FCmpPred::Oeq,
    FCmpPred::Ogt,
    FCmpPred::Oge,
    FCmpPred::Olt,
    FCmpPred::Ole,
    FCmpPred::One,
    FCmpPred::Ord,
    FCmpPred::Uno,
    FCmpPred::Ueq,
    FCmpPred::Ugt,
    FCmpPred::Uge,
    FCmpPred::Ult,
    FCmpPred::Ule,
    FCmpPred::Une,
    FCmpPred::True,
];

fn ordering(number: i32) -> Result<Option<Ordering>, Refusal> {
    Ok(Some(match number {
        0 => return Ok(None),
        1 => Ordering::Unordered,
        2 => Ordering::Monotonic,
        4 => Ordering::Acquire,
        5 => Ordering::Release,
        6 => Ordering::AcqRel,
        7 => Ordering::SeqCst,
        _ => return Err(format!("memory ordering {number}")),
    }))
}

fn rmw_op(number: i32) -> Result<RmwOp, Refusal> {
    const OPS: [RmwOp; 17] = [
        RmwOp::Xchg,
        RmwOp::Add,
        RmwOp::Sub,
        RmwOp::And,
        RmwOp::Nand,
        RmwOp::Or,
        RmwOp::Xor,
        RmwOp::Max,
        RmwOp::Min,
        RmwOp::UMax,
        RmwOp::UMin,
        RmwOp::FAdd,
        RmwOp::FSub,
        RmwOp::FMax,
        RmwOp::FMin,
        RmwOp::UIncWrap,
        RmwOp::UDecWrap,
    ];
    let op = usize::try_from(number).ok().and_then(|n| OPS.get(n).copied());
    op.ok_or_else(|| format!("atomicrmw operation {number}"))
}

impl<'m> BodyCx<'_, 'm> {
    /// Translates one instruction other than a phi.
    pub fn inst(&mut self, v: Val<'m>) -> Result<(), Refusal> {
        let opcode = v.opcode();
        self.table_allowed = self.sanctioned.contains(&v.key());
        let inst = match opcode {
            op::CALL | op::INVOKE => return self.call(v),
            op::ALLOCA => self.alloca(v),
            op::LOAD | op::STORE | op::FENCE | op::CMPXCHG | op::ATOMIC_RMW => self.access(v, opcode),
            op::BR | op::SWITCH | op::INDIRECT_BR | op::RET | op::RESUME | op::UNREACHABLE => {
                self.terminator(v, opcode).map(Inst::Term)
            }
            op::LANDING_PAD => self.landing_pad(v),
            op::EXTRACT_VALUE => {
                self.arg(v, 0).map(|a| Inst::ExtractValue(a, SmallVec::from_slice(v.indices())))
            }
            op::INSERT_VALUE => self.insert_value(v),
            op::ICMP => self.icmp(v),
            op::FCMP => self.fcmp(v),
            _ => self.operation(v, opcode),
        };
        self.table_allowed = false;
        let inst = inst?;
        if let Inst::Gep { base, offset: 0, terms } = &inst
            && terms.is_empty()
            && self.ty(v)? == Type::Ptr
        {
            self.pass_through(v, *base);
            return Ok(());
        }
        if !matches!(inst, Inst::Term(_)) {
            self.ty(v)?;
        }
        self.finish(v, inst);
        Ok(())
    }

    /// Operations that are also constant expressions.
    pub fn operation(&mut self, v: Val<'m>, opcode: i32) -> Result<Inst, Refusal> {
        if let Some(op) = bin_op(opcode) {
            return Ok(Inst::Binary(op, self.arg(v, 0)?, self.arg(v, 1)?));
        }
        if let Some(op) = cast_op(opcode) {
            return Ok(Inst::Cast(op, self.arg(v, 0)?));
        }
        Ok(match opcode {
            op::FNEG => Inst::FNeg(self.arg(v, 0)?),
            op::FREEZE => Inst::Freeze(self.arg(v, 0)?),
            op::SELECT => Inst::Select(self.arg(v, 0)?, self.arg(v, 1)?, self.arg(v, 2)?),
            op::GEP => self.gep(v)?,
            op::EXTRACT_ELEMENT => Inst::ExtractElement(self.arg(v, 0)?, self.arg(v, 1)?),
            op::INSERT_ELEMENT => Inst::InsertElement(self.arg(v, 0)?, self.arg(v, 1)?, self.arg(v, 2)?),
            op::SHUFFLE_VECTOR => Inst::Shuffle(self.arg(v, 0)?, self.arg(v, 1)?, v.shuffle_mask().into()),
            op::VA_ARG => return Err("instruction va_arg".into()),
            op::CALL_BR => return Err("instruction callbr (asm goto)".into()),
            op::ADDR_SPACE_CAST => return Err("instruction addrspacecast".into()),
            op::CLEANUP_RET | op::CATCH_RET | op::CATCH_PAD | op::CLEANUP_PAD | op::CATCH_SWITCH => {
                return Err("Windows exception handling".into());
            }
            _ => return Err(format!("instruction {}", v.text().trim())),
        })
    }

    fn icmp(&mut self, v: Val<'m>) -> Result<Inst, Refusal> {
        let index = usize::try_from(v.predicate() - 32).ok();
        let pred = index.and_then(|i| ICMP.get(i)).ok_or("icmp predicate")?;
        Ok(Inst::ICmp(*pred, self.arg(v, 0)?, self.arg(v, 1)?))
    }

    fn fcmp(&mut self, v: Val<'m>) -> Result<Inst, Refusal> {
        let index = usize::try_from(v.predicate()).ok();
        let pred = index.and_then(|i| FCMP.get(i)).ok_or("fcmp predicate")?;
        Ok(Inst::FCmp(*pred, self.arg(v, 0)?, self.arg(v, 1)?))
    }

    fn insert_value(&mut self, v: Val<'m>) -> Result<Inst, Refusal> {
        let (aggregate, part) = (self.arg(v, 0)?, self.arg(v, 1)?);
        Ok(Inst::InsertValue(aggregate, part, SmallVec::from_slice(v.indices())))
    }

    fn gep(&mut self, v: Val<'m>) -> Result<Inst, Refusal> {
        let walk = Folder::new(&mut self.shared.names).walk(v)?;
        let base = self.arg(v, 0)?;
        let mut terms = SmallVec::new();
        for (index, scale) in walk.terms {
            terms.push((self.value(index)?, scale));
        }
        Ok(Inst::Gep { base, offset: walk.offset, terms })
    }

    fn alloca(&mut self, v: Val<'m>) -> Result<Inst, Refusal> {
        let ty = self.shared.names.types.get(v.allocated_type())?;
        if v.ty().kind() != TyKind::Ptr(0) {
            return Err(format!("alloca of type {}", v.ty().text()));
        }
        let align = Some(v.alignment()).filter(|a| *a > 0).unwrap_or(ty.align());
        let (mut size, mut count) = (ty.size(), Some(self.arg(v, 0)?));
        if let Some(Const::Int(n)) = count.and_then(|c| self.f.as_const(c))
            && let Some(total) = size.checked_mul(*n)
        {
            (size, count) = (total, None);
        }
        Ok(Inst::Alloca { size, count, align, name: self.var_name(v) })
    }

    fn access(&mut self, v: Val<'m>, opcode: i32) -> Result<Inst, Refusal> {
        let order = ordering(v.ordering())?;
        let strict = order.unwrap_or(Ordering::SeqCst);
        Ok(match opcode {
            op::LOAD => Inst::Load { ptr: self.arg(v, 0)?, atomic: order },
            op::STORE => Inst::Store { ptr: self.arg(v, 1)?, value: self.arg(v, 0)?, atomic: order },
            op::FENCE => Inst::Fence(strict),
            op::CMPXCHG => Inst::CmpXchg {
                ptr: self.arg(v, 0)?,
                expected: self.arg(v, 1)?,
                new: self.arg(v, 2)?,
                ordering: strict,
            },
            _ => Inst::AtomicRmw {
                op: rmw_op(v.rmw_op())?,
                ptr: self.arg(v, 0)?,
                value: self.arg(v, 1)?,
                ordering: strict,
            },
        })
    }

    fn landing_pad(&mut self, v: Val<'m>) -> Result<Inst, Refusal> {
        let (list, cleanup) = v.clauses();
        let mut clauses = Vec::new();
        for clause in list {
            // A filter is an array of type infos, a catch clause a single one.
            if !matches!(clause.ty().kind(), TyKind::Array(_)) {
                clauses.push(Clause::Catch(self.value(clause)?));
                continue;
            }
            let filter = match Folder::new(&mut self.shared.names).fold(clause)? {
                Const::List(list) => list.iter().map(|c| self.f.add_const(c.clone(), Type::Ptr)).collect(),
                Const::Zero => {
                    let TyKind::Array(len) = clause.ty().kind() else { unreachable!() };
                    let len =
                        usize::try_from(len).ok().filter(|n| *n < 1 << 16).ok_or("landing pad filter")?;
                    let null = self.f.add_const(Const::Zero, Type::Ptr);
                    vec![null; len]
                }
                _ => return Err("landing pad filter".into()),
            };
            clauses.push(Clause::Filter(filter));
        }
        Ok(Inst::LandingPad { clauses, cleanup })
    }

    fn terminator(&mut self, v: Val<'m>, opcode: i32) -> Result<Terminator, Refusal> {
        let successors = v.successors();
        let targets: Vec<_> = successors.iter().map(|b| self.target(*b)).collect::<Result<_, _>>()?;
        Ok(match (opcode, targets.as_slice()) {
            (op::UNREACHABLE, _) => Terminator::Unreachable,
            (op::RET, _) if v.operand_count() == 0 => Terminator::Ret(None),
            (op::RET, _) => Terminator::Ret(Some(self.arg(v, 0)?)),
            (op::RESUME, _) => Terminator::Resume(self.arg(v, 0)?),
            (op::BR, [to]) => Terminator::Br(*to),
            (op::BR, [yes, no]) => Terminator::CondBr(self.arg(v, 0)?, *yes, *no),
            (op::INDIRECT_BR, _) => Terminator::IndirectBr(self.arg(v, 0)?, targets),
            (op::SWITCH, [default, rest @ ..]) => {
                let mut cases = Vec::with_capacity(rest.len());
                for (i, to) in rest.iter().enumerate() {
                    let words = v.switch_case(i as u32).and_then(|c| c.int_words()).ok_or("switch case")?;
                    let wide = match words {
                        [low] => u128::from(*low),
                        [low, high] => u128::from(*low) | u128::from(*high) << 64,
                        _ => return Err("switch on an integer of more than 128 bits".into()),
                    };
                    cases.push((wide, *to));
                }
                Terminator::Switch { value: self.arg(v, 0)?, cases, default: *default }
            }
            _ => return Err(format!("terminator {}", v.text().trim())),
        })
    }
}
