//! Debug info: for each instruction its source line, where BTF tells one, inlined at a position that tells section and
//! instruction (`file.o[section]`, line = number + 1).

use std::cell::RefCell;

use inkwell::context::Context;
use inkwell::debug_info::{
    AsDIScope, DICompileUnit, DIFile, DIFlagsConstants, DILocation, DISubprogram, DWARFEmissionKind,
    DWARFSourceLanguage, DebugInfoBuilder,
};
use inkwell::module::{FlagBehavior, Module};
use inkwell::values::FunctionValue;
use rustc_hash::FxHashMap;

use super::Key;
use crate::ebpf::object::{Line, Object, Unit};

/// The debug info of a module.
pub struct Debug<'c> {
    builder: DebugInfoBuilder<'c>,
    unit: DICompileUnit<'c>,
    files: RefCell<FxHashMap<String, DIFile<'c>>>,
}

/// The two scopes of a function.
pub struct Scopes<'c> {
    machine: DISubprogram<'c>,
    by_file: RefCell<FxHashMap<String, DISubprogram<'c>>>,
    name: String,
}

impl<'c> Debug<'c> {
    pub fn new(module: &Module<'c>, object: &Object) -> Debug<'c> {
        let context = module.get_context();
        let version = context.i32_type().const_int(3, false);
        module.add_basic_value_flag("Debug Info Version", FlagBehavior::Warning, version);
        let (builder, unit) = module.create_debug_info_builder(
            true,
            DWARFSourceLanguage::C,
            &object.name,
            "",
            "svm-lift",
            true,
            "",
            0,
            "",
            DWARFEmissionKind::Full,
            0,
            true,
            false,
            "",
            "",
        );
        Debug { builder, unit, files: RefCell::default() }
    }

    fn file(&self, name: &str) -> DIFile<'c> {
        *self.files.borrow_mut().entry(name.to_owned()).or_insert_with(|| self.builder.create_file(name, ""))
    }

    fn subprogram(&self, name: &str, file: &str, line: u32) -> DISubprogram<'c> {
        let file = self.file(file);
        let ty = self.builder.create_subroutine_type(file, None, &[], i32::PUBLIC);
        let scope = self.unit.as_debug_info_scope();
        self.builder.create_function(scope, name, None, file, line, ty, true, true, line, i32::PUBLIC, true)
    }

    /// Gives a function its scope.
    pub fn function(
        &self,
        object: &Object,
        (unit, at): Key,
        name: &str,
        function: FunctionValue<'c>,
    ) -> Scopes<'c> {
        let file = format!("{}[{}]", object.name, object.units[unit].section);
        let machine = self.subprogram(name, &file, at as u32 + 1);
        function.set_subprogram(machine);
        Scopes { machine, by_file: RefCell::default(), name: name.to_owned() }
    }

    /// The position of an instruction.
    pub fn location(
        &self,
        context: &'c Context,
        scopes: &Scopes<'c>,
        unit: &Unit,
        at: usize,
    ) -> DILocation<'c> {
        let machine = scopes.machine.as_debug_info_scope();
        let machine = self.builder.create_debug_location(context, at as u32 + 1, 0, machine, None);
        let Some((_, Line { file, line, column })) = unit.lines.range(..=at).next_back() else {
            return machine;
        };
        let scope = *scopes
            .by_file
            .borrow_mut()
            .entry(file.clone())
            .or_insert_with(|| self.subprogram(&scopes.name, file, *line));
        self.builder.create_debug_location(
            context,
            *line,
            *column,
            scope.as_debug_info_scope(),
            Some(machine),
        )
    }

    pub fn finish(&self) {
        self.builder.finalize();
    }
}
