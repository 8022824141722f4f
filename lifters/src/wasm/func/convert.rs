//! Conversions between number types.

use inkwell::FloatPredicate;
use inkwell::types::{FloatType, IntType};
use svm_memory::abi::wasm::Trap;
use wasmparser::Operator;

use super::super::error::Result;
use super::FuncLifter;

impl<'ctx> FuncLifter<'_, '_, 'ctx> {
    pub(super) fn conversion(&mut self, op: &Operator<'_>) -> Result<bool> {
        Ok(self.widths(op)?
            || self.ints_to_floats(op)?
            || self.floats_to_ints(op)?
            || self.reinterpret(op)?)
    }

    fn widths(&mut self, op: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        let (from, to) = match op {
            O::I32WrapI64 => (32, 32),
            O::I64ExtendI32S => (32, 64),
            O::I64ExtendI32U => {
                let v = self.pop_int()?;
                let v = self.e.zext64(v)?;
                self.push(v);
                return Ok(true);
            }
            O::I32Extend8S => (8, 32),
            O::I32Extend16S => (16, 32),
            O::I64Extend8S => (8, 64),
            O::I64Extend16S => (16, 64),
            O::I64Extend32S => (32, 64),
            _ => return Ok(false),
        };
        let mut v = self.pop_int()?;
        if v.get_type().get_bit_width() > from {
            v = self.e.b.build_int_truncate(v, self.e.int(from), "")?;
        }
        if from < to {
            v = self.e.b.build_int_s_extend(v, self.e.int(to), "")?;
        }
        self.push(v);
        Ok(true)
    }

    fn ints_to_floats(&mut self, op: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        let (f32, f64) = (self.cx.ctx.f32_type(), self.cx.ctx.f64_type());
        let (ty, signed) = match op {
            O::F32ConvertI32S | O::F32ConvertI64S => (f32, true),
            O::F32ConvertI32U | O::F32ConvertI64U => (f32, false),
            O::F64ConvertI32S | O::F64ConvertI64S => (f64, true),
            O::F64ConvertI32U | O::F64ConvertI64U => (f64, false),
            O::F32DemoteF64 | O::F64PromoteF32 => {
                let v = self.pop()?.into_float_value();
                let v = match op {
                    O::F32DemoteF64 => self.e.b.build_float_trunc(v, f32, "")?,
                    _ => self.e.b.build_float_ext(v, f64, "")?,
                };
                self.push(v);
                return Ok(true);
            }
            _ => return Ok(false),
        };
        let v = self.pop_int()?;
        let v = match signed {
            true => self.e.b.build_signed_int_to_float(v, ty, "")?,
            false => self.e.b.build_unsigned_int_to_float(v, ty, "")?,
        };
        self.push(v);
        Ok(true)
    }

    fn floats_to_ints(&mut self, op: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        let (i32, i64) = (self.e.i32(), self.e.i64());
        let (ty, signed, trapping) = match op {
            O::I32TruncF32S | O::I32TruncF64S => (i32, true, true),
            O::I32TruncF32U | O::I32TruncF64U => (i32, false, true),
            O::I64TruncF32S | O::I64TruncF64S => (i64, true, true),
            O::I64TruncF32U | O::I64TruncF64U => (i64, false, true),
            O::I32TruncSatF32S | O::I32TruncSatF64S => (i32, true, false),
            O::I32TruncSatF32U | O::I32TruncSatF64U => (i32, false, false),
            O::I64TruncSatF32S | O::I64TruncSatF64S => (i64, true, false),
            O::I64TruncSatF32U | O::I64TruncSatF64U => (i64, false, false),
            _ => return Ok(false),
        };
        let v = self.pop()?.into_float_value();
        let result = match trapping {
            true => {
                self.check_range(v, ty, signed)?;
                match signed {
                    true => self.e.b.build_float_to_signed_int(v, ty, "")?,
                    false => self.e.b.build_float_to_unsigned_int(v, ty, "")?,
                }
            }
            false => {
                let name = if signed { "llvm.fptosi.sat" } else { "llvm.fptoui.sat" };
                self.e.intrinsic(name, &[ty.into(), v.get_type().into()], &[v.into()])?.into_int_value()
            }
        };
        self.push(result);
        Ok(true)
    }

    /// Traps where the number, cut to an integer, does not fit.
    fn check_range(
        &mut self,
        v: inkwell::values::FloatValue<'ctx>,
        ty: IntType<'ctx>,
        signed: bool,
    ) -> Result<()> {
        let nan = self.e.b.build_float_compare(FloatPredicate::UNO, v, v, "")?;
        self.trap_if(nan, Trap::InvalidConversion)?;
        let float = v.get_type();
        let (low, low_pred, high) = bounds(float, self.cx.ctx.f64_type(), ty.get_bit_width(), signed);
        let above = self.e.b.build_float_compare(FloatPredicate::OGE, v, float.const_float(high), "")?;
        let below = self.e.b.build_float_compare(low_pred, v, float.const_float(low), "")?;
        let outside = self.e.b.build_or(above, below, "")?;
        self.trap_if(outside, Trap::IntegerOverflow)
    }

    fn reinterpret(&mut self, op: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        let ty: inkwell::types::BasicTypeEnum<'ctx> = match op {
            O::I32ReinterpretF32 => self.e.i32().into(),
            O::I64ReinterpretF64 => self.e.i64().into(),
            O::F32ReinterpretI32 => self.cx.ctx.f32_type().into(),
            O::F64ReinterpretI64 => self.cx.ctx.f64_type().into(),
            _ => return Ok(false),
        };
        let v = self.pop()?;
        let v = self.e.cast(v, ty)?;
        self.push(v);
        Ok(true)
    }
}

/// The numbers at and below which (by the predicate), and from which on, a conversion overflows; all of them are exact
/// in the float's type.
fn bounds(
    float: FloatType<'_>,
    double: FloatType<'_>,
    bits: u32,
    signed: bool,
) -> (f64, FloatPredicate, f64) {
    let power = |n: u32| 2f64.powi(n as i32);
    match (signed, bits) {
        (false, _) => (-1.0, FloatPredicate::OLE, power(bits)),
        (true, 32) if float == double => (-power(31) - 1.0, FloatPredicate::OLE, power(31)),
        (true, _) => (-power(bits - 1), FloatPredicate::OLT, power(bits - 1)),
    }
}
