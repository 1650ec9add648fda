"""For whom an edition is: which counts of persons it hides, and to what it rounds the others."""

from dataclasses import dataclass, replace

PROFILE = "AFKAST_PROFILE"
"""In this variable an executed page finds the profile of its edition."""

FLOOR = 3
"""No profile shows a count of persons below this, whatever a data folder declares."""


@dataclass(frozen=True)
class Profile:
    """How an edition protects counts: the fewest persons shown, and to what the others are rounded."""

    name: str
    fewest_shown: int
    base: int = 1

    @property
    def few(self) -> str:
        """What stands instead of a small count."""
        return f"<{self.fewest_shown}"


PROFILES = {one.name: one for one in (Profile("intern", 5), Profile("offentlig", 8, base=5))}
"""For the municipality's own, and for everybody: 1-7 hidden, the rest in fives, and rates of these."""


def profile(name: str, fewest_shown: int | None = None) -> Profile:
    """A profile by its name; with another number of fewest persons shown, but never below the floor."""
    known = PROFILES[name]
    return replace(known, fewest_shown=max(FLOOR, known.fewest_shown if fewest_shown is None else fewest_shown))


def as_words(one: Profile) -> str:
    """A profile in one word, such as intern:5."""
    return f"{one.name}:{one.fewest_shown}"


def from_words(words: str) -> Profile:
    """The profile that `as_words` has written."""
    name, _, fewest = words.partition(":")
    return profile(name, int(fewest))
