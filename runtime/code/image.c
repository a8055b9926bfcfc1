/* Code objects as bytes: the writer, then the reader. */

#include "runtime/code/image.h"

#include "runtime/bytes/bytes.h"
#include "runtime/code/code.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/set.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/complex.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/text/str.h"

enum { IMAGE_VERSION = 1 };

typedef enum {
    TAG_NONE,
    TAG_TRUE,
    TAG_FALSE,
    TAG_ELLIPSIS,
    TAG_INT,      /* zigzag */
    TAG_BIG,      /* negative?, count of limbs, limbs */
    TAG_FLOAT,    /* a double */
    TAG_COMPLEX,  /* two */
    TAG_STRING,   /* length, UTF-8 (surrogates too) */
    TAG_INTERNED, /* the same */
    TAG_BYTES,    /* length, bytes */
    TAG_TUPLE,    /* count, items */
    TAG_SET,      /* count, items: a frozenset */
    TAG_CODE,     /* its numbers, blocks and values in the order of CodeParts */
    TAG_KNOWN,    /* number of an object that came before */
} Tag;

/* The numbers of a code object, in the order of the image. */
#define CODE_NUMBERS(X) \
    X(flags) \
    X(positional_count) \
    X(positional_only_count) \
    X(keyword_only_count) X(stack_size) X(first_line) X(instruction_count) X(handler_count)

/* --- writing --- */

typedef struct {
    VM *vm;
    Buffer *image;
    Value known; /* dict: address of an object -> its number */
} Writer;

static void write_number(Writer *w, uint64_t n) {
    for (; n >= 0x80; n >>= 7)
        buffer_append_char(w->image, (char)(0x80 | (n & 0x7F)));
    buffer_append_char(w->image, (char)n);
}

static void write_block(Writer *w, const void *data, size_t size) {
    if (size) buffer_append(w->image, data, size);
}

static void write_head(Writer *w, Tag tag, uint64_t count) {
    buffer_append_char(w->image, (char)tag);
    write_number(w, count);
}

static void write_sized(Writer *w, Tag tag, const void *data, size_t size) {
    write_head(w, tag, size);
    write_block(w, data, size);
}

static bool write_value(Writer *w, Value v);

static bool write_values(Writer *w, const Value *items, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        if (!write_value(w, items[i])) return false;
    }
    return true;
}

static bool write_tuple(Writer *w, Tag tag, const Tuple *tuple) {
    write_head(w, tag, (uint64_t)tuple->length);
    return write_values(w, tuple->items, tuple->length);
}

static bool write_set(Writer *w, Value set) {
    Value items = tuple_from_iterable(w->vm, set);
    bool ok = !is_absent(items) && write_tuple(w, TAG_SET, as_tuple(items));
    value_xdrop(w->vm, items);
    return ok;
}

static bool write_string(Writer *w, Value v) {
    size_t length;
    Value keeper = ABSENT;
    const char *text = string_utf8(w->vm, v, &length, &keeper);
    if (text) write_sized(w, as_string(v)->interned ? TAG_INTERNED : TAG_STRING, text, length);
    value_xdrop(w->vm, keeper);
    return text;
}

static bool write_big(Writer *w, Value v) {
    IntView view;
    int_view(v, &view);
    buffer_append_char(w->image, TAG_BIG);
    write_number(w, view.negative);
    write_number(w, (uint64_t)view.count);
    write_block(w, view.limbs, (size_t)view.count * sizeof *view.limbs);
    return true;
}

static bool write_code(Writer *w, const Code *code) {
    buffer_append_char(w->image, TAG_CODE);
#define X(field) write_number(w, code->field);
    CODE_NUMBERS(X)
#undef X
    write_number(w, code->positions_size);
    write_block(w, code->instructions, code->instruction_count * sizeof *code->instructions);
    write_block(w, code->handlers, code->handler_count * sizeof *code->handlers);
    write_block(w, code->positions, code->positions_size);
    Value values[] = {from_object(code->variables), from_object(code->constants),
                      from_object(code->names),     code->name,
                      code->qualified_name,         code->filename};
    if (!write_value(w, values[0])) return false;
    write_block(w, code->kinds, code->variable_count);
    return write_values(w, values + 1, sizeof values / sizeof *values - 1);
}

/* An object that is new to the image. */
static bool write_object(Writer *w, Value v) {
    if (is_exactly(v, &str_type)) return write_string(w, v);
    if (is_exactly(v, &tuple_type)) return write_tuple(w, TAG_TUPLE, as_tuple(v));
    if (is_exactly(v, &frozenset_type)) return write_set(w, v);
    if (is_exactly(v, &int_type)) return write_big(w, v);
    if (is_exactly(v, &bytes_type)) {
        write_sized(w, TAG_BYTES, as_bytes(v)->data, (size_t)as_bytes(v)->length);
    } else if (is_exactly(v, &float_type)) {
        double number = float_number(v);
        buffer_append_char(w->image, TAG_FLOAT);
        write_block(w, &number, sizeof number);
    } else if (is_exactly(v, &complex_type)) {
        ComplexNumber number = complex_number(v);
        buffer_append_char(w->image, TAG_COMPLEX);
        write_block(w, &number, sizeof number);
    } else {
        raise_type(w->vm, "a constant of type %T has no image", v);
        return false;
    }
    return true;
}

static bool write_immediate(Writer *w, Value v) {
    if (is_int(v)) {
        int64_t i = int_get(v);
        buffer_append_char(w->image, TAG_INT);
        write_number(w, (uint64_t)i << 1 ^ (uint64_t)(i >> 63));
    } else {
        double number = float_get(v);
        buffer_append_char(w->image, TAG_FLOAT);
        write_block(w, &number, sizeof number);
    }
    return true;
}

static bool write_value(Writer *w, Value v) {
    static const struct {
        Object *object;
        Tag tag;
    } singletons[] = {{&none_object, TAG_NONE},
                      {&true_object, TAG_TRUE},
                      {&false_object, TAG_FALSE},
                      {&ellipsis_object, TAG_ELLIPSIS}};
    if (!is_object(v)) return write_immediate(w, v);
    for (size_t i = 0; i < sizeof singletons / sizeof *singletons; i++) {
        if (as_object(v) != singletons[i].object) continue;
        buffer_append_char(w->image, (char)singletons[i].tag);
        return true;
    }
    if (is_code(v)) return write_code(w, as_code(v));
    Value address = int_small((int64_t)(v.bits >> 3)), number = dict_get(w->vm, w->known, address);
    if (!is_absent(number)) {
        buffer_append_char(w->image, TAG_KNOWN);
        write_number(w, (uint64_t)int_get(number));
        return true;
    }
    return !error_raised(w->vm) && write_object(w, v) &&
           dict_set(w->vm, w->known, address, int_small(as_dict(w->known)->count));
}

bool image_write(VM *vm, Value code, Buffer *image) {
    Buffer body;
    buffer_init(&body, image->allocator);
    Writer w = {.vm = vm, .image = &body, .known = dict_new(vm)};
    bool ok = !is_absent(w.known) && write_value(&w, code);
    if (ok) {
        w.image = image;
        buffer_append_char(image, IMAGE_VERSION);
        write_number(&w, (uint64_t)as_dict(w.known)->count);
        buffer_append(image, body.data, body.length);
        if (body.failed || image->failed) ok = (raise_memory(vm), false);
    }
    buffer_fini(&body);
    value_xdrop(vm, w.known);
    return ok;
}

/* --- reading --- */

typedef struct {
    VM *vm;
    const uint8_t *next, *end;
    Value *known; /* owned references */
    size_t count, capacity;
} Reader;

static Value damaged(Reader *r) { return raise_value(r->vm, "damaged code image"); }

/* The next `size` bytes; NULL RAISES. */
static const uint8_t *take(Reader *r, uint64_t size) {
    const uint8_t *data = r->next;
    if (size > (uint64_t)(r->end - data)) return damaged(r), NULL;
    r->next += size;
    return data;
}

/* False RAISES. */
static bool read_number(Reader *r, uint64_t *n) {
    *n = 0;
    for (int shift = 0; shift < 64 && r->next < r->end; shift += 7) {
        uint8_t byte = *r->next++;
        *n |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) return true;
    }
    damaged(r);
    return false;
}

/* A count of things of at least `each` bytes. */
static bool read_count(Reader *r, size_t each, uint64_t *n) {
    if (!read_number(r, n)) return false;
    if (*n > (uint64_t)(r->end - r->next) / each) damaged(r);
    return !error_raised(r->vm);
}

static Value remember(Reader *r, NEW Value v) {
    if (is_absent(v)) return v;
    if (r->count == r->capacity) {
        value_drop(r->vm, v);
        return damaged(r);
    }
    return value_ref(r->known[r->count++] = v);
}

static Value read_value(Reader *r);

static Value read_tuple(Reader *r) {
    uint64_t count;
    if (!read_count(r, 1, &count)) return ABSENT;
    if (count == 0) return value_ref(r->vm->empty_tuple);
    Tuple *tuple = tuple_new(r->vm, (int64_t)count);
    for (uint64_t i = 0; tuple != NULL && i < count; i++)
        tuple_fill(r->vm, &tuple, (int64_t)i, read_value(r));
    return tuple == NULL ? ABSENT : tuple_finish(tuple);
}

static Value read_set(Reader *r) {
    Value items = read_tuple(r);
    if (is_absent(items)) return items;
    Value set = frozenset_from_iterable(r->vm, items);
    value_drop(r->vm, items);
    return set;
}

static Value read_text(Reader *r, Tag tag) {
    uint64_t length;
    if (!read_count(r, 1, &length)) return ABSENT;
    const char *text = (const char *)take(r, length);
    if (tag == TAG_BYTES) return bytes_from(r->vm, text, (int64_t)length);
    if (tag == TAG_INTERNED) return string_intern_utf8(r->vm, text, length);
    return string_from_utf8(r->vm, text, length);
}

static Value read_big(Reader *r) {
    uint64_t negative, count, *limbs;
    if (!read_number(r, &negative) || !read_count(r, sizeof *limbs, &count)) return ABSENT;
    size_t size = count * sizeof *limbs;
    limbs = memory_alloc(r->vm, size ? size : 1);
    if (limbs == NULL) return ABSENT;
    memcpy(limbs, take(r, size), size);
    Value v = int_from_limbs(r->vm, limbs, (int64_t)count, negative);
    memory_free(r->vm, limbs, size ? size : 1);
    return v;
}

static Value read_float(Reader *r, Tag tag) {
    double parts[2];
    size_t size = tag == TAG_FLOAT ? sizeof *parts : sizeof parts;
    const uint8_t *data = take(r, size);
    if (data == NULL) return ABSENT;
    memcpy(parts, data, size);
    return tag == TAG_FLOAT ? float_from(r->vm, parts[0]) : complex_from(r->vm, parts[0], parts[1]);
}

/* A block of its own with the next `size` bytes; for none NULL, which is no failure then. */
static void *read_block(Reader *r, uint64_t size) {
    const uint8_t *data = error_raised(r->vm) ? NULL : take(r, size);
    void *block = data == NULL || size == 0 ? NULL : memory_alloc(r->vm, size);
    return block == NULL ? NULL : memcpy(block, data, size);
}

static bool read_code_numbers(Reader *r, CodeParts *p) {
    uint64_t n;
#define X(field) \
    if (!read_number(r, &n)) return false; \
    p->field = (uint32_t)n;
    CODE_NUMBERS(X)
#undef X
    if (!read_number(r, &n)) return false;
    p->positions_size = n;
    return true;
}

static bool is_name_tuple(Value v) { return !is_absent(v) && is_exactly(v, &tuple_type); }

static Value read_code(Reader *r) {
    VM *vm = r->vm;
    CodeParts p = {0};
    if (!recursion_enter(vm, "")) return ABSENT;
    bool ok = read_code_numbers(r, &p);
    size_t words = p.instruction_count * sizeof *p.instructions;
    size_t handlers = p.handler_count * sizeof *p.handlers, variables = 0;
    if (ok) {
        p.instructions = read_block(r, words);
        p.handlers = read_block(r, handlers);
        p.positions = read_block(r, p.positions_size);
        ok = !error_raised(vm) && is_name_tuple(p.variables = read_value(r));
    }
    if (ok) {
        variables = (size_t)as_tuple(p.variables)->length;
        p.kinds = read_block(r, variables);
        ok = !error_raised(vm);
    }
    Value *rest[] = {&p.constants, &p.names, &p.name, &p.qualified_name, &p.filename};
    for (size_t i = 0; ok && i < sizeof rest / sizeof *rest; i++)
        ok = !is_absent(*rest[i] = read_value(r));
    recursion_leave(vm);
    if (ok && is_name_tuple(p.constants) && is_name_tuple(p.names)) return code_new(vm, &p);
    if (!error_raised(vm)) damaged(r);
    memory_free(vm, p.instructions, words);
    memory_free(vm, p.handlers, handlers);
    memory_free(vm, p.positions, p.positions_size);
    memory_free(vm, p.kinds, variables);
    value_xdrop(vm, p.variables);
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        value_xdrop(vm, *rest[i]);
    return ABSENT;
}

static Value read_value(Reader *r) {
    uint64_t n;
    const uint8_t *tag = take(r, 1);
    if (tag == NULL) return ABSENT;
    switch (*tag) {
    case TAG_NONE: return NONE;
    case TAG_TRUE: return TRUE_VALUE;
    case TAG_FALSE: return FALSE_VALUE;
    case TAG_ELLIPSIS: return ELLIPSIS;
    case TAG_INT: return read_number(r, &n) ? int_from(r->vm, (int64_t)(n >> 1) ^ -(int64_t)(n & 1)) : ABSENT;
    case TAG_FLOAT:
    case TAG_COMPLEX: {
        Value v = read_float(r, (Tag)*tag);
        return is_absent(v) || !is_object(v) ? v : remember(r, v);
    }
    case TAG_BIG: return remember(r, read_big(r));
    case TAG_STRING:
    case TAG_INTERNED:
    case TAG_BYTES: return remember(r, read_text(r, (Tag)*tag));
    case TAG_TUPLE: return remember(r, read_tuple(r));
    case TAG_SET: return remember(r, read_set(r));
    case TAG_CODE: return read_code(r);
    case TAG_KNOWN:
        if (!read_number(r, &n)) return ABSENT;
        if (n < r->count) return value_ref(r->known[n]);
        break;
    default: break;
    }
    return damaged(r);
}

Value image_read(VM *vm, const uint8_t *image, size_t size) {
    Reader r = {.vm = vm, .next = image, .end = image + size};
    const uint8_t *version = take(&r, 1);
    uint64_t count;
    if (version == NULL || !read_count(&r, 1, &count)) return ABSENT;
    if (*version != IMAGE_VERSION) return damaged(&r);
    r.capacity = count;
    size_t room = (count ? count : 1) * sizeof *r.known;
    r.known = memory_alloc(vm, room);
    if (r.known == NULL) return ABSENT;
    Value code = read_value(&r);
    if (!is_absent(code) && !is_code(code)) {
        value_drop(vm, code);
        code = damaged(&r);
    }
    while (r.count)
        value_drop(vm, r.known[--r.count]);
    memory_free(vm, r.known, room);
    return code;
}
