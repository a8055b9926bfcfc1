/* The tree as text. Sections: literals; one field; nodes. */

#include "parser/dump.h"

#include "base/unicode.h"
#include "lexer/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    INDENT = 2,
    LEVEL_MAX = 2 * AST_MAX_DEPTH, /* a node and the list it is in make two levels */
    INLINE_ARGUMENTS_MAX = 3,      /* a node with so many plain fields stays on its line */
    INT_DIGITS_MAX = 4300,         /* CPython's sys.int_info.default_max_str_digits */
};

typedef struct {
    FILE *out;
    bool positions;
} Printer;

/* ---- Literals -------------------------------------------------------------------------------------- */

/* Decode one WTF-8 code point, lone surrogates included; its length. */
static size_t decode(const unsigned char *text, size_t length, uint32_t *code_point) {
    unsigned char c = text[0];
    size_t size = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    if (size > length) size = 1;
    *code_point = size == 1 ? c : c & (0x7f >> size);
    for (size_t i = 1; i < size; i++)
        *code_point = *code_point << 6 | (text[i] & 0x3f);
    return size;
}

static void print_escaped(FILE *out, uint32_t c) {
    if (c == '\n')
        fputs("\\n", out);
    else if (c == '\r')
        fputs("\\r", out);
    else if (c == '\t')
        fputs("\\t", out);
    else if (c < 0x100)
        fprintf(out, "\\x%02x", (unsigned)c);
    else if (c < 0x10000)
        fprintf(out, "\\u%04x", (unsigned)c);
    else
        fprintf(out, "\\U%08x", (unsigned)c);
}

static void print_quoted(FILE *out, const char *text, size_t length, bool bytes) {
    bool single = memchr(text, '\'', length), both = single && memchr(text, '"', length);
    char quote = single && !both ? '"' : '\'';
    if (bytes) fputc('b', out);
    fputc(quote, out);
    for (size_t i = 0, size; i < length; i += size) {
        uint32_t c = (unsigned char)text[i];
        size = bytes ? 1 : decode((const unsigned char *)text + i, length - i, &c);
        if (c == '\\' || c == (unsigned char)quote)
            fprintf(out, "\\%c", (int)c);
        else if (bytes ? c >= ' ' && c < 0x7f : unicode_is_printable(c))
            fwrite(text + i, 1, size, out);
        else
            print_escaped(out, c);
    }
    fputc(quote, out);
}

static unsigned digit_value(char c) {
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);
}

/* Digits of a base that is a power of two, in decimal: limbs of nine digits, multiplied and added to. */
static void print_converted(FILE *out, const char *digits, size_t length, unsigned base) {
    uint32_t limbs[INT_DIGITS_MAX / 9 + 2] = {0};
    size_t used = 1;
    for (size_t i = 0; i < length; i++) {
        uint64_t carry = digit_value(digits[i]);
        for (size_t k = 0; k < used; k++) {
            carry += (uint64_t)limbs[k] * base;
            limbs[k] = (uint32_t)(carry % 1000000000);
            carry /= 1000000000;
        }
        if (carry) limbs[used++] = (uint32_t)carry;
    }
    fprintf(out, "%u", (unsigned)limbs[used - 1]);
    for (size_t k = used - 1; k-- > 0;)
        fprintf(out, "%09u", (unsigned)limbs[k]);
}

static void print_int(FILE *out, const Constant *value) {
    const char *digits = value->text;
    size_t length = value->length;
    for (; length > 1 && *digits == '0'; length--)
        digits++;
    double bits_a_digit = value->base == 16 ? 4 : value->base == 8 ? 3 : 1;
    if (value->base == 10)
        fwrite(digits, 1, length, out);
    else if ((double)length * bits_a_digit * 0.30103 < INT_DIGITS_MAX)
        print_converted(out, digits, length, value->base);
    else
        fprintf(out, "0%c%.*s", value->base == 16 ? 'x' : value->base == 8 ? 'o' : 'b', (int)length, digits);
}

/*
 * A non-negative double as Python's repr: the fewest digits that read back the same, an exponent outside
 * 1e-4..1e16.
 */
static void print_float(FILE *out, const char *text, bool imaginary) {
    double value = strtod(text, NULL);
    if (isinf(value)) {
        fputs("inf", out);
        return;
    }
    char digits[40];
    for (int precision = 0; precision < 17; precision++) {
        snprintf(digits, sizeof digits, "%.*e", precision, value);
        if (strtod(digits, NULL) == value) break;
    }
    char *mark = strchr(digits, 'e');
    int exponent = atoi(mark + 1);
    *mark = 0;
    if (exponent < -4 || exponent >= 16) {
        fprintf(out, "%se%c%02d", digits, exponent < 0 ? '-' : '+', abs(exponent));
        return;
    }
    int fraction = (int)strlen(digits) - 2 - exponent; /* digits behind the point */
    if (digits[1] == 0) fraction = -exponent;
    if (fraction <= 0)
        fprintf(out, "%.0f%s", value, imaginary ? "" : ".0");
    else
        fprintf(out, "%.*f", fraction, value);
}

static void print_constant(FILE *out, const Constant *value) {
    switch ((ConstantKind)value->kind) {
    case CONSTANT_NONE: fputs("None", out); break;
    case CONSTANT_TRUE: fputs("True", out); break;
    case CONSTANT_FALSE: fputs("False", out); break;
    case CONSTANT_ELLIPSIS: fputs("Ellipsis", out); break;
    case CONSTANT_INT: print_int(out, value); break;
    case CONSTANT_FLOAT: print_float(out, value->text, false); break;
    case CONSTANT_IMAGINARY:
        print_float(out, value->text, true);
        fputc('j', out);
        break;
    case CONSTANT_STR: print_quoted(out, value->text, value->length, false); break;
    case CONSTANT_BYTES: print_quoted(out, value->text, value->length, true); break;
    case CONSTANT_GIVEN: fputs("?", out); break; /* in no tree that was parsed */
    }
}

/* ---- One field ------------------------------------------------------------------------------------- */

/* Is the field printed at all? None and empty lists are not. */
static bool is_shown(AstCursor c) {
    switch (c.field->type) {
    case FIELD_IDENT: return ((const Identifier *)c.value)->utf8 != NULL;
    case FIELD_IDENTS: return ((const IdentifierList *)c.value)->count > 0;
    case FIELD_CHILD: return *(Node *const *)c.value != NULL;
    case FIELD_CHILDREN: return ((const NodeList *)c.value)->count > 0;
    default: return true;
    }
}

static unsigned shown_count(const Printer *printer, const Node *node) {
    unsigned count = printer->positions && ast_nodes[node->kind].positioned ? 4 : 0;
    for (AstCursor c = ast_first(node); c.field->name; ast_next(&c))
        count += is_shown(c);
    return count;
}

/* A field that is one word, or a node without fields. */
static bool is_simple(const Printer *printer, AstCursor c) {
    switch (c.field->type) {
    case FIELD_IDENTS:
    case FIELD_CHILDREN:
    case FIELD_OPERATORS: return false;
    case FIELD_CHILD: return shown_count(printer, *(Node *const *)c.value) == 0;
    default: return true;
    }
}

static bool is_inline(const Printer *printer, const Node *node) {
    if (shown_count(printer, node) > INLINE_ARGUMENTS_MAX) return false;
    for (AstCursor c = ast_first(node); c.field->name; ast_next(&c))
        if (is_shown(c) && !is_simple(printer, c)) return false;
    return true;
}

/* ---- Nodes ----------------------------------------------------------------------------------------- */

static void print_node(const Printer *printer, const Node *node, int level);

static void print_break(const Printer *printer, int level) {
    fprintf(printer->out, "\n%*s", level * INDENT, "");
}

static void print_name(const Printer *printer, Identifier name) {
    print_quoted(printer->out, name.utf8, name.length, false);
}

/* Item `i` of a list field. */
static void print_item(const Printer *printer, AstCursor c, uint32_t i, int level) {
    if (c.field->type == FIELD_IDENTS)
        print_name(printer, ((const IdentifierList *)c.value)->items[i]);
    else if (c.field->type == FIELD_OPERATORS)
        fprintf(printer->out, "%s()", operator_name(((const OperatorList *)c.value)->items[i]));
    else
        print_node(printer, ((const NodeList *)c.value)->items[i], level);
}

static void print_list(const Printer *printer, AstCursor c, uint32_t count, int level) {
    fputc('[', printer->out);
    for (uint32_t i = 0; i < count; i++) {
        if (i) fputc(',', printer->out);
        print_break(printer, level + 1);
        print_item(printer, c, i, level + 1);
    }
    fputc(']', printer->out);
}

static void print_field(const Printer *printer, AstCursor c, int level) {
    static const char *const contexts[] = {
        [CONTEXT_LOAD] = "Load()", [CONTEXT_STORE] = "Store()", [CONTEXT_DEL] = "Del()"};
    FILE *out = printer->out;
    fprintf(out, "%s=", c.field->name);
    switch (c.field->type) {
    case FIELD_IDENT: print_name(printer, *(const Identifier *)c.value); break;
    case FIELD_IDENTS: print_list(printer, c, ((const IdentifierList *)c.value)->count, level); break;
    case FIELD_CHILD: print_node(printer, *(Node *const *)c.value, level); break;
    case FIELD_CHILDREN: print_list(printer, c, ((const NodeList *)c.value)->count, level); break;
    case FIELD_INTEGER: fprintf(out, "%d", *(const int *)c.value); break;
    case FIELD_CONSTANT: print_constant(out, c.value); break;
    case FIELD_OPERATOR: fprintf(out, "%s()", operator_name(*(const Operator *)c.value)); break;
    case FIELD_OPERATORS: print_list(printer, c, ((const OperatorList *)c.value)->count, level); break;
    case FIELD_CONTEXT: fputs(contexts[*(const Context *)c.value], out); break;
    }
}

/* What stands before the next argument of a node: nothing, a blank, or a new line. */
static void print_separator(const Printer *printer, bool first, bool one_line, int level) {
    if (!first) fputc(',', printer->out);
    if (!one_line)
        print_break(printer, level);
    else if (!first)
        fputc(' ', printer->out);
}

static void print_positions(const Printer *printer, Span span, bool first, int level) {
    const struct {
        const char *name;
        uint32_t value;
    } positions[] = {{"lineno", span.line},
                     {"col_offset", span.column},
                     {"end_lineno", span.end_line},
                     {"end_col_offset", span.end_column}};
    for (size_t i = 0; i < sizeof positions / sizeof positions[0]; i++) {
        print_separator(printer, first && i == 0, false, level);
        fprintf(printer->out, "%s=%u", positions[i].name, (unsigned)positions[i].value);
    }
}

static void print_node(const Printer *printer, const Node *node, int level) {
    FILE *out = printer->out;
    if (!node || level > LEVEL_MAX) {
        fputs(node ? "..." : "None", out);
        return;
    }
    bool one_line = is_inline(printer, node), first = true;
    fprintf(out, "%s(", ast_nodes[node->kind].name);
    for (AstCursor c = ast_first(node); c.field->name; ast_next(&c)) {
        if (!is_shown(c)) continue;
        print_separator(printer, first, one_line, level + 1);
        print_field(printer, c, level + 1);
        first = false;
    }
    if (node->kind == AST_Constant && node->Constant.value.has_u_prefix) {
        print_separator(printer, first, one_line, level + 1);
        fputs("kind='u'", out);
    }
    if (printer->positions && ast_nodes[node->kind].positioned)
        print_positions(printer, node->span, first, level + 1);
    fputc(')', out);
}

void ast_print(const Node *root, bool positions, FILE *out) {
    Printer printer = {out, positions};
    print_node(&printer, root, 0);
    fputc('\n', out);
}
