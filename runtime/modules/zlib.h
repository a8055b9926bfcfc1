#ifndef MPY_RUNTIME_MODULES_ZLIB_H
#define MPY_RUNTIME_MODULES_ZLIB_H

/*
 * What the module zlib does for the rest of the program: unpacking what lies packed in the binary. Its scratch memory
 * comes from the VM's heap.
 */

#include "runtime/state.h"

/* Unpack to exactly `size` bytes. The packed bytes are sound, so that only memory may be wanting: both sizes are below
 * 4 GiB. */
RAISES bool zlib_unpack(VM *vm, const uint8_t *packed, size_t packed_size, uint8_t *to, size_t size);

#endif
