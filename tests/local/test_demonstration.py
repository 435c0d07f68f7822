"""The demonstration: a page read as a browser reads it, a class that answers plausibly."""

import pytest

from deploy.local.demonstration.browsing import Page, read_page
from deploy.local.demonstration.classroom import Classroom
from deploy.local.demonstration.people import Municipality
from deploy.local.demonstration.pupils import Pupil

CLASS = Municipality.read().schools[0].classes[2]

STAFF_PAGE = """
<a href="/tilgang/1">Endre<span> Per Solberg</span></a> <a href="/tilgang/2">Endre Maja</a>
<form action="/undersokelser/ny" method="post">
<input type="hidden" name="request_key" value="k"><input name="title" type="text" value="Uke 47">
<input id="g1" type="checkbox" name="group_ids" value="11"><label for="g1">5A (24)</label>
<input id="g2" type="checkbox" name="group_ids" value="12" checked><label for="g2">7A (26)</label>
<select name="most"><option value="3">3</option><option value="5" selected>5</option></select>
<button name="later" value="ja">Senere</button></form>
<table><tr><th>Nora</th><td>Ikke begynt</td><td><form action="/nokler/a/ny"></form></td></tr>
<tr><th>Emil</th><td>Levert</td><td><form action="/nokler/b/ny"></form></td></tr></table>
"""

PUPIL_PAGE = """
<form action="/elev/lever"><input type="hidden" name="page" value="p">
<fieldset data-question="a" data-kind="scale_faces">
<label><input type="radio" name="q.a" value="good"><span>Bra</span></label>
<label><input type="radio" name="q.a" value="bad"><span>Dårlig</span></label></fieldset>
<fieldset data-question="b" data-kind="nomination">
<label><input type="checkbox" name="q.b.nobody" value="ja"><span>Ingen</span></label>{names}
</fieldset></form>
"""


def page(html: str) -> Page:
    return read_page("http://localhost/here", html)


class TestBrowsing:
    """Forms and links as a browser without scripts sees them."""

    read = page(STAFF_PAGE)

    def test_an_untouched_form_sends_what_stands_in_it(self) -> None:
        assert self.read.form("/ny").as_it_stands() == [
            ("request_key", "k"),
            ("title", "Uke 47"),
            ("group_ids", "12"),
            ("most", "5"),
        ]

    def test_filled_fields_replace_what_stood_there(self) -> None:
        filled = self.read.form("/ny").filled(title="Ny", group_ids=["11", "12"])

        assert ("title", "Ny") in filled
        assert [value for name, value in filled if name == "group_ids"] == ["11", "12"]

    def test_options_are_found_by_their_label(self) -> None:
        labels = [option.label for option in self.read.form("/ny").options("group_ids")]

        assert labels == ["5A (24)", "7A (26)"]

    def test_a_link_is_found_by_its_text(self) -> None:
        assert self.read.link("/tilgang/", "Per Solberg") == "/tilgang/1"
        assert self.read.link("/tilgang/", "Ola Nordmann") is None

    def test_a_form_knows_the_row_it_stands_in(self) -> None:
        rows = {form.action: form.row for form in self.read.forms if "nokler" in form.action}

        assert "Ikke begynt" in rows["/nokler/a/ny"]
        assert "Ikke begynt" not in rows["/nokler/b/ny"]

    def test_a_missing_form_is_an_error(self) -> None:
        with pytest.raises(LookupError):
            self.read.form("/slett")


class TestClassroom:
    """Invented answers: repeatable, inside the rules, and not all alike."""

    classroom = Classroom.draw(CLASS, "a seed")

    def test_the_same_seed_gives_the_same_class(self) -> None:
        again = Classroom.draw(CLASS, "a seed")

        assert self.nominations(again) == self.nominations(self.classroom)
        assert self.nominations(Classroom.draw(CLASS, "another")) != self.nominations(again)

    def test_nobody_names_themselves_or_more_than_allowed(self) -> None:
        for pupil, named in self.nominations(self.classroom).items():
            assert pupil not in named
            assert len(named) == len(set(named)) <= 3
            assert set(named) <= set(CLASS.pupils)

    def test_some_choices_are_returned_and_some_are_not(self) -> None:
        named = self.nominations(self.classroom)
        choices = {(pupil, other) for pupil, others in named.items() for other in others}
        returned = sum((other, pupil) in choices for pupil, other in choices)

        assert 0 < returned < len(choices)

    def test_scales_stay_on_the_scale_and_are_used(self) -> None:
        steps = {self.classroom.step(pupil, "q", steps=4) for pupil in CLASS.pupils}

        assert steps <= {0, 1, 2, 3}
        assert len(steps) > 1

    def test_some_are_silent_and_most_are_not(self) -> None:
        drawn = [Classroom.draw(CLASS, str(seed)) for seed in range(10)]
        willing = [room.answers_at_all(pupil) for room in drawn for pupil in CLASS.pupils]

        assert 0 < willing.count(False) < willing.count(True)

    def nominations(self, classroom: Classroom) -> dict[str, list[str]]:
        return {pupil: classroom.nominations(pupil, "q", at_most=3) for pupil in CLASS.pupils}


def test_a_pupil_answers_with_the_options_of_the_page() -> None:
    me, *others = CLASS.pupils
    names = "".join(
        f'<label><input type="checkbox" name="q.b" value="id-{other}"><span>{other}</span></label>'
        for other in others
    )
    questions = page(PUPIL_PAGE.replace("{names}", names))
    pupil = Pupil(me, "CODE", Classroom.draw(CLASS, "a seed"), ())

    answers = pupil.answers(questions, questions.form("/elev/lever"))

    sent = dict(answers)
    assert sent["q.a"] in ("good", "bad")
    assert {value for name, value in answers if name == "q.b"} <= {f"id-{name}" for name in others}
