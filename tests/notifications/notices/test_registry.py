"""Each notice is one module, with its templates and its words, and is in the registry."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from services.notifications import notices
from services.notifications.channels.registry import channels
from services.notifications.notices.notice import NoticeKind
from services.notifications.notices.registry import KINDS
from services.notifications.settings import NotificationsSettings
from shared.i18n.translations import gettext, use_language
from shared.ui.pages import templates


def test_every_module_of_a_notice_is_in_the_registry_under_its_own_name() -> None:
    modules = (
        importlib.import_module(f"{notices.__name__}.{module.name}")
        for module in pkgutil.iter_modules(notices.__path__)
    )
    found = {module.__name__.rpartition(".")[2]: module.KIND for module in modules if hasattr(module, "KIND")}
    assert found == KINDS


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_every_notice_has_its_templates_and_a_danish_label(kind: NoticeKind) -> None:
    names = set(templates("notifications").list_templates())
    assert {f"mails/{kind.code}{suffix}" for suffix in (".subject.txt", ".txt", ".html")} <= names
    with use_language("da", service="notifications"):
        assert gettext(kind.label) != kind.label


def test_every_notice_has_a_channel_that_exists(notifications_settings: NotificationsSettings) -> None:
    assert {kind.channel for kind in KINDS.values()} <= set(channels(notifications_settings))
