//! The library's front: [`Engine`] loads a [`Module`], an [`Instance`] runs it, a [`Fault`] tells what went wrong.
//!
//! ```no_run
//! use svm_engine::{Engine, Instance};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let module = Engine::new().load_file("prog.bc")?;
//! let mut instance = Instance::builder(&module)
//!     .host_fn("void log_line(const char *s[str])", |cx, args| {
//!         let text = cx.mem().c_str(args.next()?)?;
//!         println!("guest says {}", String::from_utf8_lossy(&text));
//!         Ok(())
//!     })
//!     .capture_stdout()
//!     .build()?;
//! let root: f64 = instance.call("root", (2, 10_i64))?;
//! # Ok(())
//! # }
//! ```
//!
//! A module can be run by many instances, one after the other or on many threads at once: they share its
//! code's IR, each has memory, C library state and bytecode of its own. Dropping an instance frees all of it.
//! This part owns no execution: `machine` runs, `report` tells.

pub(crate) mod bpf;
mod fault;
mod instance;
mod memory;
mod module;
mod value;
pub mod wasm;

pub use bpf::{BpfRuns, Element, MapDump};
pub use fault::Fault;
pub use instance::{Builder, Instance, State};
pub use memory::GuestMemory;
pub use module::{Engine, Module};
pub use value::{CallArgs, CallResult, GuestType, GuestValue};
