//! What an object holds, whichever file it came from: code, programs, maps, variables.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::code::Code;
use super::error::Error;

/// An eBPF object.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// The file's name, for debug info.
    pub name: String,
    /// The sections with code.
    pub units: Vec<Unit>,
    /// What can be run.
    pub programs: Vec<Program>,
    /// The maps.
    pub maps: Vec<Map>,
    /// Global variables of `.data`, `.rodata`, `.bss` and their like.
    pub variables: Vec<Variable>,
    /// The license, empty if none is given.
    pub license: String,
    /// The kernel version asked for, 0 for none.
    pub version: u32,
    /// Big-endian objects can be disassembled only.
    pub big_endian: bool,
}

/// A section with code.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// Its name, empty for raw bytecode.
    pub section: String,
    /// Its instructions.
    pub code: Code,
    /// What relocated instructions refer to, by instruction.
    pub refs: FxHashMap<usize, Ref>,
    /// The names of its functions, by first instruction.
    pub functions: BTreeMap<usize, String>,
    /// Source lines, each from its instruction on.
    pub lines: BTreeMap<usize, Line>,
}

/// A source line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The source file.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
}

/// A program: a function that the host calls.
#[derive(Clone, Debug)]
pub struct Program {
    /// The symbol.
    pub name: String,
    /// Its unit.
    pub unit: usize,
    /// Its first instruction.
    pub at: usize,
}

/// A map's declaration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map {
    /// The symbol.
    pub name: String,
    /// `BPF_MAP_TYPE_*`.
    pub kind: u32,
    /// Bytes of a key.
    pub key_size: u32,
    /// Bytes of a value.
    pub value_size: u32,
    /// Elements at most.
    pub max_entries: u32,
    /// `BPF_F_*`.
    pub flags: u32,
    /// What the type makes of it.
    pub extra: u64,
    /// The map that inner maps are like, for maps of maps.
    pub inner: Option<usize>,
    /// What slots hold from the beginning.
    pub values: Vec<(u64, Ref)>,
    /// Declared only as a map's inner type.
    pub is_template: bool,
}

/// A global variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variable {
    /// The symbol, or the section and offset where there is none.
    pub name: String,
    /// Its section.
    pub section: String,
    /// Its place there.
    pub offset: u64,
    /// What it holds from the beginning.
    pub bytes: Vec<u8>,
    /// Whether it may not be written.
    pub constant: bool,
    /// Pointers in it, by offset, ascending.
    pub pointers: Vec<(usize, Ref)>,
}

/// What an instruction or a word refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ref {
    /// A map.
    Map(usize),
    /// A byte of a variable.
    Variable(usize, i64),
    /// A function.
    Function {
        /// Its unit.
        unit: usize,
        /// Its first instruction.
        at: usize,
    },
    /// Something that this host does not have, by name: a kfunc, a kernel variable.
    Extern(String),
}

impl Object {
    /// Raw bytecode: one unit and one program, which begins at the first instruction.
    pub fn raw(name: &str, bytes: &[u8]) -> Result<Object, Error> {
        let code = Code::decode(bytes, false)?;
        if code.units.is_empty() {
            return Err(Error::invalid("there is no instruction"));
        }
        let functions = BTreeMap::from([(0, "bpf_prog".to_owned())]);
        let unit = Unit { code, functions, ..Unit::default() };
        let programs = vec![Program { name: "bpf_prog".into(), unit: 0, at: 0 }];
        Ok(Object { name: name.into(), units: vec![unit], programs, ..Object::default() })
    }
}
