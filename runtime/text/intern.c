#include "runtime/text/intern.h"

#include "runtime/bytes/bytes.h"
#include "runtime/errors/error.h"
#include "runtime/text/str.h"

enum { INTERN_CELLS_MIN = 1024 }; /* the names of a VM with its builtins fit without growing */

/* A cell: NULL never used, DELETED once used, else an interned string. */
typedef struct InternTable {
    String **cells;
    size_t capacity; /* a power of two */
    size_t used;     /* cells that are not NULL */
    size_t live;     /* strings */
} InternTable;

#define DELETED ((String *)(uintptr_t)1)

static size_t cells_size(const InternTable *table) { return table->capacity * sizeof(String *); }

static bool is_live(const String *cell) { return cell && cell != DELETED; }

bool intern_init(VM *vm) {
    InternTable *table = memory_alloc(vm, sizeof *table);
    if (!table) return false;
    *table = (InternTable){.capacity = INTERN_CELLS_MIN};
    table->cells = memory_alloc(vm, cells_size(table));
    if (!table->cells) {
        memory_free(vm, table, sizeof *table);
        return false;
    }
    memset(table->cells, 0, cells_size(table));
    vm->interned = table;
    return true;
}

size_t intern_count(const VM *vm) { return vm->interned->live; }

void intern_fini(VM *vm) {
    InternTable *table = vm->interned;
    if (!table) return;
    vm->interned = NULL;
    memory_free(vm, table->cells, cells_size(table));
    memory_free(vm, table, sizeof *table);
}

/* The cell that holds a string of this content, or the first free one on its probe path. */
static String **find_cell(const InternTable *table, Value string, int64_t hash) {
    size_t mask = table->capacity - 1;
    String **free_cell = NULL;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        String *cell = table->cells[i];
        if (!cell) return free_cell ? free_cell : &table->cells[i];
        if (cell == DELETED) {
            if (!free_cell) free_cell = &table->cells[i];
        } else if (cell->hash == hash && string_equal(from_object(cell), string)) {
            return &table->cells[i];
        }
    }
}

/* Move the live strings to a table with room for as many again. */
static bool rebuild(VM *vm, InternTable *table) {
    InternTable bigger = {.capacity = INTERN_CELLS_MIN, .live = table->live, .used = table->live};
    while (bigger.capacity < table->live * 3)
        bigger.capacity *= 2;
    bigger.cells = memory_alloc(vm, cells_size(&bigger));
    if (!bigger.cells) return false;
    memset(bigger.cells, 0, cells_size(&bigger));
    for (size_t i = 0; i < table->capacity; i++) {
        String *s = table->cells[i];
        if (is_live(s)) *find_cell(&bigger, from_object(s), s->hash) = s;
    }
    memory_free(vm, table->cells, cells_size(table));
    *table = bigger;
    return true;
}

Value string_intern(VM *vm, Value string) {
    String *s = as_string(string);
    if (s->interned) return string;
    InternTable *table = vm->interned;
    int64_t hash = string_hash(vm, string);
    String **cell = find_cell(table, string, hash);
    if (is_live(*cell)) {
        Value unique = value_ref(from_object(*cell));
        value_drop(vm, string);
        return unique;
    }
    if (s->head.type != &str_type) { /* a subclass's instance cannot stand for its content */
        Value plain = string_slice(vm, string, 0, string_length(s));
        value_drop(vm, string);
        return is_absent(plain) ? plain : string_intern(vm, plain);
    }
    if (!*cell) {
        if (table->used * 3 >= table->capacity * 2) {
            if (!rebuild(vm, table)) {
                value_drop(vm, string);
                return ABSENT;
            }
            cell = find_cell(table, string, hash);
        }
        table->used++;
    }
    *cell = s;
    table->live++;
    s->interned = 1;
    return string;
}

void intern_forget(VM *vm, String *string) {
    InternTable *table = vm->interned;
    if (!table) return;
    String **cell = find_cell(table, from_object(string), string->hash);
    if (*cell == string) {
        *cell = DELETED;
        table->live--;
    }
}

Value string_intern_utf8(VM *vm, const char *text, size_t length) {
    Value string = string_from_utf8(vm, text, length);
    return is_absent(string) ? string : string_intern(vm, string);
}

Value string_intern_c(VM *vm, const char *text) { return string_intern_utf8(vm, text, strlen(text)); }

Value string_intern_fixed(VM *vm, const char *literal) {
    uint64_t mixed = (uint64_t)(uintptr_t)literal * 0x9E3779B97F4A7C15u;
    FixedName *place = &vm->fixed_names[mixed >> 32 & (FIXED_NAMES - 1)];
    if (place->text != literal) {
        Value name = string_intern_c(vm, literal);
        if (is_absent(name)) return ABSENT;
        place->text = literal;
        value_set(vm, &place->name, name);
    }
    return value_ref(place->name);
}

static const char *const name_texts[NAME_COUNT] = {
#define NAME(identifier, text) [NAME_##identifier] = text,
#include "runtime/names.def"
#undef NAME
};

bool strings_init(VM *vm) {
    if (!intern_init(vm)) return false;
    String *empty = string_new(vm, 0, 0);
    if (!empty) return false;
    vm->empty_string = string_intern(vm, from_object(empty));
    if (is_absent(vm->empty_string)) return false;
    for (uint32_t c = 0; c < 256; c++) {
        String *s = string_new(vm, 1, c);
        if (!s) return false;
        s->data[0] = (uint8_t)c;
        vm->characters[c] = string_intern(vm, from_object(s));
        if (is_absent(vm->characters[c])) return false;
    }
    for (int i = 0; i < NAME_COUNT; i++) {
        vm->names[i] = string_intern_c(vm, name_texts[i]);
        if (is_absent(vm->names[i])) return false;
    }
    return true;
}

void strings_fini(VM *vm) {
    for (int i = 0; i < NAME_COUNT; i++)
        value_clear(vm, &vm->names[i]);
    for (int i = 0; i < FIXED_NAMES; i++) {
        vm->fixed_names[i].text = NULL;
        value_clear(vm, &vm->fixed_names[i].name);
    }
    for (int c = 0; c < 256; c++)
        value_clear(vm, &vm->characters[c]);
    value_clear(vm, &vm->empty_string);
    intern_fini(vm);
}
