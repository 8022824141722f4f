//! The table in docs/TESTING.md: how many assertions of each suite pass. It follows from the scripts (counted without the
//! runner's parser) and from the list of known failures, which every run of the suite keeps exact.

use super::count::assertion_lines;
use super::known::Known;
use super::suites::{Suite, Support};

/// The rows, as Markdown, with a column for each tier.
pub fn table(suites: &[Suite], known: &Known, tiers: &[&str]) -> String {
    let mut text = format!("| suite | files | assertions | {} |\n", tiers.join(" | "));
    text.push_str(&format!("|---|---:|---:|{}\n", "---:|".repeat(tiers.len())));
    let (mut all, mut all_passed) = (0, vec![0; tiers.len()]);
    for suite in suites {
        let (mut total, mut passed) = (0, vec![0; tiers.len()]);
        for file in &suite.files {
            let lines = assertion_lines(file.raw());
            let script = format!("{}/{}", suite.name, file.name());
            for (tier, passed) in tiers.iter().zip(&mut passed) {
                let listed = known.lines(&script, tier);
                *passed += lines.iter().filter(|line| !listed.contains(line)).count();
            }
            total += lines.len();
        }
        let cells = match suite.support {
            Support::Full => {
                all += total;
                all_passed.iter_mut().zip(&passed).for_each(|(all, passed)| *all += passed);
                row(&passed)
            }
            Support::Refused => vec!["refused"; tiers.len()].join(" | "),
        };
        text.push_str(&format!("| {} | {} | {total} | {cells} |\n", suite.name, suite.files.len()));
    }
    text.push_str(&format!("| all that is supported | | {all} | {} |\n", row(&all_passed)));
    text
}

fn row(numbers: &[usize]) -> String {
    numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(" | ")
}
