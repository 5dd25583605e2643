"""Verifying what is here, without believing anybody: the copy, a proof on paper, a court's own entries in the log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from blacklist.ledger.faults import FormatError
from blacklist.ledger.journal import read_journal
from blacklist.ledger.leaves import parse_leaf
from blacklist.ledger.merkle import leaf_hash, push, root_of
from blacklist.ledger.policies import NO_QUORUM, Log, Policy
from blacklist.ledger.proofs import parse_proof, verify_proof
from blacklist.ledger.tiles import Tile, new_tiles, read_bundle
from sync.agent.folder import Folder
from sync.agent.http import Registry
from sync.agent.refusals import FolderError
from sync.agent.store import Live, open_base, read_mark
from sync.agent.trust import Trust
from sync.agent.verifying import Verifier


def verify_copy(folder: Folder, *, deep: bool) -> dict[str, Any]:
    """Check body hash, columns, roots, journal, and the log against the last countersigned checkpoint.

    `deep` also digests every entry of file and journal together anew and compares it with the countersigned view.

    Raises:
        FormatError, FolderError: something does not hold; the text says what.
    """
    generation, trust, agency = folder.current(), folder.trust(), folder.settings().agency
    _, live = open_base(generation, agency=agency, trust=trust)
    records = [one for one in read_journal(generation / "journal", trust.epoch_bytes) if one.size > live.size]
    mark = read_mark(folder, trust)
    at_mark: Live | None = live if mark is not None and mark.said.size == live.size else None
    for record in records:
        live = live.after((record,))
        if mark is not None and live.size == mark.said.size:
            at_mark = live
    if mark is None or at_mark is None:
        raise FolderError("the copy does not reach what was countersigned last")
    head = Verifier(trust, agency).open_checkpoint(mark.checkpoint)
    if (head.size, head.root) != (at_mark.size, at_mark.root) or mark.said.log_root != at_mark.root:
        raise FolderError("the leaf hashes do not lead to the root that was countersigned last")
    view = at_mark.view.digested() if deep else at_mark.view
    if (view.root, view.count) != (mark.said.view_root, mark.said.n):
        raise FolderError("the entries are not those that were countersigned last")
    return {"true": True, "cursor": str(live.cursor), "entries": live.view.count, "countersigned": mark.said.size}


def verify_paper(proof: bytes, leaf: bytes, *, trust: Trust) -> dict[str, Any]:
    """Check offline that a leaf stands in the log: a `.tlog-proof`, as notices carry it.

    Raises:
        FormatError: it does not, or the files are none.
    """
    policy = Policy(tuple(Log(key) for key in trust.log_keys), (), (), NO_QUORUM)
    read = parse_proof(proof)
    opened = verify_proof(read, leaf=leaf, policy=policy)
    parsed = parse_leaf(leaf)
    return {
        "true": True,
        "index": read.index,
        "size": opened.checkpoint.size,
        "kind": parsed.kind.value,
        "court": parsed.court,
        "tag": None if parsed.tag is None else parsed.tag.hex(),
    }


def court_entries(registry: Registry, verifier: Verifier, court: str) -> Iterator[dict[str, Any]]:
    """Go through all leaves of the public log that bear this court's code; the log is hashed whole on the way.

    The last thing yielded says which checkpoint they lead to.

    Raises:
        FormatError, FolderError, RefusedError: the leaves do not lead to the signed root.
    """
    head = verifier.open_checkpoint(registry.page("/log/checkpoint").decode("utf-8"))
    frontier: tuple[bytes, ...] = ()
    size = 0
    for bundle in _bundles(head.size):
        for leaf in read_bundle(registry.page(f"/log/{bundle.path}"), width=bundle.width):
            parsed = parse_leaf(leaf)
            if parsed.court == court:
                tag = None if parsed.tag is None else parsed.tag.hex()
                yield {"index": size, "kind": parsed.kind.value, "time": parsed.time, "tag": tag}
            frontier, size = push(frontier, size, leaf_hash(leaf)), size + 1
    if root_of(frontier, size) != head.root:
        raise FormatError("the published leaves do not lead to the signed root")
    yield {"true": True, "size": size}


def read_tags(path: Path) -> set[str]:
    """Return the tags, in hex, of the orders that the court knows it issued: one a line.

    Raises:
        FolderError: the file cannot be read.
    """
    try:
        return set(path.read_text(encoding="ascii").split())
    except (OSError, UnicodeDecodeError):
        raise FolderError(f"{path} cannot be read") from None


def _bundles(size: int) -> list[Tile]:
    return sorted((tile for tile in new_tiles(0, size) if tile.level is None), key=lambda tile: tile.n)
