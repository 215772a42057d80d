"""Sets Django up when it is imported, before anything that imports a model."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trueup.server.settings")
django.setup()
