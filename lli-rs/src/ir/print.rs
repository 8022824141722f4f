//! The textual form of our IR: what `--dump=ir` shows and golden tests compare. It is made to be read, and
//! is not read back.

use std::fmt::{self, Display, Formatter, Write};

use super::{
    BlockId, CallSite, Callee, Clause, Const, ConstOp, FrameId, FuncDecl, Function, Inst, LocId, Module,
    ParamAttr, Signature, Symbol, Terminator, Type, Value, ValueDef,
};

/// Names of symbols, where a module is at hand; else their numbers.
#[derive(Clone, Copy, Default)]
struct Names<'a>(Option<&'a Module>);

impl Names<'_> {
    fn func(self, id: super::FuncId) -> String {
        self.0.map_or_else(|| format!("@f{}", id.0), |m| format!("@{}", m.func(id).name))
    }

    fn symbol(self, s: Symbol) -> String {
        match s {
            Symbol::Global(id) => {
                self.0.map_or_else(|| format!("@g{}", id.0), |m| format!("@{}", m.global(id).name))
            }
            Symbol::Func(id) => self.func(id),
            Symbol::Block(id, block) => format!("{}:b{}", self.func(id), block.0),
        }
    }

    fn constant(self, c: &Const, out: &mut dyn Write) -> fmt::Result {
        match c {
            Const::Zero => out.write_str("zero"),
            Const::Int(n) => write!(out, "{n}"),
            Const::Wide(words) => {
                out.write_str("0x")?;
                words.iter().rev().try_for_each(|w| write!(out, "{w:016x}"))
            }
            Const::Float(bits) => write!(out, "{:?}", f32::from_bits(*bits)),
            Const::Double(bits) => write!(out, "{:?}", f64::from_bits(*bits)),
            Const::X87(bytes) => {
                out.write_str("0xK")?;
                bytes.iter().rev().try_for_each(|b| write!(out, "{b:02x}"))
            }
            Const::Addr(symbol, 0) => out.write_str(&self.symbol(*symbol)),
            Const::Addr(symbol, offset) => write!(out, "{}{offset:+}", self.symbol(*symbol)),
            Const::Bytes(bytes) => {
                out.write_str("c\"")?;
                for b in bytes.iter() {
                    match b {
                        b'"' | b'\\' => write!(out, "\\{}", char::from(*b))?,
                        0x20..=0x7e => out.write_char(char::from(*b))?,
                        _ => write!(out, "\\x{b:02x}")?,
                    }
                }
                out.write_char('"')
            }
            Const::List(list) => {
                out.write_char('[')?;
                for (i, c) in list.iter().enumerate() {
                    out.write_str(if i == 0 { "" } else { ", " })?;
                    self.constant(c, out)?;
                }
                out.write_char(']')
            }
            Const::Expr(op) => self.expr(op, out),
        }
    }

    fn expr(self, op: &ConstOp, out: &mut dyn Write) -> fmt::Result {
        let (name, a, b, bits) = match op {
            ConstOp::Add(a, b, bits) => ("add", a, Some(b), bits),
            ConstOp::Sub(a, b, bits) => ("sub", a, Some(b), bits),
            ConstOp::Xor(a, b, bits) => ("xor", a, Some(b), bits),
            ConstOp::Trunc(a, bits) => ("trunc", a, None, bits),
        };
        write!(out, "{name}{bits}(")?;
        self.constant(a, out)?;
        if let Some(b) = b {
            out.write_str(", ")?;
            self.constant(b, out)?;
        }
        out.write_char(')')
    }
}

impl Display for Signature {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} (", self.ret)?;
        for (i, param) in self.params.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { ", " })?;
            write!(f, "{param}")?;
            if let Some(attr) = self.attrs.get(i) {
                write_attr(*attr, f)?;
            }
        }
        match (self.variadic, self.params.is_empty()) {
            (true, true) => f.write_str("...)"),
            (true, false) => f.write_str(", ...)"),
            (false, _) => f.write_str(")"),
        }
    }
}

fn write_attr(attr: ParamAttr, f: &mut dyn Write) -> fmt::Result {
    match attr {
        ParamAttr::None => Ok(()),
        ParamAttr::ByVal { size, align } => write!(f, " byval({size}, align {align})"),
        ParamAttr::SRet => f.write_str(" sret"),
        ParamAttr::SExt => f.write_str(" sext"),
        ParamAttr::ZExt => f.write_str(" zext"),
    }
}

/// A function printed with the names of its module.
pub struct WithModule<'a>(pub &'a Function, pub &'a Module);

impl Display for WithModule<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Printer { f: self.0, names: Names(Some(self.1)) }.function(f)
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Printer { f: self, names: Names::default() }.function(f)
    }
}

impl Function {
    /// The text with symbols named.
    pub fn with_names<'a>(&'a self, module: &'a Module) -> WithModule<'a> {
        WithModule(self, module)
    }
}

struct Printer<'a> {
    f: &'a Function,
    names: Names<'a>,
}

fn lower(name: &dyn fmt::Debug) -> String {
    format!("{name:?}").to_lowercase()
}

impl Printer<'_> {
    fn function(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let f = self.f;
        write!(out, "func @{} : {}", f.name, f.sig)?;
        if let Some(loc) = f.locs.get(f.decl_loc) {
            write!(out, "  ; {}:{}", loc.file, loc.line)?;
        }
        out.write_str("\n")?;
        if let Some(id) = f.personality {
            writeln!(out, "  personality {}", self.names.func(id))?;
        }
        for (i, frame) in f.inlined.iter().enumerate() {
            writeln!(
                out,
                "  frame {} is {} called in {}",
                i + 1,
                self.names.func(frame.func),
                frame.caller.0.0
            )?;
        }
        let mut last = (FrameId::SELF, LocId::NONE);
        for id in f.block_ids() {
            let taken = if f.address_taken.contains(&id) { "  ; address taken" } else { "" };
            writeln!(out, "b{}:{taken}", id.0)?;
            for inst in &f.block(id).insts {
                let data = f.inst(*inst);
                let mut line = String::from("  ");
                if let Some(v) = data.result {
                    write!(line, "%{} = ", v.0)?;
                }
                self.inst(&data.inst, data.result, &mut line)?;
                out.write_str(&line)?;
                if (data.frame, data.loc) != last {
                    last = (data.frame, data.loc);
                    match data.frame {
                        FrameId::SELF => self.loc(data.loc, out)?,
                        inlined => write!(out, "  ; frame {}", inlined.0)?,
                    }
                }
                out.write_str("\n")?;
            }
        }
        Ok(())
    }

    fn loc(&self, id: LocId, out: &mut Formatter<'_>) -> fmt::Result {
        for (i, loc) in self.f.locs.chain(id).enumerate() {
            let sep = if i == 0 { "  ; " } else { " in " };
            write!(out, "{sep}{}:{}", loc.line, loc.col)?;
            if i > 0 || self.f.locs.chain(id).count() > 1 {
                write!(out, " {}", loc.scope)?;
            }
        }
        Ok(())
    }

    fn value(&self, v: Value, out: &mut String) -> fmt::Result {
        match self.f.values.get(v.0 as usize).map(|d| &d.def) {
            Some(ValueDef::Const(c)) => self.names.constant(c, out),
            Some(ValueDef::Param(n)) => write!(out, "%arg{n}"),
            _ => write!(out, "%{}", v.0),
        }
    }

    /// A value with its type.
    fn typed(&self, v: Value, out: &mut String) -> fmt::Result {
        if let Some(data) = self.f.values.get(v.0 as usize) {
            write!(out, "{} ", data.ty)?;
        }
        self.value(v, out)
    }

    fn list(&self, values: &[Value], out: &mut String) -> fmt::Result {
        for (i, v) in values.iter().enumerate() {
            out.push_str(if i == 0 { "" } else { ", " });
            self.typed(*v, out)?;
        }
        Ok(())
    }

    /// A name and its operands; the first with its type.
    fn op(&self, name: &str, operands: &[Value], out: &mut String) -> fmt::Result {
        out.push_str(name);
        for (i, v) in operands.iter().enumerate() {
            out.push_str(if i == 0 { " " } else { ", " });
            if i == 0 { self.typed(*v, out)? } else { self.value(*v, out)? }
        }
        Ok(())
    }

    fn inst(&self, inst: &Inst, result: Option<Value>, out: &mut String) -> fmt::Result {
        let ty = result.map_or(&Type::Void, |v| self.f.ty(v));
        match inst {
            Inst::Binary(op, a, b) => self.op(&lower(op), &[*a, *b], out),
            Inst::FNeg(a) => self.op("fneg", &[*a], out),
            Inst::Freeze(a) => self.op("freeze", &[*a], out),
            Inst::ICmp(p, a, b) => self.op(&format!("icmp {}", lower(p)), &[*a, *b], out),
            Inst::FCmp(p, a, b) => self.op(&format!("fcmp {}", lower(p)), &[*a, *b], out),
            Inst::Cast(op, a) => {
                self.op(&lower(op), &[*a], out)?;
                write!(out, " to {ty}")
            }
            Inst::Select(c, a, b) => {
                self.op("select", &[*c], out)?;
                self.op(",", &[*a, *b], out)
            }
            Inst::Alloca { size, count, align, name } => {
                write!(out, "alloca {size}")?;
                if let Some(count) = count {
                    out.push_str(" x ");
                    self.typed(*count, out)?;
                }
                write!(out, ", align {align}")?;
                name.iter().try_for_each(|n| write!(out, ", \"{n}\""))
            }
            Inst::Load { ptr, atomic } => {
                write!(out, "load {ty}, ")?;
                self.value(*ptr, out)?;
                atomic.iter().try_for_each(|o| write!(out, " {}", lower(o)))
            }
            Inst::Store { ptr, value, atomic } => {
                self.op("store", &[*value, *ptr], out)?;
                atomic.iter().try_for_each(|o| write!(out, " {}", lower(o)))
            }
            Inst::Gep { base, offset, terms } => {
                out.push_str("gep ");
                self.value(*base, out)?;
                if *offset != 0 {
                    write!(out, " {} {}", if *offset < 0 { "-" } else { "+" }, offset.unsigned_abs())?;
                }
                for (v, scale) in terms {
                    out.push_str(" + ");
                    self.typed(*v, out)?;
                    write!(out, " * {scale}")?;
                }
                Ok(())
            }
            Inst::Phi(incoming) => {
                write!(out, "phi {ty}")?;
                for (i, (block, v)) in incoming.iter().enumerate() {
                    write!(out, "{} b{}: ", if i == 0 { "" } else { "," }, block.0)?;
                    self.value(*v, out)?;
                }
                Ok(())
            }
            Inst::Call(call) => self.call("call", call, out),
            Inst::Term(t) => self.terminator(t, out),
            _ => self.rare(inst, ty, out),
        }
    }

    fn rare(&self, inst: &Inst, ty: &Type, out: &mut String) -> fmt::Result {
        match inst {
            Inst::Intrinsic(i, args) => {
                write!(out, "intrinsic {} {ty} (", lower(i))?;
                self.list(args, out)?;
                out.push(')');
                Ok(())
            }
            Inst::Asm(asm) => {
                write!(out, "asm {ty} {:?}, {:?} (", asm.template, asm.constraints)?;
                self.list(&asm.args, out)?;
                out.push(')');
                Ok(())
            }
            Inst::Fence(o) => write!(out, "fence {}", lower(o)),
            Inst::CmpXchg { ptr, expected, new, ordering } => {
                out.push_str("cmpxchg ");
                self.value(*ptr, out)?;
                self.op(",", &[*expected, *new], out)?;
                write!(out, " {}", lower(ordering))
            }
            Inst::AtomicRmw { op, ptr, value, ordering } => {
                write!(out, "atomicrmw {} ", lower(op))?;
                self.value(*ptr, out)?;
                self.op(",", &[*value], out)?;
                write!(out, " {}", lower(ordering))
            }
            Inst::ExtractElement(v, i) => self.op("extractelement", &[*v, *i], out),
            Inst::InsertElement(v, e, i) => self.op("insertelement", &[*v, *e, *i], out),
            Inst::Shuffle(a, b, mask) => {
                self.op("shuffle", &[*a, *b], out)?;
                out.push_str(" [");
                for (i, lane) in mask.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { ", " });
                    match lane {
                        Some(n) => write!(out, "{n}")?,
                        None => out.push('_'),
                    }
                }
                out.push(']');
                Ok(())
            }
            Inst::ExtractValue(a, path) => {
                self.op("extractvalue", &[*a], out)?;
                path.iter().try_for_each(|i| write!(out, ", {i}"))
            }
            Inst::InsertValue(a, v, path) => {
                self.op("insertvalue", &[*a], out)?;
                self.op(",", &[*v], out)?;
                path.iter().try_for_each(|i| write!(out, ", {i}"))
            }
            Inst::LandingPad { clauses, cleanup } => {
                write!(out, "landingpad{}", if *cleanup { " cleanup" } else { "" })?;
                for clause in clauses {
                    match clause {
                        Clause::Catch(v) => self.op(" catch", &[*v], out)?,
                        Clause::Filter(vs) => {
                            out.push_str(" filter [");
                            self.list(vs, out)?;
                            out.push(']');
                        }
                    }
                }
                Ok(())
            }
            Inst::Unsupported(what) => write!(out, "unsupported {what:?}"),
            inst => self.lowered(inst, ty, out),
        }
    }

    fn lowered(&self, inst: &Inst, ty: &Type, out: &mut String) -> fmt::Result {
        let access = |write| if write { "write" } else { "read" };
        match inst {
            Inst::Check { ptr, root, len, write, size } => {
                self.op("check", &[*ptr], out)?;
                write!(out, ", {} {len}, root ", access(*write))?;
                self.value(*root, out)?;
                size.map_or(Ok(()), |n| write!(out, " of {n}"))
            }
            Inst::Locate(ptr) => self.op("locate", &[*ptr], out),
            Inst::RawLoad { at, offset } => {
                write!(out, "raw load {ty}, ")?;
                self.value(*at, out)?;
                write!(out, "{offset:+}")
            }
            Inst::RawStore { at, offset, value } => {
                self.op("raw store", &[*value, *at], out)?;
                write!(out, "{offset:+}")
            }
            Inst::LoadBy { ptr, root } => {
                write!(out, "load {ty}, ")?;
                self.value(*ptr, out)?;
                out.push_str(", root ");
                self.value(*root, out)
            }
            Inst::StoreBy { ptr, root, value } => {
                self.op("store", &[*value, *ptr], out)?;
                out.push_str(", root ");
                self.value(*root, out)
            }
            Inst::Range { root, low, bytes, write, size } => {
                self.op("range", &[*low], out)?;
                write!(out, ", {} ", access(*write))?;
                self.value(*bytes, out)?;
                out.push_str(", root ");
                self.value(*root, out)?;
                size.map_or(Ok(()), |n| write!(out, " of {n}"))
            }
            Inst::Poll => out.write_str("poll"),
            Inst::Fuel(n) => write!(out, "fuel {n}"),
            _ => write!(out, "{inst:?}"),
        }
    }

    fn call(&self, name: &str, call: &CallSite, out: &mut String) -> fmt::Result {
        if call.must_tail {
            out.push_str("musttail ");
        }
        write!(out, "{name} {} ", call.sig.ret)?;
        match call.callee {
            Callee::Func(id) => out.push_str(&self.names.func(id)),
            Callee::Ptr(v) => self.value(v, out)?,
        }
        out.push('(');
        for (i, arg) in call.args.iter().enumerate() {
            out.push_str(match i {
                0 => "",
                _ if i == call.sig.params.len() => "; ",
                _ => ", ",
            });
            self.typed(*arg, out)?;
            if let Some(attr) = call.sig.attrs.get(i) {
                write_attr(*attr, out)?;
            }
        }
        out.push(')');
        Ok(())
    }

    fn terminator(&self, t: &Terminator, out: &mut String) -> fmt::Result {
        let to = |b: BlockId| format!("b{}", b.0);
        match t {
            Terminator::Br(b) => write!(out, "br {}", to(*b)),
            Terminator::CondBr(c, yes, no) => {
                self.op("br", &[*c], out)?;
                write!(out, ", {}, {}", to(*yes), to(*no))
            }
            Terminator::Switch { value, cases, default } => {
                self.op("switch", &[*value], out)?;
                out.push_str(" [");
                for (i, (n, b)) in cases.iter().enumerate() {
                    write!(out, "{}{n}: {}", if i == 0 { "" } else { ", " }, to(*b))?;
                }
                write!(out, "] else {}", to(*default))
            }
            Terminator::IndirectBr(v, targets) => {
                self.op("indirectbr", &[*v], out)?;
                let targets: Vec<_> = targets.iter().map(|b| to(*b)).collect();
                write!(out, " [{}]", targets.join(", "))
            }
            Terminator::Ret(None) => out.write_str("ret"),
            Terminator::Ret(Some(v)) => self.op("ret", &[*v], out),
            Terminator::Invoke { call, normal, unwind } => {
                self.call("invoke", call, out)?;
                write!(out, " to {} unwind {}", to(*normal), to(*unwind))
            }
            Terminator::Resume(v) => self.op("resume", &[*v], out),
            Terminator::Unreachable => out.write_str("unreachable"),
        }
    }
}

fn write_decl(decl: &FuncDecl, f: &mut Formatter<'_>) -> fmt::Result {
    let kind = if decl.defined { "define" } else { "declare" };
    writeln!(f, "{kind} {} @{} : {}", lower(&decl.linkage), decl.name, decl.sig)
}

impl Display for Module {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names = Names(Some(self));
        writeln!(f, "module {}", self.name)?;
        for global in &self.globals {
            let kind = if global.constant { "constant" } else { "global" };
            let tls = if global.thread_local { " thread_local" } else { "" };
            write!(f, "{kind} {}{tls} @{} : {}", lower(&global.linkage), global.name, global.ty)?;
            write!(f, ", size {}, align {}", global.size, global.align)?;
            if let Some(init) = &global.init {
                let mut text = String::from(" = ");
                names.constant(init, &mut text)?;
                f.write_str(&text)?;
            }
            if let Some((name, loc)) = &global.source {
                write!(f, "  ; {name} {}:{}", loc.file, loc.line)?;
            }
            f.write_str("\n")?;
        }
        self.funcs.iter().try_for_each(|decl| write_decl(decl, f))?;
        let lists = [("constructor", &self.ctors), ("destructor", &self.dtors)];
        for (kind, list) in lists {
            for s in list {
                writeln!(f, "{kind} {} {}", s.priority, names.func(s.func))?;
            }
        }
        let mut exports: Vec<_> = self.exports.iter().collect();
        exports.sort();
        for (name, symbol) in exports {
            let target = names.symbol(*symbol);
            if target.strip_prefix('@') != Some(&**name) {
                writeln!(f, "export @{name} = {target}")?;
            }
        }
        Ok(())
    }
}
