"""Soft warnings are answered before an order goes on, and the answers stay with it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from blacklist.errors import InvalidError
from blacklist.queries import orders as order_queries
from blacklist.rules.exclusions import Circumstance
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.warnings import SoftWarning
from blacklist.services import drafting
from tests.courts import Courts, draft_like, make_courts


@pytest.fixture
def courts(session, vault, at) -> Courts:
    return make_courts(session, vault=vault, at=at)


def amended(courts: Courts, **changes: object):
    """A fresh draft of a listing with these facts."""
    order, subject = courts.order("draft")
    draft = replace(draft_like(courts, order, subject), **changes)  # type: ignore[arg-type]
    return drafting.amend_draft(
        courts.session,
        order.public_id,
        draft,
        version=order.version,
        actor=courts.clerk,
        at=courts.at,
        vault=courts.vault,
    )


def submit(courts: Courts, order, **answers: str):
    return drafting.submit_order(
        courts.session,
        order.public_id,
        version=order.version,
        actor=courts.clerk,
        at=courts.at,
        vault=courts.vault,
        answers={SoftWarning(code): answer for code, answer in answers.items()},
    )


class TestWarnings:
    def test_stop_the_submission_until_they_are_answered(self, courts):
        order = amended(courts, circumstances=frozenset({Circumstance.STUDENT_LOAN, Circumstance.PUBLIC_OFFICIAL}))

        with pytest.raises(InvalidError) as caught:
            submit(courts, order, student_loan="已毕业两年")

        assert [fault.pointer for fault in caught.value.errors] == ["/answer_public_official"]
        assert (order.submitted_at, order.warnings) == (None, None)

    def test_are_kept_with_their_answers_sealed(self, courts):
        order = amended(
            courts,
            circumstances=frozenset({Circumstance.PUBLIC_OFFICIAL}),
            amount_due=Decimal("100.00"),
            amount_performed=Decimal("60.00"),
        )

        submit(courts, order, public_official=" 已通报某局 ", mostly_performed="余款拒不支付", one_document="不适用")

        assert drafting.answers_of(order, vault=courts.vault) == {
            SoftWarning.PUBLIC_OFFICIAL: "已通报某局",
            SoftWarning.MOSTLY_PERFORMED: "余款拒不支付",
        }
        assert "已通报" not in repr(order.warnings)
        entry = order_queries.list_history(courts.session, order.id)[-1]
        assert entry.facts == {"warnings": "public_official,mostly_performed"}

    def test_are_none_for_an_ordinary_order(self, courts):
        order = submit(courts, amended(courts))

        assert drafting.answers_of(order, vault=courts.vault) == {}
        assert order_queries.list_history(courts.session, order.id)[-1].facts == {}

    def test_see_another_order_of_the_kind_by_the_same_court(self, courts):
        first, subject = courts.order("effective", kind=OrderKind.CONSUMPTION)
        telling = courts.telling
        second = telling.draft(subject, OrderKind.CONSUMPTION, serial=9001, at=courts.at)
        listing = telling.draft(subject, OrderKind.EXIT_BAN, serial=9001, at=courts.at, exit_ban_months=3)

        assert first.subject_id == second.subject_id
        on = courts.at.date()
        assert drafting.warnings_about(courts.session, second, on=on) == (SoftWarning.STANDING_ORDER,)
        assert drafting.warnings_about(courts.session, listing, on=on) == (SoftWarning.ONE_DOCUMENT,)


class TestCircumstances:
    def test_are_kept_with_the_draft(self, courts):
        order = amended(courts, circumstances=frozenset({Circumstance.STATE_ORGAN, Circumstance.STUDENT_LOAN}))

        assert order.circumstances == "state_organ,student_loan"
        assert drafting.circumstances_of(order) == {Circumstance.STATE_ORGAN, Circumstance.STUDENT_LOAN}
