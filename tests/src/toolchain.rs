//! Compiles C natively and to one bitcode module, each result cached under a hash of everything it is made of.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};

use crate::Check;
use crate::paths;
use crate::process::tool;

/// An optimization level.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Opt {
    /// `-O0`
    O0,
    /// `-O2`
    O2,
    /// `-O3`
    O3,
}

impl Opt {
    /// The two levels that every case runs at.
    pub const BOTH: [Opt; 2] = [Opt::O0, Opt::O2];

    /// As in a test's name.
    pub fn name(self) -> &'static str {
        match self {
            Opt::O0 => "O0",
            Opt::O2 => "O2",
            Opt::O3 => "O3",
        }
    }

    fn flag(self) -> String {
        format!("-{}", self.name())
    }
}

/// A C program: its files and how to compile them.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// Short name; the result's file name.
    pub name: String,
    /// C files.
    pub sources: Vec<PathBuf>,
    /// Folders whose headers (and included C files) count for the cache, given as `-I` as well.
    pub includes: Vec<PathBuf>,
    /// Further compiler flags.
    pub flags: Vec<String>,
    /// Libraries of the native link, as `-lm`.
    pub libs: Vec<String>,
}

impl Unit {
    /// A program of one file.
    pub fn single(name: &str, source: &Path, flags: &[String]) -> Unit {
        Unit {
            name: name.replace('/', "-"),
            sources: vec![source.to_path_buf()],
            includes: Vec::new(),
            flags: flags.to_vec(),
            libs: vec!["-lm".into()],
        }
    }
}

/// Builds the native executable. It is called NAME.bc, so that both runs see the same `argv[0]`.
pub fn native(unit: &Unit, opt: Opt) -> Check<PathBuf> {
    cached(unit, &format!("native {}", opt.name()), |out| {
        let mut clang = clang();
        clang.args([&opt.flag(), "-w", "-o"]).arg(out);
        // Some builtins are calls of libatomic, which svm-lli has among its own functions.
        common(&mut clang, unit).args(&unit.sources).args(&unit.libs).arg("-latomic");
        tool(&mut clang).map(drop)
    })
}

/// Builds one bitcode module with debug information.
pub fn bitcode(unit: &Unit, opt: Opt) -> Check<PathBuf> {
    cached(unit, &format!("bitcode {}", opt.name()), |out| {
        let one = |source: &Path, to: &Path| {
            let mut clang = clang();
            clang.args(["-c", "-emit-llvm", "-g", &opt.flag(), "-w", "-o"]).arg(to);
            common(&mut clang, unit).arg(source);
            tool(&mut clang).map(drop)
        };
        if let [source] = unit.sources.as_slice() {
            return one(source, out);
        }
        let dir = out.with_extension("parts");
        fs::create_dir_all(&dir).map_err(|e| e.to_string())?;
        let parts: Vec<PathBuf> = (0..unit.sources.len()).map(|i| dir.join(format!("{i}.bc"))).collect();
        let built = unit.sources.iter().zip(&parts).try_for_each(|(source, to)| one(source, to));
        let linked = built.and_then(|()| tool(llvm("llvm-link").arg("-o").arg(out).args(&parts)).map(drop));
        let _ = fs::remove_dir_all(&dir);
        linked
    })
}

/// Builds a WASI program without a libc, in the first version of WebAssembly's instruction set.
pub fn wasm(unit: &Unit) -> Check<PathBuf> {
    cached(unit, "wasm", |out| {
        let mut clang = clang();
        clang.args(["-O2", "--target=wasm32", "-mcpu=mvp", "-nostdlib", "-w", "-o"]).arg(out);
        common(&mut clang, unit).args(&unit.sources);
        tool(&mut clang).map(drop)
    })
}

/// Builds a WASI program on Debian's wasi-libc; `flags` beside the unit's.
pub fn wasi(unit: &Unit, flags: &[&str]) -> Check<PathBuf> {
    cached(unit, &format!("wasi {}", flags.join(" ")), |out| {
        let mut clang = clang();
        // The target's older name, under which Debian has wasi-libc.
        clang.args(["--target=wasm32-wasi", "-w", "-o"]).arg(out).args(flags);
        common(&mut clang, unit).args(&unit.sources).args(&unit.libs);
        tool(&mut clang).map(drop)
    })
}

/// The versions of BPF's instruction set.
pub const BPF_CPUS: [&str; 4] = ["v1", "v2", "v3", "v4"];

/// Builds a BPF object for a version of the instruction set.
pub fn bpf(unit: &Unit, cpu: &str) -> Check<PathBuf> {
    cached(unit, &format!("bpf {cpu}"), |out| {
        let mut clang = clang();
        clang.args(["-target", "bpf", "-O2", "-g", "-c", &format!("-mcpu={cpu}"), "-o"]).arg(out);
        common(&mut clang, unit).args(&unit.sources);
        tool(&mut clang).map(drop)
    })
}

fn common<'c>(clang: &'c mut Command, unit: &Unit) -> &'c mut Command {
    clang.current_dir(paths::root()).args(&unit.flags);
    for include in &unit.includes {
        clang.arg("-I").arg(include);
    }
    clang
}

/// The C compiler that bitcode and the oracle come from.
pub fn clang() -> Command {
    Command::new(std::env::var_os("SVM_CLANG").unwrap_or_else(|| "clang-22".into()))
}

/// An LLVM tool of the same version.
pub fn llvm(name: &str) -> Command {
    Command::new(format!("{name}-22"))
}

fn clang_version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let out = tool(clang().arg("--version")).unwrap_or_default();
        String::from_utf8_lossy(&out).into_owned()
    })
}

/// Finds the result in the cache or makes it: under a temporary name first, so that a half-made one is never found.
/// Who comes second waits for the first.
pub fn cached(unit: &Unit, kind: &str, make: impl FnOnce(&Path) -> Check) -> Check<PathBuf> {
    static BUSY: Mutex<BTreeMap<u64, Arc<Mutex<()>>>> = Mutex::new(BTreeMap::new());
    let hash = hash_of(unit, kind)?;
    let turn = Arc::clone(BUSY.lock().unwrap_or_else(|e| e.into_inner()).entry(hash).or_default());
    let _turn = turn.lock().unwrap_or_else(|e| e.into_inner());
    let dir = paths::cache().join("build").join(format!("{hash:016x}"));
    let path = dir.join(format!("{}.bc", unit.name));
    if path.exists() {
        return Ok(path);
    }
    fs::create_dir_all(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let temporary = dir.join(format!(".{}.{:?}", std::process::id(), std::thread::current().id()));
    make(&temporary)?;
    fs::rename(&temporary, &path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(path)
}

fn hash_of(unit: &Unit, kind: &str) -> Check<u64> {
    let mut hash = DefaultHasher::new();
    (kind, clang_version(), paths::root(), &unit.flags, &unit.libs, &unit.sources).hash(&mut hash);
    let read = |path: &Path| fs::read(path).map_err(|e| format!("{}: {e}", path.display()));
    for source in &unit.sources {
        read(source)?.hash(&mut hash);
    }
    for folder in &unit.includes {
        let mut files: Vec<PathBuf> = fs::read_dir(folder)
            .map_err(|e| format!("{}: {e}", folder.display()))?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|e| e == "h" || e == "c" || e == "inc"))
            .collect();
        files.sort();
        for file in files {
            (file.file_name(), read(&file)?).hash(&mut hash);
        }
    }
    Ok(hash.finish())
}
