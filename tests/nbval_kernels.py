"""A plug-in for `pytest --nbval -p tests.nbval_kernels`: its kernels are started as a build starts those of its pages.

By itself nbval gives every notebook a kernel that imports everything anew, which is most of the seconds, and chooses
five free ports for it, which it takes a second later: when another process has taken one of them meanwhile, the kernel
dies at its start and a whole notebook fails.
"""

from contextlib import ExitStack
from pathlib import Path
from tempfile import gettempdir

from nbval import kernel

from afkast.edition.execute import surroundings_of
from afkast.edition.launch import InRoom, room
from afkast.project import Project

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = Project(ROOT, ROOT / "data" / "example")
ROOMS = ExitStack()
"""The example's; they go when nbval is done."""


class RoomKernelManager(InRoom):
    """A kernel manager with a room of its own."""

    def __init__(self, **named):
        around = surroundings_of(EXAMPLE, EXAMPLE.pages)
        self.room = ROOMS.enter_context(room(Path(gettempdir()), EXAMPLE.build / "fonts", around))
        super().__init__(**named)


kernel.KernelManager = RoomKernelManager


def pytest_unconfigure():
    ROOMS.close()
