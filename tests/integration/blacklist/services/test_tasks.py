"""The machine tells a court what a day has brought, once; a person says what came of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blacklist.actors import Role
from blacklist.errors import MissingRoleError
from blacklist.identity.sealing import Vault
from blacklist.models import CourtTask, Order
from blacklist.queries.orders import OrderNotFoundError
from blacklist.queries.tasks import TaskNotFoundError, list_open_tasks
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.renewals import TaskKind
from blacklist.services.tasking import open_task
from blacklist.services.tasks import TaskStandsError, close_task, open_due_tasks
from tests.courts import Courts, actor, make_courts


@pytest.fixture
def courts(session: Session, vault: Vault, at: datetime) -> Courts:
    return make_courts(session, vault=vault, at=at)


def exit_ban_with(courts: Courts, days_left: int) -> Order:
    order, _ = courts.order("issued", kind=OrderKind.EXIT_BAN)
    order.ends_on = courts.at.date() + timedelta(days=days_left)
    courts.session.flush()
    return order


def suspended(courts: Courts, days_left: int) -> Order:
    order, _ = courts.order("effective")
    order.state, order.suspended_reason = "suspended", "death"
    order.suspended_until = courts.at.date() + timedelta(days=days_left)
    courts.session.flush()
    return order


def tasks_of(courts: Courts, order: Order, *, open_only: bool = True) -> list[str]:
    query = select(CourtTask.kind).where(CourtTask.order_id == order.id)
    return list(courts.session.scalars(query.where(CourtTask.closed_at.is_(None)) if open_only else query))


class TestOpenDueTasks:
    @pytest.mark.parametrize(("days_left", "asked"), [(31, False), (30, True), (10, True), (0, True), (-1, False)])
    def test_asks_about_an_exit_ban_thirty_days_before_its_end(
        self, courts: Courts, days_left: int, asked: bool
    ) -> None:
        order = exit_ban_with(courts, days_left)

        assert open_due_tasks(courts.session, at=courts.at) == int(asked)
        assert tasks_of(courts, order) == ["exit-ban-renewal"] * asked

    def test_asks_once_even_after_the_answer_was_no(self, courts: Courts) -> None:
        order = exit_ban_with(courts, 20)
        open_due_tasks(courts.session, at=courts.at)
        close_task(
            courts.session,
            order.public_id,
            TaskKind.RENEWAL,
            note="不续期",
            actor=courts.clerk,
            at=courts.at,
            vault=courts.vault,
        )

        assert open_due_tasks(courts.session, at=courts.at + timedelta(hours=1)) == 0
        assert tasks_of(courts, order) == []

    def test_does_not_ask_about_one_that_a_successor_renews(self, courts: Courts) -> None:
        order = exit_ban_with(courts, 20)
        successor, _ = courts.order("draft", kind=OrderKind.EXIT_BAN)
        successor.predecessor_id = order.id
        courts.session.flush()

        assert open_due_tasks(courts.session, at=courts.at) == 0

    def test_asks_again_where_the_successor_was_given_up(self, courts: Courts) -> None:
        order = exit_ban_with(courts, 20)
        successor, _ = courts.order("abandoned", kind=OrderKind.EXIT_BAN)
        successor.predecessor_id = order.id
        courts.session.flush()

        assert open_due_tasks(courts.session, at=courts.at) == 1

    @pytest.mark.parametrize(("days_left", "told"), [(1, False), (0, False), (-1, True)])
    def test_tells_of_a_suspension_past_its_last_day(self, courts: Courts, days_left: int, told: bool) -> None:
        order = suspended(courts, days_left)

        assert open_due_tasks(courts.session, at=courts.at) == int(told)
        assert tasks_of(courts, order) == ["suspension-over"] * told
        assert order.state == "suspended"

    def test_a_second_run_does_nothing(self, courts: Courts) -> None:
        exit_ban_with(courts, 5)
        suspended(courts, -3)

        assert open_due_tasks(courts.session, at=courts.at) == 2
        assert open_due_tasks(courts.session, at=courts.at) == 0

    def test_leaves_to_the_next_run_what_is_beyond_the_limit(self, courts: Courts) -> None:
        for left in (3, 4, 5):
            exit_ban_with(courts, left)

        done = [open_due_tasks(courts.session, at=courts.at, limit=2) for _ in range(3)]

        assert done == [2, 1, 0]

    def test_closes_a_task_whose_order_works_again(self, courts: Courts) -> None:
        order = suspended(courts, -1)
        open_due_tasks(courts.session, at=courts.at)
        order.state, order.suspended_until = "effective", None
        courts.session.flush()

        assert open_due_tasks(courts.session, at=courts.at) == 1
        task = courts.session.scalars(select(CourtTask).where(CourtTask.order_id == order.id)).one()
        assert (task.closed_at, task.closed_by) == (courts.at, None)

    def test_closes_a_task_whose_order_ended(self, courts: Courts) -> None:
        order, _ = courts.order("removed")
        open_task(courts.session, TaskKind.CASE_EVENT, order, due_on=None, actor=courts.clerk, at=courts.at)

        assert open_due_tasks(courts.session, at=courts.at) == 1
        assert tasks_of(courts, order) == []

    def test_leaves_open_what_only_a_person_settles(self, courts: Courts) -> None:
        order, _ = courts.order("effective")
        open_task(courts.session, TaskKind.ROLE_CHANGE, order, due_on=None, actor=courts.clerk, at=courts.at)

        assert open_due_tasks(courts.session, at=courts.at) == 0
        assert tasks_of(courts, order) == ["role-change"]

    def test_each_is_written_into_the_trail(self, courts: Courts) -> None:
        order = exit_ban_with(courts, 5)
        open_due_tasks(courts.session, at=courts.at)

        assert courts.events(order)[-1] == "task.opened"


class TestCloseTask:
    def test_keeps_person_and_note(self, courts: Courts) -> None:
        order = exit_ban_with(courts, 5)
        open_due_tasks(courts.session, at=courts.at)

        task = self.close(courts, order, TaskKind.RENEWAL)

        assert (task.closed_at, task.closed_by) == (courts.at, courts.clerk.person_id)
        assert task.closing_note is not None
        note = courts.vault.open(task.closing_note, table="court_tasks", row=task.id, column="closing_note")
        assert note == "已经研究"
        assert courts.events(order)[-1] == "task.closed"

    def test_a_suspension_past_its_day_is_not_settled_by_a_note(self, courts: Courts) -> None:
        order = suspended(courts, -1)
        open_due_tasks(courts.session, at=courts.at)

        with pytest.raises(TaskStandsError):
            self.close(courts, order, TaskKind.SUSPENSION_OVER)
        assert tasks_of(courts, order) == ["suspension-over"]

    def test_there_is_none(self, courts: Courts) -> None:
        order, _ = courts.order("effective")

        with pytest.raises(TaskNotFoundError):
            self.close(courts, order, TaskKind.RENEWAL)

    def test_by_whom_it_is_not(self, courts: Courts) -> None:
        order = exit_ban_with(courts, 5)
        open_due_tasks(courts.session, at=courts.at)

        with pytest.raises(OrderNotFoundError):
            self.close(courts, order, TaskKind.RENEWAL, by=actor(1, (courts.other, Role.CLERK)))
        with pytest.raises(MissingRoleError):
            self.close(courts, order, TaskKind.RENEWAL, by=courts.stranger(Role.SUPERVISOR))

    def close(self, courts: Courts, order: Order, kind: TaskKind, *, by: object = None) -> CourtTask:
        return close_task(
            courts.session,
            order.public_id,
            kind,
            note="已经研究",
            actor=by or courts.clerk,  # type: ignore[arg-type]
            at=courts.at,
            vault=courts.vault,
        )


class TestListOpenTasks:
    def test_the_nearest_day_comes_first_and_no_day_last(self, courts: Courts) -> None:
        far, near = exit_ban_with(courts, 25), exit_ban_with(courts, 3)
        open_due_tasks(courts.session, at=courts.at)
        order, _ = courts.order("effective")
        open_task(courts.session, TaskKind.ROLE_CHANGE, order, due_on=None, actor=courts.clerk, at=courts.at)

        found = list_open_tasks(courts.session, court_ids={courts.home}, most=10)

        assert [one.id for _, one in found] == [near.id, far.id, order.id]
        assert list_open_tasks(courts.session, court_ids={courts.other}, most=10) == []

    def test_one_task_of_a_kind_is_open_at_a_time(self, courts: Courts) -> None:
        order, _ = courts.order("effective")
        for _ in range(2):
            open_task(courts.session, TaskKind.ROLE_CHANGE, order, due_on=None, actor=courts.clerk, at=courts.at)

        assert courts.session.scalar(select(func.count()).select_from(CourtTask)) == 1
