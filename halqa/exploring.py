"""What can be asked of an open workspace: who, paths, neighbourhoods, records, queries, structure, other libraries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from halqa.opened import Opened

if TYPE_CHECKING:
    import igraph
    import networkx
    import polars as pl


class Exploring(Opened):
    """Questions of a workspace; every answer is looked through the mask. People use :class:`halqa.Workspace`."""

    def who(self, text: str, *, country: str | None = None) -> dict[str, Any]:
        """Any written form -> the entity; JSON of ``halqa who``. Errors: NothingFound with the form looked for."""
        from halqa import explore

        return explore.who(self, text, country)

    def deconflict(
        self,
        text: str,
        mine: str | Sequence[str],
        *,
        country: str | None = None,
        by: str | None = None,
        at: datetime | None = None,
    ) -> dict[str, Any]:
        """Whether somebody else's ring has this one already; JSON of ``halqa who X --mine R``. Logged.

        Errors: UsageError, NothingFound for a ring that there is not.
        """
        from halqa.clock import utc_now
        from halqa.deconfliction import deconflict
        from halqa.safekeeping import user_name

        rings = [mine] if isinstance(mine, str) else mine
        return deconflict(self, text, rings, country, by=by or user_name(), at=at or utc_now())

    def path(
        self, a: str, b: str, *, max_hops: int = 6, through_hubs: bool = False, k: int = 3, longer: bool = False
    ) -> dict[str, Any]:
        """The ``k`` shortest evidence paths, next longer ones too if ``longer``; JSON of ``halqa path``."""
        from halqa import explore

        return explore.path(self, a, b, max_hops=max_hops, through_hubs=through_hubs, k=k, longer=longer)

    def money_path(
        self, a: str, b: str, *, within_days: float = 7, max_transfers: int = 6, k: int = 3
    ) -> dict[str, Any]:
        """Ways money can have gone from ``a`` to ``b``, the first to arrive first; JSON of ``halqa path --money``.

        Each transfer is sent no earlier than the one before and within ``within_days`` of it.
        Errors: NothingFound; UsageError when one of the two is or holds the other.
        """
        from halqa.money import money_path

        return money_path(self, a, b, within_days=within_days, max_transfers=max_transfers, k=k)

    def neighbourhood(
        self, uid: str, *, hops: int = 1, limit: int = 150, rels: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """What is around a node, heaviest links first: ``nodes, links, shown, total, cut``."""
        from halqa import explore

        return explore.neighbourhood(self, uid, hops=hops, limit=limit, rels=rels)

    def ring_graph(self, ring: str, *, limit: int = 150) -> dict[str, Any]:
        """A ring and its support at one hop, in the shape of :meth:`neighbourhood`."""
        from halqa import explore

        return explore.ring_graph(self, self.ring(ring), limit=limit)

    def ring_timeline(self, ring: str) -> list[dict[str, Any]]:
        """Dated events of a ring, oldest first."""
        from halqa import lookup

        return lookup.timeline(self.view(), self.mask(), [m.uid for m in self.ring(ring).members])

    def record(self, name: str) -> dict[str, Any]:
        """One record, whole, as its reasons cite it. Errors: NothingFound."""
        from halqa import lookup

        found = lookup.record(self.view(), self.mask(), name)
        batch = self.ledger.batch(found["batch"])
        return found | {"file": Path(batch.manifest["sources"][found["file"]]["path"]).name}

    def queries(self) -> list[dict[str, Any]]:
        """The query library; JSON of ``halqa query``."""
        from halqa import explore

        return explore.queries()

    def schema(self) -> dict[str, Any]:
        """Labels, relations and properties of the graph; JSON of ``halqa query --schema``."""
        from halqa import explore

        return explore.schema(self)

    def query(
        self,
        text: str,
        params: Mapping[str, Any] | None = None,
        *,
        limit: int | None = None,
        cypher: bool | None = None,
    ) -> dict[str, Any]:
        """A named query, or read-only Cypher; JSON of ``halqa query``."""
        from halqa import explore

        free = cypher if cypher is not None else any(c.isspace() for c in text.strip())
        return explore.query(self, text, params or {}, limit=limit or self.settings.query.limit, cypher=free)

    def structure(
        self,
        *,
        ring: str | None = None,
        rels: Sequence[str] | None = None,
        labels: Sequence[str] | None = None,
        as_of: datetime | None = None,
        window: tuple[datetime | None, datetime | None] = (None, None),
        directed: bool = False,
        events: bool = False,
        limit: int = 2_000,
        key_players: int = 5,
    ) -> dict[str, Any]:
        """Communities, centralities and key players of a selection; JSON of ``halqa structure``.

        ``events``: meetings, reports and transfers stay nodes; otherwise they join those they name.
        """
        from halqa.structure import Selection, structure

        return structure(self, Selection(ring, rels, labels, as_of, window, directed, events, limit, key_players))

    def what_if(self, ring: str, *, remove: str | Sequence[str] = (), best: int | None = None) -> dict[str, Any]:
        """What stays connected of a ring without some members; ``what_if`` of ``halqa structure --ring``."""
        from halqa.structure import what_if

        return what_if(self, ring, remove=[remove] if isinstance(remove, str) else remove, best=best)

    def succession(self, *, since: datetime | None = None, everything: bool = False) -> list[dict[str, Any]]:
        """Lines that may have replaced others near what is suspected; JSON of ``halqa succession``."""
        from halqa.succession import succession

        return succession(self, since=since, everything=everything)

    def outlets(self, *, limit: int | None = None) -> dict[str, Any]:
        """Outlets that pay reported payees far more than their town's others; JSON of ``halqa outlets``."""
        from halqa.outlets import outlets

        return outlets(self, limit=limit)

    # --- other libraries

    def graph_of(self, what: str | Mapping[str, Any]) -> Mapping[str, Any]:
        """``nodes`` and ``links`` of a ring by its name, of a neighbourhood, or of the nodes in a query's rows.

        ``what`` is a name, or what :meth:`neighbourhood`, :meth:`ring_graph` or :meth:`query` gave.
        """
        from halqa import explore

        if isinstance(what, str):
            return self.ring_graph(what, limit=10_000)
        return explore.rows_graph(self, what) if "rows" in what else what

    def to_polars(self, what: str | Mapping[str, Any]) -> pl.DataFrame:
        """Links of :meth:`graph_of`: ``src, rel, dst, n, since, until``."""
        from halqa import conversions

        return conversions.to_polars(self.graph_of(what))

    def to_igraph(self, what: str | Mapping[str, Any]) -> igraph.Graph:
        """:meth:`graph_of` as an igraph graph; vertices have ``name`` and ``label``, edges ``rel, n, since, until``."""
        from halqa import conversions

        return conversions.to_igraph(self.graph_of(what))

    def to_networkx(self, what: str | Mapping[str, Any]) -> networkx.MultiDiGraph[str]:
        """:meth:`graph_of` as a networkx multigraph; a link's key is its relation."""
        from halqa import conversions

        return conversions.to_networkx(self.graph_of(what))
