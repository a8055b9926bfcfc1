#ifndef MPY_LEXER_LITERAL_H
#define MPY_LEXER_LITERAL_H

/*
 * What NUMBER, STRING and FSTRING_MIDDLE tokens say, as plain bytes: this room knows no objects.
 *
 * Numbers are classified and stripped of prefix, underscores and `j`; turning digits into a value is the
 * runtime's work. Strings are split into prefix and body and unescaped. Text is WTF-8: UTF-8 that may also
 * hold lone surrogates (three bytes each), because "\ud800" is a legal literal. Bytes literals give the bytes
 * themselves.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "lexer/diagnostic.h"
#include "lexer/lexer.h"

typedef enum { NUMBER_INT, NUMBER_FLOAT, NUMBER_IMAGINARY } NumberKind;

typedef struct {
    NumberKind kind;
    int base;           /* 2, 8, 10 or 16; 10 unless an int */
    const char *digits; /* NUL-terminated, in the arena: no prefix, no underscores, no j */
    size_t length;
} NumberLiteral;

/* Read a NUMBER token; false when memory is refused. */
bool number_literal(const Token *token, Arena *arena, NumberLiteral *literal);

typedef struct {
    bool bytes;     /* b prefix */
    bool raw;       /* r prefix */
    bool unicode;   /* u prefix: the constant's `kind` in the ast module */
    bool triple;    /* """ or ''' */
    uint32_t start; /* of the body, as an offset into the token's text */
    uint32_t end;
} StringLiteral;

/* Split a STRING token. */
StringLiteral string_literal(const Token *token);

/*
 * Append what a STRING or FSTRING_MIDDLE token stands for to `out`. Unknown escapes are kept and warned of; a
 * wrong one is an error in `diagnostics` and false. A refused append shows in out->failed and gives false as
 * well.
 */
bool literal_decode(const Token *token, Buffer *out, Diagnostics *diagnostics);

#endif
