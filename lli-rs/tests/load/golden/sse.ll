target triple = "x86_64-unknown-linux-gnu"
define <8 x i16> @packs(<4 x i32> %a, <4 x i32> %b, <8 x i16> %c) {
  %1 = call <8 x i16> @llvm.x86.sse2.packssdw.128(<4 x i32> %a, <4 x i32> %b)
  %2 = call <16 x i8> @llvm.x86.sse2.packuswb.128(<8 x i16> %1, <8 x i16> %c)
  %3 = call <4 x i32> @llvm.x86.sse2.pmadd.wd(<8 x i16> %1, <8 x i16> %c)
  %4 = call <8 x i16> @llvm.x86.sse2.pmulh.w(<8 x i16> %1, <8 x i16> %c)
  %5 = call <16 x i8> @llvm.x86.sse2.pavg.b(<16 x i8> %2, <16 x i8> %2)
  %6 = call <2 x i64> @llvm.x86.sse2.psad.bw(<16 x i8> %5, <16 x i8> %2)
  ret <8 x i16> %4
}
define <8 x i16> @shifts(<8 x i16> %v, <8 x i16> %n, i32 %i) {
  %1 = call <8 x i16> @llvm.x86.sse2.psll.w(<8 x i16> %v, <8 x i16> %n)
  %2 = call <8 x i16> @llvm.x86.sse2.psrai.w(<8 x i16> %1, i32 %i)
  ret <8 x i16> %2
}
define i32 @floats(<4 x float> %a, <4 x float> %b, <2 x double> %d) {
  %1 = call <4 x float> @llvm.x86.sse.min.ps(<4 x float> %a, <4 x float> %b)
  %2 = call <4 x float> @llvm.x86.sse.max.ss(<4 x float> %1, <4 x float> %b)
  %3 = call <4 x float> @llvm.x86.sse.cmp.ss(<4 x float> %2, <4 x float> %b, i8 5)
  %4 = call <4 x i32> @llvm.x86.sse2.cvtps2dq(<4 x float> %3)
  %5 = call <4 x i32> @llvm.x86.sse2.cvttpd2dq(<2 x double> %d)
  %6 = call i64 @llvm.x86.sse2.cvtsd2si64(<2 x double> %d)
  %7 = call <4 x float> @llvm.x86.sse2.cvtpd2ps(<2 x double> %d)
  %8 = call i32 @llvm.x86.sse.ucomineq.ss(<4 x float> %a, <4 x float> %7)
  %9 = call i32 @llvm.x86.sse.movmsk.ps(<4 x float> %a)
  %10 = add i32 %8, %9
  ret i32 %10
}
declare <8 x i16> @llvm.x86.sse2.packssdw.128(<4 x i32>, <4 x i32>)
declare <16 x i8> @llvm.x86.sse2.packuswb.128(<8 x i16>, <8 x i16>)
declare <4 x i32> @llvm.x86.sse2.pmadd.wd(<8 x i16>, <8 x i16>)
declare <8 x i16> @llvm.x86.sse2.pmulh.w(<8 x i16>, <8 x i16>)
declare <16 x i8> @llvm.x86.sse2.pavg.b(<16 x i8>, <16 x i8>)
declare <2 x i64> @llvm.x86.sse2.psad.bw(<16 x i8>, <16 x i8>)
declare <8 x i16> @llvm.x86.sse2.psll.w(<8 x i16>, <8 x i16>)
declare <8 x i16> @llvm.x86.sse2.psrai.w(<8 x i16>, i32)
declare <4 x float> @llvm.x86.sse.min.ps(<4 x float>, <4 x float>)
declare <4 x float> @llvm.x86.sse.max.ss(<4 x float>, <4 x float>)
declare <4 x float> @llvm.x86.sse.cmp.ss(<4 x float>, <4 x float>, i8)
declare <4 x i32> @llvm.x86.sse2.cvtps2dq(<4 x float>)
declare <4 x i32> @llvm.x86.sse2.cvttpd2dq(<2 x double>)
declare i64 @llvm.x86.sse2.cvtsd2si64(<2 x double>)
declare <4 x float> @llvm.x86.sse2.cvtpd2ps(<2 x double>)
declare i32 @llvm.x86.sse.ucomineq.ss(<4 x float>, <4 x float>)
declare i32 @llvm.x86.sse.movmsk.ps(<4 x float>)
