target triple = "x86_64-unknown-linux-gnu"
%s = type { i8, [3 x { i16, i64 }], ptr }
@g = global %s zeroinitializer
define i64 @geps(ptr %p, i32 %i, i64 %j) {
  %1 = getelementptr inbounds %s, ptr %p, i64 0
  %2 = getelementptr %s, ptr %1, i32 %i, i32 1, i64 %j, i32 1
  %3 = getelementptr i8, ptr %2, i8 -1
  store i16 7, ptr getelementptr (%s, ptr @g, i64 0, i32 1, i64 2), align 2
  %4 = load volatile i64, ptr %3, align 1
  ret i64 %4
}
define void @allocas(i32 %n) {
  %1 = alloca i32, align 4
  %2 = alloca %s, align 32
  %3 = alloca i64, i32 10
  %4 = alloca i8, i32 %n, align 16
  call void @llvm.lifetime.start.p0(ptr %1)
  call void @llvm.memset.p0.i64(ptr align 16 %4, i8 0, i64 8, i1 true)
  call void @llvm.memcpy.p0.p0.i32(ptr %2, ptr @g, i32 16, i1 false)
  call void @llvm.lifetime.end.p0(ptr %1)
  ret void
}
define i32 @atomics(ptr %p, i32 %v) {
  %1 = load atomic i32, ptr %p acquire, align 4
  store atomic i32 %v, ptr %p release, align 4
  %2 = cmpxchg weak ptr %p, i32 %1, i32 %v acq_rel monotonic
  %3 = extractvalue { i32, i1 } %2, 0
  %4 = atomicrmw volatile uinc_wrap ptr %p, i32 %3 seq_cst
  fence syncscope("singlethread") seq_cst
  %5 = atomicrmw usub_sat ptr %p, i32 1 seq_cst
  ret i32 %4
}
define void @copies(ptr sret(%s) %out, ptr byval(%s) align 8 %s) {
  store i8 1, ptr %s
  call void @copies(ptr sret(%s) %out, ptr byval(%s) align 8 @g)
  ret void
}
define { i32, ptr } @aggregates({ i32, ptr } %a) {
  %1 = insertvalue { i32, ptr } %a, ptr @g, 1
  %2 = insertvalue { i32, ptr } { i32 trunc (i64 ptrtoint (ptr @g to i64) to i32), ptr null }, ptr null, 1
  ret { i32, ptr } %2
}
declare void @llvm.lifetime.start.p0(ptr)
declare void @llvm.lifetime.end.p0(ptr)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare void @llvm.memcpy.p0.p0.i32(ptr, ptr, i32, i1)
