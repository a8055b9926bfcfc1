/*
 * Conversions between the digits of a base and numbers so large that a signal must be able to end them. They are
 * divided and conquered here until a piece takes GMP a moment, in the same way as GMP goes on with the piece, so that
 * nothing is lost by it; between the pieces there is a look for signals.
 */
#include "runtime/numbers/intlimbs.h"

enum { PIECE = INT_HUGE_DIGITS, LEVELS = 32 };

typedef struct {
    VM *vm;
    int base;
    int factor; /* the base, or without its factors of two */
    int count;
    Value powers[LEVELS]; /* factor ** (PIECE << i); owned */
} Powers;

/* The first `count` powers. */
static bool powers_make(Powers *p, int count) {
    while (p->count < count) {
        if (!vm_may_go_on(p->vm)) return false;
        Value last = p->count ? p->powers[p->count - 1] : ABSENT;
        Value next = p->count ? int_multiply(p->vm, last, last)
                              : int_power(p->vm, int_small(p->factor), int_small(PIECE));
        if (is_absent(next)) return false;
        p->powers[p->count++] = next;
    }
    return true;
}

static void powers_drop(Powers *p) {
    while (p->count > 0)
        value_drop(p->vm, p->powers[--p->count]);
}

/* How many levels of halves a row of so many digits has. */
static int levels_of(size_t digits) {
    int level = 0;
    while ((size_t)PIECE << level < digits)
        level++;
    return level;
}

/* --- printing --- */

/* A number of at most PIECE digits. */
static bool print_piece(VM *vm, Value number, int base, uint8_t *to) {
    IntView view;
    view_of(number, &view);
    memset(to, 0, PIECE);
    if (view.count == 0) return true;
    size_t digits = mpn_sizeinbase(limbs_of(&view), view.count, base) + 2;
    size_t limbs = (size_t)(view.count + 1) * sizeof(mp_limb_t);
    mp_limb_t *copy = memory_alloc(vm, limbs + digits); /* mpn_get_str destroys its operand */
    if (!copy) return false;
    uint8_t *first = (uint8_t *)copy + limbs;
    mpn_copyi(copy, limbs_of(&view), view.count);
    uint8_t *end = first + mpn_get_str(first, base, copy, view.count);
    while (*first == 0)
        first++;
    memcpy(to + PIECE - (end - first), first, (size_t)(end - first));
    memory_free(vm, copy, limbs + digits);
    return true;
}

static bool print_part(Powers *p, STEALS Value number, int level, uint8_t *to) {
    Value high = ABSENT, low = ABSENT;
    bool done = vm_may_go_on(p->vm);
    if (level == 0) {
        done = done && print_piece(p->vm, number, p->base, to);
        value_drop(p->vm, number);
        return done;
    }
    done = done && int_divmod(p->vm, number, p->powers[level - 1], &high, &low);
    value_drop(p->vm, number);
    if (!done) return false;
    if (print_part(p, high, level - 1, to))
        return print_part(p, low, level - 1, to + ((size_t)PIECE << (level - 1)));
    value_drop(p->vm, low);
    return false;
}

uint8_t *int_print_huge(VM *vm, Value v, int base, size_t *room) {
    IntView view;
    view_of(v, &view);
    int level = levels_of(mpn_sizeinbase(limbs_of(&view), view.count, base));
    Value number = view.negative ? int_negate(vm, v) : int_exact(vm, v);
    if (is_absent(number)) return NULL;
    *room = (size_t)PIECE << level;
    uint8_t *digits = memory_alloc(vm, *room);
    Powers p = {.vm = vm, .base = base, .factor = base};
    bool done = digits && powers_make(&p, level);
    if (done)
        done = print_part(&p, number, level, digits);
    else
        value_drop(vm, number);
    powers_drop(&p);
    if (done || !digits) return digits;
    memory_free(vm, digits, *room);
    return NULL;
}

/* --- reading --- */

static Value read_piece(VM *vm, const uint8_t *values, size_t count, int base) {
    for (; count > 0 && *values == 0; values++)
        count--;
    if (count == 0) return int_small(0);
    size_t room = count * 6 / 64 + 2; /* a digit has less than six bits */
    mp_limb_t *limbs = memory_alloc(vm, room * sizeof *limbs);
    if (!limbs) return ABSENT;
    mp_size_t used = mpn_set_str(limbs, values, count, base);
    Value number = int_from_limbs(vm, (const uint64_t *)limbs, used, false);
    memory_free(vm, limbs, room * sizeof *limbs);
    return number;
}

/* high * base ** digits, with the power of its odd factor at `level`. */
static Value scale(Powers *p, STEALS Value high, int level, size_t digits) {
    if (is_absent(high)) return ABSENT;
    Value product = int_multiply(p->vm, high, p->powers[level]);
    value_drop(p->vm, high);
    if (is_absent(product)) return ABSENT;
    Value result = int_shift(p->vm, product, (int64_t)digits * __builtin_ctz((unsigned)p->base));
    value_drop(p->vm, product);
    return result;
}

static Value read_part(Powers *p, const uint8_t *values, size_t count) {
    if (!vm_may_go_on(p->vm)) return ABSENT;
    if (count <= PIECE) return read_piece(p->vm, values, count, p->base);
    int level = levels_of(count) - 1;
    size_t behind = (size_t)PIECE << level;
    Value high = scale(p, read_part(p, values, count - behind), level, behind);
    Value low = is_absent(high) ? ABSENT : read_part(p, values + (count - behind), behind);
    Value number = is_absent(low) ? ABSENT : int_add(p->vm, high, low);
    value_xdrop(p->vm, high);
    value_xdrop(p->vm, low);
    return number;
}

Value int_read_huge(VM *vm, const uint8_t *values, size_t count, int base, bool negative) {
    Powers p = {.vm = vm, .base = base, .factor = base >> __builtin_ctz((unsigned)base)};
    Value number = powers_make(&p, levels_of(count)) ? read_part(&p, values, count) : ABSENT;
    powers_drop(&p);
    if (is_absent(number) || !negative) return number;
    Value result = int_negate(vm, number);
    value_drop(vm, number);
    return result;
}
