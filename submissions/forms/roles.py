"""The form that offers a role."""

from django import forms
from django.utils.translation import gettext_lazy as _

from submissions.models import Role
from submissions.models.season import LANGUAGES


class InvitationForm(forms.Form):
    """Whom to invite, as what, and in which language to write."""

    email = forms.EmailField(label=_("E-mail address"))
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    language = forms.ChoiceField(label=_("Language of the mail"), choices=LANGUAGES)
