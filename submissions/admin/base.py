"""What every list in the admin panel has in common: it shows the seasons of the person's roles, and nothing else."""

from typing import Any, NoReturn

from django.contrib.admin import ModelAdmin as BaseModelAdmin
from django.contrib.admin.filters import RelatedFieldListFilter
from django.contrib.admin.models import LogEntry
from django.db.models import ForeignKey, Model, QuerySet
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.forms import ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from spotlight.accounts.people import person_of
from spotlight.ledger import events
from spotlight.web.answers import account
from submissions.models import Role, Season
from submissions.permissions import roles_of
from submissions.queries.rules import season_zone
from submissions.queries.seasons import seasons_with_role


def season_of(thing: Any, path: str) -> Season:
    """The season that a row belongs to, along a lookup such as `round__season`."""
    for step in filter(None, path.split("__")):
        thing = getattr(thing, step)
    return thing  # type: ignore[no-any-return]


def rendered(response: HttpResponse) -> HttpResponse:
    """A page drawn now, while the zone that was chosen for it still holds."""
    return response.render() if isinstance(response, SimpleTemplateResponse) else response


class SeasonChoices:
    """Choices of related rows come from the seasons of the person's roles only."""

    change_roles: tuple[Role, ...] = (Role.ORGANIZER,)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField:
        """Limit what a form offers to rows of seasons that this person sets up."""
        related = db_field.remote_field.model
        if "queryset" not in kwargs:
            seasons = seasons_with_role(account(request), *self.change_roles)
            if related is Season:
                kwargs["queryset"] = seasons
            elif any(f.name == "season" for f in related._meta.fields):
                kwargs["queryset"] = related._default_manager.filter(season__in=seasons)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc,no-any-return]  # a mixin


class PanelAdmin(ModelAdmin):
    """django-unfold's admin, with the signature that this Django asks for; a row that is not there is 404."""

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> NoReturn:
        raise Http404

    def get_action_choices(
        self, request: HttpRequest, default_choices: Any = None, action_location: Any = None
    ) -> Any:
        """The choices, without the empty one of Django."""
        empty = [("", gettext("Select action"))]
        return BaseModelAdmin.get_action_choices(
            self, request, empty, **({"action_location": action_location} if action_location else {})
        )


class OwnSeasons(RelatedFieldListFilter):
    """A filter by season that names only those whose rows this person may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Key and name of each."""
        seasons = model_admin.seasons(request, *model_admin.view_roles, *model_admin.change_roles)
        return [(str(season.pk), str(season)) for season in seasons]


class SeasonScopedAdmin(SeasonChoices, PanelAdmin):
    """A model's lists and forms, limited to seasons in which the person holds `view_roles` or `change_roles`.

    `season_path` is the lookup from the model to its season; empty for `Season` itself.
    """

    season_path = "season"
    view_roles: tuple[Role, ...] = (Role.ORGANIZER,)
    can_add = can_change = can_delete = True
    list_fullwidth = True
    show_full_result_count = False

    def seasons(self, request: HttpRequest, *roles: Role) -> QuerySet[Season]:
        """The seasons in which this person holds one of the roles."""
        return seasons_with_role(account(request), *roles)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows of those seasons."""
        lookup = f"{self.season_path}__in" if self.season_path else "pk__in"
        seasons = self.seasons(request, *self.view_roles, *self.change_roles)
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(**{lookup: seasons.values("pk")})

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Seasons in the making are nobody else's business, not even by name."""
        own = isinstance(getattr(self.model, "season", None), ForwardManyToOneDescriptor)
        wanted = super().get_list_filter(request)
        return [("season", OwnSeasons) if own and name == "season" else name for name in wanted]

    def allowed(self, request: HttpRequest, obj: Model | None, roles: tuple[Role, ...]) -> bool:
        """Whether the person holds one of the roles: in the row's season, or anywhere if there is no row."""
        if not request.user.is_authenticated:
            return False
        if obj is None or obj.pk is None:
            return request.user.is_superuser or bool(roles_of(request.user) & set(roles))
        seasons = self.seasons(request, *roles)
        return seasons.filter(pk=season_of(obj, self.season_path).pk).exists()

    def is_frozen(self, obj: Model | None) -> bool:
        """Whether the row is part of the rules of a season that is open."""
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.allowed(request, obj, (*self.view_roles, *self.change_roles))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.can_add and self.allowed(request, None, self.change_roles)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.can_change and self.allowed(request, obj, self.change_roles) and not self.is_frozen(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.can_delete and self.allowed(request, obj, self.change_roles) and not self.is_frozen(obj)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        """What is made in a form stands in the event log too."""
        self._log(request, obj, "added")
        entry: LogEntry = super().log_addition(request, obj, message)
        return entry

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        """The same for what is changed; the fields are named, not their values."""
        self._log(request, obj, "changed", message)
        entry: LogEntry = super().log_change(request, obj, message)
        return entry

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """The same for what is deleted."""
        for obj in queryset:
            self._log(request, obj, "deleted")
        return super().log_deletions(request, queryset)

    def _log(self, request: HttpRequest, obj: Any, what: str, message: Any = None) -> None:
        season = season_of(obj, self.season_path)
        facts = {"form": message} if isinstance(message, list) and message else {}
        events.log(
            f"{obj._meta.model_name}.{what}", obj, by=person_of(request.user), season=season.slug, **facts
        )


class InSeasonZone(SeasonScopedAdmin):
    """A form in whose season's zone times are shown and typed; the season is at hand for the panel above it."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """The form of a row, or of a new one."""
        thing = self.get_object(request, object_id) if object_id else None
        season = season_of(thing, self.season_path) if thing else None
        extra = {**(extra_context or {}), **({"season": season} if season else {})}
        with timezone.override(season_zone(season or Season())):
            return rendered(super().changeform_view(request, object_id, form_url, extra))


class ReadOnlyAdmin(SeasonScopedAdmin):
    """A list to read."""

    can_add = can_change = can_delete = False


class SeasonInline(SeasonChoices):
    """A part of a season's form: whoever may change the season may change it, until it is open."""

    extra = 0
    frozen_when_open = True

    def _free(self, obj: Any) -> bool:
        season = obj if isinstance(obj, Season) else getattr(obj, "season", None)
        return not (self.frozen_when_open and season is not None and season.opened_at)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._free(obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._free(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._free(obj)


class SeasonTabular(SeasonInline, TabularInline):
    """Rows as a table."""


class SeasonStacked(SeasonInline, StackedInline):
    """Rows one below the other."""
