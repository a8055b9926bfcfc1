/*
 * Library modules to generated C: freeze lib/x.py lib/package/__init__.py ... > frozen.c
 *
 * Each file is compiled as the module that its path names, behind the first folder, and its image and its source are
 * written as string literals; the table of vm/frozen.h follows. The program is linked from the interpreter's own
 * objects, with the empty table below in the place of the generated one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "compiler/compile.h"
#include "runtime/code/image.h"
#include "runtime/text/str.h"
#include "vm/frozen.h"
#include "vm/import.h"
#include "vm/machine.h"

const FrozenModule frozen_modules[] = {{0}};
const size_t frozen_count = 0;

enum { NAME_SIZE = 256 };

typedef struct {
    const char *path;
    char name[NAME_SIZE];
    bool package;
    size_t size; /* of its image */
    size_t packed_size, source_size;
} Module;

/* lib/package/x.py is package.x, lib/package/__init__.py is package. */
static bool name_module(Module *m, const char *path) {
    static const char suffix[] = ".py", init[] = ".__init__";
    const char *start = strchr(path, '/');
    size_t length = start ? strlen(++start) : 0;
    if (length < sizeof suffix || length >= NAME_SIZE) return false;
    m->path = path;
    length -= strlen(suffix);
    for (size_t i = 0; i < length; i++)
        m->name[i] = start[i] == '/' ? '.' : start[i];
    m->package = length > strlen(init) && strncmp(m->name + length - strlen(init), init, strlen(init)) == 0;
    m->name[m->package ? length - strlen(init) : length] = '\0';
    return true;
}

static int order(const void *a, const void *b) {
    return strcmp(((const Module *)a)->name, ((const Module *)b)->name);
}

/* Three octal digits for a byte: what follows it is never taken as a part of it. */
static void print_bytes(const char *what, size_t number, const uint8_t *bytes, size_t size) {
    enum { BYTES_A_LINE = 32 };
    printf("static const uint8_t %s_%zu[] =", what, number);
    for (size_t i = 0; i < size; i++) {
        if (i % BYTES_A_LINE == 0) printf("%s\n    \"", i ? "\"" : "");
        printf("\\%o%o%o", bytes[i] >> 6, bytes[i] >> 3 & 7, bytes[i] & 7);
    }
    printf("\";\n");
}

static bool print_source(Module *m, size_t number, const char *text, size_t length) {
    uLongf size = compressBound(length);
    uint8_t *packed = malloc(size);
    bool ok = packed && compress2(packed, &size, (const Bytef *)text, length, Z_BEST_COMPRESSION) == Z_OK;
    if (ok) print_bytes("source", number, packed, size);
    free(packed);
    m->packed_size = size;
    m->source_size = length;
    return ok;
}

static bool freeze(VM *vm, Module *m, size_t number) {
    Buffer image;
    buffer_init(&image, (Allocator){heap_allocate_fn, vm_heap(vm)});
    Value path = string_from_c(vm, m->path), shown = string_format(vm, "<frozen %s>", m->name);
    size_t length;
    char *text = import_read(vm, path, &length);
    Value code = text ? compile_source(vm, text, length, shown, COMPILE_EXEC, COMPILE_FILE) : ABSENT;
    bool ok = !is_absent(code) && image_write(vm, code, &image);
    if (ok) print_bytes("image", number, (const uint8_t *)image.data, image.length);
    ok = ok && print_source(m, number, text, length);
    m->size = image.length;
    memory_free(vm, text, length ? length : 1);
    value_xdrop(vm, code);
    value_xdrop(vm, shown);
    value_xdrop(vm, path);
    buffer_fini(&image);
    return ok;
}

static void print_table(const Module *modules, size_t count) {
    printf("const FrozenModule frozen_modules[] = {\n");
    for (size_t i = 0; i < count; i++)
        printf("    {\"%s\", image_%zu, %zu, %s, source_%zu, %zu, %zu},\n", modules[i].name, i,
               modules[i].size, modules[i].package ? "true" : "false", i, modules[i].packed_size,
               modules[i].source_size);
    printf("    {0},\n};\nconst size_t frozen_count = %zu;\n", count);
}

int main(int argc, char **argv) {
    size_t count = (size_t)argc - 1;
    Module *modules = calloc(count + 1, sizeof *modules);
    VM *vm = vm_new(NULL);
    bool ok = modules && vm;
    for (size_t i = 0; ok && i < count; i++) {
        ok = name_module(&modules[i], argv[i + 1]);
        if (!ok) fprintf(stderr, "freeze: %s is no module\n", argv[i + 1]);
    }
    if (ok) {
        qsort(modules, count, sizeof *modules, order);
        printf("/* Generated from lib/ by cli/tools/freeze.c. */\n\n#include \"vm/frozen.h\"\n\n");
    }
    for (size_t i = 0; ok && i < count; i++) {
        ok = freeze(vm, &modules[i], i);
        if (!ok) machine_finish(vm);
    }
    if (ok) print_table(modules, count);
    if (vm) vm_free(vm);
    free(modules);
    return ok ? 0 : 1;
}
