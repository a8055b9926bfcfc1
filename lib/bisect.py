"""Keeping a list sorted without sorting it after each insertion: where an item belongs is found by bisection."""

try:
    from _bisect import bisect_left, bisect_right, insort_left, insort_right
except ImportError:
    from _pure.bisect import bisect_left, bisect_right, insort_left, insort_right

bisect = bisect_right
insort = insort_right
