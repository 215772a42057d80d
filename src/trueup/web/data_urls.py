"""Where the pages of the data are."""

from django.urls import path

from trueup.web.views import data, work

urlpatterns = [
    path("data/", data.overview, name="data"),
    path("data/readiness/", data.readiness, name="data_readiness"),
    path("data/findings/", data.findings, name="data_findings"),
    path("data/runs/", data.runs, name="data_runs"),
    path("data/sources/", data.sources, name="data_sources"),
    path("data/work/", work.show, name="data_work"),
    path("data/build/", work.build, name="data_build"),
    path("data/import/", work.import_, name="data_import"),
    path("data/schedules/", work.add_schedule, name="data_schedules"),
    path("data/schedules/<uuid:schedule_id>/", work.alter_schedule, name="data_schedule"),
]
