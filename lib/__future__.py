"""What `from __future__ import ...` may name: since when each feature could be had, and since when it always is."""
from _future import features as _features

all_feature_names = [row[0] for row in _features]
__all__ = ["all_feature_names"] + all_feature_names


class _Feature:
    """A feature: its releases, as sys.version_info has them, and its flag for compile()."""

    def __init__(self, optionalRelease, mandatoryRelease, compiler_flag):
        self.optional = optionalRelease
        self.mandatory = mandatoryRelease
        self.compiler_flag = compiler_flag

    def getOptionalRelease(self):
        """The release that first knew the feature."""
        return self.optional

    def getMandatoryRelease(self):
        """The release from which it needs no import; None if there is no such release."""
        return self.mandatory

    def __repr__(self):
        return f"{type(self).__name__}{self.optional, self.mandatory, self.compiler_flag}"


for _name, *_row in _features:
    globals()[_name] = _Feature(*_row)

CO_NESTED = nested_scopes.compiler_flag
CO_GENERATOR_ALLOWED = generators.compiler_flag
CO_FUTURE_DIVISION = division.compiler_flag
CO_FUTURE_ABSOLUTE_IMPORT = absolute_import.compiler_flag
CO_FUTURE_WITH_STATEMENT = with_statement.compiler_flag
CO_FUTURE_PRINT_FUNCTION = print_function.compiler_flag
CO_FUTURE_UNICODE_LITERALS = unicode_literals.compiler_flag
CO_FUTURE_BARRY_AS_BDFL = barry_as_FLUFL.compiler_flag
CO_FUTURE_GENERATOR_STOP = generator_stop.compiler_flag
CO_FUTURE_ANNOTATIONS = annotations.compiler_flag
