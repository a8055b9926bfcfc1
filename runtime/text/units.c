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

#define PICK(Unit) \
    do { \
        const Unit *source = from; \
        Unit *restrict target = to; \
        _Pragma("GCC unroll 8") for (; i < count; i++) target[i] = source[i * step]; \
    } while (0)

void units_pick(void *to, const void *from, unsigned width_log, int64_t step, int64_t count) {
    int64_t i = 0;
    if (width_log == 0 && step == -1) {
        for (uint64_t eight; i + 8 <= count; i += 8) {
            memcpy(&eight, (const uint8_t *)from - i - 7, sizeof eight);
            eight = __builtin_bswap64(eight);
            memcpy((uint8_t *)to + i, &eight, sizeof eight);
        }
    }
    if (width_log == 0 && step == 2) {
        for (; i < count; i++)
            ((uint8_t *restrict)to)[i] = ((const uint8_t *)from)[2 * i];
    }
    switch (width_log) {
    case 0: PICK(uint8_t); break;
    case 1: PICK(uint16_t); break;
    default: PICK(uint32_t);
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
