"""The log as files, durable before any checkpoint covers them: C2SP tlog-tiles, and beside it what is sealed.

`<export folder>/<epoch>/` holds `tile/…` and `checkpoint` exactly as tlog-tiles names them, so any file server can publish
them; and, never to be published, `openings/<N>` and `effects/<N>`, 256 entries a file as the bundles have them. From
leaves, openings and effects the log can be replayed. An epoch has a folder of its own: a registry begun anew does not
meet another's files, one restored to an older state meets its own and stops.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from blacklist.identity.sealing import Vault
from blacklist.ledger.tiles import WIDTH, Tile, new_tiles, write_bundle, write_tile
from blacklist.models import LogEntry
from blacklist.queries import log as log_queries
from config import Config

CHECKPOINT: Final = "checkpoint"
KEEP_PARTIAL: Final = timedelta(hours=1)
_PUBLIC_MODE: Final = 0o644
_SEALED_MODE: Final = 0o600


def export_folder(config: Config, epoch: str) -> Path:
    """Return the folder of one epoch's log; it need not exist."""
    return config.export_dir / epoch


def export_entries(session: Session, folder: Path, *, start: int, size: int, vault: Vault) -> None:
    """Write all that a tree of `size` needs and one of `start` did not; durable when this returns.

    Repeated, also after a crash in its middle, it leaves the same public bytes.

    Raises:
        FormatError: the tables do not hold the log up to `size`. OSError: the disk is full or fails.
    """
    writer = _Writer(folder)
    for tile in new_tiles(start, size):
        if tile.level is None:
            writer.write(folder / tile.path, write_bundle(log_queries.bundle_entries(session, tile)), _PUBLIC_MODE)
            _export_sealed(session, writer, tile, vault=vault)
        else:
            writer.write(folder / tile.path, write_tile(log_queries.tile_hashes(session, tile)), _PUBLIC_MODE)
    writer.sync_folders()


def export_checkpoint(folder: Path, note: str) -> None:
    """Write the newest checkpoint: the last file of an export, when all it covers is durable."""
    writer = _Writer(folder)
    writer.write(folder / CHECKPOINT, note.encode(), _PUBLIC_MODE)
    writer.sync_folders()


def read_exported_checkpoint(folder: Path) -> str | None:
    """Return the note of the export's checkpoint; None before the first."""
    try:
        return (folder / CHECKPOINT).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def read_sealed(folder: Path, n: int, *, vault: Vault) -> list[tuple[bytes | None, object]]:
    """Return (sealed opening, effect) of the entries of bundle `n` that are exported.

    Raises:
        OSError: they are not there. SealError: the effects are damaged, or sealed with a key that is gone.
    """
    openings = json.loads((folder / _sealed_path("openings", n)).read_bytes())
    sealed = (folder / _sealed_path("effects", n)).read_bytes()
    effects = json.loads(vault.open(sealed, table="log_entries", row=n, column="effects"))
    decoded = [None if one is None else b64decode(one) for one in openings]
    return list(zip(decoded, effects, strict=True))


def drop_partial_tiles(folder: Path, *, size: int, at: datetime) -> int:
    """Remove partial tiles whose full tile has stood for an hour; return how many folders of them went."""
    dropped = 0
    for tile in _full_tiles(size):
        full = folder / tile.path
        partials = full.with_name(full.name + ".p")
        if partials.is_dir() and full.stat().st_mtime < (at - KEEP_PARTIAL).timestamp():
            for path in partials.iterdir():
                path.unlink()
            partials.rmdir()
            dropped += 1
    return dropped


def _full_tiles(size: int) -> list[Tile]:
    """Return full tiles near the end of the log: those beyond the last thousand were cleared before."""
    return [tile for tile in new_tiles(max(0, size - 1_000 * WIDTH), size) if tile.width == WIDTH]


def _export_sealed(session: Session, writer: _Writer, tile: Tile, *, vault: Vault) -> None:
    start = tile.n * WIDTH
    entries: Sequence[LogEntry] = log_queries.entries_between(session, start, start + tile.width)
    openings = [None if one.opening is None else b64encode(one.opening).decode("ascii") for one in entries]
    effects = json.dumps([one.effect for one in entries], separators=(",", ":"))
    sealed = vault.seal(effects, table="log_entries", row=tile.n, column="effects")
    writer.write(writer.folder / _sealed_path("openings", tile.n), json.dumps(openings).encode(), _SEALED_MODE)
    writer.write(writer.folder / _sealed_path("effects", tile.n), sealed, _SEALED_MODE)


def _sealed_path(what: str, n: int) -> str:
    return Tile(None, n).path.replace("tile/entries", what, 1)


class _Writer:
    """Writes files whole or not at all, and makes their names durable together."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._touched: set[Path] = set()

    def write(self, path: Path, content: bytes, mode: int) -> None:
        """Write a file under another name, durable, and rename it over what is there."""
        self._make(path.parent)
        beside = path.with_name(f"{path.name}.new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        self._touched.add(path.parent)

    def sync_folders(self) -> None:
        """Make every name written durable."""
        for folder in self._touched:
            _sync(folder)
        self._touched.clear()

    def _make(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make(folder.parent)
        folder.mkdir(mode=0o755, exist_ok=True)
        self._touched.add(folder.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
