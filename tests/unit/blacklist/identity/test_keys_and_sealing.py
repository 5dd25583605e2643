"""The key file refuses what is unsafe; sealed fields open in their own place only."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blacklist.identity.documents import parse_document
from blacklist.identity.keys import KeyFileError, Keyring, add_missing_keys, create_key_file
from blacklist.identity.sealing import SealError, Vault, sealed_with


def key(number: int) -> bytes:
    return bytes(range(number, number + 32))


KEYRING = Keyring(data={1: key(1)}, data_id=1, index=key(2), credentials=key(3), sessions=key(4), cursors=key(5))
VAULT = Vault(KEYRING)


def test_key_file_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    create_key_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    ring = Keyring.read(path)
    assert ring == Keyring.read(str(path))
    assert ring.index.hex() not in repr(ring)
    assert repr(ring) == "Keyring(data_id=1)"
    before = path.read_bytes()
    with pytest.raises(KeyFileError, match="never overwritten"):
        create_key_file(path)
    assert path.read_bytes() == before


def test_a_key_file_made_before_the_log_gets_its_keys_once_and_keeps_all_others(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    create_key_file(path)
    assert add_missing_keys(path) == ()
    content = json.loads(path.read_text())
    old = {name: value for name, value in content.items() if name not in ("log", "view")}
    path.write_text(json.dumps(old))
    before = Keyring.read(path)
    assert (before.log, before.view) == (None, None)

    assert add_missing_keys(path) == ("log", "view")

    after = Keyring.read(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert after.log is not None
    assert after.view is not None
    assert after.log != after.view
    assert replace(after, log=None, view=None) == before
    assert after.log.hex() not in repr(after)
    assert add_missing_keys(path) == ()
    assert [one.name for one in tmp_path.iterdir()] == ["keys.json"]


def test_the_keys_of_the_log_are_judged_like_all_others(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    create_key_file(path)
    content = json.loads(path.read_text())
    for change in ({"log": content["view"]}, {"log": content["index"]}, {"view": "c2hvcnQ="}, {"view": 7}):
        path.write_text(json.dumps(content | change))
        with pytest.raises(KeyFileError):
            Keyring.read(path)
        with pytest.raises(KeyFileError):
            add_missing_keys(path)


def test_unsafe_key_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    create_key_file(path)
    content = json.loads(path.read_text())
    path.chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod"):
        Keyring.read(path)
    path.chmod(0o600)
    changes: tuple[dict[str, object], ...] = (
        {"index": content["cursors"]},
        {"index": "c2hvcnQ="},
        {"index": "not base64!"},
        {"index": None},
        {"data_id": 2},
        {"format": 9},
        {"data": []},
    )
    for change in changes:
        path.write_text(json.dumps(content | change))
        with pytest.raises(KeyFileError):
            Keyring.read(path)
    for text in ("[]", "{", "null"):
        path.write_text(text)
        with pytest.raises(KeyFileError):
            Keyring.read(path)
    with pytest.raises(KeyFileError):
        Keyring.read(tmp_path / "absent.json")


def test_alike_and_trivial_keys_are_refused() -> None:
    with pytest.raises(KeyFileError, match="alike"):
        replace(KEYRING, index=key(1))
    with pytest.raises(KeyFileError, match="repeated"):
        replace(KEYRING, index=bytes(32))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_sealed_fields_open_in_their_place(text: str) -> None:
    blob = VAULT.seal(text, table="t", row=5, column="c")
    assert VAULT.open(blob, table="t", row=5, column="c") == text
    assert blob != VAULT.seal(text, table="t", row=5, column="c")
    assert blob[0] == 1
    assert sealed_with(blob) == 1


def test_moved_changed_or_foreign_fields_do_not_open() -> None:
    blob = VAULT.seal("测试", table="t", row=5, column="c")
    for place in ({"table": "u"}, {"row": 6}, {"column": "d"}):
        with pytest.raises(SealError):
            VAULT.open(blob, **({"table": "t", "row": 5, "column": "c"} | place))  # type: ignore[arg-type]
    for position in range(len(blob)):
        changed = bytearray(blob)
        changed[position] ^= 1
        with pytest.raises(SealError):
            VAULT.open(bytes(changed), table="t", row=5, column="c")
    for short in (b"", blob[:30]):
        with pytest.raises(SealError):
            VAULT.open(short, table="t", row=5, column="c")
    with pytest.raises(SealError):
        VAULT.seal("\ud800", table="t", row=5, column="c")


def test_rotation_reads_both_keys_and_writes_the_new() -> None:
    old = VAULT.seal("测试", table="t", row=5, column="c")
    rotated = Vault(replace(KEYRING, data={1: key(1), 2: key(9)}, data_id=2))
    assert rotated.open(old, table="t", row=5, column="c") == "测试"
    assert sealed_with(rotated.seal("测试", table="t", row=5, column="c")) == 2
    with pytest.raises(SealError, match="not in the keyring"):
        Vault(replace(KEYRING, data={2: key(9)}, data_id=2)).open(old, table="t", row=5, column="c")


def test_blind_indexes_are_separate_and_stable() -> None:
    today = date(2026, 11, 24)
    long = parse_document("resident_id", "11010519491231002X", today=today)
    short = parse_document("resident_id", "110105491231002", today=today)
    assert VAULT.document_index(long) == VAULT.document_index(short)
    first = parse_document("hm_permit", "H1234567801", today=today)
    assert VAULT.document_index(first) == VAULT.document_index(parse_document("hm_permit", "H12345678", today=today))
    others = {
        VAULT.document_index(long),
        VAULT.name_index("1|11010519491231002X"),
        VAULT.credential_mac("1|11010519491231002X"),
        Vault(replace(KEYRING, index=key(8))).document_index(long),
    }
    assert len(others) == 4
    assert {len(index) for index in others} == {32}
