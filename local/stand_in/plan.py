"""What a stand-in has been told to do: which behaviour, for which calls, how often."""

import threading
from collections.abc import Mapping
from typing import Any

from local.stand_in.service import Answer, Request

Step = Mapping[str, Any]


class Plan:
    """Steps in the order in which they were added. A call uses the first step that matches it.

    A step is a JSON object. `behaviour` is one of the names that the stand-in knows. `times` is the number of calls
    that use the step (default 1; null: until it is deleted). The fields named in `selectors` limit it to matching
    calls, so that tests can share a stand-in. All other fields are parameters of the behaviour.
    """

    def __init__(
        self, behaviours: frozenset[str], selectors: tuple[str, ...], *, exact: frozenset[str] = frozenset()
    ) -> None:
        self._behaviours = behaviours
        self._selectors = selectors
        self._exact = exact
        self._steps: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def take(self, **call: str | None) -> Step | None:
        """The step for this call, used up once more; or None.

        A selector matches if the call's value contains it, or, of the `exact` ones, is it.
        """
        with self._lock:
            for step in self._steps:
                if not all(self._matches(step, name, call.get(name) or "") for name in self._selectors):
                    continue
                if step["times"] is not None:
                    step["times"] -= 1
                    if step["times"] <= 0:
                        self._steps.remove(step)
                return dict(step)
        return None

    def _matches(self, step: Step, name: str, value: str) -> bool:
        wanted = step.get(name)
        return wanted is None or (str(wanted) == value if name in self._exact else str(wanted) in value)

    def control(self, request: Request) -> Answer:
        """GET lists the steps, POST adds one or a list, DELETE removes all, or those that the query selects."""
        if request.method == "POST":
            try:
                asked = request.json()
                steps = [self._validate(step) for step in (asked if isinstance(asked, list) else [asked])]
            except ValueError as error:
                return Answer(400, {"message": str(error)})
            with self._lock:
                self._steps.extend(steps)
        elif request.method == "DELETE":
            with self._lock:
                self._steps = [step for step in self._steps if not self._is_selected(step, request.query)]
        return Answer(200, self._steps)

    def _validate(self, step: object) -> dict[str, Any]:
        if not isinstance(step, dict) or step.get("behaviour") not in self._behaviours:
            raise ValueError(f"behaviour: one of {', '.join(sorted(self._behaviours))}")
        times = step.get("times", 1)
        if times is not None and (not isinstance(times, int) or times < 1):
            raise ValueError("times: a positive whole number, or null")
        return {**step, "times": times}

    def _is_selected(self, step: Step, query: Mapping[str, str]) -> bool:
        return all(str(step.get(name)) == query[name] for name in self._selectors if name in query)
