//! The programs: tests/bench/*.c, Lua running a script, SQLite running queries.

use std::path::Path;

use svm_tests::programs::{self, files};
use svm_tests::toolchain::Unit;
use svm_tests::{Check, paths};

/// A benchmark and how its engines run it.
pub struct Bench {
    /// The row's title.
    pub name: String,
    /// How it is compiled.
    pub unit: Unit,
    /// Has it a version for WebAssembly?
    pub wasm: bool,
    /// Its arguments for a number of units; the folder is for files that it needs.
    pub args: Arguments,
}

type Arguments = Box<dyn Fn(u32, &Path) -> Check<Vec<String>>>;

/// All of them.
pub fn all() -> Check<Vec<Bench>> {
    let mut list: Vec<Bench> = files(&paths::in_root("tests/bench"), ".c")
        .into_iter()
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let unit = Unit::single(&name, &path, &[]);
            Bench { name, unit, wasm: true, args: Box::new(|units, _| Ok(vec![units.to_string()])) }
        })
        .collect();
    programs::fetch("lua")?;
    programs::fetch("sqlite")?;
    list.push(Bench {
        name: "Lua 5.4".into(),
        unit: programs::lua54(),
        wasm: false,
        args: Box::new(|units, _| {
            let script = paths::in_root("tests/bench/script.lua");
            Ok(vec![script.display().to_string(), units.to_string()])
        }),
    });
    list.push(Bench {
        name: "SQLite".into(),
        unit: programs::sqlite_unit(),
        wasm: false,
        args: Box::new(|units, dir| {
            let say = |e: std::io::Error| e.to_string();
            let text = std::fs::read_to_string(paths::in_root("tests/bench/queries.sql")).map_err(say)?;
            let file = dir.join(format!("{units}.sql"));
            std::fs::write(&file, text.replace('@', &units.to_string())).map_err(say)?;
            Ok(vec![":memory:".into(), file.display().to_string()])
        }),
    });
    Ok(list)
}
