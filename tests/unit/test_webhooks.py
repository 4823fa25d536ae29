"""Webhooks: signed, sent by the schedule, given up after three days."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from payments.order import Change, Status
from payments.order_body import event_body
from runtime.aws import Unavailable
from runtime.settings import BadSetting, Settings
from tests.fakes import NOON, FakeTelemetry, an_order
from webhooks import handler
from webhooks.delivery import Delivery
from webhooks.schedule import GIVE_UP_AFTER, HOUR, MINUTE, next_pause, retry_after_seconds
from webhooks.sender import Answer, Sender
from webhooks.signing import signed_headers, signing_keys

CURRENT = "whsec_" + base64.b64encode(b"c" * 24).decode()
PREVIOUS = "whsec_" + base64.b64encode(b"p" * 24).decode()
ORDER = an_order(description="Zwei Karten für „Así“")
EVENT = event_body(ORDER, Change(Status.CANCELLED, NOON))


class Secret:
    def __init__(self, current=CURRENT, previous=None) -> None:
        self.value = {"current": current, "previous": previous}

    def fetch(self):
        return self.value


class Queue:
    def __init__(self) -> None:
        self.hidden, self.sent = [], []

    def change_message_visibility(self, QueueUrl, ReceiptHandle, VisibilityTimeout):  # noqa: N803
        self.hidden.append((QueueUrl, ReceiptHandle, VisibilityTimeout))

    def send_message(self, QueueUrl, MessageBody):  # noqa: N803
        self.sent.append((QueueUrl, json.loads(MessageBody)))


class House:
    """A queue, and a merchant that answers from a script."""

    def __init__(self, *answers) -> None:
        self.answers, self.sent, self.queue, self.telemetry = list(answers), [], Queue(), FakeTelemetry()
        self.seconds_left = 60.0

    def send(self, event):
        self.sent.append(event)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def delivers(self, *, attempt=1, age=0, body=None):
        record = {
            "messageId": "m-1",
            "receiptHandle": "r-1",
            "body": json.dumps({"detail-type": EVENT["type"], "detail": EVENT}) if body is None else body,
            "attributes": {"ApproximateReceiveCount": str(attempt), "SentTimestamp": str((NOON - age) * 1000)},
        }
        delivery = Delivery(
            self, self.queue, "queue", "dead", 1, self.telemetry, lambda: NOON, lambda: self.seconds_left
        )
        return delivery.deliver([record])


def test_an_event_that_is_taken_leaves_the_queue():
    house = House(Answer(204))

    assert house.delivers() == []
    assert house.sent == [EVENT]
    assert (house.queue.hidden, house.queue.sent, house.telemetry.counts) == ([], [], [])


@pytest.mark.parametrize(
    "answer", [Answer(None), Answer(500), Answer(404), Answer(302), Answer(429), Answer(199)], ids=str
)
def test_anything_but_2xx_is_tried_again(answer):
    house = House(answer)

    assert house.delivers() == ["m-1"]
    assert house.queue.hidden == [("queue", "r-1", 5)]


def test_a_merchant_who_wants_no_more_is_left_alone():
    house = House(Answer(410))

    assert house.delivers() == []
    assert house.telemetry.counts == [("WebhookDropped", {})]
    assert house.queue.sent == []


def test_after_three_days_the_event_is_laid_aside():
    house = House(Answer(500))

    assert house.delivers(attempt=10, age=65 * HOUR) == []
    assert house.queue.sent == [("dead", EVENT)]
    assert house.telemetry.counts == [("WebhookUndelivered", {})]


def test_without_a_secret_the_event_stays_in_the_queue():
    house = House(Unavailable("secretsmanager", "NotJson"))

    assert house.delivers() == ["m-1"]


def test_nothing_is_sent_that_could_outlast_the_invocation():
    house = House()
    house.seconds_left = 17

    assert house.delivers() == ["m-1"]
    assert house.sent == []


@pytest.mark.parametrize("body", ["{", "[]", "{}", '{"detail": {"type": "x"}}', '{"detail": null}', '{"data": 1}'])
def test_what_is_no_event_does_not_block_the_queue(body):
    house = House()

    assert house.delivers(body=body) == []
    assert house.telemetry.counts == [("WebhookDropped", {})]


def test_the_schedule_is_the_contracts():
    age, pauses = 0, []
    while (pause := next_pause(len(pauses) + 1, age, retry_after=None)) is not None:
        pauses.append(pause)
        age += pause

    twelve_hours = 12 * HOUR - MINUTE
    assert pauses == [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, *[twelve_hours] * 4]
    assert age < GIVE_UP_AFTER < age + twelve_hours


def test_the_merchant_may_ask_for_more_time_but_not_for_less():
    assert next_pause(1, 0, retry_after=120) == 120
    assert next_pause(3, 0, retry_after=1) == 30 * MINUTE
    assert next_pause(1, 0, retry_after=10**8) == 12 * HOUR - MINUTE


@given(st.integers(1, 30), st.floats(0, GIVE_UP_AFTER), st.none() | st.integers(0, 10**9))
def test_no_try_comes_after_three_days(attempt, age, retry_after):
    pause = next_pause(attempt, age, retry_after=retry_after)

    assert pause is None or (1 <= pause <= 12 * HOUR - MINUTE and age + pause <= GIVE_UP_AFTER + 1)


def test_a_scaled_schedule_is_shorter_as_a_whole():
    assert [next_pause(n, 0, retry_after=None, scale=0.01) for n in (1, 2, 3, 4)] == [1, 3, 18, 72]
    assert next_pause(9, 0.01 * GIVE_UP_AFTER, retry_after=None, scale=0.01) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120),
        ("Sat, 21 Nov 2026 12:01:00 GMT", 60),
        ("Sat, 21 Nov 2020 12:01:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("9" * 40, None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header, seconds):
    assert retry_after_seconds(header, NOON) == seconds


@pytest.mark.parametrize("known", [CURRENT, PREVIOUS])
def test_during_a_rotation_either_secret_verifies(known):
    body = json.dumps(EVENT).encode()
    headers = signed_headers("evt_1", int(time.time()), body, signing_keys({"current": CURRENT, "previous": PREVIOUS}))

    assert Webhook(known).verify(body, headers) == EVENT


def test_another_secret_does_not_verify():
    body = json.dumps(EVENT).encode()
    headers = signed_headers("evt_1", int(time.time()), body, signing_keys({"current": CURRENT, "previous": None}))

    with pytest.raises(Exception, match="No matching signature"):
        Webhook(PREVIOUS).verify(body, headers)


@pytest.mark.parametrize("secret", [{}, {"current": ""}, {"current": "whsec_ü"}, {"current": "placeholder!"}], ids=str)
def test_a_secret_that_is_none_is_an_outage(secret):
    with pytest.raises(Unavailable):
        signing_keys(secret)


@pytest.fixture
def merchant():
    """A server on loopback that does what the test puts into `does`."""

    class Merchant(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.got.append((dict(self.headers), body))
            self.server.does(self)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Merchant)
    server.got, server.does, server.daemon_threads = [], lambda call: answer(call, 204), True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def answer(call, status, **headers):
    call.send_response(status)
    for name, value in headers.items():
        call.send_header(name.replace("_", "-"), value)
    call.end_headers()


def sends(merchant, **changed):
    url = f"http://127.0.0.1:{merchant.server_port}/webhooks"
    sender = Sender(url, Secret(previous=PREVIOUS), urllib3.PoolManager(), lambda: int(time.time()), **changed)
    return sender.send(EVENT)


def test_the_merchants_library_verifies_what_is_sent(merchant):
    assert sends(merchant).is_taken

    ((headers, body),) = merchant.got
    assert Webhook(CURRENT).verify(body, headers) == EVENT
    assert headers["webhook-id"] == f"evt_{ORDER.id[4:]}_cancelled"
    assert headers["Content-Type"] == "application/json"


def test_every_try_is_signed_anew_under_the_same_id(merchant):
    sends(merchant)
    time.sleep(1.1)
    sends(merchant)

    first, second = (headers for headers, _ in merchant.got)
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-timestamp"] != second["webhook-timestamp"]


def test_no_redirect_is_followed(merchant):
    merchant.does = lambda call: answer(call, 307, Location=f"http://127.0.0.1:{merchant.server_port}/elsewhere")

    assert sends(merchant).status == 307
    assert len(merchant.got) == 1


def test_the_answers_wish_for_time_is_read(merchant):
    merchant.does = lambda call: answer(call, 503, Retry_After="120")

    assert sends(merchant) == Answer(503, 120)


def test_a_server_that_answers_byte_by_byte_is_not_waited_for(merchant):
    def drip(call):
        for _ in range(50):
            call.wfile.write(b"H")
            time.sleep(0.1)

    merchant.does = drip
    started = time.monotonic()

    assert sends(merchant, max_seconds=0.5) == Answer(None)
    assert time.monotonic() - started < 2


def test_a_server_that_is_down_is_no_answer():
    sender = Sender("http://127.0.0.1:9/", Secret(), urllib3.PoolManager(), lambda: NOON)

    assert sender.send(EVENT) == Answer(None)


@pytest.mark.parametrize("scale", ["0", "-1", "2", "nan", "fast"])
def test_a_wrong_scale_is_refused_by_name(scale):
    with pytest.raises(BadSetting, match="RETRY_SCALE"):
        handler._retry_scale(Settings({"STAGE": "local", "RETRY_SCALE": scale}))


def test_the_schedule_is_scaled_on_the_local_stage_alone():
    assert handler._retry_scale(Settings({"STAGE": "local", "RETRY_SCALE": "0.01"})) == 0.01
    assert handler._retry_scale(Settings({"STAGE": "prod"})) == 1
    with pytest.raises(BadSetting, match="RETRY_SCALE"):
        handler._retry_scale(Settings({"STAGE": "prod", "RETRY_SCALE": "0.01"}))
