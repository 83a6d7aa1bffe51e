"""What is typed into a filter, as terms that a row's search text meets or not. Pure.

A search text is made of fields, one for each column, with `FIELD_END` between them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

FIELD_END = "\x1f"
"""Between the fields of a search text; nobody types it."""
FAULTY = "is=faulty"
"""The filter for rows that show a warning or an error."""
LABELS = "-l"
"""Before labels, for those who are used to it; a label is found without."""
_TOKEN = re.compile(r'(!?)((?:[\w-]+=)?"[^"]*"?|/(?:\\.|[^/\s])+/(?=\s|$)|\S+)')
HELP = (
    ("web", "rows that contain it, whatever the case; several words must all be there"),
    ("!web", "rows that do not"),
    ('"two words"', "words with blanks between them"),
    ("/^web-[0-9]/", "rows in which a regular expression is found, here at the start of a cell"),
    ("state=error", "rows whose column has it; numbers must be equal: routes=0, !routes=0"),
    ("rack=a", "rows that have a label, where resources have labels"),
    (FAULTY, "rows with a warning or an error; ! switches it on and off"),
)
"""For the help of every list."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a filter."""

    text: str
    """What to look for, without regard to case."""
    is_inverted: bool = False
    field: int | None = None
    """The position of the field to look into; None: all of the text."""
    is_whole: bool = False
    """The field must be equal to the text, not only contain it."""
    expression: re.Pattern[str] | None = None

    def narrow(self, found: Sequence[int], texts: Sequence[str]) -> Sequence[int]:
        """Those of `found` whose texts meet the term; the order stays."""
        wanted, is_wanted = self.text, not self.is_inverted
        if self.field is None and self.expression is None:
            return [i for i in found if (wanted in texts[i]) is is_wanted]
        meets = self._meets
        return [i for i in found if meets(texts[i]) is is_wanted]

    def _meets(self, text: str) -> bool:
        if self.expression is not None:
            return self.expression.search(text) is not None
        cell = text.split(FIELD_END, (self.field or 0) + 1)[self.field or 0]
        return cell.strip() == self.text if self.is_whole else self.text in cell


def parse_filter(pattern: str, field_of: Callable[[str], int | None]) -> tuple[Term, ...]:
    """The terms of a filter; `field_of` gives the position of a column, None if there is none."""
    return tuple(_terms(pattern, field_of))


def _terms(pattern: str, field_of: Callable[[str], int | None]) -> Iterator[Term]:
    for mark, token in _TOKEN.findall(pattern):
        is_inverted = bool(mark)
        expression = _expression(token)
        if expression is not None:
            yield Term("", is_inverted, expression=expression)
            continue
        name, equals, value = token.partition("=")
        field = field_of(name.casefold()) if equals else None
        text = (value if field is not None else token).replace('"', "").casefold()
        if text and text not in ("!", LABELS):
            yield Term(text, is_inverted, field, field is not None and text.isdecimal())


def _expression(token: str) -> re.Pattern[str] | None:
    """A token between slashes; one that is not finished yet, or wrong, is looked for as it is."""
    if len(token) < 3 or not (token.startswith("/") and token.endswith("/")):
        return None
    text = token[1:-1]
    at_start = rf"(?:^|(?<={FIELD_END}))"
    text = re.sub(r"^\^", lambda _: at_start, text)
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error:
        return None


def toggled(pattern: str, term: str) -> str:
    """The filter with a term that it had not, or without one that it had."""
    words = pattern.split()
    if term in words:
        return " ".join(word for word in words if word != term)
    return " ".join([*words, term])
