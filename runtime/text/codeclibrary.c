/* What of text encodings lies in the library's module codecs: other encodings, and error handlers of the program's
 * own. */

#include "runtime/bytes/bytes.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/protocol.h"
#include "runtime/text/codecbody.h"
#include "runtime/text/str.h"

/* codecs.function(values...), which are dropped; ABSENT if one of them is. */
static Value call_library(VM *vm, const char *function, Value *values, int count) {
    Value result = ABSENT, module = ABSENT, callable = ABSENT;
    bool ok = true;
    for (int i = 0; i < count; i++)
        ok = ok && !is_absent(values[i]);
    if (ok) module = vm->hooks.library(vm, "codecs");
    Value name = is_absent(module) ? ABSENT : string_intern_c(vm, function);
    if (!is_absent(name)) callable = object_get_attribute(vm, module, name);
    if (!is_absent(callable)) {
        result = object_call(vm, callable, values, count, ABSENT);
        if (is_absent(result)) vm->hooks.hide_frames(vm, "<frozen codecs>"); /* as if it were C */
    }
    value_xdrop(vm, callable), value_xdrop(vm, name), value_xdrop(vm, module);
    for (int i = 0; i < count; i++)
        value_xdrop(vm, values[i]);
    return result;
}

static Value checked(VM *vm, Value result, bool right) {
    if (is_absent(result) || right) return result;
    raise_type(vm, "codec returned %T", result);
    value_drop(vm, result);
    return ABSENT;
}

Value codec_library_decode(VM *vm, Value bytes_like, const char *encoding, const char *errors) {
    Value row[] = {value_ref(bytes_like), string_from_c(vm, encoding), string_from_c(vm, errors)};
    Value result = call_library(vm, "_decode_text", row, 3);
    return checked(vm, result, !is_absent(result) && is_string(result));
}

Value codec_library_decode_part(VM *vm, Value bytes, const char *encoding, const char *errors,
                                size_t *taken) {
    Value row[] = {value_ref(bytes), string_from_c(vm, encoding), string_from_c(vm, errors)};
    Value pair = call_library(vm, "_decode_part", row, 3), text = ABSENT;
    if (is_absent(pair)) return ABSENT;
    const Tuple *t = is_exactly(pair, &tuple_type) ? as_tuple(pair) : NULL;
    int64_t used = t && t->length == 2 && is_int(t->items[1]) ? int_get(t->items[1]) : -1;
    if (used >= 0 && used <= as_bytes(bytes)->length && is_string(t->items[0])) {
        text = value_ref(t->items[0]);
        *taken = (size_t)used;
    } else {
        raise_type(vm, "codec returned %T", pair);
    }
    value_drop(vm, pair);
    return text;
}

Value codec_library_encode(VM *vm, Value string, const char *encoding, const char *errors) {
    Value row[] = {value_ref(string), string_from_c(vm, encoding), string_from_c(vm, errors)};
    Value result = call_library(vm, "_encode_text", row, 3);
    return checked(vm, result, !is_absent(result) && is_bytes(result));
}

bool codec_library_check(VM *vm, const char *encoding) {
    Value row[] = {string_from_c(vm, encoding)};
    Value result = call_library(vm, "_lookup_text", row, 1);
    value_xdrop(vm, result);
    return !is_absent(result);
}

int64_t codec_library_handle(VM *vm, const char *errors, STEALS Value error, int64_t length,
                             Value *replacement) {
    Value row[] = {string_from_c(vm, errors), error};
    Value pair = call_library(vm, "_handle_error", row, 2);
    if (is_absent(pair)) return -1;
    const Tuple *t = is_exactly(pair, &tuple_type) ? as_tuple(pair) : NULL;
    int64_t next = t && t->length == 2 && is_int(t->items[1]) ? int_get(t->items[1]) : -1;
    bool right = next >= 0 && next <= length && (is_string(t->items[0]) || is_bytes(t->items[0]));
    if (right)
        *replacement = value_ref(t->items[0]);
    else
        raise_type(vm, "error handler returned %T", pair);
    value_drop(vm, pair);
    return right ? next : -1;
}
