"""One of everything, with secrets in it: a season in full swing, another one beside it, and a person for each role."""

import datetime
import io
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from django.test import Client
from PIL import Image

from judging.jobs import standings
from judging.models import (
    Award,
    CalibrationSheet,
    CalibrationTrack,
    Conflict,
    Cut,
    ImportBatch,
    Introduction,
    JointRemoval,
    Prize,
    Remark,
    Removal,
    Round,
    Ruling,
    ScoreSheet,
    Shortlisted,
    Source,
    SourceKey,
    Suspicion,
    Witness,
)
from judging.services import cuts
from series.models import Album, CaptionTrack, Clip, Episode, Guest, Series
from spotlight.accounts.models import Person, User
from spotlight.ledger import clock, events, files
from spotlight.ledger.models import Event, Mail, StoredFile, Upload, WorkRow
from spotlight.rehearsal.models import Rehearsal
from submissions.models import (
    Amendment,
    Appeal,
    ClearanceDecision,
    CoWriter,
    Follow,
    Guardian,
    Invitation,
    Organisation,
    Report,
    Role,
    Season,
    SeasonPartner,
    Sound,
    Submission,
    Terms,
    Track,
    Use,
)
from submissions.services.roles import hash_token
from tests import making

TOKEN = "a-token-of-an-invitation"
GUARDIAN_TOKEN, CREDIT_TOKEN = "a-token-of-a-guardian", "a-token-of-a-co-writer"
SECRETS: dict[str, tuple[str, ...]] = {
    # what is hidden in the world: who may meet it. The operator may meet everything.
    "zqvnotetomyself": ("judge",),
    "zqvoldnote": ("judge",),
    "zqvcalibrationnote": ("colleague",),
    "zqvremark": ("judge", "chair"),
    "zqvcomment": ("judge", "chair"),
    "zqvreleasedcomment": ("judge", "chair", "organizer", "owner"),
    "zqvrecusal": ("colleague", "chair", "organizer"),
    "zqvconflict": ("colleague", "chair", "organizer"),
    "zqvowner": ("owner", "clearance", "organizer"),
    "zqvlegalname": ("owner", "clearance", "organizer", "chair"),
    "zqvjudge": ("judge", "chair", "organizer"),
    "zqvfan": ("fan",),
    "zqvdrafttitle": ("owner",),
    "zqvwaitingtitle": ("owner", "clearance", "organizer"),
    "zqvfilename": ("owner", "clearance", "organizer"),
    "zqvheldmail": ("organizer",),
    "zqvsentmail": ("owner", "organizer"),
    "zqvinvited": ("organizer",),
    "zqvepisodedraft": ("editor", "organizer"),
    "zqvreport": ("clearance", "organizer"),
    "zqvimport": ("organizer",),
    "zqvusewaiting": ("fan", "clearance", "organizer"),
    "zqvcutnote": ("chair", "organizer"),
    "zqvremoval": ("chair", "organizer"),
    "zqvjointremoval": ("chair", "organizer"),
    "zqvruling": ("chair", "organizer"),
    "zqvamendment": ("organizer",),
    "zqvplanned": ("organizer",),
    "zqvintroduction": ("owner", "partner"),
    "zqvscoutnote": ("partner",),
    "zqvsuspicion": ("owner", "organizer"),
    "zqvrefusal": ("owner", "clearance", "organizer"),
    "zqvappeal": ("owner", "clearance", "organizer"),
    "zqvwitness": ("organizer",),
    "zqvguardian": ("owner", "clearance", "organizer"),
    "zqvcontest": ("owner", "clearance", "organizer"),
    "zqvfacts": ("chair", "organizer"),
}
# What would tell a judge whose track a blind entry is; none of it may come from the desk of that round.
NAMES = ("zqvblindartist", "zqvblindtitle", "zqvfilename", "zqvlegalname")


@dataclass
class World:
    """The things by name, and a signed-in browser for each role."""

    people: dict[str, Person] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    alpha: Any = None
    gamma: Any = None
    things: dict[str, Any] = field(default_factory=dict)

    def sign_in(self, role: str, user: User) -> None:
        """Keep the cookie of a session for the role."""
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        self.sessions[role] = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def build() -> World:
    """Make it all in the current transaction."""
    world = World()
    _seasons(world)
    _people(world)
    _entries(world)
    _rounds(world)
    _hub(world)
    _records(world)
    _scouted(world)
    world.sessions["anonymous"] = ""
    for role, person in world.people.items():
        world.sign_in(role, person.user)
    return world


def _seasons(world: World) -> None:
    world.things["beta"] = making.open_for_good(making.make_season("beta"))
    world.gamma = Season.objects.create(slug="gamma", name="zqvplanned")
    logo = _file(StoredFile.Kind.IMAGE, "image/png", _picture())
    world.alpha = alpha = making.make_season(
        "alpha", genres=["pop"], brand_color="#225588", logo=logo, guardian_under=18,
        confirms_credits=True, identity_by="either",
    )  # fmt: skip
    Terms.objects.create(season=alpha, dated_on=datetime.date(2026, 1, 1), text="Be kind.")
    for season, name in ((alpha, "open prize"), (world.gamma, "planned prize")):
        world.things[name] = Prize.objects.create(season=season, tier=1, name="A day in the studio")
    for number, extra in ((1, {"cut": 1}), (2, {"cut": 1}), (3, {"is_blind": True}), (4, {})):
        world.things[f"round {number}"] = making.make_round(alpha, number, **extra)
    world.things["planned round"] = making.make_round(world.gamma, 1)
    making.open_for_good(alpha)


def _people(world: World) -> None:
    alpha, beta = world.alpha, world.things["beta"]
    for role in ("fan", "owner", "artist"):
        world.people[role] = making.make_person(role)
    for role in Role.values:
        world.people[role] = making.make_role(alpha, Role(role))
    making.make_role(world.gamma, Role.ORGANIZER, world.people["organizer"])
    world.people["colleague"] = making.make_role(alpha, Role.JUDGE)
    world.people["guest_judge"] = making.make_role(beta, Role.JUDGE)
    world.people["guest_organizer"] = making.make_role(beta, Role.ORGANIZER)
    world.people["former"] = former = making.make_role(alpha, Role.ORGANIZER)
    for role in (Role.JUDGE, Role.CHAIR, Role.CLEARANCE, Role.EDITOR):
        making.make_role(alpha, role, former)
    former.memberships.update(ended_at=clock.now())
    world.people["operator"] = making.make_person("operator", is_superuser=True, is_staff=True)
    for role in ("owner", "judge", "fan"):
        user = world.people[role].user
        assert user is not None
        user.email = f"zqv{role}@example.test"
        user.save()
        EmailAddress.objects.filter(user=user).update(email=user.email)
    Person.objects.filter(pk=world.people["owner"].pk).update(name="zqvlegalname")
    world.people["owner"].refresh_from_db()


def _entries(world: World) -> None:
    things, alpha, owner = world.things, world.alpha, world.people["owner"]
    photo = _file(StoredFile.Kind.IMAGE, "image/jpeg", b"a photo")
    mine = making.make_artist(owner, name="zqvblindartist", is_public=True, photo=photo)
    theirs = making.make_artist(world.people["artist"], is_public=True)
    things["artist"], things["new artist"] = mine, making.make_artist(owner, name="zqvdrafttitle")
    Follow.objects.create(artist=theirs, person=owner, at=clock.now())
    things["song"] = _sung(making.make_submission(alpha, mine, title="zqvblindtitle", licence="clips"))
    things["their song"] = _sung(making.make_submission(alpha, theirs, market="kr"))
    things["draft"] = _sung(making.make_submission(alpha, mine, state="draft", title="zqvdrafttitle"))
    things["waiting"] = _sung(making.make_submission(alpha, mine, state="submitted", title="zqvwaitingtitle"))
    things["refused"] = _sung(making.make_submission(alpha, mine, state="refused"))
    reviewer = world.people["clearance"]
    refusal = ClearanceDecision.objects.create(
        submission=things["refused"], outcome="refused", reasons=["rights"], note="zqvrefusal", by=reviewer, at=clock.now()
    )  # fmt: skip
    Appeal.objects.create(
        decision=refusal, refused_by=reviewer, text="zqvappeal", sent_by=owner, sent_at=clock.now()
    )
    _asked(world)
    song = things["song"].track
    things["rehearsal"] = Rehearsal.objects.create(season=things["song"].season, asked_at=clock.now())
    things["sound"] = Sound.objects.create(
        track=song, start=0, seconds=15, rendition=song.rendition, file=song.rendition, created_at=clock.now()
    )
    things["upload"] = Upload.objects.create(
        owner=owner, purpose=f"track:{things['draft'].track.code}", name="zqvfilename.wav", size=10
    )
    Report.objects.create(track=song, reason="other", text="zqvreport", at=clock.now())
    Use.objects.create(
        season=alpha, track=song, person=world.people["fan"], url="https://video.example/zqvusewaiting", at=clock.now()
    )  # fmt: skip


def _asked(world: World) -> None:
    """Guardians and co-writers: those of a cleared entry hold links, those of a waiting one have still to answer."""
    later = {"asked_at": clock.now(), "expires_at": clock.now() + datetime.timedelta(days=7)}
    for name, links in (("song", (GUARDIAN_TOKEN, CREDIT_TOKEN)), ("waiting", ("-", "-"))):
        guardian, credit = (hash_token(link + name) if link == "-" else hash_token(link) for link in links)
        Guardian.objects.create(
            submission=world.things[name], birth_year=2011, email="zqvguardian@example.test", token_sha256=guardian, **later
        )  # fmt: skip
        world.things[f"cowriter of {name}"] = CoWriter.objects.create(
            submission=world.things[name], email="rin@example.test", state="contested", note="zqvcontest",
            parts=[["Rin", "composer", 5000]], token_sha256=credit, **later,
        )  # fmt: skip


def _sung(submission: Submission) -> Submission:
    track: Track = submission.track
    track.original = _file(StoredFile.Kind.ORIGINAL, "audio/wav", b"RIFF as sent", name="zqvfilename.wav")
    track.rendition = _file(StoredFile.Kind.RENDITION, "audio/mp4", b"a rendition")
    track.save()
    return submission


def _rounds(world: World) -> None:
    things = world.things
    first = _closed(world, 1)
    cuts.approve_cut(cuts.propose_cut(first, by=world.people["organizer"]), by=world.people["chair"])
    cuts.announce(first, by=world.people["organizer"])
    second = _closed(world, 2)
    Cut.objects.create(
        round=second, standings=second.standings.first(), size=1, note="zqvcutnote",
        proposed_by=world.people["organizer"], proposed_at=clock.now(),
    )  # fmt: skip
    things["removal"] = Removal.objects.create(
        submission=things["their song"], kind="disqualified", reason="zqvremoval",
        proposed_by=world.people["organizer"], proposed_at=clock.now(),
    )  # fmt: skip
    things["joint removal"] = JointRemoval.objects.create(
        season=world.alpha, artist=things["their song"].artist, kind="contested", reason="zqvjointremoval",
        proposed_by=world.people["organizer"], proposed_at=clock.now(),
    )  # fmt: skip
    running = making.advance(things["round 3"], "open")
    things["dealt"] = dealt = making.make_entry(running, things["song"])
    other = making.make_entry(running, things["their song"])
    seat = making.make_seat(running, world.people["judge"])
    things["seat"] = colleague = making.make_seat(running, world.people["colleague"])
    sheet = making.make_sheet(dealt, seat, 7, 6, filed=False)
    ScoreSheet.objects.filter(pk=sheet.pk).update(note="zqvnotetomyself", comment="zqvcomment")
    making.make_sheet(other, colleague, 3, 4)
    recused = making.make_sheet(dealt, colleague, filed=False)
    recused.assignment.__class__.objects.filter(pk=recused.assignment.pk).update(
        state="recused", reason="zqvrecusal", ended_at=clock.now()
    )
    ScoreSheet.objects.filter(pk=recused.pk).delete()
    made = standings.compute(running)
    assert made is not None
    _calibrated(world)
    _declared(world)


def _calibrated(world: World) -> None:
    """Round four has a calibration set of one track, which the colleague has scored."""
    elsewhere = making.make_submission(making.make_season("earlier")).track
    world.things["calibration"] = track = CalibrationTrack.objects.create(
        round=world.things["round 4"], track=elsewhere, position=1
    )
    member = world.people["colleague"].memberships.get(role="judge")
    CalibrationSheet.objects.create(
        of=track, membership=member, marks={"song": "9"}, note="zqvcalibrationnote", updated_at=clock.now(), filed_at=clock.now()
    )  # fmt: skip
    Remark.objects.create(
        entry=world.things["entry 2"], by=world.people["chair"], text="zqvremark", at=clock.now()
    )


def _closed(world: World, number: int) -> Round:
    made = making.advance(world.things[f"round {number}"], "open")
    seat = making.make_seat(made, world.people["judge"])
    entry = made.entries.first() or making.make_entry(made, world.things["song"])  # a cut has made it
    making.make_readings(entry, 3, 4, 5) if number == 1 else None
    for place, mark in ((entry, 9), (making.make_entry(made, world.things["their song"]), 2)):
        sheet = making.make_sheet(place, seat, mark, mark, filed=False)
        comment = "zqvreleasedcomment" if number == 1 and mark == 9 else "kept back"
        ScoreSheet.objects.filter(pk=sheet.pk).update(
            note="zqvoldnote", comment=comment, state="filed", filed_at=clock.now()
        )
    making.advance(made, "locked")
    Ruling.objects.create(
        round=made, entry=made.entries.last(), outcome="stands", reason="zqvruling", by=world.people["chair"], at=clock.now()
    )  # fmt: skip
    standings.compute(made, closing=True)
    making.advance(made, "closed")
    world.things[f"entry {number}"] = entry
    return made


def _declared(world: World) -> None:
    Conflict.objects.create(
        season=world.alpha, person=world.people["colleague"], artist=world.things["artist"],
        note="zqvconflict", declared_at=clock.now(),
    )  # fmt: skip
    world.things["award"] = Award.objects.create(
        prize=world.things["open prize"], entry=world.things["entry 1"], place=1,
        accept_by=clock.now() + datetime.timedelta(days=7),
    )  # fmt: skip


def _hub(world: World) -> None:
    things = world.things
    picture = _file(StoredFile.Kind.IMAGE, "image/jpeg", _picture("JPEG"))
    things["series"] = series = Series.objects.create(
        season=world.alpha, slug="off-the-record", tag_key="offtherecord", artwork=picture
    )
    things["guest"] = Guest.objects.create(name="A guest")
    things["album"] = album = Album.objects.create(title="An album", artist=things["artist"], artwork=picture)
    film = _file(StoredFile.Kind.MEDIA, "video/mp4", b"a film")
    recording = {
        "media": film,
        "check_state": "ready",
        "duration_ms": 60_000,
        "width": 160,
        "height": 90,
        "poster": picture,
    }
    shared = {"series": series, "album": album, "summary": "A night crossing.", "language": "en", **recording}
    chapters = {"version": "1.2.0", "chapters": [{"startTime": 0, "title": "Start"}]}
    things["episode"] = Episode.objects.create(
        slug="one-piano", title="One piano", state="published", published_at=clock.now(), number=1, chapters=chapters, **shared
    )  # fmt: skip
    things["episode draft"] = Episode.objects.create(
        slug="two-pianos", title="zqvepisodedraft", number=2, chapters=chapters, **shared
    )
    for name in ("episode", "episode draft"):
        CaptionTrack.objects.create(
            episode=things[name], language="en", text="WEBVTT\n\n00:00.000 --> 00:01.000\nHello.\n"
        )
        things[f"clip of {name}"] = Clip.objects.create(
            episode=things[name], title="A clip" if name == "episode" else "zqvepisodedraft", **recording
        )


def _records(world: World) -> None:
    alpha, things, now = world.alpha, world.things, clock.now()
    organizer = world.people["organizer"]
    things["organisation"] = Organisation.objects.create(name="A label")
    things["invitation"] = Invitation.objects.create(
        season=alpha, email="zqvinvited@example.test", role="judge", token_sha256=hash_token(TOKEN), invited_by=organizer,
        invited_at=now, expires_at=now + datetime.timedelta(days=7),
    )  # fmt: skip
    things["mail"] = Mail.objects.create(
        to="zqvowner@example.test", person=world.people["owner"], season="alpha", batch="cut:x", template="cut",
        subject="zqvheldmail", text="zqvheldmail", state="held", created_at=now,
    )  # fmt: skip
    Mail.objects.create(
        to="zqvowner@example.test", person=world.people["owner"], season="alpha", template="cut", subject="zqvsentmail",
        text="zqvsentmail", state="sent", created_at=now, released_at=now, sent_at=now,
    )  # fmt: skip
    things["amendment"] = Amendment.objects.create(
        season=alpha, field="results_at", before=now, after=now + datetime.timedelta(days=1), reason="zqvamendment",
        proposed_by=organizer, proposed_at=now,
    )  # fmt: skip
    source, _ = Source.objects.get_or_create(season=alpha, slug="radio", defaults={"name": "Radio"})
    things["source"] = source
    things["batch"] = ImportBatch.objects.create(source=source, state="failed", problem="zqvimport", at=now)
    things["source key"] = SourceKey.objects.create(source=source, encrypted="not to be read", made_at=now)
    things["suspicion"] = Suspicion.objects.create(
        season=alpha, track=things["song"].track, detector="burst", source=source, first_day=now.date(),
        last_day=now.date(), found_at=now, round=things["round 3"], measures=["plays"], markets=["jp"],
        days=[now.date().isoformat()], state="left-out", reason="zqvsuspicion", decided_by=organizer, decided_at=now,
    )  # fmt: skip
    things["witness"] = Witness.objects.create(season=alpha, email="zqvwitness@example.test")
    things["work"] = WorkRow.objects.create(kind="track.process", key="x", due_at=now, created_at=now)
    events.log("season.noted", alpha, by=world.people["owner"], season="alpha", what="zqvfacts")
    things["events"] = Event.objects.get(verb="season.noted")


def _scouted(world: World) -> None:
    """A partner of the season keeps a note on the owner's song and asks to be introduced."""
    alpha, partner, song = world.alpha, world.people["partner"], world.things["song"]
    works_for = Organisation.objects.create(name="A publisher", kind="publisher")
    SeasonPartner.objects.create(season=alpha, organisation=works_for)
    partner.memberships.filter(season=alpha).update(organisation=works_for)
    Shortlisted.objects.create(
        organisation=works_for,
        submission=song,
        is_listed=True,
        note="zqvscoutnote",
        by=partner,
        at=clock.now(),
    )
    world.things["introduction"] = Introduction.objects.create(
        season=alpha, organisation=works_for, artist=song.artist, submission=song, asked_by=partner,
        asked_at=clock.now(), message="zqvintroduction",
    )  # fmt: skip


def _file(kind: StoredFile.Kind, media_type: str, content: bytes, name: str = "") -> StoredFile:
    return files.keep_bytes(content, kind=kind, media_type=media_type, name=name)


def _picture(kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 32)).save(out, kind)
    return out.getvalue()
