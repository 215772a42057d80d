"""A statement of pay as a page or a PDF of its own, to print and to keep: made from the statement's bytes.

A closed statement renders to the same file for ever as long as nothing stands beside it. Names, and the disputes that
lines follow from, come from outside of its bytes and may change: they stand beside the ids, never in place of them, and
a file that has them says so. What is hashed, and what another copy is held against, is the statement's own bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import typst
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from trueup.answers.pay_corrections import Corrected
from trueup.answers.pay_told import told
from trueup.answers.pay_words import Shown, customers_of, shown

if TYPE_CHECKING:
    from typst import PDFStandard

_STANDARDS: "list[PDFStandard]" = ["1.7", "ua-1"]
"""Readable aloud; and a letter that the fonts have not is refused instead of printed as a box."""
_NO_LETTER = "could not be displayed"
_ONE_WORD = b"#set document(title: sys.inputs.word, date: none)\n#sys.inputs.word"


class UnprintableStatementError(ValueError):
    """A statement whose own words have letters that the PDF's fonts have not."""


@dataclass(frozen=True)
class Beside:
    """What is told beside a statement: names by id, as of when the file is made, and what follows from disputes."""

    people: Mapping[str, str] = field(default_factory=dict)
    customers: Mapping[str, str] = field(default_factory=dict)
    corrected: Corrected = field(default_factory=Corrected)


NOTHING = Beside()


def page(body: bytes, *, is_final: bool, beside: Beside = NOTHING) -> str:
    """The statement as HTML with its styles inside; ``is_final``: its period is closed, and it stays as it is."""
    environment = Environment(
        loader=PackageLoader("trueup.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    of = _shown(body, beside)
    return environment.get_template("statement.html").render(
        of=of, name=_name(of, beside), has_names=_has_names(body, beside), is_final=is_final, style=_style()
    )


def pdf(body: bytes, *, is_final: bool, beside: Beside = NOTHING) -> bytes:
    """The statement as a PDF of A4 pages: of the same statement, and the same ``beside``, the same bytes.

    It carries its fonts, names no day on which it was made, and is tagged for reading aloud. Its fonts print Latin,
    Greek, Cyrillic and Hebrew; a name in other letters is left out, and its id says whose it is. Where the statement's
    own words have such letters, UnprintableStatementError.
    """
    try:
        return _typeset(body, is_final=is_final, beside=beside)
    except typst.TypstError as error:
        if _NO_LETTER not in str(error):
            raise
    printed = replace(
        beside,
        people={key: name for key, name in beside.people.items() if _prints(name)},
        customers={key: name for key, name in beside.customers.items() if _prints(name)},
    )
    left_out = sorted(({*beside.people} - {*printed.people}) | ({*beside.customers} - {*printed.customers}))
    try:
        return _typeset(body, is_final=is_final, beside=printed, left_out=tuple(left_out))
    except typst.TypstError as error:
        if _NO_LETTER not in str(error):
            raise
        raise UnprintableStatementError(
            f"the PDF of this statement cannot be made ({error.message}): keep it as HTML, which your browser prints"
            " with its own fonts"
        ) from error


def _typeset(body: bytes, *, is_final: bool, beside: Beside, left_out: tuple[str, ...] = ()) -> bytes:
    of = _shown(body, beside)
    name = _name(of, beside)
    said = asdict(of) | {
        "title": f"Statement of pay: {name}, {of.period}",
        "name": name,
        "is_final": is_final,
        "has_names": _has_names(body, beside),
        "left_out": left_out,
    }
    made = typst.compile(
        _template(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"statement": json.dumps(said)},
        pdf_standards=_STANDARDS,
    )
    if not isinstance(made, bytes):
        raise TypeError("typst made no PDF")
    return made


def _prints(name: str) -> bool:
    try:
        typst.compile(
            _ONE_WORD, format="pdf", ignore_system_fonts=True, sys_inputs={"word": name}, pdf_standards=_STANDARDS
        )
    except typst.TypstError as error:
        if _NO_LETTER not in str(error):
            raise
        return False
    return True


def _shown(body: bytes, beside: Beside) -> Shown:
    return shown(told(body), beside.customers, corrected=beside.corrected)


def _name(of: Shown, beside: Beside) -> str:
    return beside.people.get(of.payee, of.payee)


def _has_names(body: bytes, beside: Beside) -> bool:
    said = told(body)
    return said.payee in beside.people or bool(customers_of(said) & beside.customers.keys())


@cache
def _template() -> bytes:
    return files("trueup.reports").joinpath("templates/statement.typ").read_bytes()


@cache
def _style() -> Markup:
    folder = files("trueup.reports").joinpath("static/trueup")
    told = "".join(folder.joinpath(name).read_text("utf-8") for name in ("house.css", "statement.css"))
    return Markup(told)  # noqa: S704  ours
