"""An OpenID Connect provider as a test needs it: it speaks HTTP, signs with a key of its own, and knows one person."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = "trueup"
SECRET = "a-secret-that-nobody-may-read"


@dataclass
class Provider:
    """``person``: what it says of whoever comes; ``token``, ``profile``, ``configuration``: what it gets wrong."""

    base: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    configuration: dict[str, Any] = field(default_factory=dict)
    profile: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    wants_basic: bool = False
    signs_with: rsa.RSAPrivateKey = field(default_factory=lambda: key(0))
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    """By the code that it gave: what it was asked."""

    def configured(self) -> dict[str, Any]:
        ways = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        told = {name: f"{self.base}/{path}" for name, path in {**ways, "userinfo_endpoint": "userinfo"}.items()}
        method = "client_secret_basic" if self.wants_basic else "client_secret_post"
        return {"issuer": self.base, **told, "token_endpoint_auth_methods_supported": [method], **self.configuration}

    def authorized(self, asked: dict[str, str]) -> str:
        """Where it sends whoever signed in with it."""
        assert (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) == (CLIENT, "code", "S256")
        assert {"openid", "email"} <= set(asked["scope"].split())
        code = secrets.token_urlsafe(24)
        self.asked[code] = asked
        told = {"error": self.error} if self.error else {"code": code}
        return f"{asked['redirect_uri']}?{urlencode({**told, 'state': asked['state']})}"

    def tokens(self, told: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """What it gives for a code."""
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        knows = authorization == f"Basic {basic}" if self.wants_basic else told.get("client_secret") == SECRET
        if not knows:
            return 401, {"error": "invalid_client", "error_description": f"not {told.get('client_secret')}"}
        asked = self.asked.pop(told["code"])
        proof = base64.urlsafe_b64encode(hashlib.sha256(told["code_verifier"].encode()).digest()).decode().rstrip("=")
        if (proof, told["redirect_uri"]) != (asked["code_challenge"], asked["redirect_uri"]):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": self.signed()}

    def signed(self) -> str:
        now = int(time.time())
        claims = {"iss": self.base, "aud": CLIENT, "iat": now + 5, "exp": now + 60, **self.person, **self.token}
        return jwt.encode(claims, self.signs_with, algorithm="RS256", headers={"kid": "one"})

    def answer(self, path: str, told: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        match path:
            case "/.well-known/openid-configuration":
                return 200, self.configured()
            case "/token":
                return self.tokens(told, authorization)
            case "/keys":
                public = jwt.algorithms.RSAAlgorithm.to_jwk(key(0).public_key(), as_dict=True)
                return 200, {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}
            case "/userinfo" if authorization == "Bearer access":
                return 200, {**self.person, **self.profile}
            case _:
                return 404, {}


@cache
def key(number: int) -> rsa.RSAPrivateKey:
    """The key that it signs with is number 0, others are somebody else's."""
    del number
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@contextmanager
def providing() -> Iterator[Provider]:
    """A provider that answers until the test is over."""
    provider = Provider()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = urlsplit(self.path)
            if place.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorized(_single(place.query)))
                self.end_headers()
            else:
                self._say(*provider.answer(place.path, _single(place.query), self.headers.get("Authorization", "")))

        def do_POST(self) -> None:
            told = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(*provider.answer(self.path, _single(told), self.headers.get("Authorization", "")))

        def _say(self, status: int, told: dict[str, Any]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        provider.base = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield provider
        server.shutdown()
        thread.join()


def sent_back(address: str) -> str:
    """Where the provider sends the browser that comes to this address."""
    place = urlsplit(address)
    connection = HTTPConnection(place.netloc)
    connection.request("GET", f"{place.path}?{place.query}")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 302
    return answer.headers["Location"]


def _single(query: str) -> dict[str, str]:
    return {name: texts[0] for name, texts in parse_qs(query).items()}
