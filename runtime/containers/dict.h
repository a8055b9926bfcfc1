#ifndef MPY_RUNTIME_DICT_H
#define MPY_RUNTIME_DICT_H

/*
 * dict: a compact, insertion-ordered hash table.
 *
 * One block holds three rows. `table` points at the entries, in order of insertion; behind them are the keys' hashes,
 * if the keys do not have them at hand themselves; in front of them, counted backwards so that finding a cell needs no
 * size, is the index: a power of two of 1, 2 or 4 byte cells, by open addressing with perturbation. A cell is 0 or 1 +
 * the number of an entry. There is room for two thirds as many entries as there are cells.
 *
 * A DICT_SIMPLE dict has only keys that are exact strs or immediate ints: an entry takes 16 bytes, and a
 * look-up of such a key can run no user code. The first other key turns it into a DICT_GENERAL one, with
 * hashes beside (24 bytes).
 *
 * A deleted entry stays in its place, key and value ABSENT, until the table is rebuilt; its cell leads to it until a
 * new key takes the cell. Deleted entries at the end may be used again (popitem), so a cell may lead to an entry that
 * it was not made for: it is found there by its key, or passed over. `limit` bounds fill so that, however often that
 * happens, a third of the cells stays 0 and every probe ends.
 *
 * `keys_version` serves inline caches: dict_keys_version gives the current set of keys a number that no other
 * set of keys in this VM has; adding, removing or moving a key sets it back to 0, replacing a value does not.
 * So a cached (version, entry index) pair finds a value without hashing.
 */

#include "runtime/state.h"

typedef struct {
    Value key;   /* owned; ABSENT: deleted */
    Value value; /* owned; ABSENT: deleted */
} DictEntry;

struct Dict {
    Object head;
    int64_t count;         /* live entries */
    uint32_t keys_version; /* 0: none assigned */
    uint8_t index_log;     /* the index has 1 << index_log cells; 0: no table yet */
    uint8_t kind;          /* DICT_SIMPLE or DICT_GENERAL */
    bool renumbered;       /* entries have got other numbers since dict_first looked */
    uint32_t fill;         /* entries in use, deleted ones included */
    uint32_t limit;        /* how far fill may go before the table is rebuilt */
    void *table;           /* where the entries begin; its block is owned */
};

enum { DICT_SIMPLE, DICT_GENERAL };

static inline Dict *as_dict(Value v) { return (Dict *)as_object(v); }
static inline bool is_dict(Value v) { return is_family(v, TYPE_DICT); }
static inline DictEntry *dict_entries(const Dict *dict) { return (DictEntry *)dict->table; }

NEW RAISES Value dict_new(VM *vm);
NEW RAISES Value dict_new_sized(VM *vm, int64_t expected);
/* Of `count` pairs: a key, then its value. */
NEW RAISES Value dict_new_of(VM *vm, const Value *pairs, int64_t count);

/* BORROWED value of the key; ABSENT when missing or, then raised, when hashing or comparing failed. */
BORROWED RAISES Value dict_get(VM *vm, Value dict, Value key);
/* The same for an exact str key, without raising: a key that is no str and whose comparison fails is not
 * equal. */
BORROWED Value dict_get_string(VM *vm, Value dict, Value name);
BORROWED Value dict_get_c(VM *vm, Value dict, const char *ascii_name);

/* For the eval loop, whose operands nobody else holds: a look-up that can run no user code, of an immediate int or
 * exact str in a dict of such keys alone. NEW; ABSENT: missing, or another key or dict. The same for storing, which may
 * run the old value's finalizer as the last thing it does: 1 done, 0 another key or dict, -1 RAISES. */
NEW Value dict_get_simple(VM *vm, Value dict, Value key);
RAISES int dict_set_simple(VM *vm, Value dict, Value key, Value value);

RAISES bool dict_set(VM *vm, Value dict, Value key, Value value); /* refs both */
RAISES bool dict_set_c(VM *vm, Value dict, const char *name, Value value);
RAISES int dict_delete(VM *vm, Value dict, Value key);    /* 1 done, 0 missing, -1 */
NEW RAISES Value dict_pop(VM *vm, Value dict, Value key); /* ABSENT: missing or raised */
NEW RAISES Value dict_set_default(VM *vm, Value dict, Value key, Value value);
RAISES int dict_contains(VM *vm, Value dict, Value key);
void dict_clear(VM *vm, Value dict);
NEW RAISES Value dict_copy(VM *vm, Value dict);
RAISES bool dict_fill(VM *vm, Value empty, Value other); /* the same into a dict that has no entries */
/* Merge a mapping or an iterable of pairs. */
RAISES bool dict_update(VM *vm, Value dict, Value other);
/* The list of what a mapping's keys() gives, all at once: its __getitem__ may reorder it. */
NEW RAISES Value mapping_keys(VM *vm, Value mapping);

/* The same with the key's hash at hand. dict_find gives the number of the entry, -1 missing, -2 RAISES. */
RAISES int64_t dict_find(VM *vm, Dict *dict, Value key, int64_t hash);
RAISES bool dict_set_hashed(VM *vm, Value dict, Value key, int64_t hash, Value value);
RAISES int dict_delete_hashed(VM *vm, Value dict, Value key, int64_t hash); /* 1 done, 0 missing, -1 */

/* Walk: *position starts at 0; false at the end. BORROWED key and value; the dict must not change meanwhile.
 */
bool dict_next(Value dict, int64_t *position, BORROWED Value *key, BORROWED Value *value);
bool dict_next_hashed(VM *vm, Value dict, int64_t *position, BORROWED Value *key, BORROWED Value *value,
                      int64_t *hash);

/* The hash of the key of a live entry. */
int64_t dict_entry_hash(VM *vm, const Dict *dict, int64_t index);

size_t dict_table_size(const Dict *dict); /* bytes */

/* The type's `acyclic` slot. A collection may untrack an exact dict of leaves; what stores tracks it again, so nobody
 * but this room's functions writes into entries. */
bool dict_is_acyclic(const Object *self);

/* Make the dict one whose entries lie at 0..count with room for `expected`. */
RAISES bool dict_rebuild(VM *vm, Dict *dict, int64_t expected, uint8_t kind);

/* For inline caches: the version of the keys (assigned now if needed; 0 when numbers have run out) and the
 * index of a str key's entry, or -1. */
uint32_t dict_keys_version(VM *vm, Dict *dict);
int64_t dict_entry_index(VM *vm, const Dict *dict, Value name);

/* What methods and views share. Views: keys, values, items of a dict, by their type. */
enum { DICT_VIEW_SIZE = sizeof(Object) + sizeof(Value) };
NEW RAISES Value dict_view_new(VM *vm, Type *type, Value dict);
BORROWED Value dict_viewed(Value view); /* the view's dict */
NEW RAISES Value dict_iterate(VM *vm, Value dict);
NEW RAISES Value dict_reverse(VM *vm, Value dict);
/*
 * For ordered dicts, which know the number below which all entries are deleted. dict_first gives that of the first
 * live one, or of the end; *first begins as 0 and is only for these functions. dict_move makes an entry the last or the
 * first one, for a constant cost on average, and runs no user code. dict_take takes one out.
 */
int64_t dict_first(Dict *dict, uint32_t *first);
RAISES bool dict_move(VM *vm, Dict *dict, int64_t index, bool to_end, uint32_t *first);
void dict_take(Dict *dict, int64_t index, NEW Value *key, NEW Value *value);

/* Take the last entry out: false when the dict is empty. */
bool dict_take_last(Dict *dict, NEW Value *key, NEW Value *value);

#endif
