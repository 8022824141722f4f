//! The types of a module's interface, as its host needs them.

use svm_memory::abi::wasm::{Kind, type_id};

/// What a reference may refer to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Heap {
    /// Any function.
    Func,
    /// Functions of the type of that number ([`FuncType::id`]).
    Typed(u64),
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
    /// Anything of a garbage-collected heap; there is none here, so that such references are null.
    Any,
    /// What of it can be compared.
    Eq,
    /// A small integer of it.
    I31,
    /// A structure of it.
    Struct,
    /// An array of it.
    Array,
    /// Nothing of it.
    None,
}

impl Heap {
    /// Whether what this refers to is always something that `wider` may refer to.
    fn is_subtype(&self, wider: &Heap) -> bool {
        use Heap as H;
        self == wider
            || matches!(
                (self, wider),
                (H::Typed(_) | H::NoFunc, H::Func)
                    | (H::NoFunc, H::Typed(_))
                    | (H::NoExtern, H::Extern)
                    | (H::NoExn, H::Exn)
                    | (H::Eq | H::I31 | H::Struct | H::Array | H::None, H::Any)
                    | (H::I31 | H::Struct | H::Array | H::None, H::Eq)
                    | (H::None, H::I31 | H::Struct | H::Array)
            )
    }
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
            ValType::Ref(_, Heap::Exn | Heap::NoExn) => Kind::Exn,
            ValType::Ref(..) => Kind::Extern,
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
    /// Its number, where it is not just made of the others: types of recursive groups and of typed references.
    pub key: Option<u64>,
}

impl FuncType {
    /// The type's number in function descriptors.
    pub fn id(&self) -> u64 {
        let kinds = |list: &[ValType]| list.iter().map(ValType::kind).collect::<Vec<_>>();
        self.key.unwrap_or_else(|| type_id(&kinds(&self.params), &kinds(&self.results)))
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

impl ValType {
    /// Whether each of its values is one of `wider`, too.
    pub fn is_subtype(&self, wider: &ValType) -> bool {
        let (ValType::Ref(null, heap), ValType::Ref(wider_null, wider)) = (self, wider) else {
            return self == wider;
        };
        heap.is_subtype(wider) && (*wider_null || !null)
    }
}

impl ExternType {
    /// Whether an export of this type serves an import of type `import` (specification, section 4.5.2). Sizes at first
    /// are left out: what counts is the size when the importing module is instantiated, which tests it itself.
    pub fn serves(&self, import: &ExternType) -> bool {
        let max = |have: Option<u64>, want: Option<u64>| {
            want.is_none_or(|want| have.is_some_and(|have| have <= want))
        };
        match (self, import) {
            (ExternType::Func(have), ExternType::Func(want)) => have == want,
            (ExternType::Tag(have), ExternType::Tag(want)) => have == want,
            (ExternType::Global(have), ExternType::Global(want)) => {
                have.mutable == want.mutable
                    && (have.value == want.value || !have.mutable && have.value.is_subtype(&want.value))
            }
            (ExternType::Table(have), ExternType::Table(want)) => {
                have.element == want.element && have.table64 == want.table64 && max(have.max, want.max)
            }
            (ExternType::Memory(have), ExternType::Memory(want)) => {
                let kind = |m: &MemoryType| (m.memory64, m.shared, m.page_log2);
                kind(have) == kind(want) && max(have.max, want.max)
            }
            _ => false,
        }
    }

    /// What it is, in a word.
    pub fn what(&self) -> &'static str {
        match self {
            ExternType::Func(_) => "function",
            ExternType::Table(_) => "table",
            ExternType::Memory(_) => "memory",
            ExternType::Global(_) => "global",
            ExternType::Tag(_) => "tag",
        }
    }
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
