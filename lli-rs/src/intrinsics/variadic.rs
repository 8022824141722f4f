//! `va_start`: variadic arguments laid out as the x86-64 System V ABI (section 3.5.7) does, since the code that
//! clang makes of `va_arg` decides by the same rules where to look: in the register save area, or in the overflow
//! area at the type's own alignment. Reading through a `va_list` on the host's behalf is `host::VarArgs`.
//!
//! The counters of the list start so that they run out together with the arguments in registers. One argument too
//! many of any class is therefore looked for in the overflow area, which ends with the last argument.

use svm_memory::{GuestPtr, ObjectKind, SiteId};

use crate::host::ArgClass;
use crate::machine::{Limit, Process, Result, Thread, Trap};

/// Bytes of the general registers in the save area, and of those with the vector registers.
const GP_END: u64 = 48;
const FP_END: u64 = 176;

/// Where an argument travels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    /// In so many general registers.
    General(u64),
    /// In a vector register.
    Vector,
    /// On the stack: bytes and alignment.
    Stack(u64, u64),
}

/// Hands out registers in the order of the arguments of one call.
#[derive(Default)]
struct Registers {
    general: u64,
    vector: u64,
}

impl Registers {
    /// The place of the next argument. An argument that needs two registers where one is left goes to the stack,
    /// and leaves that one to a later argument. Structures in pieces need no thought here: clang itself passes
    /// them `byval` when not all of their pieces find registers.
    fn place(&mut self, class: ArgClass, variadic: bool) -> Place {
        let (general, vector, on_stack) = match class {
            ArgClass::Int(bits) if bits > 64 => (2, 0, Place::Stack(16, 16)),
            ArgClass::Int(_) | ArgClass::Ptr => (1, 0, Place::Stack(8, 8)),
            ArgClass::Float | ArgClass::Double => (0, 1, Place::Stack(8, 8)),
            ArgClass::X87 => return Place::Stack(16, 16),
            ArgClass::ByVal { size, align } => {
                return Place::Stack(u64::from(size).next_multiple_of(8), u64::from(align).max(8));
            }
            // Vectors. The wide ones travel in registers only where they are named.
            ArgClass::Other(slots) => {
                let size = u64::from(slots) * 8;
                let place = Place::Stack(size, size.next_power_of_two().clamp(8, 64));
                if slots > 2 && variadic {
                    return place;
                }
                (0, 1, place)
            }
        };
        if self.general + general > GP_END / 8 || self.vector + vector > (FP_END - GP_END) / 16 {
            return on_stack;
        }
        self.general += general;
        self.vector += vector;
        if general > 0 { Place::General(general) } else { Place::Vector }
    }
}

/// The areas that `va_start` makes: one object with the general registers, the vector registers and the stack, in
/// this order. Offsets are from its first byte.
struct Areas {
    /// Bytes of general registers and of vector registers.
    general: u64,
    vector: u64,
    /// Where the vector registers begin, where the stack does, and where all ends.
    vector_start: u64,
    stack_start: u64,
    size: u64,
    align: u64,
}

impl Areas {
    /// For the places of the variadic arguments.
    fn of(places: &[Place]) -> Self {
        let (mut general, mut vector, mut stack, mut align) = (0, 0, 0u64, 16);
        for place in places {
            match *place {
                Place::General(n) => general += n * 8,
                Place::Vector => vector += 16,
                Place::Stack(size, to) => {
                    stack = stack.next_multiple_of(to) + size;
                    align = align.max(to);
                }
            }
        }
        // Both kinds of registers are found from one pointer, so their ends have the ABI's distance.
        let vector_start = match (general, vector) {
            (_, 0) => general,
            (0, _) => 0,
            _ => general + FP_END - GP_END - vector,
        };
        let end = vector_start + vector;
        let stack_start = if stack > 0 { end.next_multiple_of(align) } else { end };
        Self { general, vector, vector_start, stack_start, size: stack_start + stack, align }
    }

    /// The pointer from which both counters count, for areas at `object`.
    fn save_area(&self, object: GuestPtr) -> GuestPtr {
        let before =
            if self.general > 0 { GP_END - self.general } else { FP_END - self.vector - self.vector_start };
        object.offset(-(before as i64))
    }
}

/// `va_start(list)`: makes the areas and fills in the `__va_list_tag`.
pub(super) fn va_start(process: &Process, thread: &mut Thread, list: u64) -> Result<()> {
    let mem = &process.mem;
    // SAFETY: a function runs, so there is an innermost record.
    let frame = unsafe { &*thread.top };
    // SAFETY: the descriptor belongs to the calling code, which lives as long as the process.
    let classes = unsafe { frame.varargs.as_ref() }.map_or(&[][..], |call| &call.classes);
    let fixed = process.module.func(thread.code().map_or(crate::ir::FuncId(0), |c| c.func)).sig.params.len();
    let mut registers = Registers::default();
    let mut places: smallvec::SmallVec<[Place; 16]> =
        classes.iter().enumerate().map(|(i, class)| registers.place(*class, i >= fixed)).collect();
    places.drain(..fixed.min(classes.len()));

    let areas = Areas::of(&places);
    let object = mem
        .alloc(areas.size, areas.align, ObjectKind::VarArgs, SiteId::NONE)
        .map_err(|_| Trap::Limit(Limit::Memory))?;
    thread.varargs.push((thread.top, object));
    fill(process, thread, object, &areas, classes.get(fixed..).unwrap_or(&[]), &places)?;

    let list = GuestPtr::new(list);
    // struct __va_list_tag { gp_offset, fp_offset, overflow_arg_area, reg_save_area }
    mem.store(list, (GP_END - areas.general) as u32)?;
    mem.store(list.offset(4), (FP_END - areas.vector) as u32)?;
    mem.store(list.offset(8), object.offset(areas.stack_start as i64))?;
    Ok(mem.store(list.offset(16), areas.save_area(object))?)
}

/// Copies the arguments to their places in `object`.
fn fill(
    process: &Process,
    thread: &Thread,
    object: GuestPtr,
    areas: &Areas,
    classes: &[ArgClass],
    places: &[Place],
) -> Result<()> {
    let slots: u32 = classes.iter().map(|c| c.slots()).sum();
    let mut from = thread.fp.wrapping_sub(slots as usize);
    let (mut general, mut vector, mut stack) = (0, areas.vector_start, areas.stack_start);
    for (class, place) in classes.iter().zip(places) {
        let to = object.offset(match *place {
            Place::General(n) => next(&mut general, n * 8),
            Place::Vector => next(&mut vector, 16),
            Place::Stack(size, align) => {
                stack = stack.next_multiple_of(align);
                next(&mut stack, size)
            }
        });
        for i in 0..class.slots() {
            // SAFETY: the caller put the arguments right below this frame's slots.
            let word = unsafe { *from };
            from = from.wrapping_add(1);
            match class {
                ArgClass::ByVal { size, .. } => {
                    process.mem.copy(to, GuestPtr::new(word), u64::from(*size))?
                }
                _ => process.mem.store(to.offset(i64::from(i) * 8), word)?,
            }
        }
    }
    Ok(())
}

/// Moves a position by `size`; gives where it was.
fn next(position: &mut u64, size: u64) -> i64 {
    let at = *position;
    *position += size;
    at as i64
}
