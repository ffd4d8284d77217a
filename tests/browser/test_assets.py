"""The committed canvas is what its sources give."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT, missing

SOURCES = ROOT / "ui" / "canvas" / "frontend"
ASSETS = ROOT / "halqa" / "assets"
pytestmark = pytest.mark.browser


def built(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("canvas-*"))}


def test_the_build_gives_the_committed_files(tmp_path):
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        missing("browser", "node and npm are not installed")
    work = tmp_path / "frontend"
    shutil.copytree(SOURCES, work, ignore=shutil.ignore_patterns("node_modules"))
    fetched = subprocess.run([npm, "ci", "--ignore-scripts"], cwd=work, capture_output=True, text=True)
    if fetched.returncode:
        missing("browser", f"npm ci failed (no registry?): {fetched.stderr[-300:]}")
    subprocess.run([node, "build.mjs", str(tmp_path / "out")], cwd=work, check=True, capture_output=True)
    assert built(tmp_path / "out") == built(ASSETS)


def test_versions_are_exact_and_no_registry_is_named():
    package = (SOURCES / "package.json").read_text(encoding="utf-8")
    assert re.findall(r'"[\w-]+": "([\^~>*].*?)"', package) == []
    lock = (SOURCES / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in lock
    assert "registry" not in lock
    assert "omit-lockfile-registry-resolved=true" in (SOURCES / ".npmrc").read_text(encoding="utf-8")


def test_the_manifest_names_the_distribution_and_the_assets():
    manifest = tomllib.loads((ROOT / "halqa" / "pyproject.toml").read_text(encoding="utf-8"))
    assert manifest["project"]["name"] == "halqa"
    assert manifest["tool"]["streamlit"]["component"]["components"] == [{"name": "canvas", "asset_dir": "assets"}]
    assert len(list(ASSETS.glob("canvas-*.js"))) == len(list(ASSETS.glob("canvas-style-*.css"))) == 1
    assert "SIL OPEN FONT LICENSE" in (ASSETS / "NotoSansArabic-OFL.txt").read_text(encoding="utf-8")
