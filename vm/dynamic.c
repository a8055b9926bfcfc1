/* eval, exec, compile, globals, locals, vars, dir, __import__, sys._getframe. */

#include "vm/dynamic.h"

#include <pthread.h>

#include "compiler/compile.h"
#include "runtime/auditevent.h"
#include "runtime/bytes/bytes.h"
#include "runtime/code/cell.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/files/file.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"
#include "runtime/text/str.h"
#include "runtime/text/text.h"
#include "vm/eval.h"
#include "vm/import.h"
#include "vm/machine.h"

/* compile()'s flags: those of CPython are accepted, these mean something here. */
enum {
    FLAG_ONLY_AST = 0x400,
    FLAG_DONT_IMPLY_DEDENT = 0x200,
    FLAG_TOP_LEVEL_AWAIT = 0x2000,
    FLAG_ALLOW_INCOMPLETE = 0x4000,
    FLAGS_KNOWN = 0x1FEF610
};

/* --- source --- */

/* Compile a str or bytes; `function` for messages. */
static Value compile_text(VM *vm, Value source, Value filename, CompileMode mode, int flags,
                          const char *function) {
    if (frame_base(vm) != NULL && vm->frame && vm->frame->code->flags & CODE_FUTURE_ANNOTATIONS) {
        flags |= COMPILE_FUTURE_ANNOTATIONS;
    }
    if (is_bytes(source)) {
        const Bytes *bytes = as_bytes(source);
        if (!AUDIT(vm, "compile", source, filename)) return ABSENT;
        return compile_source(vm, (const char *)bytes->data, (size_t)bytes->length, filename, mode,
                              flags | COMPILE_BYTES);
    }
    if (!is_string(source) && is_bytes_like(source)) {
        Value copy = buffer_to_bytes(vm, source, BUFFER_SIMPLE);
        if (is_absent(copy)) return ABSENT;
        Value code = compile_text(vm, copy, filename, mode, flags, function);
        value_drop(vm, copy);
        return code;
    }
    if (!is_string(source)) {
        return raise_type(vm, "%s must be a string, bytes or code object", function);
    }
    /* Encoded strictly: a lone surrogate is no source text. */
    Value bytes = codec_encode(vm, source, "utf-8", "strict");
    bool allowed = !is_absent(bytes) && AUDIT(vm, "compile", bytes, filename);
    if (!allowed) {
        value_xdrop(vm, bytes);
        return ABSENT;
    }
    Value code = compile_source(vm, (const char *)as_bytes(bytes)->data, (size_t)as_bytes(bytes)->length,
                                filename, mode, flags);
    value_drop(vm, bytes);
    return code;
}

static bool has_null(Value text) {
    const String *s = as_string(text);
    for (int64_t i = 0; i < string_length(s); i++) {
        if (string_at(s, i) == 0) return true;
    }
    return false;
}

/* The file's name as a str. NEW. */
static Value file_name(VM *vm, Value given) {
    Value name = file_target(vm, given);
    if (is_absent(name)) return ABSENT;
    if (!is_string(name) && !is_bytes(name)) {
        value_drop(vm, name);
        return raise_type(vm, "expected str, bytes or os.PathLike object, not %T", given);
    }
    if (is_bytes(name)) {
        Value text = codec_decode(vm, name, "utf-8", "surrogateescape");
        value_drop(vm, name);
        name = text;
    }
    if (!is_absent(name) && has_null(name)) {
        value_clear(vm, &name);
        raise_value(vm, "embedded null character");
    }
    return name;
}

/* A C int among the arguments; ABSENT leaves it as it is. */
static bool int_argument(VM *vm, Value v, int64_t *n) {
    if (is_absent(v)) return true;
    if (!object_to_int64(vm, v, &exc_OverflowError, n)) {
        if (!error_is(vm, &exc_OverflowError)) return false;
        error_clear(vm);
        *n = INT64_MAX;
    }
    if (*n == (int32_t)*n) return true;
    raise_overflow(vm, "Python int too large to convert to C int");
    return false;
}

/* The arguments behind the file's name, in CPython's order. */
static bool compile_options(VM *vm, Value *args, int64_t *flags, int64_t *optimize) {
    if (!is_string(args[2])) {
        raise_type(vm, "compile() argument 'mode' must be str, not %Q", args[2]);
    } else if (has_null(args[2])) {
        raise_value(vm, "embedded null character");
    } else if (int_argument(vm, args[3], flags) && int_argument(vm, args[5], optimize)) {
        if (*flags & ~(int64_t)FLAGS_KNOWN) {
            raise_value(vm, "compile(): unrecognised flags");
        } else if (*optimize < -1 || *optimize > 2) {
            raise_value(vm, "compile(): invalid optimize value");
        } else {
            return true;
        }
    }
    return false;
}

/* Is `v` an instance of ast.AST? No program that has one is without the module. */
static int is_tree(VM *vm, Value v, Value module) {
    Value name = string_intern_c(vm, "AST");
    Value class = is_absent(name) ? ABSENT : object_get_attribute(vm, module, name);
    int result = is_absent(class) ? -1 : object_is_instance(vm, v, class);
    value_xdrop(vm, name), value_xdrop(vm, class);
    return result;
}

/* Compile what is no text: a tree of the module ast. */
static Value compile_object(VM *vm, Value tree, Value filename, CompileMode mode, int flags) {
    Value module = vm->hooks.library(vm, "ast");
    int good = is_absent(module) ? -1 : is_tree(vm, tree, module);
    value_xdrop(vm, module);
    if (good == 0) raise_type(vm, "compile() arg 1 must be a string, bytes or AST object");
    if (good <= 0) return ABSENT;
    if (flags & COMPILE_ONLY_TREE) return value_ref(tree);
    return AUDIT(vm, "compile", NONE, filename) ? compile_tree(vm, tree, filename, mode, flags) : ABSENT;
}

/* Is it the name of a mode? */
static bool find_mode(Value text, CompileMode *mode) {
    static const char *const names[] = {
        [COMPILE_EXEC] = "exec", [COMPILE_EVAL] = "eval", [COMPILE_SINGLE] = "single"};
    for (int i = COMPILE_EXEC; i <= COMPILE_SINGLE; i++) {
        if (string_equal_c(text, names[i])) return *mode = (CompileMode)i, true;
    }
    return false;
}

NATIVE(symtable_function) {
    CompileMode mode;
    if (!is_string(args[2])) return raise_type(vm, "symtable() argument 3 must be str, not %Q", args[2]);
    if (!is_string(args[0]) && !is_bytes_like(args[0]))
        return raise_type(vm, "symtable() arg 1 must be a string or bytes object");
    Value filename = file_name(vm, args[1]), table = ABSENT;
    if (is_absent(filename)) return ABSENT;
    if (!find_mode(args[2], &mode))
        raise_value(vm, "symtable() arg 3 must be 'exec' or 'eval' or 'single'");
    else
        table = compile_text(vm, args[0], filename, mode, COMPILE_ONLY_SYMBOLS, "symtable() arg 1");
    value_drop(vm, filename);
    return table;
}

static const NativeDef symtable_functions[] = {
    {"symtable", symtable_function, "source, filename, startstr, /",
     "Return symbol and scope dictionaries used internally by compiler."},
    {0},
};

NEW RAISES Value module__symtable_new(VM *vm);

Value module__symtable_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "_symtable", .functions = symtable_functions});
}

NATIVE(compile_function) {
    CompileMode mode;
    int64_t flags = 0, optimize = -1;
    Value filename = file_name(vm, args[1]);
    if (is_absent(filename)) return ABSENT;
    if (!compile_options(vm, args, &flags, &optimize)) {
        value_drop(vm, filename);
        return ABSENT;
    }
    int own = flags & FLAG_ALLOW_INCOMPLETE ? COMPILE_ALLOW_INCOMPLETE : 0;
    if (flags & FLAG_DONT_IMPLY_DEDENT) own |= COMPILE_OPEN_BLOCKS;
    if (flags & FLAG_TOP_LEVEL_AWAIT) own |= COMPILE_MODULE_MAY_AWAIT;
    if (flags & CODE_FUTURE_ANNOTATIONS) own |= COMPILE_FUTURE_ANNOTATIONS;
    if (flags & FLAG_ONLY_AST) own |= COMPILE_ONLY_TREE;
    if (optimize >= 0) own |= COMPILE_LEVEL;
    if (optimize >= 1) own |= COMPILE_NO_ASSERTS;
    if (optimize == 2) own |= COMPILE_NO_DOCSTRINGS;
    Value code = ABSENT;
    bool known = find_mode(args[2], &mode);
    if (!known && string_equal_c(args[2], "func_type") && !(flags & FLAG_ONLY_AST))
        raise_value(vm, "compile() mode 'func_type' requires flag PyCF_ONLY_AST");
    else if (!known)
        raise_value(vm, "compile() mode must be 'exec', 'eval' or 'single'");
    else if (is_code(args[0]) || (!is_string(args[0]) && !is_bytes(args[0]) && !is_bytes_like(args[0])))
        code = compile_object(vm, args[0], filename, mode, own);
    else
        code = compile_text(vm, args[0], filename, mode, own, "compile() arg 1");
    value_drop(vm, filename);
    return code;
}

/* --- eval and exec --- */

/* eval() looks at the locals first, and has shorter messages than exec(). */
static bool check_namespaces(VM *vm, bool eval, Value globals, Value locals) {
    bool good_globals = !value_is_given(globals) || is_dict(globals);
    bool good_locals = !value_is_given(locals) || type_of(locals)->container.get_item != NULL;
    if (good_globals && good_locals) return true;
    if (!eval && !good_globals)
        raise_type(vm, "exec() globals must be a dict, not %T", globals);
    else if (!eval)
        raise_type(vm, "locals must be a mapping or None, not %T", locals);
    else if (!good_locals)
        raise_type(vm, "locals must be a mapping");
    else if (type_of(globals)->container.get_item != NULL)
        raise_type(vm, "globals must be a real dict; try eval(expr, {}, mapping)");
    else
        raise_type(vm, "globals must be a dict");
    return false;
}

/* The namespaces of eval and exec, both NEW: as given, else the caller's. */
static bool namespaces(VM *vm, bool eval, Value *globals, Value *locals) {
    bool has_globals = !is_absent(*globals) && !is_none(*globals),
         has_locals = !is_absent(*locals) && !is_none(*locals);
    if (!check_namespaces(vm, eval, *globals, *locals)) return false;
    if (!has_globals && vm->frame == NULL) {
        raise_error(vm, &exc_SystemError, "globals and locals cannot be NULL");
        return false;
    }
    Value inner = has_locals    ? value_ref(*locals)
                  : has_globals ? value_ref(*globals)
                                : frame_locals(vm, vm->frame);
    *globals = has_globals ? value_ref(*globals) : value_ref(frame_globals(vm->frame));
    *locals = inner;
    if (!is_absent(inner)) return true;
    value_drop(vm, *globals);
    return false;
}

/* Does exec's `closure` (ABSENT: none) fit the source? */
static bool check_closure(VM *vm, const char *function, Value source, Value closure) {
    if (!is_code(source)) {
        if (!is_absent(closure)) raise_type(vm, "closure can only be used when source is a code object");
        return is_absent(closure);
    }
    int64_t wanted = code_free_variables(as_code(source));
    if (wanted == 0) {
        if (!is_absent(closure)) raise_type(vm, "cannot use a closure with this code object");
        return is_absent(closure);
    }
    if (function[1] == 'v') {
        raise_type(vm, "code object passed to eval() may not contain free variables");
        return false;
    }
    bool fits =
        !is_absent(closure) && is_exactly(closure, &tuple_type) && as_tuple(closure)->length == wanted;
    for (int64_t i = 0; fits && i < wanted; i++)
        fits = is_cell(as_tuple(closure)->items[i]);
    if (!fits) raise_type(vm, "code object requires a closure of exactly length %lld", (long long)wanted);
    return fits;
}

static Value evaluate(VM *vm, Value source, Value globals, Value locals, Value closure, CompileMode mode) {
    const char *function = mode == COMPILE_EVAL ? "eval" : "exec";
    if (!namespaces(vm, mode == COMPILE_EVAL, &globals, &locals)) return ABSENT;
    Value code = ABSENT, result = ABSENT;
    if (!check_closure(vm, function, source, closure)) {
        /* raised */
    } else if (is_code(source)) {
        code = value_ref(source);
    } else {
        Value filename = string_from_c(vm, "<string>");
        Value text = source;
        if (mode == COMPILE_EVAL && is_string(source)) { /* leading blanks are no indentation here */
            const String *s = as_string(source);
            int64_t start = 0, length = string_length(s);
            while (start < length && (string_at(s, start) == ' ' || string_at(s, start) == '\t'))
                start++;
            text = start ? string_slice(vm, source, start, length) : value_ref(source);
        } else {
            value_ref(text);
        }
        code = is_absent(filename) || is_absent(text)
                   ? ABSENT
                   : compile_text(vm, text, filename, mode, 0,
                                  mode == COMPILE_EVAL ? "eval() arg 1" : "exec() arg 1");
        value_xdrop(vm, text);
        value_xdrop(vm, filename);
    }
    if (!is_absent(code)) {
        if (AUDIT(vm, "exec", code)) result = eval_code(vm, code, globals, locals, closure);
        value_drop(vm, code);
    }
    value_drop(vm, globals);
    value_drop(vm, locals);
    return result;
}

NATIVE(eval_function) { return evaluate(vm, args[0], args[1], args[2], ABSENT, COMPILE_EVAL); }

NATIVE(exec_function) {
    Value closure = !is_absent(args[3]) && is_none(args[3]) ? ABSENT : args[3];
    Value result = evaluate(vm, args[0], args[1], args[2], closure, COMPILE_EXEC);
    value_xdrop(vm, result);
    return is_absent(result) ? ABSENT : NONE;
}

/* --- namespaces --- */

NATIVE(globals_function) { return vm->frame ? value_ref(frame_globals(vm->frame)) : NONE; }

NATIVE(locals_function) {
    if (vm->frame == NULL) return raise_error(vm, &exc_SystemError, "frame does not exist");
    return frame_locals(vm, vm->frame);
}

static Value vars_function(VM *vm, Value *args, int nargs, Value names) {
    if (is_absent(args[0])) return locals_function(vm, args, nargs, names);
    Value dict;
    int found = object_find_attribute(vm, args[0], NAME_OF(vm, dict), &dict);
    if (found == 0) return raise_type(vm, "vars() argument must have __dict__ attribute");
    return found < 0 ? ABSENT : dict;
}

static Value sorted_list(VM *vm, Value iterable) {
    Value list = list_from_iterable(vm, iterable);
    if (!is_absent(list) && !list_sort(vm, list, ABSENT, false)) value_clear(vm, &list);
    return list;
}

static Value local_names(VM *vm) {
    Value locals = locals_function(vm, NULL, 0, ABSENT);
    if (is_absent(locals)) return ABSENT;
    Value keys = is_dict(locals) ? value_ref(locals) : call_method(vm, locals, NAME_OF(vm, keys), NULL, 0);
    value_drop(vm, locals);
    Value list = is_absent(keys) ? ABSENT : sorted_list(vm, keys);
    value_xdrop(vm, keys);
    return list;
}

NATIVE(dir_function) {
    if (is_absent(args[0])) return local_names(vm);
    Value method = object_special(vm, args[0], NAME_OF(vm, dir));
    if (is_absent(method)) {
        return error_raised(vm) ? ABSENT : raise_type(vm, "object does not provide __dir__");
    }
    Value result = call_0(vm, method), list = ABSENT;
    value_drop(vm, method);
    if (!is_absent(result)) list = sorted_list(vm, result);
    value_xdrop(vm, result);
    return list;
}

/* The frame so many calls outward; NULL: there are not so many. */
static Frame *frame_outward(const VM *vm, int64_t depth) {
    Frame *frame = frame_seen(vm->frame);
    while (frame != NULL && depth-- > 0)
        frame = frame_seen(frame->previous);
    return frame;
}

NATIVE(getframe) {
    int64_t depth = 0;
    if (!is_absent(args[0]) && !object_to_int64(vm, args[0], &exc_OverflowError, &depth)) return ABSENT;
    Frame *frame = frame_outward(vm, depth);
    if (frame == NULL) return raise_value(vm, "call stack is not deep enough");
    Value object = frame_object(vm, frame);
    if (!is_absent(object) && !AUDIT(vm, "sys._getframe", object)) value_clear(vm, &object);
    return object;
}

/* The name of the module whose code runs `depth` frames up, None where there is none. */
NATIVE(getframemodulename) {
    int64_t depth = 0;
    if (!is_absent(args[0]) && !object_to_int64(vm, args[0], &exc_OverflowError, &depth)) return ABSENT;
    if (!AUDIT(vm, "sys._getframemodulename", is_absent(args[0]) ? int_small(0) : args[0])) return ABSENT;
    Frame *frame = frame_outward(vm, depth);
    Value name = frame ? dict_get_string(vm, frame_globals(frame), NAME_OF(vm, name)) : ABSENT;
    return value_or_none(name);
}

/* {the only thread's number: v}; takes v. */
static Value by_thread(VM *vm, STEALS Value v) {
    Value dict = is_absent(v) ? ABSENT : dict_new(vm);
    Value thread = is_absent(dict) ? ABSENT : int_from(vm, (int64_t)pthread_self());
    if (is_absent(thread) || !dict_set(vm, dict, thread, v)) value_clear(vm, &dict);
    value_xdrop(vm, thread);
    value_xdrop(vm, v);
    return dict;
}

NATIVE(current_frames) {
    return AUDIT_PLAIN(vm, "sys._current_frames") ? by_thread(vm, frame_object(vm, vm->frame)) : ABSENT;
}

NATIVE(current_exceptions) {
    if (!AUDIT_PLAIN(vm, "sys._current_exceptions")) return ABSENT;
    return by_thread(vm, value_or_none(error_handled(vm)));
}

static const NativeDef functions[] = {
    {"eval", eval_function, "source, /, globals=None, locals=None",
     "Evaluate the given source in the context of globals and locals."},
    {"exec", exec_function, "source, /, globals=None, locals=None, *, closure=None",
     "Execute the given source in the context of globals and locals."},
    {"compile", compile_function,
     "source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1",
     "Compile source into a code object that can be executed by exec() or eval()."},
    {"globals", globals_function, "",
     "Return the dictionary containing the current scope's global variables."},
    {"locals", locals_function, "", "Return a dictionary containing the current scope's local variables."},
    {"vars", vars_function, "object=None, /",
     "vars([object]) -> dictionary\n\nWithout arguments, equivalent to locals().\nWith an argument, "
     "equivalent to object.__dict__."},
    {"dir", dir_function, "object=None, /",
     "dir([object]) -> list of strings\n\nIf called without an argument, return the names in the current "
     "scope."},
    {"__import__", import_function, "name, globals=None, locals=None, fromlist=(), level=0",
     "Import a module."},
    {0},
};

static const NativeDef sys_functions[] = {
    {"_getframe", getframe, "depth=0, /", "Return a frame object from the call stack."},
    {"_getframemodulename", getframemodulename, "depth=0",
     "Return the name of the module for a calling frame."},
    {"_current_frames", current_frames, "",
     "Return a dict mapping each thread's thread id to its current stack frame."},
    {"_current_exceptions", current_exceptions, "",
     "Return a dict mapping each thread's identifier to its current raised exception."},
    {0},
};

bool dynamic_init(VM *vm) {
    if (!module_add_functions(vm, vm->builtins, functions, "builtins") ||
        !module_add_functions(vm, vm->sys, sys_functions, "sys")) {
        return false;
    }
    vm_machine(vm)->native_import = value_xref(dict_get_string(vm, vm->builtins, NAME_OF(vm, import)));
    return true;
}
