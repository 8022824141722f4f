//! The root of each pointer: the value whose slot and header an access is checked against.
//!
//! The root goes through geps, through phis and selects all of whose inputs have the same root, and
//! through what changes nothing (freeze, a cast from pointer to pointer). The address of a symbol has the
//! symbol as its root. A gep on a null or integer-made base is its own root, and so is everything else.
//! Both tiers use the same roots, so that no report depends on the tier.

use smallvec::SmallVec;

use crate::ir::{CastOp, Const, Function, Inst, Symbol, Type, Value, ValueDef};

/// What a pointer is checked against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Root {
    /// Another value, or the pointer itself.
    Value(Value),
    /// The object of a symbol.
    Symbol(Symbol),
}

/// The roots of all values of one function.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    roots: Vec<Root>,
}

impl Roots {
    /// Computes them.
    pub fn compute(f: &Function) -> Roots {
        let mut solver = Solver::new(f);
        solver.solve((0..f.values.len() as u32).map(Value).collect());
        Roots { roots: solver.roots.into_iter().enumerate().map(|(i, r)| own_if_none(i, r)).collect() }
    }

    /// The root of a pointer; of anything else, the value itself.
    pub fn of(&self, p: Value) -> Root {
        self.roots.get(p.0 as usize).copied().unwrap_or(Root::Value(p))
    }
}

fn own_if_none(i: usize, root: Option<Root>) -> Root {
    root.unwrap_or(Root::Value(Value(i as u32)))
}

/// Whether a base tells nothing about an object: null, another constant integer, or a cast integer.
pub fn is_integer_made(f: &Function, base: Value) -> bool {
    let mut base = base;
    loop {
        match &f.value(base).def {
            ValueDef::Const(c) => return !matches!(c, Const::Addr(..)),
            ValueDef::Param(_) => return false,
            ValueDef::Inst(id) => match &f.inst(*id).inst {
                Inst::Cast(CastOp::IntToPtr, _) => return true,
                Inst::Freeze(v) | Inst::Cast(CastOp::BitCast, v) if *f.ty(*v) == Type::Ptr => base = *v,
                _ => return false,
            },
        }
    }
}

/// The pointers that a pointer's root comes from; empty for one that is its own.
fn sources(f: &Function, v: Value) -> SmallVec<[Value; 4]> {
    let none = SmallVec::new();
    if *f.ty(v) != Type::Ptr {
        return none;
    }
    let Some((_, data)) = f.def_inst(v) else { return none };
    match &data.inst {
        Inst::Gep { base, .. } if !is_integer_made(f, *base) => SmallVec::from_slice(&[*base]),
        Inst::Freeze(p) | Inst::Cast(CastOp::BitCast, p) if *f.ty(*p) == Type::Ptr => {
            SmallVec::from_slice(&[*p])
        }
        Inst::Select(_, a, b) => SmallVec::from_slice(&[*a, *b]),
        Inst::Phi(incoming) => incoming.iter().map(|(_, p)| *p).collect(),
        _ => none,
    }
}

/// Solves one strongly connected component after the other, sources first. In a component, all members
/// have the one root that enters it. If several enter, each member where one enters directly is its own
/// root (were it not, the whole component would have its root, and so the other entry too); with these
/// settled the rest of the component is solved again.
struct Solver<'a> {
    f: &'a Function,
    roots: Vec<Option<Root>>,
    /// Tarjan's numbers; 0 is unvisited in the current round.
    number: Vec<u32>,
    low: Vec<u32>,
    next: u32,
    stack: Vec<Value>,
    /// How often the current component has been taken apart.
    depth: u32,
}

/// Components inside components inside components: beyond this (no program is known to come near it)
/// every remaining merge is its own root.
const MAX_DEPTH: u32 = 100;

/// A value on the path of the search, with the sources that it has yet to follow.
struct Visit {
    value: Value,
    left: SmallVec<[Value; 4]>,
}

impl Solver<'_> {
    fn new(f: &Function) -> Solver<'_> {
        let n = f.values.len();
        Solver {
            f,
            roots: vec![None; n],
            number: vec![0; n],
            low: vec![0; n],
            next: 0,
            stack: Vec::new(),
            depth: 0,
        }
    }

    fn solve(&mut self, values: Vec<Value>) {
        for v in &values {
            self.number[v.0 as usize] = 0;
        }
        for v in values {
            if self.roots[v.0 as usize].is_none() && self.number[v.0 as usize] == 0 {
                self.visit(v);
            }
        }
    }

    fn enter(&mut self, value: Value, path: &mut Vec<Visit>) {
        self.next += 1;
        self.number[value.0 as usize] = self.next;
        self.low[value.0 as usize] = self.next;
        self.stack.push(value);
        path.push(Visit { value, left: sources(self.f, value) });
    }

    fn visit(&mut self, start: Value) {
        let mut path = Vec::new();
        self.enter(start, &mut path);
        while let Some(top) = path.last_mut() {
            let at = top.value.0 as usize;
            if let Some(source) = top.left.pop() {
                let i = source.0 as usize;
                if self.roots[i].is_some() {
                    continue;
                }
                if self.number[i] == 0 {
                    self.enter(source, &mut path);
                } else {
                    // Unsettled and numbered: it is on the stack.
                    self.low[at] = self.low[at].min(self.number[i]);
                }
                continue;
            }
            path.pop();
            if let Some(parent) = path.last() {
                let p = parent.value.0 as usize;
                self.low[p] = self.low[p].min(self.low[at]);
            }
            if self.low[at] == self.number[at] {
                let start = self.stack.iter().rposition(|v| v.0 as usize == at).unwrap_or(0);
                let component = self.stack.split_off(start);
                self.settle(component);
            }
        }
    }

    /// Gives all members of a component their roots.
    fn settle(&mut self, component: Vec<Value>) {
        let entering = |v: &Value| -> SmallVec<[Root; 4]> {
            sources(self.f, *v).iter().filter_map(|s| self.roots[s.0 as usize]).collect()
        };
        let mut all = component.iter().flat_map(entering);
        let first = all.next();
        let one = all.all(|r| Some(r) == first);
        if let (Some(root), true) = (first, one) {
            component.iter().for_each(|v| self.roots[v.0 as usize] = Some(root));
            return;
        }
        let certain = |v: &&Value| match first {
            // A cycle that nothing enters is never reached; a single value without sources is a root.
            None => true,
            Some(_) if self.depth >= MAX_DEPTH => sources(self.f, **v).len() > 1,
            Some(_) => !entering(v).is_empty(),
        };
        let own: Vec<Value> = component.iter().filter(certain).copied().collect();
        own.iter().for_each(|v| self.roots[v.0 as usize] = Some(self.own(*v)));
        let rest: Vec<Value> = component.into_iter().filter(|v| self.roots[v.0 as usize].is_none()).collect();
        if !rest.is_empty() {
            // Now, not later: the values still on the path depend on these.
            self.depth += 1;
            self.solve(rest);
            self.depth -= 1;
        }
    }

    fn own(&self, v: Value) -> Root {
        match self.f.as_const(v) {
            Some(Const::Addr(symbol, _)) => Root::Symbol(*symbol),
            _ => Root::Value(v),
        }
    }
}
