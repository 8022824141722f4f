//! Inputs on which a fuzz target once failed, and one of each kind to begin with, through all targets: `tests/ebpf/fuzz`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use svm_tests::{Check, paths};

use crate::Test;

#[path = "../../src/bin/fuzz-ebpf/targets.rs"]
mod targets;

pub fn collect(tests: &mut Vec<Test>) {
    let folder = paths::in_root("tests/ebpf/fuzz");
    let mut files: Vec<_> = std::fs::read_dir(&folder).into_iter().flatten().flatten().collect();
    files.sort_by_key(std::fs::DirEntry::file_name);
    for file in files {
        let name = format!("ebpf/fuzz/{}", file.file_name().to_string_lossy());
        tests.push((name, Box::new(move || replay(&file.path()))));
    }
}

fn replay(path: &std::path::Path) -> Check {
    let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    for (name, target) in targets::ALL {
        let done = catch_unwind(AssertUnwindSafe(|| target(&bytes)));
        done.map_err(|_| format!("{name} fails on {}", path.display()))?;
    }
    Ok(())
}
