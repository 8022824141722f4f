# Division by zero, the smallest dividend, shifts beyond the width, sign extension, byte order.
ldxdw r3, [r1]
ldxdw r4, [r1+8]
mov r0, r3
div r0, r4
mov r5, r3
sdiv r5, r4
xor r0, r5
mov32 r5, r3
smod32 r5, r4
add32 r0, r5
lsh r0, r4
arsh32 r0, 33
movsx832 r5, r0
be32 r5
swap64 r0
sub r0, r5
exit
