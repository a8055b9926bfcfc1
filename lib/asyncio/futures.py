"""Futures: results that are not there yet. The class is C code; here is what it does seldom."""

__all__ = 'Future', 'isfuture'

import reprlib
from _asyncio import Future

from . import format_helpers


def isfuture(obj):
    """Is it a Future, or does it say that it behaves as one?"""
    return isinstance(obj, Future) or (hasattr(type(obj), '_asyncio_future_blocking')
                                       and obj._asyncio_future_blocking is not None)


def _callbacks_text(callbacks):
    texts = [format_helpers.callback_text(callback, ()) for callback, context in callbacks]
    if len(texts) > 2:
        texts[1:-1] = [f'<{len(texts) - 2} more>']
    return f"cb=[{', '.join(texts)}]"


def _future_repr_info(future):
    """The parts of a Future's repr."""
    info = [future._state.lower()]
    if future._state == 'FINISHED':
        if future._exception is not None:
            info.append(f'exception={future._exception!r}')
        else:
            info.append(f'result={reprlib.repr(future._result)}')
    if future._callbacks:
        info.append(_callbacks_text(future._callbacks))
    if future._source_traceback:
        frame = future._source_traceback[-1]
        info.append(f'created at {frame[0]}:{frame[1]}')
    return info


def _future_repr(future):
    return f"<{type(future).__name__} {' '.join(_future_repr_info(future))}>"


def _report_exception(future):
    """A Future dies whose exception nobody has asked for."""
    report = {'message': f'{type(future).__name__} exception was never retrieved', 'exception': future._exception,
              'future': future}
    if future._source_traceback:
        report['source_traceback'] = future._source_traceback
    future._loop.call_exception_handler(report)


def _set_result_unless_cancelled(future, result):
    """The call that ends a sleep: meanwhile it may have been cancelled."""
    if not future.done():
        future.set_result(result)
