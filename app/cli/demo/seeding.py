"""`registry seed --demo`: the sandbox, demo logins and keys, and as many synthetic orders as asked for."""

from __future__ import annotations

import secrets
from datetime import datetime, time, timedelta
from typing import cast

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from app import clock
from app.cli.demo import cast as people
from app.cli.demo.papers import tell_paper
from app.cli.demo.permits import tell_permit
from app.cli.demo.states import tell_states
from app.cli.demo.story import Staff, Telling, staff_actor
from app.database import writing_session
from blacklist.actors import Actor, ActorKind
from blacklist.events import AuditEvent
from blacklist.identity.sealing import Vault
from blacklist.models import RegistryFact
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.papers import PaperKind
from blacklist.rules.removals import RemovalReason
from blacklist.rules.subjects import BoundRole
from blacklist.rules.terms import FIXED_TERM_MONTHS, add_months
from blacklist.services import agencies, auditing, staffing
from blacklist.services.calendars import load_shipped_years
from blacklist.services.drafting import BoundParty
from blacklist.services.expiring import expire_due_orders
from config import Config

COMMAND = Actor(kind=ActorKind.COMMAND, display_name="命令行")
SEEDED = "demo_seeded_at"
CURL_NUMBER = "11010519491231002X"


@click.command("seed")
@click.option("--demo", is_flag=True, required=True, help="Yes, fill this database with invented people.")
@click.option(
    "--orders", default=0, show_default=True, type=click.IntRange(0, 20_000_000), help="Synthetic orders more."
)
@with_appcontext
def seed_command(demo: bool, orders: int) -> None:
    """Seed the sandbox subjects, courts, staff and agencies once; print logins and keys once."""
    del demo  # the flag is the confirmation
    config = cast(Config, current_app.extensions["config"])
    if not config.demo:
        raise click.UsageError("demo data needs REGISTRY_DEMO=1 (and a demo database)")
    vault = cast(Vault, current_app.extensions["vault"])
    at = clock.now()
    with writing_session() as session:
        done = session.get(RegistryFact, SEEDED) is not None
        printed = [] if done else _seed(session, vault=vault, at=at, base_url=config.base_url)
    if done:
        click.echo("demo data: already there and kept; logins and keys were printed at the first seeding")
    for line in printed:
        click.echo(line)
    if orders:
        from app.cli.demo.loading import load_synthetic_orders

        load_synthetic_orders(orders, vault=vault, at=at)


def _seed(session: Session, *, vault: Vault, at: datetime, base_url: str) -> list[str]:
    lines = ["", "演示账号（密码只显示这一次） Demo logins, passwords shown only now:"]
    load_shipped_years(session, actor=COMMAND, at=at)
    courts = _seed_courts(session)
    actors: dict[str, Actor] = {}
    for user in people.USERS:
        password = secrets.token_urlsafe(9) + "Aa1"
        actors[user.username] = _seed_user(session, user, courts[user.court], password=password, at=at)
        roles = "、".join(one.value for one in user.roles)
        lines.append(f"  {user.username:<16}{password}   {user.name}（{roles}，{user.court}）")
    lines.append("演示单位密钥（只显示这一次） Demo agency keys, shown only now:")
    keys = {}
    for agency in people.AGENCIES:
        keys[agency.title] = _seed_agency(session, agency, vault=vault, at=at)
        lines.append(f"{agency.title}: {keys[agency.title]}")
    home = courts[people.HOME_COURT]
    staff = Staff(home, people.HOME_COURT, actors["clerk"], actors["checker"], actors["president"])
    telling = Telling(session, vault, staff)
    _tell_sandbox(telling, at=at)
    tell_states(telling, at=at)
    expire_due_orders(session, at=at, vault=vault)
    session.add(RegistryFact(name=SEEDED, value=at.isoformat()))
    auditing.record(session, AuditEvent.REGISTRY_SEEDED, None, actor=COMMAND, at=at)
    lines += ["试一试 Try this (answers restricted):", curl_line(base_url, keys["示例航旅"]), ""]
    return lines


def curl_line(base_url: str, key: str) -> str:
    """Return the line that asks whether 测试甲 may fly."""
    body = '{"purpose":"air_travel","document":{"type":"resident_id","number":"' + CURL_NUMBER + '"},"name":"测试甲"}'
    return (
        f"curl -s {base_url}/api/v1/checks -H 'Authorization: Bearer {key}' "
        f"-H 'Content-Type: application/json' -d '{body}'"
    )


def _seed_courts(session: Session) -> dict[str, int]:
    ids: dict[str, int] = {}
    for court in people.COURTS:
        row = staffing.create_court(
            session,
            code=court.code,
            name=court.name,
            region=court.region,
            parent_id=ids[court.parent] if court.parent else None,
        )
        ids[court.code] = row.id
    return ids


def _seed_user(session: Session, user: people.DemoUser, court_id: int, *, password: str, at: datetime) -> Actor:
    person = staffing.create_person(session, name=user.name, at=at)
    staffing.create_account(
        session, person_id=person.id, username=user.username, password=password, actor=COMMAND, at=at
    )
    for role in user.roles:
        staffing.grant_role(session, person_id=person.id, court_id=court_id, role=role, actor=COMMAND, at=at)
    return staff_actor(person.id, user.name, court_id, user.roles)


def _seed_agency(session: Session, agency: people.DemoAgency, *, vault: Vault, at: datetime) -> str:
    agencies.create_agency(
        session, name=agency.name, title=agency.title, purposes=agency.purposes, actor=COMMAND, at=at
    )
    return agencies.issue_key(
        session, agency.name, terms=agencies.KeyTerms(environment="test"), actor=COMMAND, at=at, vault=vault
    )


def _tell_sandbox(telling: Telling, *, at: datetime) -> None:
    """Make what stands against each fixed subject (`api.md` §8), relative to `at`."""
    morning = datetime.combine(at.date(), time(9, 0), at.tzinfo)
    for subject in (*people.WITHOUT_ORDERS, people.JIA, people.GENG):
        telling.register(subject, at=morning - timedelta(days=300))
    earlier = morning - timedelta(days=200)
    yesterday, before = morning - timedelta(days=1), morning - timedelta(days=2)

    order = telling.make(people.JIA, OrderKind.CONSUMPTION, serial=1234, at=earlier)
    tell_paper(telling, order, PaperKind.CONSUMPTION_ORDER, at=earlier + timedelta(hours=1))
    order = telling.make(people.JIA, OrderKind.LISTING, serial=1234, at=earlier, grounds=(Ground.G1,))
    tell_paper(telling, order, PaperKind.LISTING_DECISION, at=earlier + timedelta(hours=1))

    telling.suspend(telling.make(people.DING, OrderKind.CONSUMPTION, serial=1243, at=earlier), at=yesterday)
    tell_permit(telling, telling.make(people.BING, OrderKind.CONSUMPTION, serial=1242, at=earlier), at=at)

    consumption = telling.make(people.WU, OrderKind.CONSUMPTION, serial=1235, at=earlier)
    listing = telling.make(people.WU, OrderKind.LISTING, serial=1235, at=earlier, grounds=(Ground.G1,))
    telling.remove(listing, RemovalReason.R1, basis="名单规定第十条第一款第（一）项", at=yesterday)
    telling.remove(consumption, RemovalReason.PERFORMED, basis="限制高消费规定第九条", at=yesterday)
    tell_paper(telling, listing, PaperKind.CERTIFICATE, at=yesterday + timedelta(hours=2))

    # The listing's two years end first: its consumption order is not lifted while it stands.
    ended_on = before.date() - timedelta(days=1)
    two_years = datetime.combine(add_months(ended_on, -FIXED_TERM_MONTHS), time(9, 0), at.tzinfo)
    order = telling.make(people.JI, OrderKind.CONSUMPTION, serial=1236, at=two_years)
    telling.make(people.JI, OrderKind.LISTING, serial=1236, at=two_years, grounds=(Ground.G4,))
    telling.remove(order, RemovalReason.CONSENT, basis="限制高消费规定第九条", at=before)

    telling.make(people.GENG, OrderKind.EXIT_BAN, serial=1237, at=morning - timedelta(days=10), exit_ban_months=3)
    telling.make(people.XIN, OrderKind.CONSUMPTION, serial=1238, at=earlier)

    legal_representative = BoundParty(telling.party(people.REN, today=at.date()), BoundRole.LEGAL_REPRESENTATIVE)
    telling.make(people.UNIT_ONE, OrderKind.CONSUMPTION, serial=1239, at=earlier, bound=(legal_representative,))
    telling.make(people.UNIT_ONE, OrderKind.LISTING, serial=1239, at=earlier, grounds=(Ground.G1,))

    month = datetime.combine(add_months(at.date(), -1), time(9, 0), at.tzinfo)
    telling.make(people.GUI, OrderKind.CONSUMPTION, serial=1240, at=month)
    telling.make(people.GUI, OrderKind.LISTING, serial=1240, at=month, grounds=(Ground.G3,))
    telling.make(people.ZI, OrderKind.LISTING, serial=1241, at=month, grounds=(Ground.G6,), grace_months=3)
