"""Whether the registry's `restricted` is proven: the order stands in the very tree this agency countersigned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from blacklist.errors import InvalidDocumentError
from blacklist.identity.documents import Document, derived_documents, parse_document
from blacklist.ledger.commitments import OpenPart, read_opening, verify_evidence
from blacklist.ledger.encodings import decode64
from blacklist.ledger.faults import FormatError, ProofError
from blacklist.ledger.leaves import LeafKind, parse_leaf
from blacklist.ledger.merkle import leaf_hash, verify_inclusion
from blacklist.ledger.proofs import parse_proof
from sync.agent.refusals import RefusedError
from sync.agent.verifying import Verifier

RESTRICTING = frozenset(
    {LeafKind.LIST, LeafKind.AMEND, LeafKind.CORRECT, LeafKind.RESUME, LeafKind.PERMIT, LeafKind.PERMIT_END}
)


@dataclass(frozen=True, slots=True)
class Tree:
    """The tree at the size this agency asked from: what it computed and countersigned itself."""

    size: int
    root: bytes


def is_proven(orders: Any, document: Document, *, tree: Tree, verifier: Verifier, on: date) -> bool:
    """Tell whether every order that the registry named is proven, and at least one was named."""
    if not isinstance(orders, list) or not orders:
        return False
    try:
        for order in orders:
            verify_order(order, document, tree=tree, verifier=verifier, on=on)
    except (FormatError, RefusedError, KeyError, TypeError):
        return False
    return True


def verify_order(order: Mapping[str, Any], document: Document, *, tree: Tree, verifier: Verifier, on: date) -> None:
    """Check that a leaf of the log commits to this order binding this document.

    Raises:
        ProofError, FormatError, RefusedError: it is not proven. KeyError, TypeError: members are missing.
    """
    content = decode64(order["leaf"])
    leaf = parse_leaf(content)
    if leaf.kind not in RESTRICTING:
        raise ProofError("the leaf does not restrict anybody")
    opening = read_opening({"open": order["open"], "closed": order["closed"]})
    verify_evidence(opening, leaf)
    proof = parse_proof(order["proof"])
    head = verifier.open_checkpoint(proof.checkpoint)
    if (proof.index, head.size, head.root) != (order["index"], tree.size, tree.root):
        raise ProofError("the proof is not of the tree that was countersigned")
    verify_inclusion(leaf=leaf_hash(content), index=proof.index, size=tree.size, path=proof.path, root=tree.root)
    first, *others = opening.parts
    if not isinstance(first, OpenPart):
        raise ProofError("the order's own part is closed")
    about = first.value
    if not isinstance(about, dict) or about.get("number") != order["order_no"] or leaf.court != order["court"]:
        raise ProofError("the leaf is of another order")
    shown = [part.value for part in others if isinstance(part, OpenPart)]
    if not any(isinstance(one, dict) and _is_of(one, document, on=on) for one in shown):
        raise ProofError("the order does not bind this document")


def _is_of(part: Mapping[str, Any], document: Document, *, on: date) -> bool:
    try:
        bound = parse_document(part["type"], part["number"], country=part.get("country"), today=on)
    except (InvalidDocumentError, KeyError, TypeError, AttributeError):
        return False
    keys = {one.key for one in (document, *derived_documents(document))}
    return any(one.key in keys for one in (bound, *derived_documents(bound)))
