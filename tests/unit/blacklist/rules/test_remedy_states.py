from itertools import product

import pytest

from blacklist.errors import TransitionError
from blacklist.rules.remedy_states import (
    ObjectionState,
    ReconsiderationState,
    RemedyAct,
    objection_state_after,
    reconsideration_state_after,
)

# The court's own table of an objection's life, written a second time: every other cell is refused.
OBJECTION = {
    None: {"receive": "received"},
    "received": {"accept": "accepted", "note": "received", "withdraw": "withdrawn"},
    "accepted": {
        "note": "accepted",
        "propose": "accepted",
        "send_back": "accepted",
        "uphold": "upheld",
        "reject": "rejected",
        "withdraw": "withdrawn",
    },
    "upheld": {"serve": "upheld"},
    "rejected": {"serve": "rejected"},
    "withdrawn": {},
}
RECONSIDERATION = {
    None: {"receive": "received"},
    "received": {
        "note": "received",
        "propose": "received",
        "send_back": "received",
        "uphold": "changed",
        "reject": "maintained",
        "withdraw": "withdrawn",
    },
    "changed": {"serve": "changed"},
    "maintained": {"serve": "maintained"},
    "withdrawn": {},
}


def cells(states, table, *, allowed):
    return [(before, act) for before, act in product([None, *states], RemedyAct) if (act in table[before]) is allowed]


class TestObjectionStateAfter:
    @pytest.mark.parametrize(("before", "act"), cells(ObjectionState, OBJECTION, allowed=True))
    def test_an_act_of_the_table_leads_to_its_state(self, before, act):
        assert objection_state_after(before, act) == OBJECTION[before][act]

    @pytest.mark.parametrize(("before", "act"), cells(ObjectionState, OBJECTION, allowed=False))
    def test_every_other_act_is_refused(self, before, act):
        with pytest.raises(TransitionError) as refused:
            objection_state_after(before, act)

        assert refused.value.facts == {"before": str(before or "none"), "act": str(act)}


class TestReconsiderationStateAfter:
    @pytest.mark.parametrize(("before", "act"), cells(ReconsiderationState, RECONSIDERATION, allowed=True))
    def test_an_act_of_the_table_leads_to_its_state(self, before, act):
        assert reconsideration_state_after(before, act) == RECONSIDERATION[before][act]

    @pytest.mark.parametrize(("before", "act"), cells(ReconsiderationState, RECONSIDERATION, allowed=False))
    def test_every_other_act_is_refused(self, before, act):
        with pytest.raises(TransitionError) as refused:
            reconsideration_state_after(before, act)

        assert refused.value.facts == {"before": str(before or "none"), "act": str(act)}
