/*
 * The built-in exceptions. In order: life of an instance, BaseException, the exceptions with fields of their own
 * (StopIteration, SystemExit, those with keyword fields, OSError, SyntaxError, UnicodeError, groups), the types.
 */

#include "runtime/errors/exception.h"

#include <errno.h>
#include <stdio.h>

#include "runtime/bytes/buffer.h"
#include "runtime/bytes/bytes.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/row.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/exception_group.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

static int field_count(const Type *type) {
    while (type->flags & TYPE_HEAP)
        type = type->base;
    return (int)((type->basic_size - sizeof(Exception)) / sizeof(Value));
}

/* A field as scripts see it. */
static Value field(const Exception *e, int index) {
    return is_absent(e->fields[index]) ? NONE : e->fields[index];
}

static void set_field(VM *vm, Exception *e, int index, Value v) {
    value_set(vm, &e->fields[index], value_ref(v));
}

/* --- life --- */

static int traverse(Object *self, VisitFn visit, void *context) {
    Exception *e = (Exception *)self;
    VISIT(e->args);
    VISIT(e->traceback);
    VISIT(e->context);
    VISIT(e->cause);
    for (int i = field_count(self->type) - 1; i >= 0; i--)
        VISIT(e->fields[i]);
    return attributes_traverse_own(self, visit, context);
}

static void clear(VM *vm, Object *self) {
    Exception *e = (Exception *)self;
    for (int i = field_count(self->type) - 1; i >= 0; i--)
        value_clear(vm, &e->fields[i]);
    if (!(self->type->flags & TYPE_HEAP)) attributes_clear(vm, self);
    value_clear(vm, &e->args);
    value_clear(vm, &e->traceback);
    value_clear(vm, &e->cause);
    value_clear(vm, &e->context);
}

/* A MemoryError that dies becomes a spare one of the VM's, if one is missing (see raise_memory). */
static bool kept_as_spare(VM *vm, Object *self) {
    if (self->type != &exc_MemoryError || !vm->keep_memory_errors) return false;
    bool shared = self == vm->shared_memory_error;
    Value *spare = shared ? &vm->last_memory_error : &vm->memory_error;
    if (!is_absent(*spare)) return false;
    Exception *e = (Exception *)self;
    e->args = value_ref(vm->empty_tuple);
    e->suppress_context = FALSE_VALUE;
    self->refs = 1;
    *spare = from_object(self);
    if (shared) vm->shared_memory_error = NULL;
    return true;
}

static void dealloc(VM *vm, Object *self) {
    object_untrack(vm, self);
    clear(vm, self);
    if (kept_as_spare(vm, self)) return;
    object_free(vm, self, instance_size(self, 0));
}

static Value exception_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Object *self = instance_new(vm, type, 0);
    if (self == NULL) return ABSENT;
    Exception *e = (Exception *)self;
    e->suppress_context = FALSE_VALUE;
    e->args = tuple_from(vm, args, nargs);
    if (is_absent(e->args)) {
        object_drop(vm, self);
        return ABSENT;
    }
    object_track(self);
    return from_object(self);
}

static bool set_args(VM *vm, Exception *e, Value *args, int nargs) {
    if (!is_absent(e->args)) {
        Tuple *old = as_tuple(e->args);
        int same = 0;
        while (old->length == nargs && same < nargs && value_same(old->items[same], args[same]))
            same++;
        if (same == old->length && same == nargs) return true; /* as `new` left them */
    }
    Value tuple = tuple_from(vm, args, nargs);
    if (is_absent(tuple)) return false;
    value_set(vm, &e->args, tuple);
    return true;
}

static bool takes_no_names(VM *vm, const Type *type, Value names) {
    return is_absent(names) || arguments_no_names(vm, type_short_name(type), names);
}

static bool exception_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    return takes_no_names(vm, type_of(self), names) && set_args(vm, as_exception(self), args, nargs);
}

/* --- BaseException --- */

static Value exception_str(VM *vm, Value self) {
    Tuple *args = as_tuple(as_exception(self)->args);
    if (args->length == 0) return value_ref(vm->empty_string);
    return object_str(vm, args->length == 1 ? args->items[0] : from_object(args));
}

static Value exception_repr(VM *vm, Value self) {
    Tuple *args = as_tuple(as_exception(self)->args);
    if (args->length == 1) return string_format(vm, "%s(%R)", type_short_name(type_of(self)), args->items[0]);
    return string_format(vm, "%s%R", type_short_name(type_of(self)), from_object(args));
}

NATIVE(exception_set_state) {
    if (is_none(args[1])) return NONE;
    if (!is_dict(args[1])) return raise_type(vm, "state is not a dictionary");
    Value copy = dict_copy(vm, args[1]), key, value;
    bool ok = !is_absent(copy);
    for (int64_t position = 0; ok && dict_next(copy, &position, &key, &value);) {
        ok = object_set_attribute(vm, args[0], key, value);
    }
    value_xdrop(vm, copy);
    return ok ? NONE : ABSENT;
}

NATIVE(exception_add_note) {
    if (!is_string(args[1])) return raise_type(vm, "note must be a str, not '%T'", args[1]);
    Value notes;
    int found = object_find_attribute(vm, args[0], NAME_OF(vm, notes), &notes);
    if (found < 0) return ABSENT;
    if (!found) {
        notes = list_new(vm, 1);
        if (is_absent(notes)) return ABSENT;
        if (!object_set_attribute(vm, args[0], NAME_OF(vm, notes), notes)) {
            value_drop(vm, notes);
            return ABSENT;
        }
    }
    bool ok = is_list(notes);
    if (!ok) {
        raise_type(vm, "Cannot add note: __notes__ is not a list");
    } else {
        ok = list_append(vm, notes, args[1]);
    }
    value_drop(vm, notes);
    return ok ? NONE : ABSENT;
}

static bool set_traceback(VM *vm, Value self, Value value) {
    if (is_absent(value)) {
        raise_type(vm, "__traceback__ may not be deleted");
        return false;
    }
    if (!is_none(value) && !is_exactly(value, &traceback_type)) {
        raise_type(vm, "__traceback__ must be a traceback or None");
        return false;
    }
    value_set(vm, &as_exception(self)->traceback, is_none(value) ? ABSENT : value_ref(value));
    return true;
}

NATIVE(exception_with_traceback) { return set_traceback(vm, args[0], args[1]) ? value_ref(args[0]) : ABSENT; }

static Value get_args(VM *vm, Value self) { return value_ref(as_exception(self)->args); }

static bool set_args_attribute(VM *vm, Value self, Value value) {
    if (is_absent(value)) {
        raise_type(vm, "args may not be deleted");
        return false;
    }
    Value tuple = tuple_from_iterable(vm, value);
    if (is_absent(tuple)) return false;
    value_set(vm, &as_exception(self)->args, tuple);
    return true;
}

static Value get_traceback(VM *vm, Value self) { return value_or_none(as_exception(self)->traceback); }

static Value get_context(VM *vm, Value self) { return value_or_none(as_exception(self)->context); }

static Value get_cause(VM *vm, Value self) { return value_or_none(as_exception(self)->cause); }

/* Check what is assigned to __cause__ or __context__. */
static bool check_linked(VM *vm, Value value, const char *what) {
    if (is_absent(value)) {
        raise_type(vm, "__%s__ may not be deleted", what);
    } else if (!is_none(value) && !is_exception(value)) {
        raise_type(vm, "exception %s must be None or derive from BaseException", what);
    } else {
        return true;
    }
    return false;
}

static bool set_context(VM *vm, Value self, Value value) {
    if (!check_linked(vm, value, "context")) return false;
    value_set(vm, &as_exception(self)->context, is_none(value) ? ABSENT : value_ref(value));
    return true;
}

void exception_set_cause(VM *vm, Value exception, STEALS Value cause) {
    Exception *e = as_exception(exception);
    e->suppress_context = TRUE_VALUE;
    value_set(vm, &e->cause, !is_absent(cause) && is_none(cause) ? ABSENT : cause);
}

static bool set_cause(VM *vm, Value self, Value value) {
    if (!check_linked(vm, value, "cause")) return false;
    exception_set_cause(vm, self, value_ref(value));
    return true;
}

static Value get_suppress_context(VM *vm, Value self) {
    return value_ref(as_exception(self)->suppress_context);
}

static bool set_suppress_context(VM *vm, Value self, Value value) {
    if (is_absent(value)) {
        raise_type(vm, "can't delete numeric/char attribute");
    } else if (!is_bool(value)) {
        raise_type(vm, "attribute value type must be bool");
    } else {
        as_exception(self)->suppress_context = value;
        return true;
    }
    return false;
}

static const NativeDef base_methods[] = {
    {"__reduce__", exception_reduce, "", NULL},
    {"__setstate__", exception_set_state, "object, /", NULL},
    {"with_traceback", exception_with_traceback, "object, /",
     "Set self.__traceback__ to tb and return self."},
    {"add_note", exception_add_note, "object, /", "Add a note to the exception."},
    {0},
};

static const GetSetDef base_getsets[] = {
    {"__suppress_context__", get_suppress_context, set_suppress_context, NULL},
    {"__dict__", instance_get_dict, instance_set_dict, NULL},
    {"args", get_args, set_args_attribute, NULL},
    {"__traceback__", get_traceback, set_traceback, NULL},
    {"__context__", get_context, set_context, NULL},
    {"__cause__", get_cause, set_cause, NULL},
    {0},
};

/* --- StopIteration, SystemExit --- */

static bool stop_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    if (!exception_init(vm, self, args, nargs, names)) return false;
    set_field(vm, as_exception(self), STOP_VALUE, nargs > 0 ? args[0] : NONE);
    return true;
}

Value stop_iteration_value(Value exception) { return field(as_exception(exception), STOP_VALUE); }

static bool exit_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    if (!exception_init(vm, self, args, nargs, names)) return false;
    Exception *e = as_exception(self);
    if (nargs > 0) set_field(vm, e, EXIT_CODE, nargs == 1 ? args[0] : e->args);
    return true;
}

/* --- exceptions whose fields come as keywords: ImportError, NameError, AttributeError --- */

/* Set fields[first], ... from the keyword arguments that `params` names. */
static bool keyword_init(VM *vm, Value self, Value *args, int nargs, Value names, const char *type,
                         const char *params, int first) {
    Value row[EXCEPTION_FIELDS_MAX] = {ABSENT};
    if (!set_args(vm, as_exception(self), args, nargs)) return false;
    if (is_absent(names)) return true;
    if (!arguments_bind(vm, type, params, args + nargs, 0, names, row)) return false;
    for (int i = 0; i < EXCEPTION_FIELDS_MAX && first + i < field_count(type_of(self)); i++) {
        if (!is_absent(row[i])) set_field(vm, as_exception(self), first + i, row[i]);
    }
    return true;
}

static bool import_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    static const char params[] = "*, name=None, path=None, name_from=None";
    if (!keyword_init(vm, self, args, nargs, names, "ImportError", params, IMPORT_NAME)) return false;
    if (nargs == 1) set_field(vm, as_exception(self), IMPORT_MESSAGE, args[0]);
    return true;
}

static Value import_str(VM *vm, Value self) {
    Value message = field(as_exception(self), IMPORT_MESSAGE);
    return is_exactly(message, &str_type) ? value_ref(message) : exception_str(vm, self);
}

static bool name_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    return keyword_init(vm, self, args, nargs, names, "NameError", "*, name=None", NAME_ERROR_NAME);
}

static bool attribute_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    return keyword_init(vm, self, args, nargs, names, "AttributeError", "*, name=None, obj=None",
                        ATTRIBUTE_NAME);
}

/* --- KeyError --- */

static Value key_str(VM *vm, Value self) {
    Tuple *args = as_tuple(as_exception(self)->args);
    return args->length == 1 ? object_repr(vm, args->items[0]) : exception_str(vm, self);
}

/* --- OSError --- */

static Type *os_subclass(int64_t error) {
    static const struct {
        int error;
        Type *type;
    } map[] = {
        {EAGAIN, &exc_BlockingIOError},
        {EALREADY, &exc_BlockingIOError},
        {EINPROGRESS, &exc_BlockingIOError},
        {EWOULDBLOCK, &exc_BlockingIOError},
        {EPIPE, &exc_BrokenPipeError},
        {ESHUTDOWN, &exc_BrokenPipeError},
        {ECHILD, &exc_ChildProcessError},
        {ECONNABORTED, &exc_ConnectionAbortedError},
        {ECONNREFUSED, &exc_ConnectionRefusedError},
        {ECONNRESET, &exc_ConnectionResetError},
        {EEXIST, &exc_FileExistsError},
        {ENOENT, &exc_FileNotFoundError},
        {EISDIR, &exc_IsADirectoryError},
        {ENOTDIR, &exc_NotADirectoryError},
        {EINTR, &exc_InterruptedError},
        {EACCES, &exc_PermissionError},
        {EPERM, &exc_PermissionError},
        {ESRCH, &exc_ProcessLookupError},
        {ETIMEDOUT, &exc_TimeoutError},
    };
    for (size_t i = 0; i < sizeof map / sizeof *map; i++) {
        if (map[i].error == error) return map[i].type;
    }
    return &exc_OSError;
}

static Value os_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (!(type->flags & TYPE_HEAP) && !takes_no_names(vm, type, names)) return ABSENT;
    int64_t error;
    if (type == &exc_OSError && nargs >= 2 && nargs <= 5 && is_int_family(args[0]) &&
        int_to_int64(args[0], &error))
        type = os_subclass(error);
    /* A class with an __init__ of its own, and no __new__, has the arguments looked at when that calls OSError's. */
    bool later = type->init != exc_OSError.init && type->new == exc_OSError.new;
    return exception_new(vm, type, args, later ? 0 : nargs, names);
}

/* A BlockingIOError's number in place of a file name: how much has been written. */
static bool is_written_count(Value self, Value v) {
    const NumberSlots *number = &type_of(v)->number;
    return value_is_instance(self, &exc_BlockingIOError) &&
           (number->index || number->to_int || number->to_float || is_family(v, TYPE_COMPLEX));
}

static bool os_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    if (!takes_no_names(vm, type_of(self), names)) return false;
    Exception *e = as_exception(self);
    bool parsed = nargs >= 2 && nargs <= 5;
    bool counted = parsed && nargs > 2 && is_written_count(self, args[2]);
    int64_t written;
    if (counted && !object_to_int64(vm, args[2], &exc_ValueError, &written)) return false;
    bool named = parsed && nargs > 2 && !counted && !is_none(args[2]);
    if (!set_args(vm, e, args, named ? 2 : nargs)) return false;
    if (!parsed) return true;
    set_field(vm, e, OS_ERRNO, args[0]);
    set_field(vm, e, OS_STRERROR, args[1]);
    if (counted) value_set(vm, &e->fields[OS_WRITTEN], int_from(vm, written));
    if (named) set_field(vm, e, OS_FILENAME, args[2]);
    if (named && nargs == 5 && !is_none(args[4])) set_field(vm, e, OS_FILENAME2, args[4]);
    return true;
}

static Value os_str(VM *vm, Value self) {
    Exception *e = as_exception(self);
    Value error = field(e, OS_ERRNO), text = field(e, OS_STRERROR), file = e->fields[OS_FILENAME];
    if (!is_absent(file) && !is_absent(e->fields[OS_FILENAME2])) {
        return string_format(vm, "[Errno %S] %S: %R -> %R", error, text, file, e->fields[OS_FILENAME2]);
    }
    if (!is_absent(file)) return string_format(vm, "[Errno %S] %S: %R", error, text, file);
    if (is_absent(e->fields[OS_ERRNO])) return exception_str(vm, self);
    return string_format(vm, "[Errno %S] %S", error, text);
}

static Value os_get_written(VM *vm, Value self) {
    Value written = as_exception(self)->fields[OS_WRITTEN];
    bool unset = is_absent(written) || value_same(written, int_small(-1)); /* so CPython marks it */
    return unset ? raise_error(vm, &exc_AttributeError, "characters_written") : value_ref(written);
}

static bool os_set_written(VM *vm, Value self, Value value) {
    Exception *e = as_exception(self);
    if (is_absent(value) && is_absent(e->fields[OS_WRITTEN])) {
        raise_error(vm, &exc_AttributeError, "characters_written");
        return false;
    }
    Value count = is_absent(value) ? ABSENT : object_index(vm, value);
    if (is_absent(count) && !is_absent(value)) return false;
    value_set(vm, &e->fields[OS_WRITTEN], count);
    return true;
}

static const GetSetDef os_getsets[] = {{"characters_written", os_get_written, os_set_written, NULL}, {0}};

/* --- SyntaxError --- */

static bool syntax_fields(VM *vm, Exception *e, Value info) {
    Value tuple = tuple_from_iterable(vm, info);
    if (is_absent(tuple)) return false;
    int64_t length = as_tuple(tuple)->length;
    bool ok = length >= 4 && length <= 6 && length != 5;
    if (length == 5) {
        raise_type(vm, "end_offset must be provided when end_lineno is provided");
    } else if (!ok) {
        raise_type(vm, "function takes at %s arguments (%lld given)", length < 4 ? "least 4" : "most 6",
                   (long long)length);
    }
    for (int64_t i = 0; ok && i < length; i++) {
        set_field(vm, e, SYNTAX_FILENAME + (int)i, as_tuple(tuple)->items[i]);
    }
    value_drop(vm, tuple);
    return ok;
}

static bool syntax_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    if (!exception_init(vm, self, args, nargs, names)) return false;
    Exception *e = as_exception(self);
    if (nargs >= 1) set_field(vm, e, SYNTAX_MESSAGE, args[0]);
    return nargs != 2 || syntax_fields(vm, e, args[1]);
}

/* The part of a path behind its last slash. */
static Value base_name(VM *vm, Value path) {
    String *s = as_string(path);
    int64_t start = string_length(s);
    while (start > 0 && string_at(s, start - 1) != '/')
        start--;
    return string_slice(vm, path, start, string_length(s));
}

static Value syntax_str(VM *vm, Value self) {
    Exception *e = as_exception(self);
    Value message = field(e, SYNTAX_MESSAGE), line = field(e, SYNTAX_LINE), file = field(e, SYNTAX_FILENAME);
    bool has_line = is_int(line);
    if (!is_string(file)) {
        return has_line ? string_format(vm, "%S (line %S)", message, line) : object_str(vm, message);
    }
    Value name = base_name(vm, file);
    if (is_absent(name)) return ABSENT;
    Value text = has_line ? string_format(vm, "%S (%S, line %S)", message, name, line)
                          : string_format(vm, "%S (%S)", message, name);
    value_drop(vm, name);
    return text;
}

/* --- UnicodeError --- */

static bool unicode_check(VM *vm, Value v, int position, bool is_right, const char *wanted) {
    if (!is_right) raise_type(vm, "argument %d must be %s, not %Q", position, wanted, v);
    return is_right;
}

/* The bytes of the object that could not be decoded. NEW, RAISES. */
static Value unicode_bytes(VM *vm, Value object) {
    if (is_bytes(object)) return value_ref(object);
    BufferView view;
    if (!buffer_acquire(vm, object, BUFFER_SIMPLE, &view)) return ABSENT;
    Value bytes = bytes_from(vm, view.data, view.size);
    buffer_release(vm, &view);
    return bytes;
}

/* Fields from (encoding, object, start, end, reason); translation errors have no encoding. */
static bool unicode_fields(VM *vm, Value self, Value *args, int nargs, Value names, bool encoding,
                           bool bytes) {
    int wanted = encoding ? 5 : 4;
    if (!exception_init(vm, self, args, nargs, names)) return false;
    if (nargs != wanted) {
        raise_type(vm, "function takes exactly %d arguments (%d given)", wanted, nargs);
        return false;
    }
    Value *rest = args + (encoding ? 1 : 0);
    int position = encoding ? 2 : 1;
    int64_t bounds[2];
    if (encoding && !unicode_check(vm, args[0], 1, is_string(args[0]), "str")) return false;
    if (!bytes && !unicode_check(vm, rest[0], position, is_string(rest[0]), "str")) return false;
    for (int i = 0; i < 2; i++)
        if (!row_position(vm, rest[i + 1], &bounds[i])) return false;
    if (!unicode_check(vm, rest[3], position + 3, is_string(rest[3]), "str")) return false;
    Value object = bytes ? unicode_bytes(vm, rest[0]) : value_ref(rest[0]);
    if (is_absent(object)) return false;
    Exception *e = as_exception(self);
    value_set(vm, &e->fields[UNICODE_OBJECT], object);
    if (encoding) set_field(vm, e, UNICODE_ENCODING, args[0]);
    set_field(vm, e, UNICODE_REASON, rest[3]);
    for (int i = 0; i < 2; i++)
        value_set(vm, &e->fields[UNICODE_START + i], int_from(vm, bounds[i]));
    return !error_raised(vm);
}

static bool decode_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    return unicode_fields(vm, self, args, nargs, names, true, true);
}

static bool encode_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    return unicode_fields(vm, self, args, nargs, names, true, false);
}

static bool translate_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    return unicode_fields(vm, self, args, nargs, names, false, false);
}

/* The bounds; true when it is one item of an object of `length` items that they enclose. */
static bool unicode_range(const Exception *e, int64_t length, int64_t *start, int64_t *end) {
    Value first = e->fields[UNICODE_START], last = e->fields[UNICODE_END];
    if (is_absent(first) || !int_to_int64(first, start)) *start = 0;
    if (is_absent(last) || !int_to_int64(last, end)) *end = 0;
    return *start >= 0 && *start < length && *end == *start + 1;
}

/* The last position: as CPython subtracts, around the end of the numbers. */
static long long behind(int64_t end) { return (long long)((uint64_t)end - 1); }

static Value decode_str(VM *vm, Value self) {
    Exception *e = as_exception(self);
    Value object = e->fields[UNICODE_OBJECT];
    if (is_absent(object) || !is_bytes(object)) return value_ref(vm->empty_string);
    Value encoding = field(e, UNICODE_ENCODING), reason = field(e, UNICODE_REASON);
    int64_t start, end;
    if (unicode_range(e, as_bytes(object)->length, &start, &end)) {
        return string_format(vm, "'%S' codec can't decode byte 0x%02x in position %lld: %S", encoding,
                             as_bytes(object)->data[start], (long long)start, reason);
    }
    return string_format(vm, "'%S' codec can't decode bytes in position %lld-%lld: %S", encoding,
                         (long long)start, behind(end), reason);
}

static Value character_text(VM *vm, Value prefix, uint32_t c, int64_t position, Value reason) {
    char escape[16];
    snprintf(escape, sizeof escape, c > 0xffff ? "\\U%08x" : c > 0xff ? "\\u%04x" : "\\x%02x", (unsigned)c);
    return string_format(vm, "%S character '%s' in position %lld: %S", prefix, escape, (long long)position,
                         reason);
}

/* Encoding and translation errors, which name characters. */
static Value characters_str(VM *vm, Value self, Value prefix) {
    if (is_absent(prefix)) return ABSENT;
    Exception *e = as_exception(self);
    Value object = e->fields[UNICODE_OBJECT], reason = field(e, UNICODE_REASON), text;
    int64_t start, end;
    if (unicode_range(e, string_length(as_string(object)), &start, &end)) {
        text = character_text(vm, prefix, string_at(as_string(object), start), start, reason);
    } else {
        text = string_format(vm, "%S characters in position %lld-%lld: %S", prefix, (long long)start,
                             behind(end), reason);
    }
    value_drop(vm, prefix);
    return text;
}

static bool has_text(Value self) {
    Value object = as_exception(self)->fields[UNICODE_OBJECT];
    return !is_absent(object) && is_string(object);
}

static Value encode_str(VM *vm, Value self) {
    if (!has_text(self)) return value_ref(vm->empty_string);
    Value encoding = field(as_exception(self), UNICODE_ENCODING);
    return characters_str(vm, self, string_format(vm, "'%S' codec can't encode", encoding));
}

static Value translate_str(VM *vm, Value self) {
    if (!has_text(self)) return value_ref(vm->empty_string);
    return characters_str(vm, self, string_from_c(vm, "can't translate"));
}

/* --- the types --- */

#define exc_object object_type
#define EXCEPTION(name, base_name, doc_text) \
    Type exc_##name = { \
        TYPE_HEAD(exc_##name, #name, .traverse = NULL), \
        .flags = TYPE_BASE | TYPE_EXCEPTION, \
        .base = &exc_##base_name, \
        .doc = doc_text, \
    };
#include "runtime/errors/exceptions.def"
#undef EXCEPTION

#define FIELD(name, index) \
    { name, offsetof(Exception, fields) + (index) * sizeof(Value), MEMBER_NONE_IF_ABSENT, NULL }

static const MemberDef stop_members[] = {FIELD("value", STOP_VALUE), {0}};
static const MemberDef exit_members[] = {FIELD("code", EXIT_CODE), {0}};
static const MemberDef name_members[] = {FIELD("name", NAME_ERROR_NAME), {0}};
static const MemberDef attribute_members[] = {
    FIELD("name", ATTRIBUTE_NAME), FIELD("obj", ATTRIBUTE_OBJECT), {0}};
static const MemberDef import_members[] = {FIELD("msg", IMPORT_MESSAGE),
                                           FIELD("name", IMPORT_NAME),
                                           FIELD("path", IMPORT_PATH),
                                           FIELD("name_from", IMPORT_NAME_FROM),
                                           {0}};
static const MemberDef os_members[] = {FIELD("errno", OS_ERRNO),
                                       FIELD("strerror", OS_STRERROR),
                                       FIELD("filename", OS_FILENAME),
                                       FIELD("filename2", OS_FILENAME2),
                                       {0}};
static const MemberDef syntax_members[] = {
    FIELD("msg", SYNTAX_MESSAGE),
    FIELD("filename", SYNTAX_FILENAME),
    FIELD("lineno", SYNTAX_LINE),
    FIELD("offset", SYNTAX_OFFSET),
    FIELD("text", SYNTAX_TEXT),
    FIELD("end_lineno", SYNTAX_END_LINE),
    FIELD("end_offset", SYNTAX_END_OFFSET),
    FIELD("print_file_and_line", SYNTAX_PRINT_FILE),
    {0},
};
static const MemberDef unicode_members[] = {
    FIELD("encoding", UNICODE_ENCODING),
    FIELD("object", UNICODE_OBJECT),
    {"start", offsetof(Exception, fields) + UNICODE_START * sizeof(Value), MEMBER_INTEGER, "exception start"},
    {"end", offsetof(Exception, fields) + UNICODE_END * sizeof(Value), MEMBER_INTEGER, "exception end"},
    FIELD("reason", UNICODE_REASON),
    {0},
};
static const MemberDef group_members[] = {
    {"message", offsetof(Exception, fields) + GROUP_MESSAGE * sizeof(Value), MEMBER_READONLY,
     "exception message"},
    {"exceptions", offsetof(Exception, fields) + GROUP_EXCEPTIONS * sizeof(Value), MEMBER_READONLY,
     "nested exceptions"},
    {0},
};

static const NativeDef import_methods[] = {{"__reduce__", import_error_reduce, "", NULL}, {0}};
static const NativeDef attribute_methods[] = {
    {"__reduce__", attribute_error_reduce, "", NULL},
    {"__getstate__", attribute_error_get_state, "", NULL},
    {0},
};
static const NativeDef os_methods[] = {{"__reduce__", os_error_reduce, "", NULL}, {0}};

/* What sets a type apart from its base. */
typedef struct {
    Type *type;
    int fields;
    Value (*new)(VM *vm, Type *type, Value *args, int nargs, Value names);
    bool (*init)(VM *vm, Value self, Value *args, int nargs, Value names);
    Value (*str)(VM *vm, Value self);
    const MemberDef *members;
    const NativeDef *methods;
    const GetSetDef *getsets;
} Layout;

static const Layout layouts[] = {
    {&exc_BaseException, 0, exception_new, exception_init, exception_str, NULL, base_methods, base_getsets},
    {&exc_StopIteration, 1, NULL, stop_init, NULL, stop_members, NULL, NULL},
    {&exc_SystemExit, 1, NULL, exit_init, NULL, exit_members, NULL, NULL},
    {&exc_KeyError, 0, NULL, NULL, key_str, NULL, NULL, NULL},
    {&exc_NameError, 1, NULL, name_init, NULL, name_members, NULL, NULL},
    {&exc_AttributeError, 2, NULL, attribute_init, NULL, attribute_members, attribute_methods, NULL},
    {&exc_ImportError, 4, NULL, import_init, import_str, import_members, import_methods, NULL},
    {&exc_OSError, 5, os_new, os_init, os_str, os_members, os_methods, os_getsets},
    {&exc_SyntaxError, 8, NULL, syntax_init, syntax_str, syntax_members, NULL, NULL},
    {&exc_UnicodeDecodeError, 5, NULL, decode_init, decode_str, unicode_members, NULL, NULL},
    {&exc_UnicodeEncodeError, 5, NULL, encode_init, encode_str, unicode_members, NULL, NULL},
    {&exc_UnicodeTranslateError, 5, NULL, translate_init, translate_str, unicode_members, NULL, NULL},
    {&exc_BaseExceptionGroup, 2, group_new, group_init, group_str, group_members, group_methods, NULL},
};

void exceptions_prepare(void) {
    Type *base = &exc_BaseException;
    base->head.traverse = traverse;
    base->head.clear = clear;
    base->head.dealloc = dealloc;
    base->repr = exception_repr;
    exc_ExceptionGroup.flags |= TYPE_WEAKLY_REFERABLE; /* made as by a class statement in CPython */
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        const Layout *layout = &layouts[i];
        Type *type = layout->type;
        type->basic_size = (uint32_t)(sizeof(Exception) + (size_t)layout->fields * sizeof(Value));
        type->attributes_offset = type->basic_size;
        type->new = layout->new;
        type->init = layout->init;
        type->str = layout->str;
        type->members = layout->members;
        type->methods = layout->methods;
        type->getsets = layout->getsets;
    }
}

/* --- what raise and except statements ask --- */

Value exception_from(VM *vm, Value v) {
    if (is_exception(v)) return value_ref(v);
    if (!is_exception_class(v)) return raise_type(vm, "exceptions must derive from BaseException");
    Value made = call_0(vm, v);
    if (is_absent(made) || is_exception(made)) return made;
    raise_type(vm, "calling %R should have returned an instance of BaseException, not %R", v,
               from_object(type_of(made)));
    value_drop(vm, made);
    return ABSENT;
}

static int matches_class(VM *vm, Value exception, Value type) {
    if (!is_exception_class(type)) {
        raise_type(vm, "catching classes that do not inherit from BaseException is not allowed");
        return -1;
    }
    return value_is_instance(exception, as_type(type));
}

int exception_matches(VM *vm, Value exception, Value type_or_tuple) {
    if (!is_tuple(type_or_tuple)) return matches_class(vm, exception, type_or_tuple);
    int matched = 0;
    Tuple *types = as_tuple(type_or_tuple);
    for (int64_t i = 0; i < types->length; i++) {
        int match = matches_class(vm, exception, types->items[i]);
        if (match < 0) return -1;
        matched |= match;
    }
    return matched;
}
