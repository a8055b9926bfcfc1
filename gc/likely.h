#ifndef MPY_GC_LIKELY_H
#define MPY_GC_LIKELY_H

/* Which way a branch of a hot path goes: the compiler lays that way straight, and the other aside. */
#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

#endif
