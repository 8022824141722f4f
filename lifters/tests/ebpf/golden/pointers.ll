define i64 @bpf_prog(ptr %0, i64 %1) {
entry:
  %frame = alloca [512 x i8], align 16
  %2 = getelementptr i8, ptr %frame, i64 512
  br label %at0

at0:                                              ; preds = %entry
  %3 = load i32, ptr %0, align 1
  %4 = zext i32 %3 to i64
  %5 = call ptr @svm.root(i64 %4)
  %6 = getelementptr i8, ptr %0, i64 4
  %7 = load i32, ptr %6, align 1
  %8 = zext i32 %7 to i64
  br label %at4

at4:                                              ; preds = %at9, %at0
  %9 = phi i64 [ 0, %at0 ], [ %20, %at9 ]
  %10 = phi i64 [ 0, %at0 ], [ %21, %at9 ]
  %11 = phi ptr [ %5, %at0 ], [ %11, %at9 ]
  %12 = phi i64 [ %8, %at0 ], [ %12, %at9 ]
  %13 = getelementptr i8, ptr %11, i64 %10
  %14 = ptrtoint ptr %13 to i64
  %15 = add i64 %14, 1
  %16 = icmp ugt i64 %15, %12
  %17 = ptrtoint ptr %11 to i64
  br i1 %16, label %at13, label %at9

at9:                                              ; preds = %at4
  %18 = load i8, ptr %13, align 1
  %19 = zext i8 %18 to i64
  %20 = add i64 %9, %19
  %21 = add i64 %10, 1
  %22 = icmp ult i64 %21, 64
  %23 = ptrtoint ptr %11 to i64
  br i1 %22, label %at4, label %at13

at13:                                             ; preds = %at9, %at4
  %24 = phi i64 [ %9, %at4 ], [ %20, %at9 ]
  %25 = phi i64 [ %17, %at4 ], [ %23, %at9 ]
  %26 = getelementptr i8, ptr %frame, i64 504
  store i64 %25, ptr %26, align 1
  %27 = getelementptr i8, ptr %frame, i64 504
  %28 = load ptr, ptr %27, align 1
  %29 = getelementptr i8, ptr %frame, i64 496
  %30 = atomicrmw or ptr %29, i64 %24 seq_cst, align 8
  %31 = load i8, ptr %28, align 1
  %32 = zext i8 %31 to i64
  %33 = add i64 %30, %32
  ret i64 %33
}
declare ptr @svm.root(i64)
