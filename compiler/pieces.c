/* Texts made of pieces: f-strings, and the % of a text and a display of a tuple. */

#include "compiler/compiler.h"

#include <stdio.h>
#include <string.h>

#include "runtime/text/str.h"

enum {
    PIECES_MAX = 1000,       /* joined at once */
    PERCENT_NUMBER_MAX = 99, /* the greatest width or precision behind a '%' that is compiled */
    PERCENT_SPEC_SIZE = 32,
};

/* ---- f-strings --------------------------------------------------------------------------------------------------- */

/* FORMAT's operand for the conversion of that letter. */
static int32_t conversion_number(int letter) {
    static const char letters[] = "sra";
    return letter > 0 ? (int32_t)(strchr(letters, letter) - letters) + 1 : 0;
}

/* A value is converted before the program's part of its specification is evaluated. */
void formatted_value(Compiler *c, Node *node) {
    int32_t conversion = conversion_number(node->FormattedValue.conversion);
    Node *spec = node->FormattedValue.format_spec;
    expression(c, node->FormattedValue.value);
    if (spec && conversion && is_absent(fold_constant(c, spec))) {
        emit_ab(c, OP_FORMAT, conversion, false, node->span);
        conversion = 0;
    }
    if (spec) expression(c, spec);
    emit_ab(c, OP_FORMAT, conversion, spec != NULL, node->span);
}

/* One more piece of a text lies on the stack; when they are many, they are joined. */
static void piece_pushed(Compiler *c, int32_t *pushed, Span span) {
    if (++*pushed < PIECES_MAX) return;
    emit(c, OP_BUILD_STRING, *pushed, span);
    *pushed = 1;
}

void joined_string(Compiler *c, Node *node) {
    NodeList values = node->JoinedStr.values;
    if (values.count == 0) emit_const(c, c->vm->empty_string, node->span);
    int32_t pushed = 0;
    for (uint32_t i = 0; i < values.count && !c->failed; i++) {
        expression(c, values.items[i]);
        piece_pushed(c, &pushed, node->span);
    }
    if (pushed > 1) emit(c, OP_BUILD_STRING, pushed, node->span);
}

/* ---- The % of a text and a display of a tuple: as an f-string, as in CPython ------------------------------------- */

/* A width or precision, or -1. */
static int percent_number(const String *t, int64_t *at) {
    int number = -1;
    for (uint32_t digit; *at < string_length(t) && (digit = string_at(t, *at) - '0') < 10; ++*at) {
        if (number >= PERCENT_NUMBER_MAX / 10) return PERCENT_NUMBER_MAX + 1;
        number = (number < 0 ? 0 : number * 10) + (int)digit;
    }
    return number;
}

/* A conversion of a template, `*at` being behind its '%' and then behind its letter, which is the result: with what
 * format has as specification. 0: it cannot be compiled. */
static int percent_conversion(const String *t, int64_t *at, char spec[PERCENT_SPEC_SIZE]) {
    bool left = false;
    uint32_t c = 0;
    for (; *at < string_length(t) && (c = string_at(t, *at)) - 1 < 127 && strchr("-+ #0", (int)c); ++*at)
        left |= c == '-';
    int width = percent_number(t, at), precision = -1;
    if (*at < string_length(t) && string_at(t, *at) == '.') {
        ++*at;
        precision = percent_number(t, at);
        if (precision < 0) precision = 0;
    }
    if (width > PERCENT_NUMBER_MAX || precision > PERCENT_NUMBER_MAX || *at == string_length(t)) return 0;
    char *end = spec;
    *end = 0;
    if (width > 0) end += snprintf(end, PERCENT_SPEC_SIZE / 2, "%s%d", left ? "" : ">", width);
    if (precision >= 0) snprintf(end, PERCENT_SPEC_SIZE / 2, ".%d", precision);
    c = string_at(t, (*at)++);
    return c == 's' || c == 'r' || c == 'a' ? (int)c : 0;
}

/* A piece of a template: a conversion, or the text between `start` and `end`. */
typedef struct {
    int letter; /* of a conversion, or 0 */
    int64_t start, end;
    char spec[PERCENT_SPEC_SIZE];
} PercentPiece;

/* The piece at *at, which moves behind it. False: it cannot be compiled. */
static bool percent_piece(const String *t, int64_t *at, PercentPiece *piece) {
    int64_t length = string_length(t);
    piece->letter = 0;
    piece->start = *at;
    while (*at < length && string_at(t, *at) != '%')
        ++*at;
    piece->end = *at;
    if (*at + 1 < length && string_at(t, *at + 1) == '%') { /* "%%" is a '%' */
        piece->end++;
        *at += 2;
    } else if (piece->end == piece->start) {
        ++*at;
        piece->letter = percent_conversion(t, at, piece->spec);
        return piece->letter != 0;
    }
    return true;
}

/* Has the template a conversion that can be compiled for each element? */
static bool percent_fits(const String *t, NodeList elements) {
    uint32_t count = 0;
    PercentPiece piece;
    for (uint32_t i = 0; i < elements.count; i++) {
        if (elements.items[i]->kind == AST_Starred) return false;
    }
    for (int64_t at = 0; at < string_length(t); count += piece.letter != 0) {
        if (!percent_piece(t, &at, &piece)) return false;
    }
    return count == elements.count && count > 0;
}

static void percent(Compiler *c, Value template, NodeList elements, Span span) {
    const String *t = as_string(template);
    Node **next = elements.items;
    int32_t pushed = 0;
    PercentPiece piece;
    for (int64_t at = 0; at < string_length(t) && !c->failed; piece_pushed(c, &pushed, span)) {
        percent_piece(t, &at, &piece);
        if (!piece.letter) {
            emit_const(c, constant_unique(c, string_slice(c->vm, template, piece.start, piece.end)), span);
            continue;
        }
        Node *element = *next++;
        expression(c, element);
        if (piece.spec[0]) emit_const(c, constant_unique(c, string_from_c(c->vm, piece.spec)), span);
        emit_ab(c, OP_FORMAT, conversion_number(piece.letter), piece.spec[0] != 0, element->span);
    }
    if (pushed > 1) emit(c, OP_BUILD_STRING, pushed, span);
}

bool percent_display(Compiler *c, Node *node) {
    if (node->BinOp.op != OPERATOR_Mod || node->BinOp.right->kind != AST_Tuple) return false;
    Value template = fold_constant(c, node->BinOp.left);
    NodeList elements = node->BinOp.right->Tuple.elts;
    bool fits = !is_absent(template) && is_exactly(template, &str_type) &&
                percent_fits(as_string(template), elements);
    if (fits) percent(c, template, elements, node->span);
    return fits;
}
