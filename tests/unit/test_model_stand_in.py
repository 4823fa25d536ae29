"""The model stand-in implements Converse. It is called as a function here, without a socket."""

import json

import botocore.session
import pytest
from botocore.validate import ParamValidator

from local.model.choices import read_choices
from local.model.server import HOSTILE, HOSTILE_CHOICES, Model
from local.stand_in.service import Request
from wording.checks import has_digit

SERVICE = botocore.session.Session().get_service_model("bedrock-runtime")
MODEL = "us.meta.llama3-3-70b-instruct-v1:0"


def converse(model, text="<reply>What is your name?</reply>", **more):
    body = {"messages": [{"role": "user", "content": [{"text": text}]}], **more}
    return model(Request("POST", f"/model/{MODEL}/converse", body=json.dumps(body).encode()))


def plan(model, **step):
    assert model(Request("POST", "/_control/plan", body=json.dumps(step).encode())).status == 200


def text_of(answer):
    return answer.body["output"]["message"]["content"][0]["text"]


@pytest.mark.parametrize(
    ("language", "worded"),
    [
        ("en", "What is your name? Take your time."),
        ("fr", "What is your name? Rien ne presse."),
        ("tlh", "What is your name?"),
    ],
)
def test_it_rewords_the_reply_in_the_prompt(language, worded):
    prompt = f"<language>{language}</language>\nuser: hello\n<reply>What is your name?</reply>"

    assert text_of(converse(Model(), prompt)) == worded


@pytest.mark.parametrize("kind", [None, *HOSTILE])
def test_its_answer_has_the_shape_of_converse(kind):
    model = Model()
    if kind:
        plan(model, behaviour="hostile", kind=kind)

    report = ParamValidator().validate(converse(model).body, SERVICE.shape_for("ConverseResponse"))

    assert not report.has_errors(), report.generate_report()


@pytest.mark.parametrize(
    ("behaviour", "status", "error"),
    [
        ("throttled", 429, "ThrottlingException"),
        ("error", 500, "InternalServerException"),
        ("off", 403, "AccessDeniedException"),
    ],
)
def test_it_fails_on_demand_as_bedrock_does(behaviour, status, error):
    model = Model()
    plan(model, behaviour=behaviour)

    answer = converse(model)

    assert (answer.status, answer.headers["x-amzn-ErrorType"]) == (status, error)
    assert converse(model).status == 200


def test_a_slow_model_waits_before_it_answers():
    waited = []
    model = Model(sleep=waited.append)
    plan(model, behaviour="slow", seconds=4)

    assert converse(model).status == 200
    assert waited == [4.0]


def test_a_hostile_model_says_every_kind_of_text_in_turn():
    model = Model()
    plan(model, behaviour="hostile", times=None)

    contents = [converse(model).body["output"]["message"]["content"] for _ in HOSTILE]

    assert [content[0]["text"] if content else "" for content in contents] == list(HOSTILE.values())


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"messages": []}', b'{"messages": [{"role": "user"}]}', b'{"messages": "hello"}']
)
def test_a_request_that_is_not_valid_for_converse_is_refused(body):
    answer = Model()(Request("POST", f"/model/{MODEL}/converse", body=body))

    assert (answer.status, answer.headers["x-amzn-ErrorType"]) == (400, "ValidationException")


def test_it_lists_the_prompts_it_received():
    model = Model()
    converse(model, "for John", system=[{"text": "be kind"}])
    converse(model, "for Jane")

    calls = model(Request("GET", "/_control/calls", query={"containing": "John"})).body

    assert [call["model"] for call in calls] == [MODEL]
    assert calls[0]["system"] == [{"text": "be kind"}]


def test_a_step_can_be_limited_to_one_conversation():
    model = Model()
    plan(model, behaviour="say", text="Ahoy!", containing="Jane")

    assert text_of(converse(model, "for John")) != "Ahoy!"
    assert text_of(converse(model, "for Jane")) == "Ahoy!"


TOOL = {
    "name": "choose",
    "inputSchema": {
        "json": {
            "type": "object",
            "properties": {"meaning": {"type": "string", "enum": ["is this safe, who sees my data", "none of these"]}},
        }
    },
}


def chosen(model, said):
    answer = converse(model, f"<message>{said}</message>", toolConfig={"tools": [{"toolSpec": TOOL}]})
    report = ParamValidator().validate(answer.body, SERVICE.shape_for("ConverseResponse"))
    assert not report.has_errors(), report.generate_report()
    [used] = [each["toolUse"] for each in answer.body["output"]["message"]["content"]]
    return used["input"]


def test_with_a_tool_it_chooses_what_was_recorded_for_the_message_where_that_is_offered():
    recorded = {choice["meaning"]: said for said, choice in read_choices().items()}

    assert chosen(Model(), recorded["is this safe, who sees my data"])["meaning"] == "is this safe, who sees my data"
    assert chosen(Model(), recorded["how much is it"]) == {"meaning": "none of these"}
    assert chosen(Model(), "what nobody ever wrote") == {"meaning": "none of these"}


def test_it_chooses_what_it_is_told_to_and_can_be_hostile():
    model = Model()
    plan(model, behaviour="choose", meaning="whatever", name="Ada")
    plan(model, behaviour="hostile", kind="payment")

    assert chosen(model, "hm") == {"meaning": "whatever", "name": "Ada"}
    assert chosen(model, "hm") == HOSTILE_CHOICES["payment"]


def test_no_recorded_message_has_a_digit():
    assert [said for said in read_choices() if has_digit(said)] == []
