"""Logging: messages of levels, by a tree of named loggers, to handlers that write them where they belong.

A logger makes a LogRecord of a message whose level is high enough, and hands it to its handlers and those of
the loggers above it; a handler lets its Formatter make the text. Both may have filters.
"""

import atexit
import io
import os
import sys
import time
import traceback
import warnings
from collections.abc import Mapping
from types import GenericAlias

from logging._formatters import (BASIC_FORMAT, BufferingFormatter, Formatter, PercentStyle, StrFormatStyle,
                                 StringTemplateStyle, _STYLES, _defaultFormatter, _str_formatter, _style_error)

__all__ = ['BASIC_FORMAT', 'BufferingFormatter', 'CRITICAL', 'DEBUG', 'ERROR', 'FATAL', 'FileHandler', 'Filter',
           'Formatter', 'Handler', 'INFO', 'LogRecord', 'Logger', 'LoggerAdapter', 'NOTSET', 'NullHandler',
           'StreamHandler', 'WARN', 'WARNING', 'addLevelName', 'basicConfig', 'captureWarnings', 'critical', 'debug',
           'disable', 'error', 'exception', 'fatal', 'getLevelName', 'getLogger', 'getLoggerClass', 'info', 'log',
           'makeLogRecord', 'setLoggerClass', 'shutdown', 'warn', 'warning', 'getLogRecordFactory',
           'setLogRecordFactory', 'lastResort', 'raiseExceptions', 'getLevelNamesMapping', 'getHandlerByName',
           'getHandlerNames']

_startTime = time.time_ns()
raiseExceptions = True  # report what goes wrong while a message is written
logThreads = logMultiprocessing = logProcesses = logAsyncioTasks = True  # what LogRecords tell

# --- levels ---

CRITICAL = FATAL = 50
ERROR = 40
WARNING = WARN = 30
INFO = 20
DEBUG = 10
NOTSET = 0

_levelToName = {CRITICAL: 'CRITICAL', ERROR: 'ERROR', WARNING: 'WARNING', INFO: 'INFO', DEBUG: 'DEBUG',
                NOTSET: 'NOTSET'}
_nameToLevel = {'CRITICAL': CRITICAL, 'FATAL': FATAL, 'ERROR': ERROR, 'WARN': WARNING, 'WARNING': WARNING,
                'INFO': INFO, 'DEBUG': DEBUG, 'NOTSET': NOTSET}


def getLevelNamesMapping():
    """A dict: name -> level."""
    return _nameToLevel.copy()


def getLevelName(level):
    """The level's name, 'Level N' for one without. For a name, the level."""
    name = _levelToName.get(level)
    if name is None:
        name = _nameToLevel.get(level)
    return f'Level {level}' if name is None else name


def addLevelName(level, levelName):
    """Let a level have this name."""
    _levelToName[level] = levelName
    _nameToLevel[levelName] = level


def _checkLevel(level):
    if isinstance(level, int):
        return level
    if isinstance(level, str):
        if level not in _nameToLevel:
            raise ValueError(f'Unknown level: {level!r}')
        return _nameToLevel[level]
    raise TypeError(f'Level not an integer or a valid string: {level!r}')


# --- records ---

# Frames of this file, and of that of the handlers, are no callers.
_srcfile = _checkLevel.__code__.co_filename


def _is_internal_frame(frame):
    return frame.f_code.co_filename in _own_files


def currentframe():
    """The frame of who calls this."""
    return sys._getframe(1)


def _task_name():
    asyncio = sys.modules.get('asyncio')
    if asyncio is not None:
        try:
            return asyncio.current_task().get_name()
        except Exception:
            pass  # no loop, no task
    return None


class LogRecord:
    """A message, and all that is known of how it came about."""

    def __init__(self, name, level, pathname, lineno, msg, args, exc_info, func=None, sinfo=None, **kwargs):
        now = time.time_ns()
        self.name = name
        self.msg = msg
        # One dict: for '%(key)s' in the message.
        if args and len(args) == 1 and isinstance(args[0], Mapping) and args[0]:
            args = args[0]
        self.args = args
        self.levelname = getLevelName(level)
        self.levelno = level
        self.pathname = pathname
        try:
            self.filename = os.path.basename(pathname)
            self.module = os.path.splitext(self.filename)[0]
        except (TypeError, ValueError, AttributeError):
            self.filename = pathname
            self.module = 'Unknown module'
        self.exc_info = exc_info
        self.exc_text = None  # the traceback's text, once a formatter has made it
        self.stack_info = sinfo
        self.lineno = lineno
        self.funcName = func
        self.created = now / 1e9
        self.msecs = now % 1_000_000_000 // 1_000_000 + 0.0
        self.relativeCreated = (now - _startTime) / 1e6
        self.thread = os.getpid() if logThreads else None  # there is one, as Linux numbers them
        self.threadName = 'MainThread' if logThreads else None
        self.processName = 'MainProcess' if logMultiprocessing else None
        self.process = os.getpid() if logProcesses else None
        self.taskName = _task_name() if logAsyncioTasks else None

    def __repr__(self):
        return f'<LogRecord: {self.name}, {self.levelno}, {self.pathname}, {self.lineno}, "{self.msg}">'

    def getMessage(self):
        """The message with its arguments."""
        message = str(self.msg)
        return message % self.args if self.args else message


_logRecordFactory = LogRecord


def setLogRecordFactory(factory):
    """Let records be made by this, which takes LogRecord's arguments."""
    global _logRecordFactory
    _logRecordFactory = factory


def getLogRecordFactory():
    """What makes the records."""
    return _logRecordFactory


def makeLogRecord(dict):
    """A record with the attributes of the dict."""
    record = _logRecordFactory(None, None, '', 0, '', (), None, None)
    record.__dict__.update(dict)
    return record


# --- filters ---

class Filter:
    """Lets through what comes from the logger of this name and those below it."""

    def __init__(self, name=''):
        self.name = name
        self.nlen = len(name)

    def filter(self, record):
        return not self.name or record.name == self.name or record.name.startswith(self.name + '.')


class Filterer:
    """What has filters: objects with a method filter(record), or functions. False: not to be logged; another
    record: that instead."""

    def __init__(self):
        self.filters = []

    def addFilter(self, filter):
        if filter not in self.filters:
            self.filters.append(filter)

    def removeFilter(self, filter):
        if filter in self.filters:
            self.filters.remove(filter)

    def filter(self, record):
        """The record, perhaps another one; something false when it is not to be logged."""
        for each in self.filters:
            result = each.filter(record) if hasattr(each, 'filter') else each(record)
            if not result:
                return False
            if isinstance(result, LogRecord):
                record = result
        return record


# --- handlers ---

# They stand on what is above.
from logging._handlers import (FileHandler, Handler, NullHandler, StreamHandler, _StderrHandler, _addHandlerRef,
                               _handlerList, _handlers, _removeHandlerRef, getHandlerByName, getHandlerNames)

_own_files = {_srcfile, Handler.emit.__code__.co_filename}
_defaultLastResort = _StderrHandler(WARNING)
lastResort = _defaultLastResort  # for records that no handler gets; None: they are lost

# --- loggers ---


class PlaceHolder:
    """Stands in the tree for a logger that nobody has asked for, but for some below it."""

    def __init__(self, alogger):
        self.loggerMap = {alogger: None}

    def append(self, alogger):
        self.loggerMap.setdefault(alogger)


def setLoggerClass(klass):
    """Let new loggers be of this subclass of Logger."""
    global _loggerClass
    if klass != Logger and not issubclass(klass, Logger):
        raise TypeError(f'logger not derived from logging.Logger: {klass.__name__}')
    _loggerClass = klass


def getLoggerClass():
    """The class of new loggers."""
    return _loggerClass


class Manager:
    """The tree of loggers."""

    def __init__(self, rootnode):
        self.root = rootnode
        self.disable = 0
        self.emittedNoHandlerWarning = False
        self.loggerDict = {}
        self.loggerClass = None
        self.logRecordFactory = None

    @property
    def disable(self):
        """Messages up to this level are not logged, whatever the loggers' levels are."""
        return self._disable

    @disable.setter
    def disable(self, value):
        self._disable = _checkLevel(value)

    def getLogger(self, name):
        """The logger of that name, made if there is none. Dots part the names along the way from the root."""
        if not isinstance(name, str):
            raise TypeError('A logger name must be a string')
        known = self.loggerDict.get(name)
        if isinstance(known, Logger):
            return known
        logger = (self.loggerClass or _loggerClass)(name)
        logger.manager = self
        self.loggerDict[name] = logger
        if known is not None:
            self._fixupChildren(known, logger)
        self._fixupParents(logger)
        return logger

    def setLoggerClass(self, klass):
        """As the function, for this tree."""
        if klass != Logger and not issubclass(klass, Logger):
            raise TypeError(f'logger not derived from logging.Logger: {klass.__name__}')
        self.loggerClass = klass

    def setLogRecordFactory(self, factory):
        """As the function, for this tree."""
        self.logRecordFactory = factory

    def _fixupParents(self, alogger):
        """Its parent is the nearest logger above it, and it is remembered at every name between."""
        name = alogger.name
        while '.' in name:
            name = name.rpartition('.')[0]
            above = self.loggerDict.get(name)
            if isinstance(above, Logger):
                alogger.parent = above
                return
            if above is None:
                self.loggerDict[name] = PlaceHolder(alogger)
            else:
                above.append(alogger)
        alogger.parent = self.root

    def _fixupChildren(self, ph, alogger):
        """It takes the place of a placeholder: those below that have a parent further up get it instead."""
        prefix = alogger.name + '.'
        for below in ph.loggerMap:
            if not below.parent.name.startswith(prefix) and below.parent is not alogger:
                alogger.parent = below.parent
                below.parent = alogger

    def _clear_cache(self):
        """Levels have changed."""
        for logger in self.loggerDict.values():
            if isinstance(logger, Logger):
                logger._cache.clear()
        self.root._cache.clear()


class Logger(Filterer):
    """What a program logs with. Its level, or where that is NOTSET that of the nearest logger above, decides what is
    logged."""

    def __init__(self, name, level=NOTSET):
        super().__init__()
        self.name = name
        self.level = _checkLevel(level)
        self.parent = None
        self.propagate = True  # to the handlers of the loggers above
        self.handlers = []
        self.disabled = False
        self._cache = {}  # level -> is it logged?

    def setLevel(self, level):
        """Log nothing below this level, a number or a name."""
        self.level = _checkLevel(level)
        self.manager._clear_cache()

    def debug(self, msg, *args, **kwargs):
        """Log msg % args at level DEBUG.

        Keywords: exc_info true, an exception or a tuple, to add its traceback; stack_info true, to add the
        stack; stacklevel, how many frames up the place is; extra, a dict of further attributes of the record.
        """
        if self.isEnabledFor(DEBUG):
            self._log(DEBUG, msg, args, **kwargs)

    def info(self, msg, *args, **kwargs):
        """Log at level INFO."""
        if self.isEnabledFor(INFO):
            self._log(INFO, msg, args, **kwargs)

    def warning(self, msg, *args, **kwargs):
        """Log at level WARNING."""
        if self.isEnabledFor(WARNING):
            self._log(WARNING, msg, args, **kwargs)

    def warn(self, msg, *args, **kwargs):
        warnings.warn("The 'warn' method is deprecated, use 'warning' instead", DeprecationWarning, 2)
        self.warning(msg, *args, **kwargs)

    def error(self, msg, *args, **kwargs):
        """Log at level ERROR."""
        if self.isEnabledFor(ERROR):
            self._log(ERROR, msg, args, **kwargs)

    def exception(self, msg, *args, exc_info=True, **kwargs):
        """Log at level ERROR, with the exception that is being handled."""
        self.error(msg, *args, exc_info=exc_info, **kwargs)

    def critical(self, msg, *args, **kwargs):
        """Log at level CRITICAL."""
        if self.isEnabledFor(CRITICAL):
            self._log(CRITICAL, msg, args, **kwargs)

    def fatal(self, msg, *args, **kwargs):
        """The same."""
        self.critical(msg, *args, **kwargs)

    def log(self, level, msg, *args, **kwargs):
        """Log at any level."""
        if not isinstance(level, int):
            if raiseExceptions:
                raise TypeError('level must be an integer')
            return
        if self.isEnabledFor(level):
            self._log(level, msg, args, **kwargs)

    def findCaller(self, stack_info=False, stacklevel=1):
        """(file, line, function, stack or None) of who logs."""
        frame = sys._getframe(1)
        while frame is not None and _is_internal_frame(frame):
            frame = frame.f_back
        if frame is None:
            return '(unknown file)', 0, '(unknown function)', None
        while stacklevel > 1:
            outer = frame.f_back
            if outer is None:
                break
            frame = outer
            if not _is_internal_frame(frame):
                stacklevel -= 1
        stack = None
        if stack_info:
            file = io.StringIO()
            file.write('Stack (most recent call last):\n')
            traceback.print_stack(frame, file=file)
            stack = file.getvalue().removesuffix('\n')
        code = frame.f_code
        return code.co_filename, frame.f_lineno, code.co_name, stack

    def makeRecord(self, name, level, fn, lno, msg, args, exc_info, func=None, extra=None, sinfo=None):
        """The record of a message."""
        record = _logRecordFactory(name, level, fn, lno, msg, args, exc_info, func, sinfo)
        for key in extra or ():
            if key in ('message', 'asctime') or key in record.__dict__:
                raise KeyError(f'Attempt to overwrite {key!r} in LogRecord')
            record.__dict__[key] = extra[key]
        return record

    def _log(self, level, msg, args, exc_info=None, extra=None, stack_info=False, stacklevel=1):
        file, line, function, stack = '(unknown file)', 0, '(unknown function)', None
        if _srcfile:  # None: somebody does not want the place to be looked for
            try:
                file, line, function, stack = self.findCaller(stack_info, stacklevel)
            except ValueError:
                pass
        if exc_info:
            if isinstance(exc_info, BaseException):
                exc_info = type(exc_info), exc_info, exc_info.__traceback__
            elif not isinstance(exc_info, tuple):
                exc_info = sys.exc_info()
        self.handle(self.makeRecord(self.name, level, file, line, msg, args, exc_info, function, extra, stack))

    def handle(self, record):
        """Give the record to the handlers, if the logger is not disabled and its filters let it through."""
        if self.disabled:
            return
        result = self.filter(record)
        if not result:
            return
        self.callHandlers(result if isinstance(result, LogRecord) else record)

    def addHandler(self, hdlr):
        """Add a handler."""
        if hdlr not in self.handlers:
            self.handlers.append(hdlr)

    def removeHandler(self, hdlr):
        """Remove a handler, if it is there."""
        if hdlr in self.handlers:
            self.handlers.remove(hdlr)

    def _lines(self):
        """The loggers whose handlers get what is logged here."""
        logger = self
        while logger is not None:
            yield logger
            logger = logger.parent if logger.propagate else None

    def hasHandlers(self):
        """Does any handler get what is logged here?"""
        return any(logger.handlers for logger in self._lines())

    def callHandlers(self, record):
        """Give the record to all handlers, here and above."""
        found = 0
        for logger in self._lines():
            for handler in logger.handlers:
                found += 1
                if record.levelno >= handler.level:
                    handler.handle(record)
        if found:
            return
        if lastResort:
            if record.levelno >= lastResort.level:
                lastResort.handle(record)
        elif raiseExceptions and not self.manager.emittedNoHandlerWarning:
            sys.stderr.write(f'No handlers could be found for logger "{self.name}"\n')
            self.manager.emittedNoHandlerWarning = True

    def getEffectiveLevel(self):
        """The level that decides."""
        logger = self
        while logger:
            if logger.level:
                return logger.level
            logger = logger.parent
        return NOTSET

    def isEnabledFor(self, level):
        """Is something of this level logged?"""
        if self.disabled:
            return False
        try:
            return self._cache[level]
        except KeyError:
            enabled = self._cache[level] = self.manager.disable < level and level >= self.getEffectiveLevel()
            return enabled

    def getChild(self, suffix):
        """The logger of that name below this one."""
        return self.manager.getLogger(suffix if self.root is self else f'{self.name}.{suffix}')

    def getChildren(self):
        """The loggers just below."""
        depth = 0 if self is self.root else self.name.count('.') + 1
        return {logger for logger in self.manager.loggerDict.values()
                if isinstance(logger, Logger) and logger.parent is self and logger.name.count('.') == depth}

    def __repr__(self):
        return f'<{self.__class__.__name__} {self.name} ({getLevelName(self.getEffectiveLevel())})>'

    def __reduce__(self):
        if getLogger(self.name) is not self:
            import pickle
            raise pickle.PicklingError('logger cannot be pickled')
        return getLogger, (self.name,)


class RootLogger(Logger):
    """The logger above all others."""

    def __init__(self, level):
        super().__init__('root', level)

    def __reduce__(self):
        return getLogger, ()


_loggerClass = Logger
root = Logger.root = RootLogger(WARNING)
Logger.manager = Manager(root)


class LoggerAdapter:
    """A logger that adds something to each message: `extra`, by default."""

    def __init__(self, logger, extra=None, merge_extra=False):
        self.logger = logger
        self.extra = extra
        self.merge_extra = merge_extra  # with the `extra` of the call, which otherwise is replaced

    def process(self, msg, kwargs):
        """The message and the keywords to log with."""
        if self.merge_extra and 'extra' in kwargs:
            kwargs['extra'] = {**self.extra, **kwargs['extra']}
        else:
            kwargs['extra'] = self.extra
        return msg, kwargs

    def debug(self, msg, *args, **kwargs):
        self.log(DEBUG, msg, *args, **kwargs)

    def info(self, msg, *args, **kwargs):
        self.log(INFO, msg, *args, **kwargs)

    def warning(self, msg, *args, **kwargs):
        self.log(WARNING, msg, *args, **kwargs)

    def warn(self, msg, *args, **kwargs):
        warnings.warn("The 'warn' method is deprecated, use 'warning' instead", DeprecationWarning, 2)
        self.warning(msg, *args, **kwargs)

    def error(self, msg, *args, **kwargs):
        self.log(ERROR, msg, *args, **kwargs)

    def exception(self, msg, *args, exc_info=True, **kwargs):
        self.log(ERROR, msg, *args, exc_info=exc_info, **kwargs)

    def critical(self, msg, *args, **kwargs):
        self.log(CRITICAL, msg, *args, **kwargs)

    def log(self, level, msg, *args, **kwargs):
        if self.isEnabledFor(level):
            msg, kwargs = self.process(msg, kwargs)
            self.logger.log(level, msg, *args, **kwargs)

    def isEnabledFor(self, level):
        return self.logger.isEnabledFor(level)

    def setLevel(self, level):
        self.logger.setLevel(level)

    def getEffectiveLevel(self):
        return self.logger.getEffectiveLevel()

    def hasHandlers(self):
        return self.logger.hasHandlers()

    def _log(self, level, msg, args, **kwargs):
        return self.logger._log(level, msg, args, **kwargs)

    @property
    def manager(self):
        return self.logger.manager

    @manager.setter
    def manager(self, value):
        self.logger.manager = value

    @property
    def name(self):
        return self.logger.name

    def __repr__(self):
        level = getLevelName(self.logger.getEffectiveLevel())
        return f'<{self.__class__.__name__} {self.logger.name} ({level})>'

    __class_getitem__ = classmethod(GenericAlias)


# --- the root logger's functions ---

def basicConfig(**kwargs):
    """Give the root logger a handler with a formatter, unless it has one.

    filename, filemode ('a'), encoding, errors: log to that file; stream: to that; handlers: by these. format,
    datefmt and style ('%') are Formatter's. level: of the root logger. force true: take the handlers away that
    are there.
    """
    force = kwargs.pop('force', False)
    encoding = kwargs.pop('encoding', None)
    errors = kwargs.pop('errors', 'backslashreplace')
    if force:
        for handler in root.handlers[:]:
            root.removeHandler(handler)
            handler.close()
    if root.handlers:
        return
    handlers = kwargs.pop('handlers', None)
    if handlers is None:
        if 'stream' in kwargs and 'filename' in kwargs:
            raise ValueError("'stream' and 'filename' should not be specified together")
    elif 'stream' in kwargs or 'filename' in kwargs:
        raise ValueError("'stream' or 'filename' should not be specified together with 'handlers'")
    if handlers is None:
        filename = kwargs.pop('filename', None)
        mode = kwargs.pop('filemode', 'a')
        if filename:
            if 'b' in mode:
                errors = None
            else:
                encoding = io.text_encoding(encoding)
            handlers = [FileHandler(filename, mode, encoding=encoding, errors=errors)]
        else:
            handlers = [StreamHandler(kwargs.pop('stream', None))]
    datefmt = kwargs.pop('datefmt', None)
    style = kwargs.pop('style', '%')
    if style not in _STYLES:
        raise _style_error()
    formatter = Formatter(kwargs.pop('format', _STYLES[style][1]), datefmt, style)
    for handler in handlers:
        if handler.formatter is None:
            handler.setFormatter(formatter)
        root.addHandler(handler)
    level = kwargs.pop('level', None)
    if level is not None:
        root.setLevel(level)
    if kwargs:
        raise ValueError(f"Unrecognised argument(s): {', '.join(kwargs)}")


def getLogger(name=None):
    """The logger of that name; without one, the root logger."""
    if not name or isinstance(name, str) and name == root.name:
        return root
    return Logger.manager.getLogger(name)


def _configured_root():
    if not root.handlers:
        basicConfig()
    return root


def critical(msg, *args, **kwargs):
    """Log with the root logger at level CRITICAL; basicConfig() is called if it has no handlers."""
    _configured_root().critical(msg, *args, **kwargs)


def fatal(msg, *args, **kwargs):
    """The same."""
    critical(msg, *args, **kwargs)


def error(msg, *args, **kwargs):
    """At level ERROR."""
    _configured_root().error(msg, *args, **kwargs)


def exception(msg, *args, exc_info=True, **kwargs):
    """At level ERROR, with the exception that is being handled."""
    error(msg, *args, exc_info=exc_info, **kwargs)


def warning(msg, *args, **kwargs):
    """At level WARNING."""
    _configured_root().warning(msg, *args, **kwargs)


def warn(msg, *args, **kwargs):
    warnings.warn("The 'warn' function is deprecated, use 'warning' instead", DeprecationWarning, 2)
    warning(msg, *args, **kwargs)


def info(msg, *args, **kwargs):
    """At level INFO."""
    _configured_root().info(msg, *args, **kwargs)


def debug(msg, *args, **kwargs):
    """At level DEBUG."""
    _configured_root().debug(msg, *args, **kwargs)


def log(level, msg, *args, **kwargs):
    """At any level."""
    _configured_root().log(level, msg, *args, **kwargs)


def disable(level=CRITICAL):
    """Log nothing up to this level."""
    root.manager.disable = level
    root.manager._clear_cache()


def shutdown(handlerList=_handlerList):
    """Flush and close all handlers: what the program's end does."""
    for reference in reversed(handlerList[:]):
        try:
            handler = reference()
            if handler:
                try:
                    handler.acquire()
                    if getattr(handler, 'flushOnClose', True):
                        handler.flush()
                    handler.close()
                except (OSError, ValueError):
                    pass  # a stream that is closed already
                finally:
                    handler.release()
        except:
            if raiseExceptions:
                raise


atexit.register(shutdown)

# --- warnings ---

_warnings_showwarning = None


def _showwarning(message, category, filename, lineno, file=None, line=None):
    if file is not None:
        if _warnings_showwarning is not None:
            _warnings_showwarning(message, category, filename, lineno, file, line)
        return
    logger = getLogger('py.warnings')
    if not logger.handlers:
        logger.addHandler(NullHandler())
    logger.warning(str(warnings.formatwarning(message, category, filename, lineno, line)))


def captureWarnings(capture):
    """Let warnings be logged, by the logger 'py.warnings'; or not any more."""
    global _warnings_showwarning
    if capture and _warnings_showwarning is None:
        _warnings_showwarning = warnings.showwarning
        warnings.showwarning = _showwarning
    elif not capture and _warnings_showwarning is not None:
        warnings.showwarning = _warnings_showwarning
        _warnings_showwarning = None
