/* exit handlers, signals to oneself, once, keys, environment, number parsing, messages. */
#define _GNU_SOURCE
#include <errno.h>
#include <fnmatch.h>
#include <libgen.h>
#include <pthread.h>
#include <regex.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

extern char **environ;
static sigjmp_buf back;
static volatile int seen;
static void handler(int s) { seen = seen * 100 + s; }
static void info(int s, siginfo_t *i, void *c) { seen = s * 1000 + i->si_signo, (void)c; }
static void jumper(int s) { siglongjmp(back, s); }
static void last(void) { puts("last"); }
static void second(void) { puts("second"); atexit(last); }
static void with_status(int status, void *arg) { printf("on_exit %d %s\n", status, (char *)arg); }
static void once(void) { puts("once"); }

int main(void) {
    printf("%d", signal(SIGUSR1, handler) == SIG_DFL);
    raise(SIGUSR1);
    struct sigaction sa = {0}, old;
    sa.sa_sigaction = info;
    sa.sa_flags = SA_SIGINFO | SA_RESETHAND;
    sigaction(SIGUSR2, &sa, NULL);
    printf(" %d", seen);
    raise(SIGUSR2);
    sigaction(SIGUSR2, NULL, &old);
    printf(" %d %d", seen, old.sa_handler == SIG_DFL);
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, &before);
    seen = 0;
    raise(SIGUSR1);
    printf(" blocked %d %d", seen, sigismember(&before, SIGUSR1));
    sigprocmask(SIG_SETMASK, &before, NULL);
    printf(" %d\n", seen);
    signal(SIGTERM, jumper);
    int jumped = sigsetjmp(back, 1);
    if (jumped == 0) raise(SIGTERM);
    printf("jumped %d\n", jumped);
    signal(SIGINT, SIG_IGN);
    printf("%d %d\n", raise(SIGINT), signal(99, handler) == SIG_ERR && errno == EINVAL);

    static pthread_once_t control = PTHREAD_ONCE_INIT;
    pthread_once(&control, once);
    pthread_once(&control, once);
    pthread_key_t key;
    pthread_key_create(&key, NULL);
    printf("%d", pthread_getspecific(key) == NULL);
    pthread_setspecific(key, &key);
    printf("%d\n", pthread_getspecific(key) == &key);
    pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER, rec;
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&rec, &attr);
    printf("%d%d%d ", pthread_mutex_lock(&m), pthread_mutex_trylock(&m) == EBUSY, pthread_mutex_unlock(&m));
    printf("%d%d%d%d%d\n", pthread_mutex_lock(&rec), pthread_mutex_lock(&rec), pthread_mutex_unlock(&rec), pthread_mutex_unlock(&rec), pthread_mutex_destroy(&rec));

    setenv("SVM_A", "1", 1);
    setenv("SVM_A", "2", 0);
    putenv("SVM_B=x=y");
    printf("%s %s %s", getenv("SVM_A"), getenv("SVM_B"), getenv("SVM_C") ? "?" : "none");
    unsetenv("SVM_A");
    int found = 0;
    for (char **e = environ; *e; e++) found += strncmp(*e, "SVM_", 4) == 0;
    printf(" %d\n", found);
    char *own[] = {"ONLY=this", NULL};
    environ = own;
    printf("%s %d\n", getenv("ONLY"), getenv("SVM_B") == NULL);

    for (int e = -1; e < 140; e += 7) printf("%s;", strerror(e));
    char buf[40];
    printf("\n%s %s %d %s\n", strerror_r(2, buf, sizeof buf), strerror_r(9999, buf, 16), ffs(24), strsignal(11));
    regex_t re;
    regmatch_t at[3];
    int bad = regcomp(&re, "a(b", REG_EXTENDED);
    regerror(bad, &re, buf, sizeof buf);
    printf("%s ", buf);
    regcomp(&re, "([a-z]+)[0-9]{2,}", REG_EXTENDED | REG_ICASE);
    printf("%zu %d %d %d ", re.re_nsub, regexec(&re, "--Abc123--", 3, at, 0), at[1].rm_so, at[1].rm_eo);
    printf("%d\n", regexec(&re, "abc1", 0, NULL, 0) == REG_NOMATCH);
    regfree(&re);
    printf("%d %d %d\n", fnmatch("*.[ch]", "x.c", 0), fnmatch("a*b", "a/b", FNM_PATHNAME), fnmatch("*", ".x", FNM_PERIOD));
    char path[] = "/usr/lib/x/";
    printf("%s ", basename(path));
    printf("%s\n", dirname(path));
    div_t q = div(-7, 2);
    ldiv_t lq = ldiv(-7, 2);
    printf("%d %d %ld %ld %ld\n", q.quot, q.rem, lq.quot, lq.rem, labs(-5));
    srand(1);
    printf("%d %d %ld %f\n", rand(), rand(), random(), drand48());
    long double ld = strtold("1.25e-5000", NULL);
    printf("%La %Lg %d\n", strtold("0x1.8p3xyz", NULL), ld, errno == ERANGE);

    on_exit(with_status, "arg");
    atexit(last);
    atexit(second);
    fputs("unflushed\n", stdout);
    exit(42);
}
