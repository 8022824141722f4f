// The other half of link_main.c.
int part(int x) { return x * 100; }
