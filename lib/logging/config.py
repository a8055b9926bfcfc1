"""logging.config: loggers, handlers, formatters and filters set up from a dict or a file.

There is no listen(): nothing is received over a network.
"""

import functools
import io
import logging
import logging.handlers
import os
import re
from importlib import _import_dotted

_IDENTIFIER = re.compile("^[a-z_][a-z0-9_]*$", re.I)


def valid_ident(s):
    """Is the text a name? ValueError otherwise."""
    if not _IDENTIFIER.match(s):
        raise ValueError(f"Not a valid Python identifier: {s!r}")
    return True


def _clear_existing_handlers():
    logging._handlers.clear()
    logging.shutdown(logging._handlerList[:])
    del logging._handlerList[:]


def _leave_or_disable(existing, children, disable):
    """What becomes of loggers that the configuration does not name: children of those it names are reset."""
    for name in existing:
        logger = logging.root.manager.loggerDict[name]
        if name in children:
            logger.setLevel(logging.NOTSET)
            logger.handlers = []
            logger.propagate = True
        else:
            logger.disabled = disable


class _Existing:
    """The loggers that there are, and which of them are below one that is configured."""

    def __init__(self):
        self.names = sorted(logging.root.manager.loggerDict)
        self.children = []

    def configured(self, name):
        if name in self.names:
            self.children += [other for other in self.names if other.startswith(name + ".")]
            self.names.remove(name)


# --- files ---


def fileConfig(fname, defaults=None, disable_existing_loggers=True, encoding=None):
    """Set up logging from a file in configparser's format, or from a RawConfigParser."""
    import configparser
    if isinstance(fname, str):
        if not os.path.exists(fname):
            raise FileNotFoundError(f"{fname} doesn't exist")
        if not os.path.getsize(fname):
            raise RuntimeError(f"{fname} is an empty file")
    if isinstance(fname, configparser.RawConfigParser):
        parser = fname
    else:
        try:
            parser = configparser.ConfigParser(defaults)
            if hasattr(fname, "readline"):
                parser.read_file(fname)
            else:
                parser.read(fname, encoding=io.text_encoding(encoding))
        except configparser.ParsingError as error:
            raise RuntimeError(f"{fname} is invalid: {error}")
    formatters = _create_formatters(parser)
    _clear_existing_handlers()
    handlers = _install_handlers(parser, formatters)
    _install_loggers(parser, handlers, disable_existing_loggers)


def _names(text):
    return [name.strip() for name in text.split(",")]


def _create_formatters(parser):
    formatters = {}
    names = parser["formatters"]["keys"]
    for name in _names(names) if names else ():
        section = "formatter_" + name
        text = parser.get(section, "format", raw=True, fallback=None)
        dates = parser.get(section, "datefmt", raw=True, fallback=None)
        style = parser.get(section, "style", raw=True, fallback="%")
        defaults = parser.get(section, "defaults", raw=True, fallback=None)
        cls = logging.Formatter
        if class_name := parser[section].get("class"):
            cls = _import_dotted(class_name)
        if defaults is not None:
            formatters[name] = cls(text, dates, style, defaults=eval(defaults, vars(logging)))
        else:
            formatters[name] = cls(text, dates, style)
    return formatters


def _install_handlers(parser, formatters):
    handlers, waiting = {}, []
    names = parser["handlers"]["keys"]
    for name in _names(names) if names else ():
        section = parser["handler_" + name]
        class_name = section["class"]
        try:
            cls = eval(class_name, vars(logging))
        except (AttributeError, NameError):
            cls = _import_dotted(class_name)
        arguments = eval(section.get("args", "()"), vars(logging))
        options = eval(section.get("kwargs", "{}"), vars(logging))
        handler = cls(*arguments, **options)
        handler.name = name
        if level := section.get("level", ""):
            handler.setLevel(level)
        if formatter := section.get("formatter", ""):
            handler.setFormatter(formatters[formatter])
        if issubclass(cls, logging.handlers.MemoryHandler) and (target := section.get("target", "")):
            waiting.append((handler, target))
        handlers[name] = handler
    for handler, target in waiting:
        handler.setTarget(handlers[target])
    return handlers


def _set_handlers(logger, text, handlers):
    for handler in logger.handlers[:]:
        logger.removeHandler(handler)
    if text:
        for name in _names(text):
            logger.addHandler(handlers[name])


def _install_loggers(parser, handlers, disable_existing):
    names = _names(parser["loggers"]["keys"])
    names.remove("root")
    section = parser["logger_root"]
    root = logging.root
    if level := section.get("level"):
        root.setLevel(level)
    _set_handlers(root, section["handlers"], handlers)
    existing = _Existing()
    for name in names:
        section = parser["logger_" + name]
        qualified = section["qualname"]
        logger = logging.getLogger(qualified)
        existing.configured(qualified)
        if level := section.get("level"):
            logger.setLevel(level)
        _set_handlers(logger, section["handlers"], handlers)
        logger.propagate = section.getint("propagate", fallback=1)
        logger.disabled = 0
    _leave_or_disable(existing.names, existing.children, disable_existing)


# --- dicts ---


class ConvertingMixin:
    """A container whose texts like "ext://sys.stderr" are replaced by what they name when they are asked for."""

    def convert_with_key(self, key, value, replace=True):
        result = self.configurator.convert(value)
        if value is not result:
            if replace:
                self[key] = result
            self._own(result, key)
        return result

    def convert(self, value):
        result = self.configurator.convert(value)
        if value is not result:
            self._own(result)
        return result

    def _own(self, result, key=None):
        if type(result) in (ConvertingDict, ConvertingList, ConvertingTuple):
            result.parent = self
            if key is not None:
                result.key = key


class ConvertingDict(dict, ConvertingMixin):
    """A dict whose values are converted when they are asked for."""

    def __getitem__(self, key):
        return self.convert_with_key(key, dict.__getitem__(self, key))

    def get(self, key, default=None):
        return self.convert_with_key(key, dict.get(self, key, default))

    def pop(self, key, default=None):
        return self.convert_with_key(key, dict.pop(self, key, default), replace=False)


class ConvertingList(list, ConvertingMixin):
    """A list whose items are converted when they are asked for."""

    def __getitem__(self, key):
        return self.convert_with_key(key, list.__getitem__(self, key))

    def pop(self, idx=-1):
        return self.convert(list.pop(self, idx))


class ConvertingTuple(tuple, ConvertingMixin):
    """A tuple whose items are converted when they are asked for."""

    def __getitem__(self, key):
        return self.convert_with_key(key, tuple.__getitem__(self, key), replace=False)


class BaseConfigurator:
    """What a dict's values may stand for: objects by name (ext://), other parts of the dict (cfg://), calls (())."""

    CONVERT_PATTERN = re.compile(r"^(?P<prefix>[a-z]+)://(?P<suffix>.*)$")
    WORD_PATTERN = re.compile(r"^\s*(\w+)\s*")
    DOT_PATTERN = re.compile(r"^\.\s*(\w+)\s*")
    INDEX_PATTERN = re.compile(r"^\[([^\[\]]*)\]\s*")
    DIGIT_PATTERN = re.compile(r"^\d+$")

    value_converters = {"ext": "ext_convert", "cfg": "cfg_convert"}
    importer = staticmethod(__import__)

    def __init__(self, config):
        self.config = ConvertingDict(config)
        self.config.configurator = self

    def resolve(self, s):
        """The object of that full name."""
        first, *rest = s.split(".")
        used = first
        try:
            found = self.importer(first)
            for part in rest:
                used += "." + part
                try:
                    found = getattr(found, part)
                except AttributeError:
                    self.importer(used)
                    found = getattr(found, part)
            return found
        except ImportError as error:
            raise ValueError(f"Cannot resolve {s!r}: {error}") from error

    def ext_convert(self, value):
        return self.resolve(value)

    def cfg_convert(self, value):
        rest = value
        match = self.WORD_PATTERN.match(rest)
        if match is None:
            raise ValueError(f"Unable to convert {value!r}")
        rest = rest[match.end():]
        found = self.config[match.groups()[0]]
        while rest:
            if match := self.DOT_PATTERN.match(rest):
                found = found[match.groups()[0]]
            elif match := self.INDEX_PATTERN.match(rest):
                index = match.groups()[0]
                if self.DIGIT_PATTERN.match(index):
                    try:
                        found = found[int(index)]
                    except TypeError:
                        found = found[index]
                else:
                    found = found[index]
            else:
                raise ValueError(f"Unable to convert {value!r} at {rest!r}")
            rest = rest[match.end():]
        return found

    def convert(self, value):
        """What the value stands for; containers get into one that converts when it is asked."""
        for plain, converting in ((dict, ConvertingDict), (list, ConvertingList), (tuple, ConvertingTuple)):
            if isinstance(value, plain) and not isinstance(value, converting):
                if plain is tuple and hasattr(value, "_fields"):
                    continue
                value = converting(value)
                value.configurator = self
                return value
        if isinstance(value, str) and (match := self.CONVERT_PATTERN.match(value)):
            converter = self.value_converters.get(match["prefix"])
            if converter:
                value = getattr(self, converter)(match["suffix"])
        return value

    def configure_custom(self, config):
        """Call what "()" names with the other entries; those of "." become attributes of the result."""
        factory = config.pop("()")
        if not callable(factory):
            factory = self.resolve(factory)
        attributes = config.pop(".", None)
        result = factory(**{key: config[key] for key in config if valid_ident(key)})
        if attributes:
            for name, value in attributes.items():
                setattr(result, name, value)
        return result

    def as_tuple(self, value):
        return tuple(value) if isinstance(value, list) else value


class DictConfigurator(BaseConfigurator):
    """Sets up logging from a dict of the schema that the documentation describes."""

    def configure(self):
        config = self.config
        if "version" not in config:
            raise ValueError("dictionary doesn't specify a version")
        if config["version"] != 1:
            raise ValueError(f"Unsupported version: {config['version']}")
        empty = {}
        if config.pop("incremental", False):
            self._configure_incrementally(config)
            return
        disable_existing = config.pop("disable_existing_loggers", True)
        _clear_existing_handlers()
        for kind in "formatter", "filter":
            rows = config.get(kind + "s", empty)
            for name in rows:
                try:
                    rows[name] = getattr(self, "configure_" + kind)(rows[name])
                except Exception as error:
                    raise ValueError(f"Unable to configure {kind} {name!r}") from error
        self._configure_handlers(config.get("handlers", empty))
        loggers = config.get("loggers", empty)
        existing = _Existing()
        for name in loggers:
            existing.configured(name)
            try:
                self.configure_logger(name, loggers[name])
            except Exception as error:
                raise ValueError(f"Unable to configure logger {name!r}") from error
        _leave_or_disable(existing.names, existing.children, disable_existing)
        if root := config.get("root", None):
            try:
                self.configure_root(root)
            except Exception as error:
                raise ValueError("Unable to configure root logger") from error

    def _configure_incrementally(self, config):
        """Only the levels of handlers and loggers, and whether records are propagated."""
        handlers = config.get("handlers", {})
        for name in handlers:
            if name not in logging._handlers:
                raise ValueError(f"No handler found with name {name!r}")
            try:
                if level := handlers[name].get("level", None):
                    logging._handlers[name].setLevel(logging._checkLevel(level))
            except Exception as error:
                raise ValueError(f"Unable to configure handler {name!r}") from error
        loggers = config.get("loggers", {})
        for name in loggers:
            try:
                self.configure_logger(name, loggers[name], True)
            except Exception as error:
                raise ValueError(f"Unable to configure logger {name!r}") from error
        if root := config.get("root", None):
            try:
                self.configure_root(root, True)
            except Exception as error:
                raise ValueError("Unable to configure root logger") from error

    def _configure_handlers(self, handlers):
        """In the order of their names, those that wait for another one last."""
        deferred = []
        for name in sorted(handlers):
            try:
                handler = self.configure_handler(handlers[name])
                handler.name = name
                handlers[name] = handler
            except Exception as error:
                if " not configured yet" in str(error.__cause__):
                    deferred.append(name)
                else:
                    raise ValueError(f"Unable to configure handler {name!r}") from error
        for name in deferred:
            try:
                handler = self.configure_handler(handlers[name])
                handler.name = name
                handlers[name] = handler
            except Exception as error:
                raise ValueError(f"Unable to configure handler {name!r}") from error

    def configure_formatter(self, config):
        if "()" in config:
            factory = config["()"]
            try:
                return self.configure_custom(config)
            except TypeError as error:
                if "'format'" not in str(error):
                    raise
                # a class of an earlier time, whose parameter is called fmt
                config["fmt"] = config.pop("format")
                config["()"] = factory
                return self.configure_custom(config)
        text, dates, style = config.get("format", None), config.get("datefmt", None), config.get("style", "%")
        options = {} if config.get("defaults", None) is None else {"defaults": config["defaults"]}
        cls = config.get("class", None)
        cls = logging.Formatter if not cls else _import_dotted(cls)
        if "validate" in config:
            return cls(text, dates, style, config["validate"], **options)
        return cls(text, dates, style, **options)

    def configure_filter(self, config):
        if "()" in config:
            return self.configure_custom(config)
        return logging.Filter(config.get("name", ""))

    def add_filters(self, filterer, filters):
        for name in filters:
            try:
                usable = callable(name) or callable(getattr(name, "filter", None))
                filterer.addFilter(name if usable else self.config["filters"][name])
            except Exception as error:
                raise ValueError(f"Unable to add filter {name!r}") from error

    def configure_handler(self, config):
        kept = dict(config)  # what a second try needs
        formatter = config.pop("formatter", None)
        if formatter:
            try:
                formatter = self.config["formatters"][formatter]
            except Exception as error:
                raise ValueError(f"Unable to set formatter {formatter!r}") from error
        level, filters = config.pop("level", None), config.pop("filters", None)
        if "()" in config:
            factory = config.pop("()")
            factory = factory if callable(factory) else self.resolve(factory)
        else:
            factory = self._handler_class(config, kept)
        attributes = config.pop(".", None)
        arguments = {key: config[key] for key in config if valid_ident(key)}
        try:
            result = factory(**arguments)
        except TypeError as error:
            if "'stream'" not in str(error):
                raise
            # a class of an earlier time, whose parameter is called strm
            arguments["strm"] = arguments.pop("stream")
            result = factory(**arguments)
        if formatter:
            result.setFormatter(formatter)
        if level is not None:
            result.setLevel(logging._checkLevel(level))
        if filters:
            self.add_filters(result, filters)
        if attributes:
            for name, value in attributes.items():
                setattr(result, name, value)
        return result

    def _handler_class(self, config, kept):
        name = config.pop("class")
        cls = name if callable(name) else self.resolve(name)
        if issubclass(cls, logging.handlers.MemoryHandler):
            if "flushLevel" in config:
                config["flushLevel"] = logging._checkLevel(config["flushLevel"])
            if "target" in config:
                try:
                    target = self.config["handlers"][config["target"]]
                    if not isinstance(target, logging.Handler):
                        config.update(kept)
                        raise TypeError("target not configured yet")
                    config["target"] = target
                except Exception as error:
                    raise ValueError(f"Unable to set target handler {config['target']!r}") from error
        return functools.partial(cls)

    def add_handlers(self, logger, handlers):
        for name in handlers:
            try:
                logger.addHandler(self.config["handlers"][name])
            except Exception as error:
                raise ValueError(f"Unable to add handler {name!r}") from error

    def common_logger_config(self, logger, config, incremental=False):
        level = config.get("level", None)
        if level is not None:
            logger.setLevel(logging._checkLevel(level))
        if incremental:
            return
        for handler in logger.handlers[:]:
            logger.removeHandler(handler)
        if handlers := config.get("handlers", None):
            self.add_handlers(logger, handlers)
        if filters := config.get("filters", None):
            self.add_filters(logger, filters)

    def configure_logger(self, name, config, incremental=False):
        logger = logging.getLogger(name)
        self.common_logger_config(logger, config, incremental)
        logger.disabled = False
        propagate = config.get("propagate", None)
        if propagate is not None:
            logger.propagate = propagate

    def configure_root(self, config, incremental=False):
        self.common_logger_config(logging.getLogger(), config, incremental)


dictConfigClass = DictConfigurator


def dictConfig(config):
    """Set up logging from a dict."""
    dictConfigClass(config).configure()
