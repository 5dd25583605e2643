"""A court's leave for one purpose: who may have it, for what and how long, and the states it passes through."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from blacklist.errors import Fault, InvalidError, TransitionError
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.measures import measures_for
from blacklist.rules.purposes import PURPOSES
from blacklist.rules.subjects import BoundRole
from blacklist.rules.terms import add_months
from blacklist.vocabulary import SubjectKind

USES = range(1, 11)  # ours: the law counts no uses
MOST_MONTHS = 1
URGENT_PURPOSES = ("air_travel", "rail_high_class")
URGENT_WITHIN = timedelta(days=3)  # ours: how near the first day must be for the list to press


class Leave(StrEnum):
    """On which ground the court opens a purpose."""

    PERSONAL_ASSETS = "personal_assets"
    NECESSARY = "necessary"
    URGENT_TRAVEL = "urgent_travel"


class Cause(StrEnum):
    """What the applicant needs it for; a closed list."""

    OWN_ILLNESS = "own_illness"
    RELATIVE_ILLNESS = "relative_illness"
    RELATIVE_FUNERAL = "relative_funeral"
    OFFICIAL_DUTY = "official_duty"
    FOREIGN_AFFAIRS = "foreign_affairs"
    EXAM = "exam"
    OTHER_NECESSITY = "other_necessity"
    PRIVATE_SPENDING = "private_spending"


class Revocation(StrEnum):
    """Why a permit is taken back."""

    FALSE_EVIDENCE = "false_evidence"
    BREACH = "breach"
    GRANTED_IN_ERROR = "granted_in_error"


class PermitState(StrEnum):
    """Where a permit stands; only `granted` opens anything."""

    APPLIED = "applied"
    GRANTED = "granted"
    REFUSED = "refused"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"


class PermitAct(StrEnum):
    """Everything that can be done to a permit; `use_last` is the use that leaves none."""

    APPLY = "apply"
    GRANT = "grant"
    REFUSE = "refuse"
    USE = "use"
    USE_LAST = "use_last"
    EXPIRE = "expire"
    REVOKE = "revoke"


PERMIT_STATE_AFTER: Mapping[tuple[PermitState | None, PermitAct], PermitState] = MappingProxyType(
    {
        (None, PermitAct.APPLY): PermitState.APPLIED,
        (PermitState.APPLIED, PermitAct.GRANT): PermitState.GRANTED,
        (PermitState.APPLIED, PermitAct.REFUSE): PermitState.REFUSED,
        (PermitState.GRANTED, PermitAct.USE): PermitState.GRANTED,
        (PermitState.GRANTED, PermitAct.USE_LAST): PermitState.USED,
        (PermitState.GRANTED, PermitAct.EXPIRE): PermitState.EXPIRED,
        (PermitState.GRANTED, PermitAct.REVOKE): PermitState.REVOKED,
        # False evidence often shows after the journey; only a revocation bars further permits.
        (PermitState.USED, PermitAct.REVOKE): PermitState.REVOKED,
        (PermitState.EXPIRED, PermitAct.REVOKE): PermitState.REVOKED,
    }
)

LEAVE_TITLES: Mapping[Leave, str] = MappingProxyType(
    {
        Leave.PERSONAL_ASSETS: "因私消费（以个人财产）",
        Leave.NECESSARY: "生活或者经营必需",
        Leave.URGENT_TRAVEL: "紧急情况暂时解除乘坐飞机、高铁限制",
    }
)
CAUSE_TITLES: Mapping[Cause, str] = MappingProxyType(
    {
        Cause.OWN_ILLNESS: "本人重大疾病就医",
        Cause.RELATIVE_ILLNESS: "近亲属重大疾病就医",
        Cause.RELATIVE_FUNERAL: "近亲属丧葬",
        Cause.OFFICIAL_DUTY: "执行或者配合执行公务",
        Cause.FOREIGN_AFFAIRS: "参加外事活动",
        Cause.EXAM: "参加重要考试",
        Cause.OTHER_NECESSITY: "其他生活或者经营必需",
        Cause.PRIVATE_SPENDING: "以个人财产因私消费",
    }
)
REVOCATION_TITLES: Mapping[Revocation, str] = MappingProxyType(
    {
        Revocation.FALSE_EVIDENCE: "提供虚假证据",
        Revocation.BREACH: "违反承诺从事消费行为",
        Revocation.GRANTED_IN_ERROR: "不应准予而准予（非当事人过错）",
    }
)

_STAFF_OF_A_UNIT = frozenset(
    {
        BoundRole.LEGAL_REPRESENTATIVE,
        BoundRole.PRINCIPAL,
        BoundRole.DIRECTLY_RESPONSIBLE,
        BoundRole.ACTUAL_CONTROLLER,
    }
)
_URGENT_CAUSES = (
    Cause.OWN_ILLNESS,
    Cause.RELATIVE_ILLNESS,
    Cause.RELATIVE_FUNERAL,
    Cause.OFFICIAL_DUTY,
    Cause.FOREIGN_AFFAIRS,
    Cause.EXAM,
)
_CAUSES: Mapping[Leave, tuple[Cause, ...]] = MappingProxyType(
    {
        Leave.PERSONAL_ASSETS: (Cause.PRIVATE_SPENDING,),
        Leave.NECESSARY: (*_URGENT_CAUSES, Cause.OTHER_NECESSITY),
        Leave.URGENT_TRAVEL: _URGENT_CAUSES,
    }
)


def permit_state_after(before: PermitState | None, act: PermitAct) -> PermitState:
    """Return the state that `act` leads to; `before` is None while nothing was applied for.

    A permit opens from the president's decision to its last day or last use, whichever comes first, and is taken
    back for false evidence or breach, afterwards too: only that bars further ones.

    Basis: CONS 8; GOOD 17.

    Raises:
        TransitionError: there is no such step.
    """
    after = PERMIT_STATE_AFTER.get((before, act))
    if after is None:
        raise TransitionError(
            "该许可的当前状态不允许此操作。",
            f"A permit in state {before or 'none'} has no step {act}.",
            before=str(before or "none"),
            act=str(act),
        )
    return after


def leaves_for(kind: OrderKind, *, subject_kind: SubjectKind, roles: Collection[BoundRole]) -> tuple[Leave, ...]:
    """Return the leaves that somebody bound in `roles` by such an order may apply for.

    Private ends from one's own money: only persons bound for a unit. Necessity of life or business: the debtor.
    Urgent travel: any natural person. All three open consumption orders only; an exit ban knows necessity alone
    (ours), against the higher court's confirmation, and a listing knows no leave.

    Basis: CONS 3, CONS 8; GOOD 17; ENF 25.
    """
    if kind is OrderKind.LISTING or not roles:
        return ()
    if kind is OrderKind.EXIT_BAN:
        return (Leave.NECESSARY,)
    natural = subject_kind is SubjectKind.NATURAL
    may_have = {
        Leave.PERSONAL_ASSETS: natural and not _STAFF_OF_A_UNIT.isdisjoint(roles),
        Leave.NECESSARY: BoundRole.DEBTOR in roles,
        Leave.URGENT_TRAVEL: natural,
    }
    return tuple(leave for leave, yes in may_have.items() if yes)


def causes_for(leave: Leave) -> tuple[Cause, ...]:
    """Return the causes a leave may rest on; another necessity than those listed is never urgent travel.

    Basis: CONS 3, CONS 8; GOOD 17.
    """
    return _CAUSES[leave]


def purposes_for(
    kind: OrderKind, leave: Leave, *, subject_kind: SubjectKind, roles: Collection[BoundRole], on: date
) -> tuple[str, ...]:
    """Return the purposes a leave can open on `on`: those the order blocks for the person and no others.

    Urgent travel opens planes and high-speed rail only.

    Basis: CONS 3, CONS 8; GOOD 17.
    """
    wanted = URGENT_PURPOSES if leave is Leave.URGENT_TRAVEL else tuple(PURPOSES)
    return tuple(
        purpose
        for purpose in wanted
        if any(measures_for(kind, purpose, subject_kind=subject_kind, role=role, on=on) for role in roles)
    )


def last_day_allowed(valid_from: date) -> date:
    """Return the last day a permit from `valid_from` on may have: the same-numbered day a month later.

    The month is the law's for urgent travel and ours for the other leaves.

    Basis: GOOD 17.
    """
    return add_months(valid_from, MOST_MONTHS)


def answer_due(valid_from: date, received_on: date) -> date:
    """Return the day by which an application is answered: the first day asked for, never before it came in.

    Basis: GOOD 17.
    """
    return max(valid_from, received_on)


def is_pressing(due_on: date, on: date) -> bool:
    """Tell whether the answer is due within three days, or overdue: such applications come first.

    Basis: GOOD 17.
    """
    return due_on - on <= URGENT_WITHIN


def is_past(valid_to: date, on: date) -> bool:
    """Tell whether a permit's last day lies before `on`; it ends at 24:00 of that day in Asia/Shanghai.

    Basis: GOOD 17.
    """
    return on > valid_to


def must_allow_if_true(leave: Leave) -> bool:
    """Tell whether the court has no choice once the application is found true (private ends, own money).

    Basis: CONS 3; GOOD 17.
    """
    return leave is Leave.PERSONAL_ASSETS


def needs_undertaking(leave: Leave) -> bool:
    """Tell whether the applicant must have promised in writing: for both leaves of GOOD 17.

    Basis: GOOD 17.
    """
    return leave is not Leave.NECESSARY


def bars_further(reason: Revocation) -> bool:
    """Tell whether a revocation for this reason bars further permits: abuse does, the court's own error does not.

    Basis: GOOD 17.
    """
    return reason is not Revocation.GRANTED_IN_ERROR


def require_may_revoke(state: PermitState, reason: Revocation) -> PermitState:
    """Return `revoked` if such a permit can be taken back for this reason; an error only while it opens anything.

    Basis: GOOD 17.

    Raises:
        TransitionError: it was never granted, or was revoked already.
        InvalidError: it is over, and nothing the applicant did is the reason.
    """
    after = permit_state_after(state, PermitAct.REVOKE)
    if state is not PermitState.GRANTED and not bars_further(reason):
        detail, english = "许可已经结束，不能再以误准为由撤销。", "It is over; an error is no reason any more."
        raise InvalidError(detail, english, errors=(Fault("/reason", "reason-does-not-fit", detail, english),))
    return after
