"""Fields in which one chooses among rows of the record."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms

if TYPE_CHECKING:
    _One = forms.ModelChoiceField[Any]
    _Some = forms.ModelMultipleChoiceField[Any]
else:
    # The stubs' fields are generic, Django's are not.
    _One, _Some = forms.ModelChoiceField, forms.ModelMultipleChoiceField

_WRONG = "This is none of the list. Choose one of it."


class OneOf(_One):
    """One of some rows, or none; a form ``offer``s them. ``named``: what a row is called."""

    def __init__(self, label: str, *, none: str, named: Callable[[Any], str] = str, hint: str = "") -> None:
        super().__init__(
            queryset=None,
            required=False,
            label=label,
            empty_label=none,
            help_text=hint,
            error_messages={"invalid_choice": _WRONG},
        )
        self.named = named

    def label_from_instance(self, obj: Any) -> str:
        """What a row is called."""
        return self.named(obj)


class SomeOf(_Some):
    """Any number of some rows."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, label: str, *, named: Callable[[Any], str] = str) -> None:
        wrong = {"invalid_choice": _WRONG, "invalid_pk_value": _WRONG}
        super().__init__(queryset=None, required=False, label=label, error_messages=wrong)
        self.named = named

    def label_from_instance(self, obj: Any) -> str:
        """What a row is called."""
        return self.named(obj)
