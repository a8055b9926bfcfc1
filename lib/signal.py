"""Signals: handlers, timers, masks. Numbers become members of the enumerations Signals, Handlers and Sigmasks."""

import _signal
from _signal import (ITIMER_PROF, ITIMER_REAL, ITIMER_VIRTUAL, NSIG, alarm, default_int_handler, pause,
                     pidfd_send_signal, raise_signal, set_wakeup_fd, siginterrupt, sigtimedwait, sigwaitinfo, strsignal,
                     struct_siginfo)
from enum import IntEnum

Signals = IntEnum("Signals", sorted(((name, number) for name, number in vars(_signal).items()
                                     if name.startswith("SIG") and not name.startswith("SIG_")),
                                    key=lambda pair: pair[1]), module=__name__)
Handlers = IntEnum("Handlers", {"SIG_DFL": 0, "SIG_IGN": 1}, module=__name__)
Sigmasks = IntEnum("Sigmasks", {name: getattr(_signal, name) for name in ("SIG_BLOCK", "SIG_UNBLOCK", "SIG_SETMASK")},
                   module=__name__)
for _enumeration in Signals, Handlers, Sigmasks:
    _enumeration.__doc__ = "An enumeration."
    globals().update(_enumeration.__members__)
del _enumeration


class itimer_error(OSError):
    """An interval timer does not exist, or its time is wrong."""


ItimerError = itimer_error


def _member(value, enumeration):
    """The member of this value; the value itself if there is none."""
    try:
        return enumeration(value)
    except ValueError:
        return value


def _signals(numbers):
    return {_member(number, Signals) for number in numbers}


def signal(signalnum, handler):
    """Set the action for the given signal: SIG_DFL, SIG_IGN, or a function of the number and the interrupted frame.

    The previous action is returned; see getsignal() for possible values.
    """
    return _member(_signal.signal(signalnum, handler), Handlers)


def getsignal(signalnum):
    """Return the current action for the given signal: SIG_IGN, SIG_DFL, a callable, or None if it is not known."""
    return _member(_signal.getsignal(signalnum), Handlers)


def setitimer(which, seconds, interval=0.0, /):
    """Set an interval timer to fire after `seconds` and then every `interval`; return what it was set to."""
    try:
        return _signal.setitimer(which, seconds, interval)
    except OSError as error:
        raise itimer_error(*error.args) from None


def getitimer(which, /):
    """Return (seconds to go, interval) of an interval timer."""
    try:
        return _signal.getitimer(which)
    except OSError as error:
        raise itimer_error(*error.args) from None


def pthread_sigmask(how, mask):
    """Fetch and/or change the signal mask; return the one before."""
    return _signals(_signal.pthread_sigmask(how, mask))


def sigpending():
    """The signals that are blocked and have been raised."""
    return _signals(_signal.sigpending())


def sigwait(sigset):
    """Wait until one of the signals is pending, take it off and return it."""
    return _member(_signal.sigwait(sigset), Signals)


def valid_signals():
    """The signals of this platform."""
    return _signals(_signal.valid_signals())


del IntEnum
