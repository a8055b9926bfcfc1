#ifndef MPY_VM_SIGNAL_H
#define MPY_VM_SIGNAL_H

/*
 * Signals of the process, and the module _signal under signal.
 *
 * Signals belong to the process, not to a VM: signals_catch routes them to one VM. The system calls on_signal, which
 * only notes the number and sets vm->interrupted; the program's handlers run at the next safe point, where the eval
 * loop, and native loops that look at vm->interrupted, call the hook run_pending. System calls that a signal ends
 * early are begun again after that (PEP 475). A VM's handlers are owned by its Machine; ABSENT stands for what the
 * system does by itself, and for SIGINT, while it is caught, for KeyboardInterrupt.
 */

#include <signal.h>
#include <stdbool.h>

#include "runtime/state.h"

enum { SIGNAL_COUNT = 65 }; /* NSIG of Linux, real-time signals included; number 0 is none */

typedef struct {
    volatile sig_atomic_t any; /* one of `pending` is set */
    volatile sig_atomic_t pending[SIGNAL_COUNT];
    volatile int wakeup_fd; /* gets the number of each signal as a byte; -1: none */
    Value handlers[SIGNAL_COUNT];
} SignalState;

void signals_init(VM *vm);
/* Take SIGINT for this VM, or (NULL) give it back to the system's default. */
void signals_catch(VM *vm);
/* At a safe point: run the handlers of what is pending. */
RAISES bool signals_handle(VM *vm);
/* Drop the program's handlers; what they were for goes to the system's default. */
void signals_fini(VM *vm);

#endif
