// More global data than the test allows.
static volatile char data[64 << 20];
int main(void) { return data[12345]; }
