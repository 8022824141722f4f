//! BTF: types, as far as map declarations need them, and the source lines of `.BTF.ext`. Every index and length is
//! checked; a damaged section is an error, never a panic.

use super::error::Error;
use super::object::Line;

/// Kinds of types that are told apart here (`BTF_KIND_*`).
mod kind {
    pub const INT: u32 = 1;
    pub const PTR: u32 = 2;
    pub const ARRAY: u32 = 3;
    pub const STRUCT: u32 = 4;
    pub const UNION: u32 = 5;
    pub const ENUM: u32 = 6;
    pub const TYPEDEF: u32 = 8;
    pub const RESTRICT: u32 = 11;
    pub const PROTO: u32 = 13;
    pub const VAR: u32 = 14;
    pub const DATASEC: u32 = 15;
    pub const FLOAT: u32 = 16;
    pub const DECL_TAG: u32 = 17;
    pub const TYPE_TAG: u32 = 18;
    pub const ENUM64: u32 = 19;
}

/// A type: its header and where its members begin.
#[derive(Clone, Copy, Debug, Default)]
struct Type {
    name: u32,
    kind: u32,
    count: u32,
    /// Size or type, by kind.
    size: u32,
    /// The offset of what follows the header.
    rest: usize,
}

/// The types of an object.
#[derive(Clone, Debug, Default)]
pub struct Btf<'a> {
    data: &'a [u8],
    strings: &'a [u8],
    types: Vec<Type>,
}

/// A member of a struct.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: u32,
    /// Its place, in bits.
    pub bits: u32,
}

fn damaged(what: &str) -> Error {
    Error::invalid(format!("the BTF is damaged: {what}"))
}

fn word(data: &[u8], at: usize) -> Result<u32, Error> {
    let bytes =
        at.checked_add(4).and_then(|end| data.get(at..end)).ok_or_else(|| damaged("it ends early"))?;
    Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

fn part(data: &[u8], header: u32, offset: u32, len: u32) -> Result<&[u8], Error> {
    let start = header as usize + offset as usize;
    data.get(start..start.saturating_add(len as usize)).ok_or_else(|| damaged("a part lies outside"))
}

impl<'a> Btf<'a> {
    /// Reads `.BTF`.
    pub fn read(data: &'a [u8]) -> Result<Btf<'a>, Error> {
        if word(data, 0)? & 0xffff != 0xeb9f {
            return Err(damaged("its magic number is missing"));
        }
        let header = word(data, 4)?;
        let types = part(data, header, word(data, 8)?, word(data, 12)?)?;
        let strings = part(data, header, word(data, 16)?, word(data, 20)?)?;
        let mut btf = Btf { data: types, strings, types: vec![Type::default()] };
        let mut at = 0;
        while at < types.len() {
            let info = word(types, at + 4)?;
            let (kind, count) = (info >> 24 & 31, info & 0xffff);
            let ty = Type { name: word(types, at)?, kind, count, size: word(types, at + 8)?, rest: at + 12 };
            btf.types.push(ty);
            at += 12
                + match kind {
                    kind::INT | kind::VAR | kind::DECL_TAG => 4,
                    kind::ARRAY => 12,
                    kind::STRUCT | kind::UNION | kind::DATASEC | kind::ENUM64 => count as usize * 12,
                    kind::ENUM | kind::PROTO => count as usize * 8,
                    0 | 20.. => return Err(damaged("a type of unknown kind")),
                    _ => 0,
                };
        }
        Ok(btf)
    }

    fn string(&self, at: u32) -> String {
        let bytes = self.strings.get(at as usize..).unwrap_or_default();
        let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
        String::from_utf8_lossy(&bytes[..end]).into_owned()
    }

    fn get(&self, ty: u32) -> Result<Type, Error> {
        self.types.get(ty as usize).copied().ok_or_else(|| damaged("a type number that is none"))
    }

    /// The type without typedefs and qualifiers.
    fn plain(&self, mut ty: u32) -> Result<(u32, Type), Error> {
        for _ in 0..64 {
            let t = self.get(ty)?;
            match t.kind {
                kind::TYPEDEF..=kind::RESTRICT | kind::TYPE_TAG => ty = t.size,
                _ => return Ok((ty, t)),
            }
        }
        Err(damaged("typedefs in a circle"))
    }

    /// Bytes of a type.
    pub fn size(&self, ty: u32) -> Result<u64, Error> {
        self.size_within(ty, 32)
    }

    fn size_within(&self, ty: u32, depth: u32) -> Result<u64, Error> {
        let (_, t) = self.plain(ty)?;
        match t.kind {
            kind::PTR => Ok(8),
            kind::INT | kind::STRUCT | kind::UNION | kind::ENUM | kind::ENUM64 | kind::FLOAT => {
                Ok(t.size.into())
            }
            kind::ARRAY if depth > 0 => {
                let element = self.size_within(word(self.data, t.rest)?, depth - 1)?;
                Ok(element.saturating_mul(word(self.data, t.rest + 8)?.into()))
            }
            _ => Err(damaged("the size of something without size")),
        }
    }

    /// What a pointer points to.
    pub fn pointee(&self, ty: u32) -> Result<u32, Error> {
        match self.plain(ty)? {
            (_, Type { kind: kind::PTR, size, .. }) => Ok(size),
            _ => Err(damaged("a pointer is expected")),
        }
    }

    /// The element type and number of elements of an array.
    pub fn array(&self, ty: u32) -> Result<(u32, u32), Error> {
        match self.plain(ty)? {
            (_, Type { kind: kind::ARRAY, rest, .. }) => {
                Ok((word(self.data, rest)?, word(self.data, rest + 8)?))
            }
            _ => Err(damaged("an array is expected")),
        }
    }

    /// The members of a struct.
    pub fn members(&self, ty: u32) -> Result<Vec<Member>, Error> {
        let (_, t) = self.plain(ty)?;
        if t.kind != kind::STRUCT {
            return Err(damaged("a struct is expected"));
        }
        (0..t.count as usize)
            .map(|n| {
                let at = t.rest + n * 12;
                let name = self.string(word(self.data, at)?);
                Ok(Member { name, ty: word(self.data, at + 4)?, bits: word(self.data, at + 8)? & 0xff_ffff })
            })
            .collect()
    }

    /// Whether a type is a struct.
    pub fn is_struct(&self, ty: u32) -> bool {
        self.plain(ty).is_ok_and(|(_, t)| t.kind == kind::STRUCT)
    }

    /// The type of a global variable.
    pub fn variable(&self, name: &str) -> Option<u32> {
        self.types.iter().find(|t| t.kind == kind::VAR && self.string(t.name) == name).map(|t| t.size)
    }

    /// The lines of `.BTF.ext`: section, first instruction, line.
    pub fn lines(&self, ext: &[u8]) -> Result<Vec<(String, usize, Line)>, Error> {
        let header = word(ext, 4)?;
        let info = part(ext, header, word(ext, 16)?, word(ext, 20)?)?;
        let mut lines = Vec::new();
        if info.is_empty() {
            return Ok(lines);
        }
        let record = word(info, 0)? as usize;
        if record < 16 {
            return Err(damaged("line records of less than 16 bytes"));
        }
        let mut at = 4;
        while at < info.len() {
            let (section, count) = (self.string(word(info, at)?), word(info, at + 4)?);
            at += 8;
            for _ in 0..count {
                let place = word(info, at + 12)?;
                let file = self.string(word(info, at + 4)?);
                let line = Line { file, line: place >> 10, column: place & 1023 };
                lines.push((section.clone(), word(info, at)? as usize / 8, line));
                at += record;
            }
        }
        Ok(lines)
    }
}
