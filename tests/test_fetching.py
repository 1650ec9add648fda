"""Files asked of services, from a server on this machine that answers in the documented form."""

import json
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from raw_files import imported

from afkast.cli import main
from afkast.intake.fetching import fetch, overview
from afkast.intake.sources import read_sources
from afkast.intake.web import TRIES, FetchError, Web

TODAY = date(2026, 11, 20)
KEY = "0123-HEMMELIG"
MONTHS = [f"{year}M{month:02}" for year in range(2023, 2027) for month in range(1, 13)][:46]

TABLE = {
    "periods": [{"periodtype_id": "M", "values": [{"period_id": month} for month in MONTHS]}],
    "dimensions": [
        {
            "dimension_id": "_omrade",
            "hierarchies": [
                {
                    "hierarchy_id": "_nykom",
                    "levels": [
                        {"level_id": "l0", "values": [{"value_id": "/", "value_name": "Hele landet"}]},
                        {"level_id": "l1", "values": [{"value_id": "/9/", "value_name": "Strandlev"}]},
                    ],
                }
            ],
        }
    ],
}

INFO = {
    "variables": [
        {"id": "OMRÅDE", "values": [{"id": "791"}, {"id": "000"}]},
        {"id": "KØN", "values": [{"id": "TOT"}, {"id": "1"}]},
        {"id": "Tid", "values": [{"id": "2026K1"}, {"id": "2026K2"}]},
    ]
}


class Service:
    """What the server has been asked, and what it answers instead of the form's own answers: status and body."""

    def __init__(self):
        self.questions, self.instead, self.redirects = [], [], 0

    def answer(self, method, path, headers, body):
        self.questions.append((method, path, body))
        if self.instead:
            return self.instead.pop(0)
        place, query = urlsplit(path).path, parse_qs(urlsplit(path).query)
        if place.startswith("/v3"):
            if headers["Authorization"] != f"Bearer {KEY}":
                return 401, b"unauthorized"
            return 200, json.dumps(TABLE if "/table/" in place else self.jobindsats(query)).encode()
        if place == "/v1/tableinfo":
            return 200, json.dumps(INFO).encode()
        return 200, "OMRÅDE;KØN;TID;INDHOLD\n791;TOT;2026K1;96000\n791;TOT;2026K2;96100\n".encode()

    @staticmethod
    def jobindsats(query):
        names = {"/9/": "Strandlev", "/": "Hele landet"}
        areas = [names[id] for id in query["hierarchy._nykom"][0].split(",")]
        rows = [[period, area, 412] for period in query["period.M"][0].split(",") for area in areas]
        return {"columns": ["Periode", "Område", "Antal personer"], "rows": rows}


@pytest.fixture
def service():
    told = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self, body=b""):
            status, content = told.answer(self.command, self.path, self.headers, body)
            self.send_response(status)
            if status in (301, 302):
                self.send_header("Location", content.decode())
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self):
            self.do_GET(self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told.address = f"http://127.0.0.1:{server.server_port}"
    yield told
    server.shutdown()
    server.server_close()


SOURCES = """\
# what is ours
sources:
  - file: personer.json
    reader: json
    table: measures
    source: Jobindsats
    extracted_on: 2026-10-20   # the day of the last fetch
    due: 15
    fetch:
      system: jobindsats
      address: ADDRESS/v3
      table: y60a02
      measures: {mgrpa02_1: "*"}
      latest: 30
      hierarchies: {_nykom: [Strandlev, Hele landet]}
    columns: {Periode: period, Område: area, Antal personer: value}
    constants: {measure: kontanthjælp, unit: personer}
  - file: folketal.csv
    reader: csv
    table: measures
    source: Danmarks Statistik
    extracted_on: 2026-10-20
    due: [2026-11-11, 2027-02-11]
    fetch:
      system: statbank
      address: ADDRESS/v1
      table: FOLK1A
      values: {OMRÅDE: ["791"], KØN: [TOT], Tid: [">=2026K1"]}
    columns: {TID: period, INDHOLD: value}
    ignore: [OMRÅDE, KØN]
    quarters: first
    constants: {measure: folketal, area: Strandlev, unit: borgere}
"""


@pytest.fixture
def folder(tmp_path, service, monkeypatch):
    (tmp_path / "sources.yml").write_text(SOURCES.replace("ADDRESS", service.address), "utf-8")
    monkeypatch.setenv("AFKAST_JOBINDSATS_KEY", KEY)
    return tmp_path


def web(folder, today=TODAY):
    return Web(folder / "build" / "fetched", today, wait=lambda seconds: None)


def fetched(folder, file, on=None):
    [source] = [one for one in read_sources(folder).sources if one.file == file]
    fetch(folder, source, on or web(folder))
    return (folder / "raw" / file).read_bytes()


def refused(folder, file):
    with pytest.raises(FetchError) as error:
        fetched(folder, file)
    assert KEY not in str(error.value)
    assert not (folder / "raw" / file).exists()
    return str(error.value)


def changed(folder, old, new):
    text = (folder / "sources.yml").read_text("utf-8")
    assert old in text
    (folder / "sources.yml").write_text(text.replace(old, new), "utf-8")


def test_the_newest_periods_are_asked_for_some_at_a_time_and_put_together(folder, service):
    answer = json.loads(fetched(folder, "personer.json"))
    assert [row[0] for row in answer["rows"][::2]] == MONTHS[-30:]
    asked = [parse_qs(urlsplit(path).query) for _, path, _ in service.questions if "/data/" in path]
    assert [len(one["period.M"][0].split(",")) for one in asked] == [24, 6]
    assert asked[0]["hierarchy._nykom"] == ["/9/,/"]
    assert asked[0]["mgroup.mgrpa02_1"] == ["*"]
    assert asked[0]["format"] == ["json"]


def test_statbank_is_asked_for_the_cells_as_a_stream_by_code(folder, service):
    assert fetched(folder, "folketal.csv").startswith("OMRÅDE;KØN".encode())
    question = json.loads(service.questions[-1][2])
    assert (question["format"], question["valuePresentation"]) == ("BULK", "Code")
    assert {"code": "Tid", "values": [">=2026K1"]} in question["variables"]


def test_a_fetch_dates_its_file_and_leaves_the_rest_of_the_declaration(folder):
    before = (folder / "sources.yml").read_text("utf-8").splitlines()
    fetched(folder, "personer.json")
    after = (folder / "sources.yml").read_text("utf-8").splitlines()
    assert [(old, new) for old, new in zip(before, after, strict=True) if old != new] == [
        (
            "    extracted_on: 2026-10-20   # the day of the last fetch",
            "    extracted_on: 2026-11-20   # the day of the last fetch",
        )
    ]


def test_what_is_fetched_can_be_imported_and_the_same_answer_is_the_same_snapshot(folder):
    for file in ("personer.json", "folketal.csv"):
        fetched(folder, file)
    snapshot = imported(folder / "raw")
    measures = snapshot.table("measures")
    assert len(measures.query("measure == 'kontanthjælp'")) == 60
    assert measures.query("measure == 'folketal'")["period"].dt.strftime("%Y-%m").tolist() == ["2026-01", "2026-04"]
    for file in ("personer.json", "folketal.csv"):
        fetched(folder, file)
    assert imported(folder / "raw").id == snapshot.id


def test_what_was_answered_today_is_not_asked_again_and_needs_no_network(folder, service):
    first = fetched(folder, "personer.json")
    asked = len(service.questions)
    service.instead = [(500, b"")] * 20
    assert fetched(folder, "personer.json") == first
    assert len(service.questions) == asked


def test_a_busy_service_is_asked_again_and_waited_for(folder, service):
    service.instead = [(429, b""), (503, b"")]
    waited = []
    fetched(folder, "folketal.csv", Web(folder / "cache", TODAY, wait=waited.append))
    assert waited == [1.0, 2.0]


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (422, b'{"code":422,"cause":"Unknown period type: M"}', 'answers 422 and says "Unknown period type: M"'),
        (400, b'{"errorTypeCode":"REQUEST-LIMIT","message":"For mange celler"}', 'says "For mange celler"'),
        (403, b"no", "refuses the key (403)"),
        (302, b"http://127.0.0.1:9/", "answers 302"),
        (200, b"<html>", "something else than JSON"),
        (200, b"[]", "has no periods"),
    ],
)
def test_a_refusal_is_told_in_words_and_leaves_the_file_as_it_was(folder, service, status, body, says):
    service.instead = [(status, body)]
    assert says in refused(folder, "personer.json")


def test_a_service_that_stays_away_is_given_up(folder, service):
    service.instead = [(503, b"")] * TRIES
    assert "answers 503" in refused(folder, "personer.json")
    assert len(service.questions) == TRIES


def test_a_host_that_is_not_there_is_told(folder):
    changed(folder, "address: http://127.0.0.1", "address: http://localhost:1/no\n      #")
    assert "cannot be reached; the file in raw/ is left as it was" in refused(folder, "folketal.csv")


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("personer.json", "_nykom: [Strandlev", "_nykom: [Strandby", "has no value Strandby"),
        ("personer.json", "{_nykom:", "{_kommune:", "there is no hierarchy _kommune; there are _nykom"),
        ("personer.json", "latest: 30", "period: Q", "has no period Q; it has M"),
        ("folketal.csv", "KØN: [TOT], ", "", "KØN is missing"),
        ("folketal.csv", "KØN: [TOT]", "KØN: [ALLE]", "variable KØN has no value ALLE"),
        ("folketal.csv", "KØN: [TOT]", "SEX: [TOT]", "has no variable SEX; it has OMRÅDE, KØN, Tid"),
    ],
)
def test_a_declaration_that_matches_nothing_of_the_table_is_told(folder, file, old, new, says):
    changed(folder, old, new)
    assert says in refused(folder, file)


def test_a_key_comes_from_the_environment_or_a_file_outside_the_folder(folder, tmp_path_factory, monkeypatch):
    monkeypatch.delenv("AFKAST_JOBINDSATS_KEY")
    assert "the environment has no AFKAST_JOBINDSATS_KEY" in refused(folder, "personer.json")
    (folder / "key").write_text(KEY)
    monkeypatch.setenv("AFKAST_JOBINDSATS_KEY_FILE", str(folder / "key"))
    assert "lies in the data folder" in refused(folder, "personer.json")
    outside = tmp_path_factory.mktemp("keys") / "key"
    outside.write_text(KEY + "\n")
    monkeypatch.setenv("AFKAST_JOBINDSATS_KEY_FILE", str(outside))
    assert fetched(folder, "personer.json")


@pytest.mark.parametrize("address", ["http://api.jobindsats.dk/v3", "https://user:key@host/v3", "ftp://host"])
def test_an_address_without_encryption_or_with_a_key_is_refused(folder, service, address):
    changed(folder, f"{service.address}/v3", address)
    with pytest.raises(Exception, match="must begin with https"):
        read_sources(folder)


def test_sources_lists_what_is_declared_when_it_came_and_what_is_due(folder):
    assert list(overview(folder, TODAY)) == [
        "personer.json: measures, Jobindsats, fetched, extracted 2026-10-20, due since 2026-11-15",
        "folketal.csv: measures, Danmarks Statistik, fetched, extracted 2026-10-20, due since 2026-11-11",
    ]
    assert "next due 2026-11-15" in next(overview(folder, date(2026, 11, 1)))


def test_the_commands_fetch_and_list(folder, service):
    told = CliRunner().invoke(main, ["fetch", "--data", str(folder)])
    assert told.exit_code == 0, told.output
    assert "personer.json:" in told.output
    service.instead = [(403, b"")]
    again = CliRunner().invoke(main, ["fetch", "--again", "--data", str(folder)])
    assert again.exit_code == 3
    assert "personer.json: " in again.output
    assert "refuses the key" in again.output
    assert CliRunner().invoke(main, ["fetch", "ukendt.csv", "--data", str(folder)]).exit_code == 1
    assert "folketal.csv: measures" in CliRunner().invoke(main, ["sources", "--data", str(folder)]).output
