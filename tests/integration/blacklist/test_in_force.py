"""Since when a change is in force at an agency: its first countersignature over a log that holds it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from blacklist.actors import Actor, ActorKind
from blacklist.identity.ids import new_id
from blacklist.models import AgencyAck, Order, Subscriber, ViewKey
from blacklist.queries.in_force import EvidenceNotFoundError, acknowledgement, latest_changes, newest_change
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.purposes import PURPOSES
from blacklist.services import agencies
from tests.courts import Courts, do, make_courts

COMMAND = Actor(kind=ActorKind.COMMAND)


@pytest.fixture
def courts(session, vault, at) -> Courts:
    made = make_courts(session, vault=vault, at=at)
    for name, title, purpose in (
        ("air.example", "示例航旅", "air_travel"),
        ("bank.example", "示例银行", "bank_credit"),
    ):
        agency = agencies.create_agency(session, name=name, title=title, purposes=[purpose], actor=COMMAND, at=at)
        session.add(
            ViewKey(
                agency_id=agency.id,
                key_epoch=1,
                row_id=new_id(),
                fp_key=b"sealed",
                mask=1 << PURPOSES[purpose].bit,
                state="live",
                created_at=at,
            )
        )
        session.add(Subscriber(agency_id=agency.id, state="live", ack_vkey="-", witness_vkey="-"))
    session.flush()
    return made


def countersign(courts: Courts, order: Order, title: str, size: int, *, minutes: int) -> None:
    change = newest_change(courts.session, order)
    assert change is not None
    agency = next(one.agency for one in change.arrivals if one.agency.title == title)
    courts.session.add(
        AgencyAck(
            agency_id=agency.agency_id,
            size=size,
            view_root=b"",
            note=f"note over {size}",
            cosignature="cosignature",
            at=courts.at + timedelta(minutes=minutes),
        )
    )
    courts.session.flush()


@pytest.fixture
def order(courts):
    return courts.order("effective", kind=OrderKind.CONSUMPTION)[0]


class TestNewestChange:
    def test_waits_for_the_agencies_that_see_the_order_and_no_other(self, courts, order):
        change = newest_change(courts.session, order)

        assert change.kind == "list"
        assert [(one.agency.title, one.since) for one in change.arrivals] == [("示例航旅", None)]
        assert [one.title for one in change.missing] == ["示例航旅"]

    def test_is_in_force_since_the_first_countersignature_beyond_it(self, courts, order):
        change = newest_change(courts.session, order)
        countersign(courts, order, "示例航旅", change.idx, minutes=1)  # a log that ends just before it
        assert newest_change(courts.session, order).missing
        countersign(courts, order, "示例航旅", change.idx + 5, minutes=3)
        countersign(courts, order, "示例航旅", change.idx + 9, minutes=7)

        change = newest_change(courts.session, order)

        assert change.missing == ()
        assert change.arrivals[0].since == courts.at + timedelta(minutes=3)
        assert acknowledgement(courts.session, order, "air.example").note == f"note over {change.idx + 5}"

    def test_of_a_later_act_waits_anew(self, courts, order):
        countersign(courts, order, "示例航旅", newest_change(courts.session, order).idx + 1, minutes=1)
        do(courts, "suspend", order, None)
        do(courts, "approve_suspension", order, None)

        change = newest_change(courts.session, order)

        assert change.kind == "suspend"
        assert len(change.missing) == 1
        with pytest.raises(EvidenceNotFoundError):
            acknowledgement(courts.session, order, "air.example")

    def test_there_is_none_before_an_order_takes_effect(self, courts):
        issued, _ = courts.order("issued")

        assert newest_change(courts.session, issued) is None


class TestLatestChanges:
    def test_shows_the_newest_first_and_only_these_courts(self, courts, order):
        other, _ = courts.order("effective", kind=OrderKind.CONSUMPTION)

        found = latest_changes(courts.session, court_ids={courts.home}, kinds=("list",), most=10)

        assert [one.order_id for one in found] == [other.id, order.id]
        assert latest_changes(courts.session, court_ids={courts.other}, kinds=("list",), most=10) == []
