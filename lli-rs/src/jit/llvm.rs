//! A thin, safe face on LLVM's C API for one compile job: one context, one module, one builder.
//!
//! Handles ([`Ty`], [`Val`], [`Block`]) are plain copies; they belong to the job that made them and are never
//! mixed with another's: codegen has one job at a time and drops it as a whole. Knows nothing of our IR.
#![allow(unsafe_code)]
// LLVM's handles are opaque: nothing here dereferences them, LLVM does, and every one comes from the same job.
#![allow(clippy::not_unsafe_ptr_arg_deref)]

use std::ffi::{CStr, CString};

use inkwell::llvm_sys::core::*;
use inkwell::llvm_sys::prelude::*;
use inkwell::llvm_sys::{
    LLVMAtomicOrdering, LLVMIntPredicate, LLVMOpcode, LLVMRealPredicate, LLVMTailCallKind,
};

pub(super) type Ty = LLVMTypeRef;
pub(super) type Val = LLVMValueRef;
pub(super) type Block = LLVMBasicBlockRef;

/// Calls functions of LLVM's builder.
macro_rules! build {
    ($($name:ident = $f:ident($($arg:ident: $t:ty),*);)*) => {$(
        pub(super) fn $name(&self, $($arg: $t),*) -> Val {
            // SAFETY: all handles belong to this job, and the builder stands in a block of it.
            unsafe { $f(self.builder, $($arg,)* NO_NAME.as_ptr()) }
        }
    )*};
}

const NO_NAME: &CStr = c"";

/// LLVM's number of `preserve_allcc`.
const PRESERVE_ALL: u32 = 15;

/// One job's context, module and builder. The module is taken out by [`Job::into_parts`].
pub(super) struct Job {
    pub(super) context: LLVMContextRef,
    pub(super) module: LLVMModuleRef,
    builder: LLVMBuilderRef,
}

impl Job {
    pub(super) fn new(name: &str) -> Job {
        let name = c_string(name);
        // SAFETY: plain constructors; ownership is kept in the struct.
        unsafe {
            let context = LLVMContextCreate();
            let module = LLVMModuleCreateWithNameInContext(name.as_ptr(), context);
            Job { context, module, builder: LLVMCreateBuilderInContext(context) }
        }
    }

    /// The module as text.
    pub(super) fn listing(&self) -> String {
        // SAFETY: LLVM's string is copied and disposed of once.
        unsafe {
            let text = LLVMPrintModuleToString(self.module);
            let copy = CStr::from_ptr(text).to_string_lossy().into_owned();
            LLVMDisposeMessage(text);
            copy
        }
    }

    // ---- types ----

    pub(super) fn int(&self, bits: u32) -> Ty {
        // SAFETY: the context is ours.
        unsafe { LLVMIntTypeInContext(self.context, bits) }
    }

    pub(super) fn ptr(&self) -> Ty {
        // SAFETY: as above.
        unsafe { LLVMPointerTypeInContext(self.context, 0) }
    }

    pub(super) fn float(&self) -> Ty {
        // SAFETY: as above.
        unsafe { LLVMFloatTypeInContext(self.context) }
    }

    pub(super) fn double(&self) -> Ty {
        // SAFETY: as above.
        unsafe { LLVMDoubleTypeInContext(self.context) }
    }

    pub(super) fn void(&self) -> Ty {
        // SAFETY: as above.
        unsafe { LLVMVoidTypeInContext(self.context) }
    }

    pub(super) fn x87(&self) -> Ty {
        // SAFETY: as above.
        unsafe { LLVMX86FP80TypeInContext(self.context) }
    }

    pub(super) fn vector(&self, elem: Ty, n: u32) -> Ty {
        // SAFETY: as above.
        unsafe { LLVMVectorType(elem, n) }
    }

    pub(super) fn array(&self, elem: Ty, n: u64) -> Ty {
        // SAFETY: as above.
        unsafe { LLVMArrayType2(elem, n) }
    }

    pub(super) fn structure(&self, fields: &[Ty]) -> Ty {
        let mut fields = fields.to_vec();
        // SAFETY: the list is as long as told.
        unsafe { LLVMStructTypeInContext(self.context, fields.as_mut_ptr(), fields.len() as u32, 0) }
    }

    pub(super) fn function_type(&self, ret: Ty, params: &[Ty]) -> Ty {
        let mut params = params.to_vec();
        // SAFETY: the list is as long as told.
        unsafe { LLVMFunctionType(ret, params.as_mut_ptr(), params.len() as u32, 0) }
    }

    // ---- functions and blocks ----

    /// A function of that name, declared once.
    pub(super) fn function(&self, name: &str, ty: Ty) -> Val {
        let name = c_string(name);
        // SAFETY: the module is ours.
        unsafe {
            let known = LLVMGetNamedFunction(self.module, name.as_ptr());
            if known.is_null() { LLVMAddFunction(self.module, name.as_ptr(), ty) } else { known }
        }
    }

    /// The address of data outside of the module, by its name. Of what size it is, LLVM is not told.
    pub(super) fn data(&self, name: &str) -> Val {
        let name = c_string(name);
        // SAFETY: the module is ours.
        unsafe {
            let known = LLVMGetNamedGlobal(self.module, name.as_ptr());
            if !known.is_null() {
                return known;
            }
            let opaque = LLVMStructCreateNamed(self.context, c"outside".as_ptr());
            LLVMAddGlobal(self.module, opaque, name.as_ptr())
        }
    }

    /// Sets an attribute of a function without a value, or with a number.
    pub(super) fn attribute(&self, f: Val, name: &str, value: u64) {
        // SAFETY: `f` is a function of the module.
        unsafe { LLVMAddAttributeAtIndex(f, u32::MAX, self.enum_attribute(name, value)) }
    }

    /// Takes a function that nothing uses out of the module.
    pub(super) fn remove(&self, f: Val) {
        // SAFETY: the module's, just declared.
        unsafe { LLVMDeleteFunction(f) }
    }

    /// A function that writes no memory that code of this module sees.
    pub(super) fn writes_nothing(&self, f: Val) {
        // Two bits each, 1 reads and 2 writes: memory of arguments, inaccessible memory, errno, all other, two
        // kinds of a target's own (llvm/Support/ModRef.h).
        self.attribute(f, "memory", 0b01_01_01_01_11_01);
    }

    /// A call that returns a value and does nothing else that this module sees.
    pub(super) fn only_computes(&self, call: Val) {
        // As in `writes_nothing`: inaccessible memory and errno alone.
        for (name, value) in [("nounwind", 0), ("willreturn", 0), ("memory", 0b11_11_00)] {
            // SAFETY: a call of the module.
            unsafe { LLVMAddCallSiteAttribute(call, u32::MAX, self.enum_attribute(name, value)) }
        }
    }

    fn enum_attribute(&self, name: &str, value: u64) -> LLVMAttributeRef {
        // SAFETY: a name of known length.
        unsafe {
            let kind = LLVMGetEnumAttributeKindForName(name.as_ptr().cast(), name.len());
            LLVMCreateEnumAttribute(self.context, kind, value)
        }
    }

    /// A function with the convention under which all registers are kept.
    pub(super) fn keeps_registers(&self, f: Val) {
        // SAFETY: a function of the module.
        unsafe { LLVMSetFunctionCallConv(f, PRESERVE_ALL) }
    }

    /// A call of such a function.
    pub(super) fn call_keeps_registers(&self, call: Val) {
        // SAFETY: a call.
        unsafe { LLVMSetInstructionCallConv(call, PRESERVE_ALL) }
    }

    /// Sets a string attribute of a function.
    pub(super) fn string_attribute(&self, f: Val, name: &str, value: &str) {
        // SAFETY: as above.
        unsafe {
            let attribute = LLVMCreateStringAttribute(
                self.context,
                name.as_ptr().cast(),
                name.len() as u32,
                value.as_ptr().cast(),
                value.len() as u32,
            );
            LLVMAddAttributeAtIndex(f, u32::MAX, attribute);
        }
    }

    pub(super) fn param(&self, f: Val, n: u32) -> Val {
        // SAFETY: callers count the parameters they gave the function.
        unsafe { LLVMGetParam(f, n) }
    }

    pub(super) fn block(&self, f: Val) -> Block {
        // SAFETY: `f` is a function of the module.
        unsafe { LLVMAppendBasicBlockInContext(self.context, f, NO_NAME.as_ptr()) }
    }

    pub(super) fn at(&self, block: Block) {
        // SAFETY: the block is the job's.
        unsafe { LLVMPositionBuilderAtEnd(self.builder, block) }
    }

    pub(super) fn here(&self) -> Block {
        // SAFETY: the builder always stands in a block once codegen has begun.
        unsafe { LLVMGetInsertBlock(self.builder) }
    }

    // ---- constants ----

    pub(super) fn num(&self, ty: Ty, v: u64) -> Val {
        // SAFETY: `ty` is an integer type.
        unsafe { LLVMConstInt(ty, v, 0) }
    }

    pub(super) fn i64(&self, v: u64) -> Val {
        self.num(self.int(64), v)
    }

    pub(super) fn i32(&self, v: u32) -> Val {
        self.num(self.int(32), u64::from(v))
    }

    pub(super) fn wide(&self, ty: Ty, words: &[u64]) -> Val {
        // SAFETY: `ty` is an integer type; the list is as long as told.
        unsafe { LLVMConstIntOfArbitraryPrecision(ty, words.len() as u32, words.as_ptr()) }
    }

    pub(super) fn zero(&self, ty: Ty) -> Val {
        // SAFETY: any first-class type has a zero.
        unsafe { LLVMConstNull(ty) }
    }

    pub(super) fn const_bitcast(&self, v: Val, ty: Ty) -> Val {
        // SAFETY: callers pass types of the same width.
        unsafe { LLVMConstBitCast(v, ty) }
    }

    pub(super) fn const_vector(&self, lanes: &[Val]) -> Val {
        let mut lanes = lanes.to_vec();
        // SAFETY: the list is as long as told and not empty.
        unsafe { LLVMConstVector(lanes.as_mut_ptr(), lanes.len() as u32) }
    }

    pub(super) fn splat(&self, v: Val, n: u32) -> Val {
        self.const_vector(&vec![v; n as usize])
    }

    pub(super) fn const_struct(&self, fields: &[Val]) -> Val {
        let mut fields = fields.to_vec();
        // SAFETY: as above.
        unsafe { LLVMConstStructInContext(self.context, fields.as_mut_ptr(), fields.len() as u32, 0) }
    }

    pub(super) fn const_array(&self, elem: Ty, items: &[Val]) -> Val {
        let mut items = items.to_vec();
        // SAFETY: as above.
        unsafe { LLVMConstArray2(elem, items.as_mut_ptr(), items.len() as u64) }
    }

    pub(super) fn type_of(&self, v: Val) -> Ty {
        // SAFETY: a value of the job.
        unsafe { LLVMTypeOf(v) }
    }

    // ---- instructions ----

    build! {
        add = LLVMBuildAdd(a: Val, b: Val);
        sub = LLVMBuildSub(a: Val, b: Val);
        mul = LLVMBuildMul(a: Val, b: Val);
        and = LLVMBuildAnd(a: Val, b: Val);
        or = LLVMBuildOr(a: Val, b: Val);
        xor = LLVMBuildXor(a: Val, b: Val);
        lshr = LLVMBuildLShr(a: Val, b: Val);
        fneg = LLVMBuildFNeg(a: Val);
        select = LLVMBuildSelect(c: Val, a: Val, b: Val);
        extract_element = LLVMBuildExtractElement(v: Val, i: Val);
        insert_element = LLVMBuildInsertElement(v: Val, e: Val, i: Val);
        shuffle = LLVMBuildShuffleVector(a: Val, b: Val, mask: Val);
        extract = LLVMBuildExtractValue(v: Val, i: u32);
        insert = LLVMBuildInsertValue(v: Val, e: Val, i: u32);
        phi = LLVMBuildPhi(ty: Ty);
        int_to_ptr = LLVMBuildIntToPtr(v: Val, ty: Ty);
    }

    pub(super) fn binary(&self, op: LLVMOpcode, a: Val, b: Val) -> Val {
        // SAFETY: operands of one type that the operation takes.
        unsafe { LLVMBuildBinOp(self.builder, op, a, b, NO_NAME.as_ptr()) }
    }

    pub(super) fn cast(&self, op: LLVMOpcode, v: Val, to: Ty) -> Val {
        // SAFETY: types that the cast takes.
        unsafe { LLVMBuildCast(self.builder, op, v, to, NO_NAME.as_ptr()) }
    }

    pub(super) fn icmp(&self, p: LLVMIntPredicate, a: Val, b: Val) -> Val {
        // SAFETY: integers of one type.
        unsafe { LLVMBuildICmp(self.builder, p, a, b, NO_NAME.as_ptr()) }
    }

    pub(super) fn fcmp(&self, p: LLVMRealPredicate, a: Val, b: Val) -> Val {
        // SAFETY: floats of one type.
        unsafe { LLVMBuildFCmp(self.builder, p, a, b, NO_NAME.as_ptr()) }
    }

    /// `base + offset` bytes.
    pub(super) fn byte(&self, base: Val, offset: Val) -> Val {
        let mut list = [offset];
        // SAFETY: a pointer and an i64.
        unsafe { LLVMBuildGEP2(self.builder, self.int(8), base, list.as_mut_ptr(), 1, NO_NAME.as_ptr()) }
    }

    /// A load of known alignment.
    pub(super) fn load(&self, ty: Ty, at: Val, align: u32) -> Val {
        // SAFETY: `at` is a pointer.
        unsafe {
            let v = LLVMBuildLoad2(self.builder, ty, at, NO_NAME.as_ptr());
            LLVMSetAlignment(v, align);
            v
        }
    }

    /// A store of known alignment.
    pub(super) fn store(&self, v: Val, at: Val, align: u32) -> Val {
        // SAFETY: `at` is a pointer.
        unsafe {
            let s = LLVMBuildStore(self.builder, v, at);
            LLVMSetAlignment(s, align);
            s
        }
    }

    /// Makes a load volatile.
    pub(super) fn volatile(&self, load: Val) {
        // SAFETY: a load or store.
        unsafe { LLVMSetVolatile(load, 1) }
    }

    /// Makes a load or store atomic without order.
    pub(super) fn unordered(&self, access: Val) {
        // SAFETY: a load or store of a scalar.
        unsafe { LLVMSetOrdering(access, LLVMAtomicOrdering::LLVMAtomicOrderingUnordered) }
    }

    pub(super) fn call(&self, ty: Ty, f: Val, args: &[Val]) -> Val {
        let mut args = args.to_vec();
        // SAFETY: arguments of the types that `ty` names.
        unsafe { LLVMBuildCall2(self.builder, ty, f, args.as_mut_ptr(), args.len() as u32, NO_NAME.as_ptr()) }
    }

    /// Makes a call one that takes the place of its caller.
    pub(super) fn must_tail(&self, call: Val) -> Val {
        // SAFETY: a call whose function type is the caller's own.
        unsafe { LLVMSetTailCallKind(call, LLVMTailCallKind::LLVMTailCallKindMustTail) };
        call
    }

    /// A place in the frame.
    pub(super) fn alloca(&self, ty: Ty, align: u32) -> Val {
        // SAFETY: a type that has a size.
        unsafe {
            let v = LLVMBuildAlloca(self.builder, ty, NO_NAME.as_ptr());
            LLVMSetAlignment(v, align);
            v
        }
    }

    /// Calls an LLVM intrinsic, overloaded by these types.
    pub(super) fn intrinsic(&self, name: &str, types: &[Ty], args: &[Val]) -> Val {
        let mut types = types.to_vec();
        // SAFETY: codegen names intrinsics that exist with the types that they take.
        unsafe {
            let id = LLVMLookupIntrinsicID(name.as_ptr().cast(), name.len());
            let f = LLVMGetIntrinsicDeclaration(self.module, id, types.as_mut_ptr(), types.len());
            let ty = LLVMIntrinsicGetType(self.context, id, types.as_mut_ptr(), types.len());
            self.call(ty, f, args)
        }
    }

    pub(super) fn br(&self, to: Block) {
        // SAFETY: a block of the same function.
        unsafe { LLVMBuildBr(self.builder, to) };
    }

    pub(super) fn cond_br(&self, c: Val, a: Block, b: Block) -> Val {
        // SAFETY: blocks of the same function, an i1.
        unsafe { LLVMBuildCondBr(self.builder, c, a, b) }
    }

    pub(super) fn switch(&self, v: Val, default: Block, cases: &[(Val, Block)]) {
        // SAFETY: different constants of the value's type.
        unsafe {
            let s = LLVMBuildSwitch(self.builder, v, default, cases.len() as u32);
            cases.iter().for_each(|(k, to)| LLVMAddCase(s, *k, *to));
        }
    }

    pub(super) fn ret(&self, v: Val) {
        // SAFETY: of the function's result type.
        unsafe { LLVMBuildRet(self.builder, v) };
    }

    pub(super) fn unreachable(&self) {
        // SAFETY: the builder stands in an open block.
        unsafe { LLVMBuildUnreachable(self.builder) };
    }

    pub(super) fn incoming(&self, phi: Val, v: Val, from: Block) {
        // SAFETY: a value of the phi's type.
        unsafe { LLVMAddIncoming(phi, [v].as_mut_ptr(), [from].as_mut_ptr(), 1) }
    }

    // ---- metadata ----

    fn kind(&self, name: &str) -> u32 {
        // SAFETY: a name of known length.
        unsafe { LLVMGetMDKindIDInContext(self.context, name.as_ptr().cast(), name.len() as u32) }
    }

    fn node(&self, items: &[LLVMMetadataRef]) -> LLVMMetadataRef {
        let mut items = items.to_vec();
        // SAFETY: the list is as long as told.
        unsafe { LLVMMDNodeInContext2(self.context, items.as_mut_ptr(), items.len()) }
    }

    fn text(&self, s: &str) -> LLVMMetadataRef {
        // SAFETY: as above.
        unsafe { LLVMMDStringInContext2(self.context, s.as_ptr().cast(), s.len()) }
    }

    /// Different alias scopes of one domain, each as a list of one and with the list of all the others.
    pub(super) fn scopes<const N: usize>(&self, names: [&str; N]) -> [Scope; N] {
        let domain = self.node(&[self.text("svm")]);
        let scopes = names.map(|name| self.node(&[self.text(name), domain]));
        std::array::from_fn(|i| {
            let others: Vec<_> = (0..N).filter(|j| *j != i).map(|j| scopes[j]).collect();
            Scope { own: self.node(&[scopes[i]]), others: self.node(&others) }
        })
    }

    fn set(&self, v: Val, kind: &str, node: LLVMMetadataRef) {
        // SAFETY: an instruction and a node of the job.
        unsafe { LLVMSetMetadata(v, self.kind(kind), LLVMMetadataAsValue(self.context, node)) }
    }

    /// The access belongs to a scope, and touches nothing of the others.
    pub(super) fn scoped(&self, access: Val, scope: Scope) -> Val {
        self.set(access, "alias.scope", scope.own);
        self.set(access, "noalias", scope.others);
        access
    }

    /// The call touches nothing of a scope.
    pub(super) fn spares(&self, call: Val, scope: Scope) {
        self.set(call, "noalias", scope.own);
    }

    /// The load gives the same whenever it runs in this function.
    pub(super) fn invariant(&self, load: Val) -> Val {
        self.set(load, "invariant.load", self.node(&[]));
        load
    }

    /// The branch usually goes the first way.
    pub(super) fn likely(&self, branch: Val) {
        let weight = |n: u32| {
            // SAFETY: a constant of the job.
            unsafe { LLVMValueAsMetadata(self.i32(n)) }
        };
        let node = self.node(&[self.text("branch_weights"), weight(2000), weight(1)]);
        self.set(branch, "prof", node);
    }

    /// A floating-point operation that keeps its place among calls: it depends on the rounding mode and may
    /// raise flags.
    pub(super) fn constrained(&self, name: &str, ty: Ty, args: &[Val]) -> Val {
        let text = |s: &str| {
            // SAFETY: a node of the job.
            unsafe { LLVMMetadataAsValue(self.context, self.text(s)) }
        };
        let mut args = args.to_vec();
        args.extend([text("round.dynamic"), text("fpexcept.strict")]);
        self.intrinsic(name, &[ty], &args)
    }

    /// The stack pointer, as an i64.
    pub(super) fn stack_pointer(&self) -> Val {
        let name = self.node(&[self.text("rsp")]);
        // SAFETY: a node of the job.
        let name = unsafe { LLVMMetadataAsValue(self.context, name) };
        self.intrinsic("llvm.read_register", &[self.int(64)], &[name])
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        // SAFETY: all three are ours.
        unsafe {
            LLVMDisposeBuilder(self.builder);
            LLVMDisposeModule(self.module);
            LLVMContextDispose(self.context);
        }
    }
}

/// An alias scope.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    own: LLVMMetadataRef,
    others: LLVMMetadataRef,
}

fn c_string(s: &str) -> CString {
    CString::new(s).unwrap_or_default()
}
