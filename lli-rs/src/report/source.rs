//! Source text for snippets, under the rule of which files may be read.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

/// Where source files may be looked for. Debug info can name any path, so a sandboxed guest's report
/// reads only below the given directories.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Directories given with `--source-path`.
    pub roots: Vec<PathBuf>,
    /// Whether paths outside `roots` must not be read.
    pub restricted: bool,
}

/// Files larger than this are no sources that anyone wants a snippet of.
const MAX_SOURCE_BYTES: u64 = 32 << 20;

impl Sources {
    /// The text of the file that debug info names `file`.
    pub fn read(&self, file: &str) -> Option<String> {
        let path = Path::new(file);
        if !self.restricted
            && let Some(text) = read_text(path)
        {
            return Some(text);
        }
        self.roots.iter().find_map(|root| self.below(root, path))
    }

    /// The longest tail of `path` that exists below `root`, symbolic links resolved first.
    fn below(&self, root: &Path, path: &Path) -> Option<String> {
        let root = root.canonicalize().ok()?;
        if let Ok(real) = path.canonicalize()
            && real.starts_with(&root)
        {
            return read_text(&real);
        }
        let names: Vec<_> = path
            .components()
            .filter_map(|c| match c {
                Component::Normal(name) => Some(name),
                _ => None,
            })
            .collect();
        (0..names.len()).find_map(|skip| {
            let candidate = root.join(names[skip..].iter().collect::<PathBuf>()).canonicalize().ok()?;
            candidate.starts_with(&root).then(|| read_text(&candidate)).flatten()
        })
    }
}

fn read_text(path: &Path) -> Option<String> {
    let meta = std::fs::metadata(path).ok()?;
    if !meta.is_file() || meta.len() > MAX_SOURCE_BYTES {
        return None;
    }
    Some(String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned())
}

/// Reads each file once for one report.
#[derive(Default)]
pub(super) struct SourceCache {
    files: HashMap<String, Option<String>>,
}

impl SourceCache {
    /// The text of `file`, if it may and can be read.
    pub(super) fn get(&mut self, sources: &Sources, file: &str) -> Option<&str> {
        self.files.entry(file.to_string()).or_insert_with(|| sources.read(file)).as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restricted_sources_stay_below_their_roots() {
        let dir = std::env::temp_dir().join(format!("svm-sources-{}", std::process::id()));
        let inside = dir.join("src");
        std::fs::create_dir_all(&inside).unwrap();
        std::fs::write(inside.join("a.c"), "inside").unwrap();
        std::fs::write(dir.join("secret"), "secret").unwrap();
        std::os::unix::fs::symlink(dir.join("secret"), inside.join("link.c")).unwrap();
        let sources = Sources { roots: vec![inside.clone()], restricted: true };
        assert_eq!(sources.read("/build/elsewhere/src/a.c").as_deref(), Some("inside"));
        assert_eq!(sources.read(inside.join("a.c").to_str().unwrap()).as_deref(), Some("inside"));
        assert_eq!(sources.read(dir.join("secret").to_str().unwrap()), None);
        assert_eq!(sources.read("../secret"), None);
        assert_eq!(sources.read("link.c"), None);
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
