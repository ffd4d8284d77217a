"""Words of a name that are no name: titles, filiation, particles that join the next word. Folded, as units see them."""

from __future__ import annotations

from typing import Final, Literal

Gender = Literal["m", "f", "u"]
Filiation = Literal["", "ben", "bent", "ould"]

TITLES: Final = frozenset({
    "mr", "mrs", "ms", "mme", "mlle", "madame", "monsieur", "mister", "dr", "pr", "prof", "me", "maitre", "si",
    "haj", "hajj", "elhaj", "hajja", "hadj", "lhaj", "alhaj",
    "الحاج", "حاج", "الحاجة", "السيد", "السيدة", "سيد", "دكتور", "الدكتور",
})  # fmt: skip
"""Left out where a name goes on after them."""

SOFT: Final[dict[str, Gender]] = {
    "moulay": "m", "mly": "m", "my": "m", "mulay": "m", "sidi": "m", "sidy": "m", "lalla": "f", "lala": "f",
    "مولاي": "m", "سيدي": "m", "لالة": "f", "لالا": "f", "للا": "f",
}  # fmt: skip
"""Honours that one source writes and the next leaves out; they still tell a man from a woman."""

FILIATION: Final[dict[str, Filiation]] = {
    **dict.fromkeys(("ben", "bin", "ibn", "ebn", "b", "بن", "ابن"), "ben"),
    **dict.fromkeys(("bent", "bint", "mint", "بنت", "منت"), "bent"),
    **dict.fromkeys(("ould", "wuld", "wold", "weld", "oulad", "ولد", "اولاد"), "ould"),
}
"""Son or daughter of: who stands before and who after is two people."""

JOINED: Final = frozenset({
    "bel", "ait", "nait", "aith", "beni", "bou", "abou", "abu", "bu", "aba", "oum", "umm", "om", "um", "oumm",
    "ابو", "ام", "ايت", "بو", "بل",
})  # fmt: skip
"""Written apart or together with the next word."""

ONE_SPELLING: Final = {
    **dict.fromkeys(("abou", "abu", "bu", "aba"), "bou"),
    **dict.fromkeys(("umm", "om", "um", "oumm"), "oum"),
    **dict.fromkeys(("nait", "aith"), "ait"),
    "ابو": "بو",
}
"""Particles of one meaning under one spelling."""

SERVANT: Final = frozenset({"abd", "abdel", "abdul", "abdal", "abdou", "abdur", "abder", "abdes", "عبد"})
"""``Abd`` written apart from the name of God after it."""
