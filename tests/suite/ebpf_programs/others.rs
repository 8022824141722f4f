//! Programs that count, trace and compute.

use svm_tests::Check;
use svm_tests::packets::{ethernet, icmp, tcp, udp};

use super::{Case, Program, Ran, equal, number};

pub const CASES: &[Case] = &[
    ("counter", counter),
    ("tracer", tracer),
    ("primes", primes),
    ("maps", maps),
    ("suspicious", suspicious),
    ("calls", calls),
];

fn counter(program: &Program) -> Check {
    let frames = [
        tcp([10, 0, 0, 1], 1, [10, 0, 0, 9], 2, b"0"),
        udp([10, 0, 0, 1], 1, [10, 0, 0, 9], 2, b"1"),
        udp([10, 0, 0, 2], 1, [10, 0, 0, 9], 2, b"2"),
        icmp([10, 0, 0, 1], [10, 0, 0, 9]),
        tcp([10, 0, 0, 1], 1, [10, 0, 0, 9], 2, b"4"),
        ethernet(0x0806, &[0; 19]),
    ];
    let ran = program.on_frames(&["--cpus", "3", "--repeat", "2", "--prog", "counter"], &frames)?;
    ran.verdicts(&[("XDP_PASS", 12)])?;
    let pair = |values: &[String]| -> Check<Vec<(u64, u64)>> {
        values.iter().map(|v| Ok((number(&v[..16])?, number(&v[16..])?))).collect()
    };
    let len = |n: usize| frames[n].len() as u64;
    let first = pair(&ran.values("by_source", "0a000001")?)?;
    equal("first source", first, vec![(4, 2 * (len(0) + len(3))), (4, 2 * (len(1) + len(4))), (0, 0)])?;
    equal(
        "second source",
        pair(&ran.values("by_source", "0a000002")?)?,
        vec![(0, 0), (0, 0), (2, 2 * len(2))],
    )?;
    let protocols = |protocol: &str| -> Check<Vec<u64>> {
        ran.values("by_protocol", protocol)?.iter().map(|v| number(v)).collect()
    };
    equal("TCP", protocols("06000000")?, vec![2, 2, 0])?;
    equal("UDP", protocols("11000000")?, vec![0, 2, 2])?;
    equal("seen", ran.number(".bss", "seen")?, 12)?;
    equal("last_cpu", ran.number(".data", "last_cpu")?, 2)?;
    let set = "by_protocol:06000000=0500000000000000";
    let sum = program.on_memory(&["--cpus", "3", "--map-set", set, "--prog", "total"], "06000000")?;
    equal("sum over all processors", sum.r0(), 15)
}

/// A record of the tracer's tracepoint.
fn record(pid: u32, flags: u64, latency: u64, name: &[u8]) -> Vec<u8> {
    let mut record = vec![1, 2, 0, 0];
    record.extend(pid.to_le_bytes());
    record.extend([1, 1, 0, 0, 0, 0, 0, 0]);
    for word in [u64::MAX, latency, flags, 0o644] {
        record.extend(word.to_le_bytes());
    }
    record.extend(name);
    record.resize(80, 0);
    record
}

fn tracer(program: &Program) -> Check {
    let frames = [
        record(100, 0, 900, b"/etc/passwd"),
        record(101, 2, 1100, b"/proc/self/status"),
        record(102, 1, 1, b"/a/name/that/is/longer/than/23"),
        record(103, 0, 0, b"/etc/shadow"),
    ];
    let ran = program.on_frames(&["--cpus", "2"], &frames)?;
    ran.verdicts(&[("0", 1), ("1", 3)])?;
    let event = |pid: u32, flags: u32, sequence: u64, name: &str| {
        let mut bytes = [pid.to_le_bytes(), flags.to_le_bytes()].concat();
        bytes.extend(name.as_bytes());
        bytes.resize(32, 0);
        bytes.extend(sequence.to_le_bytes());
        bytes.iter().map(|b| format!("{b:02x}")).collect::<String>()
    };
    let events = [
        event(100, 0, 0, "/etc/passwd"),
        event(102, 1, 2, "/a/name/that/is/longer/"),
        event(103, 0, 3, "/etc/shadow"),
    ];
    let events: Vec<(&str, &str)> = events.iter().map(|e| ("", e.as_str())).collect();
    ran.holds("events", &events)?;
    ran.holds("alerts", &[("01000000", "67000000")])?;
    let one = "0100000000000000";
    ran.holds("latency", &[("00000000", "0200000000000000"), ("09000000", one), ("0a000000", one)])?;
    equal("ignored", ran.number(".bss", "ignored")?, 1)?;
    // A ring of 4096 bytes takes 85 records of 40 bytes, each with a header of 8.
    let full = program.on_frames(&["--repeat", "50"], &frames[2..])?;
    equal("records in a full ring", full.map("events")?.as_array().map(Vec::len), Some(85))?;
    equal("dropped", full.number(".bss", "dropped")?, 15)
}

fn primes(program: &Program) -> Check {
    let ran = program.on_memory(&[], "1027000000000000")?;
    equal("the 10,000th prime", ran.r0(), 104_729)
}

fn maps(program: &Program) -> Check {
    let ran: Ran = program.on_memory(&["--cpus", "4"], "00")?;
    equal("checks that failed, one bit each", ran.r0(), 0)?;
    ran.holds("inner_b", &[("01000000", "2a000000")])?;
    ran.holds("ring", &[("", "6d61703d30303132")])?;
    ran.holds("array_of_maps", &[("00000000", "@inner_a"), ("01000000", "@inner_b")])?;
    ran.holds("hash_of_maps", &[("02000000", "@inner_b")])?;
    Ok(())
}

fn suspicious(program: &Program) -> Check {
    let ran = program.on_memory(&["--repeat", "3"], "03010401050902060503")?;
    equal("checks that failed, one bit each", ran.r0(), 0)
}

fn calls(program: &Program) -> Check {
    let ran = program.on_memory(&["--prog", "calls"], "0000000000000000")?;
    equal("calls", ran.r0(), 499_500 + 54_321 + 210)?;
    let ran = program.on_memory(&["--prog", "again", "--repeat", "2"], "0000000000000000")?;
    equal("again", ran.r0(), 77)?;
    equal("programs that ran", ran.number(".bss", "tail_calls")?, 2 * 34)?;
    equal("tail calls that went nowhere", ran.number(".bss", "misses")?, 2 * 34)
}
