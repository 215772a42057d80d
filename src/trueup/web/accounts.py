"""How allauth signs people in: nobody makes an account for themselves, whoever the provider says they are."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect

from trueup.record.sign_in import active_user


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth comes without types
    """An administrator adds people."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        del request
        return False


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Whoever an identity provider vouches for signs in as the user with that verified address, if there is one."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Nobody signs up."""
        del request, sociallogin
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Connect a first sign-in with the user of the same address."""
        if sociallogin.is_existing:
            return
        verified = [address.email for address in sociallogin.email_addresses if address.verified]
        user = next((found for email in verified if (found := active_user(email))), None)
        if user is None:
            messages.error(request, "Nobody signs in here with that address. Ask an administrator to add you.")
            raise ImmediateHttpResponse(redirect("account_login"))
        sociallogin.connect(request, user)
