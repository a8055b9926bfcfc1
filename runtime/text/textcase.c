/* Methods of all texts about kinds of characters: islower and the like, lower and the like. */
#include "runtime/text/builder.h"
#include "runtime/text/textmethods.h"

/* --- predicates --- */

/* What predicates say of the ASCII characters, a bit for each. Bytes beyond have none. */
enum { ALPHA = 1, DIGIT = 2, ALNUM = 4, PRINTABLE = 8, SPACE = 16, BYTE_SPACE = 32, CONTINUE = 64 };
enum { LETTER = ALPHA | ALNUM | PRINTABLE | CONTINUE };

static const uint8_t ascii_kinds[256] = {
    ['\t' ... '\r'] = SPACE | BYTE_SPACE,
    [0x1C ... 0x1F] = SPACE,
    [' '] = SPACE | BYTE_SPACE | PRINTABLE,
    ['!' ... '/'] = PRINTABLE,
    ['0' ... '9'] = DIGIT | ALNUM | PRINTABLE | CONTINUE,
    [':' ... '@'] = PRINTABLE,
    ['A' ... 'Z'] = LETTER,
    ['[' ... '^'] = PRINTABLE,
    ['_'] = PRINTABLE | CONTINUE,
    ['`'] = PRINTABLE,
    ['a' ... 'z'] = LETTER,
    ['{' ... '~'] = PRINTABLE,
};

/* A bit of those, and of the other characters' flags those one of which is needed. */
typedef struct {
    uint8_t ascii;
    unsigned flags;
} Predicate;

#define DIGIT_FLAGS (UNICODE_DECIMAL | UNICODE_DIGIT)
#define NUMERIC_FLAGS (DIGIT_FLAGS | UNICODE_NUMERIC)

/* Do all bytes, or ASCII characters, have the bit? */
static inline bool all_narrow(const uint8_t *data, int64_t length, uint8_t bit) {
    int64_t i = 0;
    for (; i + 4 <= length; i += 4) {
        const uint8_t *four = data + i;
        if (!(ascii_kinds[four[0]] & ascii_kinds[four[1]] & ascii_kinds[four[2]] & ascii_kinds[four[3]] &
              bit))
            return false;
    }
    for (; i < length; i++) {
        if (!(ascii_kinds[data[i]] & bit)) return false;
    }
    return true;
}

/* Are its units bytes, or ASCII characters, which mean the same? */
static inline bool is_narrow(Value self) { return !text_is_string(self) || as_string(self)->ascii; }

static __attribute__((noinline)) bool all_wide(Text t, Predicate p) {
    for (int64_t i = 0; i < text_length(t); i++) {
        uint32_t c = text_at(t, i);
        bool is = c < 0x80 ? ascii_kinds[c] & p.ascii : (unicode_flags(c) & p.flags) != 0;
        if (!is) return false;
    }
    return true;
}

/* Do all units satisfy it? */
static inline bool all_are(Value self, Text t, Predicate p) {
    return is_narrow(self) ? all_narrow(t.data, text_length(t), p.ascii) : all_wide(t, p);
}

static inline Value some_and_all(Value self, Predicate p) {
    Text t = text_of(self);
    return bool_from(text_length(t) > 0 && all_are(self, t, p));
}

#define PREDICATE_METHOD(name, ascii, flags) \
    TEXT_METHOD(name) { return some_and_all(args[0], (Predicate){ascii, flags}); }

PREDICATE_METHOD(isalpha, ALPHA, UNICODE_ALPHA)
PREDICATE_METHOD(isalnum, ALNUM, UNICODE_ALPHA | NUMERIC_FLAGS)
PREDICATE_METHOD(isdecimal, DIGIT, UNICODE_DECIMAL)
PREDICATE_METHOD(isdigit, DIGIT, DIGIT_FLAGS)
PREDICATE_METHOD(isnumeric, DIGIT, NUMERIC_FLAGS)

TEXT_METHOD(isprintable) {
    return bool_from(all_are(args[0], text_of(args[0]), (Predicate){PRINTABLE, UNICODE_PRINTABLE}));
}

TEXT_METHOD(isidentifier) {
    Text t = text_of(args[0]);
    uint32_t first = text_length(t) ? text_at(t, 0) : 0;
    if (first != '_' && !(unicode_flags(first) & UNICODE_XID_START)) return FALSE_VALUE;
    Text rest = text_part(t, 1, text_length(t));
    return bool_from(all_are(args[0], rest, (Predicate){CONTINUE, UNICODE_XID_CONTINUE}));
}

TEXT_METHOD(isascii) {
    if (text_is_string(args[0])) return bool_from(as_string(args[0])->ascii);
    Text t = text_of(args[0]);
    uint64_t all = 0, word;
    int64_t i = 0;
    for (; i + 8 <= text_length(t); i += 8) {
        memcpy(&word, t.data + i, 8);
        all |= word;
    }
    for (; i < text_length(t); i++)
        all |= t.data[i];
    return bool_from(!(all & UINT64_C(0x8080808080808080)));
}

TEXT_METHOD(isspace) {
    Text t = text_of(args[0]);
    bool string = text_is_string(args[0]);
    if (is_narrow(args[0]))
        return bool_from(text_length(t) > 0 &&
                         all_narrow(t.data, text_length(t), string ? SPACE : BYTE_SPACE));
    for (int64_t i = 0; i < text_length(t); i++) {
        if (!text_is_blank(text_at(t, i), false)) return FALSE_VALUE;
    }
    return TRUE_VALUE; /* what is no ASCII text is not empty */
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

/* The first letter of each word in upper case, the others in lower case, eight at a time in the same way: a word begins
 * at a letter that has none in front of it. */
static void title_ascii(uint8_t *to, const uint8_t *from, int64_t length) {
    const uint64_t ones = UINT64_C(0x0101010101010101), top = ones << 7;
    uint64_t in_word = 0; /* the top bit of the last byte of the block before */
    int64_t i = 0;
    for (; i + 8 <= length; i += 8) {
        uint64_t word;
        memcpy(&word, from + i, 8);
        uint64_t low = (word | ones << 5) & ~top;
        uint64_t letters = (low + ones * (0x80 - 'a')) & ~(low + ones * (0x80 - 'a' - 26)) & ~word & top;
        uint64_t first = letters & ~(letters << 8 | in_word);
        word = (word | letters >> 2) ^ first >> 2;
        in_word = letters >> 56;
        memcpy(to + i, &word, 8);
    }
    for (; i < length; i++) {
        uint8_t lower = from[i] | 0x20;
        bool letter = is_ascii_lower(lower);
        to[i] = !letter ? from[i] : in_word ? lower : lower ^ 0x20;
        in_word = letter;
    }
}

/* The change of ASCII characters; bytes beyond stay. */
static void change_ascii(uint8_t *to, const uint8_t *from, int64_t length, Change change) {
    switch (change) {
    case TO_LOWER:
    case TO_FOLDED: turn_ascii(to, from, length, 'A'); break;
    case TO_UPPER: turn_ascii(to, from, length, 'a'); break;
    case SWAP:
        for (int64_t i = 0; i < length; i++)
            to[i] = ascii_lower(from[i]) == from[i] ? ascii_upper(from[i]) : ascii_lower(from[i]);
        break;
    case CAPITALIZE:
        turn_ascii(to, from, length, 'A');
        if (length) to[0] = ascii_upper(from[0]);
        break;
    case TITLE: title_ascii(to, from, length); break;
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
        bool first = change == CAPITALIZE ? i == 0 : !in_word;
        CaseMapping mapping = first ? CASE_TITLE : CASE_LOWER;
        if (change <= TO_FOLDED) {
            mapping = whole_mappings[change];
        } else if (change == SWAP) {
            if (!(r->flags & (UNICODE_LOWER | UNICODE_UPPER))) {
                builder_char(&b, c);
                continue;
            }
            mapping = r->flags & UNICODE_UPPER ? CASE_LOWER : CASE_UPPER;
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
