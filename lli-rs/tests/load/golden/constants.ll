target triple = "x86_64-unknown-linux-gnu"
%pair = type { i32, ptr }
%packed = type <{ i8, i64 }>
@i1 = global i1 true
@i24 = global i24 -1
@i128 = global i128 18446744073709551617
@i65 = global i65 -1
@f = global float 1.5
@d = global double -0.0
@x = global x86_fp80 0xK3FFF8000000000000000
@vec = global <4 x i32> <i32 1, i32 2, i32 3, i32 4>
@text = private unnamed_addr constant [4 x i8] c"a\22\0A\00"
@shorts = internal constant [3 x i16] [i16 1, i16 -1, i16 0]
@pair = global %pair { i32 7, ptr @text }
@packed = global %packed <{ i8 1, i64 2 }>, align 1
@zero = global [1000 x %pair] zeroinitializer, align 64
@undef = global i32 undef
@inner = global ptr getelementptr (%pair, ptr @zero, i64 3, i32 1)
@beyond = global ptr getelementptr (i8, ptr @text, i64 -8)
@fixed = global ptr inttoptr (i64 4096 to ptr)
@fixed8 = global ptr getelementptr (i8, ptr inttoptr (i64 4096 to ptr), i64 8)
@address = global i64 ptrtoint (ptr @text to i64)
@low = global i32 trunc (i64 ptrtoint (ptr @text to i64) to i32)
@distance = global i64 sub (i64 ptrtoint (ptr @text to i64), i64 ptrtoint (ptr @pair to i64))
@same = global i64 sub (i64 ptrtoint (ptr getelementptr (i8, ptr @text, i64 3) to i64), i64 ptrtoint (ptr @text to i64))
@hidden = global i64 xor (i64 ptrtoint (ptr @text to i64), i64 255)
@next = global i64 add (i64 ptrtoint (ptr @text to i64), i64 2)
@common = common global i32 0, align 4
@tls = thread_local global i32 5
@extern = external global [0 x i8]
@weak = extern_weak global i32
@maybe = weak global i32 1
@other = available_externally global i32 3
@labels = global [2 x ptr] [ptr blockaddress(@jump, %b), ptr blockaddress(@jump, %a)]
@alias = alias i32, ptr @maybe
@aliasf = alias void (), ptr @init
@middle = alias ptr, getelementptr (i8, ptr @pair, i64 8)
@llvm.used = appending global [1 x ptr] [ptr @i1], section "llvm.metadata"
@llvm.global_ctors = appending global [3 x { i32, ptr, ptr }] [{ i32, ptr, ptr } { i32 65535, ptr @init, ptr null }, { i32, ptr, ptr } { i32 101, ptr @early, ptr null }, { i32, ptr, ptr } { i32 65535, ptr @late, ptr null }]
@llvm.global_dtors = appending global [2 x { i32, ptr, ptr }] [{ i32, ptr, ptr } { i32 65535, ptr @init, ptr null }, { i32, ptr, ptr } { i32 65535, ptr @late, ptr null }]

declare i32 @printf(ptr, ...)
declare extern_weak void @maybe_there()
declare void @big(ptr sret(%pair) align 8, ptr byval(%pair) align 8, i8 signext, i16 zeroext)
define available_externally i32 @copied() { ret i32 1 }
define internal void @init() { ret void }
define linkonce_odr void @early() { ret void }
define void @late() { ret void }

define ptr @jump(ptr %p) {
  indirectbr ptr %p, [label %a, label %b]
a:
  call void @aliasf()
  ret ptr @middle
b:
  ret ptr blockaddress(@jump, %a)
}
