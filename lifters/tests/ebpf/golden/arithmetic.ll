define i64 @bpf_prog(ptr %0, i64 %1) {
entry:
  br label %at0

at0:                                              ; preds = %entry
  %2 = load i64, ptr %0, align 1
  %3 = getelementptr i8, ptr %0, i64 8
  %4 = load i64, ptr %3, align 1
  %5 = icmp eq i64 %4, 0
  %6 = select i1 %5, i64 1, i64 %4
  %7 = udiv i64 %2, %6
  %8 = select i1 %5, i64 0, i64 %7
  %9 = icmp eq i64 %4, 0
  %10 = select i1 %9, i64 1, i64 %4
  %11 = icmp eq i64 %4, -1
  %12 = select i1 %11, i64 1, i64 %10
  %13 = sdiv i64 %2, %12
  %14 = sub i64 0, %2
  %15 = select i1 %11, i64 %14, i64 %13
  %16 = select i1 %9, i64 0, i64 %15
  %17 = xor i64 %8, %16
  %18 = trunc i64 %2 to i32
  %19 = zext i32 %18 to i64
  %20 = trunc i64 %19 to i32
  %21 = trunc i64 %4 to i32
  %22 = icmp eq i32 %21, 0
  %23 = select i1 %22, i32 1, i32 %21
  %24 = icmp eq i32 %21, -1
  %25 = select i1 %24, i32 1, i32 %23
  %26 = srem i32 %20, %25
  %27 = select i1 %22, i32 %20, i32 %26
  %28 = zext i32 %27 to i64
  %29 = trunc i64 %17 to i32
  %30 = trunc i64 %28 to i32
  %31 = add i32 %29, %30
  %32 = zext i32 %31 to i64
  %33 = and i64 %4, 63
  %34 = shl i64 %32, %33
  %35 = trunc i64 %34 to i32
  %36 = ashr i32 %35, 1
  %37 = zext i32 %36 to i64
  %38 = trunc i64 %37 to i8
  %39 = sext i8 %38 to i32
  %40 = zext i32 %39 to i64
  %41 = trunc i64 %40 to i32
  %42 = call i32 @llvm.bswap.i32(i32 %41)
  %43 = zext i32 %42 to i64
  %44 = call i64 @llvm.bswap.i64(i64 %37)
  %45 = sub i64 %44, %43
  ret i64 %45
}
declare i32 @llvm.bswap.i32(i32)
declare i64 @llvm.bswap.i64(i64)
