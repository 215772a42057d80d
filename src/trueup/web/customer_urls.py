"""Where the customers' pages are."""

from django.urls import path

from trueup.web import account_ids
from trueup.web.views import customer, customers

urlpatterns = [
    path("customers/", customers.show, name="customers"),
    path(f"customers/<{account_ids.NAME}:account_id>/", customer.show, name="customer"),
]
