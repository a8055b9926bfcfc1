"""Paths of the file system as objects: PurePath is arithmetic of names alone, Path asks the operating system."""

from pathlib._local import Path, PosixPath, WindowsPath
from pathlib._pure import PurePath, PurePosixPath, PureWindowsPath, UnsupportedOperation

__all__ = ['UnsupportedOperation', 'PurePath', 'PurePosixPath', 'PureWindowsPath', 'Path', 'PosixPath', 'WindowsPath']
