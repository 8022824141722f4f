//! Views of values and blocks.

use std::ffi::{c_char, c_int, c_uint};
use std::marker::PhantomData;
use std::ptr::NonNull;

use inkwell::llvm_sys::core as llvm;
use inkwell::llvm_sys::prelude::{LLVMAttributeRef, LLVMBasicBlockRef, LLVMValueRef};
use inkwell::llvm_sys::{LLVMBasicBlock, LLVMValue, LLVMValueKind};

use super::body::Row;
use super::ty::Ty;
use super::{ffi, op, take_message};

/// Copies bytes of LLVM's as text.
///
/// # Safety
/// `data` is null or points to `len` readable bytes.
pub(super) unsafe fn bytes(data: *const c_char, len: usize) -> String {
    if data.is_null() {
        return String::new();
    }
    // SAFETY: the caller's promise.
    String::from_utf8_lossy(unsafe { std::slice::from_raw_parts(data.cast::<u8>(), len) }).into_owned()
}

/// A basic block.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Block<'m>(NonNull<LLVMBasicBlock>, PhantomData<&'m ()>);

impl<'m> Block<'m> {
    fn new(raw: LLVMBasicBlockRef) -> Option<Block<'m>> {
        NonNull::new(raw).map(|b| Block(b, PhantomData))
    }

    fn raw(self) -> LLVMBasicBlockRef {
        self.0.as_ptr()
    }

    /// Identity, for maps.
    pub fn key(self) -> usize {
        self.raw() as usize
    }

    /// Whether a `blockaddress` names it.
    pub fn address_taken(self) -> bool {
        // SAFETY: the block is live.
        unsafe { ffi::svm_block_address_taken(self.raw()) }
    }

    /// Its instructions.
    pub fn insts(self) -> impl Iterator<Item = Val<'m>> {
        // SAFETY: the block is live; the list functions give a member or null.
        let next = |v: &Val<'m>| Val::new(unsafe { llvm::LLVMGetNextInstruction(v.raw()) });
        // SAFETY: as above.
        std::iter::successors(Val::new(unsafe { llvm::LLVMGetFirstInstruction(self.raw()) }), next)
    }
}

/// What a value is; see `LLVMValueKind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ValKind {
    Argument,
    Function,
    Alias,
    IFunc,
    Global,
    BlockAddress,
    Expr,
    /// A structure, array or vector of constants.
    Aggregate,
    /// An array or vector of plain numbers.
    Data,
    /// Null, zeroinitializer, undef, poison.
    Zero,
    Int,
    Float,
    Metadata,
    InlineAsm,
    Instruction,
    Other,
}

/// An attribute of a parameter or argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Attr {
    ByVal,
    SRet,
    SExt,
    ZExt,
    InAlloca,
    Preallocated,
    Align,
}

impl Attr {
    fn kind(self) -> c_uint {
        let name: &str = match self {
            Attr::ByVal => "byval",
            Attr::SRet => "sret",
            Attr::SExt => "signext",
            Attr::ZExt => "zeroext",
            Attr::InAlloca => "inalloca",
            Attr::Preallocated => "preallocated",
            Attr::Align => "align",
        };
        // SAFETY: a name and its length.
        unsafe { llvm::LLVMGetEnumAttributeKindForName(name.as_ptr().cast(), name.len()) }
    }
}

/// A value: function, global, constant, argument or instruction.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Val<'m>(NonNull<LLVMValue>, PhantomData<&'m ()>);

impl<'m> Val<'m> {
    pub(super) fn new(raw: LLVMValueRef) -> Option<Val<'m>> {
        NonNull::new(raw).map(|v| Val(v, PhantomData))
    }

    pub(super) fn raw(self) -> LLVMValueRef {
        self.0.as_ptr()
    }

    /// Identity, for maps.
    pub fn key(self) -> usize {
        self.raw() as usize
    }

    /// What it is.
    pub fn kind(self) -> ValKind {
        use LLVMValueKind as K;
        // SAFETY: the value is live.
        let kind = unsafe { ffi::LLVMGetValueKind(self.raw()) };
        let is = |k: K| kind == k as c_int;
        if is(K::LLVMInstructionValueKind) {
            return ValKind::Instruction;
        }
        const TABLE: [(LLVMValueKind, ValKind); 20] = [
            (K::LLVMArgumentValueKind, ValKind::Argument),
            (K::LLVMConstantIntValueKind, ValKind::Int),
            (K::LLVMConstantFPValueKind, ValKind::Float),
            (K::LLVMGlobalVariableValueKind, ValKind::Global),
            (K::LLVMFunctionValueKind, ValKind::Function),
            (K::LLVMConstantPointerNullValueKind, ValKind::Zero),
            (K::LLVMUndefValueValueKind, ValKind::Zero),
            (K::LLVMPoisonValueKind, ValKind::Zero),
            (K::LLVMConstantAggregateZeroValueKind, ValKind::Zero),
            (K::LLVMConstantExprValueKind, ValKind::Expr),
            (K::LLVMConstantArrayValueKind, ValKind::Aggregate),
            (K::LLVMConstantStructValueKind, ValKind::Aggregate),
            (K::LLVMConstantVectorValueKind, ValKind::Aggregate),
            (K::LLVMConstantDataArrayValueKind, ValKind::Data),
            (K::LLVMConstantDataVectorValueKind, ValKind::Data),
            (K::LLVMBlockAddressValueKind, ValKind::BlockAddress),
            (K::LLVMGlobalAliasValueKind, ValKind::Alias),
            (K::LLVMGlobalIFuncValueKind, ValKind::IFunc),
            (K::LLVMMetadataAsValueValueKind, ValKind::Metadata),
            (K::LLVMInlineAsmValueKind, ValKind::InlineAsm),
        ];
        TABLE.iter().find(|(k, _)| is(*k)).map_or(ValKind::Other, |(_, v)| *v)
    }

    /// Its type.
    pub fn ty(self) -> Ty<'m> {
        // SAFETY: the value is live.
        Ty::new(unsafe { llvm::LLVMTypeOf(self.raw()) })
    }

    /// Its linker name.
    pub fn name(self) -> String {
        let mut len = 0;
        // SAFETY: the value is live; the bytes are copied at once.
        unsafe {
            let data = llvm::LLVMGetValueName2(self.raw(), &raw mut len);
            bytes(data, len)
        }
    }

    /// Number of operands (a call's callee included).
    pub fn operand_count(self) -> u32 {
        assert!(self.is_user());
        // SAFETY: a value that has operands, just checked.
        u32::try_from(unsafe { llvm::LLVMGetNumOperands(self.raw()) }).unwrap_or(0)
    }

    fn is_user(self) -> bool {
        use ValKind as K;
        !matches!(self.kind(), K::Argument | K::Metadata | K::InlineAsm | K::Other)
    }

    /// The operand, if there are so many.
    pub fn operand(self, index: u32) -> Option<Val<'m>> {
        if index >= self.operand_count() {
            return None;
        }
        // SAFETY: the value has that operand.
        Val::new(unsafe { llvm::LLVMGetOperand(self.raw(), index) })
    }

    /// The operands.
    pub fn operands(self) -> impl Iterator<Item = Val<'m>> {
        // SAFETY: the index is below the count.
        (0..self.operand_count())
            .filter_map(move |i| Val::new(unsafe { llvm::LLVMGetOperand(self.raw(), i) }))
    }

    /// The values that use this one.
    pub fn users(self) -> Vec<Val<'m>> {
        let mut users = Vec::new();
        // SAFETY: the value is live; uses form a list that ends with null.
        unsafe {
            let mut current = llvm::LLVMGetFirstUse(self.raw());
            while !current.is_null() {
                users.extend(Val::new(llvm::LLVMGetUser(current)));
                current = llvm::LLVMGetNextUse(current);
            }
        }
        users
    }

    // Constants.

    /// Words of an integer constant, little-endian.
    pub fn int_words(self) -> Option<&'m [u64]> {
        if self.kind() != ValKind::Int {
            return None;
        }
        let mut words = std::ptr::null();
        // SAFETY: an integer constant, whose words live as long as its context.
        unsafe {
            let count = ffi::svm_int_words(self.raw(), &raw mut words);
            Some(std::slice::from_raw_parts(words, count))
        }
    }

    /// Bits of a floating-point constant.
    pub fn float_bits(self) -> Option<[u64; 2]> {
        let mut words = [0; 2];
        // SAFETY: asked only of a floating-point constant; there is room for two words.
        (self.kind() == ValKind::Float).then(|| unsafe {
            ffi::svm_float_bits(self.raw(), words.as_mut_ptr());
            words
        })
    }

    /// Memory image of a data array or vector.
    pub fn data(self) -> Option<&'m [u8]> {
        if self.kind() != ValKind::Data {
            return None;
        }
        let mut len = 0;
        // SAFETY: a constant data sequence, whose bytes live as long as its context.
        unsafe {
            let data = ffi::LLVMGetRawDataValues(self.raw(), &raw mut len);
            Some(std::slice::from_raw_parts(data.cast(), len))
        }
    }

    /// Function and block that a block address names.
    pub fn block_address(self) -> Option<(Val<'m>, Block<'m>)> {
        if self.kind() != ValKind::BlockAddress {
            return None;
        }
        // SAFETY: a block address, just checked.
        unsafe {
            let function = Val::new(llvm::LLVMGetBlockAddressFunction(self.raw()))?;
            Some((function, Block::new(llvm::LLVMGetBlockAddressBasicBlock(self.raw()))?))
        }
    }

    /// The opcode of a constant expression.
    pub fn const_opcode(self) -> i32 {
        assert!(self.kind() == ValKind::Expr);
        // SAFETY: a constant expression, just checked.
        unsafe { ffi::LLVMGetConstOpcode(self.raw()) }
    }

    /// The type that a `getelementptr`, instruction or expression, walks.
    pub fn gep_type(self) -> Ty<'m> {
        assert!(self.opcode_any() == Some(op::GEP));
        // SAFETY: a gep, just checked.
        Ty::new(unsafe { llvm::LLVMGetGEPSourceElementType(self.raw()) })
    }

    /// The mask of a `shufflevector`, instruction or expression.
    pub fn shuffle_mask(self) -> Vec<Option<u32>> {
        assert!(self.opcode_any() == Some(op::SHUFFLE_VECTOR));
        // SAFETY: a shuffle, just checked; the index is below the count.
        unsafe {
            let count = llvm::LLVMGetNumMaskElements(self.raw());
            (0..count).map(|i| u32::try_from(llvm::LLVMGetMaskValue(self.raw(), i)).ok()).collect()
        }
    }

    fn opcode_any(self) -> Option<i32> {
        match self.kind() {
            ValKind::Expr => Some(self.const_opcode()),
            ValKind::Instruction => Some(self.opcode()),
            _ => None,
        }
    }

    // Globals and functions.

    /// LLVM's linkage number.
    pub fn linkage(self) -> i32 {
        use ValKind as K;
        assert!(matches!(self.kind(), K::Function | K::Global | K::Alias | K::IFunc));
        // SAFETY: a global value, just checked.
        unsafe { ffi::LLVMGetLinkage(self.raw()) }
    }

    /// Type of the value (globals) or function that a symbol names.
    pub fn value_type(self) -> Ty<'m> {
        use ValKind as K;
        assert!(matches!(self.kind(), K::Function | K::Global | K::Alias | K::IFunc));
        // SAFETY: a global value, just checked.
        Ty::new(unsafe { llvm::LLVMGlobalGetValueType(self.raw()) })
    }

    /// Initial value of a global variable.
    pub fn initializer(self) -> Option<Val<'m>> {
        assert!(self.kind() == ValKind::Global);
        // SAFETY: a global variable, just checked.
        Val::new(unsafe { llvm::LLVMGetInitializer(self.raw()) })
    }

    /// Whether a global variable is constant, and whether it is thread-local.
    pub fn global_flags(self) -> (bool, bool) {
        assert!(self.kind() == ValKind::Global);
        // SAFETY: a global variable, just checked.
        unsafe { (llvm::LLVMIsGlobalConstant(self.raw()) != 0, llvm::LLVMIsThreadLocal(self.raw()) != 0) }
    }

    /// Alignment of a global variable or alloca; 0 if it is the type's.
    pub fn alignment(self) -> u64 {
        assert!(self.kind() == ValKind::Global || self.opcode_any() == Some(op::ALLOCA));
        // SAFETY: a value that has an alignment, just checked.
        u64::from(unsafe { llvm::LLVMGetAlignment(self.raw()) })
    }

    /// What an alias stands for.
    pub fn aliasee(self) -> Option<Val<'m>> {
        assert!(self.kind() == ValKind::Alias);
        // SAFETY: an alias, just checked.
        Val::new(unsafe { llvm::LLVMAliasGetAliasee(self.raw()) })
    }

    /// The section that a global variable is to lie in; empty if none is asked for.
    pub fn section(self) -> &'m [u8] {
        assert!(self.kind() == ValKind::Global);
        // SAFETY: a global variable, just checked; the string is null or ends in zero, and is the module's.
        unsafe {
            let section = llvm::LLVMGetSection(self.raw());
            if section.is_null() { &[] } else { std::ffi::CStr::from_ptr(section).to_bytes() }
        }
    }

    /// Source name and place of a global variable.
    pub fn global_source(self) -> Option<(String, Row<'m>)> {
        assert!(self.kind() == ValKind::Global);
        let mut name = ffi::Str { data: std::ptr::null(), len: 0 };
        let mut row = Row::EMPTY;
        // SAFETY: a global variable, just checked; both results are written before `true` is returned.
        unsafe {
            ffi::svm_global_source(self.raw(), &raw mut name, &raw mut row.0)
                .then(|| (bytes(name.data, name.len), row))
        }
    }

    /// Whether a function has a body, read or not.
    pub fn has_body(self) -> bool {
        assert!(self.kind() == ValKind::Function);
        // SAFETY: a function, just checked.
        unsafe { ffi::svm_has_body(self.raw()) }
    }

    /// Parameters of a function.
    pub fn params(self) -> Vec<Val<'m>> {
        assert!(self.kind() == ValKind::Function);
        // SAFETY: a function, just checked; the index is below the count.
        unsafe {
            (0..llvm::LLVMCountParams(self.raw()))
                .filter_map(|i| Val::new(llvm::LLVMGetParam(self.raw(), i)))
                .collect()
        }
    }

    /// Attribute of a function's parameter (from 0): its integer value, or its type.
    pub fn param_attr(self, index: u32, attr: Attr) -> Option<(u64, Option<Ty<'m>>)> {
        assert!(self.kind() == ValKind::Function);
        // SAFETY: a function; parameters count from 1 in attribute indices.
        let attribute = unsafe { llvm::LLVMGetEnumAttributeAtIndex(self.raw(), index + 1, attr.kind()) };
        attribute_value(attribute)
    }

    /// The personality function.
    pub fn personality(self) -> Option<Val<'m>> {
        assert!(self.kind() == ValKind::Function);
        // SAFETY: a function, just checked.
        unsafe {
            if llvm::LLVMHasPersonalityFn(self.raw()) == 0 {
                return None;
            }
            Val::new(llvm::LLVMGetPersonalityFn(self.raw()))
        }
    }

    /// Basic blocks of a function whose body has been read.
    pub fn blocks(self) -> Vec<Block<'m>> {
        assert!(self.kind() == ValKind::Function);
        // SAFETY: a function, just checked; the array has room for all blocks.
        unsafe {
            let mut blocks = vec![std::ptr::null_mut(); llvm::LLVMCountBasicBlocks(self.raw()) as usize];
            llvm::LLVMGetBasicBlocks(self.raw(), blocks.as_mut_ptr());
            blocks.into_iter().filter_map(Block::new).collect()
        }
    }

    /// The base name of an intrinsic, without its type suffixes; `None` for any other function.
    pub fn intrinsic_name(self) -> Option<&'static str> {
        assert!(self.kind() == ValKind::Function);
        let mut len = 0;
        // SAFETY: a function; an intrinsic's base name is a constant of LLVM's.
        unsafe {
            let id = llvm::LLVMGetIntrinsicID(self.raw());
            if id == 0 {
                return None;
            }
            let data = llvm::LLVMIntrinsicGetName(id, &raw mut len);
            std::str::from_utf8(std::slice::from_raw_parts(data.cast(), len)).ok()
        }
    }

    // Instructions.

    /// The opcode of an instruction.
    pub fn opcode(self) -> i32 {
        assert!(self.kind() == ValKind::Instruction);
        // SAFETY: an instruction, just checked.
        unsafe { ffi::LLVMGetInstructionOpcode(self.raw()) }
    }

    /// The comparison's predicate number.
    pub fn predicate(self) -> i32 {
        match self.opcode() {
            // SAFETY: each function is asked of its own opcode.
            op::ICMP => unsafe { ffi::LLVMGetICmpPredicate(self.raw()) },
            // SAFETY: as above.
            op::FCMP => unsafe { ffi::LLVMGetFCmpPredicate(self.raw()) },
            other => panic!("opcode {other} has no predicate"),
        }
    }

    /// The ordering number of an access or fence; a compare-exchange's on success.
    pub fn ordering(self) -> i32 {
        match self.opcode() {
            // SAFETY: each function is asked of its own opcodes.
            op::LOAD | op::STORE | op::FENCE | op::ATOMIC_RMW => unsafe { ffi::LLVMGetOrdering(self.raw()) },
            // SAFETY: as above.
            op::CMPXCHG => unsafe { ffi::LLVMGetCmpXchgSuccessOrdering(self.raw()) },
            other => panic!("opcode {other} has no ordering"),
        }
    }

    /// The operation number of an `atomicrmw`.
    pub fn rmw_op(self) -> i32 {
        assert!(self.opcode() == op::ATOMIC_RMW);
        // SAFETY: an atomicrmw, just checked.
        unsafe { ffi::LLVMGetAtomicRMWBinOp(self.raw()) }
    }

    /// The type that an alloca makes room for.
    pub fn allocated_type(self) -> Ty<'m> {
        assert!(self.opcode() == op::ALLOCA);
        // SAFETY: an alloca, just checked.
        Ty::new(unsafe { llvm::LLVMGetAllocatedType(self.raw()) })
    }

    /// Indices of an `extractvalue` or `insertvalue`.
    pub fn indices(self) -> &'m [u32] {
        assert!(matches!(self.opcode(), op::EXTRACT_VALUE | op::INSERT_VALUE));
        // SAFETY: an instruction with indices, which live as long as it.
        unsafe {
            let count = llvm::LLVMGetNumIndices(self.raw()) as usize;
            if count == 0 {
                return &[];
            }
            std::slice::from_raw_parts(llvm::LLVMGetIndices(self.raw()), count)
        }
    }

    /// Incoming blocks and values of a phi.
    pub fn incoming(self) -> impl Iterator<Item = (Block<'m>, Val<'m>)> {
        assert!(self.opcode() == op::PHI);
        // SAFETY: a phi, just checked; the index is below the count.
        unsafe {
            (0..llvm::LLVMCountIncoming(self.raw())).filter_map(move |i| {
                let block = Block::new(llvm::LLVMGetIncomingBlock(self.raw(), i))?;
                Some((block, Val::new(llvm::LLVMGetIncomingValue(self.raw(), i))?))
            })
        }
    }

    /// Successors of a terminator.
    pub fn successors(self) -> Vec<Block<'m>> {
        let terminator = matches!(
            self.opcode(),
            op::BR | op::SWITCH | op::INDIRECT_BR | op::INVOKE | op::RET | op::UNREACHABLE | op::RESUME
        );
        assert!(terminator);
        // SAFETY: a terminator, just checked; the index is below the count.
        unsafe {
            let count = llvm::LLVMGetNumSuccessors(self.raw());
            (0..count).filter_map(|i| Block::new(llvm::LLVMGetSuccessor(self.raw(), i))).collect()
        }
    }

    /// The value of a switch's case (from 0).
    pub fn switch_case(self, index: u32) -> Option<Val<'m>> {
        assert!(self.opcode() == op::SWITCH);
        // SAFETY: a switch; the successor index, where 0 is the default, is checked against the count.
        unsafe {
            if index + 1 >= llvm::LLVMGetNumSuccessors(self.raw()) {
                return None;
            }
            Val::new(llvm::LLVMGetSwitchCaseValue(self.raw(), index + 1))
        }
    }

    /// The text of a metadata string that is passed as an argument.
    pub fn metadata_text(self) -> Option<String> {
        if self.kind() != ValKind::Metadata {
            return None;
        }
        let mut len = 0;
        // SAFETY: metadata as a value; null if it is no string.
        unsafe {
            let data = llvm::LLVMGetMDString(self.raw(), &raw mut len);
            (!data.is_null()).then(|| bytes(data, len as usize))
        }
    }

    /// Type clauses and the cleanup flag of a landing pad.
    pub fn clauses(self) -> (Vec<Val<'m>>, bool) {
        assert!(self.opcode() == op::LANDING_PAD);
        // SAFETY: a landing pad, just checked; the index is below the count.
        unsafe {
            let count = llvm::LLVMGetNumClauses(self.raw());
            let clauses = (0..count).filter_map(|i| Val::new(llvm::LLVMGetClause(self.raw(), i))).collect();
            (clauses, llvm::LLVMIsCleanup(self.raw()) != 0)
        }
    }

    fn assert_call(self) {
        assert!(matches!(self.opcode(), op::CALL | op::INVOKE));
    }

    /// What a call calls.
    pub fn callee(self) -> Option<Val<'m>> {
        self.assert_call();
        // SAFETY: a call, just checked.
        Val::new(unsafe { llvm::LLVMGetCalledValue(self.raw()) })
    }

    /// The function type that a call is made with.
    pub fn call_type(self) -> Ty<'m> {
        self.assert_call();
        // SAFETY: a call, just checked.
        Ty::new(unsafe { llvm::LLVMGetCalledFunctionType(self.raw()) })
    }

    /// Number of arguments of a call.
    pub fn arg_count(self) -> u32 {
        self.assert_call();
        // SAFETY: a call, just checked.
        unsafe { llvm::LLVMGetNumArgOperands(self.raw()) }
    }

    /// Number of operand bundles of a call.
    pub fn bundle_count(self) -> u32 {
        self.assert_call();
        // SAFETY: a call, just checked.
        unsafe { llvm::LLVMGetNumOperandBundles(self.raw()) }
    }

    /// Identity of a call's attributes.
    pub fn call_attributes(self) -> usize {
        self.assert_call();
        // SAFETY: a call, just checked.
        unsafe { ffi::svm_call_attributes(self.raw()) as usize }
    }

    /// Attribute of a call's argument (from 0): its integer value, or its type.
    pub fn arg_attr(self, index: u32, attr: Attr) -> Option<(u64, Option<Ty<'m>>)> {
        self.assert_call();
        // SAFETY: a call; arguments count from 1 in attribute indices.
        let attribute = unsafe { llvm::LLVMGetCallSiteEnumAttribute(self.raw(), index + 1, attr.kind()) };
        attribute_value(attribute)
    }

    /// Whether a call must be a tail call.
    pub fn is_must_tail(self) -> bool {
        // SAFETY: only a call instruction is asked; 2 is `LLVMTailCallKindMustTail`.
        self.opcode() == op::CALL && unsafe { ffi::LLVMGetTailCallKind(self.raw()) } == 2
    }

    /// Template and constraints of inline assembly.
    pub fn inline_asm(self) -> Option<(String, String)> {
        if self.kind() != ValKind::InlineAsm {
            return None;
        }
        let (mut a, mut b) = (0, 0);
        // SAFETY: inline assembly, just checked; both strings are copied at once.
        unsafe {
            let template = llvm::LLVMGetInlineAsmAsmString(self.raw(), &raw mut a);
            let constraints = llvm::LLVMGetInlineAsmConstraintString(self.raw(), &raw mut b);
            Some((bytes(template, a), bytes(constraints, b)))
        }
    }

    /// LLVM's text for it.
    pub fn text(self) -> String {
        // SAFETY: the value is live; the message is ours.
        unsafe { take_message(llvm::LLVMPrintValueToString(self.raw())) }
    }
}

fn attribute_value<'m>(attribute: LLVMAttributeRef) -> Option<(u64, Option<Ty<'m>>)> {
    if attribute.is_null() {
        return None;
    }
    // SAFETY: a live attribute; a type attribute has a type, any other enumerated one an integer. The kinds
    // that are asked for (`Attr`) are of these two sorts.
    unsafe {
        if ffi::LLVMIsTypeAttribute(attribute) != 0 {
            let ty = Some(Ty::new(llvm::LLVMGetTypeAttributeValue(attribute)));
            Some((0, ty))
        } else {
            Some((llvm::LLVMGetEnumAttributeValue(attribute), None))
        }
    }
}
