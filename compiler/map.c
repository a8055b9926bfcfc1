#include "compiler/map.h"

#include <string.h>

static uint32_t word_hash(uint64_t key) { return (uint32_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 32); }

/* The cell that holds `key`, or the free one where it would go. The map is not full. */
static WordMapCell *probe(const WordMap *map, uint64_t key) {
    uint32_t mask = map->capacity - 1;
    uint32_t i = word_hash(key) & mask;
    while (map->cells[i].key && map->cells[i].key != key)
        i = (i + 1) & mask;
    return &map->cells[i];
}

uint64_t *word_map_find(const WordMap *map, uint64_t key) {
    if (!map->capacity) return NULL;
    WordMapCell *cell = probe(map, key);
    return cell->key ? &cell->value : NULL;
}

static bool word_map_grow(WordMap *map, Arena *arena) {
    WordMap larger = {.capacity = map->capacity ? map->capacity * 2 : 8, .count = map->count};
    larger.cells = arena_alloc(arena, sizeof(WordMapCell) * larger.capacity);
    if (!larger.cells) return false;
    for (uint32_t i = 0; i < map->capacity; i++)
        if (map->cells[i].key) *probe(&larger, map->cells[i].key) = map->cells[i];
    *map = larger;
    return true;
}

bool word_map_put(WordMap *map, Arena *arena, uint64_t key, uint64_t value) {
    bool crowded = map->count >= map->capacity - map->capacity / 4;
    if (crowded && !word_map_grow(map, arena)) return false;
    WordMapCell *cell = probe(map, key);
    map->count += cell->key == 0;
    *cell = (WordMapCell){key, value};
    return true;
}

/* FNV-1a: identifiers are short. */
static uint32_t text_hash(const char *text, size_t length) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return hash;
}

static Name **name_probe(Name **slots, uint32_t capacity, const char *text, size_t length, uint32_t hash) {
    uint32_t mask = capacity - 1;
    for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
        const Name *name = slots[i];
        if (!name) return &slots[i];
        if (name->hash == hash && name->length == length && memcmp(name->utf8, text, length) == 0)
            return &slots[i];
    }
}

static bool names_grow(NameTable *table) {
    uint32_t capacity = table->capacity ? table->capacity * 2 : 64;
    Name **slots = arena_alloc(table->arena, sizeof *slots * capacity);
    if (!slots) return false;
    for (uint32_t i = 0; i < table->capacity; i++) {
        Name *name = table->slots[i];
        if (name) *name_probe(slots, capacity, name->utf8, name->length, name->hash) = name;
    }
    table->slots = slots;
    table->capacity = capacity;
    return true;
}

Name *name_of(NameTable *table, const char *utf8, size_t length, bool copy) {
    if (table->count >= table->capacity / 2 && !names_grow(table)) return NULL;
    uint32_t hash = text_hash(utf8, length);
    Name **slot = name_probe(table->slots, table->capacity, utf8, length, hash);
    if (*slot) return *slot;
    const char *text = copy ? arena_copy(table->arena, utf8, length) : utf8;
    Name *name = arena_alloc(table->arena, sizeof *name);
    if (!text || !name) return NULL;
    *name = (Name){.utf8 = text, .length = (uint32_t)length, .hash = hash};
    table->count++;
    return *slot = name;
}

static bool is_private(const Name *name) {
    if (name->length < 3 || name->utf8[0] != '_' || name->utf8[1] != '_') return false;
    bool dunder = name->utf8[name->length - 1] == '_' && name->utf8[name->length - 2] == '_';
    return !dunder && !memchr(name->utf8, '.', name->length);
}

Name *name_mangle(NameTable *table, const Name *class_name, Name *name) {
    if (!class_name || !name || !is_private(name)) return name;
    const char *stem = class_name->utf8;
    size_t stem_length = class_name->length;
    while (stem_length && *stem == '_')
        stem++, stem_length--;
    if (!stem_length) return name;
    size_t length = 1 + stem_length + name->length;
    char *text = arena_alloc(table->arena, length + 1);
    if (!text) return NULL;
    text[0] = '_';
    memcpy(text + 1, stem, stem_length);
    memcpy(text + 1 + stem_length, name->utf8, name->length);
    return name_of(table, text, length, false);
}
