"""Where the pages of grades are."""

from django.urls import path

from trueup.web import account_ids
from trueup.web.views.grades import account, by_hand, evidence, honesty, learned, overview, worksheets

_OF = f"customers/<{account_ids.NAME}:account_id>/grades/"

urlpatterns = [
    path("grades/", overview.show, name="grades"),
    path("grades/by-hand/", by_hand.begin, name="grades_begin"),
    path("grades/evidence/", evidence.show, name="evidence"),
    path("grades/learned/", learned.show, name="learned"),
    path("grades/learned/worksheet.yaml", learned.give, name="learned_file"),
    path("grades/honesty/", honesty.show, name="honesty"),
    path("grades/worksheets/", worksheets.show, name="worksheets"),
    path("grades/worksheets/<slug:name>/", worksheets.show, name="worksheet"),
    path(_OF, account.show, name="customer_grades"),
    path(f"{_OF}by-hand/", by_hand.fill, name="grades_by_hand"),
    path(f"{_OF}override/", account.override, name="grade_override"),
    path("overrides/<uuid:override_id>/end/", account.end, name="override_end"),
]
