//! Golden fault reports: what varies between machines and runs is made the same, the rest must stay as it is.

use std::fs;
use std::path::Path;

use crate::Check;
use crate::case::Case;
use crate::paths;
use crate::toolchain::Opt;

/// Is this run asked to write the golden files anew?
pub fn blessing() -> bool {
    std::env::var_os("SVM_BLESS").is_some_and(|v| v == "1")
}

/// Addresses become `0x…`, the repository's folder `$ROOT`; blanks at line ends go.
pub fn normalise(report: &str) -> String {
    let report = report
        .replace(&format!("{}/", paths::root().display()), "")
        .replace(&paths::root().display().to_string(), "$ROOT");
    let mut out = String::with_capacity(report.len());
    for line in report.lines() {
        hide_addresses(line.trim_end(), &mut out);
        out.push('\n');
    }
    out
}

/// A hexadecimal number of more than four digits is an address or a part of one.
fn hide_addresses(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(at) = rest.find("0x") {
        let digits = rest[at + 2..].bytes().take_while(u8::is_ascii_hexdigit).count();
        out.push_str(&rest[..at]);
        match digits {
            0..=4 => out.push_str(&rest[at..at + 2 + digits]),
            _ => out.push_str("0x…"),
        }
        rest = &rest[at + 2 + digits..];
    }
    out.push_str(rest);
}

/// Numbers of more than eight digits become `N…`.
fn hide_long_numbers(text: &str) -> String {
    const SHOWN: usize = 8;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let digits = rest[at..].bytes().take_while(u8::is_ascii_digit).count();
        out.push_str(&rest[..at]);
        out.push_str(if digits > SHOWN { "N…" } else { &rest[at..at + digits] });
        rest = &rest[at + digits..];
    }
    out + rest
}

/// Compares with `<case>.stderr`, or with `<case>.O0.stderr` / `<case>.O2.stderr` where the levels must differ; with
/// `SVM_BLESS=1` writes it. A case without a golden file passes only if none was ever blessed for it.
pub fn check(case: &Case, opt: Opt, report: &str) -> Check {
    let mut ours = normalise(report);
    if case.hide_long_numbers {
        ours = hide_long_numbers(&ours);
    }
    let common = case.path.with_extension("stderr");
    let own = case.path.with_extension(format!("{}.stderr", opt.name()));
    if blessing() {
        return bless(&common, &own, opt, &ours);
    }
    let path = if own.exists() { own } else { common };
    let golden =
        fs::read_to_string(&path).map_err(|e| format!("{}: {e} (make bless writes it)", path.display()))?;
    if golden == ours {
        return Ok(());
    }
    Err(format!("the report differs from {}\n{}", path.display(), diff(&golden, &ours)))
}

/// -O0 writes the common file; -O2 writes its own where it differs, and removes it where it no longer does.
fn bless(common: &Path, own: &Path, opt: Opt, ours: &str) -> Check {
    let write = |path: &Path| fs::write(path, ours).map_err(|e| format!("{}: {e}", path.display()));
    match opt {
        Opt::O0 => write(common),
        _ if fs::read_to_string(common).is_ok_and(|text| text == ours) => {
            let _ = fs::remove_file(own);
            Ok(())
        }
        _ => write(own),
    }
}

fn diff(golden: &str, ours: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (golden.lines().collect(), ours.lines().collect());
    let mut out = String::new();
    let mut line = |mark: &str, text: &str| {
        out.push_str(mark);
        out.push_str(text);
        out.push('\n');
    };
    let prefix = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let suffix = a[prefix..].iter().rev().zip(b[prefix..].iter().rev()).take_while(|(x, y)| x == y).count();
    a[..prefix].iter().for_each(|l| line("  ", l));
    a[prefix..a.len() - suffix].iter().for_each(|l| line("- ", l));
    b[prefix..b.len() - suffix].iter().for_each(|l| line("+ ", l));
    a[a.len() - suffix..].iter().for_each(|l| line("  ", l));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_the_repository_are_hidden_but_small_numbers_are_not() {
        let report = format!(
            "at {}/tests/a.c:7 the pointer is 0x20018d600000, null plus 0x40 \n",
            paths::root().display()
        );
        assert_eq!(normalise(&report), "at tests/a.c:7 the pointer is 0x…, null plus 0x40\n");
        assert_eq!(hide_long_numbers("12258901996 bytes, line 12"), "N… bytes, line 12");
    }
}
