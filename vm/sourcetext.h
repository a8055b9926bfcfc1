#ifndef MPY_VM_SOURCETEXT_H
#define MPY_VM_SOURCETEXT_H

/*
 * Lines of source in tracebacks: found in what was run or in its file, cut to the part that is of interest, and marked
 * with carets from the columns of an instruction (PEP 657), with ~ and ^ where the compiler's anchors tell an
 * operator from its operands.
 *
 * A SourceText keeps the text of the file that was asked for last, since the entries of a traceback often come from
 * one.
 */

#include "runtime/code/code.h"
#include "runtime/text/builder.h"

typedef struct {
    VM *vm;
    Builder *out;   /* what lines are appended to while they are printed; borrowed */
    Value filename; /* whose text is at hand; borrowed; ABSENT: none */
    char *text;     /* owned, `size` bytes; NULL: the file cannot be shown */
    size_t size;
} SourceText;

/* Append to `out` the lines of the instruction at `index`, which begins in `line` (0: unknown), if they can be had;
 * raises nothing. Without carets: only the first. */
void source_text_print(SourceText *s, Builder *out, const Code *code, uint32_t index, uint32_t line,
                       bool carets);

/* Forget the text at hand. */
void source_text_fini(SourceText *s);

/* Lines of source as a traceback shows them: indented, with carets under what reaches from byte `start` of the first to
 * byte `end` of the last. A str. */
NEW RAISES Value source_text_mark(VM *vm, Value text, int64_t start, int64_t end);

#endif
