"""What a format is, as data: printed by ``halqa formats``, read by recognition and by column checks."""

from __future__ import annotations

from dataclasses import dataclass


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
