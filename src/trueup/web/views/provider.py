"""Signing in through the company's identity provider: to it, and back."""

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from requests import RequestException

from trueup.runs.sign_in import PROVIDER
from trueup.web.not_let_in import failed
from trueup.web.openid import CompanyAdapter


@login_not_required
@never_cache
def to_provider(request: HttpRequest) -> HttpResponse:
    """Send somebody to the provider.

    By a page that goes on by itself, not by a redirect: browsers hold a form's redirects to the policy's form-action,
    and a provider may send people on to wherever it likes.
    """
    if request.method != "POST":
        return redirect("account_login")
    try:
        provider = get_adapter(request).get_provider(request, PROVIDER)
        onward = provider.redirect(request, AuthProcess.LOGIN, next_url=get_next_redirect_url(request))
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except (RequestException, OAuth2Error) as error:
        return failed(request, error)
    page = render(request, "web/to_provider.html", {"address": onward.url})
    page.headers["Refresh"] = f"0; url={onward.url}"
    return page


@login_not_required
@never_cache
def from_provider(request: HttpRequest) -> HttpResponse:
    """Let in whom the provider sent back, if they may."""
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(CompanyAdapter(request, PROVIDER))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return answer


def nothing_connected(request: HttpRequest) -> HttpResponse:
    """Nobody connects accounts here: the mail address decides, each time anew."""
    raise Http404(request.path)
