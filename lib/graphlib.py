"""Sorting the nodes of a graph so that each comes behind those that it depends on."""
from types import GenericAlias

__all__ = ['TopologicalSorter', 'CycleError']

# what `waiting` of a node is when it has no predecessors left to wait for
_OUT = -1
_DONE = -2


class _Node:
    """waiting: how many predecessors are not done, or _OUT, _DONE."""

    __slots__ = 'node', 'waiting', 'successors'

    def __init__(self, node):
        self.node = node
        self.waiting = 0
        self.successors = []


class CycleError(ValueError):
    """Nodes wait for each other: args[1] is a list of them in which each is a predecessor of the next one, and the
    first is also the last."""


class TopologicalSorter:
    """A graph of nodes and their predecessors, and its order: all at once (static_order), or piece by piece (prepare,
    get_ready, done)."""

    def __init__(self, graph=None):
        self._nodes = {}
        self._ready = None
        self._passed_out = 0
        self._finished = 0
        if graph is not None:
            for node, predecessors in graph.items():
                self.add(node, *predecessors)

    def _node(self, node):
        info = self._nodes.get(node)
        if info is None:
            info = self._nodes[node] = _Node(node)
        return info

    def add(self, node, *predecessors):
        """Add a node and what it depends on; calls for the same node add up."""
        if self._ready is not None:
            raise ValueError('Nodes cannot be added after a call to prepare()')
        info = self._node(node)
        info.waiting += len(predecessors)
        for predecessor in predecessors:
            self._node(predecessor).successors.append(node)

    def prepare(self):
        """End adding, and look for cycles."""
        if self._ready is not None:
            raise ValueError('cannot prepare() more than once')
        self._ready = [info.node for info in self._nodes.values() if info.waiting == 0]
        cycle = self._find_cycle()
        if cycle:
            raise CycleError('nodes are in a cycle', cycle)

    def get_ready(self):
        """The tuple of all nodes that wait for nothing and have not been given out yet."""
        if self._ready is None:
            raise ValueError('prepare() must be called first')
        result = tuple(self._ready)
        for node in result:
            self._nodes[node].waiting = _OUT
        self._ready.clear()
        self._passed_out += len(result)
        return result

    def is_active(self):
        """Whether there is more to get or to be done."""
        if self._ready is None:
            raise ValueError('prepare() must be called first')
        return self._finished < self._passed_out or bool(self._ready)

    def __bool__(self):
        return self.is_active()

    def done(self, *nodes):
        """Nodes that get_ready gave are done: what waited for them alone becomes ready."""
        if self._ready is None:
            raise ValueError('prepare() must be called first')
        for node in nodes:
            info = self._nodes.get(node)
            if info is None:
                raise ValueError(f'node {node!r} was not added using add()')
            if info.waiting >= 0:
                raise ValueError(f'node {node!r} was not passed out (still not ready)')
            if info.waiting == _DONE:
                raise ValueError(f'node {node!r} was already marked done')
            info.waiting = _DONE
            for successor in info.successors:
                other = self._nodes[successor]
                other.waiting -= 1
                if other.waiting == 0:
                    self._ready.append(successor)
            self._finished += 1

    def _find_cycle(self):
        """A depth-first search: the first path that comes back to one of its nodes, or None."""
        seen = set()
        for start in self._nodes:
            if start in seen:
                continue
            path, place, pending = [], {}, [iter((start,))]
            while pending:
                node = next(pending[-1], pending)
                if node is pending:
                    pending.pop()
                    if path:
                        del place[path.pop()]
                elif node in place:
                    return path[place[node]:] + [node]
                elif node not in seen:
                    seen.add(node)
                    place[node] = len(path)
                    path.append(node)
                    pending.append(iter(self._nodes[node].successors))
        return None

    def static_order(self):
        """An iterator of all nodes in order."""
        self.prepare()
        while self.is_active():
            nodes = self.get_ready()
            yield from nodes
            self.done(*nodes)

    __class_getitem__ = classmethod(GenericAlias)
