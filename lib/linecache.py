"""Lines of source files, read once and kept, for what shows source text."""

__all__ = ["getline", "clearcache", "checkcache", "lazycache"]

# filename -> (size, mtime, lines, full name), or a 1-tuple of a function that gets the source.
# size and mtime are None for what is in no file.
cache = {}


def clearcache():
    """Forget everything."""
    cache.clear()


def getline(filename, lineno, module_globals=None):
    """A line, with its end; '' when there is no such line or file."""
    lines = getlines(filename, module_globals)
    if 1 <= lineno <= len(lines):
        return lines[lineno - 1]
    return ''


def getlines(filename, module_globals=None):
    """All lines of a file, from the cache if they are there."""
    entry = cache.get(filename)
    if entry is not None and len(entry) != 1:
        return entry[2]
    try:
        return updatecache(filename, module_globals)
    except MemoryError:
        clearcache()
        return []


def _stat(path):
    """(size, mtime) of a file, or OSError."""
    from os import stat
    status = stat(path)
    return status.st_size, status.st_mtime


def _is_no_file(filename):
    return not filename or (filename.startswith('<') and (filename.endswith('>') or filename.startswith('<stdin>-')))


def checkcache(filename=None):
    """Forget the files that have changed: all, or the one that is named."""
    for name in list(cache) if filename is None else [filename]:
        entry = cache.get(name)
        if entry is None or len(entry) == 1 or entry[1] is None:
            continue
        try:
            changed = _stat(entry[3]) != (entry[0], entry[1])
        except (OSError, ValueError):
            changed = True
        if changed:
            cache.pop(name, None)


def updatecache(filename, module_globals=None):
    """Read a file anew; its lines, [] when it cannot be read.

    A name that leads nowhere is asked of the module's loader, then looked for along sys.path.
    """
    entry = cache.pop(filename, None)
    if _is_no_file(filename):
        import _traceback
        text = _traceback.source(filename)
        if text is not None:
            return _split(text)
        return _library_lines(filename) if filename[:8] == '<frozen ' else []
    found = _read_file(filename)
    if found is None:
        lazy = entry is not None and len(entry) == 1
        if lazy or lazycache(filename, module_globals):
            source = _lazy_source(entry[0] if lazy else cache.pop(filename)[0])
            if source is None:
                return []
            lines = _split(source)
            cache[filename] = (len(source), None, lines, filename)
            return lines
        found = _read_along_path(filename)
    if found is None:
        return []
    cache[filename] = found
    return found[2]


def _library_lines(filename):
    """The lines of a library module, which lies in the binary."""
    from _frozen_importlib import FrozenImporter
    source = _lazy_source(lambda: FrozenImporter.get_source(filename[8:-1]))
    if source is None:
        return []
    lines = _split(source)
    cache[filename] = (len(source), None, lines, filename)
    return lines


def _lazy_source(get_source):
    try:
        return get_source()
    except (ImportError, OSError):
        return None


def _split(text):
    lines = [line + '\n' for line in text.split('\n')]
    if lines[-1] == '\n':
        lines.pop()
    return lines


def _read_file(path):
    """The cache's entry for a file, or None."""
    from _frozen_importlib_external import decode_source
    try:
        with open(path, 'rb') as file:
            data = file.read()
        lines = _split(decode_source(data))
    except (OSError, ValueError, LookupError, SyntaxError):
        return None
    try:
        size, mtime = _stat(path)
    except (ImportError, OSError):
        size, mtime = len(data), None
    return size, mtime, lines, path


def _read_along_path(filename):
    import sys
    if filename.startswith('/'):
        return None
    for folder in sys.path:
        if isinstance(folder, str):
            found = _read_file(f'{folder}/{filename}' if folder else filename)
            if found is not None:
                return found
    return None


def lazycache(filename, module_globals):
    """Remember how a module's loader gets its source, for when a line is asked for; whether there is such a loader."""
    if filename in cache:
        return len(cache[filename]) == 1
    if _is_no_file(filename) or not module_globals or '__name__' not in module_globals:
        return False
    spec = module_globals.get('__spec__')
    name = getattr(spec, 'name', None) or module_globals['__name__']
    loader = getattr(spec, 'loader', None) or module_globals.get('__loader__')
    get_source = getattr(loader, 'get_source', None)
    if not name or get_source is None:
        return False

    def get_lines(name=name, *args, **kwargs):
        return get_source(name, *args, **kwargs)

    cache[filename] = (get_lines,)
    return True
