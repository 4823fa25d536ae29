"""The saved queries of CloudWatch Logs Insights."""

# Over the chat function's log group. The fields are those of lambdas/chat/adapters/telemetry.py.
QUERIES = {
    "unforeseen": "filter message in ['unforeseen', 'the Stripe key cannot be used'] | sort @timestamp desc"
    " | fields @timestamp, level, message, session_id, kind, places, secret, reason",
    "refusals": "filter message = 'refused' | stats count(*) as times by http_status, code | sort times desc",
    "refused-values": "filter message = 'turn' and ispresent(error) | stats count(*) as times by step, error"
    " | sort times desc",
    "declines": "filter message = 'declined' | stats count(*) as times by code, detail | sort times desc",
    "dependencies": "filter message = 'unavailable' | stats count(*) as times by dependency, code | sort times desc",
    "slow-turns": "filter message = 'turn' | stats pct(milliseconds, 50) as p50, pct(milliseconds, 95) as p95,"
    " count(*) as turns by step | sort p95 desc",
    "one-session": "filter session_id = 'PUT THE SESSION ID HERE' | sort @timestamp | fields @timestamp, message, step,"
    " next_step, status, error, http_status, dependency, code, detail, kind, places, milliseconds",
}
# Over the log groups of the functions around orders.
ORDER_QUERIES = {
    "one-order": "filter order_id = 'PUT THE ORDER ID HERE' | sort @timestamp | fields @timestamp, @log, message,"
    " status, statuses, event, attempt, http_status, pause_seconds, dependency, code, kind, places",
    "deliveries": "filter ispresent(attempt) | stats count(*) as times by message, http_status | sort times desc",
    "order-trouble": "filter message in ['unforeseen', 'unavailable', 'stuck', 'undelivered'] | sort @timestamp desc"
    " | fields @timestamp, @log, message, order_id, status, http_status, dependency, code, kind, places",
}
