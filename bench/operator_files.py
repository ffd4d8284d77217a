"""Files as large as operators really send, for timing intake: call records and remittances, streamed in blocks.

``python -m bench.operator_files cdr 10000000 calls.csv`` writes rows that look like an operator's: half a million lines
of which few talk much, a SIM and a handset a line, cells, trunks, written in several ways. Values are those of
``fixtures.reserved`` only. Equal arguments give equal bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from fixtures.output import COLUMNS

BLOCK = 250_000
LINES = 500_000
SEED = 20_240_901
_START = 1_711_929_600  # 2024-04-01T00:00:00Z
_SPAN = 150 * 86_400


def _spread(chance: np.random.Generator, rows: int, among: int) -> np.ndarray:
    """Numbers of lines, few of them frequent: half of all rows fall on a fifth of the lines."""
    return (chance.random(rows) ** 2 * among).astype(np.int64)


def _digits(values: np.ndarray, width: int) -> pl.Series:
    return pl.Series(values).cast(pl.String).str.zfill(width)


def _pick(chance: np.random.Generator, rows: int, values: list[str], weights: list[float]) -> pl.Series:
    return pl.Series(np.array(values, dtype=object)[chance.choice(len(values), rows, p=weights)], dtype=pl.String)


def _number(chance: np.random.Generator, line: np.ndarray) -> pl.Series:
    """A line in one of the ways switches write it: national, with +212, with 00212."""
    way = pl.Series(chance.random(len(line)))
    block = pl.Series(np.array(["683", "685", "686"], dtype=object)[line % 3], dtype=pl.String)
    rest = _digits(line // 3, 6)
    head = pl.select(
        pl.when(way < 0.7).then(pl.lit("0")).when(way < 0.95).then(pl.lit("+212")).otherwise(pl.lit("00212"))
    )
    return head.to_series() + block + rest


def _abroad(chance: np.random.Generator, rows: int) -> pl.Series:
    code = _pick(chance, rows, ["+9657", "+96652", "+97151", "+3370", "+1555555"], [0.3, 0.3, 0.2, 0.15, 0.05])
    width = pl.select(pl.when(code == "+1555555").then(4).otherwise(7)).to_series()
    return pl.select(code + _digits(chance.integers(0, 10**7, rows) % 40_000, 7).str.slice(7 - width)).to_series()


def _stamp(seconds: np.ndarray, pattern: str) -> pl.Series:
    return pl.Series(seconds * 1_000_000).cast(pl.Datetime("us")).dt.strftime(pattern)


def _where(mask: np.ndarray | pl.Series, values: pl.Series | str) -> pl.Series:
    keep = mask if isinstance(mask, pl.Series) else pl.Series(mask)
    held = (
        values if isinstance(values, pl.Series) else pl.Series([values], dtype=pl.String).new_from_index(0, len(keep))
    )
    return pl.select(pl.when(keep).then(held)).to_series()


def calls(block: int, rows: int) -> pl.DataFrame:
    """One block of call records."""
    chance = np.random.default_rng([SEED, 1, block])
    kind = _pick(chance, rows, ["VOICE", "SMS", "DATA", "CALL_FORWARD"], [0.68, 0.22, 0.08, 0.02])
    way = _pick(chance, rows, ["MO", "MT", "TRANSIT"], [0.5, 0.45, 0.05])
    a, b, c = (_spread(chance, rows, LINES) for _ in range(3))
    from_abroad = (chance.random(rows) < 0.04) & (way != "MO").to_numpy()
    withheld = chance.random(rows) < 0.003
    caller = pl.select(
        pl.when(pl.Series(withheld)).then(pl.lit("anonymous"))
        .when(pl.Series(from_abroad)).then(_abroad(chance, rows))
        .otherwise(_number(chance, a))
    ).to_series()  # fmt: skip
    talks = kind.is_in(["VOICE", "CALL_FORWARD"])
    answered = chance.random(rows) < 0.62
    spoken = np.where(answered, (chance.exponential(90, rows) + 1).astype(np.int64).clip(1, 7_200), 0)
    served = np.where((way == "MO").to_numpy(), a, b)
    ours = (way != "TRANSIT").to_numpy() & ~(from_abroad & (way == "MO").to_numpy())
    cell = "001-01-" + _digits(served % 300 + 100, 1) + "-" + _digits((served * 7) % 8_000 + 10_000, 1)
    moved = "001-01-" + _digits(served % 300 + 100, 1) + "-" + _digits((served * 11) % 8_000 + 10_000, 1)
    paid = chance.random(rows) < 0.3
    frame = {
        "record_id": "K" + _digits(np.arange(block * BLOCK, block * BLOCK + rows), 9),
        "call_type": kind,
        "direction": way,
        "a_number": caller,
        "b_number": _where(kind != "DATA", _number(chance, b)),
        "c_number": _where(kind == "CALL_FORWARD", _number(chance, c)),
        "start_ts": _stamp(
            _START + np.sort(chance.integers(0, _SPAN // 40, rows)) + block % 40 * (_SPAN // 40), "%Y-%m-%d %H:%M:%S"
        ),
        "tz": pl.Series(["Africa/Casablanca"]).new_from_index(0, rows),
        "ring_s": _where(talks, _digits(chance.integers(1, 40, rows), 1)),
        "duration_s": _where(talks, _digits(spoken, 1)),
        "answered": _where(talks, _digits(answered.astype(np.int64), 1)),
        "release_cause": _where(talks, _pick(chance, rows, ["16", "17", "19", "31"], [0.7, 0.1, 0.15, 0.05])),
        "imsi": _where(ours, "00101" + _digits(served, 10)),
        "imei": _where(ours & (chance.random(rows) < 0.95), "001017" + _digits(served // 2, 8)),
        "first_cell": _where(ours, cell),
        "last_cell": _where(ours & (chance.random(rows) < 0.4), moved),
        "roaming_country": _where(chance.random(rows) < 0.01, "ES"),
        "trunk_in": _where(from_abroad, "INT-" + _digits(chance.integers(1, 13, rows), 2)),
        "trunk_out": _where(chance.random(rows) < 0.1, "NAT-" + _digits(chance.integers(1, 13, rows), 2)),
        "operator": pl.Series(["op1"]).new_from_index(0, rows),
        "service": _where(chance.random(rows) < 0.6, "basic"),
        "charge": _where(
            paid, _digits(chance.integers(1, 40, rows), 1) + "." + _digits(chance.integers(0, 100, rows), 2)
        ),
        "currency": _where(paid, "MAD"),
    }
    return pl.DataFrame(frame).select(COLUMNS["cdr.csv"])


def remittances(block: int, rows: int) -> pl.DataFrame:
    """One block of remittances."""
    chance = np.random.default_rng([SEED, 2, block])
    serial = np.arange(block * BLOCK, block * BLOCK + rows)
    operator = _pick(chance, rows, ["Western Union", "MoneyGram", "Ria", "Wafacash"], [0.5, 0.2, 0.15, 0.15])
    short = pl.select(
        pl.when(operator == "Western Union").then("000" + _digits(serial, 7))
        .when(operator == "MoneyGram").then("00" + _digits(serial, 8))
        .otherwise("ZZ" + _digits(serial, 9))
    ).to_series()  # fmt: skip
    sender, receiver = _spread(chance, rows, LINES // 2), _spread(chance, rows, LINES // 5)
    sent = _START + chance.integers(0, _SPAN, rows)
    status = _pick(chance, rows, ["paid", "sent", "cancelled", "refused"], [0.9, 0.06, 0.03, 0.01])
    paid = (status == "paid").to_numpy()
    country = _pick(chance, rows, ["KW", "SA", "AE", "FR"], [0.3, 0.3, 0.2, 0.2])
    prefix = country.replace_strict({"KW": "+9657", "SA": "+96652", "AE": "+97151", "FR": "+3370"})
    amount = chance.integers(50, 3_000, rows)
    first = np.array(
        ["Anas", "Bilal", "Karim", "Nadia", "Salma", "Yassine", "Hind", "Omar", "فيصل", "كريم"], dtype=object
    )
    last = np.array(
        ["Tazroualt", "Harun", "Ouzem", "Sintest", "El Zitun", "Ait Test", "Ben Haddou", "أوزم"], dtype=object
    )

    def named(who: np.ndarray) -> pl.Series:
        return pl.Series(first[who % 10], dtype=pl.String) + " " + pl.Series(last[who // 10 % 8], dtype=pl.String)

    with_document = chance.random(rows)
    frame = {
        "operator": operator,
        "mtcn": short,
        "sent_at": _stamp(sent, "%Y-%m-%dT%H:%M:%S") + "+03:00",
        "paid_at": _where(paid, _stamp(sent + chance.integers(600, 300_000, rows), "%Y-%m-%dT%H:%M:%S") + "Z"),
        "send_country": country,
        "send_city": _pick(chance, rows, ["Kuwait City", "Riyadh", "Dubai", "Lyon"], [0.25, 0.25, 0.25, 0.25]),
        "send_agent": "SA-" + _digits(chance.integers(0, 5_000, rows), 4),
        "sender_name": named(sender),
        "sender_id_type": _where(with_document < 0.8, "passport/" + country),
        "sender_id_no": _where(with_document < 0.8, "ZZ" + _digits(sender, 7)),
        "sender_phone": _where(chance.random(rows) < 0.7, prefix + _digits(sender, 7)),
        "sender_dob": _where(chance.random(rows) < 0.5, _stamp(sender * 3_600 % 900_000_000, "%Y-%m-%d")),
        "amount_sent": _digits(amount, 1) + "." + _digits(chance.integers(0, 100, rows), 2),
        "currency_sent": country.replace_strict({"KW": "KWD", "SA": "SAR", "AE": "AED", "FR": "EUR"}),
        "fee": _digits(chance.integers(2, 20, rows), 1),
        "fx": _digits(chance.integers(2, 33, rows), 1) + ".5",
        "amount_paid": _where(paid, _digits(amount * 10, 1) + ".00"),
        "currency_paid": _where(paid, "MAD"),
        "pay_country": pl.Series(["MA"]).new_from_index(0, rows),
        "pay_city": _pick(chance, rows, ["Oued Zem", "Khouribga", "Settat"], [0.4, 0.3, 0.3]),
        "pay_agent_code": _where(paid, "OZ-" + _digits(chance.integers(0, 2_000, rows), 4)),
        "receiver_name": named(receiver),
        "receiver_id_type": _where(with_document > 0.1, "cin"),
        "receiver_id_no": _where(with_document > 0.1, "QQ" + _digits(receiver, 6)),
        "receiver_id_expiry": _where(chance.random(rows) < 0.5, "2030-01-01"),
        "receiver_phone": _where(chance.random(rows) < 0.8, _number(chance, receiver)),
        "purpose": _where(chance.random(rows) < 0.4, "family support"),
        "test_question": pl.Series([None], dtype=pl.String).new_from_index(0, rows),
        "status": status,
    }
    return pl.DataFrame(frame).select(COLUMNS["remittance.csv"])


KINDS: dict[str, Callable[[int, int], pl.DataFrame]] = {"cdr": calls, "remittance": remittances}


def write(kind: str, rows: int, path: Path) -> Path:
    """Write ``rows`` rows of ``kind`` (cdr, remittance) to ``path``."""
    with path.open("wb") as file:
        for block, start in enumerate(range(0, rows, BLOCK)):
            KINDS[kind](block, min(BLOCK, rows - start)).write_csv(file, include_header=block == 0)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.operator_files", description=__doc__)
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("rows", type=int)
    parser.add_argument("path", type=Path)
    chosen = parser.parse_args()
    write(chosen.kind, chosen.rows, chosen.path)


if __name__ == "__main__":
    main()
