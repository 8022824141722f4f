//! Dominators against their definition, and loops.

use proptest::prelude::*;

use super::build::Build;
use crate::ir::{BlockId, Function, Terminator, Type};
use crate::opt::cfg::Cfg;
use crate::opt::dom::{DomTree, Loops};

fn graph(edges: &[Vec<u32>]) -> Function {
    let mut b = Build::new(Type::Void, &[Type::I32], edges.len());
    for (i, to) in edges.iter().enumerate() {
        b.block(i as u32);
        match &to[..] {
            [] => b.term(Terminator::Ret(None)),
            [t] => b.br(*t),
            [rest @ .., t] => {
                let cases = rest.iter().enumerate().map(|(i, t)| (i as u128, BlockId(*t))).collect();
                let value = b.param(0);
                b.term(Terminator::Switch { value, cases, default: BlockId(*t) });
            }
        }
    }
    b.f
}

/// Blocks that the entry reaches without passing through `without`.
fn reached(edges: &[Vec<u32>], without: Option<u32>) -> Vec<bool> {
    let mut seen = vec![false; edges.len()];
    let mut work = vec![0u32];
    while let Some(b) = work.pop() {
        if Some(b) != without && !std::mem::replace(&mut seen[b as usize], true) {
            work.extend(&edges[b as usize]);
        }
    }
    seen
}

proptest! {
    #[test]
    fn dominance_is_what_it_says(edges in (2usize..12).prop_flat_map(|n| prop::collection::vec(prop::collection::vec(1..n as u32, 0..4), n))) {
        let f = graph(&edges);
        let cfg = Cfg::new(&f);
        let dom = DomTree::new(&cfg);
        let reachable = reached(&edges, None);
        let n = edges.len() as u32;
        for a in 0..n {
            prop_assert_eq!(cfg.is_reachable(BlockId(a)), reachable[a as usize]);
            if !reachable[a as usize] {
                continue;
            }
            let around = reached(&edges, Some(a));
            for b in (0..n).filter(|b| reachable[*b as usize]) {
                prop_assert_eq!(dom.dominates(BlockId(a), BlockId(b)), a == b || !around[b as usize]);
            }
        }
        // The frontier: successors of what a block dominates that it does not strictly dominate.
        let frontiers = dom.frontiers(&cfg);
        for a in (0..n).filter(|a| reachable[*a as usize]) {
            let mut expected: Vec<u32> = (0..n)
                .filter(|b| reachable[*b as usize] && dom.dominates(BlockId(a), BlockId(*b)))
                .flat_map(|b| edges[b as usize].clone())
                .filter(|s| *s == a || !dom.dominates(BlockId(a), BlockId(*s)))
                .collect();
            expected.sort_unstable();
            expected.dedup();
            let mut got: Vec<u32> = frontiers[a as usize].iter().map(|b| b.0).collect();
            got.sort_unstable();
            prop_assert_eq!(got, expected);
        }
        let loops = Loops::new(&cfg, &dom);
        for l in &loops.all {
            prop_assert_eq!(l.blocks[0], l.header);
            prop_assert!(l.blocks.iter().all(|b| dom.dominates(l.header, *b)));
            prop_assert!(l.parent.is_none_or(|p| loops.all[p].blocks.contains(&l.header)));
        }
    }
}

#[test]
fn nested_loops() {
    // 0 -> 1 -> 2 -> 3 -> 2, 3 -> 4 -> 1, 4 -> 5
    let f = graph(&[vec![1], vec![2], vec![3], vec![2, 4], vec![1, 5], vec![]]);
    let cfg = Cfg::new(&f);
    let loops = Loops::new(&cfg, &DomTree::new(&cfg));
    assert_eq!(loops.all.len(), 2);
    assert_eq!((loops.all[0].header, loops.all[0].blocks.len()), (BlockId(1), 4));
    assert_eq!((loops.all[1].header, loops.all[1].parent), (BlockId(2), Some(0)));
    let depths: Vec<usize> = (0..6).map(|b| loops.depth(BlockId(b))).collect();
    assert_eq!(depths, [0, 1, 2, 2, 1, 0]);
    assert_eq!(loops.all[1].latches, [BlockId(3)]);
}
