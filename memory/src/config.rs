//! How large the window is and how slots are split; fits itself into the process's address-space limit.

use crate::layout::{Layout, MAX_SPLIT, MIN_SPLIT};
use rustix::process::{Resource, getrlimit};

/// The smallest window that [`Config::fit`] shrinks to.
const SMALLEST: u64 = 16 << 20;

/// The configuration of a [`crate::Memory`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Size of the window: a power of two, 64 KiB to 64 GiB.
    pub window_bytes: u64,
    /// Upper limit of the bytes that objects and their metadata take up; an allocation beyond it fails.
    pub max_memory: Option<u64>,
    /// Offset bits of the four slot classes, ascending; each 16 to 30. The rest of the low 32 bits is the key.
    pub splits: [u32; 4],
    /// How many ended heap objects are remembered beyond their slot's last one.
    pub heap_history: usize,
    /// The same for the stack objects of each guest thread.
    pub stack_history: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            window_bytes: 1 << 36,
            max_memory: None,
            splits: [20, 24, 28, 30],
            heap_history: 1 << 16,
            stack_history: 1 << 16,
        }
    }
}

impl Config {
    /// A window of 1 MiB with 2 key bits (two keys a slot): retirement, sweep and exhaustion come quickly.
    pub fn tiny() -> Self {
        Self { window_bytes: 1 << 20, splits: [30; 4], ..Self::default() }
    }

    /// The configuration, shrunk where the process's address-space limit asks for it.
    pub fn fit(mut self) -> Self {
        if let Some(limit) = getrlimit(Resource::As).current {
            let free = limit.saturating_sub(address_space_in_use());
            while self.reserved_bytes() > free / 5 * 3 && self.halve() {}
        }
        self
    }

    /// Halves the window; false if it is as small as it gets.
    pub(crate) fn halve(&mut self) -> bool {
        if self.window_bytes <= SMALLEST {
            return false;
        }
        self.window_bytes /= 2;
        let largest = (self.window_bytes.ilog2() - 2).clamp(MIN_SPLIT, MAX_SPLIT);
        for split in &mut self.splits {
            *split = (*split).min(largest);
        }
        true
    }

    /// The address space that a memory of this configuration reserves (about).
    pub fn reserved_bytes(&self) -> u64 {
        let window = self.window_bytes;
        let history = (self.heap_history + self.stack_history) as u64 * 24;
        window + Layout::slack(window, self.splits) + window / 16 + window / 4 + window / 1024 + history
    }

    pub(crate) fn validate(&self) -> Result<(), &'static str> {
        if !self.window_bytes.is_power_of_two() || !(1 << 16..=1 << 36).contains(&self.window_bytes) {
            return Err("the window must be a power of two from 64 KiB to 64 GiB");
        }
        if self.splits.iter().any(|s| !(MIN_SPLIT..=MAX_SPLIT).contains(s)) || !self.splits.is_sorted() {
            return Err("the splits must ascend from 16 to 30 offset bits");
        }
        Ok(())
    }
}

fn address_space_in_use() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = statm.split(' ').next().and_then(|w| w.parse().ok()).unwrap_or(0);
    pages * rustix::param::page_size() as u64
}
