"""An interpreter's prompt inside a program."""

import builtins
import sys
import traceback
from codeop import CommandCompiler, compile_command

__all__ = ["InteractiveInterpreter", "InteractiveConsole", "interact", "compile_command"]


class InteractiveInterpreter:
    """Runs source text, statement by statement, in one namespace."""

    def __init__(self, locals=None):
        """locals is the namespace; the default is a new dict with __name__ "__console__" and __doc__ None."""
        if locals is None:
            locals = {"__name__": "__console__", "__doc__": None}
        self.locals = locals
        self.compile = CommandCompiler()

    def runsource(self, source, filename="<input>", symbol="single"):
        """Run a statement. True: it is only the beginning of one; a wrong one is shown and gives False."""
        try:
            code = self.compile(source, filename, symbol)
        except (OverflowError, SyntaxError, ValueError):
            self.showsyntaxerror(filename, source=source)
            return False
        if code is None:
            return True
        self.runcode(code)
        return False

    def runcode(self, code):
        """Run a code object; exceptions but SystemExit are shown."""
        try:
            exec(code, self.locals)
        except SystemExit:
            raise
        except:
            self.showtraceback()

    def showsyntaxerror(self, filename=None, **kwargs):
        """Show the syntax error being handled, as one in the file of that name."""
        error = sys.exception()
        try:
            if filename and isinstance(error, SyntaxError):
                error.filename = filename
            self._show(error.with_traceback(None))
        finally:
            error = None

    def showtraceback(self):
        """Show the exception being handled, without this module's own frame."""
        error = sys.exception()
        try:
            self._show(error.with_traceback(error.__traceback__.tb_next))
        finally:
            error = None

    def _show(self, error):
        sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__
        sys.last_exc = error
        if sys.excepthook is sys.__excepthook__:
            self.write("".join(traceback.format_exception(error)))
            return
        try:
            sys.excepthook(type(error), error, error.__traceback__)
        except SystemExit:
            raise
        except BaseException as failure:
            failure.__context__ = None
            print("Error in sys.excepthook:", file=sys.stderr)
            sys.__excepthook__(type(failure), failure, failure.__traceback__.tb_next)
            print(file=sys.stderr)
            print("Original exception was:", file=sys.stderr)
            sys.__excepthook__(type(error), error, error.__traceback__)

    def write(self, data):
        """Write to sys.stderr; a subclass may write elsewhere."""
        sys.stderr.write(data)


class InteractiveConsole(InteractiveInterpreter):
    """An interpreter that is given lines, and a loop that reads them."""

    def __init__(self, locals=None, filename="<console>", *, local_exit=False):
        """filename is what tracebacks show; with local_exit, exit() and quit() leave the console alone."""
        super().__init__(locals)
        self.filename = filename
        self.local_exit = local_exit
        self.resetbuffer()

    def resetbuffer(self):
        """Forget the lines of an unfinished statement."""
        self.buffer = []

    def interact(self, banner=None, exitmsg=None):
        """Read and run statements until the end of input. "" for one of the two texts: nothing is printed."""
        defaults = {"ps1": ">>> ", "ps2": "... "}
        missing = [name for name in defaults if not hasattr(sys, name)]
        for name in missing:
            setattr(sys, name, defaults[name])
        if banner is None:
            notice = 'Type "help", "copyright", "credits" or "license" for more information.'
            self.write(f"Python {sys.version} on {sys.platform}\n{notice}\n({self.__class__.__name__})\n")
        elif banner:
            self.write(f"{banner!s}\n")
        leavers = {}
        if self.local_exit:
            for name in ("exit", "quit"):
                if hasattr(builtins, name):
                    leavers[name] = getattr(builtins, name)
                    setattr(builtins, name, Quitter(name))
        try:
            self._loop()
        finally:
            for name, leaver in leavers.items():
                setattr(builtins, name, leaver)
            for name in missing:
                delattr(sys, name)
            if exitmsg is None:
                self.write(f"now exiting {self.__class__.__name__}...\n")
            elif exitmsg:
                self.write(f"{exitmsg}\n")

    def _loop(self):
        more = 0
        while True:
            try:
                try:
                    line = self.raw_input(sys.ps2 if more else sys.ps1)
                except EOFError:
                    self.write("\n")
                    return
                more = self.push(line)
            except KeyboardInterrupt:
                self.write("\nKeyboardInterrupt\n")
                self.resetbuffer()
                more = 0
            except SystemExit:
                if not self.local_exit:
                    raise
                self.write("\n")
                return

    def push(self, line, filename=None, _symbol="single"):
        """Take a line; true when the statement wants more of them."""
        self.buffer.append(line)
        more = self.runsource("\n".join(self.buffer), filename or self.filename, symbol=_symbol)
        if not more:
            self.resetbuffer()
        return more

    def raw_input(self, prompt=""):
        """Read a line without its end; EOFError at the end of input."""
        return input(prompt)


class Quitter:
    """exit and quit of a console that they leave alone."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"Use {self.name} or Ctrl-D (i.e. EOF) to exit"

    def __call__(self, code=None):
        raise SystemExit(code)


def interact(banner=None, readfunc=None, local=None, exitmsg=None, local_exit=False):
    """Read and run statements in the namespace `local`; readfunc(prompt), if given, reads the lines."""
    console = InteractiveConsole(local, local_exit=local_exit)
    if readfunc is not None:
        console.raw_input = readfunc
    console.interact(banner, exitmsg)


if __name__ == "__main__":
    import argparse
    parser = argparse.ArgumentParser()
    parser.add_argument("-q", action="store_true", help="don't print version and copyright messages")
    interact("" if parser.parse_args().q or sys.flags.quiet else None)
