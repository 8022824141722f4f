//! The directives in the first comment lines of a C case.
//!
//! `// expect: KIND` names the fault that must be reported (alternatives separated by ` | `); `// args: ...` gives arguments, split at blanks;
//! `// options: ...` gives flags of `svm-lli`;
//! `// stdin: TEXT` gives standard input (`\n` is a line end); `// flags: ...` adds compiler flags;
//! `// seconds: N` raises the time limit; `// levels: O0` restricts the optimization levels and must say why after a `;`.
//! `// hide: long-numbers` leaves numbers of more than eight digits out of the golden report.
//! A line of a fault case that ends in `// BAD` holds the bad access.

use std::path::{Path, PathBuf};

use crate::Check;
use crate::toolchain::Opt;

/// One C file with what it says about itself.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// Name below its folder, without suffix.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// The fault that must be found, in the report's words; none in a case that must pass.
    pub expect: Option<String>,
    /// The exit status that goes with it: 99 for a fault unless the case says otherwise.
    pub status: i32,
    /// Arguments of the program.
    pub args: Vec<String>,
    /// What `svm-lli` is told.
    pub options: Vec<String>,
    /// Standard input.
    pub stdin: String,
    /// Compiler flags.
    pub flags: Vec<String>,
    /// Does the report show distances between objects, which depend on where they happen to lie?
    pub hide_long_numbers: bool,
    /// Time limit in seconds, 0 for the default.
    pub seconds: u64,
    /// Optimization levels to run at.
    pub levels: Vec<Opt>,
    /// Lines (from 1) with the bad access.
    pub bad_lines: Vec<u32>,
}

/// Reads a case's directives.
pub fn parse(name: &str, path: &Path) -> Check<Case> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut case = Case {
        name: name.into(),
        path: path.into(),
        levels: Opt::BOTH.to_vec(),
        status: 99,
        ..Case::default()
    };
    for line in text.lines().take_while(|line| line.starts_with("//")) {
        let Some((key, value)) = line.trim_start_matches('/').trim().split_once(": ") else {
            continue;
        };
        let words = || value.split_whitespace().map(str::to_owned).collect();
        match key {
            "expect" => case.expect = Some(value.trim().to_owned()),
            "status" => {
                case.status = value.trim().parse().map_err(|e| format!("{name}: status: {e}"))?;
            }
            "hide" => case.hide_long_numbers = value.trim() == "long-numbers",
            "args" => case.args = words(),
            "options" => case.options = words(),
            "flags" => case.flags = words(),
            "stdin" => case.stdin = value.replace("\\n", "\n"),
            "seconds" => case.seconds = value.trim().parse().map_err(|e| format!("{name}: seconds: {e}"))?,
            "levels" => case.levels = levels(name, value)?,
            _ => {}
        }
    }
    case.bad_lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.trim_end().ends_with("// BAD"))
        .map(|(index, _)| index as u32 + 1)
        .collect();
    Ok(case)
}

fn levels(name: &str, value: &str) -> Check<Vec<Opt>> {
    let Some((list, _why)) = value.split_once(';') else {
        return Err(format!("{name}: levels: say why after a `;`"));
    };
    list.split_whitespace()
        .map(|word| match word {
            "O0" => Ok(Opt::O0),
            "O2" => Ok(Opt::O2),
            other => Err(format!("{name}: levels: no such level: {other}")),
        })
        .collect()
}
