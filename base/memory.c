#include "base/memory.h"

#include <stdlib.h>

static void *resize_libc(void *context, void *block, size_t old_size, size_t new_size) {
    if (new_size == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, new_size);
}

Allocator allocator_libc(void) { return (Allocator){resize_libc, NULL}; }
