//! eBPF conformance vectors: what one is, where they come from ([`data`]: `.data` files, [`rbpf_cases`]: the tests of
//! the `rbpf` crate), and running one through the lifter and the engine.

pub mod data;
pub mod rbpf_cases;

use svm_engine::{Config, Engine, Fault, GuestPtr, Instance, Module};
use svm_lifters::ebpf::{self, Format, Helpers, Options};

/// More than any vector runs; the endless ones must end.
const FUEL: u64 = 10_000_000;

/// What must come out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// r0.
    Value(u64),
    /// The program is refused, or stopped.
    Error,
}

/// What a program gets in r1 and r2.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Input {
    /// Nothing.
    #[default]
    None,
    /// Memory and its length.
    Memory(Vec<u8>),
    /// A buffer of `size` bytes with pointers to the memory and to its end at two places.
    Indirect {
        /// The memory.
        memory: Vec<u8>,
        /// Bytes of the buffer.
        size: u64,
        /// Where the two pointers stand.
        at: [i64; 2],
    },
    /// A packet with the context of a socket filter.
    Packet(Vec<u8>),
}

/// One vector: code, input and what must come out.
#[derive(Clone, Debug)]
pub struct Vector {
    /// Its file or test.
    pub name: String,
    /// Bytecode.
    pub code: Vec<u8>,
    /// r1 and r2.
    pub input: Input,
    /// What must come out.
    pub expect: Expect,
}

/// Lifts and loads raw bytecode whose helpers are known by number; a packet's program is one of a section `socket`.
pub fn load(name: &str, code: &[u8], input: &Input) -> Result<Module, String> {
    let options = Options { helpers: Helpers::Plain, format: Format::Raw };
    let mut object = ebpf::read(name, code, &options).map_err(|e| e.to_string())?;
    if let (Input::Packet(_), [unit]) = (input, &mut object.units[..]) {
        unit.section = "socket".into();
    }
    let lifted = ebpf::lift_object(&object, &options).map_err(|e| e.to_string())?;
    Engine::new().load_bytes(name, lifted.bitcode).map_err(|e| e.to_string())
}

fn text(fault: Fault) -> String {
    fault.title().to_owned()
}

/// An instance with the helpers of uBPF's test driver, by number, and two maps that bytecode can name.
pub fn instance(module: &Module, config: &Config) -> Result<Instance, String> {
    const FIVE: &str =
        "(unsigned long a, unsigned long b, unsigned long c, unsigned long d, unsigned long e)";
    let prototype = |n: u32| format!("unsigned long bpf_helper_{n}{FIVE}");
    let config = Config { fuel: Some(FUEL), ..config.clone() };
    Instance::builder(module)
        .config(config)
        .host_fn(&prototype(0), |_, args| {
            let [a, b, c, d] = [args.next::<u64>()?, args.next()?, args.next()?, args.next()?];
            let e: u64 = args.next()?;
            Ok(a.wrapping_shl(32) | b.wrapping_shl(24) | c.wrapping_shl(16) | d.wrapping_shl(8) | e)
        })
        .host_fn(&prototype(1), |cx, args| {
            let (at, len): (u64, u64) = (args.next()?, args.next()?);
            for i in 0..len {
                let p = GuestPtr::new(at.wrapping_add(i));
                let byte: u8 = cx.mem().load(p)?;
                cx.mem().store(p, byte ^ 42)?;
            }
            Ok(0u64)
        })
        .host_fn(&prototype(2), |_, _| Ok(0xf0u64))
        .host_fn(&prototype(3), |_, args| Ok(args.next::<u64>()?.isqrt()))
        .host_fn(&prototype(4), |cx, args| {
            let (a, b): (u64, u64) = (args.next()?, args.next()?);
            let a = cx.mem().c_str(GuestPtr::new(a))?;
            Ok(u64::from(a != cx.mem().c_str(GuestPtr::new(b))?))
        })
        .host_fn(&prototype(6), |_, args| {
            let (_, _, values): (u64, u64, [u64; 3]) =
                (args.next()?, args.next()?, [args.next()?, args.next()?, args.next()?]);
            Ok(values.iter().fold(29, |n, v| n + format!("{v:x}").len() as u64))
        })
        // What bytecode calls maps are numbers here, and the values of map N are the byte N.
        .host_fn("void *svm.bpf.map_by_fd(uint32_t n)", |_, args| {
            Ok(GuestPtr::new(u64::from(args.next::<u32>()?)))
        })
        .host_fn("void *svm.bpf.map_by_index(uint32_t n)", |_, args| {
            Ok(GuestPtr::new(u64::from(args.next::<u32>()?) + 16))
        })
        .host_fn("void *svm.bpf.map_value(void *map, uint32_t offset)", |_, args| {
            let (map, offset): (GuestPtr, u32) = (args.next()?, args.next()?);
            Ok(map.offset(i64::from(offset) * 256))
        })
        .host_fn("void *svm.bpf.variable(uint32_t id)", |_, args| {
            Ok(GuestPtr::new(u64::from(args.next::<u32>()?) << 32))
        })
        .build()
        .map_err(|e| e.to_string())
}

impl Vector {
    /// r0, or why the program was refused or stopped.
    pub fn run(&self, config: &Config) -> Result<u64, String> {
        let module = load(&self.name, &self.code, &self.input)?;
        let mut instance = instance(&module, config)?;
        match &self.input {
            Input::None => instance.bpf_run_memory(None, &mut []).map_err(text),
            Input::Memory(memory) => instance.bpf_run_memory(None, &mut memory.clone()).map_err(text),
            Input::Packet(packet) => instance.bpf_run_packet(None, &mut packet.clone()).map_err(text),
            Input::Indirect { memory, size, at } => {
                let data = instance.memory().alloc_bytes(memory).map_err(text)?;
                let buffer = instance.memory().alloc(*size).map_err(text)?;
                let ends = [data, data.offset(memory.len() as i64)];
                for (place, end) in at.iter().zip(ends) {
                    let bytes = end.bits().to_le_bytes();
                    instance.memory().write(buffer.offset(*place), &bytes).map_err(text)?;
                }
                instance.call::<_, u64>("bpf_prog", (buffer, *size)).map_err(text)
            }
        }
    }

    /// What is wrong with a result, if something is.
    pub fn judge(&self, got: &Result<u64, String>) -> Option<String> {
        let right = match (&self.expect, got) {
            (Expect::Value(expected), Ok(r0)) => r0 == expected,
            (Expect::Error, result) => result.is_err(),
            _ => false,
        };
        (!right).then(|| format!("{}: expected {:x?}, got {got:x?}", self.name, self.expect))
    }
}
