"""SIM cards and devices: IMSI, ICCID, IMEI, MAC and other typed device identifiers."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from graph.ids import slug
from ingest.normalise.found import NOTHING, Found
from ingest.normalise.text import clean

_SEPARATORS: Final = re.compile(r"[\s\-/.]+")
_HEX12: Final = re.compile(r"[0-9a-f]{12}")


def luhn(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of the others."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _digits(text: str) -> str:
    return _SEPARATORS.sub("", clean(text))


def _plain(value: str) -> bool:
    return value.isascii() and value.isdigit()


@lru_cache(maxsize=1 << 16)
def imei(text: str) -> Found:
    """First 14 digits (type and serial): operators zero the check digit or put a version in its place."""
    value = _digits(text)
    if not value:
        return NOTHING
    if not _plain(value) or len(value) not in (14, 15, 16):
        return Found(f"dev:raw:{value}", "identifier")
    wrong = len(value) == 15 and value[14] != "0" and not luhn(value)
    return Found(f"dev:imei:{value[:14]}", "checksum" if wrong else None)


@lru_cache(maxsize=1 << 16)
def imsi(text: str) -> Found:
    """14-15 digits."""
    value = _digits(text)
    if not value:
        return NOTHING
    if _plain(value) and len(value) in (14, 15):
        return Found(f"sim:imsi:{value}")
    return Found(f"sim:raw:{value}", "identifier")


@lru_cache(maxsize=1 << 16)
def iccid(text: str) -> Found:
    """19-20 digits starting with 89, Luhn."""
    value = _digits(text)
    if not value:
        return NOTHING
    if not _plain(value) or len(value) not in (19, 20) or not value.startswith("89"):
        return Found(f"sim:raw:{value}", "identifier")
    return Found(f"sim:iccid:{value}") if luhn(value) else Found(f"sim:raw:{value}", "checksum")


def sim(imsi_text: str | None, iccid_text: str | None) -> Found:
    """The SIM of a record: its IMSI when usable, else its ICCID when usable, else what was written."""
    by_imsi = imsi(imsi_text) if imsi_text else NOTHING
    if by_imsi.fits or not iccid_text:
        return by_imsi
    by_iccid = iccid(iccid_text)
    if by_imsi.uid is None:
        return by_iccid
    return Found(by_iccid.uid, by_imsi.warning) if by_iccid.fits else by_imsi


@lru_cache(maxsize=1 << 16)
def device(text: str) -> Found:
    """A device written ``type:value`` (``imei:``, ``mac:``, ``adid:`` ...); without a type it stays raw."""
    value = clean(text)
    if not value:
        return NOTHING
    kind, colon, rest = value.partition(":")
    kind, rest = slug(kind), rest.strip()
    if not colon or not kind or not rest or _HEX12.fullmatch(re.sub(r"[:\-.\s]", "", value.lower())):
        return Found(f"dev:raw:{value}", "identifier")
    if kind == "imei":
        return imei(rest)
    if kind == "mac":
        digits = re.sub(r"[:\-.\s]", "", rest.lower())
        if not _HEX12.fullmatch(digits):
            return Found(f"dev:raw:{rest}", "identifier")
        return Found("dev:mac:" + ":".join(digits[n : n + 2] for n in range(0, 12, 2)))
    return Found(f"dev:{kind}:{rest.lower()}")


def imsis(texts: pl.Series) -> pl.DataFrame:
    """Many distinct SIM numbers at once: ``uid`` and ``warning``, equal to :func:`imsi` one by one."""
    plain = texts.str.contains("^[0-9]{14,15}$")
    return _with_rest(texts, pl.when(plain).then("sim:imsi:" + texts), pl.lit(None, pl.String), imsi)


def imeis(texts: pl.Series) -> pl.DataFrame:
    """Many distinct devices at once: ``uid`` and ``warning``, equal to :func:`imei` one by one."""
    plain = texts.str.contains("^[0-9]{14,16}$")
    checked = texts.str.contains("^[0-9]{14}[1-9]$")
    digits = np.frombuffer("".join(texts.filter(checked)).encode(), dtype=np.uint8).reshape(-1, 15) - ord("0")
    doubled = digits[:, 1::2] * 2
    wrong = np.zeros(len(texts), dtype=bool)
    total = digits[:, ::2].sum(axis=1) + (doubled - 9 * (doubled > 9)).sum(axis=1)
    wrong[checked.to_numpy()] = total % 10 != 0
    uid = pl.when(plain).then("dev:imei:" + texts.str.head(14))
    return _with_rest(texts, uid, pl.when(pl.Series(wrong)).then(pl.lit("checksum")), imei)


def _with_rest(texts: pl.Series, uid: pl.Expr, warning: pl.Expr, one: Callable[[str], Found]) -> pl.DataFrame:
    """``uid`` and ``warning`` as given; where there is no uid yet, what ``one`` finds."""
    frame = pl.DataFrame({"text": texts}).select("text", uid=uid, warning=warning).with_row_index("n")
    rest = frame.filter(pl.col("uid").is_null())
    if not rest.height:
        return frame.select("uid", "warning")
    found = [one(text) for text in rest["text"]]
    told = pl.DataFrame(
        {"n": rest["n"], "uid": [f.uid for f in found], "warning": [f.warning for f in found]},
        schema={"n": pl.UInt32, "uid": pl.String, "warning": pl.String},
    )
    return frame.update(told, on="n", how="left", maintain_order="left").select("uid", "warning")
