//! SIMD: 128-bit vectors as LLVM vectors of the shape that an operator works on. Relaxed operators give what their
//! strict counterparts give.

use inkwell::types::{BasicTypeEnum, VectorType};
use inkwell::values::{IntValue, VectorValue};
use inkwell::{FloatPredicate as F, IntPredicate as I};
use wasmparser::Operator;

use super::super::emit::Val;
use super::super::error::Result;
use super::FuncLifter;

/// The lanes of a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Floating point.
    pub float: bool,
    /// Bits of a lane.
    pub bits: u32,
    /// How many lanes.
    pub lanes: u32,
}

impl Shape {
    /// The shape that a name starts with, and what follows it.
    fn split(name: &str) -> Option<(Shape, &str)> {
        const NAMES: [(&str, bool, u32); 6] = [
            ("I8x16", false, 8),
            ("I16x8", false, 16),
            ("I32x4", false, 32),
            ("I64x2", false, 64),
            ("F32x4", true, 32),
            ("F64x2", true, 64),
        ];
        let (prefix, float, bits) = NAMES.into_iter().find(|(prefix, ..)| name.starts_with(prefix))?;
        Some((Shape { float, bits, lanes: 128 / bits }, &name[prefix.len()..]))
    }

    fn int(bits: u32, lanes: u32) -> Shape {
        Shape { float: false, bits, lanes }
    }

    fn wider(self) -> Shape {
        Shape { bits: self.bits * 2, lanes: self.lanes / 2, ..self }
    }
}

/// The integer predicate of a name.
fn int_predicate(name: &str) -> Option<I> {
    Some(match name {
        "Eq" => I::EQ,
        "Ne" => I::NE,
        "LtS" => I::SLT,
        "LtU" => I::ULT,
        "GtS" => I::SGT,
        "GtU" => I::UGT,
        "LeS" => I::SLE,
        "LeU" => I::ULE,
        "GeS" => I::SGE,
        "GeU" => I::UGE,
        _ => return None,
    })
}

fn float_predicate(name: &str) -> Option<F> {
    Some(match name {
        "Eq" => F::OEQ,
        "Ne" => F::UNE,
        "Lt" => F::OLT,
        "Gt" => F::OGT,
        "Le" => F::OLE,
        "Ge" => F::OGE,
        _ => return None,
    })
}

/// The intrinsic of a name that is no more than a call: its arguments' number.
fn intrinsic(name: &str, float: bool) -> Option<(&'static str, usize)> {
    Some(match (name, float) {
        ("AddSatS", false) => ("llvm.sadd.sat", 2),
        ("AddSatU", false) => ("llvm.uadd.sat", 2),
        ("SubSatS", false) => ("llvm.ssub.sat", 2),
        ("SubSatU", false) => ("llvm.usub.sat", 2),
        ("MinS", false) => ("llvm.smin", 2),
        ("MinU", false) => ("llvm.umin", 2),
        ("MaxS", false) => ("llvm.smax", 2),
        ("MaxU", false) => ("llvm.umax", 2),
        ("Popcnt", false) => ("llvm.ctpop", 1),
        ("Ceil", true) => ("llvm.ceil", 1),
        ("Floor", true) => ("llvm.floor", 1),
        ("Trunc", true) => ("llvm.trunc", 1),
        ("Nearest", true) => ("llvm.roundeven", 1),
        ("Abs", true) => ("llvm.fabs", 1),
        ("Sqrt", true) => ("llvm.sqrt", 1),
        ("Min" | "RelaxedMin", true) => ("llvm.minimum", 2),
        ("Max" | "RelaxedMax", true) => ("llvm.maximum", 2),
        ("RelaxedMadd", true) => ("llvm.fma", 3),
        _ => return None,
    })
}

impl<'ctx> FuncLifter<'_, '_, 'ctx> {
    pub(super) fn vector_type(&self, s: Shape) -> VectorType<'ctx> {
        match (s.float, s.bits) {
            (false, bits) => self.e.int(bits).vec_type(s.lanes),
            (true, 32) => self.cx.ctx.f32_type().vec_type(s.lanes),
            (true, _) => self.cx.ctx.f64_type().vec_type(s.lanes),
        }
    }

    /// The vector on top of the stack, in a shape of 128 bits.
    pub(super) fn pop_vector(&mut self, s: Shape) -> Result<VectorValue<'ctx>> {
        let v = self.pop()?;
        Ok(self.e.cast(v, self.vector_type(s))?.into_vector_value())
    }

    pub(super) fn simd(&mut self, op: &Operator<'_>) -> Result<bool> {
        if self.lane_op(op)? {
            return Ok(true);
        }
        let name = super::name(op);
        if let Some(rest) = name.strip_prefix("V128") {
            return self.bitwise(rest);
        }
        let Some((shape, rest)) = Shape::split(&name) else { return Ok(false) };
        if rest.ends_with("Laneselect") {
            return self.bitwise("Bitselect");
        }
        Ok(self.plain(shape, rest)?
            || self.compare(shape, rest)?
            || self.shift(shape, rest)?
            || self.whole(shape, rest)?
            || self.widening(shape, rest)?
            || self.vector_conversion(shape, rest)?)
    }

    fn bitwise(&mut self, name: &str) -> Result<bool> {
        let s = Shape::int(64, 2);
        let v = match name {
            "Not" => {
                let a = self.pop_vector(s)?;
                self.e.b.build_not(a, "")?
            }
            "AnyTrue" => {
                let v = self.pop()?;
                let v = self.e.cast(v, self.e.int(128))?.into_int_value();
                let any = self.e.icmp(I::NE, v, v.get_type().const_zero())?;
                let v = self.e.b.build_int_z_extend(any, self.e.i32(), "")?;
                self.push(v);
                return Ok(true);
            }
            "Bitselect" => {
                let (mask, no, yes) = (self.pop_vector(s)?, self.pop_vector(s)?, self.pop_vector(s)?);
                let yes = self.e.b.build_and(yes, mask, "")?;
                let no = self.e.b.build_and(no, self.e.b.build_not(mask, "")?, "")?;
                self.e.b.build_or(yes, no, "")?
            }
            "And" | "AndNot" | "Or" | "Xor" => {
                let (y, x) = (self.pop_vector(s)?, self.pop_vector(s)?);
                match name {
                    "And" => self.e.b.build_and(x, y, "")?,
                    "AndNot" => self.e.b.build_and(x, self.e.b.build_not(y, "")?, "")?,
                    "Or" => self.e.b.build_or(x, y, "")?,
                    _ => self.e.b.build_xor(x, y, "")?,
                }
            }
            _ => return Ok(false),
        };
        self.push(v);
        Ok(true)
    }

    /// Lane by lane, in one shape.
    fn plain(&mut self, s: Shape, name: &str) -> Result<bool> {
        if let Some((name, n)) = intrinsic(name, s.float) {
            let ty = self.vector_type(s);
            let args = self.pop_n(n)?.into_iter().map(|v| self.e.cast(v, ty)).collect::<Result<Vec<_>>>()?;
            let v = self.e.intrinsic(name, &[ty.into()], &args)?;
            self.push(v);
            return Ok(true);
        }
        let v = match (name, s.float) {
            ("Abs", false) => {
                let a = self.pop_vector(s)?;
                let poison = self.e.i1().const_zero().into();
                self.e.intrinsic("llvm.abs", &[a.get_type().into()], &[a.into(), poison])?.into_vector_value()
            }
            ("Neg", false) => {
                let a = self.pop_vector(s)?;
                self.e.b.build_int_sub(a.get_type().const_zero(), a, "")?
            }
            ("Neg", true) => {
                let a = self.pop_vector(s)?;
                self.e.b.build_float_neg(a, "")?
            }
            ("RelaxedNmadd", true) => {
                let (c, b, a) = (self.pop_vector(s)?, self.pop_vector(s)?, self.pop_vector(s)?);
                let a = self.e.b.build_float_neg(a, "")?;
                self.e
                    .intrinsic("llvm.fma", &[a.get_type().into()], &[a.into(), b.into(), c.into()])?
                    .into_vector_value()
            }
            ("Add" | "Sub" | "Mul" | "Div" | "PMin" | "PMax" | "AvgrU", _) => {
                let (b, a) = (self.pop_vector(s)?, self.pop_vector(s)?);
                self.two(s, name, a, b)?
            }
            _ => return Ok(false),
        };
        self.push(v);
        Ok(true)
    }

    fn two(
        &self,
        s: Shape,
        name: &str,
        a: VectorValue<'ctx>,
        b: VectorValue<'ctx>,
    ) -> Result<VectorValue<'ctx>> {
        let builder = &self.e.b;
        Ok(match (name, s.float) {
            ("Add", false) => builder.build_int_add(a, b, "")?,
            ("Sub", false) => builder.build_int_sub(a, b, "")?,
            ("Mul", false) => builder.build_int_mul(a, b, "")?,
            ("Add", true) => builder.build_float_add(a, b, "")?,
            ("Sub", true) => builder.build_float_sub(a, b, "")?,
            ("Mul", true) => builder.build_float_mul(a, b, "")?,
            ("Div", _) => builder.build_float_div(a, b, "")?,
            ("PMin" | "PMax", _) => {
                let less = match name {
                    "PMin" => builder.build_float_compare(F::OLT, b, a, "")?,
                    _ => builder.build_float_compare(F::OLT, a, b, "")?,
                };
                builder.build_select(less, b, a, "")?.into_vector_value()
            }
            // The average, rounded up, in twice the width.
            _ => {
                let wide = self.e.int(s.bits * 2).vec_type(s.lanes);
                let a = builder.build_int_z_extend(a, wide, "")?;
                let b = builder.build_int_z_extend(b, wide, "")?;
                let sum = builder.build_int_add(a, b, "")?;
                let one = self.every(wide, 1);
                let sum = builder.build_int_add(sum, one, "")?;
                let half = builder.build_right_shift(sum, one, false, "")?;
                builder.build_int_truncate(half, self.vector_type(s), "")?
            }
        })
    }

    /// A vector with the same integer in every lane.
    pub(super) fn every(&self, ty: VectorType<'ctx>, n: i64) -> VectorValue<'ctx> {
        let lane = ty.get_element_type().into_int_type().const_int(n as u64, true);
        VectorType::const_vector(&vec![lane; ty.get_size() as usize])
    }

    fn compare(&mut self, s: Shape, name: &str) -> Result<bool> {
        let mask = match s.float {
            false => {
                let Some(pred) = int_predicate(name) else { return Ok(false) };
                let (b, a) = (self.pop_vector(s)?, self.pop_vector(s)?);
                self.e.b.build_int_compare(pred, a, b, "")?
            }
            true => {
                let Some(pred) = float_predicate(name) else { return Ok(false) };
                let (b, a) = (self.pop_vector(s)?, self.pop_vector(s)?);
                self.e.b.build_float_compare(pred, a, b, "")?
            }
        };
        let v = self.e.b.build_int_s_extend(mask, self.vector_type(Shape { float: false, ..s }), "")?;
        self.push(v);
        Ok(true)
    }

    fn shift(&mut self, s: Shape, name: &str) -> Result<bool> {
        if s.float || !matches!(name, "Shl" | "ShrS" | "ShrU") {
            return Ok(false);
        }
        let by = self.pop_int()?;
        let by = self.e.b.build_and(by, self.e.c32(s.bits - 1), "")?;
        let by = self.lane_int(by, s.bits)?;
        let by = self.splat(s, by.into())?;
        let a = self.pop_vector(s)?;
        let v = match name {
            "Shl" => self.e.b.build_left_shift(a, by, "")?,
            _ => self.e.b.build_right_shift(a, by, name == "ShrS", "")?,
        };
        self.push(v);
        Ok(true)
    }

    /// An i32 or i64 in the width of a lane.
    pub(super) fn lane_int(&self, v: IntValue<'ctx>, bits: u32) -> Result<IntValue<'ctx>> {
        let width = v.get_type().get_bit_width();
        Ok(match width.cmp(&bits) {
            std::cmp::Ordering::Equal => v,
            std::cmp::Ordering::Greater => self.e.b.build_int_truncate(v, self.e.int(bits), "")?,
            std::cmp::Ordering::Less => self.e.b.build_int_z_extend(v, self.e.int(bits), "")?,
        })
    }

    /// The same value in every lane.
    pub(super) fn splat(&self, s: Shape, v: Val<'ctx>) -> Result<VectorValue<'ctx>> {
        let ty = self.vector_type(s);
        let one = self.e.b.build_insert_element(ty.const_zero(), v, self.e.c32(0), "")?;
        self.shuffle(one, one, &vec![0; s.lanes as usize])
    }

    /// Lanes of two vectors by number.
    pub(super) fn shuffle(
        &self,
        a: VectorValue<'ctx>,
        b: VectorValue<'ctx>,
        lanes: &[u32],
    ) -> Result<VectorValue<'ctx>> {
        let mask: Vec<_> = lanes.iter().map(|i| self.e.c32(*i)).collect();
        Ok(self.e.b.build_shuffle_vector(a, b, VectorType::const_vector(&mask), "")?)
    }

    /// What makes one number of a vector, or a vector of one number.
    fn whole(&mut self, s: Shape, name: &str) -> Result<bool> {
        match name {
            "Splat" => {
                let mut v = self.pop()?;
                if let Val::IntValue(i) = v {
                    v = self.lane_int(i, s.bits)?.into();
                }
                let v = self.splat(s, v)?;
                self.push(v);
            }
            "AllTrue" => {
                let a = self.pop_vector(s)?;
                let set = self.e.b.build_int_compare(I::NE, a, a.get_type().const_zero(), "")?;
                let bits = self.lane_bits(set)?;
                let all = self.e.icmp(I::EQ, bits, bits.get_type().const_all_ones())?;
                let v = self.e.b.build_int_z_extend(all, self.e.i32(), "")?;
                self.push(v);
            }
            "Bitmask" => {
                let a = self.pop_vector(s)?;
                let set = self.e.b.build_int_compare(I::SLT, a, a.get_type().const_zero(), "")?;
                let bits = self.lane_bits(set)?;
                let v = self.e.b.build_int_z_extend(bits, self.e.i32(), "")?;
                self.push(v);
            }
            "Swizzle" | "RelaxedSwizzle" => {
                let (at, a) = (self.pop_vector(s)?, self.pop_vector(s)?);
                let v = self.swizzle(a, at)?;
                self.push(v);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A vector of bits as one integer.
    fn lane_bits(&self, v: VectorValue<'ctx>) -> Result<IntValue<'ctx>> {
        Ok(self.e.cast(v.into(), self.e.int(v.get_type().get_size()))?.into_int_value())
    }

    /// LLVM has no shuffle by a variable: lane by lane.
    fn swizzle(&self, a: VectorValue<'ctx>, at: VectorValue<'ctx>) -> Result<VectorValue<'ctx>> {
        let (b, i8) = (&self.e.b, self.e.int(8));
        let mut out = a.get_type().const_zero();
        for i in 0..16 {
            let index = b.build_extract_element(at, self.e.c32(i), "")?.into_int_value();
            let inside = self.e.icmp(I::ULT, index, i8.const_int(16, false))?;
            let lane = b.build_and(index, i8.const_int(15, false), "")?;
            let lane = b.build_extract_element(a, lane, "")?;
            let lane = self.e.select(inside, lane, i8.const_zero().into())?;
            out = b.build_insert_element(out, lane, self.e.c32(i), "")?;
        }
        Ok(out)
    }

    /// Lanes of another width: narrowing, extension, products and sums in twice the width.
    fn widening(&mut self, s: Shape, name: &str) -> Result<bool> {
        if s.float {
            return Ok(false);
        }
        let signed = name.ends_with('S');
        let half = Shape::int(s.bits / 2, s.lanes * 2);
        if name.starts_with("Narrow") {
            let wide = s.wider();
            let (b, a) = (self.pop_vector(wide)?, self.pop_vector(wide)?);
            let (a, b) = (self.narrow_lanes(a, s, signed)?, self.narrow_lanes(b, s, signed)?);
            let v = self.shuffle(a, b, &(0..s.lanes).collect::<Vec<_>>())?;
            self.push(v);
        } else if name.starts_with("ExtendLow") || name.starts_with("ExtendHigh") {
            let a = self.pop_vector(half)?;
            let v = self.extend(a, s, name.starts_with("ExtendHigh"), signed)?;
            self.push(v);
        } else if name.starts_with("ExtMulLow") || name.starts_with("ExtMulHigh") {
            let high = name.starts_with("ExtMulHigh");
            let (b, a) = (self.pop_vector(half)?, self.pop_vector(half)?);
            let (a, b) = (self.extend(a, s, high, signed)?, self.extend(b, s, high, signed)?);
            let v = self.e.b.build_int_mul(a, b, "")?;
            self.push(v);
        } else if name.starts_with("ExtAddPairwise") {
            let a = self.pop_vector(half)?;
            let v = self.pair_sums(a, s, signed)?;
            self.push(v);
        } else {
            return self.products(s, name);
        }
        Ok(true)
    }

    fn products(&mut self, s: Shape, name: &str) -> Result<bool> {
        let v = match name {
            "Q15MulrSatS" | "RelaxedQ15mulrS" => {
                let (b, a) = (self.pop_vector(s)?, self.pop_vector(s)?);
                self.q15(s, a, b)?
            }
            "DotI16x8S" | "RelaxedDotI8x16I7x16S" => {
                let half = Shape::int(s.bits / 2, s.lanes * 2);
                let (b, a) = (self.pop_vector(half)?, self.pop_vector(half)?);
                self.dot(s, a, b)?
            }
            "RelaxedDotI8x16I7x16AddS" => {
                let bytes = Shape::int(8, 16);
                let (c, b, a) = (self.pop_vector(s)?, self.pop_vector(bytes)?, self.pop_vector(bytes)?);
                let sums = self.dot(Shape::int(16, 8), a, b)?;
                let sums = self.pair_sums(sums, s, true)?;
                self.e.b.build_int_add(sums, c, "")?
            }
            _ => return Ok(false),
        };
        self.push(v);
        Ok(true)
    }

    /// Fixed-point product: rounded, saturated.
    fn q15(&self, s: Shape, a: VectorValue<'ctx>, b: VectorValue<'ctx>) -> Result<VectorValue<'ctx>> {
        let wide = self.e.i32().vec_type(s.lanes);
        let a = self.e.b.build_int_s_extend(a, wide, "")?;
        let b = self.e.b.build_int_s_extend(b, wide, "")?;
        let product = self.e.b.build_int_mul(a, b, "")?;
        let product = self.e.b.build_int_add(product, self.every(wide, 0x4000), "")?;
        let product = self.e.b.build_right_shift(product, self.every(wide, 15), true, "")?;
        let most = self.every(wide, 0x7fff);
        let product = self.e.intrinsic("llvm.smin", &[wide.into()], &[product.into(), most.into()])?;
        Ok(self.e.b.build_int_truncate(product.into_vector_value(), self.vector_type(s), "")?)
    }

    /// Products of neighbours, added, in lanes of shape `s`.
    fn dot(&self, s: Shape, a: VectorValue<'ctx>, b: VectorValue<'ctx>) -> Result<VectorValue<'ctx>> {
        let wide = self.e.int(s.bits).vec_type(s.lanes * 2);
        let a = self.e.b.build_int_s_extend(a, wide, "")?;
        let b = self.e.b.build_int_s_extend(b, wide, "")?;
        let product = self.e.b.build_int_mul(a, b, "")?;
        let (even, odd) = self.halves(product, s)?;
        Ok(self.e.b.build_int_add(even, odd, "")?)
    }

    fn pair_sums(&self, a: VectorValue<'ctx>, s: Shape, signed: bool) -> Result<VectorValue<'ctx>> {
        let (even, odd) = self.halves(a, s)?;
        let even = self.extend_lanes(even, s, signed)?;
        let odd = self.extend_lanes(odd, s, signed)?;
        Ok(self.e.b.build_int_add(even, odd, "")?)
    }

    /// Lanes with even, and with odd numbers.
    fn halves(&self, v: VectorValue<'ctx>, s: Shape) -> Result<(VectorValue<'ctx>, VectorValue<'ctx>)> {
        let even: Vec<u32> = (0..s.lanes).map(|i| i * 2).collect();
        let odd: Vec<u32> = (0..s.lanes).map(|i| i * 2 + 1).collect();
        Ok((self.shuffle(v, v, &even)?, self.shuffle(v, v, &odd)?))
    }

    fn extend_lanes(&self, v: VectorValue<'ctx>, s: Shape, signed: bool) -> Result<VectorValue<'ctx>> {
        let ty = self.vector_type(s);
        Ok(match signed {
            true => self.e.b.build_int_s_extend(v, ty, "")?,
            false => self.e.b.build_int_z_extend(v, ty, "")?,
        })
    }

    fn extend(&self, v: VectorValue<'ctx>, s: Shape, high: bool, signed: bool) -> Result<VectorValue<'ctx>> {
        let first = if high { s.lanes } else { 0 };
        let v = self.shuffle(v, v, &(first..first + s.lanes).collect::<Vec<_>>())?;
        self.extend_lanes(v, s, signed)
    }

    /// Signed lanes of twice the width, clamped to the range of `s`.
    fn narrow_lanes(&self, v: VectorValue<'ctx>, s: Shape, signed: bool) -> Result<VectorValue<'ctx>> {
        let ty = v.get_type();
        let (low, high) = match signed {
            true => (-(1i64 << (s.bits - 1)), (1i64 << (s.bits - 1)) - 1),
            false => (0, (1i64 << s.bits) - 1),
        };
        let (low, high) = (self.every(ty, low).into(), self.every(ty, high).into());
        let v = self.e.intrinsic("llvm.smax", &[ty.into()], &[v.into(), low])?;
        let v = self.e.intrinsic("llvm.smin", &[ty.into()], &[v, high])?;
        let narrow = self.e.int(s.bits).vec_type(s.lanes / 2);
        Ok(self.e.b.build_int_truncate(v.into_vector_value(), narrow, "")?)
    }

    fn vector_conversion(&mut self, s: Shape, name: &str) -> Result<bool> {
        let ty = self.vector_type(s);
        let (f32x4, f64x2) =
            (Shape { float: true, bits: 32, lanes: 4 }, Shape { float: true, bits: 64, lanes: 2 });
        let i32x4 = Shape::int(32, 4);
        let v = match name {
            "TruncSatF32x4S" | "RelaxedTruncF32x4S" => self.saturate("llvm.fptosi.sat", f32x4)?,
            "TruncSatF32x4U" | "RelaxedTruncF32x4U" => self.saturate("llvm.fptoui.sat", f32x4)?,
            "TruncSatF64x2SZero" | "RelaxedTruncF64x2SZero" => self.saturate("llvm.fptosi.sat", f64x2)?,
            "TruncSatF64x2UZero" | "RelaxedTruncF64x2UZero" => self.saturate("llvm.fptoui.sat", f64x2)?,
            "ConvertI32x4S" | "ConvertI32x4U" | "ConvertLowI32x4S" | "ConvertLowI32x4U" => {
                let mut a = self.pop_vector(i32x4)?;
                if name.starts_with("ConvertLow") {
                    a = self.shuffle(a, a, &[0, 1])?;
                }
                match name.ends_with('S') {
                    true => self.e.b.build_signed_int_to_float(a, ty, "")?,
                    false => self.e.b.build_unsigned_int_to_float(a, ty, "")?,
                }
            }
            "DemoteF64x2Zero" => {
                let a = self.pop_vector(f64x2)?;
                let a = self.e.b.build_float_trunc(a, self.cx.ctx.f32_type().vec_type(2), "")?;
                self.shuffle(a, a.get_type().const_zero(), &[0, 1, 2, 3])?
            }
            "PromoteLowF32x4" => {
                let a = self.pop_vector(f32x4)?;
                let a = self.shuffle(a, a, &[0, 1])?;
                self.e.b.build_float_ext(a, ty, "")?
            }
            _ => return Ok(false),
        };
        self.push(v);
        Ok(true)
    }

    /// Floats to 32-bit integers; two of them are followed by zeros.
    fn saturate(&mut self, name: &str, from: Shape) -> Result<VectorValue<'ctx>> {
        let a = self.pop_vector(from)?;
        let to: BasicTypeEnum<'ctx> = self.e.i32().vec_type(from.lanes).into();
        let v = self.e.intrinsic(name, &[to, a.get_type().into()], &[a.into()])?.into_vector_value();
        if from.lanes == 4 { Ok(v) } else { self.shuffle(v, v.get_type().const_zero(), &[0, 1, 2, 3]) }
    }
}
