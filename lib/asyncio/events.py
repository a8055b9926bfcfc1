"""Handles of scheduled calls, the interface of event loops, and which loop is the current one."""

__all__ = ('AbstractEventLoopPolicy', 'AbstractEventLoop', 'AbstractServer', 'Handle', 'TimerHandle',
           'get_event_loop_policy', 'set_event_loop_policy', 'get_event_loop', 'set_event_loop', 'new_event_loop',
           '_set_running_loop', 'get_running_loop', '_get_running_loop')

import contextvars

from . import format_helpers


class Handle:
    """A call that has been scheduled: what call_soon() and its like return."""

    __slots__ = ('_callback', '_args', '_cancelled', '_loop', '_source_traceback', '_repr', '__weakref__', '_context')

    def __init__(self, callback, args, loop, context=None):
        self._context = contextvars.copy_context() if context is None else context
        self._loop = loop
        self._callback = callback
        self._args = args
        self._cancelled = False
        self._repr = None
        self._source_traceback = format_helpers.creation_stack(1) if loop.get_debug() else None

    def _repr_info(self):
        info = [self.__class__.__name__]
        if self._cancelled:
            info.append('cancelled')
        if self._callback is not None:
            info.append(format_helpers.callback_text(self._callback, self._args, debug=self._loop.get_debug()))
        if self._source_traceback:
            frame = self._source_traceback[-1]
            info.append(f'created at {frame[0]}:{frame[1]}')
        return info

    def __repr__(self):
        return self._repr or f"<{' '.join(self._repr_info())}>"

    def get_context(self):
        return self._context

    def cancel(self):
        """Let the call not happen. What it refers to is let go of at once."""
        if self._cancelled:
            return
        self._cancelled = True
        if self._loop.get_debug():
            self._repr = repr(self)  # while the callback is still known
        self._callback = None
        self._args = None

    def cancelled(self):
        return self._cancelled

    def _run(self):
        try:
            self._context.run(self._callback, *self._args)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as exc:
            text = format_helpers.callback_text(self._callback, self._args, debug=self._loop.get_debug())
            report = {'message': f'Exception in callback {text}', 'exception': exc, 'handle': self}
            if self._source_traceback:
                report['source_traceback'] = self._source_traceback
            self._loop.call_exception_handler(report)
        self = None  # the traceback of an exception must not keep the handle


class TimerHandle(Handle):
    """A call that has been scheduled for a time of the loop's clock."""

    __slots__ = ('_scheduled', '_when')

    def __init__(self, when, callback, args, loop, context=None):
        super().__init__(callback, args, loop, context)
        if self._source_traceback:
            del self._source_traceback[-1]
        self._when = when
        self._scheduled = False  # is it in the loop's heap?

    def _repr_info(self):
        info = super()._repr_info()
        info.insert(2 if self._cancelled else 1, f'when={self._when}')
        return info

    def __hash__(self):
        return hash(self._when)

    def __lt__(self, other):
        return self._when < other._when if isinstance(other, TimerHandle) else NotImplemented

    def __le__(self, other):
        return self._when < other._when or self == other if isinstance(other, TimerHandle) else NotImplemented

    def __gt__(self, other):
        return self._when > other._when if isinstance(other, TimerHandle) else NotImplemented

    def __ge__(self, other):
        return self._when > other._when or self == other if isinstance(other, TimerHandle) else NotImplemented

    def __eq__(self, other):
        if not isinstance(other, TimerHandle):
            return NotImplemented
        return (self._when == other._when and self._callback == other._callback and self._args == other._args
                and self._cancelled == other._cancelled)

    def cancel(self):
        if not self._cancelled:
            self._loop._timer_handle_cancelled(self)
        super().cancel()

    def when(self):
        """The time, as the loop's time() counts."""
        return self._when


class AbstractServer:
    """What create_server() of a loop returns."""

    def close(self):
        raise NotImplementedError

    def close_clients(self):
        raise NotImplementedError

    def abort_clients(self):
        raise NotImplementedError

    def get_loop(self):
        raise NotImplementedError

    def is_serving(self):
        raise NotImplementedError

    async def start_serving(self):
        raise NotImplementedError

    async def serve_forever(self):
        raise NotImplementedError

    async def wait_closed(self):
        raise NotImplementedError

    async def __aenter__(self):
        return self

    async def __aexit__(self, *exc):
        self.close()
        await self.wait_closed()


def _abstract(name, asynchronous=False):
    if asynchronous:
        async def method(self, *args, **kwargs):
            raise NotImplementedError
    else:
        def method(self, *args, **kwargs):
            raise NotImplementedError
    method.__name__ = name
    method.__qualname__ = f'AbstractEventLoop.{name}'
    return method


class AbstractEventLoop:
    """What event loops can do. Here every method raises NotImplementedError."""

    for _name in ('run_forever', 'run_until_complete', 'stop', 'is_running', 'is_closed', 'close',
                  '_timer_handle_cancelled', 'call_soon', 'call_later', 'call_at', 'time', 'create_future',
                  'create_task', 'call_soon_threadsafe', 'run_in_executor', 'set_default_executor', 'add_reader',
                  'remove_reader', 'add_writer', 'remove_writer', 'add_signal_handler', 'remove_signal_handler',
                  'set_task_factory', 'get_task_factory', 'get_exception_handler', 'set_exception_handler',
                  'default_exception_handler', 'call_exception_handler', 'get_debug', 'set_debug'):
        locals()[_name] = _abstract(_name)
    for _name in ('shutdown_asyncgens', 'shutdown_default_executor', 'getaddrinfo', 'getnameinfo', 'create_connection',
                  'create_server', 'sendfile', 'start_tls', 'create_unix_connection', 'create_unix_server',
                  'connect_accepted_socket', 'create_datagram_endpoint', 'connect_read_pipe', 'connect_write_pipe',
                  'subprocess_shell', 'subprocess_exec', 'sock_recv', 'sock_recv_into', 'sock_recvfrom',
                  'sock_recvfrom_into', 'sock_sendall', 'sock_sendto', 'sock_connect', 'sock_accept', 'sock_sendfile'):
        locals()[_name] = _abstract(_name, True)
    del _name


class AbstractEventLoopPolicy:
    """Decides which loop is the current one where none is running."""

    def get_event_loop(self):
        raise NotImplementedError

    def set_event_loop(self, loop):
        raise NotImplementedError

    def new_event_loop(self):
        raise NotImplementedError


class BaseDefaultEventLoopPolicy(AbstractEventLoopPolicy):
    """One current loop, which is made when it is first asked for unless it has been set."""

    _loop_factory = None

    def __init__(self):
        self._loop = None
        self._was_set = False

    def get_event_loop(self):
        if self._loop is None and not self._was_set:
            import warnings
            warnings.warn('There is no current event loop', DeprecationWarning, stacklevel=_outside(2))
            self.set_event_loop(self.new_event_loop())
        if self._loop is None:
            raise RuntimeError("There is no current event loop in thread 'MainThread'.")
        return self._loop

    def set_event_loop(self, loop):
        if loop is not None and not isinstance(loop, AbstractEventLoop):
            raise TypeError(f"loop must be an instance of AbstractEventLoop or None, not '{type(loop).__name__}'")
        self._was_set = True
        self._loop = loop

    def new_event_loop(self):
        return self._loop_factory()


def _outside(depth):
    """How many frames up, for a warning, the caller is that does not belong to this package."""
    import sys
    frame = sys._getframe(depth)
    while frame is not None and frame.f_globals.get('__name__', '').partition('.')[0] == 'asyncio':
        frame = frame.f_back
        depth += 1
    return depth


_event_loop_policy = None
_running_loop = None


def _get_running_loop():
    """The running loop or None."""
    return _running_loop


def _set_running_loop(loop):
    """For event loops: this one runs from now on; None: none does."""
    global _running_loop
    _running_loop = loop


def get_running_loop():
    """The running loop; a RuntimeError if there is none."""
    if _running_loop is None:
        raise RuntimeError('no running event loop')
    return _running_loop


def get_event_loop_policy():
    """The policy."""
    global _event_loop_policy
    if _event_loop_policy is None:
        from . import DefaultEventLoopPolicy
        _event_loop_policy = DefaultEventLoopPolicy()
    return _event_loop_policy


def set_event_loop_policy(policy):
    """Set the policy; None: the default one, made anew."""
    global _event_loop_policy
    if policy is not None and not isinstance(policy, AbstractEventLoopPolicy):
        raise TypeError(f"policy must be an instance of AbstractEventLoopPolicy or None, not "
                        f"'{type(policy).__name__}'")
    _event_loop_policy = policy


def get_event_loop():
    """The running loop, or else the policy's."""
    return _running_loop or get_event_loop_policy().get_event_loop()


def set_event_loop(loop):
    """Make it the policy's current loop."""
    get_event_loop_policy().set_event_loop(loop)


def new_event_loop():
    """A new loop, as the policy makes them."""
    return get_event_loop_policy().new_event_loop()
