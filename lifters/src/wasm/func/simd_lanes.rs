//! SIMD operators with immediates: constants, shuffles, single lanes, and their loads and stores.

use wasmparser::{MemArg, Operator};

use super::super::emit::Val;
use super::super::error::Result;
use super::super::instantiate::vector;
use super::FuncLifter;
use super::simd::Shape;

fn ints(bits: u32) -> Shape {
    Shape { float: false, bits, lanes: 128 / bits }
}

fn floats(bits: u32) -> Shape {
    Shape { float: true, ..ints(bits) }
}

impl<'ctx> FuncLifter<'_, '_, 'ctx> {
    pub(super) fn lane_op(&mut self, op: &Operator<'_>) -> Result<bool> {
        match op {
            Operator::V128Const { value } => self.push(vector(&self.e, value.bytes())),
            Operator::I8x16Shuffle { lanes } => {
                let (b, a) = (self.pop_vector(ints(8))?, self.pop_vector(ints(8))?);
                let v = self.shuffle(a, b, &lanes.map(u32::from))?;
                self.push(v);
            }
            _ => {
                return Ok(self.extract(op)?
                    || self.replace(op)?
                    || self.lane_load(op)?
                    || self.lane_store(op)?);
            }
        }
        Ok(true)
    }

    fn extract(&mut self, op: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        let (shape, lane, signed) = match op {
            O::I8x16ExtractLaneS { lane } => (ints(8), lane, true),
            O::I8x16ExtractLaneU { lane } => (ints(8), lane, false),
            O::I16x8ExtractLaneS { lane } => (ints(16), lane, true),
            O::I16x8ExtractLaneU { lane } => (ints(16), lane, false),
            O::I32x4ExtractLane { lane } => (ints(32), lane, false),
            O::I64x2ExtractLane { lane } => (ints(64), lane, false),
            O::F32x4ExtractLane { lane } => (floats(32), lane, false),
            O::F64x2ExtractLane { lane } => (floats(64), lane, false),
            _ => return Ok(false),
        };
        let a = self.pop_vector(shape)?;
        let v = self.e.b.build_extract_element(a, self.e.c32(u32::from(*lane)), "")?;
        let v = match v {
            Val::IntValue(i) if signed => self.e.b.build_int_s_extend(i, self.e.i32(), "")?.into(),
            Val::IntValue(i) if shape.bits < 32 => self.e.b.build_int_z_extend(i, self.e.i32(), "")?.into(),
            v => v,
        };
        self.push(v);
        Ok(true)
    }

    fn replace(&mut self, op: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        let (shape, lane) = match op {
            O::I8x16ReplaceLane { lane } => (ints(8), lane),
            O::I16x8ReplaceLane { lane } => (ints(16), lane),
            O::I32x4ReplaceLane { lane } => (ints(32), lane),
            O::I64x2ReplaceLane { lane } => (ints(64), lane),
            O::F32x4ReplaceLane { lane } => (floats(32), lane),
            O::F64x2ReplaceLane { lane } => (floats(64), lane),
            _ => return Ok(false),
        };
        let mut v = self.pop()?;
        if let Val::IntValue(i) = v {
            v = self.lane_int(i, shape.bits)?.into();
        }
        let a = self.pop_vector(shape)?;
        let v = self.e.b.build_insert_element(a, v, self.e.c32(u32::from(*lane)), "")?;
        self.push(v);
        Ok(true)
    }

    fn lane_load(&mut self, op: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        match op {
            O::V128Load8x8S { memarg } => self.load_extended(memarg, 8, true),
            O::V128Load8x8U { memarg } => self.load_extended(memarg, 8, false),
            O::V128Load16x4S { memarg } => self.load_extended(memarg, 16, true),
            O::V128Load16x4U { memarg } => self.load_extended(memarg, 16, false),
            O::V128Load32x2S { memarg } => self.load_extended(memarg, 32, true),
            O::V128Load32x2U { memarg } => self.load_extended(memarg, 32, false),
            O::V128Load8Splat { memarg } => self.load_splat(memarg, 8),
            O::V128Load16Splat { memarg } => self.load_splat(memarg, 16),
            O::V128Load32Splat { memarg } => self.load_splat(memarg, 32),
            O::V128Load64Splat { memarg } => self.load_splat(memarg, 64),
            O::V128Load32Zero { memarg } => self.load_zero(memarg, 32),
            O::V128Load64Zero { memarg } => self.load_zero(memarg, 64),
            O::V128Load8Lane { memarg, lane } => self.load_lane(memarg, 8, *lane),
            O::V128Load16Lane { memarg, lane } => self.load_lane(memarg, 16, *lane),
            O::V128Load32Lane { memarg, lane } => self.load_lane(memarg, 32, *lane),
            O::V128Load64Lane { memarg, lane } => self.load_lane(memarg, 64, *lane),
            _ => Ok(false),
        }
    }

    fn load_extended(&mut self, m: &MemArg, bits: u32, signed: bool) -> Result<bool> {
        self.load_as(m, 8, self.e.int(bits).vec_type(64 / bits))?;
        let v = self.pop()?.into_vector_value();
        let wide = self.vector_type(ints(bits * 2));
        let v = match signed {
            true => self.e.b.build_int_s_extend(v, wide, "")?,
            false => self.e.b.build_int_z_extend(v, wide, "")?,
        };
        self.push(v);
        Ok(true)
    }

    fn load_splat(&mut self, m: &MemArg, bits: u32) -> Result<bool> {
        self.load_as(m, u64::from(bits / 8), self.e.int(bits))?;
        let v = self.pop()?;
        let v = self.splat(ints(bits), v)?;
        self.push(v);
        Ok(true)
    }

    fn load_zero(&mut self, m: &MemArg, bits: u32) -> Result<bool> {
        self.load_as(m, u64::from(bits / 8), self.e.int(bits))?;
        let v = self.pop()?;
        let zero = self.vector_type(ints(bits)).const_zero();
        let v = self.e.b.build_insert_element(zero, v, self.e.c32(0), "")?;
        self.push(v);
        Ok(true)
    }

    fn load_lane(&mut self, m: &MemArg, bits: u32, lane: u8) -> Result<bool> {
        let a = self.pop_vector(ints(bits))?;
        self.load_as(m, u64::from(bits / 8), self.e.int(bits))?;
        let v = self.pop()?;
        let v = self.e.b.build_insert_element(a, v, self.e.c32(u32::from(lane)), "")?;
        self.push(v);
        Ok(true)
    }

    fn lane_store(&mut self, op: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        let (m, bits, lane) = match op {
            O::V128Store8Lane { memarg, lane } => (memarg, 8, lane),
            O::V128Store16Lane { memarg, lane } => (memarg, 16, lane),
            O::V128Store32Lane { memarg, lane } => (memarg, 32, lane),
            O::V128Store64Lane { memarg, lane } => (memarg, 64, lane),
            _ => return Ok(false),
        };
        let a = self.pop_vector(ints(bits))?;
        let v = self.e.b.build_extract_element(a, self.e.c32(u32::from(*lane)), "")?;
        self.store_value(m, u64::from(bits / 8), v)?;
        Ok(true)
    }
}
