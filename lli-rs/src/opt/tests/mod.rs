//! Tests of the passes: on hand-built bodies, and on random ones that are run before and after.

mod build;
mod compiled;
mod dom;
mod eval;
mod inline;
mod lower;
mod osr;
mod passes;
mod random;
mod roots;
mod version;
