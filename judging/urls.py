"""Addresses of judging: the desk and the chair's room, below /admin/ on pages of our own."""

from django.urls import path

from judging.views import chair, desk, home, media, setup, welcome

urlpatterns = [
    path("admin/home/", home.index, name="home"),
    path("admin/seasons/new/", setup.new_season, name="new_season"),
    path("admin/seasons/<slug:season>/ask/", setup.ask, name="ask"),
    path("admin/desk/", desk.index, name="desk"),
    path("admin/desk/welcome/<slug:slug>/", welcome.welcome, name="desk_welcome"),
    path("admin/desk/welcome/<slug:slug>/accept/", welcome.accept, name="desk_accept"),
    path("admin/desk/welcome/<slug:slug>/conflict/", welcome.declare, name="desk_conflict"),
    path("admin/desk/<slug:code>/", desk.own_list, name="desk_list"),
    path("admin/desk/<slug:code>/<slug:alias>/", desk.sheet, name="desk_sheet"),
    path("admin/desk/<slug:code>/<slug:alias>/audio", media.audio, name="desk_audio"),
    path("admin/desk/<slug:code>/<slug:alias>/artwork", media.artwork, name="desk_artwork"),
    path("admin/desk/<slug:code>/<slug:alias>/recuse/", desk.step_back, {"how": "recuse"}, name="desk_recuse"),
    path("admin/desk/<slug:code>/<slug:alias>/abstain/", desk.step_back, {"how": "abstain"}, name="desk_abstain"),
    path("admin/chair/", chair.index, name="chair"),
    path("admin/chair/<slug:code>/", chair.room, name="chair_room"),
    path("admin/chair/<slug:code>/remind/", chair.remind, name="chair_remind"),
    path("admin/chair/<slug:code>/rule/", chair.rule, name="chair_rule"),
    path("admin/chair/<slug:code>/deal/<slug:entry>/", chair.deal_again, name="chair_deal"),
    path("admin/chair/<slug:code>/join/", chair.join, name="chair_join"),
    path("admin/chair/<slug:code>/leave/<slug:seat>/", chair.leave, name="chair_leave"),
    path("admin/chair/<slug:code>/<str:step>/", chair.step, name="chair_step"),
]
