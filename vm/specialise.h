#ifndef MPY_VM_SPECIALISE_H
#define MPY_VM_SPECIALISE_H

/*
 * Specialisation: instructions rewritten in place for what they see (PEP 659).
 *
 * A generic instruction with a cache counts cache word 0 down each time it runs; at zero it calls one of the functions
 * below, which write a special form over it if the values allow one. A special form checks its guards (class version,
 * shape, keys version) before it acts; when one fails it calls specialise_undo and runs as the generic form. Every
 * failure doubles the time until the next try, so that a site that sees many types settles on the generic form.
 *
 * Words of the attribute caches: 0 count down (low half) and its exponent (high half), 1 type or keys version, 2 shape
 * id, 3 slot or entry index, 4 the new shape id; or in 3 and 4 the address of the attribute, which the version keeps
 * alive. Of the name caches: 0 as above, 1 version of the globals, 2 entry index; for builtins 2 their version, and
 * the index shares word 0 (exponent in bits 16 to 19, index in bits 20 to 31).
 */

#include "vm/frame.h"

/* Is it time to try? */
static inline bool specialise_due(uint32_t *cache)
{
    if (__builtin_expect((cache[0] & 0xFFFF) != 0, 1)) {
        cache[0]--;
        return false;
    }
    return true;
}

/* Put the generic form back and wait. `instruction` is the first word. */
void specialise_undo(uint32_t *instruction);

void specialise_load_name(VM *vm, const Frame *frame, uint32_t *instruction, Value name, bool in_body);
void specialise_store_name(VM *vm, const Frame *frame, uint32_t *instruction, Value name);
void specialise_load_attr(VM *vm, uint32_t *instruction, Value object, Value name);
void specialise_store_attr(VM *vm, uint32_t *instruction, Value object, Value name);
void specialise_load_method(VM *vm, uint32_t *instruction, Value object, Value name);

static inline Value cache_value(const uint32_t *words)
{
    return (Value){words[0] | (uint64_t)words[1] << 32};
}

#endif
