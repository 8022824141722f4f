//! `make bench` and `make bench-full`: programs side by side, natively, under `svm-lli` and under other engines. Prints
//! Markdown; a run of all programs writes it to docs/bench/, with a chart.
//!
//! Sizes are fixed. `make bench`: natively a hundred units, which take about half a second; elsewhere ten, in the slowest
//! engine one. `make bench-full` (`--full`): a thousand units, at least two seconds natively, wherever code is
//! compiled. A cell is the user time of a unit, compile time included, over the native time of a unit; the median
//! of the runs. Other arguments filter the programs by name.

mod chart;
mod engines;
mod programs;
mod start;
mod table;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use svm_tests::measure::{self, Cost};
use svm_tests::process::TempDir;
use svm_tests::toolchain::{self, Opt};
use svm_tests::{Check, paths};

use engines::{Built, Engine};
use programs::Bench;
use table::{Row, Table};

/// Seconds that one run may take.
const LIMIT: u64 = 120;
/// In `make bench` no cell is started after this time, so that all of it stays below 15 minutes.
const BUDGET: Duration = Duration::from_secs(13 * 60);

/// The two sizes of the whole.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// `make bench`
    Small,
    /// `make bench-full`
    Full,
}

impl Size {
    /// Units of the native run.
    fn units(self) -> u32 {
        match self {
            Size::Small => 100,
            Size::Full => 1000,
        }
    }

    /// Runs of each fast cell; the median counts.
    fn runs(self) -> usize {
        match self {
            Size::Small => 3,
            Size::Full => 5,
        }
    }

    /// The file's name in docs/bench/, without suffix.
    fn name(self) -> &'static str {
        match self {
            Size::Small => "interpreter",
            Size::Full => "peak",
        }
    }
}

fn main() {
    let (flags, filters): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let size = match flags.as_slice() {
        [] => Size::Small,
        [flag] if flag == "--full" => Size::Full,
        _ => {
            eprintln!("usage: bench [--full] [FILTER...]");
            std::process::exit(2);
        }
    };
    if let Err(message) = all(size, &filters) {
        eprintln!("bench: {message}");
        std::process::exit(1);
    }
}

fn all(size: Size, filters: &[String]) -> Check {
    let start = Instant::now();
    if !paths::svm_lli().exists() {
        return Err(format!("{} is not built (make build)", paths::svm_lli().display()));
    }
    let engines = engines::all(size)?;
    let mut rows = Vec::new();
    for bench in programs::all()? {
        if !filters.is_empty() && !filters.iter().any(|filter| bench.name.contains(filter)) {
            continue;
        }
        eprintln!("{} ({} s)", bench.name, start.elapsed().as_secs());
        rows.push(row(&bench, &engines, size, start)?);
    }
    let table = Table { engines: engines.iter().map(|e| e.name.clone()).collect(), rows, runs: size.runs() };
    let mut text = table.markdown();
    if filters.is_empty() {
        text += "\n";
        text += &start::times()?;
        let folder = paths::in_root("docs/bench");
        let write = |suffix: &str, text: &str| {
            let file = folder.join(format!("{}.{suffix}", size.name()));
            std::fs::write(&file, text).map_err(|e| format!("{}: {e}", file.display()))
        };
        write("svg", &chart::svg(&table))?;
        write("md", &format!("{}\n![chart]({}.svg)\n\n{text}", intro(size), size.name()))?;
    }
    println!("{text}");
    eprintln!("{} s in all", start.elapsed().as_secs());
    Ok(())
}

/// What a written table says of itself.
fn intro(size: Size) -> String {
    let (target, units) = match size {
        Size::Small => ("make bench", "natively 100 units of about 5 ms, elsewhere 10 or 1"),
        Size::Full => ("make bench-full", "1000 units, at least 2 s natively; 100 in the interpreter"),
    };
    format!(
        "# `{target}`\n\nUser time over native `clang-22 -O3`, compile time included, all checks on; {units}. \
         Written by `{target}`, on a shared machine with {} cores.\n",
        std::thread::available_parallelism().map_or(1, |n| n.get())
    )
}

fn row(bench: &Bench, engines: &[Engine], size: Size, start: Instant) -> Check<Row> {
    let dir = TempDir::new()?;
    let dir = dir.path();
    let native = toolchain::native(&bench.unit, Opt::O3)?;
    let built = Built::of(bench)?;
    let run = |units: u32| -> Check<Cost> {
        measure::run(Command::new(&native).args((bench.args)(units, dir)?), dir, LIMIT)
    };
    let unit = median(size.runs(), || run(size.units()))?.user.as_secs_f64() / f64::from(size.units());
    let cells = engines.iter().map(|engine| {
        if size == Size::Small && start.elapsed() > BUDGET {
            return Err("no time left".into());
        }
        cell(bench, &built, engine, dir, &run(engine.units)?.stdout).map(|seconds| seconds / unit)
    });
    Ok(Row { name: bench.name.clone(), native: unit, cells: cells.collect() })
}

/// Seconds of user time of a unit.
fn cell(bench: &Bench, built: &Built, engine: &Engine, dir: &Path, expected: &[u8]) -> Check<f64> {
    let args = (bench.args)(engine.units, dir)?;
    let cost = median(engine.runs, || measure::run((engine.command)(built)?.args(&args), dir, engine.limit))?;
    if cost.stdout != expected {
        return Err("wrong output".into());
    }
    Ok(cost.user.as_secs_f64() / f64::from(engine.units))
}

/// The run whose user time is in the middle.
fn median(runs: usize, run: impl Fn() -> Check<Cost>) -> Check<Cost> {
    let mut costs = Vec::new();
    for _ in 0..runs {
        costs.push(run()?);
    }
    costs.sort_by_key(|cost| cost.user);
    Ok(costs.swap_remove(runs / 2))
}
