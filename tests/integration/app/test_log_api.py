"""The public log by HTTP: the very bytes of the standards, proven by the functions that any reader would use."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.engine import create_registry_engine
from blacklist.identity.keys import Keyring
from blacklist.ledger.checkpoints import cosign, open_checkpoint, parse_checkpoint
from blacklist.ledger.leaves import LeafKind, parse_leaf
from blacklist.ledger.merkle import leaf_hash, root_of, verify_consistency
from blacklist.ledger.note_keys import KeyKind, read_vkey
from blacklist.ledger.policies import NO_QUORUM
from blacklist.ledger.policy_files import parse_policy
from blacklist.ledger.proofs import parse_proof, verify_proof
from blacklist.ledger.signed_notes import parse_note
from blacklist.ledger.tiles import read_bundle, read_tile
from blacklist.models import Agency, AgencyAck, LogCheckpoint, LogEntry
from blacklist.services.appending import append_public
from sync.publishing.exporting import export_folder
from tests.apps import SetClock, close_app, make_app
from tests.publishing import ORIGIN, Press, agency_key

SIZES = (3, 260, 300)


AT = datetime(2026, 11, 24, 10, 5, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="module")
def press(database_url, key_file, vault, tmp_path_factory):
    engine = create_registry_engine(database_url)
    made = Press(engine, vault, Keyring.read(key_file), tmp_path_factory.mktemp("log"), AT)
    yield made
    made.close()
    engine.dispose()


@pytest.fixture(scope="module")
def app(press, key_file):
    made = make_app(press.config().database_url, key_file, clock=SetClock(AT))
    yield made
    close_app(made)


@pytest.fixture
def client(app):
    app.extensions["clock"].at += timedelta(minutes=1)  # so that every test meets a full bucket
    return app.test_client()


@pytest.fixture(scope="module")
def publisher(press):
    return press.publisher()


@pytest.fixture(scope="module")
def log(press, publisher):
    """A log of two acts and of many public entries, signed at several sizes; no test makes it longer."""
    press.act("effective", "removed")
    for size in SIZES:
        with Session(press.engine) as session:
            start = session.scalars(select(LogEntry.idx).order_by(LogEntry.idx.desc()).limit(1)).one() + 1
            for number in range(start, size):
                append_public(session, LeafKind.AUDIT, {"length": number, "head": "-"}, at=press.at)
            session.commit()
        press.publish(publisher)
    with press.reading() as session:
        return [row.leaf for row in session.scalars(select(LogEntry).order_by(LogEntry.idx))]


@pytest.fixture
def begun(own_database_url, key_file, vault, tmp_path):
    """A registry of its own, with nothing in its log: its press and a client."""
    engine = create_registry_engine(own_database_url)
    made = Press(engine, vault, Keyring.read(key_file), tmp_path, AT)
    own = make_app(own_database_url, key_file, clock=SetClock(AT))
    yield made, own
    close_app(own)
    made.close()
    engine.dispose()


def read(client, path, **headers):
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


def problem(client, path):
    answer = client.get(path, headers={"Accept-Language": "en"})
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    return answer.status_code, answer.json["code"]


class TestCheckpoint:
    def test_is_the_newest_note(self, client, press, log):
        answer = read(client, "/log/checkpoint")

        opened = open_checkpoint(answer.data, logs=[press.signers.log.verifier])
        assert (opened.checkpoint.origin, opened.checkpoint.size) == (ORIGIN, 300)
        assert answer.content_type == "text/plain; charset=utf-8"
        assert answer.headers["Cache-Control"] == "public, max-age=2"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"

    def test_bears_the_cosignatures_of_the_agencies(self, begun):
        press, client = begun[0], begun[1].test_client()
        press.act("effective")
        press.publish(press.publisher())
        press.subscribe("air.example", ["air_travel"])
        press.subscribe("rail.example", ["rail_high_class"])
        witnesses = [agency_key(name, "witness", KeyKind.COSIGNATURE) for name in ("air.example", "rail.example")]
        with Session(press.engine) as session:
            checkpoint = session.get_one(LogCheckpoint, 1)
            agencies = session.scalars(select(Agency).order_by(Agency.name)).all()
            for agency, key in zip(agencies, witnesses, strict=True):
                line = cosign(parse_checkpoint(parse_note(checkpoint.note).text), key, time=1795651200).line()
                session.add(
                    AgencyAck(agency_id=agency.id, size=1, view_root=bytes(32), note="-", cosignature=line, at=press.at)
                )
            session.commit()
            leaf = session.get_one(LogEntry, 0).leaf

        policy = parse_policy(read(client, "/log/policy").data)
        opened = policy.open_checkpoint(read(client, "/log/checkpoint").data)
        assert opened.cosigned == {key.verifier: 1795651200 for key in witnesses}
        proof = parse_proof(read(client, "/log/proof/0").data)
        assert verify_proof(proof, leaf=leaf, policy=policy).cosigned == opened.cosigned

    def test_of_a_log_that_signed_nothing_is_not_found(self, begun):
        client = begun[1].test_client()
        assert problem(client, "/log/checkpoint") == (404, "not-in-log")


class TestTiles:
    def test_hold_the_hashes_of_the_leaves(self, client, log):
        full = read(client, "/log/tile/0/000")
        assert read_tile(full.data, width=256) == tuple(map(leaf_hash, log[:256]))
        assert full.content_type == "application/octet-stream"
        assert full.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        partial = read(client, "/log/tile/0/001.p/44")
        assert read_tile(partial.data, width=44) == tuple(map(leaf_hash, log[256:300]))

    def test_of_entries_hold_the_leaves(self, client, log):
        assert read_bundle(read(client, "/log/tile/entries/000").data, width=256) == tuple(log[:256])
        assert read_bundle(read(client, "/log/tile/entries/001.p/4").data, width=4) == tuple(log[256:260])

    def test_are_the_bytes_of_the_export(self, client, press, log):
        epoch = read(client, "/log/keys").json["epoch"]
        folder = export_folder(press.config(), epoch)
        files = [path for path in (folder / "tile").rglob("*") if path.is_file()]

        assert len(files) >= 8
        for path in files:
            assert read(client, f"/log/{path.relative_to(folder).as_posix()}").data == path.read_bytes()

    @pytest.mark.parametrize(
        "path",
        [
            "0/002", "0/001", "0/001.p/45", "0/001.p/43", "0/000.p/2", "entries/001", "1/000", "1/000.p/2", "2/000.p/1",
            "0/0", "0/000.p/0", "0/000.p/256", "00/000", "64/000", "63/000", "entries/", "0/x001/000", "0/-01", "a/000",
        ],
    )  # fmt: skip
    def test_that_no_checkpoint_required_are_not_found(self, client, log, path):
        assert problem(client, f"/log/tile/{path}") == (404, "not-in-log")

    def test_that_a_checkpoint_once_required_are_served_still(self, client, log):
        assert len(read(client, "/log/tile/0/000.p/3").data) == 96


class TestProofs:
    @pytest.mark.parametrize("index", [0, 1, 2, 255, 256, 299])
    def test_of_entries_verify_by_the_published_policy(self, client, log, index):
        policy = parse_policy(read(client, "/log/policy").data)
        assert policy.quorum == NO_QUORUM

        opened = verify_proof(parse_proof(read(client, f"/log/proof/{index}").data), leaf=log[index], policy=policy)

        assert opened.checkpoint.size == 300

    def test_are_given_against_an_older_checkpoint_too(self, client, log):
        policy = parse_policy(read(client, "/log/policy").data)
        proof = parse_proof(read(client, "/log/proof/2?size=260").data)

        assert verify_proof(proof, leaf=log[2], policy=policy).checkpoint.size == 260

    @pytest.mark.parametrize(
        "path", ["300", "299?size=260", "0?size=299", "0?size=0", "x", "-1", "01", "0?size=x", "9" * 30]
    )
    def test_of_what_is_not_there_are_not_found(self, client, log, path):
        assert problem(client, f"/log/proof/{path}") == (404, "not-in-log")

    @pytest.mark.parametrize(("first", "second"), [(1, 300), (3, 260), (260, 300), (255, 257), (300, 300)])
    def test_of_consistency_verify(self, client, log, first, second):
        answer = read(client, f"/log/consistency?from={first}&to={second}").json
        roots = [
            root_of([b64decode(one) for one in read(client, f"/log/frontier?size={size}").json["hashes"]], size)
            for size in (first, second)
        ]

        assert (answer["from"], answer["to"]) == (first, second)
        verify_consistency(
            first=first,
            second=second,
            path=[b64decode(one) for one in answer["hashes"]],
            first_root=roots[0],
            second_root=roots[1],
        )
        if second in SIZES:
            assert parse_checkpoint(parse_note(answer["checkpoint"]).text).root == roots[1]
        else:
            assert answer["checkpoint"] is None

    @pytest.mark.parametrize(
        "query", ["from=0&to=3", "from=4&to=3", "from=1&to=301", "from=1", "to=3", "from=a&to=3", "from=01&to=3"]
    )
    def test_of_consistency_need_sizes_that_are_published(self, client, log, query):
        assert problem(client, f"/log/consistency?{query}") == (400, "bad-size")

    @pytest.mark.parametrize("query", ["size=0", "size=301", "", "size="])
    def test_of_the_frontier_need_a_size_that_is_published(self, client, log, query):
        assert problem(client, f"/log/frontier?{query}") == (400, "bad-size")


class TestTags:
    def test_find_every_entry_of_an_order(self, client, press, log):
        with press.reading() as session:
            removal = session.scalars(select(LogEntry).where(LogEntry.kind == "remove")).one()
        answer = read(client, f"/log/tags/{removal.tag}").json

        assert (answer["tag"], answer["size"]) == (removal.tag, 300)
        leaves = [b64decode(one["leaf"]) for one in answer["entries"]]
        assert [log[one["index"]] for one in answer["entries"]] == leaves
        assert [parse_leaf(one).kind.value for one in leaves] == ["list", "remove"]

    def test_that_nothing_bears_give_an_empty_list(self, client, log):
        assert read(client, f"/log/tags/{'0' * 32}").json["entries"] == []

    @pytest.mark.parametrize("tag", ["0", "0" * 31, "g" * 32, "A" * 32, "0" * 33, "０" * 32])
    def test_that_are_none_are_refused(self, client, log, tag):
        assert problem(client, f"/log/tags/{tag}") == (400, "bad-tag")

    def test_are_not_found_before_they_are_published(self, begun):
        press, client = begun[0], begun[1].test_client()
        (order,) = press.act("effective")
        with press.reading() as session:
            tag = session.scalars(select(LogEntry.tag).where(LogEntry.order_id == order)).one()

        assert read(client, f"/log/tags/{tag}").json["entries"] == []


class TestKeys:
    def test_are_those_that_sign(self, client, press, log):
        answer = read(client, "/log/keys").json

        assert answer["origin"] == ORIGIN
        assert {one["use"]: read_vkey(one["vkey"]) for one in answer["vkeys"]} == {
            "log": press.signers.log.verifier,
            "view": press.signers.view.verifier,
        }

    def test_are_announced_by_the_first_entries_of_the_log(self, begun):
        press, app = begun
        client = app.test_client()
        done = app.test_cli_runner().invoke(args=["registry", "init"])
        assert done.exit_code == 0, done.output
        again = app.test_cli_runner().invoke(args=["registry", "init"])
        assert "log: " in again.output
        press.publish(press.publisher())

        leaves = [parse_leaf(one) for one in read_bundle(read(client, "/log/tile/entries/000.p/3").data, width=3)]
        vkeys = read(client, "/log/keys").json["vkeys"]
        since = int(press.at.timestamp())
        assert [one.kind for one in leaves] == [LeafKind.GENESIS, LeafKind.KEY, LeafKind.KEY]
        assert leaves[0].public == {
            "epoch": read(client, "/log/keys").json["epoch"],
            "origin": ORIGIN,
            "previous": None,
            "vkeys": {"log": press.signers.log.verifier.written(), "view": press.signers.view.verifier.written()},
        }
        assert sorted((one["use"], one["from"], one["until"]) for one in vkeys) == [
            ("log", since, None),
            ("view", since, None),
        ]


class TestDoor:
    def test_takes_head_and_nothing_that_writes(self, client, log):
        assert client.head("/log/checkpoint").status_code == 200
        assert client.post("/log/checkpoint").status_code == 405

    def test_refuses_parameters_it_does_not_know(self, client, log):
        assert problem(client, "/log/checkpoint?x=1") == (400, "malformed")
        assert problem(client, "/log/frontier?size=3&size=3") == (400, "malformed")

    def test_answers_sixty_requests_a_second_of_one_address(self, begun):
        press, client = begun[0], begun[1].test_client()
        press.act("effective")
        press.publish(press.publisher())
        statuses = [client.get("/log/checkpoint").status_code for _ in range(61)]

        assert statuses == [200] * 60 + [429]
        assert int(client.get("/log/checkpoint").headers["Retry-After"]) >= 1

    def test_tells_nobody_whom_an_order_binds(self, client, press, log):
        answers = [client.get(path) for path in ("/log/tile/entries/000", "/log/checkpoint", "/log/keys")]

        text = b"".join(one.data for one in answers)
        assert b"71010119" not in text
        assert "测试".encode() not in text
        assert json.loads(answers[2].data)["epoch"]
