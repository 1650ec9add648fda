"""What the effect's and the benchmark's pages call things: covariates, choices and comparisons, in Danish."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from afkast.analysis.destinations import Place
from afkast.analysis.effect import FEW_CONTROLS, Doubt, Said, Saying
from afkast.analysis.history import CHANGED_MONTHS, HISTORY_MONTHS
from afkast.analysis.lack import NotEnough
from afkast.report.danish import NO_BREAK_SPACE, Words, listed, month, number
from afkast.report.refusals import in_danish
from afkast.report.sentence import Clause, clause

COVARIATES = {
    "history_share": f"Andel af de seneste {HISTORY_MONTHS} måneder på ydelse",
    "weeks_in_a_row": "Uger på ydelse i træk",
    "age": "Alder",
    "changed_benefit": f"Skiftet ydelse inden for {CHANGED_MONTHS} måneder",
    "woman": "Kvinde",
}
KINDS = {"education": "Uddannelse", "benefit": "Ydelse"}

CHOICES = {
    "main": "Hovedberegning",
    "unweighted": "Uden vægte",
    "strata": "Strata",
    "overlap": "Overlapsvægte",
    "never_started": "Mod aldrig at starte",
    "other_unknown": "Andre indsatser ikke regnet med",
    "until_other": "Fulgt til en anden indsats",
    "without_other": "Uden dem, der fik en anden indsats",
    "moved_off": "Flyttede regnet som ude af ydelse",
    "moved_on": "Flyttede regnet som på ydelse",
    "moved_unweighted": "Ingen vejer for de flyttede",
    "from_entry": "Tid fra indgang i målgruppen",
    "first_exit": "Til første afgang",
    "without_month_lowest": "Uden en af startmånederne, lavest",
    "without_month_highest": "Uden en af startmånederne, højest",
    "without_month": "Uden en af startmånederne",
}

NOTES = {
    "overlap": "Vejer mest, hvor begge grupper er repræsenteret.",
    "never_started": "De øvrige følges, til de selv starter.",
    "other_unknown": "Også den, der var i gang med en anden indsats eller begyndte på den samme måned, kunne starte.",
    "landmark": "Fulgt fra dette tidspunkt for begge grupper.",
    "from_entry": "Til første afgang, uden vægte.",
    "first_exit": "Den, der vender tilbage, tæller ikke igen.",
}


def covariate_name(name: str) -> str:
    """In Danish; what stands after a colon is the data's own word."""
    kind, _, value = name.partition(": ")
    return f"{KINDS[kind]}: {value}" if kind in KINDS else COVARIATES.get(name, name)


def _months(number: int) -> str:
    return "1 måned" if number == 1 else f"{number} måneder"


def choice_name(choice: str, value: float) -> str:
    """Of a row of `effect.sensitivity`."""
    if choice in CHOICES:
        return CHOICES[choice]
    given = int(value)
    return {
        "landmark": f"Startet inden for {_months(given)}",
        "weeks_off": f"Ude af ydelse efter {given} uger",
        "lag": f"{_months(given)} før udtrækket udeladt",
        "follow_up": f"{_months(given)} opfølgning".replace("måneder", "måneders"),
    }[choice]


def choice_note(row: pd.Series, months: pd.PeriodIndex, asked_months: int, lag_months: int) -> str:
    """What a reader must know of a row of `effect.sensitivity`; months: of the calendar columns."""
    if isinstance(row["refused"], NotEnough):
        return in_danish(row["refused"])
    notes = [NOTES.get(row["choice"], "")]
    if row["choice"].startswith("without_month_"):
        notes.append(f"Uden {month(months[int(row['value'])])}.")
    if row["choice"] == "weeks_off" and row["value"] <= 4:
        notes.append("Som hovedberegningen: data er pr. måned.")
    if row["choice"] == "lag" and row["value"] < lag_months:
        notes.append("De seneste måneder kan stadig ændre sig.")
    asked = row["value"] if row["choice"] == "follow_up" else asked_months
    if pd.notna(row["follow_up_months"]) and row["follow_up_months"] < asked:
        notes.append(f"Kun {row['follow_up_months']:.0f} måneder kan følges.")
    if pd.notna(row["effective_controls"]) and row["effective_controls"] < FEW_CONTROLS:
        notes.append(f"Hviler reelt på under {FEW_CONTROLS} at sammenligne med.")
    return " ".join(note for note in notes if note)


def told_choices(choices: pd.DataFrame, months: pd.PeriodIndex, asked_months: int, lag_months: int) -> pd.DataFrame:
    """`effect.sensitivity` with a Danish label and note: label, estimate, lower, upper, note."""
    named = choices[["estimate", "lower", "upper"]].copy()
    values = choices["value"].fillna(0)
    named.insert(0, "label", [choice_name(*one) for one in zip(choices["choice"], values, strict=True)])
    named["note"] = [choice_note(row, months, asked_months, lag_months) for _, row in choices.iterrows()]
    return named


COMPARISONS = {
    "country": "de andre kommuner tilsammen",
    "nearest": "de fem kommuner, der lignede mest",
    "cluster": "klyngen",
    "cluster_with_own": "klyngen med kommunen selv",
    "synthetic_levels": "en sammenvejning efter niveau",
    "synthetic_changes": "en sammenvejning efter ændringer",
    "factors": "kommuner med samme følsomhed",
    "combined": "gennemsnittet af fire måder",
}


def comparison_name(comparison: str) -> str:
    """Of a `counterfactual.Gap`, as it stands in a sentence."""
    return COMPARISONS[comparison]


SAYINGS = {
    Saying.SHORTENS: "Indsatsen har virket.",
    Saying.PROLONGS: "Indsatsen har forlænget tiden på ydelse.",
    Saying.SEEMS_TO_SHORTEN: "Tallene tyder på, at indsatsen har virket, men det er ikke sikkert.",
    Saying.SEEMS_TO_PROLONG: "Tallene tyder på, at indsatsen har forlænget tiden på ydelse, men det er ikke sikkert.",
    Saying.UNDECIDED: "Det kan ikke afgøres, om indsatsen har virket.",
}

DOUBTS = {
    Doubt.CHANCE: "En effekt kan ikke skelnes fra tilfældigheder.",
    Doubt.UNLIKE_BEFORE: "Grupperne var forskellige allerede før starten, så forskellen efter den kan skyldes andet "
    "end indsatsen.",
    Doubt.UNBALANCED: "Vægtene gør ikke de startede og de øvrige ens nok.",
    Doubt.FEW_ALIKE: "For få af de øvrige ligner dem, der startede: hvad der var sket uden indsatsen, hviler på nogle "
    "enkelte.",
    Doubt.STARTS_LATE: "Flere står som startet i en måned, hvor de ikke var på ydelse: enten er startdagene "
    "registreret for sent, eller også mangler der forløb, og så er forskellen ikke indsatsens.",
    Doubt.TEAMS: "Regnes der med, at borgere hos samme hold af sagsbehandlere ligner hinanden, kan effekten ikke "
    "skelnes fra tilfældigheder.",
    Doubt.OTHER_EFFORTS: "Følges de borgere, der fik en anden af bogens indsatser, kun til de fik den, eller udelades "
    "de, er effekten ikke klar af nul.",
    Doubt.OTHER_CHOICES: "Af de andre måder at regne på giver for mange et interval, der rækker hen over nul.",
    Doubt.HIDDEN: "En forskel, som ingen har målt, ville kunne gøre effekten uskelnelig fra nul uden at være stærkere "
    "end den stærkeste målte.",
}


TURNING = {
    Doubt.UNLIKE_BEFORE: "forskelle fra før starten",
    Doubt.UNBALANCED: "grupper, som ikke er ens nok",
    Doubt.FEW_ALIKE: "de få, som ligner de startede",
    Doubt.STARTS_LATE: "startdage, som er registreret for sent",
    Doubt.TEAMS: "ligheden mellem borgere hos samme hold",
    Doubt.OTHER_EFFORTS: "de andre indsatser",
    Doubt.OTHER_CHOICES: "andre måder at regne på",
    Doubt.HIDDEN: "en skjult forskel",
}
"""What a result that is clear of 0 by its interval may turn by."""


NOTHING_SAID = Said(Saying.UNDECIDED, ())
"""Where nothing could be computed."""

PAID_BACK = {
    Saying.SHORTENS: "har indsatsen tjent sig hjem.",
    Saying.PROLONGS: "har indsatsen ikke tjent sig hjem.",
    Saying.SEEMS_TO_SHORTEN: "tyder tallene på, at indsatsen har tjent sig hjem, men det er ikke sikkert.",
    Saying.SEEMS_TO_PROLONG: "tyder tallene på, at indsatsen ikke har tjent sig hjem, men det er ikke sikkert.",
    Saying.UNDECIDED: "kan det ikke afgøres, om indsatsen har tjent sig hjem.",
}
"""Of a net saving, after the months that are followed."""

SAVED = {
    Saying.SHORTENS: "Til og med {until} er den realiserede besparelse {saved}; med {level} sikkerhed har ydelserne "
    "kostet {span}.",
    Saying.PROLONGS: "Til og med {until} er ydelserne blevet {extra} dyrere, ikke billigere; med {level} sikkerhed har "
    "de kostet {span}.",
    Saying.SEEMS_TO_SHORTEN: "Tallene tyder på, at der er sparet {saved} til og med {until}, men det er ikke sikkert. "
    "Ydelserne har kostet {span} (95 %-interval), hvis grupperne ellers er ens.",
    Saying.SEEMS_TO_PROLONG: "Tallene tyder på, at ydelserne er blevet {extra} dyrere til og med {until}, men det er "
    "ikke sikkert. De har kostet {span} (95 %-interval), hvis grupperne ellers er ens.",
    Saying.UNDECIDED: "Det er uvist, om der er sparet noget til og med {until}. Ydelserne har kostet {span} "
    "(95 %-interval), hvis grupperne ellers er ens.",
}
"""Of what has been saved to date."""

SAVED_AGAINST_BUDGET = {
    Saying.SHORTENS: "Til og med {until} er {saved} sparet mod budgetteret {budgeted}.",
    Saying.PROLONGS: "Til og med {until} er ydelserne blevet {extra} dyrere; budgettet var en besparelse på "
    "{budgeted}.",
    Saying.SEEMS_TO_SHORTEN: "Tallene tyder på, at der er sparet {saved} til og med {until}, men det er ikke sikkert; "
    "budgettet var en besparelse på {budgeted}.",
    Saying.SEEMS_TO_PROLONG: "Tallene tyder på, at ydelserne er blevet {extra} dyrere til og med {until}, men det er "
    "ikke sikkert; budgettet var en besparelse på {budgeted}.",
    Saying.UNDECIDED: "Det er uvist, om der er sparet noget til og med {until}; budgettet var en besparelse på "
    "{budgeted}.",
}
"""The same beside what was decided."""


PLACES = {
    Place.SAME: "Samme ydelse",
    Place.OTHER: "Anden ydelse",
    Place.EDUCATION: "Uddannelse",
    Place.FLEX_JOB: "Fleksjob",
    Place.PENSION: "Pension",
    Place.OFF: "Selvforsørgelse",
    Place.DEAD: "Død",
    Place.MOVED: "Flyttet fra kommunen",
}


def what_is_said(said: Said) -> str:
    """The verdict in bold, and why no more is said, as sentences without numbers."""
    return f"**{SAYINGS[said.saying]}** {doubts_told(said)}".strip()


def doubts_told(said: Said) -> str:
    """Why no more is said; nothing where all holds."""
    return " ".join(DOUBTS[doubt] for doubt in said.doubts)


def turned_by(said: Said) -> str:
    """What may turn the result, other than chance, as a subject: "andre måder at regne på og en skjult forskel"."""
    return listed([TURNING[doubt] for doubt in said.doubts if doubt in TURNING])


def as_said(said: Said, texts: Mapping[Saying, str]) -> Clause:
    """Of texts for each thing that may be said, the one that is."""
    told = clause(False, "")
    for saying, text in texts.items():
        told += clause(said.saying is saying, text)
    return told


def band_name(low: float | None, below: float, is_share: bool = False) -> str:
    """A band of a number, or of a share in per cent, from and with its lower end; the last has no upper one, and the
    first no lower: that would be somebody's."""
    digits = 2 if (low and abs(low) < 1 and low % 1) or (below < np.inf and abs(below) < 1) else 0
    digits, scale, unit = (0, 0.01, f"{NO_BREAK_SPACE}%") if is_share else (digits, 1.0, "")
    if low is None:
        return f"under {number(below, digits, scale)}{unit}" if np.isfinite(below) else "alle"
    first = number(low, digits, scale)
    return f"fra {first}{unit}" if np.isinf(below) else f"{first} til under {number(below, digits, scale)}{unit}"


CHANCE = "Tilfældigheder (95 %-interval)"
NEVER_ANEW, TOUCHED = "never anew", "touched weeks"
"""What is another in the net: chance, and two other ways to count on the refund ladder."""


def assumptions(moved: pd.DataFrame, within: float, discount_rate: float, months: int) -> pd.DataFrame:
    """`what_if.tornado` with the words of what is another for its rows; months: those followed."""
    share, rate = (number(100 * one, 1).removesuffix(",0") + " %" for one in (within, discount_rate))
    words = {
        ("chance", ""): CHANCE,
        ("cost", ""): f"Indsatsens udgift {share} højere eller lavere",
        ("prices", ""): f"Ydelsernes øvrige priser {share} højere eller lavere",
        ("discount", ""): f"Senere måneder tilbagediskonteret med {rate} om året",
        ("after", ""): f"Effekten efter {months} måneder: ingen, eller {months} måneder mere som de sidste",
        ("ladder", NEVER_ANEW): "Refusionstrappen begynder aldrig forfra",
        ("ladder", TOUCHED): "Trappens uger talt som berørte uger",
    }
    guessed = any(kind == "price" for kind, _ in moved.index)
    if not guessed:
        words["prices", ""] = f"Ydelsernes priser {share} højere eller lavere"
    of_price = "Prisen på {}, som ikke er bekræftet, {} højere eller lavere"
    return moved.set_axis([words.get(key) or of_price.format(key[1], share) for key in moved.index])


def turned_alone(moved: pd.DataFrame, net: float) -> str:
    """Which of the named rows of a tornado would turn the net alone, and which but chance moves it most."""
    others = moved.drop(index=CHANCE)
    named = [f"»{one}«" for one in others.index[(others["low"] < 0) & (others["high"] > 0)]]
    into = "tabet til en gevinst" if net < 0 else "gevinsten til et tab"
    turns = f"{listed(named) or 'Ingen af forudsætningerne'} kan alene vende {into}, når resten er som regnet"
    # the numbers in the rows' names are the page's own parameters
    return Words(f"{turns}. Ud over tilfældigheder flytter »{others.index[0]}« resultatet mest.")
