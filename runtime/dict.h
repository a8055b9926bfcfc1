#ifndef MPY_RUNTIME_DICT_H
#define MPY_RUNTIME_DICT_H

/*
 * dict: a compact, insertion-ordered hash table.
 *
 * The entries stand in a dense row in order of insertion (16 bytes each when every key's hash is at hand in the key: a
 * str or an immediate number; 24 with the hash beside otherwise); an index of 1, 2 or 4 byte cells maps hashes to
 * entries. A deleted entry keeps its place with an ABSENT value until the table is rebuilt.
 *
 * `keys_version` serves inline caches: dict_keys_version gives the current set of keys a number that no other set of
 * keys in this VM has; adding, removing or moving a key sets it back to 0, replacing a value does not. So a cached
 * (version, entry index) pair finds a value without hashing.
 */

#include "runtime/state.h"

typedef struct {
    Value key;   /* owned */
    Value value; /* owned; ABSENT: deleted */
} DictEntry;

struct Dict {
    Object head;
    int64_t count;          /* live entries */
    uint32_t keys_version;  /* 0: none assigned */
    uint8_t index_log;      /* the index has 1 << index_log cells; 0: no table yet */
    uint8_t kind;           /* DICT_SIMPLE or DICT_GENERAL */
    uint32_t fill;          /* entries in use, deleted ones included */
    uint32_t capacity;      /* entries there is room for */
    void *table;            /* one block: entries, then hashes (DICT_GENERAL), then index; owned */
};

enum { DICT_SIMPLE, DICT_GENERAL };

static inline Dict *as_dict(Value v) { return (Dict *)as_object(v); }
static inline bool is_dict(Value v) { return is_family(v, TYPE_DICT); }
static inline DictEntry *dict_entries(const Dict *dict) { return (DictEntry *)dict->table; }

NEW RAISES Value dict_new(VM *vm);
NEW RAISES Value dict_new_sized(VM *vm, int64_t expected);

/* BORROWED value of the key; ABSENT when missing or, then raised, when hashing or comparing failed. */
BORROWED RAISES Value dict_get(VM *vm, Value dict, Value key);
/* The same for a str key, which cannot fail. */
BORROWED Value dict_get_string(VM *vm, Value dict, Value name);
BORROWED Value dict_get_c(VM *vm, Value dict, const char *name);

RAISES bool dict_set(VM *vm, Value dict, Value key, Value value); /* refs both */
RAISES bool dict_set_c(VM *vm, Value dict, const char *name, Value value);
/* Store into a key that may be there; *previous gets the old value, NEW, or ABSENT. */
RAISES int dict_delete(VM *vm, Value dict, Value key);            /* 1 done, 0 missing, -1 */
NEW RAISES Value dict_pop(VM *vm, Value dict, Value key);         /* ABSENT: missing or raised */
NEW RAISES Value dict_set_default(VM *vm, Value dict, Value key, Value value);
RAISES int dict_contains(VM *vm, Value dict, Value key);
void dict_clear(VM *vm, Value dict);
NEW RAISES Value dict_copy(VM *vm, Value dict);
/* Merge a mapping or an iterable of pairs. */
RAISES bool dict_update(VM *vm, Value dict, Value other);

/* Walk: *position starts at 0; false at the end. BORROWED key and value; the dict must not change meanwhile. */
bool dict_next(Value dict, int64_t *position, BORROWED Value *key, BORROWED Value *value);

/* For inline caches: the version of the keys (assigned now if needed; 0 when numbers have run out) and the index of a
 * str key's entry, or -1. */
uint32_t dict_keys_version(VM *vm, Dict *dict);
int64_t dict_entry_index(VM *vm, const Dict *dict, Value name);

#endif
