# What a function prints, without what differs between machines: the frames of the library itself, folders and times.
import contextlib
import io
import re

FRAME = re.compile(r'^( *)File "[^"]*\bdoctest[^"]*", line \d+, in (?:__run|_execute|runTest)\n(?:\1  .*\n)*', re.M)


def shown(function, *arguments, folder=None, **options):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        print(function(*arguments, **options))
    text = FRAME.sub("", out.getvalue())
    text = re.sub(r"in \d+\.\d+s", "in TIME", text)
    print(text.replace(folder, "FOLDER") if folder else text, end="")
