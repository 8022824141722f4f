// Vectors of three floats, whose memory holds four: the object is as large as the vector says.
#include <stdio.h>
#include <stdlib.h>

typedef float f3 __attribute__((ext_vector_type(3)));

int main(void) {
    f3 *v = malloc(3 * sizeof *v), s = 0;
    for (int i = 0; i < 3; i++) { v[i].x = (float)i; v[i].y = 1; v[i].z = 2.5f; s += v[i]; }
    printf("%zu %g %g %g\n", sizeof *v, s.x, s.y, s.z);
    free(v);
    return 0;
}
