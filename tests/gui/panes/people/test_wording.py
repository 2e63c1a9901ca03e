"""What the pane of people says of one person."""

from __future__ import annotations

from gui.panes.people import wording
from tests.support.samples import person


def test_person_of_another_network_is_asked_to_enrol_again() -> None:
    assert wording.person_detail(person(usable=0), 0.0) == "enrolled with another network: enrol again"
    assert wording.person_detail(person(usable=3, last_seen=100.0), 400.0) == "3 of 8 crops usable · seen 5 min ago"
    assert wording.person_detail(person(), 0.0) == "8 crops · not seen yet"
