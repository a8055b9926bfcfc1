#ifndef MPY_COMPILER_MAP_H
#define MPY_COMPILER_MAP_H

/*
 * Small maps of the compiler, in its arena.
 *
 * A WordMap takes a 64-bit word that is not 0 (an address, a Value's bits) to a word. A NameTable makes every
 * identifier unique: equal text is the same Name, so that all later stages compare names by address. Nothing is ever
 * removed, and all memory goes with the arena; a refused allocation shows as false or NULL.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "runtime/value.h"

typedef struct {
    uint64_t key; /* 0: free */
    uint64_t value;
} WordMapCell;

typedef struct {
    WordMapCell *cells;
    uint32_t capacity; /* 0 or a power of two */
    uint32_t count;
} WordMap;

/* The value's place, or NULL when `key` is not there. Valid until the next word_map_put. */
uint64_t *word_map_find(const WordMap *map, uint64_t key);
bool word_map_put(WordMap *map, Arena *arena, uint64_t key, uint64_t value);

typedef struct {
    const char *utf8; /* NUL-terminated */
    uint32_t length;
    uint32_t hash;
    Value string; /* the interned str, borrowed from the compiler's constants; ABSENT until it is asked for */
} Name;

typedef struct {
    Arena *arena;
    Name **slots;
    uint32_t capacity; /* 0 or a power of two */
    uint32_t count;
} NameTable;

/* The Name of this text, which is copied when `copy` is set and must live as long as the arena otherwise. */
Name *name_of(NameTable *table, const char *utf8, size_t length, bool copy);

/* `name` as written in the body of class `class_name` (NULL: in none): __private names get the class put in front. */
Name *name_mangle(NameTable *table, const Name *class_name, Name *name);

#endif
