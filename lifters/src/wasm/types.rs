//! The types of a module's interface, as its host needs them.

use svm_memory::abi::wasm::{Kind, type_id};

/// What a reference may refer to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Heap {
    /// Any function.
    Func,
    /// Functions of that type.
    Typed(Box<FuncType>),
    /// No function at all.
    NoFunc,
    /// A value of the host's.
    Extern,
    /// No value of the host's.
    NoExtern,
    /// An exception.
    Exn,
    /// No exception.
    NoExn,
}

/// A value's type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ValType {
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// Single precision.
    F32,
    /// Double precision.
    F64,
    /// 128-bit vector.
    V128,
    /// A reference: may it be null, to what.
    Ref(bool, Heap),
}

impl ValType {
    /// How the value is passed.
    pub fn kind(&self) -> Kind {
        match self {
            ValType::I32 => Kind::I32,
            ValType::I64 => Kind::I64,
            ValType::F32 => Kind::F32,
            ValType::F64 => Kind::F64,
            ValType::V128 => Kind::V128,
            ValType::Ref(_, Heap::Func | Heap::Typed(_) | Heap::NoFunc) => Kind::Func,
            ValType::Ref(_, Heap::Extern | Heap::NoExtern) => Kind::Extern,
            ValType::Ref(_, Heap::Exn | Heap::NoExn) => Kind::Exn,
        }
    }
}

/// A function's type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct FuncType {
    /// Parameters.
    pub params: Vec<ValType>,
    /// Results.
    pub results: Vec<ValType>,
}

impl FuncType {
    /// The type's number in function descriptors.
    pub fn id(&self) -> u64 {
        let kinds = |list: &[ValType]| list.iter().map(ValType::kind).collect::<Vec<_>>();
        type_id(&kinds(&self.params), &kinds(&self.results))
    }
}

/// A linear memory's type; sizes in pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryType {
    /// Pages at first.
    pub min: u64,
    /// Pages at most.
    pub max: Option<u64>,
    /// Addresses have 64 bits.
    pub memory64: bool,
    /// Shared between threads.
    pub shared: bool,
    /// The page size's logarithm.
    pub page_log2: u32,
}

/// A table's type; sizes in entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableType {
    /// What an entry is.
    pub element: ValType,
    /// Entries at first.
    pub min: u64,
    /// Entries at most.
    pub max: Option<u64>,
    /// Indices have 64 bits.
    pub table64: bool,
}

/// A global's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobalType {
    /// Its value's.
    pub value: ValType,
    /// Whether it may be set.
    pub mutable: bool,
}

/// The type of an import or export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExternType {
    /// A function.
    Func(FuncType),
    /// A table.
    Table(TableType),
    /// A linear memory.
    Memory(MemoryType),
    /// A global.
    Global(GlobalType),
    /// An exception's tag.
    Tag(FuncType),
}

/// Something that the module takes from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The module named.
    pub module: String,
    /// The field of it.
    pub field: String,
    /// What it must be.
    pub ty: ExternType,
    /// The symbol that the lifted module uses for it.
    pub symbol: String,
}

/// Something that the module offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// What it is.
    pub ty: ExternType,
    /// Its symbol; that of the import, where the module passes an import on.
    pub symbol: String,
}

/// The interface of a lifted module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleInfo {
    /// Its name in symbols.
    pub name: String,
    /// Imports in their order.
    pub imports: Vec<Import>,
    /// Exports in their order.
    pub exports: Vec<Export>,
    /// Whether it has a start function.
    pub start: bool,
}
