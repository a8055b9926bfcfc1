#ifndef MPY_RUNTIME_STRSEARCH_H
#define MPY_RUNTIME_STRSEARCH_H

/*
 * Finding a text in a text, in time linear in their lengths whatever they hold.
 *
 * Both come from objects of one family. Most searches end in a scan for the first (or last) unit with a comparison at
 * each place it is found; one that does not get ahead that way goes on with the two-way algorithm (Crochemore, Perrin:
 * "Two-way string-matching", JACM 1991), which needs no memory.
 */

#include "runtime/text/text.h"

int64_t text_find_unit(Text text, uint32_t unit);
int64_t text_rfind_unit(Text text, uint32_t unit);
int64_t text_find_long(Text text, Text wanted);
int64_t text_rfind_long(Text text, Text wanted);

/* The last place of a byte in front of `end`, or -1. It is mostly near. */
static inline int64_t byte_rfind(const uint8_t *data, int64_t end, uint8_t byte) {
    enum { NEAR = 8 };
    int64_t at = end, far = end - NEAR;
    while (--at >= 0 && data[at] != byte) {
        if (at > far) continue;
        const uint8_t *found = memrchr(data, byte, (size_t)at);
        return found ? found - data : -1;
    }
    return at;
}

/* Is it a byte that is looked for among bytes? */
static inline bool is_byte_search(Text text, Text wanted) {
    return text_length(wanted) == 1 && (text_log(wanted) | text_log(text)) == 0;
}

/* Where the first (last) occurrence begins, or -1. */
static inline int64_t text_find(Text text, Text wanted) {
    if (!is_byte_search(text, wanted)) return text_find_long(text, wanted);
    const uint8_t *found = memchr(text.data, wanted.data[0], (size_t)text_length(text));
    return found ? found - text.data : -1;
}

static inline int64_t text_rfind(Text text, Text wanted) {
    if (!is_byte_search(text, wanted)) return text_rfind_long(text, wanted);
    return byte_rfind(text.data, text_length(text), wanted.data[0]);
}

/* How many occurrences there are that do not overlap, counted up to `limit`. An empty one occurs length + 1 times. */
int64_t text_count(Text text, Text wanted, int64_t limit);
/*
 * One occurrence after another, none overlapping the one before. Most texts are of bytes, whose places are looked at
 * sixteen at a time: what was found of a block and not asked for yet is kept.
 */
typedef struct {
    Text text, wanted;
    int64_t at;     /* where to go on when there is none in `found` */
    int64_t block;  /* the sixteen places that `found` speaks of */
    uint32_t found; /* a bit for each place that has the first and the last byte and was not asked for yet */
    int64_t cost;
} Finder;

void finder_init(Finder *f, Text text, Text wanted); /* `wanted` is not empty */
int64_t finder_search(Finder *f);

/* Where it begins, or -1. */
static inline int64_t finder_next(Finder *f) {
    if (!f->found || text_length(f->wanted) > 1) return finder_search(f);
    int64_t at = f->block + __builtin_ctz(f->found);
    f->found &= f->found - 1;
    return at;
}

/* Does `part` stand in `text` at `at`? It must fit there. */
bool text_matches(Text text, int64_t at, Text part);

#endif
