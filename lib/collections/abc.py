"""Abstract base classes of containers: the module _collections_abc, under the name it is known by."""

import sys
import _collections_abc

sys.modules[__name__] = _collections_abc
