"""pstats: the figures of a profiler, sorted and printed.

A profile is {function: (primitive calls, calls, own time, time, callers)}; a function is (file, line, name), and
callers is {function: calls}, or {function: (calls, primitive calls, own time, time)} from cProfile.
"""

import functools
import os
import re
import sys
import time
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Stats", "SortKey", "FunctionProfile", "StatsProfile"]


class SortKey(StrEnum):
    """What functions are sorted by."""

    CALLS = "calls", "ncalls"
    CUMULATIVE = "cumulative", "cumtime"
    FILENAME = "filename", "module"
    LINE = "line"
    NAME = "name"
    NFL = "nfl"
    PCALLS = "pcalls"
    STDNAME = "stdname"
    TIME = "time", "tottime"

    def __new__(cls, *values):
        member = str.__new__(cls, values[0])
        member._value_ = values[0]
        for other in values[1:]:
            cls._value2member_map_[other] = member
        member._all_values = values
        return member


@dataclass(unsafe_hash=True)
class FunctionProfile:
    """The figures of a function as print_stats shows them."""

    ncalls: str
    tottime: float
    percall_tottime: float
    cumtime: float
    percall_cumtime: float
    file_name: str
    line_number: int


@dataclass(unsafe_hash=True)
class StatsProfile:
    """All figures: func_profiles maps names to FunctionProfiles."""

    total_tt: float
    func_profiles: dict[str, FunctionProfile]


class Stats:
    """The figures of profilers, or of files that they have written, added up."""

    def __init__(self, *args, stream=None):
        self.stream = stream or sys.stdout
        self.init(args[0] if args else None)
        self.add(*args[1:])

    def init(self, arg):
        self.all_callees = None
        self.files = []
        self.fcn_list = None
        self.total_tt = 0
        self.total_calls = 0
        self.prim_calls = 0
        self.max_name_len = 0
        self.top_level = set()
        self.stats = {}
        self.sort_arg_dict = {}
        self.load_stats(arg)
        try:
            self.get_top_level_stats()
        except Exception:
            self._print(f"Invalid timing data {self.files[-1] if self.files else ''}")
            raise

    def _print(self, *values, end="\n"):
        print(*values, end=end, file=self.stream)

    def load_stats(self, arg):
        if arg is None:
            self.stats = {}
            return
        if isinstance(arg, str):
            self.stats = _read(arg)
            arg = f"{time.ctime(os.stat(arg).st_mtime)}    {arg}"
            self.files = [arg]
        elif hasattr(arg, "create_stats"):
            arg.create_stats()
            self.stats = arg.stats
            arg.stats = {}
        if not self.stats:
            raise TypeError(f"Cannot create or construct a {self.__class__!r} object from {arg!r}")

    def get_top_level_stats(self):
        for function, (primitive, calls, own, total, callers) in self.stats.items():
            self.total_calls += calls
            self.prim_calls += primitive
            self.total_tt += own
            if ("jprofile", 0, "profiler") in callers:
                self.top_level.add(function)
            self.max_name_len = max(self.max_name_len, len(func_std_string(function)))

    def add(self, *arg_list):
        """Add the figures of other Stats, profilers or files."""
        for item in reversed(arg_list):
            if type(self) is not type(item):
                item = Stats(item)
            self.files += item.files
            self.total_calls += item.total_calls
            self.prim_calls += item.prim_calls
            self.total_tt += item.total_tt
            self.top_level |= item.top_level
            self.max_name_len = max(self.max_name_len, item.max_name_len)
            self.fcn_list = None
            for function, figures in item.stats.items():
                self.stats[function] = add_func_stats(self.stats.get(function, (0, 0, 0, 0, {})), figures)
        return self

    def dump_stats(self, filename):
        """Write the figures to a file that Stats() reads."""
        _write(self.stats, filename)

    # --- order ---

    # What a word sorts by: ((column, direction), ...) and how print_stats calls it.
    sort_arg_dict_default = {
        "calls": (((1, -1),), "call count"),
        "ncalls": (((1, -1),), "call count"),
        "cumtime": (((3, -1),), "cumulative time"),
        "cumulative": (((3, -1),), "cumulative time"),
        "filename": (((4, 1),), "file name"),
        "line": (((5, 1),), "line number"),
        "module": (((4, 1),), "file name"),
        "name": (((6, 1),), "function name"),
        "nfl": (((6, 1), (4, 1), (5, 1)), "name/file/line"),
        "pcalls": (((0, -1),), "primitive call count"),
        "stdname": (((7, 1),), "standard name"),
        "time": (((2, -1),), "internal time"),
        "tottime": (((2, -1),), "internal time"),
    }

    def get_sort_arg_defs(self):
        """The words and their beginnings, without those at which two words meet."""
        if not self.sort_arg_dict:
            known, ambiguous = {}, set()
            for word, meaning in self.sort_arg_dict_default.items():
                for length in range(len(word), 0, -1):
                    if word[:length] in known:
                        ambiguous.add(word[:length])
                        break
                    known[word[:length]] = meaning
            self.sort_arg_dict = {word: known[word] for word in known if word not in ambiguous}
        return self.sort_arg_dict

    def sort_stats(self, *field):
        """Sort by SortKeys, by words, or by a number of old (-1 the standard name, 0 calls, 1 time, 2 cumulative)."""
        if not field:
            self.fcn_list = 0
            return self
        if len(field) == 1 and isinstance(field[0], int):
            field = [{-1: "stdname", 0: "calls", 1: "time", 2: "cumulative"}[field[0]]]
        elif any(type(word) is not type(field[0]) for word in field[1:]):
            raise TypeError("Can't have mixed argument type")
        words = [word.value if isinstance(word, SortKey) else word for word in field]
        meanings = [self.get_sort_arg_defs()[word] for word in words]
        self.sort_type = ", ".join(name for _, name in meanings)
        rows = [
            (primitive, calls, own, total, *function, func_std_string(function), function)
            for function, (primitive, calls, own, total, callers) in self.stats.items()
        ]
        columns = sum((columns for columns, _ in meanings), ())
        rows.sort(key=functools.cmp_to_key(TupleComp(columns).compare))
        self.fcn_list = [row[-1] for row in rows]
        return self

    def reverse_order(self):
        if self.fcn_list:
            self.fcn_list.reverse()
        return self

    def strip_dirs(self):
        """Take the folders off the files' names; functions that look the same then are added up."""
        stats = {}
        self.max_name_len = 0
        for function, (primitive, calls, own, total, callers) in self.stats.items():
            plain = func_strip_path(function)
            self.max_name_len = max(self.max_name_len, len(func_std_string(plain)))
            plain_callers = {}
            for caller, figures in callers.items():
                caller = func_strip_path(caller)
                plain_callers[caller] = _sum(plain_callers.get(caller), figures)
            figures = primitive, calls, own, total, plain_callers
            stats[plain] = add_func_stats(stats[plain], figures) if plain in stats else figures
        self.top_level = {func_strip_path(function) for function in self.top_level}
        self.stats = stats
        self.fcn_list = None
        self.all_callees = None
        return self

    def calc_callees(self):
        if self.all_callees:
            return
        self.all_callees = {}
        for function, figures in self.stats.items():
            self.all_callees.setdefault(function, {})
            for caller, calls in figures[4].items():
                self.all_callees.setdefault(caller, {})[function] = calls

    # --- printing ---

    def eval_print_amount(self, sel, list, msg):
        """The part of the list that a number, a fraction or an expression picks, and the message that says so."""
        picked = list
        if isinstance(sel, str):
            try:
                matches = re.compile(sel).search
            except re.PatternError:
                return picked, msg + f"   <Invalid regular expression {sel!r}>\n"
            picked = [function for function in list if matches(func_std_string(function))]
        elif isinstance(sel, float) and 0.0 <= sel < 1.0:
            picked = list[: int(len(list) * sel + 0.5)]
        elif isinstance(sel, int) and 0 <= sel < len(list):
            picked = list[:sel]
        if len(picked) != len(list):
            msg += f"   List reduced from {len(list)!r} to {len(picked)!r} due to restriction <{sel!r}>\n"
        return picked, msg

    def get_stats_profile(self):
        functions = {}
        if not self.stats:
            return StatsProfile(0, {})
        for function in self.fcn_list or self.stats:
            primitive, calls, own, total, callers = self.stats[function]
            file_name, line_number, name = function
            functions[name] = FunctionProfile(
                str(calls) if calls == primitive else f"{calls}/{primitive}",
                float(f8(own)),
                -1 if calls == 0 else float(f8(own / calls)),
                float(f8(total)),
                -1 if primitive == 0 else float(f8(total / primitive)),
                file_name,
                line_number,
            )
        return StatsProfile(float(f8(self.total_tt)), functions)

    def get_print_list(self, sel_list):
        """(width of the names, functions to print); the order and what is left out is printed."""
        if self.fcn_list:
            functions = self.fcn_list[:]
            msg = "   Ordered by: " + self.sort_type + "\n"
        else:
            functions = list(self.stats)
            msg = "   Random listing order was used\n"
        for selection in sel_list:
            functions, msg = self.eval_print_amount(selection, functions, msg)
        if not functions:
            return 0, functions
        self._print(msg)
        width = self.max_name_len
        if len(functions) < len(self.stats):
            width = max(len(func_std_string(function)) for function in functions)
        return width + 2, functions

    def print_stats(self, *amount):
        """Print the functions; each amount picks some: a number of them, a fraction, or those that match a text."""
        for filename in self.files:
            self._print(filename)
        if self.files:
            self._print()
        for function in self.top_level:
            self._print(" " * 8, func_get_function_name(function))
        self._print(" " * 8, self.total_calls, "function calls", end=" ")
        if self.total_calls != self.prim_calls:
            self._print(f"({self.prim_calls} primitive calls)", end=" ")
        self._print(f"in {self.total_tt:.3f} seconds")
        self._print()
        _, functions = self.get_print_list(amount)
        if functions:
            self.print_title()
            for function in functions:
                self.print_line(function)
            self._print()
            self._print()
        return self

    def print_callees(self, *amount):
        """Print which functions each one has called."""
        width, functions = self.get_print_list(amount)
        if functions:
            self.calc_callees()
            self.print_call_heading(width, "called...")
            for function in functions:
                self.print_call_line(width, function, self.all_callees.get(function, {}))
            self._print()
            self._print()
        return self

    def print_callers(self, *amount):
        """Print which functions have called each one."""
        width, functions = self.get_print_list(amount)
        if functions:
            self.print_call_heading(width, "was called by...")
            for function in functions:
                self.print_call_line(width, function, self.stats[function][4], "<-")
            self._print()
            self._print()
        return self

    def print_call_heading(self, name_size, column_title):
        self._print("Function ".ljust(name_size) + column_title)
        figures = next((next(iter(row[4].values())) for row in self.stats.values() if row[4]), None)
        if isinstance(figures, tuple):
            self._print(" " * name_size + "    ncalls  tottime  cumtime")

    def print_call_line(self, name_size, source, call_dict, arrow="->"):
        self._print(func_std_string(source).ljust(name_size) + arrow, end=" ")
        if not call_dict:
            self._print()
            return
        indent = ""
        for function in sorted(call_dict):
            name, value = func_std_string(function), call_dict[function]
            if isinstance(value, tuple):
                calls, primitive, own, total = value
                count = f"{calls}/{primitive}" if calls != primitive else str(calls)
                line = f"{count.rjust(7 + 2 * len(indent))} {f8(own)} {f8(total)}  {name}"
                width = name_size + 1
            else:
                line = f"{name}({value!r}) {f8(self.stats[function][3])}"
                width = name_size + 3
            self._print(indent * width + line)
            indent = " "

    def print_line(self, func):
        primitive, calls, own, total, callers = self.stats[func]
        count = f"{calls}/{primitive}" if calls != primitive else str(calls)
        each = f8(own / calls) if calls else " " * 8
        each_total = f8(total / primitive) if primitive else " " * 8
        self._print(count.rjust(9), f8(own), each, f8(total), each_total, func_std_string(func))

    def print_title(self):
        self._print("   ncalls  tottime  percall  cumtime  percall filename:lineno(function)")


class TupleComp:
    """Compares rows by some of their columns, each upwards (1) or downwards (-1)."""

    def __init__(self, comp_select_list):
        self.comp_select_list = comp_select_list

    def compare(self, left, right):
        for index, direction in self.comp_select_list:
            if left[index] < right[index]:
                return -direction
            if left[index] > right[index]:
                return direction
        return 0


# --- functions and their figures ---


def func_strip_path(func_name):
    filename, line, name = func_name
    return os.path.basename(filename), line, name


def func_get_function_name(func):
    return func[2]


def func_std_string(func_name):
    """file:line(name); in braces what has no file."""
    filename, line, name = func_name
    if (filename, line) != ("~", 0):
        return f"{filename}:{line}({name})"
    return f"{{{name[1:-1]}}}" if name.startswith("<") and name.endswith(">") else name


def add_func_stats(target, source):
    """The sum of two functions' figures."""
    return *(one + other for one, other in zip(target[:4], source[:4])), add_callers(target[4], source[4])


def add_callers(target, source):
    result = dict(target)
    for function, figures in source.items():
        result[function] = _sum(target.get(function), figures)
    return result


def _sum(one, other):
    """The sum of two counts, or of two tuples of figures; the first may be None."""
    if one is None:
        return other
    if isinstance(other, tuple):
        return tuple(a + b for a, b in zip(one, other))
    return one + other


def count_calls(callers):
    """How many calls the callers have made."""
    return sum(callers.values())


def f8(x):
    return "%8.3f" % x


# --- files ---


def _write(stats, filename):
    with open(filename, "w", encoding="utf-8") as file:
        file.write(repr(stats))


def _read(filename):
    from ast import literal_eval

    with open(filename, encoding="utf-8") as file:
        return literal_eval(file.read())
