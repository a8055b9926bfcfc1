"""Tool for measuring execution time of small code snippets.

A statement is run many times in a loop of its own, with the cyclic collector switched off, and the time of all rounds
is taken. The minimum of several repetitions says most: what makes others longer is mostly not the statement.

Library usage: see the Timer class.

Command line usage:
    python timeit.py [-n N] [-r N] [-s S] [-p] [-h] [--] [statement]

Options:
  -n/--number N: how many times to execute 'statement' (default: see below)
  -r/--repeat N: how many times to repeat the timer (default 5)
  -s/--setup S: statement to be executed once initially (default 'pass').
                Execution time of this setup statement is NOT timed.
  -p/--process: use time.process_time() (default is time.perf_counter())
  -v/--verbose: print raw timing results; repeat for more digits precision
  -u/--unit: set the output time unit (nsec, usec, msec, or sec)
  -h/--help: print this usage message and exit
  --: separate options from statement, use when statement starts with -
  statement: statement to be timed (default 'pass')

A multi-line statement is given by one argument for each line; an argument in quotes may begin with blanks, to indent
its line. Several -s options are several lines in the same way.

Without -n, a number of loops is found by trying 1, 2, 5, 10, 20, 50, ... until the whole takes 0.2 seconds or more.

Classes:

    Timer

Functions:

    timeit(string, string) -> float
    repeat(string, string) -> list
    default_timer() -> float
"""

import gc
import itertools
import sys
import time

__all__ = ['Timer', 'timeit', 'repeat', 'default_timer']

dummy_src_name = '<timeit-src>'
default_number = 1000000
default_repeat = 5
default_timer = time.perf_counter

_globals = globals

template = '''
def inner(_it, _timer{init}):
    {setup}
    _t0 = _timer()
    for _i in _it:
        {stmt}
        pass
    _t1 = _timer()
    return _t1 - _t0
'''


def reindent(src, indent):
    """Indent all lines but the first."""
    return src.replace('\n', '\n' + ' ' * indent)


class Timer:
    """Measures how long a statement takes.

    `stmt` and `setup` are source text or functions without parameters; setup is run once, before the clock is started.
    Text may have several lines, but no string literals of several lines. `timer` is the clock. The code runs in the
    namespace `globals`, if that is given.
    """

    def __init__(self, stmt='pass', setup='pass', timer=default_timer, globals=None):
        self.timer = timer
        space = {}
        init = ''
        if isinstance(setup, str):
            compile(setup, dummy_src_name, 'exec')  # on its own, so that it cannot end the function's text
            prefix = setup + '\n'
            setup = reindent(setup, 4)
        elif callable(setup):
            space['_setup'] = setup
            init += ', _setup=_setup'
            prefix, setup = '', '_setup()'
        else:
            raise ValueError('setup is neither a string nor callable')
        if isinstance(stmt, str):
            compile(prefix + stmt, dummy_src_name, 'exec')
            stmt = reindent(stmt, 8)
        elif callable(stmt):
            space['_stmt'] = stmt
            init += ', _stmt=_stmt'
            stmt = '_stmt()'
        else:
            raise ValueError('stmt is neither a string nor callable')
        self.src = template.format(stmt=stmt, setup=setup, init=init)
        exec(compile(self.src, dummy_src_name, 'exec'), _globals() if globals is None else globals, space)
        self.inner = space['inner']

    def print_exc(self, file=None):
        """Print the traceback of the exception that is being handled, with the lines of the timed code.

        To be used around timeit() or repeat(). `file` is sys.stderr if it is not given.
        """
        import linecache
        import traceback
        linecache.cache[dummy_src_name] = len(self.src), None, self.src.split('\n'), dummy_src_name
        traceback.print_exc(file=file)

    def timeit(self, number=default_number):
        """Run the setup once, then the statement `number` times: the seconds that the latter took, a float."""
        rounds = itertools.repeat(None, number)
        collecting = gc.isenabled()
        gc.disable()
        try:
            return self.inner(rounds, self.timer)
        finally:
            if collecting:
                gc.enable()

    def repeat(self, repeat=default_repeat, number=default_number):
        """Call timeit() a few times: the list of its results, of which the least is the one to look at."""
        return [self.timeit(number) for _ in range(repeat)]

    def autorange(self, callback=None):
        """Find a number of rounds that takes at least 0.2 seconds: (number of rounds, time).

        `callback` is called with the two of each try.
        """
        scale = 1
        while True:
            for digit in 1, 2, 5:
                number = scale * digit
                taken = self.timeit(number)
                if callback:
                    callback(number, taken)
                if taken >= 0.2:
                    return number, taken
            scale *= 10


def timeit(stmt='pass', setup='pass', timer=default_timer, number=default_number, globals=None):
    """Convenience function to create Timer object and call timeit method."""
    return Timer(stmt, setup, timer, globals).timeit(number)


def repeat(stmt='pass', setup='pass', timer=default_timer, repeat=default_repeat, number=default_number, globals=None):
    """Convenience function to create Timer object and call repeat method."""
    return Timer(stmt, setup, timer, globals).repeat(repeat, number)


# --- the command line ---

_UNITS = {'nsec': 1e-9, 'usec': 1e-6, 'msec': 1e-3, 'sec': 1.0}
_LONG = {'number': ('n', True), 'setup': ('s', True), 'repeat': ('r', True), 'process': ('p', False),
         'verbose': ('v', False), 'unit': ('u', True), 'help': ('h', False)}


class _UsageError(Exception):
    pass


def _long_option(text):
    """The letter of a long option, which may be cut short, and whether it takes a value."""
    if text in _LONG:
        return _LONG[text]
    fitting = [name for name in _LONG if name.startswith(text)]
    if not fitting:
        raise _UsageError(f'option --{text} not recognized')
    if len(fitting) > 1:
        raise _UsageError(f'option --{text} not a unique prefix')
    return _LONG[fitting[0]]


def _parse(args):
    """The options, as pairs of letter and value, and what comes behind them."""
    options, rest = [], list(args)
    while rest and rest[0].startswith('-') and rest[0] != '-':
        word = rest.pop(0)
        if word == '--':
            break
        if word.startswith('--'):
            name, given, value = word[2:].partition('=')
            letter, takes_value = _long_option(name)
            if takes_value and not given:
                if not rest:
                    raise _UsageError(f'option --{name} requires argument')
                value = rest.pop(0)
            elif given and not takes_value:
                raise _UsageError(f'option --{name} must not have an argument')
            options.append((letter, value))
            continue
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter not in 'nursvph':
                raise _UsageError(f'option -{letter} not recognized')
            value = ''
            if letter in 'nurs':
                if not letters and not rest:
                    raise _UsageError(f'option -{letter} requires argument')
                value, letters = letters or rest.pop(0), ''
            options.append((letter, value))
    return options, rest


def main(args=None, *, _wrap_timer=None):
    """The program: `args` are those of the command line, sys.argv[1:] if it is None.

    Returns the exit status, or None for success. What the statement raises is shown with its traceback, and the status
    is 1; other exceptions are let out. `_wrap_timer` is given the clock and gives the one to use.
    """
    try:
        options, words = _parse(sys.argv[1:] if args is None else args)
    except _UsageError as error:
        print(error)
        print('use -h/--help for command line help')
        return 2
    timer, number, repetitions, verbosity, unit, precision = default_timer, 0, default_repeat, 0, None, 3
    setup = []
    for letter, value in options:
        if letter == 'n':
            number = int(value)
        elif letter == 's':
            setup.append(value)
        elif letter == 'u':
            if value not in _UNITS:
                print('Unrecognized unit. Please select nsec, usec, msec, or sec.', file=sys.stderr)
                return 2
            unit = value
        elif letter == 'r':
            repetitions = max(int(value), 1)
        elif letter == 'p':
            timer = time.process_time
        elif letter == 'v':
            precision += verbosity > 0
            verbosity += 1
        else:
            print(__doc__, end=' ')
            return 0
    import os
    sys.path.insert(0, os.curdir)  # so that local modules may be imported by the statement
    if _wrap_timer is not None:
        timer = _wrap_timer(timer)
    measure = Timer('\n'.join(words) or 'pass', '\n'.join(setup) or 'pass', timer)

    def show(seconds):
        chosen = unit or next((name for name in ('sec', 'msec', 'usec') if seconds >= _UNITS[name]), 'nsec')
        return f'{seconds / _UNITS[chosen]:.{precision}g} {chosen}'

    def progress(rounds, taken):
        print(f'{rounds} loop{"" if rounds == 1 else "s"} -> {taken:.{precision}g} secs')

    try:
        if number == 0:
            number, _ = measure.autorange(progress if verbosity else None)
            if verbosity:
                print()
        timings = measure.repeat(repetitions, number)
    except:
        measure.print_exc()
        return 1
    if verbosity:
        print(f'raw times: {", ".join(map(show, timings))}')
        print()
    best, worst = min(timings) / number, max(timings) / number
    print(f'{number} loop{"" if number == 1 else "s"}, best of {repetitions}: {show(best)} per loop')
    if worst >= best * 4:
        import warnings
        warnings.warn_explicit(f'The test results are likely unreliable. The worst time ({show(worst)}) was more than '
                               f'four times slower than the best time ({show(best)}).', UserWarning, '', 0)
    return None


if __name__ == '__main__':
    sys.exit(main())
