"""Django's settings, as the workspace in TRUEUP_WORKSPACE has them; without one, a record in memory."""

import os
import secrets

from trueup import workspace
from trueup.runs.folder import ENVIRONMENT, Folder, find
from trueup.server.address import database_at
from trueup.server.secret import kept_secret

WORKSPACE: Folder | None = find() if ENVIRONMENT in os.environ else None
"""The company's folder; None: nothing is kept (type checkers and linters load settings so)."""

if WORKSPACE is None:
    SECRET_KEY = secrets.token_urlsafe(48)
else:
    workspace.settings(WORKSPACE)
    SECRET_KEY = kept_secret(WORKSPACE.generated / "secret_key")

DATABASES = {"default": database_at(os.environ.get("TRUEUP_RECORD", ""), WORKSPACE.generated if WORKSPACE else None)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "simple_history",
    "trueup.record",
]
AUTH_USER_MODEL = "record.User"
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

MEMBERS_SEE = "own"
"""Which accounts a member may read: ``own``, ``team`` (those that people of their team own) or ``all``."""

ROOT_URLCONF = "trueup.server.urls"
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False
