# Helpers by name with their types, unknown ones by number, local and indirect calls, tail calls, packet loads.
mov r6, r1
stw [r10-4], 1
mov r2, r10
add r2, -4
lddw r1, map_by_fd(3)
call 1
jeq r0, 0, none
ldxw r7, [r0]
none:
call 7
call 5000
mov r1, r6
call local f
lddw r8, code(+9)
callx r8
ldabsh 12
mov r1, r6
lddw r2, map_by_fd(4)
mov r3, 0
call 12
exit
f:
mov r0, r1
exit
