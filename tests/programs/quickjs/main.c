// Runs one script in QuickJS, with its std and os modules.
#include <stdio.h>
#include "quickjs-libc.h"

int main(int argc, char **argv) {
    if (argc < 2) return fprintf(stderr, "usage: qjs SCRIPT [ARGS]\n"), 2;
    JSRuntime *runtime = JS_NewRuntime();
    JSContext *context = JS_NewContext(runtime);
    js_std_init_handlers(runtime);
    js_init_module_std(context, "std");
    js_init_module_os(context, "os");
    js_std_add_helpers(context, argc - 1, argv + 1);
    size_t size;
    uint8_t *text = js_load_file(context, &size, argv[1]);
    if (!text) return fprintf(stderr, "cannot read %s\n", argv[1]), 1;
    JSValue value = JS_Eval(context, (const char *)text, size, argv[1], JS_EVAL_TYPE_MODULE);
    int failed = JS_IsException(value);
    if (failed) js_std_dump_error(context);
    JS_FreeValue(context, value);
    js_free(context, text);
    js_std_loop(context);
    js_std_free_handlers(runtime);
    JS_FreeContext(context);
    JS_FreeRuntime(runtime);
    return failed;
}
