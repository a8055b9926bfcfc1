/* Shapes: the tree of transitions of each class, finding a name in a shape, the table of ids. */

#include "runtime/classes/shape.h"

#include "runtime/errors/error.h"

enum {
    CHUNK_LOG = 9,
    CHUNK_SHAPES = 1 << CHUNK_LOG,
    INDEX_EVERY = 8, /* each shape whose count is a multiple of this has an index: no walk is longer */
};

typedef struct {
    uint32_t live;
    Shape *shapes[CHUNK_SHAPES];
} Chunk;

typedef struct ShapeTable {
    Chunk **chunks; /* by id >> CHUNK_LOG; NULL: all its shapes have died */
    uint32_t capacity;
    uint32_t next_id;
} ShapeTable;

/* An open-addressed table keyed by the names' addresses, at most half full. */
typedef struct ShapeIndex {
    uint32_t mask; /* cells - 1 */
    struct {
        Value name;
        uint32_t slot;
    } cells[];
} ShapeIndex;

/* --- the table of ids --- */

bool shapes_init(VM *vm) {
    vm->shapes = memory_alloc(vm, sizeof *vm->shapes);
    if (vm->shapes == NULL) return false;
    *vm->shapes = (ShapeTable){.next_id = SHAPE_FIRST};
    return true;
}

void shapes_fini(VM *vm) {
    ShapeTable *table = vm->shapes;
    if (table == NULL) return;
    for (uint32_t i = 0; i < table->capacity; i++)
        memory_free(vm, table->chunks[i], sizeof(Chunk));
    memory_free(vm, table->chunks, table->capacity * sizeof *table->chunks);
    memory_free(vm, table, sizeof *table);
    vm->shapes = NULL;
}

Shape *shape_of(VM *vm, uint32_t id) {
    return vm->shapes->chunks[id >> CHUNK_LOG]->shapes[id & (CHUNK_SHAPES - 1)];
}

static bool reserve_chunk(VM *vm, ShapeTable *table, uint32_t index) {
    if (index >= table->capacity) {
        uint32_t capacity = index + 1 + index / 2;
        Chunk **chunks =
            memory_resize(vm, table->chunks, table->capacity * sizeof *chunks, capacity * sizeof *chunks);
        if (chunks == NULL) return false;
        memset(chunks + table->capacity, 0, (capacity - table->capacity) * sizeof *chunks);
        table->chunks = chunks;
        table->capacity = capacity;
    }
    if (table->chunks[index] != NULL) return true;
    table->chunks[index] = memory_alloc(vm, sizeof(Chunk));
    if (table->chunks[index] != NULL) memset(table->chunks[index], 0, sizeof(Chunk));
    return table->chunks[index] != NULL;
}

/* Give the shape its id. False RAISES, or numbers have run out. */
static bool enter(VM *vm, Shape *shape) {
    ShapeTable *table = vm->shapes;
    if (table->next_id == UINT32_MAX || !reserve_chunk(vm, table, table->next_id >> CHUNK_LOG)) return false;
    shape->id = table->next_id++;
    Chunk *chunk = table->chunks[shape->id >> CHUNK_LOG];
    chunk->shapes[shape->id & (CHUNK_SHAPES - 1)] = shape;
    chunk->live++;
    return true;
}

static void leave(VM *vm, const Shape *shape) {
    ShapeTable *table = vm->shapes;
    Chunk **chunk = &table->chunks[shape->id >> CHUNK_LOG];
    (*chunk)->shapes[shape->id & (CHUNK_SHAPES - 1)] = NULL;
    if (--(*chunk)->live == 0 && table->next_id >> CHUNK_LOG != shape->id >> CHUNK_LOG) {
        memory_free(vm, *chunk, sizeof(Chunk));
        *chunk = NULL;
    }
}

int shapes_visit(VM *vm, VisitFn visit, void *context) {
    const ShapeTable *table = vm->shapes;
    for (uint32_t id = SHAPE_FIRST; table != NULL && id < table->next_id; id++) {
        const Chunk *chunk = table->chunks[id >> CHUNK_LOG];
        const Shape *shape = chunk == NULL ? NULL : chunk->shapes[id & (CHUNK_SHAPES - 1)];
        if (shape != NULL) VISIT(shape->name);
    }
    return 0;
}

static const char *shape_problem(const Shape *shape, uint32_t id) {
    const Shape *parent = shape->parent, *child = parent == NULL ? shape : parent->children;
    if (shape->id != id) return "a shape is in the table under another's id";
    if ((parent == NULL) != is_absent(shape->name))
        return "a shape without a parent has a name, or the reverse";
    if (shape->count != (parent == NULL ? 0 : parent->count + 1)) return "a shape miscounts its attributes";
    if (parent == NULL ? shape->type->root_shape != shape : shape->type != parent->type)
        return "a shape is of another class than the tree it is in";
    while (child != NULL && child != shape)
        child = child->sibling;
    return child == NULL ? "a shape is not among its parent's children" : NULL;
}

const char *shapes_problem(const VM *vm) {
    const ShapeTable *table = vm->shapes;
    for (uint32_t i = 0; table != NULL && i < table->capacity; i++) {
        const Chunk *chunk = table->chunks[i];
        uint32_t live = 0;
        for (uint32_t j = 0; chunk != NULL && j < CHUNK_SHAPES; j++) {
            const Shape *shape = chunk->shapes[j];
            const char *problem = shape == NULL ? NULL : shape_problem(shape, i << CHUNK_LOG | j);
            if (problem != NULL) return problem;
            live += shape != NULL;
        }
        if (chunk != NULL && chunk->live != live) return "a chunk of the table of shapes miscounts";
    }
    return NULL;
}

/* --- finding a name --- */

static size_t index_size(uint32_t cells) {
    return sizeof(ShapeIndex) + cells * sizeof(((ShapeIndex *)NULL)->cells[0]);
}

static uint32_t name_hash(Value name) { return (uint32_t)((name.bits * UINT64_C(0x9E3779B97F4A7C15)) >> 32); }

static int index_find(const ShapeIndex *index, Value name) {
    for (uint32_t i = name_hash(name) & index->mask;; i = (i + 1) & index->mask) {
        if (value_same(index->cells[i].name, name)) return (int)index->cells[i].slot;
        if (is_absent(index->cells[i].name)) return -1;
    }
}

static void index_add(ShapeIndex *index, Value name, uint32_t slot) {
    uint32_t i = name_hash(name) & index->mask;
    while (!is_absent(index->cells[i].name))
        i = (i + 1) & index->mask;
    index->cells[i].name = name;
    index->cells[i].slot = slot;
}

static ShapeIndex *index_new(VM *vm, const Shape *shape) {
    uint32_t cells = 2 * INDEX_EVERY;
    while (cells < 2 * shape->count)
        cells *= 2;
    ShapeIndex *index = memory_alloc(vm, index_size(cells));
    if (index == NULL) return NULL;
    memset(index, 0, index_size(cells));
    index->mask = cells - 1;
    for (const Shape *s = shape; s->parent != NULL; s = s->parent)
        index_add(index, s->name, s->count - 1);
    return index;
}

int shape_find(const Shape *shape, Value name) {
    for (const Shape *s = shape; s->parent != NULL; s = s->parent) {
        if (s->index != NULL) return index_find(s->index, name);
        if (value_same(s->name, name)) return (int)s->count - 1;
    }
    return -1;
}

void shape_names(const Shape *shape, Value *names) {
    for (; shape->parent != NULL; shape = shape->parent)
        names[shape->count - 1] = shape->name;
}

/* --- the tree --- */

static void shape_free(VM *vm, Shape *shape) {
    value_xdrop(vm, shape->name);
    if (shape->index != NULL) memory_free(vm, shape->index, index_size(shape->index->mask + 1));
    memory_free(vm, shape, sizeof *shape);
}

/* A shape that is in no tree yet. NULL RAISES, or ids have run out. */
static Shape *shape_new(VM *vm, Type *type, Shape *parent, Value name) {
    Shape *shape = memory_alloc(vm, sizeof *shape);
    if (shape == NULL) return NULL;
    *shape = (Shape){.type = type, .parent = parent, .name = value_xref(name)};
    shape->count = parent == NULL ? 0 : parent->count + 1;
    bool indexed = shape->count > 0 && shape->count % INDEX_EVERY == 0;
    if ((indexed && (shape->index = index_new(vm, shape)) == NULL) || !enter(vm, shape)) {
        shape_free(vm, shape);
        return NULL;
    }
    return shape;
}

Shape *shape_new_root(VM *vm, Type *type) { return shape_new(vm, type, NULL, ABSENT); }

Shape *shape_add(VM *vm, Shape *shape, Value name) {
    for (Shape *child = shape->children; child != NULL; child = child->sibling) {
        if (value_same(child->name, name)) return child;
    }
    if (shape->count >= SHAPE_SLOTS_MAX) return NULL;
    Shape *child = shape_new(vm, shape->type, shape, name);
    if (child == NULL) return NULL;
    child->sibling = shape->children;
    shape->children = child;
    return child;
}

void shapes_free(VM *vm, Type *type) {
    Shape *shape = type->root_shape;
    type->root_shape = NULL;
    while (shape != NULL) { /* leaves first, without recursion: a tree may be deep */
        if (shape->children != NULL) {
            shape = shape->children;
            continue;
        }
        Shape *parent = shape->parent;
        if (parent != NULL) parent->children = shape->sibling;
        leave(vm, shape);
        shape_free(vm, shape);
        shape = parent;
    }
}
