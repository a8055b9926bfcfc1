"""The logger of the package. It is made when something is logged: most programs need none."""


def __getattr__(name):
    if name != 'logger':
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import logging
    return logging.getLogger(__package__)
