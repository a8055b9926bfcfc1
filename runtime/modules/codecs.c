/* The module _codecs: what lib/codecs must know of the encodings that are made in C. */
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/text/codec.h"
#include "runtime/text/str.h"
#include "runtime/text/text.h"

/* A str argument as C text that *keeper holds; NULL RAISES. */
static const char *name_argument(VM *vm, Value v, Value *keeper) {
    size_t length;
    if (!is_string(v)) return raise_type(vm, "encoding must be str, not %T", v), NULL;
    return string_utf8(vm, v, &length, keeper);
}

NATIVE(function_canonical) {
    Value keeper = ABSENT;
    const char *name = name_argument(vm, args[0], &keeper);
    if (!name) return ABSENT;
    const char *canonical = codec_canonical(name);
    value_xdrop(vm, keeper);
    return canonical ? string_from_c(vm, canonical) : NONE;
}

NATIVE(function_incomplete_tail) {
    Value keeper = ABSENT;
    if (!is_bytes_like(args[1])) return raise_type(vm, "a bytes-like object is required, not '%T'", args[1]);
    const char *name = name_argument(vm, args[0], &keeper);
    if (!name) return ABSENT;
    Text t = text_of(args[1]);
    size_t tail = codec_incomplete_tail(name, t.data, (size_t)t.length);
    value_xdrop(vm, keeper);
    return int_small((int64_t)tail);
}

static const NativeDef functions[] = {
    {"canonical", function_canonical, "name, /", "The first name of a native encoding, or None.", 0},
    {"incomplete_tail", function_incomplete_tail, "name, data, /",
     "How many bytes at the end begin a character that is not complete.", 0},
    {0},
};

Value module__codecs_new(VM *vm) {
    return module_make(
        vm, &(ModuleDef){.name = "_codecs", .doc = "The native encodings.", .functions = functions});
}
