//! WebAssembly's specification tests, all of them or those whose `SUITE/FILE` contains a word; prints what fails and how
//! much passes in each suite.
//!
//! usage: wasm-spec [--tier=interp|jit|auto|osr] [WORD...]
//!        wasm-spec --table      the table of docs/TESTING.md

use std::time::Instant;

use rayon::prelude::*;
use svm_tests::{paths, wast};

fn main() {
    let (flags, words): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|arg| arg.starts_with("--tier="));
    let tier = flags.last().map_or("interp", |flag| &flag["--tier=".len()..]);
    let config = match wast::config(tier) {
        Ok(config) => config,
        Err(what) => {
            eprintln!("wasm-spec: {what}");
            std::process::exit(2);
        }
    };
    if words == ["--table"] {
        match wast::Known::read(&paths::in_root("tests/wasm-known-failures.txt")) {
            Ok(known) => print!("{}", wast::table(&wast::all(), &known, &["interp", "jit", "auto", "osr"])),
            Err(what) => eprintln!("{what}"),
        }
        return;
    }
    let mut failed = false;
    for suite in wast::all() {
        let start = Instant::now();
        let files: Vec<_> = suite
            .files
            .iter()
            .filter(|f| {
                let name = format!("{}/{}", suite.name, f.name());
                words.is_empty() || words.iter().any(|w| name.contains(w.as_str()))
            })
            .collect();
        let results: Vec<_> = files
            .par_iter()
            .map(|file| {
                let start = Instant::now();
                (file, wast::run(file, suite.version, &config), start.elapsed())
            })
            .collect();
        let (mut total, mut bad) = (0, 0);
        for (file, result, time) in results {
            let expected = wast::assertions(file.raw());
            total += expected;
            if time.as_secs() >= 2 {
                println!("{}/{} takes {:.1} s", suite.name, file.name(), time.as_secs_f64());
            }
            match result {
                Ok(outcome) => {
                    if outcome.assertions != expected {
                        println!(
                            "{}/{}: {} assertions ran of {expected}",
                            suite.name,
                            file.name(),
                            outcome.assertions
                        );
                    }
                    for f in &outcome.failures {
                        bad += usize::from(f.assertion);
                        println!("{}/{}:{}: {}", suite.name, file.name(), f.line, f.what);
                    }
                }
                Err(what) => {
                    bad += expected;
                    println!("{}/{}: {what}", suite.name, file.name());
                }
            }
        }
        failed |= bad > 0;
        if !files.is_empty() {
            println!(
                "{}: {} of {total} pass ({:.1} s)",
                suite.name,
                total - bad,
                start.elapsed().as_secs_f64()
            );
        }
    }
    std::process::exit(i32::from(failed));
}
