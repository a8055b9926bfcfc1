/* cell: the type. Cells compare by content; an empty one is less than any other. */

#include "runtime/code/cell.h"

#include "runtime/classes/slots.h"
#include "runtime/errors/error.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

Value cell_new(VM *vm, Value content) {
    Cell *cell = (Cell *)object_new_container(vm, &cell_type, sizeof *cell);
    if (cell == NULL) return raise_memory(vm);
    cell->content = value_xref(content);
    object_track(&cell->head);
    return from_object(cell);
}

static Value make(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[1];
    return arguments_bind(vm, "cell", "contents=<unrepresentable>, /", args, nargs, names, row)
               ? cell_new(vm, row[0])
               : ABSENT;
}

static Value repr(VM *vm, Value self) {
    Value content = as_cell(self)->content;
    unsigned long long address = self.bits;
    if (is_absent(content)) return string_format(vm, "<cell at 0x%llx: empty>", address);
    return string_format(vm, "<cell at 0x%llx: %T object at 0x%llx>", address, content,
                         (unsigned long long)content.bits);
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_cell(other)) return NOT_IMPLEMENTED;
    Value a = as_cell(self)->content, b = as_cell(other)->content;
    if (!is_absent(a) && !is_absent(b)) return object_compare(vm, a, b, op);
    return object_compare(vm, int_small(!is_absent(a)), int_small(!is_absent(b)), op);
}

static Value get_contents(VM *vm, Value self) {
    Value content = as_cell(self)->content;
    return is_absent(content) ? raise_value(vm, "Cell is empty") : value_ref(content);
}

static bool set_contents(VM *vm, Value self, Value value) {
    value_set(vm, &as_cell(self)->content, value_xref(value));
    return true;
}

static int traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((Cell *)self)->content);
    return 0;
}

static int rows(Object *self, ReferenceRow *rows) {
    rows[0] = (ReferenceRow){&((Cell *)self)->content.bits, 1, 1};
    return 1;
}

static void clear(VM *vm, Object *self) { value_clear(vm, &((Cell *)self)->content); }

static void dealloc(VM *vm, Object *self) {
    object_untrack(vm, self);
    clear(vm, self);
    object_free(vm, self, sizeof(Cell));
}

static const GetSetDef getsets[] = {
    {"cell_contents", get_contents, set_contents, NULL},
    {0},
};

Type cell_type = {
    TYPE_HEAD(cell_type, "cell", .traverse = traverse, .rows = rows, .clear = clear, .dealloc = dealloc),
    .basic_size = sizeof(Cell),
    .base = &object_type,
    .doc = "Create a new cell object.\n\n  contents\n    the contents of the cell. If not specified, the "
           "cell will be empty,\n    and \n further attempts to access its cell_contents attribute will\n    "
           "raise a ValueError.",
    .new = make,
    .repr = repr,
    .compare = compare,
    .hash = hash_unhashable,
    .getsets = getsets,
};
