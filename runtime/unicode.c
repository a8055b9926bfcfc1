#include "runtime/unicode.h"

#include <utf8proc.h>

/* --- categories --- */

#define CATEGORY(name) (UINT32_C(1) << UTF8PROC_CATEGORY_##name)

static const uint32_t letters = CATEGORY(LU) | CATEGORY(LL) | CATEGORY(LT) | CATEGORY(LM) | CATEGORY(LO);
static const uint32_t unprintable = CATEGORY(CN) | CATEGORY(CC) | CATEGORY(CF) | CATEGORY(CS) | CATEGORY(CO) |
                                    CATEGORY(ZL) | CATEGORY(ZP) | CATEGORY(ZS);

static bool has_category(uint32_t c, uint32_t categories) {
    return categories >> utf8proc_get_property((utf8proc_int32_t)c)->category & 1;
}

bool unicode_is_alpha(uint32_t c) { return has_category(c, letters); }

bool unicode_is_printable(uint32_t c) { return c == ' ' || !has_category(c, unprintable); }

bool unicode_is_title(uint32_t c) { return has_category(c, CATEGORY(LT)); }

bool unicode_is_space(uint32_t c) {
    if (c < 0x80) return c == ' ' || (c >= 9 && c <= 13) || (c >= 28 && c <= 31);
    const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)c);
    return p->category == UTF8PROC_CATEGORY_ZS || p->bidi_class == UTF8PROC_BIDI_CLASS_WS ||
           p->bidi_class == UTF8PROC_BIDI_CLASS_B || p->bidi_class == UTF8PROC_BIDI_CLASS_S;
}

/* --- numbers --- */

bool unicode_is_decimal(uint32_t c) { return unicode_flags(c) & UNICODE_DECIMAL; }

bool unicode_is_digit(uint32_t c) { return unicode_flags(c) & (UNICODE_DECIMAL | UNICODE_DIGIT); }

bool unicode_is_numeric(uint32_t c) {
    return unicode_flags(c) & (UNICODE_DECIMAL | UNICODE_DIGIT | UNICODE_NUMERIC);
}

bool unicode_is_alnum(uint32_t c) { return unicode_is_numeric(c) || unicode_is_alpha(c); }

/* Decimal digits stand in runs of ten, in order, by the Unicode stability policy. */
int unicode_decimal(uint32_t c) {
    if (c < 0x80) return c >= '0' && c <= '9' ? (int)(c - '0') : -1;
    if (!unicode_is_decimal(c)) return -1;
    uint32_t before = 0;
    while (unicode_is_decimal(c - 1 - before))
        before++;
    return (int)(before % 10);
}

/* --- case --- */

static int map_special(uint32_t c, CaseMapping mapping, uint32_t *to) {
    uint32_t low = 0, high = unicode_table.special_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (unicode_table.special[middle].code_point < c) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const uint16_t *from = unicode_table.special[low].mappings[mapping];
    int count = 0;
    for (; count < 3 && from[count]; count++)
        to[count] = from[count];
    return count;
}

static int fold(uint32_t c, uint32_t *to) {
    utf8proc_int32_t folded[UNICODE_EXPANSION_MAX];
    int boundary = 0;
    utf8proc_ssize_t count = utf8proc_decompose_char((utf8proc_int32_t)c, folded, UNICODE_EXPANSION_MAX,
                                                     UTF8PROC_CASEFOLD, &boundary);
    if (count < 1 || count > UNICODE_EXPANSION_MAX) {
        to[0] = c;
        return 1;
    }
    for (int i = 0; i < count; i++)
        to[i] = (uint32_t)folded[i];
    return (int)count;
}

int unicode_map(uint32_t c, CaseMapping mapping, uint32_t to[UNICODE_EXPANSION_MAX]) {
    if (mapping == CASE_FOLD) return fold(c, to);
    if (unicode_flags(c) & UNICODE_SPECIAL) return map_special(c, mapping, to);
    utf8proc_int32_t from = (utf8proc_int32_t)c;
    to[0] = (uint32_t)(mapping == CASE_LOWER   ? utf8proc_tolower(from)
                       : mapping == CASE_UPPER ? utf8proc_toupper(from)
                                               : utf8proc_totitle(from));
    return 1;
}
