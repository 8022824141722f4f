target triple = "x86_64-unknown-linux-gnu"
@a = private constant [2 x i8] c"a\00"
@b = private constant [2 x i8] c"b\00"
@t = internal constant [2 x i32] [i32 trunc (i64 sub (i64 ptrtoint (ptr @a to i64), i64 ptrtoint (ptr @t to i64)) to i32), i32 trunc (i64 sub (i64 ptrtoint (ptr getelementptr (i8, ptr @b, i64 1) to i64), i64 ptrtoint (ptr @t to i64)) to i32)], align 4
@u = internal constant [2 x i32] [i32 trunc (i64 sub (i64 ptrtoint (ptr @b to i64), i64 ptrtoint (ptr @u to i64)) to i32), i32 trunc (i64 sub (i64 ptrtoint (ptr @a to i64), i64 ptrtoint (ptr @u to i64)) to i32)], align 4
@escaping = internal constant [1 x i32] [i32 trunc (i64 sub (i64 ptrtoint (ptr @b to i64), i64 ptrtoint (ptr @escaping to i64)) to i32)]
@holder = global ptr @escaping
declare ptr @llvm.load.relative.i64(ptr, i64)
define ptr @direct(i64 %off) {
  %r = call ptr @llvm.load.relative.i64(ptr @t, i64 %off)
  ret ptr %r
}
define ptr @either(i1 %c, i64 %off) {
  br i1 %c, label %x, label %y
x:
  br label %y
y:
  %p = phi ptr [ @t, %0 ], [ @u, %x ]
  %s = select i1 %c, ptr %p, ptr @u
  %r = call ptr @llvm.load.relative.i64(ptr %s, i64 %off)
  %q = call ptr @llvm.load.relative.i64(ptr %p, i64 4)
  ret ptr %r
}
define i32 @by_hand(i64 %i) {
  %p = getelementptr i32, ptr @t, i64 %i
  %r = load i32, ptr %p
  ret i32 %r
}
define ptr @mixed(i1 %c, ptr %other) {
  %s = select i1 %c, ptr @t, ptr %other
  %r = call ptr @llvm.load.relative.i64(ptr %s, i64 0)
  ret ptr %r
}
define i1 @shared_use(i1 %c) {
  %s = select i1 %c, ptr @t, ptr @u
  %r = call ptr @llvm.load.relative.i64(ptr %s, i64 0)
  %e = icmp eq ptr %s, %r
  ret i1 %e
}
define ptr @unknown(ptr %t) {
  %r = call ptr @llvm.load.relative.i64(ptr %t, i64 0)
  %q = call ptr @llvm.load.relative.i64(ptr @escaping, i64 0)
  ret ptr %r
}
