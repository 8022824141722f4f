//! Where things are: the repository, the cache, `svm-lli`.

use std::path::{Path, PathBuf};

/// The repository's root folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in a folder of the repository")
}

/// A path in the repository.
pub fn in_root(path: &str) -> PathBuf {
    root().join(path)
}

/// The ignored folder for fetched sources and compiled programs (`SVM_CACHE`, or `.cache` in the repository).
pub fn cache() -> PathBuf {
    std::env::var_os("SVM_CACHE").map_or_else(|| in_root(".cache"), PathBuf::from)
}

/// The binary under test (`SVM_LLI`, or the release build).
pub fn svm_lli() -> PathBuf {
    std::env::var_os("SVM_LLI").map_or_else(|| in_root("target/release/svm-lli"), PathBuf::from)
}

/// The C files below a folder, sorted, with their names relative to it and without the suffix.
pub fn c_files(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    collect(folder, folder, &mut found);
    found.sort();
    found
}

fn collect(top: &Path, folder: &Path, found: &mut Vec<(String, PathBuf)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(top, &path, found);
        } else if path.extension().is_some_and(|e| e == "c") {
            let name = path.strip_prefix(top).expect("below the top").with_extension("");
            found.push((name.to_string_lossy().into_owned(), path));
        }
    }
}
