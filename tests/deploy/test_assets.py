"""The asset build: locked packages, atomic replacement, and nothing to do when nothing has changed."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from fontTools.ttLib import TTFont

from deploy.assets import build as module
from deploy.assets import document_fonts, esbuild, npm, sources
from deploy.assets.build import BUILT, build, is_current
from deploy.assets.bundle import Bundle
from deploy.assets.slim import slim
from deploy.assets.sources import ROOT
from shared.ui.assets import Manifest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.processes

_BUILD = "import pathlib, sys; from deploy.assets.build import build; build(print, pathlib.Path(sys.argv[1]))"


def _quiet(_: str) -> None:
    return None


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A separate build."""
    folder = tmp_path_factory.mktemp("built")
    build(_quiet, folder)
    return folder


def test_versions_are_exact_and_the_lock_has_hashes_but_no_addresses() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    declared = {**package["dependencies"], **package["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in declared.values()), declared
    lock = (ROOT / "package-lock.json").read_text()
    assert "resolved" not in lock
    assert "://" not in lock
    installed = {name: entry for name, entry in json.loads(lock)["packages"].items() if name}
    assert set(installed) >= {f"node_modules/{name}" for name in declared}
    assert all(entry["integrity"].startswith("sha512-") for entry in installed.values())


def test_a_warm_run_builds_nothing() -> None:
    assert is_current(BUILT), "run `make setup`"
    before = BUILT.stat().st_ino, {path.name: path.stat().st_mtime_ns for path in BUILT.iterdir()}
    # Without npm and node: it could not.
    subprocess.run([sys.executable, "-m", "deploy.assets"], cwd=ROOT, check=True, env={"PATH": "/nowhere"})
    assert (BUILT.stat().st_ino, {path.name: path.stat().st_mtime_ns for path in BUILT.iterdir()}) == before


def test_building_twice_gives_the_same_names(built: Path, tmp_path: Path) -> None:
    build(_quiet, tmp_path)
    # Style sheets may be edited while the tests run: two builds of one state must be the same.
    while _stamp_of(tmp_path) != _stamp_of(built):
        build(_quiet, built)
        build(_quiet, tmp_path)
    assert Manifest.read(tmp_path).names == Manifest.read(built).names


def _stamp_of(built: Path) -> str:
    return str(json.loads((built / "manifest.json").read_text())["stamp"])


def test_a_source_edited_during_a_build_restarts_the_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    states = ["before", "after", "after", "after"]
    collected: list[str] = []

    def collect(_say: object) -> tuple[Bundle, dict[str, str]]:
        collected.append(states[0])
        return Bundle(), {}

    monkeypatch.setattr(module, "_stamp", lambda: states.pop(0))
    monkeypatch.setattr(module, "is_current", lambda _: False)
    monkeypatch.setattr("deploy.assets.bundle.collect", collect)
    build(_quiet, tmp_path)
    assert len(collected) == 2
    assert _stamp_of(tmp_path) == "after"
    assert not states


def test_style_sheets_refer_only_to_files_in_the_bundle(built: Path) -> None:
    manifest = Manifest.read(built)
    for name in ("dkfds.css", "tilsagn.css"):
        css = (manifest.folder / manifest.names[name]).read_text()
        for url in re.findall(r"url\(([^)]+)\)", css):
            assert url.startswith("data:") or (manifest.folder / url).is_file(), url
        assert "http:" not in css.replace("http://www.w3.org", "")
        assert "https:" not in css
        assert "@import" not in css


def test_no_script_or_style_sheet_names_a_source_map(built: Path) -> None:
    manifest = Manifest.read(built)
    texts = [path for path in manifest.folder.glob("*.*") if path.suffix in {".css", ".js"}]
    assert len(texts) > 5
    assert not [path.name for path in texts if "sourceMappingURL" in path.read_text()]


def test_each_script_is_one_file_that_imports_others_only_when_they_are_needed(built: Path) -> None:
    manifest = Manifest.read(built)
    assert {"forms.js", "intake.js", "live.js", "passkeys.js", "session.js"} <= set(manifest.names)
    for name in sources.scripts():
        script = (manifest.folder / manifest.names[name]).read_text()
        assert not re.search(r"\bimport(?:\s*[{*\"']|\s+\w)", script), name


@pytest.mark.parametrize(
    ("source", "place"),
    [("const a = ;", "index.js:1:10"), ("const a = 1; a = 2;", "index.js:1:13"), ('import "./b.js";', "b.js")],
)
def test_an_error_or_a_warning_in_a_script_fails_the_build(tmp_path: Path, source: str, place: str) -> None:
    script = tmp_path / "index.js"
    script.write_text(source)
    with pytest.raises(esbuild.EsbuildError, match=re.escape(place)):
        esbuild.scripts({"live.js": script})


def test_an_error_in_a_style_sheet_fails_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(esbuild, "ROOT", tmp_path)
    part = tmp_path / "styles.css"
    part.write_text(".panel { color: red;\n")
    with pytest.raises(esbuild.EsbuildError, match=r"styles\.css:1"):
        esbuild.style_sheet([part])


def test_the_style_sheets_of_features_come_after_the_shared_ones_and_before_print() -> None:
    order = [path.relative_to(ROOT).as_posix() for path in sources.styles()]
    features = [name for name in order if name.startswith("services/")]
    assert features == sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("services/*/**/styles.css"))
    assert len(features) > 5
    assert order[0] == "shared/ui/styles/tokens.css"
    assert order[-len(features) - 1 : -1] == features
    assert order[-1] == "shared/ui/styles/print.css"


def test_a_shared_style_sheet_without_a_place_in_the_order_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (ROOT / "shared" / "ui" / "styles").iterdir():
        (tmp_path / path.name).touch()
    (tmp_path / "maps.css").touch()
    monkeypatch.setattr(sources, "_STYLES", tmp_path)
    with pytest.raises(ValueError, match="maps"):
        sources.styles()


@pytest.mark.parametrize(
    "name", ["shared/ui/js/live/stream.js", "shared/ui/styles/tokens.css", "services/pledges/intake/styles.css"]
)
def test_a_build_depends_on_every_source(name: str) -> None:
    assert ROOT / name in set(sources.everything())


def test_each_font_is_small_has_danish_characters_and_not_the_reserved_name(built: Path) -> None:
    manifest = Manifest.read(built)
    for name in ("fonts/regular.woff2", "fonts/semibold.woff2"):
        path = manifest.folder / manifest.names[name]
        assert path.stat().st_size < 20_000
        font = TTFont(path)
        letters = font.getBestCmap() or {}
        assert all(ord(letter) in letters for letter in "æøåÆØÅéüß–’”€→1234567890")
        assert "Plex" not in str(font["name"].getDebugName(1))
        assert "Plex" not in str(font["name"].getDebugName(6))
        assert "Copyright" in str(font["name"].getDebugName(0))


def test_the_fonts_of_documents_are_collected_once(tmp_path: Path) -> None:
    said: list[str] = []
    document_fonts.build(said.append, tmp_path)
    assert document_fonts.is_current(tmp_path)
    index = json.loads((tmp_path / "fonts.json").read_text())
    assert {font["file"] for font in index["fonts"]} == {path.name for path in tmp_path.glob("*.woff2")}
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 12_000_000
    document_fonts.build(said.append, tmp_path)
    assert len(said) == 1


@pytest.mark.long("deploy/assets")
def test_a_killed_build_leaves_the_previous_build(tmp_path: Path) -> None:
    build(_quiet, tmp_path)
    manifest = tmp_path / "manifest.json"
    before = Manifest.read(tmp_path)
    for delay in (0.3, 0.9, 1.6):
        # What was built is old now, as after an update.
        content = json.loads(manifest.read_text())
        manifest.write_text(json.dumps({**content, "stamp": "old"}))
        victim = subprocess.Popen([sys.executable, "-c", _BUILD, str(tmp_path)], cwd=ROOT, stdout=subprocess.DEVNULL)
        time.sleep(delay)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        served = Manifest.read(tmp_path)
        assert all((served.folder / name).is_file() for name in served.names.values())
    build(_quiet, tmp_path)
    assert is_current(tmp_path)
    assert Manifest.read(tmp_path).names == before.names
    assert not list(tmp_path.glob("tmp-*"))


def test_without_npm_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(npm, "_DONE", tmp_path / "nothing")
    with pytest.raises(npm.NpmError, match="apt-get install npm"):
        npm.install()


def test_packages_installed_elsewhere_can_be_built_without_npm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(npm, "_DONE", tmp_path / "mark")
    assert not npm.is_installed()
    npm.mark_installed()
    assert npm.is_installed()
    assert not npm.is_installed(development=True)
    build(_quiet, tmp_path / "built")
    assert is_current(tmp_path / "built")


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".used,.unused{color:red}", ".used{color:red}"),
        (".used .unused{color:red}p.used>b{color:red}", ""),
        (
            "@media print{.unused{color:red}}@media(min-width:1px){.used{margin:0}}",
            "@media(min-width:1px){.used{margin:0}}",
        ),
        ('a[href^="/x"]:not(.unused):hover{margin:0}', 'a[href^="/x"]:not(.unused):hover{margin:0}'),
        ("*,:root{margin:0}#unused{margin:0}[data-x]{margin:0}", "*,:root{margin:0}"),
        ("@font-face{font-family:x}", "@font-face{font-family:x}"),
        ('.used{background:url("data:image/svg+xml;a}")}', '.used{background:url("data:image/svg+xml;a}")}'),
    ],
)
def test_a_slim_style_sheet_has_the_rules_that_its_pages_can_use(css: str, kept: str) -> None:
    assert slim(css, ['<a class="used" href="/">']) == kept


def test_an_error_in_a_style_sheet_is_not_left_out_silently() -> None:
    with pytest.raises(ValueError, match="cannot read"):
        slim(".used{color:red}}", ["used"])
