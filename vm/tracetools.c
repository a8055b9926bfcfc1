/* The module _traceback: what the library's module traceback shares with the printing of uncaught exceptions. */

#include "runtime/code/code.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "vm/frame.h"
#include "vm/machine.h"
#include "vm/sourcetext.h"
#include "vm/suggest.h"

NATIVE(mark) {
    int64_t start, end;
    if (!is_string(args[0])) return raise_type(vm, "mark() argument 1 must be str, not %Q", args[0]);
    if (!object_to_int64(vm, args[1], NULL, &start) || !object_to_int64(vm, args[2], NULL, &end))
        return ABSENT;
    return source_text_mark(vm, args[0], start, end);
}

NATIVE(suggestion) {
    Value text = is_exception(args[0]) ? suggest_for(vm, args[0]) : ABSENT;
    return is_absent(text) ? NONE : text;
}

NATIVE(position) {
    if (!is_exactly(args[0], &traceback_type))
        return raise_type(vm, "position() argument 1 must be traceback, not %Q", args[0]);
    const Traceback *entry = as_traceback(args[0]);
    CodePosition p = code_position(as_frame_object(entry->frame)->code, entry->index);
    uint32_t line = traceback_line(entry);
    Value lineno = line ? int_small(line) : NONE;
    if ((uint32_t)p.line != line || line == 0) return tuple_pack(vm, 4, lineno, NONE, NONE, NONE);
    return tuple_pack(vm, 4, lineno, int_small(p.end_line), column_or_none(p.column),
                      column_or_none(p.end_column));
}

NATIVE(source) {
    Value text = dict_get(vm, vm_machine(vm)->sources, args[0]);
    return !is_absent(text) ? value_ref(text) : error_raised(vm) ? ABSENT : NONE;
}

static const NativeDef functions[] = {
    {"mark", mark, "text, start, end, /", "Lines of source, indented, with carets below."},
    {"suggestion", suggestion, "exception, /", "What is added to the message: a similar name, or None."},
    {"position", position, "traceback, /", "(line, end line, column, end column) of an entry."},
    {"source", source, "filename, /", "The text of code that came from no file, or None."},
    {0},
};

NEW RAISES Value module__traceback_new(VM *vm);

Value module__traceback_new(VM *vm) {
    return module_make(
        vm, &(ModuleDef){.name = "_traceback", .doc = "What traceback is made of.", .functions = functions});
}
