#ifndef MPY_BASE_UCDFILE_H
#define MPY_BASE_UCDFILE_H

/*
 * Reading the files of the Unicode Character Database, and writing what is known of each code point, for the programs
 * that make tables while mpy is built.
 *
 * A line has fields between semicolons, and a comment behind '#'. What is wrong ends the program.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODE_POINTS = 0x110000, UCD_FIELDS = 16, UCD_LINE = 1024 };

static inline _Noreturn void die(const char *message) {
    fprintf(stderr, "Unicode Character Database: %s\n", message);
    exit(1);
}

/* Cut a line, without its comment, into fields without the blanks around them; how many. */
static inline int ucd_fields(char *line, char *fields[UCD_FIELDS]) {
    int count = 0;
    line[strcspn(line, "#\r\n")] = 0;
    for (char *field; count < UCD_FIELDS && (field = strsep(&line, ";"));) {
        field += strspn(field, " ");
        for (char *end = field + strlen(field); end > field && end[-1] == ' ';)
            *--end = 0;
        fields[count++] = field;
    }
    return count;
}

static inline uint32_t ucd_code_point(const char *field) {
    unsigned long c = strtoul(field, NULL, 16);
    if (c >= CODE_POINTS) die("code point out of range");
    return (uint32_t)c;
}

/* "0041..005A" or "0041": the first, and the last in *last. */
static inline uint32_t ucd_range(const char *field, uint32_t *last) {
    const char *range = strstr(field, "..");
    uint32_t first = ucd_code_point(field);
    *last = range ? ucd_code_point(range + 2) : first;
    return first;
}

/* What a line of UnicodeData.txt is about: the first code point, and the last in *last. A range has two lines, named
 * "<..., First>" and "<..., Last>"; *before keeps the code point of the line before. */
static inline uint32_t ucd_characters(char **fields, uint32_t *before, uint32_t *last) {
    *last = ucd_code_point(fields[0]);
    uint32_t first = strstr(fields[1], ", Last>") ? *before : *last;
    *before = *last;
    return first;
}

/* Write the numbers of all code points by blocks of `size`, each different one once, as NAME_blocks, and as NAME_index
 * which block is whose. */
static inline void ucd_write_blocks(const char *name, const char *size_name, int size,
                                    const uint16_t *number) {
    int blocks = CODE_POINTS / size, count = 0;
    int *written = calloc((size_t)blocks, sizeof *written), *index = calloc((size_t)blocks, sizeof *index);
    if (!written || !index) die("out of memory");
    printf("const uint16_t %s_blocks[][%s] = {\n", name, size_name);
    for (int i = 0; i < blocks; i++) {
        const uint16_t *block = number + i * size;
        int same = 0;
        while (same < count &&
               memcmp(number + written[same] * size, block, (size_t)size * sizeof *block) != 0)
            same++;
        index[i] = same;
        if (same < count) continue;
        written[count++] = i;
        printf("{");
        for (int j = 0; j < size; j++)
            printf("%d,", block[j]);
        printf("},\n");
    }
    printf("};\nconst uint16_t %s_index[] = {\n", name);
    for (int i = 0; i < blocks; i++)
        printf("%d,%s", index[i], i % 32 == 31 ? "\n" : "");
    printf("};\n");
    free(written);
    free(index);
}

/* Show `read_line` each line's fields; `tables` is passed on. */
static inline void ucd_read(const char *path, void (*read_line)(void *tables, char **fields, int count),
                            void *tables) {
    FILE *file = fopen(path, "r");
    if (!file) die(path);
    char line[UCD_LINE], *fields[UCD_FIELDS];
    while (fgets(line, sizeof line, file))
        read_line(tables, fields, ucd_fields(line, fields));
    fclose(file);
}

#endif
