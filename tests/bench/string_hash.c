// A hash table of strings with chains: counts words, looks them up, removes them.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    struct entry *next;
    unsigned count;
    char key[];
};

enum { BUCKETS = 4096 };
static struct entry *table[BUCKETS];

static uint32_t hash(const char *s) {
    uint32_t h = 2166136261u;
    while (*s != 0) h = (h ^ (unsigned char)*s++) * 16777619u;
    return h;
}

static struct entry *find(const char *key, int add) {
    struct entry **e = &table[hash(key) % BUCKETS];
    for (; *e != NULL; e = &(*e)->next)
        if (strcmp((*e)->key, key) == 0) return *e;
    if (!add) return NULL;
    size_t n = strlen(key) + 1;
    *e = malloc(sizeof **e + n);
    (*e)->next = NULL, (*e)->count = 0;
    memcpy((*e)->key, key, n);
    return *e;
}

int main(int argc, char **argv) {
    int units = argc > 1 ? atoi(argv[1]) : 1;
    uint32_t x = 7, found = 0, checksum = 0;
    for (int round = 0; round < units; round++) {
        for (int i = 0; i < 150000; i++) {
            char key[24];
            x = x * 1664525 + 1013904223;
            uint32_t v = (x >> 12) % 8192;
            int n = 0;
            do key[n++] = (char)('a' + v % 13);
            while ((v /= 13) != 0);
            strcpy(key + n, "-word");
            if (i % 3 != 0) find(key, 1)->count++;
            else if (find(key, 0) != NULL) found++;
        }
        for (int b = 0; b < BUCKETS; b++) {
            while (table[b] != NULL) {
                struct entry *e = table[b];
                checksum = checksum * 31 + e->count;
                table[b] = e->next;
                free(e);
            }
        }
    }
    printf("%u %u\n", found, checksum);
    return 0;
}
