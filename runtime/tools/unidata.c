/*
 * Makes the table of character properties (runtime/unicode_table.h) from the Unicode Character Database:
 *
 *     unidata DerivedCoreProperties.txt DerivedNumericType.txt SpecialCasing.txt > unidata.c
 */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/unicode_table.h"

enum {
    CODE_POINTS = 0x110000,
    INDEX_SIZE = CODE_POINTS / UNICODE_BLOCK,
    MAX_SPECIAL = 256,
    LINE_SIZE = 1024
};

typedef struct {
    uint16_t flags[CODE_POINTS];
    uint16_t index[INDEX_SIZE];
    UnicodeSpecial special[MAX_SPECIAL];
    int special_count;
} Tables;

static const struct {
    const char *name;
    uint16_t flag;
} properties[] = {
    {"Decimal", UNICODE_DECIMAL},
    {"Digit", UNICODE_DIGIT},
    {"Numeric", UNICODE_NUMERIC},
    {"Lowercase", UNICODE_LOWER},
    {"Uppercase", UNICODE_UPPER},
    {"Cased", UNICODE_CASED},
    {"Case_Ignorable", UNICODE_CASE_IGNORABLE},
    {"XID_Start", UNICODE_XID_START},
    {"XID_Continue", UNICODE_XID_CONTINUE},
};

static _Noreturn void die(const char *message) {
    fprintf(stderr, "unidata: %s\n", message);
    exit(1);
}

static uint16_t flag_of(const char *name) {
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
        if (strcmp(properties[i].name, name) == 0) return properties[i].flag;
    }
    return 0;
}

/* "0041..005A ; Uppercase # ..." or "00AA ; Lowercase # ...". */
static void read_property(Tables *t, const char *line) {
    unsigned first, last;
    char name[64];
    if (sscanf(line, "%x..%x ; %63[A-Za-z_]", &first, &last, name) != 3) {
        if (sscanf(line, "%x ; %63[A-Za-z_]", &first, name) != 2) return;
        last = first;
    }
    if (last >= CODE_POINTS) die("code point out of range");
    for (unsigned c = first; c <= last; c++)
        t->flags[c] |= flag_of(name);
}

/* "00DF; 00DF; 0053 0073; 0053 0053; # ...": unconditional mappings only, which have no field between the third mapping
 * and the comment. */
static void read_special(Tables *t, const char *line) {
    unsigned code_point;
    int length;
    UnicodeSpecial s = {0};
    if (sscanf(line, "%x; %n", &code_point, &length) != 1) return;
    const char *next = line + length;
    for (int mapping = CASE_LOWER; mapping <= CASE_UPPER; mapping++) {
        for (int i = 0; *next != ';'; i++) {
            unsigned c;
            if (i == 3 || sscanf(next, "%x %n", &c, &length) != 1) die("bad mapping");
            s.mappings[mapping][i] = (uint16_t)c;
            next += length;
        }
        next += 1 + strspn(next + 1, " ");
    }
    if (*next != '#') return;
    if (code_point > UINT16_MAX || t->special_count == MAX_SPECIAL) die("special casing beyond the table");
    s.code_point = (uint16_t)code_point;
    t->special[t->special_count++] = s;
    t->flags[code_point] |= UNICODE_SPECIAL;
}

static void read_file(Tables *t, const char *path, void (*read_line)(Tables *, const char *)) {
    FILE *file = fopen(path, "r");
    if (!file) die(path);
    char line[LINE_SIZE];
    while (fgets(line, sizeof line, file))
        read_line(t, line);
    fclose(file);
}

static int by_code_point(const void *a, const void *b) {
    return (int)((const UnicodeSpecial *)a)->code_point - (int)((const UnicodeSpecial *)b)->code_point;
}

/* Write each different block once and note in the index where the others are found. */
static void write_blocks(Tables *t) {
    int written[INDEX_SIZE], count = 0;
    printf("static const uint16_t blocks[][UNICODE_BLOCK] = {\n");
    for (int i = 0; i < INDEX_SIZE; i++) {
        const uint16_t *block = t->flags + i * UNICODE_BLOCK;
        int same = 0;
        while (same < count &&
               memcmp(t->flags + written[same] * UNICODE_BLOCK, block, UNICODE_BLOCK * 2) != 0)
            same++;
        t->index[i] = (uint16_t)same;
        if (same < count) continue;
        written[count++] = i;
        printf("{");
        for (int j = 0; j < UNICODE_BLOCK; j++)
            printf("%d,", block[j]);
        printf("},\n");
    }
    printf("};\n");
}

static void write_tables(Tables *t) {
    printf("#include \"runtime/unicode_table.h\"\n");
    write_blocks(t);
    printf("static const uint16_t block_index[] = {\n");
    for (int i = 0; i < INDEX_SIZE; i++)
        printf("%d,%s", t->index[i], i % 32 == 31 ? "\n" : "");
    printf("};\nstatic const UnicodeSpecial special[] = {\n");
    for (int i = 0; i < t->special_count; i++) {
        printf("{0x%X, {", t->special[i].code_point);
        for (int m = CASE_LOWER; m <= CASE_UPPER; m++) {
            const uint16_t *to = t->special[i].mappings[m];
            printf("{0x%X, 0x%X, 0x%X}, ", to[0], to[1], to[2]);
        }
        printf("}},\n");
    }
    printf("};\nconst UnicodeTable unicode_table = {blocks, block_index, special, %d};\n", t->special_count);
}

int main(int argc, char **argv) {
    if (argc != 4) die("usage: unidata DerivedCoreProperties.txt DerivedNumericType.txt SpecialCasing.txt");
    Tables *t = calloc(1, sizeof *t);
    if (!t) die("out of memory");
    read_file(t, argv[1], read_property);
    read_file(t, argv[2], read_property);
    read_file(t, argv[3], read_special);
    qsort(t->special, (size_t)t->special_count, sizeof *t->special, by_code_point);
    write_tables(t);
    free(t);
    return 0;
}
