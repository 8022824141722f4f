/* Included first into programs for WASI that use what its C library leaves out. Owners and modes do not exist there. */
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>
#define fchmod(...) 0
#define fchown(...) 0
#define chmod(...) 0
#define utime(...) 0
