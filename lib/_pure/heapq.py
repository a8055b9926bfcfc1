"""The native part of heapq in Python.

Each function is made for heaps whose first item is the smallest and for those whose first item is the greatest (_max)
by _heap, which is given the comparison: `above(a, b)` tells whether a has to stand above b.
"""

__name__ = "heapq"


def _heap(above):
    def siftdown(heap, startpos, pos):
        """Move the item at pos up to where it belongs; all above startpos stays."""
        item = heap[pos]
        while pos > startpos:
            parent = (pos - 1) >> 1
            if not above(item, heap[parent]):
                break
            heap[pos] = heap[parent]
            pos = parent
        heap[pos] = item

    def siftup(heap, pos):
        """Move the item at pos down to where it belongs: first to the bottom, where most belong, and up from there."""
        end, start = len(heap), pos
        item = heap[pos]
        child = 2 * pos + 1
        while child < end:
            right = child + 1
            if right < end and not above(heap[child], heap[right]):
                child = right
            heap[pos] = heap[child]
            pos = child
            child = 2 * pos + 1
        heap[pos] = item
        siftdown(heap, start, pos)

    def heappop(heap):
        last = heap.pop()
        if not heap:
            return last
        first, heap[0] = heap[0], last
        siftup(heap, 0)
        return first

    def heapreplace(heap, item):
        first, heap[0] = heap[0], item
        siftup(heap, 0)
        return first

    def heapify(x):
        for pos in reversed(range(len(x) // 2)):
            siftup(x, pos)

    return siftdown, siftup, heappop, heapreplace, heapify


_siftdown, _siftup, heappop, heapreplace, heapify = _heap(lambda a, b: a < b)
_siftdown_max, _siftup_max, _heappop_max, _heapreplace_max, _heapify_max = _heap(lambda a, b: b < a)


def heappush(heap, item):
    """Add an item to the heap."""
    heap.append(item)
    _siftdown(heap, 0, len(heap) - 1)


def heappushpop(heap, item):
    """Add an item, then take the smallest one, faster than heappush and heappop do it."""
    if heap and heap[0] < item:
        item, heap[0] = heap[0], item
        _siftup(heap, 0)
    return item


heappop.__doc__ = "Take the smallest item from the heap."
heapreplace.__doc__ = "Take the smallest item, then add one, faster than heappop and heappush do it."
heapify.__doc__ = "Make a heap of a list, in place and in linear time."
for _name in "_siftdown _siftup heappop heapreplace heapify".split():
    globals()[_name].__name__ = globals()[_name].__qualname__ = _name
for _name in "_siftdown_max _siftup_max _heappop_max _heapreplace_max _heapify_max".split():
    globals()[_name].__name__ = globals()[_name].__qualname__ = _name
