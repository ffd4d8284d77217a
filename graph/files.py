"""Writing that survives a pulled plug, and the lease that keeps two writers apart.

A file or folder is written under a temporary name, flushed to the disk, then renamed: at any moment a
reader sees the old state or the new one, never a half.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from graph.errors import HalqaError, StorageError, WorkspaceLocked

_CHUNK = 1 << 20
_FULL = "Nothing was changed; what was accepted before is intact. Free some space and run the command again."


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def digests_of(folder: Path) -> dict[str, str]:
    """:func:`sha256_of` of every file below a folder, by its path in there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    with ThreadPoolExecutor(4, "digest") as pool:
        return {
            str(path.relative_to(folder)): told for path, told in zip(files, pool.map(sha256_of, files), strict=True)
        }


def canonical_json(value: object) -> bytes:
    """JSON with sorted keys and no blanks: equal values, equal bytes."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def sync(path: Path) -> None:
    """Flush a file or a folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Flush every file and folder below ``folder``, then the folder itself."""
    with ThreadPoolExecutor(4, "sync") as pool:
        list(pool.map(sync, sorted(folder.rglob("*"))))
    sync(folder)


def write_atomic(path: Path, data: bytes, mode: int | None = None) -> None:
    """Replace ``path`` by ``data`` in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    with storage(path):
        with draft.open("wb") as stream:
            if mode is not None:
                os.fchmod(stream.fileno(), mode)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
        sync(path.parent)


def publish_folder(draft: Path, final: Path) -> None:
    """Give a finished draft folder its final name; an equal folder left by a killed run is replaced."""
    with storage(final):
        sync_tree(draft)
        if final.exists():
            aside = final.with_name(f".{final.name}.old.draft")
            shutil.rmtree(aside, ignore_errors=True)
            final.rename(aside)
            draft.rename(final)
            shutil.rmtree(aside, ignore_errors=True)
        else:
            draft.rename(final)
        sync(final.parent)


def remove_drafts(folder: Path) -> None:
    """Drop what a killed writer left under temporary names (``.name.draft``)."""
    if folder.is_dir():
        for path in folder.glob(".*.draft"):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


@contextmanager
def storage(path: Path) -> Iterator[None]:
    """Turn a full disk or a refused permission into a message that says what is safe."""
    try:
        yield
    except HalqaError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(
                f"The disk is full: {path} could not be written.",
                _FULL,
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise StorageError(
                f"No permission to write {path}.", "Nothing was changed. Check the owner and mode of the folder."
            ) from error
        raise StorageError(
            f"{path} could not be written: {error.strerror or error}.", "Nothing was changed."
        ) from error
    except Exception as error:
        # Polars and SQLite report what the disk refused in errors of their own.
        told = str(error)
        if "No space left" in told or "disk is full" in told:
            raise StorageError(f"The disk is full: {path} could not be written.", _FULL) from error
        if "os error" in told or "disk I/O error" in told:
            raise StorageError(f"{path} could not be written: {told}.", _FULL) from error
        raise


@contextmanager
def lease(home: Path) -> Iterator[None]:
    """Hold the workspace for writing; a second writer is refused with the first one's pid.

    The kernel drops the lock when the holder dies, so a killed writer never blocks the next.
    """
    with storage(home):
        home.mkdir(parents=True, exist_ok=True)
        handle = os.open(home / "writer.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(handle, 32, 0).decode(errors="replace").strip() or "unknown"
            raise WorkspaceLocked(
                f"Another process is writing to this workspace (pid {holder}).",
                "Wait until it has finished, or end that process, then run the command again. Nothing was changed.",
            ) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)
