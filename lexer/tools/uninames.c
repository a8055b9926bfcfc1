/*
 * Makes the table of character names (lexer/uniname_table.h) from the Unicode Character Database:
 *
 *     uninames UnicodeData.txt NameAliases.txt > uninames.c
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lexer/uniname.h"
#include "lexer/uniname_table.h"

enum { MAX_ENTRIES = 65535 /* indexes are 16 bits */, MAX_PATTERNS = 64, LINE_SIZE = 512 };

typedef struct {
    uint32_t code_point;
    char *text;
    uint32_t index; /* in the order of the input */
} Name;

typedef struct {
    const char *text; /* ends at a blank or a NUL */
    size_t length;
    uint32_t count;
    uint32_t number; /* by falling frequency */
} Word;

typedef struct {
    uint32_t first, last;
    char prefix[UNINAME_MAX];
} Pattern;

typedef struct {
    Name *names;
    size_t name_count, run_end;
    Pattern patterns[MAX_PATTERNS];
    size_t pattern_count;
    Word *words; /* by text */
    size_t word_count;
} Tables;

static void die(const char *message) {
    fprintf(stderr, "uninames: %s\n", message);
    exit(1);
}

static void *allocate(size_t count, size_t size) {
    void *block = calloc(count, size);
    if (!block) die("out of memory");
    return block;
}

// ----------------------------------------------------------------------------------------------------------
// Reading
// ----------------------------------------------------------------------------------------------------------

/* Split a line of ';'-separated fields: its code point and its second field. False for comments. */
static bool split_line(char *line, uint32_t *code_point, char **name) {
    char *end;
    *code_point = (uint32_t)strtoul(line, &end, 16);
    if (end == line || *end != ';') return false;
    *name = end + 1;
    (*name)[strcspn(*name, ";\n")] = '\0';
    return true;
}

static void add_name(Tables *tables, uint32_t code_point, const char *text) {
    size_t length = strlen(text);
    if (tables->name_count == MAX_ENTRIES) die("too many names");
    if (length + UNINAME_PIECE >= UNINAME_MAX) die("a name is too long");
    Name *name = &tables->names[tables->name_count];
    *name = (Name){code_point, allocate(length + 1, 1), (uint32_t)tables->name_count};
    memcpy(name->text, text, length);
    tables->name_count++;
}

/* Add code points first to last, whose names are `prefix` and the code point, to the last pattern or as a new
 * one. */
static void add_pattern(Tables *tables, uint32_t first, uint32_t last, const char *prefix, size_t length) {
    Pattern *pattern = &tables->patterns[tables->pattern_count];
    bool goes_on = tables->pattern_count > 0 && pattern[-1].last + 1 == first &&
                   strlen(pattern[-1].prefix) == length && memcmp(pattern[-1].prefix, prefix, length) == 0;
    if (goes_on) {
        pattern[-1].last = last;
        return;
    }
    if (tables->pattern_count == MAX_PATTERNS || length >= UNINAME_MAX) die("too many patterns");
    *pattern = (Pattern){.first = first, .last = last};
    memcpy(pattern->prefix, prefix, length);
    tables->pattern_count++;
}

/* Of the ranges that have no line for each character only the CJK ideographs are named as CPython names them.
 */
static void add_range(Tables *tables, uint32_t code_point, const char *name, uint32_t *range_start) {
    static const char prefix[] = "CJK UNIFIED IDEOGRAPH-";
    if (strncmp(name, "<CJK Ideograph", 14) != 0) return;
    if (strstr(name, "First>"))
        *range_start = code_point;
    else
        add_pattern(tables, *range_start, code_point, prefix, sizeof prefix - 1);
}

static void read_names(Tables *tables, FILE *file) {
    char line[LINE_SIZE], *name, suffix[16];
    uint32_t code_point, range_start = 0;
    while (fgets(line, sizeof line, file)) {
        if (!split_line(line, &code_point, &name)) continue;
        size_t suffix_length = (size_t)snprintf(suffix, sizeof suffix, "-%04X", code_point);
        size_t length = strlen(name);
        bool patterned = length > suffix_length && strcmp(name + length - suffix_length, suffix) == 0;
        if (*name == '<')
            add_range(tables, code_point, name, &range_start);
        else if (patterned)
            add_pattern(tables, code_point, code_point, name, length - suffix_length + 1);
        else
            add_name(tables, code_point, name);
    }
    tables->run_end = tables->name_count;
}

static void read_aliases(Tables *tables, FILE *file) {
    char line[LINE_SIZE], *name;
    uint32_t code_point;
    while (fgets(line, sizeof line, file))
        if (split_line(line, &code_point, &name)) add_name(tables, code_point, name);
}

static void read_file(Tables *tables, const char *path, void (*read)(Tables *, FILE *)) {
    FILE *file = fopen(path, "r");
    if (!file) die(path);
    read(tables, file);
    fclose(file);
}

// ----------------------------------------------------------------------------------------------------------
// Words
// ----------------------------------------------------------------------------------------------------------

static int compare_words(const void *a, const void *b) {
    const Word *left = a, *right = b;
    size_t common = left->length < right->length ? left->length : right->length;
    int order = memcmp(left->text, right->text, common);
    return order ? order : (left->length > right->length) - (left->length < right->length);
}

static int compare_counts(const void *a, const void *b) {
    const Word *left = *(Word *const *)a, *right = *(Word *const *)b;
    if (left->count != right->count) return left->count < right->count ? 1 : -1;
    return compare_words(left, right); /* so that the table does not depend on the sort */
}

/* The word at the head of `text`, not yet counted nor numbered; length 0 at its end. */
static Word word_at(const char *text) {
    text += strspn(text, " ");
    return (Word){.text = text, .length = strcspn(text, " ")};
}

static Word word_after(Word word) { return word_at(word.text + word.length); }

static void collect_words(Tables *tables) {
    size_t total = 0;
    for (size_t i = 0; i < tables->name_count; i++)
        for (Word word = word_at(tables->names[i].text); word.length; word = word_after(word))
            total++;
    Word *words = allocate(total, sizeof *words);
    size_t filled = 0;
    for (size_t i = 0; i < tables->name_count; i++)
        for (Word word = word_at(tables->names[i].text); word.length; word = word_after(word))
            words[filled++] = word;
    qsort(words, total, sizeof *words, compare_words);
    size_t count = 0;
    for (size_t i = 0; i < total; i++) {
        if (count == 0 || compare_words(&words[count - 1], &words[i]) != 0) words[count++] = words[i];
        words[count - 1].count++;
    }
    tables->words = words;
    tables->word_count = count;
}

/* Number the words; the result lists them in that order. */
static Word **number_words(Tables *tables) {
    Word **order = allocate(tables->word_count, sizeof *order);
    for (size_t i = 0; i < tables->word_count; i++)
        order[i] = &tables->words[i];
    qsort(order, tables->word_count, sizeof *order, compare_counts);
    for (size_t i = 0; i < tables->word_count; i++)
        order[i]->number = (uint32_t)i;
    size_t limit = UNINAME_SHORT_WORDS + (UNINAME_STOP - UNINAME_SHORT_WORDS) * UNINAME_STOP;
    if (tables->word_count > limit) die("too many words");
    return order;
}

// ----------------------------------------------------------------------------------------------------------
// Writing
// ----------------------------------------------------------------------------------------------------------

/* Numbers as the body of an initializer, a dozen a line. */
static void write_number(size_t position, uint32_t number) {
    printf("%u,%s", number, position % 12 == 11 ? "\n" : " ");
}

static void write_words(Word *const *order, size_t count) {
    printf("static const char words[] =\n");
    for (size_t i = 0; i < count; i++)
        printf("\"%.*s\"\n", (int)order[i]->length, order[i]->text);
    printf("\"%*s\";\n\nstatic const uint32_t word_starts[] = {\n", UNINAME_PIECE, "");
    uint32_t start = 0;
    for (size_t i = 0; i <= count; i++) {
        write_number(i, start);
        start += i < count ? (uint32_t)order[i]->length : 0;
    }
    printf("};\n\n");
}

/* Write one name as octal escapes; its length in the table is returned. */
static uint32_t write_encoded(const Tables *tables, const char *text) {
    uint32_t length = 1;
    printf("\"");
    for (Word word = word_at(text); word.length; word = word_after(word)) {
        const Word *found = bsearch(&word, tables->words, tables->word_count, sizeof word, compare_words);
        uint32_t number = found->number, rest = number - UNINAME_SHORT_WORDS;
        bool is_short = number < UNINAME_SHORT_WORDS;
        if (is_short)
            printf("\\%03o", number);
        else
            printf("\\%03o\\%03o", UNINAME_SHORT_WORDS + rest / UNINAME_STOP, rest % UNINAME_STOP);
        length += is_short ? 1 : 2;
    }
    printf("\\%03o\"\n", UNINAME_STOP);
    return length;
}

static void write_names(const Tables *tables) {
    uint32_t *starts = allocate(tables->name_count, sizeof *starts);
    uint32_t start = 0;
    printf("static const unsigned char names[] =\n");
    for (size_t i = 0; i < tables->name_count; i++) {
        starts[i] = start;
        start += write_encoded(tables, tables->names[i].text);
    }
    printf(";\n\nstatic const uint32_t blocks[] = {\n");
    for (size_t i = 0; i < tables->name_count; i += UNINAME_BLOCK)
        write_number(i / UNINAME_BLOCK, starts[i]);
    printf("};\n\n");
    free(starts);
}

/* The number of runs is returned. */
static size_t write_runs(const Tables *tables) {
    size_t count = 0;
    printf("static const UninameRun runs[] = {\n");
    for (size_t i = 0; i < tables->run_end; i++) {
        const Name *name = &tables->names[i];
        if (i > 0 && name->code_point == name[-1].code_point + 1) continue;
        printf("{%u, %zu},%s", name->code_point, i, count % 6 == 5 ? "\n" : " ");
        count++;
    }
    printf("{UINT32_MAX, %zu}};\n\n", tables->run_end);
    return count;
}

static void write_pages(const Tables *tables) {
    enum { PAGES = 0x110000 / UNINAME_PAGE };
    uint32_t run = 0;
    size_t next = 1; /* the name looked at */
    printf("static const uint16_t pages[] = {\n");
    for (uint32_t page = 0; page < PAGES; page++) {
        for (; next < tables->run_end && tables->names[next].code_point <= page * UNINAME_PAGE; next++)
            run += tables->names[next].code_point != tables->names[next - 1].code_point + 1;
        write_number(page, run);
    }
    printf("};\n\n");
}

static void write_aliases(const Tables *tables) {
    printf("static const uint32_t aliases[] = {\n");
    for (size_t i = tables->run_end; i < tables->name_count; i++)
        write_number(i - tables->run_end, tables->names[i].code_point);
    printf("};\n\n");
}

static void write_patterns(const Tables *tables) {
    printf("static const UninamePattern patterns[] = {\n");
    for (size_t i = 0; i < tables->pattern_count; i++) {
        const Pattern *pattern = &tables->patterns[i];
        printf("{0x%X, 0x%X, \"%s\"},\n", pattern->first, pattern->last, pattern->prefix);
    }
    printf("};\n\n");
}

static int compare_names(const void *a, const void *b) {
    return strcmp(((const Name *)a)->text, ((const Name *)b)->text);
}

/* Sorts the names: to be written last. */
static void write_sorted(Tables *tables) {
    qsort(tables->names, tables->name_count, sizeof *tables->names, compare_names);
    printf("static const uint16_t sorted[] = {\n");
    for (size_t i = 0; i < tables->name_count; i++)
        write_number(i, tables->names[i].index);
    printf("};\n\n");
}

int main(int argc, char **argv) {
    if (argc != 3) die("usage: uninames UnicodeData.txt NameAliases.txt");
    Tables tables = {.names = allocate(MAX_ENTRIES, sizeof(Name))};
    read_file(&tables, argv[1], read_names);
    read_file(&tables, argv[2], read_aliases);
    collect_words(&tables);
    Word **order = number_words(&tables);
    printf("#include \"lexer/uniname_table.h\"\n\n");
    write_words(order, tables.word_count);
    write_names(&tables);
    size_t run_count = write_runs(&tables);
    write_pages(&tables);
    write_aliases(&tables);
    write_patterns(&tables);
    write_sorted(&tables);
    printf(
        "const UninameTable uniname_table = {\n"
        "words, word_starts, names, blocks, sorted, runs, pages, aliases, patterns, %zu, %zu, %zu, %zu};\n",
        tables.name_count, tables.run_end, run_count, tables.pattern_count);
    for (size_t i = 0; i < tables.name_count; i++)
        free(tables.names[i].text);
    free(order);
    free(tables.words);
    free(tables.names);
    return fflush(stdout) == 0 ? 0 : 1;
}
