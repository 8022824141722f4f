//! What is fuzzed, as functions of bytes. They panic when something is found. `tests/fuzz` gives the same functions to
//! libFuzzer.

use svm_engine::machine::{Config, Tier};
use svm_engine::{Engine, Instance};
use svm_lifters::ebpf::isa::{self, Field, Op, Raw};
use svm_lifters::ebpf::{self, ErrorKind, Format, Helpers, Options};

/// Instructions of a run: enough to get somewhere, little enough to go on.
const FUEL: u64 = 100_000;
/// Bytes that programs are run on.
const MEMORY: usize = 64;

/// What is fuzzed with bytes.
pub type Target = fn(&[u8]);

/// All targets, by name.
pub const ALL: &[(&str, Target)] = &[("lift", lift), ("execute", execute), ("differential", differential)];

/// Lifts bytes; an internal error is a bug of ours.
fn lifted(bytes: &[u8], options: &Options) -> Option<Vec<u8>> {
    match ebpf::lift("fuzz", bytes, options) {
        Ok(lifted) => Some(lifted.bitcode),
        Err(e) if e.kind == ErrorKind::Internal => panic!("{e}"),
        Err(_) => None,
    }
}

/// Any bytes, as an object and as bytecode: refused or lifted.
pub fn lift(bytes: &[u8]) {
    for (helpers, format) in
        [(Helpers::Linux, Format::Auto), (Helpers::Linux, Format::Raw), (Helpers::Plain, Format::Raw)]
    {
        lifted(bytes, &Options { helpers, format });
    }
}

/// Any object or bytecode that can be lifted is run: a result or a fault.
pub fn execute(bytes: &[u8]) {
    let Some(bitcode) = lifted(bytes, &Options::default()) else { return };
    let module = match Engine::new().load_bytes("fuzz", bitcode) {
        Ok(module) => module,
        Err(e) => panic!("lifted bitcode is refused: {e}"),
    };
    let config = Config { fuel: Some(FUEL), max_memory: Some(64 << 20), ..Config::default() };
    let Ok(mut instance) = Instance::new(&module, config) else { return };
    // Rendering the report is part of it.
    if let Err(fault) = instance.bpf_run_memory(None, &mut [0x5a; MEMORY]) {
        std::hint::black_box(fault.text(false));
    }
    let mut packet = vec![0x5a; MEMORY];
    if let Err(fault) = instance.bpf_run_packet(None, &mut packet) {
        std::hint::black_box(fault.json());
    }
}

/// Bytes as instructions of the table that rbpf has, too; any bytes are a program that both load.
fn program(bytes: &[u8]) -> Vec<u8> {
    let mut code = Vec::new();
    let put = |code: &mut Vec<u8>, raw: Raw| code.extend(raw.bytes());
    // r6 is the memory; the others are data.
    put(&mut code, Raw { opcode: 0xbf, dst: 6, src: 1, ..Raw::default() });
    // r2 is the memory's length here, and 0 in rbpf.
    for dst in 0..3 {
        put(&mut code, Raw { opcode: 0xb7, dst, ..Raw::default() });
    }
    let rows: Vec<&isa::Row> = isa::rows().iter().filter(|row| shared(row)).collect();
    let data = [0u8, 2, 3, 4, 5, 7, 8, 9];
    let chunks = bytes.chunks_exact(6).take(64);
    let last = chunks.len() as i64;
    for (at, chunk) in chunks.enumerate() {
        let row = rows[usize::from(chunk[0]) % rows.len()];
        let mut raw = row.template();
        let imm = i32::from(i16::from_le_bytes([chunk[3], chunk[4]])) << (chunk[5] % 24);
        raw.dst = data[usize::from(chunk[1] & 7)];
        raw.src = if row.src == Field::Any { data[usize::from(chunk[1] >> 3 & 7)] } else { raw.src };
        raw.imm = if row.imm == Field::Any { imm } else { raw.imm };
        match row.op {
            Op::Load { .. } | Op::Store { .. } => {
                let stack = chunk[2] & 1 == 1;
                let base = if stack { 10 } else { 6 };
                raw.off = i16::from(chunk[2] >> 1) - if stack { 130 } else { 2 };
                if matches!(row.op, Op::Load { .. }) { raw.src = base } else { raw.dst = base }
            }
            // Forwards only: all programs end.
            Op::Jump { .. } | Op::Goto { .. } => {
                raw.off = (i64::from(chunk[2]) % (last - at as i64)) as i16;
                // rbpf does not sign-extend all immediates that RFC 9669 has sign-extended.
                raw.imm &= i32::MAX;
            }
            _ => {}
        }
        if matches!(row.op, Op::Goto { .. }) {
            raw.dst = 0;
        }
        put(&mut code, raw);
    }
    put(&mut code, Raw { opcode: 0x95, ..Raw::default() });
    code
}

/// Instructions that rbpf computes as RFC 9669 has them, in one unit.
fn shared(row: &isa::Row) -> bool {
    use isa::Alu::{Mod, Sdiv, Smod};
    match row.op {
        // By 0 rbpf keeps the upper half of the dividend.
        Op::Alu { op: Mod, wide: false, .. } => false,
        Op::Alu { op, .. } => !matches!(op, Sdiv | Smod),
        Op::Neg { .. } | Op::Jump { .. } | Op::Store { .. } | Op::Goto { long: false } => true,
        Op::End { order, .. } => order != isa::Order::Swap,
        Op::Load { signed, .. } => !signed,
        _ => false,
    }
}

/// A program made of the bytes, here and in rbpf's interpreter: equal results, or both refuse.
pub fn differential(bytes: &[u8]) {
    let code = program(bytes);
    let start: Vec<u8> = (0..MEMORY as u8).map(|i| i.wrapping_mul(0x9d)).collect();
    let (mut left, mut right) = (start.clone(), start);
    let theirs = rbpf::EbpfVmRaw::new(Some(&code)).and_then(|vm| vm.execute_program(&mut right));
    let Some(bitcode) = lifted(&code, &Options { helpers: Helpers::Plain, format: Format::Raw }) else {
        panic!("refused: {code:02x?}")
    };
    let module = Engine::new().load_bytes("fuzz", bitcode).unwrap_or_else(|e| panic!("{e}"));
    let config = Config { tier: Tier::Interp, fuel: Some(FUEL), ..Config::default() };
    let mut instance = Instance::new(&module, config).unwrap_or_else(|e| panic!("{e}"));
    match (instance.bpf_run_memory(None, &mut left), theirs) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(ours, theirs, "r0 of {code:02x?}");
            assert_eq!(left, right, "memory after {code:02x?}");
        }
        (Err(_), Err(_)) => {}
        (ours, theirs) => panic!("{ours:x?}, rbpf {theirs:x?}: {code:02x?}"),
    }
}
