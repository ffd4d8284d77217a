"""Findings that are on disk already, looked at again when the vault learns of a victim.

Somebody named in a finding may report tomorrow. From that intake on the finding shows a pseudonym, without waiting for
the next run (which then leaves the person out).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from graph.access import Mask
from graph.files import write_atomic

if TYPE_CHECKING:
    from halqa.opened import Opened

_UID = re.compile(r'"((?:phone:e164|person:doc|email:c|wallet|acct):[^"\\]+)"')
_FILES = ("rings.jsonl", "list.json", "cuts.json")


def mask_findings(ws: Opened) -> int:
    """Mask who has become known since the findings were written; the number of uids. Needs the lease."""
    paths = [path for run in sorted(ws.runs_folder.glob("*/summary.json")) for path in _texts(run.parent)]
    uids = sorted({uid for path in paths for uid in _UID.findall(path.read_text(encoding="utf-8"))})
    known = ws.vault.match(uids)
    # A finding names merged persons by one uid; the victim may be known by another.
    for members in ws.same_persons():
        pseudonyms = sorted(ws.vault.match(members).values())
        known |= dict.fromkeys(members, pseudonyms[0]) if pseudonyms else {}
    if not known:
        return 0
    # The masks go first: a kill in between leaves findings that the next intake masks.
    ws.vault.save_masks(ws.vault.masks() | known)
    ws.__dict__.pop("_mask", None)
    numbers = Mask(known)
    for path in paths:
        text = path.read_text(encoding="utf-8")
        masked = numbers.text(_UID.sub(lambda found: f'"{numbers.uid(found.group(1))}"', text))
        if masked != text:
            write_atomic(path, masked.encode())
    return len(known)


def _texts(run: Path) -> list[Path]:
    return [path for name in _FILES if (path := run / name).exists()]
