//! tests/ebpf/fault: BPF programs with one error each, which must be found at its C line and its instruction, for each
//! version of the instruction set and in each tier. The full report is a golden one for one version: instruction numbers
//! differ between them.

use std::process::Stdio;

use svm_tests::case::{self, Case};
use svm_tests::tier::{self, Tier};
use svm_tests::toolchain::{BPF_CPUS, Opt};
use svm_tests::{Check, golden, paths};

use crate::Test;
use crate::cli::lli::lli_in;
use crate::ebpf_programs::object;

/// The version whose reports are kept.
const GOLDEN: &str = "v3";

/// One test for each case, version and tier.
pub fn collect(tests: &mut Vec<Test>) {
    for (name, path) in paths::c_files(&paths::in_root("tests/ebpf/fault")) {
        let parsed = case::parse(&name, &path);
        for cpu in BPF_CPUS {
            for tier in tiers(cpu) {
                let parsed = parsed.clone();
                let name = tier.test_name(&format!("ebpf/fault/{name}@{cpu}"));
                tests.push((name, Box::new(move || check(&parsed?, cpu, tier))));
            }
        }
    }
}

/// One version runs everywhere; what differs between versions is the code, not how it is executed.
fn tiers(cpu: &str) -> impl Iterator<Item = &'static Tier> {
    let all = cpu == GOLDEN;
    tier::CASES.iter().filter(move |tier| all || **tier == tier::INTERP || **tier == tier::JIT)
}

fn check(case: &Case, cpu: &str, tier: &Tier) -> Check {
    let expect = case.expect.as_deref().ok_or("no `// expect:` line")?;
    let [bad] = case.bad_lines[..] else { return Err("not one line is marked `// BAD`".into()) };
    let object = object("fault", &case.name, cpu)?;
    let flags = tier.flags.iter().map(|f| (*f).to_owned()).chain(case.options.iter().cloned());
    let words = flags.map(Into::into).chain([object.into_os_string()]);
    let ran = lli_in(Some(paths::root()), Stdio::null(), words)?;
    ran.says(case.status, &[])?;
    let report = &ran.stderr;
    let headline = report.lines().next().unwrap_or_default();
    if !expect.split(" | ").any(|kind| headline.contains(&format!(": {kind}: "))) {
        return Err(format!("the report's headline does not say `{expect}`\n{report}"));
    }
    let innermost = report.split_once("    #0 ").map_or("", |(_, stack)| stack.lines().next().unwrap_or(""));
    for place in [format!("{}.c:{bad}", case.name), "(section ".into(), ", instruction ".into()] {
        if !innermost.contains(&place) {
            return Err(format!("the innermost frame does not say `{place}`\n{report}"));
        }
    }
    if cpu == GOLDEN { golden::check(case, Opt::O0, &without_depth(report)) } else { Ok(()) }
}

/// How deep a recursion gets is the tier's affair: its frames have their own size.
fn without_depth(report: &str) -> String {
    let line = |line: &str| {
        let deep = line.trim_start().starts_with("... and ") && line.ends_with(" more");
        if deep { "    ... and more\n".into() } else { format!("{line}\n") }
    };
    report.lines().map(line).collect()
}
