"""Where programs that want warnings in C look for it: the same filters, the same registry."""
from warnings import _defaultaction, _filters_mutated, _onceregistry, filters, warn, warn_explicit
