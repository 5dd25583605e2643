"""What a person must look at: differences that were mended, and evidence of what was refused."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from blacklist.ledger.canonical import Json, canonical_json
from sync.agent.clocks import Clocks
from sync.agent.folder import Folder
from sync.agent.refusals import RefusedError

_MOST_BUCKETS: Final = 100


def record_discrepancy(folder: Folder, clocks: Clocks, text: str, *, size: int, buckets: Sequence[int] = ()) -> None:
    """Add a line to `discrepancies.jsonl`: it is healed, and somebody must ask why."""
    members: dict[str, Json] = {
        "at": clocks.wall().isoformat(timespec="milliseconds"),
        "size": size,
        "text": text,
        "differing": len(buckets),
        "buckets": list(buckets[:_MOST_BUCKETS]),
    }
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    with open(os.open(folder.path / "discrepancies.jsonl", flags, 0o600), "ab") as file:
        file.write(canonical_json(members) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def record_refusal(folder: Folder, clocks: Clocks, error: RefusedError) -> None:
    """Keep the notes that prove it: two checkpoints of one log are enough to convict it."""
    members: dict[str, Json] = {
        "at": clocks.wall().isoformat(timespec="milliseconds"),
        "ground": error.ground.value,
        "text": str(error),
        "evidence": list(error.evidence),
    }
    folder.write("refused.json", members)
