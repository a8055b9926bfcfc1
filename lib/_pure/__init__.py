"""What is native in the library, in Python (PEP 399): taken where a program blocks the native module, as in
sys.modules["_heapq"] = None. The functions say that they come from the module which they are for."""
