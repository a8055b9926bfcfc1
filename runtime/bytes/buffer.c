#include "runtime/bytes/buffer.h"

#include <stdio.h>

#include "runtime/bytes/bytes.h"
#include "runtime/bytes/memoryview.h"
#include "runtime/classes/slots.h"
#include "runtime/errors/error.h"
#include "runtime/protocol.h"

bool buffer_acquire(VM *vm, Value v, unsigned flags, BufferView *buffer) {
    Type *type = type_of(v);
    if (type->get_buffer) return type->get_buffer(vm, v, buffer, flags);
    raise_type(vm, "a bytes-like object is required, not '%T'", v);
    return false;
}

bool buffer_writable_argument(VM *vm, const char *function, Value v, BufferView *buffer) {
    if (has_buffer(v) && buffer_acquire(vm, v, BUFFER_WRITABLE, buffer)) return true;
    error_clear(vm); /* whatever it is, as CPython */
    raise_type(vm, "%s() argument must be read-write bytes-like object, not %Q", function, v);
    return false;
}

void buffer_release(VM *vm, BufferView *buffer) {
    if (is_absent(buffer->owner)) return;
    if (buffer->release) buffer->release(vm, buffer);
    value_clear(vm, &buffer->through);
    value_clear(vm, &buffer->owner);
}

bool buffer_fill(VM *vm, BufferView *buffer, Value owner, const void *data, int64_t size, bool readonly,
                 unsigned flags) {
    if (readonly && (flags & BUFFER_WRITABLE)) {
        raise_error(vm, &exc_BufferError, "Object is not writable.");
        return false;
    }
    *buffer = (BufferView){
        .owner = value_ref(owner),
        .data = (uint8_t *)(uintptr_t)data,
        .size = size,
        .item_size = 1,
        .format = "B",
        .ndim = 1,
        .readonly = readonly,
    };
    return true;
}

/* --- shapes --- */

static int64_t extent(const BufferView *b, int dimension) {
    return b->shape ? b->shape[dimension] : b->size / b->item_size;
}

static int64_t stride(const BufferView *b, int dimension) {
    return b->strides ? b->strides[dimension] : b->item_size;
}

bool buffer_same_structure(const BufferView *a, const BufferView *b) {
    if (strcmp(a->format + (*a->format == '@'), b->format + (*b->format == '@')) != 0) return false;
    if (a->item_size != b->item_size || a->ndim != b->ndim) return false;
    for (int i = 0; i < a->ndim; i++) {
        if (extent(a, i) != extent(b, i)) return false;
        if (extent(a, i) == 0) break;
    }
    return true;
}

bool buffer_is_contiguous(const BufferView *b, char order) {
    if (!b->strides || b->size == 0) return true;
    int64_t expected = b->item_size;
    for (int k = 0; k < b->ndim; k++) {
        int i = order == 'F' ? k : b->ndim - 1 - k;
        if (extent(b, i) > 1 && stride(b, i) != expected) return false;
        expected *= extent(b, i);
    }
    return true;
}

static int64_t increment(const BufferView *b, int64_t *index, char order, int64_t at) {
    for (int k = 0; k < b->ndim; k++) {
        int i = order == 'F' ? k : b->ndim - 1 - k;
        at += stride(b, i);
        if (++index[i] < extent(b, i)) break;
        at -= index[i] * stride(b, i);
        index[i] = 0;
    }
    return at;
}

void buffer_copy_out(const BufferView *b, uint8_t *to, char order) {
    if (buffer_is_contiguous(b, order)) {
        if (b->size) memcpy(to, b->data, (size_t)b->size);
        return;
    }
    int64_t index[BUFFER_DIMENSIONS_MAX] = {0}, at = 0;
    for (int64_t done = 0; done < b->size; done += b->item_size) {
        memcpy(to + done, b->data + at, (size_t)b->item_size);
        at = increment(b, index, order, at);
    }
}

Value buffer_to_bytes(VM *vm, Value v, unsigned flags) {
    BufferView b;
    if (!buffer_acquire(vm, v, flags, &b)) return ABSENT;
    Bytes *bytes = bytes_new(vm, b.size);
    if (bytes && b.size) buffer_copy_out(&b, bytes->data, 'C');
    buffer_release(vm, &b);
    return from_object(bytes);
}

/* --- exporters written in Python --- */

/* Tell the exporter with __release_buffer__, if it has one; its view of the memory is over. */
static void release_through_class(VM *vm, BufferView *buffer) {
    Value pending = error_take(vm), row[2] = {buffer->owner, buffer->through};
    bool missing;
    memoryview_end_export(buffer->through);
    Value result = special_call(vm, NAME_release_buffer, row, 2, &missing);
    value_xdrop(vm, result);
    char where[160];
    snprintf(where, sizeof where,
             "Exception ignored in __release_buffer__ of %.100s:", type_name_of(buffer->owner));
    if (error_raised(vm)) error_unraisable(vm, where, ABSENT);
    error_restore(vm, pending);
}

bool slot_get_buffer(VM *vm, Value self, BufferView *buffer, unsigned flags) {
    Value row[2] = {self, int_small(flags)};
    bool missing;
    if (!recursion_enter(vm, "")) return false;
    Value view = special_call(vm, NAME_buffer, row, 2, &missing);
    recursion_leave(vm);
    if (is_absent(view)) {
        if (missing) raise_type(vm, "a bytes-like object is required, not '%T'", self);
        return false;
    }
    if (!is_exactly(view, &memoryview_type)) {
        raise_type(vm, "__buffer__ returned non-memoryview object");
    } else if (memoryview_type.get_buffer(vm, view, buffer, flags)) {
        value_set(vm, &buffer->owner, value_ref(self));
        buffer->through = view;
        buffer->release = release_through_class;
        return true;
    }
    value_drop(vm, view);
    return false;
}
