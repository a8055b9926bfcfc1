/* memoryview: making and releasing views, access to items, comparison and conversion, the types. */
#include "runtime/bytes/memoryview.h"

#include "runtime/arguments.h"
#include "runtime/bytes/bytes.h"
#include "runtime/bytes/bytesmethods.h"
#include "runtime/bytes/packing.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/list.h"
#include "runtime/containers/slice.h"
#include "runtime/containers/tuple.h"
#include "runtime/hash.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"

enum { ITEM_SIZE_MAX = 8 };

static int64_t *shape(MemoryView *m) { return m->dimensions; }
static int64_t *strides(MemoryView *m) { return m->dimensions + m->ndim; }

static bool check_alive(VM *vm, const MemoryView *m) {
    if (!is_absent(m->base)) return true;
    raise_value(vm, "operation forbidden on released memoryview object");
    return false;
}

/* --- making --- */

static Value managed_new(VM *vm, Value exporter, unsigned flags,
                         bool (*get_buffer)(VM *vm, Value self, BufferView *buffer, unsigned flags)) {
    ManagedBuffer *managed =
        (ManagedBuffer *)object_new_container(vm, &managed_buffer_type, sizeof(ManagedBuffer));
    if (!managed) return raise_memory(vm);
    BufferView buffer;
    if (!get_buffer(vm, exporter, &buffer, flags)) {
        object_drop(vm, &managed->head);
        return ABSENT;
    }
    managed->buffer = buffer;
    object_track(&managed->head);
    return from_object(managed);
}

static size_t view_size(int ndim) { return sizeof(MemoryView) + 2 * (size_t)ndim * sizeof(int64_t); }

/* A view with no memory, shape or strides yet, still unseen by the collector. */
static MemoryView *view_new(VM *vm, Value base, int ndim) {
    MemoryView *m = (MemoryView *)object_new_container(vm, &memoryview_type, view_size(ndim));
    if (!m) return raise_memory(vm), NULL;
    m->base = value_ref(base);
    m->hash = -1;
    m->ndim = ndim;
    return m;
}

static BufferView as_buffer(MemoryView *m) {
    return (BufferView){
        .owner = from_object(m),
        .data = m->buffer.data,
        .size = m->buffer.size,
        .item_size = m->item_size,
        .format = m->format,
        .ndim = m->ndim,
        .readonly = m->readonly,
        .shape = shape(m),
        .strides = strides(m),
    };
}

/* Data, format, shape and strides are set: work out the rest. */
static Value view_finish(MemoryView *m) {
    m->buffer.size = m->item_size;
    for (int i = 0; i < m->ndim; i++)
        m->buffer.size *= shape(m)[i];
    const char *format = m->format + (*m->format == '@');
    m->code = format[0] && !format[1] && native_item_size(format[0]) ? format[0] : 0;
    if (m->ndim == 1) {
        m->buffer.simple = m->f_contiguous = shape(m)[0] == 1 || strides(m)[0] == m->item_size;
    } else {
        BufferView b = as_buffer(m);
        m->buffer.simple = buffer_is_contiguous(&b, 'C');
        m->f_contiguous = buffer_is_contiguous(&b, 'F');
    }
    object_track(&m->buffer.head);
    return from_object(m);
}

static void set_c_strides(MemoryView *m) {
    int64_t stride = m->item_size;
    for (int i = m->ndim - 1; i >= 0; i--) {
        strides(m)[i] = stride;
        stride *= shape(m)[i];
    }
}

static Value view_of_managed(VM *vm, Value base) {
    const BufferView *b = &((ManagedBuffer *)as_object(base))->buffer;
    MemoryView *m = view_new(vm, base, b->ndim);
    if (!m) return ABSENT;
    m->buffer.data = b->data;
    m->item_size = b->item_size;
    m->format = b->format;
    m->readonly = b->readonly;
    for (int i = 0; i < m->ndim; i++)
        shape(m)[i] = b->shape ? b->shape[i] : b->size / b->item_size;
    if (b->strides) {
        memcpy(strides(m), b->strides, (size_t)m->ndim * sizeof(int64_t));
    } else {
        set_c_strides(m);
    }
    return view_finish(m);
}

/* Another view of what `m` shows. */
static Value view_again(VM *vm, MemoryView *m, bool readonly) {
    MemoryView *copy = view_new(vm, m->base, m->ndim);
    if (!copy) return ABSENT;
    copy->buffer.data = m->buffer.data;
    copy->item_size = m->item_size;
    copy->format = m->format;
    copy->readonly = readonly;
    memcpy(copy->dimensions, m->dimensions, 2 * (size_t)m->ndim * sizeof(int64_t));
    return view_finish(copy);
}

Value memoryview_of_slot(VM *vm, Value exporter, unsigned flags,
                         bool (*get_buffer)(VM *vm, Value self, BufferView *buffer, unsigned flags)) {
    Value base = managed_new(vm, exporter, flags, get_buffer);
    if (is_absent(base)) return ABSENT;
    Value view = view_of_managed(vm, base);
    value_drop(vm, base);
    return view;
}

static Value from_flags(VM *vm, Value exporter, unsigned flags) {
    if (is_exactly(exporter, &memoryview_type)) {
        MemoryView *m = as_memoryview(exporter);
        return check_alive(vm, m) ? view_again(vm, m, m->readonly) : ABSENT;
    }
    if (!has_buffer(exporter))
        return raise_type(vm, "memoryview: a bytes-like object is required, not '%T'", exporter);
    return memoryview_of_slot(vm, exporter, flags, type_of(exporter)->get_buffer);
}

Value memoryview_new(VM *vm, Value exporter) { return from_flags(vm, exporter, BUFFER_FULL_RO); }

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value exporter;
    if (nargs == 1 && is_absent(names)) return memoryview_new(vm, args[0]);
    if (nargs > 1)
        return raise_type(vm, "memoryview() takes at most 1 argument (%d given)", nargs + names_count(names));
    if (!arguments_bind(vm, "memoryview", "object", args, nargs, names, &exporter)) return ABSENT;
    return memoryview_new(vm, exporter);
}

METHOD(from_flags) {
    int flags;
    if (!object_to_c_int(vm, args[2], &flags)) return ABSENT;
    return from_flags(vm, args[1], (unsigned)flags);
}

/* --- releasing --- */

static void let_go(VM *vm, MemoryView *m) {
    m->buffer.simple = false;
    value_clear(vm, &m->base);
}

/* None; BufferError while there are exports. */
static Value release_view(VM *vm, Value view) {
    MemoryView *m = as_memoryview(view);
    if (m->exports > 0) {
        return raise_error(vm, &exc_BufferError, "memoryview has %lld exported buffer%s",
                           (long long)m->exports, m->exports == 1 ? "" : "s");
    }
    let_go(vm, m);
    return NONE;
}

METHOD(release) { return release_view(vm, args[0]); }

METHOD(enter) { return check_alive(vm, as_memoryview(args[0])) ? value_ref(args[0]) : ABSENT; }

METHOD(exit) { return release_view(vm, args[0]); }

void memoryview_end_export(Value view) { as_memoryview(view)->exports--; }

static void release_export(VM *vm, BufferView *buffer) { memoryview_end_export(buffer->owner); }

static const char *refusal(const MemoryView *m, unsigned flags) {
    if ((flags & BUFFER_WRITABLE) && m->readonly) return "memoryview: underlying buffer is not writable";
    bool c = m->buffer.simple;
    if ((flags & BUFFER_C_CONTIGUOUS) == BUFFER_C_CONTIGUOUS && !c)
        return "memoryview: underlying buffer is not C-contiguous";
    if ((flags & BUFFER_F_CONTIGUOUS) == BUFFER_F_CONTIGUOUS && !m->f_contiguous)
        return "memoryview: underlying buffer is not Fortran contiguous";
    if ((flags & BUFFER_ANY_CONTIGUOUS) == BUFFER_ANY_CONTIGUOUS && !c && !m->f_contiguous)
        return "memoryview: underlying buffer is not contiguous";
    if ((flags & BUFFER_STRIDES) != BUFFER_STRIDES && !c)
        return "memoryview: underlying buffer is not C-contiguous";
    if ((flags & BUFFER_FORMAT) && !(flags & BUFFER_ND))
        return "memoryview: cannot cast to unsigned bytes if the format flag is present";
    return NULL;
}

static bool get_buffer(VM *vm, Value self, BufferView *buffer, unsigned flags) {
    MemoryView *m = as_memoryview(self);
    if (!check_alive(vm, m)) return false;
    const char *why_not = refusal(m, flags);
    if (why_not) {
        raise_error(vm, &exc_BufferError, "%s", why_not);
        return false;
    }
    *buffer = as_buffer(m);
    value_ref(self);
    if (!(flags & BUFFER_ND)) buffer->shape = buffer->strides = NULL, buffer->ndim = 1, buffer->item_size = 1;
    if (!(flags & BUFFER_FORMAT)) buffer->format = "B";
    buffer->release = release_export;
    m->exports++;
    return true;
}

Value memoryview_release_buffer(NATIVE_PARAMETERS) {
    if (!is_exactly(args[1], &memoryview_type)) return raise_type(vm, "expected a memoryview object");
    MemoryView *m = as_memoryview(args[1]);
    if (is_absent(m->base)) return raise_value(vm, "memoryview's buffer has already been released");
    if (!value_same(((ManagedBuffer *)as_object(m->base))->buffer.owner, args[0]))
        return raise_value(vm, "memoryview's buffer is not this object");
    return release_view(vm, args[1]);
}

static int traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((MemoryView *)self)->base);
    return 0;
}

static void clear(VM *vm, Object *self) {
    if (((MemoryView *)self)->exports == 0) let_go(vm, (MemoryView *)self);
}

static void dealloc(VM *vm, Object *self) {
    value_xdrop(vm, ((MemoryView *)self)->base);
    object_free(vm, self, view_size(((MemoryView *)self)->ndim));
}

static int managed_traverse(Object *self, VisitFn visit, void *context) {
    const BufferView *b = &((ManagedBuffer *)self)->buffer;
    VISIT(b->owner);
    VISIT(b->through);
    return 0;
}

static void managed_dealloc(VM *vm, Object *self) {
    buffer_release(vm, &((ManagedBuffer *)self)->buffer);
    object_free(vm, self, sizeof(ManagedBuffer));
}

/* --- items --- */

static bool can_read(VM *vm, const MemoryView *m) {
    if (m->code) return true;
    raise_error(vm, &exc_NotImplementedError, "memoryview: format %s not supported", m->format);
    return false;
}

/* The offset along a dimension, from a subscript. Runs user code. */
static bool find_offset(VM *vm, MemoryView *m, int dimension, Value subscript, int64_t *offset) {
    int64_t i;
    if (!object_to_int64(vm, subscript, &exc_IndexError, &i) || !check_alive(vm, m)) return false;
    int64_t count = shape(m)[dimension];
    if (i < 0) i += count;
    if (i < 0 || i >= count) {
        raise_index(vm, "index out of bounds on dimension %d", dimension + 1);
        return false;
    }
    *offset += i * strides(m)[dimension];
    return true;
}

typedef enum { ALL, ITEM, DEEP_ITEM, SLICE, SLICES, WRONG } SubscriptKind;

static bool is_index(Value v) { return is_int(v) || is_int_family(v) || type_of(v)->number.index; }

static SubscriptKind tuple_kind(const Tuple *tuple) {
    int64_t slices = 0, indices = 0;
    for (int64_t i = 0; i < tuple->length; i++) {
        slices += is_slice(tuple->items[i]);
        indices += is_index(tuple->items[i]);
    }
    if (indices == tuple->length) return DEEP_ITEM;
    return slices == tuple->length ? SLICES : WRONG;
}

static SubscriptKind subscript_kind(const MemoryView *m, Value key) {
    if (m->ndim == 0) {
        if (value_same(key, ELLIPSIS)) return ALL;
        return is_tuple(key) && as_tuple(key)->length == 0 ? DEEP_ITEM : WRONG;
    }
    if (is_index(key)) return ITEM;
    if (is_slice(key)) return SLICE;
    return is_tuple(key) ? tuple_kind(as_tuple(key)) : WRONG;
}

static bool raise_subscript(VM *vm, const MemoryView *m) {
    raise_type(vm, m->ndim ? "memoryview: invalid slice key" : "invalid indexing of 0-dim memory");
    return false;
}

/* Where the item of a tuple of indices is. */
static bool find_deep(VM *vm, MemoryView *m, const Tuple *tuple, int64_t *offset) {
    if (tuple->length < m->ndim) {
        raise_error(vm, &exc_NotImplementedError, "sub-views are not implemented");
        return false;
    }
    if (tuple->length > m->ndim) {
        raise_type(vm, "cannot index %d-dimension view with %lld-element tuple", m->ndim,
                   (long long)tuple->length);
        return false;
    }
    for (int i = 0; i < m->ndim; i++) {
        if (!find_offset(vm, m, i, tuple->items[i], offset)) return false;
    }
    return true;
}

static bool find_item(VM *vm, MemoryView *m, SubscriptKind kind, Value key, int64_t *offset) {
    *offset = 0;
    return kind == ITEM ? find_offset(vm, m, 0, key, offset) : find_deep(vm, m, as_tuple(key), offset);
}

/* Start, stride and length of a part of the first dimension. Runs user code. */
static bool find_slice(VM *vm, MemoryView *m, Value slice, int64_t *offset, int64_t *stride, int64_t *count) {
    int64_t start, stop, step;
    if (!slice_unpack(vm, slice, &start, &stop, &step) || !check_alive(vm, m)) return false;
    *count = slice_adjust(shape(m)[0], &start, &stop, step);
    *offset = *count ? start * strides(m)[0] : 0;
    /* A part of at most one item may have any stride; the product of the step might not fit. */
    if (__builtin_mul_overflow(strides(m)[0], step, stride)) *stride = strides(m)[0];
    return true;
}

static Value get_slice(VM *vm, MemoryView *m, Value slice) {
    int64_t offset, stride, count;
    if (!find_slice(vm, m, slice, &offset, &stride, &count)) return ABSENT;
    MemoryView *part = view_new(vm, m->base, m->ndim);
    if (!part) return ABSENT;
    part->buffer.data = m->buffer.data + offset;
    part->item_size = m->item_size;
    part->format = m->format;
    part->readonly = m->readonly;
    memcpy(part->dimensions, m->dimensions, 2 * (size_t)m->ndim * sizeof(int64_t));
    shape(part)[0] = count;
    strides(part)[0] = stride;
    return view_finish(part);
}

static Value get_item(VM *vm, Value self, Value key) {
    MemoryView *m = as_memoryview(self);
    if (!check_alive(vm, m)) return ABSENT;
    SubscriptKind kind = subscript_kind(m, key);
    int64_t offset;
    switch (kind) {
    case ALL: return value_ref(self);
    case SLICE: return get_slice(vm, m, key);
    case SLICES:
        return raise_error(vm, &exc_NotImplementedError, "multi-dimensional slicing is not implemented");
    case WRONG: raise_subscript(vm, m); return ABSENT;
    default: break;
    }
    if (!can_read(vm, m)) return ABSENT;
    if (kind == ITEM && m->ndim > 1) {
        if (!object_to_int64(vm, key, &exc_IndexError, &offset)) return ABSENT;
        return raise_error(vm, &exc_NotImplementedError, "multi-dimensional sub-views are not implemented");
    }
    if (!find_item(vm, m, kind, key, &offset)) return ABSENT;
    return native_unpack(vm, m->code, m->buffer.data + offset);
}

/* Copy items that have the same structure, either of which may lie in the other's memory. */
static bool assign_items(VM *vm, uint8_t *to, int64_t stride, int64_t count, const BufferView *from) {
    int64_t from_stride = from->strides ? from->strides[0] : from->item_size, size = from->item_size;
    if (count == 0) return true;
    if (stride == size && from_stride == size) {
        memmove(to, from->data, (size_t)(count * size));
        return true;
    }
    uint8_t *copy = memory_alloc(vm, (size_t)(count * size));
    if (!copy) return false;
    buffer_copy_out(from, copy, 'C');
    for (int64_t i = 0; i < count; i++)
        memcpy(to + i * stride, copy + i * size, (size_t)size);
    memory_free(vm, copy, (size_t)(count * size));
    return true;
}

static bool set_slice(VM *vm, MemoryView *m, Value slice, Value value) {
    int64_t part[2], offset;
    BufferView source;
    if (!buffer_acquire(vm, value, BUFFER_FULL_RO, &source)) return false;
    bool done = check_alive(vm, m) && find_slice(vm, m, slice, &offset, &part[1], &part[0]);
    if (done) {
        BufferView target = as_buffer(m);
        target.shape = &part[0];
        target.strides = &part[1];
        done = buffer_same_structure(&target, &source);
        if (!done)
            raise_value(vm, "memoryview assignment: lvalue and rvalue have different structures");
        else
            done = assign_items(vm, m->buffer.data + offset, part[1], part[0], &source);
    }
    buffer_release(vm, &source);
    return done;
}

static bool set_one(VM *vm, MemoryView *m, SubscriptKind kind, Value key, Value value) {
    int64_t offset = 0;
    uint8_t item[ITEM_SIZE_MAX];
    if (kind != ALL && !find_item(vm, m, kind, key, &offset)) return false;
    PackResult result = native_pack(vm, m->code, value, item);
    const char *format = m->format + (*m->format == '@');
    if (result == PACK_WRONG_TYPE) raise_type(vm, "memoryview: invalid type for format '%s'", format);
    if (result == PACK_WRONG_VALUE) raise_value(vm, "memoryview: invalid value for format '%s'", format);
    if (result != PACKED || !check_alive(vm, m)) return false;
    memcpy(m->buffer.data + offset, item, (size_t)m->item_size);
    return true;
}

static bool set_item(VM *vm, Value self, Value key, Value value) {
    MemoryView *m = as_memoryview(self);
    if (!check_alive(vm, m) || !can_read(vm, m)) return false;
    if (m->readonly) return raise_type(vm, "cannot modify read-only memory"), false;
    if (is_absent(value)) return raise_type(vm, "cannot delete memory"), false;
    SubscriptKind kind = subscript_kind(m, key);
    if (kind == WRONG) return raise_subscript(vm, m);
    if (kind == SLICES || (kind == SLICE && m->ndim > 1)) {
        raise_error(vm, &exc_NotImplementedError,
                    "memoryview slice assignments are currently restricted to ndim = 1");
        return false;
    }
    if (kind == SLICE) return set_slice(vm, m, key, value);
    if (kind == ITEM && m->ndim > 1)
        return raise_error(vm, &exc_NotImplementedError, "sub-views are not implemented"), false;
    return set_one(vm, m, kind, key, value);
}

static int64_t length(VM *vm, Value self) {
    MemoryView *m = as_memoryview(self);
    if (!check_alive(vm, m)) return -1;
    if (m->ndim == 0) return raise_type(vm, "0-dim memory has no length"), -1;
    return shape(m)[0];
}

/* --- comparison, hash, text --- */

static bool is_floating(char code) { return code == 'e' || code == 'f' || code == 'd'; }

static int items_equal(VM *vm, char code_a, const uint8_t *a, char code_b, const uint8_t *b, int64_t size) {
    if (code_a == code_b && !is_floating(code_a)) return memcmp(a, b, (size_t)size) == 0;
    Value x = native_unpack(vm, code_a, a), y = ABSENT;
    int equal = -1;
    if (!is_absent(x)) y = native_unpack(vm, code_b, b);
    if (!is_absent(y)) equal = object_compare_truth(vm, x, y, COMPARE_EQ);
    value_xdrop(vm, x);
    value_xdrop(vm, y);
    return equal;
}

typedef struct {
    MemoryView *views[2];
} Pair;

/* From this dimension on, at these offsets. The views hold their memory and nothing here runs user code. */
static int parts_equal(VM *vm, const Pair *pair, int dimension, int64_t a, int64_t b) {
    MemoryView *m = pair->views[0], *n = pair->views[1];
    if (dimension == m->ndim) {
        return items_equal(vm, m->code, m->buffer.data + a, n->code, n->buffer.data + b, m->item_size);
    }
    int equal = 1;
    for (int64_t i = 0; equal > 0 && i < shape(m)[dimension]; i++) {
        equal = parts_equal(vm, pair, dimension + 1, a + i * strides(m)[dimension],
                            b + i * strides(n)[dimension]);
    }
    return equal;
}

static bool shapes_equal(MemoryView *m, MemoryView *n) {
    if (m->ndim != n->ndim) return false;
    for (int i = 0; i < m->ndim; i++) {
        if (shape(m)[i] != shape(n)[i]) return false;
        if (shape(m)[i] == 0) break;
    }
    return true;
}

static int views_equal(VM *vm, MemoryView *m, MemoryView *n) {
    if (!shapes_equal(m, n)) return 0;
    if (!m->code || !n->code) return 0;
    if (m->code == n->code && !is_floating(m->code) && m->buffer.simple && n->buffer.simple)
        return memcmp(m->buffer.data, n->buffer.data, (size_t)m->buffer.size) == 0;
    return parts_equal(vm, &(Pair){{m, n}}, 0, 0, 0);
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (op != COMPARE_EQ && op != COMPARE_NE) return NOT_IMPLEMENTED;
    MemoryView *m = as_memoryview(self);
    int equal = value_same(self, other);
    bool other_is_view = is_exactly(other, &memoryview_type);
    if (!is_absent(m->base) && !(other_is_view && is_absent(as_memoryview(other)->base))) {
        if (!has_buffer(other)) return NOT_IMPLEMENTED;
        Value view = memoryview_new(vm, other);
        if (is_absent(view)) {
            error_clear(vm);
            return NOT_IMPLEMENTED;
        }
        if (!is_absent(m->base)) equal = views_equal(vm, m, as_memoryview(view));
        value_drop(vm, view);
        if (equal < 0) return ABSENT;
    }
    return bool_from(equal == (op == COMPARE_EQ));
}

static Value to_bytes(VM *vm, MemoryView *m, char order) {
    Bytes *bytes = bytes_new(vm, m->buffer.size);
    if (!bytes) return ABSENT;
    BufferView b = as_buffer(m);
    if (b.size) buffer_copy_out(&b, bytes->data, order);
    return from_object(bytes);
}

static bool hash(VM *vm, Value self, int64_t *result) {
    MemoryView *m = as_memoryview(self);
    if (m->hash == -1) {
        if (!check_alive(vm, m)) return false;
        if (!m->readonly) return raise_value(vm, "cannot hash writable memoryview object"), false;
        if (m->code != 'B' && m->code != 'b' && m->code != 'c')
            return raise_value(vm, "memoryview: hashing is restricted to formats 'B', 'b' or 'c'"), false;
        int64_t unused;
        Value owner = value_ref(((ManagedBuffer *)as_object(m->base))->buffer.owner);
        bool done = hash_nested(vm, owner, &unused) && check_alive(vm, m);
        value_drop(vm, owner);
        Value bytes = done ? to_bytes(vm, m, 'C') : ABSENT;
        if (is_absent(bytes)) return false;
        hash_nested(vm, bytes, &m->hash);
        value_drop(vm, bytes);
    }
    *result = m->hash;
    return true;
}

static Value repr(VM *vm, Value self) {
    return string_format(
        vm, is_absent(as_memoryview(self)->base) ? "<released memory at 0x%llx>" : "<memory at 0x%llx>",
        (unsigned long long)self.bits);
}

/* The items of the innermost dimension; making them runs no user code. */
static Value row_to_list(VM *vm, const MemoryView *m, int64_t count, int64_t stride, const uint8_t *at) {
    Value list = list_new(vm, count);
    if (is_absent(list)) return ABSENT;
    Value *items = as_list(list)->items;
    int64_t done = 0;
    while (done < count && !is_absent(items[done] = native_unpack(vm, m->code, at + done * stride)))
        done++;
    as_list(list)->length = done;
    if (done < count) value_clear(vm, &list);
    return list;
}

static Value to_list(VM *vm, MemoryView *m, int dimension, const uint8_t *at) {
    if (dimension == m->ndim) return native_unpack(vm, m->code, at);
    int64_t count = shape(m)[dimension], stride = strides(m)[dimension];
    if (dimension + 1 == m->ndim) return row_to_list(vm, m, count, stride, at);
    Value list = list_new(vm, count);
    for (int64_t i = 0; !is_absent(list) && i < count; i++) {
        Value item = to_list(vm, m, dimension + 1, at + i * stride);
        if (is_absent(item) || !list_append_owned(vm, list, item)) value_clear(vm, &list);
    }
    return list;
}

METHOD(tolist) {
    MemoryView *m = as_memoryview(args[0]);
    if (!check_alive(vm, m) || !can_read(vm, m)) return ABSENT;
    return to_list(vm, m, 0, m->buffer.data);
}

METHOD(tobytes) {
    MemoryView *m = as_memoryview(args[0]);
    char order = 'C';
    if (value_is_given(args[1])) {
        if (!is_string(args[1]))
            return raise_type(vm, "tobytes() argument 'order' must be str or None, not %Q", args[1]);
        Value encoded = codec_encode(vm, args[1], "utf-8", "strict"); /* it may have lone surrogates */
        if (is_absent(encoded)) return ABSENT;
        value_drop(vm, encoded);
        const String *s = as_string(args[1]);
        order = s->length == 1 && s->ascii ? (char)s->data[0] : 0;
    }
    if (!check_alive(vm, m)) return ABSENT;
    if (order != 'C' && order != 'F' && order != 'A') return raise_value(vm, "order must be 'C', 'F' or 'A'");
    if (order == 'A') order = m->f_contiguous && !m->buffer.simple ? 'F' : 'C';
    return to_bytes(vm, m, order);
}

METHOD(hex) {
    int group = 1;
    if (!is_absent(args[2]) && !object_to_c_int(vm, args[2], &group)) return ABSENT;
    if (!check_alive(vm, as_memoryview(args[0]))) return ABSENT;
    Value bytes = to_bytes(vm, as_memoryview(args[0]), 'C'), row[3] = {bytes, args[1], int_small(group)};
    if (is_absent(bytes)) return ABSENT;
    Value text = bytes_method_hex(vm, row, nargs, names);
    value_drop(vm, bytes);
    return text;
}

METHOD(toreadonly) {
    MemoryView *m = as_memoryview(args[0]);
    return check_alive(vm, m) ? view_again(vm, m, true) : ABSENT;
}

/* --- cast --- */

/* The static text of a native format, "B" or "@B", or NULL. */
static const char *native_format(Value text) {
    static const char codes[] = "cbB?hHiIlLqQnNefdP";
    static const char formats[sizeof codes - 1][4] = {"@c", "@b", "@B", "@?", "@h", "@H", "@i", "@I", "@l",
                                                      "@L", "@q", "@Q", "@n", "@N", "@e", "@f", "@d", "@P"};
    const String *s = as_string(text);
    if (s->length < 1 || s->length > 2 || (s->length == 2 && s->data[0] != '@')) return NULL;
    char code = (char)s->data[s->length - 1];
    const char *found = code ? strchr(codes, code) : NULL;
    return found ? formats[found - codes] + (s->length == 1) : NULL;
}

static bool is_byte_code(char code) { return code == 'B' || code == 'b' || code == 'c'; }

/* The shape argument: as many positive sizes. Their product, or -1 RAISES. */
static int64_t read_shape(VM *vm, Value sizes, int64_t item_size, int64_t *to) {
    int64_t product = 1, bytes;
    for (int64_t i = 0; i < object_length(vm, sizes); i++) {
        Value size = object_get_item(vm, sizes, int_small(i));
        if (is_absent(size)) return -1;
        bool number = is_int_family(size), fits = number && int_to_int64(size, &to[i]);
        value_drop(vm, size);
        if (!number) return raise_type(vm, "memoryview.cast(): elements of shape must be integers"), -1;
        if (!fits) return raise_overflow(vm, "Python int too large to convert to C ssize_t"), -1;
        if (to[i] <= 0)
            return raise_value(vm, "memoryview.cast(): elements of shape must be integers > 0"), -1;
        if (__builtin_mul_overflow(product, to[i], &product))
            return raise_value(vm, "memoryview.cast(): product(shape) > SSIZE_MAX"), -1;
    }
    if (__builtin_mul_overflow(product, item_size, &bytes))
        return raise_value(vm, "memoryview.cast(): product(shape) > SSIZE_MAX"), -1;
    return product;
}

/* `format` is what `text` says, NULL if nothing. */
static bool check_cast(VM *vm, const MemoryView *m, Value text, const char *format, Value new_shape,
                       int *ndim) {
    int64_t count = 1;
    if (!m->buffer.simple) {
        raise_type(vm, "memoryview: casts are restricted to C-contiguous views");
    } else if ((!is_absent(new_shape) || m->ndim != 1) && m->buffer.size == 0 && m->ndim) {
        raise_type(vm, "memoryview: cannot cast view with zeros in shape or strides");
    } else if (!is_absent(new_shape) && !is_exactly(new_shape, &list_type) &&
               !is_exactly(new_shape, &tuple_type)) {
        raise_type(vm, "shape must be a list or a tuple");
    } else if (!is_absent(new_shape) && (count = object_length(vm, new_shape)) > BUFFER_DIMENSIONS_MAX) {
        raise_value(vm, "memoryview: number of dimensions must not exceed %d", BUFFER_DIMENSIONS_MAX);
    } else if (!is_absent(new_shape) && m->ndim != 1 && count != 1) {
        raise_type(vm, "memoryview: cast must be 1D -> ND or ND -> 1D");
    } else if (!as_string(text)->ascii) {
        value_xdrop(vm, codec_encode(vm, text, "ascii", "strict")); /* its error */
    } else if (!format) {
        raise_value(vm, "memoryview: destination format must be a native single character format prefixed "
                        "with an optional '@'");
    } else if (!is_byte_code(m->code) && !is_byte_code(format[*format == '@'])) {
        raise_type(vm, "memoryview: cannot cast between two non-byte formats");
    } else if (m->buffer.size % native_item_size(format[*format == '@'])) {
        raise_type(vm, "memoryview: length is not a multiple of itemsize");
    } else {
        *ndim = (int)count;
        return true;
    }
    return false;
}

METHOD(cast) {
    MemoryView *m = as_memoryview(args[0]);
    int ndim;
    if (!is_string(args[1]))
        return raise_type(vm, "cast() argument 'format' must be str, not %s",
                          is_none(args[1]) ? "None" : type_name_of(args[1]));
    const char *format = as_string(args[1])->ascii ? native_format(args[1]) : NULL;
    if (!check_alive(vm, m) || !check_cast(vm, m, args[1], format, args[2], &ndim)) return ABSENT;
    MemoryView *view = view_new(vm, m->base, ndim);
    if (!view) return ABSENT;
    view->buffer.data = m->buffer.data;
    view->format = format;
    view->item_size = native_item_size(format[*format == '@']);
    view->readonly = m->readonly;
    int64_t items = m->buffer.size / view->item_size;
    int64_t wanted = is_absent(args[2]) ? items : read_shape(vm, args[2], view->item_size, shape(view));
    if (is_absent(args[2])) shape(view)[0] = items;
    if (wanted != items && wanted >= 0)
        raise_type(vm, "memoryview: product(shape) * itemsize != buffer size");
    if (wanted != items) {
        object_drop(vm, &view->buffer.head);
        return ABSENT;
    }
    set_c_strides(view);
    return view_finish(view);
}

/* --- attributes --- */

#define ATTRIBUTE(name, value) \
    static Value get_##name(VM *vm, Value self) { \
        MemoryView *m = as_memoryview(self); \
        return check_alive(vm, m) ? (value) : ABSENT; \
    }

static Value row_of_sizes(VM *vm, const int64_t *sizes, int count) {
    Tuple *tuple = tuple_new(vm, count);
    if (!tuple) return ABSENT;
    for (int i = 0; i < count; i++) {
        tuple->items[i] = int_from(vm, sizes[i]); /* a stride may be as large as a step */
        if (is_absent(tuple->items[i])) return value_drop(vm, from_object(tuple)), ABSENT;
    }
    return tuple_finish(tuple);
}

ATTRIBUTE(nbytes, int_from(vm, m->buffer.size))
ATTRIBUTE(itemsize, int_small(m->item_size))
ATTRIBUTE(format, string_from_c(vm, m->format))
ATTRIBUTE(ndim, int_small(m->ndim))
ATTRIBUTE(shape, row_of_sizes(vm, shape(m), m->ndim))
ATTRIBUTE(strides, row_of_sizes(vm, strides(m), m->ndim))
ATTRIBUTE(suboffsets, value_ref(vm->empty_tuple))
ATTRIBUTE(readonly, bool_from(m->readonly))
ATTRIBUTE(c_contiguous, bool_from(m->buffer.simple))
ATTRIBUTE(f_contiguous, bool_from(m->f_contiguous))
ATTRIBUTE(contiguous, bool_from(m->buffer.simple || m->f_contiguous))
ATTRIBUTE(obj, value_ref(((ManagedBuffer *)as_object(m->base))->buffer.owner))

static const GetSetDef getsets[] = {
    {"obj", get_obj, NULL, "The underlying object of the memoryview."},
    {"nbytes", get_nbytes, NULL, "The number of bytes of all items."},
    {"readonly", get_readonly, NULL, "A bool indicating whether the memory is read only."},
    {"itemsize", get_itemsize, NULL, "The size in bytes of each element of the memoryview."},
    {"format", get_format, NULL, "The format of each element, in struct module style."},
    {"ndim", get_ndim, NULL, "How many dimensions of an array the memory represents."},
    {"shape", get_shape, NULL, "The lengths of the dimensions, a tuple of ndim integers."},
    {"strides", get_strides, NULL, "The bytes to step to the next element of each dimension."},
    {"suboffsets", get_suboffsets, NULL, "Always the empty tuple: no memory here is reached indirectly."},
    {"c_contiguous", get_c_contiguous, NULL, "A bool indicating whether the memory is C contiguous."},
    {"f_contiguous", get_f_contiguous, NULL, "A bool indicating whether the memory is Fortran contiguous."},
    {"contiguous", get_contiguous, NULL, "A bool indicating whether the memory is contiguous."},
    {0},
};

static const NativeDef methods[] = {
    {"__enter__", method_enter, "", "The view itself."},
    {"__exit__", method_exit, "*args", "Release the underlying buffer."},
    {"__release_buffer__", memoryview_release_buffer, "buffer, /",
     "Release the buffer object that exposes the underlying memory of the object."},
    {"_from_flags", method_from_flags, "object, flags", "Create a new memoryview, asking for these flags.",
     NATIVE_CLASS_METHOD},
    {"cast", method_cast, "format, shape=<unrepresentable>", "The same memory with a new format or shape."},
    {"hex", method_hex, "sep=<unrepresentable>, bytes_per_sep=1", "The data as a str of hexadecimal digits."},
    {"release", method_release, "", "Release the underlying buffer exposed by the memoryview object."},
    {"tobytes", method_tobytes, "order='C'", "The data as bytes; order is 'C', 'F' or 'A'."},
    {"tolist", method_tolist, "", "The items as a list, of lists if there are more dimensions."},
    {"toreadonly", method_toreadonly, "", "A readonly version of the memoryview."},
    {0},
};

/* --- iterator --- */

static Value iterate(VM *vm, Value self) {
    MemoryView *m = as_memoryview(self);
    if (!check_alive(vm, m) || !can_read(vm, m)) return ABSENT;
    if (m->ndim == 0) return raise_type(vm, "invalid indexing of 0-dim memory");
    if (m->ndim > 1)
        return raise_error(vm, &exc_NotImplementedError, "multi-dimensional sub-views are not implemented");
    return sequence_iterator_make(vm, &memory_iterator_type, self, 0);
}

static Value next_item(VM *vm, Value self) {
    SequenceIterator *it = (SequenceIterator *)as_object(self);
    if (is_absent(it->sequence)) return ABSENT;
    MemoryView *m = as_memoryview(it->sequence);
    if (it->index < shape(m)[0]) {
        if (!check_alive(vm, m)) return ABSENT;
        return native_unpack(vm, m->code, m->buffer.data + it->index++ * strides(m)[0]);
    }
    value_clear(vm, &it->sequence);
    return ABSENT;
}

Type memory_iterator_type = {
    TYPE_HEAD(memory_iterator_type, "memory_iterator", .traverse = sequence_iterator_traverse,
              .dealloc = sequence_iterator_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(SequenceIterator),
    .base = &object_type,
    .iterate = iterator_itself,
    .next = next_item,
};

Type managed_buffer_type = {
    TYPE_HEAD(managed_buffer_type, "managedbuffer", .traverse = managed_traverse, .dealloc = managed_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(ManagedBuffer),
    .base = &object_type,
};

Type memoryview_type = {
    TYPE_HEAD(memoryview_type, "memoryview", .traverse = traverse, .clear = clear, .dealloc = dealloc),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_SEQUENCE | TYPE_BUFFER,
    .basic_size = sizeof(MemoryView),
    .item_size = 8, /* as CPython says; ours lie elsewhere */
    .base = &object_type,
    .doc = "(object)\n--\n\nCreate a new memoryview object which references the given object.",
    .new = new,
    .repr = repr,
    .hash = hash,
    .compare = compare,
    .get_buffer = get_buffer,
    .iterate = iterate,
    .container = {.length = length, .get_item = get_item, .set_item = set_item},
    .methods = methods,
    .getsets = getsets,
};
