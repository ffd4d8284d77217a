"""What a format is, as data: printed by ``halqa formats``, read by recognition and by column checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.drafts import Job
    from ingest.incoming import Incoming


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a format."""

    name: str
    meaning: str
    required: bool = False
    enum: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """One inbound format: its record, its key and its fields."""

    name: str
    title: str
    record: str
    key: str
    files: tuple[str, ...]
    fields: tuple[Field, ...]

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the fields every record must have."""
        return tuple(f.name for f in self.fields if f.required)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all fields."""
        return tuple(f.name for f in self.fields)

    def enum(self, name: str) -> tuple[str, ...]:
        """Closed list of a field."""
        return next(f.enum for f in self.fields if f.name == name)


@dataclass(frozen=True, slots=True)
class Reader:
    """How a format is read and told from others.

    ``claims`` looks at a file's first megabyte; None: a table known by its columns. ``source`` is the slug a source
    gets when nobody names it; ``source_of`` takes it from the file instead.
    """

    format: Format
    source: str
    parse: Callable[[Incoming, Job], None]
    claims: Callable[[Incoming], bool] | None = None
    source_of: Callable[[Incoming], str | None] | None = None
    by_columns: bool = True  # whether a CSV is known by its columns alone when nobody claims it

    def name_source(self, incoming: Incoming) -> str:
        """The slug of a file's source, the file's stem when the format says none."""
        told = self.source_of(incoming) if self.source_of is not None else None
        return told or self.source or incoming.path.stem
