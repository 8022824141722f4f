//! Reads what a lifted module says about itself (`svm_memory::abi`) from its constants.

use svm_memory::GuestPtr;
use svm_memory::abi::{BPF_MAPS, BPF_PROGRAMS, BPF_VARIABLES};

use super::maps::Def;
use crate::ir::{FuncId, Symbol};
use crate::machine::{Cx, Result};

/// A program of the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its function's name.
    pub name: String,
    /// The section that it comes from: tells its type.
    pub section: String,
    /// Its function.
    pub func: FuncId,
    /// The function's address.
    pub address: GuestPtr,
}

/// A global variable of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Name.
    pub name: String,
    /// `.data`, `.rodata`, `.bss` or one of their kin.
    pub section: String,
    /// The object.
    pub object: GuestPtr,
    /// Bytes.
    pub size: u64,
}

/// The rows of a table: `words` 64-bit words each. A module without the table has none.
fn rows(cx: &Cx<'_>, table: &str, words: u64) -> Result<Vec<Vec<u64>>> {
    let Some((Symbol::Global(_), base)) = cx.process.export(table) else { return Ok(Vec::new()) };
    let size = cx.mem().size_of(base)?;
    let row = |n: u64| {
        let word = |w: u64| Ok(cx.mem().load(base.offset(((n * words + w) * 8) as i64))?);
        (0..words).map(word).collect()
    };
    (0..size / (words * 8)).map(row).collect()
}

fn text(cx: &Cx<'_>, at: u64) -> Result<String> {
    if at == 0 {
        return Ok(String::new());
    }
    Ok(String::from_utf8_lossy(&cx.mem().c_str(GuestPtr::new(at))?).into_owned())
}

/// A map's address, what it is made from, and its initial elements.
pub(super) type MapRow = (GuestPtr, Def, Vec<(u64, GuestPtr)>);

/// The maps: `{ i32 type, key_size, value_size, max_entries, flags, index; i64 extra; ptr name, inner, values; i64 n }`.
pub(super) fn maps(cx: &Cx<'_>) -> Result<Vec<MapRow>> {
    let mut maps = Vec::new();
    for row in rows(cx, BPF_MAPS, 1)? {
        let at = GuestPtr::new(row[0]);
        let int = |n: i64| -> Result<u32> { Ok(cx.mem().load(at.offset(n * 4))?) };
        let word = |n: i64| -> Result<u64> { Ok(cx.mem().load(at.offset(24 + n * 8))?) };
        let def = Def {
            kind: int(0)?,
            key_size: int(1)?,
            value_size: int(2)?,
            max_entries: int(3)?,
            flags: int(4)?,
            extra: word(0)?,
            name: text(cx, word(1)?)?,
        };
        let (values, count) = (GuestPtr::new(word(3)?), word(4)?);
        let mut initial = Vec::new();
        for n in 0..count {
            let entry = values.offset((n * 16) as i64);
            initial.push((cx.mem().load(entry)?, GuestPtr::new(cx.mem().load(entry.offset(8))?)));
        }
        maps.push((at, def, initial));
    }
    Ok(maps)
}

/// The programs: `{ ptr name, ptr section, ptr function }`.
pub(super) fn programs(cx: &Cx<'_>) -> Result<Vec<Program>> {
    let mut programs = Vec::new();
    for row in rows(cx, BPF_PROGRAMS, 3)? {
        let address = GuestPtr::new(row[2]);
        if let Some(func) = cx.process.function_at(address) {
            programs.push(Program { name: text(cx, row[0])?, section: text(cx, row[1])?, func, address });
        }
    }
    Ok(programs)
}

/// The variables: `{ ptr name, ptr section, ptr object, i64 offset, i64 size }`.
pub(super) fn variables(cx: &Cx<'_>) -> Result<Vec<Variable>> {
    let row = |row: Vec<u64>| {
        Ok(Variable {
            name: text(cx, row[0])?,
            section: text(cx, row[1])?,
            object: GuestPtr::new(row[2]),
            size: row[4],
        })
    };
    rows(cx, BPF_VARIABLES, 5)?.into_iter().map(row).collect()
}
