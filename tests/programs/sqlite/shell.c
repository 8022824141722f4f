/* A small SQL shell: reads statements from a file or standard input and runs them on a database file or in memory.

   usage: shell DATABASE [FILE]       DATABASE may be :memory:, FILE may be -
   Rows are printed with | between the columns, statements that fail with their error. At the end it prints how many
   statements ran and how many rows and changes there were. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sqlite3.h"

struct totals {
    long statements, rows, errors;
};

static char *read_all(FILE *in) {
    size_t size = 0, room = 4096;
    char *text = malloc(room);
    while (text != NULL) {
        size_t got = fread(text + size, 1, room - size - 1, in);
        if (got == 0) break;
        size += got;
        if (room - size < 2) {
            char *more = realloc(text, room *= 2);
            if (more == NULL) free(text);
            text = more;
        }
    }
    if (text != NULL) text[size] = 0;
    return text;
}

static void print_value(sqlite3_stmt *statement, int column) {
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
        fputs("NULL", stdout);
        break;
    case SQLITE_BLOB: {
        const unsigned char *bytes = sqlite3_column_blob(statement, column);
        int n = sqlite3_column_bytes(statement, column);
        fputs("x'", stdout);
        for (int i = 0; i < n; i++) printf("%02x", bytes[i]);
        putchar('\'');
        break;
    }
    default:
        fputs((const char *)sqlite3_column_text(statement, column), stdout);
    }
}

static void run(sqlite3 *db, const char *sql, struct totals *totals) {
    while (*sql != 0) {
        sqlite3_stmt *statement = NULL;
        const char *rest = NULL;
        int status = sqlite3_prepare_v2(db, sql, -1, &statement, &rest);
        if (status == SQLITE_OK && statement != NULL) {
            totals->statements++;
            while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
                int columns = sqlite3_column_count(statement);
                for (int i = 0; i < columns; i++) {
                    if (i > 0) putchar('|');
                    print_value(statement, i);
                }
                putchar('\n');
                totals->rows++;
            }
            status = sqlite3_finalize(statement);
        }
        if (status != SQLITE_OK && status != SQLITE_DONE) {
            printf("error %d: %s\n", sqlite3_extended_errcode(db), sqlite3_errmsg(db));
            totals->errors++;
            if (statement == NULL && (rest == NULL || rest == sql)) return;
        }
        sql = rest;
    }
}

/* A function and an aggregate of ours, so that the library calls back. */
static void reversed(sqlite3_context *context, int argc, sqlite3_value **argv) {
    const char *text = (const char *)sqlite3_value_text(argv[0]);
    (void)argc;
    if (text == NULL) return;
    int n = sqlite3_value_bytes(argv[0]);
    char *out = sqlite3_malloc(n + 1);
    if (out == NULL) {
        sqlite3_result_error_nomem(context);
        return;
    }
    for (int i = 0; i < n; i++) out[i] = text[n - 1 - i];
    out[n] = 0;
    sqlite3_result_text(context, out, n, sqlite3_free);
}

static void product_step(sqlite3_context *context, int argc, sqlite3_value **argv) {
    double *p = sqlite3_aggregate_context(context, sizeof *p);
    (void)argc;
    if (p != NULL) *p = (*p == 0 ? 1 : *p) * sqlite3_value_double(argv[0]);
}

static void product_final(sqlite3_context *context) {
    double *p = sqlite3_aggregate_context(context, 0);
    sqlite3_result_double(context, p == NULL ? 1 : *p);
}

static int by_length(void *unused, int n, const void *a, int m, const void *b) {
    (void)unused;
    if (n != m) return n < m ? -1 : 1;
    return memcmp(a, b, (size_t)n);
}

int main(int argc, char **argv) {
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: shell DATABASE [FILE]\n");
        return 2;
    }
    FILE *in = argc == 3 && strcmp(argv[2], "-") != 0 ? fopen(argv[2], "r") : stdin;
    if (in == NULL) {
        perror(argv[2]);
        return 1;
    }
    char *sql = read_all(in);
    if (in != stdin) fclose(in);
    sqlite3 *db = NULL;
    if (sql == NULL || sqlite3_open(argv[1], &db) != SQLITE_OK) {
        fprintf(stderr, "shell: cannot open %s: %s\n", argv[1], sqlite3_errmsg(db));
        return 1;
    }
    sqlite3_create_function(db, "reversed", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, reversed, NULL, NULL);
    sqlite3_create_function(db, "product", 1, SQLITE_UTF8, NULL, NULL, product_step, product_final);
    sqlite3_create_collation(db, "by_length", SQLITE_UTF8, NULL, by_length);
    struct totals totals = {0, 0, 0};
    run(db, sql, &totals);
    printf("%ld statements, %ld rows, %ld errors, %d changes\n", totals.statements, totals.rows, totals.errors,
           sqlite3_total_changes(db));
    free(sql);
    return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}
