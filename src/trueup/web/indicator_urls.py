"""Where the pages of what predicts are."""

from django.urls import path

from trueup.web import account_ids
from trueup.web.views import indicators, scores

urlpatterns = [
    path("indicators/", indicators.show, name="indicators"),
    path("indicators/asking/", indicators.asking, name="indicators_asking"),
    path("indicators/ask/", indicators.ask, name="indicators_ask"),
    path("indicators/customers/", scores.listed, name="scores"),
    path(f"customers/<{account_ids.NAME}:account_id>/chances/", scores.of_account, name="customer_chances"),
    path("indicators/studies/", indicators.studies, name="studies"),
    path("indicators/studies/<int:number>/", indicators.study, name="study"),
    path("indicators/studies/<int:number>/study.html", indicators.give, name="study_file"),
]
