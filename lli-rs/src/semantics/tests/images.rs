//! Memory images and constants.

use std::sync::Arc;

use proptest::prelude::*;

use crate::ir::{Const, ConstOp, FuncId, GlobalId, Symbol, Type};
use crate::semantics::{const_bytes, const_slots, from_memory, to_memory};

fn image(ty: &Type, slots: &[u64]) -> Vec<u8> {
    let mut bytes = vec![0xaa; ty.store_size() as usize];
    to_memory(ty, slots, &mut bytes);
    bytes
}

fn scalar_type() -> impl Strategy<Value = Type> {
    prop_oneof![
        (1u32..200).prop_map(Type::Int),
        Just(Type::I8),
        Just(Type::I64),
        Just(Type::Float),
        Just(Type::Double),
        Just(Type::X87),
        Just(Type::Ptr),
    ]
}

fn any_type() -> impl Strategy<Value = Type> {
    let vector = (scalar_type(), 1u32..20).prop_map(|(t, n)| Type::vector(t, n));
    prop_oneof![3 => scalar_type(), 2 => vector].prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            (inner.clone(), 0u64..5).prop_map(|(t, n)| Type::array(t, n)),
            (prop::collection::vec(inner, 0..5), any::<bool>()).prop_map(|(f, p)| Type::structure(f, p)),
        ]
    })
}

proptest! {
    #[test]
    fn loading_what_was_stored(ty in any_type(), noise in prop::collection::vec(any::<u8>(), 64)) {
        // Any bytes, read, are a canonical value, which survives a store and a load.
        let bytes: Vec<u8> = noise.iter().copied().cycle().take(ty.store_size() as usize).collect();
        let mut slots = vec![0xdead; ty.slots() as usize];
        from_memory(&ty, &bytes, &mut slots);
        let stored = image(&ty, &slots);
        let mut again = vec![0xdead; ty.slots() as usize];
        from_memory(&ty, &stored, &mut again);
        prop_assert_eq!(&slots, &again, "{}", ty);
        prop_assert_eq!(image(&ty, &again), stored);
    }
}

#[test]
fn odd_types() {
    assert_eq!(image(&Type::Int(24), &[0x12_3456]), [0x56, 0x34, 0x12]);
    assert_eq!(image(&Type::vector(Type::BOOL, 10), &[0x0101_0001_0000_0001, 0x0100]), [0b1101_0001, 0b10]);
    assert_eq!(image(&Type::vector(Type::Int(4), 3), &[0x0c_0b_0a]), [0xba, 0x0c]);
    assert_eq!(image(&Type::X87, &[1 << 63, 0x3fff]), [0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f]);
    assert_eq!(
        image(&Type::vector(Type::Int(24), 2), &[0x00aa_bbcc_0011_2233]),
        [0x33, 0x22, 0x11, 0xcc, 0xbb, 0xaa]
    );
    let mut slots = [0xdead];
    from_memory(&Type::BOOL, &[0xff], &mut slots);
    assert_eq!(slots, [1]);
}

#[test]
fn structures_have_zero_padding() {
    let ty = Type::structure(vec![Type::I8, Type::array(Type::I16, 2), Type::Double], false);
    assert_eq!(ty.slots(), 4);
    let bytes = image(&ty, &[1, 2, 3, 1f64.to_bits()]);
    assert_eq!(bytes, [1, 0, 2, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
    let mut slots = [0; 4];
    from_memory(&ty, &bytes, &mut slots);
    assert_eq!(slots, [1, 2, 3, 1f64.to_bits()]);
}

fn address(s: Symbol) -> u64 {
    match s {
        Symbol::Global(g) => 0x1000 * u64::from(g.0),
        Symbol::Func(f) => 0x100_0000 + u64::from(f.0),
        Symbol::Block(_, b) => u64::from(b.0),
    }
}

#[test]
fn constants() {
    let list = |items: &[Const]| Const::List(items.into());
    let global = Const::Addr(Symbol::Global(GlobalId(5)), -8);
    let ty = Type::structure(
        vec![Type::array(Type::I8, 3), Type::Ptr, Type::vector(Type::I16, 3), Type::Int(128), Type::X87],
        false,
    );
    let c = list(&[
        Const::Bytes(Arc::from(*b"abc")),
        global.clone(),
        list(&[Const::Int(1), Const::Zero, Const::Int(0xffff)]),
        Const::Wide(Arc::from([7, 9])),
        Const::X87([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    ]);
    let mut slots = vec![0xdead; ty.slots() as usize];
    const_slots(&c, &ty, &address, &mut slots);
    assert_eq!(slots, [97, 98, 99, 0x4ff8, 0xffff_0000_0001, 7, 9, 0x0807_0605_0403_0201, 0x0a09]);
    let mut bytes = vec![0xaa; ty.store_size() as usize];
    const_bytes(&c, &ty, &address, &mut bytes);
    assert_eq!(bytes, image(&ty, &slots));
    assert_eq!(&bytes[..16], b"abc\0\0\0\0\0\xf8\x4f\0\0\0\0\0\0");

    let func = Const::Addr(Symbol::Func(FuncId(2)), 0);
    let table =
        Const::Expr(Arc::new(ConstOp::Trunc(Const::Expr(Arc::new(ConstOp::Sub(func, global, 64))), 32)));
    let mut out = [0];
    const_slots(&table, &Type::I32, &address, &mut out);
    assert_eq!(out[0], 0x100_0002 - 0x4ff8);
}
