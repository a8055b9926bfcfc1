"""Secure hashes: md5, SHA-1, SHA-2, SHA-3, SHAKE and BLAKE2."""
from _blake2 import blake2b, blake2s
from _hashlib import (md5, new as _new, pbkdf2_hmac, scrypt, sha1, sha224, sha256, sha384, sha3_224, sha3_256,
                      sha3_384, sha3_512, sha512, shake_128, shake_256)

algorithms_guaranteed = {'md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'blake2b', 'blake2s',
                         'sha3_224', 'sha3_256', 'sha3_384', 'sha3_512', 'shake_128', 'shake_256'}
_blakes = {'blake2b': blake2b, 'blake2s': blake2s}
algorithms_available = set(algorithms_guaranteed)

__all__ = ('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'blake2b', 'blake2s', 'sha3_224', 'sha3_256',
           'sha3_384', 'sha3_512', 'shake_128', 'shake_256', 'new', 'algorithms_guaranteed',
           'algorithms_available', 'file_digest', 'pbkdf2_hmac')


def new(name, data=b'', **kwargs):
    """A hash object of the named algorithm, fed with data."""
    if name in _blakes:
        return _blakes[name](data, **kwargs)
    return _new(name, data, **kwargs)


def file_digest(fileobj, digest, /, *, _bufsize=2**18):
    """A hash object fed with a file opened for reading in binary mode.

    digest is the name of an algorithm or a callable that makes a hash object.
    """
    result = new(digest) if isinstance(digest, str) else digest()
    if hasattr(fileobj, 'getbuffer'):
        result.update(fileobj.getbuffer())
        return result
    if not (hasattr(fileobj, 'readinto') and hasattr(fileobj, 'readable') and fileobj.readable()):
        raise ValueError(f"'{fileobj!r}' is not a file-like object in binary reading mode.")
    buffer = bytearray(_bufsize)
    view = memoryview(buffer)
    while size := fileobj.readinto(buffer):
        result.update(view[:size])
    return result
