"""pdb: a debugger that is talked to.

    python -m pdb [-c command] (-m module | script) [args ...]

runs a program under it from its first line on; breakpoint(), or pdb.set_trace(), starts it in the midst of a program;
pdb.post_mortem() and pdb.pm() look at what an exception has left. At the prompt `help` lists the commands. What is none
is a statement, to be done in the frame that is looked at; `!` in front says so of one that begins like a command.
"""

import bdb
import cmd
import code
import codeop
import functools
import inspect
import io
import linecache
import os
import pprint
import signal
import sys
import tokenize
import traceback
import types

__all__ = ["run", "pm", "Pdb", "runeval", "runctx", "runcall", "set_trace", "post_mortem", "help"]

line_prefix = "\n-> "  # between a place and its line

CONVENIENCE = "__pdb_convenience_variables"


class Restart(Exception):
    """The program is to begin again."""


def find_function(funcname, filename):
    """(name, file, line to stop at) of a function in a file of source text; None."""
    try:
        with tokenize.open(filename) as file:
            codes = [compile(file.read(), filename, "exec", dont_inherit=True)]
    except (OSError, SyntaxError, ValueError):
        return None
    while codes:
        inner = [c for c in codes.pop(0).co_consts if isinstance(c, types.CodeType)]
        for c in inner:
            if c.co_name == funcname and c.co_flags & inspect.CO_OPTIMIZED:
                return funcname, filename, find_first_executable_line(c)
        codes += inner
    return None


def find_first_executable_line(code):
    """The line at which a stop at a function is: that of its first statement."""
    start = code.co_firstlineno
    lines = [line for *_, line in code.co_lines() if line is not None and line > start]
    return min(lines, default=start)


class _ScriptTarget:
    """A file of source text, to be run as __main__."""

    def __init__(self, name):
        self.name = name
        self.filename = os.path.realpath(name)
        self.package = None
        self.spec = None

    def check(self):
        """None, or what is wrong with it."""
        if not os.path.exists(self.filename):
            return f"Error: {self.name} does not exist"
        return f"Error: {self.name} is a directory" if os.path.isdir(self.filename) else None

    def __str__(self):
        return self.filename

    @property
    def code(self):
        """The statement that runs it."""
        with io.open_code(self.filename) as file:
            return f"exec(compile({file.read()!r}, {self.filename!r}, 'exec'))"

    def prepare(self):
        """Imports of the program are from its folder."""
        sys.path[0] = os.path.dirname(self.filename)


class _ModuleTarget(_ScriptTarget):
    """A module, found as imports find it."""

    def __init__(self, name):
        import importlib.util

        self.name = name
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(name + ".__main__")
        self.spec = spec
        self.filename = getattr(spec, "origin", None)
        self.package = getattr(spec, "parent", None)

    def check(self):
        return None if self.filename else f"ImportError: No module named {self.name}"

    @property
    def code(self):
        source = self.spec.loader.get_source(self.spec.name)
        return f"exec(compile({source!r}, {self.filename!r}, 'exec'))"

    def prepare(self):
        sys.argv[0] = self.filename


def _without_argument(command):
    """A command that takes none."""
    @functools.wraps(command)
    def do(self, arg):
        return self._print_invalid_arg(arg, command) if arg else command(self, arg)
    return do


class Pdb(bdb.Bdb, cmd.Cmd):
    """The debugger and its commands."""

    MAX_CHAINED_EXCEPTION_DEPTH = 999
    _previous_sigint_handler = None

    def __init__(self, completekey="tab", stdin=None, stdout=None, skip=None, nosigint=False, readrc=True):
        bdb.Bdb.__init__(self, skip=skip)
        cmd.Cmd.__init__(self, completekey, stdin, stdout)
        sys.audit("pdb.Pdb")
        if stdout:
            self.use_rawinput = 0
        self.prompt = "(Pdb) "
        self.aliases = {}
        self.displaying = {}  # frame -> {expression: value}
        self.mainpyfile = ""
        self._wait_for_mainpyfile = False
        self._user_requested_quit = False
        self.tb_lineno = {}
        self.nosigint = nosigint
        self.allow_kbdint = False
        self.rcLines = self._startup_lines() if readrc else []
        self.commands = {}  # number of a breakpoint -> lines to be done there
        self.commands_silent = {}
        self.commands_defining = False
        self.commands_bnum = None
        self._chained_exceptions = ()
        self._chained_exception_index = 0
        self.stack, self.curindex, self.curframe = [], 0, None
        self.lineno = None

    @staticmethod
    def _startup_lines():
        lines = []
        for name in os.path.expanduser("~/.pdbrc"), ".pdbrc":
            try:
                with open(name, encoding="utf-8") as file:
                    lines.extend(file)
            except OSError:
                pass
        return lines

    # --- talking ---

    def message(self, msg, end="\n"):
        """Print a line."""
        print(msg, end=end, file=self.stdout)

    def error(self, msg):
        """Print that something is wrong."""
        print("***", msg, file=self.stdout)

    @staticmethod
    def _format_exc(exc):
        return traceback.format_exception_only(exc)[-1].strip()

    def _error_exc(self):
        self.error(self._format_exc(sys.exception()))

    # --- stops ---

    def sigint_handler(self, signum, frame):
        """Ctrl-C while the program runs: stop it."""
        if self.allow_kbdint:
            raise KeyboardInterrupt
        self.message("\nProgram interrupted. (Use 'cont' to resume).")
        self.set_step()
        self.set_trace(frame)

    def reset(self):
        bdb.Bdb.reset(self)
        self.forget()

    def forget(self):
        """Look at no frames any more."""
        self.lineno = None
        self.stack = []
        self.curindex = 0
        self.curframe = None
        self.tb_lineno.clear()

    def setup(self, f, tb):
        """Look at a frame, or at what a traceback tells of; the first time, do what the files .pdbrc say: does the
        program go on by it?"""
        self.forget()
        self.stack, self.curindex = self.get_stack(f, tb)
        while tb:
            self.tb_lineno[tb.tb_frame] = tb.tb_lineno
            tb = tb.tb_next
        self.curframe = self.stack[self.curindex][0]
        self.set_convenience_variable(self.curframe, "_frame", self.curframe)
        if self._chained_exceptions:
            self.set_convenience_variable(self.curframe, "_exception",
                                          self._chained_exceptions[self._chained_exception_index])
        while self.rcLines:
            line = self.rcLines.pop(0).strip()
            if line and line[0] != "#" and self.onecmd(self.precmd(line)):
                return True
        return False

    def set_convenience_variable(self, frame, name, value):
        """$name in a frame."""
        frame.f_globals.setdefault(CONVENIENCE, {})[name] = value

    def user_call(self, frame, argument_list):
        if not self._wait_for_mainpyfile and self.stop_here(frame):
            self.message("--Call--")
            self.interaction(frame, None)

    def user_line(self, frame):
        if self._wait_for_mainpyfile:
            if self.mainpyfile != self.canonic(frame.f_code.co_filename):
                return
            self._wait_for_mainpyfile = False
        if self.bp_commands(frame):
            self.interaction(frame, None)

    user_opcode = user_line

    def user_return(self, frame, return_value):
        if self._wait_for_mainpyfile:
            return
        frame.f_locals["__return__"] = return_value
        self.set_convenience_variable(frame, "_retval", return_value)
        self.message("--Return--")
        self.interaction(frame, None)

    def user_exception(self, frame, exc_info):
        if self._wait_for_mainpyfile:
            return
        kind, value, tb = exc_info
        frame.f_locals["__exception__"] = kind, value
        self.set_convenience_variable(frame, "_exception", value)
        # The end of a subiterator is an exception of the interpreter's own.
        internal = "Internal " if tb is None and kind is StopIteration else ""
        self.message(internal + self._format_exc(value))
        self.interaction(frame, tb)

    def bp_commands(self, frame):
        """Do what is to be done at the breakpoint that was reached: is there still something to be asked?"""
        number, self.currentbp = getattr(self, "currentbp", 0), 0
        if number not in self.commands:
            return True
        self.setup(frame, None)
        resumes = False
        lastcmd = self.lastcmd
        for line in self.commands[number]:
            resumes = self.onecmd(self.precmd(line)) or resumes
        self.lastcmd = lastcmd
        if not self.commands_silent[number]:
            self.print_stack_entry(self.stack[self.curindex])
        if not resumes:
            self._cmdloop()
        self.forget()
        return False

    def interaction(self, frame, tb_or_exc):
        """Show where the program is, and ask what to do."""
        if Pdb._previous_sigint_handler:
            try:
                signal.signal(signal.SIGINT, Pdb._previous_sigint_handler)
                Pdb._previous_sigint_handler = None
            except ValueError:
                pass
        tb = tb_or_exc
        if isinstance(tb_or_exc, BaseException):
            tb = tb_or_exc.__traceback__
            self._chained_exceptions = tuple(self._chain(tb_or_exc))
            self._chained_exception_index = len(self._chained_exceptions) - 1
        try:
            if self.setup(frame, tb):
                return
            self.print_stack_entry(self.stack[self.curindex])
            self._show_display()
            self._cmdloop()
        finally:
            self._chained_exceptions = ()
            self.forget()

    def _chain(self, exc):
        """An exception behind those that it comes from."""
        chain = []
        while exc is not None and exc not in chain and len(chain) < self.MAX_CHAINED_EXCEPTION_DEPTH:
            chain.append(exc)
            exc = exc.__cause__ if exc.__cause__ or exc.__suppress_context__ else exc.__context__
        return reversed(chain)

    def _cmdloop(self):
        while True:
            try:
                self.allow_kbdint = True
                self.cmdloop()
                self.allow_kbdint = False
                return
            except KeyboardInterrupt:
                self.message("--KeyboardInterrupt--")

    # --- lines that are typed ---

    def precmd(self, line):
        """Put aliases, convenience variables and several commands in one line apart."""
        words = line.split()
        if not words:
            return line
        while words[0] in self.aliases:
            line = self.aliases[words[0]]
            for i, word in enumerate(words[1:], 1):
                line = line.replace(f"%{i}", word)
            line = line.replace("%*", " ".join(words[1:]))
            words = line.split()
        if words[0] != "alias" and ";;" in line:
            line, rest = line.split(";;", 1)
            self.cmdqueue.insert(0, rest.lstrip())
            line = line.rstrip()
        return self._with_convenience_variables(line)

    @staticmethod
    def _with_convenience_variables(line):
        """$name is an item of a dict among the globals."""
        if "$" not in line:
            return line
        result, at = "", 0
        try:
            tokens = list(tokenize.generate_tokens(io.StringIO(line).readline))
        except (tokenize.TokenError, SyntaxError):
            return line
        for sign, name in zip(tokens, tokens[1:]):
            if sign.string == "$" and name.type == tokenize.NAME and sign.end == name.start:
                result += line[at:sign.start[1]] + f'{CONVENIENCE}["{name.string}"]'
                at = name.end[1]
        return result + line[at:]

    def onecmd(self, line):
        """Do a line; while commands of a breakpoint are told, keep it."""
        if self.commands_defining:
            return self.handle_command_def(line)
        return cmd.Cmd.onecmd(self, line)

    def default(self, line):
        """A line that is no command is a statement."""
        if line[:1] == "!":
            line = line[1:].strip()
        frame = self.curframe
        displayhook, stdin, stdout = sys.displayhook, sys.stdin, sys.stdout
        try:
            source = line
            statement = codeop.compile_command(line + "\n", "<stdin>", "single")
            while statement is None:
                more = self._read_more()
                if more == "EOF":
                    self.lastcmd = ""
                    return
                source += "\n" + more
                statement = codeop.compile_command(source, "<stdin>", "single")
            sys.stdin, sys.stdout, sys.displayhook = self.stdin, self.stdout, self.displayhook
            try:
                nested = any(isinstance(c, types.CodeType) for c in statement.co_consts)
                if not (nested and frame.f_locals is not frame.f_globals and self._exec_in_closure(source, frame)):
                    exec(statement, frame.f_globals, frame.f_locals)
            finally:
                sys.stdin, sys.stdout, sys.displayhook = stdin, stdout, displayhook
        except Exception:
            self._error_exc()

    def _exec_in_closure(self, source, frame):
        """Do a statement with functions in it as part of a function that has the frame's variables, which those
        functions see: has it been done?"""
        import ast

        names = [name for name in frame.f_locals if name.isidentifier() and name not in ("__return__", "__exception__")]
        if not names:
            return False
        listed = ", ".join(names)
        outer = ast.parse(f"def __pdb_outer({listed}):\n def __pdb_scope():\n  nonlocal {listed}\n  return locals()\n"
                          " return __pdb_scope()\n")
        body = ast.parse(source).body
        if isinstance(body[-1], ast.Expr):
            place = ast.Name("__pdb_value", ast.Store())
            body[-1] = ast.Assign([place], body[-1].value)
        outer.body[0].body[0].body[1:1] = body
        try:
            code = compile(ast.fix_missing_locations(outer), "<stdin>", "exec")
        except SyntaxError:
            return False
        made = {}
        exec(code, frame.f_globals, made)
        values = made["__pdb_outer"](**{name: frame.f_locals[name] for name in names})
        sys.displayhook(values.pop("__pdb_value", None))
        for name, value in values.items():
            if name not in names or frame.f_locals[name] is not value:
                frame.f_locals[name] = value
        return True

    def _read_more(self):
        """A further line of a statement."""
        prompt = "...".ljust(len(self.prompt))
        if self.use_rawinput:
            try:
                return input(prompt)
            except EOFError:
                return "EOF"
        self.stdout.write(prompt)
        self.stdout.flush()
        return (self.stdin.readline() or "EOF").rstrip("\r\n")

    def displayhook(self, obj):
        """Values of statements are shown, but are not kept."""
        if obj is not None:
            self.message(repr(obj))

    def _getval(self, arg):
        try:
            return eval(arg, self.curframe.f_globals, self.curframe.f_locals)
        except BaseException:
            self._error_exc()
            raise

    def _getval_except(self, arg, frame=None):
        """The value, or why there is none, in the form of a text that is its own repr."""
        frame = frame or self.curframe
        try:
            return eval(arg, frame.f_globals, frame.f_locals)
        except BaseException as e:
            return _Shown(f"** raised {self._format_exc(e)} **")

    def _safe_repr(self, obj, expr):
        try:
            return repr(obj)
        except Exception as e:
            return _Shown(f"*** repr({expr}) failed: {self._format_exc(e)} ***")

    def _show_display(self):
        """The expressions whose values have changed since the last stop."""
        shown = self.displaying.get(self.curframe, {})
        for expression, old in shown.items():
            new = self._getval_except(expression)
            if new is not old and new != old:
                shown[expression] = new
                self.message(f"display {expression}: {self._safe_repr(new, expression)}"
                             f"  [old: {self._safe_repr(old, expression)}]")

    # --- commands of breakpoints ---

    def do_commands(self, arg):
        """(Pdb) commands [bpnumber]
        (com) ...
        (com) end
        (Pdb)

        Tell what is to be done at a breakpoint, the last one by default: lines up to one with `end`. `silent` among
        them keeps the place from being printed. A command by which the program goes on is the last.
        """
        if not arg:
            number = len(bdb.Breakpoint.bpbynumber) - 1
        else:
            try:
                number = int(arg)
            except ValueError:
                return self._print_invalid_arg(arg, self.do_commands)
        try:
            self.get_bpbynumber(number)
        except ValueError as e:
            return self.error(f"cannot set commands: {e}")
        before = self.commands.get(number), self.commands_silent.get(number)
        self.commands_bnum = number
        self.commands[number] = []
        self.commands_silent[number] = False
        prompt, self.prompt = self.prompt, "(com) "
        self.commands_defining = True
        try:
            self.cmdloop()
        except KeyboardInterrupt:
            del self.commands[number], self.commands_silent[number]
            if before[0] is not None:
                self.commands[number], self.commands_silent[number] = before
            self.error("command definition aborted, old commands restored")
        finally:
            self.commands_defining = False
            self.prompt = prompt

    def handle_command_def(self, line):
        """Keep a line of a breakpoint's commands: was it the last?"""
        command, arg, line = self.parseline(line)
        if not command:
            return False
        if command == "end":
            return True
        if command == "EOF":
            self.message("")
            return True
        if command == "silent":
            self.commands_silent[self.commands_bnum] = True
            return False
        self.commands[self.commands_bnum].append(f"{command} {arg}" if arg else command)
        function = getattr(self, "do_" + command, None)
        return getattr(function, "__name__", "") in self.commands_resuming

    commands_resuming = ["do_continue", "do_step", "do_next", "do_return", "do_until", "do_quit", "do_jump"]

    # --- breakpoints ---

    def do_break(self, arg, temporary=0):
        """(Pdb) b(reak) [ ([filename:]lineno | function) [, condition] ]

        A breakpoint at a line or at a function, perhaps under a condition. Without an argument: those there are.
        """
        if not arg:
            if self.breaks:
                self.message("Num Type         Disp Enb   Where")
                for bp in bdb.Breakpoint.bpbynumber:
                    if bp:
                        self.message(bp.bpformat())
            return
        comma = arg.find(",") > 0
        place, _, cond = arg.partition(",") if comma else (arg, "", None)
        place, cond = place.rstrip(), cond.lstrip() if comma else None
        if comma and self._is_invalid(cond):
            return
        found = self._find_place(place)
        if found is None:
            return
        filename, line, funcname = found
        line = self.checkline(filename, line)
        if not line:
            return
        wrong = self.set_break(filename, line, temporary, cond, funcname)
        if wrong:
            self.error(wrong)
        else:
            bp = self.get_breaks(filename, line)[-1]
            self.message(f"Breakpoint {bp.number} at {bp.file}:{bp.line}")

    do_b = do_break

    def do_tbreak(self, arg):
        """(Pdb) tbreak [ ([filename:]lineno | function) [, condition] ]

        A breakpoint that is deleted when it is reached.
        """
        self.do_break(arg, True)

    def _find_place(self, place):
        """(file, line, function) of file:line, line or a function's name; None, having said why."""
        filename, colon, line = place.rpartition(":")
        if colon:
            found = self.lookupmodule(filename.rstrip())
            if not found:
                return self.error(f"{filename.rstrip()!r} not found from sys.path")
            try:
                return found, int(line), None
            except ValueError:
                return self.error(f"Bad lineno: {line.lstrip()}")
        try:
            return self.defaultFile(), int(place), None
        except ValueError:
            pass
        try:
            function = eval(place, self.curframe.f_globals, self.curframe.f_locals)
        except Exception:
            function = None
        function = getattr(function, "__func__", function)
        if isinstance(function, types.FunctionType):
            code = function.__code__
            return code.co_filename, find_first_executable_line(code), code.co_name
        ok, filename, line = self.lineinfo(place)
        if not ok:
            return self.error(f"The specified object {place!r} is not a function or was not found along sys.path.")
        return filename, int(line), ok

    def defaultFile(self):
        """The file that a line without one is of."""
        filename = self.curframe.f_code.co_filename
        return self.mainpyfile if filename == "<string>" and self.mainpyfile else filename

    def lineinfo(self, identifier):
        """(name, file, line) of a function that is written as name or file:name; three None."""
        words = identifier.strip("'").split(".")
        if len(words) == 1 and words[0]:
            return find_function(words[0], self.canonic(self.defaultFile())) or (None, None, None)
        filename = self.lookupmodule(words[0]) if len(words) == 2 else None
        return filename and find_function(words[1], filename) or (None, None, None)

    def checkline(self, filename, lineno):
        """The line, if there can be a breakpoint; 0, having said why."""
        line = linecache.getline(filename, lineno, self.curframe.f_globals if self.curframe else None)
        if not line:
            self.message("End of file")
            return 0
        line = line.strip()
        if not line or line[0] == "#" or line[:3] in ('"""', "'''"):
            self.error("Blank or comment")
            return 0
        return lineno

    def lookupmodule(self, filename):
        """The path of a file or of a module's source along sys.path; None."""
        if os.path.isabs(filename):
            return filename if os.path.exists(filename) else None
        if os.path.exists(filename) and os.path.isfile(filename):
            return self.canonic(filename)
        script = os.path.join(sys.path[0], filename)
        if os.path.exists(script) and self.canonic(script) == self.mainpyfile:
            return script
        root, ext = os.path.splitext(filename)
        name = filename if ext else filename + ".py"
        for folder in sys.path:
            path = os.path.join(folder, name)
            if os.path.exists(path):
                return path
        return None

    def _each_breakpoint(self, arg):
        for number in arg.split():
            try:
                yield self.get_bpbynumber(number)
            except ValueError as e:
                self.error(e)

    def do_enable(self, arg):
        """(Pdb) enable bpnumber [bpnumber ...]

        Let breakpoints count again.
        """
        for bp in self._each_breakpoint(arg):
            bp.enable()
            self.message(f"Enabled {bp}")

    def do_disable(self, arg):
        """(Pdb) disable bpnumber [bpnumber ...]

        Let breakpoints not count, without forgetting them.
        """
        for bp in self._each_breakpoint(arg):
            bp.disable()
            self.message(f"Disabled {bp}")

    def do_condition(self, arg):
        """(Pdb) condition bpnumber [condition]

        Stop at a breakpoint only when an expression is true; without one, always.
        """
        number, *cond = arg.split(" ", 1)
        if not number:
            return self.error("Breakpoint number expected")
        if cond and self._is_invalid(cond[0]):
            return
        for bp in self._each_breakpoint(number):
            bp.cond = cond[0] if cond else None
            self.message(f"New condition set for breakpoint {bp.number}." if cond else
                         f"Breakpoint {bp.number} is now unconditional.")

    def _is_invalid(self, cond):
        """Is a condition no expression? It has been said why."""
        try:
            compile(cond, "<string>", "eval")
        except SyntaxError as e:
            self.error(f"Invalid condition {cond}: {self._format_exc(e)}")
            return True
        return False

    def do_ignore(self, arg):
        """(Pdb) ignore bpnumber [count]

        Pass a breakpoint so many times, 0 by default.
        """
        if not arg:
            return self.error("Breakpoint number expected")
        number, *count = arg.split()
        if len(count) > 1:
            return self._print_invalid_arg(arg, self.do_ignore)
        try:
            count = int(count[0]) if count else 0
        except ValueError:
            return self._print_invalid_arg(arg, self.do_ignore)
        for bp in self._each_breakpoint(number):
            bp.ignore = count = max(count, 0)
            times = f"{count} crossings" if count > 1 else "1 crossing"
            self.message(f"Will ignore next {times} of breakpoint {bp.number}." if count else
                         f"Will stop next time breakpoint {bp.number} is reached.")

    def do_clear(self, arg):
        """(Pdb) cl(ear) [filename:lineno | bpnumber [bpnumber ...]]

        Delete breakpoints: those of a line, some by number; without an argument all, after a question.
        """
        if not arg:
            try:
                reply = input("Clear all breaks? ")
            except EOFError:
                reply = "no"
            if reply.strip().lower() in ("y", "yes"):
                deleted = [bp for bp in bdb.Breakpoint.bpbynumber if bp]
                self.clear_all_breaks()
                for bp in deleted:
                    self.message(f"Deleted {bp}")
            return
        if ":" in arg:
            filename, _, line = arg.rpartition(":")
            try:
                line = int(line)
            except ValueError:
                wrong = f"Invalid line number ({line})"
            else:
                deleted = self.get_breaks(filename, line)[:]
                wrong = self.clear_break(filename, line)
            if wrong:
                return self.error(wrong)
        else:
            deleted = list(self._each_breakpoint(arg))
            for bp in deleted:
                self.clear_bpbynumber(bp.number)
        for bp in deleted:
            self.message(f"Deleted {bp}")

    do_cl = do_clear

    # --- frames ---

    def print_stack_trace(self):
        """All frames, the newest last."""
        for entry in self.stack:
            self.print_stack_entry(entry)

    def print_stack_entry(self, frame_lineno, prompt_prefix=line_prefix):
        """One of them, with a mark if it is the one that is looked at."""
        mark = "> " if frame_lineno[0] is self.curframe else "  "
        self.message(mark + self.format_stack_entry(frame_lineno, prompt_prefix))

    @_without_argument
    def do_where(self, arg):
        """(Pdb) w(here)

        The frames, the newest last; > marks the one that commands are about.
        """
        self.print_stack_trace()

    do_w = do_bt = do_where

    def _select_frame(self, number):
        self.curindex = number
        self.curframe = self.stack[number][0]
        self.set_convenience_variable(self.curframe, "_frame", self.curframe)
        self.print_stack_entry(self.stack[number])
        self.lineno = None

    def _move(self, arg, end, to):
        """Move by a count of frames, to the outermost or innermost one for a negative one."""
        if self.curindex == end:
            return self.error("Oldest frame" if to < 0 else "Newest frame")
        try:
            count = int(arg or 1)
        except ValueError:
            return self.error(f"Invalid frame count ({arg})")
        goal = end if count < 0 else self.curindex + to * count
        self._select_frame(min(max(goal, 0), len(self.stack) - 1))

    def do_up(self, arg):
        """(Pdb) u(p) [count]

        Look at the frame that has called this one.
        """
        self._move(arg, 0, -1)

    do_u = do_up

    def do_down(self, arg):
        """(Pdb) d(own) [count]

        Look at the frame that this one has called.
        """
        self._move(arg, len(self.stack) - 1, 1)

    do_d = do_down

    def do_exceptions(self, arg):
        """(Pdb) exceptions [number]

        The exceptions that led to the one that is looked at; with a number, look at that one.
        """
        chain = self._chained_exceptions
        if not chain:
            return self.message("Did not find chained exceptions. To move between exceptions, pdb/post_mortem must be "
                                "given an exception object rather than a traceback.")
        if not arg:
            for i, exc in enumerate(chain):
                mark = ">" if i == self._chained_exception_index else " "
                number = f"{i:>3}" if exc.__traceback__ is not None else "  -"
                self.message(f"{mark} {number} {exc!r}")
            return None
        try:
            number = int(arg)
        except ValueError:
            return self.error("Argument must be an integer")
        if not 0 <= number < len(chain):
            return self.error("No exception with that number")
        if chain[number].__traceback__ is None:
            return self.error("This exception does not have a traceback, cannot jump to it")
        self._chained_exception_index = number
        self.setup(None, chain[number].__traceback__)
        return self.print_stack_entry(self.stack[self.curindex])

    # --- going on ---

    def do_until(self, arg):
        """(Pdb) unt(il) [lineno]

        Go on to a line with a greater number than this one (or with that number), or to the end of the function.
        """
        line = None
        if arg:
            try:
                line = int(arg)
            except ValueError:
                return self.error(f"Error in argument: {arg!r}")
            if line <= self.curframe.f_lineno:
                return self.error('"until" line number is smaller than current line number')
        self.set_until(self.curframe, line)
        return 1

    do_unt = do_until

    @_without_argument
    def do_step(self, arg):
        """(Pdb) s(tep)

        Go on to the next line, in a function that is called if need be.
        """
        self.set_step()
        return 1

    do_s = do_step

    @_without_argument
    def do_next(self, arg):
        """(Pdb) n(ext)

        Go on to the next line of this function, or to its end.
        """
        self.set_next(self.curframe)
        return 1

    do_n = do_next

    @_without_argument
    def do_return(self, arg):
        """(Pdb) r(eturn)

        Go on to the end of this function.
        """
        self.set_return(self.curframe)
        return 1

    do_r = do_return

    @_without_argument
    def do_continue(self, arg):
        """(Pdb) c(ont(inue))

        Go on to a breakpoint.
        """
        if not self.nosigint:
            try:
                Pdb._previous_sigint_handler = signal.signal(signal.SIGINT, self.sigint_handler)
            except ValueError:
                pass
        self.set_continue()
        return 1

    do_c = do_cont = do_continue

    def do_run(self, arg):
        """(Pdb) run [args ...]

        Begin the program again, with other arguments if there are any.
        """
        if arg:
            import shlex

            try:
                sys.argv = sys.argv[:1] + shlex.split(arg)
            except ValueError as e:
                return self.error(f"Cannot run {arg}: {e}")
        raise Restart

    do_restart = do_run

    def do_jump(self, arg):
        """(Pdb) j(ump) lineno

        Let another line be the next, in the newest frame.
        """
        if self.curindex + 1 != len(self.stack):
            return self.error("You can only jump within the bottom frame")
        try:
            line = int(arg)
        except ValueError:
            return self.error("The 'jump' command requires a line number")
        try:
            self.curframe.f_lineno = line
        except ValueError as e:
            return self.error(f"Jump failed: {e}")
        self.stack[self.curindex] = self.curframe, line
        return self.print_stack_entry(self.stack[self.curindex])

    do_j = do_jump

    def do_debug(self, arg):
        """(Pdb) debug code

        Run code under a debugger of its own.
        """
        sys.settrace(None)
        inner = Pdb(self.completekey, self.stdin, self.stdout)
        inner.prompt = f"({self.prompt.strip()}) "
        self.message("ENTERING RECURSIVE DEBUGGER")
        try:
            sys.call_tracing(inner.run, (arg, self.curframe.f_globals, self.curframe.f_locals))
        except Exception:
            self._error_exc()
        self.message("LEAVING RECURSIVE DEBUGGER")
        sys.settrace(self.trace_dispatch)
        self.lastcmd = inner.lastcmd

    def do_quit(self, arg):
        """(Pdb) q(uit) | exit

        Leave the debugger, and the program with it.
        """
        self._user_requested_quit = True
        self.set_quit()
        return 1

    do_q = do_exit = do_quit

    def do_EOF(self, arg):
        """(Pdb) EOF

        The end of input is a quit.
        """
        self.message("")
        return self.do_quit(arg)

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

    # --- other names, help ---

    def do_alias(self, arg):
        """(Pdb) alias [name [command]]

        Another name for a command, in which %1, %2 ... stand for arguments and %* for all; without a command, what the
        name stands for; without anything, all.
        """
        words = arg.split()
        if not words:
            for name in sorted(self.aliases):
                self.message(f"{name} = {self.aliases[name]}")
        elif len(words) > 1:
            self.aliases[words[0]] = " ".join(words[1:])
        elif words[0] in self.aliases:
            self.message(f"{words[0]} = {self.aliases[words[0]]}")
        else:
            self.error(f"Unknown alias '{words[0]}'")

    def do_unalias(self, arg):
        """(Pdb) unalias name

        Forget an alias.
        """
        if not arg:
            return self._print_invalid_arg(arg, self.do_unalias)
        return self.aliases.pop(arg.split()[0], None) and None

    def do_help(self, arg):
        """(Pdb) h(elp) [command]

        The commands there are, or what one does.
        """
        if not arg:
            return cmd.Cmd.do_help(self, arg)
        topic = getattr(self, "help_" + arg, None)
        if topic:
            return topic()
        command = getattr(self, "do_" + arg, None)
        if command is None:
            return self.error(f"No help for {arg!r}")
        if not command.__doc__:
            return self.error(f"No help for {arg!r}; __doc__ string missing")
        return self.message(self._help_message_from_doc(command))

    do_h = do_help

    @classmethod
    def _help_message_from_doc(cls, command):
        text = inspect.cleandoc(command.__doc__).partition("\n\n")[2]
        lines = ["Usage: " + "\n       ".join(cls._usage(command)), ""]
        return "\n".join(lines + ["        " + line for line in text.split("\n")])

    def help_exec(self):
        """What `!` is for."""
        self.message("(!) statement\nDo a statement in the frame that is looked at. The ! is needed where the "
                     "statement begins like a command.")

    def help_pdb(self):
        """The whole text."""
        help()

    def _print_invalid_arg(self, arg, command):
        self.error(f"Invalid argument: {arg}")
        usage = self._usage(command)
        self.message("      Usage: " + ("\n" + " " * 13).join(usage))

    @staticmethod
    def _usage(command):
        """The lines in front of the first empty one in the docstring."""
        lines = [line.strip() for line in inspect.cleandoc(command.__doc__).partition("\n\n")[0].split("\n")]
        return lines if len(lines) > 1 else [lines[0].removeprefix("(Pdb) ")]

    # --- completion ---

    def completenames(self, text, line, begidx, endidx):
        """Commands and aliases."""
        return cmd.Cmd.completenames(self, text, line, begidx, endidx) + [a for a in self.aliases if a.startswith(text)]

    def _complete_expression(self, text, line, begidx, endidx):
        """Names, and attributes behind a dot."""
        if not self.curframe:
            return []
        names = {**self.curframe.f_globals, **self.curframe.f_locals}
        if "." not in text:
            import builtins

            return [name for name in {**vars(builtins), **names} if name.startswith(text)]
        head, _, tail = text.rpartition(".")
        try:
            found = eval(head, names)
        except Exception:
            return []
        return [f"{head}.{name}" for name in dir(found) if name.startswith(tail)]

    completedefault = complete_p = complete_pp = complete_print = complete_whatis = _complete_expression
    complete_display = complete_debug = complete_source = _complete_expression

    def _complete_bpnumber(self, text, line, begidx, endidx):
        return [str(i) for i, bp in enumerate(bdb.Breakpoint.bpbynumber) if bp and str(i).startswith(text)]

    def complete_break(self, text, line, begidx, endidx):
        """Functions, and files of source text."""
        import glob

        files = [name for name in glob.glob(glob.escape(text) + "*") if os.path.isdir(name) or name.endswith(".py")]
        return self._complete_expression(text, line, begidx, endidx) + files

    complete_b = complete_tbreak = complete_break
    complete_commands = complete_condition = complete_ignore = _complete_bpnumber
    complete_enable = complete_disable = complete_clear = complete_cl = _complete_bpnumber

    def complete_unalias(self, text, line, begidx, endidx):
        """Aliases."""
        return [name for name in self.aliases if name.startswith(text)]

    def complete_undisplay(self, text, line, begidx, endidx):
        """What is displayed."""
        return [e for e in self.displaying.get(self.curframe, {}) if e.startswith(text)]

    # --- running a program ---

    def _run(self, target):
        import __main__

        self._wait_for_mainpyfile = True
        self._user_requested_quit = False
        self.mainpyfile = self.canonic(target.filename)
        __main__.__dict__.clear()
        __main__.__dict__.update({"__name__": "__main__", "__file__": target.filename, "__package__": target.package,
                                  "__loader__": None, "__spec__": target.spec, "__builtins__": __builtins__})
        self.run(target.code)


class _Shown(str):
    """A text that is shown as it is."""

    def __repr__(self):
        return str(self)


# --- what programs call ---

def run(statement, globals=None, locals=None):
    """Run statements under the debugger."""
    Pdb().run(statement, globals, locals)


def runeval(expression, globals=None, locals=None):
    """The value of an expression that is evaluated under the debugger."""
    return Pdb().runeval(expression, globals, locals)


def runctx(statement, globals, locals):
    """run()."""
    run(statement, globals, locals)


def runcall(*args, **kwds):
    """The result of a function that is called under the debugger."""
    return Pdb().runcall(*args, **kwds)


def set_trace(*, header=None):
    """Start the debugger in the caller."""
    debugger = Pdb()
    if header is not None:
        debugger.message(header)
    debugger.set_trace(sys._getframe().f_back)


def post_mortem(t=None):
    """Look at what an exception or its traceback tells of, by default the exception that is being handled."""
    if t is None:
        t = sys.exception()
        if t is None or t.__traceback__ is None:
            raise ValueError("A valid traceback must be passed if no exception is being handled")
    elif isinstance(t, BaseException) and t.__traceback__ is None:
        raise ValueError("A valid traceback must be passed if no exception is being handled")
    debugger = Pdb()
    debugger.reset()
    debugger.interaction(None, t)


def pm():
    """Look at the last exception that nobody has handled."""
    post_mortem(sys.last_exc if hasattr(sys, "last_exc") else sys.last_traceback)


def help():
    """Print what there is to know."""
    print(__doc__ + "\n\n" + "\n\n".join(
        Pdb._help_message_from_doc(getattr(Pdb, name))
        for name in dir(Pdb) if name.startswith("do_") and len(name) > 5 and getattr(Pdb, name).__doc__))


def main():
    """python -m pdb"""
    import argparse

    parser = argparse.ArgumentParser(usage="pdb [-h] [-c command] (-m module | pyfile) [args ...]",
                                     description="Debug a Python program.")
    parser.add_argument("-c", "--command", action="append", default=[], metavar="command", dest="commands",
                        help="a command to begin with, as in a .pdbrc file")
    parser.add_argument("-m", metavar="module", dest="module")
    parser.add_argument("args", nargs=argparse.REMAINDER, help="the program and its arguments")
    if len(sys.argv) == 1:
        parser.print_help()
        sys.exit(2)
    given = parser.parse_args()
    if not given.module and not given.args:
        parser.error("no module or script to run")
    program = given.module or given.args.pop(0)
    target = _ModuleTarget(program) if given.module else _ScriptTarget(program)
    wrong = target.check()
    if wrong:
        print(wrong)
        sys.exit(1)
    sys.argv[:] = [program, *given.args]
    target.prepare()
    debugger = Pdb()
    debugger.rcLines.extend(given.commands)
    while True:
        try:
            debugger._run(target)
        except Restart:
            print("Restarting", target, "with arguments:")
            print("\t" + " ".join(sys.argv[1:]))
        except SystemExit as e:
            print("The program exited via sys.exit(). Exit status:", e)
        except BaseException as e:
            traceback.print_exc()
            print("Uncaught exception. Entering post mortem debugging")
            print("Running 'cont' or 'step' will restart the program")
            debugger.interaction(None, e)
        if debugger._user_requested_quit:
            break
        print("The program finished and will be restarted")


if __name__ == "__main__":
    import pdb  # the same classes as those that the program sees

    pdb.main()
