"""Write the example data: raw files in the form that the municipal systems export them.

    python data/example/generator/make_example.py [--out DIR]

A module per report constructs its amounts so that the printed tables follow from them with the paper's own rounding,
and says what cannot be met; eksempelkoebing.py invents a municipality instead. Everything written here is synthetic,
except the unit prices, the refund ladder, the price level factor, the registry of series breaks and what the reports
print (printed.py). The yearly budgets repeat the printed reports. No person exists: every id has a day of birth between
32 and 60. The seeds are fixed and only uniform numbers and integers are drawn, so two runs write the same bytes.
sources.yml is written by hand; it is copied along.
"""

import argparse
import hashlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parent
sys.path.insert(0, str(HERE))

import ballerup  # noqa: E402
import eksempelkoebing  # noqa: E402
import kijos  # noqa: E402
import kik  # noqa: E402
import koebenhavn  # noqa: E402
import norddjurs  # noqa: E402
import printed  # noqa: E402
from formats import csv_file  # noqa: E402

REPORTS = (kijos, norddjurs, koebenhavn, kik, ballerup, eksempelkoebing)


def unit_prices() -> str:
    heading = (
        "Kommune;Ydelse;År;Netto kr. pr. helårsperson;Brutto kr. pr. helårsperson;Statsrefusion (andel);"
        "Prisniveau;Grundlag;Kilde"
    )
    return csv_file(
        ["Enhedspriser pr. helårsperson"], heading, [row for report in REPORTS for row in report.unit_prices()]
    )


def price_levels() -> str:
    source = "Økonomiaftalen 2020: 1,8 pct. (nb-okonomi.eu, 4. oktober 2019), KL skønnede senere 1,7 pct."
    heading = "Fra år;Til år;Slags;Faktor;Kilde"
    return csv_file(["Pris- og lønregulering"], heading, [f"2019;2020;samlet service;1,018;{source}"])


LAW = "Lov nr. 994 af 30. august 2015 og lovbekendtgørelse nr. 221 af 2021"
COVERED = f"{LAW}, at ydelsen er omfattet, er efter hukommelsen og skal bekræftes"
LADDER = ((1, 4, "0,80"), (5, 26, "0,40"), (27, 52, "0,30"), (53, None, "0,20"))  # weeks and the state's share
LADDER_BENEFITS = (
    ("Sygedagpenge", "Refusion", LAW),
    ("A-dagpenge", "Medfinansiering", LAW),
    ("Førtidspension", "Medfinansiering", LAW),
    ("Fleksjob", "Refusion", LAW),
    *(
        (benefit, "Refusion", COVERED)
        for benefit in (
            *("Kontanthjælp", "Uddannelseshjælp", "Selvforsørgelses- og hjemrejseydelse", "Revalidering"),
            *("Jobafklaring", "Ressourceforløb", "Ledighedsydelse", "Løntilskud"),
        )
    ),
)
OLD_RULES = (
    ("Fleksjob", "Refusion", "0,65", "Fleksjob"),
    ("Førtidspension", "Medfinansiering", "0,35", "Førtidspension fra 1999 eller senere"),
)


def refund_ladder() -> str:
    heading = "Gælder fra;Gælder til;Ydelse;Tilkendt før;Slags;Fra uge;Til uge;Statens andel;Kilde"
    rows = [
        f"04-01-2016;;{benefit};;{kind};{first};{last or ''};{share};{source}"
        for benefit, kind, source in LADDER_BENEFITS
        for first, last, share in LADDER
    ]
    rows += [
        f"04-01-2016;;{benefit};01-07-2014;{kind};1;;{share};{which} tilkendt før 1. juli 2014 har en fast andel "
        f"({LAW}), andelen er efter hukommelsen og skal bekræftes"
        for benefit, kind, share, which in OLD_RULES
    ]
    return csv_file(["Statens andel efter uger på ydelse"], heading, rows)


def example_files() -> dict[str, bytes]:
    """Every file of the example as bytes, by its path relative to data/example."""
    raw = {
        "enhedspriser.csv": unit_prices().encode("utf-8-sig"),
        "refusionstrappe.csv": refund_ladder().encode("utf-8-sig"),
        "pl_regulering.csv": price_levels().encode("utf-8-sig"),
    }
    for report in (*REPORTS, printed):
        raw |= report.files()
    sums = "".join(f"{hashlib.sha256(raw[name]).hexdigest()}  {name}\n" for name in sorted(raw))
    return {
        **{f"raw/{name}": content for name, content in raw.items()},
        "raw/SHA256SUMS": sums.encode(),
        "sources.yml": (EXAMPLE / "sources.yml").read_bytes(),
        **norddjurs.documents(),
        **eksempelkoebing.documents(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the example data.")
    parser.add_argument("--out", type=Path, default=EXAMPLE, help="writes raw/ and the planted effects here")
    out = parser.parse_args().out
    for name, content in example_files().items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(content)


if __name__ == "__main__":
    main()
