"""Import from files: loaders, finders along a path, what hooks need.

The import statement runs files itself; it imports this module for the loader that a module from a file has, for
namespace packages, and when a path hook was put into sys.path_hooks.
"""

import sys
from _frozen_importlib import FrozenImporter, ModuleSpec, PathFinder

SOURCE_SUFFIXES = ['.mpy', '.py']
BYTECODE_SUFFIXES = ['.pyc']
MAGIC_NUMBER = b'mpy\r\n'

_OMITTED = object()


# --- paths ---

def _join(folder, name):
    if not folder:
        return name
    return folder + name if folder.endswith('/') else f'{folder}/{name}'


def _stat(path):
    import posix
    return posix.stat(path)


def _is_file(path):
    try:
        with open(path, 'rb'):
            return True
    except OSError:
        return False


def _is_folder(path):
    try:
        open(path, 'rb').close()
    except IsADirectoryError:
        return True
    except OSError:
        pass
    return False


def _absolute(path):
    if path.startswith('/'):
        return path
    try:
        import posix
        return _join(posix.getcwd(), path) if path else posix.getcwd()
    except (ImportError, OSError):
        return path


def cache_from_source(path, debug_override=None, *, optimization=None):
    """Where CPython would keep the compiled form of a source file. No such file is written."""
    head, _, tail = path.rpartition('/')
    base = tail.rpartition('.')[0] or tail
    if optimization is not None and str(optimization) and not str(optimization).isalnum():
        raise ValueError(f'{optimization!r} is not alphanumeric')
    if sys.implementation.cache_tag is None:
        raise NotImplementedError('sys.implementation.cache_tag is None')
    opt = f'.opt-{optimization}' if optimization not in (None, '') else ''
    return _join(_join(head, '__pycache__'), f'{base}.{sys.implementation.cache_tag}{opt}.pyc')


def source_from_cache(path):
    """The source file that cache_from_source would give this path for."""
    head, _, name = path.rpartition('/')
    folder, _, cache = head.rpartition('/')
    if cache != '__pycache__':
        raise ValueError(f'__pycache__ not bottom-level directory in {path!r}')
    if name.count('.') not in (2, 3):
        raise ValueError(f'expected only 2 or 3 dots in {name!r}')
    return _join(folder, name.partition('.')[0] + '.py')


# --- source text ---

def decode_source(source_bytes):
    """Source bytes as text: by the coding cookie or as UTF-8, line ends as \\n."""
    encoding = 'utf-8'
    if source_bytes.startswith(b'\xef\xbb\xbf'):
        encoding = 'utf-8-sig'
    else:
        for line in source_bytes.split(b'\n', 2)[:2]:
            cookie = _coding_cookie(line)
            if cookie is not None:
                encoding = cookie
                break
            if line.strip() and not line.lstrip().startswith(b'#'):
                break
    text = source_bytes.decode(encoding)
    return text.replace('\r\n', '\n').replace('\r', '\n')


def _coding_cookie(line):
    """The encoding that a comment line names (PEP 263), or None."""
    line = line.strip()
    if not line.startswith(b'#'):
        return None
    at = line.find(b'coding')
    while at >= 0:
        rest = line[at + 6:]
        if rest[:1] in (b':', b'='):
            name = rest[1:].lstrip(b' \t')
            end = 0
            while end < len(name) and (name[end:end + 1].isalnum() or name[end:end + 1] in b'-_.'):
                end += 1
            if end:
                return name[:end].decode('ascii')
        at = line.find(b'coding', at + 1)
    return None


# --- loaders ---

def _check_name(method):
    def checked(self, name=None, *args, **kwargs):
        if name is None:
            name = self.name
        elif self.name != name:
            raise ImportError(f'loader for {self.name} cannot handle {name}', name=name)
        return method(self, name, *args, **kwargs)
    checked.__name__ = method.__name__
    checked.__qualname__ = method.__qualname__
    checked.__doc__ = method.__doc__
    return checked


class _LoaderBasics:
    """What loaders of code have in common: get_code gives it."""

    def is_package(self, fullname):
        """Whether the file is an __init__."""
        tail = self.get_filename(fullname).rpartition('/')[2]
        return tail.rpartition('.')[0] == '__init__' and fullname.rpartition('.')[2] != '__init__'

    def create_module(self, spec):
        """None: a plain module will do."""

    def exec_module(self, module):
        """Run the module's code in it."""
        code = self.get_code(module.__name__)
        if code is None:
            raise ImportError(f'cannot load module {module.__name__!r} when get_code() returns None')
        exec(code, module.__dict__)

    def load_module(self, fullname):
        """Import the module the old way. Deprecated."""
        return _load_module_shim(self, fullname)


def _load_module_shim(loader, fullname):
    from _frozen_importlib import _load
    if fullname in sys.modules:
        module = sys.modules[fullname]
        loader.exec_module(module)
        return sys.modules[fullname]
    return _load(spec_from_loader(fullname, loader))


def _load_backward_compatible(spec):
    """Have a loader that has no exec_module load the module the old way, by load_module."""
    import warnings
    loader, name = spec.loader, spec.name
    owner = getattr(loader, '__qualname__', type(loader).__qualname__)
    warnings.warn(f'{owner}.exec_module() not found; falling back to load_module()', ImportWarning)
    try:
        loader.load_module(name)
    finally:
        module = sys.modules.pop(name, None)  # to the end, what it has imported stands before it
        if module is not None:
            sys.modules[name] = module
    if module is None:
        raise KeyError(name)
    package = name if hasattr(module, '__path__') else name.rpartition('.')[0]
    for attribute, value in ('__loader__', loader), ('__package__', package), ('__spec__', spec):
        if getattr(module, attribute, None) is None:
            try:
                setattr(module, attribute, value)
            except AttributeError:
                pass
    return module


class SourceLoader(_LoaderBasics):
    """A loader of source text, made of get_data and get_filename."""

    def path_mtime(self, path):
        """When the file was changed last."""
        raise OSError

    def path_stats(self, path):
        """{'mtime': ..., perhaps 'size': ...} of a file."""
        return {'mtime': self.path_mtime(path)}

    def _cache_bytecode(self, source_path, cache_path, data):
        return self.set_data(cache_path, data)

    def set_data(self, path, data):
        """Compiled code is not written: this does nothing unless it is overridden."""

    def get_source(self, fullname):
        """The module's source text."""
        path = self.get_filename(fullname)
        try:
            data = self.get_data(path)
        except OSError as error:
            raise ImportError('source not available through get_data()', name=fullname) from error
        return decode_source(data)

    def source_to_code(self, data, path, *, _optimize=-1):
        """The code object of source text or bytes."""
        return compile(data, path, 'exec', dont_inherit=True, optimize=_optimize)

    def get_code(self, fullname):
        """The module's code object."""
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class FileLoader:
    """A loader of a file: its path and the module's name."""

    def __init__(self, fullname, path):
        self.name = fullname
        self.path = path

    def __eq__(self, other):
        return self.__class__ == other.__class__ and self.__dict__ == other.__dict__

    def __hash__(self):
        return hash(self.name) ^ hash(self.path)

    @_check_name
    def load_module(self, fullname):
        """Import the module the old way. Deprecated."""
        return super().load_module(fullname)

    @_check_name
    def get_filename(self, fullname):
        """The file's path."""
        return self.path

    def get_data(self, path):
        """A file's bytes."""
        with open(path, 'rb') as file:
            return file.read()

    @_check_name
    def get_resource_reader(self, module):
        """A reader of the files beside the module."""
        from importlib.readers import FileReader
        return FileReader(self)


class SourceFileLoader(FileLoader, SourceLoader):
    """The loader of a module from a source file."""

    def path_stats(self, path):
        """The file's 'mtime' and 'size'."""
        status = _stat(path)
        return {'mtime': status.st_mtime, 'size': status.st_size}

    def path_mtime(self, path):
        """When the file was changed last."""
        return self.path_stats(path)['mtime']

    def _cache_bytecode(self, source_path, bytecode_path, data):
        return self.set_data(bytecode_path, data)

    def set_data(self, path, data, *, _mode=0o666):
        """Write a file."""
        try:
            with open(path, 'wb') as file:
                file.write(data)
        except OSError:
            pass


class SourcelessFileLoader(FileLoader, _LoaderBasics):
    """The loader of a module without its source: there is no compiled code that it could read."""

    def get_code(self, fullname):
        path = self.get_filename(fullname)
        raise ImportError(f'bad magic number in {fullname!r}: compiled code is not read', name=fullname, path=path)

    def get_source(self, fullname):
        """None: there is no source."""
        return None


class ExtensionFileLoader(FileLoader, _LoaderBasics):
    """The loader of a shared library: there are none."""

    def __init__(self, name, path):
        super().__init__(name, path)

    def create_module(self, spec):
        raise ImportError('extension modules are not supported', name=spec.name, path=spec.origin)

    def is_package(self, fullname):
        return False

    def get_code(self, fullname):
        return None

    def get_source(self, fullname):
        return None


# --- namespace packages ---

class _NamespacePath:
    """The __path__ of a namespace package: its folders, found anew when the path they were found on has changed."""

    def __init__(self, name, path, path_finder):
        self._name = name
        self._path = path
        self._path_finder = path_finder
        self._last_parent_path = tuple(self._get_parent_path())

    def _get_parent_path(self):
        parent, dot, _ = self._name.rpartition('.')
        return sys.modules[parent].__path__ if dot else sys.path

    def _recalculate(self):
        parent_path = tuple(self._get_parent_path())
        if parent_path != self._last_parent_path:
            spec = self._path_finder(self._name, parent_path)
            if spec is not None and spec.loader is None or isinstance(getattr(spec, 'loader', 0), NamespaceLoader):
                if spec.submodule_search_locations:
                    self._path = list(spec.submodule_search_locations)
            self._last_parent_path = parent_path
        return self._path

    def __iter__(self):
        return iter(self._recalculate())

    def __getitem__(self, index):
        return self._recalculate()[index]

    def __setitem__(self, index, path):
        self._path[index] = path

    def __len__(self):
        return len(self._recalculate())

    def __repr__(self):
        return f'_NamespacePath({self._path!r})'

    def __contains__(self, item):
        return item in self._recalculate()

    def append(self, item):
        self._path.append(item)


class NamespaceLoader:
    """The loader of a namespace package, which has no code."""

    def __init__(self, name, path, path_finder):
        self._path = _NamespacePath(name, path, path_finder)

    def is_package(self, fullname):
        return True

    def get_source(self, fullname):
        return ''

    def get_code(self, fullname):
        return compile('', '<string>', 'exec', dont_inherit=True)

    def create_module(self, spec):
        """None: a plain module will do."""

    def exec_module(self, module):
        pass

    def load_module(self, fullname):
        """Import the module the old way. Deprecated."""
        return _load_module_shim(self, fullname)

    def get_resource_reader(self, module):
        from importlib.readers import NamespaceReader
        return NamespaceReader(self._path)


def _namespace_spec(name, portions):
    """The spec of a namespace package of these folders."""
    loader = NamespaceLoader(name, portions, PathFinder.find_spec)
    spec = ModuleSpec(name, loader)
    spec.submodule_search_locations = loader._path
    return spec


# --- specs ---

def spec_from_loader(name, loader, *, origin=None, is_package=None):
    """A spec for a loader, which is asked for what is not given."""
    if origin is None:
        origin = getattr(loader, '_ORIGIN', None)
    if not origin and hasattr(loader, 'get_filename'):
        if is_package is None:
            return spec_from_file_location(name, loader=loader)
        return spec_from_file_location(name, loader=loader, submodule_search_locations=[] if is_package else None)
    if is_package is None:
        is_package = False
        if hasattr(loader, 'is_package'):
            try:
                is_package = loader.is_package(name)
            except ImportError:
                pass
    return ModuleSpec(name, loader, origin=origin, is_package=is_package)


def _loader_for(location):
    for suffixes, make in ((SOURCE_SUFFIXES, SourceFileLoader), (BYTECODE_SUFFIXES, SourcelessFileLoader)):
        if location.endswith(tuple(suffixes)):
            return make
    return None


def spec_from_file_location(name, location=None, *, loader=None, submodule_search_locations=_OMITTED):
    """A spec for a file; None when no loader is given and none is known for the file's name."""
    if location is None:
        location = '<unknown>'
        if hasattr(loader, 'get_filename'):
            try:
                location = loader.get_filename(name)
            except ImportError:
                pass
    else:
        if not isinstance(location, str):
            location = location.__fspath__() if hasattr(location, '__fspath__') else location.decode()
        location = _absolute(location)
    if loader is None:
        make = _loader_for(location)
        if make is None:
            return None
        loader = make(name, location)
    spec = ModuleSpec(name, loader, origin=location)
    spec.has_location = True
    if submodule_search_locations is _OMITTED:
        if hasattr(loader, 'is_package'):
            try:
                if loader.is_package(name):
                    spec.submodule_search_locations = []
            except ImportError:
                pass
    else:
        spec.submodule_search_locations = submodule_search_locations
    if spec.submodule_search_locations == [] and location:
        spec.submodule_search_locations.append(location.rpartition('/')[0])
    return spec


# --- finders along a path, when there are hooks ---

class FileFinder:
    """The finder of the modules in one folder: (loader, suffixes) pairs say what files are tried."""

    def __init__(self, path, *loader_details):
        self._loaders = [(suffix, loader) for loader, suffixes in loader_details for suffix in suffixes]
        self.path = _absolute('' if path == '.' else path)

    def invalidate_caches(self):
        """Nothing: the folder is looked at each time."""

    def find_spec(self, fullname, target=None):
        """The spec of a module, or None; one without a loader is a portion of a namespace package."""
        tail = fullname.rpartition('.')[2]
        base = _join(self.path, tail)
        for suffix, loader in self._loaders:
            init = _join(base, '__init__' + suffix)
            if _is_file(init):
                return spec_from_file_location(fullname, init, loader=loader(fullname, init),
                                               submodule_search_locations=[base])
        for suffix, loader in self._loaders:
            if _is_file(base + suffix):
                return spec_from_file_location(fullname, base + suffix, loader=loader(fullname, base + suffix),
                                               submodule_search_locations=None)
        if _is_folder(base):
            spec = ModuleSpec(fullname, None)
            spec.submodule_search_locations = [base]
            return spec
        return None

    @classmethod
    def path_hook(cls, *loader_details):
        """A hook that makes such finders for folders."""
        def path_hook_for_FileFinder(path):
            if not _is_folder(path or '.'):
                raise ImportError('only directories are supported', path=path)
            return cls(path, *loader_details)
        return path_hook_for_FileFinder

    def __repr__(self):
        return f'FileFinder({self.path!r})'


def _finder_for(path):
    """The finder of a path entry: from the cache, from the first hook that takes it, else one for folders."""
    try:
        return sys.path_importer_cache[path]
    except KeyError:
        pass
    finder = None
    for hook in sys.path_hooks:
        try:
            finder = hook(path)
            break
        except ImportError:
            continue
    else:
        if path == '<frozen>':
            finder = FrozenImporter
        elif _is_folder(path or '.'):
            finder = FileFinder(path, (SourceFileLoader, SOURCE_SUFFIXES))
    sys.path_importer_cache[path] = finder
    return finder


def _find_along(fullname, path):
    """What PathFinder.find_spec does when there are path hooks."""
    portions = []
    for entry in path:
        if not isinstance(entry, str):
            continue
        finder = _finder_for(entry)
        spec = finder.find_spec(fullname) if finder is not None else None
        if spec is None:
            continue
        if spec.loader is not None:
            return spec
        if spec.submodule_search_locations is None:
            raise ImportError('spec missing loader')
        portions.extend(spec.submodule_search_locations)
    return _namespace_spec(fullname, portions) if portions else None


def _invalidate_path_caches():
    for name, finder in list(sys.path_importer_cache.items()):
        if finder is None:
            del sys.path_importer_cache[name]
        elif hasattr(finder, 'invalidate_caches'):
            finder.invalidate_caches()
