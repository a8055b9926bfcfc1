/* The nearest name, and where to look for it. */

#include "vm/suggest.h"

#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "vm/frame.h"

enum {
    MOVE_COST = 2,
    CASE_COST = 1,
    LENGTH_MAX = 40, /* longer names are compared no further: the cost grows with the product of lengths */
    CANDIDATES_MAX = 750, /* nor more names than these */
};

/* --- edit distance --- */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static int substitution_cost(char a, char b) {
    if (a == b) return 0;
    return lower(a) == lower(b) ? CASE_COST : MOVE_COST;
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* Levenshtein distance of a[0..m) and b[0..n), by rows; limit + 1 when it is certainly above the limit. */
static int64_t distance(const char *a, int64_t m, const char *b, int64_t n, int64_t limit) {
    while (m && n && a[0] == b[0])
        a++, b++, m--, n--;
    while (m && n && a[m - 1] == b[n - 1])
        m--, n--;
    if (m == 0 || n == 0) return (m + n) * MOVE_COST;
    if (m > LENGTH_MAX || n > LENGTH_MAX) return limit + 1;
    int64_t row[LENGTH_MAX];
    int64_t result = 0;
    for (int64_t i = 0; i < m; i++)
        row[i] = (i + 1) * MOVE_COST;
    for (int64_t j = 0; j < n; j++) {
        int64_t diagonal = j * MOVE_COST, smallest = INT64_MAX;
        result = diagonal + MOVE_COST;
        for (int64_t i = 0; i < m; i++) {
            int64_t replaced = diagonal + substitution_cost(b[j], a[i]);
            diagonal = row[i];
            result = least(replaced, least(result, diagonal) + MOVE_COST);
            /* `result` before was the cell to the left; row[i] is the cell above. */
            row[i] = result;
            smallest = least(smallest, result);
        }
        if (smallest > limit) return limit + 1;
    }
    return result;
}

Value suggest_name(VM *vm, const Value *names, int64_t count, Value wrong) {
    size_t wrong_length, length;
    Value keeper = ABSENT, best = ABSENT;
    const char *text = string_utf8(vm, wrong, &wrong_length, &keeper);
    int64_t best_distance = INT64_MAX;
    for (int64_t i = 0; text != NULL && count < CANDIDATES_MAX && i < count; i++) {
        if (!is_string(names[i]) || string_equal(names[i], wrong)) continue;
        Value other_keeper = ABSENT;
        const char *other = string_utf8(vm, names[i], &length, &other_keeper);
        if (other == NULL) break;
        int64_t limit = (int64_t)(wrong_length + length + 3) * MOVE_COST / 6;
        limit = least(limit, best_distance - 1);
        int64_t d = distance(text, (int64_t)wrong_length, other, (int64_t)length, limit);
        value_xdrop(vm, other_keeper);
        if (d > limit) continue;
        best = names[i];
        best_distance = d;
    }
    value_xdrop(vm, keeper);
    if (text == NULL) error_clear(vm);
    return best;
}

/* --- where to look --- */

static bool starts_with_underscore(Value name) {
    return is_string(name) && string_length(as_string(name)) > 0 && string_at(as_string(name), 0) == '_';
}

/* dir(object) as a list; ABSENT, nothing raised, when that fails. */
static Value dir_list(VM *vm, Value object) {
    Value method = object_special(vm, object, NAME_OF(vm, dir)), list = ABSENT;
    Value result = is_absent(method) ? ABSENT : call_0(vm, method);
    if (!is_absent(result)) list = list_from_iterable(vm, result);
    if (!is_absent(list) && !list_sort(vm, list, ABSENT, false)) value_clear(vm, &list);
    value_xdrop(vm, method);
    value_xdrop(vm, result);
    error_clear(vm);
    return list;
}

/* The innermost frame of the exception's traceback, or NULL. */
static FrameObject *innermost_frame(Value exception) {
    Value traceback = as_exception(exception)->traceback;
    if (is_absent(traceback)) return NULL;
    while (!is_absent(as_traceback(traceback)->next))
        traceback = as_traceback(traceback)->next;
    return as_frame_object(as_traceback(traceback)->frame);
}

/* f_locals of a frame; NEW, ABSENT with nothing raised when that fails. */
static Value locals_of(VM *vm, FrameObject *frame) {
    Value locals;
    Value name = string_intern_c(vm, "f_locals");
    int found = is_absent(name) ? -1 : object_find_attribute(vm, from_object(frame), name, &locals);
    value_xdrop(vm, name);
    error_clear(vm);
    return found > 0 ? locals : ABSENT;
}

/* The variable `self`: NEW, or ABSENT with nothing raised. */
static Value self_among(VM *vm, Value locals) {
    Value name = is_absent(locals) ? ABSENT : string_intern_c(vm, "self");
    Value self = is_absent(name) ? ABSENT : object_get_item(vm, locals, name);
    value_xdrop(vm, name);
    error_clear(vm);
    return self;
}

/* Does the frame run a method of this object? Then its private names are fair suggestions. */
static bool is_self_of(VM *vm, FrameObject *frame, Value object) {
    Value locals = frame ? locals_of(vm, frame) : ABSENT;
    Value self = self_among(vm, locals);
    bool same = !is_absent(self) && value_same(self, object);
    value_xdrop(vm, self);
    value_xdrop(vm, locals);
    return same;
}

/* The nearest attribute of `object`: NEW, or ABSENT. */
static Value near_attribute(VM *vm, Value object, Value wrong, FrameObject *frame) {
    Value list_value = dir_list(vm, object);
    if (is_absent(list_value)) return ABSENT;
    List *list = as_list(list_value);
    bool hide = !starts_with_underscore(wrong) && !is_self_of(vm, frame, object);
    int64_t kept = 0;
    for (int64_t i = 0; i < list->length; i++) {
        Value name = list->items[i];
        if (hide && starts_with_underscore(name)) continue;
        list->items[i] = list->items[kept];
        list->items[kept++] = name;
    }
    Value near = value_xref(suggest_name(vm, list->items, kept, wrong));
    value_drop(vm, list_value);
    return near;
}

static bool append_keys(VM *vm, Value list, Value mapping) {
    return !is_absent(mapping) && list_extend(vm, list, mapping);
}

/* The nearest variable that the frame sees: NEW, or ABSENT. Sets *attribute when self has the wrong name
 * itself. */
static Value near_variable(VM *vm, FrameObject *frame, Value wrong, bool *attribute) {
    Value locals = locals_of(vm, frame), list = list_new(vm, 0), near = ABSENT;
    bool ok = !is_absent(list) && append_keys(vm, list, locals) &&
              append_keys(vm, list, frame_object_globals(frame)) &&
              append_keys(vm, list, as_function(frame->function)->builtins);
    if (ok) {
        Value self = self_among(vm, locals), found;
        if (!is_absent(self)) {
            int there = object_find_attribute(vm, self, wrong, &found);
            *attribute = there > 0;
            if (there > 0) value_drop(vm, found);
            value_drop(vm, self);
        }
        if (*attribute)
            near = value_ref(wrong);
        else
            near = value_xref(suggest_name(vm, as_list(list)->items, as_list(list)->length, wrong));
    }
    value_xdrop(vm, locals);
    value_xdrop(vm, list);
    error_clear(vm);
    return near;
}

/* Modules that people forget to import. */
static bool is_library_module(Value name) {
    static const char *const names[] = {
        "abc",       "argparse",    "array",       "ast",        "asyncio",   "atexit",
        "base64",    "bisect",      "builtins",    "calendar",   "cmath",     "code",
        "codecs",    "collections", "contextlib",  "copy",       "copyreg",   "csv",
        "ctypes",    "curses",      "dataclasses", "datetime",   "decimal",   "difflib",
        "dis",       "doctest",     "email",       "enum",       "errno",     "fcntl",
        "filecmp",   "fileinput",   "fnmatch",     "fractions",  "ftplib",    "functools",
        "gc",        "getopt",      "getpass",     "gettext",    "glob",      "graphlib",
        "grp",       "gzip",        "hashlib",     "heapq",      "hmac",      "html",
        "http",      "imaplib",     "importlib",   "inspect",    "io",        "ipaddress",
        "itertools", "json",        "keyword",     "linecache",  "locale",    "logging",
        "lzma",      "marshal",     "math",        "mimetypes",  "mmap",      "multiprocessing",
        "numbers",   "operator",    "optparse",    "os",         "pathlib",   "pdb",
        "pickle",    "pkgutil",     "platform",    "plistlib",   "posixpath", "pprint",
        "profile",   "pstats",      "pty",         "pwd",        "queue",     "quopri",
        "random",    "re",          "readline",    "reprlib",    "resource",  "runpy",
        "sched",     "secrets",     "select",      "selectors",  "shelve",    "shlex",
        "shutil",    "signal",      "site",        "smtplib",    "socket",    "socketserver",
        "sqlite3",   "ssl",         "stat",        "statistics", "string",    "stringprep",
        "struct",    "subprocess",  "symtable",    "sys",        "sysconfig", "syslog",
        "tarfile",   "tempfile",    "termios",     "textwrap",   "this",      "threading",
        "time",      "timeit",      "tkinter",     "token",      "tokenize",  "tomllib",
        "trace",     "traceback",   "tracemalloc", "tty",        "turtle",    "types",
        "typing",    "unicodedata", "unittest",    "urllib",     "uuid",      "venv",
        "warnings",  "wave",        "weakref",     "webbrowser", "xml",       "xmlrpc",
        "zipapp",    "zipfile",     "zipimport",   "zlib",       "zoneinfo",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (string_equal_c(name, names[i])) return true;
    }
    return false;
}

static Value suggest_variable(VM *vm, Value exception, Value wrong) {
    FrameObject *frame = innermost_frame(exception);
    bool attribute = false, module = is_library_module(wrong);
    Value near = frame ? near_variable(vm, frame, wrong, &attribute) : ABSENT, text = ABSENT;
    const char *self = attribute ? "self." : "";
    if (!is_absent(near) && module) {
        text =
            string_format(vm, ". Did you mean: '%s%S'? Or did you forget to import '%S'?", self, near, wrong);
    } else if (!is_absent(near)) {
        text = string_format(vm, ". Did you mean: '%s%S'?", self, near);
    } else if (module) {
        text = string_format(vm, ". Did you forget to import '%S'?", wrong);
    }
    value_xdrop(vm, near);
    return text;
}

Value suggest_for(VM *vm, Value exception) {
    Exception *e = as_exception(exception);
    Value wrong = ABSENT, near = ABSENT, text = ABSENT;
    if (value_is_instance(exception, &exc_NameError)) {
        wrong = e->fields[NAME_ERROR_NAME];
        if (!is_absent(wrong) && is_string(wrong)) text = suggest_variable(vm, exception, wrong);
    } else if (value_is_instance(exception, &exc_AttributeError)) {
        wrong = e->fields[ATTRIBUTE_NAME];
        if (!is_absent(wrong) && is_string(wrong) && !is_absent(e->fields[ATTRIBUTE_OBJECT])) {
            near = near_attribute(vm, e->fields[ATTRIBUTE_OBJECT], wrong, innermost_frame(exception));
        }
    } else if (value_is_instance(exception, &exc_ImportError)) {
        wrong = e->fields[IMPORT_NAME_FROM];
        Value name = e->fields[IMPORT_NAME];
        if (!is_absent(wrong) && is_string(wrong) && !is_absent(name) && is_string(name)) {
            Value module = dict_get(vm, vm->modules, name);
            if (!is_absent(module)) near = near_attribute(vm, module, wrong, NULL);
        }
    }
    if (!is_absent(near)) text = string_format(vm, ". Did you mean: '%S'?", near);
    value_xdrop(vm, near);
    error_clear(vm);
    return text;
}
