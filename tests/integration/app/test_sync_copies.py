"""Snapshots, digests, acknowledgements and rollbacks, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select, update

from blacklist.ledger.buckets import read_buckets
from blacklist.ledger.checkpoints import cosign, parse_checkpoint, sign_checkpoint
from blacklist.ledger.copies import CopyView
from blacklist.ledger.copy_file import length_of, open_copy
from blacklist.ledger.copy_header import CopyOwner
from blacklist.ledger.note_keys import KeyKind, SignerKey, read_vkey
from blacklist.ledger.signed_notes import parse_note
from blacklist.ledger.statements import acknowledge, open_acknowledgement, parse_statement, sign_statement
from blacklist.models import Agency, AgencyAck, Discrepancy, LogHead, Subscriber
from sync.publishing.shadows import ShadowReader, copy_path, copy_sizes, shadow_folder
from sync.publishing.signers import signers_of
from tests.apps import SetClock, bearer
from tests.log import ORIGIN, Agent, LogRegistry, assert_problem


@pytest.fixture(scope="module")
def log(database_url: str, key_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LogRegistry]:
    clock = SetClock(datetime(2026, 11, 24, 10, 5, tzinfo=ZoneInfo("Asia/Shanghai")))
    made = LogRegistry.make(database_url, key_file, tmp_path_factory.mktemp("log"), clock)
    made.list()
    made.publish()
    yield made
    made.close()


def id_of(log: LogRegistry, agent: Agent) -> int:
    with log.reading() as session:
        return session.scalars(select(Agency.id).where(Agency.name == agent.name)).one()


def acks(log: LogRegistry, agent: Agent) -> list[AgencyAck]:
    with log.reading() as session:
        query = select(AgencyAck).where(AgencyAck.agency_id == id_of(log, agent)).order_by(AgencyAck.size)
        return list(session.scalars(query))


def folder_of(log: LogRegistry, agent: Agent) -> Path:
    return shadow_folder(log.app.extensions["config"], agent.name, 1)


def owner_of(log: LogRegistry, agent: Agent) -> CopyOwner:
    return CopyOwner(agent.name, bytes.fromhex(log.head.epoch), 1)


def view_key(log: LogRegistry, agent: Agent) -> Ed25519PublicKey:
    (vkey,) = log.get(agent, "profile").json["vkeys"]["view"]
    return Ed25519PublicKey.from_public_bytes(read_vkey(vkey).public)


def shadow(log: LogRegistry, agent: Agent, size: int) -> CopyView:
    reader = ShadowReader(folder_of(log, agent), owner_of(log, agent), (view_key(log, agent),))
    view = reader.view_at(size)
    reader.close()
    assert view is not None
    return view


class TestSnapshots:
    def test_are_sound_copies_signed_by_the_view_key(self, log, tmp_path):
        agent = log.subscribe("air_travel")

        answer = log.get(agent, "snapshot", key=1)

        assert (answer.status_code, answer.content_type) == (200, "application/octet-stream")
        (tmp_path / "copy").write_bytes(answer.data)
        copy = open_copy(tmp_path / "copy", owner_of(log, agent), keys=(view_key(log, agent),))
        assert len(answer.data) == length_of(copy.header.count)
        assert copy.header.count >= 1
        assert answer.headers["Sync-Cursor"] == log.cursor(copy.header.size)
        assert answer.headers["ETag"] == f'"{log.cursor(copy.header.size)}.1"'
        assert answer.headers["Accept-Ranges"] == "bytes"
        assert answer.headers["Cache-Control"] == "no-store"
        assert log.checkpoint(copy.header.size).root == copy.header.log_root

    def test_can_be_ended_from_where_they_broke_off(self, log):
        agent = log.subscribe("air_travel")
        whole = log.get(agent, "snapshot", key=1)

        rest = log.get(agent, "snapshot", key=1, headers={"Range": "bytes=1000-", "If-Range": whole.headers["ETag"]})

        assert rest.status_code == 206
        assert rest.data == whole.data[1000:]
        assert rest.headers["Content-Range"] == f"bytes 1000-{len(whole.data) - 1}/{len(whole.data)}"
        assert rest.headers["ETag"] == whole.headers["ETag"]

    def test_of_a_replaced_file_can_be_ended_as_well(self, log):
        agent = log.subscribe("air_travel")
        whole = log.get(agent, "snapshot", key=1)
        (size,) = copy_sizes(folder_of(log, agent))
        log.list()
        newer = log.publish()
        copy_path(folder_of(log, agent), newer).write_bytes(b"newer")

        rest = log.get(agent, "snapshot", key=1, headers={"Range": "bytes=8-", "If-Range": whole.headers["ETag"]})
        void = log.get(agent, "snapshot", key=1, headers={"Range": "bytes=8-", "If-Range": f'"{log.cursor(1)}.9"'})

        copy_path(folder_of(log, agent), newer).unlink()
        assert (rest.status_code, rest.data) == (206, whole.data[8:])
        assert rest.headers["Sync-Cursor"] == log.cursor(size)
        assert (void.status_code, void.data) == (200, b"newer")

    def test_that_the_agency_has_are_not_sent_again(self, log):
        agent = log.subscribe("air_travel")
        tag = log.get(agent, "snapshot", key=1).headers["ETag"]

        again = log.get(agent, "snapshot", key=1, headers={"If-None-Match": tag})

        assert (again.status_code, again.data) == (304, b"")

    def test_have_no_range_beyond_their_end(self, log):
        agent = log.subscribe("air_travel")

        answer = log.get(agent, "snapshot", key=1, headers={"Range": "bytes=900000000-"})

        assert_problem(answer, 416, "range-not-satisfiable")
        assert answer.headers["Content-Range"].startswith("bytes */")

    def test_are_begun_four_times_an_hour(self, log):
        agent = log.subscribe("air_travel")
        begun = [log.get(agent, "snapshot", key=1) for _ in range(5)]
        ended = log.get(agent, "snapshot", key=1, headers={"Range": "bytes=5-"})

        assert [one.status_code for one in begun] == [200, 200, 200, 200, 429]
        assert int(begun[4].headers["Retry-After"]) > 60
        assert ended.status_code == 206

    def test_are_not_there_while_the_view_is_built(self, log):
        agent = log.subscribe("air_travel")
        for size in copy_sizes(folder_of(log, agent)):
            copy_path(folder_of(log, agent), size).unlink()

        assert_problem(log.get(agent, "snapshot", key=1), 503, "view-not-ready")
        assert_problem(log.get(agent, "snapshot", key=9), 410, "key-epoch-retired")


class TestDigests:
    def test_are_those_of_the_shadow_byte_for_byte(self, log):
        agent = log.subscribe("air_travel")
        log.list()
        size = log.publish()
        view = shadow(log, agent, size)
        (fingerprint,) = [bucket.fingerprints[-1] for _, bucket in view.buckets() if bucket.fingerprints][-1:]
        number = fingerprint >> 48
        given = {"at": log.cursor(size), "key": 1}

        upper = log.get(agent, "digest", level=1, **given)
        lower = log.get(agent, "digest", level=2, i=f"{number >> 8},0", **given)
        buckets = log.get(agent, "digest", bucket=f"{number},{(number + 1) % 65536}", **given)

        assert (upper.content_type, upper.headers["Sync-Cursor"]) == ("application/octet-stream", log.cursor(size))
        assert upper.data == view.level1()
        assert len(upper.data) == 4_096
        assert lower.data == view.level2(number >> 8) + view.level2(0)
        assert buckets.data == view.packed(number) + view.packed((number + 1) % 65536)
        found = read_buckets(buckets.data, mask=view.mask)
        assert found[number].flags_of(fingerprint) == view.flags_of(fingerprint)

    def test_follow_the_log(self, log):
        agent = log.subscribe("air_travel")
        first = log.size
        before = log.get(agent, "digest", at=log.cursor(first), key=1, level=1)
        log.list()
        second = log.publish()

        after = log.get(agent, "digest", at=log.cursor(second), key=1, level=1)
        again = log.get(agent, "digest", at=log.cursor(first), key=1, level=1)

        assert after.data == shadow(log, agent, second).level1() != before.data
        assert again.data == before.data

    def test_of_a_size_that_the_shadow_has_left_behind_are_told_where_it_is(self, log):
        log.list()
        log.publish()
        agent = log.subscribe("air_travel")

        problem = assert_problem(log.get(agent, "digest", at=log.cursor(1), key=1, level=1), 409, "copy-at-other-size")

        assert problem["cursor"] == log.cursor(log.size)

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({}, "malformed"),
            ({"level": "3"}, "malformed"),
            ({"level": "2"}, "malformed"),
            ({"level": "1", "bucket": "1"}, "malformed"),
            ({"level": "2", "i": "256"}, "bad-limit"),
            ({"bucket": "65536"}, "bad-limit"),
            ({"bucket": "1,,2"}, "bad-limit"),
            ({"bucket": ",".join(["1"] * 257)}, "bad-limit"),
        ],
    )
    def test_are_asked_for_in_one_way(self, log, query, code):
        agent = log.subscribe("air_travel")

        assert_problem(log.get(agent, "digest", at=log.cursor(log.size), key=1, **query), 400, code)

    def test_beyond_the_log_are_refused(self, log):
        agent = log.subscribe("air_travel")
        beyond = log.get(agent, "digest", at=log.cursor(log.size + 1), key=1, level=1)
        elsewhere = log.get(agent, "digest", at=f"{'c0' * 16}.1", key=1, level=1)

        assert_problem(beyond, 409, "ahead-of-registry")
        assert_problem(elsewhere, 410, "epoch-changed")


class TestAcknowledgements:
    def test_are_kept_with_their_first_instant(self, log):
        agent = log.subscribe("air_travel")

        first = log.acknowledge(agent)
        kept = log.clock.at
        second = log.acknowledge(agent)

        assert first.status_code == second.status_code == 200
        assert first.json["cursor"] == log.cursor(log.size)
        assert (first.json["first"], second.json["first"]) == (True, False)
        assert first.json["at"] == second.json["at"]
        assert datetime.fromisoformat(first.json["at"]) == kept
        (row,) = acks(log, agent)
        assert (row.size, row.at) == (log.size, kept)
        with log.reading() as session:
            seen = session.get_one(Subscriber, id_of(log, agent)).last_seen_at
        assert seen == log.clock.at > kept

    def test_are_evidence_that_anybody_can_verify(self, log):
        agent = log.subscribe("air_travel")
        log.acknowledge(agent)
        (row,) = acks(log, agent)
        keys = log.get(agent, "profile").json["vkeys"]

        said = open_acknowledgement(row.note, view_keys=map(read_vkey, keys["view"]), ack_keys=(agent.ack.verifier,))

        assert (said.size, said.view_root) == (row.size, row.view_root)

    def test_of_each_size_stand_beside_each_other(self, log):
        agent = log.subscribe("air_travel")
        log.acknowledge(agent)
        log.list()
        log.publish()
        assert log.acknowledge(agent).json["first"] is True

        assert len(acks(log, agent)) == 2

    def test_of_a_smaller_size_come_too_late(self, log):
        agent = log.subscribe("air_travel")
        early = log.acknowledgement(agent)
        log.list()
        log.publish()
        log.acknowledge(agent)

        assert_problem(log.post(agent, "ack", early), 409, "older-than-acknowledged")
        assert len(acks(log, agent)) == 1

    def test_of_a_forged_statement_are_refused(self, log):
        agent = log.subscribe("air_travel")
        good = log.acknowledgement(agent)
        forger = SignerKey(f"{ORIGIN}/view", KeyKind.ED25519, b"f" * 32)
        said = parse_statement(parse_note(good["statement"]).text)
        forged = acknowledge(sign_statement(said, forger), agent.ack)

        assert_problem(log.post(agent, "ack", {**good, "statement": forged}), 422, "not-our-statement")
        changed = good["statement"].replace(f"\n{said.n}\n", f"\n{said.n + 1}\n", 1)
        assert_problem(log.post(agent, "ack", {**good, "statement": changed}), 422, "not-our-statement")
        assert acks(log, agent) == []

    def test_of_what_was_said_to_another_agency_are_refused(self, log):
        agent, other = log.subscribe("air_travel"), log.subscribe("air_travel")
        stolen = log.feed(other, log.size).json["statement"]

        answer = log.post(agent, "ack", log.acknowledgement(agent, statement=stolen))

        assert_problem(answer, 422, "not-our-statement")

    def test_signed_by_another_key_are_refused(self, log):
        agent, other = log.subscribe("air_travel"), log.subscribe("air_travel")
        good = log.acknowledgement(agent)
        plain = log.feed(agent, log.size).json["statement"]
        forger = SignerKey(agent.ack.name, KeyKind.ED25519, b"f" * 32)

        for note in (plain, acknowledge(plain, other.ack), acknowledge(plain, forger)):
            assert_problem(log.post(agent, "ack", {**good, "statement": note}), 422, "bad-signature")
        assert acks(log, agent) == []

    def test_without_a_cosignature_of_that_checkpoint_are_refused(self, log):
        agent, other = log.subscribe("air_travel"), log.subscribe("air_travel")
        good = log.acknowledgement(agent)
        mine = parse_checkpoint(parse_note(log.checkpoint(log.size).note).text)
        earlier = parse_checkpoint(parse_note(log.checkpoint(1).note).text)
        wrong = [
            cosign(mine, other.witness, time=1).line(),
            cosign(earlier, agent.witness, time=1).line(),
            cosign(mine, agent.witness, time=1).line().rstrip("\n"),
            "nothing",
        ]

        for line in wrong:
            assert_problem(log.post(agent, "ack", {**good, "cosignature": line}), 422, "bad-cosignature")
        assert acks(log, agent) == []

    def test_of_another_epoch_are_gone(self, log):
        agent = log.subscribe("air_travel")
        good = log.acknowledgement(agent)
        text = parse_note(good["statement"]).text.replace(log.head.epoch, "c0" * 16)
        signers = signers_of(log.app.extensions["keyring"], ORIGIN)
        note = acknowledge(sign_statement(parse_statement(text), signers.view), agent.ack)

        assert_problem(log.post(agent, "ack", {**good, "statement": note}), 410, "epoch-changed")

    def test_are_strict_json(self, log):
        agent = log.subscribe("air_travel")
        good = log.acknowledgement(agent)
        send = log.app.test_client().post
        headers = bearer(agent.key, **{"Content-Type": "application/json"})

        assert_problem(log.post(agent, "ack", {**good, "more": 1}), 422, "unknown-field")
        assert_problem(
            send("/sync/v1/ack", data=b'{"statement":"a","statement":"b"}', headers=headers), 400, "malformed"
        )
        assert_problem(send("/sync/v1/ack", data=b'"' + b"x" * 65_536 + b'"', headers=headers), 413, "too-large")

    def test_come_at_most_ten_a_second(self, log):
        agent = log.subscribe("air_travel")
        good = log.acknowledgement(agent)
        log.clock.at += timedelta(seconds=2)
        client = log.app.test_client()
        sent = [client.post("/sync/v1/ack", json=good, headers=bearer(agent.key)) for _ in range(11)]

        assert [one.status_code for one in sent] == [200] * 10 + [429]


class TestRollback:
    def rolled_back(self, log: LogRegistry, agent: Agent, note: str) -> Any:
        return log.post(agent, "rollback", {"checkpoint": note})

    def test_proved_by_a_larger_checkpoint_fences_the_log(self, log):
        agent = log.subscribe("air_travel")
        signers = signers_of(log.app.extensions["keyring"], ORIGIN)
        note = sign_checkpoint(signers.log, size=log.head.size + 5, root=b"r" * 32)

        answer, again = self.rolled_back(log, agent, note), self.rolled_back(log, agent, note)
        head = log.head
        refused = log.feed(agent, 0)
        with log.acting() as courts:
            found = courts.session.scalars(select(Discrepancy)).all()
            courts.session.execute(update(LogHead).values(fenced=False))

        assert (answer.status_code, answer.json) == (202, {"fenced": True, "size": head.size})
        assert (again.status_code, again.json) == (202, answer.json)
        assert head.fenced
        assert_problem(refused, 503, "fenced")
        assert [(one.kind, one.facts["signed_size"]) for one in found] == [("registry-rolled-back", head.size + 5)]

    def test_is_not_proved_by_anything_else(self, log):
        agent = log.subscribe("air_travel")
        signers = signers_of(log.app.extensions["keyring"], ORIGIN)
        size = log.head.size
        forger = SignerKey(ORIGIN, KeyKind.ED25519, b"f" * 32)
        elsewhere = SignerKey("other.example/log", KeyKind.ED25519, signers.log.seed)
        notes = [
            sign_checkpoint(forger, size=size + 5, root=b"r" * 32),
            sign_checkpoint(elsewhere, size=size + 5, root=b"r" * 32),
            sign_checkpoint(signers.log, size=size, root=b"r" * 32),
            log.checkpoint(1).note,
            "nothing",
        ]

        for note in notes:
            assert_problem(self.rolled_back(log, agent, note), 422, "bad-signature")
        assert not log.head.fenced
