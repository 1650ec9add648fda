"""Asking a service over HTTP: again where that helps, not at all where today's answer is known, and in words where it
cannot be had.

Messages name what was asked, never a key; a service's own words are cut short, and no redirect is followed, so that a
key goes nowhere else.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from afkast.errors import AfkastError

TRIES = 4
SECONDS = 60
MOST_BYTES = 500_000_000
LONGEST = 200
"""So much of a service's own words is told."""

TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class FetchError(AfkastError):
    """A service could not be asked, or answered that it cannot."""


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass
class Web:
    """Answers of a day, kept in a folder: what has been asked today is not asked again."""

    cache: Path
    today: date
    wait: Callable[[float], None] = time.sleep
    asked: int = field(default=0, init=False)

    def get(self, address: str, key: str = "") -> bytes:
        """What a GET request answers; `key` goes along as a bearer's."""
        return self._ask(address, None, key)

    def post(self, address: str, question: Any) -> bytes:
        """What a POST request of JSON answers."""
        return self._ask(address, json.dumps(question, ensure_ascii=False).encode(), "")

    def _ask(self, address: str, body: bytes | None, key: str) -> bytes:
        name = hashlib.sha256(b"\0".join([address.encode(), body or b""])).hexdigest()
        kept = self.cache / f"{self.today}-{name}"
        if kept.is_file():
            return kept.read_bytes()
        answer = self._try(address, body, key)
        self.cache.mkdir(parents=True, exist_ok=True)
        beside = kept.with_suffix(".unfinished")
        beside.write_bytes(answer)
        beside.replace(kept)
        return answer

    def _try(self, address: str, body: bytes | None, key: str) -> bytes:
        place = address.split("?")[0]
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        for tried in range(1, TRIES + 1):
            self.asked += 1
            try:
                with build_opener(_Stay).open(Request(address, body, headers), timeout=SECONDS) as response:
                    answer = bytes(response.read(MOST_BYTES + 1))
                if len(answer) > MOST_BYTES:
                    raise FetchError(f"{place} answers with more than {MOST_BYTES // 1_000_000} MB; ask for less.")
                return answer
            except HTTPError as error:
                if error.code not in TRY_AGAIN or tried == TRIES:
                    raise FetchError(_refusal(place, error.code, error.read(10_000), key)) from None
                pause = error.headers.get("Retry-After", "")
                self.wait(min(float(pause), SECONDS) if pause.isdigit() else 2.0 ** (tried - 1))
            except (URLError, HTTPException, OSError):
                # a host that is not there and a line that breaks
                if tried == TRIES:
                    raise FetchError(
                        f"{place} cannot be reached; the file in raw/ is left as it was. Try again later."
                    ) from None
                self.wait(2.0 ** (tried - 1))
        raise AssertionError


def secret(name: str, folder: Path) -> str:
    """A key of the environment, or of the file that NAME_FILE names, which lies outside the data folder."""
    if key := os.environ.get(name, "").strip():
        return key
    path = os.environ.get(f"{name}_FILE", "")
    if not path:
        raise FetchError(f"the environment has no {name}; set it, or {name}_FILE to a file that holds the key.")
    file = Path(path).expanduser().resolve()
    if file.is_relative_to(folder.resolve()):
        raise FetchError(f"the file of {name}_FILE lies in the data folder; put it where nobody copies it along.")
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise FetchError(f"the file of {name}_FILE cannot be read; correct {name}_FILE.") from None


def answer_of(place: str, content: bytes) -> Any:
    """The answer as JSON."""
    try:
        return json.loads(content.decode("utf-8-sig"))
    except ValueError:
        raise FetchError(f"{place} answers with something else than JSON; try again later.") from None


def _refusal(place: str, code: int, content: bytes, key: str) -> str:
    """What a service says of a request that it refuses: Jobindsats' `cause`, StatBank's `message`."""
    if key and code in (401, 403):
        return f"{place} refuses the key ({code}); ask for a new one and set it."
    try:
        told = json.loads(content)
        words = str(told.get("cause") or told.get("message") or "")
    except (ValueError, AttributeError):
        words = ""
    says = f' and says "{" ".join(words.split())[:LONGEST]}"' if words else ""
    return f"{place} answers {code}{says}; correct fetch in sources.yml."
