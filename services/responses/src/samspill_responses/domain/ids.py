"""Ids that only answers know."""

from samspill_kit.ids import EntityId


class QuestionId(EntityId):
    """One question of one survey."""

    __slots__ = ()


class PageId(EntityId):
    """One page in one browser; made there, at random."""

    __slots__ = ()
