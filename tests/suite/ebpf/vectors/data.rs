//! Vectors in `.data` files, as uBPF introduced them: sections under titles `-- asm`, `-- raw`, `-- mem`, `-- result`,
//! `-- error`. Ours have `-- packet` in the place of `-- mem` where the program is a socket filter.

use std::path::Path;

use svm_lifters::ebpf::asm;

use super::{Expect, Input, Vector};

fn number(text: &str) -> Option<u64> {
    match text.trim().strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.trim().parse().ok(),
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, String> {
    let digits = text.lines().flat_map(|l| l.split('#').next().unwrap_or("").split_whitespace());
    digits.map(|d| u8::from_str_radix(d, 16).map_err(|e| format!("{d}: {e}"))).collect()
}

/// The sections by title; `@ FILE` takes the section's text from a file beside it.
fn sections(path: &Path) -> Result<Vec<(String, String)>, String> {
    let text = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let mut sections: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("-- ") {
            let (title, file) = title.split_once('@').map_or((title, None), |(t, f)| (t, Some(f.trim())));
            let content = match file {
                Some(file) => {
                    std::fs::read_to_string(path.with_file_name(file)).map_err(|e| format!("{file}: {e}"))?
                }
                None => String::new(),
            };
            sections.push((title.trim().to_owned(), content));
        } else if let Some((_, content)) = sections.last_mut() {
            *content += line;
            *content += "\n";
        }
    }
    Ok(sections)
}

/// A vector, unless the file has no code in text or says nothing to check.
fn read(path: &Path) -> Result<Option<Vector>, String> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let (mut code, mut input, mut result, mut error) = (Vec::new(), Input::None, None, false);
    for (title, text) in sections(path)? {
        match title.as_str() {
            "asm" => code = asm::assemble(&text).map_err(|e| format!("{name}: {e}"))?,
            "raw" if code.is_empty() => {
                let words = text.lines().filter_map(|l| number(l.split('#').next().unwrap_or("")));
                code = words.flat_map(u64::to_le_bytes).collect();
            }
            "mem" => input = Input::Memory(bytes(&text)?),
            "packet" => input = Input::Packet(bytes(&text)?),
            "result" => result = number(&text),
            "error" | "error pattern" => error = true,
            _ => {}
        }
    }
    // Where an error is told, the result is the driver's status.
    let expect = match (result, error) {
        (_, true) => Expect::Error,
        (Some(r0), false) => Expect::Value(r0),
        (None, false) => return Ok(None),
    };
    Ok((!code.is_empty()).then_some(Vector { name, code, input, expect }))
}

/// All vectors of a folder, by name.
pub fn folder(folder: &Path) -> Result<Vec<Vector>, String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut paths: Vec<_> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "data"));
    paths.sort();
    let mut vectors = Vec::new();
    for path in paths {
        vectors.extend(read(&path)?);
    }
    Ok(vectors)
}
