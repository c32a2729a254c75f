import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from spotlight.errors import InvalidInput, NotFound, SpotlightError
from spotlight.ledger import clock
from spotlight.ledger.models import Event, Mail
from submissions.models import Invitation, Membership, Season
from submissions.permissions import roles_in
from submissions.services import roles
from tests.submissions.making import a_person, a_season, organizer_of, with_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def season() -> Season:
    return a_season()


def invite(season: Season, email: str = "new@example.com", role: str = "judge", **more: Any) -> Any:
    return roles.invite(season, email=email, role=role, by=organizer_of(season), **more)


def token_in(mail: Mail) -> str:
    return re.search(r"/invitations/([^/\s]+)/", mail.text).group(1)


def newest_token() -> str:
    return token_in(Mail.objects.first())


def test_an_invitation_is_mailed_and_only_its_hash_is_kept(season: Season) -> None:
    invitation = invite(season, name="Haru Ito")
    mail = Mail.objects.get()
    assert mail.to == "new@example.com"
    assert token_in(mail) not in str(Invitation.objects.values().get(pk=invitation.pk))
    assert roles.find(token_in(mail)) == invitation


@pytest.mark.parametrize("language", ["en", "ja", "ko"])
def test_the_mail_is_in_the_readers_language(season: Season, language: str) -> None:
    invite(season, language=language)
    assert Mail.objects.get().language == language


def test_accepting_gives_the_role_once(season: Season) -> None:
    invite(season)
    token, person = newest_token(), a_person()
    assert roles.accept(token, by=person) == roles.accept(token, by=person)
    assert roles_in(person.user, season) == {"judge"}
    assert Event.objects.filter(verb="role.taken").count() == 1


def test_a_used_link_is_not_for_somebody_else(season: Season) -> None:
    invite(season)
    token = newest_token()
    roles.accept(token, by=a_person())
    with pytest.raises(roles.InvitationOver):
        roles.accept(token, by=a_person())


def test_sent_again_the_old_link_stops(season: Season) -> None:
    invitation = invite(season)
    old = newest_token()
    roles.resend(invitation, by=organizer_of(season))
    with pytest.raises(NotFound):
        roles.find(old)
    assert roles.find(newest_token()) == invitation


def test_inviting_twice_sends_again(season: Season) -> None:
    assert invite(season) == invite(season)
    assert Invitation.objects.count() == 1
    assert Mail.objects.count() == 2


def test_too_old_and_withdrawn(season: Season) -> None:
    invitation = invite(season)
    token = newest_token()
    clock.move_by(datetime.timedelta(days=15))
    with pytest.raises(roles.InvitationOver):
        roles.accept(token, by=a_person())
    roles.withdraw(invitation, by=organizer_of(season))
    with pytest.raises(roles.InvitationOver):
        roles.resend(invitation, by=organizer_of(season))


def test_who_has_the_role_is_not_invited(season: Season) -> None:
    judge = with_role(season, "judge")
    with pytest.raises(InvalidInput) as refusal:
        invite(season, email=judge.user.email)
    assert refusal.value.field == "email"


def test_a_role_ends_and_can_be_given_again(season: Season) -> None:
    judge = with_role(season, "judge")
    roles.end_role(Membership.objects.get(person=judge), by=organizer_of(season))
    assert roles_in(judge.user, season) == set()
    roles.grant(season, person=judge, role="judge", by=organizer_of(season))
    assert roles_in(judge.user, season) == {"judge"}


def test_the_last_organizer_stays(season: Season) -> None:
    with pytest.raises(SpotlightError):
        roles.end_role(season.memberships.get(), by=organizer_of(season))
    with_role(season, "organizer")
    roles.end_role(season.memberships.first(), by=organizer_of(season))


# ---- pages -----------------------------------------------------------------------------------------------------------


def test_a_visitor_sees_the_offer_and_comes_back_after_signing_in(client: Client, season: Season) -> None:
    invite(season)
    page = reverse("invitation", args=[newest_token()])
    answer = client.get(page)
    assert answer.status_code == 200 and f"next={page}" in answer.content.decode().replace("%2F", "/")
    assert client.post(page)["Location"] == f"{reverse('account_login')}?next={page}"


def test_a_judge_goes_on_to_confidentiality(client: Client, season: Season) -> None:
    invite(season)
    person = a_person()
    client.force_login(person.user)
    answer = client.post(reverse("invitation", args=[newest_token()]))
    assert answer["Location"] == reverse("desk_welcome", args=[season.slug])


def test_an_unknown_link_is_404_and_an_old_one_says_so(client: Client, season: Season) -> None:
    assert client.get(reverse("invitation", args=["nothing"])).status_code == 404
    invite(season)
    page = reverse("invitation", args=[newest_token()])
    clock.move_by(datetime.timedelta(days=15))
    answer = client.get(page)
    assert answer.status_code == 410 and "too old" in answer.content.decode()


def test_people_are_managed_by_organizers_only(client: Client, season: Season) -> None:
    page = reverse("people", args=[season.slug])
    assert client.get(page).status_code == 302
    for role in ("judge", "chair", "clearance", "editor"):
        client.force_login(with_role(season, role).user)
        assert client.get(page).status_code == 404
    client.force_login(organizer_of(a_season()).user)
    assert client.get(page).status_code == 404
    client.force_login(organizer_of(season).user)
    assert client.get(page).status_code == 200


def test_inviting_resending_withdrawing_and_ending_on_the_page(client: Client, season: Season) -> None:
    client.force_login(organizer_of(season).user)
    page = reverse("people", args=[season.slug])
    assert client.post(page, {"email": "x@example.com", "role": "chair", "language": "ja"}).status_code == 302
    assert client.post(page, {"email": "nobody", "role": "king", "language": "ja"}).status_code == 422
    offer = season.invitations.get()
    action = reverse("invitation_action", args=[season.slug, offer.code])
    client.post(action, {"do": "resend"})
    assert Mail.objects.count() == 2
    client.post(action, {"do": "withdraw"})
    offer.refresh_from_db()
    assert offer.withdrawn_at
    judge = with_role(season, "judge")
    client.post(reverse("end_role", args=[season.slug, judge.code, "judge"]))
    assert roles_in(judge.user, season) == set()


def test_staff_start_at_their_work(client: Client, season: Season) -> None:
    for role, name in (("organizer", "home"), ("chair", "chair"), ("judge", "desk")):
        client.force_login(with_role(season, role).user)
        assert client.get(reverse("start"))["Location"] == reverse(name)
        assert client.get(reverse("admin:index"))["Location"] == reverse(name)
