"""bdb: what a debugger stands on. A trace function that stops where breakpoints and steps ask for it, and the books of
the breakpoints.

A subclass of Bdb overrides user_line, user_call, user_return and user_exception, which are called where the program
stops, and says by one of the set_ methods how it goes on. Where that is, four attributes tell:

    stopframe     the frame to stop in; None: in any
    stoplineno    the line from which on to stop there; -1: nowhere
    returnframe   the frame whose return is a stop, too
    quitting      the program is to be left: BdbQuit is raised
"""

import fnmatch
import linecache
import os
import reprlib
import sys
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR

__all__ = ["BdbQuit", "Bdb", "Breakpoint"]

GENERATOR_AND_COROUTINE_FLAGS = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR


class BdbQuit(Exception):
    """The debugger is left, and the program with it."""


def _is_resumable(frame):
    return frame.f_code.co_flags & GENERATOR_AND_COROUTINE_FLAGS


class Bdb:
    """A debugger without a user interface."""

    def __init__(self, skip=None):
        self.skip = set(skip) if skip else None
        self.breaks = {}  # file -> the lines with breakpoints
        self.fncache = {}
        self.frame_trace_lines_opcodes = {}  # what frames had before set_trace
        self.frame_returning = None
        self.trace_opcodes = False
        self.enterframe = None
        self._load_breaks()

    def canonic(self, filename):
        """The one form of a file's name: absolute, in normal case; what stands in <> stays as it is."""
        if filename[:1] == "<" and filename[-1:] == ">":
            return filename
        known = self.fncache.get(filename)
        if known is None:
            known = self.fncache[filename] = os.path.normcase(os.path.abspath(filename))
        return known

    def reset(self):
        """Be ready to begin."""
        linecache.checkcache()
        self.botframe = None
        self._set_stopinfo(None, None)

    # --- the trace function ---

    def trace_dispatch(self, frame, event, arg):
        """What sys.settrace is given: hand the event on, and give the trace function for the frame."""
        self.enterframe = frame
        if self.quitting:
            return None
        if event == "line":
            return self.dispatch_line(frame)
        if event == "opcode":
            return self.dispatch_opcode(frame, arg)
        if event in ("call", "return", "exception"):
            return getattr(self, "dispatch_" + event)(frame, arg)
        if event not in ("c_call", "c_return", "c_exception"):
            print("bdb.Bdb.dispatch: unknown debugging event:", repr(event))
        return self.trace_dispatch

    def _go_on(self):
        """What a frame is traced with behind a stop."""
        if self.quitting:
            raise BdbQuit
        return self.trace_dispatch

    def dispatch_line(self, frame):
        """A line begins: stop if there is a reason."""
        if self.stop_here(frame) or self.break_here(frame):
            self.user_line(frame)
            self._go_on()
        return self.trace_dispatch

    def dispatch_opcode(self, frame, arg):
        """An instruction begins: stop if there is a reason."""
        if self.stop_here(frame) or self.break_here(frame):
            self.user_opcode(frame)
            self._go_on()
        return self.trace_dispatch

    def dispatch_call(self, frame, arg):
        """A function begins, or a generator is resumed: stop if stepping, trace it if that may be needed."""
        if self.botframe is None:
            self.botframe = frame.f_back  # the first call of all
            return self.trace_dispatch
        if not (self.stop_here(frame) or self.break_anywhere(frame)):
            return None
        if self.stopframe and _is_resumable(frame):
            return self.trace_dispatch
        self.user_call(frame, arg)
        return self._go_on()

    def dispatch_return(self, frame, arg):
        """A function ends, or a generator yields."""
        if self.stop_here(frame) or frame == self.returnframe:
            if self.stopframe and _is_resumable(frame):
                return self.trace_dispatch
            self.frame_returning = frame
            try:
                self.user_return(frame, arg)
            finally:
                self.frame_returning = None
            self._go_on()
            if self.stopframe is frame and self.stoplineno != -1:
                self._set_stopinfo(None, None)  # where it would have gone on, there is nothing more
            if self.stoplineno != -1:
                self._set_caller_tracefunc(frame)
        return self.trace_dispatch

    def dispatch_exception(self, frame, arg):
        """An exception was raised. That by which a subiterator ends is hidden from steps over generators."""
        if self.stop_here(frame):
            if not (_is_resumable(frame) and arg[0] is StopIteration and arg[2] is None):
                self.user_exception(frame, arg)
                self._go_on()
        elif (self.stopframe and frame is not self.stopframe and _is_resumable(self.stopframe)
              and arg[0] in (StopIteration, GeneratorExit)):
            self.user_exception(frame, arg)
            self._go_on()
        return self.trace_dispatch

    def _set_caller_tracefunc(self, frame):
        """Trace the frame that `frame` goes back to, too, so that a step can stop there."""
        caller = frame.f_back
        if caller and not caller.f_trace:
            caller.f_trace = self.trace_dispatch

    # --- where to stop ---

    def is_skipped_module(self, module_name):
        """Does a pattern of `skip` match the module's name?"""
        return module_name is not None and any(fnmatch.fnmatch(module_name, pattern) for pattern in self.skip)

    def stop_here(self, frame):
        """Does the present step end in this frame?"""
        if self.skip and self.is_skipped_module(frame.f_globals.get("__name__")):
            return False
        if frame is self.stopframe:
            return self.stoplineno != -1 and frame.f_lineno >= self.stoplineno
        return not self.stopframe

    def break_here(self, frame):
        """Is there a breakpoint that is due at the frame's line? A temporary one is deleted."""
        filename = self.canonic(frame.f_code.co_filename)
        lines = self.breaks.get(filename)
        if lines is None:
            return False
        line = frame.f_lineno
        if line not in lines:
            line = frame.f_code.co_firstlineno  # of a breakpoint at a function
            if line not in lines:
                return False
        bp, delete = effective(filename, line, frame)
        if not bp:
            return False
        self.currentbp = bp.number
        if delete and bp.temporary:
            self.do_clear(str(bp.number))
        return True

    def do_clear(self, arg):
        """Delete the temporary breakpoint with that number; a debugger says how."""
        raise NotImplementedError("subclass of bdb must implement do_clear()")

    def break_anywhere(self, frame):
        """Are there breakpoints in the frame's file?"""
        return self.canonic(frame.f_code.co_filename) in self.breaks

    # --- what a debugger does there ---

    def user_call(self, frame, argument_list):
        """A function is called, where the program might stop."""

    def user_line(self, frame):
        """The program stops at a line."""

    def user_return(self, frame, return_value):
        """A function that the program stops at the end of has this value."""

    def user_exception(self, frame, exc_info):
        """An exception, as a tuple of class, object and traceback."""

    def user_opcode(self, frame):
        """The program stops at an instruction."""

    # --- how to go on ---

    def _set_trace_opcodes(self, trace_opcodes):
        if trace_opcodes == self.trace_opcodes:
            return
        self.trace_opcodes = trace_opcodes
        frame = self.enterframe
        while frame:
            frame.f_trace_opcodes = trace_opcodes
            if frame is self.botframe:
                break
            frame = frame.f_back

    def _set_stopinfo(self, stopframe, returnframe, stoplineno=0, opcode=False):
        self.stopframe = stopframe
        self.returnframe = returnframe
        self.quitting = False
        self.stoplineno = stoplineno
        self._set_trace_opcodes(opcode)

    def set_until(self, frame, lineno=None):
        """Stop at a greater line than the present one (or at `lineno`, or behind it), or at the end of the frame."""
        self._set_stopinfo(frame, frame, frame.f_lineno + 1 if lineno is None else lineno)

    def set_step(self):
        """Stop at the next line, anywhere."""
        self._set_stopinfo(None, None)

    def set_stepinstr(self):
        """Stop at the next instruction."""
        self._set_stopinfo(None, None, 0, opcode=True)

    def set_next(self, frame):
        """Stop at the next line of the frame, or below it."""
        self._set_stopinfo(frame, None)

    def set_return(self, frame):
        """Stop when the frame ends."""
        if _is_resumable(frame):
            self._set_stopinfo(frame, None, -1)
        else:
            self._set_stopinfo(frame.f_back, frame)

    def set_trace(self, frame=None):
        """Begin to debug in the frame, the caller's by default."""
        sys.settrace(None)
        frame = frame or sys._getframe().f_back
        self.reset()
        self.enterframe = frame
        while frame:
            frame.f_trace = self.trace_dispatch
            self.botframe = frame
            self.frame_trace_lines_opcodes[frame] = frame.f_trace_lines, frame.f_trace_opcodes
            frame.f_trace_lines = True
            frame = frame.f_back
        self.set_stepinstr()
        self.enterframe = None
        sys.settrace(self.trace_dispatch)

    def set_continue(self):
        """Stop at breakpoints alone; without any, the program runs untraced."""
        self._set_stopinfo(self.botframe, None, -1)
        if self.breaks:
            return
        sys.settrace(None)
        frame = sys._getframe().f_back
        while frame and frame is not self.botframe:
            del frame.f_trace
            frame = frame.f_back
        for frame, (lines, opcodes) in self.frame_trace_lines_opcodes.items():
            frame.f_trace_lines, frame.f_trace_opcodes = lines, opcodes
        self.frame_trace_lines_opcodes = {}

    def set_quit(self):
        """Leave the program at the next event."""
        self.stopframe = self.botframe
        self.returnframe = None
        self.quitting = True
        sys.settrace(None)

    # --- breakpoints: what is wrong is given as a text ---

    def _add_to_breaks(self, filename, lineno):
        lines = self.breaks.setdefault(filename, [])
        if lineno not in lines:
            lines.append(lineno)

    def _load_breaks(self):
        """Those that other debuggers have set hold here, too."""
        for filename, lineno in Breakpoint.bplist:
            self._add_to_breaks(filename, lineno)

    def _prune_breaks(self, filename, lineno):
        """Forget a line when its last breakpoint is gone."""
        if (filename, lineno) not in Breakpoint.bplist:
            self.breaks[filename].remove(lineno)
        if not self.breaks[filename]:
            del self.breaks[filename]

    def set_break(self, filename, lineno, temporary=False, cond=None, funcname=None):
        """A new breakpoint; None, or what is wrong."""
        filename = self.canonic(filename)
        if not linecache.getline(filename, lineno):
            return f"Line {filename}:{lineno} does not exist"
        self._add_to_breaks(filename, lineno)
        Breakpoint(filename, lineno, temporary, cond, funcname)
        return None

    def clear_break(self, filename, lineno):
        """Delete all breakpoints of the line."""
        filename = self.canonic(filename)
        if filename not in self.breaks:
            return f"There are no breakpoints in {filename}"
        if lineno not in self.breaks[filename]:
            return f"There is no breakpoint at {filename}:{lineno}"
        for bp in Breakpoint.bplist[filename, lineno][:]:
            bp.deleteMe()
        self._prune_breaks(filename, lineno)
        return None

    def clear_bpbynumber(self, arg):
        """Delete the breakpoint with that number."""
        try:
            bp = self.get_bpbynumber(arg)
        except ValueError as e:
            return str(e)
        bp.deleteMe()
        self._prune_breaks(bp.file, bp.line)
        return None

    def clear_all_file_breaks(self, filename):
        """Delete the breakpoints in a file."""
        filename = self.canonic(filename)
        if filename not in self.breaks:
            return f"There are no breakpoints in {filename}"
        for line in self.breaks.pop(filename):
            for bp in Breakpoint.bplist[filename, line][:]:
                bp.deleteMe()
        return None

    def clear_all_breaks(self):
        """Delete all breakpoints."""
        if not self.breaks:
            return "There are no breakpoints"
        for bp in Breakpoint.bpbynumber:
            if bp:
                bp.deleteMe()
        self.breaks = {}
        return None

    def get_bpbynumber(self, arg):
        """The breakpoint with a number, which may be a text; ValueError."""
        if not arg:
            raise ValueError("Breakpoint number expected")
        try:
            number = int(arg)
        except ValueError:
            raise ValueError(f"Non-numeric breakpoint number {arg}") from None
        try:
            bp = Breakpoint.bpbynumber[number]
        except IndexError:
            raise ValueError(f"Breakpoint number {number} out of range") from None
        if bp is None:
            raise ValueError(f"Breakpoint {number} already deleted")
        return bp

    def get_break(self, filename, lineno):
        """Is there a breakpoint at the line?"""
        return lineno in self.breaks.get(self.canonic(filename), ())

    def get_breaks(self, filename, lineno):
        """The breakpoints at the line."""
        return Breakpoint.bplist[self.canonic(filename), lineno] if self.get_break(filename, lineno) else []

    def get_file_breaks(self, filename):
        """The lines of a file with breakpoints."""
        return self.breaks.get(self.canonic(filename), [])

    def get_all_breaks(self):
        """All of them: file -> lines."""
        return self.breaks

    # --- frames ---

    def get_stack(self, f, t):
        """Pairs of frames and lines, the outermost first: those around the frame f, then those of the traceback t; and
        the index of the one to begin with."""
        stack = []
        if t and t.tb_frame is f:
            t = t.tb_next
        while f:
            stack.append((f, f.f_lineno))
            if f is self.botframe:
                break
            f = f.f_back
        stack.reverse()
        index = max(0, len(stack) - 1)
        while t:
            stack.append((t.tb_frame, t.tb_lineno))
            t = t.tb_next
        if f is None:
            index = max(0, len(stack) - 1)
        return stack, index

    def format_stack_entry(self, frame_lineno, lprefix=": "):
        """A frame as one line: file(line)function()->value: text."""
        frame, lineno = frame_lineno
        filename = self.canonic(frame.f_code.co_filename)
        text = f"{filename}({lineno}){frame.f_code.co_name or '<lambda>'}()"
        if "__return__" in frame.f_locals:
            text += "->" + reprlib.repr(frame.f_locals["__return__"])
        if lineno is None:
            return text + f"{lprefix}Warning: lineno is None"
        line = linecache.getline(filename, lineno, frame.f_globals)
        return text + lprefix + line.strip() if line else text

    # --- running code under the debugger ---

    def run(self, cmd, globals=None, locals=None):
        """Run statements, in __main__ by default."""
        globals = _main_names() if globals is None else globals
        locals = globals if locals is None else locals
        if isinstance(cmd, str):
            cmd = compile(cmd, "<string>", "exec")
        self.reset()
        sys.settrace(self.trace_dispatch)
        try:
            exec(cmd, globals, locals)
        except BdbQuit:
            pass
        finally:
            self.quitting = True
            sys.settrace(None)

    def runctx(self, cmd, globals, locals):
        """run()."""
        self.run(cmd, globals, locals)

    def runeval(self, expr, globals=None, locals=None):
        """The value of an expression, in __main__ by default."""
        globals = _main_names() if globals is None else globals
        locals = globals if locals is None else locals
        self.reset()
        sys.settrace(self.trace_dispatch)
        try:
            return eval(expr, globals, locals)
        except BdbQuit:
            pass
        finally:
            self.quitting = True
            sys.settrace(None)

    def runcall(self, func, /, *args, **kwds):
        """The result of a call."""
        self.reset()
        sys.settrace(self.trace_dispatch)
        result = None
        try:
            result = func(*args, **kwds)
        except BdbQuit:
            pass
        finally:
            self.quitting = True
            sys.settrace(None)
        return result


def _main_names():
    import __main__
    return __main__.__dict__


def set_trace():
    """Begin to debug in the caller, with a debugger that does nothing."""
    Bdb().set_trace()


class Breakpoint:
    """A breakpoint: in a file, at a line, perhaps for one stop only, under a condition, at a function."""

    next = 1  # the number of the next one
    bplist = {}  # (file, line) -> the breakpoints there
    bpbynumber = [None]  # by number; None: deleted

    def __init__(self, file, line, temporary=False, cond=None, funcname=None):
        self.funcname = funcname
        self.func_first_executable_line = None  # known when it is reached
        self.file = file
        self.line = line
        self.temporary = temporary
        self.cond = cond
        self.enabled = True
        self.ignore = 0
        self.hits = 0
        self.number = Breakpoint.next
        Breakpoint.next += 1
        self.bpbynumber.append(self)
        self.bplist.setdefault((file, line), []).append(self)

    @staticmethod
    def clearBreakpoints():
        """Forget all there are, and begin again to number them."""
        Breakpoint.next = 1
        Breakpoint.bplist = {}
        Breakpoint.bpbynumber = [None]

    def deleteMe(self):
        """Take it out of the lists."""
        place = self.file, self.line
        self.bpbynumber[self.number] = None
        self.bplist[place].remove(self)
        if not self.bplist[place]:
            del self.bplist[place]

    def enable(self):
        """Let it count."""
        self.enabled = True

    def disable(self):
        """Let it not count."""
        self.enabled = False

    def bpprint(self, out=None):
        """Print bpformat()."""
        print(self.bpformat(), file=sys.stdout if out is None else out)

    def bpformat(self):
        """What there is to say of it, in columns."""
        kept = "del  " if self.temporary else "keep "
        text = f"{self.number:<4}breakpoint   {kept}{'yes  ' if self.enabled else 'no   '} at {self.file}:{self.line}"
        if self.cond:
            text += f"\n\tstop only if {self.cond}"
        if self.ignore:
            text += f"\n\tignore next {self.ignore} hits"
        if self.hits:
            text += f"\n\tbreakpoint already hit {self.hits} time{'s' if self.hits > 1 else ''}"
        return text

    def __str__(self):
        return f"breakpoint {self.number} at {self.file}:{self.line}"


def checkfuncname(b, frame):
    """Is a stop at the breakpoint b due as far as the place goes? One at a function counts at its first line alone."""
    if not b.funcname:
        return b.line == frame.f_lineno
    if frame.f_code.co_name != b.funcname:
        return False
    if not b.func_first_executable_line:
        b.func_first_executable_line = frame.f_lineno
    return b.func_first_executable_line == frame.f_lineno


def effective(file, line, frame):
    """The breakpoint that is due at the line, and whether it may be deleted if temporary; (None, None): none is. One
    whose condition raises is due, and stays."""
    for b in Breakpoint.bplist[file, line]:
        if not b.enabled or not checkfuncname(b, frame):
            continue
        b.hits += 1
        if b.cond:
            try:
                holds = eval(b.cond, frame.f_globals, frame.f_locals)
            except Exception:
                return b, False
            if not holds:
                continue
        if b.ignore > 0:
            b.ignore -= 1
            continue
        return b, True
    return None, None
