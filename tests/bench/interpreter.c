// A bytecode interpreter with a switch: the loop that every scripting language has.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { PUSH, LOAD, STORE, ADD, SUB, MUL, LESS, JUMP, JUMP_IF, AND, SHIFT, HALT };

struct machine {
    int64_t stack[64], local[16];
    long executed;
};

static int64_t run(struct machine *m, const int32_t *code) {
    int64_t *sp = m->stack;
    for (const int32_t *pc = code;;) {
        m->executed++;
        switch (*pc++) {
        case PUSH: *sp++ = *pc++; break;
        case LOAD: *sp++ = m->local[*pc++]; break;
        case STORE: m->local[*pc++] = *--sp; break;
        case ADD: sp--, sp[-1] += sp[0]; break;
        case SUB: sp--, sp[-1] -= sp[0]; break;
        case MUL: sp--, sp[-1] = (int64_t)((uint64_t)sp[-1] * (uint64_t)sp[0]); break;
        case LESS: sp--, sp[-1] = sp[-1] < sp[0]; break;
        case JUMP: pc = code + *pc; break;
        case JUMP_IF: pc = *--sp ? code + *pc : pc + 1; break;
        case AND: sp--, sp[-1] &= sp[0]; break;
        case SHIFT: sp--, sp[-1] >>= sp[0]; break;
        case HALT: return *--sp;
        }
    }
}

int main(int argc, char **argv) {
    int units = argc > 1 ? atoi(argv[1]) : 1;
    /* i = 0; s = 1; while (i < n) { s = (s * 31 + (i & 7)) & 0xffffff; if (s & 1) s = s - 1; i = i + 1; } */
    const int32_t code[] = {
        PUSH, 0, STORE, 0, PUSH, 1, STORE, 1,
        LOAD, 0, PUSH, units * 90000, LESS, JUMP_IF, 17, JUMP, 55,
        LOAD, 1, PUSH, 31, MUL, LOAD, 0, PUSH, 7, AND, ADD, PUSH, 0xffffff, AND, STORE, 1,
        LOAD, 1, PUSH, 1, AND, JUMP_IF, 42, JUMP, 48,
        LOAD, 1, PUSH, 1, SUB, STORE, 1,
    };
    int32_t program[80];
    int n = 0;
    for (; n < (int)(sizeof code / sizeof *code); n++) program[n] = code[n];
    program[41] = n; /* the jump over the subtraction */
    const int32_t rest[] = {LOAD, 0, PUSH, 1, ADD, STORE, 0, JUMP, 8};
    for (int i = 0; i < 9; i++) program[n++] = rest[i];
    program[16] = n; /* the way out */
    program[n++] = LOAD, program[n++] = 1, program[n++] = HALT;
    struct machine m = {.executed = 0};
    int64_t result = run(&m, program);
    printf("%lld %ld\n", (long long)result, m.executed);
    return 0;
}
