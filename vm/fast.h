#ifndef MPY_VM_FAST_H
#define MPY_VM_FAST_H

/*
 * What the eval loop does with built-in objects by itself: arguments of natives, items, attributes, strings. For
 * vm/eval.c alone, which is fast because these are inlined into it.
 *
 * Each serves the common cases, in which no code of the program can be asked, and says so when a case is another one
 * (ABSENT, false, -1); nothing has happened then, and the general operation begins anew.
 */

#include "base/copy.h"
#include "runtime/bytes/bytearray.h"
#include "runtime/bytes/bytes.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/list.h"
#include "runtime/containers/range.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "vm/arithmetic.h"
#include "vm/frame.h"
#include "vm/specialise.h"
#include "vm/steps.h"

/* --- arguments of natives --- */

/* With how many arguments a native is called that is given n positional ones at `args`. Missing ones are made ABSENT,
 * for which there is room behind every operand stack (FRAME_SLACK). -1: it needs the whole binding, or an error is
 * due. */
static __attribute__((noinline)) int native_count_unusual(const Signature *signature, Value *args,
                                                          int64_t n) {
    if (n < signature->required || (n > signature->positional && !signature->raw_args)) return -1;
    if (signature->raw) return (int)n;
    if (signature->keyword_required || signature->count - n > FRAME_SLACK) return -1;
    for (int64_t i = n; i < signature->count; i++)
        args[i] = ABSENT;
    return signature->count; /* -1: not parsed yet */
}

static inline int native_count(const Signature *signature, Value *args, int64_t n) {
    int exact = signature->exact;
    if (LIKELY(n == exact)) return exact;
    if (n > exact || n < signature->required || exact - n > FRAME_SLACK)
        return native_count_unusual(signature, args, n);
    do {
        args[n] = ABSENT; /* all parameters may be given by position, the commonest */
    } while (++n < exact);
    return exact;
}

/* --- iterators: the next item, NEW --- */

/* The item of a list iterator; ABSENT at the end, where it lets go of its list. */
static inline Value list_iterator_item(VM *vm, SequenceIterator *iterator) {
    if (is_absent(iterator->sequence)) return ABSENT;
    List *list = as_list(iterator->sequence);
    if (LIKELY(iterator->index < list->length)) return value_ref(list->items[iterator->index++]);
    value_clear(vm, &iterator->sequence);
    return ABSENT;
}

static inline Value tuple_iterator_item(VM *vm, SequenceIterator *iterator) {
    if (is_absent(iterator->sequence)) return ABSENT;
    Tuple *tuple = as_tuple(iterator->sequence);
    if (LIKELY(iterator->index < tuple->length)) return value_ref(tuple->items[iterator->index++]);
    value_clear(vm, &iterator->sequence);
    return ABSENT;
}

/* --- numbers --- */

/* Is it a float, immediate or not? Then *number is what it is. */
FAST_INLINE bool fast_double(Value v, double *number) {
    if (!is_float(v) && !is_exactly(v, &float_type)) return false;
    *number = float_number(v);
    return true;
}

/* --- items --- */

/* One character of a string: NEW, or ABSENT when it is none of those that are always at hand. */
FAST_INLINE Value string_character(VM *vm, const String *string, int64_t index) {
    uint32_t c = string_at(string, index);
    return LIKELY(c < 256) ? value_ref(vm->characters[c]) : ABSENT;
}

/* Of a string of ASCII alone. */
static Value string_iterator_item(VM *vm, SequenceIterator *iterator) {
    if (is_absent(iterator->sequence)) return ABSENT;
    const String *string = as_string(iterator->sequence);
    if (UNLIKELY(iterator->index >= string_length(string))) {
        value_clear(vm, &iterator->sequence);
        return ABSENT;
    }
    return value_ref(vm->characters[string_at(string, iterator->index++)]);
}

static inline Value range_iterator_item(RangeIterator *iterator) {
    if (iterator->remaining <= 0) return ABSENT;
    Value item = int_small(iterator->next);
    iterator->next += iterator->step;
    iterator->remaining--;
    return item;
}

/* What fast_item does for the other built-in containers, except where user code might be asked. */
static __attribute__((noinline)) Value other_item(VM *vm, Value container, Value key) {
    const Type *type = as_object(container)->type;
    bool dict = (type->flags & (TYPE_DICT | TYPE_HEAP)) == TYPE_DICT; /* or a defaultdict, an OrderedDict */
    if (dict) return dict_get_simple(vm, container, key);
    if (!is_int(key)) return ABSENT;
    int64_t i = int_get(key);
    if (type == &bytes_type) {
        const Bytes *bytes = as_bytes(container);
        if (i < 0) i += bytes->length;
        return LIKELY((uint64_t)i < (uint64_t)bytes->length) ? int_small(bytes->data[i]) : ABSENT;
    }
    if (type == &bytearray_type) {
        const ByteArray *bytes = as_bytearray(container);
        if (i < 0) i += bytes->length;
        return LIKELY((uint64_t)i < (uint64_t)bytes->length) ? int_small(bytes->data[i]) : ABSENT;
    }
    return ABSENT;
}

/* container[key] where no user code can be asked: a NEW item; ABSENT for any other case, and when there is none. */
FAST_INLINE Value fast_item(VM *vm, Value container, Value key) {
    if (!is_object(container) || !container.bits) return ABSENT;
    const Type *type = as_object(container)->type;
    if (LIKELY(is_int(key))) {
        int64_t i = int_get(key);
        if (LIKELY(type == &list_type)) {
            List *list = as_list(container);
            if (i < 0) i += list->length;
            if (UNLIKELY((uint64_t)i >= (uint64_t)list->length)) return ABSENT;
            return value_ref(list->items[i]);
        }
        if (type == &str_type) {
            const String *string = as_string(container);
            if (i < 0) i += string_length(string);
            return LIKELY((uint64_t)i < (uint64_t)string_length(string)) ? string_character(vm, string, i)
                                                                         : ABSENT;
        }
        if (type == &tuple_type) {
            Tuple *tuple = as_tuple(container);
            if (i < 0) i += tuple->length;
            if (UNLIKELY((uint64_t)i >= (uint64_t)tuple->length)) return ABSENT;
            return value_ref(tuple->items[i]);
        }
    }
    return other_item(vm, container, key);
}

/* container[index] = value for a bytearray, an index in range and a byte; false for everything else, nothing stored. */
static inline bool store_byte(Value container, Value index, Value value) {
    if (!is_exactly(container, &bytearray_type) || !is_int(index) || !is_int(value)) return false;
    ByteArray *bytes = as_bytearray(container);
    int64_t i = int_get(index), byte = int_get(value);
    if (i < 0) i += bytes->length;
    if ((uint64_t)i >= (uint64_t)bytes->length || (uint64_t)byte > UINT8_MAX) return false;
    bytes->data[i] = (uint8_t)byte;
    return true;
}

/* container[key] with the built-in containers served first. */
static Value get_item(VM *vm, Value container, Value key) {
    if (is_exactly(container, &dict_type)) {
        Value found = dict_get(vm, container, key);
        if (LIKELY(!is_absent(found))) return value_ref(found);
        return error_raised(vm) ? ABSENT : raise_key(vm, key);
    }
    return object_get_item(vm, container, key);
}

/* --- attributes at sites that see many classes --- */

static inline Value *cached_slot(const AttributeCacheEntry *entry, Value object) {
    return attributes_slot(attributes_at(as_object(object), as_object(object)->type->attributes_offset),
                           entry->slot);
}

FAST_INLINE Value load_attribute(VM *vm, Value object, Value name) {
    const AttributeCacheEntry *entry = attribute_cache_find(vm, object, name, ATTRIBUTE_LOAD);
    return entry ? value_ref(*cached_slot(entry, object)) : object_get_attribute(vm, object, name);
}

FAST_INLINE bool store_attribute(VM *vm, Value object, Value name, Value value) {
    const AttributeCacheEntry *entry = attribute_cache_find(vm, object, name, ATTRIBUTE_STORE);
    if (entry == NULL) return object_set_attribute(vm, object, name, value);
    value_set(vm, cached_slot(entry, object), value_ref(value));
    return true;
}

FAST_INLINE bool load_method(VM *vm, Value object, Value name, Value *pair) {
    const AttributeCacheEntry *entry = attribute_cache_find(vm, object, name, ATTRIBUTE_METHOD);
    if (entry == NULL) return step_load_method(vm, object, name, pair);
    bool method = !is_absent(entry->method);
    pair[0] = value_ref(method ? entry->method : *cached_slot(entry, object));
    pair[1] = method ? value_ref(object) : ABSENT;
    return true;
}

/* --- strings --- */

/* A string of one character, which is a byte. */
static inline bool is_byte_character(const String *s) { return s->length == 1 && s->width_log == 0; }

/* Are two exact numbers or bytes the same? -1 for anything else. */
static __attribute__((noinline)) int fast_other_equal(Value a, Value b) {
    if (is_exactly(a, &bytes_type) && is_exactly(b, &bytes_type)) {
        const Bytes *x = as_bytes(a), *y = as_bytes(b);
        return x->length == y->length && equal_bytes(x->data, y->data, (size_t)x->length);
    }
    const Type *type = type_of(a);
    if (type != type_of(b)) return -1;
    if (type == &int_type) return ints_equal(a, b);
    return type == &float_type ? float_number(a) == float_number(b) : -1;
}

/* How two exact strs compare, as fast_order says it; if only their equality is asked for, less stands for greater,
 * too, and they may be bytes or numbers. -1 for anything else. */
static inline int fast_string_order(Value a, Value b, bool equality) {
    if (!is_exactly(a, &str_type) || !is_exactly(b, &str_type)) return equality ? fast_other_equal(a, b) : -1;
    const String *x = as_string(a), *y = as_string(b);
    if (x == y) return 1;
    if (is_byte_character(x) && is_byte_character(y))
        return (x->data[0] > y->data[0]) - (x->data[0] < y->data[0]) + 1;
    if (equality) return x->length == y->length && !(x->interned && y->interned) && string_equal(a, b);
    int order = string_order(a, b);
    return (order > 0) - (order < 0) + 1;
}

/* A character in a string whose characters are bytes: 1 or 0; -1: neither is so simple. */
static inline int fast_character_in(Value container, Value item) {
    if (!is_exactly(container, &str_type) || !is_exactly(item, &str_type)) return -1;
    const String *text = as_string(container), *c = as_string(item);
    if (c->length != 1 || c->width_log != 0 || text->width_log != 0) return -1;
    return memchr(text->data, c->data[0], text->length) != NULL;
}

static int contains(VM *vm, Value container, Value item) {
    if (is_exactly(container, &dict_type)) return dict_contains(vm, container, item);
    return object_contains(vm, container, item);
}

#endif
