"""Who keeps an account: names of bank codes, as data. Never a validation: an unknown code is a bank we do not know.

Morocco by the first three digits of the RIB (001 and 007 verified, the others from memory of the profession: domain
3.3), localities of the branch by the next three. UEMOA by the five characters of the bank code.
"""

from __future__ import annotations

from typing import Final

MOROCCO: Final[dict[str, str]] = {
    "001": "Bank Al-Maghrib",
    "007": "Attijariwafa bank",
    "011": "Bank of Africa",
    "013": "BMCI",
    "021": "Crédit du Maroc",
    "022": "Saham Bank (Société Générale)",
    **{f"{code:03d}": "Banque populaire" for code in range(101, 191)},
    "225": "Crédit Agricole du Maroc",
    "230": "CIH Bank",
    "310": "Trésorerie générale du Royaume",
    "350": "Al Barid Bank",
}
LOCALITIES: Final[dict[str, str]] = {"780": "Casablanca", "810": "Rabat"}
"""Localities of Moroccan branches that are known for sure."""


def account_facts(iban: str) -> dict[str, str]:
    """Parts of a valid IBAN: country, bank code and name, branch, account; only what its country's plan tells."""
    country, rest = iban[:2], iban[4:]
    facts = {"country": country}
    match country:
        case "MA":
            facts |= {"bank_code": rest[:3], "locality_code": rest[3:6], "rib": rest}
            named = {"bank": MOROCCO.get(rest[:3]), "locality": LOCALITIES.get(rest[3:6])}
            facts |= {key: value for key, value in named.items() if value is not None}
        case "CI" | "SN" | "BJ" | "BF" | "ML" | "TG" | "NE":
            facts |= {"bank_code": rest[:5], "branch_code": rest[5:10], "rib": rest}
        case "GB":
            facts |= {"bank_code": rest[:4], "sort_code": f"{rest[4:6]}-{rest[6:8]}-{rest[8:10]}", "account": rest[10:]}
        case "FR":
            facts |= {"bank_code": rest[:5], "branch_code": rest[5:10]}
        case "SA":
            facts |= {"bank_code": rest[:2]}
        case "AE":
            facts |= {"bank_code": rest[:3]}
        case "KW" | "QA" | "BH":
            facts |= {"bank_code": rest[:4]}
        case "OM":
            facts |= {"bank_code": rest[:3]}
        case _:
            pass
    return facts
