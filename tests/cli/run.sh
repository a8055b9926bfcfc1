#!/bin/bash
# Test the command line: options, arguments, standard streams, exit statuses, the prompt.
#
#   tests/cli/run.sh [MPY]        (default ./mpy)
#
# Each check prints something only when it fails; the last line is `N passed, N failed`.

mpy=$(realpath "${1:-./mpy}") || exit 2
[ -x "$mpy" ] || { echo "tests/cli/run.sh: no such interpreter: $mpy" >&2; exit 2; }
export LC_ALL=C.UTF-8 PYTHON_COLORS=0 PYTHONDONTWRITEBYTECODE=1
unset PYTHONSTARTUP PYTHONINSPECT PYTHONUNBUFFERED PYTHONPATH
dir=$(mktemp -d) || exit 2
# Not in a subshell that is killed before it has put its traps aside.
trap '[ "$BASHPID" = $$ ] && rm -rf "$dir"' EXIT
export HOME=$dir
cd "$dir" || exit 2
input=
passed=0 failed=0

pass() { passed=$((passed + 1)); }
fail() {
    failed=$((failed + 1))
    echo "FAIL $1"
    shift
    printf '    %s\n' "$@"
}

# Run "$@" with $input as its standard input; leave $status, $out and $err.
run() {
    printf '%s' "$input" >in.txt
    timeout 120 "$@" <in.txt >out.txt 2>err.txt
    status=$?
    out=$(<out.txt) err=$(<err.txt)
    input=
}

# expect NAME STATUS STDOUT STDERR-PATTERN COMMAND...: the pattern is a shell pattern for the whole of standard error.
expect() {
    local name=$1 want_status=$2 want_out=$3 want_err=$4
    shift 4
    run "$@"
    if [ "$status" != "$want_status" ] || [ "$out" != "$want_out" ] || [[ $err != $want_err ]]; then
        fail "$name" "status $status, expected $want_status" "stdout: $out" "expected: $want_out" "stderr: $err" \
            "pattern: $want_err"
    else
        pass
    fi
}

# matches NAME STATUSES PATTERN COMMAND...: STATUSES is a pattern too; PATTERN is for both streams together.
matches() {
    local name=$1 statuses=$2 want=$3
    shift 3
    run "$@"
    if [[ $status == $statuses ]] && [[ $out$err == $want ]]; then
        pass
    else
        fail "$name" "status $status, expected $statuses" "stdout: $out" "stderr: $err" "pattern: $want"
    fi
}

# prompt NAME STDOUT-PATTERN LINES [OPTIONS...]: drive the prompt; prompts themselves are taken out of both streams.
prompt() {
    local name=$1 want=$2 seen
    input=$3
    shift 3
    run "$mpy" -q -i "$@"
    seen=$(cat out.txt err.txt | sed -E 's/(>>> |\.\.\. )//g')
    if [[ $seen == $want ]]; then pass; else fail "$name" "seen: $seen" "pattern: $want"; fi
}

cat >args.mpy <<'END'
import sys
print(sys.argv, __name__)
END
echo 'print("module", __name__)' >amodule.py
echo 'print("first"); raise ValueError("x")' >fails.mpy
echo 'x = = 1' >syntax.mpy
echo 'import sys; sys.exit(int(sys.argv[1]))' >exits.mpy
echo 'print(__file__ == __import__("sys").argv[0] or __file__.endswith("file.mpy"))' >file.mpy
mkdir sub folder
echo 'import sys, sibling; print(sibling.value, sys.path[0].endswith("sub"))' >sub/imports.mpy
echo 'value = 5' >sub/sibling.py
printf 'import sys\nfor i in range(100000): print("line", i)\n' >many.mpy
printf 'print("unreadable")' >secret.mpy
printf 'x = 1\0\nprint("after")\n' >nul.mpy
printf 'print("\xff")\n' >latin.mpy
head -c 3000 /dev/urandom >random.mpy
: >empty.mpy

# Scripts and their arguments

expect "file with arguments" 0 "['args.mpy', 'a', '-b', '--', '-c'] __main__" "" "$mpy" args.mpy a -b -- -c
expect "code with arguments" 0 "['-c', 'a', '-x']" "" "$mpy" -c 'import sys; print(sys.argv)' a -x
expect "code glued to its option" 0 "1" "" "$mpy" '-cprint(1)'
expect "code of several lines" 0 $'0\n1' "" "$mpy" -c $'for i in range(2):\n    print(i)'
expect "code's name" 0 "__main__" "" "$mpy" -c 'print(__name__)'
expect "module" 0 "module __main__" "" "$mpy" -m amodule
names='["__name__"], __spec__ and (__spec__.name, __spec__.origin == __file__), getattr(__loader__, "__name__", None), __package__'
mkdir run_me
echo "print(globals()$names, __loader__ is __spec__.loader)" >run_me/__main__.py
expect "folder's spec" 0 "__main__ ('__main__', True) None  True" "" "$mpy" run_me
expect "module's spec" 0 "__main__ ('run_me.__main__', True) None run_me True" "" "$mpy" -m run_me.__main__
expect "code's spec" 0 "__main__ None BuiltinImporter None" "" "$mpy" -c "print(globals()$names)"
input="print(globals()$names, __file__, __cached__, __annotations__)"
expect "standard input's spec" 0 "__main__ None BuiltinImporter None <stdin> None {}" "" "$mpy"
matches "module of the library" 0 "usage: gzip.py *" "$mpy" -m gzip -h
input='hello'
expect "base64 encodes" 0 "aGVsbG8=" "" "$mpy" -m base64
input='aGVsbG8='
expect "base64 decodes" 0 "hello" "" "$mpy" -m base64 -d -
input=
matches "base64 with a wrong option" 2 "option -q not recognized*usage: *base64.py*" "$mpy" -m base64 -q
input=$'x = await asyncio.sleep(0, 6)\nx\n1 / 0\nt = asyncio.create_task(asyncio.sleep(0, 7))\nawait t\nexit(3)\n'
expect "asyncio's prompt" 3 $'>>> >>> 6\n>>> >>> >>> 7\n>>> ' "asyncio REPL*>>> import asyncio*File \"<stdin>\", line 1*ZeroDivisionError*" \
    "$mpy" -m asyncio
matches "inspect shows the source" 0 "*print(\"module\", __name__)*" "$mpy" -m inspect amodule
matches "inspect shows details" 0 "*Target: amodule:__name__*Origin: */amodule.py*" "$mpy" -m inspect -d amodule:__name__
matches "inspect of what is not there" 2 "Failed to import nothing_here (ModuleNotFoundError*" "$mpy" -m inspect nothing_here
expect "missing module" 1 "" "*No module named no_such_module*" "$mpy" -m no_such_module
input='print("from stdin")'
expect "script on standard input" 0 "from stdin" "" "$mpy"
input='import sys; print(sys.argv)'
expect "dash with arguments" 0 "['-', 'x']" "" "$mpy" - x
input=$'x = 1\nprint(x)\nprint(undefined)\n'
expect "error in standard input" 1 "1" "*\"<stdin>\", line 3*NameError*" "$mpy" -
expect "empty script" 0 "" "" "$mpy" empty.mpy
expect "empty code" 0 "" "" "$mpy" -c ''
expect "empty standard input" 0 "" "" "$mpy"
expect "__file__" 0 "True" "" "$mpy" file.mpy
expect "siblings are found beside the script" 0 "5 True" "" "$mpy" sub/imports.mpy
expect "sys.path[0] of code" 0 "''" "" "$mpy" -c 'import sys; print(repr(sys.path[0]))'
expect "code can import from the current folder" 0 "module amodule" "" "$mpy" -c 'import amodule'
expect "options after the script are its own" 0 "['args.mpy', '-V'] __main__" "" "$mpy" args.mpy -V
expect "quiet and unbuffered" 0 "1" "" "$mpy" -q -u -c 'print(1)'

# Information and usage

matches "version" 0 "*3.1[0-9]*" "$mpy" -V
matches "long version" 0 "*3.1[0-9]*" "$mpy" --version
matches "help" 0 "*sage*-c*-m*-i*" "$mpy" -h
matches "long help" 0 "*sage*" "$mpy" --help
expect "unknown option" 2 "" "*-Z*" "$mpy" -Z
expect "-c without code" 2 "" "*-c*" "$mpy" -c
expect "-m without a module" 2 "" "*-m*" "$mpy" -m

expect "-m with a file's name" 1 "module amodule" "*: Error while finding module specification for 'amodule.py' \
(ModuleNotFoundError: __path__ attribute not found on 'amodule' while trying to find 'amodule.py'). \
Try using 'amodule' instead of 'amodule.py' as the module name." "$mpy" -m amodule.py
echo x >text.txt
expect "-X warn_default_encoding" 0 "x" "<string>:4: EncodingWarning: 'encoding' argument not specified
  open('text.txt').close()
<string>:5: EncodingWarning: 'encoding' argument not specified
  print(pathlib.Path('text.txt').read_text().strip())
<string>:6: EncodingWarning: 'encoding' argument not specified
  io.TextIOWrapper(io.BytesIO()).close()
<string>:7: EncodingWarning: 'encoding' argument not specified
  configparser.ConfigParser().read('no such file') or asked(io)" "$mpy" -X warn_default_encoding -c \
    "import configparser, io, pathlib
def asked(io):
    io.text_encoding(None)
open('text.txt').close()
print(pathlib.Path('text.txt').read_text().strip())
io.TextIOWrapper(io.BytesIO()).close()
configparser.ConfigParser().read('no such file') or asked(io)
open('text.txt', 'rb').close()
open('text.txt', encoding='locale').close()
io.TextIOWrapper(io.BytesIO(), 'utf-8').close()"
echo 'import atexit; atexit.register(lambda: print("__file__" in globals())); print("__file__" in globals())' >forgets.py
expect "a script that has ended has no file" 0 "True"$'\n'"False" "" "$mpy" forgets.py
expect "a module that has ended keeps it" 0 "True"$'\n'"True" "" "$mpy" -m forgets
input=$'if 1: 2\n3\nimport warnings\nassert (1, 2)\n'
expect "statements at a prompt that is no terminal" 0 "" "*File \"<stdin>\", line 2
    3
    ^
SyntaxError: invalid syntax
*<stdin>-2:1: SyntaxWarning: assertion is always true, perhaps remove parentheses?
>>> " "$mpy" -i -q
echo 'import a' >imports.py
expect "-m symtable" 0 "symbol table for module from file 'imports.py':
    local symbol 'a': def_import" "" "$mpy" -m symtable imports.py
echo 'raise ImportError("unwell")' >unwell.py
expect "-m with a parent that fails" 1 "" "Traceback*ImportError: unwell" "$mpy" -m unwell.child
expect "PYTHONPATH" 0 "['', '$PWD/a', '$PWD', '/b', '<frozen>']" "" env PYTHONPATH=a::/x/../b/:./a "$mpy" -c \
    'import sys; print(sys.path)'
expect "a folder without a program" 1 "" "*find '__main__' module in '$PWD'" "$mpy" .
expect "-m with a missing file's name" 1 "" "*'missing.py' (ModuleNotFoundError: No module named 'missing'). Try using \
'missing' instead*" "$mpy" -m missing.py

# How code is compiled

level='import sys
def f():
    "text"
    assert not f
print(f.__doc__, __debug__, sys.flags.optimize, end=" ")
import modes
exec(compile("assert print(3)", "", "exec", optimize=0))'
cat >modes.mpy <<'EOF'
"doc"
print(__doc__, __debug__)
assert False
EOF
expect "-O" 1 $'text False 1 doc False\n3' "Traceback*AssertionError" "$mpy" -O -c "$level"
expect "-OO" 1 $'None False 2 None False\n3' "Traceback*AssertionError" "$mpy" -OO -c "$level"
expect "asserts" 1 "text True 0 doc True" "Traceback*modes.mpy*AssertionError" "$mpy" -c "$level"
expect "PYTHONOPTIMIZE" 0 "2" "" env PYTHONOPTIMIZE=2 "$mpy" -c 'import sys; print(sys.flags.optimize)'
expect "PYTHONOPTIMIZE of no number" 0 "1" "" env PYTHONOPTIMIZE=x "$mpy" -c 'import sys; print(sys.flags.optimize)'
expect "-E and PYTHONOPTIMIZE" 0 "0" "" env PYTHONOPTIMIZE=2 "$mpy" -E -c 'import sys; print(sys.flags.optimize)'
lines='Traceback (most recent call last):
  File "<string>", line 1, in <module>
    1 / 0
ZeroDivisionError: division by zero'
expect "no_debug_ranges" 1 "" "$lines" "$mpy" -X no_debug_ranges -c '1 / 0'
expect "PYTHONNODEBUGRANGES" 1 "" "$lines" env PYTHONNODEBUGRANGES=1 "$mpy" -c '1 / 0'

# The times of imports: one line for each module when it is there, below a heading, those inside it first and indented

lines='import time: self ?us? | cumulative | imported package*|     json.scanner
*|   json.encoder
*| json
import time: *[0-9] | *[0-9] | this'
expect "importtime" 0 "done" "$lines" "$mpy" -X importtime -c 'import sys, json, json
sys.stdout = open("/dev/null", "w")
import this
print("done", file=sys.__stdout__)'
expect "PYTHONPROFILEIMPORTTIME" 0 "" "import time:*| colorsys" env PYTHONPROFILEIMPORTTIME=1 "$mpy" -c 'import colorsys'
expect "importtime and an import that fails" 1 "" "import time:*|   json
Traceback*No module named 'json.nothing'" "$mpy" -X importtime -c 'import json.nothing'

# -X tracemalloc

traced='import tracemalloc as t; print(t.is_tracing(), t.get_traceback_limit(), t.get_traced_memory()[0] > 10000)'
expect "tracemalloc" 0 "True 1 True" "" "$mpy" -X tracemalloc -c "$traced"
expect "tracemalloc with frames" 0 "True 7 True" "" "$mpy" -X tracemalloc=7 -c "$traced"
expect "tracemalloc with none" 0 "False 1 False" "" env PYTHONTRACEMALLOC=3 "$mpy" -X tracemalloc=0 -c "$traced"
expect "PYTHONTRACEMALLOC" 0 "True 3 True" "" env PYTHONTRACEMALLOC=3 "$mpy" -c "$traced"
expect "too many frames" 2 "" "Bad value of -X tracemalloc: '65536'*" "$mpy" -X tracemalloc=65536 -c 1
expect "a file that nobody closed, traced" 0 "" '<string>:4: ResourceWarning: unclosed file*
Object allocated at (most recent call last):
  File "<string>", lineno 3
    f = opened()
  File "<string>", lineno 2
    return open("/dev/null")' "$mpy" -X tracemalloc=2 -W default -c 'def opened():
    return open("/dev/null")
f = opened()
del f'

# The debugger: a program from its first line on, and in the midst of one

printf 'x = 1\ndef f():\n    y = 2\n    return y\nf()\n' >debugged.py
input='b f
c
p y
n
p y
q
'
expect "-m pdb" 0 "> $PWD/debugged.py(1)<module>()
-> x = 1
(Pdb) Breakpoint 1 at $PWD/debugged.py:3
(Pdb) > $PWD/debugged.py(3)f()
-> y = 2
(Pdb) *** NameError: name 'y' is not defined
(Pdb) > $PWD/debugged.py(4)f()
-> return y
(Pdb) 2
(Pdb) " "" "$mpy" -m pdb debugged.py
matches "-m pdb -c" 0 "*The program finished*" "$mpy" -m pdb -c c -c q debugged.py
matches "-m pdb and no program" 2 "usage: pdb*" "$mpy" -m pdb
printf 'import sys\nsys.exit(3)\n' >debugged.py
input='c
q
'
matches "-m pdb and sys.exit" 0 "*The program exited via sys.exit(). Exit status: 3*" "$mpy" -m pdb debugged.py
printf 'def f():\n    x = 1\n    breakpoint()\n    return x\nprint(f())\n' >debugged.py
input='x = 5
c
'
expect "breakpoint" 0 "> $PWD/debugged.py(3)f()
-> breakpoint()
(Pdb) (Pdb) 5" "" "$mpy" debugged.py

# -m pydoc

printf '"""What it is."""\ndef f(x):\n    """Doc."""\n' >described.py
matches "-m pydoc of a module" 0 "Help on module described*What it is.*f(x)*Doc.*" "$mpy" -m pydoc described
matches "-m pydoc of a function" 0 "Help on function f in module described:*f(x)*Doc.*" "$mpy" -m pydoc described.f
matches "-m pydoc of a file" 0 "*f(x)*Doc.*" "$mpy" -m pydoc ./described.py
matches "-m pydoc of a built-in class" 0 "Help on class bool in module builtins:*class bool(int)*" "$mpy" -m pydoc bool
matches "-m pydoc of nothing" 1 "No Python documentation found for 'nothing'.*" "$mpy" -m pydoc nothing
matches "-m pydoc" 0 "usage:*" "$mpy" -m pydoc

# -x: the first line of a script is none

printf '?! no python\r\nprint(1)\nraise ValueError\n' >skip.py
expect "-x" 1 "1" '*line 3*raise ValueError*' "$mpy" -x skip.py
printf '?' >skip.py
expect "-x and one line" 0 "" "" "$mpy" -x skip.py
expect "-x and -c" 0 "1" "" "$mpy" -x -c 'print(1)'
input='print(2)
'
expect "-x and standard input" 0 "2" "" "$mpy" -x

# Flags

flags='import sys; print(*sys.flags, sys.warnoptions, sys.get_int_max_str_digits())'
expect "flags" 0 "0 0 0 0 0 0 0 0 0 0 0 1 0 False 0 0 False 4300 [] 4300" "" \
    env -u PYTHONDONTWRITEBYTECODE "$mpy" -c "$flags"
expect "flags of letters" 0 "1 0 0 0 1 1 1 0 3 0 1 1 0 False 0 0 True 4300 [] 4300" "" \
    "$mpy" -dBsSvvvqP -c "$flags"
expect "isolated" 0 "0 0 0 0 0 1 0 1 0 0 0 1 1 False 0 0 True 4300 [] 4300" "" "$mpy" -I -c "$flags"
expect "flags of -X" 0 "0 0 0 0 1 0 0 0 0 0 0 1 0 True 1 1 False 700 ['default'] 700" "" \
    "$mpy" -X dev -X utf8 -X warn_default_encoding -X int_max_str_digits=700 -c "$flags"
expect "flags of variables" 0 "1 1 0 0 1 1 0 0 2 0 0 0 0 True 1 1 True 0 ['default'] 0" "" env PYTHONDEBUG=1 \
    PYTHONINSPECT=1 PYTHONNOUSERSITE=1 PYTHONVERBOSE=2 PYTHONDEVMODE=1 PYTHONUTF8=1 PYTHONWARNDEFAULTENCODING=1 \
    PYTHONSAFEPATH=1 PYTHONINTMAXSTRDIGITS=0 PYTHONHASHSEED=0 "$mpy" -c "$flags"
expect "int_max_str_digits too small" 2 "" "Bad value of -X int_max_str_digits: '639'*" \
    "$mpy" -X int_max_str_digits=639 -c 1
warned='<string>:1: BytesWarning: str() on a bytearray instance*
<string>:2: BytesWarning: Comparison between bytes and string*
<string>:3: BytesWarning: Comparison between bytes and int*
<string>:4: BytesWarning: Comparison between bytearray and string*'
bytes='print(str(bytearray()))
b"a" == "a"
1 != b"a"
bytearray() == ""
bytearray() == 1, b"" == bytearray(), b"" == None, f"{b""!r}"'
expect "-b" 0 "bytearray(b'')" "$warned" "$mpy" -b -c "$bytes"
expect "-bb" 1 "" "*BytesWarning: str() on a bytearray instance" "$mpy" -bb -c "$bytes"
expect "no -b" 0 "bytearray(b'')" "" "$mpy" -c "$bytes"

# Hooks at the end

expect "no sys.excepthook" 1 "" "sys.excepthook is missing
Traceback (most recent call last):*KeyError: 1" "$mpy" -c 'import sys; del sys.excepthook; {}[1]'
expect "sys.excepthook that exits" 9 "" "" "$mpy" -c 'import sys; sys.excepthook = lambda *a: sys.exit(9); {}[1]'

# Exit statuses

expect "uncaught exception" 1 "first" "Traceback (most recent call last):*ValueError: x" "$mpy" fails.mpy
expect "syntax error" 1 "" "*syntax.mpy\", line 1*SyntaxError: invalid syntax" "$mpy" syntax.mpy
expect "syntax error in code" 1 "" "*\"<string>\", line 1*SyntaxError*" "$mpy" -c 'x = = 1'
for code in 0 1 3 255; do
    expect "sys.exit($code)" $code "" "" "$mpy" exits.mpy $code
done
expect "sys.exit of a message" 1 "" "goodbye" "$mpy" -c 'import sys; sys.exit("goodbye")'
expect "sys.exit without a value" 0 "" "" "$mpy" -c 'import sys; sys.exit()'
expect "raise SystemExit" 5 "" "" "$mpy" -c 'raise SystemExit(5)'
expect "KeyboardInterrupt" 130 "" "Traceback*KeyboardInterrupt" "$mpy" -c 'raise KeyboardInterrupt'
expect "an heir of KeyboardInterrupt" 1 "" "Traceback*Heir" "$mpy" -c $'class Heir(KeyboardInterrupt): pass\nraise Heir'
expect "sys.exit in the hook of KeyboardInterrupt" 3 "" "" \
    "$mpy" -c $'import sys\nsys.excepthook = lambda *a: sys.exit(3)\nraise KeyboardInterrupt'
expect "KeyboardInterrupt with SIGINT blocked" 130 "" "Traceback*" \
    "$mpy" -c 'import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [2]); raise KeyboardInterrupt'
expect "exit()" 4 "" "" "$mpy" -c 'exit(4)'

# Files that cannot be run

expect "missing file" 2 "" "*can't open file *missing.mpy': *Errno 2* No such file or directory" "$mpy" missing.mpy
matches "directory" "[12]" "*folder*" "$mpy" folder
chmod 000 secret.mpy
if [ "$(id -u)" != 0 ]; then
    expect "unreadable file" 2 "" "*can't open file *secret.mpy': *Errno 13* Permission denied" "$mpy" secret.mpy
fi
expect "NUL byte in a script" 1 "" "*nul.mpy\", line 1*SyntaxError: source code cannot contain null bytes" "$mpy" nul.mpy
expect "invalid UTF-8" 1 "" "*SyntaxError: Non-UTF-8 code starting with '?xff' *" "$mpy" latin.mpy
expect "random bytes" 1 "" "*SyntaxError*" "$mpy" random.mpy
head -c 100 args.mpy | tr -d '\n' >truncated.mpy
expect "truncated script" 1 "" "*SyntaxError*" "$mpy" truncated.mpy

# Output that cannot be written

if { "$mpy" many.mpy 2>err.txt; echo $? >status.txt; } | head -n 1 >out.txt; then :; fi
if [ "$(<status.txt)" = 1 ] && [ "$(<out.txt)" = "line 0" ] && [ ! -s err.txt ]; then
    pass
else
    fail "closed pipe" "status $(<status.txt), expected 1" "stderr: $(head -c 300 err.txt)"
fi
for script in args.mpy many.mpy; do
    "$mpy" "$script" >/dev/full 2>err.txt
    status=$?
    if [ "$status" != 0 ] && grep -q 'OSError.*No space left on device' err.txt; then
        pass
    else
        fail "full disk, $script" "status $status" "stderr: $(head -c 300 err.txt)"
    fi
done
"$mpy" -c 'import sys; sys.stderr.write("x")' 2>/dev/full
status=$?
if [ "$status" = 120 ]; then pass; else fail "full disk, standard error" "status $status"; fi
"$mpy" -c 'print(1)' >/dev/full 2>err.txt
if [ "$?" = 120 ] && grep -q '^Exception ignored on flushing sys.stdout:$' err.txt; then
    pass
else
    fail "full disk at the end" "$(<err.txt)"
fi
"$mpy" <&- >out.txt 2>&1
status=$?
if [ "$status" = 0 ] && [ ! -s out.txt ]; then pass; else fail "closed standard input" "$status" "$(<out.txt)"; fi
"$mpy" -c 'print(1)' >&- 2>err.txt
status=$?
if [ "$status" -lt 128 ]; then pass; else fail "closed standard output" "status $status" "$(<err.txt)"; fi

# Standard streams

expect "-u and the buffering of lines" 0 "False True False" "" "$mpy" -u -c \
    'import sys; print(sys.stdout.line_buffering, sys.stdout.write_through, sys.stderr.line_buffering)'
coding='import sys; print(*[f.encoding + ":" + f.errors for f in (sys.stdin, sys.stdout, sys.stderr)], "\xe9")'
expect "PYTHONIOENCODING" 0 "ascii:xmlcharrefreplace ascii:xmlcharrefreplace ascii:backslashreplace &#233;" "" \
    env PYTHONIOENCODING=ascii:xmlcharrefreplace "$mpy" -c "$coding"
expect "PYTHONIOENCODING without errors" 0 "utf-8:strict utf-8:strict utf-8:backslashreplace é" "" \
    env PYTHONIOENCODING=UTF8 "$mpy" -c "$coding"
expect "PYTHONIOENCODING of errors alone" 0 "utf-8:replace utf-8:replace utf-8:backslashreplace é" "" \
    env PYTHONIOENCODING=:replace "$mpy" -c "$coding"
expect "PYTHONIOENCODING of no encoding" 1 "" "LookupError: unknown encoding: zork" \
    env PYTHONIOENCODING=zork "$mpy" -c "$coding"
input=$'first\nsecond\n'
expect "input()" 0 $'? got first\n[\'second\\n\']' "" "$mpy" -c 'import sys
print("got", input("? "))
print(sys.stdin.readlines())'
expect "input() at the end" 1 "" "*EOFError: EOF when reading a line" "$mpy" -c 'input()'
expect "standard error" 0 "out" "err" "$mpy" -c 'import sys; print("err", file=sys.stderr); print("out")'
expect "order of unbuffered output" 0 "1" "" "$mpy" -u -c 'print(1)'
"$mpy" -c 'import sys
for i in range(3): print("o%d" % i); sys.stdout.flush(); print("e%d" % i, file=sys.stderr)' >both.txt 2>&1
if [ "$(tr '\n' ' ' <both.txt)" = "o0 e0 o1 e1 o2 e2 " ]; then pass; else fail "interleaved streams" "$(<both.txt)"; fi

# Signals

# A background process of this shell would start with SIGINT ignored, which an interpreter respects.
interrupt() {
    local name=$1 code=$2 pid
    rm -f out.txt
    env --default-signal=INT "$mpy" -c "$code" <hang.fifo >out.txt 2>err.txt &
    pid=$!
    for _ in {1..600}; do
        [ -s out.txt ] && break
        sleep 0.1
    done
    kill -INT $pid
    (sleep 60; kill -KILL $pid) >/dev/null 2>&1 &
    wait $pid 2>/dev/null
    status=$?
    kill $! 2>/dev/null
    if [ "$status" = 130 ] && grep -q KeyboardInterrupt err.txt; then
        pass
    else
        fail "$name" "status $status, expected 130" "stderr: $(<err.txt)"
    fi
}
mkfifo hang.fifo
exec 9<>hang.fifo
interrupt "Ctrl-C in a loop" $'print("ready", flush=True)\nwhile True: pass'
interrupt "Ctrl-C in a built-in loop" $'print("ready", flush=True)\nfor i in map(abs, iter(int, 1)): pass'
interrupt "Ctrl-C in input()" $'print("ready", flush=True)\ninput()'
interrupt "Ctrl-C in sleep" $'import time\nprint("ready", flush=True)\ntime.sleep(30)'
exec 9>&-
"$mpy" -c 'import sys
try:
    print("ready", flush=True)
    raise KeyboardInterrupt
except KeyboardInterrupt:
    sys.exit(6)' >out.txt
status=$?
if [ "$status" = 6 ]; then pass; else fail "KeyboardInterrupt is caught" "status $status"; fi

# The prompt

cat >startup.mpy <<'EOF'
import sys
print("starting", __name__, sys.argv)
known = sys.ps1 if hasattr(sys, "ps1") else "no prompt yet"
sys.ps1 = "... "
EOF
PYTHONSTARTUP=startup.mpy prompt "PYTHONSTARTUP" $'starting __main__ ?\'\'?\n\'no prompt yet\'' $'known\n'
PYTHONSTARTUP=fails.mpy prompt "PYTHONSTARTUP that fails" $'first\n5\nTraceback*ValueError: x' $'5\n'
PYTHONSTARTUP=missing.mpy prompt "PYTHONSTARTUP that is missing" \
    $'5\nCould not open PYTHONSTARTUP\nFileNotFoundError: *2* No such file or directory: \'missing.mpy\'' $'5\n'
PYTHONSTARTUP=startup.mpy prompt "PYTHONSTARTUP before no program" $'2\n5' $'5\n' -c 'print(2)'
PYTHONSTARTUP=startup.mpy prompt "PYTHONSTARTUP and -E" $'5' $'5\n' -E
prompt "SystemExit before the prompt" $'8\nTraceback*sys.exit(3)*SystemExit: 3' $'8\n' -c 'import sys; sys.exit(3)'
prompt "expression" $'3' $'1 + 2\n'
prompt "None is not shown" "" $'None\n'
prompt "strings are shown as repr" "'a\\\\n'" $'"a\\n"\n'
prompt "underscore" $'5\n10' $'5\n_ * 2\n'
prompt "statement" "" $'x = 1\n'
prompt "block" $'0\n1\n2' $'for i in range(3):\n    print(i)\n\n'
prompt "function" $'7' $'def f(x):\n    y = x + 1\n    return y\n\nf(6)\n'
prompt "if and else" $'no' $'if 0:\n    print("yes")\nelse:\n    print("no")\n\n'
prompt "open brackets go on" $'6' $'(1 +\n2 +\n3)\n'
prompt "triple quotes go on" "'a\\\\nb'" $'"""a\nb"""\n'
prompt "decorator" $'1' $'@lambda f: f\ndef g():\n    return 1\n\ng()\n'
prompt "several statements" $'1\n2' $'print(1); print(2)\n'
prompt "comment" $'1' $'# nothing\n1\n'
prompt "errors do not end it" '*ZeroDivisionError: division by zero*' $'1 / 0\n"still here"\n'
prompt "blanks do not end a block" $'1\n2' $'if 1:\n    print(1)\n    \n    print(2)\n\n'
prompt "source of what was typed" $'def f(): return 1' $'import inspect\ndef f(): return 1\n\nprint(inspect.getsource(f), end="")\n'
prompt "future import" $'{\'x\': \'y\'}' $'from __future__ import annotations\ndef f(x: y): 0\n\nf.__annotations__\n'
prompt "error of a later stage" $'  File "<stdin>*", line 2\n    return 5\n    ^^^^^^^^\nSyntaxError: \'return\' outside function' \
    $'if 1:\n    return 5\n\n'
prompt "after an error" "*'still here'*" $'1 / 0\n"still here"\n'
prompt "syntax error" '*SyntaxError: invalid syntax*' $'x = = 1\n"still here"\n'
prompt "after a syntax error" "*'still here'*" $'x = = 1\n"still here"\n'
prompt "bad indent" '*IndentationError: unexpected indent*' $'  x = 1\n'
prompt "traceback of a function" '*"<stdin>", line *, in f*NameError*' $'def f():\n    return nothing\n\nf()\n'
prompt "class" $'<class \'__main__.C\'>' $'class C:\n    pass\n\nC\n'
prompt "end of input in a block" "*" $'def f():\n    return 1'
prompt "exit" "1*" $'1\nexit()\n2\n'
[[ $out == *2* ]] && fail "exit() ends the prompt" "$out"
input=$'exit(3)\n'
matches "exit status of the prompt" 3 "*" "$mpy" -q -i
input=$'import sys; sys.exit(4)\n'
matches "sys.exit at the prompt" 4 "*" "$mpy" -q -i
input=''
matches "end of input" 0 "*" "$mpy" -q -i
input=$'1\n'
matches "banner" 0 "*3.1[0-9]*" "$mpy" -i
echo 'from_script = 42' >defines.mpy
prompt "after a script" "*42*" $'from_script\n' defines.mpy
prompt "after code" "*43*" $'x\n' -c 'x = 43'
prompt "after a failing script" "*'alive'*ValueError: x*" $'"alive"\n' fails.mpy
prompt "unicode" "*'é中'*" $'"é" + "中"\n'
prompt "import" "*3.0*" $'import math\nmath.sqrt(9)\n'

printf '%s\n' 'x = 1 is 2' >dubious.mpy
matches "a warning" 0 "*dubious.mpy:1: SyntaxWarning: *" "$mpy" dubious.mpy
matches "-W ignore" 0 "" "$mpy" -W ignore dubious.mpy
matches "-W error" 1 "*SyntaxError: *" "$mpy" -Werror dubious.mpy
matches "sys.warnoptions" 0 "*'error', 'ignore'*" env PYTHONWARNINGS=error "$mpy" -W ignore -c 'import sys; print(sys.warnoptions)'
matches "a bad -W option" 0 "Invalid -W option ignored: invalid action: 'foo'" "$mpy" -W foo -c ''
# --- the heap's limit: one emergency collection before a request is refused, and the same one every time ---
cat >limited.mpy <<'END'
import heap


def cycle(size):
    item = [bytes(size)]
    item.append(item)


for _ in range(40):
    cycle(1_000_000)  # 40 MB of garbage, then a block that needs its place
block = bytes(20_000_000)
print(len(block), heap.counters()["emergencies"] > 0)
block = None
counts = set()
for _ in range(10):
    row = []
    try:
        while True:
            row.append(bytes(5000))
    except MemoryError:
        n = len(row)
        row = None
        counts.add(n)
print(len(counts))
counts = set()
for _ in range(10):
    table, n = {}, 0
    try:
        while True:
            table[n] = str(n) * 20
            n += 1
    except MemoryError:
        table = None
        counts.add(n)
print(len(counts))


class Node:
    pass


for _ in range(3):
    last = node = None
    try:
        while True:
            node = Node()
            node.me, node.next, last = node, last, node
    except MemoryError:
        last = node = None
heap.check()
print("alive")
END
expect "a heap of 48M" 0 $'20000000 True\n1\n1\nalive' '' "$mpy" -X heapsize=48M -X heapcheck=1 limited.mpy
MPYHEAPSIZE=48M expect "by environment" 0 $'20000000 True\n1\n1\nalive' '' "$mpy" limited.mpy
MPYFAILALLOC=200 matches "a refused request by environment" "[01]" "*" "$mpy" -c 'print([str(i) for i in range(100)])'
matches "requests counted" 0 "*heap: [1-9]* requests*" "$mpy" -X failalloc=count -c 'pass'
MPYMALLOC=debug MPYGCSTRESS=1 MPYHEAPCHECK=1 expect "all at once" 0 '[1, 2]' '' "$mpy" -c 'print([1, 2])'
MPYHEAPCHECK=2 matches "bad value" 2 "Bad value of MPYHEAPCHECK*" "$mpy" -c ''

# Options of the memory manager with a wrong value, as an option and in the environment; names that mean nothing here.
wrong_setting() { # NAME VARIABLE VALUE...
    local name=$1 variable=$2 value
    shift 2
    for value; do
        matches "-X $name=$value" 2 "Bad value of -X $name: '$value' (expected: *)*usage: *" "$mpy" -X "$name=$value" -c ''
        [ -z "$value" ] ||
            matches "$variable=$value" 2 "Bad value of $variable: '$value' (expected: *" env "$variable=$value" "$mpy" -c ''
    done
    matches "-X $name" 2 "Bad value of -X $name: '' *" "$mpy" -X "$name" -c ''
    expect "$variable empty" 0 fine '' env "$variable=" "$mpy" -c 'print("fine")'
    expect "$variable not looked at" 0 fine '' env "$variable=nonsense" "$mpy" -E -c 'print("fine")'
}
wrong_setting heapsize MPYHEAPSIZE 99999999999999999999 18446744073709551616 17179869184G 20000000000000000000k nonsense '' -1 +1 \
    ' 5' 0x10 1e9 1.5M 10MM 1T M
wrong_setting failalloc MPYFAILALLOC 99999999999999999999 18446744073709551616 nonsense '' -1 1,never ,forever count,forever 1k '1 '
wrong_setting gcstress MPYGCSTRESS 4294967296 99999999999999999999 4G nonsense '' -1 1,forever
wrong_setting heapcheck MPYHEAPCHECK nonsense '' 2 01 -1 yes
wrong_setting malloc MPYMALLOC nonsense '' pool POOLS pymalloc
matches "a long value is cut" 2 "Bad value of -X malloc: '$(printf 'x%.0s' {1..80})' *" "$mpy" -X "malloc=$(printf 'x%.0s' {1..5000})" -c ''
MPYGCSTRESS=nonsense expect "an option wins over a bad variable" 0 fine '' "$mpy" -X gcstress=0 -c 'print("fine")'
for value in 0 18446744073709551615 17179869183G 64M 65536k; do
    expect "-X heapsize=$value" 0 fine '' "$mpy" -X "heapsize=$value" -c 'print("fine")'
done
for value in 0 18446744073709551615 18446744073709551615,forever; do
    expect "-X failalloc=$value" 0 fine '' "$mpy" -X "failalloc=$value" -c 'print("fine")'
done
expect "-X gcstress, largest" 0 fine '' "$mpy" -X gcstress=4294967295 -c 'print("fine")'
expect "a heap too small to start with" 1 '' 'mpy: not enough memory to start' "$mpy" -X heapsize=1 -c ''

# A finalizer that leaves garbage of its kind behind and raises, as long as there is an interpreter, which reports it.
matches "finalizers up to the end" 0 "done*ValueError: again*" "$mpy" -c '
import gc
class Again:
    def __init__(self):
        self.itself = self
    def __del__(self):
        type(self)()
        raise ValueError("again")
Again()
gc.collect()
print("done")'

# With however little address space: where it starts with some, it starts with more.
least=
for ((limit = 12000; limit <= 120000; limit += 1000)); do
    if (ulimit -v "$limit" && exec "$mpy" -c 'print(len([[i] for i in range(1000)]))') >out.txt 2>err.txt; then
        least=${least:-$limit}
    elif [ -n "$least" ]; then
        fail "address space of $limit KiB" "it started with $least" "$(<err.txt)"
    fi
done
if [ -n "$least" ]; then pass; else fail "starts with some 100 MiB of address space" "$(<err.txt)"; fi
cat >endless.mpy <<'END'
import sys

sys.setrecursionlimit(2**31 - 1)


class Endless:
    def __iter__(self):
        yield from self


try:
    list(Endless())
except MemoryError:
    print("MemoryError")
END
expect "memory that ends far down: the way back is no longer than the way there" 0 MemoryError '' \
    bash -c 'ulimit -v 300000 && exec timeout 30 "$0" endless.mpy' "$mpy"

# The dict of a built-in class is made when it is first looked into. Without memory for it an attribute is not missing.
for filling in 'held = [held]' 'held = [held]; held.append(held)' 'held = [held, {1: held}]'; do
    printf 'held = [None]\ntry:\n    while True: %s\nexcept MemoryError: print("MemoryError")\n' "$filling" >full.mpy
    bash -c 'ulimit -v 300000 && exec timeout 60 "$0" full.mpy' "$mpy" >out.txt 2>&1
    if [[ $(<out.txt) = *MemoryError* && $(<out.txt) != *AttributeError* ]]; then
        pass
    else
        fail "memory filled by $filling" "MemoryError" "$(tail -3 out.txt)"
    fi
done

expect "unknown -X names are remembered" 0 "[('', '1'), ('heapsiz', '?'), ('heapsize2', True), ('some', True)]" '' \
    "$mpy" -X some -X heapsiz=? -X heapsize2 -X =1 -c 'import sys; print(sorted(sys._xoptions.items()))'
MPYHEAP=nonsense MPYNOTHING=1 expect "unknown variables mean nothing" 0 fine '' "$mpy" -c 'print("fine")'
for value in nonsense -1 4294967296 99999999999999999999 1x; do
    matches "PYTHONHASHSEED=$value" 1 'Fatal Python error: config_init_hash_seed: PYTHONHASHSEED must be *' \
        env "PYTHONHASHSEED=$value" "$mpy" -c ''
done
for value in '' random 0 4294967295; do
    expect "PYTHONHASHSEED=$value" 0 fine '' env "PYTHONHASHSEED=$value" "$mpy" -c 'print("fine")'
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
