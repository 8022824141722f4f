//! LLVM constants to ours: folding of constant expressions, and the walk that a `getelementptr` describes.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::raw::{Ty, TyKind, Val, ValKind, op};
use super::types::{Refusal, Types};
use crate::ir::{BlockId, Const, ConstOp, Symbol, Type};

/// Expressions nest no deeper (folding recurses).
const MAX_DEPTH: u32 = 256;

/// What constants refer to; one per module.
#[derive(Default)]
pub struct Names {
    /// Types by LLVM's.
    pub types: Types,
    /// Globals and functions by LLVM's address.
    pub symbols: FxHashMap<usize, Symbol>,
    /// Numbers of the blocks of functions that have labels as values. Their bodies are never dropped.
    labels: FxHashMap<usize, FxHashMap<usize, BlockId>>,
}

/// What a `getelementptr` adds to its base.
pub struct Walk<'m> {
    /// Constant bytes.
    pub offset: i64,
    /// Values and the bytes that each counts.
    pub terms: Vec<(Val<'m>, i64)>,
}

/// Folds constants; equal aggregates are folded once in the folder's lifetime.
pub struct Folder<'a> {
    names: &'a mut Names,
    memo: FxHashMap<usize, Const>,
    depth: u32,
}

/// An integer constant of any width.
pub fn int_const(words: &[u64]) -> Const {
    match words {
        [] => Const::Zero,
        [word] => Const::Int(*word),
        words => Const::Wide(words.into()),
    }
}

/// The low 64 bits of an integer constant, sign-extended from its width.
fn signed(c: &Const, bits: u32) -> Option<i64> {
    let word = match c {
        Const::Zero => 0,
        Const::Int(n) => *n,
        Const::Wide(words) => words[0],
        _ => return None,
    };
    let unused = 64 - bits.clamp(1, 64);
    Some(((word << unused) as i64) >> unused)
}

impl<'a> Folder<'a> {
    /// A folder over the names of a module.
    pub fn new(names: &'a mut Names) -> Self {
        Folder { names, memo: FxHashMap::default(), depth: 0 }
    }

    /// Folds a constant. Integers made of addresses become `Const::Expr`.
    pub fn fold(&mut self, v: Val) -> Result<Const, Refusal> {
        if self.depth > MAX_DEPTH {
            return Err("constant nested too deeply".into());
        }
        self.depth += 1;
        let result = self.fold_kind(v);
        self.depth -= 1;
        result
    }

    fn fold_kind(&mut self, v: Val) -> Result<Const, Refusal> {
        match v.kind() {
            ValKind::Zero => Ok(Const::Zero),
            ValKind::Int => {
                let scalar = int_const(v.int_words().unwrap_or_default());
                Ok(splat(v.ty(), scalar))
            }
            ValKind::Float => {
                let words = v.float_bits().unwrap_or_default();
                let scalar = match self.names.types.get(v.ty())?.scalar() {
                    Type::Float => Const::Float(words[0] as u32),
                    Type::Double => Const::Double(words[0]),
                    _ => {
                        let mut bytes = [0; 10];
                        bytes[..8].copy_from_slice(&words[0].to_le_bytes());
                        bytes[8..].copy_from_slice(&words[1].to_le_bytes()[..2]);
                        Const::X87(bytes)
                    }
                };
                Ok(splat(v.ty(), scalar))
            }
            ValKind::Global | ValKind::Function => match self.names.symbols.get(&v.key()) {
                Some(symbol) => Ok(Const::Addr(*symbol, 0)),
                None => Err(format!("address of {}", v.name())),
            },
            ValKind::Alias => {
                let aliasee = v.aliasee().ok_or_else(|| format!("alias {}", v.name()))?;
                self.fold(aliasee)
            }
            ValKind::Data => self.data(v),
            ValKind::Aggregate => self.aggregate(v),
            ValKind::BlockAddress => self.block_address(v),
            ValKind::Expr => self.expr(v),
            _ => Err(format!("constant {}", v.text())),
        }
    }

    fn data(&mut self, v: Val) -> Result<Const, Refusal> {
        let bytes = v.data().unwrap_or_default();
        let ty = v.ty();
        let is_array = matches!(ty.kind(), TyKind::Array(_));
        let elem = self.names.types.get(ty.elem())?;
        if is_array && elem == Type::I8 {
            return Ok(Const::Bytes(bytes.into()));
        }
        let word = |chunk: &[u8]| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_le_bytes(word)
        };
        let size = elem.store_size() as usize;
        let list = bytes.chunks_exact(size).map(|chunk| match elem {
            Type::Float => Const::Float(word(chunk) as u32),
            Type::Double => Const::Double(word(chunk)),
            _ => Const::Int(word(chunk)),
        });
        Ok(Const::List(list.collect()))
    }

    fn aggregate(&mut self, v: Val) -> Result<Const, Refusal> {
        if let Some(known) = self.memo.get(&v.key()) {
            return Ok(known.clone());
        }
        let list: Arc<[Const]> = v.operands().map(|e| self.fold(e)).collect::<Result<_, _>>()?;
        let result = Const::List(list);
        self.memo.insert(v.key(), result.clone());
        Ok(result)
    }

    fn block_address(&mut self, v: Val) -> Result<Const, Refusal> {
        let refusal = || "blockaddress of a block that is gone".to_string();
        let (function, block) = v.block_address().ok_or_else(refusal)?;
        let labels = self.names.labels.entry(function.key()).or_insert_with(|| {
            let numbers = (0..).map(BlockId);
            function.blocks().iter().map(|b| b.key()).zip(numbers).collect()
        });
        let number = *labels.get(&block.key()).ok_or_else(refusal)?;
        match self.names.symbols.get(&function.key()) {
            Some(Symbol::Func(id)) => Ok(Const::Addr(Symbol::Block(*id, number), 0)),
            _ => Err(refusal()),
        }
    }

    fn expr(&mut self, v: Val) -> Result<Const, Refusal> {
        let refusal = |v: Val| Err(format!("constant expression {}", v.text()));
        let (opcode, Some(first)) = (v.const_opcode(), v.operand(0)) else { return refusal(v) };
        let result = self.names.types.get(v.ty())?;
        match opcode {
            op::GEP if result == Type::Ptr => {
                let base = self.fold(first)?;
                let walk = self.walk(v)?;
                if walk.terms.is_empty() { Ok(add_bytes(base, walk.offset)) } else { refusal(v) }
            }
            op::PTR_TO_INT | op::PTR_TO_ADDR | op::INT_TO_PTR | op::TRUNC => {
                let from = self.names.types.get(first.ty())?;
                let (from, to) = match (&from, &result) {
                    (Type::Int(_) | Type::Ptr, Type::Int(_) | Type::Ptr) => (from.bits(), result.bits()),
                    _ => return refusal(v),
                };
                let inner = self.fold(first)?;
                resize(inner, from as u32, to as u32).map_or_else(|| refusal(v), Ok)
            }
            op::BIT_CAST if self.names.types.get(first.ty())? == result => self.fold(first),
            op::ADD | op::SUB | op::XOR => {
                let Type::Int(bits @ 1..=64) = result else { return refusal(v) };
                let Some(second) = v.operand(1) else { return refusal(v) };
                let (a, b) = (self.fold(first)?, self.fold(second)?);
                Ok(arithmetic(opcode, a, b, bits))
            }
            _ => refusal(v),
        }
    }

    /// The walk of a `getelementptr`, instruction or expression.
    pub fn walk<'m>(&mut self, gep: Val<'m>) -> Result<Walk<'m>, Refusal> {
        let mut walk = Walk { offset: 0, terms: Vec::new() };
        let mut ty = gep.gep_type();
        for (i, index) in gep.operands().skip(1).enumerate() {
            if i > 0 {
                if let TyKind::Struct(_) = ty.kind() {
                    let Type::Struct(layout) = self.names.types.get(ty)? else { unreachable!() };
                    let field = self.field_index(index)?;
                    let at = layout.offsets.get(field as usize).ok_or("getelementptr past a structure")?;
                    walk.offset = walk.offset.wrapping_add(*at as i64);
                    ty = ty.field(field).ok_or("getelementptr past a structure")?;
                    continue;
                }
                if !matches!(ty.kind(), TyKind::Array(_) | TyKind::Vector(_)) {
                    return Err(format!("getelementptr into {}", ty.text()));
                }
                ty = ty.elem();
            }
            let scale = self.names.types.get(ty)?.size() as i64;
            match self.constant_index(index)? {
                Some(n) => walk.offset = walk.offset.wrapping_add(n.wrapping_mul(scale)),
                None => walk.terms.push((index, scale)),
            }
        }
        Ok(walk)
    }

    fn field_index(&mut self, index: Val) -> Result<u32, Refusal> {
        let n = self.constant_index(index)?.and_then(|n| u32::try_from(n).ok());
        n.ok_or_else(|| "getelementptr with a variable field".into())
    }

    /// A constant index (or a vector of equal ones).
    fn constant_index(&mut self, index: Val) -> Result<Option<i64>, Refusal> {
        if !matches!(index.kind(), ValKind::Int | ValKind::Zero | ValKind::Data | ValKind::Aggregate) {
            return Ok(None);
        }
        let Type::Int(bits) = *self.names.types.get(index.ty())?.scalar() else {
            return Err("getelementptr with an index that is no integer".into());
        };
        Ok(match self.fold(index)? {
            Const::List(list) if list.iter().all(|c| *c == list[0]) => signed(&list[0], bits),
            other => signed(&other, bits),
        })
    }
}

fn splat(ty: Ty, scalar: Const) -> Const {
    match ty.kind() {
        TyKind::Vector(len) => Const::List(vec![scalar; len as usize].into()),
        _ => scalar,
    }
}

fn add_bytes(base: Const, offset: i64) -> Const {
    match base {
        Const::Addr(symbol, at) => Const::Addr(symbol, at.wrapping_add(offset)),
        Const::Zero if offset == 0 => Const::Zero,
        Const::Zero => Const::Int(offset as u64),
        Const::Int(n) => Const::Int(n.wrapping_add(offset as u64)),
        other if offset == 0 => other,
        other => Const::Expr(Arc::new(ConstOp::Add(other, Const::Int(offset as u64), 64))),
    }
}

/// An integer or address of `from` bits as one of `to` bits, zero-extended or cut.
fn resize(c: Const, from: u32, to: u32) -> Option<Const> {
    if from == to {
        return Some(c);
    }
    match c {
        Const::Zero => Some(Const::Zero),
        Const::Int(n) if to < 64 => Some(Const::Int(n & ((1 << to) - 1))),
        Const::Int(n) if to == 64 => Some(Const::Int(n)),
        Const::Int(n) => {
            let mut words = vec![0; to.div_ceil(64) as usize];
            words[0] = n;
            Some(Const::Wide(words.into()))
        }
        Const::Wide(words) if to <= 64 => resize(Const::Int(words[0]), 64, to),
        Const::Addr(..) | Const::Expr(_) if to < from => Some(Const::Expr(Arc::new(ConstOp::Trunc(c, to)))),
        Const::Expr(_) if to <= 64 => Some(c),
        _ => None,
    }
}

fn arithmetic(opcode: i32, a: Const, b: Const, bits: u32) -> Const {
    let number = |c: &Const| match c {
        Const::Zero => Some(0),
        Const::Int(n) => Some(*n),
        _ => None,
    };
    let mask = u64::MAX >> (64 - bits);
    match (opcode, &a, &b, number(&a), number(&b)) {
        (op::ADD, _, _, Some(x), Some(y)) => Const::Int(x.wrapping_add(y) & mask),
        (op::SUB, _, _, Some(x), Some(y)) => Const::Int(x.wrapping_sub(y) & mask),
        (op::XOR, _, _, Some(x), Some(y)) => Const::Int((x ^ y) & mask),
        (op::ADD, Const::Addr(..), _, _, Some(n)) if bits == 64 => add_bytes(a, n as i64),
        (op::ADD, _, Const::Addr(..), Some(n), _) if bits == 64 => add_bytes(b, n as i64),
        (op::SUB, Const::Addr(..), _, _, Some(n)) if bits == 64 => add_bytes(a, (n as i64).wrapping_neg()),
        (op::SUB, Const::Addr(s, x), Const::Addr(t, y), ..) if s == t && bits == 64 => {
            Const::Int(x.wrapping_sub(*y) as u64)
        }
        (op::ADD, ..) => Const::Expr(Arc::new(ConstOp::Add(a, b, bits))),
        (op::SUB, ..) => Const::Expr(Arc::new(ConstOp::Sub(a, b, bits))),
        _ => Const::Expr(Arc::new(ConstOp::Xor(a, b, bits))),
    }
}

/// Whether a constant is, or contains, an integer computed from addresses.
pub fn has_expr(c: &Const) -> bool {
    match c {
        Const::Expr(_) => true,
        Const::List(list) => list.iter().any(has_expr),
        _ => false,
    }
}
