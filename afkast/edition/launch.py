"""How kernels are started: forked from a process that has everything imported, or as ordinary ones.

Whatever kernels are installed about, a page runs in this Python with this code.
"""

import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from select import select
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import psutil
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager, KernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from afkast.edition.cleanroom import surroundings
from afkast.project import UNFINISHED
from afkast.report.about_persons import COUNTS
from afkast.report.reads import READS

FORKS = sys.platform == "linux"
"""Elsewhere a process that has imported so much cannot be forked safely, or not at all."""

KERNEL = [sys.executable, "-P", "-s", "-c", "from afkast.edition.kernel import main; main()"]
START_SECONDS = 120
"""A kernel that takes longer to start is taken to hang."""

ASK_AGAIN_SECONDS, RECONNECT_MILLISECONDS = 1, 5

NOTES, TOLD = "reads.jsonl", "counts.jsonl"
"""In its own folder a page notes what it reads, and which counts of persons it tells."""

LONGEST_SOCKET_FOLDER = 80
"""The path of a socket may have about 100 characters."""


@dataclass
class Room:
    """Where one page runs: a folder of which `own` is the page's, its kernel's sockets, and its environment; later, how
    the kernel ended."""

    folder: Path
    sockets: Path
    fonts: Path
    environment: dict[str, str]
    ended: int | None = field(default=None, init=False)

    @property
    def own(self) -> Path:
        """The only folder that the page may write in."""
        return self.folder / "own"

    def reads(self) -> list[tuple[str, str, str]]:
        """What the page has noted that it read."""
        try:
            lines = (self.own / NOTES).read_text(encoding="utf-8").splitlines()
        except OSError:
            return []
        return sorted((kind, name, digest) for kind, name, digest in map(json.loads, lines))

    def told(self) -> bytes:
        """What the page has noted that it tells of persons."""
        try:
            return (self.own / TOLD).read_bytes()
        except OSError:
            return b""

    def kernels(self) -> type[AsyncKernelManager]:
        """The kind of kernel manager that starts this room's kernel."""
        return type("RoomKernelManager", (_KernelManager,), {"room": self})


@contextmanager
def room(rooms: Path, fonts: Path, folders: Mapping[str, Path | str]) -> Iterator[Room]:
    """A room for one page below `rooms`, whose environment names these folders; it is gone with what was left in it.

    In `fonts` matplotlib keeps what it knows of the machine's.
    """
    for folder in (rooms, fonts):
        folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=UNFINISHED, dir=rooms) as own_folder, TemporaryDirectory() as sockets:
        own = Path(own_folder) / "own"
        own.mkdir()
        named = {**folders, READS: own / NOTES, COUNTS: own / TOLD}
        yield Room(Path(own_folder), Path(sockets), fonts, surroundings(own, fonts, named))


class _Provisioner(LocalProvisioner):
    """Starts and ends a room's kernel."""

    parent: "InRoom"
    process: Any

    async def launch_kernel(self, cmd: list[str], **_: Any) -> KernelConnectionInfo:
        at: Room = self.parent.room
        if FORKS:
            self.process = _zygote(at.fonts).fork(
                {"connection_file": cmd[-1], "folder": str(at.own), "environment": at.environment}
            )
            self.pid = self.pgid = self.process.pid
            return self.connection_info
        quiet = subprocess.DEVNULL
        info = await super().launch_kernel(cmd, cwd=str(at.own), env=at.environment, stdout=quiet, stderr=quiet)
        _ordinary.append(self.process)
        return info

    async def poll(self) -> int | None:
        status = await super().poll()
        if self.process and status is not None:
            self.parent.room.ended = status
        return status

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and what it has started, and wait until it is gone: an ended kernel takes no time."""
        left = []
        if not FORKS:
            with contextlib.suppress(psutil.Error):
                left = psutil.Process(self.pid).children(recursive=True)
        await super().kill(restart)
        for one in left:
            with contextlib.suppress(psutil.Error):
                one.kill()
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=5)
            if self.process in _ordinary:
                _ordinary.remove(self.process)


class InRoom(KernelManager):
    """Starts the kernel of a room. Kernels talk over sockets in a folder of their own where there are any: no open
    port, none to collide."""

    room: Room

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.connection_file = str(self.room.sockets / "kernel.json")
        if os.name == "posix" and len(str(self.room.sockets)) <= LONGEST_SOCKET_FOLDER:
            self.transport, self.ip = "ipc", str(self.room.sockets / "k")
        self.provisioner = _Provisioner(kernel_id=self.room.folder.name, kernel_spec=self.kernel_spec, parent=self)

    @property
    def kernel_spec(self) -> KernelSpec:
        return KernelSpec(argv=[*KERNEL, "{connection_file}"], language="python", display_name="Afkast")

    @property
    def ipykernel(self) -> bool:
        """It needs no arguments of ipykernel's."""
        return False


class _Client(AsyncKernelClient):
    """Takes a kernel to be ready when it says so; by itself it waits 0.2 s more to hear whether anything else is said,
    a third of a light page's time."""

    def _context_default(self) -> zmq.asyncio.Context:
        context: zmq.asyncio.Context = super()._context_default()
        # a forked kernel binds its sockets sooner than zmq tries a second time
        context.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MILLISECONDS)
        return context

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Ask until the answer comes and what is shown is heard; RuntimeError where it does not come."""
        until = time.monotonic() + (timeout or START_SECONDS)
        while time.monotonic() < until and await self.is_alive():
            asked = self.kernel_info()
            with contextlib.suppress(Empty):
                while not _is_end_of(asked, await self.get_iopub_msg(timeout=ASK_AGAIN_SECONDS)):
                    pass
                self._handle_kernel_info_reply(await self.get_shell_msg(timeout=ASK_AGAIN_SECONDS))
                return
        raise RuntimeError("the kernel did not start")


def _is_end_of(asked: str, message: dict[str, Any]) -> bool:
    """Whether a message says that the kernel is done with what it was asked."""
    idle = message["content"].get("execution_state") == "idle"
    return idle and message["parent_header"].get("msg_id") == asked


class _KernelManager(InRoom, AsyncKernelManager):
    """The same for who waits for several at once."""

    client_factory = _Client


# ---------------------------------------------------------------- forking


class _Forked:
    """A process that the zygote forked, in the terms of Popen; it is no child of ours."""

    stdin = stdout = stderr = None

    def __init__(self, pipe: int) -> None:
        self._pipe = os.fdopen(pipe, "rb", buffering=0)
        self.returncode: int | None = None
        self.pid = int(self._told(START_SECONDS) or 0)
        if not self.pid:
            self._pipe.close()
            raise RuntimeError("the kernel did not start")

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        if self._ended(timeout) is None:
            raise subprocess.TimeoutExpired("kernel", timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, signum: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signum)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and (told := self._told(timeout)) is not None:
            self.returncode = int(told or -signal.SIGKILL)
            self._pipe.close()
        return self.returncode

    def _told(self, timeout: float | None) -> bytes | None:
        """The next thing that the zygote tells, empty when it is gone; None when nothing comes in time."""
        ready, _, _ = select([self._pipe], [], [], timeout)
        return self._pipe.readline() if ready else None


class _Zygote:
    """The process that has everything imported and forks kernels; it leaves with this one, and they with it."""

    def __init__(self, fonts: Path) -> None:
        self._orders, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                KERNEL,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=surroundings(fonts, fonts, {}),
                cwd=fonts,
                # an interrupt of the terminal is ours to handle
                start_new_session=True,
            )
        self._lock = Lock()

    def fork(self, order: dict[str, Any]) -> _Forked:
        """A kernel as ordered; RuntimeError when the zygote is gone."""
        read, write = os.pipe()
        try:
            with self._lock:
                socket.send_fds(self._orders, [json.dumps(order).encode()], [write])
        except OSError:
            os.close(read)
            raise RuntimeError("the kernel did not start") from None
        finally:
            os.close(write)
        return _Forked(read)

    def end(self) -> None:
        """End it and every kernel."""
        self._orders.close()
        try:
            self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


_lock = Lock()
_current: list[_Zygote] = []
_ordinary: list[subprocess.Popen[bytes]] = []


def _zygote(fonts: Path) -> _Zygote:
    """This process's zygote: started when it is first asked for, and anew should it be gone."""
    with _lock:
        if not _current or _current[0].process.poll() is not None:
            _current[:] = [_Zygote(fonts)]
        return _current[0]


@atexit.register
def end_all() -> None:
    """End every kernel that this process has started; whoever waits for one is told that it is dead."""
    for kernel in _ordinary:
        kernel.kill()
    for zygote in _current:
        zygote.end()
