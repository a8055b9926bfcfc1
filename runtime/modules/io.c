/* The module _io: the types of files and open, which the module io gives its names. */
#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/errors/warn.h"
#include "runtime/files/file.h"
#include "runtime/module.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

NATIVE(text_encoding) {
    int level = 2;
    if (!is_absent(args[1]) && !object_to_c_int(vm, args[1], &level)) return ABSENT;
    if (!is_none(args[0])) return value_ref(args[0]);
    return warn_of_encoding(vm, level) ? string_from_c(vm, "locale") : ABSENT;
}

NATIVE(open_code) {
    if (!is_string(args[0]))
        return raise_type(vm, "open_code() argument 'path' must be str, not %Q", args[0]);
    Value mode = string_from_c(vm, "rb"), result = ABSENT;
    Value open = dict_get_c(vm, vm->builtins, "open");
    if (!is_absent(mode) && !is_absent(open)) result = call_2(vm, open, args[0], mode);
    value_xdrop(vm, mode);
    return result;
}

static const NativeDef functions[] = {
    {"text_encoding", text_encoding, "encoding, stacklevel=2, /",
     "Return encoding, or 'locale' in the place of None."},
    {"open_code", open_code, "path", "Opens the provided file with the intent to import the contents."},
    {0},
};

static const NamedType types[] = {
    {"_IOBase", &io_base_type},
    {"_RawIOBase", &raw_io_base_type},
    {"_BufferedIOBase", &buffered_io_base_type},
    {"_TextIOBase", &text_io_base_type},
    {"FileIO", &file_io_type},
    {"BytesIO", &bytes_io_type},
    {"StringIO", &string_io_type},
    {"BufferedReader", &buffered_reader_type},
    {"BufferedWriter", &buffered_writer_type},
    {"BufferedRandom", &buffered_random_type},
    {"TextIOWrapper", &text_file_type},
    {"IncrementalNewlineDecoder", &newline_decoder_type},
    {"BlockingIOError", &exc_BlockingIOError},
    {0},
};

static bool fill(VM *vm, Value dict) {
    Value unsupported = unsupported_operation(vm);
    return !is_absent(unsupported) && dict_set_c(vm, dict, "UnsupportedOperation", unsupported) &&
           dict_set_c(vm, dict, "open", dict_get_c(vm, vm->builtins, "open")) &&
           dict_set_c(vm, dict, "DEFAULT_BUFFER_SIZE", int_small(FILE_BUFFER_SIZE));
}

Value module__io_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "_io",
                                        .doc = "The types of files: see the module io.",
                                        .types = types,
                                        .functions = functions,
                                        .fill = fill});
}
