"""Why a number is not given, for the reader of the page: in Danish, of the error's own data.

`str()` of the same error is the analyst's sentence, in English and with the remedy.
"""

from collections.abc import Callable
from typing import Any, TypeVar, get_args

import pandas as pd

from afkast.analysis.economics import MissingPriceLevel, NoIndex, UndefinedIndex
from afkast.analysis.lack import Lack, NotEnough
from afkast.analysis.series_breaks import BrokenSeries
from afkast.analysis.ways import WHOLE_YEAR, TooShort
from afkast.report.danish import month

Refusal = BrokenSeries | TooShort | UndefinedIndex | MissingPriceLevel | NotEnough
Made = TypeVar("Made")

NO_INDEX = {
    NoIndex.GAPS: "serien mangler måneder",
    NoIndex.ZERO_BASE: "udgangspunktet er 0",
    NoIndex.NEGATIVE: "beløbet er under 0, så et tab, der vokser, ville ligne en fremgang",
    NoIndex.CHANGES_SIGN: "beløbet skifter fortegn eller er 0 undervejs",
}

LACKING = {
    Lack.NOBODY_ON_BENEFITS: "Ingen i målgruppen har været på ydelse; der er intet at følge.",
    Lack.NO_SETTLED_MONTH: "Selv de ældste måneder ændrer sig fra udtræk til udtræk, så det vides ikke, hvornår en "
    "måned er færdigregistreret.",
    Lack.NOBODY_ENTERED: "Ingen er kommet i målgruppen til og med {month}; der er intet at følge.",
    Lack.NOBODY_STARTED: "Ingen personer er startet i indsatsen; der er intet at sammenligne.",
    Lack.NOBODY_OR_ALL_STARTED: "Enten er ingen startet, eller alle er; der er intet at sammenligne.",
    Lack.FEW_STARTED: "Under {fewest} er startet, mens de var på ydelse; det er for få til en kurve.",
    Lack.ALL_STARTED_AT_ONCE: "Alle, der kunne starte, er startet i samme måned; der er ingen at sammenligne med.",
    Lack.FEW_FOLLOWED: "Under {fewest} startede kan følges; det er for få til en sammenligning.",
    Lack.FEW_COMPARABLE: "Under {fewest} kunne være startet i de samme måneder; det er for få til en sammenligning.",
    Lack.FEW_FROM_ENTRY: "Under {fewest} startede kan følges fra indgangen i målgruppen; det er for få.",
    Lack.FEW_BEHIND_WEIGHTS: "Sammenligningen hviler reelt på under {fewest} personer, der kunne være startet.",
    Lack.FEW_WITHOUT_A_MONTH: "Der er for få startede uden en af månederne.",
    Lack.NO_PROBABILITY: "Sandsynligheden for at starte kan ikke beregnes af oplysningerne om personerne.",
    Lack.FEW_IN_GROUP: "Gruppen er på under {fewest} personer; det er for få til en kurve.",
    Lack.SHORT_BEFORE_START: "Data går ikke {months} måneder længere tilbage end indsatsens start.",
    Lack.FEW_AWAY_BEFORE: "For få af dem, der kunne være startet, var ude af ydelse i tiden før; med så få "
    "startede kan prøven ikke vise, om grupperne ligner hinanden.",
    Lack.SHORT_BEFORE_BASE: "Der skal være mindst {fewest} måneder til og med {base} og {months} efter.",
    Lack.NO_MONTHS_AFTER: "Der er ikke tal for {base} og {months} måneder efter.",
    Lack.FEW_MUNICIPALITIES: "Det kræver tal for mindst {fewest} andre kommuner i alle måneder; der er {count}.",
    Lack.OWN_MONTHS_MISSING: "{own} mangler i nogle af månederne; udviklingen kan ikke holdes op mod andres.",
}


def in_danish(error: Refusal) -> str:
    """The sentences that the page shows where the number would have stood."""
    match error:
        case BrokenSeries():
            return "Udviklingen opgøres ikke hen over et databrud, uden at det er begrundet. " + " ".join(error.breaks)
        case TooShort():
            return (
                f"Der er gået {error.months} måneder siden udgangspunktet. Før der er gået {WHOLE_YEAR}, kan ændringen "
                "ikke gælde et år, for årstiden kan ikke skilles fra."
            )
        case UndefinedIndex():
            return f"Indekset er ikke defineret: {NO_INDEX[error.why]}."
        case MissingPriceLevel():
            return (
                f"Der er ingen kilde til omregning fra {error.from_year}- til {error.to_year}-priser ({error.kind}); "
                f"de lægges ikke sammen.{_missing_step(error)}"
            )
        case NotEnough():
            return LACKING[error.lack].format(**{name: _told(value) for name, value in error.data.items()})


def unless_refused(otherwise: Made, make: Callable[..., Made], *given: Any, **named: Any) -> tuple[Made, str]:
    """What is made of what is given, and no reason; where that is refused, the other thing and why, in Danish."""
    try:
        return make(*given, **named), ""
    except get_args(Refusal) as refusal:
        return otherwise, in_danish(refusal)


def _missing_step(error: MissingPriceLevel) -> str:
    if error.unlike:
        return f" Fra {error.unlike[0]} til {error.unlike[1]} er der to, som ikke er ens."
    if error.gap != (error.from_year, error.to_year):
        return f" Der mangler {error.gap[0]} → {error.gap[1]}."
    return ""


def _told(value: object) -> object:
    if isinstance(value, pd.Period):
        value = value.to_timestamp()
    return month(value) if isinstance(value, pd.Timestamp) else value
