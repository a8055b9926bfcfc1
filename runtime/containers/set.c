/*
 * set and frozenset: the table. The Python methods are in setmethods.c.
 */

#include "runtime/containers/set.h"

#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/row.h"
#include "runtime/containers/setbody.h"
#include "runtime/each.h"
#include "runtime/errors/error.h"
#include "runtime/hash.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

enum {
    PERTURB_SHIFT = 5,
    GROWTH_SMALL = 4, /* a full table gets four times the cells for its items ... */
    GROWTH_LARGE = 2, /* ... and twice, when there are many */
    GROWTH_LARGE_AT = 50000,
};

#define MASK_MAX ((uint64_t)1 << 58)

static size_t table_size(uint64_t mask) { return (mask + 1) * sizeof(SetEntry); }

size_t set_table_size(const Set *set) { return set->table ? table_size(set->mask) : 0; }

/* More than three fifths of the cells in use? */
static bool too_full(int64_t fill, uint64_t mask) { return (uint64_t)fill * 5 >= mask * 3; }

/* --- probing --- */

/* Runs of neighbours, as far as one fits before the table's end; from one run to the next it jumps. */
typedef struct {
    uint64_t mask, perturb, i; /* i: where the run begins */
} Probe;

static inline Probe probe_begin(uint64_t mask, int64_t hash) {
    return (Probe){mask, (uint64_t)hash, (uint64_t)hash & mask};
}

static inline const SetEntry *run_end(const Probe *p, const SetEntry *table) {
    return &table[p->i + (p->i + SET_LINEAR_PROBES <= p->mask ? SET_LINEAR_PROBES : 0)];
}

static inline void probe_jump(Probe *p) {
    p->perturb >>= PERTURB_SHIFT;
    p->i = (p->i * 5 + 1 + p->perturb) & p->mask;
}

static SetEntry *find_clean(SetEntry *table, uint64_t mask, int64_t hash) {
    for (Probe p = probe_begin(mask, hash);; probe_jump(&p)) {
        const SetEntry *end = run_end(&p, table);
        for (SetEntry *entry = &table[p.i]; entry <= end; entry++)
            if (is_absent(entry->key)) return entry;
    }
}

/* Put an item into a table that has no deleted cells and not the item. */
static inline void insert_clean(SetEntry *table, uint64_t mask, Value key, int64_t hash) {
    SetEntry *entry = &table[(uint64_t)hash & mask];
    if (!is_absent(entry->key)) entry = find_clean(table, mask, hash);
    *entry = (SetEntry){key, hash};
}

/* --- the table --- */

/* A zeroed table of as many cells as are more than `minimum`. */
static SetEntry *table_new(VM *vm, int64_t minimum, uint64_t *mask) {
    uint64_t size = SET_MINIMUM;
    while (size <= (uint64_t)minimum && size < MASK_MAX)
        size <<= 1;
    SetEntry *table = memory_alloc(vm, table_size(size - 1));
    if (!table) return NULL;
    memset(table, 0, table_size(size - 1));
    *mask = size - 1;
    return table;
}

bool set_resize(VM *vm, Set *set, int64_t minimum) {
    uint64_t mask;
    SetEntry *table = table_new(vm, minimum, &mask);
    if (!table) return false;
    const SetEntry *old = set->table;
    for (int64_t left = set->used; left > 0; old++) {
        if (is_absent(old->key)) continue;
        insert_clean(table, mask, old->key, old->hash);
        left--;
    }
    memory_free(vm, set->table, set_table_size(set));
    set->table = table;
    set->mask = mask;
    set->fill = set->used;
    return true;
}

static bool grow(VM *vm, Set *set) {
    return set_resize(vm, set, set->used * (set->used > GROWTH_LARGE_AT ? GROWTH_LARGE : GROWTH_SMALL));
}

bool set_shed_deleted(VM *vm, Set *set) {
    if ((uint64_t)(set->fill - set->used) <= set->mask / 4) return true;
    return grow(vm, set);
}

/* --- finding --- */

/* Compare with a cell of the same hash; *changed when user code has touched the table. */
static int compare_key(VM *vm, const Set *set, const SetEntry *entry, Value key, bool *changed) {
    Value candidate = entry->key;
    if (is_exactly(candidate, &str_type) && is_exactly(key, &str_type)) return string_equal(candidate, key);
    const SetEntry *table = set->table;
    uint64_t mask = set->mask;
    value_ref(candidate);
    int equal = object_equal(vm, candidate, key);
    value_drop(vm, candidate);
    *changed = set->table != table || set->mask != mask || !value_same(entry->key, candidate);
    return equal;
}

/* The first cell from `entry` on that is not live or has this hash, or beyond the run's end. */
static inline SetEntry *past_others(SetEntry *entry, const SetEntry *end, int64_t hash) {
    while (entry <= end && !is_absent(entry->key) && entry->hash != hash)
        entry++;
    return entry;
}

SetEntry *set_look_further(VM *vm, Set *set, Value key, int64_t hash) {
restart:;
    SetEntry *deleted = NULL;
    for (Probe p = probe_begin(set->mask, hash);; probe_jump(&p)) {
        const SetEntry *end = run_end(&p, set->table);
        for (SetEntry *entry = &set->table[p.i]; (entry = past_others(entry, end, hash)) <= end; entry++) {
            if (is_absent(entry->key)) {
                if (entry->hash == SET_FREE_HASH) return deleted && is_absent(deleted->key) ? deleted : entry;
                deleted = entry;
                continue;
            }
            if (value_same(entry->key, key)) return entry;
            if (are_ints(entry->key, key)) continue;
            bool changed = false;
            int equal = compare_key(vm, set, entry, key, &changed);
            if (equal < 0) return NULL;
            if (changed && set->table) goto restart;
            if (changed) return set_resize(vm, set, 0) ? &set->table[(uint64_t)hash & set->mask] : NULL;
            if (equal) return entry;
        }
    }
}

/* --- changing --- */

/* A table that cannot grow must not fill up: the key that has just filled `entry` leaves. */
static bool grow_or_drop(VM *vm, Set *set, SetEntry *entry) {
    if (grow(vm, set)) return true;
    Value key = entry->key;
    *entry = (SetEntry){ABSENT, SET_FREE_HASH};
    set->used--;
    set->fill--;
    value_drop(vm, key);
    return false;
}

static inline bool fill_cell(VM *vm, Set *set, SetEntry *entry, Value key, int64_t hash) {
    bool again = entry->hash == SET_DELETED_HASH;
    *entry = (SetEntry){value_ref(key), hash};
    set->used++;
    if (again) return true;
    set->fill++;
    return !too_full(set->fill, set->mask) || grow_or_drop(vm, set, entry);
}

bool set_fill_cell(VM *vm, Set *set, SetEntry *entry, Value key, int64_t hash) {
    return fill_cell(vm, set, entry, key, hash);
}

int set_discard_hashed(VM *vm, Set *set, Value key, int64_t hash) {
    if (set->used == 0) return 0;
    SetEntry *entry = set_look_up(vm, set, key, hash);
    if (!entry) return -1;
    if (is_absent(entry->key)) return 0;
    Value old = entry->key;
    *entry = (SetEntry){ABSENT, SET_DELETED_HASH};
    set->used--;
    value_drop(vm, old);
    return 1;
}

bool set_add(VM *vm, Value set, Value item) {
    int64_t hash;
    return hash_value(vm, item, &hash) && set_add_hashed(vm, as_set(set), item, hash);
}

int set_contains(VM *vm, Value set, Value item) {
    int64_t hash;
    return hash_value(vm, item, &hash) ? set_contains_hashed(vm, as_set(set), item, hash) : -1;
}

int set_discard(VM *vm, Value set, Value item) {
    int64_t hash;
    return hash_value(vm, item, &hash) ? set_discard_hashed(vm, as_set(set), item, hash) : -1;
}

void set_clear(VM *vm, Value self) {
    Set *set = as_set(self);
    SetEntry *table = set->table;
    uint64_t mask = set->mask;
    int64_t left = set->used;
    set->table = NULL;
    set->used = set->fill = 0;
    set->mask = SET_MINIMUM - 1;
    if (!table) return;
    for (SetEntry *entry = table; left > 0; entry++) {
        if (is_absent(entry->key)) continue;
        value_drop(vm, entry->key);
        left--;
    }
    memory_free(vm, table, table_size(mask));
}

/* --- updating from others --- */

/* Room for so many items more, without a rebuild on the way. */
static bool room_for_more(VM *vm, Set *set, int64_t count) {
    if (set->table ? !too_full(set->fill + count, set->mask) : !too_full(count, SET_MINIMUM - 1)) {
        return set->table || set_resize(vm, set, 0);
    }
    return set_resize(vm, set, (set->used + count) * 2);
}

/* The cells of `other` into an empty set. */
static void fill_from(Set *set, const Set *other) {
    int64_t position = 0, hash;
    Value key;
    if (set->mask == other->mask && other->fill == other->used) {
        memcpy(set->table, other->table, table_size(other->mask));
        while (set_next(other, &position, &key, &hash))
            value_ref(key);
    } else {
        while (set_next(other, &position, &key, &hash))
            insert_clean(set->table, set->mask, value_ref(key), hash);
    }
    set->fill = set->used = other->used;
}

static bool update_from_set(VM *vm, Set *set, const Set *other) {
    if (set == other || other->used == 0) return true;
    if (!room_for_more(vm, set, other->used)) return false;
    if (set->fill == 0) {
        fill_from(set, other);
        return true;
    }
    for (uint64_t i = 0; other->table && i <= other->mask; i++) { /* comparing keys may change it */
        Value key = other->table[i].key;
        if (is_absent(key)) continue;
        value_ref(key);
        bool done = set_add_hashed(vm, set, key, other->table[i].hash);
        value_drop(vm, key);
        if (!done) return false;
    }
    return true;
}

static bool update_from_dict(VM *vm, Set *set, Value dict) {
    if (as_dict(dict)->count == 0) return true;
    if (!room_for_more(vm, set, as_dict(dict)->count)) return false;
    int64_t position = 0, hash;
    Value key, value;
    while (dict_next_hashed(vm, dict, &position, &key, &value, &hash)) {
        value_ref(key);
        bool done = set_add_hashed(vm, set, key, hash);
        value_drop(vm, key);
        if (!done) return false;
    }
    return true;
}

static bool add_item(VM *vm, Value item, void *context) { return set_add(vm, *(Value *)context, item); }

/* How many ints and strings at the beginning of a row are added here, where none is compared with another item: nothing
 * changes the row meanwhile. */
static int64_t add_run(VM *vm, Set *set, const Value *items, int64_t count) {
    if (!set->table) return 0;
    for (int64_t i = 0; i < count; i++) {
        Value item = items[i];
        if ((!is_int(item) && !is_exactly(item, &str_type)) || vm_interrupted(vm)) return i;
        int64_t hash = is_int(item) ? hash_int(item) : hash_string(vm, item);
        SetEntry *entry = &set->table[(uint64_t)hash & set->mask];
        if (value_same(entry->key, item)) continue;
        if (!is_absent(entry->key) || entry->hash != SET_FREE_HASH) return i;
        if (too_full(set->fill + 1, set->mask)) return i;
        *entry = (SetEntry){value_ref(item), hash};
        set->used++, set->fill++;
    }
    return count;
}

/* The items of a list or tuple, which adding may change. */
static bool update_from_row(VM *vm, Value self, Value iterable) {
    for (int64_t i = 0;; i++) {
        Row row = row_of(iterable);
        if (i < row.length) i += add_run(vm, as_set(self), row.items + i, row.length - i);
        if (i >= row.length) return true;
        Value item = value_ref(row.items[i]);
        bool done = set_add(vm, self, item);
        value_drop(vm, item);
        if (!done) return false;
        if (!vm_may_go_on(vm)) return false;
    }
}

/* The characters of a str into an empty set. Most of a text are the same few, each of which is added only once. */
static bool update_from_string(VM *vm, Value self, Value text) {
    const String *s = as_string(text);
    bool seen[256] = {false};
    for (int64_t i = 0; i < string_length(s); i++) {
        uint32_t c = string_at(s, i);
        if (c < 256 && seen[c]) continue;
        if (c < 256) seen[c] = true;
        Value item = string_from_char(vm, c);
        bool done = !is_absent(item) && set_add(vm, self, item);
        value_xdrop(vm, item);
        if (!done || !vm_may_go_on(vm)) return false;
    }
    return true;
}

bool set_update(VM *vm, Value self, Value iterable) {
    if (is_exactly(iterable, &list_type) || is_exactly(iterable, &tuple_type))
        return update_from_row(vm, self, iterable);
    if (is_exactly(iterable, &str_type) && as_set(self)->fill == 0)
        return update_from_string(vm, self, iterable);
    if (is_set(iterable)) return update_from_set(vm, as_set(self), as_set(iterable));
    if (is_exactly(iterable, &dict_type)) return update_from_dict(vm, as_set(self), iterable);
    return each_item(vm, iterable, add_item, &self);
}

/* --- making --- */

static Value make(VM *vm, Type *type, Value iterable) {
    Set *set = (Set *)object_new_container(vm, type, sizeof(Set));
    if (!set) return raise_memory(vm);
    Value self = from_object(set);
    set_init(set);
    object_track(&set->head);
    if (is_absent(iterable) || set_update(vm, self, iterable)) return self;
    value_drop(vm, self);
    return ABSENT;
}

Value set_new(VM *vm) { return make(vm, &set_type, ABSENT); }
Value set_from_iterable(VM *vm, Value iterable) { return make(vm, &set_type, iterable); }

Value frozenset_from_iterable(VM *vm, Value iterable) {
    if (!is_absent(iterable) && is_exactly(iterable, &frozenset_type)) return value_ref(iterable);
    return make(vm, &frozenset_type, iterable);
}

Value frozenset_constant(VM *vm, Value iterable) {
    Value first = frozenset_from_iterable(vm, iterable);
    if (is_absent(first)) return ABSENT;
    Value items = list_from_iterable(vm, first);
    value_drop(vm, first);
    if (is_absent(items)) return ABSENT;
    Value result = frozenset_from_iterable(vm, items);
    value_drop(vm, items);
    return result;
}

Value set_copy_as(VM *vm, Type *type, Value self) { return make(vm, type, self); }
