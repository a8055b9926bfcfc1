#ifndef MPY_RUNTIME_VALUE_H
#define MPY_RUNTIME_VALUE_H

/*
 * A value is one tagged word.
 *
 *   low 3 bits    meaning
 *   000           pointer to an object header (8-byte aligned); the null pointer is ABSENT
 *   x10           62-bit signed integer: bits >> 2
 *   001 100 101   a double, self-tagged: rotl(ieee_bits, 4) + 1 lands in these tags for every magnitude in
 *                 [2^-255, 2^257) and below 2^-767, zeros included; every other double is a heap object
 *                 ("Float Self-Tagging", arXiv 2411.16544)
 *
 * ABSENT is no Python value: it marks an unbound variable, an argument that was not given, a dict slot that is free,
 * and, returned from a function that RAISES, that an exception waits in the VM. It is all zero bits, so that zeroed
 * memory is a row of ABSENTs.
 *
 * Only pointers are counted. The helpers below say what they accept: value_ref and value_drop take any Value but
 * ABSENT; value_xref and value_xdrop take ABSENT too.
 *
 * Ownership words on declarations: a result is NEW (the caller owns a reference) or BORROWED (valid as long as the
 * container it came from is untouched: use only where no user code can run before the caller is done); an argument
 * marked STEALS gives its reference away, also on failure; RAISES: on failure ABSENT (or NULL, false, -1) is returned
 * and vm->raised is set. Arguments without a word are borrowed.
 */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "gc/likely.h"
#include "gc/object.h"

#define NEW
#define BORROWED
#define STEALS
#define RAISES

typedef struct {
    uint64_t bits;
} Value;

#define ABSENT ((Value){0})

#define INT_MAX_IMMEDIATE ((int64_t)((UINT64_C(1) << 61) - 1))
#define INT_MIN_IMMEDIATE (-INT_MAX_IMMEDIATE - 1)

static inline bool is_absent(Value v) { return v.bits == 0; }

/* The same word: the same immediate number or the same object. Python's `is`. */
static inline bool value_same(Value a, Value b) { return a.bits == b.bits; }

/* --- immediate integers --- */

static inline bool is_int(Value v) { return v.bits & 2; }
static inline bool are_ints(Value a, Value b) { return a.bits & b.bits & 2; }
static inline int64_t int_get(Value v) { return (int64_t)v.bits >> 2; }
static inline bool int_fits(int64_t i) { return i >= INT_MIN_IMMEDIATE && i <= INT_MAX_IMMEDIATE; }

/* The immediate integer `i`, which must fit (int_fits). See int_from in runtime/numbers/int.h for any int64_t. */
static inline Value int_small(int64_t i) { return (Value){((uint64_t)i << 2) | 2}; }

/* --- immediate floats --- */

/* Does a rotated word hold a double whose exponent begins 000, 011 or 100, as its low three bits say? */
static inline bool float_rotated_fits(uint64_t rotated) { return UINT32_C(0x19191919) >> (rotated & 31) & 1; }

/* Two tests of bits, which a processor joins with their jumps, and of which what is known already saves one. */
static inline bool is_float(Value v) { return !(v.bits & 2) && v.bits & 7; }

static inline double float_get(Value v) {
    uint64_t rotated = v.bits - 1;
    uint64_t ieee = (rotated >> 4) | (rotated << 60);
    double d;
    memcpy(&d, &ieee, sizeof d);
    return d;
}

/* Encode `d` into *v; false when its exponent needs a heap object (float_from in runtime/numbers/float.h does both). */
static inline bool float_immediate(double d, Value *v) {
    uint64_t ieee;
    memcpy(&ieee, &d, sizeof ieee);
    uint64_t rotated = (ieee << 4) | (ieee >> 60);
    v->bits = rotated + 1;
    return float_rotated_fits(rotated);
}

/* --- objects --- */

/* `v` is not ABSENT. */
static inline bool is_object(Value v) { return (v.bits & 7) == 0; }
static inline Object *as_object(Value v) { return (Object *)v.bits; }

static inline Value from_object(const void *object) { return (Value){(uint64_t)(uintptr_t)object}; }

/* `v` (not ABSENT) is a heap object of exactly this type. */
static inline bool is_exactly(Value v, const Type *type) {
    return LIKELY(is_object(v)) && as_object(v)->type == type;
}

/* --- references --- */

static inline Value value_ref(Value v) {
    if (is_object(v)) object_ref(as_object(v));
    return v;
}

static inline void value_drop(VM *vm, Value v) {
    if (is_object(v)) object_drop(vm, as_object(v));
}

/* ABSENT has the tag of a pointer, so that numbers pass by one test. */
static inline Value value_xref(Value v) {
    if (is_object(v) && !is_absent(v)) object_ref(as_object(v));
    return v;
}

static inline void value_xdrop(VM *vm, Value v) {
    if (is_object(v) && !is_absent(v)) object_drop(vm, as_object(v));
}

/* Store `v` in *place, then drop what was there: the order that keeps *place valid while finalizers run. */
static inline void value_set(VM *vm, Value *place, STEALS Value v) {
    Value old = *place;
    *place = v;
    value_xdrop(vm, old);
}

static inline void value_clear(VM *vm, Value *place) { value_set(vm, place, ABSENT); }

/* The thorough visitor: a traverse slot shows it leaves that it may keep from others, and immediates too, as words that
 * look like pointers. It passes each value on. For gc.get_referents() and heap.check(). */
typedef struct {
    int (*visit)(Value v, void *context);
    void *context;
} ThoroughVisit;

int visit_all_values(Object *referent, void *thorough_visit);

static inline __attribute__((always_inline)) int value_visit(Value v, VisitFn visit, void *context) {
    bool visited = !is_absent(v) && (is_object(v) || visit == visit_all_values);
    return visited ? visit(as_object(v), context) : 0;
}

/* In a traverse slot: visit `v` if it is an object, and stop when the visitor says so. */
#define VISIT(v) \
    do { \
        int stop_ = value_visit((v), visit, context); \
        if (stop_) return stop_; \
    } while (0)

/* The static immortals. */
extern Object none_object, true_object, false_object, ellipsis_object, not_implemented_object,
    no_default_object;

#define NONE (from_object(&none_object))
#define TRUE_VALUE (from_object(&true_object))
#define FALSE_VALUE (from_object(&false_object))
#define ELLIPSIS (from_object(&ellipsis_object))
#define NOT_IMPLEMENTED (from_object(&not_implemented_object))
#define NO_DEFAULT (from_object(&no_default_object)) /* typing.NoDefault */

static inline Value bool_from(bool b) { return b ? TRUE_VALUE : FALSE_VALUE; }
static inline bool is_bool(Value v) { return v.bits == TRUE_VALUE.bits || v.bits == FALSE_VALUE.bits; }
static inline bool is_none(Value v) { return v.bits == NONE.bits; }

/* What became of a question that answers 1, 0, or -1 for an error: True, False or ABSENT. */
static inline Value bool_from_truth(int answer) { return answer < 0 ? ABSENT : bool_from(answer); }

/* Of arguments and fields that may be missing: None stands for ABSENT (NEW), and both for "not given". */
static inline Value value_or_none(Value v) { return is_absent(v) ? NONE : value_ref(v); }
static inline bool value_is_given(Value v) { return !is_absent(v) && !is_none(v); }

#endif
