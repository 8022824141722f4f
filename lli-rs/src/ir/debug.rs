//! Source locations, inlined frames included.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Index of a [`Loc`] in its function's [`LocTable`]; [`LocId::NONE`] where nothing is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LocId(pub u32);

impl LocId {
    /// No location.
    pub const NONE: LocId = LocId(u32::MAX);
}

/// One source position. Chains through `inlined_at` are the frames that clang inlined.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Loc {
    /// Path as the compiler was given it (`directory` joined unless absolute).
    pub file: Arc<str>,
    /// 1-based line; 0 means compiler-generated.
    pub line: u32,
    /// 1-based column; 0 is unknown.
    pub col: u32,
    /// Source name of the function that the position is in.
    pub scope: Arc<str>,
    /// Where that function was inlined, or [`LocId::NONE`].
    pub inlined_at: LocId,
}

/// The locations of one function.
#[derive(Clone, Debug, Default)]
pub struct LocTable {
    /// Shared by the copies of a body.
    locs: Arc<Vec<Loc>>,
}

impl LocTable {
    /// Adds a location.
    pub fn push(&mut self, loc: Loc) -> LocId {
        Arc::make_mut(&mut self.locs).push(loc);
        LocId(self.locs.len() as u32 - 1)
    }

    /// The location, if there is one.
    pub fn get(&self, id: LocId) -> Option<&Loc> {
        self.locs.get(id.0 as usize)
    }

    /// All locations, in the order of their ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Loc> {
        self.locs.iter()
    }

    /// The location and the chain of places where its scopes were inlined, innermost first.
    pub fn chain(&self, id: LocId) -> impl Iterator<Item = &Loc> {
        std::iter::successors(self.get(id), |loc| self.get(loc.inlined_at)).take(256)
    }
}
