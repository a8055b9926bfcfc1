/*
 * Makes the tables of the module unicodedata (runtime/text/ucd.h) from the Unicode Character Database:
 *
 *     ucd UnicodeData.txt EastAsianWidth.txt DerivedNumericValues.txt NamedSequences.txt DerivedNormalizationProps.txt
 *
 * The database's version is in the name at the head of EastAsianWidth.txt.
 */

#include <stdbool.h>

#include "base/tools/ucdfile.h"
#include "runtime/text/ucd.h"

enum { MAX_NAMES = 64, MAX_RECORDS = 1024, MAX_ENTRIES = 8192, TEXT_SIZE = 1 << 20 };

/* Short names, numbered in the order in which they are met. */
typedef struct {
    char text[MAX_NAMES][8];
    int count;
} Names;

typedef struct {
    UcdRecord of[CODE_POINTS];
    uint16_t number[CODE_POINTS]; /* of their records, once these are numbered */
    uint32_t before;              /* the code point of the line before */
    Names categories, directions, widths;
    UcdRecord records[MAX_RECORDS];
    int record_count;
    UcdDecomposition decompositions[MAX_ENTRIES];
    UcdNumber numbers[MAX_ENTRIES];
    UcdSequence sequences[MAX_ENTRIES];
    bool has_number[CODE_POINTS];
    uint32_t decomposition_count, number_count, sequence_count;
    int8_t decimal[CODE_POINTS], digit[CODE_POINTS]; /* -1: none */
    char text[TEXT_SIZE];
    uint32_t text_length;
} Tables;

static uint8_t name_number(Names *names, const char *text) {
    int i = 0;
    while (i < names->count && strcmp(names->text[i], text) != 0)
        i++;
    if (i < names->count) return (uint8_t)i;
    if (i == MAX_NAMES || strlen(text) >= sizeof names->text[0]) die("too many names");
    strcpy(names->text[names->count++], text);
    return (uint8_t)i;
}

static uint32_t add_text(Tables *t, const char *text) {
    uint32_t at = t->text_length;
    size_t size = strlen(text) + 1;
    if (at + size > TEXT_SIZE) die("too much text");
    memcpy(t->text + at, text, size);
    t->text_length += (uint32_t)size;
    return at;
}

static void check_room(uint32_t count) {
    if (count == MAX_ENTRIES) die("too many entries");
}

/* --- reading --- */

/* "00BD;VULGAR FRACTION ONE HALF;No;0;ON;<fraction> 0031 2044 0032;;;1/2;N;...". */
static void read_character(void *tables, char **fields, int count) {
    Tables *t = tables;
    if (count < 15) return;
    uint32_t last, first = ucd_characters(fields, &t->before, &last);
    for (uint32_t c = first; c <= last; c++) {
        UcdRecord *r = &t->of[c];
        r->category = name_number(&t->categories, fields[2]);
        r->combining = (uint8_t)atoi(fields[3]);
        r->direction = name_number(&t->directions, fields[4]);
        r->mirrored = fields[9][0] == 'Y';
        t->decimal[c] = fields[6][0] ? (int8_t)atoi(fields[6]) : -1;
        t->digit[c] = fields[7][0] ? (int8_t)atoi(fields[7]) : -1;
    }
    if (!fields[5][0]) return;
    check_room(t->decomposition_count);
    t->decompositions[t->decomposition_count++] = (UcdDecomposition){last, add_text(t, fields[5])};
}

/* "0020;Na". */
static void read_width(void *tables, char **fields, int count) {
    Tables *t = tables;
    if (count < 2) return;
    uint32_t last, first = ucd_range(fields[0], &last);
    for (uint32_t c = first; c <= last; c++)
        t->of[c].width = name_number(&t->widths, fields[1]);
}

/* "00BD ; 0.5 ; ; 1/2", or a whole number in the last field. */
static void read_number(void *tables, char **fields, int count) {
    Tables *t = tables;
    if (count < 4) return;
    char *rest;
    long long numerator = strtoll(fields[3], &rest, 10);
    int denominator = *rest == '/' ? atoi(rest + 1) : 1;
    uint32_t last, first = ucd_range(fields[0], &last);
    for (uint32_t c = first; c <= last; c++) {
        if (t->has_number[c]) continue;
        t->has_number[c] = true;
        check_room(t->number_count);
        t->numbers[t->number_count++] =
            (UcdNumber){c, t->decimal[c], t->digit[c], (int16_t)denominator, numerator};
    }
}

/* "00C0..00C5 ; NFD_QC; N"; other properties are passed by. */
static void read_quick_check(void *tables, char **fields, int count) {
    static const char *const names[] = {"NFC_QC", "NFKC_QC", "NFD_QC", "NFKD_QC"};
    Tables *t = tables;
    for (unsigned form = 0; form < 4 && count >= 3; form++) {
        if (strcmp(fields[1], names[form]) != 0) continue;
        uint32_t last, first = ucd_range(fields[0], &last);
        for (uint32_t c = first; c <= last; c++)
            t->of[c].changing |= (uint8_t)(UCD_NFC << form);
    }
}

/* "KEYCAP DIGIT ONE;0031 FE0F 20E3". */
static void read_sequence(void *tables, char **fields, int count) {
    Tables *t = tables;
    if (count < 2) return;
    check_room(t->sequence_count);
    UcdSequence *s = &t->sequences[t->sequence_count++];
    s->name = add_text(t, fields[0]);
    int length = 0;
    for (const char *next = fields[1]; *next; next += strcspn(next, " "), next += strspn(next, " ")) {
        if (length == UCD_SEQUENCE_MAX) die("sequence too long");
        s->points[length++] = ucd_code_point(next);
    }
}

/* "# EastAsianWidth-15.0.0.txt" */
static void write_version(const char *path) {
    char line[UCD_LINE] = "";
    FILE *file = fopen(path, "r");
    if (!file || !fgets(line, sizeof line, file)) die(path);
    fclose(file);
    const char *version = strchr(line, '-');
    if (!version) die("no version");
    printf("const char ucd_version[] = \"%.*s\";\n", (int)strspn(version + 1, "0123456789.") - 1,
           version + 1);
}

/* --- writing --- */

static int by_code_point(const void *a, const void *b) {
    uint32_t x = ((const UcdNumber *)a)->code_point, y = ((const UcdNumber *)b)->code_point;
    return (x > y) - (x < y);
}

static const char *sorted_text;

static int by_name(const void *a, const void *b) {
    return strcmp(sorted_text + ((const UcdSequence *)a)->name, sorted_text + ((const UcdSequence *)b)->name);
}

/* Keep each different record once, and number the code points' records. */
static void number_records(Tables *t) {
    for (uint32_t c = 0; c < CODE_POINTS; c++) {
        int i = 0;
        while (i < t->record_count && memcmp(&t->records[i], &t->of[c], sizeof t->of[c]) != 0)
            i++;
        if (i == MAX_RECORDS) die("too many records");
        if (i == t->record_count) t->records[t->record_count++] = t->of[c];
        t->number[c] = (uint16_t)i;
    }
}

static void write_names(const char *table, const Names *names) {
    printf("const char *const ucd_%s[] = {", table);
    for (int i = 0; i < names->count; i++)
        printf("\"%s\", ", names->text[i]);
    printf("};\n");
}

static void write_records(const Tables *t) {
    printf("const UcdRecord ucd_records[] = {\n");
    for (int i = 0; i < t->record_count; i++) {
        const UcdRecord *r = &t->records[i];
        printf("{%d, %d, %d, %d, %d, %d},\n", r->category, r->direction, r->width, r->combining, r->mirrored,
               r->changing);
    }
    printf("};\n");
}

static void write_entries(const Tables *t) {
    printf("const uint32_t ucd_decomposition_count = %u, ucd_number_count = %u, ucd_sequence_count = %u;\n",
           t->decomposition_count, t->number_count, t->sequence_count);
    printf("const UcdDecomposition ucd_decompositions[] = {\n");
    for (uint32_t i = 0; i < t->decomposition_count; i++)
        printf("{0x%X, %u},\n", t->decompositions[i].code_point, t->decompositions[i].text);
    printf("};\nconst UcdNumber ucd_numbers[] = {\n");
    for (uint32_t i = 0; i < t->number_count; i++) {
        const UcdNumber *n = &t->numbers[i];
        printf("{0x%X, %d, %d, %d, %lld},\n", n->code_point, n->decimal, n->digit, n->denominator,
               (long long)n->numerator);
    }
    printf("};\nconst UcdSequence ucd_sequences[] = {\n");
    for (uint32_t i = 0; i < t->sequence_count; i++) {
        const UcdSequence *s = &t->sequences[i];
        printf("{%u, {0x%X, 0x%X, 0x%X, 0x%X}},\n", s->name, s->points[0], s->points[1], s->points[2],
               s->points[3]);
    }
    printf("};\nconst char ucd_text[] =\n");
    for (uint32_t at = 0; at < t->text_length; at += (uint32_t)strlen(t->text + at) + 1)
        printf("\"%s\\0\"\n", t->text + at);
    printf(";\n");
}

int main(int argc, char **argv) {
    if (argc != 6) die("usage: see the comment at the head of the source");
    Tables *t = calloc(1, sizeof *t);
    if (!t) die("out of memory");
    memset(t->decimal, -1, sizeof t->decimal);
    memset(t->digit, -1, sizeof t->digit);
    name_number(&t->categories, "Cn"); /* what is number 0 holds for unassigned code points */
    name_number(&t->directions, "");
    name_number(&t->widths, "N");
    ucd_read(argv[1], read_character, t);
    ucd_read(argv[2], read_width, t);
    ucd_read(argv[3], read_number, t);
    ucd_read(argv[4], read_sequence, t);
    ucd_read(argv[5], read_quick_check, t);
    qsort(t->numbers, t->number_count, sizeof *t->numbers, by_code_point);
    sorted_text = t->text;
    qsort(t->sequences, t->sequence_count, sizeof *t->sequences, by_name);
    number_records(t);
    printf("#include \"runtime/text/ucd.h\"\n");
    write_version(argv[2]);
    write_names("categories", &t->categories);
    write_names("directions", &t->directions);
    write_names("widths", &t->widths);
    write_records(t);
    ucd_write_blocks("ucd", "UCD_BLOCK", UCD_BLOCK, t->number);
    write_entries(t);
    free(t);
    return 0;
}
