"""cmd: interpreters of commands that are typed line by line.

A subclass of Cmd has a method do_NAME for each command; what a method returns says whether that is the end. `help`
shows the methods' docstrings or calls help_NAME, and a line that begins with ? is a call for help, one that begins
with ! one of do_shell.
"""

import inspect
import string
import sys

__all__ = ["Cmd"]

PROMPT = "(Cmd) "
IDENTCHARS = string.ascii_letters + string.digits + "_"


class Cmd:
    """A simple framework for interpreters of lines: a line "name rest" calls the method do_name with the rest."""

    prompt = PROMPT
    identchars = IDENTCHARS
    ruler = "="
    lastcmd = ""
    intro = None
    doc_leader = ""
    doc_header = "Documented commands (type help <topic>):"
    misc_header = "Miscellaneous help topics:"
    undoc_header = "Undocumented commands:"
    nohelp = "*** No help on %s"
    use_rawinput = 1

    def __init__(self, completekey="tab", stdin=None, stdout=None):
        self.stdin = sys.stdin if stdin is None else stdin
        self.stdout = sys.stdout if stdout is None else stdout
        self.cmdqueue = []  # lines to be done before any are read
        self.completekey = completekey

    # the loop

    def cmdloop(self, intro=None):
        """Read lines and do them until a command returns something true."""
        self.preloop()
        restore = self._install_completion()
        try:
            if intro is not None:
                self.intro = intro
            if self.intro:
                self.stdout.write(str(self.intro) + "\n")
            stop = None
            while not stop:
                line = self.cmdqueue.pop(0) if self.cmdqueue else self._read()
                line = self.precmd(line)
                stop = self.onecmd(line)
                stop = self.postcmd(stop, line)
            self.postloop()
        finally:
            restore()

    def _install_completion(self):
        """Let readline, if it is there, complete by this object; returns what undoes that."""
        if self.use_rawinput and self.completekey:
            try:
                import readline
            except ImportError:
                return lambda: None
            self.old_completer = readline.get_completer()
            readline.set_completer(self.complete)
            readline.parse_and_bind(self.completekey + ": complete")
            return lambda: readline.set_completer(self.old_completer)
        return lambda: None

    def _read(self):
        if self.use_rawinput:
            try:
                return input(self.prompt)
            except EOFError:
                return "EOF"
        self.stdout.write(self.prompt)
        self.stdout.flush()
        line = self.stdin.readline()
        return line.rstrip("\r\n") if line else "EOF"

    # for subclasses to define

    def precmd(self, line):
        """Called with each line; what it returns is done."""
        return line

    def postcmd(self, stop, line):
        """Called after each command; what it returns says whether that was the end."""
        return stop

    def preloop(self):
        """Called at the beginning of the loop."""

    def postloop(self):
        """Called at the end of the loop."""

    # lines

    def parseline(self, line):
        """(command, argument, line); the first two are None where there is no command."""
        line = line.strip()
        if not line:
            return None, None, line
        if line[0] == "?":
            line = "help " + line[1:]
        elif line[0] == "!":
            if not hasattr(self, "do_shell"):
                return None, None, line
            line = "shell " + line[1:]
        end = 0
        while end < len(line) and line[end] in self.identchars:
            end += 1
        return line[:end], line[end:].strip(), line

    def onecmd(self, line):
        """Do a line as if it had been typed."""
        command, argument, line = self.parseline(line)
        if not line:
            return self.emptyline()
        if command is None:
            return self.default(line)
        self.lastcmd = line
        if line == "EOF":
            self.lastcmd = ""
        if command == "":
            return self.default(line)
        function = getattr(self, "do_" + command, None)
        if function is None:
            return self.default(line)
        return function(argument)

    def emptyline(self):
        """Do the last command once more."""
        if self.lastcmd:
            return self.onecmd(self.lastcmd)

    def default(self, line):
        """What to do with a command that there is not."""
        self.stdout.write(f"*** Unknown syntax: {line}\n")

    # completion

    def completedefault(self, *ignored):
        """The completions of commands that have no complete_NAME."""
        return []

    def completenames(self, text, *ignored):
        return [name[3:] for name in self.get_names() if name.startswith("do_" + text)]

    def complete(self, text, state):
        """The completion of that number for readline, or None behind the last one."""
        if state == 0:
            import readline
            whole = readline.get_line_buffer()
            line = whole.lstrip()
            stripped = len(whole) - len(line)
            begin, end = readline.get_begidx() - stripped, readline.get_endidx() - stripped
            complete = self.completenames
            if begin > 0:
                command = self.parseline(line)[0]
                complete = getattr(self, "complete_" + (command or ""), self.completedefault)
            self.completion_matches = complete(text, line, begin, end)
        try:
            return self.completion_matches[state]
        except IndexError:
            return None

    def get_names(self):
        return dir(self.__class__)

    def complete_help(self, *args):
        topics = {name[5:] for name in self.get_names() if name.startswith("help_" + args[0])}
        return list(set(self.completenames(*args)) | topics)

    # help

    def do_help(self, arg):
        'List available commands with "help" or detailed help with "help cmd".'
        if not arg:
            self._list_topics()
            return
        function = getattr(self, "help_" + arg, None)
        if function is not None:
            function()
            return
        function = getattr(self, "do_" + arg, None)
        doc = function is not None and function.__doc__
        self.stdout.write(f"{inspect.cleandoc(doc) if doc else self.nohelp % (arg,)}\n")

    def _list_topics(self):
        names = self.get_names()
        topics = {name[5:] for name in names if name.startswith("help_")}
        documented, undocumented = [], []
        for name in sorted(set(names)):
            if not name.startswith("do_"):
                continue
            command = name[3:]
            if command in topics:
                documented.append(command)
                topics.remove(command)
            elif getattr(self, name).__doc__:
                documented.append(command)
            else:
                undocumented.append(command)
        self.stdout.write(f"{self.doc_leader}\n")
        self.print_topics(self.doc_header, documented, 15, 80)
        self.print_topics(self.misc_header, sorted(topics), 15, 80)
        self.print_topics(self.undoc_header, undocumented, 15, 80)

    def print_topics(self, header, cmds, cmdlen, maxcol):
        if cmds:
            self.stdout.write(f"{header}\n")
            if self.ruler:
                self.stdout.write(f"{self.ruler * len(header)}\n")
            self.columnize(cmds, maxcol - 1)
            self.stdout.write("\n")

    def columnize(self, list, displaywidth=80):
        """Print strings in columns, each as wide as it must be, in as few lines as that allows."""
        if not list:
            self.stdout.write("<empty>\n")
            return
        wrong = [i for i in range(len(list)) if not isinstance(list[i], str)]
        if wrong:
            raise TypeError(f"list[i] not a string for i in {', '.join(map(str, wrong))}")
        size = len(list)
        if size == 1:
            self.stdout.write(f"{list[0]}\n")
            return
        for rows in range(1, size):
            columns = (size + rows - 1) // rows
            widths = [max(map(len, list[c * rows:(c + 1) * rows]), default=0) for c in range(columns)]
            if sum(widths) + 2 * (columns - 1) <= displaywidth:
                break
        else:
            rows, columns, widths = size, 1, [0]
        for row in range(rows):
            texts = [list[row + rows * c] if row + rows * c < size else "" for c in range(columns)]
            while texts and not texts[-1]:
                del texts[-1]
            self.stdout.write("  ".join(text.ljust(width) for text, width in zip(texts, widths)) + "\n")
