#include "runtime/text/text.h"

#include "base/copy.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/units.h"

bool text_any_size_argument(VM *vm, Value v, int64_t *size) {
    Value index = object_index(vm, v);
    if (is_absent(index)) return false;
    bool small = int_to_int64(index, size);
    value_drop(vm, index);
    if (!small) raise_overflow(vm, "Python int too large to convert to C ssize_t");
    return small;
}

bool writer_new(VM *vm, TextWriter *w, Value like, int64_t length, uint32_t maximum) {
    *w = (TextWriter){0};
    if (text_is_string(like)) {
        String *s = length ? string_new(vm, length, maximum) : as_string(value_ref(vm->empty_string));
        if (!s) return false;
        w->value = from_object(s);
        w->data = s->data;
        w->width_log = s->width_log;
        return true;
    }
    if (is_bytes(like)) {
        Bytes *b = bytes_new(vm, length);
        if (!b) return false;
        w->value = from_object(b);
        w->data = b->data;
        return true;
    }
    w->value = bytearray_new(vm, length);
    if (is_absent(w->value)) return false;
    w->data = as_bytearray(w->value)->data;
    return true;
}

void writer_fill(TextWriter *w, uint32_t c, int64_t count) {
    uint8_t *to = w->data + ((size_t)w->at << w->width_log);
    w->at += count;
    if (w->width_log == 0) {
        memset(to, (int)c, (size_t)count);
    } else if (w->width_log == 1) {
        for (int64_t i = 0; i < count; i++)
            ((uint16_t *)to)[i] = (uint16_t)c;
    } else {
        for (int64_t i = 0; i < count; i++)
            ((uint32_t *)to)[i] = c;
    }
}

Value text_part_new(VM *vm, Value v, int64_t start, int64_t stop) {
    const Type *type = as_object(v)->type;
    if (type->flags & TYPE_STR) return string_slice(vm, v, start, stop);
    if (type->flags & TYPE_BYTES) {
        if (stop - start == as_bytes(v)->length && type == &bytes_type) return value_ref(v);
        return bytes_part(vm, as_bytes(v)->data + start, stop - start);
    }
    return bytearray_from(vm, text_of(v).data + start, stop - start);
}
