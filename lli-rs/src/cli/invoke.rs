//! `--invoke NAME`: a call of one export of a WebAssembly module, with values from the command line.

use std::process::ExitCode;

use super::args::Args;
use super::finish;
use crate::api::Instance;
use crate::api::wasm::{ExternType, FuncType, Value};
use crate::error::LoadError;

/// Calls the export and prints its results, one a line.
pub(super) fn run(args: &Args, name: &str, mut instance: Instance) -> Result<ExitCode, LoadError> {
    let refuse = |cause: String| LoadError::Invalid { file: args.file.display().to_string(), cause };
    let (module, ty) = export(&instance, name).map_err(refuse)?;
    let words: Vec<String> = args.args.iter().map(|a| a.to_string_lossy().into_owned()).collect();
    let values = values(name, &ty, &words).map_err(refuse)?;
    let (code, ty) = instance.callee(&module, name, &values).map_err(|fault| refuse(fault.title().into()))?;
    let called = instance.invoke_code(code, &ty, &values);
    instance.flush();
    let stats = args.stats.then(|| instance.stats());
    match called {
        Err(outcome) => Ok(finish::finish(args, instance.process(), &outcome, stats)),
        Ok(results) => {
            let text: String = results.iter().map(|v| format!("{v}\n")).collect();
            stats.iter().for_each(|stats| eprint!("{stats}"));
            super::print(&text)
        }
    }
}

/// The main module's name and the type of its export.
fn export(instance: &Instance, name: &str) -> Result<(String, FuncType), String> {
    let Some(module) = instance.process().wasm.modules().first() else {
        return Err("--invoke calls an export of a WebAssembly module, and this is none (see --entry)".into());
    };
    let functions = || {
        module.exports.iter().filter_map(|e| match &e.ty {
            ExternType::Func(ty) => Some((e.name.as_str(), ty)),
            _ => None,
        })
    };
    match functions().find(|(export, _)| *export == name) {
        Some((_, ty)) => Ok((module.name.clone(), ty.clone())),
        None => {
            let names: Vec<&str> = functions().map(|(name, _)| name).collect();
            Err(format!("no exported function `{name}`; there are: {}", names.join(", ")))
        }
    }
}

fn values(name: &str, ty: &FuncType, words: &[String]) -> Result<Vec<Value>, String> {
    if words.len() != ty.params.len() {
        return Err(format!("`{name}` takes {} arguments, not {}", ty.params.len(), words.len()));
    }
    ty.params.iter().zip(words).map(|(ty, word)| Value::parse(ty, word)).collect()
}
