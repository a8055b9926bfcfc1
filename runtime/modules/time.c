/* The module time: clocks, sleeping, and calendar times by the C library. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "runtime/arguments.h"
#include "runtime/auditevent.h"
#include "runtime/classes/namespace.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/structseq.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/nanoseconds.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- clocks --- */

static Value clock_seconds(VM *vm, clockid_t id) {
    struct timespec t;
    if (clock_gettime(id, &t) < 0) return raise_os(vm, errno, ABSENT);
    return float_from(vm, (double)t.tv_sec + (double)t.tv_nsec * 1e-9);
}

static Value clock_nanoseconds(VM *vm, clockid_t id) {
    struct timespec t;
    if (clock_gettime(id, &t) < 0) return raise_os(vm, errno, ABSENT);
    return int_from(vm, ns_from_timespec(t));
}

#define CLOCK(name, id) \
    NATIVE(time_##name) { return clock_seconds(vm, id); } \
    NATIVE(time_##name##_ns) { return clock_nanoseconds(vm, id); }

CLOCK(time, CLOCK_REALTIME)
CLOCK(monotonic, CLOCK_MONOTONIC)
CLOCK(perf_counter, CLOCK_MONOTONIC)
CLOCK(process_time, CLOCK_PROCESS_CPUTIME_ID)
CLOCK(thread_time, CLOCK_THREAD_CPUTIME_ID)

static bool clock_argument(VM *vm, Value v, clockid_t *id) {
    int number;
    if (!is_int_family(v)) return raise_type(vm, "clk_id should be integer, not %T", v), false;
    if (!object_to_c_int(vm, v, &number)) return false;
    *id = (clockid_t)number;
    return true;
}

NATIVE(time_clock_gettime) {
    clockid_t id;
    return clock_argument(vm, args[0], &id) ? clock_seconds(vm, id) : ABSENT;
}

/* The same for functions that take what has __index__, too. */
static bool clock_number(VM *vm, Value v, clockid_t *id) {
    int64_t number;
    if (is_float_family(v))
        return raise_type(vm, "'float' object cannot be interpreted as an integer"), false;
    if (is_int_family(v) && !int_to_int64(v, &number))
        return raise_overflow(vm, "Python int too large to convert to C long"), false;
    if (!object_to_int64(vm, v, &exc_OverflowError, &number)) return false;
    if (number != (int32_t)number) {
        return raise_overflow(vm, "signed integer is %s",
                              number > 0 ? "greater than maximum" : "less than minimum"),
               false;
    }
    *id = (clockid_t)number;
    return true;
}

static bool timestamp_argument(VM *vm, Value v, int64_t *t) {
    if (!is_int_family(v)) return raise_type(vm, "expect int, got %T", v), false;
    if (int_to_int64(v, t)) return true;
    return raise_overflow(vm, "timestamp too large to convert to C PyTime_t"), false;
}

static Value set_clock(VM *vm, clockid_t id, const struct timespec *t) {
    return clock_settime(id, t) < 0 ? raise_os(vm, errno, ABSENT) : NONE;
}

NATIVE(time_clock_settime_ns) {
    clockid_t id;
    int64_t ns;
    if (!clock_number(vm, args[0], &id)) return ABSENT;
    if (!timestamp_argument(vm, args[1], &ns)) return ABSENT;
    struct timespec t = ns_to_timespec(ns);
    return set_clock(vm, id, &t);
}

NATIVE(time_clock_gettime_ns) {
    clockid_t id;
    return clock_argument(vm, args[0], &id) ? clock_nanoseconds(vm, id) : ABSENT;
}

NATIVE(time_clock_settime) {
    clockid_t id;
    struct timespec t;
    if (!clock_number(vm, args[0], &id)) return ABSENT;
    if (is_float_family(args[1])) {
        if (!arguments_timespec(vm, args[1], &t)) return ABSENT;
    } else {
        int64_t seconds;
        if (is_int_family(args[1]) && !int_to_int64(args[1], &seconds))
            return raise_overflow(vm, "timestamp too large to convert to C PyTime_t");
        if (!object_to_int64(vm, args[1], &exc_OverflowError, &seconds)) return ABSENT;
        t = (struct timespec){seconds, 0};
    }
    return set_clock(vm, id, &t);
}

NATIVE(time_pthread_getcpuclockid) {
    int64_t thread;
    clockid_t id;
    if (!is_int_family(args[0]))
        return raise_type(vm, "pthread_getcpuclockid() argument 1 must be int, not %Q", args[0]);
    if (!object_to_int64(vm, args[0], &exc_OverflowError, &thread)) return ABSENT;
    if ((pthread_t)thread != pthread_self()) return raise_os(vm, ESRCH, ABSENT);
    int error = pthread_getcpuclockid(pthread_self(), &id);
    return error ? raise_os(vm, error, ABSENT) : int_small(id);
}

NATIVE(time_clock_getres) {
    clockid_t id;
    struct timespec t;
    if (!clock_number(vm, args[0], &id)) return ABSENT;
    if (clock_getres(id, &t) < 0) return raise_os(vm, errno, ABSENT);
    return float_from(vm, (double)t.tv_sec + (double)t.tv_nsec * 1e-9);
}

static const struct {
    const char *name, *implementation;
    clockid_t id;
    bool monotonic;
} clocks[] = {
    {"time", "clock_gettime(CLOCK_REALTIME)", CLOCK_REALTIME, false},
    {"monotonic", "clock_gettime(CLOCK_MONOTONIC)", CLOCK_MONOTONIC, true},
    {"perf_counter", "clock_gettime(CLOCK_MONOTONIC)", CLOCK_MONOTONIC, true},
    {"process_time", "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", CLOCK_PROCESS_CPUTIME_ID, true},
    {"thread_time", "clock_gettime(CLOCK_THREAD_CPUTIME_ID)", CLOCK_THREAD_CPUTIME_ID, true},
};

static bool set_field(VM *vm, Value object, const char *name, STEALS Value v) {
    Value key = string_intern_c(vm, name);
    bool ok = !is_absent(key) && !is_absent(v) && object_set_attribute(vm, object, key, v);
    value_xdrop(vm, key);
    value_xdrop(vm, v);
    return ok;
}

NATIVE(time_get_clock_info) {
    size_t i = 0, count = sizeof clocks / sizeof *clocks;
    if (!is_string(args[0]))
        return raise_type(vm, "get_clock_info() argument 1 must be str, not %Q", args[0]);
    while (i < count && !string_equal_c(args[0], clocks[i].name))
        i++;
    if (i == count) return raise_value(vm, "unknown clock");
    struct timespec t;
    if (clock_getres(clocks[i].id, &t) < 0) return raise_os(vm, errno, ABSENT);
    Value info = namespace_new(vm);
    bool ok = !is_absent(info) &&
              set_field(vm, info, "implementation", string_from_c(vm, clocks[i].implementation)) &&
              set_field(vm, info, "monotonic", bool_from(clocks[i].monotonic)) &&
              set_field(vm, info, "adjustable", bool_from(!clocks[i].monotonic)) &&
              set_field(vm, info, "resolution", float_from(vm, (double)t.tv_sec + (double)t.tv_nsec * 1e-9));
    if (!ok) value_clear(vm, &info);
    return info;
}

/* --- sleeping --- */

/* A number of seconds as seconds and nanoseconds, rounded up. */
static bool duration_argument(VM *vm, Value v, struct timespec *t) {
    if (is_float_family(v)) {
        double d = float_number(v), whole;
        if (isnan(d)) return raise_value(vm, "Invalid value NaN (not a number)"), false;
        double part = modf(d, &whole);
        if (!(fabs(whole) < 9.2e18))
            return raise_overflow(vm, "timestamp out of range for platform time_t"), false;
        *t = (struct timespec){(time_t)whole, (long)(d < 0 ? -1 : ceil(part * NS_PER_S))};
        if (t->tv_nsec >= NS_PER_S) *t = (struct timespec){t->tv_sec + 1, t->tv_nsec - NS_PER_S};
    } else {
        int64_t seconds;
        if (!object_to_int64(vm, v, &exc_OverflowError, &seconds)) return false;
        *t = (struct timespec){seconds, seconds < 0 ? -1 : 0};
    }
    if (t->tv_nsec < 0) return raise_value(vm, "sleep length must be non-negative"), false;
    return true;
}

NATIVE(time_sleep) {
    if (!AUDIT(vm, "time.sleep", args[0])) return ABSENT;
    struct timespec length, end;
    if (!duration_argument(vm, args[0], &length)) return ABSENT;
    if (clock_gettime(CLOCK_MONOTONIC, &end) < 0) return raise_os(vm, errno, ABSENT);
    end.tv_nsec += length.tv_nsec;
    int64_t carry = end.tv_nsec >= NS_PER_S;
    end.tv_nsec -= carry * NS_PER_S;
    if (length.tv_sec > LLONG_MAX - end.tv_sec - carry) {
        return raise_overflow(vm, "timestamp too large to convert to C PyTime_t");
    }
    end.tv_sec += length.tv_sec + carry;
    while (vm_may_go_on(vm)) {
        int error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL);
        if (error == 0) return NONE;
        if (error != EINTR) return raise_os(vm, error, ABSENT);
    }
    return ABSENT;
}

/* --- calendar times --- */

enum { FIELD_COUNT = 11, ITEM_COUNT = 9, FIELD_ZONE = 9, FIELD_OFFSET = 10 };

static const MemberDef struct_time_fields[] = {
    STRUCTSEQ_FIELD(0, "tm_year", "year, for example, 1993"),
    STRUCTSEQ_FIELD(1, "tm_mon", "month of year, range [1, 12]"),
    STRUCTSEQ_FIELD(2, "tm_mday", "day of month, range [1, 31]"),
    STRUCTSEQ_FIELD(3, "tm_hour", "hours, range [0, 23]"),
    STRUCTSEQ_FIELD(4, "tm_min", "minutes, range [0, 59]"),
    STRUCTSEQ_FIELD(5, "tm_sec", "seconds, range [0, 61])"),
    STRUCTSEQ_FIELD(6, "tm_wday", "day of week, range [0, 6], Monday is 0"),
    STRUCTSEQ_FIELD(7, "tm_yday", "day of year, range [1, 366]"),
    STRUCTSEQ_FIELD(8, "tm_isdst", "1 if summer time is in effect, 0 if not, and -1 if unknown"),
    STRUCTSEQ_HIDDEN(FIELD_ZONE, "tm_zone"),
    STRUCTSEQ_HIDDEN(FIELD_OFFSET, "tm_gmtoff"),
    {0}};

STRUCTSEQ_TYPE(
    struct_time_type, "time.struct_time", struct_time_fields,
    "A calendar time, as gmtime and localtime return it and asctime, mktime and strftime take it.");

static Value struct_time_new(VM *vm, const struct tm *t) {
    Value items[FIELD_COUNT] = {int_small((int64_t)t->tm_year + 1900),
                                int_small(t->tm_mon + 1),
                                int_small(t->tm_mday),
                                int_small(t->tm_hour),
                                int_small(t->tm_min),
                                int_small(t->tm_sec),
                                int_small((t->tm_wday + 6) % 7),
                                int_small(t->tm_yday + 1),
                                int_small(t->tm_isdst),
                                string_from_c(vm, t->tm_zone),
                                int_small(t->tm_gmtoff)};
    if (is_absent(items[FIELD_ZONE])) return ABSENT;
    return structseq_new(vm, &struct_time_type, items);
}

/* Seconds since the epoch, rounded down; None or nothing: now. */
static bool moment_argument(VM *vm, Value v, time_t *moment) {
    if (!value_is_given(v)) {
        *moment = time(NULL);
        return true;
    }
    struct timespec t;
    if (!arguments_timespec(vm, v, &t)) return false;
    *moment = t.tv_sec;
    return true;
}

typedef struct tm *Convert(const time_t *moment, struct tm *result);

static bool convert(VM *vm, Value v, Convert *by, struct tm *t) {
    time_t moment;
    if (!moment_argument(vm, v, &moment)) return false;
    if (by(&moment, t)) return true;
    raise_os(vm, errno, ABSENT);
    return false;
}

NATIVE(time_gmtime) {
    struct tm t;
    return convert(vm, args[0], gmtime_r, &t) ? struct_time_new(vm, &t) : ABSENT;
}

NATIVE(time_localtime) {
    struct tm t;
    return convert(vm, args[0], localtime_r, &t) ? struct_time_new(vm, &t) : ABSENT;
}

/* The items of a time tuple as C ints. */
static bool tuple_numbers(VM *vm, const char *function, Value v, int numbers[ITEM_COUNT]) {
    if (!is_tuple(v)) return raise_type(vm, "Tuple or struct_time argument required"), false;
    if (as_tuple(v)->length != ITEM_COUNT) {
        return raise_type(vm, "%s(): illegal time tuple argument", function), false;
    }
    for (int i = 0; i < ITEM_COUNT; i++) {
        int64_t number;
        if (!object_to_int64(vm, as_tuple(v)->items[i], NULL, &number)) return false;
        if (number > INT_MAX) return raise_overflow(vm, "signed integer is greater than maximum"), false;
        if (number < INT_MIN) return raise_overflow(vm, "signed integer is less than minimum"), false;
        numbers[i] = (int)number;
    }
    return true;
}

static bool tm_argument(VM *vm, const char *function, Value v, struct tm *t) {
    int n[ITEM_COUNT];
    if (!tuple_numbers(vm, function, v, n)) return false;
    if (n[0] < INT_MIN + 1900) return raise_overflow(vm, "year out of range"), false;
    *t = (struct tm){.tm_year = n[0] - 1900,
                     .tm_mon = (int)((unsigned)n[1] - 1u),
                     .tm_mday = n[2],
                     .tm_hour = n[3],
                     .tm_min = n[4],
                     .tm_sec = n[5],
                     .tm_wday = n[6] == INT_MAX ? -1 : (n[6] + 1) % 7,
                     .tm_yday = (int)((unsigned)n[7] - 1u),
                     .tm_isdst = n[8]};
    if (is_exactly(v, &struct_time_type)) {
        Value offset = as_tuple(v)->items[FIELD_OFFSET], zone = as_tuple(v)->items[FIELD_ZONE];
        if (!is_absent(offset) && is_int(offset)) t->tm_gmtoff = int_get(offset);
        if (!is_absent(zone) && is_string(zone) && as_string(zone)->ascii) {
            t->tm_zone = (const char *)as_string(zone)->data;
        }
    }
    return true;
}

/* Zeros that people leave in mean the first; other values out of range are errors, since strftime indexes
 * tables. */
static bool check_tm(VM *vm, struct tm *t) {
    if (t->tm_mon == -1) t->tm_mon = 0;
    if (t->tm_mday == 0) t->tm_mday = 1;
    if (t->tm_yday == -1) t->tm_yday = 0;
    const struct {
        int value, least, most;
        const char *what;
    } fields[] = {{t->tm_mon, 0, 11, "month"},        {t->tm_mday, 1, 31, "day of month"},
                  {t->tm_hour, 0, 23, "hour"},        {t->tm_min, 0, 59, "minute"},
                  {t->tm_sec, 0, 61, "seconds"},      {t->tm_wday, 0, 6, "day of week"},
                  {t->tm_yday, 0, 365, "day of year"}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (fields[i].value >= fields[i].least && fields[i].value <= fields[i].most) continue;
        return raise_value(vm, "%s out of range", fields[i].what), false;
    }
    t->tm_isdst = t->tm_isdst < -1 ? -1 : t->tm_isdst > 1 ? 1 : t->tm_isdst;
    return true;
}

NATIVE(time_mktime) {
    struct tm t;
    if (!tm_argument(vm, "mktime", args[0], &t)) return ABSENT;
    t.tm_wday = -1; /* stays so when it fails: -1 alone is also a moment */
    time_t moment = mktime(&t);
    if (moment == -1 && t.tm_wday == -1) return raise_overflow(vm, "mktime argument out of range");
    return float_from(vm, (double)moment);
}

static Value calendar_text(VM *vm, const struct tm *t) {
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    enum { TEXT_MAX = 64 };
    char text[TEXT_MAX];
    int length =
        snprintf(text, sizeof text, "%s %s%3d %.2d:%.2d:%.2d %lld", days[t->tm_wday], months[t->tm_mon],
                 t->tm_mday, t->tm_hour, t->tm_min, t->tm_sec, (long long)t->tm_year + 1900);
    return string_from_ascii(vm, text, (size_t)length);
}

/* The time tuple argument, or (nothing) the local time now. */
static bool tm_or_now(VM *vm, const char *function, Value v, struct tm *t) {
    if (is_absent(v)) return convert(vm, NONE, localtime_r, t);
    return tm_argument(vm, function, v, t) && check_tm(vm, t);
}

NATIVE(time_asctime) {
    struct tm t;
    return tm_or_now(vm, "asctime", args[0], &t) ? calendar_text(vm, &t) : ABSENT;
}

NATIVE(time_ctime) {
    struct tm t;
    return convert(vm, args[0], localtime_r, &t) ? calendar_text(vm, &t) : ABSENT;
}

/* strftime(3) into ever larger blocks; a result of no characters is told from one that did not fit by the
 * size tried. */
static Value format_time(VM *vm, const char *format, size_t length, const struct tm *t) {
    enum { FIRST_SIZE = 256, GROWTH_MAX = 256 /* times the format's length: no directive needs more */ };
    for (size_t size = FIRST_SIZE;; size *= 2) {
        char *block = memory_alloc(vm, size);
        if (!block) return ABSENT;
        size_t written = strftime(block, size, format, t);
        bool enough = written > 0 || size >= GROWTH_MAX * length;
        Value text = enough ? string_from_utf8(vm, block, written) : ABSENT;
        memory_free(vm, block, size);
        if (enough) return text;
    }
}

NATIVE(time_strftime) {
    struct tm t;
    size_t length;
    Value keeper = ABSENT;
    if (!is_string(args[0])) return raise_type(vm, "strftime() argument 1 must be str, not %Q", args[0]);
    if (!tm_or_now(vm, "strftime", args[1], &t)) return ABSENT;
    const char *format = string_utf8(vm, args[0], &length, &keeper);
    if (!format) return ABSENT;
    Value text = strlen(format) == length ? format_time(vm, format, length, &t)
                                          : raise_value(vm, "embedded null character");
    value_xdrop(vm, keeper);
    return text;
}

/* --- the time zone --- */

/* The offset east of Greenwich and the name of the zone at a moment. */
static Value zone_at(VM *vm, time_t moment, long *offset) {
    struct tm t;
    if (!localtime_r(&moment, &t)) return raise_os(vm, errno, ABSENT);
    *offset = t.tm_gmtoff;
    return string_from_c(vm, t.tm_zone);
}

/* The library's Python does it. */
NATIVE(time_strptime) { return module_call(vm, "_strptime", "_strptime_time", args, nargs, names); }

/* timezone, altzone, daylight, tzname: from what holds in this year's winter and summer. */
static bool set_zone(VM *vm, Value dict) {
    enum { YEAR = (365 * 24 + 6) * 3600 };
    tzset();
    time_t start = time(NULL) / YEAR * YEAR;
    long winter, summer;
    Value winter_name = zone_at(vm, start, &winter);
    Value summer_name = is_absent(winter_name) ? ABSENT : zone_at(vm, start + YEAR / 2, &summer);
    Value tznames = ABSENT;
    if (!is_absent(summer_name)) {
        bool southern = summer < winter;
        tznames = southern ? tuple_pack(vm, 2, summer_name, winter_name)
                           : tuple_pack(vm, 2, winter_name, summer_name);
        if (southern) {
            long other = winter;
            winter = summer;
            summer = other;
        }
    }
    bool ok = !is_absent(tznames) && dict_set_c(vm, dict, "timezone", int_small(-winter)) &&
              dict_set_c(vm, dict, "altzone", int_small(-summer)) &&
              dict_set_c(vm, dict, "daylight", int_small(winter != summer)) &&
              dict_set_c(vm, dict, "tzname", tznames);
    value_xdrop(vm, winter_name);
    value_xdrop(vm, summer_name);
    value_xdrop(vm, tznames);
    return ok;
}

NATIVE(time_tzset) {
    Value module = dict_get_c(vm, vm->modules, "time");
    if (is_absent(module) || !is_exactly(module, &module_type)) return NONE;
    return set_zone(vm, as_module(module)->dict) ? NONE : ABSENT;
}

/* --- the module --- */

static const NativeDef functions[] = {
    {"time", time_time, "", "Return the current time in seconds since the Epoch."},
    {"time_ns", time_time_ns, "", "Return the current time in nanoseconds since the Epoch."},
    {"monotonic", time_monotonic, "", "Monotonic clock, cannot go backward."},
    {"monotonic_ns", time_monotonic_ns, "", "Monotonic clock, cannot go backward, as nanoseconds."},
    {"perf_counter", time_perf_counter, "", "Performance counter for benchmarking."},
    {"perf_counter_ns", time_perf_counter_ns, "", "Performance counter for benchmarking as nanoseconds."},
    {"process_time", time_process_time, "", "Process time for profiling: CPU time, kernel and user."},
    {"process_time_ns", time_process_time_ns, "", "Process time for profiling as nanoseconds."},
    {"thread_time", time_thread_time, "", "Thread time for profiling: CPU time, kernel and user."},
    {"thread_time_ns", time_thread_time_ns, "", "Thread time for profiling as nanoseconds."},
    {"clock_gettime", time_clock_gettime, "clk_id, /", "The time of the given clock, in seconds."},
    {"clock_gettime_ns", time_clock_gettime_ns, "clk_id, /", "The time of the given clock, in nanoseconds."},
    {"clock_getres", time_clock_getres, "clk_id, /", "The resolution of the given clock, in seconds."},
    {"clock_settime", time_clock_settime, "clk_id, time, /", "Set the time of the given clock, in seconds."},
    {"clock_settime_ns", time_clock_settime_ns, "clk_id, time, /",
     "Set the time of the given clock, in nanoseconds."},
    {"pthread_getcpuclockid", time_pthread_getcpuclockid, "thread_id, /",
     "The clk_id of a thread's CPU time clock."},
    {"get_clock_info", time_get_clock_info, "name, /", "Information on the specified clock as a namespace."},
    {"sleep", time_sleep, "seconds, /", "Delay execution for a given number of seconds."},
    {"gmtime", time_gmtime, "seconds=None, /", "Seconds since the Epoch to a time tuple expressing UTC."},
    {"localtime", time_localtime, "seconds=None, /",
     "Seconds since the Epoch to a time tuple of local time."},
    {"mktime", time_mktime, "tuple, /", "A time tuple in local time to seconds since the Epoch."},
    {"asctime", time_asctime, "tuple=None, /", "A time tuple to text such as 'Sat Jun 06 16:26:11 1998'."},
    {"ctime", time_ctime, "seconds=None, /", "Seconds since the Epoch to text in local time."},
    {"strftime", time_strftime, "format, tuple=None, /", "A time tuple to text by a format."},
    {"strptime", time_strptime, "*args", "Parse text to a time tuple by a format; see strftime()."},
    {"tzset", time_tzset, "", "Initialize, or reinitialize, the local timezone from the environment."},
    {0},
};

static bool add_constants(VM *vm, Value dict) {
    static const struct {
        const char *name;
        clockid_t id;
    } ids[] = {{"CLOCK_REALTIME", CLOCK_REALTIME},
               {"CLOCK_MONOTONIC", CLOCK_MONOTONIC},
               {"CLOCK_MONOTONIC_RAW", CLOCK_MONOTONIC_RAW},
               {"CLOCK_PROCESS_CPUTIME_ID", CLOCK_PROCESS_CPUTIME_ID},
               {"CLOCK_THREAD_CPUTIME_ID", CLOCK_THREAD_CPUTIME_ID},
               {"CLOCK_BOOTTIME", CLOCK_BOOTTIME},
               {"CLOCK_TAI", CLOCK_TAI}};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        if (!dict_set_c(vm, dict, ids[i].name, int_small(ids[i].id))) return false;
    }
    return dict_set_c(vm, dict, "struct_time", from_object(&struct_time_type));
}

NEW RAISES Value module_time_new(VM *vm) {
    Value module = module_new_c(vm, "time", "Clocks, sleeping, and times of the calendar.");
    if (is_absent(module)) return ABSENT;
    Value dict = as_module(module)->dict;
    if (module_add_functions(vm, dict, functions, "time") && add_constants(vm, dict) && set_zone(vm, dict))
        return module;
    value_drop(vm, module);
    return ABSENT;
}
