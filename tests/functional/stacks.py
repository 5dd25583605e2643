"""Orders put on the desks of a running registry by the real services, for journeys that begin in the middle."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.cli.demo.cast import HOME_COURT, SandboxSubject
from app.cli.demo.story import Staff, Telling
from blacklist.engine import create_registry_engine
from blacklist.identity.check_digits import resident_check
from blacklist.identity.keys import Keyring
from blacklist.identity.sealing import Vault
from blacklist.models import Account, Court, Order
from blacklist.queries.staff import load_actor
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.services.reviewing import return_order
from tests.functional.live import LiveRegistry

_SERIALS = count(1)
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"


def invent(name: str) -> SandboxSubject:
    """Return a person nobody has named yet."""
    serial = next(_SERIALS)
    body = f"7101011979{serial // 900 + 1:02d}11{serial % 900 + 100:03d}"
    return SandboxSubject(name, (("resident_id", body + resident_check(body), None),))


def put_checked(live: LiveRegistry, many: int, *, first_serial: int) -> list[str]:
    """Put so many checked orders before the president: pairs of a consumption order and a listing, each pair of one
    person. Return their public ids."""
    engine, at = _engine(live), _an_hour_ago()
    made: list[Order] = []
    with Session(engine, expire_on_commit=False) as session:
        told = _telling(live, session)
        for number in range(many // 2):
            subject = invent(f"演示{_SURNAMES[number % len(_SURNAMES)]}{'甲乙丙丁'[number % 4]}")
            for kind in (OrderKind.CONSUMPTION, OrderKind.LISTING):
                grounds = (Ground.G4,) if kind is OrderKind.LISTING else ()
                order = told.draft(subject, kind, serial=first_serial + number, at=at, grounds=grounds)
                told.submit(order, at=at)
                told.check(order, subject, at=at)
                made.append(order)
        session.commit()
    engine.dispose()
    return [order.public_id for order in made]


def put_known_case(live: LiveRegistry, *, serial: int, name: str) -> None:
    """Let a case of this year be known by a consumption order that waits for the president."""
    engine, at = _engine(live), _an_hour_ago()
    with Session(engine, expire_on_commit=False) as session:
        told, subject = _telling(live, session), invent(name)
        order = told.draft(subject, OrderKind.CONSUMPTION, serial=serial, at=at)
        told.submit(order, at=at)
        told.check(order, subject, at=at)
        session.commit()
    engine.dispose()


def clear_table(live: LiveRegistry) -> None:
    """Send back whatever waits for the president, so that a journey meets its own orders only."""
    engine = _engine(live)
    with Session(engine, expire_on_commit=False) as session:
        president = _staff(session).president
        for order in session.scalars(select(Order).where(Order.state == OrderState.CHECKED.value)):
            return_order(
                session,
                order.public_id,
                reason="（演示）",
                version=order.version,
                actor=president,
                at=_an_hour_ago(),
            )
        session.commit()
    engine.dispose()


def states_of(live: LiveRegistry, public_ids: list[str]) -> list[str]:
    """Return the states of orders, in the order they were asked for."""
    engine = _engine(live)
    with Session(engine) as session:
        rows = session.execute(select(Order.public_id, Order.state).where(Order.public_id.in_(public_ids))).all()
        found = {row.public_id: row.state for row in rows}
    engine.dispose()
    return [found[public_id] for public_id in public_ids]


def _engine(live: LiveRegistry) -> Engine:
    return create_registry_engine(f"sqlite:///{live.folder}/registry.sqlite3")


def _an_hour_ago() -> datetime:
    return datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(hours=1)  # noqa: TID251 - the servers' clock


def _telling(live: LiveRegistry, session: Session) -> Telling:
    return Telling(session, Vault(Keyring.read(live.folder / "keys")), _staff(session))


def _staff(session: Session) -> Staff:
    court_id = session.scalars(select(Court.id).where(Court.code == HOME_COURT)).one()
    people = {
        name: load_actor(session, session.scalars(select(Account.id).where(Account.username == name)).one())
        for name in ("clerk", "checker", "president")
    }
    return Staff(court_id, HOME_COURT, people["clerk"], people["checker"], people["president"])
