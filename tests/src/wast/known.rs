//! Known failures of the specification's tests: `SUITE/FILE:LINE,LINE  # cause`, `@TIER` behind a line for one tier alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::Outcome;
use crate::Check;

/// What is expected to fail, by script.
#[derive(Clone, Debug, Default)]
pub struct Known(BTreeMap<String, BTreeSet<(usize, Option<String>)>>);

impl Known {
    /// Reads the list.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or a line names no cause.
    pub fn read(path: &Path) -> Check<Known> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let mut list: BTreeMap<String, BTreeSet<_>> = BTreeMap::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let bad = || format!("{}: `{line}` is not SUITE/FILE:LINE,... # cause", path.display());
            let (place, _cause) = line.split_once(" #").ok_or_else(bad)?;
            let (script, lines) = place.trim().split_once(':').ok_or_else(bad)?;
            for number in lines.split(',') {
                let (number, tier) = match number.split_once('@') {
                    Some((number, tier)) => (number, Some(tier.to_owned())),
                    None => (number, None),
                };
                let number = number.parse().map_err(|_| bad())?;
                list.entry(script.to_owned()).or_default().insert((number, tier));
            }
        }
        Ok(Known(list))
    }

    /// The lines of a script that fail on a tier.
    pub fn lines(&self, script: &str, tier: &str) -> BTreeSet<usize> {
        let all = self.0.get(script).into_iter().flatten();
        all.filter(|(_, on)| on.as_ref().is_none_or(|on| on == tier)).map(|(line, _)| *line).collect()
    }

    /// The scripts that are listed.
    pub fn scripts(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Compares a run with the list: what fails must be on it, and what is on it must fail.
    ///
    /// # Errors
    ///
    /// The differences.
    pub fn judge(&self, script: &str, tier: &str, outcome: &Outcome) -> Check {
        let listed = self.lines(script, tier);
        let failed: BTreeSet<usize> = outcome.failures.iter().map(|f| f.line).collect();
        let mut text = String::new();
        for f in outcome.failures.iter().filter(|f| !listed.contains(&f.line)) {
            text.push_str(&format!("line {}: {}\n", f.line, f.what));
        }
        for line in listed.difference(&failed) {
            text.push_str(&format!("line {line} passes, but is listed as a known failure: remove it\n"));
        }
        if text.is_empty() { Ok(()) } else { Err(text) }
    }
}
