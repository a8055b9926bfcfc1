"""Context variables (PEP 567): values that belong to a task, not to a thread."""

from _contextvars import Context, ContextVar, Token, copy_context

__all__ = ('Context', 'ContextVar', 'Token', 'copy_context')
