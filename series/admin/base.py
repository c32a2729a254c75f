"""Who may do what in the editors' side: editors and organizers, each in their own seasons."""

import re
from collections.abc import Sequence
from typing import Any, NoReturn

from django.contrib.admin.filters import RelatedFieldListFilter
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import Http404, HttpRequest
from unfold.admin import ModelAdmin

from series import permissions
from series.models import Series
from submissions.models import Season

KEY = re.compile(r"[0-9]{1,18}")


class OwnSeries(RelatedFieldListFilter):
    """A filter by series that names only those that this account edits."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Key and title of each."""
        return [(str(s.pk), str(s)) for s in Series.objects.filter(permissions.editable(request.user))]


class Chosen(AutocompleteSelect):
    """A choice that is searched for. Django's crashes where it shows again what can be no key."""

    def optgroups(self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None) -> Any:
        """The chosen row, if the value names one."""
        return super().optgroups(name, [key for key in value if KEY.fullmatch(str(key))], attrs)


class EditorAdmin(ModelAdmin):
    """Lists and forms of the hub. With `season_path`, only rows of the editor's seasons are there."""

    season_path = ""
    list_fullwidth = True
    show_full_result_count = False
    actions = None

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> NoReturn:
        raise Http404  # as for whatever is not there

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows that this account edits."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return (
            rows.filter(permissions.editable(request.user, season=self.season_path))
            if self.season_path
            else rows
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return permissions.is_editor(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return permissions.is_editor(request.user) and self.is_mine(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return permissions.is_editor(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def is_mine(self, request: HttpRequest, obj: Any) -> bool:
        """Whether the row lies in a season that this account edits."""
        return (
            obj is None
            or obj.pk is None
            or not self.season_path
            or self.get_queryset(request).filter(pk=obj.pk).exists()
        )

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField:
        """Offer only the series and seasons that this account edits."""
        if db_field.name == "series":
            kwargs["queryset"] = Series.objects.filter(permissions.editable(request.user))
        if db_field.name == "season":
            kwargs["queryset"] = Season.objects.filter(permissions.editable(request.user, season="pk"))
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", Chosen(db_field, self.admin_site))
        field: ModelChoiceField = super().formfield_for_foreignkey(db_field, request, **kwargs)
        return field
