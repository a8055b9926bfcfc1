/* BaseExceptionGroup and ExceptionGroup: a message and a tuple of exceptions, some of them groups again. */

#include "runtime/exception_group.h"

#include "runtime/exception.h"
#include "runtime/list.h"
#include "runtime/dict.h"
#include "runtime/protocol.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

/* Are all items exceptions? *plain tells whether they all derive from Exception. */
static bool check_items(VM *vm, Tuple *items, bool *plain) {
    *plain = true;
    if (items->length == 0) raise_value(vm, "second argument (exceptions) must be a non-empty sequence");
    for (int64_t i = 0; i < items->length; i++) {
        if (!is_exception(items->items[i])) {
            raise_value(vm, "Item %lld of second argument (exceptions) is not an exception", (long long)i);
            return false;
        }
        if (!value_is_instance(items->items[i], &exc_Exception)) *plain = false;
    }
    return items->length > 0;
}

/* The type of a group with these items, for one asked for as `type`. */
static Type *group_type(VM *vm, Type *type, bool plain) {
    if (plain) return type == &exc_BaseExceptionGroup ? &exc_ExceptionGroup : type;
    if (type == &exc_ExceptionGroup) {
        raise_type(vm, "Cannot nest BaseExceptions in an ExceptionGroup");
        return NULL;
    }
    if (type_is_subtype(type, &exc_Exception)) {
        raise_type(vm, "Cannot nest BaseExceptions in '%N'", type);
        return NULL;
    }
    return type;
}

Value group_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (nargs != 2) {
        return raise_type(vm, "BaseExceptionGroup.__new__() takes exactly 2 arguments (%d given)", nargs);
    }
    if (!is_string(args[0])) {
        return raise_type(vm, "BaseExceptionGroup.__new__() argument 1 must be str, not %T", args[0]);
    }
    if (type_of(args[1])->container.get_item == NULL || is_dict(args[1])) {
        return raise_type(vm, "second argument (exceptions) must be a sequence");
    }
    Value items = tuple_from_iterable(vm, args[1]);
    if (is_absent(items)) return ABSENT;
    bool plain;
    Value self = ABSENT;
    if (check_items(vm, as_tuple(items), &plain) && (type = group_type(vm, type, plain)) != NULL) {
        self = exc_Exception.new(vm, type, args, nargs, names);
    }
    if (!is_absent(self)) {
        value_set(vm, &as_exception(self)->fields[GROUP_MESSAGE], value_ref(args[0]));
        value_set(vm, &as_exception(self)->fields[GROUP_EXCEPTIONS], value_ref(items));
    }
    value_drop(vm, items);
    return self;
}

bool group_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    return exc_Exception.init(vm, self, args, nargs, names);
}

Value group_str(VM *vm, Value self) {
    Exception *e = as_exception(self);
    int64_t count = as_tuple(e->fields[GROUP_EXCEPTIONS])->length;
    return string_format(vm, "%S (%lld sub-exception%s)", e->fields[GROUP_MESSAGE], (long long)count,
                         count == 1 ? "" : "s");
}

static Value group_derive(VM *vm, Value *args, int nargs, Value names) {
    (void)nargs;
    (void)names;
    return call_2(vm, from_object(&exc_BaseExceptionGroup), as_exception(args[0])->fields[GROUP_MESSAGE],
                  args[1]);
}

/* --- split and subgroup --- */

/* What decides which exceptions are wanted: a function, an exception class or a tuple of those. */
static bool check_matcher(VM *vm, Value matcher, bool *is_function) {
    *is_function = !is_family(matcher, TYPE_TYPE) && !is_tuple(matcher) && type_of(matcher)->call != NULL;
    bool ok = *is_function || is_exception_class(matcher);
    for (int64_t i = 0; is_tuple(matcher) && i < as_tuple(matcher)->length; i++) {
        ok = is_exception_class(as_tuple(matcher)->items[i]) && (ok || i == 0);
    }
    if (!ok)
        raise_type(vm, "expected an exception type, a tuple of exception types, or a callable "
                       "(other than a class)");
    return ok;
}

static int matches(VM *vm, Value exception, Value matcher, bool is_function) {
    if (!is_function) return exception_matches(vm, exception, matcher);
    Value answer = call_1(vm, matcher, exception);
    if (is_absent(answer)) return -1;
    int truth = object_truth(vm, answer);
    value_drop(vm, answer);
    return truth;
}

/* __notes__, copied if it is a list, as the parts of a group must not share it. */
static bool copy_notes(VM *vm, Value from, Value to) {
    Value notes;
    int found = object_find_attribute(vm, from, NAME_OF(vm, notes), &notes);
    if (found <= 0) return found == 0;
    Value copy = list_from_iterable(vm, notes);
    bool ok = !is_absent(copy) && object_set_attribute(vm, to, NAME_OF(vm, notes), copy);
    value_xdrop(vm, copy);
    value_drop(vm, notes);
    return ok;
}

/* A group like this one with other members; None for no members. */
static Value derive(VM *vm, Value group, Value members) {
    if (as_list(members)->length == 0) return NONE;
    Value name = string_intern_c(vm, "derive");
    if (is_absent(name)) return ABSENT;
    Value made = call_method(vm, group, name, &members, 1);
    value_drop(vm, name);
    if (is_absent(made)) return ABSENT;
    bool ok = value_is_instance(made, &exc_BaseExceptionGroup);
    if (!ok) raise_type(vm, "derive must return an instance of BaseExceptionGroup");
    if (ok) {
        Exception *e = as_exception(group), *copy = as_exception(made);
        value_set(vm, &copy->traceback, value_xref(e->traceback));
        value_set(vm, &copy->context, value_xref(e->context));
        value_set(vm, &copy->cause, value_xref(e->cause));
        ok = copy_notes(vm, group, made);
    }
    if (ok) return made;
    value_drop(vm, made);
    return ABSENT;
}

static bool add_part(VM *vm, Value list, STEALS Value part) {
    bool ok = is_none(part) || list_append(vm, list, part);
    value_drop(vm, part);
    return ok;
}

static bool split(VM *vm, Value exception, Value matcher, bool is_function, Value *match, Value *rest);

static bool split_members(VM *vm, Value group, Value matcher, bool is_function, Value match, Value rest) {
    Tuple *members = as_tuple(as_exception(group)->fields[GROUP_EXCEPTIONS]);
    for (int64_t i = 0; i < members->length; i++) {
        Value part, other;
        if (!split(vm, members->items[i], matcher, is_function, &part, &other)) return false;
        bool ok = add_part(vm, match, part);
        if (!add_part(vm, rest, other) || !ok) return false;
    }
    return true;
}

/* Part an exception in what matches and the rest; None: nothing. Both NEW. */
static bool split(VM *vm, Value exception, Value matcher, bool is_function, Value *match, Value *rest) {
    int whole = matches(vm, exception, matcher, is_function);
    if (whole < 0) return false;
    *match = whole ? value_ref(exception) : NONE;
    *rest = whole ? NONE : value_ref(exception);
    if (whole || !value_is_instance(exception, &exc_BaseExceptionGroup)) return true;
    value_drop(vm, *rest);
    if (!recursion_enter(vm, " in exceptiongroup_split_recursive")) return false;
    Value yes = list_new(vm, 0), no = is_absent(yes) ? ABSENT : list_new(vm, 0);
    *match = *rest = ABSENT;
    if (!is_absent(no) && split_members(vm, exception, matcher, is_function, yes, no)) {
        *match = derive(vm, exception, yes);
        if (!is_absent(*match)) *rest = derive(vm, exception, no);
        if (is_absent(*rest)) value_clear(vm, match);
    }
    value_xdrop(vm, yes);
    value_xdrop(vm, no);
    recursion_leave(vm);
    return !is_absent(*rest);
}

static Value group_split(VM *vm, Value *args, int nargs, Value names) {
    (void)nargs;
    (void)names;
    bool is_function;
    Value match, rest;
    if (!check_matcher(vm, args[1], &is_function)) return ABSENT;
    if (!split(vm, args[0], args[1], is_function, &match, &rest)) return ABSENT;
    Value pair = tuple_pack(vm, 2, match, rest);
    value_drop(vm, match);
    value_drop(vm, rest);
    return pair;
}

static Value group_subgroup(VM *vm, Value *args, int nargs, Value names) {
    (void)nargs;
    (void)names;
    bool is_function;
    Value match, rest;
    if (!check_matcher(vm, args[1], &is_function)) return ABSENT;
    if (!split(vm, args[0], args[1], is_function, &match, &rest)) return ABSENT;
    value_drop(vm, rest);
    return match;
}

const NativeDef group_methods[] = {
    {"derive", group_derive, "excs, /", NULL, NATIVE_METHOD},
    {"split", group_split, "matcher_value, /", NULL, NATIVE_METHOD},
    {"subgroup", group_subgroup, "matcher_value, /", NULL, NATIVE_METHOD},
    {0},
};
