"""Heaps: lists in which a[k] <= a[2*k+1] and a[k] <= a[2*k+2], so that a[0] is the smallest item.

    heap = []              # an empty heap
    heappush(heap, item)   # add an item
    item = heappop(heap)   # take the smallest one
    item = heap[0]         # look at the smallest one
    heapify(x)             # make a heap of a list, in place and in linear time
    item = heappushpop(heap, item)  # add an item, then take the smallest one
    item = heapreplace(heap, item)  # take the smallest one, then add an item
"""

__all__ = ['heappush', 'heappop', 'heapify', 'heapreplace', 'merge', 'nlargest', 'nsmallest', 'heappushpop']

try:
    from _heapq import (_heapify_max, _heappop_max, _heapreplace_max, heapify, heappop, heappush, heappushpop,
                        heapreplace)
except ImportError:
    from _pure.heapq import (_heapify_max, _heappop_max, _heapreplace_max, heapify, heappop, heappush, heappushpop,
                             heapreplace, _siftdown, _siftdown_max, _siftup, _siftup_max)


def __getattr__(name):
    """What moves a single item, _siftdown and _siftup: programs use it after they have changed an item in its place."""
    if name in ('_siftdown', '_siftup', '_siftdown_max', '_siftup_max'):
        import _pure.heapq
        globals()[name] = function = getattr(_pure.heapq, name)
        return function
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')


def merge(*iterables, key=None, reverse=False):
    """The items of several sorted inputs as one sorted stream, without holding more than one of each in memory.

    >>> list(merge([1, 3, 5, 7], [0, 2, 4, 8], [5, 10, 15, 20], [], [25]))
    [0, 1, 2, 3, 4, 5, 5, 7, 8, 10, 15, 20, 25]

    With a key function, items are compared by what it returns for them.

    >>> list(merge(['dog', 'horse'], ['cat', 'fish', 'kangaroo'], key=len))
    ['dog', 'cat', 'fish', 'horse', 'kangaroo']
    """
    if reverse:
        order, replace_first, take_first, step = _heapify_max, _heapreplace_max, _heappop_max, -1
    else:
        order, replace_first, take_first, step = heapify, heapreplace, heappop, 1
    if key is None:
        # Of each input: [the item, a number that keeps equal items in the order of the inputs, what gives the next].
        heads = []
        for number, iterable in enumerate(map(iter, iterables)):
            following = iterable.__next__
            try:
                heads.append([following(), number * step, following])
            except StopIteration:
                pass
        order(heads)
        while len(heads) > 1:
            try:
                while True:
                    item, _, following = head = heads[0]
                    yield item
                    head[0] = following()
                    replace_first(heads, head)
            except StopIteration:
                take_first(heads)
        if heads:
            item, _, following = heads[0]
            yield item
            yield from following.__self__
        return
    # The same with what to compare in front.
    heads = []
    for number, iterable in enumerate(map(iter, iterables)):
        following = iterable.__next__
        try:
            item = following()
            heads.append([key(item), number * step, item, following])
        except StopIteration:
            pass
    order(heads)
    while len(heads) > 1:
        try:
            while True:
                _, _, item, following = head = heads[0]
                yield item
                head[2] = item = following()
                head[0] = key(item)
                replace_first(heads, head)
        except StopIteration:
            take_first(heads)
    if heads:
        _, _, item, following = heads[0]
        yield item
        yield from following.__self__


def _best(n, iterable, key, reverse):
    """The first n of sorted(iterable, key=key, reverse=reverse), by a heap whose first item is the worst of them."""
    if reverse:
        order, replace_first, step = heapify, heapreplace, -1
    else:
        order, replace_first, step = _heapify_max, _heapreplace_max, 1
    items = iter(iterable)
    if key is None:
        found = [(item, number * step) for number, item in zip(range(n), items)]
    else:
        found = [(key(item), number * step, item) for number, item in zip(range(n), items)]
    if not found:
        return found
    order(found)
    worst = found[0][0]
    number = n * step
    if key is None and reverse:
        for item in items:
            if worst < item:
                replace_first(found, (item, number))
                worst = found[0][0]
                number += step
    elif key is None:
        for item in items:
            if item < worst:
                replace_first(found, (item, number))
                worst = found[0][0]
                number += step
    else:
        for item in items:
            rank = key(item)
            if (worst < rank) if reverse else (rank < worst):
                replace_first(found, (rank, number, item))
                worst = found[0][0]
                number += step
    found.sort(reverse=reverse)
    return [entry[0] for entry in found] if key is None else [entry[2] for entry in found]


def _select(n, iterable, key, reverse):
    if n == 1:
        nothing = object()
        choose = max if reverse else min
        result = choose(iterable, default=nothing, key=key)
        return [] if result is nothing else [result]
    try:
        size = len(iterable)
    except (TypeError, AttributeError):
        pass
    else:
        if n >= size:
            return sorted(iterable, key=key, reverse=reverse)[:n]
    return _best(n, iterable, key, reverse)


def nsmallest(n, iterable, key=None):
    """The n smallest items, the smallest first: sorted(iterable, key=key)[:n]."""
    return _select(n, iterable, key, False)


def nlargest(n, iterable, key=None):
    """The n largest items, the largest first: sorted(iterable, key=key, reverse=True)[:n]."""
    return _select(n, iterable, key, True)
