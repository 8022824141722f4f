//! `make bench`: programs side by side, natively, under `svm-lli` and under other engines. Prints Markdown.
//!
//! Sizes are fixed: natively a hundred units, which take about half a second; elsewhere ten, in the slowest engine one. A
//! cell is the user time of a unit, the median of the runs, over the native time of a unit. Arguments filter the
//! programs by name.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use svm_tests::measure::{self, Cost};
use svm_tests::process::{TempDir, tool};
use svm_tests::programs::{self, files};
use svm_tests::toolchain::{self, Opt, Unit, cached, llvm};
use svm_tests::{Check, paths};

/// Runs of each fast cell; the median counts.
const RUNS: usize = 3;
/// Seconds that one run may take.
const LIMIT: u64 = 60;
/// Seconds for `lli -force-interpreter`, which is some hundred times slower than native.
const LLI_LIMIT: u64 = 15;
/// After this time no further slow cell is started, so that all of it stays below 15 minutes.
const BUDGET: Duration = Duration::from_secs(13 * 60);
/// Units of the native run.
const NATIVE_UNITS: u32 = 100;
/// Units of the other runs.
const UNITS: u32 = 10;
/// Units of `lli -force-interpreter`.
const LLI_UNITS: u32 = 1;

/// A benchmark and how its engines run it.
struct Bench {
    name: String,
    unit: Unit,
    /// Has it a version for WebAssembly?
    wasm: bool,
    /// Its arguments for a number of units; the folder is for files that it needs.
    args: Arguments,
}

type Arguments = Box<dyn Fn(u32, &Path) -> Check<Vec<String>>>;

/// A row: time of a unit, natively in seconds, elsewhere as a ratio or why there is none.
struct Row {
    name: String,
    native: f64,
    cells: Vec<Check<f64>>,
}

const ENGINES: [&str; 4] = ["svm-lli", "wasmi", "wasm3", "lli-22 interpreter"];

fn main() {
    let filters: Vec<String> = std::env::args().skip(1).collect();
    match all(&filters) {
        Ok(()) => {}
        Err(message) => {
            eprintln!("bench: {message}");
            std::process::exit(1);
        }
    }
}

fn all(filters: &[String]) -> Check {
    let start = Instant::now();
    let tools = Tools::prepare()?;
    let mut rows = Vec::new();
    for bench in benches()? {
        if !filters.is_empty() && !filters.iter().any(|filter| bench.name.contains(filter)) {
            continue;
        }
        eprintln!("{} ({} s)", bench.name, start.elapsed().as_secs());
        rows.push(row(&bench, &tools, start)?);
    }
    print_table(&rows);
    if filters.is_empty() {
        start_times()?;
    }
    eprintln!("{} s in all", start.elapsed().as_secs());
    Ok(())
}

/// The other engines, built or found.
struct Tools {
    wasmi: Check<PathBuf>,
    wasm3: Check<PathBuf>,
}

impl Tools {
    fn prepare() -> Check<Tools> {
        if !paths::svm_lli().exists() {
            return Err(format!("{} is not built (make build)", paths::svm_lli().display()));
        }
        let target = paths::cache().join("tools/wasmi");
        let wasmi = tool(
            Command::new("cargo")
                .args(["build", "-q", "--release", "--locked", "--manifest-path"])
                .arg(paths::in_root("tests/bench/wasmi/Cargo.toml"))
                .env("CARGO_TARGET_DIR", &target),
        )
        .map(|_| target.join("release/run-in-wasmi"));
        let wasm3 =
            programs::fetch("wasm3").and_then(|()| toolchain::native(&programs::wasm3_unit(), Opt::O3));
        for failed in [wasmi.as_ref().err(), wasm3.as_ref().err()].into_iter().flatten() {
            eprintln!("bench: left out: {failed}");
        }
        Ok(Tools { wasmi, wasm3 })
    }
}

fn benches() -> Check<Vec<Bench>> {
    let mut list: Vec<Bench> = files(&paths::in_root("tests/bench"), ".c")
        .into_iter()
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let unit = Unit::single(&name, &path, &[]);
            Bench { name, unit, wasm: true, args: Box::new(|units, _| Ok(vec![units.to_string()])) }
        })
        .collect();
    programs::fetch("lua")?;
    programs::fetch("sqlite")?;
    list.push(Bench {
        name: "Lua 5.4".into(),
        unit: programs::lua54(),
        wasm: false,
        args: Box::new(|units, _| {
            let script = paths::in_root("tests/bench/script.lua");
            Ok(vec![script.display().to_string(), units.to_string()])
        }),
    });
    list.push(Bench {
        name: "SQLite".into(),
        unit: programs::sqlite_unit(),
        wasm: false,
        args: Box::new(|units, dir| {
            let say = |e: std::io::Error| e.to_string();
            let text = std::fs::read_to_string(paths::in_root("tests/bench/queries.sql")).map_err(say)?;
            let file = dir.join(format!("{units}.sql"));
            std::fs::write(&file, text.replace('@', &units.to_string())).map_err(say)?;
            Ok(vec![":memory:".into(), file.display().to_string()])
        }),
    });
    Ok(list)
}

fn row(bench: &Bench, tools: &Tools, start: Instant) -> Check<Row> {
    let dir = TempDir::new()?;
    let dir = dir.path();
    let native = toolchain::native(&bench.unit, Opt::O3)?;
    let module = toolchain::bitcode(&bench.unit, Opt::O3)?;
    let full = median(RUNS, || {
        measure::run(Command::new(&native).args((bench.args)(NATIVE_UNITS, dir)?), dir, LIMIT)
    })?;
    let unit = full.user.as_secs_f64() / f64::from(NATIVE_UNITS);
    let cell = |runs: usize, units: u32, limit: u64, command: &dyn Fn() -> Check<Command>| -> Check<f64> {
        if start.elapsed() > BUDGET {
            return Err("no time left".into());
        }
        let args = (bench.args)(units, dir)?;
        let expected = measure::run(Command::new(&native).args(&args), dir, LIMIT)?.stdout;
        let cost = median(runs, || measure::run(command()?.args(&args), dir, limit))?;
        if cost.stdout != expected {
            return Err("wrong output".into());
        }
        Ok(cost.user.as_secs_f64() / f64::from(units) / unit)
    };
    let with = |engine: PathBuf, file: &Path| {
        let mut command = Command::new(engine);
        command.arg(file);
        Ok(command)
    };
    let wasm = if bench.wasm { wasi(&bench.unit) } else { Err("–".into()) };
    let in_wasm = |engine: &Check<PathBuf>| {
        let (engine, file) = (engine.clone()?, wasm.clone()?);
        cell(RUNS, UNITS, LIMIT, &|| with(engine.clone(), &file))
    };
    let cells = vec![
        cell(RUNS, UNITS, LIMIT, &|| with(paths::svm_lli(), &module)),
        in_wasm(&tools.wasmi),
        in_wasm(&tools.wasm3),
        cell(1, LLI_UNITS, LLI_LIMIT, &|| {
            let mut command = llvm("lli");
            command.arg("-force-interpreter").arg(&module);
            Ok(command)
        }),
    ];
    Ok(Row { name: bench.name.clone(), native: unit, cells })
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

/// The same program for WASI, in the first version of the instruction set, which every engine knows.
fn wasi(unit: &Unit) -> Check<PathBuf> {
    cached(unit, "wasi", |out| {
        let mut clang = toolchain::clang();
        clang.args(["--target=wasm32-wasi", "-mcpu=mvp", "-O3", "-w", "-o"]).arg(out);
        // The target's older name, under which Debian has wasi-libc.
        tool(clang.args(&unit.flags).args(&unit.sources).args(&unit.libs)).map(drop)
    })
}

fn print_table(rows: &[Row]) {
    println!("| program | native -O3, ms a unit | {} |", ENGINES.join(" | "));
    println!("|---|---|{}", "---|".repeat(ENGINES.len()));
    for row in rows {
        let cells: Vec<String> = row.cells.iter().map(show).collect();
        println!("| {} | {:.1} | {} |", row.name, row.native * 1e3, cells.join(" | "));
    }
    let means: Vec<String> = (0..ENGINES.len()).map(|engine| mean(rows, engine)).collect();
    println!("| **geometric mean** | | {} |", means.join(" | "));
    println!("\nUser time of one unit over the native time of one unit; median of {RUNS} runs.\n");
}

fn show(cell: &Check<f64>) -> String {
    match cell {
        Ok(ratio) => format!("{ratio:.1}"),
        Err(why) => why.lines().next().unwrap_or_default().chars().take(24).collect(),
    }
}

fn mean(rows: &[Row], engine: usize) -> String {
    let logs: Vec<f64> =
        rows.iter().filter_map(|row| row.cells[engine].as_ref().ok()).map(|r| r.ln()).collect();
    match logs.len() {
        0 => "–".into(),
        n if n == rows.len() => format!("**{:.1}**", (logs.iter().sum::<f64>() / n as f64).exp()),
        n => format!("**{:.1}** (of {n})", (logs.iter().sum::<f64>() / n as f64).exp()),
    }
}

/// How long it takes until the first line of output is there.
fn start_times() -> Check {
    let dir = TempDir::new()?;
    let dir = dir.path();
    let hello = paths::in_root("examples/hello.c");
    let hello = toolchain::bitcode(&Unit::single("hello", &hello, &[]), Opt::O2)?;
    let sqlite = toolchain::bitcode(&programs::sqlite_unit(), Opt::O2)?;
    let query = dir.join("first.sql");
    std::fs::write(&query, "SELECT 1;\n").map_err(|e| e.to_string())?;
    let run = |command: &dyn Fn() -> Command, times: usize| -> String {
        let mut costs = Vec::new();
        for _ in 0..times {
            match measure::run(&mut command(), dir, LIMIT) {
                Ok(cost) => costs.push(cost),
                Err(why) => return format!("{why} | "),
            }
        }
        costs.sort_by_key(|cost| cost.wall);
        let cost = &costs[times / 2];
        format!("{:.1} | {:.1}", cost.wall.as_secs_f64() * 1e3, cost.memory as f64 / 1024.0)
    };
    let with = |mut command: Command, args: &[&Path]| {
        command.args(args);
        command
    };
    let (lli, opt) = (|| llvm("lli"), || llvm("opt"));
    let svm = || Command::new(paths::svm_lli());
    println!("| start | wall, ms | memory, MB |\n|---|---|---|");
    println!("| hello world, svm-lli | {} |", run(&|| with(svm(), &[&hello]), 21));
    println!("| hello world, lli-22 | {} |", run(&|| with(lli(), &[&hello]), 21));
    let memory = Path::new(":memory:");
    println!("| SQLite's first query, svm-lli | {} |", run(&|| with(svm(), &[&sqlite, memory, &query]), 5));
    let verify = [Path::new("-passes=verify"), Path::new("-disable-output")];
    println!(
        "| SQLite's module, opt-22 -passes=verify | {} |",
        run(&|| with(with(opt(), &verify), &[&sqlite]), 5)
    );
    Ok(())
}
