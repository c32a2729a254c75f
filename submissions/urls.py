"""Addresses of this app. `season` is the slug of a season."""

from django.urls import path

from submissions.views import (
    artists,
    clearance,
    consent,
    dashboard,
    entries,
    following,
    listening,
    media,
    outbox,
    plays,
    reports,
    reuse,
    roles,
    seasons,
    uploads,
)

urlpatterns = [
    # Seasons in public
    path("seasons/<slug:season>/", seasons.season_page, name="season"),
    path("seasons/<slug:season>/rules/", seasons.season_rules_page, name="season_rules"),
    path("seasons/<slug:season>/rules.json", seasons.season_rules_json, name="season_rules_json"),
    path("seasons/<slug:season>/theme.css", seasons.season_theme, name="season_theme"),
    path("seasons/<slug:season>/logo.png", seasons.season_logo, name="season_logo"),
    # Listening
    path("playlist/", listening.playlist, name="playlist"),
    path("playlist.json", listening.playlist_json, name="playlist_json"),
    path("playlist.xspf", listening.playlist_xspf, name="playlist_xspf"),
    path("plays", plays.record, name="plays"),
    path("plays/sessions", plays.open_session, name="play_sessions"),
    path("tracks/<slug:code>/", listening.track_page, name="track"),
    path("tracks/<slug:code>/like/", listening.like, name="track_like"),
    path("tracks/<slug:code>/save/", listening.save, name="track_save"),
    path("tracks/<slug:code>/report/", listening.report, name="track_report"),
    path("tracks/<slug:code>/shared/", plays.shared, name="track_shared"),
    path("tracks/<slug:code>/use/", listening.register_use, name="track_use"),
    path("tracks/<slug:code>/cut/", reuse.cut, name="track_cut"),
    path("sounds/<slug:code>/", reuse.sound, name="sound"),
    path("sounds/<slug:code>.m4a", reuse.download, name="sound_file"),
    path("artists/<slug:slug>/", listening.artist_page, name="artist"),
    path("artists/<slug:slug>/follow/", following.follow, name="artist_follow"),
    path("following/stop/<str:token>/", following.stop_mails, name="stop_follow_mails"),
    path("embed/tracks/<slug:code>/", listening.embed, name="track_embed"),
    # Roles
    path("invitations/<str:token>/", roles.invitation, name="invitation"),
    path("admin/seasons/<slug:season>/people/", roles.people, name="people"),
    path("admin/seasons/<slug:season>/people/<str:person>/<str:role>/end/", roles.end_role, name="end_role"),
    path(
        "admin/seasons/<slug:season>/people/<str:person>/<str:role>/employer/",
        roles.employer,
        name="employer",
    ),
    path(
        "admin/seasons/<slug:season>/invitations/<str:code>/",
        roles.invitation_action,
        name="invitation_action",
    ),
    # Behind signed links: a guardian's consent, a co-writer's confirmation
    path("consents/<str:token>/", consent.guardian, name="guardian_consent"),
    path("confirmations/<str:token>/", consent.credit, name="credit_confirmation"),
    # Mail
    path("admin/seasons/<slug:season>/outbox/", outbox.index, name="outbox"),
    path("admin/seasons/<slug:season>/outbox/release/", outbox.release, name="release_mails"),
    path("admin/seasons/<slug:season>/outbox/<int:number>/", outbox.read, name="mail"),
    # Set-up
    path("admin/seasons/<slug:season>/open/", seasons.opening, name="open_season"),
    path("admin/seasons/<slug:season>/amend/", seasons.amend, name="amend"),
    path(
        "admin/seasons/<slug:season>/amend/<int:number>/", seasons.amendment_action, name="amendment_action"
    ),
    # Artists
    path("me/", dashboard.me, name="me"),
    path("me/saved/", dashboard.saved, name="me_saved"),
    path("me/following/", following.artists, name="me_following"),
    path("submit/", entries.start, name="submit"),
    path("submit/artist/", artists.new_artist, name="submit_new_artist"),
    path("submit/artist/<slug:slug>/", artists.artist, name="submit_artist"),
    path("submit/uploads/<slug:code>/", uploads.upload, name="submit_upload"),
    path("submit/<slug:code>/", entries.entry, name="submit_entry"),
    path("submit/<slug:code>/upload/", uploads.create, name="submit_upload_create"),
    path("submit/<slug:code>/audio/", uploads.audio, name="submit_audio"),
    path("submit/<slug:code>/review/", entries.review, name="submit_review"),
    path("submit/<slug:code>/sent/", entries.sent, name="submit_sent"),
    path("submit/<slug:code>/withdraw/", entries.take_back, name="submit_withdraw"),
    path("submit/<slug:code>/appeal/", entries.appeal, name="submit_appeal"),
    path("submit/<slug:code>/ask-again/", consent.ask_again, name="submit_ask_again"),
    path("submit/<slug:code>/identity/", consent.place_code, name="submit_identity"),
    path("submit/<slug:code>/<slug:step>/", entries.step, name="submit_step"),
    # Files
    path("media/tracks/<slug:code>.m4a", media.track, name="media_track"),
    path("media/originals/<slug:code>", media.original, name="media_original"),
    path("media/artwork/<slug:code>", media.artwork, name="media_artwork"),
    path("media/artwork/<slug:code>.svg", media.artwork),
    path("media/artwork/<slug:code>.jpg", media.artwork_jpeg, name="media_artwork_jpeg"),
    path("media/photos/<slug:slug>.jpg", media.photo, name="media_photo"),
    # Clearance
    path("admin/clearance/", clearance.queue, name="clearance"),
    path("admin/clearance/next/", clearance.take_next, name="clearance_next"),
    path("admin/clearance/reports/", reports.reports, name="clearance_reports"),
    path("admin/clearance/uses/", reports.uses, name="clearance_uses"),
    path("admin/clearance/<slug:code>/", clearance.entry, name="clearance_entry"),
    path("admin/clearance/<slug:code>/claim/", clearance.renew, name="clearance_claim"),
    path("admin/clearance/<slug:code>/label/", clearance.label, name="clearance_label"),
    path("admin/clearance/<slug:code>/identity/", consent.see_identity, name="clearance_identity"),
    path(
        "admin/clearance/<slug:code>/credits/<slug:cowriter>/", consent.settle_credit, name="clearance_credit"
    ),
    path("admin/clearance/<slug:code>/afterwards/", clearance.afterwards, name="clearance_afterwards"),
]
