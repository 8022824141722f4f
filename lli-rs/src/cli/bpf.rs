//! `svm-lli` on eBPF programs: on memory, or on each packet of a capture; r0, verdicts, maps.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use svm_memory::abi::BPF_ABI;

use super::args::Args;
use super::finish::finish;
use super::pcap::Capture;
use crate::api::Instance;
use crate::api::bpf::{MapDump, dump, program};
use crate::error::LoadError;
use crate::host::bpf::context::{Kind, run_on_memory, run_on_packet};
use crate::load::{Loader, Source, lift_bpf};
use crate::machine::{Cx, Result as Run};

/// Whether a module came from eBPF and has no `main` to run instead.
pub(super) fn is_bpf(loader: &Loader) -> bool {
    let exports = &loader.module().exports;
    exports.contains_key(BPF_ABI) && !exports.contains_key("main")
}

/// The source that FILE stands for: raw bytecode is lifted here, since nothing in it tells what it is.
pub(super) fn source_of(args: &Args, source: Source) -> Result<Source, LoadError> {
    if !args.bpf_raw {
        return Ok(source);
    }
    let name = source.name();
    let data = lift_bpf(&name, &source.read()?, true)?;
    Ok(Source::Bytes { name, data })
}

/// What a run has counted.
#[derive(Default)]
struct Counts {
    /// r0 of the last run.
    last: u64,
    runs: u64,
    verdicts: BTreeMap<u64, u64>,
    time: Duration,
}

/// Runs the program that the flags ask for.
pub(super) fn run(args: &Args, mut instance: Instance) -> Result<ExitCode, LoadError> {
    let memory = args.mem.as_deref().map(memory).transpose()?.unwrap_or_default();
    let capture = match &args.pcap {
        Some(path) => {
            let data = std::fs::read(path).map_err(|e| io(path, &e))?;
            let parsed = Capture::parse(&data);
            Some(parsed.map_err(|cause| LoadError::Invalid { file: path.display().to_string(), cause })?)
        }
        None => None,
    };
    let ended = instance.with_cx(|cx| {
        let program = program(cx, args.prog.as_deref())?;
        let kind = Kind::of_section(&program.section);
        let counts = match &capture {
            Some(capture) => on_packets(args, cx, program.func, kind, capture)?,
            None if kind == Kind::Raw => (on_memory(args, cx, program.func, &memory)?, Vec::new()),
            // Without a capture, the memory is one packet.
            None => {
                let mut packet = memory.clone();
                let last = run_on_packet(cx, program.func, kind, &mut packet)?;
                (Counts { last, runs: 1, ..Counts::default() }, Vec::new())
            }
        };
        let maps = if args.map_dump { dump(cx)? } else { Vec::new() };
        Ok((kind, counts, maps))
    });
    let (kind, (counts, packets), maps) = match ended {
        Ok(done) => done,
        Err(outcome) => {
            let stats = args.stats.then(|| instance.stats());
            return Ok(finish(args, instance.process(), &outcome, stats));
        }
    };
    if let (Some(path), Some(capture)) = (&args.out, &capture) {
        std::fs::write(path, capture.file_of(&packets)).map_err(|e| io(path, &e))?;
    }
    let kind = capture.is_some().then_some(kind);
    let text = if args.json { json(kind, &counts, &maps) } else { plain(kind, &counts, &maps) };
    if args.stats {
        eprint!("{}", instance.stats());
    }
    super::print(&text)
}

fn io(path: &std::path::Path, e: &std::io::Error) -> LoadError {
    LoadError::Io { file: path.display().to_string(), cause: e.to_string() }
}

/// `--mem`: hexadecimal digits, or a file.
fn memory(text: &str) -> Result<Vec<u8>, LoadError> {
    let digits: Vec<u8> = text.bytes().filter(|b| !matches!(b, b' ' | b':')).collect();
    let nibble = |b: &u8| (*b as char).to_digit(16).map(|n| n as u8);
    let nibbles: Option<Vec<u8>> = digits.iter().map(nibble).collect();
    match nibbles {
        Some(n) if n.len().is_multiple_of(2) => {
            Ok(n.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
        }
        _ => std::fs::read(text).map_err(|e| LoadError::Io {
            file: text.into(),
            cause: format!("{e} (--mem takes pairs of hexadecimal digits or a file)"),
        }),
    }
}

fn on_memory(args: &Args, cx: &mut Cx<'_>, func: crate::ir::FuncId, memory: &[u8]) -> Run<Counts> {
    let mut counts = Counts::default();
    for _ in 0..args.repeat {
        let mut memory = memory.to_vec();
        counts.last = run_on_memory(cx, func, &mut memory)?;
        counts.runs += 1;
    }
    Ok(counts)
}

type Packets = Vec<([u8; 8], Vec<u8>)>;

/// Runs the program on every packet; gives those that it lets pass, as it left them.
fn on_packets(
    args: &Args,
    cx: &mut Cx<'_>,
    func: crate::ir::FuncId,
    kind: Kind,
    capture: &Capture,
) -> Run<(Counts, Packets)> {
    let (mut counts, mut passed) = (Counts::default(), Packets::new());
    for round in 0..args.repeat {
        for (time, bytes) in &capture.packets {
            let mut packet = bytes.clone();
            let start = Instant::now();
            let verdict = match kind {
                Kind::Raw => run_on_memory(cx, func, &mut packet)?,
                _ => run_on_packet(cx, func, kind, &mut packet)?,
            };
            counts.time += start.elapsed();
            counts.last = verdict;
            counts.runs += 1;
            *counts.verdicts.entry(verdict & 0xffff_ffff).or_default() += 1;
            if round == 0 && passes(kind, verdict as u32) {
                passed.push((*time, packet));
            }
        }
    }
    Ok((counts, passed))
}

/// Whether a packet with that verdict goes on: XDP_PASS, _TX and _REDIRECT; anything but TC_ACT_SHOT and 0 bytes.
fn passes(kind: Kind, verdict: u32) -> bool {
    match kind {
        Kind::Xdp => (2..=4).contains(&verdict),
        Kind::Skb | Kind::Raw => verdict != 0 && verdict != 2,
    }
}

/// The name of an XDP verdict.
fn verdict_name(kind: Option<Kind>, verdict: u64) -> String {
    let names = ["XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX", "XDP_REDIRECT"];
    match usize::try_from(verdict).ok().and_then(|v| names.get(v)) {
        Some(name) if kind == Some(Kind::Xdp) => (*name).into(),
        _ => verdict.to_string(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Section dumps name variables, maps hold keys.
fn key_text(map: &MapDump, key: &[u8]) -> String {
    if map.kind == 0 { String::from_utf8_lossy(key).into_owned() } else { hex(key) }
}

fn plain(kind: Option<Kind>, counts: &Counts, maps: &[MapDump]) -> String {
    let mut out = Vec::new();
    if kind.is_some() {
        for (verdict, n) in &counts.verdicts {
            let _ = writeln!(out, "{} {n}", verdict_name(kind, *verdict));
        }
        let seconds = counts.time.as_secs_f64().max(1e-9);
        let each = counts.time.as_nanos() as f64 / counts.runs.max(1) as f64;
        let rate = counts.runs as f64 / seconds;
        let _ = writeln!(out, "{} packets, {rate:.0} packets/s, {each:.0} ns/packet", counts.runs);
    } else {
        let _ = writeln!(out, "{:#x}", counts.last);
    }
    for map in maps {
        let _ = writeln!(out, "map {} ({} elements)", map.name, map.elements.len());
        for (key, value) in &map.elements {
            let _ = writeln!(out, "  {}: {}", key_text(map, key), hex(value));
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn json(kind: Option<Kind>, counts: &Counts, maps: &[MapDump]) -> String {
    let mut out = serde_json::json!({ "r0": counts.last, "runs": counts.runs });
    if kind.is_some() {
        let verdicts: BTreeMap<String, u64> =
            counts.verdicts.iter().map(|(v, n)| (verdict_name(kind, *v), *n)).collect();
        out["verdicts"] = serde_json::json!(verdicts);
        out["nanoseconds"] = serde_json::json!(counts.time.as_nanos() as u64);
    }
    if !maps.is_empty() {
        let dump = |map: &MapDump| {
            let elements: Vec<_> =
                map.elements.iter().map(|(k, v)| serde_json::json!([key_text(map, k), hex(v)])).collect();
            serde_json::json!({ "name": map.name, "type": map.kind, "elements": elements })
        };
        out["maps"] = maps.iter().map(dump).collect();
    }
    format!("{out}\n")
}
