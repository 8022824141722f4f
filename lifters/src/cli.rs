//! The command line of `svm-lift`: flags to calls of the lifters, outcome to exit status (98: cannot be lifted).

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use crate::ebpf::{self, Format, Helpers, asm, disasm};
use crate::wasm::{self, LiftOptions, MemoryForm};

/// Lifts eBPF and WebAssembly to LLVM bitcode.
#[derive(Parser)]
#[command(name = "svm-lift", version)]
struct Args {
    /// A WebAssembly module (.wasm, or .wat text), an eBPF object, raw eBPF bytecode, or with --asm eBPF assembly
    file: PathBuf,
    /// Print the instructions of every section instead of lifting
    #[arg(long)]
    disasm: bool,
    /// The file is eBPF assembly in uBPF's syntax
    #[arg(long)]
    asm: bool,
    /// Write LLVM's text instead of bitcode
    #[arg(short = 'S', long)]
    text: bool,
    /// Helpers are the host's own, by number: bpf_helper_N
    #[arg(long)]
    plain_helpers: bool,
    /// WebAssembly: the module's name in symbols (`wasm$NAME$EXPORT`); without it, the file's stem
    #[arg(long)]
    module_name: Option<String>,
    /// WebAssembly: compare every access in the code itself, for runtimes that do not check
    #[arg(long)]
    explicit_checks: bool,
    /// WebAssembly: instantiate from a constructor, and define `main` where `_start` is exported
    #[arg(long)]
    ctor: bool,
    /// Where to write; `-` or nothing: standard output
    #[arg(short, long)]
    output: Option<PathBuf>,
}

/// Runs the tool.
pub fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("svm-lift: {message}");
            ExitCode::from(98)
        }
    }
}

fn run(args: &Args) -> Result<(), String> {
    let name = args.file.display().to_string();
    let mut bytes = std::fs::read(&args.file).map_err(|e| format!("cannot read {name}: {e}"))?;
    if is_wasm(&args.file, &bytes) {
        return lift_wasm(args, &name, &bytes);
    }
    let mut options = ebpf::Options::default();
    if args.plain_helpers {
        options.helpers = Helpers::Plain;
    }
    if args.asm {
        let text = String::from_utf8(bytes).map_err(|_| format!("{name} is not text"))?;
        bytes = asm::assemble(&text).map_err(|e| format!("{name}: {e}"))?;
        options.format = Format::Raw;
    }
    if args.disasm {
        let object = ebpf::read(&name, &bytes, &options).map_err(|e| format!("{name}: {e}"))?;
        return write(args, disasm::object(&object).as_bytes());
    }
    let lifted = ebpf::lift(&name, &bytes, &options).map_err(|e| format!("{name}: {e}"))?;
    write(args, if args.text { lifted.text.as_bytes() } else { &lifted.bitcode })
}

/// Told by the magic number, or by the name for the text form, which has none.
fn is_wasm(path: &Path, bytes: &[u8]) -> bool {
    bytes.starts_with(b"\0asm") || path.extension().is_some_and(|e| e == "wat" || e == "wasm")
}

fn lift_wasm(args: &Args, name: &str, bytes: &[u8]) -> Result<(), String> {
    let stem = || args.file.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    let options = LiftOptions {
        name: args.module_name.clone().unwrap_or_else(stem),
        memory: if args.explicit_checks { MemoryForm::Checked } else { MemoryForm::Symbol },
        ctor: args.ctor,
        ..LiftOptions::default()
    };
    let error = |e| format!("{name}: {e}");
    if args.text {
        return write(args, wasm::lift_to_text(bytes, &options).map_err(error)?.as_bytes());
    }
    write(args, &wasm::lift(bytes, &options).map_err(error)?.bitcode)
}

fn write(args: &Args, bytes: &[u8]) -> Result<(), String> {
    use std::io::Write;
    match &args.output {
        Some(path) if path.as_os_str() != "-" => {
            std::fs::write(path, bytes).map_err(|e| format!("cannot write {}: {e}", path.display()))
        }
        _ => std::io::stdout().write_all(bytes).map_err(|e| format!("cannot write: {e}")),
    }
}
