//! Counts a file's assertions by its parentheses alone, independently of the parser that runs it: an assertion that the
//! runner loses is noticed.

/// How many `(assert_...)` stand at the top level of a script.
pub fn assertions(text: &str) -> usize {
    assertion_lines(text).len()
}

/// The lines in which they begin, from 1.
pub fn assertion_lines(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut found) = (0, 0usize, Vec::new());
    while at < bytes.len() {
        at += match bytes[at] {
            b';' if bytes[at..].starts_with(b";;") => line(&bytes[at..]),
            b'(' if bytes[at..].starts_with(b"(;") => comment(&bytes[at..]),
            b'"' => string(&bytes[at..]),
            b'(' => {
                if depth == 0 && bytes[at..].starts_with(b"(assert_") {
                    found.push(at);
                }
                depth += 1;
                1
            }
            b')' => {
                depth = depth.saturating_sub(1);
                1
            }
            _ => 1,
        };
    }
    let (mut line, mut from) = (1, 0);
    found
        .into_iter()
        .map(|at| {
            line += bytes[from..at].iter().filter(|b| **b == b'\n').count();
            from = at;
            line
        })
        .collect()
}

/// The length of a comment to the end of its line.
fn line(bytes: &[u8]) -> usize {
    bytes.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(bytes.len())
}

/// The length of a comment in `(; ;)`, which nests.
fn comment(bytes: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0);
    while at < bytes.len() {
        if bytes[at..].starts_with(b"(;") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b";)") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// The length of a string with its quotes.
fn string(bytes: &[u8]) -> usize {
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::assertions;

    #[test]
    fn comments_and_strings_hide_nothing_and_count_nothing() {
        let text = r#"
            (module (func (export "(assert_x") )) ;; (assert_return (invoke "f"))
            (; (assert_trap) (; nested ;) (assert_trap) ;)
            (assert_return (invoke "\"(") (i32.const 1))
            (assert_invalid (module quote "(assert_") "x")(assert_trap (invoke "f") "y")
        "#;
        assert_eq!(assertions(text), 3);
        assert_eq!(super::assertion_lines(text), [4, 5, 5]);
    }
}
