//! For the tests of the C library's topics: a process without a program, and calls through the tables.

use std::sync::Arc;

use parking_lot::Mutex;
use svm_memory::{GuestPtr, Memory, ObjectKind, SiteId};

use crate::host::{ArgClass, Args, Registry};
use crate::machine::{Config, Cx, Input, Output, Process, Result, Thread};

/// A guest whose standard output is captured.
pub struct Guest {
    process: std::pin::Pin<Box<Process>>,
    thread: Thread,
    out: Arc<Mutex<Vec<u8>>>,
}

/// An argument of a call.
#[derive(Clone, Copy, Debug)]
pub enum Arg {
    /// `int`
    I(i32),
    /// `long`
    L(i64),
    /// A pointer.
    P(GuestPtr),
    /// `double`
    D(f64),
    /// `long double`
    X(crate::host::X87),
}

impl Guest {
    /// A guest with these bytes as standard input.
    pub fn new(input: &[u8]) -> Guest {
        Guest::with(Config { stdin: Input::Bytes(input.into()), ..Config::default() })
    }

    /// A guest with these settings, but for its standard output.
    pub fn with(mut config: Config) -> Guest {
        let out = Arc::new(Mutex::new(Vec::new()));
        config.stdout = Output::Capture(Arc::clone(&out));
        let (process, thread) = crate::machine::testing::empty(config);
        Guest { process, thread, out }
    }

    /// Runs `f` with the guest's context.
    pub fn run<R>(&mut self, f: impl FnOnce(&mut Cx<'_>) -> R) -> R {
        f(&mut Cx { process: &self.process, thread: &mut self.thread })
    }

    /// Guest memory.
    pub fn mem(&self) -> &Memory {
        &self.process.mem
    }

    /// What went to standard output.
    pub fn output(&self) -> Vec<u8> {
        self.out.lock().clone()
    }

    /// A heap object that holds `bytes`.
    pub fn bytes(&self, bytes: &[u8]) -> GuestPtr {
        let p = self.room(bytes.len() as u64);
        self.mem().write(p, bytes).expect("in bounds");
        p
    }

    /// A heap object that holds a string.
    pub fn string(&self, text: &str) -> GuestPtr {
        self.bytes(&[text.as_bytes(), b"\0"].concat())
    }

    /// A heap object of this size.
    pub fn room(&self, size: u64) -> GuestPtr {
        self.mem().alloc(size, 16, ObjectKind::Heap, SiteId::NONE).expect("room")
    }

    /// Calls a host function by name; `variadic` come after `fixed`.
    pub fn call(&mut self, name: &str, fixed: &[Arg], variadic: &[Arg]) -> Result<u64> {
        let function = Registry::libc().bind(name, &self.process.config).expect("a function of that name");
        let mut slots = Vec::new();
        let mut classes = Vec::new();
        for (at, arg) in fixed.iter().chain(variadic).enumerate() {
            let class = match arg {
                Arg::I(v) => {
                    slots.push(u64::from(*v as u32));
                    ArgClass::Int(32)
                }
                Arg::L(v) => {
                    slots.push(*v as u64);
                    ArgClass::Int(64)
                }
                Arg::P(v) => {
                    slots.push(v.bits());
                    ArgClass::Ptr
                }
                Arg::D(v) => {
                    slots.push(v.to_bits());
                    ArgClass::Double
                }
                Arg::X(v) => {
                    slots.extend(v.slots());
                    ArgClass::X87
                }
            };
            if at >= fixed.len() {
                classes.push(class);
            }
        }
        let mut ret = crate::host::Ret::default();
        self.thread.host_function = function.name();
        self.run(|cx| (function.call)(cx, &mut Args::new(&slots, &classes, &mut ret)))?;
        Ok(ret[0])
    }

    /// The same for functions that give an int.
    pub fn int(&mut self, name: &str, fixed: &[Arg], variadic: &[Arg]) -> i32 {
        self.call(name, fixed, variadic).expect("no fault") as i32
    }

    /// The guest's errno.
    pub fn errno(&self) -> i32 {
        self.mem().load(self.thread.errno).expect("errno")
    }
}
