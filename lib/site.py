"""site: the folders where packages of others are installed, and a way to add one.

Nothing of this is done when a program starts: `sys.path` has only the program's folder, those of PYTHONPATH and the
library. A program that wants an installed package calls `addsitedir`.
"""

import os
import sys
import sysconfig

PREFIXES = [sys.prefix, sys.exec_prefix]
ENABLE_USER_SITE = False  # the user's folder is not in sys.path by itself
USER_SITE = None  # both known when they have been asked for
USER_BASE = None


def makepath(*paths):
    """The absolute path of parts, and the same as paths are compared."""
    path = os.path.abspath(os.path.join(*paths))
    return path, os.path.normcase(path)


def getuserbase():
    """The folder below which the user's own packages are."""
    global USER_BASE
    if USER_BASE is None:
        USER_BASE = sysconfig.get_config_var("userbase")
    return USER_BASE


def getusersitepackages():
    """The folder of the user's own packages."""
    global USER_SITE
    if USER_SITE is None:
        getuserbase()
        USER_SITE = sysconfig.get_path("purelib", "posix_user")
    return USER_SITE


def getsitepackages(prefixes=None):
    """The folders of packages below each prefix, those of PREFIXES by default."""
    folders = {}
    for prefix in PREFIXES if prefixes is None else prefixes:
        if prefix:
            folders[sysconfig.get_path("purelib", vars={"base": prefix})] = True
    return list(folders)


def addsitedir(sitedir, known_paths=None):
    """Add a folder to sys.path, if it is not in known_paths, and what its files *.pth say; returns known_paths, or None
    where the folder cannot be read.

    Each line of such a file is a folder, if there is one of that name; one that begins with `import` is run.
    """
    known = known_paths
    if known is None:
        known = {makepath(path)[1] for path in sys.path if os.path.exists(path)}
    sitedir, compared = makepath(sitedir)
    if compared not in known:
        sys.path.append(sitedir)
        known.add(compared)
    try:
        names = os.listdir(sitedir)
    except OSError:
        return None
    for name in sorted(names):
        if name.endswith(".pth") and not name.startswith("."):
            addpackage(sitedir, name, known)
    return known_paths


def addpackage(sitedir, name, known_paths):
    """Do what the file `name`, a *.pth, says; returns known_paths."""
    if known_paths is None:
        known_paths = {makepath(path)[1] for path in sys.path if os.path.exists(path)}
    path = os.path.join(sitedir, name)
    try:
        with open(path, encoding="utf-8-sig") as file:
            lines = file.read().splitlines()
    except OSError:
        return known_paths
    for number, line in enumerate(lines, 1):
        if line.startswith("#") or not line.strip():
            continue
        try:
            if line.startswith(("import ", "import\t")):
                exec(line)
                continue
            folder, compared = makepath(sitedir, line.rstrip())
            if compared not in known_paths and os.path.exists(folder):
                sys.path.append(folder)
                known_paths.add(compared)
        except Exception:
            import traceback
            print(f"Error processing line {number} of {path}:\n", file=sys.stderr)
            for part in traceback.format_exc().splitlines():
                print("  " + part, file=sys.stderr)
            print("\nRemainder of file ignored", file=sys.stderr)
            break
    return known_paths


def _show():
    print("sys.path = [")
    for path in sys.path:
        print(f"    {path!r},")
    print("]")
    for name, path in ("USER_BASE", getuserbase()), ("USER_SITE", getusersitepackages()):
        print(f"{name}: {path!r} ({'exists' if os.path.isdir(path) else "doesn't exist"})")
    print(f"ENABLE_USER_SITE: {ENABLE_USER_SITE!r}")


if __name__ == "__main__":
    asked = [path for option, path in (("--user-base", getuserbase()), ("--user-site", getusersitepackages()))
             if option in sys.argv[1:]]
    if asked:
        print(os.pathsep.join(asked))
        sys.exit(not ENABLE_USER_SITE)
    _show()
