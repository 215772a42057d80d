"""Where each address leads."""

from django.urls import include, path

from trueup.api import app as api

urlpatterns = [
    path("api/v1/", api.urls),
    path("account/", include("allauth.urls")),
    path("", include("trueup.web.urls")),
]
