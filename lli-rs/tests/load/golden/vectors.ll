target triple = "x86_64-unknown-linux-gnu"
@a = global [4 x i32] zeroinitializer
define <4 x i32> @lanes(<4 x i32> %v, i32 %x, i32 %i) {
  %1 = insertelement <4 x i32> %v, i32 %x, i32 0
  %2 = shufflevector <4 x i32> %1, <4 x i32> poison, <4 x i32> <i32 0, i32 0, i32 poison, i32 3>
  %3 = extractelement <4 x i32> %2, i32 %i
  %4 = add <4 x i32> %2, splat (i32 7)
  %5 = icmp ugt <4 x i32> %4, <i32 1, i32 undef, i32 3, i32 4>
  %6 = select <4 x i1> %5, <4 x i32> %4, <4 x i32> zeroinitializer
  %7 = bitcast <4 x i1> %5 to i4
  %8 = zext i4 %7 to i32
  %9 = insertelement <4 x i32> %6, i32 %8, i64 3
  ret <4 x i32> %9
}
define <2 x ptr> @pointers(ptr %p, <2 x i64> %i, <2 x ptr> %q) {
  %1 = getelementptr i32, ptr %p, <2 x i64> %i
  %2 = getelementptr { i32, [4 x i16] }, <2 x ptr> %q, <2 x i64> splat (i64 1), <2 x i32> splat (i32 1), <2 x i64> %i
  %3 = getelementptr i8, <2 x ptr> %1, i64 4
  %4 = shufflevector <2 x ptr> %2, <2 x ptr> <ptr @a, ptr getelementptr (i8, ptr @a, i64 4)>, <2 x i32> <i32 0, i32 3>
  ret <2 x ptr> %4
}
define i64 @masks(<16 x i8> %v, ptr %p, <4 x i1> %m) {
  %1 = call i32 @llvm.x86.sse2.pmovmskb.128(<16 x i8> %v)
  %2 = call <4 x i32> @llvm.masked.load.v4i32.p0(ptr align 4 %p, <4 x i1> %m, <4 x i32> zeroinitializer)
  call void @llvm.masked.store.v4i32.p0(<4 x i32> %2, ptr align 4 %p, <4 x i1> %m)
  %3 = call i32 @llvm.vector.reduce.add.v4i32(<4 x i32> %2)
  %4 = call i64 @llvm.experimental.cttz.elts.i64.v4i1(<4 x i1> %m, i1 false)
  %5 = call float @llvm.vector.reduce.fadd.v4f32(float 0.0, <4 x float> zeroinitializer)
  ret i64 %4
}
declare i32 @llvm.x86.sse2.pmovmskb.128(<16 x i8>)
declare <4 x i32> @llvm.masked.load.v4i32.p0(ptr, <4 x i1>, <4 x i32>)
declare void @llvm.masked.store.v4i32.p0(<4 x i32>, ptr, <4 x i1>)
declare i32 @llvm.vector.reduce.add.v4i32(<4 x i32>)
declare i64 @llvm.experimental.cttz.elts.i64.v4i1(<4 x i1>, i1)
declare float @llvm.vector.reduce.fadd.v4f32(float, <4 x float>)
