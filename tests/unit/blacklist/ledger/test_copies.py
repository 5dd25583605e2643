"""A view against a dictionary: search, change, root, compaction, whatever the order of acts."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blacklist.ledger.batches import WORTH_IT
from blacklist.ledger.copies import CopyView
from blacklist.ledger.copy_faults import CopyError, Flaw
from blacklist.ledger.copy_file import open_copy
from tests.copies import LABEL, MASK, OWNER, VIEW_KEY, anchor_of, opened, root_of, scattered, spread, view_of, write

# Few buckets and few numbers in each, at every edge there is, so that acts meet.
FINGERPRINTS = st.builds(
    lambda number, low: number << 48 | low,
    st.sampled_from([0, 1, 255, 256, 0x070B, 0xFFFF]),
    st.sampled_from([0, 1, 2, 3, 1 << 47, (1 << 48) - 2, (1 << 48) - 1]),
)
FLAGS = st.sampled_from([0, 0, 1, 2, 15, 0x80000001])
CHANGES = st.lists(st.tuples(FINGERPRINTS, FLAGS), max_size=30)
STEPS = st.lists(st.tuples(CHANGES, st.sampled_from(["stay", "stay", "compact", "reopen"])), min_size=1, max_size=6)


def outcome(entries: dict[int, int], changes: list[tuple[int, int]]) -> dict[int, int]:
    """What a dictionary makes of absolute changes."""
    return {fingerprint: flags for fingerprint, flags in {**entries, **dict(changes)}.items() if flags}


def equals(view: CopyView, entries: dict[int, int], asked: list[int]) -> bool:
    answers = [view.flags_of(one) for one in asked]
    wanted = [entries.get(one, 0) for one in asked]
    return (answers, view.flags_of_all(asked), view.count, view.root) == (
        wanted,
        wanted,
        len(entries),
        root_of(entries),
    )


class TestAgainstADictionary:
    @given(first=CHANGES, steps=STEPS)
    @settings(max_examples=30, deadline=None)
    def test_every_course_of_acts_ends_the_same(self, first: list[tuple[int, int]], steps: list[tuple]):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "copy"
            start = outcome({}, first)
            view = view_of(path, start)
            states = [*accumulate([changes for changes, _ in steps], outcome, initial=start)]
            asked = sorted({one for state in states for one in state} | {one + 1 for one in states[0] if one % 2 == 0})

            for (changes, then), state in zip(steps, states[1:], strict=True):
                view = self.act(view.changed(changes), then, path)
                assert equals(view, state, asked)
            assert equals(view.digested(), states[-1], asked)

    def act(self, view: CopyView, then: str, path: Path) -> CopyView:
        if then == "stay":
            return view
        compacted = view.compacted(path, LABEL)
        return compacted if then == "compact" else CopyView(open_copy(path, OWNER, anchor=anchor_of(view)))

    def test_holds_for_many_entries_and_changes(self, tmp_path: Path):
        entries = spread(20_000)
        new = scattered("new", 3000)
        listed = sorted(entries, key=lambda one: one * 0x9E3779B97F4A7C15 % (1 << 64))
        changes = [*((one, one % 15 + 1) for one in new), *((one, 0) for one in listed[:3000])]
        changes += [(one, 9) for one in listed[2000:5000]]
        state = outcome(entries, changes)
        asked = [*entries, *new, *scattered("others", 1000)]

        view = view_of(tmp_path / "copy", entries).changed(changes)

        assert equals(view, state, asked)
        assert equals(view.compacted(tmp_path / "copy", LABEL), state, asked)


class TestChanged:
    def test_leaves_the_view_that_serves_as_it_was(self, tmp_path: Path):
        entries = spread(100)
        before = view_of(tmp_path / "copy", entries)
        middle = before.changed([(5, 1)])

        after = middle.changed([(5, 0), (6, 2)])

        assert [view.flags_of(5) for view in (before, middle, after)] == [0, 1, 0]
        assert [view.flags_of(6) for view in (before, middle, after)] == [0, 0, 2]
        assert [view.root for view in (before, middle)] == [root_of(entries), root_of({**entries, 5: 1})]

    def test_takes_the_last_word_on_a_document(self, tmp_path: Path):
        view = view_of(tmp_path / "copy", {}).changed([(5, 1), (5, 0), (5, 3)])

        assert (view.flags_of(5), view.count) == (3, 1)

    def test_of_nothing_changes_no_root(self, tmp_path: Path):
        view = view_of(tmp_path / "copy", {5: 1})

        assert view.changed([]).root == view.changed([(5, 1), (6, 0)]).root == view.root

    def test_twice_is_as_good_as_once(self, tmp_path: Path):
        once = view_of(tmp_path / "copy", spread(50)).changed([(5, 1), (0, 0)])

        assert once.changed([(5, 1), (0, 0)]).root == once.root

    def test_keeps_bits_it_does_not_know(self, tmp_path: Path):
        """A bit inside the mask may belong to a purpose younger than this program."""
        write(tmp_path / "copy", {}, replace(LABEL, mask=MASK | 1 << 30))

        assert CopyView(opened(tmp_path / "copy")).changed([(5, 1 << 30)]).flags_of(5) == 1 << 30

    @pytest.mark.parametrize("flags", [0x10, 1 << 32, -1], ids=["another agency's", "no u32", "negative"])
    def test_refuses_flags_outside_the_mask(self, tmp_path: Path, flags: int):
        with pytest.raises(CopyError) as refused:
            view_of(tmp_path / "copy", {}).changed([(5, flags)])

        assert refused.value.flaw is Flaw.OUTSIDE_MASK

    @pytest.mark.parametrize("fingerprint", [-1, 1 << 64])
    def test_refuses_what_is_no_fingerprint(self, tmp_path: Path, fingerprint: int):
        with pytest.raises(CopyError) as refused:
            view_of(tmp_path / "copy", {}).changed([(fingerprint, 1)])

        assert refused.value.flaw is Flaw.BUCKET


class TestCompacted:
    def test_is_the_file_that_these_entries_always_make(self, tmp_path: Path):
        view = view_of(tmp_path / "copy", spread(500)).changed([(5, 1), (0, 0)])

        view.compacted(tmp_path / "compacted", LABEL, sign=VIEW_KEY.sign)
        write(tmp_path / "fresh", outcome(spread(500), [(5, 1), (0, 0)]))

        assert (tmp_path / "compacted").read_bytes() == (tmp_path / "fresh").read_bytes()

    def test_may_replace_the_file_it_reads_from(self, tmp_path: Path):
        view = view_of(tmp_path / "copy", spread(500)).changed([(5, 1)])

        compacted = view.compacted(tmp_path / "copy", LABEL, sign=VIEW_KEY.sign)

        assert compacted.root == CopyView(opened(tmp_path / "copy")).root == view.root
        assert view.digested().root == view.root


class TestFlagsOfAll:
    @pytest.mark.parametrize("count", [0, WORTH_IT - 1, 4000])
    def test_answers_in_the_order_asked(self, tmp_path: Path, count: int):
        entries = spread(2000)
        view = view_of(tmp_path / "copy", entries).changed([(5, 1), (0, 0)])
        asked = [other for pair in zip(scattered("asked", 2500), [5, 0, *entries] * 2, strict=False) for other in pair]
        asked = asked[:count]

        assert view.flags_of_all(asked) == [view.flags_of(one) for one in asked]

    def test_answers_from_an_empty_copy(self, tmp_path: Path):
        assert view_of(tmp_path / "copy", {}).flags_of_all([*range(100)]) == [0] * 100

    def test_answers_at_the_edges(self, tmp_path: Path):
        entries = {0: 1, (1 << 64) - 1: 0x80000001}

        assert view_of(tmp_path / "copy", entries).flags_of_all([(1 << 64) - 1, 0, 1] * 50) == [0x80000001, 1, 0] * 50
