/*
 * The module unicodedata: the Unicode Character Database. Properties come from the tables of runtime/text/ucd.h, names
 * from those of lexer/uniname.h; normalisation is utf8proc's (UAX 15), but for the ordering of marks
 * (base/canonical.h).
 */

#include <string.h>
#include <utf8proc.h>

#include "base/canonical.h"
#include "lexer/uniname.h"
#include "runtime/bytes/buffer.h"
#include "runtime/bytes/bytes.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/text/codec.h"
#include "runtime/text/str.h"
#include "runtime/text/text.h"
#include "runtime/text/ucd.h"
#include "runtime/text/units.h"

/* --- one character --- */

/* The code point of a function's only argument, or its first: a str of one character. -1 RAISES. */
static int64_t character(VM *vm, Value v, const char *function, bool only) {
    if (is_string(v) && string_length(as_string(v)) == 1) return string_at(as_string(v), 0);
    raise_type(vm, "%s() argument%s must be a unicode character, not %Q", function, only ? "" : " 1", v);
    return -1;
}

NATIVE(function_category) {
    int64_t c = character(vm, args[0], "category", true);
    return c < 0 ? ABSENT : string_intern_fixed(vm, ucd_categories[ucd_record((uint32_t)c)->category]);
}

NATIVE(function_bidirectional) {
    int64_t c = character(vm, args[0], "bidirectional", true);
    return c < 0 ? ABSENT : string_intern_fixed(vm, ucd_directions[ucd_record((uint32_t)c)->direction]);
}

NATIVE(function_east_asian_width) {
    int64_t c = character(vm, args[0], "east_asian_width", true);
    return c < 0 ? ABSENT : string_intern_fixed(vm, ucd_widths[ucd_record((uint32_t)c)->width]);
}

NATIVE(function_combining) {
    int64_t c = character(vm, args[0], "combining", true);
    return c < 0 ? ABSENT : int_small(ucd_record((uint32_t)c)->combining);
}

NATIVE(function_mirrored) {
    int64_t c = character(vm, args[0], "mirrored", true);
    return c < 0 ? ABSENT : int_small(ucd_record((uint32_t)c)->mirrored);
}

NATIVE(function_decomposition) {
    int64_t c = character(vm, args[0], "decomposition", true);
    if (c < 0) return ABSENT;
    uint32_t low = 0, high = ucd_decomposition_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ucd_decompositions[middle].code_point < c)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < ucd_decomposition_count && ucd_decompositions[low].code_point == c;
    return found ? string_from_c(vm, ucd_text + ucd_decompositions[low].text) : value_ref(vm->empty_string);
}

/* --- numbers --- */

static const UcdNumber *find_number(int64_t c) {
    uint32_t low = 0, high = ucd_number_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ucd_numbers[middle].code_point < c)
            low = middle + 1;
        else
            high = middle;
    }
    return low < ucd_number_count && ucd_numbers[low].code_point == c ? &ucd_numbers[low] : NULL;
}

/* What a function returns for a character without the property: its second argument, or a ValueError. */
static Value fallback(VM *vm, Value otherwise, const char *message) {
    return is_absent(otherwise) ? raise_value(vm, "%s", message) : value_ref(otherwise);
}

NATIVE(function_decimal) {
    int64_t c = character(vm, args[0], "decimal", false);
    if (c < 0) return ABSENT;
    const UcdNumber *number = find_number(c);
    return number && number->decimal >= 0 ? int_small(number->decimal)
                                          : fallback(vm, args[1], "not a decimal");
}

NATIVE(function_digit) {
    int64_t c = character(vm, args[0], "digit", false);
    if (c < 0) return ABSENT;
    const UcdNumber *number = find_number(c);
    return number && number->digit >= 0 ? int_small(number->digit) : fallback(vm, args[1], "not a digit");
}

NATIVE(function_numeric) {
    int64_t c = character(vm, args[0], "numeric", false);
    if (c < 0) return ABSENT;
    const UcdNumber *number = find_number(c);
    if (!number) return fallback(vm, args[1], "not a numeric character");
    return float_from(vm, (double)number->numerator / number->denominator);
}

/* --- names --- */

NATIVE(function_name) {
    char name[UNINAME_MAX];
    int64_t c = character(vm, args[0], "name", false);
    if (c < 0) return ABSENT;
    size_t length = uniname_of((uint32_t)c, name);
    return length ? string_from_ascii(vm, name, length) : fallback(vm, args[1], "no such name");
}

static Value sequence_text(VM *vm, const UcdSequence *sequence) {
    int64_t length = 0;
    uint32_t maximum = 0;
    while (length < UCD_SEQUENCE_MAX && sequence->points[length])
        maximum |= sequence->points[length++];
    String *text = string_new(vm, length, maximum);
    if (!text) return ABSENT;
    for (int64_t i = 0; i < length; i++)
        string_store(text, i, sequence->points[i]);
    return from_object(text);
}

/* The characters called `name`, without regard to case; ABSENT, nothing raised, when it is nobody's name. */
static Value find_named(VM *vm, const char *name, size_t length) {
    int32_t c = uniname_lookup(name, length);
    if (c >= 0) return string_from_char(vm, (uint32_t)c);
    uint32_t low = 0, high = ucd_sequence_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const char *other = ucd_text + ucd_sequences[middle].name;
        int order = strncasecmp(other, name, length);
        if (order == 0 && other[length] == 0) return sequence_text(vm, &ucd_sequences[middle]);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return ABSENT;
}

enum { LONGEST = 256 }; /* lookup() takes no longer names */

static void raise_unknown(VM *vm, const char *name, size_t length) {
    if (length > LONGEST) {
        raise_error(vm, &exc_KeyError, "name too long");
        return;
    }
    Value text = string_decode_utf8(vm, name, strnlen(name, length), "replace");
    if (!is_absent(text)) raise_error(vm, &exc_KeyError, "undefined character name '%U'", text);
    value_xdrop(vm, text);
}

NATIVE(function_lookup) {
    Value keeper = ABSENT;
    size_t length = 0;
    const char *name;
    if (is_string(args[0])) {
        keeper = codec_encode(vm, args[0], "utf-8", "strict");
        name = is_absent(keeper) ? NULL : (const char *)as_bytes(keeper)->data;
        length = name ? (size_t)as_bytes(keeper)->length : 0;
    } else if (is_bytes(args[0])) {
        name = (const char *)as_bytes(args[0])->data;
        length = (size_t)as_bytes(args[0])->length;
    } else if (has_buffer(args[0])) {
        return raise_type(vm, "lookup() argument must be read-only bytes-like object, not %T", args[0]);
    } else {
        return raise_type(vm, "a bytes-like object is required, not '%T'", args[0]);
    }
    if (!name) return ABSENT;
    Value found = length > LONGEST ? ABSENT : find_named(vm, name, length);
    if (is_absent(found) && !error_raised(vm)) raise_unknown(vm, name, length);
    value_xdrop(vm, keeper);
    return found;
}

/* --- normalisation --- */

typedef struct {
    const char *name;
    bool composed, compatible;
    uint8_t bit; /* what a character's `changing` calls it */
} Form;

static const Form forms[] = {{"NFC", true, false, UCD_NFC},
                             {"NFKC", true, true, UCD_NFKC},
                             {"NFD", false, false, UCD_NFD},
                             {"NFKD", false, true, UCD_NFKD}};

/* The form an argument names; NULL RAISES. */
static const Form *form_argument(VM *vm, const char *function, Value *args) {
    for (int i = 0; i < 2; i++) {
        if (is_string(args[i])) continue;
        raise_type(vm, "%s() argument %d must be str, not %Q", function, i + 1, args[i]);
        return NULL;
    }
    if (string_length(as_string(args[1])) == 0) return &forms[0]; /* which is then not looked at */
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (string_equal_c(args[0], forms[i].name)) return &forms[i];
    }
    raise_value(vm, "invalid normalization form");
    return NULL;
}

static utf8proc_option_t form_options(const Form *form) {
    return UTF8PROC_STABLE | (form->composed ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE) |
           (form->compatible ? UTF8PROC_COMPAT : 0);
}

enum {
    ASCII_END = 0x80,
    COMBINING_BEGIN = 0x300
}; /* all characters before are in form NFC, and join none before them */
enum { HANGUL_FIRST = 0xAC00, HANGUL_COUNT = 11172 };

/* Code points of a text being normalised. */
typedef struct {
    int32_t *points; /* owned */
    int64_t count, capacity;
} Points;

static size_t points_size(const Points *p) { return (size_t)p->capacity * sizeof *p->points; }

static bool points_reserve(VM *vm, Points *p, int64_t count) {
    if (count <= p->capacity - p->count) return true;
    int64_t capacity = p->capacity * 2 + count;
    int32_t *points = memory_resize(vm, p->points, points_size(p), (size_t)capacity * sizeof *points);
    if (!points) return false;
    p->points = points;
    p->capacity = capacity;
    return true;
}

static bool decompose(VM *vm, const String *text, const Form *form, Points *to) {
    utf8proc_option_t options = form_options(form);
    uint8_t parts = form->compatible ? UCD_NFKD : UCD_NFD; /* what is in this form is not taken apart */
    int64_t length = string_length(text);
    int boundary = 0;
    if (!points_reserve(vm, to, length + length / 2)) return false;
    for (int64_t i = 0; i < length; i++) {
        int32_t c = (int32_t)string_at(text, i);
        if (!points_reserve(vm, to, 3)) return false;
        if (c < ASCII_END || !(ucd_record((uint32_t)c)->changing & parts)) {
            to->points[to->count++] = c;
            continue;
        }
        uint32_t syllable = (uint32_t)c - HANGUL_FIRST;
        if (syllable < HANGUL_COUNT) { /* is letters by arithmetic (The Unicode Standard, section 3.12) */
            to->points[to->count++] = (int32_t)(0x1100 + syllable / 588);
            to->points[to->count++] = (int32_t)(0x1161 + syllable % 588 / 28);
            if (syllable % 28) to->points[to->count++] = (int32_t)(0x11A7 + syllable % 28);
            continue;
        }
        int64_t room = to->capacity - to->count;
        int64_t count = utf8proc_decompose_char(c, to->points + to->count, room, options, &boundary);
        if (count > room) { /* now there is enough */
            if (!points_reserve(vm, to, count)) return false;
            utf8proc_decompose_char(c, to->points + to->count, count, options, &boundary);
        }
        to->count += count;
    }
    return true;
}

/* Does a character of a decomposed text never join one before it? */
static bool is_boundary(int32_t c) {
    const UcdRecord *r = ucd_record((uint32_t)c);
    return c < COMBINING_BEGIN || !(r->combining || r->changing & UCD_NFC);
}

/* Compose the decomposed text in place; its new length. What lies between boundaries is composed with the one
 * before. */
static int64_t compose(int32_t *points, int64_t count, const Form *form) {
    int64_t filled = 0;
    for (int64_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && !is_boundary(points[end]);)
            end++;
        if (end == i + 1) {
            points[filled++] = points[i];
            continue;
        }
        int64_t left = utf8proc_normalize_utf32(points + i, end - i, form_options(form));
        memmove(points + filled, points + i, (size_t)left * sizeof *points);
        filled += left;
    }
    return filled;
}

static Value text_of_points(VM *vm, const int32_t *points, int64_t count) {
    uint32_t maximum = 0;
    for (int64_t i = 0; i < count; i++)
        maximum |= (uint32_t)points[i];
    String *text = string_new(vm, count, maximum > 0x10FFFF ? 0x10FFFF : maximum);
    if (!text) return ABSENT;
    units_copy(text->data, text->width_log, points, 2, count);
    return from_object(text);
}

/* Expanded for each width. */
static inline __attribute__((always_inline)) bool quick_check(Text text, uint8_t bit) {
    unsigned last = 0;
    for (int64_t i = 0; i < text_length(text); i++) {
        const UcdRecord *r = ucd_record(text_at(text, i));
        if (r->changing & bit || (r->combining && r->combining < last)) return false;
        last = r->combining;
    }
    return true;
}

/* Is the text in the form for certain (UAX 15, section 9)? */
static bool plainly_normal(const String *text, const Form *form) {
    if (text->ascii || (text->width_log == 0 && form->bit == UCD_NFC)) return true;
    int64_t length = string_length(text);
    if (text->width_log == 0) return quick_check(text_make(text->data, length, 0), form->bit);
    if (text->width_log == 1) return quick_check(text_make(text->data, length, 1), form->bit);
    return quick_check(text_make(text->data, length, 2), form->bit);
}

static Value normalized(VM *vm, Value string, const Form *form) {
    const String *text = as_string(string);
    if (plainly_normal(text, form)) return value_ref(string);
    Points all = {0};
    int32_t *scratch = NULL;
    Value result = ABSENT;
    size_t size = 0;
    if (decompose(vm, text, form, &all)) {
        size = ((size_t)all.count + 1) * sizeof *scratch;
        scratch = memory_alloc(vm, size);
    }
    if (scratch) {
        canonical_order(all.points, scratch, (size_t)all.count);
        if (form->composed) all.count = compose(all.points, all.count, form);
        result = text_of_points(vm, all.points, all.count);
        memory_free(vm, scratch, size);
    }
    if (all.points) memory_free(vm, all.points, points_size(&all));
    if (is_absent(result) || !string_equal(result, string)) return result;
    value_drop(vm, result);
    return value_ref(string);
}

NATIVE(function_normalize) {
    const Form *form = form_argument(vm, "normalize", args);
    return form ? normalized(vm, args[1], form) : ABSENT;
}

NATIVE(function_is_normalized) {
    const Form *form = form_argument(vm, "is_normalized", args);
    if (form && !form->composed) return bool_from(plainly_normal(as_string(args[1]), form)); /* no perhaps */
    Value result = form ? normalized(vm, args[1], form) : ABSENT;
    if (is_absent(result)) return ABSENT;
    bool same = value_same(result, args[1]);
    value_drop(vm, result);
    return same ? TRUE_VALUE : FALSE_VALUE;
}

/* --- the module --- */

#define OR_DEFAULT "chr, default=<unrepresentable>, /"
#define OTHERWISE \
    "\nIf no such value is defined, default is returned, or, if not given,\nValueError is raised."

static const NativeDef functions[] = {
    {"bidirectional", function_bidirectional, "chr, /",
     "Returns the bidirectional class assigned to the character chr as string.\n\nIf no such value is "
     "defined, an empty string is returned."},
    {"category", function_category, "chr, /",
     "Returns the general category assigned to the character chr as string."},
    {"combining", function_combining, "chr, /",
     "Returns the canonical combining class assigned to the character chr as integer.\n\nReturns 0 if no "
     "combining class is defined."},
    {"decimal", function_decimal, OR_DEFAULT,
     "Converts a Unicode character into its equivalent decimal value.\n\nReturns the decimal value assigned "
     "to the character chr as integer." OTHERWISE},
    {"decomposition", function_decomposition, "chr, /",
     "Returns the character decomposition mapping assigned to the character chr as string.\n\nAn empty "
     "string is returned in case no such mapping is defined."},
    {"digit", function_digit, OR_DEFAULT,
     "Converts a Unicode character into its equivalent digit value.\n\nReturns the digit value assigned to "
     "the character chr as integer." OTHERWISE},
    {"east_asian_width", function_east_asian_width, "chr, /",
     "Returns the east asian width assigned to the character chr as string."},
    {"is_normalized", function_is_normalized, "form, unistr, /",
     "Return whether the Unicode string unistr is in the normal form 'form'.\n\nValid values for form are "
     "'NFC', 'NFKC', 'NFD', and 'NFKD'."},
    {"lookup", function_lookup, "name, /",
     "Look up character by name.\n\nIf a character with the given name is found, return the\ncorresponding "
     "character.  If not found, KeyError is raised."},
    {"mirrored", function_mirrored, "chr, /",
     "Returns the mirrored property assigned to the character chr as integer.\n\nReturns 1 if the character "
     "has been identified as a \"mirrored\"\ncharacter in bidirectional text, 0 otherwise."},
    {"name", function_name, OR_DEFAULT,
     "Returns the name assigned to the character chr as a string.\n\nIf no name is defined, default is "
     "returned, or, if not given,\nValueError is raised."},
    {"normalize", function_normalize, "form, unistr, /",
     "Return the normal form 'form' for the Unicode string unistr.\n\nValid values for form are 'NFC', "
     "'NFKC', 'NFD', and 'NFKD'."},
    {"numeric", function_numeric, OR_DEFAULT,
     "Converts a Unicode character into its equivalent numeric value.\n\nReturns the numeric value assigned "
     "to the character chr as float." OTHERWISE},
    {0},
};

static bool add_version(VM *vm, Value dict) {
    return module_add(vm, dict, "unidata_version", string_from_c(vm, ucd_version));
}

Value module_unicodedata_new(VM *vm) {
    return module_make(vm,
                       &(ModuleDef){.name = "unicodedata",
                                    .doc = "The Unicode Character Database: properties, names, normal forms.",
                                    .functions = functions,
                                    .fill = add_version});
}
