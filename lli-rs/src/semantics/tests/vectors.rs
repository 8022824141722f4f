//! Vectors and aggregates: whatever holds for scalars holds lane by lane.

use proptest::prelude::*;

use crate::ir::{BinOp, CastOp, FCmpPred, ICmpPred, Intrinsic, Type};
use crate::semantics::{self, extract_element, from_memory, insert_element};

fn elem_type() -> impl Strategy<Value = Type> {
    prop_oneof![
        prop::sample::select(vec![1u32, 4, 7, 8, 16, 24, 32, 33, 64, 65, 128, 200]).prop_map(Type::Int),
        Just(Type::Float),
        Just(Type::Double),
        Just(Type::X87),
        Just(Type::Ptr),
    ]
}

fn value(ty: &Type, noise: &[u8]) -> Vec<u64> {
    let bytes: Vec<u8> = noise.iter().copied().cycle().take(ty.store_size() as usize).collect();
    let mut slots = vec![0; ty.slots() as usize];
    from_memory(ty, &bytes, &mut slots);
    slots
}

fn lane(ty: &Type, v: &[u64], i: u64) -> Vec<u64> {
    let mut out = vec![0xdead; ty.scalar().slots() as usize];
    extract_element(ty, v, i, &mut out);
    out
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 40..60)
}

proptest! {
    #[test]
    fn ops_work_lane_by_lane(elem in elem_type(), n in 1u32..9, a in bytes(), b in bytes()) {
        let ty = Type::vector(elem.clone(), n);
        let (a, b) = (value(&ty, &a), value(&ty, &b));
        let slots = ty.slots() as usize;
        let int_ops = [BinOp::Add, BinOp::Mul, BinOp::Shl, BinOp::AShr, BinOp::Xor, BinOp::Sub, BinOp::LShr];
        let float_ops = [BinOp::FAdd, BinOp::FSub, BinOp::FMul, BinOp::FDiv];
        let ops = if elem.is_float() { &float_ops[..] } else { &int_ops[..] };
        for op in ops {
            let mut out = vec![0xdead; slots];
            semantics::binary(*op, &ty, &a, &b, &mut out).unwrap();
            let mut rebuilt = vec![0; slots];
            for i in 0..u64::from(n) {
                let mut one = vec![0xdead; elem.slots() as usize];
                semantics::binary(*op, &elem, &lane(&ty, &a, i), &lane(&ty, &b, i), &mut one).unwrap();
                let before = rebuilt.clone();
                insert_element(&ty, &before, &one, i, &mut rebuilt);
            }
            prop_assert_eq!(&out, &rebuilt, "{} {:?}", ty, op);
        }
        let bools = Type::vector(Type::BOOL, n);
        let mut mask = vec![0xdead; bools.slots() as usize];
        let mut one = [0];
        if elem.is_float() {
            semantics::fcmp(FCmpPred::Ult, &ty, &a, &b, &mut mask);
        } else {
            semantics::icmp(ICmpPred::Slt, &ty, &a, &b, &mut mask);
        }
        let mut chosen = vec![0xdead; slots];
        semantics::select(&bools, &ty, &mask, &a, &b, &mut chosen);
        for i in 0..u64::from(n) {
            let (x, y) = (lane(&ty, &a, i), lane(&ty, &b, i));
            if elem.is_float() {
                semantics::fcmp(FCmpPred::Ult, &elem, &x, &y, &mut one);
            } else {
                semantics::icmp(ICmpPred::Slt, &elem, &x, &y, &mut one);
            }
            prop_assert_eq!(lane(&bools, &mask, i)[0], one[0]);
            prop_assert_eq!(lane(&ty, &chosen, i), if one[0] != 0 { x } else { y });
        }
    }

    #[test]
    fn shuffles(elem in elem_type(), n in 1u32..9, a in bytes(), b in bytes(), mask in prop::collection::vec(prop::option::of(0u32..18), 1..12)) {
        let ty = Type::vector(elem.clone(), n);
        let (a, b) = (value(&ty, &a), value(&ty, &b));
        let to = Type::vector(elem.clone(), mask.len() as u32);
        let mut out = vec![0xdead; to.slots() as usize];
        semantics::shuffle(&ty, &a, &b, &mask, &mut out);
        for (j, m) in mask.iter().enumerate() {
            let expected = match m {
                Some(i) if *i < n => lane(&ty, &a, u64::from(*i)),
                Some(i) if *i < 2 * n => lane(&ty, &b, u64::from(i - n)),
                _ => vec![0; elem.slots() as usize],
            };
            prop_assert_eq!(lane(&to, &out, j as u64), expected);
        }
        let one = lane(&ty, &a, 0);
        let mut all = vec![0xdead; ty.slots() as usize];
        semantics::splat(&ty, &one, &mut all);
        (0..u64::from(n)).try_for_each(|i| { prop_assert_eq!(lane(&ty, &all, i), one.clone()); Ok(()) })?;
        let mut far = vec![0xdead; elem.slots() as usize];
        extract_element(&ty, &a, u64::from(n), &mut far);
        prop_assert!(far.iter().all(|w| *w == 0));
    }

    #[test]
    fn bitcasts_keep_the_memory_image(a in bytes(), pick in 0usize..7) {
        let pairs = [
            (Type::vector(Type::BOOL, 16), Type::I16),
            (Type::vector(Type::Int(4), 6), Type::Int(24)),
            (Type::vector(Type::I8, 16), Type::vector(Type::I64, 2)),
            (Type::Double, Type::vector(Type::I16, 4)),
            (Type::vector(Type::Float, 3), Type::Int(96)),
            (Type::X87, Type::Int(80)),
            (Type::vector(Type::Int(24), 4), Type::vector(Type::I32, 3)),
        ];
        let (from, to) = &pairs[pick];
        let v = value(from, &a);
        let (mut there, mut back) = (vec![0xdead; to.slots() as usize], vec![0xdead; from.slots() as usize]);
        semantics::cast(CastOp::BitCast, from, to, &v, &mut there);
        semantics::cast(CastOp::BitCast, to, from, &there, &mut back);
        prop_assert_eq!(&back, &v);
        let (mut x, mut y) = (vec![0; from.store_size() as usize], vec![0; to.store_size() as usize]);
        semantics::to_memory(from, &v, &mut x);
        semantics::to_memory(to, &there, &mut y);
        prop_assert_eq!(x, y);
    }
}

#[test]
fn casts_of_masks() {
    let (from, to) = (Type::vector(Type::BOOL, 4), Type::vector(Type::I32, 4));
    let mut out = [0xdead; 2];
    semantics::cast(CastOp::SExt, &from, &to, &[0x0100_0001], &mut out);
    assert_eq!(out, [0xffff_ffff, 0xffff_ffff_0000_0000]);
    semantics::cast(CastOp::Trunc, &to, &from, &out, &mut [0]);
}

#[test]
fn reductions_go_from_the_first_lane() {
    let ty = Type::vector(Type::Float, 4);
    let v = [1e8f32, 1.0, -1e8, 1.0].map(|f| u64::from(f.to_bits()));
    let v = [v[0] | v[1] << 32, v[2] | v[3] << 32];
    let start = [u64::from(2f32.to_bits())];
    let mut out = [0xdead];
    let done = semantics::intrinsic(
        Intrinsic::ReduceFAdd,
        &[&Type::Float, &ty],
        &Type::Float,
        &[&start, &v],
        &mut out,
    );
    assert_eq!(done, Ok(true));
    assert_eq!(f32::from_bits(out[0] as u32), 1.0); // ((2 + 1e8) + 1 - 1e8) + 1
    let bytes = Type::vector(Type::I8, 3);
    let run = |i| {
        let mut out = [0];
        semantics::intrinsic(i, &[&bytes], &Type::I8, &[&[0x03_7f_fe]], &mut out).unwrap();
        out[0]
    };
    assert_eq!(run(Intrinsic::ReduceAdd), 0x80);
    assert_eq!(run(Intrinsic::ReduceSMin), 0xfe);
    assert_eq!(run(Intrinsic::ReduceSMax), 0x7f);
    assert_eq!(run(Intrinsic::ReduceUMin), 0x03);
    assert_eq!(run(Intrinsic::ReduceUMax), 0xfe);
    assert_eq!(run(Intrinsic::ReduceOr), 0xff);
    assert_eq!(run(Intrinsic::ReduceAnd), 0x02);
}

#[test]
fn vector_overflow_has_flags_in_their_own_slot() {
    let ty = Type::vector(Type::I32, 3);
    let ret = Type::structure(vec![ty.clone(), Type::vector(Type::BOOL, 3)], false);
    let mut out = [0xdead; 3];
    let a = [0xffff_ffff_0000_0001, 0x8000_0000];
    semantics::intrinsic(Intrinsic::UAddOverflow, &[&ty, &ty], &ret, &[&a, &a], &mut out).unwrap();
    assert_eq!(out, [0xffff_fffe_0000_0002, 0, 0x01_01_00]);
}

#[test]
fn members_are_slot_ranges() {
    let inner = Type::structure(vec![Type::I8, Type::Int(128)], false);
    let ty = Type::structure(vec![Type::I32, Type::array(inner.clone(), 2), Type::X87], false);
    assert_eq!(semantics::member(&ty, &[1, 1, 1]).map(|(s, t)| (s, t.clone())), Some((5, Type::Int(128))));
    assert_eq!(semantics::member(&ty, &[2]).map(|m| m.0), Some(7));
    assert_eq!(semantics::member(&ty, &[1, 2]), None);
    let v: Vec<u64> = (0..9).collect();
    let mut out = [0; 3];
    semantics::extract_value(&ty, &v, &[1, 0], &mut out);
    assert_eq!(out, [1, 2, 3]);
    let mut all = [0; 9];
    semantics::insert_value(&ty, &v, &[70, 80], &[2], &mut all);
    assert_eq!(all, [0, 1, 2, 3, 4, 5, 6, 70, 80]);
}

#[test]
fn vector_geps_take_scalars_for_all_lanes() {
    let pointers = Type::vector(Type::Ptr, 2);
    let index = Type::vector(Type::I8, 2);
    let mut out = [0; 2];
    semantics::gep(
        &pointers,
        (&Type::Ptr, &[1000]),
        4,
        &[(&index, &[0xff01], 8), (&Type::I32, &[2], 1)],
        &mut out,
    );
    assert_eq!(out, [1014, 998]);
}

#[test]
fn what_is_not_pure_is_left_alone() {
    let mut out = [];
    assert_eq!(semantics::intrinsic(Intrinsic::Trap, &[], &Type::Void, &[], &mut out), Ok(false));
    let done = semantics::intrinsic(Intrinsic::VaEnd, &[&Type::Ptr], &Type::Void, &[&[0]], &mut out);
    assert_eq!(done, Ok(false));
}
