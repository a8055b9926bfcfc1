"""A prompt where statements may await: `-m asyncio`. The loop runs while a statement does."""

import ast
import asyncio
import code
import inspect
import sys
import types


class AsyncIOInteractiveConsole(code.InteractiveConsole):
    """A console whose statements run in one event loop."""

    def __init__(self, locals, runner):
        super().__init__(locals, filename='<stdin>')
        self.compile.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self.runner = runner

    def runcode(self, code):
        """Run a code object in the loop; exceptions but SystemExit are shown."""
        try:
            self.runner.run(self._run(code))
        except KeyboardInterrupt:
            self.write('\nKeyboardInterrupt\n')

    async def _run(self, code):
        try:
            value = types.FunctionType(code, self.locals)()
            if inspect.iscoroutine(value):
                await value
        except (SystemExit, KeyboardInterrupt, asyncio.CancelledError):
            raise
        except BaseException:
            self.showtraceback()


if __name__ == '__main__':
    namespace = {'asyncio': asyncio}
    for key in ('__name__', '__package__', '__loader__', '__spec__', '__builtins__', '__file__'):
        namespace[key] = globals().get(key)
    with asyncio.Runner() as runner:
        console = AsyncIOInteractiveConsole(namespace, runner)
        banner = (f'asyncio REPL {sys.version} on {sys.platform}\n'
                  'Use "await" directly instead of "asyncio.run()".\n'
                  'Type "help", "copyright", "credits" or "license" for more information.\n'
                  f'{getattr(sys, "ps1", ">>> ")}import asyncio')
        console.interact(banner=banner, exitmsg='exiting asyncio REPL...')
