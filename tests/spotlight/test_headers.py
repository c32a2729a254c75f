"""What every answer tells the browser."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.test import Client, RequestFactory
from django.utils import translation
from django.views.defaults import server_error

from spotlight.web.headers import NoStoreMiddleware, UnfoldPolicyMiddleware
from spotlight.web.nul import NulMiddleware
from spotlight.web.proxies import ClientAddressMiddleware
from submissions.models import Season


def policy(response: Any) -> str:
    return str(response["Content-Security-Policy"])


@pytest.mark.django_db
def test_pages_have_the_strict_policy(client: Client) -> None:
    response = client.get("/accounts/login/")
    assert response.status_code == 200
    assert "unsafe" not in policy(response)
    for part in (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ):
        assert part in policy(response)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/?season=%00", "/hashtags/a%00b/", "/api/v1/tracks/?genre=%00"])
def test_a_nul_is_refused(client: Client, address: str) -> None:
    assert client.get(address).status_code == 400


@pytest.mark.django_db
def test_a_nul_that_reaches_the_database_is_bad_input() -> None:
    middleware, request = NulMiddleware(lambda request: HttpResponse()), RequestFactory().post("/")
    with pytest.raises(ValueError, match="NUL") as caught:
        Season.objects.filter(slug="\0").first()
    assert middleware.process_exception(request, caught.value).status_code == 400
    assert middleware.process_exception(request, ValueError("another")) is None


@pytest.mark.parametrize(
    ("proxies", "told", "address"),
    [
        (0, "192.0.2.9", "10.0.0.1"),
        (1, "192.0.2.9, 198.51.100.7", "198.51.100.7"),
        (2, "192.0.2.9, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "198.51.100.7", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_the_address_is_the_one_that_the_outermost_proxy_saw(
    settings: Any, proxies: int, told: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": told})
    ClientAddressMiddleware(lambda request: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == address
    assert "x-forwarded-for" not in request.headers, "nobody chooses an address by a header"


@pytest.mark.parametrize(
    ("path", "template", "relaxed"),
    [
        ("/admin/", "admin/index.html", True),
        ("/admin/x/", ["admin/x/change_list.html", "admin/change_list.html"], True),
        ("/admin/desk/", "judging/desk.html", False),
        ("/admin/desk/", ["judging/desk.html", "admin/base.html"], False),
        ("/elsewhere/", "admin/index.html", False),
        ("/administration/", "admin/index.html", False),
    ],
)
def test_only_unfolds_own_pages_are_relaxed(path: str, template: Any, relaxed: bool) -> None:
    request = RequestFactory().get(path)
    response = TemplateResponse(request, template)
    UnfoldPolicyMiddleware(lambda request: response).process_template_response(request, response)
    assert hasattr(response, "_csp_config") is relaxed


@pytest.mark.django_db
def test_nothing_of_a_signed_in_person_is_stored(client: Client) -> None:
    client.force_login(get_user_model().objects.create_user("fan@example.org"))
    response = client.get("/accounts/email/")
    assert response.status_code == 200
    assert {"no-store", "private"} <= {part.strip() for part in response["Cache-Control"].split(",")}


@pytest.mark.parametrize(
    ("signed_in", "cookie", "said", "stored"),
    [
        (False, False, "", ""),
        (True, False, "", "private, no-store"),
        (False, True, "", "private, no-store"),
        (True, True, "public, max-age=60", "public, max-age=60"),
    ],
)
def test_no_store(signed_in: bool, cookie: bool, said: str, stored: str) -> None:
    def answer(request: Any) -> HttpResponse:
        response = HttpResponse(headers={"Cache-Control": said} if said else {})
        if cookie:
            response.set_cookie("a", "b")
        return response

    request: Any = RequestFactory().get("/")
    request.user = get_user_model()() if signed_in else type("Anonymous", (), {"is_authenticated": False})()
    assert NoStoreMiddleware(answer)(request).headers.get("Cache-Control", "") == stored


@pytest.mark.django_db
def test_refusals_before_anybody_is_known_are_pages_of_ours() -> None:
    """An unknown host is refused before there is a user, a form without its token before there is a view."""
    client = Client(
        enforce_csrf_checks=True, raise_request_exception=False, headers={"accept-language": "ja"}
    )
    damaged = client.get("/?season=any", SERVER_NAME="elsewhere.example")
    forged = client.post("/accounts/login/")
    assert (damaged.status_code, forged.status_code) == (400, 403)
    for page in (damaged, forged):
        assert 'lang="ja"' in page.content.decode() and 'id="main"' in page.content.decode()


@pytest.mark.parametrize("language", ["en", "ja", "ko"])
def test_the_page_of_our_own_mistake_says_its_language(language: str) -> None:
    with translation.override(language):
        assert f'<html lang="{language}">' in server_error(RequestFactory().get("/")).content.decode()
