//! Versioned loops: which of them compiled code runs in vectors.

use svm_tests::Check;
use svm_tests::toolchain::{self, Opt, Unit};

use super::Case;
use super::lli::lli;
use svm_tests::paths;

pub const CASES: &[Case] =
    &[("unoptimized-input", || vectors(Opt::O0)), ("optimized-input", || vectors(Opt::O2))];

/// The functions of tests/cli/vectors.c, and whether their loops become vectors: from -O0, from -O2. Not from -O0: what
/// clang has not taken out of the loop (a widened limit), and a condition of two parts, which is control flow there.
const LOOPS: &[(&str, bool, bool)] = &[
    ("plain", true, true),
    ("triad", true, true),
    ("stride_two", true, true),
    ("downwards", true, true),
    ("int_index", true, true),
    ("byte_index", false, true),
    ("two_limits", false, true),
    ("walking", true, true),
    ("sum", true, true),
    ("may_free", false, false),
];

fn vectors(opt: Opt) -> Check {
    // What is shown is what our compiler does: clang leaves the loops as they are.
    let flags = ["-fno-vectorize", "-fno-slp-vectorize", "-fno-unroll-loops"].map(String::from);
    let unit = Unit::single("cli-vectors", &paths::in_root("tests/cli/vectors.c"), &flags);
    let module = toolchain::bitcode(&unit, opt)?;
    let ran = lli(["--dump=llvm".into(), module])?;
    ran.says(0, &[])?;
    let functions: Vec<&str> = ran.stdout.split("\n; ModuleID = '").collect();
    for (name, plain, optimized) in LOOPS {
        let expected = if opt == Opt::O0 { *plain } else { *optimized };
        let start = format!("{name}'\n");
        let text = functions.iter().find(|text| text.starts_with(&start));
        let text = text.ok_or(format!("{name} is not in the dump"))?;
        let is_vector = text.contains(" x i32>") || text.contains(" x double>");
        if is_vector != expected {
            return Err(format!("{name}: {} vectors\n{text}", if is_vector { "unexpected" } else { "no" }));
        }
        if !text.contains("svm.check") {
            return Err(format!("{name} has lost its checked loop\n{text}"));
        }
    }
    Ok(())
}
