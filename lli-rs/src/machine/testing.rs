//! For tests: processes without a file behind them.

use std::pin::Pin;
use std::sync::Arc;

use super::{Bodies, Config, Process, Thread};
use crate::error::LoadError;
use crate::ir::{FuncId, Function, Module};

/// A module made by hand.
pub(crate) struct ByHand {
    module: Arc<Module>,
    bodies: Vec<Option<Function>>,
}

impl Bodies for ByHand {
    fn module(&self) -> Arc<Module> {
        self.module.clone()
    }

    fn body(&mut self, id: FuncId) -> Result<Function, LoadError> {
        let body = self.bodies.get_mut(id.0 as usize).and_then(Option::take);
        body.ok_or_else(|| LoadError::Link { cause: format!("no body for function {}", id.0) })
    }
}

/// A process of these functions, in the order of the module's.
pub(crate) fn process(module: Module, bodies: Vec<Option<Function>>, config: Config) -> Pin<Box<Process>> {
    Process::new(ByHand { module: Arc::new(module), bodies }, config).expect("a process")
}

/// A process without a program, and a thread of it.
pub(crate) fn empty(config: Config) -> (Pin<Box<Process>>, Thread) {
    let process = process(Module::default(), Vec::new(), config);
    let thread = Thread::new(&process).expect("a thread");
    (process, thread)
}
