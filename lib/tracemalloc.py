"""Where in the program the memory in use was asked for.

start() has every allocation traced from there on: its size, and the innermost frames of the program at that moment.
take_snapshot() gives the traces of the blocks that live; a Snapshot counts them by file, line or traceback, and
compares itself with an earlier one. What traces is in C (_tracemalloc).
"""
import fnmatch
import linecache
import os.path
from collections.abc import Iterable, Sequence
from functools import total_ordering

from _tracemalloc import *
from _tracemalloc import _get_object_traceback, _get_traces

UNITS = ('B', 'KiB', 'MiB', 'GiB', 'TiB')


def _format_size(size, sign):
    """A size in the unit in which it has two to five digits; with its sign, if `sign` is true."""
    plus = '+' if sign else ''
    for unit in UNITS:
        if unit != 'B' and abs(size) < 100:
            return f"{size:{plus}.1f} {unit}"
        if abs(size) < 10 * 1024 or unit == UNITS[-1]:
            return f"{size:{plus}.0f} {unit}"
        size /= 1024


def _average(size, count):
    return f", average={_format_size(size / count, False)}" if count else ''


class Statistic:
    """How much memory, in bytes and in blocks, one place of the program has asked for."""

    __slots__ = ('traceback', 'size', 'count')

    def __init__(self, traceback, size, count):
        self.traceback = traceback
        self.size = size
        self.count = count

    def __hash__(self):
        return hash((self.traceback, self.size, self.count))

    def __eq__(self, other):
        if not isinstance(other, Statistic):
            return NotImplemented
        return (self.traceback, self.size, self.count) == (other.traceback, other.size, other.count)

    def __str__(self):
        return (f"{self.traceback}: size={_format_size(self.size, False)}, count={self.count}"
                + _average(self.size, self.count))

    def __repr__(self):
        return f"<Statistic traceback={self.traceback!r} size={self.size} count={self.count}>"

    def _sort_key(self):
        return self.size, self.count, self.traceback


class StatisticDiff:
    """A place's Statistic, and what has changed of it between two snapshots."""

    __slots__ = ('traceback', 'size', 'size_diff', 'count', 'count_diff')

    def __init__(self, traceback, size, size_diff, count, count_diff):
        self.traceback = traceback
        self.size = size
        self.size_diff = size_diff
        self.count = count
        self.count_diff = count_diff

    def _fields(self):
        return self.traceback, self.size, self.size_diff, self.count, self.count_diff

    def __hash__(self):
        return hash(self._fields())

    def __eq__(self, other):
        if not isinstance(other, StatisticDiff):
            return NotImplemented
        return self._fields() == other._fields()

    def __str__(self):
        return (f"{self.traceback}: size={_format_size(self.size, False)} ({_format_size(self.size_diff, True)}), "
                f"count={self.count} ({self.count_diff:+})" + _average(self.size, self.count))

    def __repr__(self):
        return (f"<StatisticDiff traceback={self.traceback!r} size={self.size} ({self.size_diff:+}) "
                f"count={self.count} ({self.count_diff:+})>")

    def _sort_key(self):
        return abs(self.size_diff), self.size, abs(self.count_diff), self.count, self.traceback


@total_ordering
class Frame:
    """A line of a file."""

    __slots__ = ('_frame',)

    def __init__(self, frame):
        self._frame = frame  # (filename, line)

    @property
    def filename(self):
        return self._frame[0]

    @property
    def lineno(self):
        return self._frame[1]

    def __eq__(self, other):
        return self._frame == other._frame if isinstance(other, Frame) else NotImplemented

    def __lt__(self, other):
        return self._frame < other._frame if isinstance(other, Frame) else NotImplemented

    def __hash__(self):
        return hash(self._frame)

    def __str__(self):
        return f"{self.filename}:{self.lineno}"

    def __repr__(self):
        return f"<Frame filename={self.filename!r} lineno={self.lineno!r}>"


@total_ordering
class Traceback(Sequence):
    """A sequence of Frames, the outermost first. `total_nframe`: how many there were, or None if that is unknown."""

    __slots__ = ('_frames', '_total_nframe')

    def __init__(self, frames, total_nframe=None):
        self._frames = tuple(reversed(frames))
        self._total_nframe = total_nframe

    @property
    def total_nframe(self):
        return self._total_nframe

    def __len__(self):
        return len(self._frames)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return tuple(Frame(frame) for frame in self._frames[index])
        return Frame(self._frames[index])

    def __contains__(self, frame):
        return frame._frame in self._frames

    def __hash__(self):
        return hash(self._frames)

    def __eq__(self, other):
        return self._frames == other._frames if isinstance(other, Traceback) else NotImplemented

    def __lt__(self, other):
        return self._frames < other._frames if isinstance(other, Traceback) else NotImplemented

    def __str__(self):
        return str(self[0])

    def __repr__(self):
        total = '' if self._total_nframe is None else f" total_nframe={self._total_nframe}"
        return f"<Traceback {tuple(self)}{total}>"

    def format(self, limit=None, most_recent_first=False):
        """A list of lines, as a traceback has. `limit`: so many of the innermost frames, or, negative, of the
        outermost."""
        if limit is None:
            frames = list(self)
        else:
            frames = self[-limit:] if limit > 0 else self[:limit]
        if most_recent_first:
            frames = reversed(frames)
        lines = []
        for frame in frames:
            lines.append(f'  File "{frame.filename}", line {frame.lineno}')
            if line := linecache.getline(frame.filename, frame.lineno).strip():
                lines.append(f'    {line}')
        return lines


def get_object_traceback(obj):
    """The Traceback of an object's allocation, or None if that was not traced."""
    frames = _get_object_traceback(obj)
    return None if frames is None else Traceback(frames)


class Trace:
    """One block of memory: its size in bytes, its Traceback, its domain (0)."""

    __slots__ = ('_trace',)

    def __init__(self, trace):
        self._trace = trace  # (domain, size, frames, number of frames)

    @property
    def domain(self):
        return self._trace[0]

    @property
    def size(self):
        return self._trace[1]

    @property
    def traceback(self):
        return Traceback(*self._trace[2:])

    def __eq__(self, other):
        return self._trace == other._trace if isinstance(other, Trace) else NotImplemented

    def __hash__(self):
        return hash(self._trace)

    def __str__(self):
        return f"{self.traceback}: {_format_size(self.size, False)}"

    def __repr__(self):
        return f"<Trace domain={self.domain} size={_format_size(self.size, False)}, traceback={self.traceback!r}>"


class _Traces(Sequence):
    """A row of what _get_traces() gives, as Traces."""

    def __init__(self, traces):
        self._traces = traces

    def __len__(self):
        return len(self._traces)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return tuple(Trace(trace) for trace in self._traces[index])
        return Trace(self._traces[index])

    def __contains__(self, trace):
        return trace._trace in self._traces

    def __eq__(self, other):
        return self._traces == other._traces if isinstance(other, _Traces) else NotImplemented

    def __repr__(self):
        return f"<Traces len={len(self)}>"


class BaseFilter:
    """Which traces a snapshot keeps: those that match, or (inclusive false) those that do not."""

    def __init__(self, inclusive):
        self.inclusive = inclusive

    def _match(self, trace):
        raise NotImplementedError


class Filter(BaseFilter):
    """By the file, a pattern as fnmatch's, and the line of a trace's innermost frame, or of any (all_frames)."""

    def __init__(self, inclusive, filename_pattern, lineno=None, all_frames=False, domain=None):
        super().__init__(inclusive)
        self._filename_pattern = _normalize_filename(filename_pattern)
        self.lineno = lineno
        self.all_frames = all_frames
        self.domain = domain

    @property
    def filename_pattern(self):
        return self._filename_pattern

    def _is_at(self, filename, lineno):
        return (fnmatch.fnmatch(_normalize_filename(filename), self._filename_pattern)
                and self.lineno in (None, lineno))

    def _match(self, trace):
        domain, _, frames, _ = trace
        if self.domain is not None and domain != self.domain:
            return not self.inclusive
        if not self.all_frames:
            frames = frames[:1]
        return any(self._is_at(*frame) for frame in frames) == bool(self.inclusive)


class DomainFilter(BaseFilter):
    """By the domain."""

    def __init__(self, inclusive, domain):
        super().__init__(inclusive)
        self._domain = domain

    @property
    def domain(self):
        return self._domain

    def _match(self, trace):
        return (trace[0] == self._domain) == bool(self.inclusive)


def _normalize_filename(filename):
    filename = os.path.normcase(filename)
    return filename[:-1] if filename.endswith('.pyc') else filename


class Snapshot:
    """The traces of one moment."""

    def __init__(self, traces, traceback_limit):
        self.traces = _Traces(traces)
        self.traceback_limit = traceback_limit

    def dump(self, filename):
        """Write the snapshot to a file."""
        with open(filename, 'w', encoding='utf-8') as file:
            file.write(repr((self.traceback_limit, list(self.traces._traces))))

    @staticmethod
    def load(filename):
        """Read a snapshot from a file."""
        import ast
        with open(filename, encoding='utf-8') as file:
            limit, traces = ast.literal_eval(file.read())
        return Snapshot(traces, limit)

    def filter_traces(self, filters):
        """A new snapshot of the traces that match one of the inclusive filters, if there are any, and all of the
        others."""
        if not isinstance(filters, Iterable):
            raise TypeError(f"filters must be a list of filters, not {type(filters).__name__}")
        include = [f for f in filters if f.inclusive]
        exclude = [f for f in filters if not f.inclusive]
        traces = [trace for trace in self.traces._traces
                  if (not include or any(f._match(trace) for f in include)) and all(f._match(trace) for f in exclude)]
        return Snapshot(traces, self.traceback_limit)

    @staticmethod
    def _keys(trace, key_type, cumulative):
        """What a trace is counted for: tracebacks of one frame or of all; of a recursion, once for each call."""
        frames = trace[2]
        if key_type == 'traceback':
            return [Traceback(frames)]
        return [Traceback(((filename, 0 if key_type == 'filename' else line),))
                for filename, line in (frames if cumulative else frames[:1])]

    def _group_by(self, key_type, cumulative):
        if key_type not in ('traceback', 'filename', 'lineno'):
            raise ValueError(f"unknown key_type: {key_type!r}")
        if cumulative and key_type == 'traceback':
            raise ValueError(f"cumulative mode cannot by used with key type {key_type!r}")
        groups = {}
        for trace in self.traces._traces:
            for key in self._keys(trace, key_type, cumulative):
                if (group := groups.get(key)) is None:
                    group = groups[key] = Statistic(key, 0, 0)
                group.size += trace[1]
                group.count += 1
        return groups

    def statistics(self, key_type, cumulative=False):
        """A list of Statistics, the largest first, of each 'filename', 'lineno' or 'traceback'. Cumulative: a block
        counts for all frames of its traceback, not only for the innermost."""
        return sorted(self._group_by(key_type, cumulative).values(), key=Statistic._sort_key, reverse=True)

    def compare_to(self, old_snapshot, key_type, cumulative=False):
        """A list of StatisticDiffs against an earlier snapshot, the greatest change first."""
        now = self._group_by(key_type, cumulative)
        before = old_snapshot._group_by(key_type, cumulative)
        differences = []
        for key in now | before:
            new, old = (groups.get(key) or Statistic(key, 0, 0) for groups in (now, before))
            differences.append(StatisticDiff(key, new.size, new.size - old.size, new.count, new.count - old.count))
        return sorted(differences, key=StatisticDiff._sort_key, reverse=True)


def take_snapshot():
    """A Snapshot of the blocks that live and were traced."""
    if not is_tracing():
        raise RuntimeError("the tracemalloc module must be tracing memory allocations to take a snapshot")
    return Snapshot(_get_traces(), get_traceback_limit())
