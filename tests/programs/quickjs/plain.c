// Runs one script in QuickJS with nothing but print: without the parts of its library that need threads and dlopen.
#include <stdio.h>
#include <stdlib.h>
#include "quickjs.h"

static JSValue print(JSContext *context, JSValueConst self, int argc, JSValueConst *argv) {
    (void)self;
    for (int i = 0; i < argc; i++) {
        const char *text = JS_ToCString(context, argv[i]);
        if (!text) return JS_EXCEPTION;
        printf("%s%s", i ? " " : "", text);
        JS_FreeCString(context, text);
    }
    putchar('\n');
    return JS_UNDEFINED;
}

int main(int argc, char **argv) {
    static char text[1 << 16];
    FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;
    if (!file) return perror("script"), 1;
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    JSRuntime *runtime = JS_NewRuntime();
    JSContext *context = JS_NewContext(runtime);
    JSValue global = JS_GetGlobalObject(context);
    JS_SetPropertyStr(context, global, "print", JS_NewCFunction(context, print, "print", 1));
    JS_FreeValue(context, global);
    JSValue value = JS_Eval(context, text, size, argv[1], JS_EVAL_TYPE_GLOBAL);
    int failed = JS_IsException(value);
    if (failed) {
        JSValue error = JS_GetException(context);
        const char *what = JS_ToCString(context, error);
        printf("error: %s\n", what ? what : "?");
        JS_FreeCString(context, what);
        JS_FreeValue(context, error);
    }
    JS_FreeValue(context, value);
    JS_FreeContext(context);
    JS_FreeRuntime(runtime);
    return failed;
}
