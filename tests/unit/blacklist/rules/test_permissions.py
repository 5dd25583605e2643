import pytest

from blacklist.actors import MACHINE, Actor, ActorKind, Role
from blacklist.errors import MissingRoleError, SamePersonError, WrongCourtError
from blacklist.rules.permissions import require_other_person, require_role

CLERK = Actor(kind=ActorKind.PERSON, person_id=7, roles=frozenset({(1, Role.CLERK), (2, Role.CHECKER)}))


class TestRequireRole:
    """LIST 5, 13; CONS 5."""

    def test_lets_the_role_at_its_court_pass(self):
        require_role(CLERK, Role.CLERK, 1)

    def test_refuses_the_role_at_another_court(self):
        with pytest.raises(WrongCourtError) as refused:
            require_role(CLERK, Role.CHECKER, 1)

        assert refused.value.facts == {"role": "checker"}

    def test_refuses_who_has_the_role_nowhere(self):
        with pytest.raises(MissingRoleError) as refused:
            require_role(CLERK, Role.PRESIDENT, 1)

        assert refused.value.facts == {"role": "president"}


class TestRequireOtherPerson:
    """LIST 5, 13."""

    def test_lets_another_person_pass(self):
        require_other_person(CLERK, 8, None)

    @pytest.mark.parametrize("actor", [CLERK, MACHINE], ids=["same person", "no person"])
    def test_refuses_the_same_and_the_machine(self, actor):
        with pytest.raises(SamePersonError):
            require_other_person(actor, None, 7)
