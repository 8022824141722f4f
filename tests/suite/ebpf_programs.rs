//! tests/ebpf/programs: BPF programs as users write them, compiled for each version of the instruction set and run in each
//! tier on captures that are made here; verdicts, packets and maps must be what the program's purpose demands.

mod filters;
mod forwarding;
mod others;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use svm_tests::process::TempDir;
use svm_tests::tier::{self, Tier};
use svm_tests::toolchain::{self, BPF_CPUS, Unit};
use svm_tests::{Check, packets, paths};

use crate::Test;
use crate::cli::lli::lli_in;

/// What is checked of one program.
type Case = (&'static str, fn(&Program) -> Check);

/// One test for each check, version of the instruction set and tier.
pub fn collect(tests: &mut Vec<Test>) {
    for (program, check) in [filters::CASES, forwarding::CASES, others::CASES].concat() {
        for cpu in BPF_CPUS {
            for tier in tier::CASES {
                let name = tier.test_name(&format!("ebpf/programs/{program}@{cpu}"));
                let run = move || check(&Program { object: object("programs", program, cpu)?, tier });
                tests.push((name, Box::new(run)));
            }
        }
    }
}

/// The object of tests/ebpf/FOLDER/NAME.c.
pub fn object(folder: &str, name: &str, cpu: &str) -> Check<PathBuf> {
    let unit = Unit {
        name: format!("bpf-{}-{cpu}", name.replace('/', "-")),
        sources: vec![paths::in_root(&format!("tests/ebpf/{folder}/{name}.c"))],
        includes: vec![paths::in_root("tests/ebpf/include")],
        flags: vec!["-Wall".into(), "-Werror".into()],
        libs: Vec::new(),
    };
    toolchain::bpf(&unit, cpu)
}

/// A compiled program and how to run it.
pub struct Program {
    object: PathBuf,
    tier: &'static Tier,
}

/// What a run printed and wrote.
pub struct Ran {
    json: Value,
    /// The frames that passed.
    pub passed: Vec<Vec<u8>>,
}

impl Program {
    /// Runs it on frames.
    pub fn on_frames(&self, flags: &[&str], frames: &[Vec<u8>]) -> Check<Ran> {
        let dir = TempDir::new()?;
        let path = |name: &str| dir.path().join(name);
        std::fs::write(path("in.pcap"), packets::pcap(frames)).map_err(|e| e.to_string())?;
        let files = ["--pcap", "in.pcap", "--out", "out.pcap"];
        let mut ran = self.run(dir.path(), &[&files, flags].concat())?;
        ran.passed = packets::frames(&std::fs::read(path("out.pcap")).map_err(|e| e.to_string())?)?;
        Ok(ran)
    }

    /// Runs it on memory, in hexadecimal digits.
    pub fn on_memory(&self, flags: &[&str], memory: &str) -> Check<Ran> {
        let dir = TempDir::new()?;
        self.run(dir.path(), &[flags, &["--mem", memory]].concat())
    }

    fn run(&self, folder: &Path, flags: &[&str]) -> Check<Ran> {
        let fixed = ["--json", "--map-dump"];
        let words = self.tier.flags.iter().chain(&fixed).chain(flags).map(|w| w.into());
        let ran = lli_in(Some(folder), Stdio::null(), words.chain([self.object.clone().into_os_string()]))?;
        if ran.status != 0 {
            return Err(format!("ended with status {}\n{}", ran.status, ran.stderr));
        }
        let json = serde_json::from_str(&ran.stdout).map_err(|e| format!("{e}: {}", ran.stdout))?;
        Ok(Ran { json, passed: Vec::new() })
    }
}

impl Ran {
    /// r0 of the last run.
    pub fn r0(&self) -> u64 {
        self.json["r0"].as_u64().unwrap_or(u64::MAX)
    }

    /// The verdicts are these and no others.
    pub fn verdicts(&self, expected: &[(&str, u64)]) -> Check<&Ran> {
        let expected: Value =
            expected.iter().map(|(name, n)| ((*name).to_owned(), Value::from(*n))).collect();
        self.same("the verdicts", &self.json["verdicts"], &expected)
    }

    fn same(&self, what: &str, ours: &Value, expected: &Value) -> Check<&Ran> {
        if ours == expected { Ok(self) } else { Err(format!("{what} are {ours}, expected {expected}")) }
    }

    /// The elements of a map, as key and value (or values) in hexadecimal digits.
    pub fn map(&self, name: &str) -> Check<&Value> {
        let maps = self.json["maps"].as_array().ok_or("no maps")?;
        let map = maps.iter().find(|m| m["name"] == name);
        map.map(|m| &m["elements"]).ok_or_else(|| format!("no map {name}: {maps:?}"))
    }

    /// The map holds exactly these elements.
    pub fn holds(&self, name: &str, expected: &[(&str, &str)]) -> Check<&Ran> {
        let expected: Value = expected.iter().map(|(k, v)| Value::from(vec![*k, *v])).collect();
        self.same(name, self.map(name)?, &expected)
    }

    /// The values of one element.
    pub fn values(&self, map: &str, key: &str) -> Check<Vec<String>> {
        let elements = self.map(map)?;
        let found = elements.as_array().and_then(|all| all.iter().find(|e| e[0] == key));
        let value = &found.ok_or_else(|| format!("map {map} has no key {key}: {elements}"))?[1];
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        Ok(value.as_array().map_or_else(|| vec![text(value)], |all| all.iter().map(text).collect()))
    }

    /// A variable or element that is one little-endian number.
    pub fn number(&self, map: &str, key: &str) -> Check<u64> {
        number(&self.values(map, key)?.concat())
    }
}

/// Little-endian hexadecimal digits as a number.
pub fn number(hex: &str) -> Check<u64> {
    let swapped: Vec<&str> = (0..hex.len() / 2).rev().map(|i| &hex[i * 2..i * 2 + 2]).collect();
    u64::from_str_radix(&swapped.concat(), 16).map_err(|e| format!("{hex}: {e}"))
}

/// Two values that must be equal.
pub fn equal<T: PartialEq + std::fmt::Debug>(what: &str, ours: T, expected: T) -> Check {
    if ours == expected { Ok(()) } else { Err(format!("{what}: {ours:?}, expected {expected:?}")) }
}
