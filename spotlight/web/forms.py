"""How every Django form is drawn: our field template, our list of errors, our input class."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

PLAIN = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.HiddenInput)


class SpotlightBoundField(BoundField):
    """A field whose control carries our class; Django adds aria-invalid and aria-describedby by itself."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        built = super().build_widget_attrs(attrs, widget)
        if not isinstance(widget, PLAIN) and "class" not in built and "class" not in widget.attrs:
            built["class"] = "input"
        return built

    @property
    def kind(self) -> str:
        """``check`` for one box, ``choices`` for radios and boxes, ``file``, else ``input``."""
        widget = self.field.widget
        if isinstance(widget, forms.CheckboxInput):
            return "check"
        if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
            return "choices"
        return "file" if isinstance(widget, forms.FileInput) else "input"


class SpotlightRenderer(TemplatesSetting):
    """Set as FORM_RENDERER: ``{{ form }}`` and ``{{ form.field.as_field_group }}`` come out in our markup."""

    form_template_name = "components/_form.html"
    field_template_name = "components/_field.html"
    formset_template_name = "components/_formset.html"
    bound_field_class = SpotlightBoundField
