"""Every address of the program, from the URL resolver, and what to put into it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver, get_resolver

from submissions.models import Season
from submissions.queries.following import stop_link
from tests.spotlight.access.world import CREDIT_TOKEN, GUARDIAN_TOKEN, TOKEN, World

Arguments = dict[str, Any]
UNKNOWN: Arguments = {
    "slug": "zzzz", "code": "zzzz", "season": "zzzz", "token": "zzzz", "object_id": "999999", "number": 99, "alias": "zzzz",
    "person": "zzzz", "cowriter": "zzzz", "entry": "zzzz", "seat": "zzzz", "source": "zzzz", "tag": "zzzz", "language": "xx", "suffix": "mp4", "key": "zzzz", "kind": "label",
    "uidb36": "zz", "app_label": "zzzz", "content_type_id": "999999", "rest": "zzzz", "url": "zzzz",
}  # fmt: skip
# A word that chooses what an address does stays as it is when the thing is unknown.
VERBS = {"step", "verb", "role"}
# Addresses whose arguments name nothing that could be unknown or foreign.
WITHOUT_A_THING = {"kit_tone", "api_not_found", "series:hashtag"}


@dataclass(frozen=True)
class Route:
    """A pattern of the resolver, written as one line, with its name."""

    pattern: str
    name: str

    @property
    def words(self) -> tuple[str, ...]:
        """The names of its arguments."""
        return tuple(re.findall(r"<(?:\w+:)?(\w+)>", self.pattern))

    def address(self, given: Arguments) -> str:
        """The path with arguments put in."""
        path = re.sub(r"\(\?P<(\w+)>(?:\([^)]*\)|[^)])*\)", r"<\1>", self.pattern)
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(given[found[1]]), path)
        return "/" + path.replace("^", "").replace("$", "").replace("\\", "")


def routes() -> list[Route]:
    """All of them, in the order of the resolver."""
    return list(dict.fromkeys(_walk(get_resolver(), "", "")))


def _walk(resolver: URLResolver, before: str, space: str) -> Iterator[Route]:
    for part in resolver.url_patterns:
        pattern = before + str(part.pattern)
        if isinstance(part, URLResolver):
            inner = f"{space}{part.namespace}:" if part.namespace else space
            yield from _walk(part, pattern, inner)
        elif isinstance(part, URLPattern):
            yield Route(pattern, space + (part.name or ""))


def things_for(route: Route, world: World) -> dict[str, Arguments]:
    """What to ask an address for: a label to its arguments. An address with arguments is asked for something unknown too."""
    if not route.words:
        return {"": {}}
    if route.name.startswith("admin:"):
        made = _in_the_panel(route, world)
    else:
        made = _by_name(world).get(route.name) or _by_word(route, world)
    if route.name in WITHOUT_A_THING:
        return made
    given = next(iter(made.values()))
    return made | {"unknown": {word: given[word] if word in VERBS else UNKNOWN[word] for word in route.words}}


def _by_word(route: Route, world: World) -> dict[str, Arguments]:
    if route.words == ("season",):  # most pages of seasons
        seasons = {"open": "alpha", "planned": "gamma"}
        return {label: {"season": slug} for label, slug in seasons.items()}
    raise LookupError(
        f"tests/spotlight/access/routes.py does not say what to ask {route.pattern} ({route.name}) for"
    )


def _by_name(world: World) -> dict[str, dict[str, Arguments]]:
    return (
        _listening(world)
        | _portal(world)
        | _clearance(world)
        | _panel(world)
        | _boards(world)
        | _hub(world)
        | _rehearsals(world)
        | _rest(world)
    )


def _listening(world: World) -> dict[str, dict[str, Arguments]]:
    song, draft = world.things["song"].track.code, world.things["waiting"].track.code
    tracks = {"released": {"code": song}, "waiting": {"code": draft}}
    artists = {
        "public": {"slug": world.things["artist"].slug},
        "new": {"slug": world.things["new artist"].slug},
    }
    originals = {name: {"code": world.things[name].code} for name in ("song", "draft", "waiting")}
    sound = {"made": {"code": world.things["sound"].code}}
    return {
        **_each(("track", "track_like", "track_save", "track_report", "track_shared", "track_use", "track_cut", "track_embed"), tracks),
        **_each(("api_track", "track_chart", "track_weeks", "media_track", "media_artwork", "media_artwork_jpeg", ""), tracks),
        **_each(("artist", "artist_path", "artist_follow", "api_artist", "media_photo"), artists),
        "media_original": originals, "sound": sound, "sound_file": sound,
    }  # fmt: skip


def _portal(world: World) -> dict[str, dict[str, Arguments]]:
    entries = {name: {"code": world.things[name].code} for name in ("draft", "waiting", "song")}
    names = ("entry", "upload_create", "audio", "review", "sent", "withdraw", "ask_again", "identity")
    refused = {"refused": {"code": world.things["refused"].code}}
    steps = {label: {**given, "step": "track"} for label, given in entries.items()}
    return {
        **{f"submit_{name}": entries for name in names}, "submit_step": steps, "submit_appeal": entries | refused,
        "submit_artist": {"own": {"slug": world.things["artist"].slug}},
        "submit_upload": {"own": {"code": world.things["upload"].code}},
    }  # fmt: skip


def _clearance(world: World) -> dict[str, dict[str, Arguments]]:
    entries = {name: {"code": world.things[name].code} for name in ("waiting", "song", "draft")}
    credits = {
        name: {"code": world.things[name].code, "cowriter": world.things[f"cowriter of {name}"].code}
        for name in ("waiting", "song")
    }
    names = (
        "clearance_claim",
        "clearance_label",
        "clearance_afterwards",
        "clearance_identity",
    )
    refused = {"refused": {"code": world.things["refused"].code}}
    return _each(names, entries) | {"clearance_entry": entries | refused, "clearance_credit": credits}


def _panel(world: World) -> dict[str, dict[str, Arguments]]:
    dealt = {"dealt": {"code": "alpha-3", "alias": world.things["dealt"].alias}}
    rounds = {"running": {"code": "alpha-3"}, "closed": {"code": "alpha-2"}}
    cuts = {
        name: {"season": "alpha", "number": number}
        for name, number in (("announced", 1), ("closed", 2), ("running", 3))
    }
    return {
        "desk_sheet": dealt | {"closed": {"code": "alpha-2", "alias": world.things["entry 2"].alias}},
        **_each(("desk_audio", "desk_artwork", "desk_recuse", "desk_abstain"), dealt),
        **_each(("desk_welcome", "desk_accept", "desk_conflict"), {"open": {"slug": "alpha"}}),
        **_each(("desk_list", "chair_room", "chair_remind", "chair_rule", "chair_join"), rounds),
        **_each(("chair_deal_many", "chair_limit"), rounds),
        **_each(("desk_discussion", "chair_discussion"), rounds),
        "desk_calibration": {"planned": {"code": "alpha-4"}},
        **_each(("desk_calibration_sheet", "desk_calibration_audio"), {"planned": {"code": "alpha-4", "alias": world.things["calibration"].alias}}),
        "chair_calibration": {"planned": {"code": "alpha-4"}, "running": {"code": "alpha-3"}},
        "chair_deal": {"running": {"code": "alpha-3", "entry": world.things["dealt"].code}},
        "chair_entry": {"running": {"code": "alpha-3", "entry": world.things["dealt"].code}},
        "chair_leave": {"running": {"code": "alpha-3", "seat": world.things["seat"].code}},
        "chair_step": {"lock": {"code": "alpha-3", "step": "lock"}, "open": {"code": "alpha-4", "step": "open"}},
        **_each(("cut_round", "cut_number", "cut_deliver", "what_if"), cuts),
        "cut_act": {"approve": {"season": "alpha", "number": 2, "verb": "approve"}},
        "entry_leave": {
            "running": {"code": world.things["dealt"].code},
            "closed": {"code": world.things["entry 2"].code},
        },
        "leaving_whole": {"artist": {"season": "alpha", "kind": "artist", "key": world.things["artist"].slug}},
        "joint_removal": {"proposed": {"code": world.things["joint removal"].code}},
        "joint_removal_act": {"approve": {"code": world.things["joint removal"].code, "verb": "approve"}},
        "removal_act": {"approve": {"code": world.things["removal"].code, "verb": "approve"}},
    }  # fmt: skip


def _rehearsals(world: World) -> dict[str, dict[str, Arguments]]:
    return {"rehearsal": {"done": {"season": "alpha", "code": world.things["rehearsal"].code}}}


def _boards(world: World) -> dict[str, dict[str, Arguments]]:
    entries = {
        "announced": {"code": world.things["entry 1"].code},
        "running": {"code": world.things["dealt"].code},
    }
    seasons = {"open": {"slug": "alpha"}, "planned": {"slug": "gamma"}}
    return {
        "why": entries, "award": entries, "api_season": seasons, "api_chart": seasons,
        "released": {"announced": {"season": "alpha", "number": 1}, "closed": {"season": "alpha", "number": 2}},
    }  # fmt: skip


def _hub(world: World) -> dict[str, dict[str, Arguments]]:
    both = {"published": world.things["episode"], "draft": world.things["episode draft"]}
    clips = {
        label: world.things[f"clip of {name}"]
        for label, name in (("published", "episode"), ("draft", "episode draft"))
    }
    slugs = {label: {"slug": episode.slug, "language": "en"} for label, episode in both.items()}
    names = (
        "episode",
        "card",
        "episode_artwork",
        "album_cover",
        "chapters",
        "chapter_track",
        "captions",
        "embed",
    )
    return {
        **{f"series:{name}": slugs for name in names}, "api_episode": slugs,
        "series:hashtag": {"ours": {"tag": "offtherecord"}},
        **_each(("series:media", "series:poster"), {label: {"code": e.code, "suffix": "mp4"} for label, e in both.items()}),
        **_each(("series:clip_media", "series:clip_poster"), {label: {"code": c.code, "suffix": "mp4"} for label, c in clips.items()}),
    }  # fmt: skip


def _rest(world: World) -> dict[str, dict[str, Arguments]]:
    alpha: Arguments = {"season": "alpha"}
    return {
        "invitation": {"open": {"token": TOKEN}},
        "guardian_consent": {"open": {"token": GUARDIAN_TOKEN}},
        "stop_follow_mails": {"of a fan": {"token": stop_link(world.people["fan"]).rstrip("/").rsplit("/")[-1]}},
        "credit_confirmation": {"answered": {"token": CREDIT_TOKEN}},
        **_each(("end_role", "employer"), {"of a judge": {**alpha, "person": world.people["judge"].code, "role": "judge"}}),
        "partner_entry": {"heard": {**alpha, "code": world.things["song"].code}},
        "introduction": {"asked": {"code": world.things["introduction"].code}},
        "invitation_action": {"open": {**alpha, "code": world.things["invitation"].code}},
        "mail": {"held": {**alpha, "number": world.things["mail"].pk}},
        "amendment_action": {"proposed": {**alpha, "number": world.things["amendment"].pk}},
        "api_push_readings": {"radio": {"slug": "alpha", "source": "radio"}},
        **_each(("readings_source", "readings_switch", "readings_new_key"), {"radio": {**alpha, "source": "radio"}}),
        "readings_end_key": {"radio": {**alpha, "source": "radio", "code": world.things["source key"].code}},
        **_each(("readings_batch", "readings_rejections"), {"failed": {**alpha, "code": world.things["batch"].code}}),
        "suspicion": {"left out": {**alpha, "code": world.things["suspicion"].code}},
        **_each(("api_my_set_aside_one", "api_appeal"), {"left out": {"code": world.things["suspicion"].code}}),
        "set_aside": {"left out": {"code": world.things["suspicion"].code}},
        "demo_as": {"any": {"role": "judge"}},
        "round_setup": {"running": {**alpha, "number": 3}, "planned": {"season": "gamma", "number": 1}},
        "account_confirm_email": {"a key": {"key": "zzzzz"}},
        "account_reset_password_from_key": {"a key": {"uidb36": "1", "key": "zz-zz"}},
        "proof_bundle": {"published": {**alpha, "number": 1}},
        "kit_tone": {"one": {"number": 1}}, "api_not_found": {"any": {"rest": "nothing/here"}},
    }  # fmt: skip


def _in_the_panel(route: Route, world: World) -> dict[str, Arguments]:
    if route.name == "admin:view_on_site":
        return {
            "season": {
                "content_type_id": ContentType.objects.get_for_model(Season).pk,
                "object_id": world.alpha.pk,
            }
        }
    if route.name == "admin:app_list":
        return {label: {"app_label": label} for label in ("submissions", "ledger", "auth")}
    if "object_id" not in route.words:
        return {"any": {"url": "nothing/here"}}
    return {label: {"object_id": pk} for label, pk in _rows(route.pattern.split("/")[2], world).items()}


def _each(names: tuple[str, ...], things: dict[str, Arguments]) -> dict[str, dict[str, Arguments]]:
    return {name: things for name in names}


def _rows(model: str, world: World) -> dict[str, int]:
    things, user = world.things, world.people["owner"].user
    assert user is not None
    rows: dict[str, dict[str, Any]] = {
        "season": {"open": world.alpha, "planned": world.gamma},
        "round": {"running": things["round 3"], "planned": things["planned round"]},
        "prize": {"open": things["open prize"], "planned": things["planned prize"]},
        "membership": {"of a judge": world.people["judge"].memberships.first()},
        "event": {"one": things["events"]}, "emailaddress": {"of the owner": EmailAddress.objects.filter(user=user).first()},
        "importbatch": {"failed": things["batch"]},
    }  # fmt: skip
    found = rows.get(model) or {"one": things.get(model)}
    return {label: getattr(row, "pk", None) or 1 for label, row in found.items()}
