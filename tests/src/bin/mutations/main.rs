//! Mutated real programs: an index, a size or a bound is shifted by a little, by a seeded draw. What AddressSanitizer finds
//! in the mutated program, `svm-lli` must find on every tier; in the programs as they are nothing is found.
//!
//! usage: mutations [COUNT [SEED]]      (default: 200 mutations, seed 1)

mod build;
mod sites;

use std::collections::BTreeMap;
use std::path::PathBuf;

use rayon::prelude::*;

use svm_tests::Check;
use svm_tests::process::{self, End, Outcome, Run, TempDir};
use svm_tests::programs::{self, Program, Workload};
use svm_tests::tier::{self, Tier};

use build::{Built, Parts};
use sites::Site;

/// The programs and the run that each makes. SQLite compiles slowly, and so comes once in so many.
const RUNS: [(&str, &str); 13] = [
    ("lua54", "tables"),
    ("bzip2", "compress"),
    ("ubpf", "vectors"),
    ("minigzip", "level-9"),
    ("lua51", "strings"),
    ("bzip2", "decompress"),
    ("xxhsum", "64"),
    ("minigzip", "self-test"),
    ("wasm3", "wasi"),
    ("lua54", "algorithms"),
    ("ubpf", "vectors"),
    ("sqlite", "basic-memory"),
    ("xxhsum", "check"),
];

/// Seconds for a run under AddressSanitizer; one that takes longer has been mutated into an endless loop.
const NATIVE_SECONDS: u64 = 10;
/// Seconds for a run under `svm-lli`.
const SECONDS: u64 = 240;
/// Exit status of a program that AddressSanitizer stops.
const ASAN_STATUS: i32 = 86;
/// Exit statuses of `svm-lli`: a fault of the guest, a limit reached.
const FAULT: i32 = 99;
const LIMIT: i32 = 97;

fn main() {
    let mut numbers = std::env::args().skip(1).map(|word| word.parse::<u64>());
    let (Ok(count), Ok(seed)) = (numbers.next().unwrap_or(Ok(200)), numbers.next().unwrap_or(Ok(1))) else {
        eprintln!("usage: mutations [COUNT [SEED]]");
        std::process::exit(2);
    };
    match all(count, seed) {
        Ok(true) => {}
        Ok(false) => std::process::exit(1),
        Err(message) => {
            eprintln!("mutations: {message}");
            std::process::exit(2);
        }
    }
}

/// A program ready to be mutated and run.
struct Subject {
    parts: Parts,
    workload: Workload,
    stdin: Vec<u8>,
    /// Each place that can be changed: the source's number and the place.
    sites: Vec<(usize, Site)>,
    texts: Vec<String>,
}

fn all(count: u64, seed: u64) -> Check<bool> {
    let subjects: Vec<Subject> = RUNS.iter().map(|(name, run)| subject(name, run)).collect::<Check<_>>()?;
    let silent: Vec<Check> = subjects.par_iter().map(as_it_is).collect();
    let mut good = true;
    for failure in silent.into_iter().filter_map(Result::err) {
        println!("{failure}");
        good = false;
    }
    let results: Vec<Check<(String, Verdict)>> = (0..count)
        .into_par_iter()
        .map(|number| {
            mutation(
                &subjects[number as usize % subjects.len()],
                seed.wrapping_mul(1_000_003).wrapping_add(number),
            )
        })
        .collect();
    Ok(tell(results)? && good)
}

fn subject(name: &str, run: &str) -> Check<Subject> {
    let program: Program = programs::all()
        .into_iter()
        .find(|program| program.name == name)
        .ok_or(format!("no program {name}"))?;
    let parts = Parts::new(&program)?;
    let found = program.workloads.into_iter().find(|workload| workload.name == run);
    let workload = found.ok_or(format!("{name} has no run {run}"))?.resolve()?;
    let read = |path: &PathBuf| std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()));
    let stdin = workload.stdin.as_ref().map_or(Ok(Vec::new()), read)?;
    let texts: Vec<String> = parts
        .sources()
        .iter()
        .map(|path| read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
        .collect::<Check<_>>()?;
    let sites = texts
        .iter()
        .enumerate()
        .flat_map(|(part, text)| sites::sites(text).into_iter().map(move |site| (part, site)))
        .collect();
    Ok(Subject { parts, workload, stdin, sites, texts })
}

impl Subject {
    fn run(&self, program: PathBuf, seconds: u64) -> Run<'_> {
        let (args, inputs) = (self.workload.args.clone(), self.workload.inputs.clone());
        Run { program, args, stdin: &self.stdin, inputs, seconds, ..Run::default() }
    }

    fn under_asan(&self, built: &Built) -> Check<Outcome> {
        let options = format!(
            "exitcode={ASAN_STATUS}:detect_leaks=0:allocator_may_return_null=1:detect_stack_use_after_return=1:\
             malloc_fill_byte=0:max_malloc_fill_size=1073741824:symbolize=0"
        );
        let mut run = self.run(built.native.clone(), NATIVE_SECONDS);
        run.env.push(("ASAN_OPTIONS".into(), options));
        process::run(&run)
    }

    fn under_svm(&self, built: &Built, tier: &Tier) -> Check<Outcome> {
        process::run(&self.run(built.module.clone(), SECONDS).under_svm(tier))
    }
}

/// Runs the program unchanged: nothing may be found, by neither.
fn as_it_is(subject: &Subject) -> Check {
    let folder = TempDir::new()?;
    let built = subject.parts.build(None, folder.path())?;
    let name = subject.parts.name;
    if let Some(found) = found_by_asan(&subject.under_asan(&built)?) {
        return Err(format!("{name}, not mutated: AddressSanitizer finds {found}"));
    }
    for tier in tier::ALL {
        let outcome = subject.under_svm(&built, tier)?;
        if matches!(outcome.end, End::Exit(FAULT | LIMIT) | End::Timeout) {
            let said = process::tail(&outcome.stderr);
            return Err(format!("{name}, not mutated, {}: {:?}\n{said}", tier.name, outcome.end));
        }
    }
    Ok(())
}

/// What came of one mutation.
enum Verdict {
    /// AddressSanitizer finds nothing; whether `svm-lli` does.
    Silent { fault: bool },
    /// It never ends.
    Endless,
    /// Both find something: the kind that AddressSanitizer names.
    Both(String),
    /// Only AddressSanitizer does: what, and what `svm-lli` did.
    Missed(String),
}

/// The first draw of a seed that compiles, and what comes of it.
fn mutation(subject: &Subject, seed: u64) -> Check<(String, Verdict)> {
    const DRAWS: usize = 50;
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..DRAWS {
        let (part, site) = &subject.sites[random.usize(..subject.sites.len())];
        let text = &subject.texts[*part];
        let changed = sites::apply(text, site, random.u64(..));
        let folder = TempDir::new()?;
        let Ok(built) = subject.parts.build(Some((*part, &changed)), folder.path()) else { continue };
        let line = text[..site.range.start].matches('\n').count() + 1;
        let file = subject.parts.sources()[*part].file_name().unwrap_or_default().display();
        let shown = changed.lines().nth(line - 1).unwrap_or_default().trim();
        let name = format!("{} {} {file}:{line}: {shown}", subject.parts.name, subject.workload.name);
        return Ok((name, judge(subject, &built)?));
    }
    Err(format!("{}: none of {DRAWS} draws of seed {seed} compiles", subject.parts.name))
}

fn judge(subject: &Subject, built: &Built) -> Check<Verdict> {
    let native = subject.under_asan(built)?;
    if native.end == End::Timeout {
        return Ok(Verdict::Endless);
    }
    let Some(found) = found_by_asan(&native) else {
        let fault = subject.under_svm(built, &tier::INTERP)?.end == End::Exit(FAULT);
        return Ok(Verdict::Silent { fault });
    };
    for tier in tier::ALL {
        let ours = subject.under_svm(built, tier)?;
        let finds = match ours.end {
            End::Exit(FAULT) => true,
            End::Exit(LIMIT) => found == "stack-overflow",
            _ => false,
        };
        if !finds {
            let said = process::tail(&ours.stderr);
            return Ok(Verdict::Missed(format!(
                "AddressSanitizer finds {found}; svm-lli on {} ends with {:?}\n{said}",
                tier.name, ours.end
            )));
        }
    }
    Ok(Verdict::Both(found))
}

/// The kind of error that stopped the program, if one did.
fn found_by_asan(outcome: &Outcome) -> Option<String> {
    let text = String::from_utf8_lossy(&outcome.stderr);
    let (_, rest) = text.split_once("ERROR: AddressSanitizer: ")?;
    (outcome.end == End::Exit(ASAN_STATUS))
        .then(|| rest.split_whitespace().next().unwrap_or_default().to_owned())
}

/// Prints what was missed, and the totals; false if something was.
fn tell(results: Vec<Check<(String, Verdict)>>) -> Check<bool> {
    let (mut missed, mut endless, mut silent, mut ours_alone) = (0, 0, 0, 0);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for result in results {
        let (name, verdict) = result?;
        match verdict {
            Verdict::Endless => endless += 1,
            Verdict::Silent { fault: true } => ours_alone += 1,
            Verdict::Silent { fault: false } => silent += 1,
            Verdict::Both(kind) => *kinds.entry(kind).or_default() += 1,
            Verdict::Missed(why) => {
                println!("--- missed: {name}\n{why}");
                missed += 1;
            }
        }
    }
    let both: usize = kinds.values().sum();
    let list: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    println!(
        "mutations: {both} found by both ({}), {ours_alone} by svm-lli alone, {missed} missed, {silent} without an error, \
         {endless} endless",
        list.join(", ")
    );
    Ok(missed == 0)
}
