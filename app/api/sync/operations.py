"""Every operation of `/sync/v1` as the OpenAPI document tells it; statements and notes are shortened in examples."""

from __future__ import annotations

from typing import Any

from app.api.operations import Operation, Parameter
from app.api.sync import schemas

_EPOCH = "5b1e90c2a7d34f6c8e1b0d9f2a4c6e80"
_AT, _NEXT = f"{_EPOCH}.1048575", f"{_EPOCH}.1048577"
_NOTE = "registry.example/log\n1048577\nVnvKqLLyX++/2ACi8DedaimZSFFeI/yiCC9fWIhR8Zo=\n\n— registry.example/log …\n"
_STATEMENT = "drview/v1\nrail.example\n…\n\n— registry.example/view …\n"
_HASH = "VnvKqLLyX++/2ACi8DedaimZSFFeI/yiCC9fWIhR8Zo="
_EVERY = ("400", "401", "403", "429", "503")
_CURSOR = "^[0-9a-f]{32}[.](0|[1-9][0-9]{0,18})$"
_DIGITS = "^(0|[1-9][0-9]*)$"


def _query(name: str, words: str, *, example: str, pattern: str, required: bool = True) -> Parameter:
    return {
        "in": "query",
        "name": name,
        "required": required,
        "description": words,
        "schema": {"type": "string", "pattern": pattern, "example": example},
    }


_KEY = _query("key", "key epoch of the fingerprint key", example="3", pattern=_DIGITS)
_SINCE = _query("since", "where the agency stands", example=_AT, pattern=_CURSOR)
_CONFIRMED: dict[str, Any] = {
    "outcome": "restricted",
    "as_of": _NEXT,
    "denial_code": "F7Q2-9KDM",
    "check_id": "chk_7K3M9Q2XTD4H8VBN",
    "permit": None,
    "orders": [
        {
            "order_no": "（2026）京0199执1234号-限消1",
            "court": "京0199",
            "statute": "最高人民法院关于限制被执行人高消费及有关消费的若干规定 第三条第一款第（一）项",
            "ends_on": None,
            "index": 1048575,
            "leaf": "eyJhIjoi…",
            "open": {"0": {"salt": _HASH, "part": {"number": "（2026）京0199执1234号-限消1"}}},
            "closed": {"2": _HASH},
            "proof": "c2sp.org/tlog-proof@v1\nindex 1048575\n…",
        }
    ],
}

SYNC_OPERATIONS = (
    Operation(
        name="readFeed",
        method="get",
        path="/sync/v1/feed",
        tag="sync",
        summary="Return the entries since a cursor, up to a checkpoint; wait for some where there are none",
        parameters=(
            _SINCE,
            _KEY,
            _query("limit", "at most so many entries, 1 to 2,000", example="2000", pattern=_DIGITS, required=False),
            _query("wait", "seconds to wait for something new, 0 to 25", example="25", pattern=_DIGITS, required=False),
            _query("until", "size at which the page ends", example="1048577", pattern=_DIGITS, required=False),
        ),
        answer=schemas.FeedAnswer,
        answer_words="A page of the log",
        answer_example={
            "since": _AT,
            "next": _NEXT,
            "size": 1048577,
            "key": 3,
            "more": False,
            "items": [
                {"i": 1048575, "h": _HASH, "d": [["145254453e6d8743", 2]]},
                {"i": 1048576, "h": _HASH, "d": []},
            ],
            "checkpoint": _NOTE,
            "statement": _STATEMENT,
        },
        problems=(*_EVERY, "409", "410"),
    ),
    Operation(
        name="showProfile",
        method="get",
        path="/sync/v1/profile",
        tag="sync",
        summary="Return the caller's view, the log's keys and how often to come",
        answer=schemas.ProfileAnswer,
        answer_words="What an agent needs to begin",
        answer_example={
            "agency": "rail.example",
            "epoch": _EPOCH,
            "key": 3,
            "mask": 2147483650,
            "purposes": [{"purpose": "air_travel", "bit": 1}],
            "origin": "registry.example/log",
            "vkeys": {"log": ["registry.example/log+…"], "view": ["registry.example/log/view+…"]},
            "hook": "live",
            "wait_seconds": 25,
            "poll_seconds": 30,
            "stale_seconds": 60,
        },
        problems=_EVERY,
    ),
    Operation(
        name="loadSnapshot",
        method="get",
        path="/sync/v1/snapshot",
        tag="sync",
        summary="Return the copy file; 206 for a range, 304 for the same ETag, four an hour",
        parameters=(_KEY,),
        answer_type="application/octet-stream",
        answer_words="The copy file; Sync-Cursor says its size of the log",
        answer_example="DRVIEW1\n…",
        problems=(*_EVERY, "410", "416"),
    ),
    Operation(
        name="showDigests",
        method="get",
        path="/sync/v1/digest",
        tag="sync",
        summary="Return digests or buckets of the caller's view: level=1, level=2 and i, or bucket",
        parameters=(
            _query("at", "the size of the copy", example=_NEXT, pattern=_CURSOR),
            _KEY,
            _query("level", "1 or 2", example="1", pattern="^[12]$", required=False),
            _query("i", "up to 256 digests of level 1", example="7,201", pattern="^[0-9,]+$", required=False),
            _query("bucket", "up to 256 buckets", example="1803", pattern="^[0-9,]+$", required=False),
        ),
        answer_type="application/octet-stream",
        answer_words="4,096 bytes of digests for each, or buckets as they travel",
        answer_example="…",
        problems=(*_EVERY, "409", "410"),
    ),
    Operation(
        name="acknowledge",
        method="post",
        path="/sync/v1/ack",
        tag="sync",
        summary="Countersign a statement: the size is in force at the caller since the first time",
        body=schemas.AckSchema,
        body_example={
            "statement": _STATEMENT + "— rail.example/ack …\n",
            "cosignature": "— rail.example/witness …\n",
        },
        answer=schemas.AckAnswer,
        answer_words="Since when",
        answer_example={"cursor": _NEXT, "at": "2026-11-26T00:00:00.148Z", "first": True},
        problems=(*_EVERY, "409", "410", "413", "415", "422"),
    ),
    Operation(
        name="confirm",
        method="post",
        path="/sync/v1/confirm",
        tag="sync",
        summary="Confirm a hit, with proof; `use` uses up a permit once",
        body=schemas.ConfirmSchema,
        body_example={
            "purpose": "air_travel",
            "document": {"type": "resident_id", "number": "11010519491231002X"},
            "at": _NEXT,
            "use": "PNR-8KQ2/1",
        },
        answer=schemas.ConfirmAnswer,
        answer_words="The recorded answer with its evidence",
        answer_example=_CONFIRMED,
        problems=(*_EVERY, "409", "410", "413", "415", "422"),
    ),
    Operation(
        name="reportRollback",
        method="post",
        path="/sync/v1/rollback",
        tag="sync",
        summary="Prove that the registry signed more than it has; it fences itself",
        body=schemas.RollbackSchema,
        body_example={"checkpoint": _NOTE},
        status=202,
        answer=schemas.RollbackAnswer,
        answer_words="The log is fenced",
        answer_example={"fenced": True, "size": 1048577},
        problems=(*_EVERY, "413", "415", "422"),
    ),
)
