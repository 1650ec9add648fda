"""How strategies stand, counted: which gains are sure, which may turn, and which are the municipality's own figure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from afkast.report.danish import listed


class Standing(StrEnum):
    """How sure it is on which side of 0 a gain lies; the values are the reader's words."""

    SURE = "Sikkert (95 %)"
    MAY_TURN = "Kan vende"
    OWN = "Kommunens egen opgørelse, uden interval"
    UNKNOWN = "Ikke gjort op"


@dataclass(frozen=True)
class Gain:
    """What a strategy has netted to date, kroner, and its interval, each as far as it is known.

    doubted: whether it may turn although its interval does not say so, as by a difference that nobody measured.
    """

    strategy: str
    amount: float | None
    low: float | None = None
    high: float | None = None
    doubted: bool = False

    @property
    def standing(self) -> Standing:
        if self.amount is None or self.amount != self.amount:
            return Standing.UNKNOWN
        if self.low is None or self.high is None or self.low != self.low or self.high != self.high:
            return Standing.OWN
        return Standing.MAY_TURN if self.doubted or self.low <= 0 <= self.high else Standing.SURE

    @property
    def side(self) -> str:
        """gevinst or tab; neither where the amount is 0 or not known."""
        if self.standing is Standing.UNKNOWN or not self.amount:
            return ""
        return "gevinst" if self.amount > 0 else "tab"


def strategies_of(gains: Iterable[Gain], standing: Standing, side: str) -> list[str]:
    """The strategies that stand so, on that side."""
    return [gain.strategy for gain in gains if (gain.standing, gain.side) == (standing, side)]


def in_words(gains: list[Gain]) -> str:
    """The strategies counted by side and sureness: "Der er 1 med en sikker gevinst og 3 med et sikkert tab. …"."""

    def count(standing: Standing, side: str) -> int:
        return len(strategies_of(gains, standing, side))

    def both(standing: Standing, gain: str, loss: str) -> str:
        told = [(count(standing, "gevinst"), gain), (count(standing, "tab"), loss)]
        return listed([f"{number} {words}" for number, words in told if number])

    sentences = []
    if sure := both(Standing.SURE, "med en sikker gevinst", "med et sikkert tab"):
        sentences.append(f"Der er {sure}.")
    if turns := both(Standing.MAY_TURN, "med en gevinst", "med et tab"):
        sentences.append(f"{'Desuden er der ' if sure else 'Der er '}{turns}, som kan vende.")
    if own := both(Standing.OWN, "med en gevinst", "med et tab"):
        sentences.append(f"Efter kommunens egen opgørelse, hvis usikkerhed ikke kendes, er der {own}.")
    even = [gain for gain in gains if gain.standing is not Standing.UNKNOWN and not gain.side]
    if even:
        sentences.append(f"{len(even)} har hverken gevinst eller tab.")
    unknown = sum(gain.standing is Standing.UNKNOWN for gain in gains)
    if unknown == len(gains):
        sentences.append("Gevinst eller tab til dato er ikke gjort op.")
    elif unknown:
        sentences.append(f"For {unknown} er gevinst eller tab ikke gjort op.")
    return " ".join(sentences)
