"""`GET /sync/v1/feed` and `/profile`: what is new since a cursor, and what the registry knows of the caller."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app import clock
from app.access import Audience, for_audience
from app.api.bodies import refuse_query
from app.api.sync.admitting import Caller, admit, bad_cursor, cursor_of, key_epoch_in, number_in, read_query
from app.api.sync.blueprint import bp, config, json_answer, signers, watch
from app.database import reading_session
from app.keys import vault
from blacklist.ledger.encodings import MOST_NUMBER
from blacklist.models import ViewKey
from blacklist.rules.purposes import PURPOSES
from sync.publishing import feed
from sync.publishing.cursors import Cursor
from sync.publishing.feed import MOST_ITEMS, Page
from sync.publishing.keys import public_keys
from sync.publishing.refusals import ViewNotReadyError

MOST_WAIT, POLL, STALE = 25, 30, 60  # seconds


@bp.get("/feed")
@for_audience(Audience.AGENCY)
def read_feed() -> ResponseReturnValue:
    """Return the entries since a cursor; where there are none, wait for some as long as the caller asks."""
    caller = admit()
    query = read_query(required=("since", "key"), optional=("limit", "wait", "until"))
    since, key_epoch = cursor_of(query["since"]), key_epoch_in(query)
    limit = number_in(query.get("limit", str(MOST_ITEMS)), least=1, most=MOST_ITEMS)
    wait = number_in(query.get("wait", "0"), least=0, most=MOST_WAIT)
    until = number_in(query["until"], least=0, most=MOST_NUMBER) if "until" in query else None
    if until is not None and until < since.size:
        raise bad_cursor()

    def page() -> Page:
        return _page(caller, since, key_epoch=key_epoch, limit=limit, until=until)

    found = page()
    if not found.is_new and wait and until != since.size:
        # Nothing of the database is held meanwhile.
        watch().wait_beyond(since.size, seconds=wait)
        found = page()
    return json_answer(found.members())


@bp.get("/profile")
@for_audience(Audience.AGENCY)
def show_profile() -> ResponseReturnValue:
    """Return who the caller is here: its view, the log's keys, and how often to come."""
    caller = admit()
    refuse_query()
    with reading_session() as session:
        head = feed.require_unfenced(session)
        key = session.scalars(
            select(ViewKey).where(ViewKey.agency_id == caller.agency_id, ViewKey.state == "live")
        ).one_or_none()
        if key is None:
            raise ViewNotReadyError
        keys = public_keys(session, signers(), at=clock.now())
    purposes = [one for one in PURPOSES.values() if key.mask >> one.bit & 1]
    return json_answer(
        {
            "agency": caller.holder.agency_name,
            "epoch": head.epoch,
            "key": key.key_epoch,
            "mask": key.mask,
            "purposes": [
                {"purpose": one.code, "bit": one.bit} for one in sorted(purposes, key=lambda purpose: purpose.bit)
            ],
            "origin": config().log_origin,
            "vkeys": {
                "log": [one.written() for one in keys.log],
                "view": [one.written() for one in keys.view],
            },
            "hook": caller.subscriber.state if caller.subscriber.hook_url else "off",
            "wait_seconds": MOST_WAIT,
            "poll_seconds": POLL,
            "stale_seconds": STALE,
        }
    )


def _page(caller: Caller, since: Cursor, *, key_epoch: int, limit: int, until: int | None) -> Page:
    with reading_session() as session:
        return feed.read_page(
            session,
            since,
            agency_id=caller.agency_id,
            key_epoch=key_epoch,
            vault=vault(),
            limit=limit,
            until=until,
        )
