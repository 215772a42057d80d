"""Which page is where."""

from django.urls import include, path

from trueup.web import entry_urls
from trueup.web.views import board, sign_in

urlpatterns = [
    path("", include("trueup.web.data_urls")),
    path("", board.show, name="board"),
    path("", include("trueup.web.customer_urls")),
    path("", include("trueup.web.grade_urls")),
    path("", include("trueup.web.pleasing_urls")),
    path("", include("trueup.web.backtest_urls")),
    path("", include("trueup.web.indicator_urls")),
    path("", include("trueup.web.value_urls")),
    path("", include("trueup.web.pay_urls")),
    path("", include("trueup.web.agreement_urls")),
    path("sign-in/<str:token>/", sign_in.by_link, name="sign_in_by_link"),
    path("", include(entry_urls)),
    path("", include("trueup.web.voice_urls")),
]
