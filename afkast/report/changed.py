"""What has changed since the edition before, as pages read it: by cause, largest first, in words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from afkast.report import danish
from afkast.report.danish import Quantity

CHANGES = "changes.json"
"""Beside the folder of executed pages."""

CAUSES = {
    "changed method": "ændret metode",
    "revised data": "reviderede data",
    "new period": "ny periode",
    "changed parameter or decision": "ændret parameter eller beslutning",
}
"""What a change comes of, in the order in which they are told apart, and in the words of the book."""

SEVERAL = "several things at once"
IN_WORDS = {**CAUSES, SEVERAL: "flere årsager på én gang"}


@dataclass(frozen=True)
class Changed:
    """A number of a headline, or a verdict, that is another than in the edition before."""

    told: Mapping[str, Any]

    @property
    def strategy(self) -> str:
        return str(self.told["page"]).split("/")[0]

    @property
    def page(self) -> str:
        return str(self.told["page"]).split("/")[1]

    @property
    def place(self) -> str:
        """Where the number stands: strategy/page/thing.name."""
        return f"{self.told['page']}/{self.told['item']}.{self.told['name']}"

    @property
    def is_verdict(self) -> bool:
        return self.told["change"] is None

    @property
    def parts(self) -> dict[str, Any]:
        return dict(self.told["parts"])

    @property
    def before(self) -> str:
        """The number before, or what was said before, where other words stood around it."""
        return f"»{self.told['was']}«" if self.told.get("was") else str(self.told["old"])

    def quantity(self, amount: float | None) -> Quantity:
        """An amount of the change, with its sign, as finely as the number itself is told."""
        return Quantity(amount, self.told["unit"], self.told["digits"], signed=True)

    def causes(self) -> str:
        """What it comes of, in words: each part with its sign, the largest first."""
        if self.is_verdict:
            return danish.listed([IN_WORDS[cause] for cause in self.parts])
        largest = sorted(self.parts.items(), key=lambda part: -abs(part[1]))
        if len(largest) == 1:
            return IN_WORDS[largest[0][0]]
        return danish.listed([f"{IN_WORDS[cause]} {danish.written(self.quantity(part))}" for cause, part in largest])

    def in_words(self) -> str:
        """What it is now, in its sentence, what it was before, and why: "»et tab på 1,1 mio. kr.«, før 0,8 mio. kr. (ny
        periode)"; of a verdict "nås målet fra bagud til på vej (ny periode)"."""
        words = str(self.told["words"])
        if self.is_verdict:
            return f"{words.lower()} fra {self.told['old']} til {self.told['new']} ({self.causes()})"
        return f"»{words}«, før {self.before} ({self.causes()})"

    def in_english(self) -> str:
        """The same for the terminal, with where it stands."""
        parts = list(self.parts.items())
        if not self.is_verdict:
            parts.sort(key=lambda part: -abs(part[1]))
        alone = self.is_verdict or len(parts) == 1
        told = [cause if alone else f"{cause} {danish.written(self.quantity(part))}" for cause, part in parts]
        return f"{self.place}: {self.before} → {self.told['new']} ({', '.join(told)})"


@dataclass(frozen=True)
class SinceFormer:
    """All that has changed since a former edition."""

    told: Mapping[str, Any]

    @property
    def data_of(self) -> date:
        """The day of the former edition's data."""
        return date.fromisoformat(self.told["former"][:10])

    @property
    def came(self) -> list[str]:
        """Pages that the former edition has not."""
        return list(self.told["came"])

    @property
    def went(self) -> list[str]:
        """Pages that only the former edition has."""
        return list(self.told["went"])

    def changes(self, strategy: str = "") -> list[Changed]:
        """The changes of a strategy, or of all: verdicts that turned first, then numbers, largest change first."""
        found = [
            Changed(one)
            for page, of_page in self.told["pages"].items()
            for one in of_page["changes"]
            if not strategy or page.startswith(f"{strategy}/")
        ]
        return sorted(found, key=lambda one: (not one.is_verdict, -one.told["size"], one.place))


def read_changes(pages: Path) -> dict[str, Any]:
    """What is known of changes beside a folder of executed pages; nothing where no edition came before."""
    try:
        return dict(json.loads((pages.parent / CHANGES).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def since_former(pages: Path) -> SinceFormer | None:
    """The same for a page to show."""
    told = read_changes(pages)
    return SinceFormer(told) if told else None
