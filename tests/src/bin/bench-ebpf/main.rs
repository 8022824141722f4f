//! Part of `make bench`: five eBPF kernels natively, in SVM and in other engines of user space. Prints Markdown; a
//! run of all kernels writes it to docs/bench/ebpf.md. Arguments filter the kernels by name; `packets` is the cost of a call.
//!
//! All engines run in this process, on memory that lies there already; a cell is the processor time of one call, the
//! median of several rounds, over the native one. Compiling is not in it, and is told apart.

mod engines;
mod library;
mod table;

use std::time::Duration;

use svm_tests::{Check, paths};

/// A kernel and its input.
pub struct Kernel {
    /// Its file in tests/bench/ebpf.
    pub name: &'static str,
    /// The memory that it gets.
    pub memory: Vec<u8>,
}

/// Rounds of which the median counts.
const ROUNDS: usize = 7;
/// What a round takes at least.
const ROUND: Duration = Duration::from_millis(40);

fn main() {
    let filter: Vec<String> = std::env::args().skip(1).collect();
    if let Err(message) = run(&filter) {
        eprintln!("bench-ebpf: {message}");
        std::process::exit(1);
    }
}

/// Bytes that look random, the same in every run.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..len).map(|_| next()).collect()
}

/// 16 packets of 96 bytes: TCP with options over IPv4, with and without tags, UDP over IPv6, and what is neither.
fn packets() -> Vec<u8> {
    let mut all = Vec::new();
    for n in 0..16u8 {
        let mut packet = vec![2u8; 12];
        if n % 4 == 1 {
            packet.extend([0x81, 0x00, 0x00, n]);
        }
        if n % 3 == 2 {
            packet.extend([0x86, 0xdd, 0x60, 0, 0, 0, 0, 40, 17, 64]);
            packet.extend([n; 32]);
            packet.extend([n, 53, 0, n, 0, 8, 0, 0]);
        } else {
            packet.extend([0x08, 0x00, 0x45, 0, 0, 80, 0, n, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, n]);
            packet.extend([0x1f, 0x90, 0, 80 + n, 0, 0, 0, 1, 0, 0, 0, 2, 0xa0, 0x10, 1, 0, 0, 0, 0, 0]);
            packet.extend([2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, n, 0, 0, 0, 0, 1, 3, 3, n & 7]);
        }
        packet.resize(96, n);
        all.extend(packet);
    }
    all
}

fn kernels() -> Vec<Kernel> {
    // The length stands in front of the data: engines agree on nothing but r1.
    let kernel = |name, data: Vec<u8>| Kernel {
        name,
        memory: [&(data.len() as u64).to_le_bytes()[..], &data].concat(),
    };
    vec![
        kernel("prime", Vec::new()),
        kernel("hash", noise(1500)),
        kernel("checksum", noise(1500)),
        kernel("lookup", noise(4096)),
        kernel("parser", packets()),
    ]
}

fn run(filter: &[String]) -> Check {
    let chosen = |name: &str| filter.is_empty() || filter.iter().any(|f| name.contains(f.as_str()));
    let mut table = table::Table::default();
    for kernel in kernels().iter().filter(|k| chosen(k.name)) {
        eprintln!("bench-ebpf: {}", kernel.name);
        table.rows.push(engines::row(kernel)?);
    }
    if chosen("packets") {
        table.packets = engines::per_packet()?;
    }
    let text = table.markdown();
    print!("{text}");
    if filter.is_empty() {
        let path = paths::in_root("docs/bench/ebpf.md");
        std::fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(())
}

/// Processor time of this thread.
fn now() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Nanoseconds of one call: the median of the rounds. `calls` runs it so many times.
pub fn measure(mut calls: impl FnMut(u64) -> Check) -> Check<f64> {
    let mut n = 1;
    loop {
        let start = now();
        calls(n)?;
        let took = now().saturating_sub(start);
        if took >= ROUND {
            break;
        }
        n = if took * 8 < ROUND { n * 8 } else { n * 2 };
    }
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let start = now();
        calls(n)?;
        rounds.push(now().saturating_sub(start).as_nanos() as f64 / n as f64);
    }
    rounds.sort_by(f64::total_cmp);
    Ok(rounds[ROUNDS / 2])
}
