"""Where each address leads."""

from django.urls import include, path, re_path

from trueup.api import app as api
from trueup.runs.sign_in import PROVIDER
from trueup.web.views import provider

urlpatterns = [
    path("api/v1/", api.urls),
    # These stand before allauth's own.
    path(f"account/oidc/{PROVIDER}/login/", provider.to_provider, name="sign_in_with_provider"),
    path(f"account/oidc/{PROVIDER}/login/callback/", provider.from_provider),
    re_path("^account/3rdparty/", provider.nothing_connected),
    path("account/", include("allauth.urls")),
    path("", include("trueup.web.urls")),
]
