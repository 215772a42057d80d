"""What all forms of entries have in common: refusals stand beside the field they are about, with the cure."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.forms.boundfield import BoundField

from trueup.record.refusal import Refused


class EntryForm(forms.Form):
    """A form whose fields are called as those of the action that it is for; ``beside``: fields that share a line."""

    use_required_attribute = False
    """The server's sentence, beside the field, instead of the browser's bubble."""
    beside: ClassVar[Sequence[tuple[str, ...]]] = ()
    more: ClassVar[Sequence[str]] = ()
    """Fields that most leave as they are: folded away."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**options, "label_suffix": ""})

    @property
    def lines(self) -> list[list[BoundField]]:
        """The visible fields, line by line."""
        return self._laid_out([field.name for field in self.visible_fields() if field.name not in self.more])

    @property
    def more_lines(self) -> list[list[BoundField]]:
        """Those that are folded away."""
        return self._laid_out([field.name for field in self.visible_fields() if field.name in self.more])

    @property
    def is_wrong_in_more(self) -> bool:
        """Whether one that is folded away must be put right."""
        return self.is_bound and any(name in self.errors for name in self.more)

    def _laid_out(self, shown: Sequence[str]) -> list[list[BoundField]]:
        first_of = {names[0]: names for names in self.beside}
        follows = {name for names in self.beside for name in names[1:] if names[0] in shown}
        alone = [name for name in shown if name not in follows]
        return [[self[each] for each in first_of.get(name, (name,)) if each in self.fields] for name in alone]

    def offer(self, name: str, among: QuerySet[Any]) -> None:
        """Let a field choose among these rows."""
        self.fields[name].queryset = among  # type: ignore[attr-defined]  # a field of rows

    def refuse(self, refused: Refused) -> None:
        """Put a refusal beside the field that it names, or above the form."""
        self.add_error(refused.field if refused.field in self.fields else None, str(refused))

    def point_at_first(self) -> None:
        """Let the page open with the cursor in the first field that is wrong; without one, in the first."""
        shown = [field.name for field in self.visible_fields()]
        wrong = next((name for name in shown if name in self.errors), None) if self.is_bound else None
        first = wrong or next(iter(shown), None)
        if first is not None:
            self.fields[first].widget.attrs["autofocus"] = True


def text(label: str, hint: str = "", *, required: bool = False, long: bool = False, **options: Any) -> forms.CharField:
    """A text field; only the database's own rules say what is too much."""
    widget = forms.Textarea(attrs={"rows": 4}) if long else forms.TextInput()
    widget.attrs["autocomplete"] = "off"
    return forms.CharField(
        label=label, help_text=hint, required=required, widget=widget, error_messages=MISSING, **options
    )


def choice(label: str, options: Sequence[tuple[str, Any]], hint: str = "", *, initial: str = "") -> forms.ChoiceField:
    """A choice; an empty one stays what the first option says."""
    return forms.ChoiceField(
        label=label,
        choices=list(options),
        help_text=hint,
        required=False,
        initial=initial,
        error_messages={"invalid_choice": "This is not a choice. Choose one of the list."},
    )


MISSING = {"required": "This is missing. Fill it in."}
REASON = "Others will read it in the history."
