"""What the documentation says is what the code does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import unsim

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_generated_pages_are_current() -> None:
    done = subprocess.run([sys.executable, "scripts/document.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_the_page_of_claims_is_current() -> None:
    command = [sys.executable, "scripts/document.py", "--claims", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_the_gallery_names_every_figure_and_all_of_them_are_there() -> None:
    command = [sys.executable, "scripts/document.py", "--gallery", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    named = re.findall(r"\]\(gallery/(\w+\.png)\)", (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8"))
    assert sorted(named) == sorted(path.name for path in (ROOT / "docs" / "gallery").iterdir())


@pytest.mark.slow
def test_the_tutorial_works_as_written(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    steps = re.findall(r"^    unsim ([^\n]+)$|^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    assert len(steps) >= 10
    for command, code in steps:
        call = (
            [sys.executable, "-m", "unsim", *command.split()]
            if command
            else [sys.executable, "-c", f"import matplotlib\nmatplotlib.use('agg')\n{code}"]
        )
        done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command or code, done.stderr)
    assert (tmp_path / "mine" / "welfare.png").stat().st_size > 10_000


def test_the_tutorial_names_commands_that_exist() -> None:
    from unsim.cli import app

    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    for page in ("README.md", "docs/tutorial.md"):
        named = set(re.findall(r"(?m)^    unsim (\w+)", (ROOT / page).read_text(encoding="utf-8")))
        assert named <= known, page


def test_the_readme_names_every_shipped_scenario() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in unsim.shipped())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_files_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), target


def test_the_readme_names_the_commands_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("./quickstart", "./check"):
        assert command in text.split("## ")[0] + text.split("## ")[1]
        assert (ROOT / command).stat().st_mode & 0o111
    assert "./check" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_dependency_is_named_with_its_reason() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = project["dependencies"] + [name for extra in project["optional-dependencies"].values() for name in extra]
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for requirement in needed:
        name = re.split(r"[<>=\[]", requirement)[0]
        if name == project["name"]:
            continue  # an extra of its own
        assert f"`{name}`" in page or f"| {name} " in page, name
