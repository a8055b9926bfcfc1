"""Tracebacks and stacks as data and as text, the same text that uncaught exceptions are shown with."""

import linecache
import sys
import _traceback

__all__ = ['extract_stack', 'extract_tb', 'format_exception', 'format_exception_only', 'format_list',
           'format_stack', 'format_tb', 'print_exc', 'format_exc', 'print_exception', 'print_last', 'print_stack',
           'print_tb', 'clear_frames', 'FrameSummary', 'StackSummary', 'TracebackException', 'walk_stack', 'walk_tb']

_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"
_REPEATS_SHOWN = 3


class _Implicit:
    def __repr__(self):
        return "<implicit>"


_implicit = _Implicit()


# --- printing and formatting ---

def print_list(extracted_list, file=None):
    """Print what extract_tb or extract_stack returned."""
    for item in StackSummary.from_list(extracted_list).format():
        print(item, file=sys.stderr if file is None else file, end="")


def format_list(extracted_list):
    """What extract_tb or extract_stack returned as a list of texts, each of one or more lines."""
    return StackSummary.from_list(extracted_list).format()


def print_tb(tb, limit=None, file=None):
    """Print a traceback's entries: the first `limit` of them, or if it is negative the last ones."""
    print_list(extract_tb(tb, limit=limit), file=file)


def format_tb(tb, limit=None):
    """A traceback's entries as a list of texts."""
    return extract_tb(tb, limit=limit).format()


def extract_tb(tb, limit=None):
    """A traceback's entries as a StackSummary."""
    return StackSummary._extract(_walk_positions(tb), limit=limit)


def print_exception(exc, /, value=_implicit, tb=_implicit, limit=None, file=None, chain=True, **kwargs):
    """Print an exception as an uncaught one is shown."""
    value, tb = _value_and_traceback(exc, value, tb)
    TracebackException(type(value), value, tb, limit=limit, compact=True).print(file=file, chain=chain)


def format_exception(exc, /, value=_implicit, tb=_implicit, limit=None, chain=True, **kwargs):
    """What print_exception prints as a list of texts."""
    value, tb = _value_and_traceback(exc, value, tb)
    return list(TracebackException(type(value), value, tb, limit=limit, compact=True).format(chain=chain))


def format_exception_only(exc, /, value=_implicit, *, show_group=False, **kwargs):
    """The last line of an exception, for a SyntaxError the last lines, and its notes, as a list of texts."""
    if value is _implicit:
        value = exc
    summary = TracebackException(type(value), value, None, compact=True)
    return list(summary.format_exception_only(show_group=show_group))


def _value_and_traceback(exc, value, tb):
    if (value is _implicit) != (tb is _implicit):
        raise ValueError("Both or neither of value and tb must be given")
    if value is not _implicit:
        return value, tb
    if exc is None:
        return None, None
    if isinstance(exc, BaseException):
        return exc, exc.__traceback__
    raise TypeError(f'Exception expected for value, {type(exc).__name__} found')


def print_exc(limit=None, file=None, chain=True):
    """Print the exception that is being handled."""
    print_exception(sys.exception(), limit=limit, file=file, chain=chain)


def format_exc(limit=None, chain=True):
    """The exception that is being handled as one text."""
    return "".join(format_exception(sys.exception(), limit=limit, chain=chain))


def print_last(limit=None, file=None, chain=True):
    """Print the last exception that nobody caught."""
    if hasattr(sys, "last_exc"):
        print_exception(sys.last_exc, limit=limit, file=file, chain=chain)
    elif hasattr(sys, "last_type"):
        print_exception(sys.last_type, sys.last_value, sys.last_traceback, limit, file, chain)
    else:
        raise ValueError("no last exception")


def print_stack(f=None, limit=None, file=None):
    """Print the stack as seen from a frame, the caller's by default."""
    if f is None:
        f = sys._getframe().f_back
    print_list(extract_stack(f, limit=limit), file=file)


def format_stack(f=None, limit=None):
    """The stack as a list of texts."""
    if f is None:
        f = sys._getframe().f_back
    return format_list(extract_stack(f, limit=limit))


def extract_stack(f=None, limit=None):
    """The stack as a StackSummary, the oldest frame first."""
    if f is None:
        f = sys._getframe().f_back
    stack = StackSummary.extract(walk_stack(f), limit=limit)
    stack.reverse()
    return stack


def clear_frames(tb):
    """Clear the local variables of all frames in a traceback."""
    while tb is not None:
        try:
            tb.tb_frame.clear()
        except RuntimeError:
            pass
        tb = tb.tb_next


def walk_stack(f):
    """(frame, line) for a frame and its callers; None: the caller's."""
    if f is None:
        f = sys._getframe().f_back
    return _walk_stack(f)


def _walk_stack(f):
    while f is not None:
        yield f, f.f_lineno
        f = f.f_back


def walk_tb(tb):
    """(frame, line) for each entry of a traceback."""
    while tb is not None:
        yield tb.tb_frame, tb.tb_lineno
        tb = tb.tb_next


def _walk_positions(tb):
    while tb is not None:
        yield tb.tb_frame, _traceback.position(tb)
        tb = tb.tb_next


def _safe_string(value, what, func=str):
    try:
        return func(value)
    except Exception:
        return f'<{what} {func.__name__}() failed>'


# --- one frame ---

class FrameSummary:
    """A frame of a stack: file, line, name, source line, and when asked for the reprs of its locals."""

    __slots__ = ('filename', 'lineno', 'end_lineno', 'colno', 'end_colno', 'name', '_lines', '_lines_dedented',
                 'locals')

    def __init__(self, filename, lineno, name, *, lookup_line=True, locals=None, line=None, end_lineno=None,
                 colno=None, end_colno=None):
        self.filename = filename
        self.lineno = lineno
        self.end_lineno = lineno if end_lineno is None else end_lineno
        self.colno = colno
        self.end_colno = end_colno
        self.name = name
        self._lines = line
        self._lines_dedented = None
        if lookup_line:
            self.line
        self.locals = None
        if locals:
            self.locals = {k: _safe_string(v, 'local', func=repr) for k, v in locals.items()}

    def __eq__(self, other):
        if isinstance(other, FrameSummary):
            return (self.filename == other.filename and self.lineno == other.lineno and self.name == other.name
                    and self.locals == other.locals)
        if isinstance(other, tuple):
            return (self.filename, self.lineno, self.name, self.line) == other
        return NotImplemented

    def __getitem__(self, pos):
        return (self.filename, self.lineno, self.name, self.line)[pos]

    def __iter__(self):
        return iter([self.filename, self.lineno, self.name, self.line])

    def __repr__(self):
        return f"<FrameSummary file {self.filename}, line {self.lineno} in {self.name}>"

    def __len__(self):
        return 4

    def _set_lines(self):
        if self._lines is None and self.lineno is not None and self.end_lineno is not None:
            if self.lineno == self.end_lineno:
                self._lines = linecache.getline(self.filename, self.lineno).rstrip() + "\n"
                return
            lines = [linecache.getline(self.filename, n).rstrip() for n in range(self.lineno, self.end_lineno + 1)]
            self._lines = "\n".join(lines) + "\n"

    @property
    def _original_lines(self):
        """The lines as they stand in the file."""
        self._set_lines()
        return self._lines

    @property
    def _dedented_lines(self):
        """The lines without the white space that they all begin with."""
        self._set_lines()
        if self._lines_dedented is None and self._lines is not None:
            margin = _margin(self._lines)
            lines = self._lines.split("\n") if margin else [self._lines]
            self._lines_dedented = "\n".join([line[margin:] for line in lines])
        return self._lines_dedented

    @property
    def line(self):
        """The first line, stripped."""
        self._set_lines()
        return None if self._lines is None else self._lines.partition("\n")[0].strip()


def _margin(text):
    """How many white characters all lines that are not blank begin with."""
    first, _, rest = text.partition("\n")
    if not rest:
        return len(first) - len(first.lstrip(" \t"))
    margin = None
    for line in text.split("\n"):
        stripped = line.lstrip(" \t")
        if not stripped:
            continue
        indent = line[:len(line) - len(stripped)]
        if margin is None:
            margin = indent
        while not indent.startswith(margin):
            margin = margin[:-1]
    return len(margin or "")


# --- stacks ---

class StackSummary(list):
    """A list of FrameSummary."""

    @classmethod
    def extract(klass, frame_gen, *, limit=None, lookup_lines=True, capture_locals=False):
        """From an iterable of (frame, line), as walk_stack and walk_tb give them."""
        extended = ((frame, (line, None, None, None)) for frame, line in frame_gen)
        return klass._extract(extended, limit=limit, lookup_lines=lookup_lines, capture_locals=capture_locals)

    @classmethod
    def _extract(klass, frame_gen, *, limit=None, lookup_lines=True, capture_locals=False):
        if limit is None:
            limit = getattr(sys, 'tracebacklimit', None)
            if limit is not None and limit < 0:
                limit = 0
        frames = _limited(frame_gen, limit)
        result = klass()
        names = set()
        for frame, (lineno, end_lineno, colno, end_colno) in frames:
            code = frame.f_code
            names.add(code.co_filename)
            linecache.lazycache(code.co_filename, frame.f_globals)
            result.append(FrameSummary(code.co_filename, lineno, code.co_name, lookup_line=False,
                                       locals=frame.f_locals if capture_locals else None,
                                       end_lineno=end_lineno, colno=colno, end_colno=end_colno))
        for name in names:
            linecache.checkcache(name)
        if lookup_lines:
            for summary in result:
                summary._set_lines()
        return result

    @classmethod
    def from_list(klass, a_list):
        """From FrameSummary objects or (file, line, name, source line) tuples."""
        result = klass()
        for frame in a_list:
            if not isinstance(frame, FrameSummary):
                filename, lineno, name, line = frame
                frame = FrameSummary(filename, lineno, name, line=line)
            result.append(frame)
        return result

    def format_frame_summary(self, frame_summary, **kwargs):
        """The text of one frame; None leaves it out. May be overridden."""
        filename = frame_summary.filename
        if filename.startswith("<stdin>-"):
            filename = "<stdin>"
        row = [f'  File "{filename}", line {frame_summary.lineno}, in {frame_summary.name}\n']
        if frame_summary.colno is None or frame_summary.end_colno is None:
            line = frame_summary.line
            if line or line is not None and frame_summary._original_lines.strip():
                row.append(f'    {line}\n')
        elif (lines := frame_summary._dedented_lines) and lines.strip():
            margin = _margin(frame_summary._original_lines)
            row.append(_traceback.mark(lines.removesuffix("\n"), frame_summary.colno - margin,
                                       frame_summary.end_colno - margin))
        if frame_summary.locals:
            row.extend(f'    {name} = {value}\n' for name, value in sorted(frame_summary.locals.items()))
        return ''.join(row)

    def format(self, **kwargs):
        """A list of texts, one for each frame; of many repetitions of one line three are shown."""
        result = []
        last = None
        count = 0
        for frame in self:
            text = self.format_frame_summary(frame, **kwargs)
            if text is None:
                continue
            place = (frame.filename, frame.lineno, frame.name)
            if place != last or None in place:
                _append_repeats(result, count)
                last = place
                count = 0
            count += 1
            if count <= _REPEATS_SHOWN:
                result.append(text)
        _append_repeats(result, count)
        return result


def _limited(iterable, limit):
    """The first items, or if the limit is negative the last ones."""
    if limit is None:
        return list(iterable)
    if limit < 0:
        return list(iterable)[limit:]
    result = []
    for item in iterable:
        if len(result) >= limit:
            break
        result.append(item)
    return result


def _append_repeats(result, count):
    more = count - _REPEATS_SHOWN
    if more > 0:
        result.append(f'  [Previous line repeated {more} more time{"s" if more > 1 else ""}]\n')


# --- exceptions ---

class _GroupContext:
    """Where in nested exception groups the text under way stands."""

    def __init__(self):
        self.depth = 0
        self.need_close = False

    def indent(self):
        return ' ' * (2 * self.depth)

    def emit(self, texts, margin_char=None):
        prefix = ''
        if self.depth:
            prefix = self.indent() + (margin_char or '|') + ' '
        for text in [texts] if isinstance(texts, str) else texts:
            if not prefix:
                yield text
            else:
                yield ''.join([prefix + line for line in text.splitlines(keepends=True)])


class TracebackException:
    """An exception made ready for showing: no references to frames are kept, only their summaries.

    __cause__, __context__ and, of a group, exceptions are objects of this class. With compact, only what format shows
    is kept.
    """

    def __init__(self, exc_type, exc_value, exc_traceback, *, limit=None, lookup_lines=True, capture_locals=False,
                 compact=False, max_group_width=15, max_group_depth=10, save_exc_type=True, _seen=None):
        outermost = _seen is None
        _seen = set() if outermost else _seen
        _seen.add(id(exc_value))
        self.max_group_width = max_group_width
        self.max_group_depth = max_group_depth
        if exc_traceback is None:
            self.stack = StackSummary()
        else:
            self.stack = StackSummary._extract(_walk_positions(exc_traceback), limit=limit, lookup_lines=lookup_lines,
                                               capture_locals=capture_locals)
        self._exc_type = exc_type if save_exc_type else None
        self._have_exc_type = exc_type is not None
        self._str = _safe_string(exc_value, 'exception')
        self._take_notes(exc_value)
        self._take_type(exc_type)
        self._is_syntax_error = False
        if exc_type and issubclass(exc_type, SyntaxError):
            self._take_syntax_error(exc_value)
        elif exc_type and issubclass(exc_type, (ImportError, AttributeError)):
            self._str += _traceback.suggestion(exc_value) or ''
        elif exc_type and issubclass(exc_type, NameError):
            if exc_traceback is not None:
                self._str += _traceback.suggestion(exc_value) or ''
            elif exc_value.name in sys.stdlib_module_names:
                self._str += f". Did you forget to import '{exc_value.name}'?"
        self.__suppress_context__ = exc_value.__suppress_context__ if exc_value is not None else False
        self.__cause__ = self.__context__ = self.exceptions = None
        if outermost:
            options = dict(limit=limit, lookup_lines=lookup_lines, capture_locals=capture_locals,
                           max_group_width=max_group_width, max_group_depth=max_group_depth, _seen=_seen)
            self._take_related(exc_value, compact, options)
        if lookup_lines:
            self._load_lines()

    def _take_notes(self, exc_value):
        try:
            self.__notes__ = getattr(exc_value, '__notes__', None)
        except Exception as error:
            self.__notes__ = [f'Ignored error getting __notes__: {_safe_string(error, "__notes__", repr)}']

    def _take_type(self, exc_type):
        if exc_type is None:
            self.exc_type_qualname = self.exc_type_module = None
        else:
            self.exc_type_qualname = exc_type.__qualname__
            self.exc_type_module = exc_type.__module__

    def _take_syntax_error(self, error):
        self._is_syntax_error = True
        self.filename = error.filename
        self.lineno = None if error.lineno is None else str(error.lineno)
        self.end_lineno = None if error.end_lineno is None else str(error.end_lineno)
        self.text = error.text
        self.offset = error.offset
        self.end_offset = error.end_offset
        self.msg = error.msg

    def _take_related(self, exc_value, compact, options):
        """Causes, contexts and members of groups, each exception once in a chain; without recursion."""
        seen = options['_seen']
        queue = [(self, exc_value)]
        while queue:
            summary, exc = queue.pop()
            if exc is None:
                continue
            cause, context = exc.__cause__, exc.__context__
            if cause is not None and id(cause) not in seen:
                summary.__cause__ = TracebackException(type(cause), cause, cause.__traceback__, **options)
                queue.append((summary.__cause__, cause))
            wanted = not compact or (summary.__cause__ is None and not exc.__suppress_context__)
            if wanted and context is not None and id(context) not in seen:
                summary.__context__ = TracebackException(type(context), context, context.__traceback__, **options)
                queue.append((summary.__context__, context))
            if isinstance(exc, BaseExceptionGroup):
                summary.exceptions = [TracebackException(type(e), e, e.__traceback__, **options)
                                      for e in exc.exceptions]
                queue.extend(zip(summary.exceptions, exc.exceptions))

    @classmethod
    def from_exception(cls, exc, *args, **kwargs):
        """From an exception with its own traceback."""
        return cls(type(exc), exc, exc.__traceback__, *args, **kwargs)

    @property
    def exc_type(self):
        """The class of the exception. Deprecated."""
        import warnings
        warnings.warn('Deprecated in 3.13. Use exc_type_str instead.', DeprecationWarning, stacklevel=2)
        return self._exc_type

    @property
    def exc_type_str(self):
        """The name of the exception's class, with its module if that is to be shown."""
        if not self._have_exc_type:
            return None
        module = self.exc_type_module
        if module in ("__main__", "builtins"):
            return self.exc_type_qualname
        return (module if isinstance(module, str) else "<unknown>") + '.' + self.exc_type_qualname

    def _load_lines(self):
        for frame in self.stack:
            frame.line

    def __eq__(self, other):
        return self.__dict__ == other.__dict__ if isinstance(other, TracebackException) else NotImplemented

    def __str__(self):
        return self._str

    def format_exception_only(self, *, show_group=False, _depth=0, **kwargs):
        """The texts of the exception without its traceback; with show_group those of a group's members too."""
        indent = 3 * _depth * ' '
        if not self._have_exc_type:
            yield indent + _format_final_exc_line(None, self._str)
            return
        if self._is_syntax_error:
            yield from [indent + text for text in self._format_syntax_error(self.exc_type_str)]
        elif _depth:
            lines = _format_final_exc_line(self.exc_type_str, self._str).split('\n')[:-1]
            yield from [indent + line + '\n' for line in lines]
        else:
            yield _format_final_exc_line(self.exc_type_str, self._str)
        for note in self._note_texts():
            yield from [indent + line + '\n' for line in note.split('\n')]
        if self.exceptions and show_group:
            for member in self.exceptions:
                yield from member.format_exception_only(show_group=show_group, _depth=_depth + 1)

    def _note_texts(self):
        notes = self.__notes__
        if notes is None:
            return
        if isinstance(notes, (list, tuple)):
            for note in notes:
                yield _safe_string(note, 'note')
        else:
            yield _safe_string(notes, '__notes__', func=repr)

    def _format_syntax_error(self, stype, **kwargs):
        suffix = ''
        if self.lineno is not None:
            yield f'  File "{self.filename or "<string>"}", line {self.lineno}\n'
        elif self.filename is not None:
            suffix = f' ({self.filename})'
        if self.text is not None:
            yield from self._marked_text()
        yield f"{stype}: {self.msg or '<no detail available>'}{suffix}\n"

    def _marked_text(self):
        """The line with the error, and carets."""
        whole = self.text.rstrip('\n')
        text = whole.lstrip(' \n\f')
        yield f'    {text}\n'
        if self.offset is None:
            return
        offset, end_offset = self.offset, self.end_offset
        if self.lineno != self.end_lineno:
            end_offset = len(whole) + 1
        elif end_offset in (None, 0) or end_offset < 0:
            end_offset = offset
        offset = min(offset, len(whole) + 1)
        end_offset = min(end_offset, len(whole) + 1)
        if offset >= end_offset:
            end_offset = offset + 1
        spaces = len(whole) - len(text)
        column = offset - 1 - spaces
        if column >= 0:
            space = ''.join([c if c.isspace() else ' ' for c in text[:column]]).ljust(column)
            yield f'    {space}{"^" * (end_offset - 1 - spaces - column)}\n'

    def format(self, *, chain=True, _ctx=None, **kwargs):
        """The texts of the exception, with what came before it if chain, oldest first."""
        if _ctx is None:
            _ctx = _GroupContext()
        for message, exc in reversed(self._chain(chain)):
            if message is not None:
                yield from _ctx.emit(message)
            yield from exc._format_one(chain, _ctx)

    def _chain(self, chain):
        """(what is said in front, exception) pairs, the newest first."""
        result = []
        exc = self
        while exc is not None:
            message = before = None
            if chain and exc.__cause__ is not None:
                message, before = _CAUSE, exc.__cause__
            elif chain and exc.__context__ is not None and not exc.__suppress_context__:
                message, before = _CONTEXT, exc.__context__
            result.append((message, exc))
            exc = before
        return result

    def _format_one(self, chain, ctx):
        if self.exceptions is None:
            if self.stack:
                yield from ctx.emit('Traceback (most recent call last):\n')
                yield from ctx.emit(self.stack.format())
            yield from ctx.emit(self.format_exception_only())
            return
        if ctx.depth > self.max_group_depth:
            yield from ctx.emit(f'... (max_group_depth is {self.max_group_depth})\n')
            return
        outermost = ctx.depth == 0
        ctx.depth += outermost
        if self.stack:
            yield from ctx.emit('Exception Group Traceback (most recent call last):\n', '+' if outermost else None)
            yield from ctx.emit(self.stack.format())
        yield from ctx.emit(self.format_exception_only())
        yield from self._format_members(chain, ctx)
        ctx.depth -= outermost

    def _format_members(self, chain, ctx):
        width = self.max_group_width
        count = len(self.exceptions)
        shown = count if count <= width else width + 1
        ctx.need_close = False
        for i in range(shown):
            last = i == shown - 1
            if last:
                ctx.need_close = True
            title = str(i + 1) if i < width else '...'
            yield ctx.indent() + ('  ' if i else '+-') + f'+---------------- {title} ----------------\n'
            ctx.depth += 1
            if i < width:
                yield from self.exceptions[i].format(chain=chain, _ctx=ctx)
            else:
                more = count - width
                yield from ctx.emit(f"and {more} more exception{'s' if more > 1 else ''}\n")
            if last and ctx.need_close:
                yield ctx.indent() + "+------------------------------------\n"
                ctx.need_close = False
            ctx.depth -= 1

    def print(self, *, file=None, chain=True, **kwargs):
        """Print the texts of format, to standard error by default."""
        if file is None:
            file = sys.stderr
        for text in self.format(chain=chain):
            print(text, file=file, end="")


def _format_final_exc_line(type_name, value):
    text = _safe_string(value, 'exception')
    return f"{type_name}: {text}\n" if value is not None and text else f"{type_name}\n"
