"""A strategy's front page: which of what its pages have filed stands on it, and how it is laid out.

Nothing here is computed: every number, figure and table is one that a page has shown, and is shown as it was there.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from afkast.analysis.targets import Verdict, overall
from afkast.errors import PageError
from afkast.notebook import read_template
from afkast.report import danish
from afkast.report.cells import badge
from afkast.report.filed import Item
from afkast.report.show import Page, template
from afkast.report.told import (
    FIRST,
    GoalTold,
    KeyFigure,
    amount,
    counted,
    ended,
    filled,
    is_known,
    key_figure,
    may_turn,
)
from afkast.strategy import Goal, OwnKeyFigure, PageOfStrategy, is_place

MOST_KEY_FIGURES = 4
MOST_RESERVATIONS = 3
MOST_CHANGES = 3

FIGURES_OF_MONEY = (
    "tjent-hjem",
    "budget-mod-faktisk",
    "nettogevinst-beloeb",
    "besparelse-efter-maal",
    "budget-mod-realiseret",
)
FIGURES_OF_PERSONS = ("sammenlignede-kurver", "udvikling", "indeks", "fordeling", "aendringer", "andele")
TABLES = (
    *("nettobudget", "forbrug", "besparelse", "netto-gevinst", "opfoelgning", "gevinst", "maaltal", "besparelsen"),
    *("antal", "andele", "status", "plan"),
)
"""What stands on a front page where the strategy chooses nothing: the first that the pages have shown, else the first
of each page."""

WHY = ("tjent-hjem-i-ord", "forskellen")
"""The text that says why, where the strategy chooses none: the last of these that a page has shown."""

AREAS = {"economics": "Økonomi", "targets": "Målopfyldelse", "effect": "Effekt"}

WITHOUT_COMPARISON = (
    "Tallene viser, hvordan det er gået, ikke hvad strategien har bevirket: her er ingen gruppe uden indsatsen fulgt."
)
NOT_TRIED = "Om grupperne var ens, før nogen startede, har ikke kunnet prøves."
SAVED_TO_DATE = "den-realiserede-besparelse"
HIDDEN = ("interval", "measured")
"""Of a hidden difference that would let the interval reach 0, or 1 where it does, and of the strongest measured one."""
HIDDEN_WEAKER = (
    "En forskel, som ingen har målt, kunne gøre det uvist, om der er en effekt, uden at være stærkere end den "
    "stærkeste målte."
)
HIDDEN_STRONGER = (
    "For at gøre det uvist, om der er en effekt, skulle en forskel, som ingen har målt, være stærkere end den "
    "stærkeste målte."
)
OWN_RECKONING = "Besparelsen er kommunens egen beregning; hvor usikker den er, vides ikke."


@dataclass(frozen=True)
class Front:
    """What a strategy's pages have filed, and what of it stands on the front page."""

    page: Page
    items: dict[str, Item]

    # -- what is chosen ---------------------------------------------------------------------------------------------

    @property
    def goals(self) -> list[tuple[Goal, GoalTold]]:
        """The goals that the pages of this edition have decided."""
        placed = [(goal, self.items.get(f"{goal.page}/maal-{goal.id}")) for goal in self.page.strategy.goals]
        return [(goal, GoalTold(item)) for goal, item in placed if item]

    @property
    def verdict(self) -> Verdict:
        return overall([told.verdict for _, told in self.goals])

    @property
    def key_figures(self) -> list[KeyFigure]:
        chosen = self.page.strategy.front.key_figures
        if chosen is not None:
            return [one for choice in chosen if (one := self._chosen_key_figure(choice))]
        found = [
            *self._texts(*FIRST),
            *self._texts(*(f"maal-{goal.id}" for goal, _ in self.goals)),
            *self._texts("besparelsen-opgjort"),
        ]
        told = [one for item in found if (one := self._told(item))]
        return told[:MOST_KEY_FIGURES]

    @property
    def figures(self) -> list[Item]:
        chosen = self.page.strategy.front.figures
        if chosen is not None:
            return self._places(chosen, "figure")
        money = self._first("figure", FIGURES_OF_MONEY, "economics")
        persons = self._first("figure", FIGURES_OF_PERSONS, "effect") or self._first(
            "figure", FIGURES_OF_PERSONS, "targets"
        )
        return [one for one in (money, persons) if one]

    @property
    def tables(self) -> list[Item]:
        chosen = self.page.strategy.front.tables
        if chosen is not None:
            return self._places(chosen, "table")
        of_kind = [item for item in self._in_order() if item.kind == "table"]
        known = [item for item in of_kind if item.id in TABLES]
        first = list({item.page: item for item in reversed(of_kind)}.values())[::-1]
        return (known or first)[:4]

    @property
    def reservations(self) -> list[str | Item]:
        """A sentence, or the text of a page."""
        chosen = self.page.strategy.front.reservations
        if chosen is None:
            return list(self._reservations())[:MOST_RESERVATIONS]
        return [item for one in chosen for item in (self._places([one], "text") if is_place(one) else [one])]

    def _reservations(self) -> Iterator[str | Item]:
        """What every strategy of its kind must be read with, largest first."""
        effects, gains = self._texts("forskellen"), self._texts("nettogevinst")
        if not effects:
            yield WITHOUT_COMPARISON
        if any("why" in item.numbers for item in self._texts("placebo")):
            yield NOT_TRIED
        for item in self._texts("skjult-forskel"):
            erases, strongest = (item.numbers[name].value if name in item.numbers else None for name in HIDDEN)
            if isinstance(erases, float) and isinstance(strongest, float) and erases > 1:
                yield HIDDEN_WEAKER if erases <= strongest else HIDDEN_STRONGER
        for item in gains:
            numbers = item.numbers
            if is_known(numbers.get("net_gain")) and not is_known(numbers.get("low")):
                yield OWN_RECKONING
            if "unconverted" in numbers and numbers["unconverted"].shown and is_known(numbers.get("net_gain")):
                yield (
                    f"Udgiften i {numbers['unconverted'].shown} er budgettets, fordi der mangler en kilde til at "
                    f"omregne regnskabet til {numbers['price_level'].shown}-priser."
                )
        for item in effects:
            followed = item.numbers["follow_up"].shown
            yield f"Efter de {followed}, der følges, er virkningen ukendt; den er ikke regnet med."
        for goal, told in self.goals:
            if told.reservation:
                yield f"Målet »{goal.text.rstrip('.')}« {told.reservation}."
        for goal, told in self.goals:
            if told.certainty == "kan vende":
                yield f"Vurderingen af målet »{goal.text.rstrip('.')}« kan vende."

    @property
    def _made(self) -> set[str]:
        """The pages of this edition; one that failed shows no more than that its goals are not decided."""
        return {item.page for item in self.items.values() if not item.id.startswith("maal-")}

    # -- how it is found --------------------------------------------------------------------------------------------

    def _in_order(self) -> list[Item]:
        """By page in the strategy's order, and on a page as it stands there."""
        return [item for page in self.page.strategy.pages for item in self.items.values() if item.page == page.id]

    def _texts(self, *ids: str) -> list[Item]:
        texts = [item for item in self._in_order() if item.kind == "text"]
        return [item for id in ids for item in texts if item.id == id]

    def _first(self, kind: str, ids: Iterable[str], area: str) -> Item | None:
        pages = {page.id for page in self.page.strategy.pages if page.area == area}
        there = [item for item in self._in_order() if item.kind == kind and item.page in pages]
        known = [item for id in ids for item in there if item.id == id]
        return next(iter(known or there), None)

    def _places(self, places: Iterable[str], kind: str) -> list[Item]:
        """What stands in these places; nothing where the page is not in this edition."""
        found = []
        for place in places:
            item = self.items.get(place)
            if item is not None and item.kind == kind:
                found.append(item)
            elif place.split("/")[0] in self._made:
                there = [one.id for one in self._in_order() if one.kind == kind and one.page == place.split("/")[0]]
                raise PageError(
                    f"front of {self.page.strategy.id}.yml names {place}, and that page shows no {kind} of the name; "
                    f"it shows {', '.join(there) or 'none'}."
                )
        return found

    def _told(self, item: Item) -> KeyFigure | None:
        return key_figure(item, self._name_of(item), danish.day(self.page.as_of))

    def _name_of(self, item: Item) -> str:
        """The page's title; what a goal measures, where the page decides several."""
        goals = {f"maal-{goal.id}": goal.measure for goal in self.page.strategy.goals if goal.page == item.page}
        name = goals.get(item.id) if len(goals) > 1 else None
        return name[:1].upper() + name[1:] if name else self.page.strategy.page(item.page).title

    def _chosen_key_figure(self, choice: str | OwnKeyFigure) -> KeyFigure | None:
        place = choice if isinstance(choice, str) else choice.text
        for item in self._places([place], "text"):
            if isinstance(choice, str):
                told = self._told(item)
                if told is None and key_figure_unknown(item):
                    raise PageError(
                        f"front of {self.page.strategy.id}.yml names the key figure {place}, which is not of a kind "
                        "that is told by itself; give it name, number, against and sure."
                    )
                return told
            words = {key: filled(getattr(choice, key), item.numbers) for key in ("name", "number", "against", "sure")}
            if unknown := re.findall(r"\{(\w+)\}", " ".join(words.values())):
                raise PageError(
                    f"front of {self.page.strategy.id}.yml: the text {place} has filed no {unknown[0]}; "
                    f"it has {', '.join(item.numbers)}."
                )
            return KeyFigure(place, **words)
        return None

    # -- what is shown ----------------------------------------------------------------------------------------------

    def _show(self, id: str, kind: str, items: list[Item], filed: dict[str, Any], **given: Any) -> None:
        html = str(getattr(template("front").module, id.replace("-", "_"))(**given))
        self.page.show_filed(id, kind, html, items, filed)

    def show_verdict(self) -> None:
        """What was decided, the verdict in words, and why."""
        strategy = self.page.strategy
        said = [*self._gain_in_words(), *filter(None, [counted([told.verdict for _, told in self.goals])])]
        chosen = strategy.front.verdict
        why = self._places([chosen], "text") if chosen else self._texts(*WHY)[-1:] or self._headlines()[:1]
        self._show(
            "dommen",
            "text",
            [
                *self._texts("nettogevinst")[:1],
                *why,
                *(self.items[f"{one.page}/maal-{one.id}"] for one, _ in self.goals),
            ],
            {
                "numbers": {},
                "headline": False,
                "summary": strategy.summary,
                "facts": " · ".join(self._facts()),
                "said": " ".join(said),
                "why": " ".join(inside(item).striptags() for item in why),
            },
            summary=strategy.summary,
            facts=self._facts(),
            verdict=badge(self.verdict) if self.goals else "",
            said=said,
            why=[inside(item) for item in why],
        )

    def _gain_in_words(self) -> list[str]:
        for item in self._texts("nettogevinst"):
            numbers, name = item.numbers, self.page.strategy.name
            if is_known(numbers.get("net_gain")):
                told = self._told(item)
                assert told is not None
                until = numbers["until"].shown if "until" in numbers else danish.day(self.page.as_of)
                given = amount(numbers["net_gain"], article=True)
                low, high = (numbers[end].value if end in numbers else None for end in ("low", "high"))
                turns = isinstance(low, float) and isinstance(high, float) and low < 0 < high
                turns = turns or may_turn(numbers)
                said = f"Resultatet af {name} er til og med {until} beregnet til {given}"
                return [ended(f"{said}, som kan vende" if turns else said), ended(told.against)]
            why = [one.numbers["why"].shown for one in self._texts(SAVED_TO_DATE) if "why" in one.numbers]
            return [f"Det er ikke gjort op, om {name} har givet en gevinst eller et tab.", *why[:1]]
        return []

    def _headlines(self) -> list[Item]:
        """What the pages themselves repeat at their top, without their goals: those have a table of their own."""
        texts = [item for item in self._in_order() if item.filed.get("headline")]
        return [item for item in texts if not item.id.startswith("maal-")] or texts

    def _facts(self) -> list[str]:
        strategy = self.page.strategy
        day = f" den {danish.day(strategy.decided_on)}" if strategy.decided_on else ""
        period = strategy.period
        runs = "Løb" if period.end < strategy.as_of else "Løber"
        when = f"{runs} {danish.day(period.start)} – {danish.day(period.end)}"
        if not period.end_decided:
            when = f"Begyndte {danish.day(period.start)}; ingen slutdato er besluttet"
        return [
            f"Besluttet af {strategy.decided_by}{day}",
            when,
            *([danish.listed(committees)] if (committees := self._committees()) else []),
        ]

    def _committees(self) -> list[str]:
        """The committees by name, without those that are only others together, such as AU/ØK."""
        codes = set(self.page.strategy.committees)
        return [
            name
            for code, name in self.page.strategy.committees.items()
            if "/" not in code or not set(code.split("/")) <= codes - {code}
        ]

    def show_key_figures(self) -> None:
        """Each with what it is held against and how sure it is; nothing where no page has one."""
        told = self.key_figures
        if told:
            rows = [
                {"label": one.name, "cells": [_text_cell(part) for part in (one.number, one.against, one.sure)]}
                for one in told
            ]
            filed = {"caption": "Nøgletal", "told": rows}
            parts = [(one.name, one.number, _where(one.place), ended(one.against), ended(one.sure)) for one in told]
            self._show("noegletal", "key figures", [self.items[one.place] for one in told], filed, told=parts)

    def show_figures(self) -> None:
        """Side by side, each drawn small by its page."""
        if figures := self.figures:
            filed = {"items": [item.place for item in figures], "caption": "", "columns": [], "rows": []}
            self._show("figurer", "figures", figures, filed, figures=[self._titled(item) for item in figures])

    def _titled(self, item: Item) -> dict[str, Any]:
        """What an item has filed, with its page: many pages have a table of the same name."""
        return {**item.filed, "page": item.page, "title": self.page.strategy.page(item.page).title}

    def show_goals(self) -> None:
        """Each goal with its verdict, what it is held against, what it has come to, and how sure that is."""
        heads = ["Vurdering", "Mål til dato", "Opgjort", "Hvor sikkert"]
        rows = [(goal, told, [told.target, told.reached, told.sure or "–"]) for goal, told in self.goals]
        if rows:
            filed = {
                "caption": "Målene",
                "columns": [[one] for one in heads],
                "rows": [
                    {"label": goal.text, "cells": [_text_cell(one) for one in (told.verdict.value, *cells)]}
                    for goal, told, cells in rows
                ],
            }
            items = [self.items[f"{goal.page}/maal-{goal.id}"] for goal, _, _ in rows]
            rows_shown = [(goal, badge(told.verdict), cells) for goal, told, cells in rows]
            self._show("maalene", "table", items, filed, heads=heads, rows=rows_shown)

    def show_reservations(self) -> None:
        """At most three, largest first."""
        if told := self.reservations:
            items = [one for one in told if isinstance(one, Item)]
            said = [inside(one) if isinstance(one, Item) else Markup("<p>{}</p>").format(one) for one in told]
            filed = {"numbers": {}, "headline": False, "said": [one.striptags() for one in said]}
            self._show("forbehold", "text", items, filed, said=said)

    def show_changes(self) -> None:
        """The largest changes since the edition before; nothing where there is none."""
        since = self.page.since_former()
        if since is None:
            return
        titles = {page.id: page.title for page in self.page.strategy.pages}
        changes = since.changes(self.page.strategy.id)
        told = [(f"{titles.get(one.page, one.page)}:", ended(one.in_words())) for one in changes[:MOST_CHANGES]]
        said = [f"{where} {words}" for where, words in told]
        filed = {"numbers": {}, "headline": False, "said": said}
        self._show(
            "aendringer",
            "text",
            [],
            filed,
            former=danish.day(since.data_of),
            told=told,
            more=max(len(changes) - MOST_CHANGES, 0),
        )

    def show_tables(self) -> None:
        """The tables as the pages show them."""
        if tables := self.tables:
            filed = {"items": [item.place for item in tables], "caption": "", "columns": [], "rows": []}
            self._show(
                "tabeller", "tables", tables, filed, tables=[_again(self._titled(item), item.html) for item in tables]
            )

    def show_ways(self) -> None:
        """The way to each page, the sources, who answers for it, and what may be fetched."""
        notebooks = self.page.project.notebooks()
        there = [page for page in self.page.strategy.pages if page.id in self._made]
        pages = [
            (area, [(page, _question(page, notebooks)) for page in there if page.area == key])
            for key, area in AREAS.items()
        ]
        missing = [page.title for page in self.page.strategy.pages if page.id not in self._made]
        items = list(self.items.values())
        source = self.page.source_line(sorted({file for item in items for file in item.filed["files"]}))
        self._show(
            "vejen-videre",
            "text",
            items,
            {"numbers": {}, "headline": False, "text": source},
            areas=[(area, listed) for area, listed in pages if listed],
            missing=danish.listed(missing),
            source=source,
            responsible=self.page.strategy.responsible,
        )


def front_of(page: Page) -> Front:
    """The front page of a page's strategy."""
    return Front(page, page.items())


def key_figure_unknown(item: Item) -> bool:
    """Whether a text is of no kind that is told as a key figure by itself."""
    return not (item.id.startswith("maal-") or item.id in (*FIRST, "besparelsen-opgjort"))


def inside(item: Item) -> Markup:
    """What a shown text says, without its frame and without the code that its page prints under it."""
    body = re.sub(r'<div class="highlight">.*?</div>', "", item.html, flags=re.DOTALL)
    return Markup(_leading_back(re.sub(r"^\s*<div[^>]*>|</div>\s*$", "", body), item.page))


def _leading_back(html: str, page: str) -> str:
    """With each number that answers for itself on its page as a link to where it stands there."""
    return re.sub(
        r'<span class="tal" data-tal="([^".]*)\.[^"]*">(.*?)</span>',
        lambda met: f'<a class="front-number-there" href="{_where(f"{page}/{met[1]}")}">{met[2]}</a>',
        html,
    )


def _where(place: str) -> str:
    """The address of what a page shows, from the strategy's front page."""
    page, _, id = place.partition("/")
    return f"{page}.html#vist-{id}"


def _again(filed: dict[str, Any], html: str) -> Markup:
    """A shown table under its page's name and an id of its own; its source stands at the foot of the page."""
    html = re.sub(r'\s*<span class="afkast-source">.*?</span>', "", html, flags=re.DOTALL)
    html = html.replace(f'id="vist-{filed["id"]}', f'id="fra-{filed["page"]}-{filed["id"]}')
    way = Markup('<a class="front-page-of" href="{}.html">{}</a>\n').format(filed["page"], filed["title"])
    return Markup(html.replace('<div class="afkast-scroll"', f'{way}<div class="afkast-scroll"', 1))


def _question(page: PageOfStrategy, notebooks: Any) -> str:
    return read_template(notebooks[page.notebook]).question if page.notebook in notebooks else ""


def _text_cell(text: str) -> dict[str, Any]:
    return {"shown": text, "value": text, "unit": "", "state": "ok"}
