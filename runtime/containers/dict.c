/*
 * dict: the table. Layout and growth, finding, storing, deleting, walking; the Python methods are in
 * dictmethods.c, the views and iterators in dictviews.c.
 */

#include "runtime/containers/dict.h"

#include "base/copy.h"
#include "gc/likely.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/hash.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

enum {
    INDEX_LOG_MIN = 3,  /* 8 cells, 5 entries: most dicts of keyword arguments and small records */
    INDEX_LOG_MAX = 32, /* entry numbers are 32 bits wide */
    PERTURB_SHIFT = 5,
    GROWTH_FACTOR = 3, /* a full table is rebuilt with cells for three times its live entries: it doubles */
};

/* --- layout --- */

static int64_t entry_room(unsigned index_log) { return (INT64_C(1) << index_log) * 2 / 3; }

/* The width of a cell, as a power of two: 1, 2 or 4 bytes. */
static unsigned cell_log(unsigned index_log) { return index_log <= 8 ? 0 : index_log <= 16 ? 1 : 2; }

static size_t index_size(unsigned index_log) { return (size_t)1 << index_log << cell_log(index_log); }

static size_t table_size(unsigned index_log, uint8_t kind) {
    if (index_log == 0) return 0;
    size_t entry_size = sizeof(DictEntry) + (kind == DICT_GENERAL ? sizeof(int64_t) : 0);
    return (size_t)entry_room(index_log) * entry_size + index_size(index_log);
}

size_t dict_table_size(const Dict *dict) { return table_size(dict->index_log, dict->kind); }

/* Where the block begins. */
static char *block_of(const Dict *dict) { return (char *)dict->table - index_size(dict->index_log); }

static void table_free(VM *vm, const Dict *dict) {
    if (dict->index_log) memory_free(vm, block_of(dict), dict_table_size(dict));
}

/* What a table is known by. Field by field, because a copy of the struct would wait for its latest stores. */
static inline Dict table_of(const Dict *dict) {
    return (Dict){.index_log = dict->index_log, .kind = dict->kind, .fill = dict->fill, .table = dict->table};
}

static inline int64_t *hashes_of(const Dict *dict) {
    return (int64_t *)(dict_entries(dict) + entry_room(dict->index_log));
}

/* Cell i is the i-th one counted backwards from the entries. */
static inline uint32_t cell_at(const void *table, uint64_t i, unsigned width_log) {
    if (width_log == 0) return ((const uint8_t *)table)[~(int64_t)i];
    if (width_log == 1) return ((const uint16_t *)table)[~(int64_t)i];
    return ((const uint32_t *)table)[~(int64_t)i];
}

static inline void cell_set(void *table, uint64_t i, unsigned width_log, uint32_t cell) {
    if (width_log == 0) {
        ((uint8_t *)table)[~(int64_t)i] = (uint8_t)cell;
    } else if (width_log == 1) {
        ((uint16_t *)table)[~(int64_t)i] = (uint16_t)cell;
    } else {
        ((uint32_t *)table)[~(int64_t)i] = cell;
    }
}

/* A probe visits every cell before it repeats: the recurrence i = 5i + 1 has full period once the hash is
 * used up. */
typedef struct {
    uint64_t mask, perturb, i;
} Probe;

static inline Probe probe_begin(const Dict *dict, int64_t hash) {
    uint64_t mask = ((uint64_t)1 << dict->index_log) - 1;
    return (Probe){mask, (uint64_t)hash, (uint64_t)hash & mask};
}

static inline void probe_step(Probe *p) {
    p->perturb >>= PERTURB_SHIFT;
    p->i = (p->i * 5 + p->perturb + 1) & p->mask;
}

/* --- finding --- */

/* Where a key is, or would go. */
typedef struct {
    int64_t entry; /* MISSING, FAILED (which RAISES), or its number */
    uint64_t cell; /* MISSING: the first cell of the probe that is free or leads to a deleted entry */
} Place;

enum { MISSING = -1, FAILED = -2 };

#define NO_CELL UINT64_MAX

/* The probe for a key that is not there has ended; `dead` is the first cell on its way that leads to a deleted entry.
 * Such cells serve again, or a key deleted and stored in turn would make its probe ever longer. */
static inline Place missing(const Probe *p, uint64_t dead) {
    return (Place){MISSING, dead == NO_CELL ? p->i : dead};
}

/* Texts with the same hash, which are nearly always the same. */
static inline bool same_string(Value a, Value b, int64_t hash) {
    const String *s = as_string(a), *t = as_string(b);
    if (s->interned && t->interned)
        return false; /* unique by content: the same one would be the same object */
    if (s->hash != hash || s->length != t->length || s->width_log != t->width_log) return false;
    return equal_bytes(s->data, t->data, s->length << s->width_log);
}

/* A str or int key in a simple dict. */
static inline __attribute__((always_inline)) Place find_simple_in(const Dict *dict, Value key, int64_t hash,
                                                                  unsigned width_log, bool string) {
    const DictEntry *entries = dict_entries(dict);
    uint64_t dead = NO_CELL;
    for (Probe p = probe_begin(dict, hash);; probe_step(&p)) {
        uint32_t cell = cell_at(entries, p.i, width_log);
        if (cell == 0) return missing(&p, dead);
        Value candidate = entries[cell - 1].key;
        if (value_same(candidate, key)) return (Place){cell - 1, 0};
        if (!is_object(candidate)) continue;
        if (is_absent(candidate)) {
            if (dead == NO_CELL) dead = p.i;
        } else if (string && same_string(candidate, key, hash)) {
            return (Place){cell - 1, 0};
        }
    }
}

static __attribute__((noinline)) Place find_simple_further(const Dict *dict, Value key, int64_t hash) {
    unsigned width_log = cell_log(dict->index_log);
    if (is_int(key)) {
        if (width_log == 0) return find_simple_in(dict, key, hash, 0, false);
        if (width_log == 1) return find_simple_in(dict, key, hash, 1, false);
        return find_simple_in(dict, key, hash, 2, false);
    }
    if (width_log == 0) return find_simple_in(dict, key, hash, 0, true);
    if (width_log == 1) return find_simple_in(dict, key, hash, 1, true);
    return find_simple_in(dict, key, hash, 2, true);
}

/* What the first cell tells, which mostly is enough. */
static inline bool find_first(const Dict *dict, Value key, int64_t hash, Place *place) {
    uint64_t i = probe_begin(dict, hash).i;
    uint32_t cell = cell_at(dict->table, i, cell_log(dict->index_log));
    *place = cell == 0 ? (Place){MISSING, i} : (Place){cell - 1, 0};
    return cell == 0 || value_same(dict_entries(dict)[cell - 1].key, key);
}

static inline Place find_simple(const Dict *dict, Value key, int64_t hash) {
    Place place;
    return find_first(dict, key, hash, &place) ? place : find_simple_further(dict, key, hash);
}

static int64_t entry_hash(VM *vm, const Dict *dict, int64_t index) {
    if (dict->kind == DICT_GENERAL) return hashes_of(dict)[index];
    Value key = dict_entries(dict)[index].key;
    return is_int(key) ? hash_int(key) : hash_string(vm, key);
}

int64_t dict_entry_hash(VM *vm, const Dict *dict, int64_t index) { return entry_hash(vm, dict, index); }

/* Tuples of numbers are common keys. 1 equal, 0 not, -1 undecided. */
static int compare_tuples(const Tuple *a, const Tuple *b) {
    if (a->length != b->length) return 0;
    for (int64_t i = 0; i < a->length; i++) {
        if (value_same(a->items[i], b->items[i])) continue;
        return are_ints(a->items[i], b->items[i]) ? 0 : -1;
    }
    return 1;
}

/* Compare a key of the same hash; *changed when user code has rebuilt the table or replaced the entry. */
static int compare_key(VM *vm, Dict *dict, int64_t index, Value key, bool *changed) {
    Value candidate = dict_entries(dict)[index].key;
    if (is_exactly(candidate, &str_type) && is_exactly(key, &str_type)) return string_equal(candidate, key);
    if (is_exactly(candidate, &tuple_type) && is_exactly(key, &tuple_type)) {
        int equal = compare_tuples(as_tuple(candidate), as_tuple(key));
        if (equal >= 0) return equal;
    }
    Dict before = table_of(dict);
    value_ref(candidate);
    int equal = object_equal(vm, candidate, key);
    value_drop(vm, candidate);
    /* A new table may lie where the old one was, and old keys in its unused part. */
    *changed = dict->table != before.table || dict->index_log != before.index_log ||
               dict->kind != before.kind || index >= dict->fill ||
               !value_same(dict_entries(dict)[index].key, candidate);
    return equal;
}

static __attribute__((noinline)) Place find_by_equality(VM *vm, Dict *dict, Value key, int64_t hash) {
restart:
    if (dict->index_log == 0) return (Place){MISSING, 0};
    unsigned width_log = cell_log(dict->index_log);
    const int64_t *hashes = dict->kind == DICT_GENERAL ? hashes_of(dict) : NULL;
    uint64_t dead = NO_CELL;
    for (Probe p = probe_begin(dict, hash);; probe_step(&p)) {
        uint32_t cell = cell_at(dict->table, p.i, width_log);
        if (cell == 0) return missing(&p, dead);
        int64_t index = cell - 1;
        Value candidate = dict_entries(dict)[index].key;
        if (value_same(candidate, key)) return (Place){index, 0};
        if (is_absent(candidate)) {
            if (dead == NO_CELL) dead = p.i;
            continue;
        }
        if ((hashes ? hashes[index] : entry_hash(vm, dict, index)) != hash) continue;
        bool changed = false;
        int equal = compare_key(vm, dict, index, key, &changed);
        if (equal < 0) return (Place){FAILED, 0};
        if (changed) goto restart;
        if (equal) return (Place){index, 0};
    }
}

static Place find_general(VM *vm, Dict *dict, Value key, int64_t hash) {
    Place place;
    if (dict->index_log == 0) return (Place){MISSING, 0};
    return find_first(dict, key, hash, &place) ? place : find_by_equality(vm, dict, key, hash);
}

static inline bool is_simple_key(Value key) { return is_int(key) || is_exactly(key, &str_type); }

static inline Place find_place(VM *vm, Dict *dict, Value key, int64_t hash) {
    if (dict->index_log == 0) return (Place){MISSING, 0};
    if (dict->kind == DICT_SIMPLE && is_simple_key(key)) return find_simple(dict, key, hash);
    return find_general(vm, dict, key, hash);
}

int64_t dict_find(VM *vm, Dict *dict, Value key, int64_t hash) {
    return find_place(vm, dict, key, hash).entry;
}

static inline int64_t find(VM *vm, Value dict, Value key) {
    int64_t hash;
    return hash_value(vm, key, &hash) ? find_place(vm, as_dict(dict), key, hash).entry : FAILED;
}

static BORROWED Value value_at(Value dict, int64_t index) {
    return index < 0 ? ABSENT : dict_entries(as_dict(dict))[index].value;
}

Value dict_get(VM *vm, Value dict, Value key) { return value_at(dict, find(vm, dict, key)); }

static inline bool is_simple_access(Value dict, Value key) {
    return as_dict(dict)->kind == DICT_SIMPLE && as_dict(dict)->index_log && !is_absent(key) &&
           is_simple_key(key);
}

Value dict_get_simple(VM *vm, Value dict, Value key) {
    if (!is_simple_access(dict, key)) return ABSENT;
    int64_t hash = is_int(key) ? hash_int(key) : hash_string(vm, key);
    Place place = find_simple(as_dict(dict), key, hash);
    return place.entry < 0 ? ABSENT : value_ref(dict_entries(as_dict(dict))[place.entry].value);
}

int64_t dict_entry_index(VM *vm, const Dict *dict, Value name) {
    if (dict->index_log == 0) return -1;
    int64_t hash = hash_string(vm, name);
    if (dict->kind == DICT_SIMPLE) return find_simple(dict, name, hash).entry;
    Value pending = error_take(vm);
    int64_t index = find_general(vm, (Dict *)dict, name, hash).entry;
    if (index == FAILED) error_clear(vm);
    if (!is_absent(pending)) error_restore(vm, pending);
    return index < 0 ? -1 : index;
}

Value dict_get_string(VM *vm, Value dict, Value name) {
    return value_at(dict, dict_entry_index(vm, as_dict(dict), name));
}

/* Strings hash the bytes of their text, so an ASCII name can be looked up without making one. */
Value dict_get_c(VM *vm, Value self, const char *name) {
    const Dict *dict = as_dict(self);
    size_t length = strlen(name);
    if (dict->index_log == 0) return ABSENT;
    int64_t hash = length ? hash_bytes(vm, name, length) : 0;
    unsigned width_log = cell_log(dict->index_log);
    for (Probe p = probe_begin(dict, hash);; probe_step(&p)) {
        uint32_t cell = cell_at(dict->table, p.i, width_log);
        if (cell == 0) return ABSENT;
        const DictEntry *entry = &dict_entries(dict)[cell - 1];
        if (is_absent(entry->key) || !is_exactly(entry->key, &str_type)) continue;
        if (string_equal_c(entry->key, name)) return entry->value;
    }
}

int dict_contains(VM *vm, Value dict, Value key) {
    int64_t index = find(vm, dict, key);
    return index == FAILED ? -1 : index >= 0;
}

/* --- rebuilding --- */

static void index_insert(Dict *dict, int64_t hash, uint32_t entry) {
    unsigned width_log = cell_log(dict->index_log);
    Probe p = probe_begin(dict, hash);
    while (cell_at(dict->table, p.i, width_log) != 0)
        probe_step(&p);
    cell_set(dict->table, p.i, width_log, entry + 1);
}

static inline __attribute__((always_inline)) void index_row(Dict *dict, unsigned width_log) {
    void *table = dict->table;
    const DictEntry *entries = dict_entries(dict);
    for (uint32_t i = 0; i < dict->fill; i++) {
        Value key = entries[i].key;
        int64_t hash = dict->kind == DICT_GENERAL ? hashes_of(dict)[i]
                       : is_int(key)              ? hash_int(key)
                                                  : as_string(key)->hash;
        Probe p = probe_begin(dict, hash);
        while (cell_at(table, p.i, width_log) != 0)
            probe_step(&p);
        cell_set(table, p.i, width_log, i + 1);
    }
}

/* Every entry of `old` is alive: the row moves as a whole. Its keys have their hashes, as they were stored by them;
 * a str's is computed but once. */
static void move_row(Dict *dict, const Dict *old) {
    memcpy(dict->table, old->table, old->fill * sizeof(DictEntry));
    if (dict->kind == DICT_GENERAL) memcpy(hashes_of(dict), hashes_of(old), old->fill * sizeof(int64_t));
    dict->fill = old->fill;
    unsigned width_log = cell_log(dict->index_log);
    if (width_log == 0) return index_row(dict, 0);
    if (width_log == 1) return index_row(dict, 1);
    index_row(dict, 2);
}

/* Append the live entries of `old` to the new table of `dict`. */
static void move_live(VM *vm, Dict *dict, const Dict *old) {
    DictEntry *source = dict_entries(old), *target = dict_entries(dict);
    for (int64_t i = 0; i < old->fill; i++) {
        if (is_absent(source[i].key)) continue;
        int64_t hash = entry_hash(vm, old, i);
        target[dict->fill] = source[i];
        if (dict->kind == DICT_GENERAL) hashes_of(dict)[dict->fill] = hash;
        index_insert(dict, hash, dict->fill++);
    }
}

static void move_entries(VM *vm, Dict *dict, const Dict *old) {
    if (dict->count == old->fill && dict->kind == old->kind) {
        move_row(dict, old);
    } else {
        move_live(vm, dict, old);
    }
}

/* Give the dict an empty table of this shape; the caller sees to the old one. */
static bool table_make(VM *vm, Dict *dict, unsigned index_log, uint8_t kind) {
    size_t front = index_size(index_log);
    char *block = memory_alloc(vm, table_size(index_log, kind));
    if (!block) return false;
    memory_clear(block, front);
    dict->table = block + front;
    dict->index_log = (uint8_t)index_log;
    dict->kind = kind;
    dict->fill = 0;
    dict->limit = (uint32_t)entry_room(index_log);
    dict->keys_version = 0;
    dict->renumbered = true;
    return true;
}

/* The same by how many entries it is for. */
static bool table_make_for(VM *vm, Dict *dict, int64_t expected, uint8_t kind) {
    unsigned index_log = INDEX_LOG_MIN;
    while (index_log <= INDEX_LOG_MAX && entry_room(index_log) < expected)
        index_log++;
    if (index_log <= INDEX_LOG_MAX) return table_make(vm, dict, index_log, kind);
    raise_memory(vm);
    return false;
}

bool dict_rebuild(VM *vm, Dict *dict, int64_t expected, uint8_t kind) {
    Dict old = table_of(dict);
    if (!table_make_for(vm, dict, expected, kind)) return false;
    if (old.index_log) move_entries(vm, dict, &old);
    table_free(vm, &old);
    return true;
}

/* Room for one more entry with this key. */
static bool make_room(VM *vm, Dict *dict, Value key) {
    uint8_t kind = is_simple_key(key) ? dict->kind : DICT_GENERAL;
    if (dict->index_log && dict->fill < dict->limit && kind == dict->kind) return true;
    /* An index of at least three times as many cells, of which two thirds have entries. */
    int64_t expected = dict->count * GROWTH_FACTOR * 2 / 3;
    if (dict->fill < dict->limit) expected = entry_room(dict->index_log);
    if (expected <= dict->count) expected = dict->count + 1;
    return dict_rebuild(vm, dict, expected, kind);
}

/* --- what the collector need not see --- */

/* A value that closes no cycle and never will: a leaf, or a tuple that was found to be made of such. A dict that closes
 * none now may be given a list later. */
static inline bool is_harmless(Value v) {
    if (is_absent(v) || !is_object(v)) return true;
    const Object *object = as_object(v);
    if (object_slots(object)->traverse == NULL) return true;
    return object->type == &tuple_type && object_place(object) == GC_UNTRACKED;
}

bool dict_is_acyclic(const Object *self) {
    const Dict *dict = (const Dict *)self;
    if (self->type != &dict_type) return false;
    for (int64_t i = 0; i < dict->fill; i++) {
        if (!is_harmless(dict_entries(dict)[i].value)) return false;
        if (dict->kind == DICT_GENERAL && !is_harmless(dict_entries(dict)[i].key)) return false;
    }
    return true;
}

static RAISES bool show_to_collector(VM *vm, Dict *dict) {
    bool done = object_track_again(vm, &dict->head);
    if (!done) raise_memory(vm);
    return done;
}

/* To be asked before they are stored. */
static inline RAISES bool keep_in_sight(VM *vm, Dict *dict, Value key, Value value) {
    if (LIKELY(object_place(&dict->head) != GC_UNTRACKED)) return true;
    return (is_harmless(key) && is_harmless(value)) || show_to_collector(vm, dict);
}

/* --- making --- */

Value dict_new(VM *vm) {
    Dict *dict = (Dict *)object_new_container(vm, &dict_type, sizeof(Dict));
    if (!dict) return raise_memory(vm);
    object_track(&dict->head);
    return from_object(dict);
}

Value dict_new_sized(VM *vm, int64_t expected) {
    Value dict = dict_new(vm);
    if (is_absent(dict) || expected <= 0) return dict;
    if (table_make_for(vm, as_dict(dict), expected, DICT_SIMPLE)) return dict;
    value_drop(vm, dict);
    return ABSENT;
}

/* The same table, byte for byte, when not too much of it is deleted entries. */
static bool copy_table(VM *vm, Dict *copy, const Dict *source) {
    size_t size = dict_table_size(source);
    char *block = memory_alloc(vm, size);
    if (!block) return false;
    memcpy(block, block_of(source), size);
    copy->table = block + index_size(source->index_log);
    copy->index_log = source->index_log;
    copy->kind = source->kind;
    copy->fill = source->fill;
    copy->limit = source->limit;
    copy->count = source->count;
    copy->keys_version = 0;
    copy->renumbered = true;
    DictEntry *entries = dict_entries(copy);
    for (int64_t i = 0; i < copy->fill; i++)
        value_xref(entries[i].key), value_xref(entries[i].value);
    return true;
}

static bool copy_entries(VM *vm, Value copy, const Dict *source) {
    if (!dict_rebuild(vm, as_dict(copy), source->count, source->kind)) return false;
    for (int64_t i = 0; i < source->fill; i++) {
        const DictEntry *entry = &dict_entries(source)[i];
        if (is_absent(entry->key)) continue;
        Dict *target = as_dict(copy);
        int64_t hash = entry_hash(vm, source, i);
        dict_entries(target)[target->fill] = (DictEntry){value_ref(entry->key), value_ref(entry->value)};
        if (target->kind == DICT_GENERAL) hashes_of(target)[target->fill] = hash;
        index_insert(target, hash, target->fill++);
        target->count++;
    }
    return true;
}

bool dict_fill(VM *vm, Value empty, Value other) {
    Dict *dict = as_dict(empty), old = table_of(dict);
    const Dict *source = as_dict(other);
    if (source->count == 0) return true;
    if (!show_to_collector(vm, dict)) return false;
    bool dense = source->count >= source->fill / 2 + source->fill / 4;
    if (!dense) return copy_entries(vm, empty, source);
    if (!copy_table(vm, dict, source)) return false;
    table_free(vm, &old);
    return true;
}

Value dict_copy(VM *vm, Value dict) {
    Value copy = dict_new(vm);
    if (is_absent(copy) || dict_fill(vm, copy, dict)) return copy;
    value_drop(vm, copy);
    return ABSENT;
}

/* --- storing --- */

/* The key is not there, and the probe for it has just ended at `cell`: append an entry. Takes the references,
 * which are dropped on failure. */
static bool append(VM *vm, Dict *dict, uint64_t cell, STEALS Value key, int64_t hash, STEALS Value value) {
    const void *table = dict->table;
    bool fits = dict->fill < dict->limit && (dict->kind == DICT_GENERAL || is_simple_key(key));
    if (!keep_in_sight(vm, dict, key, value) || (UNLIKELY(!fits) && !make_room(vm, dict, key))) {
        value_drop(vm, key);
        value_drop(vm, value);
        return false;
    }
    dict_entries(dict)[dict->fill] = (DictEntry){key, value};
    if (dict->kind == DICT_GENERAL) hashes_of(dict)[dict->fill] = hash;
    dict->fill++;
    if (dict->table == table) {
        cell_set(dict->table, cell, cell_log(dict->index_log), dict->fill);
    } else {
        index_insert(dict, hash, dict->fill - 1);
    }
    dict->count++;
    dict->keys_version = 0;
    return true;
}

static inline bool set_hashed(VM *vm, Dict *dict, Value key, int64_t hash, Value value) {
    Place place = find_place(vm, dict, key, hash);
    if (place.entry >= 0) {
        if (!keep_in_sight(vm, dict, NONE, value)) return false;
        value_set(vm, &dict_entries(dict)[place.entry].value, value_ref(value));
        return true;
    }
    return place.entry == MISSING && append(vm, dict, place.cell, value_ref(key), hash, value_ref(value));
}

bool dict_set_hashed(VM *vm, Value self, Value key, int64_t hash, Value value) {
    return set_hashed(vm, as_dict(self), key, hash, value);
}

static __attribute__((noinline)) bool set_slowly(VM *vm, Dict *dict, Value key, Value value) {
    int64_t hash;
    return hash_value(vm, key, &hash) && set_hashed(vm, dict, key, hash, value);
}

/* The commonest by itself: a simple key in a simple dict that is in the collector's sight and has room. */
static inline __attribute__((always_inline)) bool set_value(VM *vm, Value self, Value key, Value value) {
    Dict *dict = as_dict(self);
    if (UNLIKELY(!is_simple_access(self, key) || object_place(&dict->head) == GC_UNTRACKED))
        return set_slowly(vm, dict, key, value);
    Place place = find_simple(dict, key, is_int(key) ? hash_int(key) : hash_string(vm, key));
    if (place.entry >= 0) {
        value_set(vm, &dict_entries(dict)[place.entry].value, value_ref(value));
        return true;
    }
    if (UNLIKELY(dict->fill >= dict->limit)) return set_slowly(vm, dict, key, value);
    dict_entries(dict)[dict->fill++] = (DictEntry){value_ref(key), value_ref(value)};
    cell_set(dict->table, place.cell, cell_log(dict->index_log), dict->fill);
    dict->count++;
    dict->keys_version = 0;
    return true;
}

bool dict_set(VM *vm, Value self, Value key, Value value) { return set_value(vm, self, key, value); }

Value dict_new_of(VM *vm, const Value *pairs, int64_t count) {
    Value dict = dict_new_sized(vm, count);
    for (int64_t i = 0; i < count && !is_absent(dict); i++) {
        if (!set_value(vm, dict, pairs[2 * i], pairs[2 * i + 1])) value_clear(vm, &dict);
    }
    return dict;
}

int dict_set_simple(VM *vm, Value dict, Value key, Value value) {
    if (!is_simple_access(dict, key)) return 0;
    return dict_set(vm, dict, key, value) ? 1 : -1;
}

bool dict_set_c(VM *vm, Value dict, const char *name, Value value) {
    Value key = string_intern_c(vm, name);
    if (is_absent(key)) return false;
    bool done = dict_set(vm, dict, key, value);
    value_drop(vm, key);
    return done;
}

Value dict_set_default(VM *vm, Value self, Value key, Value value) {
    int64_t hash;
    if (!hash_value(vm, key, &hash)) return ABSENT;
    Dict *dict = as_dict(self);
    Place place = find_place(vm, dict, key, hash);
    if (place.entry >= 0) return value_ref(dict_entries(dict)[place.entry].value);
    if (place.entry == FAILED) return ABSENT;
    if (!append(vm, dict, place.cell, value_ref(key), hash, value_ref(value))) return ABSENT;
    return value_ref(value);
}

/* --- removing --- */

/* Take an entry out; its references are the caller's. */
static DictEntry take(Dict *dict, int64_t index) {
    DictEntry *place = &dict_entries(dict)[index], entry = *place;
    *place = (DictEntry){ABSENT, ABSENT};
    dict->count--;
    dict->keys_version = 0;
    return entry;
}

Value dict_pop(VM *vm, Value dict, Value key) {
    if (as_dict(dict)->count == 0) {
        int64_t hash;
        hash_value(vm, key, &hash); /* an unhashable key is an error even here */
        return ABSENT;
    }
    int64_t index = find(vm, dict, key);
    if (index < 0) return ABSENT;
    DictEntry entry = take(as_dict(dict), index);
    value_drop(vm, entry.key);
    return entry.value;
}

int dict_delete(VM *vm, Value dict, Value key) {
    Value value = dict_pop(vm, dict, key);
    if (is_absent(value)) return error_raised(vm) ? -1 : 0;
    value_drop(vm, value);
    return 1;
}

int dict_delete_hashed(VM *vm, Value dict, Value key, int64_t hash) {
    int64_t index = dict_find(vm, as_dict(dict), key, hash);
    if (index < 0) return index == FAILED ? -1 : 0;
    DictEntry entry = take(as_dict(dict), index);
    value_drop(vm, entry.key);
    value_drop(vm, entry.value);
    return 1;
}

bool dict_take_last(Dict *dict, Value *key, Value *value) {
    if (dict->count == 0) return false;
    const DictEntry *entries = dict_entries(dict);
    uint32_t last = dict->fill - 1;
    while (is_absent(entries[last].key))
        last--;
    /* The tail is used again, but not its cells: see `limit` in the header. */
    dict->limit -= dict->fill - last;
    dict->fill = last;
    DictEntry entry = take(dict, last);
    *key = entry.key;
    *value = entry.value;
    return true;
}

void dict_clear(VM *vm, Value self) {
    Dict *dict = as_dict(self), old = table_of(dict);
    dict->table = NULL;
    dict->count = 0;
    dict->fill = dict->limit = 0;
    dict->index_log = 0;
    dict->kind = DICT_SIMPLE;
    dict->keys_version = 0;
    dict->renumbered = true;
    for (int64_t i = 0; i < old.fill; i++) {
        value_xdrop(vm, dict_entries(&old)[i].key);
        value_xdrop(vm, dict_entries(&old)[i].value);
    }
    table_free(vm, &old);
}

/* --- the order --- */

int64_t dict_first(Dict *dict, uint32_t *first) {
    if (dict->renumbered) *first = 0;
    dict->renumbered = false;
    while (*first < dict->fill && is_absent(dict_entries(dict)[*first].key))
        ++*first;
    return *first;
}

void dict_take(Dict *dict, int64_t index, Value *key, Value *value) {
    DictEntry entry = take(dict, index);
    *key = entry.key;
    *value = entry.value;
}

static void put_at(Dict *dict, int64_t index, DictEntry entry, int64_t hash) {
    dict_entries(dict)[index] = entry;
    if (dict->kind == DICT_GENERAL) hashes_of(dict)[index] = hash;
    index_insert(dict, hash, (uint32_t)index);
    dict->count++;
}

/* Make room in front of the entries, about as much as they take, and behind them. */
static bool make_front_room(VM *vm, Dict *dict, uint32_t *first) {
    int64_t gap = dict->count + 2;
    Dict old = table_of(dict);
    if (!table_make_for(vm, dict, dict->count + 2 * gap, dict->kind)) return false;
    for (dict->fill = 0; dict->fill < gap; dict->fill++)
        dict_entries(dict)[dict->fill] = (DictEntry){ABSENT, ABSENT};
    move_live(vm, dict, &old);
    table_free(vm, &old);
    *first = (uint32_t)gap;
    dict->renumbered = false;
    return true;
}

/* An entry that moves leaves its cell behind, as if it had been deleted: `limit` counts that, see the header. */
bool dict_move(VM *vm, Dict *dict, int64_t index, bool to_end, uint32_t *first) {
    int64_t hash = entry_hash(vm, dict, index), from = dict_first(dict, first);
    DictEntry entry = take(dict, index);
    bool full = dict->fill >= dict->limit;
    bool ready = to_end ? !full || dict_rebuild(vm, dict, dict->count * 2 + 2, dict->kind)
                        : (from > 0 && !full) || make_front_room(vm, dict, first);
    if (!ready) {
        dict_entries(dict)[index] = entry;
        dict->count++;
    } else if (to_end) {
        put_at(dict, dict->fill++, entry, hash);
    } else {
        put_at(dict, --*first, entry, hash);
        dict->limit--;
    }
    return ready;
}

/* --- walking, versions --- */

bool dict_next(Value self, int64_t *position, Value *key, Value *value) {
    const Dict *dict = as_dict(self);
    for (int64_t i = *position; i < dict->fill; i++) {
        const DictEntry *entry = &dict_entries(dict)[i];
        if (is_absent(entry->key)) continue;
        *key = entry->key;
        *value = entry->value;
        *position = i + 1;
        return true;
    }
    return false;
}

bool dict_next_hashed(VM *vm, Value self, int64_t *position, Value *key, Value *value, int64_t *hash) {
    if (!dict_next(self, position, key, value)) return false;
    *hash = entry_hash(vm, as_dict(self), *position - 1);
    return true;
}

uint32_t dict_keys_version(VM *vm, Dict *dict) {
    if (dict->keys_version == 0 && vm->next_keys_version < UINT32_MAX) {
        dict->keys_version = ++vm->next_keys_version;
    }
    return dict->keys_version;
}
