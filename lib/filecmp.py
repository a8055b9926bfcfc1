"""filecmp: compare files and folders."""

import os
import stat
import sys
from types import GenericAlias

__all__ = ["clear_cache", "cmp", "dircmp", "cmpfiles", "DEFAULT_IGNORES"]

_cache = {}  # (files, their signatures): are they equal?
_CACHE_SIZE = 100
BUFSIZE = 8 * 1024

DEFAULT_IGNORES = ["RCS", "CVS", "tags", ".git", ".hg", ".bzr", "_darcs", "__pycache__"]


def clear_cache():
    """Forget what files have been compared."""
    _cache.clear()


def cmp(f1, f2, shallow=True):
    """Are two files equal? Where shallow is true, files of the same type, size and time of change are."""
    s1, s2 = _signature(os.stat(f1)), _signature(os.stat(f2))
    if s1[0] != stat.S_IFREG or s2[0] != stat.S_IFREG:
        return False
    if shallow and s1 == s2:
        return True
    if s1[1] != s2[1]:
        return False
    key = f1, f2, s1, s2
    outcome = _cache.get(key)
    if outcome is None:
        outcome = _same_contents(f1, f2)
        if len(_cache) > _CACHE_SIZE:
            clear_cache()
        _cache[key] = outcome
    return outcome


def _signature(status):
    return stat.S_IFMT(status.st_mode), status.st_size, status.st_mtime


def _same_contents(f1, f2):
    with open(f1, "rb") as first, open(f2, "rb") as second:
        while True:
            block = first.read(BUFSIZE)
            if block != second.read(BUFSIZE):
                return False
            if not block:
                return True


class dircmp:
    """Two folders compared. What an attribute asks for is found out when it is first asked for."""

    def __init__(self, a, b, ignore=None, hide=None, *, shallow=True):
        self.left = a
        self.right = b
        self.hide = [os.curdir, os.pardir] if hide is None else hide
        self.ignore = DEFAULT_IGNORES if ignore is None else ignore
        self.shallow = shallow

    def phase0(self):
        """Everything in the folders, but what is hidden or ignored."""
        left_out = self.hide + self.ignore
        self.left_list = sorted(name for name in os.listdir(self.left) if name not in left_out)
        self.right_list = sorted(name for name in os.listdir(self.right) if name not in left_out)

    def phase1(self):
        """What is in both."""
        left = {os.path.normcase(name): name for name in self.left_list}
        right = {os.path.normcase(name): name for name in self.right_list}
        self.common = [left[key] for key in left if key in right]
        self.left_only = [left[key] for key in left if key not in right]
        self.right_only = [right[key] for key in right if key not in left]

    def phase2(self):
        """Whether that is files, folders or neither."""
        self.common_dirs, self.common_files, self.common_funny = [], [], []
        for name in self.common:
            kinds = []
            for folder in self.left, self.right:
                try:
                    kinds.append(stat.S_IFMT(os.stat(os.path.join(folder, name)).st_mode))
                except (OSError, ValueError):
                    kinds.append(None)
            if None in kinds or kinds[0] != kinds[1]:
                self.common_funny.append(name)
            elif kinds[0] == stat.S_IFDIR:
                self.common_dirs.append(name)
            elif kinds[0] == stat.S_IFREG:
                self.common_files.append(name)
            else:
                self.common_funny.append(name)

    def phase3(self):
        """Which files are equal."""
        found = cmpfiles(self.left, self.right, self.common_files, self.shallow)
        self.same_files, self.diff_files, self.funny_files = found

    def phase4(self):
        """The folders that both have, compared in turn."""
        self.subdirs = {}
        for name in self.common_dirs:
            left, right = os.path.join(self.left, name), os.path.join(self.right, name)
            self.subdirs[name] = self.__class__(left, right, self.ignore, self.hide, shallow=self.shallow)

    def phase4_closure(self):
        self.phase4()
        for folder in self.subdirs.values():
            folder.phase4_closure()

    def report(self):
        """Print how the two folders differ."""
        print("diff", self.left, self.right)
        for names, title in ((self.left_only, f"Only in {self.left} :"), (self.right_only, f"Only in {self.right} :"),
                             (self.same_files, "Identical files :"), (self.diff_files, "Differing files :"),
                             (self.funny_files, "Trouble with common files :"),
                             (self.common_dirs, "Common subdirectories :"),
                             (self.common_funny, "Common funny cases :")):
            if names:
                names.sort()
                print(title, names)

    def report_partial_closure(self):
        """The same of the folders in them."""
        self.report()
        for folder in self.subdirs.values():
            print()
            folder.report()

    def report_full_closure(self):
        """The same of all folders below them."""
        self.report()
        for folder in self.subdirs.values():
            print()
            folder.report_full_closure()

    methodmap = dict(subdirs=phase4, same_files=phase3, diff_files=phase3, funny_files=phase3, common_dirs=phase2,
                     common_files=phase2, common_funny=phase2, common=phase1, left_only=phase1, right_only=phase1,
                     left_list=phase0, right_list=phase0)

    def __getattr__(self, attr):
        if attr not in self.methodmap:
            raise AttributeError(attr)
        self.methodmap[attr](self)
        return getattr(self, attr)

    __class_getitem__ = classmethod(GenericAlias)


def cmpfiles(a, b, common, shallow=True):
    """Compare files of the same names in two folders: the lists of those equal, different, and not to be compared."""
    result = [], [], []
    for name in common:
        try:
            outcome = 0 if cmp(os.path.join(a, name), os.path.join(b, name), shallow) else 1
        except (OSError, ValueError):
            outcome = 2
        result[outcome].append(name)
    return result


def demo():
    """Compare the two folders that the command names; -r: those below them, too."""
    import getopt
    options, arguments = getopt.getopt(sys.argv[1:], "r")
    if len(arguments) != 2:
        raise getopt.GetoptError("need exactly two args", None)
    compared = dircmp(*arguments)
    if ("-r", "") in options:
        compared.report_full_closure()
    else:
        compared.report()


if __name__ == "__main__":
    demo()
