//! Property tests: the model and the heap always agree.

mod model;

use model::{Model, Op};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use svm_memory::Config;

fn sizes() -> impl Strategy<Value = u64> {
    prop_oneof![6 => 0..100u64, 3 => 0..3000u64, 1 => 0..40_000u64]
}

fn any_bits() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        0..1u64 << 32,
        // A slot of the window with any key and a small offset: what a forger would try.
        (0..1u64 << 16, 0..4u64, 0..64u64).prop_map(|(slot, key, offset)| slot << 32 | key << 30 | offset),
        (0..1u64 << 17, any::<u32>()).prop_map(|(slot, low)| slot << 32 | u64::from(low)),
    ]
}

fn ops() -> impl Strategy<Value = Op> {
    let far = prop_oneof![-20..3000i64, any::<i64>(), Just(3 << 30), Just(1 << 40), -(4i64 << 30)..4 << 30];
    let lengths = prop_oneof![0..20u64, any::<u64>(), Just(u64::MAX), 0..5000u64];
    let n = any::<u32>;
    prop_oneof![
        4 => (sizes(), 0..10u32, any::<u8>()).prop_map(|(size, align, kind)| Op::Alloc { size, align, kind }),
        4 => n().prop_map(|which| Op::Free { which }),
        2 => (n(), sizes()).prop_map(|(which, size)| Op::Realloc { which, size }),
        2 => (sizes(), 0..8u32).prop_map(|(size, align)| Op::StackAlloc { size, align }),
        1 => n().prop_map(|to| Op::StackRelease { to }),
        3 => (n(), n(), 0..300u32, any::<u8>()).prop_map(|(which, at, len, byte)| Op::Write { which, at, len, byte }),
        3 => (n(), n(), n()).prop_map(|(which, at, to)| Op::StorePointer { which, at, to }),
        3 => (n(), far.clone(), lengths.clone()).prop_map(|(which, at, len)| Op::Probe { which, at, len }),
        2 => (n(), n()).prop_map(|(which, at)| Op::Stale { which, at }),
        3 => (any_bits(), any_bits(), lengths).prop_map(|(bits, root, len)| Op::Forged { bits, root, len }),
        1 => (n(), far).prop_map(|(which, by)| Op::BadFree { which, by }),
        1 => (n(), n(), 0..100u32).prop_map(|(from, to, at)| Op::Cross { from, to, at }),
    ]
}

/// A middle-sized window: all four classes, size-classed blocks and large objects.
fn small() -> Config {
    Config { window_bytes: 64 << 20, splits: [16, 18, 20, 22], ..Config::default() }
}

fn agree(config: &Config, remembered: usize, ops: &[Op]) {
    let mut model = Model::new(config, remembered);
    for (n, op) in ops.iter().enumerate() {
        model.run(op);
        if n % 16 == 0 {
            model.compare();
        }
    }
    model.compare();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_model_agrees_in_a_tiny_window(ops in proptest::collection::vec(ops(), 1..400)) {
        agree(&Config::tiny(), 200, &ops);
    }

    #[test]
    fn the_model_agrees_in_a_small_window(ops in proptest::collection::vec(ops(), 1..300)) {
        agree(&small(), 1000, &ops);
    }

    #[test]
    fn the_model_agrees_in_the_full_window(ops in proptest::collection::vec(ops(), 1..200)) {
        agree(&Config::default(), 1000, &ops);
    }
}

/// So many operations in the tiny window that retirement, sweeps and exhaustion happen again and again.
#[test]
fn retirement_sweep_and_exhaustion_happen() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = ops();
    let mut model = Model::new(&Config::tiny(), 16);
    for n in 0..60_000 {
        let op = strategy.new_tree(&mut runner).unwrap().current();
        model.run(&op);
        if n % 500 == 0 {
            model.compare();
        }
    }
    let stats = model.compare();
    assert!(stats.sweeps > 0 && stats.reopened_slots > 100 && stats.given_back_bytes > 0, "{stats:?}");
    assert!(model.refused > 0, "the window was never full: {stats:?}");
}
