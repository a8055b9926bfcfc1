/*
 * The module builtins: its functions that need no frame, compiler or file, and the list of its types. The functions
 * stand in order of what they are about: objects, attributes, numbers, sequences, text.
 */

#include "runtime/arguments.h"
#include "runtime/auditevent.h"
#include "runtime/bytes/bytes.h"
#include "runtime/classes/class.h"
#include "runtime/classes/slots.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/list.h"
#include "runtime/containers/range.h"
#include "runtime/containers/row.h"
#include "runtime/containers/tuple.h"
#include "runtime/each.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/files/file.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/text.h"
#include "runtime/text/str.h"

static Value int_or_error(VM *vm, int64_t i) { return i < 0 ? ABSENT : int_from(vm, i); }

static Value none_as_absent(Value v) { return !is_absent(v) && is_none(v) ? ABSENT : v; }

/* --- objects --- */

NATIVE(builtin_len) {
    if (is_exactly(args[0], &list_type)) return int_small(as_list(args[0])->length);
    if (is_exactly(args[0], &str_type)) return int_small(string_length(as_string(args[0])));
    return int_or_error(vm, object_length(vm, args[0]));
}

NATIVE(builtin_repr) { return object_repr(vm, args[0]); }

NATIVE(builtin_ascii) { return object_ascii(vm, args[0]); }

NATIVE(builtin_hash) {
    int64_t hash;
    return object_hash(vm, args[0], &hash) ? int_from(vm, hash) : ABSENT;
}

/* An immediate number is its own identity: the word itself, made positive and unlike any address. */
NATIVE(builtin_id) {
    Value number = int_from_unsigned(vm, args[0].bits);
    if (!is_absent(number) && !AUDIT(vm, "builtins.id", number)) value_clear(vm, &number);
    return number;
}

NATIVE(builtin_callable) { return bool_from(type_of(args[0])->call != NULL); }

NATIVE(builtin_isinstance) { return bool_from_truth(object_is_instance(vm, args[0], args[1])); }

NATIVE(builtin_issubclass) { return bool_from_truth(object_is_subclass(vm, args[0], args[1])); }

/* --- attributes --- */

static inline bool check_name(VM *vm, Value name) {
    if (is_string(name)) return true;
    raise_type(vm, "attribute name must be string, not '%T'", name);
    return false;
}

NATIVE(builtin_getattr) {
    if (!check_name(vm, args[1])) return ABSENT;
    if (is_absent(args[2])) return object_get_attribute(vm, args[0], args[1]);
    Value result;
    int found = object_find_attribute(vm, args[0], args[1], &result);
    return found > 0 ? result : found < 0 ? ABSENT : value_ref(args[2]);
}

NATIVE(builtin_hasattr) {
    if (!check_name(vm, args[1])) return ABSENT;
    Value result;
    int found = object_find_attribute(vm, args[0], args[1], &result);
    if (found > 0) value_drop(vm, result);
    return bool_from_truth(found);
}

NATIVE(builtin_setattr) {
    if (!check_name(vm, args[1])) return ABSENT;
    return object_set_attribute(vm, args[0], args[1], args[2]) ? NONE : ABSENT;
}

NATIVE(builtin_delattr) {
    if (!check_name(vm, args[1])) return ABSENT;
    return object_set_attribute(vm, args[0], args[1], ABSENT) ? NONE : ABSENT;
}

/* --- numbers --- */

NATIVE(builtin_abs) { return object_unary(vm, UNARY_ABSOLUTE, args[0]); }

NATIVE(builtin_divmod) { return object_binary(vm, BINARY_DIVMOD, args[0], args[1]); }

NATIVE(builtin_pow) { return object_power3(vm, args[0], args[1], is_absent(args[2]) ? NONE : args[2]); }

NATIVE(builtin_round) {
    Value row[2] = {args[0], is_absent(args[1]) ? NONE : args[1]};
    bool missing;
    Value result = special_call(vm, NAME_round, row, is_none(row[1]) ? 1 : 2, &missing);
    return missing ? raise_type(vm, "type %T doesn't define __round__ method", args[0]) : result;
}

/* bin(), oct() and hex(): the digits behind a sign and a prefix. */
static Value with_prefix(VM *vm, Value v, int base, const char *prefix) {
    if (is_int(v)) return int_print_immediate(vm, int_get(v), (unsigned)base, prefix);
    Value index = object_index(vm, v);
    if (is_absent(index)) return ABSENT;
    bool negative = int_sign(index) < 0;
    Value digits = int_to_string(vm, index, base);
    value_drop(vm, index);
    if (is_absent(digits)) return ABSENT;
    int64_t length = string_length(as_string(digits)) - negative;
    String *text = string_new(vm, negative + 2 + length, 127);
    if (text) {
        text->data[0] = '-';
        memcpy(text->data + negative, prefix, 2);
        memcpy(text->data + negative + 2, as_string(digits)->data + negative, (size_t)length);
    }
    value_drop(vm, digits);
    return text ? from_object(text) : ABSENT;
}

NATIVE(builtin_bin) { return with_prefix(vm, args[0], 2, "0b"); }

NATIVE(builtin_oct) { return with_prefix(vm, args[0], 8, "0o"); }

NATIVE(builtin_hex) { return with_prefix(vm, args[0], 16, "0x"); }

/*
 * sum(): ints and floats are added natively, floats with the compensation of Neumaier ("Rundungsfehleranalyse einiger
 * Verfahren zur Summation endlicher Summen", 1974), as CPython does since 3.12; anything else by the + operator. The
 * addition that makes a float of an int's sum is an ordinary one.
 */
typedef struct {
    enum { SUM_INT, SUM_FLOAT, SUM_OBJECT } kind;
    double real;
    int64_t whole; /* between the two doubles: as neighbours they would be kept as a pair, which is slower */
    double lost;
    Value total; /* owned; ABSENT unless SUM_OBJECT */
} Sum;

static Value sum_result(VM *vm, Sum *s) {
    if (s->kind == SUM_INT) return int_from(vm, s->whole);
    if (s->kind == SUM_OBJECT) return s->total;
    bool known =
        s->lost != 0 && s->lost - s->lost == 0; /* it is finite; adding 0 would take the sign of -0.0 */
    return float_from(vm, known ? s->real + s->lost : s->real);
}

/* What rounding lost, without a look at which of the two is larger (Knuth: "The Art of Computer Programming",
 * 4.2.2). */
static inline double add_real(double real, double x, double *lost) {
    double sum = real + x, taken = sum - real;
    *lost += (real - (sum - taken)) + (x - taken);
    return sum;
}

static bool add_object(VM *vm, Sum *s, Value item) {
    Value total = s->kind == SUM_OBJECT ? s->total : sum_result(vm, s);
    s->kind = SUM_OBJECT;
    s->total = ABSENT;
    if (is_absent(total)) return false;
    const Type *type = type_of(total);
    Value (*add)(VM *, Value, Value) = type->number.binary[BINARY_ADD];
    bool plain = type == type_of(item) && type->flags & (TYPE_INT | TYPE_FLOAT | TYPE_COMPLEX) &&
                 !(type->flags & TYPE_HEAP);
    s->total = plain ? add(vm, total, item) : object_binary(vm, BINARY_ADD, total, item);
    value_drop(vm, total);
    return !is_absent(s->total);
}

/* An item that add_item does not add at once. */
static __attribute__((noinline)) bool add_other(VM *vm, Value item, Sum *s) {
    int64_t sum;
    if (s->kind == SUM_OBJECT) return add_object(vm, s, item);
    bool real = is_float(item) || is_exactly(item, &float_type);
    if (s->kind == SUM_INT) {
        if (is_bool(item) && s->whole < INT64_MAX) {
            s->whole += value_same(item, TRUE_VALUE);
            return true;
        }
        if (!real) return add_object(vm, s, item);
        s->kind = SUM_FLOAT;
        s->real = (double)s->whole + float_number(item);
        return true;
    }
    if (real) {
        s->real = add_real(s->real, float_number(item), &s->lost);
        return true;
    }
    if (is_int_family(item) && int_to_int64(item, &sum)) {
        s->real += (double)sum;
        return true;
    }
    return add_object(vm, s, item);
}

static bool add_item(VM *vm, Value item, void *context) {
    Sum *s = context;
    int64_t sum;
    if (s->kind == SUM_FLOAT && is_float(item)) {
        s->real = add_real(s->real, float_get(item), &s->lost);
        return true;
    }
    if (s->kind != SUM_INT || !is_int(item) || __builtin_add_overflow(s->whole, int_get(item), &sum))
        return add_other(vm, item, s);
    s->whole = sum;
    return true;
}

/* A range whose items are all immediate: count * (first + last) / 2. */
static bool add_range(VM *vm, Sum *s, const Range *range) {
    int64_t count = int_get(range->length);
    __int128 first = int_get(range->start), last = first + (__int128)(count - 1) * int_get(range->step);
    __int128 sum = s->whole + count * (first + last) / 2;
    s->whole = (int64_t)sum;
    if (s->whole == sum) return true;
    unsigned __int128 size = (unsigned __int128)(sum < 0 ? -sum : sum);
    uint64_t limbs[] = {(uint64_t)size, (uint64_t)(size >> 64)};
    s->kind = SUM_OBJECT;
    s->total = int_from_limbs(vm, limbs, 2, sum < 0);
    return !is_absent(s->total);
}

/* False when the sum is too great, and nothing has been added. */
static bool add_bytes(Sum *s, const Bytes *bytes) {
    int64_t sum = 0;
    for (int64_t i = 0; i < bytes->length; i++)
        sum += bytes->data[i];
    return !__builtin_add_overflow(s->whole, sum, &s->whole);
}

/* How many items at the beginning of a row are added here: ints to an int, immediate numbers to a float. */
static int64_t add_run(Sum *s, const Value *items, int64_t count) {
    int64_t i = 0, sum;
    if (s->kind == SUM_INT) {
        for (; i < count && is_int(items[i]); i++) {
            if (__builtin_add_overflow(s->whole, int_get(items[i]), &sum)) break;
            s->whole = sum;
        }
    } else if (s->kind == SUM_FLOAT) {
        double real = s->real, lost = s->lost;
        for (; i < count; i++) {
            if (is_float(items[i]))
                real = add_real(real, float_get(items[i]), &lost);
            else if (is_int(items[i]))
                real += (double)int_get(items[i]);
            else
                break;
        }
        s->real = real;
        s->lost = lost;
    }
    return i;
}

static bool add_all(VM *vm, Sum *s, Value iterable) {
    if (s->kind == SUM_INT && is_range(iterable) && as_range(iterable)->small)
        return add_range(vm, s, as_range(iterable));
    if (s->kind == SUM_INT && is_exactly(iterable, &bytes_type) && add_bytes(s, as_bytes(iterable)))
        return true;
    if (!is_exactly(iterable, &list_type) && !is_exactly(iterable, &tuple_type))
        return object_each(vm, iterable, add_item, s);
    bool ok = true;
    for (int64_t i = 0; ok; i++) {
        Row row = row_of(iterable);
        if (i < row.length && s->kind != SUM_OBJECT) i += add_run(s, row.items + i, row.length - i);
        if (i >= row.length) return true;
        Value item = value_ref(row.items[i]);
        ok = add_item(vm, item, s); /* which may change the list */
        value_drop(vm, item);
        ok = ok && vm_may_go_on(vm);
    }
    return false;
}

static bool check_start(VM *vm, Value iterable, Value start) {
    const char *kind = is_string(start)                   ? "strings [use ''.join(seq)"
                       : is_family(start, TYPE_BYTES)     ? "bytes [use b''.join(seq)"
                       : is_family(start, TYPE_BYTEARRAY) ? "bytearray [use b''.join(seq)"
                                                          : NULL;
    if (kind == NULL) return true;
    Value iterator = object_iterate(vm, iterable); /* whose error comes first */
    if (is_absent(iterator)) return false;
    value_drop(vm, iterator);
    raise_type(vm, "sum() can't sum %s instead]", kind);
    return false;
}

NATIVE(builtin_sum) {
    Sum s = {.kind = SUM_INT, .total = ABSENT};
    Value start = args[1];
    if (!is_absent(start)) {
        if (!check_start(vm, args[0], start)) return ABSENT;
        if (is_int(start)) {
            s.whole = int_get(start);
        } else if (is_float(start)) {
            s.kind = SUM_FLOAT;
            s.real = float_get(start);
        } else {
            s.kind = SUM_OBJECT;
            s.total = value_ref(start);
        }
    }
    if (add_all(vm, &s, args[0])) return sum_result(vm, &s);
    value_xdrop(vm, s.total);
    return ABSENT;
}

/* --- min, max --- */

typedef struct {
    CompareOp op;         /* an item that compares so with the best one replaces it */
    Value key;            /* or ABSENT */
    Value best, best_key; /* owned; ABSENT before the first item */
} Extreme;

static __attribute__((noinline)) bool consider_any(VM *vm, Value item, Extreme *e) {
    if (is_absent(e->key) && !is_absent(e->best) && is_exactly(item, &str_type) &&
        is_exactly(e->best, &str_type)) {
        int order = string_order(item, e->best);
        if (e->op == COMPARE_LT ? order < 0 : order > 0) {
            value_set(vm, &e->best, value_ref(item));
            value_set(vm, &e->best_key, value_ref(item));
        }
        return true;
    }
    Value key = is_absent(e->key) ? value_ref(item) : call_1(vm, e->key, item);
    if (is_absent(key)) return false;
    int better = is_absent(e->best)           ? 1
                 : are_ints(key, e->best_key) ? int_get(e->op == COMPARE_LT ? key : e->best_key) <
                                                    int_get(e->op == COMPARE_LT ? e->best_key : key)
                                              : object_compare_truth(vm, key, e->best_key, e->op);
    if (better > 0) {
        value_set(vm, &e->best, value_ref(item));
        value_set(vm, &e->best_key, key);
    } else {
        value_drop(vm, key);
    }
    return better >= 0;
}

/* Numbers, the commonest, take no more than a few steps. */
static bool consider(VM *vm, Value item, void *context) {
    Extreme *e = context;
    if (are_ints(item, e->best) && is_absent(e->key)) {
        int64_t x = int_get(item), best = int_get(e->best);
        if (e->op == COMPARE_LT ? x < best : x > best) e->best = e->best_key = item;
        return true;
    }
    if (is_float(item) && !is_absent(e->best) && is_float(e->best) && is_absent(e->key)) {
        double x = float_get(item), best = float_get(e->best);
        if (e->op == COMPARE_LT ? x < best : x > best) e->best = e->best_key = item;
        return true;
    }
    return consider_any(vm, item, e);
}

static Value extreme(VM *vm, const char *name, CompareOp op, Value *args, int nargs, Value names) {
    Value otherwise = ABSENT;
    Extreme e = {.op = op, .key = ABSENT, .best = ABSENT, .best_key = ABSENT};
    if (nargs == 0) return raise_type(vm, "%s expected at least 1 argument, got 0", name);
    Value keywords[2];
    if (!arguments_bind(vm, name, "*, key=None, default=None", args + nargs, 0, names, keywords))
        return ABSENT;
    e.key = none_as_absent(keywords[0]);
    otherwise = keywords[1];
    if (nargs > 1 && !is_absent(otherwise)) {
        return raise_type(vm, "Cannot specify a default for %s() with multiple positional arguments", name);
    }
    bool ok = true;
    for (int i = 0; nargs > 1 && ok && i < nargs; i++)
        ok = consider(vm, args[i], &e);
    if (nargs == 1) ok = each_item(vm, args[0], consider, &e);
    value_xdrop(vm, e.best_key);
    if (ok && !is_absent(e.best)) return e.best;
    value_xdrop(vm, e.best);
    if (!ok) return ABSENT;
    return is_absent(otherwise) ? raise_value(vm, "%s() iterable argument is empty", name)
                                : value_ref(otherwise);
}

/* A call with just two ints. ABSENT: it is another one. */
static inline Value extreme_of_two(bool greater, const Value *args, int nargs, Value names) {
    if (nargs != 2 || !are_ints(args[0], args[1]) || names_count(names) > 0) return ABSENT;
    bool second = greater ? int_get(args[1]) > int_get(args[0]) : int_get(args[1]) < int_get(args[0]);
    return args[second];
}

NATIVE(builtin_min) {
    Value of_two = extreme_of_two(false, args, nargs, names);
    return is_absent(of_two) ? extreme(vm, "min", COMPARE_LT, args, nargs, names) : of_two;
}

NATIVE(builtin_max) {
    Value of_two = extreme_of_two(true, args, nargs, names);
    return is_absent(of_two) ? extreme(vm, "max", COMPARE_GT, args, nargs, names) : of_two;
}

/* --- sequences --- */

typedef struct {
    int wanted; /* stop at an item of this truth */
    bool found, failed;
} TruthSearch;

static bool look_for_truth(VM *vm, Value item, void *context) {
    TruthSearch *s = context;
    int truth = is_int(item) ? int_get(item) != 0 : object_truth(vm, item);
    s->failed = truth < 0;
    s->found = truth == s->wanted;
    return !s->failed && !s->found;
}

/* Does the iterable have an item of that truth? -1 RAISES. */
static int has_truth(VM *vm, Value iterable, int wanted) {
    TruthSearch s = {.wanted = wanted};
    if (each_item(vm, iterable, look_for_truth, &s)) return 0;
    return s.found && !s.failed && !error_raised(vm) ? 1 : -1;
}

NATIVE(builtin_any) { return bool_from_truth(has_truth(vm, args[0], 1)); }

NATIVE(builtin_all) {
    int found = has_truth(vm, args[0], 0);
    return found < 0 ? ABSENT : bool_from(!found);
}

NATIVE(builtin_sorted) {
    Value keywords[2];
    if (nargs != 1) return raise_type(vm, "sorted expected 1 argument, got %d", nargs);
    Value list = list_from_iterable(vm, args[0]);
    if (is_absent(list)) return ABSENT;
    bool bound = arguments_bind(vm, "sort", "*, key=None, reverse=False", args + 1, 0, names, keywords);
    int descending = !bound ? -1 : is_absent(keywords[1]) ? 0 : object_truth(vm, keywords[1]);
    if (descending >= 0 && list_sort(vm, list, none_as_absent(keywords[0]), descending)) return list;
    value_drop(vm, list);
    return ABSENT;
}

NATIVE(builtin_iter) {
    if (is_absent(args[1])) return object_iterate(vm, args[0]);
    if (type_of(args[0])->call == NULL) return raise_type(vm, "iter(v, w): v must be callable");
    return callable_iterator_new(vm, args[0], args[1]);
}

NATIVE(builtin_next) {
    Value (*next)(VM *, Value) = type_of(args[0])->next;
    if (next == NULL) return raise_type(vm, "'%T' object is not an iterator", args[0]);
    Value item = next(vm, args[0]);
    if (!is_absent(item)) return item;
    if (is_absent(args[1])) return error_raised(vm) ? ABSENT : raise_stop(vm, ABSENT);
    if (error_raised(vm)) {
        if (!error_is(vm, &exc_StopIteration)) return ABSENT;
        error_clear(vm);
    }
    return value_ref(args[1]);
}

/* --- text --- */

NATIVE(builtin_chr) {
    int64_t code;
    if (!object_to_int64(vm, args[0], NULL, &code)) return ABSENT;
    if (code < 0 || code > 0x10ffff) return raise_value(vm, "chr() arg not in range(0x110000)");
    return string_from_char(vm, (uint32_t)code);
}

static Value raise_ord_length(VM *vm, int64_t length) {
    return raise_type(vm, "ord() expected a character, but string of length %lld found", (long long)length);
}

NATIVE(builtin_ord) {
    if (is_string(args[0])) {
        int64_t length = string_length(as_string(args[0]));
        return length == 1 ? int_small(string_at(as_string(args[0]), 0)) : raise_ord_length(vm, length);
    }
    if (!is_family(args[0], TYPE_BYTES | TYPE_BYTEARRAY)) {
        return raise_type(vm, "ord() expected string of length 1, but %T found", args[0]);
    }
    Text bytes = text_of(args[0]);
    return text_length(bytes) == 1 ? int_small(bytes.data[0]) : raise_ord_length(vm, text_length(bytes));
}

NATIVE(builtin_format) {
    if (!is_absent(args[1]) && !is_string(args[1])) {
        if (is_none(args[1])) return raise_type(vm, "format() argument 2 must be str, not None");
        return raise_type(vm, "format() argument 2 must be str, not %Q", args[1]);
    }
    return object_format(vm, args[0], args[1]);
}

/* --- print --- */

static bool check_separator(VM *vm, Value *separator, const char *name) {
    *separator = none_as_absent(*separator);
    if (is_absent(*separator) || is_string(*separator)) return true;
    raise_type(vm, "%s must be None or a string, not %T", name, *separator);
    return false;
}

/* Where print writes: a text file of ours directly, anything else through its bound write method. */
typedef struct {
    Value file;
    Value write; /* ABSENT: file is exactly a TextIOWrapper */
} Sink;

static bool write_text(VM *vm, const Sink *sink, STEALS Value text) {
    if (is_absent(text)) return false;
    bool done;
    if (is_absent(sink->write)) {
        done = text_file_print(vm, as_text_file(sink->file), text);
    } else {
        Value result = call_1(vm, sink->write, text);
        done = !is_absent(result);
        value_xdrop(vm, result);
    }
    value_drop(vm, text);
    return done;
}

static bool print_items(VM *vm, const Sink *sink, Value *items, int count, Value separator, Value end) {
    for (int i = 0; i < count; i++) {
        if (i > 0) {
            Value between = is_absent(separator) ? vm->characters[' '] : separator;
            if (!write_text(vm, sink, value_ref(between))) return false;
        }
        if (!write_text(vm, sink, object_str(vm, items[i]))) return false;
    }
    return write_text(vm, sink, value_ref(is_absent(end) ? vm->characters['\n'] : end));
}

static bool flush_file(VM *vm, Value file, Value flush) {
    int wanted = is_absent(flush) ? 0 : object_truth(vm, flush);
    if (wanted <= 0) return wanted == 0;
    Value result = call_method(vm, file, NAME_OF(vm, flush), NULL, 0);
    value_xdrop(vm, result);
    return !is_absent(result);
}

NATIVE(builtin_print) {
    static const char params[] = "*, sep=' ', end='\\n', file=None, flush=False";
    Value options[4] = {ABSENT, ABSENT, ABSENT, ABSENT};
    if (!is_absent(names) && !arguments_bind(vm, "print", params, args + nargs, 0, names, options))
        return ABSENT;
    if (!check_separator(vm, &options[0], "sep") || !check_separator(vm, &options[1], "end")) return ABSENT;
    Value file = none_as_absent(options[2]);
    if (is_absent(file)) {
        file = is_absent(vm->sys) ? ABSENT : dict_get_string(vm, vm->sys, NAME_OF(vm, stdout));
        if (is_absent(file)) return raise_error(vm, &exc_RuntimeError, "lost sys.stdout");
        if (is_none(file)) return NONE;
    }
    value_ref(file); /* sys.stdout may be replaced meanwhile */
    Sink sink = {.file = file};
    bool direct = is_exactly(file, &text_file_type);
    if (!direct) sink.write = object_get_attribute(vm, file, NAME_OF(vm, write));
    bool ok = (direct || !is_absent(sink.write)) &&
              print_items(vm, &sink, args, nargs, options[0], options[1]) && flush_file(vm, file, options[3]);
    value_xdrop(vm, sink.write);
    value_drop(vm, file);
    return ok ? NONE : ABSENT;
}

/* --- the module --- */

static const NativeDef functions[] = {
    {"__build_class__", build_class, "*args, **kwargs",
     "Internal helper function used by the class statement."},
    {"abs", builtin_abs, "x, /", "Return the absolute value of the argument."},
    {"all", builtin_all, "iterable, /", "Return True if bool(x) is True for all values x in the iterable."},
    {"any", builtin_any, "iterable, /", "Return True if bool(x) is True for any x in the iterable."},
    {"ascii", builtin_ascii, "obj, /", "Return an ASCII-only representation of an object."},
    {"bin", builtin_bin, "number, /", "Return the binary representation of an integer."},
    {"callable", builtin_callable, "obj, /",
     "Return whether the object is callable (i.e., some kind of function)."},
    {"chr", builtin_chr, "i, /",
     "Return a Unicode string of one character with ordinal i; 0 <= i <= 0x10ffff."},
    {"delattr", builtin_delattr, "obj, name, /", "Deletes the named attribute from the given object."},
    {"divmod", builtin_divmod, "x, y, /", "Return the tuple (x//y, x%y).  Invariant: div*y + mod == x."},
    {"format", builtin_format, "value, format_spec='', /",
     "Return type(value).__format__(value, format_spec)"},
    {"getattr", builtin_getattr, "object, name, default=None, /", "Get a named attribute from an object."},
    {"hasattr", builtin_hasattr, "obj, name, /",
     "Return whether the object has an attribute with the given name."},
    {"hash", builtin_hash, "obj, /", "Return the hash value for the given object."},
    {"hex", builtin_hex, "number, /", "Return the hexadecimal representation of an integer."},
    {"id", builtin_id, "obj, /", "Return the identity of an object."},
    {"isinstance", builtin_isinstance, "obj, class_or_tuple, /",
     "Return whether an object is an instance of a class or of a subclass thereof."},
    {"issubclass", builtin_issubclass, "cls, class_or_tuple, /",
     "Return whether 'cls' is derived from another class or is the same class."},
    {"iter", builtin_iter, "object, sentinel=None, /", "Get an iterator from an object."},
    {"len", builtin_len, "obj, /", "Return the number of items in a container."},
    {"max", builtin_max, "*args, **kwargs", "With a single iterable argument, return its biggest item."},
    {"min", builtin_min, "*args, **kwargs", "With a single iterable argument, return its smallest item."},
    {"next", builtin_next, "iterator, default=None, /", "Return the next item from the iterator."},
    {"oct", builtin_oct, "number, /", "Return the octal representation of an integer."},
    {"ord", builtin_ord, "c, /", "Return the Unicode code point for a one-character string."},
    {"pow", builtin_pow, "base, exp, mod=None",
     "Equivalent to base**exp with 2 arguments or base**exp % mod with 3."},
    {"print", builtin_print, "*args, sep=' ', end='\\n', file=None, flush=False",
     "Prints the values to a stream, or to sys.stdout by default."},
    {"repr", builtin_repr, "obj, /", "Return the canonical string representation of the object."},
    {"round", builtin_round, "number, ndigits=None",
     "Round a number to a given precision in decimal digits."},
    {"setattr", builtin_setattr, "obj, name, value, /", "Sets the named attribute on the given object."},
    {"sorted", builtin_sorted, "*args, **kwargs",
     "($module, iterable, /, *, key=None, reverse=False)\n--\n\nReturn a new list containing all items from "
     "the iterable in ascending order."},
    {"sum", builtin_sum, "iterable, /, start=0",
     "Return the sum of a 'start' value (default: 0) plus an iterable."},
    {0},
};

/* In CPython's order, which decides between equally likely suggestions for a misspelt name. */
static Type *const types[] = {
    &bool_type, &memoryview_type, &bytearray_type,     &bytes_type,  &class_method_type, &complex_type,
    &dict_type, &enumerate_type,  &filter_type,        &float_type,  &frozenset_type,    &property_type,
    &int_type,  &list_type,       &map_type,           &object_type, &range_type,        &reversed_type,
    &set_type,  &slice_type,      &static_method_type, &str_type,    &super_type,        &tuple_type,
    &type_type, &zip_type,
#define EXCEPTION(name, base, doc) &exc_##name,
#include "runtime/errors/exceptions.def"
#undef EXCEPTION
};

static bool add_types(VM *vm, Value dict) {
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (!dict_set_c(vm, dict, type_name(types[i]), from_object(types[i]))) return false;
    }
    return dict_set_c(vm, dict, "EnvironmentError", from_object(&exc_OSError)) &&
           dict_set_c(vm, dict, "IOError", from_object(&exc_OSError));
}

static bool add_constants(VM *vm, Value dict) {
    static const struct {
        const char *name;
        Object *object;
    } constants[] = {{"None", &none_object},
                     {"Ellipsis", &ellipsis_object},
                     {"NotImplemented", &not_implemented_object},
                     {"False", &false_object},
                     {"True", &true_object}};
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
        if (!dict_set_c(vm, dict, constants[i].name, from_object(constants[i].object))) return false;
    }
    return true;
}

bool builtins_init(VM *vm) {
    Value module = module_new_c(vm, "builtins", "Built-in functions, types, exceptions, and other objects.");
    if (is_absent(module)) return false;
    Value dict = as_module(module)->dict;
    bool ok = module_add_functions(vm, dict, functions, "builtins") && add_constants(vm, dict) &&
              add_types(vm, dict) && dict_set_c(vm, dict, "__debug__", TRUE_VALUE) &&
              (is_absent(vm->modules) || dict_set_c(vm, vm->modules, "builtins", module));
    if (ok) value_set(vm, &vm->builtins, value_ref(dict));
    value_drop(vm, module);
    return ok;
}
