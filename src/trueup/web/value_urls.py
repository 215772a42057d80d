"""Where the pages of value delivered are."""

from django.urls import path

from trueup.web import account_ids
from trueup.web.views import value, value_effect

urlpatterns = [
    path("value/", value.portfolio, name="value"),
    path("value/insights/", value.insights, name="value_insights"),
    path("value/<slug:effect_id>/", value_effect.show, name="value_effect"),
    path(f"customers/<{account_ids.NAME}:account_id>/value/", value.of_account, name="customer_value"),
]
