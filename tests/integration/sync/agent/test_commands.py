"""The command line with real processes: exit codes, local answers, wakes, several processes over one folder."""

from __future__ import annotations

import base64
import hmac
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
import requests  # noqa: TID251 — as an agency's own programs ask

from blacklist.identity.documents import parse_document
from blacklist.ledger.merkle import inclusion_proof
from blacklist.ledger.proofs import TlogProof
from sync.agent.clocks import wall
from tests.copies import flip
from tests.kits import ROOT, Kit
from tests.small_registry import AGENCY, COURT, key, problem

LISTED = {"type": "resident_id", "number": "11010519491231002X"}
OTHER = {"type": "resident_id", "number": "440524188001010014"}
AIR = 1 << 1
SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def document(members):
    return parse_document(members["type"], members["number"], today=date(2026, 11, 25))


def eventually(holds: Callable[[], bool], *, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


@contextmanager
def running(kit: Kit, command: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """Start `run` or `serve` on a Unix socket's stead: a free port; give the process, its address and its log."""
    log = kit.place / f"{command}.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "sync.agent", command, "--folder", str(kit.folder.path), *arguments],
            cwd=ROOT,
            stderr=errors,
            text=True,
            env={"PATH": os.environ["PATH"]},
        )
        try:
            wanted = 2 if "--hook" in arguments else 1
            eventually(lambda: log.read_text().count("listening") >= wanted or process.poll() is not None)
            lines = [json.loads(line) for line in log.read_text().splitlines()]
            ports = [line["address"][1] for line in lines if line["message"] == "listening"]
            yield process, f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[-1]}"
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture(autouse=True)
def ticking(registry):
    """Each statement is newer than the one before, as time makes them."""
    registry.ticking = True


@pytest.fixture
def listed(kit):
    kit.registry.restrict(document(LISTED), AIR)
    return kit


def check(kit: Kit, members: dict[str, str], *more: str) -> tuple[int, dict]:
    done = kit.command(
        "check", "--purpose", "air_travel", "--type", members["type"], *more, stdin=members["number"] + "\n"
    )
    return done.returncode, json.loads(done.stdout)


class TestExitCodes:
    def test_pull_and_check(self, listed):
        assert listed.command("pull").returncode == 0
        assert check(listed, OTHER)[0] == 0
        code, answer = check(listed, LISTED)
        assert (code, answer["outcome"], answer["denial_code"]) == (10, "restricted", "F7Q2-9KDM")
        assert check(listed, LISTED, "--no-confirm")[0] == 11

    def test_permitted_is_0(self, listed):
        listed.registry.confirmed[document(LISTED).key] = {"outcome": "permitted", "permit": {"permit_no": "P-2026-1"}}
        listed.command("pull")

        assert check(listed, LISTED)[0] == 0

    def test_stale_is_12(self, listed):
        listed.command("pull")
        status = listed.folder.path / "status.json"
        members = json.loads(status.read_text())
        status.write_text(json.dumps(members | {"seen_ms": members["seen_ms"] - 60_000}))

        assert check(listed, OTHER, "--no-confirm")[0] == 12

    def test_bad_input_is_2_and_the_number_is_nowhere(self, listed):
        done = listed.command("check", "--purpose", "air_travel", "--type", "resident_id", stdin="110105194912310021\n")

        assert done.returncode == 2
        assert "110105194912310021" not in done.stdout + done.stderr
        assert check(listed, LISTED | {"type": "library_card"})[0] == 2

    def test_not_reached_is_3(self, kit):
        kit.registry.silent = True

        assert kit.command("pull").returncode == 3

    def test_mended_is_4(self, kit):
        flip(kit.folder.current() / "copy", 262_408)

        assert kit.command("pull").returncode == 4
        assert kit.command("pull").returncode == 0

    @pytest.mark.parametrize("fault", ["fork", "rollback", "epoch"])
    def test_refused_is_5(self, kit, fault):
        if fault == "fork":
            kit.registry.leaves[3] = b"another past"
            kit.registry.append([(1, 1)])
        elif fault == "rollback":
            kit.registry.forget_to(10)
        else:
            kit.registry.epoch = "c0" * 16
        done = kit.command("pull")

        assert (done.returncode, done.stdout) == (5, "")
        assert done.stderr.startswith("refused")

    def test_init_refuses_another_registry_with_5(self, tmp_path, registry, url):
        kit = Kit(tmp_path / "agency", registry, url)
        kit.new_keys()
        registry.log_key = key("registry.example/log", 9)
        arguments = ("--url", url, "--agency", AGENCY, "--trust", str(kit.place / "trust.json"))
        arguments += ("--fp-key", str(kit.place / "fp-3.key"), "--api-key", str(kit.place / "api.key"))

        assert kit.command("init", *arguments).returncode == 5
        registry.log_key = key("registry.example/log", 1)
        done = kit.command("init", *arguments)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == f"cursor {registry.cursor()}\nentries 0\nkey 3\n"

    def test_a_key_beside_the_copy_or_open_to_others_is_refused(self, tmp_path, registry, url):
        kit = Kit(tmp_path / "agency", registry, url)
        kit.new_keys()
        (kit.folder.path / "fp.key").write_text(bytes(32).hex())
        shared = kit.secret("shared.key", bytes(32).hex())
        shared.chmod(0o644)
        for path in (kit.folder.path / "fp.key", shared):
            arguments = ("--url", url, "--agency", AGENCY, "--trust", str(kit.place / "trust.json"))
            arguments += ("--fp-key", str(path), "--api-key", str(kit.place / "api.key"))
            assert kit.command("init", *arguments).returncode == 2


class TestVerify:
    def test_a_sound_copy_is_true(self, listed):
        listed.command("pull")
        done = listed.command("verify", "--deep")

        assert (done.returncode, json.loads(done.stdout)["countersigned"]) == (0, 22)

    def test_a_damaged_one_is_false(self, listed):
        listed.command("pull")
        flip(listed.folder.current() / "copy", 262_409)

        assert listed.command("verify").returncode == 1

    def test_a_changed_journal_is_false(self, listed):
        listed.command("pull")
        journal = listed.folder.current() / "journal"
        os.truncate(journal, journal.stat().st_size - 1)

        assert listed.command("verify").returncode == 1

    def test_a_proof_on_paper_offline(self, listed):
        registry = listed.registry
        index = registry.size - 1
        path = inclusion_proof(index, registry.size, registry.hash_at)
        proof = listed.place / "notice.tlog-proof"
        proof.write_text(TlogProof(index, path, registry.checkpoint(registry.size)).written())
        leaf = listed.place / "leaf"
        leaf.write_bytes(registry.leaves[index])
        registry.silent = True

        done = listed.command("verify", "--proof", str(proof), "--leaf", str(leaf))
        assert (done.returncode, json.loads(done.stdout)["court"]) == (0, COURT)
        leaf.write_bytes(registry.leaves[index].replace(b'"list"', b'"amend"'))
        assert listed.command("verify", "--proof", str(proof), "--leaf", str(leaf)).returncode == 1

    def test_a_courts_monitor_names_what_it_did_not_issue(self, listed):
        registry = listed.registry
        del registry.leaves[:-1], registry.changes[:-1]
        orders = listed.place / "tags"
        orders.write_text("")
        done = listed.command("verify", "--court", COURT, "--orders", str(orders))
        entry = json.loads(done.stdout.splitlines()[0])

        assert (done.returncode, entry["known"]) == (1, False)
        orders.write_text(entry["tag"])
        assert listed.command("verify", "--court", COURT, "--orders", str(orders)).returncode == 0


class TestRun:
    def test_a_change_is_answered_and_acknowledged_and_a_removal_too(self, kit):
        with running(kit, "run", "--listen", "127.0.0.1:0") as (process, url, _):
            eventually(lambda: requests.get(f"{url}/v1/health", timeout=5).status_code == 200)

            def outcome() -> str:
                question = {"purpose": "air_travel", "document": LISTED}
                return requests.post(f"{url}/v1/check", json=question, timeout=5).json()["outcome"]

            assert outcome() == "clear"
            kit.registry.restrict(document(LISTED), AIR)
            eventually(lambda: outcome() == "restricted")
            eventually(lambda: kit.registry.acks[-1].size == kit.registry.size)
            kit.registry.append([(document(LISTED), 0)])
            eventually(lambda: outcome() == "clear")
            eventually(lambda: kit.registry.acks[-1].size == kit.registry.size)
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        assert "11010519491231002X" not in (kit.place / "run.log").read_text()

    def test_a_refused_registry_leaves_stale_answers_and_ends_with_5(self, kit):
        with running(kit, "run", "--listen", "127.0.0.1:0") as (process, url, _):
            eventually(lambda: requests.get(f"{url}/v1/health", timeout=5).status_code == 200)
            kit.registry.problem = (410, problem(410, "epoch-changed", epoch="c0" * 16))
            kit.registry.append([(5, 1)])
            eventually(lambda: requests.get(f"{url}/v1/health", timeout=5).json()["state"] == "refused")
            question = {"checks": [{"purpose": "air_travel", "document": OTHER}]}
            answers = requests.post(f"{url}/v1/checks", json=question, timeout=5).json()["answers"]

            assert answers[0]["outcome"] == "stale"
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 5

    def test_local_answers_are_strict_and_never_repeat_a_number(self, listed):
        with running(listed, "run", "--listen", "127.0.0.1:0") as (_, url, _hook):
            eventually(lambda: requests.get(f"{url}/v1/health", timeout=5).status_code == 200)
            json_type = {"Content-Type": "application/json"}

            def post(path: str, content: str) -> requests.Response:
                return requests.post(url + path, data=content, headers=json_type, timeout=5)

            good = json.dumps({"purpose": "air_travel", "document": LISTED})
            assert post("/v1/check", good).json()["outcome"] == "restricted"
            assert post("/v1/check", good.replace("air_travel", "teleport")).json()["type"].endswith("unknown-purpose")
            bad = post("/v1/check", good.replace("1002X", "10021"))
            assert (bad.status_code, bad.json()["type"]) == (422, "/dev/errors/bad-document")
            assert "1949" not in bad.text
            for content in (
                '{"purpose":"air_travel","purpose":"air_travel"}',
                "[]",
                "{",
                '{"purpose":NaN}',
                good[:-1] + ',"x":1}',
            ):
                assert post("/v1/check", content).status_code == 400
            assert requests.post(f"{url}/v1/check", data=good, timeout=5).status_code == 415
            assert post("/v1/check", " " * 600_000).status_code == 413
            assert post("/v1/nothing", good).status_code == 404
            many = json.dumps({"checks": [json.loads(good), {"purpose": "air_travel", "document": OTHER}, 1]})
            outcomes = [one.get("outcome", one.get("type")) for one in post("/v1/checks", many).json()["answers"]]
            assert outcomes == ["restricted", "clear", "/dev/errors/malformed"]
            assert post("/v1/checks", json.dumps({"checks": [1] * 1001})).status_code == 400
            health = requests.get(f"{url}/v1/health", timeout=5).json()
            assert (health["state"], health["key"], health["entries"]) == ("fresh", 3, 21)

    def test_a_signed_wake_is_answered_with_the_cursor_and_another_is_not(self, kit):
        secret = kit.secret("hook.secret", SECRET)
        arguments = ("--listen", "127.0.0.1:0", "--hook", "127.0.0.1:0", "--hook-secret", str(secret))
        with running(kit, "run", *arguments) as (_, _url, hook):

            def wake(*, at: int, with_secret: str = SECRET) -> requests.Response:
                body = json.dumps({"type": "log.grew", "data": {"size": kit.registry.size}}).encode()
                signed = f"wake-1.{at}.".encode() + body
                mac = hmac.digest(base64.b64decode(with_secret.removeprefix("whsec_")), signed, "sha256")
                headers = {"webhook-id": "wake-1", "webhook-timestamp": str(at)}
                headers["webhook-signature"] = f"v1,AAAA v1,{base64.b64encode(mac).decode()}"
                return requests.post(hook, data=body, headers=headers, timeout=5)

            now = int(wall().timestamp())
            answer = wake(at=now)
            assert (answer.status_code, answer.headers["Sync-Cursor"]) == (204, kit.registry.cursor())
            assert wake(at=now - 400).status_code == 401
            assert wake(at=now, with_secret="whsec_" + "A" * 32).status_code == 401

    def test_serve_follows_the_folder_in_further_processes(self, listed):
        with running(listed, "run", "--listen", "127.0.0.1:0") as (_, url, _h):
            eventually(lambda: requests.get(f"{url}/v1/health", timeout=5).status_code == 200)
            with running(listed, "serve", "--listen", "127.0.0.1:0") as (process, other, _h2):
                question = {"purpose": "air_travel", "document": OTHER}
                assert requests.post(f"{other}/v1/check", json=question, timeout=5).json()["outcome"] == "clear"
                listed.registry.restrict(document(OTHER), AIR, number="（2026）京0199执5678号-限消1")
                eventually(
                    lambda: (
                        requests.post(f"{other}/v1/check", json=question, timeout=5).json()["outcome"] == "restricted"
                    )
                )
                process.send_signal(signal.SIGTERM)
                assert process.wait(10) == 0

    def test_a_second_run_is_refused(self, kit):
        with running(kit, "run", "--listen", "127.0.0.1:0"):
            assert kit.command("run", "--listen", "127.0.0.1:0").returncode == 2

    def test_an_address_others_can_reach_needs_a_key(self, kit):
        assert kit.command("run", "--listen", "0.0.0.0:0").returncode == 2
