"""What pdb shows of the program: values and text."""

import code
import functools
import inspect
import linecache
import pprint
import types

__name__ = "pdb"  # the home that classes and functions tell


def _without_argument(command):
    """A command that takes none."""
    @functools.wraps(command)
    def do(self, arg):
        return self._print_invalid_arg(arg, command) if arg else command(self, arg)
    return do


class _Views:
    """The part of Pdb that shows values and text."""

    # --- values ---

    @_without_argument
    def do_args(self, arg):
        """(Pdb) a(rgs)

        The arguments of this function.
        """
        names = inspect.getargs(self.curframe.f_code)
        for name in [*names.args, *(extra for extra in names[1:] if extra)]:
            values = self.curframe.f_locals
            self.message(f"{name} = {self._safe_repr(values[name], name) if name in values else '*** undefined ***'}")

    do_a = do_args

    @_without_argument
    def do_retval(self, arg):
        """(Pdb) retval

        What the function returns that has just come to its end.
        """
        if "__return__" in self.curframe.f_locals:
            self.message(self._safe_repr(self.curframe.f_locals["__return__"], "retval"))
        else:
            self.error("Not yet returned!")

    do_rv = do_retval

    def _print_value(self, arg, form):
        try:
            value = self._getval(arg)
        except BaseException:
            return
        try:
            self.message(form(value))
        except Exception:
            self._error_exc()

    def do_p(self, arg):
        """(Pdb) p expression

        The value of an expression.
        """
        self._print_value(arg, repr)

    def do_pp(self, arg):
        """(Pdb) pp expression

        The value of an expression, as pprint prints it.
        """
        self._print_value(arg, pprint.pformat)

    def do_whatis(self, arg):
        """(Pdb) whatis expression

        What kind of object an expression gives.
        """
        try:
            value = self._getval(arg)
        except BaseException:
            return None
        function = getattr(value, "__func__", None)
        if isinstance(function, types.FunctionType):
            return self.message(f"Method {function.__code__.co_name}")
        if isinstance(getattr(value, "__code__", None), types.CodeType):
            return self.message(f"Function {value.__code__.co_name}")
        if isinstance(value, type):
            return self.message(f"Class {value.__module__}.{value.__qualname__}")
        return self.message(type(value))

    def do_display(self, arg):
        """(Pdb) display [expression]

        Show the value of an expression at each stop in this frame at which it has changed; without one, all of them.
        """
        shown = self.displaying.setdefault(self.curframe, {})
        if not arg:
            if not shown:
                return self.message("No expression is being displayed")
            self.message("Currently displaying:")
            for expression, value in shown.items():
                self.message(f"{expression}: {self._safe_repr(value, expression)}")
            return None
        try:
            compile(arg, "<display>", "eval")
        except SyntaxError as e:
            return self.error(f"Unable to display {arg}: {self._format_exc(e)}")
        shown[arg] = value = self._getval_except(arg)
        return self.message(f"display {arg}: {self._safe_repr(value, arg)}")

    def do_undisplay(self, arg):
        """(Pdb) undisplay [expression]

        Display an expression, or any, no more.
        """
        if not arg:
            self.displaying.pop(self.curframe, None)
        elif self.displaying.get(self.curframe, {}).pop(arg, self) is self:
            self.error(f"not displaying {arg}")

    def do_interact(self, arg):
        """(Pdb) interact

        A prompt of the interpreter with the names that there are here.
        """
        names = {**self.curframe.f_globals, **self.curframe.f_locals}
        code.interact("*pdb interact start*", local=names, local_exit=True,
                      exitmsg="*exit from pdb interact command*")

    # --- text ---

    def do_list(self, arg):
        """(Pdb) l(ist) [first [, last] | .]

        Eleven lines of the file around this one, or those behind the last ones listed; around another line; from one to
        another, or so many from one on.
        """
        self.lastcmd = "list"
        last = None
        if arg and arg != ".":
            try:
                first, comma, last = arg.partition(",")
                first = int(first)
                last = int(last) if comma else None
            except ValueError:
                return self.error(f"Error in argument: {arg!r}")
            if last is None:
                first = max(1, first - 5)
            elif last < first:
                last += first
        elif self.lineno is None or arg == ".":
            first = max(1, self.curframe.f_lineno - 5)
        else:
            first = self.lineno + 1
        if last is None:
            last = first + 10
        filename = self.curframe.f_code.co_filename
        lines = linecache.getlines(filename, self.curframe.f_globals)
        self._print_lines(lines[first - 1:last], first, self.get_file_breaks(filename), self.curframe)
        self.lineno = min(last, len(lines))
        if len(lines) < last:
            self.message("[EOF]")
        return None

    do_l = do_list

    def _print_lines(self, lines, start, breaks=(), frame=None):
        current, failed = -1, -1
        if frame:
            current, failed = frame.f_lineno, self.tb_lineno.get(frame, -1)
        for number, line in enumerate(lines, start):
            head = str(number).rjust(3)
            head = head.ljust(4) + ("B" if number in breaks else " ")
            head += "->" if number == current else ">>" if number == failed else ""
            self.message(f"{head}\t{line.rstrip()}")

    def _getsourcelines(self, obj):
        """The lines of a function, class or frame, and the number of the first one."""
        if inspect.isframe(obj) and obj.f_globals is obj.f_locals:
            return linecache.getlines(obj.f_code.co_filename, obj.f_globals), 1
        lines, first = inspect.getsourcelines(obj)
        return lines, max(1, first)

    @_without_argument
    def do_longlist(self, arg):
        """(Pdb) ll | longlist

        The whole function or file.
        """
        filename = self.curframe.f_code.co_filename
        try:
            lines, first = self._getsourcelines(self.curframe)
        except OSError as e:
            return self.error(e)
        return self._print_lines(lines, first, self.get_file_breaks(filename), self.curframe)

    do_ll = do_longlist

    def do_source(self, arg):
        """(Pdb) source expression

        The text of an object.
        """
        try:
            obj = self._getval(arg)
        except BaseException:
            return None
        try:
            lines, first = self._getsourcelines(obj)
        except (OSError, TypeError) as e:
            return self.error(e)
        return self._print_lines(lines, first)
