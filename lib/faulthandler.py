"""faulthandler: where the program is, written to a file on demand, when a signal comes or after a time.

CPython's writes it also when the process dies of a fault; here `enable` only remembers that it was asked for. The stack
is written between two instructions, and the time is watched by the timer ITIMER_REAL and its signal, SIGALRM.
"""

import os
import signal
import sys
from operator import index

_MOST_FRAMES = 100
_FATAL = frozenset((signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT, signal.SIGSEGV))

_enabled = None  # the file
_registered = {}  # signal: the handler before, and the file, which stays open
_before_alarm = None  # the handler of SIGALRM before; given while a time is watched
_watched = None  # the file to write to then, which stays open


def _descriptor(file):
    """The number of an open file, and what keeps it open."""
    if file is None:
        file = sys.stderr
        if file is None:
            raise RuntimeError("sys.stderr is None")
    if isinstance(file, int):
        if file < 0:
            raise ValueError("file is not a valid file descriptor")
        return file
    number = file.fileno()
    file.flush()
    return number


def _text(value):
    return value.encode("ascii", "backslashreplace").decode("ascii")[:500]


def _dump(number, frame, title):
    lines = [f"{title} (most recent call first):\n"]
    while frame is not None and len(lines) <= _MOST_FRAMES:
        code = frame.f_code
        lines.append(f'  File "{_text(code.co_filename)}", line {frame.f_lineno} in {_text(code.co_name)}\n')
        frame = frame.f_back
    os.write(number, "".join(lines).encode("ascii"))


def _title(all_threads, kind="Current thread"):
    return f"{kind} {id(sys):#018x}" if all_threads else "Stack"


def dump_traceback(file=None, all_threads=True):
    """Write where the program is to the file, a stream or a descriptor, by default standard error."""
    _dump(_descriptor(file), sys._getframe(1), _title(all_threads))


def enable(file=None, all_threads=True):
    """Remember that a fault should be told."""
    global _enabled
    _descriptor(file)
    _enabled = sys.stderr if file is None else file


def disable():
    """Forget it; returns whether it was asked for."""
    global _enabled
    was, _enabled = is_enabled(), None
    return was


def is_enabled():
    """Whether faults should be told."""
    return _enabled is not None


def register(signum, file=None, all_threads=True, chain=False):
    """Write where the program is whenever the signal comes; then call the handler before, if `chain` is true."""
    signum = index(signum)
    if signum in _FATAL:
        raise RuntimeError(f"signal {signum} cannot be registered, use enable() instead")
    if not 1 <= signum < signal.NSIG:
        raise ValueError("signal number out of range")
    number = _descriptor(file)

    def handler(signum, frame):
        _dump(number, frame, _title(all_threads))
        before, _ = _registered.get(signum, (None, None))
        if chain and callable(before):
            before(signum, frame)

    before = signal.signal(signum, handler)
    before, _ = _registered.get(signum, (before, None))
    _registered[signum] = before, file


def unregister(signum):
    """Take back `register`; returns whether there was one."""
    if not 1 <= signum < signal.NSIG:
        raise ValueError("signal number out of range")
    if signum not in _registered:
        return False
    before, _ = _registered.pop(signum)
    signal.signal(signum, before or signal.SIG_DFL)
    return True


def dump_traceback_later(timeout, repeat=False, file=None, exit=False):
    """Write where the program is after `timeout` seconds, again and again if `repeat`; with `exit`, end the process."""
    global _before_alarm, _watched
    if not isinstance(timeout, (int, float)):
        raise TypeError(f"'{type(timeout).__name__}' object cannot be interpreted as an integer")
    if timeout <= 0:
        raise ValueError("timeout must be greater than 0")
    number = _descriptor(file)
    hours, rest = divmod(round(timeout * 1000000), 3600 * 1000000)
    minutes, rest = divmod(rest, 60 * 1000000)
    seconds, fraction = divmod(rest, 1000000)
    head = f"Timeout ({hours}:{minutes:02}:{seconds:02}{f'.{fraction:06}' if fraction else ''})!\n".encode()

    def handler(signum, frame):
        os.write(number, head)
        _dump(number, frame, _title(True, "Thread"))
        if exit:
            os._exit(1)
        if not repeat:
            cancel_dump_traceback_later()

    before = signal.signal(signal.SIGALRM, handler)
    if _before_alarm is None:
        _before_alarm = before or signal.SIG_DFL
    _watched = file
    signal.setitimer(signal.ITIMER_REAL, timeout, timeout if repeat else 0)


def cancel_dump_traceback_later():
    """Take back `dump_traceback_later`."""
    global _before_alarm, _watched
    if _before_alarm is not None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, _before_alarm)
        _before_alarm = _watched = None
