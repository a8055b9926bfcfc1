/* Methods of all texts that take them apart or put them together: split, splitlines, partition, join. */
#include "base/copy.h"
#include "runtime/containers/list.h"
#include "runtime/containers/row.h"
#include "runtime/containers/tuple.h"
#include "runtime/protocol.h"
#include "runtime/text/strsearch.h"
#include "runtime/text/textmethods.h"

/* A text that is taken apart. */
typedef struct {
    VM *vm;
    Value self;
    Text text;
    bool bytes;
    bool exact; /* a str or bytes, of no subclass: its whole is itself */
    bool ascii; /* an exact str of ASCII characters */
} Source;

static inline void source_init(Source *s, VM *vm, Value self) {
    const Type *type = as_object(self)->type;
    bool string = type == &str_type;
    s->vm = vm;
    s->self = self;
    s->text = string ? text_of_string(as_string(self)) : text_of(self);
    s->bytes = !string && !(type->flags & TYPE_STR);
    s->exact = string || type == &bytes_type;
    s->ascii = string && as_string(self)->ascii;
}

/* NEW, RAISES. Parts of an ASCII str are the commonest. */
static inline Value part(const Source *s, int64_t start, int64_t stop) {
    if (s->exact && stop - start == text_length(s->text)) return value_ref(s->self);
    if (s->ascii && stop - start == 1) return value_ref(s->vm->characters[s->text.data[start]]);
    if (s->ascii) return string_from_ascii(s->vm, (const char *)s->text.data + start, (size_t)(stop - start));
    if (s->bytes && s->exact) return bytes_part(s->vm, s->text.data + start, stop - start);
    return text_part_new(s->vm, s->self, start, stop);
}

/* A list of parts being made, which runs no user code. */
typedef struct {
    Source source;
    Value list;
    int64_t splits; /* how many more are allowed */
} Splitter;

enum { LIST_SHORT = 12 }; /* what most lists of parts have room enough with */

static inline bool splitter_init(Splitter *s, VM *vm, Value self, int64_t splits) {
    s->list = list_new(vm, splits >= 0 && splits < LIST_SHORT ? splits + 1 : LIST_SHORT);
    s->splits = splits < 0 ? INT64_MAX : splits;
    if (is_absent(s->list)) return false;
    source_init(&s->source, vm, self);
    return true;
}

static __attribute__((noinline)) bool grow(Splitter *s) {
    List *list = as_list(s->list);
    return list_reserve(s->source.vm, list, list->capacity * 2);
}

static inline __attribute__((always_inline)) bool add(Splitter *s, int64_t start, int64_t stop) {
    List *list = as_list(s->list);
    if (list->length == list->capacity && !grow(s)) return false;
    Value item = part(&s->source, start, stop);
    if (is_absent(item)) return false;
    list->items[list->length++] = item;
    return true;
}

static Value finish(Splitter *s, bool done, bool reverse) {
    List *list = as_list(s->list);
    if (!done) {
        value_drop(s->source.vm, s->list);
        return ABSENT;
    }
    if (reverse) row_reverse(row_of(s->list));
    if (list->capacity > LIST_SHORT) list_trim(s->source.vm, list);
    return s->list;
}

/* --- between runs of white space --- */

/* Where the word that begins before `at` ends, where only ASCII is blank: of eight bytes those are looked at that are
 * not above ' '. */
static inline __attribute__((always_inline)) int64_t word_end_narrow(Text t, int64_t at, bool bytes) {
    const uint64_t ones = UINT64_C(0x0101010101010101), top = ones << 7;
    for (uint64_t word; text_length(t) - at >= 8; at += 8) {
        memcpy(&word, t.data + at, sizeof word);
        for (uint64_t low = ((top | ones * ' ') - (word & ~top)) & ~word & top; low; low &= low - 1) {
            int64_t stop = at + __builtin_ctzll(low) / 8;
            if (text_is_blank(t.data[stop], bytes)) return stop;
        }
    }
    while (at < text_length(t) && !text_is_blank(t.data[at], bytes))
        at++;
    return at;
}

/* Expanded for each width, and for texts in which only ASCII is blank. */
static inline __attribute__((always_inline)) bool split_blanks_of(Splitter *s, unsigned width_log,
                                                                  bool ascii) {
    Text t = text_make(s->source.text.data, text_length(s->source.text), width_log);
    bool bytes = s->source.bytes;
    for (int64_t at = 0;;) {
        while (at < text_length(t) && text_is_blank(text_at(t, at), bytes))
            at++;
        if (at == text_length(t)) return true;
        if (s->splits-- == 0) return add(s, at, text_length(t));
        int64_t start = at++;
        if (ascii) at = word_end_narrow(t, at, bytes);
        while (!ascii && at < text_length(t) && !text_is_blank(text_at(t, at), bytes))
            at++;
        if (!add(s, start, at)) return false;
    }
}

static bool split_blanks(Splitter *s) {
    if (s->source.ascii || s->source.bytes) return split_blanks_of(s, 0, true);
    if (text_log(s->source.text) == 0) return split_blanks_of(s, 0, false);
    return text_log(s->source.text) == 1 ? split_blanks_of(s, 1, false) : split_blanks_of(s, 2, false);
}

static bool rsplit_blanks(Splitter *s) {
    int64_t at = text_length(s->source.text);
    for (;;) {
        while (at > 0 && text_is_blank(text_at(s->source.text, at - 1), s->source.bytes))
            at--;
        if (at == 0) return true;
        if (s->splits-- == 0) return add(s, 0, at);
        int64_t stop = at--;
        while (at > 0 && !text_is_blank(text_at(s->source.text, at - 1), s->source.bytes))
            at--;
        if (!add(s, at, stop)) return false;
    }
}

/* --- at a separator --- */

/* May it be split by split_short? */
static inline bool is_short_split(Value self, Value separator) {
    enum { SHORT = 64 };
    if (is_exactly(self, &bytes_type))
        return is_exactly(separator, &bytes_type) && as_bytes(separator)->length == 1 &&
               as_bytes(self)->length < SHORT;
    return is_exactly(self, &str_type) && as_string(self)->ascii && as_string(self)->length < SHORT &&
           is_exactly(separator, &str_type) && as_string(separator)->ascii &&
           as_string(separator)->length == 1;
}

/* Short bytes or an ASCII str at a character: neither can change, so that each is looked at once. */
static Value split_short(VM *vm, Value self, uint8_t separator, int64_t splits) {
    bool string = text_is_string(self);
    const uint8_t *next = string ? as_string(self)->data : as_bytes(self)->data;
    int64_t length = string ? string_length(as_string(self)) : as_bytes(self)->length, size;
    Value list = list_new(vm, splits >= 0 && splits < LIST_SHORT ? splits + 1 : LIST_SHORT);
    for (const uint8_t *end = next + length, *found = next; !is_absent(list) && found; next += size + 1) {
        found = splits-- != 0 ? memchr(next, separator, (size_t)(end - next)) : NULL;
        size = (found ? found : end) - next;
        Value item = size == length ? value_ref(self)
                     : string       ? string_from_ascii(vm, (const char *)next, (size_t)size)
                                    : bytes_part(vm, next, size);
        if (is_absent(item) || !list_append_owned(vm, list, item)) value_clear(vm, &list);
    }
    return list;
}

/* The next place of a unit, or -1. It is mostly near. */
static inline __attribute__((always_inline)) int64_t find_near(Text t, int64_t at, uint32_t unit) {
    enum { NEAR = 16 };
    int64_t length = text_length(t), far = length - at > NEAR ? at + NEAR : length;
    for (; at < far; at++) {
        if (text_at(t, at) == unit) return at;
    }
    int64_t found = text_find_unit(text_part(t, at, length), unit);
    return found < 0 ? -1 : at + found;
}

/* A text of wide units at one of them. Expanded for each width. */
static inline __attribute__((always_inline)) bool split_at_unit(Splitter *s, uint32_t unit,
                                                                unsigned width_log) {
    Text t = text_make(s->source.text.data, text_length(s->source.text), width_log);
    int64_t at = 0;
    for (int64_t found; s->splits-- > 0 && (found = find_near(t, at, unit)) >= 0; at = found + 1) {
        if (!add(s, at, found)) return false;
    }
    return add(s, at, text_length(t));
}

static bool split_at(Splitter *s, Text separator) {
    unsigned width_log = text_log(s->source.text);
    if (text_length(separator) == 1 && width_log)
        return width_log == 1 ? split_at_unit(s, text_at(separator, 0), 1)
                              : split_at_unit(s, text_at(separator, 0), 2);
    Finder f;
    finder_init(&f, s->source.text, separator);
    int64_t at = 0, found;
    while (s->splits-- > 0 && (found = finder_next(&f)) >= 0) {
        if (!add(s, at, found)) return false;
        at = found + text_length(separator);
    }
    return add(s, at, text_length(s->source.text));
}

static bool rsplit_at_byte(Splitter *s, uint8_t separator) {
    const uint8_t *data = s->source.text.data;
    int64_t end = text_length(s->source.text);
    for (int64_t found; s->splits-- > 0 && (found = byte_rfind(data, end, separator)) >= 0; end = found) {
        if (!add(s, found + 1, end)) return false;
    }
    return add(s, 0, end);
}

static bool rsplit_at(Splitter *s, Text separator) {
    if (text_length(separator) == 1 && text_log(separator) == 0 && text_log(s->source.text) == 0)
        return rsplit_at_byte(s, separator.data[0]);
    int64_t end = text_length(s->source.text), found;
    while (s->splits-- > 0 && (found = text_rfind(text_part(s->source.text, 0, end), separator)) >= 0) {
        if (!add(s, found + text_length(separator), end)) return false;
        end = found;
    }
    return add(s, 0, end);
}

static bool check_separator(VM *vm, Value self, Value v, const char *text_error) {
    if (!text_is_string(self) && has_buffer(v) && !bytes_like_check(vm, v)) return false;
    if (!(text_is_string(self) ? is_string(v) : is_bytes_like(v))) {
        raise_type(vm, text_is_string(self) ? text_error : "a bytes-like object is required, not '%T'", v);
        return false;
    }
    if (text_length(text_of(v)) > 0) return true;
    raise_value(vm, "empty separator");
    return false;
}

static inline bool is_separator(VM *vm, Value self, Value v, const char *text_error) {
    bool plain = is_exactly(v, as_object(self)->type) && text_length(text_of(v)) > 0;
    return plain || check_separator(vm, self, v, text_error);
}

static inline __attribute__((always_inline)) Value split_method(VM *vm, Value *args, bool from_end) {
    bool blanks = !value_is_given(args[1]);
    int64_t splits = -1;
    if (!text_size_argument(vm, args[2], &splits)) return ABSENT;
    if (!blanks && !from_end && is_short_split(args[0], args[1]))
        return split_short(vm, args[0], text_of(args[1]).data[0], splits);
    if (!blanks && !is_separator(vm, args[0], args[1], "must be str or None, not %T")) return ABSENT;
    if (splits < 0 && (blanks || text_length(text_of(args[1])) == 1)) from_end = false; /* it is all one */
    Splitter s;
    if (!splitter_init(&s, vm, args[0], splits)) return ABSENT;
    bool done = blanks     ? from_end ? rsplit_blanks(&s) : split_blanks(&s)
                    : from_end ? rsplit_at(&s, text_of(args[1]))
                           : split_at(&s, text_of(args[1]));
    return finish(&s, done, from_end);
}

TEXT_METHOD(split) { return split_method(vm, args, false); }

TEXT_METHOD(rsplit) { return split_method(vm, args, true); }

/* --- lines --- */

static inline bool ends_line(uint32_t c, bool bytes) {
    if (c - 0x1F < 0x85 - 0x1F || c - 0x86 < 0x2028 - 0x86) return false; /* the commonest */
    if (c == '\n' || c == '\r') return true;
    return !bytes &&
           ((c >= 0x0B && c <= 0x1E && (c <= 0x0C || c >= 0x1C)) || c == 0x85 || c == 0x2028 || c == 0x2029);
}

typedef uint8_t Bytes16 __attribute__((vector_size(16)));

/* Are eight bytes all from ' ' to '\x7F'? */
static inline bool are_plain(const uint8_t *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return !((word | (word - UINT64_C(0x2020202020202020))) & UINT64_C(0x8080808080808080));
}

/* Where the next line end is that a byte makes; `length` when there is none. */
static int64_t find_line_end(const uint8_t *data, int64_t at, int64_t length, bool bytes) {
    for (; at + 16 <= length; at += 16) {
        Bytes16 units;
        uint64_t halves[2];
        memcpy(&units, data + at, sizeof units);
        Bytes16 ends = bytes ? (Bytes16)(units == '\n') | (Bytes16)(units == '\r')
                             : (Bytes16)(units - '\n' <= '\r' - '\n') | (Bytes16)(units - 0x1C <= 2) |
                                   (Bytes16)(units == 0x85);
        memcpy(halves, &ends, sizeof halves);
        if (halves[0]) return at + __builtin_ctzll(halves[0]) / 8;
        if (halves[1]) return at + 8 + __builtin_ctzll(halves[1]) / 8;
    }
    if (length - at >= 8 && are_plain(data + at) && are_plain(data + length - 8)) return length;
    while (at < length && !ends_line(data[at], bytes))
        at++;
    return at;
}

/* Where the line ends that goes on at `at`. */
static int64_t line_end(Text t, int64_t at, bool bytes) {
    int64_t length = text_length(t);
    if (text_log(t) == 0) return find_line_end(t.data, at, length, bytes);
    if (text_log(t) == 1) {
        while (at < length && !ends_line(((const uint16_t *)t.data)[at], false))
            at++;
    } else {
        while (at < length && !ends_line(((const uint32_t *)t.data)[at], false))
            at++;
    }
    return at;
}

static bool split_lines(Splitter *s, bool keep_ends) {
    Text t = s->source.text;
    for (int64_t at = 0, length = text_length(t); at < length;) {
        int64_t start = at, end = line_end(t, at, s->source.bytes);
        at = end;
        if (at < length) {
            bool pair = text_at(t, at) == '\r' && at + 1 < length && text_at(t, at + 1) == '\n';
            at += pair ? 2 : 1;
        }
        if (!add(s, start, keep_ends ? at : end)) return false;
    }
    return true;
}

TEXT_METHOD(splitlines) {
    int keep_ends = is_absent(args[1]) ? 0 : object_truth(vm, args[1]);
    Splitter s;
    if (keep_ends < 0 || !splitter_init(&s, vm, args[0], -1)) return ABSENT;
    return finish(&s, split_lines(&s, keep_ends), false);
}

/* --- partition --- */

/* NEW, RAISES; STEALS the parts, any of which may be ABSENT with an exception raised. */
static Value three_parts(VM *vm, Value before, Value separator, Value after) {
    if (!is_absent(before) && !is_absent(separator) && !is_absent(after))
        return tuple_triple(vm, before, separator, after);
    value_xdrop(vm, before);
    value_xdrop(vm, separator);
    value_xdrop(vm, after);
    return ABSENT;
}

/* There is no separator: the text itself, of whatever class, but a bytearray's copy, and two empty ones. */
static Value unparted(VM *vm, Value self, bool from_end) {
    Value empty = text_is_string(self) ? vm->empty_string : vm->empty_bytes;
    Value whole = self, middle = empty, other = empty;
    if (is_bytearray(self)) {
        whole = text_part_new(vm, self, 0, text_length(text_of(self)));
        middle = is_absent(whole) ? ABSENT : bytearray_new(vm, 0);
        other = is_absent(middle) ? ABSENT : bytearray_new(vm, 0);
    } else {
        value_ref(whole), value_ref(empty), value_ref(empty);
    }
    return from_end ? three_parts(vm, other, middle, whole) : three_parts(vm, whole, middle, other);
}

static inline __attribute__((always_inline)) Value partition(VM *vm, Value *args, bool from_end) {
    Value self = args[0], separator = args[1];
    if (!is_separator(vm, self, separator, "must be str, not %T")) return ABSENT;
    Source source;
    source_init(&source, vm, self);
    Text sep = source.ascii && is_exactly(separator, &str_type) ? text_of_string(as_string(separator))
                                                                : text_of(separator);
    int64_t at = from_end ? text_rfind(source.text, sep) : text_find(source.text, sep);
    if (at < 0) return unparted(vm, self, from_end);
    int64_t end = at + text_length(sep);
    Value before = part(&source, 0, at), middle = ABSENT, after = ABSENT;
    if (!is_absent(before))
        middle = is_bytearray(self) ? text_part_new(vm, self, at, end) : value_ref(separator);
    if (!is_absent(middle)) after = part(&source, end, text_length(source.text));
    return three_parts(vm, before, middle, after);
}

TEXT_METHOD(partition) { return partition(vm, args, false); }

TEXT_METHOD(rpartition) { return partition(vm, args, true); }

/* --- join --- */

/* text_of for what is bytes-like, the commonest kind first. */
static inline Text bytes_text(Value v) {
    if (is_exactly(v, &bytes_type)) return text_make(as_bytes(v)->data, as_bytes(v)->length, 0);
    return text_of(v);
}

/* Behind the bytes put. */
static inline uint8_t *put_bytes(uint8_t *to, Text part) {
    copy_bytes(to, part.data, (size_t)text_length(part));
    return to + text_length(part);
}

static Value join_bytes(VM *vm, Value separator, const Value *items, int64_t count) {
    Text glue = text_of(separator);
    int64_t length = 0;
    for (int64_t i = 0; i < count; i++) {
        if (!is_exactly(items[i], &bytes_type) && !is_bytes_like(items[i])) {
            return raise_type(vm, "sequence item %lld: expected a bytes-like object, %T found", (long long)i,
                              items[i]);
        }
        if (__builtin_add_overflow(length, text_length(bytes_text(items[i])) + (i ? text_length(glue) : 0),
                                   &length))
            return raise_overflow(vm, "join() result is too long");
    }
    if (count == 1 && is_bytes(separator) && is_exactly(items[0], &bytes_type)) return value_ref(items[0]);
    TextWriter w;
    if (!writer_new(vm, &w, separator, length, 0xFF)) return ABSENT;
    uint8_t *to = w.data;
    for (int64_t i = 0; i < count; i++) {
        if (i) to = put_bytes(to, glue);
        to = put_bytes(to, bytes_text(items[i]));
    }
    return w.value;
}

TEXT_METHOD(join) {
    Value items = row_from_iterable(vm, args[1], "can only join an iterable");
    if (is_absent(items)) return ABSENT;
    Row row = row_of(items);
    Value result = (text_is_string(args[0]) ? string_join : join_bytes)(vm, args[0], row.items, row.length);
    value_drop(vm, items);
    return result;
}
