/*
 * list.sort: a stable, adaptive merge sort.
 *
 * The row is cut into runs that are already in order (short ones are stretched by binary insertion), and runs
 * are merged in the order of powersort (Munro and Wild, "Nearly-Optimal Mergesorts", 2018). A merge gallops,
 * as timsort does, while one side keeps winning, so that data with structure costs few comparisons.
 *
 * An element is `width` values: the key, and behind it the item when the sort has a key function; in front of keys that
 * are strs of bytes there is their beginning as a number. Keys that are all immediate ints, all floats or all strs (or
 * tuples that begin so) are compared without going through the protocol.
 *
 * While it is being sorted the list is empty. Whatever a comparison does, or if one fails, all items go back
 * into it: at every moment each element is either in the row or in the merge buffer, and a failing merge
 * copies the buffer back.
 */

#include <math.h>

#include "runtime/containers/row.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/float.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

enum {
    MIN_RUN_MAX = 64,    /* runs are stretched to between half of this and this */
    GALLOP_AT = 7,       /* wins in a row that start galloping, to begin with */
    RUN_STACK_SIZE = 85, /* the powers on the stack increase and are less than 64 + log2 of a length */
    INT_BLOCK = 32,      /* steps of a merge of ints between decisions whether to gallop */
    LOCAL_BUFFER = 256,  /* values; a sort this small needs no merge buffer from the heap */
    WIDTH_MAX = 3,       /* (beginning, key, item) */
    HEADS_AT = 8,        /* fewer strs are compared as they are */
};

typedef enum { KEYS_ANY, KEYS_INT, KEYS_FLOAT, KEYS_STRING, KEYS_HEADED, KEYS_TUPLE } KeyKind;

typedef struct {
    int64_t start, length;
    int power; /* of the boundary between this run and the next */
} Run;

typedef struct {
    VM *vm;
    Value *elements;
    int64_t count;
    int width; /* values in an element: 1 to WIDTH_MAX */
    KeyKind kind;
    KeyKind first;     /* KEYS_TUPLE: what the tuples begin with */
    int64_t gallop_at; /* adapts to the data */
    Value *buffer;     /* for the shorter side of a merge */
    int64_t capacity;  /* of the buffer, in values */
    Run runs[RUN_STACK_SIZE];
    int depth;
    Value local[LOCAL_BUFFER];
} Sort;

/* --- comparing: 1 or 0, -1 RAISES --- */

static inline uint32_t load_4(const uint8_t *bytes) {
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return __builtin_bswap32(word);
}

/* The first eight bytes of a text, zeros behind a shorter one, as a number of the same order. */
static inline uint64_t head_of(const String *s) {
    const uint8_t *bytes = s->data;
    uint64_t length = s->length;
    if (length >= 8) return (uint64_t)load_4(bytes) << 32 | load_4(bytes + 4);
    if (length >= 4) {
        uint64_t rest = (uint64_t)load_4(bytes + length - 4) << (64 - 8 * length);
        return (uint64_t)load_4(bytes) << 32 | (uint32_t)rest;
    }
    uint64_t head = 0;
    for (uint64_t i = 0; i < length; i++)
        head |= (uint64_t)bytes[i] << (56 - 8 * i);
    return head;
}

/* Below, equal to or above 0. */
static inline int order_strings(Value a, Value b) {
    const String *s = as_string(a), *t = as_string(b);
    if (s->width_log || t->width_log) return string_order(a, b);
    uint64_t x = head_of(s), y = head_of(t);
    if (x != y) return x < y ? -1 : 1;
    int order = memcmp(s->data, t->data, s->length < t->length ? s->length : t->length);
    return order ? order : (s->length > t->length) - (s->length < t->length);
}

static inline int order_keys(Value a, Value b, KeyKind kind) {
    if (kind == KEYS_INT) return ((int64_t)a.bits > (int64_t)b.bits) - ((int64_t)a.bits < (int64_t)b.bits);
    if (kind == KEYS_STRING) return order_strings(a, b);
    double x = float_number(a), y = float_number(b);
    return (x > y) - (x < y);
}

/* Equal first items are passed over, and so are ints and identical items behind them. */
static int tuple_less(Sort *s, Value a, Value b) {
    const Tuple *t = as_tuple(a), *u = as_tuple(b);
    int order = order_keys(t->items[0], u->items[0], s->first);
    if (order) return order < 0;
    for (int64_t i = 1;; i++) {
        if (i >= t->length || i >= u->length) return t->length < u->length;
        Value x = t->items[i], y = u->items[i];
        if (value_same(x, y)) continue;
        if (are_ints(x, y)) return int_get(x) < int_get(y);
        return object_compare_truth(s->vm, a, b, COMPARE_LT);
    }
}

static inline int less(Sort *s, const Value *a, const Value *b) {
    if (s->kind == KEYS_ANY) return object_compare_truth(s->vm, *a, *b, COMPARE_LT);
    if (s->kind == KEYS_TUPLE) return tuple_less(s, *a, *b);
    if (s->kind == KEYS_HEADED)
        return a->bits != b->bits ? (int64_t)a->bits < (int64_t)b->bits : order_strings(a[1], b[1]) < 0;
    return order_keys(*a, *b, s->kind) < 0;
}

static KeyKind kind_of(Value v) {
    if (is_int(v)) return KEYS_INT;
    if (is_float(v) || is_exactly(v, &float_type)) return KEYS_FLOAT;
    if (is_exactly(v, &str_type)) return KEYS_STRING;
    return is_exactly(v, &tuple_type) && as_tuple(v)->length > 0 ? KEYS_TUPLE : KEYS_ANY;
}

/* NaNs among the first items of tuples are left to the general comparison, which takes identity into account.
 */
static bool same_first(Value key, KeyKind first) {
    Value v = as_tuple(key)->items[0];
    return kind_of(v) == first && (first != KEYS_FLOAT || float_number(v) == float_number(v));
}

static void choose_comparison(Sort *s) {
    KeyKind kind = kind_of(s->elements[0]);
    KeyKind first = kind == KEYS_TUPLE ? kind_of(as_tuple(s->elements[0])->items[0]) : KEYS_ANY;
    s->kind = KEYS_ANY;
    if (kind == KEYS_ANY || (kind == KEYS_TUPLE && (first == KEYS_ANY || first == KEYS_TUPLE))) return;
    int64_t i = 0; /* most sorts are of these */
    while (kind == KEYS_INT && i < s->count && is_int(s->elements[i * s->width]))
        i++;
    while (kind == KEYS_FLOAT && i < s->count && is_float(s->elements[i * s->width]))
        i++;
    for (; i < s->count; i++) {
        Value key = s->elements[i * s->width];
        if (kind_of(key) != kind || (kind == KEYS_TUPLE && !same_first(key, first))) return;
    }
    s->kind = kind;
    s->first = first;
}

/*
 * Immediate floats are sorted as ints: flipping the magnitude bits of the negative ones gives the bits of a double the
 * order of its value. There are no NaNs among them; with a -0.0, which equals 0.0 but has other bits, it is not done.
 * Until floats_restore the keys are no Values, but then nothing looks at them: ints run no user code.
 */
static uint64_t flip(uint64_t ieee) { return ieee ^ (uint64_t)((int64_t)ieee >> 63) >> 1; }

static bool floats_to_ints(const Sort *s) {
    for (int64_t i = 0; i < s->count; i++) {
        Value key = s->elements[i * s->width];
        if (!is_float(key) || (float_get(key) == 0 && signbit(float_get(key)))) return false;
    }
    for (int64_t i = 0; i < s->count; i++) {
        Value *key = &s->elements[i * s->width];
        double number = float_get(*key);
        memcpy(&key->bits, &number, sizeof number);
        key->bits = flip(key->bits);
    }
    return true;
}

static void floats_restore(const Sort *s) {
    for (int64_t i = 0; i < s->count; i++) {
        Value *key = &s->elements[i * s->width];
        double number;
        key->bits = flip(key->bits);
        memcpy(&number, &key->bits, sizeof number);
        float_immediate(number, key);
    }
}

/*
 * In front of strs of bytes goes their beginning, as a signed number of the same order: most comparisons need no
 * more. If none has more than seven bytes, that and the length say all, and they are sorted as ints. False RAISES.
 */
static bool strings_to_heads(Sort *s) {
    bool whole = true;
    for (int64_t i = 0; i < s->count; i++) {
        const String *key = as_string(s->elements[i * s->width]);
        if (key->width_log) return true; /* as they are */
        whole = whole && key->length < sizeof(uint64_t);
    }
    Value *headed = memory_alloc(s->vm, (size_t)(s->count * (s->width + 1)) * sizeof(Value)), *to = headed;
    if (!headed) return false;
    for (const Value *from = s->elements; from < s->elements + s->count * s->width; from += s->width) {
        uint64_t head = head_of(as_string(*from)) ^ (uint64_t)1 << 63;
        (to++)->bits = whole ? head | as_string(*from)->length : head;
        for (int i = 0; i < s->width; i++)
            *to++ = from[i];
    }
    s->elements = headed;
    s->width++;
    s->kind = whole ? KEYS_INT : KEYS_HEADED;
    return true;
}

/* Take the beginnings away again. */
static void heads_restore(Sort *s, Value *elements) {
    Value *headed = s->elements;
    size_t size = (size_t)(s->count * s->width) * sizeof(Value);
    s->elements = elements;
    s->width--;
    for (int64_t i = 0; i < s->count; i++)
        memcpy(elements + i * s->width, headed + i * (s->width + 1) + 1, (size_t)s->width * sizeof(Value));
    memory_free(s->vm, headed, size);
}

/* --- moving elements --- */

static inline Value *element(const Sort *s, int64_t i) { return s->elements + i * s->width; }

static inline void move_one(const Sort *s, Value *to, const Value *from) {
    to[0] = from[0];
    if (s->width > 1) to[1] = from[1];
    if (s->width > 2) to[2] = from[2];
}

static inline void move(const Sort *s, Value *to, const Value *from, int64_t count) {
    if (count == 1) {
        move_one(s, to, from);
    } else {
        memmove(to, from, (size_t)(count * s->width) * sizeof(Value));
    }
}

static void reverse(const Sort *s, int64_t low, int64_t high) {
    if (s->width == 1) {
        row_reverse((Row){element(s, low), high - low});
        return;
    }
    for (high--; low < high; low++, high--) {
        Value saved[WIDTH_MAX];
        move_one(s, saved, element(s, low));
        move_one(s, element(s, low), element(s, high));
        move_one(s, element(s, high), saved);
    }
}

static bool buffer_reserve(Sort *s, int64_t elements) {
    int64_t values = elements * s->width;
    if (values <= s->capacity) return true;
    Value *block = memory_alloc(s->vm, (size_t)values * sizeof(Value));
    if (!block) return false;
    if (s->buffer != s->local) memory_free(s->vm, s->buffer, (size_t)s->capacity * sizeof(Value));
    s->buffer = block;
    s->capacity = values;
    return true;
}

/* --- runs --- */

static inline bool int_less(const Sort *s, int64_t i, int64_t j) {
    return (int64_t)element(s, i)->bits < (int64_t)element(s, j)->bits;
}

/* The first element from `high` on that is less than the one before it, or the end of the row. -1 RAISES. */
static int64_t ascend(Sort *s, int64_t high) {
    int falls = 0;
    while (s->kind == KEYS_INT && high < s->count && !int_less(s, high, high - 1))
        high++;
    for (; s->kind != KEYS_INT && high < s->count; high++) {
        falls = less(s, element(s, high), element(s, high - 1));
        if (falls) break;
    }
    return falls < 0 ? -1 : high;
}

/* The end of a run that descends to element `high` and further: its equal neighbours are turned round, so that they are
 * in order again when the run is. -1 RAISES. */
static int64_t descend(Sort *s, int64_t high) {
    int64_t equals = high; /* where the last equal ones begin */
    for (high++; high < s->count; high++) {
        while (s->kind == KEYS_INT && high + 1 < s->count && int_less(s, high, high - 1) &&
               equals == high - 1)
            equals = high++;
        int falls = less(s, element(s, high), element(s, high - 1));
        if (falls < 0) return -1;
        if (falls) {
            reverse(s, equals, high);
            equals = high;
            continue;
        }
        int rises = less(s, element(s, high - 1), element(s, high));
        if (rises < 0) return -1;
        if (rises) break;
    }
    reverse(s, equals, high);
    return high;
}

/* The length of the run that begins at `low`; one that descends is turned round, and goes on with what ascends behind
 * it. -1 RAISES. */
static int64_t find_run(Sort *s, int64_t low) {
    int64_t high = ascend(s, low + 1);
    if (high < 0) return -1;
    if (high == s->count) return high - low;
    if (high > low + 1) { /* the elements before the fall: are they all equal? */
        int rises = less(s, element(s, low), element(s, high - 1));
        if (rises) return rises < 0 ? -1 : high - low;
        reverse(s, low, high);
    }
    high = descend(s, high);
    if (high < 0) return -1;
    reverse(s, low, high);
    high = ascend(s, high);
    return high < 0 ? -1 : high - low;
}

/* Sort [low, high), of which [low, sorted) is sorted. */
static bool insert_sort(Sort *s, int64_t low, int64_t high, int64_t sorted) {
    for (; sorted < high; sorted++) {
        Value pivot[WIDTH_MAX];
        move_one(s, pivot, element(s, sorted));
        int64_t left = low, right = sorted;
        while (s->kind == KEYS_INT && left < right) {
            int64_t middle = left + (right - left) / 2;
            bool before = (int64_t)pivot->bits < (int64_t)element(s, middle)->bits;
            right = before ? middle : right;
            left = before ? left : middle + 1;
        }
        while (left < right) {
            int64_t middle = left + (right - left) / 2;
            int before = less(s, pivot, element(s, middle));
            if (before < 0) return false;
            if (before) {
                right = middle;
            } else {
                left = middle + 1;
            }
        }
        move(s, element(s, left + 1), element(s, left), sorted - left);
        move_one(s, element(s, left), pivot);
    }
    return true;
}

/* A length such that count / length is a power of two or a little less. */
static int64_t minimum_run(int64_t count) {
    int64_t odd = 0;
    for (; count >= MIN_RUN_MAX; count >>= 1)
        odd |= count & 1;
    return count + odd;
}

/* --- galloping --- */

/* In the sorted row `base`, the number of elements that stand before `key`: those less than it
 * (`equal_before` false) or not greater (true). The search starts at `hint`, in steps that double. -1 RAISES.
 */
static int64_t gallop(Sort *s, const Value *key, Value *base, int64_t count, int64_t hint,
                      bool equal_before) {
/* Does element i stand before the key? */
#define BEFORE(i) \
    (equal_before ? (answer = less(s, key, base + (i)*s->width)) < 0 ? -1 : !answer \
                  : less(s, base + (i)*s->width, key))
    int answer, before = BEFORE(hint);
    if (before < 0) return -1;
    int64_t low, high, step = 1; /* elements below `low` stand before, those from `high` on do not */
    if (before) {
        low = hint + 1, high = count;
        while (hint + step < count) {
            if ((before = BEFORE(hint + step)) < 0) return -1;
            if (!before) {
                high = hint + step;
                break;
            }
            low = hint + step + 1;
            step = step * 2 + 1;
        }
    } else {
        low = 0, high = hint;
        while (hint - step >= 0) {
            if ((before = BEFORE(hint - step)) < 0) return -1;
            if (before) {
                low = hint - step + 1;
                break;
            }
            high = hint - step;
            step = step * 2 + 1;
        }
    }
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if ((before = BEFORE(middle)) < 0) return -1;
        if (before) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
#undef BEFORE
}

/* --- merging --- */

/* A merge under way: `a` before `b` in the order of equals. */
typedef struct {
    Value *a, *b; /* forward: the next element of each; backward: the first of each */
    int64_t a_left, b_left;
    Value *target; /* forward: where the next goes; backward: behind where it goes */
} Merge;

/* The last element of what is in the buffer is not compared: it is the greatest of all, or the least. */
static inline bool ended_forward(const Merge *m) { return m->a_left <= 1 || m->b_left == 0; }
static inline bool ended_backward(const Merge *m) { return m->b_left <= 1 || m->a_left == 0; }

static inline void take_first(Sort *s, Merge *m, bool from_b, int64_t count) {
    Value **source = from_b ? &m->b : &m->a;
    move(s, m->target, *source, count);
    m->target += count * s->width;
    *source += count * s->width;
    *(from_b ? &m->b_left : &m->a_left) -= count;
}

static inline void take_last(Sort *s, Merge *m, bool from_b, int64_t count) {
    int64_t *left = from_b ? &m->b_left : &m->a_left;
    *left -= count;
    m->target -= count * s->width;
    move(s, m->target, (from_b ? m->b : m->a) + *left * s->width, count);
}

/* Gallop through both sides in turn while that pays. False RAISES or, with something left, asks for single
 * steps. */
static int gallop_forward(Sort *s, Merge *m) {
    int64_t from_a, from_b;
    for (;;) {
        if ((from_a = gallop(s, m->b, m->a, m->a_left, 0, true)) < 0) return -1;
        take_first(s, m, false, from_a);
        if (ended_forward(m)) return 0;
        take_first(s, m, true, 1);
        if (m->b_left == 0) return 0;
        if ((from_b = gallop(s, m->a, m->b, m->b_left, 0, false)) < 0) return -1;
        take_first(s, m, true, from_b);
        if (m->b_left == 0) return 0;
        take_first(s, m, false, 1);
        if (m->a_left <= 1) return 0;
        if (from_a < GALLOP_AT && from_b < GALLOP_AT) break;
        s->gallop_at -= s->gallop_at > 1;
    }
    s->gallop_at++;
    return 0;
}

/*
 * Ints are merged in blocks of steps without a branch on the comparison, which on random data would be mispredicted
 * half of the time. A block that one side has won outright asks for galloping.
 */
static inline __attribute__((always_inline)) void int_block(Merge *m, int64_t steps, int width,
                                                            bool forward) {
    Value *a = m->a, *b = m->b, *target = m->target;
    int64_t from_b = 0;
    if (!forward) a += (m->a_left - 1) * width, b += (m->b_left - 1) * width, target -= width;
    for (int64_t i = 0; i < steps; i++) {
        bool b_next = ((int64_t)b->bits < (int64_t)a->bits) == forward;
        const Value *source = b_next ? b : a;
        target[0] = source[0];
        if (width > 1) target[1] = source[1];
        if (width > 2) target[2] = source[2];
        int64_t b_step = b_next ? width : 0, a_step = width - b_step;
        b += forward ? b_step : -b_step;
        a += forward ? a_step : -a_step;
        target += forward ? width : -width;
        from_b += b_next;
    }
    m->a_left -= steps - from_b;
    m->b_left -= from_b;
    if (forward) m->a = a, m->b = b;
    m->target = forward ? target : target + width;
}

static void merge_ints(const Sort *s, Merge *m, bool forward) {
    int64_t a_left, b_left;
    do {
        a_left = m->a_left, b_left = m->b_left;
        int64_t shorter = a_left < b_left ? a_left : b_left;
        int64_t steps = shorter < INT_BLOCK ? shorter : INT_BLOCK;
        if (s->width == 1) {
            forward ? int_block(m, steps, 1, true) : int_block(m, steps, 1, false);
        } else if (s->width == 2) {
            forward ? int_block(m, steps, 2, true) : int_block(m, steps, 2, false);
        } else {
            forward ? int_block(m, steps, 3, true) : int_block(m, steps, 3, false);
        }
    } while (m->a_left > 0 && m->b_left > 0 && m->a_left != a_left && m->b_left != b_left);
}

/* Merge with `a` in the buffer, first elements first; b's first is known to be less than a's. 0, or -1 RAISES. */
static int merge_forward(Sort *s, Merge *m) {
    take_first(s, m, true, 1);
    while (!ended_forward(m)) {
        int64_t wins[2] = {0, 0};
        while (s->kind != KEYS_INT && wins[0] < s->gallop_at && wins[1] < s->gallop_at) {
            int b_first = less(s, m->b, m->a);
            if (b_first < 0) return -1;
            take_first(s, m, b_first, 1);
            if (ended_forward(m)) return 0;
            wins[b_first]++;
            wins[!b_first] = 0;
        }
        if (s->kind == KEYS_INT) merge_ints(s, m, true);
        if (!ended_forward(m) && gallop_forward(s, m) < 0) return -1;
    }
    return 0;
}

static int gallop_backward(Sort *s, Merge *m) {
    int64_t from_a, from_b;
    for (;;) {
        const Value *b_last = m->b + (m->b_left - 1) * s->width;
        if ((from_a = gallop(s, b_last, m->a, m->a_left, m->a_left - 1, true)) < 0) return -1;
        from_a = m->a_left - from_a;
        take_last(s, m, false, from_a);
        if (m->a_left == 0) return 0;
        take_last(s, m, true, 1);
        if (m->b_left <= 1) return 0;
        const Value *a_last = m->a + (m->a_left - 1) * s->width;
        if ((from_b = gallop(s, a_last, m->b, m->b_left, m->b_left - 1, false)) < 0) return -1;
        from_b = m->b_left - from_b;
        take_last(s, m, true, from_b);
        if (ended_backward(m)) return 0;
        take_last(s, m, false, 1);
        if (m->a_left == 0) return 0;
        if (from_a < GALLOP_AT && from_b < GALLOP_AT) break;
        s->gallop_at -= s->gallop_at > 1;
    }
    s->gallop_at++;
    return 0;
}

/* Merge with `b` in the buffer, last elements first; a's last is known to be greater than b's. */
static int merge_backward(Sort *s, Merge *m) {
    take_last(s, m, false, 1);
    while (!ended_backward(m)) {
        int64_t wins[2] = {0, 0};
        while (s->kind != KEYS_INT && wins[0] < s->gallop_at && wins[1] < s->gallop_at) {
            int a_last = less(s, m->b + (m->b_left - 1) * s->width, m->a + (m->a_left - 1) * s->width);
            if (a_last < 0) return -1;
            take_last(s, m, !a_last, 1);
            if (ended_backward(m)) return 0;
            wins[a_last]++;
            wins[!a_last] = 0;
        }
        if (s->kind == KEYS_INT) merge_ints(s, m, false);
        if (!ended_backward(m) && gallop_backward(s, m) < 0) return -1;
    }
    return 0;
}

/* Merge the neighbouring sorted rows of `m`, neither empty; what is in the buffer goes back whatever happens.
 */
static bool merge_rows(Sort *s, Merge *m) {
    bool forward = m->a_left <= m->b_left;
    if (!buffer_reserve(s, forward ? m->a_left : m->b_left)) return false;
    int result;
    if (forward) {
        m->target = m->a;
        move(s, s->buffer, m->a, m->a_left);
        m->a = s->buffer;
        result = merge_forward(s, m);
        if (result == 0 && m->a_left > 0) take_first(s, m, true, m->b_left);
        move(s, m->target, m->a, m->a_left);
    } else {
        m->target = m->b + m->b_left * s->width;
        move(s, s->buffer, m->b, m->b_left);
        m->b = s->buffer;
        result = merge_backward(s, m);
        if (result == 0 && m->b_left > 0) take_last(s, m, false, m->a_left);
        move(s, m->target - m->b_left * s->width, m->b, m->b_left);
    }
    return result == 0;
}

/* Merge run i and the one behind it, which are among the three topmost. */
static bool merge_runs(Sort *s, int i) {
    if (!vm_may_go_on(s->vm)) return false;
    Run *x = &s->runs[i], *y = x + 1;
    Merge m = {element(s, x->start), element(s, y->start), x->length, y->length, NULL};
    x->length += y->length;
    if (i == s->depth - 3) *y = y[1];
    s->depth--;
    /* What of either side is in its place already? What is left begins with an element of b, and ends with one of a. */
    int64_t placed = gallop(s, m.b, m.a, m.a_left, 0, true);
    if (placed < 0) return false;
    m.a += placed * s->width;
    m.a_left -= placed;
    if (m.a_left == 0) return true;
    m.b_left = gallop(s, m.a + (m.a_left - 1) * s->width, m.b, m.b_left, m.b_left - 1, false);
    if (m.b_left <= 0) return m.b_left == 0;
    return merge_rows(s, &m);
}

/* The depth in a perfectly balanced merge tree of the node that joins two neighbouring runs: the first bit in
 * which the binary fractions of their midpoints differ. */
static int power_of(const Run *left, int64_t right_length, int64_t count) {
    uint64_t a = 2 * (uint64_t)left->start + (uint64_t)left->length; /* midpoints, doubled */
    uint64_t b = a + (uint64_t)left->length + (uint64_t)right_length;
    uint64_t whole = (uint64_t)count;
    for (int power = 1;; power++, a <<= 1, b <<= 1) {
        if (a >= whole) {
            a -= whole;
            b -= whole;
        } else if (b >= whole) {
            return power;
        }
    }
}

static bool sort_elements(Sort *s) {
    int64_t shortest = minimum_run(s->count);
    for (int64_t low = 0; low < s->count;) {
        int64_t length = find_run(s, low);
        if (length < 0) return false;
        if (length < shortest) {
            int64_t stretched = shortest < s->count - low ? shortest : s->count - low;
            if (!insert_sort(s, low, low + stretched, low + length)) return false;
            length = stretched;
        }
        if (s->depth > 0) {
            int power = power_of(&s->runs[s->depth - 1], length, s->count);
            while (s->depth > 1 && s->runs[s->depth - 2].power > power) {
                if (!merge_runs(s, s->depth - 2)) return false;
            }
            s->runs[s->depth - 1].power = power;
        }
        s->runs[s->depth++] = (Run){low, length, 0};
        low += length;
    }
    while (s->depth > 1) { /* of three, the middle one joins the shorter of its neighbours */
        bool lower = s->depth > 2 && s->runs[s->depth - 3].length < s->runs[s->depth - 1].length;
        if (!merge_runs(s, s->depth - 2 - lower)) return false;
    }
    return true;
}

/* --- the list --- */

/* Elements (key, item) for the items; NULL RAISES. The items' references stay where they are. */
static Value *make_pairs(VM *vm, const Value *items, int64_t count, Value key) {
    size_t size = (size_t)count * 2 * sizeof(Value);
    Value *pairs = memory_alloc(vm, size);
    if (!pairs) return NULL;
    for (int64_t i = 0; i < count; i++) {
        Value k = call_1(vm, key, items[i]);
        if (is_absent(k)) {
            for (int64_t j = 0; j < i; j++)
                value_drop(vm, pairs[2 * j]);
            memory_free(vm, pairs, size);
            return NULL;
        }
        pairs[2 * i] = k;
        pairs[2 * i + 1] = items[i];
    }
    return pairs;
}

/* A row in order already is not worth the changes that follow. */
static bool ascends(const Sort *s) {
    const Value *last = s->elements, *end = last + s->count * s->width;
    for (const Value *next = last + s->width; next < end; last = next, next += s->width) {
        if (order_keys(*last, *next, s->kind) > 0) return false;
    }
    return true;
}

static bool sort_keys(Sort *s, bool descending) {
    choose_comparison(s);
    if ((s->kind == KEYS_FLOAT || s->kind == KEYS_STRING) && !descending && ascends(s)) return true;
    bool floats = s->kind == KEYS_FLOAT && floats_to_ints(s);
    if (floats) s->kind = KEYS_INT;
    Value *elements = s->elements;
    if (s->kind == KEYS_STRING && s->count >= HEADS_AT && !strings_to_heads(s)) return false;
    if (descending) reverse(s, 0, s->count); /* twice, so that equals keep their order */
    bool done = sort_elements(s);
    if (descending) reverse(s, 0, s->count);
    if (floats) floats_restore(s);
    if (s->elements != elements) heads_restore(s, elements);
    return done;
}

/* Sort a row that nobody else can reach. */
static bool sort_row(VM *vm, Value *items, int64_t count, Value key, bool descending) {
    Sort s;
    s.vm = vm;
    s.elements = items;
    s.count = count;
    s.width = 1;
    s.gallop_at = GALLOP_AT;
    s.buffer = s.local;
    s.capacity = LOCAL_BUFFER;
    s.depth = 0;
    if (!is_absent(key)) {
        s.width = 2;
        s.elements = make_pairs(vm, items, count, key);
        if (!s.elements) return false;
    }
    bool done = count <= 1 || sort_keys(&s, descending);
    if (s.buffer != s.local) memory_free(vm, s.buffer, (size_t)s.capacity * sizeof(Value));
    if (s.width == 2) {
        for (int64_t i = 0; i < count; i++)
            items[i] = s.elements[2 * i + 1];
        for (int64_t i = 0; i < count; i++)
            value_drop(vm, s.elements[2 * i]);
        memory_free(vm, s.elements, (size_t)count * 2 * sizeof(Value));
    }
    return done;
}

bool list_sort(VM *vm, Value self, Value key, bool descending) {
    List *list = as_list(self);
    if (list->length == 0) return true;
    List saved = *list;
    list->items = NULL;
    list->length = list->capacity = 0;
    bool done = sort_row(vm, saved.items, saved.length, key, descending);
    List intruder = *list;
    list->items = saved.items;
    list->length = saved.length;
    list->capacity = saved.capacity;
    if (done && intruder.items) {
        raise_value(vm, "list modified during sort");
        done = false;
    }
    if (intruder.items) {
        row_drop(vm, intruder.items, intruder.length);
        memory_free(vm, intruder.items, (size_t)intruder.capacity * sizeof(Value));
    }
    return done;
}
