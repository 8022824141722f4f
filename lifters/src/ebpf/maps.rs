//! Map declarations: BTF-defined ones (`.maps`), and the legacy `maps` section.

use super::btf::Btf;
use super::error::Error;
use super::object::Map;

/// A declaration that refers to others by place: the bytes of its own variable where `values` begin.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// The map.
    pub map: Map,
    /// The map's inner template.
    pub inner: Option<Map>,
    /// The offset of its initial values in its variable.
    pub values: Option<u64>,
}

/// A legacy `struct bpf_map_def`: five or more 32-bit words.
pub fn legacy(name: &str, bytes: &[u8]) -> Result<Declared, Error> {
    let word = |n: usize| bytes.as_chunks::<4>().0.get(n).map_or(0, |b| u32::from_le_bytes(*b));
    if bytes.len() < 16 {
        return Err(Error::invalid(format!(
            "map {name} is declared by {} bytes: at least 16 are needed",
            bytes.len()
        )));
    }
    let map = Map {
        name: name.into(),
        kind: word(0),
        key_size: word(1),
        value_size: word(2),
        max_entries: word(3),
        flags: word(4),
        ..Map::default()
    };
    Ok(Declared { map, ..Declared::default() })
}

/// A BTF-defined map: the members of its struct type say what it is.
pub fn defined(btf: &Btf<'_>, name: &str) -> Result<Declared, Error> {
    let unknown = || Error::invalid(format!("map {name} has no BTF: compile with -g"));
    declared(btf, name, btf.variable(name).ok_or_else(unknown)?, true)
}

fn declared(btf: &Btf<'_>, name: &str, ty: u32, outer: bool) -> Result<Declared, Error> {
    let mut d = Declared { map: Map { name: name.into(), ..Map::default() }, ..Declared::default() };
    // `__uint(max_entries, 5)` declares a pointer to an array of five elements.
    let number = |ty| btf.pointee(ty).and_then(|t| btf.array(t)).map(|(_, n)| n);
    let size = |ty| {
        let size = btf.size(btf.pointee(ty)?)?;
        u32::try_from(size).map_err(|_| Error::invalid(format!("map {name}: a key or value of {size} bytes")))
    };
    for member in btf.members(ty)? {
        match member.name.as_str() {
            "type" => d.map.kind = number(member.ty)?,
            "max_entries" => d.map.max_entries = number(member.ty)?,
            "map_flags" => d.map.flags = number(member.ty)?,
            "map_extra" => d.map.extra = number(member.ty)?.into(),
            "key_size" => d.map.key_size = number(member.ty)?,
            "value_size" => d.map.value_size = number(member.ty)?,
            "key" => d.map.key_size = size(member.ty)?,
            "value" => d.map.value_size = size(member.ty)?,
            "values" if outer => {
                d.values = Some(u64::from(member.bits / 8));
                let target = btf.pointee(btf.array(member.ty)?.0)?;
                if btf.is_struct(target) {
                    d.inner = Some(declared(btf, &format!("{name}.inner"), target, false)?.map);
                }
            }
            "pinning" | "numa_node" | "values" => {}
            other => return Err(Error::unsupported(format!("map {name}: the attribute {other}"))),
        }
    }
    if d.values.is_some() {
        d.map.key_size = d.map.key_size.max(4);
        d.map.value_size = d.map.value_size.max(4);
    }
    Ok(d)
}
