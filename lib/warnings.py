"""Warnings: said once and to standard error, unless filters say otherwise.

A filter is a tuple (action, message, category, module, line): the first that fits decides. Message and module are
None, a compiled regular expression, or a str that must be equal; a line of 0 fits all.
"""

import sys

__all__ = ["warn", "warn_explicit", "showwarning", "formatwarning", "filterwarnings", "simplefilter",
           "resetwarnings", "catch_warnings", "deprecated"]

_ACTIONS = ('default', 'always', 'ignore', 'module', 'once', 'error')

defaultaction = _defaultaction = 'default'
onceregistry = _onceregistry = {}
filters = [
    ('default', None, DeprecationWarning, '__main__', 0),
    ('ignore', None, DeprecationWarning, None, 0),
    ('ignore', None, PendingDeprecationWarning, None, 0),
    ('ignore', None, ImportWarning, None, 0),
    ('ignore', None, ResourceWarning, None, 0),
]
_filters_version = 1


def _filters_mutated():
    """The filters have changed: what the registries remember does not count any more."""
    global _filters_version
    _filters_version += 1


# --- showing ---

class WarningMessage:
    """A warning with the place it points to, as it goes to showwarning."""

    _WARNING_DETAILS = ("message", "category", "filename", "lineno", "file", "line", "source")

    def __init__(self, message, category, filename, lineno, file=None, line=None, source=None):
        self.message = message
        self.category = category
        self.filename = filename
        self.lineno = lineno
        self.file = file
        self.line = line
        self.source = source
        self._category_name = category.__name__ if category else None

    def __str__(self):
        return (f"{{message : {self.message!r}, category : {self._category_name!r}, filename : {self.filename!r}, "
                f"lineno : {self.lineno}, line : {self.line!r}}}")


def showwarning(message, category, filename, lineno, file=None, line=None):
    """Write a warning to a file, standard error by default. May be replaced."""
    _showwarnmsg_impl(WarningMessage(message, category, filename, lineno, file, line))


def formatwarning(message, category, filename, lineno, line=None):
    """The text of a warning. May be replaced."""
    return _formatwarnmsg_impl(WarningMessage(message, category, filename, lineno, None, line))


_showwarning_orig = showwarning
_formatwarning_orig = formatwarning


def _showwarnmsg_impl(msg):
    file = sys.stderr if msg.file is None else msg.file
    if file is None:
        return
    text = _formatwarnmsg(msg)
    try:
        file.write(text)
    except OSError:
        pass


def _formatwarnmsg_impl(msg):
    text = f"{msg.filename}:{msg.lineno}: {msg.category.__name__}: {msg.message}\n"
    line = msg.line
    if line is None:
        try:
            import linecache
            line = linecache.getline(msg.filename, msg.lineno)
        except Exception:
            line = None
    if line:
        text += f"  {line.strip()}\n"
    if msg.source is not None and '__main__' in sys.modules:  # no advice when the program has ended
        text += _allocation(msg.source, msg.category.__name__)
    return text


def _allocation(source, category):
    """Where the object that a warning is about was allocated, or how to find that out."""
    import _tracemalloc
    if not _tracemalloc.is_tracing():
        return f"{category}: Enable tracemalloc to get the object allocation traceback\n"
    import linecache
    import tracemalloc
    traceback = tracemalloc.get_object_traceback(source)
    if traceback is None:
        return ''
    text = "Object allocated at (most recent call last):\n"
    for frame in traceback:
        text += f'  File "{frame.filename}", lineno {frame.lineno}\n'
        if line := linecache.getline(frame.filename, frame.lineno).strip():
            text += f"    {line}\n"
    return text


def _showwarnmsg(msg):
    """Show a warning by showwarning, if somebody replaced it."""
    show = globals().get('showwarning', _showwarning_orig)
    if show is _showwarning_orig:
        _showwarnmsg_impl(msg)
        return
    if not callable(show):
        raise TypeError("warnings.showwarning() must be set to a function or method")
    show(msg.message, msg.category, msg.filename, msg.lineno, msg.file, msg.line)


def _formatwarnmsg(msg):
    """The text of a warning by formatwarning, if somebody replaced it."""
    format = globals().get('formatwarning', _formatwarning_orig)
    if format is _formatwarning_orig:
        return _formatwarnmsg_impl(msg)
    return format(msg.message, msg.category, msg.filename, msg.lineno, msg.line)


# --- filters ---

def filterwarnings(action, message="", category=Warning, module="", lineno=0, append=False):
    """Put a filter in front of the others (or behind them): message and module are regular expressions."""
    if action not in _ACTIONS:
        raise ValueError(f"invalid action: {action!r}")
    if not isinstance(message, str):
        raise TypeError("message must be a string")
    if not isinstance(category, type) or not issubclass(category, Warning):
        raise TypeError("category must be a Warning subclass")
    if not isinstance(module, str):
        raise TypeError("module must be a string")
    _check_line(lineno)
    if message or module:
        import re
        message = re.compile(message, re.I) if message else None
        module = re.compile(module) if module else None
    _add_filter((action, message or None, category, module or None, lineno), append)


def simplefilter(action, category=Warning, lineno=0, append=False):
    """Put a filter for a category in front of the others (or behind them)."""
    if action not in _ACTIONS:
        raise ValueError(f"invalid action: {action!r}")
    if type(lineno) is not int or lineno < 0:
        _check_line(lineno)
    _add_filter((action, None, category, None, lineno), append)


def _check_line(lineno):
    if not isinstance(lineno, int):
        raise TypeError("lineno must be an int")
    if lineno < 0:
        raise ValueError("lineno must be an int >= 0")


def _add_filter(item, append):
    if not append:
        if item in filters:
            filters.remove(item)
        filters.insert(0, item)
    elif item not in filters:
        filters.append(item)
    _filters_mutated()


def resetwarnings():
    """Take all filters out."""
    filters[:] = []
    _filters_mutated()


# --- the command line ---

class _OptionError(Exception):
    """A -W option that cannot be understood."""


def _processoptions(args):
    for arg in args:
        try:
            _setoption(arg)
        except _OptionError as error:
            print("Invalid -W option ignored:", error, file=sys.stderr)


def _setoption(arg):
    """action:message:category:module:line, each but the first optional."""
    parts = arg.split(':')
    if len(parts) > 5:
        raise _OptionError(f"too many fields (max 5): {arg!r}")
    action, message, category, module, lineno = [part.strip() for part in parts + [''] * (5 - len(parts))]
    action = _getaction(action)
    category = _getcategory(category)
    if message or module:
        import re
        message = re.escape(message)
        module = re.escape(module) + r'\Z' if module else ''
    try:
        lineno = int(lineno or 0)
        if lineno < 0:
            raise ValueError
    except (ValueError, OverflowError):
        raise _OptionError(f"invalid lineno {lineno!r}") from None
    filterwarnings(action, message, category, module, lineno)


def _getaction(action):
    """An action by a beginning of its name."""
    if not action:
        return "default"
    if action == "all":
        return "always"
    for known in _ACTIONS:
        if known.startswith(action):
            return known
    raise _OptionError(f"invalid action: {action!r}")


def _getcategory(category):
    """A category by its name, of the built-ins or module.name."""
    if not category:
        return Warning
    if '.' not in category:
        import builtins as holder
        name = category
    else:
        module, _, name = category.rpartition('.')
        try:
            holder = __import__(module, None, None, [name])
        except ImportError:
            raise _OptionError(f"invalid module name: {module!r}") from None
    try:
        found = getattr(holder, name)
    except AttributeError:
        raise _OptionError(f"unknown warning category: {category!r}") from None
    if not issubclass(found, Warning):
        raise _OptionError(f"invalid warning category: {category!r}")
    return found


# --- warning ---

def _is_internal_frame(frame):
    """Is the frame one of the import machinery?"""
    filename = frame.f_code.co_filename
    return 'importlib' in filename and '_bootstrap' in filename or filename.startswith('<frozen _frozen_importlib')


def _is_filename_to_skip(filename, skip_file_prefixes):
    return any(filename.startswith(prefix) for prefix in skip_file_prefixes)


def _next_external_frame(frame, skip_file_prefixes):
    """The caller's frame, those of import and of the files to skip left out."""
    frame = frame.f_back
    while frame is not None and (_is_internal_frame(frame)
                                 or _is_filename_to_skip(frame.f_code.co_filename, skip_file_prefixes)):
        frame = frame.f_back
    return frame


def _frame_at(frame, stacklevel, skip_file_prefixes):
    """The frame that a warning points to, which warn's caller's frame gives; None beyond the outermost."""
    if stacklevel < 1 or _is_internal_frame(frame):
        for _ in range(stacklevel - 1):
            if frame is None:
                break
            frame = frame.f_back
        return frame
    for _ in range(stacklevel - 1):
        frame = _next_external_frame(frame, skip_file_prefixes)
        if frame is None:
            break
    return frame


def warn(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=()):
    """Issue a warning, that points to the caller (stacklevel 1), its caller (2), ...

    With skip_file_prefixes, frames in files that begin with one of them are passed over.
    """
    if isinstance(message, Warning):
        category = type(message)
    elif category is None:
        category = UserWarning
    elif not (isinstance(category, type) and issubclass(category, Warning)):
        raise TypeError(f"category must be a Warning subclass, not '{type(category).__name__}'")
    if not isinstance(skip_file_prefixes, tuple):
        raise TypeError("warn() argument 'skip_file_prefixes' must be tuple, "
                        f"not {type(skip_file_prefixes).__name__}")
    for prefix in skip_file_prefixes:
        if not isinstance(prefix, str):
            raise TypeError(f"Found non-str '{type(prefix).__name__}' in skip_file_prefixes.")
    if type(stacklevel) is not int:
        range(stacklevel)  # TypeError for what is no integer
    if skip_file_prefixes:
        stacklevel = max(2, stacklevel)
    try:
        frame = sys._getframe(1)
    except ValueError:
        frame = None
    if stacklevel != 1 and frame is not None:
        frame = _frame_at(frame, stacklevel, skip_file_prefixes)
    if frame is None:
        namespace, filename, lineno = sys.__dict__, "<sys>", 0
    else:
        namespace, filename, lineno = frame.f_globals, frame.f_code.co_filename, frame.f_lineno
    registry = namespace.get("__warningregistry__")
    if registry is None:
        registry = namespace["__warningregistry__"] = {}
    module = namespace.get('__name__', "<string>")
    _issue(message, category, filename, lineno, module, registry, namespace, source)


def warn_explicit(message, category, filename, lineno, module=None, registry=None, module_globals=None, source=None):
    """Issue a warning that points to a given place."""
    if not isinstance(filename, str):
        raise TypeError(f"warn_explicit() argument 'filename' must be str, not {type(filename).__name__}")
    if not hasattr(lineno, '__index__'):
        raise TypeError(f"'{type(lineno).__name__}' object cannot be interpreted as an integer")
    if module_globals is not None and not isinstance(module_globals, dict):
        raise TypeError(f"module_globals must be a dict, not '{type(module_globals).__name__}'")
    if module is None:
        module = filename or "<unknown>"
        if module[-3:].lower() == ".py":
            module = module[:-3]
        elif module[-4:].lower() == ".mpy":
            module = module[:-4]
    if registry is not None and not isinstance(registry, dict):
        raise TypeError("'registry' must be a dict or None")
    _issue(message, category, filename, lineno.__index__(), module, registry, module_globals, source)


def _fits(pattern, text):
    return pattern == text if isinstance(pattern, str) else pattern.match(text) is not None


def _is_new(registry, key):
    if registry.get(key):
        return False
    registry[key] = True
    return True


def _issue(message, category, filename, lineno, module, registry, module_globals, source):
    remembered = registry is not None
    if not remembered:
        registry = {}
    if registry.get('version', 0) != _filters_version:
        registry.clear()
        registry['version'] = _filters_version
    if isinstance(message, Warning):
        text = str(message)
        category = type(message)
    else:
        text = message
        message = category(message)
    key = (text, category, lineno)
    if registry.get(key):
        return
    for item in filters:
        action, pattern, base, where, line = item
        if ((line == 0 or line == lineno) and issubclass(category, base)
                and (pattern is None or _fits(pattern, text)) and (where is None or _fits(where, module))):
            break
    else:
        action, item = defaultaction, None
    if action == "ignore":
        return
    if module_globals is not None:
        import linecache
        linecache.getlines(filename, module_globals)
    if action == "error":
        raise message
    if action == "once":
        registry[key] = True
        new = _is_new(registry if remembered else onceregistry, (text, category))
    elif action == "module":
        registry[key] = True
        new = _is_new(registry, (text, category))
    elif action == "default":
        new = registry[key] = True
    elif action == "always":
        new = True
    else:
        raise RuntimeError(f"Unrecognized action ({action!r}) in warnings.filters:\n {item}")
    if new:
        _showwarnmsg(WarningMessage(message, category, filename, lineno, source=source))


# --- for a while ---

class catch_warnings:
    """Within the block, filters and showwarning may be changed; behind it all is as it was.

    With record, warnings are not shown but collected in the list that `as` gives. With an action, a filter is put in
    front as by simplefilter.
    """

    def __init__(self, *, record=False, module=None, action=None, category=Warning, lineno=0, append=False):
        self._record = record
        self._module = sys.modules['warnings'] if module is None else module
        self._entered = False
        self._filter = None if action is None else (action, category, lineno, append)

    def __repr__(self):
        args = []
        if self._record:
            args.append("record=True")
        if self._module is not sys.modules['warnings']:
            args.append(f"module={self._module!r}")
        return f"{type(self).__name__}({', '.join(args)})"

    def __enter__(self):
        if self._entered:
            raise RuntimeError(f"Cannot enter {self!r} twice")
        self._entered = True
        module = self._module
        self._filters = module.filters
        module.filters = self._filters[:]
        module._filters_mutated()
        self._showwarning = module.showwarning
        self._showwarnmsg_impl = module._showwarnmsg_impl
        log = None
        if self._record:
            log = []
            module._showwarnmsg_impl = log.append
            module.showwarning = module._showwarning_orig
        if self._filter is not None:
            simplefilter(*self._filter)
        return log

    def __exit__(self, *exc_info):
        if not self._entered:
            raise RuntimeError(f"Cannot exit {self!r} without entering first")
        module = self._module
        module.filters = self._filters
        module._filters_mutated()
        module.showwarning = self._showwarning
        module._showwarnmsg_impl = self._showwarnmsg_impl


# --- deprecation ---

class deprecated:
    """Mark a class, function or overload as deprecated (PEP 702): its use warns, unless the category is None."""

    def __init__(self, message, /, *, category=DeprecationWarning, stacklevel=1):
        if not isinstance(message, str):
            raise TypeError(f"Expected an object of type str for 'message', not {type(message).__name__!r}")
        self.message = message
        self.category = category
        self.stacklevel = stacklevel

    def __call__(self, arg, /):
        if self.category is None:
            arg.__deprecated__ = self.message
            return arg
        if isinstance(arg, type):
            return self._mark_class(arg)
        if callable(arg):
            return self._wrap(arg)
        raise TypeError("@deprecated decorator with non-None category must be applied to "
                        f"a class or callable, not {arg!r}")

    def _mark_class(self, cls):
        message, category, level = self.message, self.category, self.stacklevel + 1
        original_new = cls.__new__

        def __new__(cls_, /, *args, **kwargs):
            if cls_ is cls:
                warn(message, category=category, stacklevel=level)
            if original_new is not object.__new__:
                return original_new(cls_, *args, **kwargs)
            if cls_.__init__ is object.__init__ and (args or kwargs):
                raise TypeError(f"{cls_.__name__}() takes no arguments")
            return original_new(cls_)

        _copy_names(__new__, original_new)
        cls.__new__ = staticmethod(__new__)
        original_init = cls.__init_subclass__
        bound = hasattr(original_init, '__func__')

        def __init_subclass__(*args, **kwargs):
            warn(message, category=category, stacklevel=level)
            if bound:
                return original_init.__func__(*args, **kwargs)
            return original_init(*args, **kwargs)

        _copy_names(__init_subclass__, original_init.__func__ if bound else original_init)
        cls.__init_subclass__ = classmethod(__init_subclass__) if bound else __init_subclass__
        cls.__deprecated__ = __new__.__deprecated__ = __init_subclass__.__deprecated__ = message
        return cls

    def _wrap(self, function):
        message, category, level = self.message, self.category, self.stacklevel + 1

        def wrapper(*args, **kwargs):
            warn(message, category=category, stacklevel=level)
            return function(*args, **kwargs)

        _copy_names(wrapper, function)
        function.__deprecated__ = wrapper.__deprecated__ = message
        return wrapper


def _copy_names(wrapper, wrapped):
    """Make a wrapper look like what it wraps, as functools.wraps does."""
    for name in ('__module__', '__name__', '__qualname__', '__doc__', '__annotations__', '__type_params__'):
        try:
            setattr(wrapper, name, getattr(wrapped, name))
        except AttributeError:
            pass
    wrapper.__dict__.update(getattr(wrapped, '__dict__', {}))
    wrapper.__wrapped__ = wrapped


_DEPRECATED_MSG = "{name!r} is deprecated and slated for removal in Python {remove}"


def _deprecated(name, message=_DEPRECATED_MSG, *, remove, _version=sys.version_info):
    """Warn of something in the library that is to go in version `remove`, a tuple; RuntimeError when it is overdue."""
    remove_formatted = f"{remove[0]}.{remove[1]}"
    if _version[:2] > remove or (_version[:2] == remove and _version[3] != "alpha"):
        raise RuntimeError(f"{name!r} was slated for removal after Python {remove_formatted} alpha")
    warn(message.format(name=name, remove=remove_formatted), DeprecationWarning, stacklevel=3)


def _warn_unawaited_coroutine(coro):
    """What a coroutine says that dies without having been awaited: where it was made, if that has been tracked."""
    lines = [f"coroutine '{coro.__qualname__}' was never awaited"]
    if coro.cr_origin is not None:
        import linecache
        lines.append("Coroutine created at (most recent call last)")
        for filename, lineno, function in reversed(coro.cr_origin):
            lines.append(f'  File "{filename}", line {lineno}, in {function}')
            source = linecache.getline(filename, lineno).strip()
            if source:
                lines.append(f"    {source}")
    warn('\n'.join(lines), category=RuntimeWarning, stacklevel=2, source=coro)


_processoptions(getattr(sys, 'warnoptions', ()))
