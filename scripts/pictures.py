"""Makes the pictures of the README anew: docs/pictures/demo.svg and docs/pictures/lineage.png.

It runs the demo in a temporary home, prints its result as `tieout demo` does (three discrepancies instead of ten), and
photographs the Dagster UI on that home with Chromium. Run it by `make pictures`.
"""

import re
import tempfile
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from pipelines.cli.demo import staged
from pipelines.cli.render import print_summary
from pipelines.home import Home
from pipelines.reports.summary import read_summary
from pipelines.run import run_pipeline
from sandbox.score import score
from tests.browser.ui import chromium, serving

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SEED, CLIENTS = 7, 60  # as `tieout demo`


def main() -> None:
    """Make both pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "demo")
        console = Console(record=True, width=110, file=StringIO(), highlight=False, force_terminal=True)
        with staged(home, SEED, CLIENTS, datetime.now(UTC)) as stage:
            outcome = run_pipeline(home)
        if not outcome.published:
            raise SystemExit(outcome.error)
        print_summary(console, read_summary(home.published, largest=3))
        console.print(score(home.published, stage.world.truth).table())
        # Each cell names the picture and spells its blanks out: short names and real blanks make a quarter less of it.
        svg = console.export_svg(
            title="tieout demo", code_format=_without_downloads(CONSOLE_SVG_FORMAT), unique_id="t"
        ).replace("&#160;", "\N{NO-BREAK SPACE}")
        (PICTURES / "demo.svg").write_text(svg, encoding="utf-8")
        with (
            serving(home.path, Path(folder) / "ui.log") as ui,
            chromium(Path(folder) / "chromium", width=1500, height=850, scale=1.5) as browser,
        ):
            _photograph_lineage(browser, ui.url, PICTURES / "lineage.png")
    for picture in sorted(PICTURES.iterdir()):
        print(f"{picture}: {picture.stat().st_size / 1000:.0f} kB")  # noqa: T201  # a script's answer


def _without_downloads(template: str) -> str:
    """Rich's SVG template without the fonts that it fetches: whoever reads a document should not be told to others."""
    return re.sub(r"@font-face \{\{.*?\}\}", "", template, flags=re.DOTALL)


def _photograph_lineage(browser: webdriver.Chrome, url: str, picture: Path) -> None:
    """The lineage of all groups, without the panels beside it."""
    browser.get(f"{url}/asset-groups")
    wait = WebDriverWait(browser, 60)
    wait.until(lambda _: "published" in browser.find_element(By.TAG_NAME, "body").text)
    for icon in ("Hide navigation", "panel_show_right"):
        browser.find_element(
            By.XPATH, f"//*[normalize-space(text())='{icon}'] | //button[.//*[@aria-label='{icon}']]"
        ).click()
    wait.until(lambda _: len(browser.find_elements(By.CSS_SELECTOR, "svg path")) > 30)
    _settle(browser)
    # A double click on an empty place fits the graph to the room that the panels left.
    canvas = browser.find_element(By.CSS_SELECTOR, "svg[class*=svgContainer]")
    frame = canvas.find_element(By.XPATH, "./ancestor::div[2]").rect
    ActionChains(browser).move_by_offset(
        int(frame["x"]) + 20, int(frame["y"] + frame["height"]) - 30
    ).double_click().perform()
    _settle(browser)
    browser.save_screenshot(str(picture))


def _settle(browser: webdriver.Chrome) -> None:
    """Wait until two looks in a row show the same page: the graph glides into its place."""
    before = b""
    for _ in range(30):
        now = browser.get_screenshot_as_png()
        if now == before:
            return
        before = now
        browser.execute_async_script("setTimeout(arguments[0], 1000)")


if __name__ == "__main__":
    main()
