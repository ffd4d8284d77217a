"""Settings: ``halqa.toml`` of the workspace < environment ``HALQA_*`` < option. Each knows its origin.

Nested names are ``store.url`` in the file and on screen, ``HALQA_STORE__URL`` in the environment.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from graph.errors import UsageError


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StoreSettings(_Section):
    url: str = Field(
        default="embedded", description="Graph store: `embedded`, or a URI of a Neo4j server (bolt://, neo4j://)."
    )
    user: str = Field(default="neo4j", description="User of the graph server.")
    password: SecretStr = Field(
        default=SecretStr(""), description="Password of the graph server; keep it in the environment."
    )


class CasebookSettings(_Section):
    url: str = Field(
        default="", description="SQLAlchemy URL of the casebook; empty: `casebook.sqlite` in the workspace."
    )


class IngestSettings(_Section):
    country: str = Field(
        default="MA", description="Country of numbers written without one, where the format gives no other."
    )
    max_text_bytes: int = Field(default=65_536, description="A text value above this many bytes refuses its record.")
    max_record_bytes: int = Field(default=1_048_576, description="A record above this many bytes is refused.")
    max_file_bytes: int = Field(default=4_294_967_296, description="A table file above this many bytes is refused.")


class EvidenceSettings(_Section):
    compact_after: int = Field(
        default=256, ge=0, description="Small batches that may lie about before an intake merges them; 0: never."
    )


class QuerySettings(_Section):
    limit: int = Field(default=1_000, description="Rows a query returns at most; what was cut is said.")
    timeout_s: float = Field(default=30.0, description="Seconds after which a query is stopped.")


class WatchSettings(_Section):
    inbox: str = Field(
        default="inbox", description="Folder the scheduled job takes files from, inside the workspace or absolute."
    )
    sinks: tuple[str, ...] = Field(default=(), description="Where alerts go: `file:PATH`, or any apprise URL.")


class UiSettings(_Section):
    host: str = Field(default="127.0.0.1", description="Address the desk listens on.")
    port: int = Field(default=8501, description="Port of the desk.")
    language: str = Field(default="fr", description="Language of the first view: fr, ar or en.")


class Settings(BaseSettings):
    """All settings of one workspace."""

    model_config = SettingsConfigDict(
        env_prefix="HALQA_", env_nested_delimiter="__", extra="ignore", frozen=True, env_ignore_empty=True
    )

    home: Path = Field(default=Path("halqa-data"), description="Folder of the workspace.")
    vault_key_file: Path | None = Field(
        default=None, description="Key file of the vault; default: made inside the vault."
    )
    store: StoreSettings = StoreSettings()
    casebook: CasebookSettings = CasebookSettings()
    ingest: IngestSettings = IngestSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    query: QuerySettings = QuerySettings()
    watch: WatchSettings = WatchSettings()
    ui: UiSettings = UiSettings()
    detect: dict[str, float | int | str | bool] = Field(
        default_factory=dict,
        description="Parameters of detection (`halqa typologies` and docs/detection.md list them).",
    )


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of ``halqa config``."""

    name: str
    value: str
    origin: str
    description: str


def home_of(option: Path | str | None) -> Path:
    """The workspace folder: option, else ``$HALQA_HOME``, else ``./halqa-data``."""
    return Path(option or os.environ.get("HALQA_HOME") or "halqa-data")


def load(home: Path, options: Mapping[str, Any] | None = None) -> tuple[Settings, list[Setting]]:
    """Read the settings of a workspace; options use dotted names.

    Errors: UsageError naming the file, the setting and the fix.
    """
    layers: list[tuple[str, dict[str, Any]]] = []
    path = home / "halqa.toml"
    if path.exists():
        try:
            layers.append((str(path), _flat(tomllib.loads(path.read_text(encoding="utf-8")))))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"{path} is not valid TOML: {error}.", "Mend the line it names.") from error
    environment = EnvSettingsSource(Settings)()
    for name, value in _flat(environment).items():
        layers.append((f"environment {_variable(name)}", {name: value}))
    layers.append(("option", dict(options or {}) | {"home": str(home)}))
    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    known = _names()
    for origin, values in layers:
        for name, value in values.items():
            if name not in known and not name.startswith("detect."):
                raise UsageError(f"{origin}: there is no setting {name!r}.", "`halqa config` lists the settings.")
            if value is not None:
                merged[name], origins[name] = value, origin
    try:
        settings = Settings.model_validate(_nested(merged))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"{origins.get(name, 'settings')}: {name}: {first['msg']}.", "`halqa config` lists the settings."
        ) from None
    return settings, _listing(settings, origins)


def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, _Section):
            names |= {f"{name}.{inner}": f.description or "" for inner, f in section.model_fields.items()}
        elif name != "detect":
            names[name] = field.description or ""
    return names


def _listing(settings: Settings, origins: Mapping[str, str]) -> list[Setting]:
    lines = []
    for name, description in _names().items():
        value: Any = settings
        for part in name.split("."):
            value = getattr(value, part)
        lines.append(Setting(name, "" if value is None else str(value), origins.get(name, "default"), description))
    for key, value in settings.detect.items():
        lines.append(
            Setting(f"detect.{key}", str(value), origins.get(f"detect.{key}", "default"), "Parameter of detection.")
        )
    return lines


def _variable(name: str) -> str:
    return "HALQA_" + name.replace(".", "__").upper()


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in flat.items():
        target = nested
        *path, last = name.split(".")
        for part in path:
            target = target.setdefault(part, {})
        target[last] = value
    return nested
