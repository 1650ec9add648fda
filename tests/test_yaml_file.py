"""Strict YAML: nothing is silently changed, and every fault names file, line and key but no value."""

import datetime
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from afkast.errors import AfkastError, StrategyError
from afkast.yaml_file import read_yaml, validate


class Circle(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["circle"]
    radius: int


class Square(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["square"]
    side: int


class Drawing(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str
    shapes: list[Annotated[Circle | Square, Field(discriminator="kind")]] = []


def written(folder, text):
    path = folder / "file.yml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("012", "012"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        (".inf", ".inf"),
        ("0", 0),
        ("-12", -12),
        ("1.50", 1.5),
        ("true", True),
        ("", None),
        ("2019-06-01", datetime.date(2019, 6, 1)),
        ("'2019'", "2019"),
    ],
)
def test_a_value_is_what_is_written(tmp_path, text, value):
    data = read_yaml(written(tmp_path, f"key: {text}\n")).data
    assert data == {"key": value} and type(data["key"]) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "file.yml:4: the key 'c' is also on line 3; keep one of them."),
        ("a: 1\nb: &x 1\nc: *x\n", "file.yml:3: aliases (*name) are not used here; write the value out."),
        ("a: 1\nb: 2019-02-30\n", "file.yml:2: not a date in the calendar (yyyy-mm-dd)."),
        ("%YAML 1.1\n---\na: no\n", "file.yml:1: a line that begins with % is not used here; remove it."),
        ("? [1, 2]\n: 3\n", "file.yml:1: a key must be a word or a number."),
        ("a: [\n", "file.yml:2: not valid YAML"),
        ("a: 1\n---\nb: 2\n", "file.yml:2: not valid YAML"),
        ("a: !!python/object:os.system x\n", "file.yml:1: not valid YAML"),
        ("a: \x07\n", "file.yml: contains a control character; remove it."),
    ],
)
def test_what_strict_yaml_does_not_have_is_refused_with_its_line(tmp_path, text, message):
    with pytest.raises(AfkastError) as refused:
        read_yaml(written(tmp_path, text))
    assert str(refused.value).startswith(message)


def test_a_byte_that_is_not_utf8_is_told_with_its_line(tmp_path):
    path = tmp_path / "file.yml"
    path.write_bytes("a: 1\nb: Køge\n".encode("cp1252"))
    with pytest.raises(AfkastError, match=r"file\.yml:2: a byte that is not UTF-8"):
        read_yaml(path)


def test_a_missing_file_is_told_by_name_with_the_error_asked_for(tmp_path):
    with pytest.raises(StrategyError, match=r"^file\.yml cannot be read; check that the file is there\.$"):
        read_yaml(tmp_path / "file.yml", StrategyError)


def test_the_line_of_a_key_is_found_and_else_that_of_the_key_above(tmp_path):
    file = read_yaml(written(tmp_path, "title: x\nshapes:\n  - kind: circle\n    radius: 2\n"))
    assert file.line("shapes", 0, "radius") == 4
    assert file.line("shapes", 0, "colour") == 3
    assert file.line("colour") == 1


def test_all_faults_are_told_with_file_line_and_key_but_without_values(tmp_path):
    text = """\
titel: HEMMELIG
shapes:
  - kind: circle
    radius: HEMMELIG
  - kind: square
    size: HEMMELIG
  - kind: HEMMELIG
  - side: 3
"""
    with pytest.raises(StrategyError) as refused:
        validate(Drawing, read_yaml(written(tmp_path, text)), StrategyError)
    assert str(refused.value).splitlines() == [
        "file.yml:1: title: this key is missing.",
        "file.yml:4: shapes.0.radius: must be a valid integer, unable to parse string as an integer.",
        "file.yml:5: shapes.1.side: this key is missing.",
        "file.yml:6: shapes.1.size: unknown key; did you mean 'side'?",
        "file.yml:7: shapes.2.kind: must be one of 'circle', 'square'.",
        "file.yml:8: shapes.3.kind: this key is missing.",
        "file.yml:1: titel: unknown key; did you mean 'title'?",
    ]
    assert refused.value.__cause__ is None and refused.value.__context__ is None


def test_a_file_that_keeps_the_model_becomes_the_model(tmp_path):
    file = read_yaml(written(tmp_path, "title: x\nshapes: [{kind: square, side: 3}]\n"))
    assert validate(Drawing, file, StrategyError) == Drawing(title="x", shapes=[Square(kind="square", side=3)])
