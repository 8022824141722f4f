//! LLVM's opcodes, by number: they are part of its stable C API.

use inkwell::llvm_sys::LLVMOpcode;

macro_rules! opcodes {
    ($($name:ident = $llvm:ident),* $(,)?) => {
        $(#[doc = concat!("`", stringify!($llvm), "`")] pub const $name: i32 = LLVMOpcode::$llvm as i32;)*
    };
}
opcodes! {
    RET = LLVMRet, BR = LLVMBr, SWITCH = LLVMSwitch, INDIRECT_BR = LLVMIndirectBr, INVOKE = LLVMInvoke,
    UNREACHABLE = LLVMUnreachable, CALL_BR = LLVMCallBr, FNEG = LLVMFNeg, ADD = LLVMAdd, FADD = LLVMFAdd,
    SUB = LLVMSub, FSUB = LLVMFSub, MUL = LLVMMul, FMUL = LLVMFMul, UDIV = LLVMUDiv, SDIV = LLVMSDiv,
    FDIV = LLVMFDiv, UREM = LLVMURem, SREM = LLVMSRem, FREM = LLVMFRem, SHL = LLVMShl, LSHR = LLVMLShr,
    ASHR = LLVMAShr, AND = LLVMAnd, OR = LLVMOr, XOR = LLVMXor, ALLOCA = LLVMAlloca, LOAD = LLVMLoad,
    STORE = LLVMStore, GEP = LLVMGetElementPtr, TRUNC = LLVMTrunc, ZEXT = LLVMZExt, SEXT = LLVMSExt,
    FP_TO_UI = LLVMFPToUI, FP_TO_SI = LLVMFPToSI, UI_TO_FP = LLVMUIToFP, SI_TO_FP = LLVMSIToFP,
    FP_TRUNC = LLVMFPTrunc, FP_EXT = LLVMFPExt, PTR_TO_INT = LLVMPtrToInt, PTR_TO_ADDR = LLVMPtrToAddr,
    INT_TO_PTR = LLVMIntToPtr, BIT_CAST = LLVMBitCast, ADDR_SPACE_CAST = LLVMAddrSpaceCast,
    ICMP = LLVMICmp, FCMP = LLVMFCmp, PHI = LLVMPHI, CALL = LLVMCall, SELECT = LLVMSelect,
    VA_ARG = LLVMVAArg, EXTRACT_ELEMENT = LLVMExtractElement, INSERT_ELEMENT = LLVMInsertElement,
    SHUFFLE_VECTOR = LLVMShuffleVector, EXTRACT_VALUE = LLVMExtractValue,
    INSERT_VALUE = LLVMInsertValue, FREEZE = LLVMFreeze, FENCE = LLVMFence,
    CMPXCHG = LLVMAtomicCmpXchg, ATOMIC_RMW = LLVMAtomicRMW, RESUME = LLVMResume,
    LANDING_PAD = LLVMLandingPad, CLEANUP_RET = LLVMCleanupRet, CATCH_RET = LLVMCatchRet,
    CATCH_PAD = LLVMCatchPad, CLEANUP_PAD = LLVMCleanupPad, CATCH_SWITCH = LLVMCatchSwitch,
}
