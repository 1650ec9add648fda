"""Strict YAML: what stands in the file is what the program gets, and every fault has a line.

YAML 1.2, one document, plain data. A key written twice is refused instead of the last one winning. Only
ordinary decimal numbers become numbers: `no`, `012`, `12:30`, `1_000` and `0x1F` stay the text they are.
"""

import difflib
import math
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from afkast.errors import AfkastError

Keys = tuple[Any, ...]
Model = TypeVar("Model", bound=BaseModel)

DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
MOST_DIGITS = 30
PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "timestamp", "str")}
NUMBER_TAGS = {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}


@dataclass(frozen=True)
class YamlFile:
    """A YAML file's plain data (dict, list, str, int, float, bool, None, date) and where each key stands."""

    path: Path
    data: Any
    lines: dict[Keys, int] = field(repr=False)

    def line(self, *keys: Any) -> int:
        """The 1-based line of a key path; of the nearest key above it when the path is not in the file."""
        while keys not in self.lines:
            keys = keys[:-1]
        return self.lines[keys]


def read_yaml(path: Path, error: type[AfkastError] = AfkastError) -> YamlFile:
    """Read one YAML file; raises `error` with file and line when it is not strict YAML."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError:
        raise error(f"{path.name} cannot be read; check that the file is there.") from None
    except UnicodeDecodeError as fault:
        line = fault.object[: fault.start].count(b"\n") + 1
        raise error(f"{path.name}:{line}: a byte that is not UTF-8; save the file as UTF-8.") from None
    try:
        data, lines = _read(text)
    except _StrictError as fault:
        raise error(f"{path.name}:{fault.line}: {fault}") from None
    except MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        raise error(f"{path.name}:{mark.line + 1 if mark else 1}: not valid YAML: {fault.problem}.") from None
    except RecursionError:
        raise error(f"{path.name}: brackets or lists within each other without end; write it plainly.") from None
    except YAMLError:
        raise error(f"{path.name}: contains a control character; remove it.") from None
    return YamlFile(path, deepcopy(data), lines)


@lru_cache(maxsize=1_000)
def _read(text: str) -> tuple[Any, dict[Keys, int]]:
    """The plain data and the lines of a text, read once: a build reads a strategy for each page that names another."""
    yaml = YAML(typ="safe", pure=True)
    _refuse_directives(text)
    lines: dict[Keys, int] = {(): 1}
    node = yaml.compose(text)
    return None if node is None else _plain(yaml, node, (), lines, set()), lines


def validate(model: type[Model], file: YamlFile, error: type[AfkastError]) -> Model:
    """The file as a `model`; raises `error` with all faults, one `file:line: key: what is expected` a line.

    A value is never quoted: it may be personal, or simply long.
    """
    try:
        return model.model_validate(file.data)
    except ValidationError as faults:
        known = set(_known_keys(model.model_json_schema()))
        sentences = [
            _sentence(file, known, fault["type"], fault["loc"], fault["msg"], fault.get("ctx", {}))
            for fault in faults.errors(include_input=False, include_url=False)
        ]
    raise error("\n".join(dict.fromkeys(sentences)))


class _StrictError(Exception):
    """A construct that strict YAML does not have."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def _refuse_directives(text: str) -> None:
    # "%YAML 1.1" would turn `no` into False again
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("%"):
            raise _StrictError(number, "a line that begins with % is not used here; remove it.")


def _plain(yaml: YAML, node: Node, keys: Keys, lines: dict[Keys, int], seen: set[int]) -> Any:
    """The node as plain data; notes the line of each key path in `lines`."""
    if id(node) in seen:
        raise _StrictError(lines[keys], "aliases (*name) are not used here; write the value out.")
    seen.add(id(node))
    if isinstance(node, MappingNode):
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode) or key_node.value == "":
                raise _StrictError(line, "a key must be a word or a number.")
            key = _scalar(yaml, key_node)
            if key in mapping:
                raise _StrictError(line, f"the key '{key}' is also on line {lines[(*keys, key)]}; keep one of them.")
            lines[(*keys, key)] = line
            mapping[key] = _plain(yaml, value_node, (*keys, key), lines, seen)
        return mapping
    if isinstance(node, SequenceNode):
        for position, item in enumerate(node.value):
            lines[(*keys, position)] = item.start_mark.line + 1
        return [_plain(yaml, item, (*keys, position), lines, seen) for position, item in enumerate(node.value)]
    return _scalar(yaml, node)


def _scalar(yaml: YAML, node: Node) -> Any:
    if node.tag in NUMBER_TAGS and not DECIMAL.fullmatch(node.value):
        return node.value
    line = node.start_mark.line + 1
    if node.tag not in PLAIN_TAGS:
        raise _StrictError(line, "not valid YAML: tags (!name) are not used; write the value plainly.")
    if node.tag in NUMBER_TAGS and len(node.value) > MOST_DIGITS:
        raise _StrictError(line, f"a number of more than {MOST_DIGITS} signs; write it shorter, or in quotes.")
    try:
        value = yaml.constructor.construct_object(node)
    except (ValueError, OverflowError):
        raise _StrictError(line, "not a date in the calendar (yyyy-mm-dd).") from None
    if isinstance(value, float) and not math.isfinite(value):
        raise _StrictError(line, "a number that is too large.")
    return value


def _known_keys(schema: Any) -> Iterator[str]:
    """Every key that the model and the models inside it know."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from _known_keys(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _known_keys(part)


def _sentence(file: YamlFile, known: set[str], kind: str, location: Keys, message: str, context: dict[str, Any]) -> str:
    # pydantic's location also names the member of a union it tried, which is no key of the file
    keys: Keys = ()
    for key in location:
        if (*keys, key) in file.lines or (key == location[-1] and kind == "missing"):
            keys = (*keys, key)
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(keys[-1]), known - {keys[-1]}, n=1)
        message = "unknown key" + (f"; did you mean '{near[0]}'" if near else "; remove it")
    elif kind == "missing":
        message = "this key is missing"
    elif kind == "union_tag_invalid":  # pydantic's own sentence quotes the value
        keys = (*keys, context["discriminator"].strip("'"))
        message = f"must be one of {context['expected_tags']}"
    elif kind == "union_tag_not_found":
        keys = (*keys, context["discriminator"].strip("'"))
        message = "this key is missing"
    elif kind == "model_type":
        message = "must be keys with values"
    else:
        message = message.removeprefix("Value error, ").replace("Input should be", "must be")
    where = f"{file.path.name}:{file.line(*keys)}: "
    end = "?" if "did you mean" in message else "."
    return where + (".".join(str(key) for key in keys) + ": " if keys else "") + message.rstrip(".") + end
