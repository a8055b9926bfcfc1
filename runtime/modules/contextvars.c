/* The module _contextvars: contexts, their variables, and the tokens that undo a setting. */
#include "runtime/modules/contextvars.h"

#include "runtime/classes/class.h"
#include "runtime/classes/genericalias.h"
#include "runtime/classes/slots.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/str.h"

typedef struct {
    Object head;
    Value map;      /* a dict, perhaps shared; ABSENT: empty. Owned */
    Value previous; /* while entered: the context that was running before. Owned */
    bool entered;
} Context;

typedef struct {
    Object head;
    Value name, fallback; /* fallback: the default, or ABSENT. Owned */
    int64_t place;        /* which entry of a map it mostly is; see find */
} ContextVar;

typedef struct {
    Object head;
    Value context, variable, old; /* old: ABSENT when the variable had no value. Owned */
    bool used;
} Token;

static Context *as_context(Value v) { return (Context *)as_object(v); }
static ContextVar *as_variable(Value v) { return (ContextVar *)as_object(v); }
static Token *as_token(Value v) { return (Token *)as_object(v); }

/* --- contexts --- */

static int context_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((Context *)self)->map);
    VISIT(((Context *)self)->previous);
    return 0;
}

static void context_clear(VM *vm, Object *self) {
    value_clear(vm, &((Context *)self)->map);
    value_clear(vm, &((Context *)self)->previous);
}

static void context_dealloc(VM *vm, Object *self) {
    context_clear(vm, self);
    object_free(vm, self, sizeof(Context));
}

/* `map` may be ABSENT. */
static Value context_with(VM *vm, Value map) {
    Context *c = (Context *)object_new_container(vm, &context_type, sizeof *c);
    if (!c) return raise_memory(vm);
    c->map = value_xref(map);
    object_track(&c->head);
    return from_object(c);
}

/* The running context. */
static Value current_context(VM *vm) {
    if (is_absent(vm->context)) vm->context = context_with(vm, ABSENT);
    return value_xref(vm->context);
}

Value context_copy_current(VM *vm) {
    return context_with(vm, is_absent(vm->context) ? ABSENT : as_context(vm->context)->map);
}

/* The context's map, its own and to be changed. BORROWED, RAISES. */
static Value own_map(VM *vm, Context *c) {
    if (is_absent(c->map)) return c->map = dict_new(vm);
    if (as_object(c->map)->refs == 1) return c->map;
    Value copy = dict_copy(vm, c->map);
    if (!is_absent(copy)) value_set(vm, &c->map, copy);
    return copy;
}

/* Variables are compared by identity, so that looking one up runs no user code. It mostly stands where it was put into
 * the map that this one is a copy of. BORROWED; ABSENT: it has no value, or RAISES. */
static Value find(VM *vm, const Context *c, Value variable) {
    if (is_absent(c->map)) return ABSENT;
    int64_t place = as_variable(variable)->place;
    const DictEntry *entry = dict_entries(as_dict(c->map)) + place;
    if (place < as_dict(c->map)->fill && value_same(entry->key, variable)) return entry->value;
    return dict_get(vm, c->map, variable);
}

static bool set(VM *vm, Context *c, Value variable, Value value) {
    Value map = own_map(vm, c);
    if (is_absent(map) || !dict_set(vm, map, variable, value)) return false;
    Value last = dict_entries(as_dict(map))[as_dict(map)->fill - 1].key;
    if (value_same(last, variable)) as_variable(variable)->place = as_dict(map)->fill - 1;
    return true;
}

static bool unset(VM *vm, Context *c, Value variable) {
    Value map = own_map(vm, c);
    return !is_absent(map) && dict_delete(vm, map, variable) >= 0;
}

Value context_run(VM *vm, Value context, Value callable, Value *args, int nargs, Value names) {
    Context *c = as_context(context);
    if (c->entered)
        return raise_error(vm, &exc_RuntimeError, "cannot enter context: %R is already entered", context);
    Value current = current_context(vm);
    if (is_absent(current)) return ABSENT;
    c->previous = current;
    c->entered = true;
    value_set(vm, &vm->context, value_ref(context));
    Value result = object_call(vm, callable, args, nargs, names);
    c->entered = false;
    current = c->previous;
    c->previous = ABSENT;
    value_set(vm, &vm->context, current);
    return result;
}

static bool check_variable(VM *vm, Value key) {
    if (is_exactly(key, &context_variable_type)) return true;
    return raise_type(vm, "a ContextVar key was expected, got %R", key), false;
}

static Value context_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (nargs || !is_absent(names)) return raise_type(vm, "Context() does not accept any arguments");
    return context_with(vm, ABSENT);
}

static int64_t context_length(VM *vm, Value self) {
    Value map = as_context(self)->map;
    return is_absent(map) ? 0 : object_length(vm, map);
}

static Value context_get_item(VM *vm, Value self, Value key) {
    if (!check_variable(vm, key)) return ABSENT;
    Value value = find(vm, as_context(self), key);
    if (!is_absent(value)) return value_ref(value);
    return error_raised(vm) ? ABSENT : raise_key(vm, key);
}

static int context_contains(VM *vm, Value self, Value key) {
    if (!check_variable(vm, key)) return -1;
    Value value = find(vm, as_context(self), key);
    return !is_absent(value) ? 1 : error_raised(vm) ? -1 : 0;
}

/* The map as a dict of its own reference. NEW, RAISES. */
static Value map_of(VM *vm, const Context *c) { return is_absent(c->map) ? dict_new(vm) : value_ref(c->map); }

static Value context_compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_context(other) || (op != COMPARE_EQ && op != COMPARE_NE)) return NOT_IMPLEMENTED;
    Value mine = map_of(vm, as_context(self)), theirs = map_of(vm, as_context(other)), result = ABSENT;
    if (!is_absent(mine) && !is_absent(theirs)) result = object_compare(vm, mine, theirs, op);
    value_xdrop(vm, mine);
    value_xdrop(vm, theirs);
    return result;
}

/* An iterator over the map as it is now. */
static Value iterate_map(VM *vm, Value self, Type *view_type) {
    Value map = map_of(vm, as_context(self));
    Value view = is_absent(map) ? ABSENT : dict_view_new(vm, view_type, map);
    Value iterator = is_absent(view) ? ABSENT : object_iterate(vm, view);
    value_xdrop(vm, view);
    value_xdrop(vm, map);
    return iterator;
}

static Value context_iterate(VM *vm, Value self) { return iterate_map(vm, self, &dict_keys_type); }

NATIVE(context_keys) { return iterate_map(vm, args[0], &dict_keys_type); }

NATIVE(context_values) { return iterate_map(vm, args[0], &dict_values_type); }

NATIVE(context_items) { return iterate_map(vm, args[0], &dict_items_type); }

NATIVE(context_get) {
    if (!check_variable(vm, args[1])) return ABSENT;
    Value value = find(vm, as_context(args[0]), args[1]);
    if (is_absent(value) && error_raised(vm)) return ABSENT;
    if (is_absent(value)) value = is_absent(args[2]) ? NONE : args[2];
    return value_ref(value);
}

NATIVE(context_copy) { return context_with(vm, as_context(args[0])->map); }

NATIVE(context_run_method) {
    if (nargs < 2) return raise_type(vm, "run() missing 1 required positional argument");
    return context_run(vm, args[0], args[1], args + 2, nargs - 2, names);
}

static const NativeDef context_methods[] = {
    {"get", context_get, "key, default=None, /",
     "Return the value for `key` if `key` has the value in the context object.\n\n"
     "If `key` does not exist, return `default`. If `default` is not given,\nreturn None."},
    {"items", context_items, "",
     "Return all variables and their values in the context object.\n\n"
     "The result is returned as a list of 2-tuples (variable, value)."},
    {"keys", context_keys, "", "Return a list of all variables in the context object."},
    {"values", context_values, "", "Return a list of all variables' values in the context object."},
    {"copy", context_copy, "", "Return a shallow copy of the context object."},
    {"run", context_run_method, "*args, **kwargs", NULL},
    {0},
};

Type context_type = {
    TYPE_HEAD(context_type, "_contextvars.Context", .traverse = context_traverse, .clear = context_clear,
              .dealloc = context_dealloc),
    .flags = TYPE_WEAKLY_REFERABLE,
    .basic_size = sizeof(Context),
    .base = &object_type,
    .new = context_new,
    .hash = hash_unhashable,
    .compare = context_compare,
    .iterate = context_iterate,
    .container = {.length = context_length, .get_item = context_get_item, .contains = context_contains},
    .methods = context_methods,
};

/* --- Token.MISSING --- */

static void missing_revive(VM *vm, Object *self) { self->refs = IMMORTAL_REFS; }

static Value missing_repr(VM *vm, Value self) { return string_from_c(vm, "<Token.MISSING>"); }

Type token_missing_type = {
    TYPE_HEAD(token_missing_type, "Token.MISSING", .dealloc = missing_revive),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(Object),
    .base = &object_type,
    .repr = missing_repr,
};

Object token_missing_object = OBJECT_IMMORTAL(&token_missing_type);

/* --- tokens --- */

static int token_traverse(Object *self, VisitFn visit, void *context) {
    const Token *t = (const Token *)self;
    VISIT(t->context);
    VISIT(t->variable);
    VISIT(t->old);
    return 0;
}

static void token_clear(VM *vm, Object *self) {
    Token *t = (Token *)self;
    value_clear(vm, &t->context);
    value_clear(vm, &t->variable);
    value_clear(vm, &t->old);
}

static void token_dealloc(VM *vm, Object *self) {
    token_clear(vm, self);
    object_free(vm, self, sizeof(Token));
}

/* `old` may be ABSENT. */
static Value token_with(VM *vm, Value context, Value variable, Value old) {
    Token *t = (Token *)object_new_container(vm, &context_token_type, sizeof *t);
    if (!t) return raise_memory(vm);
    t->context = value_ref(context);
    t->variable = value_ref(variable);
    t->old = value_xref(old);
    object_track(&t->head);
    return from_object(t);
}

static Value token_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    return raise_error(vm, &exc_RuntimeError, "Tokens can only be created by ContextVars");
}

static Value token_repr(VM *vm, Value self) {
    const Token *t = as_token(self);
    return string_format(vm, "<Token%s var=%R at 0x%llx>", t->used ? " used" : "", t->variable,
                         (unsigned long long)self.bits);
}

static Value token_variable(VM *vm, Value self) { return value_ref(as_token(self)->variable); }

static Value token_old(VM *vm, Value self) {
    Value old = as_token(self)->old;
    return is_absent(old) ? from_object(&token_missing_object) : value_ref(old);
}

static const NativeDef token_methods[] = {
    {"__class_getitem__", generic_alias_class_getitem, "object, /", "See PEP 585", NATIVE_CLASS_METHOD},
    {0},
};

static const GetSetDef token_getsets[] = {
    {"var", token_variable, NULL, NULL},
    {"old_value", token_old, NULL, NULL},
    {0},
};

Type context_token_type = {
    TYPE_HEAD(context_token_type, "_contextvars.Token", .traverse = token_traverse, .clear = token_clear,
              .dealloc = token_dealloc),
    .basic_size = sizeof(Token),
    .base = &object_type,
    .new = token_new,
    .repr = token_repr,
    .hash = hash_unhashable,
    .methods = token_methods,
    .getsets = token_getsets,
};

/* --- variables --- */

static int variable_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((ContextVar *)self)->name);
    VISIT(((ContextVar *)self)->fallback);
    return 0;
}

static void variable_clear(VM *vm, Object *self) { value_clear(vm, &((ContextVar *)self)->fallback); }

static void variable_dealloc(VM *vm, Object *self) {
    variable_clear(vm, self);
    value_xdrop(vm, ((ContextVar *)self)->name);
    object_free(vm, self, sizeof(ContextVar));
}

static Value variable_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[2];
    int64_t count = nargs + (is_absent(names) ? 0 : as_tuple(names)->length);
    if (count > 2) {
        return raise_type(vm, "ContextVar() takes at most 2 %sarguments (%lld given)",
                          nargs ? "" : "keyword ", (long long)count);
    }
    if (nargs != 1) {
        return raise_type(vm, "ContextVar() takes %s 1 positional argument (%d given)",
                          nargs ? "at most" : "exactly", nargs);
    }
    if (!arguments_bind(vm, "ContextVar", "name, /, *, default=None", args, nargs, names, row)) return ABSENT;
    if (!is_string(row[0])) return raise_type(vm, "context variable name must be a str");
    ContextVar *v = (ContextVar *)object_new_container(vm, type, sizeof *v);
    if (!v) return raise_memory(vm);
    v->name = value_ref(row[0]);
    v->fallback = value_xref(row[1]);
    object_track(&v->head);
    return from_object(v);
}

static Value variable_repr(VM *vm, Value self) {
    const ContextVar *v = as_variable(self);
    Builder b;
    builder_init(&b, vm);
    builder_format(&b, "<ContextVar name=%R", v->name);
    if (!is_absent(v->fallback)) builder_format(&b, " default=%R", v->fallback);
    builder_format(&b, " at 0x%llx>", (unsigned long long)self.bits);
    return builder_finish(&b);
}

NATIVE(variable_get) {
    Value value = is_absent(vm->context) ? ABSENT : find(vm, as_context(vm->context), args[0]);
    if (is_absent(value) && error_raised(vm)) return ABSENT;
    if (is_absent(value)) value = args[1];
    if (is_absent(value)) value = as_variable(args[0])->fallback;
    return is_absent(value) ? raise_new(vm, &exc_LookupError, args[0]) : value_ref(value);
}

NATIVE(variable_set) {
    Value context = current_context(vm), token = ABSENT;
    if (is_absent(context)) return ABSENT;
    Value old = find(vm, as_context(context), args[0]);
    if (!is_absent(old) || !error_raised(vm)) token = token_with(vm, context, args[0], old);
    if (!is_absent(token) && !set(vm, as_context(context), args[0], args[1])) {
        value_drop(vm, token);
        token = ABSENT;
    }
    value_drop(vm, context);
    return token;
}

NATIVE(variable_reset) {
    if (!is_exactly(args[1], &context_token_type))
        return raise_type(vm, "expected an instance of Token, got %R", args[1]);
    Token *t = as_token(args[1]);
    if (t->used) return raise_error(vm, &exc_RuntimeError, "%R has already been used once", args[1]);
    if (!value_same(t->variable, args[0]))
        return raise_value(vm, "%R was created by a different ContextVar", args[1]);
    if (is_absent(vm->context) || !value_same(t->context, vm->context))
        return raise_value(vm, "%R was created in a different Context", args[1]);
    t->used = true;
    Context *c = as_context(t->context);
    return (is_absent(t->old) ? unset(vm, c, args[0]) : set(vm, c, args[0], t->old)) ? NONE : ABSENT;
}

static const NativeDef variable_methods[] = {
    {"get", variable_get, "default=<unrepresentable>, /",
     "Return a value for the context variable for the current context.\n\n"
     "If there is no value for the variable in the current context, the method will:\n"
     " * return the value of the default argument of the method, if provided; or\n"
     " * return the default value for the context variable, if it was created\n"
     "   with one; or\n"
     " * raise a LookupError."},
    {"set", variable_set, "value, /",
     "Call to set a new value for the context variable in the current context.\n\n"
     "The required value argument is the new value for the context variable.\n\n"
     "Returns a Token object that can be used to restore the variable to its previous\n"
     "value via the `ContextVar.reset()` method."},
    {"reset", variable_reset, "token, /",
     "Reset the context variable.\n\n"
     "The variable is reset to the value it had before the `ContextVar.set()` that\n"
     "created the token was used."},
    {"__class_getitem__", generic_alias_class_getitem, "object, /", "See PEP 585", NATIVE_CLASS_METHOD},
    {0},
};

static const MemberDef variable_members[] = {
    {"name", offsetof(ContextVar, name), MEMBER_READONLY, NULL},
    {0},
};

Type context_variable_type = {
    TYPE_HEAD(context_variable_type, "_contextvars.ContextVar", .traverse = variable_traverse,
              .clear = variable_clear, .dealloc = variable_dealloc),
    .basic_size = sizeof(ContextVar),
    .base = &object_type,
    .new = variable_new,
    .repr = variable_repr,
    .methods = variable_methods,
    .members = variable_members,
};

/* --- the module --- */

NATIVE(copy_context) { return context_copy_current(vm); }

static const NativeDef functions[] = {{"copy_context", copy_context, "", NULL}, {0}};

static bool fill(VM *vm, Value dict) {
    Dict *token = type_dict(vm, &context_token_type);
    return token && dict_set_c(vm, from_object(token), "MISSING", from_object(&token_missing_object)) &&
           module_add_functions(vm, dict, functions, "_contextvars") &&
           dict_set_c(vm, dict, "Context", from_object(&context_type)) &&
           dict_set_c(vm, dict, "ContextVar", from_object(&context_variable_type)) &&
           dict_set_c(vm, dict, "Token", from_object(&context_token_type));
}

Value module__contextvars_new(VM *vm) {
    Value module = module_new_c(vm, "_contextvars", "Context Variables");
    if (!is_absent(module) && !fill(vm, as_module(module)->dict)) value_clear(vm, &module);
    return module;
}
