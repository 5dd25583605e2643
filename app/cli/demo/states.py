"""Orders in every state of the life cycle, so that each queue and page of the desk has something to show."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.cli.demo.cast import SandboxSubject
from app.cli.demo.story import Telling
from blacklist.identity.check_digits import resident_check
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.removals import RemovalReason
from blacklist.services.drafting import abandon_draft
from blacklist.services.removing import propose_removal
from blacklist.services.reviewing import return_order

NAMESAKES = 14
_FIRST_SERIAL = 2001


def tell_states(telling: Telling, *, at: datetime) -> None:
    """Make one order in each state, and fourteen published people of one name."""
    recent = at - timedelta(days=3)
    serial = _FIRST_SERIAL
    people = {
        state: _person(f"演示{letter}", f"7101011985{month:02d}15{100 + month:03d}")
        for month, (state, letter) in enumerate(
            {
                "draft": "草",
                "submitted": "交",
                "returned": "退",
                "abandoned": "弃",
                "checked": "核",
                "issued": "签",
                "withdrawn": "撤",
                "proposed": "申",
            }.items(),
            start=1,
        )
    }
    orders = {}
    for state, person in people.items():
        orders[state] = telling.draft(
            person, OrderKind.LISTING, serial=serial, at=recent, grounds=(Ground.G4,), amount="56000.50"
        )
        serial += 1
    staff, session, vault = telling.staff, telling.session, telling.vault
    abandon_draft(
        session,
        orders["abandoned"].public_id,
        reason="案件已和解，不再提请（演示）",
        version=orders["abandoned"].version,
        actor=staff.clerk,
        at=recent,
    )
    for state in ("submitted", "returned", "checked", "issued", "withdrawn", "proposed"):
        telling.submit(orders[state], at=recent)
    return_order(
        session,
        orders["returned"].public_id,
        reason="请补充财产报告令的送达回证（演示）",
        version=orders["returned"].version,
        actor=staff.checker,
        at=recent,
    )
    for state in ("checked", "issued", "withdrawn", "proposed"):
        telling.check(orders[state], people[state], at=recent)
    for state in ("issued", "withdrawn", "proposed"):
        telling.issue(orders[state], at=recent)
    for state in ("withdrawn", "proposed"):
        telling.serve(orders[state], at=recent)
    telling.remove(orders["withdrawn"], RemovalReason.W, basis="名单规定第九条", at=recent + timedelta(days=1))
    propose_removal(
        session,
        orders["proposed"].public_id,
        reason=RemovalReason.R9,
        basis="名单规定第二条第二款",
        document="履行完毕证明（演示）",
        note="当事人已主动履行，申请提前删除。",
        version=orders["proposed"].version,
        actor=staff.clerk,
        at=at - timedelta(days=1),
        vault=vault,
    )
    for count in range(NAMESAKES):
        person = _person("张伟", f"7101{count + 2:02d}19{60 + count * 2}0{count % 9 + 1}1{count % 9}{200 + count:03d}")
        telling.make(
            person,
            OrderKind.LISTING,
            serial=3001 + count,
            at=at - timedelta(days=30 + count * 5),
            grounds=(Ground.G1,) if count % 2 else (Ground.G4,),
            amount=f"{(count + 1) * 12345}.00",
        )


def _person(name: str, first_seventeen: str) -> SandboxSubject:
    number = first_seventeen + resident_check(first_seventeen)
    return SandboxSubject(name, (("resident_id", number, None),))
