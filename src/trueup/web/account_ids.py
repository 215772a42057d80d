"""Accounts' ids in addresses: any text, also one with a slash, which servers take for a folder."""

from urllib.parse import unquote

from django.urls import register_converter

NAME = "account"
"""What the converter is called in paths."""


class AccountId:
    """A path converter: ordinary ids stand in the address as they are."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """The id that an address names."""
        return unquote(value)

    def to_url(self, value: str) -> str:
        """The id as it stands in an address."""
        escaped = value.replace("%", "%25").replace("/", "%2F")
        # Browsers take "." and ".." for this folder and the one above.
        return escaped if value.strip(".") else escaped.replace(".", "%2E")


register_converter(AccountId, NAME)
