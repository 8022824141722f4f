//! A thin layer over inkwell's builder: values of any type, results as the lifter's own errors.
//!
//! The only unsafe code of the lifter is here: inkwell marks `getelementptr` as unsafe, because LLVM may assume that
//! an `inbounds` one stays in its object. The one used here is not `inbounds`: it is plain arithmetic.
#![allow(unsafe_code)]

use inkwell::AddressSpace;
use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::builder::Builder;
use inkwell::context::Context;
use inkwell::intrinsics::Intrinsic;
use inkwell::module::Module;
use inkwell::types::{BasicType, BasicTypeEnum, FunctionType, IntType, PointerType};
use inkwell::values::{
    BasicMetadataValueEnum, BasicValue, BasicValueEnum, CallSiteValue, FunctionValue, IntValue, PointerValue,
};

use super::error::{LiftError, Result};

/// Any value.
pub type Val<'ctx> = BasicValueEnum<'ctx>;

/// A builder with its context and module.
pub struct Emit<'m, 'ctx> {
    pub ctx: &'ctx Context,
    pub module: &'m Module<'ctx>,
    pub b: Builder<'ctx>,
}

impl<'m, 'ctx> Emit<'m, 'ctx> {
    pub fn new(ctx: &'ctx Context, module: &'m Module<'ctx>) -> Emit<'m, 'ctx> {
        Emit { ctx, module, b: ctx.create_builder() }
    }

    pub fn i1(&self) -> IntType<'ctx> {
        self.ctx.bool_type()
    }

    pub fn i32(&self) -> IntType<'ctx> {
        self.ctx.i32_type()
    }

    pub fn i64(&self) -> IntType<'ctx> {
        self.ctx.i64_type()
    }

    pub fn int(&self, bits: u32) -> IntType<'ctx> {
        match bits {
            1 => self.ctx.bool_type(),
            8 => self.ctx.i8_type(),
            16 => self.ctx.i16_type(),
            32 => self.ctx.i32_type(),
            64 => self.ctx.i64_type(),
            // The widths are the lifter's own: never 0, never beyond LLVM's limit.
            _ => self
                .ctx
                .custom_width_int_type(std::num::NonZeroU32::new(bits).unwrap_or(std::num::NonZeroU32::MIN))
                .unwrap_or(self.ctx.i64_type()),
        }
    }

    pub fn ptr(&self) -> PointerType<'ctx> {
        self.ctx.ptr_type(AddressSpace::default())
    }

    pub fn v128(&self) -> inkwell::types::VectorType<'ctx> {
        self.ctx.i8_type().vec_type(16)
    }

    pub fn c32(&self, n: u32) -> IntValue<'ctx> {
        self.i32().const_int(u64::from(n), false)
    }

    pub fn c64(&self, n: u64) -> IntValue<'ctx> {
        self.i64().const_int(n, false)
    }

    pub fn block(&self, f: FunctionValue<'ctx>, name: &str) -> BasicBlock<'ctx> {
        self.ctx.append_basic_block(f, name)
    }

    /// The block that is being filled.
    pub fn here(&self) -> Result<BasicBlock<'ctx>> {
        self.b.get_insert_block().ok_or_else(|| LiftError::Internal("no block to emit into".into()))
    }

    pub fn br(&self, to: BasicBlock<'ctx>) -> Result<()> {
        self.b.build_unconditional_branch(to)?;
        Ok(())
    }

    pub fn cond_br(&self, c: IntValue<'ctx>, yes: BasicBlock<'ctx>, no: BasicBlock<'ctx>) -> Result<()> {
        self.b.build_conditional_branch(c, yes, no)?;
        Ok(())
    }

    /// `p` plus so many bytes, wrapping.
    pub fn offset(&self, p: PointerValue<'ctx>, bytes: IntValue<'ctx>) -> Result<PointerValue<'ctx>> {
        // SAFETY: not `inbounds`, so that every result is defined; the types are right: i8 and one integer index.
        Ok(unsafe { self.b.build_gep(self.ctx.i8_type(), p, &[bytes], "") }?)
    }

    /// `p` plus a constant.
    pub fn at(&self, p: PointerValue<'ctx>, bytes: u64) -> Result<PointerValue<'ctx>> {
        if bytes == 0 { Ok(p) } else { self.offset(p, self.c64(bytes)) }
    }

    pub fn load(&self, ty: impl BasicType<'ctx>, p: PointerValue<'ctx>, align: u32) -> Result<Val<'ctx>> {
        let v = self.b.build_load(ty, p, "")?;
        if let Some(i) = v.as_instruction_value() {
            i.set_alignment(align).map_err(|e| LiftError::Internal(e.to_string()))?;
        }
        Ok(v)
    }

    pub fn store(&self, p: PointerValue<'ctx>, v: Val<'ctx>, align: u32) -> Result<()> {
        let i = self.b.build_store(p, v)?;
        i.set_alignment(align).map_err(|e| LiftError::Internal(e.to_string()))?;
        Ok(())
    }

    pub fn icmp(&self, pred: IntPredicate, a: IntValue<'ctx>, b: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        Ok(self.b.build_int_compare(pred, a, b, "")?)
    }

    /// Zero extended to 64 bits, where it is not wide already.
    pub fn zext64(&self, v: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        Ok(if v.get_type().get_bit_width() == 64 {
            v
        } else {
            self.b.build_int_z_extend(v, self.i64(), "")?
        })
    }

    pub fn select(&self, c: IntValue<'ctx>, a: Val<'ctx>, b: Val<'ctx>) -> Result<Val<'ctx>> {
        Ok(self.b.build_select(c, a, b, "")?)
    }

    pub fn cast(&self, v: Val<'ctx>, ty: impl BasicType<'ctx>) -> Result<Val<'ctx>> {
        let ty = ty.as_basic_type_enum();
        if v.get_type() == ty { Ok(v) } else { Ok(self.b.build_bit_cast(v, ty, "")?) }
    }

    pub fn call(&self, f: FunctionValue<'ctx>, args: &[Val<'ctx>]) -> Result<CallSiteValue<'ctx>> {
        let args: Vec<BasicMetadataValueEnum> = args.iter().map(|a| (*a).into()).collect();
        Ok(self.b.build_direct_call(f, &args, "")?)
    }

    pub fn call_ptr(
        &self,
        ty: FunctionType<'ctx>,
        f: PointerValue<'ctx>,
        args: &[Val<'ctx>],
    ) -> Result<CallSiteValue<'ctx>> {
        let args: Vec<BasicMetadataValueEnum> = args.iter().map(|a| (*a).into()).collect();
        Ok(self.b.build_indirect_call(ty, f, &args, "")?)
    }

    /// A call of LLVM's intrinsic `name`, overloaded for `types`.
    pub fn intrinsic(
        &self,
        name: &str,
        types: &[BasicTypeEnum<'ctx>],
        args: &[Val<'ctx>],
    ) -> Result<Val<'ctx>> {
        let declared = Intrinsic::find(name).and_then(|i| i.get_declaration(self.module, types));
        let f = declared.ok_or_else(|| LiftError::Internal(format!("LLVM has no intrinsic {name}")))?;
        value(self.call(f, args)?)
    }
}

/// The result of a call that has one.
pub fn value<'ctx>(call: CallSiteValue<'ctx>) -> Result<Val<'ctx>> {
    call.try_as_basic_value().basic().ok_or_else(|| LiftError::Internal("a call without a result".into()))
}

/// The zero of a type.
pub fn zero<'ctx>(ty: BasicTypeEnum<'ctx>) -> Val<'ctx> {
    ty.const_zero()
}

/// Whether a value needs no instruction.
pub fn is_const(v: Val<'_>) -> bool {
    match v {
        BasicValueEnum::IntValue(v) => v.is_const(),
        BasicValueEnum::FloatValue(v) => v.is_const(),
        BasicValueEnum::PointerValue(v) => v.is_const(),
        BasicValueEnum::VectorValue(v) => v.is_const(),
        _ => false,
    }
}

/// Adds an alias, which inkwell has no call for.
pub fn add_alias<'ctx>(
    module: &Module<'ctx>,
    ty: inkwell::types::AnyTypeEnum<'ctx>,
    target: PointerValue<'ctx>,
    name: &str,
) {
    use inkwell::llvm_sys::core::LLVMAddAlias2;
    use inkwell::types::AsTypeRef;
    use inkwell::values::AsValueRef;
    // Names are escaped to letters, digits, `_` and `$`: no NUL is in one.
    let Ok(name) = std::ffi::CString::new(name) else { return };
    // SAFETY: module, type and target are of one context and live; the name is a C string that LLVM copies.
    unsafe {
        LLVMAddAlias2(module.as_mut_ptr(), ty.as_type_ref(), 0, target.as_value_ref(), name.as_ptr());
    }
}
