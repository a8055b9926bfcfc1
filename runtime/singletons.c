/* None, Ellipsis, NotImplemented, typing.NoDefault, and bool with its two objects: immortal, shared by all VMs. */

#include "runtime/errors/error.h"
#include "runtime/errors/warn.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

Object none_object = OBJECT_IMMORTAL(&none_type);
Object ellipsis_object = OBJECT_IMMORTAL(&ellipsis_type);
Object not_implemented_object = OBJECT_IMMORTAL(&not_implemented_type);
Object no_default_object = OBJECT_IMMORTAL(&no_default_type);
Object true_object = OBJECT_IMMORTAL(&bool_type);
Object false_object = OBJECT_IMMORTAL(&bool_type);

/* A count that drifts to zero over a very long run is armed again. */
static void revive(VM *vm, Object *self) { self->refs = IMMORTAL_REFS; }

/* The `new` slot of a type with one instance. */
static Value singleton(VM *vm, Type *type, Value *args, int nargs, Value names, Value instance) {
    if (nargs > 0 || !is_absent(names)) return raise_type(vm, "%N takes no arguments", type);
    return instance;
}

/* --- None --- */

static Value none_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    return singleton(vm, type, args, nargs, names, NONE);
}

static Value none_repr(VM *vm, Value self) { return value_ref(NAME_OF(vm, none_word)); }

static int none_truth(VM *vm, Value self) { return 0; }

/* CPython's figure, so that hashes of what contains None agree. */
static bool none_hash(VM *vm, Value self, int64_t *hash) {
    *hash = 0xFCA86420;
    return true;
}

Type none_type = {
    TYPE_HEAD(none_type, "NoneType", .dealloc = revive),
    .basic_size = sizeof(Object),
    .base = &object_type,
    .doc = "()\n--\n\nThe type of the None singleton.",
    .new = none_new,
    .repr = none_repr,
    .hash = none_hash,
    .number = {.truth = none_truth},
};

/* --- Ellipsis, NotImplemented, NoDefault --- */

static Value ellipsis_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (nargs > 0 || !is_absent(names)) return raise_type(vm, "EllipsisType takes no arguments");
    return ELLIPSIS;
}

static Value ellipsis_repr(VM *vm, Value self) { return string_intern_c(vm, "Ellipsis"); }

NATIVE(ellipsis_reduce) { return object_repr(vm, args[0]); }

static const NativeDef reduce_methods[] = {{"__reduce__", ellipsis_reduce, "", NULL}, {0}};

Type ellipsis_type = {
    TYPE_HEAD(ellipsis_type, "ellipsis", .dealloc = revive),
    .basic_size = sizeof(Object),
    .base = &object_type,
    .doc = "()\n--\n\nThe type of the Ellipsis singleton.",
    .new = ellipsis_new,
    .repr = ellipsis_repr,
    .methods = reduce_methods,
};

static Value not_implemented_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    return singleton(vm, type, args, nargs, names, NOT_IMPLEMENTED);
}

static Value not_implemented_repr(VM *vm, Value self) { return string_intern_c(vm, "NotImplemented"); }

static int not_implemented_truth(VM *vm, Value self) {
    return warn(vm, &exc_DeprecationWarning, 1, "NotImplemented should not be used in a boolean context")
               ? 1
               : -1;
}

Type not_implemented_type = {
    TYPE_HEAD(not_implemented_type, "NotImplementedType", .dealloc = revive),
    .number = {.truth = not_implemented_truth},
    .basic_size = sizeof(Object),
    .base = &object_type,
    .doc = "()\n--\n\nThe type of the NotImplemented singleton.",
    .new = not_implemented_new,
    .repr = not_implemented_repr,
    .methods = reduce_methods,
};

static Value no_default_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    return singleton(vm, type, args, nargs, names, NO_DEFAULT);
}

static Value no_default_repr(VM *vm, Value self) { return string_intern_c(vm, "typing.NoDefault"); }

NATIVE(no_default_reduce) { return string_intern_c(vm, "NoDefault"); }

static const NativeDef no_default_methods[] = {{"__reduce__", no_default_reduce, "", NULL}, {0}};

Type no_default_type = {
    TYPE_HEAD(no_default_type, "NoDefaultType", .dealloc = revive),
    .basic_size = sizeof(Object),
    .base = &object_type,
    .doc = "()\n--\n\nThe type of the NoDefault singleton.",
    .new = no_default_new,
    .repr = no_default_repr,
    .methods = no_default_methods,
};

/* --- bool --- */

static Value bool_convert(VM *vm, Value x) { return bool_from_truth(object_truth(vm, x)); }

static Value bool_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[1];
    if (!arguments_no_names(vm, "bool", names)) return ABSENT;
    if (!arguments_bind(vm, "bool", "object=False, /", args, nargs, ABSENT, row)) return ABSENT;
    return is_absent(row[0]) ? FALSE_VALUE : bool_convert(vm, row[0]);
}

static Value bool_repr(VM *vm, Value self) {
    return value_ref(value_same(self, TRUE_VALUE) ? NAME_OF(vm, true_word) : NAME_OF(vm, false_word));
}

static int bool_truth(VM *vm, Value self) { return value_same(self, TRUE_VALUE); }

/* Both operands bools: a bool; otherwise what ints do. */
static Value bool_binary(VM *vm, BinaryOp op, Value left, Value right) {
    if (!is_bool(left) || !is_bool(right)) return int_type.number.binary[op](vm, left, right);
    bool a = value_same(left, TRUE_VALUE), b = value_same(right, TRUE_VALUE);
    return bool_from(op == BINARY_AND ? a && b : op == BINARY_OR ? a || b : a != b);
}

static Value bool_and(VM *vm, Value left, Value right) { return bool_binary(vm, BINARY_AND, left, right); }

static Value bool_or(VM *vm, Value left, Value right) { return bool_binary(vm, BINARY_OR, left, right); }

static Value bool_xor(VM *vm, Value left, Value right) { return bool_binary(vm, BINARY_XOR, left, right); }

static Value bool_invert(VM *vm, Value self) {
    if (!warn(vm, &exc_DeprecationWarning, 1,
              "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns "
              "the bitwise inversion of the underlying int object and is usually not what you expect from "
              "negating a bool. Use the 'not' operator for boolean negation or ~int(x) if you really want "
              "the bitwise inversion of the underlying int."))
        return ABSENT;
    return int_small(value_same(self, TRUE_VALUE) ? -2 : -1);
}

Type bool_type = {
    TYPE_HEAD(bool_type, "bool", .dealloc = revive),
    .base = &int_type,
    .doc = "(object=False, /)\n--\n\nReturns True when the argument is true, False otherwise.\nThe builtins "
           "True and False are the only two instances of the class bool.\nThe class bool is a subclass of "
           "the class int, and cannot be subclassed.",
    .new = bool_new,
    .convert = bool_convert,
    .repr = bool_repr,
    .number =
        {
            .binary = {[BINARY_AND] = bool_and, [BINARY_OR] = bool_or, [BINARY_XOR] = bool_xor},
            .unary = {[UNARY_INVERT] = bool_invert},
            .truth = bool_truth,
        },
};
