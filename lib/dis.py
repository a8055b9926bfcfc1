"""Disassembly of mpy's bytecode in the columns of CPython's module of this name.

What an operation does is said in docs/bytecode.md. An instruction begins at an offset that is a multiple of four; its
operand word, if it has one, and its inline cache follow it.
"""
import collections
import io
import sys
import types

from opcode import *
from opcode import __all__ as _opcode_names
from opcode import _table

__all__ = ['code_info', 'dis', 'disassemble', 'distb', 'disco', 'findlinestarts', 'findlabels', 'show_code',
           'get_instructions', 'Instruction', 'Bytecode'] + _opcode_names

_WORD = 4

COMPILER_FLAG_NAMES = {1: 'OPTIMIZED', 2: 'NEWLOCALS', 4: 'VARARGS', 8: 'VARKEYWORDS', 16: 'NESTED',
                       32: 'GENERATOR', 64: 'NOFREE', 128: 'COROUTINE', 256: 'ITERABLE_COROUTINE',
                       512: 'ASYNC_GENERATOR'}


# --- finding the code ---


def _get_code_object(x):
    """The code of a function, method, generator, ..., of a str that is compiled, or x if it is code."""
    x = getattr(x, '__func__', x)
    for attribute in ('__code__', 'gi_code', 'ag_code', 'cr_code'):
        if hasattr(x, attribute):
            x = getattr(x, attribute)
            break
    if isinstance(x, str):
        x = _try_compile(x, '<disassembly>')
    if hasattr(x, 'co_code'):
        return x
    raise TypeError(f"don't know how to disassemble {type(x).__name__} objects")


def _try_compile(source, name):
    """An expression if it is one, else statements."""
    try:
        return compile(source, name, 'eval')
    except SyntaxError:
        pass
    return compile(source, name, 'exec')


# --- about a code object ---


def pretty_flags(flags):
    """The names of the bits, and what is left as a number."""
    names = []
    for i in range(32):
        bit = 1 << i
        if flags & bit:
            names.append(COMPILER_FLAG_NAMES.get(bit, hex(bit)))
            flags ^= bit
            if not flags:
                break
    else:
        names.append(hex(flags))
    return ', '.join(names)


def code_info(x):
    """A text about the code of x: its names, constants, flags and sizes."""
    return _format_code_info(_get_code_object(x))


def _format_code_info(co):
    lines = [f'Name:              {co.co_name}',
             f'Filename:          {co.co_filename}',
             f'Argument count:    {co.co_argcount}',
             f'Positional-only arguments: {co.co_posonlyargcount}',
             f'Kw-only arguments: {co.co_kwonlyargcount}',
             f'Number of locals:  {co.co_nlocals}',
             f'Stack size:        {co.co_stacksize}',
             f'Flags:             {pretty_flags(co.co_flags)}']
    tables = (('Constants', [repr(c) for c in co.co_consts]), ('Names', co.co_names),
              ('Variable names', co.co_varnames), ('Free variables', co.co_freevars),
              ('Cell variables', co.co_cellvars))
    for title, items in tables:
        if items:
            lines.append(f'{title}:')
            lines += [f'{i:4}: {item}' for i, item in enumerate(items)]
    return '\n'.join(lines)


def show_code(co, *, file=None):
    """Print code_info(co)."""
    print(code_info(co), file=file)


# --- tables of a code object ---

Positions = collections.namedtuple('Positions', ['lineno', 'end_lineno', 'col_offset', 'end_col_offset'],
                                   defaults=[None] * 4)

_ExceptionTableEntry = collections.namedtuple('_ExceptionTableEntry', 'start end target depth lasti')


def findlinestarts(code):
    """Pairs (offset, line) for each place where another source line begins; the line is None if it has none."""
    last = False
    for start, _, line in code.co_lines():
        if line is not last:
            if line != last or last is False:
                last = line
                yield start, line


def _parse_exception_table(code):
    """Which offsets are guarded, and where their exceptions go."""
    table = code.co_exceptiontable
    result = []
    for i in range(0, len(table), 4 * _WORD):
        start, end, target, depth = (int.from_bytes(table[j:j + _WORD], 'little')
                                     for j in range(i, i + 4 * _WORD, _WORD))
        result.append(_ExceptionTableEntry(start * _WORD, end * _WORD, target * _WORD, depth & 0x7fffffff,
                                           bool(depth >> 31)))
    return result


def _signed(number, bits):
    return number - (1 << bits) if number >> bits - 1 else number


def _word(code, offset):
    return int.from_bytes(code[offset:offset + _WORD], 'little')


def _size(op):
    """How many bytes the operation's operand word and cache take."""
    row = _table[op]
    return _WORD * (bool(row[3]) + row[5])


def _unpack_opargs(code):
    """(offset, operation, operands, jump's target or None, operand word or None) of each instruction. The operands are
    a list of pairs (kind, number)."""
    offset = 0
    while offset + _WORD <= len(code):
        op = code[offset]
        operand = _word(code, offset) >> 8
        extra = None
        if op >= len(_table):
            yield offset, op, [('count', operand)], None, None
            offset += _WORD
            continue
        _, a, b, word, *_ = _table[op]
        operands = []
        if b:
            operands = [(a, operand & 255), (b, _signed(operand >> 8, 16) if b in ('int', 'jump') else operand >> 8)]
        elif a:
            operands = [(a, _signed(operand, 24) if a in ('int', 'jump') else operand)]
        end = offset + _WORD + _size(op)
        distance = operands[0][1] if a == 'jump' else operands[1][1] if b == 'jump' else None
        if word:
            extra = _signed(_word(code, offset + _WORD), 32)
            distance = extra >> 5 if word == 'compare_jump' else extra
        yield offset, op, operands, None if distance is None else end + distance * _WORD, extra
        offset = end


def findlabels(code):
    """The offsets that are jumped to, each once."""
    labels = []
    for _, _, _, target, _ in _unpack_opargs(code):
        if target is not None and target not in labels:
            labels.append(target)
    return labels


def _make_labels_map(code, entries):
    """{offset: number} of all places that are jumped to or begin or end a guarded range."""
    offsets = set(findlabels(code))
    for entry in entries:
        offsets.update((entry.start, entry.end, entry.target))
    return {offset: number for number, offset in enumerate(sorted(offsets), 1)}


# --- instructions ---


class Instruction(collections.namedtuple(
        'Instruction',
        ['opname', 'opcode', 'arg', 'argval', 'argrepr', 'offset', 'start_offset', 'starts_line', 'line_number',
         'label', 'positions', 'cache_info'],
        defaults=[None, None, None])):
    """Details for a bytecode operation.

    Defined fields:
      opname - human readable name for operation
      opcode - numeric code for operation
      arg - numeric argument to operation (if any), otherwise None
      argval - resolved arg value (if known), otherwise same as arg
      argrepr - human readable description of operation argument
      offset - start index of operation within bytecode sequence
      start_offset - the same: no operation has extended arguments
      starts_line - True if this opcode starts a source line, otherwise False
      line_number - source line number associated with this opcode (if any), otherwise None
      label - A label if this instruction is a jump target, otherwise None
      positions - Optional dis.Positions object holding the span of source code
                  covered by this instruction
      cache_info - the inline cache: a list of (name, number of words, bytes), or None
    """

    __slots__ = ()

    @property
    def oparg(self):
        """The same as arg."""
        return self.arg

    @property
    def baseopcode(self):
        """The operation that this one is a special form of, or the operation itself."""
        return _table[self.opcode][7] if self.opcode < len(_table) else self.opcode

    @property
    def baseopname(self):
        """The name of baseopcode."""
        return opname[self.baseopcode]

    @property
    def cache_offset(self):
        """Where the cache begins."""
        word = self.opcode < len(_table) and bool(_table[self.opcode][3])
        return self.offset + _WORD + _WORD * word

    @property
    def end_offset(self):
        """Where the next instruction begins."""
        return self.offset + _WORD + (_size(self.opcode) if self.opcode < len(_table) else 0)

    @property
    def jump_target(self):
        """The offset that is jumped to, or None."""
        return self.argval if self.opcode in hasjump and isinstance(self.argval, int) else None

    @property
    def is_jump_target(self):
        """Whether something jumps here."""
        return self.label is not None

    def __str__(self):
        output = io.StringIO()
        Formatter(file=output).print_instruction(self, False)
        return output.getvalue()


_FIELD_DOCS = {'opname': 'Human readable name for operation', 'opcode': 'Numeric code for operation',
               'arg': 'Numeric argument to operation (if any), otherwise None',
               'offset': 'Start index of operation within bytecode sequence'}
for _name, _text in _FIELD_DOCS.items():
    getattr(Instruction, _name).__doc__ = _text
del _name, _text


class ArgResolver:
    """What operands stand for: the constants, names and variables of a code object, and labels."""

    def __init__(self, co_consts=None, names=None, varname_from_oparg=None, labels_map=None):
        self.co_consts = co_consts
        self.names = names
        self.varname_from_oparg = varname_from_oparg
        self.labels_map = labels_map or {}

    def get_label_for_offset(self, offset):
        """The label's number, or None."""
        return self.labels_map.get(offset)

    def _resolve(self, kind, number):
        """(value, text) of one operand."""
        try:
            if kind == 'const' and self.co_consts is not None:
                value = self.co_consts[number]
                return value, repr(value)
            if kind == 'name' and self.names is not None:
                return (self.names[number],) * 2
            if kind == 'local' and self.varname_from_oparg is not None:
                return (self.varname_from_oparg(number),) * 2
        except IndexError:
            pass
        if kind == 'compare':
            return (cmp_op[number],) * 2 if number < len(cmp_op) else (number, '')
        return number, ''

    def get_argval_argrepr(self, op, operands, target, extra):
        """(value, text) of all operands of an instruction."""
        resolved = [self._resolve(kind, number) for kind, number in operands if kind != 'jump']
        # a plain number that stands beside something else is shown, too
        texts = [text or (str(value) if len(operands) > 1 or target is not None else '') for value, text in resolved]
        if target is None:
            if not resolved:
                return None, ''
            return resolved[0][0] if len(resolved) == 1 else tuple(v for v, _ in resolved), \
                ', '.join(text for text in texts if text)
        jump = f'to L{self.labels_map[target]}' if target in self.labels_map else f'to {target}'
        if op < len(_table) and _table[op][3] == 'compare_jump':
            sense, comparison = extra >> 4 & 1, _comparison(extra)
            jump = f"{'' if sense else 'not '}{comparison} {jump}"
        return target, ', '.join(texts + [jump])


def _comparison(extra):
    """The comparison of a word that says for which orders of the operands (bits: less, equal, greater, unordered) is
    jumped."""
    orders = extra & 15 if extra & 16 else ~extra & 15
    return {1: '<', 3: '<=', 2: '==', 13: '!=', 4: '>', 6: '>='}.get(orders, '?')


def _get_instructions_bytes(code, linestarts=None, line_offset=0, co_positions=None, original_code=None,
                            arg_resolver=None):
    """Instructions of the bytes; original_code tells what they were before the machine specialised them."""
    starts = dict(linestarts or ())
    positions = list(co_positions or ())
    resolver = arg_resolver or ArgResolver()
    line = None
    for offset, op, operands, target, extra in _unpack_opargs(code):
        starts_line = offset in starts
        if starts_line:
            line = starts[offset]
            if line is not None:
                line += line_offset
        arg = None
        if operands:
            arg = operands[0][1] if len(operands) == 1 else _word(code, offset) >> 8
        argval, argrepr = resolver.get_argval_argrepr(op, operands, target, extra)
        index = offset // _WORD
        cache = None
        if op < len(_table) and _table[op][5]:
            words = _table[op][5]
            begin = offset + _WORD + _WORD * bool(_table[op][3])
            cache = [('cache', words, code[begin:begin + words * _WORD])]
        yield Instruction(opname[op], op, arg, argval, argrepr, offset, offset, starts_line, line,
                          resolver.get_label_for_offset(offset),
                          Positions(*positions[index]) if index < len(positions) else Positions(), cache)


def _variables(co):
    """The names of the variables in the order of their numbers."""
    return co.co_varnames + tuple(n for n in co.co_cellvars if n not in co.co_varnames) + co.co_freevars


def _instructions_of(co, adaptive, line_offset=0):
    code = co._co_code_adaptive if adaptive else co.co_code
    resolver = ArgResolver(co.co_consts, co.co_names, _variables(co).__getitem__,
                           _make_labels_map(code, _parse_exception_table(co)))
    return _get_instructions_bytes(code, findlinestarts(co), line_offset, co.co_positions(), co.co_code, resolver)


def get_instructions(x, *, first_line=None, show_caches=None, adaptive=False):
    """Iterator of the Instructions of x. With first_line, lines are counted from there; show_caches has no effect."""
    co = _get_code_object(x)
    offset = 0 if first_line is None else first_line - co.co_firstlineno
    return _instructions_of(co, adaptive, offset)


# --- printing ---

_NO_LINENO = '  --'
_OPNAME_WIDTH = 20
_OPARG_WIDTH = 5


class Formatter:
    """Prints instructions in columns; a width of 0 leaves the column out."""

    def __init__(self, file=None, lineno_width=0, offset_width=0, label_width=0, line_offset=0, show_caches=False):
        """file -- where to print, or None for sys.stdout."""
        self.file = file
        self.lineno_width = lineno_width
        self.offset_width = offset_width
        self.label_width = label_width
        self.show_caches = show_caches

    def print_instruction(self, instr, mark_as_current=False):
        """Print an instruction and, if asked for, its cache."""
        self.print_instruction_line(instr, mark_as_current)
        if self.show_caches and instr.cache_info:
            offset = instr.cache_offset
            for name, size, data in instr.cache_info:
                for i in range(size):
                    text = f'{name}: {int.from_bytes(data, sys.byteorder)}' if i == 0 else ''
                    self.print_instruction_line(
                        Instruction('CACHE', 0, 0, None, text, offset, offset, False, None), False)
                    offset += _WORD

    def print_instruction_line(self, instr, mark_as_current):
        """Print one line; a blank one goes before that of another source line."""
        if self.lineno_width and instr.starts_line and instr.offset > 0:
            print(file=self.file)
        fields = []
        if self.lineno_width:
            line = ''
            if instr.starts_line:
                line = _NO_LINENO if instr.line_number is None else instr.line_number
            fields.append(f'{line:>{self.lineno_width}}')
        label = '' if instr.label is None else f'L{instr.label}:'
        fields.append(f'{label:>{self.label_width}}')
        if self.offset_width:
            fields.append(f'{instr.offset:>{self.offset_width}}  ')
        fields.append('-->' if mark_as_current else '   ')
        if instr.arg is None:
            fields.append(instr.opname.ljust(_OPNAME_WIDTH))
            if instr.argrepr:
                fields.append(' ' * _OPARG_WIDTH + f' ({instr.argrepr})')
        else:
            # a long name takes from the operand's column
            width = _OPARG_WIDTH - max(0, len(instr.opname) - _OPNAME_WIDTH)
            fields += [instr.opname.ljust(_OPNAME_WIDTH), repr(instr.arg).rjust(width)]
            if instr.argrepr:
                fields.append(f'({instr.argrepr})')
        print(' '.join(fields).rstrip(), file=self.file)

    def print_exception_table(self, exception_entries):
        """Print which ranges are guarded: first to last label, handler, depth of the stack."""
        if not exception_entries:
            return
        print('ExceptionTable:', file=self.file)
        for (start, end, target), depth, lasti in exception_entries:
            print(f"  L{start} to L{end} -> L{target} [{depth}]{' lasti' if lasti else ''}", file=self.file)


def _lineno_width(linestarts):
    lines = [line for _, line in linestarts]
    numbers = [line for line in lines if line is not None]
    if not lines:
        return 0
    width = max(3, len(str(max(numbers, default=0))))
    return max(width, len(_NO_LINENO)) if None in lines else width


def _print_code(co, lasti=-1, *, file=None, show_caches=False, adaptive=False, show_offsets=False, line_offset=0):
    code = co._co_code_adaptive if adaptive else co.co_code
    entries = _parse_exception_table(co)
    labels = _make_labels_map(code, entries)
    formatter = Formatter(file=file, lineno_width=_lineno_width(list(findlinestarts(co))),
                          offset_width=max(4, len(str(len(code)))) if show_offsets else 0,
                          label_width=4 + len(str(len(labels))), show_caches=show_caches)
    _print_marked(_instructions_of(co, adaptive, line_offset), formatter, lasti)
    formatter.print_exception_table([((labels[e.start], labels[e.end], labels[e.target]), e.depth, e.lasti)
                                     for e in entries])


def _print_marked(instructions, formatter, lasti):
    for instruction in instructions:
        current = instruction.offset <= lasti < instruction.end_offset
        formatter.print_instruction(instruction, current)


def disassemble(co, lasti=-1, *, file=None, show_caches=False, adaptive=False, show_offsets=False):
    """Print the instructions of a code object; the one at the offset lasti is marked."""
    _print_code(co, lasti, file=file, show_caches=show_caches, adaptive=adaptive, show_offsets=show_offsets)


disco = disassemble


def _disassemble_bytes(code, lasti=-1, *, file=None, show_caches=False, show_offsets=False):
    formatter = Formatter(file=file, offset_width=max(4, len(str(len(code)))) if show_offsets else 0,
                          label_width=4 + len(str(len(findlabels(code)))), show_caches=show_caches)
    labels = _make_labels_map(code, ())
    _print_marked(_get_instructions_bytes(code, arg_resolver=ArgResolver(labels_map=labels)), formatter, lasti)


def _disassemble_recursive(co, *, file=None, depth=None, **options):
    disassemble(co, file=file, **options)
    if depth is None or depth > 0:
        depth = None if depth is None else depth - 1
        for x in co.co_consts:
            if hasattr(x, 'co_code'):
                print(file=file)
                print(f'Disassembly of {x!r}:', file=file)
                _disassemble_recursive(x, file=file, depth=depth, **options)


def dis(x=None, *, file=None, depth=None, show_caches=False, adaptive=False, show_offsets=False):
    """Print the instructions of x and of the code in it, `depth` levels deep.

    x is code, a function, method, generator, class or module, source text, bytes of instructions, or None for the
    last traceback.
    """
    options = {'show_caches': show_caches, 'show_offsets': show_offsets}
    if x is None:
        distb(file=file, adaptive=adaptive, **options)
        return
    x = getattr(x, '__func__', x)
    for attribute in ('__code__', 'gi_code', 'ag_code', 'cr_code'):
        if hasattr(x, attribute):
            x = getattr(x, attribute)
            break
    if hasattr(x, '__dict__'):
        for name, member in sorted(x.__dict__.items()):
            if isinstance(member, (types.MethodType, types.FunctionType, types.CodeType, classmethod, staticmethod,
                                   type)):
                print(f'Disassembly of {name}:', file=file)
                try:
                    dis(member, file=file, depth=depth, adaptive=adaptive, **options)
                except TypeError as error:
                    print('Sorry:', error, file=file)
                print(file=file)
    elif hasattr(x, 'co_code'):
        _disassemble_recursive(x, file=file, depth=depth, adaptive=adaptive, **options)
    elif isinstance(x, (bytes, bytearray)):
        _disassemble_bytes(x, file=file, **options)
    elif isinstance(x, str):
        _disassemble_recursive(_try_compile(x, '<dis>'), file=file, depth=depth, adaptive=adaptive, **options)
    else:
        raise TypeError(f"don't know how to disassemble {type(x).__name__} objects")


def _last_entry(tb):
    while tb.tb_next:
        tb = tb.tb_next
    return tb


def distb(tb=None, *, file=None, show_caches=False, adaptive=False, show_offsets=False):
    """Print the instructions of the function in which a traceback ends (the last one, if it is None)."""
    if tb is None:
        try:
            tb = sys.last_exc.__traceback__ if hasattr(sys, 'last_exc') else sys.last_traceback
        except AttributeError:
            raise RuntimeError('no last traceback to disassemble') from None
        tb = _last_entry(tb)
    disassemble(tb.tb_frame.f_code, tb.tb_lasti, file=file, show_caches=show_caches, adaptive=adaptive,
                show_offsets=show_offsets)


class Bytecode:
    """The bytecode operations of a piece of code

    Instantiate this with a function, method, other compiled object, string of
    code, or a code object (as returned by compile()).

    Iterating over this yields the bytecode operations as Instruction instances.
    """

    def __init__(self, x, *, first_line=None, current_offset=None, show_caches=False, adaptive=False,
                 show_offsets=False):
        self.codeobj = co = _get_code_object(x)
        self.first_line = co.co_firstlineno if first_line is None else first_line
        self._line_offset = self.first_line - co.co_firstlineno
        self._original_object = x
        self.current_offset = current_offset
        self.exception_entries = _parse_exception_table(co)
        self.show_caches = show_caches
        self.adaptive = adaptive
        self.show_offsets = show_offsets

    def __iter__(self):
        return _instructions_of(self.codeobj, self.adaptive, self._line_offset)

    def __repr__(self):
        return f'{type(self).__name__}({self._original_object!r})'

    @classmethod
    def from_traceback(cls, tb, *, show_caches=False, adaptive=False):
        """The code in which the traceback ends, with the failed instruction marked."""
        tb = _last_entry(tb)
        return cls(tb.tb_frame.f_code, current_offset=tb.tb_lasti, show_caches=show_caches, adaptive=adaptive)

    def info(self):
        """The text of code_info."""
        return _format_code_info(self.codeobj)

    def dis(self):
        """The text of disassemble."""
        output = io.StringIO()
        lasti = -1 if self.current_offset is None else self.current_offset
        _print_code(self.codeobj, lasti, file=output, show_caches=self.show_caches, adaptive=self.adaptive,
                    show_offsets=self.show_offsets, line_offset=self._line_offset)
        return output.getvalue()


def main(args=None):
    """python -m dis"""
    import argparse
    parser = argparse.ArgumentParser()
    parser.add_argument('-C', '--show-caches', action='store_true', help='show inline caches')
    parser.add_argument('-O', '--show-offsets', action='store_true', help='show instruction offsets')
    parser.add_argument('infile', nargs='?', default='-')
    args = parser.parse_args(args=args)
    if args.infile == '-':
        name, source = '<stdin>', sys.stdin.buffer.read()
    else:
        name = args.infile
        with open(name, 'rb') as infile:
            source = infile.read()
    dis(compile(source, name, 'exec'), show_caches=args.show_caches, show_offsets=args.show_offsets)


if __name__ == '__main__':
    main()
