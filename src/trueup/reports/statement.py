"""A statement of pay as a page of its own, to print and to keep: made from the statement's bytes, and nothing else."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from trueup.answers.pay_told import told
from trueup.answers.pay_words import shown


def page(body: bytes, *, is_final: bool) -> str:
    """The statement as HTML with its styles inside; ``is_final``: its period is closed, so it says no other any more.

    People and customers go by their ids: names may change, a closed statement may not.
    """
    environment = Environment(
        loader=PackageLoader("trueup.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("statement.html").render(of=shown(told(body)), is_final=is_final, style=_style())


@cache
def _style() -> Markup:
    folder = files("trueup.reports").joinpath("static/trueup")
    told = "".join(folder.joinpath(name).read_text("utf-8") for name in ("house.css", "statement.css"))
    return Markup(told)  # noqa: S704  ours
