"""The page of validation: what was held against history and what failed, from the output of ``unsim backtest``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import posterior_votes
from validation_trade import trade

from unsim.history import backtest as history
from unsim.history import votes as rule
from unsim.history.backtest import Scheme
from unsim.history.record import KINDS, PERMANENT, Floats, conditions, shipped_known, shipped_record
from unsim.history.report import SPOKEN
from unsim.history.scores import score
from unsim.history.votes import LOGGED, START, Start
from unsim.tables import state_names

WIDTHS = {"half": 0.5, "double": 2.0}
MEDIANS = (1, 2, 4, 6, 8)
SINCE_2022 = ("R2627", "D2022-431", "R2680", "D2024-255")

PAGE = """\
# Validation: what was held against history, and what failed

Every number on this page is output of `unsim backtest --json` or of the same functions, but for those of
[other targets](#other-targets). Votes come first, [trade](#trade) after them. No effect of a strategy has been validated against an
outcome, and none can be: the world without it was never seen.

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

Eight parameters are fitted to the votes that may be known: penalised maximum likelihood from wide priors (below), Laplace
approximation, means over 4,000 draws. The shipped draws are not used: they come from the whole record. All other
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
push. The parameter `campaign_shortfall` stands for this gap. At its default, as shipped, half a campaign gives about the eight
supporters, none gives too few:

{campaigns}

This agrees, but it is no test: the prior of `campaign_shortfall` was set from these bids, and how far the campaigns reached is not on
record. Nothing was tuned to it.

**Ideal points** (Bailey, Strezhnev and Voeten 2017) rank the members much as the positions do (rank correlations of 0.80 to
0.88 in 2014-2024). The gap between great powers was tried as rivalry and dropped: it was as wide in the years of unanimous
sanctions as in 2022, and it jumped only after the veto.

## What is not identified

{parameters}

* `security_base` is separated: no member but a rival ever dissented on a security draft, so the votes say only that it is
  large, and its value is the prior's. The same holds for every vote of a non-rival on security. That lobbying elected
  members changes nothing there is this ceiling, and no proof for other files.
* `security_position` says how much less an elected member far from those who judge single states gives to a security text. For the
  same reason it is hardly told from its prior.
* `rivalry_weight` and `bite_weight` rest on four dissents on two drafts, `blocking_band` on one abstention (China, March 2024) and on
  the mandates that China and Russia let pass in 2022 and 2023.
* `accountability_base` and `accountability_position` rest on 75 votes on five drafts.
* Linkage, the campaign, the price of a veto, attention, stance, co-sponsors: the votes do not tell these from their priors.
  In the simulation they are priors alone.

## Joint draws

`src/unsim/data/posterior_votes.csv` holds {draws} joint draws of these parameters given the whole record, by a random-walk Metropolis
sampler ({chains} chains, every {every}th step kept; `python scripts/posterior_votes.py`). Weights of rivalry in logs; R-hat near 1 says
that the chains agree. Simulations take whole rows of it; `uncertainty: prior` in a scenario draws from the priors of
[parameters.md](parameters.md) instead, which have these means and standard deviations, but not these correlations.

{joint}

{correlations}

What independent draws lose, in sample. Joint draws know which pairs of parameters the record excludes:

{lost}

## Other targets

The three forms that the rule has beyond the trial fit concern what the record on the DPRK can hardly tell: where a rival stands on a
text on abuse, the band of those whose no stops a draft, and elected members on security. Their reasons stand in
[model.md](model.md#3-council). They and what is carried over to another target were chosen with 30 drafts on other targets in view
(Myanmar, Zimbabwe, Iran, Libya, Syria, Yemen, South Sudan, Burundi, Bosnia, Ukraine, Mali, sanctions on Haiti and on other African
files; 2007 to 2023, 450 votes). **These drafts were recalled, with rivals and bite coded by the analyst who knew the votes. They are not shipped, and the score on
them is no test.** It says how far forms from one file are wrong on others: three-class Brier score 0.22 over all votes and 0.28 on
divided drafts, log score 0.42 / 0.50. The rule before these forms: 0.26 / 0.34, log 0.60 / 0.76. Everybody votes yes: 0.32 / 0.41, log
0.62 / 0.74. If no rivals are named, the fallback gives 0.26 / 0.31, log 0.47.

Most of the gain comes from what is *not* carried over. The Council's unanimity on the DPRK's tests is of that file: carrying
`security_base` and `security_position` over costs 0.023 / 0.040; China's and Russia's noes on the DPRK are those of a patron: carrying
their positions over costs 0.010 / 0.009. Without the security slope it is 0.007 / 0.011 worse, with one band 0.003 / 0.005. What is
left is mostly elected members that abstain with their region or bloc (South Sudan 2016 and 2018, Burundi 2016); nothing in the rule
knows of either. The error over all votes is three times that on the DPRK, on divided drafts a third more. On the DPRK itself the forms
are no gain: the rolling log score was 0.121 without them, and P(veto) of May 2022 0.39.

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
* **Abstentions.** On this file a rival that minded said no, but once. That who can stop a draft abstains over a wider range is the
  prior's (wider by two thirds before any vote); the record leaves a fifth.
* **Hindsight.** Whoever chose the form knew all votes. That an out-of-sample score looks good says less than it seems: the form,
  if not its numbers, has seen the sample.

## A record of your own

    unsim backtest --drafts FILE.csv --votes FILE.csv

scores the shipped positions and parameters on other drafts, targets or years; nothing is fitted to them (scheme `as_shipped`). The
parameters are those of simulations, fitted to the Council's votes on the DPRK of 2006 to 2024: drafts on the DPRK of those years are
scored in sample, and the output says so. How the sides of a draft with both contents join, no record says: the model is the mean of
both linkage variants, and each is scored beside it. On another target than the DPRK, `security_base` and `security_position` are drawn
from the priors that stood before any vote, and China and Russia get the mean position of all states: what they do there is for the
rivals of the draft to say.

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
On another target the positions of all others are still records on the DPRK, which is a stand-in, and the rule is out of its record.
Expect scores like those of [other targets](#other-targets).
`src/unsim/data/drafts.csv` and `council_votes.csv` beside it have this form.
"""


def validation() -> str:
    """The whole page."""
    result = history.backtest()
    return votes(result) + "\n" + trade(result, _table)


def votes(result: history.Backtest) -> str:
    """The part about votes."""
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
        campaigns=_campaigns(told["drafts_dropped"]),
        draws=f"{posterior_votes.CHAINS * posterior_votes.KEPT:,}",
        chains=posterior_votes.CHAINS,
        every=posterior_votes.EVERY,
        joint=_joint(),
        correlations=_correlations(),
        lost=_lost(),
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


def _campaigns(bids: dict[str, Any]) -> str:
    rows = (
        [f"`{name}`", *(f"{bid[key]:.1f}" for key in history.REACHES), f"{bid['supporters']:.0f}"] for name, bid in bids.items()
    )
    return _table("yes votes expected | full campaign | half a campaign | none | supporters reported", rows)


def _in_logs() -> Floats:
    """The shipped joint draws (chain, draw, parameter), weights of rivalry in logs."""
    draws = posterior_votes.shipped()
    logged = np.array([name in LOGGED for name in START])
    return np.where(logged, np.log(np.where(logged, draws, 1.0)), draws)


def _joint() -> str:
    rows, draws = [], _in_logs()
    for k, (name, (mean, sd)) in enumerate(START.items()):
        one = draws[:, :, k]
        low, high = np.quantile(one, (0.05, 0.95))
        cells = (
            f"{mean:.2f} ({sd:.2f})",
            f"{one.mean():.2f} ({one.std():.2f})",
            f"[{low:.2f}, {high:.2f}]",
            f"{one.std() / sd:.2f}",
        )
        told = (f"{posterior_votes.effective_size(one):,.0f}", f"{posterior_votes.between(one):.3f}")
        rows.append([f"`{name}`{' (log)' if name in LOGGED else ''}", *cells, *told])
    return _table("parameter | prior mean (sd) | posterior mean (sd) | 90% | sd against prior | effective draws | R-hat", rows)


LEAST_CORRELATION = 0.25


def _correlations() -> str:
    found, names = np.corrcoef(_in_logs().reshape(-1, len(START)).T), list(START)
    pairs = [(i, j) for i in range(len(names)) for j in range(i) if abs(found[i, j]) >= LEAST_CORRELATION]
    told = ", ".join(
        f"`{names[j]}` and `{names[i]}` {found[i, j]:+.2f}" for i, j in sorted(pairs, key=lambda pair: -abs(found[pair]))
    )
    return f"Correlations of at least {LEAST_CORRELATION:g} in size: {told}."


def _lost() -> str:
    record = shipped_record()
    x, places = conditions(record, shipped_known()), [draft.id for draft in record.drafts]
    joint = rule.shipped(posterior_votes.CHAINS * posterior_votes.KEPT)
    joint[:, rule.FITTED] = posterior_votes.shipped().reshape(-1, len(START))
    random, independent = np.random.default_rng(posterior_votes.SEED), joint.copy()
    for column in rule.FITTED:
        random.shuffle(independent[:, column])
    made = {"joint": rule.forecast(joint, x), "independent": rule.forecast(independent, x)}
    rows = []
    for name, forecast in made.items():
        found = score(forecast.votes, record.outcome)
        vetoes = (f"{forecast.vetoed[places.index(draft)]:.2f}" for draft in SINCE_2022)
        rows.append([name, f"{found.brier:.4f}", f"{found.log_score:.4f}", *vetoes])
    return _table("draws | Brier | log score | " + " | ".join(f"P(veto) `{draft}`" for draft in SINCE_2022), rows)


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
