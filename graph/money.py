"""Currencies and their minor units: amounts are whole numbers of these, and decimal texts when shown."""

from __future__ import annotations

from typing import Final

DECIMALS: Final[dict[str, int]] = {
    **dict.fromkeys(["KWD", "BHD", "OMR", "TND", "LYD", "JOD", "IQD"], 3),
    **dict.fromkeys(["XOF", "XAF", "JPY"], 0),
}
"""Currencies that have not two decimals (ISO 4217)."""


def decimals(currency: str | None) -> int:
    """Decimals of a currency; 2 unless the table says otherwise."""
    return DECIMALS.get(currency or "", 2)


def amount_text(minor: int, currency: str | None) -> str:
    """Minor units as a decimal text of the currency's own decimals: 5000000, MAD -> ``50000.00``."""
    places = decimals(currency)
    sign, digits = ("-" if minor < 0 else ""), str(abs(minor))
    if not places:
        return sign + digits
    digits = digits.rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}"
