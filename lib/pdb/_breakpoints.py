"""pdb's breakpoints: setting and clearing them, and the commands that are done there."""

import bdb
import linecache
import os
import sys
import types

from pdb._target import find_first_executable_line, find_function

__name__ = "pdb"  # the home that classes and functions tell


class _Breakpoints:
    """The part of Pdb that has to do with breakpoints."""

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
