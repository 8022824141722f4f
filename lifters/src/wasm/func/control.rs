//! Structured control flow to basic blocks. A label remembers the edges to it; its phis are made when it is placed.

use inkwell::basic_block::BasicBlock;
use inkwell::values::{BasicValue, PhiValue};
use svm_memory::abi::wasm::Trap;
use wasmparser::{BlockType, Operator};

use super::super::emit::Val;
use super::super::error::{LiftError, Result};
use super::super::types::ValType;
use super::FuncLifter;

/// An edge to a label and the values that it carries.
type Edge<'ctx> = (BasicBlock<'ctx>, Vec<Val<'ctx>>);

enum Kind<'ctx> {
    Block,
    /// Its header and the phis of its parameters.
    Loop(BasicBlock<'ctx>, Vec<PhiValue<'ctx>>),
    /// Where `else` starts, and the parameters it starts with; taken when `else` is met.
    If(Option<(BasicBlock<'ctx>, Vec<Val<'ctx>>)>),
}

/// A block, loop or if that is open.
pub struct Frame<'ctx> {
    kind: Kind<'ctx>,
    height: usize,
    results: Vec<ValType>,
    /// Where the code after it goes on.
    end: BasicBlock<'ctx>,
    edges: Vec<Edge<'ctx>>,
    /// Where exceptions of the code in it go, if a `try_table` around it catches some.
    handler: Option<BasicBlock<'ctx>>,
}

impl<'ctx> FuncLifter<'_, '_, 'ctx> {
    pub(super) fn push_function_frame(&mut self) {
        let end = self.e.block(self.f, "return");
        let results = self.ty.results.clone();
        let kind = Kind::Block;
        self.frames.push(Frame { kind, height: 0, results, end, edges: Vec::new(), handler: None });
    }

    fn block_type(&self, ty: BlockType) -> Result<(Vec<ValType>, Vec<ValType>)> {
        Ok(match ty {
            BlockType::Empty => (Vec::new(), Vec::new()),
            BlockType::Type(t) => (Vec::new(), vec![self.cx.p.val_type(t)?]),
            BlockType::FuncType(i) => {
                let ty = &self.cx.p.types[i as usize];
                (ty.params.clone(), ty.results.clone())
            }
        })
    }

    fn frame(&mut self, depth: u32) -> Result<&mut Frame<'ctx>> {
        let n = self.frames.len().checked_sub(1 + depth as usize);
        n.and_then(|n| self.frames.get_mut(n)).ok_or_else(|| LiftError::Internal("no such label".into()))
    }

    fn enter(&mut self, kind: Kind<'ctx>, params: usize, results: Vec<ValType>) {
        let end = self.e.block(self.f, "");
        let height = self.stack.len() - params;
        let handler = self.handler();
        self.frames.push(Frame { kind, height, results, end, edges: Vec::new(), handler });
    }

    /// Where an exception of the code here goes within the function.
    pub(super) fn handler(&self) -> Option<BasicBlock<'ctx>> {
        self.frames.last().and_then(|frame| frame.handler)
    }

    /// Opens a block whose exceptions go to `handler`.
    pub(super) fn enter_try(&mut self, ty: BlockType, handler: Option<BasicBlock<'ctx>>) -> Result<()> {
        let (params, results) = self.block_type(ty)?;
        self.enter(Kind::Block, params.len(), results);
        self.frame(0)?.handler = handler;
        Ok(())
    }

    /// How many values a branch to the label carries.
    fn arity(&mut self, depth: u32) -> Result<usize> {
        Ok(match &self.frame(depth)?.kind {
            Kind::Loop(_, phis) => phis.len(),
            _ => self.frame(depth)?.results.len(),
        })
    }

    /// The values that a branch to the label would carry, left on the stack.
    fn carried(&mut self, depth: u32) -> Result<Vec<Val<'ctx>>> {
        let n = self.arity(depth)?;
        let at = self.stack.len().checked_sub(n);
        let at = at.ok_or_else(|| LiftError::Internal("the operand stack is too short".into()))?;
        self.settle(self.stack[at..].to_vec())
    }

    /// Records an edge from the current block to a label; the caller emits the branch to the block that is returned.
    pub(super) fn edge(&mut self, depth: u32, values: Vec<Val<'ctx>>) -> Result<BasicBlock<'ctx>> {
        let here = self.e.here()?;
        let frame = self.frame(depth)?;
        match &frame.kind {
            Kind::Loop(header, phis) => {
                for (phi, v) in phis.iter().zip(&values) {
                    phi.add_incoming(&[(v as &dyn BasicValue, here)]);
                }
                Ok(*header)
            }
            _ => {
                frame.edges.push((here, values));
                Ok(frame.end)
            }
        }
    }

    pub(super) fn branch(&mut self, depth: u32) -> Result<()> {
        let values = self.carried(depth)?;
        let to = self.edge(depth, values)?;
        self.e.br(to)?;
        self.unreachable = true;
        Ok(())
    }

    /// A branch to the label where `condition` holds.
    pub(super) fn branch_if(&mut self, depth: u32, condition: inkwell::values::IntValue<'ctx>) -> Result<()> {
        let values = self.carried(depth)?;
        let to = self.edge(depth, values)?;
        let next = self.e.block(self.f, "");
        self.e.cond_br(condition, to, next)?;
        self.e.b.position_at_end(next);
        Ok(())
    }

    /// Control operators in reachable code.
    pub(super) fn control(&mut self, op: &Operator<'_>) -> Result<bool> {
        match op {
            Operator::Unreachable => {
                let trap = self.trap_block(Trap::Unreachable)?;
                self.e.br(trap)?;
                self.unreachable = true;
            }
            Operator::Block { blockty } => {
                let (params, results) = self.block_type(*blockty)?;
                self.enter(Kind::Block, params.len(), results);
            }
            Operator::Loop { blockty } => self.start_loop(*blockty)?,
            Operator::If { blockty } => self.start_if(*blockty)?,
            Operator::Else => self.start_else()?,
            Operator::End => self.end()?,
            Operator::Br { relative_depth } => self.branch(*relative_depth)?,
            Operator::BrIf { relative_depth } => {
                let condition = self.condition()?;
                self.branch_if(*relative_depth, condition)?;
            }
            Operator::BrTable { targets } => self.br_table(targets)?,
            Operator::Return => self.branch(self.frames.len() as u32 - 1)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn start_loop(&mut self, ty: BlockType) -> Result<()> {
        let (params, results) = self.block_type(ty)?;
        let first = self.pop_n(params.len())?;
        let first = self.settle(first)?;
        let (before, header) = (self.e.here()?, self.e.block(self.f, "loop"));
        self.e.br(header)?;
        self.e.b.position_at_end(header);
        let mut phis = Vec::new();
        for v in &first {
            let phi = self.e.b.build_phi(v.get_type(), "")?;
            phi.add_incoming(&[(v as &dyn BasicValue, before)]);
            phis.push(phi);
        }
        self.stack.extend(phis.iter().map(|p| p.as_basic_value()));
        self.enter(Kind::Loop(header, phis), params.len(), results);
        Ok(())
    }

    fn start_if(&mut self, ty: BlockType) -> Result<()> {
        let (params, results) = self.block_type(ty)?;
        let condition = self.condition()?;
        let values = self.stack[self.stack.len() - params.len()..].to_vec();
        let (then, other) = (self.e.block(self.f, "then"), self.e.block(self.f, "else"));
        self.e.cond_br(condition, then, other)?;
        self.e.b.position_at_end(then);
        self.enter(Kind::If(Some((other, values))), params.len(), results);
        Ok(())
    }

    /// An edge from the end of a block's code to its end, if that can be reached.
    fn fall_through(&mut self) -> Result<()> {
        if !self.unreachable {
            self.branch(0)?;
        }
        Ok(())
    }

    fn start_else(&mut self) -> Result<()> {
        self.fall_through()?;
        let frame = self.frame(0)?;
        let height = frame.height;
        let Kind::If(other) = &mut frame.kind else {
            return Err(LiftError::Internal("else without if".into()));
        };
        let (block, values) = other.take().ok_or_else(|| LiftError::Internal("a second else".into()))?;
        self.stack.truncate(height);
        self.stack.extend(values);
        self.e.b.position_at_end(block);
        self.unreachable = false;
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        // An open loop's label is its header: falling out of it goes to the end.
        if let Kind::Loop(..) = self.frame(0)?.kind {
            self.frame(0)?.kind = Kind::Block;
        }
        if let Kind::If(Some(_)) = self.frame(0)?.kind {
            self.start_else()?;
        }
        self.fall_through()?;
        let Some(frame) = self.frames.pop() else {
            return Err(LiftError::Internal("no block to end".into()));
        };
        self.stack.truncate(frame.height);
        self.place(&frame)?;
        if self.frames.is_empty() && !self.unreachable {
            let values = self.pop_n(frame.results.len())?;
            self.emit_return(&values)?;
            self.unreachable = true;
        }
        Ok(())
    }

    /// Starts the code after a block, with its results on the stack.
    fn place(&mut self, frame: &Frame<'ctx>) -> Result<()> {
        let edges = &frame.edges;
        self.unreachable = edges.is_empty();
        self.e.b.position_at_end(frame.end);
        if edges.is_empty() {
            self.e.b.build_unreachable()?;
            return Ok(());
        }
        for (i, ty) in frame.results.iter().enumerate() {
            let v = match edges.as_slice() {
                [(_, values)] => values[i],
                _ => {
                    let phi = self.e.b.build_phi(self.cx.llvm_type(ty), "")?;
                    for (block, values) in edges {
                        phi.add_incoming(&[(&values[i] as &dyn BasicValue, *block)]);
                    }
                    phi.as_basic_value()
                }
            };
            self.stack.push(v);
        }
        Ok(())
    }

    pub(super) fn emit_return(&mut self, values: &[Val<'ctx>]) -> Result<()> {
        match values {
            [] => self.e.b.build_return(None)?,
            [one] => {
                let v = self.settle(vec![*one])?[0];
                self.e.b.build_return(Some(&v))?
            }
            many => {
                let many = self.settle(many.to_vec())?;
                self.e.b.build_aggregate_return(&many)?
            }
        };
        Ok(())
    }

    /// Each label gets one block of its own on the way, so that an edge occurs once.
    fn br_table(&mut self, targets: &wasmparser::BrTable<'_>) -> Result<()> {
        let index = self.pop_int()?;
        let mut ways: Vec<(u32, BasicBlock<'ctx>)> = Vec::new();
        let mut seen = std::collections::HashMap::new();
        let f = self.f;
        let e = &self.e;
        let mut way = |depth: u32| {
            *seen.entry(depth).or_insert_with(|| {
                let block = e.block(f, "");
                ways.push((depth, block));
                block
            })
        };
        let mut cases = Vec::new();
        for (i, depth) in targets.targets().enumerate() {
            cases.push((e.c32(i as u32), way(depth?)));
        }
        let default = way(targets.default());
        self.e.b.build_switch(index, default, &cases)?;
        for (depth, block) in ways {
            self.e.b.position_at_end(block);
            self.branch(depth)?;
        }
        Ok(())
    }

    /// Walks over unreachable code; true where `op` ends it and is to be lifted.
    pub(super) fn skip(&mut self, op: &Operator<'_>) -> Result<bool> {
        match op {
            Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::TryTable { .. } => {
                self.skipped += 1;
            }
            Operator::Else if self.skipped == 0 => return Ok(true),
            Operator::End if self.skipped == 0 => return Ok(true),
            Operator::End => self.skipped -= 1,
            _ => {}
        }
        Ok(false)
    }
}
