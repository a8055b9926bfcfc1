"""The instructions of mpy's machine by name, number and kind of operand, from the one table that the compiler has.

An instruction is a word of four bytes: the number of the operation, then 24 bits of operand: one number, or one of 8
bits and one of 16. Each list has_... names the operations with an operand of the kind.
"""
import _opcode
from _opcode import stack_effect

__all__ = ['cmp_op', 'stack_effect', 'hascompare', 'opname', 'opmap', 'HAVE_ARGUMENT', 'EXTENDED_ARG', 'hasarg',
           'hasconst', 'hasname', 'hasjump', 'hasjrel', 'hasjabs', 'hasfree', 'haslocal', 'hasexc']

cmp_op = ('<', '<=', '==', '!=', '>', '>=')

_table = _opcode.table()

opname = [row[0] for row in _table] + [f'<{number}>' for number in range(len(_table), 256)]
opmap = {row[0]: number for number, row in enumerate(_table)}


def _having(*kinds):
    return [number for number, row in enumerate(_table) if row[1] in kinds or row[2] in kinds or row[3] in kinds]


hasarg = [number for number, row in enumerate(_table) if row[1]]
hasconst = _having('const')
hasname = _having('name')
hasjump = hasjrel = _having('jump', 'compare_jump')
hasjabs = []
hasfree = [number for name, number in opmap.items() if 'CELL' in name and 'local' in _table[number][1:3]]
haslocal = [number for number in _having('local') if number not in hasfree]
hascompare = _having('compare', 'compare_jump')
hasexc = []

# operations are in no order, and an operand never needs a second word
HAVE_ARGUMENT = 0
EXTENDED_ARG = 256
