// thread_local variables, constructors and destructors with priorities, atexit order, exit status and flushing.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local int counter = 5;
static __thread char name[16] = "initial";
_Thread_local long zero;
static int *keep;

__attribute__((constructor(201))) static void late(void) { printf("ctor 201 %d\n", counter++); }
__attribute__((constructor(101))) static void early(void) { printf("ctor 101 %s\n", name); strcpy(name, "changed"); }
__attribute__((constructor)) static void plain(int argc, char **argv, char **envp) { printf("ctor %d %d %d\n", argc, argv[argc] == NULL, envp != NULL); }
__attribute__((destructor)) static void dtor(void) { printf("dtor %d %ld\n", counter, zero); }
__attribute__((destructor(102))) static void last(void) { printf("dtor 102\n"); }

static void first(void) { printf("atexit first\n"); }
static void nested(void) { printf("atexit nested\n"); }
static void second(void) { printf("atexit second\n"); atexit(nested); }

static __attribute__((noinline)) int *address(void) { return &counter; }

int main(void) {
    atexit(first);
    atexit(second);
    keep = address();
    ++*keep;
    zero += *keep;
    printf("main %d %s %ld %d\n", counter, name, zero, keep == address());
    printf("unfinished line");
    exit(42);
}
