"""Wakes: what is sent, to whom, when again, and when no more."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import select, update

from blacklist.engine import create_registry_engine
from blacklist.identity.keys import Keyring
from blacklist.models import AgencyWake, Subscriber
from sync.publishing.hooks import Hooks, is_outside
from sync.publishing.loops import WakingLoop
from sync.publishing.waking import DOWN_AFTER, Reply, Wake, due_wakes, record_reply, wait_after, want_wakes
from tests.publishing import ORIGIN, Press

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
WAKE = Wake(1, "https://agency.example/hook", (SECRET,), "5b1e90c2" + "0" * 24, ORIGIN, 1048577)


class Receiver(HTTPServer):
    """An agency's hook; answers what it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.status, self.headers, self.got = 204, {}, []
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"

    def close(self) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()


class Answering(BaseHTTPRequestHandler):
    """One request."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def press(own_database_url, key_file, vault, tmp_path, at):
    engine = create_registry_engine(own_database_url)
    made = Press(engine, vault, Keyring.read(key_file), tmp_path, at)
    yield made
    made.close()
    engine.dispose()


@pytest.fixture
def hooks():
    made = Hooks(inside=True)
    yield made
    made.close()


def due(press: Press, at: datetime) -> list[Wake]:
    with press.reading() as session:
        return due_wakes(session, origin=ORIGIN, at=at, vault=press.vault)


def reply(press: Press, wake: Wake, answer: Reply, at: datetime) -> None:
    with press.transactions.writing() as session:
        record_reply(session, wake, answer, at=at)


def row(press: Press) -> AgencyWake:
    with press.reading() as session:
        return session.scalars(select(AgencyWake)).one()


class TestMessages:
    def test_tell_the_size_and_nothing_else(self):
        body = WAKE.body(datetime(2026, 11, 26, tzinfo=UTC))

        assert body == (
            b'{"specversion":"1.0","id":"wake-5b1e90c2-1048577","source":"registry.example/log","type":"log.grew",'
            b'"timestamp":"2026-11-26T00:00:00Z","data":{"size":1048577}}'
        )

    def test_are_signed_as_the_standard_says(self):
        """HMAC-SHA-256 over id.timestamp.body, by the secret as it is decoded; computed here by hand."""
        at = datetime.fromtimestamp(1614265330, UTC)
        body = b'{"test": 2432232314}'
        headers = WAKE.headers(body, at)
        expected = hmac.new(
            base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            b"wake-5b1e90c2-1048577.1614265330." + body,
            hashlib.sha256,
        ).digest()

        assert headers["webhook-id"] == "wake-5b1e90c2-1048577"
        assert headers["webhook-timestamp"] == "1614265330"
        assert headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()

    @pytest.mark.parametrize("secret", [SECRET, OTHER])
    def test_verify_under_either_secret_while_one_replaces_the_other(self, secret):
        webhooks = pytest.importorskip("standardwebhooks.webhooks", reason="NOT TESTED: standardwebhooks is missing")
        wake = Wake(1, WAKE.url, (SECRET, OTHER), WAKE.epoch, ORIGIN, 7)
        at = datetime.now(UTC)  # noqa: TID251 - the library compares with the clock
        body = wake.body(at)

        verified = webhooks.Webhook(secret).verify(body.decode(), wake.headers(body, at))

        assert verified["data"] == {"size": 7}

    def test_do_not_show_their_secrets(self):
        assert SECRET not in repr(WAKE)


class TestRows:
    def test_the_newest_size_only_is_wanted(self, press, receiver, at):
        press.subscribe("air.example", ["air_travel"], hook=receiver.url)
        press.subscribe("quiet.example", ["air_travel"])
        publisher = press.publisher()
        press.act("effective")
        press.publish(publisher)
        first = due(press, at)
        press.act("effective")
        press.publish(publisher)

        assert [one.size < other.size for one, other in zip(first, due(press, at), strict=True)] == [True]

    def test_a_wake_overtaken_while_it_was_under_way_is_due_again(self, press, at):
        press.subscribe("air.example", ["air_travel"], hook="https://air.example/hook")
        with press.transactions.writing() as session:
            want_wakes(session, 3, at=at)
        (wake,) = due(press, at)
        with press.transactions.writing() as session:
            want_wakes(session, 5, at=at)

        reply(press, wake, Reply(204), at)
        assert [one.size for one in due(press, at)] == [5]
        reply(press, due(press, at)[0], Reply(204), at)
        assert due(press, at + timedelta(days=1)) == []

    def test_a_failure_waits_longer_each_time_and_the_eighth_is_an_alarm(self, press, at):
        press.subscribe("air.example", ["air_travel"], hook="https://air.example/hook")
        with press.transactions.writing() as session:
            want_wakes(session, 3, at=at)
        for failures in range(1, DOWN_AFTER + 1):
            (wake,) = due(press, at)
            reply(press, wake, Reply(500), at)
            waited = row(press).due_at - at
            assert row(press).failures == failures
            assert timedelta(0) <= waited <= timedelta(seconds=min(60, 2**failures))
            at = row(press).due_at

        with press.reading() as session:
            assert session.scalars(select(Subscriber.state)).one() == "down"
        assert due(press, at - timedelta(microseconds=1000)) == []
        (probe,) = due(press, at)
        reply(press, probe, Reply(204), at)
        with press.reading() as session:
            assert session.scalars(select(Subscriber.state)).one() == "live"
        assert (row(press).failures, row(press).due_at) == (0, None)

    def test_growth_does_not_shorten_a_back_off(self, press, at):
        press.subscribe("air.example", ["air_travel"], hook="https://air.example/hook")
        with press.transactions.writing() as session:
            want_wakes(session, 3, at=at)
        reply(press, due(press, at)[0], Reply(503, retry_after=120), at)
        with press.transactions.writing() as session:
            want_wakes(session, 4, at=at)

        assert due(press, at + timedelta(seconds=119)) == []
        assert [one.size for one in due(press, at + timedelta(seconds=120))] == [4]

    def test_gone_ends_wakes_and_nothing_else(self, press, at):
        press.subscribe("air.example", ["air_travel"], hook="https://air.example/hook")
        with press.transactions.writing() as session:
            want_wakes(session, 3, at=at)
        reply(press, due(press, at)[0], Reply(410), at)
        with press.transactions.writing() as session:
            want_wakes(session, 4, at=at)

        assert due(press, at + timedelta(days=1)) == []
        with press.reading() as session:
            one = session.scalars(select(Subscriber)).one()
        assert (one.hook_url, one.state) == (None, "live")

    def test_a_suspended_agency_is_not_woken(self, press, at):
        press.subscribe("air.example", ["air_travel"], hook="https://air.example/hook")
        with press.transactions.writing() as session:
            want_wakes(session, 3, at=at)
            session.execute(update(Subscriber).values(state="suspended"))

        assert due(press, at) == []

    def test_from_the_eighth_failure_on_there_is_one_probe_a_minute(self):
        assert {wait_after(failures, retry_after=None) for failures in (8, 9, 300)} == {timedelta(minutes=1)}

    def test_what_the_agency_asks_for_is_honoured_up_to_an_hour(self):
        assert wait_after(1, retry_after=900) == timedelta(seconds=900)
        assert wait_after(1, retry_after=10**6) == timedelta(hours=1)


class TestHooks:
    def test_post_the_signed_bytes(self, hooks, receiver, at):
        wake = Wake(1, receiver.url, (SECRET,), WAKE.epoch, ORIGIN, 9)

        assert hooks.post(wake, at=at) == Reply(204)
        ((path, headers, body),) = receiver.got
        assert (path, body, json.loads(body)["data"]) == ("/hook", wake.body(at), {"size": 9})
        assert wake.headers(body, at).items() <= headers.items()

    def test_follow_no_redirect(self, hooks, receiver, at):
        receiver.status, receiver.headers = 302, {"Location": receiver.url + "/else"}

        assert hooks.post(Wake(1, receiver.url, (SECRET,), WAKE.epoch, ORIGIN, 9), at=at).status == 302
        assert len(receiver.got) == 1

    def test_tell_when_to_come_again(self, hooks, receiver, at):
        receiver.status, receiver.headers = 503, {"Retry-After": "17"}

        answer = hooks.post(Wake(1, receiver.url, (SECRET,), WAKE.epoch, ORIGIN, 9), at=at)
        assert (answer.status, answer.retry_after, answer.is_delivered) == (503, 17, False)

    def test_report_nobody_at_home(self, hooks, at):
        gone = Receiver()
        gone.close()

        answer = hooks.post(Wake(1, gone.url, (SECRET,), WAKE.epoch, ORIGIN, 9), at=at)
        assert (answer.status, answer.error) == (None, "ConnectionError")

    @pytest.mark.requirement("E13")
    def test_in_production_send_nothing_into_a_network_of_our_own(self, receiver, at):
        made = Hooks(inside=False)
        plain = Wake(1, receiver.url, (SECRET,), WAKE.epoch, ORIGIN, 9)
        secure = Wake(1, receiver.url.replace("http", "https"), (SECRET,), WAKE.epoch, ORIGIN, 9)

        assert made.post(plain, at=at) == Reply(None, "not https")
        assert made.post(secure, at=at) == Reply(None, "the address lies inside a network")
        assert receiver.got == []
        made.close()

    @pytest.mark.parametrize(
        ("address", "outside"),
        [
            ("93.184.215.14", True),
            ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
            ("127.0.0.1", False),
            ("10.1.2.3", False),
            ("172.16.0.1", False),
            ("192.168.1.1", False),
            ("169.254.169.254", False),
            ("100.64.0.1", False),
            ("0.0.0.0", False),  # noqa: S104 - refused, not bound
            ("224.0.0.1", False),
            ("::1", False),
            ("fe80::1%eth0", False),
            ("fd00::1", False),
            ("::ffff:10.0.0.1", False),
            ("::ffff:8.8.8.8", True),
        ],
    )
    def test_know_what_lies_outside(self, address, outside):
        assert is_outside(address) is outside


class TestLoop:
    def test_delivers_and_records(self, press, hooks, receiver, at):
        press.subscribe("air.example", ["air_travel"], hook=receiver.url)
        press.act("effective")
        press.publish(press.publisher())
        loop = WakingLoop(
            press.transactions, hooks, lambda: at, origin=ORIGIN, vault=press.vault, woken=threading.Event()
        )

        (wake,) = loop._due()
        assert loop._due() == []  # in flight
        loop.deliver(wake)

        assert len(receiver.got) == 1
        assert (row(press).due_at, row(press).failures) == (None, 0)
