/* The interactive prompt. */
#include "cli/prompt.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/run.h"
#include "cli/terminal.h"
#include "compiler/compile.h"
#include "parser/parser.h"
#include "runtime/code/code.h"
#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/files/file.h"
#include "runtime/module.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "runtime/version.h"
#include "vm/eval.h"
#include "vm/machine.h"

typedef struct {
    VM *vm;
    bool edited;     /* lines come from readline */
    bool ended;      /* end of input, or an error that ends the prompt */
    int flags;       /* for compiling: what a future import has changed for all later statements */
    unsigned number; /* of statements so far: each is a source of its own, "<stdin>-0" */
} Prompt;

/* --- lines --- */

/* str(sys.ps1) or sys.ps2. What goes wrong with it gives an empty prompt. NEW; ABSENT RAISES MemoryError. */
static Value prompt_text(VM *vm, const char *which) {
    Value prompt = dict_get_c(vm, vm->sys, which);
    if (is_absent(prompt)) return value_ref(vm->empty_string);
    value_ref(prompt);
    Value text = object_str(vm, prompt);
    value_drop(vm, prompt);
    if (!is_absent(text)) return text;
    error_clear(vm);
    return value_ref(vm->empty_string);
}

/* A line of sys.__stdin__, without its end; ABSENT: end of input, or RAISES. NEW. */
static Value read_plainly(VM *vm, Value prompt) {
    size_t length;
    Value keeper = ABSENT, in = dict_get_c(vm, vm->sys, "__stdin__");
    const char *text = string_utf8(vm, prompt, &length, &keeper);
    if (text) fwrite(text, 1, length, stderr);
    value_xdrop(vm, keeper);
    if (is_absent(in) || !is_exactly(in, &text_file_type)) return ABSENT;
    value_ref(in);
    TextFile *file = as_text_file(in);
    bool open = !is_absent(file->buffer) && stream_check_open(vm, file->buffer);
    Value line = open ? text_file_read_line(vm, file, -1) : ABSENT;
    value_drop(vm, in);
    int64_t end = is_absent(line) ? 0 : string_length(as_string(line));
    if (end == 0 || string_at(as_string(line), end - 1) != '\n') {
        if (end == 0) value_clear(vm, &line);
        return line;
    }
    Value cut = string_slice(vm, line, 0, end - 1);
    value_drop(vm, line);
    return cut;
}

static Value read_line(Prompt *p, const char *which) {
    Value prompt = prompt_text(p->vm, which);
    Value line = p->edited ? terminal_read(p->vm, prompt) : read_plainly(p->vm, prompt);
    value_drop(p->vm, prompt);
    if (is_absent(line) && !error_is(p->vm, &exc_KeyboardInterrupt)) p->ended = true;
    return line;
}

/* --- statements --- */

/* Would more lines make this text a statement? */
static bool is_incomplete(VM *vm, Value text) {
    size_t length;
    Value keeper = ABSENT;
    const char *utf8 = string_utf8(vm, text, &length, &keeper);
    if (!utf8) return false;
    Allocator allocator = {heap_allocate_fn, vm_heap(vm)};
    Arena arena;
    Diagnostics diagnostics;
    Source source;
    arena_init(&arena, allocator);
    diagnostics_init(&diagnostics, &arena);
    bool decoded = source_init(&source, allocator, "<stdin>", SOURCE_TEXT, utf8, length, &diagnostics);
    bool incomplete =
        decoded && !parse_source(&source, PARSE_PROMPT, &diagnostics) && diagnostics.error.incomplete;
    source_fini(&source);
    arena_fini(&arena);
    value_xdrop(vm, keeper);
    return incomplete;
}

/* Is it white space, with a comment perhaps? */
static bool is_blank(Value line) {
    const String *s = as_string(line);
    for (int64_t i = 0; i < string_length(s); i++) {
        uint32_t c = string_at(s, i);
        if (c == '#') return true;
        if (c != ' ' && c != '\t' && c != '\f') return false;
    }
    return true;
}

/* The text so far and a further line, each ending in a newline; takes both. */
static Value add_line(VM *vm, STEALS Value text, STEALS Value line) {
    bool done = string_append(vm, &text, line) && string_append(vm, &text, vm->characters['\n']);
    value_drop(vm, line);
    if (!done) value_clear(vm, &text);
    return text;
}

/* The lines of the next statement: NEW. ABSENT: nothing was typed, input has ended, or RAISES. */
static Value read_statement(Prompt *p) {
    VM *vm = p->vm;
    Value line = read_line(p, "ps1");
    if (is_absent(line)) return ABSENT;
    if (is_blank(line)) return value_drop(vm, line), ABSENT;
    Value text = add_line(vm, value_ref(vm->empty_string), line);
    while (!is_absent(text) && is_incomplete(vm, text)) {
        line = read_line(p, "ps2");
        if (is_absent(line) && error_raised(vm)) value_clear(vm, &text);
        if (is_absent(line)) break;
        text = add_line(vm, text, line);
    }
    return text;
}

static Value compile_statement(Prompt *p, Value text, Value filename) {
    VM *vm = p->vm;
    size_t length;
    Value keeper = ABSENT;
    const char *utf8 = string_utf8(vm, text, &length, &keeper);
    Value code = utf8 ? compile_source(vm, utf8, length, filename, COMPILE_SINGLE, p->flags) : ABSENT;
    value_xdrop(vm, keeper);
    if (!is_absent(code) && (as_code(code)->flags & CODE_FUTURE_ANNOTATIONS))
        p->flags |= COMPILE_FUTURE_ANNOTATIONS;
    return code;
}

/* Run a statement in __main__; false RAISES. */
static bool run_statement(Prompt *p, Value text) {
    VM *vm = p->vm;
    Value module = machine_main_module(vm), filename = string_format(vm, "<stdin>-%u", p->number++);
    if (is_absent(module) || is_absent(filename)) return value_xdrop(vm, filename), false;
    Value code = compile_statement(p, text, filename);
    if (!is_absent(code) && !machine_add_source(vm, filename, text)) value_clear(vm, &code);
    value_drop(vm, filename);
    Value result = is_absent(code) ? ABSENT : eval_code(vm, code, as_module(module)->dict, ABSENT, ABSENT);
    value_xdrop(vm, code);
    value_xdrop(vm, result);
    return !is_absent(result);
}

/* --- the loop --- */

/* One turn: read and run. -1 to go on, else the status to exit with. */
static int turn(Prompt *p) {
    enum { GO_ON = -1 };
    VM *vm = p->vm;
    Value text = read_statement(p);
    if (is_absent(text)) {
        if (!error_raised(vm)) return p->ended ? 0 : GO_ON;
        if (p->ended) return run_finish(vm);
        error_clear(vm); /* Ctrl-C while a line was typed */
        fputs("\nKeyboardInterrupt\n", stderr);
        return GO_ON;
    }
    bool ok = run_statement(p, text);
    value_drop(vm, text);
    bool leaving = !ok && error_is(vm, &exc_SystemExit);
    int status = ok ? 0 : machine_finish(vm);
    streams_flush(vm);
    return leaving ? status : GO_ON;
}

static bool set_default(VM *vm, const char *name, const char *text) {
    Value v = string_from_c(vm, text);
    bool ok =
        !is_absent(v) && (!is_absent(dict_get_c(vm, vm->sys, name)) || dict_set_c(vm, vm->sys, name, v));
    value_xdrop(vm, v);
    return ok;
}

static int prompt_loop(VM *vm) {
    if (is_absent(machine_main_module(vm)) || !set_default(vm, "ps1", ">>> ") ||
        !set_default(vm, "ps2", "... ")) {
        return run_finish(vm);
    }
    Prompt p = {.vm = vm, .edited = terminal_begin(vm), .flags = COMPILE_TYPED};
    if (p.edited) vm->hooks.read_terminal = terminal_read;
    int status;
    while ((status = turn(&p)) < 0) {
    }
    if (p.ended) fputs("\n", stderr);
    if (p.edited) terminal_end(vm);
    vm->hooks.read_terminal = NULL;
    return status;
}

int prompt_run(VM *vm, const Options *o) {
    if (!o->flags.quiet)
        fputs("Python " VERSION_TEXT " on linux\nType exit() or press Ctrl-D to leave.\n", stderr);
    int status = run_startup(vm, o);
    return status < 0 ? prompt_loop(vm) : status;
}

int prompt_after(VM *vm, const Options *o) {
    vm_machine(vm)->inspected = true;
    run_program(vm, o);
    vm_machine(vm)->inspected = false;
    return prompt_loop(vm);
}
