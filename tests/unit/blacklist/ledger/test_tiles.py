"""Tiles and bundles: C2SP tlog-tiles, its own examples and every small size."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blacklist.ledger import merkle, tiles
from blacklist.ledger.faults import FormatError
from blacklist.ledger.tiles import Tile

HASHES = [sha256(b"%d" % number).digest() for number in range(256)]


class TestPath:
    @pytest.mark.parametrize(
        ("tile", "path"),
        [
            (Tile(0, 1234067), "tile/0/x001/x234/067"),  # the standard's own example
            (Tile(0, 1234067, 15), "tile/0/x001/x234/067.p/15"),
            (Tile(0, 0), "tile/0/000"),
            (Tile(63, 999), "tile/63/999"),
            (Tile(1, 1000, 1), "tile/1/x001/000.p/1"),
            (Tile(2, 17, 255), "tile/2/017.p/255"),
            (Tile(None, 0), "tile/entries/000"),
            (Tile(None, 70_000, 112), "tile/entries/x070/000.p/112"),
        ],
    )
    def test_is_written_and_read(self, tile, path):
        assert tile.path == path
        assert tiles.read_tile_path(path) == tile

    @given(st.none() | st.integers(0, 63), st.integers(0, merkle.MOST_SIZE), st.integers(1, 256))
    def test_of_any_tile_reads_as_that_tile(self, level, n, width):
        assert tiles.read_tile_path(Tile(level, n, width).path) == Tile(level, n, width)

    @pytest.mark.parametrize(
        "path",
        [
            "tile/00/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/data/000",
            "tile/0/0",
            "tile/0/0000",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/x001/x000",
            "tile/0/x001",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/000.p",
            "tile/0/000/",
            "/tile/0/000",
            "tile/0/000\n",
            "tile/0/٠٠٠",
            "tile/0/x" + "999/x" * 8 + "999/999",
            "tile/8/0/000",
            "tile/entries/../000",
            "",
        ],
    )
    def test_in_any_other_form_is_refused(self, path):
        with pytest.raises(FormatError):
            tiles.read_tile_path(path)

    @pytest.mark.parametrize(("level", "n", "width"), [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)])
    def test_no_log_has_such_a_tile(self, level, n, width):
        with pytest.raises(FormatError):
            Tile(level, n, width)


class TestTilesOfATree:
    def test_of_seventy_thousand_leaves_as_the_standard_counts_them(self):
        found = tiles.tiles_of(70_000)
        assert [one for one in found if one.level == 0] == [Tile(0, n) for n in range(273)] + [Tile(0, 273, 112)]
        assert [one for one in found if one.level == 1] == [Tile(1, 0), Tile(1, 1, 17)]
        assert [one for one in found if one.level == 2] == [Tile(2, 0, 1)]
        assert [one for one in found if one.level is None] == [Tile(None, n) for n in range(273)] + [
            Tile(None, 273, 112)
        ]
        assert len(found) == 274 + 2 + 1 + 274

    def test_of_256_leaves_is_a_full_tile_and_one_hash_above_it(self):
        assert tiles.tiles_of(256) == [Tile(None, 0), Tile(0, 0), Tile(1, 0, 1)]

    def test_of_nothing_is_nothing(self):
        assert tiles.tiles_of(0) == []

    @given(st.integers(0, 200_000))
    def test_partial_tiles_have_the_width_of_the_formula(self, size):
        partial = {one.level: one.width for one in tiles.tiles_of(size) if one.width < 256 and one.level is not None}
        expected = {level: size // 256**level % 256 for level in range(4)}
        assert partial == {level: width for level, width in expected.items() if width}

    @given(st.integers(0, 200_000), st.integers(0, 3_000))
    def test_growing_needs_just_what_the_smaller_tree_had_not(self, before, more):
        had = set(tiles.tiles_of(before))
        assert tiles.new_tiles(before, before + more) == [
            one for one in tiles.tiles_of(before + more) if one not in had
        ]

    @pytest.mark.parametrize(("before", "after"), [(-1, 0), (2, 1), (0, merkle.MOST_SIZE + 1)])
    def test_a_tree_only_grows(self, before, after):
        with pytest.raises(FormatError):
            tiles.new_tiles(before, after)


@pytest.fixture(scope="module")
def log():
    """A log of 65,836 entries, stored as the tables store it: leaf hashes, and roots of full tiles."""
    store: dict[tuple[int, int], bytes] = {}
    frontier: tuple[bytes, ...] = ()
    for size in range(65_836):
        leaf = merkle.leaf_hash(b"%d" % size)
        frontier, nodes = merkle.grow(frontier, size, leaf)
        store[0, size] = leaf
        store |= {(level + 1, n): root for level, n, root in tiles.tile_roots(nodes)}
    return store, frontier


class TestHashes:
    def test_a_row_is_kept_for_each_full_tile(self, log):
        store, _ = log
        assert sum(level == 1 for level, _ in store) == 257
        assert [at for at in store if at[0] == 2] == [(2, 0)]
        assert all(level <= 2 for level, _ in store)

    def test_proofs_from_tiles_lead_to_the_root(self, log):
        store, frontier = log
        root = merkle.root_of(frontier, 65_836)
        asked: list[tuple[int, int, int]] = []

        def stored(level: int, first: int, count: int) -> Sequence[bytes]:
            asked.append((level, first, count))
            return [store[level, at] for at in range(first, first + count)]

        answer = tiles.hash_at(stored)
        assert merkle.frontier_of(65_836, answer) == frontier
        for index in (0, 1, 255, 256, 4_095, 65_535, 65_536, 65_835):
            path = merkle.inclusion_proof(index, 65_836, answer)
            merkle.verify_inclusion(leaf=store[0, index], index=index, size=65_836, path=path, root=root)
        for first in (1, 255, 256, 257, 32_768, 65_535, 65_536, 65_836):
            merkle.verify_consistency(
                first=first,
                second=65_836,
                path=merkle.consistency_proof(first, 65_836, answer),
                first_root=merkle.root_of(merkle.frontier_of(first, answer), first),
                second_root=root,
            )
        assert all(count <= 128 and first // 256 == (first + count - 1) // 256 for _, first, count in asked)

    def test_missing_ones_are_no_proof(self):
        with pytest.raises(FormatError, match="do not hold"):
            tiles.hash_at(lambda level, first, count: HASHES[: count - 1])(3, 0)


class TestContent:
    @pytest.mark.parametrize("width", [1, 2, 255, 256])
    def test_of_a_tile_is_its_hashes(self, width):
        content = tiles.write_tile(HASHES[:width])
        assert len(content) == 32 * width
        assert tiles.read_tile(content, width=width) == tuple(HASHES[:width])
        for wrong in (content[:-1], content + b"\x00", content[32:], content + HASHES[0]):
            with pytest.raises(FormatError):
                tiles.read_tile(wrong, width=width)

    @pytest.mark.parametrize("hashes", [[], [*HASHES, HASHES[0]], [HASHES[0][:-1]]])
    def test_no_tile_holds_these(self, hashes):
        with pytest.raises(FormatError):
            tiles.write_tile(hashes)

    def test_of_a_bundle_is_length_and_entry(self):
        assert tiles.write_bundle([b"", b"a", b"\xff" * 256]).hex() == "0000" + "000161" + "0100" + "ff" * 256

    @given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
    def test_a_bundle_reads_as_it_was_written(self, entries):
        content = tiles.write_bundle(entries)
        assert tiles.read_bundle(content, width=len(entries)) == tuple(entries)
        for wrong in (content[:-1], content + b"\x00", content + b"\x00\x00"):
            with pytest.raises(FormatError):
                tiles.read_bundle(wrong, width=len(entries))
        for width in (len(entries) - 1, len(entries) + 1):
            with pytest.raises(FormatError):
                tiles.read_bundle(content, width=width)

    @pytest.mark.parametrize("entries", [[], [b""] * 257, [b"a" * 65_536]])
    def test_no_bundle_holds_these(self, entries):
        with pytest.raises(FormatError):
            tiles.write_bundle(entries)

    @pytest.mark.parametrize("width", [0, 257])
    def test_none_has_such_a_width(self, width):
        with pytest.raises(FormatError):
            tiles.read_tile(bytes(32 * width), width=width)
        with pytest.raises(FormatError):
            tiles.read_bundle(bytes(2 * width), width=width)

    def test_the_longest_entry_fits(self):
        entry = b"a" * 65_535
        assert tiles.read_bundle(tiles.write_bundle([entry]), width=1) == (entry,)
