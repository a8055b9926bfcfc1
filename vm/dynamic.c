/* eval, exec, compile, globals, locals, vars, dir, __import__, sys._getframe. */

#include "vm/dynamic.h"

#include "compiler/compile.h"
#include "runtime/bytes.h"
#include "runtime/codec.h"
#include "runtime/dict.h"
#include "runtime/error.h"
#include "runtime/list.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/str.h"
#include "runtime/text.h"
#include "runtime/tuple.h"
#include "vm/eval.h"
#include "vm/import.h"
#include "vm/machine.h"

enum { FLAG_DONT_IMPLY_DEDENT = 0x200, FLAG_ONLY_AST = 0x400, FLAG_ALLOW_INCOMPLETE = 0x4000 };

/* --- source --- */

/* Compile a str or bytes; `function` for messages. */
static Value compile_text(VM *vm, Value source, Value filename, CompileMode mode, int flags,
                          const char *function) {
    if (frame_base(vm) != NULL && vm->frame && vm->frame->code->flags & CODE_FUTURE_ANNOTATIONS) {
        flags |= COMPILE_FUTURE_ANNOTATIONS;
    }
    if (is_bytes(source)) {
        const Bytes *bytes = as_bytes(source);
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
    if (is_absent(bytes)) return ABSENT;
    Value code = compile_source(vm, (const char *)as_bytes(bytes)->data, (size_t)as_bytes(bytes)->length,
                                filename, mode, flags);
    value_drop(vm, bytes);
    return code;
}

static Value compile_function(VM *vm, Value *args, int nargs, Value names) {
    (void)nargs, (void)names;
    static const struct {
        const char *text;
        CompileMode mode;
    } modes[] = {{"exec", COMPILE_EXEC}, {"eval", COMPILE_EVAL}, {"single", COMPILE_SINGLE}};
    int64_t flags = 0, optimize = -1;
    if (!is_absent(args[3]) && !object_to_int64(vm, args[3], &exc_OverflowError, &flags)) return ABSENT;
    if (!is_absent(args[5]) && !object_to_int64(vm, args[5], &exc_OverflowError, &optimize)) return ABSENT;
    if (!is_string(args[2])) return raise_type(vm, "compile() argument 'mode' must be str, not %T", args[2]);
    if (optimize < -1 || optimize > 2) return raise_value(vm, "compile(): invalid optimize value");
    int own = flags & FLAG_ALLOW_INCOMPLETE ? COMPILE_ALLOW_INCOMPLETE : 0;
    if (flags & CODE_FUTURE_ANNOTATIONS) own |= COMPILE_FUTURE_ANNOTATIONS;
    if (optimize >= 1) own |= COMPILE_NO_ASSERTS;
    if (optimize == 2) own |= COMPILE_NO_DOCSTRINGS;
    Value filename =
        is_bytes(args[1])
            ? string_from_utf8(vm, (const char *)as_bytes(args[1])->data, (size_t)as_bytes(args[1])->length)
        : is_string(args[1]) ? value_ref(args[1])
                             : raise_type(vm, "expected str, bytes or os.PathLike object, not %T", args[1]);
    if (is_absent(filename)) return ABSENT;
    Value code = ABSENT;
    size_t i = 0;
    while (i < 3 && !string_equal_c(args[2], modes[i].text))
        i++;
    if (i == 3)
        raise_value(vm, "compile() mode must be 'exec', 'eval' or 'single'");
    else if (is_code(args[0]))
        code = value_ref(args[0]);
    else
        code = compile_text(vm, args[0], filename, modes[i].mode, own, "compile() arg 1");
    value_drop(vm, filename);
    return code;
}

/* --- eval and exec --- */

/* The namespaces of eval and exec, both NEW: as given, else the caller's. */
static bool namespaces(VM *vm, const char *function, Value *globals, Value *locals) {
    bool has_globals = !is_absent(*globals) && !is_none(*globals),
         has_locals = !is_absent(*locals) && !is_none(*locals);
    if (has_globals && !is_dict(*globals)) {
        raise_type(vm, "%s() globals must be a dict, not %T", function, *globals);
        return false;
    }
    if (has_locals && type_of(*locals)->container.get_item == NULL) {
        raise_type(vm, "%s() locals must be a mapping or None, not %T", function, *locals);
        return false;
    }
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

static bool has_free_variables(const Code *code) {
    for (uint32_t i = 0; i < code->variable_count; i++) {
        if (code->kinds[i] & VARIABLE_FREE) return true;
    }
    return false;
}

static Value evaluate(VM *vm, Value source, Value globals, Value locals, CompileMode mode) {
    const char *function = mode == COMPILE_EVAL ? "eval" : "exec";
    if (!namespaces(vm, function, &globals, &locals)) return ABSENT;
    Value code, result = ABSENT;
    if (is_code(source)) {
        code = value_ref(source);
        if (has_free_variables(as_code(code))) {
            raise_type(vm, "code object passed to %s() may not contain free variables", function);
            value_clear(vm, &code);
        }
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
        result = eval_code(vm, code, globals, locals);
        value_drop(vm, code);
    }
    value_drop(vm, globals);
    value_drop(vm, locals);
    return result;
}

static Value eval_function(VM *vm, Value *args, int nargs, Value names) {
    (void)nargs, (void)names;
    return evaluate(vm, args[0], args[1], args[2], COMPILE_EVAL);
}

static Value exec_function(VM *vm, Value *args, int nargs, Value names) {
    (void)nargs, (void)names;
    if (!is_absent(args[3]) && !is_none(args[3])) {
        return raise_type(vm, "cannot use a closure with this code object");
    }
    Value result = evaluate(vm, args[0], args[1], args[2], COMPILE_EXEC);
    value_xdrop(vm, result);
    return is_absent(result) ? ABSENT : NONE;
}

/* --- namespaces --- */

static Value globals_function(VM *vm, Value *args, int nargs, Value names) {
    (void)args, (void)nargs, (void)names;
    return vm->frame ? value_ref(frame_globals(vm->frame)) : NONE;
}

static Value locals_function(VM *vm, Value *args, int nargs, Value names) {
    (void)args, (void)nargs, (void)names;
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

static Value dir_function(VM *vm, Value *args, int nargs, Value names) {
    (void)nargs, (void)names;
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

static Value getframe(VM *vm, Value *args, int nargs, Value names) {
    (void)nargs, (void)names;
    int64_t depth = 0;
    if (!is_absent(args[0]) && !object_to_int64(vm, args[0], &exc_OverflowError, &depth)) return ABSENT;
    Frame *frame = vm->frame;
    while (frame != NULL && depth-- > 0)
        frame = frame->previous;
    return frame ? frame_object(vm, frame) : raise_value(vm, "call stack is not deep enough");
}

static const NativeDef functions[] = {
    {"eval", eval_function, "source, /, globals=None, locals=None",
     "Evaluate the given source in the context of globals and locals.", 0},
    {"exec", exec_function, "source, /, globals=None, locals=None, *, closure=None",
     "Execute the given source in the context of globals and locals.", 0},
    {"compile", compile_function,
     "source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1",
     "Compile source into a code object that can be executed by exec() or eval().", 0},
    {"globals", globals_function, "",
     "Return the dictionary containing the current scope's global variables.", 0},
    {"locals", locals_function, "", "Return a dictionary containing the current scope's local variables.", 0},
    {"vars", vars_function, "object=None, /",
     "vars([object]) -> dictionary\n\nWithout arguments, equivalent to locals().\nWith an argument, "
     "equivalent to "
     "object.__dict__.",
     0},
    {"dir", dir_function, "object=None, /",
     "dir([object]) -> list of strings\n\nIf called without an argument, return the names in the current "
     "scope.",
     0},
    {"__import__", import_function, "name, globals=None, locals=None, fromlist=(), level=0",
     "Import a module.", 0},
    {0},
};

static const NativeDef sys_functions[] = {
    {"_getframe", getframe, "depth=0, /", "Return a frame object from the call stack.", 0},
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
