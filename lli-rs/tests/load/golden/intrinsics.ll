target triple = "x86_64-unknown-linux-gnu"
@tls = thread_local global i32 0
define i32 @ints(i32 %a, i32 %b, i64 %c) {
  %1 = call i32 @llvm.abs.i32(i32 %a, i1 true)
  %2 = call i32 @llvm.umin.i32(i32 %1, i32 %b)
  %3 = call { i32, i1 } @llvm.sadd.with.overflow.i32(i32 %2, i32 %b)
  %4 = extractvalue { i32, i1 } %3, 0
  %5 = call i32 @llvm.ctlz.i32(i32 %4, i1 true)
  %6 = call i32 @llvm.fshl.i32(i32 %5, i32 %b, i32 3)
  %7 = call i32 @llvm.bswap.i32(i32 %6)
  %8 = call i1 @llvm.is.constant.i32(i32 %7)
  %9 = zext i1 %8 to i32
  ret i32 %9
}
define i64 @memory(ptr %p) {
  %1 = call i64 @llvm.objectsize.i64.p0(ptr %p, i1 false, i1 true, i1 false)
  %2 = call i64 @llvm.objectsize.i64.p0(ptr %p, i1 true, i1 true, i1 false)
  %3 = call ptr @llvm.threadlocal.address.p0(ptr @tls)
  store i32 1, ptr %3
  %4 = call ptr @llvm.stacksave.p0()
  call void @llvm.stackrestore.p0(ptr %4)
  call void @llvm.prefetch.p0(ptr %p, i32 0, i32 3, i32 1)
  call void @llvm.assume(i1 true) [ "align"(ptr %p, i64 8) ]
  %5 = add i64 %1, %2
  ret i64 %5
}
define double @floats(double %x, float %y) strictfp {
  %1 = call double @llvm.fabs.f64(double %x)
  %2 = call double @llvm.fmuladd.f64(double %1, double %x, double 1.0)
  %3 = call double @llvm.experimental.constrained.fadd.f64(double %2, double %x, metadata !"round.dynamic", metadata !"fpexcept.strict") strictfp
  %4 = call i1 @llvm.experimental.constrained.fcmps.f64(double %3, double %x, metadata !"olt", metadata !"fpexcept.strict") strictfp
  %5 = call double @llvm.experimental.constrained.sqrt.f64(double %3, metadata !"round.dynamic", metadata !"fpexcept.strict") strictfp
  %6 = call i1 @llvm.is.fpclass.f64(double %5, i32 3)
  %7 = or i1 %4, %6
  %8 = select i1 %7, double %5, double %2
  ret double %8
}
define void @variadic(i32 %n, ...) {
  %ap = alloca [24 x i8], align 16
  call void @llvm.va_start.p0(ptr %ap)
  call void @llvm.va_end.p0(ptr %ap)
  call void @llvm.ubsantrap(i8 3)
  call void @llvm.x86.sse2.pause()
  %t = call ptr @llvm.adjust.trampoline(ptr %ap)
  unreachable
}
declare i32 @llvm.abs.i32(i32, i1)
declare i32 @llvm.umin.i32(i32, i32)
declare { i32, i1 } @llvm.sadd.with.overflow.i32(i32, i32)
declare i32 @llvm.ctlz.i32(i32, i1)
declare i32 @llvm.fshl.i32(i32, i32, i32)
declare i32 @llvm.bswap.i32(i32)
declare i1 @llvm.is.constant.i32(i32)
declare i64 @llvm.objectsize.i64.p0(ptr, i1, i1, i1)
declare ptr @llvm.threadlocal.address.p0(ptr)
declare ptr @llvm.stacksave.p0()
declare void @llvm.stackrestore.p0(ptr)
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
declare void @llvm.assume(i1)
declare double @llvm.fabs.f64(double)
declare double @llvm.fmuladd.f64(double, double, double)
declare double @llvm.experimental.constrained.fadd.f64(double, double, metadata, metadata)
declare i1 @llvm.experimental.constrained.fcmps.f64(double, double, metadata, metadata)
declare double @llvm.experimental.constrained.sqrt.f64(double, metadata, metadata)
declare i1 @llvm.is.fpclass.f64(double, i32)
declare void @llvm.va_start.p0(ptr)
declare void @llvm.va_end.p0(ptr)
declare void @llvm.ubsantrap(i8)
declare void @llvm.x86.sse2.pause()
declare ptr @llvm.adjust.trampoline(ptr)
