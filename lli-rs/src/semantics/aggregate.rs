//! Members of structures and arrays held in registers: each is a range of slots.

use crate::ir::Type;

/// Where the member at `path` lies: its first slot and its type. `None` if the path leads nowhere.
pub fn member<'t>(ty: &'t Type, path: &[u32]) -> Option<(usize, &'t Type)> {
    let mut at = (0usize, ty);
    for &index in path {
        at = match at.1 {
            Type::Array(a) if u64::from(index) < a.len => {
                (at.0 + index as usize * a.elem.slots() as usize, &a.elem)
            }
            Type::Struct(s) => {
                let field = s.fields.get(index as usize)?;
                let before = s.fields[..index as usize].iter().map(|f| f.slots() as usize).sum::<usize>();
                (at.0 + before, field)
            }
            _ => return None,
        };
    }
    Some(at)
}

/// The member of `v`, of aggregate type `ty`, at `path`; zero if there is none.
pub fn extract_value(ty: &Type, v: &[u64], path: &[u32], out: &mut [u64]) {
    match member(ty, path) {
        Some((start, _)) => out.copy_from_slice(&v[start..start + out.len()]),
        None => out.fill(0),
    }
}

/// `v`, of aggregate type `ty`, with the member at `path` replaced by `elem`.
pub fn insert_value(ty: &Type, v: &[u64], elem: &[u64], path: &[u32], out: &mut [u64]) {
    out.copy_from_slice(v);
    if let Some((start, _)) = member(ty, path) {
        out[start..start + elem.len()].copy_from_slice(elem);
    }
}
