"""The people of `tests.courts` with accounts and browsers, on an application whose clock the test sets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.database import writing_session
from blacklist.actors import Actor, ActorKind, Role
from blacklist.services import staffing
from blacklist.services.calendars import load_shipped_years
from tests.apps import SetClock, make_app
from tests.courts import Courts, actor, make_courts

PASSWORD = "Correct-Horse-42"
COMMAND = Actor(kind=ActorKind.COMMAND)


@dataclass
class Office:
    """An application with the courts' people signed in by name: clerk, checker, president, second, supervisor."""

    app: Flask
    clock: SetClock
    courts: Courts
    people: dict[str, Actor]
    accounts: set[str] = field(default_factory=set)

    def account(self, username: str) -> None:
        """Give somebody an account with the roles they hold, once."""
        person = self.people[username]
        if username in self.accounts or person.person_id is None:
            return
        self.accounts.add(username)
        with self.app.app_context(), writing_session() as session:
            staffing.create_account(
                session,
                person_id=person.person_id,
                username=username,
                password=PASSWORD,
                actor=COMMAND,
                at=self.clock.at,
            )
            for court_id, role in sorted(person.roles):
                staffing.grant_role(
                    session,
                    person_id=person.person_id,
                    court_id=court_id,
                    role=role,
                    actor=COMMAND,
                    at=self.clock.at,
                )

    @contextmanager
    def acting(self) -> Iterator[Courts]:
        """Open the courts in a session of their own, at the hour of the clock; what is done is kept."""
        with self.app.app_context(), writing_session() as session:
            yield replace(self.courts, session=session, at=self.clock.at)

    def browser(self, username: str) -> FlaskClient:
        """Return a browser, signed in as somebody, whose account is made at the first time."""
        self.account(username)
        client = self.app.test_client()
        answer = post(client, "/login", username=username, password=PASSWORD)
        assert (answer.status_code, answer.location) == (303, "/desk"), answer.text
        return client


def make_office(url: str, key_file: Path, *, at: datetime, calendar: bool = True) -> Office:
    """Open an office on a migrated database, by default with the years a release ships."""
    clock = SetClock(at)
    app = make_app(url, key_file, clock=clock)
    with app.app_context(), writing_session() as session:
        if calendar:
            load_shipped_years(session, actor=COMMAND, at=at)
        courts = make_courts(session, vault=app.extensions["vault"], at=at)
        watcher = staffing.create_person(session, name="测试监督", at=at)
        stranger = staffing.create_person(session, name="外院人员", at=at)
        people = {
            "clerk": courts.clerk,
            "checker": courts.checker,
            "president": courts.president,
            "second": courts.second,
            "supervisor": actor(watcher.id, (courts.home, Role.SUPERVISOR)),
            "stranger": actor(stranger.id, *((courts.other, role) for role in Role)),
        }
    return Office(app, clock, courts, people)


def hidden(page: TestResponse, name: str) -> str:
    """Return the value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, f"{name} is not in the page ({page.status_code})"
    return found[1]


def post(client: FlaskClient, path: str, *, page: str | None = None, **form: Any) -> TestResponse:
    """Send the form of a page: its token, version and digest come from the page."""
    shown = client.get(page or path)
    assert shown.status_code == 200, (shown.status_code, shown.text[:2000])
    for name in ("csrf_token", "version", "digest"):
        if f'name="{name}"' in shown.text:
            form.setdefault(name, hidden(shown, name))
    return client.post(path, data=form)
