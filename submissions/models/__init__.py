from submissions.models.appeal import Appeal
from submissions.models.artist import Artist, ArtistLink, ArtistMember
from submissions.models.consent import CoWriter, Guardian, Identity
from submissions.models.fingerprint import Fingerprint, Resemblance
from submissions.models.following import Follow, FollowMail
from submissions.models.listening import (
    Like,
    ListenerSalt,
    Play,
    PlaySession,
    Report,
    Save,
    Share,
    Sound,
    Use,
)
from submissions.models.membership import Invitation, Membership, Organisation, Role, SeasonPartner
from submissions.models.season import Amendment, Division, Market, Question, Season, SeasonText, Terms
from submissions.models.submission import Answer, ClearanceClaim, ClearanceDecision, Submission
from submissions.models.track import Credit, Track, TrackArtist

__all__ = [
    "Amendment",
    "Answer",
    "Appeal",
    "Artist",
    "ArtistLink",
    "ArtistMember",
    "ClearanceClaim",
    "ClearanceDecision",
    "CoWriter",
    "Credit",
    "Division",
    "Fingerprint",
    "Follow",
    "FollowMail",
    "Guardian",
    "Identity",
    "Invitation",
    "Like",
    "ListenerSalt",
    "Market",
    "Membership",
    "Organisation",
    "Play",
    "PlaySession",
    "Question",
    "Report",
    "Resemblance",
    "Role",
    "Save",
    "Season",
    "SeasonPartner",
    "SeasonText",
    "Share",
    "Sound",
    "Submission",
    "Terms",
    "Track",
    "TrackArtist",
    "Use",
]
