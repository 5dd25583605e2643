"""An agency begins to keep a copy: its keys are checked, its secrets sealed and handed out once."""

from __future__ import annotations

import json
import stat
from base64 import b64decode

import pytest
from sqlalchemy import select

from blacklist.actors import Actor, ActorKind
from blacklist.errors import InvalidError
from blacklist.identity.fingerprints import Fingerprinter
from blacklist.ledger.note_keys import KeyKind, VerifierKey
from blacklist.models import AuditEntry, Subscriber, ViewKey
from blacklist.rules.views import mask_of
from blacklist.services import agencies
from blacklist.services.agencies import AgencyNotFoundError
from blacklist.services.subscribing import AlreadySubscribedError, subscribe_agency
from sync.publishing.items import fingerprinter_of
from tests.apps import SetClock, close_app, make_app
from tests.publishing import agency_key

COMMAND = Actor(kind=ActorKind.COMMAND)
ACK = agency_key("rail.example", "ack", KeyKind.ED25519).verifier.written()
WITNESS = agency_key("rail.example", "witness", KeyKind.COSIGNATURE).verifier.written()


@pytest.fixture
def subscribe(session, vault, at):
    agencies.create_agency(
        session, name="rail.example", title="测试单位", purposes=["rail_high_class"], actor=COMMAND, at=at
    )

    def call(name="rail.example", **change):
        given = {"ack_vkey": ACK, "witness_vkey": WITNESS, "hook_url": "https://rail.example/hook"} | change
        return subscribe_agency(session, name, actor=COMMAND, at=at, vault=vault, **given)

    return call


class TestSubscribing:
    def test_opens_key_epoch_one_for_the_agencys_purposes(self, session, subscribe):
        done = subscribe()

        key = session.scalars(select(ViewKey)).one()
        assert (done.key_epoch, key.key_epoch, key.state) == (1, 1, "live")
        assert key.mask == mask_of(["rail_high_class"])
        assert session.scalars(select(AuditEntry.event)).all()[-1] == "agency.subscribed"

    def test_seals_the_keys_it_hands_out(self, session, subscribe, vault):
        done = subscribe()

        key, subscriber = session.scalars(select(ViewKey)).one(), session.scalars(select(Subscriber)).one()
        known = fingerprinter_of(key, vault=vault)
        assert len(done.fp_key) == 32
        assert known.of_key(b"1|x") == Fingerprinter(done.fp_key).of_key(b"1|x")
        assert done.fp_key not in key.fp_key
        opened = vault.open(
            subscriber.hook_secrets, table="subscribers", row=subscriber.agency_id, column="hook_secrets"
        )
        assert json.loads(opened) == [done.hook_secret]
        assert len(b64decode(done.hook_secret.removeprefix("whsec_"))) == 32
        assert done.hook_secret not in repr(done)

    def test_without_a_hook_makes_no_secret(self, session, subscribe):
        assert subscribe(hook_url=None).hook_secret is None
        assert session.scalars(select(Subscriber.hook_secrets)).one() is None

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"ack_vkey": "rail.example/ack"}, "bad-vkey"),
            ({"ack_vkey": WITNESS}, "bad-vkey"),
            ({"ack_vkey": VerifierKey("rail.example/ack", KeyKind.ED25519, bytes(32)).written()}, "bad-vkey"),
            ({"witness_vkey": ACK}, "bad-vkey"),
            ({"witness_vkey": agency_key("rail.example", "ack", KeyKind.COSIGNATURE).verifier.written()}, "bad-vkey"),
            ({"hook_url": "ftp://rail.example"}, "bad-hook-url"),
            ({"hook_url": "https://user@rail.example"}, "bad-hook-url"),
            ({"hook_url": "https://"}, "bad-hook-url"),
            ({"hook_url": "https://rail.example/" + "x" * 400}, "bad-hook-url"),
        ],
    )
    def test_refuses_what_it_could_not_use(self, session, subscribe, change, code):
        with pytest.raises(InvalidError) as refused:
            subscribe(**change)

        assert [fault.code for fault in refused.value.errors] == [code]
        assert session.scalars(select(Subscriber)).all() == []

    def test_is_done_once(self, subscribe):
        subscribe()
        with pytest.raises(AlreadySubscribedError):
            subscribe()

    def test_needs_an_agency(self, subscribe):
        with pytest.raises(AgencyNotFoundError):
            subscribe("nobody.example")


class TestCommand:
    @pytest.fixture
    def run(self, own_database_url, key_file, at):
        app = make_app(own_database_url, key_file, clock=SetClock(at))
        runner = app.test_cli_runner()
        words = ["registry", "agency", "add", "rail.example", "--title", "测试单位", "--purpose", "rail_high_class"]
        assert runner.invoke(args=words).exit_code == 0
        yield lambda path, **more: runner.invoke(
            args=[
                *("registry", "agency", "subscribe", "rail.example", "--fp-key-file", str(path)),
                *("--ack-vkey", ACK, "--witness-vkey", more.get("witness", WITNESS)),
                *("--hook", "http://127.0.0.1:8198/"),
            ]
        )
        close_app(app)

    def test_writes_the_key_to_a_file_for_its_owner_alone(self, run, tmp_path):
        path = tmp_path / "fp-key"
        done = run(path)

        assert done.exit_code == 0, done.output
        assert len(b64decode(path.read_text().strip(), validate=True)) == 32
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text().strip() not in done.output
        assert "whsec_" in done.output

    def test_leaves_no_file_where_it_refuses(self, run, tmp_path):
        done = run(tmp_path / "fp-key", witness="nonsense")

        assert done.exit_code == 1
        assert "bad-vkey" in done.output
        assert not (tmp_path / "fp-key").exists()

    def test_overwrites_no_file(self, run, tmp_path):
        path = tmp_path / "fp-key"
        path.write_text("mine")

        assert run(path).exit_code == 2
        assert path.read_text() == "mine"
