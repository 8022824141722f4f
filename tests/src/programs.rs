//! The real programs: what each is made of, and the runs that compare it with its native build.

use std::path::PathBuf;

use crate::paths;
use crate::toolchain::Unit;

/// One run of a program.
#[derive(Clone, Debug, Default)]
pub struct Workload {
    /// Name below the program's.
    pub name: String,
    /// Arguments.
    pub args: Vec<String>,
    /// Standard input.
    pub stdin: Vec<u8>,
    /// Files to copy into its folder: name there, source.
    pub inputs: Vec<(String, PathBuf)>,
    /// Time limit in seconds, 0 for the default.
    pub seconds: u64,
}

/// A program and its runs.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// How to compile it.
    pub unit: Unit,
    /// What scripts/fetch.sh must have fetched.
    pub fetch: &'static str,
    /// Its runs.
    pub workloads: Vec<Workload>,
}

fn sources(name: &str) -> PathBuf {
    paths::cache().join("sources").join(name)
}

/// All programs.
pub fn all() -> Vec<Program> {
    vec![lua("lua51", "lua-5.1.5"), lua("lua54", "lua-5.4.9")]
}

/// Lua: the library's files and our own main program; every script that names the version or none.
fn lua(name: &str, folder: &str) -> Program {
    let dir = sources("lua").join(folder);
    let mut files: Vec<PathBuf> = paths::c_files(&dir).into_iter().map(|(_, path)| path).collect();
    files.push(paths::in_root("tests/programs/lua/main.c"));
    Program {
        unit: Unit {
            name: name.into(),
            sources: files,
            includes: vec![dir],
            flags: vec!["-DLUA_USE_POSIX".into()],
            libs: vec!["-lm".into()],
        },
        fetch: "lua",
        workloads: Vec::new(),
    }
}
