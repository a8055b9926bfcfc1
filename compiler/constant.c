/* Literals and names as Values, each made once a compilation. */

#include "compiler/compiler.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/bytes/bytes.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/complex.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/text/str.h"

enum { INT_LITERAL_DIGITS_MAX = 4300 }; /* CPython's default: decimal conversion is quadratic */

/* ---- Equality by type and value ---------------------------------------------------------------------------------- */

/* The bytes that make out a constant of one of the leaf types that are not compared by address; NULL for others. */
static const void *constant_bytes(Value v, size_t *size) {
    if (!is_object(v)) return NULL;
    const Type *type = type_of(v);
    if (type == &str_type) {
        const String *s = as_string(v);
        *size = (size_t)s->length << s->width_log;
        return s->data;
    }
    if (type == &bytes_type) {
        *size = (size_t)as_bytes(v)->length;
        return as_bytes(v)->data;
    }
    if (type == &int_type) {
        const BigInt *big = (BigInt *)as_object(v);
        *size = (size_t)llabs(big->size) * sizeof big->limbs[0];
        return big->limbs;
    }
    if (type == &float_type) {
        *size = sizeof(double);
        return &((HeapFloat *)as_object(v))->number;
    }
    if (type == &complex_type) {
        *size = sizeof(ComplexNumber);
        return &((Complex *)as_object(v))->number;
    }
    return NULL;
}

static uint64_t mix(uint64_t hash, uint64_t word) { return (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15); }

static uint64_t constant_hash(Value v) {
    size_t size;
    const uint8_t *bytes = constant_bytes(v, &size);
    if (bytes) {
        uint64_t hash = (uintptr_t)type_of(v);
        for (size_t i = 0; i < size; i++)
            hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
        return hash ^ hash >> 29;
    }
    uint64_t hash = mix(3, v.bits);
    if (is_exactly(v, &tuple_type)) {
        hash = 5;
        for (int64_t i = 0; i < as_tuple(v)->length; i++)
            hash = mix(hash, as_tuple(v)->items[i].bits);
    }
    return hash ^ hash >> 32;
}

/* Items of tuples are unique already, and compare by address. */
static bool constant_same(Value a, Value b) {
    if (value_same(a, b)) return true;
    if (!is_object(a) || !is_object(b) || type_of(a) != type_of(b)) return false;
    if (is_exactly(a, &tuple_type)) {
        const Tuple *x = as_tuple(a), *y = as_tuple(b);
        return x->length == y->length && !memcmp(x->items, y->items, (size_t)x->length * sizeof(Value));
    }
    size_t size_a, size_b;
    const void *x = constant_bytes(a, &size_a), *y = constant_bytes(b, &size_b);
    if (!x || size_a != size_b || memcmp(x, y, size_a)) return false;
    if (is_exactly(a, &str_type)) return as_string(a)->width_log == as_string(b)->width_log;
    return !is_exactly(a, &int_type) || int_sign(a) == int_sign(b);
}

static Value *constant_probe(Value *slots, uint32_t capacity, Value v) {
    uint32_t mask = capacity - 1;
    for (uint32_t i = (uint32_t)constant_hash(v) & mask;; i = (i + 1) & mask)
        if (is_absent(slots[i]) || constant_same(slots[i], v)) return &slots[i];
}

static bool constants_grow(Compiler *c) {
    uint32_t capacity = c->constant_capacity ? c->constant_capacity * 2 : 64;
    Value *slots = arena_alloc(c->arena, sizeof *slots * capacity);
    if (!slots) return false;
    for (uint32_t i = 0; i < c->constant_capacity; i++)
        if (!is_absent(c->constants[i])) *constant_probe(slots, capacity, c->constants[i]) = c->constants[i];
    c->constants = slots;
    c->constant_capacity = capacity;
    return true;
}

Value constant_unique(Compiler *c, Value v) {
    if (is_absent(v)) {
        compile_fail_memory(c);
        return ABSENT;
    }
    if (!is_object(v)) return v;
    if (object_is_immortal(as_object(v))) {
        value_drop(c->vm, v);
        return v;
    }
    if (c->constant_count >= c->constant_capacity / 2 && !constants_grow(c)) {
        value_drop(c->vm, v);
        compile_fail_memory(c);
        return ABSENT;
    }
    Value *slot = constant_probe(c->constants, c->constant_capacity, v);
    if (!is_absent(*slot)) {
        Value known = *slot;
        value_drop(c->vm, v);
        return known;
    }
    v = compile_pin(c, v);
    if (is_absent(v)) return v;
    c->constant_count++;
    return *slot = v;
}

/* ---- Literals ---------------------------------------------------------------------------------------------------- */

/* As CPython: a string that could be a name is interned. */
static Value string_literal_value(Compiler *c, const Constant *constant) {
    Value v = string_from_utf8(c->vm, constant->text, constant->length);
    if (is_absent(v)) return v;
    for (uint32_t i = 0; i < constant->length; i++) {
        unsigned char byte = (unsigned char)constant->text[i];
        bool name_like = byte == '_' || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                         (byte >= 'A' && byte <= 'Z');
        if (!name_like) return v;
    }
    return string_intern(c->vm, v);
}

static Value number_literal_value(Compiler *c, const Constant *constant) {
    if (constant->kind == CONSTANT_INT)
        return int_from_digits(c->vm, constant->text, constant->length, constant->base);
    double d = 0;
    float_scan(constant->text, constant->length, &d);
    return constant->kind == CONSTANT_FLOAT ? float_from(c->vm, d) : complex_from(c->vm, 0, d);
}

Value constant_literal(Compiler *c, Node *node) {
    const Constant *constant = &node->Constant.value;
    if (c->failed) return ABSENT;
    switch (constant->kind) {
    case CONSTANT_NONE: return NONE;
    case CONSTANT_TRUE: return TRUE_VALUE;
    case CONSTANT_FALSE: return FALSE_VALUE;
    case CONSTANT_ELLIPSIS: return ELLIPSIS;
    case CONSTANT_STR: return constant_unique(c, string_literal_value(c, constant));
    case CONSTANT_BYTES: return constant_unique(c, bytes_from(c->vm, constant->text, constant->length));
    case CONSTANT_GIVEN: return constant_unique(c, value_ref(c->pins[constant->length]));
    default: break;
    }
    if (constant->kind == CONSTANT_INT && constant->base == 10 && constant->length > INT_LITERAL_DIGITS_MAX) {
        compile_fail(c, node->span,
                     "Exceeds the limit (%d digits) for integer string conversion: value has %u digits; use "
                     "sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge "
                     "integer literals to avoid decimal conversion limits.",
                     INT_LITERAL_DIGITS_MAX, constant->length);
        c->diagnostics->error.no_caret = true;
        return ABSENT;
    }
    return constant_unique(c, number_literal_value(c, constant));
}

/* ---- Names ------------------------------------------------------------------------------------------------------- */

Value text_value(Compiler *c, const char *utf8, size_t length) {
    if (c->failed) return ABSENT;
    /* Not through constant_unique, which might know an equal string that is not the interned one. */
    return compile_pin(c, string_intern_utf8(c->vm, utf8, length));
}

Value name_value(Compiler *c, Name *name) {
    if (c->failed || !name) {
        compile_fail_memory(c);
        return ABSENT;
    }
    if (is_absent(name->string)) name->string = text_value(c, name->utf8, name->length);
    return name->string;
}

Value tuple_value(Compiler *c, const Value *items, uint32_t count) {
    return c->failed ? ABSENT : constant_unique(c, tuple_from(c->vm, items, count));
}

Name *name_c(Compiler *c, const char *text) {
    Name *name = name_of(&c->names, text, strlen(text), false);
    if (!name) compile_fail_memory(c);
    return name;
}

Name *name_identifier(Compiler *c, Identifier identifier) {
    Name *name = name_of(&c->names, identifier.utf8, identifier.length, false);
    name = name_mangle(&c->names, c->scope->class_name, name);
    if (!name) compile_fail_memory(c);
    return name;
}
