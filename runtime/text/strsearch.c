#include "runtime/text/strsearch.h"

#include "base/copy.h"

/* --- one unit --- */

/* In a row of wider units: four vectors are looked at together, from the front or from the back, and one by one those
 * of four that have it. */
#define FIND_UNIT(name, Unit) \
    typedef Unit name##_vector __attribute__((vector_size(16))); \
    static inline bool name##_is_near(const Unit *data, name##_vector wanted) { \
        enum { LANES = 16 / sizeof(Unit) }; \
        name##_vector a, b, c, d; \
        memcpy(&a, data, sizeof a); \
        memcpy(&b, data + LANES, sizeof b); \
        memcpy(&c, data + 2 * LANES, sizeof c); \
        memcpy(&d, data + 3 * LANES, sizeof d); \
        name##_vector equal = ((name##_vector)(a == wanted) | (name##_vector)(b == wanted)) | \
                              ((name##_vector)(c == wanted) | (name##_vector)(d == wanted)); \
        uint64_t any[2]; \
        memcpy(any, &equal, sizeof any); \
        return any[0] | any[1]; \
    } \
    static int64_t name(const Unit *data, int64_t length, uint32_t c, bool backwards) { \
        enum { NEAR = 64 / sizeof(Unit) }; \
        name##_vector wanted = (Unit)c - (name##_vector){0}; \
        int64_t at = 0, end = length; \
        if (c > (Unit)-1) return -1; \
        if (backwards) { \
            while (end >= NEAR && !name##_is_near(data + end - NEAR, wanted)) \
                end -= NEAR; \
            while (--end >= 0 && data[end] != c) \
                ; \
            return end; \
        } \
        while (at + NEAR <= length && !name##_is_near(data + at, wanted)) \
            at += NEAR; \
        for (; at + NEAR / 4 <= length; at += NEAR / 4) { /* one vector */ \
            name##_vector units; \
            uint64_t found[2]; \
            memcpy(&units, data + at, sizeof units); \
            units = (name##_vector)(units == wanted); \
            memcpy(found, &units, sizeof found); \
            if (found[0] | found[1]) break; \
        } \
        while (at < length && data[at] != c) \
            at++; \
        return at < length ? at : -1; \
    }

FIND_UNIT(find_half, uint16_t)
FIND_UNIT(find_word, uint32_t)

static inline int64_t find_wide(Text t, uint32_t c, bool backwards) {
    return text_log(t) == 1 ? find_half((const uint16_t *)t.data, text_length(t), c, backwards)
                            : find_word((const uint32_t *)t.data, text_length(t), c, backwards);
}

int64_t text_find_unit(Text t, uint32_t c) {
    if (text_log(t)) return find_wide(t, c, false);
    const uint8_t *found = c < 0x100 ? memchr(t.data, (int)c, (size_t)text_length(t)) : NULL;
    return found ? found - t.data : -1;
}

int64_t text_rfind_unit(Text t, uint32_t c) {
    if (text_log(t)) return find_wide(t, c, true);
    const uint8_t *found = c < 0x100 ? memrchr(t.data, (int)c, (size_t)text_length(t)) : NULL;
    return found ? found - t.data : -1;
}

static inline bool matches(Text t, int64_t at, Text part) {
    if (text_log(part) == text_log(t)) {
        return equal_bytes(t.data + ((size_t)at << text_log(t)), part.data,
                           (size_t)text_length(part) << text_log(t));
    }
    for (int64_t i = 0; i < text_length(part); i++) {
        if (text_at(t, at + i) != text_at(part, i)) return false;
    }
    return true;
}

bool text_matches(Text t, int64_t at, Text part) { return matches(t, at, part); }

/* --- the two-way algorithm, forwards and backwards --- */

static inline uint32_t unit(Text t, int64_t i, bool backwards) {
    return text_at(t, backwards ? text_length(t) - 1 - i : i);
}

/* Where the greatest suffix begins, by the order of units or its reverse, and its period. */
static int64_t greatest_suffix(Text t, bool backwards, bool reverse_order, int64_t *period) {
    int64_t suffix = -1, at = 0, k = 1, p = 1;
    while (at + k < text_length(t)) {
        uint32_t a = unit(t, at + k, backwards), b = unit(t, suffix + k, backwards);
        if (a == b) {
            if (k == p) {
                at += p;
                k = 1;
            } else {
                k++;
            }
        } else if ((a < b) != reverse_order) {
            at += k;
            k = 1;
            p = at - suffix;
        } else {
            suffix = at++;
            k = p = 1;
        }
    }
    *period = p;
    return suffix + 1;
}

static bool is_periodic(Text wanted, int64_t cut, int64_t period, bool backwards) {
    if (cut + period > text_length(wanted)) return false;
    for (int64_t i = 0; i < cut; i++) {
        if (unit(wanted, i, backwards) != unit(wanted, i + period, backwards)) return false;
    }
    return true;
}

/* The place of the first occurrence, seen in the direction of the search. */
static int64_t two_way(Text t, Text wanted, bool backwards) {
    int64_t length = text_length(wanted), period, other_period;
    int64_t cut = greatest_suffix(wanted, backwards, false, &period);
    int64_t other = greatest_suffix(wanted, backwards, true, &other_period);
    if (other > cut) cut = other, period = other_period;
    bool periodic = is_periodic(wanted, cut, period, backwards);
    if (!periodic) period = (cut > length - cut ? cut : length - cut) + 1;
    int64_t known = 0; /* this much of the beginning is known to match */
    for (int64_t at = 0; at <= text_length(t) - length;) {
        int64_t i = cut > known ? cut : known;
        while (i < length && unit(wanted, i, backwards) == unit(t, at + i, backwards))
            i++;
        if (i < length) {
            at += i - cut + 1;
            known = 0;
            continue;
        }
        for (i = cut - 1; i >= known && unit(wanted, i, backwards) == unit(t, at + i, backwards);)
            i--;
        if (i < known) return at;
        at += period;
        known = periodic ? length - period : 0;
    }
    return -1;
}

/* --- searching --- */

/*
 * A place where `wanted` may begin is one that has its first unit, and its last one at the right distance. Sixteen
 * bytes of places are looked at at a time (the generic vector algorithm of W. Mula, "SIMD-friendly algorithms for
 * substring searching").
 */
typedef struct {
    uint32_t first, last;
    int64_t gap; /* from the first unit to the last */
} Ends;

#define CANDIDATE(name, Unit) \
    typedef Unit name##_vector __attribute__((vector_size(16))); \
    static int64_t name(const void *text, int64_t at, int64_t places, const Ends *ends) { \
        enum { LANES = 16 / sizeof(Unit) }; \
        const Unit *data = text; \
        Unit first = (Unit)ends->first, last = (Unit)ends->last; \
        name##_vector firsts = first - (name##_vector){0}, lasts = last - (name##_vector){0}; \
        for (; at + 2 * LANES <= places; at += 2 * LANES) { /* mostly there is none in so many */ \
            name##_vector a, b, c, d; \
            memcpy(&a, data + at, sizeof a); \
            memcpy(&b, data + at + ends->gap, sizeof b); \
            memcpy(&c, data + at + LANES, sizeof c); \
            memcpy(&d, data + at + LANES + ends->gap, sizeof d); \
            name##_vector equal = ((name##_vector)(a == firsts) & (name##_vector)(b == lasts)) | \
                                  ((name##_vector)(c == firsts) & (name##_vector)(d == lasts)); \
            uint64_t any[2]; \
            memcpy(any, &equal, sizeof any); \
            if (any[0] | any[1]) break; \
        } \
        for (; at + LANES <= places; at += LANES) { \
            name##_vector a, b; \
            memcpy(&a, data + at, sizeof a); \
            memcpy(&b, data + at + ends->gap, sizeof b); \
            uint64_t both[2]; \
            name##_vector equal = (name##_vector)(a == firsts) & (name##_vector)(b == lasts); \
            memcpy(both, &equal, sizeof both); \
            if (both[0]) return at + __builtin_ctzll(both[0]) / (8 * (int)sizeof(Unit)); \
            if (both[1]) return at + LANES / 2 + __builtin_ctzll(both[1]) / (8 * (int)sizeof(Unit)); \
        } \
        while (at < places && (data[at] != first || data[at + ends->gap] != last)) \
            at++; \
        return at; \
    }

CANDIDATE(candidate_byte, uint8_t)
CANDIDATE(candidate_half, uint16_t)
CANDIDATE(candidate_word, uint32_t)

/* The next place at or behind `at` where the ends of the wanted text are; `places` when there is none. */
static inline int64_t candidate(Text t, int64_t at, int64_t places, const Ends *ends) {
    if (text_log(t) == 0) return candidate_byte(t.data, at, places, ends);
    if (text_log(t) == 1) return candidate_half(t.data, at, places, ends);
    return candidate_word(t.data, at, places, ends);
}

static bool cannot_occur(Text t, Text wanted) {
    return text_length(wanted) > text_length(t) || text_log(wanted) > text_log(t);
}

/* Comparisons may cost this much beyond four units for each unit passed before a search goes another way. */
enum { PATIENCE = 1024 };

/* Among so few places that to look for the first byte alone is the quickest. */
static int64_t find_in_few(const uint8_t *data, int64_t places, const uint8_t *wanted, size_t length) {
    const uint8_t *next = data, *end = data + places;
    while (next < end && (next = memchr(next, wanted[0], (size_t)(end - next)))) {
        if (equal_bytes(next, wanted, length)) return next - data;
        next++;
    }
    return -1;
}

/* Expanded for bytes and for wider units. */
static inline __attribute__((always_inline)) int64_t find_by_ends(Text t, Text wanted) {
    Ends ends = {text_at(wanted, 0), text_at(wanted, text_length(wanted) - 1), text_length(wanted) - 1};
    int64_t places = text_length(t) - text_length(wanted) + 1, cost = 0;
    for (int64_t at = 0; (at = candidate(t, at, places, &ends)) < places; at++) {
        if (text_matches(t, at, wanted)) return at;
        cost += text_length(wanted);
        if (cost > at * 4 + PATIENCE) {
            int64_t found = two_way(text_part(t, at + 1, text_length(t)), wanted, false);
            return found < 0 ? -1 : at + 1 + found;
        }
    }
    return -1;
}

static int64_t find_bytes(Text t, Text wanted) {
    enum { FEW = 24 };
    int64_t places = text_length(t) - text_length(wanted) + 1;
    if (places <= FEW) return find_in_few(t.data, places, wanted.data, (size_t)text_length(wanted));
    return find_by_ends(text_make(t.data, text_length(t), 0), text_make(wanted.data, text_length(wanted), 0));
}

static int64_t find_wide_text(Text t, Text wanted) { return find_by_ends(t, wanted); }

int64_t text_find_long(Text t, Text wanted) {
    if (text_length(wanted) == 0) return 0;
    if (cannot_occur(t, wanted)) return -1;
    if (text_length(wanted) == 1) return text_find_unit(t, text_at(wanted, 0));
    return text_log(t) == 0 ? find_bytes(t, wanted) : find_wide_text(t, wanted);
}

/* --- one occurrence after another --- */

void finder_init(Finder *f, Text text, Text wanted) {
    f->text = text;
    f->wanted = wanted;
    f->at = 0;
    f->block = 0;
    f->found = 0;
    f->cost = 0;
}

typedef uint8_t Bytes16 __attribute__((vector_size(16)));

/* The top bits of eight bytes, each 0 or 0xFF, as eight bits. */
static inline uint32_t byte_bits(uint64_t bytes) {
    return (uint32_t)((bytes & UINT64_C(0x8080808080808080)) * UINT64_C(0x0002040810204081) >> 56);
}

/* Which of sixteen places have the first byte, and `gap` bytes further the last one: a bit each. */
static inline uint32_t places_in_block(const uint8_t *data, int64_t gap, Bytes16 first, Bytes16 last) {
    Bytes16 a, b;
    memcpy(&a, data, sizeof a);
    memcpy(&b, data + gap, sizeof b);
    Bytes16 both = (Bytes16)(a == first) & (Bytes16)(b == last);
    uint64_t halves[2];
    memcpy(halves, &both, sizeof halves);
    return halves[0] | halves[1] ? byte_bits(halves[0]) | byte_bits(halves[1]) << 8 : 0;
}

static inline void look_at_block(Finder *f, int64_t block) {
    int64_t gap = text_length(f->wanted) - 1;
    Bytes16 first = f->wanted.data[0] - (Bytes16){0}, last = f->wanted.data[gap] - (Bytes16){0};
    f->found = places_in_block(f->text.data + block, gap, first, last);
    f->block = block;
}

/* The last places, which are no whole block. */
static inline void look_at_rest(Finder *f, int64_t places) {
    int64_t left = places - f->at, gap = text_length(f->wanted) - 1;
    if (places >= 16) { /* with those before them, which have been looked at */
        look_at_block(f, places - 16);
        f->found = f->found >> (16 - left) << (16 - left);
    } else {
        const uint8_t *data = f->text.data + f->at;
        uint8_t first = f->wanted.data[0], last = f->wanted.data[gap];
        for (int64_t i = 0; i < left; i++)
            f->found |= (uint32_t)(data[i] == first && data[i + gap] == last) << i;
        f->block = f->at;
    }
    f->at = places;
}

static inline bool middle_matches(const uint8_t *text, const uint8_t *wanted, int64_t length) {
    int64_t i = 1;
    for (; i + 8 <= length; i += 8) {
        uint64_t a, b;
        memcpy(&a, text + i, sizeof a);
        memcpy(&b, wanted + i, sizeof b);
        if (a != b) return false;
    }
    for (; i < length; i++) {
        if (text[i] != wanted[i]) return false;
    }
    return true;
}

/* Among the next few places of a row of wide units, where mostly one is: -1 if none is. Expanded for each width. */
static inline __attribute__((always_inline)) int64_t find_near(const Finder *f, unsigned width_log) {
    enum { NEAR = 8 };
    Text t = text_make(f->text.data, text_length(f->text), width_log);
    int64_t length = text_length(f->wanted), last = text_length(t) - length;
    uint32_t first = text_at(f->wanted, 0);
    if (last > f->at + NEAR) last = f->at + NEAR;
    for (int64_t at = f->at; at <= last; at++) {
        if (text_at(t, at) == first && (length == 1 || matches(t, at, f->wanted))) return at;
    }
    return -1;
}

static int64_t find_on(Finder *f) {
    unsigned width_log = text_log(f->text);
    int64_t found = width_log == 0 ? -1 : width_log == 1 ? find_near(f, 1) : find_near(f, 2);
    if (found < 0) {
        found = text_find(text_part(f->text, f->at, text_length(f->text)), f->wanted);
        if (found < 0) return -1;
        found += f->at;
    }
    f->at = found + text_length(f->wanted);
    return found;
}

/* The next place at or behind `at` that may be one, among bytes; `places` when there is none. */
static int64_t next_candidate(const Finder *f, int64_t at, int64_t places) {
    const uint8_t *data = f->text.data, *wanted = f->wanted.data, *found;
    int64_t gap = text_length(f->wanted) - 1;
    if (gap) return candidate_byte(data, at, places, &(Ends){wanted[0], wanted[gap], gap});
    found = memchr(data + at, wanted[0], (size_t)(places - at));
    return found ? found - data : places;
}

int64_t finder_search(Finder *f) {
    if (text_log(f->text) || text_log(f->wanted)) return find_on(f);
    int64_t length = text_length(f->wanted), places = text_length(f->text) - length + 1;
    while (true) {
        while (!f->found) {
            if (f->at >= places) return -1;
            if (f->at + 16 > places) {
                look_at_rest(f, places);
                continue;
            }
            look_at_block(f, f->at);
            f->at += 16;
            if (!f->found && f->at < places) f->at = next_candidate(f, f->at, places);
        }
        int64_t at = f->block + __builtin_ctz(f->found);
        f->found &= f->found - 1;
        f->cost += length;
        if (middle_matches(f->text.data + at, f->wanted.data, length)) {
            int64_t passed = at + length - f->block; /* nothing in what has been found may overlap */
            f->found = passed < 16 ? f->found >> passed << passed : 0;
            if (passed > 16) f->at = at + length;
            return at;
        }
        if (f->cost > at * 4 + PATIENCE) {
            f->at = at + 1;
            f->found = 0;
            return find_on(f);
        }
    }
}

int64_t text_rfind_long(Text t, Text wanted) {
    if (text_length(wanted) == 0) return text_length(t);
    if (cannot_occur(t, wanted)) return -1;
    uint32_t first = text_at(wanted, 0);
    if (text_length(wanted) == 1) return text_rfind_unit(t, first);
    int64_t places = text_length(t) - text_length(wanted) + 1, cost = 0;
    for (int64_t end = places; end > 0;) {
        int64_t at = text_log(t) ? find_wide(text_part(t, 0, end), first, true)
                                 : byte_rfind(t.data, end, (uint8_t)first);
        if (at < 0) return -1;
        if (matches(t, at, wanted)) return at;
        end = at;
        cost += text_length(wanted);
        if (cost > (places - at) * 4 + PATIENCE) {
            Text rest = text_part(t, 0, at + text_length(wanted) - 1);
            int64_t found = two_way(rest, wanted, true);
            return found < 0 ? -1 : text_length(rest) - text_length(wanted) - found;
        }
    }
    return -1;
}

/* How many units are `c`. What is true is -1 in each lane of a vector; a lane is summed up before it may overflow. */
#define COUNT_UNIT(name, Unit) \
    typedef Unit name##_vector __attribute__((vector_size(16))); \
    static int64_t name(const void *units, int64_t length, uint32_t c) { \
        enum { \
            LANES = 16 / sizeof(Unit), \
            BLOCK = LANES * ((1 << (sizeof(Unit) < 4 ? 8 * sizeof(Unit) : 20)) - 1) \
        }; \
        const Unit *data = units; \
        int64_t count = 0, i = 0; \
        while (i + LANES <= length) { \
            int64_t end = length - i < BLOCK ? length : i + BLOCK; \
            name##_vector found = {0}, some; \
            for (; i + LANES <= end; i += LANES) { \
                memcpy(&some, data + i, sizeof some); \
                found -= (name##_vector)(some == (Unit)c); \
            } \
            for (int lane = 0; lane < LANES; lane++) \
                count += found[lane]; \
        } \
        for (; i < length; i++) \
            count += data[i] == c; \
        return count; \
    }

COUNT_UNIT(count_byte, uint8_t)
COUNT_UNIT(count_half, uint16_t)
COUNT_UNIT(count_word, uint32_t)

static int64_t count_unit(Text t, uint32_t c) {
    return text_log(t) == 0   ? count_byte(t.data, text_length(t), c)
           : text_log(t) == 1 ? count_half(t.data, text_length(t), c)
                              : count_word(t.data, text_length(t), c);
}

static int64_t count_on(Text t, Text wanted, int64_t limit) {
    Finder f;
    finder_init(&f, t, wanted);
    int64_t count = 0;
    while (count < limit && finder_next(&f) >= 0)
        count++;
    return count;
}

/* The places sixteen at a time, as a Finder does, but all at once. */
static int64_t count_bytes(Text t, Text wanted, int64_t limit) {
    const uint8_t *data = t.data;
    int64_t length = text_length(wanted), places = text_length(t) - length + 1, at = 0, count = 0, cost = 0;
    Bytes16 first = wanted.data[0] - (Bytes16){0}, last = wanted.data[length - 1] - (Bytes16){0};
    while (at + 16 <= places && count < limit) {
        uint32_t found = places_in_block(data + at, length - 1, first, last);
        int64_t next = at + 16;
        while (found) {
            int64_t passed = __builtin_ctz(found);
            found &= found - 1;
            cost += length;
            if (middle_matches(data + at + passed, wanted.data, length)) {
                if (++count == limit) return count;
                passed += length;
                found = passed < 16 ? found >> passed << passed : 0;
                if (passed > 16) next = at + passed;
            } else if (cost > at * 4 + PATIENCE) {
                return count + count_on(text_part(t, at + passed + 1, text_length(t)), wanted, limit - count);
            }
        }
        at = next;
    }
    return count + count_on(text_part(t, at, text_length(t)), wanted, limit - count);
}

int64_t text_count(Text t, Text wanted, int64_t limit) {
    if (text_length(wanted) == 0) return text_length(t) < limit ? text_length(t) + 1 : limit;
    if (cannot_occur(t, wanted)) return 0;
    bool narrow = text_log(wanted) == 0 && text_log(t) == 0;
    if (text_length(wanted) == 1 && limit == INT64_MAX) return count_unit(t, text_at(wanted, 0));
    return narrow && text_length(wanted) > 1 ? count_bytes(t, wanted, limit) : count_on(t, wanted, limit);
}
