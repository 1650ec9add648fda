"""What the page of an effect in kroner shows: the refund ladder, what the effort has cost and saved, and what could
move that.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from afkast.analysis import cost, effect, what_if
from afkast.analysis.effect.money import Money
from afkast.analysis.invested import Invested
from afkast.report.bar_charts import interval_dots
from afkast.report.counts import estimated, for_each, persons_by, persons_in
from afkast.report.danish import GAIN, MONTHS, Quantity, Words, between, chance, listed, month, span
from afkast.report.effect_pages import Cohort, Groups
from afkast.report.effect_tables import value_and_limits
from afkast.report.effect_words import PAID_BACK, as_said, doubts_told, turned_alone
from afkast.report.reader import Source
from afkast.report.show import Page, clause

NET = "Netto for kommunen"


@dataclass(frozen=True)
class InKroner:
    """An effect with what the effort has cost; amounts are in the prices of `cohort.price_level_year`.

    main: the effect in months on benefits. source: what the amounts are reckoned from.
    """

    report: Page
    cohort: Cohort
    main: effect.Effect
    groups: Groups
    spending: Invested
    source: Source

    @property
    def each(self) -> Quantity:
        """What was spent on each who has started."""
        return for_each(self.spending.total, self.cohort.started, "kr.")

    def net(self, saved: float) -> Quantity:
        """What is left for each who has started when so much is saved; beside that it tells what was spent on each."""
        return replace(self.estimated(saved - float(self.each), "kr.", _less, saved), beside=(self.each,))

    def net_for_all(self, saved: float) -> Quantity:
        """The same for all who are compared."""
        compared = self.groups.compared
        return self.estimated((saved - float(self.each)) * compared.number, "mio. kr.", _less_for_all, saved, compared)

    def estimated(self, value: float | None, unit: str, how: Callable[..., float], *of: Any) -> Quantity:
        """A number made of what was spent on each and of others; it tells no count, and where these are rounded it is
        made of them as they are told: it must not tell them closer."""
        return estimated(value, unit, people=self.groups.both, made=(how, (self.each, *of)))

    @property
    def followed_for(self) -> Quantity:
        return Quantity(self.main.follow_up_months, "måneder", 0)

    @property
    def year(self) -> int:
        return self.cohort.price_level_year


def _less(each: float, saved: float) -> float:
    return saved - each


def _less_for_all(each: float, saved: float, compared: float) -> float:
    return (saved - each) * compared


def show_ladder(report: Page, cohort: Cohort, steps: pd.DataFrame) -> None:
    """Who pays for the commonest benefit, by the weeks on benefits. steps: shares, a row a step."""
    report.show_table(
        "refusionstrappen",
        steps,
        caption=f"Hvem der betaler {cohort.followed.commonest_benefit}, efter hvor mange uger personen har været på "
        "ydelse.",
        corner="",
        unit="%",
        source=cohort.refund_ladder,
    )


def show_cost(of: InKroner, accounts: Source) -> None:
    """What the effort has cost to date; accounts: the budget and the postings."""
    of.report.show_text(
        "udgiften",
        "Til og med {until} er der brugt {total} på indsatsen, regnet i {year}-priser.",
        {
            "until": month(of.cohort.cut_off),
            "total": Quantity(of.spending.total, "mio. kr."),
            "year": str(of.year),
        },
        source=accounts,
    )


def show_worth(of: InKroner, kroner: Mapping[str, effect.Effect], worth: Money) -> None:
    """The saving, the cost and the net, per person and for all; kroner: the effect in what each party pays."""
    lines: dict[str, effect.Estimate | Quantity | tuple[Quantity, ...]] = {
        "Sparet ydelse i alt": kroner["I alt"].saved,
        "heraf statens": kroner["Staten"].saved,
        "heraf kommunens": kroner["Kommunen"].saved,
        "Indsatsens udgift": -of.each,
        NET: tuple(of.net(end) for end in (worth.saved_per_treated.value, *worth.saved_per_treated.interval)),
    }
    are_compared = "Alle startede er her de, der kan sammenlignes med nogen."
    of.report.show_table(
        "kroner",
        value_and_limits(lines, of.groups),
        caption=f"Hvad indsatsen er værd i de første {of.main.follow_up_months} måneder, 1.000 kr. i {of.year}-priser. "
        "+ er en gevinst.",
        corner="",
        unit=("1.000 kr.", 1),
        blanks="future",
        source=of.source,
        rests_on=of.groups.both,
        totals=[NET],
        notes=[
            "Fra og til er et 95 %-interval. Udgiften er indsatsens samlede udgift til dato delt på alle, der er "
            "startet.",
            *([are_compared] if of.main.treated_left_out else []),
        ],
    )


def show_net(of: InKroner, worth: Money, verdict: effect.Said) -> None:
    """Whether the effort has paid for itself, and how the cost was found where the accounts do not tell it."""
    low, high = (of.net_for_all(end) for end in worth.saved_per_treated.interval)
    spending = of.spending
    years = {name: getattr(spending, name) for name in ("unconverted", "unbudgeted", "unposted")}
    of.report.show_text(
        "i-kroner",
        "I de første {follow_up} "
        + as_said(verdict, PAID_BACK)
        + clause(
            float(low) > 0,
            " For alle startede er resultatet en gevinst på {gain}.",
            clause(
                float(high) < 0,
                " For alle startede er resultatet et tab på {loss}.",
                " For alle startede ligger resultatet mellem et tab på {most} og en gevinst på {high}.",
            ),
        )
        + clause(verdict.doubts, " {doubts}")
        + " For hver deltager er der brugt {cost} på indsatsen, og ydelserne har kostet {span}. Er grupperne ellers "
        "ens, og var intet vidst på forhånd, er sandsynligheden for, at besparelsen er større end udgiften, {chance}."
        + clause(
            spending.unconverted,
            " Udgiften i {unconverted} er budgettets: der er ikke en kilde til at omregne regnskabet.",
        )
        + clause(
            spending.unbudgeted,
            " Udgiften i {unbudgeted}, som strategien ikke har budget for, er i årets egne priser.",
        )
        + clause(spending.unposted, " Udgiften i {unposted} er budgettets: der er ikke bogført noget."),
        {
            "follow_up": of.followed_for,
            "span": between(*worth.saved_per_treated.interval, "mere", "mindre", "kr."),
            "cost": of.each,
            "high": high,
            "gain": span(low, high, "mio. kr."),
            "loss": span(-high, -low, "mio. kr."),
            "most": -low,
            "doubts": doubts_told(verdict),
            "chance": chance(worth.chance_of_gain),
            **{name: _years(some) for name, some in years.items()},
        },
        headline=True,
        source=of.source,
        rests_on=of.groups.both,
        code=effect.verdict,
        filed={"saved": Quantity(worth.saved_per_treated.value, "kr."), "low": low},
    )


def _years(years: list[int]) -> str:
    return listed([str(year) for year in years])


def show_break_even(of: InKroner, worth: Money) -> None:
    """How many months each must be off benefits to pay for the effort, and when that was reached."""
    saved = of.main.saved.value
    of.report.show_text(
        "break-even",
        "En måned på ydelse koster kommunen {price} netto. For at dække sin udgift skal indsatsen derfor spare hver "
        "startet for {needed} på ydelse"
        + clause(saved > 0, "; den har i gennemsnit sparet {saved}.", "; den har i gennemsnit ikke sparet nogen.")
        + clause(
            worth.payback_months and worth.net.value >= 0,
            " Efter {payback} havde den gennemsnitlige besparelse dækket udgiften.",
            " Inden for de {follow_up}, der følges, har den gennemsnitlige besparelse ikke dækket udgiften.",
        ),
        {
            "price": Quantity(worth.kroner_per_month, "kr."),
            "needed": replace(
                of.estimated(worth.break_even_months, "måneder", operator.truediv, worth.kroner_per_month),
                beside=(of.each,),
            ),
            "saved": Quantity(saved, "måneder"),
            "payback": Quantity(worth.payback_months, "måneder", 0),
            "follow_up": of.followed_for,
        },
        source=of.source,
        rests_on=of.groups.both,
        code=effect.money,
    )


def show_prices(of: InKroner) -> None:
    """Which year's prices the amounts are in, and from when the weeks on the ladder are counted."""
    unconverted, ladder = of.spending.unconverted, of.cohort.followed.ladder
    of.report.show_text(
        "priserne",
        "Ydelsernes priser er {year}-priser i alle måneder. "
        + clause(
            unconverted,
            "Udgiften i {unconverted} er budgettets, fordi der ikke er en kilde til at omregne regnskabet til "
            "{year}-priser. ",
        )
        + clause(
            ladder.complete,
            "",
            "Ugerne på refusionstrappen er talt fra {counted}, hvor data begynder; den, der var på ydelse før, er "
            "længere oppe, og kommunens andel er da højere end regnet.",
        ),
        {
            "year": str(of.year),
            "unconverted": _years(unconverted),
            "counted": month(pd.Period(ladder.counted_from, freq="M")),
        },
        source=[of.cohort.unit_prices, of.cohort.refund_ladder],
    )


def show_by_year(of: InKroner, by_year: pd.DataFrame) -> None:
    """The municipality's saving by calendar year; by_year: as `effect.by_year`."""
    last = of.cohort.cut_off
    of.report.show_table(
        "aar-for-aar",
        by_year.rename(columns={"saved": "beregnet", "lower": "fra", "upper": "til"}),
        caption=f"Kommunens besparelse på ydelser, alle startede, mio. kr. i {of.year}-priser. + er en besparelse.",
        corner="År",
        unit=("mio. kr.", 2),
        source=of.cohort.priced,
        rests_on=of.groups.both,
        notes=[
            "Fra og til er et 95 %-interval for hvert år for sig.",
            *([f"{last.year} er til og med {month(last)}."] if last.month < len(MONTHS) else []),
        ],
    )


def show_what_could_move(of: InKroner, worth: Money, named: pd.DataFrame) -> None:
    """The net when one thing alone is another. named: `what_if.tornado` in words."""
    alone = turned_alone(named, worth.net.value)
    of.report.show_figure(
        "hvad-kunne-flytte",
        named.assign(beregnet=worth.net.value)[["beregnet", "low", "high"]].set_axis(
            ["beregnet", "fra", "til"], axis=1
        ),
        interval_dots("mio. kr.", "Netto for alle startede, mio. kr.", GAIN),
        caption=f"Netto for kommunen, alle startede, når én ting er en anden; mio. kr. i {of.year}-priser.",
        alt=alone,
        unit=("mio. kr.", 1),
        source=of.source,
        rests_on=of.groups.both,
        corner="Det, der er anderledes",
        notes=["+ er en gevinst, − er et tab."],
        height_inches=1.0 + 0.36 * len(named),
    )
    of.report.show_text(
        "hvad-vender",
        "{alone} Data kender kun de ydelser, der står i forløbene: den, der fik SU, barselsdagpenge eller støttet "
        "arbejde, tæller som selvforsørgende, selv om loven ikke regner det med, når trappen begynder forfra.",
        {"alone": alone},
        source=of.source,
        rests_on=of.groups.both,
        code=what_if.tornado,
    )


def show_shared(of: InKroner) -> None:
    """How many of the target group other strategies share, and how many have had both efforts."""
    members, both = of.cohort.members, of.cohort.in_both()
    shared = of.cohort.others[of.cohort.others["person"].isin(members["person"])]
    if shared.empty:
        of.report.show_text(
            "deler-ikke",
            "Ingen i målgruppen er i målgruppen for en anden strategi i bogen.",
            source=of.cohort.everyone,
        )
    in_both = persons_by(both, "strategy", shared["strategy"].unique())
    for other, theirs in shared.groupby("strategy"):
        of.report.show_text(
            f"deler-med-{other}",
            "{shared} i målgruppen er også i målgruppen for {other}, og "
            + clause(
                in_both[other].number,
                "{both} har fået begge indsatser. De to strategiers besparelser kan derfor ikke lægges sammen: de "
                "måneder, som de fælles borgere er ude af ydelse, står i begge.",
                "ingen har fået begge indsatser.",
            ),
            {
                "shared": persons_in(theirs),
                "other": Words(of.report.strategies()[str(other)].name),
                "both": in_both[other],
            },
            source=of.cohort.everyone,
        )


def show_own_part(of: InKroner, saved: float, own_part: float) -> None:
    """The saving to date, and what is the strategy's own when months are shared; nothing where none has had both."""
    both = of.cohort.in_both()
    if both.empty:
        return
    of.report.show_text(
        "egen-andel",
        "Til og med {until} er kommunens besparelse for alle startede regnet til {saved}. Deles de fælles borgeres "
        "måneder, er {own} strategiens egen andel; det er den, der kan lægges sammen med de andre strategiers.",
        {
            "until": month(of.cohort.cut_off),
            "saved": Quantity(saved, "mio. kr.", 2),
            "own": estimated(own_part, "mio. kr.", 2, people=[*of.groups.both, persons_in(both)]),
        },
        source=[of.cohort.everyone, *of.cohort.priced],
        rests_on=of.groups.both,
        code=cost.overlap_shares,
    )
