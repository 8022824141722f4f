//! A module on its way from the process that reads untrusted bitcode to the one that runs it.
//!
//! The child opens and translates everything and sends our IR: a header with the declarations, then one
//! packet for each body. LLVM never sees such input in this process. What arrives is believed no more than
//! the file: it is decoded, bounded and verified before it is used.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::{BodyError, Loader};
use crate::error::LoadError;
use crate::ir::{self, FuncId, Loc, LocId, LocTable, Module};

/// The first packet.
#[derive(Serialize, Deserialize)]
struct Header {
    module: Module,
    /// What LLVM's verifier says of everything but the bodies.
    problem: Option<String>,
}

/// A location whose strings are numbers in the order in which they were first sent.
#[derive(Serialize, Deserialize)]
struct Place {
    file: u32,
    scope: u32,
    line: u32,
    col: u32,
    inlined_at: LocId,
}

/// What follows the function's number and the new strings in a packet.
type Body = (Vec<Place>, Result<ir::Function, LoadError>);

/// Sends a whole module. Errors of writing end it: the receiver sees that the end is missing.
pub fn send(opened: Result<Loader, LoadError>, out: &mut dyn Write) -> io::Result<()> {
    let mut loader = match opened {
        Ok(loader) => loader,
        Err(error) => return packet(out, &Err::<Header, _>(error)),
    };
    let problem = loader.verify_declarations().err();
    let module = loader.module().clone();
    packet(out, &Ok::<_, LoadError>(Header { module: (*module).clone(), problem }))?;
    let mut numbers: FxHashMap<Arc<str>, u32> = FxHashMap::default();
    for (id, decl) in (0u32..).map(FuncId).zip(&module.funcs) {
        if !decl.defined {
            continue;
        }
        let body = loader.body(id);
        let mut fresh = Vec::new();
        let mut number = |text: &Arc<str>| {
            let next = numbers.len() as u32;
            *numbers.entry(text.clone()).or_insert_with(|| {
                fresh.push(text.clone());
                next
            })
        };
        let places: Vec<Place> =
            body.iter().flat_map(|f| f.locs.iter()).map(|loc| place(loc, &mut number)).collect();
        packet(out, &(id, fresh, (places, body)))?;
    }
    out.write_all(&0u64.to_le_bytes())
}

fn place(loc: &Loc, number: &mut impl FnMut(&Arc<str>) -> u32) -> Place {
    let Loc { file, line, col, scope, inlined_at } = loc;
    Place { file: number(file), scope: number(scope), line: *line, col: *col, inlined_at: *inlined_at }
}

fn packet(out: &mut dyn Write, what: &impl Serialize) -> io::Result<()> {
    let bytes = postcard::to_stdvec(what).map_err(io::Error::other)?;
    out.write_all(&(bytes.len() as u64).to_le_bytes())?;
    out.write_all(&bytes)
}

/// A module that has arrived: its bodies are decoded when they are asked for.
pub struct Received {
    data: Vec<u8>,
    /// By function: where its body lies in `data`.
    bodies: Vec<Option<Range<usize>>>,
    strings: Vec<Arc<str>>,
    /// What is wrong with the module outside its bodies.
    pub problem: Option<String>,
}

/// What is wrong with what arrived.
fn garbled(what: impl std::fmt::Display) -> String {
    format!("what its reader sent is wrong: {what}")
}

/// Reads what [`send`] wrote. The outer error is a garbled message, the inner one the reader's verdict.
pub fn receive(data: Vec<u8>) -> Result<Result<(Module, Received), LoadError>, String> {
    let mut at = 0;
    let first = next(&data, &mut at)?.ok_or_else(|| garbled("no header"))?;
    let header: Result<Header, LoadError> = postcard::from_bytes(&data[first]).map_err(garbled)?;
    let Header { module, problem } = match header {
        Ok(header) => header,
        Err(error) => return Ok(Err(error)),
    };
    ir::verify_module(&module).map_err(garbled)?;
    let mut bodies = vec![None; module.funcs.len()];
    let mut strings = Vec::new();
    while let Some(range) = next(&data, &mut at)? {
        let ((id, fresh), rest): ((FuncId, Vec<Arc<str>>), _) =
            postcard::take_from_bytes(&data[range.clone()]).map_err(garbled)?;
        strings.extend(fresh);
        let body = bodies.get_mut(id.0 as usize).ok_or_else(|| garbled("a body of no function"))?;
        *body = Some(range.end - rest.len()..range.end);
    }
    if module.funcs.iter().zip(&bodies).any(|(decl, body)| decl.defined != body.is_some()) {
        return Err(garbled("a body is missing"));
    }
    Ok(Ok((module, Received { data, bodies, strings, problem })))
}

/// The next packet; `None` at the end mark.
fn next(data: &[u8], at: &mut usize) -> Result<Option<Range<usize>>, String> {
    let cut = || garbled("it breaks off");
    let (len, rest) = data.get(*at..).and_then(|d| d.split_first_chunk::<8>()).ok_or_else(cut)?;
    let len =
        usize::try_from(u64::from_le_bytes(*len)).ok().filter(|len| *len <= rest.len()).ok_or_else(cut)?;
    *at += 8 + len;
    Ok((len != 0).then_some(*at - len..*at))
}

impl Received {
    /// Decodes and verifies a body; each can be asked for once.
    pub(super) fn body(&mut self, module: &Module, id: FuncId) -> Result<ir::Function, BodyError> {
        let range =
            self.bodies[id.0 as usize].take().ok_or_else(|| BodyError::Damaged(garbled("no body")))?;
        let decode = || -> Result<Result<ir::Function, LoadError>, String> {
            let (places, body): Body = postcard::from_bytes(&self.data[range]).map_err(garbled)?;
            let mut f = match body {
                Ok(f) => f,
                Err(error) => return Ok(Err(error)),
            };
            f.locs = self.locs(&places)?;
            let decl = module.func(id);
            (f.id, f.name, f.sig) = (id, decl.name.clone(), decl.sig.clone());
            ir::verify_foreign(&f, module).map_err(garbled)?;
            Ok(Ok(f))
        };
        decode().map_err(BodyError::Damaged)?.map_err(BodyError::Told)
    }

    fn locs(&self, places: &[Place]) -> Result<LocTable, String> {
        let text = |n: u32| self.strings.get(n as usize).cloned().ok_or_else(|| garbled("no such string"));
        let mut table = LocTable::default();
        for Place { file, scope, line, col, inlined_at } in places {
            let (file, scope) = (text(*file)?, text(*scope)?);
            table.push(Loc { file, line: *line, col: *col, scope, inlined_at: *inlined_at });
        }
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Source;

    const TEXT: &str = r#"
target triple = "x86_64-pc-linux-gnu"
%pair = type { i32, ptr }
@table = internal constant [2 x ptr] [ptr @first, ptr @table]
@word = global i64 ptrtoint (ptr @table to i64)
declare void @host(ptr, ...)
define i32 @first(i32 %n, ptr %p) {
entry:
  %slot = alloca %pair, align 8
  %c = icmp slt i32 %n, 3
  br i1 %c, label %loop, label %end
loop:
  %i = phi i32 [ 0, %entry ], [ %next, %loop ]
  %next = add i32 %i, 1
  %q = getelementptr %pair, ptr %slot, i32 0, i32 1
  store ptr @word, ptr %q
  call void (ptr, ...) @host(ptr %q, i32 %i, double 1.5)
  %more = icmp slt i32 %next, %n
  br i1 %more, label %loop, label %end
end:
  %v = load <4 x i16>, ptr %p
  %e = extractelement <4 x i16> %v, i32 %n
  %r = zext i16 %e to i32
  ret i32 %r
}
define ptr @second() {
  %r = call i32 @first(i32 2, ptr @word)
  %p = inttoptr i32 %r to ptr
  ret ptr %p
}
"#;

    fn sent() -> Vec<u8> {
        let source = Source::Bytes { name: "text".into(), data: TEXT.as_bytes().into() };
        let mut out = Vec::new();
        send(Loader::open(&source, &[]), &mut out).unwrap();
        out
    }

    fn bodies(data: Vec<u8>) -> Result<Vec<String>, String> {
        let (module, mut received) = receive(data)?.map_err(|e| e.to_string())?;
        let mut texts = vec![module.to_string()];
        for (id, decl) in (0u32..).map(FuncId).zip(&module.funcs) {
            if decl.defined
                && let Ok(mut f) = received.body(&module, id)
            {
                texts.push(f.to_string());
                crate::opt::run(&mut f, &module);
            }
        }
        Ok(texts)
    }

    #[test]
    fn what_arrives_is_what_was_sent() {
        let source = Source::Bytes { name: "text".into(), data: TEXT.as_bytes().into() };
        let mut loader = Loader::open(&source, &[]).unwrap();
        let module = loader.module().clone();
        let mut texts = vec![module.to_string()];
        for (id, decl) in (0u32..).map(FuncId).zip(&module.funcs) {
            if decl.defined {
                texts.push(loader.body(id).unwrap().to_string());
            }
        }
        assert_eq!(bodies(sent()).unwrap(), texts);
        assert_eq!(texts.len(), 3);
    }

    #[test]
    fn garbled_answers_are_errors() {
        let good = sent();
        let (mut refused, mut state) = (0, 1u64);
        let mut random = |below: usize| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as usize % below
        };
        for _ in 0..4000 {
            let mut data = good.clone();
            let at = random(data.len());
            data[at] = random(256) as u8;
            if random(8) == 0 {
                data.truncate(at);
            }
            refused += usize::from(bodies(data).is_err());
        }
        assert!(refused > 400, "only {refused} were refused");
    }
}
