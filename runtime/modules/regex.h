#ifndef MPY_RUNTIME_MODULES_REGEX_H
#define MPY_RUNTIME_MODULES_REGEX_H

/*
 * The types of the module _re: re.Pattern (regex_pattern.c) and re.Match (regex_match.c).
 *
 * A pattern owns its engine and what Python code asks of it. A match owns the string that was searched and its pattern;
 * its spans are offsets into the string.
 */

#include "runtime/bytes/buffer.h"
#include "runtime/modules/regex_engine.h"

typedef struct {
    Object head;
    Value pattern;     /* str or bytes, as given; owned */
    Value flags;       /* int; owned */
    Value group_index; /* mappingproxy: name -> number; owned */
    Value names;       /* tuple: the name of each group from 1 on, or None; owned */
    Value order;       /* tuple: when each group's parenthesis is closed, from 0 on; owned */
    Value template; /* callable(pattern, template) -> str, bytes, or [literal, group, literal, ...]; owned */
    bool bytes;
    RegexEngine engine;
} Pattern;

typedef struct {
    Object head;
    Value pattern; /* owned */
    Value string;  /* what was searched; owned */
    int64_t pos, endpos;
    int64_t count;      /* of spans: groups and one */
    int64_t spans[][2]; /* start and end; -1 of a group that took no part */
} Match;

static inline Pattern *as_pattern(Value v) { return (Pattern *)as_object(v); }
static inline Match *as_match(Value v) { return (Match *)as_object(v); }

/* A string opened for searching. The memory stays where it is until regex_close. */
typedef struct {
    Value string; /* borrowed */
    RegexSubject subject;
    BufferView view;
    bool viewed;
    uint32_t *widened;   /* the characters anew in 32 bits, when the engine wants that; owned, else NULL */
    size_t widened_size; /* in bytes */
} RegexText;

RAISES bool regex_open(VM *vm, const Pattern *pattern, Value string, RegexText *text);
void regex_close(VM *vm, RegexText *text);
/* The part of an open text, or of a string, as str or bytes. */
NEW RAISES Value regex_slice(VM *vm, const RegexText *text, int64_t start, int64_t stop);
NEW RAISES Value regex_slice_of(VM *vm, Value string, int64_t start, int64_t stop);

NEW RAISES Value match_new(VM *vm, Value pattern, Value string, int64_t pos, int64_t endpos,
                           const int64_t *spans);
/* Append a template's expansion, [literal, group, literal, ...], to a list of pieces. */
RAISES bool match_expand(VM *vm, Value parts, const RegexText *text, const int64_t *spans, Value pieces);
/* ''.join(pieces), or b''.join. */
NEW RAISES Value regex_join(VM *vm, bool bytes, Value pieces);

#endif
