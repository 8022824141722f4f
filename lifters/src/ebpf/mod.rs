//! eBPF, from an ELF object or raw bytecode: RFC 9669, instruction set versions 1 to 4.
//!
//! ```text
//! bytes -> code (decode, validate) -> disasm <-> asm        isa: the one instruction table
//! ```

pub mod asm;
pub mod code;
pub mod disasm;
pub mod error;
pub mod isa;
