"""Runs another library on the same arrays, in the peers' own environment and timed inside its process."""

import json
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
ENVIRONMENT = HERE / ".peers"
PYTHON = ENVIRONMENT / "bin" / "python"
REQUIREMENTS = HERE / "requirements-peers.txt"


def install() -> None:
    """Make the environment on the first run, and again when its requirements change."""
    installed = ENVIRONMENT / "installed.txt"
    if installed.exists() and installed.read_text() == REQUIREMENTS.read_text():
        return
    print("Installing the peers into benchmarks/.peers …", flush=True)
    venv.create(ENVIRONMENT, with_pip=True, clear=True)
    subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "--quiet", "-r", REQUIREMENTS], check=True)
    installed.write_text(REQUIREMENTS.read_text())


def best_seconds(run: Callable[[], Any], repeats: int) -> float:
    """The fastest of several runs: what the machine can do when nothing else disturbs it."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def ask(
    question: str, arrays: dict[str, np.ndarray], **options: float
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Seconds and results of `question`, a function of `peer_answers.py`, on these arrays."""
    with tempfile.TemporaryDirectory() as folder:
        given, answered = Path(folder) / "given.npz", Path(folder) / "answered.npz"
        np.savez(given, **arrays)
        command = [PYTHON, HERE / "peer_answers.py", question, given, answered, json.dumps(options)]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode:
            sys.exit(run.stderr)
        with np.load(answered) as found:
            return json.loads(run.stdout.splitlines()[-1]), dict(found)
