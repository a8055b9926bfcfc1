/*
 * The module _functools: what of functools is called often: partial, reduce, cmp_to_key, and lru_cache's wrapper.
 *
 * The wrapper keeps its results in a dict. A bounded one has a Link for each, which are also in a ring from the least
 * to the most recently used, by plain pointers: a Link takes itself out when it dies, and a wrapper that dies empties
 * the ring first. Hashing and comparing keys and the wrapped function itself may all call the wrapper again.
 */
#include <stddef.h>

#include "runtime/arguments.h"
#include "runtime/classes/class.h"
#include "runtime/classes/descriptor.h"
#include "runtime/classes/genericalias.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/warn.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/str.h"

enum { LOCAL_ARGUMENTS = 12 }; /* a call with so many needs no block for them */

/* --- partial --- */

typedef struct {
    Object head;
    Value function;
    Value arguments; /* a tuple */
    Value keywords;  /* a dict */
} Partial;

static Partial *as_partial(Value v) { return (Partial *)as_object(v); }

static int partial_traverse(Object *self, VisitFn visit, void *context) {
    const Partial *p = (Partial *)self;
    VISIT(p->function);
    VISIT(p->arguments);
    VISIT(p->keywords);
    return attributes_traverse_own(self, visit, context);
}

static void partial_clear(VM *vm, Object *self) {
    Partial *p = (Partial *)self;
    value_set(vm, &p->function, NONE);
    value_set(vm, &p->arguments, value_ref(vm->empty_tuple));
    if (!is_absent(p->keywords)) dict_clear(vm, p->keywords);
    attributes_clear_own(vm, self);
}

static void partial_dealloc(VM *vm, Object *self) {
    Partial *p = (Partial *)self;
    value_clear(vm, &p->function);
    value_clear(vm, &p->arguments);
    value_clear(vm, &p->keywords);
    attributes_clear_own(vm, self);
    object_free(vm, self, instance_size(self, 0));
}

/* Set the values of a call's keywords. RAISES. */
static bool set_keywords(VM *vm, Value dict, const Value *values, Value names) {
    for (int64_t i = 0; i < names_count(names); i++) {
        if (!dict_set(vm, dict, as_tuple(names)->items[i], values[i])) return false;
    }
    return true;
}

/* `front` and then args as a tuple. NEW, RAISES. */
static Value join_arguments(VM *vm, Value front, const Value *args, int64_t count) {
    int64_t before = is_absent(front) ? 0 : as_tuple(front)->length;
    Tuple *all = tuple_new(vm, before + count);
    if (!all || before + count == 0) return from_object(all);
    for (int64_t i = 0; i < before; i++)
        all->items[i] = value_ref(as_tuple(front)->items[i]);
    for (int64_t i = 0; i < count; i++)
        all->items[before + i] = value_ref(args[i]);
    return tuple_finish(all);
}

static Value partial_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (nargs < 1) return raise_type(vm, "type 'partial' takes at least one argument");
    Value function = args[0], front = ABSENT, inner_keywords = ABSENT;
    if (!type_of(function)->call) return raise_type(vm, "the first argument must be callable");
    if (type == &partial_type && is_exactly(function, &partial_type) &&
        object_attributes(as_object(function))->shape_id == SHAPE_NONE) { /* a partial of a partial is one */
        const Partial *inner = as_partial(function);
        front = inner->arguments;
        inner_keywords = inner->keywords;
        function = inner->function;
    }
    Partial *p = (Partial *)instance_new(vm, type, 0);
    if (!p) return ABSENT;
    Value self = from_object(p);
    p->function = value_ref(function);
    p->arguments = join_arguments(vm, front, args + 1, nargs - 1);
    if (!is_absent(p->arguments)) {
        p->keywords = is_absent(inner_keywords) ? dict_new(vm) : dict_copy(vm, inner_keywords);
    }
    object_track(&p->head);
    if (is_absent(p->keywords) || !set_keywords(vm, p->keywords, args + nargs, names)) value_clear(vm, &self);
    return self;
}

/* The general call: keywords of both sides, later ones win. */
static Value call_merged(VM *vm, const Partial *p, Value *args, int nargs, Value names) {
    Value function = value_ref(p->function), result = ABSENT;
    Value all = join_arguments(vm, p->arguments, args, nargs);
    Value keywords = names_count(names) ? dict_copy(vm, p->keywords) : value_ref(p->keywords);
    if (!is_absent(all) && !is_absent(keywords) && set_keywords(vm, keywords, args + nargs, names)) {
        result = call_with(vm, function, all, keywords);
    }
    value_xdrop(vm, keywords);
    value_xdrop(vm, all);
    value_drop(vm, function);
    return result;
}

static Value partial_call(VM *vm, Value self, Value *args, int nargs, Value names) {
    const Partial *p = as_partial(self);
    if (!recursion_enter(vm, " while calling a Python object")) return ABSENT;
    int64_t front = as_tuple(p->arguments)->length, passed = nargs + names_count(names);
    Value result;
    if (as_dict(p->keywords)->count > 0 || front + passed > LOCAL_ARGUMENTS) {
        result = call_merged(vm, p, args, nargs, names);
    } else {
        Value all[LOCAL_ARGUMENTS], function = value_ref(p->function), arguments = value_ref(p->arguments);
        memcpy(all, as_tuple(arguments)->items, (size_t)front * sizeof *all);
        memcpy(all + front, args, (size_t)passed * sizeof *all);
        result = object_call(vm, function, all, (int)front + nargs, names);
        value_drop(vm, arguments);
        value_drop(vm, function);
    }
    recursion_leave(vm);
    return result;
}

/* The arguments as in the call that made it, behind what the builder has. */
static void show_arguments(VM *vm, Builder *b, Value arguments, Value keywords) {
    for (int64_t i = 0; i < as_tuple(arguments)->length && !b->failed; i++) {
        builder_c(b, ", ");
        builder_repr(b, as_tuple(arguments)->items[i]);
    }
    int64_t position = 0;
    Value key, value;
    while (!b->failed && dict_next(keywords, &position, &key, &value)) {
        value_ref(key), value_ref(value);
        builder_c(b, ", ");
        if (builder_str(b, key)) {
            builder_char(b, '=');
            builder_repr(b, value);
        }
        value_drop(vm, key);
        value_drop(vm, value);
    }
}

/* "module.qualname(" of the type. */
static void show_type(VM *vm, Builder *b, Type *type) {
    if (!(type->flags & TYPE_HEAP)) return builder_c(b, "functools.partial(");
    Value module = object_get_attribute(vm, from_object(type), NAME_OF(vm, module));
    if (is_absent(module) || !builder_str(b, module)) b->failed = true;
    value_xdrop(vm, module);
    builder_char(b, '.');
    builder_string(b, from_object(type->qualified_name));
    builder_char(b, '(');
}

static Value partial_repr(VM *vm, Value self) {
    int enter = repr_enter(vm, self);
    if (enter < 0) return ABSENT;
    if (enter == 0) return string_from_c(vm, "...");
    const Partial *p = as_partial(self);
    Value function = value_ref(p->function), arguments = value_ref(p->arguments);
    Value keywords = dict_copy(vm, p->keywords);
    Builder b;
    builder_init(&b, vm);
    show_type(vm, &b, type_of(self));
    if (is_absent(keywords)) b.failed = true;
    if (!b.failed && builder_repr(&b, function)) show_arguments(vm, &b, arguments, keywords);
    builder_char(&b, ')');
    value_drop(vm, function);
    value_drop(vm, arguments);
    value_xdrop(vm, keywords);
    repr_leave(vm, self);
    return builder_finish(&b);
}

METHOD(partial_reduce) {
    const Partial *p = as_partial(args[0]);
    Attributes *attributes = object_attributes(as_object(args[0]));
    Value own = NONE;
    if (attributes->shape_id != SHAPE_NONE) {
        own = attributes_dict(vm, as_object(args[0]));
        if (is_absent(own)) return ABSENT;
    }
    Value arguments = tuple_pack(vm, 1, p->function), result = ABSENT;
    Value state = tuple_pack(vm, 4, p->function, p->arguments, p->keywords, own);
    if (!is_absent(arguments) && !is_absent(state)) {
        result = tuple_pack(vm, 3, from_object(type_of(args[0])), arguments, state);
    }
    value_xdrop(vm, arguments);
    value_xdrop(vm, state);
    return result;
}

METHOD(partial_setstate) {
    Partial *p = as_partial(args[0]);
    const Tuple *state = is_tuple(args[1]) ? as_tuple(args[1]) : NULL;
    if (!state || state->length != 4 || !type_of(state->items[0])->call || !is_tuple(state->items[1]) ||
        !(is_none(state->items[2]) || is_dict(state->items[2])) ||
        !(is_none(state->items[3]) || is_dict(state->items[3]))) {
        return raise_type(vm, "invalid partial state");
    }
    Value arguments = join_arguments(vm, state->items[1], NULL, 0), keywords = ABSENT;
    if (!is_absent(arguments))
        keywords = is_none(state->items[2]) ? dict_new(vm) : dict_copy(vm, state->items[2]);
    if (is_absent(keywords)) return value_xdrop(vm, arguments), ABSENT;
    value_set(vm, &p->function, value_ref(state->items[0]));
    value_set(vm, &p->arguments, arguments);
    value_set(vm, &p->keywords, keywords);
    if (!is_none(state->items[3]) && !attributes_set_dict(vm, as_object(args[0]), state->items[3]))
        return ABSENT;
    return NONE;
}

static const NativeDef partial_methods[] = {
    {"__class_getitem__", generic_alias_class_getitem, "object, /", "See PEP 585", NATIVE_CLASS_METHOD},
    {"__reduce__", method_partial_reduce, "", NULL},
    {"__setstate__", method_partial_setstate, "state, /", NULL},
    {0},
};

static const MemberDef partial_members[] = {
    {"func", offsetof(Partial, function), MEMBER_READONLY, "function object to use in future partial calls"},
    {"args", offsetof(Partial, arguments), MEMBER_READONLY, "tuple of arguments to future partial calls"},
    {"keywords", offsetof(Partial, keywords), MEMBER_READONLY,
     "dictionary of keyword arguments to future partial calls"},
    {0},
};

static const GetSetDef own_dict[] = {
    {"__dict__", instance_get_dict, instance_set_dict, NULL},
    {0},
};

/* A partial in a class is not a method yet, and CPython says so where it is looked up through an instance. */
static Value partial_get(VM *vm, Value self, Value instance, Value owner) {
    bool through_instance = value_is_given(instance);
    if (through_instance && !warn(vm, &exc_FutureWarning, 1,
                                  "functools.partial will be a method descriptor in future Python versions; "
                                  "wrap it in staticmethod() if you want to preserve the old behavior"))
        return ABSENT;
    return value_ref(self);
}

Type partial_type = {
    TYPE_HEAD(partial_type, "functools.partial", .traverse = partial_traverse, .clear = partial_clear,
              .dealloc = partial_dealloc),
    .flags = TYPE_BASE | TYPE_WEAKLY_REFERABLE,
    .basic_size = sizeof(Partial),
    .attributes_offset = sizeof(Partial),
    .base = &object_type,
    .doc = "(func, /, *args, **keywords)\n--\n\nCreate a new function with partial application of the given "
           "arguments\nand keywords.",
    .new = partial_new,
    .repr = partial_repr,
    .call = partial_call,
    .descriptor_get = partial_get,
    .get_attribute = object_generic_get,
    .set_attribute = object_generic_set,
    .methods = partial_methods,
    .getsets = own_dict,
    .members = partial_members,
};

/* --- cmp_to_key --- */

typedef struct {
    Object head;
    Value compare; /* the function */
    Value object;  /* what is wrapped; ABSENT in the key function itself */
} Key;

static Key *as_key(Value v) { return (Key *)as_object(v); }

static int key_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((Key *)self)->compare);
    VISIT(((Key *)self)->object);
    return 0;
}

static void key_clear(VM *vm, Object *self) {
    value_set(vm, &((Key *)self)->compare, NONE);
    value_clear(vm, &((Key *)self)->object);
}

static void key_dealloc(VM *vm, Object *self) {
    value_xdrop(vm, ((Key *)self)->compare);
    value_xdrop(vm, ((Key *)self)->object);
    object_free(vm, self, sizeof(Key));
}

static Value key_new(VM *vm, Value compare, Value object) {
    Key *key = (Key *)object_new_container(vm, &key_wrapper_type, sizeof *key);
    if (!key) return raise_memory(vm);
    key->compare = value_ref(compare);
    key->object = value_xref(object);
    object_track(&key->head);
    return from_object(key);
}

static Value key_call(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value row[1];
    if (!arguments_bind(vm, "K", "obj", args, nargs, names, row)) return ABSENT;
    return key_new(vm, as_key(self)->compare, row[0]);
}

static Value key_compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_exactly(other, &key_wrapper_type)) return raise_type(vm, "other argument must be K instance");
    const Key *a = as_key(self), *b = as_key(other);
    if (is_absent(a->object) || is_absent(b->object)) {
        return raise_error(vm, &exc_AttributeError, "object");
    }
    Value x = value_ref(a->object), y = value_ref(b->object), function = value_ref(a->compare);
    Value order = call_2(vm, function, x, y), answer = ABSENT;
    if (!is_absent(order)) answer = object_compare(vm, order, int_small(0), op);
    value_xdrop(vm, order);
    value_drop(vm, function);
    value_drop(vm, x);
    value_drop(vm, y);
    return answer;
}

static bool key_hash(VM *vm, Value self, int64_t *hash) {
    return raise_type(vm, "unhashable type: '%T'", self), false;
}

static const MemberDef key_members[] = {
    {"obj", offsetof(Key, object), MEMBER_NONE_IF_ABSENT, "Value wrapped by a key function."},
    {0},
};

Type key_wrapper_type = {
    TYPE_HEAD(key_wrapper_type, "functools.KeyWrapper", .traverse = key_traverse, .clear = key_clear,
              .dealloc = key_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(Key),
    .base = &object_type,
    .hash = key_hash,
    .compare = key_compare,
    .call = key_call,
    .members = key_members,
};

METHOD(cmp_to_key) { return key_new(vm, args[0], ABSENT); }

/* --- reduce --- */

METHOD(reduce) {
    Value iterator = object_iterate(vm, args[1]), total = value_xref(args[2]);
    if (is_absent(iterator)) {
        value_xdrop(vm, total);
        if (!error_is(vm, &exc_TypeError)) return ABSENT;
        error_clear(vm);
        return raise_type(vm, "reduce() arg 2 must support iteration");
    }
    for (;;) {
        Value item = iterator_next(vm, iterator);
        if (is_absent(item)) break;
        if (is_absent(total)) {
            total = item;
            continue;
        }
        Value next = call_2(vm, args[0], total, item);
        value_drop(vm, item);
        value_set(vm, &total, next);
        if (is_absent(next)) break;
    }
    value_drop(vm, iterator);
    if (error_raised(vm)) return value_xdrop(vm, total), ABSENT;
    return is_absent(total) ? raise_type(vm, "reduce() of empty iterable with no initial value") : total;
}

/* --- lru_cache --- */

typedef struct Link Link;
struct Link {
    Object head;
    Value key, result; /* owned */
    int64_t hash;
    Link *older, *newer; /* in the ring; NULL: in none */
};

typedef struct {
    Object head;
    Value function;
    Value cache;     /* dict: key -> Link, or, unbounded, -> result */
    Value info_type; /* called to make a CacheInfo */
    Link ring;       /* no object: ring.newer is the oldest link, ring.older the newest */
    int64_t maximum; /* -1: unbounded */
    int64_t hits, misses;
    bool typed;
} Lru;

static Lru *as_lru(Value v) { return (Lru *)as_object(v); }

static void link_out(Link *link) {
    if (!link->newer) return;
    link->newer->older = link->older;
    link->older->newer = link->newer;
    link->newer = link->older = NULL;
}

static void link_in_newest(Link *ring, Link *link) {
    link->older = ring->older;
    link->newer = ring;
    ring->older->newer = link;
    ring->older = link;
}

static void empty_ring(Lru *lru) {
    while (lru->ring.newer && lru->ring.newer != &lru->ring)
        link_out(lru->ring.newer);
}

static int link_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((Link *)self)->key);
    VISIT(((Link *)self)->result);
    return 0;
}

static void link_dealloc(VM *vm, Object *self) {
    Link *link = (Link *)self;
    link_out(link);
    value_xdrop(vm, link->key);
    value_xdrop(vm, link->result);
    object_free(vm, self, sizeof *link);
}

Type lru_link_type = {
    TYPE_HEAD(lru_link_type, "functools._lru_list_elem", .traverse = link_traverse, .dealloc = link_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(Link),
    .base = &object_type,
};

static int lru_traverse(Object *self, VisitFn visit, void *context) {
    const Lru *lru = (Lru *)self;
    VISIT(lru->function);
    VISIT(lru->cache);
    VISIT(lru->info_type);
    return attributes_traverse_own(self, visit, context);
}

static void lru_clear(VM *vm, Object *self) {
    Lru *lru = (Lru *)self;
    empty_ring(lru);
    if (!is_absent(lru->cache)) dict_clear(vm, lru->cache);
    value_set(vm, &lru->function, NONE);
    value_set(vm, &lru->info_type, NONE);
    attributes_clear_own(vm, self);
}

static void lru_dealloc(VM *vm, Object *self) {
    Lru *lru = (Lru *)self;
    empty_ring(lru);
    value_clear(vm, &lru->cache);
    value_clear(vm, &lru->function);
    value_clear(vm, &lru->info_type);
    attributes_clear_own(vm, self);
    object_free(vm, self, instance_size(self, 0));
}

static Value lru_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[4];
    int64_t maximum = -1;
    if (!arguments_bind(vm, "lru_cache", "user_function, maxsize, typed, cache_info_type", args, nargs, names,
                        row))
        return ABSENT;
    if (!type_of(row[0])->call) return raise_type(vm, "the first argument must be callable");
    if (!is_none(row[1])) {
        if (!is_int_family(row[1])) return raise_type(vm, "maxsize should be integer or None");
        if (!object_to_int64(vm, row[1], &exc_OverflowError, &maximum)) return ABSENT;
        if (maximum < 0) maximum = 0;
    }
    int typed = object_truth(vm, row[2]);
    if (typed < 0) return ABSENT;
    Lru *lru = (Lru *)instance_new(vm, type, 0);
    if (!lru) return ABSENT;
    Value self = from_object(lru);
    lru->function = value_ref(row[0]);
    lru->info_type = value_ref(row[3]);
    lru->ring.older = lru->ring.newer = &lru->ring;
    lru->maximum = maximum;
    lru->typed = typed;
    lru->cache = dict_new(vm);
    object_track(&lru->head);
    if (is_absent(lru->cache)) value_clear(vm, &self);
    return self;
}

/* What a call is remembered by: an int or str alone is its own key; else a tuple of the arguments, a mark and the
 * keywords in the order given, and the types of them all. NEW, RAISES. */
static Value make_key(VM *vm, bool typed, const Value *args, int nargs, Value names) {
    int64_t keywords = names_count(names);
    if (!typed && keywords == 0) {
        bool alone = nargs == 1 && (is_int(args[0]) || is_exactly(args[0], &str_type));
        return alone ? value_ref(args[0]) : tuple_from(vm, args, nargs);
    }
    int64_t plain = nargs + (keywords ? 1 + 2 * keywords : 0), at = 0;
    Tuple *key = tuple_new(vm, plain + (typed ? nargs + keywords : 0));
    if (!key) return ABSENT;
    for (int i = 0; i < nargs; i++)
        key->items[at++] = value_ref(args[i]);
    if (keywords) key->items[at++] = from_object(&lru_type);
    for (int64_t i = 0; i < keywords; i++) {
        key->items[at++] = value_ref(as_tuple(names)->items[i]);
        key->items[at++] = value_ref(args[nargs + i]);
    }
    for (int64_t i = 0; typed && i < nargs + keywords; i++)
        key->items[at++] = value_ref(from_object(type_of(args[i])));
    return at == 0 ? from_object(key) : tuple_finish(key);
}

/* Make room for one more: false RAISES. */
static bool drop_oldest(VM *vm, Lru *lru) {
    Link *oldest = lru->ring.newer;
    if (oldest == &lru->ring) return true;
    object_ref(&oldest->head);
    link_out(oldest);
    bool done = dict_delete_hashed(vm, lru->cache, oldest->key, oldest->hash) >= 0;
    object_drop(vm, &oldest->head);
    return done;
}

/* Remember a result, unless the same call has been remembered meanwhile. False RAISES. */
static bool remember(VM *vm, Lru *lru, Value key, int64_t hash, Value result) {
    if (lru->maximum < 0) return dict_set_hashed(vm, lru->cache, key, hash, result);
    int64_t known = dict_find(vm, as_dict(lru->cache), key, hash);
    if (known != -1) return known >= 0;
    if (as_dict(lru->cache)->count >= lru->maximum && !drop_oldest(vm, lru)) return false;
    Link *link = (Link *)object_new_container(vm, &lru_link_type, sizeof *link);
    if (!link) return raise_memory(vm), false;
    link->key = value_ref(key);
    link->result = value_ref(result);
    link->hash = hash;
    link_in_newest(&lru->ring, link);
    object_track(&link->head);
    bool ok = dict_set_hashed(vm, lru->cache, key, hash, from_object(link));
    object_drop(vm, &link->head);
    return ok;
}

/* The remembered result, if any. NEW; ABSENT: none, or RAISES. */
static Value recall(VM *vm, Lru *lru, Value key, int64_t hash) {
    int64_t index = dict_find(vm, as_dict(lru->cache), key, hash);
    if (index < 0) return ABSENT;
    Value found = dict_entries(as_dict(lru->cache))[index].value;
    lru->hits++;
    if (lru->maximum < 0) return value_ref(found);
    Link *link = (Link *)as_object(found);
    if (link->newer) {
        link_out(link);
        link_in_newest(&lru->ring, link);
    }
    return value_ref(link->result);
}

/* The key is hashed once, as in CPython: its hash may be code of the program. */
static Value lru_call_keyed(VM *vm, Lru *lru, Value key, Value *args, int nargs, Value names) {
    int64_t hash;
    if (!object_hash(vm, key, &hash)) return ABSENT;
    Value result = recall(vm, lru, key, hash);
    if (!is_absent(result) || error_raised(vm)) return result;
    lru->misses++;
    result = object_call(vm, lru->function, args, nargs, names);
    if (is_absent(result) || remember(vm, lru, key, hash, result)) return result;
    return value_drop(vm, result), ABSENT;
}

static Value lru_call(VM *vm, Value self, Value *args, int nargs, Value names) {
    Lru *lru = as_lru(self);
    if (!recursion_enter(vm, " while calling a Python object")) return ABSENT;
    value_ref(self);
    Value result = ABSENT;
    if (lru->maximum == 0) {
        lru->misses++;
        result = object_call(vm, lru->function, args, nargs, names);
    } else {
        Value key = make_key(vm, lru->typed, args, nargs, names);
        if (!is_absent(key)) result = lru_call_keyed(vm, lru, key, args, nargs, names);
        value_xdrop(vm, key);
    }
    value_drop(vm, self);
    recursion_leave(vm);
    return result;
}

static Value lru_get(VM *vm, Value self, Value instance, Value owner) {
    if (!value_is_given(instance)) return value_ref(self);
    return call_2(vm, from_object(&method_type), self, instance);
}

METHOD(cache_info) {
    const Lru *lru = as_lru(args[0]);
    Value maximum = lru->maximum < 0 ? NONE : int_from(vm, lru->maximum);
    if (is_absent(maximum)) return ABSENT;
    Value row[] = {int_small(lru->hits), int_small(lru->misses), maximum,
                   int_small(as_dict(lru->cache)->count)};
    Value info = object_call(vm, lru->info_type, row, 4, ABSENT);
    value_drop(vm, maximum);
    return info;
}

METHOD(cache_clear) {
    Lru *lru = as_lru(args[0]);
    lru->hits = lru->misses = 0;
    empty_ring(lru);
    dict_clear(vm, lru->cache);
    return NONE;
}

METHOD(lru_copy) { return value_ref(args[0]); }

METHOD(lru_reduce) {
    Value name = string_intern_c(vm, "__qualname__");
    if (is_absent(name)) return ABSENT;
    Value text = object_get_attribute(vm, args[0], name);
    value_drop(vm, name);
    return text;
}

static const NativeDef lru_methods[] = {
    {"__copy__", method_lru_copy, "", NULL},
    {"__deepcopy__", method_lru_copy, "memo, /", NULL},
    {"__reduce__", method_lru_reduce, "", NULL},
    {"cache_clear", method_cache_clear, "", "Clear the cache and cache statistics"},
    {"cache_info", method_cache_info, "", "Report cache statistics"},
    {0},
};

Type lru_type = {
    TYPE_HEAD(lru_type, "functools._lru_cache_wrapper", .traverse = lru_traverse, .clear = lru_clear,
              .dealloc = lru_dealloc),
    .flags = TYPE_BASE | TYPE_WEAKLY_REFERABLE | TYPE_METHOD_DESCRIPTOR,
    .basic_size = sizeof(Lru),
    .attributes_offset = sizeof(Lru),
    .base = &object_type,
    .doc = "Create a cached callable that wraps another function.\n\nuser_function:      the function being "
           "cached\n\nmaxsize:  0         for no caching\n          None      for unlimited cache size\n     "
           "     n         for a bounded cache\n\ntyped:    False     cache f(3) and f(3.0) as identical "
           "calls\n          True      cache f(3) and f(3.0) as distinct calls\n\ncache_info_type:    "
           "namedtuple class with the fields:\n                        hits misses currsize maxsize\n",
    .new = lru_new,
    .call = lru_call,
    .get_attribute = object_generic_get,
    .set_attribute = object_generic_set,
    .descriptor_get = lru_get,
    .methods = lru_methods,
    .getsets = own_dict,
};

/* --- an instance's attributes, without making its __dict__ --- */

/* Are the attributes of the object where its type has room for them, and is its __dict__ no more than they? */
static bool has_usual_attributes(VM *vm, Value v) {
    if (!is_object(v) || object_attributes(as_object(v)) == NULL) return false;
    Value found = type_lookup(vm, type_of(v), NAME_OF(vm, dict));
    return !is_absent(found) && is_exactly(found, &getset_descriptor_type);
}

NATIVE(function_own) {
    if (!is_string(args[1]) || !has_usual_attributes(vm, args[0])) return NOT_IMPLEMENTED;
    Value own = attributes_get(vm, as_object(args[0]), args[1]);
    return error_raised(vm) ? ABSENT : value_ref(is_absent(own) ? args[2] : own);
}

NATIVE(function_set_own) {
    if (!is_exactly(args[1], &dict_type) || !has_usual_attributes(vm, args[0])) return FALSE_VALUE;
    int64_t position = 0;
    Value name, value;
    while (dict_next(args[1], &position, &name, &value)) {
        if (!is_exactly(name, &str_type)) return FALSE_VALUE;
    }
    for (position = 0; dict_next(args[1], &position, &name, &value);) {
        value_ref(name), value_ref(value); /* what an old value's end runs may change the dict */
        bool done = is_exactly(name, &str_type) && attributes_set(vm, as_object(args[0]), name, value);
        value_drop(vm, name), value_drop(vm, value);
        if (!done) return error_raised(vm) ? ABSENT : FALSE_VALUE;
    }
    return TRUE_VALUE;
}

/* --- the module --- */

static const NativeDef functions[] = {
    {"_own", function_own, "object, name, missing, /",
     "An instance's own attribute, or `missing`; NotImplemented for objects that have no plain __dict__."},
    {"_set_own", function_set_own, "object, attributes, /",
     "What object.__dict__.update(attributes) does, if the object has a plain __dict__: whether that was "
     "done."},
    {"cmp_to_key", method_cmp_to_key, "mycmp", "Convert a cmp= function into a key= function."},
    {"reduce", method_reduce, "function, iterable, initial=<unrepresentable>, /",
     "Apply a function of two arguments cumulatively to the items of an iterable, from left to "
     "right.\n\nThis effectively reduces the iterable to a single value.  If initial is present,\nit is "
     "placed before the items of the iterable in the calculation, and serves as\na default when the iterable "
     "is empty.\n\nFor example, reduce(lambda x, y: x+y, [1, 2, 3, 4, 5])\ncalculates ((((1 + 2) + 3) + 4) + "
     "5)."},
    {0},
};

static const NamedType types[] = {{"partial", &partial_type}, {"_lru_cache_wrapper", &lru_type}, {0}};

Value module__functools_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "_functools",
                                        .doc = "Tools that operate on functions.",
                                        .types = types,
                                        .functions = functions});
}
