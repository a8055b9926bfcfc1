"""getpass: ask for a password without showing it, and who the user is."""

import io
import os
import sys
import warnings

__all__ = ["getpass", "getuser", "GetPassWarning"]

try:
    import termios
except ModuleNotFoundError:
    termios = None


class GetPassWarning(UserWarning):
    """The password can be seen as it is typed."""


def unix_getpass(prompt="Password: ", stream=None):
    """Ask on the terminal, with its echo off, or by standard input where there is no terminal."""
    terminal = None
    try:
        raw = io.FileIO(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY), "w+")
        source = io.TextIOWrapper(raw)
        terminal, fd = source, source.fileno()
        stream = stream or source
    except OSError:
        try:
            fd, source = sys.stdin.fileno(), sys.stdin
        except (AttributeError, ValueError):
            return fallback_getpass(prompt, stream)
        stream = stream or sys.stderr
    try:
        return _ask_silently(prompt, stream, source, fd)
    finally:
        if terminal is not None:
            terminal.close()


def _ask_silently(prompt, stream, source, fd):
    if termios is None:
        return fallback_getpass(prompt, stream)
    try:
        old = termios.tcgetattr(fd)
        new = old[:]
        new[3] &= ~termios.ECHO
        termios.tcsetattr(fd, termios.TCSAFLUSH, new)
    except termios.error:
        return fallback_getpass(prompt, stream)
    try:
        password = _raw_input(prompt, stream, input=source)
    finally:
        termios.tcsetattr(fd, termios.TCSAFLUSH, old)
        stream.flush()
    stream.write("\n")
    return password


def fallback_getpass(prompt="Password: ", stream=None):
    """Ask by standard input, with a warning that what is typed can be seen."""
    warnings.warn("Can not control echo on the terminal.", GetPassWarning, stacklevel=2)
    if not stream:
        stream = sys.stderr
    print("Warning: Password input may be echoed.", file=stream)
    return _raw_input(prompt, stream)


def _raw_input(prompt="", stream=None, input=None):
    """A line of input, without what input() does for editing."""
    stream = stream or sys.stderr
    input = input or sys.stdin
    if prompt := str(prompt):
        try:
            stream.write(prompt)
        except UnicodeEncodeError:
            stream.write(prompt.encode(stream.encoding, "replace").decode(stream.encoding))
        stream.flush()
    line = input.readline()
    if not line:
        raise EOFError
    return line[:-1] if line[-1] == "\n" else line


def getuser():
    """The user's name, from the environment or the system's list of users."""
    for name in "LOGNAME", "USER", "LNAME", "USERNAME":
        if user := os.environ.get(name):
            return user
    try:
        import pwd
        return pwd.getpwuid(os.getuid())[0]
    except (ImportError, KeyError) as error:
        raise OSError("No username set in the environment") from error


getpass = unix_getpass
