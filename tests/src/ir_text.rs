//! Reads just enough of a disassembled module to say whether a source line still does something: that the optimizer
//! has not removed the access a fault case is about.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::Check;
use crate::process::tool;
use crate::toolchain::llvm;

/// Instructions that touch memory, leave the function or can trap.
const ACTS: &[&str] = &[
    "load",
    "store",
    "call",
    "invoke",
    "sdiv",
    "udiv",
    "srem",
    "urem",
    "atomicrmw",
    "cmpxchg",
    "alloca",
    "unreachable",
];

/// Does one of the lines of the file still carry such an instruction in this module?
pub fn line_acts(module: &Path, file: &Path, lines: &[u32]) -> Check<bool> {
    let text = tool(llvm("llvm-dis").args(["-o", "-"]).arg(module))?;
    let text = String::from_utf8_lossy(&text);
    Ok(text_acts(&text, &file.file_name().unwrap_or_default().to_string_lossy(), lines))
}

fn text_acts(text: &str, file: &str, lines: &[u32]) -> bool {
    let nodes: HashMap<&str, &str> = text
        .lines()
        .filter(|line| line.starts_with('!'))
        .filter_map(|line| line.split_once(" = "))
        .map(|(id, node)| (id, node.trim_start_matches("distinct ")))
        .collect();
    let wanted: HashSet<&str> = nodes
        .iter()
        .filter(|(_, node)| node.starts_with("!DILocation("))
        .filter(|(_, node)| {
            field(node, "line").and_then(|l| l.parse().ok()).is_some_and(|l| lines.contains(&l))
        })
        .filter(|(_, node)| field(node, "scope").is_some_and(|scope| in_file(&nodes, scope, file)))
        .map(|(id, _)| *id)
        .collect();
    text.lines().filter(|line| line.starts_with("  ")).any(|line| {
        let Some((head, tail)) = line.split_once(", !dbg ") else {
            return false;
        };
        let location = tail.split([',', ' ']).next().unwrap_or_default();
        wanted.contains(location) && acts(head)
    })
}

fn acts(head: &str) -> bool {
    let operation = head.split_once(" = ").map_or(head, |(_, op)| op).trim_start();
    let mut words = operation.split_whitespace();
    let first = match words.next() {
        Some("tail" | "musttail" | "notail") => words.next(),
        other => other,
    };
    first.is_some_and(|word| ACTS.contains(&word))
        && !operation.contains("@llvm.lifetime")
        && !operation.contains("@llvm.assume")
}

/// Follows a scope to the file it lies in.
fn in_file<'a>(nodes: &HashMap<&'a str, &'a str>, mut scope: &'a str, file: &str) -> bool {
    for _ in 0..64 {
        let Some(node) = nodes.get(scope) else {
            return false;
        };
        if let Some(at) = field(node, "file") {
            return nodes.get(at).is_some_and(|f| f.contains(&format!("{file}\"")));
        }
        match field(node, "scope") {
            Some(outer) => scope = outer,
            None => return false,
        }
    }
    false
}

fn field<'n>(node: &'n str, name: &str) -> Option<&'n str> {
    let inner = node.split_once('(')?.1;
    inner.trim_end_matches(')').split(", ").find_map(|part| part.strip_prefix(name)?.strip_prefix(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
define i32 @main() !dbg !4 {
  %1 = load i32, ptr %p, align 4, !dbg !7
  %2 = add i32 %1, 1, !dbg !8
  ret i32 %2, !dbg !9
}
!1 = !DIFile(filename: "tests/c/case.c", directory: "/")
!2 = !DIFile(filename: "other.h", directory: "/")
!4 = distinct !DISubprogram(name: "main", scope: !1, file: !1, line: 1)
!5 = distinct !DILexicalBlock(scope: !4, file: !2, line: 3)
!7 = !DILocation(line: 10, column: 3, scope: !4)
!8 = !DILocation(line: 11, column: 3, scope: !4)
!9 = !DILocation(line: 12, column: 3, scope: !5)
"#;

    #[test]
    fn a_load_on_the_line_counts_and_arithmetic_does_not() {
        assert!(text_acts(TEXT, "case.c", &[10]));
        assert!(!text_acts(TEXT, "case.c", &[11, 12]));
        assert!(!text_acts(TEXT, "other.c", &[10]));
    }
}
