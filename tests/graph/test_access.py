"""What a mask replaces, wherever in a value it stands."""

from __future__ import annotations

from types import MappingProxyType

from graph.access import Mask

MASK = Mask({"phone:e164:+212683000001": "victim:h:1", "person:doc:MA:cin:QQ1": "victim:h:2"})


def test_every_text_of_a_value_is_looked_through() -> None:
    value = {
        "person:doc:MA:cin:QQ1": "person:doc:MA:cin:QQ1",
        "rows": [("call +212683000001 12:00", 3), MappingProxyType({"uid": "phone:e164:+212683000001"}), None, True],
        "again": ["call +212683000001 12:00"] * 2,
        "other": "call +212683000002 12:00",
    }
    assert MASK.everywhere(value) == {
        "person:doc:MA:cin:QQ1": "victim:h:2",
        "rows": [("call victim:h:1 12:00", 3), {"uid": "victim:h:1"}, None, True],
        "again": ["call victim:h:1 12:00"] * 2,
        "other": "call +212683000002 12:00",
    }
