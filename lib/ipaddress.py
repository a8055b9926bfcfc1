"""ipaddress: addresses, networks and interfaces of the Internet Protocol, versions 4 and 6.

An address is a number of 32 or 128 bits and a way to write it; a network is the address that it begins with and how
many bits its addresses have in common; an interface is an address in a network. What a version has of its own lies in
the mixins _Version4 and _Version6, what an address, a network and an interface are in _BaseAddress, _BaseNetwork and
_Interface.
"""

import functools
import re

__version__ = "1.0"

IPV4LENGTH = 32
IPV6LENGTH = 128


class AddressValueError(ValueError):
    """A value that no address has."""


class NetmaskValueError(ValueError):
    """A value that no netmask has."""


def ip_address(address):
    """The IPv4Address or IPv6Address that a text, a number (below 2**32 one of version 4) or packed bytes mean."""
    return _either(IPv4Address, IPv6Address, address)


def ip_network(address, strict=True):
    """The IPv4Network or IPv6Network; bits set behind the prefix are an error, cut off if not strict."""
    return _either(IPv4Network, IPv6Network, address, strict)


def ip_interface(address):
    """The IPv4Interface or IPv6Interface."""
    return _either(IPv4Interface, IPv6Interface, address)


def _either(first, second, address, *more):
    for cls in first, second:
        try:
            return cls(address, *more)
        except (AddressValueError, NetmaskValueError):
            pass
    kind = first.__name__[4:].lower()
    raise ValueError(f"{address!r} does not appear to be an IPv4 or IPv6 {kind}")


def v4_int_to_packed(address):
    """The 4 bytes of an address given as an int."""
    try:
        return address.to_bytes(4)
    except OverflowError:
        raise ValueError("Address negative or too large for IPv4")


def v6_int_to_packed(address):
    """The 16 bytes of an address given as an int."""
    try:
        return address.to_bytes(16)
    except OverflowError:
        raise ValueError("Address negative or too large for IPv6")


def _split_optional_netmask(address):
    parts = str(address).split("/")
    if len(parts) > 2:
        raise AddressValueError(f"Only one '/' permitted in {address!r}")
    return parts


def _trailing_zeros(number, bits):
    return min(bits, (~number & (number - 1)).bit_length()) if number else bits


def summarize_address_range(first, last):
    """Yield the networks that together hold the addresses from first to last."""
    if not (isinstance(first, _BaseAddress) and isinstance(last, _BaseAddress)):
        raise TypeError("first and last must be IP addresses, not networks")
    _check_same_version(first, last)
    if first > last:
        raise ValueError("last IP address must be greater than first")
    network = IPv4Network if first.version == 4 else IPv6Network
    bits = first._max_prefixlen
    start, end = first._ip, last._ip
    while start <= end:
        free = min(_trailing_zeros(start, bits), (end - start + 1).bit_length() - 1)
        yield network((start, bits - free))
        start += 1 << free


def collapse_addresses(addresses):
    """An iterator over the fewest networks that hold the addresses and networks."""
    single, networks = [], []
    for address in addresses:
        alone = isinstance(address, _BaseAddress) or address._prefixlen == address._max_prefixlen
        group = single if alone else networks
        if group:
            _check_same_version(address, group[-1])
        if alone and not isinstance(address, _BaseAddress):
            address = address.network_address
        group.append(address)
    single = sorted(set(single))
    for first, last in _runs(single):
        networks.extend(summarize_address_range(first, last))
    return _merged(networks)


def _runs(addresses):
    """Yield (first, last) of each run of addresses without a gap."""
    first = last = None
    for address in addresses:
        if last is None or address._ip != last._ip + 1:
            if last is not None:
                yield first, last
            first = address
        last = address
    if last is not None:
        yield first, last


def _merged(networks):
    """Yield networks in their order, pairs that make a greater one merged, those within others left out."""
    halves, waiting = {}, list(networks)
    while waiting:
        network = waiting.pop()
        parent = network.supernet()
        other = halves.get(parent)
        if other is None:
            halves[parent] = network
        elif other != network:
            del halves[parent]
            waiting.append(parent)
    last = None
    for network in sorted(halves.values()):
        if last is None or last.broadcast_address < network.broadcast_address:
            yield network
            last = network


def get_mixed_type_key(obj):
    """A key to sort addresses and networks by when there are both."""
    if isinstance(obj, _BaseNetwork):
        return obj._get_networks_key()
    if isinstance(obj, _BaseAddress):
        return obj._get_address_key()
    return NotImplemented


def _check_same_version(one, other):
    if one._version != other._version:
        raise TypeError(f"{one} and {other} are not of the same version")


# --- what addresses, networks and interfaces are ---


class _IPAddressBase:
    """What all of them have."""

    __slots__ = ()

    @property
    def exploded(self):
        """The long form of the text."""
        return self._exploded()

    @property
    def compressed(self):
        """The short form of the text."""
        return str(self)

    @property
    def reverse_pointer(self):
        """The name of the record in the domain name system that tells the host's name."""
        return self._reverse_pointer()

    @property
    def version(self):
        return self._version

    @property
    def max_prefixlen(self):
        return self._max_prefixlen

    @classmethod
    def _number(cls, address):
        """The address's value, given as an int or packed bytes; None for another object."""
        bits, version = cls._max_prefixlen, cls._version
        if isinstance(address, int):
            if address < 0:
                raise AddressValueError(f"{address:d} (< 0) is not permitted as an IPv{version} address")
            if address >> bits:
                raise AddressValueError(f"{address:d} (>= 2**{bits}) is not permitted as an IPv{version} address")
            return address
        if isinstance(address, bytes):
            if len(address) != bits // 8:
                length = f"(len {len(address)} != {bits // 8})"
                raise AddressValueError(f"{address!r} {length} is not permitted as an IPv{version} address")
            return int.from_bytes(address)
        return None

    @classmethod
    def _text(cls, address):
        text = str(address)
        if "/" in text:
            raise AddressValueError(f"Unexpected '/' in {address!r}")
        return text

    @classmethod
    def _split_addr_prefix(cls, address):
        """What stands before and behind the slash."""
        if isinstance(address, (bytes, int)):
            return address, cls._max_prefixlen
        if not isinstance(address, tuple):
            address = _split_optional_netmask(address)
        if len(address) > 1:
            return address
        return address[0], cls._max_prefixlen

    @classmethod
    @functools.lru_cache
    def _make_netmask(cls, mask):
        """The (netmask, its length) that a length, or a text, means."""
        length = mask if isinstance(mask, int) else cls._length_of_netmask(mask)
        if not 0 <= length <= cls._max_prefixlen:
            raise NetmaskValueError(f"{mask!r} is not a valid netmask")
        return cls._address_class(cls._all_ones >> length ^ cls._all_ones), length

    @classmethod
    def _length_of_netmask(cls, text):
        if text.isascii() and text.isdigit():
            return int(text)
        return -1


@functools.total_ordering
class _BaseAddress(_IPAddressBase):
    """An address: the number _ip."""

    __slots__ = ()

    def __int__(self):
        return self._ip

    def __eq__(self, other):
        try:
            return self._ip == other._ip and self.version == other.version
        except AttributeError:
            return NotImplemented

    def __lt__(self, other):
        if not isinstance(other, _BaseAddress):
            return NotImplemented
        _check_same_version(self, other)
        return self._ip < other._ip

    def __add__(self, other):
        if not isinstance(other, int):
            return NotImplemented
        return self.__class__(int(self) + other)

    def __sub__(self, other):
        if not isinstance(other, int):
            return NotImplemented
        return self.__class__(int(self) - other)

    def __repr__(self):
        return f"{self.__class__.__name__}({str(self)!r})"

    def __str__(self):
        return str(self._string_from_ip_int(self._ip))

    def __hash__(self):
        return hash(hex(int(self._ip)))

    def __reduce__(self):
        return self.__class__, (self._ip,)

    @property
    def packed(self):
        """The address's bytes, the highest ones first."""
        return self._ip.to_bytes(self._max_prefixlen // 8)

    def _get_address_key(self):
        return self._version, self

    _FORMAT = re.compile("(#?)(_?)([xbnX])")

    def __format__(self, fmt):
        """'s' formats the text; 'b', 'x', 'X' all of the number's digits ('n': the version's own base), '#' and '_' as
        those of int."""
        if not fmt or fmt[-1] == "s":
            return format(str(self), fmt)
        found = self._FORMAT.fullmatch(fmt)
        if not found:
            return super().__format__(fmt)
        alternate, grouping, base = found.groups()
        if base == "n":
            base = "b" if self._version == 4 else "x"
        width = self._max_prefixlen // (1 if base == "b" else 4)
        width += (width // 4 - 1 if grouping else 0) + 2 * len(alternate)
        return f"{self._ip:{alternate}0{width}{grouping}{base}}"

    def _in_any(self, networks):
        return any(self in network for network in networks)

    @property
    def is_multicast(self):
        return self in self._constants.multicast

    @property
    def is_link_local(self):
        return self in self._constants.link_local

    @property
    def is_reserved(self):
        return self._in_any(self._constants.reserved)

    @property
    def is_loopback(self):
        return self in self._constants.loopback

    @property
    def is_unspecified(self):
        return self._ip == 0

    @property
    def is_private(self):
        """Is it not for the whole Internet, by IANA's registry of special addresses?"""
        constants = self._constants
        return self._in_any(constants.private) and not self._in_any(constants.private_exceptions)

    @property
    def is_global(self):
        """Is it for the whole Internet?"""
        return not self._in_any(self._constants.shared) and not self.is_private


def _of_both_ends(name):
    """A property that a network has when its first and its last address have it."""

    def of_both(self):
        return getattr(self.network_address, name) and getattr(self.broadcast_address, name)

    return property(of_both)


@functools.total_ordering
class _BaseNetwork(_IPAddressBase):
    """A network: network_address and _prefixlen."""

    def __init__(self, address, strict=True):
        address, mask = self._split_addr_prefix(address)
        self.network_address = self._address_class(address)
        self.netmask, self._prefixlen = self._make_netmask(mask)
        number = self.network_address._ip
        if number & self.netmask._ip != number:
            if strict:
                raise ValueError(f"{self} has host bits set")
            self.network_address = self._address_class(number & self.netmask._ip)
        if self._prefixlen == self._max_prefixlen - 1:
            self.hosts = self.__iter__
        elif self._prefixlen == self._max_prefixlen:
            only = self.network_address
            self.hosts = lambda: [only]

    def __repr__(self):
        return f"{self.__class__.__name__}({str(self)!r})"

    def __str__(self):
        return f"{self.network_address}/{self._prefixlen}"

    def hosts(self):
        """Yield the addresses that hosts may have."""
        last = self.broadcast_address._ip - (self._version == 4)
        for number in range(self.network_address._ip + 1, last + 1):
            yield self._address_class(number)

    def __iter__(self):
        for number in range(self.network_address._ip, self.broadcast_address._ip + 1):
            yield self._address_class(number)

    def __getitem__(self, n):
        first, last = self.network_address._ip, self.broadcast_address._ip
        number = first + n if n >= 0 else last + 1 + n
        if not first <= number <= last:
            raise IndexError("address out of range")
        return self._address_class(number)

    def __lt__(self, other):
        if not isinstance(other, _BaseNetwork):
            return NotImplemented
        _check_same_version(self, other)
        if self.network_address != other.network_address:
            return self.network_address < other.network_address
        return self.netmask < other.netmask

    def __eq__(self, other):
        try:
            return (
                self.version == other.version
                and self.network_address == other.network_address
                and int(self.netmask) == int(other.netmask)
            )
        except AttributeError:
            return NotImplemented

    def __hash__(self):
        return hash(int(self.network_address) ^ int(self.netmask))

    def __contains__(self, other):
        if self._version != other._version or isinstance(other, _BaseNetwork):
            return False
        return other._ip & self.netmask._ip == self.network_address._ip

    def __reduce__(self):
        return self.__class__, (str(self),)

    def overlaps(self, other):
        """Have the networks an address in common?"""
        return (
            self.network_address in other
            or self.broadcast_address in other
            or other.network_address in self
            or other.broadcast_address in self
        )

    @functools.cached_property
    def broadcast_address(self):
        """The last address."""
        return self._address_class(self.network_address._ip | self.hostmask._ip)

    @functools.cached_property
    def hostmask(self):
        return self._address_class(self.netmask._ip ^ self._all_ones)

    @property
    def with_prefixlen(self):
        return f"{self.network_address}/{self._prefixlen}"

    @property
    def with_netmask(self):
        return f"{self.network_address}/{self.netmask}"

    @property
    def with_hostmask(self):
        return f"{self.network_address}/{self.hostmask}"

    @property
    def num_addresses(self):
        return 1 << (self._max_prefixlen - self._prefixlen)

    @property
    def prefixlen(self):
        return self._prefixlen

    def _get_networks_key(self):
        return self._version, self.network_address, self.netmask

    def address_exclude(self, other):
        """Yield the networks that together are this one without a network in it."""
        _check_same_version(self, other)
        if not isinstance(other, _BaseNetwork):
            raise TypeError(f"{other} is not a network object")
        if not other.subnet_of(self):
            raise ValueError(f"{other} not contained in {self}")
        rest = self
        while rest != other:
            left, right = rest.subnets()
            if other.subnet_of(left):
                yield right
                rest = left
            else:
                yield left
                rest = right

    def compare_networks(self, other):
        """-1, 0 or 1, as the network is before, the same as, or behind the other, by its first address and its size."""
        if self._version != other._version:
            raise TypeError(f"{self} and {other} are not of the same type")
        one, two = (self.network_address, self.netmask), (other.network_address, other.netmask)
        return (one > two) - (one < two)

    def subnets(self, prefixlen_diff=1, new_prefix=None):
        """Yield the networks of that many bits more, or with a prefix of that length, that make it up."""
        if self._prefixlen == self._max_prefixlen:
            yield self
            return
        if new_prefix is not None:
            if new_prefix < self._prefixlen:
                raise ValueError("new prefix must be longer")
            if prefixlen_diff != 1:
                raise ValueError("cannot set prefixlen_diff and new_prefix")
            prefixlen_diff = new_prefix - self._prefixlen
        if prefixlen_diff < 0:
            raise ValueError("prefix length diff must be > 0")
        length = self._prefixlen + prefixlen_diff
        if length > self._max_prefixlen:
            raise ValueError(f"prefix length diff {length} is invalid for netblock {self}")
        size = 1 << (self._max_prefixlen - length)
        for number in range(self.network_address._ip, self.broadcast_address._ip + 1, size):
            yield self.__class__((number, length))

    def supernet(self, prefixlen_diff=1, new_prefix=None):
        """The network of that many bits less, or with a prefix of that length, that it lies in."""
        if self._prefixlen == 0:
            return self
        if new_prefix is not None:
            if new_prefix > self._prefixlen:
                raise ValueError("new prefix must be shorter")
            if prefixlen_diff != 1:
                raise ValueError("cannot set prefixlen_diff and new_prefix")
            prefixlen_diff = self._prefixlen - new_prefix
        length = self._prefixlen - prefixlen_diff
        if length < 0:
            raise ValueError(
                f"current prefixlen is {self._prefixlen}, cannot have a prefixlen_diff of {prefixlen_diff}"
            )
        return self.__class__((self.network_address._ip & self.netmask._ip << prefixlen_diff, length))

    @staticmethod
    def _is_subnet_of(a, b):
        try:
            _check_same_version(a, b)
            return b.network_address <= a.network_address and b.broadcast_address >= a.broadcast_address
        except AttributeError:
            raise TypeError(f"Unable to test subnet containment between {a} and {b}")

    def subnet_of(self, other):
        """Does it lie in the other network?"""
        return self._is_subnet_of(self, other)

    def supernet_of(self, other):
        """Does the other network lie in it?"""
        return self._is_subnet_of(other, self)

    is_multicast = _of_both_ends("is_multicast")
    is_reserved = _of_both_ends("is_reserved")
    is_link_local = _of_both_ends("is_link_local")
    is_unspecified = _of_both_ends("is_unspecified")
    is_loopback = _of_both_ends("is_loopback")

    def _within_any(self, networks):
        return any(self.network_address in n and self.broadcast_address in n for n in networks)

    @property
    def is_private(self):
        constants = self._constants
        return self._within_any(constants.private) and not any(
            end in n for n in constants.private_exceptions for end in (self.network_address, self.broadcast_address)
        )

    @property
    def is_global(self):
        return not self._within_any(self._constants.shared) and not self.is_private


class _Interface:
    """An address in a network: comes before the class of the address among the bases."""

    __slots__ = ()

    def __init__(self, address):
        address, mask = self._split_addr_prefix(address)
        super().__init__(address)
        self.network = self._network_class((address, mask), strict=False)
        self.netmask = self.network.netmask
        self._prefixlen = self.network._prefixlen

    @functools.cached_property
    def hostmask(self):
        return self.network.hostmask

    def __str__(self):
        return f"{super().__str__()}/{self._prefixlen}"

    def __eq__(self, other):
        equal = super().__eq__(other)
        if equal is NotImplemented or not equal:
            return equal
        try:
            return self.network == other.network
        except AttributeError:
            return False

    def __lt__(self, other):
        less = super().__lt__(other)
        if less is NotImplemented:
            return NotImplemented
        try:
            return self.network < other.network or self.network == other.network and less
        except AttributeError:
            return False

    def __hash__(self):
        return hash((self._ip, self._prefixlen, int(self.network.network_address)))

    __reduce__ = _BaseNetwork.__reduce__

    @property
    def ip(self):
        """The address alone."""
        return self._address_class(self._ip)

    @property
    def with_prefixlen(self):
        return f"{self._string_from_ip_int(self._ip)}/{self._prefixlen}"

    @property
    def with_netmask(self):
        return f"{self._string_from_ip_int(self._ip)}/{self.netmask}"

    @property
    def with_hostmask(self):
        return f"{self._string_from_ip_int(self._ip)}/{self.hostmask}"


# --- version 4 ---


class _Version4:
    __slots__ = ()
    _version = 4
    _max_prefixlen = IPV4LENGTH
    _all_ones = 2**IPV4LENGTH - 1

    def _exploded(self):
        return str(self)

    def _reverse_pointer(self):
        return ".".join(str(self).split(".")[::-1]) + ".in-addr.arpa"

    @classmethod
    def _length_of_netmask(cls, text):
        """A netmask may be written as an address, too, or as that of its complement."""
        length = super()._length_of_netmask(text)
        if length >= 0:
            return length
        try:
            number = cls._ip_int_from_string(text)
        except AddressValueError:
            return -1
        for mask in number, number ^ cls._all_ones:
            length = mask.bit_count()
            if mask == cls._all_ones >> length ^ cls._all_ones:
                return length
        return -1

    @classmethod
    def _ip_int_from_string(cls, text):
        if not text:
            raise AddressValueError("Address cannot be empty")
        octets = text.split(".")
        if len(octets) != 4:
            raise AddressValueError(f"Expected 4 octets in {text!r}")
        try:
            return int.from_bytes(map(cls._parse_octet, octets))
        except ValueError as error:
            raise AddressValueError(f"{error} in {text!r}") from None

    @classmethod
    def _parse_octet(cls, text):
        if not text:
            raise ValueError("Empty octet not permitted")
        if not (text.isascii() and text.isdigit()):
            raise ValueError(f"Only decimal digits permitted in {text!r}")
        if len(text) > 3:
            raise ValueError(f"At most 3 characters permitted in {text!r}")
        if text != "0" and text[0] == "0":
            raise ValueError(f"Leading zeros are not permitted in {text!r}")
        octet = int(text)
        if octet > 255:
            raise ValueError(f"Octet {octet} (> 255) not permitted")
        return octet

    @classmethod
    def _string_from_ip_int(cls, number):
        return ".".join(map(str, number.to_bytes(4)))


class IPv4Address(_Version4, _BaseAddress):
    """An address of version 4, from a text of four decimal numbers, an int or four bytes."""

    __slots__ = ("_ip", "__weakref__")

    def __init__(self, address):
        number = self._number(address)
        self._ip = self._ip_int_from_string(self._text(address)) if number is None else number

    @property
    def is_unspecified(self):
        return self == self._constants.unspecified.network_address

    @property
    def ipv6_mapped(self):
        """The address of version 6 that stands for it."""
        return IPv6Address(f"::ffff:{self}")


class IPv4Network(_Version4, _BaseNetwork):
    """A network of version 4, from 'address/length', 'address/netmask', or a pair of such things."""

    _address_class = IPv4Address


class IPv4Interface(_Interface, IPv4Address):
    """An address of version 4 in its network."""

    _address_class = IPv4Address
    _network_class = IPv4Network


# --- version 6 ---


class _Version6:
    __slots__ = ()
    _version = 6
    _max_prefixlen = IPV6LENGTH
    _all_ones = 2**IPV6LENGTH - 1
    _HEX_DIGITS = frozenset("0123456789ABCDEFabcdef")

    def _exploded(self):
        address = getattr(self, "network_address", self)
        text, mapped = address._hextets(), address.ipv4_mapped
        if mapped is not None:
            text = f"{text[:-9]}{mapped}"
        return f"{text}/{self._prefixlen}" if hasattr(self, "_prefixlen") else text

    def _reverse_pointer(self):
        text = self.exploded if hasattr(self, "_prefixlen") else self._hextets()
        return ".".join(text[::-1].replace(":", "")) + ".ip6.arpa"

    @classmethod
    def _ip_int_from_string(cls, text):
        if not text:
            raise AddressValueError("Address cannot be empty")
        parts = text.split(":")
        if len(parts) < 3:
            raise AddressValueError(f"At least 3 parts expected in {text!r}")
        if "." in parts[-1]:
            # The last 32 bits may be written as in version 4.
            try:
                number = IPv4Address(parts.pop())._ip
            except AddressValueError as error:
                raise AddressValueError(f"{error} in {text!r}") from None
            parts += [f"{number >> 16:x}", f"{number & 0xFFFF:x}"]
        if len(parts) > 9:
            raise AddressValueError(f"At most 8 colons permitted in {text!r}")
        gaps = [i for i in range(1, len(parts) - 1) if not parts[i]]
        if len(gaps) > 1:
            raise AddressValueError(f"At most one '::' permitted in {text!r}")
        high, low = parts, []
        if gaps:
            # '::' stands for at least one part of zeros, also where it begins or ends the text.
            high, low = parts[: gaps[0]], parts[gaps[0] + 1 :]
        open_start, open_end = not parts[0] and "Leading", not parts[-1] and "Trailing"
        if open_start and (not gaps or high != [""]) or open_end and (not gaps or low != [""]):
            wrong = open_start if open_start and (not gaps or high != [""]) else open_end
            raise AddressValueError(f"{wrong} ':' only permitted as part of '::' in {text!r}")
        high, low = [] if open_start else high, [] if open_end else low
        if gaps and len(high) + len(low) >= 8:
            raise AddressValueError(f"Expected at most 7 other parts with '::' in {text!r}")
        if not gaps and len(parts) != 8:
            raise AddressValueError(f"Exactly 8 parts expected without '::' in {text!r}")
        number = 0
        try:
            for part in high + ["0"] * (8 - len(high) - len(low)) + low:
                number = number << 16 | cls._parse_hextet(part)
        except ValueError as error:
            raise AddressValueError(f"{error} in {text!r}") from None
        return number

    @classmethod
    def _parse_hextet(cls, text):
        if not cls._HEX_DIGITS.issuperset(text):
            raise ValueError(f"Only hex digits permitted in {text!r}")
        if len(text) > 4:
            raise ValueError(f"At most 4 characters permitted in {text!r}")
        return int(text, 16)

    @classmethod
    def _string_from_ip_int(cls, number):
        """The text, '::' for the first of its longest runs of zeros (RFC 5952)."""
        parts = [f"{number >> shift & 0xFFFF:x}" for shift in range(112, -1, -16)]
        best, length = 0, 1
        start = None
        for i, part in enumerate(parts + ["end"]):
            if part != "0":
                start = None
            else:
                start = i if start is None else start
                if i + 1 - start > length:
                    best, length = start, i + 1 - start
        if length == 1:
            return ":".join(parts)
        return ":".join(parts[:best]) + "::" + ":".join(parts[best + length :])


def _told_by_mapped(name):
    """A property that the address of version 4 has, where one of version 6 stands for it."""
    own = getattr(_BaseAddress, name).fget

    def told(self):
        mapped = self.ipv4_mapped
        return own(self) if mapped is None else getattr(mapped, name)

    return property(told)


class IPv6Address(_Version6, _BaseAddress):
    """An address of version 6, from a text that may have the zone %scope_id at its end, an int or 16 bytes."""

    __slots__ = ("_ip", "_scope_id", "__weakref__")

    def __init__(self, address):
        self._scope_id = None
        number = self._number(address)
        if number is None:
            text, percent, scope = self._text(address).partition("%")
            if percent:
                if not scope or "%" in scope:
                    raise AddressValueError(f'Invalid IPv6 address: "{address!r}"')
                self._scope_id = scope
            number = self._ip_int_from_string(text)
        self._ip = number

    def _hextets(self):
        return ":".join(re.findall("....", f"{self._ip:032x}"))

    @property
    def scope_id(self):
        return self._scope_id

    def __str__(self):
        if self.ipv4_mapped is not None:
            text = f"::ffff:{self.ipv4_mapped}"
        else:
            text = super().__str__()
        return f"{text}%{self._scope_id}" if self._scope_id else text

    def __eq__(self, other):
        equal = super().__eq__(other)
        if equal is NotImplemented or not equal:
            return equal
        return self._scope_id == getattr(other, "_scope_id", None)

    def __hash__(self):
        return hash((self._ip, self._scope_id))

    def __reduce__(self):
        return self.__class__, (str(self),)

    @property
    def ipv4_mapped(self):
        """The address of version 4 that it stands for (::ffff:0:0/96), or None."""
        return IPv4Address(self._ip & 0xFFFFFFFF) if self._ip >> 32 == 0xFFFF else None

    @property
    def teredo(self):
        """(server, client) of an address of Teredo (2001::/32), or None."""
        if self._ip >> 96 != 0x20010000:
            return None
        return IPv4Address(self._ip >> 64 & 0xFFFFFFFF), IPv4Address(~self._ip & 0xFFFFFFFF)

    @property
    def sixtofour(self):
        """The address of version 4 in one of 2002::/16, or None."""
        return IPv4Address(self._ip >> 80 & 0xFFFFFFFF) if self._ip >> 112 == 0x2002 else None

    @property
    def is_site_local(self):
        return self in self._constants.site_local

    is_multicast = _told_by_mapped("is_multicast")
    is_link_local = _told_by_mapped("is_link_local")
    is_private = _told_by_mapped("is_private")
    is_global = _told_by_mapped("is_global")
    is_unspecified = _told_by_mapped("is_unspecified")
    is_loopback = _told_by_mapped("is_loopback")


class IPv6Network(_Version6, _BaseNetwork):
    """A network of version 6, from 'address/length' or a pair."""

    _address_class = IPv6Address

    is_site_local = _of_both_ends("is_site_local")


class IPv6Interface(_Interface, IPv6Address):
    """An address of version 6 in its network."""

    _address_class = IPv6Address
    _network_class = IPv6Network

    @property
    def is_unspecified(self):
        return super().is_unspecified and self.network.is_unspecified

    @property
    def is_loopback(self):
        return super().is_loopback and self.network.is_loopback


# --- the addresses of special use (IANA's registries) ---


class _Constants:
    _LISTS = "reserved", "private", "private_exceptions", "shared"

    def __init__(self, network, **lists):
        for name, texts in lists.items():
            networks = [network(text) for text in texts.split()]
            setattr(self, name, networks if name in self._LISTS else networks[0])


_Version4._constants = _Constants(
    IPv4Network,
    link_local="169.254.0.0/16",
    loopback="127.0.0.0/8",
    multicast="224.0.0.0/4",
    unspecified="0.0.0.0",
    reserved="240.0.0.0/4",
    shared="100.64.0.0/10",
    private="""0.0.0.0/8 10.0.0.0/8 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.0.170/31 192.0.2.0/24
        192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 255.255.255.255/32""",
    private_exceptions="192.0.0.9/32 192.0.0.10/32",
)
_Version6._constants = _Constants(
    IPv6Network,
    link_local="fe80::/10",
    loopback="::1/128",
    multicast="ff00::/8",
    site_local="fec0::/10",
    reserved="""::/8 100::/8 200::/7 400::/6 800::/5 1000::/4 4000::/3 6000::/3 8000::/3 a000::/3 c000::/3 e000::/4
        f000::/5 f800::/6 fe00::/9""",
    shared="",
    private="::1/128 ::/128 ::ffff:0:0/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 fc00::/7 fe80::/10",
    private_exceptions="2001:1::1/128 2001:1::2/128 2001:3::/32 2001:4:112::/48 2001:20::/28 2001:30::/28",
)
