#include "base/canonical.h"

#include <stdbool.h>
#include <string.h>
#include <utf8proc.h>

enum { COMBINING_BEGIN = 0x300 }; /* all before are of class 0 */

static unsigned combining_class(int32_t code_point) {
    if (code_point < COMBINING_BEGIN) return 0;
    return (unsigned)utf8proc_get_property(code_point)->combining_class;
}

/* By counting. */
static void sort_marks(int32_t *marks, int32_t *scratch, size_t count) {
    size_t starts[257] = {0};
    for (size_t i = 0; i < count; i++)
        starts[combining_class(marks[i]) + 1]++;
    for (size_t class = 1; class < 257; class ++)
        starts[class] += starts[class - 1];
    for (size_t i = 0; i < count; i++)
        scratch[starts[combining_class(marks[i])]++] = marks[i];
    memcpy(marks, scratch, count * sizeof *marks);
}

void canonical_order(int32_t *points, int32_t *scratch, size_t count) {
    for (size_t start = 0, end; start < count; start = end + 1) {
        bool sorted = true;
        unsigned last = 0, class;
        for (end = start; end < count && (class = combining_class(points[end])) > 0; end++, last = class)
            sorted &= last <= class;
        if (!sorted) sort_marks(points + start, scratch, end - start);
    }
}
