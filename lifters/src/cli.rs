//! The command line of `svm-lift`: flags to calls of the lifters, outcome to exit status (98: cannot be lifted).

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::ebpf::{asm, code::Code, disasm};

/// Lifts eBPF and WebAssembly to LLVM bitcode.
#[derive(Parser)]
#[command(name = "svm-lift", version)]
struct Args {
    /// The file to read: raw eBPF bytecode, or with --asm its assembly.
    file: PathBuf,
    /// Print the instructions instead.
    #[arg(long)]
    disasm: bool,
    /// The file is eBPF assembly.
    #[arg(long)]
    asm: bool,
    /// Where to write.
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
    let name = args.file.display();
    let mut bytes = std::fs::read(&args.file).map_err(|e| format!("cannot read {name}: {e}"))?;
    if args.asm {
        let text = String::from_utf8(bytes).map_err(|_| format!("{name} is not text"))?;
        bytes = asm::assemble(&text).map_err(|e| format!("{name}: {e}"))?;
    }
    if args.disasm {
        let code = Code::decode(&bytes, false).map_err(|e| format!("{name}: {e}"))?;
        print!("{}", disasm::code(&code));
    }
    Ok(())
}
