#ifndef MPY_LEXER_UNINAME_TABLE_H
#define MPY_LEXER_UNINAME_TABLE_H

/*
 * The shape of the table of character names, which lexer/tools/uninames.c makes and lexer/uniname.c reads.
 *
 * A name is a run of words. Words are numbered from the most frequent on; those below UNINAME_SHORT_WORDS are one byte
 * in a name, the others two, and UNINAME_STOP, which is no byte of any word, ends the name. Names are in the order of
 * their code points, aliases behind them; names of consecutive code points form a run, so that code points need not be
 * stored one by one. Names that end in their own code point (CJK UNIFIED IDEOGRAPH-4E00) are stored as one pattern for
 * each range. All in all 430 KB where the plain text has 1.1 MB.
 */

#include <stdint.h>

enum {
    UNINAME_SHORT_WORDS = 200,
    UNINAME_STOP = 255,
    UNINAME_BLOCK = 4,  /* names from one entry of `blocks` to the next */
    UNINAME_PAGE = 256, /* code points from one entry of `pages` to the next */
    UNINAME_PIECE = 8,  /* bytes of words that are copied at once: so many lie behind the last one */
};

typedef struct {
    uint32_t code_point; /* of the first one */
    uint32_t name;       /* its index; the run goes on to the next run's */
} UninameRun;

typedef struct {
    uint32_t first, last;
    const char *prefix;
} UninamePattern;

typedef struct {
    const char *words;
    const uint32_t *word_starts; /* word i is words[word_starts[i]..word_starts[i+1]) */
    const unsigned char *names;
    const uint32_t *blocks; /* where in `names` the names 0, UNINAME_BLOCK, ... begin */
    const uint16_t *sorted; /* all names, aliases included, in the order of their text */
    const UninameRun
        *runs;             /* in the order of both members; behind the last comes one whose name is run_end */
    const uint16_t *pages; /* the run that a page's first code point lies in or, if in none, the one before */
    const uint32_t *aliases; /* code points of the names from run_end on */
    const UninamePattern *patterns;
    uint32_t name_count, run_end, run_count, pattern_count;
} UninameTable;

extern const UninameTable uniname_table;

#endif
