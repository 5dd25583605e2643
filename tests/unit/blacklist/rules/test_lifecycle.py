from itertools import product

import pytest

from blacklist.errors import TransitionError
from blacklist.rules.lifecycle import FINAL_STATES, STATE_AFTER, Act, OrderState, mermaid, state_after

# The life cycle of the court's own table, written a second time by state: every other cell is refused.
STANDING = {
    "record_service": None,
    "correct": None,
    "release": None,
    "remove": "removed",
    "withdraw": "withdrawn",
    "expire": "expired",
}
EXPECTED = {
    None: {"draft": "draft"},
    "draft": {
        "amend_draft": "draft",
        "submit": "draft",
        "abandon": "abandoned",
        "check": "checked",
        "return": "returned",
    },
    "returned": {"amend_draft": "draft", "abandon": "abandoned"},
    "checked": {"return": "returned", "issue": "issued"},
    "issued": {**STANDING, "record_service": "issued", "correct": "issued", "release": "issued"}
    | {"take_effect": "effective", "return": "returned"},
    "effective": {
        **STANDING,
        "record_service": "effective",
        "correct": "effective",
        "release": "effective",
        "suspend": "suspended",
        "extend": "effective",
        "permit": "effective",
    },
    "suspended": {
        **STANDING,
        "record_service": "suspended",
        "correct": "suspended",
        "release": "suspended",
        "resume": "effective",
        "extend": "suspended",
    },
    "removed": {},
    "withdrawn": {},
    "expired": {},
    "abandoned": {},
}
CELLS = list(product([None, *OrderState], Act))
ALLOWED = [(before, act) for before, act in CELLS if str(act) in EXPECTED[before]]
REFUSED = [(before, act) for before, act in CELLS if str(act) not in EXPECTED[before]]


class TestStateAfter:
    """LIST 5, 9, 10; CONS 5, 9; ENF 25."""

    @pytest.mark.parametrize(("before", "act"), ALLOWED)
    def test_an_act_of_the_table_leads_to_its_state(self, before, act):
        assert state_after(before, act) == EXPECTED[before][str(act)]

    @pytest.mark.parametrize(("before", "act"), REFUSED)
    def test_every_other_act_is_refused(self, before, act):
        with pytest.raises(TransitionError) as refused:
            state_after(before, act)

        assert refused.value.facts == {"before": str(before or "none"), "act": str(act)}

    def test_nothing_leaves_a_final_state(self):
        assert {before for before, _ in STATE_AFTER} == {None, *OrderState} - FINAL_STATES


class TestMermaid:
    def test_draws_every_step(self):
        drawn = mermaid()

        assert drawn.startswith("stateDiagram-v2\n    [*] --> draft: draft\n")
        assert drawn.count(": ") == len(STATE_AFTER)
        assert drawn.endswith("    abandoned --> [*]\n")
        assert "    expired --> [*]\n" in drawn
