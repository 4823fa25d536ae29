"""The parts of the function, wired together once per process."""

from __future__ import annotations

import secrets
import time
import uuid
from typing import TYPE_CHECKING

from chat.adapters.bedrock import BedrockPointing, BedrockWording
from chat.adapters.kms import KmsVault
from chat.adapters.prepared_wording import PreparedWording
from chat.adapters.session_store import DynamoSessionStore
from chat.adapters.stripe_payment_methods import StripePaymentMethods
from chat.adapters.visit_store import DynamoVisitStore
from chat.http.api import Api
from chat.turns.attempts import Limits
from chat.turns.composing import Composer
from chat.turns.confirm import Confirmation
from chat.turns.errors import SessionExpired
from chat.turns.records import Records
from chat.turns.turn import Turns
from chat.values.session import Policy
from chat.visits.chat_payment import ChatPayment
from chat.visits.claiming import Claiming
from chat.visits.handover import Handover
from chat.visits.issuer import Issuer
from chat.visits.ledger import Ledger
from chat.visits.opening import Opening
from chat.visits.openings import OrderOpenings
from chat.visits.visits import Visits
from chat.visits.waiting import Waiting
from payments.adapters.orders_table import OrdersTable
from payments.adapters.stripe_checkouts import OrderCheckouts
from payments.adapters.stripe_client import STRIPE_SECONDS, StripeAccount, stripe_client
from payments.adapters.stripe_intents import OrderIntents
from payments.adapters.stripe_key import StripeKey
from payments.adapters.stripe_reports import StripeReader
from payments.settlement import Settlement
from runtime.aws import TimeLimits
from wording.bank import WordingBank

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient
    from stripe import StripeClient

    from chat.adapters.order_items import TermsOf
    from chat.adapters.telemetry import PowertoolsTelemetry
    from chat.settings import Settings
    from chat.turns.composing import Wording
    from payments.order import Terms
    from payments.stored import OrderStore
    from runtime.clients import Clients
    from runtime.deadline import Deadline

AWS_LIMITS = TimeLimits(connect_seconds=0.5, read_seconds=1, attempts=2)
MODEL_LIMITS = TimeLimits(connect_seconds=0.5, read_seconds=2, attempts=1)
GO_ON_SECONDS = STRIPE_SECONDS + AWS_LIMITS.total_seconds  # a request to Stripe and the write after it, at worst
CONFIRM_SECONDS = AWS_LIMITS.total_seconds + GO_ON_SECONDS  # the claim before that


class Parts:
    """`deadline`: of the invocation; every call is bounded by it. `connect`: a Stripe client from a key and a URL."""

    def __init__(
        self,
        chosen: Settings,
        deadline: Deadline,
        telemetry: PowertoolsTelemetry,
        clients: Clients,
        connect: Callable[[str, str | None], StripeClient] = stripe_client,
    ) -> None:
        self._chosen, self._deadline, self._telemetry, self._clients = chosen, deadline, telemetry, clients
        self._connect = connect
        self._policy = Policy(
            chosen.brands, chosen.contact, chosen.test_cards_only, merchant=chosen.merchant,
            captures=chosen.captures, wallets=chosen.wallets,
        )  # fmt: skip
        self._limits = Limits(chosen.attempts_per_address, chosen.attempts_per_card)
        self._dynamodb = clients.get("dynamodb", AWS_LIMITS, at_once=True)
        self._orders = OrdersTable(self._dynamodb, chosen.orders_table, now, new_id)
        self._sessions = DynamoSessionStore(
            self._dynamodb, chosen.sessions_table, chosen.receipts_table, chosen.attempts_table, terms_of(self._orders)
        )
        self._records = Records(self._sessions, now=now, new_id=new_id)
        self._vault = KmsVault(clients.get("kms", AWS_LIMITS), chosen.sealing_key, chosen.counting_key)
        self._key = StripeKey(clients.get("secretsmanager", AWS_LIMITS), chosen.stripe_secret, now)
        self._processor = StripePaymentMethods(
            self._key,
            telemetry,
            deadline,
            stage=chosen.stage,
            test_tokens=chosen.test_tokens,
            url=chosen.stripe_url,
            connect=connect,
        )

    def api(self) -> Api:
        chosen = self._chosen
        bedrock = self._clients.get("bedrock-runtime", MODEL_LIMITS, chosen.model_url)
        pointing = BedrockPointing(bedrock, chosen.model_id if chosen.pointing else "", self._telemetry)
        composer = Composer(self._vault, self._wording(bedrock), pointing, self._telemetry, self._policy, now)
        visits = self._visits()
        turns = Turns(
            records=self._records,
            vault=self._vault,
            composer=composer,
            confirmation=self._confirmation(),
            visits=visits,
            openings=OrderOpenings(visits.ledger, visits.opening, visits.waiting, composer, new_token),
            telemetry=self._telemetry,
            policy=self._policy,
            new_token=new_token,
        )
        return Api(turns, self._telemetry, new_id, time.monotonic, chosen.return_url)

    def _confirmation(self) -> Confirmation:
        return Confirmation(
            records=self._records,
            vault=self._vault,
            processor=self._processor,
            limits=self._limits,
            telemetry=self._telemetry,
            policy=self._policy,
            sleep=time.sleep,
            seconds_left=self._deadline.seconds_left,
            seconds_needed=CONFIRM_SECONDS,
        )

    def _visits(self) -> Visits:
        chosen = self._chosen
        account = StripeAccount(
            self._key, self._deadline, stage=chosen.stage, url=chosen.stripe_url, connect=self._connect
        )
        ledger = Ledger(
            records=self._records,
            store=DynamoVisitStore(
                self._dynamodb,
                self._sessions,
                self._orders,
                sessions_table=chosen.sessions_table,
                receipts_table=chosen.receipts_table,
                counters_table=chosen.attempts_table,
            ),
            orders=self._orders,
            settlement=Settlement(self._orders, StripeReader(account), self._telemetry, now),
            policy=self._policy,
            telemetry=self._telemetry,
            has_page=bool(chosen.page_url),
        )
        claiming = Claiming(
            ledger=ledger,
            limits=self._limits,
            sleep=time.sleep,
            seconds_left=self._deadline.seconds_left,
            seconds_needed=CONFIRM_SECONDS,
            seconds_to_go_on=GO_ON_SECONDS,
        )
        handover = Handover(ledger, claiming, OrderCheckouts(account, wallets=chosen.wallets))
        return Visits(
            ledger=ledger,
            opening=Opening(ledger, self._vault),
            payment=ChatPayment(
                ledger, claiming, self._vault, self._processor, Issuer(ledger, claiming, OrderIntents(account))
            ),
            handover=handover,
            waiting=Waiting(ledger, claiming, handover),
        )

    def _wording(self, bedrock: BedrockRuntimeClient) -> Wording:
        chosen = self._chosen
        live = BedrockWording(bedrock, "" if chosen.wording == "off" else chosen.model_id, self._telemetry)
        bank = WordingBank(self._dynamodb, chosen.wordings_table, now)
        return PreparedWording(bank, live) if chosen.wording == "prepared" else live


def terms_of(orders: OrderStore) -> TermsOf:
    def read(order_id: str) -> Terms:
        order = orders.load(order_id)
        if order is None:
            raise SessionExpired
        return order.terms

    return read


def now() -> int:
    """Seconds since the epoch."""
    return int(time.time())


def new_id() -> str:
    return str(uuid.uuid4())


def new_token() -> str:
    return secrets.token_urlsafe(32)  # 256 bits
