//! Where modules come from: files, standard input, bytes; and which bytes of them are modules.
//! The kind is told by the content, never by a suffix.

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use super::raw::Input;
use super::wasm::{self, Part};
use crate::error::LoadError;

/// Something to load.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file.
    Path(PathBuf),
    /// Standard input.
    Stdin,
    /// Bytes at hand.
    Bytes {
        /// For messages.
        name: String,
        /// The file's content.
        data: Arc<[u8]>,
    },
}

const RAW_MAGIC: &[u8] = b"BC\xC0\xDE";
const WRAPPER_MAGIC: &[u8] = b"\xDE\xC0\x17\x0B";
/// ELF's `e_machine` of eBPF.
const EM_BPF: u16 = 247;

impl Source {
    /// What a command line names: `-` is standard input.
    pub fn from_arg(arg: impl Into<PathBuf>) -> Source {
        let path = arg.into();
        if path.as_os_str() == "-" { Source::Stdin } else { Source::Path(path) }
    }

    /// The name that messages give it.
    pub fn name(&self) -> String {
        match self {
            Source::Path(path) => path.display().to_string(),
            Source::Stdin => "<stdin>".into(),
            Source::Bytes { name, .. } => name.clone(),
        }
    }

    pub(crate) fn read(&self) -> Result<Arc<[u8]>, LoadError> {
        let io = |e: std::io::Error| LoadError::Io { file: self.name(), cause: e.to_string() };
        match self {
            Source::Path(path) => std::fs::read(path).map(Arc::from).map_err(io),
            Source::Stdin => {
                let mut data = Vec::new();
                std::io::stdin().lock().read_to_end(&mut data).map_err(io)?;
                Ok(data.into())
            }
            Source::Bytes { data, .. } => Ok(data.clone()),
        }
    }

    /// Reads it and finds the modules in it: one, or, in an ELF file, as many as were linked into it. With `lazily`, what
    /// is WebAssembly need not be lifted yet.
    pub(super) fn parts(&self, lazily: bool) -> Result<Vec<Part>, LoadError> {
        let data = self.read()?;
        let name = self.name();
        let invalid = |cause: String| LoadError::Invalid { file: name.clone(), cause };
        if data.starts_with(RAW_MAGIC) || data.starts_with(WRAPPER_MAGIC) {
            return Ok(vec![Input { name, data, text: false }.into()]);
        }
        if is_bpf_object(&data) {
            let data = super::lift_bpf(&name, &data, false)?;
            return Ok(vec![Input { name, data, text: false }.into()]);
        }
        if data.starts_with(b"\x7FELF") {
            let section = bitcode_section(&data).map_err(&invalid)?;
            let parts = split(section).map_err(&invalid)?;
            let count = parts.len();
            let input = |(i, part): (usize, &[u8])| Input {
                name: if count == 1 { name.clone() } else { format!("{name} (module {} of {count})", i + 1) },
                data: part.into(),
                text: false,
            };
            return Ok(parts.into_iter().enumerate().map(input).map(Part::from).collect());
        }
        if wasm::is_wasm(&data) {
            return Ok(vec![wasm::program(name, &data, lazily)?]);
        }
        if let Some(cause) = known_other(&data) {
            return Err(invalid(cause.into()));
        }
        Ok(vec![Input { name, data, text: true }.into()])
    }
}

/// Whether it is an ELF file whose `e_machine`, in its own byte order, is eBPF's.
fn is_bpf_object(data: &[u8]) -> bool {
    let machine = |at: usize| data.get(at).copied().map(u16::from);
    let (Some(low), Some(high)) = (machine(18), machine(19)) else { return false };
    let little = data.get(5) != Some(&2);
    data.starts_with(b"\x7FELF") && EM_BPF == if little { high << 8 | low } else { low << 8 | high }
}

/// What a file is that is neither bitcode, assembly nor ELF.
fn known_other(data: &[u8]) -> Option<&'static str> {
    match data {
        [] => Some("the file is empty"),
        _ if data.starts_with(b"!<arch>\n") || data.starts_with(b"!<thin>\n") => {
            Some("this is an archive: link its members into one module first (llvm-link)")
        }
        _ if data.iter().take(4096).any(|b| *b == 0)
            || std::str::from_utf8(&data[..data.len().min(4096)]).is_err_and(|e| e.error_len().is_some()) =>
        {
            Some("neither LLVM bitcode, LLVM assembly nor an ELF file with embedded bitcode")
        }
        _ => None,
    }
}

/// The bytes of the section that holds embedded bitcode.
fn bitcode_section(data: &[u8]) -> Result<&[u8], String> {
    use goblin::elf::section_header::SHT_NOBITS;
    let elf = goblin::elf::Elf::parse(data).map_err(|e| format!("damaged ELF file: {e}"))?;
    for section in &elf.section_headers {
        let name = elf.shdr_strtab.get_at(section.sh_name).unwrap_or("");
        if !matches!(name, ".llvmbc" | ".llvm.lto") || section.sh_type == SHT_NOBITS {
            continue;
        }
        let range = usize::try_from(section.sh_offset).ok().zip(usize::try_from(section.sh_size).ok());
        let bytes = range.and_then(|(start, len)| data.get(start..start.checked_add(len)?));
        return bytes.ok_or_else(|| format!("damaged ELF file: section {name} lies outside the file"));
    }
    Err("an ELF file without embedded bitcode (section .llvmbc): compile with -emit-llvm or \
         -fembed-bitcode=all"
        .into())
}

/// Cuts concatenated modules apart. A bitcode file is a magic number and top-level blocks, each of which
/// tells its length; a linker puts files one after the other, perhaps with zeros between.
fn split(section: &[u8]) -> Result<Vec<&[u8]>, String> {
    let mut parts = Vec::new();
    let mut rest = section;
    loop {
        let padding = rest.iter().take_while(|b| **b == 0).count();
        rest = &rest[padding..];
        if rest.is_empty() {
            break;
        }
        let len = module_len(rest).ok_or("damaged embedded bitcode: a module does not end in its section")?;
        parts.push(&rest[..len]);
        rest = &rest[len..];
    }
    if parts.is_empty() { Err("the section for embedded bitcode is empty".into()) } else { Ok(parts) }
}

fn word(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(data.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// Length of the bitcode file that `data` starts with.
fn module_len(data: &[u8]) -> Option<usize> {
    if data.starts_with(WRAPPER_MAGIC) {
        let end = word(data, 8)?.checked_add(word(data, 12)?)? as usize;
        return (end >= 20 && end <= data.len()).then_some(end);
    }
    if !data.starts_with(RAW_MAGIC) {
        return None;
    }
    let mut at = RAW_MAGIC.len();
    // Abbreviation 1, in two bits at top level, enters a block; its second word is the length in words.
    while word(data, at).is_some_and(|w| w & 3 == 1) && !data[at..].starts_with(RAW_MAGIC) {
        let len = usize::try_from(word(data, at + 4)?).ok()?.checked_mul(4)?;
        at = at.checked_add(8)?.checked_add(len)?;
        if at > data.len() {
            return None;
        }
    }
    (at > RAW_MAGIC.len()).then_some(at)
}
