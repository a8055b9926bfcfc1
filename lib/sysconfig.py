"""sysconfig: where an installation has its files, and how it was built.

The library lies in the binary, so the paths are those where an installation like CPython's would have them.
"""

import os
import sys

__all__ = ["get_config_h_filename", "get_config_var", "get_config_vars", "get_makefile_filename", "get_path",
           "get_path_names", "get_paths", "get_platform", "get_python_version", "get_scheme_names", "parse_config_h"]

_KEYS = "stdlib", "platstdlib", "purelib", "platlib", "include", "scripts", "data"


def _scheme(lib, platlib, include, base, platbase, site="/site-packages"):
    return {
        "stdlib": f"{{{lib}}}/{{platlibdir}}/{{implementation_lower}}{{py_version_short}}",
        "platstdlib": f"{{{platlib}}}/{{platlibdir}}/{{implementation_lower}}{{py_version_short}}",
        "purelib": f"{{{base}}}/lib/{{implementation_lower}}{{py_version_short}}{site}",
        "platlib": f"{{{platbase}}}/{{platlibdir}}/{{implementation_lower}}{{py_version_short}}{site}",
        "include": f"{{{include}}}/include/{{implementation_lower}}{{py_version_short}}{{abiflags}}",
        "platinclude": f"{{{'installed_platbase' if include == 'installed_base' else include}}}"
                       "/include/{implementation_lower}{py_version_short}{abiflags}",
        "scripts": f"{{{base}}}/bin",
        "data": f"{{{base}}}",
    }


_HOME = {
    "stdlib": "{installed_base}/lib/{implementation_lower}",
    "platstdlib": "{base}/lib/{implementation_lower}",
    "purelib": "{base}/lib/{implementation_lower}",
    "platlib": "{base}/lib/{implementation_lower}",
    "include": "{installed_base}/include/{implementation_lower}",
    "platinclude": "{installed_base}/include/{implementation_lower}",
    "scripts": "{base}/bin",
    "data": "{base}",
}
_USER = {
    "stdlib": "{userbase}/{platlibdir}/{implementation_lower}{py_version_short}",
    "platstdlib": "{userbase}/{platlibdir}/{implementation_lower}{py_version_short}",
    "purelib": "{userbase}/lib/{implementation_lower}{py_version_short}/site-packages",
    "platlib": "{userbase}/lib/{implementation_lower}{py_version_short}/site-packages",
    "include": "{userbase}/include/{implementation_lower}{py_version_short}",
    "scripts": "{userbase}/bin",
    "data": "{userbase}",
}
_INSTALL_SCHEMES = {
    "posix_home": _HOME,
    "posix_prefix": _scheme("installed_base", "platbase", "installed_base", "base", "platbase"),
    "posix_user": _USER,
    "posix_venv": _scheme("installed_base", "platbase", "installed_base", "base", "platbase"),
    "venv": _scheme("installed_base", "platbase", "installed_base", "base", "platbase"),
}

_vars = {}  # filled when first asked for


def get_scheme_names():
    """The names of the schemes."""
    return tuple(sorted(_INSTALL_SCHEMES))


def get_path_names():
    """The names of a scheme's paths."""
    return _KEYS


def get_preferred_scheme(key):
    """The scheme for an installation of a kind: "prefix", "home" or "user"."""
    return {"prefix": "posix_prefix", "home": "posix_home", "user": "posix_user"}[key]


def get_default_scheme():
    """The scheme that get_path and get_paths use by default."""
    return "venv" if sys.prefix != sys.base_prefix else get_preferred_scheme("prefix")


def get_paths(scheme="posix_prefix", vars=None, expand=True):
    """The paths of a scheme by their names."""
    rows = _INSTALL_SCHEMES[scheme]
    if not expand:
        return rows
    known = dict(get_config_vars())
    if vars is not None:
        known.update(vars)
    paths = {}
    for name, path in rows.items():
        try:
            path = path.format_map(known)
        except KeyError as error:
            raise AttributeError(error) from None
        paths[name] = os.path.normpath(path)
    return {name: paths[name] for name in (*_KEYS[:5], "platinclude", *_KEYS[5:]) if name in paths}


def get_path(name, scheme="posix_prefix", vars=None, expand=True):
    """One of a scheme's paths."""
    return get_paths(scheme, vars, expand)[name]


def get_config_vars(*args):
    """What is known of the installation and how it was built, by name; the values of names that are given."""
    if not _vars:
        prefix, version = sys.prefix, sys.version_info
        _vars.update({
            "prefix": prefix, "exec_prefix": sys.exec_prefix, "py_version": sys.version.split()[0],
            "py_version_short": f"{version[0]}.{version[1]}", "py_version_nodot": f"{version[0]}{version[1]}",
            "installed_base": sys.base_prefix, "base": prefix, "installed_platbase": sys.base_exec_prefix,
            "platbase": sys.exec_prefix, "projectbase": os.path.dirname(sys.executable or ""),
            "platlibdir": sys.platlibdir, "implementation": "Python", "implementation_lower": "python",
            "abiflags": getattr(sys, "abiflags", ""), "py_version_nodot_plat": "", "userbase": _user_base(),
            "srcdir": prefix, "Py_DEBUG": int(hasattr(sys, "gettotalrefcount")), "Py_GIL_DISABLED": 0,
            "Py_ENABLE_SHARED": 0, "WITH_PYMALLOC": 1, "SIZEOF_VOID_P": 8 if sys.maxsize > 2**32 else 4,
        })
    return [_vars.get(name) for name in args] if args else _vars


def _user_base():
    return os.environ.get("PYTHONUSERBASE") or os.path.join(os.path.expanduser("~"), ".local")


def get_config_var(name):
    """One of get_config_vars, or None."""
    return get_config_vars().get(name)


def get_platform():
    """The system and machine, as in linux-x86_64."""
    machine = os.uname()
    system = machine.sysname.lower().replace("/", "")
    kind = machine.machine.replace(" ", "_").replace("/", "-")
    return f"{system}-{kind}" if system == "linux" else f"{system}-{machine.release}-{kind}"


def get_python_version():
    """The version, as in 3.13."""
    return "%d.%d" % sys.version_info[:2]


def is_python_build(check_home=None):
    """Does it run where it was built?"""
    return False


def get_config_h_filename():
    """Where the header pyconfig.h would be."""
    return os.path.join(get_path("platinclude"), "pyconfig.h")


def get_makefile_filename():
    """Where the Makefile would be."""
    name = f"config-{get_python_version()}{get_config_var('abiflags')}-{os.uname().machine}-linux-gnu"
    return os.path.join(get_path("stdlib"), name, "Makefile")


def parse_config_h(fp, vars=None):
    """The macros of a file like pyconfig.h: those defined, as numbers or text, and those commented out, as 0."""
    import re
    define = re.compile("#define ([A-Z][A-Za-z0-9_]+) (.*)\n")
    undefine = re.compile("/[*] #undef ([A-Z][A-Za-z0-9_]+) [*]/\n")
    vars = {} if vars is None else vars
    while line := fp.readline():
        if match := define.match(line):
            name, value = match.groups()
            try:
                value = int(value)
            except ValueError:
                pass
            vars[name] = value
        elif match := undefine.match(line):
            vars[match[1]] = 0
    return vars


def _main():
    print(f'Platform: "{get_platform()}"')
    print(f'Python version: "{get_python_version()}"')
    print(f'Current installation scheme: "{get_default_scheme()}"')
    for title, rows in (("Paths", get_paths()), ("Variables", get_config_vars())):
        print()
        print(f"{title}: ")
        for name, value in sorted(rows.items()):
            print(f'\t{name} = "{value}"')


if __name__ == "__main__":
    _main()
