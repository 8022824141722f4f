//! Tests of the semantics against native operations, the host's x87 and algebraic laws.

mod floats;
mod images;
mod ints;
mod vectors;
