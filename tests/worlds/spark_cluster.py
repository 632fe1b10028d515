"""A real Spark cluster on the loopback: a standalone master and two workers, each a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

WORKERS = 2
_STARTED_WITHIN_SECONDS = 90
_SMALL = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"

SETTINGS: Mapping[str, str] = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": _SMALL,
    "spark.executor.extraJavaOptions": _SMALL,
    "spark.executor.cores": "1",
    "spark.executor.memory": "600m",
    # No job begins before both workers are there.
    "spark.scheduler.minRegisteredResourcesRatio": "1.0",
    "spark.scheduler.maxRegisteredResourcesWaitingTime": "90s",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    # Tables of a hundred rows: compiling their plans would cost more than running them.
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.leafNodeDefaultParallelism": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
"""Of a session on the cluster."""


@contextmanager
def spark_cluster(spark_class: Path, folder: Path) -> Iterator[str]:
    """Start the cluster by Spark's launcher and give its address; logs and work folders go into the folder."""
    port = _free_port()
    address = f"spark://127.0.0.1:{port}"
    master = ("org.apache.spark.deploy.master.Master", "--port", str(port))
    with ExitStack() as running:
        log = running.enter_context(_process(spark_class, folder / "master", master))
        _wait_for(log, "I have been elected leader", 1)
        for number in range(WORKERS):
            work = folder / f"worker-{number}"
            worker = ("org.apache.spark.deploy.worker.Worker", "--cores", "1", "--memory", "1g")
            running.enter_context(_process(spark_class, work, (*worker, "--work-dir", str(work), address)))
        _wait_for(log, "Registering worker", WORKERS)
        yield address


@contextmanager
def _process(spark_class: Path, folder: Path, command: tuple[str, ...]) -> Iterator[Path]:
    """One process of the cluster while the block runs; gives its log."""
    folder.mkdir(parents=True)
    log = folder / "log.txt"
    on_loopback = (command[0], "--host", "127.0.0.1", "--webui-port", "0", *command[1:])
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_JAVA_OPTS": _SMALL}
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(spark_class), *on_loopback], stdout=output, stderr=subprocess.STDOUT, env=environment
        )
        try:
            yield log
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(log: Path, words: str, times: int) -> None:
    ends = time.monotonic() + _STARTED_WITHIN_SECONDS
    while log.read_text().count(words) < times:
        assert time.monotonic() < ends, f"The Spark master did not say '{words}' {times} times:\n{log.read_text()}"
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
