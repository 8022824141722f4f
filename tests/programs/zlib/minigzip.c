/* Exercises zlib: streams from standard input to standard output, files through the gz interface, checks of its own.

   usage: minigzip c LEVEL STRATEGY | d | file NAME | test */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zlib.h"

enum { CHUNK = 16384 };

static int deflate_stream(FILE *in, FILE *out, int level, int strategy) {
    static unsigned char from[CHUNK], to[CHUNK];
    z_stream z = {0};
    if (deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, strategy) != Z_OK) return 1;
    int flush;
    do {
        z.avail_in = (uInt)fread(from, 1, CHUNK, in);
        z.next_in = from;
        flush = feof(in) ? Z_FINISH : Z_NO_FLUSH;
        do {
            z.avail_out = CHUNK;
            z.next_out = to;
            deflate(&z, flush);
            fwrite(to, 1, CHUNK - z.avail_out, out);
        } while (z.avail_out == 0);
    } while (flush != Z_FINISH);
    fprintf(stderr, "%lu -> %lu\n", z.total_in, z.total_out);
    return deflateEnd(&z) != Z_OK;
}

static int inflate_stream(FILE *in, FILE *out) {
    static unsigned char from[CHUNK], to[CHUNK];
    z_stream z = {0};
    if (inflateInit2(&z, 15 + 32) != Z_OK) return 1;
    int status = Z_OK;
    while (status != Z_STREAM_END) {
        z.avail_in = (uInt)fread(from, 1, CHUNK, in);
        z.next_in = from;
        if (z.avail_in == 0) break;
        do {
            z.avail_out = CHUNK;
            z.next_out = to;
            status = inflate(&z, Z_NO_FLUSH);
            fwrite(to, 1, CHUNK - z.avail_out, out);
        } while (z.avail_out == 0 && status == Z_OK);
        if (status != Z_OK && status != Z_STREAM_END) {
            fprintf(stderr, "error %d: %s\n", status, z.msg != NULL ? z.msg : "");
            break;
        }
    }
    inflateEnd(&z);
    return status != Z_STREAM_END;
}

static int gz_files(const char *name) {
    char line[80];
    gzFile f = gzopen(name, "wb7");
    if (f == NULL) return 1;
    for (int i = 0; i < 3000; i++) gzprintf(f, "line %d of the file, %x %s\n", i, i * 7919, i % 3 == 0 ? "fizz" : "");
    gzputs(f, "the last line\n");
    gzclose(f);
    f = gzopen(name, "rb");
    int lines = 0;
    while (gzgets(f, line, sizeof line) != NULL) lines++;
    printf("%d lines, at %ld, eof %d\n", lines, (long)gztell(f), gzeof(f));
    gzrewind(f);
    gzseek(f, 50000, SEEK_SET);
    gzread(f, line, 40);
    line[40] = 0;
    printf("[%s] %d\n", line, gzgetc(f));
    gzclose(f);
    return 0;
}

static int self_test(void) {
    static unsigned char data[100000], packed[120000], back[100000];
    unsigned seed = 1;
    for (unsigned i = 0; i < sizeof data; i++) {
        seed = seed * 1103515245 + 12345;
        data[i] = (unsigned char)(i % 1000 < 700 ? "abcdefgh"[seed >> 16 & 7] : seed >> 24);
    }
    printf("crc %08lx adler %08lx combined %08lx\n", crc32(0, data, sizeof data), adler32(1, data, sizeof data),
           crc32_combine(crc32(0, data, 50000), crc32(0, data + 50000, 50000), 50000));
    for (int level = 0; level <= 9; level++) {
        uLongf n = sizeof packed, m = sizeof back;
        int status = compress2(packed, &n, data, sizeof data, level);
        int again = uncompress(back, &m, packed, n);
        printf("level %d: %d %lu, %d %lu %d\n", level, status, n, again, m, memcmp(data, back, sizeof data));
    }
    uLongf n = 100, m = sizeof back;
    printf("too small: %d\n", compress(packed, &n, data, sizeof data));
    packed[50] ^= 1;
    printf("damaged: %d, version %d\n", uncompress(back, &m, packed, 100), zlibVersion()[0] == '1');
    z_stream z = {0};
    deflateInit(&z, 9);
    deflateSetDictionary(&z, (const unsigned char *)"abcdefgh", 8);
    z.next_in = data, z.avail_in = 500, z.next_out = packed, z.avail_out = sizeof packed;
    deflate(&z, Z_SYNC_FLUSH);
    deflateParams(&z, 1, Z_FILTERED);
    z.next_in = data + 500, z.avail_in = 5000;
    deflate(&z, Z_FINISH);
    printf("dictionary: %lu %lu\n", z.total_in, z.total_out);
    deflateEnd(&z);
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 4 && argv[1][0] == 'c') return deflate_stream(stdin, stdout, atoi(argv[2]), atoi(argv[3]));
    if (argc == 2 && argv[1][0] == 'd') return inflate_stream(stdin, stdout);
    if (argc == 3 && strcmp(argv[1], "file") == 0) return gz_files(argv[2]);
    if (argc == 2 && strcmp(argv[1], "test") == 0) return self_test();
    fprintf(stderr, "usage: minigzip c LEVEL STRATEGY | d | file NAME | test\n");
    return 2;
}
