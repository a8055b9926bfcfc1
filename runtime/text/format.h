#ifndef MPY_RUNTIME_FORMAT_H
#define MPY_RUNTIME_FORMAT_H

/*
 * Formatting: the format mini-language (PEP 3101) for str, int, float and complex; str.format; the % operator.
 *
 * The functions take any value of their family, and format_string a `spec` that is a str.
 */

#include "runtime/state.h"

/* Is the argument of a __format__ a str? */
RAISES bool format_check_spec(VM *vm, Value spec);

NEW RAISES Value format_string(VM *vm, Value string, Value spec);
NEW RAISES Value format_int(VM *vm, Value number, Value spec);
NEW RAISES Value format_float(VM *vm, Value number, Value spec);
NEW RAISES Value format_complex(VM *vm, Value number, Value spec);

/* template.format(*args, **kwargs): `count` positional values, then one for each of `names`, a tuple or ABSENT. */
NEW RAISES Value format_call(VM *vm, Value template, Value *args, int64_t count, Value names);
/* template.format_map(mapping) */
NEW RAISES Value format_mapped(VM *vm, Value template, Value mapping);

/* The parts of a template, for that and for string.Formatter. A field's are slices of the text. */
typedef struct {
    int64_t name_start, name_end;
    int64_t spec_start, spec_end; /* equal: empty */
    uint32_t conversion;          /* 0: none */
    bool nested;                  /* the spec has fields of its own */
} FormatField;

typedef struct {
    int64_t literal_start, literal_end;
    bool has_field;
    FormatField field; /* behind the literal */
} FormatPart;

/* The part at *at, which moves behind it: 1; 0 at the end; -1 RAISES. */
RAISES int format_next_part(VM *vm, const String *s, int64_t *at, int64_t end, FormatPart *part);
/* Where the first part of a field's name ends, and that part or an index: an int if it is a number, else the str. */
int64_t format_first_end(const String *s, int64_t start, int64_t end);
NEW RAISES Value format_key(VM *vm, Value text, int64_t start, int64_t end);
/* The .attribute or [index] at *at, which moves behind it. */
NEW RAISES Value format_next_step(VM *vm, Value text, int64_t *at, int64_t end, bool *attribute);

/* template % arguments, for str and for bytes. */
NEW RAISES Value format_percent(VM *vm, Value template, Value arguments);
NEW RAISES Value format_percent_bytes(VM *vm, Value template, Value arguments);

#endif
