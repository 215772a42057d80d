"""Entries as files: out as CSV and Excel, and in again after a look at what would become of each row."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast, get_args
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from trueup import served
from trueup.record import access
from trueup.record.files.columns import KINDS, LAYOUTS, KindName
from trueup.record.files.listing import listed
from trueup.record.files.sheets import Sheet, SheetError, hear, rejections
from trueup.record.files.taken import Moment, Outcome, Taken
from trueup.record.files.taking import Part, Report, rehearse, take
from trueup.record.models import User
from trueup.runs.entry_files import EntryFileError, as_csv, as_workbook, read_sheets
from trueup.web import uploads
from trueup.web.asked import viewer
from trueup.web.uploads import Upload
from trueup.web.views.entries.forms import EntryForm

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

_LARGEST = 10 * 1024 * 1024
_MOST_ROWS = 20_000
_MOST_SLOW_ROWS = 1_000
"""Readings are taken in together; of other entries each is checked by itself."""
_SHOWN = 100
_CSV = "text/csv; charset=utf-8"
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = {"csv": _CSV, "xlsx": _WORKBOOK}


@dataclass(frozen=True)
class Shown:
    """A sheet of a report as the page tells it: some of what changes, and how much more does."""

    part: Part

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many rows are new, changed, unchanged and rejected."""
        told: list[tuple[str, int]] = [(outcome, self.part.count(outcome)) for outcome in get_args(Outcome)]
        return [*told, ("rejected", len({one.row for one in self.part.rejected}))]

    @property
    def changing(self) -> list[Taken]:
        """The rows that change something."""
        return [row for row in self.part.taken if row.outcome != "unchanged"]

    @property
    def first(self) -> list[Taken]:
        """As many of them as the page shows."""
        return self.changing[:_SHOWN]

    @property
    def more(self) -> int:
        """How many it does not show."""
        return len(self.changing) - len(self.first)


class UploadForm(EntryForm):
    """A file, and what it holds."""

    file = forms.FileField(
        label="File",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.ods"}),
        help_text="CSV or Excel, with the columns of an export; a workbook may have several sheets.",
        error_messages={
            "required": "No file was chosen. Choose one.",
            "empty": "The file is empty. Choose another one.",
        },
    )
    kind = forms.ChoiceField(
        label="It holds",
        choices=[("", "what its columns tell"), *((kind, kind) for kind in KINDS)],
        required=False,
    )


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """What there is to take away; and a file to bring, for who may enter anywhere."""
    user = viewer(request)
    may_bring = access.changeable_accounts(user).exists()
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        if not may_bring:
            raise Http404
        if form.is_valid() and (upload := _looked_through(form)) is not None:
            return redirect("entry_files_check", uploads.keep(request, upload))
    page = {
        "form": form if may_bring else None,
        "kinds": [(LAYOUTS[kind], rows.count()) for kind, rows in _kept(user).items()],
        "shown_columns": LAYOUTS.values(),
    }
    return render(request, "web/entry_files/page.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """What would become of each row of a file; posted: take it in, if none is rejected."""
    user = viewer(request)
    upload = uploads.kept(request, upload_id)
    if upload is None:
        messages.error(request, "This file is not kept any more. Choose it again.")
        return redirect("entry_files")
    report = _report(user, upload, is_kept=request.method == "POST")
    if report.is_kept:
        uploads.drop(request, upload_id)
        messages.success(request, f"{upload.name}: {report.changes:,} entries are new or changed.")
        return redirect("entry_files")
    parts = [Shown(part) for part in report.parts]
    page = {"upload": upload, "upload_id": upload_id, "report": report, "parts": parts, "shown": _SHOWN}
    return render(request, "web/entry_files/check.html", page, status=422 if request.method == "POST" else 200)


@require_GET
def rejected(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """The rejected rows of a file, as a file."""
    upload = uploads.kept(request, upload_id)
    if upload is None:
        raise Http404
    report = _report(viewer(request), upload, is_kept=False)
    return _file(as_csv(rejections(report.rejected)), "rejected rows.csv")


@require_GET
def download(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    """The entries of a kind that may be seen, as CSV or workbook."""
    if kind not in KINDS or form not in _TYPES:
        raise Http404
    table = listed(viewer(request), kind, zone=served.settings().zone)
    content = as_csv(table) if form == "csv" else as_workbook([table])
    return _file(content, f"{kind} {served.today()}.{form}")


@require_GET
def everything(request: HttpRequest) -> HttpResponse:
    """All entries that may be seen, as a workbook with a sheet for each kind."""
    zone = served.settings().zone
    tables = [listed(viewer(request), kind, zone=zone) for kind in KINDS]
    return _file(as_workbook(tables), f"entries {served.today()}.xlsx")


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=_TYPES[name.rpartition(".")[2]])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _looked_through(form: UploadForm) -> Upload | None:
    """The file that was sent; None where the form says now why it cannot be read."""
    sent: UploadedFile[bytes] = form.cleaned_data["file"]
    if sent.size is None or sent.size > _LARGEST:
        form.add_error("file", f"The file is larger than {_LARGEST >> 20} MB. Use `trueup entries import`.")
        return None
    upload = Upload(sent.name or "file", form.cleaned_data["kind"], sent.read())
    try:
        heard = [hear(sheet, _kind(upload)) for sheet in _sheets(upload)]
    except (EntryFileError, SheetError) as error:
        form.add_error("file", str(error))
        return None
    rows = sum(len(each.sheet.rows) for each in heard)
    slow = sum(len(each.sheet.rows) for each in heard if each.layout.name != "readings")
    if rows > _MOST_ROWS or slow > _MOST_SLOW_ROWS:
        most = f"{_MOST_ROWS:,} rows, of which {_MOST_SLOW_ROWS:,} are no readings"
        form.add_error("file", f"Here a file has at most {most}. Part it, or use `trueup entries import`.")
        return None
    return upload


def _sheets(upload: Upload) -> tuple[Sheet, ...]:
    return read_sheets(upload.content, upload.name)


def _kind(upload: Upload) -> KindName | None:
    return cast("KindName", upload.kind) if upload.kind else None


def _report(user: User, upload: Upload, *, is_kept: bool) -> Report:
    run = take if is_kept else rehearse
    moment = Moment(datetime.now(UTC), served.settings().zone)
    return run(user, _sheets(upload), moment, kind=_kind(upload))


def _kept(user: User) -> dict[KindName, Any]:
    return {
        "stakeholders": access.stakeholders(user),
        "goals": access.goals(user),
        "milestones": access.milestones(user),
        "readings": access.readings(user),
        "stakes": access.stakes(user),
    }
