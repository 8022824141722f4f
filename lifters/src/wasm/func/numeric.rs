//! Integer and floating-point arithmetic and comparisons, with the traps that the specification names.

use inkwell::values::{FloatValue, IntValue};
use inkwell::{FloatPredicate as F, IntPredicate as I};
use svm_memory::abi::wasm::Trap;
use wasmparser::Operator;

use super::super::error::Result;
use super::FuncLifter;

impl<'ctx> FuncLifter<'_, '_, 'ctx> {
    pub(super) fn numeric(&mut self, op: &Operator<'_>) -> Result<bool> {
        Ok(self.int_compare(op)? || self.int_binary(op)? || self.int_unary(op)? || self.float(op)?)
    }

    fn push_bool(&mut self, v: IntValue<'ctx>) -> Result<()> {
        let v = self.e.b.build_int_z_extend(v, self.e.i32(), "")?;
        self.push(v);
        Ok(())
    }

    fn int_compare(&mut self, op: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        let pred = match op {
            O::I32Eqz | O::I64Eqz => {
                let a = self.pop_int()?;
                let v = self.e.icmp(I::EQ, a, a.get_type().const_zero())?;
                self.push_bool(v)?;
                return Ok(true);
            }
            O::I32Eq | O::I64Eq => I::EQ,
            O::I32Ne | O::I64Ne => I::NE,
            O::I32LtS | O::I64LtS => I::SLT,
            O::I32LtU | O::I64LtU => I::ULT,
            O::I32GtS | O::I64GtS => I::SGT,
            O::I32GtU | O::I64GtU => I::UGT,
            O::I32LeS | O::I64LeS => I::SLE,
            O::I32LeU | O::I64LeU => I::ULE,
            O::I32GeS | O::I64GeS => I::SGE,
            O::I32GeU | O::I64GeU => I::UGE,
            _ => return Ok(false),
        };
        let (b, a) = (self.pop_int()?, self.pop_int()?);
        let v = self.e.icmp(pred, a, b)?;
        self.push_bool(v)?;
        Ok(true)
    }

    fn int_binary(&mut self, op: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        let known = matches!(
            op,
            O::I32Add
                | O::I64Add
                | O::I32Sub
                | O::I64Sub
                | O::I32Mul
                | O::I64Mul
                | O::I32And
                | O::I64And
                | O::I32Or
                | O::I64Or
                | O::I32Xor
                | O::I64Xor
                | O::I32Shl
                | O::I64Shl
                | O::I32ShrS
                | O::I64ShrS
                | O::I32ShrU
                | O::I64ShrU
                | O::I32Rotl
                | O::I64Rotl
                | O::I32Rotr
                | O::I64Rotr
                | O::I32DivS
                | O::I64DivS
                | O::I32DivU
                | O::I64DivU
                | O::I32RemS
                | O::I64RemS
                | O::I32RemU
                | O::I64RemU
        );
        if !known {
            return Ok(false);
        }
        let (b, a) = (self.pop_int()?, self.pop_int()?);
        let ty = a.get_type();
        // Shift amounts count modulo the width.
        let masked = |this: &Self| -> Result<IntValue<'ctx>> {
            let mask = ty.const_int(u64::from(ty.get_bit_width()) - 1, false);
            Ok(this.e.b.build_and(b, mask, "")?)
        };
        let v = match op {
            O::I32Add | O::I64Add => self.e.b.build_int_add(a, b, "")?,
            O::I32Sub | O::I64Sub => self.e.b.build_int_sub(a, b, "")?,
            O::I32Mul | O::I64Mul => self.e.b.build_int_mul(a, b, "")?,
            O::I32And | O::I64And => self.e.b.build_and(a, b, "")?,
            O::I32Or | O::I64Or => self.e.b.build_or(a, b, "")?,
            O::I32Xor | O::I64Xor => self.e.b.build_xor(a, b, "")?,
            O::I32Shl | O::I64Shl => self.e.b.build_left_shift(a, masked(self)?, "")?,
            O::I32ShrS | O::I64ShrS => self.e.b.build_right_shift(a, masked(self)?, true, "")?,
            O::I32ShrU | O::I64ShrU => self.e.b.build_right_shift(a, masked(self)?, false, "")?,
            O::I32Rotl | O::I64Rotl => self.rotate("llvm.fshl", a, b)?,
            O::I32Rotr | O::I64Rotr => self.rotate("llvm.fshr", a, b)?,
            _ => self.divide(op, a, b)?,
        };
        self.push(v);
        Ok(true)
    }

    fn rotate(&mut self, name: &str, a: IntValue<'ctx>, b: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        let v = self.e.intrinsic(name, &[a.get_type().into()], &[a.into(), a.into(), b.into()])?;
        Ok(v.into_int_value())
    }

    fn divide(&mut self, op: &Operator<'_>, a: IntValue<'ctx>, b: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        use Operator as O;
        let ty = a.get_type();
        let (minus_one, min) = (ty.const_all_ones(), ty.const_int(1 << (ty.get_bit_width() - 1), false));
        let divisor = b.get_zero_extended_constant().filter(|_| b.is_const());
        if divisor.is_none_or(|n| n == 0) {
            let by_zero = self.e.icmp(I::EQ, b, ty.const_zero())?;
            self.trap_if(by_zero, Trap::DivideByZero)?;
        }
        let maybe_minus_one = divisor.is_none() || b == minus_one;
        Ok(match op {
            O::I32DivU | O::I64DivU => self.e.b.build_int_unsigned_div(a, b, "")?,
            O::I32RemU | O::I64RemU => self.e.b.build_int_unsigned_rem(a, b, "")?,
            O::I32DivS | O::I64DivS => {
                if maybe_minus_one {
                    let is_minus = self.e.icmp(I::EQ, b, minus_one)?;
                    let is_min = self.e.icmp(I::EQ, a, min)?;
                    let overflow = self.e.b.build_and(is_minus, is_min, "")?;
                    self.trap_if(overflow, Trap::IntegerOverflow)?;
                }
                self.e.b.build_int_signed_div(a, b, "")?
            }
            // The remainder by -1 is 0, also of the least number, which LLVM leaves undefined: divide by 1 instead.
            _ => {
                let one = ty.const_int(1, false);
                let b = match maybe_minus_one {
                    true => {
                        let is_minus = self.e.icmp(I::EQ, b, minus_one)?;
                        self.e.select(is_minus, one.into(), b.into())?.into_int_value()
                    }
                    false => b,
                };
                self.e.b.build_int_signed_rem(a, b, "")?
            }
        })
    }

    fn int_unary(&mut self, op: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        let (name, zero_flag) = match op {
            O::I32Clz | O::I64Clz => ("llvm.ctlz", true),
            O::I32Ctz | O::I64Ctz => ("llvm.cttz", true),
            O::I32Popcnt | O::I64Popcnt => ("llvm.ctpop", false),
            _ => return Ok(false),
        };
        let a = self.pop_int()?;
        let mut args = vec![a.into()];
        if zero_flag {
            args.push(self.e.i1().const_zero().into());
        }
        let v = self.e.intrinsic(name, &[a.get_type().into()], &args)?;
        self.push(v);
        Ok(true)
    }

    fn pop_float(&mut self) -> Result<FloatValue<'ctx>> {
        Ok(self.pop()?.into_float_value())
    }

    fn float(&mut self, op: &Operator<'_>) -> Result<bool> {
        Ok(self.float_compare(op)? || self.float_unary(op)? || self.float_binary(op)?)
    }

    fn float_compare(&mut self, op: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        let pred = match op {
            O::F32Eq | O::F64Eq => F::OEQ,
            O::F32Ne | O::F64Ne => F::UNE,
            O::F32Lt | O::F64Lt => F::OLT,
            O::F32Gt | O::F64Gt => F::OGT,
            O::F32Le | O::F64Le => F::OLE,
            O::F32Ge | O::F64Ge => F::OGE,
            _ => return Ok(false),
        };
        let (b, a) = (self.pop_float()?, self.pop_float()?);
        let v = self.e.b.build_float_compare(pred, a, b, "")?;
        self.push_bool(v)?;
        Ok(true)
    }

    fn float_unary(&mut self, op: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        let name = match op {
            O::F32Neg | O::F64Neg => {
                let a = self.pop_float()?;
                let v = self.e.b.build_float_neg(a, "")?;
                self.push(v);
                return Ok(true);
            }
            O::F32Abs | O::F64Abs => "llvm.fabs",
            O::F32Ceil | O::F64Ceil => "llvm.ceil",
            O::F32Floor | O::F64Floor => "llvm.floor",
            O::F32Trunc | O::F64Trunc => "llvm.trunc",
            O::F32Nearest | O::F64Nearest => "llvm.roundeven",
            O::F32Sqrt | O::F64Sqrt => "llvm.sqrt",
            _ => return Ok(false),
        };
        let a = self.pop()?;
        let v = self.e.intrinsic(name, &[a.get_type()], &[a])?;
        self.push(v);
        Ok(true)
    }

    fn float_binary(&mut self, op: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        let name = match op {
            O::F32Min | O::F64Min => "llvm.minimum",
            O::F32Max | O::F64Max => "llvm.maximum",
            O::F32Copysign | O::F64Copysign => "llvm.copysign",
            O::F32Add | O::F64Add | O::F32Sub | O::F64Sub | O::F32Mul | O::F64Mul | O::F32Div | O::F64Div => {
                ""
            }
            _ => return Ok(false),
        };
        let (b, a) = (self.pop_float()?, self.pop_float()?);
        let v = match op {
            O::F32Add | O::F64Add => self.e.b.build_float_add(a, b, "")?,
            O::F32Sub | O::F64Sub => self.e.b.build_float_sub(a, b, "")?,
            O::F32Mul | O::F64Mul => self.e.b.build_float_mul(a, b, "")?,
            O::F32Div | O::F64Div => self.e.b.build_float_div(a, b, "")?,
            _ => self.e.intrinsic(name, &[a.get_type().into()], &[a.into(), b.into()])?.into_float_value(),
        };
        self.push(v);
        Ok(true)
    }
}
