#ifndef MPY_RUNTIME_NAMESPACE_H
#define MPY_RUNTIME_NAMESPACE_H

/* types.SimpleNamespace: an object whose attributes are all its own; set them with object_set_attribute. */

#include "runtime/state.h"

NEW RAISES Value namespace_new(VM *vm);

#endif
