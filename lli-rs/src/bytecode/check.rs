//! An independent checker of emitted bytecode: what the interpreter's unchecked fetches rely on.
//!
//! It knows the op table and nothing of how code is made. Accepted code has only known ops with all their
//! extension words; control stays on first words of instructions and cannot run off the end; every slot that
//! an instruction or descriptor names lies in the frame; indices of functions and descriptors exist.

use super::code::{CallDesc, Code, Desc, Span};
use super::op::{Ext, Kind, Op, Word, length};

/// Checks the code of a function of a module with `funcs` functions.
pub fn check(code: &Code, funcs: usize) -> Result<(), String> {
    let mut checker = Checker { code, funcs, starts: vec![false; code.words.len()] };
    checker.find_starts()?;
    checker.target(0, i64::from(code.entry))?;
    for at in 0..code.words.len() {
        if checker.starts[at] {
            checker.instruction(at).map_err(|e| format!("word {at}: {e}"))?;
        }
    }
    for (call, pad) in &code.landings {
        checker.target(0, i64::from(*call))?;
        checker.target(0, i64::from(*pad))?;
    }
    if code.param_slots > code.frame_slots {
        return Err("parameters outside of the frame".into());
    }
    code.mark.map_or(Ok(()), |m| checker.slots(m, 1))
}

struct Checker<'a> {
    code: &'a Code,
    funcs: usize,
    /// Which words begin an instruction.
    starts: Vec<bool>,
}

impl Checker<'_> {
    fn find_starts(&mut self) -> Result<(), String> {
        let words = &self.code.words;
        let (mut at, mut last) = (0, None);
        while at < words.len() {
            let n = length(words, at).ok_or_else(|| format!("word {at} begins no instruction"))?;
            if at + n > words.len() {
                return Err(format!("the instruction at word {at} is cut off"));
            }
            self.starts[at] = true;
            last = Op::from_number(Word(words[at]).number()).map(|op| (op, at));
            at += n;
        }
        match last {
            Some((op, at)) if self.ends_control(op, at) => Ok(()),
            _ => Err("control runs off the end".into()),
        }
    }

    fn ends_control(&self, op: Op, at: usize) -> bool {
        match op {
            Op::Native
            | Op::Br
            | Op::Switch32
            | Op::Switch64
            | Op::Ret
            | Op::Ret1
            | Op::RetN
            | Op::GenericJump => true,
            Op::Generic => {
                matches!(self.code.descs.get(self.code.words[at + 1] as usize), Some(Desc::Trap(_)))
            }
            _ => false,
        }
    }

    fn target(&self, from: usize, offset: i64) -> Result<(), String> {
        let to = usize::try_from(from as i64 + offset).ok().filter(|to| self.starts.get(*to) == Some(&true));
        to.map(|_| ()).ok_or_else(|| format!("a branch by {offset} from word {from} hits no instruction"))
    }

    fn slots(&self, at: u32, n: u32) -> Result<(), String> {
        let fits = at.checked_add(n).is_some_and(|end| end <= self.code.frame_slots);
        if fits { Ok(()) } else { Err(format!("slots {at}+{n} of a frame of {}", self.code.frame_slots)) }
    }

    fn span(&self, span: Span) -> Result<(), String> {
        self.slots(span.at, span.n)
    }

    fn spans(&self, spans: &[Span]) -> Result<(), String> {
        spans.iter().try_for_each(|s| self.span(*s))
    }

    fn instruction(&self, at: usize) -> Result<(), String> {
        let words = &self.code.words;
        let w = Word(words[at]);
        let op = Op::from_number(w.number()).ok_or("unknown op")?;
        for (kind, field) in op.info().kinds.iter().zip([w.a(), w.b(), w.c()]) {
            match kind {
                Kind::D | Kind::U | Kind::S => self.slots(u32::from(field), 1)?,
                Kind::D2 | Kind::U2 => self.slots(u32::from(field), 2)?,
                // How many slots a vector has is seen below.
                Kind::N | Kind::I | Kind::K | Kind::VD | Kind::VU => {}
            }
        }
        match op {
            Op::MovN => {
                self.slots(u32::from(w.a()), u32::from(w.c()))?;
                self.slots(u32::from(w.b()), u32::from(w.c()))?;
            }
            Op::GetLane8 | Op::GetLane16 | Op::GetLane32 => self.lane(op, w.b(), w.c())?,
            Op::SetLane8 | Op::SetLane16 | Op::SetLane32 | Op::SetLane64 => self.lane(op, w.a(), w.c())?,
            Op::RetN => self.slots(u32::from(w.a()), u32::from(w.b()))?,
            Op::LoadFar | Op::StoreFar => {
                self.slots(u32::try_from(words[at + 1]).map_err(|_| "a far slot")?, 1)?;
            }
            Op::Exit => return Err("an exit inside a function".into()),
            _ => {}
        }
        match op.info().ext {
            Ext::None | Ext::Imm | Ext::Scale => Ok(()),
            Ext::Branch => self.target(at, i64::from(words[at + 1] as i32)),
            Ext::Slot => self.slots(u32::from(words[at + 1] as u16), 1),
            Ext::Simd => self.simd(w, words[at + 1]),
            Ext::Table => {
                let info = words[at + 2];
                self.target(at, info as i64 >> 32)?;
                let entry = |i: usize| words[at + 3 + i / 2] >> (i % 2 * 32);
                (0..info as u32 as usize).try_for_each(|i| self.target(at, i64::from(entry(i) as i32)))
            }
            Ext::Args => {
                if words[at + 1] as u32 as usize >= self.funcs {
                    return Err("an unknown function".into());
                }
                let n = usize::from(w.c());
                self.slots(u32::from(w.b()), n as u32)?;
                let slot = |i: usize| words[at + 2 + i / 4] >> (i % 4 * 16) & 0xffff;
                (0..n).try_for_each(|i| self.slots(slot(i) as u32, 1))
            }
            Ext::Desc => {
                let desc = self.code.descs.get(words[at + 1] as usize).ok_or("an unknown descriptor")?;
                self.fits(op, desc)?;
                self.desc(at, desc)
            }
        }
    }

    /// The slot that holds a lane of a vector.
    fn lane(&self, op: Op, vector: u16, lane: u16) -> Result<(), String> {
        let bytes = match op {
            Op::GetLane8 | Op::SetLane8 => 1,
            Op::GetLane16 | Op::SetLane16 => 2,
            Op::GetLane32 | Op::SetLane32 => 4,
            _ => 8,
        };
        self.slots(u32::from(vector) + u32::from(lane) * bytes / 8, 1)
    }

    fn simd(&self, w: Word, ext: u64) -> Result<(), String> {
        let function = crate::semantics::simd::table().get((ext as u32 >> 16) as usize);
        let slots = function.ok_or("an unknown vector function")?.slots;
        let operands = [w.a(), w.b(), w.c(), ext as u16];
        operands.iter().zip(slots).try_for_each(|(at, n)| self.slots(u32::from(*at), u32::from(n)))
    }

    /// Ops that look at their descriptor without a test of its kind, or that end control.
    fn fits(&self, op: Op, desc: &Desc) -> Result<(), String> {
        let jumps = matches!(desc, Desc::SparseSwitch(..) | Desc::IndirectBr(..) | Desc::Return(_));
        let ok = match op {
            Op::Alloca => matches!(desc, Desc::Alloca(_)),
            Op::Leave => matches!(desc, Desc::Leave(_)),
            Op::CallSlow | Op::CallHost | Op::CallIndirect => matches!(desc, Desc::Call(_)),
            Op::GenericJump => jumps,
            _ => !jumps,
        };
        if ok { Ok(()) } else { Err("a descriptor of the wrong kind".into()) }
    }

    fn desc(&self, at: usize, desc: &Desc) -> Result<(), String> {
        match desc {
            Desc::Const(span, words) if words.len() == span.n as usize => self.span(*span),
            Desc::Const(..) => Err("a constant of the wrong size".into()),
            Desc::Binary(_, _, s) | Desc::ICmp(_, _, s) | Desc::FCmp(_, _, s) => self.spans(s),
            Desc::ExtractElement(_, s) | Desc::Shuffle(_, _, s) => self.spans(s),
            Desc::ShuffleLanes(bytes, lanes, s) => {
                let fits = matches!(bytes, 1 | 2 | 4)
                    && lanes.len() * usize::from(*bytes) <= s[0].n as usize * 8
                    && s[0].n <= 8
                    && s[1].n + s[2].n <= 8
                    && lanes.iter().all(|l| u32::from(*l) * u32::from(*bytes) <= 64);
                if fits { self.spans(s) } else { Err("a shuffle of other lanes".into()) }
            }
            Desc::FNeg(_, s) | Desc::Cast(_, _, _, s) => self.spans(s),
            Desc::Select(_, _, s) | Desc::InsertElement(_, s) => self.spans(s),
            Desc::InsertValue(s, to) => {
                let inside = to.checked_add(s[2].n).is_some_and(|end| end <= s[0].n) && s[0].n == s[1].n;
                if inside { self.spans(s) } else { Err("a member outside of its aggregate".into()) }
            }
            Desc::Pure(_, _, _, d, args) | Desc::Intrinsic(_, _, _, d, args) => {
                self.span(*d)?;
                self.spans(args)
            }
            Desc::Asm(_, args, d) => {
                self.span(*d)?;
                self.spans(args)
            }
            Desc::Load(_, s, p, r) | Desc::Store(_, s, p, r) => self.spans(&[*s, one(*p), one(*r)]),
            Desc::AtomicLoad(_, s, p, _) | Desc::AtomicStore(_, s, p, _) => self.spans(&[*s, one(*p)]),
            Desc::CmpXchg(_, d, p, a, b) if d.n > 0 => self.spans(&[*d, one(*p), *a, *b]),
            Desc::CmpXchg(..) => Err("a result without slots".into()),
            Desc::AtomicRmw(_, _, d, p, v) => self.spans(&[*d, one(*p), *v]),
            Desc::Fence | Desc::Leave(_) | Desc::Trap(_) => Ok(()),
            Desc::Copy(a, b) if a.n == b.n => self.spans(&[*a, *b]),
            Desc::Copy(..) => Err("a copy between sizes".into()),
            Desc::VectorGep(gep) => {
                self.spans(&[gep.dst, gep.base.0])?;
                gep.terms.iter().try_for_each(|t| self.span(t.0))
            }
            Desc::Alloca(alloca) => alloca.count.map_or(Ok(()), |(slot, _)| self.slots(slot, 1)),
            Desc::ByVal(slot, ..) | Desc::Resume(slot) => self.slots(*slot, 1),
            Desc::Call(call) => self.call(call),
            Desc::SetJmp(a, b) => self.spans(&[one(*a), one(*b)]),
            Desc::LandingPad(d, _) | Desc::Return(d) => self.span(*d),
            Desc::IndirectBr(slot, targets) => {
                self.slots(*slot, 1)?;
                targets.iter().try_for_each(|t| self.target(at, i64::from(t.1)))
            }
            Desc::SparseSwitch(span, cases, default) => {
                self.span(*span)?;
                self.target(at, i64::from(*default))?;
                cases.iter().try_for_each(|c| self.target(at, i64::from(c.1)))
            }
        }
    }

    fn call(&self, call: &CallDesc) -> Result<(), String> {
        let slots: u32 = call.types.iter().map(crate::ir::Type::slots).sum();
        if call.args.len() != slots as usize
            || call.classes.len() != call.types.len()
            || call.fixed as usize > call.types.len()
        {
            return Err("a call whose arguments do not add up".into());
        }
        self.slots(call.base, slots)?;
        self.slots(call.pointer, 1)?;
        call.args.iter().try_for_each(|slot| self.slots(*slot, 1))
    }
}

fn one(at: u32) -> Span {
    Span { at, n: 1 }
}
