//! Where a C source can be mutated: array indexes and sizes in brackets, comparisons, and the sizes given to `sizeof` and to
//! the functions that allocate, copy and fill. A scanner of tokens, not a parser: what does not compile is drawn again.

use std::ops::Range;

/// One possible change of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Bytes of the source that it replaces.
    pub range: Range<usize>,
    /// What kind of place it is.
    pub kind: Kind,
}

/// What can be shifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The expression between brackets: an index, or the size of an array.
    Index,
    /// `<`, `<=`, `>` or `>=`: a bound.
    Bound,
    /// A size: the whole `sizeof`, or the last argument of a function that takes one there.
    Size,
}

/// Functions whose last argument is a size in bytes.
const SIZED: [&str; 10] =
    ["malloc", "calloc", "realloc", "memcpy", "memmove", "memset", "memcmp", "strncpy", "strncmp", "memchr"];

/// All places of a source, in its order. Comments, literals and preprocessor lines have none.
pub fn sites(source: &str) -> Vec<Site> {
    let code = blank(source);
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'[' => {
                if let Some(end) = closing(bytes, at).filter(|&end| !blank_between(bytes, at + 1, end)) {
                    found.push(Site { range: at + 1..end, kind: Kind::Index });
                }
            }
            b'<' | b'>' => at = comparison(bytes, at, &mut found),
            byte if is_word(byte) => {
                let end = (at..bytes.len()).find(|&i| !is_word(bytes[i])).unwrap_or(bytes.len());
                sized(&code, at..end, &mut found);
                at = end - 1;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Notes the comparison at `at`, if it is one and not a shift or an arrow; returns the place of its last byte.
fn comparison(bytes: &[u8], at: usize, found: &mut Vec<Site>) -> usize {
    let next = bytes.get(at + 1).copied();
    let last = if next == Some(b'=') { at + 1 } else { at };
    let arrow = bytes[at] == b'>' && at > 0 && bytes[at - 1] == b'-';
    if next == Some(bytes[at]) {
        // A shift, perhaps with an assignment behind it.
        return at + 1 + usize::from(bytes.get(at + 2) == Some(&b'='));
    }
    if !arrow {
        found.push(Site { range: at..last + 1, kind: Kind::Bound });
    }
    last
}

/// Notes the size that the word at `word` is given, if it takes one.
fn sized(code: &str, word: Range<usize>, found: &mut Vec<Site>) {
    let bytes = code.as_bytes();
    let name = &code[word.clone()];
    let Some(open) = (word.end..bytes.len()).find(|&i| !bytes[i].is_ascii_whitespace()) else { return };
    let Some(close) = (bytes[open] == b'(').then(|| closing(bytes, open)).flatten() else { return };
    if name == "sizeof" {
        found.push(Site { range: word.start..close + 1, kind: Kind::Size });
    } else if SIZED.contains(&name) {
        let start = last_argument(bytes, open + 1..close);
        if !blank_between(bytes, start, close) {
            found.push(Site { range: start..close, kind: Kind::Size });
        }
    }
}

/// Where the last argument of a call begins.
fn last_argument(bytes: &[u8], arguments: Range<usize>) -> usize {
    let (mut depth, mut start) = (0, arguments.start);
    for at in arguments {
        match bytes[at] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b',' if depth == 0 => start = at + 1,
            _ => {}
        }
    }
    start
}

/// The bracket that closes the one at `open`.
fn closing(bytes: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in bytes.iter().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            b';' if depth == 1 && bytes[open] == b'[' => return None,
            _ => {}
        }
    }
    None
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn blank_between(bytes: &[u8], from: usize, to: usize) -> bool {
    bytes[from..to].iter().all(u8::is_ascii_whitespace)
}

/// The source with everything that is not code replaced by spaces; each byte keeps its place.
fn blank(source: &str) -> String {
    let bytes = source.as_bytes();
    let mut code = bytes.to_vec();
    let mut line_start = true;
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes[at..].starts_with(b"/*") => find(bytes, at + 2, b"*/"),
            b'/' if bytes[at..].starts_with(b"//") => line_end(bytes, at),
            b'#' if line_start => line_end(bytes, at),
            quote @ (b'"' | b'\'') => literal_end(bytes, at, quote),
            byte => {
                line_start = byte == b'\n' || (line_start && byte.is_ascii_whitespace());
                at += 1;
                continue;
            }
        };
        for byte in &mut code[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end;
    }
    // Bytes beyond ASCII stand in comments and literals only, if anywhere; a stray one must not split a character.
    code.iter().map(|&byte| if byte.is_ascii() { byte as char } else { ' ' }).collect()
}

/// The end of a line, of all lines that continue it included.
fn line_end(bytes: &[u8], from: usize) -> usize {
    let continued = |&at: &usize| bytes[at] == b'\n' && bytes[at - 1] != b'\\';
    (from + 1..bytes.len()).find(continued).unwrap_or(bytes.len())
}

fn literal_end(bytes: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from + 1;
    while at < bytes.len() && bytes[at] != quote {
        at += 1 + usize::from(bytes[at] == b'\\');
    }
    (at + 1).min(bytes.len())
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> usize {
    (from..bytes.len()).find(|&at| bytes[at..].starts_with(what)).map_or(bytes.len(), |at| at + what.len())
}

/// The source with one place changed, by as much as `draw` says.
pub fn apply(source: &str, site: &Site, draw: u64) -> String {
    const STEPS: [&str; 5] = ["+1", "-1", "+2", "+17", "+1"];
    let old = &source[site.range.clone()];
    let new = match (site.kind, old) {
        (Kind::Bound, "<") => "<=".to_owned(),
        (Kind::Bound, "<=") => "<".to_owned(),
        (Kind::Bound, ">") => ">=".to_owned(),
        (Kind::Bound, _) => ">".to_owned(),
        (Kind::Index, _) => format!("({old}){}", STEPS[draw as usize % STEPS.len()]),
        (Kind::Size, _) => format!("(({old}){})", if draw.is_multiple_of(2) { "-1" } else { "+1" }),
    };
    format!("{}{new}{}", &source[..site.range.start], &source[site.range.end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<&str> {
        sites(source).into_iter().map(|site| &source[site.range]).collect()
    }

    #[test]
    fn places_are_found_and_what_is_no_code_is_not() {
        let source = "#define M(a) a[1] < 2 \\\n  a[2]\nint a[10], *e[]; /* b[1] */ x = a[i] << 2; if (p->n < a[f(1)]) s(\"[<\", '<');";
        assert_eq!(found(source), ["10", "i", "<", "f(1)"]);
    }

    #[test]
    fn sizes_are_whole_expressions() {
        let source = "p = malloc(n * sizeof(struct s)); memcpy(d, s, max(a, b) ); free(p); calloc(2, (3));";
        assert_eq!(found(source), ["n * sizeof(struct s)", "sizeof(struct s)", " max(a, b) ", " (3)"]);
    }

    #[test]
    fn one_place_changes() {
        let source = "for (i = 0; i <= n; i++) a[i] = 0;";
        let all = sites(source);
        assert_eq!(apply(source, &all[0], 0), "for (i = 0; i < n; i++) a[i] = 0;");
        assert_eq!(apply(source, &all[1], 0), "for (i = 0; i <= n; i++) a[(i)+1] = 0;");
    }
}
