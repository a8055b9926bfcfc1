#ifndef MPY_RUNTIME_PACKING_H
#define MPY_RUNTIME_PACKING_H

/*
 * Single numbers in memory, in the machine's own layout, by their code in the struct module's notation: c b B ? h H i I
 * l L q Q n N e f d P. Neither address need be aligned.
 */

#include "runtime/state.h"

/* Bytes of an item, or 0 for a code that is none of these. */
int native_item_size(char code);

NEW RAISES Value native_unpack_other(VM *vm, char code, const void *from);
NEW RAISES static inline Value native_unpack(VM *vm, char code, const void *from) {
    return code == 'B' ? int_small(*(const uint8_t *)from) : native_unpack_other(vm, code, from);
}

typedef enum {
    PACKED,
    PACK_RAISED, /* by user code: the exception is on its way */
    PACK_WRONG_TYPE,
    PACK_WRONG_VALUE, /* nothing is raised, here and with a wrong type */
} PackResult;

PackResult native_pack(VM *vm, char code, Value v, void *to);

/* IEEE 754 binary16. False when the number is too large; nothing is raised. */
bool half_from_double(double d, uint16_t *half);
double half_to_double(uint16_t half);

#endif
