//! All handlers, by the names that the op table uses.

pub(super) use super::call::*;
pub(super) use super::control::*;
pub(super) use super::float::*;
pub(super) use super::int::*;
pub(super) use super::memory::*;
pub(super) use super::vector::*;
