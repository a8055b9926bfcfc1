/* Decoding UTF-16 and UTF-32 that hold no errors: as a whole, not character by character. */

#if defined __GNUC__ && !defined __clang__
#pragma GCC optimize("O3") /* its loops over characters are made vector loops */
#endif

#include "runtime/text/codecbody.h"
#include "runtime/text/str.h"

/* A unit, of a width and an order of bytes known where this is expanded. */
static inline __attribute__((always_inline)) uint32_t unit_at(const uint8_t *data, int64_t i, unsigned width,
                                                              bool big) {
    uint16_t half;
    uint32_t whole;
    if (width == 2) {
        memcpy(&half, data + (size_t)i * 2, sizeof half);
        return big ? __builtin_bswap16(half) : half;
    }
    memcpy(&whole, data + (size_t)i * 4, sizeof whole);
    return big ? __builtin_bswap32(whole) : whole;
}

#define STORE_ALL(Unit) \
    for (int64_t i = 0; i < length; i++) \
    ((Unit *)s->data)[i] = (Unit)unit_at(data, i, width, big)

/* Of units that are a character each. */
static inline __attribute__((always_inline)) String *
plain_string(VM *vm, const uint8_t *data, int64_t length, unsigned width, bool big, uint32_t maximum) {
    String *s = string_new(vm, length, maximum);
    if (!s) return NULL;
    switch (s->width_log) {
    case 0: STORE_ALL(uint8_t); break;
    case 1: STORE_ALL(uint16_t); break;
    default: STORE_ALL(uint32_t);
    }
    return s;
}

static bool is_high(uint32_t unit) { return (unit & 0xFC00) == 0xD800; }

static bool is_low(uint32_t unit) { return (unit & 0xFC00) == 0xDC00; }

/* Of UTF-16 with surrogates. NULL with nothing raised when one of them is alone. */
static String *paired_string(VM *vm, const uint8_t *data, int64_t length, bool big) {
    int64_t pairs = 0;
    for (int64_t i = 0; i < length; i++) {
        uint32_t unit = unit_at(data, i, 2, big);
        if (is_low(unit) || (is_high(unit) && (++i == length || !is_low(unit_at(data, i, 2, big)))))
            return NULL;
        pairs += is_high(unit);
    }
    String *s = string_new(vm, length - pairs, 0x10FFFF);
    uint32_t *to = s ? (uint32_t *)s->data : NULL;
    for (int64_t i = 0; s && i < length; i++) {
        uint32_t unit = unit_at(data, i, 2, big);
        *to++ =
            is_high(unit) ? 0x10000 + ((unit & 0x3FF) << 10 | (unit_at(data, ++i, 2, big) & 0x3FF)) : unit;
    }
    return s;
}

static inline __attribute__((always_inline)) String *decode(VM *vm, const uint8_t *data, int64_t length,
                                                            unsigned width, bool big) {
    uint32_t all = 0, surrogates = 0;
    for (int64_t i = 0; i < length; i++) {
        uint32_t c = unit_at(data, i, width, big);
        all |= c;
        surrogates |= (c & 0xFFFFF800) == 0xD800;
    }
    if (all > 0x10FFFF || (surrogates && width == 4)) return NULL;
    return surrogates ? (length > 2 ? paired_string(vm, data, length, big) : NULL)
                      : plain_string(vm, data, length, width, big, all);
}

Value codec_decode_wide(VM *vm, CodecId id, const uint8_t *data, size_t size) {
    unsigned width = id >= CODEC_UTF_32 ? 4 : 2;
    bool marked = id == CODEC_UTF_16 || id == CODEC_UTF_32;
    bool big = id == CODEC_UTF_16_BE || id == CODEC_UTF_32_BE;
    if (size % width || size == 0) return ABSENT;
    if (marked && codec_wide_unit(data, width, true) == 0xFEFF) return ABSENT;
    if (marked && codec_wide_unit(data, width, false) == 0xFEFF) data += width, size -= width;
    int64_t length = (int64_t)(size / width);
    if (length < 2) return ABSENT;
    String *s = width == 2 ? (big ? decode(vm, data, length, 2, true) : decode(vm, data, length, 2, false))
                           : (big ? decode(vm, data, length, 4, true) : decode(vm, data, length, 4, false));
    return from_object(s);
}
