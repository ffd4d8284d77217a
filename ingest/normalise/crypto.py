"""Crypto addresses: Bitcoin (base58check, bech32, bech32m), Ethereum (EIP-55), TRON.

Libraries at hand reject Taproot, so BIP-173/BIP-350 and the Keccak of EIP-55 are written here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import base58

from ingest.normalise.found import NOTHING, Found
from ingest.normalise.text import clean

_BASE58: Final = "[1-9A-HJ-NP-Za-km-z]"
_BTC: Final = re.compile(f"[13]{_BASE58}{{25,34}}")
_SEGWIT: Final = re.compile(r"bc1[02-9ac-hj-np-z]{11,87}", re.I)
_ETH: Final = re.compile(r"0[xX][0-9a-fA-F]{40}")
_TRON: Final = re.compile(f"T{_BASE58}{{33}}")
_CHARSET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


@lru_cache(maxsize=1 << 16)
def crypto(text: str) -> Found:
    """``crypto:<btc|eth|tron>:<address>``; a wrong check keeps ``crypto:raw:``."""
    value = clean(text)
    if not value:
        return NOTHING
    if _SEGWIT.fullmatch(value):
        chain, good, form = "btc", _segwit(value), value.lower()
    elif _BTC.fullmatch(value):
        chain, good, form = "btc", _base58(value) in (0x00, 0x05), value
    elif _TRON.fullmatch(value):
        chain, good, form = "tron", _base58(value) == 0x41, value
    elif _ETH.fullmatch(value):
        chain, good, form = "eth", _eip55(value[2:]), "0x" + value[2:].lower()
    else:
        return Found(f"crypto:raw:{value}", "identifier")
    return Found(f"crypto:{chain}:{form}") if good else Found(f"crypto:raw:{value}", "checksum")


def crypto_form(text: str) -> bool:
    """Whether a text has the form of an address of a known chain."""
    value = clean(text)
    return any(form.fullmatch(value) for form in (_SEGWIT, _BTC, _TRON, _ETH))


def _base58(value: str) -> int | None:
    """Version byte of a base58check address of 20 bytes, None when the check fails."""
    try:
        payload: bytes = base58.b58decode_check(value)
    except ValueError:
        return None
    return payload[0] if len(payload) == 21 else None


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check


def _segwit(value: str) -> bool:
    if value not in (value.lower(), value.upper()):
        return False
    data = [_CHARSET.index(c) for c in value.lower()[3:]]
    check = _polymod([3, 3, 0, 2, 3, *data])  # "bc" expanded: high bits, 0, low bits
    version, program = data[0], data[1:-6]
    bits = len(program) * 5
    size, spare = bits // 8, bits % 8
    if spare > 4 or (spare and program[-1] & ((1 << spare) - 1)):
        return False
    if version == 0:
        return check == 1 and size in (20, 32)
    return version <= 16 and check == 0x2BC830A3 and 2 <= size <= 40


def _eip55(digits: str) -> bool:
    if digits in (digits.lower(), digits.upper()):
        return True
    digest = keccak256(digits.lower().encode()).hex()
    return all(c == (c.upper() if int(digest[n], 16) >= 8 else c.lower()) for n, c in enumerate(digits))


_LANE: Final = (1 << 64) - 1
_ROUNDS: Final = (
    0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000,
    0x000000000000808B, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
    0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
)  # fmt: skip


def _turn(value: int, by: int) -> int:
    return (value << by | value >> (64 - by)) & _LANE if by else value


def keccak256(message: bytes) -> bytes:
    """Keccak-256 with the original padding (Ethereum's; SHA3-256 pads otherwise). Short messages only: one block."""
    if len(message) >= 136:
        raise ValueError("one block of Keccak-256 takes fewer than 136 bytes")
    block = bytearray(message + b"\x01" + bytes(135 - len(message)))
    block[135] |= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for n in range(17):
        lanes[n % 5][n // 5] = int.from_bytes(block[8 * n : 8 * n + 8], "little")
    for constant in _ROUNDS:
        parity = [lanes[x][0] ^ lanes[x][1] ^ lanes[x][2] ^ lanes[x][3] ^ lanes[x][4] for x in range(5)]
        for x in range(5):
            mixed = parity[x - 1] ^ _turn(parity[(x + 1) % 5], 1)
            for y in range(5):
                lanes[x][y] ^= mixed
        x, y, current = 1, 0, lanes[1][0]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            current, lanes[x][y] = lanes[x][y], _turn(current, (step + 1) * (step + 2) // 2 % 64)
        for y in range(5):
            row = [lanes[x][y] for x in range(5)]
            for x in range(5):
                lanes[x][y] = row[x] ^ (~row[(x + 1) % 5] & _LANE & row[(x + 2) % 5])
        lanes[0][0] ^= constant
    return b"".join(lanes[n % 5][n // 5].to_bytes(8, "little") for n in range(4))
