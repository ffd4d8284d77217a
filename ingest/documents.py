"""JSON lines to objects whose leaves are texts as written; and the canonical bytes of an object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final, NoReturn

from ingest.rejects import Refused
from ingest.tables import Limits, decode

Value = str | list["Value"] | dict[str, "Value"] | None


class Line:
    """One line of a JSON lines file: its number, its object or the reason it has none, its text."""

    __slots__ = ("number", "problem", "text", "value")

    def __init__(self, number: int, text: str, value: dict[str, Value] | None, problem: Refused | None) -> None:
        self.number, self.text, self.value, self.problem = number, text, value, problem


def _constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


_DECODER: Final = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_constant)


def parse_json(text: str) -> Value:
    """A JSON value with numbers as written and booleans as ``true``/``false``.

    Raises Refused ``malformed`` (or ``encoding`` for lone surrogates).
    """
    try:
        value = _DECODER.decode(text)
        plain = _plain(value)
        # Half a pair gets in by an escape, or stands in the text itself.
        (json.dumps(plain, ensure_ascii=False) if "\\u" in text else text).encode()
    except UnicodeEncodeError:
        raise Refused("encoding", "half a character pair in a JSON text") from None
    except (ValueError, RecursionError):
        raise Refused("malformed", "not well-formed JSON") from None
    return plain


def _plain(value: object) -> Value:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def read_json_lines(data: bytes, limits: Limits, encoding: str = "utf-8", comment: str | None = None) -> Iterator[Line]:
    """Every line that is not blank or a comment, as an object or with the reason it is refused."""
    text, bad = decode(data, encoding)
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or (comment is not None and line.startswith(comment)):
            continue
        try:
            if number - 1 in bad:
                raise Refused("encoding", "bytes that are not valid in the encoding of the file")
            size = len(line.encode())
            if size > limits.record:
                raise Refused("oversize", f"a record larger than {limits.record} bytes")
            if not line.lstrip().startswith("{"):
                raise Refused("malformed", "a line must hold one JSON object")
            value = parse_json(line)
            if not isinstance(value, dict):
                raise Refused("malformed", "a line must hold one JSON object")
            if size > limits.text:
                check_sizes(value, limits)
        except Refused as problem:
            yield Line(number, line[: limits.record], None, problem)
        else:
            yield Line(number, line, value, None)


def check_sizes(value: Value, limits: Limits) -> None:
    """Raise Refused ``oversize`` when a text inside is above the limit."""
    if isinstance(value, str):
        if len(value.encode()) > limits.text:
            raise Refused("oversize", f"a text larger than {limits.text} bytes")
    elif isinstance(value, dict):
        for key, inner in value.items():
            check_sizes(key, limits)
            check_sizes(inner, limits)
    elif isinstance(value, list):
        for inner in value:
            check_sizes(inner, limits)


def pruned(value: Value) -> Value:
    """Texts trimmed, empty values left out at every depth."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, list):
        return [kept for inner in value if (kept := pruned(inner)) is not None] or None
    if isinstance(value, dict):
        return {key: kept for key, inner in value.items() if (kept := pruned(inner)) is not None} or None
    return None


def canonical(value: Value) -> bytes:
    """What a record said, as bytes: pruned, keys sorted. Equal for equal content, however it was laid out."""
    return json.dumps(pruned(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
