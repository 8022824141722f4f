//! Known failures: a list that rots loudly. A test on it must fail; one that passes fails the run.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Check;

/// Test names with the cause of each failure.
#[derive(Clone, Debug, Default)]
pub struct Known(BTreeMap<String, String>);

impl Known {
    /// Reads a list: `NAME  # cause` in each line.
    pub fn read(path: &Path) -> Check<Known> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let mut list = BTreeMap::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let Some((name, cause)) = line.split_once('#').map(|(n, c)| (n.trim(), c.trim())) else {
                return Err(format!("{}: `{line}` names no cause", path.display()));
            };
            if list.insert(name.to_owned(), cause.to_owned()).is_some() {
                return Err(format!("{}: {name} is listed twice", path.display()));
            }
        }
        Ok(Known(list))
    }

    /// The cause, if the test is listed.
    pub fn cause(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Turns a result into what the run should say.
    pub fn judge(&self, name: &str, result: Check) -> Check {
        match (self.cause(name), result) {
            (None, result) => result,
            (Some(_), Err(_)) => Ok(()),
            (Some(cause), Ok(())) => {
                Err(format!("passes, but is listed as a known failure ({cause}): remove it"))
            }
        }
    }

    /// Listed names that no test has.
    pub fn unused<'a>(&'a self, names: &std::collections::BTreeSet<String>) -> Vec<&'a str> {
        self.0.keys().map(String::as_str).filter(|name| !names.contains(*name)).collect()
    }
}
