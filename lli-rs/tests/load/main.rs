//! The loader: formats, translation, refusals, damaged input.

mod damage;
mod errors;
mod features;
mod golden;
mod sources;
mod tools;
