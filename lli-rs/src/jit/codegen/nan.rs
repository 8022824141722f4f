//! Arithmetic that only a signalling NaN notices: `x * 1`, `x - 0`, a float widened and narrowed again. LLVM takes it
//! away, but it makes the NaN quiet, in the interpreter as in hardware, and WebAssembly's specification asks for it. A
//! constant that LLVM cannot see through keeps the operation; programs for which speed counts have none of them.

use super::Gen;
use crate::ir::{BinOp, CastOp, Const, Inst, Value, ValueDef};
use crate::jit::llvm::Val;

/// Whether a lane of a constant has this magnitude.
fn has(c: &Const, magnitude: f64) -> bool {
    match c {
        Const::Zero => magnitude == 0.0,
        Const::Float(bits) => f64::from(f32::from_bits(*bits).abs()) == magnitude,
        Const::Double(bits) => f64::from_bits(*bits).abs() == magnitude,
        Const::List(list) => list.iter().any(|c| has(c, magnitude)),
        _ => false,
    }
}

impl Gen<'_> {
    /// The operands of `op`; a constant that would let LLVM drop the operation is opaque.
    pub(super) fn operands(&mut self, op: BinOp, x: Value, y: Value) -> Result<(Val, Val), String> {
        let (of_x, of_y) = match op {
            BinOp::FAdd | BinOp::FSub => (Some(0.0), Some(0.0)),
            BinOp::FMul => (Some(1.0), Some(1.0)),
            BinOp::FDiv => (None, Some(1.0)),
            _ => (None, None),
        };
        Ok((self.kept(x, of_x)?, self.kept(y, of_y)?))
    }

    fn kept(&mut self, v: Value, neutral: Option<f64>) -> Result<Val, String> {
        let constant = self.f.as_const(v);
        let drops = neutral.is_some_and(|n| constant.is_some_and(|c| has(c, n)));
        if drops { self.fenced(v) } else { self.val(v) }
    }

    /// What is to be narrowed, opaque where it has just been widened.
    pub(super) fn narrowed(&mut self, v: Value) -> Result<Val, String> {
        let widened = match self.f.value(v).def {
            ValueDef::Inst(id) => matches!(self.f.inst(id).inst, Inst::Cast(CastOp::FpExt, _)),
            _ => false,
        };
        if widened { self.fenced(v) } else { self.val(v) }
    }

    fn fenced(&mut self, v: Value) -> Result<Val, String> {
        let v = self.val(v)?;
        Ok(self.b.intrinsic("llvm.arithmetic.fence", &[self.b.type_of(v)], &[v]))
    }
}
