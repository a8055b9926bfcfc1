/* Methods of all texts: searching, stripping, padding, replacing. See also textsplit.c and textcase.c. */
#include "runtime/text/textmethods.h"

#include <stdlib.h>

#include "runtime/containers/tuple.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/strsearch.h"

/* --- arguments --- */

/* Is `v` a text as `self` wants it: str with str, bytes-like with the others? `text_error` is the format of the
 * TypeError for str, with one %T. */
static __attribute__((noinline)) bool misfit(VM *vm, Value self, Value v, const char *text_error) {
    if (text_is_string(self)) return raise_type(vm, text_error, v), false;
    return bytes_like_check(vm, v);
}

static inline bool fits(VM *vm, Value self, Value v, const char *text_error) {
    return (text_is_string(self) ? is_string(v) : is_bytes_like(v)) || misfit(vm, self, v, text_error);
}

static bool bound(VM *vm, Value v, int64_t *result) {
    if (!value_is_given(v)) return true;
    if (is_int_family(v) || type_of(v)->number.index) return object_to_int64(vm, v, NULL, result);
    raise_type(vm, "slice indices must be integers or None or have an __index__ method");
    return false;
}

/* The optional arguments start and end of a search in `self`, clipped to its length; start > end: nothing is found. */
static inline bool bounds(VM *vm, Value self, Value first, Value last, int64_t *start, int64_t *stop) {
    *start = 0, *stop = INT64_MAX;
    if (is_absent(first)) return *stop = text_length(text_of(self)), true;
    if (!bound(vm, first, start) || !bound(vm, last, stop)) return false;
    int64_t length = text_length(text_of(self));
    if (*stop > length) *stop = length;
    if (*stop < 0) *stop = *stop + length < 0 ? 0 : *stop + length;
    if (*start < 0) *start = *start + length < 0 ? 0 : *start + length;
    return true;
}

/* --- find, index, count --- */

/* What is looked for: a text, or for bytes also an integer, which `byte` then holds. */
static bool wanted_text(VM *vm, const char *method, Value self, Value v, uint8_t *byte, Text *wanted) {
    if (text_is_string(self) ? is_string(v) : is_bytes_like(v)) {
        *wanted = text_of(v);
        return true;
    }
    if (text_is_string(self)) {
        if (is_none(v)) return raise_type(vm, "%s() argument 1 must be str, not None", method), false;
        return raise_type(vm, "%s() argument 1 must be str, not %Q", method, v), false;
    }
    if (!is_int_family(v) && !type_of(v)->number.index) {
        if (has_buffer(v)) return bytes_like_check(vm, v);
        raise_type(vm, "argument should be integer or bytes-like object, not '%T'", v);
        return false;
    }
    int number = byte_argument(vm, v);
    *byte = (uint8_t)number;
    *wanted = text_make(byte, 1, 0);
    return number >= 0;
}

/* What to look for, args[1], and where in args[0]: between the bounds args[2] and args[3]; start > stop: nowhere. */
static bool search_part(VM *vm, const char *method, Value *args, int64_t *start, int64_t *stop, uint8_t *byte,
                        Text *wanted) {
    bool early = text_is_string(args[0]); /* whether the wrong text is complained of before wrong bounds */
    if (early && !wanted_text(vm, method, args[0], args[1], byte, wanted)) return false;
    if (!bounds(vm, args[0], args[2], args[3], start, stop)) return false;
    if (!early && !wanted_text(vm, method, args[0], args[1], byte, wanted)) return false;
    int64_t length = text_length(text_of(args[0])); /* an __index__ may have made a bytearray shorter */
    if (*stop > length) *stop = length;
    return true;
}

/* Where it is found; -1 missing, -2 RAISES. */
static int64_t search(VM *vm, const char *method, Value *args, int64_t (*find)(Text, Text)) {
    int64_t start, stop;
    uint8_t byte;
    Text wanted;
    if (!search_part(vm, method, args, &start, &stop, &byte, &wanted)) return -2;
    if (start > stop) return -1;
    int64_t found = find(text_part(text_of(args[0]), start, stop), wanted);
    return found < 0 ? -1 : start + found;
}

static Value find_method(VM *vm, const char *method, Value *args, int64_t (*find)(Text, Text)) {
    int64_t found = search(vm, method, args, find);
    return found == -2 ? ABSENT : int_small(found);
}

static Value index_method(VM *vm, const char *method, Value *args, int64_t (*find)(Text, Text)) {
    int64_t found = search(vm, method, args, find);
    if (found == -1)
        return raise_value(vm, text_is_string(args[0]) ? "substring not found" : "subsection not found");
    return found < 0 ? ABSENT : int_small(found);
}

TEXT_METHOD(find) { return find_method(vm, "find", args, text_find); }

TEXT_METHOD(rfind) { return find_method(vm, "rfind", args, text_rfind); }

TEXT_METHOD(index) { return index_method(vm, "index", args, text_find); }

TEXT_METHOD(rindex) { return index_method(vm, "rindex", args, text_rfind); }

TEXT_METHOD(count) {
    int64_t start, stop;
    uint8_t byte;
    Text wanted;
    if (!search_part(vm, "count", args, &start, &stop, &byte, &wanted)) return ABSENT;
    return int_small(start > stop ? 0
                                  : text_count(text_part(text_of(args[0]), start, stop), wanted, INT64_MAX));
}

/* --- startswith, endswith --- */

static bool has_affix(Text t, Text affix, bool at_end) {
    if (text_length(affix) > text_length(t) || text_log(affix) > text_log(t)) return false;
    int64_t at = at_end ? text_length(t) - text_length(affix) : 0;
    return text_length(affix) == 0 || (text_at(t, at) == text_at(affix, 0) && text_matches(t, at, affix));
}

static Value affix_method(VM *vm, const char *method, Value *args, bool at_end) {
    Value self = args[0], affix = args[1];
    if (text_is_string(self) && is_string(affix) && is_absent(args[2])) /* the commonest call */
        return bool_from(
            has_affix(text_of_string(as_string(self)), text_of_string(as_string(affix)), at_end));
    bool is_tuple_given = is_tuple(affix);
    Value *choices = is_tuple_given ? as_tuple(affix)->items : &affix;
    int64_t count = is_tuple_given ? as_tuple(affix)->length : 1, start, stop;
    if (!bounds(vm, self, args[2], args[3], &start, &stop)) return ABSENT;
    for (int64_t i = 0; i < count; i++) {
        if (is_tuple_given) {
            const char *error = at_end ? "tuple for endswith must only contain str, not %T"
                                       : "tuple for startswith must only contain str, not %T";
            if (!fits(vm, self, choices[i], error)) return ABSENT;
        } else if (!(text_is_string(self) ? is_string(affix) : is_bytes_like(affix))) {
            if (!text_is_string(self) && has_buffer(affix) && !bytes_like_check(vm, affix)) return ABSENT;
            const char *kind = text_is_string(self) ? "str" : "bytes";
            return raise_type(vm, "%s first arg must be %s or a tuple of %s, not %T", method, kind, kind,
                              affix);
        }
        Text t = text_of(self);
        if (stop > text_length(t)) stop = text_length(t);
        if (start <= stop && has_affix(text_part(t, start, stop), text_of(choices[i]), at_end))
            return TRUE_VALUE;
    }
    return FALSE_VALUE;
}

TEXT_METHOD(startswith) { return affix_method(vm, "startswith", args, false); }

TEXT_METHOD(endswith) { return affix_method(vm, "endswith", args, true); }

TEXT_METHOD(removeprefix) {
    if (!fits(vm, args[0], args[1], "removeprefix() argument must be str, not %Q")) return ABSENT;
    Text t = text_of(args[0]), prefix = text_of(args[1]);
    return text_slice(vm, args[0], has_affix(t, prefix, false) ? text_length(prefix) : 0, text_length(t));
}

TEXT_METHOD(removesuffix) {
    if (!fits(vm, args[0], args[1], "removesuffix() argument must be str, not %Q")) return ABSENT;
    Text t = text_of(args[0]), suffix = text_of(args[1]);
    return text_slice(vm, args[0], 0,
                      has_affix(t, suffix, true) ? text_length(t) - text_length(suffix) : text_length(t));
}

/* --- strip --- */

/* A set of units: those below 128 as a bitmap, the others in the text they were given in, or, if there are many,
 * sorted. */
typedef struct {
    Text units;
    uint64_t bits[2];
    uint32_t *sorted; /* of `count` units, owned; or NULL */
    int64_t count;
    uint32_t only; /* the unit, if it is just one */
    bool single;
    bool wide; /* has units beyond ASCII */
    bool blanks, bytes;
} UnitSet;

enum { FEW_UNITS = 64 }; /* which are found sooner one by one */

static int order_units(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool unit_set_init(VM *vm, UnitSet *set, Value self, Value chars) {
    *set = (UnitSet){.bytes = !text_is_string(self), .blanks = !value_is_given(chars)};
    if (set->blanks) return true;
    set->units = text_of(chars);
    set->single = text_length(set->units) == 1;
    if (set->single) return set->only = text_at(set->units, 0), true;
    for (int64_t i = 0; i < text_length(set->units); i++) {
        uint32_t c = text_at(set->units, i);
        if (c < 0x80) {
            set->bits[c >> 6] |= UINT64_C(1) << (c & 63);
        } else {
            set->wide = true;
        }
    }
    if (!set->wide || text_length(set->units) <= FEW_UNITS) return true;
    set->count = text_length(set->units);
    set->sorted = memory_alloc(vm, (size_t)set->count * sizeof *set->sorted);
    if (!set->sorted) return false;
    units_copy(set->sorted, 2, set->units.data, text_log(set->units), set->count);
    qsort(set->sorted, (size_t)set->count, sizeof *set->sorted, order_units);
    return true;
}

static void unit_set_fini(VM *vm, UnitSet *set) {
    if (set->sorted) memory_free(vm, set->sorted, (size_t)set->count * sizeof *set->sorted);
}

static inline bool set_has(const UnitSet *set, uint32_t c) {
    if (set->single) return c == set->only;
    if (set->blanks) return text_is_blank(c, set->bytes);
    if (c < 0x80) return set->bits[c >> 6] >> (c & 63) & 1;
    if (set->sorted) return bsearch(&c, set->sorted, (size_t)set->count, sizeof c, order_units);
    return set->wide && text_find_unit(set->units, c) >= 0;
}

static inline bool are_eight_spaces(const uint8_t *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word == UINT64_C(0x2020202020202020);
}

/* White space off a text of bytes. There is little of it, or it is many spaces. */
static Value strip_narrow_blanks(VM *vm, Value self, Text t, bool left, bool right) {
    bool bytes = !text_is_string(self);
    const uint8_t *start = t.data, *stop = t.data + text_length(t);
    if (left) {
        while (stop - start >= 8 && are_eight_spaces(start))
            start += 8;
        while (start < stop && text_is_blank(*start, bytes))
            start++;
    }
    if (right) {
        while (stop - start >= 8 && are_eight_spaces(stop - 8))
            stop -= 8;
        while (start < stop && text_is_blank(stop[-1], bytes))
            stop--;
    }
    return text_slice(vm, self, start - t.data, stop - t.data);
}

static Value strip_units(VM *vm, const char *text_error, Value *args, bool left, bool right) {
    if (value_is_given(args[1]) && !fits(vm, args[0], args[1], text_error)) return ABSENT;
    Text t = text_of(args[0]);
    int64_t start = 0, stop = text_length(t);
    UnitSet set;
    if (!unit_set_init(vm, &set, args[0], args[1])) return ABSENT;
    while (left && start < stop && set_has(&set, text_at(t, start)))
        start++;
    while (right && stop > start && set_has(&set, text_at(t, stop - 1)))
        stop--;
    unit_set_fini(vm, &set);
    return text_slice(vm, args[0], start, stop);
}

static inline Value strip_method(VM *vm, const char *text_error, Value *args, bool left, bool right) {
    bool narrow_blanks = !value_is_given(args[1]) && text_log(text_of(args[0])) == 0;
    return narrow_blanks ? strip_narrow_blanks(vm, args[0], text_of(args[0]), left, right)
                         : strip_units(vm, text_error, args, left, right);
}

TEXT_METHOD(strip) { return strip_method(vm, "strip arg must be None or str", args, true, true); }

TEXT_METHOD(lstrip) { return strip_method(vm, "lstrip arg must be None or str", args, true, false); }

TEXT_METHOD(rstrip) { return strip_method(vm, "rstrip arg must be None or str", args, false, true); }

/* --- padding --- */

/* `self` with `left` and `right` fill units around it. */
static Value pad(VM *vm, Value self, int64_t left, int64_t right, uint32_t fill) {
    int64_t length = text_length(text_of(self));
    if (left > INT64_MAX - length - right) return raise_memory(vm);
    uint32_t limit = text_limit(self);
    TextWriter w;
    if (!writer_new(vm, &w, self, length + left + right, fill > limit ? fill : limit)) return ABSENT;
    writer_fill(&w, fill, left);
    writer_put(&w, text_of(self));
    writer_fill(&w, fill, right);
    return w.value;
}

static bool fill_argument(VM *vm, const char *method, Value self, Value v, uint32_t *fill) {
    *fill = ' ';
    if (is_absent(v)) return true;
    if (text_is_string(self) && !is_string(v)) {
        raise_type(vm, "The fill character must be a unicode character, not %T", v);
    } else if (text_is_string(self) && string_length(as_string(v)) != 1) {
        raise_type(vm, "The fill character must be exactly one character long");
    } else if (!text_is_string(self) && (!is_bytes_like(v) || text_length(text_of(v)) != 1)) {
        raise_type(vm, "%s() argument 2 must be a byte string of length 1, not %Q", method, v);
    } else {
        *fill = text_at(text_of(v), 0);
        return true;
    }
    return false;
}

/* How much of the width goes to the left: with `where` -1 nothing, 1 all, 0 half, an odd rest as in CPython. */
static Value pad_method(VM *vm, const char *method, Value *args, int where) {
    int64_t width = 0;
    uint32_t fill;
    if (!text_size_argument(vm, args[1], &width)) return ABSENT;
    if (!fill_argument(vm, method, args[0], args[2], &fill)) return ABSENT;
    int64_t length = text_length(text_of(args[0]));
    if (width <= length) return text_slice(vm, args[0], 0, length);
    int64_t more = width - length;
    int64_t left = where < 0 ? 0 : where > 0 ? more : more / 2 + (more & width & 1);
    return pad(vm, args[0], left, more - left, fill);
}

TEXT_METHOD(center) { return pad_method(vm, "center", args, 0); }

TEXT_METHOD(ljust) { return pad_method(vm, "ljust", args, -1); }

TEXT_METHOD(rjust) { return pad_method(vm, "rjust", args, 1); }

TEXT_METHOD(zfill) {
    int64_t width = 0;
    if (!text_size_argument(vm, args[1], &width)) return ABSENT;
    Text t = text_of(args[0]);
    if (width <= text_length(t)) return text_slice(vm, args[0], 0, text_length(t));
    int64_t zeros = width - text_length(t);
    bool sign = text_length(t) > 0 && (text_at(t, 0) == '+' || text_at(t, 0) == '-');
    TextWriter w;
    if (!writer_new(vm, &w, args[0], width, text_limit(args[0]))) return ABSENT;
    if (sign) writer_put(&w, text_part(t, 0, 1));
    writer_fill(&w, '0', zeros);
    writer_put(&w, text_part(t, sign, text_length(t)));
    return w.value;
}

/* How long the text is with its tabs expanded, or -1 if too long. With a writer, write it. */
static int64_t expand(Text t, int64_t tab_size, TextWriter *w) {
    int64_t column = 0, length = 0, start = 0; /* of what is to be copied */
    for (int64_t i = 0; i < text_length(t); i++) {
        uint32_t c = text_at(t, i);
        int64_t step = 1;
        if (c == '\t') {
            step = tab_size > 0 ? tab_size - column % tab_size : 0;
            if (w) {
                writer_put(w, text_part(t, start, i));
                writer_fill(w, ' ', step);
            }
            start = i + 1;
        }
        column = c == '\n' || c == '\r' ? 0 : column + step;
        if (__builtin_add_overflow(length, step, &length)) return -1;
    }
    if (w) writer_put(w, text_part(t, start, text_length(t)));
    return length;
}

/* The same for units of one byte. `left` is how many columns there are up to the next stop. */
static int64_t expanded_length(Text t, int64_t tab_size) {
    int64_t left = tab_size, length = 0;
    for (int64_t i = 0; i < text_length(t); i++) {
        uint8_t c = t.data[i];
        int64_t step = c != '\t' ? 1 : tab_size > 0 ? left : 0;
        left = left == step || c == '\n' || c == '\r' ? tab_size : left - step;
        if (__builtin_add_overflow(length, step, &length)) return -1;
    }
    return length;
}

static void expand_narrow(Text t, int64_t tab_size, uint8_t *to, const uint8_t *end) {
    int64_t left = tab_size;
    for (int64_t i = 0; i < text_length(t); i++) {
        uint8_t c = t.data[i];
        if (c == '\t') {
            if (left > 8 || end - to < 8)
                memset(to, ' ', left > 0 ? (size_t)left : 0);
            else
                memset(to, ' ', 8); /* what is too much is written over */
            to += left > 0 ? left : 0;
            left = left > 0 ? 0 : left;
        } else {
            *to++ = c;
            left--;
        }
        if (left == 0 || c == '\n' || c == '\r') left = tab_size;
    }
}

TEXT_METHOD(expandtabs) {
    int tab_size = 8;
    if (!is_absent(args[1]) && !object_to_c_int(vm, args[1], &tab_size)) return ABSENT;
    Text t = text_of(args[0]);
    if (text_is_string(args[0]) && text_find_unit(t, '\t') < 0)
        return text_slice(vm, args[0], 0, text_length(t));
    int64_t length = text_log(t) == 0 ? expanded_length(t, tab_size) : expand(t, tab_size, NULL);
    if (length < 0 || length == INT64_MAX) return raise_overflow(vm, "new string is too long");
    TextWriter w;
    if (!writer_new(vm, &w, args[0], length, text_limit(args[0]))) return ABSENT;
    if (text_log(t) == 0)
        expand_narrow(t, tab_size, w.data, w.data + length);
    else
        expand(t, tab_size, &w);
    return w.value;
}

/* --- replace --- */

/* An empty text occurs between all units. */
static void interleave(TextWriter *w, Text t, Text by, int64_t count) {
    if (w->width_log == 0) {
        uint8_t *to = w->data;
        for (int64_t i = 0; i <= text_length(t); i++) {
            if (i < count) copy_bytes(to, by.data, (size_t)text_length(by)), to += text_length(by);
            if (i < text_length(t)) *to++ = t.data[i];
        }
        return;
    }
    for (int64_t i = 0; i <= text_length(t); i++) {
        if (i < count) writer_put(w, by);
        if (i < text_length(t)) writer_put(w, text_part(t, i, i + 1));
    }
}

/* Where a text occurs; the first places are kept, so that few texts are searched twice. */
enum { PLACES_KEPT = 256 };

typedef struct {
    int64_t count;
    Finder rest; /* what finds those behind the places kept */
    int64_t places[PLACES_KEPT];
} Occurrences;

/* Mostly there are no more than two, which plain searches find. */
static void find_occurrences(Text t, Text old, int64_t limit, Occurrences *o) {
    int64_t length = text_length(old), count = 0, behind = 0;
    o->count = 0;
    while (count < 2) {
        int64_t found = count < limit ? text_find(text_part(t, behind, text_length(t)), old) : -1;
        if (found < 0) return;
        o->places[count] = behind + found;
        behind += found + length;
        o->count = ++count;
    }
    if (count == limit || text_length(t) - behind < length) return;
    Finder f;
    finder_init(&f, t, old);
    f.at = behind;
    while (count < limit && count < PLACES_KEPT) {
        int64_t found = finder_next(&f);
        if (found < 0) break;
        o->places[count++] = found;
    }
    if (count == PLACES_KEPT) {
        o->rest = f;
        while (count < limit && finder_next(&f) >= 0)
            count++;
    }
    o->count = count;
}

static inline int64_t place_of(Occurrences *o, int64_t i) {
    return i < PLACES_KEPT ? o->places[i] : finder_next(&o->rest);
}

static void substitute_bytes(uint8_t *to, Text t, Text old, Text by, Occurrences *o) {
    const uint8_t *from = t.data;
    size_t by_length = (size_t)text_length(by);
    for (int64_t i = 0; i < o->count; i++) {
        const uint8_t *found = t.data + place_of(o, i);
        copy_bytes(to, from, (size_t)(found - from));
        to += found - from;
        copy_bytes(to, by.data, by_length);
        to += by_length;
        from = found + text_length(old);
    }
    copy_bytes(to, from, (size_t)(t.data + text_length(t) - from));
}

static void substitute(TextWriter *w, Text t, Text old, Text by, Occurrences *o) {
    int64_t at = 0;
    if (w->width_log == 0) {
        substitute_bytes(w->data, t, old, by, o);
        return;
    }
    for (int64_t i = 0; i < o->count; i++) {
        int64_t found = place_of(o, i);
        writer_put(w, text_part(t, at, found));
        writer_put(w, by);
        at = found + text_length(old);
    }
    writer_put(w, text_part(t, at, text_length(t)));
}

/* In the first `limit` places where it is, which may be fewer; by vectors where all are meant. */
#define EXCHANGE(name, Unit) \
    typedef Unit name##_vector __attribute__((vector_size(16))); \
    static void name(void *units, int64_t length, Unit from, Unit to, int64_t limit) { \
        enum { LANES = 16 / sizeof(Unit) }; \
        Unit *data = units; \
        int64_t i = 0; \
        for (; limit >= length && i + LANES <= length; i += LANES) { \
            name##_vector some; \
            memcpy(&some, data + i, sizeof some); \
            name##_vector found = (name##_vector)(some == from); \
            some ^= found & (some ^ to); \
            memcpy(data + i, &some, sizeof some); \
        } \
        for (; i < length; i++) { \
            if (data[i] != from) continue; \
            data[i] = to; \
            if (--limit == 0) return; \
        } \
    }

EXCHANGE(exchange_bytes, uint8_t)
EXCHANGE(exchange_halves, uint16_t)
EXCHANGE(exchange_words, uint32_t)

/* One unit by another of a width that fits: the text is copied as a whole and the units are changed where they are. */
static void exchange(TextWriter *w, Text t, uint32_t from, uint32_t to, int64_t limit) {
    writer_put(w, t);
    if (w->width_log == 0) exchange_bytes(w->data, text_length(t), (uint8_t)from, (uint8_t)to, limit);
    if (w->width_log == 1) exchange_halves(w->data, text_length(t), (uint16_t)from, (uint16_t)to, limit);
    if (w->width_log == 2) exchange_words(w->data, text_length(t), from, to, limit);
}

TEXT_METHOD(replace) {
    Value self = args[0];
    int64_t limit = -1, length;
    if (!fits(vm, self, args[1], "replace() argument 1 must be str, not %Q")) return ABSENT;
    if (!fits(vm, self, args[2], "replace() argument 2 must be str, not %Q")) return ABSENT;
    if (!text_size_argument(vm, args[3], &limit)) return ABSENT;
    Text t = text_of(self), old = text_of(args[1]), by = text_of(args[2]);
    if (limit < 0) limit = INT64_MAX;
    Occurrences o;
    bool single = text_length(old) == 1 && text_length(by) == 1;
    if (single || text_length(old) == 0) {
        o.count = single ? limit && text_find(t, old) >= 0 : text_count(t, old, limit);
    } else {
        find_occurrences(t, old, limit, &o);
    }
    if (o.count == 0) return text_slice(vm, self, 0, text_length(t));
    if (__builtin_mul_overflow(o.count, text_length(by) - text_length(old), &length) ||
        __builtin_add_overflow(length, text_length(t), &length))
        return raise_overflow(vm, "replace %s is too long", text_is_string(self) ? "string" : "bytes");
    uint32_t maximum = text_limit(self), other = text_limit(args[2]);
    TextWriter w;
    if (!writer_new(vm, &w, self, length, maximum > other ? maximum : other)) return ABSENT;
    if (single) {
        exchange(&w, t, text_at(old, 0), text_at(by, 0), limit);
    } else if (text_length(old)) {
        substitute(&w, t, old, by, &o);
    } else {
        interleave(&w, t, by, o.count);
    }
    bool may_narrow =
        text_is_string(self) && length && !as_string(args[1])->ascii && !as_string(w.value)->ascii;
    return may_narrow ? string_narrowed(vm, w.value) : w.value;
}
