"""Universally unique identifiers (RFC 4122)."""
import os
from enum import Enum

RESERVED_NCS, RFC_4122, RESERVED_MICROSOFT, RESERVED_FUTURE = [
    'reserved for NCS compatibility', 'specified in RFC 4122', 'reserved for Microsoft compatibility',
    'reserved for future definition']

int_ = int
bytes_ = bytes


class SafeUUID(Enum):
    """Whether a UUID was made in a way that is safe when several processes make them."""
    safe = 0
    unsafe = -1
    unknown = None


# name: bits, and the bit where it begins
_FIELDS = (('time_low', 32, 96), ('time_mid', 16, 80), ('time_hi_version', 16, 64), ('clock_seq_hi_variant', 8, 56),
           ('clock_seq_low', 8, 48), ('node', 48, 0))


_set = object.__setattr__  # for UUID itself, which refuses to be changed


class UUID:
    """An immutable number of 128 bits. Give one of: hex (32 digits; braces, hyphens and 'urn:uuid:' do not count),
    bytes (16, big endian), bytes_le (16, the first three fields little endian), fields (the six of RFC 4122), int;
    version sets the version and variant bits."""

    __slots__ = ('int', 'is_safe', '__weakref__')

    def __init__(self, hex=None, bytes=None, bytes_le=None, fields=None, int=None, version=None, *,
                 is_safe=SafeUUID.unknown):
        only_hex = hex is not None and bytes is bytes_le is fields is int is None
        if not only_hex and [hex, bytes, bytes_le, fields, int].count(None) != 4:
            raise TypeError('one of the hex, bytes, bytes_le, fields, or int arguments must be given')
        if hex is not None:
            if not isinstance(hex, str) or ':' in hex:
                hex = hex.replace('urn:', '').replace('uuid:', '')
            hex = hex.strip('{}').replace('-', '')
            if len(hex) != 32:
                raise ValueError('badly formed hexadecimal UUID string')
            int = int_(hex, 16)
        if bytes_le is not None:
            if len(bytes_le) != 16:
                raise ValueError('bytes_le is not a 16-char string')
            bytes = bytes_le[3::-1] + bytes_le[5:3:-1] + bytes_le[7:5:-1] + bytes_le[8:]
        if bytes is not None:
            if len(bytes) != 16:
                raise ValueError('bytes is not a 16-char string')
            int = int_.from_bytes(bytes)
        if fields is not None:
            int = self._from_fields(fields)
        if int is None or not 0 <= int < 1 << 128:
            raise ValueError('int is out of range (need a 128-bit value)')
        if version is not None:
            if not 1 <= version <= 5:
                raise ValueError('illegal version number')
            int &= ~(0xc000 << 48)
            int |= 0x8000 << 48
            int &= ~(0xf000 << 64)
            int |= version << 76
        _set(self, 'int', int)
        _set(self, 'is_safe', is_safe)

    @staticmethod
    def _from_fields(fields):
        if len(fields) != 6:
            raise ValueError('fields is not a 6-tuple')
        result = 0
        for i, (value, (_, bits, shift)) in enumerate(zip(fields, _FIELDS), 1):
            if not 0 <= value < 1 << bits:
                article = 'an' if bits == 8 else 'a'
                raise ValueError(f'field {i} out of range (need {article} {bits}-bit value)')
            result |= value << shift
        return result

    def __getstate__(self):
        state = {'int': self.int}
        if self.is_safe != SafeUUID.unknown:
            state['is_safe'] = self.is_safe.value
        return state

    def __setstate__(self, state):
        _set(self, 'int', state['int'])
        _set(self, 'is_safe', SafeUUID(state.get('is_safe')))

    def __eq__(self, other):
        return self.int == other.int if isinstance(other, UUID) else NotImplemented

    def __lt__(self, other):
        return self.int < other.int if isinstance(other, UUID) else NotImplemented

    def __gt__(self, other):
        return self.int > other.int if isinstance(other, UUID) else NotImplemented

    def __le__(self, other):
        return self.int <= other.int if isinstance(other, UUID) else NotImplemented

    def __ge__(self, other):
        return self.int >= other.int if isinstance(other, UUID) else NotImplemented

    def __hash__(self):
        return hash(self.int)

    def __int__(self):
        return self.int

    def __repr__(self):
        return '%s(%r)' % (self.__class__.__name__, str(self))

    def __setattr__(self, name, value):
        raise TypeError('UUID objects are immutable')

    def __str__(self):
        x = '%032x' % self.int
        return f'{x[:8]}-{x[8:12]}-{x[12:16]}-{x[16:20]}-{x[20:]}'

    @property
    def bytes(self):
        return self.int.to_bytes(16)

    @property
    def bytes_le(self):
        data = self.bytes
        return data[3::-1] + data[5:3:-1] + data[7:5:-1] + data[8:]

    @property
    def fields(self):
        return tuple(getattr(self, name) for name, _, _ in _FIELDS)

    @property
    def time_low(self):
        return self.int >> 96

    @property
    def time_mid(self):
        return self.int >> 80 & 0xffff

    @property
    def time_hi_version(self):
        return self.int >> 64 & 0xffff

    @property
    def clock_seq_hi_variant(self):
        return self.int >> 56 & 0xff

    @property
    def clock_seq_low(self):
        return self.int >> 48 & 0xff

    @property
    def time(self):
        return (self.time_hi_version & 0x0fff) << 48 | self.time_mid << 32 | self.time_low

    @property
    def clock_seq(self):
        return (self.clock_seq_hi_variant & 0x3f) << 8 | self.clock_seq_low

    @property
    def node(self):
        return self.int & 0xffffffffffff

    @property
    def hex(self):
        return '%032x' % self.int

    @property
    def urn(self):
        return 'urn:uuid:' + str(self)

    @property
    def variant(self):
        bits = self.clock_seq_hi_variant
        if not bits & 0x80:
            return RESERVED_NCS
        if not bits & 0x40:
            return RFC_4122
        return RESERVED_FUTURE if bits & 0x20 else RESERVED_MICROSOFT

    @property
    def version(self):
        if self.variant == RFC_4122:
            return self.int >> 76 & 0xf


_node = None
_last_timestamp = None


def _interface_address():
    """The address of a network interface, if there is one that is no number of somebody's own."""
    local = None
    try:
        names = sorted(os.listdir('/sys/class/net'))
    except OSError:
        return None
    for name in names:
        try:
            with open(f'/sys/class/net/{name}/address') as file:
                address = int(file.read().strip().replace(':', ''), 16)
        except (OSError, ValueError):
            continue
        if address and not address >> 41 & 1:
            return address
        local = local or address or None
    return local


def getnode():
    """The address of a network interface as a number of 48 bits, or a random one with the multicast bit."""
    global _node
    if _node is None:
        _node = _interface_address()
        if _node is None:
            _node = int.from_bytes(os.urandom(6)) | 1 << 40
    return _node


def uuid1(node=None, clock_seq=None):
    """From the time, a sequence number and the address of this computer."""
    global _last_timestamp
    import time
    # tenths of a microsecond since 1582-10-15, when the calendar began
    timestamp = time.time_ns() // 100 + 0x01b21dd213814000
    if _last_timestamp is not None and timestamp <= _last_timestamp:
        timestamp = _last_timestamp + 1
    _last_timestamp = timestamp
    if clock_seq is None:
        clock_seq = int.from_bytes(os.urandom(2)) & 0x3fff
    if node is None:
        node = getnode()
    fields = (timestamp & 0xffffffff, timestamp >> 32 & 0xffff, timestamp >> 48 & 0x0fff, clock_seq >> 8 & 0x3f,
              clock_seq & 0xff, node)
    return UUID(fields=fields, version=1)


def _named(algorithm, namespace, name, version):
    import hashlib
    if isinstance(name, str):
        name = bytes(name, 'utf-8')
    digest = getattr(hashlib, algorithm)(namespace.bytes + name, usedforsecurity=False).digest()
    return UUID(bytes=digest[:16], version=version)


def uuid3(namespace, name):
    """From the MD5 digest of a namespace's UUID and a name."""
    return _named('md5', namespace, name, 3)


def uuid4():
    """A random one."""
    return UUID(bytes=os.urandom(16), version=4)


def uuid5(namespace, name):
    """From the SHA-1 digest of a namespace's UUID and a name."""
    return _named('sha1', namespace, name, 5)


NAMESPACE_DNS = UUID('6ba7b810-9dad-11d1-80b4-00c04fd430c8')
NAMESPACE_URL = UUID('6ba7b811-9dad-11d1-80b4-00c04fd430c8')
NAMESPACE_OID = UUID('6ba7b812-9dad-11d1-80b4-00c04fd430c8')
NAMESPACE_X500 = UUID('6ba7b814-9dad-11d1-80b4-00c04fd430c8')


def main():
    """python -m uuid: print one."""
    import argparse
    named = {'uuid3': uuid3, 'uuid5': uuid5}
    plain = {'uuid1': uuid1, 'uuid4': uuid4}
    spaces = {'@dns': NAMESPACE_DNS, '@url': NAMESPACE_URL, '@oid': NAMESPACE_OID, '@x500': NAMESPACE_X500}
    parser = argparse.ArgumentParser(
        description='Generates a uuid using the selected uuid function.')
    parser.add_argument('-u', '--uuid', choices=sorted([*plain, *named]), default='uuid4',
                        help='The function to use to generate the uuid. By default uuid4 function is used.')
    parser.add_argument('-n', '--namespace',
                        help="The namespace is a UUID, or '@ns' where 'ns' is a well-known predefined UUID "
                             'addressed by namespace name. Such as @dns, @url, @oid, and @x500. Only required for '
                             'uuid3/uuid5 functions.')
    parser.add_argument('-N', '--name',
                        help='The name used as part of generating the uuid. Only required for uuid3/uuid5 functions.')
    args = parser.parse_args()
    if args.uuid in plain:
        print(plain[args.uuid]())
        return
    if not args.namespace or not args.name:
        parser.error('Incorrect number of arguments. {0} requires a namespace and a name. '
                     'Run \'python -m uuid -h\' for more information.'.format(args.uuid))
    space = spaces[args.namespace] if args.namespace in spaces else UUID(args.namespace)
    print(named[args.uuid](space, args.name))


if __name__ == '__main__':
    main()
