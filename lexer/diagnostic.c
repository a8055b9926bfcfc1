#include "lexer/diagnostic.h"

#include <stdio.h>

void diagnostics_init(Diagnostics *diagnostics, Arena *arena) {
    *diagnostics = (Diagnostics){.arena = arena};
}

/* The formatted text in the arena, or NULL when memory is refused. */
static char *format_message(Arena *arena, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *message = length < 0 ? NULL : arena_alloc(arena, (size_t)length + 1);
    if (message) vsnprintf(message, (size_t)length + 1, format, again);
    va_end(again);
    return message;
}

bool diagnostics_fail_memory(Diagnostics *diagnostics) {
    if (diagnostics->failed) return false;
    diagnostics->failed = true;
    diagnostics->error = (Diagnostic){.kind = DIAGNOSTIC_MEMORY_ERROR, .message = ""};
    return false;
}

bool diagnostics_vfail(Diagnostics *diagnostics, DiagnosticKind kind, Span span, const char *format,
                       va_list args) {
    if (diagnostics->failed) return false;
    char *message = format_message(diagnostics->arena, format, args);
    if (!message) return diagnostics_fail_memory(diagnostics);
    diagnostics->failed = true;
    diagnostics->error = (Diagnostic){.kind = kind, .span = span, .message = message};
    return false;
}

bool diagnostics_fail(Diagnostics *diagnostics, DiagnosticKind kind, Span span, const char *format, ...) {
    va_list args;
    va_start(args, format);
    diagnostics_vfail(diagnostics, kind, span, format, args);
    va_end(args);
    return false;
}

static void add_warnings(Diagnostics *diagnostics, Diagnostic *first, Diagnostic *last) {
    if (diagnostics->last_warning)
        diagnostics->last_warning->next = first;
    else
        diagnostics->warnings = first;
    diagnostics->last_warning = last;
}

void diagnostics_warn(Diagnostics *diagnostics, Span span, const char *format, ...) {
    if (diagnostics->silent) return;
    va_list args;
    va_start(args, format);
    char *message = format_message(diagnostics->arena, format, args);
    va_end(args);
    Diagnostic *warning = arena_alloc(diagnostics->arena, sizeof *warning);
    if (!message || !warning) {
        diagnostics_fail_memory(diagnostics);
        return;
    }
    *warning = (Diagnostic){.kind = DIAGNOSTIC_SYNTAX_WARNING, .span = span, .message = message};
    add_warnings(diagnostics, warning, warning);
}

void diagnostics_take_warnings(Diagnostics *diagnostics, Diagnostics *from) {
    if (from->warnings) add_warnings(diagnostics, from->warnings, from->last_warning);
    from->warnings = from->last_warning = NULL;
}

const char *diagnostic_kind_name(DiagnosticKind kind) {
    static const char *const names[] = {
        [DIAGNOSTIC_SYNTAX_ERROR] = "SyntaxError",
        [DIAGNOSTIC_INDENTATION_ERROR] = "IndentationError",
        [DIAGNOSTIC_TAB_ERROR] = "TabError",
        [DIAGNOSTIC_MEMORY_ERROR] = "MemoryError",
        [DIAGNOSTIC_RECURSION_ERROR] = "RecursionError",
        [DIAGNOSTIC_SYNTAX_WARNING] = "SyntaxWarning",
    };
    return names[kind];
}
