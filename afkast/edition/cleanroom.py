"""What a page runs in: surroundings of its own, and a room that it cannot reach out of by accident.

`shut` is a guard against what a page should not do, told at the cell that does it; a page written to get past it
gets past it. Notebooks are code that the municipality trusts.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from afkast.errors import PageError
from afkast.notebook import counted
from afkast.parsing import parse

if TYPE_CHECKING:
    from nbformat import NotebookNode

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

ENGINE = "AFKAST_ENGINE"
ENGINE_NEEDS = ("AFKAST_", "HADOOP_", "HOME", "JAVA_HOME", "ODBC", "PG", "SPARK_", "USER")
"""How names begin that an engine elsewhere reads of the surroundings: drivers, passwords, hosts."""

MACHINE = ("COMSPEC", "PATH", "PATHEXT", "SYSTEMDRIVE", "SYSTEMROOT", "WINDIR")
"""What programs cannot be started without."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Sums in the same order, whoever runs beside; and no thread is alive when a kernel is forked."""

FIXED = {"LC_ALL": "C.UTF-8", "MPLBACKEND": "agg", "PYTHONHASHSEED": "0", "TZ": "UTC"} | ONE_THREAD

MEMORY_SHARE = 0.5
"""The part of the machine's memory that a page may take."""

MOST_OUTPUT_BYTES = 100_000_000
FLOODED = 77
"""How a kernel ends whose page shows more than that."""


class Refused(PageError, PermissionError):
    """A page did what a page may not; a library that can do without is told in its own terms."""


def surroundings(folder: Path, fonts: Path, others: Mapping[str, Path | str]) -> dict[str, str]:
    """The environment of a process that runs pages: nothing of the user's own but what an engine elsewhere needs."""
    here = os.environ
    kept = {name: here[name] for name in MACHINE if name in here}
    own = {"HOME": folder, "USERPROFILE": folder, "TMPDIR": folder, "TEMP": folder, "TMP": folder, "IPYTHONDIR": folder}
    kept |= {name: str(value) for name, value in own.items()}
    kept |= FIXED | {"MPLCONFIGDIR": str(fonts)}
    if here.get(ENGINE):
        kept |= {name: value for name, value in here.items() if name.startswith(ENGINE_NEEDS)}
    return kept | {name: str(path) for name, path in others.items()}


def refuse_escapes(notebook: "NotebookNode", where: str) -> None:
    """Refuse a notebook with a magic command or a shell escape, before anything runs; `where` names it."""
    for number, cell in counted(notebook.cells):
        if line := _escape(cell.source):
            raise PageError(
                f"{where}, cell {number}, line {line}: it uses a magic command or a shell; a page is plain Python."
            )


def _escape(source: str) -> int:
    """The number of the first line that is not Python but IPython's; 0 where there is none."""
    try:
        parse(source)
    except SyntaxError as error:
        line = source.splitlines()[(error.lineno or 1) - 1].strip()
        if line.startswith(("!", "%", "?")) or line.endswith("?") or any(sign in line for sign in ("= !", "= %", "=!")):
            return error.lineno or 1
    return 0


# ---------------------------------------------------------------- in the kernel

PROCESSES = {
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.system",
    "pty.spawn",
    "subprocess.Popen",
}
NETWORK = {
    "socket.bind",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyaddr",
    "socket.gethostbyname",
    "socket.sendmsg",
    "socket.sendto",
}
WRITES = {
    "os.chmod": 1,
    "os.chown": 1,
    "os.link": 2,
    "os.mkdir": 1,
    "os.remove": 1,
    "os.removexattr": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.setxattr": 1,
    "os.symlink": 2,
    "os.truncate": 1,
    "os.utime": 1,
    "sqlite3.connect": 1,
}
"""Audit events, and how many of their arguments are paths that are written."""

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def shut(folder: Path) -> None:
    """From now on this process writes below `folder` only, starts no program, and reaches no other one.

    With an engine elsewhere (AFKAST_ENGINE), the network and its driver's programs are within reach.
    """
    inside = os.path.realpath(folder) + os.sep
    elsewhere = bool(os.environ.get(ENGINE))
    own = os.getpid()

    def is_outside(path: object) -> bool:
        if isinstance(path, int) or path is None:
            return False
        name = os.path.realpath(os.fsdecode(path))  # type: ignore[arg-type]
        return not f"{name}{os.sep}".startswith(inside) and name != os.devnull

    def guard(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if flags & WRITING and is_outside(path):  # type: ignore[operator]
                raise Refused("it writes outside its own folder.")
        elif event in WRITES:
            if any(is_outside(path) for path in arguments[: WRITES[event]]):
                raise Refused("it writes outside its own folder.")
        elif event in PROCESSES and not elsewhere:
            raise Refused("it starts another program; a page is plain Python.")
        elif event in NETWORK and not elsewhere:
            raise Refused("it reaches for the network; a page reads its snapshot and nothing else.")
        elif event in {"os.kill", "os.killpg"} and arguments[0] not in {own, 0}:
            raise Refused("it sends a signal to another program.")

    if resource is not None:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        most = int(total * MEMORY_SHARE)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(guard)
