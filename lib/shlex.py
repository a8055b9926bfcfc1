"""Splitting text as a shell does, and quoting for it."""
import os
import re
import sys
from collections import deque
from io import StringIO

__all__ = ['shlex', 'split', 'quote', 'join']

_LATIN = 'ßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞ'


class shlex:
    """A lexical analyser of simple shell-like syntax. Iterating gives the tokens; get_token gives `eof` behind the
    last.

    `state` says where in a token the reader is: None behind the end of input, a blank between tokens, 'a' in a word,
    'c' in a run of punctuation, or the quote or escape character that it is behind.
    """

    def __init__(self, instream=None, infile=None, posix=False, punctuation_chars=False):
        if isinstance(instream, str):
            instream = StringIO(instream)
        if instream is not None:
            self.instream = instream
            self.infile = infile
        else:
            self.instream = sys.stdin
            self.infile = None
        self.posix = posix
        self.eof = None if posix else ''
        self.commenters = '#'
        self.wordchars = 'abcdfeghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_'
        if posix:
            self.wordchars += _LATIN
        self.whitespace = ' \t\r\n'
        self.whitespace_split = False
        self.quotes = '\'"'
        self.escape = '\\'
        self.escapedquotes = '"'
        self.state = ' '
        self.pushback = deque()
        self.lineno = 1
        self.debug = 0
        self.token = ''
        self.filestack = deque()
        self.source = None
        if not punctuation_chars:
            punctuation_chars = ''
        elif punctuation_chars is True:
            punctuation_chars = '();<>|&'
        self._punctuation_chars = punctuation_chars
        if punctuation_chars:
            self._pushback_chars = deque()
            # what file names and options have is no end of a word then
            self.wordchars += '~-./*?='
            self.wordchars = self.wordchars.translate(self.wordchars.maketrans(dict.fromkeys(punctuation_chars)))

    @property
    def punctuation_chars(self):
        """The characters of which runs are tokens."""
        return self._punctuation_chars

    def push_token(self, tok):
        """Put a token back: it is the next one."""
        if self.debug >= 1:
            print('shlex: pushing token ' + repr(tok))
        self.pushback.appendleft(tok)

    def push_source(self, newstream, newfile=None):
        """Read from another stream (or str) up to its end, then go on in this one."""
        if isinstance(newstream, str):
            newstream = StringIO(newstream)
        self.filestack.appendleft((self.infile, self.instream, self.lineno))
        self.infile = newfile
        self.instream = newstream
        self.lineno = 1
        if self.debug:
            print('shlex: pushing to ' + ('stream %s' % (self.instream,) if newfile is None else
                                          'file %s' % (self.infile,)))

    def pop_source(self):
        """Go back to the stream before push_source."""
        self.instream.close()
        self.infile, self.instream, self.lineno = self.filestack.popleft()
        if self.debug:
            print('shlex: popping to %s, line %d' % (self.instream, self.lineno))
        self.state = ' '

    def get_token(self):
        """The next token: one that was put back, or read; `source` requests are followed."""
        if self.pushback:
            token = self.pushback.popleft()
            if self.debug >= 1:
                print('shlex: popping token ' + repr(token))
            return token
        raw = self.read_token()
        if self.source is not None:
            while raw == self.source:
                spec = self.sourcehook(self.read_token())
                if spec:
                    newfile, newstream = spec
                    self.push_source(newstream, newfile)
                raw = self.get_token()
        while raw == self.eof:
            if not self.filestack:
                return self.eof
            self.pop_source()
            raw = self.get_token()
        if self.debug >= 1:
            print('shlex: token=' + (repr(raw) if raw != self.eof else 'EOF'))
        return raw

    def _next_char(self):
        if self._punctuation_chars and self._pushback_chars:
            c = self._pushback_chars.pop()
        else:
            c = self.instream.read(1)
        if c == '\n':
            self.lineno += 1
        if self.debug >= 3:
            print('shlex: in state %r I see character: %r' % (self.state, c))
        return c

    def _skip_comment(self):
        self.instream.readline()
        self.lineno += 1

    def _between(self, c):
        """A character between tokens. Whether it ends one: a single character or an empty one in quotes."""
        if not c:
            self.state = None
            return True
        if c in self.whitespace:
            return bool(self.token or self._quoted)
        if c in self.commenters:
            self._skip_comment()
        elif self.posix and c in self.escape:
            self._escaped_in = 'a'
            self.state = c
        elif c in self.wordchars:
            self.token = c
            self.state = 'a'
        elif c in self._punctuation_chars:
            self.token = c
            self.state = 'c'
        elif c in self.quotes:
            if not self.posix:
                self.token = c
            self.state = c
        elif self.whitespace_split:
            self.token = c
            self.state = 'a'
        else:
            self.token = c
            return bool(self.token or self._quoted)
        return False

    def _in_quotes(self, c):
        self._quoted = True
        if not c:
            raise ValueError('No closing quotation')
        if c == self.state:
            if not self.posix:
                self.token += c
                self.state = ' '
                return True
            self.state = 'a'
        elif self.posix and c in self.escape and self.state in self.escapedquotes:
            self._escaped_in = self.state
            self.state = c
        else:
            self.token += c
        return False

    def _behind_escape(self, c):
        if not c:
            raise ValueError('No escaped character')
        # in quotes only the quote and the escape itself can be escaped
        if self._escaped_in in self.quotes and c != self.state and c != self._escaped_in:
            self.token += self.state
        self.token += c
        self.state = self._escaped_in
        return False

    def _in_token(self, c):
        """A character in a word or run of punctuation. Whether the token ends."""
        if not c:
            self.state = None
            return True
        if c in self.whitespace:
            self.state = ' '
            return bool(self.token or self._quoted)
        if c in self.commenters:
            self._skip_comment()
            if self.posix:
                self.state = ' '
                return bool(self.token or self._quoted)
            return False
        if self.state == 'c':
            if c in self._punctuation_chars:
                self.token += c
                return False
            if c not in self.whitespace:
                self._pushback_chars.append(c)
            self.state = ' '
            return True
        if self.posix and c in self.quotes:
            self.state = c
        elif self.posix and c in self.escape:
            self._escaped_in = 'a'
            self.state = c
        elif c in self.wordchars or c in self.quotes or \
                self.whitespace_split and c not in self._punctuation_chars:
            self.token += c
        else:
            if self._punctuation_chars:
                self._pushback_chars.append(c)
            else:
                self.pushback.appendleft(c)
            self.state = ' '
            return bool(self.token or self._quoted)
        return False

    def read_token(self):
        """The next token from the stream, without put back ones and source requests."""
        self._quoted = False
        self._escaped_in = ' '
        while True:
            c = self._next_char()
            if self.state is None:
                self.token = ''
                break
            if self.state == ' ':
                ended = self._between(c)
            elif self.state in self.quotes:
                ended = self._in_quotes(c)
            elif self.state in self.escape:
                ended = self._behind_escape(c)
            else:
                ended = self._in_token(c)
            if ended:
                break
        result, self.token = self.token, ''
        if self.posix and not self._quoted and result == '':
            result = None
        if self.debug > 1:
            print('shlex: raw token=' + repr(result) if result else 'shlex: raw token=EOF')
        return result

    def sourcehook(self, newfile):
        """(name, open stream) for a source request; relative names are relative to the present file."""
        if newfile[0] == '"':
            newfile = newfile[1:-1]
        if isinstance(self.infile, str) and not os.path.isabs(newfile):
            newfile = os.path.join(os.path.dirname(self.infile), newfile)
        return newfile, open(newfile, 'r')

    def error_leader(self, infile=None, lineno=None):
        """The beginning of an error message, in the form that editors know."""
        if infile is None:
            infile = self.infile
        if lineno is None:
            lineno = self.lineno
        return '"%s", line %d: ' % (infile, lineno)

    def __iter__(self):
        return self

    def __next__(self):
        token = self.get_token()
        if token == self.eof:
            raise StopIteration
        return token


def split(s, comments=False, posix=True):
    """The words of a shell command line."""
    if s is None:
        raise ValueError('s argument must not be None')
    lexer = shlex(s, posix=posix)
    lexer.whitespace_split = True
    if not comments:
        lexer.commenters = ''
    return list(lexer)


def join(split_command):
    """A command line of the words: the inverse of split."""
    return ' '.join(quote(word) for word in split_command)


_find_unsafe = re.compile(r'[^\w@%+=:,./-]', re.ASCII).search


def quote(s):
    """The text as one word of a shell."""
    if not s:
        return "''"
    if _find_unsafe(s) is None:
        return s
    return "'" + s.replace("'", "'\"'\"'") + "'"
