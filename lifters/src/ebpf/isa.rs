//! The instruction table: every instruction of RFC 9669 (and the load-acquire and store-release that clang's
//! `-mcpu=v4` emits), with its encoding, its name and its shape. Decoder, disassembler, assembler and lifter all
//! read this table; none has a list of opcodes of its own.

use std::sync::LazyLock;

/// What an arithmetic instruction computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are RFC 9669's")]
pub enum Alu {
    Add,
    Sub,
    Mul,
    Div,
    Sdiv,
    Or,
    And,
    Lsh,
    Rsh,
    Mod,
    Smod,
    Xor,
    Mov,
    Arsh,
}

/// When a jump is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are RFC 9669's")]
pub enum Cond {
    Eq,
    Gt,
    Ge,
    Set,
    Ne,
    Sgt,
    Sge,
    Lt,
    Le,
    Slt,
    Sle,
}

/// What an atomic instruction does to memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are RFC 9669's")]
pub enum Atomic {
    Add,
    Or,
    And,
    Xor,
    Xchg,
    Cmpxchg,
}

/// The byte order that `End` makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// To little endian.
    Little,
    /// To big endian.
    Big,
    /// The other way round, whatever it is.
    Swap,
}

/// What an instruction does. Sizes are in bytes, `wide` means 64 bits, `imm` that the source is the immediate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "fields are explained above")]
pub enum Op {
    Alu {
        op: Alu,
        wide: bool,
        imm: bool,
    },
    /// Sign-extending move of the low `size` bytes.
    Movsx {
        size: u8,
        wide: bool,
    },
    Neg {
        wide: bool,
    },
    End {
        order: Order,
        bits: u8,
    },
    /// LD_IMM64 with the source kind in the src field; takes two units.
    LoadImm {
        kind: u8,
    },
    /// LD_ABS and LD_IND.
    Packet {
        size: u8,
        indirect: bool,
    },
    Load {
        size: u8,
        signed: bool,
    },
    Store {
        size: u8,
        imm: bool,
    },
    Atomic {
        op: Atomic,
        size: u8,
        fetch: bool,
    },
    LoadAcquire {
        size: u8,
    },
    StoreRelease {
        size: u8,
    },
    Jump {
        cond: Cond,
        wide: bool,
        imm: bool,
    },
    /// Unconditional; `long` takes its distance from the immediate.
    Goto {
        long: bool,
    },
    CallHelper,
    CallLocal,
    CallKfunc,
    CallRegister,
    Exit,
}

/// What a field of the encoding may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// An operand.
    Any,
    /// This value, and no other.
    Is(i32),
}

/// One instruction of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// The first byte.
    pub opcode: u8,
    /// The register fields and the others: operands, or part of the opcode.
    pub dst: Field,
    /// As `dst`.
    pub src: Field,
    /// As `dst`.
    pub off: Field,
    /// As `dst`.
    pub imm: Field,
    /// The name in assembly, in uBPF's syntax.
    pub name: String,
    /// What it does.
    pub op: Op,
}

/// One instruction as it is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Raw {
    /// The first byte.
    pub opcode: u8,
    /// Destination register.
    pub dst: u8,
    /// Source register or kind.
    pub src: u8,
    /// Offset of an access or jump.
    pub off: i16,
    /// Immediate.
    pub imm: i32,
}

impl Raw {
    /// Reads 8 bytes; `big` for the big-endian encoding, whose register fields are swapped too.
    pub fn read(bytes: [u8; 8], big: bool) -> Raw {
        let [opcode, regs, o0, o1, i0, i1, i2, i3] = bytes;
        if big {
            Raw {
                opcode,
                dst: regs >> 4,
                src: regs & 15,
                off: i16::from_be_bytes([o0, o1]),
                imm: i32::from_be_bytes([i0, i1, i2, i3]),
            }
        } else {
            Raw {
                opcode,
                dst: regs & 15,
                src: regs >> 4,
                off: i16::from_le_bytes([o0, o1]),
                imm: i32::from_le_bytes([i0, i1, i2, i3]),
            }
        }
    }

    /// The little-endian encoding.
    pub fn bytes(self) -> [u8; 8] {
        let ([o0, o1], [i0, i1, i2, i3]) = (self.off.to_le_bytes(), self.imm.to_le_bytes());
        [self.opcode, self.dst & 15 | self.src << 4, o0, o1, i0, i1, i2, i3]
    }
}

impl Field {
    fn fits(self, value: i32) -> bool {
        match self {
            Field::Any => true,
            Field::Is(only) => only == value,
        }
    }
}

impl Row {
    /// Whether an encoded instruction is one of this row.
    pub fn matches(&self, raw: &Raw) -> bool {
        self.opcode == raw.opcode
            && self.dst.fits(raw.dst.into())
            && self.src.fits(raw.src.into())
            && self.off.fits(raw.off.into())
            && self.imm.fits(raw.imm)
    }

    /// The encoding with all operands 0.
    pub fn template(&self) -> Raw {
        let fixed = |field| if let Field::Is(value) = field { value } else { 0 };
        Raw {
            opcode: self.opcode,
            dst: fixed(self.dst) as u8,
            src: fixed(self.src) as u8,
            off: fixed(self.off) as i16,
            imm: fixed(self.imm),
        }
    }
}

/// The row of an encoded instruction.
pub fn find(raw: &Raw) -> Option<&'static Row> {
    let rows = TABLE.by_opcode[raw.opcode as usize].clone();
    TABLE.rows[rows].iter().find(|row| row.matches(raw))
}

/// The row with a name, chosen among those of the same name by `fits`.
pub fn named(name: &str, fits: impl Fn(&Row) -> bool) -> Option<&'static Row> {
    TABLE.rows.iter().find(|row| row.name == name && fits(row))
}

/// All rows, by opcode.
pub fn rows() -> &'static [Row] {
    &TABLE.rows
}

struct Table {
    rows: Vec<Row>,
    by_opcode: Vec<std::ops::Range<usize>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut rows = Vec::new();
    arithmetic(&mut rows);
    memory(&mut rows);
    control(&mut rows);
    rows.sort_by_key(|row: &Row| row.opcode);
    let by_opcode = (0..=255)
        .map(|op: u8| rows.partition_point(|r| r.opcode < op)..rows.partition_point(|r| r.opcode <= op))
        .collect();
    Table { rows, by_opcode }
});

const ANY: Field = Field::Any;
const ZERO: Field = Field::Is(0);

fn row(opcode: u8, name: impl Into<String>, fields: [Field; 4], op: Op) -> Row {
    let [dst, src, off, imm] = fields;
    Row { opcode, dst, src, off, imm, name: name.into(), op }
}

/// ALU (class 4) and ALU64 (class 7): RFC 9669, section 4.1 and 4.2.
fn arithmetic(rows: &mut Vec<Row>) {
    use Alu::*;
    // Name, operation, code in the upper four bits, the offset that tells variants apart.
    let ops = [
        ("add", Add, 0x00, 0),
        ("sub", Sub, 0x10, 0),
        ("mul", Mul, 0x20, 0),
        ("div", Div, 0x30, 0),
        ("sdiv", Sdiv, 0x30, 1),
        ("or", Or, 0x40, 0),
        ("and", And, 0x50, 0),
        ("lsh", Lsh, 0x60, 0),
        ("rsh", Rsh, 0x70, 0),
        ("mod", Mod, 0x90, 0),
        ("smod", Smod, 0x90, 1),
        ("xor", Xor, 0xa0, 0),
        ("mov", Mov, 0xb0, 0),
        ("arsh", Arsh, 0xc0, 0),
    ];
    for (class, suffix, wide) in [(7u8, "", true), (4, "32", false)] {
        for (name, op, code, off) in ops {
            let (name, off) = (format!("{name}{suffix}"), Field::Is(off));
            rows.push(row(
                code | class,
                name.clone(),
                [ANY, ZERO, off, ANY],
                Op::Alu { op, wide, imm: true },
            ));
            rows.push(row(code | 8 | class, name, [ANY, ANY, off, ZERO], Op::Alu { op, wide, imm: false }));
        }
        rows.push(row(0x80 | class, format!("neg{suffix}"), [ANY, ZERO, ZERO, ZERO], Op::Neg { wide }));
        for size in [1u8, 2, 4] {
            if wide || size < 4 {
                let name = format!("movsx{}{}", size * 8, if wide { 64 } else { 32 });
                let fields = [ANY, ANY, Field::Is(i32::from(size) * 8), ZERO];
                rows.push(row(0xb8 | class, name, fields, Op::Movsx { size, wide }));
            }
        }
    }
    let orders = [(0xd4, "le", Order::Little), (0xdc, "be", Order::Big), (0xd7, "swap", Order::Swap)];
    for (opcode, name, order) in orders {
        for bits in [16u8, 32, 64] {
            let fields = [ANY, ZERO, ZERO, Field::Is(bits.into())];
            rows.push(row(opcode, format!("{name}{bits}"), fields, Op::End { order, bits }));
        }
    }
}

/// Size names with their code in bits 3 and 4.
const SIZES: [(&str, u8, u8); 4] = [("w", 0x00, 4), ("h", 0x08, 2), ("b", 0x10, 1), ("dw", 0x18, 8)];

/// LD, LDX, ST, STX: RFC 9669, section 5.
fn memory(rows: &mut Vec<Row>) {
    for kind in 0..=6u8 {
        rows.push(row(0x18, "lddw", [ANY, Field::Is(kind.into()), ZERO, ANY], Op::LoadImm { kind }));
    }
    for (suffix, code, size) in SIZES {
        if size < 8 {
            let op = |indirect| Op::Packet { size, indirect };
            rows.push(row(0x20 | code, format!("ldabs{suffix}"), [ZERO, ZERO, ZERO, ANY], op(false)));
            rows.push(row(0x40 | code, format!("ldind{suffix}"), [ZERO, ANY, ZERO, ANY], op(true)));
            let fields = [ANY, ANY, ANY, ZERO];
            rows.push(row(0x81 | code, format!("ldx{suffix}sx"), fields, Op::Load { size, signed: true }));
        }
        let (load, store) = ([ANY, ANY, ANY, ZERO], [ANY, ZERO, ANY, ANY]);
        rows.push(row(0x61 | code, format!("ldx{suffix}"), load, Op::Load { size, signed: false }));
        rows.push(row(0x62 | code, format!("st{suffix}"), store, Op::Store { size, imm: true }));
        rows.push(row(0x63 | code, format!("stx{suffix}"), load, Op::Store { size, imm: false }));
        let fields = |imm| [ANY, ANY, ANY, Field::Is(imm)];
        rows.push(row(0xc3 | code, format!("lacq{suffix}"), fields(0x100), Op::LoadAcquire { size }));
        rows.push(row(0xc3 | code, format!("srel{suffix}"), fields(0x110), Op::StoreRelease { size }));
    }
    use Atomic::*;
    let ops = [("add", Add, 0x00), ("or", Or, 0x40), ("and", And, 0x50), ("xor", Xor, 0xa0)];
    for (code, suffix, size) in [(0x18u8, "", 8u8), (0x00, "32", 4)] {
        let mut push = |name: String, op, fetch, imm| {
            let fields = [ANY, ANY, ANY, Field::Is(imm)];
            rows.push(row(0xc3 | code, name, fields, Op::Atomic { op, size, fetch }));
        };
        for (name, op, imm) in ops {
            push(format!("lock {name}{suffix}"), op, false, imm);
            push(format!("lock fetch {name}{suffix}"), op, true, imm | 1);
        }
        push(format!("lock xchg{suffix}"), Xchg, true, 0xe1);
        push(format!("lock cmpxchg{suffix}"), Cmpxchg, true, 0xf1);
    }
}

/// JMP (class 5) and JMP32 (class 6): RFC 9669, section 4.3.
fn control(rows: &mut Vec<Row>) {
    use Cond::*;
    let conds = [
        ("jeq", Eq, 0x10),
        ("jgt", Gt, 0x20),
        ("jge", Ge, 0x30),
        ("jset", Set, 0x40),
        ("jne", Ne, 0x50),
        ("jsgt", Sgt, 0x60),
        ("jsge", Sge, 0x70),
        ("jlt", Lt, 0xa0),
        ("jle", Le, 0xb0),
        ("jslt", Slt, 0xc0),
        ("jsle", Sle, 0xd0),
    ];
    for (class, suffix, wide) in [(5u8, "", true), (6, "32", false)] {
        for (name, cond, code) in conds {
            let name = format!("{name}{suffix}");
            let op = |imm| Op::Jump { cond, wide, imm };
            rows.push(row(code | class, name.clone(), [ANY, ZERO, ANY, ANY], op(true)));
            rows.push(row(code | 8 | class, name, [ANY, ANY, ANY, ZERO], op(false)));
        }
    }
    rows.push(row(0x05, "ja", [ZERO, ZERO, ANY, ZERO], Op::Goto { long: false }));
    rows.push(row(0x06, "ja32", [ZERO, ZERO, ZERO, ANY], Op::Goto { long: true }));
    rows.push(row(0x85, "call", [ZERO, ZERO, ZERO, ANY], Op::CallHelper));
    rows.push(row(0x85, "call local", [ZERO, Field::Is(1), ZERO, ANY], Op::CallLocal));
    rows.push(row(0x85, "call kfunc", [ZERO, Field::Is(2), ANY, ANY], Op::CallKfunc));
    rows.push(row(0x8d, "callx", [ANY, ZERO, ZERO, ZERO], Op::CallRegister));
    rows.push(row(0x95, "exit", [ZERO, ZERO, ZERO, ZERO], Op::Exit));
}
