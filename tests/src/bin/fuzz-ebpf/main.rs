//! `make fuzz` without a fuzzer: the same targets on mutated seeds, with no coverage to guide them. Arguments: seconds,
//! then targets (all of them). An input that makes a target panic is written to `.cache/fuzz/` and ends the run;
//! `--replay FILE...` runs inputs again.

mod targets;

use std::panic::catch_unwind;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use svm_lifters::ebpf::asm;
use svm_tests::{Check, paths};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((first, files)) if first == "--replay" => replay(files),
        Some((seconds, names)) => {
            seconds.parse().map_err(|e| format!("{seconds}: {e}")).and_then(|s| fuzz(s, names))
        }
        None => Err("usage: fuzz-ebpf SECONDS [TARGET...] | --replay FILE...".into()),
    };
    if let Err(message) = done {
        eprintln!("fuzz-ebpf: {message}");
        std::process::exit(1);
    }
}

/// Runs inputs through all targets.
fn replay(files: &[String]) -> Check {
    for file in files {
        let bytes = std::fs::read(file).map_err(|e| format!("{file}: {e}"))?;
        for (name, target) in targets::ALL {
            eprintln!("{file}: {name}");
            target(&bytes);
        }
    }
    Ok(())
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() >> 16) as usize % n.max(1)
    }
}

/// Our vectors as bytecode, and the objects that the lifter's tests compile.
fn seeds() -> Check<Vec<Vec<u8>>> {
    let mut seeds = vec![vec![0; 384]];
    let folder = paths::in_root("tests/ebpf/vectors");
    let entries = std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        let text = text.split_once("-- asm\n").map_or("", |(_, rest)| rest);
        seeds.extend(asm::assemble(text.split("\n--").next().unwrap_or("")));
    }
    for object in std::fs::read_dir(paths::cache().join("fuzz/seeds")).into_iter().flatten().flatten() {
        seeds.extend(std::fs::read(object.path()));
    }
    Ok(seeds)
}

/// Some bytes changed, moved, taken away, or taken from another seed.
fn mutate(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len());
        match random.below(6) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
            1 if !bytes.is_empty() => bytes[at] = random.next() as u8,
            2 => bytes.truncate(at),
            3 => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len() / 8 + 1) * 8;
                let len = (random.below(8) * 8).min(other.len().saturating_sub(from));
                let at = at / 8 * 8;
                bytes.splice(at..at, other[from..from + len].iter().copied());
            }
            4 if bytes.len() >= 8 => {
                let word = random.next().to_le_bytes();
                let at = at.min(bytes.len() - 8);
                bytes[at..at + 8].copy_from_slice(&word);
            }
            _ => bytes.extend(random.next().to_le_bytes()),
        }
    }
    bytes.truncate(1 << 16);
    bytes
}

fn fuzz(seconds: u64, names: &[String]) -> Check {
    let seeds = seeds()?;
    let chosen: Vec<_> =
        targets::ALL.iter().filter(|(name, _)| names.is_empty() || names.iter().any(|n| n == name)).collect();
    if chosen.is_empty() {
        let all: Vec<_> = targets::ALL.iter().map(|(name, _)| *name).collect();
        return Err(format!("no such target; there are {}", all.join(", ")));
    }
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ u64::from(std::process::id()) << 32);
    let mut runs = 0u64;
    while Instant::now() < end {
        let bytes = mutate(&mut random, &seeds);
        let (name, target) = chosen[runs as usize % chosen.len()];
        if catch_unwind(|| target(&bytes)).is_err() {
            let folder = paths::cache().join("fuzz");
            let path = folder.join(format!("{name}-{:016x}", random.next()));
            std::fs::create_dir_all(&folder)
                .and_then(|()| std::fs::write(&path, &bytes))
                .map_err(|e| format!("{}: {e}", path.display()))?;
            return Err(format!("{name} failed after {runs} runs; the input is {}", path.display()));
        }
        runs += 1;
    }
    println!("fuzz-ebpf: {runs} runs in {seconds} s, nothing found");
    Ok(())
}
