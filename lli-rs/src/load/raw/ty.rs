//! Views of types.

use std::ffi::c_int;
use std::marker::PhantomData;
use std::ptr::NonNull;

use inkwell::llvm_sys::core as llvm;
use inkwell::llvm_sys::prelude::LLVMTypeRef;
use inkwell::llvm_sys::{LLVMType, LLVMTypeKind};

use super::{ffi, take_message};

/// A type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Ty<'m>(NonNull<LLVMType>, PhantomData<&'m ()>);

/// What a type is; see `LLVMTypeKind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TyKind {
    Void,
    Float,
    Double,
    X87,
    Int(u32),
    /// Number of the address space.
    Ptr(u32),
    Vector(u32),
    Array(u64),
    /// Packed or not.
    Struct(bool),
    Function,
    /// Everything else.
    Other,
}

impl<'m> Ty<'m> {
    pub(super) fn new(raw: LLVMTypeRef) -> Ty<'m> {
        Ty(NonNull::new(raw).expect("LLVM gives no null types"), PhantomData)
    }

    fn raw(self) -> LLVMTypeRef {
        self.0.as_ptr()
    }

    /// Identity, for maps.
    pub fn key(self) -> usize {
        self.raw() as usize
    }

    /// What it is.
    pub fn kind(self) -> TyKind {
        // SAFETY: the type is live; each function is asked of its own kind of type.
        unsafe {
            let kind = ffi::LLVMGetTypeKind(self.raw());
            macro_rules! is {
                ($name:ident) => {
                    kind == LLVMTypeKind::$name as c_int
                };
            }
            match () {
                () if is!(LLVMVoidTypeKind) => TyKind::Void,
                () if is!(LLVMFloatTypeKind) => TyKind::Float,
                () if is!(LLVMDoubleTypeKind) => TyKind::Double,
                () if is!(LLVMX86_FP80TypeKind) => TyKind::X87,
                () if is!(LLVMIntegerTypeKind) => TyKind::Int(llvm::LLVMGetIntTypeWidth(self.raw())),
                () if is!(LLVMPointerTypeKind) => TyKind::Ptr(llvm::LLVMGetPointerAddressSpace(self.raw())),
                () if is!(LLVMVectorTypeKind) => TyKind::Vector(llvm::LLVMGetVectorSize(self.raw())),
                () if is!(LLVMArrayTypeKind) => TyKind::Array(llvm::LLVMGetArrayLength2(self.raw())),
                () if is!(LLVMStructTypeKind) && llvm::LLVMIsOpaqueStruct(self.raw()) == 0 => {
                    TyKind::Struct(llvm::LLVMIsPackedStruct(self.raw()) != 0)
                }
                () if is!(LLVMFunctionTypeKind) => TyKind::Function,
                () => TyKind::Other,
            }
        }
    }

    /// Element type of a vector or array.
    pub fn elem(self) -> Ty<'m> {
        assert!(matches!(self.kind(), TyKind::Vector(_) | TyKind::Array(_)));
        // SAFETY: a sequential type, just checked.
        Ty::new(unsafe { llvm::LLVMGetElementType(self.raw()) })
    }

    /// Field types of a structure.
    pub fn fields(self) -> Vec<Ty<'m>> {
        assert!(matches!(self.kind(), TyKind::Struct(_)));
        // SAFETY: a structure with a body, just checked; the index is below the count.
        unsafe {
            let count = llvm::LLVMCountStructElementTypes(self.raw());
            (0..count).map(|i| Ty::new(llvm::LLVMStructGetTypeAtIndex(self.raw(), i))).collect()
        }
    }

    /// Field type of a structure.
    pub fn field(self, index: u32) -> Option<Ty<'m>> {
        assert!(matches!(self.kind(), TyKind::Struct(_)));
        // SAFETY: a structure with a body; the index is checked against the count.
        unsafe {
            (index < llvm::LLVMCountStructElementTypes(self.raw()))
                .then(|| Ty::new(llvm::LLVMStructGetTypeAtIndex(self.raw(), index)))
        }
    }

    /// Result, parameters and whether more may follow, of a function type.
    pub fn function(self) -> (Ty<'m>, Vec<Ty<'m>>, bool) {
        assert!(self.kind() == TyKind::Function);
        // SAFETY: a function type, just checked; the array has room for all parameters.
        unsafe {
            let count = llvm::LLVMCountParamTypes(self.raw()) as usize;
            let mut params = vec![std::ptr::null_mut(); count];
            llvm::LLVMGetParamTypes(self.raw(), params.as_mut_ptr());
            let ret = Ty::new(llvm::LLVMGetReturnType(self.raw()));
            (ret, params.into_iter().map(Ty::new).collect(), llvm::LLVMIsFunctionVarArg(self.raw()) != 0)
        }
    }

    /// LLVM's text for it.
    pub fn text(self) -> String {
        // SAFETY: the type is live; the message is ours.
        unsafe { take_message(llvm::LLVMPrintTypeToString(self.raw())) }
    }
}
