//! Pending replacements of values by others.

use crate::ir::{Function, Value};

/// A map from values to what stands for them.
#[derive(Clone, Debug)]
pub struct Subst {
    map: Vec<Value>,
    used: bool,
}

impl Subst {
    /// Nothing replaced yet.
    pub fn new(f: &Function) -> Subst {
        Subst { map: (0..f.values.len() as u32).map(Value).collect(), used: false }
    }

    /// What stands for `v`.
    pub fn get(&mut self, v: Value) -> Value {
        let mut root = v;
        while let Some(next) = self.map.get(root.0 as usize).filter(|n| **n != root) {
            root = *next;
        }
        // Shorten the path for the next one who asks.
        let mut at = v;
        while at != root {
            at = std::mem::replace(&mut self.map[at.0 as usize], root);
        }
        root
    }

    /// Lets `by` stand for `v`; a replacement by itself does nothing.
    pub fn replace(&mut self, v: Value, by: Value) {
        let by = self.get(by);
        if by != v {
            let known = self.map.len() as u32;
            self.map.extend((known..=v.0).map(Value));
            self.map[v.0 as usize] = by;
            self.used = true;
        }
    }

    /// Rewrites the operands of all instructions in blocks.
    pub fn apply(&mut self, f: &mut Function) {
        if !self.used {
            return;
        }
        for block in &f.blocks {
            for id in &block.insts {
                f.insts[id.0 as usize].inst.operands_mut(&mut |v| *v = self.get(*v));
            }
        }
    }
}
