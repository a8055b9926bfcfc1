/* --tokens, --ast, --dis: a program as the stages of the front end see it. */
#include <errno.h>
#include <stdio.h>

#include "base/buffer.h"
#include "cli/run.h"
#include "compiler/compile.h"
#include "compiler/disassemble.h"
#include "lexer/dump.h"
#include "parser/dump.h"
#include "parser/parser.h"
#include "runtime/errors/error.h"
#include "vm/import.h"

enum { STATUS_ERROR = 1 };

/* One dump under way: the file's text, and what the front end says of it. */
typedef struct {
    VM *vm;
    Arena arena;
    Diagnostics diagnostics;
    Source source;
    Value filename;
    const char *text;
    size_t length;
} Dump;

static void print_error(const Dump *d) {
    const Diagnostic *error = &d->diagnostics.error;
    size_t length;
    const char *line = source_line(&d->source, error->span.line, &length);
    if (error->span.line) fprintf(stderr, "  File \"%s\", line %u\n", d->source.name, error->span.line);
    if (line && !error->no_text) {
        uint32_t column = source_display_column(&d->source, error->span.line, error->span.column);
        fprintf(stderr, "    %.*s\n", (int)length, line);
        if (!error->no_caret) fprintf(stderr, "    %*s^\n", (int)column, "");
    }
    fprintf(stderr, "%s: %s\n", diagnostic_kind_name(error->kind), error->message);
}

static bool dump_tokens(Dump *d) { return lexer_print_tokens(&d->source, &d->diagnostics, stdout); }

static bool dump_tree(Dump *d) {
    const Node *tree = parse_source(&d->source, PARSE_FILE, &d->diagnostics);
    if (tree) ast_print(tree, false, stdout);
    return tree;
}

static bool dump_code(Dump *d) {
    Value code = compile_source(d->vm, d->text, d->length, d->filename, COMPILE_EXEC, COMPILE_FILE);
    if (is_absent(code)) return false;
    Buffer out;
    buffer_init(&out, d->source.allocator);
    bool ok = disassemble(d->vm, code, &d->source, &out);
    if (ok && out.failed) ok = (raise_memory(d->vm), false);
    if (ok && out.length) fwrite(out.data, 1, out.length, stdout);
    buffer_fini(&out);
    value_drop(d->vm, code);
    return ok;
}

static bool dump(Dump *d, const Options *o) {
    Allocator allocator = {heap_allocate_fn, vm_heap(d->vm)};
    arena_init(&d->arena, allocator);
    diagnostics_init(&d->diagnostics, &d->arena);
    bool ok = source_init(&d->source, allocator, o->target, SOURCE_FILE, d->text, d->length, &d->diagnostics);
    if (ok)
        ok = (o->action == ACTION_TOKENS ? dump_tokens : o->action == ACTION_AST ? dump_tree : dump_code)(d);
    if (!ok && d->diagnostics.failed) print_error(d);
    source_fini(&d->source);
    arena_fini(&d->arena);
    return ok;
}

/* What was printed has reached standard output? */
static int flushed_status(void) {
    if (fflush(stdout) == 0) return 0;
    if (errno != EPIPE) perror("mpy: cannot write");
    return STATUS_ERROR;
}

int run_dump(VM *vm, const Options *o) {
    Dump d = {.vm = vm, .filename = run_decode(vm, o->target)};
    if (is_absent(d.filename)) return run_finish(vm);
    char *text = import_read(vm, d.filename, &d.length);
    if (!text) {
        int status = run_unreadable(vm, d.filename);
        value_drop(vm, d.filename);
        return status;
    }
    d.text = text;
    bool ok = dump(&d, o);
    memory_free(vm, text, d.length ? d.length : 1);
    value_drop(vm, d.filename);
    int status = error_raised(vm) ? run_finish(vm) : ok ? 0 : STATUS_ERROR;
    return status ? status : flushed_status();
}
