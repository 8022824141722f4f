//! `va_start`: variadic arguments laid out as the x86-64 System V ABI (section 3.5.7) does, since the code that
//! clang makes of `va_arg` decides by the same rules where to look: in the register save area, or in the overflow
//! area at the type's own alignment. Reading through a `va_list` on the host's behalf is `host::VarArgs`.
//!
//! One argument too many must be found as such. Where nothing was passed on the stack, the counters of the list start
//! so that they run out together with the arguments in registers: what is one too many is then looked for in the
//! overflow area, which ends with the last argument. Where something was, it would be taken for the argument, so the
//! counters have their true values as far as that leads out of the objects: see [`Areas`].

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
#[derive(Default, Debug)]
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

/// The areas that `va_start` makes: the general registers and then the vector registers, found from one pointer, and
/// the arguments on the stack.
///
/// A counter that starts at its true value stays below its end while registers were left over, so that an argument
/// too many is looked for behind the last one of its class. That is outside the object for vector registers, which
/// lie last, if the stack is another object; for general registers only if one of the two kinds is empty. Where both
/// are there, the general registers run out: an integer too many takes what is next on the stack, and the fault
/// comes when the stack ends, as it does where all registers of the class were used.
#[derive(Debug, PartialEq, Eq)]
struct Areas {
    /// Where the two counters start.
    gp_offset: u64,
    fp_offset: u64,
    /// Where the vector registers begin, and where they end.
    vector_start: u64,
    save_size: u64,
    /// Whether the general registers are there.
    general: bool,
    /// Where the stack begins in the object, unless it has one of its own.
    stack_start: Option<u64>,
    stack_size: u64,
    align: u64,
}

impl Areas {
    /// For the places of the variadic arguments, and the registers that all arguments took.
    fn of(places: &[Place], used: &Registers) -> Self {
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
        let left = (GP_END - used.general * 8, FP_END - GP_END - used.vector * 16);
        let (mut gp_offset, mut fp_offset) = (GP_END - general, FP_END - vector);
        if stack > 0 {
            fp_offset -= left.1;
            if general == 0 || vector == 0 {
                gp_offset -= left.0;
            }
        }
        let vector_start = if general > 0 && vector > 0 { fp_offset - gp_offset } else { general };
        let save_size = vector_start + vector;
        let beyond = if vector > 0 { left.1 > 0 } else { general > 0 && left != (0, 0) };
        let stack_start =
            if stack == 0 { Some(save_size) } else { (!beyond).then(|| save_size.next_multiple_of(align)) };
        let general = general > 0;
        Self { gp_offset, fp_offset, vector_start, save_size, general, stack_start, stack_size: stack, align }
    }

    /// The pointer from which both counters count, for areas at `object`.
    fn save_area(&self, object: GuestPtr) -> GuestPtr {
        let (at, offset) = match (self.general, self.save_size) {
            (true, _) => (0, self.gp_offset),
            // No register is to be found: at the end of all.
            (false, 0) => (self.stack_size, self.gp_offset),
            (false, _) => (0, self.fp_offset),
        };
        object.offset(at as i64 - offset as i64)
    }

    /// Makes the objects: the pointers to the registers and to the stack.
    fn make(&self, process: &Process, thread: &mut Thread) -> Result<(GuestPtr, GuestPtr)> {
        let mut make = |size| -> Result<GuestPtr> {
            let object = process.mem.alloc(size, self.align, ObjectKind::VarArgs, SiteId::NONE);
            let object = object.map_err(|_| Trap::Limit(Limit::Memory))?;
            thread.varargs.push((thread.top, object));
            Ok(object)
        };
        match self.stack_start {
            Some(start) => {
                let object = make(start + self.stack_size)?;
                Ok((object, object.offset(start as i64)))
            }
            None => Ok((make(self.save_size)?, make(self.stack_size)?)),
        }
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

    let areas = Areas::of(&places, &registers);
    let (saved, stack) = areas.make(process, thread)?;
    fill(process, thread, (saved, areas.vector_start, stack), classes.get(fixed..).unwrap_or(&[]), &places)?;

    let list = GuestPtr::new(list);
    // struct __va_list_tag { gp_offset, fp_offset, overflow_arg_area, reg_save_area }
    mem.store(list, areas.gp_offset as u32)?;
    mem.store(list.offset(4), areas.fp_offset as u32)?;
    mem.store(list.offset(8), stack)?;
    Ok(mem.store(list.offset(16), areas.save_area(saved))?)
}

/// Copies the arguments to their places: general registers, vector registers at an offset from them, stack.
fn fill(
    process: &Process,
    thread: &Thread,
    (saved, vector_start, overflow): (GuestPtr, u64, GuestPtr),
    classes: &[ArgClass],
    places: &[Place],
) -> Result<()> {
    let slots: u32 = classes.iter().map(|c| c.slots()).sum();
    let mut from = thread.fp.wrapping_sub(slots as usize);
    let (mut general, mut vector, mut stack) = (0, vector_start, 0u64);
    for (class, place) in classes.iter().zip(places) {
        let to = match *place {
            Place::General(n) => saved.offset(next(&mut general, n * 8)),
            Place::Vector => saved.offset(next(&mut vector, 16)),
            Place::Stack(size, align) => {
                stack = stack.next_multiple_of(align);
                overflow.offset(next(&mut stack, size))
            }
        };
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
