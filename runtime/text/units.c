#if defined __GNUC__ && !defined __clang__
#pragma GCC optimize("O3") /* its loops are made vector loops */
#endif

#include "runtime/text/units.h"

#define CONVERT(To, From) \
    for (int64_t i = 0; i < count; i++) \
    ((To *restrict)to)[i] = (To)((const From *restrict)from)[i]

void units_convert(void *to, unsigned to_log, const void *from, unsigned from_log, int64_t count) {
    switch (to_log << 2 | from_log) {
    case 0 << 2 | 1: CONVERT(uint8_t, uint16_t); break;
    case 0 << 2 | 2: CONVERT(uint8_t, uint32_t); break;
    case 1 << 2 | 0: CONVERT(uint16_t, uint8_t); break;
    case 1 << 2 | 2: CONVERT(uint16_t, uint32_t); break;
    case 2 << 2 | 0: CONVERT(uint32_t, uint8_t); break;
    case 2 << 2 | 1: CONVERT(uint32_t, uint16_t); break;
    default: copy_bytes(to, from, (size_t)count << to_log);
    }
}

void units_widen(void *units, unsigned to_log, unsigned from_log, int64_t count) {
    for (int64_t i = count;
         i-- > 0;) { /* from the end, so that nothing is overwritten that is still to be read */
        uint32_t c = from_log ? ((uint16_t *)units)[i] : ((uint8_t *)units)[i];
        if (to_log == 1) {
            ((uint16_t *)units)[i] = (uint16_t)c;
        } else {
            ((uint32_t *)units)[i] = c;
        }
    }
}
