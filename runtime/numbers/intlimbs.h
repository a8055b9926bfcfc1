#ifndef MPY_RUNTIME_INTLIMBS_H
#define MPY_RUNTIME_INTLIMBS_H

/*
 * What the arithmetic of ints is made of: for int.c, intpower.c, intbits.c and inttext.c alone.
 *
 * Immediate operands take short paths first; whatever leaves 62 bits goes through IntViews and GMP's mpn layer. A
 * result is computed in a new BigInt of the greatest size it may have, and big_finish trims it or turns it into an
 * immediate.
 */

#include <gmp.h>

#include "runtime/classes/instance.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/int.h"

_Static_assert(sizeof(mp_limb_t) == sizeof(uint64_t) && GMP_NAIL_BITS == 0, "a limb is a whole 64-bit word");

/* 8 Gbit: results beyond it are refused at once instead of after minutes of work. */
static const int64_t LIMBS_MAX = INT64_C(1) << 27;

static inline const mp_limb_t *limbs_of(const IntView *v) { return (const mp_limb_t *)v->limbs; }

static inline uint64_t magnitude(int64_t i) { return i < 0 ? 0 - (uint64_t)i : (uint64_t)i; }

/* int_view, inline. */
static inline __attribute__((always_inline)) void view_of(Value v, IntView *view) {
    if (!is_int(v) && !is_bool(v)) {
        const BigInt *big = (const BigInt *)as_object(v);
        view->limbs = big->limbs;
        view->negative = big->size < 0;
        view->count = view->negative ? -big->size : big->size;
        return;
    }
    int64_t i = is_int(v) ? int_get(v) : value_same(v, TRUE_VALUE);
    view->immediate = magnitude(i);
    view->negative = i < 0;
    view->count = i != 0;
    view->limbs = &view->immediate;
}

/*
 * Numbers of up to so many limbs are worked on here, in registers and a local row: a call into GMP, or a view in
 * memory, costs more than the work.
 */
enum { SHORT_LIMBS = 8 };

static inline size_t big_size(int64_t limbs) { return sizeof(BigInt) + (size_t)limbs * sizeof(uint64_t); }

/* With room for so many limbs, which are not set; NULL with MemoryError raised. */
NEW RAISES static inline BigInt *big_new(VM *vm, int64_t limbs) {
    BigInt *big = limbs > LIMBS_MAX ? NULL : (BigInt *)object_new(vm, &int_type, big_size(limbs));
    if (!big) {
        raise_memory(vm);
        return NULL;
    }
    big->size = limbs;
    return big;
}

/* What big_finish does for a number with zero limbs on top or small enough to be an immediate. */
NEW RAISES Value big_finish_shorter(VM *vm, BigInt *big, int64_t room, int64_t used, bool negative);

/* The int that `big`, made with room for `room` limbs, holds: `used` limbs and a sign. */
NEW RAISES static inline Value big_finish(VM *vm, STEALS BigInt *big, int64_t room, int64_t used,
                                          bool negative) {
    if (used != room || used < 2 || big->limbs[used - 1] == 0)
        return big_finish_shorter(vm, big, room, used, negative);
    big->size = negative ? -used : used;
    return from_object(big);
}

/* How many bits the magnitude has. */
static inline int64_t view_bits(const IntView *view) {
    return view->count ? view->count * 64 - __builtin_clzll(view->limbs[view->count - 1]) : 0;
}

/* Limb i of the two's complement; *carry is true at first. */
static inline uint64_t complement_limb(const IntView *x, int64_t i, bool *carry) {
    uint64_t limb = i < x->count ? x->limbs[i] : 0;
    if (!x->negative) return limb;
    limb = ~limb + *carry;
    *carry = *carry && limb == 0;
    return limb;
}

/* Conversions of more digits than these look for signals (inthuge.c); in a base that is no power of two. */
enum { INT_HUGE_DIGITS = 1 << 20 };
/* The values of the digits of a number's magnitude, behind zeros, in a block of *room bytes. NULL RAISES. */
RAISES uint8_t *int_print_huge(VM *vm, Value v, int base, size_t *room);
NEW RAISES Value int_read_huge(VM *vm, const uint8_t *values, size_t count, int base, bool negative);

/* Operands as nearly all are: no bool, no instance of a subclass. */
static inline bool is_usual(Value v) { return is_int(v) || is_exactly(v, &int_type); }

/* An int-family value that is no exact int, as an immediate if it is small enough. */
static inline Value as_small(Value v) {
    if (is_usual(v)) return v;
    if (is_bool(v)) return int_small(value_same(v, TRUE_VALUE));
    const BigInt *big = (const BigInt *)as_object(v);
    if (big->size == 0) return int_small(0);
    if ((big->size != 1 && big->size != -1) || big->limbs[0] > (uint64_t)INT_MAX_IMMEDIATE) return v;
    return int_small(big->size < 0 ? -(int64_t)big->limbs[0] : (int64_t)big->limbs[0]);
}

/* What an operator computes with; false: no int. */
static inline bool as_operand(Value *v) {
    if (is_usual(*v)) return true;
    if (is_bool(*v)) {
        *v = int_small(value_same(*v, TRUE_VALUE));
        return true;
    }
    if (!is_int_family(*v)) return false;
    *v = as_small(*v);
    return true;
}

/* A slot: its operands are of int's family, or it answers NOT_IMPLEMENTED. */
#define OPERATOR(name, result) \
    Value int_##name(VM *vm, Value a, Value b) { \
        return as_operand(&a) && as_operand(&b) ? result : NOT_IMPLEMENTED; \
    }

#endif
