//! The real programs: what each is made of, and the runs that compare it with its native build.
//!
//! Sources are fetched at test time by scripts/fetch.sh (the versions stand in tests/programs/sources.tsv); drivers,
//! scripts and inputs of our own lie in tests/programs.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use crate::Check;
use crate::paths;
use crate::process::tool;
use crate::toolchain::{Unit, wasm};

/// One run of a program.
#[derive(Clone, Debug, Default)]
pub struct Workload {
    /// Name below the program's.
    pub name: String,
    /// Arguments.
    pub args: Vec<String>,
    /// Standard input, as a file; none is empty.
    pub stdin: Option<PathBuf>,
    /// Files to copy into its folder: name there, source.
    pub inputs: Vec<(String, PathBuf)>,
    /// A folder and a suffix: all such files are copied and given as further arguments.
    pub all_of: Option<(PathBuf, &'static str)>,
}

/// A program and its runs.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its name.
    pub name: &'static str,
    /// What scripts/fetch.sh must fetch.
    pub fetch: &'static str,
    /// How to compile it, once its sources are there.
    pub unit: fn() -> Unit,
    /// Its runs.
    pub workloads: Vec<Workload>,
}

/// Where a fetched source lies.
pub fn sources(name: &str) -> PathBuf {
    paths::cache().join("sources").join(name)
}

fn ours(path: &str) -> PathBuf {
    paths::in_root("tests/programs").join(path)
}

/// Fetches sources, once in a process.
pub fn fetch(name: &str) -> Check {
    static DONE: Mutex<Option<HashMap<String, Check>>> = Mutex::new(None);
    let mut done = DONE.lock().unwrap_or_else(|e| e.into_inner());
    let known = done.get_or_insert_default();
    let result = known
        .entry(name.to_owned())
        .or_insert_with(|| tool(Command::new(paths::in_root("scripts/fetch.sh")).arg(name)).map(drop));
    result.clone()
}

/// All programs.
pub fn all() -> Vec<Program> {
    vec![
        lua("lua51", lua51),
        lua("lua54", lua54),
        sqlite(),
        bzip2(),
        zlib(),
        xxhsum(),
        ubpf(),
        wasm3(),
        quickjs(),
        lmdb(),
        lz4(),
        expat(),
    ]
}

/// Those that can be built for WASI, with the runs that need nothing that WASI lacks.
pub fn for_wasi() -> Vec<Program> {
    let without = |mut program: Program, run: &str| {
        program.workloads.retain(|w| w.name != run);
        program
    };
    vec![
        // tmpfile is not there, and error numbers are others.
        without(lua("lua54", lua54), "files"),
        sqlite(),
        bzip2(),
        zlib(),
        // Tells how many bits a pointer has.
        without(xxhsum(), "version"),
        quickjs_plain(),
    ]
}

/// The program for WASI: what Debian's wasi-libc lacks or only emulates. Lua's errors are setjmp's, which become exceptions.
pub fn wasi_unit(mut unit: Unit) -> Unit {
    for part in ["signal", "process-clocks", "getpid", "mman"] {
        unit.flags.push(format!("-D_WASI_EMULATED_{}", part.to_uppercase().replace('-', "_")));
        unit.flags.push(format!("-lwasi-emulated-{part}"));
    }
    let folder = ours("wasi");
    let more = match unit.name.as_str() {
        "lua54" => {
            unit.sources.push(folder.join("setjmp.c"));
            unit.includes.push(folder);
            "-mllvm -wasm-enable-sjlj -mllvm -wasm-use-legacy-eh=false".into()
        }
        "bzip2" => format!("-include {}", folder.join("compat.h").display()),
        // The name under which it leaves out threads. Without directions of rounding, `toPrecision` of ties differs.
        "qjs-plain" => "-DEMSCRIPTEN -DFE_DOWNWARD=0 -DFE_UPWARD=0".into(),
        _ => String::new(),
    };
    unit.flags.extend(words(&more));
    unit
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn workload(name: &str, args: &str) -> Workload {
    Workload { name: name.into(), args: words(args), ..Workload::default() }
}

/// Every script in tests/programs/lua.
fn lua(name: &'static str, unit: fn() -> Unit) -> Program {
    let mut scripts: Vec<PathBuf> = files(&ours("lua"), ".lua");
    if name == "lua54" {
        scripts.push(paths::in_root("examples/demo.lua"));
    }
    let workloads = scripts
        .into_iter()
        .map(|path| {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Workload {
                name: file.trim_end_matches(".lua").into(),
                args: vec![file.clone(), "one".into(), "two words".into(), "3".into()],
                stdin: Some(ours("input.txt")),
                inputs: vec![(file, path)],
                all_of: None,
            }
        })
        .collect();
    Program { name, fetch: "lua", unit, workloads }
}

fn lua51() -> Unit {
    lua_unit("lua51", "lua-5.1.5")
}

/// Lua 5.4 and our main program; the benchmarks use it as well.
pub fn lua54() -> Unit {
    lua_unit("lua54", "lua-5.4.9")
}

fn lua_unit(name: &str, folder: &str) -> Unit {
    let dir = sources("lua").join(folder);
    let mut files = files(&dir, ".c");
    files.push(ours("lua/main.c"));
    unit(name, files, vec![dir], "-DLUA_USE_POSIX")
}

fn unit(name: &str, sources: Vec<PathBuf>, includes: Vec<PathBuf>, flags: &str) -> Unit {
    Unit { name: name.into(), sources, includes, flags: words(flags), libs: vec!["-lm".into()] }
}

/// The files of a folder with a suffix, sorted.
pub fn files(folder: &Path, suffix: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(suffix))
        .collect();
    found.sort();
    found
}

fn sqlite() -> Program {
    let mut workloads = Vec::new();
    for script in ["basic", "queries", "statements"] {
        for (place, database) in [("memory", ":memory:"), ("file", "test.db")] {
            let file = format!("{script}.sql");
            workloads.push(Workload {
                inputs: vec![(file.clone(), ours("sqlite").join(&file))],
                ..workload(&format!("{script}-{place}"), &format!("{database} {file}"))
            });
        }
    }
    workloads.push(Workload { stdin: Some(ours("sqlite/basic.sql")), ..workload("stdin", ":memory: -") });
    Program { name: "sqlite", fetch: "sqlite", unit: sqlite_unit, workloads }
}

/// SQLite and our shell; the benchmarks use it as well.
pub fn sqlite_unit() -> Unit {
    let dir = sources("sqlite").join("sqlite3");
    let files = vec![dir.join("sqlite3.c"), ours("sqlite/shell.c")];
    unit(
        "sqlite",
        files,
        vec![dir],
        "-DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_RTREE -DSQLITE_OMIT_LOAD_EXTENSION",
    )
}

fn bzip2() -> Program {
    let folder = sources("bzip2").join("bzip2-1.0.8");
    let file = |name: &str| vec![(name.to_owned(), folder.join(name))];
    let workloads = vec![
        Workload { inputs: file("sample1.ref"), ..workload("compress", "-k -9 -v sample1.ref") },
        Workload { inputs: file("sample2.bz2"), ..workload("decompress", "-d -k -v sample2.bz2") },
        Workload { inputs: file("sample3.bz2"), ..workload("test", "-t -v sample3.bz2") },
        Workload { stdin: Some(folder.join("sample3.ref")), ..workload("pipe", "-1 -c") },
        Workload { stdin: Some(folder.join("sample1.bz2")), ..workload("pipe-small", "-d -s -c") },
        Workload { stdin: Some(folder.join("LICENSE")), ..workload("not-compressed", "-d -c") },
        workload("missing-file", "-k no-such-file"),
        workload("help", "--help"),
    ];
    Program { name: "bzip2", fetch: "bzip2", unit: bzip2_unit, workloads }
}

fn bzip2_unit() -> Unit {
    let dir = sources("bzip2").join("bzip2-1.0.8");
    let names = ["blocksort", "huffman", "crctable", "randtable", "compress", "decompress", "bzlib", "bzip2"];
    let files = names.iter().map(|name| dir.join(format!("{name}.c"))).collect();
    unit("bzip2", files, vec![dir], "-D_FILE_OFFSET_BITS=64")
}

fn zlib() -> Program {
    let text = Some(sources("zlib").join("src/zlib/deflate.c"));
    let compress = |name: &str, args: &str| Workload { stdin: text.clone(), ..workload(name, args) };
    let workloads = vec![
        workload("self-test", "test"),
        workload("gz-files", "file lines.gz"),
        compress("level-1", "c 1 0"),
        compress("level-9", "c 9 0"),
        compress("huffman-only", "c 6 2"),
        compress("fixed-codes", "c 6 4"),
        compress("not-compressed", "d"),
        workload("usage", ""),
    ];
    Program { name: "minigzip", fetch: "zlib", unit: zlib_unit, workloads }
}

fn zlib_unit() -> Unit {
    let dir = sources("zlib").join("src/zlib");
    let mut files = files(&dir, ".c");
    files.push(ours("zlib/minigzip.c"));
    unit("minigzip", files, vec![dir], "-DHAVE_UNISTD_H")
}

fn xxhsum() -> Program {
    let folder = sources("xxhash").join("xxHash");
    let file = |name: &str| vec![(name.to_owned(), folder.join(name))];
    let workloads = vec![
        Workload { inputs: file("xxhash.c"), ..workload("64", "-H1 xxhash.c") },
        Workload { inputs: file("xxhsum.c"), ..workload("32", "-H0 xxhsum.c") },
        Workload { stdin: Some(folder.join("README.md")), ..workload("stdin", "-H1") },
        Workload { inputs: file("LICENSE"), ..workload("little-endian", "--little-endian LICENSE") },
        Workload {
            inputs: file("LICENSE"),
            stdin: Some(ours("xxhash/sums.txt")),
            ..workload("check", "-c -")
        },
        workload("missing-file", "no-such-file"),
        workload("version", "--version"),
    ];
    Program { name: "xxhsum", fetch: "xxhash", unit: xxhsum_unit, workloads }
}

fn xxhsum_unit() -> Unit {
    let dir = sources("xxhash").join("xxHash");
    let files = vec![dir.join("xxhash.c"), dir.join("xxhsum.c")];
    // The version line shows the date of the compilation otherwise.
    unit("xxhsum", files, vec![dir], "-Wno-builtin-macro-redefined -D__DATE__=\"a-day\"")
}

fn ubpf() -> Program {
    let vectors = sources("ubpf").join("lib/ubpf/tests");
    let prime = "prime10000.data";
    let workloads = vec![
        Workload { all_of: Some((vectors, ".data")), ..workload("vectors", "") },
        Workload { inputs: vec![(prime.into(), ours("ubpf").join(prime))], ..workload("prime-10000", prime) },
    ];
    Program { name: "ubpf", fetch: "ubpf", unit: ubpf_unit, workloads }
}

fn ubpf_unit() -> Unit {
    let vm = sources("ubpf").join("lib/ubpf/vm");
    let names = ["ubpf_vm", "ubpf_loader", "ubpf_jit_x86_64"];
    let mut files: Vec<PathBuf> = names.iter().map(|name| vm.join(format!("{name}.c"))).collect();
    files.push(ours("ubpf/driver.c"));
    let include = vm.join("inc");
    unit("ubpf", files, vec![vm, include], "-D_GNU_SOURCE")
}

/// The guest of wasm3 is compiled when the workload runs: see [`Workload::resolve`].
const WASM_GUEST: &str = "guest.wasm";

fn wasm3() -> Program {
    let guest = vec![(WASM_GUEST.to_owned(), ours("wasm3/guest.c"))];
    let run = |name: &str, args: &str| Workload {
        inputs: guest.clone(),
        stdin: Some(ours("input.txt")),
        ..workload(name, args)
    };
    let workloads = vec![
        run("wasi", "guest.wasm first second"),
        Workload { inputs: vec![("no.wasm".into(), ours("input.txt"))], ..workload("not-wasm", "no.wasm") },
        workload("missing-file", "missing.wasm"),
    ];
    Program { name: "wasm3", fetch: "wasm3", unit: wasm3_unit, workloads }
}

/// wasm3 and our main program; the benchmarks use it as well.
pub fn wasm3_unit() -> Unit {
    let dir = sources("wasm3").join("wasm3/source");
    let mut files = files(&dir, ".c");
    files.push(ours("wasm3/main.c"));
    unit("wasm3", files, vec![dir], "-Dd_m3HasWASI")
}

fn quickjs() -> Program {
    let script = "language.js";
    let workloads = vec![
        Workload {
            inputs: vec![(script.into(), ours("quickjs").join(script))],
            ..workload("language", "language.js one two")
        },
        workload("missing-file", "no-such-file"),
    ];
    Program { name: "quickjs", fetch: "quickjs", unit: quickjs_unit, workloads }
}

fn quickjs_unit() -> Unit {
    let dir = sources("quickjs").join("embed/quickjs");
    let names = ["quickjs", "cutils", "libregexp", "libunicode", "libbf", "quickjs-libc"];
    let mut files: Vec<PathBuf> = names.iter().map(|name| dir.join(format!("{name}.c"))).collect();
    files.push(ours("quickjs/main.c"));
    unit("quickjs", files, vec![dir], "-D_GNU_SOURCE -DCONFIG_VERSION=\"2021\" -DCONFIG_BIGNUM")
}

/// QuickJS with print alone.
fn quickjs_plain() -> Program {
    let script = "plain.js";
    let inputs = vec![(script.into(), ours("quickjs").join(script))];
    let workloads = vec![Workload { inputs, ..workload("plain", script) }];
    Program { name: "qjs-plain", fetch: "quickjs", unit: quickjs_plain_unit, workloads }
}

fn quickjs_plain_unit() -> Unit {
    let unit = quickjs_unit();
    let ours_too = |path: &PathBuf| !path.ends_with("quickjs-libc.c") && !path.ends_with("main.c");
    let mut sources: Vec<PathBuf> = unit.sources.into_iter().filter(ours_too).collect();
    sources.push(ours("quickjs/plain.c"));
    Unit { name: "qjs-plain".into(), sources, ..unit }
}

fn lmdb() -> Program {
    let workloads = vec![workload("file", ""), workload("in-place", "in-place")];
    Program { name: "lmdb", fetch: "lmdb", unit: lmdb_unit, workloads }
}

fn lmdb_unit() -> Unit {
    let dir = sources("lmdb").join("lmdb/libraries/liblmdb");
    let files = vec![dir.join("mdb.c"), dir.join("midl.c"), ours("lmdb/driver.c")];
    unit("lmdb", files, vec![dir], "")
}

fn lz4() -> Program {
    let text = sources("lz4").join("liblz4/lib/lz4.c");
    let file = || vec![("lz4.c".to_owned(), text.clone())];
    let workloads = vec![
        Workload { inputs: file(), ..workload("compress", "-k -q lz4.c") },
        Workload { inputs: file(), ..workload("high", "-9 -k -q -BD lz4.c out.lz4") },
        Workload { stdin: Some(text.clone()), ..workload("pipe", "-1 -c -z") },
        Workload { inputs: file(), ..workload("not-compressed", "-d lz4.c out") },
    ];
    Program { name: "lz4", fetch: "lz4", unit: lz4_unit, workloads }
}

fn lz4_unit() -> Unit {
    let dir = sources("lz4").join("liblz4");
    let files = [files(&dir.join("lib"), ".c"), files(&dir.join("programs"), ".c")].concat();
    unit("lz4", files, vec![dir.join("lib")], "-DXXH_NAMESPACE=LZ4_")
}

/// Expat with its own tests.
fn expat() -> Program {
    Program { name: "expat", fetch: "expat", unit: expat_unit, workloads: vec![workload("runtests", "-v")] }
}

fn expat_unit() -> Unit {
    let dir = sources("expat").join("expat");
    let (lib, tests) = (dir.join("lib"), dir.join("tests"));
    let files = vec![
        lib.join("xmlparse.c"),
        lib.join("xmlrole.c"),
        lib.join("xmltok.c"),
        tests.join("runtests.c"),
        tests.join("chardata.c"),
        tests.join("minicheck.c"),
    ];
    unit(
        "expat",
        files,
        vec![lib],
        "-DHAVE_MEMMOVE -DXML_NS -DXML_DTD -DXML_CONTEXT_BYTES=1024 -DBYTEORDER=1234",
    )
}

impl Workload {
    /// Fills in what depends on fetched or compiled files.
    pub fn resolve(mut self) -> Check<Workload> {
        if let Some((folder, suffix)) = self.all_of.take() {
            for path in files(&folder, suffix) {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                self.args.push(name.clone());
                self.inputs.push((name, path));
            }
        }
        for (name, source) in &mut self.inputs {
            if name == WASM_GUEST {
                *source = wasm(&Unit::single("guest", source, &["-fno-builtin".into()]))?;
            }
        }
        Ok(self)
    }
}
