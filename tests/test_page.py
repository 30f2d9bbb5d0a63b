"""The page in a real browser: what a reader sees, hears and saves is what the package computes.

Needs the system's Chromium, and fails without it, unless UNSIM_NO_BROWSER=1 says that there is none.
"""

from __future__ import annotations

import math
import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import unsim
from unsim.app.server import STATIC
from unsim.effects import Comparison, Effect

NO_BROWSER = os.environ.get("UNSIM_NO_BROWSER") == "1"
if not NO_BROWSER:
    from chromium import chromium, press_to_painted, quantiles, served
    from playwright.sync_api import Browser, Locator, Page, expect

browsing = [pytest.mark.slow, pytest.mark.xdist_group("browser"), pytest.mark.skipif(NO_BROWSER, reason="UNSIM_NO_BROWSER=1")]
PATIENCE = 60_000
"""Milliseconds: cores are shared, and a test waits for what happens, never for a time."""
TEXT = 4.5
"""Contrast of text against its ground that WCAG asks for at level AA."""


# What stands in the files


def css(name: str = "page.css") -> str:
    return Path(str(STATIC / name)).read_text(encoding="utf-8")


def variables(scheme: str) -> dict[str, str]:
    """The colours of the style sheet in a scheme."""
    light, dark = re.findall(r":root \{(.*?)\}", css(), re.S)
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return found | (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark)) if scheme == "dark" else {})


def palette(scheme: str) -> dict[str, str]:
    """The colours of the pictures in a scheme."""
    (block,) = re.findall(rf"export const {scheme.upper()} = \{{(.*?)\n\}};", css("svg.js"), re.S)
    return dict(re.findall(r'(\w+): "(#[0-9a-f]{6})"', block))


def contrast(one: str, other: str) -> float:
    """Contrast of two colours after WCAG."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scheme: str) -> None:
    page, drawn = variables(scheme), palette(scheme)
    pairs = [
        (page[text], page[ground]) for text in ("ink", "muted", "accent", "reference") for ground in ("paper", "ground", "well")
    ]
    pairs += [(page["warn"], page["warn-ground"]), (page["ink"], page["warn-ground"]), (page["on-accent"], page["accent"])]
    pairs += [(drawn[text], drawn["paper"]) for text in ("ink", "muted", "strategy", "reference")]
    pairs += [(drawn[f"on{vote.capitalize()}"], drawn[vote]) for vote in ("yes", "abstain", "no")]
    weak = [(text, ground, round(contrast(text, ground), 2)) for text, ground in pairs if contrast(text, ground) < TEXT]
    assert not weak
    assert drawn["paper"] == page["paper"]


def test_votes_differ_in_grey_as_in_colour() -> None:
    for scheme in ("light", "dark"):
        drawn = palette(scheme)
        for one, other in (("yes", "no"), ("yes", "abstain")):
            assert contrast(drawn[one], drawn[other]) > 1.3, (scheme, one, other)


# The browser


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with served() as (_, found):
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with chromium() as found:
        yield found


class Visit:
    """A page that was opened, and all that went wrong in it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.faults: list[str] = []
        self.hosts: set[str] = set()
        page.context.set_default_timeout(PATIENCE)
        page.on("console", lambda message: self.faults.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc or urlsplit(request.url).scheme))

    def open(self, query: str = "") -> Visit:
        self.page.goto(self.address + query)
        return self

    def ready(self) -> Visit:
        """Wait until the pictures belong to the settings."""
        self.page.wait_for_selector("body[data-state=full]")
        return self

    def runs(self) -> int:
        return int(self.page.locator("body").get_attribute("data-run") or 0)

    def after(self, before: int) -> Visit:
        """Wait until another run has been shown, and belongs to the settings."""
        expect(self.page.locator("body")).not_to_have_attribute("data-run", str(before))
        return self.ready()

    def press(self, control: Locator, *keys: str) -> Visit:
        """Press keys on a control and wait for the pictures that belong to them."""
        control.focus()
        before = self.runs()
        for key in keys:
            self.page.keyboard.press(key)
        return self.after(before)

    def slider(self, name: str) -> Locator:
        return self.page.get_by_role("slider", name=name, exact=True)

    def effect(self, outcome: str = "political_cost") -> tuple[str, str]:
        """An effect and its interval, as they can be read above the pictures."""
        tile = self.page.locator(f".tile[data-outcome={outcome}]")
        return tile.locator(".effect").inner_text(), tile.locator(".interval").inner_text()

    def settings(self) -> dict[str, str]:
        """The settings of the address."""
        return {key: values[-1] for key, values in parse_qs(urlsplit(self.page.url).query, keep_blank_values=True).items()}

    def fine(self) -> None:
        """Nothing went wrong, and nobody else was asked."""
        assert not self.faults
        assert self.hosts <= {urlsplit(self.address).netloc, "blob", "data"}


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    found = Visit(context.new_page(), address)
    yield found
    context.close()
    found.fine()


def told(effect: Effect) -> tuple[str, str]:
    """An effect and its interval as the page should write them."""
    values = (effect.effect, effect.low, effect.high)
    most = max(map(abs, values))
    digits = 2 if most < 0.1 else 3
    places = 0 if most >= 100 else max(0, digits - 1 - math.floor(math.log10(most)))

    def text(value: float) -> str:
        shown = f"{value:+,.{places}f}"
        return (shown if float(shown.replace(",", "")) else shown[1:]).replace("-", "−")

    return text(values[0]), f"[{text(values[1])}, {text(values[2])}]"


@cache
def expected(seed: int = 1, **changes: Any) -> Comparison:
    """What the package computes for settings of the strategy."""
    strategy = unsim.load("tripartite_2024", set={key.replace("__", "."): value for key, value in changes.items()})
    return unsim.compare(strategy, "baseline_2024", replicates=2000, draws=200, seed=seed)


def shows(visit: Visit, comparison: Comparison) -> None:
    for outcome in ("political_cost", "civilian_welfare", "coalition_cost"):
        assert visit.effect(outcome) == told(comparison.effect(outcome)), outcome
    assert visit.page.locator(".digest").inner_text() == comparison.digest


class TestPage:
    """In the browser."""

    pytestmark = browsing

    def test_an_arrow_key_moves_slider_numbers_address_link_and_command_together(self, visit: Visit) -> None:
        visit.open().ready()
        shows(visit, expected())
        slider = visit.slider("Coordination")
        visit.press(slider, "ArrowLeft", "ArrowLeft")
        assert slider.get_attribute("aria-valuetext") == "0.8 share"
        shows(visit, expected(coalition__coordination=0.8))
        expect(visit.page).to_have_url(re.compile(r"coalition\.coordination=0\.8&"))
        assert "coalition.coordination=0.8&" in visit.page.locator("[data-way=link]").inner_text()
        assert "coordination: 0.8" in visit.page.locator("[data-way=file]").inner_text()
        assert "--seed 1" in visit.page.locator("[data-way=command]").inner_text()

    def test_thirty_quick_presses_end_on_the_last_setting(self, visit: Visit) -> None:
        visit.open().ready()
        slider, before = visit.slider("Coordination"), visit.runs()
        slider.focus()
        spoken = visit.page.locator("#spoken")
        visit.page.evaluate("""() => {
            window.said = [];
            new MutationObserver(() => said.push(document.getElementById("spoken").textContent))
                .observe(document.getElementById("spoken"), {childList: true});
        }""")
        for key in ["ArrowLeft"] * 17 + ["ArrowRight"] * 13:
            visit.page.keyboard.press(key)
        visit.after(before)
        expect(slider).to_have_attribute("aria-valuetext", "0.7 share")
        shows(visit, expected(coalition__coordination=0.7))
        expect(spoken).to_contain_text("Up to date.")
        expect(visit.page).to_have_url(re.compile(r"coalition\.coordination=0\.7&"))
        visit.page.wait_for_timeout(1000)
        assert len(visit.page.evaluate("said")) == 1, "the live region speaks at rest alone"

    def test_numbers_of_other_settings_are_marked_until_theirs_come(self, visit: Visit) -> None:
        visit.open().ready()
        visit.page.route("**/api/run**", lambda route: None)  # an answer that does not come
        visit.slider("Coordination").focus()
        visit.page.keyboard.press("ArrowLeft")
        expect(visit.page.locator("#state")).to_have_text("Not up to date")
        for figure in visit.page.locator(".figure").all():
            expect(figure).to_have_css("opacity", "0.38")

    def test_the_preview_is_marked_until_all_pairs_come(self, visit: Visit) -> None:
        visit.page.route("**/api/run**pairs=2000**", lambda route: None)
        visit.open()
        visit.page.wait_for_selector("body[data-state=preview]")
        assert visit.page.locator("#state").inner_text() == "Preview"
        expect(visit.page.locator("#political_cost .tag")).to_be_visible()
        found = unsim.compare("tripartite_2024", "baseline_2024", replicates=250, draws=25, seed=1)
        assert visit.effect() == told(found.effect("political_cost"))

    def test_reload_back_button_and_link_restore_the_settings(self, visit: Visit, browser: Browser) -> None:
        visit.open().ready()
        visit.press(visit.slider("Coordination"), "End")
        visit.press(visit.slider("Own lists of evasion networks"), "Home")
        visit.page.wait_for_url(re.compile(r"coalition\.designations=0"))
        shown = visit.effect()
        visit.page.reload()
        visit.ready()
        assert visit.effect() == shown
        assert visit.slider("Coordination").input_value() == "1"
        link = visit.page.locator("[data-way=link]").inner_text()
        visit.page.go_back()
        expect(visit.slider("Own lists of evasion networks")).to_have_value("0.3")
        expect(visit.page).not_to_have_url(re.compile("designations"))
        visit.ready()
        assert visit.effect() == told(expected(coalition__coordination=1.0).effect("political_cost"))
        with browser.new_context() as context:
            other = Visit(context.new_page(), link).open().ready()
            assert other.effect() == shown
            other.fine()

    def test_undo_takes_back_one_setting_or_all(self, visit: Visit) -> None:
        visit.open("?coalition.coordination=0.2&parameters.value_curvature=2&coalition.menu=panel").ready()
        page = visit.page
        assert page.get_by_role("button", name="Undo all 3").is_enabled()
        visit.press(page.get_by_role("button", name="Undo Coordination: back to 0.9"), "Enter")
        assert "coalition.coordination" not in visit.settings()
        expect(page.locator("[data-key='parameters.value_curvature'] output")).to_have_text("2")
        visit.press(page.get_by_role("button", name="Undo all 2"), "Enter")
        shows(visit, expected())
        expect(page.locator("[data-key='parameters.value_curvature'] output")).to_have_text("drawn")
        expect(page.get_by_role("button", name="Undo all")).to_be_disabled()

    def test_every_kind_of_control_reaches_the_numbers(self, visit: Visit) -> None:
        visit.open().ready()
        page = visit.page
        visit.press(page.get_by_role("checkbox", name="weapons and abuse in one text"), "Space")
        visit.press(page.get_by_role("switch", name="Letters from outside the Council"), "Space")
        before = visit.runs()
        page.get_by_label("Monitoring team outside the UN", exact=True).select_option("never")
        visit.after(before)
        seed = page.get_by_role("spinbutton", name="Seed")
        seed.fill("7")
        visit.press(seed, "Enter")
        menu = ("rights_meeting", "sanctions", "panel", "integrated")
        assert {"coalition.letters": "true", "council.monitoring_team": "never", "seed": "7"}.items() <= visit.settings().items()
        assert set(visit.settings()["coalition.menu"].split(",")) == set(menu)
        changes = {"coalition__menu": menu, "coalition__letters": True, "council__monitoring_team": "never"}
        found = expected_of({key.replace("__", "."): list(v) if isinstance(v, tuple) else v for key, v in changes.items()}, 7)
        shows(visit, found)

    def test_another_scenario_begins_with_its_own_settings(self, visit: Visit) -> None:
        visit.open("?coalition.coordination=0.2").ready()
        before = visit.runs()
        visit.slider("Coordination").focus()
        visit.page.keyboard.press("ArrowLeft")  # its numbers are still under way when the scenario changes
        visit.page.get_by_label("Strategy", exact=True).select_option("china_enforces")
        visit.page.wait_for_url(re.compile("scenario=china_enforces"))
        visit.after(before)
        assert visit.settings()["scenario"] == "china_enforces"
        assert "coalition.coordination" not in visit.settings()
        found = unsim.compare("china_enforces", "baseline_2024", replicates=2000, draws=200)
        assert visit.effect() == told(found.effect("political_cost"))

    def test_a_bad_link_is_told_by_name_and_can_be_left(self, visit: Visit) -> None:
        visit.open("?coalition.coordination=7")
        alert = visit.page.get_by_role("alert")
        expect(alert).to_contain_text("coalition.coordination")
        expect(alert).to_contain_text("7")
        expect(visit.page.locator("#state")).to_have_text("Not up to date")
        visit.page.get_by_role("button", name="Go on without them").click()
        visit.ready()
        expect(alert).to_be_hidden()
        shows(visit, expected())
        assert all("422" in fault for fault in visit.faults)  # the browser writes them down itself
        visit.faults.clear()

    def test_every_picture_saves_alone_with_what_it_rests_on(self, visit: Visit, tmp_path: Path) -> None:
        visit.open("?coalition.coordination=0.4&seed=3").ready()
        visit.page.wait_for_selector("body[data-maps]")
        cards = visit.page.locator("main section.card[id]:has(.tools)")
        assert cards.count() == 7
        for card in cards.all():
            name = card.get_attribute("id")
            with visit.page.expect_download() as saving:
                card.get_by_role("button", name=re.compile(r"Save .* as SVG")).click()
            path = tmp_path / f"{name}.svg"
            saving.value.save_as(path)
            root = ET.parse(path).getroot()
            words = " ".join(" ".join(root.itertext()).split())
            pairs = "400" if name == "flip" else "2,000"
            parts = (
                "Coordination = 0.4 (strategy)",
                "seed 3",
                f"n = {pairs} paired futures",
                "laim level: calibrated",
                "Tripartite",
            )
            assert not [part for part in parts if part not in words], name
            assert not any("style" in node.attrib or node.tag.endswith("}style") for node in root.iter()), name
            with visit.page.expect_download() as saving:
                card.get_by_role("button", name=re.compile(r"Save .* as PNG")).click()
            painted = Path(saving.value.path()).read_bytes()
            assert painted.startswith(b"\x89PNG")
            assert int.from_bytes(painted[16:20], "big") == 2 * int(root.attrib["width"])

    def test_tables_are_saved_with_their_settings(self, visit: Visit) -> None:
        visit.open("?coalition.coordination=0.4").ready()
        for name in ("effects", "council"):
            with visit.page.expect_download() as saving:
                visit.page.locator(f"#{name}").get_by_role("link", name=re.compile("CSV")).click()
            lines = Path(saving.value.path()).read_text(encoding="utf-8").splitlines()
            head = "\n".join(line for line in lines if line.startswith("#"))
            assert "coalition.coordination" in head
            assert "2,000 paired futures" in head
        visit.page.locator("#effects summary").click()
        row = visit.page.get_by_role("row", name=re.compile("^Political cost"))
        expect(row).to_contain_text(visit.effect()[0])

    def test_the_file_that_is_saved_gives_the_numbers_on_screen(self, visit: Visit, tmp_path: Path) -> None:
        visit.open("?coalition.coordination=0.4&states.KOR.posture=0.3").ready()
        with visit.page.expect_download() as saving:
            visit.page.get_by_role("button", name=re.compile(r"Save .*\.yaml")).click()
        path = tmp_path / saving.value.suggested_filename
        saving.value.save_as(path)
        found = unsim.compare(str(path), "baseline_2024", replicates=2000, draws=200)
        assert visit.page.locator(".digest").inner_text() == found.digest

    def test_the_council_is_walked_by_keyboard_and_gives_its_reasons(self, visit: Visit) -> None:
        visit.open().ready()
        shoes = visit.page.get_by_role("listbox", name=re.compile("Seats of the Council"))
        assert shoes.count() == 3
        for shoe in shoes.all():
            seats = shoe.get_by_role("option")
            assert seats.count() == 15
            assert shoe.locator("[tabindex='0']").count() == 1
            letters = dict(zip(("yes", "abstain", "no"), "YAN", strict=True))
            for seat in seats.all():
                assert letters[seat.get_attribute("data-vote") or ""] in seat.locator("text").all_text_contents()
        draft = visit.page.locator("[data-draft=sanctions]")
        china, who = draft.get_by_role("option", name=re.compile("China")), draft.locator(".who")
        china.focus()
        assert re.search(
            r"China, permanent member: likely no; yes .*%.* Terms in logits: ", china.get_attribute("aria-label") or ""
        )
        expect(who).to_contain_text("China")
        visit.page.keyboard.press("ArrowRight")
        expect(who).not_to_contain_text("China")
        expect(draft.locator(".seat:focus")).to_have_attribute("aria-selected", "true")
        visit.page.keyboard.press("End")
        expect(draft.locator(".seat:focus")).to_have_attribute("data-state", "USA")
        draft.get_by_role("option", name=re.compile("Russia")).hover()
        expect(who).to_contain_text("Russia")
        draft.get_by_role("option", name=re.compile("France")).click()
        expect(who).to_contain_text("France")
        assert draft.locator(".terms li").count() >= 4

    def test_the_lesson_leads_through_its_steps(self, visit: Visit) -> None:
        visit.open().ready()
        steps = visit.page.locator(".steps a")
        assert steps.count() == 6
        for step in range(6):
            if step in (0, 1, 5):
                before = visit.runs()
                steps.nth(step).click()
                visit.after(before)
                expect(steps.nth(step)).to_have_attribute("aria-current", "step")
                assert visit.page.url.endswith(f"#lesson-{step + 1}")
                expect(visit.page.locator(".told")).to_be_visible()
        visit.page.reload()
        visit.ready()
        expect(steps.nth(5)).to_have_attribute("aria-current", "step")

    @pytest.mark.parametrize("width", [390, 1600])
    def test_nothing_is_wider_than_the_screen(self, browser: Browser, address: str, width: int) -> None:
        with browser.new_context(viewport={"width": width, "height": 844}, has_touch=width < 500) as context:
            visit = Visit(context.new_page(), address).open().ready()
            fits(visit.page, width)
            if width < 500:
                visit.page.get_by_role("button", name="Settings").tap()
                slider = visit.slider("Coordination")
                slider.scroll_into_view_if_needed()
                expect(slider).to_be_in_viewport()
                visit.press(slider, "ArrowLeft")
                expect(visit.page.locator("#tiles")).to_be_in_viewport()
                fits(visit.page, width)
            visit.fine()

    def test_pictures_are_named_and_their_numbers_can_be_read(self, visit: Visit) -> None:
        visit.open().ready()
        for name in ("Political cost, index 0-100, by month", "Effects of the strategy", "Mean revenue by channel"):
            expect(visit.page.get_by_role("img", name=re.compile(name, re.I))).to_have_count(1)
        assert (
            visit.page.evaluate("""() => [...document.querySelectorAll("input, select, button, a")].filter(
            (one) => !(one.getAttribute("aria-label") || one.textContent.trim() || one.labels?.length)).length""")
            == 0
        )
        visit.page.keyboard.press("Tab")
        assert visit.page.locator(":focus").inner_text() == "Skip to the settings"

    def test_five_pages_at_once_each_show_their_own_numbers(self, browser: Browser, address: str) -> None:
        contexts = [browser.new_context() for _ in range(5)]
        visits = [Visit(context.new_page(), address) for context in contexts]
        for seed, visit in enumerate(visits, start=1):
            visit.page.goto(f"{address}?seed={seed}", wait_until="commit")
        for seed, visit in enumerate(visits, start=1):
            visit.ready()
            shows(visit, expected(seed))
            visit.fine()
        for context in contexts:
            context.close()

    def test_a_stopped_server_is_told_and_when_it_is_back_the_page_recovers(self, browser: Browser) -> None:
        with browser.new_context() as context:
            with served() as (server, address):
                visit = Visit(context.new_page(), address).open().ready()
                server.terminate()
                server.wait()
                slider = visit.slider("Coordination")
                slider.focus()
                visit.page.keyboard.press("ArrowLeft")
                expect(visit.page.get_by_role("alert")).to_contain_text("not up to date")
                expect(visit.page.locator("#state")).to_have_text("Not up to date")
                expect(visit.page.locator("#political_cost .figure")).to_have_css("opacity", "0.38")
            with served(urlsplit(address).port or 0):
                visit.ready()
                expect(visit.page.get_by_role("alert")).to_be_hidden()
                shows(visit, expected(coalition__coordination=0.85))

    def test_both_schemes_draw_in_their_own_colours_and_save_in_light(self, visit: Visit) -> None:
        visit.open().ready()
        line = visit.page.locator("#political_cost .figure svg")
        for scheme in ("dark", "light"):
            visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            expect(line).to_have_attribute("fill", palette(scheme)["ink"])

    def test_the_first_picture_comes_soon(self, visit: Visit, record_property: Any) -> None:
        visit.open().ready()
        p50, p95 = quantiles(press_to_painted(visit.page, 50)["previews"])
        record_property("key_press_to_painted_ms", {"p50": p50, "p95": p95})
        print(f"key press to painted preview: p50 {p50:.0f} ms, p95 {p95:.0f} ms")
        assert p50 < 500 * crowded()


def fits(page: Page, width: int) -> None:
    """Nothing reaches beyond the right edge."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for picture in page.locator(".figure svg").all():
        box = picture.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def expected_of(changes: dict[str, Any], seed: int) -> Comparison:
    return unsim.compare(unsim.load("tripartite_2024", set=changes), "baseline_2024", replicates=2000, draws=200, seed=seed)


def crowded() -> float:
    """How many times as much is asked of the cores as they have, at least 1."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
