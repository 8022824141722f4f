// Functions that answer in static memory: each answer is copied before the next call.
#include <stdio.h>
#include <string.h>
#include <time.h>

int main(void) {
    time_t day = 86400;
    struct tm first = *gmtime(&day);
    day *= 400;
    struct tm second = *gmtime(&day);
    char text[26];
    strcpy(text, asctime(&first));
    printf("%s%s%d\n", text, asctime(&second), second.tm_year - first.tm_year);
    return 0;
}
