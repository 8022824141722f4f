//! Types, constants, and values between registers and slots.

use inkwell::llvm_sys::LLVMOpcode;

use super::Gen;
use crate::bytecode::emit::Env;
use crate::ir::{Const, FuncId, Function, Symbol, Type};
use crate::jit::llvm::{Job, Ty, Val};
use crate::machine::Process;
use crate::semantics;

/// Whether a parameter or result of this type travels in a register.
pub(super) fn in_register(ty: &Type) -> bool {
    match ty {
        Type::Int(bits) => *bits <= 64,
        Type::Ptr | Type::Float | Type::Double => true,
        _ => false,
    }
}

/// LLVM's form of a type; pointers are integers.
pub(super) fn llvm_type(b: &Job, ty: &Type) -> Result<Ty, String> {
    /// Aggregates of more slots than this are taken apart too slowly.
    const MAX_SLOTS: u32 = 128;
    if ty.slots() > MAX_SLOTS {
        return Err(format!("a value of type {ty}"));
    }
    Ok(match ty {
        Type::Void => return Err("a value of type void".into()),
        Type::Int(bits) => b.int(*bits),
        Type::Float => b.float(),
        Type::Double => b.double(),
        Type::X87 => b.x87(),
        Type::Ptr => b.int(64),
        Type::Vector(v) => b.vector(llvm_type(b, &v.elem)?, v.len),
        Type::Array(a) => b.array(llvm_type(b, &a.elem)?, a.len),
        Type::Struct(s) => {
            let fields = s.fields.iter().map(|f| llvm_type(b, f)).collect::<Result<Vec<_>, _>>()?;
            b.structure(&fields)
        }
    })
}

impl Job {
    /// The result of a function that fails: status 1, and zero for the value.
    pub(super) fn const_struct_with_status(&self, _: &crate::ir::Type, ret: Option<Ty>) -> Val {
        match ret {
            Some(ty) => self.const_struct(&[self.i32(1), self.zero(ty)]),
            None => self.const_struct(&[self.i32(1)]),
        }
    }
}

impl Gen<'_> {
    /// The register that a result comes in, if it does.
    pub(super) fn native_ret(&self, ret: &Type) -> Option<Ty> {
        in_register(ret).then(|| llvm_type(self.b, ret).ok()).flatten()
    }

    /// The native type of a function.
    pub(super) fn native_type(b: &Job, id: FuncId, process: &Process) -> Result<Ty, String> {
        let sig = &process.module.func(id).sig;
        Self::native_type_of(b, &sig.ret, &sig.params)
    }

    /// The native type of the function that is generated: one that takes a frame over has all in slots.
    pub(super) fn own_type(b: &Job, f: &Function, process: &Process, takes_over: bool) -> Result<Ty, String> {
        if takes_over {
            Self::native_type_of(b, &f.sig.ret, &[])
        } else {
            Self::native_type(b, f.id, process)
        }
    }

    /// The native type of functions with this result and these parameters.
    pub(super) fn native_type_of(b: &Job, ret: &Type, params: &[Type]) -> Result<Ty, String> {
        let mut list = vec![b.ptr(), b.ptr()];
        for ty in params.iter().filter(|ty| in_register(ty)) {
            list.push(llvm_type(b, ty)?);
        }
        let mut result = vec![b.int(32)];
        if in_register(ret) {
            result.push(llvm_type(b, ret)?);
        }
        Ok(b.function_type(b.structure(&result), &list))
    }

    fn slot(&self, at: u32) -> Val {
        self.b.byte(self.fp, self.b.i64(u64::from(at) * 8))
    }

    fn store_slot(&self, v: Val, at: u32) {
        self.b.scoped(self.b.store(v, self.slot(at), 8), self.scopes.frame);
    }

    fn load_slot(&self, ty: Ty, at: u32) -> Val {
        self.b.scoped(self.b.load(ty, self.slot(at), 8), self.scopes.frame)
    }

    /// Writes a value to slots, as the interpreter has it there.
    pub(super) fn put(&self, v: Val, ty: &Type, at: u32) -> Result<(), String> {
        let b = self.b;
        match ty {
            Type::Void => {}
            Type::Int(bits) => {
                let wide = bits.next_multiple_of(64);
                let v = if wide == *bits { v } else { b.cast(LLVMOpcode::LLVMZExt, v, b.int(wide)) };
                self.store_slot(v, at);
            }
            Type::Float => {
                let bits = b.cast(LLVMOpcode::LLVMBitCast, v, b.int(32));
                self.store_slot(b.cast(LLVMOpcode::LLVMZExt, bits, b.int(64)), at);
            }
            Type::Double | Type::Ptr => self.store_slot(v, at),
            Type::X87 => {
                let bits = b.cast(LLVMOpcode::LLVMBitCast, v, b.int(80));
                self.store_slot(b.cast(LLVMOpcode::LLVMZExt, bits, b.int(128)), at);
            }
            Type::Vector(vector) if vector.elem == Type::X87 => {
                for i in 0..vector.len {
                    let lane = b.extract_element(v, b.i32(i));
                    self.put(lane, &Type::X87, at + i * Type::X87.slots())?;
                }
            }
            Type::Vector(vector) => {
                let lane = vector.elem.lane_bytes() * 8;
                let mut v = v;
                if vector.elem.bits() != u64::from(lane) {
                    v = b.cast(LLVMOpcode::LLVMZExt, v, b.vector(b.int(lane), vector.len));
                }
                if !(vector.len * lane).is_multiple_of(64) {
                    self.store_slot(b.i64(0), at + ty.slots() - 1);
                }
                self.store_slot(v, at);
            }
            Type::Array(a) => {
                for i in 0..a.len as u32 {
                    self.put(b.extract(v, i), &a.elem, at + i * a.elem.slots())?;
                }
            }
            Type::Struct(s) => {
                let mut at = at;
                for (i, field) in s.fields.iter().enumerate() {
                    self.put(b.extract(v, i as u32), field, at)?;
                    at += field.slots();
                }
            }
        }
        Ok(())
    }

    /// Reads a value from slots.
    pub(super) fn get(&self, ty: &Type, at: u32) -> Result<Val, String> {
        let b = self.b;
        Ok(match ty {
            Type::Int(bits) => {
                let wide = bits.next_multiple_of(64);
                let v = self.load_slot(b.int(wide), at);
                if wide == *bits { v } else { b.cast(LLVMOpcode::LLVMTrunc, v, b.int(*bits)) }
            }
            Type::Float => {
                let bits = self.load_slot(b.int(32), at);
                b.cast(LLVMOpcode::LLVMBitCast, bits, b.float())
            }
            Type::Double | Type::Ptr => self.load_slot(self.ty(ty)?, at),
            Type::X87 => {
                let bits = b.cast(LLVMOpcode::LLVMTrunc, self.load_slot(b.int(128), at), b.int(80));
                b.cast(LLVMOpcode::LLVMBitCast, bits, b.x87())
            }
            Type::Vector(vector) if vector.elem == Type::X87 => {
                let mut v = b.zero(self.ty(ty)?);
                for i in 0..vector.len {
                    v = b.insert_element(v, self.get(&Type::X87, at + i * Type::X87.slots())?, b.i32(i));
                }
                v
            }
            Type::Vector(vector) => {
                let lane = vector.elem.lane_bytes() * 8;
                if vector.elem.bits() == u64::from(lane) {
                    self.load_slot(self.ty(ty)?, at)
                } else {
                    let v = self.load_slot(b.vector(b.int(lane), vector.len), at);
                    b.cast(LLVMOpcode::LLVMTrunc, v, self.ty(ty)?)
                }
            }
            Type::Array(a) => {
                let mut v = b.zero(self.ty(ty)?);
                for i in 0..a.len as u32 {
                    v = b.insert(v, self.get(&a.elem, at + i * a.elem.slots())?, i);
                }
                v
            }
            Type::Struct(s) => {
                let (mut v, mut at) = (b.zero(self.ty(ty)?), at);
                for (i, field) in s.fields.iter().enumerate() {
                    v = b.insert(v, self.get(field, at)?, i as u32);
                    at += field.slots();
                }
                v
            }
            Type::Void => return Err("a value of type void".into()),
        })
    }

    /// A constant.
    pub(super) fn constant(&self, c: &Const, ty: &Type) -> Result<Val, String> {
        let b = self.b;
        let llvm = self.ty(ty)?;
        if self.by_thread(c) {
            return self.thread_constant(c, ty, llvm);
        }
        Ok(match (c, ty) {
            (Const::Zero, _) => b.zero(llvm),
            (Const::List(items), Type::Vector(v)) => {
                let lanes = items.iter().map(|c| self.constant(c, &v.elem)).collect::<Result<Vec<_>, _>>()?;
                b.const_vector(&lanes)
            }
            (Const::Bytes(bytes), Type::Vector(_)) => {
                let lanes: Vec<Val> = bytes.iter().map(|n| b.num(b.int(8), u64::from(*n))).collect();
                b.const_vector(&lanes)
            }
            (Const::List(items), Type::Array(a)) => {
                let items = items.iter().map(|c| self.constant(c, &a.elem)).collect::<Result<Vec<_>, _>>()?;
                b.const_array(self.ty(&a.elem)?, &items)
            }
            (Const::Bytes(bytes), Type::Array(_)) => {
                let items: Vec<Val> = bytes.iter().map(|n| b.num(b.int(8), u64::from(*n))).collect();
                b.const_array(b.int(8), &items)
            }
            (Const::List(items), Type::Struct(s)) => {
                let fields = items.iter().zip(&s.fields).map(|(c, ty)| self.constant(c, ty));
                b.const_struct(&fields.collect::<Result<Vec<_>, _>>()?)
            }
            _ => {
                let mut words = vec![0; ty.slots() as usize];
                semantics::const_slots(c, ty, &|s| self.process.address(s), &mut words);
                match ty {
                    Type::Int(_) | Type::Ptr => b.wide(llvm, &words),
                    Type::Float => b.const_bitcast(b.i32(words[0] as u32), llvm),
                    Type::Double => b.const_bitcast(b.i64(words[0]), llvm),
                    Type::X87 => b.const_bitcast(b.wide(b.int(80), &words), llvm),
                    _ => return Err(format!("a constant of type {ty}")),
                }
            }
        })
    }

    /// Whether a constant is another one in each thread: it names a thread-local variable.
    pub(super) fn by_thread(&self, c: &Const) -> bool {
        match c {
            Const::Addr(Symbol::Global(g), _) => self.process.thread_local(*g).is_some(),
            Const::List(items) => items.iter().any(|c| self.by_thread(c)),
            _ => false,
        }
    }

    /// Such a constant, put together where it is used.
    fn thread_constant(&self, c: &Const, ty: &Type, llvm: Ty) -> Result<Val, String> {
        let b = self.b;
        let items = match (c, ty) {
            (Const::Addr(Symbol::Global(g), add), _) => {
                return Ok(self.thread_local(self.process.thread_local(*g).unwrap_or(0), *add));
            }
            (Const::List(items), _) => items,
            _ => return Err(format!("a constant of type {ty}")),
        };
        let mut whole = b.zero(llvm);
        for (i, item) in (0u32..).zip(items.iter()) {
            whole = match ty {
                Type::Vector(v) => b.insert_element(whole, self.constant(item, &v.elem)?, b.i32(i)),
                Type::Array(a) => b.insert(whole, self.constant(item, &a.elem)?, i),
                Type::Struct(s) => b.insert(whole, self.constant(item, &s.fields[i as usize])?, i),
                _ => return Err(format!("a constant of type {ty}")),
            };
        }
        Ok(whole)
    }
}
