"""Checks against the copy: normal form, fingerprint, search, bit of the purpose; a hit is confirmed online."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from blacklist.identity.documents import Document, parse_document
from blacklist.identity.fingerprints import Fingerprinter
from blacklist.ledger.copy_faults import CopyError
from blacklist.ledger.copy_header import ALWAYS
from blacklist.ledger.faults import FormatError
from blacklist.rules.purposes import get_purpose
from sync.agent.clocks import Clocks
from sync.agent.evidence import Tree, is_proven
from sync.agent.folder import Folder, read_secret
from sync.agent.http import Registry
from sync.agent.pages import read_cursor
from sync.agent.reading import Reader
from sync.agent.refusals import AgentError, FolderError, ProblemError
from sync.agent.remembering import Memory
from sync.agent.status import Glance, Source
from sync.agent.store import Live
from sync.agent.verifying import Verifier

CONFIRM_SECONDS: Final = 2.0


class Outcome(StrEnum):
    """What an agency is told; `docs/agency/copy.md` says what each obliges it to do."""

    CLEAR = "clear"
    RESTRICTED = "restricted"
    PERMITTED = "permitted"
    UNCONFIRMED = "restricted_unconfirmed"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `as_of` is the cursor it holds at; `last_known` what the copy says: `clear` or `restricted`."""

    outcome: Outcome
    as_of: str
    age_seconds: float | None
    last_known: Outcome
    denial_code: str | None = None
    orders: tuple[Mapping[str, Any], ...] = ()
    permit: Mapping[str, Any] | None = None

    def members(self) -> dict[str, Any]:
        """Return the answer as JSON has it."""
        return {
            "outcome": self.outcome.value,
            "as_of": self.as_of,
            "age_seconds": None if self.age_seconds is None else round(self.age_seconds, 1),
            "denial_code": self.denial_code,
            "orders": [_shown(order) for order in self.orders],
            "permit": self.permit,
            "last_known": self.last_known.value,
        }


class NoCopyError(AgentError):
    """There is no copy to answer from, or the key of its fingerprints is not here."""


class Copy:
    """Answers from a copy; threads may share it. `confirm` of `check` asks the registry about every hit."""

    def __init__(
        self,
        source: Source,
        fp_keys: Mapping[int, bytes],
        verifier: Verifier,
        registry: Registry | None,
        clocks: Clocks,
    ) -> None:
        self._source = source
        self._prints = {key_epoch: Fingerprinter(key) for key_epoch, key in fp_keys.items()}
        self._verifier = verifier
        self._registry = registry
        self._clocks = clocks
        self._memory: Memory[Answer] = Memory()
        source.listen(self._memory.forget)

    @classmethod
    def open(cls, folder: Path | str, fp_key: bytes | Mapping[int, bytes], *, clocks: Clocks | None = None) -> Copy:
        """Open the copy that `run` keeps in this folder; it is read, never written.

        `fp_key` is the 32 bytes of the present key epoch, or the keys by epoch.

        Raises:
            FolderError: there is no copy here.
        """
        clocks = clocks or Clocks()
        place = Folder(folder)
        settings = place.settings()
        reader = Reader(place, clocks)
        if isinstance(fp_key, bytes):
            live = reader.glance().live
            if live is None:
                reader.close()
                raise FolderError(f"{place.path} holds no copy that can be opened")
            fp_key = {live.key_epoch: fp_key}
        registry = Registry(settings.url, read_secret(Path(settings.api_key_file)), ca=settings.ca)
        return cls(reader, fp_key, Verifier(place.trust(), settings.agency), registry, clocks)

    def close(self) -> None:
        """Let go of the folder; nothing more can be asked."""
        self._source.close()

    def __enter__(self) -> Copy:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def health(self) -> Glance:
        """Return how the copy stands."""
        return self._source.glance()

    def check(
        self, purpose: str, document: Document | Mapping[str, str], *, confirm: bool = True, use: str | None = None
    ) -> Answer:
        """Answer whether the bearer of this document may do this.

        With `use`, the agency's own reference, a permit that answers is used up.

        Raises:
            InvalidError: no such purpose (`unknown-purpose`) or no such document (`invalid-document`).
            NoCopyError: there is no copy to answer from.
        """
        bit = 1 << get_purpose(purpose).bit
        if not isinstance(document, Document):
            document = self.parse(document)
        asked = _Asked(self, purpose, bit, document, use, self._clocks.monotonic() + CONFIRM_SECONDS)
        return asked.answer(confirm=confirm)

    def parse(self, document: Mapping[str, str]) -> Document:
        """Read a document as doors send it.

        Raises:
            InvalidError: it is none (`invalid-document`).
        """
        today = self._clocks.wall().date()
        return parse_document(document["type"], document["number"], country=document.get("country"), today=today)

    def _look(self, document: Document) -> tuple[Glance, Live, tuple[int, ...], int]:
        glance = self._source.glance()
        live = glance.live
        if live is None:
            raise NoCopyError("there is no copy")
        prints = self._prints.get(live.key_epoch)
        if prints is None:
            raise NoCopyError(f"the fingerprint key of key epoch {live.key_epoch} is not here")
        fingerprints = prints.all_of(document)
        flags = 0
        try:
            for one in fingerprints:
                flags |= live.view.flags_of(one)
        except CopyError:
            raise NoCopyError("the copy is damaged here") from None
        return glance, live, fingerprints, flags


@dataclass(slots=True)
class _Asked:
    """One question on its way through copy and registry."""

    copy: Copy
    purpose: str
    bit: int
    document: Document
    use: str | None
    until: float

    def answer(self, *, confirm: bool) -> Answer:
        glance, live, fingerprints, flags = self.copy._look(self.document)
        hit = bool(flags & self.bit)
        if glance.is_fresh and not hit:
            return self._own(Outcome.CLEAR, glance, live, hit=hit)
        memory = self.copy._memory
        if glance.is_fresh and self.use is None:
            kept = memory.get((self.purpose, fingerprints))
            if kept is not None:
                return kept
        if confirm and self.copy._registry is not None:
            seen = memory.now()
            answer = self._ask(glance, live, flags)
            if answer is not None:
                if glance.is_fresh and self.use is None and not flags & ALWAYS:
                    memory.keep((self.purpose, fingerprints), answer, seen=seen)
                return answer
            glance, live, _, flags = self.copy._look(self.document)  # it may have moved on meanwhile
            hit = bool(flags & self.bit)
        if not glance.is_fresh:
            return self._own(Outcome.STALE, glance, live, hit=hit)
        return self._own(Outcome.UNCONFIRMED if hit else Outcome.CLEAR, glance, live, hit=hit)

    def _own(self, outcome: Outcome, glance: Glance, live: Live, *, hit: bool) -> Answer:
        known = Outcome.RESTRICTED if hit else Outcome.CLEAR
        return Answer(outcome, str(live.cursor), glance.age, known)

    def _ask(self, glance: Glance, live: Live, flags: int) -> Answer | None:
        """Ask online; None if no answer came that counts."""
        for _ in range(2):
            try:
                members = self._confirm(live)
            except ProblemError as problem:
                if problem.code != "copy-behind" or not self._caught_up(problem):
                    return None
                glance, live, _, flags = self.copy._look(self.document)
                continue
            except AgentError:
                return None
            return self._read(members, glance, live, flags)
        return None

    def _confirm(self, live: Live) -> Any:
        seconds = self.until - self.copy._clocks.monotonic()
        document = {"type": self.document.type.value, "number": self.document.number}
        if self.document.country is not None:
            document["country"] = self.document.country
        body: dict[str, Any] = {"purpose": self.purpose, "document": document, "at": str(live.cursor)}
        if self.use is not None:
            body["use"] = self.use
        registry = self.copy._registry
        if registry is None or seconds <= 0:
            raise AgentError("no time is left to ask")
        return registry.confirm(body, seconds=seconds)

    def _caught_up(self, problem: ProblemError) -> bool:
        try:
            cursor = read_cursor(problem.members.get("cursor"))
        except FormatError:
            return False
        return self.copy._source.reach(cursor, seconds=max(0.0, self.until - self.copy._clocks.monotonic()))

    def _read(self, members: Any, glance: Glance, live: Live, flags: int) -> Answer | None:
        if not isinstance(members, dict) or members.get("as_of") != str(live.cursor):
            return None
        hit = bool(flags & self.bit)
        known = Outcome.RESTRICTED if hit else Outcome.CLEAR
        orders, permit, code = members.get("orders", []), members.get("permit"), members.get("denial_code")
        answer = Answer(Outcome.CLEAR, str(live.cursor), glance.age, known)
        match members.get("outcome"):
            case "restricted":
                tree = Tree(live.size, live.root)
                on = self.copy._clocks.wall().date()
                if not is_proven(orders, self.document, tree=tree, verifier=self.copy._verifier, on=on):
                    return None
                denial = code if isinstance(code, str) else None
                return Answer(Outcome.RESTRICTED, answer.as_of, glance.age, known, denial, tuple(orders))
            case "permitted" if isinstance(permit, dict):
                return Answer(Outcome.PERMITTED, answer.as_of, glance.age, known, permit=permit)
            case "clear":
                if hit and not flags & ALWAYS:
                    self.copy._source.report("the registry answered clear where the copy holds a restriction")
                return answer
        return None


def _shown(order: Mapping[str, Any]) -> dict[str, Any]:
    """What the person is told of an order; the proof stays inside."""
    return {name: order.get(name) for name in ("order_no", "court", "statute", "ends_on")}
