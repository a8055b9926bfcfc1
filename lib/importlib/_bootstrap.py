"""Another name of _frozen_importlib, which packages that look into the import system know it by."""

import sys

import _frozen_importlib

sys.modules[__name__] = _frozen_importlib
