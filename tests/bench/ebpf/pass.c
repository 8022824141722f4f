/* An XDP program of one instruction, and `exit`. */
__attribute__((section("xdp"), used)) int pass(void *context)
{
    return 2;
}
