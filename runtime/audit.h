#ifndef MPY_RUNTIME_AUDIT_H
#define MPY_RUNTIME_AUDIT_H

/*
 * The audit: a proof, at any moment, that the heap is what everybody believes.
 *
 *   1. gc/'s own walk (heap_check): arenas, spans, pools, free slots, generations, debug fences, accounts.
 *   2. The references. Starting at the roots and at every tracked object, all references are followed with the thorough
 *      visitor, and each object's count is compared with the references found. More found than counted is always
 *      wrong: the object would die too early. Fewer is right only while C code holds references of its own; when
 *      nothing runs (the program has ended, its modules are still there) it is a leak, or a reference that no
 *      traverse slot shows, and wrong, too.
 *   3. What objects say of themselves: dicts' tables, instances' shapes, the tree of shapes.
 *
 * It needs memory for its table of objects, and takes it from the C library, so that the heap stays as it is. It runs
 * no user code.
 */

#include "runtime/state.h"

typedef struct {
    size_t objects;    /* reached, immortal ones left out */
    size_t references; /* followed to them */
    size_t held;       /* counted but not found: those of C code now running */
    size_t roots;      /* references from outside of objects */
    char problem[400]; /* the first difference */
} AuditReport;

typedef enum {
    AUDIT_CLEAN,
    AUDIT_PROBLEM,   /* told in report->problem */
    AUDIT_NO_MEMORY, /* for the table */
} AuditResult;

/* `at_rest`: no Python or C code is running that might hold references. */
AuditResult audit_heap(VM *vm, bool at_rest, AuditReport *report);

/* The references that a VM's struct, its types and its caches own (runtime/roots.c); the rooms above add theirs through
 * vm->hooks.visit_roots. Returns what the visitor returned if that is not 0. */
int roots_visit(VM *vm, VisitFn visit, void *context);

#endif
