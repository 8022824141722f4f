//! Calls: to functions, through pointers, of intrinsics and of inline assembly.

use std::sync::Arc;

use smallvec::{SmallVec, smallvec};
use svm_memory::abi;

use super::body::BodyCx;
use super::consts::Folder;
use super::intrinsics::{self, Meaning};
use super::module::{function_types, param_attr};
use super::raw::{Val, ValKind, op};
use super::types::Refusal;
use crate::ir::{
    AsmCall, CallSite, Callee, CastOp, Const, ICmpPred, Inst, Intrinsic, Ordering, ParamAttr, Signature,
    Symbol, Terminator, Type, Value,
};

impl<'m> BodyCx<'_, 'm> {
    /// Translates a call or invoke.
    pub fn call(&mut self, v: Val<'m>) -> Result<(), Refusal> {
        let callee = v.callee().ok_or("call of nothing")?;
        self.table_allowed = false;
        if callee.kind() == ValKind::Function
            && let Some(name) = callee.intrinsic_name()
        {
            return self.intrinsic(v, callee, name);
        }
        if callee.kind() == ValKind::Function && self.is_root(v, callee)? {
            return self.intrinsic(v, callee, abi::ROOT);
        }
        if v.bundle_count() > 0 {
            return Err("call with operand bundles".into());
        }
        if let Some((template, constraints)) = callee.inline_asm() {
            if v.opcode() == op::INVOKE {
                return Err("inline assembly that unwinds".into());
            }
            let args = self.args(v)?;
            let ret = self.ty(v);
            ret?;
            self.finish(
                v,
                Inst::Asm(AsmCall { template: template.into(), constraints: constraints.into(), args }),
            );
            return Ok(());
        }
        let call = self.call_site(v, callee)?;
        if v.opcode() == op::INVOKE {
            let targets = v.successors();
            let [normal, unwind] = targets.as_slice() else { return Err("invoke without targets".into()) };
            let (normal, unwind) = (self.target(*normal)?, self.target(*unwind)?);
            self.finish(v, Inst::Term(Terminator::Invoke { call, normal, unwind }));
        } else {
            self.finish(v, Inst::Call(call));
        }
        Ok(())
    }

    fn args(&mut self, v: Val<'m>) -> Result<Vec<Value>, Refusal> {
        (0..v.arg_count()).map(|i| self.arg(v, i)).collect()
    }

    fn call_site(&mut self, v: Val<'m>, callee: Val<'m>) -> Result<CallSite, Refusal> {
        let sig = self.call_signature(v)?;
        let must_tail = v.is_must_tail();
        if must_tail && sig.attrs.iter().any(|a| matches!(a, ParamAttr::ByVal { .. })) {
            return Err("musttail call with a byval argument".into());
        }
        let target = match callee.kind() {
            ValKind::Function | ValKind::Alias => match Folder::new(&mut self.shared.names).fold(callee)? {
                Const::Addr(Symbol::Func(id), 0) => Callee::Func(id),
                _ => Callee::Ptr(self.value(callee)?),
            },
            _ => Callee::Ptr(self.value(callee)?),
        };
        Ok(CallSite { callee: target, args: self.args(v)?, sig, must_tail })
    }

    /// The type that a call is made with; equal ones are shared.
    fn call_signature(&mut self, v: Val<'m>) -> Result<Arc<Signature>, Refusal> {
        let ty = v.call_type();
        let count = v.arg_count();
        let key = (ty.key(), v.call_attributes(), count);
        if let Some(known) = self.shared.signatures.get(&key) {
            return Ok(known.clone());
        }
        let types = &mut self.shared.names.types;
        let (ret, params, variadic) = function_types(types, ty)?;
        let attrs =
            (0..count).map(|i| param_attr(types, |attr| v.arg_attr(i, attr))).collect::<Result<_, _>>()?;
        let sig = Arc::new(Signature { ret, params, attrs, variadic });
        self.shared.signatures.insert(key, sig.clone());
        Ok(sig)
    }

    /// Whether it is a call of `svm.root`, with the types that this has: what lifters emit for an integer that is a
    /// pointer. A bit cast is no integer-made base, so it becomes the root of what is derived from it.
    fn is_root(&mut self, v: Val<'m>, callee: Val<'m>) -> Result<bool, Refusal> {
        let meaning = self.shared.intrinsics.entry(callee.key());
        let meaning = *meaning.or_insert_with(|| intrinsics::runtime_meaning(&callee.name()));
        if meaning == Meaning::Unknown || v.arg_count() != 1 || self.ty(v)? != Type::Ptr {
            return Ok(false);
        }
        match v.operand(0) {
            Some(argument) => Ok(self.ty(argument)? == Type::I64),
            None => Ok(false),
        }
    }

    fn intrinsic(&mut self, v: Val<'m>, callee: Val<'m>, name: &'static str) -> Result<(), Refusal> {
        let key = callee.key();
        let meaning = match self.shared.intrinsics.get(&key) {
            Some(meaning) => *meaning,
            None => {
                let meaning = intrinsics::meaning(name);
                self.shared.intrinsics.insert(key, meaning);
                meaning
            }
        };
        match self.constant_result(v, meaning)? {
            Some(value) => self.pass_through(v, value),
            None if meaning == Meaning::Drop => {}
            None => match meaning {
                Meaning::X86(op) => self.x86(v, op)?,
                Meaning::CountLanes => self.count_lanes(v)?,
                _ => {
                    let inst = self.intrinsic_inst(v, callee, name, meaning)?;
                    self.finish(v, inst);
                }
            },
        }
        self.go_on(v)
    }

    /// The result of an intrinsic that does nothing when the program runs.
    fn constant_result(&mut self, v: Val<'m>, meaning: Meaning) -> Result<Option<Value>, Refusal> {
        let ty = self.ty(v)?;
        let number = match meaning {
            Meaning::PassFirst => return self.arg(v, 0).map(Some),
            Meaning::Drop if ty != Type::Void => Const::Zero,
            Meaning::Number(n) => Const::Int(n),
            Meaning::ObjectSize => {
                let min = self.arg(v, 1)?;
                match self.f.as_const(min) {
                    Some(Const::Int(1)) => Const::Int(0),
                    _ => Const::Int(u64::MAX >> (64 - ty.bits().clamp(1, 64))),
                }
            }
            _ => return Ok(None),
        };
        Ok(Some(self.f.add_const(number, ty)))
    }

    fn intrinsic_inst(
        &mut self,
        v: Val<'m>,
        callee: Val<'m>,
        name: &str,
        meaning: Meaning,
    ) -> Result<Inst, Refusal> {
        let count = v.arg_count();
        Ok(match meaning {
            Meaning::Op(intrinsic, keep) => {
                let args = (0..count.min(keep)).map(|i| self.arg(v, i)).collect::<Result<_, _>>()?;
                Inst::Intrinsic(intrinsic, args)
            }
            Meaning::Fence => Inst::Fence(Ordering::SeqCst),
            Meaning::Binary(op) => Inst::Binary(op, self.arg(v, 0)?, self.arg(v, 1)?),
            Meaning::Cast(op) => Inst::Cast(op, self.arg(v, 0)?),
            Meaning::FCmp => {
                let text = v.operand(2).and_then(Val::metadata_text).unwrap_or_default();
                let pred =
                    intrinsics::fcmp_predicate(&text).ok_or_else(|| format!("fcmp predicate {text}"))?;
                Inst::FCmp(pred, self.arg(v, 0)?, self.arg(v, 1)?)
            }
            Meaning::LoadRelative => self.load_relative(v)?,
            Meaning::MaskedLoad | Meaning::MaskedStore => {
                // Older bitcode has the alignment, in second place for loads, in third for stores.
                let rest = match (count, meaning) {
                    (4, Meaning::MaskedLoad) => [0, 2, 3],
                    (4, _) => [0, 1, 3],
                    _ => [0, 1, 2],
                };
                let args = rest.into_iter().map(|i| self.arg(v, i)).collect::<Result<_, _>>()?;
                Inst::Intrinsic(intrinsics::masked(name), args)
            }
            _ => return Err(format!("intrinsic {}", callee.name())),
        })
    }

    /// After an intrinsic that was invoked: none unwinds.
    fn go_on(&mut self, v: Val<'m>) -> Result<(), Refusal> {
        if v.opcode() == op::INVOKE {
            let normal = v.successors().first().copied().ok_or("invoke without targets")?;
            let normal = self.target(normal)?;
            self.push(Inst::Term(Terminator::Br(normal)), Type::Void);
        }
        Ok(())
    }

    /// A load from a table that `relative.rs` has turned into pointers: its entries are twice as far apart.
    fn load_relative(&mut self, v: Val<'m>) -> Result<Inst, Refusal> {
        if !self.sanctioned.contains(&v.key()) {
            let args = vec![self.arg(v, 0)?, self.arg(v, 1)?];
            return Ok(Inst::Intrinsic(Intrinsic::LoadRelative, args));
        }
        self.table_allowed = true;
        let table = self.arg(v, 0);
        self.table_allowed = false;
        let (base, offset) = (table?, self.arg(v, 1)?);
        let gep = match self.f.as_const(offset) {
            Some(Const::Int(n)) => {
                Inst::Gep { base, offset: (*n as i64).wrapping_mul(2), terms: SmallVec::new() }
            }
            _ => Inst::Gep { base, offset: 0, terms: smallvec![(offset, 2)] },
        };
        let at = self.push(gep, Type::Ptr);
        Ok(Inst::Load { ptr: at.ok_or("load.relative")?, atomic: None })
    }

    /// The number of lanes before the first that is not zero.
    fn count_lanes(&mut self, v: Val<'m>) -> Result<(), Refusal> {
        let to = self.ty(v)?;
        let vector = self.arg(v, 0)?;
        let ty = self.f.ty(vector).clone();
        let Some((elem, len)) = ty.as_vector() else { return Err("cttz.elts of a scalar".into()) };
        let flags = Type::vector(Type::BOOL, len);
        let set = if *elem == Type::BOOL {
            vector
        } else {
            let zero = self.f.add_const(Const::Zero, ty.clone());
            self.push(Inst::ICmp(ICmpPred::Ne, vector, zero), flags).ok_or("cttz.elts")?
        };
        let bits = Type::Int(len);
        let packed = self.push(Inst::Cast(CastOp::BitCast, set), bits.clone()).ok_or("cttz.elts")?;
        let count = Inst::Intrinsic(Intrinsic::CtTz, vec![packed]);
        let count = self.push(count, bits.clone()).ok_or("cttz.elts")?;
        match to.bits().cmp(&u64::from(len)) {
            std::cmp::Ordering::Equal => self.pass_through(v, count),
            std::cmp::Ordering::Greater => self.finish(v, Inst::Cast(CastOp::ZExt, count)),
            std::cmp::Ordering::Less => self.finish(v, Inst::Cast(CastOp::Trunc, count)),
        }
        Ok(())
    }
}
