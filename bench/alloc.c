/*
 * The heap against mimalloc, side by side: the pair of allocation and free, and lifetimes of several kinds.
 *
 * Both run the same workloads in turns in one process; what is reported for each is its best turn, in
 * nanoseconds for one allocation and its free, and the ratio. mimalloc is loaded at run time; without it,
 * only the heap is measured. Exits with 1 when a ratio of the pair is over 1.
 */

#include "gc/heap.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct VM {
    Heap heap;
};

struct Type {
    TypeHead head;
};

enum { ROUNDS = 7, PAIRS = 20000000, LIVE = 100000, STEPS = 4000000, BATCH = 1000000 };

typedef struct Mimalloc {
    void *(*alloc)(size_t size);
    void (*free)(void *block);
} Mimalloc;

typedef struct Bench {
    VM *vm;
    Mimalloc mimalloc;
    void **blocks;
    uint16_t *sizes;
} Bench;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static uint32_t next_random(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

/* Mostly small objects, as an interpreter asks for them. */
static uint16_t random_size(uint64_t *random) {
    uint32_t kind = next_random(random) % 16;
    return (uint16_t)(kind == 0 ? 16 + next_random(random) % 2000
                                : 16 + next_random(random) % (kind < 4 ? 496 : 112));
}

/* Each workload twice, over one door and the other; `size` is used by some. Returns the number of pairs. */
#define WORKLOADS(suffix, ALLOC, FREE) \
    static size_t pairs_##suffix(Bench *b, size_t size) { \
        for (int i = 0; i < PAIRS; i++) { \
            uint64_t *block = ALLOC(size); \
            __asm__ volatile("" : : "r"(block) : "memory"); \
            FREE(block, size); \
        } \
        return PAIRS; \
    } \
    static size_t batches_##suffix(Bench *b, size_t size) { \
        for (int i = 0; i < BATCH; i++) \
            *(uint64_t *)(b->blocks[i] = ALLOC(size)) = 1; \
        for (int i = 0; i < BATCH; i++) \
            FREE(b->blocks[i], size); \
        return BATCH; \
    } \
    static size_t lifetimes_##suffix(Bench *b, size_t size) { \
        uint64_t random = size; \
        for (int i = 0; i < LIVE; i++) \
            *(uint64_t *)(b->blocks[i] = ALLOC(b->sizes[i])) = 1; \
        for (int i = 0; i < STEPS; i++) { \
            uint32_t victim = next_random(&random) % LIVE; \
            FREE(b->blocks[victim], b->sizes[victim]); \
            b->sizes[victim] = size > 0 ? (uint16_t)size : random_size(&random); \
            *(uint64_t *)(b->blocks[victim] = ALLOC(b->sizes[victim])) = 1; \
        } \
        for (int i = 0; i < LIVE; i++) \
            FREE(b->blocks[i], b->sizes[i]); \
        return STEPS + LIVE; \
    }

#define OUR_ALLOC(size) heap_alloc(&b->vm->heap, size)
#define OUR_FREE(block, size) heap_free(&b->vm->heap, block, size)
#define MI_ALLOC(size) b->mimalloc.alloc(size)
#define MI_FREE(block, size) b->mimalloc.free(block)

WORKLOADS(ours, OUR_ALLOC, OUR_FREE)
WORKLOADS(mimalloc, MI_ALLOC, MI_FREE)

typedef size_t (*Workload)(Bench *bench, size_t size);

static const struct {
    const char *name;
    Workload ours, mimalloc;
    size_t size; /* 0: mixed */
    bool is_pair;
} WORKLOAD_TABLE[] = {
    {"pair, 16 bytes", pairs_ours, pairs_mimalloc, 16, true},
    {"pair, 64 bytes", pairs_ours, pairs_mimalloc, 64, true},
    {"pair, 512 bytes", pairs_ours, pairs_mimalloc, 512, true},
    {"a million, then free all, 48 bytes", batches_ours, batches_mimalloc, 48, false},
    {"random lifetimes, 64 bytes", lifetimes_ours, lifetimes_mimalloc, 64, false},
    {"random lifetimes, mixed sizes", lifetimes_ours, lifetimes_mimalloc, 0, false},
};

static double turn(Bench *bench, Workload workload, size_t size) {
    uint64_t random = 42;
    for (int i = 0; i < LIVE; i++)
        bench->sizes[i] = size > 0 ? (uint16_t)size : random_size(&random);
    double start = now();
    size_t pairs = workload(bench, size);
    return (now() - start) / (double)pairs;
}

static double least(double a, double b) { return b < a ? b : a; }

static bool load_mimalloc(Mimalloc *mimalloc) {
    void *library = dlopen("libmimalloc.so.2", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) library = dlopen("libmimalloc.so", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return false;
    *(void **)&mimalloc->alloc = dlsym(library, "mi_malloc");
    *(void **)&mimalloc->free = dlsym(library, "mi_free");
    return mimalloc->alloc != NULL && mimalloc->free != NULL;
}

/* ---- A tuple of two: made, tracked, dead again ---- */

typedef struct Pair {
    Object head;
    uint64_t size;
    Object *items[2];
} Pair;

static int pair_traverse(Object *self, VisitFn visit, void *context) {
    for (int i = 0; i < 2; i++) {
        Object *item = ((Pair *)self)->items[i];
        int stop = item == NULL ? 0 : visit(item, context);
        if (stop != 0) return stop;
    }
    return 0;
}

static void pair_dealloc(VM *vm, Object *self) {
    for (int i = 0; i < 2; i++) {
        if (((Pair *)self)->items[i] != NULL) object_drop(vm, ((Pair *)self)->items[i]);
    }
    object_free(vm, self, sizeof(Pair));
}

static Type pair_type = {
    .head = {
        .object = OBJECT_IMMORTAL(NULL), .name = "pair", .traverse = pair_traverse, .dealloc = pair_dealloc}};

static double measure_containers(VM *vm) {
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double start = now();
        for (int i = 0; i < PAIRS; i++) {
            Pair *pair = (Pair *)object_new_container(vm, &pair_type, sizeof(Pair));
            if (pair == NULL) return -1;
            pair->size = 2;
            object_track(&pair->head);
            __asm__ volatile("" : : "r"(pair) : "memory");
            object_drop(vm, &pair->head);
        }
        best = least(best, (now() - start) / PAIRS);
    }
    return best;
}

int main(void) {
    static VM vm;
    Bench bench = {&vm, {NULL, NULL}, malloc(BATCH * sizeof(void *)), malloc(LIVE * sizeof(uint16_t))};
    if (bench.blocks == NULL || bench.sizes == NULL || !heap_init(&vm.heap, NULL)) return 2;
    bool have_mimalloc = load_mimalloc(&bench.mimalloc), behind = false;
    printf("%-36s %8s %10s %7s\n", "ns for one allocation and free", "ours", "mimalloc", "ratio");
    for (size_t k = 0; k < sizeof WORKLOAD_TABLE / sizeof WORKLOAD_TABLE[0]; k++) {
        double ours = 1e9, theirs = 1e9;
        for (int round = 0; round < ROUNDS; round++) {
            ours = least(ours, turn(&bench, WORKLOAD_TABLE[k].ours, WORKLOAD_TABLE[k].size));
            if (have_mimalloc)
                theirs = least(theirs, turn(&bench, WORKLOAD_TABLE[k].mimalloc, WORKLOAD_TABLE[k].size));
        }
        if (!have_mimalloc) {
            printf("%-36s %8.2f %10s %7s\n", WORKLOAD_TABLE[k].name, ours, "-", "-");
            continue;
        }
        printf("%-36s %8.2f %10.2f %7.2f\n", WORKLOAD_TABLE[k].name, ours, theirs, ours / theirs);
        behind |= WORKLOAD_TABLE[k].is_pair && ours > theirs;
    }
    printf("%-36s %8.2f\n", "tuple of two, made and dead", measure_containers(&vm));
    heap_fini(&vm.heap);
    free(bench.blocks);
    free(bench.sizes);
    return behind ? 1 : 0;
}
