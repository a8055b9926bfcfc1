#include "base/unicode.h"

static int map_special(uint32_t c, CaseMapping mapping, uint32_t *to) {
    uint32_t low = 0, high = unicode_special_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (unicode_special[middle].code_point < c) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const uint16_t *from = unicode_special[low].mappings[mapping];
    int count = 0;
    for (; count < UNICODE_EXPANSION_MAX && from[count]; count++)
        to[count] = from[count];
    return count;
}

int unicode_map(uint32_t c, CaseMapping mapping, uint32_t to[UNICODE_EXPANSION_MAX]) {
    const UnicodeRecord *r = unicode_record(c);
    if (r->flags & UNICODE_SPECIAL) return map_special(c, mapping, to);
    to[0] = c + (uint32_t)r->case_shift[mapping];
    return 1;
}
