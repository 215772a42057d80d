"""What Django has to know of the pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages' templates and static files."""

    name = "trueup.web"
    label = "web"
