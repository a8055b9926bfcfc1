/*
 * The module sys: the running interpreter's own data.
 *
 * The machine makes the module when a VM starts and keeps its dict in vm->sys; cli/ fills in argv, path,
 * executable and flags, and the file types' room the three streams.
 */
#include <float.h>

#include "runtime/classes/namespace.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/structseq.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/module.h"
#include "runtime/modules/sys.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/site.h"
#include "runtime/text/str.h"
#include "runtime/version.h"

/* --- leaving, errors --- */

/* What is given is what would stand behind `raise SystemExit,` once: nothing, an instance, arguments, or one. */
NATIVE(sys_exit) {
    if (!value_is_given(args[0])) return raise_new(vm, &exc_SystemExit, ABSENT);
    if (value_is_instance(args[0], &exc_SystemExit)) return raise_object(vm, value_ref(args[0]));
    if (!is_tuple(args[0])) return raise_new(vm, &exc_SystemExit, args[0]);
    Tuple *given = as_tuple(args[0]);
    Value leaving = object_call(vm, from_object(&exc_SystemExit), given->items, (int)given->length, ABSENT);
    return is_absent(leaving) ? ABSENT : raise_object(vm, leaving);
}

NATIVE(sys_exception) { return value_or_none(error_handled(vm)); }

NATIVE(sys_exc_info) {
    Value exception = error_handled(vm), none = NONE;
    if (is_absent(exception)) return tuple_pack(vm, 3, none, none, none);
    Value traceback = as_exception(exception)->traceback;
    return tuple_pack(vm, 3, from_object(type_of(exception)), exception,
                      is_absent(traceback) ? none : traceback);
}

NATIVE(sys_excepthook) {
    Value shown = is_exception(args[1]) ? value_ref(args[1]) : ABSENT;
    if (is_absent(shown)) {
        raise_type(vm, "print_exception(): Exception expected for value, %T found", args[1]);
        shown = error_take(vm);
    }
    vm->hooks.print_exception(vm, shown);
    value_drop(vm, shown);
    return NONE;
}

/* Write text to sys.stdout, replacing what its encoding cannot hold. */
static bool display(VM *vm, Value text) {
    Value out = dict_get_c(vm, vm->sys, "stdout");
    if (!value_is_given(out)) {
        raise_error(vm, &exc_RuntimeError, "lost sys.stdout");
        return false;
    }
    value_ref(out);
    Value newline = string_from_char(vm, '\n'), ignored = call_method(vm, out, NAME_OF(vm, write), &text, 1);
    if (!is_absent(ignored)) value_set(vm, &ignored, call_method(vm, out, NAME_OF(vm, write), &newline, 1));
    value_drop(vm, newline);
    value_drop(vm, out);
    value_xdrop(vm, ignored);
    return !is_absent(ignored);
}

NATIVE(sys_displayhook) {
    if (is_none(args[0])) return NONE;
    if (!dict_set_c(vm, vm->builtins, "_", NONE))
        return ABSENT; /* a repr that shows _ must not see the last value */
    Value text = object_repr(vm, args[0]);
    if (is_absent(text)) return ABSENT;
    bool shown = display(vm, text) && dict_set_c(vm, vm->builtins, "_", args[0]);
    value_drop(vm, text);
    return shown ? NONE : ABSENT;
}

/* What breakpoint() does: written in Python, as it imports and may run a prompt. */
static Value sys_breakpointhook(VM *vm, Value *args, int nargs, Value names) {
    Value hook = site_call(vm, "breakpointhook", NULL, 0, ABSENT);
    if (is_absent(hook) || is_none(hook)) return hook;
    Value result = object_call(vm, hook, args, nargs, names);
    value_drop(vm, hook);
    return result;
}

static Value breakpoint_function(VM *vm, Value *args, int nargs, Value names) {
    Value hook = dict_get_c(vm, vm->sys, "breakpointhook");
    if (is_absent(hook)) return raise_error(vm, &exc_RuntimeError, "lost sys.breakpointhook");
    value_ref(hook);
    Value result = object_call(vm, hook, args, nargs, names);
    value_drop(vm, hook);
    return result;
}

static const NativeDef builtin_functions[] = {
    {"breakpoint", breakpoint_function, "*args, **kws",
     "Call sys.breakpointhook(*args, **kws).\n\nsys.breakpointhook() must accept whatever arguments are "
     "passed.\n\n"
     "By default, this drops you into a prompt in the caller's frame."},
    {0},
};

/* --- errors with nobody to raise them to --- */

enum { UNRAISABLE_TYPE, UNRAISABLE_VALUE, UNRAISABLE_TRACEBACK, UNRAISABLE_MESSAGE, UNRAISABLE_OBJECT };

static const MemberDef unraisable_fields[] = {
    STRUCTSEQ_FIELD(UNRAISABLE_TYPE, "exc_type", "Exception type"),
    STRUCTSEQ_FIELD(UNRAISABLE_VALUE, "exc_value", "Exception value"),
    STRUCTSEQ_FIELD(UNRAISABLE_TRACEBACK, "exc_traceback", "Exception traceback"),
    STRUCTSEQ_FIELD(UNRAISABLE_MESSAGE, "err_msg", "Error message"),
    STRUCTSEQ_FIELD(UNRAISABLE_OBJECT, "object", "Object causing the exception"),
    {0}};

STRUCTSEQ_TYPE(unraisable_args_type, "UnraisableHookArgs", unraisable_fields,
               "What sys.unraisablehook is given.");

NATIVE(sys_unraisablehook) {
    if (!is_exactly(args[0], &unraisable_args_type)) {
        return raise_type(vm, "sys.unraisablehook argument type must be UnraisableHookArgs");
    }
    const Value *items = as_tuple(args[0])->items;
    if (!is_exception(items[UNRAISABLE_VALUE])) return NONE;
    Value where = items[UNRAISABLE_OBJECT], message = items[UNRAISABLE_MESSAGE], text = ABSENT,
          keeper = ABSENT;
    const char *said = NULL;
    size_t length;
    if (is_string(message)) {
        text = string_format(vm, is_none(where) ? "%S:" : "%S: ", message);
        said = is_absent(text) ? NULL : string_utf8(vm, text, &length, &keeper);
        if (!said) error_clear(vm);
    }
    error_print_unraisable(vm, items[UNRAISABLE_VALUE], said, is_none(where) ? ABSENT : where);
    value_xdrop(vm, keeper);
    value_xdrop(vm, text);
    return NONE;
}

/* NEW: the hook's err_msg, None when there is nothing to say or no memory to say it. */
static Value unraisable_message(VM *vm, const char *message, Value where) {
    if (message == NULL || !is_absent(where)) return NONE;
    Value whole = string_from_c(vm, message), text = ABSENT;
    if (!is_absent(whole)) {
        int64_t length = string_length(as_string(whole));
        bool colon = length > 0 && string_at(as_string(whole), length - 1) == ':';
        text = string_slice(vm, whole, 0, length - colon);
        value_drop(vm, whole);
    }
    if (!is_absent(text)) return text;
    error_clear(vm);
    return NONE;
}

bool sys_call_unraisablehook(VM *vm, Value exception, const char *message, Value where) {
    Value hook = is_absent(vm->sys) ? ABSENT : dict_get_string(vm, vm->sys, NAME_OF(vm, unraisablehook));
    if (is_absent(hook) || value_same(hook, dict_get_c(vm, vm->sys, "__unraisablehook__"))) return false;
    value_ref(hook);
    Value traceback = as_exception(exception)->traceback;
    Value items[] = {value_ref(from_object(type_of(exception))), value_ref(exception),
                     value_or_none(traceback), unraisable_message(vm, message, where), value_or_none(where)};
    Value args = structseq_new(vm, &unraisable_args_type, items);
    Value result = is_absent(args) ? ABSENT : call_1(vm, hook, args);
    Value failure = error_take(vm);
    if (!is_absent(failure))
        error_print_unraisable(vm, failure, "Exception ignored in sys.unraisablehook: ", hook);
    value_xdrop(vm, failure);
    value_xdrop(vm, args);
    value_xdrop(vm, result);
    value_drop(vm, hook);
    return true;
}

/* --- limits and settings --- */

NATIVE(sys_getrecursionlimit) { return int_small(vm->recursion_limit); }

NATIVE(sys_setrecursionlimit) {
    int limit;
    if (!object_to_c_int(vm, args[0], &limit)) return ABSENT;
    if (limit < 1) return raise_value(vm, "recursion limit must be greater or equal than 1");
    if ((int64_t)vm->depth >= limit) {
        return raise_error(
            vm, &exc_RecursionError,
            "cannot set the recursion limit to %d at the recursion depth %u: the limit is too low", limit,
            vm->depth);
    }
    vm->recursion_limit = (uint32_t)limit;
    return NONE;
}

NATIVE(sys_get_int_max_str_digits) { return int_small(vm->int_max_str_digits); }

NATIVE(sys_set_int_max_str_digits) {
    int64_t digits;
    if (!object_to_int64(vm, args[0], &exc_OverflowError, &digits)) return ABSENT;
    if (digits > INT32_MAX || digits < INT32_MIN)
        return raise_overflow(vm, "Python int too large to convert to C int");
    if (digits != 0 && digits < INT_MAX_STR_DIGITS_LEAST) {
        return raise_value(vm, "maxdigits must be 0 or larger than %d", INT_MAX_STR_DIGITS_LEAST);
    }
    vm->int_max_str_digits = (int)digits;
    return NONE;
}

/* --- objects --- */

NATIVE(sys_getrefcount) {
    if (!is_object(args[0]) || object_is_immortal(as_object(args[0]))) return int_from(vm, UINT32_MAX);
    return int_small(as_object(args[0])->refs);
}

/* What __sizeof__ says, which must be a number of bytes. NEW, RAISES. */
static Value size_of(VM *vm, Value v) {
    Value name = string_intern_c(vm, "__sizeof__"),
          method = is_absent(name) ? ABSENT : object_special(vm, v, name);
    value_xdrop(vm, name);
    if (is_absent(method)) {
        return error_raised(vm) ? ABSENT : raise_type(vm, "Type %T doesn't define __sizeof__", v);
    }
    Value size = call_0(vm, method);
    value_drop(vm, method);
    if (is_absent(size)) return ABSENT;
    int64_t bytes = 0;
    if (int_required(vm, size, &bytes) && bytes < 0) raise_value(vm, "__sizeof__() should return >= 0");
    value_drop(vm, size);
    return error_raised(vm) ? ABSENT : int_from(vm, bytes);
}

NATIVE(sys_getsizeof) {
    Value size = size_of(vm, args[0]);
    if (!is_absent(size) || is_absent(args[1]) || !error_is(vm, &exc_TypeError)) return size;
    error_clear(vm);
    return value_ref(args[1]);
}

NATIVE(sys_intern) {
    if (!is_exactly(args[0], &str_type)) {
        return raise_type(
            vm, is_string(args[0]) ? "can't intern %T" : "intern() argument must be str, not %Q", args[0]);
    }
    return string_intern(vm, value_ref(args[0]));
}

NATIVE(utf8_name) { return string_from_c(vm, "utf-8"); }

NATIVE(filesystem_errors) { return string_from_c(vm, "surrogateescape"); }

NATIVE(sys_getallocatedblocks) { return int_small((int64_t)heap_live_blocks(vm_heap(vm))); }

NATIVE(sys_is_finalizing) { return bool_from(is_absent(vm->modules)); }

static const NativeDef functions[] = {
    {"exit", sys_exit, "status=None, /", "Exit the interpreter by raising SystemExit(status)."},
    {"exc_info", sys_exc_info, "", "The (type, value, traceback) of the exception being handled."},
    {"exception", sys_exception, "", "Return the current exception."},
    {"excepthook", sys_excepthook, "exctype, value, traceback, /",
     "Handle an exception by displaying it with a traceback."},
    {"breakpointhook", sys_breakpointhook, "*args, **kwargs",
     "This hook function is called by built-in breakpoint()."},
    {"unraisablehook", sys_unraisablehook, "unraisable, /", "Handle an unraisable exception."},
    {"displayhook", sys_displayhook, "object, /",
     "Print an object to sys.stdout and also save it in builtins._"},
    {"getrecursionlimit", sys_getrecursionlimit, "", "Return the current value of the recursion limit."},
    {"setrecursionlimit", sys_setrecursionlimit, "limit, /", "Set the maximum depth of Python frames."},
    {"get_int_max_str_digits", sys_get_int_max_str_digits, "",
     "The limit for conversions between int and str."},
    {"set_int_max_str_digits", sys_set_int_max_str_digits, "maxdigits",
     "Set the limit for int and str conversions."},
    {"getrefcount", sys_getrefcount, "object, /",
     "Return the reference count of object, the argument's own reference included."},
    {"getsizeof", sys_getsizeof, "object, default=None", "Return the size of object in bytes."},
    {"intern", sys_intern, "string, /", "The one string of this content that names use."},
    {"getdefaultencoding", utf8_name, "",
     "Return the current default encoding used by the Unicode implementation."},
    {"getfilesystemencoding", utf8_name, "", "Return the encoding used to convert filenames."},
    {"getfilesystemencodeerrors", filesystem_errors, "", "Return the error mode used to convert filenames."},
    {"getallocatedblocks", sys_getallocatedblocks, "", "The number of memory blocks currently allocated."},
    {"is_finalizing", sys_is_finalizing, "", "Return True if Python is exiting."},
    {0},
};

/* --- records --- */

#define FIELD STRUCTSEQ_FIELD
static const MemberDef version_fields[] = {FIELD(0, "major", NULL),  FIELD(1, "minor", NULL),
                                           FIELD(2, "micro", NULL),  FIELD(3, "releaselevel", NULL),
                                           FIELD(4, "serial", NULL), {0}};
static const MemberDef float_fields[] = {
    FIELD(0, "max", NULL),   FIELD(1, "max_exp", NULL),  FIELD(2, "max_10_exp", NULL),
    FIELD(3, "min", NULL),   FIELD(4, "min_exp", NULL),  FIELD(5, "min_10_exp", NULL),
    FIELD(6, "dig", NULL),   FIELD(7, "mant_dig", NULL), FIELD(8, "epsilon", NULL),
    FIELD(9, "radix", NULL), FIELD(10, "rounds", NULL),  {0}};
static const MemberDef int_fields[] = {FIELD(0, "bits_per_digit", NULL),
                                       FIELD(1, "sizeof_digit", NULL),
                                       FIELD(2, "default_max_str_digits", NULL),
                                       FIELD(3, "str_digits_check_threshold", NULL),
                                       {0}};
static const MemberDef hash_fields[] = {FIELD(0, "width", NULL),     FIELD(1, "modulus", NULL),
                                        FIELD(2, "inf", NULL),       FIELD(3, "nan", NULL),
                                        FIELD(4, "imag", NULL),      FIELD(5, "algorithm", NULL),
                                        FIELD(6, "hash_bits", NULL), FIELD(7, "seed_bits", NULL),
                                        FIELD(8, "cutoff", NULL),    {0}};

static const MemberDef flags_fields[] = {FIELD(0, "debug", NULL),
                                         FIELD(1, "inspect", NULL),
                                         FIELD(2, "interactive", NULL),
                                         FIELD(3, "optimize", NULL),
                                         FIELD(4, "dont_write_bytecode", NULL),
                                         FIELD(5, "no_user_site", NULL),
                                         FIELD(6, "no_site", NULL),
                                         FIELD(7, "ignore_environment", NULL),
                                         FIELD(8, "verbose", NULL),
                                         FIELD(9, "bytes_warning", NULL),
                                         FIELD(10, "quiet", NULL),
                                         FIELD(11, "hash_randomization", NULL),
                                         FIELD(12, "isolated", NULL),
                                         FIELD(13, "dev_mode", NULL),
                                         FIELD(14, "utf8_mode", NULL),
                                         FIELD(15, "warn_default_encoding", NULL),
                                         FIELD(16, "safe_path", NULL),
                                         FIELD(17, "int_max_str_digits", NULL),
                                         STRUCTSEQ_HIDDEN(18, "gil"),
                                         {0}};

STRUCTSEQ_TYPE_FLAGGED(flags_type, TYPE_NO_NEW, "sys.flags", flags_fields, "The command line's flags.");
STRUCTSEQ_TYPE_FLAGGED(version_info_type, TYPE_NO_NEW, "sys.version_info", version_fields,
                       "Version information as a named tuple.");
STRUCTSEQ_TYPE(float_info_type, "sys.float_info", float_fields, "What the C header float.h says of double.");
STRUCTSEQ_TYPE(int_info_type, "sys.int_info", int_fields, "How ints are held and converted.");
STRUCTSEQ_TYPE(hash_info_type, "sys.hash_info", hash_fields, "Parameters of the numeric hash and of str's.");

static Value version_info(VM *vm) {
    Value items[] = {int_small(VERSION_MAJOR), int_small(VERSION_MINOR), int_small(VERSION_MICRO),
                     string_from_c(vm, "final"), int_small(0)};
    return structseq_new(vm, &version_info_type, items);
}

static Value float_info(VM *vm) {
    Value items[] = {float_from(vm, DBL_MAX),
                     int_small(DBL_MAX_EXP),
                     int_small(DBL_MAX_10_EXP),
                     float_from(vm, DBL_MIN),
                     int_small(DBL_MIN_EXP),
                     int_small(DBL_MIN_10_EXP),
                     int_small(DBL_DIG),
                     int_small(DBL_MANT_DIG),
                     float_from(vm, DBL_EPSILON),
                     int_small(FLT_RADIX),
                     int_small(1)};
    return structseq_new(vm, &float_info_type, items);
}

static Value int_info(VM *vm) {
    Value items[] = {int_small(64), int_small(8), int_small(INT_MAX_STR_DIGITS_DEFAULT),
                     int_small(INT_MAX_STR_DIGITS_LEAST)};
    return structseq_new(vm, &int_info_type, items);
}

static Value hash_info(VM *vm) {
    Value items[] = {int_small(64),      int_small((INT64_C(1) << 61) - 1), int_small(314159), int_small(0),
                     int_small(1000003), string_from_c(vm, "siphash13"),    int_small(64),     int_small(128),
                     int_small(0)};
    return structseq_new(vm, &hash_info_type, items);
}

bool sys_set_flags(VM *vm, const SysFlags *f) {
    Value items[] = {int_small(f->debug),
                     int_small(f->inspect),
                     int_small(f->interactive),
                     int_small(f->optimize),
                     int_small(f->dont_write_bytecode),
                     int_small(f->no_user_site),
                     int_small(f->no_site),
                     int_small(f->ignore_environment),
                     int_small(f->verbose),
                     int_small(f->bytes_warning),
                     int_small(f->quiet),
                     int_small(vm->hash_key[0] || vm->hash_key[1]),
                     int_small(f->isolated),
                     bool_from(f->dev_mode),
                     int_small(f->utf8_mode),
                     int_small(f->warn_default_encoding),
                     bool_from(f->safe_path),
                     int_small(f->int_max_str_digits),
                     int_small(1)};
    Value flags = structseq_new(vm, &flags_type, items);
    bool done = !is_absent(flags) && dict_set_c(vm, vm->sys, "flags", flags);
    value_xdrop(vm, flags);
    return done;
}

static Value implementation(VM *vm) {
    Value self = namespace_new(vm);
    if (is_absent(self)) return ABSENT;
    const struct {
        const char *name;
        Value value;
    } rows[] = {{"name", string_from_c(vm, "mpy")},
                {"cache_tag", NONE},
                {"version", version_info(vm)},
                {"hexversion", int_small(VERSION_HEX)}};
    bool ok = true;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Value name = string_intern_c(vm, rows[i].name);
        ok = ok && !is_absent(name) && !is_absent(rows[i].value) &&
             object_set_attribute(vm, self, name, rows[i].value);
        value_xdrop(vm, name);
        value_xdrop(vm, rows[i].value);
    }
    if (!ok) value_clear(vm, &self);
    return self;
}

/* --- the module --- */

static bool add_texts(VM *vm, Value dict) {
    static const struct {
        const char *name, *text;
    } texts[] = {{"platform", "linux"},
                 {"byteorder", "little"},
                 {"version", VERSION_TEXT " [" VERSION_COMPILER "]"},
                 {"copyright", "Copyright (c) 2026 the mpy developers."},
                 {"executable", ""},
                 {"prefix", ""},
                 {"exec_prefix", ""},
                 {"base_prefix", ""},
                 {"base_exec_prefix", ""},
                 {"platlibdir", "lib"},
                 {"abiflags", ""},
                 {"float_repr_style", "short"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!module_add(vm, dict, texts[i].name, string_from_c(vm, texts[i].text))) return false;
    }
    return true;
}

enum { API_VERSION = 1013 /* CPython 3.13's */ };

/* The names of the modules in modules.def, and builtins. */
static Value native_names(VM *vm) {
    static const char *const names[] = {
#define X(name) #name,
#include "runtime/modules/modules.def"
#undef X
        "builtins"};
    enum { COUNT = sizeof names / sizeof *names };
    Value list = list_new(vm, COUNT);
    for (int i = 0; i < COUNT && !is_absent(list); i++) {
        Value name = string_intern_c(vm, names[i]);
        if (is_absent(name) || !list_append_owned(vm, list, name)) value_clear(vm, &list);
    }
    if (is_absent(list) || !list_sort(vm, list, ABSENT, false)) return value_xdrop(vm, list), ABSENT;
    Value tuple = tuple_from_iterable(vm, list);
    value_drop(vm, list);
    return tuple;
}

static bool fill(VM *vm, Value dict) {
    value_set(vm, &vm->sys, value_ref(dict));
    return sys_add_hooks(vm, dict) && add_texts(vm, dict) && dict_set_c(vm, dict, "modules", vm->modules) &&
           module_add(vm, dict, "path", list_new(vm, 0)) && module_add(vm, dict, "argv", list_new(vm, 0)) &&
           module_add(vm, dict, "maxsize", int_from(vm, INT64_MAX)) &&
           module_add(vm, dict, "maxunicode", int_small(0x10FFFF)) &&
           module_add(vm, dict, "hexversion", int_small(VERSION_HEX)) &&
           module_add(vm, dict, "version_info", version_info(vm)) &&
           module_add(vm, dict, "float_info", float_info(vm)) &&
           module_add(vm, dict, "int_info", int_info(vm)) &&
           module_add(vm, dict, "hash_info", hash_info(vm)) &&
           module_add(vm, dict, "implementation", implementation(vm)) &&
           dict_set_c(vm, dict, "dont_write_bytecode", TRUE_VALUE) &&
           dict_set_c(vm, dict, "__excepthook__", dict_get_c(vm, dict, "excepthook")) &&
           dict_set_c(vm, dict, "__breakpointhook__", dict_get_c(vm, dict, "breakpointhook")) &&
           module_add_functions(vm, vm->builtins, builtin_functions, "builtins") &&
           dict_set_c(vm, dict, "__displayhook__", dict_get_c(vm, dict, "displayhook")) &&
           dict_set_c(vm, dict, "__unraisablehook__", dict_get_c(vm, dict, "unraisablehook")) &&
           module_add(vm, dict, "warnoptions", list_new(vm, 0)) &&
           module_add(vm, dict, "_xoptions", dict_new(vm)) &&
           module_add(vm, dict, "meta_path", list_new(vm, 0)) &&
           module_add(vm, dict, "path_hooks", list_new(vm, 0)) &&
           module_add(vm, dict, "path_importer_cache", dict_new(vm)) &&
           module_add(vm, dict, "builtin_module_names", native_names(vm)) &&
           dict_set_c(vm, dict, "pycache_prefix", NONE) &&
           dict_set_c(vm, dict, "api_version", int_small(API_VERSION)) &&
           sys_set_flags(vm, &(SysFlags){.int_max_str_digits = INT_MAX_STR_DIGITS_DEFAULT});
}

Value module_sys_new(VM *vm) {
    return module_make(
        vm, &(ModuleDef){.name = "sys",
                         .doc = "The running interpreter: its arguments, streams, modules, limits.",
                         .functions = functions,
                         .fill = fill});
}
