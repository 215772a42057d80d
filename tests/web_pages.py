"""Pages as a test reads them: asked for by somebody, and what they show."""

import re
from html.parser import HTMLParser

from django.http import HttpResponse
from django.test import Client

from trueup.record.models import User

_BACKEND = "django.contrib.auth.backends.ModelBackend"


def browser_of(user: User) -> Client:
    """Somebody's browser, signed in."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend=_BACKEND)
    return client


def text_of(response: HttpResponse) -> str:
    """What a page says, in one line."""
    reader = _Text()
    reader.feed(response.content.decode())
    return re.sub(r"\s+", " ", " ".join(reader.parts)).strip()


def fields_of(response: HttpResponse) -> dict[str, str]:
    """The fields of a page as a browser would send them back: their names and values."""
    reader = _Fields()
    reader.feed(response.content.decode())
    return reader.fields


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skipped += tag in {"script", "style", "option", "svg"}

    def handle_endtag(self, tag: str) -> None:
        self.skipped -= tag in {"script", "style", "option", "svg"}

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.parts.append(data)


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        match tag, told.get("type", "text"):
            case "input", "checkbox" | "radio":
                if "checked" in told:
                    self.fields[told["name"]] = told.get("value", "on")
            case "input", _ if "name" in told:
                self.fields[told["name"]] = told.get("value", "")
            case "select", _:
                self.select = told.get("name", "")
                self.fields.setdefault(self.select, "")
            case "option", _ if self.select and "selected" in told:
                self.fields[self.select] = told.get("value", "")
            case "textarea", _:
                self.area = told.get("name", "")
                self.fields[self.area] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        if tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area] += data.removeprefix("\n") if not self.fields[self.area] else data
