"""python -m inspect: the source of an object, or where it comes from."""
import argparse
import importlib
import sys
from inspect import findsource, getsource


def main():
    parser = argparse.ArgumentParser(prog="inspect.py")
    parser.add_argument("object", help="The object to be analysed. It supports the 'module:qualname' syntax")
    parser.add_argument("-d", "--details", action="store_true",
                        help="Display info about the module rather than its source code")
    args = parser.parse_args()
    target = args.object
    module_name, has_attribute, attributes = target.partition(":")
    try:
        obj = module = importlib.import_module(module_name)
    except Exception as e:
        print(f"Failed to import {module_name} ({type(e).__name__}: {e})", file=sys.stderr)
        sys.exit(2)
    if has_attribute:
        for part in attributes.split("."):
            obj = getattr(obj, part)
    if module.__name__ in sys.builtin_module_names:
        print("Can't get info for builtin modules.", file=sys.stderr)
        sys.exit(1)
    if args.details:
        show_details(target, obj, module)
    else:
        print(getsource(obj))


def show_details(target, obj, module):
    """What is known of an object's module, and the line that the object begins in."""
    print(f"Target: {target}")
    print(f"Origin: {module.__spec__.origin}")
    print(f"Cached: {module.__spec__.cached}")
    if obj is module:
        print(f"Loader: {module.__loader__!r}")
        if hasattr(module, "__path__"):
            print(f"Submodule search path: {module.__path__}")
    else:
        try:
            _, line = findsource(obj)
        except (OSError, TypeError):
            pass
        else:
            print(f"Line: {line}")
    print("\n")


main()
