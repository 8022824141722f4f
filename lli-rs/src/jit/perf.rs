//! Names of compiled functions for `perf`, which looks for them in `/tmp/perf-PID.map`: a line for each function,
//! with its address and size in hexadecimal.

use std::fs::OpenOptions;
use std::io::Write;

use super::orc::Linked;

/// Adds functions to the map. What cannot be written is left out: the program runs on.
pub(super) fn write(functions: impl Iterator<Item = (Linked, String)>) {
    let path = format!("/tmp/perf-{}.map", std::process::id());
    let lines: String =
        functions.map(|(at, name)| format!("{:x} {:x} {name}\n", at.address, at.size)).collect();
    // One write, so that the lines of several threads do not mix.
    if let Ok(mut file) = OpenOptions::new().append(true).create(true).open(path) {
        let _ = file.write_all(lines.as_bytes());
    }
}
