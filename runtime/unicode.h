#ifndef MPY_RUNTIME_UNICODE_H
#define MPY_RUNTIME_UNICODE_H

/* What the Unicode database says of a code point, by utf8proc: the predicates and mappings behind str's methods. */

#include <stdbool.h>
#include <stdint.h>

bool unicode_is_space(uint32_t c);
int unicode_decimal(uint32_t c); /* 0 to 9, or -1 */

#endif
