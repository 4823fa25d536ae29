"""The certificate that the page's server makes for itself."""

import ssl
from pathlib import Path

import pytest

from payment_page.certificate import write_self_signed


def test_a_server_can_use_the_certificate_with_its_key(tmp_path: Path):
    certificate, key = write_self_signed(tmp_path)

    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)


def test_the_key_is_readable_by_its_owner_only(tmp_path: Path):
    _, key = write_self_signed(tmp_path)

    assert key.stat().st_mode & 0o777 == 0o600


def test_every_start_makes_another_key(tmp_path: Path):
    places = [tmp_path / "first", tmp_path / "second"]
    for place in places:
        place.mkdir()

    first, second = (write_self_signed(place)[1].read_bytes() for place in places)

    assert first != second


def test_a_value_of_page_tls_that_is_not_known_ends_the_start():
    from payment_page.serve import tls_settings

    assert tls_settings("") == {}
    with pytest.raises(SystemExit, match=r"PAGE_TLS.*'yes'"):
        tls_settings("yes")
