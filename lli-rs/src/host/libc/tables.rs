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
