/*
 * Native functions: reading parameter strings, binding arguments, CPython's messages when that fails, and the type
 * builtin_function_or_method. Method descriptors are in runtime/classes/descriptor.c.
 */

#include "runtime/native.h"

#include <string.h>

#include "runtime/classes/class.h"
#include "runtime/classes/class.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/protocol.h"
#include "runtime/reduce.h"
#include "runtime/text/str.h"

/* --- reading a parameter string --- */

/* One parameter: where its name stands, and whether it has a default. */
typedef struct {
    const char *name;
    size_t length;
    bool optional;
} Parameter;

/* Read the parameter at *text, up to the next comma outside of brackets and quotes. False at the end. */
static bool read_parameter(const char **text, Parameter *p) {
    const char *s = *text;
    while (*s == ' ' || *s == ',')
        s++;
    if (*s == '\0') return false;
    p->name = s;
    while (*s != '\0' && *s != ',' && *s != '=')
        s++;
    p->length = (size_t)(s - p->name);
    p->optional = *s == '=';
    int depth = 0;
    for (char quote = 0; *s != '\0' && (depth > 0 || quote || *s != ','); s++) {
        if (quote) {
            if (*s == quote) quote = 0;
        } else if (*s == '\'' || *s == '"') {
            quote = *s;
        } else {
            depth += (*s == '(' || *s == '[') - (*s == ')' || *s == ']');
        }
    }
    *text = s;
    return true;
}

static bool is_mark(const Parameter *p, const char *mark) {
    return p->length == strlen(mark) && memcmp(p->name, mark, p->length) == 0;
}

/* Enter one parameter into the signature; `keyword_only` is the state behind a `*`. */
static void add_parameter(Signature *s, const Parameter *p, bool *keyword_only) {
    if (is_mark(p, "/")) {
        s->positional_only = s->count;
    } else if (is_mark(p, "*")) {
        *keyword_only = true;
    } else if (p->name[0] == '*') {
        s->raw = true;
        if (p->name[1] == '*')
            s->raw_names = true;
        else
            s->raw_args = true;
        *keyword_only = true;
    } else if (s->raw) {
        s->raw_names = true; /* keywords behind *args */
    } else {
        if (!*keyword_only) {
            s->positional = ++s->count;
            if (!p->optional) s->required = s->count;
        } else {
            if (!p->optional) s->keyword_required |= UINT32_C(1) << (s->count - s->positional);
            s->count++;
        }
    }
}

/* Everything but the names, which need the heap. */
static Signature signature_counts(const char *params) {
    Signature s = {0};
    Parameter p;
    bool keyword_only = false;
    for (const char *text = params; read_parameter(&text, &p);)
        add_parameter(&s, &p, &keyword_only);
    return s;
}

/* The names of the parameters. NULL RAISES. */
static Tuple *signature_names(VM *vm, const char *params, int count) {
    Tuple *names = tuple_new(vm, count);
    Parameter p;
    int i = 0;
    if (names == NULL) return NULL;
    for (const char *text = params; i < count && read_parameter(&text, &p);) {
        if (p.name[0] == '*' || p.name[0] == '/') continue;
        names->items[i] = string_intern_utf8(vm, p.name, p.length);
        if (is_absent(names->items[i++])) {
            object_drop(vm, &names->head);
            return NULL;
        }
    }
    tuple_finish(names);
    return names;
}

bool signature_parse(VM *vm, const char *params, Signature *signature) {
    if (signature->names != NULL) return true;
    Signature s = signature_counts(params);
    s.names = signature_names(vm, params, s.count);
    if (s.names == NULL) return false;
    s.exact = s.raw || s.positional != s.count ? -1 : s.count;
    *signature = s;
    return true;
}

void signature_init(Signature *signature) { *signature = (Signature){.count = -1, .exact = -1}; }

void signature_fini(VM *vm, Signature *signature) {
    Tuple *names = signature->names;
    signature->names = NULL;
    if (names != NULL) object_drop(vm, &names->head);
}

/* --- errors in CPython's words --- */

/* Who is called, for messages. CPython's words depend on how a function receives its arguments, which shows in its
 * parameters: none; one positional; several positional; some by keyword. A constructor has no special words for the
 * first two. */
typedef struct {
    const char *name;  /* as in "pop expected at most 1 argument" */
    const Type *owner; /* of a method: "list.append() takes exactly one argument"; or NULL */
    Value module;      /* of a function: "math.sqrt() takes ..."; or ABSENT */
    bool constructor;
    bool named; /* NATIVE_NAMED_METHOD */
    const Signature *signature;
} Callee;

/* The qualified name with "()"; NEW. */
static Value callee_text(VM *vm, const Callee *c) {
    if (c->owner != NULL && c->owner->qualified_name != NULL)
        return string_format(vm, "%S.%s()", from_object(c->owner->qualified_name), c->name);
    if (c->owner != NULL) return string_format(vm, "%s.%s()", type_short_name(c->owner), c->name);
    bool plain = is_absent(c->module) || !is_string(c->module) || string_equal_c(c->module, "builtins");
    return plain ? string_format(vm, "%s()", c->name) : string_format(vm, "%S.%s()", c->module, c->name);
}

static void raise_no_names(VM *vm, const Callee *c) {
    Value text = callee_text(vm, c);
    if (is_absent(text)) return;
    raise_type(vm, "%S takes no keyword arguments", text);
    value_drop(vm, text);
}

static const char *plural(int count) { return count == 1 ? "" : "s"; }

/* A function with positional parameters alone was given the wrong number. */
static void raise_positional(VM *vm, const Callee *c, int nargs) {
    const Signature *s = c->signature;
    if (!c->constructor && (s->count == 0 || (s->count == 1 && s->required == 1 && !s->raw_args))) {
        Value text = callee_text(vm, c);
        if (is_absent(text)) return;
        raise_type(vm, "%S takes %s (%d given)", text, s->count ? "exactly one argument" : "no arguments",
                   nargs);
        value_drop(vm, text);
        return;
    }
    bool few = nargs < s->required;
    int bound = few ? s->required : s->positional;
    const char *kind = s->required == s->positional ? "" : few ? "at least " : "at most ";
    if (s->raw_args) kind = "at least ";
    raise_type(vm, "%s expected %s%d argument%s, got %d", c->name, kind, bound, plural(bound), nargs);
}

/* A function that knows keywords was given too many arguments, or too few positional-only ones. */
static void raise_count(VM *vm, const Callee *c, int nargs, int total) {
    const Signature *s = c->signature;
    int least = s->positional_only < s->required ? s->positional_only : s->required;
    if (s->count == 0) {
        raise_type(vm, "%s() takes no arguments", c->name);
    } else if (total > s->count) {
        raise_type(vm, "%s() takes at most %d %sargument%s (%d given)", c->name, s->count,
                   nargs == 0 ? "keyword " : "", plural(s->count), total);
    } else if (nargs > s->positional && s->positional == 0) {
        raise_type(vm, "%s() takes no positional arguments", c->name);
    } else if (nargs > s->positional) {
        raise_type(vm, "%s() takes %s %d positional argument%s (%d given)", c->name,
                   s->required < s->positional ? "at most" : "exactly", s->positional, plural(s->positional),
                   nargs);
    } else {
        raise_type(vm, "%s() takes %s %d positional argument%s (%d given)", c->name,
                   least < s->positional ? "at least" : "exactly", least, plural(least), nargs);
    }
}

static void raise_unexpected(VM *vm, const Callee *c, Value name) {
    const Signature *s = c->signature;
    Value near = ABSENT;
    if (vm->hooks.nearest_name != NULL) {
        const Value *keywords = s->names->items + s->positional_only;
        near = vm->hooks.nearest_name(vm, keywords, s->count - s->positional_only, name);
    }
    if (is_absent(near)) {
        raise_type(vm, "%s() got an unexpected keyword argument '%S'", c->name, name);
    } else {
        raise_type(vm, "%s() got an unexpected keyword argument '%S'. Did you mean '%S'?", c->name, name,
                   near);
    }
}

/* --- binding --- */

/* The parameter of that name, or -1. Names in a program are interned, and so are those of parameters. */
static int find_parameter(const Signature *s, Value name) {
    for (int i = s->positional_only; i < s->count; i++) {
        if (value_same(s->names->items[i], name)) return i;
    }
    for (int i = s->positional_only; i < s->count; i++) {
        if (string_equal(s->names->items[i], name)) return i;
    }
    return -1;
}

/* Put the keyword arguments into the row, as far as they fit. The first name that does not, or ABSENT; BORROWED. */
static Value bind_names(const Signature *s, Value *values, int nargs, Tuple *names, Value *row) {
    Value misfit = ABSENT;
    for (int64_t k = 0; k < names->length; k++) {
        int i = find_parameter(s, names->items[k]);
        if (i >= 0 && is_absent(row[i])) {
            row[i] = values[nargs + k];
        } else if (is_absent(misfit)) {
            misfit = names->items[k];
        }
    }
    return misfit;
}

static bool raise_misfit(VM *vm, const Callee *c, Value name) {
    int i = find_parameter(c->signature, name);
    if (i < 0) {
        raise_unexpected(vm, c, name);
    } else {
        raise_type(vm, "argument for %s() given by name ('%S') and position (%d)", c->name, name, i + 1);
    }
    return false;
}

static bool check_required(VM *vm, const Callee *c, const Value *row) {
    const Signature *s = c->signature;
    for (int i = 0; i < s->required; i++) {
        if (!is_absent(row[i])) continue;
        raise_type(vm, "%s() missing required argument '%S' (pos %d)", c->name, s->names->items[i], i + 1);
        return false;
    }
    for (uint32_t left = s->keyword_required; left; left &= left - 1) {
        int i = s->positional + __builtin_ctz(left);
        if (!is_absent(row[i])) continue;
        raise_type(vm, "%s() missing required keyword-only argument: '%S'", c->name, s->names->items[i]);
        return false;
    }
    return true;
}

/* Arguments that are not just the right number of positional ones. */
static bool bind_slowly(VM *vm, const Callee *c, Value *args, int nargs, Value names, Value *row) {
    const Signature *s = c->signature;
    int named = is_absent(names) ? 0 : (int)as_tuple(names)->length;
    if (s->count == s->positional_only && !c->named) {
        if (named) {
            raise_no_names(vm, c);
        } else {
            raise_positional(vm, c, nargs);
        }
        return false;
    }
    int least = s->positional_only < s->required ? s->positional_only : s->required;
    if (nargs + named > s->count || nargs > s->positional || nargs < least) {
        raise_count(vm, c, nargs, nargs + named);
        return false;
    }
    for (int i = 0; i < s->count; i++)
        row[i] = i < nargs ? args[i] : ABSENT;
    Value misfit = named ? bind_names(s, args, nargs, as_tuple(names), row) : ABSENT;
    return check_required(vm, c, row) && (is_absent(misfit) || raise_misfit(vm, c, misfit));
}

static bool has_names(Value names) { return !is_absent(names) && as_tuple(names)->length > 0; }

static bool bind(VM *vm, const Callee *c, Value *args, int nargs, Value names, Value *row) {
    const Signature *s = c->signature;
    if (has_names(names) || nargs < s->required || nargs > s->positional || s->keyword_required) {
        return bind_slowly(vm, c, args, nargs, names, row);
    }
    for (int i = 0; i < nargs; i++)
        row[i] = args[i];
    for (int i = nargs; i < s->count; i++)
        row[i] = ABSENT;
    return true;
}

bool arguments_no_names(VM *vm, const char *function, Value names) {
    if (has_names(names)) raise_type(vm, "%s() takes no keyword arguments", function);
    return !has_names(names);
}

/* The parsed parameter strings of constructors, which have no object to keep them in: a direct-mapped cache by the
 * address of the string. */
enum { SIGNATURE_CACHE_SIZE = 64 };

typedef struct SignatureCache {
    struct {
        const char *params; /* a literal; NULL: empty */
        Signature signature;
    } entries[SIGNATURE_CACHE_SIZE];
} SignatureCache;

int signatures_visit(VM *vm, VisitFn visit, void *context) {
    for (size_t i = 0; vm->signatures != NULL && i < SIGNATURE_CACHE_SIZE; i++) {
        const Tuple *names = vm->signatures->entries[i].signature.names;
        if (names != NULL) VISIT(from_object(names));
    }
    return 0;
}

bool signatures_init(VM *vm) {
    vm->signatures = memory_alloc(vm, sizeof *vm->signatures);
    if (vm->signatures != NULL) memset(vm->signatures, 0, sizeof *vm->signatures);
    return vm->signatures != NULL;
}

void signatures_fini(VM *vm) {
    if (vm->signatures == NULL) return;
    for (int i = 0; i < SIGNATURE_CACHE_SIZE; i++)
        signature_fini(vm, &vm->signatures->entries[i].signature);
    memory_free(vm, vm->signatures, sizeof *vm->signatures);
    vm->signatures = NULL;
}

/* NULL RAISES. */
static const Signature *cached_signature(VM *vm, const char *params) {
    uintptr_t hash = (uintptr_t)params >> 3;
    size_t index = (hash ^ hash >> 6) % SIGNATURE_CACHE_SIZE;
    Signature *signature = &vm->signatures->entries[index].signature, fresh;
    if (vm->signatures->entries[index].params == params) return signature;
    signature_init(&fresh);
    if (!signature_parse(vm, params, &fresh)) return NULL;
    signature_fini(vm, signature);
    *signature = fresh;
    vm->signatures->entries[index].params = params;
    return signature;
}

bool arguments_bind(VM *vm, const char *function, const char *params, Value *args, int nargs, Value names,
                    Value *row) {
    const Signature *signature = cached_signature(vm, params);
    if (signature == NULL) return false;
    Callee callee = {.name = function, .constructor = true, .signature = signature};
    return bind(vm, &callee, args, nargs, names, row);
}

/* --- calling --- */

/* A raw function sees the call as it is, but for the parameters in front of *args. */
static Value call_raw(VM *vm, const NativeDef *def, const Callee *c, Value self, Value *args, int nargs,
                      Value names) {
    const Signature *s = c->signature;
    if (!s->raw_names && has_names(names)) {
        raise_no_names(vm, c);
        return ABSENT;
    }
    if (nargs < s->required || (!s->raw_args && nargs > s->positional)) {
        raise_positional(vm, c, nargs);
        return ABSENT;
    }
    if (is_absent(self)) return def->function(vm, args, nargs, names);
    int count = nargs + (is_absent(names) ? 0 : (int)as_tuple(names)->length);
    Value few[16], *row = few;
    size_t size = (size_t)(count + 1) * sizeof(Value);
    if (count + 1 > 16 && (row = memory_alloc(vm, size)) == NULL) return ABSENT;
    row[0] = self;
    if (count) memcpy(row + 1, args, (size_t)count * sizeof(Value));
    Value result = def->function(vm, row, nargs + 1, names);
    if (row != few) memory_free(vm, row, size);
    return result;
}

/* `owner` of a method, `module` of a function: for messages. */
static Value call_bound(VM *vm, const NativeDef *def, Signature *signature, const Type *owner, Value module,
                        Value self, Value *args, int nargs, Value names) {
    if (signature->names == NULL && !signature_parse(vm, def->params, signature)) return ABSENT;
    Callee callee = {.name = def->name,
                     .owner = owner,
                     .module = module,
                     .named = def->kind == NATIVE_NAMED_METHOD,
                     .signature = signature};
    if (signature->raw) return call_raw(vm, def, &callee, self, args, nargs, names);
    Value row[NATIVE_PARAMS_MAX + 1];
    int first = 0;
    if (!is_absent(self)) row[first++] = self;
    if (!bind(vm, &callee, args, nargs, names, row + first)) return ABSENT;
    return def->function(vm, row, first + signature->count, ABSENT);
}

/* The type that the qualified name of a native bound to `self` begins with. */
static const Type *owner_of(Value self) {
    if (is_absent(self)) return NULL;
    return is_family(self, TYPE_TYPE) ? (const Type *)as_object(self) : type_of(self);
}

/* Bind a call's arguments to the row the function wants and call it. `self` ABSENT: none is put in front. */
static Value bind_and_call(VM *vm, const NativeDef *def, Signature *signature, Value self, Value *args,
                           int nargs, Value names) {
    bool fits =
        nargs == signature->count && !signature->raw && !has_names(names) && !signature->keyword_required;
    const Type *owner = fits ? NULL : owner_of(self);
    return call_bound(vm, def, signature, owner, ABSENT, self, args, nargs, names);
}

/* The commonest call: by position, of a function all of whose parameters may be given so. */
static inline bool is_by_position(const Signature *signature, int nargs, Value names) {
    return nargs <= signature->exact && nargs >= signature->required && !has_names(names);
}

/* The same when `self` is to be put in front, or arguments are to be ABSENT. */
static Value call_by_position(VM *vm, NativeFn function, Value self, const Value *args, int nargs,
                              int count) {
    Value row[NATIVE_PARAMS_MAX + 1];
    Value *first = is_absent(self) ? row : row + 1;
    row[0] = self;
    for (int i = 0; i < count; i++)
        first[i] = i < nargs ? args[i] : ABSENT;
    return function(vm, row, (int)(first - row) + count, ABSENT);
}

Value native_function_call(VM *vm, Value function, Value *args, int nargs, Value names) {
    NativeFunction *f = (NativeFunction *)as_object(function);
    int count = f->signature.exact;
    if (is_by_position(&f->signature, nargs, names)) {
        if (nargs == count && is_absent(f->self)) return f->function(vm, args, nargs, ABSENT);
        return call_by_position(vm, f->function, f->self, args, nargs, count);
    }
    if (is_absent(f->self))
        return call_bound(vm, f->def, &f->signature, f->owner, f->module, ABSENT, args, nargs, names);
    return bind_and_call(vm, f->def, &f->signature, f->self, args, nargs, names);
}

Value method_descriptor_call(VM *vm, Value descriptor, Value *args, int nargs, Value names) {
    MethodDescriptor *m = (MethodDescriptor *)as_object(descriptor);
    const char *name = m->def->name;
    if (nargs == 0)
        return raise_type(vm, "unbound method %s.%s() needs an argument", type_short_name(m->owner), name);
    if (!value_is_instance(args[0], m->owner)) {
        return raise_type(vm, "descriptor '%s' for '%N' objects doesn't apply to a '%T' object", name,
                          m->owner, args[0]);
    }
    int count = m->signature.exact;
    if (is_by_position(&m->signature, nargs - 1, names)) {
        if (nargs - 1 == count) return m->function(vm, args, nargs, ABSENT);
        return call_by_position(vm, m->function, args[0], args + 1, nargs - 1, count);
    }
    return call_bound(vm, m->def, &m->signature, m->owner, ABSENT, args[0], args + 1, nargs - 1, names);
}

/* --- builtin_function_or_method --- */

Value native_function_new(VM *vm, const NativeDef *def, Value self, Value module) {
    NativeFunction *f = (NativeFunction *)object_new_container(vm, &native_function_type, sizeof *f);
    if (f == NULL) return raise_memory(vm);
    f->def = def;
    f->function = def->function;
    f->self = value_xref(self);
    f->module = value_xref(module);
    signature_init(&f->signature);
    object_track(&f->head);
    return from_object(f);
}

bool module_add_functions(VM *vm, Value dict, const NativeDef *defs, const char *module_name) {
    Value module = string_intern_c(vm, module_name);
    bool ok = !is_absent(module);
    for (const NativeDef *def = defs; ok && def->name != NULL; def++) {
        Value function = native_function_new(vm, def, ABSENT, module);
        ok = !is_absent(function) && dict_set_c(vm, dict, def->name, function);
        value_xdrop(vm, function);
    }
    value_xdrop(vm, module);
    return ok;
}

static int function_traverse(Object *self, VisitFn visit, void *context) {
    NativeFunction *f = (NativeFunction *)self;
    VISIT(f->self);
    VISIT(f->module);
    if (f->signature.names != NULL) VISIT(from_object(f->signature.names));
    return 0;
}

static void function_clear(VM *vm, Object *self) {
    value_clear(vm, &((NativeFunction *)self)->self);
    value_clear(vm, &((NativeFunction *)self)->module);
}

static void function_dealloc(VM *vm, Object *self) {
    NativeFunction *f = (NativeFunction *)self;
    object_untrack(vm, self);
    value_xdrop(vm, f->self);
    value_xdrop(vm, f->module);
    signature_fini(vm, &f->signature);
    object_free(vm, self, sizeof *f);
}

static NativeFunction *as_function(Value v) { return (NativeFunction *)as_object(v); }

static bool is_method(const NativeFunction *f) { return !is_absent(f->self); }

static Value function_repr(VM *vm, Value self) {
    NativeFunction *f = as_function(self);
    if (f->owner)
        return string_format(vm, "<built-in method %s of type object at 0x%llx>", f->def->name,
                             (unsigned long long)(uintptr_t)f->owner);
    if (!is_method(f)) return string_format(vm, "<built-in function %s>", f->def->name);
    return string_format(vm, "<built-in method %s of %T object at 0x%llx>", f->def->name, f->self,
                         (unsigned long long)f->self.bits);
}

static Value function_compare(VM *vm, Value self, Value other, CompareOp op) {
    if ((op != COMPARE_EQ && op != COMPARE_NE) || !is_exactly(other, &native_function_type))
        return NOT_IMPLEMENTED;
    NativeFunction *a = as_function(self), *b = as_function(other);
    bool equal = value_same(a->self, b->self) && a->function == b->function;
    return bool_from(equal == (op == COMPARE_EQ));
}

static bool function_hash(VM *vm, Value self, int64_t *hash) {
    NativeFunction *f = as_function(self);
    uint64_t mixed = f->self.bits ^ ((uint64_t)(uintptr_t)f->function >> 4);
    *hash = (int64_t)(mixed >> 4 | mixed << 60);
    if (*hash == -1) *hash = -2;
    return true;
}

static Value function_get_name(VM *vm, Value self) {
    return string_intern_fixed(vm, as_function(self)->def->name);
}

static Value function_get_qualname(VM *vm, Value self) {
    NativeFunction *f = as_function(self);
    if (!is_method(f) && !f->owner) return string_intern_fixed(vm, f->def->name);
    const Type *owner = f->owner ? f->owner : owner_of(f->self);
    return type_qualify(vm, owner, f->def->name);
}

static Value function_get_module(VM *vm, Value self) {
    Value module = as_function(self)->module;
    return value_or_none(module);
}

static bool function_set_module(VM *vm, Value self, Value module) {
    value_set(vm, &as_function(self)->module, value_xref(module));
    return true;
}

static Value function_get_self(VM *vm, Value self) {
    NativeFunction *f = as_function(self);
    if (is_method(f)) return value_ref(f->self);
    /* As in CPython, a function's self is its module. */
    if (is_absent(f->module) || !is_string(f->module) || is_absent(vm->modules)) return NONE;
    Value module = dict_get_string(vm, vm->modules, f->module);
    if (is_absent(module) && string_length(as_string(f->module)) > 1 &&
        string_at(as_string(f->module), 0) == '_') {
        /* what is _struct in CPython is part of struct here */
        Value name = string_slice(vm, f->module, 1, string_length(as_string(f->module)));
        if (is_absent(name)) return ABSENT;
        module = dict_get_string(vm, vm->modules, name);
        value_drop(vm, name);
    }
    return value_or_none(module);
}

Value native_doc(VM *vm, const NativeDef *def) {
    return def->doc == NULL ? NONE : string_from_c(vm, type_plain_doc(def->doc));
}

Value native_text_signature(VM *vm, const NativeDef *def, bool method) {
    if (!strcmp(def->name, "__new__")) return string_from_c(vm, "($type, *args, **kwargs)");
    Value told = type_doc_signature(vm, def->doc);
    if (!is_none(told)) return told;
    const char *self = !method ? "$module" : def->kind == NATIVE_CLASS_METHOD ? "$type" : "$self";
    const char *params = def->params, *marker = strchr(params, '/');
    bool marked =
        marker != NULL && (marker == params || marker[-1] == ' ') && (!marker[1] || marker[1] == ',');
    return string_format(vm, "(%s%s%s%s)", self, marked ? "" : ", /", params[0] ? ", " : "", params);
}

static Value function_get_doc(VM *vm, Value self) { return native_doc(vm, as_function(self)->def); }

static Value function_get_text_signature(VM *vm, Value self) {
    NativeFunction *f = as_function(self);
    return native_text_signature(vm, f->def, is_method(f));
}

/* By the name of a function of a module, or as an attribute; a static method is one of its type, though that is not its
 * __self__. */
NATIVE(function_reduce) {
    NativeFunction *f = as_function(args[0]);
    if (is_method(f)) return bound_reduce_methods->function(vm, args, 1, ABSENT);
    Value name = function_get_name(vm, args[0]);
    if (is_absent(name) || !f->owner) return name;
    Value pair = tuple_pack(vm, 2, from_object(f->owner), name);
    value_drop(vm, name);
    return reduce_to_builtin(vm, "getattr", pair, ABSENT);
}

static const NativeDef function_methods[] = {{"__reduce__", function_reduce, "", NULL}, {0}};

static const GetSetDef function_getsets[] = {
    {"__name__", function_get_name, NULL, NULL},
    {"__qualname__", function_get_qualname, NULL, NULL},
    {"__module__", function_get_module, function_set_module, NULL},
    {"__self__", function_get_self, NULL, NULL},
    {"__doc__", function_get_doc, NULL, NULL},
    {"__text_signature__", function_get_text_signature, NULL, NULL},
    {0},
};

Type native_function_type = {
    TYPE_HEAD(native_function_type, "builtin_function_or_method", .traverse = function_traverse,
              .clear = function_clear, .dealloc = function_dealloc),
    .flags = TYPE_WEAKLY_REFERABLE,
    .basic_size = sizeof(NativeFunction),
    .base = &object_type,
    .repr = function_repr,
    .compare = function_compare,
    .hash = function_hash,
    .call = native_function_call,
    .methods = function_methods,
    .getsets = function_getsets,
};
