"""Where the pages of value agreements are."""

from django.urls import path, register_converter

from trueup.web import account_ids
from trueup.web.views import agreement_deeds, agreement_terms, agreements
from trueup.web.views.agreement_deeds import DayInAddress

register_converter(DayInAddress, "day")
_OF = f"customers/<{account_ids.NAME}:account_id>/agreements/"
_ONE = "agreements/<uuid:agreement_id>/"

urlpatterns = [
    path(_OF, agreements.of_customer, name="agreements"),
    path(f"{_OF}new/", agreement_terms.new, name="agreement_new"),
    path(f"{_ONE}terms.json", agreements.terms_file, name="agreement_terms_file"),
    path(f"{_ONE}sign/", agreement_deeds.sign, name="agreement_sign"),
    path(f"{_ONE}signed/", agreement_deeds.signed, name="agreement_signed"),
    path(f"{_ONE}read/<day:as_of>/", agreement_deeds.read, name="agreement_read"),
    path("agreements/readings/<int:number>/verify/", agreement_deeds.verify, name="agreement_verify"),
    path("pay/agreements/", agreements.every, name="pay_agreements"),
]
