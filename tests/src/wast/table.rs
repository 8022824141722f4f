//! The table in docs/TESTING.md: how many assertions of each suite pass. It follows from the scripts (counted without the
//! runner's parser) and from the list of known failures, which every run of the suite keeps exact.

use super::count::assertion_lines;
use super::known::Known;
use super::suites::{Suite, Support};

/// The rows, as Markdown.
pub fn table(suites: &[Suite], known: &Known, tier: &str) -> String {
    let mut text = String::from("| suite | files | assertions | pass |\n|---|---:|---:|---:|\n");
    let (mut all, mut passed) = (0, 0);
    for suite in suites {
        let (mut total, mut failing) = (0, 0);
        for file in &suite.files {
            let lines = assertion_lines(file.raw());
            let listed = known.lines(&format!("{}/{}", suite.name, file.name()), tier);
            total += lines.len();
            failing += lines.iter().filter(|line| listed.contains(line)).count();
        }
        let files = suite.files.len();
        match suite.support {
            Support::Full => {
                (all, passed) = (all + total, passed + total - failing);
                text.push_str(&format!("| {} | {files} | {total} | {} |\n", suite.name, total - failing));
            }
            Support::Refused => text.push_str(&format!("| {} | {files} | {total} | refused |\n", suite.name)),
        }
    }
    text.push_str(&format!("| all that is supported | | {all} | {passed} |\n"));
    text
}
