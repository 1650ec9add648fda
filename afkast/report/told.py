"""Filed numbers told again in words: a gain or a loss, where its interval lies, a goal and what it has come to.

The digits are those that the page showed; only the sign becomes a word.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from afkast.analysis.targets import Certainty, Verdict
from afkast.report.danish import (
    GAIN,
    MINUS,
    NO_BREAK_SPACE,
    OF_AMOUNTS,
    SAVING,
    UNITS,
    Sides,
    listed,
    with_article,
)
from afkast.report.filed import Item, Number


@dataclass(frozen=True)
class KeyFigure:
    """A number on a front page: what it is, how much, what it is held against, and how sure it is or why that is not
    known."""

    place: str
    name: str
    number: str
    against: str
    sure: str


def may_turn(numbers: Mapping[str, Number]) -> bool:
    """Whether a text has filed that its number may turn."""
    return "certainty" in numbers and numbers["certainty"].value == Certainty.MAY_TURN


def _turned(numbers: Mapping[str, Number]) -> str:
    """What the number may turn by, after its interval: that speaks of chance alone."""
    by = numbers["turned_by"].shown if "turned_by" in numbers else ""
    return f", men {by} kan vende det" if by and may_turn(numbers) else ""


def is_known(number: Number | None) -> bool:
    """Whether a page could tell the number, and may."""
    return number is not None and isinstance(number.value, float)


def size(number: Number) -> str:
    """As it is shown, without its sign."""
    return number.shown.lstrip("+" + MINUS)


def amount(number: Number | None, sides: Sides = GAIN, article: bool = False) -> str:
    """ "tab på 2,2 mio. kr.", "0,2 pct.point dårligere"; "ikke gjort op" where it is not known."""
    if number is None or not isinstance(number.value, float):
        return number.shown if number is not None and number.value is None and _hidden(number) else "ikke gjort op"
    if not any(sides):
        return number.shown
    word = sides[number.value > 0]
    if not any(sign in "123456789" for sign in number.shown):
        return f"hverken {sides[1]} eller {sides[0]}"
    if word not in OF_AMOUNTS:
        return f"{size(number)} {word}"
    return f"{with_article(word) if article else word} på {size(number)}"


def between(low: Number | None, high: Number | None, sides: Sides = GAIN, article: bool = False) -> str:
    """An interval, smallest first: "mellem 3,3 og 5,6 mio. kr. i tab", "fra et tab på 0,3 til en gevinst på 1,3 mio.
    kr."; nothing where an end is not known."""
    if low is None or high is None or not isinstance(low.value, float) or not isinstance(high.value, float):
        return ""
    if not any(sides):
        return f"mellem {_digits(low)} og {high.shown}"
    if low.value < 0 < high.value:
        if sides[0] in OF_AMOUNTS:
            worst, best = (f"{with_article(side)} på " for side in sides)
            return f"fra {worst}{_end(low)} til {best}{_whole(high)}"
        return f"fra {_end(low)} {sides[0]} til {_whole(high)} {sides[1]}"
    near, far = sorted((low, high), key=lambda one: abs(float(one.value or 0)))
    word = sides[high.value > 0]
    told = f"mellem {_end(near)} og {_whole(far)}"
    return f"{with_article(word) if article else word} på {told}" if word in OF_AMOUNTS else f"{told} {word}"


def counted(verdicts: list[Verdict], words: str = "mål") -> str:
    """ "Af 4 mål er 3 bagud, og 1 kan ikke afgøres." """
    if not verdicts:
        return ""
    if len(verdicts) == 1:
        word = verdicts[0]
        return "Målet kan ikke afgøres." if word is Verdict.UNDECIDED else f"Målet er {word.value}."
    each = {word: verdicts.count(word) for word in Verdict if word in verdicts}
    if len(each) == 1:
        [word] = each
        said = "kan ikke afgøres" if word is Verdict.UNDECIDED else f"er {word.value}"
        return f"{'Begge' if len(verdicts) == 2 else f'Alle {len(verdicts)}'} {words} {said}."
    judged = [f"{number} {word.value}" for word, number in each.items() if word is not Verdict.UNDECIDED]
    said = f"Af {len(verdicts)} {words} er " + listed(judged)
    if Verdict.UNDECIDED in each:
        said += f", og {each[Verdict.UNDECIDED]} kan ikke afgøres"
    return said + "."


def key_figure(item: Item, title: str, until: str) -> KeyFigure | None:
    """The key figure that a text of a known kind gives; None where it is of another, or its number is not known."""
    teller = _OF_GOALS if item.id.startswith("maal-") else _OF_TEXTS.get(item.id)
    return teller(item, title, until) if teller else None


def _net_gain(item: Item, title: str, until: str) -> KeyFigure | None:
    numbers = item.numbers
    if not is_known(numbers.get("net_gain")):
        return None
    interval = between(numbers.get("low"), numbers.get("high"), article=True)
    price_level = numbers.get("price_level")
    return KeyFigure(
        item.place,
        "Gevinst eller tab til dato" + (f", {price_level.shown}-priser" if price_level else ""),
        amount(numbers["net_gain"]),
        f"Budgettet var {amount(numbers.get('expected'), article=True)}",
        f"Med 95 % sikkerhed {interval}{_turned(numbers)}"
        if interval
        else "Uden interval: usikkerheden på kommunens egen opgørelse kendes ikke",
    )


def _outlook(item: Item, title: str, until: str) -> KeyFigure | None:
    numbers = item.numbers
    if not is_known(numbers.get("gain")):
        return None
    return KeyFigure(
        item.place,
        "Ventet for hele året",
        amount(numbers["gain"]),
        f"Budgettet er {amount(numbers.get('budgeted'), article=True)}",
        f"Med 95 % sikkerhed {between(numbers.get('low'), numbers.get('high'), article=True)}",
    )


def _effect(item: Item, title: str, until: str) -> KeyFigure | None:
    numbers = item.numbers
    if not is_known(numbers.get("saved")):
        return None
    low, high, compared = (numbers.get(name) for name in ("low", "high", "compared"))
    whose = f"{compared.shown}, der startede, er h" if compared and is_known(compared) else "H"
    return KeyFigure(
        item.place,
        "Tid på ydelse for hver, der er startet",
        amount(numbers["saved"], ("mere", "mindre")),
        f"{whose}oldt op mod lignende borgere, der kunne være startet",
        f"Med 95 % sikkerhed {between(low, high, ('mere', 'mindre'))} i de første {numbers['follow_up'].shown}",
    )


def _ways(item: Item, title: str, until: str) -> KeyFigure | None:
    numbers = item.numbers
    low, high = numbers.get("low"), numbers.get("high")
    if not is_known(low) or not is_known(high) or not is_known(numbers.get("ways")):
        return None
    ways = numbers["ways"]
    if ways.shown == "1":
        return KeyFigure(
            item.place,
            "Besparelse om året",
            amount(high, SAVING),
            "Opgjort på én måde",
            "Uden interval: der er ingen anden opgørelse at holde den op mod",
        )
    return KeyFigure(
        item.place,
        "Besparelse om året",
        between(low, high, SAVING),
        f"Opgjort på {ways.shown} måder",
        "Spændet er mellem måderne; det er ikke en statistisk usikkerhed",
    )


def _of_goal(item: Item, title: str, until: str) -> KeyFigure | None:
    goal = GoalTold(item)
    if not is_known(goal.reading):
        return None
    name = "Besparelse på ydelser" if goal.of_saving else title
    return KeyFigure(
        item.place, name + (f", {goal.year}" if goal.year else ""), goal.came_to, goal.held_against, goal.judged
    )


HOW_SURE = {
    Certainty.SURE.value: ", og det er sikkert",
    Certainty.PROVISIONAL.value: ", på foreløbige tal",
    Certainty.MAY_TURN.value: ", men det kan vende",
    Certainty.UNKNOWN.value: "; hvor sikkert vides ikke",
}
"""After a verdict in a sentence."""


NO_TARGET = "intet tal"


class GoalTold:
    """A goal as its page has filed it: what it has come to, what that is held against, and how sure its verdict is."""

    def __init__(self, item: Item) -> None:
        numbers = item.numbers
        self.verdict = Verdict(str(numbers["verdict"].value))
        self.certainty = numbers["certainty"].shown if "certainty" in numbers else ""
        self.reading, self._against = numbers.get("goal_reading"), numbers.get("goal_against")
        self._low, self._high = numbers.get("goal_low"), numbers.get("goal_high")
        self.year = numbers["goal_year"].shown if "goal_year" in numbers else ""
        below, above = (numbers[one].shown if one in numbers else "" for one in ("goal_below", "goal_above"))
        self._sides = (below, above)
        self._interval_of = numbers["goal_interval_of"].shown if "goal_interval_of" in numbers else ""
        self._in_words = numbers["goal_in_words"].shown if "goal_in_words" in numbers else ""
        self._before = numbers.get("goal_before")
        self._worth, self._of_share = numbers.get("goal_worth"), numbers.get("goal_worth_of_share")
        self.reservation = numbers["goal_reservation"].shown if "goal_reservation" in numbers else ""

    @property
    def of_saving(self) -> bool:
        return self._sides == SAVING

    @property
    def came_to(self) -> str:
        return amount(self.reading, self._sides)

    @property
    def target(self) -> str:
        """The target, or the path to it; the page's own words for one that is no amount."""
        if self._in_words:
            return self._in_words
        if self._against is None or not isinstance(self._against.value, float):
            return NO_TARGET
        # what was decided has no decimals of its own; 2.95 millions that are told as 3,0 have
        unit = self._against.shown.partition(NO_BREAK_SPACE)[2]
        scaled = self._against.value / (UNITS[unit].scale if unit in UNITS else 1.0)
        is_whole = round(scaled, 6).is_integer()
        decided = re.sub(r",0+(?=\D|$)", "", self._against.shown) if is_whole else self._against.shown
        return amount(Number(decided, self._against.value), self._sides)

    @property
    def held_against(self) -> str:
        """The same as a sentence, and what else there is to hold the number against."""
        target = "Målet har intet tal" if self.target == NO_TARGET else f"Mål til dato: {self.target}"
        return self._in_persons + "; ".join(filter(None, [target, self._year_before]))

    @property
    def reached(self) -> str:
        """What it has come to, of which year, and what it was a year before."""
        of_year = f"{self.came_to} ({self.year})" if self.year else self.came_to
        return "; ".join(filter(None, [of_year, self._year_before]))

    @property
    def _in_persons(self) -> str:
        """What a number of points comes to, as a sentence before the next."""
        if not (self._worth and self._of_share and is_known(self._worth) and is_known(self._of_share)):
            return ""
        return f"Svarer til {self._worth.shown} (som andel af befolkningen {_digits(self._of_share)}). "

    @property
    def _year_before(self) -> str:
        if self._before is None or not is_known(self._before):
            return ""
        told = amount(self._before, self._sides)
        return f"året før {told if '%' in told else _digits(self._before)}"  # the unit has just been said

    @property
    def sure(self) -> str:
        """ "Sikker: ventes mellem 506,1 og 507,4 helårspersoner"; where the verdict stands beside it."""
        return self._with_interval(self.certainty, how_sure=True)

    @property
    def judged(self) -> str:
        """ "Bagud, og det er sikkert: ventes mellem 506,1 og 507,4 helårspersoner"; where it does not."""
        how = HOW_SURE.get(self.certainty, "") if self.verdict is not Verdict.UNDECIDED else ""
        return self._with_interval(f"{self.verdict.value}{how}")

    def _with_interval(self, told: str, how_sure: bool = False) -> str:
        """And where the number may lie; after a verdict, or where there is none, with what that is."""
        told = told[:1].upper() + told[1:]
        interval = between(self._low, self._high, self._sides, article=True)
        if not interval:
            return told
        if self._interval_of or (how_sure and self.certainty != Certainty.UNKNOWN):
            return f"{told}: {self._interval_of} {interval}".replace("  ", " ")
        return f"{told}. Usikkerhed: {interval}"


_OF_TEXTS = {
    "nettogevinst": _net_gain,
    "prognosen": _outlook,
    "forskellen": _effect,
    "besparelsen-opgjort": _ways,
}
_OF_GOALS = _of_goal

FIRST = ("nettogevinst", "forskellen", "prognosen")
"""The key figures that go before those of the goals."""


def ended(words: str) -> str:
    """With a full stop, which "mio. kr." has already."""
    return words if words.endswith((".", "?", "!")) else words + "."


def filled(text: str, numbers: Mapping[str, Number]) -> str:
    """A strategy's own words with the filed numbers that they name in braces."""
    for name, number in numbers.items():
        text = text.replace(f"{{{name}}}", number.shown)
    return text


def _hidden(number: Number) -> bool:
    return number.shown not in ("", "ikke opgjort")


def _digits(number: Number) -> str:
    return number.shown.split(NO_BREAK_SPACE)[0]


def _end(number: Number) -> str:
    return _whole(number).split(NO_BREAK_SPACE)[0]


def _whole(number: Number) -> str:
    """Without its sign; one that rounds to nothing is "under 0,1"."""
    told = size(number)
    digits, _, unit = told.partition(NO_BREAK_SPACE)
    if number.value and not digits.strip("0,"):
        told = f"under {digits[:-1]}1" + (NO_BREAK_SPACE + unit if unit else "")
    return told
