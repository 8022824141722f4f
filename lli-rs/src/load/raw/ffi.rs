//! Foreign functions beyond `llvm_sys`: the C++ shim (`shim/llvm_shim.cpp`), and functions of LLVM's C
//! API whose results are enumerations. Those are declared here with integer results, so that a value
//! that `llvm_sys` does not know cannot become an invalid Rust enumeration.

use std::ffi::{c_char, c_int, c_void};

use inkwell::llvm_sys::prelude::{
    LLVMAttributeRef, LLVMBasicBlockRef, LLVMBool, LLVMModuleRef, LLVMTypeRef, LLVMValueRef,
};

/// A string that LLVM owns; `data` may be null.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    pub data: *const c_char,
    pub len: usize,
}

/// A source position, file and directory apart.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct LocRow {
    pub directory: Str,
    pub file: Str,
    pub scope: Str,
    pub line: u32,
    pub col: u32,
    pub inlined_at: u32,
}

/// The source name of an alloca or parameter.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct VarRow {
    pub value: LLVMValueRef,
    pub name: Str,
}

/// What the shim took from a body: rows that live until `svm_free_body`.
#[repr(C)]
pub struct BodyRows {
    pub locs: *const LocRow,
    pub loc_count: usize,
    pub inst_locs: *const u32,
    pub inst_count: usize,
    pub vars: *const VarRow,
    pub var_count: usize,
}

unsafe extern "C" {
    pub fn svm_has_body(function: LLVMValueRef) -> bool;
    pub fn svm_read_body(
        function: LLVMValueRef,
        place: *mut LocRow,
        has_place: *mut bool,
        error: *mut *mut c_char,
    ) -> *mut BodyRows;
    pub fn svm_free_body(body: *mut BodyRows);
    pub fn svm_drop_body(function: LLVMValueRef);
    pub fn svm_block_address_taken(block: LLVMBasicBlockRef) -> bool;
    pub fn svm_int_words(value: LLVMValueRef, words: *mut *const u64) -> usize;
    pub fn svm_float_bits(value: LLVMValueRef, words: *mut u64);
    pub fn svm_call_attributes(call: LLVMValueRef) -> *const c_void;
    pub fn svm_global_source(global: LLVMValueRef, name: *mut Str, loc: *mut LocRow) -> bool;
    pub fn svm_verify_module(module: LLVMModuleRef, error: *mut *mut c_char) -> bool;

    pub fn LLVMGetValueKind(value: LLVMValueRef) -> c_int;
    pub fn LLVMGetTypeKind(ty: LLVMTypeRef) -> c_int;
    pub fn LLVMGetInstructionOpcode(inst: LLVMValueRef) -> c_int;
    pub fn LLVMGetConstOpcode(expr: LLVMValueRef) -> c_int;
    pub fn LLVMGetLinkage(global: LLVMValueRef) -> c_int;
    pub fn LLVMGetOrdering(access: LLVMValueRef) -> c_int;
    pub fn LLVMGetCmpXchgSuccessOrdering(inst: LLVMValueRef) -> c_int;
    pub fn LLVMGetAtomicRMWBinOp(inst: LLVMValueRef) -> c_int;
    pub fn LLVMGetICmpPredicate(inst: LLVMValueRef) -> c_int;
    pub fn LLVMGetFCmpPredicate(inst: LLVMValueRef) -> c_int;
    pub fn LLVMGetTailCallKind(call: LLVMValueRef) -> c_int;
    // `llvm_sys` declares the length as a value; LLVM's header has a pointer.
    pub fn LLVMGetRawDataValues(value: LLVMValueRef, len: *mut usize) -> *const c_char;
    pub fn LLVMIsTypeAttribute(attribute: LLVMAttributeRef) -> LLVMBool;
}
