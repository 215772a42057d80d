"""How allauth signs people in: nobody makes an account for themselves, whoever the provider says they are."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from trueup.record.actions.people import install_user
from trueup.record.models import User
from trueup.record.refusal import Refused
from trueup.record.sign_in import user_with
from trueup.web import not_let_in
from trueup.web.openid import told_name, vouched_address


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth comes without types
    """An administrator adds people."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        del request
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse passwords where the company wants none; who is signed in may still confirm something by theirs."""
        if not settings.SIGN_IN.passwords and not request.user.is_authenticated:
            raise ValidationError(f"Passwords are not used here. Sign in with {settings.SIGN_IN.name}.")
        super().pre_authenticate(request, **credentials)


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Whoever the provider vouches for signs in as the user with that verified address, if there is one.

    Nothing of the provider's account is kept: the record alone says who may come in, at each sign-in anew.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Nobody signs up."""
        del request, sociallogin
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Say who it is that signs in, whatever else was asked for."""
        told = sociallogin.account.extra_data
        address = vouched_address(told)
        if address is None:
            raise ImmediateHttpResponse(not_let_in.page(request, not_let_in.NOT_VERIFIED))
        user = _user(address, told_name(told))
        if user is None:
            raise ImmediateHttpResponse(not_let_in.page(request, not_let_in.UNKNOWN))
        if not user.is_active:
            raise ImmediateHttpResponse(not_let_in.page(request, not_let_in.LOCKED_OUT))
        sociallogin.user = user
        sociallogin.state["process"] = AuthProcess.LOGIN

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: object,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: Mapping[str, object] | None = None,
    ) -> None:
        """Show a page of ours instead of allauth's."""
        del provider
        if exception is not None:
            page = not_let_in.failed(request, exception)
        elif error == AuthError.CANCELLED:
            page = not_let_in.page(request, not_let_in.TURNED_BACK)
        elif "state" in (extra_context or {}):
            page = not_let_in.refused(request, request.GET.get("error", ""))
        else:
            page = not_let_in.page(request, not_let_in.INTERRUPTED)
        raise ImmediateHttpResponse(page)


def _user(address: str, name: str) -> User | None:
    """The user with an address that the provider vouches for; made as a viewer where the company admits its domain."""
    known = user_with(address)
    if known or not settings.SIGN_IN.admits_address(address):
        return known
    try:
        return install_user(at=datetime.now(UTC), email=address, name=name, role="viewer")
    except Refused:
        # Their other window was faster, or the record cannot keep such an address.
        return user_with(address)
