/* The types function and method. */

#include "runtime/auditevent.h"
#include "runtime/classes/class.h"
#include "runtime/code/cell.h"
#include "runtime/code/function.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/hash.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/reduce.h"
#include "runtime/text/str.h"
#include "vm/call.h"
#include "vm/frame.h"

/* --- function: life --- */

/* The builtins of a new global namespace: what it says under __builtins__, else those of the running code. What is
   neither a dict nor a module has to be asked for each name (steps.c), so nothing is found in the dict for it. NEW. */
static Value builtins_for(VM *vm, Value globals) {
    Value found = dict_get_string(vm, globals, NAME_OF(vm, builtins));
    if (is_absent(found)) return value_ref(vm->builtins);
    if (is_dict(found)) return value_ref(found);
    return is_exactly(found, &module_type) ? value_ref(as_module(found)->dict) : dict_new(vm);
}

Value function_new(VM *vm, Value code_value, Value globals) {
    bool same = vm->frame && value_same(frame_globals(vm->frame), globals);
    Value builtins = same ? value_ref(frame_builtins(vm->frame)) : builtins_for(vm, globals);
    if (is_absent(builtins)) return ABSENT;
    Function *f = (Function *)object_new_container(vm, &function_type, sizeof *f);
    if (f == NULL) return value_drop(vm, builtins), raise_memory(vm);
    Code *code = as_code(code_value);
    f->code = (Code *)as_object(value_ref(code_value));
    f->globals = value_ref(globals);
    f->builtins = builtins;
    f->name = value_ref(code->name);
    f->qualified_name = value_ref(code->qualified_name);
    f->doc = value_ref(code->flags & CODE_HAS_DOCSTRING ? code->constants->items[0] : NONE);
    Value module = dict_get_string(vm, globals, NAME_OF(vm, name));
    f->module = value_ref(is_absent(module) ? NONE : module);
    object_track(&f->head);
    return from_object(f);
}

/* The owned Values of a function, all but the code, lie in a row. */
#define FUNCTION_FIRST(f) (&(f)->globals)
#define FUNCTION_LAST(f) (&(f)->retired)

static int function_traverse(Object *self, VisitFn visit, void *context) {
    Function *f = (Function *)self;
    for (Value *v = FUNCTION_FIRST(f); v <= FUNCTION_LAST(f); v++)
        VISIT(*v);
    if (f->code != NULL) VISIT(from_object(f->code));
    return 0;
}

/* What calls need stays until the end: a finalizer may still call the function. Its cells, which live functions may
 * share, are emptied where they are garbage themselves. */
static void function_clear(VM *vm, Object *self) {
    Function *f = (Function *)self;
    Value *values[] = {
        &f->defaults, &f->keyword_defaults, &f->doc, &f->annotations, &f->type_params, &f->dict, &f->module};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        value_clear(vm, values[i]);
}

static void function_dealloc(VM *vm, Object *self) {
    object_untrack(vm, self);
    Function *f = (Function *)self;
    for (Value *v = FUNCTION_FIRST(f); v <= FUNCTION_LAST(f); v++)
        value_xdrop(vm, *v);
    if (f->code != NULL) object_drop(vm, &f->code->head);
    object_free(vm, self, sizeof(Function));
}

/* --- function: attributes --- */

static Value get_dict(VM *vm, Value self) {
    Function *f = as_function(self);
    if (is_absent(f->dict)) f->dict = dict_new(vm);
    return value_xref(f->dict);
}

static bool set_dict(VM *vm, Value self, Value value) {
    if (is_absent(value)) return raise_type(vm, "cannot delete __dict__"), false;
    if (!is_dict(value))
        return raise_type(vm, "__dict__ must be set to a dictionary, not a '%T'", value), false;
    value_set(vm, &as_function(self)->dict, value_ref(value));
    return true;
}

static Value get_code(VM *vm, Value self) {
    if (!audit_get(vm, self, "__code__")) return ABSENT;
    return value_ref(from_object(as_function(self)->code));
}

static bool set_code(VM *vm, Value self, Value value) {
    Function *f = as_function(self);
    if (is_absent(value) || !is_code(value))
        return raise_type(vm, "__code__ must be set to a code object"), false;
    if (!audit_set(vm, self, "__code__", value)) return false;
    int64_t have = is_absent(f->closure) ? 0 : as_tuple(f->closure)->length;
    int64_t wanted = code_free_variables(as_code(value));
    if (have != wanted) {
        raise_value(vm, "%S() requires a code object with %lld free vars, not %lld", f->name, (long long)have,
                    (long long)wanted);
        return false;
    }
    if (is_absent(f->retired)) f->retired = list_new(vm, 1);
    if (is_absent(f->retired) || !list_append_owned(vm, f->retired, value_ref(from_object(f->code))))
        return false;
    Value old = from_object(f->code);
    f->code = (Code *)as_object(value_ref(value));
    value_drop(vm, old);
    return true;
}

/* A field that holds a value of one type, or nothing (None when read). */
#define OPTIONAL_FIELD(field, name, check, type_text) \
    static Value get_##field(VM *vm, Value self) { \
        if (!audit_get(vm, self, name)) return ABSENT; \
        Value v = as_function(self)->field; \
        return value_or_none(v); \
    } \
    static bool set_##field(VM *vm, Value self, Value value) { \
        if (value_is_given(value) && !check(value)) { \
            raise_type(vm, name " must be set to a " type_text " object"); \
            return false; \
        } \
        bool none = !value_is_given(value); \
        if (!audit_set(vm, self, name, value)) return false; \
        value_set(vm, &as_function(self)->field, none ? ABSENT : value_ref(value)); \
        return true; \
    }

OPTIONAL_FIELD(defaults, "__defaults__", is_tuple, "tuple")
OPTIONAL_FIELD(keyword_defaults, "__kwdefaults__", is_dict, "dict")

/* A field that always holds a value of one type. */
#define TYPED_FIELD(field, name, check, type_text) \
    static Value get_##field(VM *vm, Value self) { return value_ref(as_function(self)->field); } \
    static bool set_##field(VM *vm, Value self, Value value) { \
        if (is_absent(value) || !check(value)) { \
            raise_type(vm, name " must be set to a " type_text " object"); \
            return false; \
        } \
        value_set(vm, &as_function(self)->field, value_ref(value)); \
        return true; \
    }

TYPED_FIELD(name, "__name__", is_string, "string")
TYPED_FIELD(qualified_name, "__qualname__", is_string, "string")

static Value get_annotations(VM *vm, Value self) {
    Function *f = as_function(self);
    if (is_absent(f->annotations)) f->annotations = dict_new(vm);
    return value_xref(f->annotations);
}

static bool set_annotations(VM *vm, Value self, Value value) {
    bool none = !value_is_given(value);
    if (!none && !is_dict(value))
        return raise_type(vm, "__annotations__ must be set to a dict object"), false;
    value_set(vm, &as_function(self)->annotations, none ? ABSENT : value_ref(value));
    return true;
}

static Value get_type_params(VM *vm, Value self) {
    Value v = as_function(self)->type_params;
    return value_ref(is_absent(v) ? vm->empty_tuple : v);
}

static bool set_type_params(VM *vm, Value self, Value value) {
    if (is_absent(value) || !is_tuple(value)) {
        return raise_type(vm, "__type_params__ must be set to a tuple"), false;
    }
    value_set(vm, &as_function(self)->type_params, value_ref(value));
    return true;
}

static const GetSetDef function_getsets[] = {
    {"__code__", get_code, set_code, NULL},
    {"__defaults__", get_defaults, set_defaults, NULL},
    {"__kwdefaults__", get_keyword_defaults, set_keyword_defaults, NULL},
    {"__name__", get_name, set_name, NULL},
    {"__qualname__", get_qualified_name, set_qualified_name, NULL},
    {"__annotations__", get_annotations, set_annotations, NULL},
    {"__type_params__", get_type_params, set_type_params, NULL},
    {"__dict__", get_dict, set_dict, NULL},
    {0},
};

static const MemberDef function_members[] = {
    {"__globals__", offsetof(Function, globals), MEMBER_READONLY, NULL},
    {"__builtins__", offsetof(Function, builtins), MEMBER_READONLY, NULL},
    {"__closure__", offsetof(Function, closure), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL},
    {"__doc__", offsetof(Function, doc), MEMBER_NONE_IF_ABSENT, NULL},
    {"__module__", offsetof(Function, module), MEMBER_NONE_IF_ABSENT, NULL},
    {0},
};

/* --- function: types.FunctionType(...) --- */

static bool check_closure(VM *vm, const Code *code, Value closure) {
    int64_t wanted = code_free_variables(code);
    if (value_is_given(closure) && !is_tuple(closure))
        return raise_type(vm, "arg 5 (closure) must be None or tuple"), false;
    if (wanted && !value_is_given(closure)) return raise_type(vm, "arg 5 (closure) must be tuple"), false;
    int64_t have = value_is_given(closure) ? as_tuple(closure)->length : 0;
    if (have != wanted) {
        raise_value(vm, "%S requires closure of length %lld, not %lld", code->name, (long long)wanted,
                    (long long)have);
        return false;
    }
    for (int64_t i = 0; i < have; i++) {
        Value cell = as_tuple(closure)->items[i];
        if (!is_cell(cell)) return raise_type(vm, "arg 5 (closure) expected cell, found %T", cell), false;
    }
    return true;
}

static Value function_make(VM *vm, Type *type, Value *args, int nargs, Value names) {
    static const char *const params = "code, globals, name=None, argdefs=None, closure=None, kwdefaults=None";
    Value row[6];
    if (!arguments_bind(vm, "function", params, args, nargs, names, row)) return ABSENT;
    if (!is_code(row[0])) return raise_type(vm, "function() argument 'code' must be code, not %Q", row[0]);
    if (!is_dict(row[1])) return raise_type(vm, "function() argument 'globals' must be dict, not %Q", row[1]);
    if (value_is_given(row[2]) && !is_string(row[2]))
        return raise_type(vm, "arg 3 (name) must be None or string");
    if (value_is_given(row[3]) && !is_tuple(row[3]))
        return raise_type(vm, "arg 4 (defaults) must be None or tuple");
    if (!check_closure(vm, as_code(row[0]), row[4])) return ABSENT;
    if (value_is_given(row[5]) && !is_dict(row[5]))
        return raise_type(vm, "arg 6 (kwdefaults) must be None or dict");
    if (!AUDIT(vm, "function.__new__", row[0])) return ABSENT;
    Value made = function_new(vm, row[0], row[1]);
    if (is_absent(made)) return ABSENT;
    Function *f = as_function(made);
    if (value_is_given(row[2])) value_set(vm, &f->name, value_ref(row[2]));
    if (value_is_given(row[3])) f->defaults = value_ref(row[3]);
    if (value_is_given(row[4]) && as_tuple(row[4])->length) f->closure = value_ref(row[4]);
    if (value_is_given(row[5])) f->keyword_defaults = value_ref(row[5]);
    return made;
}

static Value function_repr(VM *vm, Value self) {
    return string_format(vm, "<function %S at 0x%llx>", as_function(self)->qualified_name,
                         (unsigned long long)self.bits);
}

static Value function_descriptor_get(VM *vm, Value self, Value instance, Value owner) {
    if (is_absent(instance) ||
        (is_none(instance) && value_is_given(owner) && !value_same(owner, from_object(&none_type)))) {
        return value_ref(self);
    }
    return method_new(vm, self, instance);
}

Type function_type = {
    TYPE_HEAD(function_type, "function", .traverse = function_traverse, .clear = function_clear,
              .dealloc = function_dealloc),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_METHOD_DESCRIPTOR,
    .basic_size = sizeof(Function),
    .dict_offset = offsetof(Function, dict),
    .base = &object_type,
    .doc = "(code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)\n--\n\nCreate a function "
           "object.",
    .new = function_make,
    .repr = function_repr,
    .call = function_call,
    .descriptor_get = function_descriptor_get,
    .getsets = function_getsets,
    .members = function_members,
};

/* --- method --- */

Value method_new(VM *vm, Value function, Value self) {
    Method *m = (Method *)object_new_container(vm, &method_type, sizeof *m);
    if (m == NULL) return raise_memory(vm);
    m->function = value_ref(function);
    m->self = value_ref(self);
    object_track(&m->head);
    return from_object(m);
}

static Value method_make(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[2];
    if (!arguments_bind(vm, "method", "function, instance, /", args, nargs, names, row)) return ABSENT;
    if (type_of(row[0])->call == NULL) return raise_type(vm, "first argument must be callable");
    if (is_none(row[1])) return raise_type(vm, "instance must not be None");
    return method_new(vm, row[0], row[1]);
}

static Value method_call(VM *vm, Value self, Value *args, int nargs, Value names) {
    const Method *m = as_method(self);
    int64_t total = nargs + (is_absent(names) ? 0 : as_tuple(names)->length);
    Value few[12], *row = few;
    size_t size = (size_t)(total + 1) * sizeof(Value);
    if (total + 1 > 12 && (row = memory_alloc(vm, size)) == NULL) return ABSENT;
    row[0] = m->self;
    if (total) memcpy(row + 1, args, (size_t)total * sizeof(Value));
    /* The method object may die while the function runs. */
    Value function = value_ref(m->function), owner = value_ref(m->self);
    Value result = object_call(vm, function, row, nargs + 1, names);
    value_drop(vm, function);
    value_drop(vm, owner);
    if (row != few) memory_free(vm, row, size);
    return result;
}

/* What the method does not have itself is its function's. */
static Value method_get_attribute(VM *vm, Value self, Value name) {
    if (!is_absent(type_lookup(vm, &method_type, name))) return object_generic_get(vm, self, name);
    return recursion_enter(vm, "") ? object_get_attribute(vm, as_method(self)->function, name) : ABSENT;
}

static Value method_repr(VM *vm, Value self) {
    const Method *m = as_method(self);
    Value name;
    int found = object_find_attribute(vm, m->function, NAME_OF(vm, qualname), &name);
    if (found == 0) found = object_find_attribute(vm, m->function, NAME_OF(vm, name), &name);
    if (found < 0) return ABSENT;
    Value text = found && is_string(name) ? string_format(vm, "<bound method %S of %R>", name, m->self)
                                          : string_format(vm, "<bound method ? of %R>", m->self);
    if (found) value_drop(vm, name);
    return text;
}

static Value method_compare(VM *vm, Value self, Value other, CompareOp op) {
    if ((op != COMPARE_EQ && op != COMPARE_NE) || !is_method(other)) return NOT_IMPLEMENTED;
    int equal = object_equal(vm, as_method(self)->function, as_method(other)->function);
    if (equal < 0) return ABSENT;
    equal = equal && value_same(as_method(self)->self, as_method(other)->self);
    return bool_from(equal == (op == COMPARE_EQ));
}

static bool method_hash(VM *vm, Value self, int64_t *hash) {
    if (!hash_nested(vm, as_method(self)->function, hash)) return false;
    *hash ^= (int64_t)(as_method(self)->self.bits >> 4);
    if (*hash == -1) *hash = -2;
    return true;
}

/* A method is bound already. */
static Value method_descriptor_get(VM *vm, Value descriptor, Value instance, Value owner) {
    return value_ref(descriptor);
}

static int method_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((Method *)self)->function);
    VISIT(((Method *)self)->self);
    return 0;
}

static void method_dealloc(VM *vm, Object *self) {
    object_untrack(vm, self);
    value_clear(vm, &((Method *)self)->function);
    value_clear(vm, &((Method *)self)->self);
    object_free(vm, self, sizeof(Method));
}

static Value method_doc(VM *vm, Value self) {
    return object_get_attribute(vm, as_method(self)->function, NAME_OF(vm, doc));
}

static const GetSetDef method_getsets[] = {
    {"__doc__", method_doc, NULL, NULL},
    {0},
};

static const MemberDef method_members[] = {
    {"__func__", offsetof(Method, function), MEMBER_READONLY,
     "the function (or other callable) implementing a method"},
    {"__self__", offsetof(Method, self), MEMBER_READONLY, "the instance to which a method is bound"},
    {0},
};

Type method_type = {
    TYPE_HEAD(method_type, "method", .traverse = method_traverse, .dealloc = method_dealloc),
    .flags = TYPE_WEAKLY_REFERABLE,
    .basic_size = sizeof(Method),
    .base = &object_type,
    .doc = "(function, instance, /)\n--\n\nCreate a bound instance method object.",
    .new = method_make,
    .repr = method_repr,
    .hash = method_hash,
    .compare = method_compare,
    .call = method_call,
    .get_attribute = method_get_attribute,
    .descriptor_get = method_descriptor_get,
    .members = method_members,
    .getsets = method_getsets,
    .methods = bound_reduce_methods,
};
