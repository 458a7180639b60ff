"""A Slurm of one node, real but for its size: munged, slurmctld and slurmd, with a key, folders and
ports of their own. It needs neither systemd nor control groups, and ends with the test."""
from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from conftest import clean_environment

PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "sinfo"]
STARTS_S = 60

CONFIGURATION = """\
ClusterName=shards
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SwitchType=switch/none
MpiDefault=none
MailProg=/bin/true
ReturnToService=2
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0
KillWait=1
SlurmdParameters=config_overrides
MinJobAge=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


class CannotRun(Exception):
    """Why there is no Slurm here."""


def free_ports(n: int) -> list[int]:
    """Ports that nobody listens on; all are taken at once, so that each is another."""
    sockets = [socket.socket() for _ in range(n)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def missing() -> str | None:
    """What lacks, if anything does; the daemons are where only root's PATH leads."""
    for program in PROGRAMS:
        if not shutil.which(program, path=path_of_root()):
            return f"{program} is missing: scripts/setup.sh --tests installs it"
    return None if os.geteuid() == 0 else "slurmd starts jobs as root alone"


def path_of_root() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


class Node:
    """A node on which jobs run one at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.daemons: list[subprocess.Popen[bytes]] = []
        self.environment = clean_environment(
            SLURM_CONF=str(folder / "slurm.conf"), PATH=path_of_root()
        )

    def start(self) -> None:
        host = socket.gethostname().split(".")[0]
        for name in ["state", "spool"]:
            (self.folder / name).mkdir()
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(64))
        key.chmod(0o400)
        text = CONFIGURATION.format(host=host, ports=free_ports(2), folder=self.folder)
        (self.folder / "slurm.conf").write_text(text)
        self.daemon("munged", "--foreground", f"--key-file={key}", *(
            f"--{what}={self.folder}/munge.{what.split('-')[0]}"
            for what in ["socket", "pid-file", "log-file", "seed-file"]
        ))
        self.await_(lambda: (self.folder / "munge.socket").exists(), "munged")
        self.daemon("slurmctld", "-D", "-c")
        self.await_(lambda: self("sinfo", "--noheader").returncode == 0, "slurmctld")
        self.daemon("slurmd", "-D")
        self.await_(lambda: "idle" in self("sinfo", "--noheader").stdout, "slurmd")

    def daemon(self, program: str, *arguments: str) -> None:
        with (self.folder / f"{program}.log").open("wb") as log:
            self.daemons.append(
                subprocess.Popen(
                    [program, *arguments],
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            )

    def await_(self, is_there, what: str) -> None:
        give_up_at = time.monotonic() + STARTS_S
        while not is_there():
            ended = [one for one in self.daemons if one.poll() is not None]
            if ended or time.monotonic() > give_up_at:
                raise CannotRun(f"{what} does not start: {self.last_line(what)}")
            time.sleep(0.1)

    def last_line(self, what: str) -> str:
        lines = (self.folder / f"{what}.log").read_text(errors="replace").split("\n")
        return next((line for line in reversed(lines) if line), "it says nothing")

    def __call__(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=STARTS_S
        )

    def stop(self) -> None:
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(STARTS_S)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


@contextmanager
def started() -> Iterator[Node]:
    """A node; CannotRun says why there is none. Its folder has a short name, as a socket's must be,
    and every process may look into it."""
    reason = missing()
    if reason:
        raise CannotRun(reason)
    with tempfile.TemporaryDirectory(prefix="vtb-slurm-") as name:
        Path(name).chmod(0o755)
        node = Node(Path(name))
        try:
            node.start()
            yield node
        finally:
            node.stop()
