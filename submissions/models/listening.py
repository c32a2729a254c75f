from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from spotlight.accounts.codes import long_code, short_code
from spotlight.accounts.models import Person
from spotlight.ledger.models import StoredFile
from submissions.models.season import Season
from submissions.models.track import Track


class PlaySession(models.Model):
    """One listener opens one track. The listener is an account, or a hash whose salt is thrown away each day."""

    code = models.CharField(max_length=32, unique=True, default=long_code, editable=False)
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="+")
    listener = models.CharField(
        max_length=64, help_text="person:<code> or a daily salted hash; never an address."
    )
    market = models.CharField(max_length=16, blank=True)
    counts = models.BooleanField(
        default=True, help_text="False for own, staff, judge and partner plays and known bots."
    )
    opened_at = models.DateTimeField()
    listened_ms = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["opened_at"], name="play_session_opened")]

    def __str__(self) -> str:
        return self.code


class Play(models.Model):
    """A play that counts: once per listener, track and day."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="plays")
    day = models.DateField()
    listener = models.CharField(max_length=64)
    market = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["track", "day", "listener"], name="play_once_a_day")]
        indexes = [models.Index(fields=["day", "track"], name="play_day")]

    def __str__(self) -> str:
        return f"{self.track_id} {self.day}"


class ListenerSalt(models.Model):
    """The salt of one day's listener hashes; removed when the day is over."""

    day = models.DateField(primary_key=True)
    salt = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.day}"


class Like(models.Model):
    """A listener's like; one per account and track."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="likes")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="likes")
    market = models.CharField(max_length=16, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["track", "person"], name="like_once")]

    def __str__(self) -> str:
        return f"{self.track_id}"


class Save(models.Model):
    """A track kept in somebody's own list; one per account and track. Those of its artists and of staff do not count."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="saves")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="saves")
    market = models.CharField(max_length=16, blank=True)
    counts = models.BooleanField(default=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["track", "person"], name="save_once")]

    def __str__(self) -> str:
        return f"{self.track_id}"


class Share(models.Model):
    """A share link or embed code copied; one per account or daily listener, track and day."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="shares")
    listener = models.CharField(max_length=64)
    market = models.CharField(max_length=16, blank=True)
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["track", "day", "listener"], name="share_once_a_day")]

    def __str__(self) -> str:
        return f"{self.track_id} {self.day}"


class Report(models.Model):
    """Somebody says that something is wrong with a track."""

    class Reason(models.TextChoices):
        RIGHTS = "rights", _("It uses my music, or somebody else's")
        HATE = "hate", _("It attacks or threatens people")
        EXPLICIT = "explicit", _("It is explicit and not marked")
        OTHER = "other", _("Something else")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        UPHELD = "upheld", _("upheld")
        DISMISSED = "dismissed", _("dismissed")

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="reports")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    text = models.TextField(_("what is wrong"), max_length=2000, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    at = models.DateTimeField(_("at"))
    decided_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.track}: {self.get_reason_display()}"


class Sound(models.Model):
    """A part of a track cut for fans' videos: whole seconds, made once and used by all who choose the same part."""

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="sounds")
    start = models.PositiveIntegerField(help_text="Seconds from the beginning.")
    seconds = models.PositiveSmallIntegerField()
    rendition = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="+", help_text="What it is cut from."
    )
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rendition", "start", "seconds"], name="sound_once"),
            models.CheckConstraint(
                condition=models.Q(seconds__gte=15) & models.Q(seconds__lte=60), name="sound_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.track_id} {self.start}+{self.seconds}"


class Use(models.Model):
    """A fan's video made with a track, registered by its link; it counts once a person or the season's rule accepts it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting to be checked")
        ACCEPTED = "accepted", pgettext_lazy("use", "accepted")
        REFUSED = "refused", _("refused")

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    season = models.ForeignKey(Season, null=True, blank=True, on_delete=models.PROTECT, related_name="uses")
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="uses")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="uses")
    url = models.URLField(_("link to the video"), max_length=500)
    address = models.CharField(
        max_length=800, blank=True, default="", db_default="", editable=False,
        help_text="See video_address. Empty for what was registered twice before addresses were compared.",
    )  # fmt: skip
    market = models.CharField(max_length=16, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    at = models.DateTimeField(_("at"))
    decided_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(
        _("reason"), max_length=500, blank=True, default="", db_default="",
        help_text="Why somebody decided otherwise than before; the fan reads it.",
    )  # fmt: skip

    class Meta:
        verbose_name = _("use")
        verbose_name_plural = _("uses")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["track", "url"], name="use_once"),
            models.UniqueConstraint(
                fields=["track", "address"], condition=~models.Q(address=""), name="use_address_once"
            ),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def is_by_rule(self) -> bool:
        """Whether the season's rule accepted it and no person decided since."""
        return self.decided_at is not None and self.decided_by_id is None
