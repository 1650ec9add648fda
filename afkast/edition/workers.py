"""Who executes pages: threads of this machine, each waiting for its page's kernel, or the workers of a Dask cluster."""

import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from afkast.errors import AfkastError

DASK = "dask://"
CONNECT_SECONDS = 10


@contextmanager
def workers(count: int, cluster: str, *folders: Path) -> Iterator[Executor]:
    """`count` threads, or a cluster at dask://host:port whose workers have this code and see `folders` as we do."""
    if not cluster:
        with ThreadPoolExecutor(count) as threads:
            yield threads
        return
    if not cluster.startswith(DASK):
        raise AfkastError(f"'{cluster}' is no executor; name a Dask scheduler as {DASK}host:port.")
    try:
        from distributed import Client
    except ImportError:
        raise AfkastError("Dask is not installed; run `make engines`.") from None
    try:
        client = Client(cluster.replace(DASK, "tcp://", 1), timeout=CONNECT_SECONDS)
    except (OSError, ValueError):
        raise AfkastError(f"no Dask scheduler answers at {cluster}; start one, or leave --executor out.") from None
    with client:
        seen = client.run(_sees, folders)
        if not seen:
            raise AfkastError(f"the Dask scheduler at {cluster} has no workers; start some.")
        if unlike := sorted(worker for worker, all_there in seen.items() if not all_there):
            raise AfkastError(
                f"{len(unlike)} of {len(seen)} Dask workers do not see {' and '.join(map(str, folders))}, or are of "
                "another installation; give them the same folders under the same paths, and the same Python."
            )
        yield client.get_executor(pure=False)


def _sees(folders: tuple[Path, ...], prefix: str = sys.prefix, version: str = sys.version) -> bool:
    """Asked of a worker: whether it is like the one who asks."""
    return all(folder.is_dir() for folder in folders) and (prefix, version) == (sys.prefix, sys.version)
