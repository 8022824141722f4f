//! An object to an LLVM module: its functions, and the descriptors that tell the host what there is.

mod data;
mod debug;
mod emit;
mod flow;
mod raw;

use std::collections::BTreeMap;

use inkwell::AddressSpace;
use inkwell::builder::{Builder, BuilderError};
use inkwell::context::Context;
use inkwell::module::{Linkage, Module};
use inkwell::types::{BasicMetadataTypeEnum, BasicType, FunctionType, IntType, PointerType};
use inkwell::values::{FunctionValue, GlobalValue};
use svm_memory::abi::BPF_RUNTIME;

use super::error::Error;
use super::isa::Op;
use super::object::{Object, Ref, Unit};
use super::ssa::{Def, Function};
use super::{Lifted, Options};
use debug::Debug;

/// All functions of an object may have this many instructions together, code that several share counted for each.
const MAX_INSTRUCTIONS: usize = 1 << 22;

/// A function's key: its unit and first instruction.
type Key = (usize, usize);

/// What all functions of a module share while they are emitted.
struct Lifter<'c, 'o> {
    object: &'o Object,
    options: &'o Options,
    context: &'c Context,
    module: Module<'c>,
    builder: Builder<'c>,
    functions: BTreeMap<Key, FunctionValue<'c>>,
    maps: Vec<GlobalValue<'c>>,
    variables: Vec<GlobalValue<'c>>,
    debug: Debug<'c>,
}

/// The builder refuses only what would be a bug here.
fn bug(e: BuilderError) -> Error {
    Error::internal(e.to_string())
}

/// Lifts a whole object.
pub(super) fn module(object: &Object, options: &Options) -> Result<Lifted, Error> {
    let context = Context::create();
    let module = context.create_module(&object.name);
    let debug = Debug::new(&module, object);
    let mut lifter = Lifter {
        object,
        options,
        context: &context,
        builder: context.create_builder(),
        module,
        functions: BTreeMap::new(),
        maps: Vec::new(),
        variables: Vec::new(),
        debug,
    };
    let bodies = lifter.bodies()?;
    for (key, body) in &bodies {
        lifter.declare(*key, body);
    }
    lifter.data()?;
    for (key, body) in &bodies {
        let section = &object.units[key.0].section;
        emit::body(&lifter, *key, body).map_err(|e| e.in_section(section))?;
    }
    lifter.debug.finish();
    lifter.module.verify().map_err(|e| Error::internal(e.to_string()))?;
    let bitcode = lifter.module.write_bitcode_to_memory().as_slice().to_vec();
    Ok(Lifted { bitcode, text: lifter.module.print_to_string().to_string() })
}

impl<'c> Lifter<'c, '_> {
    fn ptr(&self) -> PointerType<'c> {
        self.context.ptr_type(AddressSpace::default())
    }

    fn i64(&self) -> IntType<'c> {
        self.context.i64_type()
    }

    /// All functions: the programs, and what they and the data refer to.
    fn bodies(&self) -> Result<BTreeMap<Key, Function>, Error> {
        let mut bodies = BTreeMap::new();
        let mut work: Vec<Key> = self.object.programs.iter().map(|p| (p.unit, p.at)).collect();
        let pointers = self.object.variables.iter().flat_map(|v| v.pointers.iter().map(|(_, r)| r));
        let values = self.object.maps.iter().flat_map(|m| m.values.iter().map(|(_, r)| r));
        work.extend(pointers.chain(values).filter_map(|r| match r {
            Ref::Function { unit, at } => Some((*unit, *at)),
            _ => None,
        }));
        let mut total = 0;
        while let Some((unit, at)) = work.pop() {
            if bodies.contains_key(&(unit, at)) {
                continue;
            }
            let Some(code) = self.object.units.get(unit) else { continue };
            let body = Function::build(code, at, self.is_program((unit, at)), self.options.helpers)
                .map_err(|e| e.in_section(&code.section))?;
            total += body.before.len();
            if total > MAX_INSTRUCTIONS {
                return Err(Error::unsupported(format!(
                    "more than {MAX_INSTRUCTIONS} instructions in all functions"
                )));
            }
            for at in body.before.keys() {
                if let Some(target) = callee(code, unit, *at).map_err(|e| e.in_section(&code.section))? {
                    work.push(target);
                }
            }
            bodies.insert((unit, at), body);
        }
        Ok(bodies)
    }

    fn is_program(&self, key: Key) -> bool {
        self.object.programs.iter().any(|p| (p.unit, p.at) == key)
    }

    fn name_of(&self, (unit, at): Key) -> String {
        let unit = &self.object.units[unit];
        match unit.functions.get(&at) {
            Some(name) => name.clone(),
            None => format!("function_{at}"),
        }
    }

    fn declare(&mut self, key: Key, body: &Function) {
        let name = self.name_of(key);
        let (program, mut parameters) = (self.is_program(key), Vec::<BasicMetadataTypeEnum>::new());
        for r in 1..=if program { 2 } else { 5 } {
            let pointer = body.defs.iter().zip(&body.pointer).any(|(d, p)| *d == Def::Arg(r) && *p);
            let pointer = if program { r == 1 } else { pointer };
            parameters.push(if pointer { self.ptr().into() } else { self.i64().into() });
        }
        let linkage = if program && name != "main" { Linkage::External } else { Linkage::Internal };
        let function = self.module.add_function(&name, self.i64().fn_type(&parameters, false), Some(linkage));
        self.functions.insert(key, function);
    }

    /// The type of a prototype string of the ABI's.
    fn prototype(&self, proto: &str) -> FunctionType<'c> {
        let ty = |c| match c {
            'p' => self.ptr().as_basic_type_enum(),
            'i' | 'I' => self.context.i32_type().as_basic_type_enum(),
            _ => self.i64().as_basic_type_enum(),
        };
        let parameters: Vec<BasicMetadataTypeEnum> = proto.chars().skip(1).map(|c| ty(c).into()).collect();
        match proto.chars().next() {
            Some('v') | None => self.context.void_type().fn_type(&parameters, false),
            Some(c) => ty(c).fn_type(&parameters, false),
        }
    }

    /// A declared function of the host's.
    fn import(&self, name: &str, proto: &str) -> FunctionValue<'c> {
        let declared = self.module.get_function(name).filter(|f| f.count_basic_blocks() == 0);
        declared.unwrap_or_else(|| self.module.add_function(name, self.prototype(proto), None))
    }

    /// A function of the runtime's table.
    fn runtime(&self, name: &str) -> FunctionValue<'c> {
        let proto = BPF_RUNTIME.iter().find(|r| r.name == name).map_or("v", |r| r.proto);
        self.import(name, proto)
    }
}

/// The function that an instruction calls or takes the address of.
fn callee(code: &Unit, unit: usize, at: usize) -> Result<Option<Key>, Error> {
    let Some(insn) = code.code.get(at) else { return Ok(None) };
    match (insn.op(), code.refs.get(&at)) {
        (_, Some(Ref::Function { unit, at })) => Ok(Some((*unit, *at))),
        (_, Some(_)) => Ok(None),
        (Op::CallLocal | Op::LoadImm { kind: 4 }, None) => {
            let target = at as i64 + 1 + i64::from(insn.raw.imm);
            code.code.check_target(insn, target).map(|at| Some((unit, at)))
        }
        _ => Ok(None),
    }
}
