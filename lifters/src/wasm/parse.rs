//! Validates a module and takes it apart: index spaces with their types, segments, bodies. Emits nothing.

use wasmparser::{
    ConstExpr, ElementItems, ElementKind, ExternalKind, FunctionBody, HeapType, Parser, Payload, TableInit,
    TypeRef, Validator, WasmFeatures,
};

use super::error::{LiftError, Result};
use super::types::{ExternType, FuncType, GlobalType, Heap, MemoryType, TableType, ValType};
use super::{Version, identity};

/// An import's names.
pub type Origin<'a> = (&'a str, &'a str);

/// An entry of an index space: imported ones first.
pub struct Item<'a, T, D> {
    /// Where it comes from, if not from here.
    pub import: Option<Origin<'a>>,
    /// Its type.
    pub ty: T,
    /// Its definition, if from here.
    pub def: Option<D>,
}

/// What an element segment's entries are.
pub enum Entries<'a> {
    /// Functions by number.
    Funcs(Vec<u32>),
    /// Expressions.
    Exprs(Vec<ConstExpr<'a>>),
}

/// An element segment.
pub struct Elem<'a> {
    /// The table and the place in it, of an active one.
    pub active: Option<(u32, ConstExpr<'a>)>,
    /// Whether it is only there to declare functions.
    pub declared: bool,
    /// Its entries.
    pub entries: Entries<'a>,
}

/// A data segment.
pub struct Data<'a> {
    /// The memory and the place in it, of an active one.
    pub active: Option<(u32, ConstExpr<'a>)>,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// A module taken apart.
#[derive(Default)]
pub struct Parsed<'a> {
    /// Types; only those of functions.
    pub types: Vec<FuncType>,
    /// Imports in their order: the names, the kind, the number in its index space.
    pub imports: Vec<(Origin<'a>, ExternalKind, u32)>,
    /// Functions; the type is a number.
    pub funcs: Vec<Item<'a, u32, FunctionBody<'a>>>,
    /// Tables with the first value of their entries.
    pub tables: Vec<Item<'a, TableType, Option<ConstExpr<'a>>>>,
    /// Memories.
    pub memories: Vec<Item<'a, MemoryType, ()>>,
    /// Globals.
    pub globals: Vec<Item<'a, GlobalType, ConstExpr<'a>>>,
    /// Tags; the type is a number.
    pub tags: Vec<Item<'a, u32, ()>>,
    /// Exports: name, kind, number.
    pub exports: Vec<(&'a str, ExternalKind, u32)>,
    /// The start function.
    pub start: Option<u32>,
    /// Element segments.
    pub elems: Vec<Elem<'a>>,
    /// Data segments.
    pub datas: Vec<Data<'a>>,
    /// Whether a body has a tail call.
    pub tail_calls: bool,
    /// Whether the module is valid without function references and garbage collection.
    pub plain: bool,
    /// Names of functions, from the name section.
    pub func_names: Vec<(u32, &'a str)>,
    bodies: usize,
}

/// What a module is validated with. Of garbage collection only the types are lifted that functions have and those of
/// null references; the rest is refused where it is met.
fn features(version: Version) -> WasmFeatures {
    match version {
        Version::V1 => WasmFeatures::WASM1,
        Version::V2 => WasmFeatures::WASM2,
        Version::V3 => WasmFeatures::WASM3,
    }
}

/// Validates, and says whether the module has tail calls (it is then not valid without them and what else brings some),
/// and whether it is valid without any of that.
/// What only an unsupported proposal allows is refused by name.
fn validate(bytes: &[u8], version: Version) -> Result<(bool, bool)> {
    let features = features(version);
    let valid = |features| Validator::new_with_features(features).validate_all(bytes).is_ok();
    let references = WasmFeatures::FUNCTION_REFERENCES.union(WasmFeatures::GC);
    if valid(features.difference(WasmFeatures::TAIL_CALL.union(references))) {
        return Ok((false, true));
    }
    let Err(error) = Validator::new_with_features(features).validate_all(bytes) else {
        return Ok((has_tail_call(bytes)?, false));
    };
    if Parser::is_component(bytes) {
        return Err(LiftError::Unsupported("the component model".into()));
    }
    let more = [
        (WasmFeatures::CUSTOM_DESCRIPTORS, "custom descriptors"),
        (WasmFeatures::LEGACY_EXCEPTIONS, "legacy exception handling"),
        (WasmFeatures::MEMORY_CONTROL, "memory control"),
        (WasmFeatures::CUSTOM_PAGE_SIZES, "custom page sizes"),
        (WasmFeatures::WIDE_ARITHMETIC, "wide arithmetic"),
        (WasmFeatures::STACK_SWITCHING, "stack switching"),
        (WasmFeatures::SHARED_EVERYTHING_THREADS, "shared-everything threads"),
    ];
    for (feature, name) in more {
        if Validator::new_with_features(features.union(feature)).validate_all(bytes).is_ok() {
            return Err(LiftError::Unsupported(name.into()));
        }
    }
    Err(error.into())
}

/// The function that a constant expression refers to.
fn function_in(expr: &ConstExpr<'_>) -> Option<u32> {
    expr.get_operators_reader().into_iter().find_map(|op| match op {
        Ok(wasmparser::Operator::RefFunc { function_index }) => Some(function_index),
        _ => None,
    })
}

/// Whether a body of a valid module makes a tail call.
fn has_tail_call(bytes: &[u8]) -> Result<bool> {
    use wasmparser::Operator::{ReturnCall, ReturnCallIndirect, ReturnCallRef};
    for payload in Parser::new(0).parse_all(bytes) {
        if let Payload::CodeSectionEntry(body) = payload? {
            for op in body.get_operators_reader()? {
                if matches!(op?, ReturnCall { .. } | ReturnCallIndirect { .. } | ReturnCallRef { .. }) {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

/// Validates and reads a module.
pub fn parse(bytes: &[u8], version: Version) -> Result<Parsed<'_>> {
    let (tail_calls, plain) = validate(bytes, version)?;
    let mut parsed = Parsed { tail_calls, plain, ..Parsed::default() };
    let mut parser = Parser::new(0);
    parser.set_features(features(version));
    for payload in parser.parse_all(bytes) {
        parsed.payload(payload?)?;
    }
    Ok(parsed)
}

impl<'a> Parsed<'a> {
    /// The functions that bodies may make references to beyond those that segments in use, tables and globals hold.
    pub fn referable(&self) -> Vec<u32> {
        let exported = self.exports.iter().filter(|(_, kind, _)| *kind == ExternalKind::Func).map(|e| e.2);
        let declared = self.elems.iter().filter(|elem| elem.declared).flat_map(|elem| match &elem.entries {
            Entries::Funcs(list) => list.clone(),
            Entries::Exprs(list) => list.iter().filter_map(function_in).collect(),
        });
        exported.chain(declared).collect()
    }

    fn payload(&mut self, payload: Payload<'a>) -> Result<()> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    self.types(&group?)?;
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    self.import((import.module, import.name), import.ty)?;
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.funcs.push(Item { import: None, ty: ty?, def: None });
                }
                self.bodies = self.funcs.iter().filter(|f| f.import.is_some()).count();
            }
            Payload::TableSection(section) => {
                for table in section {
                    let table = table?;
                    let init = match table.init {
                        TableInit::RefNull => None,
                        TableInit::Expr(e) => Some(e),
                    };
                    let ty = self.table_type(&table.ty)?;
                    self.tables.push(Item { import: None, ty, def: Some(init) });
                }
            }
            Payload::MemorySection(section) => {
                for ty in section {
                    self.memories.push(Item { import: None, ty: memory_type(&ty?), def: Some(()) });
                }
            }
            Payload::TagSection(section) => {
                for ty in section {
                    self.tags.push(Item { import: None, ty: ty?.func_type_idx, def: Some(()) });
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global?;
                    let ty = self.global_type(&global.ty)?;
                    self.globals.push(Item { import: None, ty, def: Some(global.init_expr) });
                }
            }
            other => self.contents(other)?,
        }
        Ok(())
    }

    /// What comes after the declarations: exports, segments, bodies, names.
    fn contents(&mut self, payload: Payload<'a>) -> Result<()> {
        match payload {
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    self.exports.push((export.name, export.kind, export.index));
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => {
                for elem in section {
                    self.elem(elem?)?;
                }
            }
            Payload::DataSection(section) => {
                for data in section {
                    let data = data?;
                    let active = match data.kind {
                        wasmparser::DataKind::Passive => None,
                        wasmparser::DataKind::Active { memory_index, offset_expr } => {
                            Some((memory_index, offset_expr))
                        }
                    };
                    self.datas.push(Data { active, bytes: data.data });
                }
            }
            Payload::CodeSectionEntry(body) => {
                self.funcs[self.bodies].def = Some(body);
                self.bodies += 1;
            }
            Payload::CustomSection(section) => {
                if let wasmparser::KnownCustom::Name(names) = section.as_known() {
                    self.names(names);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The name section is a hint: what is malformed in it is left out.
    fn names(&mut self, section: wasmparser::NameSectionReader<'a>) {
        for names in section.into_iter().map_while(|n| n.ok()) {
            if let wasmparser::Name::Function(map) = names {
                let names = map.into_iter().map_while(|n| n.ok());
                self.func_names.extend(names.map(|n| (n.index, n.name)));
            }
        }
    }

    fn import(&mut self, origin: Origin<'a>, ty: TypeRef) -> Result<()> {
        let import = Some(origin);
        let (kind, index) = match ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                self.funcs.push(Item { import, ty, def: None });
                (ExternalKind::Func, self.funcs.len())
            }
            TypeRef::Table(ty) => {
                let ty = self.table_type(&ty)?;
                self.tables.push(Item { import, ty, def: None });
                (ExternalKind::Table, self.tables.len())
            }
            TypeRef::Memory(ty) => {
                self.memories.push(Item { import, ty: memory_type(&ty), def: None });
                (ExternalKind::Memory, self.memories.len())
            }
            TypeRef::Global(ty) => {
                let ty = self.global_type(&ty)?;
                self.globals.push(Item { import, ty, def: None });
                (ExternalKind::Global, self.globals.len())
            }
            TypeRef::Tag(ty) => {
                self.tags.push(Item { import, ty: ty.func_type_idx, def: None });
                (ExternalKind::Tag, self.tags.len())
            }
        };
        self.imports.push((origin, kind, index as u32 - 1));
        Ok(())
    }

    fn elem(&mut self, elem: wasmparser::Element<'a>) -> Result<()> {
        let (active, declared) = match elem.kind {
            ElementKind::Passive => (None, false),
            ElementKind::Declared => (None, true),
            ElementKind::Active { table_index, offset_expr } => {
                (Some((table_index.unwrap_or(0), offset_expr)), false)
            }
        };
        let entries = match elem.items {
            ElementItems::Functions(list) => {
                Entries::Funcs(list.into_iter().collect::<std::result::Result<_, _>>()?)
            }
            ElementItems::Expressions(_, list) => {
                Entries::Exprs(list.into_iter().collect::<std::result::Result<_, _>>()?)
            }
        };
        self.elems.push(Elem { active, declared, entries });
        Ok(())
    }

    /// The types of a recursive group.
    fn types(&mut self, group: &wasmparser::RecGroup) -> Result<()> {
        let group: Vec<_> = group.types().map(identity::func).collect::<Result<_>>()?;
        let (first, keys) = (self.types.len(), identity::keys(&group, &self.types));
        // They may refer to each other: first the numbers, then what they are made of.
        self.types.extend(keys.into_iter().map(|key| FuncType { key, ..FuncType::default() }));
        for (i, ty) in group.into_iter().enumerate() {
            let list = |types: &[wasmparser::ValType]| {
                types.iter().map(|t| self.val_type(*t)).collect::<Result<_>>()
            };
            let (params, results) = (list(ty.params())?, list(ty.results())?);
            let ty = &mut self.types[first + i];
            (ty.params, ty.results) = (params, results);
        }
        Ok(())
    }

    /// Our form of a value's type.
    pub fn val_type(&self, ty: wasmparser::ValType) -> Result<ValType> {
        use wasmparser::AbstractHeapType as A;
        Ok(match ty {
            wasmparser::ValType::I32 => ValType::I32,
            wasmparser::ValType::I64 => ValType::I64,
            wasmparser::ValType::F32 => ValType::F32,
            wasmparser::ValType::F64 => ValType::F64,
            wasmparser::ValType::V128 => ValType::V128,
            wasmparser::ValType::Ref(r) => {
                let heap = match r.heap_type() {
                    HeapType::Abstract { ty: A::Func, .. } => Heap::Func,
                    HeapType::Abstract { ty: A::NoFunc, .. } => Heap::NoFunc,
                    HeapType::Abstract { ty: A::Extern, .. } => Heap::Extern,
                    HeapType::Abstract { ty: A::NoExtern, .. } => Heap::NoExtern,
                    HeapType::Abstract { ty: A::Exn, .. } => Heap::Exn,
                    HeapType::Abstract { ty: A::NoExn, .. } => Heap::NoExn,
                    HeapType::Abstract { ty: A::Any, .. } => Heap::Any,
                    HeapType::Abstract { ty: A::Eq, .. } => Heap::Eq,
                    HeapType::Abstract { ty: A::I31, .. } => Heap::I31,
                    HeapType::Abstract { ty: A::Struct, .. } => Heap::Struct,
                    HeapType::Abstract { ty: A::Array, .. } => Heap::Array,
                    HeapType::Abstract { ty: A::None, .. } => Heap::None,
                    HeapType::Concrete(index) => {
                        let ty = index.as_module_index().and_then(|i| self.types.get(i as usize));
                        let ty = ty.ok_or_else(|| LiftError::Internal("no such type".into()))?;
                        Heap::Typed(ty.id())
                    }
                    _ => return Err(LiftError::Unsupported("garbage collection".into())),
                };
                ValType::Ref(r.is_nullable(), heap)
            }
        })
    }

    fn table_type(&self, ty: &wasmparser::TableType) -> Result<TableType> {
        let element = self.val_type(wasmparser::ValType::Ref(ty.element_type))?;
        Ok(TableType { element, min: ty.initial, max: ty.maximum, table64: ty.table64 })
    }

    fn global_type(&self, ty: &wasmparser::GlobalType) -> Result<GlobalType> {
        Ok(GlobalType { value: self.val_type(ty.content_type)?, mutable: ty.mutable })
    }

    /// A function's type.
    pub fn type_of(&self, func: u32) -> &FuncType {
        &self.types[self.funcs[func as usize].ty as usize]
    }

    /// The type of an export or import.
    pub fn extern_type(&self, kind: ExternalKind, index: u32) -> ExternType {
        let i = index as usize;
        match kind {
            ExternalKind::Func | ExternalKind::FuncExact => ExternType::Func(self.type_of(index).clone()),
            ExternalKind::Table => ExternType::Table(self.tables[i].ty.clone()),
            ExternalKind::Memory => ExternType::Memory(self.memories[i].ty.clone()),
            ExternalKind::Global => ExternType::Global(self.globals[i].ty.clone()),
            ExternalKind::Tag => ExternType::Tag(self.types[self.tags[i].ty as usize].clone()),
        }
    }
}

fn memory_type(ty: &wasmparser::MemoryType) -> MemoryType {
    MemoryType {
        min: ty.initial,
        max: ty.maximum,
        memory64: ty.memory64,
        shared: ty.shared,
        page_log2: ty.page_size_log2.unwrap_or(16),
    }
}
