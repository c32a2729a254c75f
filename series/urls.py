"""Addresses of Off the Record."""

from django.urls import path, re_path

from series.views import files, pages

app_name = "series"

urlpatterns = [
    path("offtherecord/", pages.hub, name="hub"),
    path("offtherecord/feed.xml", files.rss, name="feed"),
    path("offtherecord/artwork.jpg", files.artwork, name="artwork"),
    path("offtherecord/shorts/", pages.shorts, name="shorts"),
    re_path(
        r"^offtherecord/media/(?P<code>[a-z0-9]+)\.(?P<suffix>mp4|webm|mp3|m4a|ogg)$",
        files.media,
        name="media",
    ),
    re_path(
        r"^offtherecord/clips/(?P<code>[a-z0-9]+)\.(?P<suffix>mp4|webm|mp3|m4a|ogg)$",
        files.clip_media,
        name="clip_media",
    ),
    path("offtherecord/posters/<slug:code>.jpg", files.poster, name="poster"),
    path("offtherecord/clips/<slug:code>.jpg", files.clip_poster, name="clip_poster"),
    path("offtherecord/<slug:slug>/", pages.episode, name="episode"),
    path("offtherecord/<slug:slug>/card.jpg", files.card, name="card"),
    path("offtherecord/<slug:slug>/artwork.jpg", files.episode_artwork, name="episode_artwork"),
    path("offtherecord/<slug:slug>/cover.jpg", files.album_cover, name="album_cover"),
    path("offtherecord/<slug:slug>/chapters.json", files.chapter_list, name="chapters"),
    path("offtherecord/<slug:slug>/chapters.vtt", files.chapter_track, name="chapter_track"),
    path("offtherecord/<slug:slug>/captions.<slug:language>.vtt", files.captions, name="captions"),
    path("embed/episodes/<slug:slug>/", pages.embed, name="embed"),
    path("hashtags/<str:tag>/", pages.hashtag, name="hashtag"),
]
