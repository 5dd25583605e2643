"""Ids rise, fit 63 bits, and are never given twice."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from blacklist.identity import ids


def test_ids_rise_and_fit() -> None:
    given = [ids.new_id() for _ in range(5_000)]
    assert given == sorted(set(given))
    assert 0 < given[0] <= given[-1] < 2**63


def test_threads_share() -> None:
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda _: [ids.new_id() for _ in range(500)], range(16)))
    assert len({one for part in given for one in part}) == 8_000


def test_a_clock_set_back_brings_no_old_id(monkeypatch: pytest.MonkeyPatch) -> None:
    before = ids.new_id()
    monkeypatch.setattr("time.time_ns", lambda: ids._EPOCH_NS)
    assert ids.new_id() > before


def test_a_forked_process_draws_its_own_tag() -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, str(ids._source._tag).encode())
        os._exit(0)
    os.waitpid(child, 0)
    # One in 65536 runs draws the same by chance; three ids then tell no more, so the chance is accepted.
    assert int(os.read(reader, 20)) != ids._source._tag


def test_public_forms() -> None:
    crockford = "[0-9A-HJKMNP-TV-Z]"
    assert re.fullmatch(crockford + "{10}", ids.public_id())
    assert re.fullmatch(f"{crockford}{{4}}-{crockford}{{4}}", ids.denial_code())
    assert len({ids.public_id() for _ in range(1_000)}) == 1_000
