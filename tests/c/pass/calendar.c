/* Time zones, calendar arithmetic and its text. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void show(const char *name, time_t t) {
    struct tm *tm = localtime(&t);
    char buf[200];
    strftime(buf, sizeof buf, "%Y-%m-%d %H:%M:%S %z %Z %a %j %U %W %V %G %s %-d %_H %^b %5Y %e", tm);
    struct tm back = *tm;
    time_t again = mktime(&back);
    printf("%s %lld %s dst %d back %lld\n", name, (long long)t, buf, tm->tm_isdst, (long long)(again - t));
}

int main(void) {
    static const char *zones[] = {"UTC", "", "CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0", "<+0530>-5:30",
        "America/New_York", "Europe/Berlin", "Australia/Sydney", "Asia/Kolkata", "Pacific/Apia", "Foo", "NZST-12NZDT,J300,J90"};
    static const time_t times[] = {0, 1, -1, 86399, 951782400, 1711846799, 1711846800, 1729990799, 1729990800,
        1000000000, 1700000000, 4102444800, -2208988800, 253402300799, 1325203200, 20000000000};
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
        setenv("TZ", zones[z], 1);
        tzset();
        printf("%s: %s %s %ld %d\n", zones[z], tzname[0], tzname[1], timezone, daylight);
        for (size_t i = 0; i < sizeof times / sizeof *times; i++) show(zones[z], times[i]);
        for (int month = -5; month < 20; month += 3)
            for (int dst = -1; dst < 2; dst++) {
                struct tm tm = {.tm_year = 124, .tm_mon = month, .tm_mday = 31, .tm_hour = 26, .tm_min = -30, .tm_isdst = dst};
                time_t t = mktime(&tm);
                printf("mktime %d %d: %lld %s", month, dst, (long long)t, asctime(&tm));
            }
    }
    struct tm tm;
    memset(&tm, 0, sizeof tm);
    const char *rest = strptime("2024-02-29 13:14:15 tail", "%Y-%m-%d %H:%M:%S", &tm);
    printf("[%s] %d %d %d yday %d wday %d timegm %lld\n", rest, tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_yday, tm.tm_wday, (long long)timegm(&tm));
    printf("%d %d\n", strptime("x", "%d", &tm) == NULL, strptime("Mon", "%a", &tm) != NULL);
    char small[5];
    printf("%zu %zu %zu\n", strftime(small, sizeof small, "%Y", &tm), strftime(small, sizeof small, "%Y-", &tm), strftime(small, 5, "", &tm));
    time_t far = 1LL << 60;
    printf("%d %d\n", gmtime(&far) == NULL, ctime(&far) == NULL);
    printf("%s%.1f\n", ctime(&(time_t){0}), difftime(10, 4));
    struct tm bad = {.tm_wday = 9, .tm_mon = 13, .tm_mday = 2, .tm_year = 100};
    printf("%s", asctime(&bad));
    return 0;
}
