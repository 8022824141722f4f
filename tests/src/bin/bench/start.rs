//! How long it takes until the first line of output is there.

use std::path::Path;
use std::process::Command;

use svm_tests::measure;
use svm_tests::process::TempDir;
use svm_tests::programs;
use svm_tests::toolchain::{self, Opt, Unit, llvm};
use svm_tests::{Check, paths};

use super::LIMIT;

/// A table of start times, as Markdown.
pub fn times() -> Check<String> {
    let dir = TempDir::new()?;
    let dir = dir.path();
    let hello = paths::in_root("examples/hello.c");
    let hello = toolchain::bitcode(&Unit::single("hello", &hello, &[]), Opt::O2)?;
    let sqlite = toolchain::bitcode(&programs::sqlite_unit(), Opt::O2)?;
    let query = dir.join("first.sql");
    std::fs::write(&query, "SELECT 1;\n").map_err(|e| e.to_string())?;
    let with = |mut command: Command, args: &[&Path]| {
        command.args(args);
        command
    };
    let svm = || Command::new(paths::svm_lli());
    let memory = Path::new(":memory:");
    let verify = [Path::new("-passes=verify"), Path::new("-disable-output"), sqlite.as_path()];
    let lines = [
        line("hello world, svm-lli", dir, 21, &|| with(svm(), &[&hello])),
        line("hello world, lli-22", dir, 21, &|| with(llvm("lli"), &[&hello])),
        line("SQLite's first query, svm-lli", dir, 5, &|| with(svm(), &[&sqlite, memory, &query])),
        line("SQLite's module, opt-22 -passes=verify", dir, 5, &|| with(llvm("opt"), &verify)),
    ];
    Ok(format!("| start | wall, ms | memory, MB |\n|---|---|---|\n{}", lines.concat()))
}

/// The median of some runs.
fn line(what: &str, dir: &Path, times: usize, command: &dyn Fn() -> Command) -> String {
    let costs: Check<Vec<_>> = (0..times).map(|_| measure::run(&mut command(), dir, LIMIT)).collect();
    match costs {
        Ok(mut costs) => {
            costs.sort_by_key(|cost| cost.wall);
            let wall = costs[times / 2].wall.as_secs_f64() * 1e3;
            let memory = most_memory(&command(), dir).map_or_else(|why| why, |mib| format!("{mib:.1}"));
            format!("| {what} | {wall:.1} | {memory} |\n")
        }
        Err(why) => format!("| {what} | {why} | |\n"),
    }
}

/// The most memory that a run holds, in MiB. GNU time starts it: what the kernel tells of a child counts the process that
/// it was forked from, which is larger here than what is measured.
fn most_memory(command: &Command, dir: &Path) -> Check<f64> {
    let report = dir.join("memory");
    let mut time = Command::new("time");
    time.args(["-f", "%M", "-o"]).arg(&report).arg(command.get_program()).args(command.get_args());
    measure::run(&mut time, dir, LIMIT)?;
    let text = std::fs::read_to_string(&report).map_err(|e| e.to_string())?;
    Ok(text.trim().parse::<f64>().map_err(|e| e.to_string())? / 1024.0)
}
