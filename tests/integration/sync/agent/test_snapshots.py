"""A whole copy: nothing counts before all of it was checked."""

from __future__ import annotations

import pytest

from sync.agent.refusals import Ground, RefusedError
from sync.agent.snapshots import fetch
from tests.copies import flip
from tests.small_registry import problem


@pytest.fixture
def fetched(kit):
    """Fetch over a copy that serves, and tell what the refusal was; the old copy must be as before."""

    def act():
        before = kit.folder.current()
        with kit.open() as opened:
            with pytest.raises(RefusedError) as caught:
                fetch(kit.folder, opened.registry, trust=opened.store.trust, key_epoch=3)
            assert kit.folder.current() == before
            assert [*kit.folder.generations.iterdir()] == [before]
        with kit.open() as opened:
            opened.follower.pull()
            assert opened.is_equal()
        return caught.value.ground

    return act


def bent(kit, change):
    """Bend the snapshot as it is served."""
    kit.registry.bend = lambda path, members: change(members) if path == "/sync/v1/snapshot" else members


class TestSnapshots:
    def test_cut_at_every_4_kib_and_in_the_header_the_old_copy_serves(self, kit):
        whole = kit.registry.snapshot(3)
        cuts = [*range(0, 256, 16), *range(256, len(whole), 4096), len(whole) - 1]
        before = kit.folder.current()
        with kit.open() as opened:
            for cut in cuts:
                bent(kit, lambda content, cut=cut: content[:cut])
                with pytest.raises(RefusedError) as caught:
                    fetch(kit.folder, opened.registry, trust=opened.store.trust, key_epoch=3)
                assert caught.value.ground is Ground.BAD_SNAPSHOT
        assert [*kit.folder.generations.iterdir()] == [before]

    @pytest.mark.parametrize("offset", [0, 17, 25, 64, 96, 128, 160, 200, 300, 262_404, 262_408, 262_640])
    def test_a_flipped_byte_is_refused(self, kit, fetched, offset):
        bent(kit, lambda content: content[:offset] + bytes([content[offset] ^ 1]) + content[offset + 1 :])

        assert fetched() is Ground.BAD_SNAPSHOT

    def test_one_older_than_what_was_countersigned_is_a_rollback(self, kit, fetched):
        older = kit.registry.snapshot(3)
        cursor = kit.registry.cursor()
        kit.registry.append([(5, 1)])
        with kit.open() as opened:
            opened.follower.pull()
        answer = kit.registry._get_snapshot
        kit.registry._get_snapshot = lambda query, body: (200, older, {"Sync-Cursor": cursor, "ETag": '"old"'})

        assert fetched() is Ground.ROLLBACK
        assert len(kit.registry.rollbacks) == 1
        kit.registry._get_snapshot = answer

    def test_one_that_does_not_extend_what_was_countersigned_is_a_fork(self, kit):
        kit.registry.leaves[3] = b"another past"
        with kit.open() as opened, pytest.raises(RefusedError) as caught:
            fetch(kit.folder, opened.registry, trust=opened.store.trust, key_epoch=3)

        assert caught.value.ground is Ground.FORK

    def test_a_frontier_that_is_not_the_roots_is_refused(self, kit, fetched):
        kit.registry.bend = lambda path, members: (
            members | {"hashes": members["hashes"][::-1]} if path == "/log/frontier" else members
        )

        assert fetched() is Ground.BAD_SNAPSHOT

    def test_too_far_behind_it_is_fetched_by_itself(self, kit):
        kit.registry.most_behind = 10
        for number in range(50):
            kit.registry.append([(number, 1)])
        with kit.open() as opened:
            opened.follower.pull()
            assert opened.is_equal()

    def test_a_copy_whose_header_is_lost_is_fetched_anew(self, kit):
        flip(kit.folder.current() / "copy", 0)

        assert kit.command("pull").returncode == 4
        with kit.open() as opened:
            assert opened.is_equal()

    def test_a_refused_key_leaves_everything_as_it_is(self, kit):
        kit.registry.problem = (403, problem(403, "suspended"))

        assert kit.command("pull").returncode == 3
        with kit.open() as opened:
            assert opened.is_equal()
