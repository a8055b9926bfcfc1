#ifndef MPY_RUNTIME_NANOSECONDS_H
#define MPY_RUNTIME_NANOSECONDS_H

/* Times as counts of nanoseconds, for the modules that hand them to the system. */

#include <stdint.h>
#include <time.h>

enum { NS_PER_S = 1000000000 };

static inline int64_t ns_from_timespec(struct timespec t) { return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec; }

/* The part behind the seconds is never negative. */
static inline struct timespec ns_to_timespec(int64_t ns) {
    int64_t rest = ns % NS_PER_S;
    return (struct timespec){ns / NS_PER_S - (rest < 0), rest + (rest < 0 ? NS_PER_S : 0)};
}

/* Of the clock that nobody sets. */
static inline int64_t ns_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return ns_from_timespec(t);
}

#endif
