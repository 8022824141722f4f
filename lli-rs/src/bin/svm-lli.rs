//! The command line runner.

use std::process::ExitCode;

use svm_engine::load::{Loader, Source};
use svm_engine::machine::{Config, Process, Trap};

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let mut dump = None;
    let mut file = args.next();
    if file.as_deref() == Some("--dump") {
        dump = args.next();
        file = args.next();
    }
    let Some(file) = file else {
        eprintln!("usage: svm-lli FILE [ARGS]");
        return ExitCode::from(98);
    };
    let argv: Vec<Vec<u8>> = std::iter::once(file.clone()).chain(args).map(String::into_bytes).collect();
    let loader = match Loader::open(&Source::from_arg(file), &[]) {
        Ok(loader) => loader,
        Err(e) => {
            eprintln!("svm-lli: {e}");
            return ExitCode::from(98);
        }
    };
    let process = match Process::new(loader, Config::default()) {
        Ok(process) => process,
        Err(e) => {
            eprintln!("svm-lli: {e}");
            return ExitCode::from(98);
        }
    };
    if let Some(name) = dump {
        match process.dump(&name) {
            Ok(text) => print!("{text}"),
            Err(e) => eprintln!("svm-lli: {e:?}"),
        }
        return ExitCode::SUCCESS;
    }
    let outcome = process.run("main", &argv);
    match outcome.trap {
        Trap::Exit(status) => ExitCode::from(status as u8),
        trap => {
            eprintln!("svm-lli: {trap:?}");
            for frame in &outcome.backtrace {
                eprintln!("    in {} {}", frame.function, frame.place().unwrap_or_default());
            }
            ExitCode::from(99)
        }
    }
}
