/* Methods of all texts about kinds of characters: islower and the like, lower and the like. */
#include "runtime/text/builder.h"
#include "runtime/text/textmethods.h"

/* --- predicates --- */

/* What a predicate says of the ASCII characters, as a bitmap; others need one of the flags, but bytes never have it: the
 * second half of the bitmap is empty. */
typedef struct {
    uint64_t ascii[4];
    unsigned flags;
} Predicate;

#define DIGITS (UINT64_C(0x3FF) << '0')
#define UPPER_LETTERS (UINT64_C(0x3FFFFFF) << ('A' - 64))
#define LOWER_LETTERS (UINT64_C(0x3FFFFFF) << ('a' - 64))
#define DIGIT_FLAGS (UNICODE_DECIMAL | UNICODE_DIGIT)
#define NUMERIC_FLAGS (DIGIT_FLAGS | UNICODE_NUMERIC)

static const Predicate alpha = {{0, UPPER_LETTERS | LOWER_LETTERS}, UNICODE_ALPHA};
static const Predicate alnum = {{DIGITS, UPPER_LETTERS | LOWER_LETTERS}, UNICODE_ALPHA | NUMERIC_FLAGS};
static const Predicate decimal = {{DIGITS, 0}, UNICODE_DECIMAL};
static const Predicate digit = {{DIGITS, 0}, DIGIT_FLAGS};
static const Predicate numeric = {{DIGITS, 0}, NUMERIC_FLAGS};
static const Predicate printable = {{~UINT64_C(0) << ' ', ~(UINT64_C(1) << 63)}, UNICODE_PRINTABLE};

/* Do all bytes, or ASCII characters, satisfy it? */
static bool all_narrow(const uint8_t *data, int64_t length, const uint64_t ascii[4]) {
    for (int64_t i = 0; i < length; i++) {
        if (!(ascii[data[i] >> 6] >> (data[i] & 63) & 1)) return false;
    }
    return true;
}

/* Are its units bytes, or ASCII characters, which mean the same? */
static bool is_narrow(Value self) { return !text_is_string(self) || as_string(self)->ascii; }

/* Do all units satisfy it? */
static bool all_are(Value self, const Predicate *p) {
    Text t = text_of(self);
    if (is_narrow(self)) return all_narrow(t.data, text_length(t), p->ascii);
    for (int64_t i = 0; i < text_length(t); i++) {
        uint32_t c = text_at(t, i);
        bool is = c < 0x80 ? p->ascii[c >> 6] >> (c & 63) & 1 : (unicode_flags(c) & p->flags) != 0;
        if (!is) return false;
    }
    return true;
}

static Value some_and_all(Value self, const Predicate *p) {
    return bool_from(text_length(text_of(self)) > 0 && all_are(self, p));
}

#define PREDICATE_METHOD(name, predicate) \
    TEXT_METHOD(name) { return some_and_all(args[0], &predicate); }

PREDICATE_METHOD(isalpha, alpha)
PREDICATE_METHOD(isalnum, alnum)
PREDICATE_METHOD(isdecimal, decimal)
PREDICATE_METHOD(isdigit, digit)
PREDICATE_METHOD(isnumeric, numeric)

TEXT_METHOD(isprintable) { return bool_from(all_are(args[0], &printable)); }

TEXT_METHOD(isascii) { return bool_from(text_is_ascii(args[0])); }

TEXT_METHOD(isspace) {
    static const uint64_t blanks[] = {UINT64_C(0x1F) << 9 | UINT64_C(0x1F) << 28, 0, 0, 0};
    static const uint64_t byte_blanks[] = {UINT64_C(0x1F) << 9 | UINT64_C(1) << ' ', 0, 0, 0};
    Text t = text_of(args[0]);
    if (is_narrow(args[0]))
        return bool_from(text_length(t) > 0 &&
                         all_narrow(t.data, text_length(t), text_is_string(args[0]) ? blanks : byte_blanks));
    for (int64_t i = 0; i < text_length(t); i++) {
        if (!text_is_blank(text_at(t, i), false)) return FALSE_VALUE;
    }
    return bool_from(text_length(t) > 0);
}

/* --- case --- */

typedef enum { NO_CASE, IS_LOWER, IS_UPPER, IS_TITLE } Case;

static inline bool is_ascii_lower(uint32_t c) { return c - 'a' < 26; }

static inline bool is_ascii_upper(uint32_t c) { return c - 'A' < 26; }

static Case case_of(uint32_t c) {
    if (c < 0x80) return is_ascii_lower(c) ? IS_LOWER : is_ascii_upper(c) ? IS_UPPER : NO_CASE;
    unsigned flags = unicode_flags(c);
    return flags & UNICODE_LOWER   ? IS_LOWER
           : flags & UNICODE_UPPER ? IS_UPPER
           : flags & UNICODE_TITLE ? IS_TITLE
                                   : NO_CASE;
}

/* Is there a character of the wanted case and none of another? */
static Value is_all(Value self, Case wanted) {
    Text t = text_of(self);
    bool some = false;
    if (is_narrow(self)) {
        uint8_t first = wanted == IS_UPPER ? 'A' : 'a', other = first ^ 0x20;
        for (int64_t i = 0; i < text_length(t); i++) {
            if ((uint8_t)(t.data[i] - other) < 26) return FALSE_VALUE;
            some |= (uint8_t)(t.data[i] - first) < 26;
        }
        return bool_from(some);
    }
    for (int64_t i = 0; i < text_length(t); i++) {
        Case is = case_of(text_at(t, i));
        if (is != NO_CASE && is != wanted) return FALSE_VALUE;
        some = some || is == wanted;
    }
    return bool_from(some);
}

TEXT_METHOD(islower) { return is_all(args[0], IS_LOWER); }

TEXT_METHOD(isupper) { return is_all(args[0], IS_UPPER); }

TEXT_METHOD(istitle) {
    Text t = text_of(args[0]);
    bool in_word = false, some = false;
    if (is_narrow(args[0])) {
        for (int64_t i = 0; i < text_length(t); i++) {
            bool lower = is_ascii_lower(t.data[i]), upper = is_ascii_upper(t.data[i]);
            if (in_word ? upper : lower) return FALSE_VALUE;
            in_word = lower | upper;
            some |= in_word;
        }
        return bool_from(some);
    }
    for (int64_t i = 0; i < text_length(t); i++) {
        Case is = case_of(text_at(t, i));
        if (is == IS_LOWER ? !in_word : is != NO_CASE && in_word) return FALSE_VALUE;
        in_word = is != NO_CASE;
        some = some || in_word;
    }
    return bool_from(some);
}

/* --- changing case --- */

/* How a method maps the characters of a text. */
typedef enum { TO_LOWER, TO_UPPER, TO_FOLDED, SWAP, CAPITALIZE, TITLE } Change;

/* Up to TO_FOLDED all are mapped in the same way. */
static const CaseMapping whole_mappings[] = {CASE_LOWER, CASE_UPPER, CASE_FOLD};

static uint8_t ascii_lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; }

static uint8_t ascii_upper(uint8_t c) { return c >= 'a' && c <= 'z' ? c & ~0x20 : c; }

/* Turn the case of the ASCII letters from `first` ('A' or 'a') on, eight at a time; other bytes stay. The sums carry
 * into the top bit of the bytes that are at least `first`, and of those beyond the alphabet. */
static void turn_ascii(uint8_t *to, const uint8_t *from, int64_t length, uint8_t first) {
    const uint64_t ones = UINT64_C(0x0101010101010101), top = ones << 7;
    int64_t i = 0;
    for (; i + 8 <= length; i += 8) {
        uint64_t word;
        memcpy(&word, from + i, 8);
        uint64_t low = word & ~top, from_first = low + ones * (0x80 - first),
                 beyond = low + ones * (0x80 - first - 26);
        word ^= (from_first & ~beyond & ~word & top) >> 2;
        memcpy(to + i, &word, 8);
    }
    for (; i < length; i++)
        to[i] = from[i] >= first && from[i] < first + 26 ? from[i] ^ 0x20 : from[i];
}

/* The change of ASCII characters; bytes beyond stay. */
static void change_ascii(uint8_t *to, const uint8_t *from, int64_t length, Change change) {
    bool in_word = false;
    switch (change) {
    case TO_LOWER:
    case TO_FOLDED: turn_ascii(to, from, length, 'A'); break;
    case TO_UPPER: turn_ascii(to, from, length, 'a'); break;
    case SWAP:
        for (int64_t i = 0; i < length; i++)
            to[i] = ascii_lower(from[i]) == from[i] ? ascii_upper(from[i]) : ascii_lower(from[i]);
        break;
    case CAPITALIZE:
        for (int64_t i = 0; i < length; i++)
            to[i] = i ? ascii_lower(from[i]) : ascii_upper(from[i]);
        break;
    case TITLE:
        for (int64_t i = 0; i < length; i++) {
            uint8_t c = from[i], lower = c | 0x20;
            bool letter = is_ascii_lower(lower);
            to[i] = !letter ? c : in_word ? lower : lower ^ 0x20;
            in_word = letter;
        }
        break;
    }
}

/* A capital sigma is final, and its lower case ς, when behind a cased letter and not in front of one, whatever case
 * ignorable characters stand between (Unicode 3.13, Final_Sigma). */
static bool is_final_sigma(Text t, int64_t at) {
    int64_t i = at - 1;
    while (i >= 0 && unicode_flags(text_at(t, i)) & UNICODE_CASE_IGNORABLE)
        i--;
    if (i < 0 || !unicode_is_cased(text_at(t, i))) return false;
    for (i = at + 1; i < text_length(t) && unicode_flags(text_at(t, i)) & UNICODE_CASE_IGNORABLE;)
        i++;
    return i == text_length(t) || !unicode_is_cased(text_at(t, i));
}

/* A character whose mapping is no other one of its own. */
static void append_special(Builder *b, Text t, int64_t i, CaseMapping mapping) {
    uint32_t mapped[UNICODE_EXPANSION_MAX], c = text_at(t, i);
    if (c == 0x3A3 && mapping == CASE_LOWER) {
        builder_char(b, is_final_sigma(t, i) ? 0x3C2 : 0x3C3);
        return;
    }
    int count = unicode_map(c, mapping, mapped);
    for (int j = 0; j < count; j++)
        builder_char(b, mapped[j]);
}

/* Map units of a width known where this is expanded; all the mapped ones or-ed together, UINT32_MAX if one is
 * special. */
static inline __attribute__((always_inline)) uint32_t map_units(String *to, const String *from,
                                                                CaseMapping mapping, unsigned width_log) {
    Text t = text_make(from->data, string_length(from), width_log);
    uint32_t all = 0;
    for (int64_t i = 0; i < text_length(t); i++) {
        uint32_t c = text_at(t, i);
        const UnicodeRecord *r = unicode_record(c);
        if (r->flags & UNICODE_SPECIAL) return UINT32_MAX;
        c += (uint32_t)r->case_shift[mapping];
        all |= c;
        if (width_log == 0) to->data[i] = (uint8_t)c;
        if (width_log == 1) ((uint16_t *)to->data)[i] = (uint16_t)c;
        if (width_log == 2) ((uint32_t *)to->data)[i] = c;
    }
    return all;
}

/* The common case, in which every character becomes one of the same width. ABSENT with nothing raised if it is not
 * that. */
static Value map_simply(VM *vm, const String *s, CaseMapping mapping) {
    static const uint32_t least[] = {0x80, 0x100, 0x10000};
    String *to = string_new(vm, string_length(s), string_limit(s));
    if (!to) return ABSENT;
    uint32_t all = s->width_log == 0   ? map_units(to, s, mapping, 0)
                   : s->width_log == 1 ? map_units(to, s, mapping, 1)
                                       : map_units(to, s, mapping, 2);
    if (all >= least[s->width_log] && all <= string_limit(s) && s->length > 1) return from_object(to);
    object_drop(vm, &to->head);
    return ABSENT;
}

static Value change_unicode(VM *vm, Text t, Change change) {
    Builder b;
    builder_init(&b, vm);
    builder_reserve(&b, text_length(t));
    bool in_word = false;
    for (int64_t i = 0; i < text_length(t); i++) {
        uint32_t c = text_at(t, i);
        const UnicodeRecord *r = unicode_record(c);
        CaseMapping mapping = CASE_LOWER;
        if (change <= TO_FOLDED) {
            mapping = whole_mappings[change];
        } else if (change == SWAP) {
            if (!(r->flags & (UNICODE_LOWER | UNICODE_UPPER))) {
                builder_char(&b, c);
                continue;
            }
            mapping = r->flags & UNICODE_UPPER ? CASE_LOWER : CASE_UPPER;
        } else if (change == CAPITALIZE ? i == 0 : !in_word) {
            mapping = CASE_TITLE;
        }
        if (r->flags & UNICODE_SPECIAL) {
            append_special(&b, t, i, mapping);
        } else {
            builder_char(&b, c + (uint32_t)r->case_shift[mapping]);
        }
        in_word = r->flags & UNICODE_CASED;
    }
    return builder_finish(&b);
}

static Value change_case(VM *vm, Value self, Change change) {
    if (text_is_string(self) && !as_string(self)->ascii) {
        const String *s = as_string(self);
        Value simple = change <= TO_FOLDED ? map_simply(vm, s, whole_mappings[change]) : ABSENT;
        return is_absent(simple) && !error_raised(vm) ? change_unicode(vm, text_of(self), change) : simple;
    }
    TextWriter w;
    if (!writer_new(vm, &w, self, text_length(text_of(self)), 0)) return ABSENT;
    Text t = text_of(self);
    change_ascii(w.data, t.data, text_length(t), change);
    return w.value;
}

#define CHANGE_METHOD(name, change) \
    TEXT_METHOD(name) { return change_case(vm, args[0], change); }

CHANGE_METHOD(lower, TO_LOWER)
CHANGE_METHOD(upper, TO_UPPER)
CHANGE_METHOD(casefold, TO_FOLDED)
CHANGE_METHOD(swapcase, SWAP)
CHANGE_METHOD(capitalize, CAPITALIZE)
CHANGE_METHOD(title, TITLE)
