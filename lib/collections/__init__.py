"""Container types beside the built-in ones."""
