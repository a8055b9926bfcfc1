#include "runtime/text/builder.h"

#include <stdio.h>

#include "base/copy.h"
#include "runtime/bytes/bytes.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "runtime/text/units.h"
#include "runtime/text/utf8.h"

void builder_init(Builder *b, VM *vm) {
    b->vm = vm;
    b->length = 0;
    b->capacity = sizeof b->local;
    b->width_log = 0;
    b->ascii = true;
    b->failed = false;
    b->data = (uint8_t *)b->local;
}

static size_t block_size(const Builder *b) { return (size_t)b->capacity << b->width_log; }

void builder_fini(Builder *b) {
    if (b->data != (uint8_t *)b->local) memory_free(b->vm, b->data, block_size(b));
    b->data = (uint8_t *)b->local;
}

static uint32_t read_at(const uint8_t *data, unsigned width_log, int64_t i) {
    return width_log == 0   ? data[i]
           : width_log == 1 ? ((const uint16_t *)data)[i]
                            : ((const uint32_t *)data)[i];
}

static void write_at(uint8_t *data, unsigned width_log, int64_t i, uint32_t c) {
    if (width_log == 0) {
        data[i] = (uint8_t)c;
    } else if (width_log == 1) {
        ((uint16_t *)data)[i] = (uint16_t)c;
    } else {
        ((uint32_t *)data)[i] = c;
    }
}

/* Move the text to a block of `capacity` code points of the given width. */
static bool move(Builder *b, int64_t capacity, unsigned width_log) {
    uint8_t *data = memory_alloc(b->vm, (size_t)capacity << width_log);
    if (!data) {
        b->failed = true;
        return false;
    }
    units_copy(data, width_log, b->data, b->width_log, b->length);
    builder_fini(b);
    b->data = data;
    b->capacity = capacity;
    b->width_log = width_log;
    return true;
}

/* Make room for `count` more code points up to `maximum`. */
static bool make_room(Builder *b, int64_t count, uint32_t maximum) {
    if (b->failed) return false;
    if (maximum >= 0x80) b->ascii = false;
    unsigned width_log = maximum < 0x100 ? 0 : maximum < 0x10000 ? 1 : 2;
    if (width_log < b->width_log) width_log = b->width_log;
    if (count <= b->capacity - b->length && width_log == b->width_log) return true;
    if (count > (INT64_C(1) << 56) - b->length) {
        raise_memory(b->vm);
        b->failed = true;
        return false;
    }
    int64_t capacity = b->length + count;
    if (b->data == (uint8_t *)b->local && capacity <= (int64_t)(sizeof b->local >> width_log)) {
        units_widen(b->local, width_log, b->width_log, b->length);
        b->width_log = width_log;
        b->capacity = (int64_t)(sizeof b->local >> width_log);
        return true;
    }
    if (width_log == b->width_log) {
        if (capacity < b->length * 2) capacity = b->length * 2;
    } else if (capacity < b->capacity) { /* what was reserved stays so */
        capacity = b->capacity;
    }
    return move(b, capacity, width_log);
}

bool builder_reserve(Builder *b, int64_t count) { return make_room(b, count, 0); }

Value builder_finish(Builder *b) {
    Value result = ABSENT;
    if (!b->failed) {
        if (b->ascii && b->width_log == 0) {
            result = string_from_ascii(b->vm, (const char *)b->data, (size_t)b->length);
        } else if (b->length == 1) {
            result = string_from_char(b->vm, read_at(b->data, b->width_log, 0));
        } else {
            static const uint32_t limits[] = {0xFF, 0xFFFF, 0x10FFFF};
            String *s = string_new(b->vm, b->length, limits[b->width_log]);
            if (s) copy_bytes(s->data, b->data, (size_t)b->length << b->width_log);
            result = from_object(s);
        }
    }
    builder_fini(b);
    return result;
}

Value builder_finish_bytes(Builder *b) {
    Value result = b->failed ? ABSENT : bytes_from(b->vm, b->data, b->length);
    builder_fini(b);
    return result;
}

void builder_char_slow(Builder *b, uint32_t c) {
    if (!make_room(b, 1, c)) return;
    write_at(b->data, b->width_log, b->length++, c);
}

void builder_repeat(Builder *b, uint32_t c, int64_t count) {
    if (count <= 0 || !make_room(b, count, c)) return;
    if (b->width_log == 0) {
        memset(b->data + b->length, (int)c, (size_t)count);
        b->length += count;
        return;
    }
    for (int64_t i = 0; i < count; i++)
        write_at(b->data, b->width_log, b->length++, c);
}

void builder_units(Builder *b, const void *units, unsigned width_log, int64_t count, uint32_t maximum) {
    if (count > 0 && !make_room(b, count, maximum)) return;
    units_copy(b->data + ((size_t)b->length << b->width_log), b->width_log, units, width_log, count);
    b->length += count;
}

void builder_ascii(Builder *b, const char *text, size_t length) {
    if (b->width_log == 0 && (int64_t)length <= b->capacity - b->length && !b->failed) {
        copy_bytes(b->data + b->length, text, length);
        b->length += (int64_t)length;
    } else if (b->width_log == 1 && (int64_t)length <= b->capacity - b->length && !b->failed) {
        units_copy((uint16_t *)b->data + b->length, 1, text, 0, (int64_t)length);
        b->length += (int64_t)length;
    } else {
        builder_units(b, text, 0, (int64_t)length, 0);
    }
}

void builder_c(Builder *b, const char *ascii_text) { builder_ascii(b, ascii_text, strlen(ascii_text)); }

void builder_utf8(Builder *b, const char *text, size_t length) {
    uint32_t maximum;
    int64_t count = utf8_measure(text, length, &maximum);
    if (maximum < 0x80) {
        builder_ascii(b, text, length);
        return;
    }
    if (!make_room(b, count, maximum)) return;
    for (int64_t i = 0; i < count; i++)
        write_at(b->data, b->width_log, b->length++, utf8_decode(&text));
}

void builder_slice(Builder *b, Value string, int64_t start, int64_t stop) {
    const String *s = as_string(string);
    const uint8_t *from = s->data + ((size_t)start << s->width_log);
    if (stop <= start) return;
    if (s->ascii) {
        builder_ascii(b, (const char *)from, (size_t)(stop - start));
    } else {
        builder_units(b, from, s->width_log, stop - start, string_maximum_in(s, start, stop));
    }
}

void builder_string(Builder *b, Value string) {
    builder_slice(b, string, 0, string_length(as_string(string)));
}

void builder_upper_ascii(Builder *b, int64_t start) {
    for (int64_t i = start; i < b->length; i++) {
        uint32_t c = read_at(b->data, b->width_log, i);
        if (c >= 'a' && c <= 'z') write_at(b->data, b->width_log, i, c - 32);
    }
}

/* Append a NEW str, or note that it could not be made. */
static bool append_owned(Builder *b, Value string) {
    if (is_absent(string)) {
        b->failed = true;
        return false;
    }
    builder_string(b, string);
    value_drop(b->vm, string);
    return !b->failed;
}

void builder_int(Builder *b, int64_t i) {
    char digits[INT_DECIMAL_ROOM], *end = digits + sizeof digits, *start = int_print_decimal(i, end);
    builder_ascii(b, start, (size_t)(end - start));
}

bool builder_repr(Builder *b, Value v) {
    if (is_int(v)) return builder_int(b, int_get(v)), !b->failed;
    return !b->failed && append_owned(b, object_repr(b->vm, v));
}

bool builder_str(Builder *b, Value v) {
    if (is_int(v)) return builder_int(b, int_get(v)), !b->failed;
    return !b->failed && append_owned(b, object_str(b->vm, v));
}

/* --- formats: printf's, and %R %S %A %T %N for values and types --- */

typedef enum { LENGTH_INT, LENGTH_LONG, LENGTH_LONG_LONG, LENGTH_SIZE } LengthModifier;

static long long next_signed(va_list *args, LengthModifier modifier) {
    switch (modifier) {
    case LENGTH_LONG: return va_arg(*args, long);
    case LENGTH_LONG_LONG: return va_arg(*args, long long);
    case LENGTH_SIZE: return (long long)va_arg(*args, size_t);
    default: return va_arg(*args, int);
    }
}

static unsigned long long next_unsigned(va_list *args, LengthModifier modifier) {
    switch (modifier) {
    case LENGTH_LONG: return va_arg(*args, unsigned long);
    case LENGTH_LONG_LONG: return va_arg(*args, unsigned long long);
    case LENGTH_SIZE: return va_arg(*args, size_t);
    default: return va_arg(*args, unsigned);
    }
}

static void append_decimal(Builder *b, long long number) {
    char text[24], *end = text + sizeof text, *start = end;
    unsigned long long rest = number < 0 ? -(unsigned long long)number : (unsigned long long)number;
    do {
        *--start = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0) *--start = '-';
    builder_ascii(b, start, (size_t)(end - start));
}

static void append_number(Builder *b, char conversion, const char *flags, int flags_length,
                          unsigned long long bits) {
    char format[16], text[64];
    if (flags_length == 0 && conversion == 'd') {
        append_decimal(b, (long long)bits);
        return;
    }
    snprintf(format, sizeof format, "%%%.*sll%c", flags_length, flags, conversion);
    int length = snprintf(text, sizeof text, format, bits);
    builder_ascii(b, text, (size_t)length);
}

static void append_text(Builder *b, const char *text, int precision) {
    builder_utf8(b, text, precision < 0 ? strlen(text) : strnlen(text, (size_t)precision));
}

/* What messages about a wrong argument call it: its type, but None by its own name. */
static const char *argument_name(Value v) { return is_none(v) ? "None" : type_name_of(v); }

void builder_vformat(Builder *b, const char *format, va_list arguments) {
    va_list args; /* a copy, because a va_list parameter may be no va_list to take the address of */
    va_copy(args, arguments);
    while (*format && !b->failed) {
        size_t plain = strcspn(format, "%");
        if (plain) builder_utf8(b, format, plain);
        format += plain;
        if (!*format) break;
        const char *flags = ++format;
        while (*format && strchr("0123456789-+# ", *format))
            format++;
        int flags_length = (int)(format - flags), precision = -1;
        if (*format == '.') {
            precision = 0;
            for (format++; *format >= '0' && *format <= '9'; format++)
                precision = precision * 10 + (*format - '0');
        }
        LengthModifier modifier = LENGTH_INT;
        if (*format == 'z') modifier = LENGTH_SIZE, format++;
        if (*format == 'l') modifier = LENGTH_LONG, format++;
        if (*format == 'l') modifier = LENGTH_LONG_LONG, format++;
        Value text;
        switch (*format++) {
        case '%': builder_char(b, '%'); break;
        case 'c': builder_char(b, va_arg(args, uint32_t)); break;
        case 's': append_text(b, va_arg(args, const char *), precision); break;
        case 'd':
            append_number(b, 'd', flags, flags_length, (unsigned long long)next_signed(&args, modifier));
            break;
        case 'u': append_number(b, 'u', flags, flags_length, next_unsigned(&args, modifier)); break;
        case 'x': append_number(b, 'x', flags, flags_length, next_unsigned(&args, modifier)); break;
        case 'R': builder_repr(b, va_arg(args, Value)); break;
        case 'S':
            text = va_arg(args, Value);
            if (is_exactly(text, &str_type)) {
                builder_string(b, text);
            } else {
                builder_str(b, text);
            }
            break;
        case 'U': builder_string(b, va_arg(args, Value)); break;
        case 'A': append_owned(b, object_ascii(b->vm, va_arg(args, Value))); break;
        case 'T': append_text(b, type_name_of(va_arg(args, Value)), precision); break;
        case 'Q': append_text(b, argument_name(va_arg(args, Value)), precision); break;
        case 'N': append_text(b, type_name(va_arg(args, const Type *)), precision); break;
        default: __builtin_unreachable(); /* a format this function does not know is a bug in the caller */
        }
    }
    va_end(args);
}

void builder_format(Builder *b, const char *format, ...) {
    va_list args;
    va_start(args, format);
    builder_vformat(b, format, args);
    va_end(args);
}

Value string_vformat(VM *vm, const char *format, va_list args) {
    Builder b;
    builder_init(&b, vm);
    builder_vformat(&b, format, args);
    return builder_finish(&b);
}

Value string_format(VM *vm, const char *format, ...) {
    va_list args;
    va_start(args, format);
    Value result = string_vformat(vm, format, args);
    va_end(args);
    return result;
}
