"""Why a page stopped, as far as it may be told: an error's message can quote a row of data.

The kernel judges, for there the error is an object and not a name: a message is told when it is Afkast's own (a class
of ours, raised by a module of ours) or stands word for word in the code that raised it, and so holds no data. Of any
other error the kernel tells the kind alone. `load_ipython_extension` puts the judgement into a kernel; of a kernel
without it nothing is repeated.
"""

import builtins
import dis
import re
import sys
from collections.abc import Iterator
from types import CodeType, FrameType, TracebackType
from typing import Any

from afkast.edition.cleanroom import Refused
from afkast.errors import AfkastError

TOLD = "afkast.edition.reasons"
"""What a kernel calls an error whose message it has judged; no class has a dot in its name."""

LINE = "line "
"""How a reason begins that knows the line of the cell."""

LOOK = "open the notebook in JupyterLab, set this page's parameters in the marked cell, and run it"


def load_ipython_extension(shell: Any) -> None:
    """Let an IPython kernel send judged reasons in place of its errors and their tracebacks."""
    send = shell._showtraceback
    judged = type("Judged", (Exception,), {})
    judged.__name__ = TOLD

    def show(kind: type[BaseException], error: BaseException, _traceback: Any) -> None:
        if isinstance(error, SystemExit):
            send(SystemExit, "0", [])
        else:
            send(judged, reason_of(error), [])

    shell._showtraceback = show


def reason(kind: str, message: str) -> str:
    """What is told of an error that a kernel sent under the name `kind`."""
    if kind == TOLD:
        return message
    if kind == "SystemExit":
        return "it leaves early, with quit() or SystemExit."
    return f"it stops with an error; {LOOK}."


def warning(words: str) -> str:
    """What is told of what a cell wrote to its errors: of a warning its kind, when it is one of Python's own."""
    kinds = [getattr(builtins, name, None) for name in re.findall(r"^.*?:\d+: (\w+): ", words, re.MULTILINE)]
    known = [kind.__name__ for kind in kinds if isinstance(kind, type) and issubclass(kind, Warning)]
    kind = f" ({known[0]})" if known else ""
    return f"it gives a warning{kind}; run the notebook in JupyterLab and mend what it warns of."


def reason_of(error: BaseException) -> str:
    """What may be told of an error, a sentence."""
    behind: BaseException | None = error
    while behind is not None:
        if type(behind) is Refused:
            # whatever a library makes of it
            return str(behind)
        behind = behind.__cause__ or behind.__context__
    steps = list(_steps(error.__traceback__))
    raised_in = steps[-1].tb_frame if steps else None
    in_page = [step for step in steps if step.tb_frame.f_globals.get("__name__") == "__main__"]
    if not in_page:
        return _told(error, raised_in)
    # the outermost is the cell that ran; a function of the page may stand in another
    line = in_page[0].tb_lineno
    if isinstance(error, KeyError) and len(error.args) == 1 and _looks_up(in_page[-1], error.args[0]):
        # the word stands in the page's code, so it is no cell's value
        return f"{LINE}{line}: there is no {error.args[0]!r}; {LOOK}."
    return f"{LINE}{line}: {_told(error, raised_in)}"


def _steps(step: TracebackType | None) -> Iterator[TracebackType]:
    while step is not None:
        yield step
        step = step.tb_next


def _looks_up(step: TracebackType, key: object) -> bool:
    """Whether the page looks for a key that stands in its code, rather than raising the error itself."""
    raises = step.tb_frame.f_code.co_code[step.tb_lasti] == dis.opmap["RAISE_VARARGS"]
    return not raises and _stands_in(key, step.tb_frame)


def _told(error: BaseException, raised_in: FrameType | None) -> str:
    kind = type(error)
    if isinstance(error, AfkastError) and _is_ours(kind) and raised_in is not None:
        module = str(raised_in.f_globals.get("__name__", ""))
        if module.startswith("afkast.") or _stands_in(str(error), raised_in):
            return str(error)
    if kind is AssertionError:
        if not str(error):
            return "its check failed: no message."
        if raised_in is not None and _stands_in(str(error), raised_in):
            return f"its check failed: {error}."
        return f"its check failed, and its message may hold data; {LOOK}."
    if kind is MemoryError:
        return "it needs more memory than a page may take."
    return f"{_name_of(kind)}; {LOOK}."


def _is_ours(kind: type) -> bool:
    """Whether it is the class that a module of ours has under its name, not one that is called so."""
    return kind.__module__.startswith("afkast.") and _known(kind)


def _known(kind: type) -> bool:
    return getattr(sys.modules.get(kind.__module__), kind.__qualname__, None) is kind


def _name_of(kind: type) -> str:
    """The class's name, when it is one that a module defines and not one that was put together."""
    return kind.__name__ if _known(kind) and kind.__module__ != "__main__" else "an error of the page's own"


def _stands_in(message: object, frame: FrameType) -> bool:
    """Whether the words are a constant of the page's code in that frame: a literal, not put together."""
    code: CodeType = frame.f_code
    return frame.f_globals.get("__name__") == "__main__" and message in code.co_consts
