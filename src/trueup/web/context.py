"""What every page's template may name."""

from django.http import HttpRequest

from trueup import served


def company(request: HttpRequest) -> dict[str, str]:
    """The company's name, and the part of the site that the page belongs to."""
    return {"company": served.settings().company, "part": request.path.strip("/").partition("/")[0]}
