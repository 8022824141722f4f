//! Debug info to locations: files and scopes are interned for the module, positions for the function.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::raw::{Body, Row};
use crate::ir::{Loc, LocId, LocTable};

/// Strings seen so far, by the address of LLVM's copy (which lives as long as the context).
#[derive(Default)]
pub struct Strings {
    files: FxHashMap<(usize, usize), Arc<str>>,
    scopes: FxHashMap<usize, Arc<str>>,
}

fn key(bytes: &[u8]) -> usize {
    if bytes.is_empty() { 0 } else { bytes.as_ptr() as usize }
}

impl Strings {
    /// The path of a position: its directory is joined unless it is absolute.
    fn file(&mut self, row: &Row) -> Arc<str> {
        let (directory, file) = (row.directory(), row.file());
        let join = || {
            let (directory, file) = (String::from_utf8_lossy(directory), String::from_utf8_lossy(file));
            if directory.is_empty() || file.starts_with('/') || file.is_empty() {
                Arc::from(file)
            } else {
                Arc::from(format!("{}/{}", directory.trim_end_matches('/'), file.trim_start_matches("./")))
            }
        };
        self.files.entry((key(directory), key(file))).or_insert_with(join).clone()
    }

    fn scope(&mut self, row: &Row) -> Arc<str> {
        let scope = row.scope();
        self.scopes.entry(key(scope)).or_insert_with(|| Arc::from(String::from_utf8_lossy(scope))).clone()
    }

    /// A position; `inlined_at` is left to the caller.
    pub fn loc(&mut self, row: &Row) -> Loc {
        let (line, col) = row.position();
        Loc { file: self.file(row), line, col, scope: self.scope(row), inlined_at: LocId::NONE }
    }

    /// All positions of a body and where it is declared. Row numbers are location numbers.
    pub fn table(&mut self, body: &Body) -> (LocTable, LocId) {
        let mut table = LocTable::default();
        for row in body.locs() {
            let mut loc = self.loc(&row);
            loc.inlined_at = row.inlined_at().map_or(LocId::NONE, LocId);
            table.push(loc);
        }
        let place = body.place.as_ref().map_or(LocId::NONE, |row| table.push(self.loc(row)));
        (table, place)
    }
}

/// `file:line` of a position.
pub fn place(loc: &Loc) -> Option<String> {
    (!loc.file.is_empty()).then(|| format!("{}:{}", loc.file, loc.line))
}
