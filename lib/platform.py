"""What this program runs on."""
import collections
import functools
import os
import re
import sys

__version__ = '1.0.8'


class uname_result(collections.namedtuple('uname_result_base', 'system node release version machine')):
    """What uname() returns: a tuple of six, of which the last is found when it is asked for."""

    _fields = ('system', 'node', 'release', 'version', 'machine', 'processor')

    @functools.cached_property
    def processor(self):
        """What `uname -p` says: nothing on Linux."""
        return ''

    def __iter__(self):
        yield from (self.system, self.node, self.release, self.version, self.machine, self.processor)

    def __getitem__(self, key):
        return tuple(self)[key]

    def __len__(self):
        return 6

    def __reduce__(self):
        return uname_result, tuple(self)[:5]

    @classmethod
    def _make(cls, iterable):
        # a row of six comes from _replace
        return cls(*list(iterable)[:5])


@functools.cache
def uname():
    """(system, node, release, version, machine, processor)"""
    return uname_result(*os.uname())


def system():
    """The operating system's name."""
    return uname().system


def node():
    """The computer's name in its network."""
    return uname().node


def release():
    """The system's release."""
    return uname().release


def version():
    """The system's version."""
    return uname().version


def machine():
    """The kind of machine."""
    return uname().machine


def processor():
    """The processor's name, '' if it is not known."""
    return uname().processor


def architecture(executable=sys.executable, bits='', linkage=''):
    """(size of a pointer as '64bit', format of the executable)"""
    if not bits:
        bits = '64bit' if sys.maxsize > 2 ** 32 else '32bit'
    try:
        with open(executable, 'rb') as file:
            head = file.read(5)
    except OSError:
        return bits, linkage
    if head[:4] == b'\x7fELF':
        return {1: '32bit', 2: '64bit'}.get(head[4], bits), 'ELF'
    return bits, linkage


def _comparable(version):
    """A version as a key to compare by: numbers as such, above words."""
    return [(1, int(part), '') if part.isdigit() else (0, 0, part) for part in re.split('[._+-]', version)]


def _c_libraries(file, chunksize):
    """The matches of what a program says of its C library, of a file of any size."""
    pattern = re.compile(rb'(?P<init>__libc_init)|GLIBC_(?P<glibc>[0-9.]+)'
                         rb'|libc(?P<threads>_\w+)?\.so(?:\.(?P<so>\d[0-9.]*))?', re.ASCII)
    text = b''
    while data := file.read(chunksize):
        text += data
        done = max(0, len(text) - 64)
        for match in pattern.finditer(text):
            if match.end() == len(text):  # it may go on
                done = match.start()
                break
            yield match
            done = max(done, match.end())
        text = text[done:]
    yield from pattern.finditer(text)


def libc_ver(executable=None, lib='', version='', chunksize=16384):
    """(name, version) of the C library of the executable; what is given, if it is not found."""
    if not executable:
        try:
            # the program may ask for less than there is
            name, number = os.confstr('CS_GNU_LIBC_VERSION').split(maxsplit=1)
            return name, number
        except (AttributeError, ValueError, OSError):
            executable = sys.executable
            if not executable:
                return lib, version
    with open(os.path.realpath(executable), 'rb') as file:
        for match in _c_libraries(file, chunksize):
            init, glibc, threads, so = (part.decode('latin1') if part else '' for part in match.groups())
            if init:
                lib = lib or 'libc'
            elif glibc:
                if lib != 'glibc' or _comparable(glibc) > _comparable(version):
                    lib, version = 'glibc', glibc
            elif lib != 'glibc':
                lib = 'libc'
                if so and (not version or _comparable(so) > _comparable(version)):
                    version = so
                if not version.endswith(threads):
                    version += threads
    return lib, version


@functools.cache
def platform(aliased=False, terse=False):
    """One text about the system, for people. It is as terse as can be already."""
    system, node, release, version, machine, processor = uname()
    if aliased:
        system, release, version = system_alias(system, release, version)
    parts = [system, release, machine]
    name, number = libc_ver()
    return '-'.join(parts + ['with'] + [name + number]) if name else '-'.join(parts)


def system_alias(system, release, version):
    """The names under which a system is sold."""
    if system == 'SunOS' and release >= '5':
        major, *rest = release.split('.')
        return 'Solaris', '.'.join([str(int(major) - 3), *rest]), version
    if system in ('win32', 'Windows'):
        return 'Windows', release, version
    return system, release, version


# --- systems that this is not ---


def mac_ver(release='', versioninfo=('', '', ''), machine=''):
    """Of macOS: what is given, elsewhere."""
    return release, versioninfo, machine


IOSVersionInfo = collections.namedtuple('IOSVersionInfo', ['system', 'release', 'model', 'is_simulator'])
AndroidVer = collections.namedtuple('AndroidVer', 'release api_level manufacturer model device is_emulator')


def ios_ver(system='', release='', model='', is_simulator=False):
    """Of iOS: what is given, elsewhere."""
    return IOSVersionInfo(system, release, model, is_simulator)


def android_ver(release='', api_level=0, manufacturer='', model='', device='', is_emulator=False):
    """Of Android: what is given, elsewhere."""
    return AndroidVer(release, api_level, manufacturer, model, device, is_emulator)


def java_ver(release='', vendor='', vminfo=('', '', ''), osinfo=('', '', '')):
    """Of Jython: what is given, elsewhere."""
    import warnings
    warnings._deprecated('java_ver', remove=(3, 15))
    return release, vendor, vminfo, osinfo


# Names, each with the last version before it.
_WINDOWS = [((10, 1), 'post11'), ((10, 0, 21999), '11'), ((6, 4), '10'), ((6, 3), '8.1'), ((6, 2), '8'), ((6, 1), '7'),
            ((6, 0), 'Vista'), ((5, 2, 3789), 'XP64'), ((5, 2), 'XPMedia'), ((5, 1), 'XP'), ((5, 0), '2000')]


def win32_ver(release='', version='', csd='', ptype=''):
    """Of Windows: what is given, elsewhere, but the name under which the version was sold."""
    if version:
        numbers = tuple(map(int, version.split('.')))
        release = next((name for last, name in _WINDOWS if numbers > last), release)
    return release, version, csd, ptype


def win32_edition():
    """Of Windows: None, elsewhere."""
    return None


def win32_is_iot():
    """Of Windows: False, elsewhere."""
    return False


# --- the language ---


def python_implementation():
    """The name of the implementation."""
    return sys.implementation.name


def python_version():
    """'major.minor.patch' of the language."""
    return '%d.%d.%d' % sys.version_info[:3]


def python_version_tuple():
    """The same as a tuple of strs."""
    return tuple(python_version().split('.'))


def python_branch():
    """Of the source: ''."""
    return ''


def python_revision():
    """Of the source: ''."""
    return ''


def python_build():
    """(number, date) of the build."""
    match = re.search(r'\((.*)\)', sys.version)
    return match[1] if match else '', ''


def python_compiler():
    """The compiler that the interpreter was built with, as sys.version names it."""
    return sys.version.rpartition('[')[2].rstrip(']')


# --- distributions ---


def freedesktop_os_release():
    """The file os-release as a dict."""
    failure = None
    for name in ('/etc/os-release', '/usr/lib/os-release'):
        try:
            with open(name, encoding='utf-8') as file:
                return _parse_os_release(file)
        except OSError as error:
            failure = error
    raise OSError(failure.errno, 'Unable to read files /etc/os-release, /usr/lib/os-release')


def _parse_os_release(lines):
    result = {'NAME': 'Linux', 'ID': 'linux', 'PRETTY_NAME': 'Linux'}
    for line in lines:
        match = re.fullmatch(r'''([a-zA-Z0-9_]+)=(["']?)(.*)\2''', line.strip())
        if match:
            result[match[1]] = re.sub(r'\\([\\$"\'`])', r'\1', match[3])
    return result


if __name__ == '__main__':
    terse = 'terse' in sys.argv or '--terse' in sys.argv
    aliased = 'nonaliased' not in sys.argv and '--nonaliased' not in sys.argv
    print(platform(aliased, terse))
