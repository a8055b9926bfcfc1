/* int: making and reading, comparison and hash, sums, products, quotients (powers: intpower.c; bits: intbits.c). */
#include <float.h>
#include <math.h>

#include "gc/likely.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/intlimbs.h"

void int_view(Value v, IntView *view) { view_of(v, view); }

/* --- making --- */

Value big_finish_shorter(VM *vm, BigInt *big, int64_t room, int64_t used, bool negative) {
    while (used > 0 && big->limbs[used - 1] == 0)
        used--;
    uint64_t low = used ? big->limbs[0] : 0;
    if (used <= 1 && low <= (uint64_t)INT_MAX_IMMEDIATE + negative) {
        object_free(vm, &big->head, big_size(room));
        return int_small(negative ? -(int64_t)low : (int64_t)low);
    }
    if (used != room) {
        BigInt *trimmed = heap_shorten(vm_heap(vm), big, big_size(room), big_size(used));
        if (!trimmed) {
            object_free(vm, &big->head, big_size(room));
            return raise_memory(vm);
        }
        big = trimmed;
    }
    big->size = negative ? -used : used;
    return from_object(big);
}

void int_dealloc(VM *vm, Object *self) {
    BigInt *big = (BigInt *)self;
    int64_t limbs = big->size < 0 ? -big->size : big->size;
    if (UNLIKELY(self->type != &int_type))
        instance_free(vm, self, limbs);
    else
        heap_free(vm_heap(vm), self, big_size(limbs));
}

static inline Value from_limbs(VM *vm, const uint64_t *limbs, int64_t count, bool negative) {
    BigInt *big = big_new(vm, count);
    if (!big) return ABSENT;
    for (int64_t i = 0; i < count; i++)
        big->limbs[i] = limbs[i];
    return big_finish(vm, big, count, count, negative);
}

Value int_from_limbs(VM *vm, const uint64_t *limbs, int64_t count, bool negative) {
    return from_limbs(vm, limbs, count, negative);
}

Value int_from_big(VM *vm, int64_t i) {
    BigInt *big = big_new(vm, 1);
    if (!big) return ABSENT;
    big->limbs[0] = magnitude(i);
    big->size = i < 0 ? -1 : 1;
    return from_object(big);
}

/* One of up to two limbs. */
static Value from_product(VM *vm, unsigned __int128 product, bool negative) {
    uint64_t limbs[] = {(uint64_t)product, (uint64_t)(product >> 64)};
    return int_from_limbs(vm, limbs, limbs[1] ? 2 : 1, negative);
}

Value int_from_unsigned(VM *vm, uint64_t i) {
    return i <= (uint64_t)INT_MAX_IMMEDIATE ? int_small((int64_t)i) : int_from_limbs(vm, &i, 1, false);
}

Value int_from_double(VM *vm, double d) {
    if (isnan(d)) return raise_value(vm, "cannot convert float NaN to integer");
    if (isinf(d)) return raise_overflow(vm, "cannot convert float infinity to integer");
    if (fabs(d) < 0x1p62) return int_from(vm, (int64_t)d);
    int exponent;
    int64_t mantissa = (int64_t)ldexp(frexp(d, &exponent), 53); /* exact: a double has 53 bits */
    return int_shift(vm, int_small(mantissa), exponent - 53);
}

Value int_exact(VM *vm, Value v) {
    if (is_int(v)) return v;
    if (is_exactly(v, &int_type)) return value_ref(v);
    IntView view;
    view_of(v, &view);
    return int_from_limbs(vm, view.limbs, view.count, view.negative);
}

/* --- reading --- */

bool int_required(VM *vm, Value v, int64_t *result) {
    if (!is_int_family(v)) return raise_type(vm, "an integer is required"), false;
    if (int_to_int64(v, result)) return true;
    return raise_overflow(vm, "Python int too large to convert to C ssize_t"), false;
}

bool int_to_int64(Value v, int64_t *result) {
    if (is_int(v)) {
        *result = int_get(v);
        return true;
    }
    IntView view;
    view_of(v, &view);
    uint64_t low = view.count ? view.limbs[0] : 0;
    if (view.count > 1 || low > (uint64_t)INT64_MAX + view.negative) return false;
    *result = (int64_t)(view.negative ? 0 - low : low);
    return true;
}

int int_sign(Value v) {
    IntView view;
    view_of(v, &view);
    return view.count == 0 ? 0 : view.negative ? -1 : 1;
}

int64_t int_bit_length(Value v) {
    IntView view;
    view_of(v, &view);
    return view_bits(&view);
}

/* The leading 64 bits of a nonzero number, left-aligned; *rest tells whether any bit below them is set. */
static uint64_t leading_bits(const IntView *view, bool *rest) {
    int64_t top = view->count - 1;
    int shift = __builtin_clzll(view->limbs[top]);
    uint64_t bits = view->limbs[top] << shift;
    *rest = false;
    if (top > 0 && shift) {
        bits |= view->limbs[top - 1] >> (64 - shift);
        *rest = view->limbs[top - 1] << shift;
    } else if (top > 0) {
        *rest = view->limbs[top - 1];
    }
    for (int64_t i = top - 2; i >= 0 && !*rest; i--)
        *rest = view->limbs[i];
    return bits;
}

double int_fraction(Value v, int64_t *exponent) {
    IntView view;
    view_of(v, &view);
    *exponent = 0;
    if (view.count == 0) return 0.0;
    bool rest;
    uint64_t bits = leading_bits(&view, &rest);
    int carry; /* 1 where it is rounded to a power of two */
    double d = frexp(float_round(bits, rest, 0), &carry);
    *exponent = view_bits(&view) + carry;
    return view.negative ? -d : d;
}

bool int_to_double(VM *vm, Value v, double *result) {
    if (is_int(v)) {
        *result = (double)int_get(v);
        return true;
    }
    int64_t exponent;
    double fraction = int_fraction(v, &exponent);
    if (exponent > DBL_MAX_EXP) {
        raise_overflow(vm, "int too large to convert to float");
        return false;
    }
    *result = ldexp(fraction, (int)exponent);
    return true;
}

/* --- comparison, hash --- */

/* The limbs of a number, how many there are, negative for a negative number; those of an immediate are in *local. */
static inline const uint64_t *limbs_in(Value v, uint64_t *local, int64_t *size) {
    if (!is_int(v)) {
        const BigInt *big = (const BigInt *)as_object(v);
        *size = big->size;
        return big->limbs;
    }
    *local = magnitude(int_get(v));
    *size = (int_get(v) > 0) - (int_get(v) < 0);
    return local;
}

/* The order of two magnitudes. */
static int order_limbs(const uint64_t *x, int64_t n, const uint64_t *y, int64_t m) {
    if (n != m) return n < m ? -1 : 1;
    while (n-- > 0) {
        if (x[n] != y[n]) return x[n] < y[n] ? -1 : 1;
    }
    return 0;
}

int int_order(Value a, Value b) {
    /* What is on the heap is farther from zero than any immediate. */
    if (is_int(b) && is_exactly(a, &int_type)) return ((const BigInt *)as_object(a))->size < 0 ? -1 : 1;
    if (is_int(a) && is_exactly(b, &int_type)) return ((const BigInt *)as_object(b))->size < 0 ? 1 : -1;
    if (is_bool(a)) a = as_small(a);
    if (is_bool(b)) b = as_small(b);
    if (is_int(a) && is_int(b)) return (int_get(a) > int_get(b)) - (int_get(a) < int_get(b));
    uint64_t i, j;
    int64_t n, m;
    const uint64_t *x = limbs_in(a, &i, &n), *y = limbs_in(b, &j, &m);
    if (n != m) return n < m ? -1 : 1;
    return n < 0 ? -order_limbs(x, -n, y, -n) : order_limbs(x, n, y, n);
}

int64_t int_hash(Value v) {
    static const uint64_t modulus = (UINT64_C(1) << 61) - 1;
    IntView view;
    view_of(v, &view);
    uint64_t rest = 0;
    for (int64_t i = view.count; i-- > 0;) { /* 2**64 is 8, and 2**61 is 1, modulo 2**61-1 */
        uint64_t limb = view.limbs[i];
        rest = (rest >> 58) + (rest << 3 & modulus) + (limb & modulus) + (limb >> 61);
        rest = (rest & modulus) + (rest >> 61);
    }
    if (rest >= modulus) rest -= modulus;
    int64_t hash = view.negative ? -(int64_t)rest : (int64_t)rest;
    return hash == -1 ? -2 : hash;
}

/* --- sums and products --- */

/* |x| + |y|, of n >= m limbs, with the given sign. They are summed where the result is, not in a row that is copied:
 * what is stored limb by limb and read by twos stalls. */
static inline __attribute__((always_inline)) Value add_short(VM *vm, const uint64_t *x, int64_t n,
                                                             const uint64_t *y, int64_t m, bool negative) {
    uint64_t carry = 0;
    bool may_carry = n && x[n - 1] >= UINT64_MAX - (m == n ? y[n - 1] : 0);
    int64_t room = n + may_carry, i = 0;
    BigInt *sum = big_new(vm, room);
    if (!sum) return ABSENT;
    for (; i < m; i++) {
        uint64_t part;
        bool over = __builtin_add_overflow(x[i], carry, &part);
        carry = over | __builtin_add_overflow(part, y[i], &sum->limbs[i]);
    }
    for (; carry && i < n; i++)
        carry = __builtin_add_overflow(x[i], carry, &sum->limbs[i]);
    for (; i < n; i++)
        sum->limbs[i] = x[i];
    if (may_carry) sum->limbs[i] = carry;
    return big_finish(vm, sum, room, room, negative);
}

/* |x| - |y|, not negative, of n >= m limbs, with the given sign. */
static inline __attribute__((always_inline)) Value
subtract_short(VM *vm, const uint64_t *x, int64_t n, const uint64_t *y, int64_t m, bool negative) {
    uint64_t borrow = 0;
    int64_t i = 0;
    BigInt *difference = big_new(vm, n);
    if (!difference) return ABSENT;
    for (; i < m; i++) {
        uint64_t part;
        bool under = __builtin_sub_overflow(x[i], borrow, &part);
        borrow = under | __builtin_sub_overflow(part, y[i], &difference->limbs[i]);
    }
    for (; borrow && i < n; i++)
        borrow = __builtin_sub_overflow(x[i], borrow, &difference->limbs[i]);
    for (; i < n; i++)
        difference->limbs[i] = x[i];
    return big_finish(vm, difference, n, n, negative);
}

enum { MULTIPLY_SHORT_LIMBS = 3 };

static inline int leading_zeros(const IntView *x) { return __builtin_clzll(x->limbs[x->count - 1]); }

/* What multiply_limbs does, for rows so short that GMP's calls would cost more than the work. The product is known to
 * have no more than `room` limbs. */
static inline void multiply_short(uint64_t *to, int64_t room, const IntView *x, const IntView *y) {
    const uint64_t *row = x->limbs;
    int64_t n = x->count, m = y->count;
    for (int64_t i = 0; i < m; i++) {
        uint64_t factor = y->limbs[i], carry = 0;
        for (int64_t j = 0; j < n; j++) {
            unsigned __int128 sum = (unsigned __int128)row[j] * factor + carry;
            if (i) sum += to[i + j];
            to[i + j] = (uint64_t)sum;
            carry = (uint64_t)(sum >> 64);
        }
        if (i + n < room) to[i + n] = carry;
    }
}

/* x * y, of at least as many limbs as y, which has one at least. */
static void multiply_limbs(mp_limb_t *to, const IntView *x, const IntView *y) {
    if (x->count > SHORT_LIMBS && y->count > 1) {
        if (x->limbs == y->limbs)
            mpn_sqr(to, limbs_of(x), x->count);
        else
            mpn_mul(to, limbs_of(x), x->count, limbs_of(y), y->count);
        return;
    }
    to[x->count] = mpn_mul_1(to, limbs_of(x), x->count, y->limbs[0]);
    for (int64_t i = 1; i < y->count; i++)
        to[x->count + i] = mpn_addmul_1(to + i, limbs_of(x), x->count, y->limbs[i]);
}

enum { MULTIPLY_BLOCK = 1 << 20 }; /* limbs: GMP multiplies by so many in a moment */

/* The same for an x that is much longer than y and very long: by blocks, with a look for signals between them. */
static bool multiply_blocks(VM *vm, mp_limb_t *to, const IntView *x, const IntView *y) {
    int64_t block = MULTIPLY_BLOCK, m = y->count;
    size_t size = (size_t)(block + m) * sizeof(mp_limb_t);
    mp_limb_t *product = memory_alloc(vm, size);
    if (!product) return false;
    bool goes_on = true;
    mpn_zero(to, m);
    for (int64_t i = 0, n; i < x->count && goes_on; i += n) {
        n = x->count - i < block ? x->count - i : block;
        if (n >= m)
            mpn_mul(product, limbs_of(x) + i, n, limbs_of(y), m);
        else
            mpn_mul(product, limbs_of(y), m, limbs_of(x) + i, n);
        mp_limb_t carry = mpn_add_n(to + i, to + i, product, m);
        mpn_add_1(to + i + m, product + m, n, carry);
        goes_on = vm_may_go_on(vm);
    }
    memory_free(vm, product, size);
    return goes_on;
}

/* |x| + |y| with the given sign. The sum has a limb more than the longer one only if the top limbs may carry. */
static Value add_magnitudes(VM *vm, const IntView *x, const IntView *y, bool negative) {
    if (x->count < y->count) {
        const IntView *longer = y;
        y = x, x = longer;
    }
    int64_t count = x->count, room = count;
    if (count) {
        uint64_t top = x->limbs[count - 1], other = y->count == count ? y->limbs[count - 1] : 0;
        room += top >= UINT64_MAX - other;
    }
    BigInt *sum = big_new(vm, room);
    if (!sum) return ABSENT;
    mp_limb_t *to = (mp_limb_t *)sum->limbs, carry = 0;
    if (y->count == 0)
        mpn_copyi(to, limbs_of(x), count);
    else
        carry = mpn_add(to, limbs_of(x), count, limbs_of(y), y->count);
    if (room > count) to[count] = carry;
    return big_finish(vm, sum, room, room, negative);
}

/* |x| - |y|, negated when `negative`. */
static Value subtract_magnitudes(VM *vm, const IntView *x, const IntView *y, bool negative) {
    int order = order_limbs(x->limbs, x->count, y->limbs, y->count);
    if (order == 0) return int_small(0);
    if (order < 0) {
        const IntView *greater = y;
        y = x, x = greater, negative = !negative;
    }
    BigInt *difference = big_new(vm, x->count);
    if (!difference) return ABSENT;
    mp_limb_t *to = (mp_limb_t *)difference->limbs;
    if (y->count == 0)
        mpn_copyi(to, limbs_of(x), x->count);
    else
        mpn_sub(to, limbs_of(x), x->count, limbs_of(y), y->count);
    return big_finish(vm, difference, x->count, x->count, negative);
}

static Value add_long(VM *vm, Value a, Value b, bool minus) {
    IntView x, y;
    view_of(a, &x);
    view_of(b, &y);
    return x.negative == (y.negative != minus) ? add_magnitudes(vm, &x, &y, x.negative)
                                               : subtract_magnitudes(vm, &x, &y, x.negative);
}

/* a + b, or a - b. */
static inline __attribute__((always_inline)) Value add_signed(VM *vm, Value a, Value b, bool minus) {
    uint64_t i, j;
    int64_t n, m;
    const uint64_t *x = limbs_in(a, &i, &n), *y = limbs_in(b, &j, &m);
    if (minus) m = -m;
    bool add = (n ^ m) >= 0, negative = n < 0;
    n = n < 0 ? -n : n, m = m < 0 ? -m : m;
    if (n > SHORT_LIMBS || m > SHORT_LIMBS) return add_long(vm, a, b, minus);
    if (add ? n < m : order_limbs(x, n, y, m) < 0) {
        const uint64_t *other = x;
        int64_t count = n;
        x = y, n = m, y = other, m = count;
        negative ^= !add;
    }
    return add ? add_short(vm, x, n, y, m, negative) : subtract_short(vm, x, n, y, m, negative);
}

static inline Value add(VM *vm, Value a, Value b) {
    if (are_ints(a, b)) return int_from(vm, int_get(a) + int_get(b));
    return add_signed(vm, a, b, false);
}

static Value subtract(VM *vm, Value a, Value b) {
    if (are_ints(a, b)) return int_from(vm, int_get(a) - int_get(b));
    return add_signed(vm, a, b, true);
}

Value int_negate(VM *vm, Value v) {
    if (is_int(v)) return int_from(vm, -int_get(v));
    IntView x;
    view_of(v, &x);
    return int_from_limbs(vm, x.limbs, x.count, !x.negative);
}

static Value multiply(VM *vm, Value a, Value b) {
    if (are_ints(a, b)) {
        int64_t i = int_get(a), j = int_get(b), product;
        if (!__builtin_mul_overflow(i, j, &product)) return int_from(vm, product);
        return from_product(vm, (unsigned __int128)magnitude(i) * magnitude(j), (i < 0) != (j < 0));
    }
    IntView first, second, *x = &first, *y = &second;
    view_of(a, &first);
    view_of(b, &second);
    if (x->count < y->count) x = &second, y = &first;
    if (y->count == 0) return int_small(0);
    bool is_short = x->count <= MULTIPLY_SHORT_LIMBS;
    int64_t room = x->count + y->count - (is_short && leading_zeros(x) + leading_zeros(y) >= 64);
    BigInt *result = big_new(vm, room);
    if (!result) return ABSENT;
    if (is_short) {
        multiply_short(result->limbs, room, x, y);
    } else if (x->count > 4 * MULTIPLY_BLOCK && y->count <= MULTIPLY_BLOCK / 4 && y->count > 1) {
        if (!multiply_blocks(vm, (mp_limb_t *)result->limbs, x, y)) {
            value_drop(vm, from_object(result));
            return ABSENT;
        }
    } else {
        multiply_limbs((mp_limb_t *)result->limbs, x, y);
    }
    return big_finish(vm, result, room, room, first.negative != second.negative);
}

/* --- quotients --- */

static bool raise_zero_division(VM *vm, const char *message) {
    raise_error(vm, &exc_ZeroDivisionError, "%s", message);
    return false;
}

static void divmod_small(int64_t a, int64_t b, int64_t *quotient, int64_t *remainder) {
    int64_t q = a / b, r = a % b;
    if (r != 0 && (r < 0) != (b < 0)) q--, r += b;
    *quotient = q;
    *remainder = r;
}

/* Turn a truncated quotient and remainder into floored ones, where signs differ and something is left. */
static bool floor_adjust(VM *vm, Value b, Value *quotient, Value *remainder) {
    Value q = subtract(vm, *quotient, int_small(1));
    if (is_absent(q)) return false;
    value_set(vm, quotient, q);
    Value r = add(vm, *remainder, b);
    if (is_absent(r)) return false;
    value_set(vm, remainder, r);
    return true;
}

/* The truncated quotient and the remainder of a division by one limb. */
static bool divide_by_limb(VM *vm, const IntView *x, const IntView *y, Value *quotient, Value *remainder) {
    BigInt *q = big_new(vm, x->count);
    if (!q) return false;
    uint64_t rest = mpn_divrem_1((mp_limb_t *)q->limbs, 0, limbs_of(x), x->count, y->limbs[0]);
    *quotient = big_finish(vm, q, x->count, x->count, x->negative != y->negative);
    *remainder = int_from_limbs(vm, &rest, 1, x->negative);
    return !is_absent(*quotient) && !is_absent(*remainder);
}

static bool divmod_big(VM *vm, Value a, Value b, Value *quotient, Value *remainder) {
    IntView x, y;
    view_of(a, &x);
    view_of(b, &y);
    *quotient = *remainder = ABSENT;
    bool made = true;
    if (y.count == 1 && x.count) {
        made = divide_by_limb(vm, &x, &y, quotient, remainder);
    } else if (x.count < y.count) {
        *quotient = int_small(0);
        *remainder = int_exact(vm, a);
        if (is_absent(*remainder)) return false;
    } else {
        int64_t room = x.count - y.count + 1;
        BigInt *q = big_new(vm, room);
        if (!q) return false;
        BigInt *r = big_new(vm, y.count);
        if (!r) {
            value_drop(vm, from_object(q));
            return false;
        }
        mpn_tdiv_qr((mp_limb_t *)q->limbs, (mp_limb_t *)r->limbs, 0, limbs_of(&x), x.count, limbs_of(&y),
                    y.count);
        *quotient = big_finish(vm, q, room, room, x.negative != y.negative);
        *remainder = big_finish(vm, r, y.count, y.count, x.negative);
    }
    made = made && !is_absent(*quotient) && !is_absent(*remainder);
    if (made && x.negative != y.negative && int_sign(*remainder) != 0) {
        made = floor_adjust(vm, b, quotient, remainder);
    }
    if (!made) {
        value_xdrop(vm, *quotient);
        value_xdrop(vm, *remainder);
    }
    return made;
}

static void give(VM *vm, Value *to, Value result) {
    if (to) {
        *to = result;
    } else {
        value_drop(vm, result);
    }
}

static bool divide(VM *vm, Value a, Value b, Value *quotient, Value *remainder, const char *zero_message) {
    if (int_sign(b) == 0) return raise_zero_division(vm, zero_message);
    Value q, r;
    if (are_ints(a, b)) {
        int64_t small_q, small_r;
        divmod_small(int_get(a), int_get(b), &small_q, &small_r);
        q = int_from(vm, small_q);
        r = int_small(small_r);
        if (is_absent(q)) return false;
    } else if (!divmod_big(vm, a, b, &q, &r)) {
        return false;
    }
    give(vm, quotient, q);
    give(vm, remainder, r);
    return true;
}

bool int_divmod(VM *vm, Value a, Value b, Value *quotient, Value *remainder) {
    return divide(vm, a, b, quotient, remainder, "integer division or modulo by zero");
}

/* a / b, exactly rounded: scale so that the integer quotient has at least 64 bits, then round once. */
static Value true_divide_big(VM *vm, const IntView *x, const IntView *y) {
    int64_t shift = view_bits(y) - view_bits(x) + 66;
    int64_t grow =
        shift > 0 ? shift : 0; /* dividing a longer number needs no scaling: its quotient is long enough */
    int64_t n = x->count + grow / 64 + 1, q_room = n - y->count + 1;
    if (n < y->count) q_room = 1;
    int64_t words = n + (q_room > 0 ? q_room : 1) + y->count;
    mp_limb_t *scratch = memory_alloc(vm, (size_t)words * sizeof(mp_limb_t));
    if (!scratch) return ABSENT;
    mp_limb_t *scaled = scratch, *q = scratch + n, *r = q + q_room;
    mpn_zero(scaled, n);
    mp_limb_t *high = scaled + grow / 64;
    if (grow % 64) {
        high[x->count] = mpn_lshift(high, limbs_of(x), x->count, (unsigned)(grow % 64));
    } else {
        mpn_copyi(high, limbs_of(x), x->count);
    }
    mpn_tdiv_qr(q, r, 0, scaled, n, limbs_of(y), y->count);
    IntView quotient = {.limbs = (const uint64_t *)q, .count = q_room};
    while (quotient.count && !q[quotient.count - 1])
        quotient.count--;
    bool rest;
    uint64_t bits = leading_bits(&quotient, &rest);
    rest = rest || !mpn_zero_p(r, y->count);
    double d = float_round(bits, rest, view_bits(&quotient) - grow);
    memory_free(vm, scratch, (size_t)words * sizeof(mp_limb_t));
    if (isinf(d)) return raise_overflow(vm, "integer division result too large for a float");
    return float_from(vm, x->negative != y->negative ? -d : d);
}

static Value true_divide(VM *vm, Value a, Value b) {
    static const int64_t exact = INT64_C(1)
                                 << 53; /* integers to here are doubles exactly: one rounding in all */
    if (int_sign(b) == 0) return raise_zero_division(vm, "division by zero"), ABSENT;
    if (are_ints(a, b)) {
        int64_t i = int_get(a), j = int_get(b);
        if (i >= -exact && i <= exact && j >= -exact && j <= exact)
            return float_from(vm, (double)i / (double)j);
    }
    IntView x, y;
    view_of(a, &x);
    view_of(b, &y);
    if (x.count == 0 || view_bits(&x) - view_bits(&y) < -1080)
        return float_from(vm, x.negative != y.negative ? -0.0 : 0.0);
    return true_divide_big(vm, &x, &y);
}

/* --- the operators --- */

static Value floor_divide(VM *vm, Value a, Value b) {
    Value quotient = ABSENT;
    int_divmod(vm, a, b, &quotient, NULL);
    return quotient;
}

static Value modulo(VM *vm, Value a, Value b) {
    Value remainder = ABSENT;
    divide(vm, a, b, NULL, &remainder, "integer modulo by zero");
    return remainder;
}

static Value divmod_pair(VM *vm, Value a, Value b) {
    Value pair[2];
    if (!int_divmod(vm, a, b, &pair[0], &pair[1])) return ABSENT;
    return tuple_from_owned(vm, pair, 2);
}

OPERATOR(add, add(vm, a, b))
OPERATOR(subtract, subtract(vm, a, b))
OPERATOR(multiply, multiply(vm, a, b))
OPERATOR(true_divide, true_divide(vm, a, b))
OPERATOR(floor_divide, floor_divide(vm, a, b))
OPERATOR(modulo, modulo(vm, a, b))
OPERATOR(divmod_pair, divmod_pair(vm, a, b))

Value int_binary(VM *vm, BinaryOp op, Value a, Value b) {
    Value (*slot)(VM *, Value, Value) = int_type.number.binary[op];
    return slot ? slot(vm, a, b) : NOT_IMPLEMENTED;
}
