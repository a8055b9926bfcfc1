#ifndef MPY_RUNTIME_MODULES_REGEX_ENGINE_H
#define MPY_RUNTIME_MODULES_REGEX_ENGINE_H

/*
 * A regular expression in PCRE2, for the module _re.
 *
 * The expression comes as ASCII text in PCRE2's syntax (lib/re translates Python's). It is compiled when it is first
 * matched with a text, once for each width of characters - PCRE2's libraries for units of 8, 16 and 32 bits work on the
 * memory of a str as it lies - and translated to machine code when it has been matched often. All of PCRE2's memory
 * but that machine code comes from the VM's heap.
 *
 * Machine code cannot be told at a match that it is bound to the start or the end of the text: for that the expression
 * is compiled once more, bound so, when it comes to translating it.
 *
 * A search that takes long, as one with nested repetitions may, goes over to a form of the expression that looks for
 * signals on its way: it can be interrupted.
 */

#include <stddef.h>

#include "runtime/state.h"

/* What one search needs at a time: the place for its result and the memory of its branches; its limits. */
typedef struct {
    void *match_data, *context; /* owned */
    int64_t groups;             /* that there is a place for */
} RegexSession;

/* The sessions of the next searches by width_log, whichever expression they are of; one is empty while there is none or
 * it is lent out. They end with the last engine. */
typedef struct RegexSessions {
    RegexSession next[3];
    size_t engines;
} RegexSessions;

typedef struct {
    Value text;     /* the expression, an ASCII str; owned */
    void *code;     /* pcre2_code of the width; NULL until needed. Owned */
    void *careful;  /* the same with callouts; NULL until needed. Owned */
    void *bound[3]; /* the same for matches at the start, up to the end, or both; see below. Owned */
    uint32_t uses;
    uint8_t translated; /* bit 0: the code; 1 to 3: those of `bound` */
} RegexForm;

typedef struct {
    uint32_t options;
    int64_t groups; /* capturing ones, the whole match not counted */
    bool large; /* beyond what the 8 and 16 bit libraries can link within a code: all goes to the widest */
    RegexForm forms[3]; /* by width_log */
} RegexEngine;

/* What is searched: characters, in memory that stays where it is. */
typedef struct {
    const void *data;
    int64_t length;
    unsigned width_log;
} RegexSubject;

enum { REGEX_ANCHORED = 1, REGEX_TO_END = 2, REGEX_NOT_EMPTY_AT_START = 4 };

/* Flags of the expression as a whole. */
enum { REGEX_CASELESS = 1, REGEX_MULTILINE = 2, REGEX_DOTALL = 4, REGEX_UNICODE = 8 };

/* An engine for three ASCII texts, one for each width. That of width `tried` is compiled at once, to
 * see whether it can be: RAISES MemoryError, or returns false with *reason in words. */
RAISES bool regex_engine_init(VM *vm, RegexEngine *e, const Value texts[3], unsigned flags, unsigned tried,
                              int64_t groups, char reason[256]);
void regex_engine_fini(VM *vm, RegexEngine *e);

/* The width_log in which a subject of `width_log` is to be searched, which is at least as great: the expression is
 * compiled for it. -1 RAISES. */
RAISES int regex_engine_width(VM *vm, RegexEngine *e, unsigned width_log);

/* The subject's characters anew in units of 32 bits. NULL RAISES; else it owns a block of *size bytes. */
RAISES uint32_t *regex_subject_widen(VM *vm, RegexSubject *subject, size_t *size);

/* Search from `start` on, in a subject whose width is what regex_engine_width said. 1 and the spans (start and end of
 * each group, the whole match first; -1 -1 of one that took no part), 0 no match, -1 RAISES. */
RAISES int regex_engine_match(VM *vm, RegexEngine *e, const RegexSubject *subject, int64_t start,
                              unsigned how, int64_t *spans);

#endif
