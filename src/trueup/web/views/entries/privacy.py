"""A person's data on request: given to them, or erased; administrators do both."""

from datetime import UTC, datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from trueup import served
from trueup.record import access
from trueup.record.models import Stakeholder, User
from trueup.record.privacy import erase_stakeholder, person_data
from trueup.record.refusal import Refused
from trueup.web.views.entries.forms import EntryForm, text
from trueup.web.views.entries.rights import require, seen, typed_in, viewer
from trueup.web.views.entries.sheets import Sheet, customer, fill_in


class ErasureForm(EntryForm):
    """Typed by hand, so that nobody erases by a slip."""

    name = text("Their name", "type it to say that you mean it")


@require_GET
def give(request: HttpRequest, stakeholder_id: UUID) -> HttpResponse:
    """Everything that is kept about them, as a file."""
    require(request, "administer")
    stakeholder = seen(request, access.stakeholders, stakeholder_id)
    told = JsonResponse(
        person_data(viewer(request), stakeholder), json_dumps_params={"indent": 2, "ensure_ascii": False}
    )
    # The file is not called by their name: names of files end up in histories of browsers.
    told.headers["Content-Disposition"] = f'attachment; filename="person-{served.today()}.json"'
    return told


@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, stakeholder_id: UUID) -> HttpResponse:
    """Erase who they are from every entry and every version of it."""
    require(request, "administer")
    stakeholder, user = seen(request, access.stakeholders, stakeholder_id), viewer(request)
    form = ErasureForm(typed_in(request))
    sheet = Sheet(
        f"The data of {stakeholder}",
        reverse("stakeholder", args=[stakeholder.pk]),
        stakeholder.account,
        lede="Erasing takes their name, title and address, what hangs on goals for them, and what they hope for, out "
        "of every entry and its history, for good. Numbers stay. What the CRM delivered is erased there.",
        button="Erase for good",
        is_grave=True,
        others=(("Download what is kept about them", reverse("stakeholder_data", args=[stakeholder.pk])),),
    )
    return fill_in(
        request,
        form,
        sheet,
        lambda: _erase(user, stakeholder, form.cleaned_data["name"]),
        says="Their data were erased.",
        then=customer(stakeholder.account_id),
    )


def _erase(user: User, stakeholder: Stakeholder, name: str) -> None:
    if name.strip().casefold() != stakeholder.name.casefold():
        raise Refused("This is not their name.", field="name", cure=f"Type {stakeholder.name}.")
    erase_stakeholder(user, stakeholder, at=datetime.now(UTC))
