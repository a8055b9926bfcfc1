/* The command line. */
#include "cli/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/version.h"
#include "vm/tracemalloc.h"

enum { GO_ON = -1, STATUS_FATAL = 1, STATUS_USAGE = 2 };

static const char usage_line[] = "usage: %s [option] ... [-c cmd | -m mod | file | -] [arg] ...\n";

static const char help_text[] =
    "Options (and corresponding environment variables):\n"
    "-b     : warn of bytes that are compared with or made to texts (-bb: raise errors)\n"
    "-B     : accepted; compiled code is never written to files\n"
    "-c cmd : program passed in as string (terminates option list)\n"
    "-d, -v : accepted, shown in sys.flags; also PYTHONDEBUG=x, PYTHONVERBOSE=x\n"
    "-E     : ignore environment variables\n"
    "-h     : print this help message and exit (also --help)\n"
    "-i     : inspect interactively after running script; also PYTHONINSPECT=x\n"
    "-I     : isolate from the user's environment (implies -E, -P and -s)\n"
    "-m mod : run library module as a script (terminates option list)\n"
    "-O     : leave out assert statements, __debug__ is False; also PYTHONOPTIMIZE=x\n"
    "-OO    : leave out docstrings, too\n"
    "-P     : don't prepend a potentially unsafe path to sys.path; also PYTHONSAFEPATH=x\n"
    "-q     : don't print version and copyright messages on interactive startup\n"
    "-s, -S : accepted; there are no site directories\n"
    "-u     : force the stdout and stderr streams to be unbuffered; also PYTHONUNBUFFERED=x\n"
    "-V     : print the version number and exit (also --version)\n"
    "-W arg : warning control; arg is action:message:category:module:lineno; also PYTHONWARNINGS=arg\n"
    "-x     : skip the first line of the script\n"
    "-X opt : set an implementation-specific option:\n"
    "         dev                         development mode: all warnings; also PYTHONDEVMODE\n"
    "         importtime                  show how long each import takes; also PYTHONPROFILEIMPORTTIME\n"
    "         int_max_str_digits=N        how long an int's text may be; also PYTHONINTMAXSTRDIGITS\n"
    "         no_debug_ranges             tracebacks show lines alone; also PYTHONNODEBUGRANGES\n"
    "         tracemalloc[=N]             trace allocations, N frames of each; also PYTHONTRACEMALLOC\n"
    "         malloc=pools|system|debug   where objects' memory comes from; also MPYMALLOC\n"
    "         heapsize=N[k|M|G]           bound the memory of objects; also MPYHEAPSIZE\n"
    "         failalloc=N[,forever]       refuse the Nth request for memory, or (failalloc=count) print how "
    "many\n"
    "                                     there were; also MPYFAILALLOC\n"
    "         gcstress=N                  collect at every Nth new container; also MPYGCSTRESS\n"
    "         lib=folder                  take library modules from their sources, not the binary\n"
    "         heapcheck=0|1               prove the heap when the program has ended; also MPYHEAPCHECK\n"
    "--tokens file, --ast file, --dis file : print a program's tokens, syntax tree or bytecode\n"
    "file   : program read from script file\n"
    "-      : program read from stdin (default; interactive mode if a tty)\n"
    "arg ...: arguments passed to program in sys.argv[1:]\n"
    "PYTHONBREAKPOINT: the function that breakpoint() calls; 0: none\n"
    "PYTHONHASHSEED: a number makes hashes of str and bytes the same in every run\n"
    "PYTHONIOENCODING: encoding[:errors] of stdin, stdout and stderr\n"
    "PYTHONPATH: folders, separated by colons, that come before the library in sys.path\n"
    "PYTHONSTARTUP: a file that is run when an interactive session starts\n";

static int complain(const char *program, const char *format, const char *what) {
    fprintf(stderr, format, what);
    fprintf(stderr, usage_line, program);
    fprintf(stderr, "Try `%s -h' for more information.\n", program);
    return STATUS_USAGE;
}

/* --- settings --- */

/* The decimal digits that a text begins with, and what is behind them; false where there are none, or too many. */
static bool parse_number(const char *text, uint64_t *result, char **end) {
    if (*text < '0' || *text > '9') return false;
    errno = 0;
    *result = strtoull(text, end, 10);
    return errno == 0;
}

/* A number with an optional unit behind it, wholly. */
static bool parse_size(const char *text, uint64_t *result) {
    char *end;
    if (!parse_number(text, result, &end)) return false;
    static const char units[] = "kKmMgG";
    const char *unit = *end ? strchr(units, *end) : NULL;
    if (unit) {
        int shift = 10 * (int)((unit - units) / 2 + 1);
        if (*result > UINT64_MAX >> shift) return false;
        *result <<= shift;
        end++;
    }
    return *end == '\0';
}

static bool set_malloc(Options *o, const char *value) {
    static const struct {
        const char *name;
        HeapMode mode;
    } modes[] = {{"pools", HEAP_POOLS}, {"system", HEAP_SYSTEM}, {"debug", HEAP_DEBUG}};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        if (strcmp(value, modes[i].name) != 0) continue;
        o->heap.mode = modes[i].mode;
        return true;
    }
    return false;
}

static bool set_heap_size(Options *o, const char *value) {
    uint64_t size;
    if (!parse_size(value, &size)) return false;
    o->heap.limit = size;
    return true;
}

static bool set_fail_alloc(Options *o, const char *value) {
    HeapOptions *heap = &o->heap;
    char *end;
    if (strcmp(value, "count") == 0) {
        heap->fail_at = UINT64_MAX;
        heap->tell_requests = true;
        return true;
    }
    if (!parse_number(value, &heap->fail_at, &end)) return false;
    heap->fail_forever = strcmp(end, ",forever") == 0;
    return *end == '\0' || heap->fail_forever;
}

static bool set_gc_stress(Options *o, const char *value) {
    uint64_t interval;
    if (!parse_size(value, &interval) || interval > UINT32_MAX) return false;
    o->heap.gc_stress = (uint32_t)interval;
    return true;
}

static bool set_heap_check(Options *o, const char *value) {
    o->heap.check_at_end = *value == '1';
    return strcmp(value, "0") == 0 || strcmp(value, "1") == 0;
}

static bool set_digits(Options *o, const char *value) {
    uint64_t digits;
    if (!parse_size(value, &digits) || digits > INT32_MAX || (digits && digits < INT_MAX_STR_DIGITS_LEAST))
        return false;
    o->flags.int_max_str_digits = (int)digits;
    return true;
}

static bool set_trace_frames(Options *o, const char *value) {
    uint64_t frames = 1;
    char *end;
    if (*value && (!parse_number(value, &frames, &end) || *end || frames > TRACE_FRAMES_MAX)) return false;
    o->trace_frames = (int)frames;
    return true;
}

static const struct {
    const char *name, *variable, *values;
    bool (*set)(Options *o, const char *value);
} settings[] = {
    {"malloc", "MPYMALLOC", "pools, system or debug", set_malloc},
    {"heapsize", "MPYHEAPSIZE", "N, Nk, NM or NG bytes", set_heap_size},
    {"failalloc", "MPYFAILALLOC", "N, N,forever or count", set_fail_alloc},
    {"gcstress", "MPYGCSTRESS", "N", set_gc_stress},
    {"heapcheck", "MPYHEAPCHECK", "0 or 1", set_heap_check},
    {"int_max_str_digits", "PYTHONINTMAXSTRDIGITS", "0, or 640 or more", set_digits},
    {"tracemalloc", "PYTHONTRACEMALLOC", "0 to 65535 frames", set_trace_frames},
};

enum { SETTING_COUNT = sizeof settings / sizeof *settings };

/* `where` is the option or the variable. */
static int complain_of_value(const char *program, const char *where, const char *value, int setting) {
    char text[200];
    snprintf(text, sizeof text, "Bad value of %s: '%.80s' (expected: %s)\n", where, value,
             settings[setting].values);
    return complain(program, "%s", text);
}

/* Switches that are set by a variable, by an -X option (NULL: there is none), or by both. */
static const struct {
    const char *variable, *name;
    size_t field;
    bool level; /* a number in the variable, or `=0` behind the name, counts as such; anything else is 1 */
} switches[] = {
    {"PYTHONDEBUG", NULL, offsetof(Options, flags.debug), true},
    {"PYTHONDEVMODE", "dev", offsetof(Options, flags.dev_mode), false},
    {"PYTHONDONTWRITEBYTECODE", NULL, offsetof(Options, flags.dont_write_bytecode), true},
    {"PYTHONINSPECT", NULL, offsetof(Options, flags.inspect), false},
    {"PYTHONNODEBUGRANGES", "no_debug_ranges", offsetof(Options, no_columns), false},
    {"PYTHONNOUSERSITE", NULL, offsetof(Options, flags.no_user_site), true},
    {"PYTHONOPTIMIZE", NULL, offsetof(Options, flags.optimize), true},
    {"PYTHONPROFILEIMPORTTIME", "importtime", offsetof(Options, import_times), false},
    {"PYTHONSAFEPATH", NULL, offsetof(Options, flags.safe_path), false},
    {"PYTHONUNBUFFERED", NULL, offsetof(Options, unbuffered), true},
    {"PYTHONUTF8", "utf8", offsetof(Options, flags.utf8_mode), true},
    {"PYTHONVERBOSE", NULL, offsetof(Options, flags.verbose), true},
    {"PYTHONWARNDEFAULTENCODING", "warn_default_encoding", offsetof(Options, flags.warn_default_encoding),
     false},
};

enum { SWITCH_COUNT = sizeof switches / sizeof *switches };

/* Raise the switch to what `value` says. */
static void raise_switch(Options *o, int index, const char *value) {
    uint64_t number;
    char *end;
    bool valid = switches[index].level && parse_number(value, &number, &end) && !*end && number <= INT32_MAX;
    int *field = (int *)((char *)o + switches[index].field), level = valid ? (int)number : 1;
    if (*field < level) *field = level;
}

static bool is_named(const char *text, size_t length, const char *name) {
    return name && strlen(name) == length && strncmp(name, text, length) == 0;
}

/* -X name=value; options of no meaning here are only shown in sys._xoptions, as CPython does. */
static int set_extra(Options *o, const char *program, const char *text, bool given[SETTING_COUNT]) {
    const char *equals = strchr(text, '='), *value = equals ? equals + 1 : "";
    size_t length = equals ? (size_t)(equals - text) : strlen(text);
    char where[32];
    for (int i = 0; i < SWITCH_COUNT; i++)
        if (is_named(text, length, switches[i].name)) raise_switch(o, i, value);
    for (int i = 0; i < SETTING_COUNT; i++) {
        if (!is_named(text, length, settings[i].name)) continue;
        given[i] = true;
        if (settings[i].set(o, value)) return GO_ON;
        snprintf(where, sizeof where, "-X %s", settings[i].name);
        return complain_of_value(program, where, value, i);
    }
    return GO_ON;
}

/* Hashes are made with it when the machine starts (vm/machine.c). */
static bool is_hash_seed(const char *text) {
    uint64_t seed;
    char *end;
    if (strcmp(text, "random") == 0) return true;
    return parse_number(text, &seed, &end) && *end == '\0' && seed <= UINT32_MAX;
}

/* What the environment says and no option has said. */
static int read_environment(Options *o, const char *program, const bool given[SETTING_COUNT]) {
    if (o->flags.ignore_environment) return GO_ON;
    const char *seed = getenv("PYTHONHASHSEED");
    for (int i = 0; i < SWITCH_COUNT; i++) {
        const char *value = getenv(switches[i].variable);
        if (value && *value) raise_switch(o, i, value);
    }
    if (seed && *seed && !is_hash_seed(seed)) {
        fputs("Fatal Python error: config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in "
              "range [0; 4294967295]\nPython runtime state: preinitialized\n\n",
              stderr);
        return STATUS_FATAL;
    }
    for (int i = 0; i < SETTING_COUNT; i++) {
        const char *value = given[i] ? NULL : getenv(settings[i].variable);
        if (!value || !*value || settings[i].set(o, value)) continue;
        return complain_of_value(program, settings[i].variable, value, i);
    }
    return GO_ON;
}

/* --- options --- */

/* The count of a one-letter option without an argument; NULL: no such option. */
static int *flag_of(Options *o, char letter) {
    switch (letter) {
    case 'b': return &o->flags.bytes_warning;
    case 'd': return &o->flags.debug;
    case 'i': return &o->flags.interactive;
    case 'u': return &o->unbuffered;
    case 'q': return &o->flags.quiet;
    case 'v': return &o->flags.verbose;
    case 'x': return &o->skip_line;
    case 'B': return &o->flags.dont_write_bytecode;
    case 'E': return &o->flags.ignore_environment;
    case 'I': return &o->flags.isolated;
    case 'O': return &o->flags.optimize;
    case 'P': return &o->flags.safe_path;
    case 's': return &o->flags.no_user_site;
    case 'S': return &o->flags.no_site;
    default: return NULL;
    }
}

static int long_option(Options *o, int *index, int argc, char **argv) {
    static const struct {
        const char *name;
        Action action;
    } dumps[] = {{"--tokens", ACTION_TOKENS}, {"--ast", ACTION_AST}, {"--dis", ACTION_DISASSEMBLE}};
    const char *name = argv[*index];
    if (strcmp(name, "--version") == 0) return printf("Python " VERSION_TEXT "\n"), 0;
    if (strncmp(name, "--help", strlen("--help")) == 0)
        return printf(usage_line, argv[0]), fputs(help_text, stdout), 0;
    for (size_t i = 0; i < sizeof dumps / sizeof *dumps; i++) {
        if (strcmp(name, dumps[i].name) != 0) continue;
        if (++*index == argc) return complain(argv[0], "Argument expected for the %s option\n", name);
        o->action = dumps[i].action;
        o->target = argv[*index];
        return GO_ON;
    }
    return complain(argv[0], "unknown option %s\n", name);
}

/* The argument of the option letter at `at`: the rest of its word, or the next word. NULL: there is none. */
static char *option_argument(char *at, int *index, int argc, char **argv) {
    if (at[1]) return at + 1;
    return ++*index < argc ? argv[*index] : NULL;
}

/* One word of letters. */
static int short_options(Options *o, int *index, int argc, char **argv, bool given[SETTING_COUNT]) {
    for (char *at = argv[*index] + 1; *at; at++) {
        int *flag = flag_of(o, *at);
        char name[3] = {'-', *at, '\0'};
        if (flag) {
            ++*flag;
        } else if (*at == 'V') {
            return printf("Python " VERSION_TEXT "\n"), 0;
        } else if (*at == 'h' || *at == '?') {
            return printf(usage_line, argv[0]), fputs(help_text, stdout), 0;
        } else if (!strchr("cmWX", *at)) {
            return complain(argv[0], "Unknown option: %s\n", name);
        } else {
            char *argument = option_argument(at, index, argc, argv);
            if (!argument) return complain(argv[0], "Argument expected for the %s option\n", name);
            if (*at == 'W') {
                o->warnings[o->warning_count++] = argument;
                return GO_ON;
            }
            if (*at == 'X') {
                o->extra[o->extra_count++] = argument;
                return set_extra(o, argv[0], argument, given);
            }
            o->action = *at == 'c' ? ACTION_CODE : ACTION_MODULE;
            o->target = argument;
            return GO_ON;
        }
    }
    return GO_ON;
}

int options_read(Options *o, int argc, char **argv) {
    *o = (Options){.action = ACTION_STDIN,
                   .flags = {.int_max_str_digits = INT_MAX_STR_DIGITS_DEFAULT},
                   .extra = calloc((size_t)argc + 1, sizeof *o->extra),
                   .warnings = calloc((size_t)argc + 1, sizeof *o->warnings)};
    if (!o->extra || !o->warnings) return fputs("mpy: not enough memory to start\n", stderr), 1;
    bool given[SETTING_COUNT] = {false};
    int i = 1;
    for (; i < argc && o->action == ACTION_STDIN && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        int status =
            argv[i][1] == '-' ? long_option(o, &i, argc, argv) : short_options(o, &i, argc, argv, given);
        if (status != GO_ON) return status;
    }
    if (o->action == ACTION_STDIN && i < argc && strcmp(argv[i], "-") != 0) {
        o->action = ACTION_FILE;
        o->target = argv[i];
    } else if (o->action != ACTION_STDIN) {
        i--; /* sys.argv[0] takes the place of the option's argument */
    }
    o->argc = argc - i;
    o->argv = argv + i;
    SysFlags *flags = &o->flags;
    flags->inspect = flags->interactive;
    if (flags->isolated) flags->ignore_environment = flags->safe_path = flags->no_user_site = 1;
    return read_environment(o, argv[0], given);
}

void options_free(Options *o) {
    free(o->extra);
    free(o->warnings);
}
