//! Templates against what the instructions are known to do.

use svm_memory::{Config, Memory, ObjectKind, SiteId};

use super::{find, run};
use crate::ir::Type;

fn eval(template: &str, constraints: &str, args: &[u64], ret: &Type) -> Vec<u64> {
    let mem = Memory::new(&Config::tiny()).expect("a window");
    let types = vec![&Type::I64; args.len()];
    let op = find(template, constraints, &types, ret).expect("a known template");
    let slots: Vec<[u64; 1]> = args.iter().map(|a| [*a]).collect();
    let slices: Vec<&[u64]> = slots.iter().map(|s| &s[..]).collect();
    let mut out = vec![0; ret.slots() as usize];
    run(&mem, &op, &slices, &mut out).expect("no fault");
    out
}

fn pair() -> Type {
    Type::structure(vec![Type::I64, Type::I64], false)
}

#[test]
fn multiplies_and_adds_with_carry() {
    let (a, b) = (0xfedc_ba98_7654_3210u64, 0x1234_5678_9abc_def1u64);
    let product = u128::from(a) * u128::from(b);
    let out = eval("mulq $3", "={ax},={dx},{ax},rm,~{cc},~{flags}", &[a, b], &pair());
    assert_eq!(out, [product as u64, (product >> 64) as u64]);
    let out = eval("addq $2, $0\n\tadcq $3, $1", "=r,=r,r,r,0,1", &[u64::MAX, 5, 7, 9], &pair());
    assert_eq!(out, [6, 15]);
    let out = eval("subq $2, $0\n\tsbbq $3, $1", "=r,=r,r,r,0,1", &[8, 1, 7, 9], &pair());
    assert_eq!(out, [u64::MAX, 7]);
}

#[test]
fn scans_swaps_and_selects() {
    assert_eq!(eval("bsfq $1, $0", "=r,rm", &[0x50], &Type::I64), [4]);
    assert_eq!(eval("bsrq $1, $0", "=r,rm", &[0x50], &Type::I64), [6]);
    assert_eq!(eval("bswap $0", "=r,0", &[0x0102_0304_0506_0708], &Type::I64), [0x0807_0605_0403_0201]);
    let above = "cmpq $2, $1; cmova $3, $0";
    assert_eq!(eval(above, "=r,r,r,r,0", &[5, 4, 77, 11], &Type::I64), [77]);
    assert_eq!(eval(above, "=r,r,r,r,0", &[4, 5, 77, 11], &Type::I64), [11]);
}

#[test]
fn exchanges_with_memory() {
    let mem = Memory::new(&Config::tiny()).expect("a window");
    let p = mem.alloc(4, 4, ObjectKind::Heap, SiteId::NONE).expect("room");
    mem.store(p, 5u32).expect("in bounds");
    let types = [&Type::Ptr, &Type::I32, &Type::Ptr];
    let op = find("xchgl $0, $1", "=r,=*m,0,*m,~{memory}", &types, &Type::I32).expect("known");
    let mut out = [0];
    run(&mem, &op, &[&[p.bits()], &[9], &[p.bits()]], &mut out).expect("no fault");
    assert_eq!((out[0], mem.load::<u32>(p).expect("in bounds")), (5, 9));
    assert!(run(&mem, &op, &[&[p.offset(1).bits()], &[9], &[0]], &mut out).is_err());
}

#[test]
fn refuses_what_it_does_not_know() {
    assert!(find("vaddps $1, $2, $0", "=x,x,x", &[&Type::I64, &Type::I64], &Type::I64).is_none());
    assert!(find("jmp 1b", "", &[], &Type::Void).is_none());
    assert!(find("", "~{memory}", &[], &Type::Void).is_some());
}
