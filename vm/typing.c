/* Type parameters, type aliases, Generic. */

#include "vm/typing.h"

#include "runtime/classes/genericalias.h"
#include "runtime/classes/union.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* A value that is worked out when somebody asks for it. */
typedef struct {
    Value evaluate; /* a function that gives it; ABSENT: none, or asked already */
    Value value;    /* ABSENT until asked */
} Lazy;

/* One struct for the parameters and the alias. */
typedef struct {
    Object head;
    Value name;
    Lazy bound;     /* None without one; or the constraints; or the alias's value */
    Lazy otherwise; /* the default; NoDefault without one */
    Value params;   /* of an alias: a tuple */
    Value module;   /* whose code made it */
    Value dict;     /* of a parameter: what programs set, __module__ if it was made by calling */
    Value covariant, contravariant, infer_variance; /* True or False */
    bool constrained; /* the bound was written as a tuple: a TypeVar's constraints */
} TypeParam;

static TypeParam *as_param(Value v) { return (TypeParam *)as_object(v); }

static Value param_new(VM *vm, const Frame *frame, Type *type, Value name, Value bound, Value otherwise,
                       Value params) {
    TypeParam *p = (TypeParam *)object_new_container(vm, type, sizeof *p);
    if (p == NULL) return raise_memory(vm);
    Value module = frame == NULL ? ABSENT : dict_get_string(vm, frame_globals(frame), NAME_OF(vm, name));
    p->name = value_ref(name);
    p->bound = (Lazy){.evaluate = value_xref(bound), .value = is_absent(bound) ? NONE : ABSENT};
    p->otherwise =
        (Lazy){.evaluate = value_xref(otherwise), .value = is_absent(otherwise) ? NO_DEFAULT : ABSENT};
    p->params = value_ref(!value_is_given(params) ? vm->empty_tuple : params);
    p->module = value_or_none(module);
    p->covariant = p->contravariant = FALSE_VALUE;
    p->infer_variance = TRUE_VALUE;
    object_track(&p->head);
    return from_object(p);
}

static int traverse(Object *self, VisitFn visit, void *context) {
    TypeParam *p = (TypeParam *)self;
    VISIT(p->bound.evaluate);
    VISIT(p->bound.value);
    VISIT(p->otherwise.evaluate);
    VISIT(p->otherwise.value);
    VISIT(p->params);
    VISIT(p->dict);
    VISIT(p->name);
    VISIT(p->module);
    return 0;
}

static void clear(VM *vm, Object *self) {
    TypeParam *p = (TypeParam *)self;
    value_clear(vm, &p->bound.evaluate);
    value_clear(vm, &p->bound.value);
    value_clear(vm, &p->otherwise.evaluate);
    value_clear(vm, &p->otherwise.value);
    value_clear(vm, &p->params);
    value_clear(vm, &p->dict);
}

static void dealloc(VM *vm, Object *self) {
    object_untrack(vm, self);
    clear(vm, self);
    value_clear(vm, &((TypeParam *)self)->name);
    value_clear(vm, &((TypeParam *)self)->module);
    object_free(vm, self, sizeof(TypeParam));
}

/* A value, worked out at the first look. None when the object that has it has been cleared. NEW, RAISES. */
static Value lazy_get(VM *vm, Lazy *lazy) {
    if (is_absent(lazy->value) && !is_absent(lazy->evaluate)) {
        Value evaluate = value_ref(lazy->evaluate), v = call_0(vm, evaluate);
        value_drop(vm, evaluate);
        if (is_absent(v)) return ABSENT;
        value_set(vm, &lazy->value, v);
        value_clear(vm, &lazy->evaluate);
    }
    return value_or_none(lazy->value);
}

static Value get_value(VM *vm, Value self) { return lazy_get(vm, &as_param(self)->bound); }

static Value get_bound(VM *vm, Value self) {
    return as_param(self)->constrained ? NONE : get_value(vm, self);
}

static Value get_constraints(VM *vm, Value self) {
    return as_param(self)->constrained ? get_value(vm, self) : value_ref(vm->empty_tuple);
}

/* Its name behind the sign of its variance. */
static Value repr(VM *vm, Value self) {
    const TypeParam *p = as_param(self);
    if (value_same(p->infer_variance, TRUE_VALUE)) return value_ref(p->name);
    const char *sign = "~";
    if (value_same(p->covariant, TRUE_VALUE))
        sign = "+";
    else if (value_same(p->contravariant, TRUE_VALUE))
        sign = "-";
    return string_format(vm, "%s%S", sign, p->name);
}

#define NAME_MEMBER \
    { "__name__", offsetof(TypeParam, name), MEMBER_READONLY, NULL }
#define VARIANCE \
    {"__covariant__", offsetof(TypeParam, covariant), MEMBER_READONLY, NULL}, \
        {"__contravariant__", offsetof(TypeParam, contravariant), MEMBER_READONLY, NULL}, { \
        "__infer_variance__", offsetof(TypeParam, infer_variance), MEMBER_READONLY, NULL \
    }

static const MemberDef type_var_members[] = {NAME_MEMBER, VARIANCE, {0}};

static const MemberDef param_spec_members[] = {
    NAME_MEMBER,
    VARIANCE,
    {"__bound__", offsetof(TypeParam, bound.value), MEMBER_READONLY, NULL},
    {0},
};

static const MemberDef tuple_members[] = {NAME_MEMBER, {0}};

static const MemberDef alias_members[] = {
    {"__name__", offsetof(TypeParam, name), MEMBER_READONLY, NULL},
    {"__module__", offsetof(TypeParam, module), MEMBER_READONLY, NULL},
    {"__type_params__", offsetof(TypeParam, params), MEMBER_READONLY, NULL},
    {0},
};

static Value get_default(VM *vm, Value self) { return lazy_get(vm, &as_param(self)->otherwise); }

static Value get_args(VM *vm, Value self) { return typing_call(vm, "ParamSpecArgs", &self, 1, ABSENT); }
static Value get_kwargs(VM *vm, Value self) { return typing_call(vm, "ParamSpecKwargs", &self, 1, ABSENT); }

static Value get_parameters(VM *vm, Value self) {
    return typing_call(vm, "_unpacked_variables", &as_param(self)->params, 1, ABSENT);
}

#define ANY_PARAM \
    { "__default__", get_default, NULL, NULL }

static const GetSetDef type_var_getsets[] = {
    ANY_PARAM,
    {"__bound__", get_bound, NULL, NULL},
    {"__constraints__", get_constraints, NULL, NULL},
    {0},
};

static const GetSetDef param_spec_getsets[] = {
    ANY_PARAM,
    {"args", get_args, NULL, NULL},
    {"kwargs", get_kwargs, NULL, NULL},
    {0},
};

static const GetSetDef tuple_getsets[] = {ANY_PARAM, {0}};

static const GetSetDef alias_getsets[] = {
    {"__value__", get_value, NULL, NULL},
    {"__parameters__", get_parameters, NULL, NULL},
    {0},
};

/* Generic's methods are functions of lib/_typing/__init__.py, which is imported with the first generic class. */
NATIVE(generic_class_getitem) { return typing_call(vm, "_generic_class_getitem", args, 2, ABSENT); }

static Value generic_init_subclass(VM *vm, Value *args, int nargs, Value names) {
    return typing_call(vm, "_generic_init_subclass", args, nargs, names);
}

static const NativeDef generic_methods[] = {
    {"__class_getitem__", generic_class_getitem, "params, /", NULL, NATIVE_CLASS_METHOD},
    {"__init_subclass__", generic_init_subclass, "*args, **kwargs", NULL, NATIVE_CLASS_METHOD},
    {0},
};

/* The type that takes the variable's place in a subscription, and all that take those of an alias's variables. */
NATIVE(substitute) { return typing_call(vm, "_variable_subst", args, 2, ABSENT); }
NATIVE(prepare) { return typing_call(vm, "_variable_prepare_subst", args, 3, ABSENT); }

NATIVE(refuse_base) { return typing_call(vm, "_refuse_base", args, 2, ABSENT); }
NATIVE(has_default) { return bool_from(!value_same(as_param(args[0])->otherwise.value, NO_DEFAULT)); }
NATIVE(reduce) { return value_ref(as_param(args[0])->name); }

static const NativeDef param_methods[] = {
    {"__mro_entries__", refuse_base, "bases, /", NULL},
    {"__reduce__", reduce, "", NULL},
    {"__typing_prepare_subst__", prepare, "alias, args, /", NULL},
    {"__typing_subst__", substitute, "arg, /", NULL},
    {"has_default", has_default, "", NULL},
    {0},
};

static const NativeDef alias_methods[] = {
    {"__reduce__", reduce, "", NULL},
    {0},
};

static Value join(VM *vm, Value left, Value right) {
    Value row[2] = {left, right};
    return typing_call(vm, "_union_of", row, 2, ABSENT);
}

static Value iterate_unpacked(VM *vm, Value self) { return typing_call(vm, "_unpack_one", &self, 1, ABSENT); }

#define JOINS \
    { \
        .binary = { [BINARY_OR] = join } \
    }
#define PARAM_TYPE(variable, text, all_flags, ...) \
    Type variable = { \
        TYPE_HEAD(variable, text, .traverse = traverse, .clear = clear, .dealloc = dealloc), \
        .flags = (all_flags), \
        .basic_size = sizeof(TypeParam), \
        .base = &object_type, \
        .repr = repr, \
        __VA_ARGS__, \
    }

/* Put what a TypeVar's or ParamSpec's constraints and keywords say into it, checked by _variable_arguments.
 * RAISES. */
static bool keep_arguments(VM *vm, TypeParam *p, Value *row, int count) {
    for (int i = 0; i < count; i++)
        if (is_absent(row[i])) row[i] = NONE;
    Value kept = typing_call(vm, "_variable_arguments", row, count, ABSENT);
    if (is_absent(kept)) return false;
    const Value *items = as_tuple(kept)->items;
    value_set(vm, &p->bound.value, value_ref(items[0]));
    p->covariant = items[1], p->contravariant = items[2], p->infer_variance = items[3];
    value_drop(vm, kept);
    return true;
}

/* TypeVar(name, *constraints, ...), ParamSpec(name, ...), TypeVarTuple(name, ...), of the caller's module. */
static Value variable_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    enum { NAME, DEFAULT, BOUND, COVARIANT, CONTRAVARIANT, INFER, COUNT, CONSTRAINTS = DEFAULT };
    bool is_var = type == &type_var_type, is_row = type == &type_var_tuple_type;
    int behind = is_var ? nargs : 0; /* the constraints are no parameters */
    const char *function = is_var   ? "typevar"
                           : is_row ? "typevartuple"
                                    : "paramspec",
               *params = is_row ? "name, *, default=typing.NoDefault"
                                : "name, *, default=typing.NoDefault, bound=None, covariant=False, "
                                  "contravariant=False, infer_variance=False";
    if (behind > 0) params += strlen("name, ");
    Value row[COUNT] = {ABSENT};
    if (!arguments_bind(vm, function, params, args + behind, nargs - behind, names, row + (behind > 0)))
        return ABSENT;
    if (behind > 0) row[NAME] = args[0];
    if (!is_string(row[NAME]))
        return raise_type(vm, "%s() argument 'name' must be str, not %T", function, row[NAME]);
    Value made = param_new(vm, vm->frame, type, row[NAME], ABSENT, ABSENT, ABSENT);
    if (is_absent(made)) return ABSENT;
    TypeParam *p = as_param(made);
    if (!is_absent(row[DEFAULT])) value_set(vm, &p->otherwise.value, value_ref(row[DEFAULT]));
    p->constrained = behind > 1;
    row[CONSTRAINTS] = p->constrained ? tuple_from(vm, args + 1, nargs - 1) : bool_from(is_var);
    bool ok = !is_absent(row[CONSTRAINTS]) && object_generic_set(vm, made, NAME_OF(vm, module), p->module) &&
              (is_row || keep_arguments(vm, p, row + CONSTRAINTS, COUNT - CONSTRAINTS));
    value_xdrop(vm, row[CONSTRAINTS]);
    if (ok) return made;
    value_drop(vm, made);
    return ABSENT;
}

#define VARIABLE_TYPE(variable, text, documentation, ...) \
    PARAM_TYPE(variable, text, TYPE_WEAKLY_REFERABLE, .doc = (documentation), .new = variable_new, \
               .dict_offset = offsetof(TypeParam, dict), .methods = param_methods, __VA_ARGS__)

VARIABLE_TYPE(type_var_type, "typing.TypeVar", "A type variable.", .members = type_var_members,
              .number = JOINS, .getsets = type_var_getsets);
VARIABLE_TYPE(param_spec_type, "typing.ParamSpec", "A variable for the parameters of a callable.",
              .members = param_spec_members, .number = JOINS, .getsets = param_spec_getsets);
VARIABLE_TYPE(type_var_tuple_type, "typing.TypeVarTuple", "A variable for any number of types.",
              .members = tuple_members, .getsets = tuple_getsets, .iterate = iterate_unpacked);

static Value alias_get_item(VM *vm, Value self, Value key) {
    Value params = ((TypeParam *)as_object(self))->params;
    if (is_absent(params) || !is_tuple(params) || as_tuple(params)->length == 0)
        return raise_type(vm, "Only generic type aliases are subscriptable");
    return generic_alias_new(vm, self, key);
}

/* TypeAliasType(name, value, *, type_params=()): an alias of the caller's module. */
static Value alias_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    enum { NAME, VALUE, PARAMS, COUNT };
    Value row[COUNT];
    if (!arguments_bind(vm, "typealias", "name, value, *, type_params=()", args, nargs, names, row))
        return ABSENT;
    if (!is_string(row[NAME]))
        return raise_type(vm, "typealias() argument 'name' must be str, not %T", row[NAME]);
    if (value_is_given(row[PARAMS]) && !is_tuple(row[PARAMS]))
        return raise_type(vm, "type_params must be a tuple");
    Value alias = param_new(vm, vm->frame, type, row[NAME], ABSENT, ABSENT, row[PARAMS]);
    if (!is_absent(alias)) value_set(vm, &as_param(alias)->bound.value, value_ref(row[VALUE]));
    return alias;
}

PARAM_TYPE(type_alias_type, "typing.TypeAliasType", 0, .new = alias_new,
           .container = {.get_item = alias_get_item}, .members = alias_members, .getsets = alias_getsets,
           .methods = alias_methods, .number = {.binary = {[BINARY_OR] = union_or}});

Type generic_type = {
    TYPE_HEAD(generic_type, "typing.Generic", .dealloc = NULL),
    .flags = TYPE_BASE,
    .basic_size = sizeof(Object),
    .base = &object_type,
    .doc = "The base of classes that are generic over type variables: class C[T], or class C(Generic[T]).",
    .methods = generic_methods,
};

Value step_typing(VM *vm, const Frame *frame, Opcode op, uint32_t operand, Value *operands) {
    Type *const kinds[] = {&type_var_type, &type_var_type, &param_spec_type, &type_var_tuple_type};
    switch (op) {
    case OP_TYPE_PARAM: {
        bool bounded = (operand & 3) == 1, with_default = operand & 4;
        Value made = param_new(vm, frame, kinds[operand & 3], operands[0], bounded ? operands[1] : ABSENT,
                               with_default ? operands[1 + bounded] : ABSENT, ABSENT);
        if (!is_absent(made)) as_param(made)->constrained = operand & 8;
        return made;
    }
    case OP_TYPE_ALIAS:
        return param_new(vm, frame, &type_alias_type, operands[0], operands[2], ABSENT, operands[1]);
    case OP_GENERIC_BASE: return typing_call(vm, "_generic_base", operands, 1, ABSENT);
    default:
        if (!is_function(operands[0])) return raise_type(vm, "type parameters of no function");
        value_set(vm, &as_function(operands[0])->type_params, value_ref(operands[1]));
        return value_ref(operands[0]);
    }
}
