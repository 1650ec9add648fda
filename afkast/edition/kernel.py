"""The kernel of a page, and the process that forks one for each page: the imports are three of its four seconds.

Started with a connection file, `main` is one kernel, in the folder it is started in. Without, it imports everything
once and forks a kernel for each order that it reads from its standard input, a socket; see `afkast.edition.launch`. A
page cannot tell which of the two it got.
"""

import ctypes
import gc
import importlib
import json
import logging
import os
import pkgutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from select import select
from typing import Any, NoReturn

import psutil
from ipykernel.kernelapp import IPKernelApp
from IPython.core.inputtransformer2 import TransformerManager
from traitlets.config import Config

from afkast.edition import reasons
from afkast.edition.cleanroom import FLOODED, MOST_OUTPUT_BYTES, Refused, shut

PRELOADED = (
    *("pandas", "pandas.core.reshape.reshape", "pandas.core.arrays.arrow.extension_types"),
    *("seaborn", "scipy.optimize", "scipy.stats", "duckdb", "pyarrow.parquet", "pyarrow.dataset"),
    *("ipykernel.debugger", "afkast.report.charts", "afkast.report.show"),
)
SUBREAPER = 36
"""prctl(2): orphaned processes below this one become its children."""


def main() -> None:
    """One kernel, or the process that forks kernels."""
    gc.disable()
    for name in PRELOADED:
        importlib.import_module(name)
    for package in ("afkast.analysis", "afkast.report"):
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            importlib.import_module(module.name)
    _practise()
    gc.enable()
    gc.freeze()
    # a page's own folder is the only one it may write in
    sys.dont_write_bytecode = True
    if len(sys.argv) > 1:
        run(sys.argv[1])
    else:
        serve(socket.socket(fileno=os.dup(0)))


def _practise() -> None:
    """Do once, unseen, what pages do: templates, patterns and fonts are made ready at their first use."""
    from matplotlib.figure import Figure
    from pandas import DataFrame
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    from afkast.report import charts, show

    def draw(figure: Figure, values: DataFrame) -> None:
        figure.subplots().plot(values)

    for template in (Path(show.__file__).parent / "templates").glob("*.html"):
        show.template(template.stem)
    highlight("1", PythonLexer(), HtmlFormatter())
    charts.svg(draw, DataFrame({"": [1.0, 2.0]}), 4, 3)


# ---------------------------------------------------------------- one kernel


class _KernelApp(IPKernelApp):
    """An ipykernel that knows nothing of the user's configuration."""

    def load_config_file(self, *_: Any, **__: Any) -> None:
        """Read none: a page is its notebook and its data."""


def run(connection_file: str, **settings: Any) -> None:
    """Be a kernel until it is told to leave."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShellApp.exec_PYTHONSTARTUP = False
    app = _KernelApp.instance(config=config, connection_file=connection_file, log_level=logging.CRITICAL, **settings)
    app.initialize([])
    reasons.load_ipython_extension(app.shell)
    _plain_python(app.shell)
    _limit_output(app.iopub_thread)
    shut(Path.cwd())
    app.start()


def _plain_python(shell: Any) -> None:
    """A cell is Python and nothing else: what a page does is what a reader sees."""
    plain = TransformerManager()
    for kind in ("cleanup_transforms", "line_transforms", "token_transformers"):
        setattr(plain, kind, [])
    shell.input_transformer_manager = plain

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise Refused("it uses a magic command or a shell; a page is plain Python.")

    shell.run_line_magic = shell.run_cell_magic = shell.system = shell.getoutput = refuse

    def leave(*_: Any) -> NoReturn:
        raise SystemExit

    shell.user_ns |= {"quit": leave, "exit": leave}


def _limit_output(iopub: Any) -> None:
    """End the kernel when what it shows is more than any page: nobody would read it, and it would fill the memory."""
    send: Callable[..., None] = iopub.send_multipart
    sent = 0

    def counted(parts: list[Any], *rest: Any, **named: Any) -> None:
        nonlocal sent
        sent += sum(memoryview(part).nbytes for part in parts)
        if sent > MOST_OUTPUT_BYTES:
            os._exit(FLOODED)
        send(parts, *rest, **named)

    iopub.send_multipart = counted


# ---------------------------------------------------------------- forking


def serve(orders: socket.socket) -> None:
    """Fork a kernel for each order until whoever gives them is gone; then no kernel is left.

    An order is JSON (connection_file, folder, environment) with one end of a pipe, in which the kernel's process id
    is told, and later how it ended.
    """
    # what a kernel leaves behind becomes ours, and is ended
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    woken, wakes = socket.socketpair()
    for end in (woken, wakes):
        end.setblocking(False)
    signal.set_wakeup_fd(wakes.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    kernels: dict[int, int] = {}
    while True:
        ready, _, _ = select([orders, woken], [], [])
        if woken in ready:
            woken.recv(4096)
            _bury(kernels)
        if orders in ready:
            message, pipes, _, _ = socket.recv_fds(orders, 1 << 20, 1)
            if not message:
                break
            [pipe] = pipes
            pid = os.fork()
            if pid == 0:
                _become(json.loads(message))
            kernels[pid] = pipe
            os.write(pipe, b"%d\n" % pid)
    _end_all(set())


def _bury(kernels: dict[int, int]) -> None:
    """Tell how each kernel ended that has, and end what it left."""
    for pid, pipe in list(kernels.items()):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            del kernels[pid]
            _end_all(set(kernels))
            with suppress(BrokenPipeError):
                os.write(pipe, b"%d\n" % os.waitstatus_to_exitcode(status))
            os.close(pipe)


def _end_all(but: set[int]) -> None:
    """End our children and all below them, but those."""
    while children := [one for one in psutil.Process().children() if one.pid not in but]:
        for child in children:
            for one in [*child.children(recursive=True), child]:
                one.kill()
            child.wait()


def _become(order: dict[str, Any]) -> NoReturn:
    """Turn this process, just forked, into the kernel of an order."""
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.clear()
        os.environ.update(order["environment"])
        time.tzset()
        os.chdir(order["folder"])
        run(order["connection_file"], parent_handle=os.getppid())
    finally:
        os._exit(1)
