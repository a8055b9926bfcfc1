"""The event loop on Linux: files by epoll, signals by a pipe that wakes the loop up."""

__all__ = 'SelectorEventLoop', 'EventLoop', 'DefaultEventLoopPolicy'

import _signal
import errno
import math
import os
import select

from . import base_events, coroutines, events, log

_READABLE = select.EPOLLIN
_WRITABLE = select.EPOLLOUT


def _descriptor(file):
    if isinstance(file, int):
        fd = file
    else:
        try:
            fd = int(file.fileno())
        except (AttributeError, TypeError, ValueError):
            raise ValueError(f'Invalid file object: {file!r}') from None
    if fd < 0:
        raise ValueError(f'Invalid file descriptor: {fd}')
    return fd


def _do_nothing(signum, frame):
    """The Python handler of a signal that the loop handles: the number arrives through the pipe."""


class _UnixSelectorEventLoop(base_events.BaseEventLoop):
    """The event loop."""

    def __init__(self):
        super().__init__()
        log.debug('Using selector: %s', 'EpollSelector')
        self._files = {}  # descriptor -> [handle for reading or None, handle for writing or None]
        self._signal_handlers = {}
        self._epoll = select.epoll()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._epoll.register(self._wake_read, _READABLE)

    def close(self):
        super().close()
        if self._epoll.closed:
            return
        for sig in list(self._signal_handlers):
            self.remove_signal_handler(sig)
        self._epoll.close()
        os.close(self._wake_read)
        os.close(self._wake_write)
        self._files.clear()

    # --- files ---

    def _poll(self, timeout):
        if timeout == 0 and not self._files and not self._signal_handlers:
            return  # there is nothing to be found, and what would wake the loop up is ready already
        if timeout:
            timeout = math.ceil(timeout * 1e3) * 1e-3  # epoll counts in milliseconds: never wake too early
        for fd, events in self._epoll.poll(timeout):
            if fd == self._wake_read:
                self._read_from_self()
                continue
            reader, writer = self._files.get(fd, (None, None))
            if reader is not None and events & ~_WRITABLE:
                self._add_ready(reader, fd, 0)
            if writer is not None and events & ~_READABLE:
                self._add_ready(writer, fd, 1)

    def _waits_for_nothing(self):
        return not self._files and not self._signal_handlers

    def _add_ready(self, handle, fd, which):
        if handle._cancelled:
            self._remove(fd, which)
        else:
            self._ready.append(handle)

    def _update(self, fd, entry, known):
        mask = (_READABLE if entry[0] else 0) | (_WRITABLE if entry[1] else 0)
        if not mask:
            del self._files[fd]
            try:
                self._epoll.unregister(fd)
            except OSError:
                pass  # it has been closed in the meantime
        elif known:
            self._epoll.modify(fd, mask)
        else:
            self._epoll.register(fd, mask)
            self._files[fd] = entry

    def _add(self, file, which, callback, args):
        self._check_closed()
        handle = events.Handle(callback, args, self, None)
        fd = _descriptor(file)
        known = fd in self._files
        entry = self._files[fd] if known else [None, None]
        old = entry[which]
        entry[which] = handle
        self._update(fd, entry, known)
        if old is not None:
            old.cancel()

    def _remove(self, file, which):
        if self._closed:
            return False
        fd = _descriptor(file)
        entry = self._files.get(fd)
        if entry is None or entry[which] is None:
            return False
        entry[which].cancel()
        entry[which] = None
        self._update(fd, entry, True)
        return True

    def add_reader(self, fd, callback, *args):
        """Call each time that the file can be read."""
        self._add(fd, 0, callback, args)

    def remove_reader(self, fd):
        """Do not any more. Was there a callback?"""
        return self._remove(fd, 0)

    def add_writer(self, fd, callback, *args):
        """Call each time that the file can be written."""
        self._add(fd, 1, callback, args)

    def remove_writer(self, fd):
        """Do not any more. Was there a callback?"""
        return self._remove(fd, 1)

    # --- waking up, signals ---

    def _write_to_self(self):
        try:
            os.write(self._wake_write, b'\0')
        except OSError:
            pass  # full, so it wakes up anyway; or closed

    def _read_from_self(self):
        while True:
            try:
                data = os.read(self._wake_read, 4096)
            except InterruptedError:
                continue
            except BlockingIOError:
                return
            if not data:
                return
            for signum in data:
                if signum:
                    self._handle_signal(signum)

    def _handle_signal(self, signum):
        handle = self._signal_handlers.get(signum)
        if handle is None:
            return
        if handle._cancelled:
            self.remove_signal_handler(signum)
        else:
            self._add_callback(handle)

    def _check_signal(self, sig):
        if not isinstance(sig, int):
            raise TypeError(f'sig must be an int, not {sig!r}')
        if sig not in _signal.valid_signals():
            raise ValueError(f'invalid signal number {sig}')

    def add_signal_handler(self, sig, callback, *args):
        """Call in a round of the loop when the signal has come, so that the callback may do anything."""
        if coroutines.iscoroutine(callback) or coroutines.iscoroutinefunction(callback):
            raise TypeError('coroutines cannot be used with add_signal_handler()')
        self._check_signal(sig)
        self._check_closed()
        try:
            _signal.set_wakeup_fd(self._wake_write)
        except (ValueError, OSError) as exc:
            raise RuntimeError(str(exc))
        self._signal_handlers[sig] = events.Handle(callback, args, self, None)
        try:
            _signal.signal(sig, _do_nothing)
            _signal.siginterrupt(sig, False)
        except OSError as exc:
            del self._signal_handlers[sig]
            if not self._signal_handlers:
                _signal.set_wakeup_fd(-1)
            if exc.errno == errno.EINVAL:
                raise RuntimeError(f'sig {sig} cannot be caught')
            raise

    def remove_signal_handler(self, sig):
        """Do not any more. Was there a handler?"""
        self._check_signal(sig)
        if self._signal_handlers.pop(sig, None) is None:
            return False
        usual = _signal.default_int_handler if sig == _signal.SIGINT else 0
        try:
            _signal.signal(sig, usual)
        except OSError as exc:
            if exc.errno == errno.EINVAL:
                raise RuntimeError(f'sig {sig} cannot be caught')
            raise
        if not self._signal_handlers:
            _signal.set_wakeup_fd(-1)
        return True


class _UnixDefaultEventLoopPolicy(events.BaseDefaultEventLoopPolicy):
    """The policy that there is at first."""

    _loop_factory = _UnixSelectorEventLoop


SelectorEventLoop = EventLoop = _UnixSelectorEventLoop
DefaultEventLoopPolicy = _UnixDefaultEventLoopPolicy
