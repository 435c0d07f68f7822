"""The check digit of organisation numbers, by an established library."""

from stdnum.no import orgnr


class StdnumOrganisationNumbers:
    """Numbers of the Norwegian register of entities."""

    def is_valid(self, number: str) -> bool:
        return bool(orgnr.is_valid(number))
