"""Checks: each outcome, what a proof must show, freshness by the monotonic clock."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from blacklist.errors import InvalidError
from blacklist.identity.documents import parse_document
from blacklist.ledger.encodings import encode64
from sync.agent.checking import Copy, NoCopyError, Outcome
from tests.small_registry import FP_KEY, problem

LISTED = {"type": "resident_id", "number": "11010519491231002X"}
OTHER = {"type": "resident_id", "number": "440524188001010014"}
AIR = 1 << 1


def document(members: dict[str, str]):
    return parse_document(members["type"], members["number"], today=date(2026, 11, 25))


@pytest.fixture
def opened(kit):
    """A fresh copy in which one person may not fly."""
    kit.registry.restrict(document(LISTED), AIR)
    with kit.open() as opened:
        opened.follower.pull()
        yield opened


class TestOutcomes:
    def test_no_entry_is_clear_without_asking_anybody(self, kit, opened):
        kit.registry.asked.clear()
        answer = opened.copy.check("air_travel", OTHER)

        assert answer.outcome is Outcome.CLEAR
        assert kit.registry.asked == []

    def test_an_entry_is_restricted_when_its_proof_holds(self, opened):
        answer = opened.copy.check("air_travel", LISTED)

        assert answer.outcome is Outcome.RESTRICTED
        assert answer.denial_code == "F7Q2-9KDM"
        assert answer.members()["orders"] == [
            {
                "order_no": "（2026）京0199执1234号-限消1",
                "court": "京0199",
                "statute": "示例",
                "ends_on": "2028-11-25",
            }
        ]

    def test_another_purpose_is_clear(self, opened):
        assert opened.copy.check("rail_high_class", LISTED).outcome is Outcome.CLEAR

    def test_full_width_digits_and_fifteen_digits_find_the_same_person(self, opened):
        copy = opened.copy
        wide = {"type": "resident_id", "number": " １１０１０５ 194912310０２ｘ"}

        assert copy.check("air_travel", wide, confirm=False).outcome is Outcome.UNCONFIRMED
        assert (
            copy.check("air_travel", LISTED | {"number": "110105491231002"}, confirm=False).last_known == "restricted"
        )

    def test_an_organisation_is_found_by_the_code_in_its_credit_code(self, kit, opened):
        code = {"type": "uscc", "number": "91350100M000100Y43"}
        inner = document({"type": "org_code", "number": "M000100Y4"})
        kit.registry.append([(inner, AIR)])
        opened.follower.pull()

        assert opened.copy.check("air_travel", code, confirm=False).outcome is Outcome.UNCONFIRMED

    def test_an_entry_is_unconfirmed_when_nobody_answers(self, kit, opened):
        kit.registry.silent = True

        assert opened.copy.check("air_travel", LISTED).outcome is Outcome.UNCONFIRMED

    def test_a_permit_lets_pass_and_is_asked_each_time(self, kit, opened):
        kit.registry.append([(document(LISTED), AIR | 1 << 31)])
        opened.follower.pull()
        kit.registry.confirmed[document(LISTED).key] = {"outcome": "permitted", "permit": {"permit_no": "P-2026-00017"}}
        kit.registry.asked.clear()
        for _ in range(2):
            answer = opened.copy.check("air_travel", LISTED, use="PNR-8KQ2/1")
            assert (answer.outcome, answer.permit) == (Outcome.PERMITTED, {"permit_no": "P-2026-00017"})

        assert len(kit.registry.asked) == 2

    def test_clear_against_an_entry_is_reported(self, kit, opened):
        del kit.registry.confirmed[document(LISTED).key]

        assert opened.copy.check("air_travel", LISTED).outcome is Outcome.CLEAR
        assert b"answered clear" in (kit.folder.path / "discrepancies.jsonl").read_bytes()

    def test_a_confirmed_answer_is_kept_until_its_fingerprint_changes(self, kit, opened):
        copy = opened.copy
        copy.check("air_travel", LISTED)
        kit.registry.append([(12345, AIR)])
        opened.follower.pull()
        kit.registry.asked.clear()

        assert copy.check("air_travel", LISTED).outcome is Outcome.RESTRICTED
        assert kit.registry.asked == []
        kit.registry.append([(document(LISTED), AIR)])
        opened.follower.pull()
        copy.check("air_travel", LISTED)
        assert kit.registry.asked[-1] == "POST /sync/v1/confirm"

    def test_a_registry_that_is_ahead_is_pulled_to_first(self, kit, opened):
        kit.registry.append([(777, AIR)])

        assert opened.copy.check("air_travel", LISTED).outcome is Outcome.RESTRICTED
        assert opened.is_equal()

    def test_a_removal_seen_while_asking_is_clear(self, kit, opened):
        kit.registry.append([(document(LISTED), 0)])
        del kit.registry.confirmed[document(LISTED).key]

        assert opened.copy.check("air_travel", LISTED).outcome is Outcome.CLEAR
        assert not (kit.folder.path / "discrepancies.jsonl").exists()

    def test_no_purpose_and_no_document_are_refused(self, opened):
        with pytest.raises(InvalidError):
            opened.copy.check("teleport", LISTED)
        with pytest.raises(InvalidError):
            opened.copy.check("air_travel", LISTED | {"number": "110105194912310021"})

    def test_without_the_key_there_is_no_answer(self, kit, opened):
        copy = Copy(opened.follower, {9: FP_KEY}, None, None, kit.hands.clocks)
        with pytest.raises(NoCopyError):
            copy.check("air_travel", LISTED)


class TestProofs:
    """`restricted` counts with a valid proof only; anything else leaves the entry unconfirmed."""

    @pytest.mark.parametrize(
        "change",
        [
            {"index": 3},
            {"court": "京0101"},
            {"order_no": "（2026）京0199执9999号-限消1"},
            {"closed": {}},
            {"closed": {"2": encode64(bytes(32))}},
            {"leaf": encode64(b'{"entry":3}')},
            {"proof": "c2sp.org/tlog-proof@v1\nindex 0\n\nx"},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_a_changed_proof_does_not_count(self, kit, opened, change: dict[str, Any]):
        def bend(path, members):
            if path == "/sync/v1/confirm":
                return members | {"orders": [order | change for order in members["orders"]]}
            return members

        kit.registry.bend = bend
        assert opened.copy.check("air_travel", LISTED).outcome is Outcome.UNCONFIRMED

    def test_another_persons_order_does_not_count(self, kit, opened):
        kit.registry.restrict(document(OTHER), AIR, number="（2026）京0199执5678号-限消1")
        opened.follower.pull()
        kit.registry.confirmed[document(LISTED).key] = kit.registry.confirmed[document(OTHER).key]

        assert opened.copy.check("air_travel", LISTED).outcome is Outcome.UNCONFIRMED

    def test_no_order_at_all_does_not_count(self, kit, opened):
        kit.registry.confirmed[document(LISTED).key] = {"outcome": "restricted", "orders": []}

        assert opened.copy.check("air_travel", LISTED).outcome is Outcome.UNCONFIRMED

    def test_an_answer_at_another_size_does_not_count(self, kit, opened):
        kit.registry.bend = lambda path, members: (
            members | {"as_of": kit.registry.cursor(3)} if path == "/sync/v1/confirm" else members
        )
        assert opened.copy.check("air_travel", LISTED).outcome is Outcome.UNCONFIRMED


class TestFreshness:
    def test_sixty_seconds_without_a_statement_are_stale_by_the_monotonic_clock(self, kit, opened):
        kit.registry.silent = True
        copy = opened.copy
        kit.hands.seconds += 59.9
        assert copy.check("air_travel", OTHER).outcome is Outcome.CLEAR
        kit.hands.seconds += 0.1
        answer = copy.check("air_travel", OTHER)

        assert (answer.outcome, answer.last_known) == (Outcome.STALE, Outcome.CLEAR)
        assert copy.check("air_travel", LISTED).last_known is Outcome.RESTRICTED

    def test_the_wall_clock_may_be_a_day_off(self, kit, opened):
        kit.hands.at = kit.hands.at.replace(day=27)

        assert opened.copy.check("air_travel", OTHER).outcome is Outcome.CLEAR

    def test_old_replies_replayed_are_stale_after_a_minute(self, kit, opened):
        frozen = kit.registry.page(kit.registry.size)
        kit.registry.bend = lambda path, members: frozen if path == "/sync/v1/feed" else members
        kit.registry.append([(document(OTHER), AIR)])
        for _ in range(12):
            kit.hands.forward(10)
            opened.follower.step()

        assert opened.copy.check("air_travel", OTHER, confirm=False).outcome is Outcome.STALE

    def test_a_stale_copy_asks_even_without_an_entry(self, kit, opened):
        kit.hands.forward(120)

        assert opened.copy.check("air_travel", OTHER).outcome is Outcome.CLEAR
        assert kit.registry.asked[-1] == "POST /sync/v1/confirm"

    def test_a_refused_registry_makes_it_stale_at_once(self, kit, opened):
        kit.registry.problem = (410, problem(410, "epoch-changed", epoch="c0" * 16))
        with pytest.raises(Exception, match="new epoch"):
            opened.follower.pull()

        assert opened.copy.check("air_travel", OTHER, confirm=False).outcome is Outcome.STALE


class TestReaders:
    """Another process over the same folder: here the same classes, by the disk alone."""

    @pytest.fixture
    def reader(self, kit, opened):
        with Copy.open(kit.folder.path, FP_KEY, clocks=kit.hands.clocks) as reader:
            yield reader

    def test_a_reader_follows_the_journal(self, kit, opened, reader):
        assert reader.check("air_travel", OTHER).outcome is Outcome.CLEAR
        kit.registry.restrict(document(OTHER), AIR, number="（2026）京0199执5678号-限消1")
        opened.follower.pull()
        kit.hands.forward(1)

        assert reader.check("air_travel", OTHER).outcome is Outcome.RESTRICTED
        assert reader.health().live.size == kit.registry.size

    def test_a_reader_follows_to_a_new_generation(self, kit, opened, reader):
        kit.registry.append([(document(OTHER), AIR)])
        opened.follower.pull()
        opened.store.replace(opened.store.live, statement=opened.store.mark().statement)
        kit.hands.forward(1)

        assert reader.check("air_travel", OTHER, confirm=False).outcome is Outcome.UNCONFIRMED

    def test_a_reader_is_stale_when_nobody_keeps_the_folder(self, kit, opened, reader):
        kit.hands.forward(61)

        assert reader.check("air_travel", OTHER, confirm=False).outcome is Outcome.STALE
