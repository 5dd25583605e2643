"""A clerk drafts an order, amends it, hands it in, or gives it up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import ConflictError, Fault, InvalidError, StaleVersionError, TransitionError
from blacklist.events import AuditEvent
from blacklist.identity.case_numbers import CaseNumber
from blacklist.identity.documents import Document
from blacklist.identity.ids import new_id, public_id
from blacklist.identity.sealing import Vault
from blacklist.models import Case, Court, Order, OrderBinding, Subject
from blacklist.queries import applications as application_queries
from blacklist.queries import orders as order_queries
from blacklist.rules.articles import RULE_VERSION
from blacklist.rules.exclusions import Circumstance, require_may_order
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import STANDING_STATES, Act, OrderKind, OrderState, state_after
from blacklist.rules.permissions import require_role
from blacklist.rules.renewals import may_stand_beside
from blacklist.rules.subjects import BoundRole
from blacklist.rules.terms import term_of
from blacklist.rules.warnings import SoftWarning, WarningFacts, require_answers, soft_warnings
from blacklist.services import auditing
from blacklist.services.appending import append_amendments
from blacklist.services.subjects import register_subject
from blacklist.vocabulary import Sex, SubjectKind


class DuplicateOrderError(ConflictError):
    """The same kind of order against the same person in the same case is under way or in force."""

    code = "duplicate-order"
    title = "该案中已有同类决定"
    title_english = "Such an order exists in this case"


class NumberedInCaseError(ConflictError):
    """An order that was taken back holds a spent number of its case; moved elsewhere, that number could come again."""

    code = "numbered-in-case"
    title = "该决定已在原案号下编号"
    title_english = "The order was numbered in its first case"


@dataclass(frozen=True, slots=True)
class Party:
    """A person or organisation as entered at the desk."""

    document: Document
    name: str = field(repr=False)
    representative: str | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)  # where the number does not tell it
    sex: Sex | None = None


@dataclass(frozen=True, slots=True)
class BoundParty:
    """Somebody an order binds for an organisation, with the role."""

    party: Party
    role: BoundRole


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """Everything a clerk enters for one order."""

    kind: OrderKind
    court_id: int
    case_number: CaseNumber
    filed_on: date
    basis_number: str
    basis_maker: str
    debtor: Party
    bound: tuple[BoundParty, ...] = ()
    grounds: tuple[Ground, ...] = ()
    evidence: str = field(default="", repr=False)
    warned_on: date | None = None
    duty: str = field(default="", repr=False)
    duty_public: str = ""
    performance: str = "none"
    amount_due: Decimal | None = None
    amount_performed: Decimal | None = None
    exit_ban_months: int | None = None
    circumstances: frozenset[Circumstance] = frozenset()
    predecessor_id: int | None = None
    application_id: int | None = None  # the creditor's application it is made on; None: of the court's own motion


def draft_order(session: Session, draft: OrderDraft, *, actor: Actor, at: datetime, vault: Vault) -> Order:
    """Write a draft; it binds nobody.

    Raises:
        MissingRoleError, WrongCourtError: the actor is no clerk of this court.
        InvalidError: a fact is missing or wrong; ExclusionError: the law forbids the order.
        DuplicateOrderError: there is one already.
    """
    court = session.get_one(Court, draft.court_id)

    require_role(actor, Role.CLERK, court.id)
    state = state_after(None, Act.DRAFT)
    _require_complete(draft, court, at=at)

    case = _case_of(session, draft, court, at=at)
    subject = _register(session, draft.debtor, vault=vault, at=at)
    _require_not_barred(session, draft, subject, case, at=at)
    _require_no_duplicate(session, subject, case, draft, but=None)
    order = Order(
        id=new_id(),
        public_id=public_id(),
        kind=draft.kind.value,
        state=state.value,
        version=1,
        court_id=court.id,
        case_id=case.id,
        subject_id=subject.id,
        drafted_by=actor.person_id,
        drafted_at=at,
        rule_version=RULE_VERSION,
    )
    _fill(order, draft, vault=vault)
    session.add(order)
    session.flush()
    _bind(session, order, subject, draft, vault=vault, at=at)

    auditing.record(
        session, AuditEvent.ORDER_DRAFTED, order.id, actor=actor, at=at, court_id=court.id, facts={"kind": order.kind}
    )
    session.flush()
    _reach_new_documents(session, order, at=at, vault=vault)
    return order


def amend_draft(
    session: Session, public_id: str, draft: OrderDraft, *, version: int, actor: Actor, at: datetime, vault: Vault
) -> Order:
    """Replace the content of a draft or of an order sent back; it has to be submitted (again).

    Raises:
        OrderNotFoundError: there is no such order at the actor's courts.
        InvalidError: as for a draft, or the kind is another: that is another order.
        TransitionError: it is past drafting. StaleVersionError: somebody changed it meanwhile.
        NumberedInCaseError: it was issued in this case and taken back, and shall move to another.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)
    court = session.get_one(Court, order.court_id)

    require_role(actor, Role.CLERK, order.court_id)
    require_version(order, version)
    state = state_after(OrderState(order.state), Act.AMEND_DRAFT)
    if draft.kind.value != order.kind:
        detail, english = "更正不能改变决定的种类，请另行起草。", "A correction keeps the kind of the order."
        raise InvalidError(detail, english, errors=(Fault("/kind", "kind-is-fixed", detail, english),))
    _require_complete(draft, court, at=at)

    case = _case_of(session, draft, court, at=at)
    if order.order_no is not None and case.id != order.case_id:
        raise NumberedInCaseError(
            "该决定曾在原案号下编号后收回，不能改到另一案件；请放弃后另行录入。",
            "It was numbered in its first case and taken back; draft another order instead.",
        )
    subject = _register(session, draft.debtor, vault=vault, at=at)
    if (application := application_queries.find_of_order(session, order.id)) is not None:
        draft = replace(draft, application_id=application.id)
    _require_not_barred(session, draft, subject, case, at=at)
    _require_no_duplicate(session, subject, case, draft, but=order.id)
    order.state, order.version = state.value, order.version + 1
    order.case_id, order.subject_id, order.drafted_by = case.id, subject.id, _person(actor)
    order.submitted_at = order.checked_by = order.checked_at = order.returned_reason = None
    _fill(order, draft, vault=vault)
    for binding in order_queries.list_bindings(session, order.id):
        session.delete(binding)
    session.flush()
    _bind(session, order, subject, draft, vault=vault, at=at)

    auditing.record(session, AuditEvent.ORDER_AMENDED, order.id, actor=actor, at=at, court_id=order.court_id)
    session.flush()
    _reach_new_documents(session, order, at=at, vault=vault)
    return order


def submit_order(
    session: Session,
    public_id: str,
    *,
    version: int,
    actor: Actor,
    at: datetime,
    vault: Vault,
    answers: Mapping[SoftWarning, str] = MappingProxyType({}),
) -> Order:
    """Hand a draft to the checker after it was read back; every soft warning needs its answer, which is kept.

    Raises:
        InvalidError: a warning is not answered. TransitionError: it is no draft, or handed in already.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    require_role(actor, Role.CLERK, order.court_id)
    require_version(order, version)
    state = state_after(OrderState(order.state), Act.SUBMIT)
    if order.submitted_at is not None:
        raise TransitionError("该决定已提交核验。", "The order has been submitted.")
    warnings = warnings_about(session, order, on=at.date())
    require_answers(warnings, answers)

    order.state, order.submitted_at, order.version = state.value, at, order.version + 1
    answered = {one.value: answers[one].strip() for one in warnings}
    order.warnings = _sealed(
        order, "warnings", json.dumps(answered, ensure_ascii=False) if answered else "", vault=vault
    )

    facts: auditing.Facts = {"warnings": ",".join(answered)} if answered else {}
    auditing.record(
        session, AuditEvent.ORDER_SUBMITTED, order.id, actor=actor, at=at, court_id=order.court_id, facts=facts
    )
    session.flush()
    return order


def warnings_about(session: Session, order: Order, *, on: date) -> tuple[SoftWarning, ...]:
    """Return the soft warnings a draft raises as it stands."""
    bound = {one.subject_id for one in order_queries.list_bindings(session, order.id)}
    return soft_warnings(
        WarningFacts(
            kind=OrderKind(order.kind),
            circumstances=circumstances_of(order),
            amount_due=order.amount_due,
            amount_performed=order.amount_performed,
            same_kind_in_force=order_queries.has_effective(
                session, order.subject_id, OrderKind(order.kind), court_id=order.court_id, but=order.id, on=on
            ),
            documents=min((order_queries.count_documents(session, one) for one in bound), default=1),
        )
    )


def circumstances_of(order: Order) -> frozenset[Circumstance]:
    """Return the circumstances on record of an order."""
    return frozenset(Circumstance(code) for code in order.circumstances.split(",") if code)


def answers_of(order: Order, *, vault: Vault) -> dict[SoftWarning, str]:
    """Return the soft warnings of a submitted order with the clerk's answers."""
    if order.warnings is None:
        return {}
    opened = json.loads(vault.open(order.warnings, table="orders", row=order.id, column="warnings"))
    return {SoftWarning(code): answer for code, answer in opened.items()}


def abandon_draft(session: Session, public_id: str, *, reason: str, version: int, actor: Actor, at: datetime) -> Order:
    """Give up a draft; it stays on record and binds nobody."""
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    require_role(actor, Role.CLERK, order.court_id)
    require_version(order, version)
    state = state_after(OrderState(order.state), Act.ABANDON)

    order.state, order.returned_reason, order.version = state.value, reason, order.version + 1

    auditing.record(session, AuditEvent.ORDER_ABANDONED, order.id, actor=actor, at=at, court_id=order.court_id)
    session.flush()
    return order


def require_version(order: Order, version: int) -> None:
    """Refuse an act on an order that changed since the actor saw it.

    Raises:
        StaleVersionError: it did.
    """
    if order.version != version:
        raise StaleVersionError(
            "您打开之后，该决定已被他人办理或修改，请刷新后查看最新内容再办。",
            "The order changed since you opened it.",
            seen=str(version),
            present=str(order.version),
        )


def binds_debtor(kind: OrderKind, debtor_kind: SubjectKind) -> bool:
    """Tell whether an order binds the debtor: a unit cannot leave the country, an exit ban binds its people only."""
    return not (kind is OrderKind.EXIT_BAN and debtor_kind is SubjectKind.ORGANISATION)


def text_hash(text: str) -> str:
    """Return the SHA-256 of a paper's text or number, as the audit trail keeps it."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _person(actor: Actor) -> int:
    if actor.person_id is None:
        raise ValueError("a person drafts orders")
    return actor.person_id


def _reach_new_documents(session: Session, order: Order, *, at: datetime, vault: Vault) -> None:
    """Let orders in force reach documents that this draft made known of their persons: a second passport is the leak."""
    subjects = {order.subject_id, *(one.subject_id for one in order_queries.list_bindings(session, order.id))}
    append_amendments(session, subjects, at=at, vault=vault)


def _register(session: Session, party: Party, *, vault: Vault, at: datetime) -> Subject:
    return register_subject(
        session,
        name=party.name,
        documents=[party.document],
        representative=party.representative,
        birth_date=party.birth_date,
        sex=party.sex,
        vault=vault,
        at=at,
    )


def _require_complete(draft: OrderDraft, court: Court, *, at: datetime) -> None:
    """Refuse missing facts all at once, then what the law forbids (`rules.md` §1.2)."""
    faults = list(_missing(draft, court, at=at))
    if faults:
        raise InvalidError("请补正下列内容。", "Some facts are missing or wrong.", errors=tuple(faults))
    circumstances = set(draft.circumstances)
    if draft.kind is OrderKind.LISTING and draft.warned_on is None:
        circumstances.add(Circumstance.NO_WARNING)
    roles: Collection[BoundRole] = {one.role for one in draft.bound}
    if binds_debtor(draft.kind, draft.debtor.document.kind):
        roles = {BoundRole.DEBTOR, *roles}
    require_may_order(
        draft.kind,
        debtor_kind=draft.debtor.document.kind,
        birth_date=draft.debtor.document.birth_date or draft.debtor.birth_date,
        on=at.date(),
        grounds=draft.grounds,
        roles=roles,
        circumstances=circumstances,
    )
    term_of(draft.kind, draft.grounds, at.date(), exit_ban_months=draft.exit_ban_months)


def _missing(draft: OrderDraft, court: Court, *, at: datetime) -> Sequence[Fault]:
    faults = []
    if draft.case_number.court_word != court.code:
        faults.append(
            Fault(
                "/case_number",
                "another-courts-case",
                f"案号中的法院代字应为“{court.code}”。",
                "The case number is another court's.",
            )
        )
    if draft.filed_on > at.date():
        faults.append(Fault("/filed_on", "in-the-future", "立案日期不能晚于今天。", "The filing date is to come."))
    if draft.warned_on is not None and not draft.filed_on <= draft.warned_on <= at.date():
        faults.append(
            Fault("/warned_on", "impossible-date", "送达日期应在立案之后、今天之前。", "Not between filing and today.")
        )
    if draft.kind is OrderKind.LISTING and not draft.grounds:
        faults.append(Fault("/grounds", "missing", "请选择失信情形。", "Name a ground."))
    if draft.kind is OrderKind.LISTING and not draft.evidence:
        faults.append(Fault("/evidence", "missing", "请写明认定该情形的证据。", "Name the evidence."))
    unit_listed = draft.kind is OrderKind.LISTING and draft.debtor.document.kind is SubjectKind.ORGANISATION
    if unit_listed and not draft.debtor.representative:
        faults.append(
            Fault("/representative", "missing", "请填写法定代表人或负责人。", "Name the legal representative.")
        )
    if not draft.bound and not binds_debtor(draft.kind, draft.debtor.document.kind):
        faults.append(Fault("/bound", "missing", "请填写被限制出境的人员。", "Name whom the exit ban binds."))
    return faults


def _require_no_duplicate(
    session: Session, subject: Subject, case: Case, draft: OrderDraft, *, but: int | None
) -> None:
    duplicate = order_queries.find_standing_duplicate(
        session, subject_id=subject.id, case_id=case.id, kind=draft.kind, but=but
    )
    if duplicate is not None and not _follows(session, subject, case, draft):
        raise DuplicateOrderError(
            "该案对同一被执行人已有同类决定正在办理或生效，不能重复作出。",
            "An order of this kind against this person in this case exists.",
        )


def _follows(session: Session, subject: Subject, case: Case, draft: OrderDraft) -> bool:
    """Tell whether a draft renews or supplements the standing order it names as its predecessor."""
    if draft.predecessor_id is None or not may_stand_beside(draft.kind, binds_others=bool(draft.bound)):
        return False
    before = session.get_one(Order, draft.predecessor_id)
    same = (before.kind, before.case_id, before.subject_id) == (draft.kind.value, case.id, subject.id)
    return same and OrderState(before.state) in STANDING_STATES


def _require_not_barred(session: Session, draft: OrderDraft, subject: Subject, case: Case, *, at: datetime) -> None:
    """Refuse a creditor's application to list again too early; the court's own motion is not barred (LIST 10)."""
    if draft.application_id is None or draft.kind is not OrderKind.LISTING:
        return
    on = at.date()
    if application_queries.relisting_bar(session, subject_id=subject.id, case_id=case.id, on=on) is not None:
        require_may_order(
            draft.kind,
            debtor_kind=draft.debtor.document.kind,
            birth_date=draft.debtor.document.birth_date or draft.debtor.birth_date,
            on=on,
            grounds=draft.grounds,
            circumstances={Circumstance.RELISTING_BARRED},
        )


def _case_of(session: Session, draft: OrderDraft, court: Court, *, at: datetime) -> Case:
    query = select(Case).where(Case.number == draft.case_number.text).with_for_update()
    case = session.scalars(query).one_or_none()
    if case is None:
        case = Case(
            id=new_id(),
            court_id=court.id,
            number=draft.case_number.text,
            filed_on=draft.filed_on,
            basis_number=draft.basis_number,
            basis_maker=draft.basis_maker,
            created_at=at,
        )
        try:
            with session.begin_nested():
                session.add(case)
        except IntegrityError:  # another clerk entered the first order of this case at the same moment
            case = session.scalars(query).one()
    return case


def _fill(order: Order, draft: OrderDraft, *, vault: Vault) -> None:
    order.grounds = ",".join(sorted(ground.value for ground in draft.grounds))
    order.evidence = _sealed(order, "evidence", draft.evidence, vault=vault)
    order.duty = _sealed(order, "duty", draft.duty, vault=vault)
    order.duty_public = draft.duty_public or None
    order.warned_on = draft.warned_on
    order.performance = draft.performance
    order.amount_due, order.amount_performed = draft.amount_due, draft.amount_performed
    order.exit_ban_months = draft.exit_ban_months
    order.predecessor_id = draft.predecessor_id
    order.circumstances = ",".join(sorted(one.value for one in draft.circumstances))


def _sealed(order: Order, column: str, text: str, *, vault: Vault) -> bytes | None:
    return vault.seal(text, table="orders", row=order.id, column=column) if text else None


def _bind(session: Session, order: Order, subject: Subject, draft: OrderDraft, *, vault: Vault, at: datetime) -> None:
    """Bind the debtor and whoever else the order names, from the day of the draft on (moved to the decision's)."""
    debtor_bound = binds_debtor(draft.kind, SubjectKind(subject.kind))
    bound = [(subject.id, BoundRole.DEBTOR)] if debtor_bound else []
    bound += [(_register(session, one.party, vault=vault, at=at).id, one.role) for one in draft.bound]
    for subject_id, role in bound:
        session.add(
            OrderBinding(
                id=new_id(), order_id=order.id, subject_id=subject_id, role=role.value, from_on=at.date(), until_on=None
            )
        )
    session.flush()
