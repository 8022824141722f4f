/* Runs a WASI program in the wasm3 interpreter: main FILE.wasm [ARGS...] */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "m3_api_libc.h"
#include "m3_api_wasi.h"
#include "m3_env.h"
#include "wasm3.h"

enum { STACK = 64 * 1024, MAX_FILE = 16 << 20 };

static uint8_t *read_file(const char *path, uint32_t *size) {
    FILE *f = fopen(path, "rb");
    if (f == NULL) return NULL;
    uint8_t *bytes = malloc(MAX_FILE);
    *size = (uint32_t)fread(bytes, 1, MAX_FILE, f);
    fclose(f);
    return bytes;
}

static int fail(IM3Runtime runtime, const char *what, M3Result result) {
    M3ErrorInfo info = {0};
    if (runtime != NULL) m3_GetErrorInfo(runtime, &info);
    fprintf(stderr, "%s: %s %s\n", what, result, info.message != NULL ? info.message : "");
    return 1;
}

int main(int argc, char **argv) {
    uint32_t size = 0;
    if (argc < 2) {
        fprintf(stderr, "usage: main FILE.wasm [ARGS...]\n");
        return 2;
    }
    uint8_t *bytes = read_file(argv[1], &size);
    if (bytes == NULL) {
        perror(argv[1]);
        return 1;
    }
    IM3Environment environment = m3_NewEnvironment();
    IM3Runtime runtime = m3_NewRuntime(environment, STACK, NULL);
    IM3Module module;
    IM3Function start;
    M3Result result = m3_ParseModule(environment, &module, bytes, size);
    if (result != NULL) return fail(runtime, "parse", result);
    if ((result = m3_LoadModule(runtime, module)) != NULL) return fail(runtime, "load", result);
    if ((result = m3_LinkWASI(module)) != NULL) return fail(runtime, "link", result);
    if ((result = m3_FindFunction(&start, runtime, "_start")) != NULL) return fail(runtime, "find", result);
    const char *arguments[64];
    uint32_t count = 0;
    for (int i = 1; i < argc && count < 63; i++) arguments[count++] = argv[i];
    arguments[count] = NULL;
    result = m3_CallWithArgs(start, count, arguments);
    fflush(stdout);
    if (result != NULL) {
        fail(runtime, "run", result);
    }
    m3_FreeRuntime(runtime);
    m3_FreeEnvironment(environment);
    free(bytes);
    return result == NULL ? 0 : 1;
}
