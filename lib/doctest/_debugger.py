"""The debugger that examples may stop in."""

import pdb
import sys

__name__ = "doctest"  # the home that classes and functions tell


class _OutputRedirectingPdb(pdb.Pdb):
    """Talks to `out` while standard output is what an example is to print."""

    def __init__(self, out):
        self._out = out
        self._used = False
        super().__init__(stdout=out, nosigint=True)
        self.use_rawinput = 1  # though it is given its output

    def set_trace(self, frame=None):
        """Stop in the frame, the caller's by default."""
        self._used = True
        super().set_trace(sys._getframe().f_back if frame is None else frame)

    def set_continue(self):
        """Stop no more, as far as the debugger has been stopped in: else a trace function of others stays."""
        if self._used:
            super().set_continue()

    def trace_dispatch(self, *args):
        saved, sys.stdout = sys.stdout, self._out
        try:
            return super().trace_dispatch(*args)
        finally:
            sys.stdout = saved
