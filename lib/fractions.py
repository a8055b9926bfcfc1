"""Rational numbers of any size: Fraction."""
import functools
import math
import numbers
import operator
import re
import sys

__all__ = ['Fraction']

_LITERAL = r"""
    \s*(?P<sign>[-+]?)(?=\d|\.\d)
    (?P<num>\d*|\d+(?:_\d+)*)
    (?:
        (?:\s*/\s*(?P<denom>\d+(?:_\d+)*))?
      |
        (?:\.(?P<decimal>\d*|\d+(?:_\d+)*))?(?:E(?P<exp>[-+]?\d+(?:_\d+)*))?
    )
    \s*\Z
"""

_FORMAT = r"""
    (?:(?P<fill>.)?(?P<align>[<>=^]))?(?P<sign>[-+ ]?)%s
"""
_FORMAT_GENERAL = _FORMAT % r"""(?P<alt>\#?)(?P<minimumwidth>0|[1-9][0-9]*)?(?P<thousands>[,_]?)"""
_FORMAT_FLOAT = _FORMAT % r"""(?P<no_neg_zero>z?)(?P<alt>\#?)(?P<zeropad>0(?=[0-9]))?
    (?P<minimumwidth>[0-9]+)?(?P<thousands>[,_]?)(?:\.(?P<precision>[0-9]+))?(?P<type>[eEfFgG%])"""


@functools.cache
def _pattern(text):
    """Expressions are compiled when they are first needed."""
    return re.compile(text, re.VERBOSE | re.IGNORECASE if text is _LITERAL else re.VERBOSE | re.DOTALL)


def _round_half_even(n, d):
    """The integer nearest to n / d, d > 0."""
    q, r = divmod(n, d)
    return q + (2 * r > d or (2 * r == d and q & 1))


def _to_exponent(n, d, exponent, no_neg_zero=False):
    """n / d as (negative, significand) of significand * 10**exponent, rounded to even."""
    if exponent >= 0:
        d *= 10 ** exponent
    else:
        n *= 10 ** -exponent
    rounded = _round_half_even(n, d)
    return rounded < 0 if no_neg_zero else n < 0, abs(rounded)


def _to_figures(n, d, figures):
    """n / d as (negative, significand, exponent) with so many figures in the significand."""
    if n == 0:
        return False, 0, 1 - figures
    # 10**(m-1) <= |n / d| < 10**m, up to one
    a = str(abs(n)), str(d)
    m = len(a[0]) - len(a[1]) + (a[1] <= a[0])
    exponent = m - figures
    negative, significand = _to_exponent(n, d, exponent)
    if len(str(significand)) == figures + 1:
        significand //= 10
        exponent += 1
    return negative, significand, exponent


def _parse(text):
    m = _pattern(_LITERAL).match(text)
    if m is None:
        raise ValueError(f'Invalid literal for Fraction: {text!r}')
    sign, num, denom, decimal, exp = m.group('sign', 'num', 'denom', 'decimal', 'exp')
    numerator, denominator = int(num or '0'), 1
    if denom:
        denominator = int(denom)
    else:
        if decimal:
            decimal = decimal.replace('_', '')
            denominator = 10 ** len(decimal)
            numerator = numerator * denominator + int(decimal)
        if exp:
            exponent = int(exp)
            if exponent >= 0:
                numerator *= 10 ** exponent
            else:
                denominator *= 10 ** -exponent
    return (-numerator if sign == '-' else numerator), denominator


_make = object.__new__


class Fraction(numbers.Rational):
    """Fraction(numerator=0, denominator=1): an exact rational number in lowest terms.

    The arguments are two Rationals, or one float, or a str such as '-35/4' or '1.2e-3'.
    """

    __slots__ = ('_numerator', '_denominator')

    def __new__(cls, numerator=0, denominator=None):
        self = _make(cls) if cls is Fraction else super(Fraction, cls).__new__(cls)
        if denominator is None:
            if type(numerator) is int:
                self._numerator, self._denominator = numerator, 1
                return self
            if type(numerator) is float:
                self._numerator, self._denominator = numerator.as_integer_ratio()
                return self
            if type(numerator) is not str:
                if isinstance(numerator, numbers.Rational):
                    self._numerator, self._denominator = numerator.numerator, numerator.denominator
                    return self
                if isinstance(numerator, float):
                    self._numerator, self._denominator = numerator.as_integer_ratio()
                    return self
                if not isinstance(numerator, str):
                    raise TypeError('argument should be a string or a Rational instance')
            numerator, denominator = _parse(numerator)
        elif not (type(numerator) is int is type(denominator)):
            if not (isinstance(numerator, numbers.Rational) and isinstance(denominator, numbers.Rational)):
                raise TypeError('both arguments should be Rational instances')
            numerator, denominator = (numerator.numerator * denominator.denominator,
                                      denominator.numerator * numerator.denominator)
        if denominator == 0:
            raise ZeroDivisionError(f'Fraction({numerator}, 0)')
        divisor = math.gcd(numerator, denominator)
        if denominator < 0:
            divisor = -divisor
        self._numerator, self._denominator = numerator // divisor, denominator // divisor
        return self

    @classmethod
    def from_float(cls, f):
        """The exact value of a float (or an int)."""
        if isinstance(f, numbers.Integral):
            return cls(f)
        if not isinstance(f, float):
            raise TypeError(f'{cls.__name__}.from_float() only takes floats, not {f!r} ({type(f).__name__})')
        return cls._from_coprime_ints(*f.as_integer_ratio())

    @classmethod
    def from_decimal(cls, dec):
        """The exact value of a decimal.Decimal (or an int)."""
        if isinstance(dec, numbers.Integral):
            return cls(int(dec))
        decimal = sys.modules.get('decimal')
        if decimal is None or not isinstance(dec, decimal.Decimal):
            raise TypeError(f'{cls.__name__}.from_decimal() only takes Decimals, not {dec!r} ({type(dec).__name__})')
        return cls._from_coprime_ints(*dec.as_integer_ratio())

    @classmethod
    def _from_coprime_ints(cls, numerator, denominator, /):
        """Without checks: coprime ints, the denominator positive."""
        self = _make(cls) if cls is Fraction else super(Fraction, cls).__new__(cls)
        self._numerator, self._denominator = numerator, denominator
        return self

    def is_integer(self):
        """Whether it is a whole number."""
        return self._denominator == 1

    def as_integer_ratio(self):
        """A pair of ints, whose ratio is the Fraction; the second is positive."""
        return self._numerator, self._denominator

    def limit_denominator(self, max_denominator=1000000):
        """The closest Fraction with a denominator of at most max_denominator.

        Of the continued fraction's convergents the last that fits is one candidate, the last semiconvergent that fits
        the other; one of the two is the best approximation.
        """
        if max_denominator < 1:
            raise ValueError('max_denominator should be at least 1')
        if self._denominator <= max_denominator:
            return Fraction(self)
        p0, q0, p1, q1 = 0, 1, 1, 0
        n, d = self._numerator, self._denominator
        while (q2 := q0 + (a := n // d) * q1) <= max_denominator:
            p0, q0, p1, q1 = p1, q1, p0 + a * p1, q2
            n, d = d, n - a * d
        k = (max_denominator - q0) // q1
        # The convergent wins a tie: its denominator is the smaller one.
        if 2 * d * (q0 + k * q1) <= self._denominator:
            return Fraction._from_coprime_ints(p1, q1)
        return Fraction._from_coprime_ints(p0 + k * p1, q0 + k * q1)

    @property
    def numerator(self):
        return self._numerator

    @property
    def denominator(self):
        return self._denominator

    def __repr__(self):
        return f'{self.__class__.__name__}({self._numerator}, {self._denominator})'

    def __str__(self):
        return str(self._numerator) if self._denominator == 1 else f'{self._numerator}/{self._denominator}'

    def __format__(self, spec, /):
        if m := _pattern(_FORMAT_GENERAL).fullmatch(spec):
            return self._format_general(m)
        if m := _pattern(_FORMAT_FLOAT).fullmatch(spec):
            if m['align'] is None or m['zeropad'] is None:
                return self._format_float_style(m)
        raise ValueError(f'Invalid format specifier {spec!r} for object of type {type(self).__name__!r}')

    def _format_general(self, m):
        n, d = abs(self._numerator), self._denominator
        sign = '-' if self._numerator < 0 else '' if m['sign'] == '-' else m['sign']
        body = f'{n:{m["thousands"]}}'
        if d > 1 or m['alt']:
            body += f'/{d:{m["thousands"]}}'
        return _pad(m, sign, body, int(m['minimumwidth'] or '0'))

    def _format_float_style(self, m):
        kind = m['type']
        precision = int(m['precision'] or '6')
        trim = kind in 'gG' and not m['alt']
        point, suffix = 0, ''
        if kind in 'fF%':
            exponent = -precision
            if kind == '%':
                exponent -= 2
            negative, significand = _to_exponent(self._numerator, self._denominator, exponent,
                                                 bool(m['no_neg_zero']))
            scientific, point = False, precision
            if kind == '%':
                suffix = '%'
        else:
            figures = max(precision, 1) if kind in 'gG' else precision + 1
            negative, significand, exponent = _to_figures(self._numerator, self._denominator, figures)
            scientific = kind in 'eE' or exponent > 0 or exponent + figures <= -4
            point = figures - 1 if scientific else -exponent
            if scientific:
                suffix = f'{"E" if kind in "EG" else "e"}{exponent + point:+03d}'
        digits = f'{significand:0{point + 1}d}'
        whole, fraction = digits[:len(digits) - point], digits[len(digits) - point:]
        if trim:
            fraction = fraction.rstrip('0')
        if fraction or m['alt']:
            fraction = '.' + fraction
        sign = '-' if negative else '' if m['sign'] == '-' else m['sign']
        tail = fraction + suffix
        width = int(m['minimumwidth'] or '0')
        separator = m['thousands']
        zeros = m['zeropad'] or (m['fill'] == '0' and m['align'] == '=')
        if zeros:
            room = width - len(sign) - len(tail)
            if separator:
                room = 3 * room // 4 + 1 if room > 0 else 0
            whole = whole.rjust(room, '0')
        if separator:
            first = 1 + (len(whole) - 1) % 3
            whole = whole[:first] + ''.join(separator + whole[i:i + 3] for i in range(first, len(whole), 3))
        return _pad(m, sign, whole + tail, width)

    # --- arithmetic ---

    def _operator_fallbacks(exact, fallback, ints=True):
        """The two methods of an operator: exact with ints and Rationals, by `fallback` with floats and complex."""
        def forward(a, b):
            if isinstance(b, Fraction):
                return exact(a, b)
            if isinstance(b, int):
                return exact(a, Fraction._from_coprime_ints(b.numerator, 1))
            if isinstance(b, float):
                return fallback(float(a), b)
            if isinstance(b, complex):
                return fallback(complex(a), b) if ints else NotImplemented
            return NotImplemented

        def reverse(b, a):
            if isinstance(a, numbers.Rational):
                return exact(Fraction(a), b)
            if isinstance(a, numbers.Real):
                return fallback(float(a), float(b))
            if ints and isinstance(a, numbers.Complex):
                return fallback(complex(a), complex(b))
            return NotImplemented

        name = fallback.__name__
        forward.__name__, reverse.__name__ = f'__{name}__', f'__r{name}__'
        forward.__doc__, reverse.__doc__ = exact.__doc__, exact.__doc__
        return forward, reverse

    def _add(a, b):
        """a + b"""
        na, da, nb, db = a._numerator, a._denominator, b._numerator, b._denominator
        g = math.gcd(da, db)
        if g == 1:
            return Fraction._from_coprime_ints(na * db + da * nb, da * db)
        s = da // g
        t = na * (db // g) + nb * s
        g2 = math.gcd(t, g)
        return Fraction._from_coprime_ints(t // g2, s * (db // g2))

    __add__, __radd__ = _operator_fallbacks(_add, operator.add)

    def _sub(a, b):
        """a - b"""
        na, da, nb, db = a._numerator, a._denominator, b._numerator, b._denominator
        g = math.gcd(da, db)
        if g == 1:
            return Fraction._from_coprime_ints(na * db - da * nb, da * db)
        s = da // g
        t = na * (db // g) - nb * s
        g2 = math.gcd(t, g)
        return Fraction._from_coprime_ints(t // g2, s * (db // g2))

    __sub__, __rsub__ = _operator_fallbacks(_sub, operator.sub)

    def _mul(a, b):
        """a * b"""
        na, da, nb, db = a._numerator, a._denominator, b._numerator, b._denominator
        g = math.gcd(na, db)
        if g > 1:
            na //= g
            db //= g
        g = math.gcd(nb, da)
        if g > 1:
            nb //= g
            da //= g
        return Fraction._from_coprime_ints(na * nb, db * da)

    __mul__, __rmul__ = _operator_fallbacks(_mul, operator.mul)

    def _div(a, b):
        """a / b"""
        na, da, nb, db = a._numerator, a._denominator, b._numerator, b._denominator
        if nb == 0:
            raise ZeroDivisionError(f'Fraction({db}, 0)')
        if nb < 0:
            nb, db = -nb, -db
        g = math.gcd(na, nb)
        if g > 1:
            na //= g
            nb //= g
        g = math.gcd(db, da)
        if g > 1:
            da //= g
            db //= g
        return Fraction._from_coprime_ints(na * db, nb * da)

    __truediv__, __rtruediv__ = _operator_fallbacks(_div, operator.truediv)

    def _floordiv(a, b):
        """a // b"""
        return (a._numerator * b._denominator) // (a._denominator * b._numerator)

    __floordiv__, __rfloordiv__ = _operator_fallbacks(_floordiv, operator.floordiv, False)

    def _divmod(a, b):
        """(a // b, a % b)"""
        da, db = a._denominator, b._denominator
        quotient, rest = divmod(a._numerator * db, da * b._numerator)
        return quotient, Fraction(rest, da * db)

    __divmod__, __rdivmod__ = _operator_fallbacks(_divmod, divmod, False)

    def _mod(a, b):
        """a % b"""
        da, db = a._denominator, b._denominator
        return Fraction((a._numerator * db) % (b._numerator * da), da * db)

    __mod__, __rmod__ = _operator_fallbacks(_mod, operator.mod, False)

    def __pow__(a, b):
        """a ** b: exact for whole exponents, else a float or complex."""
        if not isinstance(b, numbers.Rational):
            if isinstance(b, (float, complex)):
                return float(a) ** b
            return NotImplemented
        if b.denominator != 1:
            return float(a) ** float(b)
        power, n, d = b.numerator, a._numerator, a._denominator
        if power >= 0:
            return Fraction._from_coprime_ints(n ** power, d ** power)
        if n == 0:
            raise ZeroDivisionError(f'Fraction({d ** -power}, 0)')
        if n < 0:
            n, d = -n, -d
        return Fraction._from_coprime_ints(d ** -power, n ** -power)

    def __rpow__(b, a):
        """a ** b"""
        if b._denominator == 1 and b._numerator >= 0:
            return a ** b._numerator
        if isinstance(a, numbers.Rational):
            return Fraction(a.numerator, a.denominator) ** b
        if b._denominator == 1:
            return a ** b._numerator
        return a ** float(b)

    def __pos__(a):
        """+a: a Fraction, of a subclass too"""
        return Fraction._from_coprime_ints(a._numerator, a._denominator)

    def __neg__(a):
        """-a"""
        return Fraction._from_coprime_ints(-a._numerator, a._denominator)

    def __abs__(a):
        """abs(a)"""
        return Fraction._from_coprime_ints(abs(a._numerator), a._denominator)

    def __int__(a, _index=operator.index):
        """int(a)"""
        return _index(a.__trunc__())

    def __trunc__(a):
        """math.trunc(a)"""
        return -(-a._numerator // a._denominator) if a._numerator < 0 else a._numerator // a._denominator

    def __floor__(a):
        """math.floor(a)"""
        return a._numerator // a._denominator

    def __ceil__(a):
        """math.ceil(a)"""
        return -(-a._numerator // a._denominator)

    def __round__(self, ndigits=None):
        """round(self, ndigits): halves go to even; an int without ndigits."""
        if ndigits is None:
            return _round_half_even(self._numerator, self._denominator)
        shift = 10 ** abs(ndigits)
        if ndigits > 0:
            return Fraction(round(self * shift), shift)
        return Fraction(round(self / shift) * shift)

    # --- comparison ---

    def __hash__(self):
        """The hash of the equal int or float: by division modulo the prime that the numeric hashes go by."""
        modulus = sys.hash_info.modulus
        try:
            inverse = pow(self._denominator, -1, modulus)
        except ValueError:
            value = sys.hash_info.inf
        else:
            value = hash(hash(abs(self._numerator)) * inverse)
        result = value if self._numerator >= 0 else -value
        return -2 if result == -1 else result

    def __eq__(a, b):
        """a == b"""
        if isinstance(b, Fraction):
            return a._numerator == b._numerator and a._denominator == b._denominator
        if type(b) is int:
            return a._numerator == b and a._denominator == 1
        if isinstance(b, numbers.Rational):
            return a._numerator == b.numerator and a._denominator == b.denominator
        if isinstance(b, numbers.Complex) and b.imag == 0:
            b = b.real
        if isinstance(b, float):
            return a == a.from_float(b) if math.isfinite(b) else 0.0 == b
        return NotImplemented

    def _richcmp(self, other, op):
        if isinstance(other, numbers.Rational):
            return op(self._numerator * other.denominator, self._denominator * other.numerator)
        if isinstance(other, float):
            return op(self, self.from_float(other)) if math.isfinite(other) else op(0.0, other)
        return NotImplemented

    def __lt__(a, b):
        """a < b"""
        return a._richcmp(b, operator.lt)

    def __gt__(a, b):
        """a > b"""
        return a._richcmp(b, operator.gt)

    def __le__(a, b):
        """a <= b"""
        return a._richcmp(b, operator.le)

    def __ge__(a, b):
        """a >= b"""
        return a._richcmp(b, operator.ge)

    def __bool__(a):
        """a != 0"""
        return bool(a._numerator)

    def __reduce__(self):
        return self.__class__, (self._numerator, self._denominator)

    def __copy__(self):
        return self if type(self) is Fraction else self.__class__(self._numerator, self._denominator)

    def __deepcopy__(self, memo):
        return self.__copy__()


def _pad(m, sign, body, width):
    """Fill up to a width, as the matched format says."""
    padding = (m['fill'] or ' ') * (width - len(sign) - len(body))
    align = m['align'] or '>'
    if align == '>':
        return padding + sign + body
    if align == '<':
        return sign + body + padding
    if align == '=':
        return sign + padding + body
    half = len(padding) // 2
    return padding[:half] + sign + body + padding[half:]
