target triple = "x86_64-unknown-linux-gnu"
@g = global i32 0
@type = external constant ptr
declare i32 @personality(...)
declare i32 @callee(i32, ...)
define i32 @switches(i128 %x, i32 %y) {
entry:
  switch i128 %x, label %other [ i128 -1, label %one
                                 i128 3, label %two
                                 i128 4, label %two ]
one:
  br label %two
two:
  %p = phi i64 [ 1, %entry ], [ 1, %entry ], [ xor (i64 ptrtoint (ptr @g to i64), i64 ptrtoint (ptr @callee to i64)), %one ]
  %c = icmp eq i64 %p, 0
  br i1 %c, label %other, label %end
other:
  unreachable
end:
  %q = phi i32 [ %y, %two ]
  ret i32 %q
}
define i32 @loop(i32 %n) {
  br label %head
head:
  %i = phi i32 [ 0, %0 ], [ %next, %head ]
  %sum = add i32 %i, 1
  %next = call i32 @llvm.expect.i32(i32 %sum, i32 1)
  %c = icmp slt i32 %next, %n
  br i1 %c, label %head, label %out
out:
  ret i32 %next
}
define void @unwinds() personality ptr @personality {
  %r = invoke i32 (i32, ...) @callee(i32 1, i64 2) to label %ok unwind label %pad
ok:
  invoke void @llvm.donothing() to label %done unwind label %pad
done:
  ret void
pad:
  %from = phi i32 [ 1, %0 ], [ 2, %ok ]
  %l = landingpad { ptr, i32 } cleanup catch ptr @type filter [2 x ptr] [ptr @type, ptr null] filter [0 x ptr] zeroinitializer
  %id = call i32 @llvm.eh.typeid.for.p0(ptr @type)
  resume { ptr, i32 } %l
}
define i32 @tail(i32 %n) {
  %r = musttail call i32 @loop(i32 %n)
  ret i32 %r
}
define i32 @indirect(ptr %f) {
  %r = tail call i32 %f(i32 1, double 2.0)
  %s = call i32 asm sideeffect "bsf $1, $0", "=r,r,~{dirflag},~{fpsr},~{flags}"(i32 %r)
  ret i32 %s
}
declare i32 @llvm.expect.i32(i32, i32)
declare void @llvm.donothing()
declare i32 @llvm.eh.typeid.for.p0(ptr)
