//! Tests of all function tables together.

use std::collections::HashSet;

use crate::host::{CType, PtrUse};

#[test]
fn every_row_is_well_formed_and_unique() {
    let mut names = HashSet::new();
    for function in super::tables().into_iter().flatten() {
        let proto = function.parse().unwrap_or_else(|e| panic!("{}: {e:?}", function.proto));
        assert_eq!(proto.name, function.name());
        assert!(names.insert(function.name()), "{} is declared twice", function.name());
        let ints: HashSet<&str> = proto
            .params
            .iter()
            .filter(|p| matches!(p.ty, CType::Int { .. }))
            .map(|p| p.name.as_str())
            .collect();
        for param in &proto.params {
            let (PtrUse::Read(size) | PtrUse::Write(size) | PtrUse::ReadWrite(size)) = &param.use_ else {
                continue;
            };
            for factor in size.split('*').map(str::trim).filter(|f| !f.is_empty()) {
                let known = factor.parse::<u64>().is_ok() || ints.contains(factor);
                assert!(known, "{}: `{factor}` is neither a number nor an integer parameter", function.proto);
            }
        }
    }
}

#[test]
fn variables_are_unique() {
    let mut names = HashSet::new();
    for global in super::globals().iter().copied().flatten() {
        assert!(names.insert(global.name), "{} is declared twice", global.name);
    }
}

/// Functions that real programs call, most used first: what is at hand of them, in steps of 50.
#[test]
fn the_first_functions_by_use_are_there() {
    // Names that the engine itself handles (`_setjmp`), or that are no functions of the C library.
    const ELSEWHERE: &[&str] = &["_setjmp"];
    let names: HashSet<&str> = super::tables().into_iter().flatten().map(|f| f.name()).collect();
    let ranked: Vec<&str> = include_str!("ranked.txt").lines().collect();
    let missing = |range: &[&'static str]| -> Vec<&'static str> {
        range.iter().copied().filter(|n| !names.contains(n) && !ELSEWHERE.contains(n)).collect()
    };
    for (i, step) in ranked.chunks(50).enumerate() {
        let missing = missing(step);
        println!(
            "{:3}-{:3}: {:2} missing: {}",
            i * 50 + 1,
            i * 50 + step.len(),
            missing.len(),
            missing.join(" ")
        );
    }
    let missing = missing(&ranked[..200]);
    assert!(missing.is_empty(), "missing: {}", missing.join(" "));
}
