"""A class with made-up people and answers, the same for the same seed, for every suite."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from samspill_reports.domain.material import (
    GivenAnswer,
    Group,
    Level,
    Material,
    Option,
    Participant,
    Question,
)
from samspill_reports.domain.naming import labels

SURVEY = str(UUID(int=1))
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

RECESS = Question(
    str(UUID(int=11)),
    "Hvordan har du det i friminuttene?",
    "scale_faces",
    "wellbeing",
    "positive",
    tuple(Option(key, key.capitalize()) for key in ("veldig bra", "bra", "sånn passe", "dårlig")),
)
TEASED = Question(
    str(UUID(int=12)),
    "Hvor ofte blir du ertet?",
    "scale_frequency",
    "safety",
    "negative",
    tuple(Option(key, key.capitalize()) for key in ("aldri", "sjelden", "ofte", "hver dag")),
)
WORDS = Question(str(UUID(int=13)), "Hva vil du si?", "free_text", "voice", "neutral")
TOGETHER = Question(
    str(UUID(int=14)), "Hvem er du med i friminuttene?", "nomination", "friends", "positive"
)
WORK = Question(
    str(UUID(int=15)),
    "Hvem jobber du godt sammen med?",
    "nomination",
    "school",
    "positive",
    max_nominees=3,
)
QUESTIONS = (RECESS, TEASED, WORDS, TOGETHER, WORK)

NAMES = (
    "Åse Berg",
    "Ola Hansen",
    "Ola Nilsen",
    "<b>Kari</b> Moe",
    "Jens O'Hara",
    "Anne-Lise Dahl",
    "Mohammed Al-Amin",
    "Emma & Sons",
)


def pupil_id(number: int) -> str:
    return str(UUID(int=1000 + number))


def participants(size: int) -> list[Participant]:
    """The first ones have names that need care; numbers are drawn by lot, so not in order."""
    numbers = list(range(1, size + 1))
    random.Random(size).shuffle(numbers)
    return [
        Participant(
            pupil_id(at),
            numbers[at],
            ("girl", "boy", "unknown")[at % 3 if at % 7 == 0 else at % 2],
            NAMES[at] if at < len(NAMES) else f"Elev{chr(65 + at % 26)}{at} Etternavn",
        )
        for at in range(size)
    ]


def answers(size: int, *, silent: int = 0, seed: int = 7) -> list[GivenAnswer]:
    """Friends sit near each other in the list; the last `silent` ones said nothing."""
    chance = random.Random(seed)
    given: list[GivenAnswer] = []
    for at in range(size - silent):
        who = pupil_id(at)
        near = [i for i in range(size) if i != at and i // 7 == at // 7]
        far = [i for i in range(size) if i != at and i // 7 != at // 7]
        for question in (TOGETHER, WORK):
            chosen = chance.sample(near, min(2, len(near)))
            chosen += chance.sample(far, min(1, len(far)))
            nominees = [pupil_id(i) for i in chosen]
            given.append(GivenAnswer(who, question.question_id, nominees=nominees))
        for question, best in ((RECESS, 0), (TEASED, 2)):
            key = question.options[min(3, best + chance.randrange(2))].key
            given.append(GivenAnswer(who, question.question_id, options=(key,)))
        if at == 0:
            given.append(GivenAnswer(who, WORDS.question_id, text="Ola og Olas bror er greie."))
        else:
            given.append(GivenAnswer(who, WORDS.question_id, is_skipped=True))
    return given


def a_class(
    size: int = 29,
    *,
    silent: int = 0,
    seed: int = 7,
    anonymised: bool = False,
    level: Level = Level.FREE_TEXT,
) -> Material:
    everyone = participants(size)
    return Material(
        survey_id=SURVEY,
        title="Trivsel",
        groups=(Group(str(UUID(int=2)), "6A"),),
        mode="preventive",
        delete_on="2027-06-30",
        closed_at=NOW,
        questions=QUESTIONS,
        participants=everyone,
        states={
            each.participant_id: "submitted" if at < size - silent else "not_started"
            for at, each in enumerate(everyone)
        },
        answers=answers(size, silent=silent, seed=seed),
        level=level,
        anonymised=anonymised,
        labels=labels(everyone, pupil_word="elev {number}", anonymised=anonymised),
    )


def shuffled(material: Material, seed: int) -> Material:
    """The same class, told in another order."""
    chance = random.Random(seed)
    people, given = list(material.participants), list(material.answers)
    chance.shuffle(people)
    chance.shuffle(given)
    turned = [
        replace(each, nominees=chance.sample(list(each.nominees), len(each.nominees)))
        for each in given
    ]
    return replace(material, participants=people, answers=turned)
