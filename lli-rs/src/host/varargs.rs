//! Variadic arguments of host functions: direct ones, and those behind a guest's `va_list`.

use svm_memory::GuestPtr;

use super::X87;
use crate::machine::{Cx, Result};

/// The register class and width of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ArgClass {
    /// An integer of so many bits.
    Int(u32),
    /// A pointer.
    Ptr,
    /// A `float`.
    Float,
    /// A `double`.
    Double,
    /// An `x86_fp80`, two slots.
    X87,
    /// A structure by value (one slot: the pointer to copy from), of so many bytes and with this alignment.
    ByVal {
        /// Bytes.
        size: u32,
        /// Bytes, a power of two.
        align: u32,
    },
    /// Anything else (vectors, aggregates), of so many slots.
    Other(u32),
}

impl ArgClass {
    /// Register slots that it takes.
    pub fn slots(self) -> u32 {
        match self {
            ArgClass::Int(bits) => bits.div_ceil(64),
            ArgClass::Ptr | ArgClass::Float | ArgClass::Double | ArgClass::ByVal { .. } => 1,
            ArgClass::X87 => 2,
            ArgClass::Other(slots) => slots,
        }
    }

    /// The class as a C type, for messages.
    pub fn describe(self) -> String {
        match self {
            ArgClass::Int(32) => "an int".into(),
            ArgClass::Int(64) => "a long".into(),
            ArgClass::Int(bits) => format!("an integer of {bits} bits"),
            ArgClass::Ptr => "a pointer".into(),
            ArgClass::Float => "a float".into(),
            ArgClass::Double => "a double".into(),
            ArgClass::X87 => "a long double".into(),
            ArgClass::ByVal { size, .. } => format!("a structure of {size} bytes"),
            ArgClass::Other(_) => "a vector or aggregate".into(),
        }
    }
}

enum Source<'a> {
    Direct { slots: &'a [u64], classes: &'a [ArgClass] },
    List(GuestPtr),
}

/// A cursor over variadic arguments.
pub struct VarArgs<'a> {
    source: Source<'a>,
    taken: u32,
}

// Offsets in `__va_list_tag`, System V ABI AMD64 section 3.5.7.
const GP_OFFSET: i64 = 0;
const FP_OFFSET: i64 = 4;
const OVERFLOW_ARG_AREA: i64 = 8;
const REG_SAVE_AREA: i64 = 16;
const GP_END: u32 = 48;
const FP_END: u32 = 176;

impl<'a> VarArgs<'a> {
    /// Arguments of a direct call.
    pub fn direct(slots: &'a [u64], classes: &'a [ArgClass]) -> Self {
        Self { source: Source::Direct { slots, classes }, taken: 0 }
    }

    /// Arguments behind a guest's `va_list` (a pointer to its `__va_list_tag`), which advances.
    pub fn list(va_list: GuestPtr) -> Self {
        Self { source: Source::List(va_list), taken: 0 }
    }

    /// The next `int` (or shorter, promoted).
    pub fn next_i32(&mut self, cx: &Cx<'_>) -> Result<i32> {
        Ok(self.next_gp(cx, ArgClass::Int(32))? as i32)
    }

    /// The next `long`.
    pub fn next_i64(&mut self, cx: &Cx<'_>) -> Result<i64> {
        Ok(self.next_gp(cx, ArgClass::Int(64))? as i64)
    }

    /// The next pointer.
    pub fn next_ptr(&mut self, cx: &Cx<'_>) -> Result<GuestPtr> {
        Ok(GuestPtr::new(self.next_gp(cx, ArgClass::Ptr)?))
    }

    /// The next integer or pointer as it lies in its register, the upper half of an `int` zero as clang's code
    /// leaves it.
    pub fn next_register(&mut self, cx: &Cx<'_>) -> Result<u64> {
        let class = match &self.source {
            Source::Direct { classes, .. } => classes.first().copied(),
            Source::List(_) => None,
        };
        self.next_gp(
            cx,
            class.filter(|c| matches!(c, ArgClass::Int(_) | ArgClass::Ptr)).unwrap_or(ArgClass::Int(64)),
        )
    }

    /// What is left of a direct call's arguments, to be passed on; nothing of a `va_list`'s.
    pub fn rest(&self) -> (&'a [u64], &'a [ArgClass]) {
        match self.source {
            Source::Direct { slots, classes } => (slots, classes),
            Source::List(_) => (&[], &[]),
        }
    }

    /// The next `double`.
    pub fn next_f64(&mut self, cx: &Cx<'_>) -> Result<f64> {
        if let Source::List(list) = self.source {
            self.taken += 1;
            let area = self.list_slot(cx, list, FP_OFFSET, FP_END, 16)?;
            return Ok(cx.mem().load(area)?);
        }
        Ok(f64::from_bits(self.next_direct(cx, ArgClass::Double)?[0]))
    }

    /// The next `long double`.
    pub fn next_x87(&mut self, cx: &Cx<'_>) -> Result<X87> {
        if let Source::List(list) = self.source {
            self.taken += 1;
            let area: u64 = cx.mem().load(list.offset(OVERFLOW_ARG_AREA))?;
            let at = area.next_multiple_of(16);
            let mut bytes = [0; 10];
            cx.mem().read(GuestPtr::new(at), &mut bytes)?;
            cx.mem().store(list.offset(OVERFLOW_ARG_AREA), at.wrapping_add(16))?;
            return Ok(X87(bytes));
        }
        let [lo, hi] = self.next_direct(cx, ArgClass::X87)?;
        Ok(X87::from_slots(lo, hi))
    }

    fn next_gp(&mut self, cx: &Cx<'_>, class: ArgClass) -> Result<u64> {
        if let Source::List(list) = self.source {
            self.taken += 1;
            let area = self.list_slot(cx, list, GP_OFFSET, GP_END, 8)?;
            return Ok(match class {
                ArgClass::Int(32) => u64::from(cx.mem().load::<u32>(area)?),
                _ => cx.mem().load(area)?,
            });
        }
        Ok(self.next_direct(cx, class)?[0])
    }

    /// Where the next argument of a `va_list` lies: in the register area while there is room, else
    /// in the overflow area.
    fn list_slot(
        &self,
        cx: &Cx<'_>,
        list: GuestPtr,
        offset_at: i64,
        end: u32,
        step: u32,
    ) -> Result<GuestPtr> {
        let mem = cx.mem();
        let offset: u32 = mem.load(list.offset(offset_at))?;
        if offset < end {
            mem.store(list.offset(offset_at), offset + step)?;
            let area: GuestPtr = mem.load(list.offset(REG_SAVE_AREA))?;
            return Ok(area.offset(i64::from(offset)));
        }
        let area: GuestPtr = mem.load(list.offset(OVERFLOW_ARG_AREA))?;
        mem.store(list.offset(OVERFLOW_ARG_AREA), area.offset(8))?;
        Ok(area)
    }

    fn next_direct(&mut self, cx: &Cx<'_>, wanted: ArgClass) -> Result<[u64; 2]> {
        let Source::Direct { slots, classes } = &mut self.source else { return Ok([0, 0]) };
        self.taken += 1;
        let Some((class, rest)) = classes.split_first() else {
            return Err(cx.misuse(format!(
                "reads variadic argument {} as {}, but only {} passed",
                self.taken,
                wanted.describe(),
                match self.taken - 1 {
                    1 => "1 was".into(),
                    n => format!("{n} were"),
                },
            )));
        };
        if !compatible(*class, wanted) {
            return Err(cx.misuse(format!(
                "reads variadic argument {} as {}, but {} was passed",
                self.taken,
                wanted.describe(),
                class.describe()
            )));
        }
        let (value, left) = slots.split_at(class.slots() as usize);
        let result = [value.first().copied().unwrap_or(0), value.get(1).copied().unwrap_or(0)];
        (*slots, *classes) = (left, rest);
        Ok(result)
    }
}

/// Whether an argument of class `passed` may be read as `wanted`: as the register it travels in allows
/// without the value depending on bits that were not passed. Pointers and longs are told apart only
/// when a pointer is wanted: `%p` and `%lx` of either work everywhere, `%s` of a number never does.
fn compatible(passed: ArgClass, wanted: ArgClass) -> bool {
    match (passed, wanted) {
        (ArgClass::Int(64) | ArgClass::Ptr, ArgClass::Int(_)) => true,
        (ArgClass::Int(p), ArgClass::Int(w)) => p <= 32 && w <= 32,
        _ => passed == wanted,
    }
}
