"""A small registry in a thread, made of `blacklist.ledger` alone, so that the agency kit is tested by itself.

It signs checkpoints and statements and answers `/sync/v1` and `/log` as `sync.md` §9 to §13 say. A test may bend what
it answers (`bend`), let it hang (`silent`), or let it forget (`forget_to`).
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from blacklist.identity.documents import Document
from blacklist.identity.fingerprints import Fingerprinter
from blacklist.ledger.buckets import bucketed
from blacklist.ledger.checkpoints import cosigned_at, parse_checkpoint, sign_checkpoint
from blacklist.ledger.commitments import Opening, open_part, tag_of
from blacklist.ledger.copies import CopyView
from blacklist.ledger.copy_header import CopyOwner
from blacklist.ledger.copy_writing import CopyLabel, write_copy
from blacklist.ledger.encodings import decode64, encode64
from blacklist.ledger.faults import FormatError
from blacklist.ledger.leaves import Leaf, LeafKind
from blacklist.ledger.merkle import consistency_proof, frontier_of, inclusion_proof, leaf_hash, node_hash, root_of
from blacklist.ledger.note_keys import KeyKind, SignerKey, VerifierKey
from blacklist.ledger.proofs import TlogProof
from blacklist.ledger.signed_notes import read_signature
from blacklist.ledger.statements import Statement, open_acknowledgement, sign_statement
from blacklist.ledger.tiles import read_tile_path, write_bundle

AGENCY = "rail.example"
API_KEY = "jr_test_0001_invented"
ORIGIN = "registry.example/log"
EPOCH = "5b1e90c2a7d34f6c8e1b0d9f2a4c6e80"
MASK = 1 << 31 | 0b1111
FP_KEY = bytes(range(32))
COURT = "京0199"


def key(name: str, seed: int, kind: KeyKind = KeyKind.ED25519) -> SignerKey:
    return SignerKey(name, kind, bytes([seed] * 32))


@dataclass
class SmallRegistry:
    """One log and one agency's view of it. `changes[i]` is what entry i changed in the view."""

    folder: Path
    epoch: str = EPOCH
    log_key: SignerKey = field(default_factory=lambda: key(ORIGIN, 1))
    view_key: SignerKey = field(default_factory=lambda: key("registry.example/view", 2))
    key_epoch: int = 3
    fp_keys: dict[int, bytes] = field(default_factory=lambda: {3: FP_KEY})
    now: int = 1_795_651_200
    leaves: list[bytes] = field(default_factory=list)
    changes: list[list[tuple[Any, int]]] = field(default_factory=list)
    ack_vkey: VerifierKey | None = None
    witness_vkey: VerifierKey | None = None
    acks: list[Statement] = field(default_factory=list)
    rollbacks: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    sent_bytes: dict[str, int] = field(default_factory=dict)
    confirmed: dict[bytes, dict[str, Any]] = field(default_factory=dict)
    problem: tuple[int, dict[str, Any]] | None = None
    bend: Callable[[str, Any], Any] = lambda _path, members: members
    silent: bool = False
    ticking: bool = False
    most_behind: int = 1 << 60

    def __post_init__(self) -> None:
        self.grown = threading.Condition()
        self.view = self._empty_view(self.key_epoch)
        self._shadow_of: dict[int, CopyView] = {self.key_epoch: self.view}
        self.append([])

    # The log

    def append(self, change: list[tuple[Any, int]], leaf: bytes | None = None) -> int:
        """Add an entry; `change` is [(fingerprint or document, flags)]. Return its index."""
        with self.grown:
            index = len(self.leaves)
            self.leaves.append(leaf or f'{{"entry":{index},"of":"{self.epoch}"}}'.encode())
            self.changes.append(change)
            for key_epoch, view in self._shadow_of.items():
                self._shadow_of[key_epoch] = view.changed(self.items(index, key_epoch))
            self.view = self._shadow_of[self.key_epoch]
            self.now += 1
            self.grown.notify_all()
        return index

    def items(self, index: int, key_epoch: int) -> list[tuple[int, int]]:
        prints = Fingerprinter(self.fp_keys[key_epoch])
        return [(one if isinstance(one, int) else prints.of(one), flags) for one, flags in self.changes[index]]

    def restrict(self, document: Document, flags: int, *, number: str = "（2026）京0199执1234号-限消1") -> int:
        """List an order against a document, with an opening that proves it."""
        salt = hashlib.sha256(number.encode()).digest()
        parts = (
            open_part({"number": number, "court": COURT, "state": "in_force"}, salt=salt),
            open_part(
                {"type": document.type.value, "country": document.country, "number": document.number, "role": "debtor"},
                salt=bytes(32),
            ),
            open_part({"source": "desk"}, salt=bytes([7] * 32)),
        )
        opening = Opening(parts)
        leaf = Leaf(
            kind=LeafKind.LIST, time=self.now, court=COURT, tag=tag_of(number, salt=salt), commitment=opening.commitment
        )
        index = self.append([(document, flags)], leaf.written())
        order = {"order_no": number, "court": COURT, "statute": "示例", "ends_on": "2028-11-25", "index": index}
        order |= {"leaf": encode64(leaf.written()), **opening.showing([0, 1]).members()}
        self.confirmed[document.key] = {"outcome": "restricted", "denial_code": "F7Q2-9KDM", "orders": [order]}
        return index

    def forget_to(self, size: int) -> None:
        """Go back to an older state, as a restored backup does."""
        with self.grown:
            del self.leaves[size:], self.changes[size:]
            self._rebuild()

    def open_key_epoch(self, key_epoch: int, fp_key: bytes) -> None:
        """Build the shadow of a further key epoch beside the present one."""
        self.fp_keys[key_epoch] = fp_key
        view = self._empty_view(key_epoch)
        self._shadow_of[key_epoch] = view.changed(
            item for index in range(len(self.leaves)) for item in self.items(index, key_epoch)
        )

    def retire_key_epoch(self, key_epoch: int, *, now: int) -> None:
        del self._shadow_of[key_epoch]
        self.key_epoch = now
        self.view = self._shadow_of[now]

    @property
    def size(self) -> int:
        return len(self.leaves)

    def hash_at(self, level: int, index: int) -> bytes:
        if level == 0:
            return leaf_hash(self.leaves[index])
        return node_hash(self.hash_at(level - 1, 2 * index), self.hash_at(level - 1, 2 * index + 1))

    def frontier(self, size: int) -> tuple[bytes, ...]:
        return frontier_of(size, self.hash_at)

    def root(self, size: int) -> bytes:
        return root_of(self.frontier(size), size)

    def checkpoint(self, size: int) -> str:
        return sign_checkpoint(self.log_key, size=size, root=self.root(size))

    def statement(self, key_epoch: int | None = None) -> str:
        key_epoch = key_epoch or self.key_epoch
        view = self._shadow_of[key_epoch]
        self.now += self.ticking
        said = Statement(
            agency=AGENCY,
            epoch=self.epoch,
            key_epoch=key_epoch,
            size=self.size,
            n=view.count,
            view_root=view.root,
            log_root=self.root(self.size),
            time=self.now,
        )
        return sign_statement(said, self.view_key)

    def cursor(self, size: int | None = None) -> str:
        return f"{self.epoch}.{self.size if size is None else size}"

    def trust(self) -> bytes:
        vkeys = {"log": [self.log_key.verifier.written()], "view": [self.view_key.verifier.written()]}
        return json.dumps({"origin": self.log_key.name, "epoch": self.epoch, "vkeys": vkeys}).encode()

    def snapshot(self, key_epoch: int) -> bytes:
        path = self.folder / "snapshot"
        label = CopyLabel(
            owner=self._owner(key_epoch),
            mask=MASK,
            size=self.size,
            log_root=self.root(self.size),
            created=self.now * 1000,
        )
        signer = Ed25519PrivateKey.from_private_bytes(self.view_key.seed)
        write_copy(path, self._shadow_of[key_epoch].buckets(), label, sign=signer.sign)
        return path.read_bytes()

    def page(self, since: int, *, key_epoch: int | None = None, limit: int = 2000, until: int | None = None) -> Any:
        key_epoch = key_epoch or self.key_epoch
        end = min(self.size, since + limit, self.size if until is None else until)
        cut = end < min(self.size, self.size if until is None else until)
        items = [
            {
                "i": index,
                "h": encode64(leaf_hash(self.leaves[index])),
                "d": [[f"{one:016x}", flags] for one, flags in self.items(index, key_epoch)],
            }
            for index in range(since, end)
        ]
        return {
            "since": self.cursor(since),
            "next": self.cursor(end),
            "size": self.size,
            "key": key_epoch,
            "more": end < self.size,
            "items": items,
            "checkpoint": None if cut else self.checkpoint(end),
            "statement": self.statement(key_epoch) if end == self.size else None,
        }

    # Doors

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any, dict[str, str]]:
        if self.problem is not None and path.startswith("/sync/v1/feed"):
            return self.problem[0], self.problem[1], {}
        name = path.removeprefix("/sync/v1/").removeprefix("/log/").split("/")[0]
        act = getattr(self, f"_{method.lower()}_{name}", None)
        if act is None:
            return 404, problem(404, "not-found"), {}
        if name == "tile":
            query = {"path": path}
        found = act(query, body)
        status, members, *rest = found
        return status, self.bend(path, members), rest[0] if rest else {}

    def _get_profile(self, _query: Any, _body: Any) -> Any:
        return 200, {
            "agency": AGENCY,
            "epoch": self.epoch,
            "key": self.key_epoch,
            "mask": MASK,
            "origin": self.log_key.name,
        }

    def _get_feed(self, query: dict[str, str], _body: Any) -> Any:
        epoch, size = query["since"].split(".")
        key_epoch, since = int(query["key"]), int(size)
        if epoch != self.epoch:
            return 410, problem(410, "epoch-changed", epoch=self.epoch)
        if key_epoch not in self._shadow_of:
            return 410, problem(410, "key-epoch-retired", key=self.key_epoch)
        if since > self.size:
            return 409, problem(409, "ahead-of-registry", size=self.size)
        if self.size - since > self.most_behind:
            return 410, problem(410, "too-far-behind")
        ends = time.monotonic() + float(query.get("wait", 0))
        with self.grown:
            while self.size == since and (left := ends - time.monotonic()) > 0:
                self.grown.wait(left)
            until = int(query["until"]) if "until" in query else None
            return 200, self.page(since, key_epoch=key_epoch, limit=int(query.get("limit", 2000)), until=until)

    def _post_ack(self, _query: Any, body: Any) -> Any:
        if self.ack_vkey is None or self.witness_vkey is None:
            return 422, problem(422, "bad-signature")
        try:
            said = open_acknowledgement(body["statement"], view_keys=[self.view_key.verifier], ack_keys=[self.ack_vkey])
            cosigned_at(
                parse_checkpoint("\n".join(self.checkpoint(said.size).split("\n")[:3]) + "\n"),
                read_signature(body["cosignature"]),
                self.witness_vkey,
            )
        except FormatError:
            return 422, problem(422, "bad-signature")
        if self.acks and said.size < self.acks[-1].size:
            return 409, problem(409, "older-than-acknowledged")
        self.acks.append(said)
        return 200, {"cursor": f"{said.epoch}.{said.size}", "at": "2026-11-26T00:00:00.148Z", "first": True}

    def _post_rollback(self, _query: Any, body: Any) -> Any:
        self.rollbacks.append(body["checkpoint"])
        return 202, {"fenced": True, "size": self.size}

    def _get_snapshot(self, query: dict[str, str], _body: Any) -> Any:
        key_epoch = int(query["key"])
        if key_epoch not in self._shadow_of:
            return 410, problem(410, "key-epoch-retired", key=self.key_epoch)
        with self.grown:
            cursor = self.cursor()
            return 200, self.snapshot(key_epoch), {"Sync-Cursor": cursor, "ETag": f'"{cursor}.{key_epoch}"'}

    def _get_digest(self, query: dict[str, str], _body: Any) -> Any:
        with self.grown:
            if query["at"] != self.cursor():
                return 409, problem(409, "copy-at-other-size", cursor=self.cursor())
            view = self._shadow_of[int(query["key"])]
            if "bucket" in query:
                return 200, b"".join(view.packed(int(one)) for one in query["bucket"].split(","))
            if query["level"] == "1":
                return 200, view.level1()
            return 200, b"".join(view.level2(int(one)) for one in query["i"].split(","))

    def _post_confirm(self, _query: Any, body: Any) -> Any:
        from datetime import date

        from blacklist.identity.documents import parse_document

        size = int(body["at"].split(".")[1])
        if size != self.size:
            return 409, problem(409, "copy-behind", cursor=self.cursor())
        one = body["document"]
        document = parse_document(one["type"], one["number"], country=one.get("country"), today=date(2026, 11, 25))
        found = self.confirmed.get(document.key, {"outcome": "clear", "orders": []})
        orders = [dict(order) for order in found.get("orders", [])]
        for order in orders:
            path = inclusion_proof(order["index"], size, self.hash_at)
            order["proof"] = TlogProof(order["index"], path, self.checkpoint(size)).written()
        return 200, {**found, "as_of": body["at"], "check_id": "chk_1", "orders": orders}

    def _get_frontier(self, query: dict[str, str], _body: Any) -> Any:
        size = int(query["size"])
        return 200, {"size": size, "hashes": [encode64(one) for one in self.frontier(size)]}

    def _get_consistency(self, query: dict[str, str], _body: Any) -> Any:
        first, second = int(query["from"]), int(query["to"])
        path = consistency_proof(first, second, self.hash_at)
        hashes = [encode64(one) for one in path]
        return 200, {"from": first, "to": second, "hashes": hashes, "checkpoint": self.checkpoint(second)}

    def _get_checkpoint(self, _query: Any, _body: Any) -> Any:
        return 200, self.checkpoint(self.size).encode()

    def _get_tile(self, query: dict[str, str], _body: Any) -> Any:
        tile = read_tile_path(query["path"].removeprefix("/log/"))
        return 200, write_bundle(self.leaves[256 * tile.n : 256 * tile.n + tile.width])

    def _owner(self, key_epoch: int) -> CopyOwner:
        return CopyOwner(AGENCY, bytes.fromhex(self.epoch), key_epoch)

    def _empty_view(self, key_epoch: int) -> CopyView:
        label = CopyLabel(owner=self._owner(key_epoch), mask=MASK, size=0, log_root=root_of((), 0), created=0)
        return CopyView(write_copy(self.folder / f"shadow-{self.epoch}-{key_epoch}", bucketed([]), label))

    def _rebuild(self) -> None:
        for key_epoch in self._shadow_of:
            self._shadow_of[key_epoch] = self._empty_view(key_epoch).changed(
                item for index in range(len(self.leaves)) for item in self.items(index, key_epoch)
            )
        self.view = self._shadow_of[self.key_epoch]


def problem(status: int, code: str, **members: object) -> dict[str, Any]:
    return {"type": f"/dev/errors/{code}", "title": code, "status": status, "detail": code, **members}


@contextmanager
def served(registry: SmallRegistry) -> Iterable[str]:
    """Serve it on the loopback; gives the address."""

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_args: Any) -> None:
            pass

        def do_GET(self) -> None:
            self._serve("GET", None)

        def do_POST(self) -> None:
            self._serve("POST", json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _serve(self, method: str, body: Any) -> None:
            url = urlsplit(self.path)
            registry.asked.append(f"{method} {self.path}")
            if registry.silent:
                self.close_connection = True
                return
            if url.path.startswith("/sync/") and self.headers.get("Authorization") != f"Bearer {API_KEY}":
                status, members, headers = 401, problem(401, "unauthorised"), {}
            else:
                query = {name: values[0] for name, values in parse_qs(url.query).items()}
                status, members, headers = registry.answer(method, url.path, query, body)
            content = members if isinstance(members, bytes) else json.dumps(members).encode()
            kind = "application/octet-stream" if isinstance(members, bytes) else "application/json"
            registry.sent_bytes[url.path] = registry.sent_bytes.get(url.path, 0) + len(content)
            self.send_response(status)
            self.send_header("Content-Type", "application/problem+json" if status >= 400 else kind)
            self.send_header("Content-Length", str(len(content)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_args: Any) -> None:
            pass

    server = Quiet(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


__all__ = ["SmallRegistry", "decode64", "key", "served"]
