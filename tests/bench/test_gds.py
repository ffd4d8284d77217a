"""What the bench beside Neo4j GDS works out by itself; the server and its times are seen by the bench only."""

from __future__ import annotations

import re

import polars as pl
import pytest

from bench import gds


@pytest.mark.parametrize(
    ("jar", "name"),
    [
        ("jackson-core-2.18.6.jar", "jackson-core"),
        ("javassist-3.28.0-GA.jar", "javassist"),
        ("cypher-ast-factory-9.0-9.0.20210312.jar", "cypher-ast-factory-9.0"),
    ],
)
def test_artifacts_are_named_without_version(jar: str, name: str) -> None:
    assert gds.artifact(jar) == name


def test_the_server_s_own_jars_win_but_not_over_the_plugin_s() -> None:
    plugin = [
        "annotations-2.13.9.jar",
        "commons-text-1.14.0.jar",
        "cypher-ast-factory-9.0-9.0.2021.jar",
        "hppc-0.7.jar",
    ]
    server = ["annotations-5.26.30.jar", "commons-text-1.12.0.jar", "cypher-ast-factory-5.26.30.jar"]
    assert gds.doubled(plugin, server, "2.13.9") == ["commons-text-1.14.0.jar"]


def test_both_parts_of_the_plugin_have_one_version() -> None:
    assert set(re.findall(r"<version>(\d+\.[\d.]+)</version>", gds.POM.read_text())) == {gds.version()}


def test_pairs_are_links_without_direction_relation_or_loops() -> None:
    links = pl.DataFrame({"src": [2, 1, 1, 3], "rel": ["A", "A", "B", "A"], "dst": [1, 2, 2, 3]})
    assert gds.pairs(links).rows() == [(1, 2)]


def test_modularity_tells_one_link_more() -> None:
    """Two triangles joined by one link: Newman's 5/14."""
    codes, communities = [5, 4, 3, 2, 1, 0], [70, 70, 70, 9, 9, 9]
    ends = [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (2, 3)]
    joined = gds.Links(6, pl.DataFrame(ends, schema=["a", "b"], orient="row"))
    apart = gds.Links(6, joined.pairs.head(6))
    assert gds.modularity(joined, codes, communities) == pytest.approx(5 / 14)
    assert gds.modularity(apart, codes, communities) == pytest.approx(1 / 2)
