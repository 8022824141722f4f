//! A function body: blocks of instructions over numbered values.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Const, FuncId, Inst, LocId, LocTable, Signature, Type};

/// An SSA value of one function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Value(pub u32);

/// An instruction of one function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InstId(pub u32);

/// A basic block of one function; 0 is the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BlockId(pub u32);

impl BlockId {
    /// Where a function starts. It has no predecessors.
    pub const ENTRY: BlockId = BlockId(0);
}

/// One of the functions that were inlined into a body, or the body itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FrameId(pub u32);

impl FrameId {
    /// The function that the body belongs to.
    pub const SELF: FrameId = FrameId(0);
}

/// A call that has been replaced by the body of its callee.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InlineFrame {
    /// The callee: locations in this frame are those of its own [`LocTable`].
    pub func: FuncId,
    /// Where the call stood.
    pub caller: (FrameId, LocId),
    /// The callee's linker name.
    pub name: Arc<str>,
    /// Its source locations.
    #[serde(skip)]
    pub locs: LocTable,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ValueDef {
    /// The n-th parameter.
    Param(u32),
    /// The result of an instruction.
    Inst(InstId),
    /// A constant.
    Const(Const),
}

/// A value's origin and type.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ValueData {
    /// Where it comes from.
    pub def: ValueDef,
    /// Its type; never void.
    pub ty: Type,
}

/// An instruction, its result and where it stands in the source.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InstData {
    /// What it does.
    pub inst: Inst,
    /// The value it defines, if any.
    pub result: Option<Value>,
    /// Its source location, in the location table of its frame's function.
    pub loc: LocId,
    /// Which inlined function it belongs to.
    pub frame: FrameId,
}

/// Phis first, one terminator last.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Block {
    /// Instructions in order; the last, and only the last, is a terminator.
    pub insts: Vec<InstId>,
}

/// One function body.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Function {
    /// Which function of the module this is.
    pub id: FuncId,
    /// Its linker name.
    pub name: Arc<str>,
    /// Its type.
    pub sig: Arc<Signature>,
    /// One value per parameter.
    pub params: Vec<Value>,
    /// All values.
    pub values: Vec<ValueData>,
    /// All instructions, in or out of a block.
    pub insts: Vec<InstData>,
    /// All blocks; the first is the entry.
    pub blocks: Vec<Block>,
    /// Blocks whose address is taken (targets of `indirectbr`), in the order of their numbers.
    pub address_taken: Vec<BlockId>,
    /// Source locations. Serialized apart from the body (`load/wire.rs`), with their strings shared.
    #[serde(skip)]
    pub locs: LocTable,
    /// Where the function is declared in the source.
    pub decl_loc: LocId,
    /// The personality function, if it has landing pads.
    pub personality: Option<FuncId>,
    /// The calls that this engine has inlined: frame `n` is entry `n - 1`.
    pub inlined: Vec<InlineFrame>,
}

impl Function {
    /// Bytes of its tables, without what instructions and constants own beside them.
    pub fn bytes(&self) -> usize {
        let blocks: usize = self.blocks.iter().map(|b| size_of_val(&b.insts[..])).sum();
        size_of_val(&self.values[..]) + size_of_val(&self.insts[..]) + size_of_val(&self.blocks[..]) + blocks
    }

    /// The data of a value.
    pub fn value(&self, v: Value) -> &ValueData {
        &self.values[v.0 as usize]
    }

    /// The type of a value.
    pub fn ty(&self, v: Value) -> &Type {
        &self.values[v.0 as usize].ty
    }

    /// The constant that a value is, if it is one.
    pub fn as_const(&self, v: Value) -> Option<&Const> {
        match &self.value(v).def {
            ValueDef::Const(c) => Some(c),
            _ => None,
        }
    }

    /// The instruction that defines a value, if one does.
    pub fn def_inst(&self, v: Value) -> Option<(InstId, &InstData)> {
        match self.value(v).def {
            ValueDef::Inst(id) => Some((id, self.inst(id))),
            _ => None,
        }
    }

    /// The data of an instruction.
    pub fn inst(&self, id: InstId) -> &InstData {
        &self.insts[id.0 as usize]
    }

    /// The block's data.
    pub fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.0 as usize]
    }

    /// All block ids in order.
    pub fn block_ids(&self) -> impl Iterator<Item = BlockId> + use<> {
        (0..self.blocks.len() as u32).map(BlockId)
    }

    /// Adds a value.
    pub fn add_value(&mut self, def: ValueDef, ty: Type) -> Value {
        self.values.push(ValueData { def, ty });
        Value(self.values.len() as u32 - 1)
    }

    /// Adds a constant (the loader shares equal ones; passes need not).
    pub fn add_const(&mut self, c: Const, ty: Type) -> Value {
        self.add_value(ValueDef::Const(c), ty)
    }

    /// Creates an instruction outside any block; `ty` is `Type::Void` for one without a result.
    pub fn add_inst(&mut self, inst: Inst, ty: Type, loc: LocId) -> (InstId, Option<Value>) {
        self.add_inst_at(inst, ty, (FrameId::SELF, loc))
    }

    /// The same at a position in an inlined function.
    pub fn add_inst_at(
        &mut self,
        inst: Inst,
        ty: Type,
        (frame, loc): (FrameId, LocId),
    ) -> (InstId, Option<Value>) {
        let id = InstId(self.insts.len() as u32);
        let result = (ty != Type::Void).then(|| self.add_value(ValueDef::Inst(id), ty));
        self.insts.push(InstData { inst, result, loc, frame });
        (id, result)
    }

    /// The call that a frame stands for; none for the function itself.
    pub fn inline_frame(&self, frame: FrameId) -> Option<&InlineFrame> {
        self.inlined.get((frame.0 as usize).checked_sub(1)?)
    }

    /// The terminator of a block.
    pub fn terminator(&self, id: BlockId) -> Option<&super::Terminator> {
        match self.block(id).insts.last().map(|i| &self.inst(*i).inst) {
            Some(Inst::Term(t)) => Some(t),
            _ => None,
        }
    }
}
