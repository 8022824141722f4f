//! The few instructions between Rust and compiled code that no compiler writes: the way in, the way out of all
//! compiled frames at once, and helpers that keep every register of their caller.
//!
//! Traps are not handed up from frame to frame: what raises one restores the stack pointer that [`enter`] has
//! kept in the thread, and `enter` returns 1. Only frames of compiled code lie in between, and they hold nothing.
//!
//! Helpers on cold paths have LLVM's convention `preserve_all`: a check that may fail then costs its caller no
//! register.
#![allow(unsafe_code)]

use std::arch::naked_asm;
use std::sync::atomic::{AtomicBool, Ordering};

use svm_memory::{HEADER_SIZE, OFF_READ_SIZE, OFF_START, OFF_WRITE_SIZE, SLOT_UNIT};

use super::Thread;
use super::native::{check, check_pointer, copy, exhausted, fill, offset, trap};

/// Whether vector registers have 32 bytes: they are saved as the generated code has them.
static WIDE: AtomicBool = AtomicBool::new(false);

/// Finds out what the processor has; before the first code is entered.
pub(crate) fn prepare() {
    WIDE.store(std::arch::is_x86_feature_detected!("avx"), Ordering::Relaxed);
}

/// Calls `stub(thread, fp, target)`; 1 if something has left through [`leave`], else what the stub gives.
///
/// # Safety
///
/// `stub` is made for these arguments, and returns only here or through `leave` with this very thread.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn enter(thread: *mut Thread, fp: *mut u64, target: usize, stub: usize) -> u32 {
    naked_asm!(
        "push rbp", "push rbx", "push r12", "push r13", "push r14", "push r15",
        "sub rsp, 8",
        "mov [rdi + {exit}], rsp",
        "call rcx",
        "add rsp, 8",
        "pop r15", "pop r14", "pop r13", "pop r12", "pop rbx", "pop rbp",
        "ret",
        exit = const offset::EXIT,
    )
}

/// Goes on where the innermost [`enter`] of the thread (in `rdi`) returns, with 1: `svm.leave`.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn leave() {
    naked_asm!(
        "mov rsp, [rdi + {exit}]",
        "mov eax, 1",
        "add rsp, 8",
        "pop r15", "pop r14", "pop r13", "pop r12", "pop rbx", "pop rbp",
        "ret",
        exit = const offset::EXIT,
    )
}

/// Raises a trap: `svm.trap`.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn trap_and_leave() {
    naked_asm!("push rdi", "call {inner}", "pop rdi", "jmp {leave}", inner = sym trap, leave = sym leave)
}

/// The stack is at its end: `svm.exhausted`.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn exhausted_and_leave() {
    naked_asm!("push rdi", "call {inner}", "pop rdi", "jmp {leave}", inner = sym exhausted, leave = sym leave)
}

macro_rules! or_leave {
    ($(#[$doc:meta])* $name:ident, $inner:path) => {
        $(#[$doc])*
        #[unsafe(naked)]
        pub(super) unsafe extern "C" fn $name() {
            naked_asm!(
                "push rdi",
                "call {inner}",
                "pop rdi",
                "test eax, eax",
                "jne {leave}",
                "ret",
                inner = sym $inner,
                leave = sym leave,
            )
        }
    };
}

or_leave! {
    /// Copies bytes: `svm.copy`.
    copy_or_leave, copy
}
or_leave! {
    /// Fills bytes: `svm.fill`.
    fill_or_leave, fill
}

/// A check of a pointer that has failed, for the checks that are calls; they keep no registers. Gives an offset, or leaves.
#[unsafe(naked)]
unsafe extern "C" fn pointer_or_leave() {
    naked_asm!(
        "push rdi",
        "call {inner}",
        "pop rdi",
        "test edx, edx",
        "jne {leave}",
        "ret",
        inner = sym check_pointer,
        leave = sym leave,
    )
}

macro_rules! quick_check {
    ($(#[$doc:meta])* $name:ident, $size:expr, $length:literal, $slow:literal) => {
        $(#[$doc])*
        #[unsafe(naked)]
        pub(super) unsafe extern "C" fn $name() {
            // As `View::check`: slot of the root, live, offset below what the size leaves for the length.
            naked_asm!(
                "mov rax, r8",
                "shr rax, 32",
                "and rax, [rdi + {mask}]",
                "mov r10, [rdi + {live}]",
                "cmp byte ptr [r10 + rax], 0",
                "jge 2f",
                "shl rax, {unit}",
                "mov r10, [rdi + {window}]",
                "add r10, rax",
                "mov r11, rcx",
                "sub r11, [r10 + {start}]",
                "mov r10d, dword ptr [r10 + {size}]",
                "inc r10",
                $length,
                "sub r10, r9",
                "jb 3f",
                "cmp r11, r10",
                "jae 3f",
                "add rax, r11",
                "ret",
                "3:",
                $slow,
                "2:",
                "jmp {failed}",
                mask = const offset::MASK,
                live = const offset::LIVE,
                window = const offset::WINDOW,
                unit = const SLOT_UNIT.trailing_zeros(),
                start = const OFF_START as i32 - HEADER_SIZE as i32,
                size = const $size as i32 - HEADER_SIZE as i32,
                failed = sym pointer_or_leave,
            )
        }
    };
}

quick_check! {
    /// The check of a read as a call, for code that is to be small: `svm.check.read`.
    check_read, OFF_READ_SIZE, "", ""
}
quick_check! {
    /// The same of a write, which the top bit of the length tells: `svm.check.write`.
    check_write, OFF_WRITE_SIZE, "btr r9, 63", "bts r9, 63"
}

/// A check that has failed: `svm.check`. Keeps all registers but for the result's and r11, or leaves.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn check_or_leave() {
    naked_asm!(
        "push rbp",
        "mov rbp, rsp",
        "push rcx", "push rdx", "push rsi", "push rdi", "push r8", "push r9", "push r10",
        "sub rsp, 520",
        "and rsp, -32",
        "cmp byte ptr [rip + {wide}], 0",
        "je 2f",
        "vmovups [rsp], ymm0", "vmovups [rsp + 32], ymm1",
        "vmovups [rsp + 64], ymm2", "vmovups [rsp + 96], ymm3",
        "vmovups [rsp + 128], ymm4", "vmovups [rsp + 160], ymm5",
        "vmovups [rsp + 192], ymm6", "vmovups [rsp + 224], ymm7",
        "vmovups [rsp + 256], ymm8", "vmovups [rsp + 288], ymm9",
        "vmovups [rsp + 320], ymm10", "vmovups [rsp + 352], ymm11",
        "vmovups [rsp + 384], ymm12", "vmovups [rsp + 416], ymm13",
        "vmovups [rsp + 448], ymm14", "vmovups [rsp + 480], ymm15",
        "vzeroupper",
        "call {inner}",
        "test edx, edx",
        "jne 3f",
        "vmovups ymm0, [rsp]", "vmovups ymm1, [rsp + 32]",
        "vmovups ymm2, [rsp + 64]", "vmovups ymm3, [rsp + 96]",
        "vmovups ymm4, [rsp + 128]", "vmovups ymm5, [rsp + 160]",
        "vmovups ymm6, [rsp + 192]", "vmovups ymm7, [rsp + 224]",
        "vmovups ymm8, [rsp + 256]", "vmovups ymm9, [rsp + 288]",
        "vmovups ymm10, [rsp + 320]", "vmovups ymm11, [rsp + 352]",
        "vmovups ymm12, [rsp + 384]", "vmovups ymm13, [rsp + 416]",
        "vmovups ymm14, [rsp + 448]", "vmovups ymm15, [rsp + 480]",
        "jmp 4f",
        "2:",
        "movups [rsp], xmm0", "movups [rsp + 16], xmm1",
        "movups [rsp + 32], xmm2", "movups [rsp + 48], xmm3",
        "movups [rsp + 64], xmm4", "movups [rsp + 80], xmm5",
        "movups [rsp + 96], xmm6", "movups [rsp + 112], xmm7",
        "movups [rsp + 128], xmm8", "movups [rsp + 144], xmm9",
        "movups [rsp + 160], xmm10", "movups [rsp + 176], xmm11",
        "movups [rsp + 192], xmm12", "movups [rsp + 208], xmm13",
        "movups [rsp + 224], xmm14", "movups [rsp + 240], xmm15",
        "call {inner}",
        "test edx, edx",
        "jne 3f",
        "movups xmm0, [rsp]", "movups xmm1, [rsp + 16]",
        "movups xmm2, [rsp + 32]", "movups xmm3, [rsp + 48]",
        "movups xmm4, [rsp + 64]", "movups xmm5, [rsp + 80]",
        "movups xmm6, [rsp + 96]", "movups xmm7, [rsp + 112]",
        "movups xmm8, [rsp + 128]", "movups xmm9, [rsp + 144]",
        "movups xmm10, [rsp + 160]", "movups xmm11, [rsp + 176]",
        "movups xmm12, [rsp + 192]", "movups xmm13, [rsp + 208]",
        "movups xmm14, [rsp + 224]", "movups xmm15, [rsp + 240]",
        "4:",
        "lea rsp, [rbp - 56]",
        "pop r10", "pop r9", "pop r8", "pop rdi", "pop rsi", "pop rdx", "pop rcx",
        "pop rbp",
        "ret",
        "3:",
        "mov rdi, [rbp - 32]",
        "jmp {leave}",
        wide = sym WIDE,
        inner = sym check,
        leave = sym leave,
    )
}
