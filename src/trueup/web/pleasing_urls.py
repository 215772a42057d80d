"""Where the page is that asks whom we please."""

from django.urls import path

from trueup.web.views import pleasing

urlpatterns = [
    path("grades/pleasing/", pleasing.show, name="pleasing"),
]
