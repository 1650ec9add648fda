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
NATIONAL = EXAMPLE.parent / "national"
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


def example_files() -> dict[str, bytes]:
    """Every file of the example as bytes, by its path relative to data/example."""
    raw = {
        "enhedspriser.csv": unit_prices().encode("utf-8-sig"),
        **{path.name: path.read_bytes() for path in NATIONAL.glob("*.csv")},
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
