#define PCRE2_CODE_UNIT_WIDTH 0
#include "runtime/modules/regex_engine.h"

#include <limits.h>
#include <pcre2.h>
#include <string.h>

#include "runtime/errors/error.h"
#include "runtime/text/str.h"

enum { WIDEST = 2 }; /* width_log of 32 bits */

/* Of a search: its careful form cannot be compiled for this width. (PCRE2's own number says a match, to a search.) */
enum { TOO_LARGE = INT_MIN };

/* Steps of a search before it goes over to the careful form; callouts between two looks for signals; searches, or
 * characters, that make machine code worth while. */
enum { PATIENCE = 4000000, CALLOUTS_A_LOOK = 4096, USES_TRANSLATED = 24, LENGTH_TRANSLATED = 4096 };

/* --- memory: PCRE2 does not say how large a block is that it frees, so each begins with its size --- */

enum { SIZE_FIELD = 16 };

static void *allocate(size_t size, void *vm) {
    char *block = size <= SIZE_MAX - SIZE_FIELD ? memory_alloc(vm, size + SIZE_FIELD) : NULL;
    if (!block) return NULL;
    memcpy(block, &size, sizeof size);
    return block + SIZE_FIELD;
}

static void release(void *place, void *vm) {
    if (!place) return;
    char *block = (char *)place - SIZE_FIELD;
    size_t size;
    memcpy(&size, block, sizeof size);
    memory_free(vm, block, size + SIZE_FIELD);
}

/* --- a look for signals now and then --- */

typedef struct {
    VM *vm;
    uint32_t callouts;
} Watch;

static int watch(void *data) {
    Watch *w = data;
    if (++w->callouts % CALLOUTS_A_LOOK) return 0;
    return vm_may_go_on(w->vm) ? 0 : PCRE2_ERROR_CALLOUT;
}

/* --- the same for each width of units --- */

typedef RegexSession Session;

typedef struct {
    void *(*compile)(VM *vm, const RegexForm *form, uint32_t options, int *error);
    void (*free)(void *code);
    void (*message)(int error, char text[256]);
    void (*translate)(VM *vm, void *code);
    bool (*session_begin)(VM *vm, int64_t groups, Session *s); /* false RAISES */
    void (*session_end)(Session *s);
    int (*match)(const void *code, const RegexSubject *subject, int64_t start, uint32_t options,
                 const Session *s);
    /* The same by the machine code alone, which takes no bounds: PCRE2_ERROR_JIT_BADOPTION if there is none. */
    int (*match_translated)(const void *code, const RegexSubject *subject, int64_t start, uint32_t options,
                            const Session *s);
    int (*match_watched)(const void *code, const RegexSubject *subject, int64_t start, uint32_t options,
                         const Session *s, Watch *watching);
    const size_t *(*spans)(void *match_data);
} Library;

#define LIBRARY(WIDTH, Unit) \
    static void *compile_##WIDTH(VM *vm, const RegexForm *form, uint32_t options, int *error) { \
        PCRE2_SIZE offset; \
        pcre2_general_context_##WIDTH *general = \
            pcre2_general_context_create_##WIDTH(allocate, release, vm); \
        pcre2_compile_context_##WIDTH *context = \
            general ? pcre2_compile_context_create_##WIDTH(general) : NULL; \
        const String *source = as_string(form->text); \
        Unit *text = context ? memory_alloc(vm, (source->length + 1) * sizeof(Unit)) : NULL; \
        pcre2_code_##WIDTH *code = NULL; \
        *error = PCRE2_ERROR_NOMEMORY; \
        if (text) { \
            for (size_t i = 0; i < source->length; i++) \
                text[i] = source->data[i]; \
            pcre2_set_newline_##WIDTH(context, PCRE2_NEWLINE_LF); \
            pcre2_set_parens_nest_limit_##WIDTH(context, 1000); \
            code = pcre2_compile_##WIDTH(text, source->length, options, error, &offset, context); \
            memory_free(vm, text, (source->length + 1) * sizeof(Unit)); \
        } \
        pcre2_compile_context_free_##WIDTH(context); \
        pcre2_general_context_free_##WIDTH(general); \
        return code; \
    } \
    static void free_##WIDTH(void *code) { pcre2_code_free_##WIDTH(code); } \
    static void message_##WIDTH(int error, char text[256]) { \
        Unit wide[256]; \
        int length = pcre2_get_error_message_##WIDTH(error, wide, 256); \
        for (int i = 0; i < length; i++) \
            text[i] = (char)wide[i]; \
        text[length > 0 ? length : 0] = 0; \
    } \
    static void translate_##WIDTH(VM *vm, void *code) { \
        if (pcre2_jit_compile_##WIDTH(code, PCRE2_JIT_COMPLETE) == PCRE2_ERROR_NOMEMORY && error_raised(vm)) \
            error_clear(vm); \
    } \
    static bool session_begin_##WIDTH(VM *vm, int64_t groups, Session *s) { \
        pcre2_general_context_##WIDTH *general = \
            pcre2_general_context_create_##WIDTH(allocate, release, vm); \
        pcre2_match_context_##WIDTH *context = general ? pcre2_match_context_create_##WIDTH(general) : NULL; \
        s->context = context; \
        s->groups = groups; \
        s->match_data = context ? pcre2_match_data_create_##WIDTH((uint32_t)groups + 1, general) : NULL; \
        if (context) { \
            pcre2_set_match_limit_##WIDTH(context, PATIENCE); \
            pcre2_set_depth_limit_##WIDTH(context, UINT32_MAX); \
            pcre2_set_heap_limit_##WIDTH(context, UINT32_MAX); \
        } \
        if (context && !s->match_data) pcre2_match_context_free_##WIDTH(context); \
        pcre2_general_context_free_##WIDTH(general); \
        return s->match_data != NULL; \
    } \
    static void session_end_##WIDTH(Session *s) { \
        pcre2_match_data_free_##WIDTH(s->match_data); \
        pcre2_match_context_free_##WIDTH(s->context); \
    } \
    static int callout_##WIDTH(pcre2_callout_block_##WIDTH *block, void *data) { return watch(data); } \
    static int match_##WIDTH(const void *code, const RegexSubject *subject, int64_t start, uint32_t options, \
                             const Session *s) { \
        return pcre2_match_##WIDTH(code, subject->data, (size_t)subject->length, (size_t)start, options, \
                                   s->match_data, s->context); \
    } \
    static int match_translated_##WIDTH(const void *code, const RegexSubject *subject, int64_t start, \
                                        uint32_t options, const Session *s) { \
        return pcre2_jit_match_##WIDTH(code, subject->data, (size_t)subject->length, (size_t)start, options, \
                                       s->match_data, s->context); \
    } \
    static int match_watched_##WIDTH(const void *code, const RegexSubject *subject, int64_t start, \
                                     uint32_t options, const Session *s, Watch *watching) { \
        pcre2_set_match_limit_##WIDTH(s->context, UINT32_MAX); \
        pcre2_set_callout_##WIDTH(s->context, callout_##WIDTH, watching); \
        int result = match_##WIDTH(code, subject, start, options, s); \
        pcre2_set_match_limit_##WIDTH(s->context, PATIENCE); \
        pcre2_set_callout_##WIDTH(s->context, NULL, NULL); \
        return result; \
    } \
    static const size_t *spans_##WIDTH(void *data) { return pcre2_get_ovector_pointer_##WIDTH(data); }

LIBRARY(8, uint8_t)
LIBRARY(16, uint16_t)
LIBRARY(32, uint32_t)

#define LIBRARY_TABLE(WIDTH) \
    { \
        compile_##WIDTH, free_##WIDTH, message_##WIDTH, translate_##WIDTH, session_begin_##WIDTH, \
            session_end_##WIDTH, match_##WIDTH, match_translated_##WIDTH, match_watched_##WIDTH, \
            spans_##WIDTH \
    }

static const Library libraries[] = {LIBRARY_TABLE(8), LIBRARY_TABLE(16), LIBRARY_TABLE(32)};

/* --- life --- */

/* Compile the form for a width, or the widest when the expression is too large for that. The width_log compiled, or
 * -1 and *error; what is compiled already is left as it is. */
static int compile_fitting(VM *vm, RegexEngine *e, unsigned width_log, int *error) {
    unsigned width = e->large ? WIDEST : width_log;
    RegexForm *form = &e->forms[width];
    if (!form->code) form->code = libraries[width].compile(vm, form, e->options, error);
    if (form->code) return (int)width;
    if (*error != PCRE2_ERROR_PATTERN_TOO_LARGE || width == WIDEST) return -1;
    e->large = true;
    return compile_fitting(vm, e, WIDEST, error);
}

bool regex_engine_init(VM *vm, RegexEngine *e, const Value texts[3], unsigned flags, unsigned tried,
                       int64_t groups, char reason[256]) {
    int error;
    *e = (RegexEngine){.groups = groups};
    e->options = PCRE2_ALT_CIRCUMFLEX | (flags & REGEX_CASELESS ? PCRE2_CASELESS : 0) |
                 (flags & REGEX_MULTILINE ? PCRE2_MULTILINE : 0) | (flags & REGEX_DOTALL ? PCRE2_DOTALL : 0) |
                 (flags & REGEX_UNICODE ? PCRE2_UCP : 0);
    *reason = 0;
    if (!vm->regex_sessions) {
        vm->regex_sessions = memory_alloc(vm, sizeof *vm->regex_sessions);
        if (!vm->regex_sessions) return false;
        *vm->regex_sessions = (RegexSessions){0};
    }
    vm->regex_sessions->engines++;
    for (int i = 0; i < 3; i++)
        e->forms[i].text = value_ref(texts[i]);
    if (compile_fitting(vm, e, tried, &error) >= 0) return true;
    if (!error_raised(vm)) libraries[tried].message(error, reason);
    regex_engine_fini(vm, e);
    return false;
}

void regex_engine_fini(VM *vm, RegexEngine *e) {
    for (int i = 0; i < 3; i++) {
        RegexForm *form = &e->forms[i];
        if (form->code) libraries[i].free(form->code);
        if (form->careful) libraries[i].free(form->careful);
        for (int k = 0; k < 3; k++) {
            if (form->bound[k]) libraries[i].free(form->bound[k]);
        }
        value_drop(vm, form->text);
    }
    if (--vm->regex_sessions->engines > 0) return;
    for (int i = 0; i < 3; i++) {
        if (vm->regex_sessions->next[i].match_data) libraries[i].session_end(&vm->regex_sessions->next[i]);
    }
    memory_free(vm, vm->regex_sessions, sizeof *vm->regex_sessions);
    vm->regex_sessions = NULL;
}

/* --- matching --- */

uint32_t *regex_subject_widen(VM *vm, RegexSubject *subject, size_t *size) {
    *size = ((size_t)subject->length + 1) * sizeof(uint32_t);
    uint32_t *wide = memory_alloc(vm, *size);
    if (!wide) return NULL;
    for (int64_t i = 0; i < subject->length; i++)
        wide[i] =
            subject->width_log ? ((const uint16_t *)subject->data)[i] : ((const uint8_t *)subject->data)[i];
    *subject = (RegexSubject){wide, subject->length, WIDEST};
    return wide;
}

/* PCRE2's error in a search as an exception. */
static int raise_failure(VM *vm, const Library *library, int error) {
    char text[256];
    if (error_raised(vm)) return -1;
    if (error == PCRE2_ERROR_NOMEMORY || error == PCRE2_ERROR_HEAPLIMIT) {
        raise_memory(vm);
    } else {
        library->message(error, text);
        raise_error(vm, &exc_RuntimeError, "%s", text);
    }
    return -1;
}

int regex_engine_width(VM *vm, RegexEngine *e, unsigned width_log) {
    int error, width = compile_fitting(vm, e, width_log, &error);
    return width >= 0 ? width : raise_failure(vm, &libraries[width_log], error);
}

/* Run the form that looks for signals. */
static int match_carefully(VM *vm, RegexEngine *e, RegexForm *form, const Library *library,
                           const RegexSubject *subject, int64_t start, uint32_t options, const Session *s) {
    int error;
    if (!form->careful) form->careful = library->compile(vm, form, e->options | PCRE2_AUTO_CALLOUT, &error);
    if (!form->careful) return error == PCRE2_ERROR_PATTERN_TOO_LARGE ? TOO_LARGE : PCRE2_ERROR_NOMEMORY;
    Watch watching = {vm, 0};
    return library->match_watched(form->careful, subject, start, options, s, &watching);
}

/* Make machine code of the form, or of one bound as `bounds` says. If that cannot be had, nothing is lost. */
static void translate(VM *vm, const RegexEngine *e, RegexForm *form, const Library *library, uint32_t bounds,
                      unsigned place) {
    int error;
    void *code = place ? library->compile(vm, form, e->options | bounds, &error) : form->code;
    if (place) form->bound[place - 1] = code;
    if (code) library->translate(vm, code);
    if (!code && error_raised(vm)) error_clear(vm);
}

static int match_form(VM *vm, RegexEngine *e, RegexForm *form, const Library *library,
                      const RegexSubject *subject, int64_t start, uint32_t options, const Session *s) {
    uint32_t bounds = options & (PCRE2_ANCHORED | PCRE2_ENDANCHORED);
    unsigned place = (bounds & PCRE2_ANCHORED ? 1 : 0) | (bounds & PCRE2_ENDANCHORED ? 2 : 0);
    if (!(form->translated & 1u << place) &&
        (++form->uses > USES_TRANSLATED || subject->length - start > LENGTH_TRANSLATED)) {
        form->translated |= (uint8_t)(1u << place);
        translate(vm, e, form, library, bounds, place);
    }
    const void *code = place ? form->bound[place - 1] : form->code;
    uint32_t rest = code ? options & ~bounds : options;
    if (!code) code = form->code;
    bool translated = form->translated & 1u << place && !(rest & (PCRE2_ANCHORED | PCRE2_ENDANCHORED));
    int result =
        translated ? library->match_translated(code, subject, start, rest, s) : PCRE2_ERROR_JIT_BADOPTION;
    if (result == PCRE2_ERROR_JIT_BADOPTION) result = library->match(code, subject, start, rest, s);
    if (result == PCRE2_ERROR_JIT_STACKLIMIT)
        result = library->match(code, subject, start, rest | PCRE2_NO_JIT, s);
    if (result == PCRE2_ERROR_MATCHLIMIT)
        result = match_carefully(vm, e, form, library, subject, start, options, s);
    return result;
}

static void copy_spans(const RegexEngine *e, const size_t *found, int count, int64_t *spans) {
    for (int64_t i = 0; i <= e->groups; i++) {
        bool took_part = i < count && found[2 * i] != PCRE2_UNSET;
        spans[2 * i] = took_part ? (int64_t)found[2 * i] : -1;
        spans[2 * i + 1] = took_part ? (int64_t)found[2 * i + 1] : -1;
    }
}

/* The form that looks for signals is larger than the other, so that it may be too large alone: then search on in the
 * widest units. */
static int match_widened(VM *vm, RegexEngine *e, RegexSubject subject, int64_t start, unsigned how,
                         int64_t *spans) {
    size_t size;
    uint32_t *wide = regex_subject_widen(vm, &subject, &size);
    if (!wide) return -1;
    e->large = true;
    int found =
        regex_engine_width(vm, e, WIDEST) < 0 ? -1 : regex_engine_match(vm, e, &subject, start, how, spans);
    memory_free(vm, wide, size);
    return found;
}

int regex_engine_match(VM *vm, RegexEngine *e, const RegexSubject *subject, int64_t start, unsigned how,
                       int64_t *spans) {
    uint32_t options = (how & REGEX_ANCHORED ? PCRE2_ANCHORED : 0) |
                       (how & REGEX_TO_END ? PCRE2_ENDANCHORED : 0) |
                       (how & REGEX_NOT_EMPTY_AT_START ? PCRE2_NOTEMPTY_ATSTART : 0);
    RegexForm *form = &e->forms[subject->width_log];
    const Library *library = &libraries[subject->width_log];
    Session *next = &vm->regex_sessions->next[subject->width_log], s = *next;
    *next = (Session){0}; /* lent: a signal's handler may search, too */
    if (s.match_data && s.groups < e->groups) {
        library->session_end(&s);
        s.match_data = NULL;
    }
    if (!s.match_data && !library->session_begin(vm, e->groups, &s)) return -1;
    int result = match_form(vm, e, form, library, subject, start, options, &s);
    if (result > 0) copy_spans(e, library->spans(s.match_data), result, spans);
    if (next->match_data) {
        library->session_end(&s);
    } else {
        *next = s;
    }
    if (result > 0) return 1;
    if (result == TOO_LARGE && subject->width_log < WIDEST)
        return match_widened(vm, e, *subject, start, how, spans);
    return result == PCRE2_ERROR_NOMATCH ? 0 : raise_failure(vm, library, result);
}
