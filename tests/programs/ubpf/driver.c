/* Runs test vectors of uBPF: reads each file's sections, assembles the instructions, loads and interprets them.

   usage: driver FILE...     A file has sections that start with `-- asm`, `-- raw`, `-- mem`, `-- result` or `-- error`. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ubpf.h"

enum { MAX_CODE = 65537, MAX_TEXT = 4 << 20 };

struct insn {
    uint8_t opcode, registers;
    int16_t offset;
    int32_t imm;
};

struct sections {
    char *assembly, *raw, *mem, *result, *error, *pattern;
};

static char *read_file(const char *path) {
    FILE *f = fopen(path, "rb");
    if (f == NULL) return NULL;
    char *text = malloc(MAX_TEXT);
    size_t n = fread(text, 1, MAX_TEXT - 1, f);
    fclose(f);
    text[n] = 0;
    return text;
}

/* Cuts the text at its section headers, in place. */
static void split(char *text, struct sections *s) {
    char **current = NULL, *end;
    memset(s, 0, sizeof *s);
    for (char *line = text; *line != 0; line = end) {
        end = strchr(line, '\n');
        end = end == NULL ? line + strlen(line) : end + 1;
        if (strncmp(line, "-- ", 3) != 0) continue;
        char name[32] = {0};
        sscanf(line + 3, "%31[^\n]", name);
        for (char *t = name + strlen(name); t > name && isspace((unsigned char)t[-1]);) *--t = 0;
        current = strcmp(name, "asm") == 0             ? &s->assembly
                  : strcmp(name, "raw") == 0           ? &s->raw
                  : strcmp(name, "mem") == 0           ? &s->mem
                  : strcmp(name, "result") == 0        ? &s->result
                  : strcmp(name, "error") == 0         ? &s->error
                  : strcmp(name, "error pattern") == 0 ? &s->pattern
                                                       : NULL;
        *line = 0;
        if (current != NULL) *current = end;
    }
}

static const char *const alu[] = {"add", "sub", "mul", "div", "or", "and", "lsh", "rsh", "neg", "mod", "xor", "mov", "arsh"};
static const char *const jumps[] = {"ja", "jeq", "jgt", "jge", "jset", "jne", "jsgt", "jsge", "call", "exit", "jlt", "jle", "jslt", "jsle"};
static const struct {
    const char *suffix;
    uint8_t size;
} sizes[] = {{"w", 0x00}, {"h", 0x08}, {"b", 0x10}, {"dw", 0x18}};

static int find(const char *const *names, int n, const char *name) {
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0) return i;
    return -1;
}

/* The operands of an instruction, in order. */
struct operands {
    int count;
    struct {
        char kind; /* r: register, i: number, m: memory */
        int reg;
        long long value;
    } v[3];
};

static int parse_operands(char *p, struct operands *o) {
    memset(o, 0, sizeof *o);
    while (*p != 0) {
        while (isspace((unsigned char)*p) || *p == ',') p++;
        if (*p == 0 || *p == '#') break;
        if (o->count == 3) return 0;
        int k = o->count++;
        if (*p == '[') {
            o->v[k].kind = 'm';
            o->v[k].reg = (int)strtol(p + 2, &p, 10);
            if (*p == '+' || *p == '-') o->v[k].value = strtoll(p, &p, 0);
            if (*p++ != ']') return 0;
        } else if (*p == 'r') {
            o->v[k].kind = 'r';
            o->v[k].reg = (int)strtol(p + 1, &p, 10);
        } else {
            char *end;
            o->v[k].kind = 'i';
            o->v[k].value = *p == '-' ? strtoll(p, &end, 0) : (long long)strtoull(*p == '+' ? p + 1 : p, &end, 0);
            if (end == p) return 0;
            p = end;
        }
    }
    return 1;
}

static struct insn make(int opcode, int dst, int src, long long offset, long long imm) {
    return (struct insn){(uint8_t)opcode, (uint8_t)(dst | src << 4), (int16_t)offset, (int32_t)imm};
}

static struct insn binary(int opcode, const struct operands *o, long long offset) {
    if (o->v[1].kind == 'r') return make(opcode | 8, o->v[0].reg, o->v[1].reg, offset, 0);
    return make(opcode, o->v[0].reg, 0, offset, o->v[1].value);
}

static int memory_op(const char *name, const struct operands *o, struct insn *out) {
    for (int i = 0; i < 4; i++) {
        char ld[8], st[8], stx[8];
        snprintf(ld, sizeof ld, "ldx%s", sizes[i].suffix);
        snprintf(st, sizeof st, "st%s", sizes[i].suffix);
        snprintf(stx, sizeof stx, "stx%s", sizes[i].suffix);
        if (strcmp(name, ld) == 0) *out = make(0x61 | sizes[i].size, o->v[0].reg, o->v[1].reg, o->v[1].value, 0);
        else if (strcmp(name, st) == 0) *out = make(0x62 | sizes[i].size, o->v[0].reg, 0, o->v[0].value, o->v[1].value);
        else if (strcmp(name, stx) == 0) *out = make(0x63 | sizes[i].size, o->v[0].reg, o->v[1].reg, o->v[0].value, 0);
        else continue;
        return 1;
    }
    return 0;
}

/* Assembles one line; gives the number of instructions, or -1. */
static int assemble_line(char *line, struct insn *out) {
    char name[16];
    int n = 0;
    struct operands o;
    if (sscanf(line, " %15[a-z0-9]%n", name, &n) != 1) return *line == 0 || *line == '#' ? 0 : -1;
    if (!parse_operands(line + n, &o)) return -1;
    size_t length = strlen(name);
    if (strcmp(name, "lddw") == 0) {
        out[0] = make(0x18, o.v[0].reg, 0, 0, o.v[1].value);
        out[1] = make(0, 0, 0, 0, o.v[1].value >> 32);
        return 2;
    }
    if (memory_op(name, &o, out)) return 1;
    if ((name[0] == 'l' || name[0] == 'b') && name[1] == 'e' && isdigit((unsigned char)name[2])) {
        *out = make(name[0] == 'l' ? 0xd4 : 0xdc, o.v[0].reg, 0, 0, atoi(name + 2));
        return 1;
    }
    int jump = find(jumps, 14, name);
    if (jump == 0) *out = make(0x05, 0, 0, o.v[0].value, 0);
    else if (jump == 8) *out = make(0x85, 0, 0, 0, o.v[0].value);
    else if (jump == 9) *out = make(0x95, 0, 0, 0, 0);
    else if (jump > 0) *out = binary(0x05 | jump << 4, &o, o.v[2].value);
    if (jump >= 0) return 1;
    int narrow = length > 2 && strcmp(name + length - 2, "32") == 0;
    if (narrow) name[length - 2] = 0;
    int op = find(alu, 13, name);
    if (op < 0) return -1;
    *out = op == 8 ? make(0x84 | (narrow ? 0 : 3), o.v[0].reg, 0, 0, 0) : binary((narrow ? 0x04 : 0x07) | op << 4, &o, 0);
    return 1;
}

static int assemble(char *text, struct insn *code) {
    int count = 0;
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        while (isspace((unsigned char)*line)) line++;
        int n = assemble_line(line, code + count);
        if (n < 0) {
            printf("cannot assemble: %s\n", line);
            return -1;
        }
        count += n;
        if (count > MAX_CODE - 2) return -1;
    }
    return count;
}

static int read_raw(const char *text, struct insn *code) {
    int count = 0;
    char *end;
    for (const char *p = text;; p = end) {
        uint64_t word = strtoull(p, &end, 0);
        if (end == p || count == MAX_CODE) return count;
        memcpy(&code[count++], &word, sizeof word);
    }
}

static size_t read_mem(const char *text, uint8_t *mem, size_t room) {
    size_t n = 0;
    unsigned byte;
    int used;
    while (n < room && sscanf(text, " %2x%n", &byte, &used) == 1) {
        mem[n++] = (uint8_t)byte;
        text += used;
    }
    return n;
}

/* The functions that the vectors call, with the interpreter's own signature. */
static uint64_t gather_bytes(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e) {
    return (a & 255) << 32 | (b & 255) << 24 | (c & 255) << 16 | (d & 255) << 8 | (e & 255);
}

static uint64_t frobnicate(uint64_t at, uint64_t n, uint64_t c, uint64_t d, uint64_t e) {
    uint8_t *p = (uint8_t *)at;
    (void)c, (void)d, (void)e;
    for (uint64_t i = 0; i < n; i++) p[i] ^= 42;
    return at;
}

static uint64_t nothing(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e) {
    (void)a, (void)b, (void)c, (void)d, (void)e;
    return 0;
}

static uint64_t square_root(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e) {
    uint32_t root = 0;
    (void)b, (void)c, (void)d, (void)e;
    while ((uint64_t)(root + 1) * (root + 1) <= (uint32_t)a) root++;
    return root;
}

static uint64_t compare(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e) {
    (void)c, (void)d, (void)e;
    return (uint64_t)(int64_t)strcmp((const char *)a, (const char *)b);
}

static int run(const char *name, struct sections *s, struct insn *code, uint8_t *mem) {
    int count = s->assembly != NULL ? assemble(s->assembly, code) : read_raw(s->raw, code);
    if (count < 0) return 0;
    size_t size = s->mem != NULL ? read_mem(s->mem, mem, MAX_TEXT) : 0;
    struct ubpf_vm *vm = ubpf_create();
    ubpf_register(vm, 0, "gather_bytes", (void *)gather_bytes);
    ubpf_register(vm, 1, "memfrob", (void *)frobnicate);
    ubpf_register(vm, 2, "trash_registers", (void *)nothing);
    ubpf_register(vm, 3, "sqrti", (void *)square_root);
    ubpf_register(vm, 4, "strcmp_ext", (void *)compare);
    char *message = NULL;
    int good;
    if (ubpf_load(vm, code, (uint32_t)count * 8, &message) < 0) {
        char *wanted = s->error != NULL ? strstr(s->error, message) : NULL;
        good = wanted != NULL;
        printf("%s: refused: %s%s\n", name, message, good ? "" : " (UNEXPECTED)");
        free(message);
    } else {
        uint64_t result = ubpf_exec(vm, size != 0 ? mem : NULL, size);
        uint64_t wanted = s->result != NULL ? strtoull(s->result, NULL, 0) : UINT64_MAX;
        good = result == wanted;
        printf("%s: %#llx%s\n", name, (unsigned long long)result, good ? "" : " (UNEXPECTED)");
    }
    ubpf_destroy(vm);
    return good;
}

int main(int argc, char **argv) {
    struct insn *code = malloc(MAX_CODE * sizeof *code);
    uint8_t *mem = malloc(MAX_TEXT);
    int good = 0, all = 0;
    for (int i = 1; i < argc; i++) {
        struct sections s;
        char *text = read_file(argv[i]);
        if (text == NULL) {
            perror(argv[i]);
            return 2;
        }
        split(text, &s);
        /* Some vectors are for the assembler alone; and an error that shows an address differs from run to run. */
        if ((s.assembly != NULL || s.raw != NULL) && (s.result != NULL || s.error != NULL) && s.pattern == NULL) {
            all++;
            good += run(argv[i], &s, code, mem);
        }
        free(text);
    }
    printf("%d of %d as expected\n", good, all);
    free(mem);
    free(code);
    return good == all ? 0 : 1;
}
