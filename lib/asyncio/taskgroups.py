"""Groups of tasks that end together."""

__all__ = 'TaskGroup',

from . import events, exceptions, tasks


class TaskGroup:
    """An asynchronous context manager that waits for the tasks made in it.

    When one of them or the block fails, the others are cancelled; all errors together are raised as an exception group.
    """

    def __init__(self):
        self._entered = False
        self._exiting = False
        self._aborting = False
        self._loop = None
        self._parent_task = None
        self._parent_cancel_requested = False
        self._tasks = set()
        self._errors = []
        self._base_error = None
        self._on_completed_fut = None

    def __repr__(self):
        info = ['']
        if self._tasks:
            info.append(f'tasks={len(self._tasks)}')
        if self._errors:
            info.append(f'errors={len(self._errors)}')
        if self._aborting:
            info.append('cancelling')
        elif self._entered:
            info.append('entered')
        return f"<TaskGroup{' '.join(info)}>"

    async def __aenter__(self):
        if self._entered:
            raise RuntimeError(f'TaskGroup {self!r} has already been entered')
        if self._loop is None:
            self._loop = events.get_running_loop()
        self._parent_task = tasks.current_task(self._loop)
        if self._parent_task is None:
            raise RuntimeError(f'TaskGroup {self!r} cannot determine the parent task')
        self._entered = True
        return self

    async def __aexit__(self, et, exc, tb):
        tb = None
        try:
            return await self._leave(et, exc)
        finally:
            # No cycles through the tracebacks of what has been raised.
            self._parent_task = None
            self._errors = None
            self._base_error = None
            exc = None

    async def _leave(self, et, exc):
        self._exiting = True
        if et is not None and self._is_base_error(exc) and self._base_error is None:
            self._base_error = exc
        cancellation = exc if et is not None and issubclass(et, exceptions.CancelledError) else None
        if et is not None and not self._aborting:
            self._abort()
        # A task that is just done may add another one, so it is waited for again.
        while self._tasks:
            if self._on_completed_fut is None:
                self._on_completed_fut = self._loop.create_future()
            try:
                await self._on_completed_fut
            except exceptions.CancelledError as error:
                if not self._aborting:  # the parent is cancelled from outside, and so are the tasks
                    cancellation = error
                    self._abort()
            self._on_completed_fut = None
        assert not self._tasks
        try:
            if self._base_error is not None:
                raise self._base_error
            if self._parent_cancel_requested:
                # The group itself has cancelled the parent, to get it out of the block.
                if self._parent_task.uncancel() == 0:
                    cancellation = None  # and nobody else has
            if cancellation is not None and not self._errors:
                raise cancellation
            if et is not None and not issubclass(et, exceptions.CancelledError):
                self._errors.append(exc)
            if self._errors:
                if self._parent_task.cancelling():
                    # Let the next await of the parent raise the cancellation that the group hides.
                    self._parent_task.uncancel()
                    self._parent_task.cancel()
                raise BaseExceptionGroup('unhandled errors in a TaskGroup', self._errors) from None
        finally:
            cancellation = exc = None

    def create_task(self, coro, *, name=None, context=None):
        """Let the coroutine run as a task of the group."""
        if not self._entered:
            coro.close()
            raise RuntimeError(f'TaskGroup {self!r} has not been entered')
        if self._exiting and not self._tasks:
            coro.close()
            raise RuntimeError(f'TaskGroup {self!r} is finished')
        if self._aborting:
            coro.close()
            raise RuntimeError(f'TaskGroup {self!r} is shutting down')
        if context is None:
            task = self._loop.create_task(coro, name=name)
        else:
            task = self._loop.create_task(coro, name=name, context=context)
        if task.done():
            self._on_task_done(task)  # an eager one
        else:
            task.add_done_callback(self._on_task_done)  # first: a task that cannot tell of its end is not waited for
            self._tasks.add(task)
        try:
            return task
        finally:
            del task  # no cycle through an exception's traceback

    def _is_base_error(self, exc):
        return isinstance(exc, (SystemExit, KeyboardInterrupt))

    def _abort(self):
        self._aborting = True
        for task in self._tasks:
            if not task.done():
                task.cancel()

    def _on_task_done(self, task):
        self._tasks.discard(task)
        if self._on_completed_fut is not None and not self._tasks and not self._on_completed_fut.done():
            self._on_completed_fut.set_result(True)
        if task.cancelled():
            return
        exc = task.exception()
        if exc is None:
            return
        self._errors.append(exc)
        if self._is_base_error(exc) and self._base_error is None:
            self._base_error = exc
        if self._parent_task.done():
            # Something has left the block without the group's knowing.
            self._loop.call_exception_handler({
                'message': f'Task {task!r} has errored out but its parent task {self._parent_task} is already '
                           f'completed', 'exception': exc, 'task': task})
            return
        if not self._aborting and not self._parent_cancel_requested:
            # The parent may be at an await inside the block: get it out of there.
            self._abort()
            self._parent_cancel_requested = True
            self._parent_task.cancel()
