#include "runtime/site.h"

#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

typedef struct {
    Object head;
    Value name; /* str: the built-in's; owned */
    Value eof;  /* str: the key that ends input; owned */
} SiteObject;

static int traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((SiteObject *)self)->name);
    VISIT(((SiteObject *)self)->eof);
    return 0;
}

static void dealloc(VM *vm, Object *self) {
    value_xdrop(vm, ((SiteObject *)self)->name);
    value_xdrop(vm, ((SiteObject *)self)->eof);
    object_free(vm, self, sizeof(SiteObject));
}

Value site_call(VM *vm, const char *function, Value *args, int nargs, Value names) {
    return module_call(vm, "_sitebuiltins", function, args, nargs, names);
}

/* --- exit, quit --- */

static Value quitter_repr(VM *vm, Value self) {
    const SiteObject *q = (SiteObject *)as_object(self);
    return string_format(vm, "Use %S() or %S to exit", q->name, q->eof);
}

static Value quitter_call(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value code;
    if (!arguments_bind(vm, "Quitter.__call__", "code=None", args, nargs, names, &code)) return ABSENT;
    return raise_new(vm, &exc_SystemExit, is_absent(code) ? NONE : code);
}

/* --- help --- */

static Value helper_repr(VM *vm, Value self) {
    return string_from_c(vm, "Type help() for interactive help, or help(object) for help about object.");
}

static Value helper_call(VM *vm, Value self, Value *args, int nargs, Value names) {
    return site_call(vm, "help", args, nargs, names);
}

/* --- copyright, credits, license --- */

static Value printer_repr(VM *vm, Value self) {
    return site_call(vm, "notice", &((SiteObject *)as_object(self))->name, 1, ABSENT);
}

static Value printer_call(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value name = ((SiteObject *)as_object(self))->name;
    if (!arguments_bind(vm, "_Printer.__call__", "", args, nargs, names, NULL)) return ABSENT;
    return site_call(vm, "show", &name, 1, ABSENT);
}

/* --- the types --- */

static const MemberDef quitter_members[] = {
    {"name", offsetof(SiteObject, name), 0, NULL}, {"eof", offsetof(SiteObject, eof), 0, NULL}, {0}};

#define SITE_TYPE(variable, text, the_repr, the_call, ...) \
    Type variable = {TYPE_HEAD(variable, "_sitebuiltins." text, .traverse = traverse, .dealloc = dealloc), \
                     .flags = TYPE_NO_NEW, \
                     .basic_size = sizeof(SiteObject), \
                     .base = &object_type, \
                     .repr = the_repr, \
                     .call = the_call, \
                     __VA_ARGS__}

SITE_TYPE(quitter_type, "Quitter", quitter_repr, quitter_call, .members = quitter_members);
SITE_TYPE(
    helper_type, "_Helper", helper_repr, helper_call,
    .doc =
        "Define the builtin 'help'.\n\nThis is a wrapper around pydoc.help that provides a helpful message\n"
        "when 'help' is typed at the Python interactive prompt.\n\nCalling help() at the Python prompt "
        "starts an interactive help session.\nCalling help(thing) prints help for the python object "
        "'thing'.\n");
SITE_TYPE(printer_type, "_Printer", printer_repr, printer_call,
          .doc = "interactive prompt objects for printing the license text, a list of\ncontributors and the "
                 "copyright notice.");

static Value object_make(VM *vm, Type *type, const char *name) {
    SiteObject *o = (SiteObject *)object_new_container(vm, type, sizeof *o);
    if (!o) return raise_memory(vm);
    object_track(&o->head);
    o->name = string_from_c(vm, name);
    o->eof = is_absent(o->name) ? ABSENT : string_from_c(vm, "Ctrl-D (i.e. EOF)");
    if (!is_absent(o->eof)) return from_object(o);
    value_drop(vm, from_object(o));
    return ABSENT;
}

bool site_init(VM *vm) {
    static const struct {
        Type *type;
        const char *name;
    } objects[] = {{&quitter_type, "exit"},      {&quitter_type, "quit"},    {&helper_type, "help"},
                   {&printer_type, "copyright"}, {&printer_type, "credits"}, {&printer_type, "license"}};
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        Value made = object_make(vm, objects[i].type, objects[i].name);
        bool done = !is_absent(made) && dict_set_c(vm, vm->builtins, objects[i].name, made);
        value_xdrop(vm, made);
        if (!done) return false;
    }
    return true;
}
