"""Every parameter, declared once: meaning, unit, default, range, prior, source, and whether the record identifies it.

The schema, the documentation's table, the draws of a sweep and the arrays that rules read all come from here.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from unsim.rules.chance import NOBODY, PARAMETER, permanent_code, uniforms
from unsim.rules.jit import kernel
from unsim.rules.world import Axes

Origin = Literal["prior", "posterior", "brought"]
Kind = Literal["normal", "log-normal", "uniform", "triangular", "fixed", "draws"]
Identified = Literal["yes", "partly", "no"]
Numbers = TypeVar("Numbers", float, NDArray[np.float64])


def _cut_normal(uniform: Numbers, low: float, high: float) -> Numbers:
    """Quantile of the standard normal cut to ``[low, high]``."""
    below, above = ndtr(low), ndtr(high)
    return ndtri(below + uniform * (above - below))


@dataclass(frozen=True)
class Prior:
    """A prior cut to ``[low, high]``; ``a`` and ``b`` are mean and sd, median and sd of the log, or unused.

    A triangular prior has its mode at ``a``; a uniform one its default at ``a``. Of kind ``draws`` are marginals of joint draws
    (median, sd, least and greatest draw), which are taken a row at a time (:mod:`unsim.posterior`).
    """

    kind: Kind
    a: float
    b: float
    low: float
    high: float
    origin: Origin = "prior"

    def quantile(self, uniform: Numbers) -> Numbers:
        """Value below which the share ``uniform`` of the prior lies. Raises ``ValueError`` for joint draws."""
        if self.kind == "draws":
            raise ValueError("joint draws are taken a row at a time")
        if self.kind == "fixed" or self.low == self.high:
            return self.a + 0.0 * uniform  # as many as there are uniforms
        if self.kind == "uniform":
            return self.low + (self.high - self.low) * uniform
        if self.kind == "triangular":
            width, left = self.high - self.low, self.a - self.low
            rising, falling = np.sqrt(uniform * width * left), np.sqrt((1.0 - uniform) * width * (width - left))
            return cast(Numbers, np.where(uniform * width < left, self.low + rising, self.high - falling)[()])
        if self.kind == "log-normal":
            low, high = (np.log(max(edge, 1e-300) / self.a) / self.b for edge in (self.low, self.high))
            found: Numbers = self.a * np.exp(self.b * _cut_normal(uniform, low, high))
            return found
        low, high = ((edge - self.a) / self.b for edge in (self.low, self.high))
        return self.a + self.b * _cut_normal(uniform, low, high)

    def __str__(self) -> str:
        form = {
            "normal": f"normal({self.a:g}, {self.b:g})",
            "log-normal": f"log-normal(median {self.a:g}, sd of log {self.b:g})",
            "uniform": "uniform",
            "triangular": f"triangular(mode {self.a:g})",
            "fixed": "fixed",
            "draws": f"joint draws, median {self.a:.3g}, sd {self.b:.2g}",
        }[self.kind]
        return form if self.kind == "fixed" else f"{form} on [{self.low:g}, {self.high:g}]"


@dataclass(frozen=True)
class Parameter:
    """One parameter: a number, or one number for each channel or mandate (``axis``); priors of the latter stand with these."""

    name: str
    meaning: str
    unit: str
    prior: Prior
    source: str
    identified: Identified
    axis: tuple[str, ...] = ()

    @property
    def default(self) -> float:
        """Central value, used when parameters are not drawn."""
        return self.prior.a


def _normal(mean: float, sd: float, low: float, high: float) -> Prior:
    return Prior("normal", mean, sd, low, high)


def _log_normal(median: float, sd: float, low: float, high: float) -> Prior:
    return Prior("log-normal", median, sd, low, high)


def _uniform(default: float, low: float, high: float) -> Prior:
    """Uniform around its middle; where the default lies elsewhere, triangular with its mode there."""
    kind: Kind = "uniform" if abs(default - (low + high) / 2.0) <= 0.1 * (high - low) else "triangular"
    return Prior(kind, default, 0.0, low, high)


def _fixed(value: float, low: float, high: float) -> Prior:
    return Prior("fixed", value, 0.0, low, high)


def triangular(low: float, mode: float, high: float) -> Prior:
    """Prior of a channel's parameter, from its low, central and high value."""
    return Prior("triangular", mode, 0.0, low, high)


ASSUMPTION = "assumption"
VOTES = "fit of the vote rule to the 31 Council votes on the DPRK, 2006 to June 2024 (validation.md)"
TRADE = "prior: trial fit to trade 2006-2016; draws: fit to recorded trade 2006-2024 (validation.md)"
TRADE_ALONE = "prior: assumption; draws: fit to recorded trade 2006-2024 (validation.md)"
CHANNEL = "channels.csv"

PARAMETERS: tuple[Parameter, ...] = (
    # world
    Parameter("missile_base", "long-range missile test in a month at capability 1, no pressure, no engagement", "log odds",
              _normal(-0.9, 0.4, -3, 1), "events.csv: 10 of 36 months 2022-2024 had one", "partly"),
    Parameter("nuclear_base", "nuclear test in a month, likewise", "log odds", _normal(-4.6, 0.7, -8, -2),
              "events.csv: 6 in 2006-2017, none since", "partly"),
    Parameter("test_capability", "effect of capability above 1 on tests", "log odds", _normal(0.5, 0.5, -1, 2), ASSUMPTION, "no"),
    Parameter("test_backlash", "effect of coalition pressure on tests; may provoke or deter", "log odds",
              _normal(0.0, 0.5, -2, 2), ASSUMPTION, "no"),
    Parameter("test_calming", "effect of full engagement on tests", "log odds", _normal(1.0, 0.5, 0, 3),
              "events.csv: no long-range test in the summit year 2018; otherwise assumption", "partly"),
    Parameter("missile_weight", "share of the remaining attention that a missile test takes", "share", _uniform(0.5, 0.2, 0.8),
              ASSUMPTION, "no"),
    Parameter("nuclear_weight", "share of the remaining attention that a nuclear test takes", "share",
              _uniform(0.9, 0.6, 1.0), ASSUMPTION, "no"),
    Parameter("salience_half_life", "half-life of attention to weapons", "months", _log_normal(9, 0.3, 3, 24), ASSUMPTION, "no"),
    Parameter("exposure_base", "exposure event in a month without monitoring, at coercion 1", "log odds",
              _normal(-2.8, 0.4, -5, -1), "events.csv: rights events of 2013-2024; otherwise assumption", "partly"),
    Parameter("exposure_monitoring", "effect of full monitoring of rights on exposure events", "log odds", _normal(1.0, 0.5, 0, 3),
              ASSUMPTION, "no"),
    Parameter("exposure_abuse", "elasticity of the odds of exposure in coercion", "per log unit", _uniform(0.5, 0, 1),
              ASSUMPTION, "no"),
    Parameter("evidence_gain", "share of the remaining gap that an exposure event closes in public evidence", "share",
              _uniform(0.3, 0.1, 0.5), ASSUMPTION, "no"),
    Parameter("evidence_half_life", "half-life of public evidence of abuse", "months", _log_normal(24, 0.4, 6, 120),
              ASSUMPTION, "no"),
    Parameter("exposure_access", "effect of access for the Special Rapporteur on exposure events", "log odds", _uniform(1.0, 0, 2),
              ASSUMPTION, "no"),
    Parameter("summit_depth", "share of its pressure that a government drops after a summit", "share", _uniform(0.6, 0.3, 0.9),
              "events.csv: the bid dropped in December 2018, the letter not signed in 2019; otherwise assumption", "no"),
    Parameter("thaw_half_life", "half-life of what a summit has thawed", "months", _log_normal(9, 0.4, 3, 36),
              "events.csv: June 2018 to October 2019; otherwise assumption", "no"),
    Parameter("rivalry_spread", "uncertainty of the coded rivalry", "sd of log", _uniform(0.2, 0.05, 0.4), ASSUMPTION, "no"),
    Parameter("rivalry_walk", "monthly step of rivalry after the record ends", "sd of share", _uniform(0.015, 0.0, 0.03),
              ASSUMPTION, "no"),
    Parameter("rivalry_response", "rho: answer of rivalry to coalition pressure", "share a month at full pressure",
              _normal(0.0, 0.002, -0.01, 0.01), "no data: centred on 0", "no"),
    Parameter("position_drift", "drift of members' positions since the last roll call on the DPRK", "sd a root year",
              _uniform(0.1, 0.0, 0.15), ASSUMPTION, "no"),
    Parameter("shock_persistence", "monthly persistence of price shocks (0.5 a year)", "share", _fixed(0.944, 0, 0.999), TRADE, "no"),
    Parameter("shock_spread", "stationary standard deviation of price and demand", "sd of log", _uniform(0.21, 0.12, 0.30), TRADE, "partly"),
    Parameter("shock_common", "share of price shocks that all channels share", "share", _uniform(0.3, 0.1, 0.5), TRADE, "no"),
    # coalition
    Parameter("engagement_cost", "what campaigning costs a government at full engagement", "multiple of effort",
              _uniform(2.0, 0.0, 4.0), ASSUMPTION, "no"),
    Parameter("effort_exponent", "CES exponent of efforts at full coordination; 1 means that they only add", "number",
              _uniform(0.8, 0.6, 1.0), ASSUMPTION, "no"),
    Parameter("sponsor_threshold", "stance below which a government withholds its name from a text", "0 engagement, 1 pressure",
              _uniform(0.35, 0.2, 0.5), "resolutions.csv: the ROK's co-sponsorship by government, 2008-2025; on coded postures", "partly"),
    Parameter("tabling_threshold", "value at which a draft is as likely tabled as not", "share of a full value",
              _uniform(0.25, 0.1, 0.4), ASSUMPTION, "no"),
    Parameter("tabling_noise", "spread of the tabling decision, in logs of value", "log", _uniform(0.24, 0.08, 0.40), ASSUMPTION, "no"),
    Parameter("pen_cost", "effort that a forum's pen takes from a state's campaign in the Council", "share", _uniform(0.15, 0.0, 0.30),
              ASSUMPTION, "no"),
    Parameter("letter_hearing", "how far members take up a meeting that only outsiders ask for by letter", "share",
              _uniform(0.5, 0.2, 0.8), ASSUMPTION, "no"),
    Parameter("relief_given", "fall of the leaders' resolve where the regime has reformed", "share", _uniform(0.5, 0.0, 1.0), ASSUMPTION, "no"),
    Parameter("lobbying_logits", "logits that a full campaign can distribute over elected members", "logits",
              _uniform(1.0, 0.0, 2.5), "order of the shortfalls of 2018, 2019 and 2021; otherwise assumption", "no"),
    Parameter("team_base", "monitoring team outside the UN set up in a month after the Panel, without a campaign", "log odds",
              _normal(-4.0, 1.0, -8, 0), ASSUMPTION, "no"),
    Parameter("team_reach", "effect of a full campaign on that", "log odds", _normal(2.0, 1.0, 0, 6), ASSUMPTION, "no"),
    # council
    Parameter("accountability_base", "support for the accountability side at position 0 with a full campaign", "logits",
              _normal(1.07, 0.40, -1, 3), VOTES, "yes"),
    Parameter("accountability_position", "effect of the record on DPRK human rights", "logits per unit",
              _normal(3.35, 0.63, 1, 6), VOTES, "yes"),
    Parameter("campaign_shortfall", "support lost on the accountability side without any campaign", "logits",
              _normal(1.7, 0.5, 0.3, 3.5), "the dropped bids of 2018 and 2019 and the statement of 2021: 0.8 to 2.5", "partly"),
    Parameter("security_base", "support for the security side without rivalry", "logits", _normal(7.5, 0.91, 4, 12),
              VOTES + "; separated: the data say only that it is large", "no"),
    Parameter("security_position", "effect of the record on DPRK human rights on an elected member's security side", "logits per unit",
              _normal(0.34, 0.82, -2, 4), VOTES + "; hardly: no elected member has dissented", "no"),
    Parameter("rivalry_weight", "effect of rivalry on the security side", "logits", _log_normal(6.4, 0.32, 1, 20), VOTES, "partly"),
    Parameter("bite_weight", "effect of bite, at full rivalry", "logits", _log_normal(8.3, 0.59, 1, 40), VOTES, "partly"),
    Parameter("abstention_band", "width of the abstention band", "log of logits", _normal(0.12, 0.27, -1, 1.5), VOTES, "partly"),
    Parameter("blocking_band", "abstention band of a member whose no stops the draft, against that of others", "log of ratio",
              _normal(0.20, 0.37, -1.5, 2), VOTES + "; before any vote wider by two thirds: blocking has a price", "partly"),
    Parameter("linkage_gain", "additive variant: what linkage adds to a mixed draft", "logits", _normal(0.0, 0.5, -2, 2),
              "no draft in the record is mixed", "no"),
    Parameter("linkage_lift", "weakest-link variant: share of the gap between the sides that linkage closes", "share",
              _uniform(0.25, 0.0, 0.5), "no draft in the record is mixed", "no"),
    Parameter("veto_price", "price of a veto where it brings a debate of the General Assembly", "logits",
              _normal(0.0, 0.2, -0.5, 1), "posterior as wide as the prior; centred on 0, since the other terms were fitted without it", "no"),
    Parameter("weapons_mood", "effect of attention to weapons on support for a security draft", "logits",
              _normal(0.0, 0.5, -2, 2), "trial fit: change of score 0", "no"),
    Parameter("linkage_unproven", "share of a text's linkage that members believe where no trade is traced", "share",
              _uniform(0.5, 0.0, 1.0), ASSUMPTION, "no"),
    Parameter("posture_weight", "effect of a member's own stance, from engagement to pressure", "logits", _normal(1.0, 0.5, 0, 3),
              "resolutions.csv: the ROK abstained in 2003-2005 and 2007; otherwise assumption", "no"),
    Parameter("cosponsor_pull", "effect of ten co-sponsors that do not lead", "logits", _normal(0.2, 0.3, -0.6, 1.0), ASSUMPTION, "no"),
    Parameter("mandate_length", "length of a Panel mandate", "months", _fixed(12, 1, 36), "drafts.csv: yearly renewals", "yes"),
    Parameter("referral_strength", "how far a court comes after a referral, without access or arrests", "share",
              _uniform(0.3, 0.1, 0.6), ASSUMPTION, "no"),
    Parameter("tribunal_strength", "how far an ad hoc tribunal comes", "share", _uniform(0.5, 0.2, 0.8), ASSUMPTION, "no"),
    Parameter("court_lag", "time over which a court gets to work", "months", _log_normal(18, 0.6, 3, 60),
              "Darfur: referral March 2005, first warrants 2007; Libya 2011: four months (recalled)", "no"),
    Parameter("designation_bite", "bite of a listing, as members of the Committee see it", "share", _uniform(0.2, 0.1, 0.3),
              "between a Panel mandate (0.1) and resolution 2087 (0.3)", "no"),
    Parameter("designation_gain", "networks that the Committee lists in a month at full sight, with consensus", "share of unlisted",
              _uniform(0.03, 0.01, 0.05), ASSUMPTION, "no"),
    Parameter("designation_autonomous", "the same for states' own lists at full use", "share of unlisted", _uniform(0.02, 0.0, 0.04),
              ASSUMPTION, "no"),
    Parameter("designation_unaided", "the Committee's listing without the Panel's reports, against that with them", "share",
              _uniform(0.3, 0.0, 0.6), ASSUMPTION, "no"),
    Parameter("designation_half_life", "time in which half of the listed networks are replaced", "months", _log_normal(12, 0.4, 3, 60),
              ASSUMPTION, "no"),
    Parameter("content_least", "content of a forum's text without any public evidence, against full evidence", "share",
              _uniform(0.3, 0.1, 0.5), ASSUMPTION, "no"),
    Parameter("call_base", "somebody calls a vote on a text without content", "log odds", _normal(-2.0, 0.7, -5, 1),
              "resolutions.csv: recorded votes and consensus, 2008-2025", "partly"),
    Parameter("call_content", "effect of full content on that", "log odds", _uniform(4.0, 0, 8),
              "resolutions.csv: votes were called after the inquiry of 2014; otherwise assumption", "partly"),
    Parameter("call_names", "effect of ten sponsors on that", "log odds, less", _uniform(1.0, 0, 2), ASSUMPTION, "no"),
    Parameter("forum_support", "yes among yes and no, text without content", "log odds", _normal(1.7, 0.2, 0.5, 3),
              "resolutions.csv: 0.81 to 0.86 in the General Assembly", "yes"),
    Parameter("forum_cost", "support that full content costs", "log odds", _uniform(1.0, 0, 2), ASSUMPTION, "no"),
    Parameter("consequence_report", "public evidence from the report that refused access triggers", "share of the gap",
              _uniform(0.3, 0.1, 0.5), ASSUMPTION, "no"),
    # sanctions
    Parameter("panel_strength", "share of violations that the Panel sees", "share", _uniform(0.3, 0.1, 0.5), ASSUMPTION, "no"),
    Parameter("team_strength", "share of violations that the team outside the UN sees", "share", _uniform(0.25, 0.05, 0.5),
              ASSUMPTION, "no"),
    Parameter("background_monitoring", "share of violations that open sources see", "share", _uniform(0.3, 0.1, 0.5),
              ASSUMPTION, "no"),
    Parameter("civil_society", "share of abuse that civil society documents", "share", _uniform(0.3, 0.1, 0.5), ASSUMPTION, "no"),
    Parameter("trace_background", "share of goods that can be traced to abuse without a body that has the task", "share",
              _uniform(0.05, 0.0, 0.10), ASSUMPTION, "no"),
    Parameter("mandate_strength", "share of what is in its scope that a mandate sees", "share", _fixed(0, 0, 1), "the scenario file",
              "no", ("mandate",)),
    Parameter("compliance", "compliance of declared trade with a full ban that the partner voted for", "log odds",
              _normal(6.0, 2.0, 2, 10), "two own bans: Tokyo's left nothing on record (7 or more), Seoul's nothing beyond the error of its derivation (2.5 or more)", "partly"),
    Parameter("unclear_compliance", "compliance with an unclear text", "log odds", _uniform(-2.5, -4, -1), ASSUMPTION, "no"),
    Parameter("own_compliance", "compliance with a government's own full ban", "share", _uniform(0.99, 0.97, 1.0), TRADE, "yes"),
    Parameter("letter_speed", "monthly adjustment of the letter", "share", _log_normal(0.4, 0.6, 0.05, 1.0), TRADE_ALONE, "partly"),
    Parameter("need_break", "part of its compliance that full own need breaks", "share", _uniform(0.85, 0.6, 1.0),
              "arms to Russia since 2023; otherwise assumption", "no"),
    Parameter("policing_rivalry", "effect of rivalry on policing", "log odds", _uniform(1.0, 0, 2), ASSUMPTION, "no"),
    Parameter("policing_monitoring", "effect of monitoring of evasion on policing", "log odds", _uniform(0.8, 0, 2), ASSUMPTION, "no"),
    Parameter("policing_naming", "effect of the coalition's naming and shaming", "log odds; may provoke defiance", _normal(0.2, 0.3, -0.6, 1), ASSUMPTION, "no"),
    Parameter("policing_secondary", "effect of full secondary sanctions at full exposure", "log odds", _uniform(0.7, 0, 1.5),
              ASSUMPTION, "no"),
    Parameter("policing_fear", "effect of fearing the regime's collapse, at full squeeze", "log odds", _uniform(1.0, 0, 2),
              ASSUMPTION, "no"),
    Parameter("policing_speed", "monthly adjustment of policing", "share", _uniform(0.15, 0.03, 0.3), ASSUMPTION, "no"),
    Parameter("wind_down", "time over which a new Council measure takes effect", "months", _fixed(3, 1, 24),
              "measures.csv: 30 to 120 days in the texts of 2017", "yes"),
    # trade
    Parameter("potential_scale", "potential against its central estimate", "factor", _fixed(1, 0, 10), CHANNEL, "partly", ("channel",)),
    Parameter("evadability", "share of blocked trade that goes on undeclared at middling skill and policing", "share",
              _fixed(0, 0, 1), CHANNEL, "no", ("channel",)),
    Parameter("forced_labour", "forced-labour intensity: share of revenue that rests on coercion", "share", _fixed(0, 0, 1),
              CHANNEL, "no", ("channel",)),
    Parameter("text_reach", "share of a channel that standing Council texts can name", "share", _fixed(1, 0, 1), CHANNEL,
              "partly", ("channel",)),
    Parameter("output_elasticity", "elasticity of output in coerced labour, per unit of intensity", "number",
              _uniform(0.3, 0.1, 0.6), ASSUMPTION, "no"),
    Parameter("closure_exponent", "how strongly a closed border stops trade", "exponent", _uniform(1.0, 0.5, 1.6), ASSUMPTION, "no"),
    Parameter("redirection", "share of lost trade that looks for another partner", "share", _uniform(0.44, 0.15, 0.72), TRADE, "no"),
    Parameter("redirection_speed", "monthly adjustment of redirection", "share", _uniform(0.15, 0.03, 0.3), ASSUMPTION, "no"),
    Parameter("redirection_cap", "redirected trade that a partner takes at most", "multiple of its potential",
              _uniform(0.5, 0.2, 1.0), ASSUMPTION, "no"),
    Parameter("to_unlisted", "share of lost trade that turns to goods no text lists", "share", _uniform(0.08, 0.03, 0.20), TRADE, "partly"),
    Parameter("unlisted_speed", "monthly adjustment of that", "share", _uniform(0.04, 0.01, 0.1), TRADE, "yes"),
    Parameter("unlisted_capacity", "what markets for unlisted goods can take", "USD million a month", _uniform(30, 15, 60),
              "exports_by_commodity: hair products 167 a year in 2023; otherwise assumption", "partly"),
    Parameter("resale_scale", "goods sold on abroad, against the coded shares", "factor", _uniform(1.0, 0.3, 1.7), ASSUMPTION, "no"),
    Parameter("resale_diverted", "share of goods shut out of one market that others take", "share", _uniform(0.5, 0.2, 0.8),
              ASSUMPTION, "no"),
    Parameter("designation_effect", "share of undeclared trade that stops where all networks are listed", "share",
              _uniform(0.3, 0.0, 0.6), ASSUMPTION, "no"),
    Parameter("cloth_share", "imported cloth in receipts from processing", "share", _uniform(0.45, 0.2, 0.7), TRADE, "no"),
    Parameter("other_income", "hard currency outside the channels (tourism, remittances)", "USD million a month",
              _uniform(8, 2, 25), ASSUMPTION, "no"),
    Parameter("spending_propensity", "foreign spending out of smoothed income", "share", _uniform(0.7, 0.4, 0.95), TRADE_ALONE, "partly"),
    Parameter("drawdown", "monthly foreign spending out of reserves", "share", _uniform(0.025, 0.01, 0.04), ASSUMPTION + ": with the other parameters it keeps reserves where they start", "partly"),
    Parameter("substitution", "share of banned imports replaced by goods that no text names", "share", _uniform(0.45, 0, 0.9),
              TRADE_ALONE, "partly"),
    Parameter("pipeline_crude", "crude oil by pipeline, outside the budget", "USD million a month", _uniform(29.5, 17, 42),
              "trade_record.csv: KOTRA less customs, 222 to 504 a year in 2014-2024", "yes"),
    # regime
    Parameter("start_reserves", "hard-currency reserves at the start", "USD million", _log_normal(3000, 0.4, 1000, 8000), ASSUMPTION, "no"),
    Parameter("start_income", "hard-currency income at the start", "USD million a month", _uniform(155, 110, 220),
              "other_revenue and exports_by_commodity, 2023-2024", "partly"),
    Parameter("income_speed", "monthly smoothing of income", "share", _uniform(0.15, 0.05, 0.3), ASSUMPTION, "no"),
    Parameter("value_curvature", "sigma: curvature of the value of revenue", "number", _uniform(1.5, 0, 3), ASSUMPTION, "no"),
    Parameter("coercion_curvature", "eta: curvature of the cost of coercion", "number", _uniform(1.0, 0.3, 2), ASSUMPTION, "no"),
    Parameter("accountability_weight", "lambda-A: weight of accountability in the cost of coercion", "number",
              _uniform(1.0, 0, 2), ASSUMPTION, "no"),
    Parameter("condition_believed", "how far the regime believes that a conditional import ban eases", "share", _uniform(0.5, 0.0, 1.0),
              ASSUMPTION, "no"),
    Parameter("coercion_speed", "monthly adjustment of coercion", "share", _uniform(0.1, 0.03, 0.2), ASSUMPTION, "no"),
    Parameter("extraction_base", "domestic extraction without measures", "USD million a month", _log_normal(80, 0.6, 25, 250),
              ASSUMPTION, "no"),
    Parameter("extraction_intensity", "forced-labour intensity of domestic extraction", "share", _uniform(0.8, 0.5, 0.95),
              ASSUMPTION, "no"),
    Parameter("apparatus_weight", "cost of the coercive apparatus at coercion 1, against other spending", "ratio",
              _uniform(0.12, 0.05, 0.25), ASSUMPTION, "no"),
    Parameter("patronage_share", "share of what is left after the apparatus that goes to the elite", "share",
              _uniform(0.35, 0.2, 0.5), ASSUMPTION, "no"),
    Parameter("patronage_protection", "protection of patronage when resources fall", "0 none, 1 full", _uniform(0.5, 0, 1),
              ASSUMPTION, "no"),
    Parameter("weapons_share", "share of what is then left that goes to weapons", "share", _uniform(0.35, 0.2, 0.5),
              ASSUMPTION, "no"),
    Parameter("weapons_protection", "protection of weapons spending when resources fall", "0 none, 1 full", _uniform(0.7, 0, 1),
              ASSUMPTION, "no"),
    Parameter("skill_learning", "monthly growth of evasion skill at full squeeze", "share", _uniform(0.03, 0.01, 0.06),
              ASSUMPTION, "no"),
    Parameter("skill_forgetting", "monthly decay of evasion skill", "share", _uniform(0.02, 0.005, 0.04), ASSUMPTION, "no"),
    Parameter("cohesion_usual", "elite cohesion when patronage meets expectation", "log odds", _normal(2.0, 0.5, 0, 4), ASSUMPTION, "no"),
    Parameter("cohesion_patronage", "effect of patronage against expectation", "log odds per log unit", _uniform(1.5, 0, 3),
              ASSUMPTION, "no"),
    Parameter("cohesion_accountability", "effect of full accountability exposure", "log odds", _uniform(1.0, 0, 2), ASSUMPTION, "no"),
    Parameter("cohesion_rally", "effect of rallying", "log odds", _uniform(0.5, 0, 1.5), ASSUMPTION, "no"),
    Parameter("cohesion_speed", "monthly adjustment of cohesion", "share", _uniform(0.1, 0.03, 0.2), ASSUMPTION, "no"),
    Parameter("expectation_speed", "monthly adjustment of the elite's expectation", "share", _uniform(0.03, 0.01, 0.08), ASSUMPTION, "no"),
    Parameter("cohesion_opening", "effect of full opening (the top rung of the ladder)", "log odds", _uniform(1.0, 0, 2), ASSUMPTION, "no"),
    Parameter("ladder_hazard", "step up the concession ladder in a month, at present costs", "probability",
              _log_normal(0.001, 1.0, 0.00001, 0.008), "no access in 228 months bounds it: Jeffreys 90% 0.0 to 0.8% a month", "partly"),
    Parameter("ladder_response", "effect of the cost of defiance on that, from 0 to all", "log of the hazard; may entrench", _normal(1.0, 1.0, -2, 4),
              ASSUMPTION, "no"),
    Parameter("ladder_opening", "effect of the elite's cohesion on that: opening is dangerous without it", "log of the hazard",
              _uniform(2.0, 0, 4), ASSUMPTION, "no"),
    Parameter("ladder_offer", "effect of leaders that offer engagement on that", "log of the hazard", _normal(0.5, 0.5, -1, 2),
              ASSUMPTION, "no"),
    Parameter("ladder_fall", "step back down the ladder in a month", "probability", _uniform(0.05, 0.01, 0.09), ASSUMPTION, "no"),
    Parameter("reform_relief", "fall of coercion on the top rung", "share", _uniform(0.3, 0.1, 0.5), ASSUMPTION, "no"),
    Parameter("rally_gain", "rallying when the Council adds a measure of full bite", "share", _uniform(0.4, 0, 0.8), ASSUMPTION, "no"),
    Parameter("rally_rights", "rallying when the Council adopts a text or statement on abuse alone", "share", _uniform(0.2, 0, 0.4), ASSUMPTION, "no"),
    Parameter("rally_half_life", "half-life of rallying", "months", _log_normal(6, 0.4, 2, 24), ASSUMPTION, "no"),
    Parameter("capability_speed", "monthly adjustment of weapons capability to spending", "share", _uniform(0.01, 0.003, 0.02),
              ASSUMPTION, "no"),
    # ledger
    Parameter("isolation_half_life", "half-life of diplomatic isolation", "months", _log_normal(12, 0.4, 3, 60), ASSUMPTION, "no"),
    Parameter("isolation_adopted", "isolation from a text of full bite adopted by all fifteen", "share", _uniform(0.4, 0.1, 0.7), ASSUMPTION, "no"),
    Parameter("isolation_vetoed", "isolation from a vetoed text of full bite that all others supported", "share", _uniform(0.1, 0.0, 0.3),
              ASSUMPTION, "no"),
    Parameter("isolation_debate", "isolation from a debate that a veto brings", "share", _uniform(0.02, 0.0, 0.04), ASSUMPTION, "no"),
    Parameter("isolation_forum", "isolation from a forum's text of full content", "share", _uniform(0.05, 0.0, 0.10), ASSUMPTION, "no"),
    Parameter("statement_weight", "a presidential statement against a resolution of all fifteen", "share", _uniform(0.3, 0.1, 0.5),
              ASSUMPTION, "no"),
    Parameter("credibility_half_life", "half-life of the credibility of consequences", "months", _log_normal(12, 0.4, 3, 60),
              ASSUMPTION, "no"),
    Parameter("credibility_meeting", "credibility from a Council meeting on human rights", "share", _uniform(0.2, 0.0, 0.4),
              ASSUMPTION, "no"),
    Parameter("credibility_text", "credibility from an adopted text on abuse", "share", _uniform(0.4, 0.1, 0.7), ASSUMPTION, "no"),
    Parameter("credibility_agenda", "credibility from a triggered standing consequence", "share", _uniform(0.1, 0.0, 0.2), ASSUMPTION, "no"),
    Parameter("court_gain", "accountability exposure in a month from a court at full work", "share of the gap",
              _uniform(0.02, 0.0, 0.04), ASSUMPTION, "no"),
    Parameter("impunity", "credibility that a vetoed text on abuse alone destroys", "share", _uniform(0.2, 0.0, 0.4), ASSUMPTION, "no"),
    Parameter("accountability_half_life", "half-life of accountability exposure", "months", _log_normal(24, 0.4, 6, 120),
              ASSUMPTION, "no"),
    Parameter("accountability_gain", "share of the gap that a fully credible exposure event closes", "share",
              _uniform(0.2, 0.05, 0.4), ASSUMPTION, "no"),
    Parameter("accountability_least", "credibility of an exposure event without any follow-up", "share", _uniform(0.2, 0.0, 0.4),
              ASSUMPTION, "no"),
    Parameter("legitimacy_half_life", "half-life of the loss of legitimacy", "months", _log_normal(24, 0.4, 6, 120), ASSUMPTION, "no"),
    Parameter("legitimacy_leak", "share of the gap that an exposure event closes through an open border", "share",
              _uniform(0.05, 0.0, 0.15), ASSUMPTION, "no"),
    Parameter("weight_isolation", "weight of isolation in political cost", "weight", _uniform(1, 0.5, 1.5), ASSUMPTION, "no"),
    Parameter("weight_accountability", "weight of accountability exposure", "weight", _uniform(1, 0.5, 1.5), ASSUMPTION, "no"),
    Parameter("weight_cohesion", "weight of the loss of elite cohesion", "weight", _uniform(1, 0.5, 1.5), ASSUMPTION, "no"),
    Parameter("weight_legitimacy", "weight of the loss of legitimacy", "weight", _uniform(1, 0.5, 1.5), ASSUMPTION, "no"),
    Parameter("welfare_usual", "share not undernourished without measures", "log odds", _normal(0.24, 0.15, -0.5, 1),
              "macro: FAO undernourishment 44% in 2016", "partly"),
    Parameter("welfare_goods", "effect of civilian spending on welfare", "log odds per log unit", _uniform(0.15, 0, 0.4),
              "macro: undernourishment 44% in 2016 and 45% in 2021 although imports fell by two thirds; otherwise assumption", "partly"),
    Parameter("welfare_extraction", "effect of extraction on welfare", "log odds per unit over base", _uniform(0.3, 0, 0.6),
              ASSUMPTION, "no"),
    Parameter("welfare_harvest", "effect of a harvest one sd above the mean", "log odds", _uniform(0.08, 0, 0.2), ASSUMPTION, "no"),
    Parameter("trade_margin", "gain from trade that own bans forgo", "share of trade", _uniform(0.1, 0.02, 0.2), ASSUMPTION, "no"),
    Parameter("effort_cost", "cost of one full effort", "USD million a month", _uniform(1, 0.3, 3), ASSUMPTION, "no"),
    Parameter("coordination_cost", "extra cost of effort at full coordination", "share of the cost of effort", _uniform(0.5, 0, 1),
              ASSUMPTION, "no"),
    Parameter("retaliation", "retaliation of rivals at full rivalry against full pressure", "USD million a month",
              _uniform(20, 0, 60), ASSUMPTION, "no"),
    Parameter("national_income", "national income of the DPRK", "USD million a month", _log_normal(2717, 0.15, 1500, 4500),
              "macro: Bank of Korea 2024, 32.6 USD bn at ROK prices", "partly"),
)  # fmt: skip

BY_NAME: Mapping[str, Parameter] = {parameter.name: parameter for parameter in PARAMETERS}
PARAMETER_AXES: Axes = {parameter.name: parameter.axis for parameter in PARAMETERS}
_named_tuple: Any = namedtuple
Params = _named_tuple("Params", [parameter.name for parameter in PARAMETERS], module=__name__)
"""The arrays that rules read: one field for each parameter, the run as last axis."""


def labels(names: Mapping[str, Sequence[str]]) -> list[str]:
    """Names of the parameter rows in order: ``compliance``, ``forced_labour.coal``, …; ``names`` of each axis."""
    found = []
    for parameter in PARAMETERS:
        found += [f"{parameter.name}.{name}" for name in names[parameter.axis[0]]] if parameter.axis else [parameter.name]
    return found


def draw_rows(priors: Mapping[str, Prior], seed: int, draws: Sequence[int]) -> NDArray[np.float64]:
    """Values of every parameter row for the given draws, shape (row, draw); draw -1 holds each at its default.

    ``priors`` maps row labels to priors. A draw's address is (seed, draw; parameter), so a parameter added later leaves
    the others' draws alone, and all arms of a comparison share them.
    """
    table = np.repeat([[float(prior.a)] for prior in priors.values()], len(draws), axis=1)
    drawn = np.array(draws) >= 0
    numbers = np.array(draws)[drawn].astype(np.uint64)
    found = np.empty(len(numbers))
    for row, (label, prior) in enumerate(priors.items()):
        first_uniforms(np.uint64(seed), numbers, np.uint64(permanent_code(label)), found)
        table[row, drawn] = prior.quantile(found)
    return table


@kernel
def first_uniforms(seed: Any, draws: Any, who: Any, found: Any) -> None:
    """The first uniform of a parameter in each draw."""
    for i in range(len(draws)):
        found[i] = uniforms(seed, draws[i], NOBODY, PARAMETER, who, NOBODY)[0]
