/*
 * What a call enters. Binding arguments to parameters, in the order in which CPython finds faults: keywords first, then
 * too many positional arguments, then missing ones. Then the spreading calls, f(*x, **y).
 */

#include "vm/call.h"

#include <assert.h>

#include "runtime/classes/slots.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "vm/eval.h"
#include "vm/suggest.h"

/* --- what a call enters --- */

/* As class_init, of a class whose instances a native __new__ makes and nothing else. */
static Value native_class_init(VM *vm, Type *class) {
    if (!(class->flags & TYPE_HEAP) || class->new != type_native_base(class)->new) return ABSENT;
    if (!(class->flags & (TYPE_LIST | TYPE_DICT | TYPE_SET | TYPE_EXCEPTION))) return ABSENT;
    Value init = type_lookup(vm, class, NAME_OF(vm, init));
    return !is_absent(init) && is_function(init) ? init : ABSENT;
}

Value call_target(VM *vm, Value callable, bool named) {
    if (!is_object(callable)) return ABSENT;
    const Type *type = as_object(callable)->type;
    if (type == &function_type) return callable;
    if (type == &method_type) {
        Value function = as_method(callable)->function;
        return is_function(function) ? function : ABSENT;
    }
    if (!calls_as_class(type)) return ABSENT;
    Type *class = as_type(callable);
    if (class->new == object_type.new) return class_init(vm, class);
    return named ? ABSENT : native_class_init(vm, class);
}

int call_begin(VM *vm, Value *base, Value target, Value *args, int64_t nargs, Value names, Value *function) {
    Value callable = base[0];
    *function = callable;
    if (value_same(callable, target)) return 0;
    value_ref(target);
    bool class = !is_method(callable);
    if (class) {
        Type *type = as_type(callable);
        bool usual = type->new == object_type.new;
        Value instance = usual ? from_object(class_instance(vm, type, target))
                               : type->new (vm, type, args, (int)nargs, names);
        if (is_absent(instance)) {
            value_drop(vm, target);
            return -1;
        }
        assert(type_of(instance) == type);
        base[0] = instance;
        base[1] = value_ref(instance);
    } else {
        base[1] = value_ref(as_method(callable)->self);
    }
    value_drop(vm, callable);
    *function = target;
    return class;
}

/* --- what is wrong with a call --- */

static const char *plural(int64_t count) { return count == 1 ? "" : "s"; }

/* There may be more of them than parameters (__defaults__ set later): then the last ones count. */
static int64_t default_count(const Function *function) {
    return is_absent(function->defaults) ? 0 : as_tuple(function->defaults)->length;
}

static void raise_too_many(VM *vm, const Function *function, int64_t given, const Value *row) {
    const Code *code = function->code;
    int64_t most = code->positional_count, defaults = default_count(function);
    uint32_t keywords = 0;
    for (uint32_t i = 0; i < code->keyword_only_count; i++)
        keywords += !is_absent(row[most + i]);
    Value takes = defaults
                      ? string_format(vm, "from %lld to %lld", (long long)(most - defaults), (long long)most)
                      : string_format(vm, "%lld", (long long)most);
    Value extra = keywords ? string_format(vm, " positional argument%s (and %u keyword-only argument%s)",
                                           plural(given), keywords, plural(keywords))
                           : value_ref(vm->empty_string);
    if (!is_absent(takes) && !is_absent(extra)) {
        raise_type(vm, "%S() takes %S positional argument%s but %lld%S %s given", function->qualified_name,
                   takes, defaults || most != 1 ? "s" : "", (long long)given, extra,
                   given == 1 && !keywords ? "was" : "were");
    }
    value_xdrop(vm, takes);
    value_xdrop(vm, extra);
}

/* "'a'", "'a' and 'b'", "'a', 'b', and 'c'" of the parameters in [from, to) that are ABSENT; their number. */
static Value missing_names(VM *vm, const Code *code, const Value *row, uint32_t from, uint32_t to,
                           int *count) {
    int total = 0, seen = 0;
    for (uint32_t i = from; i < to; i++)
        total += is_absent(row[i]);
    *count = total;
    Value text = value_ref(vm->empty_string);
    for (uint32_t i = from; i < to && !is_absent(text); i++) {
        if (!is_absent(row[i])) continue;
        const char *before = seen == 0 ? "" : total == 2 ? " and " : seen == total - 1 ? ", and " : ", ";
        Value longer = string_format(vm, "%S%s'%S'", text, before, code->variables->items[i]);
        value_drop(vm, text);
        text = longer;
        seen++;
    }
    return text;
}

static void raise_missing(VM *vm, const Function *function, const Value *row, uint32_t from, uint32_t to,
                          const char *kind) {
    int count;
    Value names = missing_names(vm, function->code, row, from, to, &count);
    if (is_absent(names)) return;
    raise_type(vm, "%S() missing %d required %s argument%s: %S", function->qualified_name, count, kind,
               plural(count), names);
    value_drop(vm, names);
}

/* Positional-only parameters were given by keyword? Then that is what to say. */
static bool raise_positional_only(VM *vm, const Function *function, Row names) {
    const Code *code = function->code;
    Value text = ABSENT;
    for (uint32_t i = 0; i < code->positional_only_count; i++) {
        for (int64_t k = 0; k < names.length; k++) {
            if (!is_string(names.items[k]) || !string_equal(names.items[k], code->variables->items[i]))
                continue;
            Value longer = is_absent(text) ? string_format(vm, "%S", names.items[k])
                                           : string_format(vm, "%S, %S", text, names.items[k]);
            value_xdrop(vm, text);
            if (is_absent(longer)) return true;
            text = longer;
        }
    }
    if (is_absent(text)) return false;
    raise_type(vm, "%S() got some positional-only arguments passed as keyword arguments: '%S'",
               function->qualified_name, text);
    value_drop(vm, text);
    return true;
}

static void raise_unexpected(VM *vm, const Function *function, Row names, Value name) {
    const Code *code = function->code;
    if (raise_positional_only(vm, function, names)) return;
    uint32_t from = code->positional_only_count, to = code->positional_count + code->keyword_only_count;
    Value near = suggest_name(vm, &code->variables->items[from], to - from, name);
    if (is_absent(near)) {
        raise_type(vm, "%S() got an unexpected keyword argument '%S'", function->qualified_name, name);
    } else {
        raise_type(vm, "%S() got an unexpected keyword argument '%S'. Did you mean '%S'?",
                   function->qualified_name, name, near);
    }
}

/* --- binding --- */

/* The parameter that `name` may be given for, or -1. Names are interned nearly always. */
static int64_t find_parameter(const Code *code, Value name) {
    const Value *variables = code->variables->items;
    int64_t to = code->positional_count + code->keyword_only_count;
    for (int64_t i = code->positional_only_count; i < to; i++) {
        if (value_same(variables[i], name)) return i;
    }
    if (as_string(name)->interned) return -1;
    for (int64_t i = code->positional_only_count; i < to; i++) {
        if (string_equal(variables[i], name)) return i;
    }
    return -1;
}

/* One keyword argument. The value's reference moves out of *value when it has found its place. */
static bool bind_keyword(VM *vm, const Function *function, Row names, Value name, Value *value, Value *row) {
    const Code *code = function->code;
    if (!is_string(name)) {
        raise_type(vm, "%S() keywords must be strings", function->qualified_name);
        return false;
    }
    int64_t i = find_parameter(code, name);
    if (i >= 0) {
        if (!is_absent(row[i])) {
            raise_type(vm, "%S() got multiple values for argument '%S'", function->qualified_name, name);
            return false;
        }
        row[i] = *value;
        *value = ABSENT;
        return true;
    }
    if (code->flags & CODE_VARKEYWORDS) return dict_set(vm, row[code->parameter_count - 1], name, *value);
    raise_unexpected(vm, function, names, name);
    return false;
}

static bool bind_defaults(VM *vm, const Function *function, Value *row) {
    const Code *code = function->code;
    uint32_t positional = code->positional_count;
    int64_t first = positional - default_count(function);
    for (int64_t i = 0; i < first; i++) {
        if (!is_absent(row[i])) continue;
        raise_missing(vm, function, row, 0, (uint32_t)first, "positional");
        return false;
    }
    for (int64_t i = first < 0 ? 0 : first; i < positional; i++) {
        if (is_absent(row[i])) row[i] = value_ref(as_tuple(function->defaults)->items[i - first]);
    }
    bool missing = false;
    for (uint32_t i = positional; i < positional + code->keyword_only_count; i++) {
        if (!is_absent(row[i])) continue;
        Value found = is_absent(function->keyword_defaults)
                          ? ABSENT
                          : dict_get(vm, function->keyword_defaults, code->variables->items[i]);
        if (is_absent(found))
            missing = true;
        else
            row[i] = value_ref(found);
    }
    if (missing) {
        raise_missing(vm, function, row, positional, positional + code->keyword_only_count, "keyword-only");
    }
    return !missing;
}

/* All but the positional arguments, which are in the row; `values` are the keywords' and *args' left-over
 * ones. */
static bool bind_rest(VM *vm, Function *function, Value *rest, int64_t extra, Value *values, Row names,
                      Value *row) {
    const Code *code = function->code;
    int64_t given = code->positional_count + extra;
    uint32_t next = code->positional_count + code->keyword_only_count;
    if (code->flags & CODE_VARARGS) {
        row[next] = tuple_from(vm, rest, extra);
        if (is_absent(row[next])) return false;
        next++;
        extra = 0;
    }
    if (code->flags & CODE_VARKEYWORDS) {
        row[next] = dict_new_sized(vm, names.length);
        if (is_absent(row[next])) return false;
    }
    for (int64_t k = 0; k < names.length; k++) {
        if (!bind_keyword(vm, function, names, names.items[k], &values[k], row)) return false;
    }
    if (extra > 0) {
        raise_too_many(vm, function, given, row);
        return false;
    }
    return bind_defaults(vm, function, row);
}

/* Code of the program may run when keywords are compared and references dropped, and its frames begin at the running
 * frame's `top`: keep them off the values up to `end`. The old top, for unprotect. */
static Value *protect(VM *vm, Value *end) {
    if (vm->frame == NULL) return NULL;
    Value *top = vm->frame->top;
    if (end > top && end <= vm->stack_end) vm->frame->top = end;
    return top;
}

static void unprotect(VM *vm, Value *top) {
    if (top != NULL) vm->frame->top = top;
}

bool call_bind(VM *vm, Function *function, STEALS Value *args, int64_t nargs, Row names, Value *row) {
    const Code *code = function->code;
    Value *top = protect(vm, row + code->parameter_count);
    int64_t in_place = nargs < code->positional_count ? nargs : code->positional_count;
    for (int64_t i = 0; i < in_place; i++)
        row[i] = args[i];
    for (int64_t i = in_place; i < code->parameter_count; i++)
        row[i] = ABSENT;
    Value *rest = args + in_place, *values = args + nargs;
    bool bound = bind_rest(vm, function, rest, nargs - in_place, values, names, row);
    Value *end = values + names.length;
    for (Value *v = rest; v < end; v++)
        value_xdrop(vm, *v);
    for (uint32_t i = 0; !bound && i < code->parameter_count; i++)
        value_clear(vm, &row[i]);
    unprotect(vm, top);
    return bound;
}

bool call_fill_defaults(const Function *function, Value *args, int64_t nargs) {
    int64_t count = function->code->positional_count, defaults = default_count(function);
    if (nargs + defaults < count) return false;
    const Value *items = defaults ? as_tuple(function->defaults)->items : NULL;
    for (int64_t i = nargs; i < count; i++)
        args[i] = value_ref(items[i - (count - defaults)]);
    return true;
}

bool call_refuse(VM *vm, STEALS Value *args, int64_t count) {
    Value *top = protect(vm, args + count);
    for (int64_t i = 0; i < count; i++)
        value_clear(vm, &args[i]);
    raise_error(vm, &exc_RecursionError, "maximum recursion depth exceeded");
    unprotect(vm, top);
    return false;
}

/* --- calls from C --- */

/* Arguments that need binding: bound in a block of their own, then moved to where a frame may begin. */
static Value call_bound(VM *vm, Value callable, Value *args, int64_t nargs, Value names) {
    Function *function = as_function(callable);
    int64_t total = nargs + (is_absent(names) ? 0 : as_tuple(names)->length),
            count = function->code->parameter_count;
    Value few[24], *block = few;
    size_t size = (size_t)(total + count) * sizeof(Value);
    if (total + count > 24 && (block = memory_alloc(vm, size)) == NULL) return ABSENT;
    for (int64_t i = 0; i < total; i++)
        block[i] = value_ref(args[i]);
    Value *row = block + total, *base = frame_base(vm);
    bool bound = call_bind(vm, function, block, nargs, call_names(names), row);
    if (bound && vm->stack_end - base < count) bound = call_refuse(vm, row, count);
    if (bound) memcpy(base, row, (size_t)count * sizeof(Value));
    if (block != few) memory_free(vm, block, size);
    if (!bound || !frame_push(vm, value_ref(callable), base, (uint32_t)count, FRAME_ENTRY)) return ABSENT;
    return eval_run(vm);
}

Value function_call(VM *vm, Value callable, Value *args, int nargs, Value names) {
    bool keywords = !is_absent(names) && as_tuple(names)->length > 0;
    if (keywords || nargs != as_function(callable)->code->exact_count) {
        return call_bound(vm, callable, args, nargs, names);
    }
    Value *base = frame_base(vm);
    if (vm->stack_end - base < nargs) return call_refuse(vm, NULL, 0), ABSENT;
    for (int i = 0; i < nargs; i++)
        base[i] = value_ref(args[i]);
    if (!frame_push(vm, value_ref(callable), base, (uint32_t)nargs, FRAME_ENTRY)) return ABSENT;
    return eval_run(vm);
}

/* --- spreading --- */

/* How errors name a callable: "f()" with its qualified name, or "T object". */
static Value describe(VM *vm, Value callable) {
    Value name, module = ABSENT, text;
    int found = object_find_attribute(vm, callable, NAME_OF(vm, qualname), &name);
    if (found < 0) return ABSENT;
    if (found == 0) return object_str(vm, callable);
    found = object_find_attribute(vm, callable, NAME_OF(vm, module), &module);
    if (found < 0) {
        value_drop(vm, name);
        return ABSENT;
    }
    bool plain = found == 0 || is_none(module) || (is_string(module) && string_equal_c(module, "builtins"));
    text = plain ? string_format(vm, "%S()", name) : string_format(vm, "%S.%S()", module, name);
    value_drop(vm, name);
    value_xdrop(vm, module);
    return text;
}

static Value raise_after_stars(VM *vm, Value callable, const char *stars, const char *kind, Value v) {
    Value text = describe(vm, callable);
    if (is_absent(text)) return ABSENT;
    raise_type(vm, "%S argument after %s must be %s, not %T", text, stars, kind, v);
    value_drop(vm, text);
    return ABSENT;
}

Value call_spread_positional(VM *vm, Value callable, Value iterable) {
    const Type *type = type_of(iterable);
    if (type->iterate == NULL && type->container.get_item == NULL) {
        return raise_after_stars(vm, callable, "*", "an iterable", iterable);
    }
    return tuple_from_iterable(vm, iterable);
}

/* May `key` be added? */
static bool check_keyword(VM *vm, Value keywords, Value key) {
    int there = dict_contains(vm, keywords, key);
    if (there > 0) raise_key(vm, key);
    return there == 0;
}

/* A mapping of a program's own is asked for the value of a key only when the key is known to be new. */
static bool merge_mapping(VM *vm, Value keywords, Value mapping) {
    Value keys = mapping_keys(vm, mapping);
    bool ok = !is_absent(keys);
    for (int64_t i = 0; ok && i < as_list(keys)->length; i++) {
        Value key = as_list(keys)->items[i];
        Value value = check_keyword(vm, keywords, key) ? object_get_item(vm, mapping, key) : ABSENT;
        ok = !is_absent(value) && dict_set(vm, keywords, key, value);
        value_xdrop(vm, value);
    }
    value_xdrop(vm, keys);
    return ok;
}

static bool merge_dict(VM *vm, Value keywords, Value mapping) {
    Value copy = dict_new(vm), key, value; /* a key's __eq__ may change the mapping */
    bool ok = !is_absent(copy) && dict_update(vm, copy, mapping);
    for (int64_t position = 0; ok && dict_next(copy, &position, &key, &value);) {
        ok = check_keyword(vm, keywords, key) && dict_set(vm, keywords, key, value);
    }
    value_xdrop(vm, copy);
    return ok;
}

/* A KeyError with one argument tells of a keyword that is there twice, as CPython sees it whoever has raised it. */
static void explain_merge(VM *vm, Value callable, Value mapping) {
    if (error_is(vm, &exc_AttributeError)) {
        error_clear(vm);
        raise_after_stars(vm, callable, "**", "a mapping", mapping);
        return;
    }
    Tuple *args = error_is(vm, &exc_KeyError) ? as_tuple(as_exception(vm->raised)->args) : NULL;
    if (args == NULL || args->length != 1) return;
    Value key = value_ref(args->items[0]);
    error_clear(vm);
    Value text = describe(vm, callable);
    if (!is_absent(text)) raise_type(vm, "%S got multiple values for keyword argument '%S'", text, key);
    value_xdrop(vm, text);
    value_drop(vm, key);
}

bool call_merge_keywords(VM *vm, Value callable, Value keywords, Value mapping) {
    bool plain = is_dict(mapping) && type_of(mapping)->iterate == dict_type.iterate, ok;
    if (!is_exactly(mapping, &dict_type)) {
        Value keys;
        int found = object_find_attribute(vm, mapping, NAME_OF(vm, keys), &keys);
        if (found < 0) return false;
        if (found == 0) return raise_after_stars(vm, callable, "**", "a mapping", mapping), false;
        value_drop(vm, keys);
    }
    if (as_dict(keywords)->count == 0)
        ok = dict_update(vm, keywords, mapping);
    else
        ok = plain ? merge_dict(vm, keywords, mapping) : merge_mapping(vm, keywords, mapping);
    if (!ok) explain_merge(vm, callable, mapping);
    return ok;
}

bool call_keywords_are_strings(Value mapping) {
    Value key, value;
    for (int64_t position = 0; dict_next(mapping, &position, &key, &value);) {
        if (!is_string(key)) return false;
    }
    return true;
}

int64_t call_spread_room(const Function *function, Value positional, Value mapping) {
    int64_t keywords = is_absent(mapping) ? 0 : as_dict(mapping)->count;
    return 1 + as_tuple(positional)->length + 2 * keywords + function->code->parameter_count;
}

Value *call_bind_spread(VM *vm, Function *function, STEALS Value self, STEALS Value positional,
                        STEALS Value mapping, Value *scratch) {
    if (vm->stack_end - scratch < call_spread_room(function, positional, mapping)) {
        Value all[] = {mapping, positional, self}; /* what made the instance has made the mapping larger */
        return call_refuse(vm, all, 3), NULL;
    }
    const Tuple *tuple = as_tuple(positional);
    int64_t count = as_dict(mapping)->count, has_self = !is_absent(self), i = 0;
    Value *values = scratch + has_self + tuple->length, key, value;
    Row names = {values + count, count};
    if (has_self) *scratch = self;
    row_copy(scratch + has_self, tuple->items, tuple->length);
    for (int64_t position = 0; dict_next(mapping, &position, &key, &value); i++) {
        values[i] = value_ref(value);
        names.items[i] = value_ref(key);
    }
    Value *row = names.items + count, *top = protect(vm, row + function->code->parameter_count);
    bool bound = call_bind(vm, function, scratch, has_self + tuple->length, names, row);
    row_drop(vm, names.items, count);
    value_drop(vm, positional);
    value_drop(vm, mapping);
    unprotect(vm, top);
    return bound ? row : NULL;
}

Value call_spread_keywords(VM *vm, Value callable, Value mapping) {
    Value dict = dict_new(vm);
    if (is_absent(dict) || call_merge_keywords(vm, callable, dict, mapping)) return dict;
    value_drop(vm, dict);
    return ABSENT;
}
