"""Statistics of samples: averages, medians, spread, correlation, density estimates and the normal distribution.

Sums are exact: every number is taken as the fraction that it is, and a result is rounded once, to the type of the data
(float goes before Fraction, and either before int). Infinities and nans are added up apart and prevail.
"""
import math
import random
from bisect import bisect_left, bisect_right
from collections import Counter, namedtuple
from fractions import Fraction
from itertools import count, repeat
from math import acos, asin, atan, cos, cosh, erf, exp, fsum, hypot, isfinite, isinf, isnan, log, pi, sin, sqrt
from math import sumprod, tan, tau
from numbers import Real
from operator import itemgetter

try:
    from _statistics import _normal_dist_inv_cdf
except ImportError:
    from _pure.statistics import _normal_dist_inv_cdf

__all__ = ['NormalDist', 'StatisticsError', 'correlation', 'covariance', 'fmean', 'geometric_mean', 'harmonic_mean',
           'kde', 'kde_random', 'linear_regression', 'mean', 'median', 'median_grouped', 'median_high', 'median_low',
           'mode', 'multimode', 'pstdev', 'pvariance', 'quantiles', 'stdev', 'variance']

_SQRT2 = sqrt(2.0)


class StatisticsError(ValueError):
    """Data that a function cannot do with: too few, or of the wrong kind. A ValueError."""


# --- exact sums ---


def _exact_ratio(x):
    """x as a pair of ints; (x, None) if it is an infinity or nan."""
    try:
        return x.as_integer_ratio()
    except AttributeError:
        pass
    except (OverflowError, ValueError):
        return x, None
    try:
        return x.numerator, x.denominator
    except AttributeError:
        raise TypeError(f"can't convert type '{type(x).__name__}' to numerator/denominator") from None


def _common_type(a, b):
    """The type of results for data of the types a and b."""
    if a is b or b is bool or b is int:
        return a
    if a is int or issubclass(b, a):
        return b
    if issubclass(a, b):
        return a
    if issubclass(a, int):
        return b
    if issubclass(b, int):
        return a
    if issubclass(a, Fraction) and issubclass(b, float):
        return b
    if issubclass(a, float) and issubclass(b, Fraction):
        return a
    raise TypeError(f"don't know how to coerce {a.__name__} and {b.__name__}")


def _type_of_data(types):
    result = int
    for kind in types:
        result = _common_type(result, kind)
    return result


def _total(numerators):
    """The sum of {denominator: sum of numerators}."""
    if None in numerators:
        return numerators[None]
    common = math.lcm(*numerators)
    return Fraction(sum(n * (common // d) for d, n in numerators.items()), common)


def _sum(data):
    """(type of results, exact sum, how many) of the data."""
    numerators = {}
    get = numerators.get
    types = {}
    n = 0
    for n, x in enumerate(data, 1):
        types[type(x)] = None
        numerator, denominator = _exact_ratio(x)
        numerators[denominator] = get(denominator, 0) + numerator
    return _type_of_data(types), _total(numerators), n


def _ss(data, center=None):
    """(type, exact sum of squared deviations from the center, center, how many); the center is the mean if not
    given."""
    if center is not None:
        kind, total, n = _sum(d * d for d in (x - center for x in data))
        return kind, total, center, n
    sums, squares, types = {}, {}, {}
    n = 0
    for n, x in enumerate(data, 1):
        types[type(x)] = None
        numerator, denominator = _exact_ratio(x)
        sums[denominator] = sums.get(denominator, 0) + numerator
        squares[denominator] = squares.get(denominator, 0) + numerator * numerator
    kind = _type_of_data(types)
    if n == 0:
        return kind, Fraction(0), Fraction(0), 0
    if None in sums:
        return kind, sums[None], sums[None], n
    total = _total(sums)
    total_of_squares = _total({d * d: s for d, s in squares.items()})
    return kind, (n * total_of_squares - total * total) / n, total / n, n


def _convert(value, kind):
    """The exact value as an object of the type; an int's type gives way to float if it is no whole number."""
    if type(value) is kind:
        return value
    if issubclass(kind, int) and value.denominator != 1:
        kind = float
    return kind(value)


def _float_sqrt_of_frac(n, m):
    """The square root of n / m, rounded once."""
    # the integer root has at least 55 bits, two more than a double: they and a sticky bit round correctly
    shift = (n.bit_length() - m.bit_length() - 109) // 2
    if shift >= 0:
        m <<= 2 * shift
    else:
        n <<= -2 * shift
    quotient = n // m
    root = math.isqrt(quotient)
    root |= root * root * m != n
    return float(root << shift) if shift >= 0 else root / (1 << -shift)


def _none_negative(values, message):
    for x in values:
        if x < 0:
            raise StatisticsError(message)
        yield x


# --- averages ---


def mean(data):
    """The arithmetic mean: the exact sum over the number of data.

    >>> mean([1, 2, 3, 4, 4])
    2.8
    """
    kind, total, n = _sum(data)
    if n < 1:
        raise StatisticsError('mean requires at least one data point')
    return _convert(total / n, kind)


def fmean(data, weights=None):
    """The arithmetic mean as a float, quickly; with weights, the weighted one.

    >>> fmean([3.5, 4.0, 5.25])
    4.25
    """
    if weights is None:
        try:
            n = len(data)
        except TypeError:
            counter = count()
            total = fsum(map(itemgetter(0), zip(data, counter)))
            n = next(counter)
        else:
            total = fsum(data)
        if not n:
            raise StatisticsError('fmean requires at least one data point')
        return total / n
    if not isinstance(weights, (list, tuple)):
        weights = list(weights)
    try:
        numerator = sumprod(data, weights)
    except ValueError:
        raise StatisticsError('data and weights must be the same length')
    denominator = fsum(weights)
    if not denominator:
        raise StatisticsError('sum of weights must be non-zero')
    return numerator / denominator


def geometric_mean(data):
    """The n-th root of the product, as a float.

    >>> round(geometric_mean([54, 24, 36]), 1)
    36.0
    """
    n = 0
    zero = False

    def logarithms():
        nonlocal n, zero
        for n, x in enumerate(data, 1):
            if x > 0.0 or isnan(x):
                yield log(x)
            elif x == 0.0:
                zero = True
            else:
                raise StatisticsError('No negative inputs allowed', x)

    total = fsum(logarithms())
    if not n:
        raise StatisticsError('Must have a non-empty dataset')
    if isnan(total):
        return math.nan
    if zero:
        return math.nan if total == math.inf else 0.0
    return exp(total / n)


def harmonic_mean(data, weights=None):
    """The reciprocal of the mean of the reciprocals: the average of rates.

    >>> harmonic_mean([40, 60])
    48.0
    """
    if iter(data) is data:
        data = list(data)
    message = 'harmonic mean does not support negative values'
    n = len(data)
    if n < 1:
        raise StatisticsError('harmonic_mean requires at least one data point')
    if n == 1 and weights is None:
        x = data[0]
        if not isinstance(x, Real):
            raise TypeError('unsupported type')
        if x < 0:
            raise StatisticsError(message)
        return x
    if weights is None:
        weights = repeat(1, n)
        sum_of_weights = n
    else:
        if iter(weights) is weights:
            weights = list(weights)
        if len(weights) != n:
            raise StatisticsError('Number of weights does not match data size')
        _, sum_of_weights, _ = _sum(_none_negative(weights, message))
    try:
        data = _none_negative(data, message)
        kind, total, _ = _sum(w / x if w else 0 for w, x in zip(weights, data))
    except ZeroDivisionError:
        return 0
    if total <= 0:
        raise StatisticsError('Weighted sum must be positive')
    return _convert(sum_of_weights / total, kind)


# --- middle and most frequent values ---


def _sorted_for_median(data):
    data = sorted(data)
    if not data:
        raise StatisticsError('no median for empty data')
    return data


def median(data):
    """The middle value, or the mean of the two middle ones.

    >>> median([1, 3, 5, 7])
    4.0
    """
    data = _sorted_for_median(data)
    middle = len(data) // 2
    if len(data) % 2:
        return data[middle]
    return (data[middle - 1] + data[middle]) / 2


def median_low(data):
    """The middle value, or the smaller one of two middle values."""
    data = _sorted_for_median(data)
    return data[(len(data) - 1) // 2]


def median_high(data):
    """The middle value, or the larger one of two middle values."""
    data = _sorted_for_median(data)
    return data[len(data) // 2]


def median_grouped(data, interval=1.0):
    """The median of data that are the midpoints of classes of the width interval, interpolated inside the class.

    >>> median_grouped([1, 2, 2, 3, 4, 4, 4, 4, 4, 5])
    3.7
    """
    data = _sorted_for_median(data)
    n = len(data)
    x = data[n // 2]
    below = bisect_left(data, x)
    frequency = bisect_right(data, x, lo=below) - below
    try:
        interval = float(interval)
        x = float(x)
    except ValueError:
        raise TypeError('Value cannot be converted to a float')
    return x - interval / 2.0 + interval * (n / 2 - below) / frequency


def mode(data):
    """The most frequent value; of several the one met first."""
    pairs = Counter(iter(data)).most_common(1)
    try:
        return pairs[0][0]
    except IndexError:
        raise StatisticsError('no mode for empty data') from None


def multimode(data):
    """The list of the most frequent values in the order they were met.

    >>> multimode('aabbbbccddddeeffffgg')
    ['b', 'd', 'f']
    """
    counts = Counter(iter(data))
    if not counts:
        return []
    most = max(counts.values())
    return [value for value, n in counts.items() if n == most]


def quantiles(data, *, n=4, method='exclusive'):
    """The n - 1 cut points of n intervals of equal probability.

    'exclusive': there may be more extreme values than those of the sample. 'inclusive': the sample's least and
    largest values are the population's.
    """
    if n < 1:
        raise StatisticsError('n must be at least 1')
    data = sorted(data)
    length = len(data)
    if length < 2:
        if length == 1:
            return data * (n - 1)
        raise StatisticsError('must have at least one data point')
    result = []
    if method == 'inclusive':
        for i in range(1, n):
            j, part = divmod(i * (length - 1), n)
            result.append((data[j] * (n - part) + data[j + 1] * part) / n)
        return result
    if method == 'exclusive':
        for i in range(1, n):
            position = i * (length + 1)
            j = position // n
            j = 1 if j < 1 else length - 1 if j > length - 1 else j
            part = position - j * n
            result.append((data[j - 1] * (n - part) + data[j] * part) / n)
        return result
    raise ValueError(f'Unknown method: {method!r}')


# --- spread ---


def _variance(name, data, center, needed):
    kind, total, _, n = _ss(data, center)
    if n < needed:
        number = 'one data point' if needed == 1 else 'two data points'
        raise StatisticsError(f'{name} requires at least {number}')
    return kind, total / (n - needed + 1)


def _deviation(name, data, center, needed):
    _, variance = _variance(name, data, center, needed)
    return _float_sqrt_of_frac(variance.numerator, variance.denominator)


def variance(data, xbar=None):
    """The sample's variance: squared deviations from the mean over n - 1. xbar is the mean, if it is known.

    >>> variance([2.75, 1.75, 1.25, 0.25, 0.5, 1.25, 3.5])
    1.3720238095238095
    """
    kind, value = _variance('variance', data, xbar, 2)
    return _convert(value, kind)


def pvariance(data, mu=None):
    """The population's variance: squared deviations from the mean over n. mu is the mean, if it is known."""
    kind, value = _variance('pvariance', data, mu, 1)
    return _convert(value, kind)


def stdev(data, xbar=None):
    """The square root of the sample's variance, as a float rounded once."""
    return _deviation('stdev', data, xbar, 2)


def pstdev(data, mu=None):
    """The square root of the population's variance, as a float rounded once."""
    return _deviation('pstdev', data, mu, 1)


# --- two variables ---


def _check_pairs(name, x, y):
    n = len(x)
    if len(y) != n:
        raise StatisticsError(f'{name} requires that both inputs have same number of data points')
    if n < 2:
        raise StatisticsError(f'{name} requires at least two data points')
    return n


def _centered(values, n):
    mean = fsum(values) / n
    return [v - mean for v in values]


def covariance(x, y, /):
    """The sample's covariance: how the two vary together."""
    n = _check_pairs('covariance', x, y)
    return sumprod(_centered(x, n), _centered(y, n)) / (n - 1)


def _rank(data, /, *, start=1):
    """The rank of each value, from `start` for the least; equal ones share the mean of their ranks."""
    result = [0.0] * len(data)
    order = sorted(range(len(data)), key=data.__getitem__)
    first = 0
    while first < len(order):
        value = data[order[first]]
        last = first
        while last + 1 < len(order) and data[order[last + 1]] == value:
            last += 1
        for i in order[first:last + 1]:
            result[i] = start + (first + last) / 2
        first = last + 1
    return result


def _sqrtprod(x, y):
    """The square root of x * y, without the rounding error of the product and its overflow and underflow."""
    root = sqrt(x * y)
    if not isfinite(root):
        if isinf(root) and not isinf(x) and not isinf(y):
            return math.ldexp(_sqrtprod(math.ldexp(x, -512), math.ldexp(y, -512)), 512)
        return root
    if not root:
        if x and y:
            return math.ldexp(_sqrtprod(math.ldexp(x, 537), math.ldexp(y, 537)), -537)
        return root
    # a Newton step with the remainder x * y - root * root in double length
    return root + sumprod((x, root), (y, -root)) / (2.0 * root)


def correlation(x, y, /, *, method='linear'):
    """Pearson's coefficient of correlation; of the ranks (Spearman's) with method='ranked'."""
    n = _check_pairs('correlation', x, y)
    if method not in {'linear', 'ranked'}:
        raise ValueError(f'Unknown method: {method!r}')
    if method == 'ranked':
        start = (n - 1) / -2
        x, y = _rank(x, start=start), _rank(y, start=start)
    else:
        x, y = _centered(x, n), _centered(y, n)
    try:
        return sumprod(x, y) / _sqrtprod(sumprod(x, x), sumprod(y, y))
    except ZeroDivisionError:
        raise StatisticsError('at least one of the inputs is constant')


LinearRegression = namedtuple('LinearRegression', ('slope', 'intercept'))


def linear_regression(x, y, /, *, proportional=False):
    """The line y = slope * x + intercept with the least squared errors; proportional: through the origin."""
    n = _check_pairs('linear regression', x, y)
    xbar = ybar = 0.0
    if not proportional:
        xbar = fsum(x) / n
        ybar = fsum(y) / n
        x = [v - xbar for v in x]
        y = (v - ybar for v in y)
    sxy = sumprod(x, y) + 0.0
    sxx = sumprod(x, x)
    try:
        slope = sxy / sxx
    except ZeroDivisionError:
        raise StatisticsError('x is constant')
    intercept = 0.0 if proportional else ybar - slope * xbar
    return LinearRegression(slope=slope, intercept=intercept)


# --- density estimates ---

# alias: kernel
_KERNEL_ALIASES = {'gauss': 'normal', 'uniform': 'rectangular', 'epanechnikov': 'parabolic', 'biweight': 'quartic'}

_SQRT_TAU = sqrt(2 * pi)
_HALF_PI = pi / 2
_INVERSE_PI = 1 / pi

# kernel: (density, cumulated, half width of what it covers or None)
_KERNELS = {
    'normal': (lambda t: exp(-1 / 2 * t * t) / _SQRT_TAU,
               lambda t: 1 / 2 * (1.0 + erf(t / _SQRT2)), None),
    'logistic': (lambda t: 1 / 2 / (1.0 + cosh(t)),
                 lambda t: 1.0 - 1.0 / (exp(t) + 1.0), None),
    'sigmoid': (lambda t: _INVERSE_PI / cosh(t),
                lambda t: 2 / pi * atan(exp(t)), None),
    'rectangular': (lambda t: 1 / 2,
                    lambda t: 1 / 2 * t + 1 / 2, 1.0),
    'triangular': (lambda t: 1.0 - abs(t),
                   lambda t: t * t * (1 / 2 if t < 0.0 else -1 / 2) + t + 1 / 2, 1.0),
    'parabolic': (lambda t: 3 / 4 * (1.0 - t * t),
                  lambda t: -1 / 4 * t ** 3 + 3 / 4 * t + 1 / 2, 1.0),
    'quartic': (lambda t: 15 / 16 * (1.0 - t * t) ** 2,
                lambda t: 3 / 16 * t ** 5 - 5 / 8 * t ** 3 + 15 / 16 * t + 1 / 2, 1.0),
    'triweight': (lambda t: 35 / 32 * (1.0 - t * t) ** 3,
                  lambda t: 35 / 32 * (-1 / 7 * t ** 7 + 3 / 5 * t ** 5 - t ** 3 + t) + 1 / 2, 1.0),
    'cosine': (lambda t: pi / 4 * cos(_HALF_PI * t),
               lambda t: 1 / 2 * sin(_HALF_PI * t) + 1 / 2, 1.0),
}


def _check_estimate(data, h):
    """How many data there are."""
    n = len(data)
    if not n:
        raise StatisticsError('Empty data sequence')
    if not isinstance(data[0], (int, float)):
        raise TypeError('Data sequence must contain ints or floats')
    if h <= 0.0:
        raise StatisticsError(f'Bandwidth h must be positive, not {h=!r}')
    return n


def kde(data, h, kernel='normal', *, cumulative=False):
    """A function that estimates the density (cumulative: the distribution function) from a sample: each of the data is
    spread by the kernel with the bandwidth h. The function looks at `data` when it is called.
    """
    n = _check_estimate(data, h)
    try:
        density, cumulated, width = _KERNELS[_KERNEL_ALIASES.get(kernel, kernel)]
    except KeyError:
        raise StatisticsError(f'Unknown kernel name: {kernel!r}')

    if width is None:
        def pdf(x):
            return sum(density((x - x_i) / h) for x_i in data) / (len(data) * h)

        def cdf(x):
            return sum(cumulated((x - x_i) / h) for x_i in data) / len(data)
    else:
        sample = sorted(data)
        reach = h * width

        def covered(x):
            nonlocal n, sample
            if len(data) != n:
                sample = sorted(data)
                n = len(data)
            i = bisect_left(sample, x - reach)
            return i, sample[i:bisect_right(sample, x + reach)]

        def pdf(x):
            _, near = covered(x)
            return sum(density((x - x_i) / h) for x_i in near) / (n * h)

        def cdf(x):
            below, near = covered(x)
            return sum((cumulated((x - x_i) / h) for x_i in near), below) / n

    if cumulative:
        cdf.__doc__ = f'CDF estimate with {h=!r} and {kernel=!r}'
        return cdf
    pdf.__doc__ = f'PDF estimate with {h=!r} and {kernel=!r}'
    return pdf


def _inverse_of(name):
    """The inverse of a cumulated kernel that is a polynomial, by Newton's method inside a shrinking bracket."""
    density, cumulated, _ = _KERNELS[name]

    def inverse(p):
        low, high = -1.0, 1.0
        x = 2.0 * p - 1.0
        while True:
            error = cumulated(x) - p
            if error > 0.0:
                high = x
            else:
                low = x
            slope = density(x)
            step = x - error / slope if slope else low
            if not low < step < high:
                step = (low + high) / 2
            if abs(step - x) <= 1e-15 or not low < step < high:
                return step
            x = step

    return inverse


_INVERSES = {
    'normal': lambda p: _normal_dist_inv_cdf(p, 0.0, 1.0),
    'logistic': lambda p: log(p / (1 - p)),
    'sigmoid': lambda p: log(tan(p * pi / 2)),
    'rectangular': lambda p: 2 * p - 1,
    'triangular': lambda p: sqrt(2 * p) - 1 if p < 1 / 2 else 1 - sqrt(2 - 2 * p),
    'parabolic': lambda p: 2 * cos((acos(2 * p - 1) + pi) / 3),
    'quartic': _inverse_of('quartic'),
    'triweight': _inverse_of('triweight'),
    'cosine': lambda p: 2 * asin(2 * p - 1) / pi,
}


def kde_random(data, h, kernel='normal', *, seed=None):
    """A function that draws from the density that kde() estimates."""
    _check_estimate(data, h)
    inverse = _INVERSES.get(_KERNEL_ALIASES.get(kernel, kernel))
    if inverse is None:
        raise StatisticsError(f'Unknown kernel name: {kernel!r}')
    generator = random.Random(seed)
    uniform, choice = generator.random, generator.choice

    def rand():
        return choice(data) + h * inverse(uniform())

    rand.__doc__ = f'Random KDE selection with {h=!r} and {kernel=!r}'
    return rand


# --- the normal distribution ---


class NormalDist:
    """A normal distribution of a random variable."""

    __slots__ = {'_mu': 'Arithmetic mean of a normal distribution',
                 '_sigma': 'Standard deviation of a normal distribution'}

    def __init__(self, mu=0.0, sigma=1.0):
        """The distribution with the mean mu and the standard deviation sigma."""
        if sigma < 0.0:
            raise StatisticsError('sigma must be non-negative')
        self._mu = float(mu)
        self._sigma = float(sigma)

    @classmethod
    def from_samples(cls, data):
        """The distribution with the data's mean and standard deviation."""
        _, total, center, n = _ss(data)
        if n < 2:
            raise StatisticsError('stdev requires at least two data points')
        variance = total / (n - 1)
        if isinstance(variance, float):  # of a nan or an infinity
            return cls(float(center), float(center) / variance)
        return cls(float(center), _float_sqrt_of_frac(variance.numerator, variance.denominator))

    def samples(self, n, *, seed=None):
        """n random values."""
        uniform = random.random if seed is None else random.Random(seed).random
        mu, sigma = self._mu, self._sigma
        return [_normal_dist_inv_cdf(uniform(), mu, sigma) for _ in repeat(None, n)]

    def pdf(self, x):
        """The density at x."""
        variance = self._sigma * self._sigma
        if not variance:
            raise StatisticsError('pdf() not defined when sigma is zero')
        distance = x - self._mu
        return exp(distance * distance / (-2.0 * variance)) / sqrt(tau * variance)

    def cdf(self, x):
        """The probability of a value not above x."""
        if not self._sigma:
            raise StatisticsError('cdf() not defined when sigma is zero')
        return 0.5 * (1.0 + erf((x - self._mu) / (self._sigma * _SQRT2)))

    def inv_cdf(self, p):
        """The value that is not exceeded with probability p."""
        if p <= 0.0 or p >= 1.0:
            raise StatisticsError('p must be in the range 0.0 < p < 1.0')
        return _normal_dist_inv_cdf(p, self._mu, self._sigma)

    def quantiles(self, n=4):
        """The n - 1 cut points of n intervals of equal probability."""
        return [self.inv_cdf(i / n) for i in range(1, n)]

    def overlap(self, other):
        """The area that lies under both densities: how much the two distributions agree."""
        if not isinstance(other, NormalDist):
            raise TypeError('Expected another NormalDist instance')
        x, y = self, other
        if (y._sigma, y._mu) < (x._sigma, x._mu):
            x, y = y, x
        variance_x, variance_y = x.variance, y.variance
        if not variance_x or not variance_y:
            raise StatisticsError('overlap() not defined when sigma is zero')
        difference = variance_y - variance_x
        distance = abs(y._mu - x._mu)
        if not difference:
            return 1.0 - erf(distance / (2.0 * x._sigma * _SQRT2))
        # the densities cross at two places
        a = x._mu * variance_y - y._mu * variance_x
        b = x._sigma * y._sigma * sqrt(distance * distance + difference * log(variance_y / variance_x))
        one, two = (a + b) / difference, (a - b) / difference
        return 1.0 - (abs(y.cdf(one) - x.cdf(one)) + abs(y.cdf(two) - x.cdf(two)))

    def zscore(self, x):
        """How many standard deviations x lies above the mean."""
        if not self._sigma:
            raise StatisticsError('zscore() not defined when sigma is zero')
        return (x - self._mu) / self._sigma

    @property
    def mean(self):
        """The arithmetic mean."""
        return self._mu

    @property
    def median(self):
        """The median, which is the mean."""
        return self._mu

    @property
    def mode(self):
        """The mode, which is the mean."""
        return self._mu

    @property
    def stdev(self):
        """The standard deviation."""
        return self._sigma

    @property
    def variance(self):
        """The square of the standard deviation."""
        return self._sigma * self._sigma

    def __add__(self, other):
        """With a number: moved. With a distribution: that of the sum of independent variables."""
        if isinstance(other, NormalDist):
            return NormalDist(self._mu + other._mu, hypot(self._sigma, other._sigma))
        return NormalDist(self._mu + other, self._sigma)

    def __sub__(self, other):
        """With a number: moved. With a distribution: that of the difference of independent variables."""
        if isinstance(other, NormalDist):
            return NormalDist(self._mu - other._mu, hypot(self._sigma, other._sigma))
        return NormalDist(self._mu - other, self._sigma)

    def __mul__(self, other):
        """Scaled by a number."""
        return NormalDist(self._mu * other, self._sigma * math.fabs(other))

    def __truediv__(self, other):
        """Scaled by the reciprocal of a number."""
        return NormalDist(self._mu / other, self._sigma / math.fabs(other))

    def __pos__(self):
        return NormalDist(self._mu, self._sigma)

    def __neg__(self):
        return NormalDist(-self._mu, self._sigma)

    __radd__ = __add__

    def __rsub__(self, other):
        return -(self - other)

    __rmul__ = __mul__

    def __eq__(self, other):
        if not isinstance(other, NormalDist):
            return NotImplemented
        return self._mu == other._mu and self._sigma == other._sigma

    def __hash__(self):
        return hash((self._mu, self._sigma))

    def __repr__(self):
        return f'{type(self).__name__}(mu={self._mu!r}, sigma={self._sigma!r})'

    def __getstate__(self):
        return self._mu, self._sigma

    def __setstate__(self, state):
        self._mu, self._sigma = state
