//! `longjmp` and its kin. `setjmp` is the interpreter's: it writes a token to the first word of the
//! buffer, which is all that is read back; the engine finds the frame by it or reports a bad jump.

use svm_memory::GuestPtr;

use crate::host::host_table;
use crate::machine::{Cx, Result, Trap};

host_table! {
    /// Jumps out of functions.
    pub static TABLE = [
        "void longjmp(jmp_buf env[r 8], int value)" => longjmp: env, value,
        "void _longjmp(jmp_buf env[r 8], int value)" => longjmp: env, value,
        "void siglongjmp(jmp_buf env[r 8], int value)" => longjmp: env, value,
        "void __longjmp_chk(jmp_buf env[r 8], int value)" => longjmp: env, value,
    ];
}

fn longjmp(cx: &mut Cx<'_>, env: GuestPtr, value: i32) -> Result<()> {
    let token: u64 = cx.mem().load(env)?;
    Err(Trap::LongJump { token, value: if value == 0 { 1 } else { value } })
}
