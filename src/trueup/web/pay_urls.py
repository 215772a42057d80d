"""Where the pages of pay are."""

from django.urls import path

from trueup.web import account_ids
from trueup.web.views import (
    pay,
    pay_backtest,
    pay_disputes,
    pay_guard,
    pay_periods,
    pay_plans,
    pay_statement,
    pay_stress,
)

_PERIOD = "pay/periods/<str:period>/"
_PLAN = "pay/plans/<slug:plan_hash>/"
_STATEMENT = f"pay/<str:period>/<{account_ids.NAME}:payee>/"

urlpatterns = [
    path("pay/", pay.show, name="pay"),
    path("pay/backtest/", pay_backtest.show, name="pay_backtest"),
    path("pay/backtest/worse/", pay_stress.show, name="pay_stress"),
    path("pay/backtest/worse/ask/", pay_stress.ask, name="pay_stress_ask"),
    path("pay/guard/", pay_guard.show, name="pay_guard"),
    path("pay/disputes/", pay_disputes.listed, name="pay_disputes"),
    path("pay/disputes/<int:number>/", pay_disputes.show, name="pay_dispute"),
    path("pay/disputes/<int:number>/decide/", pay_disputes.decide, name="pay_dispute_decide"),
    path("pay/plans/", pay_plans.listed, name="pay_plans"),
    path(_PLAN, pay_plans.show, name="pay_plan"),
    path(f"{_PLAN}submit/", pay_plans.submit, name="pay_plan_submit"),
    path(f"{_PLAN}approve/", pay_plans.approve, name="pay_plan_approve"),
    path(f"{_PLAN}reject/", pay_plans.reject, name="pay_plan_reject"),
    path(f"{_PLAN}sign/", pay_plans.sign, name="pay_plan_sign"),
    path(f"{_PERIOD}submit/", pay_periods.submit, name="pay_submit"),
    path(f"{_PERIOD}approve/", pay_periods.approve, name="pay_approve"),
    path(f"{_PERIOD}reject/", pay_periods.reject, name="pay_reject"),
    path(f"{_PERIOD}own/", pay_periods.own, name="pay_own"),
    path(f"{_PERIOD}close/", pay_periods.close, name="pay_close"),
    path(f"{_PERIOD}run/", pay_periods.run, name="pay_run"),
    path(f"{_PERIOD}payroll/<int:number>.csv", pay_periods.payroll, name="pay_payroll"),
    path(_STATEMENT, pay_statement.show, name="pay_statement"),
    path(f"{_STATEMENT}question/<slug:line_hash>/", pay_statement.question, name="pay_question"),
]
