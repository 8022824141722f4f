define i64 @bpf_prog(ptr %0, i64 %1) {
entry:
  %frame = alloca [512 x i8], align 16
  %2 = getelementptr i8, ptr %frame, i64 512
  br label %at0

at0:                                              ; preds = %entry
  %3 = ptrtoint ptr %0 to i64
  %4 = getelementptr i8, ptr %frame, i64 508
  store i32 1, ptr %4, align 1
  %5 = getelementptr i8, ptr %2, i64 -4
  %6 = call ptr @svm.bpf.map_by_fd(i32 3)
  %7 = call ptr @bpf_map_lookup_elem(ptr %6, ptr %5)
  %8 = ptrtoint ptr %7 to i64
  %9 = icmp eq i64 %8, 0
  br i1 %9, label %at9, label %at8

at8:                                              ; preds = %at0
  %10 = load i32, ptr %7, align 1
  %11 = zext i32 %10 to i64
  br label %at9

at9:                                              ; preds = %at8, %at0
  %12 = phi i64 [ %3, %at0 ], [ %3, %at8 ]
  %13 = call i32 @bpf_get_prandom_u32()
  %14 = zext i32 %13 to i64
  %15 = call i64 @bpf_helper_5000(i64 0, i64 0, i64 0, i64 0, i64 0)
  %16 = call i64 @function_23(i64 %12, i64 0, i64 0, i64 0, i64 0)
  %17 = icmp ult i64 ptrtoint (ptr @function_23 to i64), 65536
  br i1 %17, label %helper, label %function

helper:                                           ; preds = %at9
  %18 = call i64 @svm.bpf.helper_by_number(i64 ptrtoint (ptr @function_23 to i64), i64 0, i64 0, i64 0, i64 0, i64 0)
  br label %called

function:                                         ; preds = %at9
  %19 = call i64 inttoptr (i64 ptrtoint (ptr @function_23 to i64) to ptr)(i64 0, i64 0, i64 0, i64 0, i64 0)
  br label %called

called:                                           ; preds = %function, %helper
  %20 = phi i64 [ %18, %helper ], [ %19, %function ]
  %21 = inttoptr i64 %12 to ptr
  %22 = call i64 @svm.bpf.ld_abs(ptr %21, i64 12, i32 2)
  %23 = icmp slt i64 %22, 0
  br i1 %23, label %outside, label %inside

outside:                                          ; preds = %called
  ret i64 0

inside:                                           ; preds = %called
  %24 = call ptr @svm.bpf.map_by_fd(i32 4)
  %25 = inttoptr i64 %12 to ptr
  %26 = call ptr @svm.bpf.tail_target(ptr %25, ptr %24, i64 0)
  %27 = icmp eq ptr %26, null
  br i1 %27, label %no_tail, label %tail

tail:                                             ; preds = %inside
  %28 = musttail call i64 %26(ptr %25, i64 0)
  ret i64 %28

no_tail:                                          ; preds = %inside
  ret i64 -2
}
define internal i64 @function_23(i64 %0, i64 %1, i64 %2, i64 %3, i64 %4) {
entry:
  br label %at23

at23:                                             ; preds = %entry
  ret i64 %0
}
declare ptr @svm.bpf.map_by_fd(i32)
declare ptr @bpf_map_lookup_elem(ptr, ptr)
declare i32 @bpf_get_prandom_u32()
declare i64 @bpf_helper_5000(i64, i64, i64, i64, i64)
declare i64 @svm.bpf.helper_by_number(i64, i64, i64, i64, i64, i64)
declare i64 @svm.bpf.ld_abs(ptr, i64, i32)
declare ptr @svm.bpf.tail_target(ptr, ptr, i64)
