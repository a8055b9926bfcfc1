/* BaseExceptionGroup and ExceptionGroup: a message and a tuple of exceptions, some of them groups again. */

#include "runtime/errors/exception_group.h"

#include "runtime/classes/genericalias.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/set.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/exception.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

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
        return raise_type(vm, "BaseExceptionGroup.__new__() argument 1 must be str, not %Q", args[0]);
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

NATIVE(group_derive) {
    return call_2(vm, from_object(&exc_BaseExceptionGroup), as_exception(args[0])->fields[GROUP_MESSAGE],
                  args[1]);
}

/* --- split and subgroup --- */

static bool is_group(Value v) { return value_is_instance(v, &exc_BaseExceptionGroup); }

/* What decides which exceptions are wanted: a function, an exception class or a tuple of those. */
static bool check_matcher(VM *vm, Value matcher, bool *is_function) {
    *is_function = !is_family(matcher, TYPE_TYPE) && !is_tuple(matcher) && type_of(matcher)->call != NULL;
    bool ok = *is_function || is_exception_class(matcher) || is_tuple(matcher);
    for (int64_t i = 0; is_tuple(matcher) && i < as_tuple(matcher)->length; i++) {
        ok = ok && is_exception_class(as_tuple(matcher)->items[i]);
    }
    if (!ok)
        raise_type(
            vm, "expected an exception type, a tuple of exception types, or a callable (other than a class)");
    return ok;
}

/* An exception as an element of a set of exceptions by identity. */
static Value identity_of(Value exception) { return int_small((int64_t)(exception.bits >> 3)); }

static int matches(VM *vm, Value exception, Value matcher, bool is_function) {
    if (is_exactly(matcher, &set_type)) /* of identities: only members can be meant */
        return is_group(exception) ? 0 : set_contains(vm, matcher, identity_of(exception));
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
    Value name = string_intern_fixed(vm, "derive");
    if (is_absent(name)) return ABSENT;
    Value made = call_method(vm, group, name, &members, 1);
    value_drop(vm, name);
    if (is_absent(made)) return ABSENT;
    bool ok = is_group(made);
    if (!ok) raise_type(vm, "derive must return an instance of BaseExceptionGroup");
    if (ok) {
        Exception *e = as_exception(group), *copy = as_exception(made);
        value_set(vm, &copy->traceback, value_xref(e->traceback));
        value_set(vm, &copy->context, value_xref(e->context));
        value_set(vm, &copy->cause, value_xref(e->cause));
        value_set(vm, &copy->suppress_context, TRUE_VALUE); /* as setting a cause does, even none */
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
    if (whole || !is_group(exception)) return true;
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

NATIVE(group_split) {
    bool is_function;
    Value match, rest;
    if (!check_matcher(vm, args[1], &is_function)) return ABSENT;
    if (!split(vm, args[0], args[1], is_function, &match, &rest)) return ABSENT;
    Value pair = tuple_pack(vm, 2, match, rest);
    value_drop(vm, match);
    value_drop(vm, rest);
    return pair;
}

NATIVE(group_subgroup) {
    bool is_function;
    Value match, rest;
    if (!check_matcher(vm, args[1], &is_function)) return ABSENT;
    if (!split(vm, args[0], args[1], is_function, &match, &rest)) return ABSENT;
    value_drop(vm, rest);
    return match;
}

/* --- except* --- */

/* May `type`, or each type of a tuple, stand behind except*? */
static bool check_star_type(VM *vm, Value type) {
    if (is_tuple(type)) {
        Tuple *types = as_tuple(type);
        for (int64_t i = 0; i < types->length; i++)
            if (!check_star_type(vm, types->items[i])) return false;
        return true;
    }
    if (!is_exception_class(type)) {
        raise_type(vm, "catching classes that do not inherit from BaseException is not allowed");
        return false;
    }
    int group = object_is_subclass(vm, type, from_object(&exc_BaseExceptionGroup));
    if (group > 0) raise_type(vm, "catching ExceptionGroup with except* is not allowed. Use except instead.");
    return group == 0;
}

static bool check_star_types(VM *vm, Value type) {
    if (!is_tuple(type)) return check_star_type(vm, type);
    Tuple *types = as_tuple(type);
    for (int64_t i = 0; i < types->length; i++) {
        if (is_exception_class(types->items[i])) continue;
        raise_type(vm, "catching classes that do not inherit from BaseException is not allowed");
        return false;
    }
    return check_star_type(vm, type);
}

/* group.split(type), as its class has it. */
static bool split_by_method(VM *vm, Value group, Value type, Value *match, Value *rest) {
    Value name = string_intern_fixed(vm, "split"), pair = ABSENT;
    if (!is_absent(name)) pair = call_method(vm, group, name, &type, 1);
    value_xdrop(vm, name);
    if (is_absent(pair)) return false;
    bool ok = false;
    if (!is_tuple(pair)) {
        raise_type(vm, "%T.split must return a tuple, not %T", group, pair);
    } else if (as_tuple(pair)->length < 2) {
        raise_type(vm, "%T.split must return a 2-tuple, got tuple of size %lld", group,
                   (long long)as_tuple(pair)->length);
    } else {
        *match = value_ref(as_tuple(pair)->items[0]);
        *rest = value_ref(as_tuple(pair)->items[1]);
        ok = true;
    }
    value_drop(vm, pair);
    return ok;
}

/* A group around a number of exceptions, which has no message. */
static Value wrap(VM *vm, Value members) {
    Value message = string_from_c(vm, ""), group = ABSENT;
    if (!is_absent(message)) group = call_2(vm, from_object(&exc_BaseExceptionGroup), message, members);
    value_xdrop(vm, message);
    return group;
}

static Value wrap_one(VM *vm, Value exception) {
    Value members = tuple_pack(vm, 1, exception);
    Value group = is_absent(members) ? ABSENT : wrap(vm, members);
    value_xdrop(vm, members);
    return group;
}

bool group_match(VM *vm, Value exception, Value type, Value *match, Value *rest) {
    if (!check_star_types(vm, type)) return false;
    int matched = is_none(exception) ? 0 : exception_matches(vm, exception, type);
    if (matched < 0) return false;
    if (matched) {
        *rest = NONE;
        *match = !is_group(exception) ? wrap_one(vm, exception) : value_ref(exception);
        return !is_absent(*match);
    }
    if (!is_none(exception) && is_group(exception)) return split_by_method(vm, exception, type, match, rest);
    *match = NONE;
    *rest = value_ref(exception);
    return true;
}

static bool same_or_none(Value a, Value b) {
    return value_same(is_absent(a) ? NONE : a, is_absent(b) ? NONE : b);
}

/* Is `e` a part of `group` that no clause has raised anew? Its traceback, cause, context and notes tell. */
static int is_left_over(VM *vm, Value e, Value group) {
    Exception *a = as_exception(e), *b = as_exception(group);
    if (!same_or_none(a->traceback, b->traceback) || !same_or_none(a->context, b->context) ||
        !same_or_none(a->cause, b->cause)) {
        return 0;
    }
    Value mine = ABSENT, its = ABSENT;
    int found = object_find_attribute(vm, e, NAME_OF(vm, notes), &mine), same = -1;
    int other = found < 0 ? -1 : object_find_attribute(vm, group, NAME_OF(vm, notes), &its);
    if (found >= 0 && other >= 0) same = found == other && (!found || value_same(mine, its));
    if (found > 0) value_drop(vm, mine);
    if (other > 0) value_drop(vm, its);
    return same;
}

/* Note the exceptions in a group, through all depths. */
static bool add_leaves(VM *vm, Value exception, Value leaves) {
    if (!is_group(exception)) return set_add(vm, leaves, identity_of(exception));
    if (!recursion_enter(vm, " in exceptiongroup_split_recursive")) return false;
    bool ok = true;
    Tuple *members = as_tuple(as_exception(exception)->fields[GROUP_EXCEPTIONS]);
    for (int64_t i = 0; ok && i < members->length; i++)
        ok = add_leaves(vm, members->items[i], leaves);
    recursion_leave(vm);
    return ok;
}

/* The part of `group` whose members are in the exceptions of a list, in the group's own nesting; None for none. */
static Value project(VM *vm, Value group, Value list) {
    Value leaves = set_new(vm), match = ABSENT, rest;
    if (is_absent(leaves)) return ABSENT;
    bool ok = true;
    for (int64_t i = 0; ok && i < as_list(list)->length; i++)
        ok = add_leaves(vm, as_list(list)->items[i], leaves);
    if (ok && split(vm, group, leaves, false, &match, &rest)) value_drop(vm, rest);
    value_drop(vm, leaves);
    return match;
}

/* Part what the clauses left in what they raised and what they left over. */
static bool sort_out(VM *vm, Value group, const List *list, Value raised, Value left_over) {
    for (int64_t i = 0; i < list->length; i++) {
        Value e = list->items[i];
        if (is_none(e)) continue;
        int kept = is_left_over(vm, e, group);
        if (kept < 0 || !list_append(vm, kept ? left_over : raised, e)) return false;
    }
    return true;
}

static Value merge(VM *vm, Value group, Value list, Value raised, Value left_over) {
    if (!sort_out(vm, group, as_list(list), raised, left_over)) return ABSENT;
    Value rest = project(vm, group, left_over);
    if (is_absent(rest) || as_list(raised)->length == 0) return rest;
    bool ok = is_none(rest) || list_append(vm, raised, rest);
    value_drop(vm, rest);
    if (ok && as_list(raised)->length == 1) return value_ref(as_list(raised)->items[0]);
    return ok ? wrap(vm, raised) : ABSENT;
}

Value group_merge(VM *vm, Value exception, Value list) {
    if (!is_group(exception)) { /* one clause at most has run */
        for (int64_t i = as_list(list)->length; i-- > 0;)
            if (!is_none(as_list(list)->items[i])) return value_ref(as_list(list)->items[i]);
        return NONE;
    }
    Value raised = list_new(vm, 0), left_over = is_absent(raised) ? ABSENT : list_new(vm, 0);
    Value result = is_absent(left_over) ? ABSENT : merge(vm, exception, list, raised, left_over);
    value_xdrop(vm, left_over);
    value_xdrop(vm, raised);
    return result;
}

const NativeDef group_methods[] = {
    {"__class_getitem__", generic_alias_class_getitem, "object, /", "See PEP 585", NATIVE_CLASS_METHOD},
    {"derive", group_derive, "excs, /", NULL},
    {"split", group_split, "matcher_value, /", NULL},
    {"subgroup", group_subgroup, "matcher_value, /", NULL},
    {0},
};
