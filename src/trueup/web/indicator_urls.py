"""Where the pages of what predicts are."""

from django.urls import path

from trueup.web.views import indicators

urlpatterns = [
    path("indicators/", indicators.show, name="indicators"),
    path("indicators/work/", indicators.work, name="indicators_work"),
    path("indicators/ask/", indicators.ask, name="indicators_ask"),
    path("indicators/studies/", indicators.studies, name="studies"),
    path("indicators/studies/<int:number>/", indicators.study, name="study"),
    path("indicators/studies/<int:number>/study.html", indicators.give, name="study_file"),
]
