//! Compiled code on disk: object files under a digest of all that they were made from.
//!
//! The key is the caller's bytes (the module as codegen made it, before any pass, so that globals' addresses, limits and
//! options are in it) and what it is compiled with: this build of SVM, LLVM's version, processor and features, passes.
//! So nothing can be found that compiling would not give again.
//!
//! Code from a file runs with the host's rights. Therefore the folder must be the user's own and nobody else's to write,
//! and so must every file; both are judged by their open descriptors. A file is written under another name and moved, and
//! carries its digest: what is cut off or changed is as good as absent. Trouble with the disk never stops a program.

mod folder;

use std::sync::OnceLock;

use sha2::{Digest, Sha256};

pub use folder::{Folder, default_path};

/// Marks a file of this format.
const MAGIC: &[u8; 8] = b"SVMCODE1";
/// Bytes of a digest.
const DIGEST: usize = 32;

/// What tells this build of SVM from every other one: its version, and which file of which age it runs from.
pub(crate) fn build() -> &'static str {
    use std::os::unix::fs::MetadataExt;
    static BUILD: OnceLock<String> = OnceLock::new();
    BUILD.get_or_init(|| {
        let file = std::env::current_exe().and_then(std::fs::metadata);
        let file =
            file.map(|m| format!("{} {} {} {}.{}", m.dev(), m.ino(), m.size(), m.mtime(), m.mtime_nsec()));
        // Without a file to look at, nothing is found again.
        let file =
            file.unwrap_or_else(|_| format!("{} {:?}", std::process::id(), std::time::SystemTime::now()));
        format!("{} {file}", env!("CARGO_PKG_VERSION"))
    })
}

/// The name of one object in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key([u8; DIGEST]);

impl Key {
    /// The key of what is made from these parts; where one ends and the next begins counts.
    pub fn of(parts: &[&[u8]]) -> Key {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Key(hash.finalize().into())
    }

    /// The file's name.
    pub(crate) fn name(&self) -> String {
        self.0.iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// What a file holds: magic, key, digest of the bytes, the bytes.
fn pack(key: &Key, bytes: &[u8]) -> Vec<u8> {
    [&MAGIC[..], &key.0, &Sha256::digest(bytes), bytes].concat()
}

/// The bytes of a file, if they are those that were packed under this key.
fn unpack<'a>(key: &Key, file: &'a [u8]) -> Option<&'a [u8]> {
    let rest = file.strip_prefix(MAGIC)?.strip_prefix(&key.0)?;
    let (digest, bytes) = rest.split_at_checked(DIGEST)?;
    (Sha256::digest(bytes)[..] == *digest).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_kept_apart() {
        assert_ne!(Key::of(&[b"ab", b"c"]), Key::of(&[b"a", b"bc"]));
        assert_eq!(Key::of(&[b"ab", b"c"]), Key::of(&[b"ab", b"c"]));
        // SHA-256 of the length 3 and "abc".
        let name = Key::of(&[b"abc"]).name();
        assert_eq!(name.len(), 64);
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_seen() {
        let (key, other) = (Key::of(&[b"1"]), Key::of(&[b"2"]));
        let file = pack(&key, b"code");
        assert_eq!(unpack(&key, &file), Some(&b"code"[..]));
        assert_eq!(unpack(&other, &file), None);
        for at in 0..file.len() {
            assert_eq!(unpack(&key, &file[..at]), None);
            for bit in 0..8 {
                let mut damaged = file.clone();
                damaged[at] ^= 1 << bit;
                assert_eq!(unpack(&key, &damaged), None, "byte {at}, bit {bit}");
            }
        }
        assert_eq!(unpack(&key, &[&file[..], b"x"].concat()), None);
    }
}
