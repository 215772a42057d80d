"""The stakeholder map as a drawing: our people left, theirs right by their role, lines between who is in touch."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from trueup.answers.stakeholder_map import Line, Ours, StakeholderMap, Theirs

ROW, HEADING, TOP = 40, 28, 26
_THINNEST, _THICKEST = 1.2, 6.0


@dataclass(frozen=True)
class Sheet:
    """What is drawn on: its width, where either side's dots stand, how many letters names and lines below may have."""

    name: str
    width: int
    left: int
    right: int
    letters_left: int
    letters_right: int
    letters_below: int


WIDE = Sheet("wide", 760, left=210, right=520, letters_left=26, letters_right=30, letters_below=34)
NARROW = Sheet("narrow", 350, left=124, right=216, letters_left=14, letters_right=16, letters_below=19)
"""For phones: drawn anew, because a wide drawing made small cannot be read."""


def drawn(relations: StakeholderMap, sheet: Sheet = WIDE) -> Markup:
    """The map on a sheet; its words are for the eye, and whoever shows it has the same in a table beside it."""
    theirs, headings, bottom = _right(relations)
    height = max(bottom, TOP + ROW * len(relations.ours) + 8)
    ours = _left(relations, height)
    lines = Markup("").join(_line(line, ours, theirs, sheet) for line in reversed(relations.lines))
    parts = [
        Markup('<svg class="map {}" viewBox="0 0 {} {}" aria-hidden="true">').format(sheet.name, sheet.width, height),
        Markup('<text class="side" x="{}" y="14" text-anchor="end">Ours</text>').format(sheet.left),
        Markup('<text class="side" x="{}" y="14">Theirs</text>').format(sheet.right),
        lines,
        *(_our_dot(each, ours[each.person_id], relations, sheet) for each in relations.ours),
        *(Markup('<text class="role" x="{}" y="{}">{}</text>').format(sheet.right, y, role) for role, y in headings),
        *(_their_dot(each, theirs[each.key], relations, sheet) for each in relations.theirs),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


def _right(relations: StakeholderMap) -> tuple[Mapping[str, float], list[tuple[str, float]], float]:
    """Where each of theirs stands, where each role's heading does, and where it all ends."""
    places: dict[str, float] = {}
    headings: list[tuple[str, float]] = []
    y: float = TOP
    for role, people in relations.by_role:
        headings.append((role_told(role), y + 14))
        y += HEADING
        for each in people:
            places[each.key] = y + ROW / 2 - 6
            y += ROW
    return places, headings, y + 4


def role_told(role: str) -> str:
    """A role in decisions as people read it."""
    return "Role not known" if role == "unknown" else role.replace("_", " ").capitalize()


def _left(relations: StakeholderMap, height: float) -> Mapping[str, float]:
    spare = max(0.0, height - TOP - ROW * len(relations.ours)) / 2
    return {each.person_id: TOP + spare + ROW * place + ROW / 2 for place, each in enumerate(relations.ours)}


def _line(line: Line, ours: Mapping[str, float], theirs: Mapping[str, float], sheet: Sheet) -> Markup:
    y1, y2 = ours[line.ours.person_id], theirs[line.theirs.key]
    bend = (sheet.right - sheet.left) / 2
    thickness = _THINNEST + (_THICKEST - _THINNEST) * line.share**0.5
    kind = " ".join(
        word for word, holds in (("one-way", line.is_one_way), ("gone", line.theirs.departed_on is not None)) if holds
    )
    return Markup('<path class="{}" d="M{} {:.1f} C{} {:.1f} {} {:.1f} {} {:.1f}" stroke-width="{:.1f}"/>').format(
        *("tie " + kind, sheet.left + 8, y1, sheet.left + bend, y1),
        *(sheet.right - bend, y2, sheet.right - 8, y2, thickness),
    )


def _our_dot(person: Ours, y: float, relations: StakeholderMap, sheet: Sheet) -> Markup:
    carries = relations.hangs_on_ours is not None and relations.hangs_on_ours.person_id == person.person_id
    return Markup(
        '{}<circle class="ours" cx="{}" cy="{:.1f}" r="5"/><text x="{}" y="{:.1f}" text-anchor="end">{}</text>'
    ).format(
        _ring(sheet.left, y) if carries else "",
        sheet.left,
        y,
        sheet.left - 14,
        y + 4,
        _cut(person.name, sheet.letters_left),
    )


def _their_dot(person: Theirs, y: float, relations: StakeholderMap, sheet: Sheet) -> Markup:
    carries = relations.hangs_on_theirs is not None and relations.hangs_on_theirs.key == person.key
    is_gone = person.departed_on is not None
    below = f"left {person.departed_on:%b %Y}" if person.departed_on else person.title
    kind = " ".join(
        word for word, holds in (("theirs", True), ("gone", is_gone), ("silent", not person.strength)) if holds
    )
    return Markup(
        '{}<circle class="{}" cx="{}" cy="{:.1f}" r="5"/><text class="{}" x="{}" y="{:.1f}">{}</text>'
        '<text class="{}" x="{}" y="{:.1f}">{}</text>'
    ).format(
        _ring(sheet.right, y) if carries else "",
        *(kind, sheet.right, y, "gone" if is_gone else "name", sheet.right + 14, y + 1),
        *(_cut(person.name, sheet.letters_right), "loss" if person.is_loss else "title", sheet.right + 14, y + 15),
        _cut(below, sheet.letters_below),
    )


def _ring(x: float, y: float) -> Markup:
    return Markup('<circle class="ring" cx="{}" cy="{:.1f}" r="9"/>').format(x, y)


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1].rstrip()}…"
