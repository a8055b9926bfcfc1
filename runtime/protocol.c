/* The general half of runtime/protocol.h: text, truth, hash, comparison, classes, the guard of container reprs. */

#include "runtime/protocol.h"

#include "runtime/classes/class.h"
#include "runtime/classes/slots.h"
#include "runtime/classes/union.h"
#include "runtime/containers/row.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/int.h"
#include "runtime/text/builder.h"
#include "runtime/text/escape.h"
#include "runtime/text/format.h"
#include "runtime/text/str.h"
#include "runtime/text/strtype.h"

/* --- text --- */

/* A slot's result, which must be a str. */
static Value check_text(VM *vm, STEALS Value text, const char *method) {
    if (is_absent(text) || is_string(text)) return text;
    raise_type(vm, "%s returned non-string (type %T)", method, text);
    value_drop(vm, text);
    return ABSENT;
}

Value object_repr(VM *vm, Value v) {
    if (!recursion_enter(vm, " while getting the repr of an object")) return ABSENT;
    Value text = type_of(v)->repr(vm, v);
    recursion_leave(vm);
    return check_text(vm, text, "__repr__");
}

Value object_str(VM *vm, Value v) {
    if (is_exactly(v, &str_type)) return value_ref(v);
    if (!recursion_enter(vm, " while getting the str of an object")) return ABSENT;
    Value text = type_of(v)->str(vm, v);
    recursion_leave(vm);
    return check_text(vm, text, "__str__");
}

Value object_ascii(VM *vm, Value v) {
    Value text = object_repr(vm, v);
    if (is_absent(text) || as_string(text)->ascii) return text;
    const String *from = as_string(text);
    int64_t length = string_length(from), size = 0;
    for (int64_t i = 0; i < length; i++)
        size += string_at(from, i) < 0x80 ? 1 : escape_size(string_at(from, i));
    String *escaped = string_new(vm, size, 0);
    uint8_t *to = escaped ? escaped->data : NULL;
    for (int64_t i = 0; escaped && i < length; i++) {
        uint32_t c = string_at(from, i);
        if (c < 0x80)
            *to++ = (uint8_t)c;
        else
            to = escape_put(to, c);
    }
    value_drop(vm, text);
    return from_object(escaped);
}

Value object_format(VM *vm, Value v, Value spec) {
    if (is_absent(spec)) spec = vm->empty_string;
    bool plain = string_length(as_string(spec)) == 0;
    if (plain && (is_exactly(v, &str_type) || is_int(v))) return object_str(vm, v);
    if (is_int(v)) return format_int(vm, v, spec);
    if (is_float(v)) return format_float(vm, v, spec);
    if (is_exactly(v, &str_type)) return format_string(vm, v, spec);
    Value row[2] = {v, spec};
    bool missing;
    Value text = special_call(vm, NAME_format, row, 2, &missing);
    if (missing) return raise_type(vm, "Type %T doesn't define __format__", v);
    if (is_absent(text) || is_string(text)) return text;
    raise_type(vm, "__format__ must return a str, not %T", text);
    value_drop(vm, text);
    return ABSENT;
}

/* --- truth, hash --- */

int object_truth(VM *vm, Value v) {
    if (is_bool(v)) return value_same(v, TRUE_VALUE);
    if (is_none(v)) return 0;
    if (is_int(v)) return int_get(v) != 0;
    return object_truth_by_type(vm, v);
}

int object_truth_by_type(VM *vm, Value v) {
    const Type *type = type_of(v);
    if (type->number.truth != NULL) return type->number.truth(vm, v);
    if (type->container.length == NULL) return 1;
    int64_t length = type->container.length(vm, v);
    return length < 0 ? -1 : length > 0;
}

bool object_hash(VM *vm, Value v, int64_t *hash) {
    const Type *type = type_of(v);
    return (type->hash == NULL ? hash_unhashable : type->hash)(vm, v, hash);
}

/* --- comparison --- */

static const uint8_t mirrored[] = {
    [COMPARE_LT] = COMPARE_GT, [COMPARE_LE] = COMPARE_GE, [COMPARE_EQ] = COMPARE_EQ,
    [COMPARE_NE] = COMPARE_NE, [COMPARE_GT] = COMPARE_LT, [COMPARE_GE] = COMPARE_LE};

static Value try_compare(VM *vm, Value a, Value b, CompareOp op) {
    Type *x = type_of(a), *y = type_of(b);
    bool subclass_first = x != y && y->compare != NULL && type_is_subtype(y, x);
    if (subclass_first) {
        Value result = y->compare(vm, b, a, mirrored[op]);
        if (!value_same(result, NOT_IMPLEMENTED)) return result;
    }
    if (x->compare != NULL) {
        Value result = x->compare(vm, a, b, op);
        if (!value_same(result, NOT_IMPLEMENTED)) return result;
    }
    if (!subclass_first && y->compare != NULL) return y->compare(vm, b, a, mirrored[op]);
    return NOT_IMPLEMENTED;
}

static __attribute__((noinline)) Value compare_any(VM *vm, Value a, Value b, CompareOp op) {
    static const char *const symbols[] = {"<", "<=", "==", "!=", ">", ">="};
    bool plain = type_of(a)->compare == object_type.compare && type_of(b)->compare == object_type.compare;
    if (plain && (op == COMPARE_EQ || op == COMPARE_NE))
        return bool_from(value_same(a, b) == (op == COMPARE_EQ));
    if (!recursion_enter(vm, " in comparison")) return ABSENT;
    Value result = try_compare(vm, a, b, op);
    recursion_leave(vm);
    if (!value_same(result, NOT_IMPLEMENTED)) return result;
    if (op == COMPARE_EQ) return bool_from(value_same(a, b));
    if (op == COMPARE_NE) return bool_from(!value_same(a, b));
    return raise_type(vm, "'%s' not supported between instances of '%T' and '%T'", symbols[op], a, b);
}

/* Of one built-in class; its objects may contain others. */
static __attribute__((noinline)) Value compare_alike(VM *vm, Value a, Value b, CompareOp op) {
    if (!recursion_enter(vm, " in comparison")) return ABSENT;
    Value result = type_of(a)->compare(vm, a, b, op);
    return value_same(result, NOT_IMPLEMENTED) ? compare_any(vm, a, b, op) : result;
}

Value object_compare(VM *vm, Value a, Value b, CompareOp op) {
    static const uint32_t simple = TYPE_FLOAT | TYPE_STR | TYPE_BYTES; /* these have an answer at once */
    const Type *type = type_of(a), *other = type_of(b);
    if (type->compare == int_type.compare && other->compare == int_type.compare)
        return compare_order(int_order(a, b), op);
    int64_t order;
    if (type == other && (type == &tuple_type || type == &list_type) &&
        row_order(row_of(a), row_of(b), op, &order)) /* their items say their order themselves */
        return compare_order(order, op);
    if (type->compare == str_type.compare && other->compare == str_type.compare) /* subclasses, too */
        return type->compare(vm, a, b, op);
    if (type == &float_type && other == &int_type) return type->compare(vm, a, b, op);
    if (type == &int_type && other == &float_type) return other->compare(vm, b, a, mirrored[op]);
    if (type != other || type->flags & TYPE_HEAP || type->compare == NULL) return compare_any(vm, a, b, op);
    return (type->flags & simple ? type->compare : compare_alike)(vm, a, b, op);
}

int object_compare_truth(VM *vm, Value a, Value b, CompareOp op) {
    if (is_int(a) && is_int(b)) {
        return order_holds((int_get(a) > int_get(b)) - (int_get(a) < int_get(b)), op);
    }
    if (is_exactly(a, &str_type) && is_exactly(b, &str_type)) {
        if (op == COMPARE_EQ || op == COMPARE_NE) return string_equal(a, b) == (op == COMPARE_EQ);
        return order_holds(string_order(a, b), op);
    }
    Value result = object_compare(vm, a, b, op);
    if (is_absent(result)) return -1;
    if (is_bool(result)) return value_same(result, TRUE_VALUE);
    int truth = object_truth(vm, result);
    value_drop(vm, result);
    return truth;
}

int object_less_further(VM *vm, Value a, Value b) {
    if (is_exactly(a, &str_type) && is_exactly(b, &str_type)) return string_order(a, b) < 0;
    value_ref(a), value_ref(b);
    int less = object_compare_truth(vm, a, b, COMPARE_LT);
    value_drop(vm, a), value_drop(vm, b);
    return less;
}

int object_equal(VM *vm, Value a, Value b) {
    if (value_same(a, b)) return 1;
    Value (*plain)(VM *, Value, Value, CompareOp) = object_type.compare; /* equal to nothing but itself */
    if (type_of(a)->compare == plain && type_of(b)->compare == plain) return 0;
    return object_compare_truth(vm, a, b, COMPARE_EQ);
}

/* --- classes --- */

/* Ask a class's `__instancecheck__` or `__subclasscheck__`; *missing: its type has none. */
static int ask_class(VM *vm, NameIndex method, Value class, Value subject, bool *missing) {
    Value row[2] = {class, subject};
    Value answer = special_call(vm, method, row, 2, missing);
    if (is_absent(answer)) return -1;
    int truth = object_truth(vm, answer);
    value_drop(vm, answer);
    return truth;
}

/* The bases that an object names which stands for a class; ABSENT: it names none, or RAISES. NEW. */
static Value claimed_bases(VM *vm, Value class) {
    Value bases;
    if (object_find_attribute(vm, class, NAME_OF(vm, bases), &bases) <= 0) return ABSENT;
    if (!is_tuple(bases)) value_clear(vm, &bases);
    return bases;
}

static bool check_class(VM *vm, Value class, const char *what) {
    if (is_family(class, TYPE_TYPE)) return true;
    Value bases = claimed_bases(vm, class);
    if (is_absent(bases)) return error_raised(vm) ? false : (raise_type(vm, "%s", what), false);
    value_drop(vm, bases);
    return true;
}

/* Is `class` among what `derived` and the bases that it names lead to? */
static int leads_to(VM *vm, Value derived, Value class) {
    int found = 0;
    Value row = tuple_pack(vm, 1, derived); /* bases to look at; behind the last go its own */
    while (!found && !is_absent(row) && as_tuple(row)->length > 0 && vm_may_go_on(vm)) {
        Tuple *bases = as_tuple(row);
        if (bases->length > 1 && !recursion_enter(vm, " in __issubclass__")) break;
        for (int64_t i = 0; !found && i + 1 < bases->length; i++)
            found = leads_to(vm, bases->items[i], class);
        if (bases->length > 1) recursion_leave(vm);
        Value last = bases->items[bases->length - 1];
        found = found || value_same(last, class);
        if (!found) value_set(vm, &row, claimed_bases(vm, last));
    }
    value_xdrop(vm, row);
    return error_raised(vm) ? -1 : found;
}

int object_leads_to(VM *vm, Value derived, Value class) {
    if (!check_class(vm, derived, "issubclass() arg 1 must be a class") ||
        !check_class(vm, class, "issubclass() arg 2 must be a class, a tuple of classes, or a union"))
        return -1;
    return leads_to(vm, derived, class);
}

typedef int (*ClassTest)(VM *vm, Value subject, Value class);

/* Tuples in tuples may nest as deeply as in CPython, which counts. */
static int any_of(VM *vm, Value subject, Tuple *classes, ClassTest test, const char *where, int depth) {
    enum { DEPTH_MAX = 10000 };
    int matches = 0;
    if (depth == DEPTH_MAX) return recursion_refuse(vm, where), -1;
    if (!recursion_enter(vm, where)) return -1;
    for (int64_t i = 0; matches == 0 && i < classes->length; i++) {
        Value class = classes->items[i];
        matches = is_tuple(class) ? any_of(vm, subject, as_tuple(class), test, where, depth + 1)
                                  : test(vm, subject, class);
    }
    recursion_leave(vm);
    return matches;
}

/* Is it of one of these, which are all classes that `type` made? 1, 0; -1: ask them one by one. */
static int is_of_plain_classes(VM *vm, Value v, const Tuple *classes) {
    for (int64_t i = 0; i < classes->length; i++) {
        if (!is_exactly(classes->items[i], &type_type)) return -1;
        if (value_is_instance(v, as_type(classes->items[i]))) return 1;
    }
    return type_is_claimed(vm, v) ? 0 : -1;
}

int object_is_instance(VM *vm, Value v, Value type_or_tuple) {
    if (value_same(from_object(type_of(v)), type_or_tuple)) return 1;
    if (is_tuple(type_or_tuple)) {
        int known = is_of_plain_classes(vm, v, as_tuple(type_or_tuple));
        if (known >= 0) return known;
        return any_of(vm, v, as_tuple(type_or_tuple), object_is_instance, " in __instancecheck__", 0);
    }
    /* For a class that `type` made, the mro answers; what __class__ claims is asked last. */
    if (is_exactly(type_or_tuple, &type_type)) {
        const Type *type = (const Type *)as_object(type_or_tuple);
        return value_is_instance(v, type) ? 1 : type_claims(vm, v, type);
    }
    if (is_exactly(type_or_tuple, &union_type)) return union_is_instance(vm, v, type_or_tuple);
    bool missing;
    int answer = ask_class(vm, NAME_instancecheck, type_or_tuple, v, &missing);
    if (!missing) return answer;
    Value class;
    if (!check_class(vm, type_or_tuple, "isinstance() arg 2 must be a type, a tuple of types, or a union"))
        return -1;
    answer = object_find_attribute(vm, v, NAME_OF(vm, class), &class);
    if (answer <= 0) return answer;
    answer = leads_to(vm, class, type_or_tuple);
    value_drop(vm, class);
    return answer;
}

int object_is_subclass(VM *vm, Value type, Value type_or_tuple) {
    if (is_tuple(type_or_tuple)) {
        return any_of(vm, type, as_tuple(type_or_tuple), object_is_subclass, " in __subclasscheck__", 0);
    }
    if (is_exactly(type_or_tuple, &type_type) && is_family(type, TYPE_TYPE))
        return type_is_subtype(as_type(type), as_type(type_or_tuple));
    if (is_exactly(type_or_tuple, &union_type)) return union_is_subclass(vm, type, type_or_tuple);
    bool missing;
    int answer = ask_class(vm, NAME_subclasscheck, type_or_tuple, type, &missing);
    return missing ? object_leads_to(vm, type, type_or_tuple) : answer;
}

/* --- reprs under way --- */

int repr_enter(VM *vm, Value v) {
    if (!vm_may_go_on(vm)) return -1;
    if (is_absent(vm->repr_running) && is_absent(vm->repr_running = list_new(vm, 4))) return -1;
    List *running = as_list(vm->repr_running);
    for (int64_t i = running->length - 1; i >= 0; i--) {
        if (value_same(running->items[i], v)) return 0;
    }
    return list_append(vm, vm->repr_running, v) ? 1 : -1;
}

void repr_leave(VM *vm, Value v) {
    List *running = as_list(vm->repr_running);
    for (int64_t i = running->length - 1; i >= 0; i--) {
        if (!value_same(running->items[i], v)) continue;
        memmove(&running->items[i], &running->items[i + 1],
                (size_t)(running->length - 1 - i) * sizeof(Value));
        running->length--;
        value_drop(vm, v);
        return;
    }
}
