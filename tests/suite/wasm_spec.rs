//! WebAssembly's specification tests, one test for each script and tier: `wasm/spec/SUITE/FILE`.

use std::collections::BTreeSet;
use std::sync::Arc;

use svm_tests::tier::{AUTO, INTERP, JIT, OSR, Tier};
use svm_tests::wast::{self, Known, Support};
use svm_tests::{Check, paths};

use super::Test;

/// Every script runs on all of them.
const TIERS: [&Tier; 4] = [&INTERP, &JIT, &AUTO, &OSR];

/// Adds the tests.
pub fn collect(tests: &mut Vec<Test>) {
    let list = paths::in_root("tests/wasm-known-failures.txt");
    let known = match Known::read(&list) {
        Ok(known) => Arc::new(known),
        Err(what) => {
            tests.push(("wasm/spec/known-failures".into(), Box::new(|| Err(what))));
            return;
        }
    };
    let suites = wast::all();
    let rows = wast::table(&suites, &known, &TIERS.map(|t| t.name));
    tests.push(("wasm/spec/table".into(), Box::new(move || table_is_there(&rows))));
    let mut scripts = BTreeSet::new();
    for suite in suites {
        for file in suite.files {
            let script = format!("{}/{}", suite.name, file.name());
            scripts.insert(script.clone());
            let file = Arc::new(file);
            for tier in TIERS {
                let (known, file, script) = (known.clone(), file.clone(), script.clone());
                let (version, support) = (suite.version, suite.support);
                let title = tier.test_name(&format!("wasm/spec/{script}"));
                let check = move || {
                    let outcome = wast::run(&file, version, &wast::config(tier.name)?)?;
                    counted(&outcome, file.raw())?;
                    match support {
                        Support::Full => known.judge(&script, tier.name, &outcome),
                        Support::Refused => only_refusals(&outcome),
                    }
                };
                tests.push((title, Box::new(check)));
            }
        }
    }
    let gone: Vec<String> = known.scripts().filter(|s| !scripts.contains(*s)).map(str::to_owned).collect();
    let check = move || if gone.is_empty() { Ok(()) } else { Err(format!("no such script: {gone:?}")) };
    tests.push(("wasm/spec/known-failures".into(), Box::new(check)));
}

/// Nothing is skipped: as many assertions were judged as the script has.
fn counted(outcome: &wast::Outcome, text: &str) -> Check {
    match (outcome.assertions, wast::assertions(text)) {
        (ran, there) if ran == there => Ok(()),
        (ran, there) => Err(format!("{ran} assertions were judged, {there} are there")),
    }
}

/// What a refused proposal's script may end in: its modules are not accepted, for that reason. Proposals change: what
/// the script takes for valid may be so no longer, or not yet, to the parser, which then says so.
fn only_refusals(outcome: &wast::Outcome) -> Check {
    const REFUSALS: [&str; 2] = ["unsupported: ", "not a valid WebAssembly module: "];
    let refused = |what: &&str| REFUSALS.iter().any(|refusal| what.contains(refusal));
    let other: Vec<&str> =
        outcome.failures.iter().map(|f| f.what.as_str()).filter(|what| !refused(what)).collect();
    if other.is_empty() { Ok(()) } else { Err(other.join("\n")) }
}

/// docs/TESTING.md has the table as it is now.
fn table_is_there(rows: &str) -> Check {
    let page = paths::in_root("docs/TESTING.md");
    let text = std::fs::read_to_string(&page).map_err(|e| e.to_string())?;
    match text.contains(rows) {
        true => Ok(()),
        false => Err(format!("docs/TESTING.md does not have the table:\n{rows}")),
    }
}
