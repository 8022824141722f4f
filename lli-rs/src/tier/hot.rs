//! What earlier runs of the same program have compiled: a hint, kept in the cache beside the code. A function or loop that
//! was warm then is asked for as soon as it is there, and since its code is in the cache, it is there at once. A hint that
//! is out of date costs a compile in the background, nothing else.

use parking_lot::Mutex;
use rustc_hash::FxHashSet;

use crate::bytecode::Code;
use crate::cache::{self, Folder, Key};
use crate::ir::{BlockId, FuncId, Module};
use crate::opt::compiled::Level;

/// A function, or the loop of it that begins at a block.
type Entry = (u32, u32);

/// The block of an entry that is a function, and of one that was compiled well with nothing inlined into it: whether
/// callees are depends on what has been seen running, and a cache would not have the code.
const WHOLE: u32 = u32::MAX;
const WELL: u32 = u32::MAX - 1;

/// The hints of one process.
#[derive(Default)]
pub(super) struct Hot {
    known: FxHashSet<Entry>,
    new: Mutex<FxHashSet<Entry>>,
}

/// By what the hints of a module are found: its functions' names and this build, not its code.
fn key(module: &Module) -> Key {
    let mut names = String::new();
    for f in &module.funcs {
        names.push_str(&f.name);
        names.push(if f.defined { '\n' } else { '?' });
    }
    Key::of(&[b"hot", cache::build().as_bytes(), names.as_bytes()])
}

impl Hot {
    /// What the cache knows of the module.
    pub(super) fn load(folder: &Folder, module: &Module) -> Hot {
        let bytes = folder.get_hint(&key(module)).unwrap_or_default();
        let word = |b: &[u8; 4]| u32::from_le_bytes(*b);
        let words: Vec<u32> = bytes.as_chunks::<4>().0.iter().map(word).collect();
        let known = words.as_chunks::<2>().0.iter().map(|[f, block]| (*f, *block)).collect();
        Hot { known, new: Mutex::default() }
    }

    /// How well the function was compiled, as far as it can be so again without having run.
    pub(super) fn function(&self, f: FuncId) -> Option<Level> {
        let known = |block| self.known.contains(&(f.0, block));
        if known(WELL) { Some(Level::Full) } else { known(WHOLE).then_some(Level::Quick) }
    }

    /// Whether the loop was.
    pub(super) fn head(&self, f: FuncId, head: BlockId) -> bool {
        self.known.contains(&(f.0, head.0))
    }

    /// It has been compiled now.
    pub(super) fn note(&self, f: FuncId, level: Level, code: &Code) {
        self.add((f.0, if level == Level::Full && code.inlined.is_empty() { WELL } else { WHOLE }));
    }

    /// Its loop has been compiled for frames of bytecode.
    pub(super) fn note_loop(&self, f: FuncId, head: BlockId) {
        self.add((f.0, head.0));
    }

    fn add(&self, entry: Entry) {
        if !self.known.contains(&entry) {
            self.new.lock().insert(entry);
        }
    }

    /// Keeps what is known now, if it is more than before.
    pub(super) fn save(&self, folder: &Folder, module: &Module) {
        let new = self.new.lock();
        if new.is_empty() {
            return;
        }
        let mut all: Vec<Entry> = self.known.iter().chain(new.iter()).copied().collect();
        all.sort_unstable();
        let bytes: Vec<u8> =
            all.iter().flat_map(|(f, b)| [f.to_le_bytes(), b.to_le_bytes()]).flatten().collect();
        folder.put(&key(module), &bytes);
    }
}
