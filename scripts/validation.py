"""The page of validation: what was held against history and what failed, from the output of ``unsim backtest``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from unsim.history import backtest as history
from unsim.history.backtest import Scheme
from unsim.history.record import KINDS, PERMANENT
from unsim.history.report import SPOKEN
from unsim.history.votes import LOGGED, START, Start
from unsim.tables import state_names

WIDTHS = {"half": 0.5, "double": 2.0}
MEDIANS = (1, 2, 4, 6, 8)
SINCE_2022 = ("R2627", "D2022-431", "R2680", "D2024-255")

PAGE = """\
# Validation: what was held against history, and what failed

Every number on this page is output of `unsim backtest --json` or of the same functions. It is about votes only; the
economy has not been held against history, and no effect has been validated against an outcome.

The record: {record[drafts]} drafts on the DPRK put to the vote in the Security Council, July 2006 to June 2024, with {record[votes]} votes, of which
{record[dissents]} were not yes. All dissent is on seven drafts: five procedural votes on human rights, and two drafts that were vetoed. Read
every third digit as noise.

## How a vote is forecast

By the [vote rule](model.md#3-council) of the simulation itself: the same compiled functions. Conditions are read by date; a
row dated on the day of the vote or later is not used, and a test corrupts all of them and asks for the same bits.

| term | what a forecast uses |
| --- | --- |
| position | roll calls of the General Assembly on the DPRK before the vote (`positions_dated.csv`), with their error and drift |
| rivalry | China, Russia: one third for each dated public signal before the vote, with the spread that simulations have; 0 for others |
| contents, bite | codes of the drafts (`drafts.csv`); no draft on record has both contents |
| sponsors | the names in `drafts.csv` that lead or sponsor in the shipped scenarios (France, Japan, ROK, United Kingdom, United States); they vote yes. Co-sponsors are those that do not lead |
| reach of the campaign | 1: a vote is called when nine are counted |
| price of a veto | a debate of the General Assembly since 26 April 2022 (at its default the price is 0) |
| attention, salience | crises and tests in `events.csv` before the vote (at its default the weight is 0) |
| stance, lobbying, linkage, traceability | none is coded: 1/2, 0, 0, 0 |

Six parameters are fitted to the votes that may be known: penalised maximum likelihood from wide priors (below), Laplace
approximation, means over 4,000 draws. The shipped priors are not used: they come from the whole record. All other
parameters stay at their defaults.

**In sample**: fitted to all drafts. **Leave one draft out**: fitted to all others, later ones included. **Rolling origin**:
fitted to earlier drafts alone, from the ninth draft on. Only the last is a forecast.

## Scores

Brier score over three classes (0 to 2) and log score (nats), over all votes / those on divided drafts; less is better.
Hard rivals are allowed their own share of errors, known in hindsight, which favours them.

{scores}

The second row counts every signature of the letters that asked for meetings as sponsorship. Members are then forecast better,
and counts worse: in 2014 to 2017 those who had not signed nearly all dissented, and in 2024, when only the callers are on
record, the others voted yes. Complete lists exist for those four letters alone, so the first row is the model.

How much lower the Brier score of the model is, rolling origin, with the 90% interval of a bootstrap over drafts:

{gains}

{counts}

{reliability}

## Drafts, rolling origin

{drafts}

## What does not fit

**Members.** The ten worst forecasts of the rolling origin:

{worst}

**Vetoes.** Forecast one at a time, those of 2022 and 2024 were warnings and not predictions: {veto[D2022-431]:.2f} and {veto[D2024-255]:.2f}, beside
{veto[R2627]:.2f} and {veto[R2680]:.2f} for the mandates of 2022 and 2023, which passed. The four add up to {vetoes:.2f}; two came. Nothing but rivalry and
bite tells the rule which draft will be vetoed. China's abstention of 2024 it took for a yes.

**Bids that were dropped.** Never voted, with eight supporters each. The model expects
{bids}. That is too much: votes are called when nine are counted, so a base fitted to votes is too high for bids that leaders would not
push. The parameter `campaign_shortfall` is meant for this gap; votes cannot inform it.

**Ideal points** (Bailey, Strezhnev and Voeten 2017) rank the members much as the positions do (rank correlations of 0.80 to
0.88 in 2014-2024). The gap between great powers was tried as rivalry and dropped: it was as wide in the years of unanimous
sanctions as in 2022, and it jumped only after the veto.

## What is not identified

{parameters}

* `security_base` is separated: no member but a rival ever dissented on a security draft, so the votes say only that it is
  large, and its value is the prior's. The same holds for every vote of a non-rival on security. That lobbying elected
  members changes nothing there is this ceiling, and no proof for other files.
* `rivalry_weight` and `bite_weight` rest on four dissents on two drafts.
* `accountability_base` and `accountability_position` rest on 75 votes on five drafts.
* Linkage, the campaign, the price of a veto, attention, stance, co-sponsors: the votes do not tell these from their priors.
  In the simulation they are priors alone.

## Assumptions in disguise, and how to see it

* **The veto of 2022.** Before it no rival had dissented on a security draft, so its probability is the prior. With another
  prior median of both rivalry weights:

{medians}

  The signals, their equal weight, the codes for bite and the median of 4 were chosen by someone who knew the outcome. A
  reader sees it by a prior of their own, as below. What can be claimed is “a warning of about one in three”. A forecast above
  0.6 here would be a sign of tuning.

  ```python
  from unsim.history.backtest import rolling_with
  from unsim.history.votes import START

  scheme = rolling_with({{**START, "rivalry_weight": (0.0, 0.7), "bite_weight": (0.0, 0.7)}})  # medians of 1, in logs
  print(scheme.drafts_told()["D2022-431"], scheme.scores()["model"])
  ```

* **Widths of the priors**, all of them at once:

{widths}

  That vetoes up to 2021 look unlikely is in part the prior of `security_base`.

* **Linkage.** No draft on record has both contents. In the additive form the base of the security side, which is large because
  votes were unanimous, lets any linked draft pass: “unanimous” is read as “strong”. An effect of linkage that holds in one
  variant alone is a statement about the variant: `unsim compare` shows both.
* **Positions after 2015.** There has been no roll call since. A position today is one of 2015 with drift. Where elected members have
  the mean of their region instead, as the unknown members of later years do, the rolling Brier score is {regional}.
* **Selection.** Only drafts thought to pass were put to the vote, so the record is friendlier than the world.
* **Abstentions.** One band of abstention serves all members. On this file a rival that minded said no, but once.
* **Hindsight.** Whoever chose the form knew all votes. That an out-of-sample score looks good says less than it seems: the form,
  if not its numbers, has seen the sample.

## A record of your own

    unsim backtest --drafts FILE.csv --votes FILE.csv

scores the shipped positions and priors on other drafts, targets or years; nothing is fitted (scheme `as_shipped`). Where a
draft has both contents, both linkage variants are scored.

| file | column | what it holds |
| --- | --- | --- |
| drafts | `id` | a name, each once |
| | `date` | YYYY-MM-DD |
| | `target` | the state it is about; `PRK` for the DPRK |
| | `kind` | {kinds} |
| | `security_content`, `accountability_content`, `bite` | 0 to 1 |
| | `sponsors` (optional) | `USA;FRA`, or `none`. Empty: nobody is taken as sponsor |
| | `rivals` (optional) | `RUS:1;CHN:0.67`, or `none`. Empty: on the DPRK the dated signals before the vote; on another target China and Russia one third each, an assumption |
| votes | `id`, `iso3`, `vote` | the draft, the member, `yes`, `no`, `abstain` or `absent` (not scored) |
| | `region` (optional) | AFR, APG, EEG, GRULAC or WEOG, for members that the product does not know |

Other columns are ignored; drafts without votes are left out. A draft without any content is judged on its security side.
Members without a recorded vote of the General Assembly on the DPRK get the mean of their region; the output says how many.
On another target the positions are still records on the DPRK, which is a stand-in, and the rule is out of its record: elsewhere
elected members do dissent on security texts, and great powers abstain more often. Expect worse scores than on this page.
`src/unsim/data/drafts.csv` and `council_votes.csv` beside it have this form.
"""


def validation() -> str:
    """The whole page."""
    result = history.backtest()
    told = result.as_json()
    rolling = result.schemes["rolling"]
    vetoes = {name: told["drafts_rolling"][name]["p_vetoed"] for name in SINCE_2022}
    bids = (
        f"{bid['expected_yes']:.1f} yes for `{name}` (P(adopted) {bid['p_adopted']:.2f})"
        for name, bid in told["drafts_dropped"].items()
    )
    return PAGE.format(
        record=told["record"],
        scores=_scores(told["votes"]),
        gains=_gains(told["gains"]["rolling"]),
        counts=_counts(told["draft_scores"]["rolling"]),
        reliability=_reliability(told["reliability"]["rolling"]),
        drafts=_drafts(told["drafts_rolling"]),
        worst=_worst(rolling),
        veto=vetoes,
        vetoes=sum(vetoes.values()),
        bids=" and ".join(bids),
        parameters=_parameters(told["parameters"]),
        medians=_medians(),
        widths=_widths(),
        regional=_pair(history.rolling_with(START, only=PERMANENT)),
        kinds=", ".join(f"`{kind}`" for kind in KINDS),
    )


def _table(head: str, rows: Iterable[Iterable[str]], text: int = 1, indent: str = "") -> str:
    """A table whose first ``text`` columns are text and the others numbers."""
    columns = head.split(" | ")
    marks = ["---" if i < text else "---:" for i in range(len(columns))]
    return "\n".join(f"{indent}| {' | '.join(cells)} |" for cells in (columns, marks, *rows))


def _scores(votes: dict[str, Any]) -> str:
    rows = []
    for who in votes["rolling"]:
        cells = [
            f"{votes[scheme][who][key]:.3f} / {votes[f'{scheme}_divided'][who][key]:.3f}"
            for scheme, keys in (("in_sample", 2), ("loo", 2), ("rolling", 3))
            for key in ("brier", "log_score", "accuracy")[:keys]
        ]
        rows.append([SPOKEN[who], *cells])
    return _table("forecaster | in sample: Brier | log | left out: Brier | log | rolling: Brier | log | accuracy", rows)


def _gains(gains: dict[str, Any]) -> str:
    rows = ([SPOKEN[who], f"{g['gain']:+.3f} [{g['low']:+.3f}, {g['high']:+.3f}]"] for who, g in gains.items())
    return _table("rival | gain", rows)


def _counts(scores: dict[str, Any]) -> str:
    keys = (("adopted_brier", 3), ("vetoed_brier", 3), ("yes_error", 2), ("yes_error_divided", 2))
    rows = ([SPOKEN[who], *(f"{found[key]:.{digits}f}" for key, digits in keys)] for who, found in scores.items())
    return _table("rolling origin | Brier of P(adopted) | Brier of P(vetoed) | error of the yes count: all | divided", rows)


def _reliability(bins: list[dict[str, Any]]) -> str:
    rows = ([f"{b['low']:g} to {b['high']:g}", str(b["n"]), f"{b['forecast']:.2f}", f"{b['observed']:.2f}"] for b in bins)
    return _table("P(yes), rolling origin | votes | forecast | voted yes", rows)


def _drafts(drafts: dict[str, Any]) -> str:
    rows = (
        [f"`{name}`", f"{d['p_adopted']:.2f}", f"{d['p_vetoed']:.2f}", f"{d['expected_yes']:.1f}", str(d["yes"])]
        for name, d in drafts.items()
    )
    return _table("draft | P(adopted) | P(vetoed) | yes expected | yes", rows)


def _worst(scheme: Scheme) -> str:
    made, outcome, record = scheme.forecasts["model"].votes, scheme.record.outcome, scheme.record
    errors = np.where(np.isin(record.of_draft, scheme.drafts), ((made - outcome) ** 2).sum(axis=1), 0.0)
    rows = []
    for i in np.argsort(-errors, kind="stable")[:10]:
        d, member = record.members[i]
        vote = ("no", "abstain", "yes")[outcome[i].argmax()]
        rows.append([f"`{record.drafts[d].id}`", state_names()[member], vote, *(f"{p:.2f}" for p in made[i])])
    return _table("draft | member | vote | P(no) | P(abstain) | P(yes)", rows, text=3)


def _parameters(found: dict[str, Any]) -> str:
    rows = (
        [
            f"`{name}`{' (log)' if name in LOGGED else ''}",
            f"{p['prior_mean']:.2f} ({p['prior_sd']:.2f})",
            f"{p['mean']:.2f} ({p['sd']:.2f})",
            f"{p['sd_ratio']:.2f}",
        ]
        for name, p in found.items()
    )
    return _table("parameter | prior mean (sd) | from the whole record | sd against prior", rows)


UNDER = "P(veto) May 2022 | highest up to 2021 | rolling Brier, all / divided"


def _medians() -> str:
    starts = {median: {**START, **{name: (float(np.log(median)), START[name][1]) for name in LOGGED}} for median in MEDIANS}
    rows = ([str(median), *_under(start)] for median, start in starts.items())
    return _table(f"prior median | {UNDER}", rows, text=0, indent="  ")


def _widths() -> str:
    starts = {name: {key: (mean, sd * factor) for key, (mean, sd) in START.items()} for name, factor in WIDTHS.items()}
    return _table(f"standard deviations | {UNDER}", ([name, *_under(start)] for name, start in starts.items()), indent="  ")


def _under(start: Start) -> list[str]:
    scheme = history.rolling_with(start)
    drafts = scheme.drafts_told()
    early = [d.id for d in (scheme.record.drafts[place] for place in scheme.drafts) if d.date.year <= 2021]
    highest = max(drafts[name]["p_vetoed"] for name in early)
    return [f"{drafts['D2022-431']['p_vetoed']:.2f}", f"{highest:.2f}", _pair(scheme)]


def _pair(scheme: Scheme) -> str:
    one, other = scheme.scores()["model"].brier, scheme.scores(divided=True)["model"].brier
    return f"{one:.3f} / {other:.3f}"
