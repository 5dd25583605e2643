import pytest

from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.subjects import ROLE_TITLES, BoundRole, allowed_roles
from blacklist.vocabulary import SubjectKind

EXPECTED = {
    ("listing", "natural"): {"debtor"},
    ("listing", "organisation"): {"debtor"},
    ("consumption", "natural"): {"debtor"},
    ("consumption", "organisation"): {
        "debtor",
        "legal_representative",
        "principal",
        "directly_responsible",
        "actual_controller",
    },
    ("exit_ban", "natural"): {"debtor", "statutory_agent"},
    ("exit_ban", "organisation"): {"legal_representative", "principal", "directly_responsible"},
}


class TestAllowedRoles:
    """GOOD 16; CONS 3; ENF 24."""

    @pytest.mark.parametrize(("cell", "roles"), list(EXPECTED.items()))
    def test_each_kind_binds_its_own_roles(self, cell, roles):
        assert allowed_roles(OrderKind(cell[0]), SubjectKind(cell[1])) == roles

    def test_every_role_has_a_title(self):
        assert set(ROLE_TITLES) == set(BoundRole)
