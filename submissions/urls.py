"""Addresses of this app. `season` is the slug of a season."""

from django.urls import path

from submissions.views import outbox, roles, seasons

urlpatterns = [
    # Seasons in public
    path("seasons/<slug:season>/", seasons.season_page, name="season"),
    path("seasons/<slug:season>/rules/", seasons.season_rules_page, name="season_rules"),
    path("seasons/<slug:season>/rules.json", seasons.season_rules_json, name="season_rules_json"),
    path("seasons/<slug:season>/theme.css", seasons.season_theme, name="season_theme"),
    # Roles
    path("invitations/<str:token>/", roles.invitation, name="invitation"),
    path("admin/seasons/<slug:season>/people/", roles.people, name="people"),
    path("admin/seasons/<slug:season>/people/<str:person>/<str:role>/end/", roles.end_role, name="end_role"),
    path("admin/seasons/<slug:season>/invitations/<str:code>/", roles.invitation_action, name="invitation_action"),
    # Mail
    path("admin/seasons/<slug:season>/outbox/", outbox.index, name="outbox"),
    path("admin/seasons/<slug:season>/outbox/release/", outbox.release, name="release_mails"),
    path("admin/seasons/<slug:season>/outbox/<int:number>/", outbox.read, name="mail"),
    # Set-up
    path("admin/seasons/<slug:season>/open/", seasons.opening, name="open_season"),
    path("admin/seasons/<slug:season>/amend/", seasons.amend, name="amend"),
    path("admin/seasons/<slug:season>/amend/<int:number>/", seasons.amendment_action, name="amendment_action"),
]
