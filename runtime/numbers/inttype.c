/* The type int: its slots, its constructor, its methods. */
#include <gmp.h>

#include "runtime/bytes/bytearray.h"
#include "runtime/bytes/bytes.h"
#include "runtime/classes/class.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/warn.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/format.h"
#include "runtime/text/str.h"
#include "runtime/text/text.h"

/* --- slots --- */

static Value power_3(VM *vm, Value base, Value exponent, Value modulus) {
    if (!is_int_family(base) || !is_int_family(exponent) || !is_int_family(modulus)) return NOT_IMPLEMENTED;
    return int_power_modulo(vm, base, exponent, modulus);
}

static Value negative(VM *vm, Value self) { return int_negate(vm, self); }

static Value invert(VM *vm, Value self) { return int_subtract(vm, int_small(-1), self); }

static Value absolute(VM *vm, Value self) {
    return int_sign(self) < 0 ? int_negate(vm, self) : int_exact(vm, self);
}

static int truth(VM *vm, Value self) {
    return is_exactly(self, &int_type) || int_sign(self) != 0; /* an exact one of 0 is immediate */
}

static Value to_float(VM *vm, Value self) {
    double d;
    return int_to_double(vm, self, &d) ? float_from(vm, d) : ABSENT;
}

static Value repr(VM *vm, Value self) { return int_to_string(vm, self, 10); }

static bool hash(VM *vm, Value self, int64_t *result) {
    *result = int_hash(self);
    return true;
}

static Value compare(VM *vm, Value a, Value b, CompareOp op) {
    if (!is_int_family(b)) return NOT_IMPLEMENTED;
    return compare_order(int_order(a, b), op);
}

/* --- int(x, base) --- */

bool warn_int_subclass(VM *vm, const char *method, Value result) {
    return warn(vm, &exc_DeprecationWarning, 1,
                "%s returned non-int (type %T).  The ability to return an instance of a strict subclass of "
                "int is deprecated, and may be removed in a future version of Python.",
                method, result);
}

static Value parse_buffer(VM *vm, Value bytes_like, int base) {
    Text t = text_of(bytes_like);
    Value bytes = bytes_from(vm, t.data, text_length(t));
    if (is_absent(bytes)) return ABSENT;
    Value result = int_parse(vm, bytes, base);
    value_drop(vm, bytes);
    return result;
}

/* The int, maybe of a subclass, that __int__, __index__ or __trunc__ makes of `x`, or that its text says. */
static Value number_of(VM *vm, Value x) {
    const Type *type = type_of(x);
    if (type == &int_type) return value_ref(x);
    if (type == &str_type) return int_parse(vm, x, 10);
    if (type->number.to_int) {
        Value result = type->number.to_int(vm, x);
        if (is_absent(result) || is_int(result) || is_exactly(result, &int_type)) return result;
        bool fine = is_int_family(x) && value_same(x, result); /* not what a script's __int__ made */
        if (!is_int_family(result))
            raise_type(vm, "__int__ returned non-int (type %T)", result);
        else
            fine = fine || warn_int_subclass(vm, "__int__", result);
        if (fine) return result;
        value_drop(vm, result);
        return ABSENT;
    }
    if (type->number.index) return object_index(vm, x);
    Value trunc = object_special(vm, x, NAME_OF(vm, trunc));
    if (!is_absent(trunc)) {
        bool allowed =
            warn(vm, &exc_DeprecationWarning, 1, "The delegation of int() to __trunc__ is deprecated.");
        Value whole = allowed ? call_0(vm, trunc) : ABSENT;
        value_drop(vm, trunc);
        if (is_absent(whole) || is_int_family(whole)) return whole;
        Value result = object_index(vm, whole);
        value_drop(vm, whole);
        return result;
    }
    if (error_raised(vm)) return ABSENT;
    if (is_string(x) || is_bytes(x)) return int_parse(vm, x, 10);
    if (is_bytes_like(x)) return parse_buffer(vm, x, 10);
    return raise_type(vm, "int() argument must be a string, a bytes-like object or a real number, not '%T'",
                      x);
}

static Value convert(VM *vm, Value x) {
    Value number = number_of(vm, x);
    if (is_absent(number) || type_of(number) == &int_type) return number;
    Value exact = int_exact(vm, number);
    value_drop(vm, number);
    return exact;
}

static Value convert_in_base(VM *vm, Value x, Value base_value) {
    int64_t base;
    if (!object_to_int64(vm, base_value, NULL, &base)) return ABSENT;
    if (base != 0 && (base < 2 || base > 36))
        return raise_value(vm, "int() base must be >= 2 and <= 36, or 0");
    if (is_string(x) || is_bytes(x)) return int_parse(vm, x, (int)base);
    if (is_bytearray(x)) return parse_buffer(vm, x, (int)base);
    return raise_type(vm, "int() can't convert non-string with explicit base");
}

/* An instance of a subclass of int with the number of `number`, which is taken. */
static Value make_subclass(VM *vm, Type *type, STEALS Value number) {
    IntView view;
    int_view(number, &view);
    Object *self = instance_new(vm, type, view.count);
    if (self) {
        BigInt *big = (BigInt *)self;
        big->size = view.negative ? -view.count : view.count;
        if (view.count) memcpy(big->limbs, view.limbs, (size_t)view.count * sizeof *big->limbs);
        object_track(self);
    }
    value_drop(vm, number);
    return from_object(self);
}

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[2];
    if (nargs > 2 && type == &int_type && is_absent(names))
        return raise_type(vm, "int expected at most 2 arguments, got %d", nargs);
    if (nargs == 1 && is_absent(names)) {
        row[0] = args[0], row[1] = ABSENT;
    } else if (!arguments_bind(vm, "int", "x=0, /, base=10", args, nargs, names, row)) {
        return ABSENT;
    }
    Value number;
    if (is_absent(row[0])) {
        if (!is_absent(row[1])) return raise_type(vm, "int() missing string argument");
        number = int_small(0);
    } else {
        number = is_absent(row[1]) ? convert(vm, row[0]) : convert_in_base(vm, row[0], row[1]);
    }
    return is_absent(number) || type == &int_type ? number : make_subclass(vm, type, number);
}

/* --- methods --- */

NATIVE(itself) { return int_exact(vm, args[0]); }

NATIVE(bit_length) { return int_small(int_bit_length(args[0])); }

NATIVE(bit_count) {
    IntView view;
    int_view(args[0], &view);
    return int_small(view.count ? (int64_t)mpn_popcount((const mp_limb_t *)view.limbs, view.count) : 0);
}

NATIVE(as_integer_ratio) {
    Value pair[] = {int_exact(vm, args[0]), int_small(1)};
    return tuple_from_made(vm, pair, 2);
}

NATIVE(getnewargs) {
    Value number = int_exact(vm, args[0]);
    return tuple_from_made(vm, &number, 1);
}

NATIVE(is_integer) { return TRUE_VALUE; }

/* round(self, -digits): to the nearest multiple of 10**digits, halves to even. */
static Value round_to(VM *vm, Value self, Value digits) {
    Value ten_power = int_binary(vm, BINARY_POWER, int_small(10), digits);
    if (is_absent(ten_power)) return ABSENT;
    Value q = ABSENT, r = ABSENT, twice = ABSENT, result = ABSENT;
    if (int_divmod(vm, self, ten_power, &q, &r)) twice = int_shift(vm, r, 1);
    if (!is_absent(twice)) {
        int order = int_order(twice, ten_power);
        IntView view;
        int_view(q, &view);
        bool odd = view.count && (view.limbs[0] & 1);
        Value rounded = int_binary(vm, BINARY_ADD, q, int_small(order > 0 || (order == 0 && odd)));
        if (!is_absent(rounded)) result = int_binary(vm, BINARY_MULTIPLY, rounded, ten_power);
        value_xdrop(vm, rounded);
    }
    value_xdrop(vm, q), value_xdrop(vm, r), value_xdrop(vm, twice);
    value_drop(vm, ten_power);
    return result;
}

NATIVE(round_method) {
    if (is_absent(args[1])) return int_exact(vm, args[0]);
    Value digits = object_index(vm, args[1]);
    if (is_absent(digits)) return ABSENT;
    Value result;
    if (int_sign(digits) >= 0) {
        result = int_exact(vm, args[0]);
    } else {
        Value positive = int_negate(vm, digits);
        result = is_absent(positive) ? ABSENT : round_to(vm, args[0], positive);
        value_xdrop(vm, positive);
    }
    value_drop(vm, digits);
    return result;
}

/* "little" or "big" (the default); -1 RAISES. */
static int byte_order(VM *vm, Value order, const char *method) {
    if (is_absent(order)) return 0;
    if (!is_string(order)) {
        raise_type(vm, "%s() argument 'byteorder' must be str, not %Q", method, order);
        return -1;
    }
    if (string_equal_c(order, "little")) return 1;
    if (string_equal_c(order, "big")) return 0;
    raise_value(vm, "byteorder must be either 'little' or 'big'");
    return -1;
}

static int flag(VM *vm, Value v) { return is_absent(v) ? 0 : object_truth(vm, v); }

NATIVE(to_bytes) {
    int64_t length = 1;
    if (!is_absent(args[1]) && !object_to_int64(vm, args[1], &exc_OverflowError, &length)) return ABSENT;
    int little = byte_order(vm, args[2], "to_bytes");
    int is_signed = little < 0 ? -1 : flag(vm, args[3]);
    if (is_signed < 0) return ABSENT;
    if (length < 0) return raise_value(vm, "length argument must be non-negative");
    Bytes *bytes = bytes_new(vm, length);
    if (!bytes) return ABSENT;
    if (int_to_bytes(vm, args[0], bytes->data, (size_t)length, little, is_signed)) return from_object(bytes);
    value_drop(vm, from_object(bytes));
    return ABSENT;
}

NATIVE(from_bytes) {
    int little = byte_order(vm, args[2], "from_bytes");
    int is_signed = little < 0 ? -1 : flag(vm, args[3]);
    if (is_signed < 0) return ABSENT;
    Value bytes;
    if (is_bytes(args[1])) {
        bytes = value_ref(args[1]);
    } else if (is_string(args[1]) ||
               (type_of(args[1])->iterate == NULL && type_of(args[1])->container.get_item == NULL &&
                is_absent(type_lookup(vm, type_of(args[1]), NAME_OF(vm, bytes))))) {
        return raise_type(vm, "cannot convert '%T' object to bytes", args[1]);
    } else {
        bytes = object_call(vm, from_object(&bytes_type), &args[1], 1, ABSENT);
    }
    if (is_absent(bytes)) return ABSENT;
    Value number =
        int_from_bytes(vm, as_bytes(bytes)->data, (size_t)as_bytes(bytes)->length, little, is_signed);
    value_drop(vm, bytes);
    if (is_absent(number) || value_same(args[0], from_object(&int_type))) return number;
    Value result = call_1(vm, args[0], number);
    value_drop(vm, number);
    return result;
}

NATIVE(format_method) { return format_int(vm, args[0], args[1]); }

NATIVE(size_of) {
    IntView view;
    int_view(args[0], &view);
    return int_small(is_int(args[0]) ? (int64_t)sizeof(Value) : (int64_t)sizeof(BigInt) + view.count * 8);
}

static const NativeDef methods[] = {
    {"bit_length", bit_length, "", "Number of bits necessary to represent self in binary."},
    {"bit_count", bit_count, "",
     "Number of ones in the binary representation of the absolute value of self."},
    {"conjugate", itself, "", "Returns self, the complex conjugate of any int."},
    {"as_integer_ratio", as_integer_ratio, "", "The pair (self, 1)."},
    {"is_integer", is_integer, "", "Returns True. Exists for duck type compatibility with float.is_integer."},
    {"to_bytes", to_bytes, "length=1, byteorder='big', *, signed=False", "The integer as an array of bytes."},
    {"from_bytes", from_bytes, "bytes, byteorder='big', *, signed=False",
     "The integer that an array of bytes says.", NATIVE_CLASS_METHOD},
    {"__trunc__", itself, "", "Truncating an integer returns itself."},
    {"__floor__", itself, "", "Flooring an integer returns itself."},
    {"__ceil__", itself, "", "Ceiling of an integer returns itself."},
    {"__round__", round_method, "ndigits=None, /",
     "Rounding to the nearest multiple of 10**-ndigits, halves to even."},
    {"__format__", format_method, "format_spec, /", "Convert to a string according to format_spec."},
    {"__getnewargs__", getnewargs, "", NULL},
    {"__sizeof__", size_of, "", "Size in memory, in bytes."},
    {0},
};

static Value get_itself(VM *vm, Value self) { return int_exact(vm, self); }

static Value get_zero(VM *vm, Value self) { return int_small(0); }

static Value get_one(VM *vm, Value self) { return int_small(1); }

static const GetSetDef getsets[] = {
    {"real", get_itself, NULL, "the real part of a complex number"},
    {"imag", get_zero, NULL, "the imaginary part of a complex number"},
    {"numerator", get_itself, NULL, "the numerator of a rational number in lowest terms"},
    {"denominator", get_one, NULL, "the denominator of a rational number in lowest terms"},
    {0},
};

Type int_type = {
    TYPE_HEAD(int_type, "int", .dealloc = int_dealloc),
    .flags = TYPE_BASE | TYPE_INT,
    .basic_size = sizeof(BigInt),
    .item_size = sizeof(uint64_t),
    .base = &object_type,
    .doc =
        "int([x]) -> integer\nint(x, base=10) -> integer\n\nAn integer of any size from a number or a text.",
    .new = new,
    .convert = convert,
    .repr = repr,
    .hash = hash,
    .compare = compare,
    .number =
        {
            .binary =
                {
                    [BINARY_ADD] = int_add,
                    [BINARY_SUBTRACT] = int_subtract,
                    [BINARY_MULTIPLY] = int_multiply,
                    [BINARY_TRUE_DIVIDE] = int_true_divide,
                    [BINARY_FLOOR_DIVIDE] = int_floor_divide,
                    [BINARY_MODULO] = int_modulo,
                    [BINARY_POWER] = int_power,
                    [BINARY_LSHIFT] = int_left_shift,
                    [BINARY_RSHIFT] = int_right_shift,
                    [BINARY_AND] = int_and,
                    [BINARY_OR] = int_or,
                    [BINARY_XOR] = int_xor,
                    [BINARY_DIVMOD] = int_divmod_pair,
                },
            .unary =
                {
                    [UNARY_NEGATIVE] = negative,
                    [UNARY_POSITIVE] = int_exact,
                    [UNARY_INVERT] = invert,
                    [UNARY_ABSOLUTE] = absolute,
                },
            .power3 = power_3,
            .truth = truth,
            .to_int = int_exact,
            .to_float = to_float,
            .index = int_exact,
        },
    .methods = methods,
    .getsets = getsets,
};
