"""Rows are reached through the record's questions, which ask who is looking: nothing else may."""

import ast
from collections.abc import Iterator
from pathlib import Path

import django.apps

SOURCES = Path(__file__).resolve().parents[2] / "src" / "trueup"
ROOMS = ("web", "api", "server", "cli", "runs", "answers")
OTHER_WAYS = {"objects", "versions", "raw", "_default_manager", "_base_manager"}
NOT_FOR_FACES = {"trueup.record.reach", "trueup.record.keeping"}
TAKING_MODELS = {"QuerySet", "get_object_or_404", "get_list_or_404"}
"""They take a model's name, and then give any row of it; given a question's rows, they may be used."""


def other_ways(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Attribute(attr=name) if name in OTHER_WAYS:
                yield f"{path.relative_to(SOURCES)}:{node.lineno} {name}"
            case ast.ImportFrom(module=name) if name in NOT_FOR_FACES:
                yield f"{path.relative_to(SOURCES)}:{node.lineno} {name}"
            case ast.Call(func=ast.Name(id=name), args=[ast.Name(id=given), *_]) if name in TAKING_MODELS:
                if given[:1].isupper():
                    yield f"{path.relative_to(SOURCES)}:{node.lineno} {name}({given})"


def test_no_face_reaches_a_row_by_itself() -> None:
    faces = [path for room in ROOMS for path in sorted((SOURCES / room).rglob("*.py"))]
    assert [found for path in faces for found in other_ways(path)] == []


def test_no_row_leads_back_to_the_rows_that_refer_to_it() -> None:
    """An account in a template has no ``goal_set``: that would be a way past the questions."""
    ways = [
        f"{model.__name__}.{relation.get_accessor_name()}"
        for model in django.apps.apps.get_app_config("record").get_models(include_auto_created=True)
        if not model.__name__.startswith("Historical")
        for relation in model._meta.related_objects
        if relation.related_model._meta.app_label == "record" and not relation.hidden
    ]
    assert ways == []
