#include "runtime/audit.h"

#include <stdio.h>
#include <stdlib.h>

#include "gc/collector.h"
#include "runtime/classes/instance.h"
#include "runtime/classes/shape.h"
#include "runtime/code/code.h"
#include "runtime/code/function.h"
#include "runtime/containers/dict.h"
#include "runtime/text/str.h"

/*
 * In order: a table of the objects met, following references, comparing counts, looking into objects.
 */

/* --- the table: object -> references found, open-addressed, at most half full --- */

typedef struct {
    Object *object;
    uint32_t found;
} Entry;

typedef struct {
    VM *vm;
    AuditReport *report;
    Entry *entries;
    size_t mask; /* cells - 1 */
    Object **waiting;
    size_t waiting_count, waiting_capacity;
    bool in_roots;
    bool no_memory;
} Audit;

enum { CELLS_MIN = 1 << 14 };

static size_t cell_of(const Audit *a, const Object *object) {
    size_t i = (size_t)((uintptr_t)object * UINT64_C(0x9E3779B97F4A7C15) >> 20) & a->mask;
    while (a->entries[i].object != NULL && a->entries[i].object != object)
        i = (i + 1) & a->mask;
    return i;
}

static bool grow(Audit *a) {
    Entry *old = a->entries;
    size_t old_cells = old == NULL ? 0 : a->mask + 1, cells = old == NULL ? CELLS_MIN : 2 * old_cells;
    Entry *entries = calloc(cells, sizeof *entries);
    if (entries == NULL) return false;
    a->entries = entries;
    a->mask = cells - 1;
    for (size_t i = 0; i < old_cells; i++) {
        if (old[i].object != NULL) entries[cell_of(a, old[i].object)] = old[i];
    }
    free(old);
    return true;
}

static bool wait(Audit *a, Object *object) {
    if (a->waiting_count == a->waiting_capacity) {
        size_t capacity = a->waiting_capacity ? 2 * a->waiting_capacity : CELLS_MIN;
        Object **waiting = realloc(a->waiting, capacity * sizeof *waiting);
        if (waiting == NULL) return false;
        a->waiting = waiting;
        a->waiting_capacity = capacity;
    }
    a->waiting[a->waiting_count++] = object;
    return true;
}

/* Note an object and, if it is new, line it up to be traversed. NULL: no memory. */
static Entry *meet(Audit *a, Object *object) {
    Entry *entry = &a->entries[cell_of(a, object)];
    if (entry->object != NULL) return entry;
    if (++a->report->objects * 2 > a->mask) {
        if (!grow(a)) return NULL;
        entry = &a->entries[cell_of(a, object)];
    }
    entry->object = object;
    return wait(a, object) ? entry : NULL;
}

/* --- following references --- */

/* What a str says, what a function or class is called: found without running code. */
static void describe(Value v, char *text, size_t size) {
    Value name = v;
    if (is_exactly(v, &function_type)) name = as_function(v)->code->name;
    if (is_exactly(v, &code_type)) name = ((const Code *)as_object(v))->name;
    if (is_family(v, TYPE_TYPE)) name = from_object(((const Type *)as_object(v))->name);
    size_t length = 0;
    text[0] = '\0';
    if (is_absent(name) || !is_exactly(name, &str_type)) return;
    text[length++] = ' ';
    for (int64_t i = 0; i < string_length(as_string(name)) && length < size - 1; i++) {
        uint32_t c = string_at(as_string(name), i);
        text[length++] = (char)(c >= ' ' && c < 0x7f ? c : '?');
    }
    text[length] = '\0';
}

static int problem(Audit *a, const Object *object, const char *what) {
    char text[60];
    describe(from_object(object), text, sizeof text);
    snprintf(a->report->problem, sizeof a->report->problem, "%s object at %p%s: %s", type_name(object->type),
             (const void *)object, text, what);
    return 1;
}

static int see(Value v, void *context) {
    Audit *a = context;
    if (!is_object(v)) return 0;
    Object *object = as_object(v);
    Entry *entry = meet(a, object);
    if (entry == NULL) return a->no_memory = true, 1;
    entry->found++;
    a->report->references++;
    a->report->roots += a->in_roots;
    if (object->refs == 0) return problem(a, object, "dead, but referred to");
    return 0;
}

static int follow(Audit *a) {
    ThoroughVisit visit = {see, a};
    int stop = 0;
    while (a->waiting_count > 0 && stop == 0) {
        Object *object = a->waiting[--a->waiting_count];
        const TypeHead *slots = object_slots(object);
        if (object_place(object) == GC_NEW) continue;
        if (slots->traverse != NULL) stop = slots->traverse(object, visit_all_values, &visit);
        if (stop == 0 && slots->leaves != NULL) stop = slots->leaves(object, visit_all_values, &visit);
    }
    return stop;
}

static int meet_tracked(Object *object, void *context) {
    Audit *a = context;
    if (meet(a, object) != NULL) return 0;
    a->no_memory = true;
    return 1;
}

static int find_all(Audit *a) {
    ThoroughVisit visit = {see, a};
    a->in_roots = true;
    int stop = roots_visit(a->vm, visit_all_values, &visit);
    a->in_roots = false;
    if (stop == 0) stop = gc_each(vm_heap(a->vm), -1, meet_tracked, a);
    if (stop == 0) stop = gc_each(vm_heap(a->vm), PERMANENT, meet_tracked, a);
    return stop ? stop : follow(a);
}

/* --- comparing counts --- */

static int compare(Audit *a, const Entry *entry, bool at_rest) {
    const Object *object = entry->object;
    char text[96];
    if (object_is_immortal(object)) return a->report->objects--, 0;
    if (entry->found == object->refs) return 0;
    if (entry->found < object->refs && !at_rest) {
        a->report->held += object->refs - entry->found;
        return 0;
    }
    snprintf(text, sizeof text, "%u references counted, %u found", object->refs, entry->found);
    return problem(a, object, text);
}

/* --- looking into objects --- */

static int check_dict(Audit *a, const Dict *dict) {
    int64_t live = 0;
    if (dict->fill > dict->limit) return problem(a, &dict->head, "more entries than its table has room for");
    for (uint32_t i = 0; i < dict->fill; i++) {
        const DictEntry *entry = &dict_entries(dict)[i];
        if (is_absent(entry->key) != is_absent(entry->value)) return problem(a, &dict->head, "half an entry");
        if (is_absent(entry->key)) continue;
        live++;
        bool simple = is_int(entry->key) || is_exactly(entry->key, &str_type);
        if (dict->kind == DICT_SIMPLE && !simple) return problem(a, &dict->head, "a key that is not simple");
        if (is_exactly(entry->key, &str_type) && dict_entry_index(a->vm, dict, entry->key) != i)
            return problem(a, &dict->head, "a key that its index does not find");
    }
    return live == dict->count ? 0 : problem(a, &dict->head, "miscounts its entries");
}

static int check_attributes(Audit *a, Object *object) {
    const Attributes *area = object_attributes(object);
    if (area == NULL || area->shape_id < SHAPE_FIRST) return 0;
    const Shape *shape = shape_of(a->vm, area->shape_id);
    if (shape == NULL) return problem(a, object, "has a shape that is gone");
    if (shape->type != object->type) return problem(a, object, "has a shape of another class");
    uint32_t room = (uint32_t)area->inline_slots + area->extra_capacity;
    if (shape->count > room) return problem(a, object, "has a shape with more attributes than slots");
    for (uint32_t i = 0; i < room; i++) {
        const Value *slot = i < area->inline_slots ? &area->slots[i] : &area->extra[i - area->inline_slots];
        if (is_absent(*slot) != (i >= shape->count))
            return problem(a, object, "has slots that its shape does not");
    }
    return 0;
}

typedef struct {
    uint64_t count, sum;
} Tally;

static int tally(Object *referent, void *context) {
    ((Tally *)context)->count++;
    ((Tally *)context)->sum += (uintptr_t)referent;
    return 0;
}

/* Do the rows that the collector walks hold what traverse visits? */
static int check_rows(Audit *a, Object *object) {
    const TypeHead *slots = object_slots(object);
    ReferenceRow rows[REFERENCE_ROWS_MAX];
    Tally visited = {0}, held = {0};
    if (slots->rows == NULL) return 0;
    slots->traverse(object, tally, &visited);
    if (slots->counts_instances) tally((Object *)object->type, &held);
    for (int i = slots->rows(object, rows); i-- > 0;) {
        for (size_t k = 0; k < rows[i].count; k++) {
            ReferenceWord word = rows[i].words[k * rows[i].stride];
            if (word != 0 && (word & REFERENCE_TAG) == 0) tally((Object *)(uintptr_t)word, &held);
        }
    }
    bool same = visited.count == held.count && visited.sum == held.sum;
    return same ? 0 : problem(a, object, "has rows that are not what its traversal visits");
}

static int check_object(Audit *a, const Entry *entry, bool at_rest) {
    Object *object = entry->object;
    int stop = compare(a, entry, at_rest);
    if (stop || object_place(object) == GC_NEW) return stop;
    if ((stop = check_rows(a, object)) != 0) return stop;
    if (object->type->flags & TYPE_DICT) stop = check_dict(a, (const Dict *)object);
    if (stop == 0 && object->type->flags & TYPE_HEAP) stop = check_attributes(a, object);
    const TypeHead *slots = object_slots(object);
    bool untracked =
        object_place(object) == GC_UNTRACKED && slots->traverse != NULL && slots->acyclic != NULL;
    if (stop == 0 && untracked && !slots->acyclic(object))
        return problem(a, object, "untracked, but not acyclic");
    return stop;
}

static int check_objects(Audit *a, bool at_rest) {
    for (size_t i = 0; i <= a->mask; i++) {
        if (a->entries[i].object != NULL && check_object(a, &a->entries[i], at_rest)) return 1;
    }
    return 0;
}

AuditResult audit_heap(VM *vm, bool at_rest, AuditReport *report) {
    Audit a = {.vm = vm, .report = report};
    *report = (AuditReport){.objects = 0};
    const char *wrong = NULL;
    if (!heap_check(vm_heap(vm), report->problem, sizeof report->problem)) return AUDIT_PROBLEM;
    if ((wrong = shapes_problem(vm)) != NULL) {
        snprintf(report->problem, sizeof report->problem, "%s", wrong);
        return AUDIT_PROBLEM;
    }
    a.no_memory = !grow(&a);
    int stop = a.no_memory ? 1 : find_all(&a);
    if (stop == 0) stop = check_objects(&a, at_rest);
    free(a.entries);
    free(a.waiting);
    return stop == 0 ? AUDIT_CLEAN : a.no_memory ? AUDIT_NO_MEMORY : AUDIT_PROBLEM;
}
