//! What to do with one loop: which tests count its iterations, which checks a range can stand for.

use smallvec::SmallVec;

use crate::ir::{BinOp, BlockId, Function, ICmpPred, Inst, InstId, Terminator, Value};
use crate::opt::affine::{Affine, Guard, Linear, Step, width};
use crate::opt::dom::{DomTree, Loop};

/// Ranges tested before a strip; more cost more than they save.
const MAX_GROUPS: usize = 8;
const MAX_GUARDS: usize = 8;
/// Accesses of one group lie at most so far apart.
const MAX_SPREAD: i64 = 1 << 16;

/// A comparison that holds as long as the loop goes on.
#[derive(Clone, Debug)]
pub struct Count {
    /// `sum pred limit`.
    pub pred: ICmpPred,
    /// What is compared, in `bits` bits.
    pub sum: Linear,
    /// By how much it grows; not zero.
    pub step: Step,
    /// Does not change.
    pub limit: Value,
    /// Width of the comparison.
    pub bits: u32,
    /// It stands in the latch: the iteration that it ends still runs.
    pub in_latch: bool,
    /// What must hold for the sum to be what is compared, with their steps.
    pub guards: Vec<(Guard, Step)>,
}

/// Checks of one root at addresses that differ by constants.
#[derive(Clone, Debug)]
pub struct Group {
    /// What judges.
    pub root: Value,
    /// The accessible bytes of its object, if they are known.
    pub size: Option<u64>,
    /// The address of offset 0.
    pub base: Linear,
    /// Bytes from one iteration to the next.
    pub step: Step,
    /// First byte, and one past the last, of what an iteration accesses, from `base`.
    pub span: (i64, i64),
    /// Whether any of them writes.
    pub write: bool,
    /// The checks and their offsets from `base`.
    pub checks: Vec<(InstId, i64)>,
}

/// All that [`super::rewrite`] needs.
#[derive(Clone, Debug)]
pub struct Plan {
    /// At least one.
    pub counts: Vec<Count>,
    /// Blocks that leave the loop only by a count, and where they go on inside.
    pub counted: Vec<(BlockId, BlockId)>,
    /// At least one.
    pub groups: Vec<Group>,
    /// What must hold for the sums to be what they stand for.
    pub guards: Vec<(Guard, Step)>,
}

impl Plan {
    /// The values that steps are multiples of, each once.
    pub fn times(&self) -> SmallVec<[Value; 2]> {
        let counts = self.counts.iter().map(|c| c.step);
        let steps = counts.chain(self.groups.iter().map(|g| g.step)).chain(self.guards.iter().map(|g| g.1));
        let mut all: SmallVec<[Value; 2]> = steps.filter_map(|s| s.times).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Plans a loop; `None` if there is nothing to gain.
pub fn make(f: &Function, l: &Loop, dom: &DomTree, home: &[Option<BlockId>]) -> Option<Plan> {
    let latch = *l.latches.first()?;
    let inside = |b: BlockId| l.blocks.contains(&b);
    let affine = Affine::new(f, l.header, latch, &inside, home);
    let mut plan = Plan { counts: Vec::new(), counted: Vec::new(), groups: Vec::new(), guards: Vec::new() };
    for block in l.blocks.iter().copied().filter(|b| dom.dominates(*b, latch)) {
        let Some(Terminator::CondBr(cond, yes, no)) = f.terminator(block) else { continue };
        let (stay, holds) = match (inside(*yes), inside(*no)) {
            (true, false) => (*yes, true),
            (false, true) => (*no, false),
            _ => continue,
        };
        if let Some(counts) = counts(f, &affine, *cond, holds, block == latch) {
            let guards = counts.iter().flat_map(|c| c.guards.iter().cloned());
            plan.guards.extend(guards);
            plan.counts.extend(counts);
            plan.counted.push((block, stay));
        }
    }
    // Such a loop is no vector code, and often so short that the ranges cost more than its checks.
    if plan.counts.is_empty() || may_end_early(f, l, &plan) {
        return None;
    }
    // What every iteration accesses comes first: the rest may not make its ranges larger.
    for certain in [true, false] {
        for block in l.blocks.iter().filter(|b| dom.dominates(**b, latch) == certain) {
            for id in &f.block(*block).insts {
                cover(f, &affine, *id, certain, &mut plan);
            }
        }
    }
    (!plan.groups.is_empty()).then_some(plan)
}

/// Whether something else than the counts can end the loop.
fn may_end_early(f: &Function, l: &Loop, plan: &Plan) -> bool {
    let counted = |b: &BlockId| plan.counted.iter().any(|(block, _)| block == b);
    let leaves =
        |b: &BlockId| f.terminator(*b).is_some_and(|t| t.successors().iter().any(|s| !l.blocks.contains(s)));
    l.blocks.iter().any(|b| leaves(b) && !counted(b))
}

/// The comparisons that all hold as long as `cond` is `holds`, if it is nothing but counting.
fn counts(
    f: &Function,
    affine: &Affine<'_>,
    cond: Value,
    holds: bool,
    in_latch: bool,
) -> Option<SmallVec<[Count; 2]>> {
    let (_, data) = f.def_inst(cond)?;
    let zero_bits = |v: Value, n: u64| match f.as_const(v) {
        Some(crate::ir::Const::Zero) => n == 0,
        Some(crate::ir::Const::Int(m)) => *m == n,
        _ => false,
    };
    let both = |a: Value, b: Value| {
        let mut all = counts(f, affine, a, holds, in_latch)?;
        all.extend(counts(f, affine, b, holds, in_latch)?);
        Some(all)
    };
    match &data.inst {
        Inst::Binary(BinOp::And, a, b) if holds => both(*a, *b),
        Inst::Binary(BinOp::Or, a, b) if !holds => both(*a, *b),
        Inst::Select(a, b, c) if holds && zero_bits(*c, 0) => both(*a, *b),
        Inst::Select(a, b, c) if !holds && zero_bits(*b, 1) => both(*a, *c),
        Inst::Binary(BinOp::Xor, a, b) if zero_bits(*b, 1) => counts(f, affine, *a, !holds, in_latch),
        Inst::ICmp(pred, a, b) => {
            let pred = if holds { *pred } else { inverse(*pred) };
            let count = one(f, affine, pred, *a, *b, in_latch);
            let count = count.or_else(|| one(f, affine, swapped(pred), *b, *a, in_latch))?;
            Some(std::iter::once(count).collect())
        }
        _ => None,
    }
}

fn one(
    f: &Function,
    affine: &Affine<'_>,
    pred: ICmpPred,
    x: Value,
    limit: Value,
    in_latch: bool,
) -> Option<Count> {
    let bits = width(f.ty(x))?;
    if !affine.is_invariant(limit) || affine.is_invariant(x) {
        return None;
    }
    let mut guards = Vec::new();
    let sum = affine.linear(x, bits, &mut guards)?;
    let step = affine.step(&sum)?;
    let guards = guards.into_iter().map(|g| Some((affine.step(&g.sum)?, g)));
    let guards = guards.map(|g| g.map(|(s, g)| (g, s))).collect::<Option<Vec<_>>>()?;
    let fits = match pred {
        ICmpPred::Slt | ICmpPred::Sle | ICmpPred::Ult | ICmpPred::Ule => step.by > 0,
        ICmpPred::Sgt | ICmpPred::Sge | ICmpPred::Ugt | ICmpPred::Uge => step.by < 0,
        ICmpPred::Ne => step.by != 0,
        ICmpPred::Eq => false,
    };
    let small = bits == 64 || step.by.unsigned_abs() < 1 << (bits - 1);
    (fits && small).then_some(Count { pred, sum, step, limit, bits, in_latch, guards })
}

/// Puts a check into a group, or into a new one, if a range can stand for it.
fn cover(f: &Function, affine: &Affine<'_>, id: InstId, certain: bool, plan: &mut Plan) {
    let Inst::Check { ptr, root, len, write, size } = f.inst(id).inst else { return };
    let mut guards = Vec::new();
    let Some(mut base) = affine.linear(ptr, 64, &mut guards) else { return };
    let (Some(step), true) = (affine.step(&base), affine.is_invariant(root)) else { return };
    let has_base = base.terms.iter().any(|(leaf, n)| *n == 1 && *f.ty(leaf.value) == crate::ir::Type::Ptr);
    let Some(len) = i64::try_from(len).ok().filter(|n| *n <= MAX_SPREAD && has_base) else { return };
    let with_steps = guards.into_iter().map(|g| Some((affine.step(&g.sum)?, g))).collect::<Option<Vec<_>>>();
    let Some(guards) = with_steps else { return };
    let new: Vec<(Guard, Step)> =
        guards.into_iter().map(|(s, g)| (g, s)).filter(|g| !plan.guards.contains(g)).collect();
    if plan.guards.len() + new.len() > MAX_GUARDS {
        return;
    }
    let offset = std::mem::take(&mut base.offset);
    let Some(end) = offset.checked_add(len) else { return };
    // Groups of the same addresses that are far from each other stay apart.
    let near = |g: &Group| {
        let (low, high) = (g.span.0.min(offset), g.span.1.max(end));
        let spread = high.checked_sub(low).is_some_and(|n| n <= MAX_SPREAD);
        spread && (certain || (low, high) == g.span && (g.write || !write))
    };
    let found = plan.groups.iter().position(|g| (g.root, &g.base) == (root, &base) && near(g));
    match found {
        Some(at) => {
            let g = &mut plan.groups[at];
            g.span = (g.span.0.min(offset), g.span.1.max(end));
            g.write |= write;
            // A read-only object has no known size for writes.
            g.size = g.size.filter(|n| Some(*n) == size);
            g.checks.push((id, offset));
        }
        None if plan.groups.len() < MAX_GROUPS => {
            let checks = vec![(id, offset)];
            plan.groups.push(Group { root, size, base, step, span: (offset, end), write, checks });
        }
        None => return,
    }
    plan.guards.extend(new);
}

fn inverse(pred: ICmpPred) -> ICmpPred {
    match pred {
        ICmpPred::Eq => ICmpPred::Ne,
        ICmpPred::Ne => ICmpPred::Eq,
        ICmpPred::Ugt => ICmpPred::Ule,
        ICmpPred::Uge => ICmpPred::Ult,
        ICmpPred::Ult => ICmpPred::Uge,
        ICmpPred::Ule => ICmpPred::Ugt,
        ICmpPred::Sgt => ICmpPred::Sle,
        ICmpPred::Sge => ICmpPred::Slt,
        ICmpPred::Slt => ICmpPred::Sge,
        ICmpPred::Sle => ICmpPred::Sgt,
    }
}

fn swapped(pred: ICmpPred) -> ICmpPred {
    match pred {
        ICmpPred::Eq => ICmpPred::Eq,
        ICmpPred::Ne => ICmpPred::Ne,
        ICmpPred::Ugt => ICmpPred::Ult,
        ICmpPred::Uge => ICmpPred::Ule,
        ICmpPred::Ult => ICmpPred::Ugt,
        ICmpPred::Ule => ICmpPred::Uge,
        ICmpPred::Sgt => ICmpPred::Slt,
        ICmpPred::Sge => ICmpPred::Sle,
        ICmpPred::Slt => ICmpPred::Sgt,
        ICmpPred::Sle => ICmpPred::Sge,
    }
}
