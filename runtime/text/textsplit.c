/* Methods of all texts that take them apart or put them together: split, splitlines, partition, join. */
#include "base/copy.h"
#include "runtime/containers/list.h"
#include "runtime/protocol.h"
#include "runtime/containers/row.h"
#include "runtime/text/strsearch.h"
#include "runtime/text/textmethods.h"
#include "runtime/containers/tuple.h"

/*
 * A list of parts being made. The list, a container, is made before the text is looked at, because making it may run
 * finalizers; what is done afterwards runs no user code.
 */
typedef struct {
    VM *vm;
    Value self, list;
    Text text;
    int64_t splits; /* how many more are allowed */
    bool bytes;
    bool ascii; /* an exact str of ASCII characters */
    bool exact; /* an exact bytes */
} Splitter;

static bool splitter_init(Splitter *s, VM *vm, Value self, int64_t splits) {
    *s = (Splitter){.vm = vm, .self = self, .list = list_new(vm, 8), .bytes = !is_string(self)};
    s->splits = splits < 0 ? INT64_MAX : splits;
    if (is_absent(s->list)) return false;
    s->text = text_of(self);
    s->ascii = is_exactly(self, &str_type) && as_string(self)->ascii;
    s->exact = is_exactly(self, &bytes_type);
    return true;
}

static bool add(Splitter *s, int64_t start, int64_t stop) {
    bool whole = stop - start == s->text.length;
    const uint8_t *data = s->text.data + start;
    Value part = whole      ? text_slice(s->vm, s->self, start, stop)
                 : s->ascii ? string_from_ascii(s->vm, (const char *)data, (size_t)(stop - start))
                 : s->exact ? bytes_part(s->vm, data, stop - start)
                            : text_slice(s->vm, s->self, start, stop);
    return !is_absent(part) && list_append_owned(s->vm, s->list, part);
}

static Value finish(Splitter *s, bool done, bool reverse) {
    if (!done) {
        value_drop(s->vm, s->list);
        return ABSENT;
    }
    List *list = as_list(s->list);
    for (int64_t i = 0, j = list->length - 1; reverse && i < j; i++, j--) {
        Value item = list->items[i];
        list->items[i] = list->items[j];
        list->items[j] = item;
    }
    return s->list;
}

/* --- between runs of white space --- */

/* The same for characters of one byte, the commonest text. */
static bool split_narrow_blanks(Splitter *s) {
    const uint8_t *data = s->text.data;
    int64_t at = 0, length = s->text.length;
    for (;;) {
        while (at < length && text_is_blank(data[at], s->bytes))
            at++;
        if (at == length) return true;
        if (s->splits-- == 0) return add(s, at, length);
        int64_t start = at++;
        while (at < length && (data[at] - 33U < 95 || !text_is_blank(data[at], s->bytes)))
            at++;
        if (!add(s, start, at)) return false;
    }
}

static bool split_blanks(Splitter *s) {
    int64_t at = 0, length = s->text.length;
    if (s->text.width_log == 0) return split_narrow_blanks(s);
    for (;;) {
        while (at < length && text_is_blank(text_at(s->text, at), s->bytes))
            at++;
        if (at == length) return true;
        if (s->splits-- == 0) return add(s, at, length);
        int64_t start = at++;
        while (at < length && !text_is_blank(text_at(s->text, at), s->bytes))
            at++;
        if (!add(s, start, at)) return false;
    }
}

static bool rsplit_blanks(Splitter *s) {
    int64_t at = s->text.length;
    for (;;) {
        while (at > 0 && text_is_blank(text_at(s->text, at - 1), s->bytes))
            at--;
        if (at == 0) return true;
        if (s->splits-- == 0) return add(s, 0, at);
        int64_t stop = at--;
        while (at > 0 && !text_is_blank(text_at(s->text, at - 1), s->bytes))
            at--;
        if (!add(s, at, stop)) return false;
    }
}

/* --- at a separator --- */

/* memchr, but what is near is found without a call: eight bytes at once, of which the equal ones are zero in x. */
static inline const uint8_t *find_near(const uint8_t *from, const uint8_t *end, uint8_t byte) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    if (end - from >= 8) {
        uint64_t x;
        memcpy(&x, from, sizeof x);
        x ^= ones * byte;
        uint64_t zeros = (x - ones) & ~x & ones << 7;
        if (zeros) return from + __builtin_ctzll(zeros) / 8;
        from += 8;
    }
    return memchr(from, byte, (size_t)(end - from));
}

static bool split_at_byte(Splitter *s, uint8_t separator) {
    const uint8_t *data = s->text.data, *next = data, *end = data + s->text.length, *found;
    while (s->splits-- > 0 && (found = find_near(next, end, separator))) {
        if (!add(s, next - data, found - data)) return false;
        next = found + 1;
    }
    return add(s, next - data, s->text.length);
}

static bool split_at(Splitter *s, Text separator) {
    if (separator.length == 1 && separator.width_log == 0 && s->text.width_log == 0)
        return split_at_byte(s, separator.data[0]);
    Finder f;
    finder_init(&f, s->text, separator);
    int64_t at = 0, found;
    while (s->splits-- > 0 && (found = finder_next(&f)) >= 0) {
        if (!add(s, at, found)) return false;
        at = found + separator.length;
    }
    return add(s, at, s->text.length);
}

static bool rsplit_at_byte(Splitter *s, uint8_t separator) {
    const uint8_t *data = s->text.data, *found;
    int64_t end = s->text.length;
    while (s->splits-- > 0 && (found = memrchr(data, separator, (size_t)end))) {
        if (!add(s, found - data + 1, end)) return false;
        end = found - data;
    }
    return add(s, 0, end);
}

static bool rsplit_at(Splitter *s, Text separator) {
    if (separator.length == 1 && separator.width_log == 0 && s->text.width_log == 0)
        return rsplit_at_byte(s, separator.data[0]);
    int64_t end = s->text.length, found;
    while (s->splits-- > 0 && (found = text_rfind(text_part(s->text, 0, end), separator)) >= 0) {
        if (!add(s, found + separator.length, end)) return false;
        end = found;
    }
    return add(s, 0, end);
}

static bool is_separator(VM *vm, Value self, Value v, const char *text_error) {
    if (!is_string(self) && has_buffer(v) && !bytes_like_check(vm, v)) return false;
    if (!(is_string(self) ? is_string(v) : is_bytes_like(v))) {
        raise_type(vm, is_string(self) ? text_error : "a bytes-like object is required, not '%T'", v);
        return false;
    }
    if (text_of(v).length > 0) return true;
    raise_value(vm, "empty separator");
    return false;
}

static Value split_method(VM *vm, Value *args, bool from_end) {
    bool blanks = !value_is_given(args[1]);
    int64_t splits = -1;
    if (!text_size_argument(vm, args[2], &splits)) return ABSENT;
    if (!blanks && !is_separator(vm, args[0], args[1], "must be str or None, not %T")) return ABSENT;
    Splitter s;
    if (!splitter_init(&s, vm, args[0], splits)) return ABSENT;
    bool done = blanks ? (from_end ? rsplit_blanks : split_blanks)(&s)
                       : (from_end ? rsplit_at : split_at)(&s, text_of(args[1]));
    return finish(&s, done, from_end);
}

TEXT_METHOD(split) { return split_method(vm, args, false); }

TEXT_METHOD(rsplit) { return split_method(vm, args, true); }

/* --- lines --- */

static bool ends_line(uint32_t c, bool bytes) {
    if (c == '\n' || c == '\r') return true;
    return !bytes &&
           ((c >= 0x0B && c <= 0x1E && (c <= 0x0C || c >= 0x1C)) || c == 0x85 || c == 0x2028 || c == 0x2029);
}

static bool split_lines(Splitter *s, bool keep_ends) {
    int64_t length = s->text.length;
    for (int64_t at = 0; at < length;) {
        int64_t start = at;
        while (at < length && s->text.width_log == 0 && s->text.data[at] - 32U < 95)
            at++;
        while (at < length && !ends_line(text_at(s->text, at), s->bytes))
            at++;
        int64_t end = at;
        if (at < length) {
            bool pair = text_at(s->text, at) == '\r' && at + 1 < length && text_at(s->text, at + 1) == '\n';
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

static Value partition(VM *vm, Value *args, bool from_end) {
    Value self = args[0], separator = args[1], parts[3] = {ABSENT, ABSENT, ABSENT};
    if (!is_separator(vm, self, separator, "must be str, not %T")) return ABSENT;
    Text t = text_of(self), sep = text_of(separator);
    int64_t at = (from_end ? text_rfind : text_find)(t, sep), length = t.length, middle = sep.length;
    if (at < 0) {
        at = from_end ? 0 : length;
        middle = 0;
    }
    parts[0] = text_slice(vm, self, 0, at);
    bool keep = middle && !is_bytearray(self);
    if (!is_absent(parts[0])) parts[1] = keep ? value_ref(separator) : text_slice(vm, self, at, at + middle);
    if (!is_absent(parts[1])) parts[2] = text_slice(vm, self, at + middle, length);
    if (!is_absent(parts[2])) return tuple_from_owned(vm, parts, 3);
    for (int i = 0; i < 2; i++)
        value_xdrop(vm, parts[i]);
    return ABSENT;
}

TEXT_METHOD(partition) { return partition(vm, args, false); }

TEXT_METHOD(rpartition) { return partition(vm, args, true); }

/* --- join --- */

/* text_of for what is bytes-like, the commonest kind first. */
static inline Text bytes_text(Value v) {
    if (is_exactly(v, &bytes_type)) return (Text){as_bytes(v)->data, as_bytes(v)->length, 0};
    return text_of(v);
}

/* Behind the bytes put. */
static inline uint8_t *put_bytes(uint8_t *to, Text part) {
    copy_bytes(to, part.data, (size_t)part.length);
    return to + part.length;
}

static Value join_bytes(VM *vm, Value separator, const Value *items, int64_t count) {
    Text glue = text_of(separator);
    int64_t length = 0;
    for (int64_t i = 0; i < count; i++) {
        if (!is_exactly(items[i], &bytes_type) && !is_bytes_like(items[i])) {
            return raise_type(vm, "sequence item %lld: expected a bytes-like object, %T found", (long long)i,
                              items[i]);
        }
        if (__builtin_add_overflow(length, bytes_text(items[i]).length + (i ? glue.length : 0), &length))
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

/* The items of an iterable: itself if it is a list or tuple, else a list of them. NEW, RAISES. */
static Value items_of(VM *vm, Value iterable) {
    if (is_exactly(iterable, &list_type) || is_exactly(iterable, &tuple_type)) return value_ref(iterable);
    Value iterator = object_iterate(vm, iterable);
    if (is_absent(iterator)) {
        if (!error_is(vm, &exc_TypeError)) return ABSENT;
        error_clear(vm);
        return raise_type(vm, "can only join an iterable");
    }
    Value list = list_from_iterable(vm, iterator);
    value_drop(vm, iterator);
    return list;
}

TEXT_METHOD(join) {
    Value items = items_of(vm, args[1]);
    if (is_absent(items)) return ABSENT;
    Row row = row_of(items);
    Value result = (is_string(args[0]) ? string_join : join_bytes)(vm, args[0], row.items, row.length);
    value_drop(vm, items);
    return result;
}
