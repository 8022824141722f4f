//! eBPF, from an ELF object or raw bytecode: RFC 9669, instruction set versions 1 to 4.
//!
//! ```text
//! bytes -> elf, btf -> object -> code (decode, validate) -> ssa -> lift -> bitcode
//!                                disasm <-> asm              isa: the one instruction table
//! ```

pub mod asm;
pub mod btf;
pub mod code;
pub mod disasm;
pub mod elf;
pub mod error;
pub mod isa;
mod lift;
mod maps;
pub mod object;
pub mod ssa;

use svm_memory::abi::helpers::helper_by_number;

pub use error::{Error, ErrorKind};
use object::Object;

/// What the numbers of helper calls mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Helpers {
    /// The kernel's helpers, by name and with their types.
    #[default]
    Linux,
    /// The host's own: every helper takes and returns five and one 64-bit integers.
    Plain,
}

/// What kind of file it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// ELF if it begins so, else raw.
    #[default]
    Auto,
    /// Instructions and nothing else.
    Raw,
    /// An ELF object.
    Elf,
}

/// How to lift.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// What helper numbers mean.
    pub helpers: Helpers,
    /// The file's format.
    pub format: Format,
}

/// The result of lifting.
#[derive(Clone, Debug)]
pub struct Lifted {
    /// Verified LLVM bitcode.
    pub bitcode: Vec<u8>,
    /// The same as text.
    pub text: String,
}

/// Reads an object, without lifting it.
pub fn read(name: &str, bytes: &[u8], options: &Options) -> Result<Object, Error> {
    match options.format {
        Format::Raw => Object::raw(name, bytes),
        Format::Auto if !bytes.starts_with(b"\x7fELF") => Object::raw(name, bytes),
        Format::Auto | Format::Elf => elf::read(name, bytes),
    }
}

/// Lifts an object or raw bytecode; `name` is the file's, for debug info.
pub fn lift(name: &str, bytes: &[u8], options: &Options) -> Result<Lifted, Error> {
    lift_object(&read(name, bytes, options)?, options)
}

/// Lifts what [`read`] has given.
pub fn lift_object(object: &Object, options: &Options) -> Result<Lifted, Error> {
    if object.big_endian {
        return Err(Error::unsupported(
            "big-endian objects can be disassembled, not run: compile with -target bpfel",
        ));
    }
    lift::module(object, options)
}

/// Result and parameters of a helper: of the kernel's where it has the number, else five integers.
pub(crate) fn helper_proto(number: i32, helpers: Helpers) -> &'static str {
    match u32::try_from(number).ok().and_then(helper_by_number) {
        Some(helper) if helpers == Helpers::Linux => helper.proto,
        _ => "qqqqqq",
    }
}

/// The symbol of a helper.
pub(crate) fn helper_name(number: i32, helpers: Helpers) -> String {
    match u32::try_from(number).ok().and_then(helper_by_number) {
        Some(helper) if helpers == Helpers::Linux => helper.name.to_owned(),
        _ => format!("{}{}", svm_memory::abi::HELPER_PREFIX, number as u32),
    }
}
