# A folder of its own for a test, which is the current one until the end.
import atexit
import os
import shutil
import tempfile

folder = tempfile.mkdtemp()
os.chdir(folder)
atexit.register(shutil.rmtree, folder)


def attempt(call, *args, **kwargs):
    """What the call gives, or its exception as text."""
    try:
        return call(*args, **kwargs)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def put(data, name="file"):
    """A file with these bytes."""
    with open(name, "wb") as f:
        f.write(data)


def get(name="file"):
    with open(name, "rb") as f:
        return f.read()
