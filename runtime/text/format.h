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

/* template.format(*args, **kwargs); `args` is an array, `mapping` a dict or any mapping (ABSENT: none). */
NEW RAISES Value format_template(VM *vm, Value template, Value *args, int64_t count, Value mapping);

/* template % arguments, for str and for bytes. */
NEW RAISES Value format_percent(VM *vm, Value template, Value arguments);
NEW RAISES Value format_percent_bytes(VM *vm, Value template, Value arguments);

#endif
