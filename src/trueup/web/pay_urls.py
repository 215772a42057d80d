"""Where the pages of pay are."""

from django.urls import path

from trueup.web import account_ids
from trueup.web.views import pay, pay_backtest, pay_disputes, pay_guard, pay_periods, pay_statement

_PERIOD = "pay/periods/<str:period>/"
_STATEMENT = f"pay/<str:period>/<{account_ids.NAME}:payee>/"

urlpatterns = [
    path("pay/", pay.show, name="pay"),
    path("pay/backtest/", pay_backtest.show, name="pay_backtest"),
    path("pay/guard/", pay_guard.show, name="pay_guard"),
    path("pay/disputes/", pay_disputes.listed, name="pay_disputes"),
    path("pay/disputes/<int:number>/", pay_disputes.show, name="pay_dispute"),
    path("pay/disputes/<int:number>/decide/", pay_disputes.decide, name="pay_dispute_decide"),
    path(f"{_PERIOD}submit/", pay_periods.submit, name="pay_submit"),
    path(f"{_PERIOD}approve/", pay_periods.approve, name="pay_approve"),
    path(f"{_PERIOD}reject/", pay_periods.reject, name="pay_reject"),
    path(f"{_PERIOD}own/", pay_periods.own, name="pay_own"),
    path(f"{_PERIOD}close/", pay_periods.close, name="pay_close"),
    path(_STATEMENT, pay_statement.show, name="pay_statement"),
    path(f"{_STATEMENT}question/<slug:line_hash>/", pay_statement.question, name="pay_question"),
]
