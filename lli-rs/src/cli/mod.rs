//! The command `svm-lli`: flags to settings, outcome to report and exit status. A thin user of the
//! library.

mod args;
mod bpf;
mod bpf_plugin;
mod finish;
mod invoke;
mod pcap;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::api::Instance;
use crate::cache::{self, Folder as CacheFolder};
use crate::error::LoadError;
use crate::ir::{FuncId, Function, Module};
use crate::load::{self, Loader, Source};
use crate::machine::{self, Config, Process};
use crate::opt::{Roots, compiled};
use args::{Args, Phase, Tier};
pub use bpf_plugin::main as bpf_plugin;

/// Exit status when the file cannot be loaded or asks for something unsupported.
const EXIT_LOAD: u8 = 98;
/// Exit status when a limit was reached.
const EXIT_LIMIT: u8 = 97;

/// Runs the command line; the whole of `svm-lli`.
pub fn main() -> ExitCode {
    let args = Args::of(std::env::args_os());
    load::report_reader_crashes();
    match run(&args) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("svm-lli: {error}");
            ExitCode::from(EXIT_LOAD)
        }
    }
}

fn run(args: &Args) -> Result<ExitCode, LoadError> {
    let links: Vec<Source> = args.link.iter().chain(&args.helpers).map(|path| source(path)).collect();
    // What is not trusted to run is not trusted to be read, either.
    let open = if args.sandbox { Loader::open_untrusted } else { Loader::open };
    let loader = open(&bpf::source_of(args, source(&args.file))?, &links)?;
    if args.check {
        return Ok(check(loader));
    }
    match args.dump {
        Some(Phase::Ir | Phase::Opt | Phase::JitIr) => return dump_ir(loader, args),
        Some(Phase::Bytecode) => {
            let process = Process::new(loader, config(args)?)?;
            return print(&process.disassemble()?);
        }
        Some(phase @ (Phase::LlvmIn | Phase::Llvm)) => {
            let process = Process::new(loader, config(args)?)?;
            return print(&process.llvm_ir(phase == Phase::Llvm)?);
        }
        None => {}
    }
    if bpf::is_bpf(&loader) {
        return bpf::run(args, Instance::sole(loader, config(args)?)?);
    }
    let mut instance = Instance::sole(loader, config(args)?)?;
    if let Some(name) = &args.invoke {
        return invoke::run(args, name, instance);
    }
    let outcome = instance.run(&args.entry, &guest_args(args));
    let stats = args.stats.then(|| instance.stats());
    Ok(finish::finish(args, instance.process(), &outcome, stats))
}

fn source(path: &Path) -> Source {
    if path.as_os_str() == "-" { Source::Stdin } else { Source::Path(path.to_owned()) }
}

/// The settings that the flags ask for.
fn config(args: &Args) -> Result<Config, LoadError> {
    let env = args.env.iter().map(|var| match var.split_once('=') {
        Some((name, value)) => (name.to_string(), Some(value.to_string())),
        None => (var.clone(), None),
    });
    let tier = match args.tier {
        Tier::Interp => machine::Tier::Interp,
        Tier::Jit => machine::Tier::Jit,
        Tier::JitOnly => machine::Tier::JitOnly,
        Tier::Auto => machine::Tier::Auto,
    };
    Ok(Config {
        tier,
        tier_threshold: args.tier_threshold.unwrap_or(Config::default().tier_threshold),
        sandbox: args.sandbox,
        dirs: args.dir.clone(),
        env: env.collect(),
        clock: args.clock,
        max_memory: args.max_memory,
        max_stack: args.max_stack,
        fuel: args.fuel,
        count: args.stats,
        timeout: args.timeout,
        alloc_frames: args.alloc_frames,
        leaks: args.leaks,
        perf_map: args.perf_map,
        cpus: args.cpus,
        cache: args.cache.as_ref().map(|path| open_cache(path.as_deref())).transpose()?,
        ..Config::default()
    })
}

/// `--cache`: without a name, the user's own.
fn open_cache(path: Option<&Path>) -> Result<Arc<CacheFolder>, LoadError> {
    let path = path.map(Path::to_owned).or_else(cache::default_path);
    let failed = |cause: String| LoadError::Io { file: "the cache".into(), cause };
    let path = path.ok_or_else(|| failed("HOME is not set: name a folder, as --cache=DIR".into()))?;
    CacheFolder::open(&path).map(Arc::new).map_err(|e| failed(e.to_string()))
}

/// The program's name, as it was given, and its arguments.
fn guest_args(args: &Args) -> Vec<Vec<u8>> {
    use std::os::unix::ffi::OsStrExt;
    std::iter::once(args.file.as_os_str())
        .chain(args.args.iter().map(|a| a.as_os_str()))
        .map(|arg| arg.as_bytes().to_vec())
        .collect()
}

/// `--check`: every body is read and verified; all that is wrong is listed.
fn check(mut loader: Loader) -> ExitCode {
    let errors = loader.check_all();
    for error in &errors {
        eprintln!("svm-lli: {error}");
    }
    let module = loader.module();
    let bodies = module.funcs.iter().filter(|f| f.defined).count();
    println!(
        "{}: {bodies} functions, {} globals, {} problems",
        module.name,
        module.globals.len(),
        errors.len()
    );
    ExitCode::from(if errors.is_empty() { 0 } else { EXIT_LOAD })
}

fn dump_ir(mut loader: Loader, args: &Args) -> Result<ExitCode, LoadError> {
    let module = loader.module().clone();
    let mut bodies = Vec::new();
    for id in defined(&module) {
        let mut body = loader.body(id)?;
        if args.dump != Some(Phase::Ir) {
            crate::opt::run(&mut body, &module);
        }
        bodies.push(body);
    }
    if args.dump == Some(Phase::JitIr) {
        bodies = compiled_forms(bodies, &module, args.fuel.is_some());
    }
    let mut text = module.to_string();
    for body in bodies {
        text.push_str(&format!("\n{body}"));
    }
    print(&text)
}

/// What is compiled of each body, all others being known.
fn compiled_forms(bodies: Vec<Function>, module: &Module, fuel: bool) -> Vec<Function> {
    let shared: FxHashMap<_, _> = bodies.into_iter().map(|f| (f.id, Arc::new(f))).collect();
    let options = compiled::Options { fuel, ..Default::default() };
    let mut ids: Vec<FuncId> = shared.keys().copied().collect();
    ids.sort_unstable();
    let made = ids
        .iter()
        .filter_map(|id| compiled::run(&shared[id], module, &Roots::compute(&shared[id]), &shared, options));
    made.map(|c| c.function).collect()
}

fn defined(module: &Module) -> impl Iterator<Item = FuncId> + use<> {
    let ids: Vec<_> =
        (0u32..).zip(&module.funcs).filter(|(_, f)| f.defined).map(|(i, _)| FuncId(i)).collect();
    ids.into_iter()
}

/// Writes to standard output; a reader that went away is no error.
fn print(text: &str) -> Result<ExitCode, LoadError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(LoadError::Io { file: "standard output".into(), cause: e.to_string() })
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}
