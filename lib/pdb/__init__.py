"""pdb: a debugger that is talked to.

    python -m pdb [-c command] (-m module | script) [args ...]

runs a program under it from its first line on; breakpoint(), or pdb.set_trace(), starts it in the midst of a program;
pdb.post_mortem() and pdb.pm() look at what an exception has left. At the prompt `help` lists the commands. What is none
is a statement, to be done in the frame that is looked at; `!` in front says so of one that begins like a command.
"""

import bdb
import cmd
import codeop
import inspect
import io
import os
import signal
import sys
import tokenize
import traceback
import types

from pdb._breakpoints import _Breakpoints
from pdb._target import _ModuleTarget, _ScriptTarget, find_first_executable_line, find_function
from pdb._views import _Views, _without_argument

__all__ = ["run", "pm", "Pdb", "runeval", "runctx", "runcall", "set_trace", "post_mortem", "help"]

line_prefix = "\n-> "  # between a place and its line

CONVENIENCE = "__pdb_convenience_variables"


class Restart(Exception):
    """The program is to begin again."""


class Pdb(_Breakpoints, _Views, bdb.Bdb, cmd.Cmd):
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
