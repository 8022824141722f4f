//! Symbols of lifted modules: `wasm$MODULE$FIELD`, injective, and of characters that a C identifier of clang's has.

/// One part of a symbol: bytes outside `[A-Za-z0-9_]` become `$$XX`, the empty name `$$`.
pub fn escape(name: &str) -> String {
    if name.is_empty() {
        return "$$".into();
    }
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' => out.push(byte as char),
            _ => out.push_str(&format!("$${byte:02X}")),
        }
    }
    out
}

/// The symbol of what `module` exports as `field`.
pub fn symbol(module: &str, field: &str) -> String {
    format!("wasm${}${}", escape(module), escape(field))
}

/// A symbol of something that is not exported; `what` begins with a lower-case letter, so that no export has it.
pub fn hidden(module: &str, what: &str) -> String {
    format!("wasm${}$${what}", escape(module))
}

/// The wrapper that takes arguments and results through memory.
pub fn invoke(module: &str, field: &str) -> String {
    format!("wasm_invoke${}${}", escape(module), escape(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols() {
        assert_eq!(symbol("m", "f"), "wasm$m$f");
        assert_eq!(symbol("a.b", ""), "wasm$a$$2Eb$$$");
        assert_eq!(symbol("", "x-y"), "wasm$$$$x$$2Dy");
        assert_eq!(hidden("m", "instantiate"), "wasm$m$$instantiate");
    }
}
