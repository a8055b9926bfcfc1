/*
 * Makes the table of character properties (base/unicode_table.h) from the Unicode Character Database:
 *
 *     unidata UnicodeData.txt DerivedCoreProperties.txt DerivedNumericType.txt CaseFolding.txt SpecialCasing.txt
 */

#include <stdbool.h>

#include "base/tools/ucdfile.h"
#include "base/unicode_table.h"

enum { MAX_RECORDS = 4096, MAX_SPECIAL = 256 };

typedef struct {
    UnicodeRecord of[CODE_POINTS];
    uint16_t number[CODE_POINTS]; /* of their records, once these are numbered */
    uint32_t before;              /* the code point of the line before */
    UnicodeRecord records[MAX_RECORDS];
    int record_count;
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

static uint16_t flag_of(const char *name) {
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
        if (strcmp(properties[i].name, name) == 0) return properties[i].flag;
    }
    return 0;
}

/* --- reading --- */

/* The code points of a mapping, at most three; how many. */
static int mapping_of(const char *field, uint32_t to[3]) {
    int count = 0;
    for (const char *next = field; *next; next += strcspn(next, " "), next += strspn(next, " ")) {
        if (count == 3) die("mapping too long");
        to[count++] = ucd_code_point(next);
    }
    return count;
}

static uint16_t category_flags(const char *category, const char *direction) {
    uint16_t flags = category[0] == 'L' ? UNICODE_ALPHA : 0;
    if (strcmp(category, "Lt") == 0) flags |= UNICODE_TITLE;
    if (category[0] != 'C' && category[0] != 'Z') flags |= UNICODE_PRINTABLE;
    bool blank = strcmp(direction, "WS") == 0 || strcmp(direction, "B") == 0 || strcmp(direction, "S") == 0;
    if (blank || strcmp(category, "Zs") == 0) flags |= UNICODE_SPACE;
    return flags;
}

/* "0041;LATIN CAPITAL LETTER A;Lu;0;L;;;;;N;;;;0061;". */
static void read_character(void *tables, char **fields, int count) {
    Tables *t = tables;
    static const int field_of[] = {[CASE_UPPER] = 12, [CASE_LOWER] = 13, [CASE_TITLE] = 14};
    if (count < 15) return;
    uint32_t last, first = ucd_characters(fields, &t->before, &last);
    for (uint32_t c = first; c <= last; c++) {
        UnicodeRecord *r = &t->of[c];
        r->flags |= category_flags(fields[2], fields[4]);
        r->decimal = fields[6][0] ? (int8_t)atoi(fields[6]) : -1;
        for (int m = CASE_LOWER; m <= CASE_UPPER; m++) {
            const char *to = fields[field_of[m]];
            if (m == CASE_TITLE && !*to) to = fields[field_of[CASE_UPPER]];
            if (*to) r->case_shift[m] = (int32_t)(ucd_code_point(to) - c);
        }
    }
}

/* "0041..005A ; Uppercase" or "00AA ; Lowercase". */
static void read_property(void *tables, char **fields, int count) {
    Tables *t = tables;
    if (count < 2) return;
    uint32_t last, first = ucd_range(fields[0], &last);
    for (uint32_t c = first; c <= last; c++)
        t->of[c].flags |= flag_of(fields[1]);
}

/* The row of a code point, which begins with its simple mappings. */
static UnicodeSpecial *special_row(Tables *t, uint32_t c) {
    for (int i = 0; i < t->special_count; i++) {
        if (t->special[i].code_point == c) return &t->special[i];
    }
    if (c > UINT16_MAX || t->special_count == MAX_SPECIAL) die("special casing beyond the table");
    UnicodeSpecial *s = &t->special[t->special_count++];
    s->code_point = (uint16_t)c;
    for (int m = 0; m < CASE_MAPPINGS; m++)
        s->mappings[m][0] = (uint16_t)(c + (uint32_t)t->of[c].case_shift[m]);
    t->of[c].flags |= UNICODE_SPECIAL;
    return s;
}

static void enter_special(Tables *t, uint32_t c, int mapping, const char *field) {
    uint32_t to[3] = {0};
    mapping_of(field, to);
    for (int i = 0; i < 3; i++)
        special_row(t, c)->mappings[mapping][i] = (uint16_t)to[i];
}

/* "0041; C; 0061;": C common, F full, S simple (where there is F), T for Turkish. */
static void read_folding(void *tables, char **fields, int count) {
    Tables *t = tables;
    if (count < 3) return;
    uint32_t c = ucd_code_point(fields[0]);
    if (fields[1][0] == 'C') t->of[c].case_shift[CASE_FOLD] = (int32_t)(ucd_code_point(fields[2]) - c);
    if (fields[1][0] == 'F') enter_special(t, c, CASE_FOLD, fields[2]);
}

/* "00DF; 00DF; 0053 0073; 0053 0053; ": unconditional mappings only, which have nothing in the fifth field. */
static void read_special(void *tables, char **fields, int count) {
    Tables *t = tables;
    if (count < 5 || fields[4][0]) return;
    for (int m = CASE_LOWER; m <= CASE_UPPER; m++)
        enter_special(t, ucd_code_point(fields[0]), m, fields[1 + m]);
}

/* --- writing --- */

static int by_code_point(const void *a, const void *b) {
    return (int)((const UnicodeSpecial *)a)->code_point - (int)((const UnicodeSpecial *)b)->code_point;
}

static bool same_record(const UnicodeRecord *a, const UnicodeRecord *b) {
    return a->flags == b->flags && a->decimal == b->decimal &&
           memcmp(a->case_shift, b->case_shift, sizeof a->case_shift) == 0;
}

/* Keep each different record once, and number the code points' records. */
static void number_records(Tables *t) {
    for (uint32_t c = 0; c < CODE_POINTS; c++) {
        int i = c && same_record(&t->of[c], &t->of[c - 1]) ? t->number[c - 1] : 0;
        while (i < t->record_count && !same_record(&t->records[i], &t->of[c]))
            i++;
        if (i == MAX_RECORDS) die("too many records");
        if (i == t->record_count) t->records[t->record_count++] = t->of[c];
        t->number[c] = (uint16_t)i;
    }
}

static void write_records(const Tables *t) {
    printf("const UnicodeRecord unicode_records[] = {\n");
    for (int i = 0; i < t->record_count; i++) {
        const UnicodeRecord *r = &t->records[i];
        printf("{%d, %d, {", r->flags, r->decimal);
        for (int m = 0; m < CASE_MAPPINGS; m++)
            printf("%d, ", (int)r->case_shift[m]);
        printf("}},\n");
    }
    printf("};\n");
}

static void write_special(const Tables *t) {
    printf("const uint32_t unicode_special_count = %d;\n", t->special_count);
    printf("const UnicodeSpecial unicode_special[] = {\n");
    for (int i = 0; i < t->special_count; i++) {
        printf("{0x%X, {", t->special[i].code_point);
        for (int m = 0; m < CASE_MAPPINGS; m++) {
            const uint16_t *to = t->special[i].mappings[m];
            printf("{0x%X, 0x%X, 0x%X}, ", to[0], to[1], to[2]);
        }
        printf("}},\n");
    }
    printf("};\n");
}

int main(int argc, char **argv) {
    if (argc != 6) die("usage: see the comment at the head of the source");
    Tables *t = calloc(1, sizeof *t);
    if (!t) die("out of memory");
    for (int c = 0; c < CODE_POINTS; c++)
        t->of[c].decimal = -1;
    ucd_read(argv[1], read_character, t);
    ucd_read(argv[2], read_property, t);
    ucd_read(argv[3], read_property, t);
    ucd_read(argv[4], read_folding, t);
    ucd_read(argv[5], read_special, t);
    special_row(t, 0x3A3); /* the capital sigma, whose lower case depends on what is around it */
    qsort(t->special, (size_t)t->special_count, sizeof *t->special, by_code_point);
    number_records(t);
    printf("#include \"base/unicode_table.h\"\n");
    write_records(t);
    ucd_write_blocks("unicode", "UNICODE_BLOCK", UNICODE_BLOCK, t->number);
    write_special(t);
    free(t);
    return 0;
}
