"""The tree of RFC 6962 §2.1 and RFC 9162 §2.1, against the vectors of Certificate Transparency and a slow oracle."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blacklist.ledger import merkle
from blacklist.ledger.faults import FormatError, ProofError

MOST = 70
LEAVES = [b"leaf %d" % number for number in range(MOST)]
HASHES = [sha256(b"\x00" + leaf).digest() for leaf in LEAVES]
OTHER = sha256(b"of no tree").digest()

# The reference inputs of Certificate Transparency and the roots of their first n.
CT_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_INCLUSIONS = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
CT_CONSISTENCIES = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
# An entry of a real Certificate Transparency log, as its verifiers are tested with.
REAL_INDEX, REAL_SIZE = 848049, 3630887
REAL_LEAF = bytes.fromhex("7a395c866d5ecdb0cccb623e011dbc392cd348d1d1d72776174e127a24b09c78")
REAL_ROOT = bytes.fromhex("78316a05c9bcf14a3a4548f5b854a9adfcd46a4c034401b3ce7eb7ac2f1d0ecb")
REAL_PATH = [
    bytes.fromhex(text)
    for text in (
        "1a208aeebcd1b39fe2de247ee8db9454e1e93a312d206b87f6ca9cc6ec6f1ddd",
        "0a1b78b383f580856f433c01a5741e160d451c185910027f6cc9f828687a40c4",
        "3d1745789bc63f2da15850de1c12a5bf46ed81e1cc90f086148b1662e79aab3d",
        "9095b61e14d8990acf390905621e62b1714fb8e399fbb71de5510e0aef45affe",
        "0a332b91b8fab564e6afd1dd452449e04619b18accc0ff9aa8393cd4928451f2",
        "2336f0181d264aed6d8f3a6507ca14a8d3b3c3a23791ac263e845d208c1ee330",
        "b4ce56e300590500360c146c6452edbede25d4ed83919278749ee5dbe178e048",
        "933f6ddc848ea562e4f9c5cfb5f176941301dad0c6fdb9d1fbbe34fac1be6966",
        "b95a6222958a86f74c030be27c44f57dbe313e5e7c7f4ffb98bcbd3a03bb52f2",
        "daeeb3ce5923defd0faeb8e0c210b753b85b809445d7d3d3cd537a9aabaa9c45",
        "7fadd0a13e9138a2aa6c3fdec4e2275af233b94812784f66bcca9aa8e989f2bc",
        "1864e6ba3e32878610546539734fb5eeae2529991f130c575c73a7e25a2a7c56",
        "12842d1202b1dc6828a17ab253c02e7ce9409b5192430feba44189f39cc02d66",
        "29af64b16fa3053c13d02ac63aa75b23aa468506e44c3a2315edc85d2dc22b11",
        "b527b99934a0bd9edd154e449b0502e2c499bba783f3bc3dfe23364b6b532009",
        "4584db8ae8e351ace08e01f306378a92bfd43611714814f3d834a2842d69faa8",
        "86a9a41573b0d6e4292f01e93243d6cc65b30f06606fc6fa57390e7e90ed580f",
        "a88b98fbe84d4c6aae8db9d1605dfac059d9f03fe0fcb0d5dff1295dacba09e6",
        "06326dc617a6d1f7021dc536026dbfd5fffc6f7c5531d48ef6ccd1ed1569f2a1",
        "f41fe8fdc3a2e4e8345e30216e7ebecffee26ff266eeced208a6c2a3cf08f960",
        "40cf5bde8abb76983f3e98ba97aa36240402975674e120f234b3448911090f8d",
        "b3222dc8658538079883d980d7fdc2bef9285344ea34338968f736b04aeb387a",
    )
]


def split_of(count: int) -> int:
    """Return the largest power of two below the count."""
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def slow_root(hashes: tuple[bytes, ...]) -> bytes:
    """MTH as RFC 9162 §2.1.1 defines it, over leaf hashes."""
    if not hashes:
        return sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    k = split_of(len(hashes))
    return sha256(b"\x01" + slow_root(hashes[:k]) + slow_root(hashes[k:])).digest()


@cache
def mth(start: int, end: int) -> bytes:
    return slow_root(tuple(HASHES[start:end]))


def slow_path(m: int, start: int, end: int) -> list[bytes]:
    """PATH as RFC 9162 §2.1.3.1 defines it, over leaves start … end − 1."""
    if end - start == 1:
        return []
    k = split_of(end - start)
    if m < k:
        return [*slow_path(m, start, start + k), mth(start + k, end)]
    return [*slow_path(m - k, start + k, end), mth(start, start + k)]


def slow_subproof(m: int, start: int, end: int, *, known: bool) -> list[bytes]:
    """SUBPROOF as RFC 9162 §2.1.4.1 defines it."""
    if m == end - start:
        return [] if known else [mth(start, end)]
    k = split_of(end - start)
    if m <= k:
        return [*slow_subproof(m, start, start + k, known=known), mth(start + k, end)]
    return [*slow_subproof(m - k, start + k, end, known=False), mth(start, start + k)]


def hash_at(level: int, index: int) -> bytes:
    """Answer from the leaves of the tests; a subtree that is not whole fails them."""
    start, end = index << level, (index + 1) << level
    assert end <= MOST, "a subtree that the log does not have yet"
    return mth(start, end)


def flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8 % len(content)] ^= 1 << bit % 8
    return bytes(changed)


def holds(check, **given_values) -> bool:
    try:
        check(**given_values)
    except ProofError:
        return False
    return True


def included(leaf, index, size, path, root) -> bool:
    return holds(merkle.verify_inclusion, leaf=leaf, index=index, size=size, path=path, root=root)


def consistent(first, second, path, first_root, second_root) -> bool:
    return holds(
        merkle.verify_consistency,
        first=first,
        second=second,
        path=path,
        first_root=first_root,
        second_root=second_root,
    )


class TestVectors:
    """RFC 6962, the vectors of Certificate Transparency."""

    def ct_hash_at(self, level: int, index: int) -> bytes:
        return slow_root(tuple(merkle.leaf_hash(one) for one in CT_LEAVES[index << level : (index + 1) << level]))

    def test_hash_leaf_and_node(self):
        assert merkle.leaf_hash(bytes(range(0x10, 0x20))).hex() == (
            "3bfb960453ebaebf33727da7a1f4db38acc051d381b6da20d6d4e88f0eabfd7a"
        )
        assert merkle.node_hash(bytes(range(0x20)), bytes(range(0x20, 0x40))).hex() == (
            "1a378704c17da31e2d05b6d121c2bb2c7d76f6ee6fa8f983e596c2d034963c57"
        )

    def test_the_empty_tree(self):
        assert merkle.EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        assert merkle.root_of((), 0) == merkle.EMPTY_ROOT

    def test_roots_of_one_to_eight_leaves(self):
        frontier: tuple[bytes, ...] = ()
        for size, (leaf, root) in enumerate(zip(CT_LEAVES, CT_ROOTS, strict=True)):
            frontier = merkle.push(frontier, size, merkle.leaf_hash(leaf))
            assert merkle.root_of(frontier, size + 1).hex() == root

    @pytest.mark.parametrize("at", CT_INCLUSIONS)
    def test_inclusion(self, at):
        index, size = at
        path = [bytes.fromhex(one) for one in CT_INCLUSIONS[at]]
        assert list(merkle.inclusion_proof(index, size, self.ct_hash_at)) == path
        assert included(merkle.leaf_hash(CT_LEAVES[index]), index, size, path, bytes.fromhex(CT_ROOTS[size - 1]))

    @pytest.mark.parametrize("at", CT_CONSISTENCIES)
    def test_consistency(self, at):
        first, second = at
        path = [bytes.fromhex(one) for one in CT_CONSISTENCIES[at]]
        roots = bytes.fromhex(CT_ROOTS[first - 1]), bytes.fromhex(CT_ROOTS[second - 1])
        assert list(merkle.consistency_proof(first, second, self.ct_hash_at)) == path
        assert consistent(first, second, path, *roots)

    def test_an_entry_of_a_real_log(self):
        assert included(REAL_LEAF, REAL_INDEX, REAL_SIZE, REAL_PATH, REAL_ROOT)
        assert not included(REAL_LEAF, REAL_INDEX + 1, REAL_SIZE, REAL_PATH, REAL_ROOT)
        assert not included(REAL_LEAF, REAL_INDEX, REAL_SIZE, REAL_PATH[:-1], REAL_ROOT)


class TestFrontier:
    def test_gives_the_root_of_every_size(self):
        frontier: tuple[bytes, ...] = ()
        for size in range(MOST):
            assert merkle.root_of(frontier, size) == mth(0, size)
            assert frontier == merkle.frontier_of(size, hash_at)
            assert merkle.read_frontier(merkle.frontier_bytes(frontier), size) == frontier
            frontier = merkle.push(frontier, size, HASHES[size])

    def test_growing_tells_every_perfect_subtree_once(self):
        frontier: tuple[bytes, ...] = ()
        seen: dict[tuple[int, int], bytes] = {}
        for size in range(64):
            frontier, nodes = merkle.grow(frontier, size, HASHES[size])
            for level, index, found in nodes:
                assert (level, index) not in seen
                assert found == mth(index << level, (index + 1) << level)
                seen[level, index] = found
        assert len(seen) == 127

    @pytest.mark.parametrize("size", [1, 2, 69])
    def test_of_another_size_is_refused(self, size):
        frontier = merkle.frontier_of(68, hash_at)  # two perfect subtrees: 64 and 4
        for wrong in (frontier[:-1], (*frontier, OTHER), (frontier[0], OTHER[:-1])):
            with pytest.raises(FormatError):
                merkle.root_of(wrong, 68)
            with pytest.raises(FormatError):
                merkle.push(wrong, 68, OTHER)
        with pytest.raises(FormatError):
            merkle.push(frontier, size, OTHER)

    @pytest.mark.parametrize(("written", "size"), [(b"", 1), (bytes(31), 1), (bytes(33), 1), (bytes(64), 1)])
    def test_written_wrong_is_refused(self, written, size):
        with pytest.raises(FormatError):
            merkle.read_frontier(written, size)

    @pytest.mark.parametrize("wrong", [b"", OTHER[:-1], OTHER + b"\x00"])
    def test_takes_hashes_of_32_bytes_alone(self, wrong):
        with pytest.raises(FormatError):
            merkle.push((), 0, wrong)
        with pytest.raises(FormatError):
            merkle.frontier_bytes((wrong,))

    def test_a_size_that_no_column_holds_is_refused(self):
        full = (OTHER,) * 63
        assert len(merkle.root_of(full, merkle.MOST_SIZE)) == 32
        with pytest.raises(FormatError):
            merkle.push(full, merkle.MOST_SIZE, OTHER)
        with pytest.raises(FormatError):
            merkle.root_of((), -1)
        for size in (-1, merkle.MOST_SIZE + 1):
            with pytest.raises(FormatError):
                merkle.frontier_of(size, lambda level, index: OTHER)
        with pytest.raises(FormatError, match="size"):
            merkle.inclusion_proof(0, merkle.MOST_SIZE + 1, lambda level, index: OTHER)
        with pytest.raises(FormatError, match="size"):
            merkle.consistency_proof(1, merkle.MOST_SIZE + 1, lambda level, index: OTHER)

    @given(st.integers(0, 200), st.integers(0, 200))
    def test_perfect_subtrees_cover_their_range_once(self, one, other):
        start, end = min(one, other), max(one, other)
        covered = [at for level, index in merkle.perfect_subtrees(start, end) for at in span(level, index)]
        assert covered == list(range(start, end))


def span(level: int, index: int) -> range:
    return range(index << level, (index + 1) << level)


class TestInclusion:
    """RFC 9162 §2.1.3; every index of every size up to 70."""

    def test_is_what_the_standard_defines_and_verifies(self):
        for size in range(1, MOST + 1):
            for index in range(size):
                path = merkle.inclusion_proof(index, size, hash_at)
                assert list(path) == slow_path(index, 0, size)
                assert included(HASHES[index], index, size, path, mth(0, size))

    def test_fails_at_every_other_index(self):
        for size in range(1, MOST + 1):
            for index in range(size):
                path = merkle.inclusion_proof(index, size, hash_at)
                others = [at for at in range(-1, size + 2) if at != index]
                assert not any(included(HASHES[index], at, size, path, mth(0, size)) for at in others)

    def test_fails_under_the_root_of_every_other_size(self):
        for size in range(2, MOST + 1):
            for index in range(size):
                path = merkle.inclusion_proof(index, size, hash_at)
                others = [at for at in range(1, MOST + 1) if at != size]
                assert not any(included(HASHES[index], index, at, path, mth(0, at)) for at in others)

    def test_fails_with_any_bit_of_any_hash_flipped(self):
        for size in (1, 2, 3, 7, 8, 13, 70):
            for index in range(size):
                path = merkle.inclusion_proof(index, size, hash_at)
                for bit in range(index % 7, 256, 7):
                    assert not included(flipped(HASHES[index], bit), index, size, path, mth(0, size))
                    assert not included(HASHES[index], index, size, path, flipped(mth(0, size), bit))
                    for at in range(len(path)):
                        wrong = (*path[:at], flipped(path[at], bit), *path[at + 1 :])
                        assert not included(HASHES[index], index, size, wrong, mth(0, size))

    def test_fails_with_a_hash_more_less_or_elsewhere(self):
        for size in range(2, MOST + 1):
            for index in range(size):
                path = merkle.inclusion_proof(index, size, hash_at)
                wrong = [(*path, OTHER), (OTHER, *path), path[1:], path[:-1], (*path, path[-1])]
                if len(path) > 1:
                    wrong.append(tuple(reversed(path)))
                assert not any(included(HASHES[index], index, size, one, mth(0, size)) for one in wrong)

    def test_takes_no_node_for_a_leaf(self):
        """Without the prefixes 0x00 and 0x01 a node of the tree could pass for an entry of a smaller one."""
        node = mth(0, 1) + mth(1, 2)
        assert not included(merkle.leaf_hash(node), 0, 2, [mth(2, 4)], mth(0, 4))
        assert included(sha256(b"\x01" + node).digest(), 0, 2, [mth(2, 4)], mth(0, 4)), "the control"

    def test_does_not_bind_the_size_by_itself(self):
        """Sizes 3 and 4 turn alike for leaf 0. That is the standard's; the signed checkpoint binds size and root."""
        assert included(HASHES[0], 0, 4, merkle.inclusion_proof(0, 3, hash_at), mth(0, 3))

    @pytest.mark.parametrize(("index", "size"), [(-1, 1), (0, 0), (1, 1), (70, 70)])
    def test_outside_the_tree_is_refused(self, index, size):
        with pytest.raises(FormatError):
            merkle.inclusion_proof(index, size, hash_at)
        with pytest.raises(ProofError):
            merkle.verify_inclusion(leaf=OTHER, index=index, size=size, path=[], root=OTHER)

    @pytest.mark.parametrize("wrong", [OTHER[:-1], OTHER + b"\x00", b""])
    def test_hashes_of_another_length_are_refused(self, wrong):
        for leaf, path, root in ((wrong, [OTHER], OTHER), (OTHER, [wrong], OTHER), (OTHER, [OTHER], wrong)):
            with pytest.raises(FormatError, match="32 bytes"):
                merkle.verify_inclusion(leaf=leaf, index=0, size=2, path=path, root=root)


class TestConsistency:
    """RFC 9162 §2.1.4; every pair of sizes up to 70."""

    def test_is_what_the_standard_defines_and_verifies(self):
        for second in range(1, MOST + 1):
            for first in range(1, second + 1):
                path = merkle.consistency_proof(first, second, hash_at)
                assert list(path) == slow_subproof(first, 0, second, known=True)
                assert consistent(first, second, path, mth(0, first), mth(0, second))

    def test_fails_between_any_other_sizes(self):
        for second in range(2, MOST + 1):
            for first in range(1, second):
                path = merkle.consistency_proof(first, second, hash_at)
                for other in range(1, MOST + 1):
                    if other not in (first, second):
                        assert not consistent(other, second, path, mth(0, other), mth(0, second))
                        assert not consistent(first, other, path, mth(0, first), mth(0, other))

    def test_fails_with_any_bit_of_any_hash_flipped(self):
        for first, second in ((1, 2), (1, 8), (2, 5), (3, 7), (6, 8), (4, 7), (8, 13), (33, 70), (64, 70), (69, 70)):
            path = merkle.consistency_proof(first, second, hash_at)
            for bit in range(256):
                assert not consistent(first, second, path, flipped(mth(0, first), bit), mth(0, second))
                assert not consistent(first, second, path, mth(0, first), flipped(mth(0, second), bit))
                for at in range(len(path)):
                    wrong = (*path[:at], flipped(path[at], bit), *path[at + 1 :])
                    assert not consistent(first, second, wrong, mth(0, first), mth(0, second))

    def test_fails_with_a_hash_more_less_or_elsewhere(self):
        for second in range(2, MOST + 1):
            for first in range(1, second):
                path = merkle.consistency_proof(first, second, hash_at)
                wrong = [(), (*path, OTHER), (OTHER, *path), path[1:], path[:-1], (mth(0, first), *path)]
                wrong += [tuple(reversed(path))] if len(path) > 1 else []
                assert not any(consistent(first, second, one, mth(0, first), mth(0, second)) for one in wrong)

    def test_a_rewritten_leaf_shows(self):
        """The same proof, made over a log whose leaf 3 was exchanged, does not join the heads."""
        rewritten = [*HASHES[:3], OTHER, *HASHES[4:]]

        def forged_at(level: int, index: int) -> bytes:
            return slow_root(tuple(rewritten[index << level : (index + 1) << level]))

        for second in range(5, MOST + 1):
            path = merkle.consistency_proof(4, second, forged_at)
            assert not consistent(4, second, path, mth(0, 4), slow_root(tuple(rewritten[:second])))

    def test_one_size_needs_one_root_and_no_path(self):
        assert consistent(5, 5, [], mth(0, 5), mth(0, 5))
        assert not consistent(5, 5, [], mth(0, 5), OTHER)
        assert not consistent(5, 5, [OTHER], mth(0, 5), mth(0, 5))

    @pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 5), (6, 5), (-1, 5)])
    def test_of_nothing_or_backwards_proves_nothing(self, first, second):
        with pytest.raises(FormatError):
            merkle.consistency_proof(first, second, hash_at)
        with pytest.raises(ProofError):
            merkle.verify_consistency(
                first=first, second=second, path=[], first_root=merkle.EMPTY_ROOT, second_root=mth(0, second)
            )

    @given(st.lists(st.binary(min_size=32, max_size=32), max_size=8), st.integers(1, 70), st.integers(1, 70))
    def test_no_path_drawn_at_random_holds(self, path, one, other):
        first, second = min(one, other), max(one, other)
        if first != second:
            assert not consistent(first, second, path, mth(0, first), mth(0, second))
