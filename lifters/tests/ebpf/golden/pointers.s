# Context fields are roots, sums are geps on the pointer, spilled pointers come back as pointers.
ldxw r6, [r1]
ldxw r7, [r1+4]
mov r0, 0
mov r2, 0
loop:
mov r3, r6
add r3, r2
mov r4, r3
add r4, 1
jgt r4, r7, done
ldxb r5, [r3]
add r0, r5
add r2, 1
jlt r2, 64, loop
done:
stxdw [r10-8], r6
ldxdw r8, [r10-8]
lock fetch or [r10-16], r0
ldxb r8, [r8]
add r0, r8
exit
