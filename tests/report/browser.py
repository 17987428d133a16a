"""A page in the Chromium of this machine: opened, looked at, and everything that it asks for or complains of noted."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
Scheme = Literal["light", "dark"]


@dataclass
class Opened:
    """A page with what it asked for beside itself and what it complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complained: list[str] = field(default_factory=list)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser that is installed; nothing is downloaded."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Browser, file: Path, width: int = 1280, height: int = 900, scheme: Scheme = "light", **more: Any
) -> Iterator[Opened]:
    """Open a file in a context of its own."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, **more)
    found = Opened(context.new_page())
    found.page.on("request", lambda request: found.asked.append(request.url))
    found.page.on("console", lambda message: found.complained.append(message.text))
    found.page.on("pageerror", lambda error: found.complained.append(str(error)))
    found.page.on("dialog", lambda dialog: (found.complained.append("a dialog"), dialog.dismiss()))
    found.page.goto(file.as_uri())
    found.asked.remove(file.as_uri())
    yield found
    context.close()


GREYS = """async (data) => {
  const image = new Image();
  image.src = "data:image/png;base64," + data;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const bytes = pen.getImageData(0, 0, image.width, image.height).data, greys = [];
  for (let at = 0; at < bytes.length; at += 4) {
    greys.push(0.2126 * bytes[at] + 0.7152 * bytes[at + 1] + 0.0722 * bytes[at + 2]);
  }
  const mean = greys.reduce((a, b) => a + b, 0) / greys.length;
  const spread = Math.sqrt(greys.reduce((a, b) => a + (b - mean) ** 2, 0) / greys.length);
  return { mean, spread, darkest: greys.reduce((a, b) => Math.min(a, b)), lightest: greys.reduce((a, b) => Math.max(a, b)) };
}"""


def greys(browser: Browser, png: bytes) -> dict[str, float]:
    """Return how light a picture is without its colours: mean and spread, darkest and lightest, from 0 to 255."""
    page = browser.new_page()
    found: dict[str, float] = page.evaluate(GREYS, base64.b64encode(png).decode())
    page.close()
    return found
