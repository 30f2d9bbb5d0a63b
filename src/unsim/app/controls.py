"""The page's controls: which settings of a scenario can be moved, and what each becomes in its file.

Ranges, units and words come from the schema of scenario files and the table of parameters; here stands only which of them are
shown, under which name, and in which arms they act.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from unsim.app.shelf import Shelf
from unsim.guide import form_at
from unsim.parameters import BY_NAME
from unsim.posterior import marginals
from unsim.rules.chance import MAX_WORD
from unsim.scenario import Scenario, load
from unsim.schema import Mandate, Measure, ScenarioFile

Kind = Literal["range", "choice", "multi", "switch", "whole"]
Applies = Literal["strategy", "both"]
Identified = Literal["yes", "partly", "no", "decision"]
Value = float | int | bool | str | tuple[str, ...] | None
Changes = Callable[[Any, Mapping[str, Any]], dict[str, Any]]

DRAWN = "drawn"
"""How a query says that a parameter is drawn and not held."""
FEWEST_MONTHS, MOST_MONTHS = 12, 240
BANS = "supply_chain"
"""The shipped scenario whose import bans the page offers."""
LINKS = "trace_the_link"
"""The shipped scenario whose body that traces the link the page offers."""


@dataclass(frozen=True)
class Control:
    """A setting that can be moved.

    ``initial``: its value in the scenario; None for a parameter that is drawn, and then ``usual`` is where its slider lies.
    ``changes`` turns its value, given those of all controls, into keys of a scenario file, as ``unsim.load(set=)`` takes them.
    """

    key: str
    label: str
    about: str
    group: str
    kind: Kind
    initial: Value
    identified: Identified
    applies: Applies
    changes: Changes
    unit: str = ""
    low: float | None = None
    high: float | None = None
    step: float | None = None
    usual: float | None = None
    drawn: str = ""
    options: tuple[tuple[str, str], ...] = ()
    presets: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def as_json(self, value: Value) -> dict[str, Any]:
        """What the page needs to draw it, at a value."""
        return {
            "key": self.key, "label": self.label, "about": self.about, "unit": self.unit, "kind": self.kind, "low": self.low,
            "high": self.high, "step": self.step, "options": [{"value": v, "label": label} for v, label in self.options],
            "presets": [{"label": label, "value": list(menu)} for label, menu in self.presets],
            "value": value, "initial": self.initial, "usual": self.usual, "drawn": self.drawn,
            "identified": self.identified, "applies": self.applies,
        }  # fmt: skip


GROUPS = (
    "Who leads", "What they ask for", "Governments", "Rivals", "Enforcement and monitoring", "Goods of forced labour",
    "How the regime answers", "The futures",
)  # fmt: skip
LEAD, ASK, GOVERN, RIVAL, ENFORCE, GOODS, REGIME, FUTURES = GROUPS
DECISION = "A decision of the strategy."


def controls(shelf: Shelf, scenario: Scenario, reference: Scenario) -> dict[str, Control]:
    """The controls of a scenario against a reference, by key, in the order in which they are shown."""
    found = [
        *_coalition(shelf, scenario), *_governments(scenario), *_rivals(scenario, reference), *_enforcement(scenario),
        *_goods(scenario), *_regime(scenario), *_futures(scenario),
    ]  # fmt: skip
    return {control.key: control for control in sorted(found, key=lambda control: GROUPS.index(control.group))}


def _plain(file: ScenarioFile, key: str, label: str, about: str, group: str, applies: Applies = "strategy",
           identified: Identified = "decision", options: Mapping[str, str] | None = None, **more: Any) -> Control:  # fmt: skip
    """A control of one key of the file: its kind, range and words come from the schema."""
    form, value = form_at(key), value_at(file, key)
    more = {"unit": form.get("unit", ""), **more}
    if form.get("type") == "array":
        order = dict.fromkeys([*value, *(options or {})])
        shown = tuple((name, (options or {}).get(name, name)) for name in order)
        return Control(key, label, about, group, "multi", tuple(value), identified, applies,
                       lambda chosen, _: {key: list(chosen)}, options=shown, **more)  # fmt: skip
    if form.get("type") == "boolean":
        return Control(key, label, about, group, "switch", value, identified, applies, lambda on, _: {key: on}, **more)
    if "enum" in form:
        words = tuple((word, (options or {}).get(word, word.replace("_", " "))) for word in form["enum"])
        return Control(key, label, about, group, "choice", value, identified, applies, lambda word, _: {key: word},
                       options=words, **more)  # fmt: skip
    low, high = float(form["minimum"]), float(form["maximum"])
    return Control(key, label, about, group, "range", float(value), identified, applies, lambda number, _: {key: number},
                   low=low, high=high, step=_step(low, high), **more)  # fmt: skip


def value_at(file: ScenarioFile, key: str) -> Any:
    """The value at a dotted key of a scenario."""
    node: Any = file
    for part in key.split("."):
        node = node[part] if isinstance(node, dict) else getattr(node, part)
    return node


def _step(low: float, high: float) -> float:
    """A step that cuts a range into some twenty to forty."""
    return next(step for step in (0.05, 0.1, 0.25, 0.5, 1.0) if (high - low) / step <= 40.0)


def _coalition(shelf: Shelf, scenario: Scenario) -> Iterator[Control]:
    file = scenario.file
    able = {c: scenario.called(c) for c, s in file.states.items() if c != "PRK" and not s.rivalry and s.effort > 0.0}
    yield _plain(file, "coalition.leaders", "States that lead", "The states that campaign together in the Council; a leader "
                 f"without a seat can still campaign. {DECISION}", LEAD, options=able)  # fmt: skip
    yield _plain(file, "coalition.coordination", "Coordination", "How far the leaders act as one: at 0 their efforts add, at 1 "
                 f"they complement each other. {DECISION} How much acting as one is worth is a parameter that no record "
                 "identifies.", LEAD)  # fmt: skip
    for forum, where in (("general_assembly", "General Assembly"), ("human_rights_council", "Human Rights Council")):
        yield _plain(file, f"{forum}.penholders", f"Pen in the {where}", f"Who drafts the {where}'s yearly text on human rights in "
                     f"the DPRK; a stronger pen puts more into it. {DECISION}", LEAD, options=able)  # fmt: skip
    yield _plain(file, "coalition.letters", "Letters from outside the Council", "Sponsors without a seat ask members by letter "
                 f"for a meeting. {DECISION}", LEAD)  # fmt: skip
    menus = tuple((title, menu) for title, menu in shelf.menus().items() if set(menu) <= set(file.drafts))
    yield _plain(file, "coalition.menu", "Texts they may ask for", "How drafts are framed: on weapons, on abuse, or on both in one "
                 f"text; each month the most promising is considered. {DECISION}", ASK,
                 options={name: draft.label for name, draft in file.drafts.items()}, presets=menus)  # fmt: skip
    yield _plain(file, "coalition.linkage", "How a mixed text is judged", "Whether the two sides of a text on weapons and abuse "
                 "add up for a member, or the weaker one rules. No draft on record is mixed, so nothing tells which: look at "
                 "both.", ASK, "both", "no",
                 {"additive": "the sides add up", "weakest_link": "the weaker side rules"})  # fmt: skip


def _governments(scenario: Scenario) -> Iterator[Control]:
    for code in scenario.file.coalition.leaders:
        if code in scenario.file.states:
            yield _plain(scenario.file, f"states.{code}.posture", f"Posture of {scenario.called(code)}",
                         "0 engagement to 1 pressure, of the government at the start; elections may bring the other camp. It "
                         f"acts from the first month. {DECISION} The values of past governments are codings.",
                         GOVERN, unit="0 engagement, 1 pressure")  # fmt: skip


def _rivals(scenario: Scenario, reference: Scenario) -> Iterator[Control]:
    file = scenario.file
    rivals = [code for code, state in file.states.items() if state.rivalry]
    for code in rivals:
        if reference.file.states.get(code) and reference.file.states[code].rivalry:
            yield _last_step(file, f"states.{code}.rivalry", f"Rivalry of {scenario.called(code)}",
                             "How far it opposes the coalition on this file at the start: it moves votes, policing and "
                             "retaliation. Coded from dated public signals; votes identify its weight in part.", RIVAL)  # fmt: skip
    for code in rivals:
        if code in file.partners:
            yield _plain(file, f"partners.{code}.policing", f"Policing by {scenario.called(code)}",
                         "Its own decision to police undeclared trade more (+) or less (−) than its interests make likely. A "
                         "supposition of the strategy.", RIVAL, unit="log odds")  # fmt: skip
    for name, conflict in file.conflicts.items():
        if conflict.need > 0.0 and name in reference.file.conflicts:
            yield _plain(file, f"conflicts.{name}.need", f"Need of {scenario.called(conflict.buyer)} ({conflict.label})",
                         "How far its own war makes the buyer need the DPRK, and so breaks its compliance. No record "
                         "identifies it.", RIVAL, "both", "no")  # fmt: skip


def _last_step(file: ScenarioFile, key: str, label: str, about: str, group: str) -> Control:
    """The level at the start of a path of dated steps, in both arms: the last step that is known by then."""
    steps = [{"from": step.start, "value": step.value} for step in value_at(file, key) if not step.supposed]
    last = max((s for s in steps if file.as_it_happened or s["from"] <= file.start), key=lambda step: str(step["from"]))
    return Control(key, label, about, group, "range", float(last["value"]), "partly", "both",
                   lambda value, _: {key: [step if step is not last else {**step, "value": value} for step in steps]},
                   unit="share", low=0.0, high=1.0, step=0.05)  # fmt: skip


def _enforcement(scenario: Scenario) -> Iterator[Control]:
    file = scenario.file
    yield _plain(file, "coalition.designations", "Own lists of evasion networks", "How far the coalition's states list ships, "
                 f"banks and traders by themselves, as a share of full use. {DECISION}", ENFORCE)  # fmt: skip
    key, sender = "world.secondary_sanctions", file.world.secondary_sender
    steps: list[dict[str, Any]] = [
        {"from": s.start, "value": s.value} for s in file.world.secondary_sanctions if s.start < file.start
    ]
    initial = steps[-1]["value"] if steps else 0.0
    yield Control(key, f"Secondary sanctions of {scenario.called(sender)}", "Penalties for others' firms and banks that deal with "
                  "the DPRK, as a share of full use; fully used only at a posture of full pressure, and rivals retaliate. "
                  f"{DECISION}", ENFORCE, "range", initial, "decision", "strategy",
                  lambda value, _: {key: [*steps, {"from": file.start, "value": value}]},
                  unit="share", low=0.0, high=1.0, step=0.05)  # fmt: skip
    yield _plain(file, "council.monitoring_team", "Monitoring team outside the UN", "Once the Panel of Experts is gone: a team "
                 f"never founded, founded by chance, planned, or there already. {DECISION}", ENFORCE)  # fmt: skip
    theirs = _shipped(LINKS).mandates
    for name, mandate in file.mandates.items():
        if mandate.scope == "link" and name in theirs:
            yield _body(file, f"mandates.{name}", mandate, theirs[name])


def _body(file: ScenarioFile, key: str, ours: Mandate, theirs: Mandate) -> Control:
    """A body of like-minded states that begins with the scenario, as a shipped scenario has it."""
    on = {f"{key}.forum": theirs.forum, f"{key}.from": file.start}
    off = {f"{key}.from": None} if ours.start else {}
    return Control(key, ours.label.capitalize(), "A team of like-minded states that follows goods back to forced labour; members "
                   f"believe a link between abuse and weapons more once it is traced. {DECISION} None has ever existed.", ENFORCE,
                   "switch", ours.start is not None, "decision", "strategy", lambda wanted, _: on if wanted else off)  # fmt: skip


def _goods(scenario: Scenario) -> Iterator[Control]:
    file = scenario.file
    ours = {measure.sender: (name, measure) for name, measure in file.measures.add.items() if measure.channel == "resale"}
    markets = {market for channel in file.channels.values() for sold in channel.sold_on.values() for market in sold}
    offered = {m.sender: (name, m) for name, m in _shipped(BANS).measures.add.items() if m.sender in markets}
    every = {**offered, **ours}

    def ban(name: str, measure: Measure) -> dict[str, Any]:
        told = measure.model_dump(by_alias=True, exclude_defaults=True, exclude={"evidence"})
        return {f"measures.add.{name}": {**told, "from": file.start}}

    def bans(senders: tuple[str, ...], _: Any) -> dict[str, Any]:
        added = [ban(*every[sender]) for sender in senders if sender not in ours]
        gone = [{f"measures.add.{name}": None} for sender, (name, _) in ours.items() if sender not in senders]
        return {key: value for one in [*added, *gone] for key, value in one.items()}

    yield Control("bans", "Markets that ban goods of forced labour", "Import bans that presume forced labour behind goods made "
                  "with labour of the DPRK, wherever they are sold on. Coverage is that of the shipped scenario of such bans. "
                  f"{DECISION}", GOODS, "multi", tuple(ours), "decision", "strategy", bans,
                  options=tuple((sender, scenario.called(sender)) for sender in every))  # fmt: skip
    usual = next((m.conditional for _, m in ours.values()), next(iter(_shipped(BANS).measures.add.values())).conditional)
    form = form_at("measures.add.usa_ban.conditional")
    yield Control("bans.conditional", "Conditionality of the bans", "The part of such a ban that eases as coercion falls: what the "
                  f"regime could win by coercing less. It acts only where a market bans. {DECISION} Whether the regime would "
                  "believe it is a parameter that no record identifies.", GOODS, "range", usual, "decision", "strategy",
                  lambda value, all_: {f"measures.add.{every[sender][0]}.conditional": value for sender in all_["bans"]},
                  unit="share", low=float(form["minimum"]), high=float(form["maximum"]), step=0.05)  # fmt: skip


@cache
def _shipped(name: str) -> ScenarioFile:
    return load(name).file


def _regime(scenario: Scenario) -> Iterator[Control]:
    for name, label, sense in (
        ("value_curvature", "Curvature of the value of revenue (σ)", "The higher, the more a regime that earns less coerces to "
         "earn it back; near 0 it simply coerces less where coercion pays less."),
        ("accountability_weight", "Weight of accountability (λA)", "How much exposure to accountability adds to what coercion "
         "costs the regime; at 0 it does not care."),
    ):  # fmt: skip
        parameter, held = BY_NAME[name], scenario.file.parameters.get(name)
        fit = marginals().get(name)
        prior = fit or parameter.prior
        yield Control(f"parameters.{name}", label, f"{sense} {IDENTIFIED[parameter.identified]}", REGIME, "range",
                      float(held) if isinstance(held, int | float) else None, parameter.identified, "both",
                      _held(f"parameters.{name}"),
                      unit=parameter.unit, low=parameter.prior.low, high=parameter.prior.high,
                      step=_step(parameter.prior.low, parameter.prior.high), usual=prior.a,
                      drawn=f"drawn anew in each draw: {prior}")  # fmt: skip


IDENTIFIED = {"no": "No record identifies it.", "partly": "The record identifies it in part.", "yes": "The record identifies it."}


def _held(key: str) -> Changes:
    return lambda value, _: {key: value}


def _futures(scenario: Scenario) -> Iterator[Control]:
    yield Control("months", "Horizon", "How many months are simulated.", FUTURES, "whole", scenario.months, "decision", "both",
                  lambda value, _: {"months": value}, unit="months", low=FEWEST_MONTHS, high=MOST_MONTHS, step=12)  # fmt: skip
    yield Control("seed", "Seed", "The number from which all luck follows; another seed is another set of futures, and both arms "
                  "share it.", FUTURES, "whole", 1, "decision", "both", lambda value, _: {},
                  low=0, high=MAX_WORD, step=1)  # fmt: skip
