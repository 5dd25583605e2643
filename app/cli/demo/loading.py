"""Loading synthetic orders into the demo database, decided by the importer's two demo persons."""

from __future__ import annotations

from datetime import datetime

import click
from sqlalchemy import func, select

from app.cli.demo.synthetic import load_synthetic
from app.cli.importing import UPPER_COURT, demo_persons
from app.database import commit_part, writing_session
from blacklist.identity.sealing import Vault
from blacklist.importing.writing import Deciders
from blacklist.models import Court, Order

_EVERY = 50_000


def load_synthetic_orders(orders: int, *, vault: Vault, at: datetime) -> int:
    """Bring the number of imported orders up to `orders` and print progress; return how many are new."""
    (proposer, decider), rule = demo_persons("")
    persons = Deciders(proposer.person_id or 0, decider.person_id or 0)

    def progress(done: int, total: int) -> None:
        if done % _EVERY == 0 or done >= total:
            click.echo(f"synthetic orders: {done} of {total}", err=True)

    with writing_session() as session:
        there = session.scalar(select(func.count()).select_from(Order).where(Order.source == "import")) or 0
        if there >= orders:
            return 0
        parent_id = rule.parent_id or session.scalar(select(Court.id).where(Court.code == UPPER_COURT[0]))
        return load_synthetic(
            session,
            orders=orders - there,
            seed=1 + there % 19,  # dates follow the day, so a later call needs people and cases of its own
            vault=vault,
            persons=persons,
            at=at,
            commit=commit_part,
            progress=progress,
            parent_id=parent_id,
        )
