//! Bytecode as text, for `--dump=bytecode`.

use std::fmt::{self, Display, Write};

use super::code::{Code, Desc};
use super::op::{Ext, Kind, Op, Word, length};

impl Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "bytecode {} ({} slots, {} of parameters)",
            self.name, self.frame_slots, self.param_slots
        )?;
        let mut at = 0;
        let mut loc = None;
        while at < self.words.len() {
            let here = self.loc_at(at);
            if loc != Some(here) {
                loc = Some(here);
                if let Some(l) = self.locs.get(here) {
                    writeln!(f, "; {}:{}:{}", l.file, l.line, l.col)?;
                }
            }
            let entry = if at == self.entry as usize { ">" } else { " " };
            writeln!(f, "{entry}{at:5}  {}", self.text(at))?;
            at += length(&self.words, at).unwrap_or(1);
        }
        Ok(())
    }
}

impl Code {
    /// One instruction as text.
    pub fn text(&self, at: usize) -> String {
        let w = Word(self.words[at]);
        let Some(op) = Op::from_number(w.number()) else { return format!("?{:#x}", w.0) };
        let mut text = format!("{:<14}", op.info().name);
        let mut separator = "";
        for (kind, field) in op.info().kinds.iter().zip([w.a(), w.b(), w.c()]) {
            let operand = match kind {
                Kind::N => continue,
                Kind::D | Kind::D2 | Kind::VD => format!("r{field} <-"),
                Kind::U | Kind::U2 | Kind::VU => format!("r{field}"),
                Kind::S => format!("out r{field}"),
                Kind::I => format!("{}", field as i16),
                Kind::K => format!("{field}"),
            };
            let _ = write!(text, "{separator}{operand}");
            separator = if matches!(kind, Kind::D | Kind::D2 | Kind::VD) { " " } else { ", " };
        }
        self.extension(op, at, &mut text);
        text
    }

    fn extension(&self, op: Op, at: usize, text: &mut String) {
        let ext = |n: usize| self.words.get(at + n).copied().unwrap_or(0);
        let target = |offset: u32| at as i64 + i64::from(offset as i32);
        let _ = match op.info().ext {
            Ext::None => Ok(()),
            Ext::Imm => write!(text, " {:#x}", ext(1)),
            Ext::Branch => write!(text, " ({}) -> {}", (ext(1) >> 32) as i32, target(ext(1) as u32)),
            Ext::Scale => write!(text, " * {} + {}", ext(1) as i32, (ext(1) >> 32) as i32),
            Ext::Slot => write!(text, ", r{}", ext(1) as u16),
            Ext::Simd => write!(text, ", r{} by {}", ext(1) as u16, ext(1) as u32 >> 16),
            Ext::Desc => write!(text, " {}", self.descs.get(ext(1) as usize).map_or("?".into(), Desc::text)),
            Ext::Table => {
                let _ = write!(text, " from {:#x} else {}:", ext(1), target((ext(2) >> 32) as u32));
                (0..ext(2) as u32 as usize)
                    .try_for_each(|i| write!(text, " {}", target((ext(3 + i / 2) >> (i % 2 * 32)) as u32)))
            }
            Ext::Args => {
                let n = usize::from(Word(self.words[at]).c());
                let _ = write!(text, " f{}", ext(1) as u32);
                (0..n).try_for_each(|i| write!(text, " r{}", ext(2 + i / 4) >> (i % 4 * 16) & 0xffff))
            }
        };
    }
}

impl Desc {
    /// The descriptor's operation, shortly.
    pub fn text(&self) -> String {
        match self {
            Desc::Const(d, words) => format!("const r{}+{} {words:x?}", d.at, d.n),
            Desc::Binary(op, ty, s) => format!("{op:?} {ty} r{} <- r{}, r{}", s[0].at, s[1].at, s[2].at),
            Desc::FNeg(ty, s) => format!("fneg {ty} r{} <- r{}", s[0].at, s[1].at),
            Desc::ICmp(p, ty, s) => format!("icmp {p:?} {ty} r{} <- r{}, r{}", s[0].at, s[1].at, s[2].at),
            Desc::FCmp(p, ty, s) => format!("fcmp {p:?} {ty} r{} <- r{}, r{}", s[0].at, s[1].at, s[2].at),
            Desc::Cast(op, from, to, s) => format!("{op:?} {from} to {to} r{} <- r{}", s[0].at, s[1].at),
            Desc::Select(_, ty, s) => {
                format!("select {ty} r{} <- r{}, r{}, r{}", s[0].at, s[1].at, s[2].at, s[3].at)
            }
            Desc::Pure(i, _, ty, d, _) | Desc::Intrinsic(i, _, ty, d, _) => format!("{i:?} {ty} r{}", d.at),
            Desc::Load(ty, d, p, r) => format!("load {ty} r{} <- r{p} root r{r}", d.at),
            Desc::Store(ty, v, p, r) => format!("store {ty} r{} -> r{p} root r{r}", v.at),
            Desc::Alloca(a) => {
                format!("alloca {} align {} {}", a.size, a.align, a.name.as_deref().unwrap_or(""))
            }
            Desc::Call(call) => format!("args {:?} variadic {} out r{}", call.args, call.slots.1, call.base),
            Desc::Copy(a, b) => format!("copy r{}+{} <- r{}", a.at, a.n, b.at),
            Desc::ExtractElement(ty, s) => format!("extractelement {ty} r{} <- r{}", s[0].at, s[1].at),
            Desc::InsertElement(ty, s) => format!("insertelement {ty} r{} <- r{}", s[0].at, s[1].at),
            Desc::Shuffle(ty, _, s) => format!("shuffle {ty} r{} <- r{}, r{}", s[0].at, s[1].at, s[2].at),
            Desc::ShuffleLanes(n, lanes, s) => {
                format!("shuffle {n}-byte lanes {lanes:?} r{} <- r{}, r{}", s[0].at, s[1].at, s[2].at)
            }
            Desc::InsertValue(s, at) => {
                format!("insertvalue r{} <- r{}, r{} at {at}", s[0].at, s[1].at, s[2].at)
            }
            Desc::AtomicLoad(ty, d, p, _) => format!("atomic load {ty} r{} <- r{p}", d.at),
            Desc::AtomicStore(ty, v, p, _) => format!("atomic store {ty} r{} -> r{p}", v.at),
            Desc::CmpXchg(ty, d, p, ..) => format!("cmpxchg {ty} r{} <- r{p}", d.at),
            Desc::AtomicRmw(op, ty, d, p, _) => format!("atomicrmw {op:?} {ty} r{} <- r{p}", d.at),
            Desc::Fence => "fence".into(),
            Desc::VectorGep(g) => format!("gep {} r{}", g.ty, g.dst.at),
            Desc::Leave(_) => String::new(),
            Desc::ByVal(slot, size, _) => format!("byval r{slot} {size} bytes"),
            Desc::Asm(_, _, d) => format!("asm r{}", d.at),
            Desc::SetJmp(d, b) => format!("setjmp r{d} <- r{b}"),
            Desc::LandingPad(d, _) => format!("landingpad r{}", d.at),
            Desc::Resume(slot) => format!("resume r{slot}"),
            Desc::IndirectBr(slot, t) => format!("indirectbr r{slot} {} ways", t.len()),
            Desc::SparseSwitch(s, c, _) => format!("switch r{} {} cases", s.at, c.len()),
            Desc::Return(s) => format!("ret r{}+{}", s.at, s.n),
            Desc::Trap(_) => "trap".into(),
        }
    }
}
