#ifndef MPY_COMPILER_ANCHORS_H
#define MPY_COMPILER_ANCHORS_H

/*
 * What a traceback wants to know of the piece of source that failed: where its operator, subscript or argument list
 * stands, so that `^^^` can be put there and `~~~` under the rest; and whether it is a call that is a statement's whole
 * value, which needs no marks. CPython 3.13's rules. Lines count from 0, columns in bytes.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

typedef struct {
    int left_line, left_column;   /* the marked part begins */
    int right_line, right_column; /* and ends before */
} CaretAnchors;

/* The anchors of an expression (one or more lines, no newline at the end). False: it has none. */
bool anchors_find(Allocator allocator, const char *expression, size_t length, CaretAnchors *anchors);

/* Is the text one statement `return name(...)` or `name = ...(...)` whose call reaches from `start` of the first line
 * to `end` of the last? */
bool anchors_whole_call(Allocator allocator, const char *text, size_t length, int start, int end);

#endif
