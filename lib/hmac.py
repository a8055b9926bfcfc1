"""Keyed hashes for the authentication of messages (RFC 2104)."""
from _functools import partial
from _hashlib import compare_digest, hmac_digest as _hmac_digest
import hashlib as _hashlib

trans_5C = bytes(x ^ 0x5C for x in range(256))
trans_36 = bytes(x ^ 0x36 for x in range(256))

digest_size = None  # that of the hash function in use


class HMAC:
    """The HMAC of a key; digestmod is the name of a hash, a callable that makes one, or a module with a new()."""

    blocksize = 64  # for hashes that do not tell

    __slots__ = ('_inner', '_outer', 'block_size', 'digest_size', '_name')

    def __init__(self, key, msg=None, digestmod=''):
        if not isinstance(key, (bytes, bytearray)):
            raise TypeError(f'key: expected bytes or bytearray, but got {type(key).__name__!r}')
        if not digestmod:
            raise TypeError("Missing required argument 'digestmod'.")
        make = _constructor(digestmod)
        self._outer = make()
        self._inner = self._outer.copy() if isinstance(digestmod, str) else make()
        self.digest_size = self._inner.digest_size
        self.block_size = getattr(self._inner, 'block_size', self.blocksize)
        if self.block_size < 16:
            self.block_size = self.blocksize
        if len(key) > self.block_size:
            key = make(key).digest()
        key = key.ljust(self.block_size, b'\0')
        self._outer.update(key.translate(trans_5C))
        self._inner.update(key.translate(trans_36))
        self._name = f'hmac-{self._inner.name}'
        if msg is not None:
            self.update(msg)

    @property
    def name(self):
        return self._name

    def update(self, msg):
        """Feed data."""
        self._inner.update(msg)

    def copy(self):
        """A copy, which goes on by itself."""
        other = self.__class__.__new__(self.__class__)
        other.digest_size, other.block_size, other._name = self.digest_size, self.block_size, self._name
        other._inner, other._outer = self._inner.copy(), self._outer.copy()
        return other

    def digest(self):
        """The hash of what was fed so far, as bytes."""
        outer = self._outer.copy()
        outer.update(self._inner.digest())
        return outer.digest()

    def hexdigest(self):
        """The same in hexadecimal digits."""
        return self.digest().hex()


def _constructor(digestmod):
    if callable(digestmod):
        return digestmod
    if isinstance(digestmod, str):
        return partial(_hashlib.new, digestmod)
    return lambda data=b'': digestmod.new(data)


def new(key, msg=None, digestmod=''):
    """An HMAC object of the key, fed with msg."""
    return HMAC(key, msg, digestmod)


def digest(key, msg, digest):
    """HMAC in one step, as bytes."""
    if isinstance(digest, str):
        return _hmac_digest(key, msg, digest)
    return HMAC(key, msg, digest).digest()
