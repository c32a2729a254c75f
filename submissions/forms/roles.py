"""The forms that offer a role, and that say whom somebody works for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from submissions.models import Organisation, Role
from submissions.models.season import LANGUAGES


class EmployerForm(forms.Form):
    """Whom somebody with a role works for."""

    organisation = forms.ModelChoiceField(
        label=_("Works for"),
        queryset=Organisation.objects.all(),
        required=False,
        empty_label=_("nobody in the list"),
        help_text=_(
            "A judge gets no entry of artists with this label or agency. A partner scouts for it. "
            "More organizations are added under Organizations."
        ),
    )


class InvitationForm(EmployerForm):
    """Whom to invite, as what, and in which language to write."""

    email = forms.EmailField(label=_("E-mail address"))
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    language = forms.ChoiceField(label=_("Language of the mail"), choices=LANGUAGES)

    field_order = ("email", "name", "role", "organisation", "language")
