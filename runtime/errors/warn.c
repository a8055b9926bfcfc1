/* Warnings from C. */

#include "runtime/errors/warn.h"

#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* warnings.function(row...). Nothing at the very end, when there are no modules any more. */
static bool call_warnings(VM *vm, const char *function, Value *row, int count) {
    Value module = vm->hooks.library(vm, "warnings"), name = ABSENT, result = ABSENT;
    if (is_absent(module) && error_is(vm, &exc_ImportError)) {
        error_clear(vm);
        return true;
    }
    if (!is_absent(module)) name = string_intern_c(vm, function);
    if (!is_absent(name)) {
        Value callable = object_get_attribute(vm, module, name);
        if (!is_absent(callable)) result = object_call(vm, callable, row, count, ABSENT);
        value_xdrop(vm, callable);
    }
    value_xdrop(vm, name);
    value_xdrop(vm, module);
    value_xdrop(vm, result);
    return !is_absent(result);
}

bool warn(VM *vm, Type *category, int stack_level, const char *format, ...) {
    va_list args;
    va_start(args, format);
    Value message = string_vformat(vm, format, args);
    va_end(args);
    if (is_absent(message)) return false;
    Value row[] = {message, from_object(category), int_small(stack_level)};
    bool ok = call_warnings(vm, "warn", row, 3);
    value_drop(vm, message);
    return ok;
}

bool warn_of_encoding(VM *vm, int stack_level) {
    return !vm->encoding_warning ||
           warn(vm, &exc_EncodingWarning, stack_level, "'encoding' argument not specified");
}

bool warn_unawaited(VM *vm, Value coroutine) {
    return call_warnings(vm, "_warn_unawaited_coroutine", &coroutine, 1);
}

bool warn_unawaited_method(VM *vm, Value generator, Value qualified_name, const char *method) {
    Value message =
        string_format(vm, "coroutine method '%s' of %R was never awaited", method, qualified_name);
    if (is_absent(message)) return false;
    Value row[] = {message, from_object(&exc_RuntimeWarning), int_small(1), generator};
    bool ok = call_warnings(vm, "warn", row, 4);
    value_drop(vm, message);
    return ok;
}

/* Without the module warnings, which any option imports at the start, the filters are those that ignore it. */
void warn_unclosed(VM *vm, const char *format, Value source, Value blamed) {
    if (is_absent(vm->modules) || is_absent(dict_get_c(vm, vm->modules, "warnings"))) return;
    Value raised = error_take(vm), message = string_format(vm, format, source);
    Value row[] = {message, from_object(&exc_ResourceWarning), int_small(1), source};
    value_ref(blamed);
    if (is_absent(message) || !call_warnings(vm, "warn", row, 4)) {
        if (error_is(vm, &exc_Warning))
            error_unraisable(vm, NULL, blamed);
        else
            error_clear(vm);
    }
    value_xdrop(vm, message);
    value_drop(vm, blamed);
    error_restore(vm, raised);
}

bool warn_explicit(VM *vm, Type *category, Value message, Value filename, uint32_t line) {
    Value row[] = {message, from_object(category), filename, int_small(line)};
    return call_warnings(vm, "warn_explicit", row, 4);
}
