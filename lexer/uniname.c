#include "lexer/uniname.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lexer/uniname_table.h"

// ----------------------------------------------------------------------------------------------------------
// Names in the table
// ----------------------------------------------------------------------------------------------------------

/* Write the name with this index and a NUL; its length is returned. The generator has checked that it fits, with a
 * piece more. */
static size_t expand_name(uint32_t index, char name[UNINAME_MAX]) {
    const UninameTable *table = &uniname_table;
    const unsigned char *encoded = table->names + table->blocks[index / UNINAME_BLOCK];
    for (uint32_t i = index % UNINAME_BLOCK; i > 0;)
        i -= *encoded++ == UNINAME_STOP;
    char *end = name;
    while (*encoded != UNINAME_STOP) {
        uint32_t word = *encoded++;
        if (word >= UNINAME_SHORT_WORDS)
            word = UNINAME_SHORT_WORDS + (word - UNINAME_SHORT_WORDS) * UNINAME_STOP + *encoded++;
        uint32_t start = table->word_starts[word], size = table->word_starts[word + 1] - start;
        for (uint32_t done = 0; done < size; done += UNINAME_PIECE)
            memcpy(end + done, table->words + start + done, UNINAME_PIECE);
        end += size;
        *end++ = ' ';
    }
    *--end = '\0';
    return (size_t)(end - name);
}

/* The last run that begins at or before the name with this index. */
static const UninameRun *run_of_name(uint32_t index) {
    uint32_t low = 0, high = uniname_table.run_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (uniname_table.runs[middle].name <= index)
            low = middle;
        else
            high = middle;
    }
    return &uniname_table.runs[low];
}

/* The last run that begins at or before the code point, or the first. */
static const UninameRun *run_of_code_point(uint32_t code_point) {
    const UninameRun *run = &uniname_table.runs[uniname_table.pages[code_point / UNINAME_PAGE]];
    while (run[1].code_point <= code_point)
        run++;
    return run;
}

static int32_t code_point_of(uint32_t index) {
    if (index >= uniname_table.run_end) return (int32_t)uniname_table.aliases[index - uniname_table.run_end];
    const UninameRun *run = run_of_name(index);
    return (int32_t)(run->code_point + (index - run->name));
}

static int32_t lookup_table(const char *name) {
    char candidate[UNINAME_MAX];
    uint32_t low = 0, high = uniname_table.name_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2, index = uniname_table.sorted[middle];
        expand_name(index, candidate);
        int order = strcmp(name, candidate);
        if (order == 0) return code_point_of(index);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

// ----------------------------------------------------------------------------------------------------------
// Names that are computed
// ----------------------------------------------------------------------------------------------------------

/* A Hangul syllable is a leading consonant, a vowel and perhaps a trailing consonant (Unicode, section 3.12).
 */
enum { HANGUL_FIRST = 0xAC00, HANGUL_LEADS = 19, HANGUL_VOWELS = 21, HANGUL_TRAILS = 28 };

static const char hangul_prefix[] = "HANGUL SYLLABLE ";
static const char *const hangul_leads[HANGUL_LEADS] = {"G",  "GG", "N", "D",  "DD", "R", "M", "B", "BB", "S",
                                                       "SS", "",   "J", "JJ", "C",  "K", "T", "P", "H"};
static const char *const hangul_vowels[HANGUL_VOWELS] = {"A",   "AE", "YA", "YAE", "EO", "E",  "YEO",
                                                         "YE",  "O",  "WA", "WAE", "OE", "YO", "U",
                                                         "WEO", "WE", "WI", "YU",  "EU", "YI", "I"};
static const char *const hangul_trails[HANGUL_TRAILS] = {
    "",   "G",  "GG", "GS", "N",  "NJ", "NH", "D",  "L", "LG", "LM", "LB", "LS", "LT",
    "LP", "LH", "M",  "B",  "BS", "S",  "SS", "NG", "J", "C",  "K",  "T",  "P",  "H"};

static size_t hangul_name(uint32_t code_point, char name[UNINAME_MAX]) {
    uint32_t index = code_point - HANGUL_FIRST;
    if (index >= HANGUL_LEADS * HANGUL_VOWELS * HANGUL_TRAILS) return 0;
    return (size_t)snprintf(
        name, UNINAME_MAX, "%s%s%s%s", hangul_prefix, hangul_leads[index / (HANGUL_VOWELS * HANGUL_TRAILS)],
        hangul_vowels[index / HANGUL_TRAILS % HANGUL_VOWELS], hangul_trails[index % HANGUL_TRAILS]);
}

/* The longest of `parts` that *text begins with; *text moves behind it. -1 if there is none. */
static int take_part(const char *const *parts, int count, const char **text) {
    int best = -1;
    size_t best_length = 0;
    for (int i = 0; i < count; i++) {
        size_t length = strlen(parts[i]);
        if (strncmp(*text, parts[i], length) != 0 || (best >= 0 && length <= best_length)) continue;
        best = i;
        best_length = length;
    }
    *text += best_length;
    return best;
}

static int32_t lookup_hangul(const char *name) {
    size_t prefix_length = sizeof hangul_prefix - 1;
    if (strncmp(name, hangul_prefix, prefix_length) != 0) return -1;
    const char *rest = name + prefix_length;
    int lead = take_part(hangul_leads, HANGUL_LEADS, &rest);
    int vowel = take_part(hangul_vowels, HANGUL_VOWELS, &rest);
    int trail = take_part(hangul_trails, HANGUL_TRAILS, &rest);
    if (vowel < 0 || *rest) return -1;
    return HANGUL_FIRST + (lead * HANGUL_VOWELS + vowel) * HANGUL_TRAILS + trail;
}

static size_t pattern_name(uint32_t code_point, char name[UNINAME_MAX]) {
    for (uint32_t i = 0; i < uniname_table.pattern_count; i++) {
        const UninamePattern *pattern = &uniname_table.patterns[i];
        if (code_point < pattern->first || code_point > pattern->last) continue;
        return (size_t)snprintf(name, UNINAME_MAX, "%s%04X", pattern->prefix, code_point);
    }
    return 0;
}

/* The hexadecimal number of four or five digits that `text` is, or -1. */
static int32_t read_code_point(const char *text) {
    size_t length = strspn(text, "0123456789ABCDEF");
    if (text[length] || length < 4 || length > 5) return -1;
    int32_t value = 0;
    for (; *text; text++)
        value = value * 16 + (*text <= '9' ? *text - '0' : *text - 'A' + 10);
    return value;
}

static int32_t lookup_pattern(const char *name) {
    for (uint32_t i = 0; i < uniname_table.pattern_count; i++) {
        const UninamePattern *pattern = &uniname_table.patterns[i];
        size_t length = strlen(pattern->prefix);
        if (strncmp(name, pattern->prefix, length) != 0) continue;
        int32_t code_point = read_code_point(name + length);
        if (code_point >= (int32_t)pattern->first && code_point <= (int32_t)pattern->last) return code_point;
    }
    return -1;
}

// ----------------------------------------------------------------------------------------------------------
// Both ways
// ----------------------------------------------------------------------------------------------------------

int32_t uniname_lookup(const char *name, size_t length) {
    char folded[UNINAME_MAX];
    if (length == 0 || length >= UNINAME_MAX) return -1;
    for (size_t i = 0; i < length; i++) {
        if (name[i] == '\0') return -1;
        folded[i] = name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 'a' + 'A') : name[i];
    }
    folded[length] = '\0';
    int32_t code_point = lookup_hangul(folded);
    if (code_point < 0) code_point = lookup_pattern(folded);
    return code_point < 0 ? lookup_table(folded) : code_point;
}

size_t uniname_of(uint32_t code_point, char name[UNINAME_MAX]) {
    if (code_point > 0x10FFFF) return 0;
    const UninameRun *run = run_of_code_point(code_point);
    uint32_t index = run->name + (code_point - run->code_point);
    if (code_point >= run->code_point && index < run[1].name) return expand_name(index, name);
    size_t length = hangul_name(code_point, name);
    return length ? length : pattern_name(code_point, name);
}
