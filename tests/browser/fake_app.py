"""The desk over the fake workspace, for a server started by the tests."""

import os
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import ui.session  # noqa: E402
from tests.ui.fake_workspace import FakeWorkspace  # noqa: E402
from ui.server import entry  # noqa: E402

kind = Path(os.environ["HALQA_HOME"]).name
ui.session.opener = lambda _: FakeWorkspace(empty=kind == "empty", unanalysed=kind == "unanalysed")
runpy.run_path(str(entry()), run_name="__main__")
