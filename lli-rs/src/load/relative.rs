//! Relative look-up tables: arrays of 32-bit differences between an object's address and the table's own,
//! read by `llvm.load.relative`. The difference of two slot pointers does not fit 32 bits, so such a table
//! becomes an array of pointers and its loads ordinary ones.
//!
//! The rule: a table is a constant of this module alone whose every entry is
//! `trunc(sub(ptrtoint X, ptrtoint table))`, and whose address stands in no other initial value. In a body,
//! only `llvm.load.relative`, and phis and selects all of whose users are such loads (or such phis and
//! selects) and all of whose values are tables, may name it; any other use is refused where it stands.

use rustc_hash::FxHashSet;

use super::Shared;
use super::raw::{Block, Val, ValKind, op};
use crate::ir::{Const, ConstOp, Global, GlobalId, Linkage, Module, Symbol, Type};

/// Turns the relative tables of a module into tables of pointers; their ids.
pub fn retype(module: &mut Module) -> FxHashSet<GlobalId> {
    let mut tables: FxHashSet<GlobalId> = FxHashSet::default();
    for (i, global) in module.globals.iter().enumerate() {
        let id = GlobalId(i as u32);
        if entries(global, id).is_some() {
            tables.insert(id);
        }
    }
    if tables.is_empty() {
        return tables;
    }
    for (i, global) in module.globals.iter().enumerate() {
        if let Some(init) = &global.init {
            let own = GlobalId(i as u32);
            unlist(init, own, &mut tables);
        }
    }
    for id in &tables {
        let global = &mut module.globals[id.0 as usize];
        if let Some(list) = entries(global, *id) {
            global.ty = Type::array(Type::Ptr, list.len() as u64);
            global.size = global.ty.size();
            global.align = global.align.max(8);
            global.init = Some(Const::List(list.into()));
        }
    }
    tables
}

/// The targets of a table, if the global is one.
fn entries(global: &Global, id: GlobalId) -> Option<Vec<Const>> {
    let Type::Array(array) = &global.ty else { return None };
    let shape = global.constant && global.linkage == Linkage::Local && array.elem == Type::I32;
    let Some(Const::List(list)) = global.init.as_ref().filter(|_| shape) else { return None };
    list.iter().map(|entry| target(entry, id)).collect()
}

fn target(entry: &Const, table: GlobalId) -> Option<Const> {
    let Const::Expr(trunc) = entry else { return None };
    let ConstOp::Trunc(Const::Expr(sub), 32) = &**trunc else { return None };
    match &**sub {
        ConstOp::Sub(to @ Const::Addr(..), Const::Addr(Symbol::Global(from), 0), 64) if *from == table => {
            Some(to.clone())
        }
        _ => None,
    }
}

/// Takes tables off the list whose address stands in another global's initial value.
fn unlist(c: &Const, own: GlobalId, tables: &mut FxHashSet<GlobalId>) {
    match c {
        Const::Addr(Symbol::Global(id), _) if *id != own => {
            tables.remove(id);
        }
        Const::List(list) => list.iter().for_each(|c| unlist(c, own, tables)),
        Const::Expr(e) => match &**e {
            ConstOp::Add(a, b, _) | ConstOp::Sub(a, b, _) | ConstOp::Xor(a, b, _) => {
                unlist(a, own, tables);
                unlist(b, own, tables);
            }
            ConstOp::Trunc(a, _) => unlist(a, own, tables),
        },
        _ => {}
    }
}

/// Whether a constant of a body names one of the tables.
pub fn mentions(c: &Const, tables: &FxHashSet<GlobalId>) -> bool {
    match c {
        Const::Addr(Symbol::Global(id), _) => tables.contains(id),
        Const::List(list) => list.iter().any(|c| mentions(c, tables)),
        _ => false,
    }
}

fn is_load_relative(v: Val) -> bool {
    v.kind() == ValKind::Instruction
        && v.opcode() == op::CALL
        && v.callee().is_some_and(|c| {
            c.kind() == ValKind::Function && c.intrinsic_name() == Some("llvm.load.relative")
        })
}

/// Calls of `llvm.load.relative` whose table is known, and the phis and selects between them and the
/// tables.
pub fn sanctioned(blocks: &[Block], shared: &Shared) -> FxHashSet<usize> {
    let mut loads: Vec<Val> = Vec::new();
    for block in blocks {
        loads.extend(block.insts().filter(|v| is_load_relative(*v)));
    }
    let mut good = FxHashSet::default();
    for load in loads {
        let mut seen = FxHashSet::default();
        if load.operand(0).is_some_and(|table| is_table(table, shared, &mut seen)) {
            good.insert(load.key());
            good.extend(seen);
        }
    }
    // A phi or select that something else uses too is no longer good, nor are the loads that it feeds.
    let all: Vec<Val> = blocks.iter().flat_map(|b| b.insts()).filter(|v| good.contains(&v.key())).collect();
    loop {
        let before = good.len();
        for v in &all {
            let users_good = is_load_relative(*v) || v.users().iter().all(|u| good.contains(&u.key()));
            let sources_good =
                sources(*v).all(|s| s.kind() != ValKind::Instruction || good.contains(&s.key()));
            if !users_good || !sources_good {
                good.remove(&v.key());
            }
        }
        if good.len() == before {
            return good;
        }
    }
}

/// The operands of a load, phi or select that are tables or lead to them.
fn sources<'m>(v: Val<'m>) -> impl Iterator<Item = Val<'m>> {
    let range = match v.opcode() {
        op::SELECT => 1..3,
        op::PHI => 0..v.operand_count(),
        _ => 0..1,
    };
    range.filter_map(move |i| v.operand(i))
}

fn is_table(v: Val, shared: &Shared, seen: &mut FxHashSet<usize>) -> bool {
    match v.kind() {
        ValKind::Global => match shared.names.symbols.get(&v.key()) {
            Some(Symbol::Global(id)) => shared.tables.contains(id),
            _ => false,
        },
        ValKind::Instruction if matches!(v.opcode(), op::PHI | op::SELECT | op::FREEZE) => {
            !seen.insert(v.key()) || sources(v).all(|s| is_table(s, shared, seen))
        }
        _ => false,
    }
}
