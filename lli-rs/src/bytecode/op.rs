//! The op table: every bytecode operation, its operands and its layout, once.
//!
//! An instruction is one 8-byte [`Word`] `{ op, a, b, c }` of 16 bits each, followed by the extension words
//! that its [`Ext`] names. The dispatch loop, the disassembler and the checker all derive from this table;
//! the handler of each row is an ordinary function of `interp/` with the row's second name.
//!
//! Conventions: register slots hold zero-extended values; `K` at the end of a name means an immediate
//! second operand; memory operations are judged against a root (see `opt::Roots`):
//! `B` base that is its own root plus 16-bit offset, `X` root plus index * scale + offset,
//! `Y` the same with a 32-bit signed index, `R` pointer and root, `O` pointer and root plus offset.

/// What one 16-bit operand field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Unused.
    N,
    /// A slot that is written.
    D,
    /// A slot that is read.
    U,
    /// Two slots that are written.
    D2,
    /// Two slots that are read.
    U2,
    /// A vector of slots that is written; how many, the function says.
    VD,
    /// A vector of slots that is read.
    VU,
    /// A signed immediate.
    I,
    /// A number: count, width, kind.
    K,
    /// The first slot of the outgoing argument area.
    S,
}

/// What follows the first word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ext {
    /// Nothing.
    None,
    /// A 64-bit immediate.
    Imm,
    /// Low half: branch offset in words from this instruction's first word. High half: immediate.
    Branch,
    /// Low half: scale; high half: offset (both signed).
    Scale,
    /// Low 16 bits: one more slot that is read.
    Slot,
    /// Low 16 bits: third operand; next 16: number of the vector function.
    Simd,
    /// Index of a descriptor.
    Desc,
    /// Lowest value; then `count | default << 32`; then offsets, two to a word.
    Table,
    /// Function index; then `c` argument slots, four to a word.
    Args,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct OpInfo {
    /// Mnemonic.
    pub name: &'static str,
    /// Operand fields a, b, c.
    pub kinds: [Kind; 3],
    /// What follows.
    pub ext: Ext,
}

/// Hands the op table to a macro: `Variant handler (a b c) ext;` rows.
macro_rules! for_each_op {
    ($m:ident $(, $arg:tt)*) => { $m! { $($arg)*
        // moves and constants
        Mov mov (D U N) None;
        MovN mov_n (D U K) None;
        Const const_32 (D K K) None;
        Const64 const_64 (D N N) Imm;
        LoadFar load_far (D N N) Imm;
        StoreFar store_far (U N N) Imm;
        Tls tls (D N N) Imm;
        // integers
        Add8 add_8 (D U U) None;
        Add16 add_16 (D U U) None;
        Add32 add_32 (D U U) None;
        Add64 add_64 (D U U) None;
        Sub8 sub_8 (D U U) None;
        Sub16 sub_16 (D U U) None;
        Sub32 sub_32 (D U U) None;
        Sub64 sub_64 (D U U) None;
        Mul8 mul_8 (D U U) None;
        Mul16 mul_16 (D U U) None;
        Mul32 mul_32 (D U U) None;
        Mul64 mul_64 (D U U) None;
        And and (D U U) None;
        Or or (D U U) None;
        Xor xor (D U U) None;
        Shl8 shl_8 (D U U) None;
        Shl16 shl_16 (D U U) None;
        Shl32 shl_32 (D U U) None;
        Shl64 shl_64 (D U U) None;
        LShr8 lshr_8 (D U U) None;
        LShr16 lshr_16 (D U U) None;
        LShr32 lshr_32 (D U U) None;
        LShr64 lshr_64 (D U U) None;
        AShr8 ashr_8 (D U U) None;
        AShr16 ashr_16 (D U U) None;
        AShr32 ashr_32 (D U U) None;
        AShr64 ashr_64 (D U U) None;
        UDiv32 udiv_32 (D U U) None;
        UDiv64 udiv_64 (D U U) None;
        URem32 urem_32 (D U U) None;
        URem64 urem_64 (D U U) None;
        SDiv8 sdiv_8 (D U U) None;
        SDiv16 sdiv_16 (D U U) None;
        SDiv32 sdiv_32 (D U U) None;
        SDiv64 sdiv_64 (D U U) None;
        SRem8 srem_8 (D U U) None;
        SRem16 srem_16 (D U U) None;
        SRem32 srem_32 (D U U) None;
        SRem64 srem_64 (D U U) None;
        Add8K add_8_k (D U I) None;
        Add16K add_16_k (D U I) None;
        Add32K add_32_k (D U I) None;
        Add64K add_64_k (D U I) None;
        Mul32K mul_32_k (D U I) None;
        Mul64K mul_64_k (D U I) None;
        RSub32K rsub_32_k (D U I) None;
        RSub64K rsub_64_k (D U I) None;
        AndK and_k (D U K) None;
        OrK or_k (D U K) None;
        XorK xor_k (D U K) None;
        Not8 not_8 (D U N) None;
        Not16 not_16 (D U N) None;
        Not32 not_32 (D U N) None;
        Not64 not_64 (D U N) None;
        Shl32K shl_32_k (D U K) None;
        Shl64K shl_64_k (D U K) None;
        LShrK lshr_k (D U K) None;
        AShr32K ashr_32_k (D U K) None;
        AShr64K ashr_64_k (D U K) None;
        Trunc32 trunc_32 (D U N) None;
        TruncBits trunc_bits (D U K) None;
        SExt8To32 sext_8_32 (D U N) None;
        SExt16To32 sext_16_32 (D U N) None;
        SExt8To64 sext_8_64 (D U N) None;
        SExt16To64 sext_16_64 (D U N) None;
        SExt32To64 sext_32_64 (D U N) None;
        SExtBits sext_bits (D U K) None;
        SMin32 smin_32 (D U U) None;
        SMax32 smax_32 (D U U) None;
        UMin umin (D U U) None;
        UMax umax (D U U) None;
        SMin64 smin_64 (D U U) None;
        SMax64 smax_64 (D U U) None;
        Abs32 abs_32 (D U N) None;
        Abs64 abs_64 (D U N) None;
        CtPop ctpop (D U N) None;
        CtLz32 ctlz_32 (D U N) None;
        CtLz64 ctlz_64 (D U N) None;
        CtTz32 cttz_32 (D U N) None;
        CtTz64 cttz_64 (D U N) None;
        BSwap16 bswap_16 (D U N) None;
        BSwap32 bswap_32 (D U N) None;
        BSwap64 bswap_64 (D U N) None;
        Rotl32 rotl_32 (D U U) None;
        Rotl64 rotl_64 (D U U) None;
        Rotl32K rotl_32_k (D U K) None;
        Rotl64K rotl_64_k (D U K) None;
        // integer comparison to a value; unsigned ones work on every width
        SetEq set_eq (D U U) None;
        SetNe set_ne (D U U) None;
        SetUlt set_ult (D U U) None;
        SetUle set_ule (D U U) None;
        SetSlt32 set_slt_32 (D U U) None;
        SetSle32 set_sle_32 (D U U) None;
        SetSlt64 set_slt_64 (D U U) None;
        SetSle64 set_sle_64 (D U U) None;
        SetEqK set_eq_k (D U I) None;
        SetNeK set_ne_k (D U I) None;
        SetEq32K set_eq_32_k (D U I) None;
        SetNe32K set_ne_32_k (D U I) None;
        SetUltK set_ult_k (D U K) None;
        SetUgtK set_ugt_k (D U K) None;
        SetSlt32K set_slt_32_k (D U I) None;
        SetSgt32K set_sgt_32_k (D U I) None;
        SetSlt64K set_slt_64_k (D U I) None;
        SetSgt64K set_sgt_64_k (D U I) None;
        Select select (D U U) Slot;
        // floating point
        FAdd32 fadd_32 (D U U) None;
        FSub32 fsub_32 (D U U) None;
        FMul32 fmul_32 (D U U) None;
        FDiv32 fdiv_32 (D U U) None;
        FAdd64 fadd_64 (D U U) None;
        FSub64 fsub_64 (D U U) None;
        FMul64 fmul_64 (D U U) None;
        FDiv64 fdiv_64 (D U U) None;
        FMulAdd64 fmuladd_64 (D U U) Slot;
        FMulAdd32 fmuladd_32 (D U U) Slot;
        FNeg32 fneg_32 (D U N) None;
        FNeg64 fneg_64 (D U N) None;
        FAbs64 fabs_64 (D U N) None;
        FSqrt64 fsqrt_64 (D U N) None;
        FSqrt32 fsqrt_32 (D U N) None;
        FExt fext (D U N) None;
        FTrunc ftrunc (D U N) None;
        F64ToS32 f64_to_s32 (D U N) None;
        F64ToS64 f64_to_s64 (D U N) None;
        F32ToS32 f32_to_s32 (D U N) None;
        S32ToF64 s32_to_f64 (D U N) None;
        S64ToF64 s64_to_f64 (D U N) None;
        U64ToF64 u64_to_f64 (D U N) None;
        S32ToF32 s32_to_f32 (D U N) None;
        S64ToF32 s64_to_f32 (D U N) None;
        SetFEq64 set_feq_64 (D U U) None;
        SetFNe64 set_fne_64 (D U U) None;
        SetFLt64 set_flt_64 (D U U) None;
        SetFLe64 set_fle_64 (D U U) None;
        SetFUno64 set_funo_64 (D U U) None;
        SetFEq32 set_feq_32 (D U U) None;
        SetFNe32 set_fne_32 (D U U) None;
        SetFLt32 set_flt_32 (D U U) None;
        SetFLe32 set_fle_32 (D U U) None;
        SetFUno32 set_funo_32 (D U U) None;
        // pointers and memory
        Gep gep (D U U) Scale;
        Load8B load_8_b (D U I) None;
        Load16B load_16_b (D U I) None;
        Load32B load_32_b (D U I) None;
        Load64B load_64_b (D U I) None;
        Load8X load_8_x (D U U) Scale;
        Load16X load_16_x (D U U) Scale;
        Load32X load_32_x (D U U) Scale;
        Load64X load_64_x (D U U) Scale;
        Load8R load_8_r (D U U) None;
        Load16R load_16_r (D U U) None;
        Load32R load_32_r (D U U) None;
        Load64R load_64_r (D U U) None;
        Load8O load_8_o (D U U) Imm;
        Load16O load_16_o (D U U) Imm;
        Load32O load_32_o (D U U) Imm;
        Load64O load_64_o (D U U) Imm;
        Store8B store_8_b (U U I) None;
        Store16B store_16_b (U U I) None;
        Store32B store_32_b (U U I) None;
        Store64B store_64_b (U U I) None;
        Store8X store_8_x (U U U) Scale;
        Store16X store_16_x (U U U) Scale;
        Store32X store_32_x (U U U) Scale;
        Store64X store_64_x (U U U) Scale;
        Store8R store_8_r (U U U) None;
        Store16R store_16_r (U U U) None;
        Store32R store_32_r (U U U) None;
        Store64R store_64_r (U U U) None;
        Store8O store_8_o (U U U) Imm;
        Store16O store_16_o (U U U) Imm;
        Store32O store_32_o (U U U) Imm;
        Store64O store_64_o (U U U) Imm;
        Load8Y load_8_y (D U U) Scale;
        Store8Y store_8_y (U U U) Scale;
        Load16Y load_16_y (D U U) Scale;
        Store16Y store_16_y (U U U) Scale;
        Load32Y load_32_y (D U U) Scale;
        Store32Y store_32_y (U U U) Scale;
        Load64Y load_64_y (D U U) Scale;
        Store64Y store_64_y (U U U) Scale;
        GepY gep_y (D U U) Scale;
        Load128B load_128_b (D2 U I) None;
        Load128X load_128_x (D2 U U) Scale;
        Load128R load_128_r (D2 U U) None;
        Load128O load_128_o (D2 U U) Imm;
        Store128B store_128_b (U2 U I) None;
        Store128X store_128_x (U2 U U) Scale;
        Store128R store_128_r (U2 U U) None;
        Store128O store_128_o (U2 U U) Imm;
        // vectors: functions of semantics::simd, and single lanes by constant index
        Simd simd (VD VU VU) Simd;
        GetLane8 get_lane_8 (D VU K) None;
        GetLane16 get_lane_16 (D VU K) None;
        GetLane32 get_lane_32 (D VU K) None;
        SetLane8 set_lane_8 (VD U K) None;
        SetLane16 set_lane_16 (VD U K) None;
        SetLane32 set_lane_32 (VD U K) None;
        SetLane64 set_lane_64 (VD U K) None;
        StoreK8B store_k8_b (I U I) None;
        StoreK16B store_k16_b (I U I) None;
        StoreK32B store_k32_b (I U I) None;
        StoreK64B store_k64_b (I U I) None;
        Alloca alloca (D N N) Desc;
        Enter enter (D N N) None;
        // control
        Br br (N N N) Branch;
        BrNz br_nz (U N N) Branch;
        BrZ br_z (U N N) Branch;
        BrEq br_eq (U U N) Branch;
        BrNe br_ne (U U N) Branch;
        BrUlt br_ult (U U N) Branch;
        BrUle br_ule (U U N) Branch;
        BrSlt32 br_slt_32 (U U N) Branch;
        BrSle32 br_sle_32 (U U N) Branch;
        BrSlt64 br_slt_64 (U U N) Branch;
        BrSle64 br_sle_64 (U U N) Branch;
        BrEqK br_eq_k (U N N) Branch;
        BrNeK br_ne_k (U N N) Branch;
        BrEq32K br_eq_32_k (U N N) Branch;
        BrNe32K br_ne_32_k (U N N) Branch;
        BrUltK br_ult_k (U N N) Branch;
        BrUgtK br_ugt_k (U N N) Branch;
        BrSlt32K br_slt_32_k (U N N) Branch;
        BrSgt32K br_sgt_32_k (U N N) Branch;
        BrSlt64K br_slt_64_k (U N N) Branch;
        BrSgt64K br_sgt_64_k (U N N) Branch;
        BrFLt64 br_flt_64 (U U N) Branch;
        BrFNlt64 br_fnlt_64 (U U N) Branch;
        BrFLe64 br_fle_64 (U U N) Branch;
        BrFNle64 br_fnle_64 (U U N) Branch;
        BrFEq64 br_feq_64 (U U N) Branch;
        BrFNe64 br_fne_64 (U U N) Branch;
        Switch32 switch_32 (U N N) Table;
        Switch64 switch_64 (U N N) Table;
        Call call (D S K) Args;
        CallSlow call_slow (D N N) Desc;
        CallHost call_host (D N N) Desc;
        CallIndirect call_indirect (D N N) Desc;
        Leave leave (N N N) Desc;
        Ret ret (N N N) None;
        Ret1 ret_1 (U N N) None;
        RetN ret_n (U K N) None;
        Exit exit (N N N) None;
        Fuel fuel (N N N) Imm;
        // everything else, by descriptor
        Generic generic (N N N) Desc;
        GenericJump generic_jump (N N N) Desc;
        // the one instruction of a function that is compiled
        Native native (N N N) None;
    }};
}
pub(crate) use for_each_op;

macro_rules! define_ops {
    ($($name:ident $handler:ident ($a:ident $b:ident $c:ident) $ext:ident;)*) => {
        /// An operation; the table says what it is made of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u16)]
        #[allow(missing_docs)] // the rows of the table
        pub enum Op { $($name),* }

        /// One row per operation, indexed by its number.
        pub static OPS: &[OpInfo] = &[$(OpInfo {
            name: stringify!($handler),
            kinds: [Kind::$a, Kind::$b, Kind::$c],
            ext: Ext::$ext,
        }),*];

        /// The operations in the order of their numbers.
        static ALL: &[Op] = &[$(Op::$name),*];
    };
}
for_each_op!(define_ops);

impl Op {
    /// The operation of that number.
    pub fn from_number(n: u16) -> Option<Op> {
        ALL.get(usize::from(n)).copied()
    }

    /// Its row.
    pub fn info(self) -> &'static OpInfo {
        &OPS[self as usize]
    }
}

/// The first word of an instruction.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Word(pub u64);

impl Word {
    /// Puts a word together.
    pub const fn new(op: Op, a: u16, b: u16, c: u16) -> Word {
        Word(op as u64 | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48)
    }

    /// The number of the operation.
    #[inline(always)]
    pub const fn number(self) -> u16 {
        self.0 as u16
    }

    /// Field a.
    #[inline(always)]
    pub const fn a(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// Field b.
    #[inline(always)]
    pub const fn b(self) -> u16 {
        (self.0 >> 32) as u16
    }

    /// Field c.
    #[inline(always)]
    pub const fn c(self) -> u16 {
        (self.0 >> 48) as u16
    }
}

/// Number of words of the instruction that starts at `words[at]`, which must be a valid first word.
pub fn length(words: &[u64], at: usize) -> Option<usize> {
    let word = Word(*words.get(at)?);
    let op = Op::from_number(word.number())?;
    Some(match op.info().ext {
        Ext::None => 1,
        Ext::Imm | Ext::Branch | Ext::Scale | Ext::Slot | Ext::Simd | Ext::Desc => 2,
        Ext::Table => 3 + (*words.get(at + 2)? as u32 as usize).div_ceil(2),
        Ext::Args => 2 + usize::from(word.c()).div_ceil(4),
    })
}

/// Packs a branch extension word.
pub const fn branch_ext(offset: i32, imm: i32) -> u64 {
    offset as u32 as u64 | (imm as u32 as u64) << 32
}
