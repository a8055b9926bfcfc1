#include "runtime/bytes/packing.h"

#include <math.h>

#include "runtime/bytes/bytes.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"

int native_item_size(char code) {
    switch (code) {
    case 'c':
    case 'b':
    case 'B':
    case '?': return 1;
    case 'e':
    case 'h':
    case 'H': return 2;
    case 'i':
    case 'I':
    case 'f': return 4;
    case 'l':
    case 'L':
    case 'q':
    case 'Q':
    case 'n':
    case 'N':
    case 'P':
    case 'd': return 8;
    default: return 0;
    }
}

/* --- halves --- */

enum { HALF_INFINITE = 0x7C00, HALF_NAN = 0x7E00, HALF_FRACTION_BITS = 10, HALF_BIAS = 15 };

bool half_from_double(double d, uint16_t *half) {
    uint16_t sign = signbit(d) ? 0x8000 : 0;
    double size = fabs(d);
    int bits, exponent;
    if (isnan(d)) {
        bits = HALF_NAN;
    } else if (isinf(d)) {
        bits = HALF_INFINITE;
    } else if (size <
               0x1p-14) { /* in units of the smallest half; rounding up to 2^-14 gives the right bits, too */
        bits = (int)rint(ldexp(size, HALF_BIAS + HALF_FRACTION_BITS - 1));
    } else if (size >= 0x1p17) {
        return false;
    } else {
        double fraction = frexp(size, &exponent);
        bits = ((exponent + HALF_BIAS - 2) << HALF_FRACTION_BITS) +
               (int)rint(ldexp(fraction, HALF_FRACTION_BITS + 1));
        if (bits >= HALF_INFINITE) return false;
    }
    *half = (uint16_t)(bits | sign);
    return true;
}

double half_to_double(uint16_t half) {
    int exponent = half >> HALF_FRACTION_BITS & 0x1F, fraction = half & 0x3FF;
    double size;
    if (exponent == 0x1F) {
        size = fraction ? (double)NAN : (double)INFINITY;
    } else if (exponent == 0) {
        size = ldexp(fraction, 1 - HALF_BIAS - HALF_FRACTION_BITS);
    } else {
        size = ldexp(fraction + 0x400, exponent - HALF_BIAS - HALF_FRACTION_BITS);
    }
    return half & 0x8000 ? -size : size;
}

/* --- reading --- */

#define READ(type, make) \
    { \
        type number; \
        memcpy(&number, from, sizeof number); \
        return make; \
    }

Value native_unpack_other(VM *vm, char code, const void *from) {
    switch (code) {
    case 'c': return bytes_from(vm, from, 1);
    case 'b': return int_small(*(const int8_t *)from);
    case '?': return bool_from(*(const uint8_t *)from != 0);
    case 'h': READ(int16_t, int_small(number))
    case 'H': READ(uint16_t, int_small(number))
    case 'i': READ(int32_t, int_small(number))
    case 'I': READ(uint32_t, int_small(number))
    case 'l':
    case 'q':
    case 'n': READ(int64_t, int_from(vm, number))
    case 'L':
    case 'Q':
    case 'N':
    case 'P': READ(uint64_t, int_from_unsigned(vm, number))
    case 'e': READ(uint16_t, float_from(vm, half_to_double(number)))
    case 'f': READ(float, float_from(vm, (double)number))
    default: READ(double, float_from(vm, number))
    }
}

/* --- writing --- */

/* The error of a conversion: is it one of the argument's, or something else that user code raised? */
static PackResult blame(VM *vm) {
    PackResult result = error_is(vm, &exc_TypeError)                                        ? PACK_WRONG_TYPE
                        : error_is(vm, &exc_OverflowError) || error_is(vm, &exc_ValueError) ? PACK_WRONG_VALUE
                                                                                            : PACK_RAISED;
    if (result != PACK_RAISED) error_clear(vm);
    return result;
}

/* A pointer may be given as a negative number, too. */
static bool is_negative(Value v) { return is_int(v) ? int_get(v) < 0 : is_int_family(v) && int_sign(v) < 0; }

static PackResult pack_integer(VM *vm, int size, bool is_signed, Value v, void *to) {
    int64_t number;
    uint64_t bits;
    if (is_int(v)) {
        number = int_get(v);
        bits = (uint64_t)number;
        if (size == 8 && !is_signed && number < 0) return PACK_WRONG_VALUE;
    } else {
        Value index = object_index(vm, v);
        if (is_absent(index)) return blame(vm);
        bool done = int_to_bytes(vm, index, (uint8_t *)&bits, 8, true, is_signed);
        value_drop(vm, index);
        if (!done) return blame(vm);
        number = (int64_t)bits;
    }
    if (size < 8) {
        int unused = 64 - size * 8;
        if (is_signed ? number != (int64_t)(bits << unused) >> unused : bits >> (size * 8) != 0)
            return PACK_WRONG_VALUE;
    }
    memcpy(to, &bits, (size_t)size);
    return PACKED;
}

static PackResult pack_float(VM *vm, char code, Value v, void *to) {
    double d;
    if (!object_to_double(vm, v, &d)) return blame(vm);
    if (code == 'd') {
        memcpy(to, &d, sizeof d);
    } else if (code == 'f') {
        float f = (float)d;
        memcpy(to, &f, sizeof f);
    } else {
        uint16_t half;
        if (!half_from_double(d, &half)) return PACK_WRONG_VALUE;
        memcpy(to, &half, sizeof half);
    }
    return PACKED;
}

PackResult native_pack(VM *vm, char code, Value v, void *to) {
    switch (code) {
    case 'c':
        if (!is_bytes(v)) return PACK_WRONG_TYPE;
        if (as_bytes(v)->length != 1) return PACK_WRONG_VALUE;
        *(uint8_t *)to = as_bytes(v)->data[0];
        return PACKED;
    case '?': {
        int truth = object_truth(vm, v);
        *(uint8_t *)to = truth > 0;
        return truth < 0 ? PACK_RAISED : PACKED;
    }
    case 'e':
    case 'f':
    case 'd': return pack_float(vm, code, v, to);
    default: {
        bool is_signed = code == 'b' || code == 'h' || code == 'i' || code == 'l' || code == 'q' ||
                         code == 'n' || (code == 'P' && is_negative(v));
        return pack_integer(vm, native_item_size(code), is_signed, v, to);
    }
    }
}
