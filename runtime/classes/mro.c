/*
 * The method resolution order: the C3 linearisation (Barrett et al., "A Monotonic Superclass Linearization for Dylan",
 * OOPSLA 1996), as CPython has it. The mro of a class is itself, then the merge of the mros of its bases and the list
 * of its bases: always the first head of a list that is in no other list's tail.
 */

#include "runtime/classes/class.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/text/builder.h"

/* One of the lists that are merged, and how far it is. */
typedef struct {
    Tuple *types;
    int64_t next;
} Sequence;

static bool in_tail(const Sequence *s, Value candidate) {
    for (int64_t i = s->next + 1; i < s->types->length; i++) {
        if (value_same(s->types->items[i], candidate)) return true;
    }
    return false;
}

/* The next class of the merge; ABSENT when there is none that is allowed. */
static Value choose(const Sequence *sequences, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        const Sequence *s = &sequences[i];
        if (s->next == s->types->length) continue;
        Value candidate = s->types->items[s->next];
        int64_t j = 0;
        while (j < count && !in_tail(&sequences[j], candidate))
            j++;
        if (j == count) return candidate;
    }
    return ABSENT;
}

static bool finished(const Sequence *sequences, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        if (sequences[i].next < sequences[i].types->length) return false;
    }
    return true;
}

/* Name the classes that stand at the heads, each once. */
static void raise_inconsistent(VM *vm, const Sequence *sequences, int64_t count) {
    Builder b;
    builder_init(&b, vm);
    builder_c(&b, "Cannot create a consistent method resolution order (MRO) for bases ");
    bool first = true;
    for (int64_t i = 0; i < count; i++) {
        const Sequence *s = &sequences[i];
        if (s->next == s->types->length) continue;
        Value head = s->types->items[s->next];
        bool repeated = false;
        for (int64_t j = 0; j < i; j++) {
            const Sequence *t = &sequences[j];
            repeated |= t->next < t->types->length && value_same(t->types->items[t->next], head);
        }
        if (repeated) continue;
        builder_format(&b, first ? "%s" : ", %s", type_short_name((const Type *)as_object(head)));
        first = false;
    }
    Value text = builder_finish(&b);
    if (is_absent(text)) return;
    raise_type(vm, "%S", text);
    value_drop(vm, text);
}

static bool merge(VM *vm, Sequence *sequences, int64_t count, Value result) {
    while (!finished(sequences, count)) {
        Value chosen = choose(sequences, count);
        if (is_absent(chosen)) {
            raise_inconsistent(vm, sequences, count);
            return false;
        }
        if (!list_append(vm, result, chosen)) return false;
        for (int64_t i = 0; i < count; i++) {
            Sequence *s = &sequences[i];
            if (s->next < s->types->length && value_same(s->types->items[s->next], chosen)) s->next++;
        }
    }
    return true;
}

static bool check_duplicates(VM *vm, Tuple *bases) {
    for (int64_t i = 0; i < bases->length; i++) {
        for (int64_t j = i + 1; j < bases->length; j++) {
            if (!value_same(bases->items[i], bases->items[j])) continue;
            raise_type(vm, "duplicate base class %s",
                       type_short_name((const Type *)as_object(bases->items[i])));
            return false;
        }
    }
    return true;
}

/* The mros of the bases, then the bases. False RAISES. */
static bool gather(VM *vm, Tuple *bases, Sequence *sequences) {
    for (int64_t i = 0; i < bases->length; i++) {
        Tuple *mro = type_mro(vm, as_type(bases->items[i]));
        if (mro == NULL) {
            if (!error_raised(vm))
                raise_type(vm, "Cannot extend an incomplete type '%N'", as_object(bases->items[i]));
            return false;
        }
        sequences[i] = (Sequence){mro, 0};
    }
    sequences[bases->length] = (Sequence){bases, 0};
    return true;
}

static Value linearize_one(VM *vm, Type *type, Type *base) {
    Tuple *rest = type_mro(vm, base);
    if (rest == NULL) {
        return error_raised(vm) ? ABSENT : raise_type(vm, "Cannot extend an incomplete type '%N'", base);
    }
    Tuple *mro = tuple_new(vm, rest->length + 1);
    if (mro == NULL) return ABSENT;
    mro->items[0] = value_ref(from_object(type));
    for (int64_t i = 0; i < rest->length; i++)
        mro->items[i + 1] = value_ref(rest->items[i]);
    return tuple_finish(mro);
}

Value class_linearize(VM *vm, Type *type, Tuple *bases) {
    if (bases->length == 1) return linearize_one(vm, type, as_type(bases->items[0]));
    if (!check_duplicates(vm, bases)) return ABSENT;
    int64_t count = bases->length + 1;
    Sequence *sequences = memory_alloc(vm, (size_t)count * sizeof *sequences);
    if (sequences == NULL) return ABSENT;
    Value mro = ABSENT, result = list_new(vm, 8);
    bool ok = !is_absent(result) && list_append(vm, result, from_object(type)) &&
              gather(vm, bases, sequences) && merge(vm, sequences, count, result);
    if (ok) mro = tuple_from(vm, as_list(result)->items, as_list(result)->length);
    value_xdrop(vm, result);
    memory_free(vm, sequences, (size_t)count * sizeof *sequences);
    return mro;
}
