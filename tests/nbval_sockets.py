"""A plug-in for `pytest --nbval -p tests.nbval_sockets`: its kernels talk over sockets in a folder of their own.

By itself nbval chooses five free ports and leaves them to a kernel that takes them a second later; when another process
has taken one of them meanwhile, the kernel dies at its start and a whole notebook fails.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from jupyter_client.manager import KernelManager
from nbval import kernel

from afkast.edition.launch import over_sockets


class SocketKernelManager(KernelManager):
    """A kernel manager without ports; the folder of its sockets goes with it."""

    def __init__(self, **named):
        super().__init__(**named)
        self._folder = TemporaryDirectory()
        over_sockets(self, Path(self._folder.name))


kernel.KernelManager = SocketKernelManager
