#ifndef MPY_RUNTIME_SHAPE_H
#define MPY_RUNTIME_SHAPE_H

/*
 * The table of a VM's shapes: id -> Shape.
 *
 * Ids count up and are never used again, so that a cached id cannot come to mean another shape. The table is cut into
 * chunks; one whose shapes have all died is given back, so that programs that make and drop classes do not grow.
 */

#include "runtime/classes/instance.h"

RAISES bool shapes_init(VM *vm);
void shapes_fini(VM *vm);
/* The root of a class's tree: its instances with no attributes. NULL RAISES. */
RAISES Shape *shape_new_root(VM *vm, Type *type);
/* Visit the names of all shapes, which own them. */
int shapes_visit(VM *vm, VisitFn visit, void *context);
/* Do the table and the trees agree? What is wrong, or NULL. */
const char *shapes_problem(const VM *vm);
/* The names of a shape's attributes in order of slots, into names[shape->count]. BORROWED. */
void shape_names(const Shape *shape, Value *names);

#endif
