"""What the page of a business case shows of what has come of it: saved, spent and netted, beside the budget."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from afkast.analysis import economics, effect
from afkast.analysis.survival import Estimate
from afkast.analysis.targets import Certainty, Decision
from afkast.report.amount_charts import COLUMNS, amounts_against, symbols_of
from afkast.report.business_case import IN_ALL, INVESTMENT, SAVING, SIDES, Case
from afkast.report.counts import estimated
from afkast.report.danish import GAIN, MONTHS, Given, Quantity, Words, between, chance, listed, month
from afkast.report.effect_pages import Cohort, groups_of
from afkast.report.effect_words import SAVED, SAVED_AGAINST_BUDGET, as_said, doubts_told, turned_by
from afkast.report.goals import show_goal
from afkast.report.money import amount, within
from afkast.report.sentence import clause
from afkast.strategy import Goal

SAVED_ROW, SPENT_ROW, LEFT_ROW = "Sparet på ydelser", "Brugt på indsatsen", "Resultat"
SAVED_SIDES, SPENT_SIDES = ("merudgift", "besparelse"), ("udgift", "indtægt")
"""The rows of the outcome, and what an amount under 0 and one over it is of the first two."""


@dataclass(frozen=True)
class Saved:
    """What all who have started have saved to date, and what must be said of it; `not_computed` says why there is none.

    by_year: saved, lower, upper.
    """

    cohort: Cohort
    to_date: effect.Effect | None
    said: effect.Said
    not_computed: str
    by_year: pd.DataFrame

    @property
    def reservation(self) -> str:
        return doubts_told(self.said)

    @property
    def interval(self) -> tuple[float, float]:
        return (float("nan"), float("nan")) if self.to_date is None else self.to_date.saved.interval

    @property
    def amount(self) -> float | None:
        return None if self.to_date is None else self.to_date.saved.value


@dataclass(frozen=True)
class Netted:
    """What the strategy has netted to date, None where the saving is not known, and what may be said of it."""

    net: Estimate | None
    said: effect.Said

    @property
    def is_beyond_chance(self) -> bool:
        return self.net is not None and not self.net.interval[0] <= 0 <= self.net.interval[1]


def show_follow_up(case: Case, realised: pd.Series, saved: Saved, ledger: pd.DataFrame) -> None:
    """The paper's table of budget beside realised; kroner by year, NaN where they are not known."""
    amounts, started = saved.by_year["saved"].reindex(case.years), saved.cohort.started
    paper = case.rows(realised, amounts, amounts - realised).T
    told = pd.DataFrame(
        {
            INVESTMENT: paper[INVESTMENT].map(_given),
            **{
                row: paper[row].map(lambda one: estimated(one, "mio. kr.", 3, people=started))
                for row in (SAVING, IN_ALL)
            },
        }
    ).T
    decided = case.rows(case.investment, case.saving, case.net_gain).map(_given)
    table = pd.concat(
        {year: pd.DataFrame({"Budget": decided[year], "Realiseret": told[year]}) for year in case.years}, axis=1
    )
    states = pd.DataFrame("", table.index, table.columns)
    states.loc[:, [(year, "Realiseret") for year in case.years if year > case.report.as_of.year]] = "future"
    notes, names = _notes_on_saved(case, saved)
    case.report.show_table(
        "opfoelgning",
        table,
        caption=f"Opfølgning på investeringscasen, mio. kr. i {case.price_level_year}-priser.",
        corner=case.corner,
        unit=("mio. kr.", 3),
        source=[case.budget, ledger, *saved.cohort.priced],
        rests_on=started,
        totals=[IN_ALL],
        states=states,
        notes=[*notes, *case.footnotes],
        names=names,
        paper_sign=case.paper_sign,
        sides=SIDES,
    )


def _given(amount_dkk: float) -> Given:
    """The budget's and the ledger's own kroner, which are not counted of persons."""
    return Given(amount_dkk, "mio. kr.", 3)


def _notes_on_saved(case: Case, saved: Saved) -> tuple[list[str], dict[str, Any]]:
    """Notes under the table of outcomes, and the numbers that they name."""
    if saved.to_date is None:
        return [saved.reservation] if saved.reservation else [], {}
    notes, names, cut_off = [], dict[str, Any](), saved.cohort.cut_off
    if cut_off.month < len(MONTHS):
        notes.append(f"Det realiserede i {cut_off.year} er til og med {month(cut_off)}.")
    outside = saved.by_year["saved"].drop(case.years, errors="ignore")
    if len(outside):
        notes.append(
            "Besparelsen i {outside_years}, som strategien ikke har budget for, er {outside}; den står ikke i "
            "tabellen, men er talt med til dato."
        )
        names["outside_years"] = listed([str(year) for year in outside.index])
        names["outside"] = Quantity(outside.sum(), "mio. kr.", 3)
    return [*notes, f"Om den realiserede besparelse: {saved.reservation}"] if saved.reservation else notes, names


def show_saved(case: Case, saved: Saved) -> None:
    """What has been saved to date, as surely as may be said; else why it is not known."""
    cohort, to_date = saved.cohort, saved.to_date
    if to_date is None:
        case.report.show_text(
            "den-realiserede-besparelse",
            "Den realiserede besparelse er ikke opgjort. {why}",
            {"why": Words(saved.not_computed)},
            source=cohort.people,
            rests_on=cohort.started,
        )
        return
    low, high = saved.interval
    case.report.show_text(
        "den-realiserede-besparelse",
        as_said(saved.said, SAVED)
        + clause(
            to_date.treated_left_out,
            " Ikke med er {left_out}: de startede uden at være på ydelse i måneden, var i gang med en anden indsats "
            "eller lignede ingen af de øvrige.",
        )
        + " Det er kroner i alle måneder til dato; siden med overlevelseskurver regner måneder på ydelse i en fast tid "
        "efter start, og de to kan være forskelligt sikre." + clause(saved.reservation, " {reservation}"),
        {
            "until": month(cohort.cut_off),
            "level": Quantity(to_date.level, "%"),
            "saved": Quantity(saved.amount, "mio. kr."),
            "extra": Quantity(-to_date.saved.value, "mio. kr."),
            "span": between(low, high, "mere", "mindre", "mio. kr."),
            "left_out": groups_of(cohort, to_date).left_out,
            "reservation": saved.reservation,
        },
        source=cohort.priced,
        rests_on=cohort.started,
        code=effect.verdict,
        filed={"low": Quantity(low, "mio. kr."), "high": Quantity(high, "mio. kr.")},
    )


def show_spent(
    case: Case,
    realised: pd.Series,
    unconverted: pd.Series,
    outside: pd.Series,
    ledger: pd.DataFrame,
    cut_off: pd.Period,
) -> None:
    """What has been spent in the years that are complete at the cut-off, and what is in no year of the table; kroner by
    year.

    unconverted: in prices that cannot be told in those of the budget. outside: in years without a budget.
    """
    complete = [year for year in realised.dropna().index if year < cut_off.year or cut_off.month == len(MONTHS)]
    spent, budgeted = realised[complete].sum(), case.investment[complete].sum()
    asked = economics.out_of_scale(budgeted, spent)
    case.report.show_text(
        "det-realiserede",
        clause(complete, "I {years} er der brugt {spent} på indsatsen mod budgetteret {budgeted}. ")
        + clause(
            len(unconverted),
            "Forbruget i {unconverted} er {amounts} i årets priser; det står ikke i tabellen, fordi der ikke er en "
            "kilde til omregning til {level}-priser.",
        )
        + clause(
            len(outside),
            " {outside} er brugt i {outside_years}, som strategien ikke har budget for; i årets priser. Det står ikke "
            "i tabellen, men er talt med i nettogevinsten.",
        )
        + clause(
            asked,
            " Budgettet og forbruget er så langt fra hinanden, at det ene kan være i en anden enhed: er begge i "
            "kroner?",
        ),
        {
            "outside": Quantity(outside.sum(), "mio. kr.", 3),
            "outside_years": listed([str(year) for year in outside.index]),
            "years": listed([str(year) for year in complete]),
            "spent": Quantity(spent, "mio. kr.", 3),
            "budgeted": Quantity(budgeted, "mio. kr.", 3),
            "unconverted": listed([str(year) for year in unconverted.index]),
            "amounts": Quantity(unconverted.sum(), "mio. kr.", 3),
            "level": str(case.price_level_year),
        },
        headline=bool(len(outside)) or asked,
        source=[case.budget, ledger],
    )


def show_outcome(
    case: Case, saved: Saved, netted: Netted, invested: float, budgeted: pd.Series, ledger: pd.DataFrame
) -> None:
    """What has been saved, spent and netted to date as dots with their intervals beside the budget's.

    invested: kroner to date. budgeted: the budget's saving, investment and net gain up to then.
    """
    started, net = saved.cohort.started, netted.net
    said = {SAVED_ROW: saved.said, LEFT_ROW: netted.said}
    ends = (None, None) if net is None else net.interval

    def told(amount_dkk: float | None) -> Quantity:
        return estimated(amount_dkk, "mio. kr.", 1, people=started)

    own = {name: Given(float(amount_dkk), "mio. kr.", 1) for name, amount_dkk in budgeted.items()}
    rows: dict[str, list[Quantity]] = {
        SAVED_ROW: [told(saved.amount), *map(told, saved.interval), own["saving"]],
        SPENT_ROW: [Given(-invested, "mio. kr.", 1), told(None), told(None), -own["investment"]],
        LEFT_ROW: [told(None if net is None else net.value), *map(told, ends), own["net_gain"]],
    }
    until, values = month(saved.cohort.cut_off), pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS)
    doubted = [row for row, one in said.items() if not one.is_sure]
    symbols = symbols_of(values, doubted)
    case.report.show_figure(
        "budget-mod-realiseret",
        values,
        amounts_against(
            "mio. kr.",
            GAIN,
            row_sides={SAVED_ROW: SAVED_SIDES, SPENT_ROW: SPENT_SIDES},
            doubted=doubted,
        ),
        caption=f"Sparet, brugt og resultat til og med {until} ved siden af budgettet, mio. kr. i "
        f"{case.price_level_year}-priser" + (f", med 95 %-interval. {symbols}" if saved.to_date else f". {symbols}"),
        alt=clause(
            net is None,
            "Besparelsen er ikke gjort op; budgettet var {expected}.",
            "Resultatet er {net_gain}"
            + clause(netted.said.is_sure, "", ", som kan vende")
            + "; budgettet var {expected}.",
        ),
        unit=("mio. kr.", 1),
        source=[case.budget, ledger, *saved.cohort.priced],
        height_inches=2.7,
        blanks="future",
        names={
            "expected": Given(budgeted["net_gain"], "mio. kr.", sides=GAIN),
            "net_gain": amount(None if net is None else net.value),
        },
        rests_on=started,
    )


def show_net_gain(
    case: Case,
    saved: Saved,
    netted: Netted,
    expected: float,
    unconverted: Sequence[int],
    unposted: Sequence[int],
    ledger: pd.DataFrame,
) -> None:
    """What the strategy has netted to date, beside the budget's; where spending is not known in the budget's prices, or
    nothing is posted, the budget stands for it."""
    net = netted.net
    low, high = (None, None) if net is None else net.interval
    turned = turned_by(netted.said) if netted.is_beyond_chance else ""
    case.report.show_text(
        "nettogevinst",
        clause(
            net is None,
            "Nettogevinsten til og med {until} kan først gøres op, når besparelsen er det.",
            "Til og med {until} er resultatet beregnet til {net_gain}; med {level} sikkerhed er det {range}. Er "
            "grupperne ellers ens, og var intet vidst på forhånd, er sandsynligheden for, at indsatsen har tjent sig "
            "hjem, {chance}.",
        )
        + clause(
            turned,
            " Ud over tilfældigheder kan {turned_by} vende resultatet.",
        )
        + clause(
            unconverted and net is not None,
            " Udgiften i {unconverted} er budgettets, fordi der mangler en kilde til at omregne regnskabet til "
            "{price_level}-priser.",
        )
        + clause(
            unposted and net is not None,
            " Udgiften i {unposted} er budgettets, fordi der ikke er bogført noget.",
        )
        + " I budgettet er der {expected} til dato.",
        {
            "until": month(saved.cohort.cut_off),
            "net_gain": amount(None if net is None else net.value),
            "range": "" if net is None else within(*net.interval, net.value),
            "chance": "" if net is None else chance(net.chance_above()),
            "level": Quantity(None if net is None else net.level, "%"),
            "price_level": str(case.price_level_year),
            "unconverted": listed([str(year) for year in unconverted]),
            "unposted": listed([str(year) for year in unposted]),
            "expected": Given(expected, "mio. kr.", sides=GAIN),
            "turned_by": turned,
        },
        headline=net is not None,
        source=[case.budget, ledger, *saved.cohort.priced],
        rests_on=saved.cohort.started,
        filed={
            "low": Quantity(low, "mio. kr."),
            "high": Quantity(high, "mio. kr."),
            **({} if net is None else {"certainty": Certainty.SURE if netted.said.is_sure else Certainty.MAY_TURN}),
        },
    )


def show_verdict(case: Case, goal: Goal, economy: Decision, saved: Saved, budgeted: float) -> None:
    """The goal of a saving. budgeted: kroner up to the cut-off."""
    until = saved.cohort.cut_off
    show_goal(
        case.report,
        goal,
        economy,
        clause(
            saved.to_date is None,
            "{why} Budgettet til og med {until} er en besparelse på {budgeted}.",
            as_said(saved.said, SAVED_AGAINST_BUDGET),
        )
        + clause(saved.reservation, " {reservation}")
        + clause(
            goal.due and goal.due < until.end_time.date(),
            " Målet gjaldt til og med {due}; det, der kom efter, tæller ikke med i vurderingen.",
        ),
        "mio. kr.",
        source=[case.budget, *saved.cohort.priced],
        rests_on=saved.cohort.started,
        basis="med 95 % sikkerhed er det",
        sides=("merudgift", "besparelse"),
        missing="den realiserede besparelse mangler",
        names={
            "why": Words(saved.not_computed),
            "reservation": saved.reservation,
            "due": goal.due or "",
            "until": month(until),
            "saved": Quantity(saved.amount, "mio. kr."),
            "extra": Quantity(None if saved.amount is None else -saved.amount, "mio. kr."),
            "budgeted": Given(budgeted, "mio. kr."),
        },
    )
