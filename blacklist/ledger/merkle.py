"""The Merkle tree of the log: RFC 6962 §2.1, RFC 9162 §2.1; SHA-256.

A tree of size n is kept as its *frontier*: the roots of its perfect subtrees, left to right, one for each set bit of n
from the highest down. A node is named by (level, index): the root over leaves index·2^level … (index+1)·2^level − 1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from blacklist.ledger.faults import FormatError, ProofError

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
MOST_SIZE: Final = (1 << 63) - 1  # a size is a BIGINT in the tables, a signed 64-bit number with most readers

HashAt = Callable[[int, int], bytes]
"""Answers the hash of the perfect subtree (level, index)."""


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of one leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def grow(
    frontier: Sequence[bytes], size: int, leaf: bytes
) -> tuple[tuple[bytes, ...], tuple[tuple[int, int, bytes], ...]]:
    """Return the frontier of the tree of size + 1, and the perfect subtrees that this leaf completed.

    `leaf` is the leaf's hash. The subtrees are (level, index, hash) from the leaf up: what a store must keep of them is
    known here and nowhere later, for the frontier holds the highest alone.

    Raises:
        FormatError: the frontier is not that of a tree of this size, or a hash is not 32 bytes.
    """
    _check_size(size + 1)
    _check_frontier(frontier, size)
    _check_hashes((leaf,))
    grown = list(frontier)
    nodes = [(0, size, leaf)]
    level, index, top = 0, size, leaf
    while index & 1:
        top = node_hash(grown.pop(), top)
        level, index = level + 1, index >> 1
        nodes.append((level, index, top))
    grown.append(top)
    return tuple(grown), tuple(nodes)


def push(frontier: Sequence[bytes], size: int, leaf: bytes) -> tuple[bytes, ...]:
    """Return the frontier of the tree of size + 1; `leaf` is the leaf's hash.

    Raises:
        FormatError: the frontier is not that of a tree of this size, or a hash is not 32 bytes.
    """
    return grow(frontier, size, leaf)[0]


def root_of(frontier: Sequence[bytes], size: int) -> bytes:
    """Return the root of the tree of this size from its frontier.

    Raises:
        FormatError: the frontier is not that of a tree of this size, or a hash is not 32 bytes.
    """
    _check_frontier(frontier, size)
    return _joined(frontier) if frontier else EMPTY_ROOT


def frontier_of(size: int, hash_at: HashAt) -> tuple[bytes, ...]:
    """Return the frontier of the tree of this size."""
    _check_size(size)
    return tuple(hash_at(level, index) for level, index in perfect_subtrees(0, size))


def frontier_bytes(frontier: Sequence[bytes]) -> bytes:
    """Write a frontier as its hashes one after the other."""
    _check_hashes(frontier)
    return b"".join(frontier)


def read_frontier(written: bytes, size: int) -> tuple[bytes, ...]:
    """Read the frontier of a tree of this size.

    Raises:
        FormatError: the length is not 32 bytes for each perfect subtree.
    """
    frontier = tuple(written[at : at + HASH_BYTES] for at in range(0, len(written), HASH_BYTES))
    _check_frontier(frontier, size)
    return frontier


def perfect_subtrees(start: int, end: int) -> list[tuple[int, int]]:
    """Return the fewest perfect subtrees that cover leaves start … end − 1, left to right, as (level, index)."""
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        found.append((level, start >> level))
        start += 1 << level
    return found


def inclusion_proof(index: int, size: int, hash_at: HashAt) -> tuple[bytes, ...]:
    """Return PATH(index, D[size]), from the leaf's sibling up (RFC 9162 §2.1.3.1).

    Raises:
        FormatError: not 0 ≤ index < size.
    """
    _check_size(size)
    if not 0 <= index < size:
        raise FormatError("the index lies outside the tree")
    start, end = 0, size
    path = []
    while end - start > 1:
        split = start + _largest_power_below(end - start)
        if index < split:
            path.append(_range_hash(split, end, hash_at))
            end = split
        else:
            path.append(_range_hash(start, split, hash_at))
            start = split
    return tuple(reversed(path))


def consistency_proof(first: int, second: int, hash_at: HashAt) -> tuple[bytes, ...]:
    """Return PROOF(first, D[second]) (RFC 9162 §2.1.4.1); empty where both are the same tree.

    Raises:
        FormatError: not 1 ≤ first ≤ second: of the empty tree nothing can be proven.
    """
    _check_size(second)
    if not 1 <= first <= second:
        raise FormatError("a consistency proof needs 1 ≤ first ≤ second")
    start, end = 0, second
    path = []
    known = True  # whether the subtree at hand is the whole first tree, whose root the verifier has
    while first != end:
        split = start + _largest_power_below(end - start)
        if first <= split:
            path.append(_range_hash(split, end, hash_at))
            end = split
        else:
            path.append(_range_hash(start, split, hash_at))
            start = split
            known = False
    if not known:
        path.append(_range_hash(start, end, hash_at))
    return tuple(reversed(path))


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root to which an inclusion proof leads; `leaf` is the leaf's hash (RFC 9162 §2.1.3.2, steps 1–5).

    Raises:
        ProofError: the path is too long or too short for this index and size.
        FormatError: a hash is not 32 bytes, or a number no size of a tree.
    """
    _check_size(size)
    _check_hashes((leaf, *path))
    if not 0 <= index < size:
        raise ProofError("the index lies outside the tree")
    fn, sn, root = index, size - 1, leaf
    for sibling in path:
        if sn == 0:
            raise ProofError("the inclusion proof is too long")
        if fn & 1 or fn == sn:
            root = node_hash(sibling, root)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            root = node_hash(root, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise ProofError("the inclusion proof is too short")
    return root


def verify_inclusion(*, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf of this hash stands at this index of the tree of this size and root.

    Raises:
        ProofError: it is not proven.
        FormatError: a hash is not 32 bytes, or a number no size of a tree.
    """
    _check_hashes((root,))
    if root_from_inclusion(leaf, index, size, path) != root:
        raise ProofError("the inclusion proof leads to another root")


def verify_consistency(
    *, first: int, second: int, path: Sequence[bytes], first_root: bytes, second_root: bytes
) -> None:
    """Check that the second tree extends the first (RFC 9162 §2.1.4.2).

    Two trees of one size need an empty path and equal roots.

    Raises:
        ProofError: it is not proven.
        FormatError: a hash is not 32 bytes, or a number no size of a tree.
    """
    _check_size(second)
    _check_hashes((first_root, second_root, *path))
    if not 1 <= first <= second:
        raise ProofError("a consistency proof needs 1 ≤ first ≤ second")
    if first == second:
        if path or first_root != second_root:
            raise ProofError("two trees of one size differ")
        return
    if not path:
        raise ProofError("the consistency proof is empty")
    if first & (first - 1) == 0:
        path = (first_root, *path)
    if _roots_from_consistency(first - 1, second - 1, path) != (first_root, second_root):
        raise ProofError("the consistency proof leads to other roots")


def _roots_from_consistency(fn: int, sn: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if sn == 0:
            raise ProofError("the consistency proof is too long")
        if fn & 1 or fn == sn:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node_hash(second, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise ProofError("the consistency proof is too short")
    return first, second


def _range_hash(start: int, end: int, hash_at: HashAt) -> bytes:
    return _joined([hash_at(level, index) for level, index in perfect_subtrees(start, end)])


def _joined(hashes: Sequence[bytes]) -> bytes:
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def _largest_power_below(number: int) -> int:
    return 1 << (number - 1).bit_length() - 1


def _check_size(size: int) -> None:
    if not 0 <= size <= MOST_SIZE:
        raise FormatError("not the size of a tree")


def _check_hashes(hashes: Iterable[bytes]) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise FormatError("a hash has 32 bytes")


def _check_frontier(frontier: Sequence[bytes], size: int) -> None:
    _check_size(size)
    _check_hashes(frontier)
    if len(frontier) != size.bit_count():
        raise FormatError("the frontier has one hash for each perfect subtree")
