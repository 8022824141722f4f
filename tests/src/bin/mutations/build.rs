//! Builds a program's parts once, and for each mutation one part anew: natively under AddressSanitizer, and as bitcode.
//!
//! Both come from the same source at -O0, so that they make the same accesses. Uninitialised variables are zero in both, as
//! they are under `svm-lli`: what depends on them is no part of what is compared.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use svm_tests::Check;
use svm_tests::paths;
use svm_tests::process::tool;
use svm_tests::programs::{self, Program};
use svm_tests::toolchain::{self, Unit};

/// An end of a use after scope is none for SVM: an object on the stack lives until its function returns.
const ASAN: [&str; 2] = ["-fsanitize=address", "-fno-sanitize-address-use-after-scope"];

/// A program whose parts are compiled.
pub struct Parts {
    /// Its name.
    pub name: &'static str,
    unit: Unit,
    folder: PathBuf,
}

/// A program that can run in both ways.
pub struct Built {
    /// The executable with AddressSanitizer in it.
    pub native: PathBuf,
    /// The module.
    pub module: PathBuf,
}

impl Parts {
    /// Compiles every part as it is.
    pub fn new(program: &Program) -> Check<Parts> {
        programs::fetch(program.fetch)?;
        let folder = paths::cache().join("mutations").join(program.name);
        fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let parts = Parts { name: program.name, unit: (program.unit)(), folder };
        (0..parts.unit.sources.len()).into_par_iter().try_for_each(|part| {
            parts.compile(&parts.unit.sources[part], &parts.part(&parts.folder, part))
        })?;
        Ok(parts)
    }

    /// The sources that can be mutated.
    pub fn sources(&self) -> &[PathBuf] {
        &self.unit.sources
    }

    /// Links the program, with `changed` (a part's number and its text) in place of what the part was. Both ways of running it
    /// are left in `folder`. An error says that the changed part does not compile.
    pub fn build(&self, changed: Option<(usize, &str)>, folder: &Path) -> Check<Built> {
        let mut homes: Vec<&Path> = vec![&self.folder; self.unit.sources.len()];
        if let Some((part, text)) = changed {
            let source = folder.join(self.unit.sources[part].file_name().unwrap_or_default());
            fs::write(&source, text).map_err(|e| format!("{}: {e}", source.display()))?;
            self.compile(&source, &self.part(folder, part))?;
            homes[part] = folder;
        }
        let of = |suffix: &str| {
            let part = |(n, home): (usize, &&Path)| self.part(home, n).with_extension(suffix);
            homes.iter().enumerate().map(part).collect::<Vec<PathBuf>>()
        };
        let (native, module) = (folder.join("native"), folder.join("module.bc"));
        tool(toolchain::clang().args(ASAN).args(of("o")).args(&self.unit.libs).arg("-o").arg(&native))?;
        tool(toolchain::llvm("llvm-link").args(of("bc")).arg("-o").arg(&module))?;
        Ok(Built { native, module })
    }

    fn part(&self, folder: &Path, part: usize) -> PathBuf {
        folder.join(format!("part{part}.o"))
    }

    /// Makes an object file, and a module beside it.
    fn compile(&self, source: &Path, object: &Path) -> Check {
        let one = |flags: &[&str], to: &Path| {
            let mut clang = toolchain::clang();
            clang
                .args(["-c", "-O0", "-g", "-w", "-ftrivial-auto-var-init=zero"])
                .args(flags)
                .args(&self.unit.flags);
            for include in &self.unit.includes {
                clang.arg("-I").arg(include);
            }
            tool(clang.arg(source).arg("-o").arg(to)).map(drop)
        };
        one(&ASAN, object)?;
        one(&["-emit-llvm"], &object.with_extension("bc"))
    }
}
