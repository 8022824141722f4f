//! One function of our lowered IR as LLVM IR.
//!
//! Every operation is emitted from an allowlist with defined semantics; what has no native form is done by the
//! interpreter's executor on scratch slots of the frame ([`Gen::generic`]). Frame layout, from slot 0:
//! parameters | mark of the stack objects | scratch | outgoing arguments.

mod arith;
mod blocks;
mod call;
mod control;
mod demote;
mod direct;
mod frame;
mod intrinsic;
mod look;
mod memory;
mod nan;
mod passes;
mod stubs;
mod value;
mod vector;

use std::cell::RefCell;
use std::mem::MaybeUninit;

use inkwell::llvm_sys::LLVMIntPredicate;
use rustc_hash::FxHashMap;

use super::Arrival;
use super::llvm::{Block, Job, Scope, Ty, Val};
use super::orc::Pipeline;
use super::stubs::{NewStubs, Stubs};
use crate::bytecode::code::{Head, NativeEntry, Quick};
use crate::bytecode::flow::Flow;
use crate::bytecode::{Code, Desc, Op, Span, Word};
use crate::ir::{
    BlockId, FrameId, FuncId, Function, Inst, InstId, Intrinsic, LocId, ParamAttr, Terminator, Type, Value,
};
use crate::machine::Process;
use crate::machine::native::{HELPERS, Returns, offset, trap_kind};
use crate::opt::compiled::{Compiled, Level};
use demote::Homes;
use frame::Record;

/// A function that is generated but not linked: its code, but for the entry.
pub(super) struct Unfinished {
    code: Box<MaybeUninit<Code>>,
    parts: Code,
    /// Symbols in the code, with their addresses.
    pub(super) symbols: Vec<(String, usize)>,
    /// The number of its type.
    pub(super) own_type: u32,
    /// Stubs that were generated with it.
    pub(super) stubs: Vec<NewStubs>,
    /// Functions that it calls, with the numbers of their types.
    pub(super) callees: Vec<(FuncId, u32)>,
    /// Whether some block is run more than once in a call.
    has_loops: bool,
    /// Whether values have homes in memory at this point of the emission.
    has_homes: bool,
    /// Whether the code compares an entry with a stub.
    pub(super) compares_stubs: bool,
    level: Level,
    is_large: bool,
}

/// A body of more instructions, checks included, is large.
const LARGE: usize = 1500;

/// Whether LLVM's passes take longer for the body than what they gain. Loops that were versioned are worth them, if they
/// are more than a small part of it.
fn is_large(f: &Function) -> bool {
    let ranges = f.insts.iter().filter(|data| matches!(data.inst, Inst::Range { .. })).count();
    f.insts.len() > LARGE.max(ranges * LARGE / 4)
}

/// What is to be generated.
pub(super) struct Wanted<'a> {
    /// The lowered body, with what is live at its heads if it is to be left there.
    pub(super) body: &'a Compiled,
    pub(super) level: Level,
    /// The symbol.
    pub(super) name: &'a str,
    /// In code that goes on in a frame: where its values are.
    pub(super) arrival: Option<Arrival>,
}

/// The symbol of an address that a function's code refers to.
fn address_symbol(function: &str, number: usize) -> String {
    format!("{function}.a{number}")
}

impl Unfinished {
    /// What LLVM does to it.
    pub(super) fn pipeline(&self) -> Pipeline {
        let passes = match (self.level, self.has_homes, self.has_loops) {
            (_, true, _) => passes::HOMES,
            (Level::Quick, ..) => passes::QUICK,
            (Level::Full, ..) if self.is_large => passes::LARGE,
            (Level::Full, _, true) => passes::LOOPS,
            (Level::Full, _, false) => passes::STRAIGHT,
        };
        Pipeline { passes, level: self.level }
    }

    /// The code, with its entry.
    pub(super) fn finish(self, native: NativeEntry) -> Box<Code> {
        Box::write(self.code, Code { native: Some(native), ..self.parts })
    }
}

/// The alias scopes: accesses of different ones never overlap.
struct Scopes {
    /// Headers and the live map.
    header: Scope,
    /// The thread's block, its slots and frame records.
    frame: Scope,
    /// Bytes of the guest's objects.
    data: Scope,
}

struct Gen<'a> {
    process: &'a Process,
    f: &'a Function,
    level: Level,
    /// At the quick level: what is live at the loop heads.
    live_at: FxHashMap<BlockId, &'a [Value]>,
    /// Those heads in the code, as they are met.
    heads: Vec<Head>,
    b: &'a Job,
    flow: Flow,
    scopes: Scopes,
    func: Val,
    vals: Vec<Option<Val>>,
    uses: Vec<u32>,
    blocks: Vec<Option<Block>>,
    /// Edges of our IR and where they come from in LLVM's.
    edges: Vec<(BlockId, BlockId, Block)>,
    phis: Vec<(BlockId, InstId, Val)>,
    /// Returns with a status.
    fail: Block,
    /// The block that is being generated.
    block: BlockId,
    record: Record,
    stubs: &'a Stubs,
    new_stubs: Vec<NewStubs>,
    /// In functions that call what returns twice.
    homes: Option<Homes>,
    /// Where such calls return: their place's word, what follows.
    resumes: Vec<(u32, Block)>,
    compares_stubs: bool,
    /// The function's symbol.
    name: String,
    /// What [`Gen::fixed`] has given symbols.
    addresses: RefCell<Vec<usize>>,
    callees: Vec<(FuncId, u32)>,
    code: Box<MaybeUninit<Code>>,
    words: Vec<u64>,
    pcs: Vec<(u32, LocId)>,
    pc_frames: Vec<FrameId>,
    descs: Vec<Desc>,
    loc: LocId,
    frame: FrameId,
    thread: Val,
    fp: Val,
    /// The record of this frame, and of the caller's.
    top: Val,
    caller_top: Val,
    window: Val,
    live: Val,
    locals: Val,
    mark: Option<u32>,
    /// In code that goes on in a frame of bytecode: where its values are.
    arrival: Option<Arrival>,
    /// The program looks at floating-point flags or sets the rounding mode.
    strict: bool,
    /// The processor rounds to integers in one instruction.
    rounds: bool,
    scratch: u32,
    scratch_used: u32,
    scratch_max: u32,
    out: u32,
    outgoing: u32,
}

/// Generates a function into the job's module, under this name and with a number of its own.
pub(super) fn function(
    process: &Process,
    b: &Job,
    stubs: &Stubs,
    wanted: Wanted<'_>,
) -> Result<Unfinished, String> {
    let mut g = Gen::new(process, b, stubs, wanted)?;
    g.prologue()?;
    for b in g.flow.order.clone() {
        g.block(b)?;
    }
    g.fill_phis()?;
    g.exits();
    let own_type = g.generate_stubs()?;
    g.finish(own_type)
}

/// Generates the stubs of a type alone. They depend on nothing of the body but that there is one.
pub(super) fn stubs(
    process: &Process,
    b: &Job,
    stubs: &Stubs,
    wanted: Wanted<'_>,
    new: &NewStubs,
) -> Result<(), String> {
    let mut g = Gen::new(process, b, stubs, wanted)?;
    b.remove(g.func);
    let (enter, out) = new.names();
    g.enter_stub(&new.sig, &enter)?;
    g.out_stub(&new.sig, &out)
}

/// How stubs alone are compiled.
pub(super) const STUBS: Pipeline = Pipeline { passes: passes::STRAIGHT, level: Level::Full };

fn slots_of(f: &Function, inst: &Inst, result: Option<Value>) -> u32 {
    let mut n: u32 = result.map_or(1, |r| f.ty(r).slots());
    inst.operands(&mut |v| n = n.saturating_add(f.ty(v).slots()));
    n.saturating_add(2)
}

/// How many positions an instruction needs at most.
fn places_of(inst: &Inst) -> usize {
    match inst {
        Inst::Phi(_) | Inst::Gep { .. } | Inst::ICmp(..) | Inst::RawLoad { .. } | Inst::RawStore { .. } => 1,
        _ => 2,
    }
}

impl<'a> Gen<'a> {
    fn new(
        process: &'a Process,
        b: &'a Job,
        stubs: &'a Stubs,
        Wanted { body, mut level, name, arrival }: Wanted<'a>,
    ) -> Result<Self, String> {
        let f = &body.function;
        let flow = Flow::compute(f);
        let params: u32 = f.params.iter().map(|p| f.ty(*p).slots()).sum();
        let twice = call::returns_twice(process, f);
        let needs_mark = twice
            || arrival.as_ref().is_some_and(|a| a.mark.is_some())
            || f.sig.attrs.iter().any(|a| matches!(a, ParamAttr::ByVal { .. }))
            || f.insts
                .iter()
                .any(|d| matches!(d.inst, Inst::Alloca { .. } | Inst::Intrinsic(Intrinsic::VaStart, _)));
        let mark = needs_mark.then_some(params);
        let scratch = params + u32::from(needs_mark);
        let (mut scratch_max, mut outgoing) = (1, 0);
        let mut uses = vec![0; f.values.len()];
        let mut places = f.params.len() + 16;
        for b in &flow.order {
            for id in &f.block(*b).insts {
                let data = f.inst(*id);
                data.inst.operands(&mut |v| uses[v.0 as usize] += 1);
                let n = slots_of(f, &data.inst, data.result);
                places += places_of(&data.inst);
                match &data.inst {
                    Inst::Phi(_) => {}
                    Inst::Call(_) | Inst::Term(Terminator::Invoke { .. }) => {
                        (scratch_max, outgoing) = (n.max(scratch_max), n.max(outgoing));
                    }
                    _ => scratch_max = n.max(scratch_max),
                }
            }
        }
        if twice {
            // Its values have homes, and it is entered in its middle by those who jump back only.
            level = Level::Full;
        }
        let live_at: FxHashMap<BlockId, &[Value]> = match level {
            Level::Quick => body.heads.iter().map(|(head, live)| (*head, &live[..])).collect(),
            Level::Full => FxHashMap::default(),
        };
        for live in live_at.values() {
            places += 1;
            outgoing = outgoing.max(live.iter().map(|v| f.ty(*v).slots()).sum());
        }
        let out = scratch + scratch_max;
        if out + outgoing > 30_000 {
            return Err("a frame of too many slots".into());
        }
        let [header, frame, data] = b.scopes(["headers", "frames", "data"]);
        let placeholder = b.i64(0);
        let ty = Self::own_type(b, f, process, arrival.is_some())?;
        let func = b.function(name, ty);
        let mut words = Vec::with_capacity(1 + 3 * places);
        words.push(Word::new(Op::Native, 0, 0, 0).0);
        Ok(Gen {
            process,
            f,
            level,
            live_at,
            heads: Vec::new(),
            b,
            scopes: Scopes { header, frame, data },
            func,
            vals: vec![None; f.values.len()],
            uses,
            blocks: vec![None; f.blocks.len()],
            edges: Vec::new(),
            phis: Vec::new(),
            fail: std::ptr::null_mut(),
            block: BlockId::ENTRY,
            record: Record::place(
                f,
                &flow,
                level == Level::Quick || mark.is_some() || f.sig.variadic || arrival.is_some(),
            ),
            stubs,
            new_stubs: Vec::new(),
            homes: twice.then(Homes::default),
            resumes: Vec::new(),
            compares_stubs: false,
            name: name.into(),
            addresses: RefCell::default(),
            callees: Vec::new(),
            code: Box::new_uninit(),
            words,
            pcs: vec![(0, f.decl_loc)],
            pc_frames: vec![FrameId::SELF],
            descs: Vec::new(),
            loc: f.decl_loc,
            frame: FrameId::SELF,
            thread: b.param(func, 0),
            fp: b.param(func, 1),
            top: placeholder,
            caller_top: placeholder,
            window: placeholder,
            live: placeholder,
            locals: placeholder,
            mark,
            arrival,
            strict: process.module.fenv,
            rounds: std::arch::is_x86_feature_detected!("sse4.1"),
            scratch,
            scratch_used: 0,
            scratch_max,
            out,
            outgoing,
            flow,
        })
    }

    fn set_attributes(&self, f: Val) {
        self.b.attribute(f, "nounwind", 0);
        self.b.string_attribute(f, "no-builtins", "true");
        if self.strict {
            self.b.attribute(f, "strictfp", 0);
        }
        self.b.string_attribute(f, "frame-pointer", "none");
    }

    /// A field of the thread, as a pointer.
    fn field(&self, offset: usize) -> Val {
        self.b.byte(self.thread, self.b.i64(offset as u64))
    }

    fn constant_field(&self, offset: usize) -> Val {
        self.b.invariant(self.b.load(self.b.ptr(), self.field(offset), 8))
    }

    fn prologue(&mut self) -> Result<(), String> {
        let b = self.b;
        self.set_attributes(self.func);
        b.at(b.block(self.func));
        for &block in &self.flow.order {
            self.blocks[block.0 as usize] = Some(b.block(self.func));
        }
        self.fail = b.block(self.func);
        self.window = self.constant_field(offset::WINDOW);
        self.live = self.constant_field(offset::LIVE);
        self.locals = self.constant_field(offset::LOCALS);
        self.caller_top = self.load_top();
        self.thread_addresses()?;
        self.make_homes()?;
        if self.pushes_first() {
            self.enter_record();
        }
        if let Some(arrival) = self.arrival.clone() {
            self.take_over(&arrival)?;
        } else {
            if let Some(mark) = self.mark {
                let at = self.call_helper("svm.mark", b.zero(b.ptr()), &[]);
                self.put(at, &Type::I64, mark)?;
            }
            self.parameters()?;
            if self.level == Level::Quick {
                self.look(&[], None)?;
            }
        }
        let entry = self.block_of(BlockId::ENTRY)?;
        b.br(entry);
        Ok(())
    }

    /// Constants that are another value in each thread are loaded at the entry: a phi has no place for that.
    fn thread_addresses(&mut self) -> Result<(), String> {
        let f = self.f;
        for v in (0..f.values.len() as u32).map(Value).filter(|v| self.uses[v.0 as usize] > 0) {
            if let Some(c) = f.as_const(v).filter(|c| self.by_thread(c)) {
                self.vals[v.0 as usize] = Some(self.constant(c, f.ty(v))?);
            }
        }
        Ok(())
    }

    /// Parameters from registers and slots; by-value copies.
    fn parameters(&mut self) -> Result<(), String> {
        let (mut slot, mut register) = (0, 2);
        let attrs = self.process.module.func(self.f.id).sig.attrs.clone();
        for (i, &p) in self.f.params.iter().enumerate() {
            let ty = self.f.ty(p).clone();
            let mut v = if value::in_register(&ty) {
                register += 1;
                self.b.param(self.func, register - 1)
            } else {
                self.get(&ty, slot)?
            };
            if let Some(ParamAttr::ByVal { size, align }) = attrs.get(i) {
                self.put(v, &ty, slot)?;
                let desc = self.desc(Desc::ByVal(slot, *size, *align));
                self.run(Op::Generic, 0, desc);
                v = self.get(&ty, slot)?;
            }
            self.define(p, v);
            slot += ty.slots();
        }
        Ok(())
    }

    /// The values of a frame of bytecode: all are read before the slots are used for anything else.
    fn take_over(&mut self, arrival: &Arrival) -> Result<(), String> {
        for (&p, &slot) in self.f.params.iter().zip(&arrival.slots) {
            let ty = self.f.ty(p).clone();
            self.vals[p.0 as usize] = Some(self.get(&ty, slot)?);
        }
        if let Some(ours) = self.mark {
            // Bytecode has none where only inlined callees make objects.
            let mark = match arrival.mark {
                Some(theirs) => self.get(&Type::I64, theirs)?,
                None => self.call_helper("svm.mark", self.b.zero(self.b.ptr()), &[]),
            };
            self.put(mark, &Type::I64, ours)?;
        }
        Ok(())
    }

    /// Whether the record is pushed before anything else.
    fn pushes_first(&self) -> bool {
        self.level == Level::Quick || self.mark.is_some() || self.f.sig.variadic || self.arrival.is_some()
    }

    fn block(&mut self, block: BlockId) -> Result<(), String> {
        self.b.at(self.block_of(block)?);
        self.block = block;
        let f = self.f;
        let early = block == BlockId::ENTRY && self.pushes_first();
        let mut entered = false;
        for &id in &f.block(block).insts {
            let data = f.inst(id);
            let begins = !entered && !matches!(data.inst, Inst::Phi(_));
            if begins && !early {
                self.enter_record();
            }
            (self.loc, self.frame) = (data.loc, data.frame);
            if begins {
                entered = true;
                if let Some(live) = self.live_at.get(&block).copied() {
                    self.look(live, Some(block))?;
                }
            }
            self.scratch_used = 0;
            match &data.inst {
                Inst::Term(t) => self.terminator(block, id, t)?,
                Inst::Phi(_) => {
                    let Some(r) = data.result else { continue };
                    if self.phi_from_home(r)? {
                        continue;
                    }
                    let phi = self.b.phi(self.ty(f.ty(r))?);
                    self.phis.push((block, id, phi));
                    self.vals[r.0 as usize] = Some(phi);
                }
                inst => {
                    let v = self.inst(inst, data.result)?;
                    if let Some(r) = data.result {
                        self.define(r, v.ok_or("an instruction without its result")?);
                    }
                }
            }
        }
        Ok(())
    }

    fn inst(&mut self, inst: &Inst, result: Option<Value>) -> Result<Option<Val>, String> {
        match inst {
            Inst::Call(call) => self.call(call, result, None),
            Inst::Intrinsic(i, args) => self.intrinsic(*i, args, result),
            Inst::Poll => {
                self.poll();
                Ok(None)
            }
            Inst::Fuel(n) => {
                self.fuel(*n);
                Ok(None)
            }
            Inst::Load { .. }
            | Inst::Store { .. }
            | Inst::CmpXchg { .. }
            | Inst::AtomicRmw { .. }
            | Inst::Fence(_)
            | Inst::Alloca { .. }
            | Inst::Gep { .. }
            | Inst::Check { .. }
            | Inst::Locate(_)
            | Inst::RawLoad { .. }
            | Inst::RawStore { .. }
            | Inst::LoadBy { .. }
            | Inst::StoreBy { .. }
            | Inst::Range { .. } => self.memory(inst, result),
            Inst::Asm(_) | Inst::LandingPad { .. } | Inst::Unsupported(_) => self.rare(inst, result),
            inst => match result {
                Some(r) => self.pure(inst, r).map(Some),
                None => Ok(None),
            },
        }
    }

    fn fill_phis(&mut self) -> Result<(), String> {
        for (block, id, phi) in std::mem::take(&mut self.phis) {
            let Inst::Phi(incoming) = &self.f.inst(id).inst else { continue };
            let edges: Vec<_> = self.edges.iter().filter(|e| e.1 == block).map(|e| (e.0, e.2)).collect();
            for (pred, from) in edges {
                let v = incoming.iter().find(|(b, _)| *b == pred).ok_or("a phi without its edge")?.1;
                let v = self.val(v)?;
                self.b.incoming(phi, v, from);
            }
        }
        Ok(())
    }

    fn finish(mut self, own_type: u32) -> Result<Unfinished, String> {
        let exit = Word::new(Op::Exit, 0, 0, 0).0;
        let capacity = self.words.capacity();
        self.words.resize(capacity, exit);
        let f = self.f;
        let parts = Code {
            number: 0,
            func: f.id,
            name: f.name.clone(),
            words: self.words.into_boxed_slice(),
            entry: 0,
            frame_slots: self.out + self.outgoing + 1,
            param_slots: f.params.iter().map(|p| f.ty(*p).slots()).sum(),
            descs: self.descs.into(),
            mark: self.mark,
            cleanup: self.mark.is_some(),
            returns_twice: false,
            landings: Box::default(),
            pcs: self.pcs.into(),
            pc_frames: if f.inlined.is_empty() { Box::default() } else { self.pc_frames.into() },
            inlined: f.inlined.clone().into(),
            locs: f.locs.clone(),
            decl_loc: f.decl_loc,
            native: None,
            ret_slots: f.sig.ret.slots(),
            heads: self.heads.into(),
            quick: (self.level == Level::Quick).then_some(Quick { live: self.out, after: None }),
        };
        let (stubs, callees, name) = (self.new_stubs, self.callees, self.name);
        let addresses = self.addresses.into_inner().into_iter().enumerate();
        let symbols = addresses.map(|(n, address)| (address_symbol(&name, n), address)).collect();
        let has_loops = self.flow.depth.iter().any(|d| *d > 0);
        let (has_homes, compares_stubs, level) = (self.homes.is_some(), self.compares_stubs, self.level);
        Ok(Unfinished {
            code: self.code,
            parts,
            symbols,
            own_type,
            stubs,
            callees,
            has_loops,
            has_homes,
            compares_stubs,
            level,
            is_large: is_large(f),
        })
    }

    // ---- positions and helpers ----

    /// The place of the current instruction: `op` with its descriptor, then `Exit`. An address.
    fn place(&mut self, op: Op, a: u16, desc: u64) -> Val {
        debug_assert!(self.words.len() + 3 <= self.words.capacity());
        let at = self.words.len();
        self.words.extend([Word::new(op, a, 0, 0).0, desc, Word::new(Op::Exit, 0, 0, 0).0]);
        self.pcs.push((at as u32, self.loc));
        self.pc_frames.push(self.frame);
        if self.process.config.cache.is_some() {
            let words = self.fixed(self.words.as_ptr() as usize);
            return self.b.byte(words, self.b.i64(at as u64 * 8));
        }
        self.fixed(self.words.as_ptr().wrapping_add(at) as usize)
    }

    /// A place where nothing is run.
    fn bare_place(&mut self) -> Val {
        self.place(Op::Exit, 0, 0)
    }

    /// The same for helpers that push the frame's record if it is not there: the second word is its code then.
    fn cold_place(&mut self) -> Val {
        let code = if self.inside() { 0 } else { self.code.as_ptr() as u64 };
        self.place(Op::Exit, 0, code)
    }

    /// The same for a check, which finds there what it is about.
    fn check_place(&mut self, len: u64, write: bool) -> Val {
        let pc = self.cold_place();
        let at = self.words.len() - 3;
        self.words[at] = Word::new(Op::Exit, len as u16, (len >> 16) as u16, u16::from(write)).0;
        pc
    }

    fn desc(&mut self, desc: Desc) -> u64 {
        self.descs.push(desc);
        self.descs.len() as u64 - 1
    }

    fn call_helper(&self, name: &str, pc: Val, words: &[Val]) -> Val {
        let b = self.b;
        let Some(helper) = HELPERS.iter().find(|h| h.name == name) else { return b.zero(b.int(64)) };
        debug_assert_eq!(helper.words, words.len());
        let mut params = vec![b.ptr(); 3];
        params.extend(words.iter().map(|_| b.int(64)));
        let ret = match helper.returns {
            Returns::Status => b.int(32),
            Returns::Word | Returns::Checked => b.int(64),
            Returns::Two => b.structure(&[b.int(64), b.int(32)]),
            Returns::Never | Returns::Void => b.void(),
        };
        let ty = b.function_type(ret, &params);
        let f = b.function(name, ty);
        b.attribute(f, "nounwind", 0);
        match helper.returns {
            Returns::Checked => {
                b.attribute(f, "cold", 0);
                // Not so if it faults; but what follows it and LLVM then moves ahead of it can only be a load of a
                // header, which is always possible: stores stay, since it reads memory.
                b.attribute(f, "willreturn", 0);
                b.writes_nothing(f);
                b.keeps_registers(f);
            }
            Returns::Never => ["cold", "noreturn"].iter().for_each(|a| b.attribute(f, a, 0)),
            Returns::Status | Returns::Word | Returns::Two | Returns::Void => {}
        }
        let mut args = vec![self.thread, self.fp, pc];
        args.extend(words);
        let call = b.call(ty, f, &args);
        if helper.returns == Returns::Checked {
            b.call_keeps_registers(call);
        }
        call
    }

    /// Goes to the failure exit if a status is set.
    fn fail_if(&self, status: Val) {
        let b = self.b;
        let ok = b.block(self.func);
        let fine = b.icmp(LLVMIntPredicate::LLVMIntEQ, status, b.i32(0));
        b.likely(b.cond_br(fine, ok, self.fail));
        b.at(ok);
    }

    /// Has the interpreter run an instruction on the frame's slots.
    fn run(&mut self, op: Op, a: u16, desc: u64) {
        let opened = self.open();
        let pc = self.place(op, a, desc);
        let status = self.call_helper("svm.operation", pc, &[]);
        self.fail_if(status);
        self.close(opened);
    }

    /// Traps, and ends the block.
    fn trap(&mut self, kind: u64, value: Val) {
        let pc = self.cold_place();
        self.call_helper("svm.trap", pc, &[self.b.i64(kind), value]);
        self.b.unreachable();
    }

    /// Traps if the condition holds.
    fn trap_if(&mut self, cond: Val, kind: u64) {
        let b = self.b;
        let (ok, bad) = (b.block(self.func), b.block(self.func));
        let fine = b.xor(cond, b.num(b.int(1), 1));
        b.likely(b.cond_br(fine, ok, bad));
        b.at(bad);
        self.trap(kind, b.i64(0));
        b.at(ok);
    }

    /// An operation by descriptor: operands go to scratch slots, the result comes from there.
    fn generic(
        &mut self,
        args: &[Value],
        result: Option<Value>,
        make: impl FnOnce(&[Span], Span) -> Desc,
    ) -> Result<Option<Val>, String> {
        let spans = args.iter().map(|v| self.spill(*v)).collect::<Result<Vec<_>, _>>()?;
        let ty = result.map_or(Type::Void, |r| self.f.ty(r).clone());
        let d = self.scratch(ty.slots());
        let desc = self.desc(make(&spans, d));
        self.run(Op::Generic, 0, desc);
        result.map(|_| self.get(&ty, d.at)).transpose()
    }

    fn scratch(&mut self, n: u32) -> Span {
        let at = self.scratch + self.scratch_used;
        self.scratch_used += n;
        debug_assert!(self.scratch_used <= self.scratch_max);
        Span { at, n }
    }

    fn spill(&mut self, v: Value) -> Result<Span, String> {
        let ty = self.f.ty(v).clone();
        let span = self.scratch(ty.slots());
        let v = self.val(v)?;
        self.put(v, &ty, span.at)?;
        Ok(span)
    }

    fn block_of(&self, b: BlockId) -> Result<Block, String> {
        self.blocks[b.0 as usize].ok_or_else(|| "a way to a block that is not reachable".into())
    }

    fn fuel(&mut self, n: u32) {
        let b = self.b;
        let at = self.field(offset::FUEL);
        let left = b.scoped(b.load(b.int(64), at, 8), self.scopes.frame);
        let n = b.i64(u64::from(n));
        let short = b.icmp(LLVMIntPredicate::LLVMIntULT, left, n);
        self.trap_if(short, trap_kind::FUEL);
        b.scoped(b.store(b.sub(left, n), self.field(offset::FUEL), 8), self.scopes.frame);
    }

    /// The value of an operand.
    fn val(&mut self, v: Value) -> Result<Val, String> {
        if let Some(known) = self.vals[v.0 as usize] {
            return Ok(known);
        }
        if let Some(home) = self.home(v) {
            return Ok(self.b.load(self.ty(self.f.ty(v))?, home, 16));
        }
        let Some(c) = self.f.as_const(v) else { return Err("a use before its definition".into()) };
        let (c, ty) = (c.clone(), self.f.ty(v).clone());
        let known = self.constant(&c, &ty)?;
        self.vals[v.0 as usize] = Some(known);
        Ok(known)
    }

    /// The address of a thread-local variable. It never changes while the thread lives.
    pub(super) fn thread_local(&self, n: u32, add: i64) -> Val {
        let b = self.b;
        let at = b.byte(self.locals, b.i64(u64::from(n) * 8));
        b.add(b.invariant(b.load(b.int(64), at, 8)), b.i64(add as u64))
    }

    /// A pointer to what stays where it is as long as the process. Code that is to be kept for other processes has a
    /// symbol in its place.
    fn fixed(&self, address: usize) -> Val {
        if self.process.config.cache.is_none() {
            return self.b.int_to_ptr(self.b.i64(address as u64), self.b.ptr());
        }
        let mut known = self.addresses.borrow_mut();
        let number = known.iter().position(|a| *a == address).unwrap_or_else(|| {
            known.push(address);
            known.len() - 1
        });
        self.b.data(&address_symbol(&self.name, number))
    }

    fn ty(&self, ty: &Type) -> Result<Ty, String> {
        value::llvm_type(self.b, ty)
    }
}
