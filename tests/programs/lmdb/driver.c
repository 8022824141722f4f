// Fills an LMDB database and reads it back: through the file, and through a map that is written in place.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "lmdb.h"

#define MUST(call) do { int rc = (call); if (rc) { printf("%s: %s\n", #call, mdb_strerror(rc)); exit(1); } } while (0)

static void fill(MDB_env *env, int from, int to) {
    MDB_txn *txn;
    MDB_dbi dbi;
    MUST(mdb_txn_begin(env, NULL, 0, &txn));
    MUST(mdb_dbi_open(txn, NULL, 0, &dbi));
    for (int i = from; i < to; i++) {
        char key[32], value[64];
        int k = snprintf(key, sizeof key, "key-%05d", i * 7919 % 10007);
        int v = snprintf(value, sizeof value, "%d:%.*s", i, i % 40, "........................................");
        MDB_val mk = {(size_t)k, key}, mv = {(size_t)v + 1, value};
        MUST(mdb_put(txn, dbi, &mk, &mv, 0));
    }
    MUST(mdb_txn_commit(txn));
}

static void list(MDB_env *env, int every) {
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_dbi dbi;
    MDB_val key, value;
    int n = 0;
    MUST(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn));
    MUST(mdb_dbi_open(txn, NULL, 0, &dbi));
    MUST(mdb_cursor_open(txn, dbi, &cursor));
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0)
        if (n++ % every == 0) printf("%.*s = %s\n", (int)key.mv_size, (char *)key.mv_data, (char *)value.mv_data);
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    printf("%d entries\n", n);
}

static void drop(MDB_env *env) {
    MDB_txn *txn;
    MDB_dbi dbi;
    MUST(mdb_txn_begin(env, NULL, 0, &txn));
    MUST(mdb_dbi_open(txn, NULL, 0, &dbi));
    MDB_val key = {9, "key-00003"};
    printf("%s\n", mdb_strerror(mdb_del(txn, dbi, &key, NULL)));
    key.mv_data = "no-such-k";
    printf("%s\n", mdb_strerror(mdb_del(txn, dbi, &key, NULL)));
    mdb_txn_abort(txn);
}

int main(int argc, char **argv) {
    unsigned flags = argc > 1 && strcmp(argv[1], "in-place") == 0 ? MDB_WRITEMAP : 0;
    mkdir("database", 0755);
    for (int round = 0; round < 2; round++) {
        MDB_env *env;
        MUST(mdb_env_create(&env));
        MUST(mdb_env_set_mapsize(env, 1 << 20));
        MUST(mdb_env_open(env, "database", flags, 0644));
        fill(env, round * 300, round * 300 + 400);
        drop(env);
        list(env, 50);
        MDB_stat stat;
        MUST(mdb_env_stat(env, &stat));
        printf("%u deep, %zu leaves\n", stat.ms_depth, stat.ms_leaf_pages);
        mdb_env_close(env);
    }
    // It holds process numbers.
    return remove("database/lock.mdb");
}
