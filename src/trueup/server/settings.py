"""Django's settings, as the workspace in TRUEUP_WORKSPACE has them; without one, a record in memory."""

import os
import secrets
from datetime import timedelta
from pathlib import Path

from trueup import workspace
from trueup.runs.folder import ENVIRONMENT, RECORD_ADDRESS, Folder, find
from trueup.server.address import database_at
from trueup.server.logs import without_secrets
from trueup.server.provider import apps_for
from trueup.server.secret import kept_secret

_SOURCE = Path(__file__).parent.parent
WORKSPACE: Folder | None = find() if ENVIRONMENT in os.environ else None
"""The company's folder; None: nothing is kept (type checkers and linters load settings so)."""

_COMPANY = workspace.settings(WORKSPACE) if WORKSPACE else workspace.defaults()
SECRET_KEY = kept_secret(WORKSPACE.kept / "secret_key") if WORKSPACE else secrets.token_urlsafe(48)
_ADDRESS = os.environ.get(RECORD_ADDRESS) or _COMPANY.record_address
DATABASES = {"default": database_at(_ADDRESS, WORKSPACE.record if WORKSPACE else None)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "simple_history",
    "trueup.record",
    "trueup.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "trueup.web.middleware.content_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Our pages stand before allauth's, which fill in what we have no own page for.
        "DIRS": [_SOURCE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "trueup.web.context.company",
                "trueup.web.ways_in.ways_in",
            ],
        },
    },
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [_SOURCE / "reports" / "static"]
WHITENOISE_USE_FINDERS = True

AUTH_USER_MODEL = "record.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "board"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_RESET_TIMEOUT = 3600
"""Seconds for which a sign-in link is good."""
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

ACCOUNT_ADAPTER = "trueup.web.accounts.Adapter"
SOCIALACCOUNT_ADAPTER = "trueup.web.accounts.SocialAdapter"
SIGN_IN = _COMPANY.sign_in
"""The company's identity provider, and whether passwords are accepted besides it."""
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "provider_class": "trueup.web.openid.CompanyProvider",
        "OAUTH_PKCE_ENABLED": True,
        "APPS": apps_for(WORKSPACE, SIGN_IN),
    }
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "web/locked_out.html"
AXES_USERNAME_FORM_FIELD = "login"
AXES_VERBOSE = False
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

MEMBERS_SEE = _COMPANY.members_see
"""Which accounts a member may read: ``own``, ``team`` (those that people of their team own) or ``all``."""

ROOT_URLCONF = "trueup.server.urls"
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *_COMPANY.hosts]
if _COMPANY.is_https:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [f"https://{'*' if host.startswith('.') else ''}{host}" for host in _COMPANY.hosts]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_secrets": {"()": "django.utils.log.CallbackFilter", "callback": without_secrets}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["without_secrets"]}},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # That somebody asked for what is not there, or may not see it, is nobody's concern.
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "trueup": {"handlers": ["console"], "level": "WARNING"},
    },
}

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False
