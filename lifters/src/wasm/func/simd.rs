//! SIMD.

use wasmparser::Operator;

use super::super::error::Result;
use super::FuncLifter;

impl FuncLifter<'_, '_, '_> {
    pub(super) fn simd(&mut self, _op: &Operator<'_>) -> Result<bool> {
        Ok(false)
    }
}
