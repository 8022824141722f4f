//! `svm-lli` on eBPF programs: on memory, or on each packet of a capture. What is printed is [`print`]'s.

mod print;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use svm_memory::abi::BPF_ABI;

use super::args::{Args, MapSet, Setting, parse_hex};
use super::finish::finish;
use super::pcap::Capture;
use crate::api::Instance;
use crate::api::bpf::{dump, program, set_variable, update, update_pointer};
use crate::error::LoadError;
use crate::host::bpf::context::{Kind, Runs, run_on_memory, run_on_packet, run_on_record};
use crate::host::bpf::maps::BPF_ANY;
use crate::load::{Loader, Source, lift_bpf};
use crate::machine::{Cx, Result as Run, Trap};

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
    let capture = args.pcap.as_deref().map(capture).transpose()?;
    // Where the program is when it is stopped.
    let mut packet = None;
    let ended = instance.with_cx(|cx| {
        let _held = cx.process.bpf.hold();
        args.map_set.iter().try_for_each(|set| apply(cx, set))?;
        let program = program(cx, args.prog.as_deref())?;
        let job = Job { kind: Kind::of_section(&program.section), repeat: args.repeat };
        let done = Runs::of(cx, program.func, |cx, runs| match &capture {
            Some(capture) => job.on_packets(cx, runs, capture, &mut packet),
            None => Ok((job.on_memory(cx, runs, &memory)?, Packets::new())),
        })?;
        let maps = if args.map_dump { dump(cx)? } else { Vec::new() };
        Ok((job.kind, done, maps))
    });
    let stats = args.stats.then(|| instance.stats());
    let (kind, (counts, packets), maps) = match ended {
        Ok(done) => done,
        Err(outcome) => {
            if let Some(number) = packet {
                eprintln!("svm-lli: stopped at packet {number}");
            }
            return Ok(finish(args, instance.process(), &outcome, stats));
        }
    };
    if let (Some(path), Some(capture)) = (&args.out, &capture) {
        std::fs::write(path, capture.file_of(&packets)).map_err(|e| io(path, &e))?;
    }
    let kind = capture.is_some().then_some(kind);
    let print = if args.json { print::json } else { print::plain };
    if let Some(stats) = stats {
        eprint!("{stats}");
    }
    super::print(&print(kind, &counts, &maps))
}

fn capture(path: &Path) -> Result<Capture, LoadError> {
    let data = std::fs::read(path).map_err(|e| io(path, &e))?;
    Capture::parse(&data).map_err(|cause| LoadError::Invalid { file: path.display().to_string(), cause })
}

/// `--map-set`: what user space would put into a map or variable before the first run.
fn apply(cx: &Cx<'_>, set: &MapSet) -> Run<()> {
    let done = match &set.setting {
        Setting::Element(key, value) => update(cx, &set.map, key, value, BPF_ANY)?,
        Setting::Pointer(key, target) => update_pointer(cx, &set.map, key, target)?,
        Setting::Variable(name, value) => set_variable(cx, &set.map, name, value)?,
    };
    done.map_err(|errno| {
        let what = std::io::Error::from_raw_os_error(errno);
        Trap::Unsupported(format!("--map-set {}: {what}: do the sizes fit the map?", set.map).into())
    })
}

fn io(path: &Path, e: &std::io::Error) -> LoadError {
    LoadError::Io { file: path.display().to_string(), cause: e.to_string() }
}

/// `--mem`: hexadecimal digits, or a file.
fn memory(text: &str) -> Result<Vec<u8>, LoadError> {
    parse_hex(text).map_or_else(
        || {
            std::fs::read(text).map_err(|e| LoadError::Io {
                file: text.into(),
                cause: format!("{e} (--mem takes pairs of hexadecimal digits or a file)"),
            })
        },
        Ok,
    )
}

type Packets = Vec<([u8; 8], Vec<u8>)>;

/// What to run, and how often.
struct Job {
    kind: Kind,
    repeat: u64,
}

impl Job {
    /// One run on bytes of the kind that the program takes: memory, a record, or a packet.
    fn once(
        &self,
        cx: &mut Cx<'_>,
        runs: &mut Runs<'_>,
        bytes: &mut Vec<u8>,
        counts: &mut Counts,
    ) -> Run<u64> {
        let start = Instant::now();
        let r0 = match self.kind {
            Kind::Raw => run_on_memory(cx, runs, bytes)?,
            Kind::Trace(otherwise) => run_on_record(cx, runs, otherwise, bytes)?,
            kind => run_on_packet(cx, runs, kind, bytes)?,
        };
        counts.time += start.elapsed();
        counts.last = r0;
        counts.runs += 1;
        Ok(r0)
    }

    fn on_memory(&self, cx: &mut Cx<'_>, runs: &mut Runs<'_>, memory: &[u8]) -> Run<Counts> {
        let mut counts = Counts::default();
        for _ in 0..self.repeat {
            self.once(cx, runs, &mut memory.to_vec(), &mut counts)?;
        }
        Ok(counts)
    }

    /// Runs the program on every packet, whose number `at` tells; gives those that it lets pass, as it left them.
    fn on_packets(
        &self,
        cx: &mut Cx<'_>,
        runs: &mut Runs<'_>,
        capture: &Capture,
        at: &mut Option<usize>,
    ) -> Run<(Counts, Packets)> {
        let (mut counts, mut passed) = (Counts::default(), Packets::new());
        for round in 0..self.repeat {
            for (index, (time, bytes)) in capture.packets.iter().enumerate() {
                *at = Some(index + 1);
                let mut packet = bytes.clone();
                let verdict = self.once(cx, runs, &mut packet, &mut counts)?;
                *counts.verdicts.entry(verdict & 0xffff_ffff).or_default() += 1;
                let kept = kept(self.kind, verdict as u32);
                if round == 0 && kept > 0 {
                    packet.truncate(kept);
                    passed.push((*time, packet));
                }
            }
        }
        *at = None;
        Ok((counts, passed))
    }
}

/// How many bytes of a packet go on after that verdict.
fn kept(kind: Kind, verdict: u32) -> usize {
    let passes = match kind {
        // XDP_PASS, XDP_TX, XDP_REDIRECT
        Kind::Xdp => (2..=4).contains(&verdict),
        // all but TC_ACT_SHOT, TC_ACT_STOLEN, TC_ACT_QUEUED
        Kind::Skb => !matches!(verdict, 2 | 4 | 5),
        Kind::Socket => return verdict as usize,
        Kind::Cgroup | Kind::Raw | Kind::Trace(_) => verdict != 0,
    };
    if passes { usize::MAX } else { 0 }
}
