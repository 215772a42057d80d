"""What people type into forms: numbers and days as they are written, with the cure where one is not understood."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from trueup.goals.told_numbers import read_amounts, written_in


class NumberField(forms.Field):
    """A decimal as people write it: 58, 91.5, 91,5, 12 500, 1.2m; one that could be two numbers is refused."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    measured_in: str | None = None
    """The unit that may stand behind the number: ``%`` where shares are typed as percentages."""

    def to_python(self, value: Any) -> Decimal | None:
        """The number; None where nothing was typed."""
        text = str(value or "").strip()
        if not text:
            return None
        written = written_in(text)
        if len(written) != 1 or (written[0].start, written[0].end) != (0, len(text)):
            raise ValidationError("This is no number. Write it with digits, such as 91.5.")
        (amount,) = read_amounts(written, measured_in=self.measured_in, mark=None, currency=None)
        if amount.value is None:
            raise ValidationError(f"{amount.because}.")
        if amount.unit not in {None, self.measured_in}:
            raise ValidationError("There is more than a number here. Leave the unit to its own field.")
        return amount.value

    def prepare_value(self, value: Any) -> Any:
        """A kept number without the zeros that it is kept with; what was typed as it was typed."""
        return plain(value) if isinstance(value, Decimal) else value


class ShareField(NumberField):
    """A share, typed as 0.85 or 85 %."""

    measured_in = "%"

    def to_python(self, value: Any) -> Decimal | None:
        """The share, of 1."""
        number = super().to_python(value)
        return number / 100 if number is not None and "%" in str(value) else number


class DayField(forms.DateField):
    """A day, from the browser's own calendar or typed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            input_formats=["%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%d %B %Y"],
            error_messages={
                "invalid": "This is no day. Write it as 2027-06-30.",
                "required": "This is missing. Give a day.",
            },
            **options,
        )


class CodeField(forms.CharField):
    """A currency's code, in capitals."""

    def clean(self, value: Any) -> str:
        """The code as it is kept."""
        return str(super().clean(value)).upper()


def plain(number: Decimal) -> str:
    """A number as one types it: no grouping, no exponent, no zeros at its end."""
    return f"{number.normalize():f}"


def iso(day: date | None) -> str:
    """A day as a date field has it."""
    return "" if day is None else day.isoformat()
