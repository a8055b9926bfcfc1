/* One compilation from text to code object, and its errors and warnings as Python's. */

#include "compiler/compile.h"

#include <stdio.h>
#include <string.h>

#include "compiler/astobject.h"
#include "compiler/compiler.h"
#include "compiler/symtableobject.h"
#include "gc/heap.h"
#include "lexer/encoding.h"
#include "lexer/utf8.h"
#include "parser/parser.h"
#include "runtime/bytes/bytes.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/errors/warn.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"
#include "runtime/text/str.h"

/* C stack that a level of the tree may take in the deepest pass; frames of debug and sanitizer builds are larger. */
#if defined(MPY_DEBUG) || !defined(__OPTIMIZE__)
enum { STACK_PER_LEVEL = 800 };
#else
enum { STACK_PER_LEVEL = 500 };
#endif

/* ---- Failure ----------------------------------------------------------------------------------------------------- */

void compile_fail(Compiler *c, Span span, const char *format, ...) {
    if (c->failed) return;
    va_list args;
    va_start(args, format);
    diagnostics_vfail(c->diagnostics, DIAGNOSTIC_SYNTAX_ERROR, span, format, args);
    va_end(args);
    c->failed = true;
}

bool compile_refused(Compiler *c, const Node *node) {
    if (node != c->symbols.refused) return false;
    compile_fail(c, node->span, "%s", c->symbols.refusal);
    return true;
}

void compile_fail_memory(Compiler *c) { c->failed = true; }

void compile_warn(Compiler *c, Span span, const char *format, ...) {
    enum { WARNING_MAX = 300 };
    char text[WARNING_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!c->failed) diagnostics_warn(c->diagnostics, span, "%s", text);
}

Value compile_pin(Compiler *c, Value v) {
    if (is_absent(v)) {
        c->failed = true;
        return v;
    }
    if (c->pin_count == c->pin_capacity) {
        size_t capacity = c->pin_capacity ? c->pin_capacity * 2 : 64;
        Value *pins = memory_resize(c->vm, c->pins, c->pin_capacity * sizeof *pins, capacity * sizeof *pins);
        if (!pins) {
            value_drop(c->vm, v);
            c->failed = true;
            return ABSENT;
        }
        c->pins = pins;
        c->pin_capacity = capacity;
    }
    return c->pins[c->pin_count++] = v;
}

static void drop_pins(Compiler *c) {
    while (c->pin_count)
        value_drop(c->vm, c->pins[--c->pin_count]);
    memory_free(c->vm, c->pins, c->pin_capacity * sizeof *c->pins);
}

/* ---- Errors as exceptions ---------------------------------------------------------------------------------------- */

/* Where a SyntaxError points, as its attributes have it. All owned. */
typedef struct {
    Value line, offset, text, end_line, end_offset;
} ErrorPlace;

static void place_drop(VM *vm, ErrorPlace *place) { value_xdrop(vm, place->text); }

/* Is the error in a last line that CPython sees without a newline? It adds one for modules, but behind the tokens. */
static bool is_unfinished_line(const Compiler *c, const Diagnostic *error) {
    bool last = error->span.line == c->source->line_count && c->source->newline_added;
    return last && !(c->flags & COMPILE_FILE) && c->mode != COMPILE_EXEC;
}

/* The first line of the error's text: lines that a string or a backslash makes one are shown together, but for
 * files. */
static uint32_t text_line(const Compiler *c, const Diagnostic *error) {
    bool one = error->first_line == 0 || error->in_token || error->passed || (c->flags & COMPILE_FILE);
    return one ? error->span.line : error->first_line;
}

/* A column of the error's line counted in characters, from 1. CPython takes the bytes in front of it from the beginning
 * of the text. */
static int64_t text_column(const Compiler *c, const Diagnostic *error, uint32_t line, uint32_t column) {
    uint32_t first = text_line(c, error);
    if (error->from_text)
        column += c->source->lines[line - 1] - c->source->lines[error->first_line - 1];
    else if (first == error->span.line || line != error->span.line)
        return (int64_t)source_display_column(c->source, line, column) + 1;
    const char *text = c->source->text + c->source->lines[first - 1];
    size_t length = c->source->lines[line] - c->source->lines[first - 1],
           at = column < length ? column : length;
    while (at < length && ((unsigned char)text[at] & 0xC0) == 0x80) /* within a character */
        at--;
    return (int64_t)utf8_count(text, at) + 1;
}

/* The line of the error; None when it cannot be shown. Errors of the parser show it always, others if it can be read
 * again from a file. NEW, RAISES. */
static Value error_text(Compiler *c, const Diagnostic *error, bool parsing) {
    bool shown = parsing || (c->flags & (COMPILE_FILE | COMPILE_TYPED));
    size_t length, first_length;
    const char *line = source_line(c->source, error->span.line, &length);
    if (!shown || error->no_text || !line) return NONE;
    const char *first = source_line(c->source, text_line(c, error), &first_length);
    bool newline = line + length < c->source->text + c->source->length;
    bool bare = error->in_token || (error->passed && !(c->flags & COMPILE_FILE));
    if (bare || is_unfinished_line(c, error)) newline = false;
    return string_from_utf8(c->vm, first, (size_t)(line - first) + length + newline);
}

/* Where CPython finds an error behind the last line, of which it has no newline: in no column when the end itself is
 * refused, else in that of the line's last character. */
static void place_behind(const Diagnostic *error, uint32_t columns, int64_t *offset, int64_t *end_offset) {
    bool names = strncmp(error->message, "Expected one or more names", 26) == 0;
    bool refused = names || strcmp(error->message, "invalid syntax") == 0;
    *offset = refused ? 0 : (int64_t)columns;
    *end_offset = names ? (int64_t)columns : refused ? 0 : -1;
}

/* Is the error one of the text's end, as when a block is missing there? */
static bool is_at_end(const Source *source, const Diagnostic *error) {
    Span span = error->span;
    size_t length = 0;
    source_line(source, span.line, &length);
    return error->incomplete && span.end_column >= SPAN_UNKNOWN_END && span.line == source->line_count &&
           span.column == length;
}

static ErrorPlace error_place(Compiler *c, const Diagnostic *error, bool parsing) {
    Span span = error->span;
    bool at_end = is_at_end(c->source, error);
    /* CPython's tokenizer has lost the last line when it has read a file to its end, and knows no column then. */
    bool column_lost = error->no_caret || (at_end && (c->flags & COMPILE_FILE));
    int64_t offset = 0, end_offset = 0;
    if (!column_lost) offset = text_column(c, error, span.line, span.column);
    if (span.end_column == SPAN_UNKNOWN_END)
        end_offset = -1;
    else if (span.end_column == SPAN_NO_END)
        end_offset = at_end || error->kind == DIAGNOSTIC_INDENTATION_ERROR ? -1 : 0;
    else if (!error->no_caret)
        end_offset = text_column(c, error, span.end_line, span.end_column);
    size_t length;
    if (parsing && c->mode != COMPILE_EXEC && is_unfinished_line(c, error) &&
        source_line(c->source, span.line, &length) && span.column == length)
        place_behind(error, source_display_column(c->source, span.line, span.column), &offset, &end_offset);
    return (ErrorPlace){int_small(span.line), int_small(offset), error_text(c, error, parsing),
                        int_small(span.end_line), int_small(end_offset)};
}

static Type *error_type(const Compiler *c, const Diagnostic *error) {
    if (error->incomplete && (c->flags & COMPILE_ALLOW_INCOMPLETE)) return &exc__IncompleteInputError;
    if (error->kind == DIAGNOSTIC_INDENTATION_ERROR) return &exc_IndentationError;
    return error->kind == DIAGNOSTIC_TAB_ERROR ? &exc_TabError : &exc_SyntaxError;
}

/* type(message, (filename, line, offset, text, end_line, end_offset)). NEW, RAISES. */
static Value error_located(Compiler *c, Type *type, Value message, const ErrorPlace *place) {
    Value details = tuple_pack(c->vm, 6, c->filename, place->line, place->offset, place->text,
                               place->end_line, place->end_offset);
    if (is_absent(details)) return ABSENT;
    Value exception = call_2(c->vm, from_object(type), message, details);
    value_drop(c->vm, details);
    return exception;
}

/* type(message), with the place in its attributes only: how CPython's symbol table reports. NEW, RAISES. */
static Value error_annotated(Compiler *c, Type *type, Value message, const ErrorPlace *place) {
    Value exception = call_1(c->vm, from_object(type), message);
    if (is_absent(exception)) return exception;
    Value *fields = as_exception(exception)->fields;
    value_set(c->vm, &fields[SYNTAX_FILENAME], value_ref(c->filename));
    value_set(c->vm, &fields[SYNTAX_LINE], place->line);
    value_set(c->vm, &fields[SYNTAX_OFFSET], place->offset);
    value_set(c->vm, &fields[SYNTAX_TEXT], value_ref(place->text));
    value_set(c->vm, &fields[SYNTAX_END_LINE], place->end_line);
    bool ends = int_get(place->end_offset) > 0;
    value_set(c->vm, &fields[SYNTAX_END_OFFSET], ends ? place->end_offset : NONE);
    return exception;
}

typedef enum { STAGE_PARSE, STAGE_SYMBOLS, STAGE_CODE } Stage;

static void raise_syntax(Compiler *c, const Diagnostic *error, Stage stage) {
    Type *type = error_type(c, error);
    const char *text = type == &exc__IncompleteInputError ? "incomplete input" : error->message;
    Value message = string_from_c(c->vm, text);
    if (is_absent(message)) return;
    Value exception = ABSENT;
    if (error->span.line == 0 && stage == STAGE_PARSE && strcmp(error->message, "invalid syntax") == 0) {
        /* nothing there at all */
        ErrorPlace place = {int_small(0), int_small(0), value_ref(c->vm->empty_string), int_small(0),
                            int_small(0)};
        exception = error_located(c, type, message, &place);
        place_drop(c->vm, &place);
    } else if (error->of_text) {
        Value details = tuple_pack(c->vm, 4, c->filename, int_small(0), int_small(-1), NONE);
        if (!is_absent(details)) exception = call_2(c->vm, from_object(type), message, details);
        value_xdrop(c->vm, details);
    } else if (error->span.line == 0) {
        exception = call_1(c->vm, from_object(type), message);
    } else {
        ErrorPlace place = error_place(c, error, stage == STAGE_PARSE || error->no_caret);
        bool annotated = stage == STAGE_SYMBOLS && !c->symbols.located;
        if (!is_absent(place.text))
            exception = (annotated ? error_annotated : error_located)(c, type, message, &place);
        place_drop(c->vm, &place);
    }
    value_drop(c->vm, message);
    if (!is_absent(exception)) raise_object(c->vm, exception);
}

/* Make sure that an exception is raised for whatever failed. */
static void raise_failure(Compiler *c, Stage stage) {
    const Diagnostics *d = c->diagnostics;
    if (error_raised(c->vm)) return;
    if (!d->failed || d->error.kind == DIAGNOSTIC_MEMORY_ERROR)
        raise_memory(c->vm);
    else if (d->error.kind == DIAGNOSTIC_RECURSION_ERROR)
        raise_error(c->vm, &exc_RecursionError, "maximum recursion depth exceeded during compilation");
    else
        raise_syntax(c, &d->error, stage);
}

/* ---- Warnings ---------------------------------------------------------------------------------------------------- */

/* Issue one warning. One that a filter makes an error is a SyntaxError at its place. False RAISES. */
static bool show_warning(Compiler *c, const Diagnostic *warning, Stage stage) {
    VM *vm = c->vm;
    Value message = string_from_utf8(vm, warning->message, strlen(warning->message));
    bool ok = !is_absent(message) &&
              warn_explicit(vm, &exc_SyntaxWarning, message, c->filename, warning->span.line);
    value_xdrop(vm, message);
    if (ok || !error_is(vm, &exc_SyntaxWarning)) return ok;
    error_clear(vm);
    Diagnostic error = *warning;
    error.kind = DIAGNOSTIC_SYNTAX_ERROR;
    raise_syntax(c, &error, stage);
    return false;
}

/* In the order in which they were found, until one raises: first those of the parser, the last of which is given. */
static bool show_warnings(Compiler *c) {
    Stage stage = c->parser_warning ? STAGE_PARSE : STAGE_CODE;
    for (const Diagnostic *w = c->diagnostics->warnings; w; w = w->next) {
        if (!show_warning(c, w, stage)) return false;
        if (w == c->parser_warning) stage = STAGE_CODE;
    }
    return true;
}

/* ---- Future statements ------------------------------------------------------------------------------------------- */

static bool future_feature(Compiler *c, Node *statement, Node *alias) {
    static const char *const known[] = {
#define FUTURE(name, optional, mandatory, flag) #name,
#include "runtime/modules/futures.def"
#undef FUTURE
    };
    const char *name = alias->alias.name.utf8;
    Span span = {statement->span.line, statement->span.column, statement->span.line, SPAN_NO_END};
    if (strcmp(name, "annotations") == 0) c->symbols.future_annotations = true;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i]) == 0) return true;
    if (strcmp(name, "braces") == 0)
        compile_fail(c, span, "not a chance");
    else
        compile_fail(c, span, "future feature %.100s is not defined", name);
    return false;
}

/* The future imports at the head of a module, behind its docstring. */
static bool find_futures(Compiler *c, NodeList body) {
    for (uint32_t i = 0; i < body.count; i++) {
        Node *node = body.items[i];
        bool text = i == 0 && node->kind == AST_Expr && node->Expr.value->kind == AST_Constant &&
                    node->Expr.value->Constant.value.kind == CONSTANT_STR;
        if (text) continue;
        bool future = node->kind == AST_ImportFrom && node->ImportFrom.level == 0 &&
                      node->ImportFrom.module.utf8 && strcmp(node->ImportFrom.module.utf8, "__future__") == 0;
        if (!future) return true;
        c->future_end = node->span.end_line;
        NodeList names = node->ImportFrom.names;
        for (uint32_t k = 0; k < names.count; k++)
            if (!future_feature(c, node, names.items[k])) return false;
    }
    return true;
}

/* ---- The stages -------------------------------------------------------------------------------------------------- */

static NodeList root_body(Node *root) {
    if (root->kind == AST_Module) return root->Module.body;
    return root->kind == AST_Interactive ? root->Interactive.body : (NodeList){0};
}

static bool build_symbols(Compiler *c, Node *root) {
    c->symbols = (SymbolTable){.arena = c->arena,
                               .diagnostics = c->diagnostics,
                               .names = &c->names,
                               .future_annotations = c->flags & COMPILE_FUTURE_ANNOTATIONS,
                               .module_may_await = c->flags & COMPILE_MODULE_MAY_AWAIT};
    return find_futures(c, root_body(root)) && symtable_build(&c->symbols, root);
}

/* BORROWED code object, ABSENT on failure. */
static Value generate(Compiler *c, Node *root) {
    Unit *unit = arena_alloc(c->arena, sizeof *unit);
    if (!unit) return ABSENT;
    unit_enter(c, unit, c->symbols.module, text_value(c, "<module>", 8), 1);
    if (root->kind == AST_Expression) {
        expression(c, root->Expression.body);
        emit(c, OP_RETURN, 0, root->Expression.body->span);
    } else {
        block_body(c, root_body(root));
        emit_const(c, NONE, NO_SPAN);
        emit(c, OP_RETURN, 0, NO_SPAN);
    }
    return unit_leave(c);
}

/* Passes over the tree recurse a level at a time, those that deal with objects by several calls; the parser has bounded
 * the levels. */
static bool stack_suffices(const Compiler *c, const Node *root) {
    const char *here = __builtin_frame_address(0);
    ptrdiff_t level = c->flags & COMPILE_ONLY_TREE ? 2 * STACK_PER_LEVEL : STACK_PER_LEVEL;
    return !c->vm->c_stack_limit || here - c->vm->c_stack_limit > root->depth * level;
}

static Node *parse_text(Compiler *c) {
    static const ParseMode modes[] = {PARSE_FILE, PARSE_EVAL, PARSE_SINGLE};
    ParseMode mode = modes[c->mode];
    if (mode == PARSE_SINGLE && c->flags & COMPILE_OPEN_BLOCKS) mode = PARSE_COMMAND;
    Node *root = parse_source(c->source, mode, c->diagnostics);
    for (const Diagnostic *w = c->diagnostics->warnings; w; w = w->next)
        c->parser_warning = w;
    return root;
}

static Value compile_root(Compiler *c, Stage *stage) {
    *stage = STAGE_PARSE;
    Node *root = is_absent(c->tree) ? parse_text(c) : ast_from_object(c, c->tree);
    if (!root) return ABSENT;
    if (!stack_suffices(c, root))
        return raise_error(c->vm, &exc_RecursionError, "maximum recursion depth exceeded during compilation");
    if (c->flags & COMPILE_ONLY_TREE) return compile_pin(c, ast_to_object(c, root));
    *stage = STAGE_SYMBOLS;
    if (!build_symbols(c, root)) return ABSENT;
    if (c->flags & COMPILE_ONLY_SYMBOLS) return compile_pin(c, symtable_to_object(c->vm, &c->symbols));
    *stage = STAGE_CODE;
    return generate(c, root);
}

/* The text of a source in an encoding that the lexer does not know, by the library's codecs. What these refuse becomes
 * a SyntaxError; an exception that is no mistake of the text stays. */
static Value decode_by_cookie(Compiler *c, SourceKind kind, const char *encoding, const char *text,
                              size_t length) {
    VM *vm = c->vm;
    Value bytes = bytes_from(vm, text, (int64_t)length);
    Value decoded = is_absent(bytes) ? ABSENT : codec_decode(vm, bytes, encoding, "strict");
    value_xdrop(vm, bytes);
    if (!is_absent(decoded) || !(error_is(vm, &exc_LookupError) || error_is(vm, &exc_ValueError)))
        return decoded;
    Value error = error_take(vm);
    if (kind == SOURCE_FILE) {
        raise_error(vm, &exc_SyntaxError, "encoding problem: %s", encoding);
    } else {
        Value message = object_str(vm, error);
        Value details =
            is_absent(message) ? ABSENT : tuple_pack(vm, 4, c->filename, int_small(0), int_small(-1), NONE);
        Value refusal =
            is_absent(details) ? ABSENT : call_2(vm, from_object(&exc_SyntaxError), message, details);
        if (!is_absent(refusal)) raise_object(vm, refusal);
        value_xdrop(vm, details), value_xdrop(vm, message);
    }
    value_drop(vm, error);
    return ABSENT;
}

Value source_decode(VM *vm, const char *text, size_t length) {
    SourceEncoding found = encoding_detect(text, length);
    if (found.encoding == ENCODING_UTF8 || found.disagrees) return ABSENT;
    Value bytes = bytes_from(vm, text, (int64_t)length);
    Value decoded = is_absent(bytes) ? ABSENT : codec_decode(vm, bytes, found.name, "replace");
    value_xdrop(vm, bytes);
    return decoded;
}

/* Make *text what the lexer can read, unless it refuses it anyway. *keeper is what holds it then. */
static bool make_readable(Compiler *c, SourceKind *kind, const char **text, size_t *length, Value *keeper) {
    if (*kind == SOURCE_TEXT || (*length && memchr(*text, '\0', *length))) return true;
    SourceEncoding found = encoding_detect(*text, *length);
    if (found.encoding != ENCODING_UNKNOWN || found.disagrees) return true;
    Value decoded = decode_by_cookie(c, *kind, found.name, *text, *length);
    if (is_absent(decoded)) return false;
    *kind = SOURCE_TEXT;
    *text = string_utf8(c->vm, decoded, length, keeper);
    if (is_absent(*keeper)) *keeper = value_ref(decoded); /* an ASCII str is its own text */
    value_drop(c->vm, decoded);
    return *text != NULL;
}

static Value compile_decoded(Compiler *c, Source *source, SourceKind kind, const char *text, size_t length) {
    size_t name_length;
    Value keeper = ABSENT, text_keeper = ABSENT;
    const char *name = string_utf8(c->vm, c->filename, &name_length, &keeper);
    if (!name) return ABSENT;
    Stage stage = STAGE_PARSE;
    Value code = ABSENT;
    if (make_readable(c, &kind, &text, &length, &text_keeper) &&
        source_init(source, c->arena->allocator, name, kind, text, length, c->diagnostics))
        code = compile_root(c, &stage);
    value_xref(code);
    Value raised = error_take(c->vm);
    if (!show_warnings(c)) {
        value_xdrop(c->vm, raised);
        if (!is_absent(code)) value_clear(c->vm, &code);
    } else {
        error_restore(c->vm, raised);
        if (is_absent(code)) raise_failure(c, stage);
    }
    value_xdrop(c->vm, text_keeper);
    value_xdrop(c->vm, keeper);
    return code;
}

static Value compile_any(VM *vm, const char *text, size_t length, Value filename, CompileMode mode, int flags,
                         Value tree) {
    int imposed = vm->compile_flags;
    if (flags & COMPILE_LEVEL) imposed &= COMPILE_NO_COLUMNS;
    SourceKind kind = flags & COMPILE_FILE ? SOURCE_FILE : flags & COMPILE_BYTES ? SOURCE_BYTES : SOURCE_TEXT;
    Arena arena;
    Diagnostics diagnostics;
    Source source = {0};
    arena_init(&arena, (Allocator){heap_allocate_fn, vm_heap(vm)});
    diagnostics_init(&diagnostics, &arena);
    Compiler c = {.vm = vm,
                  .arena = &arena,
                  .diagnostics = &diagnostics,
                  .source = &source,
                  .names = {.arena = &arena},
                  .filename = filename,
                  .tree = tree,
                  .mode = mode,
                  .flags = flags | imposed};
    Value code = compile_decoded(&c, &source, kind, text, length);
    source_fini(&source);
    drop_pins(&c);
    arena_fini(&arena);
    return code;
}

Value compile_source(VM *vm, const char *text, size_t length, Value filename, CompileMode mode, int flags) {
    return compile_any(vm, text, length, filename, mode, flags, ABSENT);
}

Value compile_tree(VM *vm, Value tree, Value filename, CompileMode mode, int flags) {
    return compile_any(vm, "", 0, filename, mode, flags, tree);
}
