"""The company's identity provider: allauth asks it, and what allauth would simply believe is checked here."""

from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest

from trueup.runs.sign_in import is_private_way

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""By which tokens are signed with a key that only the provider has."""
_CLOCKS_DIFFER = 60
"""Seconds by which the provider's clock may be off."""

Claims = Mapping[str, Any]


class UnusableAnswer(OAuth2Error):  # type: ignore[misc]  # noqa: N818  as people say it
    """The provider's answer cannot be used; the message says why, and holds nothing secret."""


class CompanyAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Talks with the provider."""

    @cached_property
    def openid_config(self) -> dict[str, Any]:
        """How the provider is used, as it says itself."""
        told = checked(_fetched(self.get_provider().server_url), settings.SIGN_IN.issuer)
        # So says the standard, of providers that do not say how they want to be told the secret.
        return {"token_endpoint_auth_methods_supported": ["client_secret_basic"], **told}

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **told: Any) -> SocialLogin:
        """Who the provider says has signed in."""
        proof = self._proven(app, told["response"].get("id_token"))
        profile: Claims = {}
        if address := self.openid_config.get("userinfo_endpoint"):
            profile = _fetched(address, {"Authorization": f"Bearer {token.token}"})
            if profile.get("sub") != proof["sub"]:
                raise UnusableAnswer("its userinfo is of somebody else than its token")
        return self.get_provider().sociallogin_from_response(request, {"id_token": proof, "userinfo": profile})

    def _proven(self, app: SocialApp, token: object) -> Claims:
        """What the identity token says, if the provider signed it, for us, just now."""
        if not isinstance(token, str):
            raise UnusableAnswer("it sent no identity token")
        try:
            claims: Claims = jwt.decode(
                token,
                _key_for(token, _fetched(self.openid_config["jwks_uri"])),
                algorithms=_ALGORITHMS,
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=_CLOCKS_DIFFER,
                options={"require": ["sub", "exp", "iat"]},
            )
        except jwt.PyJWTError as error:
            raise UnusableAnswer(f"its identity token is not valid ({error})") from error
        return claims


class CompanyProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """Takes from the provider's answer nothing by itself: ``vouched_address`` and ``told_name`` say what counts."""

    oauth2_adapter_class = CompanyAdapter
    package = "allauth.socialaccount.providers.openid_connect"
    """Where allauth finds the addresses that go with it."""

    def extract_uid(self, data: Claims) -> str:
        """Nothing is kept under it, but allauth wants one, shorter than the standard lets it be."""
        return sha256(data["id_token"]["sub"].encode()).hexdigest()

    def extract_common_fields(self, data: Claims) -> dict[str, Any]:
        """None."""
        del data
        return {}

    def extract_email_addresses(self, data: Claims) -> list[Any]:
        """None."""
        del data
        return []


def vouched_address(told: Mapping[str, Claims]) -> str | None:
    """The mail address of which the provider says that it is verified; None where it says so of none."""
    for claims in (told["id_token"], told["userinfo"]):
        address = claims.get("email")
        if isinstance(address, str) and address.strip() and _is_verified(claims):
            return address.strip()
    return None


def told_name(told: Mapping[str, Claims]) -> str:
    """What the person is called, as far as the provider says."""
    names = (claims.get("name") for claims in (told["userinfo"], told["id_token"]))
    return next((name.strip()[:200] for name in names if isinstance(name, str) and name.strip()), "")


def checked(told: dict[str, Any], issuer: str) -> dict[str, Any]:
    """What the provider says about itself, if it is the one that was asked, and may be spoken with."""
    if str(told.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
        raise UnusableAnswer("it calls itself by another address than sign_in.issuer has")
    named = [told.get(name) for name in _ENDPOINTS]
    if "userinfo_endpoint" in told:
        named.append(told["userinfo_endpoint"])
    if not all(isinstance(address, str) and is_private_way(address) for address in named):
        raise UnusableAnswer("it names no https address for each step")
    return told


def _is_verified(claims: Claims) -> bool:
    # Entra has a claim of its own. Some send the word instead of the value, and "false" must not count as true.
    told = claims.get("email_verified")
    return str(claims.get("xms_edov") if told is None else told).lower() in {"true", "1"}


def _key_for(token: str, keys: Claims) -> jwt.PyJWK:
    """The provider's key that the token names."""
    name = jwt.get_unverified_header(token).get("kid")
    known = jwt.PyJWKSet.from_dict(dict(keys)).keys
    found = [key for key in known if name is None or key.key_id == name]
    if len(found) != 1:
        raise UnusableAnswer("its identity token is signed with a key that it does not name")
    return found[0]


def _fetched(address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    with get_adapter().get_requests_session() as session:
        answer = session.get(address, headers=headers)
        answer.raise_for_status()
        told = answer.json()
    if not isinstance(told, dict):
        raise UnusableAnswer("it answered with something else than was asked for")
    return told
