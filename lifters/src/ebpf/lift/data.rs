//! Maps, variables and the tables that list everything for the host.

use inkwell::module::Linkage;
use inkwell::types::BasicType;
use inkwell::values::{BasicValue, BasicValueEnum, GlobalValue, IntValue, PointerValue};
use svm_memory::abi;

use super::{Lifter, raw};
use crate::ebpf::error::Error;
use crate::ebpf::object::{Map, Ref, Variable};

impl<'c> Lifter<'c, '_> {
    /// Emits all of it.
    pub(super) fn data(&mut self) -> Result<(), Error> {
        self.declare_maps();
        self.declare_variables();
        for (at, map) in self.object.maps.iter().enumerate() {
            let fields = self.map(at, map)?;
            self.maps[at].set_initializer(&self.context.const_struct(&fields, false));
        }
        for (at, variable) in self.object.variables.iter().enumerate() {
            let parts = self.parts(variable)?;
            self.variables[at].set_initializer(&self.context.const_struct(&parts, true));
        }
        self.tables();
        Ok(())
    }

    fn declare_maps(&mut self) {
        let (word, long, ptr) = (self.context.i32_type(), self.i64(), self.ptr());
        let ty = self.context.struct_type(
            &[
                word.into(),
                word.into(),
                word.into(),
                word.into(),
                word.into(),
                word.into(),
                long.into(),
                ptr.into(),
                ptr.into(),
                ptr.into(),
                long.into(),
            ],
            false,
        );
        for map in &self.object.maps {
            let global = self.module.add_global(ty, None, &map.name);
            global.set_linkage(Linkage::Internal);
            global.set_constant(true);
            self.maps.push(global);
        }
    }

    fn map(&self, at: usize, map: &Map) -> Result<Vec<BasicValueEnum<'c>>, Error> {
        let word = |v: u32| self.context.i32_type().const_int(v.into(), false).as_basic_value_enum();
        let (null, long) = (self.ptr().const_null(), |v| self.i64().const_int(v, false));
        let mut values = Vec::new();
        for (slot, target) in &map.values {
            let fields = [long(*slot).into(), self.address(target)?.into()];
            values.push(self.context.const_struct(&fields, false));
        }
        let entry = self.context.struct_type(&[self.i64().into(), self.ptr().into()], false);
        let table = if values.is_empty() {
            null
        } else {
            self.private(&entry.const_array(&values)).as_pointer_value()
        };
        let inner = map.inner.map_or(null, |inner| self.maps[inner].as_pointer_value());
        Ok(vec![
            word(map.kind),
            word(map.key_size),
            word(map.value_size),
            word(map.max_entries),
            word(map.flags),
            word(at as u32),
            long(map.extra).into(),
            self.string(&map.name).into(),
            inner.into(),
            table.into(),
            long(map.values.len() as u64).into(),
        ])
    }

    fn declare_variables(&mut self) {
        for variable in &self.object.variables {
            let mut types = Vec::new();
            let mut at = 0;
            for (offset, _) in &variable.pointers {
                types.push(self.context.i8_type().array_type((offset - at) as u32).as_basic_type_enum());
                types.push(self.ptr().into());
                at = offset + 8;
            }
            let rest = variable.bytes.len() - at;
            types.push(self.context.i8_type().array_type(rest as u32).as_basic_type_enum());
            let global = self.module.add_global(self.context.struct_type(&types, true), None, &variable.name);
            global.set_linkage(Linkage::Internal);
            global.set_constant(variable.constant);
            global.set_alignment(16);
            self.variables.push(global);
        }
    }

    fn parts(&self, variable: &Variable) -> Result<Vec<BasicValueEnum<'c>>, Error> {
        let mut parts = Vec::new();
        let mut at = 0;
        for (offset, target) in &variable.pointers {
            parts.push(self.bytes(&variable.bytes[at..*offset]));
            parts.push(self.address(target)?.into());
            at = offset + 8;
        }
        parts.push(self.bytes(&variable.bytes[at..]));
        Ok(parts)
    }

    fn bytes(&self, bytes: &[u8]) -> BasicValueEnum<'c> {
        if bytes.iter().all(|b| *b == 0) {
            return self.context.i8_type().array_type(bytes.len() as u32).const_zero().into();
        }
        let byte = self.context.i8_type();
        let values: Vec<IntValue> = bytes.iter().map(|b| byte.const_int((*b).into(), false)).collect();
        byte.const_array(&values).into()
    }

    /// The address of what is referred to.
    pub(super) fn address(&self, target: &Ref) -> Result<PointerValue<'c>, Error> {
        let missing = || Error::internal("a reference to nothing");
        match target {
            Ref::Map(map) => Ok(self.maps.get(*map).ok_or_else(missing)?.as_pointer_value()),
            Ref::Variable(variable, offset) => {
                let base = self.variables.get(*variable).ok_or_else(missing)?.as_pointer_value();
                let offset = self.i64().const_int(*offset as u64, true);
                Ok(raw::const_gep(self.context, base, offset))
            }
            Ref::Function { unit, at } => {
                let function = self.functions.get(&(*unit, *at)).ok_or_else(missing)?;
                Ok(function.as_global_value().as_pointer_value())
            }
            Ref::Extern(name) => {
                Err(Error::unsupported(format!("`{name}` is the kernel's, and there is none here")))
            }
        }
    }

    fn private(&self, value: &dyn BasicValue<'c>) -> GlobalValue<'c> {
        let global = self.module.add_global(value.as_basic_value_enum().get_type(), None, ".svm");
        global.set_initializer(value);
        global.set_linkage(Linkage::Private);
        global.set_constant(true);
        global
    }

    fn string(&self, text: &str) -> PointerValue<'c> {
        self.private(&self.context.const_string(text.as_bytes(), true)).as_pointer_value()
    }

    /// The tables that docs/BITCODE_ABI.md names.
    fn tables(&self) {
        let (ptr, long) = (self.ptr(), self.i64());
        let object = self.object;
        let programs: Vec<_> = object
            .programs
            .iter()
            .map(|p| {
                let function = self.functions[&(p.unit, p.at)].as_global_value().as_pointer_value();
                let section = self.string(&object.units[p.unit].section);
                self.context
                    .const_struct(&[self.string(&p.name).into(), section.into(), function.into()], false)
            })
            .collect();
        let ty = self.context.struct_type(&[ptr.into(); 3], false);
        self.table(abi::BPF_PROGRAMS, &ty.const_array(&programs));
        let maps: Vec<_> = self
            .maps
            .iter()
            .zip(&object.maps)
            .filter(|(_, m)| !m.is_template)
            .map(|(g, _)| g.as_pointer_value())
            .collect();
        self.table(abi::BPF_MAPS, &ptr.const_array(&maps));
        let variables: Vec<_> = self
            .variables
            .iter()
            .zip(&object.variables)
            .map(|(global, v)| {
                let (name, section) = (self.string(&v.name), self.string(&v.section));
                let (offset, size) =
                    (long.const_int(v.offset, false), long.const_int(v.bytes.len() as u64, false));
                let address = global.as_pointer_value();
                let fields = [name.into(), section.into(), address.into(), offset.into(), size.into()];
                self.context.const_struct(&fields, false)
            })
            .collect();
        let ty =
            self.context.struct_type(&[ptr.into(), ptr.into(), ptr.into(), long.into(), long.into()], false);
        self.table(abi::BPF_VARIABLES, &ty.const_array(&variables));
        self.table(abi::BPF_LICENSE, &self.context.const_string(object.license.as_bytes(), true));
        let word = self.context.i32_type();
        self.table(abi::BPF_VERSION, &word.const_int(object.version.into(), false));
        self.table(abi::BPF_ABI, &word.const_int(abi::BPF_ABI_VERSION.into(), false));
    }

    fn table(&self, name: &str, value: &dyn BasicValue<'c>) {
        let global = self.module.add_global(value.as_basic_value_enum().get_type(), None, name);
        global.set_initializer(value);
        global.set_constant(true);
    }
}
