"""The agencies' feed, on both databases: dense pages that end at checkpoints, and nothing that does not concern them."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from sqlalchemy import update

from blacklist.identity.documents import parse_document
from blacklist.identity.fingerprints import Fingerprinter
from blacklist.ledger.buckets import BUCKETS, EMPTY, bucketed
from blacklist.ledger.checkpoints import open_checkpoint
from blacklist.ledger.digest_tree import DigestTree
from blacklist.ledger.encodings import decode64
from blacklist.ledger.merkle import push, root_of
from blacklist.ledger.note_keys import read_vkey
from blacklist.ledger.signed_notes import parse_note
from blacklist.ledger.statements import open_statement, parse_statement
from blacklist.models import AgencyKey, AgencyView, LogHead, Subscriber, ViewKey
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.purposes import PURPOSES
from blacklist.rules.removals import RemovalReason
from sync.publishing.waiting import most_waiters
from tests.apps import SetClock, bearer, close_thread
from tests.courts import do, propose
from tests.log import Agent, LogRegistry, assert_problem
from tests.permits import apply, grant

AIR = 1 << PURPOSES["air_travel"].bit
EXIT = 1 << PURPOSES["exit_border"].bit
CONFIRM = 1 << 31


@pytest.fixture(scope="module")
def log(database_url: str, key_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LogRegistry]:
    clock = SetClock(datetime(2026, 11, 24, 10, 5, tzinfo=ZoneInfo("Asia/Shanghai")))
    made = LogRegistry.make(database_url, key_file, tmp_path_factory.mktemp("log"), clock)
    made.list()
    made.publish()
    yield made
    made.close()


def fingerprint(agent: Agent, subject: Any, log: LogRegistry) -> str:
    """The fingerprint of a person in an agency's view."""
    kind, number, country = subject.documents[0]
    document = parse_document(kind, number, country=country, today=log.clock.at.date())
    return f"{Fingerprinter(agent.fp_key).of(document):016x}"


def told(page: Any) -> list[list[Any]]:
    """All changes of a page, in order."""
    return [change for item in page["items"] for change in item["d"]]


class TestPages:
    def test_are_dense_and_lead_to_the_signed_roots(self, log):
        agent = log.subscribe("air_travel")
        for _ in range(3):
            log.list()
            log.publish()
        size, frontier, at = log.size, (), 0
        keys = log.get(agent, "profile").json["vkeys"]
        while at < size:
            page = log.feed(agent, at, limit=2000).json
            assert page["since"] == log.cursor(at)
            assert [item["i"] for item in page["items"]] == list(range(at, int(page["next"].split(".")[1])))
            for item in page["items"]:
                frontier, at = push(frontier, at, decode64(item["h"])), at + 1
        opened = open_checkpoint(page["checkpoint"], logs=map(read_vkey, keys["log"])).checkpoint
        said = open_statement(page["statement"], view_keys=map(read_vkey, keys["view"]))

        assert (page["size"], page["more"], opened.size) == (size, False, size)
        assert opened.root == root_of(frontier, size) == said.log_root
        assert (said.agency, said.size, said.key_epoch) == (agent.name, size, 1)

    def test_add_up_to_the_view_that_was_signed(self, log):
        agents = [log.subscribe("air_travel"), log.subscribe("exit_border", "bank_credit")]
        leaving, subject = log.list()
        log.list(OrderKind.EXIT_BAN)
        permitted, _ = log.list(OrderKind.LISTING)
        suspended, other = log.list(OrderKind.LISTING)
        log.publish()
        with log.acting() as courts:
            leaving, permitted, suspended = map(courts.session.merge, (leaving, permitted, suspended))
            propose(courts, leaving, RemovalReason.PERFORMED)
            do(courts, "approve", leaving, subject)
            do(courts, "suspend", suspended, other)
            do(courts, "approve_suspension", suspended, other)
        log.publish()

        for agent in agents:
            page = log.feed(agent, 0).json
            state = {int(one, 16): flags for one, flags in told(page)}
            held = sorted((one, flags) for one, flags in state.items() if flags)
            digests = [EMPTY.digest()] * BUCKETS
            for number, bucket in bucketed(held):
                digests[number] = bucket.digest()
            said = parse_statement(parse_note(page["statement"]).text)
            assert said.n == len(held) > 0
            assert said.view_root == DigestTree.of(digests).root(len(held))

    def test_hold_the_statement_only_where_they_reach_the_newest_size(self, log):
        agent = log.subscribe("air_travel")
        start = log.size
        log.list()
        middle = log.publish()
        log.list()
        end = log.publish()

        first, last = log.feed(agent, start, until=middle).json, log.feed(agent, start).json

        assert (first["next"], first["more"], first["statement"]) == (log.cursor(middle), True, None)
        assert first["checkpoint"] == log.checkpoint(middle).note
        assert last["next"] == log.cursor(end)
        assert last["checkpoint"] == log.checkpoint(end).note
        assert last["statement"] is not None

    def test_cut_short_by_a_limit_bear_no_checkpoint(self, log):
        agent = log.subscribe("air_travel")
        start = log.size
        for _ in range(3):
            log.list()
        end = log.publish()

        page = log.feed(agent, start, limit=end - start - 1).json
        rest = log.feed(agent, end - 1, limit=1).json

        assert page["next"] == log.cursor(end - 1)
        assert (page["checkpoint"], page["statement"], page["more"]) == (None, None, True)
        assert len(page["items"]) == end - start - 1
        assert (rest["next"], rest["checkpoint"]) == (log.cursor(end), log.checkpoint(end).note)

    def test_end_at_the_last_checkpoint_within_the_limit(self, log):
        agent = log.subscribe("air_travel")
        start = log.size
        log.list()
        middle = log.publish()
        log.list()
        end = log.publish()

        page = log.feed(agent, start, limit=end - start - 1).json

        assert page["next"] == log.cursor(middle)
        assert page["checkpoint"] == log.checkpoint(middle).note

    def test_are_empty_where_nothing_is_new_and_bear_the_newest_statement(self, log):
        agent = log.subscribe("air_travel")
        size = log.size

        page = log.feed(agent, size).json

        assert (page["items"], page["since"], page["next"]) == ([], log.cursor(size), log.cursor(size))
        assert page["statement"] is not None
        assert page["checkpoint"] == log.checkpoint(size).note

    def test_hold_nothing_that_is_not_published(self, log):
        agent = log.subscribe("air_travel")
        size = log.size
        log.list()

        before = log.feed(agent, size).json
        log.publish()
        after = log.feed(agent, size).json

        assert before["items"] == []
        assert len(after["items"]) >= 1

    def test_are_zipped_for_who_takes_it(self, log):
        agent = log.subscribe("air_travel")

        plain = log.feed(agent, 0)
        zipped = log.get(agent, "feed", since=log.cursor(0), key=1, headers={"Accept-Encoding": "gzip"})

        assert zipped.headers["Content-Encoding"] == "gzip"
        assert orjson.loads(gzip.decompress(zipped.data))["items"] == plain.json["items"]
        assert "Content-Encoding" not in plain.headers


class TestPrivacy:
    def test_an_agency_is_told_of_its_own_purposes_alone(self, log):
        air, border = log.subscribe("air_travel"), log.subscribe("exit_border")
        start = log.size
        _, consumer = log.list()
        _, debtor = log.list(OrderKind.EXIT_BAN)
        log.publish()

        rail, gate = log.feed(air, start).json, log.feed(border, start).json

        assert told(rail) == [[fingerprint(air, consumer, log), AIR]]
        assert told(gate) == [[fingerprint(border, debtor, log), EXIT]]
        assert len(rail["items"]) == len(gate["items"])

    def test_the_end_of_an_order_of_no_concern_is_not_told(self, log):
        air = log.subscribe("air_travel")
        order, subject = log.list(OrderKind.EXIT_BAN)
        start = log.publish()
        with log.acting() as courts:
            order = courts.session.merge(order)
            propose(courts, order, RemovalReason.PERFORMED)
            do(courts, "approve", order, subject)
        end = log.publish()

        page = log.feed(air, start).json

        assert end > start
        assert [item["d"] for item in page["items"]] == [[]] * (end - start)

    def test_a_removal_takes_the_fingerprint_out(self, log):
        air = log.subscribe("air_travel")
        order, subject = log.list()
        start = log.publish()
        with log.acting() as courts:
            order = courts.session.merge(order)
            propose(courts, order, RemovalReason.PERFORMED)
            do(courts, "approve", order, subject)
        log.publish()

        assert told(log.feed(air, start).json) == [[fingerprint(air, subject, log), 0]]

    def test_a_permit_sets_bit_31_for_those_it_concerns(self, log):
        air, hotel = log.subscribe("air_travel"), log.subscribe("star_hotel")
        order, subject = log.list()
        start = log.publish()
        with log.acting() as courts:
            order = courts.session.merge(order)
            grant(courts, apply(courts, order))
        log.publish()

        assert told(log.feed(air, start).json) == [[fingerprint(air, subject, log), AIR | CONFIRM]]
        assert told(log.feed(hotel, start).json) == []


class TestWaiting:
    def wait_in_thread(self, log, agent, since, answers, seconds=20):
        def run():
            try:
                client = log.app.test_client()
                query = {"since": log.cursor(since), "key": 1, "wait": seconds}
                answers.append(client.get("/sync/v1/feed", query_string=query, headers=bearer(agent.key)))
            finally:
                close_thread(log.app)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def until_watched(self, log):
        while not log.app.extensions["log_watch"]._waiting:
            time.sleep(0.01)

    def test_ends_when_something_new_is_published(self, log):
        agent, answers = log.subscribe("air_travel"), []
        size = log.size
        thread = self.wait_in_thread(log, agent, size, answers)
        self.until_watched(log)
        _, subject = log.list()
        assert thread.is_alive()
        end = log.publish()
        thread.join(15)

        assert not thread.is_alive()
        assert answers[0].json["next"] == log.cursor(end)
        assert told(answers[0].json) == [[fingerprint(agent, subject, log), AIR]]

    def test_ends_when_the_time_is_over(self, log):
        agent = log.subscribe("air_travel")

        page = log.feed(agent, log.size, wait=1).json

        assert page["items"] == []
        assert page["statement"] is not None

    def test_is_not_granted_where_too_many_wait(self, log, monkeypatch):
        agent = log.subscribe("air_travel")
        monkeypatch.setattr(log.app.extensions["log_watch"], "_most", 0)

        assert log.feed(agent, log.size, wait=25).json["items"] == []

    @pytest.mark.parametrize(("threads", "waiters"), [(1, 0), (2, 1), (4, 3), (8, 6), (32, 24)])
    def test_leaves_a_quarter_of_the_threads_free(self, threads, waiters):
        assert most_waiters(threads) == waiters


class TestRefusals:
    @pytest.mark.parametrize(
        "cursor", ["", "1", "x.1", f"{'0' * 31}.1", f"{'0' * 32}.01", f"{'A' * 32}.1", f"{'0' * 32}.-1"]
    )
    def test_what_is_no_cursor(self, log, cursor):
        agent = log.subscribe("air_travel")

        assert_problem(log.get(agent, "feed", since=cursor, key=1), 400, "bad-cursor")

    @pytest.mark.parametrize(
        "query", [{"limit": 0}, {"limit": 2001}, {"limit": "x"}, {"wait": 26}, {"wait": -1}, {"key": "x"}]
    )
    def test_a_limit_out_of_bounds(self, log, query):
        agent = log.subscribe("air_travel")

        assert_problem(log.feed(agent, 0, **query), 400, "bad-limit")

    def test_an_unknown_parameter(self, log):
        agent = log.subscribe("air_travel")

        assert_problem(log.feed(agent, 0, more=1), 400, "malformed")

    def test_an_end_before_the_beginning(self, log):
        agent = log.subscribe("air_travel")

        assert_problem(log.feed(agent, 2, until=1), 400, "bad-cursor")

    def test_a_cursor_beyond_the_log(self, log):
        agent = log.subscribe("air_travel")

        problem = assert_problem(log.feed(agent, log.size + 1), 409, "ahead-of-registry")

        assert problem["size"] == log.size

    def test_a_cursor_of_another_epoch(self, log):
        agent = log.subscribe("air_travel")

        answer = log.get(agent, "feed", since=f"{'c0' * 16}.1", key=1)

        assert assert_problem(answer, 410, "epoch-changed")["epoch"] == log.head.epoch

    def test_a_key_epoch_that_is_retired(self, log):
        agent = log.subscribe("air_travel")
        with log.acting() as courts:
            courts.session.execute(
                update(ViewKey).where(ViewKey.agency_id == self.id_of(log, agent)).values(key_epoch=2)
            )

        assert assert_problem(log.feed(agent, 0), 410, "key-epoch-retired")["key"] == 2

    def test_a_view_that_is_being_built(self, log):
        agent = log.subscribe("air_travel")
        with log.acting() as courts:
            courts.session.delete(courts.session.get_one(AgencyView, (self.id_of(log, agent), 1)))

        answer = log.feed(agent, 0)

        assert_problem(answer, 503, "view-not-ready")
        assert "Retry-After" in answer.headers

    def test_whoever_is_too_far_behind(self, log):
        agent = log.subscribe("air_travel")
        with log.acting() as courts:
            view = courts.session.get_one(AgencyView, (self.id_of(log, agent), 1))
            view.size += 10_001

        assert_problem(log.feed(agent, 0), 410, "too-far-behind")

    def test_nobody_is_too_far_behind_a_tenth_of_a_large_view(self, log):
        agent = log.subscribe("air_travel")
        with log.acting() as courts:
            view = courts.session.get_one(AgencyView, (self.id_of(log, agent), 1))
            view.size, view.n = view.size + 10_001, 200_000

        assert log.feed(agent, 0).status_code == 200

    def test_everybody_while_the_log_is_fenced(self, log):
        agent = log.subscribe("air_travel")
        self.fence(log, True)
        try:
            answers = [log.feed(agent, 0), log.get(agent, "profile"), log.get(agent, "snapshot", key=1)]
        finally:
            self.fence(log, False)

        for answer in answers:
            assert_problem(answer, 503, "fenced")
            assert "Retry-After" in answer.headers

    def test_without_a_key_or_with_one_for_other_things(self, log):
        log.subscribe("air_travel")
        other = log.subscribe("air_travel", scopes=("check",))

        assert_problem(log.app.test_client().get("/sync/v1/profile"), 401, "key-needed")
        assert_problem(log.get(other, "profile"), 403, "scope-missing")

    def test_a_suspended_agency_and_one_that_keeps_no_copy(self, log):
        agent, gone = log.subscribe("air_travel"), log.subscribe("air_travel")
        with log.acting() as courts:
            courts.session.get_one(Subscriber, self.id_of(log, agent)).state = "suspended"
            courts.session.delete(courts.session.get_one(Subscriber, self.id_of(log, gone)))

        assert_problem(log.get(agent, "profile"), 403, "agency-suspended")
        assert_problem(log.get(gone, "profile"), 403, "not-subscribed")

    def test_more_than_twenty_calls_a_second(self, log):
        agent = log.subscribe("air_travel")
        client = log.app.test_client()
        calls = [client.get("/sync/v1/profile", headers=bearer(agent.key)) for _ in range(21)]

        assert [call.status_code for call in calls[:20]] == [200] * 20
        assert_problem(calls[20], 429, "too-many-requests")
        assert int(calls[20].headers["Retry-After"]) >= 1

    def id_of(self, log: LogRegistry, agent: Agent) -> int:
        with log.reading() as session:
            key_id = agent.key.split("_")[2]
            return session.query(AgencyKey).filter_by(key_id=key_id).one().agency_id

    def fence(self, log: LogRegistry, fenced: bool) -> None:
        with log.acting() as courts:
            courts.session.execute(update(LogHead).values(fenced=fenced))


class TestProfile:
    def test_says_what_an_agent_needs_to_begin(self, log):
        agent = log.subscribe("air_travel", "bank_credit")

        profile = log.get(agent, "profile").json

        assert profile["agency"] == agent.name
        assert (profile["epoch"], profile["key"], profile["origin"]) == (log.head.epoch, 1, "registry.example/log")
        assert profile["mask"] == AIR | CONFIRM | 1 << PURPOSES["bank_credit"].bit
        assert profile["purposes"] == [{"purpose": "air_travel", "bit": 1}, {"purpose": "bank_credit", "bit": 11}]
        assert profile["hook"] == "off"
        assert (profile["wait_seconds"], profile["poll_seconds"], profile["stale_seconds"]) == (25, 30, 60)
