#include "runtime/quitter.h"

#include "runtime/dict.h"
#include "runtime/error.h"
#include "runtime/native.h"
#include "runtime/str.h"

typedef struct {
    Object head;
    Value name; /* str; owned */
    Value eof;  /* str: the key that ends input; owned */
} Quitter;

static int traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((Quitter *)self)->name);
    VISIT(((Quitter *)self)->eof);
    return 0;
}

static void dealloc(VM *vm, Object *self) {
    value_xdrop(vm, ((Quitter *)self)->name);
    value_xdrop(vm, ((Quitter *)self)->eof);
    object_free(vm, self, sizeof(Quitter));
}

static Value repr(VM *vm, Value self) {
    const Quitter *q = (Quitter *)as_object(self);
    return string_format(vm, "Use %S() or %S to exit", q->name, q->eof);
}

static Value call(VM *vm, Value self, Value *args, int nargs, Value names) {
    (void)self;
    Value code;
    if (!arguments_bind(vm, "Quitter.__call__", "code=None", args, nargs, names, &code)) return ABSENT;
    return raise_new(vm, &exc_SystemExit, is_absent(code) ? NONE : code);
}

static const MemberDef members[] = {
    {"name", offsetof(Quitter, name), 0, NULL}, {"eof", offsetof(Quitter, eof), 0, NULL}, {0}};

Type quitter_type = {
    TYPE_HEAD(quitter_type, "_sitebuiltins.Quitter", .traverse = traverse, .dealloc = dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(Quitter),
    .base = &object_type,
    .repr = repr,
    .call = call,
    .members = members,
};

static Value quitter_new(VM *vm, const char *name) {
    Quitter *q = (Quitter *)object_new_container(vm, &quitter_type, sizeof *q);
    if (!q) return raise_memory(vm);
    object_track(&q->head);
    q->name = string_from_c(vm, name);
    q->eof = is_absent(q->name) ? ABSENT : string_from_c(vm, "Ctrl-D (i.e. EOF)");
    if (!is_absent(q->eof)) return from_object(q);
    value_drop(vm, from_object(q));
    return ABSENT;
}

bool quitters_init(VM *vm) {
    static const char *const names[] = {"exit", "quit"};
    for (int i = 0; i < 2; i++) {
        Value quitter = quitter_new(vm, names[i]);
        bool done = !is_absent(quitter) && dict_set_c(vm, vm->builtins, names[i], quitter);
        value_xdrop(vm, quitter);
        if (!done) return false;
    }
    return true;
}
