"""Addresses of judging: desk, chair's room and cut below /admin/ on pages of our own; the public boards."""

from django.urls import path

from judging.views import (
    boards,
    calibration,
    chair,
    chair_calibration,
    cuts,
    desk,
    discussion,
    home,
    media,
    proof,
    readings,
    removals,
    setup,
    suspicions,
    welcome,
    whatif,
)

urlpatterns = [
    path("admin/home/", home.index, name="home"),
    path("admin/seasons/new/", setup.new_season, name="new_season"),
    path("admin/seasons/<slug:season>/ask/", setup.ask, name="ask"),
    path("admin/seasons/<slug:season>/rounds/<int:number>/", setup.round_setup, name="round_setup"),
    path("admin/desk/", desk.index, name="desk"),
    path("admin/desk/welcome/<slug:slug>/", welcome.welcome, name="desk_welcome"),
    path("admin/desk/welcome/<slug:slug>/accept/", welcome.accept, name="desk_accept"),
    path("admin/desk/welcome/<slug:slug>/conflict/", welcome.declare, name="desk_conflict"),
    path("admin/desk/<slug:code>/", desk.own_list, name="desk_list"),
    path("admin/desk/<slug:code>/calibration/", calibration.index, name="desk_calibration"),
    path(
        "admin/desk/<slug:code>/calibration/<slug:alias>/", calibration.sheet, name="desk_calibration_sheet"
    ),
    path(
        "admin/desk/<slug:code>/calibration/<slug:alias>/audio",
        calibration.audio,
        name="desk_calibration_audio",
    ),
    path("admin/desk/<slug:code>/discussion/", discussion.at_the_desk, name="desk_discussion"),
    path("admin/desk/<slug:code>/<slug:alias>/", desk.sheet, name="desk_sheet"),
    path("admin/desk/<slug:code>/<slug:alias>/audio", media.audio, name="desk_audio"),
    path("admin/desk/<slug:code>/<slug:alias>/artwork", media.artwork, name="desk_artwork"),
    path(
        "admin/desk/<slug:code>/<slug:alias>/recuse/", desk.step_back, {"how": "recuse"}, name="desk_recuse"
    ),
    path(
        "admin/desk/<slug:code>/<slug:alias>/abstain/",
        desk.step_back,
        {"how": "abstain"},
        name="desk_abstain",
    ),
    path("admin/chair/", chair.index, name="chair"),
    path("admin/chair/<slug:code>/", chair.room, name="chair_room"),
    path("admin/chair/<slug:code>/remind/", chair.remind, name="chair_remind"),
    path("admin/chair/<slug:code>/rule/", chair.rule, name="chair_rule"),
    path("admin/chair/<slug:code>/deal/<slug:entry>/", chair.deal_again, name="chair_deal"),
    path("admin/chair/<slug:code>/entries/<slug:entry>/", chair.entry, name="chair_entry"),
    path("admin/chair/<slug:code>/deal/", chair.deal_many, name="chair_deal_many"),
    path("admin/chair/<slug:code>/limit/", chair.limit, name="chair_limit"),
    path("admin/chair/<slug:code>/calibration/", chair_calibration.index, name="chair_calibration"),
    path("admin/chair/<slug:code>/discussion/", discussion.in_the_room, name="chair_discussion"),
    path("admin/chair/<slug:code>/join/", chair.join, name="chair_join"),
    path("admin/chair/<slug:code>/leave/<slug:seat>/", chair.leave, name="chair_leave"),
    path("admin/chair/<slug:code>/<str:step>/", chair.step, name="chair_step"),
    path("admin/readings/<slug:season>/", readings.index, name="readings"),
    path("admin/readings/<slug:season>/sources/<slug:source>/", readings.source, name="readings_source"),
    path(
        "admin/readings/<slug:season>/sources/<slug:source>/counts/", readings.switch, name="readings_switch"
    ),
    path(
        "admin/readings/<slug:season>/sources/<slug:source>/keys/", readings.new_key, name="readings_new_key"
    ),
    path(
        "admin/readings/<slug:season>/sources/<slug:source>/keys/<slug:code>/end/",
        readings.end_key,
        name="readings_end_key",
    ),
    path("admin/readings/<slug:season>/<slug:code>/", readings.batch, name="readings_batch"),
    path(
        "admin/readings/<slug:season>/<slug:code>/rejected.csv",
        readings.rejections,
        name="readings_rejections",
    ),
    path("admin/suspicions/<slug:season>/", suspicions.index, name="suspicions"),
    path("admin/suspicions/<slug:season>/<slug:code>/", suspicions.detail, name="suspicion"),
    path("admin/cut/", cuts.overview, name="cut"),
    path("admin/cut/<slug:season>/<int:number>/", cuts.detail, name="cut_round"),
    path("admin/cut/<slug:season>/<int:number>/what-if/", whatif.what_if, name="what_if"),
    path("admin/cut/<slug:season>/<int:number>/number/", cuts.fix_number, name="cut_number"),
    path("admin/cut/<slug:season>/<int:number>/deliver/", cuts.deliver, name="cut_deliver"),
    path("admin/cut/<slug:season>/<int:number>/<slug:verb>/", cuts.act, name="cut_act"),
    path("admin/entries/<slug:code>/leave/", removals.leave, name="entry_leave"),
    path("admin/removals/<slug:code>/<slug:verb>/", removals.act, name="removal_act"),
    path("seasons/<slug:season>/leaderboard/", boards.leaderboard, name="leaderboard"),
    path("seasons/<slug:season>/leaderboard/<int:number>/", boards.released, name="released"),
    path("seasons/<slug:season>/results/", boards.results, name="results"),
    path("tracks/<slug:code>/chart/", boards.track_chart, name="track_chart"),
    path("artists/<slug:slug>/path/", boards.artist_path, name="artist_path"),
    path("seasons/<slug:season>/proof/", proof.page, name="proof"),
    path("seasons/<slug:season>/proof/<int:number>.zip", proof.bundle, name="proof_bundle"),
    path("admin/proof/<slug:season>.zip", proof.bundle_so_far, name="proof_so_far"),
    path("me/readings/<slug:code>/", suspicions.own, name="set_aside"),
    path("entries/<slug:code>/why/", boards.why_this_rank, name="why"),
    path("entries/<slug:code>/award/", boards.answer_award, name="award"),
]
