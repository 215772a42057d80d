from django.apps import AppConfig


class RecordConfig(AppConfig):
    """The record as Django's application."""

    name = "trueup.record"
    label = "record"
