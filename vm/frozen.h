#ifndef MPY_VM_FROZEN_H
#define MPY_VM_FROZEN_H

/*
 * The library modules that lie in the binary, sorted by name.
 *
 * The table is generated C: cli/tools/freeze.c compiles lib/ at build time, with an interpreter made of the same
 * objects and an empty table. A module's image (runtime/code/image.h) is decoded when the module is imported, not
 * before. Its source lies beside it, packed by zlib, for those who ask to see it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *name; /* dotted */
    const uint8_t *image;
    size_t size;
    bool package;
    const uint8_t *source;
    size_t packed_size, source_size; /* of the source, as it lies there and unpacked */
} FrozenModule;

extern const FrozenModule frozen_modules[];
extern const size_t frozen_count;

/* The module of a full dotted name, or NULL. */
const FrozenModule *frozen_find(const char *name);

#endif
