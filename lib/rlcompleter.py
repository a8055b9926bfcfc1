"""What a name that has been begun may become: completion for a prompt."""

import builtins
import inspect
import keyword
import re
import warnings

__all__ = ['Completer']

_ALONE = frozenset(('False', 'None', 'True', 'break', 'continue', 'pass', 'else', '_'))


class Completer:
    """Completes names of a namespace, of builtins and keywords, and attributes of what they stand for."""

    def __init__(self, namespace=None):
        """Without a namespace, that of __main__ counts, as it is when something is completed."""
        if namespace and not isinstance(namespace, dict):
            raise TypeError('namespace must be a dictionary')
        self.use_main_ns = int(namespace is None)
        if not self.use_main_ns:
            self.namespace = namespace

    def complete(self, text, state):
        """The completion of that number, None when there are no more. A tab for nothing at all indents."""
        if self.use_main_ns:
            import __main__
            self.namespace = __main__.__dict__
        if not text.strip():
            return '\t' if state == 0 else None
        if state == 0:
            with warnings.catch_warnings(action='ignore'):
                self.matches = self.attr_matches(text) if '.' in text else self.global_matches(text)
        return self.matches[state] if state < len(self.matches) else None

    def _callable_postfix(self, value, word):
        if not callable(value):
            return word
        try:
            return word + ('(' if inspect.signature(value).parameters else '()')
        except ValueError:
            return word + '('

    def global_matches(self, text):
        """Keywords and names that begin with the text."""
        matches, seen = [], set()
        for word in keyword.kwlist + keyword.softkwlist:
            if word.startswith(text):
                seen.add(word)
                matches.append(word + (':' if word in ('finally', 'try') else '' if word in _ALONE else ' '))
        for names in self.namespace, builtins.__dict__:
            for word, value in names.items():
                if word.startswith(text) and word not in seen:
                    seen.add(word)
                    matches.append(self._callable_postfix(value, word))
        return matches

    def attr_matches(self, text):
        """What object.begin may become. The object is evaluated; underscores are shown to who asks for them."""
        match = re.match(r'(\w+(\.\w+)*)\.(\w*)', text)
        if not match:
            return []
        expression, begin = match.group(1, 3)
        try:
            owner = eval(expression, self.namespace)
        except Exception:
            return []
        words = set(dir(owner)) - {'__builtins__'}
        if hasattr(owner, '__class__'):
            words |= {'__class__', *get_class_members(owner.__class__)}
        for hidden in {'': '_', '_': '__'}.get(begin), None:
            matches = sorted(self._attribute(owner, expression, word) for word in words
                             if word.startswith(begin) and not (hidden and word.startswith(hidden)))
            if matches:
                break
        return matches

    def _attribute(self, owner, expression, word):
        if isinstance(getattr(type(owner), word, None), property):
            return f'{expression}.{word}'
        value = getattr(owner, word, None)
        return f'{expression}.{word}' if value is None else self._callable_postfix(value, f'{expression}.{word}')


def get_class_members(klass):
    """The names of the attributes of a class and its bases."""
    names = dir(klass)
    for base in getattr(klass, '__bases__', ()):
        names = names + get_class_members(base)
    return names
