"""How the Council would vote on each text of the menu in the first month in which decisions act, and the terms behind it.

The kernel runs the scenario to that month in a future of each draw of the parameters; members are then asked by the vote rule
that both engines use, about each text as drafted, whether or not it is tabled.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from unsim.calendar import month_name
from unsim.rules import coalition, council
from unsim.rules.jit import kernel
from unsim.scenario import Scenario
from unsim.sweep import run

MONTH = 1
"""The second: what a strategy decides acts from there on."""
TERMS = {
    "linked": "the text itself: position, rivalry, bite",
    "veto_price": "price of a veto",
    "weapons_mood": "attention to weapons",
    "posture": "its government's own stance",
    "cosponsors": "names under the text",
    "lobbying": "the campaign for its vote",
}
"""What is added up to a member's support, as shown."""


@kernel
def ask(
    values: Any, members: Any, mood: Any, texts: Any, permanent: Any, rival: Any, supports: Any, terms: Any, chances: Any,
    results: Any,
) -> None:  # fmt: skip
    """Ask every member about every text in every draw, after the campaign has lobbied those who are open to it.

    ``values`` (parameter in ``PARAMETERS``, draw), ``members`` (position, rivalry, stance, sponsor; seat, draw), ``mood`` (term of
    :class:`council.Mood`, draw), ``texts`` (text, content of :class:`council.Text`, bite, procedural and statement), ``permanent``
    and ``rival`` (seat), ``supports`` (seat): room. Added to: ``terms`` (text, seat, term), ``chances`` (text, seat, yes or no)
    and ``results`` (text, adopted or vetoed), their sums over the draws.
    """
    draws, seats = values.shape[1], permanent.shape[0]
    for k in range(draws):
        weights = council.Weights(
            values[0, k], values[1, k], values[2, k], values[3, k], values[4, k], values[5, k], values[6, k], values[7, k],
            values[8, k], values[9, k], values[10, k], values[11, k], values[12, k], values[13, k],
        )  # fmt: skip
        widths = council.bands(values[14, k], values[15, k])
        alike = council.Mood(mood[0, k], mood[1, k], mood[2, k], mood[3, k], mood[4, k])
        for d in range(texts.shape[0]):
            text = council.Text(texts[d, 0], texts[d, 1], texts[d, 2], texts[d, 3], texts[d, 4], texts[d, 5])
            bite, procedural, statement = texts[d, 6], texts[d, 7], texts[d, 8]
            slopes = 0.0
            for q in range(seats):
                supports[q] = council.member_terms(weights, text, alike, members[0, q, k], members[1, q, k], permanent[q],
                                                   members[2, q, k], bite, 0.0).support  # fmt: skip
                if not rival[q]:
                    stops = council.can_stop(permanent[q], procedural, statement)
                    yes = council.probability_of_yes(supports[q], council.band_of(widths, stops), members[3, q, k])
                    supports[q] = coalition.uncommitted(yes, permanent[q])
                    slopes += supports[q]
            given = council.NOBODY_HAS_VOTED
            anyhow = council.NOBODY_HAS_VOTED
            unstopped = 1.0
            for q in range(seats):
                lobbying = 0.0 if rival[q] else coalition.lobbying_share(supports[q], slopes, values[16, k], mood[0, k])
                found = council.member_terms(weights, text, alike, members[0, q, k], members[1, q, k], permanent[q],
                                             members[2, q, k], bite, lobbying)  # fmt: skip
                stops = council.can_stop(permanent[q], procedural, statement)
                yes = council.probability_of_yes(found.support, council.band_of(widths, stops), members[3, q, k])
                no = council.probability_of_no(found.support, members[3, q, k])
                given = council.count_member(given, council.counted_yes(yes, no, stops))
                anyhow = council.count_member(anyhow, yes)
                unstopped = unstopped * council.not_stopped(no, stops)
                chances[d, q, 0] += yes
                chances[d, q, 1] += no
                for term in range(len(found)):
                    terms[d, q, term] += found[term]
            adopted = council.adoption_probability(unstopped, council.nine_or_more(given), statement)
            vetoed = council.veto_probability(council.nine_or_more(anyhow), adopted, text.vetoable)
            results[d, 0] += adopted
            results[d, 1] += vetoed


PARAMETERS = (*council.Weights._fields, "abstention_band", "blocking_band", "lobbying_logits")


def votes(scenario: Scenario, draws: int, seed: int) -> dict[str, Any]:
    """The Council's view of every text on the menu of a scenario: by seat the chances of each vote, and the mean terms (logits).

    Chances are means over the draws of the parameters, a future each; with ``draws`` 0, of one future at their defaults.
    """
    setting, names = scenario.setting, scenario.labels
    drafts, seats = list(scenario.file.coalition.menu), setting.seats[MONTH]
    rows = [names.drafts.index(draft) for draft in drafts]
    signed, terms, chances, results = _asked(scenario, rows, draws, seed)
    told = []
    for d, (draft, row) in enumerate(zip(drafts, rows, strict=True)):
        procedural, statement = setting.draft_procedural[row], setting.draft_statement[row]
        told.append({
            "draft": draft,
            "label": scenario.file.texts[draft].label,
            "instrument": scenario.file.texts[draft].instrument,
            "expected_yes": float(chances[d, :, 0].sum()),
            "yes_needed": 0 if statement else int(council.MAJORITY),
            "veto_counts": bool(council.can_stop(1.0, procedural, statement)),
            "adopted": float(results[d, 0]),
            "vetoed": float(results[d, 1]),
            "seats": [_seat(scenario, int(i), chances[d, q], terms[d, q], float(signed[q])) for q, i in enumerate(seats)],
        })  # fmt: skip
    rests = f"means over one future of each of {draws} parameter draws" if draws else "one future, parameters at their defaults"
    month = month_name(int(setting.first_month) + MONTH)
    return {"month": month, "bite": "as drafted, before any dilution", "rests": rests, "drafts": told}


def _seat(scenario: Scenario, row: int, chances: Any, terms: Any, signed: float) -> dict[str, Any]:
    state, setting = scenario.labels.states[row], scenario.setting
    found = dict(zip(council.Terms._fields, map(float, terms), strict=True))
    likely = {"yes": float(chances[0]), "abstain": max(0.0, float(1.0 - chances[0] - chances[1])), "no": float(chances[1])}
    return {
        "state": state,
        "name": scenario.called(state),
        "permanent": bool(setting.permanent[row]),
        "side": "rival" if setting.rival[row] else "leads" if state in scenario.file.coalition.leaders else "other",
        "vote": max(likely, key=lambda vote: likely[vote]),
        "p": likely,
        "sponsor": signed,
        "support": found["support"],
        "terms": [{"name": name, "label": label, "value": found[name]} for name, label in TERMS.items()],
        "sides": {"security": found["security_side"], "accountability": found["accountability_side"]},
    }


def _asked(scenario: Scenario, rows: list[int], draws: int, seed: int) -> tuple[Any, Any, Any, Any]:
    """Share of draws in which each seat sponsors; means of the terms, chances and results of :func:`ask`."""
    setting, number = scenario.setting, max(draws, 1)
    seats = setting.seats[MONTH]
    watched = [f"{what}.{scenario.labels.states[i]}" for what in ("position", "rivalry", "stance", "sponsors") for i in seats]
    world = [*watched, "reach", "salience", "cosponsors", "monitoring.link"]
    found = run(replace(scenario, months=MONTH + 1), number, draws, seed, watch=world, span=1).sums  # (variable, month, draw)
    members = found[: len(watched), MONTH].reshape(4, len(seats), number)
    reach, salience, cosponsors = found[len(watched) : -1, MONTH]
    traced = found[-1, MONTH - 1]  # as members knew it: bodies report after the vote
    mood = np.stack([reach, salience, np.full(number, setting.attention[MONTH]), cosponsors, traced])
    table = dict(zip(scenario.priors, scenario.draw(seed, list(range(draws)) or [-1]), strict=True))
    texts = np.array([_text(scenario, row) for row in rows]).reshape(len(rows), len(council.Text._fields) + 3)
    terms, chances = (np.zeros((len(rows), len(seats), last)) for last in (len(council.Terms._fields), 2))
    results = np.zeros((len(rows), 2))
    ask(
        np.stack([table[name] for name in PARAMETERS]), members, mood, texts, setting.permanent[seats], setting.rival[seats],
        np.zeros(len(seats)), terms, chances, results,
    )  # fmt: skip
    return members[3].mean(axis=1), terms / number, chances / number, results / number


def _text(scenario: Scenario, row: int) -> list[float]:
    s = scenario.setting
    procedural, statement = s.draft_procedural[row], s.draft_statement[row]
    content = (s.draft_security[row], s.draft_accountability[row], s.draft_linkage[row])
    judged = (council.vetoable(procedural, statement), s.weakest_link, s.audience[MONTH])
    return [*content, *judged, s.draft_bite[row], procedural, statement]
