//! The bytecode: one op table ([`op`]), the compiler from our IR ([`emit`]), what it makes ([`code`]), its
//! disassembly and an independent checker of the result.
//!
//! Knows nothing of how ops run (`interp/`) nor of guest memory.

pub mod check;
pub mod code;
pub mod disasm;
pub mod emit;
pub mod flow;
pub mod live;
pub mod op;
pub mod plan;
pub mod slots;

pub use code::{CallDesc, CallTarget, Code, Desc, Head, Span};
pub use emit::{Env, Places, Target, compile, places};
pub use op::{Op, Word};
