target triple = "x86_64-unknown-linux-gnu"
define i32 @ints(i32 %a, i32 %b) {
  %1 = add nsw i32 %a, %b
  %2 = sub i32 %1, 5
  %3 = mul i32 %2, -1
  %4 = udiv exact i32 %3, %b
  %5 = sdiv i32 %4, %b
  %6 = urem i32 %5, 7
  %7 = srem i32 %6, 7
  %8 = shl i32 %7, 3
  %9 = lshr i32 %8, 1
  %10 = ashr i32 %9, %b
  %11 = and i32 %10, 255
  %12 = or disjoint i32 %11, 256
  %13 = xor i32 %12, undef
  %14 = freeze i32 %13
  ret i32 %14
}
define double @floats(double %a, float %b) {
  %1 = fpext float %b to double
  %2 = fadd fast double %a, %1
  %3 = fsub double %2, 1.0
  %4 = fmul double %3, 0x7FF0000000000000
  %5 = fdiv double %4, %a
  %6 = frem double %5, 3.0
  %7 = fneg double %6
  %8 = fptrunc double %7 to float
  %9 = fptosi float %8 to i64
  %10 = fptoui float %8 to i8
  %11 = sitofp i64 %9 to double
  %12 = uitofp i8 %10 to double
  %13 = fcmp uno double %11, %12
  %14 = select i1 %13, double %11, double poison
  ret double %14
}
define i128 @wide(i128 %a, x86_fp80 %x) {
  %1 = add i128 %a, 340282366920938463463374607431768211455
  %2 = fptosi x86_fp80 %x to i128
  %3 = icmp ugt i128 %1, %2
  %4 = zext i1 %3 to i128
  %5 = sext i1 %3 to i65
  ret i128 %4
}
define i1 @casts(ptr %p, i64 %n) {
  %1 = ptrtoint ptr %p to i64
  %2 = inttoptr i64 %n to ptr
  %3 = bitcast i64 %1 to double
  %4 = bitcast double %3 to <2 x i32>
  %5 = icmp samesign slt i64 %1, %n
  %6 = icmp eq ptr %2, null
  %7 = and i1 %5, %6
  ret i1 %7
}
