#ifndef MPY_RUNTIME_QUITTER_H
#define MPY_RUNTIME_QUITTER_H

/* The built-ins exit and quit, which tell how to leave when printed and raise SystemExit when called. */

#include "runtime/state.h"

RAISES bool quitters_init(VM *vm);

#endif
