/* weakref.ProxyType and CallableProxyType: whatever is done to them is done to their referent. */

#include "runtime/weakref.h"

#include "runtime/classes/class.h"
#include "runtime/classes/slots.h"
#include "runtime/errors/error.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

static bool is_proxy(Value v) {
    return is_exactly(v, &weak_proxy_type) || is_exactly(v, &weak_callable_proxy_type);
}

/* What a proxy stands for; any other value itself. NEW; ABSENT RAISES ReferenceError. */
static Value unwrap(VM *vm, Value v) {
    if (!is_proxy(v)) return value_ref(v);
    Value referent = weak_reference_get((WeakReference *)as_object(v));
    if (!is_absent(referent)) return referent;
    return raise_error(vm, &exc_ReferenceError, "weakly-referenced object no longer exists");
}

static bool unwrap_both(VM *vm, Value *left, Value *right) {
    *left = unwrap(vm, *left);
    if (is_absent(*left)) return false;
    *right = unwrap(vm, *right);
    if (is_absent(*right)) value_drop(vm, *left);
    return !is_absent(*right);
}

/* --- numbers --- */

static Value binary(VM *vm, BinaryOp op, Value left, Value right,
                    Value (*operate)(VM *vm, BinaryOp op, Value left, Value right)) {
    if (!unwrap_both(vm, &left, &right)) return ABSENT;
    Value result = operate(vm, op, left, right);
    value_drop(vm, left);
    value_drop(vm, right);
    return result;
}

#define BINARY(name, op) \
    static Value binary_##name(VM *vm, Value left, Value right) { \
        return binary(vm, op, left, right, object_binary); \
    }
#define INPLACE(name, op) \
    static Value inplace_##name(VM *vm, Value left, Value right) { \
        return binary(vm, op, left, right, object_inplace); \
    }
#define OPERATORS(X) \
    X(add, BINARY_ADD) \
    X(subtract, BINARY_SUBTRACT) \
    X(multiply, BINARY_MULTIPLY) \
    X(true_divide, BINARY_TRUE_DIVIDE) \
    X(floor_divide, BINARY_FLOOR_DIVIDE) \
    X(modulo, BINARY_MODULO) \
    X(power, BINARY_POWER) \
    X(lshift, BINARY_LSHIFT) \
    X(rshift, BINARY_RSHIFT) \
    X(and, BINARY_AND) \
    X(or, BINARY_OR) \
    X(xor, BINARY_XOR) \
    X(matmul, BINARY_MATMUL)
OPERATORS(BINARY)
BINARY(divmod, BINARY_DIVMOD)
OPERATORS(INPLACE)

static Value power3(VM *vm, Value base, Value exponent, Value modulus) {
    if (!unwrap_both(vm, &base, &exponent)) return ABSENT;
    modulus = unwrap(vm, modulus);
    Value result = is_absent(modulus) ? ABSENT : object_power3(vm, base, exponent, modulus);
    value_drop(vm, base);
    value_drop(vm, exponent);
    value_xdrop(vm, modulus);
    return result;
}

/* Apply a function of one value to what a proxy stands for. */
static Value apply(VM *vm, Value self, Value (*function)(VM *vm, Value v)) {
    Value referent = unwrap(vm, self);
    if (is_absent(referent)) return ABSENT;
    Value result = function(vm, referent);
    value_drop(vm, referent);
    return result;
}

static Value negative(VM *vm, Value v) { return object_unary(vm, UNARY_NEGATIVE, v); }
static Value positive(VM *vm, Value v) { return object_unary(vm, UNARY_POSITIVE, v); }
static Value invert(VM *vm, Value v) { return object_unary(vm, UNARY_INVERT, v); }
static Value absolute(VM *vm, Value v) { return object_unary(vm, UNARY_ABSOLUTE, v); }
static Value make_int(VM *vm, Value v) { return call_1(vm, from_object(&int_type), v); }

#define UNARY(name, function) \
    static Value proxy_##name(VM *vm, Value self) { return apply(vm, self, function); }
UNARY(negative, negative)
UNARY(positive, positive)
UNARY(invert, invert)
UNARY(absolute, absolute)
UNARY(int, make_int)
UNARY(float, object_to_float)
UNARY(index, object_index)
UNARY(str, object_str)
UNARY(iterate, object_iterate)

static int proxy_truth(VM *vm, Value self) {
    Value referent = unwrap(vm, self);
    if (is_absent(referent)) return -1;
    int truth = object_truth(vm, referent);
    value_drop(vm, referent);
    return truth;
}

/* --- containers --- */

static int64_t proxy_length(VM *vm, Value self) {
    Value referent = unwrap(vm, self);
    if (is_absent(referent)) return -1;
    int64_t length = object_length(vm, referent);
    value_drop(vm, referent);
    return length;
}

static Value proxy_get_item(VM *vm, Value self, Value key) {
    if (!unwrap_both(vm, &self, &key)) return ABSENT;
    Value item = object_get_item(vm, self, key);
    value_drop(vm, self);
    value_drop(vm, key);
    return item;
}

static bool proxy_set_item(VM *vm, Value self, Value key, Value value) {
    Value referent = unwrap(vm, self);
    if (is_absent(referent)) return false;
    bool ok = object_set_item(vm, referent, key, value);
    value_drop(vm, referent);
    return ok;
}

static int proxy_contains(VM *vm, Value self, Value item) {
    Value referent = unwrap(vm, self);
    if (is_absent(referent)) return -1;
    int found = object_contains(vm, referent, item);
    value_drop(vm, referent);
    return found;
}

static Value proxy_next(VM *vm, Value self) {
    Value referent = unwrap(vm, self);
    if (is_absent(referent)) return ABSENT;
    Value item = type_of(referent)->next != NULL
                     ? iterator_next(vm, referent)
                     : raise_type(vm, "Weakref proxy referenced a non-iterator '%T' object", referent);
    value_drop(vm, referent);
    return item;
}

/* --- attributes, text, comparison, calls --- */

static Value proxy_get_attribute(VM *vm, Value self, Value name) {
    Value referent = unwrap(vm, self);
    if (is_absent(referent)) return ABSENT;
    Value value = object_get_attribute(vm, referent, name);
    value_drop(vm, referent);
    return value;
}

static bool proxy_set_attribute(VM *vm, Value self, Value name, Value value) {
    Value referent = unwrap(vm, self);
    if (is_absent(referent)) return false;
    bool ok = object_set_attribute(vm, referent, name, value);
    value_drop(vm, referent);
    return ok;
}

static Value proxy_repr(VM *vm, Value self) {
    Value referent = weak_reference_get((WeakReference *)as_object(self));
    unsigned long long address = self.bits;
    if (is_absent(referent)) return string_format(vm, "<weakproxy at 0x%llx; dead>", address);
    Value text = ABSENT, type = type_full_name(vm, type_of(referent));
    if (!is_absent(type))
        text = string_format(vm, "<weakproxy at 0x%llx; to '%S' at 0x%llx>", address, type,
                             (unsigned long long)referent.bits);
    value_xdrop(vm, type);
    value_drop(vm, referent);
    return text;
}

static Value proxy_compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!unwrap_both(vm, &self, &other)) return ABSENT;
    Value result = object_compare(vm, self, other, op);
    value_drop(vm, self);
    value_drop(vm, other);
    return result;
}

static Value proxy_call(VM *vm, Value callable, Value *args, int nargs, Value names) {
    Value referent = unwrap(vm, callable);
    if (is_absent(referent)) return ABSENT;
    Value result = object_call(vm, referent, args, nargs, names);
    value_drop(vm, referent);
    return result;
}

static Value call_named(VM *vm, Value self, const char *method) {
    Value name = string_intern_fixed(vm, method);
    Value referent = is_absent(name) ? ABSENT : unwrap(vm, self);
    Value result = is_absent(referent) ? ABSENT : call_method(vm, referent, name, NULL, 0);
    value_xdrop(vm, referent);
    value_xdrop(vm, name);
    return result;
}

METHOD(bytes) { return call_named(vm, args[0], "__bytes__"); }

METHOD(reversed) { return call_named(vm, args[0], "__reversed__"); }

static const NativeDef proxy_methods[] = {
    {"__bytes__", method_bytes, "", NULL},
    {"__reversed__", method_reversed, "", NULL},
    {0},
};

#define BINARY_ROW(name, op) [op] = binary_##name,
#define INPLACE_ROW(name, op) [op] = inplace_##name,
#define UNARY_ROWS \
    { \
        [UNARY_NEGATIVE] = proxy_negative, [UNARY_POSITIVE] = proxy_positive, [UNARY_INVERT] = proxy_invert, \
        [UNARY_ABSOLUTE] = proxy_absolute \
    }

#define PROXY_SLOTS \
    .basic_size = sizeof(WeakReference), .base = &object_type, .repr = proxy_repr, .str = proxy_str, \
    .hash = hash_unhashable, .compare = proxy_compare, .get_attribute = proxy_get_attribute, \
    .set_attribute = proxy_set_attribute, .iterate = proxy_iterate, .next = proxy_next, \
    .number = {.binary = {OPERATORS(BINARY_ROW)[BINARY_DIVMOD] = binary_divmod}, \
               .inplace = {OPERATORS(INPLACE_ROW)}, \
               .unary = UNARY_ROWS, \
               .power3 = power3, \
               .truth = proxy_truth, \
               .to_int = proxy_int, \
               .to_float = proxy_float, \
               .index = proxy_index}, \
    .container = {.length = proxy_length, \
                  .get_item = proxy_get_item, \
                  .set_item = proxy_set_item, \
                  .contains = proxy_contains}

Type weak_proxy_type = {
    TYPE_HEAD(weak_proxy_type, "weakref.ProxyType", .traverse = weak_reference_traverse,
              .clear = weak_reference_clear, .dealloc = weak_reference_dealloc),
    .flags = TYPE_NO_NEW,
    .methods = proxy_methods,
    PROXY_SLOTS,
};

Type weak_callable_proxy_type = {
    TYPE_HEAD(weak_callable_proxy_type, "weakref.CallableProxyType", .traverse = weak_reference_traverse,
              .clear = weak_reference_clear, .dealloc = weak_reference_dealloc),
    .flags = TYPE_NO_NEW,
    .call = proxy_call,
    PROXY_SLOTS,
};
