"""Where scores are tried on what came."""

from django.urls import path

from trueup.web.views import backtest

urlpatterns = [path("indicators/backtest/", backtest.show, name="backtest")]
